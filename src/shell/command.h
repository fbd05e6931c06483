// SPDX-License-Identifier: Apache-2.0
//
// How the `relata` command is put together.
//
// main.cc builds the command line, reads the options every command shares into a Session and lets
// the one command that was named run. Each group of commands lives in its own file and offers one
// function below, which adds its commands to the command line; a command parses its options, calls
// the library and prints. Nothing here decides anything about customers.
//
// This is the only place of the product where the clock, the environment and the terminal are read.

#ifndef RELATA_SRC_SHELL_COMMAND_H_
#define RELATA_SRC_SHELL_COMMAND_H_

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "relata/base/language.h"
#include "relata/base/status.h"
#include "relata/base/time.h"
#include "relata/consent/secret.h"
#include "relata/engine/as_of.h"
#include "relata/model/actor.h"

namespace relata {
class Crm;
}  // namespace relata

namespace relata::shell {

// Exit statuses.
inline constexpr int kDone = 0;    // done, or answered yes
inline constexpr int kNo = 1;      // answered no, or found problems
inline constexpr int kUsage = 2;   // the command line or an expression on it is wrong
inline constexpr int kFailed = 3;  // could not be done

// What every command shares. Single-thread.
class Session {
 public:
  // --- As given on the command line.
  std::string database;  // --db or RELATA_DB
  std::string tenant = "main";
  std::string language_text = "en";
  std::string now_text;
  std::string at_text;  // of the commands that take them, see AddTimeOptions
  std::string known_at_text;
  std::string actor_name;
  std::string actor_role;
  bool json = false;
  std::optional<uint64_t> id_seed;  // for replays: ids that repeat
  std::string key_file;             // --privacy-key or RELATA_PRIVACY_KEY: a file

  // --- For commands.

  // Opens the database of --db, as it was when --at or --known-at say so. `create` makes it when
  // there is none. FailedPrecondition without --db; the library's own errors otherwise.
  absl::StatusOr<Crm> Open(bool create = false) const;
  // Whether the database lies on a server and not in a file.
  bool on_server() const { return database.find("://") != std::string::npos; }
  // The erasure journal: `given`, or the file beside the database; "" in memory. InvalidArgument
  // for a server's database, which has no place beside it, when none is given.
  absl::StatusOr<std::string> Journal(const std::string& given) const;
  // The key of the installation, from --privacy-key; nothing when it is not given.
  absl::StatusOr<std::optional<SecretKey>> PrivacyKey() const;
  // --now, or the instant asked about with --at or --known-at, or the machine's clock, read once.
  Timestamp now() const { return now_; }
  const AsOf& as_of() const { return as_of_; }
  Language language() const { return language_; }
  Actor actor() const;
  // `en` or `fr`, by --lang.
  std::string_view Say(std::string_view en, std::string_view fr) const {
    return language_ == Language::kFrench ? fr : en;
  }

  // Text to standard output.
  void Print(std::string_view text) const;
  void PrintLine(std::string_view text) const;
  // "relata: message" to standard error, and the exit status that fits the code: kUsage for
  // InvalidArgument, kFailed otherwise.
  int Fail(const absl::Status& status) const;
  int UsageError(std::string_view message) const;
  // "relata: warning: message" to standard error.
  void Warn(std::string_view message) const;
  // A line that is overwritten by the next; only on a terminal. EndProgress wipes it.
  void Progress(std::string_view text) const;
  void EndProgress() const;

  // --- For main.

  // Reads now_text and language_text. InvalidArgument.
  absl::Status Prepare();
  int exit_status() const { return exit_status_; }
  // Runs `body` when the command is the one that was named; its result is the exit status.
  void On(CLI::App* command, std::function<int()> body);

 private:
  Language language_ = Language::kEnglish;
  Timestamp now_;
  AsOf as_of_;
  int exit_status_ = kDone;
};

// A new command of `parent`, with its one-line help and, below the options, the text of `details`.
CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& help,
                     const std::string& details = "");

// --at and --known-at: a command that asks can ask the past (engine/as_of.h).
void AddTimeOptions(CLI::App& command, Session& session);

// A text as a JSON string, quotes included.
std::string JsonString(std::string_view text);

// "2026-11-12T17:00:00Z", "...+02:00" or "2026-11-12" (midnight UTC); nothing for another text.
std::optional<Timestamp> ParseInstant(std::string_view text);

// A key written in a file as 64 hexadecimal digits; nothing when `file` is empty. InvalidArgument
// when it holds something else.
absl::StatusOr<std::optional<SecretKey>> ReadKey(const std::string& file);

// The whole content of a file, or of standard input for "-". NotFound, Unavailable.
absl::StatusOr<std::string> ReadText(const std::string& file);
// Writes the whole content of a file, or to standard output for "-". Unavailable.
absl::Status WriteText(const std::string& file, std::string_view text);

// --- The groups, one file each.
void AddAffinityCommands(CLI::App& app, Session& session);
void AddAudienceCommand(CLI::App& app, Session& session);
void AddAuditCommand(CLI::App& app, Session& session);
void AddBackupCommands(CLI::App& app, Session& session);
void AddAuditTrailCommands(CLI::App& audit, Session& session);  // below `audit`
void AddClvCommands(CLI::App& app, Session& session);
void AddConsentCommands(CLI::App& app, Session& session);
void AddConsentLedgerCommands(CLI::App& consent, Session& session);  // below `consent`
void AddConsentRulesCommands(CLI::App& consent, Session& session);   // below `consent`
void AddDefineCommands(CLI::App& app, Session& session);
void AddDemoCommand(CLI::App& app, Session& session);
void AddEvalCommand(CLI::App& app, Session& session);
void AddExportCommand(CLI::App& app, Session& session);
void AddForecastCommand(CLI::App& app, Session& session);
void AddGenerateCommand(CLI::App& app, Session& session);
void AddHistoryCommand(CLI::App& app, Session& session);
void AddImportCommand(CLI::App& app, Session& session);
void AddMaintenanceCommands(CLI::App& app, Session& session);
void AddModelCommands(CLI::App& app, Session& session);
void AddPrivacyCommands(CLI::App& app, Session& session);
void AddPrivacyRegisterCommands(CLI::App& privacy, Session& session);  // below `privacy`
void AddQueryCommand(CLI::App& app, Session& session);
void AddReportCommand(CLI::App& app, Session& session);
void AddRfmCommand(CLI::App& app, Session& session);
void AddRightsCommands(CLI::App& app, Session& session);
void AddSchemaCommand(CLI::App& app, Session& session);
void AddScoreCommands(CLI::App& app, Session& session);
void AddSegmentCommands(CLI::App& app, Session& session);
void AddShowCommands(CLI::App& app, Session& session);
void AddSignalsCommand(CLI::App& app, Session& session);
void AddTimelineCommands(CLI::App& app, Session& session);
void AddTreeCommand(CLI::App& app, Session& session);
void AddWhyCommand(CLI::App& app, Session& session);

}  // namespace relata::shell

#endif  // RELATA_SRC_SHELL_COMMAND_H_

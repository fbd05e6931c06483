// SPDX-License-Identifier: Apache-2.0

#include "shell/command.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/strings.h"
#include "relata/exchange/parse.h"

namespace relata::shell {
namespace {

Timestamp ClockNow() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

}  // namespace

Actor Session::actor() const {
  return actor_name.empty() ? Actor::System("shell") : Actor::User(actor_name, actor_role);
}

void Session::Print(std::string_view text) const {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void Session::PrintLine(std::string_view text) const {
  Print(text);
  Print("\n");
}

int Session::Fail(const absl::Status& status) const {
  EndProgress();
  std::fprintf(stderr, "relata: %s\n", std::string(Message(status)).c_str());
  return status.code() == absl::StatusCode::kInvalidArgument ? kUsage : kFailed;
}

int Session::UsageError(std::string_view message) const { return Fail(InvalidArgument(message)); }

void Session::Warn(std::string_view message) const {
  EndProgress();
  std::fprintf(stderr, "relata: warning: %s\n", std::string(message).c_str());
}

void Session::Progress(std::string_view text) const {
  if (isatty(STDERR_FILENO) == 0) return;
  std::fprintf(stderr, "\r\x1b[K%.*s", static_cast<int>(text.size()), text.data());
  std::fflush(stderr);
}

void Session::EndProgress() const { Progress(""); }

absl::Status Session::Prepare() {
  if (language_text == "fr") {
    language_ = Language::kFrench;
  } else if (language_text != "en") {
    return InvalidArgument(internal::Concat("--lang is en or fr, not ", language_text));
  }
  const auto read = [](const char* option, const std::string& text, std::optional<Timestamp>& out) {
    out = text.empty() ? std::nullopt : ParseInstant(text);
    if (out || text.empty()) return absl::OkStatus();
    return InvalidArgument(
        internal::Concat(option, " is an instant such as 2026-11-12T17:00:00Z, not ", text));
  };
  std::optional<Timestamp> now;
  RELATA_RETURN_IF_ERROR(read("--now", now_text, now));
  RELATA_RETURN_IF_ERROR(read("--at", at_text, as_of_.at));
  RELATA_RETURN_IF_ERROR(read("--known-at", known_at_text, as_of_.known_at));
  if (!now) now = as_of_.at ? as_of_.at : as_of_.known_at;
  now_ = now ? *now : ClockNow();
  return absl::OkStatus();
}

void Session::On(CLI::App* command, std::function<int()> body) {
  command->callback([this, body = std::move(body)] {
    if (const absl::Status status = Prepare(); !status.ok()) {
      exit_status_ = Fail(status);
      return;
    }
    exit_status_ = body();
  });
}

CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& help,
                     const std::string& details) {
  CLI::App* command = parent.add_subcommand(name, help);
  command->fallthrough();
  if (!details.empty()) command->footer("\n" + details);
  return command;
}

void AddTimeOptions(CLI::App& command, Session& session) {
  command.add_option("--at", session.at_text, "As it was in effect then")->type_name("RFC3339");
  command.add_option("--known-at", session.known_at_text, "As it was known then")
      ->type_name("RFC3339");
}

std::string JsonString(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<Timestamp> ParseInstant(std::string_view text) {
  // Only the unambiguous order of years, months, days: the reader below knows more.
  if (text.size() < 10 || text[4] != '-') return std::nullopt;
  const std::optional<DateTimeText> parts = ParseDateTime(text, CellFormat{});
  if (!parts) return std::nullopt;
  return parts->ToTimestamp();
}

absl::StatusOr<std::string> ReadText(const std::string& file) {
  std::FILE* in = file == "-" ? stdin : std::fopen(file.c_str(), "rb");
  if (in == nullptr) return NotFound(internal::Concat("cannot open ", file));
  std::string text;
  char buffer[65536];
  for (size_t n; (n = std::fread(buffer, 1, sizeof buffer, in)) > 0;) text.append(buffer, n);
  const bool failed = std::ferror(in) != 0;
  if (in != stdin) std::fclose(in);
  if (failed) return Unavailable(internal::Concat("cannot read ", file));
  return text;
}

absl::Status WriteText(const std::string& file, std::string_view text) {
  std::FILE* out = file == "-" ? stdout : std::fopen(file.c_str(), "wb");
  if (out == nullptr) return Unavailable(internal::Concat("cannot write ", file));
  bool written = std::fwrite(text.data(), 1, text.size(), out) == text.size();
  written = (out == stdout ? std::fflush(out) : std::fclose(out)) == 0 && written;
  return written ? absl::OkStatus() : Unavailable(internal::Concat("cannot write ", file));
}

}  // namespace relata::shell

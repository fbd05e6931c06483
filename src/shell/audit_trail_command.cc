// SPDX-License-Identifier: Apache-2.0
//
// Whether the trail of a database is whole, and its head for safe keeping.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/base/text.h"
#include "relata/engine/audit_log.h"
#include "shell/command.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

// The key kept in a file as 64 hexadecimal digits; none without a file.
absl::StatusOr<std::optional<SecretKey>> KeyIn(const std::string& file) {
  if (file.empty()) return std::nullopt;
  RELATA_ASSIGN_OR_RETURN(const std::string text, ReadText(file));
  std::optional<SecretKey> key = SecretKey::FromHex(TrimSpace(text));
  if (!key) return InvalidArgument(Concat(file, " holds no key of 64 hexadecimal digits"));
  return key;
}

// Checkpoints, one a line.
absl::StatusOr<std::vector<Checkpoint>> CheckpointsIn(const std::string& file) {
  std::vector<Checkpoint> out;
  if (file.empty()) return out;
  RELATA_ASSIGN_OR_RETURN(const std::string content, ReadText(file));
  std::string_view text = content;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = TrimSpace(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.empty()) continue;
    RELATA_ASSIGN_OR_RETURN(const Checkpoint checkpoint, ParseCheckpoint(line));
    out.push_back(checkpoint);
  }
  return out;
}

int Verify(const Session& session, const std::string& checkpoints, const std::string& key_file) {
  const absl::StatusOr<std::optional<SecretKey>> key = KeyIn(key_file);
  if (!key.ok()) return session.Fail(key.status());
  const absl::StatusOr<std::vector<Checkpoint>> kept = CheckpointsIn(checkpoints);
  if (!kept.ok()) return session.Fail(kept.status());
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<AuditTrailReport> report =
      VerifyAudit(*crm, *kept, key->has_value() ? &**key : nullptr);
  if (!report.ok()) return session.Fail(report.status());
  if (session.json) {
    Json issues = Json::array();
    for (const Issue& issue : report->issues) {
      issues.push_back({{"where", issue.where}, {"what", issue.message}});
    }
    session.PrintLine(Json({{"ok", report->ok()},
                            {"commits", report->commits},
                            {"changes", report->changes},
                            {"entries", report->entries},
                            {"lines", report->lines},
                            {"records", report->records},
                            {"events", report->events},
                            {"keys", report->keys},
                            {"uncovered", report->uncovered},
                            {"erased", report->erased},
                            {"checkpoints", report->checkpoints},
                            {"issues", issues},
                            {"more_issues", report->more_issues}})
                          .dump());
    return report->ok() ? kDone : kNo;
  }
  for (const Issue& issue : report->issues) {
    session.PrintLine(Concat(issue.where, " ", issue.message));
  }
  if (report->more_issues > 0) {
    session.PrintLine(Concat(report->more_issues, session.Say(" more", " de plus")));
  }
  if (report->uncovered > 0) {
    session.PrintLine(Concat(
        report->uncovered,
        session.Say(" commits of an older version: records, events and keys cannot be compared",
                    " commits d'une version antérieure : fiches, événements et clés ne peuvent "
                    "être comparés")));
  }
  session.PrintLine(
      Concat(report->commits, session.Say(" commits, ", " commits, "), report->changes,
             session.Say(" changes, ", " changements, "), report->entries,
             session.Say(" consent entries, ", " consentements, "), report->lines,
             session.Say(" log lines, ", " lignes de journal, "), report->records,
             session.Say(" records, ", " fiches, "), report->events,
             session.Say(" events, ", " événements, "), report->keys,
             session.Say(" external keys, ", " clés externes, "), report->erased,
             session.Say(" erased, ", " effacés, "), report->checkpoints,
             session.Say(" checkpoints: ", " points de contrôle : "),
             report->ok() ? session.Say("whole", "intact") : session.Say("damaged", "altéré")));
  return report->ok() ? kDone : kNo;
}

int PrintCheckpoint(const Session& session, const std::string& key_file) {
  const absl::StatusOr<std::optional<SecretKey>> key = KeyIn(key_file);
  if (!key.ok()) return session.Fail(key.status());
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<Checkpoint> head =
      ExportCheckpoint(*crm, key->has_value() ? &**key : nullptr);
  if (!head.ok()) return session.Fail(head.status());
  session.PrintLine(CheckpointText(*head));
  return kDone;
}

}  // namespace

void AddAuditTrailCommands(CLI::App& audit, Session& session) {
  auto checkpoints = std::make_shared<std::string>();
  auto key = std::make_shared<std::string>();
  CLI::App* verify = AddCommand(
      audit, "verify", "Whether the trail of a database is whole",
      "Finds what was changed, left out, added or moved behind the database's back: in commits,\n"
      "before-images, consent entries, definitions, every log, records, events and external keys. "
      "That the end was cut off shows\n"
      "only against checkpoints exported before. Status 1 when something is wrong.");
  verify->add_option("--checkpoints", *checkpoints, "Those exported, one a line")
      ->type_name("FILE");
  verify->add_option("--key", *key, "The key they were made with")->type_name("FILE");
  session.On(verify, [&session, checkpoints, key] { return Verify(session, *checkpoints, *key); });
  CLI::App* checkpoint =
      AddCommand(audit, "checkpoint", "The head of the trail, to be kept elsewhere");
  checkpoint->add_option("--key", *key, "A key of 64 hexadecimal digits that proves who made it")
      ->type_name("FILE");
  session.On(checkpoint, [&session, key] { return PrintCheckpoint(session, *key); });
}

}  // namespace relata::shell

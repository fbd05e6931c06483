// SPDX-License-Identifier: Apache-2.0
//
// Chapters 1 to 3: what the files hold, one graph of them, and who is the same person.

#include "shell/demo/story.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>

#include "relata/exchange/audit.h"
#include "relata/exchange/import.h"

namespace relata::shell {

using internal::Concat;
namespace fs = std::filesystem;

std::string Short(std::string_view text) {
  constexpr size_t kMost = 150;
  if (text.size() <= kMost) return std::string(text);
  size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return Concat(text.substr(0, end), "...");
}

std::string Rounded(double points) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", points);
  return text;
}

std::string Whole(const Money& amount) {
  return Concat((amount.units + Money::kUnitsPerMajor / 2) / Money::kUnitsPerMajor, " ",
                amount.currency.ToString());
}

int64_t InDays(Duration duration) { return duration.micros / 86'400'000'000; }

void Story::Chapter(std::string_view en, std::string_view fr) {
  session_.PrintLine(Concat("\n", ++chapter_, ". ", Say(en, fr)));
}

void Story::Said(Timestamp now) {
  asking_.now = now;
  Line("now is $0, the last date in the data", "maintenant : $0, la dernière date des données",
       FormatTimestamp(now));
}

absl::Status Story::LookBefore(const std::string& directory) {
  RELATA_ASSIGN_OR_RETURN(const AuditReport audit, AuditFiles({directory}));
  Chapter("Look before importing", "Regarder avant d'importer");
  Line(
      "$0 files, $1 rows: $2 mentions of $3 companies, $4 of $5 people; $6 contradictions",
      "$0 fichiers, $1 lignes : $2 mentions de $3 sociétés, $4 de $5 personnes ; $6 contradictions",
      audit.files.size(), audit.rows, audit.company_mentions, audit.companies,
      audit.person_mentions, audit.people, audit.contradicted);
  std::string dead;
  int64_t personal = 0;
  for (const FileAudit& file : audit.files) {
    for (const ColumnAudit& column : file.columns) {
      if (column.personal != Personal::kNone) ++personal;
      if (!column.dead && !column.abandoned && column.same_as.empty()) continue;
      dead += Concat(dead.empty() ? "" : ", ", fs::path(file.file).filename().string(), " ",
                     column.name);
    }
  }
  if (!dead.empty()) {
    Line("dead, abandoned or copied columns: $0", "colonnes mortes, abandonnées ou copiées : $0",
         Short(dead));
  }
  Line("$0 columns hold personal data", "$0 colonnes contiennent des données personnelles",
       personal);
  return absl::OkStatus();
}

absl::Status Story::BringTogether(const std::string& directory) {
  ImportOptions options;
  options.now = asking_.now;
  RELATA_ASSIGN_OR_RETURN(const ImportReport report, ImportFiles(crm_, {directory}, options));
  Chapter("One graph from all of them", "Un seul graphe");
  int64_t created = 0;
  int64_t updated = 0;
  int64_t refused = 0;
  int64_t findings = 0;
  std::map<std::string, std::string> reasons;  // one of each kind
  for (const FileImport& file : report.files) {
    created += file.created;
    updated += file.updated;
    refused += file.refused;
    findings += static_cast<int64_t>(file.issues.size());
    for (const ImportIssue& issue : file.issues) {
      if (issue.value.empty()) continue;
      const std::string_view kind = std::string_view(issue.message).substr(0, 14);
      reasons.try_emplace(std::string(kind),
                          Concat(fs::path(file.file).filename().string(), " row ", issue.row, ", ",
                                 issue.column, " '", Short(issue.value), "': ", issue.message));
    }
  }
  Line("$0 rows made something new, $1 completed what was known, $2 were refused; $3 findings",
       "$0 lignes ont créé, $1 complété, $2 refusées ; $3 constats", created, updated, refused,
       findings);
  int told = 0;
  for (const auto& [kind, reason] : reasons) {
    if (++told > 3) break;
    Line("why: $0", "pourquoi : $0", reason);
  }
  RELATA_ASSIGN_OR_RETURN(const ImportReport again, ImportFiles(crm_, {directory}, options));
  int64_t changed = 0;
  for (const FileImport& file : again.files) changed += file.created + file.updated;
  Line("the same files once more: $0 changes", "les mêmes fichiers encore : $0 changement",
       changed);
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Story::Count(std::string_view type) const {
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view,
                          crm_.View({std::string(type)}));
  return view->Count(view->schema().Find(type)->id);
}

// "crm:C0000004, erp:K000002": how the systems it came from call the record.
absl::StatusOr<std::string> Story::Sources(RecordRef record) const {
  RELATA_ASSIGN_OR_RETURN(const auto keys, crm_.Keys(record));
  std::string text;
  for (const auto& [system, key] : keys) {
    if (system.starts_with("field:")) continue;
    text += Concat(text.empty() ? "" : ", ", system, ":", Short(key));
  }
  return text;
}

absl::StatusOr<std::vector<RecordRef>> Story::LargestGroup(int64_t* groups) const {
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm_.View({"contact"}));
  const TypeDef& type = *view->schema().Find("contact");
  const FieldId email = type.FindField("email")->id;
  std::map<std::string, std::vector<RecordRef>> by_email;
  for (Row row = 0; row < view->RowLimit(type.id); ++row) {
    if (!view->Exists({type.id, row})) continue;
    const Value value = view->Get({type.id, row}, email);
    if (!value.is_null()) by_email[std::string(value.text())].push_back({type.id, row});
  }
  std::erase_if(by_email, [](const auto& group) { return group.second.size() < 2; });
  *groups = static_cast<int64_t>(by_email.size());
  std::vector<RecordRef> best;
  size_t most = 0;
  for (const auto& [address, group] : by_email) {
    std::set<std::string> systems;
    for (const RecordRef& record : group) {
      RELATA_ASSIGN_OR_RETURN(const auto keys, crm_.Keys(record));
      for (const auto& [system, key] : keys) systems.insert(system);
    }
    if (systems.size() > most) {
      most = systems.size();
      best = group;
    }
  }
  return best;
}

// Companies of one number and several places: one account, and an establishment a place.
absl::Status Story::Sites() {
  QueryOptions first = asking_;
  first.limit = 1;
  RELATA_ASSIGN_OR_RETURN(
      const QueryAnswer several,
      crm_.Query("account", "account.siren != null && account.establishments.size() > 1", first));
  if (several.rows.empty()) return absl::OkStatus();
  const RecordRef account{several.type, several.rows[0]};
  RELATA_ASSIGN_OR_RETURN(const std::string title, crm_.Title(account, asking_));
  RELATA_ASSIGN_OR_RETURN(const Value siren, crm_.Get(account, "siren"));
  RELATA_ASSIGN_OR_RETURN(const Value sites,
                          crm_.Evaluate(account, "account.establishments.size()", asking_));
  Line(
      "$0: $1 sites kept apart in one company; why: one SIREN $2, a SIRET each ($3 such companies)",
      "$0 : $1 sites distincts, une société ; pourquoi : un SIREN $2, un SIRET chacun ($3 de même)",
      title, sites.int_value(), siren.text(), several.count);
  return absl::OkStatus();
}

absl::Status Story::SamePersonTwice() {
  Chapter("The same person twice", "Une même personne deux fois");
  RELATA_RETURN_IF_ERROR(Sites());
  int64_t groups = 0;
  RELATA_ASSIGN_OR_RETURN(same_person_, LargestGroup(&groups));
  Line("$0 e-mail addresses are shared by several contacts",
       "$0 adresses e-mail portées par plusieurs contacts", groups);
  if (same_person_.empty()) return absl::OkStatus();
  const RecordRef winner = same_person_[0];
  RELATA_ASSIGN_OR_RETURN(const std::string name, crm_.Title(winner, asking_));
  RELATA_ASSIGN_OR_RETURN(const Value email, crm_.Get(winner, "email"));
  const auto merge = [&]() -> absl::Status {
    Transaction tx = crm_.Begin(actor_);
    tx.Reason("same e-mail");
    for (size_t i = 1; i < same_person_.size(); ++i) tx.Merge(same_person_[i], winner);
    return tx.Commit(asking_.now).status();
  };
  RELATA_ASSIGN_OR_RETURN(const int64_t before, Count("contact"));
  std::string from;
  for (const RecordRef& record : same_person_) {
    RELATA_ASSIGN_OR_RETURN(const std::string sources, Sources(record));
    from += Concat(from.empty() ? "" : "; ", sources);
  }
  RELATA_RETURN_IF_ERROR(merge());
  RELATA_ASSIGN_OR_RETURN(const int64_t merged, Count("contact"));
  Line("$0 is $1 records ($2), merged; why: all have $3",
       "$0 : $1 fiches ($2), fusionnées ; pourquoi : toutes ont $3", name, same_person_.size(),
       from, ToDisplay(email));
  Transaction undo = crm_.Begin(actor_);
  for (size_t i = 1; i < same_person_.size(); ++i) undo.Unmerge(same_person_[i]);
  RELATA_RETURN_IF_ERROR(undo.Commit(asking_.now).status());
  RELATA_ASSIGN_OR_RETURN(const int64_t undone, Count("contact"));
  Line("and undone, nothing lost: $0 contacts, $1 merged, $2 again; then merged for good",
       "et défait, rien de perdu : $0 contacts, $1 fusionnés, de nouveau $2 ; puis fusionnées",
       before, merged, undone);
  return merge();
}

}  // namespace relata::shell

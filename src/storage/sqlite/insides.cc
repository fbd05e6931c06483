// SPDX-License-Identifier: Apache-2.0
//
// What a SQLite file keeps beside what readers show, for an audit.

#include "storage/insides.h"

#include <map>
#include <set>
#include <vector>

#include "storage/insides_check.h"
#include "storage/sqlite/event_runs.h"
#include "storage/sqlite/migrations.h"
#include "storage/sqlite/name_runs.h"
#include "storage/sqlite/reads.h"

namespace relata::internal {
namespace {

// Every row of the statement as one line, each value with its length before it.
absl::Status AppendRows(Statement& s, int columns, std::string& out) {
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const bool row, s.Step());
    if (!row) return absl::OkStatus();
    for (int i = 0; i < columns; ++i) {
      out += Concat(s.Text(i).size(), ":", s.Text(i), " ");
    }
    out += '\n';
  }
}

// Rows that should not be there, each with a number that names it.
struct Contradiction {
  const char* sql;
  const char* where;
  const char* what;
};
constexpr Contradiction kContradictions[] = {
    {"SELECT o.commit_id FROM relata_operation o LEFT JOIN relata_commit c ON c.id = o.commit_id "
     "WHERE c.operation_id IS NOT o.operation_id",
     "operation of commit ", "was not the commit's"},
    {"SELECT c.id FROM relata_commit c LEFT JOIN relata_operation o ON o.operation_id = "
     "c.operation_id WHERE c.operation_id != '' AND o.commit_id IS NOT c.id",
     "commit ", "has lost the result of its operation"},
    {"SELECT i.seq FROM relata_personal_image i LEFT JOIN relata_change c ON c.seq = i.seq "
     "WHERE c.subject_type IS NOT i.subject_type OR c.subject IS NOT i.subject",
     "image of change ", "is kept under another person than it is of"},
    {"SELECT b.seq FROM relata_log_body b LEFT JOIN relata_log l ON l.log = b.log AND l.seq = "
     "b.seq WHERE l.body IS NOT ''",
     "long log line ", "is not the one that stands in its log"},
    {"SELECT b.type FROM relata_event_block b LEFT JOIN relata_event_run r ON r.type = b.type "
     "AND r.run = b.run WHERE r.run IS NULL",
     "event index of type ", "has a block of no run"},
    {"SELECT b.type FROM relata_name_block b LEFT JOIN relata_name_run r ON r.type = b.type AND "
     "r.kind = b.kind AND r.run = b.run WHERE r.run IS NULL",
     "names of type ", "have a block of no run"},
    {"SELECT r.type FROM (SELECT type, kind FROM relata_name_run UNION SELECT type, 0 FROM "
     "relata_id) r LEFT JOIN relata_type t ON t.type = r.type WHERE t.kind IS NOT 0 OR r.kind NOT "
     "IN (0, 1)",
     "names of type ", "are of no records"},
    {"SELECT r.type FROM relata_event_run r LEFT JOIN relata_type t ON t.type = r.type "
     "WHERE t.kind IS NOT 1 AND r.type != 65535",
     "event index of type ", "is of no events"},
};
static_assert(static_cast<int>(TableSpec::Kind::kEvent) == 1);
static_assert(kLedgerIndex == 65535);

// The rows of the indexes of this file.
class SqlitePacked : public PackedRows {
 public:
  explicit SqlitePacked(Session* session) : session_(session) {}

  absl::Status EventBlocks(TypeId type, const EventRun& run,
                           const std::function<void(std::string_view, EventEntry)>& sink) override {
    RELATA_ASSIGN_OR_RETURN(Statement s,
                            session_->connection->Prepare(
                                "SELECT entries, last_subject, last_seq FROM relata_event_block "
                                "WHERE type = ? AND run = ? ORDER BY last_subject, last_seq"));
    s.Bind(1, type);
    s.Bind(2, run.run);
    return Each(s, [&] { sink(s.Blob(0), {s.Int(1), s.Int(2)}); });
  }
  absl::Status EventsUpTo(TypeId type, Seq last,
                          const std::function<void(EventEntry)>& sink) override {
    const EventSource source = SourceOf(*session_->catalog, type);
    RELATA_ASSIGN_OR_RETURN(
        Statement s, session_->connection->Prepare(Concat("SELECT ", source.subject, ", seq FROM ",
                                                          source.table, " WHERE seq <= ?")));
    s.Bind(1, last);
    return Each(s, [&] { sink({s.Int(0), s.Int(1)}); });
  }
  absl::Status LooseIds(TypeId type,
                        const std::function<void(Row, std::string_view)>& sink) override {
    return Ids(Concat("SELECT row, id FROM relata_id WHERE type = ", type), sink);
  }
  absl::Status RecordIds(TypeId type,
                         const std::function<void(Row, std::string_view)>& sink) override {
    return Ids(Concat("SELECT row, id FROM ", Table(type)), sink);
  }

 private:
  template <class F>
  static absl::Status Each(Statement& s, F f) {
    while (true) {
      RELATA_ASSIGN_OR_RETURN(const bool row, s.Step());
      if (!row) return absl::OkStatus();
      f();
    }
  }
  absl::Status Ids(std::string sql, const std::function<void(Row, std::string_view)>& sink) {
    RELATA_ASSIGN_OR_RETURN(Statement s, session_->connection->Prepare(std::move(sql)));
    return Each(s, [&] { sink(s.Int(0), s.Blob(1)); });
  }
  std::string Table(TypeId type) const { return QuoteName(session_->catalog->Physical(type).name); }

  Session* session_;
};

// What relata_meta and relata_migration hold apart from the tenant.
std::string ExpectedSteps() {
  std::string out;
  int64_t number = 0;
  for (const MigrationStep& step : Migrations()) out += Concat(++number, " ", step.name, "\n");
  return out;
}

}  // namespace

absl::StatusOr<std::string> SqliteReads::Describe() {
  std::string out;
  struct Part {
    const char* sql;
    int columns;
  };
  constexpr Part kParts[] = {
      {"SELECT value FROM relata_meta WHERE key = 'tenant'", 1},
      {"SELECT type, name, kind, subject, title, table_name FROM relata_type ORDER BY type", 6},
      {"SELECT type, field, place, name, kind, target, personal, column_name, extra_name "
       "FROM relata_field ORDER BY type, field",
       9}};
  for (const Part& part : kParts) {
    RELATA_ASSIGN_OR_RETURN(Statement s, Prepare(part.sql));
    RELATA_RETURN_IF_ERROR(AppendRows(s, part.columns, out));
  }
  return out;
}

absl::StatusOr<std::vector<std::string>> SqliteReads::LogNames() {
  std::vector<std::string> names;
  RELATA_ASSIGN_OR_RETURN(Statement s, Prepare("SELECT DISTINCT log FROM relata_log"));
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const bool row, s.Step());
    if (!row) return names;
    names.emplace_back(s.Text(0));
  }
}

absl::Status SqliteReads::ScanErasedEvents(const std::function<void(TypeId, Seq)>& sink) {
  RELATA_ASSIGN_OR_RETURN(Statement s, Prepare("SELECT type, seq FROM relata_erased_event"));
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const bool row, s.Step());
    if (!row) return absl::OkStatus();
    if (s.Int(0) < 0 || s.Int(0) >= kNoType) return DataLoss("an erased event is of no type");
    sink(static_cast<TypeId>(s.Int(0)), s.Int(1));
  }
}

absl::Status SqliteReads::CheckInsides(const StoreInsides::Wrong& wrong) {
  for (const Contradiction& c : kContradictions) {
    RELATA_ASSIGN_OR_RETURN(Statement s, Prepare(c.sql));
    while (true) {
      RELATA_ASSIGN_OR_RETURN(const bool row, s.Step());
      if (!row) break;
      wrong(Concat(c.where, s.Int(0)), c.what);
    }
  }
  RELATA_RETURN_IF_ERROR(CheckSteps(wrong));
  std::map<TypeId, std::set<Seq>> erased;
  RELATA_RETURN_IF_ERROR(ScanErasedEvents([&](TypeId type, Seq seq) { erased[type].insert(seq); }));
  SqlitePacked packed(session_.get());
  SqliteEventRuns runs(session_.get());
  SqliteNameRuns names(session_->connection.get(), &session_->catalog);
  for (const auto& [type, table] : catalog().layout.tables()) {
    if (table.spec.kind != TableSpec::Kind::kEvent) {
      for (const NameSpace::Kind kind : {NameSpace::Kind::kId, NameSpace::Kind::kKey}) {
        const bool own = kind == NameSpace::Kind::kId && catalog().indexed_ids.contains(type);
        if (own) continue;
        RELATA_ASSIGN_OR_RETURN(const bool hold, NamesHold(packed, names, {type, kind}));
        if (!hold) wrong(Concat("names of ", table.spec.name), "are not those of the records");
      }
      continue;
    }
    RELATA_ASSIGN_OR_RETURN(const bool holds, EventIndexHolds(packed, runs, type, erased[type]));
    if (!holds) wrong(Concat("event index of ", table.spec.name), "does not say what is there");
  }
  RELATA_ASSIGN_OR_RETURN(const bool holds, EventIndexHolds(packed, runs, kLedgerIndex, {}));
  if (!holds) wrong("index of the ledger", "does not say what is there");
  RELATA_ASSIGN_OR_RETURN(Statement s, Prepare("PRAGMA integrity_check(1)"));
  RELATA_ASSIGN_OR_RETURN(const bool row, s.Step());
  if (!row || s.Text(0) != "ok") wrong("the file", "is damaged: an index contradicts its table");
  return absl::OkStatus();
}

absl::Status SqliteReads::CheckSteps(const StoreInsides::Wrong& wrong) {
  RELATA_ASSIGN_OR_RETURN(
      Statement steps, Prepare("SELECT step || ' ' || name FROM relata_migration ORDER BY step"));
  std::string taken;
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const bool row, steps.Step());
    if (!row) break;
    taken += Concat(steps.Text(0), "\n");
  }
  RELATA_ASSIGN_OR_RETURN(
      const auto meta,
      session_->connection->QueryInt(
          Concat("SELECT count(*) = 3 AND sum(key = 'tenant') = 1 AND sum(key = 'format' AND value "
                 "= '",
                 kSqliteFormat, "') = 1 AND sum(key = 'step' AND value = '", Migrations().size(),
                 "') = 1 FROM relata_meta")));
  if (taken != ExpectedSteps() || meta.value_or(0) == 0) {
    wrong("the file", "says something else of its own format than this version wrote");
  }
  return absl::OkStatus();
}

}  // namespace relata::internal

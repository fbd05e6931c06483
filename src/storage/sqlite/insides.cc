// SPDX-License-Identifier: Apache-2.0
//
// What a SQLite file keeps beside what readers show, for an audit.

#include "storage/insides.h"

#include <map>
#include <set>
#include <vector>

#include "storage/event_index.h"
#include "storage/name_index.h"
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
     "WHERE t.kind IS NOT 1",
     "event index of type ", "is of no events"},
};
static_assert(static_cast<int>(TableSpec::Kind::kEvent) == 1);

// A sum in which the order does not count.
uint64_t Mixed(Row subject, Seq seq) {
  uint64_t h = static_cast<uint64_t>(subject) * 0x9e3779b97f4a7c15 + static_cast<uint64_t>(seq);
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9;  // SplitMix64 (Steele, Lea, Flood 2014)
  h = (h ^ (h >> 27)) * 0x94d049bb133111eb;
  return h ^ (h >> 31);
}

struct Tally {
  int64_t events = 0;
  uint64_t sum = 0;

  void Add(Row subject, Seq seq) {
    ++events;
    sum += Mixed(subject, seq);
  }
  friend bool operator==(const Tally&, const Tally&) = default;
};

// The index over the events of one type, against the events.
class IndexCheck {
 public:
  IndexCheck(Connection& connection, SqliteEventRuns& runs, TypeId type,
             const std::set<Seq>& erased)
      : connection_(connection), runs_(runs), type_(type), erased_(erased) {}

  // Whether it says exactly what is there.
  absl::StatusOr<bool> Holds(const std::string& table) {
    RELATA_ASSIGN_OR_RETURN(const std::vector<EventRun> runs, runs_.Runs(type_));
    Seq before = 0;
    for (const EventRun& run : runs) {
      if (run.first_seq <= before || run.last_seq < run.first_seq) return false;
      RELATA_ASSIGN_OR_RETURN(const bool whole, RunHolds(run));
      if (!whole) return false;
      before = run.last_seq;
    }
    Tally there;
    RELATA_ASSIGN_OR_RETURN(
        Statement s, connection_.Prepare(
                         Concat("SELECT subject, seq FROM ", QuoteName(table), " WHERE seq <= ?")));
    s.Bind(1, before);
    while (true) {
      RELATA_ASSIGN_OR_RETURN(const bool row, s.Step());
      if (!row) return there == indexed_;
      there.Add(s.Int(0), s.Int(1));
    }
  }

 private:
  absl::StatusOr<bool> RunHolds(const EventRun& run) {
    RELATA_ASSIGN_OR_RETURN(
        Statement s,
        connection_.Prepare("SELECT entries, last_subject, last_seq FROM relata_event_block "
                            "WHERE type = ? AND run = ? ORDER BY last_subject, last_seq"));
    s.Bind(1, type_);
    s.Bind(2, run.run);
    std::vector<EventEntry> entries;
    int64_t count = 0;
    Seq last = 0;
    while (true) {
      RELATA_ASSIGN_OR_RETURN(const bool row, s.Step());
      if (!row) return count == run.entries && last == run.last_seq;
      entries.clear();
      if (!UnpackBlock(s.Blob(0), run.first_seq, entries) || entries.empty() ||
          entries.back().subject != s.Int(1) || entries.back().seq != s.Int(2)) {
        return false;
      }
      count += static_cast<int64_t>(entries.size());
      for (const EventEntry& e : entries) {
        last = std::max(last, e.seq);
        if (!erased_.contains(e.seq)) indexed_.Add(e.subject, e.seq);
      }
    }
  }

  Connection& connection_;
  SqliteEventRuns& runs_;
  const TypeId type_;
  const std::set<Seq>& erased_;
  Tally indexed_;
};

// The index of the public ids or external keys of one type. What the keys are, readers show.
class NamesCheck {
 public:
  NamesCheck(Connection& connection, NameSpace space)
      : connection_(connection), runs_(&connection), space_(space) {}

  // Whether every packed name is found where it is, and the ids are those of the records.
  absl::StatusOr<bool> Hold(const std::string& table) {
    RELATA_ASSIGN_OR_RETURN(const std::vector<NameRun> runs, runs_.Runs(space_));
    int64_t left = 0;
    for (const NameRun& run : runs) {
      left += run.entries;
      RELATA_ASSIGN_OR_RETURN(const bool ends, BlocksEnd(run));
      if (!ends) return false;
    }
    PackedNames packed(&runs_, space_);
    Tally named;
    while (true) {
      RELATA_ASSIGN_OR_RETURN(const bool more, packed.Next());
      if (!more) break;
      RELATA_ASSIGN_OR_RETURN(const Row row, FindPacked(runs_, space_, packed.name()));
      if (row != packed.row()) return false;
      named.Add(row, Sign(packed.name()));
      --left;
    }
    if (left != 0) return false;
    if (space_.kind == NameSpace::Kind::kKey) return true;
    RELATA_RETURN_IF_ERROR(
        Count(Concat("SELECT row, id FROM relata_id WHERE type = ", space_.type), named));
    Tally records;
    RELATA_RETURN_IF_ERROR(Count(Concat("SELECT row, id FROM ", QuoteName(table)), records));
    return named == records;
  }

 private:
  // Whether every block is named by a name that is there.
  absl::StatusOr<bool> BlocksEnd(const NameRun& run) {
    RELATA_ASSIGN_OR_RETURN(
        Statement s, connection_.Prepare("SELECT last FROM relata_name_block WHERE type = ? AND "
                                         "kind = ? AND run = ?"));
    s.Bind(1, space_.type);
    s.Bind(2, static_cast<int64_t>(space_.kind));
    s.Bind(3, run.run);
    while (true) {
      RELATA_ASSIGN_OR_RETURN(const bool more, s.Step());
      if (!more) return true;
      RELATA_ASSIGN_OR_RETURN(const Row row, FindPacked(runs_, space_, std::string(s.Blob(0))));
      if (row == kNoRow) return false;
    }
  }
  static Seq Sign(std::string_view name) {
    uint64_t sign = name.size();
    for (const char c : name) {
      sign = (sign ^ static_cast<unsigned char>(c)) * 0x100000001b3;  // FNV-1a
    }
    return static_cast<Seq>(sign);
  }
  absl::Status Count(std::string sql, Tally& tally) {
    RELATA_ASSIGN_OR_RETURN(Statement s, connection_.Prepare(std::move(sql)));
    while (true) {
      RELATA_ASSIGN_OR_RETURN(const bool row, s.Step());
      if (!row) return absl::OkStatus();
      tally.Add(s.Int(0), Sign(s.Blob(1)));
    }
  }

  Connection& connection_;
  SqliteNameRuns runs_;
  const NameSpace space_;
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
  SqliteEventRuns runs(session_.get());
  for (const auto& [type, table] : catalog().layout.tables()) {
    const std::string& name = catalog().Physical(type).name;
    if (table.spec.kind != TableSpec::Kind::kEvent) {
      for (const NameSpace::Kind kind : {NameSpace::Kind::kId, NameSpace::Kind::kKey}) {
        const bool own = kind == NameSpace::Kind::kId && catalog().indexed_ids.contains(type);
        if (own) continue;
        RELATA_ASSIGN_OR_RETURN(const bool hold,
                                NamesCheck(*session_->connection, {type, kind}).Hold(name));
        if (!hold) wrong(Concat("names of ", table.spec.name), "are not those of the records");
      }
      continue;
    }
    RELATA_ASSIGN_OR_RETURN(
        const bool holds, IndexCheck(*session_->connection, runs, type, erased[type]).Holds(name));
    if (!holds) wrong(Concat("event index of ", table.spec.name), "does not say what is there");
  }
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

// SPDX-License-Identifier: Apache-2.0
//
// What a PostgreSQL database keeps of a tenant beside what readers show, for an audit. Tables that
// tenants share (relata_meta, relata_migration, the list of tenants) are looked at as far as they
// are this tenant's: another may add to them at any time.

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "storage/insides_check.h"
#include "storage/postgres/reads.h"

namespace relata::internal {
namespace {

// Rows of the tenant ($1) that should not be there, each with a number that names it. "{t}" is the
// table relata_t with its schema.
struct Contradiction {
  const char* sql;
  const char* where;
  const char* what;
};
constexpr Contradiction kContradictions[] = {
    {"SELECT o.commit_id FROM {operation} o LEFT JOIN {commit} c ON c.tenant_id = $1 AND c.id = "
     "o.commit_id WHERE o.tenant_id = $1 AND c.operation_id IS DISTINCT FROM o.operation_id",
     "operation of commit ", "was not the commit's"},
    {"SELECT c.id FROM {commit} c LEFT JOIN {operation} o ON o.tenant_id = $1 AND o.operation_id = "
     "c.operation_id WHERE c.tenant_id = $1 AND c.operation_id <> '' AND o.commit_id IS DISTINCT "
     "FROM c.id",
     "commit ", "has lost the result of its operation"},
    {"SELECT i.seq FROM {personal_image} i LEFT JOIN {change} c ON c.tenant_id = $1 AND c.seq = "
     "i.seq WHERE i.tenant_id = $1 AND (c.subject_type IS DISTINCT FROM i.subject_type OR "
     "c.subject IS DISTINCT FROM i.subject)",
     "image of change ", "is kept under another person than it is of"},
    {"SELECT b.type::bigint FROM {event_block} b LEFT JOIN {event_run} r ON r.tenant_id = $1 AND "
     "r.type = b.type AND r.run = b.run WHERE b.tenant_id = $1 AND r.run IS NULL",
     "event index of type ", "has a block of no run"},
    {"SELECT b.type::bigint FROM {name_block} b LEFT JOIN {name_run} r ON r.tenant_id = $1 AND "
     "r.type = b.type AND r.kind = b.kind AND r.run = b.run WHERE b.tenant_id = $1 AND r.run IS "
     "NULL",
     "names of type ", "have a block of no run"},
    {"SELECT count(*) FROM {view} v JOIN {lock} l ON l.tenant_id = $1 WHERE v.tenant_id = $1 AND "
     "v.catalog <> '' AND NOT EXISTS (SELECT 1 FROM {catalog} c WHERE c.digest = v.catalog) "
     "HAVING count(*) > 0",
     "views of the tenant: ", "are of no catalog that is there"},
};

std::string Filled(const PgSession& session, std::string_view sql) {
  std::string out;
  while (true) {
    const size_t open = sql.find('{');
    out += sql.substr(0, open);
    if (open == std::string_view::npos) return out;
    const size_t close = sql.find('}', open);
    out += session.Name(Concat("relata_", sql.substr(open + 1, close - open - 1)));
    sql.remove_prefix(close + 1);
  }
}

// The rows of the indexes of one tenant, page by page.
class PgPacked : public PackedRows {
 public:
  using Read = std::function<void(const PgResult&, int)>;

  explicit PgPacked(PgSession* session) : session_(session) {}

  absl::Status EventBlocks(TypeId type, const EventRun& run,
                           const std::function<void(std::string_view, EventEntry)>& sink) override {
    EventEntry last{-1, -1};
    return Pages(
        Concat("SELECT entries, last_subject, last_seq FROM ", session_->Name("relata_event_block"),
               " WHERE tenant_id = $1 AND type = $2 AND run = $3 AND (last_subject, last_seq) > "
               "($4, $5) ORDER BY last_subject, last_seq"),
        [&] {
          PgFields fields = session_->Mine();
          fields.Int4(type).Int(run.run).Int(last.subject).Int(last.seq);
          return fields;
        },
        [&](const PgResult& r, int i) {
          last = {r.Int(i, 1), r.Int(i, 2)};
          sink(r.Bytes(i, 0), last);
        });
  }

  absl::Status EventsUpTo(TypeId type, Seq until,
                          const std::function<void(EventEntry)>& sink) override {
    const PgTable& table = session_->catalog->Physical(type);
    Seq last = INT64_MIN;
    return Pages(
        Concat("SELECT subject, seq FROM ", table.name, " WHERE ", table.Mine(type),
               " AND seq > $2 AND seq <= $3 ORDER BY seq"),
        [&] {
          PgFields fields = session_->Mine();
          fields.Int(last).Int(until);
          return fields;
        },
        [&](const PgResult& r, int i) {
          last = r.Int(i, 1);
          sink({r.Int(i, 0), last});
        });
  }

  absl::Status LooseIds(TypeId type,
                        const std::function<void(Row, std::string_view)>& sink) override {
    std::string last;
    return Pages(
        [&] {
          return Concat("SELECT id, \"row\" FROM ", session_->Name("relata_id"),
                        " WHERE tenant_id = $1 AND type = $2", last.empty() ? "" : " AND id > $3",
                        " ORDER BY id");
        },
        [&] {
          PgFields fields = session_->Mine();
          fields.Int4(type);
          if (!last.empty()) fields.Bytes(last);
          return fields;
        },
        [&](const PgResult& r, int i) {
          last = r.Bytes(i, 0);
          sink(r.Int(i, 1), last);
        });
  }

  absl::Status RecordIds(TypeId type,
                         const std::function<void(Row, std::string_view)>& sink) override {
    const PgTable& table = session_->catalog->Physical(type);
    Row last = INT64_MIN;
    return Pages(
        Concat("SELECT \"row\", id FROM ", table.name, " WHERE ", table.Mine(type),
               " AND \"row\" > $2 ORDER BY \"row\""),
        [&] {
          PgFields fields = session_->Mine();
          return std::move(fields.Int(last));
        },
        [&](const PgResult& r, int i) {
          last = r.Int(i, 0);
          sink(last, r.Bytes(i, 1));
        });
  }

 private:
  absl::Status Pages(const std::string& sql, const std::function<PgFields()>& fields,
                     const Read& read) {
    return Pages([&] { return sql; }, fields, read);
  }
  absl::Status Pages(const std::function<std::string()>& sql,
                     const std::function<PgFields()>& fields, const Read& read) {
    while (true) {
      RELATA_ASSIGN_OR_RETURN(const PgResult page,
                              session_->connection->Query(sql() + " LIMIT 4096", fields()));
      for (int i = 0; i < page.rows(); ++i) read(page, i);
      if (page.rows() < 4096) return absl::OkStatus();
    }
  }

  PgSession* session_;
};

// The steps by name that made what the tenant uses; their statements are recorded when they are
// taken and never again.
std::set<std::string> StepsOf(const PgSession& session) {
  std::set<std::string> names;
  for (const PgStep& step : SystemTables(session.dialect)) names.insert(step.name);
  const PgCatalog& catalog = *session.catalog;
  for (const PgStep& step : TableSteps(session.dialect, catalog, {})) names.insert(step.name);
  for (const auto& [type, table] : catalog.tables) {
    if (table.own) continue;
    const std::string bare = table.name.substr(table.name.find("\".\"") + 3);
    for (const PgColumn& column : table.columns) {
      for (const std::string& name : {column.name, column.extra}) {
        if (!name.empty()) {
          names.insert(Concat("column ", bare.substr(0, bare.size() - 1), ".", name));
        }
      }
    }
  }
  names.erase("schema");
  return names;
}

}  // namespace

absl::StatusOr<std::string> PgReads::Describe() {
  RELATA_ASSIGN_OR_RETURN(
      const PgResult tenant,
      Query(Concat("SELECT name FROM ", session_->Name("relata_tenant"), " WHERE tenant_id = $1"),
            session_->Mine()));
  std::string out = Concat(tenant.rows() == 0 ? "" : tenant.Text(0, 0), "\n",
                           CatalogText(*session_->catalog), "\n");
  RELATA_ASSIGN_OR_RETURN(
      const PgResult taken,
      Query(Concat("SELECT name, statement FROM ", session_->Name("relata_migration")), {}));
  const std::set<std::string> mine = StepsOf(*session_);
  std::map<std::string, std::string> steps;
  for (int i = 0; i < taken.rows(); ++i) {
    // Tables of the system that came with a later version are no part of what was promised.
    if (mine.contains(taken.Text(i, 0))) steps[taken.Text(i, 0)] = taken.Text(i, 1);
  }
  for (const PgStep& step : SystemTables(session_->dialect)) steps.erase(step.name);
  for (const auto& [name, statement] : steps) out += Concat(name, ": ", statement, "\n");
  return out;
}

absl::StatusOr<std::vector<std::string>> PgReads::LogNames() {
  RELATA_ASSIGN_OR_RETURN(const PgResult r,
                          Query(Concat("SELECT DISTINCT log FROM ", session_->Name("relata_log"),
                                       " WHERE tenant_id = $1"),
                                session_->Mine()));
  std::vector<std::string> names;
  for (int i = 0; i < r.rows(); ++i) names.push_back(r.Text(i, 0));
  return names;
}

absl::Status PgReads::ScanErasedEvents(const std::function<void(TypeId, Seq)>& sink) {
  std::pair<int64_t, Seq> last(-1, INT64_MIN);
  return Pages(
      Concat("SELECT type, seq FROM ", session_->Name("relata_erased_event"),
             " WHERE tenant_id = $1 AND (type, seq) > ($2, $3) ORDER BY type, seq LIMIT 4096"),
      [&] {
        PgFields fields = session_->Mine();
        fields.Int4(last.first).Int(last.second);
        return fields;
      },
      [&](const PgResult& r, int i) -> absl::Status {
        last = {r.Int(i, 0), r.Int(i, 1)};
        if (last.first < 0 || last.first >= kNoType) {
          return DataLoss("an erased event is of no type");
        }
        sink(static_cast<TypeId>(last.first), last.second);
        return absl::OkStatus();
      });
}

absl::Status PgReads::CheckInsides(const StoreInsides::Wrong& wrong) {
  for (const Contradiction& c : kContradictions) {
    RELATA_ASSIGN_OR_RETURN(const PgResult rows, Query(Filled(*session_, c.sql), session_->Mine()));
    for (int i = 0; i < rows.rows(); ++i) wrong(Concat(c.where, rows.Int(i, 0)), c.what);
  }
  RELATA_RETURN_IF_ERROR(CheckShared(wrong));
  RELATA_RETURN_IF_ERROR(CheckTypes(wrong));
  std::map<TypeId, std::set<Seq>> erased;
  RELATA_RETURN_IF_ERROR(ScanErasedEvents([&](TypeId type, Seq seq) { erased[type].insert(seq); }));
  PgPacked packed(session_.get());
  PgEventRuns runs(session_.get());
  PgNameRuns names(session_.get());
  for (const auto& [type, table] : session_->catalog->layout.tables()) {
    if (table.spec.kind == TableSpec::Kind::kEvent) {
      RELATA_ASSIGN_OR_RETURN(const bool holds, EventIndexHolds(packed, runs, type, erased[type]));
      if (!holds) wrong(Concat("event index of ", table.spec.name), "does not say what is there");
      continue;
    }
    for (const NameSpace::Kind kind : {NameSpace::Kind::kId, NameSpace::Kind::kKey}) {
      const bool own =
          kind == NameSpace::Kind::kId && session_->IdsIndexed(session_->catalog->Physical(type));
      if (own) continue;
      RELATA_ASSIGN_OR_RETURN(const bool hold, NamesHold(packed, names, {type, kind}));
      if (!hold) wrong(Concat("names of ", table.spec.name), "are not those of the records");
    }
  }
  return absl::OkStatus();
}

// Runs of types that are not what they index.
absl::Status PgReads::CheckTypes(const StoreInsides::Wrong& wrong) {
  const auto is = [&](int64_t type, TableSpec::Kind kind) {
    const auto& tables = session_->catalog->layout.tables();
    const auto found = tables.find(static_cast<TypeId>(type));
    return type >= 0 && type < kNoType && found != tables.end() && found->second.spec.kind == kind;
  };
  RELATA_ASSIGN_OR_RETURN(const PgResult names,
                          Query(Concat("SELECT type, kind FROM ", session_->Name("relata_name_run"),
                                       " WHERE tenant_id = $1 UNION SELECT type, 0 FROM ",
                                       session_->Name("relata_id"), " WHERE tenant_id = $1"),
                                session_->Mine()));
  for (int i = 0; i < names.rows(); ++i) {
    const int64_t kind = names.Int(i, 1);
    if ((kind == 0 || kind == 1) && is(names.Int(i, 0), TableSpec::Kind::kRecord)) continue;
    wrong(Concat("names of type ", names.Int(i, 0)), "are of no records");
  }
  RELATA_ASSIGN_OR_RETURN(const PgResult events,
                          Query(Concat("SELECT DISTINCT type FROM ",
                                       session_->Name("relata_event_run"), " WHERE tenant_id = $1"),
                                session_->Mine()));
  for (int i = 0; i < events.rows(); ++i) {
    if (is(events.Int(i, 0), TableSpec::Kind::kEvent)) continue;
    wrong(Concat("event index of type ", events.Int(i, 0)), "is of no events");
  }
  return absl::OkStatus();
}

// The tables that all tenants share: the format, the steps taken, the stored catalog.
absl::Status PgReads::CheckShared(const StoreInsides::Wrong& wrong) {
  constexpr const char* kOther = "says something else of its own format than this version wrote";
  RELATA_ASSIGN_OR_RETURN(
      const PgResult meta,
      Query(Concat("SELECT key, value FROM ", session_->Name("relata_meta")), {}));
  std::map<std::string, std::string> said;
  for (int i = 0; i < meta.rows(); ++i) said[meta.Text(i, 0)] = meta.Text(i, 1);
  if (said != std::map<std::string, std::string>{{"format", std::to_string(kPgFormat)},
                                                 {"step", std::to_string(kPgStep)}}) {
    wrong("the database", kOther);
  }
  const PgCatalog& catalog = *session_->catalog;
  PgFields digest;
  digest.Text(catalog.digest);
  RELATA_ASSIGN_OR_RETURN(
      const PgResult body,
      Query(Concat("SELECT body FROM ", session_->Name("relata_catalog"), " WHERE digest = $1"),
            std::move(digest)));
  const bool stored = body.rows() == 1 && body.Text(0, 0) == CatalogText(catalog);
  if (!stored && !catalog.digest.empty()) {
    wrong("the catalog", "of the tenant's tables is not the one that was stored");
  }
  return CheckSteps(wrong);
}

// A step names a table, column or index that is there; those of the system have one statement.
absl::Status PgReads::CheckSteps(const StoreInsides::Wrong& wrong) {
  std::map<std::string, std::string> system;
  for (PgStep& step : SystemTables(session_->dialect)) system[step.name] = std::move(step.sql);
  system.erase("schema");
  const std::set<std::string> mine = StepsOf(*session_);
  RELATA_ASSIGN_OR_RETURN(const PgColumns present,
                          PresentColumns(*session_->connection, session_->dialect));
  PgFields schema;
  schema.Text(session_->dialect.schema);
  RELATA_ASSIGN_OR_RETURN(
      const PgResult made,
      Query("SELECT indexname::text FROM pg_catalog.pg_indexes WHERE schemaname = $1::text",
            std::move(schema)));
  std::set<std::string> indexes;
  for (int i = 0; i < made.rows(); ++i) indexes.insert(made.Text(i, 0));
  const auto names_something = [&](std::string_view name) {
    if (mine.contains(std::string(name))) return true;
    const size_t space = name.find(' ');
    if (space == std::string_view::npos) return false;
    const std::string_view kind = name.substr(0, space);
    name.remove_prefix(space + 1);
    if (kind == "column") {
      const auto table = present.find(std::string(name.substr(0, name.find('.'))));
      return table != present.end() &&
             table->second.contains(std::string(name.substr(name.find('.') + 1)));
    }
    if (kind == "index") return indexes.contains(std::string(name));
    return present.contains(std::string(name));
  };
  RELATA_ASSIGN_OR_RETURN(
      const PgResult taken,
      Query(Concat("SELECT name, statement FROM ", session_->Name("relata_migration")), {}));
  for (int i = 0; i < taken.rows(); ++i) {
    const std::string name = taken.Text(i, 0);
    const auto known = system.find(name);
    if (known == system.end()) {
      if (!names_something(name)) wrong(name, "is a step of nothing that is there");
      continue;
    }
    if (known->second != taken.Text(i, 1)) wrong(name, "was made by another statement");
    system.erase(known);
  }
  for (const auto& [name, statement] : system) wrong(name, "is a step that was not taken");
  return absl::OkStatus();
}

}  // namespace relata::internal

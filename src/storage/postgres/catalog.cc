// SPDX-License-Identifier: Apache-2.0

#include "storage/postgres/catalog.h"

#include <sodium.h>

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>

#include "storage/physical.h"

namespace relata::internal {
namespace {

using Json = nlohmann::json;
using Kind = Value::Kind;

constexpr size_t kLongestName = 63;
constexpr char kText[] = "text COLLATE \"C\"";

std::string SqlType(Kind kind) {
  switch (kind) {
    case Kind::kBool:
      return "boolean";
    case Kind::kDouble:
      return "double precision";
    case Kind::kText:
    case Kind::kList:
      return "text";
    case Kind::kTimestamp:
      return "timestamp with time zone";
    case Kind::kDate:
      return "date";
    default:
      return "bigint";
  }
}

std::string ExtraType(Kind kind) { return kind == Kind::kMoney ? "text" : "integer"; }

// `type` as a column is declared with it.
std::string Declared(const std::string& type) { return type == "text" ? kText : type; }

std::string Digest(std::string_view text) {
  unsigned char hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  char hex[sizeof hash * 2 + 1];
  sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
  return hex;
}

// The table's name without quotes and schema.
std::string BareName(const PgTable& table) {
  std::string name = table.name.substr(table.name.find("\".\"") + 3);
  name.pop_back();
  return name;
}

// Names of one table: taken by this tenant's fields, or free.
class Names {
 public:
  Names() {
    for (const char* name : {"tenant_id", "type", "row", "id", "deleted", "seq", "subject", "at",
                             "ext", "tableoid", "ctid", "xmin", "cmin", "xmax", "cmax"}) {
      used_.insert(name);
    }
  }
  void Use(const std::string& name) { used_.insert(name); }

  // `wanted`, or the first variant of it that no field of ours has and that is absent or of `type`.
  std::string Take(const std::string& wanted, FieldId field, const std::string& type,
                   const std::map<std::string, std::string>& present) {
    std::string name = Shortened(wanted, kLongestName);
    for (int i = 0;; ++i) {
      const auto there = present.find(name);
      const bool fits = there == present.end() || there->second == type;
      if (fits && used_.insert(name).second) return name;
      const std::string suffix = Concat("_", field, i == 0 ? "" : Concat("_", i));
      name = Shortened(wanted, kLongestName - suffix.size()) + suffix;
    }
  }

 private:
  std::set<std::string> used_;
};

void PlaceColumns(const TableSpec& spec, PgTable& table,
                  const std::map<std::string, std::string>& present) {
  Names names;
  for (const PgColumn& column : table.columns) {
    names.Use(column.name);
    names.Use(column.extra);
  }
  for (size_t i = table.columns.size(); i < spec.columns.size(); ++i) {
    const ColumnSpec& column = spec.columns[i];
    if (table.own || column.custom) {
      table.columns.push_back({});
      continue;
    }
    PgColumn out{names.Take(column.name, column.field, SqlType(column.kind), present), ""};
    if (HasExtra(column)) {
      const char* suffix = column.kind == Kind::kMoney ? "_currency" : "_type";
      out.extra = names.Take(Shortened(out.name, kLongestName - 9) + suffix, column.field,
                             ExtraType(column.kind), present);
    }
    table.columns.push_back(std::move(out));
  }
}

// Columns of one table with their types, in order.
std::vector<std::pair<std::string, std::string>> ColumnsOf(const TableSpec& spec,
                                                           const PgTable& table) {
  std::vector<std::pair<std::string, std::string>> out;
  for (size_t i = 0; i < spec.columns.size(); ++i) {
    const PgColumn& column = table.columns[i];
    if (column.name.empty()) continue;
    out.emplace_back(column.name, SqlType(spec.columns[i].kind));
    if (!column.extra.empty()) out.emplace_back(column.extra, ExtraType(spec.columns[i].kind));
  }
  return out;
}

// On a distributed server: the statement that spreads a table, which does nothing a second time.
void Spread(const PgDialect& dialect, const std::string& table, bool reference,
            std::vector<PgStep>& steps) {
  if (!dialect.distributed) return;
  const std::string name = QuoteText(dialect.Name(table));
  const std::string unless = Concat(
      " WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_dist_partition "
      "WHERE logicalrelid = ",
      name, "::regclass)");
  if (reference) {
    steps.push_back(
        {"reference " + table, Concat("SELECT create_reference_table(", name, ")", unless)});
    return;
  }
  const std::string with =
      table == "relata_lock" ? std::string("'none'") : QuoteText(dialect.Name("relata_lock"));
  steps.push_back(
      {"distribute " + table, Concat("SELECT create_distributed_table(", name,
                                     ", 'tenant_id', colocate_with => ", with, ")", unless)});
}

void CreateTypeTable(const PgDialect& dialect, const TableSpec& spec, const PgTable& table,
                     std::vector<PgStep>& steps) {
  const std::string bare = BareName(table);
  const bool record = spec.kind == TableSpec::Kind::kRecord;
  std::string sql =
      Concat("CREATE TABLE IF NOT EXISTS ", table.name, "(tenant_id bigint NOT NULL, ",
             record ? "\"row\" bigint NOT NULL, id uuid NOT NULL, "
                      "deleted boolean NOT NULL, ext jsonb"
                    : "seq bigint NOT NULL, subject bigint NOT NULL, "
                      "at timestamp with time zone NOT NULL, ext jsonb");
  for (const auto& [name, type] : ColumnsOf(spec, table)) {
    sql += Concat(", ", QuoteName(name), " ", Declared(type));
  }
  sql += record ? ", PRIMARY KEY(tenant_id, \"row\"))" : ", PRIMARY KEY(tenant_id, seq))";
  steps.push_back({"table " + bare, std::move(sql)});
  Spread(dialect, bare, false, steps);
  const auto index = [&](const char* suffix, const char* on) {
    const std::string name = Shortened(bare, kLongestName - 8) + suffix;
    steps.push_back({"index " + name, Concat("CREATE INDEX IF NOT EXISTS ", QuoteName(name), " ON ",
                                             table.name, on)});
  };
  if (!record && dialect.brin) index("_at", " USING brin (tenant_id, at)");
  if (!record && dialect.subject_index) index("_subject", " (tenant_id, subject, seq)");
}

}  // namespace

std::string PgDialect::Name(std::string_view table) const {
  return Concat(QuoteName(schema), ".", QuoteName(table));
}

std::string Shortened(std::string_view name, size_t most) {
  if (name.size() <= most) return std::string(name);
  while (most > 0 && (static_cast<unsigned char>(name[most]) & 0xc0U) == 0x80U) --most;
  return std::string(name.substr(0, most));
}

std::vector<PgStep> SystemTables(const PgDialect& dialect) {
  struct Declaration {
    const char* name;
    const char* columns;
    bool reference = false;
  };
  static constexpr Declaration kTables[] = {
      {"relata_meta", "key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY(key)", true},
      {"relata_migration", "name TEXT NOT NULL, statement TEXT NOT NULL, PRIMARY KEY(name)", true},
      {"relata_tenant",
       "tenant_id bigint NOT NULL, name TEXT NOT NULL, PRIMARY KEY(tenant_id), UNIQUE(name)", true},
      {"relata_catalog", "digest TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY(digest)", true},
      {"relata_lock", "tenant_id bigint NOT NULL, catalog TEXT NOT NULL, PRIMARY KEY(tenant_id)"},
      {"relata_view", "tenant_id bigint NOT NULL, catalog TEXT NOT NULL, PRIMARY KEY(tenant_id)"},
      {"relata_commit",
       "tenant_id bigint NOT NULL, id bigint NOT NULL, recorded timestamptz NOT NULL, "
       "actor TEXT NOT NULL, source TEXT NOT NULL, reason TEXT NOT NULL, "
       "operation_id TEXT NOT NULL, salt bytea NOT NULL, commitment bytea NOT NULL, "
       "chain bytea NOT NULL, last_seq bigint NOT NULL, PRIMARY KEY(tenant_id, id)"},
      {"relata_operation",
       "tenant_id bigint NOT NULL, operation_id TEXT NOT NULL, commit_id bigint NOT NULL, "
       "result bytea NOT NULL, PRIMARY KEY(tenant_id, operation_id)"},
      {"relata_change",
       "tenant_id bigint NOT NULL, seq bigint NOT NULL, commit_id bigint NOT NULL, "
       "type integer NOT NULL, \"row\" bigint NOT NULL, rows bigint NOT NULL, op integer NOT NULL, "
       "subject_type integer, subject bigint, effective_at timestamptz, before bytea, "
       "personal_digest bytea, PRIMARY KEY(tenant_id, seq)"},
      {"relata_personal_image",
       "tenant_id bigint NOT NULL, seq bigint NOT NULL, subject_type integer NOT NULL, "
       "subject bigint NOT NULL, image bytea NOT NULL, PRIMARY KEY(tenant_id, seq)"},
      {"relata_ledger",
       "tenant_id bigint NOT NULL, seq bigint NOT NULL, person_type integer NOT NULL, "
       "person bigint NOT NULL, point_type integer NOT NULL, point bigint NOT NULL, "
       "at timestamptz NOT NULL, body bytea NOT NULL, PRIMARY KEY(tenant_id, seq)"},
      {"relata_external_key",
       "tenant_id bigint NOT NULL, type integer NOT NULL, system TEXT NOT NULL, "
       "key TEXT NOT NULL, \"row\" bigint NOT NULL, PRIMARY KEY(tenant_id, type, system, key)"},
      {"relata_alias",
       "tenant_id bigint NOT NULL, from_commit bigint NOT NULL, loser_type integer NOT NULL, "
       "loser bigint NOT NULL, winner_type integer NOT NULL, winner bigint NOT NULL, "
       "until_commit bigint, PRIMARY KEY(tenant_id, from_commit, loser_type, loser)"},
      {"relata_definition",
       "tenant_id bigint NOT NULL, place bigint NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, "
       "version bigint NOT NULL, body TEXT NOT NULL, PRIMARY KEY(tenant_id, place), "
       "UNIQUE(tenant_id, kind, name, version)"},
      {"relata_log",
       "tenant_id bigint NOT NULL, log TEXT NOT NULL, seq bigint NOT NULL, "
       "subject_type integer NOT NULL, subject bigint NOT NULL, key TEXT NOT NULL, "
       "at timestamptz NOT NULL, body TEXT NOT NULL, PRIMARY KEY(tenant_id, log, seq)"},
      {"relata_erased_event",
       "tenant_id bigint NOT NULL, type integer NOT NULL, seq bigint NOT NULL, "
       "PRIMARY KEY(tenant_id, type, seq)"},
      {"relata_event_run",
       "tenant_id bigint NOT NULL, type integer NOT NULL, run bigint NOT NULL, "
       "first_seq bigint NOT NULL, last_seq bigint NOT NULL, entries bigint NOT NULL, "
       "PRIMARY KEY(tenant_id, type, run)"},
      {"relata_event_block",
       "tenant_id bigint NOT NULL, type integer NOT NULL, run bigint NOT NULL, "
       "last_subject bigint NOT NULL, last_seq bigint NOT NULL, entries bytea NOT NULL, "
       "PRIMARY KEY(tenant_id, type, run, last_subject, last_seq)"},
      {"relata_name_run",
       "tenant_id bigint NOT NULL, type integer NOT NULL, kind integer NOT NULL, "
       "run bigint NOT NULL, entries bigint NOT NULL, PRIMARY KEY(tenant_id, type, kind, run)"},
      {"relata_name_block",
       "tenant_id bigint NOT NULL, type integer NOT NULL, kind integer NOT NULL, "
       "run bigint NOT NULL, last bytea NOT NULL, entries bytea NOT NULL, "
       "PRIMARY KEY(tenant_id, type, kind, run, last)"},
      {"relata_id",
       "tenant_id bigint NOT NULL, type integer NOT NULL, id uuid NOT NULL, "
       "\"row\" bigint NOT NULL, PRIMARY KEY(tenant_id, type, id)"},
      {"relata_own_record",
       "tenant_id bigint NOT NULL, type integer NOT NULL, \"row\" bigint NOT NULL, "
       "id uuid NOT NULL, deleted boolean NOT NULL, ext jsonb, "
       "PRIMARY KEY(tenant_id, type, \"row\"), UNIQUE(tenant_id, type, id)"},
      {"relata_own_event",
       "tenant_id bigint NOT NULL, type integer NOT NULL, seq bigint NOT NULL, "
       "subject bigint NOT NULL, at timestamptz NOT NULL, ext jsonb, "
       "PRIMARY KEY(tenant_id, type, seq)"},
  };
  static constexpr const char* kIndexes[][3] = {
      {"relata_change_record", "relata_change", " (tenant_id, type, \"row\") WHERE rows = 1"},
      {"relata_change_range", "relata_change", " (tenant_id, type, \"row\") WHERE rows > 1"},
      {"relata_personal_image_subject", "relata_personal_image",
       " (tenant_id, subject_type, subject)"},
      {"relata_ledger_person", "relata_ledger", " (tenant_id, person_type, person, seq)"},
      {"relata_log_key", "relata_log", " (tenant_id, log, key, seq) WHERE key <> ''"},
  };
  std::vector<PgStep> steps = {
      {"schema", Concat("CREATE SCHEMA IF NOT EXISTS ", QuoteName(dialect.schema))}};
  for (const Declaration& table : kTables) {
    std::string columns = table.columns;
    for (size_t at = 0; (at = columns.find("TEXT", at)) != std::string::npos;) {
      columns.replace(at, 4, kText);
    }
    steps.push_back(
        {Concat("table ", table.name),
         Concat("CREATE TABLE IF NOT EXISTS ", dialect.Name(table.name), "(", columns, ")")});
    Spread(dialect, table.name, table.reference, steps);
  }
  for (const auto& [name, table, on] : kIndexes) {
    steps.push_back({Concat("index ", name), Concat("CREATE INDEX IF NOT EXISTS ", QuoteName(name),
                                                    " ON ", dialect.Name(table), on)});
  }
  return steps;
}

absl::StatusOr<PgColumns> PresentColumns(PgConnection& connection, const PgDialect& dialect) {
  PgFields fields;
  fields.Text(dialect.schema);
  RELATA_ASSIGN_OR_RETURN(
      const PgResult rows,
      connection.Query(
          "SELECT c.relname::text, a.attname::text, "
          "pg_catalog.format_type(a.atttypid, a.atttypmod) FROM pg_catalog.pg_attribute a "
          "JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
          "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
          "WHERE n.nspname = $1::text AND c.relkind IN ('r', 'p') AND a.attnum > 0 "
          "AND NOT a.attisdropped",
          std::move(fields)));
  PgColumns columns;
  for (int i = 0; i < rows.rows(); ++i) {
    columns[rows.Text(i, 0)][rows.Text(i, 1)] = rows.Text(i, 2);
  }
  return columns;
}

std::vector<PgStep> TableSteps(const PgDialect& dialect, const PgCatalog& catalog,
                               const PgColumns& present) {
  std::vector<PgStep> steps;
  for (const auto& [type, table] : catalog.layout.tables()) {
    const PgTable& physical = catalog.Physical(type);
    if (physical.own) continue;
    const std::string bare = BareName(physical);
    const auto there = present.find(bare);
    if (there == present.end()) {
      CreateTypeTable(dialect, table.spec, physical, steps);
      continue;
    }
    for (const auto& [name, sql_type] : ColumnsOf(table.spec, physical)) {
      if (there->second.contains(name)) continue;
      steps.push_back({Concat("column ", bare, ".", name),
                       Concat("ALTER TABLE ", physical.name, " ADD COLUMN IF NOT EXISTS ",
                              QuoteName(name), " ", Declared(sql_type))});
    }
  }
  return steps;
}

absl::StatusOr<PgCatalog> Place(const PgDialect& dialect, Layout layout, const PgCatalog& old,
                                const PgColumns& present) {
  static const std::map<std::string, std::string> kNothing;
  PgCatalog placed;
  placed.tables = old.tables;
  placed.layout = std::move(layout);
  std::set<std::string> taken;
  for (const auto& [type, table] : placed.tables) taken.insert(table.name);
  for (const auto& [type, table] : placed.layout.tables()) {
    const bool fresh = !placed.tables.contains(type);
    PgTable& physical = placed.tables[type];
    const bool record = table.spec.kind == TableSpec::Kind::kRecord;
    if (fresh) {
      physical.own = table.spec.custom;
      std::string bare = physical.own ? (record ? "relata_own_record" : "relata_own_event")
                                      : Concat(record ? "r_" : "ev_", table.spec.name);
      bare = Shortened(bare, kLongestName);
      if (!physical.own && taken.contains(dialect.Name(bare))) {
        // Another type of ours once had this name.
        const std::string suffix = Concat("_", type);
        bare = Shortened(bare, kLongestName - suffix.size()) + suffix;
      }
      physical.name = dialect.Name(bare);
      taken.insert(physical.name);
    }
    const auto there = present.find(BareName(physical));
    PlaceColumns(table.spec, physical, there == present.end() ? kNothing : there->second);
  }
  placed.digest = Digest(CatalogText(placed));
  return placed;
}

std::string CatalogText(const PgCatalog& catalog) {
  Json types = Json::array();
  for (const auto& [type, table] : catalog.layout.tables()) {
    const PgTable& physical = catalog.Physical(type);
    Json columns = Json::array();
    for (size_t i = 0; i < table.spec.columns.size(); ++i) {
      const ColumnSpec& c = table.spec.columns[i];
      columns.push_back({c.field, c.name, static_cast<int>(c.kind), c.target, c.personal, c.custom,
                         physical.columns[i].name, physical.columns[i].extra});
    }
    types.push_back({type, table.spec.name, static_cast<int>(table.spec.kind), table.spec.subject,
                     table.spec.title, table.spec.custom, physical.name, physical.own,
                     std::move(columns)});
  }
  return types.dump(-1, ' ', false, Json::error_handler_t::replace);
}

namespace {

// What nlohmann/json throws ends here.
absl::Status ReadTypes(std::string_view text, PgCatalog& catalog) {
  try {
    std::vector<TableSpec> specs;
    for (const Json& type : Json::parse(text)) {
      TableSpec spec;
      spec.type = type.at(0).get<TypeId>();
      spec.name = type.at(1).get<std::string>();
      spec.kind = static_cast<TableSpec::Kind>(type.at(2).get<int>());
      spec.subject = type.at(3).get<TypeId>();
      spec.title = type.at(4).get<std::string>();
      spec.custom = type.at(5).get<bool>();
      PgTable& table = catalog.tables[spec.type];
      table.name = type.at(6).get<std::string>();
      table.own = type.at(7).get<bool>();
      for (const Json& c : type.at(8)) {
        spec.columns.push_back({c.at(0).get<FieldId>(), c.at(1).get<std::string>(),
                                static_cast<Kind>(c.at(2).get<int>()), c.at(3).get<TypeId>(),
                                c.at(4).get<bool>(), c.at(5).get<bool>()});
        table.columns.push_back({c.at(6).get<std::string>(), c.at(7).get<std::string>()});
      }
      specs.push_back(std::move(spec));
    }
    catalog.layout = Layout(std::move(specs));
    return absl::OkStatus();
  } catch (const Json::exception& e) {
    return DataLoss(Concat("a stored catalog cannot be read: ", e.what()));
  }
}

// The catalogs in use in this process, by digest.
struct CatalogCache {
  std::mutex mutex;
  std::map<std::string, std::weak_ptr<const PgCatalog>> held;
};

CatalogCache& Cache() {
  static CatalogCache& cache = *new CatalogCache;
  return cache;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const PgCatalog>> ReadCatalog(std::string_view text) {
  const std::string digest = text.empty() ? "" : Digest(text);
  CatalogCache& cache = Cache();
  const std::lock_guard lock(cache.mutex);
  if (auto held = cache.held[digest].lock(); held != nullptr) return held;
  auto catalog = std::make_shared<PgCatalog>();
  catalog->digest = digest;
  if (!text.empty()) RELATA_RETURN_IF_ERROR(ReadTypes(text, *catalog));
  std::erase_if(cache.held, [](const auto& entry) { return entry.second.expired(); });
  cache.held[digest] = catalog;
  return std::shared_ptr<const PgCatalog>(std::move(catalog));
}

absl::StatusOr<std::shared_ptr<const PgCatalog>> LoadCatalog(PgConnection& connection,
                                                             const PgDialect& dialect,
                                                             const std::string& digest) {
  if (digest.empty()) return ReadCatalog("");
  {
    CatalogCache& cache = Cache();
    const std::lock_guard lock(cache.mutex);
    if (const auto found = cache.held.find(digest); found != cache.held.end()) {
      if (auto held = found->second.lock(); held != nullptr) return held;
    }
  }
  PgFields fields;
  fields.Text(digest);
  RELATA_ASSIGN_OR_RETURN(
      const PgResult body,
      connection.Query(
          Concat("SELECT body FROM ", dialect.Name("relata_catalog"), " WHERE digest = $1"),
          std::move(fields)));
  if (body.rows() == 0) return DataLoss("the tenant's catalog is missing");
  return ReadCatalog(body.Text(0, 0));
}

}  // namespace relata::internal

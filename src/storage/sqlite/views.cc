// SPDX-License-Identifier: Apache-2.0
//
// The SQL face: one view a type, with public ids, ISO times, decimal amounts and the names of
// linked records; and views of the commits, the changes and the consent ledger.

#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "storage/sqlite/catalog.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

std::string UuidText(const std::string& id) {
  const std::string hex = Concat("hex(", id, ")");
  return Concat("lower(substr(", hex, ",1,8)||'-'||substr(", hex, ",9,4)||'-'||substr(", hex,
                ",13,4)||'-'||substr(", hex, ",17,4)||'-'||substr(", hex, ",21))");
}

// RFC 3339 in UTC with a fraction only when there is one, also before 1970.
std::string InstantText(const std::string& micros) {
  const std::string fraction = Concat("((", micros, "%1000000+1000000)%1000000)");
  return Concat("strftime('%Y-%m-%dT%H:%M:%S',(", micros, "-", fraction,
                ")/1000000,'unixepoch')||rtrim(rtrim(printf('.%06d',", fraction,
                "),'0'),'.')||'Z'");
}

// Names of the columns of one view: each once, without regard to case.
class ViewColumns {
 public:
  void Add(const std::string& expression, const std::string& name) {
    std::string unique = name;
    for (int i = 2; !used_.insert(Folded(unique)).second; ++i) unique = Concat(name, "_", i);
    sql_ += Concat(sql_.empty() ? "" : ", ", expression, " AS ", QuoteName(unique));
  }
  const std::string& sql() const { return sql_; }

 private:
  static std::string Folded(std::string name) {
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return name;
  }

  std::set<std::string> used_;
  std::string sql_;
};

class Views {
 public:
  explicit Views(const Catalog& catalog) : catalog_(catalog) {}

  // Name and statement of each view.
  std::map<std::string, std::string> All() const {
    std::map<std::string, std::string> views;
    Put(views, "commit_history", CommitHistory());
    Put(views, "change_history", ChangeHistory());
    Put(views, "consent_ledger", ConsentLedger());
    for (const auto& [type, table] : catalog_.layout.tables()) {
      Put(views, table.spec.name,
          table.spec.kind == TableSpec::Kind::kRecord ? RecordView(table.spec)
                                                      : EventView(table.spec));
    }
    return views;
  }

 private:
  // A type of the same name comes later and takes the place of a built-in view.
  static void Put(std::map<std::string, std::string>& views, const std::string& name,
                  const std::string& query) {
    views[name] = Concat("CREATE VIEW ", QuoteName(name), " AS ", query);
  }

  // The expression for one field of the table aliased `alias`, as people read it.
  static std::string Scalar(const ColumnSpec& spec, const PhysicalColumn& column,
                            const char* alias) {
    const std::string value = Concat(alias, QuoteName(column.name));
    switch (spec.kind) {
      case Kind::kTimestamp:
        return InstantText(value);
      case Kind::kDuration:
        return Concat(value, "/1000000.0");
      case Kind::kDate:
        return Concat("date(", value, "*86400,'unixepoch')");
      case Kind::kMoney:
        return Concat(value, "/10000.0");
      default:
        return value;
    }
  }

  // A scalar subquery on the live record at row `row` of `type`; NULL when the type is unknown.
  std::string OfRecord(TypeId type, const std::string& row, const std::string& what) const {
    const auto table = catalog_.tables.find(type);
    const Layout::Table* layout = catalog_.layout.Find(type);
    if (table == catalog_.tables.end() || layout->spec.kind != TableSpec::Kind::kRecord) {
      return "NULL";
    }
    return Concat("(SELECT ", what, " FROM ", QuoteName(table->second.name), " r WHERE r.row=", row,
                  " AND r.deleted=0)");
  }

  std::string IdOf(TypeId type, const std::string& row) const {
    return OfRecord(type, row, UuidText("r.id"));
  }

  // The title of a record, or "" when its type has none: its title columns, those that are not
  // empty, with spaces between.
  std::string TitleOf(TypeId type, const std::string& row) const {
    const Layout::Table* table = catalog_.layout.Find(type);
    if (table == nullptr || table->spec.title.empty()) return "";
    std::vector<std::string> parts;
    std::istringstream names(table->spec.title);
    for (std::string name; names >> name;) {
      for (size_t i = 0; i < table->spec.columns.size(); ++i) {
        const ColumnSpec& column = table->spec.columns[i];
        if (column.name != name || column.kind == Kind::kRecord) continue;
        parts.push_back(Scalar(column, catalog_.Physical(type).columns[i], "r."));
      }
    }
    if (parts.empty()) return "";
    if (parts.size() == 1) return OfRecord(type, row, parts[0]);
    std::string joined;
    for (const std::string& part : parts) {
      joined += Concat(joined.empty() ? "" : "||", "coalesce(' '||", part, ",'')");
    }
    return OfRecord(type, row, Concat("nullif(substr(", joined, ",2),'')"));
  }

  // The id (or the title) of a record of any type, by the expressions for its type and row.
  std::string OfAny(const std::string& type, const std::string& row, bool title) const {
    std::string sql = Concat("CASE ", type);
    bool any = false;
    for (const auto& [id, table] : catalog_.layout.tables()) {
      if (table.spec.kind != TableSpec::Kind::kRecord) continue;
      const std::string what = title ? TitleOf(id, row) : IdOf(id, row);
      if (what.empty()) continue;
      sql += Concat(" WHEN ", id, " THEN ", what);
      any = true;
    }
    return any ? sql + " END" : "NULL";
  }

  std::string TypeName(const std::string& type) const {
    return Concat("(SELECT name FROM relata_type t WHERE t.type=", type, ")");
  }

  void AddField(const ColumnSpec& spec, const PhysicalColumn& column, ViewColumns& out) const {
    if (spec.kind != Kind::kRecord) {
      out.Add(Scalar(spec, column, "o."), spec.name);
      if (spec.kind == Kind::kMoney) {
        out.Add(Concat("o.", QuoteName(column.extra)), spec.name + "_currency");
      }
      return;
    }
    // The linked table is aliased r inside its subquery; the outer column needs the outer alias.
    const std::string row = Concat("o.", QuoteName(column.name));
    if (spec.target != kNoType) {
      out.Add(IdOf(spec.target, row), spec.name);
      const std::string title = TitleOf(spec.target, row);
      if (!title.empty()) out.Add(title, spec.name + "_name");
      return;
    }
    const std::string type = Concat("o.", QuoteName(column.extra));
    out.Add(OfAny(type, row, false), spec.name);
    out.Add(TypeName(type), spec.name + "_type");
    out.Add(OfAny(type, row, true), spec.name + "_name");
  }

  std::string RecordView(const TableSpec& spec) const {
    const PhysicalTable& physical = catalog_.Physical(spec.type);
    ViewColumns columns;
    columns.Add(UuidText("o.id"), "id");
    AddFields(spec, physical, columns);
    return Concat("SELECT ", columns.sql(), " FROM ", QuoteName(physical.name),
                  " o WHERE o.deleted=0");
  }

  std::string EventView(const TableSpec& spec) const {
    const PhysicalTable& physical = catalog_.Physical(spec.type);
    const Layout::Table* subject = catalog_.layout.Find(spec.subject);
    const std::string name = subject == nullptr ? "subject" : subject->spec.name;
    ViewColumns columns;
    columns.Add("o.seq", "seq");
    columns.Add(InstantText("o.at"), "at");
    columns.Add(IdOf(spec.subject, "o.subject"), name);
    const std::string title = TitleOf(spec.subject, "o.subject");
    if (!title.empty()) columns.Add(title, name + "_name");
    AddFields(spec, physical, columns);
    return Concat("SELECT ", columns.sql(), " FROM ", QuoteName(physical.name), " o");
  }

  void AddFields(const TableSpec& spec, const PhysicalTable& physical, ViewColumns& out) const {
    for (size_t i = 0; i < spec.columns.size(); ++i) {
      AddField(spec.columns[i], physical.columns[i], out);
    }
  }

  static std::string CommitHistory() {
    return Concat("SELECT id AS \"commit\", ", InstantText("recorded"),
                  " AS recorded, actor, source, reason, operation_id AS operation "
                  "FROM relata_commit");
  }

  std::string ChangeHistory() const {
    return Concat("SELECT c.commit_id AS \"commit\", ", InstantText("k.recorded"),
                  " AS recorded, k.actor, k.source, k.reason, ", TypeName("c.type"),
                  " AS type, CASE WHEN c.rows=1 THEN ", OfAny("c.type", "c.row", false),
                  " END AS id, c.rows AS records, "
                  "CASE c.op WHEN 0 THEN 'create' WHEN 1 THEN 'update' ELSE 'delete' END AS "
                  "action, ",
                  InstantText("c.effective_at"),
                  " AS effective_at FROM relata_change c JOIN relata_commit k ON "
                  "k.id=c.commit_id");
  }

  std::string ConsentLedger() const {
    return Concat("SELECT l.seq, ", InstantText("l.at"), " AS at, ", TypeName("l.person_type"),
                  " AS person_type, ", OfAny("l.person_type", "l.person", false), " AS person, ",
                  OfAny("l.person_type", "l.person", true), " AS person_name, ",
                  TypeName("l.point_type"), " AS point_type, ",
                  OfAny("l.point_type", "l.point", false), " AS point, ",
                  OfAny("l.point_type", "l.point", true), " AS point_name FROM relata_ledger l");
  }

  const Catalog& catalog_;
};

}  // namespace

absl::Status GenerateViews(Connection& connection, const Catalog& catalog) {
  std::map<std::string, std::string> wanted = Views(catalog).All();
  std::vector<std::string> stale;
  {
    RELATA_ASSIGN_OR_RETURN(
        Statement views,
        connection.Prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'view'"));
    while (true) {
      RELATA_ASSIGN_OR_RETURN(const bool row, views.Step());
      if (!row) break;
      const auto found = wanted.find(std::string(views.Text(0)));
      if (found != wanted.end() && found->second == views.Text(1)) {
        wanted.erase(found);
      } else {
        stale.emplace_back(views.Text(0));
      }
    }
  }
  for (const std::string& name : stale) {
    RELATA_RETURN_IF_ERROR(connection.Execute("DROP VIEW " + QuoteName(name)));
  }
  for (const auto& [name, sql] : wanted) {
    RELATA_RETURN_IF_ERROR(Annotate(connection.Execute(sql), name));
  }
  return absl::OkStatus();
}

}  // namespace relata::internal

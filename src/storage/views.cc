// SPDX-License-Identifier: Apache-2.0

#include "storage/views.h"

#include <set>
#include <sstream>
#include <utility>
#include <vector>

#include "base/strings.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

// Names of the columns of one view: each once, without regard to case.
class ViewColumns {
 public:
  explicit ViewColumns(size_t longest) : longest_(longest) {}

  void Add(const std::string& expression, const std::string& name) {
    std::string unique = Cut(name, 0);
    for (int i = 2; !used_.insert(Folded(unique)).second; ++i) {
      const std::string suffix = Concat("_", i);
      unique = Cut(name, suffix.size()) + suffix;
    }
    sql_ += Concat(sql_.empty() ? "" : ", ", expression, " AS ", QuoteName(unique));
  }
  const std::string& sql() const { return sql_; }

 private:
  std::string Cut(const std::string& name, size_t suffix) const {
    size_t most = longest_ - suffix;
    if (name.size() <= most) return name;
    while (most > 0 && (static_cast<unsigned char>(name[most]) & 0xc0U) == 0x80U) --most;
    return name.substr(0, most);
  }
  static std::string Folded(std::string name) {
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return name;
  }

  const size_t longest_;
  std::set<std::string> used_;
  std::string sql_;
};

std::string And(const std::string& a, const std::string& b) {
  return a.empty() ? b : b.empty() ? a : Concat(a, " AND ", b);
}

std::string Where(const std::string& condition) {
  return condition.empty() ? "" : " WHERE " + condition;
}

class Views {
 public:
  Views(const Layout& layout, const ViewDialect& dialect) : layout_(layout), to_(dialect) {}

  std::map<std::string, std::string> All() const {
    std::map<std::string, std::string> views;
    views["commit_history"] = CommitHistory();
    views["change_history"] = ChangeHistory();
    views["consent_ledger"] = ConsentLedger();
    for (const auto& [type, table] : layout_.tables()) {
      // A type of the same name takes the place of a built-in view.
      views[table.spec.name] = table.spec.kind == TableSpec::Kind::kRecord ? RecordView(table.spec)
                                                                           : EventView(table.spec);
    }
    return views;
  }

 private:
  // A scalar subquery on the live record at row `row` of `type`; NULL when the type is unknown.
  std::string OfRecord(TypeId type, const std::string& row, const std::string& what) const {
    const Layout::Table* table = layout_.Find(type);
    if (table == nullptr || table->spec.kind != TableSpec::Kind::kRecord) return "NULL";
    return Concat("(SELECT ", what, " FROM ", to_.Table(type), " r WHERE ",
                  And(And(to_.Mine(type, "r"), Concat("r.\"row\"=", row)), to_.Live("r")), ")");
  }

  std::string IdOf(TypeId type, const std::string& row) const {
    const std::string id = OfRecord(type, row, to_.Id("r.id"));
    return id == "NULL" ? to_.AnyId() : id;
  }

  // The title of a record, or "" when its type has none: its title columns, those that are not
  // empty, with spaces between.
  std::string TitleOf(TypeId type, const std::string& row) const {
    const Layout::Table* table = layout_.Find(type);
    if (table == nullptr || table->spec.title.empty()) return "";
    std::vector<std::string> parts;
    std::istringstream names(table->spec.title);
    for (std::string name; names >> name;) {
      for (size_t i = 0; i < table->spec.columns.size(); ++i) {
        const ColumnSpec& column = table->spec.columns[i];
        if (column.name != name || column.kind == Kind::kRecord) continue;
        parts.push_back(to_.Text(to_.Readable(column, to_.Stored(type, i, "r"))));
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
    for (const auto& [id, table] : layout_.tables()) {
      if (table.spec.kind != TableSpec::Kind::kRecord) continue;
      const std::string what = title ? TitleOf(id, row) : IdOf(id, row);
      if (what.empty()) continue;
      sql += Concat(" WHEN ", id, " THEN ", what);
      any = true;
    }
    return any ? sql + " END" : title ? "NULL" : to_.AnyId();
  }

  std::string TypeName(const std::string& type) const {
    std::string sql;
    for (const auto& [id, table] : layout_.tables()) {
      sql += Concat(" WHEN ", id, " THEN ", QuoteText(table.spec.name));
    }
    return sql.empty() ? "NULL" : Concat("CASE ", type, sql, " END");
  }

  void AddField(const TableSpec& table, size_t place, ViewColumns& out) const {
    const ColumnSpec& spec = table.columns[place];
    const std::string value = to_.Stored(table.type, place, "o");
    if (spec.kind != Kind::kRecord) {
      out.Add(to_.Readable(spec, value), spec.name);
      if (spec.kind == Kind::kMoney) {
        out.Add(to_.Beside(table.type, place, "o"), spec.name + "_currency");
      }
      return;
    }
    // The linked table is aliased r inside its subquery; the outer column needs the outer alias.
    if (spec.target != kNoType) {
      out.Add(IdOf(spec.target, value), spec.name);
      const std::string title = TitleOf(spec.target, value);
      if (!title.empty()) out.Add(title, spec.name + "_name");
      return;
    }
    const std::string type = to_.Beside(table.type, place, "o");
    out.Add(OfAny(type, value, false), spec.name);
    out.Add(TypeName(type), spec.name + "_type");
    out.Add(OfAny(type, value, true), spec.name + "_name");
  }

  void AddFields(const TableSpec& spec, ViewColumns& out) const {
    for (size_t i = 0; i < spec.columns.size(); ++i) AddField(spec, i, out);
  }

  std::string RecordView(const TableSpec& spec) const {
    ViewColumns columns(to_.longest_name());
    columns.Add(to_.Id("o.id"), "id");
    AddFields(spec, columns);
    return Concat("SELECT ", columns.sql(), " FROM ", to_.Table(spec.type), " o",
                  Where(And(to_.Mine(spec.type, "o"), to_.Live("o"))));
  }

  std::string EventView(const TableSpec& spec) const {
    const Layout::Table* subject = layout_.Find(spec.subject);
    const std::string name = subject == nullptr ? "subject" : subject->spec.name;
    ViewColumns columns(to_.longest_name());
    columns.Add("o.seq", "seq");
    columns.Add(to_.Instant("o.at"), "at");
    columns.Add(IdOf(spec.subject, "o.subject"), name);
    const std::string title = TitleOf(spec.subject, "o.subject");
    if (!title.empty()) columns.Add(title, name + "_name");
    AddFields(spec, columns);
    return Concat("SELECT ", columns.sql(), " FROM ", to_.Table(spec.type), " o",
                  Where(to_.Mine(spec.type, "o")));
  }

  std::string CommitHistory() const {
    return Concat("SELECT k.id AS \"commit\", ", to_.Instant("k.recorded"),
                  " AS recorded, k.actor, k.source, k.reason, k.operation_id AS operation FROM ",
                  to_.System("relata_commit"), " k", Where(to_.MineSystem("k")));
  }

  std::string ChangeHistory() const {
    return Concat("SELECT c.commit_id AS \"commit\", ", to_.Instant("k.recorded"),
                  " AS recorded, k.actor, k.source, k.reason, ", TypeName("c.type"),
                  " AS type, CASE WHEN c.rows=1 THEN ", OfAny("c.type", "c.\"row\"", false),
                  " END AS id, c.rows AS records, "
                  "CASE c.op WHEN 0 THEN 'create' WHEN 1 THEN 'update' ELSE 'delete' END AS "
                  "action, ",
                  to_.Instant("c.effective_at"), " AS effective_at FROM ",
                  to_.System("relata_change"), " c JOIN ", to_.System("relata_commit"), " k ON ",
                  And(to_.MineSystem("k"), "k.id=c.commit_id"), Where(to_.MineSystem("c")));
  }

  std::string ConsentLedger() const {
    return Concat("SELECT l.seq, ", to_.Instant("l.at"), " AS at, ", TypeName("l.person_type"),
                  " AS person_type, ", OfAny("l.person_type", "l.person", false), " AS person, ",
                  OfAny("l.person_type", "l.person", true), " AS person_name, ",
                  TypeName("l.point_type"), " AS point_type, ",
                  OfAny("l.point_type", "l.point", false), " AS point, ",
                  OfAny("l.point_type", "l.point", true), " AS point_name FROM ",
                  to_.System("relata_ledger"), " l", Where(to_.MineSystem("l")));
  }

  const Layout& layout_;
  const ViewDialect& to_;
};

}  // namespace

std::map<std::string, std::string> ViewQueries(const Layout& layout, const ViewDialect& dialect) {
  return Views(layout, dialect).All();
}

}  // namespace relata::internal

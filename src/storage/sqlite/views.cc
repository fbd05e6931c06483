// SPDX-License-Identifier: Apache-2.0
//
// What the views of a SQLite file are made of.

#include "storage/views.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "storage/sqlite/catalog.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

class SqliteViews : public ViewDialect {
 public:
  explicit SqliteViews(const Catalog& catalog) : catalog_(catalog) {}

  std::string Table(TypeId type) const override { return QuoteName(catalog_.Physical(type).name); }
  std::string System(const std::string& table) const override { return table; }
  std::string Stored(TypeId type, size_t place, const std::string& alias) const override {
    return Concat(alias, ".", QuoteName(catalog_.Physical(type).columns[place].name));
  }
  std::string Beside(TypeId type, size_t place, const std::string& alias) const override {
    return Concat(alias, ".", QuoteName(catalog_.Physical(type).columns[place].extra));
  }
  std::string Mine(TypeId, const std::string&) const override { return ""; }
  std::string MineSystem(const std::string&) const override { return ""; }
  std::string Live(const std::string& alias) const override { return alias + ".deleted=0"; }

  std::string Readable(const ColumnSpec& spec, const std::string& value) const override {
    switch (spec.kind) {
      case Kind::kTimestamp:
        return Instant(value);
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
  // RFC 3339 in UTC with a fraction only when there is one, also before 1970.
  std::string Instant(const std::string& micros) const override {
    const std::string fraction = Concat("((", micros, "%1000000+1000000)%1000000)");
    return Concat("strftime('%Y-%m-%dT%H:%M:%S',(", micros, "-", fraction,
                  ")/1000000,'unixepoch')||rtrim(rtrim(printf('.%06d',", fraction,
                  "),'0'),'.')||'Z'");
  }
  std::string Id(const std::string& id) const override {
    const std::string hex = Concat("hex(", id, ")");
    return Concat("lower(substr(", hex, ",1,8)||'-'||substr(", hex, ",9,4)||'-'||substr(", hex,
                  ",13,4)||'-'||substr(", hex, ",17,4)||'-'||substr(", hex, ",21))");
  }
  std::string Text(const std::string& value) const override { return value; }
  std::string AnyId() const override { return "NULL"; }
  size_t longest_name() const override { return 1000; }

 private:
  const Catalog& catalog_;
};

}  // namespace

std::unique_ptr<ViewDialect> NewSqliteFace(const Catalog& catalog) {
  return std::make_unique<SqliteViews>(catalog);
}

absl::Status GenerateViews(Connection& connection, const Catalog& catalog) {
  std::map<std::string, std::string> wanted = ViewQueries(catalog.layout, SqliteViews(catalog));
  for (auto& [name, sql] : wanted) sql = Concat("CREATE VIEW ", QuoteName(name), " AS ", sql);
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

// SPDX-License-Identifier: Apache-2.0
//
// What the views of a PostgreSQL tenant are made of.

#include "storage/views.h"

#include "storage/postgres/catalog.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

class PgViews : public ViewDialect {
 public:
  PgViews(const PgDialect& dialect, const PgCatalog& catalog, int64_t tenant)
      : dialect_(dialect), catalog_(catalog), tenant_(tenant) {}

  std::string Table(TypeId type) const override { return catalog_.Physical(type).name; }
  std::string System(const std::string& table) const override { return dialect_.Name(table); }
  std::string Stored(TypeId type, size_t place, const std::string& alias) const override {
    const PgColumn& column = catalog_.Physical(type).columns[place];
    if (!column.name.empty()) return Concat(alias, ".", QuoteName(column.name));
    const ColumnSpec& spec = Spec(type, place);
    const std::string field = Concat("'", spec.field, "'::text");
    switch (spec.kind) {
      case Kind::kText:
      case Kind::kList:
        return Concat("(", alias, ".ext ->> ", field, ")");
      case Kind::kBool:
        return Concat("(", alias, ".ext ->> ", field, ")::boolean");
      case Kind::kDouble:
        return Concat("(", alias, ".ext ->> ", field, ")::double precision");
      case Kind::kMoney:
        return Concat("(", alias, ".ext -> ", field, " ->> 0)::bigint");
      case Kind::kRecord:
        return Concat("(", alias, ".ext -> ", field, " ->> 1)::bigint");
      case Kind::kTimestamp:
        return Concat("(timestamptz '1970-01-01 00:00:00+00' + (", alias, ".ext ->> ", field,
                      ")::bigint * interval '1 microsecond')");
      case Kind::kDate:
        return Concat("(date '1970-01-01' + (", alias, ".ext ->> ", field, ")::integer)");
      default:
        return Concat("(", alias, ".ext ->> ", field, ")::bigint");
    }
  }
  std::string Beside(TypeId type, size_t place, const std::string& alias) const override {
    const PgColumn& column = catalog_.Physical(type).columns[place];
    if (!column.name.empty()) return Concat(alias, ".", QuoteName(column.extra));
    const ColumnSpec& spec = Spec(type, place);
    const std::string field = Concat("'", spec.field, "'::text");
    return spec.kind == Kind::kMoney ? Concat("(", alias, ".ext -> ", field, " ->> 1)")
                                     : Concat("(", alias, ".ext -> ", field, " ->> 0)::integer");
  }
  std::string Mine(TypeId type, const std::string& alias) const override {
    return catalog_.Physical(type).own ? Concat(MineSystem(alias), " AND ", alias, ".type=", type)
                                       : MineSystem(alias);
  }
  std::string MineSystem(const std::string& alias) const override {
    return Concat(alias, ".tenant_id=", tenant_, "::bigint");
  }
  std::string Live(const std::string& alias) const override {
    return Concat("NOT ", alias, ".deleted");
  }

  std::string Readable(const ColumnSpec& spec, const std::string& value) const override {
    switch (spec.kind) {
      case Kind::kDuration:
        return Concat("(", value, "::numeric * 0.000001)");
      case Kind::kMoney:
        return Concat("(", value, "::numeric * 0.0001)");
      default:
        return value;
    }
  }
  std::string Instant(const std::string& value) const override { return value; }
  std::string Id(const std::string& value) const override { return value; }
  std::string Text(const std::string& value) const override { return Concat(value, "::text"); }
  std::string AnyId() const override { return "NULL::uuid"; }
  size_t longest_name() const override { return 63; }

 private:
  const ColumnSpec& Spec(TypeId type, size_t place) const {
    return catalog_.layout.Find(type)->spec.columns[place];
  }

  const PgDialect& dialect_;
  const PgCatalog& catalog_;
  const int64_t tenant_;
};

}  // namespace

std::unique_ptr<ViewDialect> NewPgFace(const PgDialect& dialect, const PgCatalog& catalog,
                                       int64_t tenant) {
  return std::make_unique<PgViews>(dialect, catalog, tenant);
}

std::map<std::string, std::string> TenantViews(const PgDialect& dialect, const PgCatalog& catalog,
                                               int64_t tenant, const std::string& views_schema) {
  std::map<std::string, std::string> views;
  for (const auto& [name, query] : ViewQueries(catalog.layout, PgViews(dialect, catalog, tenant))) {
    const std::string view = Shortened(name, 63);
    views[view] = Concat("VIEW ", QuoteName(views_schema), ".", QuoteName(view), " AS ", query);
  }
  return views;
}

}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0

#include "relata/expression/sql.h"

#include <gtest/gtest.h>

#include <string>

#include "base/strings.h"
#include "relata/expression/json.h"
#include "unit/expression/memory_graph.h"

namespace relata {
namespace {

using internal::Concat;
using testing::CheckAbout;
using testing::ContextOf;
using testing::MemoryGraph;
using testing::SmallSchema;

class Names : public SqlNames {
 public:
  std::string Table(TypeId type) const override { return SmallSchema().type(type).name; }
  std::string Column(TypeId type, FieldId field, const std::string& alias) const override {
    const FieldDef* def = SmallSchema().type(type).field(field);
    const bool stored = def != nullptr && def->kind != FieldKind::kTextList;
    return stored ? Concat(alias, ".", def->name) : "";
  }
  std::string CurrencyColumn(TypeId type, FieldId field, const std::string& alias) const override {
    return Column(type, field, alias) + "_currency";
  }
};

// A tenant of many in PostgreSQL.
class PostgresNames : public Names {
 public:
  SqlDialect dialect() const override { return SqlDialect::kPostgres; }
  std::string Mine(TypeId, const std::string& alias) const override {
    return alias + ".tenant_id = 7";
  }
};

// "exact: WHERE [parameters]" or "superset: ...".
std::string Lowered(std::string_view text, const SqlOptions& options = {},
                    const SqlNames& names = Names()) {
  const CheckedExpression checked = CheckAbout("contact", text);
  EXPECT_TRUE(checked.ok()) << checked.status();
  if (!checked.ok()) return "";
  const MemoryGraph graph;
  const SqlCondition sql = LowerToSql(checked.shared_plan(), ContextOf(graph), names, options);
  std::string out = Concat(sql.exact ? "exact: " : "superset: ", sql.where);
  for (const Value& v : sql.parameters) out += Concat(" [", ValueToJson(v), "]");
  return out;
}

TEST(Sql, LowersPlainConditionsToTwoValuedPredicates) {
  const struct {
    const char* text;
    const char* sql;
  } kCases[] = {
      {"contact.country == 'FR'", "exact: (t0.country IS NOT NULL AND t0.country = ?) [\"FR\"]"},
      {"contact.country != 'FR'",
       "exact: NOT (t0.country IS NOT NULL AND t0.country = ?) [\"FR\"]"},
      {"!(contact.visits > 3)", "exact: (t0.visits IS NOT NULL AND t0.visits <= ?) [3]"},
      {"contact.country == null || contact.active",
       "exact: (NOT (t0.country IS NOT NULL) OR (t0.active IS TRUE))"},
      {"contact.since < now - days(1)",
       "exact: (t0.since IS NOT NULL AND t0.since < ?) [\"2026-03-14T12:00:00Z\"]"},
      {"contact.account.industry == 'x'",
       "exact: (t0.account IS NOT NULL AND t0.account IN (SELECT t0h1.\"row\" FROM account AS t0h1 "
       "WHERE t0h1.deleted = 0 AND (t0h1.industry IS NOT NULL AND t0h1.industry = ?))) [\"x\"]"},
      {"contact.orders.exists(o, o.quantity == 2)",
       "exact: (t0.\"row\" IN (SELECT t0r.contact FROM order AS t0r WHERE t0r.deleted = 0 AND "
       "t0r.contact IS NOT NULL AND (t0r.quantity IS NOT NULL AND t0r.quantity = ?))) [2]"},
      {"contact.events('page_view').size() >= 3",
       "exact: (t0.\"row\" IN (SELECT t0r.\"subject\" FROM page_view AS t0r WHERE t0r.\"subject\" "
       "IS NOT NULL "
       "AND TRUE GROUP BY t0r.\"subject\" HAVING count(*) >= 3))"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Lowered(c.text), c.sql) << c.text;
}

TEST(Sql, LeavesToTheEngineWhatItCannotDecide) {
  const struct {
    const char* text;
    const char* sql;
  } kCases[] = {
      {"contact.country.matches('F.*')", "superset: TRUE"},
      {"fold(contact.country) == 'fr'", "superset: TRUE"},
      {"contact.visits + 1 > 3", "superset: TRUE"},
      {"contact.since > start_of_day(contact.since)", "superset: TRUE"},
      {"'golf' in contact.interests", "superset: TRUE"},
      {"contact.visits > 9007199254740993.5", "superset: TRUE"},
      {"contact.country.matches('F.*') && contact.visits == 3",
       "superset: (TRUE AND (t0.visits IS NOT NULL AND t0.visits = ?)) [3]"},
      {"contact.country == 'FR' && 1 / 0 == 1",
       "exact: ((t0.country IS NOT NULL AND t0.country = ?) AND FALSE) [\"FR\"]"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Lowered(c.text), c.sql) << c.text;
}

TEST(Sql, LowersCountsSumsAndExtremesToGroups) {
  const struct {
    const char* text;
    const char* sql;
  } kCases[] = {
      // A row in error is in no answer: the second half takes them out.
      {"contact.orders.filter(o, o.quantity > 1).size() > 0",
       "exact: ((t0.\"row\" IN (SELECT t0r.contact FROM order AS t0r WHERE t0r.deleted = 0 "
       "AND t0r.contact IS NOT NULL AND (t0r.quantity IS NOT NULL AND t0r.quantity > ?) "
       "GROUP BY t0r.contact HAVING count(*) > 0)) AND NOT (t0.\"row\" IN (SELECT "
       "t0r.contact FROM order AS t0r WHERE t0r.deleted = 0 AND t0r.contact IS NOT NULL AND "
       "NOT ((t0r.quantity IS NOT NULL AND t0r.quantity > ?) OR (t0r.quantity IS NOT NULL "
       "AND t0r.quantity <= ?))))) [1] [1] [1]"},
      {"contact.orders.map(o, o.quantity).sum() > 5",
       "exact: (t0.\"row\" IN (SELECT g.k FROM (SELECT t0r.contact AS k, count(*) AS n, "
       "count(t0r.quantity) AS m, sum(t0r.quantity / 4294967296) AS h, sum(t0r.quantity % "
       "4294967296) AS l FROM order AS t0r WHERE t0r.deleted = 0 AND t0r.contact IS NOT "
       "NULL AND TRUE GROUP BY t0r.contact) AS g WHERE (g.m = g.n AND (g.h + (g.l - ((g.l % "
       "4294967296 + 4294967296) % 4294967296)) / 4294967296) BETWEEN -2147483648 AND "
       "2147483647 AND ((g.h + (g.l - ((g.l % 4294967296 + 4294967296) % 4294967296)) / "
       "4294967296) > 0 OR ((g.h + (g.l - ((g.l % 4294967296 + 4294967296) % 4294967296)) / "
       "4294967296) = 0 AND ((g.l % 4294967296 + 4294967296) % 4294967296) > 5)))))"},
      {"contact.orders.map(o, o.quantity).sum() < 5",
       "exact: NOT (t0.\"row\" IN (SELECT g.k FROM (SELECT t0r.contact AS k, count(*) AS n, "
       "count(t0r.quantity) AS m, sum(t0r.quantity / 4294967296) AS h, sum(t0r.quantity % "
       "4294967296) AS l FROM order AS t0r WHERE t0r.deleted = 0 AND t0r.contact IS NOT "
       "NULL AND TRUE GROUP BY t0r.contact) AS g WHERE NOT (g.m = g.n AND (g.h + (g.l - "
       "((g.l % 4294967296 + 4294967296) % 4294967296)) / 4294967296) BETWEEN -2147483648 "
       "AND 2147483647 AND ((g.h + (g.l - ((g.l % 4294967296 + 4294967296) % 4294967296)) / "
       "4294967296) < 0 OR ((g.h + (g.l - ((g.l % 4294967296 + 4294967296) % 4294967296)) / "
       "4294967296) = 0 AND ((g.l % 4294967296 + 4294967296) % 4294967296) < 5)))))"},
      {"contact.events('page_view').map(e, e.at).max() < now",
       "exact: (t0.\"row\" IN (SELECT g.k FROM (SELECT t0r.\"subject\" AS k, count(*) AS n, "
       "count(t0r.\"at\") AS m, max(t0r.\"at\") AS s FROM page_view AS t0r WHERE "
       "t0r.\"subject\" IS NOT NULL AND TRUE GROUP BY t0r.\"subject\") AS g WHERE (g.m = "
       "g.n AND g.s < ?))) [\"2026-03-15T12:00:00Z\"]"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Lowered(c.text), c.sql) << c.text;
}

TEST(Sql, ReachesListsOfLinkedRecords) {
  const struct {
    const char* text;
    const char* sql;
  } kCases[] = {
      {"contact.account.contacts.exists(c, c.active)",
       "exact: (t0.account IS NOT NULL AND t0.account IN (SELECT t0h1.\"row\" FROM account AS "
       "t0h1 WHERE t0h1.deleted = 0 AND (t0h1.\"row\" IN (SELECT t0h1r.account FROM contact AS "
       "t0h1r WHERE t0h1r.deleted = 0 AND t0h1r.account IS NOT NULL AND (t0h1r.active IS "
       "TRUE)))))"},
      // The list of nobody is empty.
      {"contact.account.contacts.size() == 0",
       "exact: (NOT (t0.account IS NOT NULL AND t0.account IN (SELECT t0h1.\"row\" FROM account "
       "AS t0h1 WHERE t0h1.deleted = 0 AND TRUE)) OR (t0.account IS NOT NULL AND t0.account IN "
       "(SELECT t0h1.\"row\" FROM account AS t0h1 WHERE t0h1.deleted = 0 AND NOT (t0h1.\"row\" "
       "IN (SELECT t0h1r.account FROM contact AS t0h1r WHERE t0h1r.deleted = 0 AND "
       "t0h1r.account IS NOT NULL AND TRUE GROUP BY t0h1r.account HAVING count(*) <> 0)))))"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Lowered(c.text), c.sql) << c.text;
}

TEST(Sql, ReachesWhatIsAboveAndBelowInATree) {
  const struct {
    const char* text;
    const char* sql;
  } kCases[] = {
      {"contact.account.ancestors.exists(a, a.industry == 'x')",
       "exact: (t0.account IS NOT NULL AND t0.account IN (SELECT t0h1.\"row\" FROM account AS "
       "t0h1 WHERE t0h1.deleted = 0 AND (t0h1.parent IS NOT NULL AND t0h1.parent IN (WITH "
       "RECURSIVE t0h1pc(k, a) AS (SELECT t0h1ps.parent, t0h1ps.parent FROM account AS t0h1ps "
       "WHERE t0h1ps.deleted = 0 AND t0h1ps.parent IS NOT NULL UNION SELECT t0h1pc.k, "
       "t0h1pn.parent FROM t0h1pc, account AS t0h1pn WHERE t0h1pn.deleted = 0 AND "
       "t0h1pn.\"row\" = t0h1pc.a AND t0h1pn.parent IS NOT NULL) SELECT t0h1pc.k FROM t0h1pc "
       "WHERE t0h1pc.a IN (SELECT t0h1p.\"row\" FROM account AS t0h1p WHERE t0h1p.deleted = 0 "
       "AND (t0h1p.industry IS NOT NULL AND t0h1p.industry = ?)))))) [\"x\"]"},
      {"contact.account.ancestors.size() > 1", "superset: TRUE"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Lowered(c.text), c.sql) << c.text;
}

TEST(Sql, SpeaksPostgresWithTypesAndTenant) {
  const struct {
    const char* text;
    const char* sql;
  } kCases[] = {
      {"contact.country == 'FR' && contact.since < now",
       "exact: (((t0.country COLLATE \"C\") IS NOT NULL AND (t0.country COLLATE \"C\") = "
       "$1::text) AND (t0.since IS NOT NULL AND t0.since < $2::timestamptz)) [\"FR\"] "
       "[\"2026-03-15T12:00:00Z\"]"},
      {"contact.country.endsWith('R') || contact.country.contains('0')",
       "superset: (((t0.country COLLATE \"C\") IS NOT NULL AND (right((t0.country COLLATE "
       "\"C\"), 1) = $1::text)) OR TRUE) [\"R\"]"},
      {"contact.orders.map(o, o.quantity).sum() > 5",
       "exact: (t0.\"row\" IN (SELECT g.k FROM (SELECT t0r.contact AS k, count(*) AS n, "
       "count(t0r.quantity) AS m, sum(t0r.quantity) AS s FROM order AS t0r WHERE "
       "t0r.tenant_id = 7 AND NOT t0r.deleted AND t0r.contact IS NOT NULL AND TRUE GROUP BY "
       "t0r.contact) AS g WHERE (g.m = g.n AND g.s BETWEEN -9223372036854775808 AND "
       "9223372036854775807 AND g.s > 5)))"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Lowered(c.text, {}, PostgresNames()), c.sql) << c.text;
}

TEST(Sql, FollowsNoLinkWhereRecordsWereMerged) {
  SqlOptions merged;
  merged.has_aliases = true;
  EXPECT_EQ(Lowered("contact.account.industry == 'x'", merged), "superset: TRUE");
  EXPECT_EQ(Lowered("contact.orders.exists(o, o.quantity == 2)", merged), "superset: TRUE");
  EXPECT_EQ(Lowered("contact.visits == 3", merged),
            "exact: (t0.visits IS NOT NULL AND t0.visits = ?) [3]");
}

}  // namespace
}  // namespace relata

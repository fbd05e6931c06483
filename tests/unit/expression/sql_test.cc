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
  std::string Column(TypeId type, FieldId field) const override {
    const FieldDef* def = SmallSchema().type(type).field(field);
    return def == nullptr || def->kind == FieldKind::kTextList ? "" : def->name;
  }
  std::string CurrencyColumn(TypeId type, FieldId field) const override {
    return Column(type, field) + "_currency";
  }
};

// "exact: WHERE [parameters]" or "superset: ...".
std::string Lowered(std::string_view text, const SqlOptions& options = {}) {
  const CheckedExpression checked = CheckAbout("contact", text);
  EXPECT_TRUE(checked.ok()) << checked.status();
  if (!checked.ok()) return "";
  const MemoryGraph graph;
  const SqlCondition sql = LowerToSql(checked.shared_plan(), ContextOf(graph), Names(), options);
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
       "exact: (NOT (t0.country IS NOT NULL) OR (t0.active IS 1))"},
      {"contact.since < now - days(1)",
       "exact: (t0.since IS NOT NULL AND t0.since < ?) [1773489600000000]"},
      {"contact.account.industry == 'x'",
       "exact: (t0.account IS NOT NULL AND t0.account IN (SELECT t0h1.row FROM account AS t0h1 "
       "WHERE t0h1.deleted = 0 AND (t0h1.industry IS NOT NULL AND t0h1.industry = ?))) [\"x\"]"},
      {"contact.orders.exists(o, o.quantity == 2)",
       "exact: (t0.row IN (SELECT t0r.contact FROM order AS t0r WHERE t0r.deleted = 0 AND "
       "t0r.contact IS NOT NULL AND (t0r.quantity IS NOT NULL AND t0r.quantity = ?))) [2]"},
      {"contact.events('page_view').size() >= 3",
       "exact: (t0.row IN (SELECT t0r.subject FROM page_view AS t0r WHERE t0r.subject IS NOT NULL "
       "AND 1 GROUP BY t0r.subject HAVING count(*) >= 3))"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Lowered(c.text), c.sql) << c.text;
}

TEST(Sql, LeavesToTheEngineWhatItCannotDecide) {
  const struct {
    const char* text;
    const char* sql;
  } kCases[] = {
      {"contact.country.matches('F.*')", "superset: 1"},
      {"fold(contact.country) == 'fr'", "superset: 1"},
      {"contact.visits + 1 > 3", "superset: 1"},
      {"contact.since > start_of_day(contact.since)", "superset: 1"},
      {"'golf' in contact.interests", "superset: 1"},
      {"contact.visits > 9007199254740993.5", "superset: 1"},
      {"contact.country.matches('F.*') && contact.visits == 3",
       "superset: (1 AND (t0.visits IS NOT NULL AND t0.visits = ?)) [3]"},
      {"contact.country == 'FR' && 1 / 0 == 1",
       "exact: ((t0.country IS NOT NULL AND t0.country = ?) AND 0) [\"FR\"]"},
      // A row in error is in no answer; the count alone cannot see it.
      {"contact.orders.filter(o, o.quantity > 1).size() > 0",
       "superset: (t0.row IN (SELECT t0r.contact FROM order AS t0r WHERE t0r.deleted = 0 AND "
       "t0r.contact IS NOT NULL AND (t0r.quantity IS NOT NULL AND t0r.quantity > ?) GROUP BY "
       "t0r.contact HAVING count(*) > 0)) [1]"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Lowered(c.text), c.sql) << c.text;
}

TEST(Sql, FollowsNoLinkWhereRecordsWereMerged) {
  SqlOptions merged;
  merged.has_aliases = true;
  EXPECT_EQ(Lowered("contact.account.industry == 'x'", merged), "superset: 1");
  EXPECT_EQ(Lowered("contact.orders.exists(o, o.quantity == 2)", merged), "superset: 1");
  EXPECT_EQ(Lowered("contact.visits == 3", merged),
            "exact: (t0.visits IS NOT NULL AND t0.visits = ?) [3]");
}

}  // namespace
}  // namespace relata

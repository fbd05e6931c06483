// SPDX-License-Identifier: Apache-2.0

#include "expression/sql_depth.h"

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/strings.h"
#include "gtest/gtest.h"

namespace relata::internal {
namespace {

// Whether SQLite's parser gets to the end of it; that there is no such table does not matter.
bool Fits(sqlite3* db, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr);
  sqlite3_finalize(statement);
  return std::string_view(sqlite3_errmsg(db)).find("stack") == std::string_view::npos;
}

TEST(SqlDepth, WhatItLetsPassFitsTheParserOfSqlite) {
  struct Form {
    const char* name;
    const char* before;
    const char* after;
  };
  constexpr Form kForms[] = {
      {"related", "(b AND x IN (SELECT r FROM t WHERE d = 0 AND (", ")))"},
      {"not", "NOT (b IS NOT NULL AND NOT (", "))"},
      {"or and", "(b OR c AND (", "))"},
      {"not related", "NOT NOT (x IS NOT NULL AND x IN (SELECT r FROM t WHERE d = 0 AND NOT (",
       ")))"},
      {"bare", "(", ")"},
      {"above",
       "(x IN (WITH RECURSIVE c(a) AS (SELECT l FROM t WHERE d = 0 AND l IS NOT NULL AND (",
       ") UNION SELECT n.l FROM c, t AS n WHERE n.d = 0 AND n.r = c.a AND n.l IS NOT NULL) SELECT "
       "c.a FROM c))"},
      {"below",
       "(x IS NOT NULL AND x IN (WITH RECURSIVE c(k, a) AS (SELECT l, l FROM t WHERE d = 0 UNION "
       "SELECT c.k, n.l FROM c, t AS n WHERE n.r = c.a) SELECT c.k FROM c WHERE c.a IN (SELECT r "
       "FROM t WHERE d = 0 AND (",
       "))))"},
  };
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(":memory:", &db), SQLITE_OK);
  for (const Form& form : kForms) {
    bool refused = false;
    std::string condition = "a > ?";
    for (int depth = 0; depth < 60; ++depth) {
      condition = Concat(form.before, condition, form.after);
      // As the statements around it are at most.
      const std::string whole = Concat("SELECT t0.row FROM r AS t0 WHERE t0.deleted = 0 AND (NOT (",
                                       condition, ") AND NOT (", condition, "))");
      if (SqlDepth(condition) <= kMostSqlDepth) {
        EXPECT_TRUE(Fits(db, whole)) << form.name << " " << depth;
      }
      refused |= SqlDepth(condition) > kMostSqlDepth;
    }
    EXPECT_TRUE(refused) << form.name;
  }
  EXPECT_EQ(SqlDepth("a = ')(((' AND \"b(\" = 1"), 0);
  sqlite3_close(db);
}

}  // namespace
}  // namespace relata::internal

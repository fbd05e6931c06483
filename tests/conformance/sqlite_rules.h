// SPDX-License-Identifier: Apache-2.0
//
// What every statement given to SQLite must keep to. SQLite itself has parsed and resolved each of
// them before it is judged here; what its grammar allows and we do not is:
//   - anything that reads a clock, draws at random or counts by itself: those functions and values,
//     AUTOINCREMENT, DEFAULT, triggers, generated columns;
//   - a text put into a statement instead of bound to it, several statements in one;
//   - INSERT that replaces or ignores without naming a key, where the table has more than one;
//   - UPDATE or DELETE of all rows, or that looks for its rows by reading a whole table;
//   - `/`, `%` or bit operators, collations other than bytes, outside the views for people;
//   - tables that are not records, events or bookkeeping; an index on the events of a type;
//   - settings that weaken what a commit promises.

#ifndef RELATA_TESTS_CONFORMANCE_SQLITE_RULES_H_
#define RELATA_TESTS_CONFORMANCE_SQLITE_RULES_H_

#include <string>
#include <vector>

namespace relata::testing {

// What is wrong with the text of one statement; nothing when it keeps to the rules.
std::vector<std::string> BrokenSqliteRules(const std::string& sql);

// What is wrong with how SQLite would carry out a statement that changes rows, by the lines of
// EXPLAIN QUERY PLAN.
std::vector<std::string> BrokenPlanRules(const std::string& sql,
                                         const std::vector<std::string>& plan);

// Whether a statement may call the function, be it as a part of a view or not.
bool AllowedSqliteFunction(const std::string& name, bool in_view);

}  // namespace relata::testing

#endif  // RELATA_TESTS_CONFORMANCE_SQLITE_RULES_H_

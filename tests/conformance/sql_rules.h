// SPDX-License-Identifier: Apache-2.0
//
// What every statement sent to PostgreSQL must keep to, checked on PostgreSQL's own parse tree, so
// that the same statements serve a distributed server and no tenant sees another:
//   - every table of tenants is read and written under `tenant_id = $1` (or a literal), which leads
//     its keys, indexes, INSERTs and COPYs;
//   - no sequence, trigger, LISTEN or NOTIFY, advisory lock, exclusion constraint, citext, server
//     default, volatile function, SET NULL or deferrable key;
//   - ON CONFLICT names its key; no `/`, no bit operator; text sorts by bytes;
//   - schema statements can be repeated.

#ifndef RELATA_TESTS_CONFORMANCE_SQL_RULES_H_
#define RELATA_TESTS_CONFORMANCE_SQL_RULES_H_

#include <string>
#include <vector>

namespace relata::testing {

// What is wrong with the statement; nothing when it keeps to the rules.
std::vector<std::string> BrokenSqlRules(const std::string& sql);

}  // namespace relata::testing

#endif  // RELATA_TESTS_CONFORMANCE_SQL_RULES_H_

// SPDX-License-Identifier: Apache-2.0
//
// What tests do to a PostgreSQL server beside the store: plain SQL by libpq.

#ifndef RELATA_TESTS_SUPPORT_POSTGRES_H_
#define RELATA_TESTS_SUPPORT_POSTGRES_H_

#include <string>
#include <vector>

namespace relata::testing {

// Runs one statement on a connection of its own and gives its rows as text, null as "NULL", the
// column names first when `names`. Fails the running test when it fails.
std::vector<std::vector<std::string>> PostgresQuery(const std::string& dsn, const std::string& sql,
                                                    bool names = false);

// A transaction that has read and stays open. Not copyable.
class PostgresTransaction {
 public:
  // Open until it is destroyed, with `sql` done in it.
  explicit PostgresTransaction(const std::string& dsn, const std::string& sql = "SELECT 1");
  ~PostgresTransaction();
  PostgresTransaction(const PostgresTransaction&) = delete;
  PostgresTransaction& operator=(const PostgresTransaction&) = delete;

 private:
  void* connection_;
};

// Drops the schemas with everything in them, if they are there.
void DropPostgresSchemas(const std::vector<std::string>& schemas);

}  // namespace relata::testing

#endif  // RELATA_TESTS_SUPPORT_POSTGRES_H_

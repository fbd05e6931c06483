// SPDX-License-Identifier: Apache-2.0

#include "support/postgres.h"

#include <libpq-fe.h>

#include "gtest/gtest.h"
#include "support/support.h"

namespace relata::testing {

std::vector<std::vector<std::string>> PostgresQuery(const std::string& dsn, const std::string& sql,
                                                    bool names) {
  std::vector<std::vector<std::string>> rows;
  PGconn* connection = PQconnectdb(dsn.c_str());
  PQsetNoticeProcessor(
      connection, [](void*, const char*) {}, nullptr);
  PGresult* result = PQexec(connection, sql.c_str());
  const ExecStatusType status = PQresultStatus(result);
  EXPECT_TRUE(status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
      << sql << ": " << PQerrorMessage(connection);
  if (names) {
    rows.emplace_back();
    for (int c = 0; c < PQnfields(result); ++c) rows.back().emplace_back(PQfname(result, c));
  }
  for (int r = 0; r < PQntuples(result); ++r) {
    rows.emplace_back();
    for (int c = 0; c < PQnfields(result); ++c) {
      rows.back().emplace_back(PQgetisnull(result, r, c) != 0 ? "NULL" : PQgetvalue(result, r, c));
    }
  }
  PQclear(result);
  PQfinish(connection);
  return rows;
}

PostgresTransaction::PostgresTransaction(const std::string& dsn, const std::string& sql)
    : connection_(PQconnectdb(dsn.c_str())) {
  PGresult* begun = PQexec(static_cast<PGconn*>(connection_),
                           ("BEGIN ISOLATION LEVEL REPEATABLE READ; " + sql).c_str());
  EXPECT_NE(PQresultStatus(begun), PGRES_FATAL_ERROR)
      << PQerrorMessage(static_cast<PGconn*>(connection_));
  PQclear(begun);
}

PostgresTransaction::~PostgresTransaction() { PQfinish(static_cast<PGconn*>(connection_)); }

void DropPostgresSchemas(const std::vector<std::string>& schemas) {
  for (const std::string& schema : schemas) {
    PostgresQuery(PostgresDsn(), "DROP SCHEMA IF EXISTS \"" + schema + "\" CASCADE");
  }
}

}  // namespace relata::testing

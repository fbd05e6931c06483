// SPDX-License-Identifier: Apache-2.0
//
// Dead rows keep what was erased until their page is used again, and a plain VACUUM leaves the
// bytes where they were. VACUUM FULL writes a table and its indexes anew from the rows that live,
// and lets the old files go. It says how many dead rows somebody's snapshot still holds, which is
// how a table is known to be clean: by the number, since the sentence is in the server's language.
// A distributed server says so of its own empty table only. There, each node is asked first for
// transactions older than the scrubbing, which is when they are waited for.

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "storage/postgres/catalog.h"
#include "storage/postgres/connection.h"

namespace relata::internal {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kPause = std::chrono::milliseconds(50);
constexpr Duration kLongestRewrite = Hours(6);

absl::StatusOr<std::vector<std::string>> TablesWithPages(PgConnection& connection,
                                                         const PgDialect& dialect) {
  PgFields fields;
  // On a distributed server the pages of a table are on its nodes.
  fields.Text(dialect.schema).Int4(dialect.distributed ? 1 : 0);
  RELATA_ASSIGN_OR_RETURN(
      const PgResult rows,
      connection.Query("SELECT c.relname::text FROM pg_catalog.pg_class c "
                       "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                       "WHERE n.nspname = $1::text AND c.relkind = 'r' "
                       "AND (pg_catalog.pg_table_size(c.oid) > 0 OR $2::integer = 1) "
                       "ORDER BY c.relname",
                       std::move(fields)));
  std::vector<std::string> tables;
  for (int i = 0; i < rows.rows(); ++i) tables.push_back(rows.Text(i, 0));
  return tables;
}

// The first number of the detail: dead rows that could not be left out.
std::optional<int64_t> DeadRows(const PGresult* said) {
  const char* detail = PQresultErrorField(said, PG_DIAG_MESSAGE_DETAIL);
  if (detail == nullptr) return std::nullopt;
  const std::string_view text = detail;
  const size_t digit = text.find_first_of("0123456789");
  if (digit == std::string_view::npos) return std::nullopt;
  return std::strtoll(detail + digit, nullptr, 10);
}

// The dead rows that are left; none when the server would not rewrite the table.
absl::StatusOr<std::optional<int64_t>> Rewrite(PgConnection& connection, const std::string& table) {
  std::optional<int64_t> dead;
  RELATA_RETURN_IF_ERROR(
      connection.Execute(Concat("VACUUM (FULL, VERBOSE) ", table), [&](const PGresult* said) {
        const std::optional<int64_t> left = DeadRows(said);
        if (left) dead = dead.value_or(0) + *left;
      }));
  return dead;
}

// How many transactions that began before `since` some node still has open. Each node compares by
// its own clock, so that the clocks need not agree.
absl::StatusOr<int64_t> OlderOnNodes(PgConnection& connection, Clock::time_point since) {
  const auto passed =
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - since).count();
  PgFields fields;
  fields.Text(Concat(
      "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE pid <> pg_catalog.pg_backend_pid() "
      "AND query NOT LIKE '%run_command_on_all_nodes%' "
      "AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL) AND xact_start < "
      "pg_catalog.clock_timestamp() - interval '",
      passed, " microseconds'"));
  RELATA_ASSIGN_OR_RETURN(
      const PgResult nodes,
      connection.Query("SELECT success, result FROM run_command_on_all_nodes($1::text)",
                       std::move(fields)));
  int64_t older = 0;
  for (int i = 0; i < nodes.rows(); ++i) {
    const std::string said = nodes.IsNull(i, 1) ? std::string() : nodes.Text(i, 1);
    if (nodes.Int(i, 0) == 0) return Unavailable(Concat("a node of the server: ", said));
    older += std::strtoll(said.c_str(), nullptr, 10);
  }
  return older;
}

absl::Status WaitForNodes(PgConnection& connection, Clock::time_point since,
                          Clock::time_point until) {
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const int64_t older, OlderOnNodes(connection, since));
    if (older == 0) return absl::OkStatus();
    if (Clock::now() >= until) {
      return FailedPrecondition(
          Concat(older,
                 " transactions that began before the erasure are still open on the server's nodes "
                 "and hold dead rows: scrub again when they have ended"));
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace

absl::Status ScrubTables(PgConnection& connection, const PgDialect& dialect, Duration patience) {
  const auto since = Clock::now();
  const auto until = since + std::chrono::microseconds(patience.micros);
  const int64_t lock = std::max<int64_t>(patience.micros / 1000, 1);
  RELATA_RETURN_IF_ERROR(connection.Execute("SET statement_timeout = 0"));
  RELATA_RETURN_IF_ERROR(connection.Execute(Concat("SET lock_timeout = ", lock)));
  connection.SetDeadline(kLongestRewrite);
  if (dialect.distributed) RELATA_RETURN_IF_ERROR(WaitForNodes(connection, since, until));
  RELATA_ASSIGN_OR_RETURN(std::vector<std::string> tables, TablesWithPages(connection, dialect));
  while (true) {
    std::vector<std::string> held;
    for (const std::string& table : tables) {
      const absl::StatusOr<std::optional<int64_t>> rewritten =
          Rewrite(connection, dialect.Name(table));
      if (absl::IsUnavailable(rewritten.status()) && !connection.lost()) {
        return FailedPrecondition(
            Concat("the table ", table, " was in use all the time: scrub again later"));
      }
      RELATA_ASSIGN_OR_RETURN(const std::optional<int64_t> dead, rewritten);
      if (!dead) {
        return PermissionDenied(Concat("only its owner can rewrite the table ", table,
                                       ": the erased rows are gone, their bytes are not"));
      }
      if (*dead > 0) held.push_back(table);
    }
    if (held.empty()) return absl::OkStatus();
    if (Clock::now() >= until) {
      return FailedPrecondition(Concat(
          "a transaction that began before the erasure is still open on the server and holds dead "
          "rows of ",
          held.size(), " tables (", held.front(), "): scrub again when it has ended"));
    }
    tables = std::move(held);
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0
//
// One connection to a PostgreSQL server: libpq in pipeline mode, prepared statements by their text,
// binary parameters and results, COPY, and statuses for SQLSTATEs. Nothing here waits without a
// deadline. Single-thread.

#ifndef RELATA_SRC_STORAGE_POSTGRES_CONNECTION_H_
#define RELATA_SRC_STORAGE_POSTGRES_CONNECTION_H_

#include <libpq-fe.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/strings.h"
#include "relata/base/status.h"
#include "relata/base/time.h"
#include "relata/storage/postgres.h"
#include "storage/postgres/fields.h"

namespace relata::internal {

// Rows in binary form. Each accessor is called on a column of its type that is not null, except
// that Int takes any integer, boolean, date and timestamptz column as the number behind it.
class PgResult {
 public:
  explicit PgResult(PGresult* result) : result_(result, &PQclear) {}

  int rows() const { return PQntuples(result_.get()); }
  bool IsNull(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }
  std::string_view Bytes(int row, int column) const {
    return {PQgetvalue(result_.get(), row, column),
            static_cast<size_t>(PQgetlength(result_.get(), row, column))};
  }
  int64_t Int(int row, int column) const { return BigEndian(Bytes(row, column)); }
  double Double(int row, int column) const {
    return std::bit_cast<double>(BigEndian(Bytes(row, column)));
  }
  std::string Text(int row, int column) const { return Unescaped(Bytes(row, column)); }
  Timestamp Time(int row, int column) const { return {Int(row, column) + kPostgresEpoch}; }
  // How many rows a writing statement touched.
  int64_t touched() const;
  const PGresult* raw() const { return result_.get(); }

 private:
  std::unique_ptr<PGresult, void (*)(PGresult*)> result_;
};

class PgConnection {
 public:
  using Done = std::function<absl::Status(PgResult&)>;  // may move the result away

  // Unavailable when the server cannot be reached before the options' patience, PermissionDenied,
  // NotFound (no such database), InvalidArgument (not a connection string).
  static absl::StatusOr<std::unique_ptr<PgConnection>> Open(const std::string& dsn,
                                                            const PostgresOptions& options);
  // Works on the host's connection, which it neither sets up nor closes.
  static std::unique_ptr<PgConnection> Borrow(PGconn* connection, const PostgresOptions& options);
  ~PgConnection();
  PgConnection(const PgConnection&) = delete;
  PgConnection& operator=(const PgConnection&) = delete;

  // Queues a statement; `done` is called with its result, in order, by Sync or by an Add that finds
  // the queue long. After the first failure no other `done` is called.
  void Add(std::string sql, PgFields fields, Done done = nullptr);
  // Sends what is queued and waits for all of it; the first failure.
  absl::Status Sync();
  // Add and Sync of one statement.
  absl::StatusOr<PgResult> Query(std::string sql, PgFields fields = {});
  // Called before each Query, until it is set anew: sends what waits to go before it.
  void SetBefore(std::function<absl::Status()> before) { before_ = std::move(before); }
  // The same for a statement that is not worth keeping prepared: schema, settings. `notice` is
  // called with what the server says meanwhile.
  using Notice = std::function<void(const PGresult*)>;
  absl::Status Execute(const std::string& sql, const Notice& notice = nullptr);
  // COPY ... FROM STDIN of rows in binary form, each with its count of fields, while they are made:
  // the server takes in what is there meanwhile. StartCopy gives the number of the COPY, which any
  // other command ends; EndCopy says what became of it, and that command too.
  absl::StatusOr<int64_t> StartCopy(const std::string& sql);
  absl::Status PutCopy(std::string_view rows);
  absl::Status EndCopy();
  bool Copying(int64_t copy) const { return copying_ && copy_ == copy; }
  bool Copying() const { return copying_; }

  // Sends COMMIT. When the answer is lost, `lost()` is true and the status Unavailable.
  absl::Status Commit();
  // Ends the transaction, if there is one, without keeping anything.
  absl::Status Rollback();

  bool in_transaction() const { return PQtransactionStatus(handle_) != PQTRANS_IDLE; }
  // Whether the server can no longer be talked to on this connection.
  bool lost() const { return lost_ || PQstatus(handle_) != CONNECTION_OK; }
  PGconn* handle() const { return handle_; }
  bool borrowed() const { return borrowed_; }
  // How long a statement may take before it counts as lost.
  void SetDeadline(Duration deadline) { deadline_ = deadline; }

 private:
  using Clock = std::chrono::steady_clock;

  struct Pending {
    std::string prepared;  // the statement that this prepares; "" for an execution
    Done done;
  };

  PgConnection(PGconn* handle, const PostgresOptions& options, bool borrowed)
      : handle_(handle), options_(options), borrowed_(borrowed) {}

  absl::Status SetUp();
  void Trace(std::string_view sql) const {
    if (options_.trace) options_.trace(sql);
  }
  absl::Status Drain();
  absl::Status SendSync();
  absl::Status EnterPipeline();
  absl::Status LeavePipeline();
  absl::Status Wait(short events, Clock::time_point until);
  absl::Status Flush();
  // The next result, null at the end of a command's results.
  absl::StatusOr<PGresult*> Next();
  absl::Status Lost(std::string_view what);
  // The first failure among the results of a simple command.
  absl::Status Finish();
  absl::StatusOr<std::string> NameOf(const std::string& sql);

  PGconn* handle_;
  const PostgresOptions options_;
  const bool borrowed_;
  bool lost_ = false;
  Duration deadline_ = Seconds(330);
  std::deque<Pending> pending_;
  absl::Status failure_;  // the first since the last Sync
  std::function<absl::Status()> before_;
  bool copying_ = false;
  int64_t copy_ = 0;  // the last COPY begun
  std::unordered_map<std::string, std::string, StringHash, std::equal_to<>> names_;
};

// The status of a failed result: code by SQLSTATE, the server's message and detail in one line.
absl::Status StatusOfResult(const PGresult* result);

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_POSTGRES_CONNECTION_H_

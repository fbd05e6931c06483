// SPDX-License-Identifier: Apache-2.0

#include "storage/postgres/connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <thread>
#include <utility>

namespace relata::internal {
namespace {

constexpr size_t kMostPending = 500;
constexpr size_t kMostStatements = 512;
constexpr size_t kCopyPart = 1 << 18;
// What a client waits beyond the server's own statement timeout.
constexpr Duration kGrace = Seconds(30);
// What the system may hold on its way to a server on the same machine: what it reads while the
// caller makes the next part of a commit. The system gives less where it is set to.
constexpr int kOnTheWay = 1 << 20;
constexpr auto kRetryPause = std::chrono::milliseconds(20);

// A connection by a network widens by itself what it holds; one by a file does not.
void HoldMoreOnTheWay(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
      address.ss_family == AF_UNIX) {
    (void)setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &kOnTheWay, sizeof kOnTheWay);
  }
}

// A distributed server passes on what a node says of a COPY without its SQLSTATE, as an internal
// error. A key that is taken is told by its detail, in any language: "Key (tenant_id, seq)=(1, 7)
// already exists."
bool NamesTakenKey(std::string_view state, std::string_view detail) {
  return state == "XX000" && detail.find("(tenant_id, ") != std::string_view::npos &&
         detail.find(")=(") != std::string_view::npos;
}

absl::StatusCode CodeOf(std::string_view state, std::string_view detail) {
  const std::string_view group = state.substr(0, 2);
  if (state == "40001" || state == "40P01") return absl::StatusCode::kAborted;
  if (state == "23505" || NamesTakenKey(state, detail)) return absl::StatusCode::kAlreadyExists;
  if (state == "55P03" || state == "57014" || group == "08" || group == "57" || group == "58" ||
      state == "40003" || state == "25P03") {
    return absl::StatusCode::kUnavailable;
  }
  if (group == "53" || group == "54") return absl::StatusCode::kResourceExhausted;
  if (group == "22") return absl::StatusCode::kInvalidArgument;
  if (group == "28" || state == "42501") return absl::StatusCode::kPermissionDenied;
  if (state == "3D000") return absl::StatusCode::kNotFound;
  if (state == "25006" || state == "0A000") return absl::StatusCode::kFailedPrecondition;
  if (group == "XX" && state != "XX000") return absl::StatusCode::kDataLoss;
  return absl::StatusCode::kInternal;
}

// Whether the server has ended, or will end, the connection with this error.
bool EndsConnection(std::string_view state) {
  return state == "57P01" || state == "57P02" || state == "57P03" || state == "57P05" ||
         state == "25P03" || state == "40003" || state.substr(0, 2) == "08";
}

std::string OneLine(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::string_view Field(const PGresult* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text == nullptr ? std::string_view() : std::string_view(text);
}

bool Failed(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
}

}  // namespace

absl::Status StatusOfResult(const PGresult* result) {
  const std::string_view state = Field(result, PG_DIAG_SQLSTATE);
  if (state.empty()) {
    return Unavailable(Concat("PostgreSQL: ", OneLine(PQresultErrorMessage(result))));
  }
  std::string message = Concat("PostgreSQL ", state, ": ", Field(result, PG_DIAG_MESSAGE_PRIMARY));
  const std::string_view detail = Field(result, PG_DIAG_MESSAGE_DETAIL);
  if (!detail.empty()) message += Concat(" (", detail, ")");
  return MakeStatus(CodeOf(state, detail), OneLine(std::move(message)));
}

int64_t PgResult::touched() const { return std::strtoll(PQcmdTuples(result_.get()), nullptr, 10); }

// ---------------------------------------------------------------------------------------------------
// Opening

absl::StatusOr<std::unique_ptr<PgConnection>> PgConnection::Open(const std::string& dsn,
                                                                 const PostgresOptions& options) {
  const auto until = Clock::now() + std::chrono::microseconds(options.connect_patience.micros);
  const char* const keywords[] = {"dbname", "application_name", "client_encoding", nullptr};
  const char* const values[] = {dsn.c_str(), "relata", "UTF8", nullptr};
  while (true) {
    PGconn* handle = PQconnectStartParams(keywords, values, /*expand_dbname=*/1);
    if (handle == nullptr) return ResourceExhausted("out of memory");
    std::unique_ptr<PgConnection> connection(new PgConnection(handle, options, false));
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;
    absl::Status status;
    while (PQstatus(handle) != CONNECTION_BAD && state != PGRES_POLLING_OK &&
           state != PGRES_POLLING_FAILED && status.ok()) {
      status = connection->Wait(state == PGRES_POLLING_READING ? POLLIN : POLLOUT, until);
      if (status.ok()) state = PQconnectPoll(handle);
    }
    if (PQstatus(handle) == CONNECTION_OK) {
      status = connection->SetUp();
      if (status.ok()) return connection;
      if (!absl::IsUnavailable(status)) return status;
    }
    const std::string message = OneLine(PQerrorMessage(handle));
    const auto says = [&](const char* part) { return message.find(part) != std::string::npos; };
    if (says("does not exist")) return NotFound(Concat("PostgreSQL: ", message));
    if (says("authentication") || says("password") || says("pg_hba")) {
      return PermissionDenied(Concat("PostgreSQL: ", message));
    }
    if (says("invalid") && (says("URI") || says("option") || says("parameter"))) {
      return InvalidArgument(Concat("PostgreSQL: ", message));
    }
    if (Clock::now() + kRetryPause >= until) {
      return Unavailable(Concat("PostgreSQL cannot be reached: ", message));
    }
    std::this_thread::sleep_for(kRetryPause);
  }
}

std::unique_ptr<PgConnection> PgConnection::Borrow(PGconn* connection,
                                                   const PostgresOptions& options) {
  return std::unique_ptr<PgConnection>(new PgConnection(connection, options, true));
}

PgConnection::~PgConnection() {
  if (!borrowed_) {
    PQfinish(handle_);
    return;
  }
  (void)LeavePipeline();
  // What was prepared on the host's connection goes with us.
  for (const auto& [sql, name] : names_) {
    if (PQtransactionStatus(handle_) == PQTRANS_INERROR) break;
    PQclear(PQexec(handle_, Concat("DEALLOCATE ", name).c_str()));
  }
}

absl::Status PgConnection::SetUp() {
  PQsetNoticeProcessor(
      handle_, [](void*, const char*) {}, nullptr);
  if (PQsetnonblocking(handle_, 1) != 0) return Lost("cannot be used");
  HoldMoreOnTheWay(PQsocket(handle_));
  if (PQserverVersion(handle_) < 130000) {
    return FailedPrecondition("PostgreSQL is older than version 13");
  }
  deadline_ = options_.statement_timeout + kGrace;
  const int64_t statement = options_.statement_timeout.micros / 1000;
  const int64_t lock = std::max<int64_t>(options_.lock_timeout.micros / 1000, 1);
  for (const std::string& setting :
       {Concat("SET statement_timeout = ", statement), Concat("SET lock_timeout = ", lock),
        std::string("SET idle_in_transaction_session_timeout = 0"),
        std::string("SET TimeZone = 'UTC'"), std::string("SET synchronous_commit = on"),
        std::string("SET client_min_messages = warning")}) {
    Add(setting, {});
  }
  return Sync();
}

// ---------------------------------------------------------------------------------------------------
// Waiting

absl::Status PgConnection::Lost(std::string_view what) {
  lost_ = true;
  pending_.clear();
  const std::string message = OneLine(PQerrorMessage(handle_));
  return Unavailable(
      Concat("PostgreSQL: the connection was lost: ", what, message.empty() ? "" : "; ", message));
}

absl::Status PgConnection::Wait(short events, Clock::time_point until) {
  const int socket = PQsocket(handle_);
  if (socket < 0) return Lost("it is closed");
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return Lost("no answer before the deadline");
    pollfd fd{socket, events, 0};
    const int ready = poll(&fd, 1, static_cast<int>(std::min<int64_t>(left, 60'000)));
    if (ready > 0) return absl::OkStatus();
    if (ready < 0 && errno != EINTR) return Lost("poll failed");
  }
}

absl::Status PgConnection::Flush() {
  const auto until = Clock::now() + std::chrono::microseconds(deadline_.micros);
  while (true) {
    const int left = PQflush(handle_);
    if (left == 0) return absl::OkStatus();
    if (left < 0) return Lost("sending failed");
    // What the server sends meanwhile must be taken, or both sides wait for ever.
    RELATA_RETURN_IF_ERROR(Wait(POLLIN | POLLOUT, until));
    if (PQconsumeInput(handle_) == 0) return Lost("receiving failed");
  }
}

absl::StatusOr<PGresult*> PgConnection::Next() {
  const auto until = Clock::now() + std::chrono::microseconds(deadline_.micros);
  while (PQisBusy(handle_) != 0) {
    RELATA_RETURN_IF_ERROR(Flush());
    if (PQisBusy(handle_) == 0) break;
    RELATA_RETURN_IF_ERROR(Wait(POLLIN, until));
    if (PQconsumeInput(handle_) == 0) return Lost("receiving failed");
  }
  return PQgetResult(handle_);
}

// ---------------------------------------------------------------------------------------------------
// Statements

absl::Status PgConnection::EnterPipeline() {
  if (lost()) return Lost("it was in use");
  if (PQpipelineStatus(handle_) != PQ_PIPELINE_OFF) return absl::OkStatus();
  if (borrowed_) PQsetnonblocking(handle_, 1);
  return PQenterPipelineMode(handle_) == 1 ? absl::OkStatus() : Lost("pipeline mode is refused");
}

absl::Status PgConnection::LeavePipeline() {
  if (PQpipelineStatus(handle_) == PQ_PIPELINE_OFF) return absl::OkStatus();
  if (PQexitPipelineMode(handle_) == 1) {
    if (borrowed_) PQsetnonblocking(handle_, 0);
    return absl::OkStatus();
  }
  return Lost("pipeline mode cannot be left");
}

absl::StatusOr<std::string> PgConnection::NameOf(const std::string& sql) {
  if (const auto found = names_.find(sql); found != names_.end()) return found->second;
  if (names_.size() >= kMostStatements) return std::string();
  // Unlike those of another store on the same (lent) connection.
  static std::atomic<int64_t> next{0};
  std::string name = Concat("relata_", ++next);
  if (PQsendPrepare(handle_, name.c_str(), sql.c_str(), 0, nullptr) != 1) {
    return Lost("sending failed");
  }
  pending_.push_back({sql, nullptr});
  names_.emplace(sql, name);
  return name;
}

void PgConnection::Add(std::string sql, PgFields fields, Done done) {
  if (failure_.ok()) failure_ = EndCopy();
  if (!failure_.ok()) return;
  Trace(sql);
  failure_ = EnterPipeline();
  if (!failure_.ok()) return;
  std::string name;
  if (fields.size() > 0 || sql.starts_with("SELECT")) {
    absl::StatusOr<std::string> prepared = NameOf(sql);
    if (!prepared.ok()) {
      failure_ = prepared.status();
      return;
    }
    name = *std::move(prepared);
  }
  const auto count = static_cast<size_t>(fields.size());
  std::vector<const char*> values(count);
  std::vector<int> lengths(count);
  const std::vector<int> formats(count, 1);
  for (size_t i = 0; i < count; ++i) {
    values[i] = fields.data(static_cast<int>(i));
    lengths[i] = fields.length(static_cast<int>(i));
  }
  const int sent = name.empty()
                       ? PQsendQueryParams(handle_, sql.c_str(), fields.size(), nullptr,
                                           values.data(), lengths.data(), formats.data(), 1)
                       : PQsendQueryPrepared(handle_, name.c_str(), fields.size(), values.data(),
                                             lengths.data(), formats.data(), 1);
  if (sent != 1) {
    failure_ = Lost("sending failed");
    return;
  }
  pending_.push_back({"", std::move(done)});
  if (pending_.size() >= kMostPending) failure_ = Drain();
}

absl::Status PgConnection::SendSync() {
  if (PQpipelineSync(handle_) != 1) return Lost("sending failed");
  return Flush();
}

// Sends what is queued and takes every answer, also after a failure: the connection is then ready
// for the next command.
absl::Status PgConnection::Drain() {
  if (pending_.empty()) return absl::OkStatus();
  RELATA_RETURN_IF_ERROR(SendSync());
  absl::Status status;
  while (!pending_.empty()) {
    const Pending command = std::move(pending_.front());
    pending_.pop_front();
    bool done = false;
    while (true) {
      RELATA_ASSIGN_OR_RETURN(PGresult * raw, Next());
      if (raw == nullptr) break;
      PgResult result(raw);
      if (Failed(raw)) {
        const std::string state(Field(raw, PG_DIAG_SQLSTATE));
        if (status.ok()) status = StatusOfResult(raw);
        if (state.empty() || EndsConnection(state)) lost_ = true;
      } else if (PQresultStatus(raw) == PGRES_PIPELINE_ABORTED) {
        done = false;
      } else {
        done = true;
        if (status.ok() && command.done) status = command.done(result);
      }
    }
    if (!done && !command.prepared.empty()) names_.erase(command.prepared);
    if (lost_) {
      pending_.clear();
      return status.ok() ? Lost("in use") : status;
    }
  }
  RELATA_ASSIGN_OR_RETURN(PGresult * sync, Next());
  const bool in_order = sync != nullptr && PQresultStatus(sync) == PGRES_PIPELINE_SYNC;
  PQclear(sync);
  if (!in_order) return Lost("answers out of order");
  return status;
}

absl::Status PgConnection::Sync() {
  if (const absl::Status copied = EndCopy(); failure_.ok()) failure_ = copied;
  if (failure_.ok()) {
    failure_ = Drain();
  } else if (!lost()) {
    (void)Drain();
  }
  // The host finds its connection as it lent it.
  if (borrowed_ && !lost()) (void)LeavePipeline();
  return std::exchange(failure_, absl::OkStatus());
}

absl::StatusOr<PgResult> PgConnection::Query(std::string sql, PgFields fields) {
  if (before_) RELATA_RETURN_IF_ERROR(before_());
  std::optional<PgResult> kept;
  Add(std::move(sql), std::move(fields), [&](PgResult& result) {
    kept = std::move(result);
    return absl::OkStatus();
  });
  RELATA_RETURN_IF_ERROR(Sync());
  return *std::move(kept);
}

absl::Status PgConnection::Execute(const std::string& sql, const Notice& notice) {
  PQnoticeReceiver before = nullptr;
  if (notice) {
    before = PQsetNoticeReceiver(
        handle_, [](void* to, const PGresult* said) { (*static_cast<const Notice*>(to))(said); },
        const_cast<Notice*>(&notice));
  }
  Add(sql, {});
  const absl::Status status = Sync();
  if (notice) PQsetNoticeReceiver(handle_, before, nullptr);
  return status;
}

// ---------------------------------------------------------------------------------------------------
// COPY and the end of a transaction

absl::Status PgConnection::Finish() {
  absl::Status status;
  while (true) {
    RELATA_ASSIGN_OR_RETURN(PGresult * raw, Next());
    if (raw == nullptr) return status;
    const PgResult result(raw);
    if (!Failed(raw)) continue;
    if (status.ok()) status = StatusOfResult(raw);
    const std::string_view state = Field(raw, PG_DIAG_SQLSTATE);
    if (state.empty() || EndsConnection(state)) lost_ = true;
    if (lost_) return status;
  }
}

absl::StatusOr<int64_t> PgConnection::StartCopy(const std::string& sql) {
  RELATA_RETURN_IF_ERROR(Sync());
  RELATA_RETURN_IF_ERROR(LeavePipeline());
  Trace(sql);
  if (PQsendQuery(handle_, sql.c_str()) != 1) return Lost("sending failed");
  RELATA_ASSIGN_OR_RETURN(PGresult * raw, Next());
  const PgResult begun(raw);
  if (raw == nullptr || PQresultStatus(raw) != PGRES_COPY_IN) {
    absl::Status refused = raw == nullptr ? Lost("COPY is refused") : StatusOfResult(raw);
    const absl::Status rest = Finish();
    return refused.ok() ? rest : refused;
  }
  copying_ = true;
  RELATA_RETURN_IF_ERROR(PutCopy(std::string_view("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19)));
  return ++copy_;
}

absl::Status PgConnection::PutCopy(std::string_view rows) {
  while (!rows.empty()) {
    const std::string_view now = rows.substr(0, kCopyPart);
    const int put = PQputCopyData(handle_, now.data(), static_cast<int>(now.size()));
    if (put < 0) return Lost("sending failed");
    if (put > 0) rows.remove_prefix(now.size());
    RELATA_RETURN_IF_ERROR(Flush());
  }
  return absl::OkStatus();
}

absl::Status PgConnection::EndCopy() {
  if (!std::exchange(copying_, false)) return absl::OkStatus();
  if (lost()) return Lost("it was in use");
  RELATA_RETURN_IF_ERROR(PutCopy(std::string_view("\377\377", 2)));
  if (PQputCopyEnd(handle_, nullptr) < 0) return Lost("sending failed");
  return Finish();
}

absl::Status PgConnection::Commit() {
  RELATA_RETURN_IF_ERROR(Sync());
  Add("COMMIT", {}, [](PgResult& result) {
    // A transaction that failed before answers COMMIT with ROLLBACK.
    return std::string_view(PQcmdStatus(const_cast<PGresult*>(result.raw()))) == "COMMIT"
               ? absl::OkStatus()
               : Aborted("PostgreSQL rolled the transaction back");
  });
  return Sync();
}

absl::Status PgConnection::Rollback() {
  pending_.clear();
  (void)EndCopy();
  failure_ = absl::OkStatus();
  if (lost()) return Lost("nothing was kept");
  if (!in_transaction()) return absl::OkStatus();
  Add("ROLLBACK", {});
  return Sync();
}

}  // namespace relata::internal

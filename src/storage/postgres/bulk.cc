// SPDX-License-Identifier: Apache-2.0

#include "storage/postgres/bulk.h"

namespace relata::internal {
namespace {

constexpr size_t kFew = 32;
constexpr size_t kPart = 1 << 17;  // bytes sent together
// Bytes that are worth ending the COPY of another table for, which waits for the server.
constexpr size_t kTurn = 1 << 20;

void AppendRow(const PgFields& fields, std::string& rows) {
  rows += static_cast<char>(fields.size() >> 8);
  rows += static_cast<char>(fields.size());
  rows += fields.bytes();
}

}  // namespace

PgBulk::PgBulk(PgConnection* connection, const std::string& table, const std::string& columns,
               int count, std::string conflict, std::string taken)
    : connection_(connection), taken_(std::move(taken)) {
  insert_ = Concat("INSERT INTO ", table, " AS t(", columns, ") VALUES($1");
  for (int i = 2; i <= count; ++i) insert_ += Concat(", $", i);
  insert_ += Concat(") ", conflict);
  copy_sql_ = Concat("COPY ", table, "(", columns, ") FROM STDIN (FORMAT binary)");
}

absl::Status PgBulk::Add(const PgFields& row) {
  if (many_.empty() && copy_ == 0 && few_.size() < kFew) {
    few_.push_back(row);
    return absl::OkStatus();
  }
  for (const PgFields& held : few_) AppendRow(held, many_);
  few_.clear();
  AppendRow(row, many_);
  if (many_.size() < kPart) return absl::OkStatus();
  const bool ends_another = connection_->Copying() && !copying();
  return ends_another && many_.size() < kTurn ? absl::OkStatus() : Send();
}

// Another command may have ended the COPY meanwhile; what is left then goes by a new one.
absl::Status PgBulk::Send() {
  if (!copying()) {
    absl::StatusOr<int64_t> begun = connection_->StartCopy(copy_sql_);
    if (!begun.ok()) return Explained(begun.status());
    copy_ = *begun;
  }
  const absl::Status status = connection_->PutCopy(many_);
  many_.clear();
  return status;
}

absl::Status PgBulk::Flush() {
  if (!many_.empty()) RELATA_RETURN_IF_ERROR(Send());
  if (const int64_t copy = std::exchange(copy_, 0); copy != 0) {
    return connection_->Copying(copy) ? Explained(connection_->EndCopy()) : absl::OkStatus();
  }
  for (PgFields& row : few_) {
    connection_->Add(insert_, std::move(row), [taken = taken_](PgResult& result) {
      return result.touched() == 0 ? AlreadyExists(taken) : absl::OkStatus();
    });
  }
  few_.clear();
  return absl::OkStatus();
}

absl::Status PgBulk::Push() { return many_.empty() ? absl::OkStatus() : Send(); }

absl::Status PgBulk::Leave() {
  RELATA_RETURN_IF_ERROR(Push());
  return copying() ? absl::OkStatus() : Flush();
}

absl::Status PgBulk::Explained(const absl::Status& status) const {
  return absl::IsAlreadyExists(status) ? Annotate(status, taken_) : status;
}

}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0

#include "storage/postgres/bulk.h"

namespace relata::internal {
namespace {

constexpr size_t kFew = 32;
constexpr size_t kMostBytes = 8 << 20;

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
  copy_ = Concat("COPY ", table, "(", columns, ") FROM STDIN (FORMAT binary)");
}

absl::Status PgBulk::Add(PgFields row) {
  if (many_.empty() && few_.size() < kFew) {
    few_.push_back(std::move(row));
    return absl::OkStatus();
  }
  for (const PgFields& held : few_) AppendRow(held, many_);
  few_.clear();
  AppendRow(row, many_);
  return many_.size() < kMostBytes ? absl::OkStatus() : Flush();
}

absl::Status PgBulk::Flush() {
  if (!many_.empty()) {
    const absl::Status status = connection_->Copy(copy_, many_);
    many_.clear();
    return absl::IsAlreadyExists(status) ? Annotate(status, taken_) : status;
  }
  for (PgFields& row : few_) {
    connection_->Add(insert_, std::move(row), [taken = taken_](PgResult& result) {
      return result.touched() == 0 ? AlreadyExists(taken) : absl::OkStatus();
    });
  }
  few_.clear();
  return absl::OkStatus();
}

}  // namespace relata::internal

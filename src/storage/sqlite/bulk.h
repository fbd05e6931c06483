// SPDX-License-Identifier: Apache-2.0
//
// Rows on their way into one table, several a statement: what SQLite does once a statement (begin
// and end it, find the place of the next row from the root of the tree) is a fifth of what a record
// costs and half of what an event does.

#ifndef RELATA_SRC_STORAGE_SQLITE_BULK_H_
#define RELATA_SRC_STORAGE_SQLITE_BULK_H_

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "storage/sqlite/connection.h"

namespace relata::internal {

// Thread-compatible; the statements are borrowed from the connection for its life.
class SqliteBulk {
 public:
  static constexpr size_t kAtOnce = 24;
  // Rows are bound in slots: 0 in the statement of one row, 1 to kAtOnce in that of many. What a
  // slot was bound to stays until it is bound anew.
  static constexpr size_t kSlots = kAtOnce + 1;

  SqliteBulk() = default;
  // `insert` is the statement up to VALUES; a row takes `width` parameters.
  SqliteBulk(Connection* connection, std::string insert, int width)
      : connection_(connection), insert_(std::move(insert)), width_(width) {}

  // Writes rows 0 to `rows` - 1. `bind(statement, first, slot, i)` binds row i from parameter
  // `first` on, to what lives until Write returns; a row may be bound twice. `taken(i)` says what
  // becomes of a row that is there already.
  template <class Bind, class Taken>
  absl::Status Write(size_t rows, Bind bind, Taken taken) {
    size_t at = 0;
    if (rows >= kAtOnce && static_cast<size_t>(width_) * kAtOnce <= kMostParameters) {
      RELATA_RETURN_IF_ERROR(Make(many_, kAtOnce));
      for (; at + kAtOnce <= rows; at += kAtOnce) {
        for (size_t slot = 1; slot <= kAtOnce; ++slot) {
          bind(*many_, 1 + static_cast<int>(slot - 1) * width_, slot, at + slot - 1);
        }
        const absl::Status status = many_->Run();
        // Nothing of the statement was kept: its rows are written one by one.
        if (absl::IsAlreadyExists(status)) {
          RELATA_RETURN_IF_ERROR(WriteOnes(at, at + kAtOnce, bind, taken));
        } else {
          RELATA_RETURN_IF_ERROR(status);
        }
      }
    }
    return WriteOnes(at, rows, bind, taken);
  }

 private:
  static constexpr size_t kMostParameters = 30'000;  // SQLite's limit is 32,766

  template <class Bind, class Taken>
  absl::Status WriteOnes(size_t from, size_t until, Bind& bind, Taken& taken) {
    if (from == until) return absl::OkStatus();
    RELATA_RETURN_IF_ERROR(Make(one_, 1));
    for (size_t i = from; i < until; ++i) {
      bind(*one_, 1, size_t{0}, i);
      absl::Status status = one_->Run();
      if (absl::IsAlreadyExists(status)) status = taken(i);
      RELATA_RETURN_IF_ERROR(status);
    }
    return absl::OkStatus();
  }

  absl::Status Make(std::optional<Statement>& statement, size_t rows) {
    if (statement.has_value()) return absl::OkStatus();
    std::string group = "(?";
    for (int i = 1; i < width_; ++i) group += ", ?";
    group += ")";
    std::string sql = Concat(insert_, " VALUES", group);
    for (size_t i = 1; i < rows; ++i) sql += ", " + group;
    RELATA_ASSIGN_OR_RETURN(statement, connection_->Prepare(sql));
    return absl::OkStatus();
  }

  Connection* connection_ = nullptr;
  std::string insert_;
  int width_ = 0;
  std::optional<Statement> one_;
  std::optional<Statement> many_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_SQLITE_BULK_H_

// SPDX-License-Identifier: Apache-2.0
//
// Rows of a table into batches of columns. A scan's statement hands each row that it finds to a
// function of ours, relata_take, inside SQLite's own loop:
//
//   SELECT 1 FROM "r_contact" WHERE row >= ?1 AND row < ?2 AND relata_take(?3, row, "country")
//   ORDER BY row
//
// The function is false but for the row that fills a batch. SQLite so returns once a batch instead
// of once a row, and gives a row's values in one call instead of three calls a value. A function
// takes at most 127 arguments: a wider row is taken by several calls.

#ifndef RELATA_SRC_STORAGE_SQLITE_BATCHES_H_
#define RELATA_SRC_STORAGE_SQLITE_BATCHES_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "relata/storage/store.h"
#include "storage/sqlite/catalog.h"

namespace relata::internal {

// A statement with the condition of some batches. Whoever else calls relata_take gets an error.
absl::StatusOr<Statement> PrepareTaking(Connection& connection, std::string_view sql);

// The columns of some fields of a table.
struct Selection {
  std::vector<const ColumnSpec*> specs;
  std::vector<const PhysicalColumn*> columns;
};

// Points into `catalog` and `table`. InvalidArgument when the table has no such field.
absl::StatusOr<Selection> Select(const Catalog& catalog, const Layout::Table& table,
                                 const std::vector<FieldId>& fields);

class Batches {
 public:
  virtual ~Batches() = default;
  Batches(const Batches&) = delete;
  Batches& operator=(const Batches&) = delete;

  // The condition that takes a row. Its first parameter is ?3; those before are the statement's.
  const std::string& condition() const { return condition_; }
  // Runs a statement with that condition to its end, passing on every batch that it fills.
  absl::Status TakeAll(Statement& statement);
  // Passes on what is left.
  absl::Status Finish();
  // How many rows were taken so far.
  size_t taken() const { return passed_ + rows(); }

 protected:
  // `keys` are the columns that TakeKeys takes.
  Batches(Selection selection, std::vector<std::string> keys);

  virtual size_t rows() const = 0;
  virtual std::vector<Column>& columns() = 0;
  virtual absl::Status TakeKeys(sqlite3_value** values) = 0;
  // Gives the sink what there is, and forgets it.
  virtual absl::Status Pass() = 0;

  std::vector<Column> MakeColumns() const;

 private:
  friend absl::StatusOr<Statement> PrepareTaking(Connection& connection, std::string_view sql);

  // What one call takes: the fields from `first` to `last`, after the keys if it is the first.
  struct Call {
    Batches* batches;
    size_t first;
    size_t last;
  };

  static void Take(sqlite3_context* context, int count, sqlite3_value** values);
  absl::Status TakeRow(const Call& call, sqlite3_value** values);
  absl::Status Flush();

  const Selection selection_;
  const size_t keys_;
  std::vector<Call> calls_;
  std::string condition_;
  size_t passed_ = 0;
  absl::Status status_;  // of the call that failed
};

// `sink` and what the selection points into must outlive them.
std::unique_ptr<Batches> NewRecordBatches(Selection selection, bool ids,
                                          const Sink<RecordRows>& sink);
std::unique_ptr<Batches> NewEventBatches(Selection selection, const Sink<EventRows>& sink);

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_SQLITE_BATCHES_H_

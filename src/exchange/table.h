// SPDX-License-Identifier: Apache-2.0
//
// A delimited file as a table: the header found and recognised, the rows below it.

#ifndef RELATA_SRC_EXCHANGE_TABLE_H_
#define RELATA_SRC_EXCHANGE_TABLE_H_

#include <deque>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "relata/exchange/csv.h"
#include "relata/exchange/preset.h"

namespace relata::internal {

// The files that `paths` name: files as they are, directories with everything below them that ends
// in .csv, .tsv or .tab, hidden ones left out, sorted. NotFound names a path that does not exist.
absl::StatusOr<std::vector<std::string>> ListTableFiles(const std::vector<std::string>& paths);

// The word by which a folder's files are known when no preset names their system: the folder's
// name, folded ("crm", "maven_crm_sales").
std::string FolderSystem(const std::string& path);

// Hints for each of `files`, in order; what `given` says is kept. Files of one folder usually come
// from one system: a header that says little is read as most of its folder is.
absl::StatusOr<std::vector<RecognitionHints>> HintsByFolder(const std::vector<std::string>& files,
                                                            const RecognitionHints& given);

// One row of a table: as many cells as there are columns, trimmed.
struct TableRow {
  int64_t number = 0;  // as a spreadsheet shows it
  std::vector<std::string_view> cells;
  size_t cells_found = 0;  // before padding and cutting
  std::vector<std::string> problems;
};

// Single-thread.
class Table {
 public:
  static absl::StatusOr<Table> Open(const std::string& path, const RecognitionHints& hints);

  const Recognition& recognition() const { return recognition_; }
  const CsvDialect& dialect() const { return reader_.dialect(); }
  const std::vector<std::string>& header() const { return recognition_.header; }
  int64_t header_row() const { return header_number_; }

  // The next row that has at least one value. Rows that repeat the header are passed over. Cells
  // are borrowed until the next call.
  absl::StatusOr<bool> Next(TableRow* row);

 private:
  explicit Table(CsvReader reader) : reader_(std::move(reader)) {}
  absl::Status ReadStart(const std::string& path, const RecognitionHints& hints);
  // Fills `row` from raw cells; false when all are empty.
  bool Give(const std::vector<std::string_view>& cells, TableRow* row) const;

  struct Kept {
    int64_t number;
    std::vector<std::string> cells;
    std::vector<std::string> problems;
  };

  CsvReader reader_;
  Recognition recognition_;
  int64_t header_number_ = 0;
  std::deque<Kept> start_;  // rows read while looking for the header
  Kept current_;
  CsvRow csv_row_;
  bool before_data_ = true;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_EXCHANGE_TABLE_H_

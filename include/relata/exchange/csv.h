// SPDX-License-Identifier: Apache-2.0
//
// Reading delimited text as real exports contain it.
//
// A CsvReader walks through a file row by row in one pass and holds one block of it. It finds out
// by itself what RFC 4180 leaves open: the encoding (UTF-8 with or without byte-order mark,
// UTF-16, Windows-1252), the delimiter (comma, semicolon, tab, bar), the quote (double or single)
// and whether a backslash escapes. It is tolerant: what is wrong with a row is said in the row's
// `problems`, and the row is given as well as it can be read. An unclosed quote costs one row, not
// the rest of the file. Blank lines are passed over.
//
// A Status is returned only when the file cannot be read or goes past a limit.
//
// A reader belongs to one thread. The cells of a row are borrowed from the reader until the next
// call.

#ifndef RELATA_EXCHANGE_CSV_H_
#define RELATA_EXCHANGE_CSV_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace relata {

enum class TextEncoding : uint8_t { kUtf8, kUtf16LittleEndian, kUtf16BigEndian, kCp1252 };

// "utf-8", "utf-16le", "utf-16be", "windows-1252".
std::string_view EncodingName(TextEncoding encoding);

// How the file is written; as found, or as told.
struct CsvDialect {
  TextEncoding encoding = TextEncoding::kUtf8;
  bool byte_order_mark = false;
  char delimiter = ',';
  char quote = '"';
  bool backslash_escapes = false;
};

// What a caller may fix in advance, and the limits. A file that passes a limit is refused with
// ResourceExhausted that names the line.
struct CsvOptions {
  char delimiter = 0;  // 0: found out
  char quote = 0;      // 0: found out
  size_t max_cell_bytes = size_t{1} << 20;
  size_t max_row_bytes = size_t{8} << 20;
  size_t max_columns = 4096;
};

// One row. `line` is the number of the physical line on which it starts, `number` that of the row
// as a spreadsheet shows it (blank lines count, line breaks inside a cell do not), both from 1.
struct CsvRow {
  int64_t line = 0;
  int64_t number = 0;
  std::vector<std::string_view> cells;
  // What was wrong with it: a quote that is never closed, text behind a closing quote, bytes that
  // are not of the file's encoding. Empty for almost every row.
  std::vector<std::string> problems;
};

class CsvReader {
 public:
  // Opens the file at `path`, looks at all of it for its encoding and at its start for the rest of
  // the dialect, and stands before the first row. NotFound when there is none; InvalidArgument when
  // it is not text (it contains NUL bytes and is not UTF-16).
  static absl::StatusOr<CsvReader> Open(const std::string& path, const CsvOptions& options = {});

  // The same over bytes in memory, which are copied.
  static absl::StatusOr<CsvReader> FromText(std::string_view bytes, const CsvOptions& options = {});

  CsvReader(CsvReader&&) noexcept;
  CsvReader& operator=(CsvReader&&) noexcept;
  ~CsvReader();

  const CsvDialect& dialect() const;

  // Fills `row` with the next row and returns true, or returns false at the end. Cells are UTF-8,
  // as written between the delimiters: neither trimmed nor padded.
  absl::StatusOr<bool> Next(CsvRow* row);

 private:
  class Impl;
  explicit CsvReader(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace relata

#endif  // RELATA_EXCHANGE_CSV_H_

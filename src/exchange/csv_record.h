// SPDX-License-Identifier: Apache-2.0
//
// One record of delimited text: where its cells are. No reading, no guessing of dialects.

#ifndef RELATA_SRC_EXCHANGE_CSV_RECORD_H_
#define RELATA_SRC_EXCHANGE_CSV_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "relata/exchange/csv.h"

namespace relata::internal {

enum class RecordOutcome : uint8_t {
  kRecord,      // `cells` is filled, `end` is behind the record's line break
  kIncomplete,  // the buffer ends inside the record and more may follow
  kTooLarge,    // a cell, the row or the number of columns is past its limit; see `limit`
};

// What ParseRecord fills. Reused from record to record, so that a row allocates nothing.
struct Record {
  std::vector<std::string_view> cells;  // into the buffer, or into `unescaped`
  size_t end = 0;
  int64_t lines = 0;  // line breaks consumed
  bool blank = false;
  std::vector<std::string> problems;
  const char* limit = "";

  struct Span {
    size_t begin;
    size_t size;
    bool rewritten;
  };
  std::vector<Span> spans;
  std::string unescaped;
};

// Parses the record at `begin` of `buffer`; `complete` says that nothing follows the buffer.
// A quote that is not closed, or is closed in front of text on another line, is read as an ordinary
// character and reported.
RecordOutcome ParseRecord(std::string_view buffer, size_t begin, bool complete,
                          const CsvDialect& dialect, const CsvOptions& options, Record* record);

}  // namespace relata::internal

#endif  // RELATA_SRC_EXCHANGE_CSV_RECORD_H_

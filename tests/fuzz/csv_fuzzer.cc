// SPDX-License-Identifier: Apache-2.0
//
// Any bytes are read as a delimited file: every row arrives in order, within the stated limits.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "relata/exchange/csv.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  relata::CsvOptions options;
  options.max_cell_bytes = 4096;
  options.max_row_bytes = 16384;
  options.max_columns = 256;
  auto reader = relata::CsvReader::FromText(
      std::string_view(reinterpret_cast<const char*>(data), size), options);
  if (!reader.ok()) return 0;
  relata::CsvRow row;
  int64_t last = 0;
  for (;;) {
    absl::StatusOr<bool> more = reader->Next(&row);
    if (!more.ok() || !*more) return 0;
    if (row.number <= last || row.cells.size() > options.max_columns) std::abort();
    last = row.number;
    for (std::string_view cell : row.cells) {
      if (cell.size() > 3 * options.max_cell_bytes) std::abort();  // cp1252 grows in UTF-8
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
//
// Finding out how delimited text is written.

#ifndef RELATA_SRC_EXCHANGE_CSV_DIALECT_H_
#define RELATA_SRC_EXCHANGE_CSV_DIALECT_H_

#include <string_view>

#include "relata/exchange/csv.h"

namespace relata::internal {

// Sets delimiter, quote and escape of `dialect` from the start of the text, `sample`; `complete`
// says that it is the whole text. What `options` fixes is taken as it is.
void SniffDialect(std::string_view sample, bool complete, const CsvOptions& options,
                  CsvDialect* dialect);

}  // namespace relata::internal

#endif  // RELATA_SRC_EXCHANGE_CSV_DIALECT_H_

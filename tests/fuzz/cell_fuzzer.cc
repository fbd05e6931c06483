// SPDX-License-Identifier: Apache-2.0
//
// Any text is read as a number, a date and a yes/no, under every format.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "relata/exchange/parse.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view cell(reinterpret_cast<const char*>(data), size);
  relata::FormatEvidence evidence;
  evidence.Add(cell);
  for (auto order : {relata::DateOrder::kUnknown, relata::DateOrder::kDayFirst,
                     relata::DateOrder::kMonthFirst}) {
    for (auto mark : {relata::DecimalMark::kUnknown, relata::DecimalMark::kPoint,
                      relata::DecimalMark::kComma}) {
      const relata::CellFormat format = {order, mark};
      if (auto number = relata::ParseNumber(cell, format)) {
        (void)number->ToDouble();
        (void)number->ToMoney({});
        (void)number->ToInt();
      }
      if (auto moment = relata::ParseDateTime(cell, format)) (void)moment->ToTimestamp();
    }
  }
  (void)relata::ParseYesNo(cell);
  return 0;
}

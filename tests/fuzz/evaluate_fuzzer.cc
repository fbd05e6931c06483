// SPDX-License-Identifier: Apache-2.0
//
// Any text is checked and evaluated as an expression without a graph: a value or an error, within
// the limit of work.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "relata/expression/evaluate.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)relata::EvaluateText(text, R"({"x": 3, "name": "Acme", "list": [1, 2.5, null]})",
                             relata::Timestamp{1'700'000'000'000'000}, relata::Zone());
  return 0;
}

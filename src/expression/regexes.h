// SPDX-License-Identifier: Apache-2.0
//
// Patterns of `matches`, compiled once an interpreter. RE2: linear time, no back-references.

#ifndef RELATA_SRC_EXPRESSION_REGEXES_H_
#define RELATA_SRC_EXPRESSION_REGEXES_H_

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "expression/functions.h"

namespace re2 {
class RE2;
}

namespace relata::internal {

// Longest pattern, in bytes, and largest compiled form.
inline constexpr size_t kMaxPatternBytes = 2'000;
inline constexpr int64_t kMaxPatternMemory = 2 << 20;
inline constexpr size_t kMaxPatternsKept = 64;

class Regexes {
 public:
  Regexes();
  ~Regexes();
  Outcome Matches(const std::string& text, const std::string& pattern);

 private:
  std::unordered_map<std::string, std::unique_ptr<re2::RE2>> compiled_;
};

std::string EncodeBase64(std::string_view bytes);
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace relata::internal

#endif  // RELATA_SRC_EXPRESSION_REGEXES_H_

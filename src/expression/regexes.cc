// SPDX-License-Identifier: Apache-2.0

#include "expression/regexes.h"

#include <re2/re2.h>

#include "base/strings.h"

namespace relata::internal {

Regexes::Regexes() = default;
Regexes::~Regexes() = default;

Outcome Regexes::Matches(const std::string& text, const std::string& pattern) {
  if (pattern.size() > kMaxPatternBytes) {
    return Outcome::Error(Concat("the pattern is longer than ", kMaxPatternBytes, " bytes"));
  }
  auto it = compiled_.find(pattern);
  if (it == compiled_.end()) {
    if (compiled_.size() >= kMaxPatternsKept) compiled_.clear();
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kMaxPatternMemory);
    it = compiled_.emplace(pattern, std::make_unique<re2::RE2>(pattern, options)).first;
  }
  if (!it->second->ok()) return Outcome::Error(Concat("invalid pattern: ", it->second->error()));
  return Value::Bool(re2::RE2::PartialMatch(text, *it->second));
}

}  // namespace relata::internal

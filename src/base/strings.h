// SPDX-License-Identifier: Apache-2.0
//
// The one place where std::string_view meets Abseil's own string_view. Debian's Abseil is built
// with its own type and has no conversion either way; upstream's may be the same type as std's.

#ifndef RELATA_SRC_BASE_STRINGS_H_
#define RELATA_SRC_BASE_STRINGS_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/strings/string_view.h"

namespace relata::internal {

inline absl::string_view ToAbsl(std::string_view s) { return {s.data(), s.size()}; }
inline std::string_view ToStd(absl::string_view s) { return {s.data(), s.size()}; }

// Hash and equality for maps keyed by std::string that are looked up by std::string_view:
// std::unordered_map<std::string, V, StringHash, std::equal_to<>>.
struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
};

template <class T>
requires std::is_arithmetic_v<T>
void AppendPart(std::string& out, T value) {
  if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_same_v<T, char>) {
    out += value;
  } else {
    out += std::to_string(value);
  }
}
inline void AppendPart(std::string& out, std::string_view s) { out.append(s); }

// The parts one after the other: text, characters and integers.
template <class... Parts>
std::string Concat(const Parts&... parts) {
  std::string out;
  (AppendPart(out, parts), ...);
  return out;
}

}  // namespace relata::internal

#endif  // RELATA_SRC_BASE_STRINGS_H_

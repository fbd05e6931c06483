// SPDX-License-Identifier: Apache-2.0
//
// Two pieces under model/type.h: the name of a declared type, taken from its C++ name so that it is
// written once and is known where the type is only forward-declared; and what a typed field takes
// and the Value made of it.

#ifndef RELATA_MODEL_TYPE_NAME_H_
#define RELATA_MODEL_TYPE_NAME_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "relata/model/value.h"

namespace relata {

template <class Owner>
struct Id;

namespace internal {

// The unqualified C++ name of T: GCC spells a function "... [with T = relata::crm::Account; ...]",
// Clang "... [T = relata::crm::Account]".
template <class T>
constexpr std::string_view CppName() {
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("T = ") + 4);
  text = text.substr(0, text.find_first_of(";]"));
  const size_t colon = text.rfind(':');
  return colon == std::string_view::npos ? text : text.substr(colon + 1);
}

constexpr bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

template <class T>
struct TypeNameHolder {
  static constexpr size_t kSize = [] {
    size_t size = 0;
    for (char c : CppName<T>()) size += IsUpper(c) ? 2 : 1;
    return size - (IsUpper(CppName<T>()[0]) ? 1 : 0);
  }();
  static constexpr std::array<char, kSize> kChars = [] {
    std::array<char, kSize> chars{};
    size_t n = 0;
    for (char c : CppName<T>()) {
      if (IsUpper(c) && n > 0) chars[n++] = '_';
      chars[n++] = IsUpper(c) ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return chars;
  }();
};

// "contact_point" for ContactPoint; T may be incomplete.
template <class T>
inline constexpr std::string_view kTypeName{TypeNameHolder<T>::kChars.data(),
                                            TypeNameHolder<T>::kSize};

// "lead_page_view" for Lead and PageView.
template <class Subject, class Event>
struct NameAboutHolder {
  static constexpr auto kChars = [] {
    std::array<char, kTypeName<Subject>.size() + 1 + kTypeName<Event>.size()> chars{};
    auto end = std::copy(kTypeName<Subject>.begin(), kTypeName<Subject>.end(), chars.begin());
    *end++ = '_';
    std::copy(kTypeName<Event>.begin(), kTypeName<Event>.end(), end);
    return chars;
  }();
};
template <class Subject, class Event>
inline constexpr std::string_view kNameAbout{NameAboutHolder<Subject, Event>::kChars.data(),
                                             NameAboutHolder<Subject, Event>::kChars.size()};

// Whether a field declared with V takes a U without losing anything.
template <class V, class U>
inline constexpr bool kHolds =
    std::is_same_v<V, bool>      ? std::is_same_v<U, bool>
    : std::is_same_v<V, int64_t> ? std::is_integral_v<U> && !std::is_same_v<U, bool>
    : std::is_same_v<V, double>  ? std::is_arithmetic_v<U> && !std::is_same_v<U, bool>
                                 : std::is_convertible_v<U, V>;

inline Value ToValue(std::string_view v) { return Value::Text(v); }
inline Value ToValue(bool v) { return Value::Bool(v); }
inline Value ToValue(int64_t v) { return Value::Int(v); }
inline Value ToValue(double v) { return Value::Double(v); }
inline Value ToValue(const Money& v) { return Value::Amount(v); }
inline Value ToValue(Date v) { return Value::Day(v); }
inline Value ToValue(Timestamp v) { return Value::Time(v); }
inline Value ToValue(Duration v) { return Value::Length(v); }
inline Value ToValue(const std::vector<std::string>& v) {
  ValueList list;
  list.reserve(v.size());
  for (const std::string& text : v) list.push_back(Value::Text(text));
  return Value::List(std::move(list));
}
template <class Owner>
Value ToValue(const Id<Owner>& v) {
  return Value::Record(v.ref);
}

}  // namespace internal
}  // namespace relata

#endif  // RELATA_MODEL_TYPE_NAME_H_

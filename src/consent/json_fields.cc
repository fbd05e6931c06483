// SPDX-License-Identifier: Apache-2.0

#include "consent/json_fields.h"

#include <limits>

namespace relata::internal {
namespace {

const Json& Null() {
  static const Json null;
  return null;
}

// `count` digits at `pos`; -1 when they are not digits.
int32_t Digits(std::string_view text, size_t pos, size_t count) {
  if (pos + count > text.size()) return -1;
  int32_t n = 0;
  for (char c : text.substr(pos, count)) {
    if (c < '0' || c > '9') return -1;
    n = n * 10 + (c - '0');
  }
  return n;
}

// "Z", "+02:00" or "-05:00" as minutes east.
std::optional<int32_t> Offset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const int32_t hours = Digits(text, 1, 2);
  const int32_t minutes = Digits(text, 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  return (hours * 60 + minutes) * (text[0] == '-' ? -1 : 1);
}

}  // namespace

std::optional<Date> ParseDay(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const CivilDay day{Digits(text, 0, 4), Digits(text, 5, 2), Digits(text, 8, 2)};
  if (!IsValid(day)) return std::nullopt;
  return ToDate(day);
}

std::optional<Timestamp> ParseInstant(std::string_view text) {
  const std::optional<Date> day = ParseDay(text.substr(0, 10));
  if (!day) return std::nullopt;
  if (text.size() == 10) return UtcMidnight(*day);
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't' && text[10] != ' ') ||
      text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  const int32_t hour = Digits(text, 11, 2);
  const int32_t minute = Digits(text, 14, 2);
  const int32_t second = Digits(text, 17, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
    return std::nullopt;
  }
  size_t pos = 19;
  int64_t micros = 0;
  if (text[pos] == '.') {
    int64_t unit = 100'000;
    for (++pos; pos < text.size() && text[pos] >= '0' && text[pos] <= '9'; ++pos, unit /= 10) {
      micros += (text[pos] - '0') * unit;
    }
  }
  const std::optional<int32_t> offset = Offset(text.substr(pos));
  if (!offset) return std::nullopt;
  return UtcMidnight(*day) + Hours(hour) + Minutes(minute - *offset) + Seconds(second) +
         Microseconds(micros);
}

JsonNode JsonNode::operator[](std::string_view key) const {
  std::string path = path_.empty() ? std::string(key) : Concat(path_, ".", key);
  if (absent()) return JsonNode(&Null(), std::move(path), status_);
  if (!json_->is_object()) {
    Fail("an object is expected");
    return JsonNode(&Null(), std::move(path), status_);
  }
  const auto found = json_->find(std::string(key));
  return JsonNode(found == json_->end() ? &Null() : &*found, std::move(path), status_);
}

std::string_view JsonNode::Text() const {
  if (absent()) return {};
  if (!json_->is_string()) {
    Fail("text is expected");
    return {};
  }
  return json_->get_ref<const std::string&>();
}

std::string_view JsonNode::RequiredText() const {
  const std::string_view text = Text();
  if (text.empty()) Fail("is missing");
  return text;
}

bool JsonNode::Bool(bool absent_value) const {
  if (absent()) return absent_value;
  if (json_->is_boolean()) return json_->get<bool>();
  Fail("true or false is expected");
  return absent_value;
}

Known JsonNode::ThreeValued() const { return absent() ? Known::kUnknown : ToKnown(Bool(false)); }

int64_t JsonNode::Number(int64_t absent_value) const {
  if (absent()) return absent_value;
  // Unsigned numbers past the signed range, and numbers with a fraction, are not counts.
  if (json_->is_number_integer() &&
      !(json_->is_number_unsigned() &&
        json_->get<uint64_t>() > uint64_t{std::numeric_limits<int32_t>::max()})) {
    return json_->get<int64_t>();
  }
  Fail("a whole number is expected");
  return absent_value;
}

Timestamp JsonNode::Instant(Timestamp absent_value) const {
  if (absent()) return absent_value;
  const std::optional<Timestamp> t = ParseInstant(Text());
  if (!t) Fail("an instant such as 2026-03-10T10:00:00Z is expected");
  return t.value_or(absent_value);
}

Timestamp JsonNode::RequiredInstant() const {
  if (absent()) Fail("is missing");
  return Instant({});
}

std::optional<Date> JsonNode::Day() const {
  if (absent()) return std::nullopt;
  const std::optional<Date> day = ParseDay(Text());
  if (!day) Fail("a day such as 2026-03-10 is expected");
  return day;
}

}  // namespace relata::internal

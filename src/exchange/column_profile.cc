// SPDX-License-Identifier: Apache-2.0

#include "exchange/column_profile.h"

#include <algorithm>
#include <functional>

#include "relata/base/text.h"
#include "relata/quality/normalize.h"

namespace relata::internal {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Numbers by which a state names a person: 123-45-6789, or the French one of 13 to 15 digits.
bool LooksLikeIdentityNumber(std::string_view cell) {
  if (cell.size() == 11 && cell[3] == '-' && cell[6] == '-') {
    return std::count_if(cell.begin(), cell.end(), IsDigit) == 9;
  }
  const auto digits = std::count_if(cell.begin(), cell.end(), IsDigit);
  return (digits == 13 || digits == 15) && (cell[0] == '1' || cell[0] == '2') &&
         cell.find_first_not_of("0123456789 AB") == std::string_view::npos &&
         cell.find(' ') != std::string_view::npos;
}

}  // namespace

void ColumnProfile::Add(std::string_view cell) {
  ++rows_;
  const size_t hash = std::hash<std::string_view>{}(cell);
  fingerprint_ = fingerprint_ * 1099511628211u + hash;
  if (cell.empty()) return;
  ++filled_;
  if (first_.empty()) first_ = std::string(cell.substr(0, 80));
  if (distinct_.size() < kMaxDistinct) distinct_.insert(hash);
  if (IsPlaceholder(cell)) {
    ++placeholders_;
    return;
  }
  Classify(cell);
}

void ColumnProfile::Classify(std::string_view cell) {
  if (cell.size() > 64) return;
  emails_ += cell.find('@') != std::string_view::npos && NormalizeEmail(cell).has_value();
  identity_numbers_ += LooksLikeIdentityNumber(cell);
  yes_no_ += ParseYesNo(cell).has_value();
  if (std::none_of(cell.begin(), cell.end(), IsDigit)) return;
  evidence_.Add(cell);
  // Codes keep their zeros: a number would lose them.
  leading_zeros_ += cell.size() > 1 && cell[0] == '0' && IsDigit(cell[1]);
  if (const auto number = ParseNumber(cell, {})) {
    ++numbers_;
    whole_ += number->ToInt().has_value() && !number->percent;
    money_ += !number->currency.none();
    return;
  }
  auto date = ParseDateTime(cell, {DateOrder::kDayFirst});
  if (!date) date = ParseDateTime(cell, {DateOrder::kMonthFirst});
  if (date) {
    ++dates_;
    times_ += date->has_time;
  }
}

FieldKind ColumnProfile::Kind() const {
  const int64_t values = filled_ - placeholders_;
  if (values == 0) return FieldKind::kText;
  const auto nearly_all = [&](int64_t n) { return n > 0 && (values - n) * 100 <= values; };
  if (nearly_all(yes_no_) && distinct_.size() <= 4 &&
      !(nearly_all(whole_) && distinct_.size() < 2)) {
    return FieldKind::kBool;
  }
  if (nearly_all(dates_)) return times_ > 0 ? FieldKind::kTimestamp : FieldKind::kDate;
  if (nearly_all(numbers_) && leading_zeros_ * 100 <= values) {
    if (money_ * 2 > values) return FieldKind::kMoney;
    return nearly_all(whole_) ? FieldKind::kInt : FieldKind::kDouble;
  }
  return FieldKind::kText;
}

}  // namespace relata::internal

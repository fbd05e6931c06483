// SPDX-License-Identifier: Apache-2.0
//
// A column of field values of one kind, with nulls: how many values travel at once between engine
// and store, and how an event buffer waits for its commit.
//
// Fixed-size kinds are one int64 a row (a double is its bits, a money its units with the currency
// beside it, a link its row with the type beside it), text is one arena and its offsets. Lists are
// kept as values. Appending is amortised constant; nothing is ever changed in place.
//
// Thread-compatible.

#ifndef RELATA_MODEL_COLUMN_H_
#define RELATA_MODEL_COLUMN_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "relata/model/value.h"

namespace relata {

class Column {
 public:
  // `kind` is one a field can have: kBool ... kList. For kRecord, `target` is the type all links of
  // the column point to, or kNoType when each value carries its own.
  explicit Column(Value::Kind kind, TypeId target = kNoType) : kind_(kind), target_(target) {}

  Value::Kind kind() const { return kind_; }
  size_t size() const { return present_.size(); }
  void Reserve(size_t rows);
  void Clear();

  void AppendNull();
  // `v` is null or of this column's kind; anything else appends null and returns false.
  bool Append(const Value& v);
  // For kBool, kInt, kTimestamp, kDuration, kDate (days), and kRecord with one target (row).
  void AppendInt(int64_t v) {
    present_.push_back(1);
    ints_.push_back(v);
  }
  void AppendDouble(double v) { AppendInt(std::bit_cast<int64_t>(v)); }
  void AppendText(std::string_view v);
  void AppendMoney(Money v);
  void AppendRecord(RecordRef v);

  bool IsNull(size_t i) const { return present_[i] == 0; }
  // Each on a row that is not null, of a column of the kind.
  int64_t Int(size_t i) const { return ints_[i]; }
  double Double(size_t i) const { return std::bit_cast<double>(ints_[i]); }
  std::string_view Text(size_t i) const {
    const auto from = static_cast<size_t>(i == 0 ? 0 : ints_[i - 1]);
    return std::string_view(arena_).substr(from, static_cast<size_t>(ints_[i]) - from);
  }
  Money Amount(size_t i) const { return {ints_[i], Currency::FromPacked(extra_[i])}; }
  RecordRef Record(size_t i) const {
    return {target_ != kNoType ? target_ : static_cast<TypeId>(extra_[i]), ints_[i]};
  }
  // Null or the value of row `i`.
  Value Get(size_t i) const;

 private:
  Value::Kind kind_;
  TypeId target_;
  std::vector<uint8_t> present_;
  std::vector<int64_t> ints_;    // the value; for text the end of it in the arena
  std::vector<uint32_t> extra_;  // currency of a money, type of a link of several targets
  std::string arena_;
  std::vector<Value> lists_;
};

}  // namespace relata

#endif  // RELATA_MODEL_COLUMN_H_

// SPDX-License-Identifier: Apache-2.0
//
// What the values of one column are like.

#ifndef RELATA_SRC_EXCHANGE_COLUMN_PROFILE_H_
#define RELATA_SRC_EXCHANGE_COLUMN_PROFILE_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>

#include "relata/exchange/parse.h"
#include "relata/model/type.h"

namespace relata::internal {

// Constant memory whatever the number of values. Thread-compatible.
class ColumnProfile {
 public:
  // Takes one trimmed cell into account.
  void Add(std::string_view cell);

  int64_t rows() const { return rows_; }
  int64_t filled() const { return filled_; }
  int64_t placeholders() const { return placeholders_; }
  // Different values; exact below kMaxDistinct, which stands for "that many or more".
  static constexpr size_t kMaxDistinct = 5000;
  size_t distinct() const { return distinct_.size(); }
  const std::string& first() const { return first_; }
  const FormatEvidence& evidence() const { return evidence_; }
  int64_t emails() const { return emails_; }
  int64_t identity_numbers() const { return identity_numbers_; }
  // A number that changes with every value, in their order: equal for columns with equal values.
  uint64_t fingerprint() const { return fingerprint_; }

  // The narrowest kind that holds all values but placeholders and one in a hundred.
  FieldKind Kind() const;

 private:
  void Classify(std::string_view cell);

  int64_t rows_ = 0;
  int64_t filled_ = 0;
  int64_t placeholders_ = 0;
  int64_t yes_no_ = 0;
  int64_t whole_ = 0;
  int64_t numbers_ = 0;
  int64_t money_ = 0;
  int64_t dates_ = 0;
  int64_t times_ = 0;
  int64_t emails_ = 0;
  int64_t identity_numbers_ = 0;
  int64_t leading_zeros_ = 0;
  uint64_t fingerprint_ = 0;
  std::string first_;
  std::unordered_set<size_t> distinct_;
  FormatEvidence evidence_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_EXCHANGE_COLUMN_PROFILE_H_

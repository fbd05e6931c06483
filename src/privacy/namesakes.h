// SPDX-License-Identifier: Apache-2.0
//
// A quick look at other people's names and addresses, for those that could be the same as some
// person's: everybody is looked at for every erasure, and hardly anybody is meant.

#ifndef RELATA_SRC_PRIVACY_NAMESAKES_H_
#define RELATA_SRC_PRIVACY_NAMESAKES_H_

#include <cstdint>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "privacy/person_words.h"

namespace relata::internal {

class ChunkedColumn;

// Of some persons' words, what survives any spelling: the letters of a name in any order, the end
// of a mailbox's name, the last digits of a number. "No" is certain, "yes" is not.
class WordSigns {
 public:
  explicit WordSigns(const PersonWords& words);

  bool MayBeName(std::string_view given, std::string_view family) const;
  bool MayBeEmail(std::string_view address) const;
  bool MayBePhone(std::string_view number) const;

 private:
  absl::flat_hash_set<uint64_t> names_, mailboxes_, phones_;
};

// The texts of one table that WordSigns asks about, by row.
class PersonColumns {
 public:
  PersonColumns(const Snapshot& view, const TypeDef& type);

  // Whether the record may share a word.
  bool MayShare(const WordSigns& signs, Row row) const;

 private:
  const ChunkedColumn* given_;
  const ChunkedColumn* family_;
  const ChunkedColumn* email_;
  const ChunkedColumn* phone_;
  const ChunkedColumn* mobile_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_PRIVACY_NAMESAKES_H_

// SPDX-License-Identifier: Apache-2.0
//
// By what words a person could be told from texts that other records hold, and how those words are
// taken out of a text. Names are compared folded and as whole words, e-mail addresses without case,
// telephone numbers by their last nine digits, however they are spaced.

#ifndef RELATA_SRC_PRIVACY_PERSON_WORDS_H_
#define RELATA_SRC_PRIVACY_PERSON_WORDS_H_

#include <bitset>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "segment/record_reader.h"

namespace relata::internal {

// How many digits, from its end, tell a telephone number.
inline constexpr size_t kPhoneDigits = 9;

constexpr bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool IsAscii(std::string_view text);

// What stands in the place of a word that was taken out.
inline constexpr std::string_view kErasedMark = "[erased]";

struct PersonWords {
  std::set<std::string> exact;     // as stored, for what is searched byte by byte
  std::set<std::string> names;     // folded full names, in both orders
  std::set<std::string> families;  // folded family names: only where the person is meant anyway
  std::set<std::string> emails;    // folded
  std::set<std::string> phones;    // last nine digits

  void Add(const RecordReader& read, RecordRef person);
  void AddEmail(std::string_view address);
  void AddPhone(std::string_view number);
  void Add(const PersonWords& other);
};

// Finds and takes out words; immutable once built.
class Redactor {
 public:
  // With `families`, family names alone count too.
  Redactor(const PersonWords& words, bool families);

  bool Names(std::string_view text) const { return MayName(text) && !Find(text).empty(); }
  // "No" is certain and quick; "yes" is not.
  bool MayName(std::string_view text) const;
  // The text with kErasedMark in the place of every word; nothing when it holds none.
  std::optional<std::string> Redact(std::string_view text) const;
  // The same for a text or a list of texts.
  std::optional<Value> Redact(const Value& value) const;

 private:
  struct Range {
    size_t from = 0;
    size_t until = 0;
  };
  std::vector<Range> Find(std::string_view text) const;
  void FindWords(std::string_view text, std::vector<Range>& out) const;
  void FindPhones(std::string_view text, std::vector<Range>& out) const;
  void AddNeedle(const std::string& folded);

  std::unordered_map<uint32_t, std::vector<std::string>> needles_;  // by their first bytes
  std::bitset<size_t{1} << 15> heads_;                              // of needles, hashed
  std::set<std::string, std::less<>> phones_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_PRIVACY_PERSON_WORDS_H_

// SPDX-License-Identifier: Apache-2.0
//
// Which stored texts an erasure touches: those about its subjects, and those that contain one of
// its words. Cost follows the length of the texts, not the number of words.

#ifndef RELATA_SRC_STORAGE_ERASED_WORDS_H_
#define RELATA_SRC_STORAGE_ERASED_WORDS_H_

#include <cstdint>
#include <cstring>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "relata/storage/store.h"

namespace relata::internal {

class ErasedWords {
 public:
  // Words shorter than kLeast bytes are left out: too much would contain them.
  static constexpr size_t kLeast = 4;

  explicit ErasedWords(const std::vector<std::string>& words) {
    for (const std::string& word : words) {
      if (word.size() >= kLeast) by_head_[Head(word.data())].push_back(word);
    }
  }

  bool In(std::string_view text) const {
    if (by_head_.empty()) return false;
    for (size_t at = 0; at + kLeast <= text.size(); ++at) {
      const auto found = by_head_.find(Head(text.data() + at));
      if (found == by_head_.end()) continue;
      for (const std::string& word : found->second) {
        if (text.substr(at, word.size()) == word) return true;
      }
    }
    return false;
  }

 private:
  static uint32_t Head(const char* bytes) {
    uint32_t head = 0;
    std::memcpy(&head, bytes, kLeast);
    return head;
  }

  std::unordered_map<uint32_t, std::vector<std::string>> by_head_;
};

// Of one EraseWrite, prepared for passes over many lines.
class ErasedLines {
 public:
  explicit ErasedLines(const EraseWrite& erase)
      : subjects_(erase.subjects.begin(), erase.subjects.end()),
        lines_(erase.lines.begin(), erase.lines.end()),
        words_(erase.words) {}

  bool Has(RecordRef record) const { return subjects_.contains(record); }
  const ErasedWords& words() const { return words_; }
  // Whether the line loses its key and body.
  bool Touches(const std::string& log, Seq seq, RecordRef subject, std::string_view key,
               std::string_view body) const {
    if (!lines_.empty() && lines_.contains({log, seq})) return true;
    // What commits promise about themselves holds digests only, and must stay as it was written.
    if (log == "audit") return false;
    if (log == kErasureLog || log == kArchiveLog || log == kSuppressionLog) return false;
    return Has(subject) || words_.In(key) || words_.In(body);
  }

 private:
  std::set<RecordRef> subjects_;
  std::set<std::pair<std::string, Seq>> lines_;
  ErasedWords words_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_ERASED_WORDS_H_

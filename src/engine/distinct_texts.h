// SPDX-License-Identifier: Apache-2.0
//
// The different texts among a few thousand, while they are few: each gets a number in the order it
// first comes. A table of its own instead of a map, because every text column that is loaded passes
// through it: nothing is allocated for a text, and one of at most 16 bytes is compared as two
// words.

#ifndef RELATA_SRC_ENGINE_DISTINCT_TEXTS_H_
#define RELATA_SRC_ENGINE_DISTINCT_TEXTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string_view>
#include <vector>

namespace relata::internal {

class DistinctTexts {
 public:
  static constexpr size_t kMost = 512;

  // The text's number, or kMost when it is new and there are kMost already. `text` is borrowed.
  size_t Add(std::string_view text) {
    const Key key = KeyOf(text);
    uint64_t place = (key.low * 0x9e3779b97f4a7c15 ^ key.high) * 0xd6e8feb86659fd93 + text.size();
    for (place ^= place >> 32;; ++place) {
      uint16_t& slot = slots_[place % kSlots];
      if (slot == 0) {
        if (texts_.size() == kMost) return kMost;
        texts_.push_back(text);
        keys_.push_back(key);
        slot = static_cast<uint16_t>(texts_.size());
        return texts_.size() - 1;
      }
      const size_t number = slot - size_t{1};
      if (keys_[number] == key && texts_[number].size() == text.size() &&
          (text.size() <= sizeof(Key) || texts_[number] == text)) {
        return number;
      }
    }
  }

  const std::vector<std::string_view>& texts() const { return texts_; }

 private:
  static constexpr size_t kSlots = 4 * kMost;

  // With the size, all there is of a text of at most 16 bytes; a longer one's hash.
  struct Key {
    uint64_t low = 0;
    uint64_t high = 0;
    bool operator==(const Key&) const = default;
  };

  static Key KeyOf(std::string_view text) {
    const char* bytes = text.data();
    const size_t size = text.size();
    if (size > sizeof(Key)) return {std::hash<std::string_view>()(text), 0};
    if (size >= 8) return {Load<uint64_t>(bytes), Load<uint64_t>(bytes + size - 8)};
    if (size >= 4) return {Load<uint32_t>(bytes), Load<uint32_t>(bytes + size - 4)};
    Key key;
    for (size_t i = 0; i < size; ++i) key.low = key.low << 8 | static_cast<uint8_t>(bytes[i]);
    return key;
  }

  template <class Word>
  static uint64_t Load(const char* bytes) {
    Word word;
    std::memcpy(&word, bytes, sizeof(word));
    return word;
  }

  std::array<uint16_t, kSlots> slots_{};  // a number and one, or 0
  std::vector<std::string_view> texts_;
  std::vector<Key> keys_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_DISTINCT_TEXTS_H_

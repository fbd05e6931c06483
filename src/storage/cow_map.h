// SPDX-License-Identifier: Apache-2.0
//
// An ordered map whose copies share what neither has changed: a sorted list of blocks, each block
// copied when a map that does not own it changes it. Copying costs one pointer a block.
//
// A block belongs to the owner (a number that names one writer) that made it; only that writer may
// change it in place. Thread-compatible; blocks shared between maps are never changed.

#ifndef RELATA_SRC_STORAGE_COW_MAP_H_
#define RELATA_SRC_STORAGE_COW_MAP_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace relata::internal {

template <class K, class V>
class CowMap {
 public:
  using Entry = std::pair<K, V>;

  const V* Find(const K& key) const {
    if (blocks_.empty()) return nullptr;
    const std::vector<Entry>& entries = blocks_[BlockOf(key)]->entries;
    const auto found = Lower(entries, key);
    return found != entries.end() && found->first == key ? &found->second : nullptr;
  }

  // The last key and its value; nullptr when empty.
  const Entry* Last() const { return blocks_.empty() ? nullptr : &blocks_.back()->entries.back(); }

  // False, and nothing done, when the key is there.
  bool Insert(uint64_t owner, K key, V value) {
    if (blocks_.empty()) {
      blocks_.push_back(std::make_shared<Block>(Block{owner, {}}));
      blocks_[0]->entries.emplace_back(std::move(key), std::move(value));
      return true;
    }
    const size_t at = BlockOf(key);
    const auto found = Lower(blocks_[at]->entries, key);
    if (found != blocks_[at]->entries.end() && found->first == key) return false;
    const auto offset = found - blocks_[at]->entries.begin();
    std::vector<Entry>& entries = Own(owner, at);
    entries.emplace(entries.begin() + offset, std::move(key), std::move(value));
    if (entries.size() > kBlock) Split(owner, at);
    return true;
  }

  // The value to be changed; nullptr when the key is not there.
  V* Mutable(uint64_t owner, const K& key) {
    if (Find(key) == nullptr) return nullptr;
    std::vector<Entry>& entries = Own(owner, BlockOf(key));
    return &(entries.begin() + (Lower(entries, key) - entries.cbegin()))->second;
  }

  void Erase(uint64_t owner, const K& key) {
    if (Find(key) == nullptr) return;
    const size_t at = BlockOf(key);
    std::vector<Entry>& entries = Own(owner, at);
    entries.erase(Lower(entries, key));
    if (entries.empty()) blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  // Calls `visit(key, value)` for keys not below `from`, in order, while it returns true.
  template <class Visit>
  void ForEach(const K& from, Visit visit) const {
    if (blocks_.empty()) return;
    for (size_t at = BlockOf(from); at < blocks_.size(); ++at) {
      const std::vector<Entry>& entries = blocks_[at]->entries;
      for (auto e = Lower(entries, from); e != entries.end(); ++e) {
        if (!visit(e->first, e->second)) return;
      }
    }
  }
  template <class Visit>
  void ForEach(Visit visit) const {
    for (const auto& block : blocks_) {
      for (const Entry& e : block->entries) {
        if (!visit(e.first, e.second)) return;
      }
    }
  }

 private:
  static constexpr size_t kBlock = 256;

  struct Block {
    uint64_t owner;
    std::vector<Entry> entries;
  };

  static auto Lower(const std::vector<Entry>& entries, const K& key) {
    return std::lower_bound(entries.begin(), entries.end(), key,
                            [](const Entry& e, const K& k) { return e.first < k; });
  }

  // The last block whose first key is not above `key`, or the first block.
  size_t BlockOf(const K& key) const {
    const auto above = std::upper_bound(
        blocks_.begin(), blocks_.end(), key,
        [](const K& k, const auto& block) { return k < block->entries.front().first; });
    return above == blocks_.begin() ? 0 : static_cast<size_t>(above - blocks_.begin()) - 1;
  }

  std::vector<Entry>& Own(uint64_t owner, size_t at) {
    if (blocks_[at]->owner != owner) {
      blocks_[at] = std::make_shared<Block>(Block{owner, blocks_[at]->entries});
    }
    return blocks_[at]->entries;
  }

  void Split(uint64_t owner, size_t at) {
    std::vector<Entry>& entries = blocks_[at]->entries;
    // Appending is the common case: a full last block stays full.
    const size_t keep = at + 1 == blocks_.size() ? kBlock : kBlock / 2;
    const auto from = entries.begin() + static_cast<std::ptrdiff_t>(keep);
    auto upper = std::make_shared<Block>(
        Block{owner, {std::make_move_iterator(from), std::make_move_iterator(entries.end())}});
    entries.erase(from, entries.end());
    blocks_.insert(blocks_.begin() + static_cast<std::ptrdiff_t>(at) + 1, std::move(upper));
  }

  std::vector<std::shared_ptr<Block>> blocks_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_COW_MAP_H_

// SPDX-License-Identifier: Apache-2.0
//
// Memory for very many blocks that are met in random order.
//
// Slabs lie on large pages (base/large_pages.h) and grow from a few kilobytes to the size of one: a
// small database pays for what it holds.

#ifndef RELATA_SRC_BASE_SLAB_H_
#define RELATA_SRC_BASE_SLAB_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <new>
#include <utility>
#include <vector>

#include "base/large_pages.h"

namespace relata::internal {

// Blocks of a few sizes, each on a cache line of its own. Free blocks are used again by blocks of
// their size. Thread-compatible.
class Slabs {
 public:
  static constexpr size_t kLine = 64;

  Slabs() = default;
  Slabs(const Slabs&) = delete;
  Slabs& operator=(const Slabs&) = delete;
  ~Slabs() { Clear(); }

  void* Allocate(size_t bytes) {
    const size_t lines = LinesOf(bytes);
    if (lines >= kClasses) return ::operator new (lines* kLine, std::align_val_t{kLine});
    if (Free* const block = free_[lines]) {
      free_[lines] = block->next;
      return block;
    }
    if (left_ < lines * kLine) AddSlab();
    char* const block = next_;
    next_ += lines * kLine;
    left_ -= lines * kLine;
    return block;
  }

  // Takes back a block of `bytes`, as it was allocated.
  void Release(void* block, size_t bytes) {
    const size_t lines = LinesOf(bytes);
    if (lines >= kClasses) return ::operator delete (block, std::align_val_t{kLine});
    free_[lines] = new (block) Free{free_[lines]};
  }

  // Gives the slabs back; every small block must have been released. Large ones are on their own.
  void Clear() {
    for (const auto& [slab, bytes] : slabs_) FreePages(slab, bytes);
    slabs_.clear();
    free_ = {};
    next_ = nullptr;
    left_ = 0;
  }

 private:
  struct Free {
    Free* next;
  };
  static constexpr size_t kClasses = 65;  // blocks of up to 64 lines; larger ones are not pooled

  static size_t LinesOf(size_t bytes) {
    return (std::max(bytes, sizeof(Free)) + kLine - 1) / kLine;
  }

  // What is left of the slab before is lost until Clear: less than one block.
  void AddSlab() {
    const size_t bytes =
        slabs_.empty() ? size_t{16} << 10 : std::min(slabs_.back().second * 2, kLargePage);
    slabs_.reserve(slabs_.size() + 1);
    next_ = static_cast<char*>(AllocatePages(bytes));
    left_ = bytes;
    slabs_.emplace_back(next_, bytes);
  }

  std::vector<std::pair<void*, size_t>> slabs_;
  std::array<Free*, kClasses> free_{};
  char* next_ = nullptr;
  size_t left_ = 0;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_BASE_SLAB_H_

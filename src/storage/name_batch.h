// SPDX-License-Identifier: Apache-2.0
//
// Names on their way into a run of the name index (name_index.h): collected in one buffer, sorted,
// and taken out again where they are known already.

#ifndef RELATA_SRC_STORAGE_NAME_BATCH_H_
#define RELATA_SRC_STORAGE_NAME_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/id.h"

namespace relata::internal {

// How many bytes both begin with.
size_t SharedPrefix(std::string_view a, std::string_view b);

// Names with their rows, on their way into a run. Thread-compatible.
class NameBatch {
 public:
  void Add(std::string_view name, Row row);
  // In order of name. Those that name the same row twice are left once; false when a name names two
  // rows, which `taken` then is the place of.
  bool Sort(size_t& taken);
  // The first from `i` on, of sorted names, that is not below `name`.
  size_t From(size_t i, std::string_view name) const;
  // Takes out those marked by Forget.
  void Forget(size_t i) { entries_[i].row = kNoRow; }
  void Compact();

  size_t size() const { return entries_.size(); }
  std::string_view name(size_t i) const {
    return std::string_view(bytes_).substr(entries_[i].offset, entries_[i].size);
  }
  Row row(size_t i) const { return entries_[i].row; }
  size_t longest() const { return longest_; }
  // Whether they were added in order, each above the one before.
  bool ascending() const { return ascending_; }
  void Clear();
  size_t bytes() const { return bytes_.size(); }

 private:
  struct Entry {
    Row row = kNoRow;
    uint32_t offset = 0;  // a batch holds less than 4 GB
    uint32_t size = 0;
  };

  std::string_view text(const Entry& e) const {
    return std::string_view(bytes_).substr(e.offset, e.size);
  }
  // The entries in the order of `places`, of which `head` and `index` tell what the name begins
  // with and which entry it is; false as Sort.
  template <class Places, class Head, class Index>
  bool Arrange(const Places& places, Head head, Index index, size_t& taken);

  std::string bytes_;
  std::vector<Entry> entries_;
  size_t longest_ = 0;
  bool ascending_ = true;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_NAME_BATCH_H_

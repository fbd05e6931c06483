// SPDX-License-Identifier: Apache-2.0
//
// What readers derive from a table and the table keeps: made by the first who asks, brought up to
// date by the first who asks again after a change.
//
// A commit costs next to nothing: it notes which rows it changed, and the version of before stays
// the base from which the next is made. Snapshots share versions; each has its own once an edit
// met it.

#ifndef RELATA_SRC_ENGINE_KEPT_H_
#define RELATA_SRC_ENGINE_KEPT_H_

#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/cow.h"
#include "relata/base/id.h"

namespace relata::internal {

// Several values of one sort, by key. Reading is thread-safe; an edit belongs to one thread.
template <class Key, class T>
class Kept {
 public:
  using Value = std::shared_ptr<const T>;

  // The value of before, if any, and the rows noted since.
  struct Base {
    Value value;
    std::vector<Row> changed;
  };

  // The value of `key`, made by build(base) when it is not there or not up to date.
  template <class Build>
  Value Get(const Key& key, const Build& build) const {
    const std::lock_guard<std::mutex> building(state_->building);
    Base base;
    {
      const std::lock_guard<std::mutex> lock(state_->mutex);
      Entry& entry = state_->entries[key];
      if (entry.current != nullptr) return entry.current;
      base = entry.base;
    }
    Value value = build(base);
    const std::lock_guard<std::mutex> lock(state_->mutex);
    Entry& entry = state_->entries[key];
    entry.current = value;
    entry.base = {};
    return value;
  }
  // nullptr when it is not there or not up to date.
  Value Peek(const Key& key) const {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    const auto found = state_->entries.find(key);
    return found == state_->entries.end() ? nullptr : found->second.current;
  }
  size_t MemoryUsed() const {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    size_t bytes = 0;
    for (const auto& [key, entry] : state_->entries) {
      const Value& value = entry.current != nullptr ? entry.current : entry.base.value;
      if (value != nullptr) bytes += value->MemoryUsed();
    }
    return bytes;
  }

  // Before anything that the values are derived from changes under a token: they become bases.
  void Edit(EditToken edit) {
    if (owner_ == edit) {
      // Nobody else has it; what was asked for in the midst of the edit is a base again.
      for (auto& [key, entry] : state_->entries) {
        if (entry.current != nullptr) entry.base = {std::exchange(entry.current, nullptr), {}};
      }
      return;
    }
    auto next = std::make_shared<State>();
    {
      const std::lock_guard<std::mutex> lock(state_->mutex);
      for (const auto& [key, entry] : state_->entries) {
        if (entry.current != nullptr) {
          next->entries[key].base.value = entry.current;
        } else if (entry.base.value != nullptr) {
          next->entries[key].base = entry.base;
        }
      }
    }
    state_ = std::move(next);
    owner_ = edit;
  }
  // The rest under the token of the last Edit. which(key, base) gives a row to note, or kNoRow.
  template <class Which>
  void Note(const Which& which) {
    for (auto it = state_->entries.begin(); it != state_->entries.end();) {
      const Row row = which(it->first, *it->second.base.value);
      std::vector<Row>& changed = it->second.base.changed;
      if (row != kNoRow) changed.push_back(row);
      it = changed.size() > kManyChanges ? state_->entries.erase(it) : std::next(it);
    }
  }
  // Forgets the values that which(key) names.
  template <class Which>
  void Forget(const Which& which) {
    std::erase_if(state_->entries, [&](const auto& entry) { return which(entry.first); });
  }
  bool none() const { return state_->entries.empty(); }

 private:
  static constexpr size_t kManyChanges = size_t{1} << 16;

  struct Entry {
    Value current;
    Base base;
  };
  struct State {
    std::mutex building;
    std::mutex mutex;  // of `entries`
    std::map<Key, Entry> entries;
  };

  std::shared_ptr<State> state_ = std::make_shared<State>();
  EditToken owner_ = 0;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_KEPT_H_

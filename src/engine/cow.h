// SPDX-License-Identifier: Apache-2.0
//
// Sharing between snapshots: a value that is copied by the first edit that meets it, and an array
// of such values in which an edit copies one slot and the short path to it.
//
// Whoever makes a new snapshot draws an edit token and hands it to every change. What was copied
// under a token is changed in place under the same token and never again: readers of published
// snapshots see no write, and no reference count decides anything.

#ifndef RELATA_SRC_ENGINE_COW_H_
#define RELATA_SRC_ENGINE_COW_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace relata::internal {

using EditToken = uint64_t;

// A token that was never drawn before in this process. Thread-safe.
EditToken NewEdit();

// A shared value, or nothing. Copying a Cow shares the value.
template <class T>
class Cow {
 public:
  Cow() = default;
  Cow(T value, EditToken edit) : value_(std::make_shared<T>(std::move(value))), owner_(edit) {}

  explicit operator bool() const { return value_ != nullptr; }
  const T* get() const { return value_.get(); }
  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_.get(); }

  // Whether the value is one that this edit may change in place.
  bool Edits(EditToken edit) const { return value_ != nullptr && owner_ == edit; }
  // The value to change: a new one when there was none, the shared one copied when another edit
  // made it.
  T& Edit(EditToken edit) {
    if (value_ == nullptr) {
      value_ = std::make_shared<T>();
    } else if (owner_ != edit) {
      value_ = std::make_shared<T>(std::as_const(*value_));
    }
    owner_ = edit;
    return *value_;
  }

 private:
  std::shared_ptr<T> value_;
  EditToken owner_ = 0;
};

// A growing array of shared values. Copying a Directory of n slots copies n / kFan pointers.
template <class T>
class Directory {
 public:
  // One past the highest slot ever edited.
  size_t size() const { return size_; }
  // The value in slot `i`, or nullptr when the slot was never edited.
  const T* operator[](size_t i) const {
    if (i >= size_) return nullptr;
    const Cow<Node>& node = nodes_[i / kFan];
    return node ? node->slots[i % kFan].get() : nullptr;
  }
  // Whether slot `i` is there and was copied or made by this edit.
  bool Edits(size_t i, EditToken edit) const {
    return i < size_ && nodes_[i / kFan].Edits(edit) &&
           nodes_[i / kFan]->slots[i % kFan].Edits(edit);
  }
  T& Edit(size_t i, EditToken edit) {
    if (i >= size_) {
      size_ = i + 1;
      nodes_.resize(i / kFan + 1);
    }
    return nodes_[i / kFan].Edit(edit).slots[i % kFan].Edit(edit);
  }
  // Another value in place of the one there, which is not copied.
  void Put(size_t i, T value, EditToken edit) {
    if (i >= size_) {
      size_ = i + 1;
      nodes_.resize(i / kFan + 1);
    }
    nodes_[i / kFan].Edit(edit).slots[i % kFan] = Cow<T>(std::move(value), edit);
  }

 private:
  static constexpr size_t kFan = 64;
  struct Node {
    std::array<Cow<T>, kFan> slots;
  };

  std::vector<Cow<Node>> nodes_;
  size_t size_ = 0;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_COW_H_

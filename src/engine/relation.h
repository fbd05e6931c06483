// SPDX-License-Identifier: Apache-2.0
//
// Relations read backwards: which rows point to a row, which events a subject has.
//
// Parents are taken kRowsPerChunk at a time. Each such bucket has a sealed part (offsets and rows,
// ordered) and a short sorted tail of what came and went since. A tail that outgrows the square
// root of its sealed part is merged into it, so sealing touches one bucket, a look-up costs a
// binary search beyond its answer, and all tails together hold about 64 K entries for 20 M rows.
//
// Rows of one parent are ordered by (at, row); links, which have no instant, use at = 0.
// Rows lie below 2^32.

#ifndef RELATA_SRC_ENGINE_RELATION_H_
#define RELATA_SRC_ENGINE_RELATION_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "engine/columns.h"
#include "engine/cow.h"

namespace relata::internal {

class RelationIndex {
 public:
  // `at`, here and below: the column that orders the rows of a parent; nullptr orders them by row.
  void Add(Row parent, Row child, const ChunkedColumn* at, EditToken edit);
  // The same for rows that follow each other from `first_child` on, one a parent given; none of
  // them was put before.
  void AddAll(std::span<const Row> parents, Row first_child, const ChunkedColumn* at,
              EditToken edit);
  // Takes back what Add or Build put.
  void Remove(Row parent, Row child, const ChunkedColumn* at, EditToken edit);
  // Appends the rows of `parent`, in order; with a column, those alone whose value in it is at
  // least `since`, which costs what they are and not what the parent has.
  void AppendTo(Row parent, const ChunkedColumn* at, std::vector<Row>& out,
                int64_t since = INT64_MIN) const;
  size_t MemoryUsed() const;

 private:
  friend class RelationBuilder;
  struct Sealed {
    std::array<uint32_t, kRowsPerChunk + 1> begin{};
    std::vector<uint32_t> rows;
    // No row has a later instant, none is higher: what comes is mostly past both.
    int64_t latest = INT64_MIN;
    uint32_t highest = 0;
  };
  struct TailEntry {
    int64_t at;
    uint32_t row;
    uint16_t parent;  // inside the bucket
    bool removed;     // takes a sealed row away

    bool Before(const TailEntry& other) const {
      if (parent != other.parent) return parent < other.parent;
      return at != other.at ? at < other.at : row < other.row;
    }
  };
  struct Bucket {
    std::shared_ptr<const Sealed> sealed;
    std::vector<TailEntry> tail;
  };

  void Put(Row parent, Row child, const ChunkedColumn* at, bool removed, EditToken edit);
  // Adds entries, ordered and new, to the tail of a bucket.
  void MergeTail(size_t chunk, std::span<const TailEntry> entries, const ChunkedColumn* at,
                 EditToken edit);
  // The rows of one parent: its sealed ones and its entries of the tail as one ordered list.
  template <class Out>
  static void Merge(const Sealed* bucket, std::span<const uint32_t> sealed,
                    std::span<const TailEntry> tail, const ChunkedColumn* at,
                    std::vector<Out>& out);
  static std::span<const uint32_t> SealedOf(const Bucket& bucket, size_t parent) {
    if (bucket.sealed == nullptr) return {};
    const uint32_t begin = bucket.sealed->begin[parent];
    return std::span(bucket.sealed->rows).subspan(begin, bucket.sealed->begin[parent + 1] - begin);
  }
  static void Seal(Bucket& bucket, const ChunkedColumn* at);

  Directory<Bucket> buckets_;
};

// The relation of a link column, apart for each type pointed to.
class Relation {
 public:
  // The index for parents of `type`; nullptr when nothing points to it.
  const RelationIndex* For(TypeId type) const;
  RelationIndex& Edit(TypeId type);
  size_t MemoryUsed() const;

 private:
  std::vector<std::pair<TypeId, RelationIndex>> by_type_;
};

// The relation of the rows [0, rows) of `links`, sealed as a whole.
Relation BuildRelation(const ChunkedColumn& links, Row rows, const ChunkedColumn* at);

// Something derived, made by the first reader who asks. Thread-safe once shared.
template <class T>
class Lazy {
 public:
  Lazy() = default;
  explicit Lazy(T value) : value_(std::move(value)), ready_(true) {}

  template <class Build>
  const T& Get(const Build& build) const {
    if (!ready_.load(std::memory_order_acquire)) {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!ready_.load(std::memory_order_relaxed)) {
        value_ = build();
        ready_.store(true, std::memory_order_release);
      }
    }
    return value_;
  }
  // nullptr when nobody asked yet.
  T* Peek() const { return ready_.load(std::memory_order_acquire) ? &value_ : nullptr; }

 private:
  mutable std::mutex mutex_;
  mutable T value_;
  mutable std::atomic<bool> ready_ = false;
};

// A Lazy that snapshots share: one that was built is carried on by the edits that change what it is
// derived from, one that was not starts anew.
template <class T>
class Slot {
 public:
  template <class Build>
  const T& Get(const Build& build) const {
    return lazy_->Get(build);
  }
  const T* Peek() const { return lazy_->Peek(); }
  // The value to change, or nullptr when it was not built.
  T* Edit(EditToken edit) {
    if (owner_ != edit) {
      const T* built = lazy_->Peek();
      lazy_ = built != nullptr ? std::make_shared<Lazy<T>>(*built) : std::make_shared<Lazy<T>>();
      owner_ = edit;
    }
    return lazy_->Peek();
  }
  // Forgets what was built.
  void Reset(EditToken edit) {
    lazy_ = std::make_shared<Lazy<T>>();
    owner_ = edit;
  }

 private:
  std::shared_ptr<Lazy<T>> lazy_ = std::make_shared<Lazy<T>>();
  EditToken owner_ = 0;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_RELATION_H_

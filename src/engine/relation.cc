// SPDX-License-Identifier: Apache-2.0

#include "engine/relation.h"

#include <algorithm>
#include <cmath>

#include "base/radix_sort.h"

namespace relata::internal {
namespace {

int64_t AtOf(const ChunkedColumn* at, Row row) { return at == nullptr ? 0 : at->Int(row); }

// How long a tail may grow: sealing costs the whole bucket, a tail costs every edit and look-up.
// A row of the sealed part is four bytes, an entry of the tail sixteen: where a commit brings a
// bucket ten entries, both cost the same at about this length.
size_t TailLimit(size_t sealed_rows) {
  return 64 + 2 * static_cast<size_t>(std::sqrt(static_cast<double>(sealed_rows)));
}

}  // namespace

void RelationIndex::Add(Row parent, Row child, const ChunkedColumn* at, EditToken edit) {
  Put(parent, child, at, false, edit);
}

void RelationIndex::AddAll(std::span<const Row> parents, Row first_child, const ChunkedColumn* at,
                           EditToken edit) {
  constexpr size_t kFew = 16;
  if (parents.size() <= kFew) {
    for (size_t i = 0; i < parents.size(); ++i) {
      Add(parents[i], first_child + static_cast<Row>(i), at, edit);
    }
    return;
  }
  // In the order of tails, so that each bucket is changed once.
  std::vector<uint64_t> order;  // the parent, then the place among the parents
  order.reserve(parents.size());
  for (size_t i = 0; i < parents.size(); ++i) {
    order.push_back(static_cast<uint64_t>(parents[i]) << 32 | i);
  }
  RadixSort(order, 32);
  std::vector<TailEntry> entries;
  for (size_t i = 0; i < order.size();) {
    const size_t chunk = ChunkOf(static_cast<Row>(order[i] >> 32));
    entries.clear();
    for (; i < order.size() && ChunkOf(static_cast<Row>(order[i] >> 32)) == chunk; ++i) {
      const auto parent = static_cast<Row>(order[i] >> 32);
      const Row child = first_child + static_cast<Row>(order[i] & UINT32_MAX);
      entries.push_back({AtOf(at, child), static_cast<uint32_t>(child),
                         static_cast<uint16_t>(OffsetOf(parent)), false});
    }
    const auto before = [](const TailEntry& a, const TailEntry& b) { return a.Before(b); };
    if (!std::is_sorted(entries.begin(), entries.end(), before)) {
      std::sort(entries.begin(), entries.end(), before);
    }
    MergeTail(chunk, entries, at, edit);
  }
}

void RelationIndex::MergeTail(size_t chunk, std::span<const TailEntry> entries,
                              const ChunkedColumn* at, EditToken edit) {
  Bucket next;
  std::span<const TailEntry> old;
  if (const Bucket* bucket = buckets_[chunk]) {
    next.sealed = bucket->sealed;
    old = bucket->tail;
  }
  next.tail.reserve(old.size() + entries.size());
  for (const TailEntry& entry : entries) {
    const auto here = std::find_if(old.begin(), old.end(),
                                   [&](const TailEntry& other) { return entry.Before(other); });
    next.tail.insert(next.tail.end(), old.begin(), here);
    old = old.subspan(static_cast<size_t>(here - old.begin()));
    next.tail.push_back(entry);
  }
  next.tail.insert(next.tail.end(), old.begin(), old.end());
  const size_t sealed = next.sealed == nullptr ? 0 : next.sealed->rows.size();
  if (next.tail.size() > TailLimit(sealed)) Seal(next, at);
  // In place of the bucket there, which an edit would copy first.
  buckets_.Put(chunk, std::move(next), edit);
}

void RelationIndex::Remove(Row parent, Row child, const ChunkedColumn* at, EditToken edit) {
  Put(parent, child, at, true, edit);
}

void RelationIndex::Put(Row parent, Row child, const ChunkedColumn* at, bool removed,
                        EditToken edit) {
  Bucket& bucket = buckets_.Edit(ChunkOf(parent), edit);
  const TailEntry entry{AtOf(at, child), static_cast<uint32_t>(child),
                        static_cast<uint16_t>(OffsetOf(parent)), removed};
  const auto place =
      std::lower_bound(bucket.tail.begin(), bucket.tail.end(), entry,
                       [](const TailEntry& a, const TailEntry& b) { return a.Before(b); });
  if (place != bucket.tail.end() && !entry.Before(*place)) {
    // The tail has the opposite of it: together they change nothing.
    bucket.tail.erase(place);
    return;
  }
  bucket.tail.insert(place, entry);
  const size_t sealed = bucket.sealed == nullptr ? 0 : bucket.sealed->rows.size();
  if (bucket.tail.size() > TailLimit(sealed)) Seal(bucket, at);
}

template <class Out>
void RelationIndex::Merge(const Sealed* bucket, std::span<const uint32_t> sealed,
                          std::span<const TailEntry> tail, const ChunkedColumn* at,
                          std::vector<Out>& out) {
  for (const TailEntry& entry : tail) {
    const auto before = [&](uint32_t row) {
      const int64_t row_at = AtOf(at, row);
      return row_at != entry.at ? row_at < entry.at : row < entry.row;
    };
    // What comes is mostly newer than all that is there, which the bucket knows without a look at
    // the instants.
    const bool last = sealed.empty() ||
                      (entry.at >= bucket->latest && entry.row > bucket->highest) ||
                      before(sealed.back());
    const auto reached =
        last ? sealed.end() : std::partition_point(sealed.begin(), sealed.end(), before);
    out.insert(out.end(), sealed.begin(), reached);
    sealed = sealed.subspan(static_cast<size_t>(reached - sealed.begin()));
    if (entry.removed) {
      if (!sealed.empty() && sealed.front() == entry.row) sealed = sealed.subspan(1);
    } else {
      out.push_back(static_cast<Out>(entry.row));
    }
  }
  out.insert(out.end(), sealed.begin(), sealed.end());
}

void RelationIndex::Seal(Bucket& bucket, const ChunkedColumn* at) {
  auto sealed = std::make_shared<Sealed>();
  std::vector<uint32_t>& rows = sealed->rows;
  const size_t before = bucket.sealed == nullptr ? 0 : bucket.sealed->rows.size();
  rows.reserve(before + bucket.tail.size());
  const std::span<const TailEntry> tail(bucket.tail);
  size_t from = 0;                       // the first parent that is not copied
  size_t copied = 0;                     // of the sealed rows
  const auto copy = [&](size_t until) {  // the parents up to `until`, which have nothing new
    if (bucket.sealed == nullptr) {
      for (size_t p = from; p < until; ++p)
        sealed->begin[p + 1] = static_cast<uint32_t>(rows.size());
      return;
    }
    const size_t end = bucket.sealed->begin[until];
    const auto shift = static_cast<uint32_t>(rows.size() - copied);
    for (size_t p = from; p < until; ++p)
      sealed->begin[p + 1] = bucket.sealed->begin[p + 1] + shift;
    rows.insert(rows.end(), bucket.sealed->rows.begin() + static_cast<std::ptrdiff_t>(copied),
                bucket.sealed->rows.begin() + static_cast<std::ptrdiff_t>(end));
    copied = end;
  };
  for (size_t i = 0; i < tail.size();) {
    const size_t parent = tail[i].parent;
    size_t end = i;
    while (end < tail.size() && tail[end].parent == parent) ++end;
    copy(parent);
    const std::span<const uint32_t> here = SealedOf(bucket, parent);
    Merge(bucket.sealed.get(), here, tail.subspan(i, end - i), at, rows);
    sealed->begin[parent + 1] = static_cast<uint32_t>(rows.size());
    copied += here.size();
    from = parent + 1;
    i = end;
  }
  copy(kRowsPerChunk);
  if (bucket.sealed != nullptr) {
    sealed->latest = bucket.sealed->latest;
    sealed->highest = bucket.sealed->highest;
  }
  for (const TailEntry& entry : tail) {
    sealed->latest = std::max(sealed->latest, entry.at);
    sealed->highest = std::max(sealed->highest, entry.row);
  }
  bucket.sealed = std::move(sealed);
  std::vector<TailEntry>().swap(bucket.tail);
}

void RelationIndex::AppendTo(Row parent, const ChunkedColumn* at, std::vector<Row>& out,
                             int64_t since) const {
  if (parent < 0) return;
  const Bucket* bucket = buckets_[ChunkOf(parent)];
  if (bucket == nullptr) return;
  const auto p = static_cast<uint32_t>(OffsetOf(parent));
  std::span<const uint32_t> sealed = SealedOf(*bucket, p);
  const auto by_parent = [](const TailEntry& e, uint32_t q) { return e.parent < q; };
  const auto first = std::lower_bound(bucket->tail.begin(), bucket->tail.end(), p, by_parent);
  auto last = first;
  while (last != bucket->tail.end() && last->parent == p) ++last;
  std::span<const TailEntry> tail(first, last);
  if (at != nullptr && since != INT64_MIN) {
    // What is asked for is mostly the newest of few.
    constexpr size_t kFew = 32;
    const auto old = [&](uint32_t row) { return at->Int(row) < since; };
    size_t keep = sealed.size();
    if (keep <= kFew) {
      while (keep > 0 && !old(sealed[keep - 1])) --keep;
    } else {
      keep = static_cast<size_t>(std::partition_point(sealed.begin(), sealed.end(), old) -
                                 sealed.begin());
    }
    sealed = sealed.subspan(keep);
    while (!tail.empty() && tail.front().at < since) tail = tail.subspan(1);
  }
  Merge(bucket->sealed.get(), sealed, tail, at, out);
}

size_t RelationIndex::MemoryUsed() const {
  size_t bytes = 0;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    const Bucket* bucket = buckets_[i];
    if (bucket == nullptr) continue;
    bytes += sizeof(Bucket) + bucket->tail.capacity() * sizeof(TailEntry);
    if (bucket->sealed != nullptr) bytes += sizeof(Sealed) + bucket->sealed->rows.capacity() * 4;
  }
  return bytes;
}

const RelationIndex* Relation::For(TypeId type) const {
  for (const auto& [parent_type, index] : by_type_) {
    if (parent_type == type) return &index;
  }
  return nullptr;
}

RelationIndex& Relation::Edit(TypeId type) {
  for (auto& [parent_type, index] : by_type_) {
    if (parent_type == type) return index;
  }
  return by_type_.emplace_back(type, RelationIndex()).second;
}

size_t Relation::MemoryUsed() const {
  size_t bytes = 0;
  for (const auto& [type, index] : by_type_) bytes += index.MemoryUsed();
  return bytes;
}

// Counting sort of one type's links by parent.
class RelationBuilder {
 public:
  RelationBuilder(const ChunkedColumn& links, Row rows, const ChunkedColumn* at, TypeId type)
      : links_(links), rows_(rows), at_(at), type_(type) {}

  RelationIndex Build(EditToken edit) {
    Count();
    Scatter();
    if (at_ != nullptr) Order();
    RelationIndex index;
    for (size_t first = 0; first + 1 < begin_.size(); first += kRowsPerChunk) {
      const size_t last = std::min(first + kRowsPerChunk, begin_.size() - 1);
      if (begin_[first] == begin_[last]) continue;
      auto sealed = std::make_shared<RelationIndex::Sealed>();
      for (size_t i = 0; i <= kRowsPerChunk; ++i) {
        sealed->begin[i] = begin_[std::min(first + i, last)] - begin_[first];
      }
      sealed->rows.assign(sorted_.begin() + begin_[first], sorted_.begin() + begin_[last]);
      sealed->highest = *std::max_element(sealed->rows.begin(), sealed->rows.end());
      for (size_t p = first; at_ != nullptr && p < last; ++p) {
        sealed->latest = std::max(sealed->latest, latest_[p]);
      }
      index.buckets_.Edit(first / kRowsPerChunk, edit).sealed = std::move(sealed);
    }
    return index;
  }

 private:
  // Calls `visit(row, parent)` for each link to a record of the type, in row order.
  template <class Visit>
  void ForEachLink(const Visit& visit) const {
    std::vector<int64_t> parents(kRowsPerChunk);
    for (size_t c = 0; c < links_.chunk_count(); ++c) {
      const Chunk* chunk = links_.chunk(c);
      if (chunk == nullptr) continue;
      chunk->ints.Decode(parents.data());
      for (size_t i = 0; i < chunk->size; ++i) {
        const auto row = static_cast<Row>(c * kRowsPerChunk + i);
        if (!TestBit(chunk->present, i) || row >= rows_) continue;
        if (links_.target() == kNoType && chunk->Extra(i) != type_) continue;
        visit(row, parents[i]);
      }
    }
  }

  void Count() {
    ForEachLink([&](Row, int64_t parent) {
      const auto needed = static_cast<size_t>(parent) + 2;
      if (begin_.size() < needed) begin_.resize(std::max(needed, begin_.size() * 3 / 2));
      ++begin_[static_cast<size_t>(parent) + 1];
      ++total_;
    });
    for (size_t i = 1; i < begin_.size(); ++i) begin_[i] += begin_[i - 1];
  }

  void Scatter() {
    sorted_.resize(total_);
    std::vector<uint32_t> next = begin_;
    ForEachLink([&](Row row, int64_t parent) {
      sorted_[next[static_cast<size_t>(parent)]++] = static_cast<uint32_t>(row);
    });
  }

  // Most subjects' events come in order of time: only those that do not are sorted.
  void Order() {
    latest_.assign(begin_.empty() ? 0 : begin_.size() - 1, INT64_MIN);
    std::vector<bool> late(latest_.size());
    ForEachLink([&](Row row, int64_t parent) {
      const auto p = static_cast<size_t>(parent);
      const int64_t at = at_->Int(row);
      if (at < latest_[p]) late[p] = true;
      latest_[p] = std::max(latest_[p], at);
    });
    for (size_t p = 0; p < late.size(); ++p) {
      if (!late[p]) continue;
      std::stable_sort(sorted_.begin() + begin_[p], sorted_.begin() + begin_[p + 1],
                       [&](uint32_t a, uint32_t b) { return at_->Int(a) < at_->Int(b); });
    }
  }

  const ChunkedColumn& links_;
  const Row rows_;
  const ChunkedColumn* const at_;
  const TypeId type_;
  size_t total_ = 0;
  std::vector<uint32_t> begin_;
  std::vector<uint32_t> sorted_;
  std::vector<int64_t> latest_;  // of each parent, when there is `at_`
};

Relation BuildRelation(const ChunkedColumn& links, Row rows, const ChunkedColumn* at) {
  std::vector<TypeId> types;
  if (links.target() != kNoType) {
    types.push_back(links.target());
  } else {
    for (size_t c = 0; c < links.chunk_count(); ++c) {
      const Chunk* chunk = links.chunk(c);
      for (size_t i = 0; chunk != nullptr && i < chunk->size; ++i) {
        if (!TestBit(chunk->present, i)) continue;
        const auto type = static_cast<TypeId>(chunk->Extra(i));
        if (std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
      }
    }
  }
  Relation relation;
  for (TypeId type : types) {
    relation.Edit(type) = RelationBuilder(links, rows, at, type).Build(NewEdit());
  }
  return relation;
}

}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0

#include "engine/relation.h"

#include <algorithm>
#include <cmath>

namespace relata::internal {
namespace {

int64_t AtOf(const ChunkedColumn* at, Row row) { return at == nullptr ? 0 : at->Int(row); }

// How long a tail may grow: sealing costs the whole bucket, a tail costs every edit and look-up.
size_t TailLimit(size_t sealed_rows) {
  return 64 + 4 * static_cast<size_t>(std::sqrt(static_cast<double>(sealed_rows)));
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
  std::vector<std::pair<size_t, TailEntry>> entries;
  entries.reserve(parents.size());
  for (size_t i = 0; i < parents.size(); ++i) {
    const Row child = first_child + static_cast<Row>(i);
    entries.push_back({ChunkOf(parents[i]),
                       {static_cast<uint32_t>(OffsetOf(parents[i])), static_cast<uint32_t>(child),
                        AtOf(at, child), false}});
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.second.Before(b.second);
  });
  for (size_t i = 0; i < entries.size();) {
    const size_t chunk = entries[i].first;
    Bucket& bucket = buckets_.Edit(chunk, edit);
    const auto before = static_cast<std::ptrdiff_t>(bucket.tail.size());
    for (; i < entries.size() && entries[i].first == chunk; ++i) {
      bucket.tail.push_back(entries[i].second);
    }
    std::inplace_merge(bucket.tail.begin(), bucket.tail.begin() + before, bucket.tail.end(),
                       [](const TailEntry& a, const TailEntry& b) { return a.Before(b); });
    const size_t sealed = bucket.sealed == nullptr ? 0 : bucket.sealed->rows.size();
    if (bucket.tail.size() > TailLimit(sealed)) Seal(bucket, at);
  }
}

void RelationIndex::Remove(Row parent, Row child, const ChunkedColumn* at, EditToken edit) {
  Put(parent, child, at, true, edit);
}

void RelationIndex::Put(Row parent, Row child, const ChunkedColumn* at, bool removed,
                        EditToken edit) {
  Bucket& bucket = buckets_.Edit(ChunkOf(parent), edit);
  const TailEntry entry{static_cast<uint32_t>(OffsetOf(parent)), static_cast<uint32_t>(child),
                        AtOf(at, child), removed};
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

// The rows of one parent, sealed part and tail as one ordered list.
void RelationIndex::Merge(const Bucket& bucket, size_t parent, const ChunkedColumn* at,
                          std::vector<uint32_t>& out) {
  std::span<const uint32_t> sealed;
  if (bucket.sealed != nullptr) {
    const uint32_t begin = bucket.sealed->begin[parent];
    sealed =
        std::span(bucket.sealed->rows).subspan(begin, bucket.sealed->begin[parent + 1] - begin);
  }
  auto entry = std::lower_bound(bucket.tail.begin(), bucket.tail.end(), parent,
                                [](const TailEntry& e, size_t p) { return e.parent < p; });
  for (; entry != bucket.tail.end() && entry->parent == parent; ++entry) {
    const auto reached = std::partition_point(sealed.begin(), sealed.end(), [&](uint32_t row) {
      const int64_t row_at = AtOf(at, row);
      return row_at != entry->at ? row_at < entry->at : row < entry->row;
    });
    out.insert(out.end(), sealed.begin(), reached);
    sealed = sealed.subspan(static_cast<size_t>(reached - sealed.begin()));
    if (entry->removed) {
      if (!sealed.empty() && sealed.front() == entry->row) sealed = sealed.subspan(1);
    } else {
      out.push_back(entry->row);
    }
  }
  out.insert(out.end(), sealed.begin(), sealed.end());
}

void RelationIndex::Seal(Bucket& bucket, const ChunkedColumn* at) {
  auto sealed = std::make_shared<Sealed>();
  sealed->rows.reserve((bucket.sealed == nullptr ? 0 : bucket.sealed->rows.size()) +
                       bucket.tail.size());
  for (size_t parent = 0; parent < kRowsPerChunk; ++parent) {
    Merge(bucket, parent, at, sealed->rows);
    sealed->begin[parent + 1] = static_cast<uint32_t>(sealed->rows.size());
  }
  bucket.sealed = std::move(sealed);
  std::vector<TailEntry>().swap(bucket.tail);
}

void RelationIndex::AppendTo(Row parent, const ChunkedColumn* at, std::vector<Row>& out) const {
  if (parent < 0) return;
  const Bucket* bucket = buckets_[ChunkOf(parent)];
  if (bucket == nullptr) return;
  if (bucket->tail.empty() && bucket->sealed != nullptr) {
    const Sealed& sealed = *bucket->sealed;
    const size_t p = OffsetOf(parent);
    out.insert(out.end(), sealed.rows.begin() + sealed.begin[p],
               sealed.rows.begin() + sealed.begin[p + 1]);
    return;
  }
  std::vector<uint32_t> rows;
  Merge(*bucket, OffsetOf(parent), at, rows);
  out.insert(out.end(), rows.begin(), rows.end());
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
    std::vector<int64_t> latest(begin_.empty() ? 0 : begin_.size() - 1, INT64_MIN);
    std::vector<bool> late(latest.size());
    ForEachLink([&](Row row, int64_t parent) {
      const auto p = static_cast<size_t>(parent);
      const int64_t at = at_->Int(row);
      if (at < latest[p]) late[p] = true;
      latest[p] = std::max(latest[p], at);
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

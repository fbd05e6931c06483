// SPDX-License-Identifier: Apache-2.0

#include "storage/event_index.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/radix_sort.h"
#include "base/strings.h"
#include "storage/varint.h"

namespace relata::internal {
namespace {

constexpr size_t kBlockEntries = 512;
// Two blocks share a page of 4,096 bytes.
constexpr size_t kBlockBytes = 1'950;
constexpr size_t kFan = 4;  // runs of a size that become one
constexpr int64_t kMostMerged = 64'000'000;
// Read at a time of each, and collected before they are written.
constexpr size_t kRead = 16 * kBlockEntries;
constexpr size_t kWritten = 128 * kBlockEntries;

bool Before(const EventEntry& a, const EventEntry& b) {
  return std::tie(a.subject, a.seq) < std::tie(b.subject, b.seq);
}

int64_t LongestTail(TypeId type) {
  return type == kLedgerIndex ? EventIndexWriter::kLedgerTail : EventIndexWriter::kTail;
}

// Sorts entries that ascend by seq by (subject, seq). A line of nobody has a subject below zero.
void SortBySubject(std::vector<EventEntry>& entries) {
  constexpr uint64_t kSign = uint64_t{1} << 63;
  RadixSortBy(entries,
              [](const EventEntry& e) { return static_cast<uint64_t>(e.subject) ^ kSign; });
}

// Two sorted lists as one.
std::vector<EventEntry> Merged(std::vector<EventEntry> older,
                               const std::vector<EventEntry>& newer) {
  const auto middle = static_cast<std::ptrdiff_t>(older.size());
  older.insert(older.end(), newer.begin(), newer.end());
  std::inplace_merge(older.begin(), older.begin() + middle, older.end(), Before);
  return older;
}

size_t PackInto(const EventEntry* from, const EventEntry* until, Seq first_seq, std::string& out) {
  EventEntry last;
  const EventEntry* e = from;
  for (; e != until && static_cast<size_t>(e - from) < kBlockEntries && out.size() < kBlockBytes;
       ++e) {
    const bool same = e != from && e->subject == last.subject;
    AppendVarint(static_cast<uint64_t>(e->subject) - static_cast<uint64_t>(last.subject), out);
    AppendVarint(static_cast<uint64_t>(e->seq - (same ? last.seq : first_seq)), out);
    last = *e;
  }
  return static_cast<size_t>(e - from);
}

absl::Status Damaged() { return DataLoss("an event index block is damaged"); }

// Calls `each` for the entries of a block while it says true. False when the bytes are damaged.
template <class F>
bool EachEntry(std::string_view bytes, Seq first_seq, F each) {
  EventEntry last;
  bool first = true;
  while (!bytes.empty()) {
    uint64_t subject = 0;
    uint64_t seq = 0;
    if (!TakeVarint(bytes, subject) || !TakeVarint(bytes, seq)) return false;
    const bool same = !first && subject == 0;
    // Unsigned sums: damaged bytes may overflow, and then only name events that are not there.
    last = {static_cast<Row>(static_cast<uint64_t>(last.subject) + subject),
            static_cast<Seq>(static_cast<uint64_t>(same ? last.seq : first_seq) + seq)};
    if (!each(last)) return true;
    first = false;
  }
  return true;
}

absl::Status WriteRun(EventRuns& runs, TypeId type, EventRun run,
                      const std::vector<EventEntry>& entries) {
  run.entries = static_cast<int64_t>(entries.size());
  std::vector<EventBlock> blocks;
  const EventEntry* const end = entries.data() + entries.size();
  for (const EventEntry* from = entries.data(); from != end;) {
    EventBlock block;
    from += PackInto(from, end, run.first_seq, block.bytes);
    block.last = *(from - 1);
    blocks.push_back(std::move(block));
  }
  return runs.Write(type, run, blocks);
}

// The entries of one run from `subject`'s first block on, until the sink says false.
absl::Status ReadRun(EventRuns& runs, TypeId type, const EventRun& run, Row subject,
                     const std::function<bool(const std::vector<EventEntry>&)>& sink) {
  std::vector<EventEntry> entries;
  return runs.Blocks(type, run, subject, [&](std::string_view bytes) -> absl::StatusOr<bool> {
    entries.clear();
    if (!UnpackBlock(bytes, run.first_seq, entries)) {
      return Damaged();
    }
    return sink(entries);
  });
}

// The subject's seqs in one run, appended.
absl::Status FindInRun(EventRuns& runs, TypeId type, const EventRun& run, Row subject, Seq from,
                       Seq until, std::vector<Seq>& out) {
  return runs.Blocks(type, run, subject, [&](std::string_view bytes) -> absl::StatusOr<bool> {
    bool beyond = false;
    const bool whole = EachEntry(bytes, run.first_seq, [&](const EventEntry& e) {
      beyond = e.subject > subject;
      if (e.subject == subject && e.seq >= from && e.seq < until) out.push_back(e.seq);
      return !beyond;
    });
    if (!whole) return Damaged();
    return !beyond;
  });
}

// The entries of one run in order, read a few blocks at a time.
class RunReader {
 public:
  RunReader(EventRuns* runs, TypeId type, const EventRun& run)
      : runs_(runs), type_(type), run_(run) {}

  // The entry at hand; nullptr at the end.
  absl::StatusOr<const EventEntry*> Peek() {
    if (at_ == entries_.size() && !end_) RELATA_RETURN_IF_ERROR(Fill());
    return at_ == entries_.size() ? nullptr : &entries_[at_];
  }
  void Skip() { ++at_; }

 private:
  // Blocks are asked for by subject: what was read of the last one is passed over.
  absl::Status Fill() {
    const bool first = entries_.empty();
    const EventEntry last = first ? EventEntry{INT64_MIN, 0} : entries_.back();
    entries_.clear();
    at_ = 0;
    end_ = true;
    return ReadRun(*runs_, type_, run_, last.subject, [&](const std::vector<EventEntry>& block) {
      for (const EventEntry& e : block) {
        if (first || Before(last, e)) entries_.push_back(e);
      }
      end_ = entries_.size() < kRead;
      return end_;
    });
  }

  EventRuns* runs_;
  TypeId type_;
  EventRun run_;
  std::vector<EventEntry> entries_;
  size_t at_ = 0;
  bool end_ = false;
};

// Writes blocks of the first of `entries`, and takes these out: all where `last`, otherwise those
// that fill a block.
absl::Status WriteBlocks(EventRuns& runs, TypeId type, const EventRun& run, bool last,
                         std::vector<EventEntry>& entries) {
  std::vector<EventBlock> blocks;
  const EventEntry* from = entries.data();
  const EventEntry* const end = from + entries.size();
  while (from != end && (last || static_cast<size_t>(end - from) > kBlockEntries)) {
    EventBlock block;
    from += PackInto(from, end, run.first_seq, block.bytes);
    block.last = *(from - 1);
    blocks.push_back(std::move(block));
  }
  entries.erase(entries.begin(), entries.begin() + (from - entries.data()));
  return runs.Append(type, run, blocks);
}

// One run of several that follow each other, however long they are.
absl::Status MergeInto(EventRuns& runs, TypeId type, std::span<const EventRun> old,
                       const EventRun& merged) {
  RELATA_RETURN_IF_ERROR(runs.Write(type, merged, {}));
  std::vector<RunReader> readers;
  for (const EventRun& run : old) readers.emplace_back(&runs, type, run);
  std::vector<EventEntry> entries;
  while (true) {
    RunReader* least = nullptr;
    EventEntry next;
    for (RunReader& reader : readers) {
      RELATA_ASSIGN_OR_RETURN(const EventEntry* const e, reader.Peek());
      if (e == nullptr || (least != nullptr && !Before(*e, next))) continue;
      least = &reader;
      next = *e;
    }
    if (least == nullptr) break;
    least->Skip();
    entries.push_back(next);
    if (entries.size() < kWritten) continue;
    RELATA_RETURN_IF_ERROR(WriteBlocks(runs, type, merged, false, entries));
  }
  RELATA_RETURN_IF_ERROR(WriteBlocks(runs, type, merged, true, entries));
  for (const EventRun& run : old) RELATA_RETURN_IF_ERROR(runs.Drop(type, run));
  return absl::OkStatus();
}

// One run of the youngest, where enough of them are of a size.
absl::Status MergeFull(EventRuns& runs, TypeId type) {
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const std::vector<EventRun> all, runs.Runs(type));
    if (all.size() < kFan) return absl::OkStatus();
    const std::span<const EventRun> old = std::span(all).last(kFan);
    EventRun merged{old.back().run + 1, old.front().first_seq, old.back().last_seq, 0};
    for (const EventRun& run : old) merged.entries += run.entries;
    const bool alike = old.front().entries < 2 * old.back().entries;
    if (!alike || merged.entries > kMostMerged) return absl::OkStatus();
    RELATA_RETURN_IF_ERROR(MergeInto(runs, type, old, merged));
  }
}

}  // namespace

absl::Status EventRuns::Append(TypeId, const EventRun&, const std::vector<EventBlock>&) {
  return FailedPrecondition("runs of this backend do not grow");
}

std::string PackBlock(const EventEntry* from, const EventEntry* until, Seq first_seq) {
  std::string out;
  PackInto(from, until, first_seq, out);
  return out;
}

bool UnpackBlock(std::string_view bytes, Seq first_seq, std::vector<EventEntry>& out) {
  return EachEntry(bytes, first_seq, [&](const EventEntry& e) {
    out.push_back(e);
    return true;
  });
}

absl::StatusOr<std::vector<Seq>> FindEvents(EventRuns& runs, TypeId type, Row subject, Seq from,
                                            Seq until) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<EventRun> sealed, runs.Runs(type));
  std::vector<Seq> seqs;
  for (const EventRun& run : sealed) {
    if (run.last_seq < from || run.first_seq >= until) continue;
    RELATA_RETURN_IF_ERROR(FindInRun(runs, type, run, subject, from, until, seqs));
  }
  const Seq last = sealed.empty() ? 0 : sealed.back().last_seq;
  RELATA_RETURN_IF_ERROR(runs.EventsOf(type, subject, std::max(from, last + 1), until, seqs));
  return seqs;
}

absl::Status EventIndexWriter::Add(TypeId type, Seq first_seq, const std::vector<Row>& subjects) {
  if (subjects.empty()) return absl::OkStatus();
  Pending& pending = pending_[type];
  if (pending.entries.empty()) pending.first = first_seq;
  for (size_t i = 0; i < subjects.size(); ++i) {
    pending.entries.push_back({subjects[i], first_seq + static_cast<Seq>(i)});
  }
  return Grown(type, pending, subjects.size());
}

absl::Status EventIndexWriter::AddLines(std::span<const EventEntry> lines) {
  if (lines.empty()) return absl::OkStatus();
  Pending& pending = pending_[kLedgerIndex];
  if (pending.entries.empty()) pending.first = lines.front().seq;
  pending.entries.insert(pending.entries.end(), lines.begin(), lines.end());
  return Grown(kLedgerIndex, pending, lines.size());
}

absl::Status EventIndexWriter::Grown(TypeId type, Pending& pending, size_t by) {
  entries_ += by;
  if (pending.entries.size() >= run_) return Seal(type, pending);
  // What all types together may keep in memory before the longest is written out.
  if (entries_ < 2 * run_) return absl::OkStatus();
  const auto longest =
      std::max_element(pending_.begin(), pending_.end(), [](const auto& a, const auto& b) {
        return a.second.entries.size() < b.second.entries.size();
      });
  return Seal(longest->first, longest->second);
}

absl::Status EventIndexWriter::FindSealed(TypeId type, Pending& pending) {
  if (pending.sealed >= 0) return absl::OkStatus();
  RELATA_ASSIGN_OR_RETURN(const std::vector<EventRun> runs, runs_->Runs(type));
  pending.sealed = runs.empty() ? Seq{0} : runs.back().last_seq;
  return absl::OkStatus();
}

EventTails::Known EventTails::Take(CommitId head) {
  const std::lock_guard lock(mutex_);
  Known known = std::exchange(known_, {});
  if (commit_ != head) known.clear();
  return known;
}

void EventTails::Put(CommitId commit, Known tails) {
  const std::lock_guard lock(mutex_);
  commit_ = commit;
  known_ = std::move(tails);
}

absl::Status EventIndexWriter::Finish() {
  for (auto& [type, pending] : pending_) {
    if (pending.entries.empty()) continue;
    const int64_t longest = LongestTail(type);
    RELATA_RETURN_IF_ERROR(FindSealed(type, pending));
    // Seqs are shared by all types, so their distance only bounds the length of the tail.
    int64_t tail = static_cast<int64_t>(pending.entries.size());
    const auto known = tails_.find(type);
    bool whole = pending.first <= pending.sealed + 1;  // whether all of the tail is known
    if (known != tails_.end() && known->second.sealed == pending.sealed) {
      whole = static_cast<int64_t>(known->second.entries.size()) == known->second.count;
      tail += known->second.count;
    } else if (tail < longest && pending.entries.back().seq - pending.sealed >= longest) {
      RELATA_ASSIGN_OR_RETURN(tail, runs_->CountAfter(type, pending.sealed));
    } else if (tail < longest && !whole) {
      continue;  // what came before this writer is not counted
    }
    if (tail >= longest) {
      RELATA_RETURN_IF_ERROR(Seal(type, pending));
      tails_[type] = {pending.sealed, 0, {}};
      continue;
    }
    EventTails::Tail& now = tails_[type];
    if (!whole || now.sealed != pending.sealed) now.entries.clear();
    if (whole) {
      now.entries.insert(now.entries.end(), pending.entries.begin(), pending.entries.end());
    }
    now.sealed = pending.sealed;
    now.count = tail;
  }
  return absl::OkStatus();
}

// What came after the last run and before this writer.
absl::Status EventIndexWriter::ReadTail(TypeId type, const Pending& pending,
                                        std::vector<EventEntry>& entries) {
  const auto known = tails_.find(type);
  if (known != tails_.end() && known->second.sealed == pending.sealed &&
      static_cast<int64_t>(known->second.entries.size()) == known->second.count) {
    entries = known->second.entries;
    return absl::OkStatus();
  }
  return runs_->Events(type, pending.sealed, pending.first, entries);
}

absl::Status EventIndexWriter::Seal(TypeId type, Pending& pending) {
  const bool bulk = pending.entries.size() >= run_;
  entries_ -= pending.entries.size();
  std::vector<EventEntry> entries = std::move(pending.entries);
  pending.entries.clear();
  EventRun sealed{0, entries.front().seq, entries.back().seq, 0};
  // Before the backend is asked, which may have work in hand meanwhile.
  SortBySubject(entries);
  RELATA_RETURN_IF_ERROR(FindSealed(type, pending));
  std::vector<EventEntry> older;
  RELATA_RETURN_IF_ERROR(ReadTail(type, pending, older));
  if (!older.empty()) {
    sealed.first_seq = older.front().seq;
    SortBySubject(older);
    entries = Merged(std::move(older), entries);
  }

  RELATA_ASSIGN_OR_RETURN(std::vector<EventRun> runs, runs_->Runs(type));
  while (!runs.empty() && runs.back().entries <= static_cast<int64_t>(entries.size()) &&
         entries.size() + static_cast<size_t>(runs.back().entries) <= run_) {
    std::vector<EventEntry> before;
    RELATA_RETURN_IF_ERROR(
        ReadRun(*runs_, type, runs.back(), INT64_MIN, [&](const std::vector<EventEntry>& block) {
          before.insert(before.end(), block.begin(), block.end());
          return true;
        }));
    entries = Merged(std::move(before), entries);
    sealed.first_seq = runs.back().first_seq;
    RELATA_RETURN_IF_ERROR(runs_->Drop(type, runs.back()));
    runs.pop_back();
  }
  sealed.run = runs.empty() ? 1 : runs.back().run + 1;
  RELATA_RETURN_IF_ERROR(WriteRun(*runs_, type, sealed, entries));
  pending.sealed = sealed.last_seq;
  return bulk && runs_->Grow(type) ? MergeFull(*runs_, type) : absl::OkStatus();
}

}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0
//
// Which events a subject has, without a B-tree on the event tables.
//
// Events of a type are indexed in runs: a run covers the events of the type from one seq to another
// and holds their (subject, seq) pairs, sorted, in packed blocks. What came after the last run is
// the tail, found by scanning it. A bulk import writes a run every million events; commits let the
// tail grow to kTail, then seal it into a run that takes smaller younger runs up with it, so that a
// type of n events has about n / 1,000,000 + 7 runs. Where a backend says so (EventRuns::Grow), a
// bulk import then makes one run of every four of a size: commits that wrote little never wait for
// that.
//
// The consent ledger is indexed in the same way, as if it were a type whose subjects are persons
// (kLedgerIndex). Its lines are long, so its tail is kept shorter.

#ifndef RELATA_SRC_STORAGE_EVENT_INDEX_H_
#define RELATA_SRC_STORAGE_EVENT_INDEX_H_

#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relata/storage/store.h"

namespace relata::internal {

struct EventEntry {
  Row subject = 0;
  Seq seq = 0;
};

// The type under which the lines of the consent ledger are indexed, by the row of the person. What
// is found is also of persons of other types with that row: whoever finds a line looks whose it is.
inline constexpr TypeId kLedgerIndex = kNoType;

// One run and one of its blocks, named by its last entry.
struct EventRun {
  int64_t run = 0;
  Seq first_seq = 0;
  Seq last_seq = 0;
  int64_t entries = 0;
};
struct EventBlock {
  EventEntry last;
  std::string bytes;
};

// The runs as a backend keeps them, in the transaction of a reader or writer.
class EventRuns {
 public:
  virtual ~EventRuns() = default;

  // In order of `run`.
  virtual absl::StatusOr<std::vector<EventRun>> Runs(TypeId type) = 0;
  virtual absl::Status Write(TypeId type, const EventRun& run,
                             const std::vector<EventBlock>& blocks) = 0;
  virtual absl::Status Drop(TypeId type, const EventRun& run) = 0;
  // Whether runs may grow beyond what is sorted in memory, by Append: blocks behind those that the
  // run has.
  virtual bool Grow(TypeId) const { return false; }
  virtual absl::Status Append(TypeId type, const EventRun& run,
                              const std::vector<EventBlock>& blocks);
  // The blocks whose last subject is not below `subject`, in order, until the sink says false.
  virtual absl::Status Blocks(
      TypeId type, const EventRun& run, Row subject,
      const std::function<absl::StatusOr<bool>(std::string_view)>& sink) = 0;
  // The events themselves between two seqs, both exclusive, in order, appended.
  virtual absl::Status Events(TypeId type, Seq after, Seq before, std::vector<EventEntry>& out) = 0;
  virtual absl::StatusOr<int64_t> CountAfter(TypeId type, Seq seq) = 0;
  // The seqs in [from, until) of one subject's events, ascending, by a scan.
  virtual absl::Status EventsOf(TypeId type, Row subject, Seq from, Seq until,
                                std::vector<Seq>& out) = 0;
};

// The seqs of one subject's events in [from, until), ascending: from the runs and the tail.
absl::StatusOr<std::vector<Seq>> FindEvents(EventRuns& runs, TypeId type, Row subject, Seq from,
                                            Seq until);

// The tails as the last writer of this process left them, which the events themselves would tell
// too. Known as long as nobody else commits. Thread-safe.
class EventTails {
 public:
  struct Tail {
    Seq sealed = 0;  // the last event that a run covers
    int64_t count = 0;
    std::vector<EventEntry> entries;  // all `count` of them, or not known
  };
  using Known = std::map<TypeId, Tail>;

  // Those of commit `head`; the next writer finds none until they are put again.
  Known Take(CommitId head);
  void Put(CommitId commit, Known tails);

 private:
  std::mutex mutex_;
  CommitId commit_ = 0;
  Known known_;
};

// The index of the events one writer writes.
class EventIndexWriter {
 public:
  static constexpr size_t kRun = 1'000'000;
  static constexpr int64_t kTail = 8'192;
  static constexpr int64_t kLedgerTail = 256;

  // `runs` must outlive it. `tails`: of the commit that the writer begins on. `run`: how many
  // entries are collected for one.
  explicit EventIndexWriter(EventRuns* runs, EventTails::Known tails = {}, size_t run = kRun)
      : runs_(runs), tails_(std::move(tails)), run_(run) {}

  // Notes events of one type that have been inserted, in order of seq.
  absl::Status Add(TypeId type, Seq first_seq, const std::vector<Row>& subjects);
  // The same of lines of the ledger, in order of seq.
  absl::Status AddLines(std::span<const EventEntry> lines);
  // Called before the commit: seals the tails that have grown long.
  absl::Status Finish();
  // After it: the tails as they are now, as far as they are known.
  EventTails::Known TakeTails() { return std::move(tails_); }
  // Events went: tails have to be read again.
  void ForgetTails() { tails_.clear(); }

 private:
  struct Pending {
    Seq sealed = -1;  // the last event that a run covers; -1 until it is asked for
    Seq first = 0;    // the first seq this writer wrote since the last run
    std::vector<EventEntry> entries;
  };

  // After `pending` grew: seals what is too much to keep.
  absl::Status Grown(TypeId type, Pending& pending, size_t by);
  absl::Status FindSealed(TypeId type, Pending& pending);
  absl::Status ReadTail(TypeId type, const Pending& pending, std::vector<EventEntry>& entries);
  absl::Status Seal(TypeId type, Pending& pending);

  EventRuns* runs_;
  EventTails::Known tails_;
  const size_t run_;
  std::map<TypeId, Pending> pending_;
  size_t entries_ = 0;
};

// One block of a run, for tests: entries in, bytes out, and back. Seqs are not below `first_seq`.
std::string PackBlock(const EventEntry* from, const EventEntry* until, Seq first_seq);
// False when the bytes are damaged.
bool UnpackBlock(std::string_view bytes, Seq first_seq, std::vector<EventEntry>& out);

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_EVENT_INDEX_H_

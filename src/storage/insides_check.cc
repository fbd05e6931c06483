// SPDX-License-Identifier: Apache-2.0

#include "storage/insides_check.h"

#include <algorithm>
#include <string>
#include <vector>

namespace relata::internal {
namespace {

// A sum in which the order does not count.
uint64_t Mixed(Row subject, Seq seq) {
  uint64_t h = static_cast<uint64_t>(subject) * 0x9e3779b97f4a7c15 + static_cast<uint64_t>(seq);
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9;  // SplitMix64 (Steele, Lea, Flood 2014)
  h = (h ^ (h >> 27)) * 0x94d049bb133111eb;
  return h ^ (h >> 31);
}

struct Tally {
  int64_t entries = 0;
  uint64_t sum = 0;

  void Add(Row subject, Seq seq) {
    ++entries;
    sum += Mixed(subject, seq);
  }
  friend bool operator==(const Tally&, const Tally&) = default;
};

Seq Sign(std::string_view name) {
  uint64_t sign = name.size();
  for (const char c : name) {
    sign = (sign ^ static_cast<unsigned char>(c)) * 0x100000001b3;  // FNV-1a
  }
  return static_cast<Seq>(sign);
}

// Whether one run is what it says of itself; what it indexes goes into the tally.
absl::StatusOr<bool> RunHolds(PackedRows& rows, TypeId type, const EventRun& run,
                              const std::set<Seq>& erased, Tally& indexed) {
  bool holds = true;
  int64_t count = 0;
  Seq last = 0;
  std::vector<EventEntry> entries;
  RELATA_RETURN_IF_ERROR(rows.EventBlocks(type, run, [&](std::string_view bytes, EventEntry named) {
    entries.clear();
    if (!UnpackBlock(bytes, run.first_seq, entries) || entries.empty() ||
        entries.back().subject != named.subject || entries.back().seq != named.seq) {
      holds = false;
      return;
    }
    count += static_cast<int64_t>(entries.size());
    for (const EventEntry& e : entries) {
      last = std::max(last, e.seq);
      if (!erased.contains(e.seq)) indexed.Add(e.subject, e.seq);
    }
  }));
  return holds && count == run.entries && last == run.last_seq;
}

}  // namespace

absl::StatusOr<bool> EventIndexHolds(PackedRows& rows, EventRuns& runs, TypeId type,
                                     const std::set<Seq>& erased) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<EventRun> all, runs.Runs(type));
  Tally indexed;
  Seq before = 0;
  for (const EventRun& run : all) {
    if (run.first_seq <= before || run.last_seq < run.first_seq) return false;
    RELATA_ASSIGN_OR_RETURN(const bool whole, RunHolds(rows, type, run, erased, indexed));
    if (!whole) return false;
    before = run.last_seq;
  }
  if (all.empty()) return true;
  Tally there;
  RELATA_RETURN_IF_ERROR(
      rows.EventsUpTo(type, before, [&](EventEntry e) { there.Add(e.subject, e.seq); }));
  return there == indexed;
}

absl::StatusOr<bool> NamesHold(PackedRows& rows, NameRuns& runs, NameSpace space) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<NameRun> all, runs.Runs(space));
  for (const NameRun& run : all) {
    RELATA_ASSIGN_OR_RETURN(const bool holds, RunInOrder(runs, space, run));
    if (!holds) return false;
  }
  PackedNames packed(&runs, space);
  Tally named;
  for (std::string before;; before = packed.name()) {
    RELATA_ASSIGN_OR_RETURN(const bool more, packed.Next());
    if (!more) break;
    if (named.entries != 0 && packed.name() == before) return false;  // in two runs
    named.Add(packed.row(), Sign(packed.name()));
  }
  if (space.kind == NameSpace::Kind::kKey) return true;
  const auto add = [](Tally& tally) {
    return [&tally](Row row, std::string_view id) { tally.Add(row, Sign(id)); };
  };
  RELATA_RETURN_IF_ERROR(rows.LooseIds(space.type, add(named)));
  Tally records;
  RELATA_RETURN_IF_ERROR(rows.RecordIds(space.type, add(records)));
  return named == records;
}

}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0

#include "storage/sqlite/event_index.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace relata::internal {
namespace {

constexpr size_t kBlockEntries = 512;
// Two blocks share a page of 4,096 bytes.
constexpr size_t kBlockBytes = 1'950;
// What all types together may keep in memory before the longest is written out.
constexpr size_t kMostPending = 2 * EventIndexWriter::kRun;

struct Run {
  int64_t run = 0;
  Seq first_seq = 0;
  Seq last_seq = 0;
  int64_t entries = 0;
};

void AppendVarint(uint64_t v, std::string& out) {
  while (v >= 0x80) {
    out += static_cast<char>(v | 0x80);
    v >>= 7;
  }
  out += static_cast<char>(v);
}

bool TakeVarint(std::string_view& bytes, uint64_t& v) {
  v = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    v |= uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

bool Before(const EventEntry& a, const EventEntry& b) {
  return std::tie(a.subject, a.seq) < std::tie(b.subject, b.seq);
}

// Sorts entries that ascend by seq by (subject, seq): a stable radix sort on the subject, 11 bits a
// pass, several times faster than comparing on a million entries.
void SortBySubject(std::vector<EventEntry>& entries) {
  constexpr int kBits = 11;
  constexpr size_t kBuckets = size_t{1} << kBits;
  Row highest = 0;
  for (const EventEntry& e : entries) highest = std::max(highest, e.subject);
  std::vector<EventEntry> other(entries.size());
  for (int shift = 0; shift < 63 && (highest >> shift) != 0; shift += kBits) {
    std::array<size_t, kBuckets + 1> starts{};
    const auto bucket = [shift](const EventEntry& e) {
      return static_cast<size_t>(e.subject >> shift) & (kBuckets - 1);
    };
    for (const EventEntry& e : entries) ++starts[bucket(e) + 1];
    for (size_t i = 1; i <= kBuckets; ++i) starts[i] += starts[i - 1];
    for (const EventEntry& e : entries) other[starts[bucket(e)]++] = e;
    entries.swap(other);
  }
}

size_t PackInto(const EventEntry* from, const EventEntry* until, Seq first_seq, std::string& out) {
  EventEntry last;
  const EventEntry* e = from;
  for (; e != until && static_cast<size_t>(e - from) < kBlockEntries && out.size() < kBlockBytes;
       ++e) {
    const bool same = e != from && e->subject == last.subject;
    AppendVarint(static_cast<uint64_t>(e->subject - last.subject), out);
    AppendVarint(static_cast<uint64_t>(e->seq - (same ? last.seq : first_seq)), out);
    last = *e;
  }
  return static_cast<size_t>(e - from);
}

absl::StatusOr<std::vector<Run>> RunsOf(Connection& connection, TypeId type) {
  std::vector<Run> runs;
  RELATA_ASSIGN_OR_RETURN(
      Statement select,
      connection.Prepare("SELECT run, first_seq, last_seq, entries FROM relata_event_run "
                         "WHERE type = ? ORDER BY run"));
  select.Bind(1, type);
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return runs;
    runs.push_back({select.Int(0), select.Int(1), select.Int(2), select.Int(3)});
  }
}

absl::Status WriteRun(Connection& connection, TypeId type, const Run& run,
                      const std::vector<EventEntry>& entries) {
  RELATA_ASSIGN_OR_RETURN(Statement insert_run,
                          connection.Prepare("INSERT INTO relata_event_run VALUES(?, ?, ?, ?, ?)"));
  insert_run.Bind(1, type);
  insert_run.Bind(2, run.run);
  insert_run.Bind(3, run.first_seq);
  insert_run.Bind(4, run.last_seq);
  insert_run.Bind(5, static_cast<int64_t>(entries.size()));
  RELATA_RETURN_IF_ERROR(insert_run.Run());
  RELATA_ASSIGN_OR_RETURN(
      Statement insert,
      connection.Prepare("INSERT INTO relata_event_block(type, run, last_subject, last_seq, "
                         "entries) VALUES(?, ?, ?, ?, ?)"));
  insert.Bind(1, type);
  insert.Bind(2, run.run);
  std::string block;
  const EventEntry* const end = entries.data() + entries.size();
  for (const EventEntry* from = entries.data(); from != end;) {
    block.clear();
    from += PackInto(from, end, run.first_seq, block);
    insert.Bind(3, (from - 1)->subject);
    insert.Bind(4, (from - 1)->seq);
    insert.BindBlob(5, block);
    RELATA_RETURN_IF_ERROR(insert.Run());
  }
  return absl::OkStatus();
}

absl::Status ReadRun(Connection& connection, TypeId type, const Run& run,
                     std::vector<EventEntry>& out) {
  RELATA_ASSIGN_OR_RETURN(
      Statement select,
      connection.Prepare("SELECT entries FROM relata_event_block WHERE type = ? AND run = ? "
                         "ORDER BY last_subject, last_seq"));
  select.Bind(1, type);
  select.Bind(2, run.run);
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return absl::OkStatus();
    if (!UnpackBlock(select.Blob(0), run.first_seq, out)) {
      return DataLoss("an event index block is damaged");
    }
  }
}

absl::Status DropRun(Connection& connection, TypeId type, const Run& run) {
  for (const char* sql : {"DELETE FROM relata_event_run WHERE type = ? AND run = ?",
                          "DELETE FROM relata_event_block WHERE type = ? AND run = ?"}) {
    RELATA_ASSIGN_OR_RETURN(Statement remove, connection.Prepare(sql));
    remove.Bind(1, type);
    remove.Bind(2, run.run);
    RELATA_RETURN_IF_ERROR(remove.Run());
  }
  return absl::OkStatus();
}

// The subject's seqs in one run, appended.
absl::Status FindInRun(Connection& connection, TypeId type, const Run& run, Row subject, Seq from,
                       Seq until, std::vector<Seq>& out) {
  RELATA_ASSIGN_OR_RETURN(
      Statement select,
      connection.Prepare("SELECT entries FROM relata_event_block WHERE type = ? AND run = ? AND "
                         "last_subject >= ? ORDER BY last_subject, last_seq"));
  select.Bind(1, type);
  select.Bind(2, run.run);
  select.Bind(3, subject);
  std::vector<EventEntry> entries;
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return absl::OkStatus();
    entries.clear();
    if (!UnpackBlock(select.Blob(0), run.first_seq, entries)) {
      return DataLoss("an event index block is damaged");
    }
    for (const EventEntry& e : entries) {
      if (e.subject == subject && e.seq >= from && e.seq < until) out.push_back(e.seq);
    }
    if (!entries.empty() && entries.back().subject > subject) return absl::OkStatus();
  }
}

// Entries of `table` between two seqs, both exclusive.
absl::Status ReadTable(Connection& connection, const std::string& table, Seq after, Seq before,
                       std::vector<EventEntry>& out) {
  RELATA_ASSIGN_OR_RETURN(Statement select,
                          connection.Prepare(Concat("SELECT seq, subject FROM ", QuoteName(table),
                                                    " WHERE seq > ? AND seq < ? ORDER BY seq")));
  select.Bind(1, after);
  select.Bind(2, before);
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return absl::OkStatus();
    out.push_back({select.Int(1), select.Int(0)});
  }
}

}  // namespace

std::string PackBlock(const EventEntry* from, const EventEntry* until, Seq first_seq) {
  std::string out;
  PackInto(from, until, first_seq, out);
  return out;
}

bool UnpackBlock(std::string_view bytes, Seq first_seq, std::vector<EventEntry>& out) {
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
    out.push_back(last);
    first = false;
  }
  return true;
}

absl::StatusOr<Seq> SealedSeq(Connection& connection, TypeId type) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<Run> runs, RunsOf(connection, type));
  return runs.empty() ? Seq{0} : runs.back().last_seq;
}

absl::StatusOr<std::vector<Seq>> FindEvents(Connection& connection, TypeId type,
                                            const std::string& table, Row subject, Seq from,
                                            Seq until) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<Run> runs, RunsOf(connection, type));
  std::vector<Seq> seqs;
  for (const Run& run : runs) {
    if (run.last_seq < from || run.first_seq >= until) continue;
    RELATA_RETURN_IF_ERROR(FindInRun(connection, type, run, subject, from, until, seqs));
  }
  const Seq sealed = runs.empty() ? 0 : runs.back().last_seq;
  RELATA_ASSIGN_OR_RETURN(
      Statement tail,
      connection.Prepare(Concat("SELECT seq FROM ", QuoteName(table),
                                " WHERE seq >= ? AND seq < ? AND subject = ? ORDER BY seq")));
  tail.Bind(1, std::max(from, sealed + 1));
  tail.Bind(2, until);
  tail.Bind(3, subject);
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const bool row, tail.Step());
    if (!row) return seqs;
    seqs.push_back(tail.Int(0));
  }
}

absl::Status EventIndexWriter::Add(TypeId type, const std::string& table, Seq first_seq,
                                   const std::vector<Row>& subjects) {
  if (subjects.empty()) return absl::OkStatus();
  const auto [found, added] = pending_.try_emplace(type);
  Pending& pending = found->second;
  if (added) {
    pending.table = table;
    RELATA_ASSIGN_OR_RETURN(pending.sealed, SealedSeq(*connection_, type));
  }
  if (pending.entries.empty()) pending.first = first_seq;
  for (size_t i = 0; i < subjects.size(); ++i) {
    pending.entries.push_back({subjects[i], first_seq + static_cast<Seq>(i)});
  }
  entries_ += subjects.size();
  if (pending.entries.size() >= kRun) return Seal(type, pending);
  if (entries_ < kMostPending) return absl::OkStatus();
  const auto longest =
      std::max_element(pending_.begin(), pending_.end(), [](const auto& a, const auto& b) {
        return a.second.entries.size() < b.second.entries.size();
      });
  return Seal(longest->first, longest->second);
}

absl::Status EventIndexWriter::Finish() {
  for (auto& [type, pending] : pending_) {
    if (pending.entries.empty()) continue;
    // Seqs are shared by all types, so their distance only bounds the length of the tail.
    int64_t tail = static_cast<int64_t>(pending.entries.size());
    if (tail < kTail && pending.entries.back().seq - pending.sealed >= kTail) {
      RELATA_ASSIGN_OR_RETURN(
          const std::optional<int64_t> count,
          connection_->QueryInt(Concat("SELECT count(*) FROM ", QuoteName(pending.table),
                                       " WHERE seq > ", pending.sealed)));
      tail = count.value_or(0);
    }
    if (tail >= kTail) RELATA_RETURN_IF_ERROR(Seal(type, pending));
  }
  return absl::OkStatus();
}

absl::Status EventIndexWriter::Seal(TypeId type, Pending& pending) {
  std::vector<EventEntry> entries;
  RELATA_RETURN_IF_ERROR(
      ReadTable(*connection_, pending.table, pending.sealed, pending.first, entries));
  entries.insert(entries.end(), pending.entries.begin(), pending.entries.end());
  Run sealed{0, entries.front().seq, entries.back().seq, 0};
  SortBySubject(entries);

  RELATA_ASSIGN_OR_RETURN(std::vector<Run> runs, RunsOf(*connection_, type));
  while (!runs.empty() && runs.back().entries <= static_cast<int64_t>(entries.size()) &&
         entries.size() + static_cast<size_t>(runs.back().entries) <= kRun) {
    std::vector<EventEntry> merged;
    RELATA_RETURN_IF_ERROR(ReadRun(*connection_, type, runs.back(), merged));
    const auto older = static_cast<std::ptrdiff_t>(merged.size());
    merged.insert(merged.end(), entries.begin(), entries.end());
    std::inplace_merge(merged.begin(), merged.begin() + older, merged.end(), Before);
    entries = std::move(merged);
    sealed.first_seq = runs.back().first_seq;
    RELATA_RETURN_IF_ERROR(DropRun(*connection_, type, runs.back()));
    runs.pop_back();
  }
  sealed.run = runs.empty() ? 1 : runs.back().run + 1;
  RELATA_RETURN_IF_ERROR(WriteRun(*connection_, type, sealed, entries));
  entries_ -= pending.entries.size();
  pending.sealed = sealed.last_seq;
  pending.entries.clear();
  return absl::OkStatus();
}

}  // namespace relata::internal

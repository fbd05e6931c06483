// SPDX-License-Identifier: Apache-2.0

#include "storage/name_index.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/strings.h"
#include "storage/varint.h"

namespace relata::internal {
namespace {

// Two blocks share a page of 4,096 bytes.
constexpr size_t kBlockBytes = 1'950;
constexpr size_t kPage = 16;            // blocks read at a time
constexpr size_t kMostRuns = 4;         // of a space before small ones are taken up
constexpr int64_t kMerged = 1'000'000;  // the most entries that one merge holds in memory

// The most names of a space in memory before they become a run, and the most bytes of them.
constexpr size_t kMostCollected = 1'000'000;
constexpr size_t kMostBytes = 256 << 20;
// A batch of more names gives its room back.
constexpr size_t kMostSpare = 16'384;
constexpr size_t kLeastRows = 16;  // of a block that names rows
// Where the first name of a block stands, which shares nothing with one before: not this.
constexpr char kRowsMark = '\1';

constexpr char kZero = '\0';

// Rows near each other, above or below, as small numbers.
uint64_t Distance(Row from, Row to) {
  const uint64_t d = static_cast<uint64_t>(to) - static_cast<uint64_t>(from);
  return (d << 1) ^ (uint64_t{0} - (d >> 63));
}
Row Apart(Row from, uint64_t distance) {
  return static_cast<Row>(static_cast<uint64_t>(from) +
                          ((distance >> 1) ^ (uint64_t{0} - (distance & 1))));
}

// Calls `each` for every name of a block while it says true. DataLoss when the bytes are damaged.
template <class F>
absl::Status Unpack(std::string_view bytes, F each) {
  const auto damaged = [] { return DataLoss("a block of the name index is damaged"); };
  std::string name;
  Row row = 0;
  while (!bytes.empty()) {
    uint64_t same = 0;
    uint64_t rest = 0;
    uint64_t distance = 0;
    if (!TakeVarint(bytes, same) || !TakeVarint(bytes, rest) || same > name.size() ||
        rest > bytes.size()) {
      return damaged();
    }
    name.resize(same);
    name.append(bytes.substr(0, rest));
    bytes.remove_prefix(rest);
    if (!TakeVarint(bytes, distance)) return damaged();
    row = Apart(row, distance);
    if (!each(std::string_view(name), row)) break;
  }
  return absl::OkStatus();
}

// The row that a block gives `name`; `found` stays as it is when there is none.
absl::Status FindIn(std::string_view block, std::string_view name, Row& found) {
  return Unpack(block, [&](std::string_view n, Row row) {
    if (n == name) found = row;
    return n < name;
  });
}

// Calls `each` for every block from `from` on while it says true.
template <class F>
absl::Status EachBlock(NameRuns& runs, NameSpace space, const NameRun& run, std::string from,
                       F each) {
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const std::vector<NameBlock> blocks,
                            runs.Blocks(space, run, from, kPage));
    for (const NameBlock& block : blocks) {
      RELATA_ASSIGN_OR_RETURN(const bool go_on, each(block));
      if (!go_on) return absl::OkStatus();
    }
    if (blocks.size() < kPage) return absl::OkStatus();
    from = blocks.back().last + kZero;  // the least that is above it
  }
}

// How many names from `at` on are of rows that follow each other.
size_t RowsFrom(const NameBatch& names, size_t at) {
  const size_t most = std::min(names.size() - at, static_cast<size_t>(kMostRows));
  size_t count = 1;
  while (count < most && names.row(at + count) == names.row(at) + static_cast<Row>(count)) ++count;
  return count;
}

std::vector<NameBlock> BlocksOf(const NameRuns& runs, NameSpace space, const NameBatch& names) {
  const bool finds_ids = space.kind == NameSpace::Kind::kId && runs.FindsIds();
  std::vector<NameBlock> blocks;
  for (size_t at = 0; at < names.size();) {
    NameBlock block;
    const size_t rows = finds_ids ? RowsFrom(names, at) : 0;
    if (rows >= kLeastRows) {
      block.bytes = RowsBlock(names.row(at), static_cast<int64_t>(rows));
      at += rows;
    } else {
      at += PackBlock(names, at, block.bytes);
    }
    block.last = names.name(at - 1);
    blocks.push_back(std::move(block));
  }
  return blocks;
}

absl::Status WriteRun(NameRuns& runs, NameSpace space, int64_t number, const NameBatch& names) {
  return runs.Write(space, {number, static_cast<int64_t>(names.size())},
                    BlocksOf(runs, space, names));
}

// Takes out of `names` those that `run` gives the same row. Where many names stand for each block,
// the blocks are read as they follow; otherwise only those that could hold one.
absl::Status Known(NameRuns& runs, NameSpace space, const NameRun& run, NameBatch& names,
                   size_t& taken) {
  constexpr int64_t kEntries = 128;  // of a block, about
  const bool dense = static_cast<int64_t>(names.size()) > run.entries / kEntries;
  bool found = false;
  std::string from(names.name(0));
  for (size_t at = 0; at < names.size();) {
    const size_t most = dense ? kPage : 1;
    RELATA_ASSIGN_OR_RETURN(const std::vector<NameBlock> blocks,
                            runs.Blocks(space, run, from, most));
    for (const NameBlock& block : blocks) {
      bool other = false;
      RELATA_RETURN_IF_ERROR(Unpack(block.bytes, [&](std::string_view name, Row row) {
        while (at < names.size() && names.name(at) < name) ++at;
        if (at == names.size() || names.name(at) != name) return at < names.size();
        found = true;
        other = names.row(at) != row;
        if (other) return false;
        names.Forget(at++);
        return at < names.size();
      }));
      if (other) {
        taken = at;
        return AlreadyExists("the name is taken");
      }
      while (at < names.size() && names.name(at) <= block.last) ++at;
      if (at == names.size()) break;
    }
    if (blocks.size() < most || at == names.size()) break;
    from = names.name(at);  // above the last block's last
  }
  if (found) names.Compact();
  return absl::OkStatus();
}

// Writes `block` anew without the names for which `gone` is true.
template <class F>
absl::Status Thin(NameRuns& runs, NameSpace space, const NameRun& run, const NameBlock& block,
                  F gone) {
  NameBatch left;
  int64_t taken_out = 0;
  RELATA_RETURN_IF_ERROR(Unpack(block.bytes, [&](std::string_view name, Row row) {
    if (gone(name, row)) {
      ++taken_out;
    } else {
      left.Add(name, row);
    }
    return true;
  }));
  if (taken_out == 0) return absl::OkStatus();
  NameBlock kept;
  if (left.size() != 0) {
    // What is left takes no more room than it did.
    if (PackBlock(left, 0, kept.bytes) != left.size()) {
      return DataLoss("a block of the name index does not fit its names");
    }
    kept.last = left.name(left.size() - 1);
  }
  RELATA_RETURN_IF_ERROR(runs.Replace(space, run, block.last, kept));
  return runs.Lessen(space, run, taken_out);
}

}  // namespace

void AppendKeyName(std::string_view system, std::string_view key, std::string& name) {
  for (size_t zero; (zero = system.find(kZero)) != std::string_view::npos;) {
    name += system.substr(0, zero + 1);
    name += '\xff';
    system.remove_prefix(zero + 1);
  }
  name += system;
  name += kZero;
  name += '\1';
  name += key;
}

std::string KeyName(std::string_view system, std::string_view key) {
  std::string name;
  name.reserve(system.size() + key.size() + 2);
  AppendKeyName(system, key, name);
  return name;
}

bool SplitKeyName(std::string_view name, std::string& system, std::string& key) {
  system.clear();
  for (size_t i = 0; i + 1 < name.size(); ++i) {
    if (name[i] != kZero) {
      system += name[i];
    } else if (name[++i] == '\1') {
      key = name.substr(i + 1);
      return true;
    } else {
      system += kZero;
    }
  }
  return false;
}

std::string_view IdName(const Uuid& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

std::string RowsBlock(Row first, int64_t count) {
  std::string bytes(1, kRowsMark);
  AppendVarint(static_cast<uint64_t>(first), bytes);
  AppendVarint(static_cast<uint64_t>(count), bytes);
  return bytes;
}

bool ReadRowsBlock(std::string_view bytes, Row& first, int64_t& count) {
  uint64_t row = 0;
  uint64_t rows = 0;
  if (!bytes.starts_with(kRowsMark)) return false;
  bytes.remove_prefix(1);
  if (!TakeVarint(bytes, row) || !TakeVarint(bytes, rows) || !bytes.empty()) return false;
  if (row > static_cast<uint64_t>(INT64_MAX - kMostRows) || rows > uint64_t{kMostRows})
    return false;
  first = static_cast<Row>(row);
  count = static_cast<int64_t>(rows);
  return true;
}

size_t PackBlock(const NameBatch& names, size_t from, std::string& out) {
  std::string_view last;
  Row row = 0;
  size_t at = from;
  for (; at < names.size() && out.size() < kBlockBytes; ++at) {
    const std::string_view name = names.name(at);
    const size_t same = SharedPrefix(last, name);
    AppendVarint(same, out);
    AppendVarint(name.size() - same, out);
    out += name.substr(same);
    AppendVarint(Distance(row, names.row(at)), out);
    last = name;
    row = names.row(at);
  }
  return at - from;
}

absl::Status NameRuns::LookUp(NameSpace space, std::span<const std::string_view> names,
                              const EachLookedUp& each) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<NameRun> all, Runs(space));
  for (size_t i = 0; i < names.size(); ++i) {
    for (const NameRun& run : all) {
      RELATA_ASSIGN_OR_RETURN(const std::vector<NameBlock> blocks, Blocks(space, run, names[i], 1));
      if (!blocks.empty()) RELATA_RETURN_IF_ERROR(each(i, blocks.front().bytes));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Row> FindPacked(NameRuns& runs, NameSpace space, std::string_view name) {
  Row found = kNoRow;
  RELATA_RETURN_IF_ERROR(
      runs.LookUp(space, std::span(&name, 1),
                  [&](size_t, std::string_view block) { return FindIn(block, name, found); }));
  return found;
}

absl::StatusOr<bool> RunInOrder(NameRuns& runs, NameSpace space, const NameRun& run) {
  bool holds = true;
  std::string last;
  int64_t count = 0;
  RELATA_RETURN_IF_ERROR(
      EachBlock(runs, space, run, "", [&](const NameBlock& block) -> absl::StatusOr<bool> {
        RELATA_RETURN_IF_ERROR(Unpack(block.bytes, [&](std::string_view name, Row) {
          holds = holds && (count == 0 || last < name);
          last = name;
          ++count;
          return holds;
        }));
        holds = holds && !block.bytes.empty() && last == block.last;
        return holds;
      }));
  return holds && count == run.entries;
}

absl::Status Pack(NameRuns& runs, NameSpace space, NameBatch& names, size_t& taken) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<NameRun> all, runs.Runs(space));
  for (const NameRun& run : all) {
    if (names.size() == 0) return absl::OkStatus();
    RELATA_RETURN_IF_ERROR(Known(runs, space, run, names, taken));
  }
  if (names.size() == 0) return absl::OkStatus();
  if (all.empty()) return WriteRun(runs, space, 1, names);
  RELATA_ASSIGN_OR_RETURN(const std::vector<NameBlock> not_below,
                          runs.Blocks(space, all.back(), names.name(0), 1));
  if (!not_below.empty()) return WriteRun(runs, space, all.back().run + 1, names);
  RELATA_RETURN_IF_ERROR(runs.Append(space, all.back(), BlocksOf(runs, space, names)));
  return runs.Lessen(space, all.back(), -static_cast<int64_t>(names.size()));
}

absl::Status MergeRuns(NameRuns& runs, NameSpace space) {
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const std::vector<NameRun> all, runs.Runs(space));
    // The youngest and as many before it as are no larger than those after them together.
    size_t first = all.size();
    int64_t entries = 0;
    while (first > 0 && (first + 1 >= all.size() || all[first - 1].entries <= entries) &&
           entries + all[first - 1].entries <= kMerged) {
      entries += all[--first].entries;
    }
    if (all.size() <= kMostRuns || all.size() - first < 2) return absl::OkStatus();
    NameBatch names;
    for (size_t i = first; i < all.size(); ++i) {
      RELATA_RETURN_IF_ERROR(
          EachBlock(runs, space, all[i], "", [&](const NameBlock& block) -> absl::StatusOr<bool> {
            RELATA_RETURN_IF_ERROR(Unpack(block.bytes, [&](std::string_view name, Row row) {
              names.Add(name, row);
              return true;
            }));
            return true;
          }));
      RELATA_RETURN_IF_ERROR(runs.Drop(space, all[i]));
    }
    size_t taken = 0;
    if (!names.Sort(taken)) return DataLoss("a name stands in two runs of the name index");
    if (names.size() != 0) {
      RELATA_RETURN_IF_ERROR(WriteRun(runs, space, all.back().run, names));
    }
  }
}

absl::Status FreePacked(NameRuns& runs, NameSpace space, std::string_view name) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<NameRun> all, runs.Runs(space));
  for (const NameRun& run : all) {
    RELATA_ASSIGN_OR_RETURN(const std::vector<NameBlock> blocks, runs.Blocks(space, run, name, 1));
    if (blocks.empty()) continue;
    RELATA_RETURN_IF_ERROR(
        Thin(runs, space, run, blocks.front(), [&](std::string_view n, Row) { return n == name; }));
  }
  return absl::OkStatus();
}

absl::Status ErasePacked(NameRuns& runs, NameSpace space, const std::function<bool(Row)>& gone) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<NameRun> all, runs.Runs(space));
  for (const NameRun& run : all) {
    RELATA_RETURN_IF_ERROR(
        EachBlock(runs, space, run, "", [&](const NameBlock& block) -> absl::StatusOr<bool> {
          RELATA_RETURN_IF_ERROR(
              Thin(runs, space, run, block, [&](std::string_view, Row row) { return gone(row); }));
          return true;
        }));
  }
  return absl::OkStatus();
}

absl::Status NameTaken(NameSpace space, std::string_view name, const Layout& layout) {
  if (space.kind == NameSpace::Kind::kId) {
    return AlreadyExists(Concat("an id of ", layout.Find(space.type)->spec.name, " is taken"));
  }
  std::string system;
  std::string key;
  SplitKeyName(name, system, key);
  return AlreadyExists(Concat("key ", system, ":", key, " names another record"));
}

absl::Status NameWriter::Add(NameSpace space, std::string_view name, Row row) {
  if (last_ == nullptr || last_space_ != space) {
    last_ = &collected_.try_emplace(space, std::move(spare_)).first->second;
    last_space_ = space;
  }
  NameBatch& names = *last_;
  names.Add(name, row);
  const size_t most =
      names.ascending() ? std::max(runs_->MostAscending(), pack_from_) : kMostCollected;
  return names.size() < std::min(most, kMostCollected) && names.bytes() < kMostBytes
             ? absl::OkStatus()
             : Flush(space);
}

absl::Status NameWriter::Free(NameSpace space, std::string_view name) {
  RELATA_RETURN_IF_ERROR(Flush(space));
  RELATA_RETURN_IF_ERROR(loose_->Free(space, name));
  return FreePacked(*runs_, space, name);
}

absl::Status NameWriter::Apply(const std::vector<ExternalKeyWrite>& keys) {
  std::string name;
  for (const ExternalKeyWrite& key : keys) {
    const NameSpace space{key.type, NameSpace::Kind::kKey};
    name.clear();
    AppendKeyName(key.system, key.key, name);
    RELATA_RETURN_IF_ERROR(key.row == kNoRow ? Free(space, name) : Add(space, name, key.row));
  }
  return absl::OkStatus();
}

absl::Status NameWriter::Flush() {
  while (!collected_.empty()) RELATA_RETURN_IF_ERROR(Flush(collected_.begin()->first));
  return absl::OkStatus();
}

absl::Status NameWriter::Flush(NameSpace space) {
  last_ = nullptr;
  auto node = collected_.extract(space);
  if (node.empty()) return absl::OkStatus();
  RELATA_RETURN_IF_ERROR(Write(space, node.mapped()));
  if (node.mapped().size() > kMostSpare) return absl::OkStatus();
  spare_ = std::move(node.mapped());
  spare_.Clear();
  return absl::OkStatus();
}

absl::Status NameWriter::Write(NameSpace space, NameBatch& names) {
  size_t taken = 0;
  if (!names.Sort(taken)) return loose_->Taken(space, names.name(taken));
  if (names.size() < pack_from_ || names.longest() > kLongestPacked) {
    RELATA_RETURN_IF_ERROR(TakeOutPacked(space, names));
    return loose_->Put(space, names);
  }
  RELATA_RETURN_IF_ERROR(loose_->TakeOutKnown(space, names));
  const absl::Status status = Pack(*runs_, space, names, taken);
  if (absl::IsAlreadyExists(status)) return loose_->Taken(space, names.name(taken));
  packed_.insert(space);
  return status;
}

absl::Status NameWriter::TakeOutPacked(NameSpace space, NameBatch& names) {
  constexpr size_t kFew = 256;  // looked for one by one
  RELATA_ASSIGN_OR_RETURN(const std::vector<NameRun> runs, runs_->Runs(space));
  size_t taken = 0;
  for (const NameRun& run : runs) {
    if (names.size() < kFew) break;
    const absl::Status status = Known(*runs_, space, run, names, taken);
    if (absl::IsAlreadyExists(status)) return loose_->Taken(space, names.name(taken));
    RELATA_RETURN_IF_ERROR(status);
  }
  if (runs.empty() || names.size() >= kFew) return absl::OkStatus();
  std::vector<std::string_view> wanted;
  for (size_t i = 0; i < names.size(); ++i) wanted.push_back(names.name(i));
  std::vector<Row> rows(wanted.size(), kNoRow);
  RELATA_RETURN_IF_ERROR(runs_->LookUp(space, wanted, [&](size_t i, std::string_view block) {
    return FindIn(block, wanted[i], rows[i]);
  }));
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] != kNoRow && rows[i] != names.row(i)) return loose_->Taken(space, names.name(i));
    if (rows[i] != kNoRow) names.Forget(i);
  }
  names.Compact();
  return absl::OkStatus();
}

absl::Status NameWriter::Finish() {
  for (const NameSpace space : packed_) RELATA_RETURN_IF_ERROR(MergeRuns(*runs_, space));
  return absl::OkStatus();
}

absl::Status PackedNames::Fill(Source& source) {
  source.names.clear();
  source.at = 0;
  RELATA_ASSIGN_OR_RETURN(const std::vector<NameBlock> blocks,
                          runs_->Blocks(space_, source.run, source.from, kPage));
  for (const NameBlock& block : blocks) {
    RELATA_RETURN_IF_ERROR(Unpack(block.bytes, [&](std::string_view name, Row row) {
      source.names.emplace_back(name, row);
      return true;
    }));
  }
  source.last = blocks.size() < kPage;
  if (!blocks.empty()) source.from = blocks.back().last + kZero;
  return absl::OkStatus();
}

absl::StatusOr<bool> PackedNames::Next() {
  if (!std::exchange(begun_, true)) {
    RELATA_ASSIGN_OR_RETURN(const std::vector<NameRun> all, runs_->Runs(space_));
    for (const NameRun& run : all) {
      sources_.push_back({run, {}, 0, "", false});
      RELATA_RETURN_IF_ERROR(Fill(sources_.back()));
    }
  }
  Source* least = nullptr;
  for (Source& source : sources_) {
    if (source.at == source.names.size() && !source.last) RELATA_RETURN_IF_ERROR(Fill(source));
    if (source.at == source.names.size()) continue;
    if (least == nullptr || source.names[source.at].first < least->names[least->at].first) {
      least = &source;
    }
  }
  if (least == nullptr) return false;
  std::tie(name_, row_) = std::move(least->names[least->at++]);
  return true;
}

absl::Status KeyMerge::Until(const std::string* name) {
  if (!std::exchange(begun_, true)) {
    RELATA_ASSIGN_OR_RETURN(more_, packed_.Next());
  }
  while (more_ && (name == nullptr || packed_.name() < *name)) {
    ExternalKeyWrite key;
    key.type = type_;
    key.row = packed_.row();
    if (!SplitKeyName(packed_.name(), key.system, key.key)) {
      return DataLoss("a name in the name index is not a key");
    }
    RELATA_RETURN_IF_ERROR(sink_(key));
    RELATA_ASSIGN_OR_RETURN(more_, packed_.Next());
  }
  return absl::OkStatus();
}

absl::Status KeyMerge::Loose(const ExternalKeyWrite& key) {
  const std::string name = KeyName(key.system, key.key);
  RELATA_RETURN_IF_ERROR(Until(&name));
  return sink_(key);
}

absl::Status KeyMerge::Finish() { return Until(nullptr); }

}  // namespace relata::internal

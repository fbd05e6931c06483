// SPDX-License-Identifier: Apache-2.0
//
// Which record a public id or an external key names, without a B-tree entry for each that came in
// bulk.
//
// Names are kept in two places. A small commit writes them into a table with a B-tree: they are
// loose. A commit that brings many packs them into runs: sorted, in blocks of about 2,000 bytes in
// which a name says only what differs from the one before. A run costs a third of the B-tree's time
// and half its room, and finding a name in it is one look into the index of its blocks. Names above
// those of the youngest run follow them in it.
//
// Ids mostly ascend with the rows they are given to, and every record has its id beside it: where a
// backend looks there (NameRuns::FindsIds), such a block says only of which rows it holds the ids.
//
// A name stands in one place: whoever writes one looks for it in the other places first. A key that
// is freed or erased leaves its block, which is written anew.

#ifndef RELATA_SRC_STORAGE_NAME_INDEX_H_
#define RELATA_SRC_STORAGE_NAME_INDEX_H_

#include <compare>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "relata/storage/store.h"
#include "storage/layout.h"
#include "storage/name_batch.h"

namespace relata::internal {

// The public ids, or the external keys, of one type. A name in it is the id's sixteen bytes, or
// KeyName.
struct NameSpace {
  enum class Kind : uint8_t { kId, kKey };

  TypeId type = kNoType;
  Kind kind = Kind::kId;

  friend constexpr auto operator<=>(const NameSpace&, const NameSpace&) = default;
};

// A key as one text that sorts as (system, key) do by bytes, and back.
std::string KeyName(std::string_view system, std::string_view key);
void AppendKeyName(std::string_view system, std::string_view key, std::string& name);
bool SplitKeyName(std::string_view name, std::string& system, std::string& key);
// The name of an id; borrowed.
std::string_view IdName(const Uuid& id);

// A longer name is never packed.
inline constexpr size_t kLongestPacked = 512;

struct NameRun {
  int64_t run = 0;
  int64_t entries = 0;
};
// A block, named by its last name.
struct NameBlock {
  std::string last;
  std::string bytes;
};

// The runs as a backend keeps them, in the transaction of a reader or writer.
class NameRuns {
 public:
  virtual ~NameRuns() = default;

  // In order of `run`.
  virtual absl::StatusOr<std::vector<NameRun>> Runs(NameSpace space) = 0;
  virtual absl::Status Write(NameSpace space, const NameRun& run,
                             const std::vector<NameBlock>& blocks) = 0;
  // Blocks behind those that the run has; how many entries it holds is not changed by it.
  virtual absl::Status Append(NameSpace space, const NameRun& run,
                              const std::vector<NameBlock>& blocks) = 0;
  virtual absl::Status Drop(NameSpace space, const NameRun& run) = 0;
  // The blocks whose last name is not below `from`, in order, at most `most` of them.
  virtual absl::StatusOr<std::vector<NameBlock>> Blocks(NameSpace space, const NameRun& run,
                                                        std::string_view from, size_t most) = 0;
  // Calls `each`, for every run, with the block that could hold names[i]: of each name the blocks
  // of all runs, the oldest run first. Asked for few names; a backend that asks a server does it at
  // once.
  using EachLookedUp = std::function<absl::Status(size_t i, std::string_view block)>;
  virtual absl::Status LookUp(NameSpace space, std::span<const std::string_view> names,
                              const EachLookedUp& each);
  // `block` in the place of the one named `last`; without bytes: nothing in its place.
  virtual absl::Status Replace(NameSpace space, const NameRun& run, std::string_view last,
                               const NameBlock& block) = 0;
  // The run holds so many entries fewer; more where below zero.
  virtual absl::Status Lessen(NameSpace space, const NameRun& run, int64_t entries) = 0;
  // Whether Blocks and LookUp give the names in the place of a block made by RowsBlock.
  virtual bool FindsIds() const { return false; }
  // How many names that come in order are packed together: they need not be collected to be sorted,
  // so by default as many as stay in the cache.
  virtual size_t MostAscending() const { return 16'384; }
};

// The names outside the runs, as a backend keeps them.
class LooseNames {
 public:
  virtual ~LooseNames() = default;

  // Writes names that no run holds. AlreadyExists when one has another row; one that has its row
  // already is left as it is (a key, or the id of a record that came back) or taken too (an id
  // where such records bring none).
  virtual absl::Status Put(NameSpace space, const NameBatch& names) = 0;
  // Takes out of `names` those that are there with their row; Taken when one has another.
  virtual absl::Status TakeOutKnown(NameSpace space, NameBatch& names) = 0;
  virtual absl::Status Free(NameSpace space, std::string_view name) = 0;
  // AlreadyExists, in words.
  virtual absl::Status Taken(NameSpace space, std::string_view name) const = 0;
};

// A block that holds the ids of `count` records from row `first` on, which ascend. False from
// ReadRowsBlock: a block that has its names.
inline constexpr int64_t kMostRows = 32;
std::string RowsBlock(Row first, int64_t count);
bool ReadRowsBlock(std::string_view bytes, Row& first, int64_t& count);

// The AlreadyExists of a taken name.
absl::Status NameTaken(NameSpace space, std::string_view name, const Layout& layout);

// What one writer does to names: it collects them and writes each space once, with the last part of
// the commit or before somebody reads, packed when enough came together.
class NameWriter {
 public:
  // `runs` and `loose` must outlive it.
  NameWriter(NameRuns* runs, LooseNames* loose, size_t pack_from)
      : runs_(runs), loose_(loose), pack_from_(pack_from) {}

  absl::Status Add(NameSpace space, std::string_view name, Row row);
  absl::Status Free(NameSpace space, std::string_view name);
  // The external keys of a commit, in their order.
  absl::Status Apply(const std::vector<ExternalKeyWrite>& keys);
  // Writes what was collected.
  absl::Status Flush();
  // Called before the commit: takes up small runs where this writer made many.
  absl::Status Finish();

 private:
  absl::Status Flush(NameSpace space);
  absl::Status Write(NameSpace space, NameBatch& names);
  // Takes out of `names` those that a run gives the same row; Taken when one gives another.
  absl::Status TakeOutPacked(NameSpace space, NameBatch& names);

  NameRuns* runs_;
  LooseNames* loose_;
  const size_t pack_from_;
  std::map<NameSpace, NameBatch> collected_;
  NameBatch spare_;            // empty; what it grew to is used again
  NameBatch* last_ = nullptr;  // of collected_, of last_space_: where the next name mostly goes too
  NameSpace last_space_;
  std::set<NameSpace> packed_;
};

// The row that a run gives `name`; kNoRow when none does.
absl::StatusOr<Row> FindPacked(NameRuns& runs, NameSpace space, std::string_view name);

// Whether the blocks of a run, `entries` names, are each in order, named by their last name, and in
// order together: then whoever looks for a name finds it where it is.
absl::StatusOr<bool> RunInOrder(NameRuns& runs, NameSpace space, const NameRun& run);

// Packs names, sorted, that are not loose. A name that has its row already is left as it is.
// AlreadyExists, with the place of the name in `taken`, when a run gives it another row.
absl::Status Pack(NameRuns& runs, NameSpace space, NameBatch& names, size_t& taken);

// Takes up small runs where there are many. Called before the commit of a writer that packed.
absl::Status MergeRuns(NameRuns& runs, NameSpace space);

// Takes one name out of the run it is in, if it is in one.
absl::Status FreePacked(NameRuns& runs, NameSpace space, std::string_view name);
// Takes the names of the rows for which `gone` is true out of every run.
absl::Status ErasePacked(NameRuns& runs, NameSpace space, const std::function<bool(Row)>& gone);

// Packed names in order, from all runs.
class PackedNames {
 public:
  PackedNames(NameRuns* runs, NameSpace space) : runs_(runs), space_(space) {}
  // Moves to the next name; false at the end. `runs` must outlive this.
  absl::StatusOr<bool> Next();
  const std::string& name() const { return name_; }
  Row row() const { return row_; }

 private:
  struct Source {
    NameRun run;
    std::vector<std::pair<std::string, Row>> names;
    size_t at = 0;
    std::string from;
    bool last = false;  // no blocks are left to read
  };

  absl::Status Fill(Source& source);

  NameRuns* runs_;
  NameSpace space_;
  bool begun_ = false;
  std::vector<Source> sources_;
  std::string name_;
  Row row_ = kNoRow;
};

// The external keys of a type, in order, from the loose ones (given in order) and the packed ones.
class KeyMerge {
 public:
  KeyMerge(NameRuns* runs, TypeId type, const Sink<ExternalKeyWrite>& sink)
      : packed_(runs, {type, NameSpace::Kind::kKey}), type_(type), sink_(sink) {}
  absl::Status Loose(const ExternalKeyWrite& key);
  absl::Status Finish();

 private:
  // Hands out the packed keys below `name`; all that are left when it is nullptr.
  absl::Status Until(const std::string* name);

  PackedNames packed_;
  const TypeId type_;
  const Sink<ExternalKeyWrite>& sink_;
  bool begun_ = false;
  bool more_ = false;
};

// One block, for tests: names from `from` on, as many as fit; how many those are.
size_t PackBlock(const NameBatch& names, size_t from, std::string& out);

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_NAME_INDEX_H_

// SPDX-License-Identifier: Apache-2.0
//
// Turns a recorded batch into the writes of one commit, or says why it must not be: names become
// rows, keys are looked up, values are checked against the schema and compared with what is there,
// uniqueness and hierarchies are kept. Reads the graph and the store, changes neither.

#ifndef RELATA_SRC_ENGINE_BATCH_DECISION_H_
#define RELATA_SRC_ENGINE_BATCH_DECISION_H_

#include <functional>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/batch.h"
#include "relata/access/role.h"
#include "relata/engine/snapshot.h"
#include "relata/storage/store.h"

namespace relata::internal {

// Numbers given out while one commit is made.
struct Allocation {
  std::unordered_map<TypeId, Row> next_row;
  Seq next_seq = 1;
  CommitId commit = 0;
};

struct RefHash {
  size_t operator()(const RecordRef& r) const {
    return std::hash<uint64_t>{}(static_cast<uint64_t>(r.row) * 0x9e3779b97f4a7c15u ^ r.type);
  }
};

// The value of a field among those of a record; null when it is not there.
inline const Value* FindIn(const FieldValues& values, FieldId field) {
  for (const auto& [id, value] : values) {
    if (id == field) return &value;
  }
  return nullptr;
}

class BatchDecision {
 public:
  // Everything must outlive the decision. `real` gives the row behind a provisional reference of an
  // earlier commit; `may` is what whoever wrote the batch may do.
  BatchDecision(const Snapshot& before, StoreReader& reader, IdSource& ids, Allocation& allocation,
                std::function<RecordRef(RecordRef)> real, const Permissions& may, Timestamp now)
      : may_(may),
        before_(before),
        schema_(before.schema()),
        reader_(reader),
        ids_(ids),
        allocation_(allocation),
        real_(std::move(real)),
        now_(now) {}

  // The writes, without CommitRow and definitions; an error names the operation.
  absl::StatusOr<CommitBatch> Decide(const Transaction::Batch& batch);

  // What the provisional references of the batch became, and what was done.
  const std::vector<std::pair<Row, RecordRef>>& became() const { return became_; }
  const Commit& counts() const { return counts_; }

 private:
  struct Pending {
    RecordRef record;
    bool created = false;
    bool deleted = false;
    size_t operation = 0;
    FieldValues values;
    bool forgotten = false;  // no old value is kept
  };
  using KeyName = std::tuple<TypeId, std::string, std::string>;

  absl::Status MayChange(TypeId type) const;
  absl::Status MaySet(TypeId type, const FieldValues& values) const;
  absl::Status Identify(const Transaction::Batch& batch);
  absl::Status IdentifyUpsert(const RecordOp& op, size_t operation);
  absl::Status Apply(const RecordOp& op, size_t operation);
  absl::Status ApplyMerge(const RecordOp& op);
  absl::Status ApplyUnmerge(const RecordOp& op);
  absl::Status ApplyErase(const RecordOp& op, size_t operation);
  absl::Status SetValues(Pending& pending, const FieldValues& values);
  absl::StatusOr<Value> CheckedValue(const TypeDef& type, const FieldDef& field,
                                     const Value& given);
  absl::Status FillNew(Pending& pending);
  absl::Status Write(Pending& pending);
  absl::Status WriteChanged(Pending& pending);
  absl::Status KeepUnique(const Pending& pending, const FieldDef& field, const Value& before,
                          const Value& after);
  absl::Status KeepTree(const Pending& pending, const FieldDef& field, const Value& after);
  absl::Status KeepTree(RecordRef record, const FieldDef& field, RecordRef parent);
  absl::Status KeepTrees(RecordRef record);
  absl::Status EndAlias(RecordRef loser);
  RecordRef StandsFor(RecordRef record) const;
  RecordRef Subject(RecordRef record) const;
  absl::StatusOr<Value> Set(RecordRef record, FieldId field);
  std::string Called(RecordRef record);
  absl::Status WriteEvents(const Transaction::Batch& batch);
  absl::Status WriteEventsOf(const TypeDef& type, std::span<const EventOp* const> ops,
                             std::span<const std::pair<FieldId, Value>> values);
  absl::Status WriteLedger(const Transaction::Batch& batch);
  void WriteLogs(const Transaction::Batch& batch);
  void AddChange(const Pending& pending, RecordWrite::Op op, const FieldValues& before);

  absl::StatusOr<Row> NewRow(TypeId type);
  Pending& PendingOf(RecordRef record, size_t operation);
  RecordRef Here(RecordRef record) const;  // provisional references become rows
  absl::StatusOr<RecordRef> Living(RecordRef record);
  absl::StatusOr<bool> Exists(RecordRef record);
  absl::StatusOr<bool> IsStored(RecordRef record);
  absl::StatusOr<Value> Stored(RecordRef record, FieldId field);
  absl::StatusOr<RecordRef> KeyOwner(TypeId type, const std::string& system,
                                     const std::string& key);
  std::string Where(RecordRef record, const FieldDef& field) const;

  const Permissions& may_;
  const Snapshot& before_;
  const Schema& schema_;
  StoreReader& reader_;
  IdSource& ids_;
  Allocation& allocation_;
  const std::function<RecordRef(RecordRef)> real_;
  const Timestamp now_;

  std::unordered_map<Row, RecordRef> here_;  // provisional row -> record
  std::vector<std::pair<Row, RecordRef>> became_;
  std::vector<Pending> pending_;
  std::unordered_map<RecordRef, size_t, RefHash> pending_of_;
  std::map<KeyName, RecordRef> keys_;  // given or freed by this batch
  // What this batch merges, by loser: the winner, or the loser itself when it is un-merged.
  std::unordered_map<RecordRef, RecordRef, RefHash> merged_;
  std::unordered_map<RecordRef, std::unordered_map<FieldId, Value>, RefHash>
      rows_;  // from the store
  std::optional<Timestamp> effective_at_;
  CommitBatch out_;
  Commit counts_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_BATCH_DECISION_H_

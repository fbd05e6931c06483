// SPDX-License-Identifier: Apache-2.0
//
// What a batch does to who is who: merges and un-merges, each in sight of those before it, and the
// hierarchies that they and changed links must leave without a circle.

#include "base/strings.h"
#include "engine/batch_decision.h"
#include "engine/graph.h"

namespace relata::internal {
namespace {

constexpr int kMaxTreeDepth = 10'000;  // links followed upwards before a tree counts as damaged

}  // namespace

// The record that `record` is after the merges and un-merges of this batch.
RecordRef BatchDecision::StandsFor(RecordRef record) const {
  const Graph& graph = before_.graph();
  if (merged_.empty()) return graph.Resolve(record);
  // Bounded for the sake of a damaged database: a merge that closes a circle is refused.
  int64_t hops = graph.alias_count + static_cast<int64_t>(merged_.size());
  for (; hops > 0; --hops) {
    const auto here = merged_.find(record);
    const RecordRef next = here == merged_.end() ? graph.MergedInto(record) : here->second;
    if (next == record) break;
    record = next;
  }
  return record;
}

// The same for who an event is about. A merge of this batch leaves the event with the loser, which
// an un-merge gives back with its events.
RecordRef BatchDecision::Subject(RecordRef record) const {
  record = Here(record);
  const auto here = merged_.find(record);
  return here == merged_.end() || here->second != record ? before_.Resolve(record) : record;
}

absl::Status BatchDecision::ApplyMerge(const RecordOp& op) {
  RELATA_ASSIGN_OR_RETURN(const RecordRef loser, Living(op.record));
  RELATA_ASSIGN_OR_RETURN(const RecordRef winner, Living(op.other));
  RELATA_RETURN_IF_ERROR(MayChange(loser.type));
  RELATA_RETURN_IF_ERROR(MayChange(winner.type));
  if (loser == winner) return InvalidArgument("a record cannot be merged into itself");
  out_.aliases.push_back({loser, winner, allocation_.commit, std::nullopt});
  merged_[loser] = winner;
  if (loser.type == winner.type) RELATA_RETURN_IF_ERROR(KeepTrees(winner));
  Pending merged{loser, false, false, 0, {}, false};
  AddChange(merged, RecordWrite::Op::kUpdate, {});
  ++counts_.updated;
  return absl::OkStatus();
}

absl::Status BatchDecision::ApplyUnmerge(const RecordOp& op) {
  const RecordRef loser = Here(op.record);
  RELATA_RETURN_IF_ERROR(MayChange(loser.type));
  const auto here = merged_.find(loser);
  const bool merged = here == merged_.end() ? before_.graph().Merged(loser) : here->second != loser;
  if (!merged) return FailedPrecondition("the record is not merged into another");
  RELATA_RETURN_IF_ERROR(EndAlias(loser));
  merged_[loser] = loser;
  RELATA_RETURN_IF_ERROR(KeepTrees(loser));
  Pending unmerged{loser, false, false, 0, {}, false};
  AddChange(unmerged, RecordWrite::Op::kUpdate, {});
  ++counts_.updated;
  return absl::OkStatus();
}

// Ends the alias in force: one of this batch was never in force for anybody, and is taken out.
absl::Status BatchDecision::EndAlias(RecordRef loser) {
  const auto begun = [&](const AliasWrite& a) { return a.loser == loser && !a.until; };
  if (std::erase_if(out_.aliases, begun) > 0) return absl::OkStatus();
  std::optional<AliasWrite> alias;
  RELATA_RETURN_IF_ERROR(reader_.ScanAliases([&](const AliasWrite& a) {
    if (begun(a)) alias = a;
    return absl::OkStatus();
  }));
  if (!alias) return DataLoss("the record is merged in the graph and not in the store");
  alias->until = allocation_.commit;
  out_.aliases.push_back(*alias);
  return absl::OkStatus();
}

// ---------------------------------------------------------------------------------------------------
// Trees

// Links from a type to itself are trees: following one upwards must end.
absl::Status BatchDecision::KeepTree(const Pending& pending, const FieldDef& field,
                                     const Value& after) {
  if (after.is_null() || field.target != pending.record.type || !field.is_link()) {
    return absl::OkStatus();
  }
  return KeepTree(pending.record, field, Here(after.record()));
}

// Follows `field` upwards from `parent`, which `record` is or will be put under.
absl::Status BatchDecision::KeepTree(RecordRef record, const FieldDef& field, RecordRef parent) {
  std::vector<RecordRef> path = {record};
  RecordRef at = StandsFor(parent);
  for (int depth = 0; depth < kMaxTreeDepth; ++depth) {
    path.push_back(at);
    if (at == record) {
      std::string text;
      for (const RecordRef& r : path) text += Concat(text.empty() ? "" : " -> ", Called(r));
      return FailedPrecondition(Concat(Where(record, field), " would make a cycle: ", text));
    }
    RELATA_ASSIGN_OR_RETURN(const Value up, Set(at, field.id));
    if (up.is_null()) return absl::OkStatus();
    at = StandsFor(Here(up.record()));
  }
  return FailedPrecondition(
      Concat(Where(record, field), ": the tree is deeper than ", kMaxTreeDepth, " links"));
}

// Two records that become one, or one that becomes two, may close a circle as well.
absl::Status BatchDecision::KeepTrees(RecordRef record) {
  for (const FieldDef& field : schema_.type(record.type).fields) {
    if (!field.is_link() || field.target != record.type) continue;
    RELATA_ASSIGN_OR_RETURN(const Value up, Set(record, field.id));
    if (up.is_null()) continue;
    RELATA_RETURN_IF_ERROR(KeepTree(record, field, Here(up.record())));
  }
  return absl::OkStatus();
}

// The value after what this batch sets.
absl::StatusOr<Value> BatchDecision::Set(RecordRef record, FieldId field) {
  const auto found = pending_of_.find(record);
  const Value* set =
      found == pending_of_.end() ? nullptr : FindIn(pending_[found->second].values, field);
  if (set != nullptr) return *set;
  return Stored(record, field);
}

// What people call the record: its title, or its row when it has none.
std::string BatchDecision::Called(RecordRef record) {
  const TypeDef& type = schema_.type(record.type);
  std::string title;
  for (const std::string& name : type.title) {
    const absl::StatusOr<Value> value = Set(record, type.FindField(name)->id);
    if (!value.ok() || value->is_null() || value->is(Value::Kind::kRecord)) continue;
    title += Concat(title.empty() ? "" : " ", ToDisplay(*value));
  }
  return title.empty() ? Concat(type.name, " row ", record.row) : title;
}

}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0

#include "durability/story.h"

#include <functional>
#include <utility>

#include "base/strings.h"
#include "relata/storage/memory.h"
#include "testing/store_fixture.h"

namespace relata::testing {
namespace {

using internal::Concat;

size_t HashOf(StoreReader& reader) {
  size_t hash = 17;
  for (const std::string& line : Everything(reader)) {
    hash = hash * 1'000'003 ^ std::hash<std::string>{}(line);
  }
  return hash;
}

}  // namespace

Story::Story(int bulk) : bulk_(bulk), model_(NewMemoryStore()) {
  if (Begin(*model_).ok()) states_.push_back(HashOf(**model_->Read()));
}

absl::Status Story::Begin(Store& store) {
  RELATA_ASSIGN_OR_RETURN(auto writer, store.Write(Seconds(10)));
  RELATA_RETURN_IF_ERROR(writer->Prepare(CaseTables()));
  return writer->Commit();
}

int64_t Story::RowsBefore(CommitId id) const {
  const int64_t before = id - 1;
  return before - before / 4 + before / 4 * bulk_;
}

CommitBatch Story::BatchAfter(const CommitRow& head) const {
  CommitBatch batch = testing::BatchAfter(head, 5);
  const CommitId id = batch.commit.id;
  const Seq seq = head.last_seq + 1;
  batch.commit.operation_id = Concat("operation-", id);
  batch.commit.result = Concat("result of ", id);
  const Row first = RowsBefore(id);
  const Row last = RowsBefore(id + 1);
  for (Row row = first; row < last; ++row) {
    const size_t size = last - first > 1 ? 2'500 : 20;
    batch.records.push_back(
        Create(kAccount, row, {{kAccountName, Value::Text(std::string(size, 'a' + id % 26))}}));
  }
  if (first > 0) {
    batch.records.push_back(
        Update(kAccount, first / 2, {{kAccountName, Value::Text(Concat("changed by ", id))}}));
  }
  batch.events = {Visits(seq, {first, id % 7})};
  batch.ledger = {{seq + 2, {kContact, id % 5}, {}, {id}, Concat("entry of ", id)}};
  batch.changes = {
      {seq + 3, kAccount, first, last - first, RecordWrite::Op::kCreate, "", "", {}, std::nullopt},
      {seq + 4,
       kAccount,
       first / 2,
       1,
       RecordWrite::Op::kUpdate,
       "before",
       Concat("personal ", id),
       {kContact, id % 5},
       std::nullopt}};
  batch.external_keys = {{kAccount, "zoho", Concat("key", id * 7919 % 1'000), first}};
  batch.logs = {{"outbox", seq, {}, Concat("k", id % 3), {id}, "{}"}};
  return batch;
}

absl::StatusOr<CommitId> Story::Continue(Store& store) const {
  RELATA_ASSIGN_OR_RETURN(auto writer, store.Write(Seconds(10)));
  RELATA_ASSIGN_OR_RETURN(const CommitRow head, writer->Head());
  RELATA_RETURN_IF_ERROR(writer->Apply(BatchAfter(head)));
  RELATA_RETURN_IF_ERROR(writer->Commit());
  return head.id + 1;
}

std::string Story::Check(Store& store, CommitId acknowledged) {
  auto reader = store.Read();
  if (!reader.ok()) return Concat("failed to read: ", Message(reader.status()));
  const auto head = (*reader)->Head();
  if (!head.ok()) return Concat("failed to read the head: ", Message(head.status()));
  if (head->id < acknowledged) {
    return Concat("lost: commit ", acknowledged, " was acknowledged, the head is ", head->id);
  }
  while (static_cast<CommitId>(states_.size()) <= head->id) {
    const auto id = Continue(*model_);
    if (!id.ok()) return Concat("failed to write the model: ", Message(id.status()));
    states_.push_back(HashOf(**model_->Read()));
  }
  if (HashOf(**reader) != states_[static_cast<size_t>(head->id)]) {
    return Concat("half-applied: what is there is not commit ", head->id);
  }
  return "";
}

}  // namespace relata::testing

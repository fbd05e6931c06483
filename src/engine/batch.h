// SPDX-License-Identifier: Apache-2.0
//
// What a Transaction has recorded: the caller's operations with names resolved to numbers and
// nothing decided yet. It can be decided any number of times.

#ifndef RELATA_SRC_ENGINE_BATCH_H_
#define RELATA_SRC_ENGINE_BATCH_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "codec/pack.h"
#include "relata/engine/crm.h"
#include "relata/engine/transaction.h"

namespace relata {

namespace internal {

// Rows from here up to 2^47 name records that a transaction of this process created, before and
// after its commit; the engine keeps which rows they became.
inline constexpr Row kFirstProvisionalRow = Row{1} << 46;
constexpr bool IsProvisional(RecordRef r) { return r.row >= kFirstProvisionalRow; }

// A stored personal image begins with this many bytes of salt of its own, which are erased with it:
// the digest that stays then says nothing about what was erased.
inline constexpr size_t kImageSalt = sizeof(Uuid::bytes);

struct RecordOp {
  enum class Op : uint8_t {
    kCreate,
    kUpdate,
    kUpsert,
    kAddKey,
    kDelete,
    kMerge,
    kUnmerge,
    kErase,
    kRedact
  };

  Op op = Op::kUpdate;
  RecordRef record;
  FieldValues values;
  std::string system;  // kUpsert, kAddKey
  std::string key;
  RecordRef other;  // kMerge: the winner
};

struct EventOp {
  TypeId type = kNoType;
  RecordRef subject;
  Timestamp at;
  // Its values among those of all events of the batch.
  size_t first_value = 0;
  size_t values = 0;
};

}  // namespace internal

struct Transaction::Batch {
  std::shared_ptr<Crm::Engine> engine;
  std::shared_ptr<const Schema> schema;
  Actor actor;
  std::string operation_id;
  std::string source;
  std::string reason;
  std::optional<Timestamp> effective_at;
  std::optional<CommitId> only_after;
  absl::Status status;

  std::vector<internal::RecordOp> records;
  std::vector<internal::EventOp> events;
  internal::FieldValues event_values;
  std::vector<ConsentEntry> entries;
  std::vector<DefinitionWrite> definitions;
  std::vector<LogWrite> logs;
  EraseWrite erase;

  size_t size() const {
    return records.size() + events.size() + entries.size() + definitions.size() + logs.size() +
           (erase.empty() ? 0 : 1);
  }
};

}  // namespace relata

#endif  // RELATA_SRC_ENGINE_BATCH_H_

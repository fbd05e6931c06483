// SPDX-License-Identifier: Apache-2.0

#include "relata/storage/memory.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <utility>

#include "base/strings.h"
#include "storage/erased_words.h"
#include "storage/forwarding.h"
#include "storage/memory_state.h"

namespace relata {
namespace internal {
namespace {

// What readers and writers share: the newest state and the tenant's lock.
class Shared {
 public:
  std::shared_ptr<const MemoryState> State() {
    const std::lock_guard lock(mutex_);
    return state_;
  }

  bool Lock(Duration patience) {
    std::unique_lock lock(mutex_);
    if (!free_.wait_for(lock, std::chrono::microseconds(patience.micros),
                        [&] { return !locked_; })) {
      return false;
    }
    locked_ = true;
    return true;
  }

  void Unlock() {
    {
      const std::lock_guard lock(mutex_);
      locked_ = false;
    }
    free_.notify_one();
  }

  void Publish(std::shared_ptr<const MemoryState> state) {
    const std::lock_guard lock(mutex_);
    state_ = std::move(state);
  }

  // A number no other writer of this store has; called under the tenant's lock.
  uint64_t NextOwner() { return ++last_owner_; }

 private:
  std::mutex mutex_;
  std::condition_variable free_;
  bool locked_ = false;
  uint64_t last_owner_ = 0;
  std::shared_ptr<const MemoryState> state_ = std::make_shared<MemoryState>();
};

using Reader = Forwarding<StoreReader, MemoryReads>;

// Changes a copy of the state, which its own reads see, and publishes it at Commit.
class Writer : public Forwarding<StoreWriter, MemoryReads> {
 public:
  Writer(std::shared_ptr<Shared> shared, std::shared_ptr<MemoryState> state)
      : Forwarding(MemoryReads(state)),
        shared_(std::move(shared)),
        state_(std::move(state)),
        owner_(shared_->NextOwner()),
        before_(state_->Head()) {}
  ~Writer() override { Release(); }

  absl::Status Prepare(std::span<const TableSpec> tables) override {
    return Sticky([&]() -> absl::Status {
      if (applied_) return FailedPrecondition("Prepare after Apply");
      RELATA_ASSIGN_OR_RETURN(Layout merged, state_->layout->Merge(tables));
      state_->layout = std::make_shared<Layout>(std::move(merged));
      return absl::OkStatus();
    });
  }

  absl::Status Apply(const CommitBatch& batch) override {
    return Sticky([&] { return ApplyParts(batch); });
  }

  absl::Status EraseImages(RecordRef subject) override {
    return Sticky([&]() -> absl::Status {
      EraseImagesOf([&](RecordRef record) { return record == subject; });
      return absl::OkStatus();
    });
  }

  absl::Status Commit() override {
    absl::Status status = Sticky([&]() -> absl::Status {
      if (applied_ && !complete_)
        return FailedPrecondition("the last part of the commit is missing");
      return absl::OkStatus();
    });
    if (status.ok()) {
      shared_->Publish(state_);
      status_ = FailedPrecondition("the writer is committed");
    }
    Release();
    return status;
  }

 private:
  template <class F>
  absl::Status Sticky(F f) {
    if (status_.ok()) status_ = f();
    return status_;
  }

  void Release() {
    if (shared_ != nullptr) shared_->Unlock();
    shared_ = nullptr;
  }

  absl::Status ApplyParts(const CommitBatch& batch) {
    if (complete_) return FailedPrecondition("the commit is complete");
    applied_ = true;
    RELATA_RETURN_IF_ERROR(state_->layout->Check(batch, before_));
    for (const RecordWrite& write : batch.records) RELATA_RETURN_IF_ERROR(ApplyRecord(write));
    for (const EventBatch& events : batch.events) RELATA_RETURN_IF_ERROR(ApplyEvents(events));
    for (const ExternalKeyWrite& key : batch.external_keys) RELATA_RETURN_IF_ERROR(ApplyKey(key));
    RELATA_RETURN_IF_ERROR(ApplyLines(batch));
    for (const DefinitionWrite& d : batch.definitions) RELATA_RETURN_IF_ERROR(ApplyDefinition(d));
    ApplyErase(batch.erase);
    return batch.commit.id == 0 ? absl::OkStatus() : ApplyCommit(batch.commit);
  }

  absl::Status ApplyRecord(const RecordWrite& write) {
    const Layout::Table& table = *state_->layout->Find(write.type);
    MemoryRecords& records = state_->records[write.type];
    const MemoryRecord* old = records.rows.Find(write.row);
    if (write.op == RecordWrite::Op::kCreate) {
      const bool back = old != nullptr && old->deleted && old->id == write.id;
      const bool fresh = old == nullptr && records.ids.Insert(owner_, write.id, write.row);
      if (!back && !fresh) {
        return AlreadyExists(Concat(table.spec.name, " ", write.row, " or its id is taken"));
      }
      if (fresh) records.rows.Insert(owner_, write.row, MemoryRecord{write.id, false, {}});
    } else if (old == nullptr || old->deleted) {
      return NotFound(Concat("no ", table.spec.name, " ", write.row));
    }
    MemoryRecord& record = *records.rows.Mutable(owner_, write.row);
    record.deleted = write.op == RecordWrite::Op::kDelete;
    if (record.deleted) {
      record.values.clear();
      return absl::OkStatus();
    }
    record.values.resize(table.spec.columns.size());
    for (const auto& [field, value] : write.values) {
      record.values[static_cast<size_t>(table.Place(field))] = value;
    }
    return absl::OkStatus();
  }

  absl::Status ApplyEvents(const EventBatch& batch) {
    const Layout::Table& table = *state_->layout->Find(batch.type);
    RELATA_ASSIGN_OR_RETURN(const std::vector<int> places, PlacesOf(table, batch));
    auto& events = state_->events[batch.type];
    const auto* last = events.Last();
    if (last != nullptr && !batch.subjects.empty() && batch.first_seq <= last->first) {
      return InvalidArgument(Concat(table.spec.name, ": seqs must ascend"));
    }
    for (size_t i = 0; i < batch.subjects.size(); ++i) {
      MemoryEvent event{batch.subjects[i], batch.at[i], {}};
      event.values.resize(table.spec.columns.size());
      for (size_t c = 0; c < places.size(); ++c) {
        event.values[static_cast<size_t>(places[c])] = batch.columns[c].Get(i);
      }
      events.Insert(owner_, batch.first_seq + static_cast<Seq>(i), std::move(event));
    }
    return absl::OkStatus();
  }

  absl::Status ApplyKey(const ExternalKeyWrite& write) {
    auto& keys = state_->records[write.type].keys;
    const std::pair<std::string, std::string> name(write.system, write.key);
    if (write.row == kNoRow) {
      keys.Erase(owner_, name);
      return absl::OkStatus();
    }
    const Row* old = keys.Find(name);
    if (old != nullptr && *old != write.row) {
      return AlreadyExists(Concat("key ", write.system, ":", write.key, " names another record"));
    }
    if (old == nullptr) keys.Insert(owner_, name, write.row);
    return absl::OkStatus();
  }

  absl::Status ApplyLines(const CommitBatch& batch) {
    const auto* last = state_->ledger.Last();
    if (last != nullptr && !batch.ledger.empty() && batch.ledger.front().seq <= last->first) {
      return InvalidArgument("the seqs of ledger lines must ascend");
    }
    for (const LedgerWrite& line : batch.ledger) {
      if (!state_->ledger.Insert(owner_, line.seq, line)) return SeqTaken("ledger line", line.seq);
    }
    for (const ChangeWrite& change : batch.changes) {
      if (!state_->changes.Insert(owner_, change.seq, ChangeRow{before_.id + 1, change})) {
        return SeqTaken("change", change.seq);
      }
    }
    for (const LogWrite& line : batch.logs) {
      if (!state_->logs.Insert(owner_, {line.log, line.seq}, line)) {
        return SeqTaken("log line", line.seq);
      }
    }
    for (const AliasWrite& alias : batch.aliases) {
      const std::pair<CommitId, RecordRef> key(alias.from, alias.loser);
      if (!state_->aliases.Insert(owner_, key, alias)) {
        *state_->aliases.Mutable(owner_, key) = alias;
      }
    }
    return absl::OkStatus();
  }

  absl::Status ApplyDefinition(const DefinitionWrite& definition) {
    const auto* last = state_->definitions.Last();
    const int64_t place = last == nullptr ? 1 : last->first + 1;
    if (!state_->definition_places.Insert(
            owner_, {definition.kind, definition.name, definition.version}, place)) {
      return AlreadyExists(
          Concat(definition.kind, " ", definition.name, " has a version ", definition.version));
    }
    state_->definitions.Insert(owner_, place, definition);
    return absl::OkStatus();
  }

  template <class Wanted>
  void EraseImagesOf(const Wanted& wanted) {
    std::vector<Seq> seqs;
    state_->changes.ForEach([&](Seq seq, const ChangeRow& row) {
      if (!row.change.personal.empty() && wanted(row.change.subject)) seqs.push_back(seq);
      return true;
    });
    for (Seq seq : seqs) state_->changes.Mutable(owner_, seq)->change.personal.clear();
  }

  void ApplyErase(const EraseWrite& erase) {
    if (erase.empty()) return;
    const ErasedLines touched(erase);
    const std::set<RecordRef> images(erase.images.begin(), erase.images.end());
    EraseImagesOf([&](RecordRef r) { return touched.Has(r) || images.contains(r); });
    EraseEvents(erase, touched);
    for (auto& [type, records] : state_->records) EraseKeys(type, records, touched);
    for (const Seq seq : erase.entries) {
      if (LedgerWrite* line = state_->ledger.Mutable(owner_, seq)) line->body.clear();
    }
    EraseTexts(touched);
  }

  void EraseEvents(const EraseWrite& erase, const ErasedLines& touched) {
    for (auto& [type, events] : state_->events) {
      const TypeId subject_type = state_->layout->Find(type)->spec.subject;
      std::vector<Seq> seqs;
      events.ForEach([&](Seq seq, const MemoryEvent& event) {
        if (touched.Has({subject_type, event.subject})) seqs.push_back(seq);
        return true;
      });
      for (const auto& [of_type, seq] : erase.events) {
        if (of_type == type) seqs.push_back(seq);
      }
      for (const Seq seq : seqs) events.Erase(owner_, seq);
    }
  }

  void EraseKeys(TypeId type, MemoryRecords& records, const ErasedLines& touched) {
    std::vector<std::pair<std::string, std::string>> keys;
    records.keys.ForEach([&](const auto& key, Row row) {
      if (touched.Has({type, row})) keys.push_back(key);
      return true;
    });
    for (const auto& key : keys) records.keys.Erase(owner_, key);
  }

  void EraseTexts(const ErasedLines& touched) {
    std::vector<std::pair<std::string, Seq>> lines;
    state_->logs.ForEach([&](const auto& place, const LogWrite& line) {
      if (touched.Touches(line.log, line.seq, line.subject, line.key, line.body)) {
        lines.push_back(place);
      }
      return true;
    });
    for (const auto& place : lines) {
      LogWrite& line = *state_->logs.Mutable(owner_, place);
      line.key.clear();
      line.body = "{}";
    }
    std::vector<CommitId> commits;
    state_->commits.ForEach([&](CommitId id, const CommitRow& commit) {
      if (touched.words().In(commit.reason) || touched.words().In(commit.operation_id)) {
        commits.push_back(id);
      }
      return true;
    });
    for (const CommitId id : commits) {
      CommitRow& commit = *state_->commits.Mutable(owner_, id);
      commit.reason.clear();
      if (!touched.words().In(commit.operation_id)) continue;
      state_->operations.Erase(owner_, commit.operation_id);
      commit.operation_id.clear();
      commit.result.clear();
    }
  }

  absl::Status ApplyCommit(CommitRow commit) {
    if (commit.operation_id.empty()) {
      commit.result.clear();
    } else if (!state_->operations.Insert(owner_, commit.operation_id, commit.id)) {
      return AlreadyExists(Concat("operation ", commit.operation_id, " was carried out before"));
    }
    state_->commits.Insert(owner_, commit.id, commit);
    complete_ = true;
    return absl::OkStatus();
  }

  static absl::Status SeqTaken(std::string_view what, Seq seq) {
    return AlreadyExists(Concat("there is a ", what, " ", seq));
  }

  std::shared_ptr<Shared> shared_;
  std::shared_ptr<MemoryState> state_;
  const uint64_t owner_;
  const CommitRow before_;
  bool applied_ = false;
  bool complete_ = false;
  absl::Status status_;
};

class MemoryStore : public Store {
 public:
  absl::StatusOr<std::unique_ptr<StoreReader>> Read() override {
    return std::make_unique<Reader>(MemoryReads(shared_->State()));
  }

  absl::StatusOr<std::unique_ptr<StoreWriter>> Write(Duration patience) override {
    if (!shared_->Lock(patience)) return Unavailable("another writer holds the tenant's lock");
    return std::make_unique<Writer>(shared_, std::make_shared<MemoryState>(*shared_->State()));
  }

  absl::StatusOr<CommitId> HeadId() override { return shared_->State()->Head().id; }

 private:
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace
}  // namespace internal

std::unique_ptr<Store> NewMemoryStore() { return std::make_unique<internal::MemoryStore>(); }

}  // namespace relata

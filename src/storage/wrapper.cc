// SPDX-License-Identifier: Apache-2.0

#include "relata/storage/wrapper.h"

#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "relata/storage/group_commit.h"
#include "relata/storage/pushdown.h"

namespace relata {
namespace {

absl::Status StatusOf(const absl::Status& status) { return status; }
template <class T>
absl::Status StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

// `f` between the observer's two looks at it.
template <class F>
auto Observed(StoreObserver& observer, StoreCall call, F f) -> decltype(f()) {
  if (absl::Status before = observer.Before(call); !before.ok()) return before;
  auto result = f();
  const absl::Status found = StatusOf(result);
  absl::Status told = observer.After(call, found);
  if (told == found) return result;
  if constexpr (std::is_same_v<decltype(f()), absl::Status>) {
    return told;
  } else {
    // An OK cannot be made out of a failure: there is no answer to give.
    return told.ok() ? decltype(f())(found) : decltype(f())(told);
  }
}

template <class Base>
class Session : public Base {
 public:
  Session(std::unique_ptr<Base> target, std::shared_ptr<StoreObserver> observer)
      : target_(std::move(target)), observer_(std::move(observer)) {}

  absl::StatusOr<CommitRow> Head() override {
    return Ask(StoreCall::kHead, [&] { return target_->Head(); });
  }
  absl::StatusOr<CommitRow> FindCommit(CommitId id) override {
    return Ask(StoreCall::kFindCommit, [&] { return target_->FindCommit(id); });
  }
  absl::Status ScanCommits(CommitId since, const Sink<CommitRow>& sink) override {
    return Ask(StoreCall::kScanCommits, [&] { return target_->ScanCommits(since, sink); });
  }
  absl::StatusOr<CommitRow> FindOperation(std::string_view id) override {
    return Ask(StoreCall::kFindOperation, [&] { return target_->FindOperation(id); });
  }
  absl::StatusOr<std::vector<TableSpec>> Tables() override {
    return Ask(StoreCall::kTables, [&] { return target_->Tables(); });
  }
  absl::StatusOr<Row> NextRow(TypeId type) override {
    return Ask(StoreCall::kNextRow, [&] { return target_->NextRow(type); });
  }
  absl::Status ScanRecords(const ScanSpec& spec, const Sink<RecordRows>& sink) override {
    return Ask(StoreCall::kScanRecords, [&] { return target_->ScanRecords(spec, sink); });
  }
  absl::Status ScanEvents(const ScanSpec& spec, const Sink<EventRows>& sink) override {
    return Ask(StoreCall::kScanEvents, [&] { return target_->ScanEvents(spec, sink); });
  }
  absl::Status ScanLedger(Seq since, std::optional<RecordRef> person,
                          const Sink<LedgerWrite>& sink) override {
    return Ask(StoreCall::kScanLedger, [&] { return target_->ScanLedger(since, person, sink); });
  }
  absl::Status ScanChanges(CommitId since, std::optional<RecordRef> record,
                           const Sink<ChangeRow>& sink) override {
    return Ask(StoreCall::kScanChanges, [&] { return target_->ScanChanges(since, record, sink); });
  }
  absl::StatusOr<Row> FindExternalKey(TypeId type, std::string_view system,
                                      std::string_view key) override {
    return Ask(StoreCall::kFindExternalKey,
               [&] { return target_->FindExternalKey(type, system, key); });
  }
  absl::Status ScanExternalKeys(TypeId type, const Sink<ExternalKeyWrite>& sink) override {
    return Ask(StoreCall::kScanExternalKeys, [&] { return target_->ScanExternalKeys(type, sink); });
  }
  absl::StatusOr<Row> FindId(TypeId type, const Uuid& id) override {
    return Ask(StoreCall::kFindId, [&] { return target_->FindId(type, id); });
  }
  absl::Status ScanAliases(const Sink<AliasWrite>& sink) override {
    return Ask(StoreCall::kScanAliases, [&] { return target_->ScanAliases(sink); });
  }
  absl::Status ScanDefinitions(const Sink<DefinitionWrite>& sink) override {
    return Ask(StoreCall::kScanDefinitions, [&] { return target_->ScanDefinitions(sink); });
  }
  absl::Status ScanLog(std::string_view log, Seq since, std::string_view key,
                       const Sink<LogWrite>& sink) override {
    return Ask(StoreCall::kScanLog, [&] { return target_->ScanLog(log, since, key, sink); });
  }

 protected:
  template <class F>
  auto Ask(StoreCall call, F f) {
    return Observed(*observer_, call, f);
  }

  const std::unique_ptr<Base> target_;
  const std::shared_ptr<StoreObserver> observer_;
};

// A reader that lets the engine ask in SQL. A statement is seen as the scan of records it spares.
class SqlSession : public Session<StoreReader>, public SqlReader {
 public:
  SqlSession(std::unique_ptr<StoreReader> target, SqlReader& sql,
             std::shared_ptr<StoreObserver> observer)
      : Session(std::move(target), std::move(observer)), sql_(sql) {}

  bool postgres() const override { return sql_.postgres(); }
  std::string SqlTable(TypeId type) const override { return sql_.SqlTable(type); }
  std::string SqlField(TypeId type, FieldId field, const std::string& alias) const override {
    return sql_.SqlField(type, field, alias);
  }
  std::string SqlCurrency(TypeId type, FieldId field, const std::string& alias) const override {
    return sql_.SqlCurrency(type, field, alias);
  }
  std::string SqlMine(TypeId type, const std::string& alias) const override {
    return sql_.SqlMine(type, alias);
  }
  absl::Status SelectRows(const std::string& statement, std::span<const Value> parameters,
                          const Sink<std::vector<Row>>& sink) override {
    return Ask(StoreCall::kScanRecords,
               [&] { return sql_.SelectRows(statement, parameters, sink); });
  }

 private:
  SqlReader& sql_;  // the target
};

// A call that the observer refuses leaves the writer as it was, except that nothing after it can be
// committed: a failure sticks, as with every store.
class Writer : public Session<StoreWriter> {
 public:
  using Session::Session;

  absl::Status Prepare(std::span<const TableSpec> tables) override {
    return Stick(
        Ask(StoreCall::kPrepare, [&] { return Go([&] { return target_->Prepare(tables); }); }));
  }
  absl::Status Apply(const CommitBatch& batch) override {
    return Stick(Ask(StoreCall::kApply, [&] { return Go([&] { return target_->Apply(batch); }); }));
  }
  absl::Status EraseImages(RecordRef subject) override {
    return Stick(Ask(StoreCall::kEraseImages,
                     [&] { return Go([&] { return target_->EraseImages(subject); }); }));
  }
  absl::Status Commit() override {
    return Ask(StoreCall::kCommit, [&] { return Go([&] { return target_->Commit(); }); });
  }

 private:
  template <class F>
  absl::Status Go(F f) {
    return failed_.ok() ? f() : failed_;
  }
  absl::Status Stick(absl::Status status) {
    if (failed_.ok()) failed_ = status;
    return status;
  }

  absl::Status failed_;
};

class Wrapper : public Store, public GroupCommitStore {
 public:
  Wrapper(std::shared_ptr<Store> target, std::shared_ptr<StoreObserver> observer)
      : target_(std::move(target)), observer_(std::move(observer)) {}

  absl::StatusOr<std::unique_ptr<StoreReader>> Read() override {
    RELATA_ASSIGN_OR_RETURN(
        auto reader, Observed(*observer_, StoreCall::kRead, [&] { return target_->Read(); }));
    auto* const sql = dynamic_cast<SqlReader*>(reader.get());
    if (sql != nullptr) return std::make_unique<SqlSession>(std::move(reader), *sql, observer_);
    return std::make_unique<Session<StoreReader>>(std::move(reader), observer_);
  }
  absl::StatusOr<std::unique_ptr<StoreWriter>> Write(Duration patience) override {
    RELATA_ASSIGN_OR_RETURN(auto writer, Observed(*observer_, StoreCall::kWrite,
                                                  [&] { return target_->Write(patience); }));
    return std::make_unique<Writer>(std::move(writer), observer_);
  }
  absl::StatusOr<CommitId> HeadId() override {
    return Observed(*observer_, StoreCall::kHeadId, [&] { return target_->HeadId(); });
  }
  absl::Status Scrub(Duration patience) override { return target_->Scrub(patience); }
  absl::Status Settle() override {
    auto* const grouped = dynamic_cast<GroupCommitStore*>(target_.get());
    return grouped == nullptr ? absl::OkStatus() : grouped->Settle();
  }

 private:
  const std::shared_ptr<Store> target_;
  const std::shared_ptr<StoreObserver> observer_;
};

// When the calls under way on this thread began; scans nest.
thread_local std::vector<Duration> begun;

}  // namespace

std::string_view NameOf(StoreCall call) {
  static constexpr std::string_view kNames[kStoreCalls] = {"read",
                                                           "write",
                                                           "head_id",
                                                           "head",
                                                           "find_commit",
                                                           "scan_commits",
                                                           "find_operation",
                                                           "tables",
                                                           "next_row",
                                                           "scan_records",
                                                           "scan_events",
                                                           "scan_ledger",
                                                           "scan_changes",
                                                           "find_external_key",
                                                           "scan_external_keys",
                                                           "find_id",
                                                           "scan_aliases",
                                                           "scan_definitions",
                                                           "scan_log",
                                                           "prepare",
                                                           "apply",
                                                           "erase_images",
                                                           "commit"};
  return kNames[static_cast<size_t>(call)];
}

absl::Status StoreMetrics::Before(StoreCall) {
  if (clock_) begun.push_back(clock_());
  return absl::OkStatus();
}

absl::Status StoreMetrics::After(StoreCall call, absl::Status status) {
  Duration taken;
  if (clock_ && !begun.empty()) {
    taken = clock_() - begun.back();
    begun.pop_back();
  }
  const std::lock_guard lock(mutex_);
  Figure& figure = figures_[static_cast<size_t>(call)];
  ++figure.calls;
  if (!status.ok()) ++figure.failures;
  figure.total = figure.total + taken;
  return status;
}

StoreMetrics::Figure StoreMetrics::figure(StoreCall call) const {
  const std::lock_guard lock(mutex_);
  return figures_[static_cast<size_t>(call)];
}

std::unique_ptr<Store> WrapStore(std::shared_ptr<Store> target,
                                 std::shared_ptr<StoreObserver> observer) {
  return std::make_unique<Wrapper>(std::move(target), std::move(observer));
}

}  // namespace relata

// SPDX-License-Identifier: Apache-2.0
//
// What is behind a Crm: the store, the newest snapshot, the definitions, and the protocol that
// turns a recorded batch into one durable commit.
//
// Commits take turns (commit_mutex_, then the store's lock); readers take the snapshot's pointer
// under mutex_ and are never held up by a commit that is being decided.

#ifndef RELATA_SRC_ENGINE_ENGINE_H_
#define RELATA_SRC_ENGINE_ENGINE_H_

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <typeindex>
#include <unordered_map>
#include <vector>

#include "engine/batch.h"
#include "engine/definitions.h"
#include "engine/record_keys.h"
#include "relata/engine/crm.h"
#include "relata/engine/hooks.h"
#include "relata/expression/expression.h"

namespace relata {

namespace internal {

class Helpers;
class Memberships;
struct PublishedMemberships;

// Expressions checked under one schema, by a key that says everything else they depend on. Emptied
// when the schema changes or it holds kMost. Thread-safe.
class CheckCache {
 public:
  template <class Make>
  std::shared_ptr<const CheckedExpression> Get(const std::shared_ptr<const Schema>& schema,
                                               const std::string& key, const Make& make) {
    std::lock_guard lock(mutex_);
    if (schema != schema_ || checked_.size() >= kMost) {
      checked_.clear();
      schema_ = schema;
    }
    std::shared_ptr<const CheckedExpression>& slot = checked_[key];
    if (!slot) slot = std::make_shared<const CheckedExpression>(make());
    return slot;
  }

 private:
  static constexpr size_t kMost = 1000;

  std::mutex mutex_;
  std::shared_ptr<const Schema> schema_;
  std::unordered_map<std::string, std::shared_ptr<const CheckedExpression>> checked_;
};

// What its columns and indexes take.
size_t MemoryOf(const Snapshot& snapshot);

}  // namespace internal

class Crm::Engine : public std::enable_shared_from_this<Crm::Engine> {
 public:
  static absl::StatusOr<std::shared_ptr<Engine>> Open(std::unique_ptr<Store> store,
                                                      OpenOptions options);

  // --- Reading -----------------------------------------------------------------------------------

  std::shared_ptr<const Schema> schema() const;
  std::string zone() const;
  // Whole tables and, when any is asked for, the consent ledger.
  absl::StatusOr<std::shared_ptr<const Snapshot>> View(std::span<const TypeId> types);
  // These columns and nothing else.
  absl::StatusOr<std::shared_ptr<const Snapshot>> View(std::span<const ColumnsNeeded> columns);
  // Columns beyond the limit are loaded for one question and not kept; 0 is no limit.
  void LimitMemory(size_t bytes) { memory_limit_ = bytes; }
  size_t memory_limit() const { return memory_limit_; }
  // The other threads that a question may take; nullptr when it may take none.
  std::shared_ptr<internal::Helpers> helpers() const {
    const std::lock_guard lock(mutex_);
    return helpers_;
  }
  void SetThreads(int threads);
  // The work that is worth a second thread, in the units of Operator::cost a row; changed by tests.
  int64_t least_work() const { return least_work_; }
  void SetLeastWork(int64_t work) { least_work_ = work; }
  absl::StatusOr<std::unique_ptr<StoreReader>> Read() { return store_->Read(); }
  absl::Status Scrub() { return store_->Scrub(options_.patience); }
  // The newest snapshot this process has, whatever others wrote since.
  std::shared_ptr<const Snapshot> Current() const;
  // Brings the snapshot to the newest commit when others may have written; nothing to do, and no
  // lock taken, when the database is exclusive.
  absl::Status Freshen();
  absl::StatusOr<Definition> FindDefinition(std::string_view kind, std::string_view name) const;
  std::vector<Definition> Definitions(std::string_view kind) const;

  // Definitions of a kind as a room reads them; see engine/definitions.h.
  std::shared_ptr<const void> Parsed(std::string_view kind, std::type_index as,
                                     const internal::MakeParsed& make) const;
  // The states of segments for the newest commit of this process.
  std::shared_ptr<const internal::PublishedMemberships> memberships() const;
  // The newest graph this process has, with whatever tables it has loaded, and the states that
  // belong to it. Asks the store first whether there is something newer, unless opened exclusive.
  struct Newest {
    std::shared_ptr<const Snapshot> snapshot;
    std::shared_ptr<const internal::PublishedMemberships> memberships;
  };
  absl::StatusOr<Newest> FindNewest();
  // Makes a segment's members known as of the newest commit, and says why when they cannot be kept.
  absl::Status FillMembership(std::string_view segment);
  // What the commit under way has changed so far, when `view` is the graph it is being decided on.
  std::vector<ChangeWrite> PendingChanges(const Snapshot& view) const;

  internal::CheckCache& checks() { return checks_; }
  internal::RecordKeys& keys() { return keys_; }
  const Hooks& hooks() const { return hooks_; }
  // To be called before the Crm is shared.
  void SetHooks(Hooks hooks) { hooks_ = std::move(hooks); }

  // --- Writing -----------------------------------------------------------------------------------

  Row NewProvisionalRow() { return next_provisional_.fetch_add(1, std::memory_order_relaxed); }
  // The record a provisional reference became, or `record` itself.
  RecordRef Real(RecordRef record) const;

  absl::StatusOr<Commit> Submit(const Transaction::Batch& batch, Timestamp now);
  absl::StatusOr<Commit> Advance(Timestamp now, const Actor& actor);
  absl::Status Extend(const Schema& extended, const Actor& actor, Timestamp now);
  std::unique_ptr<Transaction::Batch> NewBatch(const Actor& actor);
  void AddDecider(Decider decider) { deciders_.push_back(std::move(decider)); }

 private:
  struct Attempt;  // one commit being made
  class Pending;

  Engine(std::unique_ptr<Store> store, OpenOptions options)
      : options_(std::move(options)), store_(std::move(store)) {}

  absl::Status Start();
  absl::Status LoadDefinitions(StoreReader& reader);
  absl::Status Refresh(StoreReader& reader);
  absl::Status LoadForDeciders(StoreReader& reader, const Transaction::Batch& batch,
                               bool time_only);
  // The definitions of a kind by name, with those that the commit of this thread writes.
  std::map<std::string, Definition> DefinitionsHere(std::string_view kind) const;
  absl::Status PrepareTables(StoreWriter& writer, Attempt& attempt);
  absl::StatusOr<Commit> Make(const Transaction::Batch& batch, Timestamp now, bool time_only);
  absl::StatusOr<Commit> MakeOnce(const Transaction::Batch& batch, Timestamp now, bool time_only);
  void Announce(const std::vector<DefinitionWrite>& definitions);
  absl::Status Step(Attempt& attempt, const Transaction::Batch& batch);
  static Uuid IdOf(const Attempt& attempt, RecordRef record);
  absl::Status RunDeciders(Attempt& attempt, const Transaction::Batch& batch);
  absl::Status Finish(Attempt& attempt);
  void Publish(Attempt& attempt);
  void Remember(const DefinitionWrite& write);
  int64_t NextVersion(const DefinitionWrite& write) const;

  const OpenOptions options_;
  const std::unique_ptr<Store> store_;
  std::vector<Decider> deciders_;
  Hooks hooks_;
  internal::CheckCache checks_;
  internal::RecordKeys keys_;
  std::atomic<size_t> memory_limit_{0};
  // Some 0.4 ms: waking a thread and telling it costs a tenth of that.
  int64_t least_work_ = 4'000'000;
  std::atomic<Row> next_provisional_{internal::kFirstProvisionalRow};

  std::mutex commit_mutex_;
  // Guarded by commit_mutex_; what is published by mutex_ too.
  std::shared_ptr<internal::Memberships> memberships_;
  // The commit under way while its rules run, and its steps; only that thread has a graph of it.
  std::atomic<CommitId> pending_commit_{0};
  const std::vector<CommitBatch>* pending_ = nullptr;
  bool catalogue_stale_ = true;  // the stored catalogue lacks something; guarded by commit_mutex_
  std::string sums_salt_;        // the first commit's, once read; guarded by commit_mutex_

  mutable std::mutex mutex_;
  std::shared_ptr<const Schema> schema_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::shared_ptr<internal::Helpers> helpers_;
  std::string zone_;
  std::map<std::string, std::map<std::string, Definition>, std::less<>> definitions_;
  std::unordered_map<Row, RecordRef> became_;
  // What the commit under way defines, for the thread that makes it only.
  std::thread::id committing_;
  std::map<std::string, std::map<std::string, Definition>, std::less<>> being_defined_;
  // What rooms made of the definitions of a kind; forgotten when one of them changes.
  mutable std::map<std::string, std::map<std::type_index, std::shared_ptr<const void>>, std::less<>>
      parsed_;
  uint64_t definitions_read_ = 0;  // how often definitions_ has changed
};

// Kinds of definitions that the engine itself keeps.
inline constexpr std::string_view kCatalogueKind = "catalogue";
inline constexpr std::string_view kTenantKind = "tenant";

// The log that tells when each version of a definition was written: key "kind/name", body the
// version.
inline constexpr std::string_view kDefinitionLog = "definition";

}  // namespace relata

#endif  // RELATA_SRC_ENGINE_ENGINE_H_

// SPDX-License-Identifier: Apache-2.0
//
// What somebody wants to change, recorded until it is committed.
//
//   auto tx = crm.Begin(Actor::User("amelie"));
//   auto acme  = tx.Create(account, {{account.name, "Acme SAS"}});
//   auto marie = tx.Create(contact, {{contact.given_name, "Marie"}, {contact.account, acme}});
//   absl::StatusOr<Commit> commit = tx.Commit(now);
//
// A transaction is a batch, not a view: nothing is looked up, locked or written before Commit, and
// the whole batch is decided again when the store asks for it (a conflict on PostgreSQL). A record
// created in it is named by a provisional reference that works in this transaction and, after the
// commit, with every call of the same Crm. The first error sticks: later calls are ignored and
// Commit returns it.
//
// Single-thread; must not outlive its Crm. Destroying it uncommitted discards it.

#ifndef RELATA_ENGINE_TRANSACTION_H_
#define RELATA_ENGINE_TRANSACTION_H_

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relata/base/id.h"
#include "relata/base/status.h"
#include "relata/base/time.h"
#include "relata/model/actor.h"
#include "relata/model/consent_entry.h"
#include "relata/model/type.h"
#include "relata/model/value.h"
#include "relata/storage/store.h"

namespace relata {

class Crm;

// Fields by name, for callers that know the schema at run time only.
using NamedValues = std::vector<std::pair<std::string, Value>>;

// What a commit did. `created` lists the records it created in the order of the Create and Upsert
// calls that created them.
struct Commit {
  CommitId id = 0;
  Timestamp recorded;
  int64_t created = 0;
  int64_t updated = 0;
  int64_t deleted = 0;
  int64_t unchanged = 0;  // updates and upserts that changed nothing
  int64_t events = 0;
  int64_t entries = 0;    // of the consent ledger
  bool replayed = false;  // the operation id had been committed before; nothing was done again
};

class Transaction {
 public:
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) noexcept;
  ~Transaction();

  // --- Records -----------------------------------------------------------------------------------

  // A new record of a type declared in C++.
  template <class T>
  Id<T> Create(const T&, std::initializer_list<Set<T>> sets) {
    return {CreateDeclared(TypeNameOf<T>(), sets.begin(), sets.size())};
  }
  // A new record of any type. InvalidArgument at Commit for an unknown type or field, or a value of
  // the wrong kind.
  RecordRef Create(std::string_view type, NamedValues values);

  // Changes some fields of a record; null clears one. A value that is already there changes
  // nothing.
  template <class T>
  void Update(Id<T> record, const T&, std::initializer_list<Set<T>> sets) {
    UpdateDeclared(record.ref, TypeNameOf<T>(), sets.begin(), sets.size());
  }
  void Update(RecordRef record, NamedValues values);

  // The record that carries the external key, or a new one that does; then its fields are set.
  // `system` and `key` are not empty.
  RecordRef Upsert(std::string_view type, std::string_view system, std::string_view key,
                   NamedValues values);
  // Gives a record one more external key. AlreadyExists at Commit when another record carries it.
  void AddKey(RecordRef record, std::string_view system, std::string_view key);

  // The record reads as absent from this commit on; its history stays.
  void Delete(RecordRef record);

  // Takes the record out for good: it reads as absent, and its old values, the events about it, its
  // external keys and what was logged about it go too, from every commit. Exactly this record: one
  // that was merged stays apart from its winner here. What may go is decided by whoever calls
  // (privacy/erasure.h).
  void Erase(RecordRef record);
  // The same for what no record names: single events, ledger lines, texts.
  void Erase(EraseWrite what);
  // Changes some fields and forgets every old value of the record, this one's and all before.
  void Redact(RecordRef record, NamedValues values);

  // `loser` becomes `winner`: reads, links and questions about it go to the winner. The loser's
  // fields stay as they are, and a withdrawal of consent on either side binds both.
  void Merge(RecordRef loser, RecordRef winner);
  // Ends the merge of `loser`: it is itself again, with its own links, events and entries.
  void Unmerge(RecordRef loser);

  // --- Events and consent ------------------------------------------------------------------------

  // An immutable fact about `subject` at `at`. Future instants are accepted.
  void Append(std::string_view event_type, RecordRef subject, Timestamp at,
              NamedValues values = {});

  // A line of the consent ledger. Its person and point may be provisional. InvalidArgument at
  // Commit for a grant without channel or purpose; `recorded_at` is set by the commit.
  void RecordConsent(ConsentEntry entry);

  // --- Definitions and logs ----------------------------------------------------------------------

  // The next version of a definition (kind "segment", "score", "role", ...); an empty body retires
  // it.
  void Define(std::string_view kind, std::string_view name, std::string body);

  // A line of a named log, as JSON: the outbox, attempts, jobs done.
  void Log(std::string_view log, RecordRef subject, std::string_view key, std::string body);

  // --- About the whole ---------------------------------------------------------------------------

  // Committing the same operation id twice does it once and returns the first result. Kept 30 days.
  Transaction& OperationId(std::string_view id);
  Transaction& Source(std::string_view system);  // "zoho", "erp": which system this comes from
  Transaction& Reason(std::string_view text);
  // When what is said here took effect, if that was not now (imports).
  Transaction& EffectiveAt(Timestamp at);
  // What is recorded here was decided on a snapshot of this commit: Commit answers Aborted, and
  // nothing is changed, when another commit came in between.
  Transaction& OnlyAfter(CommitId head);

  // The first error so far.
  const absl::Status& status() const;
  // Operations recorded so far.
  size_t size() const;

  // Decides and stores the whole batch as one commit at `now`. OK: it is durable and every later
  // question sees it. Otherwise nothing was changed: InvalidArgument (an issue with the batch,
  // naming the operation), PermissionDenied, AlreadyExists (a unique value or key is taken),
  // NotFound (a record that does not exist), FailedPrecondition (a stage gate, a cycle),
  // Aborted (OnlyAfter), Unavailable (the lock was not to be had), Unknown (the outcome is not
  // known; commit the same operation id again to learn it). A batch that changes nothing makes no
  // commit: its id is that of the newest one.
  absl::StatusOr<relata::Commit> Commit(Timestamp now);

  struct Batch;  // the recorded operations; internal to the engine

 private:
  friend class Crm;
  explicit Transaction(std::unique_ptr<Batch> batch);

  template <class Declared>
  RecordRef CreateDeclared(std::string_view type, const Declared* sets, size_t count) {
    std::vector<std::pair<FieldId, Value>> values;
    values.reserve(count);
    for (size_t i = 0; i < count; ++i) values.emplace_back(sets[i].place, sets[i].value);
    return CreatePlaced(type, std::move(values));
  }
  template <class Declared>
  void UpdateDeclared(RecordRef record, std::string_view type, const Declared* sets, size_t count) {
    std::vector<std::pair<FieldId, Value>> values;
    values.reserve(count);
    for (size_t i = 0; i < count; ++i) values.emplace_back(sets[i].place, sets[i].value);
    UpdatePlaced(record, type, std::move(values));
  }
  RecordRef CreatePlaced(std::string_view type, std::vector<std::pair<FieldId, Value>> values);
  void UpdatePlaced(RecordRef record, std::string_view type,
                    std::vector<std::pair<FieldId, Value>> values);

  std::unique_ptr<Batch> batch_;
};

}  // namespace relata

#endif  // RELATA_ENGINE_TRANSACTION_H_

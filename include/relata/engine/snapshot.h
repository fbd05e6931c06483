// SPDX-License-Identifier: Apache-2.0
//
// The customer graph as it stood after one commit.
//
// A Snapshot is what every question is asked of: the records of a tenant with their fields and
// links, their events, the consent ledger, aliases of merged records, as of one commit. It never
// changes. The next commit makes the next snapshot (`With`), which shares everything the commit did
// not touch: columns are directories of chunks of kChunkRows rows, and only the chunks that hold a
// changed row are copied. A reverse link or a subject's events are a sealed, ordered part and a
// short tail, and every reader sees both.
//
// A record that was merged into another reads through it: links and events keep the record they
// were written with, and the questions below count those of every record that resolves to the one
// asked. Its own fields stay readable, so that a merge can be shown and undone.
//
// Tables are loaded from the store when first asked for, whole or some of their columns: `Loaded`
// says which are here. Asking what is not loaded is a bug of the caller (it reads as absent); the
// engine loads what a question names before it asks.
//
// Immutable and thread-safe; shared by `std::shared_ptr<const Snapshot>`. What it returns is a
// copy.

#ifndef RELATA_ENGINE_SNAPSHOT_H_
#define RELATA_ENGINE_SNAPSHOT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "relata/base/id.h"
#include "relata/base/status.h"
#include "relata/base/time.h"
#include "relata/model/consent_entry.h"
#include "relata/model/schema.h"
#include "relata/model/value.h"

namespace relata {

struct CommitBatch;  // storage/store.h
struct EraseWrite;
class StoreReader;
namespace internal {
struct Graph;
struct PastInstant;
}  // namespace internal
struct PastSnapshot;

inline constexpr int64_t kChunkRows = 4096;

// In a list of tables to load, the consent ledger.
inline constexpr TypeId kLedgerTable = kNoType - 1;

// What a question needs of a table: some of its columns, or all. Which rows there are is known with
// any of them; public ids are the column kIdField.
struct ColumnsNeeded {
  TypeId type = kNoType;
  std::vector<FieldId> fields;
  bool all = false;
};

// An event named inside a snapshot: its type and its place in the type's table. What lasts from
// snapshot to snapshot is its Seq.
struct EventRef {
  TypeId type = kNoType;
  int64_t place = -1;

  friend constexpr auto operator<=>(const EventRef&, const EventRef&) = default;
};

class Snapshot {
 public:
  // The empty graph of a schema: commit 0, every table loaded and empty.
  static std::shared_ptr<const Snapshot> Empty(std::shared_ptr<const Schema> schema);

  // The graph at the reader's head with the aliases, but no table loaded. A failure of the reader
  // is returned as it is.
  static absl::StatusOr<std::shared_ptr<const Snapshot>> Open(std::shared_ptr<const Schema> schema,
                                                              StoreReader& reader);

  // This graph with these tables loaded too. The reader must stand at commit(): FailedPrecondition
  // otherwise. DataLoss when what is stored does not fit the schema; fields that the store has no
  // column for yet are empty. Tables already loaded cost nothing.
  absl::StatusOr<std::shared_ptr<const Snapshot>> Load(std::span<const TypeId> types,
                                                       StoreReader& reader) const;

  // The same by columns.
  absl::StatusOr<std::shared_ptr<const Snapshot>> Load(std::span<const ColumnsNeeded> columns,
                                                       StoreReader& reader) const;

  // This graph after one more commit, or after one part of it when batch.commit.id is 0. The batch
  // must be valid against the schema (the engine checks); cost follows the batch. Writes to tables
  // that are not loaded are left to the store.
  std::shared_ptr<const Snapshot> With(const CommitBatch& batch) const;

  // This graph brought to the reader's head by reading the changes since commit(): what another
  // process wrote. Cost follows what was written, and the number of aliases. DataLoss as for Load.
  absl::StatusOr<std::shared_ptr<const Snapshot>> CatchUp(StoreReader& reader) const;

  // This graph without the tables that held what a commit erased: they are loaded from the store
  // when next asked for, so that no column, dictionary or index keeps a value. Ledger lines that
  // were emptied speak no more.
  std::shared_ptr<const Snapshot> Forget(const EraseWrite& erased) const;

  // The same graph under a schema that extends this one; new types are loaded and empty.
  std::shared_ptr<const Snapshot> WithSchema(std::shared_ptr<const Schema> schema) const;

  // This graph as it was at an earlier instant (as_of.h), from the changes that the reader, at this
  // commit or a later one, has since then. Cost follows these. Only for a graph of today.
  absl::StatusOr<PastSnapshot> Rewind(const internal::PastInstant& to, StoreReader& reader) const;
  // Whether Rewind made it: two past graphs of one commit may differ, so nothing that is kept by
  // commit may be kept from one. And the effective instant it was made for.
  bool past() const;
  std::optional<Timestamp> at() const;

  CommitId commit() const;
  Timestamp recorded() const;  // of commit(); Timestamp::kMin when empty
  Seq last_seq() const;
  const Schema& schema() const;
  const std::shared_ptr<const Schema>& shared_schema() const;
  // Whether the table is here with all its columns (kLedgerTable is the ledger); with some of them.
  bool Loaded(TypeId type) const;
  bool Loaded(const ColumnsNeeded& columns) const;
  // Bytes held by the loaded columns and indexes of a table.
  size_t MemoryUsed(TypeId type) const;

  // --- Records ---

  // One past the highest row ever given out; rows below it may be deleted.
  Row RowLimit(TypeId type) const;
  // How many records exist.
  int64_t Count(TypeId type) const;
  // False for a row that was never given out or is deleted. A merged record exists no more.
  bool Exists(RecordRef record) const;
  // The record itself, or the one it was merged into, however often.
  RecordRef Resolve(RecordRef record) const;
  // The field's value, `id`, `created_at` and `updated_at` included; null when absent, when the
  // record was deleted, or when it is no field of the type. A merged record gives its own. Links
  // are returned as written, not resolved.
  Value Get(RecordRef record, FieldId field) const;
  // Nil when the record was never created or is deleted (the store still knows it then).
  Uuid Id(RecordRef record) const;
  // The record with this public id, merged or not; none when there is none or it is deleted. Cost:
  // one hash look-up once the type's id index is built (first call on a type builds it).
  RecordRef Find(TypeId type, const Uuid& id) const;

  // Appends to `out` the rows of `child` whose `link` field names `parent` or a record that
  // resolves to the same one, existing ones only, in row order. Cost follows their number once the
  // reverse index is built (first call on a link builds it).
  void Children(RecordRef parent, TypeId child, FieldId link, std::vector<Row>& out) const;

  // --- Events ---

  int64_t EventCount(TypeId type) const;
  // Appends the places of the events of a type about `subject` or a record that resolves to the
  // same one, in (at, seq) order.
  void Events(RecordRef subject, TypeId type, std::vector<int64_t>& out) const;
  Seq EventSeq(EventRef event) const;
  RecordRef EventSubject(EventRef event) const;
  Timestamp EventAt(EventRef event) const;
  Value EventField(EventRef event, FieldId field) const;

  // --- Consent ---

  // Every ledger entry that may speak about this person or one of these points, in (at, seq) order:
  // entries of the person and of those merged into it, and entries of the points whoever made them.
  // Either may be none. DataLoss when a line cannot be read: the answer to a question of consent is
  // no then.
  absl::StatusOr<std::vector<ConsentEntry>> Ledger(RecordRef person,
                                                   std::span<const RecordRef> points) const;
  int64_t LedgerSize() const;
  size_t LedgerMemoryUsed() const;
  // What the person, or somebody merged into them, stated last (granted, asked to confirm,
  // confirmed, withdrew, objected, opted out, refused calls) about a channel and a purpose, or
  // about all of them, and when; kUnknown when nothing. It is what was said, not what may be done:
  // that is decided from the whole ledger (consent/decide.h). Cost follows the person's entries.
  std::pair<ConsentEvent, Timestamp> LastStatement(RecordRef person, Channel channel,
                                                   Purpose purpose) const;

  // The columns, for the engine's evaluators. Not API.
  const internal::Graph& graph() const { return *graph_; }

 private:
  explicit Snapshot(std::shared_ptr<const internal::Graph> graph) : graph_(std::move(graph)) {}
  static std::shared_ptr<const Snapshot> Publish(internal::Graph graph);

  std::shared_ptr<const internal::Graph> graph_;
};

// A past graph, and how many records of each type are left out because they were erased since.
struct PastSnapshot {
  std::shared_ptr<const Snapshot> view;
  std::map<TypeId, int64_t> erased;
};

}  // namespace relata

#endif  // RELATA_ENGINE_SNAPSHOT_H_

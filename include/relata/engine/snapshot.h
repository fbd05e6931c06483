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
// Tables are loaded from the store when first asked for: `Loaded` says which are here. Asking a
// table that is not loaded is a bug of the caller; the engine loads what a question names before it
// asks.
//
// Immutable and thread-safe; shared by `std::shared_ptr<const Snapshot>`. Spans and views that it
// returns live as long as the snapshot.

#ifndef RELATA_ENGINE_SNAPSHOT_H_
#define RELATA_ENGINE_SNAPSHOT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "relata/base/id.h"
#include "relata/base/status.h"
#include "relata/base/time.h"
#include "relata/model/consent_entry.h"
#include "relata/model/schema.h"
#include "relata/model/value.h"

namespace relata {

struct CommitBatch;  // storage/store.h
class StoreReader;

inline constexpr int64_t kChunkRows = 4096;

// An event named inside a snapshot: its type and its place in the type's table, in seq order.
struct EventRef {
  TypeId type = kNoType;
  int64_t place = -1;

  friend constexpr auto operator<=>(const EventRef&, const EventRef&) = default;
};

class Snapshot {
 public:
  // The empty graph of a schema: commit 0, every table loaded and empty.
  static std::shared_ptr<const Snapshot> Empty(std::shared_ptr<const Schema> schema);

  // The graph at the reader's head with the ledger, aliases and external keys' bookkeeping but no
  // table loaded. DataLoss when what is stored does not fit the schema.
  static absl::StatusOr<std::shared_ptr<const Snapshot>> Open(std::shared_ptr<const Schema> schema,
                                                              StoreReader& reader);

  // This graph with these tables loaded too. The reader must stand at commit(): FailedPrecondition
  // otherwise. Tables already loaded cost nothing.
  absl::StatusOr<std::shared_ptr<const Snapshot>> Load(std::span<const TypeId> types,
                                                       StoreReader& reader) const;

  // This graph after one more commit. The batch must be valid against the schema (the engine
  // checks); cost follows the batch. Writes to tables that are not loaded are left to the store.
  std::shared_ptr<const Snapshot> With(const CommitBatch& batch) const;

  // This graph brought to the reader's head by reading the changes since commit(): what another
  // process wrote. Cost follows what was written.
  absl::StatusOr<std::shared_ptr<const Snapshot>> CatchUp(StoreReader& reader) const;

  // The same graph under a schema that extends this one.
  std::shared_ptr<const Snapshot> WithSchema(std::shared_ptr<const Schema> schema) const;

  ~Snapshot();

  CommitId commit() const;
  Timestamp recorded() const;  // of commit(); Timestamp::kMin when empty
  Seq last_seq() const;
  const Schema& schema() const;
  const std::shared_ptr<const Schema>& shared_schema() const;
  bool Loaded(TypeId type) const;
  // Bytes held by the loaded columns and indexes of a table.
  size_t MemoryUsed(TypeId type) const;

  // --- Records
  // -------------------------------------------------------------------------------------

  // One past the highest row ever given out; rows below it may be deleted.
  Row RowLimit(TypeId type) const;
  // How many records exist.
  int64_t Count(TypeId type) const;
  // False for a row that was never given out or is deleted. A merged record exists no more.
  bool Exists(RecordRef record) const;
  // The record itself, or the one it was merged into, however often.
  RecordRef Resolve(RecordRef record) const;
  // The field's value; null when absent, when the record does not exist, or when it is no field of
  // the type. Links are returned as written, not resolved.
  Value Get(RecordRef record, FieldId field) const;
  // Nil when the record was never created.
  Uuid Id(RecordRef record) const;
  // The record with this public id, deleted or not; none when there is none. Cost: one hash look-up
  // once the type's id index is built (first call on a type builds it).
  RecordRef Find(TypeId type, const Uuid& id) const;

  // Appends to `out` the rows of `child` whose `link` field names `parent` (aliases of it
  // included), existing ones only, in row order. Cost follows their number once the reverse index
  // is built (first call on a link builds it).
  void Children(RecordRef parent, TypeId child, FieldId link, std::vector<Row>& out) const;

  // --- Events
  // --------------------------------------------------------------------------------------

  int64_t EventCount(TypeId type) const;
  // Appends the places of the subject's events of a type (aliases included), in (at, seq) order.
  void Events(RecordRef subject, TypeId type, std::vector<int64_t>& out) const;
  Seq EventSeq(EventRef event) const;
  RecordRef EventSubject(EventRef event) const;
  Timestamp EventAt(EventRef event) const;
  Value EventField(EventRef event, FieldId field) const;

  // --- Consent
  // -------------------------------------------------------------------------------------

  // Every ledger entry that may speak about this person or one of these points, in (at, seq) order:
  // entries of the person and of those merged into it, and entries of the points whoever made them.
  std::vector<const ConsentEntry*> Ledger(RecordRef person,
                                          std::span<const RecordRef> points) const;
  int64_t LedgerSize() const;

 private:
  struct Graph;
  explicit Snapshot(std::shared_ptr<const Graph> graph);

  std::shared_ptr<const Graph> graph_;
};

}  // namespace relata

#endif  // RELATA_ENGINE_SNAPSHOT_H_

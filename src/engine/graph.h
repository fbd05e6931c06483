// SPDX-License-Identifier: Apache-2.0
//
// What a snapshot holds: one table a type, the ledger, the aliases. For the snapshot itself and the
// evaluators of the engine.
//
// Every member is shared with other snapshots where it can be (cow.h). A Graph under a GraphEditor
// belongs to one thread; a published one is immutable.

#ifndef RELATA_SRC_ENGINE_GRAPH_H_
#define RELATA_SRC_ENGINE_GRAPH_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "codec/pack.h"
#include "engine/columns.h"
#include "engine/relation.h"
#include "engine/statements.h"
#include "engine/summary.h"
#include "relata/engine/snapshot.h"
#include "relata/storage/store.h"

namespace relata::internal {

// Rows by public id: blocks of slots, each with a part of the hash, so that most look-ups touch one
// line of memory; built wider when the number of ids has grown by half.
class IdIndex {
 public:
  explicit IdIndex(size_t expected = 0);
  void Add(const Uuid& id, Row row, EditToken edit);
  void Remove(const Uuid& id, Row row, EditToken edit);
  // To be built anew; ids added since may be missing.
  bool full() const { return crowded_ || count_ * 4 > block_count_ * kSlots * 3; }
  size_t MemoryUsed() const { return block_count_ * (sizeof(Block) + 40); }

  // The row for which `has(row)` says that it carries `id`; kNoRow when there is none.
  template <class Has>
  Row Find(const Uuid& id, const Has& has) const {
    const uint64_t hash = Hash(id);
    const auto tag = static_cast<uint32_t>(hash >> 32);
    const Block* block = blocks_[hash % block_count_];
    if (block == nullptr) return kNoRow;
    for (size_t i = 0; i < kSlots; ++i) {
      const Entry& entry = block->slots[(tag + i) % kSlots];
      if (entry.row == kFree) return kNoRow;
      if (entry.tag == tag && entry.row != kGone && has(Row{entry.row})) return entry.row;
    }
    return kNoRow;
  }

 private:
  static constexpr size_t kSlots = 512;
  static constexpr uint32_t kFree = 0xffffffff;
  static constexpr uint32_t kGone = 0xfffffffe;  // was taken out: others may stand behind it
  struct Entry {
    uint32_t tag = 0;
    uint32_t row = kFree;
  };
  struct Block {
    std::array<Entry, kSlots> slots;
  };
  static uint64_t Hash(const Uuid& id);

  size_t block_count_;
  size_t count_ = 0;
  bool crowded_ = false;  // a block had no room
  Directory<Block> blocks_;
};

struct RecordTable {
  explicit RecordTable(const TypeDef& type);
  RecordTable() = default;

  // The column of a field, created_at and updated_at included; nullptr when there is none or it is
  // not loaded.
  const ChunkedColumn* Column(FieldId field) const;
  bool Exists(Row row) const;
  bool Stored(Row row) const;
  Uuid Id(Row row) const;
  // The records whose link `field` names a parent. Built when first asked for.
  const Relation& Reverse(FieldId field) const;
  const IdIndex& ById() const;
  // What the parents that `links` names have of these records, and of `values` when there is such a
  // column; the columns are this table's. nullptr when it is not up to date and not to be made.
  Summaries::Value SummaryOf(const ChunkedColumn& links, const ChunkedColumn* values,
                             bool make) const;
  size_t MemoryUsed() const;

  Row limit = 0;
  int64_t count = 0;            // of `exists`
  Directory<ChunkBits> stored;  // created and not deleted
  Directory<ChunkBits> exists;  // stored and not merged into another
  bool ids_loaded = true;
  Directory<std::vector<Uuid>> ids;
  // See ColumnIndex; empty for a column that is not loaded.
  std::vector<Cow<ChunkedColumn>> columns;
  std::vector<Slot<Relation>> reverse;  // as `columns`; used for links
  Slot<IdIndex> by_id;
  Summaries summaries;
};

// The place of a field among RecordTable::columns: the two instants every record has come first.
std::optional<size_t> ColumnIndex(FieldId field);

struct EventTable {
  explicit EventTable(const TypeDef& type);
  EventTable() = default;

  const ChunkedColumn* Column(FieldId field) const;
  // The events of each subject. Built when first asked for.
  const Relation& BySubject() const;
  // What the subjects have of these events, as RecordTable::SummaryOf.
  Summaries::Value SummaryOf(const ChunkedColumn* values, bool make) const;
  size_t MemoryUsed() const;

  int64_t count = 0;    // places given out
  int64_t dropped = 0;  // of these: empty, the event is not in this graph
  TypeId subject_type = kNoType;
  ChunkedColumn seq;
  ChunkedColumn subject;
  ChunkedColumn at;
  std::vector<Cow<ChunkedColumn>> columns;  // by FieldId; empty for one that is not loaded
  Slot<Relation> by_subject;
  Summaries summaries;
};

struct LedgerTable {
  const Relation& ByPerson() const;
  const Relation& ByPoint() const;
  size_t MemoryUsed() const;

  int64_t count = 0;    // places given out
  int64_t dropped = 0;  // of these: empty
  ChunkedColumn seq{Value::Kind::kInt};
  ChunkedColumn at{Value::Kind::kTimestamp};
  ChunkedColumn person{Value::Kind::kRecord};
  ChunkedColumn point{Value::Kind::kRecord};
  // An entry as the codec takes it apart: few shapes, many entries. One that the codec cannot take
  // apart has no recorded_at, and its shape is the packed entry as it is.
  ChunkedColumn recorded_at{Value::Kind::kTimestamp};
  ChunkedColumn shape{Value::Kind::kText};
  Slot<Relation> by_person;
  Slot<Relation> by_point;
  KeptStatements statements;
};

// Whether what was said is a statement of a person about being contacted that names the channel and
// the purpose, or leaves them open.
bool Covers(const StatementShape& said, Channel channel, Purpose purpose);

// The aliases in force of one type of loser.
struct AliasTable {
  ChunkedColumn winner{Value::Kind::kRecord};
  ChunkedColumn from{Value::Kind::kInt};  // the commit that made it
  Relation losers;
  int64_t count = 0;
};

struct Graph {
  std::shared_ptr<const Schema> schema;
  CommitId commit = 0;
  Timestamp recorded = Timestamp::kMin;
  Seq last_seq = 0;
  bool past = false;  // made by Snapshot::Rewind
  std::optional<Timestamp> past_at;
  // By TypeId; empty for a table that is not loaded or is of the other kind.
  std::vector<Cow<RecordTable>> records;
  std::vector<Cow<EventTable>> events;
  std::vector<Cow<AliasTable>> aliases;
  int64_t alias_count = 0;  // in force, of all types
  Cow<LedgerTable> ledger;
  bool ledger_loaded = false;

  // nullptr when the type is not loaded.
  const RecordTable* Records(TypeId type) const;
  const EventTable* Events(TypeId type) const;
  bool HasAliases() const { return alias_count > 0; }
  bool Merged(RecordRef record) const;
  RecordRef MergedInto(RecordRef record) const;  // one step; the record itself when not merged
  RecordRef Resolve(RecordRef record) const;
  // Every record that resolves to the same one as `record`, that one first.
  std::vector<RecordRef> Group(RecordRef record) const;
};

// Changes a graph that nobody else has yet.
class GraphEditor {
 public:
  explicit GraphEditor(Graph& graph) : graph_(graph), edit_(NewEdit()) {}

  void Apply(const CommitBatch& batch);

  // Makes room for the schema's types; those from `first_empty` on are loaded and empty.
  void Extend(std::shared_ptr<const Schema> schema, TypeId first_empty);
  // A loaded, empty table in place of none.
  void Begin(TypeId type);
  // A table in place of none whose rows are loaded and none of its columns.
  void BeginBare(TypeId type);
  // Gives the table the columns of `needed` that are not loaded, empty, and returns them; public
  // ids are kIdField.
  std::vector<FieldId> AddColumns(const ColumnsNeeded& needed);
  // Values of columns that were added, for rows that are there.
  void FillRecords(TypeId type, std::span<const FieldId> fields, bool ids, const RecordRows& rows);
  void FillEvents(TypeId type, std::span<const FieldId> fields, int64_t first_place,
                  std::span<const Column> columns);
  void BeginLedger() { graph_.ledger_loaded = true; }
  void SetLimit(TypeId type, Row limit);
  // Records as the store gives them; `fields` names the columns. A record that is there gets the
  // values given and loses the others.
  void PutRecords(TypeId type, std::span<const FieldId> fields, const RecordRows& rows);
  void Delete(TypeId type, Row row);
  void AppendEvents(TypeId type, std::span<const FieldId> fields, std::span<const Seq> seqs,
                    std::span<const Row> subjects, std::span<const Timestamp> at,
                    std::span<const Column> columns);
  void AppendLedger(std::span<const LedgerWrite> lines);
  // Takes what was said out of these entries; they stay where they are and state nothing.
  void EmptyLedger(const std::set<Seq>& gone);
  void Put(const AliasWrite& alias);

  // --- Towards the past

  // As the record was: kCreate brings back one that is not there, kUpdate changes one that is.
  void PutBack(const RecordWrite& write);
  // No row from `limit` on was given out.
  void LowerLimit(TypeId type, Row limit);
  // Takes away the events and ledger entries after `last`, and those of a later instant than `at`.
  void DropEvents(TypeId type, Seq last, std::optional<Timestamp> at);
  void DropLedger(Seq last, std::optional<Timestamp> at);

 private:
  // The table to change.
  RecordTable& EditRecords(TypeId type);
  EventTable& EditEvents(TypeId type);
  LedgerTable& EditLedger();
  // Before and after a row changes, in one column or as a whole: the summaries will look anew at
  // what the parents have that it names.
  static void NoteParents(RecordTable& table, Row row, std::optional<size_t> column = {});
  void Put(const RecordWrite& write);
  void Append(const EventBatch& batch);
  void Create(RecordTable& table, TypeId type, Row row, const Uuid& id);
  void CreateAll(RecordTable& table, TypeId type, std::span<const Row> rows);
  void SetField(RecordTable& table, Row row, FieldId field, const Value& value);
  void SetLink(RecordTable& table, size_t column, Row row, RecordRef to);
  void RefreshExists(RecordTable& table, TypeId type, Row row);

  Graph& graph_;
  const EditToken edit_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_GRAPH_H_

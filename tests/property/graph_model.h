// SPDX-License-Identifier: Apache-2.0
//
// A customer graph kept as plain maps, random commits for it, and a description of what it says
// that can be compared, line by line, with what a Snapshot says.

#ifndef RELATA_TESTS_PROPERTY_GRAPH_MODEL_H_
#define RELATA_TESTS_PROPERTY_GRAPH_MODEL_H_

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "relata/engine/snapshot.h"
#include "relata/model/schema.h"
#include "relata/storage/store.h"

namespace relata::testing {

// Accounts, contacts and points; page views and calls. Every kind of field occurs.
std::shared_ptr<const Schema> GraphSchema();

// The ids of GraphSchema's types.
inline constexpr TypeId kAccount = 0;
inline constexpr TypeId kContact = 1;
inline constexpr TypeId kPoint = 2;
inline constexpr TypeId kPageView = 3;
inline constexpr TypeId kCall = 4;

class GraphModel {
 public:
  explicit GraphModel(std::shared_ptr<const Schema> schema) : schema_(std::move(schema)) {}

  void Apply(const CommitBatch& batch);
  RecordRef Resolve(RecordRef record) const;
  bool Stored(RecordRef record) const;
  bool Exists(RecordRef record) const;
  // What a snapshot must say, see Describe below.
  std::vector<std::string> Describe() const;

  struct Record {
    Uuid id;
    bool stored = false;
    std::map<FieldId, Value> values;
  };
  struct Event {
    Seq seq = 0;
    Row subject = kNoRow;
    Timestamp at;
    std::map<FieldId, Value> values;
  };
  const Schema& schema() const { return *schema_; }
  const std::map<TypeId, std::vector<Record>>& records() const { return records_; }
  const std::map<RecordRef, std::pair<RecordRef, CommitId>>& aliases() const { return aliases_; }
  CommitId commit() const { return commit_; }
  Seq last_seq() const { return last_seq_; }

 private:
  std::shared_ptr<const Schema> schema_;
  std::map<TypeId, std::vector<Record>> records_;
  std::map<TypeId, std::vector<Event>> events_;
  std::vector<LedgerWrite> ledger_;
  std::map<RecordRef, std::pair<RecordRef, CommitId>> aliases_;
  CommitId commit_ = 0;
  Seq last_seq_ = 0;
};

// Everything the snapshot answers, one line a fact: records with all fields, look-ups by id,
// children of every parent over every link, events of every subject, ledgers.
std::vector<std::string> Describe(const Snapshot& snapshot);

// Random commits that fit a model as it stands.
class CommitSource {
 public:
  // With `circles` a tree's links may lead round in one, as no commit of an engine leaves them.
  explicit CommitSource(uint64_t seed, bool circles = true) : random_(seed), circles_(circles) {}

  // `size` is about how many records and events the commit writes.
  CommitBatch Next(const GraphModel& model, int size);
  // One commit that creates `rows` records of a type at once, as an import does.
  CommitBatch Bulk(const GraphModel& model, TypeId type, int64_t rows);

  int64_t Below(int64_t n) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(n)); }
  bool Chance(int percent) { return Below(100) < percent; }
  Value AnyValue(const GraphModel& model, const FieldDef& field);

 private:
  void AddRecords(const GraphModel& model, int size, CommitBatch& batch);
  void AddEvents(const GraphModel& model, TypeId type, int size, CommitBatch& batch);
  void AddLedger(const GraphModel& model, int size, CommitBatch& batch);
  void AddAliases(const GraphModel& model, CommitBatch& batch);
  void AddChanges(CommitBatch& batch);
  CommitBatch Begin(const GraphModel& model);
  void Write(const GraphModel& model, RecordWrite write, CommitBatch& batch);
  RecordRef AnyRecord(const GraphModel& model, TypeId type);
  Timestamp AnyInstant();
  Uuid NewId();

  std::mt19937_64 random_;
  bool circles_;
};

}  // namespace relata::testing

#endif  // RELATA_TESTS_PROPERTY_GRAPH_MODEL_H_

// SPDX-License-Identifier: Apache-2.0
//
// A few records as expressions see them, read from the store as they are asked for: for deciding
// again on what a statement has found without loading the tables it was found in.
//
// Whatever is read is read for all records that are known to be asked about: the rows of a link's
// targets, the children of all parents at once. Cost and memory follow those records.

#ifndef RELATA_SRC_ENGINE_STORE_VIEW_H_
#define RELATA_SRC_ENGINE_STORE_VIEW_H_

#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "engine/graph.h"
#include "relata/expression/graph_view.h"
#include "relata/expression/plan.h"
#include "relata/storage/pushdown.h"
#include "relata/storage/store.h"

namespace relata::internal {

// Single-thread; graph, reader and sql must outlive it. Of the graph only schema and aliases are
// used; the reader must stand at its commit.
class StoreView : public GraphView {
 public:
  StoreView(const Graph& graph, StoreReader& reader, SqlReader& sql)
      : graph_(graph), reader_(reader), sql_(sql) {}

  // Whether the plan asks of records nothing but fields, links, children that SQL can find and
  // events; else the tables have to be loaded.
  static bool Answers(const Plan& plan, const SqlReader& sql);
  // Names the columns that will be asked for. To be called once.
  absl::Status Start(std::span<const ColumnsNeeded> columns);
  // These records will be asked about.
  void Expect(TypeId type, std::span<const Row> rows);
  // The first failure of the store; what was answered since is worth nothing.
  const absl::Status& status() const { return status_; }

  Value Field(RecordRef record, FieldId field) const override;
  void Children(RecordRef parent, TypeId child, FieldId link,
                std::vector<RecordRef>& out) const override;
  void Events(RecordRef subject, TypeId event_type, std::vector<RecordRef>& out) const override;
  Value EventField(RecordRef event, FieldId field) const override;

 private:
  struct Record {
    Uuid id;
    std::vector<Value> values;  // of the table's fields
  };
  struct Event {
    Row subject = kNoRow;
    Timestamp at;
    std::vector<Value> values;
  };
  struct Table {
    std::vector<FieldId> fields;
    std::map<Row, std::optional<Record>> records;  // nothing for one that is deleted
    std::set<Row> pending;                         // to be read with the next
    std::vector<Event> events;                     // by the row of their references
  };
  // The children of the rows of one type by one link.
  struct ChildLists {
    std::map<Row, std::vector<Row>> by_parent;
  };

  Table& TableOf(TypeId type) const { return tables_[type]; }
  // Nullptr when it is deleted, merged or was never there.
  const Record* Find(RecordRef record) const;
  void ReadPending(TypeId type) const;
  void ReadChildren(TypeId parent_type, TypeId child, FieldId link, ChildLists& lists,
                    std::vector<Row> parents) const;
  Value Resolved(Value value) const;
  void Keep(absl::Status status) const {
    if (status_.ok()) status_ = std::move(status);
  }

  const Graph& graph_;
  StoreReader& reader_;
  SqlReader& sql_;
  mutable std::map<TypeId, Table> tables_;
  mutable std::map<std::pair<TypeId, std::pair<TypeId, FieldId>>, ChildLists> children_;
  mutable absl::Status status_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_STORE_VIEW_H_

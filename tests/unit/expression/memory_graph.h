// SPDX-License-Identifier: Apache-2.0
//
// A small customer graph in memory for tests of expressions.

#ifndef RELATA_TESTS_UNIT_EXPRESSION_MEMORY_GRAPH_H_
#define RELATA_TESTS_UNIT_EXPRESSION_MEMORY_GRAPH_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "relata/expression/evaluate.h"
#include "relata/expression/expression.h"
#include "relata/expression/graph_view.h"
#include "relata/model/schema.h"

namespace relata::testing {

using Fields = std::vector<std::pair<std::string, Value>>;

// Accounts in a tree with contacts, orders of contacts, page views of contacts.
const Schema& SmallSchema();

class MemoryGraph : public GraphView {
 public:
  explicit MemoryGraph(const Schema& schema = SmallSchema()) : schema_(schema) {}

  TypeId TypeOf(std::string_view name) const { return schema_.Find(name)->id; }
  RecordRef Add(std::string_view type, const Fields& fields);
  RecordRef AddEvent(std::string_view type, RecordRef subject, Timestamp at, const Fields& fields);
  void Delete(RecordRef record) {
    records_[record.type][static_cast<size_t>(record.row)].exists = false;
  }
  size_t Count(TypeId type) const;
  bool Exists(RecordRef record) const;
  // What is stored, whether or not the record exists or a link leads anywhere.
  Value Raw(RecordRef record, FieldId field) const;

  Value Field(RecordRef record, FieldId field) const override;
  void Children(RecordRef parent, TypeId child, FieldId link,
                std::vector<RecordRef>& out) const override;
  void Events(RecordRef subject, TypeId event_type, std::vector<RecordRef>& out) const override;
  Value EventField(RecordRef event, FieldId field) const override;
  absl::StatusOr<bool> InSegment(std::string_view name, RecordRef record) const override;
  absl::StatusOr<double> Score(std::string_view name, RecordRef record) const override;
  absl::StatusOr<Money> Convert(const Money& amount, Currency currency,
                                Timestamp at) const override;
  // Every text was "BE" until ten days before kNow.
  absl::StatusOr<Value> FieldAt(RecordRef record, FieldId field, Timestamp at) const override;
  absl::StatusOr<std::optional<Timestamp>> LastChange(RecordRef record,
                                                      FieldId field) const override;

 private:
  struct Stored {
    bool exists = true;
    RecordRef subject;
    Timestamp at;
    std::map<FieldId, Value> values;
  };
  const Schema& schema_;
  std::map<TypeId, std::vector<Stored>> records_;
};

// 2026-03-15T12:00:00Z, a Sunday.
inline constexpr Timestamp kNow{1'773'576'000'000'000};

// A context over `graph` at kNow in UTC.
EvaluationContext ContextOf(const GraphView& graph);

// Checks `text` as a condition or value about records of `type`.
CheckedExpression CheckAbout(std::string_view type, std::string_view text,
                             const std::vector<std::pair<std::string, ValueType>>& parameters = {});

// The result for one record as JSON, or "error: ...". Fails the test when the text does not check.
std::string Ask(const MemoryGraph& graph, RecordRef subject, std::string_view text);

}  // namespace relata::testing

#endif  // RELATA_TESTS_UNIT_EXPRESSION_MEMORY_GRAPH_H_

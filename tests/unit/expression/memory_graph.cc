// SPDX-License-Identifier: Apache-2.0

#include "unit/expression/memory_graph.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/strings.h"
#include "relata/expression/json.h"

namespace relata::testing {
namespace {

constexpr const char* kTypes[] = {
    R"({"name": "account", "fields": [
        {"name": "name", "kind": "text", "required": true},
        {"name": "industry", "kind": "text"},
        {"name": "headcount", "kind": "int"},
        {"name": "revenue", "kind": "money"},
        {"name": "parent", "kind": "link", "target": "account", "inverse": "children"}]})",
    R"({"name": "contact", "fields": [
        {"name": "country", "kind": "text"},
        {"name": "email", "kind": "text"},
        {"name": "active", "kind": "bool"},
        {"name": "visits", "kind": "int"},
        {"name": "rate", "kind": "double"},
        {"name": "budget", "kind": "money"},
        {"name": "birth_date", "kind": "date"},
        {"name": "since", "kind": "timestamp"},
        {"name": "delay", "kind": "duration"},
        {"name": "interests", "kind": "text_list"},
        {"name": "account", "kind": "link", "target": "account", "inverse": "contacts"}]})",
    R"({"name": "order", "fields": [
        {"name": "net", "kind": "money"},
        {"name": "quantity", "kind": "int"},
        {"name": "placed_at", "kind": "timestamp"},
        {"name": "contact", "kind": "link", "target": "contact", "inverse": "orders"}]})",
    R"({"name": "page_view", "subject": "contact", "fields": [
        {"name": "path", "kind": "text"},
        {"name": "seconds", "kind": "int"}]})",
};

Schema BuildSchema() {
  Schema schema;
  for (const char* json : kTypes) {
    absl::StatusOr<TypeDef> type = ParseTypeDef(json);
    if (!type.ok()) {
      ADD_FAILURE() << Message(type.status());
      return schema;
    }
    absl::StatusOr<Schema> next = schema.WithType(*type);
    if (!next.ok()) {
      ADD_FAILURE() << Message(next.status());
      return schema;
    }
    schema = *std::move(next);
  }
  PathDef path;
  path.name = "ancestors";
  path.path = "parent+";
  absl::StatusOr<Schema> next = schema.WithPath(schema.Find("account")->id, path);
  if (next.ok()) schema = *std::move(next);
  return schema;
}

}  // namespace

const Schema& SmallSchema() {
  static const Schema schema = BuildSchema();
  return schema;
}

RecordRef MemoryGraph::Add(std::string_view type, const Fields& fields) {
  const TypeDef& def = *schema_.Find(type);
  Stored stored;
  for (const auto& [name, value] : fields) {
    const FieldDef* field = def.FindField(name);
    EXPECT_NE(field, nullptr) << name;
    stored.values.emplace(field->id, value);
  }
  std::vector<Stored>& rows = records_[def.id];
  rows.push_back(std::move(stored));
  return {def.id, static_cast<Row>(rows.size()) - 1};
}

RecordRef MemoryGraph::AddEvent(std::string_view type, RecordRef subject, Timestamp at,
                                const Fields& fields) {
  const RecordRef event = Add(type, fields);
  Stored& stored = records_[event.type].back();
  stored.subject = subject;
  stored.at = at;
  return event;
}

size_t MemoryGraph::Count(TypeId type) const {
  const auto it = records_.find(type);
  return it == records_.end() ? 0 : it->second.size();
}

bool MemoryGraph::Exists(RecordRef record) const {
  return !record.none() && record.row < static_cast<Row>(Count(record.type)) &&
         records_.at(record.type)[static_cast<size_t>(record.row)].exists;
}

Value MemoryGraph::Raw(RecordRef record, FieldId field) const {
  const Stored& stored = records_.at(record.type)[static_cast<size_t>(record.row)];
  if (field == kAtField) return Value::Time(stored.at);
  if (field == kSubjectField) return Value::Record(stored.subject);
  const auto it = stored.values.find(field);
  return it == stored.values.end() ? Value() : it->second;
}

Value MemoryGraph::Field(RecordRef record, FieldId field) const {
  if (!Exists(record)) return Value();
  if (field == kIdField) return Value::Text(internal::Concat(record.type, "-", record.row));
  const Stored& stored = records_.at(record.type)[static_cast<size_t>(record.row)];
  const auto it = stored.values.find(field);
  if (it == stored.values.end()) return Value();
  if (it->second.is(Value::Kind::kRecord) && !Exists(it->second.record())) return Value();
  return it->second;
}

void MemoryGraph::Children(RecordRef parent, TypeId child, FieldId link,
                           std::vector<RecordRef>& out) const {
  for (Row row = 0; row < static_cast<Row>(Count(child)); ++row) {
    const Value v = Field({child, row}, link);
    if (v.is(Value::Kind::kRecord) && v.record() == parent) out.push_back({child, row});
  }
}

void MemoryGraph::Events(RecordRef subject, TypeId event_type, std::vector<RecordRef>& out) const {
  const size_t first = out.size();
  for (Row row = 0; row < static_cast<Row>(Count(event_type)); ++row) {
    if (records_.at(event_type)[static_cast<size_t>(row)].subject == subject) {
      out.push_back({event_type, row});
    }
  }
  std::stable_sort(
      out.begin() + static_cast<ptrdiff_t>(first), out.end(), [&](RecordRef a, RecordRef b) {
        return EventField(a, kAtField).timestamp() < EventField(b, kAtField).timestamp();
      });
}

Value MemoryGraph::EventField(RecordRef event, FieldId field) const {
  const Stored& stored = records_.at(event.type)[static_cast<size_t>(event.row)];
  if (field == kAtField) return Value::Time(stored.at);
  if (field == kSubjectField) return Value::Record(stored.subject);
  return Field(event, field);
}

absl::StatusOr<bool> MemoryGraph::InSegment(std::string_view name, RecordRef record) const {
  if (name != "even") return FailedPrecondition("no such segment");
  return record.row % 2 == 0;
}

absl::StatusOr<double> MemoryGraph::Score(std::string_view name, RecordRef record) const {
  if (name != "fit") return NotFound(internal::Concat("no score '", name, "'"));
  return static_cast<double>(record.row) * 10;
}

absl::StatusOr<Money> MemoryGraph::Convert(const Money& amount, Currency currency,
                                           Timestamp) const {
  if (currency.ToString() != "EUR") return NotFound("no rate");
  return Money{amount.units / 2, currency};
}

absl::StatusOr<Value> MemoryGraph::FieldAt(RecordRef record, FieldId field, Timestamp at) const {
  return at < kNow - Days(10) ? Value::Text("BE") : Field(record, field);
}

absl::StatusOr<std::optional<Timestamp>> MemoryGraph::LastChange(RecordRef, FieldId) const {
  return std::optional<Timestamp>(kNow - Days(10));
}

EvaluationContext ContextOf(const GraphView& graph) {
  EvaluationContext context;
  context.view = &graph;
  context.now = kNow;
  return context;
}

CheckedExpression CheckAbout(std::string_view type, std::string_view text,
                             const std::vector<std::pair<std::string, ValueType>>& parameters) {
  CheckOptions options;
  options.schema = &SmallSchema();
  options.subject = SmallSchema().Find(type)->id;
  options.parameters = parameters;
  return Check(text, options);
}

std::string Ask(const MemoryGraph& graph, RecordRef subject, std::string_view text) {
  const CheckedExpression checked = CheckAbout(SmallSchema().type(subject.type).name, text);
  EXPECT_TRUE(checked.ok()) << Message(checked.status());
  if (!checked.ok()) return "unchecked";
  const absl::StatusOr<EvalResult> result =
      Evaluate(checked.shared_plan(), subject, ContextOf(graph));
  if (!result.ok()) return internal::Concat("status: ", Message(result.status()));
  return result->ok() ? ValueToJson(result->value) : internal::Concat("error: ", result->error);
}

}  // namespace relata::testing

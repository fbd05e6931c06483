// SPDX-License-Identifier: Apache-2.0
//
// Any bytes are parsed as an expression, checked about a record and dynamically, and evaluated: a
// tree or an issue that says why not, a value, an error value or a Status, within the cost limit.
// Explaining and lowering to SQL take whatever checks.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "relata/expression/evaluate.h"
#include "relata/expression/explanation.h"
#include "relata/expression/expression.h"
#include "relata/expression/json.h"
#include "relata/expression/sql.h"
#include "relata/model/schema.h"

namespace {

using relata::Schema;
using relata::TypeId;
using relata::Value;

const Schema& TheSchema() {
  static const Schema schema = [] {
    Schema s;
    for (const char* json : {R"({"name": "contact", "fields": [
              {"name": "country", "kind": "text"}, {"name": "visits", "kind": "int"},
              {"name": "budget", "kind": "money"}, {"name": "since", "kind": "timestamp"},
              {"name": "parent", "kind": "link", "target": "contact", "inverse": "children"}]})",
                             R"({"name": "page_view", "subject": "contact",
              "fields": [{"name": "path", "kind": "text"}]})"}) {
      const absl::StatusOr<relata::TypeDef> type = relata::ParseTypeDef(json);
      if (!type.ok()) std::abort();
      absl::StatusOr<Schema> next = s.WithType(*type);
      if (!next.ok()) std::abort();
      s = *std::move(next);
    }
    return s;
  }();
  return schema;
}

// One contact, which is its own parent.
class OneContact : public relata::GraphView {
 public:
  Value Field(relata::RecordRef record, relata::FieldId field) const override {
    const relata::FieldDef* def = TheSchema().type(record.type).field(field);
    if (def == nullptr) return Value();
    return def->is_link()           ? Value::Record(record)
           : def->name == "country" ? Value::Text("FR")
           : def->name == "visits"  ? Value::Int(3)
                                    : Value();
  }
  void Children(relata::RecordRef parent, TypeId, relata::FieldId,
                std::vector<relata::RecordRef>& out) const override {
    out.push_back(parent);
  }
  void Events(relata::RecordRef, TypeId type, std::vector<relata::RecordRef>& out) const override {
    out.push_back({type, 0});
  }
  Value EventField(relata::RecordRef, relata::FieldId field) const override {
    return field == relata::kAtField ? Value::Time({0}) : Value();
  }
};

class Names : public relata::SqlNames {
 public:
  std::string Table(TypeId type) const override { return TheSchema().type(type).name; }
  std::string Column(TypeId type, relata::FieldId field, const std::string& alias) const override {
    const relata::FieldDef* def = TheSchema().type(type).field(field);
    return def == nullptr ? "" : alias + "." + def->name;
  }
  std::string CurrencyColumn(TypeId, relata::FieldId, const std::string& alias) const override {
    return alias + ".currency";
  }
};

void Run(std::string_view text, const relata::CheckOptions& options) {
  const relata::CheckedExpression checked = relata::Check(text, options);
  for (const relata::ExpressionIssue& issue : checked.issues()) {
    if (issue.message.empty() || issue.span.begin > issue.span.end) std::abort();
    relata::FormatIssueWithCaret(text, issue);
  }
  if (!checked.ok()) {
    if (checked.status().ok()) std::abort();
    return;
  }
  const OneContact graph;
  relata::EvaluationContext context;
  context.view = &graph;
  context.cost_limit = 20'000;
  const relata::RecordRef contact{0, 0};
  const absl::StatusOr<relata::EvalResult> result =
      relata::Evaluate(checked.shared_plan(), contact, context);
  if (result.ok() && result->ok()) relata::ValueToJson(result->value);
  const absl::StatusOr<relata::Explanation> why =
      relata::Explain(checked.shared_plan(), contact, context);
  if (why.ok() != result.ok() || (why.ok() && why->result != result->tri())) std::abort();
  relata::ToString(checked.plan());
  if (options.schema != nullptr) relata::LowerToSql(checked.shared_plan(), context, Names());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  relata::CheckOptions about;
  about.schema = &TheSchema();
  about.subject = 0;
  Run(text, about);
  relata::CheckOptions dynamic;
  dynamic.checking = relata::Checking::kDynamic;
  dynamic.block_macros = true;
  Run(text, dynamic);
  if (const absl::StatusOr<Value> value = relata::ValueFromJson(text); value.ok()) {
    relata::ValueToJson(*value);
  }
  return 0;
}

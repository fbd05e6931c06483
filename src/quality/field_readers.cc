// SPDX-License-Identifier: Apache-2.0
#include "relata/quality/field_readers.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

#include "base/strings.h"
#include "relata/expression/expression.h"

namespace relata {

using internal::Concat;
using Json = nlohmann::json;

namespace {

using FieldName = std::pair<TypeId, FieldId>;

// The fields read by every text of a definition that is an expression over its type. Which members
// hold expressions is the business of the room that defines them; a text that is none (a label, a
// name) does not check, or reads nothing.
void Collect(const Json& json, const CheckOptions& options, std::set<FieldName>* fields) {
  if (json.is_structured()) {
    for (const Json& part : json) Collect(part, options, fields);
    return;
  }
  if (!json.is_string()) return;
  const CheckedExpression checked = Check(*json.get_ptr<const std::string*>(), options);
  if (!checked.ok()) return;
  const PathsRead& paths = checked.plan().paths();
  for (const auto* list : {&paths.fields, &paths.links, &paths.reverses}) {
    fields->insert(list->begin(), list->end());
  }
}

}  // namespace

std::vector<FieldReader> FindFieldReaders(const Crm& crm) {
  const std::shared_ptr<const Schema> schema = crm.schema();
  std::vector<FieldReader> readers;
  for (const char* kind : {"segment", "score", "pipeline", "workflow"}) {
    for (const Definition& definition : crm.Definitions(kind)) {
      const Json body = Json::parse(definition.body, nullptr, /*allow_exceptions=*/false);
      if (!body.is_object() || !body.contains("type") || !body["type"].is_string()) continue;
      const TypeDef* type = schema->Find(body["type"].get_ref<const std::string&>());
      if (type == nullptr) continue;
      CheckOptions options;
      options.schema = schema.get();
      options.subject = type->id;
      std::set<FieldName> fields;
      Collect(body, options, &fields);
      for (const auto& [of, field] : fields) {
        if (field <= kMaxDeclaredField) {
          readers.push_back({of, field, Concat(kind, " ", definition.name)});
        }
      }
    }
  }
  return readers;
}

}  // namespace relata

// SPDX-License-Identifier: Apache-2.0
//
// The features a model takes when nobody names them.

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "engine/conditions.h"
#include "relata/score/model.h"

namespace relata {
namespace {

using internal::Concat;

bool ServesPurpose(const FieldDef& field, std::string_view purpose) {
  return purpose.empty() || field.purposes.empty() ||
         std::find(field.purposes.begin(), field.purposes.end(), purpose) != field.purposes.end();
}

// Names, addresses and secrets tell who somebody is, not what they will do.
bool IsPersonal(const FieldDef& field) {
  return field.personal == Personal::kIdentity || field.personal == Personal::kContact ||
         field.personal == Personal::kSensitive;
}

bool IsFewValued(FieldKind kind) {
  return kind == FieldKind::kChoice || kind == FieldKind::kBool || kind == FieldKind::kInt ||
         kind == FieldKind::kDouble || kind == FieldKind::kMoney;
}

bool IsScalar(FieldKind kind) {
  return IsFewValued(kind) || kind == FieldKind::kText || kind == FieldKind::kTimestamp ||
         kind == FieldKind::kDate || kind == FieldKind::kDuration;
}

void AddLinked(const Schema& schema, const TypeDef& type, const FieldDef& link,
               std::string_view purpose, std::vector<std::string>& features) {
  for (const FieldDef& field : schema.type(link.target).fields) {
    if (!field.readable() || !IsFewValued(field.kind) || IsPersonal(field) || field.free_text ||
        !ServesPurpose(field, purpose)) {
      continue;
    }
    features.push_back(Concat(type.name, ".", link.name, ".", field.name));
  }
}

}  // namespace

absl::StatusOr<std::vector<std::string>> AutoFeatures(const Crm& crm, std::string_view type_name,
                                                      std::string_view target,
                                                      std::string_view purpose) {
  RELATA_ASSIGN_OR_RETURN(
      const internal::Condition condition,
      internal::CheckCondition(crm, type_name, target, {}, ValueType::Kind::kBool));
  const std::shared_ptr<const Schema> schema = crm.schema();
  const TypeDef& type = schema->type(condition.type);
  const PathsRead& read = condition.expression->plan().paths();
  std::set<std::pair<TypeId, FieldId>> by_target(read.fields.begin(), read.fields.end());
  const std::set<TypeId> target_events(read.events.begin(), read.events.end());
  std::vector<std::string> features;
  for (const FieldDef& field : type.fields) {
    const bool titles =
        std::find(type.title.begin(), type.title.end(), field.name) != type.title.end();
    if (!field.readable() || titles || field.unique || field.free_text || IsPersonal(field) ||
        by_target.contains({type.id, field.id}) || !ServesPurpose(field, purpose)) {
      continue;
    }
    if (IsScalar(field.kind)) features.push_back(Concat(type.name, ".", field.name));
    if (field.is_link() && field.target != type.id) {
      AddLinked(*schema, type, field, purpose, features);
    }
  }
  for (const TypeDef* each : schema->types()) {
    const TypeDef& event = *each;
    if (!event.event || event.subject != type.id || target_events.contains(event.id)) continue;
    features.push_back(Concat(type.name, ".events('", event.name,
                              "').filter(e, e.at > now - days(90) && e.at <= now).size()"));
  }
  return features;
}

}  // namespace relata

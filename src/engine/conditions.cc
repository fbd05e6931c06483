// SPDX-License-Identifier: Apache-2.0

#include "engine/conditions.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "engine/access_log.h"
#include "engine/definitions.h"
#include "engine/engine.h"
#include "nlohmann/json.hpp"

namespace relata::internal {
namespace {

ValueType TypeOf(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kBool:
      return ValueType::Kind::kBool;
    case Value::Kind::kInt:
      return ValueType::Kind::kInt;
    case Value::Kind::kUint:
      return ValueType::Kind::kUint;
    case Value::Kind::kDouble:
      return ValueType::Kind::kDouble;
    case Value::Kind::kText:
      return ValueType::Kind::kString;
    case Value::Kind::kTimestamp:
      return ValueType::Kind::kTimestamp;
    case Value::Kind::kDuration:
      return ValueType::Kind::kDuration;
    case Value::Kind::kDate:
      return ValueType::Kind::kDate;
    case Value::Kind::kMoney:
      return ValueType::Kind::kMoney;
    default:
      return ValueType();
  }
}

// The plans that evaluating `plan` runs: itself and those of the segments and scores it names, each
// once. `seen` collects "segment name" and "score name"; `beside` are segments not saved yet.
absl::Status EachPlan(const Crm& crm, const Plan& plan, std::set<std::string>& seen,
                      const std::function<absl::Status(const Plan&)>& visit,
                      const Conditions& beside = {}) {
  RELATA_RETURN_IF_ERROR(visit(plan));
  for (const std::string& name : plan.paths().segments) {
    if (!seen.insert(Concat("segment ", name)).second) continue;
    const auto given = beside.find(name);
    RELATA_ASSIGN_OR_RETURN(const Condition segment,
                            given != beside.end() ? given->second : FindSegment(crm, name));
    RELATA_RETURN_IF_ERROR(EachPlan(crm, segment.expression->plan(), seen, visit, beside));
  }
  const Hooks& hooks = crm.engine().hooks();
  for (const std::string& name : plan.paths().scores) {
    if (!hooks.score_plans || !seen.insert(Concat("score ", name)).second) continue;
    RELATA_ASSIGN_OR_RETURN(const auto rules, hooks.score_plans(crm, name));
    for (const auto& rule : rules)
      RELATA_RETURN_IF_ERROR(EachPlan(crm, *rule, seen, visit, beside));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Condition> CheckCondition(const Crm& crm, std::string_view type,
                                         std::string_view text,
                                         const std::map<std::string, Value>& parameters,
                                         ValueType expected) {
  const std::shared_ptr<const Schema> schema = crm.schema();
  const TypeDef* def = schema->Find(type);
  if (def == nullptr || def->event) {
    return InvalidArgument(Concat("there is no type of record '", type, "'"));
  }
  CheckOptions options;
  options.schema = schema.get();
  options.subject = def->id;
  options.expected = expected;
  std::string key = Concat(type, "\n", static_cast<int>(expected.kind), "\n");
  for (const auto& [name, value] : parameters) {
    options.parameters.emplace_back(name, TypeOf(value));
    key += Concat(name, ":", KindName(value.kind()), "\n");
  }
  key += text;
  std::shared_ptr<const CheckedExpression> expression =
      crm.engine().checks().Get(schema, key, [&] { return Check(text, options); });
  RELATA_RETURN_IF_ERROR(expression->status());
  return Condition{def->id, std::move(expression), nullptr};
}

namespace {

absl::StatusOr<std::shared_ptr<const SegmentBody>> ParseSegment(const Definition& definition) {
  const auto json = nlohmann::json::parse(definition.body, nullptr, false);
  if (!json.is_object() || !json.value("type", nlohmann::json()).is_string() ||
      !json.value("expression", nlohmann::json()).is_string()) {
    return DataLoss(Concat("the definition of segment '", definition.name, "' cannot be read"));
  }
  auto body = std::make_shared<SegmentBody>();
  body->type = json["type"].get<std::string>();
  body->expression = json["expression"].get<std::string>();
  if (!json.contains("members")) return body;
  auto frozen = std::make_shared<std::set<Uuid>>();
  for (const auto& member : json["members"]) {
    const auto id = member.is_string() ? Uuid::Parse(member.get<std::string>()) : std::nullopt;
    if (!id) return DataLoss(Concat("a member of segment '", definition.name, "' is no id"));
    frozen->insert(*id);
  }
  body->frozen = std::move(frozen);
  return body;
}

}  // namespace

std::shared_ptr<const void> ParsedAs(const Crm& crm, std::string_view kind, std::type_index as,
                                     const MakeParsed& make) {
  // What is kept is today's.
  if (!crm.as_of().today()) return make(crm.Definitions(kind));
  return crm.engine().Parsed(kind, as, make);
}

std::shared_ptr<const SegmentBodies> ParsedSegments(const Crm& crm) {
  return ParsedDefinitions<std::shared_ptr<const SegmentBody>>(crm, "segment", ParseSegment);
}

absl::StatusOr<Condition> FindSegment(const Crm& crm, std::string_view name) {
  const std::shared_ptr<const SegmentBodies> segments = ParsedSegments(crm);
  const auto found = segments->find(name);
  if (found == segments->end()) return NotFound(Concat("there is no segment '", name, "'"));
  RELATA_RETURN_IF_ERROR(found->second.status());
  const SegmentBody& body = **found->second;
  absl::StatusOr<Condition> condition =
      CheckCondition(crm, body.type, body.expression, {}, ValueType::Kind::kBool);
  if (!condition.ok()) return Annotate(condition.status(), Concat("segment '", name, "'"));
  condition->frozen = body.frozen;
  return condition;
}

absl::StatusOr<bool> DependsOn(const Crm& crm, const Plan& plan, std::string_view kind,
                               std::string_view name, const Conditions& beside) {
  std::set<std::string> seen;
  const auto nothing = [](const Plan&) { return absl::OkStatus(); };
  const absl::Status status = EachPlan(crm, plan, seen, nothing, beside);
  // Its own name is met before it is found to be missing.
  if (seen.contains(Concat(kind, " ", name))) return true;
  RELATA_RETURN_IF_ERROR(status);
  return false;
}

absl::StatusOr<std::vector<TypeId>> TablesRead(const Crm& crm, const Plan& plan) {
  std::set<TypeId> tables;
  std::set<std::string> seen;
  const Hooks& hooks = crm.engine().hooks();
  RELATA_RETURN_IF_ERROR(EachPlan(crm, plan, seen, [&](const Plan& p) -> absl::Status {
    const PathsRead& paths = p.paths();
    tables.insert(p.subject_type());
    tables.insert(paths.types.begin(), paths.types.end());
    if (paths.consent && hooks.consent_types) {
      for (const TypeId type : hooks.consent_types(crm)) tables.insert(type);
    }
    // A link to a record that is gone reads as null, which only the target's table can tell.
    for (const auto* list : {&paths.fields, &paths.links}) {
      for (const auto& [type, field] : *list) {
        const FieldDef* def = crm.schema()->type(type).field(field);
        if (def != nullptr && def->is_link()) tables.insert(def->target);
      }
    }
    const TypeDef* rate = crm.schema()->Find("exchange_rate");
    if (rate != nullptr) tables.insert(rate->id);
    return absl::OkStatus();
  }));
  tables.erase(kNoType);
  return std::vector<TypeId>(tables.begin(), tables.end());
}

absl::StatusOr<std::vector<ColumnsNeeded>> ColumnsRead(const Crm& crm, const Plan& plan) {
  std::map<TypeId, std::set<FieldId>> columns;
  std::set<TypeId> whole;
  bool scored = false;
  std::set<std::string> seen;
  const std::shared_ptr<const Schema> schema = crm.schema();
  RELATA_RETURN_IF_ERROR(EachPlan(crm, plan, seen, [&](const Plan& p) -> absl::Status {
    const PathsRead& paths = p.paths();
    columns[p.subject_type()];
    for (const TypeId type : paths.types) columns[type];
    for (const auto* list : {&paths.fields, &paths.links, &paths.reverses}) {
      for (const auto& [type, field] : *list) {
        columns[type].insert(field);
        // A link to a record that is gone reads as null, which only the target's rows can tell.
        const FieldDef* def = schema->type(type).field(field);
        if (def != nullptr && def->is_link()) columns[def->target];
      }
    }
    // Lists of children are in the order of their creation.
    for (const auto& [type, field] : paths.reverses) columns[type].insert(kCreatedAtField);
    if (paths.consent) whole.insert(kLedgerTable);
    const Hooks& hooks = crm.engine().hooks();
    for (const PlanNode& n : p.nodes()) {
      if (n.op == PlanOp::kMayContact && hooks.consent_types) {
        for (const TypeId type : hooks.consent_types(crm)) whole.insert(type);
      }
      scored = scored || n.op == PlanOp::kScore;
      if (n.op != PlanOp::kCall || FunctionName(n.function) != "in_currency") continue;
      if (const TypeDef* rate = schema->Find("exchange_rate")) whole.insert(rate->id);
    }
    return absl::OkStatus();
  }));
  // A segment that is frozen to ids is asked by them.
  for (const std::string& asked : seen) {
    constexpr std::string_view kSegment = "segment ";
    if (!asked.starts_with(kSegment)) continue;
    RELATA_ASSIGN_OR_RETURN(const Condition segment,
                            FindSegment(crm, asked.substr(kSegment.size())));
    if (segment.frozen) columns[segment.type].insert(kIdField);
  }
  if (scored) {
    // Scores read what they like of their tables, and the ledger tells who objects to them.
    RELATA_ASSIGN_OR_RETURN(const std::vector<TypeId> tables, TablesRead(crm, plan));
    whole.insert(tables.begin(), tables.end());
    whole.insert(kLedgerTable);
  }
  columns.erase(kNoType);
  std::vector<ColumnsNeeded> needed;
  for (const auto& [type, fields] : columns) {
    if (!whole.contains(type)) needed.push_back({type, {fields.begin(), fields.end()}});
  }
  for (const TypeId type : whole) needed.push_back({type, {}, true});
  return needed;
}

absl::StatusOr<std::vector<ColumnsNeeded>> ColumnsNeededBy(const Crm& crm,
                                                           const Condition& condition) {
  RELATA_ASSIGN_OR_RETURN(std::vector<ColumnsNeeded> needed,
                          ColumnsRead(crm, condition.expression->plan()));
  if (condition.frozen) needed.push_back({condition.type, {kIdField}});
  return needed;
}

absl::Status PermitReading(const Crm& crm, const Plan& plan, const Permissions& permissions,
                           std::string_view purpose) {
  const std::shared_ptr<const Schema> schema = crm.schema();
  std::set<std::string> seen;
  return EachPlan(crm, plan, seen, [&](const Plan& p) -> absl::Status {
    for (const auto* list : {&p.paths().fields, &p.paths().links, &p.paths().reverses}) {
      for (const auto& [type_id, field_id] : *list) {
        const TypeDef& type = schema->type(type_id);
        const FieldDef* field = type.field(field_id);
        if (field == nullptr) continue;
        if (!permissions.MayRead(type_id, field_id)) {
          return PermissionDenied(Concat("the role may not read ", type.name, ".", field->name));
        }
        if (!field->collected_for(purpose)) {
          return PermissionDenied(Concat(type.name, ".", field->name,
                                         " was not collected for the purpose '", purpose, "'"));
        }
      }
    }
    for (const auto* list : {&p.paths().types, &p.paths().events}) {
      for (const TypeId type : *list) {
        if (!permissions.MayRead(type)) {
          return PermissionDenied(Concat("the role may not read ", schema->type(type).name));
        }
      }
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<std::string>> PersonalFields(const Crm& crm, const Plan& plan) {
  const std::shared_ptr<const Schema> schema = crm.schema();
  std::set<std::string> names;
  std::set<std::string> seen;
  RELATA_RETURN_IF_ERROR(EachPlan(crm, plan, seen, [&](const Plan& p) -> absl::Status {
    for (const auto& [type_id, field_id] : p.paths().fields) {
      const TypeDef& type = schema->type(type_id);
      const FieldDef* field = type.field(field_id);
      if (field != nullptr && field->personal != Personal::kNone &&
          field->personal != Personal::kAsType) {
        names.insert(Concat(type.name, ".", field->name));
      }
    }
    return absl::OkStatus();
  }));
  return std::vector<std::string>(names.begin(), names.end());
}

absl::StatusOr<Permissions> PermissionsOf(const Crm& crm, const Actor& actor) {
  if (actor.kind == Actor::Kind::kSystem) return Permissions::All();
  if (crm.Definitions("role").empty()) return Permissions::All();
  if (actor.role.empty()) {
    return PermissionDenied(Concat("roles are defined and '", actor.name, "' acts in none"));
  }
  absl::StatusOr<Definition> definition = crm.FindDefinition("role", actor.role);
  if (!definition.ok()) return PermissionDenied(Concat("there is no role '", actor.role, "'"));
  RELATA_ASSIGN_OR_RETURN(Role role, Role::Parse(actor.role, definition->body, *crm.schema()));
  return Permissions::Of(std::move(role));
}

}  // namespace relata::internal

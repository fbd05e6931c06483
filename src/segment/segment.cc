// SPDX-License-Identifier: Apache-2.0

#include "relata/segment/segment.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/strings.h"
#include "engine/conditions.h"
#include "nlohmann/json.hpp"

namespace relata {
namespace {

using internal::Concat;
using Json = nlohmann::json;

constexpr std::string_view kKind = "segment";

bool IsName(std::string_view name) {
  if (name.empty() || name.size() > 63 || name[0] < 'a' || name[0] > 'z') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string ToBody(const Segment& s) {
  Json json = {{"type", s.type}, {"expression", s.expression}};
  if (!s.label.empty()) json["label"] = {{"en", s.label.en}, {"fr", s.label.fr}};
  if (s.frozen) {
    json["members"] = s.members;
    json["frozen_by"] = s.frozen_by;
    json["frozen_at"] = FormatTimestamp(s.frozen_at);
  }
  return json.dump();
}

absl::StatusOr<Segment> FromBody(const Definition& definition) {
  const Json json = Json::parse(definition.body, nullptr, false);
  const auto text = [](const Json& from, const char* key) {
    const Json value = from.is_object() ? from.value(key, Json("")) : Json("");
    return value.is_string() ? value.get<std::string>() : std::string();
  };
  if (!json.is_object()) {
    return DataLoss(Concat("the definition of segment '", definition.name, "' cannot be read"));
  }
  Segment s;
  s.name = definition.name;
  s.type = text(json, "type");
  s.expression = text(json, "expression");
  const Json label = json.value("label", Json::object());
  s.label = {text(label, "en"), text(label, "fr")};
  s.frozen = json.contains("members");
  s.frozen_by = text(json, "frozen_by");
  s.frozen_at = ParseTimestamp(text(json, "frozen_at")).value_or(Timestamp{});
  if (s.frozen) {
    for (const Json& member : json["members"]) {
      if (member.is_string()) s.members.push_back(member.get<std::string>());
    }
  }
  return s;
}

absl::StatusOr<internal::Condition> CheckSegment(const Crm& crm, const Segment& segment) {
  if (!IsName(segment.name)) {
    return InvalidArgument(Concat("'", segment.name,
                                  "' is no name of a segment: lower-case letters, digits and _, "
                                  "beginning with a letter"));
  }
  return internal::CheckCondition(crm, segment.type, segment.expression, {},
                                  ValueType::Kind::kBool);
}

}  // namespace

absl::Status DefineSegment(Crm& crm, const Segment& segment, const Actor& actor, Timestamp now) {
  return DefineSegments(crm, {segment}, actor, now);
}

absl::Status DefineSegments(Crm& crm, const std::vector<Segment>& segments, const Actor& actor,
                            Timestamp now) {
  Transaction tx = crm.Begin(actor);
  internal::Conditions conditions;
  for (const Segment& segment : segments) {
    RELATA_ASSIGN_OR_RETURN(internal::Condition condition, CheckSegment(crm, segment));
    conditions.insert_or_assign(segment.name, std::move(condition));
    tx.Define(kKind, segment.name, ToBody(segment));
  }
  for (const auto& [name, condition] : conditions) {
    RELATA_ASSIGN_OR_RETURN(
        const bool cyclic,
        internal::DependsOn(crm, condition.expression->plan(), kKind, name, conditions));
    if (cyclic) return FailedPrecondition(Concat("segment '", name, "' would depend on itself"));
  }
  return tx.Commit(now).status();
}

absl::StatusOr<std::vector<Issue>> SegmentWarnings(const Crm& crm, std::string_view segment) {
  RELATA_ASSIGN_OR_RETURN(const internal::Condition condition, internal::FindSegment(crm, segment));
  std::vector<Issue> warnings;
  for (const ExpressionIssue& issue : condition.expression->issues()) {
    warnings.push_back({issue.severity, Concat("expression:", issue.span.begin),
                        FormatIssueWithCaret(condition.expression->text(), issue)});
  }
  return warnings;
}

absl::Status FreezeSegment(Crm& crm, std::string_view segment, std::string_view as,
                           const Actor& actor, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(Segment frozen, FindSegment(crm, segment));
  QueryOptions options;
  options.now = now;
  options.reader = actor;
  RELATA_ASSIGN_OR_RETURN(const QueryAnswer members, SegmentMembers(crm, segment, options));
  const TypeId types[] = {members.type};
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm.View(types));
  frozen.name = as;
  frozen.frozen = true;
  frozen.frozen_by = actor.ToString();
  frozen.frozen_at = now;
  frozen.members.clear();
  for (const Row row : members.rows) {
    frozen.members.push_back(view->Id({members.type, row}).ToString());
  }
  return DefineSegment(crm, frozen, actor, now);
}

absl::StatusOr<Segment> FindSegment(const Crm& crm, std::string_view name) {
  RELATA_ASSIGN_OR_RETURN(const Definition definition, crm.FindDefinition(kKind, name));
  return FromBody(definition);
}

std::vector<Segment> ListSegments(const Crm& crm) {
  std::vector<Segment> segments;
  for (const Definition& definition : crm.Definitions(kKind)) {
    if (absl::StatusOr<Segment> s = FromBody(definition); s.ok()) segments.push_back(*std::move(s));
  }
  return segments;
}

absl::StatusOr<QueryAnswer> SegmentMembers(const Crm& crm, std::string_view name,
                                           const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(const Segment segment, FindSegment(crm, name));
  if (!segment.frozen) return crm.Query(segment.type, segment.expression, options);
  return crm.Query(segment.type, Concat("in_segment('", name, "')"), options);
}

absl::StatusOr<MembershipReason> WhyMember(const Crm& crm, std::string_view name, RecordRef record,
                                           const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(const Segment segment, FindSegment(crm, name));
  const RecordRef here = crm.Resolve(record);
  const TypeDef* type = crm.schema()->Find(segment.type);
  if (type == nullptr || here.type != type->id) {
    return InvalidArgument(Concat("segment '", name, "' is of records of type ", segment.type));
  }
  const std::string text = segment.frozen ? Concat("in_segment('", name, "')") : segment.expression;
  MembershipReason reason;
  const absl::StatusOr<Value> value = crm.Evaluate(here, text, options);
  if (value.ok() && value->is(Value::Kind::kBool)) {
    reason.verdict = value->bool_value() ? MembershipReason::Verdict::kMember
                                         : MembershipReason::Verdict::kNotMember;
  } else if (!value.ok() && !absl::IsInvalidArgument(value.status())) {
    return value.status();
  }
  RELATA_ASSIGN_OR_RETURN(reason.facts, crm.Explain(here, text, options));
  if (segment.frozen) {
    reason.facts.push_back(
        Concat("frozen by ", segment.frozen_by, ": membership does not follow the facts"));
  }
  return reason;
}

absl::StatusOr<SegmentDiff> DiffSegment(const Crm& crm, std::string_view name,
                                        std::string_view expression, const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(const Segment segment, FindSegment(crm, name));
  QueryOptions all = options;
  all.limit = 0;
  RELATA_ASSIGN_OR_RETURN(const QueryAnswer old_members, SegmentMembers(crm, name, all));
  RELATA_ASSIGN_OR_RETURN(const QueryAnswer new_members, crm.Query(segment.type, expression, all));
  SegmentDiff diff;
  diff.type = new_members.type;
  std::set_difference(new_members.rows.begin(), new_members.rows.end(), old_members.rows.begin(),
                      old_members.rows.end(), std::back_inserter(diff.enter));
  std::set_difference(old_members.rows.begin(), old_members.rows.end(), new_members.rows.begin(),
                      new_members.rows.end(), std::back_inserter(diff.leave));
  diff.stay = new_members.count - static_cast<int64_t>(diff.enter.size());
  return diff;
}

}  // namespace relata

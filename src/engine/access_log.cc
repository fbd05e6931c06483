// SPDX-License-Identifier: Apache-2.0

#include "engine/access_log.h"

#include <algorithm>

#include "base/strings.h"
#include "engine/conditions.h"
#include "engine/engine.h"
#include "nlohmann/json.hpp"
#include "relata/engine/audit_log.h"

namespace relata {

using internal::Concat;
using Json = nlohmann::json;

namespace internal {

namespace {

// Does the role ask for accesses of this kind to be logged?
bool Logs(const Crm& crm, const Actor& reader, std::string_view action) {
  if (reader.role.empty()) return false;
  const absl::StatusOr<Definition> role = crm.FindDefinition("role", reader.role);
  if (!role.ok()) return false;
  const Json body = Json::parse(role->body, nullptr, false);
  if (!body.is_object() || !body.contains("log")) return false;
  const Json& log = body["log"];
  return log == true || (log.is_array() && std::find(log.begin(), log.end(), action) != log.end());
}

bool IsPersonal(const FieldDef& field) {
  return field.personal != Personal::kNone && field.personal != Personal::kAsType;
}

}  // namespace

absl::Status LogAccess(const Crm& crm, const Actor& reader, const Access& access) {
  if (!Logs(crm, reader, access.action)) return absl::OkStatus();
  if (access.fields.empty() && access.action != "decide") return absl::OkStatus();
  Json body = {{"reader", reader.ToString()},
               {"action", access.action},
               {"type", access.type},
               {"asked_at", access.asked_at.micros}};
  if (!access.fields.empty()) body["fields"] = access.fields;
  if (!access.detail.empty()) body["detail"] = access.detail;
  Transaction tx = crm.Begin(reader);
  tx.Reason("access");
  tx.Log(kAccessLog, access.subject, reader.name, body.dump());
  return tx.Commit(std::max(crm.engine().Current()->recorded(), Timestamp{0})).status();
}

std::vector<std::string> PersonalFields(const TypeDef& type) {
  std::vector<std::string> names;
  for (const FieldDef& field : type.fields) {
    if (IsPersonal(field)) names.push_back(Concat(type.name, ".", field.name));
  }
  return names;
}

}  // namespace internal

absl::Status LogDecision(const Crm& crm, const Actor& reader, RecordRef person,
                         std::string_view rule, Timestamp at) {
  const RecordRef who = crm.Resolve(person);
  if (who.none()) return NotFound("the reference names no record");
  return internal::LogAccess(
      crm, reader, {"decide", who, crm.schema()->type(who.type).name, {}, std::string(rule), at});
}

}  // namespace relata

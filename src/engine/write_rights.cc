// SPDX-License-Identifier: Apache-2.0

#include "engine/write_rights.h"

#include <algorithm>
#include <iterator>

#include "base/strings.h"
#include "engine/conditions.h"

namespace relata::internal {
namespace {

// Definitions that only answer questions, and the mark of the key that an erasure leaves. All
// others bind everybody.
constexpr std::string_view kAnswers[] = {"segment", "score", "rfm", "model", "clv", "privacy"};

bool BindsEverybody(const DefinitionWrite& write) {
  return std::find(std::begin(kAnswers), std::end(kAnswers), write.kind) == std::end(kAnswers);
}

// Whoever erases has decided who may (Transaction::Erase); what else the batch holds belongs to it.
bool Erases(const Transaction::Batch& batch) {
  return !batch.erase.empty() ||
         std::any_of(batch.records.begin(), batch.records.end(), [](const RecordOp& op) {
           return op.op == RecordOp::Op::kErase || op.op == RecordOp::Op::kRedact;
         });
}

bool AsksForRights(const Transaction::Batch& batch) {
  const auto refuses = [](const ConsentEntry& entry) { return IsRefusal(entry.event); };
  return !batch.records.empty() || !batch.events.empty() || !batch.definitions.empty() ||
         !std::all_of(batch.entries.begin(), batch.entries.end(), refuses);
}

}  // namespace

bool IsRefusal(ConsentEvent event) {
  return event != ConsentEvent::kGrant && event != ConsentEvent::kRequest &&
         event != ConsentEvent::kConfirm;
}

absl::StatusOr<Permissions> RightsOf(const Crm& crm, const Transaction::Batch& batch) {
  if (Erases(batch) || !AsksForRights(batch)) return Permissions::All();
  RELATA_ASSIGN_OR_RETURN(Permissions may, PermissionsOf(crm, batch.actor));
  const auto binding =
      std::find_if(batch.definitions.begin(), batch.definitions.end(), BindsEverybody);
  if (binding != batch.definitions.end() && !may.MayGovern()) {
    return PermissionDenied(Concat("the role may not define a ", binding->kind,
                                   ": it does not have the right \"govern\""));
  }
  return may;
}

}  // namespace relata::internal

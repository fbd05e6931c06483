// SPDX-License-Identifier: Apache-2.0

#include "relata/process/definitions.h"

#include <string>

#include "base/strings.h"
#include "relata/access/role.h"
#include "relata/process/maintenance.h"
#include "relata/process/pipeline.h"
#include "relata/process/workflow.h"
#include "relata/score/rfm.h"
#include "relata/score/rule_score.h"

namespace relata {

absl::Status DefineRole(Crm& crm, std::string_view name, std::string_view body, const Actor& actor,
                        Timestamp now) {
  RELATA_RETURN_IF_ERROR(Role::Parse(name, body, *crm.schema()).status());
  Transaction tx = crm.Begin(actor);
  tx.Define("role", name, std::string(body));
  return tx.Commit(now).status();
}

absl::Status SaveDefinition(Crm& crm, std::string_view kind, std::string_view name,
                            std::string_view body, const Actor& actor, Timestamp now) {
  if (kind == "role") return DefineRole(crm, name, body, actor, now);
  if (kind == "pipeline") return DefinePipeline(crm, name, body, actor, now);
  if (kind == "workflow") return DefineWorkflow(crm, name, body, actor, now);
  if (kind == "score") return DefineScore(crm, name, body, actor, now);
  if (kind == "rfm") return DefineRfm(crm, name, body, actor, now);
  if (kind == "job") return DefineJob(crm, name, body, actor, now);
  return InvalidArgument(
      internal::Concat("'", kind, "' is no kind: role, pipeline, workflow, score, rfm or job"));
}

}  // namespace relata

// SPDX-License-Identifier: Apache-2.0
//
// What a tenant lays down as JSON, whatever its kind: saved under a name after it was checked
// against the schema, each time as the next version.
//
//   role      what an actor may read and write          access/role.h
//   pipeline  stages, what they ask for, when one halts  process/pipeline.h
//   workflow  what is to be done when something is true  process/workflow.h
//   score     points by rules                            score/rule_score.h
//   rfm       how customers are cut by their purchases   score/rfm.h
//   job       what the base needs done regularly         process/maintenance.h
//
// Segments are kept the same way and made by segment/segment.h; models are learnt (score/model.h).
//
// Free functions over a Crm; as thread-safe as the Crm.

#ifndef RELATA_PROCESS_DEFINITIONS_H_
#define RELATA_PROCESS_DEFINITIONS_H_

#include <string_view>

#include "relata/base/status.h"
#include "relata/engine/crm.h"

namespace relata {

// Saves a definition of any of the kinds above; all who have one name for them (a command, another
// language) do it here. InvalidArgument for another kind, or naming what is wrong in the body;
// FailedPrecondition when it would depend on itself; otherwise as Transaction::Commit.
absl::Status SaveDefinition(Crm& crm, std::string_view kind, std::string_view name,
                            std::string_view body, const Actor& actor, Timestamp now);

// The same for a role alone.
absl::Status DefineRole(Crm& crm, std::string_view name, std::string_view body, const Actor& actor,
                        Timestamp now);

}  // namespace relata

#endif  // RELATA_PROCESS_DEFINITIONS_H_

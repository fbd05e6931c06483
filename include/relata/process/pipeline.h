// SPDX-License-Identifier: Apache-2.0
//
// Pipelines: the stages that records of a type go through, what it takes to enter each, and what
// has come to a halt.
//
// A pipeline is a definition of kind "pipeline" over one field of one type:
//
//   {"type": "opportunity", "field": "stage",
//    "open": "opportunity.status == 'open'",
//    "counts": ["opportunity.activities.map(a, a.at)"],
//    "stages": [
//      {"name": "qualification", "probability": 20, "max_age_days": 30},
//      {"name": "proposal", "probability": 60, "max_age_days": 45,
//       "enter": "opportunity.amount != null && opportunity.need != null"}]}
//
// Entry criteria guard moves: a commit that changes the field to a stage whose criterion is not
// true is refused as a whole, with the criterion. A record that is created in a stage is taken as
// it is, since it says what happened elsewhere. Every move stamps `stage_since` where the type has
// that field.
//
// A record is stalled when it is open, and longer than the stage allows nothing happened that
// counts: no entry into the stage and none of the instants that `counts` gives.
//
// Pipelines are immutable; the functions are as thread-safe as the Crm.

#ifndef RELATA_PROCESS_PIPELINE_H_
#define RELATA_PROCESS_PIPELINE_H_

#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/engine/crm.h"

namespace relata {

struct Stage {
  std::string name;
  double probability = 0;  // percent
  Duration max_age;        // zero: no limit
  std::string enter;       // entry criterion; empty: none
};

struct Pipeline {
  std::string name;
  std::string type;
  std::string field = "stage";
  std::string open;                 // condition; empty: every record
  std::vector<std::string> counts;  // expressions that give lists of instants
  std::vector<Stage> stages;
};

// InvalidArgument names what is wrong.
absl::StatusOr<Pipeline> ParsePipeline(std::string_view name, std::string_view body);

// Saves a pipeline after checking every expression against the schema.
absl::Status DefinePipeline(Crm& crm, std::string_view name, std::string_view body,
                            const Actor& actor, Timestamp now);

// The pipelines by name.
std::vector<Pipeline> ListPipelines(const Crm& crm);

struct StalledRecord {
  RecordRef record;
  std::string stage;
  Timestamp last;  // the newest instant that counts
  Duration idle;   // since then
  Duration allowed;
};
// Stalled records of a pipeline at options.now, longest idle first. NotFound, PermissionDenied.
absl::StatusOr<std::vector<StalledRecord>> StalledRecords(const Crm& crm, std::string_view pipeline,
                                                          const QueryOptions& options);

// The rule of the write path that enforces entry criteria.
Decider StageGate();

}  // namespace relata

#endif  // RELATA_PROCESS_PIPELINE_H_

// SPDX-License-Identifier: Apache-2.0
//
// Propensity models over the graph: who is likely to convert, win, leave or answer, and why.
//
// A model is a definition of kind "model": a type of record, a target (a condition over it),
// features (any expressions over it) and what was learnt (propensity.h). Features yield numbers,
// texts, booleans, amounts, durations or instants (an instant counts as the days before `now`); a
// value that is absent or cannot be decided is absent, which is a state of its own.
//
// What must not happen is that a feature knows the outcome. The sure way is a cut-off
// (ModelSpec::as_of): the features are asked of the graph as it was known then, the target of
// today's, and records that were decided already are left out. What changed since is in no feature;
// a feature that tells much more today than it did then is reported. Without a cut-off the
// suspicions look for it: a feature that ranks too well, a level that decides the outcome, a field
// that was last changed at or after the change that decided the target (Transaction::EffectiveAt
// counts, else the commit).
//
// Whoever objects to profiling is learnt from by no model and scored by none.
//
// `score('NAME')` in an expression gives the calibrated probability.
//
// Free functions over a Crm; as thread-safe as the Crm.

#ifndef RELATA_SCORE_MODEL_H_
#define RELATA_SCORE_MODEL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/engine/crm.h"
#include "relata/engine/hooks.h"
#include "relata/score/propensity.h"

namespace relata {

struct ModelSpec {
  std::string name;  // [a-z][a-z0-9_]*; empty: TYPE_propensity
  std::string type;
  std::string target;                 // condition over the type
  std::vector<std::string> features;  // expressions over the type; empty: AutoFeatures
  std::string population;  // condition: whom to learn from, asked like a feature; empty: all
  std::string time_order;  // expression that orders records for the time split; empty: created_at
  // The cut-off: what was recorded later is in no feature. The model then says how probable it is
  // that the target comes true within as long as from here to `now`.
  std::optional<Timestamp> as_of;
  // With a cut-off, condition: the outcome is known, so the record is no example (nor scored) any
  // more. Empty: that of the standard schema where the target reads the status of a lead, an
  // opportunity or a quote; whatever it says, a record whose target was true already is left out.
  std::string decided;
  TrainOptions training;
};

// A model as it was saved.
struct Model {
  ModelSpec spec;  // with features filled in
  int64_t version = 0;
  Timestamp trained_at;
  Training training;
};

// The expressions that `features` empty stands for: the fields of the type that are no links, no
// identifiers of a person and not read by the target; fields of few values of the records it links
// to; how many events of each kind about it there were in the last 90 days. `purpose` as in
// QueryOptions. InvalidArgument when the target does not check.
absl::StatusOr<std::vector<std::string>> AutoFeatures(const Crm& crm, std::string_view type,
                                                      std::string_view target,
                                                      std::string_view purpose = "");

// Learns and saves the next version. InvalidArgument, PermissionDenied as Crm::Query;
// FailedPrecondition with too few examples; InvalidArgument for a cut-off that is not before `now`.
// `purpose` as in QueryOptions.
absl::StatusOr<Model> TrainModel(Crm& crm, const ModelSpec& spec, const Actor& actor, Timestamp now,
                                 std::string_view purpose = "");

// NotFound when there is none.
absl::StatusOr<Model> FindModel(const Crm& crm, std::string_view name);

struct ModelScore {
  RecordRef record;
  double probability = 0;
};
// The most probable records of the model's population at options.now that are not decided, ties by
// row; at most options.limit (0: all). Those who object to profiling are left out.
absl::StatusOr<std::vector<ModelScore>> TopModelScores(const Crm& crm, std::string_view name,
                                                       const QueryOptions& options);

// One record's probability and what made it. InvalidArgument for a record of another type, NotFound
// for a person who objects to profiling.
absl::StatusOr<PropensityReason> WhyModel(const Crm& crm, std::string_view name, RecordRef record,
                                          const QueryOptions& options);

// The whole model as plain JSON, shaped as Model in proto/relata/v1/model.proto: enough to score
// without Relata.
std::string ModelToJson(const Model& model);

// For the engine: score('NAME') inside expressions, of a record and of all of a type by row.
absl::StatusOr<double> AnswerModel(const Asking& asking, std::string_view name, RecordRef record);
absl::StatusOr<std::vector<double>> AnswerModels(const Asking& asking, std::string_view name,
                                                 TypeId type);
absl::StatusOr<std::vector<std::shared_ptr<const Plan>>> ModelPlans(const Crm& crm,
                                                                    std::string_view name);

}  // namespace relata

#endif  // RELATA_SCORE_MODEL_H_

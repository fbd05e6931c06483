// SPDX-License-Identifier: Apache-2.0
//
// Conditions made ready: text checked against the schema once and kept, the segments it names
// followed to the tables they read.

#ifndef RELATA_SRC_ENGINE_CONDITIONS_H_
#define RELATA_SRC_ENGINE_CONDITIONS_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "relata/access/role.h"
#include "relata/engine/crm.h"
#include "relata/expression/evaluate.h"
#include "relata/expression/explanation.h"
#include "relata/expression/expression.h"

namespace relata::internal {

class Helpers;

// A condition over records of a type; for a static segment also the ids it is frozen to, and then
// nothing else counts.
struct Condition {
  TypeId type = kNoType;
  std::shared_ptr<const CheckedExpression> expression;
  std::shared_ptr<const std::set<Uuid>> frozen;
};

// The definition of a segment as it is written, read once a version.
struct SegmentBody {
  std::string type;
  std::string expression;
  std::shared_ptr<const std::set<Uuid>> frozen;  // of a static segment
};
// All segments by name; those that cannot be read have a status.
using SegmentBodies =
    std::map<std::string, absl::StatusOr<std::shared_ptr<const SegmentBody>>, std::less<>>;
std::shared_ptr<const SegmentBodies> ParsedSegments(const Crm& crm);

// `text` about records of `type`, checked with the parameters given; from the cache when it was
// checked before under the same schema. InvalidArgument when it has errors.
absl::StatusOr<Condition> CheckCondition(const Crm& crm, std::string_view type,
                                         std::string_view text,
                                         const std::map<std::string, Value>& parameters,
                                         ValueType expected);

// The condition behind a segment. NotFound when there is none of the name.
absl::StatusOr<Condition> FindSegment(const Crm& crm, std::string_view name);

// Segments by name.
using Conditions = std::map<std::string, Condition, std::less<>>;

// Whether evaluating the plan asks for the definition of `kind` ("segment" or "score") called
// `name`, directly or through others; `beside` are segments that are about to be saved. NotFound
// when a definition that it asks for is not there.
absl::StatusOr<bool> DependsOn(const Crm& crm, const Plan& plan, std::string_view kind,
                               std::string_view name, const Conditions& beside = {});

// Every column that evaluating the plan may read, with those of the segments and scores it names;
// one element a table.
absl::StatusOr<std::vector<ColumnsNeeded>> ColumnsRead(const Crm& crm, const Plan& plan);
// The same for a condition, whose frozen members are public ids.
absl::StatusOr<std::vector<ColumnsNeeded>> ColumnsNeededBy(const Crm& crm,
                                                           const Condition& condition);
// The same as whole tables.
absl::StatusOr<std::vector<TypeId>> TablesRead(const Crm& crm, const Plan& plan);

// The text checked as a question that the reader may ask: permissions, purpose, log. Errors as
// Crm::Query.
absl::StatusOr<Condition> PermittedCondition(const Crm& crm, std::string_view type,
                                             std::string_view text, const QueryOptions& options,
                                             ValueType expected = ValueType::Kind::kBool);

// Puts what the checker warns of into an answer.
void TellWarnings(const Condition& condition, QueryAnswer& answer);

// The records of `view` for which the condition is true, false or undecided at options.now. The
// tables must be loaded (FailedPrecondition otherwise); permissions are the caller's. Helpers are
// for readers: what a commit under way defines, only its own thread sees.
absl::StatusOr<QueryAnswer> SelectOn(const Crm& crm, const Snapshot& view,
                                     const Condition& condition, const QueryOptions& options,
                                     Helpers* helpers = nullptr);
// The condition for some existing records of its type, one value a row: by columns and the indexes
// of what the rows have, so that its cost follows that and not the population.
absl::StatusOr<std::vector<Tri>> EvaluateAmong(const Crm& crm, const Snapshot& view,
                                               const Condition& condition,
                                               std::span<const Row> rows,
                                               const QueryOptions& options);
absl::StatusOr<EvalResult> EvaluateOn(const Crm& crm, const Snapshot& view,
                                      const Condition& condition, RecordRef record,
                                      const QueryOptions& options);

// One line a reason, with records by their ids and what the reader may read of their titles.
std::vector<std::string> TellExplanation(const Snapshot& view, const Permissions& may,
                                         std::string_view text, const Explanation& explanation);

// PermissionDenied when the plan, or a segment it names, reads a field that the reader may not see
// or that was not collected for the purpose ("" is any). The message names the field.
absl::Status PermitReading(const Crm& crm, const Plan& plan, const Permissions& permissions,
                           std::string_view purpose);

// What the actor may do under the tenant's roles. PermissionDenied for a user without a role, or in
// a role that does not exist, once the tenant has roles.
absl::StatusOr<Permissions> PermissionsOf(const Crm& crm, const Actor& actor);

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_CONDITIONS_H_

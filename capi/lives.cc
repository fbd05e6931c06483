// SPDX-License-Identifier: Apache-2.0
//
// Lives as sequences of states - cohorts and transitions - and trees of records.

#include <string>
#include <utility>
#include <vector>

#include "capi/guard.h"
#include "capi/payload.h"
#include "relata/engine/hierarchy.h"
#include "relata/process/trajectory.h"

namespace relata::capi {
namespace {

using nlohmann::json;

int64_t Seconds(Duration duration) { return duration.micros / 1'000'000; }

absl::StatusOr<json> CohortOut(const Crm& crm, const Cohort& cohort) {
  json states = json::array();
  for (const CohortState& state : cohort.now) {
    json one = {{"state", state.state}, {"count", state.count}};
    RELATA_ASSIGN_OR_RETURN(one["names"], NamesOut(crm, state.records));
    states.push_back(std::move(one));
  }
  json paths = json::array();
  for (const CohortPath& path : cohort.paths) {
    paths.push_back(
        {{"states", path.states}, {"count", path.count}, {"median_seconds", Seconds(path.median)}});
  }
  return json{{"size", cohort.size},
              {"states", std::move(states)},
              {"gone", cohort.gone},
              {"erased_since", cohort.erased},
              {"paths", std::move(paths)}};
}

std::string TransitionLines(const std::vector<Transition>& transitions) {
  std::string lines;
  for (const Transition& one : transitions) {
    lines += Dump({{"from", one.from},
                   {"to", one.to},
                   {"count", one.count},
                   {"median_seconds", Seconds(one.median)}}) +
             "\n";
  }
  return lines;
}

absl::StatusOr<std::string> TreeLines(const Crm& crm, RecordRef root, std::string_view link,
                                      std::string_view expression, const QueryOptions& asking) {
  const bool summed = !expression.empty();
  RELATA_ASSIGN_OR_RETURN(const std::vector<TreeTotal> nodes,
                          RollUp(crm, root, link, summed ? expression : "1", asking));
  std::string lines;
  for (const TreeTotal& node : nodes) {
    json one = {{"depth", node.depth}};
    RELATA_ASSIGN_OR_RETURN(one["name"], crm.Name(node.record));
    RELATA_ASSIGN_OR_RETURN(one["title"], crm.Title(node.record, asking));
    if (summed) {
      RELATA_ASSIGN_OR_RETURN(one["own"], ValueOut(crm, node.own));
      RELATA_ASSIGN_OR_RETURN(one["total"], ValueOut(crm, node.total));
    }
    lines += Dump(one) + "\n";
  }
  return lines;
}

}  // namespace
}  // namespace relata::capi

using relata::capi::Asking;
using relata::capi::BufferOut;
using relata::capi::CheckHandle;
using relata::capi::Guard;
using relata::capi::OptionalInstant;
using relata::capi::TextIn;

extern "C" {

relata_status_t relata_crm_cohort(relata_crm_t* crm, const char* type, size_t type_size,
                                  const char* field, size_t field_size, const char* state,
                                  size_t state_size, int64_t from, int64_t until, int64_t now,
                                  relata_buffer_t** cohort, relata_error_t** err) {
  if (cohort != nullptr) *cohort = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, cohort));
    RELATA_ASSIGN_OR_RETURN(const relata::QueryOptions asking, Asking(*crm, now));
    relata::CohortQuestion question;
    RELATA_ASSIGN_OR_RETURN(question.type, TextIn(type, type_size, "type"));
    RELATA_ASSIGN_OR_RETURN(question.field, TextIn(field, field_size, "field"));
    RELATA_ASSIGN_OR_RETURN(question.state, TextIn(state, state_size, "state"));
    RELATA_ASSIGN_OR_RETURN(const auto since, OptionalInstant(from, "from"));
    RELATA_ASSIGN_OR_RETURN(const auto before, OptionalInstant(until, "until"));
    question.from = since.value_or(relata::Timestamp::kMin);
    question.until = before.value_or(asking.now);
    RELATA_ASSIGN_OR_RETURN(const relata::Cohort found,
                            relata::CohortOf(crm->crm, question, asking));
    RELATA_ASSIGN_OR_RETURN(const auto out, relata::capi::CohortOut(crm->crm, found));
    return BufferOut(relata::capi::Dump(out), cohort);
  });
}

relata_status_t relata_crm_transitions(relata_crm_t* crm, const char* type, size_t type_size,
                                       const char* field, size_t field_size, int64_t since,
                                       int64_t now, relata_buffer_t** lines, relata_error_t** err) {
  if (lines != nullptr) *lines = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, lines));
    RELATA_ASSIGN_OR_RETURN(const relata::QueryOptions asking, Asking(*crm, now));
    RELATA_ASSIGN_OR_RETURN(const std::string_view records, TextIn(type, type_size, "type"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view states, TextIn(field, field_size, "field"));
    RELATA_ASSIGN_OR_RETURN(const auto from, OptionalInstant(since, "since"));
    RELATA_ASSIGN_OR_RETURN(const std::vector<relata::Transition> found,
                            relata::TransitionsOf(crm->crm, records, states,
                                                  from.value_or(relata::Timestamp::kMin), asking));
    return BufferOut(relata::capi::TransitionLines(found), lines);
  });
}

relata_status_t relata_crm_tree(relata_crm_t* crm, const char* name, size_t name_size,
                                const char* link, size_t link_size, const char* expression,
                                size_t expression_size, int64_t now, relata_buffer_t** lines,
                                relata_error_t** err) {
  if (lines != nullptr) *lines = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, lines));
    RELATA_ASSIGN_OR_RETURN(const relata::QueryOptions asking, Asking(*crm, now));
    RELATA_ASSIGN_OR_RETURN(const std::string_view root, TextIn(name, name_size, "name"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view upwards, TextIn(link, link_size, "link"));
    std::string_view summed;
    if (expression_size > 0) {
      RELATA_ASSIGN_OR_RETURN(summed, TextIn(expression, expression_size, "expression"));
    }
    RELATA_ASSIGN_OR_RETURN(const relata::RecordRef record, crm->crm.Find(root));
    RELATA_ASSIGN_OR_RETURN(std::string out,
                            relata::capi::TreeLines(crm->crm, record, upwards, summed, asking));
    return BufferOut(std::move(out), lines);
  });
}

}  // extern "C"

// SPDX-License-Identifier: Apache-2.0

#include "relata/process/trajectory.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/strings.h"
#include "expression/near_names.h"
#include "process/state_history.h"
#include "relata/process/pipeline.h"

namespace relata {
namespace {

using internal::Concat;
using internal::StateHistory;

Duration Median(std::vector<Duration>& durations) {
  if (durations.empty()) return Duration{};
  const auto middle = durations.begin() + static_cast<std::ptrdiff_t>(durations.size() / 2);
  std::nth_element(durations.begin(), middle, durations.end());
  if (durations.size() % 2 == 1) return *middle;
  const Duration below = *std::max_element(durations.begin(), middle);
  return Duration{below.micros + (middle->micros - below.micros) / 2};
}

template <class T>
void MostFirst(std::vector<T>& counted) {
  std::stable_sort(counted.begin(), counted.end(),
                   [](const T& a, const T& b) { return a.count > b.count; });
}

absl::Status CheckStateField(const Crm& crm, std::string_view type, std::string_view field) {
  const std::vector<std::string> fields = StateFields(crm, type);
  if (std::find(fields.begin(), fields.end(), field) != fields.end()) return absl::OkStatus();
  return InvalidArgument(Concat(type, ".", field, " is no state: lifecycle, stage, status, or the ",
                                "field of a pipeline"));
}

// A state that nobody was ever in is empty; one that nobody can be in is a mistake of the asker.
absl::Status CheckState(const Crm& crm, const CohortQuestion& question, const FieldDef& field,
                        const std::set<std::string>& seen) {
  std::set<std::string> known = seen;
  for (const PicklistEntry& entry : field.options) known.insert(entry.code);
  for (const Pipeline& pipeline : ListPipelines(crm)) {
    if (pipeline.type != question.type || pipeline.field != question.field) continue;
    for (const Stage& stage : pipeline.stages) known.insert(stage.name);
  }
  if (known.contains(question.state)) return absl::OkStatus();
  const std::vector<std::string> names(known.begin(), known.end());
  return InvalidArgument(Concat("'", question.state, "' is no state of ", question.type, ".",
                                question.field, internal::DidYouMean(question.state, names)));
}

// Follows everybody who entered the state in the period.
class CohortMaker {
 public:
  explicit CohortMaker(const CohortQuestion& question) : question_(question) {}

  void Add(RecordRef record, bool exists, const std::vector<StateSpan>& states) {
    for (const StateSpan& span : states) seen_.insert(span.state);
    const auto entry = std::find_if(states.begin(), states.end(), [&](const StateSpan& s) {
      return s.state == question_.state && s.from >= question_.from && s.from < question_.until;
    });
    if (entry == states.end()) return;
    ++out_.size;
    if (!exists) {
      ++out_.gone;
      return;
    }
    now_of_[states.back().state].push_back(record);
    std::vector<std::string> path;
    for (auto state = entry; state != states.end(); ++state) path.push_back(state->state);
    paths_[std::move(path)].push_back(states.back().from - entry->from);
  }

  // Every state that anybody was in.
  const std::set<std::string>& seen() const { return seen_; }

  Cohort Take() {
    for (auto& [state, records] : now_of_) {
      const auto count = static_cast<int64_t>(records.size());
      out_.now.push_back({state, count, std::move(records)});
    }
    for (auto& [states, durations] : paths_) {
      const auto count = static_cast<int64_t>(durations.size());
      out_.paths.push_back({states, count, Median(durations)});
    }
    MostFirst(out_.now);
    MostFirst(out_.paths);
    return std::move(out_);
  }

 private:
  const CohortQuestion& question_;
  Cohort out_;
  std::set<std::string> seen_;
  std::map<std::string, std::vector<RecordRef>> now_of_;
  std::map<std::vector<std::string>, std::vector<Duration>> paths_;
};

}  // namespace

std::vector<std::string> StateFields(const Crm& crm, std::string_view type) {
  std::vector<std::string> fields;
  const auto add = [&](const std::string& name) {
    if (std::find(fields.begin(), fields.end(), name) == fields.end()) fields.push_back(name);
  };
  const std::shared_ptr<const Schema> schema = crm.schema();
  const TypeDef* def = schema->Find(type);
  if (def == nullptr || def->event) return fields;
  for (const Pipeline& pipeline : ListPipelines(crm)) {
    if (pipeline.type == type && def->FindField(pipeline.field) != nullptr) add(pipeline.field);
  }
  for (const FieldDef& field : def->fields) {
    const bool named = field.name == "lifecycle" || field.name == "stage" || field.name == "status";
    if (named && field.kind == FieldKind::kChoice && field.readable()) add(field.name);
  }
  return fields;
}

absl::StatusOr<std::vector<StateSpan>> StatesOf(const Crm& crm, RecordRef record,
                                                std::string_view field,
                                                const QueryOptions& asking) {
  const RecordRef here = crm.Resolve(record);
  if (here.none()) return NotFound("the reference names no record");
  const std::string type = crm.schema()->type(here.type).name;
  RELATA_ASSIGN_OR_RETURN(StateHistory history, StateHistory::Of(crm, type, field, asking));
  if (!history.view().Exists(here)) return NotFound("the record does not exist");
  return history.States(here);
}

absl::StatusOr<std::vector<Transition>> TransitionsOf(const Crm& crm, std::string_view type,
                                                      std::string_view field, Timestamp since,
                                                      const QueryOptions& asking) {
  RELATA_ASSIGN_OR_RETURN(StateHistory history, StateHistory::Of(crm, type, field, asking));
  RELATA_RETURN_IF_ERROR(CheckStateField(crm, type, field));
  std::map<std::pair<std::string, std::string>, std::vector<Duration>> found;
  for (Row row = 0; row < history.view().RowLimit(history.type().id); ++row) {
    const RecordRef record{history.type().id, row};
    if (!history.view().Exists(record)) continue;
    RELATA_ASSIGN_OR_RETURN(const std::vector<StateSpan> states, history.States(record));
    for (size_t i = 1; i < states.size(); ++i) {
      if (states[i].from < since) continue;
      found[{states[i - 1].state, states[i].state}].push_back(states[i].from - states[i - 1].from);
    }
  }
  std::vector<Transition> transitions;
  for (auto& [move, durations] : found) {
    const auto count = static_cast<int64_t>(durations.size());
    transitions.push_back({move.first, move.second, count, Median(durations)});
  }
  MostFirst(transitions);
  return transitions;
}

absl::StatusOr<Cohort> CohortOf(const Crm& crm, const CohortQuestion& asked_for,
                                const QueryOptions& asking) {
  CohortQuestion question = asked_for;
  if (!(question.from < question.until)) return InvalidArgument("the period of a cohort is empty");
  RELATA_ASSIGN_OR_RETURN(StateHistory history,
                          StateHistory::Of(crm, question.type, question.field, asking));
  RELATA_RETURN_IF_ERROR(CheckStateField(crm, question.type, question.field));
  question.state = internal::StateCode(history.field(), question.state);
  CohortMaker cohort(question);
  std::set<RecordRef> followed;
  const Snapshot& view = history.view();
  for (Row row = 0; row < view.RowLimit(history.type().id); ++row) {
    const RecordRef stands_for = view.Resolve({history.type().id, row});
    if (stands_for.type != history.type().id || !followed.insert(stands_for).second) continue;
    RELATA_ASSIGN_OR_RETURN(const std::vector<StateSpan> states, history.States(stands_for));
    cohort.Add(stands_for, view.Exists(stands_for), states);
  }
  RELATA_RETURN_IF_ERROR(CheckState(crm, question, history.field(), cohort.seen()));
  Cohort out = cohort.Take();
  RELATA_ASSIGN_OR_RETURN(out.erased, crm.Erased(question.type));
  return out;
}

}  // namespace relata

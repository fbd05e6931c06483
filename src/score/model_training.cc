// SPDX-License-Identifier: Apache-2.0
//
// Learning a model from the graph: who the examples are, and what was known of them when.

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/strings.h"
#include "relata/score/model.h"
#include "score/feature_columns.h"
#include "score/model_questions.h"
#include "score/recorded_later.h"
#include "score/suspicion.h"
#include "segment/profiling.h"

namespace relata {
namespace {

using internal::Concat;
using internal::Questions;

constexpr std::string_view kKind = "model";

// Where the standard schema says that the outcome of a record is known: what a target that reads
// the field is about.
constexpr struct {
  std::string_view type, field, decided;
} kDecided[] = {
    {"lead", "status", "lead.status in ['converted', 'disqualified']"},
    {"opportunity", "status", "opportunity.status in ['won', 'lost', 'abandoned']"},
    {"quote", "status", "quote.status in ['accepted', 'refused', 'expired', 'superseded']"},
};

bool IsName(std::string_view name) {
  if (name.empty() || name.size() > 63 || name[0] < 'a' || name[0] > 'z') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

absl::StatusOr<std::string> UsuallyDecided(const Crm& crm, const ModelSpec& spec) {
  const TypeDef* type = crm.schema()->Find(spec.type);
  RELATA_ASSIGN_OR_RETURN(
      const internal::Condition target,
      internal::CheckCondition(crm, spec.type, spec.target, {}, ValueType::Kind::kBool));
  const auto& read = target.expression->plan().paths().fields;
  for (const auto& usual : kDecided) {
    if (usual.type != spec.type) continue;
    const FieldDef* field = type->FindField(usual.field);
    const bool about =
        field != nullptr && std::any_of(read.begin(), read.end(), [&](const auto& f) {
          return f.first == type->id && f.second == field->id;
        });
    if (about) return std::string(usual.decided);
  }
  return std::string();
}

absl::StatusOr<ModelSpec> Completed(const Crm& crm, const ModelSpec& asked,
                                    std::string_view purpose) {
  ModelSpec spec = asked;
  if (spec.name.empty()) spec.name = Concat(spec.type, "_propensity");
  if (spec.features.empty()) {
    RELATA_ASSIGN_OR_RETURN(spec.features, AutoFeatures(crm, spec.type, spec.target, purpose));
  }
  if (spec.as_of && spec.decided.empty() && !spec.target.empty()) {
    RELATA_ASSIGN_OR_RETURN(spec.decided, UsuallyDecided(crm, spec));
  }
  return spec;
}

absl::Status CheckSpec(const Crm& crm, const ModelSpec& spec) {
  if (!IsName(spec.name)) {
    return InvalidArgument(Concat("'", spec.name,
                                  "' is no name of a model: lower-case letters, digits and _, "
                                  "beginning with a letter"));
  }
  if (spec.target.empty()) return InvalidArgument("a model needs a target: a condition");
  for (const std::string& text : {spec.target, spec.population, spec.decided}) {
    if (text.empty()) continue;
    RELATA_RETURN_IF_ERROR(
        internal::CheckCondition(crm, spec.type, text, {}, ValueType::Kind::kBool).status());
  }
  for (const std::string& text : spec.features) {
    RELATA_ASSIGN_OR_RETURN(const internal::Condition feature,
                            internal::CheckCondition(crm, spec.type, text, {}, ValueType()));
    RELATA_ASSIGN_OR_RETURN(const bool cyclic, internal::DependsOn(crm, feature.expression->plan(),
                                                                   "score", spec.name));
    if (cyclic) {
      return FailedPrecondition(Concat("model '", spec.name, "' would learn from itself"));
    }
  }
  return absl::OkStatus();
}

// The records to learn from. `rows` are those of the graph that the features are asked of, `today`
// the same records as they stand today.
struct Examples {
  std::vector<Row> rows;
  std::vector<Row> today;
  std::vector<uint8_t> truth;
  std::vector<double> order;
  int64_t undecided = 0;
  int64_t decided = 0;  // at the cut-off already
  int64_t gone = 0;     // deleted since
  int64_t objecting = 0;

  std::vector<std::string> Notes() const {
    std::vector<std::string> notes;
    const auto add = [&](int64_t n, std::string_view why) {
      if (n > 0) notes.push_back(Concat(n, " records left out: ", why));
    };
    add(decided, "decided at the cut-off already");
    add(gone, "deleted since");
    add(undecided, "the target cannot be decided");
    add(objecting, "the person objects to profiling");
    return notes;
  }
};

// Finds the examples. The questions of `then` by place: after the features come the population,
// the target, the order and what is decided; the only question of `today` is the target.
class ExampleFinder {
 public:
  ExampleFinder(Questions& then, Questions* today, size_t features, Timestamp as_of, Timestamp now)
      : then_(then),
        today_(today),
        here_(today == nullptr ? then.view() : today->view()),
        features_(features),
        as_of_(as_of),
        now_(now) {}

  absl::StatusOr<Examples> Find() {
    const TypeId type = then_.type();
    RELATA_ASSIGN_OR_RETURN(const std::set<Row> objectors,
                            internal::ObjectorsTo(here_, type, now_));
    Examples examples;
    std::set<Row> taken;  // records that were two and are one today are one example
    for (Row row = 0; row < then_.view().RowLimit(type); ++row) {
      const RecordRef record{type, row};
      if (!then_.view().Exists(record)) continue;
      RELATA_ASSIGN_OR_RETURN(const EvalResult belongs, then_.Ask(features_, record));
      if (belongs.tri() != Tri::kTrue) continue;
      const RecordRef today = here_.Resolve(record);
      if (!here_.Exists(today)) {
        ++examples.gone;
        continue;
      }
      if (objectors.contains(today.row)) {
        ++examples.objecting;
        continue;
      }
      if (today_ != nullptr && !taken.insert(today.row).second) continue;
      RELATA_RETURN_IF_ERROR(Add(record, today, examples));
    }
    return examples;
  }

 private:
  absl::Status Add(RecordRef record, RecordRef today, Examples& examples) {
    RELATA_ASSIGN_OR_RETURN(EvalResult outcome, then_.Ask(features_ + 1, record));
    if (today_ != nullptr) {
      RELATA_ASSIGN_OR_RETURN(const EvalResult decided, then_.Ask(features_ + 3, record));
      if (outcome.tri() == Tri::kTrue || decided.tri() == Tri::kTrue) {
        ++examples.decided;
        return absl::OkStatus();
      }
      RELATA_ASSIGN_OR_RETURN(outcome, today_->Ask(0, today));
    }
    if (outcome.tri() == Tri::kError) {
      ++examples.undecided;
      return absl::OkStatus();
    }
    RELATA_ASSIGN_OR_RETURN(const EvalResult when, then_.Ask(features_ + 2, record));
    std::optional<double> order;
    if (when.ok()) order = internal::NumberOf(when.value, as_of_);
    const bool instant =
        when.ok() && (when.value.is(Value::Kind::kTimestamp) || when.value.is(Value::Kind::kDate));
    examples.rows.push_back(record.row);
    examples.today.push_back(today.row);
    examples.truth.push_back(outcome.tri() == Tri::kTrue ? 1 : 0);
    // Instants count backwards.
    examples.order.push_back(instant ? -*order : order.value_or(0));
    return absl::OkStatus();
  }

  Questions& then_;
  Questions* const today_;  // null: the target is asked of the same graph
  const Snapshot& here_;
  const size_t features_;
  const Timestamp as_of_;
  const Timestamp now_;
};

std::vector<std::string> TextsOf(const ModelSpec& spec) {
  std::vector<std::string> texts = spec.features;
  texts.push_back(spec.population.empty() ? "true" : spec.population);
  texts.push_back(spec.target);
  texts.push_back(spec.time_order.empty() ? Concat(spec.type, ".created_at") : spec.time_order);
  texts.push_back(spec.decided.empty() ? "false" : spec.decided);
  return texts;
}

// What was learnt, or why nothing could be, with what became of the other records.
absl::StatusOr<Training> Learn(const FeatureTable& table, const Examples& examples,
                               TrainOptions options) {
  options.order = examples.order;
  absl::StatusOr<Training> learnt = TrainPropensity(table, examples.truth, options);
  std::vector<std::string> notes = examples.Notes();
  if (absl::IsFailedPrecondition(learnt.status())) {
    std::string why(Message(learnt.status()));
    for (const std::string& note : notes) why += "; " + note;
    return FailedPrecondition(why);
  }
  if (!learnt.ok()) return learnt;
  if (options.time_split > 0 && !examples.order.empty() &&
      std::all_of(examples.order.begin(), examples.order.end(),
                  [&](double when) { return when == examples.order.front(); })) {
    notes.push_back("time split: all records are of one time, they count in the order of rows");
  }
  for (std::string& note : notes) learnt->notes.push_back(std::move(note));
  return learnt;
}

std::string DayText(Timestamp t) { return FormatTimestamp(t).substr(0, 10); }

// Learns from the graph as it stands.
absl::StatusOr<Training> LearnToday(const Crm& crm, const ModelSpec& spec,
                                    const QueryOptions& options) {
  const std::vector<std::string> texts = TextsOf(spec);
  RELATA_ASSIGN_OR_RETURN(Questions questions, Questions::Prepare(crm, spec.type, texts, options));
  const size_t n = spec.features.size();
  RELATA_ASSIGN_OR_RETURN(const Examples examples,
                          ExampleFinder(questions, nullptr, n, options.now, options.now).Find());
  RELATA_ASSIGN_OR_RETURN(
      const FeatureTable table,
      internal::AskFeatures(questions, spec.features, examples.rows, options.now, nullptr));
  RELATA_ASSIGN_OR_RETURN(Training learnt, Learn(table, examples, spec.training));
  RELATA_RETURN_IF_ERROR(internal::FindRecordedLater(crm, questions, spec.features,
                                                     questions.plan(n + 1), examples.rows,
                                                     examples.truth, learnt.suspicions));
  return learnt;
}

// Learns from what was known at spec.as_of, and what became of it.
absl::StatusOr<Training> LearnFromThePast(const Crm& crm, const ModelSpec& spec,
                                          const QueryOptions& options) {
  const Timestamp as_of = *spec.as_of;
  RELATA_ASSIGN_OR_RETURN(const Crm past, crm.Past({.at = {}, .known_at = as_of}));
  const std::vector<std::string> texts = TextsOf(spec);
  QueryOptions then = options;
  then.now = as_of;
  RELATA_ASSIGN_OR_RETURN(Questions known, Questions::Prepare(past, spec.type, texts, then));
  // Today the target is asked of all, and the features to see which of them know too much by now.
  std::vector<std::string> target = {spec.target};
  RELATA_ASSIGN_OR_RETURN(Questions today, Questions::Prepare(crm, spec.type, target, options));
  RELATA_ASSIGN_OR_RETURN(
      const Examples examples,
      ExampleFinder(known, &today, spec.features.size(), as_of, options.now).Find());
  if (examples.rows.empty()) {
    return FailedPrecondition(
        Concat("no record that the model is about was known and undecided on ", DayText(as_of)));
  }
  RELATA_ASSIGN_OR_RETURN(
      const FeatureTable table,
      internal::AskFeatures(known, spec.features, examples.rows, as_of, nullptr));
  RELATA_ASSIGN_OR_RETURN(Training learnt, Learn(table, examples, spec.training));
  learnt.notes.push_back(Concat("the features are as known on ", DayText(as_of),
                                ", the outcome is what became of it by ", DayText(options.now)));
  RELATA_ASSIGN_OR_RETURN(const int64_t erased, past.Erased(spec.type));
  if (erased > 0) learnt.notes.push_back(Concat(erased, " records left out: erased since"));
  RELATA_ASSIGN_OR_RETURN(Questions now,
                          Questions::Prepare(crm, spec.type, spec.features, options));
  RELATA_ASSIGN_OR_RETURN(
      const FeatureTable later,
      internal::AskFeatures(now, spec.features, examples.today, options.now, nullptr));
  internal::JudgeHindsight(table, later, examples.truth, DayText(as_of), learnt);
  return learnt;
}

}  // namespace

absl::StatusOr<Model> TrainModel(Crm& crm, const ModelSpec& asked, const Actor& actor,
                                 Timestamp now, std::string_view purpose) {
  if (asked.as_of && *asked.as_of >= now) {
    return InvalidArgument("a model learns as of an instant before now");
  }
  Model model;
  RELATA_ASSIGN_OR_RETURN(model.spec, Completed(crm, asked, purpose));
  RELATA_RETURN_IF_ERROR(CheckSpec(crm, model.spec));
  QueryOptions options;
  options.now = now;
  options.reader = actor;
  options.purpose = purpose;
  absl::StatusOr<Training> training = model.spec.as_of ? LearnFromThePast(crm, model.spec, options)
                                                       : LearnToday(crm, model.spec, options);
  RELATA_RETURN_IF_ERROR(training.status());
  model.training = *std::move(training);
  model.trained_at = now;
  Transaction tx = crm.Begin(actor);
  tx.Define(kKind, model.spec.name, ModelToJson(model));
  RELATA_RETURN_IF_ERROR(tx.Commit(now).status());
  RELATA_ASSIGN_OR_RETURN(const Definition saved, crm.FindDefinition(kKind, model.spec.name));
  model.version = saved.version;
  return model;
}

}  // namespace relata

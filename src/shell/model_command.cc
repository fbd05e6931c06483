// SPDX-License-Identifier: Apache-2.0
//
// Propensity models: trained, asked, explained, exported.

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/score/cadence.h"
#include "relata/score/model.h"
#include "shell/command.h"
#include "shell/limit_option.h"
#include "shell/ranking.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

struct Request {
  ModelSpec spec;
  std::string features;
  std::string time_split;
  std::string as_of;
  std::string kind = "logistic";
  std::string purpose;
  std::string record;
  std::string file = "-";
  bool automatic = false;
  size_t limit = 20;
};

std::string Number(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string EstimateText(const Estimate& e) {
  return Concat(Number(e.value, 3), " (", Number(e.low, 3), "-", Number(e.high, 3), ")");
}

void PrintEvaluation(const Session& session, std::string_view title, const Evaluation& e) {
  session.PrintLine(Concat(
      title, ": AUC ", EstimateText(e.auc), session.Say(", log loss ", ", perte logarithmique "),
      Number(e.log_loss, 4), session.Say(" (base rate ", " (taux moyen "),
      Number(e.base_log_loss, 4), session.Say("), calibration error ", "), erreur de calibration "),
      Number(e.calibration_error, 3)));
}

void PrintTables(const Session& session, const Evaluation& e) {
  TextTable reliability({std::string(session.Say("records", "fiches")),
                         std::string(session.Say("predicted", "prédit")),
                         std::string(session.Say("actual (95 %)", "constaté (95 %)"))});
  for (const ReliabilityLine& line : e.reliability) {
    reliability.Add(
        {std::to_string(line.records), Number(line.predicted, 3), EstimateText(line.actual)});
  }
  session.Print(reliability.ToString());
  TextTable lift({std::string(session.Say("best", "meilleurs")),
                  std::string(session.Say("lift", "gain")),
                  std::string(session.Say("found", "trouvés"))});
  for (const LiftLine& line : e.lift) {
    lift.Add({Concat(Number(100 * line.share, 0), " %"), Number(line.lift, 2),
              Concat(Number(100 * line.captured, 0), " %")});
  }
  session.Print(lift.ToString());
}

void PrintTraining(const Session& session, const Model& model) {
  const Training& t = model.training;
  session.PrintLine(Concat(
      model.spec.name, session.Say(": version ", " : version "), model.version, ", ",
      ModelKindName(t.model.kind), ", ", t.records, session.Say(" records, ", " fiches, "),
      t.outcomes, session.Say(" with the outcome, ", " avec l'issue, "), t.model.features.size(),
      t.model.features.size() == 1 ? session.Say(" feature", " caractéristique")
                                   : session.Say(" features", " caractéristiques")));
  PrintEvaluation(session, Concat(model.spec.training.folds, session.Say(" folds", " plis")),
                  t.cross_validated);
  if (t.time_split) {
    PrintEvaluation(session, session.Say("time split", "coupe dans le temps"), *t.time_split);
  }
  PrintTables(session, t.cross_validated);
  TextTable worth({std::string(session.Say("feature", "caractéristique")),
                   std::string(session.Say("alone", "seule")),
                   std::string(session.Say("weight", "poids"))});
  for (size_t i = 0; i < t.worth.size() && i < 10; ++i) {
    worth.Add({t.worth[i].feature, Number(t.worth[i].auc_alone, 3), Number(t.worth[i].spread, 3)});
  }
  session.Print(worth.ToString());
  for (const LeakSign& s : t.suspicions) {
    session.PrintLine(Concat(session.Say("suspicious: ", "suspect : "), s.feature, ": ", s.reason));
  }
  for (const std::string& note : t.notes) session.PrintLine(note);
}

absl::Status ReadRequest(Request& request) {
  if (request.kind != "logistic" && request.kind != "trees") {
    return InvalidArgument(Concat("--kind is logistic or trees, not ", request.kind));
  }
  request.spec.training.kind = request.kind == "trees" ? ModelKind::kTrees : ModelKind::kLogistic;
  request.spec.features = SplitList(request.features);
  if (request.automatic && !request.spec.features.empty()) {
    return InvalidArgument("--features or --auto, not both");
  }
  if (!request.as_of.empty()) {
    request.spec.as_of = ParseInstant(request.as_of);
    if (!request.spec.as_of) {
      return InvalidArgument(
          Concat("--as-of is an instant such as 2026-06-30, not ", request.as_of));
    }
  }
  if (!request.time_split.empty()) {
    char* end = nullptr;
    request.spec.training.time_split = std::strtod(request.time_split.c_str(), &end);
    if (*end != '\0') return InvalidArgument("--time-split is a share such as 0.7");
  }
  return absl::OkStatus();
}

int Train(const Session& session, Request& request) {
  if (const absl::Status status = ReadRequest(request); !status.ok()) return session.Fail(status);
  absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<Model> model =
      TrainModel(*crm, request.spec, session.actor(), session.now(), request.purpose);
  if (!model.ok()) return session.Fail(model.status());
  if (!session.json) {
    PrintTraining(session, *model);
    return kDone;
  }
  Json out = Json::parse(ModelToJson(*model));
  out.erase("model");
  out["name"] = model->spec.name;
  out["version"] = model->version;
  session.PrintLine(out.dump());
  return kDone;
}

int Score(const Session& session, const Request& request) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  QueryOptions asking = QuestionOf(session, request.purpose);
  asking.limit = request.limit;
  const absl::StatusOr<std::vector<ModelScore>> scores =
      TopModelScores(*crm, request.spec.name, asking);
  if (!scores.ok()) return session.Fail(scores.status());
  Ranking ranking(*crm, session, {std::string(session.Say("chance", "chance"))});
  for (const ModelScore& score : *scores) {
    const absl::Status added =
        ranking.Add(score.record, {ChanceText(score.probability, session.language())},
                    {{"probability", score.probability}});
    if (!added.ok()) return session.Fail(added);
  }
  return ranking.Print("model", request.spec.name, "records");
}

int Why(const Session& session, const Request& request) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<RecordRef> record = FindRecord(*crm, request.record);
  if (!record.ok()) return session.Fail(record.status());
  const absl::StatusOr<PropensityReason> why =
      WhyModel(*crm, request.spec.name, *record, QuestionOf(session, request.purpose));
  if (!why.ok()) return session.Fail(why.status());
  Json effects = Json::array();
  for (const FeatureEffect& effect : why->effects) {
    effects.push_back(
        {{"feature", effect.feature}, {"value", effect.value}, {"log_odds", effect.log_odds}});
  }
  if (session.json) {
    session.PrintLine(Json({{"model", request.spec.name},
                            {"probability", why->probability},
                            {"log_odds", why->margin},
                            {"average", why->base},
                            {"effects", effects}})
                          .dump());
    return kDone;
  }
  session.PrintLine(Concat(TitleLine(*crm, session, *record, request.record),
                           ChanceText(why->probability, session.language())));
  for (size_t i = 0; i < why->effects.size() && i < 10; ++i) {
    const FeatureEffect& effect = why->effects[i];
    session.PrintLine(Concat("  ", effect.log_odds >= 0 ? "+" : "", Number(effect.log_odds, 2),
                             "  ", effect.feature, " = ",
                             effect.value.empty() ? "(absent)" : effect.value));
  }
  session.PrintLine(Concat("  ", Number(why->base, 2),
                           session.Say("  the average record", "  la fiche moyenne")));
  return kDone;
}

int Export(const Session& session, const Request& request) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<Model> model = FindModel(*crm, request.spec.name);
  if (!model.ok()) return session.Fail(model.status());
  Json out = Json::parse(ModelToJson(*model));
  out["name"] = model->spec.name;
  out["version"] = model->version;
  const absl::Status written = WriteText(request.file, out.dump(1) + "\n");
  return written.ok() ? kDone : session.Fail(written);
}

int List(const Session& session) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  Json out = Json::array();
  TextTable table({std::string(session.Say("model", "modèle")), "type",
                   std::string(session.Say("target", "cible")), "AUC", "version"});
  for (const Definition& definition : crm->Definitions("model")) {
    const absl::StatusOr<Model> model = FindModel(*crm, definition.name);
    if (!model.ok()) return session.Fail(model.status());
    const Estimate& auc = model->training.cross_validated.auc;
    out.push_back({{"model", definition.name},
                   {"type", model->spec.type},
                   {"target", model->spec.target},
                   {"auc", auc.value},
                   {"version", model->version}});
    table.Add({definition.name, model->spec.type, model->spec.target, EstimateText(auc),
               std::to_string(model->version)});
  }
  session.Print(session.json ? out.dump() + "\n" : table.ToString());
  return kDone;
}

void AddTrain(CLI::App& model, Session& session, const std::shared_ptr<Request>& request) {
  CLI::App* train =
      AddCommand(model, "train", "Learn how probable an outcome is; save the model",
                 "Prints the area under the ROC curve with its 95 % interval, log loss, "
                 "reliability and lift on\n"
                 "records that the fit did not see, and what looks as if it knew the outcome.\n"
                 "--as-of asks the features of the graph as it was known then, so that nothing "
                 "later leaks in;\n"
                 "records decided by then are left out, and what tells more today is named.");
  ModelSpec& spec = request->spec;
  train->add_option("TYPE", spec.type, "Type of the records")->required();
  train->add_option("--target", spec.target, "Condition: the outcome")
      ->type_name("EXPR")
      ->required();
  train->add_option("--name", spec.name, "TYPE_propensity, if not given");
  train->add_option("--features", request->features, "Expressions to learn from")
      ->type_name("EXPR,...");
  train->add_flag("--auto", request->automatic, "Take the fields of the type (if none are named)");
  train->add_option("--population", spec.population, "Condition: whom to learn from")
      ->type_name("EXPR");
  train->add_option("--folds", spec.training.folds)->capture_default_str();
  train
      ->add_option("--time-split", request->time_split,
                   "Also learn from this share of the oldest and test on the rest")
      ->type_name("F");
  train->add_option("--time-order", spec.time_order, "What is older; created_at, if not given")
      ->type_name("EXPR");
  train
      ->add_option("--as-of", request->as_of,
                   "Learn from what was known then; the outcome is today's")
      ->type_name("T");
  train
      ->add_option("--decided", spec.decided,
                   "Condition: the outcome is known (with --as-of: no example then)")
      ->type_name("EXPR");
  train->add_option("--kind", request->kind, "logistic or trees")->capture_default_str();
  train->add_option("--least", spec.training.least_outcomes, "Floor of examples of each outcome")
      ->capture_default_str();
  train->add_option("--purpose", request->purpose, "Only fields collected for it");
  session.On(train, [&session, request] { return Train(session, *request); });
}

}  // namespace

void AddModelCommands(CLI::App& app, Session& session) {
  CLI::App* model =
      AddCommand(app, "model", "Learn how probable an outcome is: conversion, win, churn");
  model->require_subcommand(1);
  auto request = std::make_shared<Request>();
  AddTrain(*model, session, request);
  std::string& name = request->spec.name;
  CLI::App* score = AddCommand(*model, "score", "The most probable records");
  score->add_option("NAME", name)->required();
  score->add_option("--limit", request->limit)
      ->type_name("N")
      ->capture_default_str()
      ->check(NotNegative());
  score->add_option("--purpose", request->purpose, "Only fields collected for it");
  session.On(score, [&session, request] { return Score(session, *request); });
  CLI::App* why = AddCommand(*model, "why", "What makes a record probable");
  why->add_option("NAME", name)->required();
  why->add_option("RECORD", request->record, "TYPE/ID")->required();
  session.On(why, [&session, request] { return Why(session, *request); });
  CLI::App* out = AddCommand(*model, "export", "A model as plain JSON, enough to score elsewhere");
  out->add_option("NAME", name)->required();
  out->add_option("-o,--output", request->file)->capture_default_str();
  session.On(out, [&session, request] { return Export(session, *request); });
  CLI::App* list = AddCommand(*model, "list", "All models");
  session.On(list, [&session] { return List(session); });
}

}  // namespace relata::shell

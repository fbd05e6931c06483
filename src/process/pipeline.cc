// SPDX-License-Identifier: Apache-2.0

#include "relata/process/pipeline.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/json_members.h"
#include "base/strings.h"
#include "engine/definitions.h"

namespace relata {
namespace {

using internal::Concat;
using internal::JsonMembers;
using Json = nlohmann::json;

constexpr std::string_view kKind = "pipeline";

const Stage* FindStage(const Pipeline& pipeline, std::string_view name) {
  const auto found = std::find_if(pipeline.stages.begin(), pipeline.stages.end(),
                                  [&](const Stage& s) { return s.name == name; });
  return found == pipeline.stages.end() ? nullptr : &*found;
}

// The value that this step's write gives the pipeline's field, if it does.
const Value* Moved(const RecordWrite& write, FieldId field) {
  if (write.op != RecordWrite::Op::kUpdate) return nullptr;
  for (const auto& [id, value] : write.values) {
    if (id == field) return value.is_null() ? nullptr : &value;
  }
  return nullptr;
}

absl::Status CheckMove(CommitStep& step, const Pipeline& pipeline, RecordRef record,
                       const std::string& to) {
  const Stage* stage = FindStage(pipeline, to);
  const std::string where = Concat(pipeline.type, ".", pipeline.field);
  if (stage == nullptr) {
    return InvalidArgument(
        Concat(where, ": pipeline '", pipeline.name, "' has no stage '", to, "'"));
  }
  if (!stage->enter.empty()) {
    RELATA_ASSIGN_OR_RETURN(const bool met, step.Test(record, stage->enter));
    if (!met) {
      return FailedPrecondition(Concat(where, ": '", to, "' may be entered when ", stage->enter));
    }
  }
  const TypeDef& type = step.after()->schema().type(record.type);
  if (type.FindField("stage_since") != nullptr) {
    step.next().Update(record, {{"stage_since", Value::Time(step.now())}});
  }
  return absl::OkStatus();
}

// Every pipeline by name, read once a version.
using Pipelines = std::map<std::string, absl::StatusOr<Pipeline>, std::less<>>;
std::shared_ptr<const Pipelines> ParsedPipelines(const Crm& crm) {
  return internal::ParsedDefinitions<Pipeline>(
      crm, kKind, [](const Definition& d) { return ParsePipeline(d.name, d.body); });
}

absl::Status GuardStages(CommitStep& step) {
  if (step.writes().records.empty()) return absl::OkStatus();
  const Schema& schema = step.after()->schema();
  const std::shared_ptr<const Pipelines> pipelines = ParsedPipelines(step.crm());
  for (const auto& [name, parsed] : *pipelines) {
    if (!parsed.ok()) continue;
    const Pipeline& pipeline = *parsed;
    const TypeDef* type = schema.Find(pipeline.type);
    const FieldDef* field = type == nullptr ? nullptr : type->FindField(pipeline.field);
    if (field == nullptr) continue;
    for (const RecordWrite& write : step.writes().records) {
      if (write.type != type->id) continue;
      if (const Value* to = Moved(write, field->id)) {
        RELATA_RETURN_IF_ERROR(CheckMove(step, pipeline, {write.type, write.row}, to->text()));
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<TypeId>> GateTables(const Crm& crm, bool) {
  std::vector<TypeId> tables;
  const std::shared_ptr<const Pipelines> pipelines = ParsedPipelines(crm);
  for (const auto& [name, parsed] : *pipelines) {
    if (!parsed.ok()) continue;
    for (const Stage& stage : parsed->stages) {
      if (stage.enter.empty()) continue;
      RELATA_ASSIGN_OR_RETURN(const std::vector<TypeId> read,
                              crm.TablesOf(parsed->type, stage.enter));
      tables.insert(tables.end(), read.begin(), read.end());
    }
  }
  return tables;
}

Timestamp Later(Timestamp a, const Value& b) {
  return b.is(Value::Kind::kTimestamp) ? std::max(a, b.timestamp()) : a;
}

// The newest instant not after now at which something counted.
absl::StatusOr<Timestamp> LastCounted(const Crm& crm, const Pipeline& pipeline, RecordRef record,
                                      const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(const Value created, crm.Get(record, "created_at"));
  Timestamp last = Later(Timestamp::kMin, created);
  if (crm.schema()->FindField(pipeline.type, "stage_since") != nullptr) {
    RELATA_ASSIGN_OR_RETURN(const Value since, crm.Get(record, "stage_since"));
    last = Later(last, since);
  }
  for (const std::string& text : pipeline.counts) {
    const absl::StatusOr<Value> instants = crm.Evaluate(record, text, options);
    // An element without an instant makes the list an error; it says nothing about when.
    if (absl::IsInvalidArgument(instants.status())) continue;
    RELATA_RETURN_IF_ERROR(instants.status());
    if (!instants->is(Value::Kind::kList)) continue;
    for (const Value& at : instants->list()) {
      if (at.is(Value::Kind::kTimestamp) && at.timestamp() <= options.now) last = Later(last, at);
    }
  }
  return last;
}

}  // namespace

absl::StatusOr<Pipeline> ParsePipeline(std::string_view name, std::string_view body) {
  const Json json = Json::parse(body, nullptr, false);
  JsonMembers in(json, Concat("pipeline '", name, "'"));
  Pipeline pipeline;
  pipeline.name = name;
  pipeline.type = in.Needed("type");
  if (in.Has("field")) pipeline.field = in.Text("field");
  pipeline.open = in.Text("open");
  pipeline.counts = in.Texts("counts");
  std::set<std::string> names;
  for (const Json& item : in.List("stages")) {
    JsonMembers stage(item, Concat(in.where(), ", stage ", pipeline.stages.size() + 1));
    const double days = stage.Number("max_age_days");
    if (days < 0 || days > 36'500) stage.Fail("max_age_days is 0 to 36500");
    pipeline.stages.push_back({stage.Needed("name"),
                               stage.Number("probability"),
                               {static_cast<int64_t>(days * 86'400e6)},
                               stage.Text("enter")});
    if (!names.insert(pipeline.stages.back().name).second) stage.Fail("the name is taken");
    RELATA_RETURN_IF_ERROR(stage.status());
  }
  if (pipeline.stages.empty()) in.Fail("stages are missing");
  RELATA_RETURN_IF_ERROR(in.status());
  return pipeline;
}

absl::Status DefinePipeline(Crm& crm, std::string_view name, std::string_view body,
                            const Actor& actor, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const Pipeline pipeline, ParsePipeline(name, body));
  const std::string where = Concat("pipeline '", name, "'");
  if (crm.schema()->FindField(pipeline.type, pipeline.field) == nullptr) {
    return InvalidArgument(
        Concat(where, ": there is no field ", pipeline.type, ".", pipeline.field));
  }
  const auto check = [&](const std::string& text) {
    if (text.empty()) return absl::OkStatus();
    return Annotate(crm.TablesOf(pipeline.type, text).status(), where);
  };
  RELATA_RETURN_IF_ERROR(check(pipeline.open));
  for (const Stage& stage : pipeline.stages) RELATA_RETURN_IF_ERROR(check(stage.enter));
  for (const std::string& text : pipeline.counts) {
    RELATA_RETURN_IF_ERROR(Annotate(crm.TablesOf(pipeline.type, text, true).status(), where));
  }
  Transaction tx = crm.Begin(actor);
  tx.Define(kKind, name, std::string(body));
  return tx.Commit(now).status();
}

std::vector<Pipeline> ListPipelines(const Crm& crm) {
  std::vector<Pipeline> pipelines;
  const std::shared_ptr<const Pipelines> parsed = ParsedPipelines(crm);
  for (const auto& [name, pipeline] : *parsed) {
    if (pipeline.ok()) pipelines.push_back(*pipeline);
  }
  return pipelines;
}

absl::StatusOr<std::vector<StalledRecord>> StalledRecords(const Crm& crm, std::string_view pipeline,
                                                          const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(const Definition definition, crm.FindDefinition(kKind, pipeline));
  RELATA_ASSIGN_OR_RETURN(const Pipeline p, ParsePipeline(definition.name, definition.body));
  QueryOptions all = options;
  all.limit = 0;
  RELATA_ASSIGN_OR_RETURN(const QueryAnswer open,
                          crm.Query(p.type, p.open.empty() ? "true" : p.open, all));
  std::vector<StalledRecord> stalled;
  for (const Row row : open.rows) {
    const RecordRef record{open.type, row};
    RELATA_ASSIGN_OR_RETURN(const Value stage_name, crm.Get(record, p.field));
    const Stage* stage = FindStage(p, ToDisplay(stage_name));
    if (stage == nullptr || stage->max_age.micros == 0) continue;
    RELATA_ASSIGN_OR_RETURN(const Timestamp last, LastCounted(crm, p, record, options));
    const Duration idle = options.now - last;
    if (idle > stage->max_age) {
      stalled.push_back({record, stage->name, last, idle, stage->max_age});
    }
  }
  std::stable_sort(stalled.begin(), stalled.end(),
                   [](const StalledRecord& a, const StalledRecord& b) { return a.idle > b.idle; });
  return stalled;
}

Decider StageGate() { return {GateTables, GuardStages}; }

}  // namespace relata

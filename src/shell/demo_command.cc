// SPDX-License-Identifier: Apache-2.0
//
// The story: a company's exports become one customer graph that answers and says why.

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "relata/engine/crm.h"
#include "shell/command.h"
#include "shell/demo/story.h"
#include "shell/generate/generate.h"

namespace relata::shell {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kContacts = 1'000;
constexpr uint64_t kSeed = 7;

// The newest instant or day in the graph that is not later than `latest`: the last date in the
// data.
absl::StatusOr<Timestamp> LastInstant(const Crm& crm, Timestamp latest) {
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm.ViewAll());
  Timestamp last = Timestamp::kMin;
  const auto consider = [&](const Value& value) {
    Timestamp at = Timestamp::kMin;
    if (value.is(Value::Kind::kTimestamp)) at = value.timestamp();
    if (value.is(Value::Kind::kDate)) at = UtcMidnight(value.date());
    if (at < latest) last = std::max(last, at);
  };
  for (const TypeDef* type : view->schema().types()) {
    if (type->event) {
      for (int64_t place = 0; place < view->EventCount(type->id); ++place) {
        consider(Value::Time(view->EventAt({type->id, place})));
      }
      continue;
    }
    std::vector<FieldId> fields = {kCreatedAtField};
    for (const FieldDef& field : type->fields) {
      if (field.kind == FieldKind::kTimestamp || field.kind == FieldKind::kDate) {
        fields.push_back(field.id);
      }
    }
    for (Row row = 0; row < view->RowLimit(type->id); ++row) {
      if (!view->Exists({type->id, row})) continue;
      for (const FieldId field : fields) consider(view->Get({type->id, row}, field));
    }
  }
  return last == Timestamp::kMin ? latest : last;
}

absl::Status Tell(const Session& session, const std::string& path, const std::string& report_file) {
  const bool generated = path.empty();
  std::string directory = path;
  GenerateOptions made;
  if (generated) {
    directory = (fs::temp_directory_path() / "relata-demo").string();
    made.directory = directory;
    made.contacts = kContacts;
    made.seed = kSeed;
    RELATA_RETURN_IF_ERROR(GenerateCompany(made));
    session.PrintLine(session.Say(
        "Ateliers Vernay, makers of industrial presses: an ERP export, a CRM export and a "
        "spreadsheet.",
        "Ateliers Vernay, fabricant de presses : un export d'ERP, un export de CRM et un "
        "tableur."));
  }
  const Timestamp start = generated ? made.now : session.now();
  // Nothing outlives the demonstration, so that its key need not be a secret.
  const SecretKey key(std::array<uint8_t, SecretKey::kBytes>{});
  OpenOptions options;
  options.zone = "Europe/Paris";
  if (session.id_seed) options.ids = NewSeededIds(*session.id_seed);
  options.privacy_key = key;
  RELATA_ASSIGN_OR_RETURN(Crm crm, Crm::Open(":memory:", std::move(options)));
  Story story(session, std::move(crm), key, start, generated);
  RELATA_RETURN_IF_ERROR(story.LookBefore(directory));
  RELATA_RETURN_IF_ERROR(story.BringTogether(directory));
  Timestamp now = start;
  if (!generated) {
    RELATA_ASSIGN_OR_RETURN(now, LastInstant(story.crm(), start));
  }
  story.Said(now);
  RELATA_RETURN_IF_ERROR(story.SamePersonTwice());
  RELATA_RETURN_IF_ERROR(story.OneCustomer());
  RELATA_RETURN_IF_ERROR(story.LaterThanUsual());
  RELATA_RETURN_IF_ERROR(story.AlwaysCurrent());
  RELATA_RETURN_IF_ERROR(story.WhoMayBeMailed());
  RELATA_RETURN_IF_ERROR(story.WhatWillBeSold());
  RELATA_RETURN_IF_ERROR(story.ARightExercised(
      generated ? (fs::path(directory) / "tableur" / "suivi_clients.csv").string() : ""));
  RELATA_RETURN_IF_ERROR(story.HowHealthy(report_file));
  if (generated) {
    session.PrintLine(session.Say("\nNow your own files: relata demo FOLDER",
                                  "\nEt maintenant vos fichiers : relata demo DOSSIER"));
  }
  return absl::OkStatus();
}

}  // namespace

void AddDemoCommand(CLI::App& app, Session& session) {
  CLI::App* command =
      AddCommand(app, "demo", "Tell the story of a company, or of a folder of exports",
                 "Without a folder the exports of an invented company are made first. Nothing is "
                 "kept but the\n"
                 "report.");
  auto path = std::make_shared<std::string>();
  auto report = std::make_shared<std::string>("relata-report.html");
  command->add_option("path", *path, "A folder of exports");
  command->add_option("-o,--output", *report, "Where the report goes")->capture_default_str();
  session.On(command, [&session, path, report] {
    const absl::Status told = Tell(session, *path, *report);
    return told.ok() ? kDone : session.Fail(told);
  });
}

}  // namespace relata::shell

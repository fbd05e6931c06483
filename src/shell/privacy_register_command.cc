// SPDX-License-Identifier: Apache-2.0
//
// Retention, registers, wordings, coverage and the proof file.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "relata/privacy/proof.h"
#include "relata/privacy/registers.h"
#include "relata/privacy/retention.h"
#include "shell/command.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

struct RetentionRequest {
  std::string type;
  std::string journal;
  bool yes = false;
  bool rules = false;
};

int PrintRules(const Session& session, const Crm& crm) {
  const absl::StatusOr<std::vector<RetentionRule>> rules = RetentionRules(crm);
  if (!rules.ok()) return session.Fail(rules.status());
  Json out = Json::array();
  TextTable table({"type", std::string(session.Say("active (months)", "actif (mois)")),
                   std::string(session.Say("archive (months)", "archive (mois)")),
                   std::string(session.Say("from", "à partir de")),
                   std::string(session.Say("basis", "motif"))});
  for (const RetentionRule& rule : *rules) {
    out.push_back({{"type", rule.type},
                   {"active_months", rule.active_months},
                   {"archive_months", rule.archive_months},
                   {"trigger", rule.trigger},
                   {"basis", rule.basis}});
    table.Add({rule.type, std::to_string(rule.active_months), std::to_string(rule.archive_months),
               rule.trigger, rule.basis});
  }
  session.Print(session.json ? out.dump() + "\n" : table.ToString());
  return kDone;
}

int PrintLines(const Session& session, const std::vector<RetentionLine>& lines) {
  Json out = Json::array();
  TextTable table({"type", std::string(session.Say("kept", "gardés")),
                   std::string(session.Say("to archive", "à archiver")),
                   std::string(session.Say("to delete", "à supprimer")),
                   std::string(session.Say("held", "gelés"))});
  for (const RetentionLine& line : lines) {
    if (line.kept + line.to_archive + line.to_delete + line.held == 0) continue;
    out.push_back({{"type", line.type},
                   {"kept", line.kept},
                   {"to_archive", line.to_archive},
                   {"to_delete", line.to_delete},
                   {"held", line.held}});
    table.Add({line.type, std::to_string(line.kept), std::to_string(line.to_archive),
               std::to_string(line.to_delete), std::to_string(line.held)});
  }
  session.Print(session.json ? out.dump() + "\n" : table.ToString());
  return kDone;
}

int Retain(const Session& session, const RetentionRequest& request) {
  absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  if (request.rules) return PrintRules(session, *crm);
  if (!request.yes) {
    const auto lines = PreviewRetention(*crm, session.now(), request.type);
    return lines.ok() ? PrintLines(session, *lines) : session.Fail(lines.status());
  }
  const absl::StatusOr<std::optional<SecretKey>> key = session.PrivacyKey();
  if (!key.ok()) return session.Fail(key.status());
  if (!*key) return session.UsageError("what is archived is sealed: give --privacy-key FILE");
  ErasureOptions options(**key);
  const absl::StatusOr<std::string> journal = session.Journal(request.journal);
  if (!journal.ok()) return session.Fail(journal.status());
  options.journal = *journal;
  const auto lines = RunRetention(*crm, options, session.actor(), session.now(), request.type);
  return lines.ok() ? PrintLines(session, *lines) : session.Fail(lines.status());
}

void AddRetention(CLI::App& privacy, Session& session) {
  auto r = std::make_shared<RetentionRequest>();
  CLI::App* command = AddCommand(privacy, "retention", "What has been kept long enough",
                                 "Shows what is due; with --yes archives and deletes it. Terms are "
                                 "those of the schema's cards\n"
                                 "and of definitions of kind \"retention\".");
  command->add_option("--type", r->type, "Of this type only")->type_name("TYPE");
  command->add_flag("--rules", r->rules, "Show the terms");
  command->add_flag("--yes", r->yes, "Do it");
  command->add_option("--journal", r->journal, "The erasure journal")->type_name("FILE");
  session.On(command, [&session, r] { return Retain(session, *r); });
}

// A report that is one JSON document.
template <class Make>
void AddDocument(CLI::App& privacy, Session& session, const std::string& name,
                 const std::string& help, const Make& make) {
  CLI::App* command = AddCommand(privacy, name, help);
  session.On(command, [&session, make] {
    const absl::StatusOr<Crm> crm = session.Open();
    if (!crm.ok()) return session.Fail(crm.status());
    const absl::StatusOr<std::string> text = make(*crm);
    if (!text.ok()) return session.Fail(text.status());
    session.Print(*text);
    return kDone;
  });
}

void AddBreach(CLI::App& privacy, Session& session) {
  struct Request {
    BreachScope scope;
    std::string from;
    std::string until;
    std::string aware;
  };
  auto r = std::make_shared<Request>();
  CLI::App* command = AddCommand(
      privacy, "breach", "Persons, data and deadline of a breach",
      "From the tables named with --type, or else from the access log between two instants.");
  command->add_option("--number", r->scope.number, "Of the breach record")->type_name("NUMBER");
  command->add_option("--type", r->scope.types, "A table that was exposed")->type_name("TYPE");
  command->add_option("--by", r->scope.actor, "Only what this actor read")->type_name("USER");
  command->add_option("--from", r->from, "Begin of the window")->type_name("RFC3339");
  command->add_option("--until", r->until, "End of the window")->type_name("RFC3339");
  command->add_option("--aware", r->aware, "When it became known; --now when not given")
      ->type_name("RFC3339");
  session.On(command, [&session, r] {
    for (const auto& [text, to] : {std::pair{&r->from, &r->scope.from},
                                   {&r->until, &r->scope.until},
                                   {&r->aware, &r->scope.aware_at}}) {
      if (text->empty()) continue;
      const std::optional<Timestamp> at = ParseInstant(*text);
      if (!at) return session.UsageError(Concat("'", *text, "' is no instant"));
      *to = *at;
    }
    const absl::StatusOr<Crm> crm = session.Open();
    if (!crm.ok()) return session.Fail(crm.status());
    const absl::StatusOr<std::string> text = BreachReport(*crm, r->scope, session.now());
    if (!text.ok()) return session.Fail(text.status());
    session.Print(*text);
    return kDone;
  });
}

int Cover(const Session& session) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const auto lines = ConsentCoverage(*crm, session.now());
  if (!lines.ok()) return session.Fail(lines.status());
  Json out = Json::array();
  TextTable table(
      {std::string(session.Say("channel", "canal")),
       std::string(session.Say("purpose", "finalité")),
       std::string(session.Say("allowed", "autorisés")),
       std::string(session.Say("unproven", "non prouvés")),
       std::string(session.Say("denied", "refusés")),
       std::string(session.Say("newest yes <1y/<2y/<3y/older", "dernier oui <1a/<2a/<3a/plus")),
       std::string(session.Say("proven", "prouvés"))});
  for (const CoverageLine& l : *lines) {
    Json proof = Json::object();
    int64_t proven = 0;
    for (int g = 0; g < 5; ++g) {
      proof[std::string(Name(static_cast<Grade>(g)))] = l.by_proof[g];
      if (g >= static_cast<int>(Grade::kRecorded)) proven += l.by_proof[g];
    }
    out.push_back({{"channel", Name(l.channel)},
                   {"purpose", Name(l.purpose)},
                   {"allowed", l.allowed},
                   {"needs_evidence", l.needs_evidence},
                   {"denied", l.denied},
                   {"by_age", l.by_age},
                   {"by_proof", proof}});
    table.Add({std::string(Name(l.channel)), std::string(Name(l.purpose)),
               std::to_string(l.allowed), std::to_string(l.needs_evidence),
               std::to_string(l.denied),
               Concat(l.by_age[0], "/", l.by_age[1], "/", l.by_age[2], "/", l.by_age[3]),
               std::to_string(proven)});
  }
  session.Print(session.json ? out.dump() + "\n" : table.ToString());
  return kDone;
}

int ScanCommand(const Session& session) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const auto findings = ScanTexts(*crm);
  if (!findings.ok()) return session.Fail(findings.status());
  Json out = Json::array();
  for (const TextFinding& f : *findings) {
    const absl::StatusOr<std::string> name = crm->Name(f.record);
    if (!name.ok()) continue;
    out.push_back(
        {{"record", *name}, {"field", f.field}, {"category", f.category}, {"found", f.found}});
    if (!session.json) {
      session.PrintLine(Concat(*name, " ", f.field, ": ", f.category, " (", f.found, ")"));
    }
  }
  if (session.json) session.PrintLine(out.dump());
  return findings->empty() ? kDone : kNo;
}

void AddWording(CLI::App& privacy, Session& session) {
  auto wording = std::make_shared<Wording>();
  auto file = std::make_shared<std::string>();
  CLI::App* command = AddCommand(privacy, "wording", "Keep a wording as it is shown, or list them",
                                 "Consent entries name it by the reference that is printed.");
  command->add_option("NAME", wording->name, "What it is for");
  command->add_option("VERSION", wording->version, "Its version");
  command->add_option("--language", wording->language, "Of the text: fr")->type_name("LANGUAGE");
  command->add_option("--file", *file, "The text")->type_name("FILE");
  session.On(command, [&session, wording, file] {
    absl::StatusOr<Crm> crm = session.Open();
    if (!crm.ok()) return session.Fail(crm.status());
    if (!wording->name.empty()) {
      const absl::StatusOr<std::string> text = ReadText(*file);
      if (!text.ok()) return session.Fail(text.status());
      wording->text = *text;
      const auto saved = SaveWording(*crm, *wording, session.actor(), session.now());
      if (!saved.ok()) return session.Fail(saved.status());
      session.PrintLine(saved->reference);
      return kDone;
    }
    const auto wordings = ListWordings(*crm);
    if (!wordings.ok()) return session.Fail(wordings.status());
    Json out = Json::array();
    for (const Wording& w : *wordings) {
      out.push_back({{"name", w.name},
                     {"version", w.version},
                     {"language", w.language},
                     {"reference", w.reference},
                     {"text", w.text}});
      if (!session.json) {
        session.PrintLine(Concat(w.name, " ", w.version, " ", w.language, " ", w.reference));
      }
    }
    if (session.json) session.PrintLine(out.dump());
    return kDone;
  });
}

void AddProof(CLI::App& privacy, Session& session) {
  auto seed = std::make_shared<std::string>();
  auto output = std::make_shared<std::string>("relata-proof.json");
  CLI::App* command = AddCommand(
      privacy, "proof", "One signed file for an inspection",
      "Register, wordings, coverage, requests with delays, retention, erasures, breaches. The\n"
      "signature (Ed25519) goes to OUTPUT.sig with the public key.");
  command->add_option("--sign-key", *seed, "File with the seed of the signing key (64 hex digits)")
      ->type_name("FILE")
      ->required();
  command->add_option("-o,--output", *output, "Where it goes")->capture_default_str();
  session.On(command, [&session, seed, output] {
    const absl::StatusOr<std::optional<SecretKey>> key = ReadKey(*seed);
    if (!key.ok()) return session.Fail(key.status());
    const absl::StatusOr<Crm> crm = session.Open();
    if (!crm.ok()) return session.Fail(crm.status());
    const auto proof = MakeProofFile(*crm, **key, session.now(), session.language());
    if (!proof.ok()) return session.Fail(proof.status());
    absl::Status written = WriteText(*output, proof->document);
    if (written.ok()) {
      written = WriteText(*output + ".sig", Json({{"algorithm", "Ed25519"},
                                                  {"public_key", proof->public_key},
                                                  {"signature", proof->signature}})
                                                    .dump() +
                                                "\n");
    }
    if (!written.ok()) return session.Fail(written);
    session.PrintLine(
        Concat(*output, session.Say(" signed by ", " signé par "), proof->public_key));
    return kDone;
  });

  auto file = std::make_shared<std::string>();
  CLI::App* verify = AddCommand(privacy, "verify-proof", "Is a proof file as it was signed?",
                                "Reads FILE.sig beside it. Status 1 when it is not.");
  verify->add_option("FILE", *file, "The proof file")->required();
  session.On(verify, [&session, file] {
    const absl::StatusOr<std::string> document = ReadText(*file);
    const absl::StatusOr<std::string> signature = ReadText(*file + ".sig");
    if (!document.ok()) return session.Fail(document.status());
    if (!signature.ok()) return session.Fail(signature.status());
    const Json json = Json::parse(*signature, nullptr, false);
    const bool good = json.is_object() && VerifyProofFile(*document, json.value("signature", ""),
                                                          json.value("public_key", ""));
    session.PrintLine(good ? session.Say("as it was signed", "tel que signé")
                           : session.Say("not what was signed", "ce n'est pas ce qui fut signé"));
    return good ? kDone : kNo;
  });
}

}  // namespace

void AddPrivacyRegisterCommands(CLI::App& privacy, Session& session) {
  AddRetention(privacy, session);
  AddDocument(privacy, session, "register", "The register of processing (GDPR 30)",
              [&session](const Crm& crm) {
                return ProcessingRegister(crm, session.now(), session.language());
              });
  AddDocument(privacy, session, "breaches", "The register of breaches",
              [&session](const Crm& crm) { return BreachRegister(crm, session.now()); });
  AddBreach(privacy, session);
  CLI::App* coverage =
      AddCommand(privacy, "coverage", "How far consent reaches, by channel and purpose");
  session.On(coverage, [&session] { return Cover(session); });
  CLI::App* scan = AddCommand(privacy, "scan", "Texts that hold what must not be there",
                              "Status 1 when there are some.");
  session.On(scan, [&session] { return ScanCommand(session); });
  AddWording(privacy, session);
  AddProof(privacy, session);
}

}  // namespace relata::shell

// SPDX-License-Identifier: Apache-2.0
//
// The rules by which a database decides, the registers it knows, and receipts of what was said.

#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/base/text.h"
#include "relata/consent/receipt.h"
#include "relata/segment/contact_rules.h"
#include "shell/command.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

// --- Receipts

struct ReceiptRequest {
  std::string person;
  int64_t entry = 0;
  std::string country;
  ReceiptContext context;
  ReceiptController controller;
};

// The entry asked for, or the newest that has a receipt.
absl::StatusOr<std::string> ReceiptOf(const Crm& crm, const ReceiptRequest& request) {
  RELATA_ASSIGN_OR_RETURN(const RecordRef person, FindRecord(crm, request.person));
  RELATA_ASSIGN_OR_RETURN(const std::string name, crm.Name(person));
  const TypeId types[] = {person.type};
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm.View(types));
  RELATA_ASSIGN_OR_RETURN(const std::vector<ConsentEntry> ledger, view->Ledger(person, {}));
  ReceiptContext context = request.context;
  context.principal_id = name;
  context.controllers = {request.controller};
  std::string country = request.country;
  if (country.empty()) {
    const absl::StatusOr<Value> known = crm.Get(person, "country");
    if (known.ok() && known->is(Value::Kind::kText)) country = known->text();
  }
  context.jurisdiction = ParseJurisdiction(country);
  for (size_t i = ledger.size(); i-- > 0;) {
    const ConsentEntry& entry = ledger[i];
    if (request.entry != 0 && entry.seq != request.entry) continue;
    context.receipt_id = Concat(name, "#", entry.seq);
    absl::StatusOr<std::string> receipt = MakeReceipt(entry, context);
    if (receipt.ok() || request.entry != 0) return receipt;
    if (ConsentStatusOf(entry) != "ConsentUnknown") return receipt;
  }
  return NotFound(Concat(request.person, " has said nothing that a receipt is given for"));
}

int PrintReceipt(const Session& session, const ReceiptRequest& request) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<std::string> receipt = ReceiptOf(*crm, request);
  if (!receipt.ok()) return session.Fail(receipt.status());
  session.PrintLine(*receipt);
  return kDone;
}

void AddReceipt(CLI::App& consent, Session& session) {
  auto request = std::make_shared<ReceiptRequest>();
  CLI::App* command = AddCommand(
      consent, "receipt", "The receipt of a consent or withdrawal, as JSON",
      "The fields of the Kantara consent receipt 1.1, with the record of ISO/IEC TS 27560.\n"
      "Without --entry: of the newest thing the person said.");
  command->add_option("PERSON", request->person, "TYPE/ID")->required();
  command->add_option("--entry", request->entry, "Its number, as `consent history` shows it")
      ->type_name("N");
  command->add_option("--controller", request->controller.name, "Who processes the data")
      ->type_name("NAME")
      ->required();
  command->add_option("--controller-contact", request->controller.contact)->type_name("TEXT");
  command->add_option("--controller-email", request->controller.email)->type_name("EMAIL");
  command->add_option("--policy-url", request->context.policy_url, "Where the policy is read")
      ->type_name("URL")
      ->required();
  command->add_option("--service", request->context.service, "To what it belongs")
      ->type_name("TEXT");
  command->add_option("--notice", request->context.notice, "The words shown")->type_name("TEXT");
  command->add_option("--termination", request->context.termination, "How to withdraw")
      ->type_name("TEXT");
  command->add_option("--retention", request->context.retention, "For how long data is kept")
      ->type_name("TEXT");
  command->add_option("--data", request->context.data_categories, "Categories of data")
      ->type_name("TEXT");
  command->add_option("--country", request->country, "Whose law; the person's when not given")
      ->type_name("CODE");
  session.On(command, [&session, request] { return PrintReceipt(session, *request); });
}

// --- Registers

struct RegisterRequest {
  std::string file;
  std::string name;
  std::string country = "FR";
  std::string from;
  bool removed = false;
};

// "NUMBER" or "NUMBER;2026-01-31" a line; '#' begins a comment.
absl::Status ReadNumbers(std::string_view text, RegisterList* list) {
  for (int number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    std::string_view line = TrimSpace(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.empty() || line.front() == '#') continue;
    const size_t separator = line.find_first_of(";,");
    std::optional<Date> day;
    if (separator != std::string_view::npos) {
      const std::optional<Timestamp> at = ParseInstant(TrimSpace(line.substr(separator + 1)));
      if (!at)
        return InvalidArgument(Concat("line ", number, ": a day is expected after the number"));
      day = UtcDate(*at);
    }
    list->numbers.emplace_back(TrimSpace(line.substr(0, separator)), day);
  }
  return absl::OkStatus();
}

int ImportNumbers(const Session& session, const RegisterRequest& request) {
  RegisterList list;
  if (!internal::ParseIn(internal::kRegisterNames, request.name, &list.list) ||
      list.list == Register::kUnknown) {
    return session.UsageError(Concat("'", request.name,
                                     "' is no register: bloctel, TPS, CTPS or "
                                     "US-DNC"));
  }
  list.country = request.country;
  list.listed = !request.removed;
  list.listed_from = session.now();
  if (!request.from.empty()) {
    const std::optional<Timestamp> from = ParseInstant(request.from);
    if (!from) return session.UsageError(Concat("--from is a day, not ", request.from));
    list.listed_from = *from;
  }
  const absl::StatusOr<std::string> text = ReadText(request.file);
  if (!text.ok()) return session.Fail(text.status());
  if (const absl::Status read = ReadNumbers(*text, &list); !read.ok()) return session.Fail(read);
  absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<RegisterImport> done =
      ImportRegister(*crm, list, session.actor(), session.now());
  if (!done.ok()) return session.Fail(done.status());
  for (const std::string& refused : done->refused) {
    session.Warn(Concat("'", refused, "' is no telephone number"));
  }
  if (session.json) {
    session.PrintLine(Json({{"register", request.name},
                            {"kept", done->kept},
                            {"unchanged", done->unchanged},
                            {"refused", done->refused}})
                          .dump());
  } else {
    session.PrintLine(Concat(request.name, ": ", done->kept,
                             request.removed ? session.Say(" taken off, ", " retirés, ")
                                             : session.Say(" listed, ", " inscrits, "),
                             done->unchanged,
                             request.removed ? session.Say(" were not on it", " n'y étaient pas")
                                             : session.Say(" known already", " déjà connus")));
  }
  return done->refused.empty() ? kDone : kNo;
}

void AddRegister(CLI::App& consent, Session& session) {
  CLI::App* registers =
      AddCommand(consent, "register", "National registers of numbers not to call");
  registers->require_subcommand(1);
  auto request = std::make_shared<RegisterRequest>();
  CLI::App* command = AddCommand(
      *registers, "import", "Keep a register's list of numbers",
      "One number a line, with the day from which it is listed behind a semicolon where it is\n"
      "known. Calls to those numbers are then refused as the law of each place says.");
  command->add_option("FILE", request->file, "The list, or - for standard input")->required();
  command->add_option("--register", request->name, "bloctel, TPS, CTPS, US-DNC")
      ->type_name("R")
      ->required();
  command->add_option("--country", request->country, "Of numbers without a country code")
      ->type_name("CODE")
      ->capture_default_str();
  command->add_option("--from", request->from, "From when numbers without a day are listed")
      ->type_name("DAY");
  command->add_flag("--removed", request->removed, "The numbers have left the register");
  session.On(command, [&session, request] { return ImportNumbers(session, *request); });
}

// --- Rules

int PrintRules(const Session& session) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<std::shared_ptr<const ConsentRules>> rules = RulesOf(*crm);
  if (!rules.ok()) return session.Fail(rules.status());
  Json packs = Json::object();
  for (const Jurisdiction j : (*rules)->pack.all()) {
    packs[std::string(Name(j))] = VersionText((*rules)->pack.version(j));
  }
  Json own = Json::array();
  for (const Definition& d : crm->Definitions("rule_pack")) own.push_back(d.name);
  Json flags = Json::object();
  for (const Definition& d : crm->Definitions("consent_policy")) {
    flags[d.name] = Json::parse(d.body, nullptr, false).value("value", "");
  }
  if (session.json) {
    session.PrintLine(Json({{"packs", packs}, {"own", own}, {"flags", flags}}).dump());
    return kDone;
  }
  for (const auto& [name, version] : packs.items()) {
    session.PrintLine(Concat(name, "  ", version.get<std::string>()));
  }
  for (const Json& name : own) {
    session.PrintLine(
        Concat(session.Say("own rules: ", "règles propres : "), name.get<std::string>()));
  }
  for (const auto& [name, value] : flags.items()) {
    session.PrintLine(Concat(name, " = ", value.get<std::string>()));
  }
  return kDone;
}

template <class E, size_t N>
std::string NamesOf(uint32_t set, const std::string_view (&names)[N], E first) {
  std::string out;
  for (size_t i = static_cast<size_t>(first); i < N; ++i) {
    if ((set >> i & 1) != 0) out += Concat(out.empty() ? "" : ",", names[i]);
  }
  return out.empty() ? "all" : out;
}

std::string DayIn(Timestamp at) {
  return at == Timestamp::kMin || at == Timestamp::kMax ? "" : FormatTimestamp(at);
}

// The rows of one pack: which rule, for whom, in force when, written down where.
int ShowRules(const Session& session, const std::string& name) {
  const Jurisdiction j = ParseJurisdiction(name);
  if (j == Jurisdiction::kUnknown && name != "common") {
    return session.UsageError(Concat("'", name, "' is no pack: common, FR, DE, UK, EU, US, ..."));
  }
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<std::shared_ptr<const ConsentRules>> rules = RulesOf(*crm);
  if (!rules.ok()) return session.Fail(rules.status());
  Json out = Json::array();
  TextTable table(
      {std::string(session.Say("rule", "règle")), std::string(session.Say("channels", "canaux")),
       std::string(session.Say("audience", "public")), std::string(session.Say("from", "du")),
       std::string(session.Say("until", "au")), std::string(session.Say("written in", "texte"))});
  for (size_t kind = 0; kind < kRowKinds; ++kind) {
    for (const RuleRow& row : (*rules)->pack.Rows(j, static_cast<RowKind>(kind))) {
      const std::string channels = NamesOf(row.channels, internal::kChannelNames, Channel::kEmail);
      const std::string audience = NamesOf(row.audiences, internal::kAudienceNames, Audience::kB2c);
      table.Add({std::string(Name(row.rule)), channels, audience, DayIn(row.from), DayIn(row.until),
                 row.citation});
      out.push_back({{"rule", Name(row.rule)},
                     {"channels", channels},
                     {"audience", audience},
                     {"from", DayIn(row.from)},
                     {"until", DayIn(row.until)},
                     {"citation", row.citation}});
    }
  }
  session.Print(session.json ? out.dump() + "\n" : table.ToString());
  return kDone;
}

// Runs `change` on the open database.
template <class F>
int Change(const Session& session, F change) {
  absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::Status done = change(*crm);
  return done.ok() ? kDone : session.Fail(done);
}

void AddRules(CLI::App& consent, Session& session) {
  CLI::App* rules = AddCommand(consent, "rules", "Which rules are in force, and the host's own",
                               "Without a command below: the packs with their versions, the host's "
                               "texts and flags.");
  session.On(rules, [&session, rules] {
    return rules->get_subcommands().empty() ? PrintRules(session) : session.exit_status();
  });
  auto name = std::make_shared<std::string>();
  auto file = std::make_shared<std::string>();
  auto value = std::make_shared<std::string>();
  CLI::App* show = AddCommand(*rules, "show", "The rows of one pack with their texts of law",
                              "In the order in which they are tried, the host's rows among them. "
                              "Instants are the places' midnights in UTC.");
  show->add_option("PACK", *name, "common, FR, DE, UK, EU, US, US-CA, CA")->required();
  session.On(show, [&session, name] { return ShowRules(session, *name); });
  CLI::App* load = AddCommand(*rules, "load", "Keep rules of one's own",
                              "Read after the library's, in the format of consent/rule_pack.h: "
                              "'amend FR 2027.1 Europe/Paris'.");
  load->add_option("NAME", *name, "What they are called")->required();
  load->add_option("FILE", *file, "The text, or - for standard input")->required();
  session.On(load, [&session, name, file] {
    const absl::StatusOr<std::string> text = ReadText(*file);
    if (!text.ok()) return session.Fail(text.status());
    return Change(session, [&](Crm& crm) {
      return DefineRules(crm, *name, *text, session.actor(), session.now());
    });
  });
  CLI::App* drop = AddCommand(*rules, "drop", "Retire rules of one's own");
  drop->add_option("NAME", *name, "What they are called")->required();
  session.On(drop, [&session, name] {
    return Change(session, [&](Crm& crm) {
      return DefineRules(crm, *name, "", session.actor(), session.now());
    });
  });
  CLI::App* flag = AddCommand(*rules, "flag", "Set a flag or house rule",
                              "Without a value the packs' own is taken again. House rules:\n"
                              "quiet_hours '22:00-08:00 email,sms', freq_cap 'email 3/7'.");
  flag->add_option("NAME", *name, "fr_press_exception, quiet_hours, ...")->required();
  flag->add_option("VALUE", *value, "on, off, a number, a date or a word");
  session.On(flag, [&session, name, value] {
    return Change(session, [&](Crm& crm) {
      return SetConsentFlag(crm, *name, *value, session.actor(), session.now());
    });
  });
}

}  // namespace

void AddConsentRulesCommands(CLI::App& consent, Session& session) {
  AddReceipt(consent, session);
  AddRegister(consent, session);
  AddRules(consent, session);
}

}  // namespace relata::shell

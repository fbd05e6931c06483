// SPDX-License-Identifier: Apache-2.0
//
// The consent ledger of a database: what was said, and what may therefore be done.

#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/consent/vocabulary.h"
#include "relata/engine/audit_log.h"
#include "shell/command.h"
#include "shell/contact_plan.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

// The words of one ledger entry, as given on the command line.
struct EntryRequest {
  std::string person;
  std::string event;
  std::string channel;
  std::string purpose;
  std::string topic;
  std::string point;
  std::string at;
  std::string source;
  std::string text;
  std::string form;
  std::string reference;
  std::string expires;
  bool double_opt_in = false;
};

// The source called so; kOther for a word of the host's own.
ConsentSource SourceNamed(std::string_view name) {
  for (const ConsentSource source :
       {ConsentSource::kWeb, ConsentSource::kCall, ConsentSource::kPaper, ConsentSource::kImport,
        ConsentSource::kAgent}) {
    if (Name(source) == name) return source;
  }
  return name.empty() ? ConsentSource::kNone : ConsentSource::kOther;
}

absl::StatusOr<ConsentEntry> EntryOf(const Crm& crm, const Session& session,
                                     const EntryRequest& request) {
  ConsentEntry entry;
  RELATA_ASSIGN_OR_RETURN(const RecordRef person, FindRecord(crm, request.person));
  entry.person = PartyId::Of(person);
  entry.event = ParseConsentEvent(request.event);
  if (entry.event == ConsentEvent::kUnknown) {
    return InvalidArgument(Concat("'", request.event, "' is no event of the consent ledger"));
  }
  if (!request.channel.empty()) {
    const Channel channel = ParseChannel(request.channel);
    if (channel == Channel::kUnknown) {
      return InvalidArgument(Concat("'", request.channel, "' is no channel"));
    }
    entry.scope.channels = Bit(channel);
  }
  if (!request.purpose.empty()) {
    const Purpose purpose = ParsePurpose(request.purpose);
    if (purpose == Purpose::kUnknown) {
      return InvalidArgument(Concat("'", request.purpose, "' is no purpose"));
    }
    entry.scope.purposes = Bit(purpose);
  }
  if (!request.topic.empty()) entry.scope.topics = {request.topic};
  if (!request.point.empty()) {
    RELATA_ASSIGN_OR_RETURN(const RecordRef point, FindRecord(crm, request.point));
    entry.point = PartyId::Of(point);
  }
  entry.at = session.now();
  if (!request.at.empty()) {
    const std::optional<Timestamp> at = ParseInstant(request.at);
    if (!at) return InvalidArgument(Concat("--at is an instant, not ", request.at));
    entry.at = *at;
  }
  if (!request.expires.empty()) {
    const std::optional<Timestamp> expires = ParseInstant(request.expires);
    if (!expires) return InvalidArgument(Concat("--expires is an instant, not ", request.expires));
    entry.expires_at = *expires;
  }
  entry.evidence.source = SourceNamed(request.source);
  entry.evidence.text = request.text;
  entry.evidence.form_version = request.form;
  entry.evidence.reference = request.reference;
  entry.evidence.language = session.language() == Language::kFrench ? "fr" : "en";
  if (request.double_opt_in) entry.evidence.doi = DoubleOptIn::kEmail;
  return entry;
}

int Record(const Session& session, const EntryRequest& request) {
  absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<ConsentEntry> entry = EntryOf(*crm, session, request);
  if (!entry.ok()) return session.Fail(entry.status());
  Transaction tx = crm->Begin(session.actor());
  tx.RecordConsent(*entry);
  const absl::StatusOr<Commit> commit = tx.Commit(session.now());
  if (!commit.ok()) return session.Fail(commit.status());
  if (session.json) {
    session.PrintLine(Json({{"person", request.person},
                            {"event", request.event},
                            {"at", FormatTimestamp(entry->at)},
                            {"commit", commit->id}})
                          .dump());
  } else {
    session.PrintLine(
        Concat(request.person, ": ", request.event, session.Say(" recorded", " enregistré")));
  }
  return kDone;
}

// The names of the channels or purposes in a set; empty means any.
template <class E>
std::string Names(uint32_t set, E last) {
  std::string out;
  for (int i = 1; i <= static_cast<int>(last); ++i) {
    if ((set >> i & 1) == 0) continue;
    out += Concat(out.empty() ? "" : ",", Name(static_cast<E>(i)));
  }
  return out;
}

Json EntryJson(const Crm& crm, const ConsentEntry& e) {
  Json out = {{"seq", e.seq},
              {"event", Name(e.event)},
              {"at", FormatTimestamp(e.at)},
              {"recorded_at", FormatTimestamp(e.recorded_at)}};
  if (e.scope.channels != 0) out["channel"] = Names(e.scope.channels, Channel::kAny);
  if (e.scope.purposes != 0) out["purpose"] = Names(e.scope.purposes, Purpose::kSaleShare);
  if (!e.scope.topics.empty()) out["topics"] = e.scope.topics;
  if (!e.point.none()) out["point"] = ValueJson(crm, Value::Record(e.point.ref()));
  out["source"] = Name(e.evidence.source);
  if (!e.evidence.text.empty()) out["text"] = e.evidence.text;
  if (!e.evidence.form_version.empty()) out["form_version"] = e.evidence.form_version;
  if (!e.evidence.reference.empty()) out["reference"] = e.evidence.reference;
  if (e.expires_at != Timestamp::kMax) out["expires_at"] = FormatTimestamp(e.expires_at);
  return out;
}

int PrintLedger(const Session& session, const std::string& person) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<RecordRef> record = FindRecord(*crm, person);
  if (!record.ok()) return session.Fail(record.status());
  // Whoever may not read the person does not read what she said.
  const absl::StatusOr<Value> may = crm->Evaluate(*record, "true", QuestionOf(session));
  if (!may.ok()) return session.Fail(may.status());
  const TypeId types[] = {record->type};
  const absl::StatusOr<std::shared_ptr<const Snapshot>> view = crm->View(types);
  if (!view.ok()) return session.Fail(view.status());
  Json out = Json::array();
  TextTable table({"#", std::string(session.Say("when", "quand")),
                   std::string(session.Say("event", "événement")),
                   std::string(session.Say("channel", "canal")),
                   std::string(session.Say("purpose", "finalité")), "source",
                   std::string(session.Say("words", "texte"))});
  const absl::StatusOr<std::vector<ConsentEntry>> ledger = (*view)->Ledger(*record, {});
  if (!ledger.ok()) return session.Fail(ledger.status());
  for (const ConsentEntry& e : *ledger) {
    out.push_back(EntryJson(*crm, e));
    const std::string channel = Names(e.scope.channels, Channel::kAny);
    const std::string purpose = Names(e.scope.purposes, Purpose::kSaleShare);
    const std::string_view any = session.Say("any", "tous");
    table.Add({std::to_string(e.seq), FormatTimestamp(e.at), std::string(Name(e.event)),
               channel.empty() ? std::string(any) : channel,
               purpose.empty() ? std::string(any) : purpose, std::string(Name(e.evidence.source)),
               e.evidence.text});
  }
  if (session.json) {
    session.PrintLine(Json({{"person", person}, {"entries", out}}).dump());
  } else {
    session.Print(table.ToString());
  }
  return kDone;
}

void AddDecide(CLI::App& consent, Session& session) {
  auto person = std::make_shared<std::string>();
  auto plan = std::make_shared<PlanRequest>();
  CLI::App* command = AddCommand(
      consent, "decide", "May this person be reached?",
      "The decision with its rule, article and entries, and what evidence is missing.\nStatus 0 "
      "when allowed, 1 when not.");
  command->add_option("PERSON", *person, "TYPE/ID of a contact or lead")->required();
  AddPlanOptions(*command, *plan);
  session.On(command, [&session, person, plan] {
    const absl::StatusOr<Crm> crm = session.Open();
    if (!crm.ok()) return session.Fail(crm.status());
    return DecideContact(*crm, session, *person, *plan);
  });
}

void AddRecord(CLI::App& consent, Session& session) {
  auto r = std::make_shared<EntryRequest>();
  CLI::App* command = AddCommand(
      consent, "record", "Append a line to the consent ledger",
      "EVENT is grant, request, confirm, withdraw, object, optout, suppress, complaint, bounce,\n"
      "refuse_call, restrict, unrestrict or erase. A grant names --channel and --purpose; a line\n"
      "that leaves one out speaks for all of them.");
  command->add_option("PERSON", r->person, "TYPE/ID")->required();
  command->add_option("EVENT", r->event, "What happened")->required();
  command->add_option("--channel", r->channel, "email, sms, phone, robocall, post")->type_name("C");
  command->add_option("--purpose", r->purpose, "marketing, newsletter, events, offers, ...")
      ->type_name("P");
  command->add_option("--topic", r->topic, "A topic of the host's own")->type_name("T");
  command->add_option("--point", r->point, "The address or number: TYPE/ID")->type_name("RECORD");
  command->add_option("--at", r->at, "When it happened; --now when not given")
      ->type_name("RFC3339");
  command->add_option("--expires", r->expires, "Until when it holds")->type_name("RFC3339");
  command->add_option("--source", r->source, "web, call, paper, import, agent")
      ->type_name("SOURCE");
  command->add_option("--text", r->text, "The words shown, or their hash")->type_name("TEXT");
  command->add_option("--form", r->form, "Version of the form")->type_name("VERSION");
  command->add_option("--reference", r->reference, "Page, call or file")->type_name("REF");
  command->add_flag("--double-opt-in", r->double_opt_in, "Confirmed from the mailbox");
  session.On(command, [&session, r] { return Record(session, *r); });
}

void AddHistory(CLI::App& consent, Session& session) {
  auto person = std::make_shared<std::string>();
  CLI::App* command = AddCommand(consent, "history", "What a person said, oldest first");
  command->add_option("PERSON", *person, "TYPE/ID")->required();
  session.On(command, [&session, person] { return PrintLedger(session, *person); });
}

}  // namespace

int DecideContact(const Crm& crm, const Session& session, const std::string& person,
                  const PlanRequest& request) {
  const absl::StatusOr<ContactPlan> plan = PlanOf(session, request);
  if (!plan.ok()) return session.Fail(plan.status());
  const absl::StatusOr<RecordRef> record = FindRecord(crm, person);
  if (!record.ok()) return session.Fail(record.status());
  const absl::StatusOr<ConsentExplanation> why =
      WhyContact(crm, *record, *plan, session.language());
  if (!why.ok()) return session.Fail(why.status());
  const absl::Status logged =
      LogDecision(crm, session.actor(), *record, Name(why->decision.rule), plan->at);
  if (!logged.ok()) return session.Fail(logged);
  if (session.json) {
    Json out = {{"person", person}, {"at", FormatTimestamp(plan->at)}};
    out.update(Json::parse(why->ToJson()));
    session.PrintLine(out.dump());
  } else {
    const std::string text = why->ToText();
    session.Print(text);
    if (!text.ends_with('\n')) session.Print("\n");
  }
  return why->decision.allowed() ? kDone : kNo;
}

void AddConsentLedgerCommands(CLI::App& consent, Session& session) {
  AddDecide(consent, session);
  AddHistory(consent, session);
  AddRecord(consent, session);
}

}  // namespace relata::shell

// SPDX-License-Identifier: Apache-2.0
//
// Requests of persons: open, list, check, extend, answer.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "relata/exchange/parse.h"
#include "relata/privacy/rights.h"
#include "shell/command.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

Json RequestJson(const Crm& crm, const RequestState& r) {
  Json out = {{"number", r.number},
              {"right", r.right},
              {"status", r.status},
              {"received_at", FormatTimestamp(r.received_at)},
              {"due_at", FormatTimestamp(r.due_at)},
              {"overdue", r.overdue}};
  const absl::StatusOr<std::string> name = crm.Name(r.person);
  if (name.ok()) out["person"] = *name;
  if (!r.identity.empty()) out["identity"] = r.identity;
  if (r.answered_at) out["answered_at"] = FormatTimestamp(*r.answered_at);
  return out;
}

int Say(const Session& session, const Crm& crm, const std::string& number) {
  const absl::StatusOr<RequestState> request = FindRequest(crm, number, session.now());
  if (!request.ok()) return session.Fail(request.status());
  if (session.json) {
    session.PrintLine(RequestJson(crm, *request).dump());
  } else {
    session.PrintLine(Concat(request->number, ": ", request->right, ", ", request->status,
                             session.Say(", due ", ", échéance "),
                             FormatDate(UtcDate(request->due_at))));
  }
  return kDone;
}

int List(const Session& session, bool all) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const auto requests = ListRequests(*crm, QuestionOf(session), all);
  if (!requests.ok()) return session.Fail(requests.status());
  Json out = Json::array();
  bool overdue = false;
  TextTable table(
      {std::string(session.Say("number", "numéro")), std::string(session.Say("right", "droit")),
       std::string(session.Say("status", "statut")), std::string(session.Say("received", "reçue")),
       std::string(session.Say("due", "échéance")), ""});
  for (const RequestState& r : *requests) {
    out.push_back(RequestJson(*crm, r));
    overdue |= r.overdue && r.open;
    table.Add({r.number, r.right, r.status, FormatDate(UtcDate(r.received_at)),
               FormatDate(UtcDate(r.due_at)),
               std::string(r.overdue ? session.Say("late", "en retard") : "")});
  }
  session.Print(session.json ? out.dump() + "\n" : table.ToString());
  return overdue ? kNo : kDone;
}

struct OpenRequestText {
  std::string right;
  std::string person;
  std::string received;
  std::string reply_to;
};

int Open(const Session& session, const OpenRequestText& text) {
  absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  NewRequest request;
  request.right = text.right;
  request.reply_to = text.reply_to;
  request.received_at = session.now();
  if (!text.received.empty()) {
    const std::optional<Timestamp> at = ParseInstant(text.received);
    if (!at) return session.UsageError(Concat("--received is an instant, not ", text.received));
    request.received_at = *at;
  }
  const absl::StatusOr<RecordRef> person = FindRecord(*crm, text.person);
  if (!person.ok()) return session.Fail(person.status());
  request.person = *person;
  const auto opened = OpenRequest(*crm, request, session.actor(), session.now());
  if (!opened.ok()) return session.Fail(opened.status());
  return Say(session, *crm, opened->number);
}

// A command that does one thing to the request of a number and then shows it.
template <class Do>
void AddStep(CLI::App& rights, Session& session, const std::string& name, const std::string& help,
             const std::string& argument, const std::string& argument_help, const Do& act) {
  auto number = std::make_shared<std::string>();
  auto text = std::make_shared<std::string>();
  CLI::App* command = AddCommand(rights, name, help);
  command->add_option("NUMBER", *number, "Of the request: R-2026-7")->required();
  if (!argument.empty()) command->add_option(argument, *text, argument_help)->required();
  session.On(command, [&session, number, text, act] {
    absl::StatusOr<Crm> crm = session.Open();
    if (!crm.ok()) return session.Fail(crm.status());
    const absl::Status done = act(*crm, *number, *text);
    return done.ok() ? Say(session, *crm, *number) : session.Fail(done);
  });
}

absl::Status RectifyText(Crm& crm, const Session& session, const std::string& number,
                         const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos) return InvalidArgument("a correction is FIELD=TEXT");
  return Rectify(crm, number, {{text.substr(0, equals), Value::Text(text.substr(equals + 1))}},
                 session.actor(), session.now());
}

void AddExport(CLI::App& rights, Session& session) {
  auto number = std::make_shared<std::string>();
  auto file = std::make_shared<std::string>("-");
  CLI::App* command = AddCommand(rights, "export", "The copy of the data that a request asks for",
                                 "For access everything held; for portability what the person "
                                 "provided. JSON.");
  command->add_option("NUMBER", *number, "Of the request")->required();
  command->add_option("-o,--output", *file, "Where it goes")->type_name("FILE");
  session.On(command, [&session, number, file] {
    absl::StatusOr<Crm> crm = session.Open();
    if (!crm.ok()) return session.Fail(crm.status());
    const absl::StatusOr<std::string> text =
        ExportFor(*crm, *number, session.actor(), session.now(), session.language());
    if (!text.ok()) return session.Fail(text.status());
    const absl::Status written = WriteText(*file, *text);
    return written.ok() ? kDone : session.Fail(written);
  });
}

}  // namespace

void AddRightsCommands(CLI::App& app, Session& session) {
  CLI::App* rights = AddCommand(app, "rights", "Requests of persons and their clocks");
  rights->require_subcommand(1);
  auto r = std::make_shared<OpenRequestText>();
  CLI::App* open = AddCommand(
      *rights, "open", "Record a request",
      "RIGHT is access, rectification, erasure, restriction, portability, objection,\n"
      "automated_decision or post_mortem. Objection and restriction take effect at once.");
  open->add_option("RIGHT", r->right, "Which right")->required();
  open->add_option("PERSON", r->person, "TYPE/ID")->required();
  open->add_option("--received", r->received, "When it came in; --now when not given")
      ->type_name("RFC3339");
  open->add_option("--reply-to", r->reply_to, "Where the answer goes")->type_name("ADDRESS");
  session.On(open, [&session, r] { return Open(session, *r); });

  auto all = std::make_shared<bool>(false);
  CLI::App* list = AddCommand(*rights, "list", "Open requests, the most urgent first",
                              "Status 1 when one is late.");
  list->add_flag("--all", *all, "Closed ones too");
  session.On(list, [&session, all] { return List(session, *all); });

  AddStep(*rights, session, "identity", "Where the check of identity stands", "STATE",
          "asked, verified, failed, not_needed",
          [&session](Crm& crm, const std::string& number, const std::string& state) {
            return SetIdentity(crm, number, state, session.actor(), session.now());
          });
  AddStep(*rights, session, "extend", "Two more months, once, with a reason", "REASON",
          "What the person is told",
          [&session](Crm& crm, const std::string& number, const std::string& reason) {
            return ExtendRequest(crm, number, reason, session.actor(), session.now());
          });
  AddStep(*rights, session, "rectify", "Correct a text and tell whoever received it", "CORRECTION",
          "FIELD=TEXT", [&session](Crm& crm, const std::string& number, const std::string& text) {
            return RectifyText(crm, session, number, text);
          });
  AddStep(*rights, session, "refuse", "Close it with a refusal", "REASON", "Why",
          [&session](Crm& crm, const std::string& number, const std::string& reason) {
            return CloseRequest(crm, number, true, reason, session.actor(), session.now());
          });
  AddStep(*rights, session, "close", "Close it: it is answered", "", "",
          [&session](Crm& crm, const std::string& number, const std::string&) {
            return CloseRequest(crm, number, false, "", session.actor(), session.now());
          });
  AddExport(*rights, session);
}

}  // namespace relata::shell

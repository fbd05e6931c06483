// SPDX-License-Identifier: Apache-2.0
//
// What customers' facts say is about to change.

#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/score/signals.h"
#include "shell/command.h"
#include "shell/limit_option.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

int Define(const Session& session) {
  absl::StatusOr<Crm> crm = session.Open(/*create=*/true);
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::Status saved = DefineSignals(*crm, session.actor(), session.now());
  if (!saved.ok()) return session.Fail(saved);
  Json names = Json::array();
  for (const CustomerSignal& signal : ReadySignals())
    names.push_back(Concat("signal_", signal.name));
  session.PrintLine(
      session.json
          ? Json({{"segments", names}, {"score", "leaving"}}).dump()
          : Concat(names.size(), session.Say(" segments and the score leaving saved",
                                             " segments et le score leaving enregistrés")));
  return kDone;
}

int List(const Session& session, const std::string& only, size_t limit) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  Json list = Json::array();
  TextTable table({std::string(session.Say("signal", "signal")),
                   std::string(session.Say("of", "de")),
                   std::string(session.Say("shown by", "chez")),
                   std::string(session.Say("undecided", "indécis"))});
  bool known = only.empty();
  std::string members;
  for (const CustomerSignal& signal : ReadySignals()) {
    if (!only.empty() && signal.name != only) continue;
    known = true;
    const absl::StatusOr<QueryAnswer> found = FindSignal(*crm, signal.name, QuestionOf(session));
    if (!found.ok()) return session.Fail(found.status());
    Json ids = Json::array();
    for (size_t i = 0; i < found->rows.size() && (limit == 0 || i < limit); ++i) {
      const RecordRef record{found->type, found->rows[i]};
      const absl::StatusOr<std::string> id = crm->Name(record);
      const absl::StatusOr<std::string> title = crm->Title(record, QuestionOf(session));
      if (!id.ok()) return session.Fail(id.status());
      ids.push_back(*id);
      members += Concat("  ", title.ok() ? *title : *id, "  ", *id, "\n");
    }
    list.push_back({{"signal", signal.name},
                    {"type", signal.type},
                    {"count", found->count},
                    {"undecided", found->errors},
                    {"ids", ids}});
    table.Add(
        {signal.name, signal.type, std::to_string(found->count), std::to_string(found->errors)});
  }
  if (!known) return session.Fail(NotFound(Concat("there is no signal '", only, "'")));
  if (session.json) {
    session.PrintLine(Json({{"now", FormatTimestamp(session.now())}, {"signals", list}}).dump());
    return kDone;
  }
  session.Print(table.ToString());
  if (!only.empty()) session.Print(members);
  return kDone;
}

}  // namespace

void AddSignalsCommand(CLI::App& app, Session& session) {
  CLI::App* signals =
      AddCommand(app, "signals", "What customers' facts say is about to change",
                 "Orders fewer, tickets rising, a contact gone, silence, satisfaction dropped. "
                 "--define saves\n"
                 "them as segments (signal_...) and the score 'leaving', which the other commands "
                 "then explain:\n"
                 "relata score top leaving, relata why RECORD --segment signal_tickets_rising.");
  auto name = std::make_shared<std::string>();
  auto define = std::make_shared<bool>(false);
  auto limit = std::make_shared<size_t>(20);
  signals->add_option("SIGNAL", *name, "Name those who show this one");
  signals->add_flag("--define", *define, "Save the ready definitions");
  signals->add_option("--limit", *limit, "At most so many names; 0 for all")
      ->check(NotNegative())
      ->capture_default_str();
  session.On(signals, [&session, name, define, limit] {
    return *define ? Define(session) : List(session, *name, *limit);
  });
}

}  // namespace relata::shell

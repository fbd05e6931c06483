// SPDX-License-Identifier: Apache-2.0
//
// A tree of records, and a value rolled up over it.

#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/engine/hierarchy.h"
#include "shell/command.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

struct TreeRequest {
  std::string record;
  std::string link = "parent";
  std::string sum;
};

int Tree(const Session& session, const TreeRequest& request) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<RecordRef> record = FindRecord(*crm, request.record);
  if (!record.ok()) return session.Fail(record.status());
  const std::string expression = request.sum.empty() ? "1" : request.sum;
  const auto totals = RollUp(*crm, *record, request.link, expression, QuestionOf(session));
  if (!totals.ok()) return session.Fail(totals.status());
  Json nodes = Json::array();
  for (const TreeTotal& node : *totals) {
    const absl::StatusOr<std::string> title = crm->Title(node.record, QuestionOf(session));
    if (!title.ok()) return session.Fail(title.status());
    if (session.json) {
      Json one = {{"id", ValueJson(*crm, Value::Record(node.record))},
                  {"title", *title},
                  {"depth", node.depth}};
      if (!request.sum.empty()) {
        one["own"] = ValueJson(*crm, node.own);
        one["total"] = ValueJson(*crm, node.total);
      }
      nodes.push_back(std::move(one));
      continue;
    }
    session.PrintLine(Concat(std::string(static_cast<size_t>(2 * node.depth), ' '), *title,
                             request.sum.empty()
                                 ? ""
                                 : Concat("  ", ValueText(*crm, session, node.own), " / ",
                                          ValueText(*crm, session, node.total))));
  }
  if (!session.json) return kDone;
  Json out = {{"nodes", nodes}, {"now", FormatTimestamp(session.now())}};
  PutTimes(session, 0, out);
  session.PrintLine(out.dump());
  return kDone;
}

}  // namespace

void AddTreeCommand(CLI::App& app, Session& session) {
  auto request = std::make_shared<TreeRequest>();
  CLI::App* command = AddCommand(
      app, "tree", "A record and all that is below it, with a value rolled up",
      "relata tree account/erp:7 --sum \"account.orders.map(o, o.net).sum()\" --at 2026-03-01\n"
      "Each line gives the record's own value and the total with everything below.");
  command->add_option("RECORD", request->record, "TYPE/ID")->required();
  command->add_option("--link", request->link, "The link upwards")
      ->type_name("FIELD")
      ->capture_default_str();
  command->add_option("--sum", request->sum, "A number or an amount of one record")
      ->type_name("EXPR");
  AddTimeOptions(*command, session);
  session.On(command, [&session, request] { return Tree(session, *request); });
}

}  // namespace relata::shell

// SPDX-License-Identifier: Apache-2.0
//
// Customers by recency, frequency and monetary value.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/score/customers.h"
#include "relata/score/rfm.h"
#include "shell/command.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

struct Cell {
  int64_t customers = 0;
  int64_t amount = 0;
};

int Tell(const Session& session, const RfmDefinition& how, const CustomerPurchases& purchases,
         const std::map<std::string, Cell>& cells) {
  TextTable table({std::string(session.Say("cell", "case")),
                   std::string(session.Say("customers", "clients")),
                   std::string(session.Say("bought", "achats"))});
  for (const auto& [cell, sums] : cells) {
    table.Add({cell.empty() ? std::string(session.Say("(none)", "(aucune)")) : cell,
               std::to_string(sums.customers),
               ToDisplay(Value::Amount({sums.amount, purchases.currency}))});
  }
  session.Print(table.ToString());
  session.PrintLine(Concat(purchases.customers.size(),
                           session.Say(" customers with a purchase, ", " clients avec un achat, "),
                           how.bins, session.Say(" bins, as of ", " classes, au "),
                           FormatTimestamp(session.now())));
  if (purchases.objecting > 0) {
    session.PrintLine(
        Concat(purchases.objecting, session.Say(" left out: they object to profiling",
                                                " écartés : ils s'opposent au profilage")));
  }
  return kDone;
}

// Who has one of the scores.
int TellScored(const Session& session, const Crm& crm, const RfmDefinition& how,
               const std::vector<std::string>& patterns) {
  const absl::StatusOr<std::vector<Row>> rows =
      CustomersScored(crm, how, patterns, Currency(), QuestionOf(session));
  if (!rows.ok()) return session.Fail(rows.status());
  const TypeId type = crm.schema()->Find(how.type)->id;
  TextTable table({"id", std::string(session.Say("title", "intitulé"))});
  Json ids = Json::array();
  for (const Row row : *rows) {
    const absl::StatusOr<std::string> id = crm.Name({type, row});
    if (!id.ok()) return session.Fail(id.status());
    const absl::StatusOr<std::string> title = crm.Title({type, row}, QuestionOf(session));
    table.Add({*id, title.ok() ? *title : ""});
    ids.push_back(*id);
  }
  if (session.json) {
    session.PrintLine(Json({{"now", FormatTimestamp(session.now())}, {"ids", ids}}).dump());
    return kDone;
  }
  session.Print(table.ToString());
  session.PrintLine(Concat(rows->size(), session.Say(" customers", " clients")));
  return kDone;
}

int Rfm(const Session& session, const std::string& type, const std::string& name,
        const std::string& scored) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  absl::StatusOr<RfmDefinition> how = FindRfm(*crm, name);
  if (!how.ok()) return session.Fail(how.status());
  if (!type.empty()) how->type = type;
  if (!scored.empty()) return TellScored(session, *crm, *how, SplitList(scored));
  const absl::StatusOr<CustomerPurchases> purchases =
      PurchasesOf(*crm, how->type, Currency(), QuestionOf(session));
  if (!purchases.ok()) return session.Fail(purchases.status());
  const std::vector<RfmScore> scores = ScoreRfm(purchases->customers, *how, session.now());
  std::map<std::string, Cell> cells;
  Json rows = Json::array();
  for (size_t i = 0; i < scores.size(); ++i) {
    const RfmScore& score = scores[i];
    const std::string cell(RfmCell(*how, score));
    ++cells[cell].customers;
    cells[cell].amount += purchases->customers[i].amount;
    if (!session.json) continue;
    const absl::StatusOr<std::string> id = crm->Name({purchases->type, score.customer});
    if (!id.ok()) return session.Fail(id.status());
    rows.push_back({{"id", *id},
                    {"recency", score.recency},
                    {"frequency", score.frequency},
                    {"monetary", score.monetary},
                    {"cell", cell},
                    {"last", FormatTimestamp(purchases->customers[i].last)},
                    {"orders", purchases->customers[i].count}});
  }
  if (!session.json) return Tell(session, *how, *purchases, cells);
  Json sizes = Json::object();
  for (const auto& [cell, sums] : cells) sizes[cell] = sums.customers;
  session.PrintLine(Json({{"now", FormatTimestamp(session.now())},
                          {"definition", how->name},
                          {"version", how->version},
                          {"currency", purchases->currency.ToString()},
                          {"other_currency", purchases->other_currency},
                          {"objecting", purchases->objecting},
                          {"cells", sizes},
                          {"customers", rows}})
                        .dump());
  return kDone;
}

}  // namespace

void AddRfmCommand(CLI::App& app, Session& session) {
  CLI::App* rfm = AddCommand(
      app, "rfm", "Customers by recency, frequency and monetary value",
      "Without a definition: quintiles as SQL's NTILE(5) cuts them, eleven named cells. A "
      "definition\n"
      "(relata define rfm NAME FILE) says how scores are cut and what cells are called:\n"
      "{\"method\": \"ranks\", \"bins\": 5, \"whole_days\": true}");
  auto type = std::make_shared<std::string>();
  auto name = std::make_shared<std::string>();
  rfm->add_option("TYPE", *type, "account or contact; the definition's when not given");
  rfm->add_option("--definition", *name, "How to cut: a saved definition")->type_name("NAME");
  auto scored = std::make_shared<std::string>();
  rfm->add_option("--scored", *scored,
                  "Only who has these scores: recency, frequency, monetary value, * for any; "
                  "such as 555 or 5*5,45*")
      ->type_name("PATTERNS");
  session.On(rfm, [&session, type, name, scored] { return Rfm(session, *type, *name, *scored); });
}

}  // namespace relata::shell

// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/engine/pushdown.h"
#include "shell/command.h"
#include "shell/limit_option.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

struct QueryRequest {
  std::string type;
  std::string expression;
  bool count_only = false;
  size_t limit = 0;
  std::string select;
  std::string explain;
  std::string purpose;
  bool sql = false;
  double memory = 0;
};

// A column as an expression: "account.name" of a contact is contact.account.name.
std::string ColumnExpression(const std::string& type, const std::string& column) {
  const bool whole = column == type || column.starts_with(type + ".") ||
                     column.find_first_of("('\"") != std::string::npos;
  return whole ? column : Concat(type, ".", column);
}

absl::StatusOr<Json> Rows(const Crm& crm, const Session& session, const QueryRequest& request,
                          const QueryAnswer& answer) {
  const std::vector<std::string> columns = SplitList(request.select);
  const QueryOptions asking = QuestionOf(session, request.purpose);
  Json rows = Json::array();
  for (const Row row : answer.rows) {
    const RecordRef record{answer.type, row};
    RELATA_ASSIGN_OR_RETURN(const std::string name, crm.Name(record));
    Json one = {{"id", name}};
    for (const std::string& column : columns) {
      RELATA_ASSIGN_OR_RETURN(const Value value,
                              crm.Evaluate(record, ColumnExpression(request.type, column), asking));
      one[column] = session.json ? ValueJson(crm, value) : Json(ValueText(crm, session, value));
    }
    rows.push_back(std::move(one));
  }
  return rows;
}

void PrintRows(const Session& session, const Json& rows, const std::string& select) {
  std::vector<std::string> header = SplitList(select);
  header.insert(header.begin(), "id");
  TextTable table(header);
  for (const Json& row : rows) {
    std::vector<std::string> cells;
    for (const std::string& column : header) cells.push_back(row[column].get<std::string>());
    table.Add(std::move(cells));
  }
  session.Print(table.ToString());
}

void PrintCounts(const Session& session, const QueryAnswer& answer) {
  session.PrintLine(Concat(answer.count, session.Say(" true, ", " vrais, "), answer.errors,
                           session.Say(" undecided", " indécis"),
                           answer.first_error.empty() ? "" : ": ", answer.first_error));
  PrintErased(session, answer.erased);
}

int Print(const Crm& crm, const Session& session, const QueryRequest& request,
          const QueryAnswer& answer) {
  if (request.count_only) {
    if (session.json) {
      Json out = {{"count", answer.count}, {"errors", answer.errors}};
      PutTimes(session, answer.erased, out);
      session.PrintLine(out.dump());
    } else {
      PrintCounts(session, answer);
    }
    return kDone;
  }
  const absl::StatusOr<Json> rows = Rows(crm, session, request, answer);
  if (!rows.ok()) return session.Fail(rows.status());
  if (!session.json) {
    PrintRows(session, *rows, request.select);
    PrintCounts(session, answer);
    return kDone;
  }
  Json out = {{"count", answer.count}, {"errors", answer.errors}};
  if (!answer.first_error.empty()) out["first_error"] = answer.first_error;
  if (request.select.empty()) {
    out["ids"] = Json::array();
    for (const Json& row : *rows) out["ids"].push_back(row["id"]);
  } else {
    out["rows"] = *rows;
  }
  out["now"] = FormatTimestamp(session.now());
  PutTimes(session, answer.erased, out);
  session.PrintLine(out.dump());
  return kDone;
}

// How the database is asked, without asking it.
int PrintSql(const Crm& crm, const Session& session, const QueryRequest& request,
             const QueryOptions& asking) {
  const absl::StatusOr<PushedQuestion> pushed =
      PushDown(crm, request.type, request.expression, asking);
  if (!pushed.ok()) return session.Fail(pushed.status());
  if (session.json) {
    Json out = {{"statement", pushed->statement},
                {"parameters", Json::array()},
                {"exact", pushed->exact},
                {"residual", pushed->residual},
                {"now", FormatTimestamp(session.now())}};
    for (const Value& v : pushed->parameters) out["parameters"].push_back(ValueJson(crm, v));
    session.PrintLine(out.dump());
    return kDone;
  }
  session.PrintLine(pushed->statement);
  int at = 0;
  for (const Value& v : pushed->parameters) {
    session.PrintLine(Concat("  ", ++at, ": ", ValueText(crm, session, v)));
  }
  session.PrintLine(std::string(
      pushed->exact ? session.Say("exact: it finds the members", "exact : il trouve les membres")
                    : session.Say("not exact: the engine decides again",
                                  "pas exact : le moteur décide de nouveau")));
  for (const std::string& part : pushed->residual) session.PrintLine("  " + part);
  return kDone;
}

int Run(const Session& session, const QueryRequest& request) {
  absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  QueryOptions asking = QuestionOf(session, request.purpose);
  if (request.sql) return PrintSql(*crm, session, request, asking);
  if (request.memory > 0) LimitMemory(*crm, static_cast<size_t>(request.memory * 1e6));
  if (!request.explain.empty()) {
    return ExplainRecord(*crm, session, request.type, request.explain, request.expression, asking);
  }
  // Counting needs no ids; one is enough for the type.
  asking.limit = request.count_only ? 1 : request.limit;
  const absl::StatusOr<QueryAnswer> answer = crm->Query(request.type, request.expression, asking);
  if (!answer.ok()) return session.Fail(answer.status());
  for (const Issue& issue : answer->issues) session.Warn(issue.message);
  return Print(*crm, session, request, *answer);
}

}  // namespace

int ExplainRecord(const Crm& crm, const Session& session, const std::string& type,
                  const std::string& name, const std::string& expression,
                  const QueryOptions& asking) {
  const std::string full = name.find('/') == name.npos ? Concat(type, "/", name) : name;
  const absl::StatusOr<RecordRef> record = FindRecord(crm, full);
  if (!record.ok()) return session.Fail(record.status());
  const absl::StatusOr<std::vector<std::string>> lines = crm.Explain(*record, expression, asking);
  if (!lines.ok()) return session.Fail(lines.status());
  const absl::StatusOr<Value> value = crm.Evaluate(*record, expression, asking);
  const bool yes = value.ok() && value->is(Value::Kind::kBool) && value->bool_value();
  if (session.json) {
    Json out = {{"id", full}, {"member", yes}, {"why", *lines}};
    if (!value.ok()) out["error"] = std::string(Message(value.status()));
    out["now"] = FormatTimestamp(session.now());
    session.PrintLine(out.dump());
  } else {
    const absl::StatusOr<std::string> title = crm.Title(*record, QuestionOf(session));
    session.PrintLine(Concat(title.ok() ? *title : full, ": ",
                             !value.ok() ? session.Say("undecided", "indécis")
                             : yes       ? session.Say("yes", "oui")
                                         : session.Say("no", "non")));
    for (const std::string& line : *lines) session.PrintLine("  " + line);
  }
  return yes ? kDone : kNo;
}

void AddQueryCommand(CLI::App& app, Session& session) {
  auto request = std::make_shared<QueryRequest>();
  CLI::App* command =
      AddCommand(app, "query", "Find the records for which an expression is true",
                 "relata query contact \"contact.account.industry == 'retail'\" --select "
                 "family_name,account.name\nprints one line a record; --json prints "
                 "{\"count\",\"errors\",\"ids\"}, or \"rows\" with --select.");
  command->add_option("TYPE", request->type, "Type of the records, such as contact")->required();
  command->add_option("EXPR", request->expression, "Condition on one of them")->required();
  command->add_flag("--count", request->count_only, "Only say how many");
  command->add_option("--limit", request->limit, "At most this many records")
      ->type_name("N")
      ->check(NotNegative());
  command->add_option("--select", request->select, "Fields to print, through links: a,b.c")
      ->type_name("FIELDS");
  command->add_option("--explain", request->explain, "Say why this record is or is not among them")
      ->type_name("ID");
  command->add_option("--purpose", request->purpose, "Read only fields that serve this purpose")
      ->type_name("PURPOSE");
  command->add_flag(
      "--sql", request->sql,
      "Show the statement that the database would be asked, and what is decided again");
  command
      ->add_option("--memory", request->memory,
                   "Keep at most so many MB of columns; beyond that the database is asked")
      ->type_name("MB");
  AddTimeOptions(*command, session);
  session.On(command, [&session, request] { return Run(session, *request); });
}

}  // namespace relata::shell

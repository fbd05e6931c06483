// SPDX-License-Identifier: Apache-2.0
//
// The story: a company's exports become one customer graph that answers and says why.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/engine/crm.h"
#include "relata/exchange/audit.h"
#include "relata/exchange/import.h"
#include "relata/process/maintenance.h"
#include "relata/process/overview.h"
#include "relata/process/pipeline.h"
#include "relata/process/report.h"
#include "relata/process/workflow.h"
#include "relata/score/customers.h"
#include "relata/score/forecast.h"
#include "relata/score/rule_score.h"
#include "relata/segment/audience.h"
#include "relata/segment/segment.h"
#include "shell/command.h"
#include "shell/generate/generate.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;
namespace fs = std::filesystem;

constexpr int64_t kContacts = 400;
constexpr uint64_t kSeed = 7;

// Scores on the standard schema that any company's leads can be ranked by.
constexpr std::string_view kLeadScore = R"json({
  "type": "lead", "cap": 100,
  "groups": [{"name": "fit", "cap": 50}, {"name": "engagement", "cap": 60}],
  "rules": [
    {"name": "has an e-mail", "group": "fit", "points": 10, "when": "lead.email != null"},
    {"name": "has a telephone", "group": "fit", "points": 10,
     "when": "lead.phone != null || lead.mobile != null"},
    {"name": "company is known", "group": "fit", "points": 10, "when": "lead.company != null"},
    {"name": "budget is known", "group": "fit", "points": 20, "when": "lead.budget != null"},
    {"name": "visits", "group": "engagement", "cap": 40,
     "number": "8 * lead.events('page_view').filter(e, e.at > now - days(90)).size()"}],
  "grades": [{"name": "A", "from": 60}, {"name": "B", "from": 30}, {"name": "C", "from": 0}]})json";

class Story {
 public:
  Story(Session& session, Crm crm, Timestamp now) : session_(session), crm_(std::move(crm)) {
    asking_.now = now;
  }

  Crm& crm() { return crm_; }
  void Said(Timestamp now) { asking_.now = now; }

  void Chapter(std::string_view en, std::string_view fr) {
    session_.PrintLine(Concat("\n", ++chapter_, ". ", session_.Say(en, fr)));
  }
  void Line(std::string_view text) { session_.PrintLine(Concat("   ", text)); }

  // --- 1: what the files hold

  absl::Status Audit(const std::string& directory) {
    RELATA_ASSIGN_OR_RETURN(const AuditReport audit, AuditFiles({directory}));
    Chapter("Look before importing", "Regarder avant d'importer");
    Line(Concat(audit.files.size(), " files, ", audit.rows, " rows: ", audit.company_mentions,
                " mentions of ", audit.companies, " companies, ", audit.person_mentions, " of ",
                audit.people, " people; ", audit.contradicted, " contradictions"));
    std::string dead;
    int64_t personal = 0;
    for (const FileAudit& file : audit.files) {
      for (const ColumnAudit& column : file.columns) {
        if (column.personal != Personal::kNone) ++personal;
        if (!column.dead && !column.abandoned && column.same_as.empty()) continue;
        dead += Concat(dead.empty() ? "" : ", ", fs::path(file.file).filename().string(), " ",
                       column.name);
      }
    }
    if (!dead.empty()) Line(Concat("dead, abandoned or copied columns: ", Short(dead)));
    Line(Concat(personal, " columns hold personal data"));
    return absl::OkStatus();
  }

  // --- 2: import

  absl::Status Import(const std::string& directory) {
    ImportOptions options;
    options.now = asking_.now;
    RELATA_ASSIGN_OR_RETURN(const ImportReport report, ImportFiles(crm_, {directory}, options));
    Chapter("One graph from all of them", "Un seul graphe");
    int64_t created = 0;
    int64_t updated = 0;
    int64_t refused = 0;
    std::vector<std::string> reasons;
    for (const FileImport& file : report.files) {
      created += file.created;
      updated += file.updated;
      refused += file.refused;
      for (const ImportIssue& issue : file.issues) {
        if (reasons.size() == 3) break;
        reasons.push_back(Concat("why: ", fs::path(file.file).filename().string(), " row ",
                                 issue.row, ", ", issue.column, " '", Short(issue.value),
                                 "': ", issue.message));
        break;
      }
    }
    Line(Concat(created, " rows made something new, ", updated, " completed what was known, ",
                refused, " were refused"));
    for (const std::string& reason : reasons) Line(reason);
    RELATA_ASSIGN_OR_RETURN(const ImportReport again, ImportFiles(crm_, {directory}, options));
    int64_t changed = 0;
    for (const FileImport& file : again.files) changed += file.created + file.updated;
    Line(Concat("the same files once more: ", changed, " changes"));
    return absl::OkStatus();
  }

  // --- 3: duplicates

  absl::Status Duplicates() {
    RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view,
                            crm_.View({"contact", "account"}));
    const TypeDef& type = *view->schema().Find("contact");
    const FieldId email = type.FindField("email")->id;
    std::vector<std::pair<std::string, Row>> by_email;
    for (Row row = 0; row < view->RowLimit(type.id); ++row) {
      if (!view->Exists({type.id, row})) continue;
      const Value value = view->Get({type.id, row}, email);
      if (!value.is_null()) by_email.emplace_back(value.text(), row);
    }
    std::sort(by_email.begin(), by_email.end());
    int64_t shared = 0;
    std::pair<Row, Row> pair{kNoRow, kNoRow};
    for (size_t i = 1; i < by_email.size(); ++i) {
      if (by_email[i].first != by_email[i - 1].first) continue;
      ++shared;
      if (pair.first == kNoRow) pair = {by_email[i - 1].second, by_email[i].second};
    }
    Chapter("The same person twice", "Une même personne deux fois");
    Line(Concat(shared, " pairs of contacts share an e-mail address"));
    if (pair.first == kNoRow) return absl::OkStatus();
    const RecordRef winner{type.id, pair.first};
    const RecordRef loser{type.id, pair.second};
    RELATA_ASSIGN_OR_RETURN(const std::string kept, crm_.Title(winner));
    RELATA_ASSIGN_OR_RETURN(const std::string merged, crm_.Title(loser));
    Transaction merge = crm_.Begin(Actor::User("demo"));
    merge.Reason("same e-mail");
    merge.Merge(loser, winner);
    RELATA_RETURN_IF_ERROR(merge.Commit(asking_.now).status());
    Line(Concat("merged '", merged, "' into '", kept, "'; why: both have ",
                ToDisplay(view->Get(winner, email))));
    Transaction undo = crm_.Begin(Actor::User("demo"));
    undo.Unmerge(loser);
    RELATA_RETURN_IF_ERROR(undo.Commit(asking_.now).status());
    RELATA_ASSIGN_OR_RETURN(const std::string back, crm_.Title(loser));
    Line(Concat("and undone: '", back, "' is there again, nothing lost"));
    return absl::OkStatus();
  }

  // --- 4 and 5: the customer, and the rhythm

  absl::Status Customer(const std::string& name) {
    absl::StatusOr<RecordRef> customer = crm_.Find(name);
    if (!customer.ok()) {
      RELATA_ASSIGN_OR_RETURN(customer, BestCustomer());
    }
    if (customer->none()) return absl::OkStatus();
    Chapter("One customer in one call, and the brief before the meeting",
            "Un client en un appel, et la note avant le rendez-vous");
    RELATA_ASSIGN_OR_RETURN(const Overview overview, OverviewOf(crm_, *customer, asking_));
    Line(Concat(overview.title, ": ", overview.people.size(), " people, ", overview.orders,
                " orders for ", FormatMoney(overview.bought), ", ", overview.open.size(),
                " things open, ", overview.running.size(), " contracts running"));
    RELATA_ASSIGN_OR_RETURN(const Brief brief,
                            BriefFor(crm_, *customer, asking_, session_.language()));
    for (size_t i = 0; i < brief.points.size() && i < 6; ++i) {
      Line(Concat("- ", Short(brief.points[i].text)));
    }
    return absl::OkStatus();
  }

  absl::Status Rhythm() {
    Chapter("Who is later than usual", "Qui tarde à commander");
    RELATA_ASSIGN_OR_RETURN(const std::vector<Cadence> late,
                            LateCustomers(crm_, "account", 1.8, asking_));
    int shown = 0;
    for (auto one = late.rbegin(); one != late.rend() && shown < 3; ++one, ++shown) {
      RELATA_ASSIGN_OR_RETURN(const std::string title,
                              crm_.Title({crm_.schema()->Find("account")->id, one->customer}));
      Line(Concat(title, ": usually every ", one->usual.micros / 86'400'000'000, " days, now ",
                  one->since.micros / 86'400'000'000, "; why: the median of ", one->orders - 1,
                  " intervals"));
    }
    if (late.empty()) Line("nobody: it takes three orders to know a rhythm");
    return absl::OkStatus();
  }

  // --- 6 and 7: segment and audience

  absl::Status SegmentAndAudience(bool generated) {
    Segment segment;
    segment.type = "contact";
    if (generated) {
      segment.name = "press_without_maintenance";
      segment.expression =
          "contact.account.products_bought.exists(p, p.code != null && p.code.startsWith('PH-')) "
          "&& !contact.account.products_bought.exists(p, p.code == 'MAINT-AN')";
    } else {
      segment.name = "with_email";
      segment.expression = "contact.email != null";
    }
    RELATA_RETURN_IF_ERROR(DefineSegment(crm_, segment, Actor::User("demo"), asking_.now));
    RELATA_ASSIGN_OR_RETURN(const QueryAnswer members, SegmentMembers(crm_, segment.name, asking_));
    Chapter("A segment, always current", "Un segment, toujours à jour");
    Line(Concat(segment.name, ": ", segment.expression));
    Line(Concat(members.count, " members, ", members.errors, " undecided"));
    RELATA_RETURN_IF_ERROR(WhyOne(segment.name, members));
    return Audience(segment.name);
  }

  absl::Status WhyOne(const std::string& segment, const QueryAnswer& members) {
    RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm_.View({"contact"}));
    Row other = kNoRow;
    for (Row row = 0; row < view->RowLimit(members.type) && other == kNoRow; ++row) {
      if (view->Exists({members.type, row}) &&
          !std::binary_search(members.rows.begin(), members.rows.end(), row)) {
        other = row;
      }
    }
    for (const Row row : {members.rows.empty() ? kNoRow : members.rows[0], other}) {
      if (row == kNoRow) continue;
      const RecordRef record{members.type, row};
      RELATA_ASSIGN_OR_RETURN(const MembershipReason reason,
                              WhyMember(crm_, segment, record, asking_));
      RELATA_ASSIGN_OR_RETURN(const std::string title, crm_.Title(record));
      const bool in = reason.verdict == MembershipReason::Verdict::kMember;
      Line(Concat(in ? "why " : "why not ", title, ": ",
                  reason.facts.empty() ? "" : Facts(reason.facts[0])));
    }
    return absl::OkStatus();
  }

  absl::Status Audience(const std::string& segment) {
    ContactPlan plan;
    plan.channel = Channel::kEmail;
    plan.purpose = Purpose::kMarketing;
    plan.at = asking_.now;
    plan.related_to_job = true;  // the sender says so: an offer for the trade these people are in
    RELATA_ASSIGN_OR_RETURN(const SegmentAudience audience,
                            FindAudience(crm_, segment, plan, asking_));
    Chapter("Who of them may be e-mailed", "À qui écrire");
    int64_t unproven = 0;
    for (const Exclusion& e : audience.excluded) {
      if (e.outcome == Outcome::kNeedsEvidence) unproven += e.count;
    }
    Line(Concat(audience.allowed.size(), " of ", audience.members, " may be e-mailed",
                unproven > 0 ? Concat("; for ", unproven, " no proof is recorded") : ""));
    for (size_t i = 0; i < audience.excluded.size() && i < 5; ++i) {
      const Exclusion& e = audience.excluded[i];
      Line(Concat(e.count, " left out by ", e.rule));
    }
    RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm_.View({"contact"}));
    if (view->LedgerSize() == 0) Line("no proof recorded: the files hold no line about consent");
    RecordRef example;
    if (!audience.excluded.empty()) {
      example = audience.excluded[0].example;
    } else if (!audience.allowed.empty()) {
      example = {audience.type, audience.allowed[0]};
    }
    if (example.none()) return absl::OkStatus();
    RELATA_ASSIGN_OR_RETURN(const std::string title, crm_.Title(example));
    const absl::StatusOr<ConsentExplanation> why =
        WhyContact(crm_, example, plan, session_.language());
    if (why.ok()) {
      Line(Concat(audience.excluded.empty() ? "why " : "why not ", title, ": ",
                  Short(why->sentence)));
    }
    return absl::OkStatus();
  }

  // --- 8: leads and forecast

  absl::Status LeadsAndForecast() {
    RELATA_RETURN_IF_ERROR(
        DefineScore(crm_, "lead_score", kLeadScore, Actor::User("demo"), asking_.now));
    QueryOptions top = asking_;
    top.limit = 3;
    RELATA_ASSIGN_OR_RETURN(const std::vector<ScoredRecord> leads,
                            TopScores(crm_, "lead_score", top));
    Chapter("Which lead first, and what the month will bring",
            "Quelle piste d'abord, et que vaudra le mois");
    for (const ScoredRecord& lead : leads) {
      RELATA_ASSIGN_OR_RETURN(const std::string title, crm_.Title(lead.record));
      std::string reasons;
      for (const Contribution& c : lead.contributions) {
        reasons += Concat(reasons.empty() ? "" : ", ", c.rule, " ", Rounded(c.points));
      }
      Line(Concat(title, ": ", Rounded(lead.total), " (", lead.grade, "); why: ", reasons));
    }
    RELATA_ASSIGN_OR_RETURN(const Forecast forecast, WeightedForecast(crm_, 3, asking_));
    for (const ForecastMonth& m : forecast.months) {
      Line(Concat(m.year, m.month < 10 ? "-0" : "-", m.month, ": ", Whole(m.weighted), " from ",
                  m.deals, " deals, 80 % between ", Whole(m.low), " and ", Whole(m.high)));
    }
    for (const ForecastMonth& m : forecast.overdue) {
      Line(Concat(m.deals, " open deals are past their close date (", Whole(m.amount), ")"));
    }
    return absl::OkStatus();
  }

  // --- 9: process

  absl::Status Process(bool generated) {
    RELATA_RETURN_IF_ERROR(DefinePipeline(crm_, "sales", R"json({
      "type": "opportunity", "open": "opportunity.status == 'open'",
      "stages": [
        {"name": "prospecting", "probability": 10, "max_age_days": 60},
        {"name": "qualification", "probability": 20, "max_age_days": 45},
        {"name": "needs_analysis", "probability": 40, "max_age_days": 45},
        {"name": "proposal", "probability": 60, "max_age_days": 60,
         "enter": "opportunity.amount != null"},
        {"name": "negotiation", "probability": 80, "max_age_days": 60},
        {"name": "won", "probability": 100}, {"name": "lost", "probability": 0}]})json",
                                          Actor::User("demo"), asking_.now));
    RELATA_RETURN_IF_ERROR(DefineWorkflow(crm_, "critical_ticket", R"json({
      "type": "ticket", "when": "ticket.severity == 'critical'",
      "actions": [{"do": "create_task", "text": "Call the customer", "role": "service",
                   "days": 1}]})json",
                                          Actor::User("demo"), asking_.now));
    Chapter("What has come to a halt, and what is to be done",
            "Ce qui s'est arrêté, ce qui reste à faire");
    RELATA_ASSIGN_OR_RETURN(const std::vector<StalledRecord> stalled,
                            StalledRecords(crm_, "sales", asking_));
    Line(Concat(stalled.size(), " open deals are stalled"));
    if (!stalled.empty()) {
      RELATA_ASSIGN_OR_RETURN(const std::string title, crm_.Title(stalled[0].record));
      Line(Concat("why ", title, ": nothing counted since ", FormatTimestamp(stalled[0].last), ", ",
                  stalled[0].stage, " allows ", stalled[0].allowed.micros / 86'400'000'000,
                  " days"));
    }
    if (!generated) return absl::OkStatus();
    Transaction tx = crm_.Begin(Actor::User("demo"));
    tx.Create("ticket",
              {{"subject", Value::Text("Press stopped")}, {"severity", Value::Text("critical")}});
    RELATA_RETURN_IF_ERROR(tx.Commit(asking_.now).status());
    RELATA_ASSIGN_OR_RETURN(const std::vector<OutboxItem> outbox, Outbox(crm_));
    for (const OutboxItem& item : outbox) {
      Line(Concat("a critical ticket came in; workflow ", item.workflow, " asks: ", item.body));
    }
    return absl::OkStatus();
  }

  // --- 10: the base itself

  absl::Status Health(const std::string& report_file) {
    const Actor actor = Actor::User("demo");
    RELATA_RETURN_IF_ERROR(DefineStarterCalendar(crm_, actor, asking_.now));
    Chapter("How healthy the base is", "L'état de la base");
    for (const char* job : {"duplicates", "consents", "completeness"}) {
      RELATA_ASSIGN_OR_RETURN(const std::string result,
                              RunMaintenance(crm_, job, actor, asking_.now));
      Line(Concat(job, ": ", result));
    }
    RELATA_ASSIGN_OR_RETURN(const std::string html, HtmlReport(crm_, asking_, session_.language()));
    RELATA_RETURN_IF_ERROR(WriteText(report_file, html));
    Line(Concat("the report: ", report_file));
    return absl::OkStatus();
  }

 private:
  static std::string Short(std::string_view text) {
    constexpr size_t kMost = 150;
    if (text.size() <= kMost) return std::string(text);
    size_t end = kMost;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return Concat(text.substr(0, end), "...");
  }
  // The facts of a line "CONDITION is true: FACTS"; the condition itself was shown above.
  static std::string Facts(std::string_view line) {
    for (const std::string_view verdict : {" is true: ", " is false: "}) {
      const size_t at = line.find(verdict);
      if (at != line.npos) return Short(line.substr(at + verdict.size()));
    }
    return Short(line);
  }
  static std::string Rounded(double points) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", points);
    return text;
  }
  static std::string Whole(const Money& m) {
    return Concat((m.units + Money::kUnitsPerMajor / 2) / Money::kUnitsPerMajor, " ",
                  m.currency.ToString());
  }

  absl::StatusOr<RecordRef> BestCustomer() {
    RELATA_ASSIGN_OR_RETURN(const QueryAnswer accounts, crm_.Query("account", "true", asking_));
    if (accounts.rows.empty()) return RecordRef{};
    RELATA_ASSIGN_OR_RETURN(const CustomerPurchases bought,
                            PurchasesOf(crm_, "account", Currency(), asking_));
    Row best = accounts.rows[0];
    int64_t most = 0;
    for (const Purchases& p : bought.customers) {
      if (p.amount > most) {
        best = p.customer;
        most = p.amount;
      }
    }
    return RecordRef{accounts.type, best};
  }

  Session& session_;
  Crm crm_;
  QueryOptions asking_;
  int chapter_ = 0;
};

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

absl::Status Tell(Session& session, const std::string& path, const std::string& report_file) {
  const bool generated = path.empty();
  std::string directory = path;
  GenerateOptions made;
  if (generated) {
    directory = (fs::temp_directory_path() / "relata-demo").string();
    made.directory = directory;
    made.contacts = kContacts;
    made.seed = kSeed;
    RELATA_RETURN_IF_ERROR(GenerateCompany(made));
    session.PrintLine(
        "Ateliers Vernay, makers of industrial presses: an ERP export, a CRM export "
        "and a spreadsheet.");
  }
  const Timestamp start = generated ? made.now : session.now();
  OpenOptions options;
  options.zone = "Europe/Paris";
  RELATA_ASSIGN_OR_RETURN(Crm crm, Crm::Open(":memory:", std::move(options)));
  Story story(session, std::move(crm), start);
  RELATA_RETURN_IF_ERROR(story.Audit(directory));
  RELATA_RETURN_IF_ERROR(story.Import(directory));
  Timestamp now = start;
  if (!generated) {
    RELATA_ASSIGN_OR_RETURN(now, LastInstant(story.crm(), start));
    story.Said(now);
  }
  story.Line(Concat("now is ", FormatTimestamp(now), ", the last date in the data"));
  RELATA_RETURN_IF_ERROR(story.Duplicates());
  RELATA_RETURN_IF_ERROR(story.Customer("account/crm:A000001"));
  RELATA_RETURN_IF_ERROR(story.Rhythm());
  RELATA_RETURN_IF_ERROR(story.SegmentAndAudience(generated));
  RELATA_RETURN_IF_ERROR(story.LeadsAndForecast());
  RELATA_RETURN_IF_ERROR(story.Process(generated));
  RELATA_RETURN_IF_ERROR(story.Health(report_file));
  if (generated) session.PrintLine("\nNow your own files: relata demo FOLDER");
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

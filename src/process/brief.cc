// SPDX-License-Identifier: Apache-2.0
//
// What to know before a meeting. Each point is one rule over the records around the account.

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/strings.h"
#include "engine/access_log.h"
#include "engine/conditions.h"
#include "process/families.h"
#include "relata/process/overview.h"
#include "relata/score/cadence.h"

namespace relata {
namespace {

using internal::Concat;
using internal::RecordReader;

constexpr double kLateFactor = 1.5;  // times the usual interval is late
constexpr Duration kRenewalAhead = Days(90);
constexpr Duration kMeetingAhead = Days(14);
constexpr Duration kPeopleBack = Days(90);
constexpr size_t kListed = 5;

constexpr std::string_view kTables[] = {
    "account",     "contact",   "lead",     "order",         "invoice",    "quote",
    "opportunity", "ticket",    "activity", "survey_answer", "employment", "subscription",
    "contract",    "page_view", "download", "email_clicked", "form_sent"};

int64_t DaysOf(Duration d) { return d.micros / Days(1).micros; }

class BriefMaker {
 public:
  BriefMaker(const Crm& crm, const Snapshot& view, const Permissions& may, RecordRef account,
             const QueryOptions& asking, Language language)
      : crm_(crm),
        read_(view, &may),
        account_(account),
        asking_(asking),
        now_(asking.now),
        language_(language) {
    link_ = read_.TypeOf(account).name;
    if (link_ == "account") {
      people_ = read_.Children(account, "contact", "account");
    } else {
      people_ = {account};
    }
  }

  absl::StatusOr<Brief> Make() {
    out_.account = account_;
    RELATA_ASSIGN_OR_RETURN(out_.title, crm_.Title(account_, asking_));
    Invoices();
    Tickets();
    Satisfaction();
    Cadence();
    Quotes();
    Renewals();
    Opportunities();
    People();
    Activities();
    Behaviour();
    return std::move(out_);
  }

 private:
  std::string_view Say(std::string_view en, std::string_view fr) const {
    return language_ == Language::kFrench ? fr : en;
  }
  std::string DaysText(int64_t days) const {
    return Concat(days, Say(days == 1 ? " day" : " days", days == 1 ? " jour" : " jours"));
  }
  void Add(std::string kind, std::string text, std::vector<RecordRef> records) {
    out_.points.push_back({std::move(kind), std::move(text), std::move(records)});
  }
  // A point for each open record of a type, the newest first, few of them.
  void EachOpen(std::string_view type, std::string_view when, std::string_view kind,
                std::string_view since_en, std::string_view since_fr) {
    std::vector<std::pair<Timestamp, RecordRef>> open;
    for (const RecordRef record : read_.Children(account_, type, link_)) {
      if (!internal::IsOpen(read_, record, now_)) continue;
      open.emplace_back(read_.When(record, when).value_or(now_), record);
    }
    std::stable_sort(open.begin(), open.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    if (open.size() > kListed) open.resize(kListed);
    for (const auto& [at, record] : open) {
      Add(std::string(kind),
          Concat(internal::Describe(read_, record, language_), ", ", Say(since_en, since_fr),
                 DaysText(DaysOf(now_ - at)), Say(" ago", "")),
          {record});
    }
  }

  void Invoices() {
    std::vector<RecordRef> overdue;
    Money sum;
    int64_t oldest = 0;
    for (const RecordRef invoice : read_.Children(account_, "invoice", link_)) {
      const std::optional<Timestamp> due = read_.When(invoice, "due_date");
      if (!due || UtcDate(*due) >= UtcDate(now_) || !internal::IsOpen(read_, invoice, now_)) {
        continue;
      }
      overdue.push_back(invoice);
      oldest = std::max(oldest, DaysOf(now_ - *due));
      const Money gross = read_.Amount(invoice, "gross");
      if (sum.currency.none() || gross.currency == sum.currency) {
        sum.currency = gross.currency;
        sum.units += gross.units;
      }
    }
    if (overdue.empty()) return;
    Add("overdue_invoice",
        Concat(overdue.size(),
               Say(overdue.size() == 1 ? " invoice overdue: " : " invoices overdue: ",
                   overdue.size() == 1 ? " facture échue : " : " factures échues : "),
               ToDisplay(Value::Amount(sum)),
               Say(", the oldest since ", ", la plus ancienne depuis "), DaysText(oldest)),
        overdue);
  }

  void Tickets() { EachOpen("ticket", "opened_at", "ticket", "opened ", "ouvert il y a "); }
  void Quotes() { EachOpen("quote", "issued_at", "quote", "sent ", "envoyé il y a "); }
  void Opportunities() {
    EachOpen("opportunity", "opened_at", "opportunity", "opened ", "ouverte il y a ");
  }

  void Satisfaction() {
    std::vector<std::pair<Timestamp, RecordRef>> answers;
    const auto take = [&](RecordRef holder, std::string_view link) {
      for (const RecordRef answer : read_.Children(holder, "survey_answer", link)) {
        const std::optional<Timestamp> at = read_.When(answer, "at");
        if (at && *at <= now_ && read_.Get(answer, "score").is(Value::Kind::kDouble)) {
          answers.emplace_back(*at, answer);
        }
      }
    };
    take(account_, link_);
    for (const RecordRef person : people_) take(person, read_.TypeOf(person).name);
    std::sort(answers.begin(), answers.end());
    answers.erase(std::unique(answers.begin(), answers.end()), answers.end());
    if (answers.empty()) return;
    const auto score = [&](size_t i) {
      return static_cast<int64_t>(read_.Get(answers[i].second, "score").double_value());
    };
    const size_t last = answers.size() - 1;
    std::string trend;
    for (size_t i = last < 3 ? 0 : last - 3; i <= last; ++i) {
      trend += Concat(trend.empty() ? "" : ", ", score(i));
    }
    Add("satisfaction",
        Concat(Say("satisfaction ", "satisfaction "), score(last),
               Say(" out of 10, ", " sur 10, il y a "),
               DaysText(DaysOf(now_ - answers[last].first)), Say(" ago", ""),
               last > 0 ? Concat(" (", trend, ")") : ""),
        {answers[last].second});
  }

  void Cadence() {
    std::vector<Timestamp> orders;
    std::pair<Timestamp, RecordRef> last{Timestamp::kMin, {}};
    for (const RecordRef order : read_.Children(account_, "order", link_)) {
      const std::optional<Timestamp> at = read_.When(order, "at");
      if (at && *at <= now_ && read_.Text(order, "status") != "cancelled") {
        orders.push_back(*at);
        last = std::max(last, {*at, order});
      }
    }
    const std::optional<relata::Cadence> cadence = CadenceOf(orders, now_);
    if (!cadence || !cadence->LaterThan(kLateFactor)) return;
    Add("cadence",
        Concat(Say("orders usually every ", "commande d'ordinaire tous les "),
               DaysText(DaysOf(cadence->usual)), Say(", the last one ", ", la dernière il y a "),
               DaysText(DaysOf(cadence->since)), Say(" ago", ""),
               Say(" (as long by chance: ", " (aussi long par hasard : "),
               ChanceText(cadence->chance, language_), ")"),
        {last.second});
  }

  void Renewals() {
    for (const std::string_view type : {"subscription", "contract"}) {
      for (const RecordRef contract : read_.Children(account_, type, link_)) {
        const std::optional<Timestamp> end = internal::EndOf(read_, contract);
        if (!end || !internal::IsRunning(read_, contract, now_) || *end > now_ + kRenewalAhead) {
          continue;
        }
        Add("renewal",
            Concat(internal::Describe(read_, contract, language_), ", ",
                   Say("ends in ", "prend fin dans "), DaysText(DaysOf(*end - now_))),
            {contract});
      }
    }
  }

  void People() {
    for (const RecordRef person : people_) {
      const absl::StatusOr<std::string> name = crm_.Title(person, asking_);
      if (!name.ok()) continue;
      std::optional<Timestamp> left = read_.When(person, "left_account_on");
      std::optional<Timestamp> joined;
      for (const RecordRef job : read_.Children(person, "employment", "contact")) {
        if (link_ == "account" && read_.Link(job, "account") != account_) continue;
        const std::optional<Timestamp> until = read_.When(job, "until");
        const std::optional<Timestamp> from = read_.When(job, "from");
        if (until && *until <= now_) {
          left = std::max(left.value_or(Timestamp::kMin), *until);
        } else if (from && *from <= now_) {
          joined = std::max(joined.value_or(Timestamp::kMin), *from);
        }
      }
      if (joined && left && *joined >= *left) left.reset();  // another job in the same house
      if (left && *left > now_ - kPeopleBack) {
        Add("left",
            Concat(*name, Say(" left ", " est parti·e il y a "), DaysText(DaysOf(now_ - *left)),
                   Say(" ago", "")),
            {person});
      } else if (joined && *joined > now_ - kPeopleBack) {
        Add("joined",
            Concat(*name, " (", read_.Text(person, "job_title"), ")",
                   Say(" is new in the job, since ", " est à ce poste depuis "),
                   DaysText(DaysOf(now_ - *joined))),
            {person});
      }
    }
  }

  void Activities() {
    std::optional<std::pair<Timestamp, RecordRef>> last;
    for (const RecordRef activity : read_.Children(account_, "activity", link_)) {
      const std::optional<Timestamp> at = read_.When(activity, "at");
      if (!at) continue;
      if (*at > now_ && *at <= now_ + kMeetingAhead && internal::IsOpen(read_, activity, now_)) {
        Add("meeting",
            Concat(FormatTimestamp(*at), ": ", internal::Describe(read_, activity, language_)),
            {activity});
      }
      const std::string status = read_.Text(activity, "status");
      const bool held = status != "planned" && status != "cancelled" && status != "missed";
      if (held && *at <= now_ && (!last || last->first < *at)) last.emplace(*at, activity);
    }
    if (!last) return;
    out_.last_contact = last->first;
    Add("activity",
        Concat(Say("last contact ", "dernier contact il y a "),
               DaysText(DaysOf(now_ - last->first)), Say(" ago: ", " : "),
               internal::Describe(read_, last->second, language_)),
        {last->second});
  }

  // What people of the account did on the web since the last contact.
  void Behaviour() {
    const Timestamp since = out_.last_contact.value_or(now_ - kPeopleBack);
    int64_t count = 0;
    Timestamp newest = Timestamp::kMin;
    std::string what;
    std::vector<RecordRef> who;
    for (const RecordRef person : people_) {
      bool any = false;
      for (const std::string_view type : {"page_view", "download", "email_clicked", "form_sent"}) {
        for (const EventRef event : read_.Events(person, type)) {
          const Timestamp at = read_.view().EventAt(event);
          if (at <= since || at > now_) continue;
          ++count;
          any = true;
          if (at < newest) continue;
          newest = at;
          what = internal::DescribeEvent(read_, event, language_);
        }
      }
      if (any) who.push_back(person);
    }
    if (count == 0) return;
    Add("activity",
        Concat(count,
               Say(" visits, downloads and clicks since then, the newest: ",
                   " visites, téléchargements et clics depuis, le dernier : "),
               what),
        who);
  }

  const Crm& crm_;
  RecordReader read_;
  RecordRef account_;
  const QueryOptions& asking_;
  Timestamp now_;
  Language language_;
  std::string link_;
  std::vector<RecordRef> people_;
  Brief out_;
};

}  // namespace

absl::StatusOr<Brief> BriefFor(const Crm& crm, RecordRef subject, const QueryOptions& asking,
                               Language language) {
  RecordRef record = crm.Resolve(subject);
  if (record.none()) return NotFound("the reference names no record");
  RELATA_ASSIGN_OR_RETURN(const Permissions may, internal::PermissionsOf(crm, asking.reader));
  std::vector<TypeId> tables;
  const std::shared_ptr<const Schema> schema = crm.schema();
  for (const std::string_view name : kTables) {
    if (const TypeDef* type = schema->Find(name)) tables.push_back(type->id);
  }
  tables.push_back(record.type);
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm.View(tables));
  if (!view->Exists(record)) return NotFound("the record does not exist");
  const RecordRef account = RecordReader(*view).Link(record, "account");
  if (!account.none() && view->Exists(account)) record = account;
  if (!may.MayRead(record.type)) {
    return PermissionDenied(Concat("the role may not read ", schema->type(record.type).name));
  }
  const TypeDef& type = schema->type(record.type);
  RELATA_RETURN_IF_ERROR(internal::LogAccess(
      crm, asking.reader,
      {"read", record, type.name, internal::PersonalFields(type), "", asking.now}));
  return BriefMaker(crm, *view, may, record, asking, language).Make();
}

}  // namespace relata

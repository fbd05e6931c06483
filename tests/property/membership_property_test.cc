// SPDX-License-Identifier: Apache-2.0
//
// Memberships kept by commits and by Advance, in lockstep with the same conditions evaluated from
// scratch: random records, links, merges, deletions and late events, and time moved by minutes,
// days and months.

#include <gtest/gtest.h>

#include <iostream>
#include <random>
#include <set>

#include "base/strings.h"
#include "engine/membership_log.h"
#include "relata/relata.h"
#include "relata/segment/segment.h"
#include "support/support.h"

namespace relata {
namespace {

using internal::Concat;

constexpr int kRounds = 6;
constexpr int kSteps = 60;
const Timestamp kStart = *ParseTimestamp("2026-03-25T21:30:00Z");
const Actor kSomebody = Actor::System("test");

struct Case {
  const char* name;
  const char* type;
  const char* expression;
};

constexpr const char* kActive =
    "contact.events('page_view').filter(e, e.at > now - days(30) && e.at <= now).size() >= 2";
constexpr const char* kSilent = "!contact.events('page_view').exists(e, e.at > now - hours(20))";
constexpr const char* kBig =
    "account.orders.filter(o, o.at > now - days(90)).map(o, o.net).sum() > money('100', 'EUR') || "
    "account.children.exists(c, c.days_late > 10)";
constexpr Case kCases[] = {
    {"french", "contact", "contact.country == 'FR'"},
    {"in_group", "contact", "contact.account.parent.industry == 'retail'"},
    {"under_late", "contact", "contact.account.ancestors.exists(a, a.days_late > 10)"},
    {"active", "contact", kActive},
    {"silent", "contact", kSilent},
    {"adult", "contact", "age(contact.birth_date) >= 18"},
    {"this_month", "contact", "contact.created_at >= start_of_month(now, 'Europe/Paris')"},
    {"colleagues", "contact",
     "contact.account.contacts.exists(c, c.country == 'DE') && contact.reports_to.country != 'FR'"},
    {"big", "account", kBig},
    {"crowded", "account", "account.contacts.size() > 3 && account.name != ''"},
    {"of_big", "contact",
     "in_segment('french') && contact.account.contacts.size() > 0 && "
     "contact.account.orders.size() > 0 || in_segment('active')"},
    {"visitor", "contact",
     "contact.country != 'BE' && "
     "contact.events('page_view').filter(e, e.path == '/pricing' && e.at > now - days(3)).size() "
     ">= 2 && !contact.events('login').exists(e, e.at > now - hours(30) && e.at < now - hours(2))"},
    {"seldom", "contact",
     "2 >= contact.events('page_view').size() && !contact.events('login').exists(e, true) || "
     "contact.country == 'FR' && contact.events('login').size() > 3"},
    {"agreed", "contact",
     "consent_status('email', 'offers') == 'grant' && "
     "!contact.events('login').exists(e, e.at > consent_at('email', 'offers'))"},
    {"lapsing", "contact",
     "contact.events('page_view').size() >= 2 && "
     "(now - contact.events('page_view').map(e, e.at).max()).getHours() * "
     "(contact.events('page_view').size() - 1) > 24 - contact.events('page_view').size()"},
    {"known", "contact", "contact.country != 'DE' && contact.events('login').size() != 0"},
    {"settled", "account",
     "2 * (now - account.created_at).getMinutes() > 3000 && account.industry != 'retail'"},
    {"follows", "contact",
     "in_segment('visitor') || in_segment('seldom') && contact.country != ''"},
    {"quiet", "contact",
     "!in_segment('silent') && !in_segment('active') && contact.country != 'BE'"},
};
std::string TextOf(std::string_view name) {
  for (const Case& c : kCases) {
    if (name == c.name) return c.expression;
  }
  return "";
}
// Commits this large concern more than are asked one by one, and fewer than everybody.
constexpr size_t kCrowd = 700;

class Lockstep {
 public:
  // A crowd: hundreds of records and commits of dozens of operations.
  Lockstep(uint64_t seed, bool crowd, int64_t& checks, int64_t& changes)
      : random_(seed),
        crowd_(crowd),
        checks_(checks),
        changes_(changes),
        crm_(*Crm::Open(":memory:")) {}

  void Run() {
    for (const Case& c : kCases) {
      Segment segment;
      segment.name = c.name;
      segment.type = c.type;
      segment.expression = c.expression;
      ASSERT_TRUE(DefineSegment(crm_, segment, kSomebody, now_).ok()) << c.name;
      ASSERT_TRUE(WhyNotKept(crm_, c.name).ok()) << WhyNotKept(crm_, c.name);
    }
    if (crowd_) Fill();
    const int steps = crowd_ ? kSteps / 5 : kSteps;
    for (step_ = 0; step_ < steps && !::testing::Test::HasFatalFailure(); ++step_) {
      bool time = Chance(40);
      SCOPED_TRACE(Concat("step ", step_, time ? ": time" : ": commit"));
      Move();
      if (time) {
        const absl::StatusOr<relata::Commit> moved = crm_.Advance(now_);
        ASSERT_TRUE(moved.ok()) << moved.status();
      } else {
        Commit();
      }
      // What an erased event ends is logged when time moves.
      if (std::exchange(erased_, false)) {
        ASSERT_TRUE(crm_.Advance(now_).ok());
        time = true;
      }
      if (Chance(15)) Redefine();
      Compare(time);
    }
  }

 private:
  void Fill() {
    Transaction tx = crm_.Begin(kSomebody);
    for (size_t i = 0; i < kCrowd / 20; ++i) {
      accounts_.push_back(tx.Create("account", {{"name", Value::Text("Acme")}}));
    }
    for (size_t i = 0; i < kCrowd; ++i) {
      const RecordRef contact = tx.Create("contact", {{"family_name", Value::Text("Roux")},
                                                      {"country", Country()},
                                                      {"account", Value::Record(Some(accounts_))}});
      contacts_.push_back(contact);
      for (size_t e = Pick(4); e > 0; --e) {
        tx.Append("page_view", contact, Around(), {{"path", Value::Text("/pricing")}});
      }
    }
    const absl::StatusOr<relata::Commit> commit = tx.Commit(now_);
    ASSERT_TRUE(commit.ok()) << commit.status();
  }

  size_t Pick(size_t n) { return random_() % n; }
  bool Chance(int percent) { return Pick(100) < static_cast<size_t>(percent); }

  void Move() {
    const int64_t hours[] = {0, 0, 1, 5, 23, 26, 24 * 9, 24 * 35};
    now_ = now_ + Hours(hours[Pick(8)]) + Seconds(static_cast<int64_t>(Pick(3600)) + 1);
  }

  RecordRef Some(std::vector<RecordRef>& list) {
    return list.empty() ? RecordRef() : list[Pick(list.size())];
  }

  void Commit() {
    Transaction tx = crm_.Begin(kSomebody);
    const size_t operations = crowd_ ? 30 + Pick(100) : Chance(10) ? 40 : 1 + Pick(4);
    for (size_t i = 0; i < operations; ++i) Operate(tx);
    const absl::StatusOr<relata::Commit> commit = tx.Commit(now_);
    // Cycles, merges into oneself and changes of records that are gone are refused as a whole.
    refused_ += commit.ok() ? 0 : 1;
    if (commit.ok()) {
      for (auto& [list, record] : created_) list->push_back(record);
    }
    created_.clear();
  }

  Value Country() {
    constexpr const char* kCountries[] = {"FR", "DE", "BE"};
    return Chance(10) ? Value() : Value::Text(kCountries[Pick(3)]);
  }

  void EraseView(Transaction& tx) {
    const auto view = crm_.View({"page_view"});
    ASSERT_TRUE(view.ok()) << view.status();
    const TypeId type = (*view)->schema().Find("page_view")->id;
    const auto count = static_cast<size_t>((*view)->EventCount(type));
    if (count == 0) return;
    EraseWrite erase;
    erase.events = {{type, (*view)->EventSeq({type, static_cast<int64_t>(Pick(count))})}};
    tx.Erase(std::move(erase));
    erased_ = true;
  }

  void Operate(Transaction& tx) {
    const RecordRef contact = Some(contacts_);
    const RecordRef account = Some(accounts_);
    const bool start = contacts_.size() < 6 || accounts_.size() < 3;
    // What may be refused is left out where one refusal would undo dozens of operations.
    const size_t what = start ? Pick(3) : crowd_ && Chance(80) ? 14 : Pick(crowd_ ? 5 : 17);
    switch (what) {
      case 0:
      case 1: {
        NamedValues values = {{"family_name", Value::Text("Roux")}, {"country", Country()}};
        if (!account.none()) values.emplace_back("account", Value::Record(account));
        if (Chance(50)) values.emplace_back("birth_date", Value::Day(Born()));
        created_.emplace_back(&contacts_, tx.Create("contact", std::move(values)));
        return;
      }
      case 2:
        created_.emplace_back(
            &accounts_,
            tx.Create("account", {{"name", Value::Text("Acme")},
                                  {"industry", Value::Text(Chance(50) ? "retail" : "energy")}}));
        return;
      case 3:
        return tx.Update(contact, {{"country", Country()}});
      case 4:
        return tx.Update(contact, {{"account", Chance(15) ? Value() : Value::Record(account)}});
      case 5:
        return tx.Update(account,
                         {{"parent", Chance(15) ? Value() : Value::Record(Some(accounts_))}});
      case 6:
        return tx.Update(account, {{"days_late", Value::Int(static_cast<int64_t>(Pick(20)))},
                                   {"industry", Value::Text(Chance(50) ? "retail" : "energy")}});
      case 7:
        return tx.Update(contact, {{"reports_to", Value::Record(Some(contacts_))}});
      case 8:
        if (Chance(60)) return;
        return tx.Delete(Chance(80) ? contact : account);
      case 9:
        if (Chance(50)) return;
        if (Chance(50)) return tx.Merge(contact, Some(contacts_));
        return tx.Merge(account, Some(accounts_));
      case 10:
        if (Chance(70)) return;
        return tx.Unmerge(Chance(50) ? contact : account);
      case 11:
        created_.emplace_back(
            &orders_,
            tx.Create("order", {{"account", Value::Record(account)},
                                {"at", Value::Time(Around())},
                                {"net", Value::Amount({static_cast<int64_t>(Pick(1'000'000)),
                                                       *Currency::Parse("EUR")})}}));
        return;
      case 12:
        if (!orders_.empty()) tx.Update(Some(orders_), {{"account", Value::Record(account)}});
        return;
      case 13:
        if (contact.none()) return;
        return State(tx, contact, Chance(70) ? ConsentEvent::kGrant : ConsentEvent::kWithdraw);
      default:
        if (Chance(3)) return EraseView(tx);
        // Late by up to forty days, or early by one.
        if (Chance(30)) return tx.Append("login", contact, Around(), {});
        return tx.Append("page_view", contact, Around(),
                         {{"path", Value::Text(Chance(80) ? "/pricing" : "/")}});
    }
  }

  void State(Transaction& tx, RecordRef who, ConsentEvent event) {
    ConsentEntry entry;
    entry.event = event;
    entry.person = PartyId::Of(who);
    entry.scope = {Bit(Channel::kEmail), Bit(Purpose::kOffers)};
    entry.at = Around();
    tx.RecordConsent(std::move(entry));
  }

  Timestamp Around() { return now_ + Days(1) - Seconds(static_cast<int64_t>(Pick(41 * 86'400))); }
  Date Born() { return {UtcDate(now_).days - 18 * 365 - static_cast<int32_t>(Pick(60))}; }

  // Another version of a segment that others name.
  void Redefine() {
    Segment segment;
    segment.name = "french";
    segment.type = "contact";
    segment.expression = Chance(50) ? "contact.country == 'FR'"
                                    : "contact.country == 'FR' || contact.country == 'BE'";
    french_ = segment.expression;
    ASSERT_TRUE(DefineSegment(crm_, segment, kSomebody, now_).ok());
  }

  std::string Whole(const Case& c) const {
    std::string text = std::string_view(c.name) == "french" ? french_ : c.expression;
    for (const auto& [call, inner] :
         {std::pair<std::string, std::string>("in_segment('french')", french_),
          {"in_segment('active')", kActive},
          {"in_segment('silent')", kSilent},
          {"in_segment('visitor')", TextOf("visitor")},
          {"in_segment('seldom')", TextOf("seldom")}}) {
      for (size_t at = text.find(call); at != text.npos; at = text.find(call, at)) {
        text.replace(at, call.size(), Concat("(", inner, ")"));
      }
    }
    return text;
  }

  void Compare(bool advanced) {
    for (const Case& c : kCases) {
      QueryOptions asking;
      asking.now = now_ + Seconds(Chance(50) ? 0 : static_cast<int64_t>(Pick(200'000)));
      const absl::StatusOr<QueryAnswer> fresh = crm_.Query(c.type, Whole(c), asking);
      ASSERT_TRUE(fresh.ok()) << fresh.status();
      const std::set<Row> members(fresh->rows.begin(), fresh->rows.end());
      const absl::StatusOr<QueryAnswer> named =
          crm_.Query(c.type, Concat("in_segment('", c.name, "')"), asking);
      ASSERT_TRUE(named.ok()) << named.status();
      ASSERT_EQ(named->rows, fresh->rows) << c.name << " asked by its name";
      const auto view = crm_.View({c.type});
      for (Row row = 0; row < (*view)->RowLimit(fresh->type); ++row) {
        const RecordRef record{fresh->type, row};
        if (!(*view)->Exists(record)) continue;
        const absl::StatusOr<bool> member =
            IsMember(crm_, c.name, (*view)->Id(record).ToString(), asking.now);
        ASSERT_TRUE(member.ok()) << member.status();
        ASSERT_EQ(*member, members.contains(row)) << c.name << " row " << row;
        ++checks_;
      }
      // What the log says is what holds when time has moved, or when time does not matter.
      if (!advanced && std::string_view(c.expression).find("now") != std::string_view::npos)
        continue;
      if (!advanced &&
          (std::string_view(c.expression).find("age(") != std::string_view::npos ||
           std::string_view(c.name) == "of_big" || std::string_view(c.name) == "quiet" ||
           std::string_view(c.name) == "follows")) {
        continue;
      }
      CompareLog(c);
    }
  }

  void CompareLog(const Case& c) {
    QueryOptions asking;
    asking.now = now_;
    const absl::StatusOr<QueryAnswer> fresh = crm_.Query(c.type, Whole(c), asking);
    ASSERT_TRUE(fresh.ok()) << fresh.status();
    std::set<Row> logged;
    const absl::StatusOr<std::vector<LogWrite>> log = crm_.Log("membership", c.name);
    ASSERT_TRUE(log.ok()) << log.status();
    for (const LogWrite& line : *log) {
      internal::EachMembershipChange(line, [&](Row row, bool entered) {
        ++changes_;
        // A line tells a change, never what was so before.
        EXPECT_EQ(logged.contains(row), !entered) << c.name << " row " << row;
        if (entered) {
          logged.insert(row);
        } else {
          logged.erase(row);
        }
      });
    }
    ASSERT_EQ(logged, std::set<Row>(fresh->rows.begin(), fresh->rows.end())) << c.name;
  }

  std::mt19937_64 random_;
  const bool crowd_;
  int64_t& checks_;
  int64_t& changes_;
  Crm crm_;
  Timestamp now_ = kStart;
  int step_ = 0;
  bool erased_ = false;  // an event, by the last commit
  int refused_ = 0;
  std::string french_ = "contact.country == 'FR'";
  std::vector<RecordRef> contacts_;
  std::vector<RecordRef> accounts_;
  std::vector<RecordRef> orders_;
  std::vector<std::pair<std::vector<RecordRef>*, RecordRef>> created_;
};

TEST(MembershipProperty, KeptIsWhatEvaluatingFromScratchGives) {
  const uint64_t seed = testing::Seed(20261124);
  int64_t checks = 0;
  int64_t changes = 0;
  for (int round = 0; round < kRounds && !HasFailure(); ++round) {
    SCOPED_TRACE(Concat("round ", round, " of seed ", seed));
    Lockstep(seed + static_cast<uint64_t>(round), false, checks, changes).Run();
  }
  std::cout << checks << " memberships compared, " << changes << " entries and exits read"
            << std::endl;
  EXPECT_GT(checks, 10'000);
  EXPECT_GT(changes, 1'000);
}

TEST(MembershipProperty, CommitsThatConcernManyKeepThemToo) {
  const uint64_t seed = testing::Seed(20261125);
  int64_t checks = 0;
  int64_t changes = 0;
  for (int round = 0; round < 2 && !HasFailure(); ++round) {
    SCOPED_TRACE(Concat("round ", round, " of seed ", seed));
    Lockstep(seed + static_cast<uint64_t>(round), true, checks, changes).Run();
  }
  std::cout << checks << " memberships compared, " << changes << " entries and exits read"
            << std::endl;
  EXPECT_GT(checks, 50'000);
}

}  // namespace
}  // namespace relata

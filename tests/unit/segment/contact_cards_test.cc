// SPDX-License-Identifier: Apache-2.0
//
// The compiled consent ledger of an open database: it answers as a fresh reading of the graph does,
// whatever was committed in between, and allocates nothing to do so.

#include "segment/contact_cards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <random>

#include "engine/engine.h"
#include "relata/relata.h"
#include "relata/segment/segment.h"
#include "support/support.h"

namespace {

// Allocations of this thread, counted while `counting`.
thread_local bool counting = false;
thread_local int64_t allocations = 0;

void* Allocate(size_t size, size_t alignment) {
  if (counting) ++allocations;
  void* const p = std::aligned_alloc(alignment, (size + alignment) / alignment * alignment);
  if (p == nullptr) std::abort();
  return p;
}

}  // namespace

void* operator new(size_t size) { return Allocate(size, alignof(std::max_align_t)); }
void* operator new[](size_t size) { return Allocate(size, alignof(std::max_align_t)); }
void* operator new(size_t size, std::align_val_t a) {
  return Allocate(size, static_cast<size_t>(a));
}
void* operator new[](size_t size, std::align_val_t a) {
  return Allocate(size, static_cast<size_t>(a));
}
void* operator new(size_t size, const std::nothrow_t&) noexcept { return operator new(size); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept { return operator new(size); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }
void operator delete[](void* p, size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, size_t, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, size_t, std::align_val_t) noexcept { std::free(p); }

namespace relata {
namespace {

using internal::ContactCards;

const Timestamp kStart = *ParseTimestamp("2026-03-02T09:00:00Z");
const Actor kSomebody = Actor::System("test");

ContactPlan Plan(Channel channel, Timestamp at, Purpose purpose = Purpose::kMarketing) {
  ContactPlan plan;
  plan.channel = channel;
  plan.purpose = purpose;
  plan.at = at;
  return plan;
}

ConsentEntry Said(ConsentEvent event, RecordRef person, Timestamp at,
                  Channel channel = Channel::kEmail) {
  ConsentEntry entry;
  entry.event = event;
  entry.at = at;
  entry.person = PartyId::Of(person);
  entry.scope.channels = Bit(channel);
  entry.scope.purposes = Bit(Purpose::kMarketing);
  entry.evidence.source = ConsentSource::kWeb;
  entry.evidence.text = "sha256:form";
  return entry;
}

// The decision on a graph read anew, without any card kept.
Decision Afresh(const Crm& crm, RecordRef person, const ContactPlan& plan) {
  const auto view = *crm.View(ConsentTables(crm));
  const auto reader = *crm.engine().Read();
  const auto merges = *internal::MergeBook::Read(*reader);
  const auto registers = *internal::RegisterBook::Read(*reader);
  internal::ZoneShelf zones;
  const RecordRef who = view->Resolve(crm.Resolve(person));
  const auto card = *internal::CompileCard(*view, who, merges, registers, zones);
  const auto rules = *RulesOf(crm);
  return internal::DecideOn(*card, PartyId::Of(who), plan, *rules, nullptr);
}

Rule RuleOf(const Crm& crm, RecordRef person, const ContactPlan& plan) {
  const absl::StatusOr<Decision> d = MayContact(crm, person, plan);
  EXPECT_TRUE(d.ok()) << d.status();
  return d.ok() ? d->rule : Rule::kNoBasis;
}

// A small world of persons, companies and shared addresses, changed at random.
class RandomWorld {
 public:
  RandomWorld(Crm& crm, uint64_t seed) : crm_(crm), random_(seed) {
    Transaction tx = crm_.Begin(kSomebody);
    for (int i = 0; i < 4; ++i) {
      accounts_.push_back(tx.Create("account", {{"name", Value::Text("A" + std::to_string(i))},
                                                {"country", Value::Text("FR")}}));
    }
    for (int i = 0; i < 3; ++i) {
      const std::string n = std::to_string(i);
      mails_.push_back(
          tx.Create("email_address", {{"address", Value::Text("m" + n + "@mail.example")}}));
      phones_.push_back(tx.Create("phone_number", {{"number", Value::Text("+3361234567" + n)}}));
    }
    for (int i = 0; i < 10; ++i) {
      persons_.push_back(tx.Create("contact", {{"family_name", Value::Text("P")}}));
    }
    EXPECT_TRUE(tx.Commit(now_).ok());
    for (const RecordRef person : persons_) names_.push_back(*crm_.Name(person));
  }

  void Step() {
    now_ = now_ + Hours(static_cast<int64_t>(random_() % 60));
    Transaction tx = crm_.Begin(kSomebody);
    for (int i = 0, n = 1 + Pick(3); i < n; ++i) Change(tx);
    (void)tx.Commit(now_).ok();  // a random change may be refused
  }

  // Every person, by cards and afresh.
  void Compare() {
    constexpr Channel kChannels[] = {Channel::kEmail, Channel::kPhone, Channel::kSms,
                                     Channel::kRobocall, Channel::kPost};
    for (size_t i = 0; i < persons_.size(); ++i) {
      const RecordRef person = persons_[i];
      ContactPlan plan = Plan(kChannels[Pick(5)], now_ - Days(Pick(20)) + Days(5));
      plan.similar_product = Pick(2) == 0;
      plan.related_to_contract = Pick(2) == 0;
      if (Pick(4) == 0) plan.known_at = now_ - Days(Pick(10));
      const absl::StatusOr<Decision> kept = MayContact(crm_, person, plan);
      ASSERT_TRUE(kept.ok()) << kept.status();
      EXPECT_EQ(*kept, Afresh(crm_, person, plan)) << Name(kept->rule);
      RecordRef who;
      const absl::StatusOr<Decision> named = MayContact(crm_, names_[i], plan, &who);
      ASSERT_TRUE(named.ok()) << named.status();
      EXPECT_EQ(*named, *kept) << "by name";
      EXPECT_EQ(who, crm_.Resolve(person));
    }
  }

 private:
  int Pick(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  RecordRef Any(const std::vector<RecordRef>& of) {
    return of[static_cast<size_t>(Pick(static_cast<int>(of.size())))];
  }

  void Change(Transaction& tx) {
    const RecordRef person = Any(persons_);
    switch (Pick(12)) {
      case 0: {
        constexpr const char* kCountries[] = {"FR", "DE", "GB", "US", ""};
        const char* country = kCountries[Pick(5)];
        tx.Update(person, {{"country", *country ? Value::Text(country) : Value()},
                           {"birth_date", Value::Day(MakeDate(1990 + Pick(25), 1, 1))}});
        return;
      }
      case 1:
        return tx.Update(person, {{"account", Value::Record(Any(accounts_))}});
      case 2:
        return tx.Update(person, {{"do_not_contact", Value::Bool(Pick(3) == 0)}});
      case 3:
        tx.Create("contact_point", {{"contact", Value::Record(person)},
                                    {"email", Value::Record(Any(mails_))},
                                    {"phone", Value::Record(Any(phones_))}});
        return;
      case 4:
        tx.Create("order", {{"contact", Value::Record(person)},
                            {"at", Value::Time(now_ - Days(Pick(1000)))}});
        return;
      case 5:
        tx.Create("contract", {{"account", Value::Record(Any(accounts_))},
                               {"from", Value::Day(UtcDate(now_ - Days(100)))}});
        return;
      case 6:
        return tx.Append(Pick(2) == 0 ? "email_sent" : "form_sent", person, now_ - Days(Pick(30)),
                         {});
      case 7:
        return tx.Update(Any(mails_), {{"nature", Value::Text("professional")}});
      case 8:
      case 9:
        return Pick(2) == 0 ? tx.Merge(person, Any(persons_)) : tx.Unmerge(person);
      default:
        return Speak(tx, person);
    }
  }

  void Speak(Transaction& tx, RecordRef person) {
    constexpr ConsentEvent kEvents[] = {ConsentEvent::kGrant,      ConsentEvent::kGrant,
                                        ConsentEvent::kWithdraw,   ConsentEvent::kObject,
                                        ConsentEvent::kRefuseCall, ConsentEvent::kRequest,
                                        ConsentEvent::kConfirm,    ConsentEvent::kBounce,
                                        ConsentEvent::kRestrict,   ConsentEvent::kUnrestrict};
    ConsentEntry entry = Said(kEvents[Pick(10)], person, now_ - Days(Pick(40)),
                              Pick(2) == 0 ? Channel::kEmail : Channel::kPhone);
    if (Pick(4) == 0) entry.scope.topics = {"wine"};
    if (Pick(3) == 0) entry.point = PartyId::Of(Any(Pick(2) == 0 ? mails_ : phones_));
    tx.RecordConsent(entry);
  }

  Crm& crm_;
  std::mt19937_64 random_;
  Timestamp now_ = kStart;
  std::vector<RecordRef> accounts_, mails_, phones_, persons_;
  std::vector<std::string> names_;  // of the persons, before any merge
};

TEST(ContactCards, AnswerAsAFreshReadingWhateverIsCommitted) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  for (uint64_t run = 0; run < 6; ++run) {
    Crm crm = *Crm::Open(":memory:");
    RandomWorld world(crm, seed + run);
    for (int i = 0; i < 60 && !::testing::Test::HasFailure(); ++i) {
      world.Step();
      world.Compare();
    }
    EXPECT_GT(ContactCards::Of(crm).size(), 0u);
  }
}

TEST(ContactCards, SeeWhatAnotherHandleOfTheFileWrote) {
  const testing::TempDir folder;
  const std::string path = (folder.path() / "shared.db").string();
  Crm one = *Crm::Open(path);
  Transaction tx = one.Begin(kSomebody);
  const RecordRef marie =
      tx.Create("contact", {{"country", Value::Text("FR")}, {"email", Value::Text("m@x.example")}});
  tx.RecordConsent(Said(ConsentEvent::kGrant, marie, kStart));
  ASSERT_TRUE(tx.Commit(kStart).ok());
  const RecordRef who = one.Resolve(marie);
  const ContactPlan plan = Plan(Channel::kEmail, kStart + Days(2));
  EXPECT_EQ(RuleOf(one, who, plan), Rule::kConsentOk);
  Crm other = *Crm::Open(path);
  Transaction no = other.Begin(kSomebody);
  no.RecordConsent(Said(ConsentEvent::kWithdraw, who, kStart + Hours(1)));
  ASSERT_TRUE(no.Commit(kStart + Hours(2)).ok());
  EXPECT_EQ(RuleOf(one, who, plan), Rule::kWithdrawn);
}

class OnePerson : public ::testing::Test {
 protected:
  OnePerson() : crm_(*Crm::Open(":memory:")) {
    Transaction tx = crm_.Begin(kSomebody);
    marie_ = Create(tx, "marie@mail.example");
    other_ = Create(tx, "other@mail.example");
    EXPECT_TRUE(tx.Commit(kStart).ok());
    marie_ = crm_.Resolve(marie_);
    other_ = crm_.Resolve(other_);
  }
  static RecordRef Create(Transaction& tx, const std::string& email) {
    return tx.Create("contact", {{"country", Value::Text("FR")},
                                 {"email", Value::Text(email)},
                                 {"mobile", Value::Text("06 12 34 56 78")}});
  }
  void Say(const ConsentEntry& entry, Timestamp now) {
    Transaction tx = crm_.Begin(kSomebody);
    tx.RecordConsent(entry);
    ASSERT_TRUE(tx.Commit(now).ok());
  }
  void Merge(RecordRef loser, RecordRef winner, Timestamp now) {
    Transaction tx = crm_.Begin(kSomebody);
    tx.Merge(loser, winner);
    ASSERT_TRUE(tx.Commit(now).ok());
  }
  void Unmerge(RecordRef loser, Timestamp now) {
    Transaction tx = crm_.Begin(kSomebody);
    tx.Unmerge(loser);
    ASSERT_TRUE(tx.Commit(now).ok());
  }
  Rule Mail(RecordRef who, Timestamp at) { return RuleOf(crm_, who, Plan(Channel::kEmail, at)); }

  Crm crm_;
  RecordRef marie_, other_;
};

TEST_F(OnePerson, AllocatesNothingToDecide) {
  for (int i = 0; i < 8; ++i)
    Say(Said(ConsentEvent::kGrant, marie_, kStart + Hours(i)), kStart + Days(1));
  for (const Channel channel : {Channel::kEmail, Channel::kPhone, Channel::kSms, Channel::kPost}) {
    const ContactPlan plan = Plan(channel, kStart + Days(3));
    ASSERT_TRUE(MayContact(crm_, marie_, plan).ok());
    allocations = 0;
    counting = true;
    const absl::StatusOr<Decision> d = MayContact(crm_, marie_, plan);
    counting = false;
    EXPECT_TRUE(d.ok());
    EXPECT_EQ(allocations, 0) << Name(channel) << " " << Name(d->rule);
  }
  const std::string name = *crm_.Name(marie_);
  const ContactPlan plan = Plan(Channel::kEmail, kStart + Days(3));
  allocations = 0;
  counting = true;
  EXPECT_TRUE(MayContact(crm_, name, plan).ok());
  counting = false;
  EXPECT_EQ(allocations, 0) << "by name";
  allocations = 0;
  counting = true;
  auto seen = std::make_unique<int>(1);
  counting = false;
  EXPECT_EQ(allocations, 1) << "allocations are counted";
}

TEST_F(OnePerson, ReconsentAfterAMergeIsHeardAndUnmergingKeepsEachOnesWord) {
  Say(Said(ConsentEvent::kWithdraw, other_, kStart + Days(1)), kStart + Days(1));
  Say(Said(ConsentEvent::kGrant, marie_, kStart + Days(2)), kStart + Days(2));
  EXPECT_EQ(Mail(marie_, kStart + Days(3)), Rule::kConsentOk);
  Merge(other_, marie_, kStart + Days(4));
  EXPECT_EQ(Mail(marie_, kStart + Days(5)), Rule::kMergeMostRestrictive);
  EXPECT_EQ(Mail(other_, kStart + Days(5)), Rule::kMergeMostRestrictive);
  EXPECT_EQ(Mail(marie_, kStart + Days(3)), Rule::kConsentOk) << "as it was before the merge";
  Say(Said(ConsentEvent::kGrant, marie_, kStart + Days(6)), kStart + Days(6));
  EXPECT_EQ(Mail(marie_, kStart + Days(7)), Rule::kConsentOk);
  Unmerge(other_, kStart + Days(8));
  EXPECT_EQ(Mail(marie_, kStart + Days(9)), Rule::kConsentOk);
  EXPECT_EQ(Mail(other_, kStart + Days(9)), Rule::kWithdrawn);
  EXPECT_EQ(Mail(marie_, kStart + Days(5)), Rule::kMergeMostRestrictive)
      << "as it was while merged";
}

TEST_F(OnePerson, TheHostsRulesAndFlagsAreReadAfterTheLibrarys) {
  const ContactPlan post = Plan(Channel::kPost, kStart + Days(1));
  EXPECT_EQ(RuleOf(crm_, marie_, post), Rule::kLiOk);
  ASSERT_TRUE(
      DefineRules(crm_, "ours", "amend FR 2027.1 Europe/Paris\ndrop LI.OK\n", kSomebody, kStart)
          .ok());
  EXPECT_EQ(RuleOf(crm_, marie_, post), Rule::kNoBasis);
  EXPECT_FALSE(DefineRules(crm_, "ours", "nonsense", kSomebody, kStart).ok());
  EXPECT_EQ(RuleOf(crm_, marie_, post), Rule::kNoBasis)
      << "a text that does not read changes nothing";
  ASSERT_TRUE(DefineRules(crm_, "ours", "", kSomebody, kStart).ok());
  EXPECT_EQ(RuleOf(crm_, marie_, post), Rule::kLiOk);
  ASSERT_TRUE(SetConsentFlag(crm_, "quiet_hours", "00:00-23:59 post", kSomebody, kStart).ok());
  EXPECT_EQ(RuleOf(crm_, marie_, post), Rule::kQuietHours);
  EXPECT_FALSE(SetConsentFlag(crm_, "quiet_hours", "noon", kSomebody, kStart).ok());
  ASSERT_TRUE(SetConsentFlag(crm_, "quiet_hours", "", kSomebody, kStart).ok());
  EXPECT_EQ(RuleOf(crm_, marie_, post), Rule::kLiOk);
}

TEST_F(OnePerson, WhatACustomerWasToldIsReadFromTheFormsSheSent) {
  const auto ask = [&](Channel channel = Channel::kEmail, int64_t day = 20) {
    ContactPlan plan = Plan(channel, kStart + Days(day));
    plan.similar_product = true;
    return std::string(Name(RuleOf(crm_, marie_, plan)));
  };
  const auto notice = [&](Transaction& tx, const char* kind, ValueList channels) {
    return tx.Create("notice", {{"name", Value::Text(kind)},
                                {"kind", Value::Text(kind)},
                                {"text", Value::Text("We may write to you; say no here.")},
                                {"channels", Value::List(std::move(channels))}});
  };
  const auto sends = [&](RecordRef shown, int64_t day) {
    Transaction tx = crm_.Begin(kSomebody);
    tx.Append("form_sent", marie_, kStart + Days(day), {{"notice", Value::Record(shown)}});
    ASSERT_TRUE(tx.Commit(kStart + Days(11)).ok());
  };
  Transaction tx = crm_.Begin(kSomebody);
  tx.Create("order", {{"number", Value::Text("O-1")},
                      {"at", Value::Time(kStart + Days(5))},
                      {"contact", Value::Record(marie_)}});
  RecordRef information = notice(tx, "information", {});
  RecordRef late = notice(tx, "soft_opt_in", {});
  RecordRef mail = notice(tx, "soft_opt_in", {Value::Text("email")});
  ASSERT_TRUE(tx.Commit(kStart + Days(10)).ok());
  for (RecordRef* record : {&information, &late, &mail}) *record = crm_.Resolve(*record);
  EXPECT_EQ(ask(), "SOFT_OPT_IN.UNPROVEN") << "nobody says what she was told";
  sends(information, 4);
  EXPECT_EQ(ask(), "SOFT_OPT_IN.UNPROVEN") << "told, but not offered to say no";
  sends(late, 9);
  EXPECT_EQ(ask(), "SOFT_OPT_IN.UNPROVEN") << "offered after the sale only";
  sends(mail, 5);
  EXPECT_EQ(ask(), "SOFT_OPT_IN.OK");
  EXPECT_EQ(ask(Channel::kSms), "SOFT_OPT_IN.UNPROVEN") << "the offer was about e-mail";
  EXPECT_EQ(ask(Channel::kEmail, 3), "DEFAULT.NO_BASIS") << "not yet a customer";
  ContactPlan other = Plan(Channel::kEmail, kStart + Days(20));
  EXPECT_EQ(RuleOf(crm_, marie_, other), Rule::kSoftOptInNotSimilar);

  // A wording that is corrected changes the answer of whoever was shown it.
  Transaction edit = crm_.Begin(kSomebody);
  edit.Update(mail, {{"kind", Value::Text("information")}});
  ASSERT_TRUE(edit.Commit(kStart + Days(12)).ok());
  EXPECT_EQ(ask(), "SOFT_OPT_IN.UNPROVEN");
}

TEST_F(OnePerson, RegistersComeFromAListOrFromTheHost) {
  const ContactPlan call = Plan(Channel::kPhone, kStart + Hours(1));
  EXPECT_EQ(RuleOf(crm_, marie_, call), Rule::kLiOk);
  RegisterList list;
  list.list = Register::kBloctel;
  list.country = "FR";
  list.listed_from = kStart - Days(9);
  list.numbers = {{"+33 6 12 34 56 78", std::nullopt}, {"nobody", std::nullopt}};
  const absl::StatusOr<RegisterImport> first = ImportRegister(crm_, list, kSomebody, kStart);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->kept, 1);
  EXPECT_THAT(first->refused, ::testing::ElementsAre("nobody"));
  EXPECT_EQ(RuleOf(crm_, marie_, call), Rule::kBloctel);
  EXPECT_EQ(ImportRegister(crm_, list, kSomebody, kStart)->unchanged, 1);
  list.listed = false;
  EXPECT_EQ(ImportRegister(crm_, list, kSomebody, kStart)->kept, 1);
  EXPECT_EQ(RuleOf(crm_, marie_, call), Rule::kLiOk);
  UseRegister(crm_, [](std::string_view number) {
    std::vector<Listing> out;
    if (number == "+33612345678") out.push_back({Register::kBloctel, kStart});
    return out;
  });
  EXPECT_EQ(RuleOf(crm_, marie_, call), Rule::kBloctel);
  EXPECT_EQ(RuleOf(crm_, marie_, Plan(Channel::kPost, kStart)), Rule::kLiOk);
}

// Whatever was said by whom, merging two persons never allows what neither was allowed, and what
// both were refused stays refused.
TEST(MergeOfPersons, NeverRaisesAPermission) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<uint64_t>(n)); };
  for (int run = 0; run < 150; ++run) {
    Crm crm = *Crm::Open(":memory:");
    Transaction tx = crm.Begin(kSomebody);
    RecordRef two[2];
    for (RecordRef& who : two) who = tx.Create("contact", {{"country", Value::Text("FR")}});
    for (int i = 0, n = 1 + pick(6); i < n; ++i) {
      constexpr ConsentEvent kEvents[] = {ConsentEvent::kGrant,      ConsentEvent::kWithdraw,
                                          ConsentEvent::kObject,     ConsentEvent::kOptout,
                                          ConsentEvent::kComplaint,  ConsentEvent::kRestrict,
                                          ConsentEvent::kUnrestrict, ConsentEvent::kErase};
      ConsentEntry entry = Said(kEvents[pick(8)], two[pick(2)], kStart + Hours(pick(100)));
      if (pick(3) == 0) entry.evidence.doi = DoubleOptIn::kEmail;
      tx.RecordConsent(entry);
    }
    ASSERT_TRUE(tx.Commit(kStart + Days(10)).ok());
    const ContactPlan plan = Plan(Channel::kEmail, kStart + Days(20));
    const RecordRef first = crm.Resolve(two[0]), second = crm.Resolve(two[1]);
    const Decision a = *MayContact(crm, first, plan);
    const Decision b = *MayContact(crm, second, plan);
    Transaction merge = crm.Begin(kSomebody);
    merge.Merge(first, second);
    ASSERT_TRUE(merge.Commit(kStart + Days(11)).ok());
    const Decision merged = *MayContact(crm, second, plan);
    EXPECT_LE(merged.outcome, std::max(a.outcome, b.outcome)) << Name(merged.rule);
    for (const Decision& d : {a, b}) {
      const bool refused = d.rule == Rule::kRestricted ||
                           (d.rule >= Rule::kBounce && d.rule <= Rule::kOptoutRequest);
      if (refused) {
        EXPECT_FALSE(merged.allowed()) << Name(d.rule) << " was lifted by the merge";
      }
    }
    Transaction undo = crm.Begin(kSomebody);
    undo.Unmerge(first);
    ASSERT_TRUE(undo.Commit(kStart + Days(12)).ok());
    EXPECT_EQ(MayContact(crm, first, plan)->rule, a.rule);
    EXPECT_EQ(MayContact(crm, second, plan)->rule, b.rule);
  }
}

}  // namespace
}  // namespace relata

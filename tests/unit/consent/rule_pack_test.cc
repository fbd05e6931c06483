// SPDX-License-Identifier: Apache-2.0
//
// Rule packs as data, holidays, clocks and erasure plans.

#include "relata/consent/rule_pack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "consent_world.h"
#include "relata/consent/deadlines.h"
#include "relata/consent/erasure.h"

namespace relata::testing {
namespace {

using ::testing::HasSubstr;

TEST(RulePackText, EveryRuleHasSentencesInBothLanguagesAndACitation) {
  const RulePack& pack = StandardPack();
  for (size_t i = 0; i < kRules; ++i) {
    const Rule rule = static_cast<Rule>(i);
    EXPECT_FALSE(pack.Message(rule, Language::kEnglish).empty()) << Name(rule);
    EXPECT_FALSE(pack.Message(rule, Language::kFrench).empty()) << Name(rule);
    const bool asks = OutcomeOf(rule) == Outcome::kNeedsEvidence;
    EXPECT_EQ(pack.Needed(rule, Language::kEnglish).empty(), !asks) << Name(rule);
    bool cited = false;
    for (size_t j = 0; j < kJurisdictions; ++j) {
      cited = cited || !pack.Citation(rule, static_cast<Jurisdiction>(j)).empty();
    }
    EXPECT_TRUE(cited || rule == Rule::kUsCaMinor) << Name(rule);
  }
  EXPECT_EQ(VersionText(pack.version(Jurisdiction::kFr)), "2026.11");
}

TEST(RulePackText, AHostMayAmendDropAndEnable) {
  const auto pack = RulePack::Parse({kStandardPacks, kStandardMessages,
                                     "amend FR 2027.1 Europe/Paris\n"
                                     "drop FR.PHONE.FREQ_4_PER_30D\n"
                                     "enable fr-reunion\n"
                                     "flag fr_free_account=allow\n"
                                     "say LI.OK | ours | le nôtre\n"});
  ASSERT_TRUE(pack.ok()) << pack.status();
  EXPECT_EQ(VersionText(pack->version(Jurisdiction::kFr)), "2027.1");
  EXPECT_EQ(pack->Rows(Jurisdiction::kFr, RowKind::kCap).size(), 0u);
  EXPECT_EQ(pack->Rows(Jurisdiction::kFr, RowKind::kHours).size(), 2u);
  EXPECT_EQ(pack->policy().fr_free_account, FreeAccount::kAllow);
  EXPECT_EQ(pack->Message(Rule::kLiOk, Language::kFrench), "le nôtre");
}

TEST(RulePackText, EnabledRowsAreStricter) {
  const auto pack = RulePack::Parse({kStandardPacks, kStandardMessages,
                                     "amend FR 2027.1 Europe/Paris\nenable fr-reunion\n"
                                     "amend US 2027.1 America/Chicago\nenable us-tx\n"});
  ASSERT_TRUE(pack.ok()) << pack.status();
  const Zone reunion = *Zone::Load("Indian/Reunion");
  const Jurisdiction fr[] = {Jurisdiction::kFr};
  Facts facts;
  facts.jurisdictions = fr;
  facts.subject.zone = &reunion;
  Question q{.channel = Channel::kPhone, .purpose = Purpose::kMarketing};
  q.at = At(12, 20, 7, 0, 2023);  // a Wednesday, 11:00 there
  EXPECT_EQ(Name(Decide(q, facts, StandardPack()).rule), "LI.OK");
  const Decision d = Decide(q, facts, *pack);
  EXPECT_EQ(Name(d.rule), "FR.PHONE.HOURS");
  EXPECT_EQ(d.retry_at, reunion.DayStart(MakeDate(2023, 12, 21)));

  const Zone chicago = *Zone::Load("America/Chicago");
  const Jurisdiction us[] = {Jurisdiction::kUs};
  facts.jurisdictions = us;
  facts.subject.zone = &chicago;
  q.at = At(3, 15, 15);  // Sunday 10:00
  EXPECT_EQ(Name(Decide(q, facts, StandardPack()).rule), "DEFAULT.OPT_OUT_REGIME");
  EXPECT_EQ(Decide(q, facts, *pack).retry_at, At(3, 15, 17));
  q.at = At(3, 16, 15);  // Monday 10:00
  EXPECT_EQ(Name(Decide(q, facts, *pack).rule), "DEFAULT.OPT_OUT_REGIME");
}

TEST(RulePackText, MistakesAreNamedByLine) {
  const std::pair<const char*, const char*> cases[] = {
      {"basis LI.OK | x", "line 1: stands before the first \"pack\""},
      {"pack XX 2026.1 UTC", "\"XX\" is no jurisdiction"},
      {"pack FR x UTC", "\"x\" is no version"},
      {"pack FR 2026.1 Mars/Olympus", "no known time zone"},
      {"pack FR 2026.1 UTC\n\nbasis LI.OK basis=consent", "line 3: a row needs a citation"},
      {"pack FR 2026.1 UTC\nbasis LI.FINE basis=consent | x", "\"LI.FINE\" is no rule"},
      {"pack FR 2026.1 UTC\nbasis LI.OK channels=fax basis=consent | x", "\"channels=fax\""},
      {"pack FR 2026.1 UTC\nbasis LI.OK | x", "an allow needs a basis"},
      {"pack FR 2026.1 UTC\nhours FR.PHONE.HOURS weekdays=mon | x", "hours need open="},
      {"pack FR 2026.1 UTC\nhours FR.PHONE.HOURS open=13:00-10:00 | x", "\"open=13:00-10:00\""},
      {"pack FR 2026.1 UTC\nenable mars", "no row is tagged \"mars\""},
      {"flag fr_free_account=perhaps", "fr_free_account cannot be \"perhaps\""},
      {"say LI.OK | only English", "in English and in French"},
  };
  for (const auto& [text, message] : cases) {
    const auto pack = RulePack::Parse({text});
    ASSERT_FALSE(pack.ok()) << text;
    EXPECT_THAT(std::string(Message(pack.status())), HasSubstr(message));
  }
}

TEST(RulePackText, AnEmptyPackAllowsNothing) {
  World w;
  const RulePack none;
  Facts facts;
  EXPECT_EQ(Decide(w.q, facts, none), Decision{});
}

std::string Names(std::span<const Jurisdiction> list) {
  std::string out;
  for (const Jurisdiction j : list)
    out += std::string(out.empty() ? "" : " ") + std::string(Name(j));
  return out;
}

TEST(RulePackText, PacksThatWouldAnswerAlikeAreAskedOnce) {
  const RulePack& pack = StandardPack();
  EXPECT_EQ(Names(pack.all()), "FR DE UK EU US US-CA CA");
  for (const bool born : {false, true}) {
    EXPECT_EQ(Names(pack.Distinct(born, false)), "FR DE UK EU US CA");
    EXPECT_EQ(Names(pack.Distinct(born, true)), "FR DE UK EU US US-CA CA");
  }
  // A row of a host's own makes its place speak for itself; one that only an age brings to speak is
  // asked where an age is known.
  const auto with = [](std::string_view text) {
    return *RulePack::Parse({kStandardPacks, kStandardMessages, text});
  };
  const RulePack listed = with(
      "amend US-CA 2026.12 America/Los_Angeles\n"
      "register REGISTER.US_DNC channels=sms list=US-DNC | own");
  EXPECT_EQ(Names(listed.Distinct(false, false)), "FR DE UK EU US US-CA CA");
  const RulePack aged = with(
      "amend US-CA 2026.12 America/Los_Angeles\n"
      "check CONSENT.MINOR when=minimum_age amount=18 | own");
  EXPECT_EQ(Names(aged.Distinct(false, false)), "FR DE UK EU US CA");
  EXPECT_EQ(Names(aged.Distinct(true, false)), "FR DE UK EU US US-CA CA");
}

TEST(PolicyFlags, SetByTheirTexts) {
  struct Case {
    const char* name;
    const char* value;
    bool ok;
  };
  for (const Case& c :
       {Case{"skew_s", "600", true}, Case{"skew_s", "-1", false}, Case{"doi_max", "3", true},
        Case{"dormant_months", "off", true}, Case{"dormant_months", "24", true},
        Case{"fr_refusal_is_withdrawal", "off", true},
        Case{"fr_refusal_is_withdrawal", "2025-01-01", true},
        Case{"fr_refusal_is_withdrawal", "soon", false}, Case{"us_revoke_all", "on", true},
        Case{"fr_refusal_pause", "hours", true}, Case{"fr_refusal_pause", "weeks", false},
        Case{"de_web_doi_required", "false", true}, Case{"import_lifts", "always", false}}) {
    Policy p;
    EXPECT_EQ(SetFlag(&p, c.name, c.value).ok(), c.ok) << c.name << "=" << c.value;
  }
}

TEST(FrenchHolidays, ElevenDaysAndTheMovableOnes) {
  EXPECT_EQ(EasterSunday(2026), MakeDate(2026, 4, 5));
  EXPECT_EQ(EasterSunday(2027), MakeDate(2027, 3, 28));
  EXPECT_EQ(EasterSunday(2000), MakeDate(2000, 4, 23));
  EXPECT_EQ(EasterSunday(1818), MakeDate(1818, 3, 22)) << "the earliest";
  EXPECT_EQ(EasterSunday(2038), MakeDate(2038, 4, 25)) << "the latest";
  for (int32_t year = 2020; year < 2040; ++year) {
    int count = 0;
    for (Date d = MakeDate(year, 1, 1); d <= MakeDate(year, 12, 31); d = AddDays(d, 1)) {
      count += IsHoliday(kHolidaysFr, d) ? 1 : 0;
    }
    // Ascension may fall on 1 or 8 May.
    EXPECT_TRUE(count == 11 || count == 10) << year << ": " << count;
  }
  EXPECT_FALSE(IsHoliday(kHolidaysFr, MakeDate(2026, 4, 3)));
  EXPECT_TRUE(IsHoliday(kHolidaysAlsaceMoselle, MakeDate(2026, 4, 3)));
  EXPECT_FALSE(IsHoliday(0, MakeDate(2026, 1, 1)));
}

TEST(Deadlines, EveryClockAtItsEdges) {
  const Date holidays[] = {MakeDate(2026, 5, 1)};
  struct Case {
    const char* clock;
    Date from;
    Date due;
  };
  const Case cases[] = {
      {"dsar_1m", MakeDate(2026, 1, 31), MakeDate(2026, 3, 2)},  // 28 Feb is a Saturday
      {"dsar_1m", MakeDate(2026, 4, 1), MakeDate(2026, 5, 4)},
      {"dsar_extended_3m", MakeDate(2025, 11, 30), MakeDate(2026, 3, 2)},
      {"bd_1", MakeDate(2026, 4, 30), MakeDate(2026, 5, 4)},
      {"bd_10", MakeDate(2026, 3, 1), MakeDate(2026, 3, 13)},
      {"days_45", MakeDate(2026, 3, 2), MakeDate(2026, 4, 16)},
      {"months_1", MakeDate(2026, 1, 31), MakeDate(2026, 2, 28)},
      {"months_12", MakeDate(2024, 2, 29), MakeDate(2025, 2, 28)},
  };
  for (const Case& c : cases) {
    const auto due = DueAt(*ParseClock(c.clock), {.from = c.from,
                                                  .fiscal_year_end = std::nullopt,
                                                  .aware_at = std::nullopt,
                                                  .holidays = holidays});
    ASSERT_TRUE(due.has_value()) << c.clock;
    EXPECT_EQ(due->date, c.due) << c.clock;
  }
  ClockStart aware;
  aware.aware_at = At(5, 1, 23);
  EXPECT_EQ(DueAt(*ParseClock("breach_72h"), aware)->instant, At(5, 4, 23));
  EXPECT_FALSE(DueAt(*ParseClock("dsar_1m"), aware).has_value());
  for (const char* name : {"", "bd_", "bd_x", "months_-1", "days_99999", "soon"}) {
    EXPECT_FALSE(ParseClock(name).has_value()) << name;
  }
}

TEST(ErasurePlan, OneActionPerClassAndHoldsWin) {
  const Policy policy;
  const LegalHold none;
  const Timestamp at = At(3, 10);
  const auto plan = [&](RecordClass c, const LegalHold& hold) {
    return std::string(Name(PlanErasure({.record_class = c}, at, hold, policy)));
  };
  EXPECT_EQ(plan(RecordClass::kDerivedIndex, none), "erase");
  EXPECT_EQ(plan(RecordClass::kBackup, none), "replay_tombstone_on_restore");
  EXPECT_EQ(plan(RecordClass::kSharedWithRecipient, none), "notify_recipient");
  LegalHold hold;
  hold.Add(RecordClass::kNotes);
  EXPECT_EQ(plan(RecordClass::kNotes, hold), "hold");
  EXPECT_EQ(plan(RecordClass::kProfile, hold), "erase");
  for (size_t i = 0; i < std::size(kRecordClassNames); ++i) {
    EXPECT_EQ(plan(static_cast<RecordClass>(i), LegalHold::All()), "hold");
  }
  ErasureItem invoice{.record_class = RecordClass::kInvoice};
  EXPECT_EQ(Name(PlanErasure(invoice, at, none, policy)), "retain_restricted");
  invoice.retain_until = at;
  EXPECT_EQ(Name(PlanErasure(invoice, at, none, policy)), "erase") << "reached is passed";
  Policy forgets;
  forgets.erasure_keeps_hash = false;
  EXPECT_EQ(Name(PlanErasure({.record_class = RecordClass::kContactPoint}, at, none, forgets)),
            "erase");
  EXPECT_FALSE(ParseRecordClass("diary").has_value());
}

}  // namespace
}  // namespace relata::testing

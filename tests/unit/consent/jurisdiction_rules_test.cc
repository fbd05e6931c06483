// SPDX-License-Identifier: Apache-2.0
//
// Bases, registers, bans, retention and time rules of each jurisdiction, at their boundaries.

#include <gtest/gtest.h>

#include "consent_world.h"
#include "relata/consent/decide.h"

namespace relata::testing {
namespace {

using E = ConsentEvent;
using J = Jurisdiction;

TEST(SoftOptIn, KindsByJurisdiction) {
  struct Case {
    J where;
    RelationKind kind;
    const char* reason;
  };
  const Case cases[] = {
      {J::kFr, RelationKind::kPurchase, "SOFT_OPT_IN.OK"},
      {J::kFr, RelationKind::kFreeAccount, "SOFT_OPT_IN.FREE_ACCOUNT"},
      {J::kFr, RelationKind::kNegotiation, "DEFAULT.NO_BASIS"},
      {J::kFr, RelationKind::kContract, "DEFAULT.NO_BASIS"},
      {J::kEu, RelationKind::kFreeAccount, "SOFT_OPT_IN.OK"},
      {J::kNl, RelationKind::kFreeAccount, "SOFT_OPT_IN.OK"},
      {J::kDe, RelationKind::kPurchase, "SOFT_OPT_IN.OK"},
      {J::kDe, RelationKind::kFreeAccount, "DEFAULT.NO_BASIS"},
      {J::kUk, RelationKind::kNegotiation, "SOFT_OPT_IN.OK"},
      {J::kUk, RelationKind::kFreeAccount, "DEFAULT.NO_BASIS"},
      {J::kUk, RelationKind::kInquiry, "DEFAULT.NO_BASIS"},
  };
  for (const Case& c : cases) {
    World w({c.where});
    w.q.similar_product = true;
    w.Relate(c.kind, At(1, 1));
    EXPECT_EQ(w.Reason(), c.reason) << Name(c.where) << " " << Name(c.kind);
    w.q.channel = Channel::kRobocall;
    EXPECT_EQ(w.Reason(), "DEFAULT.NO_BASIS") << "never by robot";
  }
}

TEST(SoftOptIn, WhatIsMissingAndWhatIsKnownToBeWrong) {
  World w;
  Relation& r = w.Relate(RelationKind::kPurchase, At(1, 1));
  EXPECT_EQ(w.Answer(), "deny SOFT_OPT_IN.NOT_SIMILAR");
  w.q.similar_product = true;
  r.informed = Known::kNo;
  EXPECT_EQ(w.Answer(), "deny SOFT_OPT_IN.NO_OPTOUT_AT_COLLECTION");
  r.informed = Known::kUnknown;
  EXPECT_EQ(w.Answer(), "needs_evidence SOFT_OPT_IN.UNPROVEN");
  r.optout_offered = Known::kNo;
  EXPECT_EQ(w.Answer(), "deny SOFT_OPT_IN.NO_OPTOUT_AT_COLLECTION");
  w.Relate(RelationKind::kPurchase, At(2, 1));
  EXPECT_EQ(w.Answer(), "allow SOFT_OPT_IN.OK") << "one good sale is enough";
  w.q.controller = "partner";
  EXPECT_EQ(w.Answer(), "deny DEFAULT.NO_BASIS") << "somebody else's customer";
  w.q.controller = kSelf;
  w.q.at = At(1, 1) - Seconds(1);
  EXPECT_EQ(w.Answer(), "deny DEFAULT.NO_BASIS") << "the sale is still to come";
}

TEST(SoftOptIn, CoversMarketingAndItsChildrenOnly) {
  World w;
  w.q.similar_product = true;
  w.Relate(RelationKind::kPurchase, At(1, 1));
  for (Purpose p : {Purpose::kMarketing, Purpose::kReconsent, Purpose::kNewsletter}) {
    w.q.purpose = p;
    EXPECT_EQ(w.Reason(), "SOFT_OPT_IN.OK") << Name(p);
  }
  for (Purpose p : {Purpose::kCharity, Purpose::kPension, Purpose::kProfiling}) {
    w.q.purpose = p;
    EXPECT_EQ(w.Reason(), "DEFAULT.NO_BASIS") << Name(p);
  }
}

TEST(GermanRules, ProofOfConsent) {
  World w({J::kDe});
  ConsentEntry& g = w.Grant(At(1, 5));
  EXPECT_EQ(w.Answer(), "needs_evidence DE.DOI.PROOF");
  for (ConsentSource source : {ConsentSource::kCall, ConsentSource::kPaper}) {
    g.evidence.source = source;
    EXPECT_EQ(w.Answer(), "allow CONSENT.OK");
  }
  g.evidence.source = ConsentSource::kWeb;
  g.evidence.doi = DoubleOptIn::kEmail;
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK");
  w.q.channel = Channel::kRobocall;
  g.scope.channels = Bit(Channel::kRobocall);
  EXPECT_EQ(w.Answer(), "needs_evidence DE.PHONE.DOI_EMAIL_NOT_PROOF");
  g.evidence.doi = DoubleOptIn::kSms;
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK");
}

TEST(GermanRules, PresumedInterestOfBusinesses) {
  World w = Call(J::kDe, "Europe/Berlin");
  w.q.audience = Audience::kB2b;
  EXPECT_EQ(w.Answer(), "needs_evidence DE.PHONE.PRESUMED_UNPROVEN");
  w.q.presumed_interest = true;
  EXPECT_EQ(w.Answer(), "allow DE.PHONE.PRESUMED.OK");
  w.policy.de_presumed_b2b = false;
  EXPECT_EQ(w.Answer(), "needs_evidence DE.PHONE.PRESUMED_UNPROVEN");
  w.q.audience = Audience::kB2c;
  EXPECT_EQ(w.Answer(), "deny DEFAULT.NO_BASIS");
}

TEST(BritishRules, RegistersTakeEffectAfterTwentyEightDays) {
  for (const auto& [list, reason] :
       {std::pair{Register::kTps, "REGISTER.TPS"}, std::pair{Register::kCtps, "REGISTER.CTPS"}}) {
    World w = Call(J::kUk, "Europe/London");
    w.q.audience = Audience::kB2b;
    w.registers = {{list, w.q.at - Days(28)}};
    EXPECT_EQ(w.Reason(), reason);
    w.registers[0].listed_from = w.q.at - Days(28) + Seconds(1);
    EXPECT_EQ(w.Reason(), "LI.OK");
    w.registers[0].listed_from = At(1, 1);
    w.Grant(At(1, 2));
    EXPECT_EQ(w.Reason(), "CONSENT.OK");
    w.entries[0].evidence.text.clear();
    EXPECT_EQ(w.Reason(), reason) << "only a valid consent lifts";
  }
}

TEST(BritishRules, CharityClaimsAndCompanies) {
  World w({J::kUk});
  w.q.purpose = Purpose::kCharity;
  Relation& r = w.Relate(RelationKind::kCharityInterest, At(2, 5, 0));
  EXPECT_EQ(w.Answer(), "allow UK.CHARITY_SOFT_OPT_IN.OK");
  r.at = r.at - Seconds(1);
  EXPECT_EQ(w.Answer(), "deny DEFAULT.NO_BASIS") << "not retroactive";
  r.at = At(2, 6);
  r.informed = Known::kUnknown;
  EXPECT_EQ(w.Answer(), "deny DEFAULT.NO_BASIS");
  w.q.purpose = Purpose::kPension;
  w.q.channel = Channel::kPhone;
  EXPECT_EQ(w.Answer(), "deny UK.PHONE.CONSENT_ONLY");
  w.q.purpose = Purpose::kClaimsManagement;
  EXPECT_EQ(w.Answer(), "deny UK.PHONE.CONSENT_ONLY");
  w.q.channel = Channel::kSms;
  w.point.subscriber = Subscriber::kCorporate;
  EXPECT_EQ(w.Answer(), "allow UK.CORPORATE.OK");
  w.q.channel = Channel::kRobocall;
  EXPECT_EQ(w.Answer(), "deny DEFAULT.NO_BASIS");
}

TEST(AmericanRules, RelationsLiftTheRegistryForTheirTerm) {
  struct Case {
    RelationKind kind;
    Timestamp at;
    const char* reason;
  };
  const Case cases[] = {
      {RelationKind::kPurchase, At(9, 10, 16, 0, 2024), "REGISTER.US_DNC"},
      {RelationKind::kPurchase, At(9, 10, 16, 1, 2024), "US.EBR.OK"},
      {RelationKind::kInquiry, At(12, 10, 16, 0, 2025), "REGISTER.US_DNC"},
      {RelationKind::kInquiry, At(12, 10, 16, 1, 2025), "US.EBR.OK"},
      {RelationKind::kDonation, At(3, 1), "REGISTER.US_DNC"},
  };
  for (const Case& c : cases) {
    World w = Call(J::kUs, "America/New_York");
    w.q.at = At(3, 10, 16);
    w.registers = {{Register::kUsDnc, At(3, 10, 16) - Days(31)}};
    w.Relate(c.kind, c.at);
    EXPECT_EQ(w.Reason(), c.reason) << Name(c.kind);
    w.q.audience = Audience::kB2b;
    EXPECT_EQ(w.Reason(), "DEFAULT.OPT_OUT_REGIME");
    w.q.audience = Audience::kB2c;
    w.registers[0].listed_from = w.registers[0].listed_from + Seconds(1);
    EXPECT_EQ(w.Reason(), "DEFAULT.OPT_OUT_REGIME") << "31 days have not passed";
  }
}

TEST(AmericanRules, TextsAndRobotsNeedASignature) {
  for (Channel channel : {Channel::kSms, Channel::kRobocall}) {
    World w = Call(J::kUs, "America/New_York");
    w.q.channel = channel;
    w.q.at = At(3, 10, 16);
    EXPECT_EQ(w.Answer(), "deny DEFAULT.NO_BASIS");
    ConsentEntry& g = w.Grant(At(1, 5));
    EXPECT_EQ(w.Answer(), "needs_evidence US.TCPA.PEWC");
    g.evidence.written = true;
    EXPECT_EQ(w.Answer(), "allow CONSENT.OK");
    w.q.at = At(3, 11, 1);  // 21:00 in New York
    EXPECT_EQ(Retry(w), "US.TCPA.HOURS 2026-03-11T12:00:00Z");
    w.q.audience = Audience::kB2b;
    EXPECT_EQ(w.Answer(), "allow CONSENT.OK");
  }
}

TEST(AmericanRules, FlagsOfTextMessages) {
  World w = Call(J::kUs, "America/New_York");
  w.q.channel = Channel::kSms;
  w.q.at = At(3, 11, 1);
  w.Grant(At(1, 5));
  w.policy.us_sms_written = false;
  EXPECT_EQ(w.Reason(), "US.TCPA.HOURS");
  w.policy.us_sms_hours = false;
  EXPECT_EQ(w.Reason(), "CONSENT.OK");
  EXPECT_EQ(w.Ask().loosened, Bit(Flag::kUsSmsWritten) | Bit(Flag::kUsSmsHours));
}

TEST(AmericanRules, AStopByTextReachesRobotsNowAndCallsFrom2027) {
  World w = Call(J::kUs, "America/New_York");
  w.Bare(E::kOptout, At(2, 1)).scope.channels = Bit(Channel::kSms);
  w.q.at = At(3, 10, 16);
  EXPECT_EQ(w.Reason(), "DEFAULT.OPT_OUT_REGIME");
  w.q.channel = Channel::kRobocall;
  EXPECT_EQ(w.Reason(), "OPTOUT.REQUEST");
  w.q.channel = Channel::kPhone;
  w.q.at = At(2, 1, 16, 0, 2027);
  EXPECT_EQ(w.Reason(), "OPTOUT.REQUEST");
  w.q.channel = Channel::kEmail;
  EXPECT_EQ(w.Reason(), "DEFAULT.OPT_OUT_REGIME");
}

TEST(AmericanRules, BothSidesOfAChangeOfClocks) {
  World w = Call(J::kUs, "America/New_York");
  w.q.at = At(3, 8, 11, 59);  // 07:59 on the Sunday clocks went forward
  EXPECT_EQ(Retry(w), "US.TCPA.HOURS 2026-03-08T12:00:00Z");
  w.q.at = At(3, 7, 12, 59);  // 07:59 the day before
  EXPECT_EQ(Retry(w), "US.TCPA.HOURS 2026-03-07T13:00:00Z");
}

TEST(CalifornianRules, SaleAndSharingOfMinors) {
  World w({J::kUsCa});
  w.q.channel = Channel::kAny;
  w.q.purpose = Purpose::kSaleShare;
  EXPECT_EQ(w.Answer(), "allow DEFAULT.OPT_OUT_REGIME");
  w.subject.born = MakeDate(2010, 3, 10);
  EXPECT_EQ(w.Answer(), "allow DEFAULT.OPT_OUT_REGIME") << "sixteen today";
  w.subject.born = MakeDate(2010, 3, 11);
  EXPECT_EQ(w.Answer(), "deny US_CA.MINOR_OPTIN");
  ConsentEntry& g = w.Grant(At(2, 1));
  g.scope = {.purposes = Bit(Purpose::kSaleShare)};
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK") << "an own opt-in from 13 on";
  w.subject.born = MakeDate(2013, 2, 2);
  EXPECT_EQ(w.Answer(), "deny US_CA.MINOR_OPTIN") << "twelve on the day of the grant";
  g.evidence.parental = true;
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK");
}

TEST(CalifornianRules, SignalsAndOptOutsOfSale) {
  World w({J::kUsCa});
  w.q.channel = Channel::kAny;
  w.q.purpose = Purpose::kSaleShare;
  w.signals = {{true, At(2, 1)}};
  EXPECT_EQ(w.Answer(), "deny OPTOUT.GPC");
  ConsentEntry& g = w.Grant(At(2, 2));
  g.scope = {.purposes = Bit(Purpose::kSaleShare)};
  EXPECT_EQ(w.Answer(), "deny OPTOUT.GPC");
  g.evidence.informed_of_signal = true;
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK");
  w.signals.push_back({true, At(2, 2)});
  EXPECT_EQ(w.Answer(), "deny OPTOUT.GPC") << "a newer signal";
  w.signals.clear();
  w.Withdraw(At(3, 1));
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK") << "marketing is another purpose";
  w.Bare(E::kOptout, At(3, 2));
  EXPECT_EQ(w.Answer(), "deny OPTOUT.REQUEST");
}

TEST(SaleOfData, ElsewhereNeedsConsent) {
  for (J where : {J::kFr, J::kUs, J::kCa}) {
    World w({where});
    w.q.channel = Channel::kAny;
    w.q.purpose = Purpose::kSaleShare;
    EXPECT_EQ(w.Answer(), "deny DEFAULT.NO_BASIS") << Name(where);
    w.Grant(At(1, 5)).scope = {.purposes = Bit(Purpose::kSaleShare)};
    EXPECT_EQ(w.Answer(), "allow CONSENT.OK") << Name(where);
  }
}

TEST(CanadianRules, TermsOfImpliedConsent) {
  struct Case {
    const char* name;
    RelationKind kind;
    Timestamp at;
    Timestamp until;
    const char* answer;
  };
  const Timestamp open = Timestamp::kMax;
  const Case cases[] = {
      {"purchase of exactly 24 months", RelationKind::kPurchase, At(3, 10, 10, 0, 2024), open,
       "deny CA.IMPLIED.EXPIRED"},
      {"purchase a minute younger", RelationKind::kPurchase, At(3, 10, 10, 1, 2024), open,
       "allow CA.IMPLIED.EBR.OK"},
      {"donation", RelationKind::kDonation, At(3, 11, 10, 0, 2024), open,
       "allow CA.IMPLIED.EBR.OK"},
      {"running contract", RelationKind::kContract, At(1, 1, 0, 0, 2010), open,
       "allow CA.IMPLIED.EBR.OK"},
      {"contract ended in time", RelationKind::kContract, At(1, 1, 0, 0, 2010),
       At(3, 11, 0, 0, 2024), "allow CA.IMPLIED.EBR.OK"},
      {"contract ended long ago", RelationKind::kContract, At(1, 1, 0, 0, 2010),
       At(3, 9, 0, 0, 2024), "deny CA.IMPLIED.EXPIRED"},
      {"inquiry of exactly 6 months", RelationKind::kInquiry, At(9, 10, 10, 0, 2025), open,
       "deny CA.IMPLIED.EXPIRED"},
      {"negotiation", RelationKind::kNegotiation, At(3, 1), open, "deny DEFAULT.NO_BASIS"},
  };
  for (const Case& c : cases) {
    World w({J::kCa});
    w.Relate(c.kind, c.at).until = c.until;
    EXPECT_EQ(w.Answer(), c.answer) << c.name;
    w.q.channel = Channel::kPhone;
    EXPECT_EQ(w.Answer(), "deny DEFAULT.NO_BASIS") << c.name;
  }
}

TEST(CanadianRules, PublishedAddresses) {
  World w({J::kCa});
  Relation& r = w.Relate(RelationKind::kPublishedAddress, At(1, 1, 0, 0, 2015));
  EXPECT_EQ(w.Answer(), "deny CA.PUBLISHED.NOT_RELEVANT");
  w.q.related_to_job = true;
  EXPECT_EQ(w.Answer(), "allow CA.PUBLISHED.OK") << "no term, and silence is no refusal";
  r.no_unsolicited_statement = Known::kYes;
  EXPECT_EQ(w.Answer(), "deny CA.PUBLISHED.REFUSED");
}

TEST(OtherChannels, PostAndEuropeanCalls) {
  for (J where : {J::kFr, J::kDe, J::kUk, J::kEu}) {
    World w({where});
    w.q.channel = Channel::kPost;
    EXPECT_EQ(w.Answer(), "allow LI.OK") << Name(where);
    w.q.purpose = Purpose::kProfiling;
    EXPECT_EQ(w.Answer(), "deny DEFAULT.NO_BASIS") << Name(where);
  }
  World w({J::kEs});
  w.q.channel = Channel::kPhone;
  EXPECT_EQ(w.Answer(), "needs_evidence EU.PHONE.NATIONAL_CHOICE");
}

TEST(SeveralJurisdictions, TheStrictestAnswerAndOfEqualsTheFirst) {
  World w({J::kUs, J::kEu});
  w.q.channel = Channel::kPhone;
  w.In("America/New_York");
  w.q.at = At(3, 10, 16);
  EXPECT_EQ(w.Answer(), "needs_evidence EU.PHONE.NATIONAL_CHOICE");
  EXPECT_EQ(w.Ask().jurisdiction, J::kEu);
  World both({J::kUk, J::kFr});
  EXPECT_EQ(both.Ask().jurisdiction, J::kUk);
  both.policy.multi_jurisdiction = SeveralJurisdictions::kFirst;
  EXPECT_EQ(both.Ask().jurisdiction, J::kUk);
}

TEST(SeveralJurisdictions, NoneKnownAsksThemAll) {
  World w(std::vector<Jurisdiction>{});
  w.q.channel = Channel::kPost;
  EXPECT_EQ(w.Answer(), "deny DEFAULT.NO_BASIS") << "Canada does not cover post";
  EXPECT_EQ(w.Ask().jurisdiction, J::kCa);
  World odd({J::kUnknown});
  odd.q.channel = Channel::kEmail;
  ConsentEntry& g = odd.Grant(At(1, 5));
  EXPECT_EQ(odd.Answer(), "needs_evidence DE.DOI.PROOF");
  g.evidence.doi = DoubleOptIn::kEmail;
  EXPECT_EQ(odd.Answer(), "allow CONSENT.OK");
}

TEST(HouseRules, QuietHoursWrapMidnightInTheRecipientsZone) {
  World w;
  w.In("Europe/Paris");
  w.Grant(At(1, 5));
  w.policy.quiet_hours = {SecondOfDay(22, 0), SecondOfDay(8, 0), Bit(Channel::kEmail)};
  w.q.at = At(3, 10, 21);
  EXPECT_EQ(Retry(w), "POLICY.QUIET_HOURS 2026-03-11T07:00:00Z");
  w.q.at = At(3, 11, 6, 59);
  EXPECT_EQ(Retry(w), "POLICY.QUIET_HOURS 2026-03-11T07:00:00Z");
  w.q.at = At(3, 11, 7);
  EXPECT_EQ(w.Reason(), "CONSENT.OK");
  w.q.at = At(3, 28, 22);  // the night of the change of clocks
  EXPECT_EQ(Retry(w), "POLICY.QUIET_HOURS 2026-03-29T06:00:00Z");
  w.policy.quiet_hours.channels = Bit(Channel::kSms);
  EXPECT_EQ(w.Reason(), "CONSENT.OK");
  w.policy.quiet_hours.channels = 0;
  w.zones.clear();
  EXPECT_EQ(w.Answer(), "needs_evidence TIMING.TZ_UNKNOWN");
}

TEST(HouseRules, TheFrequencyCapSaysWhenItEnds) {
  World w;
  w.Grant(At(1, 5));
  w.policy.freq_cap = {Channel::kEmail, 2, 7};
  w.attempts = {{Channel::kEmail, At(3, 3)}, {Channel::kEmail, At(3, 8)}};
  EXPECT_EQ(w.Reason(), "CONSENT.OK") << "the first is exactly 7 x 24 h old";
  w.q.at = w.q.at - Seconds(1);
  EXPECT_EQ(Retry(w), "POLICY.FREQ_CAP 2026-03-10T10:00:00Z");
  w.policy.freq_cap.max = 0;
  EXPECT_EQ(Retry(w), "POLICY.FREQ_CAP");
}

TEST(Message, NeedsAWayOutOnlyWhereItIsKnownToHaveNone) {
  World w;
  w.Grant(At(1, 5)).scope.channels = Bit(Channel::kEmail) | Bit(Channel::kPost);
  EXPECT_EQ(w.Reason(), "CONSENT.OK");
  w.q.message_has_optout = Known::kNo;
  EXPECT_EQ(w.Reason(), "MESSAGE.NO_OPTOUT");
  w.q.channel = Channel::kPost;
  EXPECT_EQ(w.Reason(), "CONSENT.OK");
}

}  // namespace
}  // namespace relata::testing

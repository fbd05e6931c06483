// SPDX-License-Identifier: Apache-2.0
//
// Scope, persons, negatives, double opt-in and the checks of a grant, at their boundaries.

#include <gtest/gtest.h>

#include "consent_world.h"
#include "relata/consent/decide.h"

namespace relata::testing {
namespace {

using E = ConsentEvent;

TEST(ConsentDecision, AZeroedDecisionIsADeny) {
  const Decision d{};
  EXPECT_FALSE(d.allowed());
  EXPECT_EQ(Name(d.rule), "DEFAULT.NO_BASIS");
}

TEST(ConsentDecision, UnknownWordsAreDenied) {
  World w;
  w.Grant(At(1, 5));
  w.q.purpose = Purpose::kUnknown;
  EXPECT_EQ(w.Answer(), "deny DEFAULT.NO_BASIS");
  w.q.purpose = Purpose::kMarketing;
  w.q.channel = Channel::kAny;
  EXPECT_EQ(w.Answer(), "deny DEFAULT.NO_BASIS");
  w.q.channel = Channel::kUnknown;
  w.q.purpose = Purpose::kService;
  EXPECT_EQ(w.Answer(), "deny DEFAULT.NO_BASIS");
}

TEST(ConsentDecision, AGrantExactlyTheSkewAfterANegativeLoses) {
  for (const auto& [seconds, answer] :
       {std::pair{299, "deny CONSENT.WITHDRAWN"}, std::pair{300, "deny CONSENT.WITHDRAWN"},
        std::pair{301, "allow CONSENT.OK"}}) {
    World w;
    w.Withdraw(At(2, 1));
    w.Grant(At(2, 1) + Seconds(seconds));
    EXPECT_EQ(w.Answer(), answer) << seconds;
  }
}

TEST(ConsentDecision, AGrantDatedPastItsRecordingAsks) {
  World w;
  w.Grant(At(2, 1) + Seconds(300)).recorded_at = At(2, 1);
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK");
  w.entries[0].at = At(2, 1) + Seconds(301);
  EXPECT_EQ(w.Answer(), "needs_evidence CONSENT.FUTURE_DATED");
}

TEST(ConsentScope, NegativesCascadeAndGrantsDoNot) {
  struct Case {
    const char* name;
    E event;
    Purpose entry;
    Purpose question;
    const char* answer;
  };
  const Case cases[] = {
      {"grant reaches a child", E::kGrant, Purpose::kMarketing, Purpose::kOffers,
       "allow CONSENT.OK"},
      {"grant of a child stays there", E::kGrant, Purpose::kOffers, Purpose::kMarketing,
       "deny DEFAULT.NO_BASIS"},
      {"grant of a child, other child", E::kGrant, Purpose::kOffers, Purpose::kSurvey,
       "deny DEFAULT.NO_BASIS"},
      {"grant does not reach charity", E::kGrant, Purpose::kMarketing, Purpose::kCharity,
       "deny DEFAULT.NO_BASIS"},
      {"grant does not reach pension", E::kGrant, Purpose::kMarketing, Purpose::kPension,
       "deny DEFAULT.NO_BASIS"},
      {"grant does not reach profiling", E::kGrant, Purpose::kMarketing, Purpose::kProfiling,
       "deny DEFAULT.NO_BASIS"},
      {"grant reaches reconsent", E::kGrant, Purpose::kMarketing, Purpose::kReconsent,
       "allow CONSENT.OK"},
      {"grant of profiling", E::kGrant, Purpose::kProfiling, Purpose::kProfiling,
       "allow CONSENT.OK"},
      {"withdrawal reaches charity", E::kWithdraw, Purpose::kMarketing, Purpose::kCharity,
       "deny CONSENT.WITHDRAWN"},
      {"withdrawal reaches claims", E::kWithdraw, Purpose::kMarketing, Purpose::kClaimsManagement,
       "deny CONSENT.WITHDRAWN"},
      {"withdrawal reaches a child", E::kWithdraw, Purpose::kMarketing, Purpose::kNewsletter,
       "deny CONSENT.WITHDRAWN"},
      {"withdrawal of a child stays there", E::kWithdraw, Purpose::kNewsletter, Purpose::kMarketing,
       "deny DEFAULT.NO_BASIS"},
      {"withdrawal leaves profiling", E::kWithdraw, Purpose::kMarketing, Purpose::kProfiling,
       "deny DEFAULT.NO_BASIS"},
  };
  for (const Case& c : cases) {
    World w;
    w.Add(c.event, At(1, 5)).scope.purposes = Bit(c.entry);
    w.q.purpose = c.question;
    EXPECT_EQ(w.Answer(), c.answer) << c.name;
  }
}

TEST(ConsentScope, AGrantMustNameChannelAndPurpose) {
  World w;
  ConsentEntry& g = w.Grant(At(1, 5));
  g.scope.channels = 0;
  EXPECT_EQ(w.Reason(), "DEFAULT.NO_BASIS");
  g.scope.channels = Bit(Channel::kEmail);
  g.scope.purposes = 0;
  EXPECT_EQ(w.Reason(), "DEFAULT.NO_BASIS");
}

TEST(ConsentScope, AQuestionWithoutTopicIsMatchedOnlyByEntriesWithoutTopic) {
  World w;
  w.Grant(At(1, 5)).scope.topics = {"events"};
  EXPECT_EQ(w.Reason(), "DEFAULT.NO_BASIS");
  w.q.topic = "events";
  EXPECT_EQ(w.Reason(), "CONSENT.OK");
  w.q.topic = "wine";
  EXPECT_EQ(w.Reason(), "DEFAULT.NO_BASIS");
  w.Withdraw(At(1, 6)).scope.topics = {"wine", "events"};
  EXPECT_EQ(w.Reason(), "CONSENT.WITHDRAWN");
}

TEST(ConsentEntryForm, WhatTheLedgerDoesNotTake) {
  World w;
  ConsentEntry& g = w.Grant(At(1, 5));
  EXPECT_NE(WhatIsWrong(g), "") << "nobody is named";
  g.person = P(1);
  EXPECT_EQ(WhatIsWrong(g), "");
  g.scope.channels = Bit(Channel::kUnknown);
  EXPECT_EQ(WhatIsWrong(g), "a grant names its channel");
  g.scope.purposes = Bit(Purpose::kSaleShare);
  EXPECT_EQ(WhatIsWrong(g), "");
  g.scope.purposes = 0;
  EXPECT_EQ(WhatIsWrong(g), "a grant names its purpose");
  g.event = E::kWithdraw;
  EXPECT_EQ(WhatIsWrong(g), "") << "a negative may cover everything";
  g.person = {};
  g.point = Address(1);
  EXPECT_EQ(WhatIsWrong(g), "");
  g.event = E::kErase;
  EXPECT_EQ(WhatIsWrong(g), "this consent entry needs a person");
  g.event = E::kUnknown;
  EXPECT_NE(WhatIsWrong(g), "");
}

TEST(ConsentPersons, ANegativeAtAPointReachesEverybodyThereAndThePersonEverywhere) {
  World w;
  w.q.point = Address(1);
  w.Grant(At(1, 5));
  ConsentEntry& n = w.Withdraw(At(2, 1));
  n.person = P(1);
  n.point = Address(2);
  EXPECT_EQ(w.Reason(), "CONSENT.WITHDRAWN") << "her own, given at another address";
  n.person = P(2);
  EXPECT_EQ(w.Reason(), "CONSENT.OK") << "somebody else at another address";
  n.point = Address(1);
  EXPECT_EQ(w.Reason(), "CONSENT.WITHDRAWN") << "somebody else at the address asked";
  n.person = {};
  EXPECT_EQ(w.Reason(), "CONSENT.WITHDRAWN") << "the address alone";
  n.point = Address(2);
  EXPECT_EQ(w.Reason(), "CONSENT.OK") << "another address alone";
}

TEST(ConsentPersons, ABounceSpeaksOfTheAddressOnly) {
  World w;
  w.q.point = Address(1);
  w.Grant(At(1, 5));
  ConsentEntry& b = w.Bare(E::kBounce, At(2, 1));
  b.person = P(1);
  b.point = Address(2);
  EXPECT_EQ(w.Reason(), "CONSENT.OK");
  b.point = Address(1);
  b.person = P(2);
  EXPECT_EQ(w.Reason(), "SUPPRESS.BOUNCE");
  w.Grant(At(3, 1)).evidence.doi = DoubleOptIn::kEmail;
  EXPECT_EQ(w.Reason(), "SUPPRESS.BOUNCE") << "nothing lifts a bounce";
}

TEST(ConsentNegatives, ReasonsComeInTheirOrder) {
  World w;
  const std::pair<E, const char*> steps[] = {
      {E::kOptout, "OPTOUT.REQUEST"},        {E::kObject, "OBJECTION.ART21"},
      {E::kWithdraw, "CONSENT.WITHDRAWN"},   {E::kSuppress, "SUPPRESS.LIST"},
      {E::kComplaint, "SUPPRESS.COMPLAINT"}, {E::kBounce, "SUPPRESS.BOUNCE"}};
  for (const auto& [event, reason] : steps) {
    w.Add(event, At(2, 1));
    EXPECT_EQ(w.Reason(), reason);
  }
}

TEST(ConsentNegatives, WhatLiftsAndWhatDoesNot) {
  struct Case {
    const char* name;
    E negative;
    ConsentSource source;
    const char* text;
    DoubleOptIn doi;
    const char* answer;
  };
  const Case cases[] = {
      {"web", E::kWithdraw, ConsentSource::kWeb, "x", DoubleOptIn::kNone, "allow CONSENT.OK"},
      {"import with text", E::kWithdraw, ConsentSource::kImport, "x", DoubleOptIn::kNone,
       "deny CONSENT.WITHDRAWN"},
      {"agent with the words", E::kWithdraw, ConsentSource::kAgent, "x", DoubleOptIn::kNone,
       "allow CONSENT.OK"},
      {"agent without", E::kWithdraw, ConsentSource::kAgent, "", DoubleOptIn::kNone,
       "deny CONSENT.WITHDRAWN"},
      {"unproven", E::kWithdraw, ConsentSource::kWeb, "", DoubleOptIn::kNone,
       "deny CONSENT.WITHDRAWN"},
      {"complaint, plain grant", E::kComplaint, ConsentSource::kWeb, "x", DoubleOptIn::kNone,
       "deny SUPPRESS.COMPLAINT"},
      {"complaint, double opt-in", E::kComplaint, ConsentSource::kWeb, "x", DoubleOptIn::kEmail,
       "allow CONSENT.OK"},
      {"objection", E::kObject, ConsentSource::kPaper, "x", DoubleOptIn::kNone, "allow CONSENT.OK"},
  };
  for (const Case& c : cases) {
    World w;
    w.Add(c.negative, At(2, 1));
    ConsentEntry& g = w.Grant(At(2, 20));
    g.evidence.source = c.source;
    g.evidence.text = c.text;
    g.evidence.doi = c.doi;
    EXPECT_EQ(w.Answer(), c.answer) << c.name;
  }
}

TEST(ConsentNegatives, OneGrantMustLiftThemAll) {
  World w;
  w.Withdraw(At(1, 1));
  w.Grant(At(1, 10)).evidence.doi = DoubleOptIn::kEmail;
  w.Add(E::kComplaint, At(1, 20));
  w.Grant(At(2, 1));
  EXPECT_EQ(w.Answer(), "deny SUPPRESS.COMPLAINT");
  w.Grant(At(2, 2)).evidence.doi = DoubleOptIn::kSms;
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK");
}

TEST(ConsentNegatives, AfterLiftingOnlyThatConsentIsABasis) {
  World w;
  w.q.similar_product = true;
  w.Relate(RelationKind::kPurchase, At(1, 1));
  EXPECT_EQ(w.Answer(), "allow SOFT_OPT_IN.OK");
  w.Withdraw(At(2, 1));
  EXPECT_EQ(w.Answer(), "deny CONSENT.WITHDRAWN");
  w.Add(E::kRequest, At(2, 10));
  EXPECT_EQ(w.Answer(), "deny CONSENT.WITHDRAWN") << "a request lifts nothing";
  w.Grant(At(2, 20));
  const Decision d = w.Ask();
  EXPECT_EQ(Name(d.basis), "consent");
  EXPECT_EQ(d.matched[0], 3);
}

TEST(ConsentMerge, ANegativeOfTheOtherPersonStandsUntilAConsentAfterTheMerge) {
  World w;
  w.merges.push_back({P(2), P(1), At(3, 1)});
  w.Withdraw(At(1, 1)).person = P(2);
  w.Grant(At(2, 1)).person = P(1);
  EXPECT_EQ(w.Answer(), "deny MERGE.MOST_RESTRICTIVE");
  w.Grant(At(3, 1)).person = P(1);
  EXPECT_EQ(w.Answer(), "deny MERGE.MOST_RESTRICTIVE") << "at the instant of the merge";
  w.Grant(At(3, 1) + Microseconds(1)).person = P(1);
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK");
}

TEST(ConsentMerge, ChainsUndoneMergesAndTheLosersName) {
  World w;
  w.merges.push_back({P(3), P(2), At(2, 1)});
  w.merges.push_back({P(2), P(1), At(2, 15)});
  w.Withdraw(At(1, 1)).person = P(3);
  w.Grant(At(1, 10)).person = P(1);
  EXPECT_EQ(w.Answer(), "deny MERGE.MOST_RESTRICTIVE");
  w.q.person = P(3);
  EXPECT_EQ(w.Answer(), "deny MERGE.MOST_RESTRICTIVE") << "asked by the name of the loser";
  w.q.person = P(1);
  w.merges[1].until = At(3, 1);
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK") << "the merge was undone";
  w.q.at = At(2, 20);
  EXPECT_EQ(w.Answer(), "deny MERGE.MOST_RESTRICTIVE") << "as of before it was undone";
}

TEST(ConsentMerge, StrongerReasonsAndFailedChecksKeepTheirName) {
  World w;
  w.merges.push_back({P(2), P(1), At(3, 1)});
  ConsentEntry& n = w.Add(E::kSuppress, At(1, 1));
  n.person = P(2);
  ConsentEntry& g = w.Grant(At(2, 1));
  g.person = P(1);
  EXPECT_EQ(w.Reason(), "SUPPRESS.LIST");
  n.event = E::kObject;
  EXPECT_EQ(w.Reason(), "MERGE.MOST_RESTRICTIVE");
  g.evidence.preticked = true;
  EXPECT_EQ(w.Reason(), "OBJECTION.ART21") << "the grant would not have lifted it anyway";
  g.evidence.preticked = false;
  w.policy.merge_policy = MergePolicy::kLatestWins;
  const Decision d = w.Ask();
  EXPECT_EQ(Name(d.rule), "CONSENT.OK");
  EXPECT_EQ(d.loosened, Bit(Flag::kMergePolicy)) << "the looser flag is named";
}

TEST(ConsentState, RestrictionHoldsUntilLiftedLater) {
  World w;
  w.Grant(At(1, 1));
  w.Bare(E::kRestrict, At(2, 1));
  EXPECT_EQ(w.Reason(), "SUBJECT.RESTRICTED");
  w.Bare(E::kUnrestrict, At(2, 1));
  EXPECT_EQ(w.Reason(), "SUBJECT.RESTRICTED") << "a tie restricts";
  w.Bare(E::kUnrestrict, At(2, 2));
  EXPECT_EQ(w.Reason(), "CONSENT.OK");
}

TEST(ConsentState, AMergeNeverLiftsARestriction) {
  World w;
  w.Grant(At(1, 1)).person = P(1);
  w.Bare(E::kRestrict, At(2, 1)).person = P(2);
  w.Bare(E::kUnrestrict, At(2, 2)).person = P(1);
  w.merges.push_back({P(2), P(1), At(3, 1)});
  EXPECT_EQ(w.Reason(), "SUBJECT.RESTRICTED");
  w.Bare(E::kUnrestrict, At(3, 2)).person = P(1);
  EXPECT_EQ(w.Reason(), "CONSENT.OK");
}

TEST(ConsentState, AnErasedPersonComesBackOnlyByHerselfAndWithNewConsent) {
  World w;
  w.Grant(At(1, 1));
  w.Bare(E::kErase, At(2, 1));
  EXPECT_EQ(w.Reason(), "SUBJECT.ERASED");
  ConsentEntry& g = w.Grant(At(2, 2));
  g.evidence.source = ConsentSource::kImport;
  EXPECT_EQ(w.Reason(), "SUBJECT.ERASED");
  g.evidence.source = ConsentSource::kWeb;
  EXPECT_EQ(w.Reason(), "CONSENT.OK");
  g.evidence.preticked = true;
  EXPECT_EQ(w.Reason(), "CONSENT.INVALID") << "what she granted before the erasure is gone";
}

TEST(ConsentAlways, OnlyABounceRestrictionAndErasureStopThem) {
  struct Case {
    Purpose purpose;
    const char* refused;
    const char* restricted;
    const char* bounced;
  };
  const Case cases[] = {
      {Purpose::kService, "allow SERVICE.OK", "deny SUBJECT.RESTRICTED", "deny SUPPRESS.BOUNCE"},
      {Purpose::kRightsResponse, "allow SERVICE.OK", "allow SERVICE.OK", "deny SUPPRESS.BOUNCE"},
      {Purpose::kBreachNotice, "allow SERVICE.OK", "allow SERVICE.OK", "deny SUPPRESS.BOUNCE"},
  };
  for (const Case& c : cases) {
    World w;
    w.q.purpose = c.purpose;
    w.policy.quiet_hours = {0, 86'399, 0};
    for (E event : {E::kWithdraw, E::kObject, E::kOptout, E::kSuppress, E::kComplaint}) {
      w.Bare(event, At(1, 1));
    }
    EXPECT_EQ(w.Answer(), c.refused);
    w.Bare(E::kRestrict, At(1, 2));
    EXPECT_EQ(w.Answer(), c.restricted);
    w.Bare(E::kBounce, At(1, 3));
    EXPECT_EQ(w.Answer(), c.bounced);
  }
}

TEST(ConsentAlways, BasesAndMixedPromotions) {
  World w;
  w.q.purpose = Purpose::kBreachNotice;
  EXPECT_EQ(Name(w.Ask().basis), "legal_obligation");
  w.q.purpose = Purpose::kService;
  EXPECT_EQ(Name(w.Ask().basis), "contract");
  w.q.mixed_promo = true;
  EXPECT_EQ(w.Answer(), "deny DEFAULT.NO_BASIS") << "a service mail with a promotion is marketing";
  w.Grant(At(1, 1));
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK");
}

TEST(DoubleOptIn, TheConfirmationGoesOutOnceWhileTheRequestLives) {
  World w;
  w.Add(E::kRequest, At(3, 1));
  w.q.purpose = Purpose::kDoiConfirmation;
  EXPECT_EQ(w.Answer(), "allow DOI.CONFIRMATION.OK");
  EXPECT_EQ(Name(w.Ask().basis), "pre_contractual");
  w.attempts.push_back({Channel::kEmail, At(3, 2), Purpose::kDoiConfirmation});
  EXPECT_EQ(w.Answer(), "deny DOI.ALREADY_SENT");
  w.policy.doi_max = 2;
  EXPECT_EQ(w.Answer(), "allow DOI.CONFIRMATION.OK");
  w.q.at = At(3, 1) + Days(30);
  EXPECT_EQ(w.Answer(), "deny DOI.NO_REQUEST") << "a request of exactly 30 days is dead";
  w.q.at = w.q.at - Microseconds(1);
  EXPECT_EQ(w.Answer(), "allow DOI.CONFIRMATION.OK");
  w.Add(E::kConfirm, At(3, 3));
  EXPECT_EQ(w.Answer(), "deny DOI.NO_REQUEST") << "answered";
}

TEST(DoubleOptIn, OneMessagePerRequestWhicheverOfItsChannelsCarriesIt) {
  World w;
  w.Add(E::kRequest, At(3, 1)).scope.channels = Bit(Channel::kEmail) | Bit(Channel::kSms);
  w.q.purpose = Purpose::kDoiConfirmation;
  w.attempts.push_back({Channel::kPost, At(3, 2), Purpose::kDoiConfirmation});
  EXPECT_EQ(w.Answer(), "allow DOI.CONFIRMATION.OK") << "the letter answered another request";
  w.attempts.push_back({Channel::kSms, At(3, 2), Purpose::kDoiConfirmation});
  EXPECT_EQ(w.Answer(), "deny DOI.ALREADY_SENT");
  w.Add(E::kRequest, At(3, 3));
  EXPECT_EQ(w.Answer(), "allow DOI.CONFIRMATION.OK") << "a request of its own";
}

TEST(DoubleOptIn, AConfirmNeedsALiveUnspentRequestOfItsOwnScope) {
  struct Case {
    const char* name;
    Timestamp confirm;
    const char* topic;
    const char* answer;
  };
  const Case cases[] = {
      {"in time", At(1, 30), "", "allow CONSENT.OK"},
      {"exactly 30 days", At(1, 31), "", "needs_evidence CONSENT.UNPROVEN"},
      {"another topic", At(1, 30), "wine", "needs_evidence CONSENT.UNPROVEN"},
  };
  for (const Case& c : cases) {
    World w;
    w.Add(E::kRequest, At(1, 1));
    ConsentEntry& confirm = w.Add(E::kConfirm, c.confirm);
    if (*c.topic != 0) confirm.scope.topics = {c.topic};
    w.q.topic = c.topic;
    EXPECT_EQ(w.Answer(), c.answer) << c.name;
  }
  World spent;
  spent.Add(E::kRequest, At(1, 1));
  spent.Add(E::kConfirm, At(1, 2));
  spent.Withdraw(At(1, 3));
  spent.Add(E::kConfirm, At(1, 4));
  EXPECT_EQ(spent.Answer(), "deny CONSENT.WITHDRAWN") << "the request was spent";
  spent.Add(E::kRequest, At(1, 5));
  EXPECT_EQ(spent.Answer(), "deny CONSENT.WITHDRAWN");
  spent.Add(E::kConfirm, At(1, 6));
  EXPECT_EQ(spent.Answer(), "allow CONSENT.OK");
}

TEST(DoubleOptIn, AnErasedPersonMayAskAgain) {
  World w;
  w.Add(E::kRequest, At(2, 20));
  w.Bare(E::kErase, At(3, 1));
  w.q.purpose = Purpose::kDoiConfirmation;
  EXPECT_EQ(w.Answer(), "deny SUBJECT.ERASED");
  w.Add(E::kRequest, At(3, 2));
  EXPECT_EQ(w.Answer(), "allow DOI.CONFIRMATION.OK");
  w.q.purpose = Purpose::kService;
  EXPECT_EQ(w.Answer(), "deny SUBJECT.ERASED");
}

TEST(GrantChecks, GradesFromWeakestToStrongest) {
  ConsentEntry e;
  e.event = E::kGrant;
  EXPECT_EQ(internal::GradeOf(LineOf(e), false), Grade::kNone);
  e.evidence.source = ConsentSource::kWeb;
  EXPECT_EQ(internal::GradeOf(LineOf(e), false), Grade::kAsserted);
  e.evidence.text = "x";
  EXPECT_EQ(internal::GradeOf(LineOf(e), false), Grade::kRecorded);
  e.evidence.doi = DoubleOptIn::kEmail;
  EXPECT_EQ(internal::GradeOf(LineOf(e), false), Grade::kConfirmed);
  e.evidence.written = true;
  EXPECT_EQ(internal::GradeOf(LineOf(e), false), Grade::kSigned);
  e.evidence.source = ConsentSource::kImport;
  e.evidence.text.clear();
  EXPECT_EQ(internal::GradeOf(LineOf(e), false), Grade::kAsserted);
}

TEST(GrantChecks, AnImportWithTextIsABasisButLiftsNothing) {
  World w;
  w.Grant(At(1, 5)).evidence.source = ConsentSource::kImport;
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK");
}

TEST(GrantChecks, TheFirstFailedDemandIsTheReasonAndAnOlderGrantIsTried) {
  World w;
  w.Grant(At(1, 1));
  w.Grant(At(2, 1)).evidence.bundled = true;
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK");
  w.entries[0].expires_at = w.q.at;
  EXPECT_EQ(w.Answer(), "deny CONSENT.INVALID") << "the newest deny";
  w.entries[0].expires_at = Timestamp::kMax;
  w.entries[0].evidence.text.clear();
  EXPECT_EQ(w.Answer(), "needs_evidence CONSENT.UNPROVEN") << "asking comes before denying";
}

TEST(GrantChecks, BirthdaysByJurisdiction) {
  struct Case {
    Jurisdiction where;
    int32_t age;
  };
  for (const Case& c :
       {Case{Jurisdiction::kFr, 15}, Case{Jurisdiction::kUk, 13}, Case{Jurisdiction::kEu, 16},
        Case{Jurisdiction::kEs, 14}, Case{Jurisdiction::kIt, 14}, Case{Jurisdiction::kIe, 16},
        Case{Jurisdiction::kNl, 16}, Case{Jurisdiction::kBe, 13}, Case{Jurisdiction::kAt, 14},
        Case{Jurisdiction::kDe, 16}}) {
    World w({c.where});
    ConsentEntry& g = w.Grant(At(2, 1));
    g.evidence.doi = DoubleOptIn::kEmail;
    w.subject.born = MakeDate(2026 - c.age, 2, 1);
    EXPECT_EQ(w.Answer(), "allow CONSENT.OK") << Name(c.where);
    w.subject.born = MakeDate(2026 - c.age, 2, 2);
    EXPECT_EQ(w.Answer(), "needs_evidence CONSENT.MINOR") << Name(c.where);
    g.evidence.iss = false;
    EXPECT_EQ(w.Answer(), "allow CONSENT.OK") << Name(c.where);
    g.evidence.iss = true;
    g.evidence.parental = true;
    EXPECT_EQ(w.Answer(), "allow CONSENT.OK") << Name(c.where);
  }
}

TEST(GrantChecks, AMinorStaysUnprovenAfterTheBirthday) {
  World w;
  w.Grant(At(2, 1));
  w.subject.born = MakeDate(2011, 2, 2);
  EXPECT_EQ(w.Answer(), "needs_evidence CONSENT.MINOR");
  w.policy.minor_stays_unproven = false;
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK");
  EXPECT_EQ(w.Ask().loosened, Bit(Flag::kMinorStaysUnproven));
}

TEST(GrantChecks, DormancyLooksAtEveryGap) {
  World w;
  w.Grant(At(1, 1, 10, 0, 2024));
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK") << "off by default";
  w.policy.dormant_months = 12;
  EXPECT_EQ(w.Answer(), "needs_evidence CONSENT.DORMANT");
  w.attempts = {{Channel::kEmail, At(12, 31, 10, 0, 2024)}, {Channel::kSms, At(6, 1, 10, 0, 2025)}};
  EXPECT_EQ(w.Answer(), "needs_evidence CONSENT.DORMANT") << "texts do not use an e-mail consent";
  w.attempts[1].channel = Channel::kEmail;
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK");
  w.attempts[0].at = At(1, 1, 10, 0, 2025);
  EXPECT_EQ(w.Answer(), "needs_evidence CONSENT.DORMANT") << "a gap of exactly twelve months";
}

TEST(KnownAt, WhatWasRecordedLaterDoesNotExist) {
  World w;
  w.Grant(At(1, 1));
  w.Withdraw(At(1, 2)).recorded_at = At(1, 20);
  w.q.at = At(1, 10);
  w.q.known_at = At(1, 10);
  EXPECT_EQ(w.Reason(), "CONSENT.OK");
  w.q.known_at = At(1, 20);
  EXPECT_EQ(w.Reason(), "CONSENT.WITHDRAWN");
}

TEST(ConsentDecision, FactsOutOfOrderAreDenied) {
  World w;
  w.Grant(At(1, 5));
  w.attempts = {{Channel::kEmail, At(2, 2)}, {Channel::kEmail, At(2, 1)}};
  EXPECT_EQ(w.Answer(), "deny DEFAULT.NO_BASIS");
}

}  // namespace
}  // namespace relata::testing

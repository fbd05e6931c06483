// SPDX-License-Identifier: Apache-2.0
//
// French calling rules, sector ban, businesses and retention, at their boundaries.

#include <gtest/gtest.h>

#include "consent_world.h"
#include "relata/consent/decide.h"

namespace relata::testing {
namespace {

using E = ConsentEvent;

TEST(FrenchPhone, OptInBeginsAtMidnightInParis) {
  World w = Call();
  w.q.at = At(8, 10, 17, 59);
  EXPECT_EQ(w.Answer(), "allow LI.OK");
  w.In("Indian/Reunion");
  // 11 August 2026 00:00 in Paris is 02:00 in La Réunion; look at the calling hour after it.
  w.q.at = At(8, 11, 7);
  EXPECT_EQ(w.Answer(), "deny DEFAULT.NO_BASIS");
  w.registers = {{Register::kBloctel, At(1, 1)}};
  EXPECT_EQ(w.Answer(), "deny DEFAULT.NO_BASIS") << "Bloctel ends with the opt-out regime";
  w.q.at = At(8, 10, 7);
  EXPECT_EQ(w.Answer(), "deny REGISTER.BLOCTEL");
}

TEST(FrenchPhone, WhatLiftsBloctel) {
  World w = Call();
  w.registers = {{Register::kBloctel, At(3, 10)}};
  EXPECT_EQ(w.Answer(), "deny REGISTER.BLOCTEL") << "from the instant of listing";
  w.q.at = At(3, 10) - Microseconds(1);
  EXPECT_EQ(w.Answer(), "allow LI.OK");
  w.q.at = At(3, 10);
  w.q.sector = Sector::kPress;
  EXPECT_EQ(w.Answer(), "allow FR.PHONE.PRESS.OK");
  w.policy.fr_press_exception = false;
  EXPECT_EQ(w.Answer(), "deny REGISTER.BLOCTEL");
  w.q.sector = Sector::kNone;
  Relation& contract = w.Relate(RelationKind::kContract, At(1, 1));
  EXPECT_EQ(w.Answer(), "deny REGISTER.BLOCTEL");
  w.q.related_to_contract = true;
  EXPECT_EQ(w.Answer(), "allow FR.PHONE.CONTRACT.OK");
  contract.until = w.q.at;
  EXPECT_EQ(w.Answer(), "deny REGISTER.BLOCTEL") << "a contract ends at its end";
  w.Grant(At(1, 1));
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK");
}

TEST(FrenchPhone, ConsentLastsTwelveMonthsFromTheReformOn) {
  World w = Call();
  w.Grant(At(9, 15, 9, 0, 2025));
  w.q.at = At(9, 15, 9, 0) - Microseconds(1);
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK");
  w.q.at = At(9, 15, 9, 0);
  EXPECT_EQ(w.Answer(), "deny CONSENT.EXPIRED") << "a limit reached is a limit passed";
  w.policy.fr_phone_consent_months = 0;
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK");
  w.policy.fr_phone_consent_months = 12;
  w.entries[0].at = w.entries[0].recorded_at = At(6, 1, 9, 0, 2025);
  w.q.at = At(7, 15, 9, 0);
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK") << "before the reform there is no limit";
}

TEST(FrenchPhone, HoursAtTheirEdges) {
  struct Case {
    const char* name;
    Timestamp at;
    const char* answer;
  };
  const Case cases[] = {
      {"09:59:59", At(3, 10, 9) - Seconds(1), "FR.PHONE.HOURS 2026-03-10T09:00:00Z"},
      {"10:00:00", At(3, 10, 9), "LI.OK"},
      {"19:59:59", At(3, 10, 19) - Seconds(1), "LI.OK"},
      {"20:00:00", At(3, 10, 19), "FR.PHONE.HOURS 2026-03-11T09:00:00Z"},
      {"14:00:00", At(3, 10, 13), "LI.OK"},
      {"Friday night", At(3, 13, 21), "FR.PHONE.HOURS 2026-03-16T09:00:00Z"},
      {"before the change of clocks", At(3, 27, 20), "FR.PHONE.HOURS 2026-03-30T08:00:00Z"},
      {"Easter Monday", At(4, 6, 9), "FR.PHONE.HOURS 2026-04-07T08:00:00Z"},
      {"Good Friday is open", At(4, 3, 9), "LI.OK"},
      {"Ascension", At(5, 14, 9), "FR.PHONE.HOURS 2026-05-15T08:00:00Z"},
      {"Whit Monday", At(5, 25, 9), "FR.PHONE.HOURS 2026-05-26T08:00:00Z"},
      {"8 May, a Friday", At(5, 8, 9), "FR.PHONE.HOURS 2026-05-11T08:00:00Z"},
  };
  for (const Case& c : cases) {
    World w = Call();
    w.q.at = c.at;
    EXPECT_EQ(Retry(w), c.answer) << c.name;
  }
}

TEST(FrenchPhone, HoursHoldForContractPressAndRobotsButNotForBusinesses) {
  World w = Call();
  w.q.at = At(3, 14, 10);
  w.q.sector = Sector::kPress;
  EXPECT_EQ(w.Reason(), "FR.PHONE.HOURS");
  w.Relate(RelationKind::kContract, At(1, 1));
  w.q.related_to_contract = true;
  EXPECT_EQ(w.Reason(), "FR.PHONE.HOURS");
  w.q.audience = Audience::kB2b;
  EXPECT_EQ(w.Reason(), "LI.OK");
  w.q.audience = Audience::kB2c;
  w.q.channel = Channel::kRobocall;
  w.Grant(At(1, 1));
  EXPECT_EQ(w.Reason(), "FR.PHONE.HOURS");
  w.entries[0].evidence.outside_hours = true;
  EXPECT_EQ(w.Reason(), "CONSENT.OK");
}

TEST(FrenchPhone, CandidateZonesMustAllBeOpenAndPromiseNothing) {
  World w = Call();
  w.Zones({"Europe/Paris", "America/Guadeloupe"});
  EXPECT_EQ(Retry(w), "FR.PHONE.HOURS");
  w.q.at = At(3, 10, 15);
  EXPECT_EQ(w.Reason(), "LI.OK");
  w.zones.clear();
  EXPECT_EQ(w.Answer(), "needs_evidence TIMING.TZ_UNKNOWN");
  w.policy.tz_unknown = UnknownZone::kDeny;
  EXPECT_EQ(w.Answer(), "deny TIMING.TZ_UNKNOWN");
}

TEST(FrenchPhone, ARefusalSilencesForSixtyWholeLocalDays) {
  World w = Call();
  // 23:30 in Paris on 8 January.
  w.Bare(E::kRefuseCall, At(1, 8, 22, 30));
  w.q.at = At(3, 9, 13);
  EXPECT_EQ(Retry(w), "FR.PHONE.REFUSAL_60D 2026-03-09T23:00:00Z");
  w.q.at = At(3, 10, 9);
  EXPECT_EQ(w.Reason(), "LI.OK");
  // The same instant is already 9 January in La Réunion.
  w.In("Indian/Reunion");
  w.q.at = At(3, 10, 7);
  EXPECT_EQ(Retry(w), "FR.PHONE.REFUSAL_60D 2026-03-10T20:00:00Z");
  w.policy.fr_refusal_pause = RefusalPause::kHours;
  EXPECT_EQ(w.Reason(), "LI.OK");
  EXPECT_EQ(w.Ask().loosened, Bit(Flag::kFrRefusalPause));
}

TEST(FrenchPhone, FromTheReformARefusalIsAWithdrawal) {
  World w = Call();
  w.Bare(E::kRefuseCall, At(1, 8, 9));
  w.Grant(At(1, 1));
  w.q.at = At(9, 15, 9);
  EXPECT_EQ(w.Reason(), "CONSENT.WITHDRAWN") << "whatever its own date";
  w.q.purpose = Purpose::kCharity;
  EXPECT_EQ(w.Reason(), "CONSENT.WITHDRAWN");
  w.q.purpose = Purpose::kMarketing;
  w.Grant(At(9, 14, 9));
  EXPECT_EQ(w.Reason(), "CONSENT.OK") << "a later consent lifts it, and it starts no pause";
  w.entries.pop_back();
  w.policy.fr_refusal_is_withdrawal = Timestamp::kMax;
  EXPECT_EQ(w.Reason(), "CONSENT.OK") << "the flag is off and sixty days are over";
}

TEST(FrenchPhone, FourAttemptsInThirtyTimesTwentyFourHours) {
  World w = Call();
  const Timestamp first = At(3, 10, 9, 30) - Days(30);
  for (int i = 0; i < 4; ++i) w.attempts.push_back({Channel::kPhone, first + Hours(i)});
  w.q.at = At(3, 10, 9, 30);
  EXPECT_EQ(w.Reason(), "LI.OK") << "an attempt of exactly 30 x 24 h is out";
  w.q.at = w.q.at - Seconds(1);
  EXPECT_EQ(Retry(w), "FR.PHONE.FREQ_4_PER_30D 2026-03-10T09:30:00Z");
  w.attempts[2].purpose = Purpose::kService;
  EXPECT_EQ(w.Reason(), "LI.OK") << "a service call is no attempt to sell";
  w.attempts[2].purpose = Purpose::kMarketing;
  w.attempts[2].channel = Channel::kEmail;
  EXPECT_EQ(w.Reason(), "LI.OK");
  w.attempts[2].channel = Channel::kPhone;
  w.policy.fr_cap_window = CapWindow::kCalendarDays;
  EXPECT_EQ(w.Reason(), "LI.OK") << "by days the first attempt left at midnight";
}

TEST(FrenchBan, DatesChannelsAndTheRunningContract) {
  struct Case {
    const char* name;
    Channel channel;
    Timestamp at;
    const char* reason;
  };
  const Case cases[] = {
      {"phone 2020", Channel::kPhone, At(9, 15, 9, 0, 2020), "FR.SECTOR_BAN"},
      {"email on 1 July 2025", Channel::kEmail, At(7, 1, 12, 0, 2025), "CONSENT.OK"},
      {"email a second before midnight in Paris", Channel::kEmail,
       At(7, 1, 22, 0, 2025) - Seconds(1), "CONSENT.OK"},
      {"email from midnight in Paris", Channel::kEmail, At(7, 1, 22, 0, 2025), "FR.SECTOR_BAN"},
      {"robocall", Channel::kRobocall, At(9, 15, 9, 0, 2025), "FR.SECTOR_BAN"},
      {"post is free", Channel::kPost, At(9, 15, 9, 0, 2025), "CONSENT.OK"},
  };
  for (const Case& c : cases) {
    World w = Call();
    w.q.channel = c.channel;
    w.q.sector = Sector::kHomeAdaptation;
    w.q.at = c.at;
    w.Grant(c.at - Days(40));
    EXPECT_EQ(w.Reason(), c.reason) << c.name;
    w.q.audience = Audience::kB2b;
    EXPECT_EQ(w.Reason(), "CONSENT.OK") << c.name;
    w.q.audience = Audience::kB2c;
    w.Relate(RelationKind::kContract, c.at - Days(400));
    w.q.related_to_contract = true;
    EXPECT_EQ(w.Reason(), "CONSENT.OK") << c.name;
  }
}

TEST(FrenchBusiness, ClassesOfAddresses) {
  struct Case {
    const char* name;
    PointClass point_class;
    Channel channel;
    bool job;
    Known informed;
    const char* answer;
  };
  const Case cases[] = {
      {"generic", PointClass::kGeneric, Channel::kEmail, false, Known::kUnknown,
       "allow FR.B2B.GENERIC"},
      {"generic by sms", PointClass::kGeneric, Channel::kSms, true, Known::kYes,
       "deny DEFAULT.NO_BASIS"},
      {"professional", PointClass::kProfessional, Channel::kRobocall, true, Known::kYes,
       "allow FR.B2B.OPTOUT.OK"},
      {"another job", PointClass::kProfessional, Channel::kEmail, false, Known::kYes,
       "deny FR.B2B.NOT_JOB_RELATED"},
      {"known not informed", PointClass::kProfessional, Channel::kEmail, true, Known::kNo,
       "deny NOTICE.MISSING"},
      {"not known", PointClass::kProfessional, Channel::kEmail, true, Known::kUnknown,
       "needs_evidence NOTICE.MISSING"},
      {"personal", PointClass::kPersonal, Channel::kEmail, true, Known::kYes,
       "deny DEFAULT.NO_BASIS"},
  };
  for (const Case& c : cases) {
    World w;
    w.q.audience = Audience::kB2b;
    w.q.channel = c.channel;
    w.q.related_to_job = c.job;
    w.point.point_class = c.point_class;
    w.point.informed_at_collection = c.informed;
    EXPECT_EQ(w.Answer(), c.answer) << c.name;
  }
}

TEST(FrenchRetention, ThirtySixMonthsSinceTheLastSignOfLife) {
  World w;
  w.Grant(At(3, 10, 10, 0, 2023));
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK") << "activity is not tracked";
  w.activity_tracked = true;
  EXPECT_EQ(w.Answer(), "deny RETENTION.INACTIVE_3Y") << "exactly 36 months";
  w.q.at = w.q.at - Seconds(1);
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK");
  w.q.at = At(3, 10);
  w.activity = {{ActivityKind::kOpen, At(1, 1)}};
  EXPECT_EQ(w.Answer(), "deny RETENTION.INACTIVE_3Y") << "an open is no act";
  w.activity.push_back({ActivityKind::kLogin, At(1, 1)});
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK");
  w.activity.clear();
  w.Relate(RelationKind::kContract, At(1, 1, 0, 0, 2015));
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK") << "a running contract stops the clock";
  w.relations[0].until = At(3, 11, 0, 0, 2023);
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK") << "it runs from the end of a contract";
  w.relations.clear();
  w.policy.fr_inactive_months = 0;
  EXPECT_EQ(w.Answer(), "allow CONSENT.OK");
}

TEST(FrenchRetention, AnImportIsNoSignOfLife) {
  World w;
  w.Grant(At(3, 1, 10, 0, 2023));
  w.Grant(At(3, 1)).evidence.source = ConsentSource::kImport;
  w.activity_tracked = true;
  EXPECT_EQ(w.Reason(), "RETENTION.INACTIVE_3Y");
}

}  // namespace
}  // namespace relata::testing

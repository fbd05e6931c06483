// SPDX-License-Identifier: Apache-2.0
//
// The catalogue of rules, case by case: catalogue.json holds, for every rule, its edges in time,
// evidence, scope and place, with the answers typed from the law tables. One line a case.

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>

#include "consent/json_fields.h"
#include "consent_world.h"
#include "nlohmann/json.hpp"
#include "relata/consent/vectors.h"
#include "support/support.h"

namespace relata::testing {
namespace {

TEST(RuleCatalogue, EveryCaseAnswersAsTypedAndEveryRuleHasOne) {
  const std::string text = ReadFile(RELATA_CATALOGUE);
  const auto lines = ReplayVectors(text);
  ASSERT_TRUE(lines.ok()) << lines.status();
  const nlohmann::json cases = nlohmann::json::parse(text)["vectors"];
  ASSERT_EQ(lines->size(), cases.size());
  std::set<std::string> answered;
  for (size_t i = 0; i < cases.size(); ++i) {
    const nlohmann::json answer = nlohmann::json::parse((*lines)[i]);
    for (const auto& [key, value] : cases[i]["expected"].items()) {
      EXPECT_EQ(answer.value(key, nlohmann::json()), value) << cases[i].dump();
    }
    // A rule of time that ends says when; nothing else does.
    if (!cases[i]["expected"].contains("retry_at") && cases[i]["expected"].contains("decision") &&
        cases[i]["expected"]["decision"] == "allow") {
      EXPECT_FALSE(answer.contains("retry_at")) << cases[i].dump();
    }
    answered.insert(answer.value("reason", ""));
  }
  for (size_t i = 0; i < kRules; ++i) {
    EXPECT_TRUE(answered.contains(std::string(Name(static_cast<Rule>(i)))))
        << "no case is answered by " << Name(static_cast<Rule>(i));
  }
}

// Calls that the standard rows allow and a set of a place closes, at `at` UTC.
TEST(RuleCatalogue, ExtraHolidaysAndHoursOfPlaces) {
  struct Case {
    const char* name;
    const char* amendment;
    Jurisdiction where;
    const char* zone;
    const char* at;
    const char* retry;
  };
  constexpr auto kFr = Jurisdiction::kFr;
  constexpr auto kUs = Jurisdiction::kUs;
  const Case kCases[] = {
      {"Good Friday in Alsace-Moselle", "enable fr-alsace-moselle", kFr, "Europe/Paris",
       "2026-04-03T10:00:00Z", "2026-04-03T22:00:00Z"},
      {"Saint Stephen in Alsace-Moselle", "enable fr-alsace-moselle", kFr, "Europe/Paris",
       "2025-12-26T10:00:00Z", "2025-12-26T23:00:00Z"},
      {"abolition in Mayotte", "enable fr-mayotte", kFr, "Indian/Mayotte", "2026-04-27T08:00:00Z",
       "2026-04-27T21:00:00Z"},
      {"abolition in Martinique", "enable fr-martinique", kFr, "America/Martinique",
       "2026-05-22T15:00:00Z", "2026-05-23T04:00:00Z"},
      {"abolition in Guadeloupe", "enable fr-guadeloupe", kFr, "America/Guadeloupe",
       "2026-05-27T15:00:00Z", "2026-05-28T04:00:00Z"},
      {"abolition in Guyane", "enable fr-guyane", kFr, "America/Cayenne", "2026-06-10T14:00:00Z",
       "2026-06-11T03:00:00Z"},
      {"abolition in Reunion", "enable fr-reunion", kFr, "Indian/Reunion", "2024-12-20T07:00:00Z",
       "2024-12-20T20:00:00Z"},
      {"Florida after eight", "enable us-fl", kUs, "America/New_York", "2026-03-10T00:00:00Z",
       "2026-03-10T12:00:00Z"},
      {"Texas on a Sunday morning", "enable us-tx", kUs, "America/Chicago", "2026-03-15T16:59:59Z",
       "2026-03-15T17:00:00Z"},
      {"Kentucky before ten", "enable us-ky", kUs, "America/New_York", "2026-03-10T13:00:00Z",
       "2026-03-10T14:00:00Z"},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    World w = Call(c.where, c.zone);
    w.q.at = *relata::internal::ParseInstant(c.at);
    EXPECT_TRUE(w.Ask().allowed()) << Retry(w);
    const std::string text = std::string("amend ") + std::string(Name(c.where)) +
                             " 2026.12 Europe/Paris\n" + c.amendment + "\n";
    const absl::StatusOr<RulePack> pack =
        RulePack::Parse({kStandardPacks, kStandardMessages, text});
    ASSERT_TRUE(pack.ok()) << pack.status();
    const Decision d = w.With([&](const Facts& f) { return Decide(w.q, f, *pack); });
    EXPECT_EQ(d.outcome, Outcome::kDeny);
    EXPECT_EQ(FormatTimestamp(d.retry_at), c.retry);
    EXPECT_EQ(d.pack_version, 202612u);
  }
}

TEST(RuleCatalogue, AnUnknownRelationIsNoSignOfLife) {
  World w;
  w.activity_tracked = true;
  w.Grant(At(1, 5, 9, 0, 2022));
  w.Relate(RelationKind::kUnknown, At(1, 5));
  EXPECT_EQ(w.Answer(), "deny RETENTION.INACTIVE_3Y");
}

}  // namespace
}  // namespace relata::testing

// SPDX-License-Identifier: Apache-2.0

#include "relata/consent/explanation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "consent_world.h"
#include "nlohmann/json.hpp"

namespace relata::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

TEST(ConsentExplanation, NamesTheRuleTheArticleTheEntriesAndWhatIsMissing) {
  World w({Jurisdiction::kFr});
  w.Grant(At(1, 5)).evidence.text.clear();
  w.q.similar_product = true;
  w.Relate(RelationKind::kPurchase, At(1, 1)).informed = Known::kNo;
  const ConsentExplanation e = w.Explain(Language::kEnglish);
  EXPECT_EQ(Name(e.decision.rule), "CONSENT.UNPROVEN");
  EXPECT_EQ(e.citation, "GDPR 7(1), 5(2)");
  EXPECT_THAT(e.matched, ElementsAre(1));
  EXPECT_THAT(e.needed, HasSubstr("words that were shown"));
  EXPECT_THAT(e.steps, Contains(Field(&ExplainedStep::rule, Rule::kSoftOptInNoOptout)));
  const std::string text = e.ToText();
  EXPECT_THAT(text, HasSubstr("needs_evidence CONSENT.UNPROVEN (GDPR 7(1), 5(2)): Consent is"));
  EXPECT_THAT(text, HasSubstr("FR 2026.11  denies  SOFT_OPT_IN.NO_OPTOUT_AT_COLLECTION"));
}

TEST(ConsentExplanation, SpeaksFrenchAndSaysWhenToAskAgain) {
  World w({Jurisdiction::kFr});
  w.q.channel = Channel::kPhone;
  w.In("Europe/Paris");
  w.q.at = At(3, 14);
  const ConsentExplanation e = w.Explain(Language::kFrench);
  EXPECT_THAT(e.sentence, HasSubstr("du lundi au vendredi"));
  EXPECT_THAT(e.sentence, HasSubstr("À redemander à partir du 2026-03-16T09:00:00Z."));
  EXPECT_TRUE(e.needed.empty());
}

TEST(ConsentExplanation, ListsTheAnswerOfEveryCandidate) {
  World w({Jurisdiction::kUs, Jurisdiction::kFr});
  const ConsentExplanation e = w.Explain(Language::kEnglish);
  ASSERT_EQ(e.candidates.size(), 2u);
  EXPECT_EQ(Name(e.candidates[0].rule), "DEFAULT.OPT_OUT_REGIME");
  EXPECT_EQ(e.candidates[1], e.decision);
}

TEST(ConsentExplanation, CitesTheRowThatSpeaksOfTheChannelTheAudienceAndTheDay) {
  World mail({Jurisdiction::kFr});
  mail.Withdraw(At(1, 5));
  EXPECT_EQ(mail.Explain(Language::kEnglish).citation, "GDPR 7(3)");
  World call({Jurisdiction::kFr});
  call.q.channel = Channel::kPhone;
  call.In("Europe/Paris");
  EXPECT_EQ(call.Explain(Language::kEnglish).citation, "C. conso L223-1 (to 10 August 2026)");
  call.q.audience = Audience::kB2b;
  EXPECT_EQ(call.Explain(Language::kEnglish).citation,
            "GDPR 6(1)(f); C. conso L223-1 (consumers only)");
}

TEST(ConsentExplanation, NamesEveryNegativeAndEveryLooserFlagAsJson) {
  World w({Jurisdiction::kFr});
  for (int day = 1; day <= 6; ++day) w.Withdraw(At(1, day));
  const auto denied = nlohmann::json::parse(w.Explain(Language::kEnglish).ToJson());
  EXPECT_EQ(denied["entries"].size(), 6u);
  EXPECT_EQ(denied["pack"], "2026.11");
  EXPECT_FALSE(denied.contains("basis"));

  World loose({Jurisdiction::kFr});
  loose.Relate(RelationKind::kFreeAccount, At(1, 1));
  loose.q.similar_product = true;
  loose.policy.fr_free_account = FreeAccount::kAllow;
  const auto allowed = nlohmann::json::parse(loose.Explain(Language::kEnglish).ToJson());
  EXPECT_EQ(allowed["decision"], "allow");
  EXPECT_EQ(allowed["loosened"], nlohmann::json::array({"fr_free_account"}));
  EXPECT_FALSE(allowed["steps"].empty());
}

}  // namespace
}  // namespace relata::testing

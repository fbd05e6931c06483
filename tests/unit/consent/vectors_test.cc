// SPDX-License-Identifier: Apache-2.0
//
// The published vectors, and what a malformed one gets.

#include "relata/consent/vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

#include "nlohmann/json.hpp"
#include "support/support.h"

namespace relata {
namespace {

using ::testing::HasSubstr;

TEST(ConsentVectors, PublishedVectorsAnswerAsExpected) {
  RELATA_REQUIRE_SHARED("vectors/consent.json");
  const std::string text = testing::ReadFile(testing::RelataShared() / "vectors/consent.json");
  const auto lines = ReplayVectors(text);
  ASSERT_TRUE(lines.ok()) << lines.status();
  const nlohmann::json vectors = nlohmann::json::parse(text)["vectors"];
  ASSERT_EQ(lines->size(), vectors.size());
  int passed = 0;
  for (size_t i = 0; i < vectors.size(); ++i) {
    const nlohmann::json answer = nlohmann::json::parse((*lines)[i]);
    bool same = answer["id"] == vectors[i]["id"];
    for (const auto& [key, value] : vectors[i]["expected"].items()) {
      same = same && answer.contains(key) && answer[key] == value;
    }
    passed += same ? 1 : 0;
    EXPECT_TRUE(same) << "got " << (*lines)[i] << "\nexpected " << vectors[i]["expected"] << "\nof "
                      << vectors[i].dump();
  }
  std::cout << "consent vectors: " << passed << " of " << vectors.size() << " as expected\n";
}

TEST(ConsentVectors, AMalformedVectorIsNamedByItsPlace) {
  struct Case {
    const char* name;
    const char* json;
    const char* message;
  };
  const Case cases[] = {
      {"not json", "{", "not JSON"},
      {"no vectors", "{}", "a list of vectors"},
      {"no id", R"([{"question":{}}])", "vectors[0].id: is missing"},
      {"no instant", R"([{"id":"x","question":{"channel":"email","purpose":"marketing"}}])",
       "x: vectors[0].question.at: is missing"},
      {"bad instant",
       R"({"vectors":[{"id":"x","facts":{"ledger":[{"event":"grant","at":"yesterday"}]},
           "question":{"channel":"email","purpose":"marketing","at":"2026-03-10T10:00:00Z"}}]})",
       "vectors[0].facts.ledger[0].at: an instant"},
      {"ledger is no list",
       R"([{"id":"x","facts":{"ledger":{}},
           "question":{"channel":"email","purpose":"marketing","at":"2026-03-10T10:00:00Z"}}])",
       "vectors[0].facts.ledger: a list is expected"},
      {"unknown zone",
       R"([{"id":"x","facts":{"subject":{"tz":"Mars/Olympus"}},
           "question":{"channel":"email","purpose":"marketing","at":"2026-03-10T10:00:00Z"}}])",
       "facts.subject.tz: is no time zone"},
      {"unknown flag",
       R"([{"id":"x","facts":{"policy":{"be_nice":true}},
           "question":{"channel":"email","purpose":"marketing","at":"2026-03-10T10:00:00Z"}}])",
       "there is no policy flag \"be_nice\""},
      {"unknown clock", R"([{"id":"x","kind":"deadline","question":{"clock":"soon"}}])",
       "question.clock: is no clock"},
  };
  for (const Case& c : cases) {
    const auto lines = ReplayVectors(c.json);
    ASSERT_FALSE(lines.ok()) << c.name;
    EXPECT_THAT(std::string(Message(lines.status())), HasSubstr(c.message)) << c.name;
  }
}

TEST(ConsentVectors, AnErasureOfAnUnknownClassIsRefusedByName) {
  const auto lines = ReplayVectors(
      R"({"id":"e","kind":"erasure","facts":{"at":"2026-03-10T00:00:00Z",
          "records":[{"id":"r1","class":"profile"},{"id":"r2","class":"diary"}]},"question":{}})");
  ASSERT_TRUE(lines.ok()) << lines.status();
  EXPECT_EQ(lines->at(0), R"({"id":"e","error":"record r2: \"diary\" is no class of records"})");
}

}  // namespace
}  // namespace relata

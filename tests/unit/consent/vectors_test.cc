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
      {"no id", R"([{"question":{}}])", "vectors[0].id: is missing"},
      {"no instant", R"([{"id":"x","question":{"channel":"email","purpose":"marketing"}}])",
       "vectors[0].question.at: is missing"},
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
      {"unknown class",
       R"({"id":"e","kind":"erasure","facts":{"at":"2026-03-10T00:00:00Z",
           "records":[{"id":"r1","class":"profile"},{"id":"r2","class":"diary"}]},"question":{}})",
       "record r2: \"diary\" is no class of records"},
      {"unknown clock", R"([{"id":"x","kind":"deadline","question":{"clock":"soon"}}])",
       "question.clock: is no clock"},
  };
  for (const Case& c : cases) {
    std::vector<Issue> issues;
    const auto lines = ReplayVectors(c.json, &issues);
    ASSERT_TRUE(lines.ok()) << c.name << lines.status();
    ASSERT_EQ(issues.size(), 1u) << c.name;
    EXPECT_THAT(issues[0].message, HasSubstr(c.message)) << c.name;
    const nlohmann::json line = nlohmann::json::parse(lines->at(0));
    EXPECT_EQ(line["error"], issues[0].message) << c.name;
  }
}

TEST(ConsentVectors, WhatIsNoListOfVectorsIsRefused) {
  for (const char* text : {"{", "", "{}", "7", R"({"vectors":7})"}) {
    EXPECT_FALSE(ReplayVectors(text).ok()) << text;
  }
  EXPECT_TRUE(ReplayVectors("[]")->empty());
}

TEST(ConsentVectors, AMalformedVectorStopsNoOther) {
  const auto lines = ReplayVectors(
      R"([{"id":"bad","question":{"channel":"email","purpose":"marketing"}},
          {"id":"good","kind":"deadline","facts":{"from":"2026-01-15"},
           "question":{"clock":"dsar_1m"}}])");
  ASSERT_TRUE(lines.ok()) << lines.status();
  EXPECT_EQ(lines->at(0), R"({"id":"bad","error":"vectors[0].question.at: is missing"})");
  EXPECT_EQ(lines->at(1), R"({"id":"good","due":"2026-02-16"})");
}

}  // namespace
}  // namespace relata

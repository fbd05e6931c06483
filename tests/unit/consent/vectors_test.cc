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
       "facts.subject.tz: \"Mars/Olympus\" is no time zone"},
      {"unknown flag",
       R"([{"id":"x","facts":{"policy":{"be_nice":true}},
           "question":{"channel":"email","purpose":"marketing","at":"2026-03-10T10:00:00Z"}}])",
       "there is no policy flag \"be_nice\""},
      {"unknown class",
       R"({"id":"e","kind":"erasure","facts":{"at":"2026-03-10T00:00:00Z",
           "records":[{"id":"r1","class":"profile"},{"id":"r2","class":"diary"}]},"question":{}})",
       "record r2: \"diary\" is no class of records"},
      {"unknown clock", R"([{"id":"x","kind":"deadline","question":{"clock":"soon"}}])",
       "question.clock: \"soon\" is no clock"},
      {"unknown event",
       R"([{"id":"x","facts":{"ledger":[{"event":"subscribe","at":"2026-01-05T09:00:00Z"}]},
           "question":{"channel":"email","purpose":"marketing","at":"2026-03-10T10:00:00Z"}}])",
       "vectors[0].facts.ledger[0].event: \"subscribe\" is no event of the ledger"},
      {"unknown kind", R"([{"id":"x","kind":"coverage"}])",
       "vectors[0].kind: \"coverage\" is no kind of vector"},
      {"a record twice",
       R"({"id":"e","kind":"erasure","facts":{"at":"2026-03-10T00:00:00Z",
           "records":[{"id":"r1","class":"profile"},{"id":"r1","class":"invoice"}]}})",
       "facts.records[1].id: record r1 stands here twice"},
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

TEST(ConsentVectors, AKeyThatNobodyReadsIsNamedAndTheAnswerStands) {
  std::vector<Issue> issues;
  const auto lines = ReplayVectors(
      R"([{"id":"x","jurisdiction":"FR","title":"t","level":"certain","remark":1,
           "facts":{"ledger":[{"event":"grant","at":"2026-01-05T09:00:00Z","from_ip":"::1",
                               "scope":{"channel":"email","purpose":"marketing","brand":"b"},
                               "evidence":{"source":"web","text":"x","pre_ticked":true}}],
                    "relations":[]},
           "question":{"channel":"email","purpose":"marketing","at":"2026-03-10T10:00:00Z",
                       "similar":true}},
          {"id":"d","kind":"deadline","facts":{"from":"2026-01-15","holiday":[]},
           "question":{"clock":"dsar_1m"}},
          {"id":"e","kind":"erasure","facts":{"at":"2026-03-10T00:00:00Z",
           "records":[{"id":"r1","class":"profile","used":false}]},"question":{}}])",
      &issues);
  ASSERT_TRUE(lines.ok()) << lines.status();
  EXPECT_EQ(lines->at(0),
            R"({"id":"x","decision":"allow","reason":"CONSENT.OK","basis":"consent"})");
  EXPECT_EQ(lines->at(1), R"({"id":"d","due":"2026-02-16"})");
  EXPECT_EQ(lines->at(2), R"({"id":"e","actions":{"r1":"erase"}})");
  std::vector<std::string> places;
  for (const Issue& issue : issues) {
    EXPECT_EQ(issue.severity, Severity::kWarning) << issue.where;
    places.push_back(issue.where);
  }
  EXPECT_THAT(places,
              ::testing::UnorderedElementsAre(
                  "vectors[0].remark", "vectors[0].facts.relations",
                  "vectors[0].facts.ledger[0].from_ip", "vectors[0].facts.ledger[0].scope.brand",
                  "vectors[0].facts.ledger[0].evidence.pre_ticked", "vectors[0].question.similar",
                  "vectors[1].facts.holiday", "vectors[2].facts.records[0].used"));
}

TEST(ConsentVectors, PublishedVectorsHaveNoKeyThatNobodyReads) {
  RELATA_REQUIRE_SHARED("vectors/consent.json");
  std::vector<Issue> issues;
  ASSERT_TRUE(
      ReplayVectors(testing::ReadFile(testing::RelataShared() / "vectors/consent.json"), &issues)
          .ok());
  for (const Issue& issue : issues) ADD_FAILURE() << issue.where << ": " << issue.message;
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

// SPDX-License-Identifier: Apache-2.0
#include "relata/quality/field_readers.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "relata/segment/segment.h"

namespace relata {
namespace {

constexpr Timestamp kNow{1'790'000'000'000'000};

TEST(FieldReaders, NameTheDefinitionsWhoseConditionsReadAField) {
  auto crm = Crm::Open(":memory:");
  ASSERT_TRUE(crm.ok()) << crm.status();
  Segment retail;
  retail.name = "retail";
  retail.type = "contact";
  retail.expression = "contact.account.industry == 'retail'";
  retail.label = {"Retail", "Commerce"};
  const absl::Status defined = DefineSegment(*crm, retail, Actor::User("amelie"), kNow);
  ASSERT_TRUE(defined.ok()) << defined;

  std::set<std::string> read;
  for (const FieldReader& reader : FindFieldReaders(*crm)) {
    const TypeDef& type = crm->schema()->type(reader.type);
    read.insert(type.name + "." + type.field(reader.field)->name + " by " + reader.reader);
  }
  EXPECT_EQ(read, (std::set<std::string>{"account.industry by segment retail",
                                         "contact.account by segment retail"}));
}

TEST(FieldReaders, KeepARetiredFieldFromBeingForgotten) {
  auto crm = Crm::Open(":memory:");
  ASSERT_TRUE(crm.ok()) << crm.status();
  Segment french;
  french.name = "french";
  french.type = "contact";
  french.expression = "contact.country == 'FR'";
  ASSERT_TRUE(DefineSegment(*crm, french, Actor::User("amelie"), kNow).ok());
  const auto retired =
      ExtendSchema(*crm->schema(), R"({"states": {"contact": {"country": "deprecated"}}})");
  ASSERT_TRUE(retired.ok()) << retired.status();
  ASSERT_TRUE(crm->Extend(*retired, Actor::User("amelie"), kNow).ok());

  const std::vector<Issue> issues = LintSchema(*crm->schema(), FindFieldReaders(*crm));
  ASSERT_EQ(issues.size(), 1u);
  EXPECT_EQ(issues[0].where, "contact.country");
  EXPECT_EQ(issues[0].message, "the field is deprecated and still read by segment french");
}

}  // namespace
}  // namespace relata

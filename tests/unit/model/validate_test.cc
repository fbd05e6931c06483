// SPDX-License-Identifier: Apache-2.0
#include "relata/model/validate.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace relata {
namespace {

using Values = std::vector<std::pair<FieldId, Value>>;

// In the order of the fields below.
enum : FieldId { kName, kState, kTopic, kWeight, kOwner, kTags, kOld, kDraft };

const Schema& TestSchema() {
  static const Schema schema = [] {
    const char* json = R"({"name": "parcel", "fields": [
        {"name": "name", "required": true},
        {"name": "state", "kind": "choice", "required": true, "initial": "open", "options": [
            {"code": "open", "label": {"en": "In hand", "fr": "En cours"}},
            {"code": "closed", "label": {"en": "Closed", "fr": "Clôturé"}}]},
        {"name": "topic", "kind": "choice", "open": true, "options": [{"code": "paint"}]},
        {"name": "weight", "kind": "double"},
        {"name": "owner", "kind": "link", "target": "parcel"},
        {"name": "tags", "kind": "text_list"},
        {"name": "old", "state": "deprecated"},
        {"name": "draft", "state": "draft"}]})";
    return *Schema().WithType(*ParseTypeDef(json));
  }();
  return schema;
}

std::string Told(const std::vector<Issue>& issues) {
  std::string out;
  for (const Issue& issue : issues) {
    out += issue.severity == Severity::kError ? "error " : "warning ";
    out += issue.where + ": " + issue.message + "\n";
  }
  return out;
}

struct Case {
  const char* name;
  Values values;
  Completeness completeness;
  const char* expected;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class RecordValidation : public testing::TestWithParam<Case> {};

TEST_P(RecordValidation, Says) {
  EXPECT_EQ(Told(ValidateRecord(TestSchema(), 0, GetParam().values, GetParam().completeness)),
            GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, RecordValidation,
    testing::Values(
        Case{"NothingOfAWholeRecord",
             {{kName, Value::Text("A")}, {kWeight, Value::Int(3)}},
             Completeness::kWhole,
             ""},
        Case{"WhatIsMissing",
             {},
             Completeness::kWhole,
             "error parcel.name: the field is required\n"},
        Case{"WhatIsCleared",
             {{kName, Value()}},
             Completeness::kPatch,
             "error parcel.name: the field is required\n"},
        Case{"NothingOfAPatchWithoutTheRequired",
             {{kWeight, Value::Double(1)}},
             Completeness::kPatch,
             ""},
        Case{"NothingOfAClearedOneThatHasAnInitialValue",
             {{kState, Value()}},
             Completeness::kPatch,
             ""},
        Case{"WrongKind",
             {{kWeight, Value::Text("12")}},
             Completeness::kPatch,
             "error parcel.weight: a double is expected, not a text\n"},
        Case{"NotInAClosedPicklist",
             {{kState, Value::Text("gone")}},
             Completeness::kPatch,
             "error parcel.state: 'gone' is not one of open, closed\n"},
        Case{"NotInAnOpenPicklist",
             {{kTopic, Value::Text("glue")}},
             Completeness::kPatch,
             "warning parcel.topic: 'glue' is not one of paint\n"},
        Case{"NothingOfALabel", {{kState, Value::Text("CLOTURE")}}, Completeness::kPatch, ""},
        Case{"NotUtf8",
             {{kName, Value::Text("\xff")}},
             Completeness::kPatch,
             "error parcel.name: the text is not valid UTF-8\n"},
        Case{"TooLong",
             {{kName, Value::Text(std::string(kMaxFieldText + 1, 'a'))}},
             Completeness::kPatch,
             "error parcel.name: the text is longer than 1 MiB\n"},
        Case{"WrongTarget",
             {{kOwner, Value::Record({7, 1})}},
             Completeness::kPatch,
             "error parcel.owner: the link goes to a parcel\n"},
        Case{"WrongEntry",
             {{kTags, Value::List({Value::Text("a"), Value::Int(1)})}},
             Completeness::kPatch,
             "error parcel.tags: every entry of the list is to be a text\n"},
        Case{"Deprecated",
             {{kOld, Value::Text("x")}},
             Completeness::kPatch,
             "warning parcel.old: the field is deprecated\n"},
        Case{"Draft",
             {{kDraft, Value::Text("x")}},
             Completeness::kPatch,
             "error parcel.draft: the field is draft, not in use\n"},
        Case{"KeptByTheEngine",
             {{kIdField, Value::Text("x")}},
             Completeness::kPatch,
             "error parcel.id: the field is kept by the engine\n"},
        Case{"UnknownField",
             {{99, Value::Text("x")}},
             Completeness::kPatch,
             "error parcel: there is no field number 99\n"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(CanonicalValue, IsTheCodeOfAChoice) {
  const FieldDef& state = *TestSchema().FindField("parcel", "state");
  for (const char* text : {"open", "OPEN", "In Hand", "en cours", " Open "}) {
    EXPECT_EQ(Canonical(state, Value::Text(text)).text(), "open") << text;
  }
  EXPECT_EQ(Canonical(state, Value::Text("opened")).text(), "opened");
  EXPECT_TRUE(Canonical(state, Value()).is_null());
}

TEST(CanonicalValue, MakesADoubleOfAWholeNumberOnlyWhereOneIsExpected) {
  EXPECT_EQ(Canonical(*TestSchema().FindField("parcel", "weight"), Value::Int(2)).double_value(),
            2.0);
  EXPECT_TRUE(
      Canonical(*TestSchema().FindField("parcel", "name"), Value::Int(2)).is(Value::Kind::kInt));
}

}  // namespace
}  // namespace relata

// SPDX-License-Identifier: Apache-2.0
#include "relata/model/schema_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

namespace relata {
namespace {

const Schema& TestSchema() {
  static const Schema schema = [] {
    const Schema owners = *Schema().WithType(*ParseTypeDef(R"({"name": "owner",
        "label": {"en": "Owner", "fr": "Propriétaire"},
        "plural_label": {"en": "Owners", "fr": "Propriétaires"}, "title": ["name"], "fields": [
          {"name": "name", "label": {"en": "Name | full", "fr": "Nom"}, "use": ["operate"],
           "personal": "identity", "steward": "sales", "data_owner": "direction",
           "purposes": ["service"], "retention": {"active_months": 36}, "required": true}]})"));
    return *owners.WithType(*ParseTypeDef(R"({"name": "machine",
        "label": {"en": "Machine", "fr": "Machine"},
        "plural_label": {"en": "Machines", "fr": "Machines"}, "fields": [
          {"name": "owner", "kind": "link", "target": "owner", "inverse": "machines",
           "label": {"en": "Owner", "fr": "Propriétaire"}, "use": ["segment"],
           "personal": "none", "steward": "sales", "data_owner": "direction"},
          {"name": "colour", "kind": "choice", "label": {"en": "Colour", "fr": "Couleur"},
           "use": ["segment", "steer"], "personal": "none", "steward": "sales",
           "data_owner": "direction",
           "options": [{"code": "red", "label": {"en": "Red", "fr": "Rouge"}}]}],
        "paths": [{"name": "holder", "path": "owner",
                   "label": {"en": "Holder", "fr": "Détenteur"}}]})"));
  }();
  return schema;
}

TEST(SchemaDescription, IsJsonInTheLanguageAskedFor) {
  const auto json =
      nlohmann::json::parse(DescribeSchema(TestSchema(), SchemaFormat::kJson, Language::kFrench));
  ASSERT_EQ(json["types"].size(), 2u);
  EXPECT_EQ(json["types"][0]["label"], "Propriétaire");
  EXPECT_EQ(json["types"][0]["inverses"][0]["name"], "machines");
  EXPECT_EQ(json["types"][0]["inverses"][0]["label"], "Machines");
  const auto& colour = json["types"][1]["fields"].back();
  EXPECT_EQ(colour["name"], "colour");
  EXPECT_EQ(colour["options"][0]["label"], "Rouge");
  EXPECT_EQ(colour["use"], (std::vector<std::string>{"segment", "steer"}));
  EXPECT_EQ(json["types"][1]["paths"][0]["type"], "owner");
}

TEST(SchemaDescription, IsMarkdownWithATableATypeAndNothingThatBreaksIt) {
  const std::string text = DescribeSchema(TestSchema(), SchemaFormat::kMarkdown, Language::kEnglish,
                                          TestSchema().Find("owner"));
  EXPECT_EQ(text,
            "# Schema\n\n## Owner (`owner`)\n\n"
            "| field | label | kind | use | personal | steward | notes |\n"
            "|---|---|---|---|---|---|---|\n"
            "| `name` | Name \\| full | text | operate | identity | sales | required |\n\n"
            "* `machines`: Machines (machine.owner)\n\n");
}

TEST(SchemaLint, FindsNothingInAWholeSchema) {
  for (const Issue& issue : LintSchema(TestSchema())) {
    ADD_FAILURE() << issue.where << ": " << issue.message;
  }
}

struct Finding {
  const char* name;
  const char* field;  // added to owner
  Severity severity;
  const char* message;
};

void PrintTo(const Finding& c, std::ostream* out) { *out << c.name; }

class SchemaLintFinds : public testing::TestWithParam<Finding> {};

TEST_P(SchemaLintFinds, In) {
  const auto field = ParseFieldDef(GetParam().field);
  ASSERT_TRUE(field.ok()) << field.status();
  const auto schema = TestSchema().WithField(0, *field);
  ASSERT_TRUE(schema.ok()) << schema.status();
  std::string all;
  for (const Issue& issue : LintSchema(*schema)) {
    if (issue.message == GetParam().message && issue.severity == GetParam().severity &&
        issue.where == "owner." + field->name) {
      return;
    }
    all += issue.where + ": " + issue.message + "\n";
  }
  FAIL() << "only:\n" << all;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, SchemaLintFinds,
    testing::Values(
        Finding{"NoFrench", R"({"name": "a", "label": {"en": "A"}})", Severity::kWarning,
                "no French label"},
        Finding{"NoUse", R"({"name": "a"})", Severity::kWarning,
                "no use: a field nobody needs should not be filled"},
        Finding{"NoSteward", R"({"name": "a"})", Severity::kWarning, "no data steward"},
        Finding{"NoClass", R"({"name": "a"})", Severity::kWarning, "no personal-data class"},
        Finding{"NoPurpose", R"({"name": "a", "personal": "profile"})", Severity::kWarning,
                "personal data without a purpose"},
        Finding{"NoRetention", R"({"name": "a", "personal": "profile"})", Severity::kWarning,
                "personal data without a retention"},
        Finding{"NoInverse", R"({"name": "a", "kind": "link", "target": "machine"})",
                Severity::kInfo, "the link has no inverse"},
        Finding{"SameLabel", R"({"name": "a", "label": {"en": "A", "fr": "Nom"}})",
                Severity::kWarning, "the label \"Nom\" is also that of name"},
        Finding{"NoOptions", R"({"name": "a", "kind": "choice"})", Severity::kWarning,
                "a choice without options"},
        Finding{"CodeTwice",
                R"({"name": "a", "kind": "choice", "options": [{"code": "x"}, {"code": "x"}]})",
                Severity::kError, "the code \"x\" stands twice"},
        Finding{"WrongInitialFlag", R"({"name": "a", "kind": "bool", "initial": "yes"})",
                Severity::kError, "\"yes\" cannot be its initial value"},
        Finding{"WrongInitialCode",
                R"({"name": "a", "kind": "choice", "initial": "y", "options": [{"code": "x"}]})",
                Severity::kError, "\"y\" cannot be its initial value"},
        Finding{"ReservedWord", R"({"name": "package"})", Severity::kError,
                "expressions cannot say \"package\""}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(SchemaLint, SaysWhoStillReadsADeprecatedField) {
  const Schema schema = *TestSchema().WithFieldState(0, 0, FieldState::kDeprecated);
  const FieldReader readers[] = {{0, 0, "segment ripe"}};
  std::vector<std::string> told;
  for (const Issue& issue : LintSchema(schema, readers)) told.push_back(issue.message);
  EXPECT_EQ(told, (std::vector<std::string>{
                      "the field is deprecated and still read by segment ripe",
                      "the field is deprecated and still read by the title of its type"}));
}

}  // namespace
}  // namespace relata

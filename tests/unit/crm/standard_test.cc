// SPDX-License-Identifier: Apache-2.0
#include "relata/crm/standard.h"

#include <gtest/gtest.h>

#include <iterator>
#include <map>
#include <string>

#include "relata/crm/schema.h"
#include "relata/model/schema_report.h"

namespace relata {
namespace {

TEST(StandardSchema, HoldsEveryDeclaredType) {
  ASSERT_TRUE(Schema().WithTypes(crm::kStandardTypes).ok());
  EXPECT_EQ(StandardSchema().types().size(), std::size(crm::kStandardTypes));
}

TEST(StandardSchema, NamesTypesAfterTheirStructs) {
  EXPECT_EQ(TypeNameOf<crm::ContactPoint>(), "contact_point");
  EXPECT_EQ(StandardSchema().type(StandardSchema().IdOf(crm::account)).name, "account");
}

TEST(StandardSchema, CallsTheSameFactAboutALeadByTheSameName) {
  const Schema& schema = StandardSchema();
  const TypeId lead = schema.IdOf(crm::lead);
  const TypeDef* about_lead = schema.FindEvent("form_sent", lead);
  ASSERT_NE(about_lead, nullptr);
  EXPECT_EQ(about_lead->name, "lead_form_sent");
  EXPECT_EQ(about_lead, schema.FindEvent("lead_form_sent", lead));
  EXPECT_EQ(schema.FindEvent("form_sent", schema.IdOf(crm::contact))->name, "form_sent");
  EXPECT_EQ(schema.FindEvent("form_sent", schema.IdOf(crm::account)), nullptr);
  EXPECT_EQ(schema.FindEvent("lead_form_sent", schema.IdOf(crm::contact)), nullptr);
  for (const FieldDef& field : schema.Find("form_sent")->fields) {
    EXPECT_NE(about_lead->FindField(field.name), nullptr) << field.name;
  }
}

TEST(StandardSchema, GivesEachHandleItsField) {
  const Schema& schema = StandardSchema();
  const TypeId contact = schema.IdOf(crm::contact);
  const FieldDef* email =
      schema.type(contact).field(schema.FieldAt(contact, crm::contact.email.place()));
  ASSERT_NE(email, nullptr);
  EXPECT_EQ(email->name, "email");
  EXPECT_EQ(email->personal, Personal::kContact);
}

TEST(StandardSchema, SpeaksEnglishAndFrenchEverywhere) {
  for (const TypeDef* type : StandardSchema().types()) {
    EXPECT_FALSE(type->label.en.empty() || type->label.fr.empty()) << type->name;
    EXPECT_FALSE(type->plural_label.en.empty() || type->plural_label.fr.empty()) << type->name;
    EXPECT_FALSE(type->help.en.empty() || type->help.fr.empty()) << type->name;
    for (const FieldDef& field : type->fields) {
      const std::string name = type->name + "." + field.name;
      EXPECT_FALSE(field.label.en.empty() || field.label.fr.empty()) << name;
      EXPECT_EQ(field.help.en.empty(), field.help.fr.empty()) << name;
      for (const PicklistEntry& entry : field.options) {
        EXPECT_FALSE(entry.label.en.empty() || entry.label.fr.empty()) << name << entry.code;
      }
    }
  }
}

TEST(StandardSchema, SaysForEveryFieldWhatItIsForAndWhoAnswers) {
  for (const TypeDef* type : StandardSchema().types()) {
    for (const FieldDef& field : type->fields) {
      const std::string name = type->name + "." + field.name;
      EXPECT_NE(field.use, Use::kAsType) << name;
      EXPECT_NE(field.personal, Personal::kAsType) << name;
      EXPECT_FALSE(field.steward.empty()) << name;
      EXPECT_FALSE(field.data_owner.empty()) << name;
      if (field.personal != Personal::kNone) {
        EXPECT_FALSE(field.purposes.empty()) << name;
      }
    }
  }
}

TEST(StandardSchema, PassesItsOwnLint) {
  for (const Issue& issue : LintSchema(StandardSchema())) {
    ADD_FAILURE() << issue.where << ": " << issue.message;
  }
}

TEST(StandardSchema, GivesEveryLinkAnInverse) {
  for (const TypeDef* type : StandardSchema().types()) {
    for (const FieldDef& field : type->fields) {
      if (!field.is_link()) continue;
      const Member* other = StandardSchema().type(field.target).Find(field.inverse);
      ASSERT_NE(other, nullptr) << type->name << "." << field.name;
      EXPECT_EQ(other->kind, Member::Kind::kInverse);
    }
  }
}

TEST(StandardSchema, LeavesNoDoubtWhichOptionALabelMeans) {
  for (const TypeDef* type : StandardSchema().types()) {
    for (const FieldDef& field : type->fields) {
      std::map<std::string, std::string> codes;
      for (const PicklistEntry& entry : field.options) {
        for (const std::string& words : entry.words) {
          const auto [at, added] = codes.emplace(words, entry.code);
          EXPECT_EQ(at->second, entry.code) << type->name << "." << field.name << ": " << words;
        }
      }
    }
  }
}

TEST(StandardSchema, LeadsAlongItsPaths) {
  const TypeDef& contact = *StandardSchema().Find("contact");
  const Member* bought = contact.Find("products_bought");
  ASSERT_NE(bought, nullptr);
  const PathDef& path = contact.paths[bought->index];
  EXPECT_TRUE(path.many);
  ASSERT_EQ(path.steps.size(), 3u);
  EXPECT_TRUE(path.steps[0].backward);
  EXPECT_EQ(StandardSchema().type(path.steps[0].to).name, "order");
  EXPECT_FALSE(path.steps[2].backward);
  EXPECT_EQ(StandardSchema().type(path.target).name, "product");

  const TypeDef& account = *StandardSchema().Find("account");
  const PathDef& ancestors = account.paths[account.Find("ancestors")->index];
  ASSERT_EQ(ancestors.steps.size(), 1u);
  EXPECT_TRUE(ancestors.steps[0].closure);
  EXPECT_FALSE(ancestors.steps[0].backward);
}

TEST(StandardSchema, MakesEveryEventAboutARecord) {
  const TypeDef* view = StandardSchema().Find("page_view");
  ASSERT_NE(view, nullptr);
  EXPECT_TRUE(view->event);
  EXPECT_EQ(StandardSchema().type(view->subject).name, "contact");
  EXPECT_EQ(view->FindField("at")->id, kAtField);
  EXPECT_EQ(view->FindField("subject")->target, view->subject);
  EXPECT_EQ(view->FindField("id"), nullptr);
}

TEST(TypedFields, CarryTheirValue) {
  const Set<crm::Account> name{crm::account.name, "Acme SAS"};
  EXPECT_EQ(name.value.text(), "Acme SAS");
  const Set<crm::Account> headcount{crm::account.headcount, 12};
  EXPECT_EQ(headcount.value.int_value(), 12);
  const Set<crm::Contact> interests{crm::contact.interests, {"press", "paint"}};
  EXPECT_EQ(interests.value.list().size(), 2u);
  const Set<crm::Contact> employer{crm::contact.account, Id<crm::Account>{{3, 7}}};
  EXPECT_EQ(employer.value.record().row, 7);
}

}  // namespace
}  // namespace relata

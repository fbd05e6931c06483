// SPDX-License-Identifier: Apache-2.0

#include "relata/access/role.h"

#include <gtest/gtest.h>

#include "relata/crm/schema.h"

namespace relata {
namespace {

const Schema& Standard() { return StandardSchema(); }
TypeId TypeOf(std::string_view name) { return Standard().Find(name)->id; }
FieldId FieldOf(std::string_view type, std::string_view name) {
  return Standard().FindField(type, name)->id;
}

Permissions PermissionsOf(std::string_view body) {
  absl::StatusOr<Role> role = Role::Parse("service", body, Standard());
  EXPECT_TRUE(role.ok()) << role.status();
  return role.ok() ? Permissions::Of(*std::move(role)) : Permissions::None();
}

TEST(Role, ATypeThatIsNotNamedIsClosedUnlessTheStarOpensIt) {
  const Permissions closed = PermissionsOf(R"({"types": {"ticket": "write"}})");
  EXPECT_TRUE(closed.MayRead(TypeOf("ticket")));
  EXPECT_FALSE(closed.MayRead(TypeOf("account")));
  const Permissions open = PermissionsOf(R"({"types": {"*": "read", "ticket": "none"}})");
  EXPECT_TRUE(open.MayRead(TypeOf("account")));
  EXPECT_FALSE(open.MayRead(TypeOf("ticket")));
}

TEST(Role, AHiddenFieldIsNeitherReadNorWritten) {
  const Permissions p =
      PermissionsOf(R"({"types": {"contact": {"access": "write", "hidden": ["email"]}}})");
  const TypeId contact = TypeOf("contact");
  EXPECT_FALSE(p.MayRead(contact, FieldOf("contact", "email")));
  EXPECT_FALSE(p.MayWrite(contact, FieldOf("contact", "email")));
  EXPECT_TRUE(p.MayWrite(contact, FieldOf("contact", "family_name")));
}

TEST(Role, ReadingIsNotWriting) {
  const Permissions p = PermissionsOf(R"({"types": {"*": "read"}})");
  EXPECT_TRUE(p.MayRead(TypeOf("contact"), FieldOf("contact", "email")));
  EXPECT_FALSE(p.MayWrite(TypeOf("contact"), FieldOf("contact", "email")));
}

TEST(Role, OnlyTheRightToExportLetsContactPointsLeave) {
  EXPECT_TRUE(Permissions::All().MayExport());
  EXPECT_FALSE(Permissions::None().MayExport());
  EXPECT_FALSE(PermissionsOf(R"({"types": {"*": "write"}})").MayExport());
  EXPECT_TRUE(PermissionsOf(R"({"types": {"*": "read"}, "rights": ["export"]})").MayExport());
}

TEST(Role, WhatIsWrongIsNamed) {
  struct Case {
    const char* name;
    const char* body;
    const char* says;
  };
  const Case cases[] = {
      {"not JSON", "{", "JSON object"},
      {"no types", "{}", "types"},
      {"unknown level", R"({"types": {"contact": "all"}})", "contact"},
      {"unknown type", R"({"types": {"robot": "read"}})", "robot"},
      {"unknown field", R"({"types": {"contact": {"hidden": ["tail"]}}})", "tail"},
      {"unknown right", R"({"types": {}, "rights": ["fly"]})", "fly"},
      {"hidden is no list", R"({"types": {"contact": {"hidden": 1}}})", "hidden"},
  };
  for (const Case& c : cases) {
    const absl::Status status = Role::Parse("r", c.body, Standard()).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << c.name;
    EXPECT_NE(Message(status).find(c.says), std::string_view::npos) << c.name << ": " << status;
  }
}

}  // namespace
}  // namespace relata

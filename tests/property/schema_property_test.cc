// SPDX-License-Identifier: Apache-2.0
//
// Schemas grown at random: whatever is added, retired or described anew, numbers keep their
// meaning, and what a database keeps gives back the same schema.

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>

#include "relata/crm/schema.h"
#include "relata/model/schema.h"
#include "support/support.h"

namespace relata {
namespace {

class Grower {
 public:
  explicit Grower(uint64_t seed) : random_(seed) {}

  // One random step; a refused one leaves the schema as it is.
  Schema Step(const Schema& schema) {
    const auto type = static_cast<TypeId>(Below(schema.types().size()));
    const TypeDef& def = schema.type(type);
    absl::StatusOr<Schema> next = schema;
    switch (Below(6)) {
      case 0:
        next = schema.WithType(NewType(schema));
        break;
      case 1:
      case 2:
        next = schema.WithField(type, NewField(schema));
        break;
      case 3:
        if (def.fields.empty()) break;
        next = schema.WithFieldState(type, static_cast<FieldId>(Below(def.fields.size())),
                                     static_cast<FieldState>(Below(4)));
        break;
      case 4: {
        if (def.fields.empty()) break;
        const auto field = static_cast<FieldId>(Below(def.fields.size()));
        FieldDef card = def.fields[field];
        card.steward = NewName();
        next = schema.WithCard(type, field, std::move(card));
        break;
      }
      default:
        next = schema.WithPath(type, NewPath(def));
    }
    return next.ok() ? *std::move(next) : schema;
  }

 private:
  size_t Below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }
  // Few names, so that many are taken.
  std::string NewName() { return std::string(1, static_cast<char>('a' + Below(26))); }

  FieldDef NewField(const Schema& schema) {
    FieldDef field;
    field.name = NewName() + NewName();
    field.kind = static_cast<FieldKind>(Below(11));
    field.required = Below(4) == 0;
    if (field.kind == FieldKind::kChoice) field.options = {{NewName(), {}, {}}};
    if (!field.is_link()) return field;
    field.target_name = schema.type(static_cast<TypeId>(Below(schema.types().size()))).name;
    if (Below(2) == 0) field.inverse = NewName() + NewName();
    return field;
  }
  TypeDef NewType(const Schema& schema) {
    TypeDef type;
    type.name = NewName() + "_type";
    if (Below(3) == 0) type.subject_name = "contact";
    for (size_t n = Below(4); n > 0; --n) type.fields.push_back(NewField(schema));
    return type;
  }
  PathDef NewPath(const TypeDef& type) {
    PathDef path;
    path.name = NewName() + NewName();
    if (!type.inverses.empty()) path.path = type.inverses[Below(type.inverses.size())].name;
    for (const FieldDef& field : type.fields) {
      if (field.is_link() && Below(3) == 0) path.path = field.name + (Below(2) == 0 ? "+" : "");
    }
    return path;
  }

  std::mt19937_64 random_;
};

void ExpectSame(const Schema& a, const Schema& b) {
  ASSERT_EQ(a.types().size(), b.types().size());
  for (const TypeDef* type : a.types()) {
    const TypeDef& other = b.type(type->id);
    ASSERT_EQ(type->fields.size(), other.fields.size()) << type->name;
    for (const FieldDef& field : type->fields) {
      EXPECT_TRUE(field == other.fields[field.id])
          << type->name << "." << field.name << " " << FieldStateName(field.state)
          << (field.custom ? " custom" : "") << (field.edited ? " edited" : "");
    }
    EXPECT_TRUE(type->paths == other.paths) << type->name;
    EXPECT_EQ(type->names.size(), other.names.size()) << type->name;
    for (const auto& [name, member] : type->names) {
      const Member* same = other.Find(name);
      ASSERT_NE(same, nullptr) << type->name << "." << name;
      EXPECT_EQ(same->kind, member.kind) << type->name << "." << name;
    }
  }
}

TEST(SchemaProperty, GrowsWithoutChangingWhatANumberMeansAndIsKeptWhole) {
  Grower grower(testing::Seed(20'261'122));
  Schema schema = StandardSchema();
  for (int step = 1; step <= 1'500; ++step) {
    const Schema next = grower.Step(schema);
    const absl::Status extends = CheckExtends(schema, next);
    ASSERT_TRUE(extends.ok()) << "step " << step << ": " << extends;
    schema = next;
    if (step % 100 != 0) continue;
    const auto restored = RestoreCatalogue(SaveCatalogue(schema), StandardSchema());
    ASSERT_TRUE(restored.ok()) << "step " << step << ": " << restored.status();
    ASSERT_NO_FATAL_FAILURE(ExpectSame(schema, *restored)) << "step " << step;
    ASSERT_EQ(SaveCatalogue(*restored), SaveCatalogue(schema)) << "step " << step;
  }
}

}  // namespace
}  // namespace relata

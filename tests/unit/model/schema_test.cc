// SPDX-License-Identifier: Apache-2.0
#include "relata/model/schema.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "relata/model/type.h"

namespace relata {
namespace {

constexpr Option kColours[] = {{"red", {"Red", "Rouge"}}, {"blue", {"Blue", "Bleu"}}};

struct Owner : Type<Owner> {
  constexpr Owner()
      : Type({.label = {"Owner", "Propriétaire"},
              .plural = {"Owners", "Propriétaires"},
              .title = "name",
              .use = Use::kOperate,
              .steward = "sales",
              .purposes = "service marketing"}) {}
  Text name{*this, "name", {.label = {"Name", "Nom"}, .required = true}};
  Link<Owner> parent{*this, "parent", {.label = {"Parent", "Parent"}, .inverse = "children"}};
  Path ancestors{*this, "ancestors", "parent+", {"Ancestors", "Ancêtres"}};
  Path fleet{*this, "fleet", "children.machines", {"Machines below", "Machines en dessous"}};
};
constexpr Owner owner{};

struct Machine : Type<Machine> {
  constexpr Machine() : Type({.label = {"Machine", "Machine"}, .steward = "service"}) {}
  Text code{*this, "code", {.label = {"Code", "Code"}, .use = Use::kSteer, .unique = true}};
  Choice colour{*this, "colour", kColours, {.label = {"Colour", "Couleur"}}};
  Link<Owner> owner{*this, "owner", {.label = {"Owner", "Propriétaire"}, .inverse = "machines"}};
};
constexpr Machine machine{};

struct Breakdown : EventType<Breakdown, Machine> {
  constexpr Breakdown() : EventType({.label = {"Breakdown", "Panne"}}) {}
  Text cause{*this, "cause", {.label = {"Cause", "Cause"}}};
};
constexpr Breakdown breakdown{};

constexpr TypeSpec kTypes[] = {SpecOf(owner), SpecOf(machine), SpecOf(breakdown)};

const Schema& Declared() {
  static const Schema schema = *Schema().WithTypes(kTypes);
  return schema;
}

FieldDef TextField(std::string name) {
  FieldDef field;
  field.name = std::move(name);
  return field;
}

TEST(Schema, CompletesAFieldsCardFromItsType) {
  const FieldDef* name = Declared().FindField("owner", "name");
  ASSERT_NE(name, nullptr);
  EXPECT_EQ(name->use, Use::kOperate);
  EXPECT_EQ(name->steward, "sales");
  EXPECT_EQ(name->purposes, (std::vector<std::string>{"service", "marketing"}));
  EXPECT_EQ(Declared().FindField("machine", "code")->use, Use::kSteer);
}

TEST(Schema, ResolvesNamesOfEveryKind) {
  const Schema schema = Declared();
  const TypeDef& type = *schema.Find("owner");
  EXPECT_EQ(type.Find("parent")->kind, Member::Kind::kField);
  EXPECT_EQ(type.Find("machines")->kind, Member::Kind::kInverse);
  EXPECT_EQ(type.inverses[type.Find("machines")->index].from, schema.IdOf(machine));
  EXPECT_EQ(type.Find("ancestors")->kind, Member::Kind::kPath);
  EXPECT_EQ(type.FindField("created_at")->id, kCreatedAtField);
  EXPECT_EQ(type.Find("nothing"), nullptr);
  EXPECT_EQ(type.plural, "owners");
  EXPECT_EQ(schema.Find("nothing"), nullptr);
}

TEST(Schema, GivesPathsTheirSteps) {
  const TypeDef& type = *Declared().Find("owner");
  const PathDef& fleet = type.paths[type.Find("fleet")->index];
  ASSERT_EQ(fleet.steps.size(), 2u);
  EXPECT_EQ(fleet.steps[0], (PathStep{0, 0, owner.parent.place(), true, false}));
  EXPECT_EQ(fleet.steps[1], (PathStep{0, 1, machine.owner.place(), true, false}));
}

TEST(Schema, TakesATypeAtRunTime) {
  auto type = ParseTypeDef(R"({"name": "visit", "label": {"en": "Visit", "fr": "Visite"},
      "title": ["purpose"], "fields": [
        {"name": "purpose", "use": ["steer", "segment"], "personal": "profile"},
        {"name": "machine", "kind": "link", "target": "machine", "inverse": "visits"},
        {"name": "result", "kind": "choice", "options": [{"code": "good", "label": "Good"}]}],
      "paths": [{"name": "machine_owner", "path": "machine.owner"}]})");
  ASSERT_TRUE(type.ok()) << type.status();
  const Schema before = Declared();
  auto after = before.WithType(*type);
  ASSERT_TRUE(after.ok()) << after.status();
  const TypeDef* visit = after->Find("visit");
  ASSERT_NE(visit, nullptr);
  EXPECT_EQ(visit->id, 3);
  EXPECT_TRUE(visit->custom);
  EXPECT_EQ(visit->FindField("purpose")->use, Use::kSteer | Use::kSegment);
  EXPECT_EQ(visit->FindField("result")->options[0].label.fr, "Good");
  EXPECT_FALSE(visit->paths[0].many);
  EXPECT_EQ(visit->paths[0].target, after->IdOf(owner));
  EXPECT_NE(after->Find("machine")->Find("visits"), nullptr);
  // The schema it was made from is as it was, and what did not change is shared.
  EXPECT_EQ(before.Find("visit"), nullptr);
  EXPECT_EQ(before.Find("machine")->Find("visits"), nullptr);
  EXPECT_EQ(before.Find("owner"), after->Find("owner"));
}

TEST(Schema, TakesAFieldAtRunTime) {
  auto schema = Declared().WithField(0, TextField("nickname"));
  ASSERT_TRUE(schema.ok());
  const FieldDef* field = schema->FindField("owner", "nickname");
  ASSERT_NE(field, nullptr);
  EXPECT_EQ(field->id, 2);
  EXPECT_TRUE(field->custom);
  EXPECT_EQ(field->label.fr, "nickname");
}

struct Refusal {
  const char* name;
  const char* json;
  absl::StatusCode code;
};

void PrintTo(const Refusal& c, std::ostream* out) { *out << c.name; }

class SchemaRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(SchemaRefuses, Type) {
  auto type = ParseTypeDef(GetParam().json);
  absl::Status status = type.status();
  if (type.ok()) status = Declared().WithType(*type).status();
  EXPECT_EQ(status.code(), GetParam().code) << status;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, SchemaRefuses,
    testing::Values(
        Refusal{"TakenType", R"({"name": "owner"})", absl::StatusCode::kAlreadyExists},
        Refusal{"TakenField", R"({"name": "t", "fields": [{"name": "a"}, {"name": "a"}]})",
                absl::StatusCode::kAlreadyExists},
        Refusal{"ImplicitField", R"({"name": "t", "fields": [{"name": "id"}]})",
                absl::StatusCode::kAlreadyExists},
        Refusal{"TakenInverse",
                R"({"name": "t", "fields": [{"name": "o", "kind": "link", "target": "owner",
                    "inverse": "machines"}]})",
                absl::StatusCode::kAlreadyExists},
        Refusal{"MalformedName", R"({"name": "My type"})", absl::StatusCode::kInvalidArgument},
        Refusal{"UnknownTarget",
                R"({"name": "t", "fields": [{"name": "o", "kind": "link", "target": "?"}]})",
                absl::StatusCode::kInvalidArgument},
        Refusal{"LinkToEvent",
                R"({"name": "t", "fields": [{"name": "o", "kind": "link",
                    "target": "breakdown"}]})",
                absl::StatusCode::kInvalidArgument},
        Refusal{"UnknownSubject", R"({"name": "t", "subject": "?"})",
                absl::StatusCode::kInvalidArgument},
        Refusal{"UnknownKind", R"({"name": "t", "fields": [{"name": "a", "kind": "blob"}]})",
                absl::StatusCode::kInvalidArgument},
        Refusal{"UnknownMember", R"({"name": "t", "colour": "red"})",
                absl::StatusCode::kInvalidArgument},
        Refusal{"PathOverText",
                R"({"name": "t", "fields": [{"name": "a"}], "paths": [{"name": "p",
                    "path": "a"}]})",
                absl::StatusCode::kInvalidArgument},
        Refusal{"PathOverItself",
                R"({"name": "t", "paths": [{"name": "p", "path": "q"}, {"name": "q",
                    "path": "p"}]})",
                absl::StatusCode::kInvalidArgument},
        Refusal{"RepeatedLinkElsewhere",
                R"({"name": "t", "fields": [{"name": "o", "kind": "link", "target": "owner"}],
                    "paths": [{"name": "p", "path": "o+"}]})",
                absl::StatusCode::kInvalidArgument},
        Refusal{"NoJson", "{", absl::StatusCode::kInvalidArgument}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(StrictSchema, RefusesAFieldWithoutUseAndDataOwner) {
  const Schema strict = Declared().WithStrict(true);
  FieldDef field = TextField("nickname");
  EXPECT_TRUE(absl::IsFailedPrecondition(strict.WithField(0, field).status()));
  field.use = Use::kPersonalise;
  EXPECT_TRUE(absl::IsFailedPrecondition(strict.WithField(0, field).status()));
  field.data_owner = "marketing";
  EXPECT_TRUE(strict.WithField(0, field).ok());
}

TEST(Schema, KeepsTheIdOfARemovedField) {
  Schema schema = *Declared().WithField(0, TextField("nickname"));
  schema = *schema.WithFieldState(0, 2, FieldState::kRemoved);
  EXPECT_EQ(schema.FindField("owner", "nickname"), nullptr);
  EXPECT_EQ(schema.type(0).field(2)->state, FieldState::kRemoved);
  schema = *schema.WithField(0, TextField("nickname"));
  EXPECT_EQ(schema.FindField("owner", "nickname")->id, 3);
  EXPECT_TRUE(
      absl::IsFailedPrecondition(schema.WithFieldState(0, 2, FieldState::kActive).status()));
}

TEST(Schema, RemovesALinkFromBothSidesUnlessAPathNeedsIt) {
  const Schema schema = Declared();
  EXPECT_TRUE(absl::IsFailedPrecondition(
      schema.WithFieldState(1, machine.owner.place(), FieldState::kRemoved).status()));
  FieldDef link = TextField("keeper");
  link.kind = FieldKind::kLink;
  link.target_name = "owner";
  link.inverse = "kept";
  Schema linked = *schema.WithField(1, link);
  ASSERT_NE(linked.Find("owner")->Find("kept"), nullptr);
  linked = *linked.WithFieldState(1, 3, FieldState::kRemoved);
  EXPECT_EQ(linked.Find("owner")->Find("kept"), nullptr);
}

TEST(Extension, TakesTypesThatLinkToOneAnotherFromOneDocument) {
  const auto schema = ExtendSchema(Declared(), R"({
      "types": [
        {"name": "line", "fields": [
          {"name": "site", "kind": "link", "target": "site", "inverse": "lines"}]},
        {"name": "site", "fields": [
          {"name": "main_line", "kind": "link", "target": "line", "inverse": "main_of"}]}],
      "fields": {"machine": [{"name": "line", "kind": "link", "target": "line",
                              "inverse": "machines"}]},
      "paths": {"site": [{"name": "machines", "path": "lines.machines"}]}})");
  ASSERT_TRUE(schema.ok()) << schema.status();
  EXPECT_EQ(schema->Find("site")->paths[0].target, schema->Find("machine")->id);
  EXPECT_TRUE(schema->FindField("machine", "line")->custom);
  EXPECT_TRUE(CheckExtends(Declared(), *schema).ok());
  const auto restored = RestoreCatalogue(SaveCatalogue(*schema), Declared());
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->Find("site")->paths, schema->Find("site")->paths);
}

TEST(Extension, RetiresFieldsByName) {
  const auto schema =
      ExtendSchema(Declared(), R"({"states": {"machine": {"code": "deprecated"}}})");
  ASSERT_TRUE(schema.ok()) << schema.status();
  EXPECT_EQ(schema->FindField("machine", "code")->state, FieldState::kDeprecated);
}

TEST(Extension, NamesWhatIsWrongWithADocument) {
  struct {
    const char* json;
    absl::StatusCode code;
  } const cases[] = {
      {R"({"fields": {"nothing": [{"name": "a"}]}})", absl::StatusCode::kNotFound},
      {R"({"types": {}})", absl::StatusCode::kInvalidArgument},
      {R"({"kinds": []})", absl::StatusCode::kInvalidArgument},
      {R"({"strict": true, "fields": {"owner": [{"name": "a"}]}})",
       absl::StatusCode::kFailedPrecondition},
      {R"({"fields": {"owner": [{"name": "name"}]}})", absl::StatusCode::kAlreadyExists},
      {R"({"states": {"owner": {"nothing": "draft"}}})", absl::StatusCode::kNotFound},
      {R"({"states": {"owner": {"name": "asleep"}}})", absl::StatusCode::kInvalidArgument},
      {R"({"states": {"owner": {"id": "draft"}}})", absl::StatusCode::kNotFound},
      {R"([])", absl::StatusCode::kInvalidArgument},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(ExtendSchema(Declared(), c.json).status().code(), c.code) << c.json;
  }
}

TEST(Extension, AddsAndRetiresButNeverChangesWhatANumberMeans) {
  const Schema one = *Declared().WithField(0, TextField("nickname"));
  const Schema other = *Declared().WithField(0, TextField("surname"));
  const Schema removed = *one.WithFieldState(0, 2, FieldState::kRemoved);
  EXPECT_TRUE(CheckExtends(Declared(), one).ok());
  EXPECT_TRUE(CheckExtends(one, removed).ok());
  EXPECT_TRUE(CheckExtends(one, one.WithStrict(true)).ok());
  EXPECT_TRUE(absl::IsInvalidArgument(CheckExtends(one, Declared())));
  EXPECT_TRUE(absl::IsInvalidArgument(CheckExtends(one, other)));
  EXPECT_TRUE(absl::IsInvalidArgument(CheckExtends(removed, one)));
  EXPECT_TRUE(absl::IsInvalidArgument(CheckExtends(one, Schema())));
}

TEST(Catalogue, GivesBackTheSameSchema) {
  Schema schema = *Declared().WithField(0, TextField("nickname"));
  schema = *schema.WithField(0, TextField("gone"));
  schema = *schema.WithFieldState(0, 3, FieldState::kRemoved);
  schema = *schema.WithType(*ParseTypeDef(R"({"name": "visit", "fields": [
      {"name": "machine", "kind": "link", "target": "machine", "inverse": "visits"}]})"));
  FieldDef card = *schema.FindField("owner", "name");
  card.steward = "direction";
  schema = schema.WithCard(0, 0, card)->WithStrict(true);

  auto restored = RestoreCatalogue(SaveCatalogue(schema), Declared());
  ASSERT_TRUE(restored.ok()) << restored.status();
  ASSERT_EQ(restored->types().size(), schema.types().size());
  EXPECT_TRUE(restored->strict());
  for (const TypeDef* type : schema.types()) {
    const TypeDef& other = restored->type(type->id);
    EXPECT_EQ(other.name, type->name);
    EXPECT_EQ(other.fields, type->fields) << type->name;
    EXPECT_EQ(other.paths, type->paths) << type->name;
    EXPECT_EQ(other.places, type->places) << type->name;
  }
  EXPECT_EQ(SaveCatalogue(*restored), SaveCatalogue(schema));
}

TEST(Catalogue, SharesTheDeclaredSchemaWhenNothingWasAdded) {
  const auto restored = RestoreCatalogue(SaveCatalogue(Declared()), Declared());
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->Find("owner"), Declared().Find("owner"));
}

namespace later {

// The same nouns in a later program: a field before the others, a new type first.
struct Site : Type<Site> {
  constexpr Site() : Type({.label = {"Site", "Site"}}) {}
  Text city{*this, "city", {.label = {"City", "Ville"}}};
};
constexpr Site site{};
struct Owner : Type<Owner> {
  constexpr Owner() : Type({.label = {"Holder", "Détenteur"}}) {}
  Text code{*this, "code", {.label = {"Code", "Code"}}};
  Text name{*this, "name", {.label = {"Full name", "Nom complet"}}};
};
constexpr Owner owner{};
constexpr TypeSpec kTypes[] = {SpecOf(site), SpecOf(owner)};

}  // namespace later

TEST(Catalogue, KeepsIdsWhenTheProgramDeclaresMore) {
  const Schema declared = *Schema().WithTypes(later::kTypes);
  const Schema schema = *RestoreCatalogue(SaveCatalogue(Declared()), declared);
  EXPECT_EQ(schema.Find("owner")->id, 0);
  EXPECT_EQ(schema.Find("site")->id, 3);
  EXPECT_EQ(schema.FindField("owner", "name")->id, 0);
  EXPECT_EQ(schema.FindField("owner", "name")->label.en, "Full name");
  EXPECT_EQ(schema.FindField("owner", "parent")->id, 1);
  EXPECT_EQ(schema.FindField("owner", "code")->id, 2);
  // Handles of the later declaration find the stored numbers.
  EXPECT_EQ(later::owner.name.place(), 1);
  EXPECT_EQ(schema.FieldAt(0, later::owner.name.place()), 0);
  EXPECT_EQ(schema.FieldAt(0, later::owner.code.place()), 2);
}

TEST(Catalogue, KeepsAFieldAddedHereBeforeTheProgramDeclaredOneOfThatName) {
  FieldDef code = TextField("code");
  code.steward = "our own";
  const Schema before = *Declared().WithField(0, code);
  const Schema declared = *Schema().WithTypes(later::kTypes);
  const Schema schema = *RestoreCatalogue(SaveCatalogue(before), declared);
  EXPECT_EQ(schema.FindField("owner", "code")->id, 2);
  EXPECT_EQ(schema.FindField("owner", "code")->steward, "our own");
  EXPECT_EQ(schema.FieldAt(0, later::owner.code.place()), 2);
}

TEST(Catalogue, RefusesWhatIsNoCatalogue) {
  EXPECT_TRUE(absl::IsDataLoss(RestoreCatalogue("{}", Declared()).status()));
  EXPECT_TRUE(absl::IsDataLoss(RestoreCatalogue("garbage", Declared()).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(
      RestoreCatalogue(
          R"({"version": 1, "types": [{"name": "owner", "fields": [{"name": "name",
              "kind": "int"}]}]})",
          Declared())
          .status()));
}

}  // namespace
}  // namespace relata

// SPDX-License-Identifier: Apache-2.0
//
// The schema a database works with: which types there are, which fields they have, how they are
// linked and what every field is for.
//
// It is built from declared types (model/type.h, the standard ones in crm/standard.h) and extended
// at run time; a type or field added at run time is like any other everywhere. Ids are places:
// a type's place in the schema and a field's place in its type. They never change and are never
// used again, so stored data, definitions and columns refer to them; names are for people and text.
//
// Every record also has `id`, `created_at` and `updated_at`, every event `at` and `subject`. They
// are found by name like fields, under reserved ids, and the engine fills them. Links are declared
// once, on the side that holds them; the other side sees the link's *inverse*
// (`contact.account` gives `account.contacts`). *Paths* name chains of links (`products_bought`).
// Fields, inverses and paths of a type share one set of names.
//
// A Schema is an immutable value: extending one gives another, and what did not change is shared.
// Copying is cheap, and any thread may read. Pointers and references into a schema live as long as
// any copy of it.

#ifndef RELATA_MODEL_SCHEMA_H_
#define RELATA_MODEL_SCHEMA_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "relata/base/id.h"
#include "relata/base/language.h"
#include "relata/model/type.h"

namespace relata {

// The same text in two languages. Reading one that is empty gives the other.
struct LocalText {
  std::string en;
  std::string fr;

  const std::string& In(Language language) const {
    const bool french = language == Language::kFrench;
    return (french ? fr : en).empty() ? (french ? en : fr) : (french ? fr : en);
  }
  bool empty() const { return en.empty() && fr.empty(); }
  friend bool operator==(const LocalText&, const LocalText&) = default;
};

// Reserved field ids, above every declared one.
inline constexpr FieldId kMaxDeclaredField = 0xfeff;
inline constexpr FieldId kIdField = 0xff00;         // text: the public id
inline constexpr FieldId kCreatedAtField = 0xff01;  // timestamp
inline constexpr FieldId kUpdatedAtField = 0xff02;  // timestamp
inline constexpr FieldId kAtField = 0xff03;         // timestamp, events
inline constexpr FieldId kSubjectField = 0xff04;    // link, events

// `words` are the code and labels folded for matching what people write; the schema fills them.
struct PicklistEntry {
  std::string code;
  LocalText label;
  std::vector<std::string> words;
  friend bool operator==(const PicklistEntry&, const PicklistEntry&) = default;
};

// A field with its card. The words are explained at Card (model/type.h); what a card left out has
// been taken from its type here. `use` or `personal` still kAsType means that nobody has said.
struct FieldDef {
  FieldId id = kNoField;
  std::string name;
  FieldKind kind = FieldKind::kText;
  std::string target_name;  // links: the type pointed to, by name and by id
  TypeId target = kNoType;
  std::string inverse;
  std::vector<PicklistEntry> options;
  LocalText label;
  LocalText help;
  LocalText group;
  int order = 0;  // in forms
  Use use = Use::kAsType;
  Personal personal = Personal::kAsType;
  bool required = false;
  bool unique = false;
  bool free_text = false;
  bool open = false;
  std::string initial;
  std::string filled_by;
  std::string kept_current;
  int max_age_days = 0;
  std::string data_owner;
  std::string steward;
  std::vector<std::string> purposes;  // empty: the field is not bound to a purpose
  std::string master;
  Retention retention;
  FieldState state = FieldState::kActive;
  bool custom = false;  // added at run time
  bool edited = false;  // a declared field whose card was changed at run time

  bool is_link() const { return kind == FieldKind::kLink; }
  bool readable() const { return state == FieldState::kActive || state == FieldState::kDeprecated; }
  // Whether a question asked for `purpose` may read it; "" is any purpose.
  bool collected_for(std::string_view purpose) const {
    return purpose.empty() || purposes.empty() ||
           std::find(purposes.begin(), purposes.end(), purpose) != purposes.end();
  }
  friend bool operator==(const FieldDef&, const FieldDef&) = default;
};

// The other side of a link: the records of `from` whose `field` names this record. Its name is
// empty when the link has been removed.
struct InverseDef {
  std::string name;
  TypeId from = kNoType;
  FieldId field = kNoField;
  friend bool operator==(const InverseDef&, const InverseDef&) = default;
};

// One step of a path, from records of `from` to records of `to` over the link `field`: forward when
// `from` holds it, backward when `to` does. With `closure` it is taken once or more.
struct PathStep {
  TypeId from = kNoType;
  TypeId to = kNoType;
  FieldId field = kNoField;
  bool backward = false;
  bool closure = false;
  friend bool operator==(const PathStep&, const PathStep&) = default;
};

// A derived link (see PathSpec). `many` is false only when every step is a plain forward link.
// A path yields each record once.
struct PathDef {
  std::string name;
  std::string path;
  LocalText label;
  TypeId target = kNoType;
  bool many = true;
  std::vector<PathStep> steps;
  bool custom = false;
  friend bool operator==(const PathDef&, const PathDef&) = default;
};

// What a name means in a type: the index says where in the list of its kind; for a field it is the
// field's id.
struct Member {
  enum class Kind : uint8_t { kField, kInverse, kPath };
  Kind kind = Kind::kField;
  uint16_t index = 0;
};

// A type of record, or of event when `event` is set. Find a TypeDef in a Schema; fill one by hand
// only to hand it to Schema::WithType.
struct TypeDef {
  TypeId id = kNoType;
  std::string name;
  std::string plural;  // in names of files and views: "accounts"; made from `name` when empty
  LocalText label;
  LocalText plural_label;
  LocalText help;
  bool event = false;
  std::string subject_name;  // events: the type they are about
  TypeId subject = kNoType;
  std::vector<std::string> title;  // the fields that name a record to people, in order
  Retention retention;
  bool dated = false;  // a link in effect from `from` until `until`
  bool custom = false;
  std::vector<FieldDef> fields;  // by id
  std::vector<FieldDef> system;  // the implicit ones
  std::vector<InverseDef> inverses;
  std::vector<PathDef> paths;
  std::vector<FieldId> places;  // declared place -> id
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  std::unordered_map<std::string, Member, Hash, std::equal_to<>> names;

  // What `name` means here; nullptr when nothing. Removed fields have no name.
  const Member* Find(std::string_view name) const;
  // The field called `name`, implicit ones included; nullptr when there is none.
  const FieldDef* FindField(std::string_view name) const;
  // The field numbered `id`, implicit ones included; nullptr when there is none.
  const FieldDef* field(FieldId id) const;
};

class Schema {
 public:
  // A schema without types.
  Schema();

  // This schema with the declared types added, in order; links may point forward. InvalidArgument
  // names the type and member when a name is taken or malformed, or a target or path is unknown.
  absl::StatusOr<Schema> WithTypes(std::span<const TypeSpec> types) const;

  // This schema with one type, field or path added at run time. Ids, targets by id and `custom` are
  // set here; empty labels become the name. Names are lower-case ASCII letters, digits and "_",
  // begin with a letter and have at most 63 characters. AlreadyExists: the name is taken;
  // InvalidArgument: malformed, or an unknown target; FailedPrecondition: the schema is strict and
  // a field has no use or no data owner; ResourceExhausted: more than 60,000 fields or types.
  absl::StatusOr<Schema> WithType(TypeDef type) const;
  absl::StatusOr<Schema> WithField(TypeId type, FieldDef field) const;
  absl::StatusOr<Schema> WithPath(TypeId type, PathDef path) const;

  // This schema with the card of one field replaced by that of `card`: everything but id, name,
  // kind, target and inverse. NotFound: no such field.
  absl::StatusOr<Schema> WithCard(TypeId type, FieldId field, FieldDef card) const;
  // This schema with one field in another state. A removed field's name is free again, its id is
  // not, and it cannot come back (FailedPrecondition).
  absl::StatusOr<Schema> WithFieldState(TypeId type, FieldId field, FieldState state) const;

  // Strict: fields added from now on need a use and a data owner.
  Schema WithStrict(bool strict) const;
  bool strict() const;

  // The types by id, deprecated ones included.
  std::span<const TypeDef* const> types() const;
  // The type numbered `id`, which must be one of this schema's.
  const TypeDef& type(TypeId id) const { return *types()[id]; }
  // The type called `name`; nullptr when there is none.
  const TypeDef* Find(std::string_view name) const;
  // The event type of this name about records of type `subject`: "page_view" about a lead is
  // lead_page_view. nullptr when there is none.
  const TypeDef* FindEvent(std::string_view name, TypeId subject) const;
  // The field `field_name` of the type `type_name`; nullptr when either is unknown.
  const FieldDef* FindField(std::string_view type_name, std::string_view field_name) const;

  // The id of a declared type in this schema, kNoType when it is not part of it.
  template <class Owner, int kMaxFields>
  TypeId IdOf(const Type<Owner, kMaxFields>&) const {
    const TypeDef* type = Find(TypeNameOf<Owner>());
    return type == nullptr ? kNoType : type->id;
  }
  // The id of a declared field, given as Field::place; kNoField when it is not part of the type.
  FieldId FieldAt(TypeId type, FieldId place) const;

 private:
  friend class SchemaEditor;
  struct Data;
  explicit Schema(std::shared_ptr<const Data> data) : data_(std::move(data)) {}

  std::shared_ptr<const Data> data_;
};

// Whether a database that works with `from` can go on with `to`: every type and field of `from` is
// in `to` under its id, with its name, kind and target, and no removed field is back. Cards, states
// and what is new may differ. InvalidArgument names the first member that is in the way.
absl::Status CheckExtends(const Schema& from, const Schema& to);

// What a database keeps of its schema, as JSON text: every name with its id, and the cards of what
// was added or changed at run time. Restore gives the schema back from it and the types declared by
// this program, `declared`: ids are those of the text, and what the program declares newly is
// added behind them. DataLoss: not such a text; FailedPrecondition: a declared field is of another
// kind than the stored one.
std::string SaveCatalogue(const Schema& schema);
absl::StatusOr<Schema> RestoreCatalogue(std::string_view json, const Schema& declared);

// A type or field for WithType and WithField from JSON, in the members' names of the structs above:
// {"name": "machine", "label": {"en": "Machine", "fr": "Machine"}, "fields": [{"name": "owner",
// "kind": "link", "target": "account", "inverse": "machines", "use": ["segment"]}]}.
// InvalidArgument names what is wrong.
absl::StatusOr<TypeDef> ParseTypeDef(std::string_view json);
absl::StatusOr<FieldDef> ParseFieldDef(std::string_view json);

// `schema` with what a document adds to it at once, so that new types may link to one another:
// {"types": [...], "fields": {"account": [...]}, "paths": {"account": [{"name", "path", "label"}]},
// "states": {"account": {"fax": "deprecated"}}, "strict": true}, every member optional. Fails as
// ParseTypeDef, WithType, WithField and WithFieldState do; NotFound for an unknown type or field.
absl::StatusOr<Schema> ExtendSchema(const Schema& schema, std::string_view json);

// "text", "link", ...: the kind's name in JSON and messages. And back; false for another text.
std::string_view FieldKindName(FieldKind kind);
bool ParseFieldKind(std::string_view name, FieldKind* kind);
// "contact", "sensitive", ...
std::string_view PersonalName(Personal personal);
// "active", ...
std::string_view FieldStateName(FieldState state);
// {"segment", "steer"}, in the order of Use.
std::vector<std::string_view> UseNames(Use use);

}  // namespace relata

#endif  // RELATA_MODEL_SCHEMA_H_

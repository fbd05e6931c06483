// SPDX-License-Identifier: Apache-2.0
#include "relata/model/schema.h"

#include <iterator>
#include <utility>

#include "base/strings.h"
#include "model/schema_editor.h"
#include "relata/base/status.h"

namespace relata {

using internal::CheckCard;
using internal::Concat;
using internal::MemberName;

namespace {

constexpr std::string_view kKindNames[] = {"text",   "bool", "int",       "double",
                                           "money",  "date", "timestamp", "duration",
                                           "choice", "link", "text_list"};
constexpr std::string_view kPersonalNames[] = {"unstated", "none",      "identity",  "contact",
                                               "profile",  "behaviour", "financial", "sensitive"};
constexpr std::string_view kStateNames[] = {"draft", "active", "deprecated", "removed"};
constexpr std::string_view kUseNames[] = {"segment", "personalise", "steer", "operate"};

std::vector<std::string> Split(std::string_view words) {
  std::vector<std::string> out;
  while (!words.empty()) {
    const size_t space = words.find(' ');
    if (space != 0) out.emplace_back(words.substr(0, space));
    words = space == std::string_view::npos ? "" : words.substr(space + 1);
  }
  return out;
}

LocalText Local(const Words& words) { return {std::string(words.en), std::string(words.fr)}; }

std::string Or(std::string_view own, std::string_view inherited) {
  return std::string(own.empty() ? inherited : own);
}

FieldDef DefinitionOf(const FieldSpec& spec, const TypeCard& type) {
  const Card& card = spec.card;
  FieldDef field;
  field.name = std::string(spec.name);
  field.kind = spec.kind;
  field.target_name = std::string(spec.target);
  field.inverse = std::string(card.inverse);
  for (const Option& option : spec.options) {
    field.options.push_back({std::string(option.code), Local(option.label), {}});
  }
  field.label = Local(card.label);
  field.help = Local(card.help);
  field.group = Local(card.group);
  field.use = card.use == Use::kAsType ? type.use : card.use;
  field.personal = card.personal == Personal::kAsType ? type.personal : card.personal;
  field.required = card.required;
  field.unique = card.unique;
  field.free_text = card.free_text;
  field.open = card.open;
  field.initial = std::string(card.initial);
  field.filled_by = Or(card.filled_by, type.filled_by);
  field.kept_current = Or(card.kept_current, type.kept_current);
  field.max_age_days = card.max_age_days;
  field.data_owner = Or(card.data_owner, type.data_owner);
  field.steward = Or(card.steward, type.steward);
  field.purposes = Split(card.purposes.empty() ? type.purposes : card.purposes);
  field.master = Or(card.master, type.master);
  field.retention = card.retention == Retention{} ? type.retention : card.retention;
  field.state = card.state;
  return field;
}

}  // namespace

namespace internal {

absl::Status CheckCard(const TypeDef& type, const FieldDef& field, bool strict) {
  if (strict && (field.use == Use::kAsType || field.data_owner.empty())) {
    return FailedPrecondition(
        Concat(MemberName(type, field.name), ": a field added here needs a use and a data owner"));
  }
  return absl::OkStatus();
}

TypeDef DefinitionOf(const TypeSpec& spec) {
  TypeDef type;
  type.name = std::string(spec.name);
  type.label = Local(spec.card.label);
  type.plural_label = Local(spec.card.plural);
  type.help = Local(spec.card.help);
  type.subject_name = std::string(spec.subject);
  type.title = Split(spec.card.title);
  type.retention = spec.card.retention;
  type.dated = spec.card.dated;
  for (const FieldSpec* field : spec.fields) {
    type.places.push_back(static_cast<FieldId>(type.fields.size()));
    FieldDef& def = type.fields.emplace_back(relata::DefinitionOf(*field, spec.card));
    if (!spec.qualifier.empty() && !def.inverse.empty()) {
      def.inverse = Concat(spec.qualifier, "_", def.inverse);
    }
  }
  for (const PathSpec& path : spec.paths) {
    PathDef def;
    def.name = std::string(path.name);
    def.path = std::string(path.path);
    def.label = Local(path.label);
    type.paths.push_back(std::move(def));
  }
  return type;
}

}  // namespace internal

const Member* TypeDef::Find(std::string_view name) const {
  auto found = names.find(name);
  return found == names.end() ? nullptr : &found->second;
}

const FieldDef* TypeDef::FindField(std::string_view name) const {
  const Member* member = Find(name);
  if (member == nullptr || member->kind != Member::Kind::kField) return nullptr;
  return field(member->index);
}

const FieldDef* TypeDef::field(FieldId id) const {
  if (id < fields.size()) return &fields[id];
  for (const FieldDef& implicit : system) {
    if (implicit.id == id) return &implicit;
  }
  return nullptr;
}

Schema::Schema() : data_(std::make_shared<Data>()) {}

absl::StatusOr<Schema> Schema::WithTypes(std::span<const TypeSpec> types) const {
  SchemaEditor editor(*this);
  for (const TypeSpec& spec : types) {
    RELATA_RETURN_IF_ERROR(editor.AddType(internal::DefinitionOf(spec)).status());
  }
  RELATA_RETURN_IF_ERROR(editor.Resolve());
  return editor.Finish();
}

absl::StatusOr<Schema> Schema::WithType(TypeDef type) const {
  SchemaEditor editor(*this);
  type.custom = true;
  type.places.clear();
  for (FieldDef& field : type.fields) {
    field.custom = true;
    RELATA_RETURN_IF_ERROR(CheckCard(type, field, strict()));
  }
  for (PathDef& path : type.paths) path.custom = true;
  RELATA_RETURN_IF_ERROR(editor.AddType(std::move(type)).status());
  RELATA_RETURN_IF_ERROR(editor.Resolve());
  return editor.Finish();
}

absl::StatusOr<Schema> Schema::WithField(TypeId type_id, FieldDef field) const {
  if (type_id >= types().size()) return NotFound("no such type");
  RELATA_RETURN_IF_ERROR(CheckCard(type(type_id), field, strict()));
  SchemaEditor editor(*this);
  field.custom = true;
  RELATA_RETURN_IF_ERROR(editor.AddField(type_id, std::move(field)).status());
  RELATA_RETURN_IF_ERROR(editor.Resolve());
  return editor.Finish();
}

absl::StatusOr<Schema> Schema::WithPath(TypeId type_id, PathDef path) const {
  if (type_id >= types().size()) return NotFound("no such type");
  SchemaEditor editor(*this);
  path.custom = true;
  RELATA_RETURN_IF_ERROR(editor.AddPath(type_id, std::move(path)));
  RELATA_RETURN_IF_ERROR(editor.Resolve());
  return editor.Finish();
}

absl::StatusOr<Schema> Schema::WithCard(TypeId type_id, FieldId field_id, FieldDef card) const {
  if (type_id >= types().size() || field_id >= type(type_id).fields.size()) {
    return NotFound("no such field");
  }
  RELATA_RETURN_IF_ERROR(CheckCard(type(type_id), card, strict()));
  SchemaEditor editor(*this);
  FieldDef& field = editor.Mutable(type_id).fields[field_id];
  card.id = field.id;
  card.name = field.name;
  card.kind = field.kind;
  card.target_name = field.target_name;
  card.target = field.target;
  card.inverse = field.inverse;
  card.state = field.state;
  card.custom = field.custom;
  card.edited = !field.custom;
  internal::CompleteOptions(card);
  if (card.order == 0) card.order = field.order;
  if (card.label.empty()) card.label = field.label;
  field = std::move(card);
  return editor.Finish();
}

absl::StatusOr<Schema> Schema::WithFieldState(TypeId type_id, FieldId field_id,
                                              FieldState state) const {
  if (type_id >= types().size() || field_id >= type(type_id).fields.size()) {
    return NotFound("no such field");
  }
  const FieldDef& old = type(type_id).fields[field_id];
  const std::string name = MemberName(type(type_id), old.name);
  if (old.state == state) return *this;
  if (old.state == FieldState::kRemoved) {
    return FailedPrecondition(Concat(name, ": a removed field does not come back"));
  }
  SchemaEditor editor(*this);
  if (state == FieldState::kRemoved) {
    for (const TypeDef* other : types()) {
      for (const PathDef& path : other->paths) {
        for (const PathStep& step : path.steps) {
          const TypeId holder = step.backward ? step.to : step.from;
          if (holder == type_id && step.field == field_id) {
            return FailedPrecondition(
                Concat(name, ": ", MemberName(*other, path.name), " leads over it"));
          }
        }
      }
    }
    for (const std::string& title : type(type_id).title) {
      if (title == old.name) {
        return FailedPrecondition(Concat(name, ": it is part of the title of its type"));
      }
    }
    editor.Mutable(type_id).names.erase(old.name);
    if (!old.inverse.empty()) {
      TypeDef& target = editor.Mutable(old.target);
      target.names.erase(old.inverse);
      for (InverseDef& inverse : target.inverses) {
        if (inverse.from == type_id && inverse.field == field_id) inverse.name.clear();
      }
    }
  }
  editor.Mutable(type_id).fields[field_id].state = state;
  return editor.Finish();
}

Schema Schema::WithStrict(bool strict) const {
  SchemaEditor editor(*this);
  editor.set_strict(strict);
  return editor.Finish();
}

bool Schema::strict() const { return data_->strict; }

std::span<const TypeDef* const> Schema::types() const { return data_->view; }

const TypeDef* Schema::Find(std::string_view name) const {
  auto found = data_->by_name.find(name);
  return found == data_->by_name.end() ? nullptr : data_->view[found->second];
}

const TypeDef* Schema::FindEvent(std::string_view name, TypeId subject) const {
  const auto about = [&](const TypeDef* type) {
    return type != nullptr && type->event && type->subject == subject ? type : nullptr;
  };
  const TypeDef* exact = about(Find(name));
  return exact != nullptr ? exact : about(Find(Concat(type(subject).name, "_", name)));
}

const FieldDef* Schema::FindField(std::string_view type_name, std::string_view field_name) const {
  const TypeDef* type = Find(type_name);
  return type == nullptr ? nullptr : type->FindField(field_name);
}

FieldId Schema::FieldAt(TypeId type_id, FieldId place) const {
  if (type_id >= types().size()) return kNoField;
  const std::vector<FieldId>& places = type(type_id).places;
  return place < places.size() ? places[place] : kNoField;
}

absl::Status CheckExtends(const Schema& from, const Schema& to) {
  if (to.types().size() < from.types().size()) return InvalidArgument("types are missing");
  for (const TypeDef* type : from.types()) {
    const TypeDef& other = to.type(type->id);
    if (other.name != type->name || other.subject_name != type->subject_name) {
      return InvalidArgument(
          Concat("\"", type->name, "\" is not type number ", type->id, " there"));
    }
    if (other.fields.size() < type->fields.size()) {
      return InvalidArgument(Concat(type->name, ": fields are missing"));
    }
    for (const FieldDef& field : type->fields) {
      const FieldDef& same = other.fields[field.id];
      if (same.name != field.name || same.kind != field.kind ||
          same.target_name != field.target_name || same.inverse != field.inverse) {
        return InvalidArgument(
            Concat(MemberName(*type, field.name), " is another field there: number ", field.id));
      }
      if (field.state == FieldState::kRemoved && same.state != FieldState::kRemoved) {
        return InvalidArgument(
            Concat(MemberName(*type, field.name), ": a removed field does not come back"));
      }
    }
  }
  return absl::OkStatus();
}

std::string_view FieldKindName(FieldKind kind) { return kKindNames[static_cast<size_t>(kind)]; }

bool ParseFieldKind(std::string_view name, FieldKind* kind) {
  for (size_t i = 0; i < std::size(kKindNames); ++i) {
    if (kKindNames[i] == name) {
      *kind = static_cast<FieldKind>(i);
      return true;
    }
  }
  return false;
}

std::string_view PersonalName(Personal personal) {
  return kPersonalNames[static_cast<size_t>(personal)];
}

std::string_view FieldStateName(FieldState state) {
  return kStateNames[static_cast<size_t>(state)];
}

std::vector<std::string_view> UseNames(Use use) {
  std::vector<std::string_view> names;
  for (size_t i = 0; i < std::size(kUseNames); ++i) {
    if (Has(use, static_cast<Use>(1 << i))) names.push_back(kUseNames[i]);
  }
  return names;
}

}  // namespace relata

// SPDX-License-Identifier: Apache-2.0
#include "model/schema_editor.h"

#include "base/strings.h"
#include "relata/base/text.h"

namespace relata {

using internal::Concat;
using internal::MemberName;

namespace {

constexpr size_t kMaxTypes = 60'000;
constexpr size_t kMaxFields = 60'000;

absl::Status Enter(TypeDef& type, const std::string& name, Member::Kind kind, size_t index) {
  if (!internal::IsSchemaName(name)) {
    return InvalidArgument(Concat(MemberName(type, name),
                                  ": a name is lower-case letters, digits and \"_\", begins with a "
                                  "letter and has at most 63 characters"));
  }
  if (!type.names.emplace(name, Member{kind, static_cast<uint16_t>(index)}).second) {
    return AlreadyExists(Concat(MemberName(type, name), ": the name is taken"));
  }
  return absl::OkStatus();
}

FieldDef Implicit(FieldId id, std::string_view name, FieldKind kind, std::string_view en,
                  std::string_view fr) {
  FieldDef field;
  field.id = id;
  field.name = std::string(name);
  field.kind = kind;
  field.label = {std::string(en), std::string(fr)};
  field.use = Use::kOperate;
  field.personal = Personal::kNone;
  field.master = "crm";
  return field;
}

std::vector<FieldDef> ImplicitFields(const TypeDef& type) {
  if (!type.event) {
    return {
        Implicit(kIdField, "id", FieldKind::kText, "Identifier", "Identifiant"),
        Implicit(kCreatedAtField, "created_at", FieldKind::kTimestamp, "Created at", "Créé le"),
        Implicit(kUpdatedAtField, "updated_at", FieldKind::kTimestamp, "Updated at", "Modifié le")};
  }
  FieldDef subject = Implicit(kSubjectField, "subject", FieldKind::kLink, "Subject", "Sujet");
  subject.target_name = type.subject_name;
  return {Implicit(kAtField, "at", FieldKind::kTimestamp, "At", "Le"), subject};
}

}  // namespace

SchemaEditor::SchemaEditor(const Schema& base)
    : own_(base.data_->types.size()),
      types_(base.data_->types),
      by_name_(base.data_->by_name),
      strict_(base.data_->strict) {}

const TypeDef* SchemaEditor::Find(std::string_view name) const {
  auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : types_[found->second].get();
}

TypeDef& SchemaEditor::Mutable(TypeId id) {
  if (own_[id] == nullptr) {
    own_[id] = std::make_shared<TypeDef>(*types_[id]);
    types_[id] = own_[id];
  }
  return *own_[id];
}

absl::StatusOr<TypeId> SchemaEditor::AddType(TypeDef given) {
  if (!internal::IsSchemaName(given.name)) {
    return InvalidArgument(Concat("\"", given.name, "\" is not a name for a type"));
  }
  if (Find(given.name) != nullptr) {
    return AlreadyExists(Concat("there is a type \"", given.name, "\" already"));
  }
  if (types_.size() >= kMaxTypes) return ResourceExhausted("more than 60,000 types");
  const auto id = static_cast<TypeId>(types_.size());
  auto type = std::make_shared<TypeDef>(std::move(given));
  std::vector<FieldDef> fields = std::exchange(type->fields, {});
  std::vector<PathDef> paths = std::exchange(type->paths, {});
  type->id = id;
  type->event = !type->subject_name.empty();
  if (type->plural.empty()) type->plural = internal::PluralOf(type->name);
  if (type->label.empty()) type->label = {type->name, type->name};
  if (type->plural_label.empty()) type->plural_label = {type->plural, type->plural};
  type->names.clear();
  type->inverses.clear();
  type->system = ImplicitFields(*type);
  for (const FieldDef& field : type->system) {
    RELATA_RETURN_IF_ERROR(Enter(*type, field.name, Member::Kind::kField, field.id));
  }
  by_name_.emplace(type->name, id);
  own_.push_back(type);
  types_.push_back(type);
  new_types_.push_back(id);
  for (FieldDef& field : fields) RELATA_RETURN_IF_ERROR(AddField(id, std::move(field)).status());
  for (PathDef& path : paths) RELATA_RETURN_IF_ERROR(AddPath(id, std::move(path)));
  return id;
}

absl::StatusOr<FieldId> SchemaEditor::AddField(TypeId type_id, FieldDef field) {
  TypeDef& type = Mutable(type_id);
  if (type.fields.size() >= kMaxFields) {
    return ResourceExhausted(Concat(type.name, ": more than 60,000 fields"));
  }
  field.id = static_cast<FieldId>(type.fields.size());
  field.target = kNoType;
  if (field.order == 0) field.order = field.id + 1;
  if (field.label.empty()) field.label = {field.name, field.name};
  internal::CompleteOptions(field);
  if (field.state != FieldState::kRemoved) {
    RELATA_RETURN_IF_ERROR(Enter(type, field.name, Member::Kind::kField, field.id));
  }
  if (field.is_link()) new_links_.emplace_back(type_id, field.id);
  type.fields.push_back(std::move(field));
  return type.fields.back().id;
}

absl::Status SchemaEditor::AddPath(TypeId type_id, PathDef path) {
  TypeDef& type = Mutable(type_id);
  RELATA_RETURN_IF_ERROR(Enter(type, path.name, Member::Kind::kPath, type.paths.size()));
  if (path.label.empty()) path.label = {path.name, path.name};
  path.steps.clear();
  new_paths_.emplace_back(type_id, type.paths.size());
  type.paths.push_back(std::move(path));
  return absl::OkStatus();
}

absl::Status SchemaEditor::ResolveType(TypeId id) {
  TypeDef& type = Mutable(id);
  for (const std::string& name : type.title) {
    if (type.FindField(name) == nullptr) {
      return InvalidArgument(Concat(MemberName(type, name), ": the title names no field"));
    }
  }
  if (!type.event) return absl::OkStatus();
  const TypeDef* subject = Find(type.subject_name);
  if (subject == nullptr || subject->event) {
    return InvalidArgument(
        Concat(type.name, ": no type of record is called \"", type.subject_name, "\""));
  }
  type.subject = subject->id;
  type.system.back().target = subject->id;
  return absl::OkStatus();
}

absl::Status SchemaEditor::ResolveLink(TypeId type_id, FieldId field_id) {
  TypeDef& type = Mutable(type_id);
  FieldDef& field = type.fields[field_id];
  const TypeDef* target = Find(field.target_name);
  if (target == nullptr || target->event) {
    return InvalidArgument(Concat(MemberName(type, field.name), ": no type of record is called \"",
                                  field.target_name, "\""));
  }
  field.target = target->id;
  if (field.inverse.empty() || field.state == FieldState::kRemoved) return absl::OkStatus();
  const InverseDef inverse{field.inverse, type_id, field_id};
  TypeDef& other = Mutable(target->id);
  RELATA_RETURN_IF_ERROR(Enter(other, inverse.name, Member::Kind::kInverse, other.inverses.size()));
  other.inverses.push_back(inverse);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<PathStep>> SchemaEditor::StepsOf(const TypeDef& type,
                                                            const PathDef& path) const {
  std::vector<PathStep> steps;
  const TypeDef* at = &type;
  std::string_view rest = path.path;
  while (!rest.empty()) {
    const size_t dot = rest.find('.');
    std::string_view name = rest.substr(0, dot);
    rest = dot == std::string_view::npos ? "" : rest.substr(dot + 1);
    const bool closure = !name.empty() && name.back() == '+';
    if (closure) name.remove_suffix(1);
    const Member* member = at->Find(name);
    const std::string where = Concat(MemberName(type, path.name), ": ");
    if (member == nullptr) return InvalidArgument(Concat(where, MemberName(*at, name), "?"));
    std::vector<PathStep> next;
    if (member->kind == Member::Kind::kField) {
      const FieldDef* field = at->field(member->index);
      if (field->target == kNoType) {
        return InvalidArgument(Concat(where, MemberName(*at, name), " is not a link"));
      }
      next.push_back({at->id, field->target, field->id, false, closure});
    } else if (member->kind == Member::Kind::kInverse) {
      const InverseDef& inverse = at->inverses[member->index];
      next.push_back({at->id, inverse.from, inverse.field, true, closure});
    } else {
      next = at->paths[member->index].steps;
      if (next.empty()) return next;
      if (closure) return InvalidArgument(Concat(where, "a path cannot be repeated"));
    }
    if (closure && next.front().from != next.front().to) {
      return InvalidArgument(Concat(where, name, "+ does not lead to its own type"));
    }
    steps.insert(steps.end(), next.begin(), next.end());
    at = types_[steps.back().to].get();
  }
  if (steps.empty()) return InvalidArgument(Concat(MemberName(type, path.name), ": empty path"));
  return steps;
}

absl::Status SchemaEditor::Resolve() {
  for (TypeId id : new_types_) RELATA_RETURN_IF_ERROR(ResolveType(id));
  for (auto [type, field] : new_links_) RELATA_RETURN_IF_ERROR(ResolveLink(type, field));
  new_types_.clear();
  new_links_.clear();
  // A path may lead over another: go round until none is left or none can be resolved.
  while (!new_paths_.empty()) {
    std::vector<std::pair<TypeId, size_t>> waiting;
    for (auto [type_id, index] : new_paths_) {
      TypeDef& type = Mutable(type_id);
      PathDef& path = type.paths[index];
      RELATA_ASSIGN_OR_RETURN(path.steps, StepsOf(type, path));
      if (path.steps.empty()) {
        waiting.emplace_back(type_id, index);
        continue;
      }
      path.target = path.steps.back().to;
      path.many = false;
      for (const PathStep& step : path.steps) path.many |= step.backward || step.closure;
    }
    if (waiting.size() == new_paths_.size()) {
      const TypeDef& type = *types_[waiting[0].first];
      return InvalidArgument(Concat(MemberName(type, type.paths[waiting[0].second].name),
                                    ": the path leads to itself"));
    }
    new_paths_ = std::move(waiting);
  }
  return absl::OkStatus();
}

Schema SchemaEditor::Finish() {
  auto data = std::make_shared<Schema::Data>();
  for (const auto& type : types_) data->view.push_back(type.get());
  data->types = std::move(types_);
  data->by_name = std::move(by_name_);
  data->strict = strict_;
  return Schema(std::move(data));
}

namespace internal {

bool IsSchemaName(std::string_view name) {
  if (name.empty() || name.size() > 63) return false;
  for (char c : name) {
    if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_') return false;
  }
  return name[0] >= 'a' && name[0] <= 'z';
}

void CompleteOptions(FieldDef& field) {
  for (PicklistEntry& entry : field.options) {
    if (entry.label.empty()) entry.label = {entry.code, entry.code};
    entry.words = {FoldWords(entry.code), FoldWords(entry.label.en), FoldWords(entry.label.fr)};
  }
}

std::string PluralOf(std::string_view name) {
  const auto ends = [&](std::string_view end) {
    return name.size() >= end.size() && name.substr(name.size() - end.size()) == end;
  };
  if (ends("y") && !ends("ay") && !ends("ey") && !ends("oy")) {
    return Concat(name.substr(0, name.size() - 1), "ies");
  }
  if (ends("s") || ends("x") || ends("ch") || ends("sh")) return Concat(name, "es");
  return Concat(name, "s");
}

std::string MemberName(const TypeDef& type, std::string_view member) {
  return Concat(type.name, ".", member);
}

}  // namespace internal
}  // namespace relata

// SPDX-License-Identifier: Apache-2.0
//
// The schema as JSON: what a database keeps of it, and what a caller hands in to extend it.

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "model/schema_editor.h"
#include "relata/base/status.h"
#include "relata/model/schema.h"

namespace relata {

using internal::Concat;
using Json = nlohmann::ordered_json;

namespace {

constexpr int kCatalogueVersion = 1;

// Writing. Members with their default value are left out.

void PutText(Json& out, const char* key, const std::string& text) {
  if (!text.empty()) out[key] = text;
}

void PutLocal(Json& out, const char* key, const LocalText& text) {
  if (!text.empty()) out[key] = {{"en", text.en}, {"fr", text.fr}};
}

void PutFlag(Json& out, const char* key, bool flag) {
  if (flag) out[key] = true;
}

void PutRetention(Json& out, Retention retention) {
  if (retention == Retention{}) return;
  out["retention"] = {{"active_months", retention.active_months},
                      {"archive_months", retention.archive_months}};
}

// What names the field and says what it holds; enough for a field the program declares.
Json CoreJson(const FieldDef& field) {
  Json out;
  out["name"] = field.name;
  out["kind"] = FieldKindName(field.kind);
  if (field.is_link()) out["target"] = field.target_name;
  if (field.state != FieldState::kActive) out["state"] = FieldStateName(field.state);
  return out;
}

Json FieldJson(const FieldDef& field) {
  Json out = CoreJson(field);
  PutText(out, "inverse", field.inverse);
  for (const PicklistEntry& entry : field.options) {
    Json option = {{"code", entry.code}};
    PutLocal(option, "label", entry.label);
    out["options"].push_back(std::move(option));
  }
  PutLocal(out, "label", field.label);
  PutLocal(out, "help", field.help);
  PutLocal(out, "group", field.group);
  out["order"] = field.order;
  if (field.use != Use::kAsType) out["use"] = UseNames(field.use);
  if (field.personal != Personal::kAsType) out["personal"] = PersonalName(field.personal);
  PutFlag(out, "required", field.required);
  PutFlag(out, "unique", field.unique);
  PutFlag(out, "free_text", field.free_text);
  PutFlag(out, "open", field.open);
  PutText(out, "initial", field.initial);
  PutText(out, "filled_by", field.filled_by);
  PutText(out, "kept_current", field.kept_current);
  if (field.max_age_days != 0) out["max_age_days"] = field.max_age_days;
  PutText(out, "data_owner", field.data_owner);
  PutText(out, "steward", field.steward);
  if (!field.purposes.empty()) out["purposes"] = field.purposes;
  PutText(out, "master", field.master);
  PutRetention(out, field.retention);
  PutFlag(out, "custom", field.custom);
  PutFlag(out, "edited", field.edited);
  return out;
}

Json TypeJson(const TypeDef& type) {
  Json out;
  out["name"] = type.name;
  if (type.event) out["subject"] = type.subject_name;
  if (type.custom) {
    out["custom"] = true;
    out["plural"] = type.plural;
    PutLocal(out, "label", type.label);
    PutLocal(out, "plural_label", type.plural_label);
    PutLocal(out, "help", type.help);
    if (!type.title.empty()) out["title"] = type.title;
    PutRetention(out, type.retention);
    PutFlag(out, "dated", type.dated);
  }
  out["fields"] = Json::array();
  for (const FieldDef& field : type.fields) {
    out["fields"].push_back(field.custom || field.edited ? FieldJson(field) : CoreJson(field));
  }
  for (const PathDef& path : type.paths) {
    if (!path.custom) continue;
    Json one = {{"name", path.name}, {"path", path.path}};
    PutLocal(one, "label", path.label);
    out["paths"].push_back(std::move(one));
  }
  return out;
}

// Reading. A Reader takes the members of one object and remembers the first thing wrong.
class Reader {
 public:
  Reader(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
    if (!json.is_object()) Fail("an object is expected");
  }

  const Json* Get(const char* key) {
    seen_.push_back(key);
    if (!json_.is_object()) return nullptr;
    auto found = json_.find(key);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }
  void Text(const char* key, std::string* out) {
    const Json* json = Get(key);
    if (json == nullptr) return;
    if (!json->is_string()) return Fail(Concat(key, ": a text is expected"));
    *out = *json->get_ptr<const std::string*>();
  }
  void Flag(const char* key, bool* out) {
    const Json* json = Get(key);
    if (json == nullptr) return;
    if (!json->is_boolean()) return Fail(Concat(key, ": true or false is expected"));
    *out = *json->get_ptr<const bool*>();
  }
  template <class Int>
  void Number(const char* key, Int* out) {
    const Json* json = Get(key);
    if (json == nullptr) return;
    const bool whole = json->is_number_integer();
    const int64_t value = whole ? json->get<int64_t>() : -1;
    if (value < 0 || value > 32'767) return Fail(Concat(key, ": 0 to 32767 is expected"));
    *out = static_cast<Int>(value);
  }
  void Texts(const char* key, std::vector<std::string>* out) {
    const Json* json = Get(key);
    if (json == nullptr) return;
    if (!json->is_array()) return Fail(Concat(key, ": a list of texts is expected"));
    for (const Json& one : *json) {
      if (!one.is_string()) return Fail(Concat(key, ": a list of texts is expected"));
      out->push_back(*one.get_ptr<const std::string*>());
    }
  }
  // One text for both languages, or {"en", "fr"}.
  void Local(const char* key, LocalText* out) {
    const Json* json = Get(key);
    if (json == nullptr) return;
    if (json->is_string()) {
      out->en = out->fr = *json->get_ptr<const std::string*>();
      return;
    }
    Reader words(*json, Concat(where_, ".", key));
    words.Text("en", &out->en);
    words.Text("fr", &out->fr);
    Take(words.Done());
  }
  void Take(const absl::Status& status) {
    if (status_.ok()) status_ = status;
  }
  void Fail(std::string_view message) { Take(InvalidArgument(Concat(where_, ": ", message))); }
  // The first error; a member that nobody asked for is one.
  absl::Status Done() {
    if (!status_.ok() || !json_.is_object()) return status_;
    for (const auto& item : json_.items()) {
      if (std::find(seen_.begin(), seen_.end(), item.key()) == seen_.end()) {
        Fail(Concat("\"", item.key(), "\" is not known here"));
      }
    }
    return status_;
  }

 private:
  const Json& json_;
  std::string where_;
  std::vector<std::string> seen_;
  absl::Status status_;
};

// The value of E whose name is `text`, searched from `first` to `last`.
template <class E>
bool ParseName(std::string_view text, std::string_view (*name)(E), E first, E last, E* out) {
  for (int i = static_cast<int>(first); i <= static_cast<int>(last); ++i) {
    if (name(static_cast<E>(i)) == text) {
      *out = static_cast<E>(i);
      return true;
    }
  }
  return false;
}

void ReadUse(Reader& reader, FieldDef* field) {
  std::vector<std::string> names;
  reader.Texts("use", &names);
  for (const std::string& name : names) {
    Use found = Use::kAsType;
    for (Use use : {Use::kSegment, Use::kPersonalise, Use::kSteer, Use::kOperate}) {
      if (UseNames(use)[0] == name) found = use;
    }
    if (found == Use::kAsType) reader.Fail(Concat("use: \"", name, "\" is not known"));
    field->use = field->use | found;
  }
}

void ReadOptions(Reader& reader, const std::string& where, FieldDef* field) {
  const Json* json = reader.Get("options");
  if (json == nullptr) return;
  if (!json->is_array()) return reader.Fail("options: a list is expected");
  for (const Json& one : *json) {
    PicklistEntry entry;
    Reader option(one, Concat(where, ".options"));
    option.Text("code", &entry.code);
    option.Local("label", &entry.label);
    if (entry.code.empty()) option.Fail("an option needs a code");
    reader.Take(option.Done());
    field->options.push_back(std::move(entry));
  }
}

void ReadRetention(Reader& reader, Retention* out) {
  const Json* json = reader.Get("retention");
  if (json == nullptr) return;
  Reader retention(*json, "retention");
  retention.Number("active_months", &out->active_months);
  retention.Number("archive_months", &out->archive_months);
  reader.Take(retention.Done());
}

void ReadNames(Reader& reader, FieldDef* field) {
  std::string kind = "text";
  std::string personal;
  std::string state;
  reader.Text("kind", &kind);
  reader.Text("personal", &personal);
  reader.Text("state", &state);
  if (!ParseFieldKind(kind, &field->kind)) reader.Fail(Concat("kind: \"", kind, "\" is not known"));
  if (!personal.empty() &&
      !ParseName(personal, PersonalName, Personal::kNone, Personal::kSensitive, &field->personal)) {
    reader.Fail(Concat("personal: \"", personal, "\" is not known"));
  }
  if (!state.empty() &&
      !ParseName(state, FieldStateName, FieldState::kDraft, FieldState::kRemoved, &field->state)) {
    reader.Fail(Concat("state: \"", state, "\" is not known"));
  }
}

absl::StatusOr<FieldDef> ReadField(const Json& json, std::string_view type) {
  FieldDef field;
  const Json* name = json.is_object() && json.contains("name") ? &json.at("name") : nullptr;
  const std::string where =
      Concat(type, type.empty() ? "" : ".",
             name != nullptr && name->is_string() ? *name->get_ptr<const std::string*>() : "field");
  Reader reader(json, where);
  reader.Text("name", &field.name);
  ReadNames(reader, &field);
  reader.Text("target", &field.target_name);
  reader.Text("inverse", &field.inverse);
  ReadOptions(reader, where, &field);
  reader.Local("label", &field.label);
  reader.Local("help", &field.help);
  reader.Local("group", &field.group);
  reader.Number("order", &field.order);
  ReadUse(reader, &field);
  reader.Flag("required", &field.required);
  reader.Flag("unique", &field.unique);
  reader.Flag("free_text", &field.free_text);
  reader.Flag("open", &field.open);
  reader.Text("initial", &field.initial);
  reader.Text("filled_by", &field.filled_by);
  reader.Text("kept_current", &field.kept_current);
  reader.Number("max_age_days", &field.max_age_days);
  reader.Text("data_owner", &field.data_owner);
  reader.Text("steward", &field.steward);
  reader.Texts("purposes", &field.purposes);
  reader.Text("master", &field.master);
  ReadRetention(reader, &field.retention);
  reader.Flag("custom", &field.custom);
  reader.Flag("edited", &field.edited);
  RELATA_RETURN_IF_ERROR(reader.Done());
  return field;
}

absl::StatusOr<PathDef> ReadPath(const Json& json, std::string_view type) {
  PathDef path;
  Reader reader(json, Concat(type, ".paths"));
  reader.Text("name", &path.name);
  reader.Text("path", &path.path);
  reader.Local("label", &path.label);
  path.custom = true;
  RELATA_RETURN_IF_ERROR(reader.Done());
  return path;
}

absl::Status ReadMembers(Reader& reader, TypeDef* type) {
  if (const Json* fields = reader.Get("fields"); fields != nullptr) {
    if (!fields->is_array()) reader.Fail("fields: a list is expected");
    for (const Json& one : *fields) {
      RELATA_ASSIGN_OR_RETURN(FieldDef field, ReadField(one, type->name));
      type->fields.push_back(std::move(field));
    }
  }
  if (const Json* paths = reader.Get("paths"); paths != nullptr) {
    if (!paths->is_array()) reader.Fail("paths: a list is expected");
    for (const Json& one : *paths) {
      RELATA_ASSIGN_OR_RETURN(PathDef path, ReadPath(one, type->name));
      type->paths.push_back(std::move(path));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<TypeDef> ReadType(const Json& json) {
  TypeDef type;
  Reader reader(json, "type");
  reader.Text("name", &type.name);
  reader.Text("subject", &type.subject_name);
  reader.Text("plural", &type.plural);
  reader.Local("label", &type.label);
  reader.Local("plural_label", &type.plural_label);
  reader.Local("help", &type.help);
  reader.Texts("title", &type.title);
  ReadRetention(reader, &type.retention);
  reader.Flag("dated", &type.dated);
  reader.Flag("custom", &type.custom);
  RELATA_RETURN_IF_ERROR(ReadMembers(reader, &type));
  RELATA_RETURN_IF_ERROR(reader.Done());
  return type;
}

// `stored` completed from what the program declares: cards, labels and fields that are new.
absl::StatusOr<TypeDef> Merge(TypeDef stored, const TypeDef& declared) {
  TypeDef merged = declared;
  merged.fields = std::move(stored.fields);
  merged.paths = std::move(stored.paths);
  std::vector<FieldId> renumbered(declared.fields.size(), kNoField);
  for (size_t i = 0; i < merged.fields.size(); ++i) {
    FieldDef& field = merged.fields[i];
    const FieldDef* same = declared.FindField(field.name);
    if (same == nullptr || same->id >= declared.fields.size() ||
        (field.custom && field.state == FieldState::kRemoved)) {
      continue;
    }
    const bool alike = same->kind == field.kind && same->target_name == field.target_name;
    if (!alike && !field.custom) {
      return FailedPrecondition(Concat(declared.name, ".", field.name,
                                       " is declared as another kind than the one stored"));
    }
    FieldId& number = renumbered[same->id];
    if (alike && (number == kNoField || !field.custom)) number = static_cast<FieldId>(i);
    if (field.custom) continue;  // what was added here first keeps its card and its name
    const FieldState state = field.state;
    if (!field.edited) field = *same;
    field.state = state;
    field.inverse = same->inverse;
  }
  const size_t stored_count = merged.fields.size();
  for (const FieldDef& field : declared.fields) {
    const auto end = merged.fields.begin() + static_cast<std::ptrdiff_t>(stored_count);
    if (std::any_of(merged.fields.begin(), end, [&](const FieldDef& stored_field) {
          return stored_field.name == field.name &&
                 (!stored_field.custom || stored_field.state != FieldState::kRemoved);
        })) {
      continue;
    }
    renumbered[field.id] = static_cast<FieldId>(merged.fields.size());
    merged.fields.push_back(field);
  }
  merged.paths.insert(merged.paths.begin(), declared.paths.begin(), declared.paths.end());
  for (FieldId& place : merged.places) {
    place = place < renumbered.size() ? renumbered[place] : kNoField;
  }
  return merged;
}

// The lists of new members by type, {"account": [...]}, handed to `add` one by one.
template <class Add>
absl::Status EachOfType(Reader& reader, const char* key, const SchemaEditor& editor, Add add) {
  const Json* lists = reader.Get(key);
  if (lists == nullptr) return absl::OkStatus();
  if (!lists->is_object()) return InvalidArgument(Concat(key, ": an object is expected"));
  for (const auto& [name, list] : lists->items()) {
    const TypeDef* type = editor.Find(name);
    if (type == nullptr) return NotFound(Concat("there is no type \"", name, "\""));
    if (!list.is_array()) return InvalidArgument(Concat(key, ".", name, ": a list is expected"));
    const TypeId id = type->id;
    for (const Json& one : list) RELATA_RETURN_IF_ERROR(add(id, one));
  }
  return absl::OkStatus();
}

absl::Status AddNewType(SchemaEditor& editor, const Json& json, bool strict) {
  RELATA_ASSIGN_OR_RETURN(TypeDef type, ReadType(json));
  type.custom = true;
  for (FieldDef& field : type.fields) {
    field.custom = true;
    RELATA_RETURN_IF_ERROR(internal::CheckCard(type, field, strict));
  }
  return editor.AddType(std::move(type)).status();
}

// {"account": {"fax": "deprecated"}}.
absl::StatusOr<Schema> WithStates(Schema schema, const Json& json) {
  if (!json.is_object()) return InvalidArgument("states: an object is expected");
  for (const auto& [type, fields] : json.items()) {
    if (!fields.is_object()) {
      return InvalidArgument(Concat("states.", type, ": an object is expected"));
    }
    for (const auto& [name, value] : fields.items()) {
      const FieldDef* field = schema.FindField(type, name);
      if (field == nullptr) return NotFound(Concat("there is no field ", type, ".", name));
      FieldState state = FieldState::kActive;
      if (!value.is_string() || !ParseName(*value.get_ptr<const std::string*>(), FieldStateName,
                                           FieldState::kDraft, FieldState::kRemoved, &state)) {
        return InvalidArgument(Concat("states.", type, ".", name, ": no such state"));
      }
      RELATA_ASSIGN_OR_RETURN(schema,
                              schema.WithFieldState(schema.Find(type)->id, field->id, state));
    }
  }
  return schema;
}

absl::StatusOr<Schema> Extend(const Schema& schema, const Json& json) {
  SchemaEditor editor(schema);
  Reader reader(json, "schema");
  bool strict = schema.strict();
  reader.Flag("strict", &strict);
  editor.set_strict(strict);
  if (const Json* types = reader.Get("types"); types != nullptr) {
    if (!types->is_array()) return InvalidArgument("types: a list is expected");
    for (const Json& one : *types) RELATA_RETURN_IF_ERROR(AddNewType(editor, one, strict));
  }
  RELATA_RETURN_IF_ERROR(EachOfType(reader, "fields", editor, [&](TypeId id, const Json& one) {
    RELATA_ASSIGN_OR_RETURN(FieldDef field, ReadField(one, editor.type(id).name));
    RELATA_RETURN_IF_ERROR(internal::CheckCard(editor.type(id), field, strict));
    field.custom = true;
    return editor.AddField(id, std::move(field)).status();
  }));
  RELATA_RETURN_IF_ERROR(EachOfType(reader, "paths", editor, [&](TypeId id, const Json& one) {
    RELATA_ASSIGN_OR_RETURN(PathDef path, ReadPath(one, editor.type(id).name));
    return editor.AddPath(id, std::move(path));
  }));
  const Json* states = reader.Get("states");
  RELATA_RETURN_IF_ERROR(reader.Done());
  RELATA_RETURN_IF_ERROR(editor.Resolve());
  Schema extended = editor.Finish();
  if (states == nullptr) return extended;
  return WithStates(std::move(extended), *states);
}

absl::StatusOr<Json> Parse(std::string_view text) {
  Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return InvalidArgument("this is not JSON");
  return json;
}

absl::StatusOr<Schema> Restore(const Json& json, const Schema& declared) {
  Reader reader(json, "catalogue");
  int version = 0;
  bool strict = false;
  reader.Number("version", &version);
  reader.Flag("strict", &strict);
  const Json* types = reader.Get("types");
  RELATA_RETURN_IF_ERROR(reader.Done());
  if (version != kCatalogueVersion || types == nullptr || !types->is_array()) {
    return InvalidArgument("no catalogue of a version known here");
  }
  SchemaEditor editor;
  for (const Json& one : *types) {
    RELATA_ASSIGN_OR_RETURN(TypeDef type, ReadType(one));
    const TypeDef* same = declared.Find(type.name);
    if (same != nullptr && !type.custom) {
      RELATA_ASSIGN_OR_RETURN(type, Merge(std::move(type), *same));
    }
    RELATA_RETURN_IF_ERROR(editor.AddType(std::move(type)).status());
  }
  for (const TypeDef* type : declared.types()) {
    if (editor.Find(type->name) != nullptr) continue;
    RELATA_RETURN_IF_ERROR(editor.AddType(*type).status());
  }
  RELATA_RETURN_IF_ERROR(editor.Resolve());
  editor.set_strict(strict);
  return editor.Finish();
}

}  // namespace

std::string SaveCatalogue(const Schema& schema) {
  Json out;
  out["version"] = kCatalogueVersion;
  PutFlag(out, "strict", schema.strict());
  out["types"] = Json::array();
  for (const TypeDef* type : schema.types()) out["types"].push_back(TypeJson(*type));
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<Schema> RestoreCatalogue(std::string_view text, const Schema& declared) {
  // The common case costs no parsing, and many databases of one process share one schema.
  if (SaveCatalogue(declared) == text) return declared;
  absl::StatusOr<Json> json = Parse(text);
  absl::StatusOr<Schema> schema =
      json.ok() ? Restore(*json, declared) : absl::StatusOr<Schema>(json.status());
  if (schema.ok() || absl::IsFailedPrecondition(schema.status())) return schema;
  return DataLoss(Concat("the catalogue of the schema: ", Message(schema.status())));
}

absl::StatusOr<TypeDef> ParseTypeDef(std::string_view text) {
  RELATA_ASSIGN_OR_RETURN(Json json, Parse(text));
  return ReadType(json);
}

absl::StatusOr<Schema> ExtendSchema(const Schema& schema, std::string_view text) {
  RELATA_ASSIGN_OR_RETURN(Json json, Parse(text));
  return Extend(schema, json);
}

absl::StatusOr<FieldDef> ParseFieldDef(std::string_view text) {
  RELATA_ASSIGN_OR_RETURN(Json json, Parse(text));
  return ReadField(json, "");
}

}  // namespace relata

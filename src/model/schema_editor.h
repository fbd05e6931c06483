// SPDX-License-Identifier: Apache-2.0
//
// Builds one schema from another: types are cloned when first changed, the others stay shared.

#ifndef RELATA_SRC_MODEL_SCHEMA_EDITOR_H_
#define RELATA_SRC_MODEL_SCHEMA_EDITOR_H_

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "relata/base/status.h"
#include "relata/model/schema.h"

namespace relata {

struct Schema::Data {
  std::vector<std::shared_ptr<const TypeDef>> types;
  std::vector<const TypeDef*> view;
  std::unordered_map<std::string, TypeId, TypeDef::Hash, std::equal_to<>> by_name;
  bool strict = false;
};

// Use: add, then Resolve, then Finish. After an error the editor is thrown away.
class SchemaEditor {
 public:
  SchemaEditor() = default;
  explicit SchemaEditor(const Schema& base);

  // Adds a type with its fields and paths as given; links and paths are resolved by Resolve. Field
  // ids are places, `places` is kept when it is given.
  absl::StatusOr<TypeId> AddType(TypeDef type);
  // Adds a field or path to a type of the editor.
  absl::StatusOr<FieldId> AddField(TypeId type, FieldDef field);
  absl::Status AddPath(TypeId type, PathDef path);

  // Finds the targets of all links, the subjects of all events and the steps of all paths added.
  absl::Status Resolve();

  TypeDef& Mutable(TypeId type);
  const TypeDef& type(TypeId id) const { return *types_[id]; }
  size_t size() const { return types_.size(); }
  const TypeDef* Find(std::string_view name) const;
  void set_strict(bool strict) { strict_ = strict; }

  Schema Finish();

 private:
  absl::Status ResolveType(TypeId id);
  absl::Status ResolveLink(TypeId type, FieldId field);
  // The steps of a path; empty, with OK, when it leads over a path not resolved yet.
  absl::StatusOr<std::vector<PathStep>> StepsOf(const TypeDef& type, const PathDef& path) const;

  std::vector<std::shared_ptr<TypeDef>> own_;  // parallel to types_; null while shared
  std::vector<std::shared_ptr<const TypeDef>> types_;
  std::unordered_map<std::string, TypeId, TypeDef::Hash, std::equal_to<>> by_name_;
  std::vector<TypeId> new_types_;
  std::vector<std::pair<TypeId, FieldId>> new_links_;
  std::vector<std::pair<TypeId, size_t>> new_paths_;
  bool strict_ = false;
};

namespace internal {

// The declared type as a definition, cards completed from the type's.
TypeDef DefinitionOf(const TypeSpec& spec);

// What strict mode asks of the card of a field added at run time.
absl::Status CheckCard(const TypeDef& type, const FieldDef& field, bool strict);

// Lower-case ASCII letters, digits and "_", a letter first, 1 to 63 characters.
bool IsSchemaName(std::string_view name);

// Labels options by their code where they have none, and makes the words they are recognised by.
void CompleteOptions(FieldDef& field);

// "accounts" for "account", "companies" for "company".
std::string PluralOf(std::string_view name);

// "account.name".
std::string MemberName(const TypeDef& type, std::string_view member);

}  // namespace internal
}  // namespace relata

#endif  // RELATA_SRC_MODEL_SCHEMA_EDITOR_H_

// SPDX-License-Identifier: Apache-2.0
//
// The schema for people: printed with its field cards, and looked over for what is missing in it.
//
// Pure functions; any thread.

#ifndef RELATA_MODEL_SCHEMA_REPORT_H_
#define RELATA_MODEL_SCHEMA_REPORT_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "relata/base/language.h"
#include "relata/base/status.h"
#include "relata/model/schema.h"

namespace relata {

enum class SchemaFormat : uint8_t { kJson, kMarkdown };

// The schema as a document with labels in `language`: every type with its fields, their cards,
// inverses and paths. `only` restricts it to one type of the schema; nullptr is all.
//
// JSON: {"strict", "types": [{"name", "plural", "label", "plural_label", "help", "kind": "record"
// or "event", "subject", "title", "custom", "fields": [...], "inverses": [{"name", "label", "type",
// "field"}], "paths": [{"name", "label", "path", "type", "many"}]}]}; a field has the members of
// FieldDef, without those that are empty or false. Markdown: one section a type with a table of its
// fields; removed fields are left out.
std::string DescribeSchema(const Schema& schema, SchemaFormat format, Language language,
                           const TypeDef* only = nullptr);

// That something outside the schema reads a field: `reader` names it ("segment ripe").
struct FieldReader {
  TypeId type = kNoType;
  FieldId field = kNoField;
  std::string reader;
};

// What is wrong or missing, in the order of types and fields; `where` is "contact.email".
// Errors: a name that expressions cannot say, a picklist with a code twice, an initial value the
// field cannot hold. Warnings: no label in
// one of the languages, a label twice in one type, nobody has said use, steward, data owner or
// personal-data class, personal data without purpose or retention, a choice without options, a
// deprecated or removed field that a title, a path or one of `readers` still reads. Info: a link
// without inverse.
std::vector<Issue> LintSchema(const Schema& schema, std::span<const FieldReader> readers = {});

}  // namespace relata

#endif  // RELATA_MODEL_SCHEMA_REPORT_H_

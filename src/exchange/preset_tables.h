// SPDX-License-Identifier: Apache-2.0
//
// The words that systems and people use for columns and values, as data.
//
// Headers are written as HeaderKey gives them, values as FoldWords does; "|" separates words that
// mean the same. The order of rows is the order of priority between columns of one field.

#ifndef RELATA_SRC_EXCHANGE_PRESET_TABLES_H_
#define RELATA_SRC_EXCHANGE_PRESET_TABLES_H_

#include <span>
#include <string_view>

namespace relata::internal {

// `how`: "" a value; "key" this row's key; "join", "full_name", "siret" as in ParseAs; for links
// "key", "name", "email" or "field:NAME" after a colon: ":key", ":name", ":field:code".
struct PresetColumn {
  std::string_view headers;
  std::string_view field;
  std::string_view how = "";
};

// What a column of one type may be called. `preset` is "" for words that any source uses.
// A file cannot be of the type unless one of each comma-separated group of `needs` is filled, nor
// when it has a column of `unless`.
struct PresetType {
  std::string_view preset;
  std::string_view type;
  std::string_view files;  // words in the names of files that hold the type
  std::string_view needs;
  std::string_view unless;
  std::span<const PresetColumn> columns;
};
std::span<const PresetType> PresetTypes();

// Headers, exactly as a system writes them, that speak for it; a "*" at the end or the beginning
// stands for any text.
struct PresetSign {
  std::string_view preset;
  std::string_view header;
  int weight;
};
std::span<const PresetSign> PresetSigns();

// What values of a picklist are called elsewhere. `type` is "" for every type.
struct PresetValue {
  std::string_view type;
  std::string_view field;
  std::string_view words;
  std::string_view code;
};
std::span<const PresetValue> PresetValues();

}  // namespace relata::internal

#endif  // RELATA_SRC_EXCHANGE_PRESET_TABLES_H_

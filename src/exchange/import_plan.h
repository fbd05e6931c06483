// SPDX-License-Identifier: Apache-2.0
//
// What each column of one file becomes, decided before its rows are read: fields, formats, links,
// the key, the custom fields that are missing.

#ifndef RELATA_SRC_EXCHANGE_IMPORT_PLAN_H_
#define RELATA_SRC_EXCHANGE_IMPORT_PLAN_H_

#include <memory>
#include <string>
#include <vector>

#include "exchange/column_profile.h"
#include "exchange/record_index.h"
#include "exchange/table.h"
#include "relata/exchange/import.h"

namespace relata::internal {

inline constexpr size_t kNoColumn = static_cast<size_t>(-1);

struct PlannedValue {
  size_t column;
  const FieldDef* field;  // nullptr under ParseAs::kFullName
  ColumnRule rule;
  CellFormat format;
};

struct PlannedLink {
  size_t column;
  const FieldDef* field;
  LinkRule rule;
  bool later = false;  // its targets are read with this file or after it
};

// One file on its way in. The schema is held so that the pointers to its fields stay.
struct ImportPlan {
  std::string path;
  RecognitionHints hints;
  Mapping mapping;
  std::vector<std::string> header;
  int64_t header_row = 0;
  std::shared_ptr<const Schema> schema;
  const TypeDef* type = nullptr;
  std::vector<PlannedValue> values;
  std::vector<PlannedLink> links;
  std::vector<size_t> key;       // empty: `identity`
  std::vector<size_t> identity;  // what makes up a key where no column holds one
  size_t currency_column = kNoColumn;
  size_t country_column = kNoColumn;
  size_t product_column = kNoColumn;  // of an opportunity: becomes its line
  size_t siret_column = kNoColumn;    // of an account: becomes its establishment
  Currency currency;
  bool currency_assumed = false;  // nobody said so: neither the host nor the mapping
};

// Where in the order of files a type stands: what others link to comes first.
int TypeRank(std::string_view type);

// Headers that say the same of every type: when the source made the row, which currency it is in.
bool IsCreatedHeader(std::string_view header);
bool IsCurrencyHeader(std::string_view header);

// The name of a custom field for a column: "Age Tier" -> "age_tier".
std::string CustomFieldName(std::string_view header, size_t column);

// Reads the file once for what its columns are like and decides. Declares the custom fields that
// are missing in `crm`. Findings about columns are added to `result`.
absl::StatusOr<ImportPlan> PlanImport(Crm& crm, const std::string& path,
                                      const RecognitionHints& hints, const Mapping& mapping,
                                      const ImportOptions& options, FileImport* result);

}  // namespace relata::internal

#endif  // RELATA_SRC_EXCHANGE_IMPORT_PLAN_H_

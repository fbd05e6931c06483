// SPDX-License-Identifier: Apache-2.0

#include "engine/tables.h"

#include "relata/model/validate.h"

namespace relata::internal {

TableSpec TableOf(const TypeDef& type) {
  TableSpec table;
  table.type = type.id;
  table.name = type.name;
  table.kind = type.event ? TableSpec::Kind::kEvent : TableSpec::Kind::kRecord;
  table.subject = type.event ? type.subject : kNoType;
  table.custom = type.custom;
  for (const std::string& field : type.title) {
    table.title += (table.title.empty() ? "" : " ") + field;
  }
  for (const FieldDef& f : type.fields) {
    if (f.state == FieldState::kRemoved) continue;
    table.columns.push_back({f.id, f.name, ValueKindOf(f.kind), f.is_link() ? f.target : kNoType,
                             f.personal != Personal::kNone, f.custom});
  }
  if (!type.event) {
    for (const FieldId id : {kCreatedAtField, kUpdatedAtField}) {
      const FieldDef& f = *type.field(id);
      table.columns.push_back({f.id, f.name, Value::Kind::kTimestamp, kNoType, false});
    }
  }
  return table;
}

std::vector<TableSpec> TablesOf(const Schema& schema) {
  std::vector<TableSpec> tables;
  tables.reserve(schema.types().size());
  for (const TypeDef* type : schema.types()) tables.push_back(TableOf(*type));
  return tables;
}

std::vector<ColumnsNeeded> WholeTables(std::span<const TypeId> types) {
  std::vector<ColumnsNeeded> columns;
  for (const TypeId type : types) columns.push_back({type, {}, true});
  if (!columns.empty()) columns.push_back({kLedgerTable, {}, true});
  return columns;
}

}  // namespace relata::internal

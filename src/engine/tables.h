// SPDX-License-Identifier: Apache-2.0
//
// What the store is told about the schema: one table a type, one column a field.

#ifndef RELATA_SRC_ENGINE_TABLES_H_
#define RELATA_SRC_ENGINE_TABLES_H_

#include <span>
#include <string_view>
#include <vector>

#include "relata/engine/snapshot.h"
#include "relata/model/schema.h"
#include "relata/storage/store.h"

namespace relata::internal {

// The name of definitions there is one of: the catalogue, the tenant's settings.
inline constexpr std::string_view kOnly = "main";

// The table of a type: its fields in the order of their ids, removed ones left out, and for records
// created_at and updated_at behind them. The id of a record, and subject and instant of an event,
// are the table's own.
TableSpec TableOf(const TypeDef& type);

// The tables of all types, by id.
std::vector<TableSpec> TablesOf(const Schema& schema);

// Every column of the types. Whoever asks for whole tables may ask for decisions too, which need
// the ledger.
std::vector<ColumnsNeeded> WholeTables(std::span<const TypeId> types);

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_TABLES_H_

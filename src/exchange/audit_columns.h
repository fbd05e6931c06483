// SPDX-License-Identifier: Apache-2.0
//
// The part of the audit that looks at one file: its columns one by one and against each other.

#ifndef RELATA_SRC_EXCHANGE_AUDIT_COLUMNS_H_
#define RELATA_SRC_EXCHANGE_AUDIT_COLUMNS_H_

#include <functional>
#include <string>

#include "exchange/table.h"
#include "relata/exchange/audit.h"

namespace relata::internal {

// Reads `table` to its end and audits it; `row` is called with each row.
FileAudit AuditTable(const std::string& file, Table& table,
                     const std::function<void(const TableRow&)>& row);

// The class of personal data that a column's name speaks of; kNone when it does not.
Personal PersonalByName(std::string_view header);

// True for names that say the column is no longer used.
bool NamedAsAbandoned(std::string_view header);

}  // namespace relata::internal

#endif  // RELATA_SRC_EXCHANGE_AUDIT_COLUMNS_H_

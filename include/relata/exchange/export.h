// SPDX-License-Identifier: Apache-2.0
//
// Export: records of one type as a table, CSV or JSON lines, for a spreadsheet or another system.
//
// What a role hides is not in the table, and cannot be asked for. Points at which people are
// reached (e-mail, telephone, street) leave the library in one of two ways only:
//
//   for a message   with `plan`: a channel and a purpose. The records are those of persons who may
//   be
//                   contacted so, each of the others is counted by the rule that excludes it, and
//                   the points are those of the channel.
//   under a right   with `reason`: the reader's role has the right "export" (a tenant without
//   roles:
//                   everybody). A line of the log "export" says who took what and why, and is
//                   durable before the first row leaves.
//
// Without either, columns that hold points are left out and named in the report.
//
// Free functions over a Crm; as thread-safe as the Crm.

#ifndef RELATA_EXCHANGE_EXPORT_H_
#define RELATA_EXCHANGE_EXPORT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/engine/crm.h"
#include "relata/segment/audience.h"

namespace relata {

enum class ExportFormat : uint8_t {
  kCsv,        // RFC 4180, UTF-8, "\n"; the first row names the columns
  kJsonLines,  // one object a line; absent values are left out
};

struct ExportOptions {
  QueryOptions question;             // now, reader, purpose (limited collection), parameters
  std::vector<std::string> columns;  // fields by name; empty: every field the reader may read
  ExportFormat format = ExportFormat::kCsv;
  std::optional<ContactPlan> plan;
  std::string reason;
};

struct ExportReport {
  int64_t rows = 0;
  std::vector<std::string> columns;   // "id" first, then "keys" (SYSTEM:KEY, separated by spaces)
  std::vector<std::string> withheld;  // columns left out because they hold contact points
  std::vector<Exclusion> excluded;    // with a plan: who was left out, by rule
};

// Hands the table to `write` piece by piece, row by row in the order of creation. Links are written
// as TYPE/ID, lists separated by ";", instants as RFC 3339 in UTC, money as "12.50 EUR".
// InvalidArgument (an unknown column, a condition that does not check, a plan about no persons);
// PermissionDenied (a column that the role hides or that holds contact points and neither plan nor
// reason was given, a reason without the right); what `write` returns ends the export.
absl::StatusOr<ExportReport> ExportRecords(
    Crm& crm, std::string_view type, std::string_view condition, const ExportOptions& options,
    const std::function<absl::Status(std::string_view)>& write);

}  // namespace relata

#endif  // RELATA_EXCHANGE_EXPORT_H_

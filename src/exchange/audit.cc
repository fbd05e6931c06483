// SPDX-License-Identifier: Apache-2.0

#include "relata/exchange/audit.h"

#include <memory>
#include <utility>

#include "exchange/audit_columns.h"
#include "exchange/audit_entities.h"
#include "exchange/table.h"

namespace relata {
namespace {

constexpr int64_t kProgressEvery = 50'000;

// The second reading, for the rows that the first one found to be mentioned more than once.
absl::Status CollectFacts(const std::vector<std::string>& files,
                          const std::vector<RecognitionHints>& hints,
                          internal::EntityIndex& entities) {
  for (size_t i = 0; i < files.size(); ++i) {
    absl::StatusOr<internal::Table> table = internal::Table::Open(files[i], hints[i]);
    if (!table.ok()) continue;  // reported by the first reading
    const internal::IdentityColumns columns = internal::FindIdentityColumns(*table);
    internal::TableRow row;
    for (;;) {
      const absl::StatusOr<bool> more = table->Next(&row);
      if (!more.ok() || !*more) break;
      if (entities.Wanted(i, row.number)) entities.Collect(i, files[i], columns, row);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AuditReport> AuditFiles(const std::vector<std::string>& paths,
                                       const AuditOptions& options) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<std::string> files, internal::ListTableFiles(paths));
  RecognitionHints given;
  given.preset = options.preset;
  RELATA_ASSIGN_OR_RETURN(const std::vector<RecognitionHints> hints,
                          internal::HintsByFolder(files, given));
  AuditReport report;
  internal::EntityIndex entities;
  for (size_t i = 0; i < files.size(); ++i) {
    absl::StatusOr<internal::Table> table = internal::Table::Open(files[i], hints[i]);
    if (!table.ok()) {
      FileAudit unread;
      unread.file = files[i];
      unread.error = std::string(Message(table.status()));
      report.files.push_back(std::move(unread));
      continue;
    }
    const internal::IdentityColumns columns = internal::FindIdentityColumns(*table);
    int64_t rows = 0;
    report.files.push_back(
        internal::AuditTable(files[i], *table, [&](const internal::TableRow& row) {
          entities.Mention(i, columns, row);
          if (++rows % kProgressEvery == 0 && options.progress) options.progress(files[i], rows);
        }));
    if (options.progress) options.progress(files[i], rows);
    report.rows += rows;
  }
  entities.Group(&report);
  RELATA_RETURN_IF_ERROR(CollectFacts(files, hints, entities));
  entities.Report(options.max_listed, &report);
  return report;
}

}  // namespace relata

// SPDX-License-Identifier: Apache-2.0
//
// The report: one page for people who would rather look than read.
//
// A self-contained HTML document - no script, no font, no image from elsewhere - with the pipeline
// funnel, the weighted forecast by month, the sizes of the segments, how complete the main fields
// are and the state of the maintenance calendar, as of one instant. Every figure is computed from
// the graph when the report is made; text from the graph is escaped.
//
// As thread-safe as the Crm.

#ifndef RELATA_PROCESS_REPORT_H_
#define RELATA_PROCESS_REPORT_H_

#include <string>
#include <string_view>
#include <vector>

#include "relata/base/language.h"
#include "relata/base/status.h"
#include "relata/engine/crm.h"

namespace relata {

// How filled the fields of a type are: of `records` records, `filled` have a value.
struct FieldFill {
  std::string field;
  std::string label;
  int64_t filled = 0;
  int64_t records = 0;
};
// Fields of a type that at least one record fills, best filled first. Fields the reader may not
// read are left out. NotFound for an unknown type; PermissionDenied.
absl::StatusOr<std::vector<FieldFill>> FieldCompleteness(const Crm& crm, std::string_view type,
                                                         const QueryOptions& asking,
                                                         Language language);

// One stage of a pipeline with the open opportunities in it.
struct FunnelStage {
  std::string stage;
  int64_t deals = 0;
  std::vector<Money> amounts;  // one a currency
};
// Open opportunities by stage, in the order of the field's picklist, other stages behind it.
absl::StatusOr<std::vector<FunnelStage>> OpportunityFunnel(const Crm& crm,
                                                           const QueryOptions& asking);

// The page, UTF-8. PermissionDenied when the reader may not read opportunities.
absl::StatusOr<std::string> HtmlReport(const Crm& crm, const QueryOptions& asking,
                                       Language language = Language::kEnglish);

}  // namespace relata

#endif  // RELATA_PROCESS_REPORT_H_

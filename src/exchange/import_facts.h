// SPDX-License-Identifier: Apache-2.0
//
// Writing the rows of one planned file as events, or as lines of the consent ledger.
//
// Neither has a key. A row is known to be in when an equal fact is: the same subject, instant and
// content, as often as the file says it.

#ifndef RELATA_SRC_EXCHANGE_IMPORT_FACTS_H_
#define RELATA_SRC_EXCHANGE_IMPORT_FACTS_H_

#include "exchange/import_plan.h"
#include "exchange/import_rows.h"
#include "exchange/record_index.h"

namespace relata::internal {

// Declares the event types that presets know and the standard schema has not: "stage_change", a
// deal's stage at an instant. Nothing happens for any other name.
absl::Status DeclareEventType(Crm& crm, std::string_view name, const ImportOptions& options);

// A file of one event type, or (type "event") one whose column `event` names each row's
// ("page_view").
absl::Status ImportEvents(Crm& crm, RecordIndex& index, const std::string& path,
                          const RecognitionHints& hints, const Mapping& mapping,
                          const ImportOptions& options, FileImport* result);

// A file of consent entries: who, channel, purpose, status, when, with which evidence.
absl::Status ImportConsents(Crm& crm, RecordIndex& index, const std::string& path,
                            const RecognitionHints& hints, const Mapping& mapping,
                            const ImportOptions& options, FileImport* result);

}  // namespace relata::internal

#endif  // RELATA_SRC_EXCHANGE_IMPORT_FACTS_H_

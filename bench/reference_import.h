// SPDX-License-Identifier: Apache-2.0
//
// The reference workload brought into a Crm through its own front door: transactions of records,
// events and consent, as an import makes them. An order becomes an order with one line.

#ifndef RELATA_BENCH_REFERENCE_IMPORT_H_
#define RELATA_BENCH_REFERENCE_IMPORT_H_

#include "absl/status/status.h"
#include "reference_data.h"
#include "relata/engine/crm.h"

namespace relata::bench {

inline constexpr Timestamp kWorkloadNow{kNowSeconds * 1'000'000};

// Into an empty Crm: the record of id n becomes row n - 1 of its type. The commits are made before
// the workload's now, so that `now` is later than all of them.
absl::Status ImportReferenceData(const ReferenceData& data, Crm& crm);

// The names of the product's event types, by the numbers of EventRow::type.
inline constexpr const char* kProductEvents[] = {
    "page_view", "email_opened", "email_clicked", "login", "form_sent", "download", "unsubscribe"};

// Appends an event to a transaction as the import does.
void AppendEvent(const EventRow& row, TypeId contact, Transaction& transaction);

}  // namespace relata::bench

#endif  // RELATA_BENCH_REFERENCE_IMPORT_H_

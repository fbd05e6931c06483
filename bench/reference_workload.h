// SPDX-License-Identifier: Apache-2.0
//
// The reference workload of segment questions: accounts, contacts, orders, opportunities and page
// views of a company, drawn from skewed distributions, with the share of nulls, deleted records and
// late events that real data has. Deterministic for a seed.

#ifndef RELATA_BENCH_REFERENCE_WORKLOAD_H_
#define RELATA_BENCH_REFERENCE_WORKLOAD_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "relata/engine/snapshot.h"
#include "relata/model/schema.h"
#include "relata/storage/store.h"

namespace relata::bench {

inline constexpr Timestamp kWorkloadNow{1'751'241'600'000'000};  // 2025-06-30T00:00:00Z

// The ids of the workload's types.
inline constexpr TypeId kAccount = 0;
inline constexpr TypeId kContact = 1;
inline constexpr TypeId kOrder = 2;
inline constexpr TypeId kOpportunity = 3;
inline constexpr TypeId kPageView = 4;
inline constexpr TypeId kDownload = 5;

// The same rows as plain arrays, one entry a row in the order of the graph's rows: what
// hand-written loops read. Codes: country and industry are places in the lists of the schema's
// texts, 255 is null; times are seconds; `exists` is 0 for a deleted record. Links are row + 1, 0
// is none.
struct PlainWorkload {
  std::vector<uint8_t> account_industry;
  std::vector<uint8_t> account_exists;
  std::vector<uint8_t> contact_country;
  std::vector<uint8_t> contact_exists;
  std::vector<uint32_t> contact_account;
  std::vector<uint32_t> order_contact, order_at, order_cents;
  std::vector<uint8_t> order_exists;
  std::vector<uint32_t> opportunity_contact;
  std::vector<uint8_t> opportunity_open;  // 1 open, 0 closed, 2 deleted
  std::vector<uint32_t> view_contact, view_at;
  std::vector<uint8_t> view_page;  // 255 is null
  std::vector<uint32_t> download_contact;
};

struct Workload {
  std::shared_ptr<const Schema> schema;
  std::shared_ptr<const Snapshot> snapshot;
  PlainWorkload plain;
};

// `contacts` contacts, a tenth of accounts, 3 orders, 11 page views, 0.8 downloads and 0.2
// opportunities each on average. The last `tail` events come in 100 small commits, the rest in
// bulk.
Workload MakeWorkload(int64_t contacts, uint64_t seed, int64_t tail);

}  // namespace relata::bench

#endif  // RELATA_BENCH_REFERENCE_WORKLOAD_H_

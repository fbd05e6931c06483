// SPDX-License-Identifier: Apache-2.0
//
// The reference workload of segment questions, as rows in memory: a company's accounts, contacts,
// orders, behaviour, consent, opportunities and tickets, drawn from skewed distributions by
// arithmetic that is the same on every machine. Its ten questions have known answers, so that any
// engine that is given the same rows can be checked to the last member.
//
// "Now" is 2025-06-30 00:00 UTC. Ids count from 1. Deterministic for (contacts, seed).

#ifndef RELATA_BENCH_REFERENCE_DATA_H_
#define RELATA_BENCH_REFERENCE_DATA_H_

#include <cstdint>
#include <string>
#include <vector>

namespace relata::bench {

inline constexpr int64_t kNowSeconds = 1'751'241'600;

inline constexpr const char* kEventNames[] = {"page_view", "email_open", "email_click", "login",
                                              "form",      "download",   "unsubscribe"};
inline constexpr const char* kPageNames[] = {"home", "product", "pricing", "blog",
                                             "docs", "support", "careers", "checkout"};
inline constexpr const char* kChannelNames[] = {"email", "sms", "phone", "post"};
inline constexpr const char* kPurposeNames[] = {"newsletter", "offers", "partners"};
inline constexpr uint8_t kNoPage = 15;

struct AccountRow {
  uint32_t parent;  // 0 is none
  std::string name;
  const char* industry;
  const char* country;
  uint32_t employees;
};
struct ContactRow {
  uint32_t account;  // 0 is none
  const char* first;
  const char* last;
  int64_t phone;
  const char* country;
  uint16_t birth_year;
  uint32_t created;
  const char* lifecycle;
};
struct OrderRow {
  uint32_t at, contact, product, cents;
};
struct EventRow {
  uint32_t at, contact;
  uint8_t type, page;  // places in the lists above
};
struct ConsentRow {
  uint32_t at, contact;
  uint8_t channel, purpose;
  bool granted;
};
struct OpportunityRow {
  uint32_t contact;
  const char* stage;
  uint32_t cents, probability, close;
};
struct TicketRow {
  uint32_t contact;
  const char* severity;
  const char* status;
  uint32_t created;
};

// All tables. Orders, events and consents are in order of time.
struct ReferenceData {
  std::vector<AccountRow> accounts;
  std::vector<ContactRow> contacts;
  std::vector<OrderRow> orders;
  std::vector<EventRow> events;
  std::vector<ConsentRow> consents;
  std::vector<OpportunityRow> opportunities;
  std::vector<TicketRow> tickets;
};

ReferenceData MakeReferenceData(uint64_t contacts, uint64_t seed = 42);

// One CSV file a table in `folder`, with a header, empty for null: what the peers load. False when
// a file cannot be written.
bool WriteCsv(const ReferenceData& data, const std::string& folder);

}  // namespace relata::bench

#endif  // RELATA_BENCH_REFERENCE_DATA_H_

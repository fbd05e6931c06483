// SPDX-License-Identifier: Apache-2.0
//
// Questions about contacts coming in, decisions going out.

#ifndef RELATA_CAPI_CONTACT_H_
#define RELATA_CAPI_CONTACT_H_

#include <cstddef>
#include <string_view>

#include "capi/guard.h"
#include "relata/segment/audience.h"

namespace relata::capi {

struct ContactQuestion {
  RecordRef person;
  ContactPlan plan;
};

// What somebody wants to send, as a caller of the C interface puts it.
absl::StatusOr<ContactPlan> ReadPlan(std::string_view channel, std::string_view purpose, int64_t at,
                                     const relata_contact_options_t* given);

// The question as a caller of the C interface puts it; who is not there is NotFound.
absl::StatusOr<ContactQuestion> ReadQuestion(const relata_crm_t& crm, std::string_view name,
                                             std::string_view channel, std::string_view purpose,
                                             int64_t at, const relata_contact_options_t* given);

relata_decision_t DecisionOut(const Decision& decision);

// What the caller has room for, its own struct_size kept.
void WriteDecision(relata_decision_t value, size_t size, relata_decision_t* out);

}  // namespace relata::capi

#endif  // RELATA_CAPI_CONTACT_H_

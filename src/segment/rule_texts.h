// SPDX-License-Identifier: Apache-2.0
//
// The host's rules as definitions of the database.

#ifndef RELATA_SRC_SEGMENT_RULE_TEXTS_H_
#define RELATA_SRC_SEGMENT_RULE_TEXTS_H_

#include <memory>
#include <string_view>

#include "relata/segment/contact_rules.h"

namespace relata::internal {

inline constexpr std::string_view kRulePackKind = "rule_pack";  // {"text": "amend FR ..."}
inline constexpr std::string_view kConsentPolicyKind = "consent_policy";  // {"value": "on"}

// The library's packs, then the texts and flags of the database.
absl::StatusOr<std::shared_ptr<const ConsentRules>> ReadRules(const Crm& crm);

}  // namespace relata::internal

#endif  // RELATA_SRC_SEGMENT_RULE_TEXTS_H_

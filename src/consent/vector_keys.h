// SPDX-License-Identifier: Apache-2.0
//
// Keys of a vector that nobody reads: a misspelt one would otherwise be a fact that is missing.

#ifndef RELATA_SRC_CONSENT_VECTOR_KEYS_H_
#define RELATA_SRC_CONSENT_VECTOR_KEYS_H_

#include <vector>

#include "consent/json_fields.h"
#include "relata/base/status.h"

namespace relata::internal {

// Adds a warning for every key of the vector that its kind does not know, at its place.
void WarnOfUnreadKeys(const JsonNode& vector, std::vector<Issue>* issues);

}  // namespace relata::internal

#endif  // RELATA_SRC_CONSENT_VECTOR_KEYS_H_

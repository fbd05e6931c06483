// SPDX-License-Identifier: Apache-2.0
//
// Which rule packs can answer differently at all.

#ifndef RELATA_SRC_CONSENT_DISTINCT_PACKS_H_
#define RELATA_SRC_CONSENT_DISTINCT_PACKS_H_

#include <vector>

#include "relata/consent/rule_pack.h"

namespace relata::internal {

// The jurisdictions of pack.all(), in order, less those whose rows are those of an earlier one as
// far as a question reads them that knows an age (`born`) or asks for sale and sharing (`sale`).
std::vector<Jurisdiction> DistinctPacks(const RulePack& pack, bool born, bool sale);

}  // namespace relata::internal

#endif  // RELATA_SRC_CONSENT_DISTINCT_PACKS_H_

// SPDX-License-Identifier: Apache-2.0
//
// What reads a field: the definitions whose conditions name it. Nobody should retire a field that
// a segment still asks, and a field that nothing asks need not be collected.

#ifndef RELATA_QUALITY_FIELD_READERS_H_
#define RELATA_QUALITY_FIELD_READERS_H_

#include <vector>

#include "relata/engine/crm.h"
#include "relata/model/schema_report.h"

namespace relata {

// Every field read by an expression of a segment, score, pipeline or workflow of `crm`, with the
// definition that reads it ("segment ripe"): by definition, then by type and field, each once.
// Links that an expression follows count as read. For LintSchema. Thread-safe.
std::vector<FieldReader> FindFieldReaders(const Crm& crm);

}  // namespace relata

#endif  // RELATA_QUALITY_FIELD_READERS_H_

// SPDX-License-Identifier: Apache-2.0
//
// What a graph under the reference workload takes of memory, printed as tables.

#ifndef RELATA_BENCH_REFERENCE_MEMORY_H_
#define RELATA_BENCH_REFERENCE_MEMORY_H_

#include "relata/engine/crm.h"

namespace relata::bench {

// Loaded columns and indexes by table, and the peak of the process.
void PrintMemory(const Crm& crm);
// What the kept segments hold themselves, beside the columns and indexes above.
void PrintKept(const Crm& crm);

}  // namespace relata::bench

#endif  // RELATA_BENCH_REFERENCE_MEMORY_H_

// SPDX-License-Identifier: Apache-2.0
//
// How many threads answer one question.
//
// By default a question is answered by the thread that asks it and the library makes no thread at
// all, which suits a host that asks many questions at once. A host with processors to spare lets a
// Crm have some of its own. They are made when a question over a population is first worth it (some
// hundred thousand records), shared by all who ask, one question each at a time, asleep in between,
// and end with the Crm. Under them a scan of a table and a condition over its chunks are done in
// parts side by side; a helper that comes late, or never, costs nothing, and what is answered does
// not follow the number: members, errors and their texts are the same. Where other work keeps the
// processors busy, a helper that is held up in the midst of a part holds up the question, which
// then takes many times as long as alone: leave it at one thread there.
//
// Only Crm::Query and what stands on it takes more than one thread. Loading from the store,
// commits, questions about single records, statements pushed down to the store and questions that
// name segments or scores stay on the asking thread.

#ifndef RELATA_ENGINE_THREADS_H_
#define RELATA_ENGINE_THREADS_H_

#include "relata/base/status.h"
#include "relata/engine/crm.h"

namespace relata {

inline constexpr int kMaxThreads = 64;

// From now on a question takes at most so many threads, the asking one among them: 1 to
// kMaxThreads, else InvalidArgument. A question under way keeps those it has. Thread-safe.
absl::Status SetThreads(Crm& crm, int threads);

}  // namespace relata

#endif  // RELATA_ENGINE_THREADS_H_

// SPDX-License-Identifier: Apache-2.0
//
// The store that keeps everything in this process and nothing after it: the reference model that
// the other backends are compared with, and what tests and short scripts use. One subject's events
// and one record's changes cost a pass over all of their table here.

#ifndef RELATA_STORAGE_MEMORY_H_
#define RELATA_STORAGE_MEMORY_H_

#include <memory>

#include "relata/storage/store.h"

namespace relata {

// An empty store. Thread-safe, as every Store.
std::unique_ptr<Store> NewMemoryStore();

}  // namespace relata

#endif  // RELATA_STORAGE_MEMORY_H_

// SPDX-License-Identifier: Apache-2.0
//
// A whole database as one stream of bytes that any store, and every later version, reads.
//
// A dump holds everything a tenant has: tables, records, events, consent, every change and commit
// with its place in the chain, definitions, keys, merges, logs. It is what a backup is where there
// is no file to copy (PostgreSQL), and the way from one store to another or over a change of
// format.
//
// The stream is a row of frames - a kind, a length, a body packed as before-images are, a check -
// and ends with the SHA-256 of all before it. Kinds and members are numbered and numbers are never
// used again. Loading replays the commits one by one with the numbers, instants and chain they had.
//
// Both need memory for one batch of rows, and for the ids of deleted records.

#ifndef RELATA_EXCHANGE_DUMP_H_
#define RELATA_EXCHANGE_DUMP_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "relata/base/status.h"
#include "relata/engine/crm.h"
#include "relata/storage/store.h"

namespace relata {

inline constexpr int64_t kDumpVersion = 1;

struct DumpReport {
  int64_t commits = 0;
  int64_t records = 0;
  int64_t events = 0;
};

// Takes the next bytes of the stream.
using DumpSink = std::function<absl::Status(std::string_view bytes)>;
// Gives exactly `size` bytes; OutOfRange at the end of the stream.
using DumpSource = std::function<absl::StatusOr<std::string>(size_t size)>;

// Writes what the reader sees.
absl::StatusOr<DumpReport> WriteDump(StoreReader& reader, const DumpSink& sink);

// The same of a Crm's store.
absl::StatusOr<DumpReport> WriteDump(const Crm& crm, const DumpSink& sink);

// Fills an empty store. FailedPrecondition when the store has commits, or the dump is of a newer
// version; DataLoss when the stream is damaged or cut off: the store is then to be thrown away.
absl::StatusOr<DumpReport> LoadDump(Store& store, const DumpSource& source);

}  // namespace relata

#endif  // RELATA_EXCHANGE_DUMP_H_

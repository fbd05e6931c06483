// SPDX-License-Identifier: Apache-2.0
//
// The external keys of a record. The store finds records by key; the other way round is kept here,
// for the types that were asked about: read once, then kept by this process's commits, and read
// again after another process's. About 24 bytes and the key itself for each key of such a type.

#ifndef RELATA_SRC_ENGINE_RECORD_KEYS_H_
#define RELATA_SRC_ENGINE_RECORD_KEYS_H_

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relata/base/status.h"
#include "relata/model/value.h"
#include "relata/storage/store.h"

namespace relata::internal {

// Thread-safe.
class RecordKeys {
 public:
  using Keys = std::vector<std::pair<std::string, std::string>>;  // system and key

  // The keys of the record as of the reader's commit, in order of system, then key.
  absl::StatusOr<Keys> Find(StoreReader& reader, RecordRef record);
  // What a commit of this process wrote.
  void Committed(CommitId commit, const std::vector<CommitBatch>& steps);

 private:
  struct Entry {
    Row row = kNoRow;
    uint64_t place = 0;  // of the key in `text`
    uint32_t size = 0;
    uint32_t system = 0;  // in `systems`
  };
  struct OfType {
    CommitId commit = 0;  // as of which it is whole
    std::vector<std::string> systems;
    std::string text;
    std::vector<Entry> entries;  // by row, but for the last `fresh`
    size_t fresh = 0;            // in the order written

    void Add(std::string_view system, std::string_view key, Row row);
    void Sort();
  };

  static absl::StatusOr<OfType> Load(StoreReader& reader, TypeId type, CommitId commit);

  std::mutex mutex_;
  std::map<TypeId, OfType> types_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_RECORD_KEYS_H_

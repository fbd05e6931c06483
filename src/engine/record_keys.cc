// SPDX-License-Identifier: Apache-2.0

#include "engine/record_keys.h"

#include <algorithm>

namespace relata::internal {
namespace {

// So many written since the last sort are looked through one by one.
constexpr size_t kMostFresh = 1024;

// The values of unique fields lie among the keys, but are none of a system's.
bool IsField(std::string_view system) { return system.starts_with("field:"); }

}  // namespace

void RecordKeys::OfType::Add(std::string_view system, std::string_view key, Row row) {
  auto known = std::find(systems.begin(), systems.end(), system);
  if (known == systems.end()) known = systems.emplace(systems.end(), system);
  entries.push_back({row, text.size(), static_cast<uint32_t>(key.size()),
                     static_cast<uint32_t>(known - systems.begin())});
  text += key;
  ++fresh;
}

void RecordKeys::OfType::Sort() {
  const auto by_row = [](const Entry& a, const Entry& b) { return a.row < b.row; };
  const auto middle = entries.end() - static_cast<std::ptrdiff_t>(fresh);
  std::stable_sort(middle, entries.end(), by_row);
  std::inplace_merge(entries.begin(), middle, entries.end(), by_row);
  fresh = 0;
}

absl::StatusOr<RecordKeys::OfType> RecordKeys::Load(StoreReader& reader, TypeId type,
                                                    CommitId commit) {
  OfType loaded;
  loaded.commit = commit;
  RELATA_RETURN_IF_ERROR(reader.ScanExternalKeys(type, [&](const ExternalKeyWrite& key) {
    if (!IsField(key.system)) loaded.Add(key.system, key.key, key.row);
    return absl::OkStatus();
  }));
  loaded.Sort();
  return loaded;
}

absl::StatusOr<RecordKeys::Keys> RecordKeys::Find(StoreReader& reader, RecordRef record) {
  RELATA_ASSIGN_OR_RETURN(const CommitRow head, reader.Head());
  const std::lock_guard lock(mutex_);
  auto found = types_.find(record.type);
  if (found == types_.end() || found->second.commit < head.id) {
    RELATA_ASSIGN_OR_RETURN(OfType loaded, Load(reader, record.type, head.id));
    found = types_.insert_or_assign(record.type, std::move(loaded)).first;
  }
  const OfType& type = found->second;
  Keys keys;
  const auto take = [&](const Entry& entry) {
    keys.emplace_back(type.systems[entry.system], type.text.substr(entry.place, entry.size));
  };
  const auto middle = type.entries.end() - static_cast<std::ptrdiff_t>(type.fresh);
  auto entry = std::lower_bound(type.entries.begin(), middle, record.row,
                                [](const Entry& e, Row row) { return e.row < row; });
  for (; entry != middle && entry->row == record.row; ++entry) take(*entry);
  for (entry = middle; entry != type.entries.end(); ++entry) {
    if (entry->row == record.row) take(*entry);
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

void RecordKeys::Committed(CommitId commit, const std::vector<CommitBatch>& steps) {
  const std::lock_guard lock(mutex_);
  for (const CommitBatch& step : steps) {
    // What is erased takes keys along that the batch does not name.
    if (!step.erase.empty()) return types_.clear();
    for (const ExternalKeyWrite& key : step.external_keys) {
      const auto found = types_.find(key.type);
      if (found == types_.end() || IsField(key.system)) continue;
      if (key.row == kNoRow) {
        // Whose it was is not said; it is rare enough to read again.
        types_.erase(found);
        continue;
      }
      found->second.Add(key.system, key.key, key.row);
      if (found->second.fresh > kMostFresh) found->second.Sort();
    }
  }
  for (auto& [id, type] : types_) {
    if (type.commit == commit - 1) type.commit = commit;
  }
}

}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0
//
// A store around another one: what it is asked can be counted, timed, or made to fail.
//
//   class FailThirdCommit : public relata::StoreObserver {
//     absl::Status Before(StoreCall call) override {
//       return call == StoreCall::kCommit && ++commits_ == 3 ? Unavailable("injected")
//                                                            : absl::OkStatus();
//     }
//     int commits_ = 0;
//   };
//   auto store = relata::WrapStore(std::move(real), std::make_shared<FailThirdCommit>());
//
// A lost acknowledgement is an After(kCommit, OK) that returns Unknown: the commit happened, and
// nobody was told. StoreMetrics is the observer that counts.

#ifndef RELATA_STORAGE_WRAPPER_H_
#define RELATA_STORAGE_WRAPPER_H_

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include "relata/storage/store.h"

namespace relata {

// What a store, a reader or a writer can be asked.
enum class StoreCall : uint8_t {
  kRead,
  kWrite,
  kHeadId,
  kHead,
  kFindCommit,
  kScanCommits,
  kFindOperation,
  kTables,
  kNextRow,
  kScanRecords,
  kScanEvents,
  kScanLedger,
  kScanChanges,
  kFindExternalKey,
  kScanExternalKeys,
  kFindId,
  kScanAliases,
  kScanDefinitions,
  kScanLog,
  kPrepare,
  kApply,
  kEraseImages,
  kCommit,
};
inline constexpr size_t kStoreCalls = static_cast<size_t>(StoreCall::kCommit) + 1;

// "read", "scan_records", ...
std::string_view NameOf(StoreCall call);

// Sees every call. The store is used by several threads, so an observer must be thread-safe.
class StoreObserver {
 public:
  virtual ~StoreObserver() = default;

  // Before the call is passed on; a status that is not OK is its answer instead.
  virtual absl::Status Before(StoreCall) { return absl::OkStatus(); }
  // After it, with its status: what the caller is told.
  virtual absl::Status After(StoreCall, absl::Status status) { return status; }
};

// How often each call was made, how often it failed, and how long it took in all.
class StoreMetrics : public StoreObserver {
 public:
  struct Figure {
    int64_t calls = 0;
    int64_t failures = 0;
    Duration total;
  };

  // `clock` is a steady clock of the host's; without one the durations stay zero.
  explicit StoreMetrics(std::function<Duration()> clock = nullptr) : clock_(std::move(clock)) {}

  absl::Status Before(StoreCall call) override;
  absl::Status After(StoreCall call, absl::Status status) override;

  Figure figure(StoreCall call) const;

 private:
  const std::function<Duration()> clock_;
  mutable std::mutex mutex_;
  std::array<Figure, kStoreCalls> figures_;
};

// `target` with every call shown to `observer`, those of its readers and writers included.
std::unique_ptr<Store> WrapStore(std::shared_ptr<Store> target,
                                 std::shared_ptr<StoreObserver> observer);

}  // namespace relata

#endif  // RELATA_STORAGE_WRAPPER_H_

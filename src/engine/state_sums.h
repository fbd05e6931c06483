// SPDX-License-Identifier: Apache-2.0
//
// What a commit leaves in the tables, as sums: a hash for each record as it stands, each event and
// each external key, added up by table and stretch of rows. A commit says by how much it moves the
// sums, so that the sum of what is there can be compared with what the commits came to. Whoever is
// erased is taken out of the sums like whoever is deleted, and nothing of her is needed to check
// the rest.
//
// A value is hashed with the rest of its row and the salt of the tenant's first commit. The chain
// over before-images is what stands against a forger who may choose values at will; sums of hashes
// are proof against every change that is not made to fit them.
//
// Single-thread.

#ifndef RELATA_SRC_ENGINE_STATE_SUMS_H_
#define RELATA_SRC_ENGINE_STATE_SUMS_H_

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "codec/pack.h"
#include "engine/blake_many.h"
#include "relata/storage/store.h"

namespace relata::internal {

class StateSums {
 public:
  enum class Kind : uint8_t { kRecord = 0, kEvent, kKey, kErasedEvent };
  // Kind, type, stretch: of 1,024 rows or 4,096 seqs; all keys of a type together, and all events
  // that were erased.
  using Place = std::tuple<Kind, TypeId, int64_t>;
  using Sum = std::array<uint64_t, 4>;
  // How many rows or seqs a stretch of the kind holds.
  static constexpr int64_t StretchOf(Kind kind) { return kind == Kind::kRecord ? 1024 : 4096; }

  explicit StateSums(std::string salt) : salt_(std::move(salt)) {}
  StateSums(StateSums&& other) noexcept
      : salt_(std::move(other.salt_)),
        sums_(std::move(other.sums_)),
        waiting_(std::move(other.waiting_)) {}

  // Values as they are hashed: those that are there, in the order of their fields.
  static std::string Packed(const FieldValues& values);

  // The same for rows of a scan or batch whose columns hold `fields`.
  class Rows {
   public:
    explicit Rows(const std::vector<FieldId>& fields);
    std::string Packed(const std::vector<Column>& columns, size_t row) const {
      std::string out;
      Pack(columns, row, out);
      return out;
    }
    // The same, in place of what `out` held.
    void Pack(const std::vector<Column>& columns, size_t row, std::string& out) const;

   private:
    std::vector<std::pair<FieldId, size_t>> order_;  // fields ascending, each with its column
  };

  // `sign` is +1 for what comes and -1 for what goes.
  void Record(int sign, RecordRef record, const Uuid& id, std::string_view packed);
  void Event(int sign, TypeId type, Seq seq, Row subject, Timestamp at, std::string_view packed);
  void Key(int sign, TypeId type, std::string_view system, std::string_view key, Row row);
  // An event that was there and is erased now.
  void ErasedEvent(int sign, TypeId type, Seq seq);
  void Add(const Place& place, const Sum& sum);
  void AddAll(const StateSums& sums);
  void Forget(Kind kind);

  // The places whose sum is not nothing, with 64 hexadecimal digits each.
  std::vector<std::pair<Place, std::string>> List() const;
  static std::optional<Sum> Parse(std::string_view hex);

 private:
  // What is hashed together: texts of as many blocks.
  struct Waiting {
    size_t count = 0;
    std::array<std::string, kBlakeTexts> texts;
    std::array<std::pair<int, Sum*>, kBlakeTexts> into;  // the sign and the sum
  };

  // An empty text to write to, with the salt and the kind. The next Hash takes it.
  std::string& Begin(Kind kind);
  void Hash(int sign, const Place& place);
  static void AddHash(int sign, const BlakeDigest& hash, Sum& sum);
  static void HashAll(Waiting& waiting);
  // Adds what waits to the sums.
  void Settle() const;

  std::string salt_;
  mutable std::map<Place, Sum> sums_;
  mutable std::vector<Waiting> waiting_;  // by the number of blocks
  std::string text_;                      // under way
  Place last_place_;
  Sum* last_ = nullptr;  // of `last_place_`: rows come by stretches
};

// By how much the steps of a commit move the sums; `store` is as before them.
absl::StatusOr<StateSums> SumsOfCommit(StoreReader& store, std::string salt,
                                       std::span<const CommitBatch> steps);

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_STATE_SUMS_H_

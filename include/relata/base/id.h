// SPDX-License-Identifier: Apache-2.0
//
// How things are named.
//
// A record has two names: a dense `Row` inside its type and tenant, used by every link, index and
// bitmap, and a public Uuid (version 7, so ids sort by creation), used by every caller. An event, a
// consent entry and a change have no Uuid: they are named by their `Seq`, the place at which their
// commit put them. Nothing here draws random numbers: ids come from an IdSource that is handed in.

#ifndef RELATA_BASE_ID_H_
#define RELATA_BASE_ID_H_

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "relata/base/time.h"

namespace relata {

// A record's dense number inside its type, counted from 0 and never used again. kNoRow names
// nothing.
using Row = int64_t;
inline constexpr Row kNoRow = -1;

// The number of an event, consent entry or change, counted from 1 within the tenant.
using Seq = int64_t;

// The number of a commit, gap-free within the tenant, counted from 1. 0 is the empty database.
using CommitId = int64_t;

// A type's place in the schema, stable for the life of a database.
using TypeId = uint16_t;
inline constexpr TypeId kNoType = 0xffff;

// A field's place in its type, stable for the life of a database.
using FieldId = uint16_t;
inline constexpr FieldId kNoField = 0xffff;

// A record named inside the engine: type and row.
struct RecordRef {
  TypeId type = kNoType;
  Row row = kNoRow;

  constexpr bool none() const { return row == kNoRow; }
  friend constexpr auto operator<=>(const RecordRef&, const RecordRef&) = default;
};

// A public id: 128 bits, written as RFC 9562 text ("018f2b4e-7c1a-7d3e-9a55-0b1c2d3e4f50").
struct Uuid {
  std::array<uint8_t, 16> bytes{};

  // The id written as 36 characters with hyphens, any case; nothing for any other text.
  static std::optional<Uuid> Parse(std::string_view text);
  std::string ToString() const;
  constexpr bool nil() const { return *this == Uuid{}; }

  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;
};

// Where public ids come from. Thread-compatible.
class IdSource {
 public:
  virtual ~IdSource() = default;
  // A new version 7 id whose time part is `now`. Ids from one source never repeat and ascend.
  virtual Uuid Next(Timestamp now) = 0;
};

// Ids that depend on `seed` and the order of the calls only: the same run gives the same ids. For
// tests and replays; processes that write to one database need different seeds.
std::unique_ptr<IdSource> NewSeededIds(uint64_t seed);

// Ids whose random part comes from the operating system: what a host normally uses.
std::unique_ptr<IdSource> NewRandomIds();

}  // namespace relata

#endif  // RELATA_BASE_ID_H_

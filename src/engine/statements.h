// SPDX-License-Identifier: Apache-2.0
//
// The newest statement of each person about a channel and a purpose, as columns by person: the fold
// of the consent ledger, kept with it (kept.h) for the channels and purposes that were asked for.
//
// Of statements with the same instant the one that came later counts.

#ifndef RELATA_SRC_ENGINE_STATEMENTS_H_
#define RELATA_SRC_ENGINE_STATEMENTS_H_

#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "engine/columns.h"
#include "engine/kept.h"
#include "relata/base/id.h"
#include "relata/model/consent_entry.h"

namespace relata::internal {

struct Statements {
  int64_t count = 0;  // what the first so many lines of the ledger say
  // Each by person, without a value where there is no statement.
  ChunkedColumn at{Value::Kind::kTimestamp};
  ChunkedColumn event{Value::Kind::kInt};  // ConsentEvent

  size_t MemoryUsed() const { return sizeof(*this) + at.MemoryUsed() + event.MemoryUsed(); }
};

// By the type of the persons, the channel and the purpose.
using KeptStatements = Kept<std::tuple<TypeId, Channel, Purpose>, Statements>;

struct LedgerTable;

// Reads the lines of the ledger that state something about a channel and a purpose.
class StatementReader {
 public:
  StatementReader(const LedgerTable& ledger, Channel channel, Purpose purpose)
      : ledger_(ledger), channel_(channel), purpose_(purpose) {}

  struct Line {
    RecordRef person;
    int64_t at = 0;
    uint8_t event = 0;  // ConsentEvent
  };
  size_t chunks() const;
  // Those of a chunk of the ledger from a place on, in order; good until the next call.
  std::span<const Line> Chunk(size_t chunk, int64_t from);
  // The event that the line at a place states, 0 for none.
  uint8_t EventAt(int64_t place);

 private:
  uint8_t Counted(std::string_view shape) const;
  // Of each text of the dictionary of shapes.
  const std::vector<uint8_t>& EventsOfCodes();

  const LedgerTable& ledger_;
  const Channel channel_;
  const Purpose purpose_;
  std::vector<uint8_t> events_of_code_;
  std::vector<uint32_t> slots_;
  std::vector<int64_t> rows_, at_, codes_;
  std::vector<Line> lines_;
};

// What the persons of a type, `persons` of them, said last; kept with the ledger.
KeptStatements::Value NewestStatements(const LedgerTable& ledger, TypeId type, Row persons,
                                       Channel channel, Purpose purpose);

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_STATEMENTS_H_

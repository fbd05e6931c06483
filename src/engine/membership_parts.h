// SPDX-License-Identifier: Apache-2.0
//
// The parts of a condition: what && || and ! join at its top, each a condition of its own.
//
// What is known of every part of every record decides most of a commit without looking anything up:
// a write concerns the parts that read it, and where another part is known to be false an && stays
// false whatever the write brought. Two bits a record and part are kept for that (a third where a
// part is an error). What time alone will change is known up to an instant, for the few records of
// which it is, once it was asked for.

#ifndef RELATA_SRC_ENGINE_MEMBERSHIP_PARTS_H_
#define RELATA_SRC_ENGINE_MEMBERSHIP_PARTS_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/columns.h"
#include "engine/cow.h"
#include "engine/membership_events.h"
#include "engine/reach.h"
#include "relata/engine/crm.h"
#include "relata/expression/evaluate.h"
#include "relata/expression/plan.h"

namespace relata::internal {

// What is known of 64 records: decided, and of these true or false; decided and neither is an
// error.
struct Known64 {
  uint64_t decided = 0;
  uint64_t yes = 0;
  uint64_t no = 0;
};

// Of values without memory of their own.
template <class T>
size_t MemoryOf(const Directory<T>& directory) {
  size_t bytes = 0;
  for (size_t i = 0; i < directory.size(); ++i) {
    bytes += sizeof(Cow<T>) + (directory[i] == nullptr ? 0 : sizeof(T));
  }
  return bytes;
}

// What a part says of one record of a chunk until time alone may change it, which it does before
// the end of what the state of the segment keeps.
struct TimedPart {
  uint16_t offset = 0;
  Tri value = Tri::kFalse;
  uint8_t count = 0;  // as PartState::counts
  int64_t until = 0;
};

// A part as far as it is known; what is known holds as long as the state of the segment does.
struct PartState {
  // Of a part that counts events: how many there are, a byte a record.
  using Counts = std::array<uint8_t, kRowsPerChunk>;
  static constexpr uint8_t kUncounted = 255;

  Directory<ChunkBits> known;
  Directory<ChunkBits> yes;
  Directory<ChunkBits> error;  // mostly empty
  // Not known because time alone will change it before the end of what is kept; mostly empty.
  Directory<ChunkBits> moving;
  Directory<Counts> counts;  // of records that are known
  // Of records that are moving: ascending. What ran out is not known any more.
  Directory<std::vector<TimedPart>> timed;

  void Learn(Row row, Tri value, EditToken edit);
  void LearnUntil(Row row, Tri value, uint8_t count, Timestamp until, EditToken edit);
  void Forget(Row row, EditToken edit);
  // What is known of the record up to an instant after `now`; nullptr when nothing is.
  const TimedPart* TimedOf(Row row, Timestamp now) const;
  // An event more that counts, of a part of the form. Nothing when it is not known what that comes
  // to, else whether it changes what the part says.
  // It says nothing of a record whose part is not known, but where one event is enough.
  std::optional<bool> CountOne(const EventForm& form, Row row, Timestamp now, EditToken edit);
  // What the part says was found anew, and perhaps (kUncounted) not how many there are.
  void PutCount(Row row, uint8_t count, EditToken edit);
  size_t MemoryUsed() const;

 private:
  std::optional<bool> CountTimed(const EventForm& form, Row row, Timestamp now, EditToken edit);
};

struct ConditionPart {
  std::shared_ptr<const Plan> plan;
  Reach reach;
  std::optional<EventForm> events;  // it asks about events of the subject and of one type only
  bool in_segment = false;          // it asks whether the subject is in a segment
};

// Immutable once made; any thread.
class ConditionParts {
 public:
  // Conditions of more parts are kept as a whole.
  static constexpr size_t kMostParts = 16;

  // Without parts when there is nothing to cut.
  static absl::StatusOr<ConditionParts> Of(const Crm& crm, const Plan& plan);

  const std::vector<ConditionPart>& parts() const { return parts_; }

  // What the parts say of one record, as far as it is known.
  using Said = std::array<std::optional<TimedTri>, kMostParts>;
  // The whole condition; nothing when what is known does not decide it.
  std::optional<TimedTri> Join(const Said& said) const;

  // What is known of the parts of the records of one chunk.
  class Here {
   public:
    Here(const ConditionParts& parts, const std::vector<PartState>& states, size_t chunk);
    // The whole condition for 64 records.
    Known64 Join(size_t word) const;
    // Of one record: nothing when it is not decided.
    std::optional<Tri> Join(Row row) const;
    // What is known at `now` of the parts of one record.
    Said SaidOf(Row row, Timestamp now) const;
    // Whether anything is known of these records that time will change.
    bool timed() const { return timed_; }

   private:
    struct Bits {
      const ChunkBits* known;
      const ChunkBits* yes;
      const ChunkBits* error;
    };

    const ConditionParts& parts_;
    const std::vector<PartState>& states_;
    std::array<Bits, kMostParts> bits_;
    bool timed_ = false;
  };

 private:
  struct Node {
    PlanOp op = PlanOp::kAnd;      // kAnd, kOr, kNot; anything else is a part
    std::vector<uint32_t> inputs;  // nodes before this one
    size_t part = 0;
  };
  uint32_t Cut(const Plan& plan, uint32_t at);
  std::optional<TimedTri> JoinNode(const Said& said, uint32_t at) const;

  std::vector<Node> nodes_;  // the root last
  std::vector<ConditionPart> parts_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_MEMBERSHIP_PARTS_H_

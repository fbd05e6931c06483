// SPDX-License-Identifier: Apache-2.0
//
// A past instant, in the two times that the customer graph knows.
//
// *Recorded* is when a commit was made: `known_at` leaves out every commit recorded later, so the
// answer is the one that was given then. *Effective* is when a thing was so in the world: `at`
// leaves out what took effect later, however early it was known. Effective is
//
//   - an event's and a consent entry's own instant,
//   - the days [from, until) of a dated link (TypeCard::dated): a post, a point of contact,
//   - for a change, the instant given with Transaction::EffectiveAt, else that of its commit; never
//     later than its commit,
//   - for a new record, its created_at where that is earlier.
//
// A field has, at an instant, the value given by the last recorded change that was in effect then:
// a correction recorded today that took effect in March holds from March on, whatever was recorded
// between. Both together ask what was known then about an instant before it.
//
// A past graph is made from today's and the changes since (Crm::Past); its cost follows what
// changed, not what is stored. Values are read by today's schema: a field added later is empty.
// External keys and the names of types and fields are those of today.
//
// People who were erased since are in no past answer: their records are left out and counted.

#ifndef RELATA_ENGINE_AS_OF_H_
#define RELATA_ENGINE_AS_OF_H_

#include <optional>

#include "relata/base/time.h"

namespace relata {

// An empty member does not restrict. {} is today.
struct AsOf {
  std::optional<Timestamp> at;        // effective: what was so then
  std::optional<Timestamp> known_at;  // recorded: what was known then

  bool today() const { return !at && !known_at; }
};

}  // namespace relata

#endif  // RELATA_ENGINE_AS_OF_H_

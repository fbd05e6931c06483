// SPDX-License-Identifier: Apache-2.0
//
// One person's facts of consent, compiled from the graph into one block of memory.
//
// Whose law, whose clock, which addresses, what was said, bought, tried and done: everything a
// decision reads lies side by side, so that deciding costs one look-up and a few cache lines. A
// card holds nothing that depends on the question; it answers for every channel, purpose and
// instant.

#ifndef RELATA_SRC_SEGMENT_CONTACT_CARD_H_
#define RELATA_SRC_SEGMENT_CONTACT_CARD_H_

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "relata/base/id.h"
#include "relata/consent/facts.h"
#include "relata/engine/snapshot.h"
#include "relata/segment/audience.h"

namespace relata::internal {

// Which address of a person a channel uses.
enum class PointUse : uint8_t { kMail = 0, kCall, kText, kNone };
constexpr PointUse PointUseOf(Channel channel) {
  switch (channel) {
    case Channel::kEmail:
      return PointUse::kMail;
    case Channel::kPhone:
      return PointUse::kCall;
    case Channel::kSms:
    case Channel::kRobocall:
      return PointUse::kText;
    default:
      return PointUse::kNone;
  }
}

// The address by which a person is reached.
struct ReachedPoint {
  PartyId point;  // none: the address stands in the person's record only
  Point facts;
  std::string_view problem;  // NO_ADDRESS, INVALID_ADDRESS, or empty
};

// A person's public name: "contact/01a1..." or "lead/01a1...".
struct PersonId {
  Uuid id;
  bool lead = false;

  // Nothing for a name of any other form, a key of another system among them.
  static std::optional<PersonId> Parse(std::string_view name);
  friend bool operator==(const PersonId&, const PersonId&) = default;
};

// What a card is made from.
struct CardParts {
  PartyId person;
  PersonId id;
  Jurisdiction jurisdiction = Jurisdiction::kUnknown;
  const Zone* zone = nullptr;
  std::optional<Date> born;
  bool deceased = false;
  bool suppressed = false;
  bool at_work = false;
  bool activity_tracked = false;
  std::array<ReachedPoint, 4> points;  // by PointUse
  std::vector<ConsentEntry> entries;   // in order of (at, seq)
  std::vector<relata::Merge> merges;
  std::vector<Relation> relations;
  std::vector<Listing> listings;  // of the number called
  std::vector<Attempt> attempts;
  std::vector<relata::Activity> activity;
  std::string number;  // called, E.164 where it could be normalised
};

class ContactCard {
 public:
  struct Deleter {
    void operator()(ContactCard* card) const;
  };
  using Pointer = std::unique_ptr<ContactCard, Deleter>;

  static Pointer Make(CardParts parts);
  // The card in memory of the caller's, `bytes()` of it; the one moved from may only be freed.
  static ContactCard* MoveTo(void* place, ContactCard&& card);
  ContactCard(const ContactCard&) = delete;
  ContactCard& operator=(const ContactCard&) = delete;

  // Who would be asked about what. Borrows the plan's topic.
  Question QuestionOf(PartyId person, const ContactPlan& plan) const;
  // The facts, good while the card lives.
  Facts FactsFor(Channel channel) const;
  std::string_view AddressProblem(Channel channel) const {
    return points_[static_cast<size_t>(PointUseOf(channel))].problem;
  }
  // The number called; empty when there is none.
  const std::string& number() const { return rare_->number; }
  std::span<const Listing> listings() const { return FactsFor(Channel::kPhone).registers; }
  // Who this is about.
  PartyId person() const { return person_; }
  const PersonId& id() const { return id_; }
  // The whole block.
  size_t bytes() const { return bytes_; }
  // Starts loading the card, without waiting for the line that says how long it is.
  void Prefetch() const {
    constexpr size_t kUsual = 768;  // of a person with eight statements
    const char* const begin = reinterpret_cast<const char*>(this);
    for (size_t i = 0; i < kUsual; i += 64) __builtin_prefetch(begin + i);
  }

 private:
  // What few decisions read.
  struct Rare {
    std::vector<ConsentEntry> entries;  // those with topics, controllers or a term
    std::string number;
  };

  ContactCard() = default;
  ContactCard(ContactCard&&) = default;

  PartyId person_;
  PersonId id_;
  size_t bytes_ = 0;
  uint16_t events_ = 0;  // bits of the events among the lines
  Jurisdiction jurisdiction_ = Jurisdiction::kUnknown;
  bool at_work_ = false;
  uint32_t lines_ = 0;
  uint32_t merges_ = 0;
  uint32_t relations_ = 0;
  uint32_t listings_ = 0;
  uint32_t attempts_ = 0;
  uint32_t activity_ = 0;
  bool activity_tracked_ = false;
  Subject subject_;
  std::array<ReachedPoint, 4> points_;
  std::unique_ptr<Rare> rare_;
  // Behind the card, in this order: LedgerLine, Merge, Relation, Listing, Attempt, Activity.
};

// Who was merged with whom, when, and until when: the history that the graph itself forgets.
class MergeBook {
 public:
  // Reads the aliases and the times of their commits.
  static absl::StatusOr<MergeBook> Read(StoreReader& reader);

  // Every person who was ever one with `person`, and the merges between them.
  void Find(PartyId person, std::vector<PartyId>* persons,
            std::vector<relata::Merge>* merges) const;

 private:
  std::vector<relata::Merge> merges_;
  absl::flat_hash_map<uint64_t, std::vector<uint32_t>> by_person_;
};

// National registers that were imported: which numbers stand on which.
class RegisterBook {
 public:
  static absl::StatusOr<RegisterBook> Read(StoreReader& reader);

  std::span<const Listing> Find(std::string_view number) const;
  // Puts a number on a register, or takes it off. False: nothing changed.
  bool Put(std::string_view number, const Listing& listing, bool listed);
  size_t size() const { return by_number_.size(); }

 private:
  absl::flat_hash_map<std::string, std::vector<Listing>> by_number_;
};

// Time zones by name, each loaded once; their addresses stay. Thread-safe.
class ZoneShelf {
 public:
  const Zone* Find(const std::string& name);  // null: no such zone

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::unique_ptr<const Zone>> zones_;
};

// The card of a person of the graph, who must have ConsentTables loaded. InvalidArgument when it is
// neither contact nor lead, NotFound when it does not exist, DataLoss when the ledger cannot be
// read.
absl::StatusOr<ContactCard::Pointer> CompileCard(const Snapshot& view, RecordRef person,
                                                 const MergeBook& merges,
                                                 const RegisterBook& registers, ZoneShelf& zones);

}  // namespace relata::internal

#endif  // RELATA_SRC_SEGMENT_CONTACT_CARD_H_

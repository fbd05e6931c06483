// SPDX-License-Identifier: Apache-2.0
//
// The compiled consent ledger of an open Crm: one card a person asked about (contact_card.h), kept
// true by every commit.
//
// A card is made when a person is first asked about and dropped when a commit touches anything it
// was made from: the person, her account, its orders, her addresses, what was said there, whom she
// was merged with. While it is there, a question is one look-up, by row or by public id, one lock
// that readers share, and the decision. When others wrote to the database, all cards go.

#ifndef RELATA_SRC_SEGMENT_CONTACT_CARDS_H_
#define RELATA_SRC_SEGMENT_CONTACT_CARDS_H_

#include <algorithm>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/hash/hash.h"
#include "base/slab.h"
#include "relata/consent/decide.h"
#include "relata/engine/hooks.h"
#include "relata/segment/contact_rules.h"
#include "segment/contact_card.h"

namespace relata::internal {

using RulesPointer = std::shared_ptr<const ConsentRules>;

// A decision about the person of a card.
Decision DecideOn(const ContactCard& card, PartyId person, const ContactPlan& plan,
                  const ConsentRules& rules, const RegisterLookup& lookup);

// The same facts for other readers: calls f(question, facts).
template <class F>
auto OnFacts(const ContactCard& card, PartyId person, const ContactPlan& plan,
             const RegisterLookup& lookup, F f) {
  const Question question = card.QuestionOf(person, plan);
  Facts facts = card.FactsFor(plan.channel);
  absl::InlinedVector<Listing, 8> listings;
  if (lookup && plan.channel == Channel::kPhone && !card.number().empty()) {
    listings.assign(facts.registers.begin(), facts.registers.end());
    const std::vector<Listing> asked = lookup(card.number());
    listings.insert(listings.end(), asked.begin(), asked.end());
    facts.registers = listings;
  }
  return f(question, facts);
}

class ContactCards : public CommitObserver {
 public:
  ContactCards() = default;
  ~ContactCards() override { Clear(); }

  // The cards of a Crm.
  static ContactCards& Of(const Crm& crm);

  // Calls f(card, person, rules), the rules as a shared pointer, with the person's card, `person`
  // being who she is after merges. In shared mode this looks first whether others wrote. `f` must
  // not ask the Crm.
  template <class F>
  absl::Status With(const Crm& crm, RecordRef person, F f) {
    RELATA_RETURN_IF_ERROR(Freshen(crm));
    {
      std::shared_lock lock(mutex_);
      const ContactCard* card = rules_ == nullptr || IsPast(crm) ? nullptr : Find(person);
      if (card != nullptr) {
        card->Prefetch();
        f(*card, PartyId::Of(person), rules_);
        return absl::OkStatus();
      }
    }
    RELATA_ASSIGN_OR_RETURN(Fresh fresh, Compile(crm, person));
    f(*fresh.card, PartyId::Of(fresh.person), fresh.rules);
    Keep(std::move(fresh));
    return absl::OkStatus();
  }

  // The same for a person known by name, "contact/..." or "lead/...". A name of a card held is
  // found by one probe; any other (a key of another system, one who was merged) as Crm::Find does.
  template <class F>
  absl::Status WithNamed(const Crm& crm, std::string_view name, F f) {
    const std::optional<PersonId> wanted = PersonId::Parse(name);
    if (wanted && !IsPast(crm)) {
      RELATA_RETURN_IF_ERROR(Freshen(crm));
      std::shared_lock lock(mutex_);
      const auto found = rules_ == nullptr ? by_id_.end() : by_id_.find(*wanted);
      if (found != by_id_.end()) {
        (*found)->Prefetch();
        f(**found, (*found)->person(), rules_);
        return absl::OkStatus();
      }
    }
    RELATA_ASSIGN_OR_RETURN(const RecordRef person, crm.Find(name));
    return With(crm, person, f);
  }

  // The same on a graph of the caller's: the newest, or one that a commit is making.
  template <class F>
  absl::Status WithOn(const Crm& crm, const Snapshot& view, RecordRef person, F f) {
    {
      std::shared_lock lock(mutex_);
      const ContactCard* card =
          rules_ == nullptr || view.past() || commit_ != view.commit() ? nullptr : Find(person);
      if (card != nullptr) {
        f(*card, PartyId::Of(person), rules_);
        return absl::OkStatus();
      }
    }
    RELATA_ASSIGN_OR_RETURN(const Fresh fresh, CompileOn(crm, view, view.Resolve(person)));
    f(*fresh.card, PartyId::Of(fresh.person), fresh.rules);
    return absl::OkStatus();
  }

  // Calls f(row, card, person, rules) for records of one type, in order. Stops at the first
  // failure.
  template <class F>
  absl::Status ForEach(const Crm& crm, TypeId type, std::span<const Row> rows, F f) {
    constexpr size_t kAtOnce = 1024;  // questions between two chances for a commit
    constexpr size_t kAhead = 6;
    RELATA_RETURN_IF_ERROR(Freshen(crm));
    for (size_t i = 0; i < rows.size();) {
      {
        std::shared_lock lock(mutex_);
        const size_t end = std::min(rows.size(), i + kAtOnce);
        for (; rules_ != nullptr && !IsPast(crm) && i < end; ++i) {
          if (i + kAhead < end) {
            const ContactCard* next = Find({type, rows[i + kAhead]});
            if (next != nullptr) next->Prefetch();
          }
          const ContactCard* card = Find({type, rows[i]});
          if (card == nullptr) break;
          f(rows[i], *card, PartyId::Of({type, rows[i]}), rules_);
        }
        if (i == end) continue;
      }
      RELATA_ASSIGN_OR_RETURN(Fresh fresh, Compile(crm, {type, rows[i]}));
      f(rows[i], *fresh.card, PartyId::Of(fresh.person), fresh.rules);
      Keep(std::move(fresh));
      ++i;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::shared_ptr<const ConsentRules>> Rules(const Crm& crm);
  void UseLookup(RegisterLookup lookup) { lookup_ = std::move(lookup); }
  const RegisterLookup& lookup() const { return lookup_; }
  // Cards held.
  size_t size() const;

  void Committed(const Snapshot& before, const Snapshot& after,
                 std::span<const CommitBatch> steps) override;
  void Overtaken(const Snapshot& after) override;

 private:
  // What cards are made from besides the graph. Replaced, never changed.
  struct Books {
    MergeBook merges;
    RegisterBook registers;
  };
  struct Fresh {
    ContactCard::Pointer card;
    RecordRef person;
    std::shared_ptr<const ConsentRules> rules;
    std::shared_ptr<const Snapshot> view;  // null: the card is not to be kept
  };
  struct ById {
    using is_transparent = void;
    size_t operator()(const PersonId& person) const {
      return absl::HashOf(person.id.bytes, person.lead);
    }
    size_t operator()(const ContactCard* card) const { return (*this)(card->id()); }
    bool operator()(const ContactCard* a, const ContactCard* b) const { return a == b; }
    bool operator()(const ContactCard* a, const PersonId& b) const { return a->id() == b; }
    bool operator()(const PersonId& a, const ContactCard* b) const { return a == b->id(); }
  };
  class Dropping;

  static absl::Status Freshen(const Crm& crm);
  // The cards held are those of today; for a question about the past one is made and not held.
  static bool IsPast(const Crm& crm);
  const ContactCard* Find(RecordRef person) const {
    if (person.type >= cards_.size()) return nullptr;
    const auto& rows = cards_[person.type];
    const auto row = static_cast<size_t>(person.row);
    return person.row >= 0 && row < rows.size() ? rows[row] : nullptr;
  }
  absl::StatusOr<Fresh> Compile(const Crm& crm, RecordRef person);
  absl::StatusOr<Fresh> CompileOn(const Crm& crm, const Snapshot& view, RecordRef person);
  absl::StatusOr<std::shared_ptr<const Books>> BooksOf(const Crm& crm);
  void Keep(Fresh fresh);
  void Drop(RecordRef person);
  void Free(ContactCard* card);
  void Clear();

  mutable std::shared_mutex mutex_;
  std::optional<CommitId> commit_;  // of which the cards are true
  Slabs memory_;                    // of the cards
  std::vector<std::vector<ContactCard*, LargePages<ContactCard*>>> cards_;  // by type, by row
  // The same cards by name.
  absl::flat_hash_set<ContactCard*, ById, ById, LargePages<ContactCard*>> by_id_;
  std::shared_ptr<const ConsentRules> rules_;
  std::shared_ptr<const Books> books_;
  int64_t books_made_ = 0;  // counts what makes books old while they are being read
  ZoneShelf zones_;
  RegisterLookup lookup_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_SEGMENT_CONTACT_CARDS_H_

// SPDX-License-Identifier: Apache-2.0
//
// Erasing a person (GDPR 17) from the whole graph.
//
// A person is more than a record: those merged into it and the leads it came from, addresses,
// activities, events, answers; names in the minutes of somebody else's meeting; old values in the
// history, keys of other systems, lines of the outbox. A plan says for each class of records what
// will be done (consent/erasure.h) and changes nothing. Carrying it out is a row of commits that
// leave no old value behind:
//
//   what is hers alone         goes, with its history, events, keys and log lines
//   what an account also has   stays without the link to her and without her name in its texts
//   accounting documents       move behind a lock (privacy/archive.h) until their duty ends
//   consents that were used    stay as proof; she is an unnamed number in them
//   her addresses              stay as keyed hashes, so that no import brings her back to mail
//   what was passed on         becomes a line of the outbox for every recipient
//
// A legal hold keeps the classes it names as they are; when it is released, the same erasure
// finishes the work. What erasure cannot reach by itself, copies of the database, it writes to a
// journal outside of it (privacy/journal.h), which a restore replays.
//
// Free functions over a Crm, as thread-safe as it. They need the key of the installation, which the
// host keeps outside the database: whoever loses it loses every opt-out that erasure kept.

#ifndef RELATA_PRIVACY_ERASURE_H_
#define RELATA_PRIVACY_ERASURE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/consent/erasure.h"
#include "relata/consent/secret.h"
#include "relata/engine/crm.h"

namespace relata {

struct ErasureOptions {
  explicit ErasureOptions(SecretKey k) : key(std::move(k)) {}

  SecretKey key;
  std::string journal;  // the file beside the database; "" writes none, and no restore will know
  std::string why;      // kept with the commits: "request R-2026-7"; nothing personal
  // Persons in one commit. Each commit looks once through every text of the database, whoever is
  // erased, so that many small ones cost more than one large one.
  size_t chunk = 1'000;
  bool scrub = true;  // rewrite the file at the end, so that its bytes hold nothing either
  Policy policy;
};

// One line of a plan: so many things of a class meet this action.
struct ErasureStep {
  RecordClass record_class = RecordClass::kProfile;
  ErasureAction action = ErasureAction::kErase;
  std::string what;  // the type of record, or what it is in words
  int64_t count = 0;

  friend bool operator==(const ErasureStep&, const ErasureStep&) = default;
};

struct ErasurePlan {
  RecordRef person;
  std::string name;  // "contact/018f..."
  std::vector<ErasureStep> steps;
  std::vector<std::string> holds;  // the legal holds that keep something
  std::vector<std::string> notes;  // what a person should look at: definitions that name her
};

// What erasing the person would do. NotFound, InvalidArgument when it is no contact or lead,
// FailedPrecondition when the key is not the one earlier erasures were made with.
absl::StatusOr<ErasurePlan> PlanPersonErasure(const Crm& crm, RecordRef person,
                                              const ErasureOptions& options, Timestamp now);

struct ErasureReport {
  int64_t persons = 0;  // erased now
  int64_t already = 0;  // erased before
  int64_t held = 0;     // of `persons`: something stays under a legal hold
  std::vector<ErasureStep> steps;
  std::vector<CommitId> commits;
  // No byte of the file, or of a server's tables, holds a value any more (a server's write-ahead
  // log, replicas and backups run out by their own rules). False: see `pending`, which says what
  // keeps it from being rewritten; ResumeErasures tries again.
  bool scrubbed = false;
  std::string pending;
};

// Erases the persons. The whole list is recorded first, then journalled and carried out chunk by
// chunk; after a crash ResumeErasures goes on with what is left. PermissionDenied when a role does
// not let the actor write to persons; otherwise as PlanPersonErasure and Transaction::Commit.
absl::StatusOr<ErasureReport> ErasePersons(Crm& crm, std::span<const RecordRef> persons,
                                           const ErasureOptions& options, const Actor& actor,
                                           Timestamp now);
absl::StatusOr<ErasureReport> ResumeErasures(Crm& crm, const ErasureOptions& options,
                                             const Actor& actor, Timestamp now);

// How many subjects were erased: what a view of the past leaves out, and says so.
absl::StatusOr<std::vector<RecordRef>> ErasedSubjects(const Crm& crm);

// --- Legal holds

// A claim or a court keeps classes of records of one person, or of everybody when `person` is none.
struct ClaimHold {
  std::string name;  // of the case
  RecordRef person;
  std::vector<RecordClass> classes;  // empty: all
  std::string reason;
};

absl::Status PlaceHold(Crm& crm, const ClaimHold& hold, const Actor& actor, Timestamp now);
// NotFound when there is no such hold.
absl::Status ReleaseHold(Crm& crm, std::string_view name, const Actor& actor, Timestamp now);
std::vector<ClaimHold> ListHolds(const Crm& crm);

// --- Suppression

// The rule of the write path that knows erased persons again. A person or address that is written
// and whose keyed hash is on the list gets a suppression for its channel in the same commit. A
// person that an import or a synchronisation (a commit with a source) brings back - the same
// external key, or the same name with the same address - is restricted in the same commit, stored
// and not used, and ordered to be erased: ResumeErasures after the import takes her out again. What
// she gives herself later, in a commit without a source, is a new record, suppressed until she
// grants again.
//
// Without a key, or with another than the list was made with, a commit that writes an address is
// refused (FailedPrecondition): what cannot be checked must not get through.
Decider SuppressionGuard(std::optional<SecretKey> key);

}  // namespace relata

#endif  // RELATA_PRIVACY_ERASURE_H_

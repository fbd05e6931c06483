// SPDX-License-Identifier: Apache-2.0
//
// Erasure is a plan, not a delete.
//
// A request under GDPR 17 meets records of different kinds: some go, some must stay behind a lock
// (an invoice, the proof of a consent that was used), some keep their chain and lose their content,
// some must be told to others. The plan gives one action per record and can be looked at before it
// is carried out. A legal hold wins over everything, for the classes it names only.
//
// constexpr and pure. A class outside the list has no action: the plan fails and names it.

#ifndef RELATA_CONSENT_ERASURE_H_
#define RELATA_CONSENT_ERASURE_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "relata/consent/policy.h"

namespace relata {

enum class RecordClass : uint8_t {
  kProfile = 0,
  kNotes,
  kActivityLog,
  kMarketingHistory,
  kDerivedIndex,  // search columns, caches
  kExportFile,
  kContactPoint,
  kSuppressionHash,
  kConsentProof,
  kInvoice,
  kAuditEntry,
  kChangeHistory,
  kBackup,
  kSharedWithRecipient,
};
inline constexpr std::string_view kRecordClassNames[] = {
    "profile",     "notes",          "activity_log",     "marketing_history",    "derived_index",
    "export_file", "contact_point",  "suppression_hash", "consent_proof",        "invoice",
    "audit_entry", "change_history", "backup",           "shared_with_recipient"};

enum class ErasureAction : uint8_t {
  kHold = 0,  // nothing may change
  kErase,
  kEraseKeepSuppressionHash,  // the request is kept as an objection
  kRetain,
  kRetainRestricted,  // kept for one duty or claim, few readers
  kShredPayloadKeepChain,
  kReplayTombstoneOnRestore,
  kNotifyRecipient,
};
inline constexpr std::string_view kErasureActionNames[] = {"hold",
                                                           "erase",
                                                           "erase_keep_suppression_hash",
                                                           "retain",
                                                           "retain_restricted",
                                                           "shred_payload_keep_chain",
                                                           "replay_tombstone_on_restore",
                                                           "notify_recipient"};

constexpr std::string_view Name(RecordClass v) { return internal::NameIn(kRecordClassNames, v); }
constexpr std::string_view Name(ErasureAction v) {
  return internal::NameIn(kErasureActionNames, v);
}
constexpr std::optional<RecordClass> ParseRecordClass(std::string_view name) {
  RecordClass out{};
  if (!internal::ParseIn(kRecordClassNames, name, &out)) return std::nullopt;
  return out;
}

// One record of the person.
struct ErasureItem {
  RecordClass record_class = RecordClass::kProfile;
  Timestamp retain_until = Timestamp::kMax;  // end of a duty to keep it
  bool never_used = false;                   // a consent on which nothing was ever sent
};

// Classes that a court or claim holds, as bits by RecordClass.
struct LegalHold {
  uint32_t classes = 0;

  static constexpr LegalHold All() { return {0xffff'ffffu}; }
  constexpr void Add(RecordClass c) { classes |= 1u << static_cast<int>(c); }
  constexpr bool Holds(RecordClass c) const { return (classes >> static_cast<int>(c) & 1) != 0; }
};

// What erasure at `at` does to the record. Sources: GDPR 17(1), 17(3)(b), 17(3)(e), 19, 21(3);
// C. com. L123-22; UWG 7a(2); CNIL MED-2023-040.
constexpr ErasureAction PlanErasure(const ErasureItem& item, Timestamp at, const LegalHold& hold,
                                    const Policy& policy) {
  if (hold.Holds(item.record_class)) return ErasureAction::kHold;
  switch (item.record_class) {
    case RecordClass::kProfile:
    case RecordClass::kNotes:
    case RecordClass::kActivityLog:
    case RecordClass::kMarketingHistory:
    case RecordClass::kDerivedIndex:
    case RecordClass::kExportFile:
      return ErasureAction::kErase;
    case RecordClass::kContactPoint:
      return policy.erasure_keeps_hash ? ErasureAction::kEraseKeepSuppressionHash
                                       : ErasureAction::kErase;
    case RecordClass::kSuppressionHash:
      return ErasureAction::kRetain;
    case RecordClass::kConsentProof:
      return item.never_used ? ErasureAction::kErase : ErasureAction::kRetainRestricted;
    case RecordClass::kInvoice:
      return item.retain_until <= at ? ErasureAction::kErase : ErasureAction::kRetainRestricted;
    case RecordClass::kAuditEntry:
    case RecordClass::kChangeHistory:
      return ErasureAction::kShredPayloadKeepChain;
    case RecordClass::kBackup:
      return ErasureAction::kReplayTombstoneOnRestore;
    case RecordClass::kSharedWithRecipient:
      return ErasureAction::kNotifyRecipient;
  }
  return ErasureAction::kHold;
}

}  // namespace relata

#endif  // RELATA_CONSENT_ERASURE_H_

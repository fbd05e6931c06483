// SPDX-License-Identifier: Apache-2.0
//
// What the graph holds about a person: her own records, what only exists because of her, and the
// records of others that point at her. Erasure, access and retention start from here.

#ifndef RELATA_SRC_PRIVACY_HOLDINGS_H_
#define RELATA_SRC_PRIVACY_HOLDINGS_H_

#include <optional>
#include <string>
#include <vector>

#include "privacy/person_words.h"
#include "relata/consent/erasure.h"
#include "relata/engine/snapshot.h"
#include "segment/record_reader.h"

namespace relata::internal {

inline bool IsPersonal(const FieldDef& field) {
  return field.personal != Personal::kNone && field.personal != Personal::kAsType;
}

// The category of data that a field holds, as registers and reports name it.
inline std::string_view CategoryOf(const FieldDef& field) {
  static constexpr std::string_view kNames[] = {"",        "none",      "identity",  "contact",
                                                "profile", "behaviour", "financial", "sensitive"};
  return kNames[static_cast<size_t>(field.personal)];
}

// What becomes of a record when its person is erased.
enum class Fate : uint8_t {
  kErase,    // it goes whole
  kArchive,  // accounting: it moves behind the lock until `retain_until`
  kUnlink,   // it is somebody else's too: the link goes, and the texts that name her
  kShred,    // proof that something was done: it stays, its texts go
};

struct Holding {
  RecordRef record;
  RecordClass record_class = RecordClass::kProfile;
  Fate fate = Fate::kErase;
  Timestamp retain_until = Timestamp::kMax;
  std::vector<FieldId> links;  // those that name her
};

struct Holdings {
  std::vector<RecordRef> persons;        // she, everyone merged into her, her leads
  std::vector<Holding> records;          // each record once, persons first
  std::vector<RecordRef> shared_points;  // addresses that others hold too
  PersonWords words;
};

// What `view` (all record types loaded) holds about a person. InvalidArgument when it is neither
// contact nor lead.
absl::StatusOr<Holdings> HoldingsOf(const Snapshot& view, RecordRef person);

// The types of record, for Crm::View.
std::vector<TypeId> RecordTypes(const Schema& schema);

// The class of the records and events of a type, for holds and plans. Custom types are profiles.
RecordClass ClassOfType(std::string_view type);
RecordClass EventClass(std::string_view type);

// Whether the field may hold a name: texts, lists of texts and choices that take any text.
bool HoldsWords(const FieldDef& field);

}  // namespace relata::internal

#endif  // RELATA_SRC_PRIVACY_HOLDINGS_H_

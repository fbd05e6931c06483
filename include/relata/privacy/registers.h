// SPDX-License-Identifier: Apache-2.0
//
// What a controller must be able to show: the wordings, the register of processing, how far consent
// reaches, the breaches, and that no text holds what must not be there.
//
// None of it is written for the inspector alone. Wordings are what consent entries refer to; the
// register is completed from the schema and from what is in use; coverage asks the same decision as
// a campaign does. All reports are JSON, made from the database as it stands at `now`.
//
// Free functions over a Crm, as thread-safe as it.

#ifndef RELATA_PRIVACY_REGISTERS_H_
#define RELATA_PRIVACY_REGISTERS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/language.h"
#include "relata/base/status.h"
#include "relata/consent/vocabulary.h"
#include "relata/engine/crm.h"

namespace relata {

// --- Wordings

// A text as it was shown, with its version and language. It never changes: a new wording is a new
// version. `reference` names it in ConsentEvidence::text: "sha256:" and the digest of the text.
struct Wording {
  std::string name;
  std::string version;
  std::string language;  // "fr"
  std::string kind;      // a code of crm::kNoticeKinds
  std::string text;
  std::string reference;
};

std::string WordingReference(std::string_view text);
// AlreadyExists when this name, version and language stand for another text; saving the same again
// changes nothing. Gives the wording with its reference.
absl::StatusOr<Wording> SaveWording(Crm& crm, Wording wording, const Actor& actor, Timestamp now);
absl::StatusOr<std::vector<Wording>> ListWordings(const Crm& crm);

// --- What must not be in a text

struct TextFinding {
  RecordRef record;
  std::string field;
  std::string category;  // "health", "religion", ...
  std::string found;     // the entry of the list, or "number": never the text itself
};

// What a text holds that it must not: words of the French and English lists, social security
// numbers (NIR, with their key), payment cards (Luhn), bank accounts (IBAN). For a form that asks
// before it saves.
absl::StatusOr<std::vector<TextFinding>> CheckText(const Crm& crm, std::string_view text);
// The same for every field that people write sentences in.
absl::StatusOr<std::vector<TextFinding>> ScanTexts(const Crm& crm);
// Adds words to a category, the host's own or one of the library's. InvalidArgument when empty.
absl::Status AddForbiddenWords(Crm& crm, std::string_view category,
                               const std::vector<std::string>& words, const Actor& actor,
                               Timestamp now);

// --- The register of processing (GDPR 30)

// Every processing activity as a sheet: what its record says, completed from the schema (categories
// of persons and data, terms) and from use (recipients, records, segments), with `missing` naming
// what only a person can fill in. Purposes in the schema that no activity covers are listed too.
absl::StatusOr<std::string> ProcessingRegister(const Crm& crm, Timestamp now,
                                               Language language = Language::kEnglish);

// --- Breaches (GDPR 33, 34)

struct BreachScope {
  std::string number;              // of the breach record; "" when it is not recorded yet
  std::vector<std::string> types;  // tables that were exposed; empty: as the access log says
  std::string actor;               // whose reads; "" of anybody
  Timestamp from = Timestamp::kMin;
  Timestamp until = Timestamp::kMax;
  Timestamp aware_at;  // from here 72 hours run
};

// Persons, categories of data and countries concerned, whether special data are among them, the
// fields of the notification (33(3)) as far as they are known, and by when it is due.
absl::StatusOr<std::string> BreachReport(const Crm& crm, const BreachScope& scope, Timestamp now);
// The register of all breaches, notified or not (33(5)).
absl::StatusOr<std::string> BreachRegister(const Crm& crm, Timestamp now);

// --- How far consent reaches

struct CoverageLine {
  Channel channel = Channel::kUnknown;
  Purpose purpose = Purpose::kUnknown;
  int64_t allowed = 0;
  int64_t needs_evidence = 0;
  int64_t denied = 0;
  int64_t by_age[4] = {0, 0, 0, 0};       // newest yes: under 1 year, 2, 3, older
  int64_t by_proof[5] = {0, 0, 0, 0, 0};  // newest yes, by Grade
};

// For every channel and purpose that the ledger speaks of, and e-mail marketing: what would be
// decided now for every contact and lead.
absl::StatusOr<std::vector<CoverageLine>> ConsentCoverage(const Crm& crm, Timestamp now);

}  // namespace relata

#endif  // RELATA_PRIVACY_REGISTERS_H_

// SPDX-License-Identifier: Apache-2.0
//
// By which rules a Crm decides about contacts, and which national registers it knows.
//
// The library carries the law as packs (consent/rule_pack.h). A host adds to them or replaces them:
// its texts are definitions of the database, versioned as all definitions, read after the library's
// and the same for every process that opens the file. Flags and house rules (quiet hours, a cap)
// are kept the same way; a value looser than the packs' is named by every decision it changes.
//
// National registers (Bloctel, TPS, CTPS, the US registry) are known in two ways: a list that was
// imported, kept as an append-only log of the database, or a function of the host that is asked
// about the number at every question of a call. What neither says is not on a register.
//
// Functions are as thread-safe as the Crm, but UseRegister, which is to be called before the Crm is
// shared. Library failures are statuses; nothing is thrown.

#ifndef RELATA_SEGMENT_CONTACT_RULES_H_
#define RELATA_SEGMENT_CONTACT_RULES_H_

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/consent/facts.h"
#include "relata/consent/rule_pack.h"
#include "relata/engine/crm.h"

namespace relata {

// The packs and the policy of a Crm, as of the definitions it was read from. Immutable.
struct ConsentRules {
  RulePack pack;
  std::optional<Policy> own;  // with the flags set in this database; none: the packs' defaults

  const Policy& policy() const { return own ? *own : pack.policy(); }
};

// The rules in force. InvalidArgument when a text of the database cannot be read; every question is
// then refused rather than answered by other rules.
absl::StatusOr<std::shared_ptr<const ConsentRules>> RulesOf(const Crm& crm);

// Keeps `text` (the format of consent/rule_pack.h) as the host's rules called `name`; an empty text
// retires it. Texts are read in the order of their names, after the library's. InvalidArgument when
// the rules could not be read with it, and then nothing is kept.
absl::Status DefineRules(Crm& crm, std::string_view name, std::string_view text, const Actor& actor,
                         Timestamp now);

// Sets a flag or house rule ("quiet_hours", "22:00-08:00 email"); an empty value goes back to the
// packs' default. InvalidArgument as SetFlag.
absl::Status SetConsentFlag(Crm& crm, std::string_view name, std::string_view value,
                            const Actor& actor, Timestamp now);

// --- Registers

// Where imported lists are kept: one line for each number put on or taken off, found by the number.
inline constexpr std::string_view kRegisterLog = "register";

// A list as its keeper gives it out.
struct RegisterList {
  Register list = Register::kUnknown;
  // The numbers listed, with the day from which; without a day they are listed from `listed_from`.
  // National numbers belong to `country` (ISO 3166).
  std::vector<std::pair<std::string, std::optional<Date>>> numbers;
  Timestamp listed_from;
  std::string country;
  bool listed = true;  // false: the numbers have left the register
};
struct RegisterImport {
  int64_t kept = 0;                  // numbers now known as listed (or as having left)
  int64_t unchanged = 0;             // known so already
  std::vector<std::string> refused;  // what is no telephone number
};
// Keeps a list, as one commit. Importing it again changes nothing. InvalidArgument when the
// register is not known.
absl::StatusOr<RegisterImport> ImportRegister(Crm& crm, const RegisterList& list,
                                              const Actor& actor, Timestamp now);

// Asked for the registers a number (E.164 where it could be normalised) stands on. Called under a
// lock that questions share: quick, and without asking the Crm. Must be thread-safe.
using RegisterLookup = std::function<std::vector<Listing>(std::string_view number)>;
void UseRegister(Crm& crm, RegisterLookup lookup);

}  // namespace relata

#endif  // RELATA_SEGMENT_CONTACT_RULES_H_

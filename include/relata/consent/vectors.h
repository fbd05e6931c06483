// SPDX-License-Identifier: Apache-2.0
//
// Consent questions as JSON: the format in which published test vectors, and hosts without C++, put
// facts and question together and read the answer.
//
// A document is {"vectors": [...]}, an array of vectors, or one vector:
//   {"id", "kind": "contact" | "deadline" | "erasure", "jurisdiction", "facts", "question"}
// Lists that are missing are empty; `activity` missing means that activity is not tracked. Unknown
// words never loosen an answer: an unknown channel or purpose is denied, an unknown jurisdiction
// asks every pack.

#ifndef RELATA_CONSENT_VECTORS_H_
#define RELATA_CONSENT_VECTORS_H_

#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/consent/rule_pack.h"

namespace relata {

// Answers every vector of `json`: one line of JSON each, in their order, with the keys that apply
// of
//   contact   {"id", "decision", "reason", "basis", "retry_at"}
//   deadline  {"id", "due"}
//   erasure   {"id", "actions": {record: action}}
//   malformed {"id", "error"}
// A malformed vector (a missing instant, an unknown flag, a class of records without an action)
// stops no other; its error says where ("vectors[3].facts.ledger[0].at: is missing"), and `issues`,
// when given, receives it too, and a warning for every key that nobody reads (a misspelt fact would
// be a missing one). InvalidArgument when the text is not JSON or holds no vectors.
absl::StatusOr<std::vector<std::string>> ReplayVectors(std::string_view json, const RulePack& pack,
                                                       std::vector<Issue>* issues = nullptr);

// The same with the packs of the library.
absl::StatusOr<std::vector<std::string>> ReplayVectors(std::string_view json,
                                                       std::vector<Issue>* issues = nullptr);

}  // namespace relata

#endif  // RELATA_CONSENT_VECTORS_H_

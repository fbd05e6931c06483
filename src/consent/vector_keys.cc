// SPDX-License-Identifier: Apache-2.0

#include "consent/vector_keys.h"

#include <algorithm>
#include <span>
#include <string_view>

namespace relata::internal {
namespace {

// An object of the format: the keys that are values, and those that are objects or lists of such.
struct Form;
struct Part {
  std::string_view key;
  const Form* form;
};
struct Form {
  std::span<const std::string_view> values;
  std::span<const Part> parts;
};

constexpr std::string_view kScopeKeys[] = {"channel", "purpose", "topic", "controller"};
constexpr std::string_view kEvidenceKeys[] = {
    "source",  "text",     "form_version", "language", "reference",     "doi",
    "written", "parental", "preticked",    "bundled",  "outside_hours", "informed_of_signal",
    "iss"};
constexpr std::string_view kEntryKeys[] = {
    "event", "at", "recorded_at", "person", "point", "effective_from", "expires_at"};
constexpr std::string_view kRelationKeys[] = {
    "kind", "at", "until", "controller", "informed", "optout_offered", "no_unsolicited_statement"};
constexpr std::string_view kPointKeys[] = {"id", "kind", "class", "subscriber",
                                           "informed_at_collection"};
constexpr std::string_view kSubjectKeys[] = {"tz", "tz_candidates", "born", "deceased"};
constexpr std::string_view kMergeKeys[] = {"from", "into", "at", "until"};
constexpr std::string_view kRegisterKeys[] = {"register", "listed_from"};
constexpr std::string_view kAttemptKeys[] = {"channel", "at", "purpose"};
constexpr std::string_view kActivityKeys[] = {"kind", "at"};
constexpr std::string_view kSignalKeys[] = {"gpc", "at"};
constexpr std::string_view kRecordKeys[] = {"id", "class", "retain_until", "never_used"};
constexpr std::string_view kHoldKeys[] = {"classes"};
constexpr std::string_view kAskedKeys[] = {"channel",
                                           "purpose",
                                           "audience",
                                           "at",
                                           "known_at",
                                           "topic",
                                           "controller",
                                           "person",
                                           "point",
                                           "sector",
                                           "similar_product",
                                           "related_to_job",
                                           "mixed_promo",
                                           "presumed_interest",
                                           "related_to_contract",
                                           "message_has_optout"};
constexpr std::string_view kClockKeys[] = {"clock"};
constexpr std::string_view kClockFacts[] = {"from", "fiscal_year_end", "aware_at", "holidays"};
constexpr std::string_view kErasureFacts[] = {"at", "policy"};
constexpr std::string_view kContactFacts[] = {
    "policy"};  // its flags are checked where they are set
constexpr std::string_view kTop[] = {"id",    "level",    "kind",    "jurisdiction",
                                     "title", "expected", "citation"};

constexpr Form kScope{kScopeKeys, {}};
constexpr Form kEvidence{kEvidenceKeys, {}};
constexpr Part kEntryParts[] = {{"scope", &kScope}, {"evidence", &kEvidence}};
constexpr Form kEntry{kEntryKeys, kEntryParts};
constexpr Form kRelation{kRelationKeys, {}};
constexpr Form kPoint{kPointKeys, {}};
constexpr Form kSubject{kSubjectKeys, {}};
constexpr Form kMerge{kMergeKeys, {}};
constexpr Form kRegister{kRegisterKeys, {}};
constexpr Form kAttempt{kAttemptKeys, {}};
constexpr Form kActivity{kActivityKeys, {}};
constexpr Form kSignal{kSignalKeys, {}};
constexpr Form kRecord{kRecordKeys, {}};
constexpr Form kHold{kHoldKeys, {}};

constexpr Part kContactParts[] = {
    {"ledger", &kEntry},     {"relation", &kRelation}, {"point", &kPoint},
    {"subject", &kSubject},  {"merges", &kMerge},      {"registers", &kRegister},
    {"attempts", &kAttempt}, {"activity", &kActivity}, {"signals", &kSignal}};
constexpr Form kContact{kContactFacts, kContactParts};
constexpr Form kClock{kClockFacts, {}};
constexpr Part kErasureParts[] = {{"records", &kRecord}, {"legal_hold", &kHold}};
constexpr Form kErasure{kErasureFacts, kErasureParts};
constexpr Form kAsked{kAskedKeys, {}};
constexpr Form kClockAsked{kClockKeys, {}};

constexpr Part kContactVector[] = {{"facts", &kContact}, {"question", &kAsked}};
constexpr Part kClockVector[] = {{"facts", &kClock}, {"question", &kClockAsked}};
constexpr Part kErasureVector[] = {{"facts", &kErasure}};
constexpr Form kContactTop{kTop, kContactVector};
constexpr Form kClockTop{kTop, kClockVector};
constexpr std::string_view kErasureTopKeys[] = {"id",    "level",    "kind",     "jurisdiction",
                                                "title", "expected", "citation", "question"};
constexpr Form kErasureTop{kErasureTopKeys, kErasureVector};

void Walk(const Json& json, std::string_view path, const Form& form, std::vector<Issue>* issues) {
  if (json.is_array()) {
    for (size_t i = 0; i < json.size(); ++i) {
      Walk(json[i], Concat(path, "[", i, "]"), form, issues);
    }
    return;
  }
  if (!json.is_object()) return;
  for (const auto& [key, value] : json.items()) {
    const auto part = std::find_if(form.parts.begin(), form.parts.end(),
                                   [&name = key](const Part& p) { return p.key == name; });
    const std::string place = Concat(path, ".", key);
    if (part != form.parts.end()) {
      Walk(value, place, *part->form, issues);
    } else if (std::find(form.values.begin(), form.values.end(), key) == form.values.end()) {
      issues->push_back({Severity::kWarning, place, "nobody reads a key of this name"});
    }
  }
}

}  // namespace

void WarnOfUnreadKeys(const JsonNode& vector, std::vector<Issue>* issues) {
  if (!vector.json().is_object()) return;
  const std::string_view kind = vector["kind"].Text();
  const Form& form = kind == "deadline" ? kClockTop : kind == "erasure" ? kErasureTop : kContactTop;
  Walk(vector.json(), vector.path(), form, issues);
}

}  // namespace relata::internal

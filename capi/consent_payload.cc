// SPDX-License-Identifier: Apache-2.0
//
// Entries of the consent ledger. A word that is not in the vocabulary is refused here: an entry
// that says something else than was meant is worse than none.

#include <optional>
#include <utility>

#include "capi/payload.h"
#include "relata/consent/vocabulary.h"

namespace relata::capi {
namespace {

using nlohmann::json;

absl::StatusOr<std::vector<std::string>> Texts(const json& object, const char* name,
                                               const std::string& where) {
  std::vector<std::string> texts;
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return texts;
  if (!found->is_array()) return InvalidArgument(where + ": " + name + " is a list of texts");
  for (const json& item : *found) {
    if (!item.is_string()) return InvalidArgument(where + ": " + name + " is a list of texts");
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

absl::Status ReadFlag(const json& object, const char* name, const std::string& where, bool* out) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return absl::OkStatus();
  if (!found->is_boolean()) return InvalidArgument(where + ": " + name + " is true or false");
  *out = found->get<bool>();
  return absl::OkStatus();
}

absl::Status ReadInstant(const json& object, const char* name, const std::string& where,
                         Timestamp* out) {
  RELATA_ASSIGN_OR_RETURN(const std::string text, TextMember(object, name, where));
  if (text.empty()) return absl::OkStatus();
  const std::optional<Timestamp> instant = ParseTimestamp(text);
  if (!instant) return InvalidArgument(where + ": " + name + " is no instant: " + text);
  *out = *instant;
  return absl::OkStatus();
}

absl::Status ReadScope(const json& scope, const std::string& where, ConsentScope* out) {
  RELATA_RETURN_IF_ERROR(
      CheckMembers(scope, {"channels", "purposes", "topics", "controllers"}, where));
  RELATA_ASSIGN_OR_RETURN(const auto channels, Texts(scope, "channels", where));
  for (const std::string& name : channels) {
    const Channel channel = ParseChannel(name);
    if (channel == Channel::kUnknown) return InvalidArgument(where + ": no channel is " + name);
    out->channels |= Bit(channel);
  }
  RELATA_ASSIGN_OR_RETURN(const auto purposes, Texts(scope, "purposes", where));
  for (const std::string& name : purposes) {
    const Purpose purpose = ParsePurpose(name);
    if (purpose == Purpose::kUnknown) return InvalidArgument(where + ": no purpose is " + name);
    out->purposes |= Bit(purpose);
  }
  RELATA_ASSIGN_OR_RETURN(out->topics, Texts(scope, "topics", where));
  RELATA_ASSIGN_OR_RETURN(out->controllers, Texts(scope, "controllers", where));
  return absl::OkStatus();
}

absl::Status ReadEvidence(const json& evidence, const std::string& where, ConsentEvidence* out) {
  RELATA_RETURN_IF_ERROR(
      CheckMembers(evidence,
                   {"source", "doi", "written", "parental", "preticked", "bundled", "outside_hours",
                    "informed_of_signal", "iss", "text", "form_version", "language", "reference"},
                   where));
  RELATA_ASSIGN_OR_RETURN(const std::string source, TextMember(evidence, "source", where));
  if (!source.empty() && !internal::ParseIn(internal::kSourceNames, source, &out->source)) {
    return InvalidArgument(where + ": no source is " + source);
  }
  RELATA_ASSIGN_OR_RETURN(const std::string doi, TextMember(evidence, "doi", where));
  if (!doi.empty() && !internal::ParseIn(internal::kDoubleOptInNames, doi, &out->doi)) {
    return InvalidArgument(where + ": no double opt-in is " + doi);
  }
  const std::pair<const char*, bool*> flags[] = {
      {"written", &out->written},
      {"parental", &out->parental},
      {"preticked", &out->preticked},
      {"bundled", &out->bundled},
      {"outside_hours", &out->outside_hours},
      {"informed_of_signal", &out->informed_of_signal},
      {"iss", &out->iss},
  };
  for (const auto& [name, flag] : flags) {
    RELATA_RETURN_IF_ERROR(ReadFlag(evidence, name, where, flag));
  }
  RELATA_ASSIGN_OR_RETURN(out->text, TextMember(evidence, "text", where));
  RELATA_ASSIGN_OR_RETURN(out->form_version, TextMember(evidence, "form_version", where));
  RELATA_ASSIGN_OR_RETURN(out->language, TextMember(evidence, "language", where));
  RELATA_ASSIGN_OR_RETURN(out->reference, TextMember(evidence, "reference", where));
  return absl::OkStatus();
}

}  // namespace

absl::Status BatchReader::ReadConsent(const json& given, const std::string& where) {
  RELATA_RETURN_IF_ERROR(CheckMembers(
      given,
      {"event", "person", "point", "at", "effective_from", "expires_at", "scope", "evidence"},
      where));
  ConsentEntry entry;
  RELATA_ASSIGN_OR_RETURN(const std::string event, TextMember(given, "event", where));
  entry.event = ParseConsentEvent(event);
  if (entry.event == ConsentEvent::kUnknown) {
    return InvalidArgument(where + ": no event is \"" + event + "\"");
  }
  RELATA_ASSIGN_OR_RETURN(const std::string at, TextMember(given, "at", where));
  if (at.empty()) return InvalidArgument(where + ": at is missing");
  RELATA_RETURN_IF_ERROR(ReadInstant(given, "at", where, &entry.at));
  RELATA_RETURN_IF_ERROR(ReadInstant(given, "effective_from", where, &entry.effective_from));
  RELATA_RETURN_IF_ERROR(ReadInstant(given, "expires_at", where, &entry.expires_at));
  for (auto [name, party] : {std::pair{"person", &entry.person}, {"point", &entry.point}}) {
    RELATA_ASSIGN_OR_RETURN(const std::string record, TextMember(given, name, where));
    if (record.empty()) continue;
    RELATA_ASSIGN_OR_RETURN(const RecordRef ref, Locate(record, where));
    *party = PartyId::Of(ref);
  }
  if (const auto scope = given.find("scope"); scope != given.end() && !scope->is_null()) {
    RELATA_RETURN_IF_ERROR(ReadScope(*scope, where + ".scope", &entry.scope));
  }
  if (const auto proof = given.find("evidence"); proof != given.end() && !proof->is_null()) {
    RELATA_RETURN_IF_ERROR(ReadEvidence(*proof, where + ".evidence", &entry.evidence));
  }
  tx_.RecordConsent(std::move(entry));
  return tx_.status();
}

}  // namespace relata::capi

// SPDX-License-Identifier: Apache-2.0

#include "relata/consent/receipt.h"

#include "base/strings.h"
#include "nlohmann/json.hpp"
#include "relata/model/value.h"

namespace relata {
namespace {

using internal::Concat;
using OrderedJson = nlohmann::ordered_json;

// Kantara asks for "collectionMethod" as free text; these say how the entry came about.
std::string_view MethodOf(ConsentSource source) {
  switch (source) {
    case ConsentSource::kWeb:
      return "web form";
    case ConsentSource::kCall:
      return "telephone call";
    case ConsentSource::kPaper:
      return "paper form";
    case ConsentSource::kImport:
      return "import";
    case ConsentSource::kAgent:
      return "recorded by an agent";
    case ConsentSource::kOther:
      return "other";
    case ConsentSource::kNone:
      return "unknown";
  }
  return "unknown";
}

// Whole seconds since 1970, rounded down, as the Kantara receipt writes instants.
int64_t SecondsOf(Timestamp t) { return t.micros / 1'000'000 - (t.micros % 1'000'000 < 0 ? 1 : 0); }

template <class E, size_t N, class Set>
std::vector<std::string> Names(const std::string_view (&names)[N], Set set, E first) {
  std::vector<std::string> out;
  for (size_t i = static_cast<size_t>(first); i < N; ++i) {
    if ((set >> i & 1) != 0) out.emplace_back(names[i]);
  }
  return out;
}

std::vector<std::string> PurposesOf(const ConsentEntry& e) {
  std::vector<std::string> out =
      Names(internal::kPurposeNames, e.scope.purposes, Purpose::kService);
  if (out.empty()) out.emplace_back("any");
  return out;
}

OrderedJson Controllers(const ReceiptContext& context) {
  OrderedJson out = OrderedJson::array();
  for (const ReceiptController& c : context.controllers) {
    out.push_back({{"piiController", c.name},
                   {"contact", c.contact},
                   {"address", c.address},
                   {"email", c.email},
                   {"phone", c.phone}});
  }
  return out;
}

OrderedJson KantaraPurposes(const ConsentEntry& e, const ReceiptContext& context) {
  OrderedJson out = OrderedJson::array();
  for (const std::string& purpose : PurposesOf(e)) {
    OrderedJson p = {{"purpose", purpose},
                     {"purposeCategory", {purpose}},
                     {"consentType", "EXPLICIT"},
                     {"piiCategory", context.data_categories},
                     {"primaryPurpose", out.empty()},
                     {"termination", context.termination},
                     {"thirdPartyDisclosure", context.third_parties}};
    if (context.third_parties) {
      std::string names;
      for (const std::string& n : context.third_party_names) {
        names += Concat(names.empty() ? "" : ", ", n);
      }
      p["thirdPartyName"] = names;
    }
    out.push_back(std::move(p));
  }
  return out;
}

OrderedJson RecordPurposes(const ConsentEntry& e, const ReceiptContext& context) {
  OrderedJson out = OrderedJson::array();
  for (const std::string& purpose : PurposesOf(e)) {
    OrderedJson p = {
        {"purpose", purpose},
        {"lawful_basis", "consent"},
        {"pii_information", context.data_categories},
        {"channels", Names(internal::kChannelNames, e.scope.channels, Channel::kEmail)},
        {"jurisdiction", Name(context.jurisdiction)},
        {"retention_period", context.retention},
        {"withdrawal_method", context.termination},
        {"recipient_third_parties", context.third_party_names}};
    if (!e.scope.topics.empty()) p["topics"] = e.scope.topics;
    if (!e.scope.controllers.empty()) p["named_controllers"] = e.scope.controllers;
    out.push_back(std::move(p));
  }
  return out;
}

OrderedJson EventOf(const ConsentEntry& e, const ReceiptContext& context) {
  const bool explicit_act = !e.evidence.text.empty() && !e.evidence.preticked;
  OrderedJson out = {
      {"event_time", FormatTimestamp(e.at)},
      {"recorded_time", FormatTimestamp(e.recorded_at)},
      {"event_type", explicit_act ? "ExplicitlyExpressedConsent" : "ExpressedConsent"},
      {"event_state", ConsentStatusOf(e)},
      {"entity_id", context.principal_id}};
  if (e.effective_from != Timestamp::kMin) {
    out["validity_from"] = FormatTimestamp(e.effective_from);
  }
  if (e.expires_at != Timestamp::kMax) out["validity_until"] = FormatTimestamp(e.expires_at);
  return out;
}

OrderedJson RecordOf(const ConsentEntry& e, const ReceiptContext& context) {
  OrderedJson parties = OrderedJson::array();
  for (const ReceiptController& c : context.controllers) {
    parties.push_back({{"party_name", c.name}, {"party_role", c.role}, {"party_contact", c.email}});
  }
  OrderedJson evidence = {{"source", Name(e.evidence.source)}};
  if (!e.evidence.text.empty()) evidence["words_shown"] = e.evidence.text;
  if (!e.evidence.form_version.empty()) evidence["form_version"] = e.evidence.form_version;
  if (!e.evidence.reference.empty()) evidence["reference"] = e.evidence.reference;
  if (e.evidence.doi != DoubleOptIn::kNone) evidence["double_opt_in"] = Name(e.evidence.doi);
  if (e.evidence.written) evidence["signed"] = true;
  return {{"record_metadata",
           {{"schema_version", "ISO/IEC TS 27560:2023"},
            {"record_id", context.receipt_id},
            {"pii_principal_id", context.principal_id}}},
          {"pii_processing",
           {{"privacy_notice", context.notice},
            {"language", e.evidence.language},
            {"purposes", RecordPurposes(e, context)}}},
          {"party_identification", std::move(parties)},
          {"events", OrderedJson::array({EventOf(e, context)})},
          {"evidence", std::move(evidence)}};
}

absl::Status CheckReceipt(const ConsentEntry& e, const ReceiptContext& context) {
  if (e.event == ConsentEvent::kUnknown || e.event == ConsentEvent::kBounce ||
      e.event == ConsentEvent::kSuppress || e.event >= ConsentEvent::kRestrict) {
    return InvalidArgument(Concat("a \"", Name(e.event), "\" says nothing about consent"));
  }
  if (context.receipt_id.empty() || context.principal_id.empty() || context.policy_url.empty() ||
      context.controllers.empty()) {
    return InvalidArgument("a receipt needs its id, the person's id, a policy and a controller");
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view ConsentStatusOf(const ConsentEntry& entry) {
  switch (entry.event) {
    case ConsentEvent::kGrant:
    case ConsentEvent::kConfirm:
      return "ConsentGiven";
    case ConsentEvent::kRequest:
      return "ConsentRequested";
    case ConsentEvent::kWithdraw:
    case ConsentEvent::kOptout:
      return "ConsentWithdrawn";
    case ConsentEvent::kObject:
    case ConsentEvent::kRefuseCall:
    case ConsentEvent::kComplaint:
      return "ConsentRefused";
    default:
      return "ConsentUnknown";
  }
}

absl::StatusOr<std::string> MakeReceipt(const ConsentEntry& entry, const ReceiptContext& context) {
  RELATA_RETURN_IF_ERROR(CheckReceipt(entry, context));
  OrderedJson out;
  out["version"] = "KI-CR-v1.1.0";
  out["jurisdiction"] = Name(context.jurisdiction);
  out["consentTimestamp"] = SecondsOf(entry.at);
  out["collectionMethod"] = MethodOf(entry.evidence.source);
  out["consentReceiptID"] = context.receipt_id;
  out["language"] = entry.evidence.language.empty() ? "en" : entry.evidence.language;
  out["piiPrincipalId"] = context.principal_id;
  out["piiControllers"] = Controllers(context);
  out["policyUrl"] = context.policy_url;
  out["services"] = OrderedJson::array(
      {{{"service", context.service}, {"purposes", KantaraPurposes(entry, context)}}});
  out["sensitive"] = !context.sensitive_categories.empty();
  out["spiCat"] = context.sensitive_categories;
  out["record"] = RecordOf(entry, context);
  return out.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace relata

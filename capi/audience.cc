// SPDX-License-Identifier: Apache-2.0
//
// Whom of a segment a message may go to.

#include "relata/segment/audience.h"

#include <string>

#include "capi/contact.h"
#include "capi/guard.h"
#include "capi/payload.h"

namespace relata::capi {
namespace {

using nlohmann::json;

absl::StatusOr<json> AudienceOut(const Crm& crm, const SegmentAudience& audience) {
  json ids = json::array();
  for (const Row row : audience.allowed) {
    RELATA_ASSIGN_OR_RETURN(std::string name, crm.Name({audience.type, row}));
    ids.push_back(std::move(name));
  }
  json excluded = json::array();
  for (const Exclusion& exclusion : audience.excluded) {
    json one = {{"rule", exclusion.rule},
                {"decision", Name(exclusion.outcome)},
                {"count", exclusion.count}};
    RELATA_ASSIGN_OR_RETURN(one["example"], crm.Name(exclusion.example));
    excluded.push_back(std::move(one));
  }
  return json{{"members", audience.members},
              {"undecided", audience.undecided},
              {"count", audience.allowed.size()},
              {"ids", std::move(ids)},
              {"excluded", std::move(excluded)}};
}

}  // namespace
}  // namespace relata::capi

using relata::capi::Asking;
using relata::capi::BufferOut;
using relata::capi::CheckHandle;
using relata::capi::Guard;
using relata::capi::TextIn;

extern "C" {

relata_status_t relata_audience(relata_crm_t* crm, const char* segment, size_t segment_size,
                                const char* channel, size_t channel_size, const char* purpose,
                                size_t purpose_size, int64_t at,
                                const relata_contact_options_t* options, relata_buffer_t** audience,
                                relata_error_t** err) {
  if (audience != nullptr) *audience = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, audience));
    RELATA_ASSIGN_OR_RETURN(const std::string_view of, TextIn(segment, segment_size, "segment"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view over, TextIn(channel, channel_size, "channel"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view why, TextIn(purpose, purpose_size, "purpose"));
    RELATA_ASSIGN_OR_RETURN(const relata::ContactPlan plan,
                            relata::capi::ReadPlan(over, why, at, options));
    RELATA_ASSIGN_OR_RETURN(const relata::QueryOptions asking, Asking(*crm, at));
    RELATA_ASSIGN_OR_RETURN(const relata::SegmentAudience found,
                            relata::FindAudience(crm->crm, of, plan, asking));
    RELATA_ASSIGN_OR_RETURN(const auto out, relata::capi::AudienceOut(crm->crm, found));
    return BufferOut(relata::capi::Dump(out), audience);
  });
}

}  // extern "C"

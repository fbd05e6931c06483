// SPDX-License-Identifier: Apache-2.0

#include "relata/base/status.h"

#include "base/strings.h"

namespace relata {

absl::Status MakeStatus(absl::StatusCode code, std::string_view message) {
  return absl::Status(code, internal::ToAbsl(message));
}

std::string_view Message(const absl::Status& status) { return internal::ToStd(status.message()); }

absl::Status Annotate(absl::Status status, std::string_view context) {
  if (status.ok()) return status;
  absl::Status annotated =
      MakeStatus(status.code(), internal::Concat(context, ": ", Message(status)));
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    annotated.SetPayload(url, payload);
  });
  return annotated;
}

}  // namespace relata

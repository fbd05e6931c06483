// SPDX-License-Identifier: Apache-2.0

#include "capi/guard.h"

namespace relata::capi {

relata_error_t* OutOfMemory() noexcept {
  // Fits the string's own storage, so that making it allocates nothing.
  static relata_error_t error{RELATA_RESOURCE_EXHAUSTED, "out of memory"};
  return &error;
}

relata_status_t Report(relata_status_t code, std::string_view message,
                       relata_error_t** err) noexcept {
  if (err == nullptr) return code;
  try {
    *err = new relata_error_t{code, std::string(message)};
    return code;
  } catch (const std::bad_alloc&) {
    *err = OutOfMemory();
    return RELATA_RESOURCE_EXHAUSTED;
  }
}

absl::StatusOr<std::string_view> TextIn(const char* data, size_t size, std::string_view what) {
  if (data == nullptr && size > 0) return InvalidArgument(std::string(what) + " is NULL");
  const std::string_view text = data == nullptr ? "" : std::string_view(data, size);
  if (!IsValidUtf8(text)) return InvalidArgument(std::string(what) + " is not UTF-8");
  return text;
}

absl::StatusOr<Timestamp> InstantIn(int64_t micros, std::string_view what) {
  const Timestamp t{micros};
  if (t < Timestamp::kMin || t > Timestamp::kMax) {
    return InvalidArgument(std::string(what) + " lies outside the years 1 to 9999");
  }
  return t;
}

absl::StatusOr<std::optional<Timestamp>> OptionalInstant(int64_t micros, std::string_view what) {
  if (micros == 0) return std::optional<Timestamp>();
  RELATA_ASSIGN_OR_RETURN(const Timestamp at, InstantIn(micros, what));
  return std::optional<Timestamp>(at);
}

absl::Status CheckHandle(const relata_crm_t* crm, const void* output) {
  if (crm == nullptr) return InvalidArgument("crm is NULL");
  if (output == nullptr) return InvalidArgument("the output is NULL");
  return absl::OkStatus();
}

absl::StatusOr<QueryOptions> Asking(const relata_crm_t& crm, int64_t now) {
  QueryOptions options;
  RELATA_ASSIGN_OR_RETURN(options.now, InstantIn(now, "now"));
  options.reader = crm.actor;
  return options;
}

absl::Status BufferOut(std::string bytes, relata_buffer_t** out) {
  *out = new relata_buffer_t{std::move(bytes)};
  return absl::OkStatus();
}

}  // namespace relata::capi

extern "C" {

relata_status_t relata_error_code(const relata_error_t* error) {
  return error == nullptr ? RELATA_OK : error->code;
}

const char* relata_error_message(const relata_error_t* error) {
  return error == nullptr ? "" : error->message.c_str();
}

void relata_error_free(relata_error_t* error) {
  if (error != relata::capi::OutOfMemory()) delete error;
}

const char* relata_buffer_data(const relata_buffer_t* buffer) {
  return buffer == nullptr ? "" : buffer->bytes.c_str();
}

size_t relata_buffer_size(const relata_buffer_t* buffer) {
  return buffer == nullptr ? 0 : buffer->bytes.size();
}

void relata_buffer_free(relata_buffer_t* buffer) { delete buffer; }

}  // extern "C"

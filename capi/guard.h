// SPDX-License-Identifier: Apache-2.0
//
// The edge between C and C++: handles, text going in, errors coming out, and the one place where
// exceptions stop.

#ifndef RELATA_CAPI_GUARD_H_
#define RELATA_CAPI_GUARD_H_

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "capi/relata.h"
#include "relata/base/status.h"
#include "relata/base/text.h"
#include "relata/base/time.h"
#include "relata/engine/crm.h"

struct relata_crm_t {
  relata::Crm crm;
  relata::Actor actor;
  std::optional<relata::SecretKey> privacy_key;
};

struct relata_buffer_t {
  std::string bytes;
};

struct relata_error_t {
  relata_status_t code = RELATA_OK;
  std::string message;
};

namespace relata::capi {

// The error of a call that could not even allocate its error; never freed.
relata_error_t* OutOfMemory() noexcept;

// Stores what went wrong in *err, when the caller asked for it, and gives the status to return.
relata_status_t Report(relata_status_t code, std::string_view message,
                       relata_error_t** err) noexcept;

// Runs the body of a function of the C API: a callable that returns absl::Status.
template <class Body>
relata_status_t Guard(relata_error_t** err, Body&& body) noexcept {
  if (err != nullptr) *err = nullptr;
  try {
    const absl::Status status = std::forward<Body>(body)();
    if (status.ok()) return RELATA_OK;
    return Report(static_cast<relata_status_t>(status.code()), Message(status), err);
  } catch (const std::bad_alloc&) {
    if (err != nullptr) *err = OutOfMemory();
    return RELATA_RESOURCE_EXHAUSTED;
  } catch (const std::exception& e) {
    return Report(RELATA_INTERNAL, e.what(), err);
  } catch (...) {
    return Report(RELATA_INTERNAL, "an exception of unknown type", err);
  }
}

// A text argument, checked once. `what` names it in messages.
absl::StatusOr<std::string_view> TextIn(const char* data, size_t size, std::string_view what);
absl::StatusOr<Timestamp> InstantIn(int64_t micros, std::string_view what);
// None for 0.
absl::StatusOr<std::optional<Timestamp>> OptionalInstant(int64_t micros, std::string_view what);

// The caller's options as this library knows them: what an older caller does not have is zero, and
// what a newer caller asks for beyond that is refused rather than ignored.
template <class Options>
absl::StatusOr<Options> OptionsIn(const Options* given) {
  Options options{};
  if (given == nullptr) return options;
  size_t size = 0;
  std::memcpy(&size, given, sizeof size);
  if (size < sizeof size) return InvalidArgument("struct_size of the options is not set");
  const auto* bytes = reinterpret_cast<const char*>(given);
  for (size_t i = sizeof(Options); i < size; ++i) {
    if (bytes[i] != 0) return InvalidArgument("an option is newer than this library");
  }
  std::memcpy(&options, given, std::min(size, sizeof(Options)));
  return options;
}

// Neither the graph nor the output is NULL.
absl::Status CheckHandle(const relata_crm_t* crm, const void* output);
// A question of the handle's actor.
absl::StatusOr<QueryOptions> Asking(const relata_crm_t& crm, int64_t now);

absl::Status BufferOut(std::string bytes, relata_buffer_t** out);

}  // namespace relata::capi

#endif  // RELATA_CAPI_GUARD_H_

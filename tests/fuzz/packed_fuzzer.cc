// SPDX-License-Identifier: Apache-2.0
//
// Any bytes are unpacked as stored field values and as a stored ledger entry. What is accepted
// packs again to something that is accepted.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "codec/pack.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using relata::internal::PackFields;
  using relata::internal::UnpackFields;
  const std::string_view packed(reinterpret_cast<const char*>(data), size);
  if (auto fields = UnpackFields(packed); fields.ok()) {
    if (!UnpackFields(PackFields(*fields)).ok()) std::abort();
  }
  if (auto entry = relata::internal::UnpackEntry(1, packed); entry.ok()) {
    if (!relata::internal::UnpackEntry(1, relata::internal::PackEntry(*entry)).ok()) std::abort();
  }
  return 0;
}

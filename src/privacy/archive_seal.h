// SPDX-License-Identifier: Apache-2.0

#ifndef RELATA_SRC_PRIVACY_ARCHIVE_SEAL_H_
#define RELATA_SRC_PRIVACY_ARCHIVE_SEAL_H_

#include <string>
#include <string_view>

#include "relata/consent/erasure.h"
#include "relata/consent/secret.h"

namespace relata::internal {

// The body of a line of the archive: class, type and term in the open, content sealed.
std::string SealArchived(const SecretKey& key, RecordClass record_class, std::string_view type,
                         Timestamp until, std::string_view content);

}  // namespace relata::internal

#endif  // RELATA_SRC_PRIVACY_ARCHIVE_SEAL_H_

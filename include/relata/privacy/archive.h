// SPDX-License-Identifier: Apache-2.0
//
// The intermediate archive: what must be kept and may no longer be used.
//
// A document of an erased customer is kept for the tax office and for nobody else. Its record
// leaves the graph, so that no query, segment, score or export sees it; its content lies in the
// archive, sealed under a key derived from the installation's (XChaCha20-Poly1305), with the end of
// the duty to keep it in the open. Reading it takes the key and, where roles are in force, a role
// whose definition says "archive": true; every reading is logged with its reason.

#ifndef RELATA_PRIVACY_ARCHIVE_H_
#define RELATA_PRIVACY_ARCHIVE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/consent/erasure.h"
#include "relata/consent/secret.h"
#include "relata/engine/crm.h"

namespace relata {

struct ArchivedRecord {
  Seq seq = 0;
  Timestamp archived_at;
  Timestamp until = Timestamp::kMax;  // the duty to keep it ends
  RecordClass record_class = RecordClass::kInvoice;
  std::string type;
  std::string content;  // JSON: {"type", "id", "fields", "customer"}
};

// What is kept without opening it: class, type and term. Anybody may know how much there is.
absl::StatusOr<std::vector<ArchivedRecord>> ListArchive(const Crm& crm);

// The archive opened, which is logged. PermissionDenied for who may not; FailedPrecondition when
// the key is another; InvalidArgument without a reason.
absl::StatusOr<std::vector<ArchivedRecord>> ReadArchive(Crm& crm, const SecretKey& key,
                                                        std::string_view reason, const Actor& actor,
                                                        Timestamp now);

// Empties the lines whose term has ended. Returns how many.
absl::StatusOr<int64_t> PurgeArchive(Crm& crm, const Actor& actor, Timestamp now);

}  // namespace relata

#endif  // RELATA_PRIVACY_ARCHIVE_H_

// SPDX-License-Identifier: Apache-2.0
//
// What whoever commits may write, under the tenant's roles (access/role.h).

#ifndef RELATA_SRC_ENGINE_WRITE_RIGHTS_H_
#define RELATA_SRC_ENGINE_WRITE_RIGHTS_H_

#include "engine/batch.h"
#include "relata/access/role.h"
#include "relata/engine/crm.h"

namespace relata::internal {

// An opt-out or an objection, which is taken from anybody; not what allows something.
bool IsRefusal(ConsentEvent event);

// The permissions by which the records, events and consents of the batch are decided one by one.
// PermissionDenied when the actor acts in no role where one is needed, or may not lay down what the
// batch defines. To be asked before the batch's own definitions are seen.
absl::StatusOr<Permissions> RightsOf(const Crm& crm, const Transaction::Batch& batch);

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_WRITE_RIGHTS_H_

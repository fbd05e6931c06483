// SPDX-License-Identifier: Apache-2.0
//
// Whether what is stored holds together.
//
// The store's own file is checked by its backend (storage/backup.h); here everything the engine
// wrote is read back and compared: commits follow each other and their chain is whole; changes,
// images, consent entries and definitions can be read and images are the ones that were sealed;
// every record was created by a change and every deletion has one (a row put in or taken out by
// another program has none); keys, unique values, links, events and entries name records that are
// there. A link to a record that was deleted is no fault: it reads as null, and is counted.
//
// Reads all of it, in bounded memory per table. Writes nothing.

#ifndef RELATA_ENGINE_VERIFY_H_
#define RELATA_ENGINE_VERIFY_H_

#include <cstdint>
#include <vector>

#include "relata/base/status.h"
#include "relata/engine/crm.h"

namespace relata {

struct VerifyReport {
  int64_t commits = 0;
  int64_t changes = 0;
  int64_t records = 0;
  int64_t events = 0;
  int64_t entries = 0;         // of the consent ledger
  int64_t dangling_links = 0;  // to records deleted since
  int64_t erased_images = 0;
  std::vector<Issue> issues;  // what is wrong; at most kMostIssues
  int64_t more_issues = 0;    // beyond these

  bool ok() const { return issues.empty(); }

  static constexpr size_t kMostIssues = 100;
};

// A status only when reading failed; findings are issues.
absl::StatusOr<VerifyReport> Verify(const Crm& crm);

}  // namespace relata

#endif  // RELATA_ENGINE_VERIFY_H_

// SPDX-License-Identifier: Apache-2.0
//
// Retention: what is kept for how long, and what goes when the time is up.
//
// Every type says in its card how many months it stays in the active base and how many more in the
// archive (model/type.h, Retention); a definition of kind "retention" can say otherwise. A clock
// starts from the trigger of its type:
//
//   persons          the last thing they did: a click, a reply, a log-in, a purchase; an opened
//                    mail does not count (CNIL), a running contract stops the clock
//   events           their instant
//   other records    the latest of their own dates that is not ahead, or their creation
//
// A rule says where its term is written down: the law or the authority's text, by article, for the
// types of the standard schema; "set with the type" for a host's own until it says more.
//
// Active base, then the archive behind the lock (privacy/archive.h), then deletion. What belongs to
// a person (addresses) or to a document (its lines) goes with it. A legal hold on the class, or on
// the person, stops the clock. A run can be looked at before, is done in commits of some hundred
// records that can be interrupted, and leaves a line in the log "retention_run".
//
// Free functions over a Crm, as thread-safe as it.

#ifndef RELATA_PRIVACY_RETENTION_H_
#define RELATA_PRIVACY_RETENTION_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/engine/crm.h"
#include "relata/privacy/erasure.h"

namespace relata {

struct RetentionRule {
  std::string type;
  int active_months = 0;
  int archive_months = 0;
  std::string trigger;  // "last act of the person", "its instant", "its latest date"
  std::string basis;    // why so long, as the definition says
};

// The rule of every type that has one, by name.
absl::StatusOr<std::vector<RetentionRule>> RetentionRules(const Crm& crm);

// Says otherwise for one type. InvalidArgument for an unknown type or negative terms.
absl::Status DefineRetention(Crm& crm, const RetentionRule& rule, const Actor& actor,
                             Timestamp now);

// What a run at `now` would do, or did, to one type.
struct RetentionLine {
  std::string type;
  int64_t kept = 0;        // the clock still runs
  int64_t to_archive = 0;  // moved behind the lock
  int64_t to_delete = 0;
  int64_t held = 0;                    // due, and under a legal hold
  Timestamp oldest = Timestamp::kMax;  // the earliest trigger of those that are due
};

// Of all types, or of one. Types without anything due are among them.
absl::StatusOr<std::vector<RetentionLine>> PreviewRetention(const Crm& crm, Timestamp now,
                                                            std::string_view type = "");

// Does it. Persons are erased as ErasePersons does, without a suppression: they asked for nothing.
absl::StatusOr<std::vector<RetentionLine>> RunRetention(Crm& crm, const ErasureOptions& options,
                                                        const Actor& actor, Timestamp now,
                                                        std::string_view type = "");

}  // namespace relata

#endif  // RELATA_PRIVACY_RETENTION_H_

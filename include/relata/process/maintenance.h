// SPDX-License-Identifier: Apache-2.0
//
// The maintenance calendar: what has to be done to keep the base healthy, how often, by whom, and
// whether it was.
//
// A job is a definition of kind "job": {"action": "duplicates", "every_days": 7, "role": "steward",
// "label": {"en": ..., "fr": ...}}. Running one does the work, and leaves a line in the log
// "maintenance" with the result and its evidence; a job is overdue when its last run, or the first
// commit of the base, is longer ago than its frequency.
//
// Actions: "duplicates" counts contacts and accounts that share a folded e-mail, name or national
// id; "consents" counts persons with an e-mail by what the ledger can prove; "completeness"
// measures how many fields of the main types are filled.
//
// As thread-safe as the Crm.

#ifndef RELATA_PROCESS_MAINTENANCE_H_
#define RELATA_PROCESS_MAINTENANCE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/engine/crm.h"

namespace relata {

struct MaintenanceJob {
  std::string name;
  std::string action;
  LocalText label;
  int every_days = 0;
  std::string role;
  std::optional<Timestamp> last_run;
  std::string last_result;
  Timestamp due;
  bool overdue = false;
};

// The starter calendar: duplicates every 7 days, consents every 30, completeness every 90.
absl::Status DefineStarterCalendar(Crm& crm, const Actor& actor, Timestamp now);

absl::Status DefineJob(Crm& crm, std::string_view name, std::string_view body, const Actor& actor,
                       Timestamp now);

// The jobs by name with their state at `now`.
absl::StatusOr<std::vector<MaintenanceJob>> MaintenanceCalendar(const Crm& crm, Timestamp now);

// Does the job and records that it was done. The result is one line of text. NotFound.
absl::StatusOr<std::string> RunMaintenance(Crm& crm, std::string_view job, const Actor& actor,
                                           Timestamp now);

}  // namespace relata

#endif  // RELATA_PROCESS_MAINTENANCE_H_

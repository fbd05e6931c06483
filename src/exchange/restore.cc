// SPDX-License-Identifier: Apache-2.0

#include "relata/exchange/restore.h"

#include <cstdio>
#include <utility>

#include "base/strings.h"
#include "nlohmann/json.hpp"

namespace relata {
namespace {

using internal::Concat;
using Json = nlohmann::ordered_json;

constexpr std::string_view kJobs = "maintenance";

absl::Status Record(Crm& crm, std::string_view job, Json body, const Actor& actor, Timestamp now) {
  Transaction tx = crm.Begin(actor);
  tx.Reason(job);
  body["job"] = job;
  tx.Log(kJobs, RecordRef(), std::string(job), body.dump());
  return tx.Commit(now).status();
}

// The database that a restore works on until it is whole; what is left of it is removed.
class Unfinished {
 public:
  explicit Unfinished(std::string path) : path_(std::move(path)) { Remove(); }
  ~Unfinished() { Remove(); }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;

  const std::string& path() const { return path_; }

 private:
  void Remove() {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
      (void)std::remove((path_ + suffix).c_str());
    }
  }
  const std::string path_;
};

absl::Status Refuse(const std::vector<Issue>& issues) {
  for (const Issue& issue : issues) {
    if (issue.severity != Severity::kError) continue;
    return DataLoss(Concat("the backup is damaged: ", issue.where, " ", issue.message));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BackupReport> BackupDatabase(const std::string& from, const std::string& to,
                                            const OpenOptions& options, const Actor& actor,
                                            Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(BackupReport report, BackupSqlite(from, to));
  OpenOptions open = options;
  open.create = false;
  RELATA_ASSIGN_OR_RETURN(Crm crm, Crm::Open(from, open));
  RELATA_RETURN_IF_ERROR(Record(
      crm, "backup", {{"to", to}, {"commit", report.commit}, {"bytes", report.bytes}}, actor, now));
  return report;
}

absl::StatusOr<RestoreReport> RestoreDatabase(const RestoreRequest& request,
                                              const OpenOptions& options, const Actor& actor,
                                              Timestamp now) {
  RestoreReport report;
  RELATA_ASSIGN_OR_RETURN(const std::vector<Issue> issues,
                          CheckSqlite(request.backup, &report.backup));
  RELATA_RETURN_IF_ERROR(Refuse(issues));
  const Unfinished copy(request.to + ".restoring");
  RELATA_RETURN_IF_ERROR(RestoreSqlite(request.backup, copy.path(), false).status());
  {
    OpenOptions open = options;
    open.create = false;
    open.tenant = report.backup.tenant;
    RELATA_ASSIGN_OR_RETURN(Crm crm, Crm::Open(copy.path(), open));
    RELATA_ASSIGN_OR_RETURN(report.verified, Verify(crm));
    RELATA_RETURN_IF_ERROR(Refuse(report.verified.issues));
    if (request.prepare) {
      RELATA_ASSIGN_OR_RETURN(report.prepared, request.prepare(crm));
    }
    RELATA_RETURN_IF_ERROR(Record(crm, "restore",
                                  {{"backup", request.backup},
                                   {"commit", report.backup.commit},
                                   {"verified", report.verified.changes},
                                   {"prepared", report.prepared}},
                                  actor, now));
  }
  RELATA_RETURN_IF_ERROR(RestoreSqlite(copy.path(), request.to, request.replace).status());
  return report;
}

absl::StatusOr<VerifyReport> VerifyDatabase(const std::string& path, const OpenOptions& options) {
  BackupReport file;
  RELATA_ASSIGN_OR_RETURN(std::vector<Issue> issues, CheckSqlite(path, &file));
  OpenOptions open = options;
  open.create = false;
  open.tenant = file.tenant;
  RELATA_ASSIGN_OR_RETURN(const Crm crm, Crm::Open(path, open));
  RELATA_ASSIGN_OR_RETURN(VerifyReport report, Verify(crm));
  report.issues.insert(report.issues.begin(), issues.begin(), issues.end());
  return report;
}

}  // namespace relata

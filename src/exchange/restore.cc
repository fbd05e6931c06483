// SPDX-License-Identifier: Apache-2.0

#include "relata/exchange/restore.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "engine/open_store.h"
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

// The same of a tenant of a server, unless it is kept.
class UnfinishedTenant {
 public:
  UnfinishedTenant(std::string server, OpenOptions options)
      : server_(std::move(server)), options_(std::move(options)) {}
  ~UnfinishedTenant() {
    if (opened_) (void)internal::DropStaged(server_, options_);
  }
  UnfinishedTenant(const UnfinishedTenant&) = delete;
  UnfinishedTenant& operator=(const UnfinishedTenant&) = delete;

  absl::StatusOr<std::unique_ptr<Store>> Open() {
    absl::StatusOr<std::unique_ptr<Store>> store = internal::OpenStagedStore(server_, options_);
    opened_ = store.ok();
    return store;
  }
  absl::Status Keep() { return internal::KeepStaged(server_, options_); }

 private:
  const std::string server_;
  const OpenOptions options_;
  bool opened_ = false;
};

absl::Status Refuse(const std::vector<Issue>& issues) {
  for (const Issue& issue : issues) {
    if (issue.severity != Severity::kError) continue;
    return DataLoss(Concat("the backup is damaged: ", issue.where, " ", issue.message));
  }
  return absl::OkStatus();
}

using Prepare = std::function<absl::StatusOr<std::string>(Crm& copy)>;

// The last steps of a restore: what the copy holds is verified, it is told what it must know, and
// the job is recorded in it.
absl::Status Conclude(Crm& copy, Json job, const Prepare& prepare, const Actor& actor,
                      Timestamp now, VerifyReport* verified, std::string* prepared) {
  RELATA_ASSIGN_OR_RETURN(*verified, Verify(copy));
  RELATA_RETURN_IF_ERROR(Refuse(verified->issues));
  if (prepare) {
    RELATA_ASSIGN_OR_RETURN(*prepared, prepare(copy));
  }
  job["verified"] = verified->changes;
  job["prepared"] = *prepared;
  return Record(copy, "restore", std::move(job), actor, now);
}

}  // namespace

absl::StatusOr<BackupReport> BackupDatabase(const std::string& from, const std::string& to,
                                            const OpenOptions& options, const Actor& actor,
                                            Timestamp now) {
  if (internal::IsServer(from)) {
    return FailedPrecondition(
        "a database on a server has no file to copy: a dump of it is its backup");
  }
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
    RELATA_RETURN_IF_ERROR(
        Conclude(crm, {{"backup", request.backup}, {"commit", report.backup.commit}},
                 request.prepare, actor, now, &report.verified, &report.prepared));
  }
  RELATA_RETURN_IF_ERROR(RestoreSqlite(copy.path(), request.to, request.replace).status());
  return report;
}

absl::StatusOr<LoadReport> LoadDatabase(const LoadRequest& request, const OpenOptions& options,
                                        const Actor& actor, Timestamp now) {
  const bool server = internal::IsServer(request.to);
  const bool file = !server && request.to != ":memory:";
  if (file && std::filesystem::exists(request.to)) {
    return MakeStatus(absl::StatusCode::kAlreadyExists, Concat(request.to, " is there already"));
  }
  std::optional<Unfinished> copy;
  if (file) copy.emplace(request.to + ".restoring");
  const std::string place = file ? copy->path() : request.to;
  OpenOptions open = options;
  open.create = true;
  UnfinishedTenant tenant(place, open);
  RELATA_ASSIGN_OR_RETURN(std::unique_ptr<Store> store,
                          server ? tenant.Open() : internal::OpenStore(place, open));
  LoadReport report;
  RELATA_ASSIGN_OR_RETURN(report.loaded, LoadDump(*store, request.source));
  {
    RELATA_ASSIGN_OR_RETURN(Crm crm, Crm::Open(std::move(store), std::move(open)));
    RELATA_RETURN_IF_ERROR(
        Conclude(crm, {{"dump", request.dump}, {"commit", report.loaded.commits}}, request.prepare,
                 actor, now, &report.verified, &report.prepared));
  }
  if (file) RELATA_RETURN_IF_ERROR(RestoreSqlite(place, request.to, false).status());
  if (server) {
    RELATA_RETURN_IF_ERROR(tenant.Keep());
    (void)internal::OpenStore(place, options).status();  // makes its views
  }
  return report;
}

absl::StatusOr<VerifyReport> VerifyDatabase(const std::string& path, const OpenOptions& options) {
  OpenOptions open = options;
  open.create = false;
  std::vector<Issue> issues;
  if (!internal::IsServer(path)) {
    BackupReport file;
    RELATA_ASSIGN_OR_RETURN(issues, CheckSqlite(path, &file));
    open.tenant = file.tenant;
  }
  RELATA_ASSIGN_OR_RETURN(const Crm crm, Crm::Open(path, std::move(open)));
  RELATA_ASSIGN_OR_RETURN(VerifyReport report, Verify(crm));
  report.issues.insert(report.issues.begin(), issues.begin(), issues.end());
  return report;
}

}  // namespace relata

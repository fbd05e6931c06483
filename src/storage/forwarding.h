// SPDX-License-Identifier: Apache-2.0
//
// A backend's reads written once and offered twice, by its reader and by its writer; or those of
// another reader, of which a class answers some itself.

#ifndef RELATA_SRC_STORAGE_FORWARDING_H_
#define RELATA_SRC_STORAGE_FORWARDING_H_

#include <utility>

#include "relata/storage/store.h"

namespace relata::internal {

// `Base` is StoreReader or StoreWriter; `Reads` has its reading functions by the same names, or is
// a reference to what has them and outlives this.
template <class Base, class Reads>
class Forwarding : public Base {
 public:
  explicit Forwarding(Reads reads) : reads_(std::forward<Reads>(reads)) {}

  absl::StatusOr<CommitRow> Head() override { return reads_.Head(); }
  absl::StatusOr<CommitRow> FindCommit(CommitId id) override { return reads_.FindCommit(id); }
  absl::Status ScanCommits(CommitId since, const Sink<CommitRow>& sink) override {
    return reads_.ScanCommits(since, sink);
  }
  absl::StatusOr<CommitRow> FindOperation(std::string_view id) override {
    return reads_.FindOperation(id);
  }
  absl::StatusOr<std::vector<TableSpec>> Tables() override { return reads_.Tables(); }
  absl::StatusOr<Row> NextRow(TypeId type) override { return reads_.NextRow(type); }
  absl::Status ScanRecords(const ScanSpec& spec, const Sink<RecordRows>& sink) override {
    return reads_.ScanRecords(spec, sink);
  }
  absl::Status ScanEvents(const ScanSpec& spec, const Sink<EventRows>& sink) override {
    return reads_.ScanEvents(spec, sink);
  }
  absl::Status ScanLedger(Seq since, std::optional<RecordRef> person,
                          const Sink<LedgerWrite>& sink) override {
    return reads_.ScanLedger(since, person, sink);
  }
  absl::Status ScanChanges(CommitId since, std::optional<RecordRef> record,
                           const Sink<ChangeRow>& sink) override {
    return reads_.ScanChanges(since, record, sink);
  }
  absl::StatusOr<Row> FindExternalKey(TypeId type, std::string_view system,
                                      std::string_view key) override {
    return reads_.FindExternalKey(type, system, key);
  }
  absl::Status ScanExternalKeys(TypeId type, const Sink<ExternalKeyWrite>& sink) override {
    return reads_.ScanExternalKeys(type, sink);
  }
  absl::StatusOr<Row> FindId(TypeId type, const Uuid& id) override {
    return reads_.FindId(type, id);
  }
  absl::Status ScanAliases(const Sink<AliasWrite>& sink) override {
    return reads_.ScanAliases(sink);
  }
  absl::Status ScanDefinitions(const Sink<DefinitionWrite>& sink) override {
    return reads_.ScanDefinitions(sink);
  }
  absl::Status ScanLog(std::string_view log, Seq since, std::string_view key,
                       const Sink<LogWrite>& sink) override {
    return reads_.ScanLog(log, since, key, sink);
  }

 protected:
  Reads reads_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_FORWARDING_H_

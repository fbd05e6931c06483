// SPDX-License-Identifier: Apache-2.0
//
// A store as it would be if some records only had ever said something: for deciding about those in
// memory without the ledger of everybody.

#ifndef RELATA_SRC_ENGINE_LEDGER_OF_FEW_H_
#define RELATA_SRC_ENGINE_LEDGER_OF_FEW_H_

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/graph.h"
#include "relata/expression/plan.h"
#include "relata/storage/store.h"

namespace relata::internal {

// Whether all that a plan asks of the ledger is what its subjects themselves said.
bool AsksSubjectsOnly(const Plan& plan);

// Reads from `reader`, but of the ledger only what the records `rows` of `type`, ascending, said
// and whoever was merged into them. All must outlive it.
class LedgerOfFew : public StoreReader {
 public:
  LedgerOfFew(StoreReader& reader, const Graph& graph, TypeId type, std::span<const Row> rows)
      : reader_(reader), graph_(graph), type_(type), rows_(rows) {}

  absl::Status ScanLedger(Seq since, std::optional<RecordRef> person,
                          const Sink<LedgerWrite>& sink) override {
    return reader_.ScanLedger(since, person, [&](const LedgerWrite& line) {
      return Speaks(line.person) ? sink(line) : absl::OkStatus();
    });
  }

  absl::StatusOr<CommitRow> Head() override { return reader_.Head(); }
  absl::StatusOr<CommitRow> FindCommit(CommitId id) override { return reader_.FindCommit(id); }
  absl::Status ScanCommits(CommitId since, const Sink<CommitRow>& sink) override {
    return reader_.ScanCommits(since, sink);
  }
  absl::StatusOr<CommitRow> FindOperation(std::string_view id) override {
    return reader_.FindOperation(id);
  }
  absl::StatusOr<std::vector<TableSpec>> Tables() override { return reader_.Tables(); }
  absl::StatusOr<Row> NextRow(TypeId type) override { return reader_.NextRow(type); }
  absl::Status ScanRecords(const ScanSpec& spec, const Sink<RecordRows>& sink) override {
    return reader_.ScanRecords(spec, sink);
  }
  absl::Status ScanEvents(const ScanSpec& spec, const Sink<EventRows>& sink) override {
    return reader_.ScanEvents(spec, sink);
  }
  absl::Status ScanChanges(CommitId since, std::optional<RecordRef> record,
                           const Sink<ChangeRow>& sink) override {
    return reader_.ScanChanges(since, record, sink);
  }
  absl::StatusOr<Row> FindExternalKey(TypeId type, std::string_view system,
                                      std::string_view key) override {
    return reader_.FindExternalKey(type, system, key);
  }
  absl::Status ScanExternalKeys(TypeId type, const Sink<ExternalKeyWrite>& sink) override {
    return reader_.ScanExternalKeys(type, sink);
  }
  absl::StatusOr<Row> FindId(TypeId type, const Uuid& id) override {
    return reader_.FindId(type, id);
  }
  absl::Status ScanAliases(const Sink<AliasWrite>& sink) override {
    return reader_.ScanAliases(sink);
  }
  absl::Status ScanDefinitions(const Sink<DefinitionWrite>& sink) override {
    return reader_.ScanDefinitions(sink);
  }
  absl::Status ScanLog(std::string_view log, Seq since, std::string_view key,
                       const Sink<LogWrite>& sink) override {
    return reader_.ScanLog(log, since, key, sink);
  }

 private:
  bool Speaks(RecordRef person) const {
    if (person.none()) return false;
    const RecordRef here = graph_.Resolve(person);
    return here.type == type_ && std::binary_search(rows_.begin(), rows_.end(), here.row);
  }

  StoreReader& reader_;
  const Graph& graph_;
  const TypeId type_;
  const std::span<const Row> rows_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_LEDGER_OF_FEW_H_

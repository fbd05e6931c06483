// SPDX-License-Identifier: Apache-2.0
//
// A store as it would be if some records only had ever said something: for deciding about those in
// memory without the ledger of everybody.

#ifndef RELATA_SRC_ENGINE_LEDGER_OF_FEW_H_
#define RELATA_SRC_ENGINE_LEDGER_OF_FEW_H_

#include <algorithm>
#include <optional>
#include <span>

#include "engine/graph.h"
#include "relata/expression/plan.h"
#include "relata/storage/store.h"
#include "storage/forwarding.h"

namespace relata::internal {

// Whether all that a plan asks of the ledger is what its subjects themselves said.
bool AsksSubjectsOnly(const Plan& plan);

// Reads from `reader`, but of the ledger only what the records `rows` of `type`, ascending, said
// and whoever was merged into them. All must outlive it.
class LedgerOfFew : public Forwarding<StoreReader, StoreReader&> {
 public:
  LedgerOfFew(StoreReader& reader, const Graph& graph, TypeId type, std::span<const Row> rows)
      : Forwarding(reader), graph_(graph), type_(type), rows_(rows) {}

  absl::Status ScanLedger(Seq since, std::optional<RecordRef> person,
                          const Sink<LedgerWrite>& sink) override {
    return reads_.ScanLedger(since, person, [&](const LedgerWrite& line) {
      return Speaks(line.person) ? sink(line) : absl::OkStatus();
    });
  }

 private:
  bool Speaks(RecordRef person) const {
    if (person.none()) return false;
    const RecordRef here = graph_.Resolve(person);
    return here.type == type_ && std::binary_search(rows_.begin(), rows_.end(), here.row);
  }

  const Graph& graph_;
  const TypeId type_;
  const std::span<const Row> rows_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_LEDGER_OF_FEW_H_

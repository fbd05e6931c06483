// SPDX-License-Identifier: Apache-2.0

#include "reference_memory.h"

#include <cstdio>
#include <memory>
#include <span>

#include "engine/engine.h"
#include "engine/graph.h"
#include "engine/membership.h"
#include "measure.h"
#include "relata/engine/pushdown.h"

namespace relata::bench {
namespace {

size_t IndexesOf(const internal::Graph& graph, TypeId type) {
  size_t bytes = 0;
  const auto add = [&](const auto* index) { bytes += index == nullptr ? 0 : index->MemoryUsed(); };
  if (const internal::RecordTable* table = graph.Records(type)) {
    for (const auto& slot : table->reverse) add(slot.Peek());
    add(table->by_id.Peek());
  }
  if (const internal::EventTable* table = graph.Events(type)) add(table->by_subject.Peek());
  return bytes;
}

}  // namespace

void PrintMemory(const Crm& crm) {
  const absl::StatusOr<std::shared_ptr<const Snapshot>> view =
      crm.View(std::span<const ColumnsNeeded>());
  if (!view.ok()) return;
  std::printf("\n| table | rows | MB | of it indexes |\n|---|---|---|---|\n");
  size_t total = 0;
  for (const TypeDef* type : (*view)->schema().types()) {
    const size_t bytes = (*view)->MemoryUsed(type->id);
    if (bytes < 100'000) continue;
    total += bytes;
    std::printf("| %s | %lld | %.1f | %.1f |\n", type->name.c_str(),
                static_cast<long long>(type->event ? (*view)->EventCount(type->id)
                                                   : (*view)->Count(type->id)),
                static_cast<double>(bytes) / 1e6,
                static_cast<double>(IndexesOf((*view)->graph(), type->id)) / 1e6);
  }
  const size_t ledger = (*view)->LedgerMemoryUsed();
  const internal::LedgerTable& entries = *(*view)->graph().ledger;
  size_t by = 0;
  for (const auto* slot : {&entries.by_person, &entries.by_point}) {
    by += slot->Peek() == nullptr ? 0 : slot->Peek()->MemoryUsed();
  }
  std::printf("| consent ledger | %lld | %.1f | %.1f |\n",
              static_cast<long long>((*view)->LedgerSize()), static_cast<double>(ledger) / 1e6,
              static_cast<double>(by) / 1e6);
  std::printf("| all columns and indexes | | %.1f | |\n",
              static_cast<double>(total + ledger) / 1e6);
  std::printf("peak of the process %.0f MB\n", PeakMegabytes());
}

void PrintKept(const Crm& crm) {
  const auto kept = crm.engine().memberships();
  std::printf(
      "\n| kept segment, MB | members | parts | counts | timers |\n|---|---|---|---|---|\n");
  size_t total = 0;
  for (const auto& [name, state] : kept->segments) {
    const internal::StateMemory memory = internal::MemoryOf(*state);
    total += memory.all();
    std::printf("| %s | %.2f | %.2f | %.2f | %.2f |\n", name.c_str(),
                static_cast<double>(memory.members) / 1e6, static_cast<double>(memory.parts) / 1e6,
                static_cast<double>(memory.counts) / 1e6, static_cast<double>(memory.timers) / 1e6);
  }
  const size_t tables = MemoryUsed(crm);
  std::printf("| all kept segments | %.1f |\n| with columns and indexes | %.1f |\n",
              static_cast<double>(total) / 1e6, static_cast<double>(total + tables) / 1e6);
}

}  // namespace relata::bench

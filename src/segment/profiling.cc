// SPDX-License-Identifier: Apache-2.0

#include "segment/profiling.h"

#include <limits>
#include <set>
#include <string>
#include <vector>

#include "codec/pack.h"
#include "engine/graph.h"
#include "relata/consent/vocabulary.h"

namespace relata::internal {
namespace {

bool IsPerson(const Snapshot& view, TypeId type) {
  const std::string& name = view.schema().type(type).name;
  return name == "contact" || name == "lead";
}

bool NamesProfiling(const ConsentEntry& e) {
  return e.scope.purposes == 0 || (e.scope.purposes & Bit(Purpose::kProfiling)) != 0;
}

bool StopsProfiling(const ConsentEntry& e) {
  switch (e.event) {
    case ConsentEvent::kObject:
    case ConsentEvent::kWithdraw:
    case ConsentEvent::kOptout:
      return NamesProfiling(e);
    case ConsentEvent::kRestrict:
      return true;
    default:
      return false;
  }
}

// Does the later word take the stop back? A restriction ends by being lifted, an objection by
// consent to profiling itself.
bool TakesBack(const ConsentEntry& word, const ConsentEntry& stop) {
  if (word.at <= stop.at) return false;
  if (stop.event == ConsentEvent::kRestrict) return word.event == ConsentEvent::kUnrestrict;
  return IsPositive(word.event) && word.evidence.source != ConsentSource::kImport &&
         (word.scope.purposes & Bit(Purpose::kProfiling)) != 0;
}

}  // namespace

absl::StatusOr<bool> ObjectsToProfiling(const Snapshot& view, RecordRef person, Timestamp now) {
  if (person.none() || view.LedgerSize() == 0 || !IsPerson(view, person.type)) return false;
  const absl::StatusOr<std::vector<ConsentEntry>> ledger = view.Ledger(view.Resolve(person), {});
  RELATA_RETURN_IF_ERROR(ledger.status());
  for (const ConsentEntry& stop : *ledger) {
    if (stop.at > now || !StopsProfiling(stop)) continue;
    bool back = false;
    for (const ConsentEntry& word : *ledger) {
      back = back || (word.at <= now && TakesBack(word, stop));
    }
    if (!back) return true;
  }
  return false;
}

absl::Status MayBeProfiled(const Snapshot& view, RecordRef person, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const bool objects, ObjectsToProfiling(view, person, now));
  return objects ? NotFound("the person objects to profiling") : absl::OkStatus();
}

absl::StatusOr<std::set<Row>> ObjectorsTo(const Snapshot& view, TypeId type, Timestamp now) {
  std::set<Row> objectors;
  if (!IsPerson(view, type)) return objectors;
  const LedgerTable& table = *view.graph().ledger;
  std::set<Row> rows;
  for (int64_t place = 0; place < table.count; ++place) {
    // The event is the first number of a packed entry; few entries are stops, and only those are
    // read.
    const std::string_view body = table.body.Text(place);
    if (body.empty()) continue;
    const auto event = static_cast<ConsentEvent>(static_cast<uint8_t>(body[0]));
    if (event != ConsentEvent::kObject && event != ConsentEvent::kWithdraw &&
        event != ConsentEvent::kOptout && event != ConsentEvent::kRestrict) {
      continue;
    }
    const RecordRef person = view.Resolve(table.person.Record(place));
    if (person.type == type && person.row >= 0) rows.insert(person.row);
  }
  for (const Row row : rows) {
    RELATA_ASSIGN_OR_RETURN(const bool objects, ObjectsToProfiling(view, {type, row}, now));
    if (objects) objectors.insert(row);
  }
  return objectors;
}

absl::Status LeaveOutObjectors(const Snapshot& view, TypeId type, Timestamp now,
                               std::vector<double>& totals) {
  RELATA_ASSIGN_OR_RETURN(const std::set<Row> objectors, ObjectorsTo(view, type, now));
  for (const Row row : objectors) {
    if (static_cast<size_t>(row) >= totals.size()) break;
    totals[static_cast<size_t>(row)] = std::numeric_limits<double>::quiet_NaN();
  }
  return absl::OkStatus();
}

}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0

#include "segment/profiling.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "codec/pack.h"
#include "engine/graph.h"
#include "engine/vector.h"
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

// Whether a line of this shape may be a stop: few are. Of one that the codec could not take apart
// only the event is known, the first number of both.
enum class MayStop : uint8_t { kNo, kWhole, kYes };
MayStop MayBeStop(std::string_view shape) {
  if (shape.empty()) return MayStop::kNo;
  const StatementShape said = StatementOf(shape);
  switch (static_cast<ConsentEvent>(static_cast<uint8_t>(shape[0]))) {
    case ConsentEvent::kRestrict:
      return MayStop::kYes;
    case ConsentEvent::kObject:
    case ConsentEvent::kWithdraw:
    case ConsentEvent::kOptout:
      return said.purposes == 0 || (said.purposes & Bit(Purpose::kProfiling)) != 0
                 ? MayStop::kYes
                 : MayStop::kWhole;
    default:
      return MayStop::kNo;
  }
}

// The places of the ledger that may hold a stop, each shape looked at once. A shape of which only
// lines that could not be taken apart are stops is looked for among those alone: there are few.
template <class Visit>
void EachStop(const LedgerTable& table, const Visit& visit) {
  const Dictionary& shapes = table.shape.dictionary();
  std::vector<MayStop> stops(shapes.size());
  for (size_t code = 0; code < stops.size(); ++code) stops[code] = MayBeStop(shapes.text(code));
  const bool always =
      std::any_of(stops.begin(), stops.end(), [](MayStop stop) { return stop == MayStop::kYes; });
  std::vector<int64_t> codes;
  for (size_t c = 0; c < table.shape.chunk_count(); ++c) {
    const Chunk* chunk = table.shape.chunk(c);
    if (chunk == nullptr) continue;
    const Chunk* apart = table.recorded_at.chunk(c);
    const ChunkBits taken_apart = apart == nullptr ? ChunkBits{} : apart->present;
    ChunkBits here = chunk->present;
    if (chunk->coded && !always) {
      EachWord(here, [&](size_t w) { return here[w] & ~taken_apart[w]; });
    }
    if (!AnyBit(here)) continue;
    if (chunk->coded) {
      codes.resize(std::max(kRowsPerChunk, chunk->size));
      chunk->ints.Decode(codes.data());
    }
    const auto first = static_cast<int64_t>(c * kRowsPerChunk);
    EachBit(here, [&](size_t i) {
      const MayStop stop =
          chunk->coded ? stops[static_cast<size_t>(codes[i])] : MayBeStop(chunk->Plain(i));
      const bool may =
          stop == MayStop::kYes || (stop == MayStop::kWhole && !TestBit(taken_apart, i));
      if (may) visit(first + static_cast<int64_t>(i));
    });
  }
}

// Whether a line of this shape may take a stop back.
bool MayTakeBack(std::string_view shape) {
  const StatementShape said = StatementOf(shape);
  return said.event == ConsentEvent::kUnrestrict ||
         (IsPositive(said.event) && (said.purposes & Bit(Purpose::kProfiling)) != 0);
}

// What the lines of a store's ledger say about profiling; shapes are looked at once.
class ProfilingLines {
 public:
  // Whether the line has to be looked at.
  bool Matters(const LedgerWrite& line) {
    if (line.body.empty() || line.person.none()) return false;
    if (!SplitEntry(line.body, parts_)) return true;
    const auto [known, added] = matters_.try_emplace(parts_.shape, true);
    if (added)
      known->second = MayBeStop(parts_.shape) == MayStop::kYes || MayTakeBack(parts_.shape);
    return known->second;
  }

 private:
  EntryParts parts_;
  std::unordered_map<std::string, bool> matters_;
};

// Whether a person who said all this objects.
bool Objects(const std::vector<ConsentEntry>& said, Timestamp now) {
  return std::any_of(said.begin(), said.end(), [&](const ConsentEntry& stop) {
    if (stop.at > now || !StopsProfiling(stop)) return false;
    return std::none_of(said.begin(), said.end(), [&](const ConsentEntry& word) {
      return word.at <= now && TakesBack(word, stop);
    });
  });
}

}  // namespace

absl::StatusOr<bool> ObjectsToProfiling(const Snapshot& view, RecordRef person, Timestamp now) {
  if (person.none() || !IsPerson(view, person.type)) return false;
  const absl::StatusOr<std::vector<ConsentEntry>> ledger = view.Ledger(view.Resolve(person), {});
  RELATA_RETURN_IF_ERROR(ledger.status());
  return Objects(*ledger, now);
}

absl::StatusOr<std::set<Row>> ObjectorsInStore(const Snapshot& view, StoreReader& reader,
                                               TypeId type, Timestamp now) {
  std::set<Row> objectors;
  if (!IsPerson(view, type)) return objectors;
  RELATA_ASSIGN_OR_RETURN(const CommitRow head, reader.Head());
  if (head.id != view.commit()) return Aborted("another commit came in between");
  ProfilingLines lines;
  std::map<Row, std::vector<ConsentEntry>> said;
  RELATA_RETURN_IF_ERROR(
      reader.ScanLedger(0, std::nullopt, [&](const LedgerWrite& line) -> absl::Status {
        if (!lines.Matters(line)) return absl::OkStatus();
        const RecordRef person = view.Resolve(line.person);
        if (person.type != type || person.row < 0) return absl::OkStatus();
        RELATA_ASSIGN_OR_RETURN(ConsentEntry entry, UnpackEntry(line.seq, line.body));
        const bool back = entry.event == ConsentEvent::kUnrestrict || IsPositive(entry.event);
        if (StopsProfiling(entry) || back) said[person.row].push_back(std::move(entry));
        return absl::OkStatus();
      }));
  for (const auto& [row, entries] : said) {
    if (Objects(entries, now)) objectors.insert(row);
  }
  return objectors;
}

absl::Status MayBeProfiled(const Snapshot& view, RecordRef person, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const bool objects, ObjectsToProfiling(view, person, now));
  return objects ? NotFound("the person objects to profiling") : absl::OkStatus();
}

absl::StatusOr<std::set<Row>> ObjectorsTo(const Snapshot& view, TypeId type, Timestamp now) {
  std::set<Row> objectors;
  if (!IsPerson(view, type)) return objectors;
  if (!view.Loaded(kLedgerTable)) return FailedPrecondition("the consent ledger is not loaded");
  const LedgerTable& table = *view.graph().ledger;
  std::set<Row> rows;
  EachStop(table, [&](int64_t place) {
    if (!table.person.Has(place)) return;
    const RecordRef person = view.Resolve(table.person.Record(place));
    if (person.type == type && person.row >= 0) rows.insert(person.row);
  });
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

// SPDX-License-Identifier: Apache-2.0
//
// The graph of a past instant, from today's graph and the changes since.
//
// A change that does not count at the instant (recorded later, or in effect later) is undone. What
// a field had then is the value before the first of the undone changes that follow the last change
// that counts: read in order, a change that is undone notes the value before it unless one is noted
// already, and a change that counts forgets what was noted. So the changes pass by once, and only
// the values to put back are held.

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "codec/pack.h"
#include "engine/graph.h"
#include "engine/past.h"
#include "relata/engine/snapshot.h"

namespace relata {
namespace internal {
namespace {

// What to put back in one record.
struct RowPast {
  std::optional<bool> existed;
  Uuid id;  // when it existed
  bool erased = false;
  FieldValues values;

  void Note(FieldId field, Value value) {
    const bool noted = std::any_of(values.begin(), values.end(),
                                   [&](const auto& known) { return known.first == field; });
    if (!noted) values.emplace_back(field, std::move(value));
  }
};

// Records [row, row + rows) that one change created.
struct Creation {
  Row row = 0;
  int64_t rows = 1;
  Timestamp effective;
};

struct TablePast {
  std::unordered_map<Row, RowPast> rows;
  std::vector<Creation> unborn;     // recorded later
  std::vector<Creation> uncertain;  // recorded by then; in effect by then if their created_at is
};

class Rewinder {
 public:
  Rewinder(Graph& graph, const PastInstant& to, StoreReader& reader)
      : graph_(graph), today_(graph.commit), to_(to), reader_(reader), editor_(graph) {}

  absl::StatusOr<std::map<TypeId, int64_t>> Run() {
    if (to_.at) RELATA_RETURN_IF_ERROR(recorded_.Load(reader_, to_.since));
    RELATA_RETURN_IF_ERROR(reader_.ScanChanges(
        to_.since, std::nullopt, [&](const ChangeRow& change) { return Read(change); }));
    RELATA_RETURN_IF_ERROR(reader_.ScanLog(kErasureLog, 0, "", [&](const LogWrite& line) {
      const auto table = tables_.find(line.subject.type);
      if (table == tables_.end()) return absl::OkStatus();
      const auto row = table->second.rows.find(line.subject.row);
      if (row != table->second.rows.end()) row->second.erased = true;
      return absl::OkStatus();
    }));
    RELATA_RETURN_IF_ERROR(TurnAliases());
    for (auto& [type, table] : tables_) PutBack(type, table);
    for (size_t id = 0; id < graph_.records.size(); ++id) {
      const auto type = static_cast<TypeId>(id);
      if (to_.at && graph_.Records(type) != nullptr) HideLinksNotInEffect(type);
    }
    for (size_t id = 0; id < graph_.events.size(); ++id) {
      if (graph_.events[id]) {
        editor_.DropEvents(static_cast<TypeId>(id), to_.known.last_seq, to_.at);
      }
    }
    editor_.DropLedger(to_.known.last_seq, to_.at);
    graph_.commit = to_.known.id;
    graph_.recorded = to_.known.id == 0 ? Timestamp::kMin : to_.known.recorded;
    graph_.last_seq = to_.known.last_seq;
    graph_.past = true;
    graph_.past_at = to_.at;
    return std::move(erased_);
  }

 private:
  // --- Reading the changes ---

  absl::Status Read(const ChangeRow& row) {
    const ChangeWrite& change = row.change;
    if (row.commit > today_) return absl::OkStatus();
    const Timestamp effective =
        to_.at ? EffectiveOf(change, recorded_.Of(row.commit)) : Timestamp::kMin;
    effective_[row.commit] = effective;
    if (graph_.Records(change.type) == nullptr) return absl::OkStatus();
    TablePast& table = tables_[change.type];
    const bool counts = to_.Counts(row.commit, effective);
    if (change.op == RecordWrite::Op::kCreate) {
      ReadCreation(row, counts, effective, table);
      return absl::OkStatus();
    }
    return counts ? Keep(change, table) : Undo(change, table);
  }

  void ReadCreation(const ChangeRow& row, bool counts, Timestamp effective, TablePast& table) {
    const ChangeWrite& change = row.change;
    // A record that was there before, deleted and now made again, keeps what is noted of it.
    if (const auto known = table.rows.find(change.row);
        change.rows == 1 && known != table.rows.end() && known->second.existed) {
      if (counts) table.rows.erase(known);
      return;
    }
    if (row.commit > to_.known.id) {
      table.unborn.push_back({change.row, change.rows, effective});
    } else if (!counts) {
      table.uncertain.push_back({change.row, change.rows, effective});
    }
  }

  absl::Status Undo(const ChangeWrite& change, TablePast& table) {
    RELATA_ASSIGN_OR_RETURN(FieldValues before, ImagesOf(change));
    RowPast& row = table.rows[change.row];
    row.erased |= ImageErased(change);
    const bool deleted = change.op == RecordWrite::Op::kDelete;
    if (deleted && !row.existed) row.existed = true;
    for (auto& [field, value] : before) {
      if (deleted && field == kIdField) {
        row.id = Uuid::Parse(value.text()).value_or(Uuid());
      } else {
        row.Note(field, std::move(value));
      }
    }
    return absl::OkStatus();
  }

  absl::Status Keep(const ChangeWrite& change, TablePast& table) {
    const auto row = table.rows.find(change.row);
    if (row == table.rows.end()) return absl::OkStatus();
    if (change.op == RecordWrite::Op::kDelete) {
      table.rows.erase(row);
      return absl::OkStatus();
    }
    RELATA_ASSIGN_OR_RETURN(const FieldValues before, ImagesOf(change));
    for (const auto& [field, value] : before) {
      std::erase_if(row->second.values,
                    [&, id = field](const auto& known) { return known.first == id; });
    }
    return absl::OkStatus();
  }

  // --- Putting back ---

  void PutBack(TypeId type, TablePast& table) {
    for (auto& [row, past] : table.rows) {
      RecordWrite write;
      write.type = type;
      write.row = row;
      write.op = past.existed.value_or(false) ? RecordWrite::Op::kCreate : RecordWrite::Op::kUpdate;
      write.id = past.id;
      write.values = std::move(past.values);
      editor_.PutBack(write);
    }
    TakeAwayUnborn(type, table.unborn);
    // A table without this column was loaded in part, for another question about today: of what is
    // asked of the past all columns are there (PastView), and nobody reads the rest.
    const ChunkedColumn* created = graph_.Records(type)->Column(kCreatedAtField);
    if (created == nullptr) table.uncertain.clear();
    for (const Creation& creation : table.uncertain) {
      for (Row row = creation.row; row < creation.row + creation.rows; ++row) {
        const bool then = created->Has(row) && Timestamp{created->Int(row)} <= *to_.at;
        if (!then) editor_.Delete(type, row);
      }
    }
    for (const auto& [row, past] : table.rows) {
      if (!past.erased || !graph_.Records(type)->Stored(row)) continue;
      editor_.Delete(type, row);
      ++erased_[type];
    }
  }

  // Rows are given out in order, so those of records not yet born are the last ones.
  void TakeAwayUnborn(TypeId type, std::vector<Creation>& unborn) {
    std::sort(unborn.begin(), unborn.end(),
              [](const Creation& a, const Creation& b) { return a.row > b.row; });
    Row limit = graph_.Records(type)->limit;
    for (const Creation& creation : unborn) {
      const Row end = creation.row + creation.rows;
      for (Row row = creation.row; row < end; ++row) editor_.Delete(type, row);
      Row last = limit;
      while (last > end && !graph_.Records(type)->Stored(last - 1)) --last;
      if (last == end || end >= limit) limit = creation.row;
    }
    if (!unborn.empty()) editor_.LowerLimit(type, limit);
  }

  // A dated link is there from its day `from` until its day `until`.
  void HideLinksNotInEffect(TypeId type) {
    const TypeDef& def = graph_.schema->type(type);
    const FieldDef* from = def.dated ? def.FindField("from") : nullptr;
    const FieldDef* until = def.dated ? def.FindField("until") : nullptr;
    if (from == nullptr || until == nullptr) return;
    std::vector<Row> hidden;
    const RecordTable& table = *graph_.Records(type);
    const ChunkedColumn& begins = *table.Column(from->id);
    const ChunkedColumn& ends = *table.Column(until->id);
    for (Row row = 0; row < table.limit; ++row) {
      if (!table.Stored(row)) continue;
      const bool begun = !begins.Has(row) || begins.Int(row) <= to_.day.days;
      const bool ended = ends.Has(row) && ends.Int(row) <= to_.day.days;
      if (!begun || ended) hidden.push_back(row);
    }
    for (const Row row : hidden) editor_.Delete(type, row);
  }

  // --- Merges ---

  bool Counts(CommitId commit) const {
    if (commit <= to_.since) return true;
    const auto effective = effective_.find(commit);
    return to_.Counts(commit, effective == effective_.end() ? Timestamp::kMin : effective->second);
  }

  // Where two merges of a record count and the end of neither does (it takes effect later), the
  // later merge has taken the place of the earlier.
  absl::Status TurnAliases() {
    std::map<RecordRef, AliasWrite> then;
    std::vector<AliasWrite> now;
    RELATA_RETURN_IF_ERROR(reader_.ScanAliases([&](const AliasWrite& alias) {
      if (alias.from > today_) return absl::OkStatus();
      const bool ended = alias.until && *alias.until <= today_;
      if (!ended) now.push_back(alias);
      if (!Counts(alias.from) || (ended && Counts(*alias.until))) return absl::OkStatus();
      AliasWrite& kept = then.try_emplace(alias.loser, alias).first->second;
      if (kept.from < alias.from) kept = alias;
      return absl::OkStatus();
    }));
    for (AliasWrite& alias : now) {
      const auto kept = then.find(alias.loser);
      if (kept != then.end() && kept->second.from == alias.from) {
        then.erase(kept);
        continue;
      }
      alias.until = today_;
      editor_.Put(alias);
    }
    for (auto& [loser, alias] : then) {
      alias.until = std::nullopt;
      editor_.Put(alias);
    }
    return absl::OkStatus();
  }

  Graph& graph_;
  const CommitId today_;
  const PastInstant& to_;
  StoreReader& reader_;
  GraphEditor editor_;
  RecordedTimes recorded_;
  std::unordered_map<CommitId, Timestamp> effective_;
  std::map<TypeId, TablePast> tables_;
  std::map<TypeId, int64_t> erased_;
};

}  // namespace
}  // namespace internal

absl::StatusOr<PastSnapshot> Snapshot::Rewind(const internal::PastInstant& to,
                                              StoreReader& reader) const {
  RELATA_ASSIGN_OR_RETURN(const CommitRow head, reader.Head());
  if (head.id < commit() || to.known.id > commit() || past()) {
    return FailedPrecondition(internal::Concat("the graph of commit ", commit(),
                                               " cannot be taken back to commit ", to.known.id));
  }
  internal::Graph graph = *graph_;
  PastSnapshot out;
  internal::Rewinder rewinder(graph, to, reader);
  RELATA_ASSIGN_OR_RETURN(out.erased, rewinder.Run());
  out.view = Publish(std::move(graph));
  return out;
}

bool Snapshot::past() const { return graph_->past; }
std::optional<Timestamp> Snapshot::at() const { return graph_->past_at; }

}  // namespace relata

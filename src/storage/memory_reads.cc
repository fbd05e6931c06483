// SPDX-License-Identifier: Apache-2.0

#include <algorithm>

#include "base/strings.h"
#include "storage/memory_state.h"

namespace relata::internal {
namespace {

// Passes each value of `map` from `from` on that `wanted` accepts to `sink`.
template <class K, class V, class Wanted, class SinkOf>
absl::Status Pass(const CowMap<K, V>& map, const K& from, Wanted wanted, const SinkOf& sink) {
  absl::Status status;
  map.ForEach(from, [&](const K&, const V& value) {
    if (wanted(value)) status = sink(value);
    return status.ok();
  });
  return status;
}

std::vector<Column> ColumnsFor(const Layout::Table& table, const std::vector<int>& places) {
  std::vector<Column> columns;
  for (int place : places) {
    columns.push_back(MakeColumn(table.spec.columns[static_cast<size_t>(place)]));
  }
  return columns;
}

void AppendValues(const std::vector<Value>& values, const std::vector<int>& places,
                  std::vector<Column>& columns) {
  for (size_t i = 0; i < places.size(); ++i) {
    const auto place = static_cast<size_t>(places[i]);
    if (place < values.size()) {
      columns[i].Append(values[place]);
    } else {
      columns[i].AppendNull();
    }
  }
}

}  // namespace

absl::StatusOr<CommitRow> MemoryReads::FindCommit(CommitId id) const {
  const CommitRow* commit = state_->commits.Find(id);
  if (commit == nullptr) return NotFound(Concat("no commit ", id));
  return *commit;
}

absl::Status MemoryReads::ScanCommits(CommitId since, const Sink<CommitRow>& sink) const {
  return Pass(
      state_->commits, since + 1, [](const CommitRow&) { return true; }, sink);
}

absl::StatusOr<CommitRow> MemoryReads::FindOperation(std::string_view operation_id) const {
  const CommitId* commit = state_->operations.Find(std::string(operation_id));
  if (commit == nullptr) return NotFound(Concat("no operation ", operation_id));
  return FindCommit(*commit);
}

absl::StatusOr<Row> MemoryReads::NextRow(TypeId type) const {
  RELATA_RETURN_IF_ERROR(state_->layout->FindToRead(type, TableSpec::Kind::kRecord).status());
  const auto found = state_->records.find(type);
  if (found == state_->records.end()) return Row{0};
  const auto* last = found->second.rows.Last();
  return last == nullptr ? Row{0} : last->first + 1;
}

absl::Status MemoryReads::ScanRecords(const ScanSpec& spec, const Sink<RecordRows>& sink) const {
  RELATA_ASSIGN_OR_RETURN(const Layout::Table* table,
                          state_->layout->FindToRead(spec.type, TableSpec::Kind::kRecord));
  if (table == nullptr) return absl::OkStatus();
  RELATA_ASSIGN_OR_RETURN(const std::vector<int> places, PlacesOf(*table, spec.fields));
  const auto found = state_->records.find(spec.type);
  if (found == state_->records.end()) return absl::OkStatus();

  RecordRows out{{}, {}, ColumnsFor(*table, places)};
  absl::Status status;
  const auto flush = [&] {
    if (!out.rows.empty()) status = sink(out);
    out = RecordRows{{}, {}, ColumnsFor(*table, places)};
    return status.ok();
  };
  found->second.rows.ForEach(spec.from, [&](Row row, const MemoryRecord& record) {
    if (row >= spec.until) return false;
    const bool wanted =
        !record.deleted &&
        (spec.rows.empty() || std::binary_search(spec.rows.begin(), spec.rows.end(), row));
    if (!wanted) return true;
    out.rows.push_back(row);
    out.ids.push_back(record.id);
    AppendValues(record.values, places, out.columns);
    return out.rows.size() < kBatchRows || flush();
  });
  if (status.ok()) flush();
  return status;
}

absl::Status MemoryReads::ScanEvents(const ScanSpec& spec, const Sink<EventRows>& sink) const {
  RELATA_ASSIGN_OR_RETURN(const Layout::Table* table,
                          state_->layout->FindToRead(spec.type, TableSpec::Kind::kEvent));
  if (table == nullptr) return absl::OkStatus();
  RELATA_ASSIGN_OR_RETURN(const std::vector<int> places, PlacesOf(*table, spec.fields));
  const auto found = state_->events.find(spec.type);
  if (found == state_->events.end()) return absl::OkStatus();

  std::vector<std::pair<Seq, const MemoryEvent*>> events;
  found->second.ForEach(spec.from, [&](Seq seq, const MemoryEvent& event) {
    if (seq >= spec.until) return false;
    if (!spec.subject || event.subject == *spec.subject) events.emplace_back(seq, &event);
    return true;
  });
  if (spec.subject) {
    std::stable_sort(events.begin(), events.end(),
                     [](const auto& a, const auto& b) { return a.second->at < b.second->at; });
  }
  for (size_t from = 0; from < events.size(); from += kBatchRows) {
    EventRows out{{}, {}, {}, ColumnsFor(*table, places)};
    for (size_t i = from; i < std::min(events.size(), from + kBatchRows); ++i) {
      out.seqs.push_back(events[i].first);
      out.subjects.push_back(events[i].second->subject);
      out.at.push_back(events[i].second->at);
      AppendValues(events[i].second->values, places, out.columns);
    }
    RELATA_RETURN_IF_ERROR(sink(out));
  }
  return absl::OkStatus();
}

absl::Status MemoryReads::ScanLedger(Seq since, std::optional<RecordRef> person,
                                     const Sink<LedgerWrite>& sink) const {
  return Pass(
      state_->ledger, since + 1,
      [&](const LedgerWrite& line) { return !person || line.person == *person; }, sink);
}

absl::Status MemoryReads::ScanChanges(CommitId since, std::optional<RecordRef> record,
                                      const Sink<ChangeRow>& sink) const {
  const auto wanted = [&](const ChangeRow& row) {
    const ChangeWrite& change = row.change;
    return row.commit > since &&
           (!record || (change.type == record->type && change.row <= record->row &&
                        record->row < change.row + change.rows));
  };
  return Pass(state_->changes, Seq{0}, wanted, sink);
}

absl::StatusOr<Row> MemoryReads::FindExternalKey(TypeId type, std::string_view system,
                                                 std::string_view key) const {
  const auto found = state_->records.find(type);
  const Row* row = found == state_->records.end()
                       ? nullptr
                       : found->second.keys.Find({std::string(system), std::string(key)});
  if (row == nullptr) return NotFound(Concat("no record has key ", system, ":", key));
  return *row;
}

absl::Status MemoryReads::ScanExternalKeys(TypeId type, const Sink<ExternalKeyWrite>& sink) const {
  const auto found = state_->records.find(type);
  if (found == state_->records.end()) return absl::OkStatus();
  absl::Status status;
  found->second.keys.ForEach([&](const auto& key, Row row) {
    status = sink(ExternalKeyWrite{type, key.first, key.second, row});
    return status.ok();
  });
  return status;
}

absl::StatusOr<Row> MemoryReads::FindId(TypeId type, const Uuid& id) const {
  const auto found = state_->records.find(type);
  const Row* row = found == state_->records.end() ? nullptr : found->second.ids.Find(id);
  if (row == nullptr) return NotFound(Concat("no record has id ", id.ToString()));
  return *row;
}

absl::Status MemoryReads::ScanAliases(const Sink<AliasWrite>& sink) const {
  return Pass(
      state_->aliases, {0, RecordRef{0, INT64_MIN}}, [](const AliasWrite&) { return true; }, sink);
}

absl::Status MemoryReads::ScanDefinitions(const Sink<DefinitionWrite>& sink) const {
  return Pass(
      state_->definitions, int64_t{0}, [](const DefinitionWrite&) { return true; }, sink);
}

absl::Status MemoryReads::ScanLog(std::string_view log, Seq since, std::string_view key,
                                  const Sink<LogWrite>& sink) const {
  absl::Status status;
  if (log.empty()) return ScanAllLogs(since, key, sink);
  state_->logs.ForEach({std::string(log), since + 1}, [&](const auto& place, const LogWrite& line) {
    if (place.first != log) return false;
    if (key.empty() || line.key == key) status = sink(line);
    return status.ok();
  });
  return status;
}

absl::Status MemoryReads::ScanAllLogs(Seq since, std::string_view key,
                                      const Sink<LogWrite>& sink) const {
  std::vector<const LogWrite*> lines;
  state_->logs.ForEach([&](const auto&, const LogWrite& line) {
    if (line.seq > since && (key.empty() || line.key == key)) lines.push_back(&line);
    return true;
  });
  std::sort(lines.begin(), lines.end(),
            [](const LogWrite* a, const LogWrite* b) { return a->seq < b->seq; });
  for (const LogWrite* line : lines) RELATA_RETURN_IF_ERROR(sink(*line));
  return absl::OkStatus();
}

}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0

#include "engine/state_sums.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <set>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "base/strings.h"
#include "engine/blake_many.h"

namespace relata::internal {
namespace {

constexpr size_t kMostBlocks = 16;  // longer texts wait for nobody

FieldValues Sorted(FieldValues values) {
  std::erase_if(values, [](const auto& field) { return field.second.is_null(); });
  std::sort(values.begin(), values.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return values;
}

void PutNumber(std::string& out, int64_t n) {
  char bytes[sizeof n];
  std::memcpy(bytes, &n, sizeof n);
  out.append(bytes, sizeof n);
}

void PutText(std::string& out, std::string_view text) {
  PutNumber(out, static_cast<int64_t>(text.size()));
  out += text;
}

// A value without its field: the same bytes whether it comes alone or in a column.
void PutValue(std::string& out, const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kText:
      return PutText(out, value.text());
    case Value::Kind::kInt:
      return PutNumber(out, value.int_value());
    case Value::Kind::kTimestamp:
      return PutNumber(out, value.timestamp().micros);
    default: {
      Packer packer;
      packer.Put(value);
      return PutText(out, packer.Take());
    }
  }
}

void PutCell(std::string& out, const Column& column, size_t row) {
  switch (column.kind()) {
    case Value::Kind::kText:
      return PutText(out, column.Text(row));
    case Value::Kind::kInt:
    case Value::Kind::kTimestamp:
      return PutNumber(out, column.Int(row));
    default:
      return PutValue(out, column.Get(row));
  }
}

// Of a scan's row: the values that are there.
FieldValues RowOf(const std::vector<FieldId>& fields, const std::vector<Column>& columns,
                  size_t row) {
  FieldValues values;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i].IsNull(row)) values.emplace_back(fields[i], columns[i].Get(row));
  }
  return values;
}

std::vector<FieldId> FieldsOf(const TableSpec& table) {
  std::vector<FieldId> fields;
  for (const ColumnSpec& column : table.columns) fields.push_back(column.field);
  return fields;
}

// The rows and keys that one commit touches, and what they come to.
class CommitSums {
 public:
  CommitSums(StoreReader& store, std::string salt, std::span<const CommitBatch> steps)
      : store_(store), steps_(steps), sums_(std::move(salt)) {}

  absl::StatusOr<StateSums> Sum() {
    for (const CommitBatch& step : steps_) {
      const EraseWrite& erase = step.erase;
      erased_.insert(erase.subjects.begin(), erase.subjects.end());
      erased_events_.insert(erase.events.begin(), erase.events.end());
      for (const RecordWrite& write : step.records) {
        if (write.op == RecordWrite::Op::kCreate) {
          created_[write.type].push_back(write.row);
        } else {
          changed_[{write.type, write.row}];
        }
      }
    }
    for (auto& [type, rows] : created_) std::sort(rows.begin(), rows.end());
    RELATA_RETURN_IF_ERROR(ReadTables());
    RELATA_RETURN_IF_ERROR(ReadChanged());
    for (const CommitBatch& step : steps_) {
      for (const RecordWrite& write : step.records) Write(write);
      for (const EventBatch& batch : step.events) RELATA_RETURN_IF_ERROR(Events(batch));
    }
    for (const auto& [record, now] : changed_) {
      if (now) sums_.Record(+1, record, now->first, StateSums::Packed(now->second));
    }
    RELATA_RETURN_IF_ERROR(ErasedEvents());
    RELATA_RETURN_IF_ERROR(Keys());
    return std::move(sums_);
  }

 private:
  using State = std::optional<std::pair<Uuid, FieldValues>>;

  absl::Status ReadTables() {
    bool positional = false;  // a batch of events that leaves out which fields it has
    for (const CommitBatch& step : steps_) {
      for (const EventBatch& batch : step.events) positional |= batch.fields.empty();
    }
    if (changed_.empty() && erased_.empty() && erased_events_.empty() && !positional) {
      return absl::OkStatus();
    }
    RELATA_ASSIGN_OR_RETURN(const std::vector<TableSpec> tables, store_.Tables());
    for (const TableSpec& table : tables) tables_.emplace(table.type, table);
    return absl::OkStatus();
  }

  // The records that are changed, as they were: what they were goes.
  absl::Status ReadChanged() {
    std::map<TypeId, std::vector<Row>> rows;
    for (const auto& [record, state] : changed_) {
      if (tables_.contains(record.type)) rows[record.type].push_back(record.row);
    }
    for (auto& [type, of_type] : rows) {
      std::sort(of_type.begin(), of_type.end());
      ScanSpec spec;
      spec.type = type;
      spec.fields = FieldsOf(tables_.at(type));
      spec.rows = std::move(of_type);
      RELATA_RETURN_IF_ERROR(store_.ScanRecords(spec, [&](const RecordRows& batch) {
        for (size_t i = 0; i < batch.rows.size(); ++i) {
          const RecordRef record{spec.type, batch.rows[i]};
          FieldValues values = Sorted(RowOf(spec.fields, batch.columns, i));
          sums_.Record(-1, record, batch.ids[i], StateSums::Packed(values));
          changed_[record] = {batch.ids[i], std::move(values)};
        }
        return absl::OkStatus();
      }));
    }
    return absl::OkStatus();
  }

  void Write(const RecordWrite& write) {
    const RecordRef record{write.type, write.row};
    const auto changed = changed_.find(record);
    if (changed == changed_.end()) {  // made here and not touched again
      sums_.Record(+1, record, write.id, StateSums::Packed(Sorted(write.values)));
      return;
    }
    State& state = changed->second;
    if (write.op == RecordWrite::Op::kDelete) {
      state.reset();
      return;
    }
    if (write.op == RecordWrite::Op::kCreate) state = {write.id, {}};
    if (!state) return;  // the store refuses it
    FieldValues& values = state->second;
    for (const auto& [field, value] : write.values) {
      std::erase_if(values, [&, f = field](const auto& old) { return old.first == f; });
      if (!value.is_null()) values.emplace_back(field, value);
    }
    values = Sorted(std::move(values));
  }

  bool Created(RecordRef record) const {
    const auto rows = created_.find(record.type);
    return rows != created_.end() &&
           std::binary_search(rows->second.begin(), rows->second.end(), record.row);
  }

  bool Gone(TypeId type, Seq seq, Row subject) const {
    if (erased_events_.contains({type, seq})) return true;
    const auto table = tables_.find(type);
    return table != tables_.end() && erased_.contains({table->second.subject, subject});
  }

  absl::Status Events(const EventBatch& batch) {
    std::vector<FieldId> fields = batch.fields;
    if (fields.empty() && !batch.columns.empty()) fields = FieldsOf(tables_.at(batch.type));
    const StateSums::Rows rows(fields);
    std::string packed;
    for (size_t i = 0; i < batch.at.size(); ++i) {
      const Seq seq = batch.first_seq + static_cast<Seq>(i);
      if (Gone(batch.type, seq, batch.subjects[i])) {
        sums_.ErasedEvent(+1, batch.type, seq);
        continue;
      }
      rows.Pack(batch.columns, i, packed);
      sums_.Event(+1, batch.type, seq, batch.subjects[i], batch.at[i], packed);
    }
    return absl::OkStatus();
  }

  // Events of before that go: those of erased subjects, and single ones.
  absl::Status ErasedEvents() {
    std::set<std::pair<TypeId, Seq>> done;
    const auto take = [&](const ScanSpec& spec) {
      const StateSums::Rows packed(spec.fields);
      return store_.ScanEvents(spec, [&](const EventRows& rows) {
        for (size_t i = 0; i < rows.seqs.size(); ++i) {
          if (!done.insert({spec.type, rows.seqs[i]}).second) continue;
          sums_.ErasedEvent(+1, spec.type, rows.seqs[i]);
          sums_.Event(-1, spec.type, rows.seqs[i], rows.subjects[i], rows.at[i],
                      packed.Packed(rows.columns, i));
        }
        return absl::OkStatus();
      });
    };
    for (const auto& [type, table] : tables_) {
      if (table.kind != TableSpec::Kind::kEvent) continue;
      ScanSpec spec;
      spec.type = type;
      spec.fields = FieldsOf(table);
      for (const RecordRef subject : erased_) {
        if (subject.type != table.subject) continue;
        spec.subject = subject.row;
        RELATA_RETURN_IF_ERROR(take(spec));
      }
      spec.subject.reset();
      for (auto e = erased_events_.lower_bound({type, 0});
           e != erased_events_.end() && e->first == type; ++e) {
        spec.from = e->second;
        spec.until = e->second + 1;
        RELATA_RETURN_IF_ERROR(take(spec));
      }
    }
    return absl::OkStatus();
  }

  // Keys given to records that are made here are new, which spares an import a look for each.
  absl::Status Keys() {
    bool all_new = erased_.empty();
    for (const CommitBatch& step : steps_) {
      for (const ExternalKeyWrite& key : step.external_keys) {
        all_new &= Created({key.type, key.row});
      }
    }
    return all_new ? NewKeys() : MovedKeys();
  }

  absl::Status NewKeys() {
    absl::flat_hash_set<size_t> seen;  // one given twice to its record is one
    for (const CommitBatch& step : steps_) {
      for (const ExternalKeyWrite& key : step.external_keys) {
        if (!seen.insert(absl::HashOf(key.type, key.row, ToAbsl(key.system), ToAbsl(key.key)))
                 .second) {
          continue;
        }
        sums_.Key(+1, key.type, key.system, key.key, key.row);
      }
    }
    return absl::OkStatus();
  }

  absl::Status MovedKeys() {
    std::map<std::tuple<TypeId, std::string, std::string>, std::pair<Row, Row>> rows;
    for (const CommitBatch& step : steps_) {
      for (const ExternalKeyWrite& key : step.external_keys) {
        const auto [place, added] =
            rows.try_emplace({key.type, key.system, key.key}, kNoRow, kNoRow);
        if (added) {
          const absl::StatusOr<Row> found = store_.FindExternalKey(key.type, key.system, key.key);
          if (!found.ok() && !absl::IsNotFound(found.status())) return found.status();
          place->second.first = found.ok() ? *found : kNoRow;
        }
        place->second.second = key.row;
      }
    }
    std::set<TypeId> types;
    for (const RecordRef record : erased_) types.insert(record.type);
    for (const TypeId type : types) {
      RELATA_RETURN_IF_ERROR(store_.ScanExternalKeys(type, [&](const ExternalKeyWrite& key) {
        if (erased_.contains({type, key.row})) {
          rows.try_emplace({type, key.system, key.key}, key.row, key.row);
        }
        return absl::OkStatus();
      }));
    }
    for (const auto& [key, row] : rows) {
      const auto& [type, system, name] = key;
      if (row.first != kNoRow) sums_.Key(-1, type, system, name, row.first);
      if (row.second != kNoRow && !erased_.contains({type, row.second})) {
        sums_.Key(+1, type, system, name, row.second);
      }
    }
    return absl::OkStatus();
  }

  StoreReader& store_;
  const std::span<const CommitBatch> steps_;
  StateSums sums_;
  std::map<TypeId, TableSpec> tables_;
  std::map<TypeId, std::vector<Row>> created_;  // ascending
  std::map<RecordRef, State> changed_;
  std::set<RecordRef> erased_;
  std::set<std::pair<TypeId, Seq>> erased_events_;
};

}  // namespace

std::string StateSums::Packed(const FieldValues& values) {
  std::string out;
  for (const auto& [field, value] : values) {
    PutNumber(out, field);
    PutValue(out, value);
  }
  return out;
}

StateSums::Rows::Rows(const std::vector<FieldId>& fields) {
  for (size_t i = 0; i < fields.size(); ++i) order_.emplace_back(fields[i], i);
  std::sort(order_.begin(), order_.end());
}

void StateSums::Rows::Pack(const std::vector<Column>& columns, size_t row, std::string& out) const {
  out.clear();
  for (const auto& [field, column] : order_) {
    if (column >= columns.size() || columns[column].IsNull(row)) continue;
    PutNumber(out, field);
    PutCell(out, columns[column], row);
  }
}

std::string& StateSums::Begin(Kind kind) {
  text_ = salt_;
  PutNumber(text_, static_cast<int64_t>(kind));
  return text_;
}

void StateSums::Hash(int sign, const Place& place) {
  if (last_ == nullptr || last_place_ != place) {
    last_ = &sums_[place];
    last_place_ = place;
  }
  const size_t blocks = BlakeBlocks(text_);
  if (blocks > kMostBlocks) return AddHash(sign, Blake(text_), *last_);
  if (waiting_.empty()) waiting_.resize(kMostBlocks + 1);
  Waiting& waiting = waiting_[blocks];
  waiting.texts[waiting.count].swap(text_);
  waiting.into[waiting.count] = {sign, last_};
  if (++waiting.count == waiting.texts.size()) HashAll(waiting);
}

void StateSums::AddHash(int sign, const BlakeDigest& hash, Sum& sum) {
  for (size_t i = 0; i < hash.size(); ++i) sum[i] += sign > 0 ? hash[i] : 0 - hash[i];
}

void StateSums::HashAll(Waiting& waiting) {
  std::array<std::string_view, kBlakeTexts> texts;
  std::array<BlakeDigest, kBlakeTexts> hashes;
  std::copy_n(waiting.texts.begin(), waiting.count, texts.begin());
  BlakeMany(std::span(texts).first(waiting.count), std::span(hashes).first(waiting.count));
  for (size_t n = 0; n < waiting.count; ++n) {
    AddHash(waiting.into[n].first, hashes[n], *waiting.into[n].second);
  }
  waiting.count = 0;
}

void StateSums::Settle() const {
  for (Waiting& waiting : waiting_) HashAll(waiting);
}

void StateSums::Record(int sign, RecordRef record, const Uuid& id, std::string_view packed) {
  std::string& bytes = Begin(Kind::kRecord);
  PutNumber(bytes, record.type);
  PutNumber(bytes, record.row);
  bytes.append(id.bytes.begin(), id.bytes.end());
  bytes += packed;
  Hash(sign, {Kind::kRecord, record.type, record.row / StretchOf(Kind::kRecord)});
}

void StateSums::Event(int sign, TypeId type, Seq seq, Row subject, Timestamp at,
                      std::string_view packed) {
  const int64_t numbers[] = {static_cast<int64_t>(Kind::kEvent), type, seq, subject, at.micros};
  text_.resize(salt_.size() + sizeof numbers + packed.size());
  char* to = std::copy(salt_.begin(), salt_.end(), text_.data());
  std::memcpy(to, numbers, sizeof numbers);
  std::copy(packed.begin(), packed.end(), to + sizeof numbers);
  Hash(sign, {Kind::kEvent, type, seq / StretchOf(Kind::kEvent)});
}

void StateSums::Key(int sign, TypeId type, std::string_view system, std::string_view key, Row row) {
  std::string& bytes = Begin(Kind::kKey);
  PutNumber(bytes, type);
  PutNumber(bytes, row);
  PutText(bytes, system);
  bytes += key;
  Hash(sign, {Kind::kKey, type, 0});
}

void StateSums::ErasedEvent(int sign, TypeId type, Seq seq) {
  std::string& bytes = Begin(Kind::kErasedEvent);
  PutNumber(bytes, type);
  PutNumber(bytes, seq);
  Hash(sign, {Kind::kErasedEvent, type, 0});
}

void StateSums::Add(const Place& place, const Sum& sum) {
  Sum& to = sums_[place];
  for (size_t i = 0; i < to.size(); ++i) to[i] += sum[i];
}

void StateSums::AddAll(const StateSums& sums) {
  sums.Settle();
  for (const auto& [place, sum] : sums.sums_) Add(place, sum);
}

void StateSums::Forget(Kind kind) {
  Settle();
  std::erase_if(sums_, [&](const auto& sum) { return std::get<0>(sum.first) == kind; });
  last_ = nullptr;
}

std::vector<std::pair<StateSums::Place, std::string>> StateSums::List() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::vector<std::pair<Place, std::string>> out;
  Settle();
  for (const auto& [place, sum] : sums_) {
    if (sum == Sum{}) continue;
    std::string hex;
    for (const uint64_t lane : sum) {
      for (int shift = 60; shift >= 0; shift -= 4) hex += kDigits[lane >> shift & 15];
    }
    out.emplace_back(place, std::move(hex));
  }
  return out;
}

std::optional<StateSums::Sum> StateSums::Parse(std::string_view hex) {
  Sum sum{};
  if (hex.size() != sum.size() * 16) return std::nullopt;
  for (size_t i = 0; i < hex.size(); ++i) {
    const char c = hex[i];
    const bool digit = c >= '0' && c <= '9';
    if (!digit && (c < 'a' || c > 'f')) return std::nullopt;
    sum[i / 16] = sum[i / 16] << 4 | static_cast<uint64_t>(digit ? c - '0' : c - 'a' + 10);
  }
  return sum;
}

absl::StatusOr<StateSums> SumsOfCommit(StoreReader& store, std::string salt,
                                       std::span<const CommitBatch> steps) {
  return CommitSums(store, std::move(salt), steps).Sum();
}

}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0

#include "property/graph_model.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <tuple>

#include "base/strings.h"
#include "codec/pack.h"
#include "engine/tables.h"
#include "gtest/gtest.h"
#include "relata/model/validate.h"

namespace relata::testing {
namespace {

using internal::Concat;

FieldDef FieldOf(std::string name, FieldKind kind, std::string target = "",
                 std::string inverse = "") {
  FieldDef field;
  field.name = std::move(name);
  field.kind = kind;
  field.target_name = std::move(target);
  field.inverse = std::move(inverse);
  return field;
}

TypeDef TypeOf(std::string name, std::string subject, std::vector<FieldDef> fields) {
  TypeDef type;
  type.name = std::move(name);
  type.event = !subject.empty();
  type.subject_name = std::move(subject);
  type.fields = std::move(fields);
  return type;
}

std::string Show(const Value& value) {
  if (value.is_null()) return "null";
  if (value.is(Value::Kind::kRecord)) {
    return Concat(value.record().type, ":", value.record().row);
  }
  if (value.is(Value::Kind::kList)) {
    std::string out = "[";
    for (const Value& element : value.list()) out += Show(element) + ",";
    return out + "]";
  }
  return Concat(KindName(value.kind()), "=", ToDisplay(value));
}

std::string Show(const std::vector<Row>& rows) {
  std::string out;
  for (Row row : rows) out += Concat(" ", row);
  return out;
}

std::string Show(const ConsentEntry& e) {
  return Concat(e.seq, "@", e.at.micros, "/", e.person.value, "/", e.point.value, " ");
}

std::string RecordLine(RecordRef r, const Uuid& id, bool exists, RecordRef resolved) {
  return Concat(r.type, ":", r.row, " ", id.ToString(), exists ? " exists" : " absent", " is ",
                resolved.type, ":", resolved.row);
}

}  // namespace

std::shared_ptr<const Schema> GraphSchema() {
  const std::vector<TypeDef> types = {
      TypeOf("account", "",
             {FieldOf("name", FieldKind::kText),
              FieldOf("parent", FieldKind::kLink, "account", "children"),
              FieldOf("revenue", FieldKind::kMoney), FieldOf("tags", FieldKind::kTextList)}),
      TypeOf("contact", "",
             {FieldOf("name", FieldKind::kText),
              FieldOf("account", FieldKind::kLink, "account", "contacts"),
              FieldOf("country", FieldKind::kChoice), FieldOf("score", FieldKind::kDouble),
              FieldOf("born", FieldKind::kDate), FieldOf("vip", FieldKind::kBool),
              FieldOf("seen", FieldKind::kTimestamp), FieldOf("visits", FieldKind::kInt),
              FieldOf("response", FieldKind::kDuration)}),
      TypeOf("point", "",
             {FieldOf("contact", FieldKind::kLink, "contact", "points"),
              FieldOf("address", FieldKind::kText)}),
      TypeOf("page_view", "contact",
             {FieldOf("path", FieldKind::kText), FieldOf("seconds", FieldKind::kInt)}),
      TypeOf("call", "account",
             {FieldOf("with", FieldKind::kLink, "contact"), FieldOf("cost", FieldKind::kMoney)})};
  Schema schema;
  for (const TypeDef& type : types) {
    absl::StatusOr<Schema> extended = schema.WithType(type);
    EXPECT_TRUE(extended.ok()) << extended.status();
    schema = *std::move(extended);
  }
  struct Derived {
    TypeId type;
    const char* name;
    const char* path;
  };
  for (const Derived& derived :
       {Derived{kAccount, "ancestors", "parent+"}, Derived{kAccount, "descendants", "children+"},
        Derived{kAccount, "all_points", "contacts.points"},
        Derived{kContact, "colleagues", "account.contacts"},
        Derived{kContact, "above", "account.parent+"}}) {
    PathDef path;
    path.name = derived.name;
    path.path = derived.path;
    absl::StatusOr<Schema> extended = schema.WithPath(derived.type, path);
    EXPECT_TRUE(extended.ok()) << extended.status();
    schema = *std::move(extended);
  }
  return std::make_shared<const Schema>(std::move(schema));
}

// --- The model ---------------------------------------------------------------------------------

void GraphModel::Apply(const CommitBatch& batch) {
  for (const RecordWrite& write : batch.records) {
    std::vector<Record>& rows = records_[write.type];
    if (rows.size() <= static_cast<size_t>(write.row)) rows.resize(write.row + 1);
    Record& record = rows[write.row];
    if (write.op == RecordWrite::Op::kDelete) {
      record = Record();
      continue;
    }
    if (write.op == RecordWrite::Op::kCreate) record = Record{write.id, true, {}};
    for (const auto& [field, value] : write.values) record.values[field] = value;
  }
  for (const EventBatch& events : batch.events) {
    for (size_t i = 0; i < events.subjects.size(); ++i) {
      Event event{events.first_seq + static_cast<Seq>(i), events.subjects[i], events.at[i], {}};
      for (size_t f = 0; f < events.columns.size(); ++f) {
        event.values[static_cast<FieldId>(f)] = events.columns[f].Get(i);
      }
      events_[events.type].push_back(std::move(event));
    }
  }
  ledger_.insert(ledger_.end(), batch.ledger.begin(), batch.ledger.end());
  for (const AliasWrite& alias : batch.aliases) {
    if (alias.until) {
      aliases_.erase(alias.loser);
    } else {
      aliases_[alias.loser] = {alias.winner, alias.from};
    }
  }
  commit_ = batch.commit.id;
  last_seq_ = batch.commit.last_seq;
}

RecordRef GraphModel::Resolve(RecordRef record) const {
  for (auto it = aliases_.find(record); it != aliases_.end(); it = aliases_.find(record)) {
    record = it->second.first;
  }
  return record;
}

bool GraphModel::Stored(RecordRef record) const {
  const auto rows = records_.find(record.type);
  return rows != records_.end() && record.row >= 0 &&
         static_cast<size_t>(record.row) < rows->second.size() && rows->second[record.row].stored;
}

bool GraphModel::Exists(RecordRef record) const {
  return Stored(record) && !aliases_.contains(record);
}

std::vector<std::string> GraphModel::Describe() const {
  std::vector<std::string> lines = {
      Concat("commit ", commit_, " seq ", last_seq_, " ledger ", ledger_.size())};
  const auto value_of = [](const std::map<FieldId, Value>& values, FieldId field) {
    const auto it = values.find(field);
    return it == values.end() ? Value() : it->second;
  };
  for (const TypeDef* type : schema_->types()) {
    if (type->event) continue;
    const auto found = records_.find(type->id);
    const std::vector<Record> none;
    const std::vector<Record>& rows = found == records_.end() ? none : found->second;
    // Children and events are gathered once, under the record that each parent stands for.
    std::map<std::tuple<RecordRef, TypeId, FieldId>, std::vector<Row>> children;
    for (const TypeDef* child : schema_->types()) {
      const auto child_rows = records_.find(child->id);
      if (child->event || child_rows == records_.end()) continue;
      for (const FieldDef& field : child->fields) {
        if (field.target != type->id) continue;
        for (size_t row = 0; row < child_rows->second.size(); ++row) {
          const Value link = value_of(child_rows->second[row].values, field.id);
          if (link.is_null() || !Exists({child->id, static_cast<Row>(row)})) continue;
          children[{Resolve(link.record()), child->id, field.id}].push_back(row);
        }
      }
    }
    std::map<std::pair<RecordRef, TypeId>, std::vector<const Event*>> events;
    for (const auto& [event_type, list] : events_) {
      if (schema_->type(event_type).subject != type->id) continue;
      for (const Event& e : list)
        events[{Resolve({type->id, e.subject}), event_type}].push_back(&e);
    }
    for (auto& [key, list] : events) {
      std::stable_sort(list.begin(), list.end(),
                       [](const Event* a, const Event* b) { return a->at < b->at; });
    }
    int64_t count = 0;
    for (size_t row = 0; row < rows.size(); ++row) {
      const RecordRef ref{type->id, static_cast<Row>(row)};
      count += Exists(ref) ? 1 : 0;
      std::string line = RecordLine(ref, rows[row].id, Exists(ref), Resolve(ref));
      for (const FieldDef& field : type->fields) {
        line += " " + Show(value_of(rows[row].values, field.id));
      }
      line += " " + Show(value_of(rows[row].values, kCreatedAtField));
      lines.push_back(std::move(line));
      for (const TypeDef* child : schema_->types()) {
        for (const FieldDef& field : child->fields) {
          if (child->event || field.target != type->id) continue;
          const auto it = children.find({Resolve(ref), child->id, field.id});
          if (it == children.end()) continue;
          lines.push_back(Concat("  ", child->name, ".", field.name, Show(it->second)));
        }
        const auto it = events.find({Resolve(ref), child->id});
        if (!child->event || it == events.end()) continue;
        for (const Event* e : it->second) {
          std::string text =
              Concat("  ", child->name, " ", e->seq, " ", e->subject, "@", e->at.micros);
          for (const FieldDef& field : child->fields) {
            text += " " + Show(value_of(e->values, field.id));
          }
          lines.push_back(std::move(text));
        }
      }
    }
    lines.push_back(Concat(type->name, " limit ", rows.size(), " count ", count));
  }
  // The ledger of each contact that has one, alone and with the first points.
  for (Row row = 0; row < 60; ++row) {
    const RecordRef person{kContact, row};
    const RecordRef point{kPoint, row};
    std::vector<const LedgerWrite*> entries;
    for (const LedgerWrite& line : ledger_) {
      if ((!line.person.none() && Resolve(line.person) == Resolve(person)) ||
          (!line.point.none() && Resolve(line.point) == Resolve(point))) {
        entries.push_back(&line);
      }
    }
    std::stable_sort(entries.begin(), entries.end(),
                     [](const auto* a, const auto* b) { return a->at < b->at; });
    std::string text = Concat("ledger ", row, ": ");
    for (const LedgerWrite* line : entries) {
      text += Show(*internal::UnpackEntry(line->seq, line->body));
    }
    lines.push_back(std::move(text));
  }
  return lines;
}

std::vector<std::string> Describe(const Snapshot& s) {
  std::vector<std::string> lines = {
      Concat("commit ", s.commit(), " seq ", s.last_seq(), " ledger ", s.LedgerSize())};
  for (const TypeDef* type : s.schema().types()) {
    if (type->event) continue;
    for (Row row = 0; row < s.RowLimit(type->id); ++row) {
      const RecordRef ref{type->id, row};
      const Uuid id = s.Id(ref);
      std::string line = RecordLine(ref, id, s.Exists(ref), s.Resolve(ref));
      for (const FieldDef& field : type->fields) line += " " + Show(s.Get(ref, field.id));
      line += " " + Show(s.Get(ref, kCreatedAtField));
      if (!id.nil() && s.Find(type->id, id) != ref) line += " NOT FOUND BY ITS ID";
      lines.push_back(std::move(line));
      for (const TypeDef* child : s.schema().types()) {
        for (const FieldDef& field : child->fields) {
          if (child->event || field.target != type->id) continue;
          std::vector<Row> rows;
          s.Children(ref, child->id, field.id, rows);
          if (!rows.empty()) {
            lines.push_back(Concat("  ", child->name, ".", field.name, Show(rows)));
          }
        }
        if (!child->event) continue;
        std::vector<int64_t> places;
        s.Events(ref, child->id, places);
        for (int64_t place : places) {
          const EventRef e{child->id, place};
          std::string text = Concat("  ", child->name, " ", s.EventSeq(e), " ",
                                    s.EventSubject(e).row, "@", s.EventAt(e).micros);
          for (const FieldDef& field : child->fields) text += " " + Show(s.EventField(e, field.id));
          lines.push_back(std::move(text));
        }
      }
    }
    lines.push_back(
        Concat(type->name, " limit ", s.RowLimit(type->id), " count ", s.Count(type->id)));
  }
  for (Row row = 0; row < 60; ++row) {
    const std::array<RecordRef, 1> points = {RecordRef{kPoint, row}};
    const auto entries = s.Ledger({kContact, row}, points);
    std::string text = Concat("ledger ", row, ": ");
    if (!entries.ok()) text += "UNREADABLE";
    for (size_t i = 0; entries.ok() && i < entries->size(); ++i) text += Show((*entries)[i]);
    lines.push_back(std::move(text));
  }
  return lines;
}

// --- Random commits ----------------------------------------------------------------------------

Uuid CommitSource::NewId() {
  Uuid id;
  for (size_t half = 0; half < 2; ++half) {
    const uint64_t bits = random_();
    std::memcpy(id.bytes.data() + 8 * half, &bits, 8);
  }
  return id;
}

// About 2026, most of it in whole seconds.
Timestamp CommitSource::AnyInstant() {
  // Where clocks change in 2026: in New York, in Paris, and back.
  static constexpr std::array<int64_t, 4> kEdges = {1'772'953'200, 1'774'746'000, 1'792'890'000,
                                                    1'793'512'800};
  if (Chance(4)) {
    const int64_t edge = kEdges[static_cast<size_t>(Below(std::ssize(kEdges)))];
    return {edge * 1'000'000 + Below(3) - 1};
  }
  const int64_t seconds = 1'767'225'600 + Below(30'000'000);
  return {seconds * 1'000'000 + (Chance(10) ? Below(1'000'000) : 0)};
}

RecordRef CommitSource::AnyRecord(const GraphModel& model, TypeId type) {
  const auto rows = model.records().find(type);
  if (rows == model.records().end() || rows->second.empty()) return {};
  // The first rows are chosen more often: some parents have many children.
  const int64_t n = static_cast<int64_t>(rows->second.size());
  return {type, Chance(30) ? Below(std::min<int64_t>(n, 20)) : Below(n)};
}

Value CommitSource::AnyValue(const GraphModel& model, const FieldDef& field) {
  static const std::array<const char*, 6> kCountries = {"FR", "DE", "IT", "ES", "", "été"};
  if (Chance(10)) return Value();
  switch (field.kind) {
    case FieldKind::kText:
      return Value::Text(Chance(20) ? std::string(static_cast<size_t>(Below(80)), 'x')
                                    : Concat("text ", Below(100'000)));
    case FieldKind::kChoice:
      return Value::Text(kCountries[static_cast<size_t>(Below(kCountries.size()))]);
    case FieldKind::kBool:
      return Value::Bool(Chance(50));
    case FieldKind::kInt:
      return Value::Int(Chance(2) ? INT64_MIN + Below(3) : Below(300));
    case FieldKind::kDouble:
      return Value::Double(static_cast<double>(Below(1000)) / 8);
    case FieldKind::kMoney:
      return Value::Amount({Below(1'000'000) * 100, *Currency::Parse(Chance(80) ? "EUR" : "USD")});
    case FieldKind::kDate:
      return Value::Day({static_cast<int32_t>(Below(20'000))});
    case FieldKind::kTimestamp:
      return Value::Time(AnyInstant());
    case FieldKind::kDuration:
      return Value::Length(Seconds(Below(5'000)));
    case FieldKind::kLink:
      return Value::Record(AnyRecord(model, field.target));
    case FieldKind::kTextList:
      return Value::List({Value::Text("a"), Value::Text(Concat(Below(9)))});
  }
  return Value();
}

CommitBatch CommitSource::Begin(const GraphModel& model) {
  CommitBatch batch;
  batch.commit.id = model.commit() + 1;
  batch.commit.recorded = Timestamp{1'767'225'600'000'000 + batch.commit.id * 1'000'000};
  batch.commit.last_seq = model.last_seq();
  return batch;
}

void CommitSource::Write(const GraphModel& model, RecordWrite write, CommitBatch& batch) {
  const TypeDef& type = model.schema().type(write.type);
  if (write.op != RecordWrite::Op::kDelete) {
    for (const FieldDef& field : type.fields) {
      if (write.op != RecordWrite::Op::kCreate && !Chance(40)) continue;
      Value value = AnyValue(model, field);
      const bool up = !circles_ && field.target == write.type && value.is(Value::Kind::kRecord);
      if (up && value.record().row >= write.row) value = Value();
      write.values.emplace_back(field.id, std::move(value));
    }
    write.values.emplace_back(kCreatedAtField, Value::Time(AnyInstant()));
  }
  batch.records.push_back(std::move(write));
}

void CommitSource::AddRecords(const GraphModel& model, int size, CommitBatch& batch) {
  std::set<RecordRef> touched;
  std::map<TypeId, Row> next;
  for (int i = 0; i < size; ++i) {
    const auto type = static_cast<TypeId>(Below(3));
    const auto rows = model.records().find(type);
    const Row limit = rows == model.records().end() ? 0 : static_cast<Row>(rows->second.size());
    RecordWrite write;
    write.type = type;
    if (limit == 0 || Chance(30)) {
      write.row = limit + next[type]++;
      write.id = NewId();
    } else {
      write.row = Below(limit);
      const RecordRef ref{type, write.row};
      if (!touched.insert(ref).second) continue;
      if (!model.Stored(ref)) {
        continue;
      }
      write.op = Chance(10) ? RecordWrite::Op::kDelete : RecordWrite::Op::kUpdate;
    }
    Write(model, std::move(write), batch);
  }
}

void CommitSource::AddEvents(const GraphModel& model, TypeId type, int size, CommitBatch& batch) {
  const TypeDef& def = model.schema().type(type);
  if (AnyRecord(model, def.subject).none()) return;
  EventBatch events;
  events.type = type;
  events.first_seq = batch.commit.last_seq + 1;
  for (const FieldDef& field : def.fields) {
    events.fields.push_back(field.id);
    events.columns.emplace_back(ValueKindOf(field.kind), field.target);
  }
  for (int i = 0; i < size; ++i) {
    events.subjects.push_back(AnyRecord(model, def.subject).row);
    events.at.push_back(AnyInstant());  // in any order: late events are the rule here
    for (size_t f = 0; f < def.fields.size(); ++f) {
      events.columns[f].Append(AnyValue(model, def.fields[f]));
    }
  }
  batch.commit.last_seq += size;
  batch.events.push_back(std::move(events));
}

void CommitSource::AddLedger(const GraphModel& model, int size, CommitBatch& batch) {
  for (int i = 0; i < size; ++i) {
    LedgerWrite line;
    line.seq = ++batch.commit.last_seq;
    if (Chance(80)) line.person = {kContact, Below(60)};
    if (Chance(50)) line.point = {kPoint, Below(60)};
    if (!model.Stored(line.person)) line.person = {};
    if (!model.Stored(line.point)) line.point = {};
    line.at = AnyInstant();
    ConsentEntry entry;
    constexpr ConsentEvent kEvents[] = {ConsentEvent::kGrant,    ConsentEvent::kConfirm,
                                        ConsentEvent::kWithdraw, ConsentEvent::kObject,
                                        ConsentEvent::kBounce,   ConsentEvent::kErase};
    entry.event = kEvents[Below(6)];
    if (Chance(70)) entry.scope.channels = Bit(Chance(60) ? Channel::kEmail : Channel::kPhone);
    if (Chance(70)) entry.scope.purposes = Bit(Chance(60) ? Purpose::kOffers : Purpose::kEvents);
    if (Chance(10)) entry.evidence.reference = Concat("form ", Below(1'000'000));
    entry.at = line.at;
    entry.person = PartyId::Of(line.person);
    entry.point = PartyId::Of(line.point);
    line.body = internal::PackEntry(entry);
    batch.ledger.push_back(std::move(line));
  }
}

void CommitSource::AddAliases(const GraphModel& model, CommitBatch& batch) {
  if (Chance(40)) {
    const auto type = static_cast<TypeId>(Below(3));
    const RecordRef loser = AnyRecord(model, type);
    const RecordRef winner = AnyRecord(model, type);
    const bool written =
        std::any_of(batch.records.begin(), batch.records.end(), [&](const RecordWrite& w) {
          return RecordRef{w.type, w.row} == loser || RecordRef{w.type, w.row} == winner;
        });
    if (!written && model.Exists(loser) && model.Exists(winner) && loser != winner) {
      batch.aliases.push_back({loser, winner, batch.commit.id, std::nullopt});
      return;
    }
  }
  if (!model.aliases().empty() && Chance(20)) {
    auto it = model.aliases().begin();
    std::advance(it, Below(static_cast<int64_t>(model.aliases().size())));
    batch.aliases.push_back({it->first, it->second.first, it->second.second, batch.commit.id});
  }
}

void CommitSource::AddChanges(CommitBatch& batch) {
  for (const RecordWrite& write : batch.records) {
    ChangeWrite change;
    change.seq = ++batch.commit.last_seq;
    change.type = write.type;
    change.row = write.row;
    change.op = write.op;
    batch.changes.push_back(std::move(change));
  }
}

CommitBatch CommitSource::Next(const GraphModel& model, int size) {
  CommitBatch batch = Begin(model);
  AddRecords(model, size, batch);
  if (Chance(70)) AddEvents(model, kPageView, size * 2, batch);
  if (Chance(30)) AddEvents(model, kCall, size, batch);
  if (Chance(50)) AddLedger(model, size / 4 + 1, batch);
  AddAliases(model, batch);
  AddChanges(batch);
  return batch;
}

CommitBatch CommitSource::Bulk(const GraphModel& model, TypeId type, int64_t rows) {
  CommitBatch batch = Begin(model);
  const auto found = model.records().find(type);
  const Row first = found == model.records().end() ? 0 : static_cast<Row>(found->second.size());
  for (Row row = first; row < first + rows; ++row) {
    RecordWrite write;
    write.type = type;
    write.row = row;
    write.id = NewId();
    Write(model, std::move(write), batch);
  }
  ChangeWrite change;
  change.seq = ++batch.commit.last_seq;
  change.type = type;
  change.row = first;
  change.rows = rows;
  batch.changes.push_back(std::move(change));
  return batch;
}

}  // namespace relata::testing

// SPDX-License-Identifier: Apache-2.0

#include "engine/batch_decision.h"

#include <algorithm>
#include <iterator>

#include "base/strings.h"
#include "engine/graph.h"
#include "engine/tables.h"
#include "engine/write_rights.h"
#include "relata/model/validate.h"

namespace relata::internal {
namespace {

constexpr std::string_view kUniqueSystem = "field:";

absl::Status At(size_t operation, absl::Status status) {
  return Annotate(std::move(status), Concat("operation ", operation));
}

void Put(FieldValues& values, FieldId field, Value value) {
  for (auto& [id, old] : values) {
    if (id == field) {
      old = std::move(value);
      return;
    }
  }
  values.emplace_back(field, std::move(value));
}

// Old values that erasure must be able to reach: what is personal, and every text, because people
// are named in texts of any kind. A record's id stays: a view of the past needs it to put back, and
// to leave out, who was erased.
bool MayBeErased(const FieldDef& field) {
  if (field.id == kIdField) return false;
  return field.personal != Personal::kNone || field.kind == FieldKind::kText ||
         field.kind == FieldKind::kTextList || field.open;
}

// The value a new record gets where none is given, from the text of the field card.
Value InitialValue(const FieldDef& field) {
  if (field.initial.empty()) return Value();
  switch (field.kind) {
    case FieldKind::kText:
    case FieldKind::kChoice:
      return Value::Text(field.initial);
    case FieldKind::kBool:
      return Value::Bool(field.initial == "true");
    case FieldKind::kInt:
      return Value::Int(std::strtoll(field.initial.c_str(), nullptr, 10));
    case FieldKind::kDouble:
      return Value::Double(std::strtod(field.initial.c_str(), nullptr));
    default:
      return Value();
  }
}

}  // namespace

absl::StatusOr<CommitBatch> BatchDecision::Decide(const Transaction::Batch& batch) {
  effective_at_ = batch.effective_at;
  out_.erase = batch.erase;
  RELATA_RETURN_IF_ERROR(Identify(batch));
  size_t operation = 0;
  for (const RecordOp& op : batch.records) {
    ++operation;
    if (absl::Status s = Apply(op, operation); !s.ok()) return At(operation, std::move(s));
  }
  for (size_t i = 0; i < pending_.size(); ++i) {
    if (absl::Status s = Write(pending_[i]); !s.ok())
      return At(pending_[i].operation, std::move(s));
  }
  RELATA_RETURN_IF_ERROR(WriteEvents(batch));
  RELATA_RETURN_IF_ERROR(WriteLedger(batch));
  WriteLogs(batch);
  for (auto& [name, owner] : keys_) {
    const auto& [type, system, key] = name;
    out_.external_keys.push_back({type, system, key, owner.row});
  }
  return std::move(out_);
}

// ---------------------------------------------------------------------------------------------------
// Who is who: every record of the batch gets its row before any value is looked at, so that values
// may refer to records created further down.

absl::Status BatchDecision::Identify(const Transaction::Batch& batch) {
  size_t operation = 0;
  for (const RecordOp& op : batch.records) {
    ++operation;
    if (op.op == RecordOp::Op::kCreate) {
      RELATA_ASSIGN_OR_RETURN(const Row row, NewRow(op.record.type));
      const RecordRef record{op.record.type, row};
      here_.emplace(op.record.row, record);
      became_.emplace_back(op.record.row, record);
      PendingOf(record, operation).created = true;
    } else if (op.op == RecordOp::Op::kUpsert) {
      if (absl::Status s = IdentifyUpsert(op, operation); !s.ok())
        return At(operation, std::move(s));
    }
  }
  return absl::OkStatus();
}

absl::Status BatchDecision::IdentifyUpsert(const RecordOp& op, size_t operation) {
  RELATA_ASSIGN_OR_RETURN(RecordRef record, KeyOwner(op.record.type, op.system, op.key));
  if (record.none()) {
    RELATA_ASSIGN_OR_RETURN(const Row row, NewRow(op.record.type));
    record = {op.record.type, row};
    keys_[{op.record.type, op.system, op.key}] = record;
    PendingOf(record, operation).created = true;
  }
  here_.emplace(op.record.row, record);
  became_.emplace_back(op.record.row, record);
  return absl::OkStatus();
}

absl::StatusOr<Row> BatchDecision::NewRow(TypeId type) {
  auto next = allocation_.next_row.find(type);
  if (next == allocation_.next_row.end()) {
    RELATA_ASSIGN_OR_RETURN(const Row first, reader_.NextRow(type));
    next = allocation_.next_row.emplace(type, first).first;
  }
  return next->second++;
}

RecordRef BatchDecision::Here(RecordRef record) const {
  if (!IsProvisional(record)) return record;
  const auto found = here_.find(record.row);
  return found == here_.end() ? real_(record) : found->second;
}

// The record that carries the key, merged ones resolved; none when nobody does.
absl::StatusOr<RecordRef> BatchDecision::KeyOwner(TypeId type, const std::string& system,
                                                  const std::string& key) {
  const auto given = keys_.find({type, system, key});
  if (given != keys_.end()) return StandsFor(given->second);
  absl::StatusOr<Row> row = reader_.FindExternalKey(type, system, key);
  if (absl::IsNotFound(row.status())) return RecordRef{};
  RELATA_RETURN_IF_ERROR(row.status());
  return StandsFor({type, *row});
}

BatchDecision::Pending& BatchDecision::PendingOf(RecordRef record, size_t operation) {
  const auto [found, added] = pending_of_.try_emplace(record, pending_.size());
  if (added) pending_.push_back({record, false, false, operation, {}, false});
  return pending_[found->second];
}

absl::StatusOr<bool> BatchDecision::Exists(RecordRef record) {
  const auto found = pending_of_.find(record);
  if (found != pending_of_.end()) {
    if (pending_[found->second].deleted) return false;
    if (pending_[found->second].created) return true;
  }
  if (before_.graph().Merged(record)) return IsStored(record);  // un-merged by this batch
  return before_.Loaded(ColumnsNeeded{record.type, {}}) ? before_.Exists(record) : IsStored(record);
}

// Whether the store has the record's values, merged or not.
absl::StatusOr<bool> BatchDecision::IsStored(RecordRef record) {
  bool exists = false;
  ScanSpec spec;
  spec.type = record.type;
  spec.rows = {record.row};
  RELATA_RETURN_IF_ERROR(reader_.ScanRecords(spec, [&](const RecordRows& rows) {
    exists = !rows.rows.empty();
    return absl::OkStatus();
  }));
  return exists;
}

// `record` with provisional and merged references followed. NotFound when it does not exist.
absl::StatusOr<RecordRef> BatchDecision::Living(RecordRef record) {
  record = StandsFor(Here(record));
  RELATA_ASSIGN_OR_RETURN(const bool exists, Exists(record));
  if (!exists) return NotFound("the record does not exist");
  return record;
}

// ---------------------------------------------------------------------------------------------------
// What is there

absl::StatusOr<Value> BatchDecision::Stored(RecordRef record, FieldId field) {
  if (before_.Loaded(ColumnsNeeded{record.type, {field}})) return before_.Get(record, field);
  const auto placed = rows_.try_emplace(record);
  auto& cached = placed.first->second;
  if (placed.second) {
    ScanSpec spec;
    spec.type = record.type;
    spec.rows = {record.row};
    for (const FieldDef& f : schema_.type(record.type).fields) {
      if (f.state != FieldState::kRemoved) spec.fields.push_back(f.id);
    }
    spec.fields.push_back(kCreatedAtField);
    spec.fields.push_back(kUpdatedAtField);
    RELATA_RETURN_IF_ERROR(reader_.ScanRecords(spec, [&](const RecordRows& rows) {
      if (!rows.ids.empty()) cached[kIdField] = Value::Text(rows.ids[0].ToString());
      for (size_t i = 0; !rows.rows.empty() && i < spec.fields.size(); ++i) {
        cached[spec.fields[i]] = rows.columns[i].Get(0);
      }
      return absl::OkStatus();
    }));
  }
  const auto value = cached.find(field);
  return value == cached.end() ? Value() : value->second;
}

std::string BatchDecision::Where(RecordRef record, const FieldDef& field) const {
  return Concat(schema_.type(record.type).name, ".", field.name);
}

// ---------------------------------------------------------------------------------------------------
// Operations

absl::Status BatchDecision::MayChange(TypeId type) const {
  if (may_.MayWrite(type)) return absl::OkStatus();
  return PermissionDenied(Concat("the role may not write ", schema_.type(type).name));
}

absl::Status BatchDecision::MaySet(TypeId type, const FieldValues& values) const {
  RELATA_RETURN_IF_ERROR(MayChange(type));
  if (may_.all()) return absl::OkStatus();
  for (const auto& [id, value] : values) {
    if (may_.MayWrite(type, id)) continue;
    const FieldDef* field = schema_.type(type).field(id);
    return PermissionDenied(Concat("the role may not write ", schema_.type(type).name, ".",
                                   field == nullptr ? "" : field->name));
  }
  return absl::OkStatus();
}

absl::Status BatchDecision::Apply(const RecordOp& op, size_t operation) {
  switch (op.op) {
    case RecordOp::Op::kMerge:
      return ApplyMerge(op);
    case RecordOp::Op::kUnmerge:
      return ApplyUnmerge(op);
    case RecordOp::Op::kErase:
      return ApplyErase(op, operation);
    default:
      break;
  }
  RELATA_ASSIGN_OR_RETURN(const RecordRef record, Living(op.record));
  switch (op.op) {
    case RecordOp::Op::kCreate:
    case RecordOp::Op::kUpdate:
    case RecordOp::Op::kUpsert:
      RELATA_RETURN_IF_ERROR(MaySet(record.type, op.values));
      return SetValues(PendingOf(record, operation), op.values);
    case RecordOp::Op::kDelete:
      RELATA_RETURN_IF_ERROR(MayChange(record.type));
      PendingOf(record, operation).deleted = true;
      return absl::OkStatus();
    case RecordOp::Op::kRedact:
      PendingOf(record, operation).forgotten = true;
      out_.erase.images.push_back(record);
      return SetValues(PendingOf(record, operation), op.values);
    default:
      break;
  }
  RELATA_RETURN_IF_ERROR(MayChange(record.type));
  RELATA_ASSIGN_OR_RETURN(const RecordRef owner, KeyOwner(record.type, op.system, op.key));
  if (!owner.none() && owner != record) {
    return AlreadyExists(Concat("another record carries the key ", op.system, ":", op.key));
  }
  if (owner.none()) keys_[{record.type, op.system, op.key}] = record;
  return absl::OkStatus();
}

absl::Status BatchDecision::SetValues(Pending& pending, const FieldValues& values) {
  const TypeDef& type = schema_.type(pending.record.type);
  for (const auto& [id, value] : values) {
    const FieldDef* field = type.field(id);
    if (field == nullptr || field->state == FieldState::kRemoved) {
      return InvalidArgument(Concat("'", type.name, "' has no field number ", id));
    }
    if (id > kMaxDeclaredField && !(id == kCreatedAtField && pending.created)) {
      return InvalidArgument(Concat(type.name, ".", field->name, " is kept by the engine"));
    }
    RELATA_ASSIGN_OR_RETURN(Value checked, CheckedValue(type, *field, value));
    if (checked.is_null() && field->required) checked = InitialValue(*field);
    Put(pending.values, id, std::move(checked));
  }
  return absl::OkStatus();
}

absl::StatusOr<Value> BatchDecision::CheckedValue(const TypeDef& type, const FieldDef& field,
                                                  const Value& given) {
  const auto refuse = [&](std::string_view what) {
    return InvalidArgument(Concat(type.name, ".", field.name, ": ", what));
  };
  Value value = Canonical(field, given);
  if (const auto why = WhyRefused(schema_, field, value)) return refuse(*why);
  if (!value.is(Value::Kind::kRecord)) return value;
  const RecordRef target = Here(value.record());
  RELATA_ASSIGN_OR_RETURN(const bool exists, Exists(StandsFor(target)));
  if (!exists) return refuse("the record it links to does not exist");
  return Value::Record(target);
}

// A record that was deleted or erased before loses what is still kept of it all the same.
absl::Status BatchDecision::ApplyErase(const RecordOp& op, size_t operation) {
  const RecordRef record = Here(op.record);
  if (record.none()) return NotFound("the record does not exist");
  out_.erase.subjects.push_back(record);
  out_.logs.push_back({std::string(kErasureLog), allocation_.next_seq++, record, "", now_, "{}"});
  // What an earlier step of this commit created is in the graph and not in the store yet.
  bool stored = before_.Loaded(record.type) && !before_.Id(record).nil();
  if (!before_.Loaded(record.type)) {
    RELATA_ASSIGN_OR_RETURN(stored, IsStored(record));
  }
  Pending& pending = PendingOf(record, operation);
  pending.forgotten = pending.deleted = true;
  if (!stored && !pending.created) {
    // Nothing to delete.
    pending.values.clear();
    pending.created = true;
  }
  return absl::OkStatus();
}

// ---------------------------------------------------------------------------------------------------
// Writes

absl::Status BatchDecision::Write(Pending& pending) {
  if (pending.created && pending.deleted) return absl::OkStatus();
  if (!pending.created) return WriteChanged(pending);
  RELATA_RETURN_IF_ERROR(FillNew(pending));
  const TypeDef& type = schema_.type(pending.record.type);
  for (const auto& [id, value] : pending.values) {
    RELATA_RETURN_IF_ERROR(KeepUnique(pending, *type.field(id), Value(), value));
    RELATA_RETURN_IF_ERROR(KeepTree(pending, *type.field(id), value));
  }
  AddChange(pending, RecordWrite::Op::kCreate, {});
  out_.records.push_back({pending.record.type, pending.record.row, RecordWrite::Op::kCreate,
                          ids_.Next(now_), std::move(pending.values)});
  ++counts_.created;
  return absl::OkStatus();
}

absl::Status BatchDecision::FillNew(Pending& pending) {
  const TypeDef& type = schema_.type(pending.record.type);
  for (const FieldDef& field : type.fields) {
    const Value* given = FindIn(pending.values, field.id);
    if (given != nullptr && !given->is_null()) continue;
    Value initial = InitialValue(field);
    if (field.required && initial.is_null() && field.readable()) {
      return InvalidArgument(Concat(type.name, ".", field.name, " is required"));
    }
    if ((given == nullptr || field.required) && !initial.is_null())
      Put(pending.values, field.id, std::move(initial));
  }
  std::erase_if(pending.values, [](const auto& v) { return v.second.is_null(); });
  if (FindIn(pending.values, kCreatedAtField) == nullptr) {
    Put(pending.values, kCreatedAtField, Value::Time(now_));
  }
  Put(pending.values, kUpdatedAtField, Value::Time(now_));
  return absl::OkStatus();
}

absl::Status BatchDecision::WriteChanged(Pending& pending) {
  const TypeDef& type = schema_.type(pending.record.type);
  if (pending.deleted) {
    pending.values.clear();
    for (const FieldDef& field : type.fields) {
      if (field.state != FieldState::kRemoved) pending.values.emplace_back(field.id, Value());
    }
  }
  FieldValues before;
  FieldValues after;
  for (auto& [id, value] : pending.values) {
    RELATA_ASSIGN_OR_RETURN(Value old, Stored(pending.record, id));
    if (old.Same(value)) continue;
    const FieldDef& field = *type.field(id);
    if (field.required && value.is_null() && !pending.deleted) {
      return InvalidArgument(Concat(type.name, ".", field.name, " is required"));
    }
    RELATA_RETURN_IF_ERROR(KeepUnique(pending, field, old, value));
    RELATA_RETURN_IF_ERROR(KeepTree(pending, field, value));
    before.emplace_back(id, std::move(old));
    after.emplace_back(id, std::move(value));
  }
  const auto op = pending.deleted ? RecordWrite::Op::kDelete : RecordWrite::Op::kUpdate;
  if (before.empty() && !pending.deleted) {
    ++counts_.unchanged;
    return absl::OkStatus();
  }
  // What the engine keeps itself belongs to the image too: a view of the past puts it back.
  for (const FieldId kept : {kUpdatedAtField, kCreatedAtField, kIdField}) {
    RELATA_ASSIGN_OR_RETURN(Value old, Stored(pending.record, kept));
    if (!old.is_null()) before.emplace_back(kept, std::move(old));
    if (!pending.deleted) break;
  }
  if (pending.forgotten) {
    // The id stays, so that a view of the past knows whom it leaves out.
    std::erase_if(before, [](const auto& kept) { return kept.first != kIdField; });
  }
  AddChange(pending, op, before);
  if (pending.deleted) {
    after.clear();
  } else {
    after.emplace_back(kUpdatedAtField, Value::Time(now_));
  }
  out_.records.push_back({pending.record.type, pending.record.row, op, {}, std::move(after)});
  ++(pending.deleted ? counts_.deleted : counts_.updated);
  return absl::OkStatus();
}

// A unique value is an external key of the record, so that the store itself keeps it unique.
absl::Status BatchDecision::KeepUnique(const Pending& pending, const FieldDef& field,
                                       const Value& before, const Value& after) {
  if (!field.unique) return absl::OkStatus();
  const TypeId type = pending.record.type;
  const std::string system = Concat(kUniqueSystem, field.name);
  if (!after.is_null()) {
    RELATA_ASSIGN_OR_RETURN(const RecordRef owner, KeyOwner(type, system, ToDisplay(after)));
    if (!owner.none() && owner != StandsFor(pending.record)) {
      return AlreadyExists(Concat(Where(pending.record, field), ": another record has the value '",
                                  ToDisplay(after), "'"));
    }
    keys_[{type, system, ToDisplay(after)}] = pending.record;
  }
  if (!before.is_null()) keys_[{type, system, ToDisplay(before)}] = RecordRef{type, kNoRow};
  return absl::OkStatus();
}

void BatchDecision::AddChange(const Pending& pending, RecordWrite::Op op,
                              const FieldValues& before) {
  const RecordRef record = pending.record;
  if (op == RecordWrite::Op::kCreate && !out_.changes.empty()) {
    ChangeWrite& last = out_.changes.back();
    if (last.op == op && last.type == record.type && last.row + last.rows == record.row) {
      ++last.rows;
      return;
    }
  }
  const TypeDef& type = schema_.type(record.type);
  FieldValues open;
  FieldValues personal;
  for (const auto& field : before) {
    (MayBeErased(*type.field(field.first)) ? personal : open).push_back(field);
  }
  ChangeWrite change;
  change.seq = allocation_.next_seq++;
  change.type = record.type;
  change.row = record.row;
  change.op = op;
  change.before = PackFields(open);
  change.personal = PackFields(personal);
  if (!change.personal.empty()) change.subject = record;
  change.effective_at = effective_at_;
  out_.changes.push_back(std::move(change));
}

// ---------------------------------------------------------------------------------------------------
// Events, ledger, logs

absl::Status BatchDecision::WriteEvents(const Transaction::Batch& batch) {
  std::map<TypeId, std::vector<const EventOp*>> by_type;
  for (const EventOp& op : batch.events) by_type[op.type].push_back(&op);
  for (const auto& [type, ops] : by_type) {
    RELATA_RETURN_IF_ERROR(WriteEventsOf(schema_.type(type), ops, batch.event_values));
  }
  return absl::OkStatus();
}

absl::Status BatchDecision::WriteEventsOf(const TypeDef& type, std::span<const EventOp* const> ops,
                                          std::span<const std::pair<FieldId, Value>> values) {
  constexpr size_t kNowhere = SIZE_MAX;
  RELATA_RETURN_IF_ERROR(MayChange(type.id));
  EventBatch events;
  events.type = type.id;
  events.first_seq = allocation_.next_seq;
  events.subjects.reserve(ops.size());
  events.at.reserve(ops.size());
  // The columns that hold a value, and one at least.
  std::vector<bool> named(type.fields.size());
  for (const EventOp* op : ops) {
    for (const auto& [id, value] : values.subspan(op->first_value, op->values)) {
      if (id < named.size()) named[id] = true;
    }
  }
  std::vector<size_t> places(type.fields.size(), kNowhere);
  for (const ColumnSpec& c : TableOf(type).columns) {
    if (!named[c.field] && !events.columns.empty()) continue;
    places[c.field] = events.columns.size();
    events.fields.push_back(c.field);
    events.columns.emplace_back(c.kind, c.target);
  }
  // Most batches only append events to records that are there.
  const bool plain = pending_.empty() && !before_.graph().HasAliases() &&
                     before_.Loaded(ColumnsNeeded{type.subject, {}});
  // Where the bits of subjects stand: found once where there are many.
  constexpr size_t kMany = 64;
  const RecordTable* const table =
      plain && ops.size() >= kMany ? before_.graph().Records(type.subject) : nullptr;
  std::vector<const ChunkBits*> there;
  for (size_t c = 0; table != nullptr && c < table->exists.size(); ++c) {
    there.push_back(table->exists[c]);
  }
  for (const EventOp* op : ops) {
    const RecordRef subject = Subject(op->subject);
    const size_t chunk = ChunkOf(subject.row);
    bool exists = table == nullptr ? plain && before_.Exists(subject)
                                   : subject.type == type.subject && chunk < there.size() &&
                                         there[chunk] != nullptr &&
                                         TestBit(*there[chunk], OffsetOf(subject.row));
    if (!exists) {
      RELATA_ASSIGN_OR_RETURN(exists, Exists(StandsFor(subject)));
    }
    if (!exists) return NotFound("the record does not exist");
    const size_t row = events.subjects.size();
    events.subjects.push_back(subject.row);
    events.at.push_back(op->at);
    for (const auto& [id, value] : values.subspan(op->first_value, op->values)) {
      RELATA_ASSIGN_OR_RETURN(const Value checked, CheckedValue(type, *type.field(id), value));
      const size_t place = id < places.size() ? places[id] : kNowhere;
      // Of one given twice the first counts.
      if (place != kNowhere && events.columns[place].size() == row) {
        events.columns[place].Append(checked);
      }
    }
    for (Column& column : events.columns) {
      if (column.size() == row) column.AppendNull();
    }
  }
  allocation_.next_seq += static_cast<Seq>(ops.size());
  counts_.events += static_cast<int64_t>(ops.size());
  out_.events.push_back(std::move(events));
  return absl::OkStatus();
}

absl::Status BatchDecision::WriteLedger(const Transaction::Batch& batch) {
  for (ConsentEntry entry : batch.entries) {
    if (const std::string_view wrong = WhatIsWrong(entry); !wrong.empty()) {
      return InvalidArgument(wrong);
    }
    if (!entry.person.none()) entry.person = PartyId::Of(Here(entry.person.ref()));
    if (!entry.point.none()) entry.point = PartyId::Of(Here(entry.point.ref()));
    for (const PartyId party : {entry.person, entry.point}) {
      if (party.none()) continue;
      RELATA_ASSIGN_OR_RETURN(bool exists, Exists(StandsFor(party.ref())));
      if (!exists && IsRefusal(entry.event)) {
        // Somebody who was erased can still refuse, and never grant.
        RELATA_ASSIGN_OR_RETURN(const Row next, reader_.NextRow(party.ref().type));
        exists = party.ref().row < next;
      }
      if (!exists) return NotFound("a consent entry names a record that does not exist");
      if (!IsRefusal(entry.event)) RELATA_RETURN_IF_ERROR(MayChange(StandsFor(party.ref()).type));
    }
    entry.seq = allocation_.next_seq++;
    entry.recorded_at = now_;
    out_.ledger.push_back(
        {entry.seq, entry.person.ref(), entry.point.ref(), entry.at, PackEntry(entry)});
    ++counts_.entries;
  }
  return absl::OkStatus();
}

void BatchDecision::WriteLogs(const Transaction::Batch& batch) {
  for (LogWrite line : batch.logs) {
    line.seq = allocation_.next_seq++;
    line.subject = Here(line.subject);
    line.at = now_;
    out_.logs.push_back(std::move(line));
  }
}

}  // namespace relata::internal

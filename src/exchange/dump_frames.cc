// SPDX-License-Identifier: Apache-2.0

#include "exchange/dump_frames.h"

#include <algorithm>
#include <utility>

#include "codec/pack.h"

namespace relata::internal {
namespace {

void Put(Packer& out, RecordRef record) {
  out.Uint(record.type);
  out.Int(record.row);
}

RecordRef GetRef(Unpacker& in) {
  const auto type = static_cast<TypeId>(in.Uint());
  return {type, in.Int()};
}

std::string GetText(Unpacker& in) { return std::string(in.Text()); }

std::string BytesOf(const Uuid& id) { return {id.bytes.begin(), id.bytes.end()}; }

Uuid GetId(Unpacker& in) {
  Uuid id;
  const std::string_view bytes = in.Text();
  if (bytes.size() == id.bytes.size()) std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  return id;
}

template <class T>
absl::StatusOr<T> Checked(const Unpacker& in, T value) {
  if (!in.ok() || !in.done()) return DataLoss("a frame of the dump cannot be read");
  return value;
}

}  // namespace

std::string PackTables(const std::vector<TableSpec>& tables) {
  Packer out;
  out.Uint(tables.size());
  for (const TableSpec& table : tables) {
    out.Uint(table.type);
    out.Text(table.name);
    out.Uint(static_cast<uint64_t>(table.kind));
    out.Uint(table.subject);
    out.Text(table.title);
    out.Uint(table.columns.size());
    for (const ColumnSpec& column : table.columns) {
      out.Uint(column.field);
      out.Text(column.name);
      out.Uint(static_cast<uint64_t>(column.kind));
      out.Uint(column.target);
      out.Uint(column.personal);
    }
  }
  return out.Take();
}

absl::StatusOr<std::vector<TableSpec>> UnpackTables(std::string_view body) {
  Unpacker in(body);
  std::vector<TableSpec> tables;
  for (uint64_t n = in.Uint(); n > 0 && in.ok(); --n) {
    TableSpec table;
    table.type = static_cast<TypeId>(in.Uint());
    table.name = GetText(in);
    table.kind = static_cast<TableSpec::Kind>(in.Uint());
    table.subject = static_cast<TypeId>(in.Uint());
    table.title = GetText(in);
    for (uint64_t c = in.Uint(); c > 0 && in.ok(); --c) {
      ColumnSpec column;
      column.field = static_cast<FieldId>(in.Uint());
      column.name = GetText(in);
      column.kind = static_cast<Value::Kind>(in.Uint());
      column.target = static_cast<TypeId>(in.Uint());
      column.personal = in.Uint() != 0;
      table.columns.push_back(std::move(column));
    }
    tables.push_back(std::move(table));
  }
  return Checked(in, std::move(tables));
}

std::string PackCommit(const CommitRow& commit) {
  Packer out;
  out.Int(commit.id);
  out.Int(commit.recorded.micros);
  for (const std::string* text :
       {&commit.actor, &commit.source, &commit.reason, &commit.operation_id, &commit.result,
        &commit.salt, &commit.commitment, &commit.chain}) {
    out.Text(*text);
  }
  out.Int(commit.last_seq);
  return out.Take();
}

absl::StatusOr<CommitRow> UnpackCommit(std::string_view body) {
  Unpacker in(body);
  CommitRow commit;
  commit.id = in.Int();
  commit.recorded.micros = in.Int();
  for (std::string* text : {&commit.actor, &commit.source, &commit.reason, &commit.operation_id,
                            &commit.result, &commit.salt, &commit.commitment, &commit.chain}) {
    *text = GetText(in);
  }
  commit.last_seq = in.Int();
  return Checked(in, std::move(commit));
}

std::string PackChange(const ChangeWrite& change) {
  Packer out;
  out.Int(change.seq);
  out.Uint(change.type);
  out.Int(change.row);
  out.Int(change.rows);
  out.Uint(static_cast<uint64_t>(change.op));
  out.Text(change.before);
  out.Text(change.personal);
  Put(out, change.subject);
  out.Uint(change.effective_at.has_value());
  out.Int(change.effective_at.value_or(Timestamp{}).micros);
  out.Text(change.personal_digest);
  return out.Take();
}

absl::StatusOr<ChangeWrite> UnpackChange(std::string_view body) {
  Unpacker in(body);
  ChangeWrite change;
  change.seq = in.Int();
  change.type = static_cast<TypeId>(in.Uint());
  change.row = in.Int();
  change.rows = in.Int();
  change.op = static_cast<RecordWrite::Op>(in.Uint());
  change.before = GetText(in);
  change.personal = GetText(in);
  change.subject = GetRef(in);
  const bool effective = in.Uint() != 0;
  const Timestamp at{in.Int()};
  if (effective) change.effective_at = at;
  change.personal_digest = GetText(in);
  return Checked(in, std::move(change));
}

std::string PackEvents(const EventBatch& events) {
  Packer out;
  out.Uint(events.type);
  out.Int(events.first_seq);
  out.Uint(events.fields.size());
  for (const FieldId field : events.fields) out.Uint(field);
  out.Uint(events.subjects.size());
  for (size_t i = 0; i < events.subjects.size(); ++i) {
    out.Int(events.subjects[i]);
    out.Int(events.at[i].micros);
    for (const Column& column : events.columns) out.Put(column.Get(i));
  }
  return out.Take();
}

absl::StatusOr<EventBatch> UnpackEvents(std::string_view body,
                                        const std::vector<TableSpec>& tables) {
  Unpacker in(body);
  EventBatch events;
  events.type = static_cast<TypeId>(in.Uint());
  events.first_seq = in.Int();
  const auto table = std::find_if(tables.begin(), tables.end(),
                                  [&](const TableSpec& t) { return t.type == events.type; });
  if (table == tables.end()) return DataLoss("the dump has events of a type that it does not have");
  for (uint64_t n = in.Uint(); n > 0 && in.ok(); --n) {
    const auto field = static_cast<FieldId>(in.Uint());
    const auto column = std::find_if(table->columns.begin(), table->columns.end(),
                                     [&](const ColumnSpec& c) { return c.field == field; });
    if (column == table->columns.end()) return DataLoss("the dump has a field without a column");
    events.fields.push_back(field);
    events.columns.emplace_back(column->kind, column->target);
  }
  for (uint64_t n = in.Uint(); n > 0 && in.ok(); --n) {
    events.subjects.push_back(in.Int());
    events.at.push_back({in.Int()});
    for (Column& column : events.columns) column.Append(in.Get());
  }
  return Checked(in, std::move(events));
}

std::string PackLine(const LedgerWrite& line) {
  Packer out;
  out.Int(line.seq);
  Put(out, line.person);
  Put(out, line.point);
  out.Int(line.at.micros);
  out.Text(line.body);
  return out.Take();
}

absl::StatusOr<LedgerWrite> UnpackLine(std::string_view body) {
  Unpacker in(body);
  LedgerWrite line;
  line.seq = in.Int();
  line.person = GetRef(in);
  line.point = GetRef(in);
  line.at.micros = in.Int();
  line.body = GetText(in);
  return Checked(in, std::move(line));
}

std::string PackLog(const LogWrite& line) {
  Packer out;
  out.Text(line.log);
  out.Int(line.seq);
  Put(out, line.subject);
  out.Text(line.key);
  out.Int(line.at.micros);
  out.Text(line.body);
  return out.Take();
}

absl::StatusOr<LogWrite> UnpackLog(std::string_view body) {
  Unpacker in(body);
  LogWrite line;
  line.log = GetText(in);
  line.seq = in.Int();
  line.subject = GetRef(in);
  line.key = GetText(in);
  line.at.micros = in.Int();
  line.body = GetText(in);
  return Checked(in, std::move(line));
}

std::string PackRecord(const RecordWrite& record) {
  Packer out;
  out.Uint(record.type);
  out.Int(record.row);
  out.Uint(static_cast<uint64_t>(record.op));
  out.Text(BytesOf(record.id));
  out.Text(PackFields(record.values));
  return out.Take();
}

absl::StatusOr<RecordWrite> UnpackRecord(std::string_view body) {
  Unpacker in(body);
  RecordWrite record;
  record.type = static_cast<TypeId>(in.Uint());
  record.row = in.Int();
  record.op = static_cast<RecordWrite::Op>(in.Uint());
  record.id = GetId(in);
  RELATA_ASSIGN_OR_RETURN(record.values, UnpackFields(in.Text()));
  return Checked(in, std::move(record));
}

std::string PackKey(const ExternalKeyWrite& key) {
  Packer out;
  out.Uint(key.type);
  out.Text(key.system);
  out.Text(key.key);
  out.Int(key.row);
  return out.Take();
}

absl::StatusOr<ExternalKeyWrite> UnpackKey(std::string_view body) {
  Unpacker in(body);
  ExternalKeyWrite key;
  key.type = static_cast<TypeId>(in.Uint());
  key.system = GetText(in);
  key.key = GetText(in);
  key.row = in.Int();
  return Checked(in, std::move(key));
}

std::string PackAlias(const AliasWrite& alias) {
  Packer out;
  Put(out, alias.loser);
  Put(out, alias.winner);
  out.Int(alias.from);
  out.Int(alias.until.value_or(0));
  return out.Take();
}

absl::StatusOr<AliasWrite> UnpackAlias(std::string_view body) {
  Unpacker in(body);
  AliasWrite alias;
  alias.loser = GetRef(in);
  alias.winner = GetRef(in);
  alias.from = in.Int();
  const CommitId until = in.Int();
  if (until != 0) alias.until = until;
  return Checked(in, std::move(alias));
}

std::string PackDefinition(const DefinitionWrite& definition) {
  Packer out;
  out.Text(definition.kind);
  out.Text(definition.name);
  out.Int(definition.version);
  out.Text(definition.body);
  return out.Take();
}

absl::StatusOr<DefinitionWrite> UnpackDefinition(std::string_view body) {
  Unpacker in(body);
  DefinitionWrite definition;
  definition.kind = GetText(in);
  definition.name = GetText(in);
  definition.version = in.Int();
  definition.body = GetText(in);
  return Checked(in, std::move(definition));
}

}  // namespace relata::internal

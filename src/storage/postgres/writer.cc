// SPDX-License-Identifier: Apache-2.0

#include "storage/postgres/writer.h"

#include <utility>

#include "storage/physical.h"
#include "storage/postgres/values.h"

namespace relata::internal {
namespace {

constexpr int64_t kDefinitionsPerCommit = 1'000'000;
// Bytes of rows of all tables together that wait to be sent.
constexpr size_t kMostHeld = 16 << 20;

PgFields& PutRef(PgFields& fields, RecordRef ref) { return fields.Int4(ref.type).Int(ref.row); }

PgFields& PutRefOrNull(PgFields& fields, RecordRef ref) {
  return ref.none() ? fields.Null().Null() : PutRef(fields, ref);
}

PgFields& PutBytesOrNull(PgFields& fields, const std::string& bytes) {
  return bytes.empty() ? fields.Null() : fields.Bytes(bytes);
}

// `keys` and then every column of the table, quoted; how many there are.
std::pair<std::string, int> ColumnNames(const PgTable& table, std::string keys, int count) {
  for (const PgColumn& column : table.columns) {
    for (const std::string& name : {column.name, column.extra}) {
      if (name.empty()) continue;
      keys += ", " + QuoteName(name);
      ++count;
    }
  }
  return {std::move(keys), count};
}

// What an INSERT does when the row is there: a record deleted under the same id comes back.
std::string BringBack(const PgTable& table) {
  std::string sql = Concat("ON CONFLICT (tenant_id, ", table.own ? "type, " : "",
                           "\"row\") DO UPDATE SET deleted = false, ext = excluded.ext");
  for (const PgColumn& column : table.columns) {
    for (const std::string& name : {column.name, column.extra}) {
      if (!name.empty()) sql += Concat(", ", QuoteName(name), " = excluded.", QuoteName(name));
    }
  }
  return sql + " WHERE t.tenant_id = $1 AND t.deleted AND t.id = excluded.id";
}

// Values by place, nullptr where none is given; the last one counts when a field is named twice.
void ByPlace(const Layout::Table& table, const RecordWrite& write,
             std::vector<const Value*>& values) {
  values.assign(table.spec.columns.size(), nullptr);
  for (const auto& [field, value] : write.values) {
    values[static_cast<size_t>(table.Place(field))] = &value;
  }
}

ValueAt Lookup(const std::vector<const Value*>& values) {
  return [&values](size_t place) { return values[place]; };
}

}  // namespace

PgWriter::PgWriter(std::shared_ptr<PgSession> session, CommitRow head,
                   std::shared_ptr<PgWriterHome> home, Duration patience)
    : WithInsides(PgReads(session)),
      session_(std::move(session)),
      before_(std::move(head)),
      home_(std::move(home)),
      patience_(patience),
      runs_(session_.get()),
      index_(&runs_),
      name_runs_(session_.get()),
      loose_(session_.get()),
      names_(&name_runs_, &loose_, session_->pack_from) {
  connection().SetBefore([this] { return SendHeld(); });
}

PgWriter::~PgWriter() {
  if (session_->connection != nullptr) connection().SetBefore(nullptr);
}

absl::Status PgWriter::Prepare(std::span<const TableSpec> tables) {
  return Sticky([&] { return PrepareNow(tables); });
}

absl::Status PgWriter::Apply(const CommitBatch& batch) {
  return Sticky([&] { return ApplyNow(batch); });
}

absl::Status PgWriter::EraseImages(RecordRef subject) {
  return Sticky([&]() -> absl::Status {
    erased_.push_back(subject);
    return EraseNow(subject);
  });
}

absl::Status PgWriter::Commit() {
  const std::shared_ptr<PgConnection> connection = session_->connection;
  bool sent = false;
  absl::Status status = status_.ok() ? CommitNow(sent) : status_;
  if (!sent) status = session_->Explained(status);
  status_ = status;
  if (status.ok()) {
    status_ = FailedPrecondition("the writer is committed");
    session_->committed = true;
    if (complete_ && !connection->borrowed()) home_->Wrote(commit_);
    if (prepared_ && !connection->borrowed()) home_->RefreshViews(*connection, catalog());
  }
  creations_.clear();
  events_.clear();
  connection->SetBefore(nullptr);
  session_->Close();
  return status;
}

// ---------------------------------------------------------------------------------------------------
// Tables

absl::Status PgWriter::PrepareNow(std::span<const TableSpec> tables) {
  if (applied_) return FailedPrecondition("Prepare after Apply");
  RELATA_ASSIGN_OR_RETURN(Layout merged, catalog().layout.Merge(tables));
  if (merged == catalog().layout) return absl::OkStatus();
  RELATA_ASSIGN_OR_RETURN(const PgColumns present, PresentColumns(connection(), session_->dialect));
  RELATA_ASSIGN_OR_RETURN(PgCatalog placed,
                          Place(session_->dialect, std::move(merged), catalog(), present));
  const std::vector<PgStep> steps = TableSteps(session_->dialect, placed, present);
  if (!steps.empty()) RELATA_RETURN_IF_ERROR(MakeTables(steps));
  RELATA_RETURN_IF_ERROR(SaveCatalog(placed));
  session_->catalog = std::make_shared<PgCatalog>(std::move(placed));
  prepared_ = true;
  return absl::OkStatus();
}

// Schema statements run outside the writer's transaction, each in its own: nothing has been written
// in it yet, and the locks of its reads would stand in their way. In a host's transaction they are
// part of it.
absl::Status PgWriter::MakeTables(const std::vector<PgStep>& steps) {
  if (connection().borrowed()) {
    if (session_->dialect.distributed) {
      return FailedPrecondition("open the tenant once before lending a connection: tables are new");
    }
    for (const PgStep& step : steps) RELATA_RETURN_IF_ERROR(connection().Execute(step.sql));
    return absl::OkStatus();
  }
  RELATA_RETURN_IF_ERROR(connection().Rollback());
  RELATA_RETURN_IF_ERROR(home_->RunSteps(connection(), steps));
  RELATA_ASSIGN_OR_RETURN(PgLocked locked, home_->Lock(connection(), patience_));
  session_->head = locked.head;
  session_->next_rows.clear();
  session_->name_runs = std::move(locked.runs);
  if (locked.digest != catalog().digest || locked.head.id != before_.id) {
    return Aborted("another writer committed while tables were made");
  }
  for (const RecordRef subject : erased_) RELATA_RETURN_IF_ERROR(EraseNow(subject));
  return absl::OkStatus();
}

absl::Status PgWriter::SaveCatalog(const PgCatalog& catalog) {
  PgFields body;
  body.Text(catalog.digest).Text(CatalogText(catalog));
  connection().Add(Concat("INSERT INTO ", session_->Name("relata_catalog"),
                          "(digest, body) VALUES($1, $2) ON CONFLICT (digest) DO NOTHING"),
                   std::move(body));
  PgFields digest = session_->Mine();
  digest.Text(catalog.digest);
  connection().Add(
      Concat("UPDATE ", session_->Name("relata_lock"), " SET catalog = $2 WHERE tenant_id = $1"),
      std::move(digest));
  return connection().Sync();
}

absl::Status PgWriter::EraseNow(RecordRef subject) {
  PgFields fields = session_->Mine();
  PutRef(fields, subject);
  return connection()
      .Query(Concat("DELETE FROM ", session_->Name("relata_personal_image"),
                    " WHERE tenant_id = $1 AND subject_type = $2 AND subject = $3"),
             std::move(fields))
      .status();
}

// ---------------------------------------------------------------------------------------------------
// The commit

absl::Status PgWriter::ApplyNow(const CommitBatch& batch) {
  if (complete_) return FailedPrecondition("the commit is complete");
  if (!applied_) {
    next_rows_ = session_->next_rows;
    session_->Unsteady();
  }
  applied_ = true;
  RELATA_RETURN_IF_ERROR(catalog().layout.Check(batch, before_));
  // A part leaves its COPY running: what is wrong with its rows is then said with a later one.
  part_ = batch.commit.id == 0 && batch.erase.empty() && !connection().borrowed();
  const absl::Status queued = QueueAll(batch);
  if (part_ && queued.ok()) return queued;
  // What was sent before fails before what could not be queued.
  RELATA_RETURN_IF_ERROR(connection().Sync());
  return queued;
}

absl::Status PgWriter::QueueAll(const CommitBatch& batch) {
  RELATA_RETURN_IF_ERROR(ApplyRecords(batch.records));
  for (const EventBatch& events : batch.events) RELATA_RETURN_IF_ERROR(ApplyEvents(events));
  RELATA_RETURN_IF_ERROR(names_.Apply(batch.external_keys));
  if (!part_) {
    // The server takes in what is sent while names are sorted and packed.
    RELATA_RETURN_IF_ERROR(PushHeld());
    RELATA_RETURN_IF_ERROR(names_.Flush());
  }
  RELATA_RETURN_IF_ERROR(ApplyLedger(batch.ledger));
  RELATA_RETURN_IF_ERROR(ApplyChanges(batch.changes));
  RELATA_RETURN_IF_ERROR(ApplyLogs(batch.logs));
  ApplyAliases(batch.aliases);
  RELATA_RETURN_IF_ERROR(ApplyDefinitions(batch.definitions));
  if (part_) {
    size_t held = 0;
    (void)EachHeld([&held](const PgBulk& rows) {
      held += rows.held();
      return absl::OkStatus();
    });
    return held < kMostHeld ? absl::OkStatus() : PushHeld();
  }
  RELATA_RETURN_IF_ERROR(SendHeld());
  RELATA_RETURN_IF_ERROR(ApplyErase(batch.erase));
  if (batch.commit.id != 0) ApplyCommit(batch.commit);
  return absl::OkStatus();
}

// The COPY that goes on comes first, the last one begun is left going on.
absl::Status PgWriter::PushHeld() {
  RELATA_RETURN_IF_ERROR(
      EachHeld([](PgBulk& rows) { return rows.copying() ? rows.Push() : absl::OkStatus(); }));
  return EachHeld([](PgBulk& rows) { return rows.Push(); });
}

absl::Status PgWriter::SendHeld() {
  RELATA_RETURN_IF_ERROR(PushHeld());
  return EachHeld([](PgBulk& rows) { return rows.Flush(); });
}

absl::Status PgWriter::CommitNow(bool& sent) {
  if (applied_ && !complete_) return FailedPrecondition("the last part of the commit is missing");
  RELATA_RETURN_IF_ERROR(index_.Finish());
  RELATA_RETURN_IF_ERROR(names_.Finish());
  if (connection().borrowed()) {
    RELATA_RETURN_IF_ERROR(connection().Execute("RELEASE SAVEPOINT relata_writer"));
    home_->Released();
    return absl::OkStatus();
  }
  RELATA_RETURN_IF_ERROR(connection().Sync());
  sent = true;
  const absl::Status status = connection().Commit();
  if (status.ok() || !connection().lost()) return status;
  if (complete_) return home_->Resolve(commit_);
  return MakeStatus(absl::StatusCode::kUnknown,
                    Concat("the answer to COMMIT was lost: ", Message(status)));
}

absl::StatusOr<PgWriter::Creations*> PgWriter::CreationsOf(const Layout::Table& table) {
  const TypeId type = table.spec.type;
  if (const auto found = creations_.find(type); found != creations_.end()) return &found->second;
  const PgTable& physical = catalog().Physical(type);
  const auto [columns, count] =
      physical.own ? ColumnNames(physical, "tenant_id, type, \"row\", id, deleted, ext", 6)
                   : ColumnNames(physical, "tenant_id, \"row\", id, deleted, ext", 5);
  const auto known = next_rows_.find(type);
  RELATA_ASSIGN_OR_RETURN(const Row next, known == next_rows_.end()
                                              ? NextRow(type)
                                              : absl::StatusOr<Row>(known->second));
  const std::string taken = Concat("a row or an id of ", table.spec.name, " is taken");
  PgBulk fresh(&connection(), physical.name, columns, count, "", taken);
  PgBulk any(&connection(), physical.name, columns, count, BringBack(physical), taken);
  return &creations_.emplace(type, Creations{std::move(fresh), std::move(any), next - 1})
              .first->second;
}

absl::Status PgWriter::FlushCreations(TypeId type) {
  const auto found = creations_.find(type);
  return found == creations_.end() ? absl::OkStatus() : found->second.fresh.Flush();
}

absl::Status PgWriter::ApplyRecords(const std::vector<RecordWrite>& records) {
  for (const RecordWrite& write : records) {
    const Layout::Table& table = *catalog().layout.Find(write.type);
    if (write.op == RecordWrite::Op::kCreate) {
      RELATA_RETURN_IF_ERROR(CreateRecord(table, write));
      continue;
    }
    RELATA_RETURN_IF_ERROR(FlushCreations(write.type));
    if (write.op == RecordWrite::Op::kUpdate) {
      RELATA_RETURN_IF_ERROR(UpdateRecord(table, write));
    } else {
      DeleteRecord(table, write);
    }
  }
  return absl::OkStatus();
}

// A row above all that were given out is new; any other may be one that was deleted.
absl::Status PgWriter::CreateRecord(const Layout::Table& table, const RecordWrite& write) {
  RELATA_ASSIGN_OR_RETURN(Creations * creations, CreationsOf(table));
  const PgTable& physical = catalog().Physical(write.type);
  ByPlace(table, write, values_);
  const std::vector<const Value*>& values = values_;
  PgFields& row = session_->Mine(row_);
  if (physical.own) row.Int4(write.type);
  row.Int(write.row).Id(write.id).Bool(false);
  const std::string document = DocumentOf(table.spec, physical, Lookup(values));
  document.empty() ? row.Null() : row.Json(document);
  for (size_t i = 0; i < table.spec.columns.size(); ++i) {
    if (physical.columns[i].name.empty()) continue;
    PutValue(row, table.spec.columns[i], values[i]);
  }
  if (!session_->IdsIndexed(physical)) {
    const NameSpace ids{write.type, NameSpace::Kind::kId};
    RELATA_RETURN_IF_ERROR(names_.Add(ids, IdName(write.id), write.row));
  }
  if (write.row > creations->highest) {
    creations->highest = write.row;
    return creations->fresh.Add(row);
  }
  RELATA_RETURN_IF_ERROR(creations->fresh.Flush());
  RELATA_RETURN_IF_ERROR(creations->any.Add(row));
  return creations->any.Flush();
}

absl::Status PgWriter::UpdateRecord(const Layout::Table& table, const RecordWrite& write) {
  const PgTable& physical = catalog().Physical(write.type);
  ByPlace(table, write, values_);
  const std::vector<const Value*>& values = values_;
  PgFields fields = session_->Mine();
  fields.Int(write.row);
  std::string sets = "deleted = false";
  const auto set = [&](const std::string& name, int parameter) {
    sets += Concat(", ", QuoteName(name), " = $", parameter);
  };
  for (size_t place = 0; place < values.size(); ++place) {
    const PgColumn& column = physical.columns[place];
    if (values[place] == nullptr || column.name.empty()) continue;
    set(column.name, fields.size() + 1);
    if (!column.extra.empty()) set(column.extra, fields.size() + 2);
    PutValue(fields, table.spec.columns[place], values[place]);
  }
  const std::string document = DocumentOf(table.spec, physical, Lookup(values), true);
  if (!document.empty()) {
    sets += Concat(", ext = jsonb_strip_nulls(coalesce(ext, '{}'::jsonb) || $", fields.size() + 1,
                   "::jsonb)");
    fields.Json(document);
  }
  connection().Add(Concat("UPDATE ", physical.name, " SET ", sets, " WHERE ",
                          physical.Mine(write.type), " AND \"row\" = $2 AND NOT deleted"),
                   std::move(fields), [name = table.spec.name, row = write.row](PgResult& result) {
                     return result.touched() != 0 ? absl::OkStatus()
                                                  : NotFound(Concat("no ", name, " ", row));
                   });
  return absl::OkStatus();
}

void PgWriter::DeleteRecord(const Layout::Table& table, const RecordWrite& write) {
  const PgTable& physical = catalog().Physical(write.type);
  std::string sql = Concat("UPDATE ", physical.name, " SET deleted = true, ext = NULL");
  for (const PgColumn& column : physical.columns) {
    for (const std::string& name : {column.name, column.extra}) {
      if (!name.empty()) sql += Concat(", ", QuoteName(name), " = NULL");
    }
  }
  PgFields fields = session_->Mine();
  fields.Int(write.row);
  connection().Add(
      Concat(sql, " WHERE ", physical.Mine(write.type), " AND \"row\" = $2 AND NOT deleted"),
      std::move(fields), [name = table.spec.name, row = write.row](PgResult& result) {
        return result.touched() != 0 ? absl::OkStatus() : NotFound(Concat("no ", name, " ", row));
      });
}

PgBulk& PgWriter::EventsOf(const Layout::Table& table) {
  const TypeId type = table.spec.type;
  if (const auto found = events_.find(type); found != events_.end()) return found->second;
  const PgTable& physical = catalog().Physical(type);
  const auto [columns, count] =
      physical.own ? ColumnNames(physical, "tenant_id, type, seq, subject, at, ext", 6)
                   : ColumnNames(physical, "tenant_id, seq, subject, at, ext", 5);
  return events_
      .emplace(type, PgBulk(&connection(), physical.name, columns, count, "",
                            Concat("an event of ", table.spec.name, " is there")))
      .first->second;
}

absl::Status PgWriter::ApplyEvents(const EventBatch& batch) {
  if (batch.subjects.empty()) return absl::OkStatus();
  const Layout::Table& table = *catalog().layout.Find(batch.type);
  const PgTable& physical = catalog().Physical(batch.type);
  RELATA_ASSIGN_OR_RETURN(const std::vector<int> places, PlacesOf(table, batch));
  const auto [last, added] = last_event_.try_emplace(batch.type, 0);
  if (!added && batch.first_seq <= last->second) {
    return InvalidArgument(Concat(table.spec.name, ": seqs must ascend"));
  }
  last->second = batch.first_seq + static_cast<Seq>(batch.subjects.size()) - 1;
  std::vector<int> given(table.spec.columns.size(), -1);  // the batch's column for each place
  bool documents = false;
  for (size_t c = 0; c < places.size(); ++c) {
    given[static_cast<size_t>(places[c])] = static_cast<int>(c);
    documents |= physical.columns[static_cast<size_t>(places[c])].name.empty();
  }
  PgBulk& rows = EventsOf(table);
  for (size_t i = 0; i < batch.subjects.size(); ++i) {
    PgFields& row = session_->Mine(row_);
    if (physical.own) row.Int4(batch.type);
    row.Int(batch.first_seq + static_cast<Seq>(i)).Int(batch.subjects[i]).Time(batch.at[i]);
    Value value;
    const std::string document =
        !documents ? std::string()
                   : DocumentOf(table.spec, physical, [&](size_t place) -> const Value* {
                       if (given[place] < 0) return nullptr;
                       value = batch.columns[static_cast<size_t>(given[place])].Get(i);
                       return &value;
                     });
    document.empty() ? row.Null() : row.Json(document);
    for (size_t place = 0; place < given.size(); ++place) {
      if (physical.columns[place].name.empty()) continue;
      if (given[place] < 0) {
        PutValue(row, table.spec.columns[place], nullptr);
      } else {
        PutRow(row, table.spec.columns[place], batch.columns[static_cast<size_t>(given[place])], i);
      }
    }
    RELATA_RETURN_IF_ERROR(rows.Add(row));
  }
  if (session_->dialect.subject_index && !physical.own) return absl::OkStatus();
  return index_.Add(batch.type, batch.first_seq, batch.subjects);
}

PgBulk PgWriter::Into(const char* table, const std::string& columns, int count, std::string taken) {
  return PgBulk(&connection(), session_->Name(table), columns, count, "", std::move(taken));
}

absl::Status PgWriter::ApplyLedger(const std::vector<LedgerWrite>& lines) {
  if (lines.empty()) return absl::OkStatus();
  if (lines.front().seq <= last_line_) {
    return InvalidArgument("the seqs of ledger lines must ascend");
  }
  last_line_ = lines.back().seq;
  if (!ledger_.has_value()) {
    ledger_ =
        Into("relata_ledger", "tenant_id, seq, person_type, person, point_type, point, at, body", 8,
             "a ledger line with this seq is there");
  }
  for (const LedgerWrite& line : lines) {
    PgFields& row = session_->Mine(row_);
    row.Int(line.seq);
    PutRef(PutRef(row, line.person), line.point).Time(line.at).Bytes(line.body);
    RELATA_RETURN_IF_ERROR(ledger_->Add(row));
  }
  return absl::OkStatus();
}

absl::Status PgWriter::ApplyChanges(const std::vector<ChangeWrite>& changes) {
  if (changes.empty()) return absl::OkStatus();
  if (!changes_.has_value()) {
    changes_ = Into("relata_change",
                    "tenant_id, seq, commit_id, type, \"row\", rows, op, subject_type, subject, "
                    "effective_at, before, personal_digest",
                    12, "a change with this seq is there");
    images_ = Into("relata_personal_image", "tenant_id, seq, subject_type, subject, image", 5,
                   "an image with this seq is there");
  }
  for (const ChangeWrite& change : changes) {
    PgFields& row = session_->Mine(row_);
    row.Int(change.seq).Int(before_.id + 1).Int4(change.type).Int(change.row).Int(change.rows);
    row.Int4(static_cast<int64_t>(change.op));
    PutRefOrNull(row, change.subject);
    change.effective_at ? row.Time(*change.effective_at) : row.Null();
    PutBytesOrNull(PutBytesOrNull(row, change.before), change.personal_digest);
    RELATA_RETURN_IF_ERROR(changes_->Add(row));
    if (change.personal.empty()) continue;
    PgFields& image = session_->Mine(image_);
    PutRef(image.Int(change.seq), change.subject).Bytes(change.personal);
    RELATA_RETURN_IF_ERROR(images_->Add(image));
  }
  return absl::OkStatus();
}

absl::Status PgWriter::ApplyLogs(const std::vector<LogWrite>& lines) {
  if (lines.empty()) return absl::OkStatus();
  PgBulk rows = Into("relata_log", "tenant_id, log, seq, subject_type, subject, key, at, body", 8,
                     "a log line with this seq is there");
  for (const LogWrite& line : lines) {
    PgFields& row = session_->Mine(row_);
    PutRef(row.Text(line.log).Int(line.seq), line.subject);
    row.Text(line.key).Time(line.at).Text(line.body);
    RELATA_RETURN_IF_ERROR(rows.Add(row));
  }
  return rows.Flush();
}

void PgWriter::ApplyAliases(const std::vector<AliasWrite>& aliases) {
  for (const AliasWrite& alias : aliases) {
    PgFields& row = session_->Mine(row_);
    PutRef(PutRef(row.Int(alias.from), alias.loser), alias.winner);
    alias.until ? row.Int(*alias.until) : row.Null();
    connection().Add(
        Concat("INSERT INTO ", session_->Name("relata_alias"),
               "(tenant_id, from_commit, loser_type, loser, winner_type, winner, until_commit) "
               "VALUES($1, $2, $3, $4, $5, $6, $7) "
               "ON CONFLICT (tenant_id, from_commit, loser_type, loser) DO UPDATE SET "
               "winner_type = excluded.winner_type, winner = excluded.winner, "
               "until_commit = excluded.until_commit"),
        std::move(row));
  }
}

absl::Status PgWriter::ApplyDefinitions(const std::vector<DefinitionWrite>& definitions) {
  if (definitions.empty()) return absl::OkStatus();
  PgBulk rows = Into("relata_definition", "tenant_id, place, kind, name, version, body", 6,
                     "a definition has this version");
  for (const DefinitionWrite& d : definitions) {
    PgFields& row = session_->Mine(row_);
    row.Int((before_.id + 1) * kDefinitionsPerCommit + definitions_++);
    row.Text(d.kind).Text(d.name).Int(d.version).Text(d.body);
    RELATA_RETURN_IF_ERROR(rows.Add(row));
  }
  return rows.Flush();
}

void PgWriter::ApplyCommit(const CommitRow& commit) {
  if (!commit.operation_id.empty()) {
    PgFields& row = session_->Mine(row_);
    row.Text(commit.operation_id).Int(commit.id).Bytes(commit.result);
    connection().Add(Concat("INSERT INTO ", session_->Name("relata_operation"),
                            "(tenant_id, operation_id, commit_id, result) VALUES($1, $2, $3, $4)"),
                     std::move(row));
  }
  PgFields row = session_->Mine();
  row.Int(commit.id).Time(commit.recorded).Text(commit.actor).Text(commit.source);
  row.Text(commit.reason).Text(commit.operation_id).Bytes(commit.salt).Bytes(commit.commitment);
  row.Bytes(commit.chain).Int(commit.last_seq);
  connection().Add(
      Concat("INSERT INTO ", session_->Name("relata_commit"),
             "(tenant_id, id, recorded, actor, source, reason, operation_id, salt, commitment, "
             "chain, last_seq) VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"),
      std::move(row));
  commit_ = commit;
  complete_ = true;
}

}  // namespace relata::internal

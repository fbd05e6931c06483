// SPDX-License-Identifier: Apache-2.0

#include "testing/store_fixture.h"

#include <algorithm>

#include "base/strings.h"

namespace relata::testing {

using internal::Concat;
using Kind = Value::Kind;

std::vector<TableSpec> CaseTables() {
  TableSpec account{kAccount, "account", TableSpec::Kind::kRecord, kNoType, "name", {}};
  account.columns = {{kAccountName, "name", Kind::kText, kNoType, false}};
  TableSpec contact{kContact, "contact", TableSpec::Kind::kRecord, kNoType, "name", {}};
  contact.columns = {{kName, "name", Kind::kText, kNoType, true},
                     {kActive, "active", Kind::kBool, kNoType, false},
                     {kAge, "age", Kind::kInt, kNoType, false},
                     {kScore, "score", Kind::kDouble, kNoType, false},
                     {kSince, "since", Kind::kTimestamp, kNoType, false},
                     {kLength, "length", Kind::kDuration, kNoType, false},
                     {kBorn, "born", Kind::kDate, kNoType, true},
                     {kSpent, "spent", Kind::kMoney, kNoType, false},
                     {kEmployer, "employer", Kind::kRecord, kAccount, false},
                     {kAbout, "about", Kind::kRecord, kNoType, false},
                     {kTags, "tags", Kind::kList, kNoType, false}};
  TableSpec visit{kVisit, "visit", TableSpec::Kind::kEvent, kContact, "", {}};
  visit.columns = {{kPath, "path", Kind::kText, kNoType, false},
                   {kPrice, "price", Kind::kMoney, kNoType, false},
                   {kSeconds, "seconds", Kind::kInt, kNoType, false}};
  return {account, contact, visit};
}

std::vector<FieldId> FieldsOf(TypeId type) {
  std::vector<FieldId> fields;
  for (const TableSpec& table : CaseTables()) {
    if (table.type != type) continue;
    for (const ColumnSpec& column : table.columns) fields.push_back(column.field);
  }
  return fields;
}

Uuid MakeId(int64_t n) {
  Uuid id;
  id.bytes[0] = 0x70;
  for (int i = 0; i < 8; ++i) {
    id.bytes[static_cast<size_t>(15 - i)] = static_cast<uint8_t>(n >> (8 * i));
  }
  return id;
}

CommitBatch BatchAfter(const CommitRow& head, int64_t seqs) {
  CommitBatch batch;
  batch.commit.id = head.id + 1;
  batch.commit.recorded = head.recorded + Seconds(1);
  batch.commit.actor = "user:amelie";
  batch.commit.source = "test";
  batch.commit.salt = Concat("salt", batch.commit.id);
  batch.commit.commitment = Concat("commitment", batch.commit.id);
  batch.commit.chain = Concat("chain", batch.commit.id);
  batch.commit.last_seq = head.last_seq + seqs;
  return batch;
}

RecordWrite Create(TypeId type, Row row, std::vector<std::pair<FieldId, Value>> values) {
  return {type, row, RecordWrite::Op::kCreate, MakeId(type * 1'000'000 + row), std::move(values)};
}

RecordWrite Update(TypeId type, Row row, std::vector<std::pair<FieldId, Value>> values) {
  return {type, row, RecordWrite::Op::kUpdate, {}, std::move(values)};
}

RecordWrite Delete(TypeId type, Row row) { return {type, row, RecordWrite::Op::kDelete, {}, {}}; }

EventBatch Visits(Seq first_seq, std::vector<Row> subjects) {
  EventBatch batch;
  batch.type = kVisit;
  batch.first_seq = first_seq;
  batch.columns = {Column(Kind::kText), Column(Kind::kMoney), Column(Kind::kInt)};
  for (size_t i = 0; i < subjects.size(); ++i) {
    const Seq seq = first_seq + static_cast<Seq>(i);
    batch.at.push_back({seq * 60'000'000});
    batch.columns[0].AppendText(Concat("/p", seq));
    if (seq % 3 == 0) {
      batch.columns[1].AppendNull();
    } else {
      batch.columns[1].AppendMoney({seq * 100, *Currency::Parse("EUR")});
    }
    batch.columns[2].AppendInt(-seq);
  }
  batch.subjects = std::move(subjects);
  return batch;
}

void StoreFixture::SetUp() {
  Reopen();
  auto writer = Write();
  ASSERT_NE(writer, nullptr);
  std::vector<TableSpec> tables = CaseTables();
  for (TableSpec& table : tables) table.custom = backend_->custom();
  ASSERT_EQ(writer->Prepare(tables), absl::OkStatus());
  ASSERT_EQ(writer->Commit(), absl::OkStatus());
}

void StoreFixture::Reopen() {
  store_ = nullptr;
  auto opened = backend_->Open();
  ASSERT_TRUE(opened.ok()) << opened.status();
  store_ = *std::move(opened);
}

std::unique_ptr<StoreReader> StoreFixture::Read() {
  auto reader = store_->Read();
  EXPECT_TRUE(reader.ok()) << reader.status();
  return reader.ok() ? *std::move(reader) : nullptr;
}

std::unique_ptr<StoreWriter> StoreFixture::Write() {
  auto writer = store_->Write(Seconds(10));
  EXPECT_TRUE(writer.ok()) << writer.status();
  return writer.ok() ? *std::move(writer) : nullptr;
}

absl::Status StoreFixture::Put(const CommitBatch& batch) {
  auto writer = Write();
  RELATA_RETURN_IF_ERROR(writer->Apply(batch));
  return writer->Commit();
}

absl::Status StoreFixture::Try(const CommitBatch& batch) { return Write()->Apply(batch); }

absl::Status StoreFixture::PutRecord(RecordWrite write) {
  CommitBatch batch = BatchAfter(Head());
  batch.records = {std::move(write)};
  return Put(batch);
}

namespace {

std::string Shown(const std::vector<Column>& columns, const std::vector<FieldId>& fields,
                  size_t i) {
  std::string out;
  for (size_t c = 0; c < columns.size(); ++c) {
    const Value value = columns[c].Get(i);
    if (!value.is_null()) {
      out += Concat(" ", fields[c], "=", KindName(value.kind()), ":", ToDisplay(value));
    }
  }
  return out;
}

std::string Shown(RecordRef ref) { return Concat(ref.type, "/", ref.row); }

// A line that says where a scan failed, so that a comparison shows it.
void NoteFailure(const absl::Status& status, std::vector<std::string>& lines) {
  if (!status.ok()) lines.push_back(Concat("failed: ", Message(status)));
}

std::string Shown(const CommitRow& c) {
  return Concat("commit ", c.id, " at ", c.recorded.micros, " ", c.actor, "|", c.source, "|",
                c.reason, "|", c.operation_id, "|", c.result, "|", c.salt, "|", c.commitment, "|",
                c.chain, "|", c.last_seq);
}

std::string Shown(const ChangeRow& row) {
  const ChangeWrite& c = row.change;
  return Concat("change ", c.seq, " of ", row.commit, " ", c.type, "/", c.row, "+", c.rows, " op ",
                static_cast<int>(c.op), " before ", c.before, " personal ", c.personal, " of ",
                Shown(c.subject), " effective ",
                c.effective_at ? std::to_string(c.effective_at->micros) : "none", " digest ",
                c.personal_digest);
}

}  // namespace

std::vector<std::string> RecordLines(StoreReader& reader, const ScanSpec& spec) {
  std::vector<std::string> lines;
  NoteFailure(
      reader.ScanRecords(spec,
                         [&](const RecordRows& rows) {
                           EXPECT_LE(rows.rows.size(), kBatchRows);
                           for (size_t i = 0; i < rows.rows.size(); ++i) {
                             lines.push_back(Concat(rows.rows[i], " ", rows.ids[i].ToString(),
                                                    Shown(rows.columns, spec.fields, i)));
                           }
                           return absl::OkStatus();
                         }),
      lines);
  return lines;
}

std::vector<std::string> EventLines(StoreReader& reader, const ScanSpec& spec) {
  std::vector<std::string> lines;
  NoteFailure(reader.ScanEvents(spec,
                                [&](const EventRows& rows) {
                                  EXPECT_LE(rows.seqs.size(), kBatchRows);
                                  for (size_t i = 0; i < rows.seqs.size(); ++i) {
                                    lines.push_back(Concat(rows.seqs[i], " of ", rows.subjects[i],
                                                           " at ", rows.at[i].micros,
                                                           Shown(rows.columns, spec.fields, i)));
                                  }
                                  return absl::OkStatus();
                                }),
              lines);
  return lines;
}

std::vector<std::string> Everything(StoreReader& reader) {
  std::vector<std::string> lines;
  const auto add = [&](std::string line) {
    lines.push_back(std::move(line));
    return absl::OkStatus();
  };
  for (TypeId type : {kAccount, kContact}) {
    ScanSpec all{type, FieldsOf(type), 0, INT64_MAX, std::nullopt, {}};
    for (const std::string& line : RecordLines(reader, all)) {
      lines.push_back(Concat(type, ": ", line));
    }
    lines.push_back(Concat("next row ", reader.NextRow(type).value_or(-1)));
    NoteFailure(reader.ScanExternalKeys(type,
                                        [&](const ExternalKeyWrite& k) {
                                          return add(Concat("key ", k.type, " ", k.system, ":",
                                                            k.key, " = ", k.row));
                                        }),
                lines);
  }
  ScanSpec events{kVisit, FieldsOf(kVisit), 0, INT64_MAX, std::nullopt, {}};
  for (const std::string& line : EventLines(reader, events)) lines.push_back(line);
  NoteFailure(reader.ScanCommits(0, [&](const CommitRow& c) { return add(Shown(c)); }), lines);
  NoteFailure(reader.ScanLedger(0, std::nullopt,
                                [&](const LedgerWrite& l) {
                                  return add(Concat("ledger ", l.seq, " ", Shown(l.person), " ",
                                                    Shown(l.point), " ", l.at.micros, " ", l.body));
                                }),
              lines);
  NoteFailure(
      reader.ScanChanges(0, std::nullopt, [&](const ChangeRow& c) { return add(Shown(c)); }),
      lines);
  NoteFailure(reader.ScanAliases([&](const AliasWrite& a) {
    return add(Concat("alias ", Shown(a.loser), " = ", Shown(a.winner), " from ", a.from, " until ",
                      a.until.value_or(-1)));
  }),
              lines);
  NoteFailure(reader.ScanDefinitions([&](const DefinitionWrite& d) {
    return add(Concat("definition ", d.kind, " ", d.name, " ", d.version, " ", d.body));
  }),
              lines);
  for (const char* log : {"outbox", "membership"}) {
    NoteFailure(reader.ScanLog(log, 0, "",
                               [&](const LogWrite& l) {
                                 return add(Concat("log ", l.log, " ", l.seq, " ", Shown(l.subject),
                                                   " ", l.key, " ", l.at.micros, " ", l.body));
                               }),
                lines);
  }
  return lines;
}

}  // namespace relata::testing

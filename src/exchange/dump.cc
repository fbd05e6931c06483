// SPDX-License-Identifier: Apache-2.0

#include "relata/exchange/dump.h"

#include <sodium.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/strings.h"
#include "codec/pack.h"
#include "engine/engine.h"
#include "exchange/dump_frames.h"

namespace relata {
namespace {

using internal::Concat;
using internal::Frame;

constexpr std::string_view kMagic = "relata dump\n";
constexpr uint64_t kLargestFrame = uint64_t{1} << 32;

class Sha256 {
 public:
  Sha256() { crypto_hash_sha256_init(&state_); }
  void Add(std::string_view bytes) {
    crypto_hash_sha256_update(&state_, reinterpret_cast<const unsigned char*>(bytes.data()),
                              bytes.size());
  }
  std::string Take() {
    std::string digest(crypto_hash_sha256_BYTES, '\0');
    crypto_hash_sha256_final(&state_, reinterpret_cast<unsigned char*>(digest.data()));
    return digest;
  }

 private:
  crypto_hash_sha256_state state_;
};

// ---------------------------------------------------------------------------------------------------
// Writing

// Kind, length and body, and the first bytes of their SHA-256, so that nothing damaged is looked
// into. The length has a fixed width, so that it is read before the body.
constexpr size_t kFrameHead = 9;
constexpr size_t kFrameCheck = 8;

std::string HeadOf(Frame kind, size_t size) {
  std::string head(1, static_cast<char>(kind));
  for (int byte = 0; byte < 8; ++byte) {
    head += static_cast<char>(static_cast<uint64_t>(size) >> (8 * byte) & 0xff);
  }
  return head;
}

std::string CheckOf(std::string_view head, std::string_view body) {
  Sha256 check;
  check.Add(head);
  check.Add(body);
  return check.Take().substr(0, kFrameCheck);
}

std::string FrameOf(Frame kind, std::string_view body) {
  const std::string head = HeadOf(kind, body.size());
  return Concat(head, body, CheckOf(head, body));
}

class DumpWriter {
 public:
  DumpWriter(StoreReader& reader, const DumpSink& sink) : reader_(reader), sink_(sink) {}

  absl::StatusOr<DumpReport> Run() {
    RELATA_RETURN_IF_ERROR(Send(kMagic));
    internal::Packer header;
    header.Int(kDumpVersion);
    RELATA_RETURN_IF_ERROR(Put(Frame::kHeader, header.Take()));
    RELATA_ASSIGN_OR_RETURN(tables_, reader_.Tables());
    RELATA_RETURN_IF_ERROR(Put(Frame::kTables, internal::PackTables(tables_)));
    RELATA_RETURN_IF_ERROR(FindDeleted());
    RELATA_RETURN_IF_ERROR(FindLogs());
    RELATA_RETURN_IF_ERROR(Commits());
    RELATA_RETURN_IF_ERROR(State());
    const std::string digest = digest_.Take();
    RELATA_RETURN_IF_ERROR(sink_(FrameOf(Frame::kEnd, digest)));
    return report_;
  }

 private:
  absl::Status Send(std::string_view bytes) {
    digest_.Add(bytes);
    return sink_(bytes);
  }
  absl::Status Put(Frame kind, std::string_view body) { return Send(FrameOf(kind, body)); }

  // A deleted record is told only by the change that deleted it, which keeps its id.
  absl::Status FindDeleted() {
    return reader_.ScanChanges(0, std::nullopt, [&](const ChangeRow& row) -> absl::Status {
      const ChangeWrite& change = row.change;
      if (change.op != RecordWrite::Op::kDelete) return absl::OkStatus();
      RELATA_ASSIGN_OR_RETURN(const internal::FieldValues before,
                              internal::UnpackFields(change.before));
      for (const auto& [field, value] : before) {
        if (field != kIdField) continue;
        if (const auto id = Uuid::Parse(value.text())) deleted_[{change.type, change.row}] = *id;
      }
      return absl::OkStatus();
    });
  }

  // Commit by commit, with what has its seqs.
  absl::Status Commits() {
    RELATA_ASSIGN_OR_RETURN(const CommitRow head, reader_.Head());
    Seq from = 1;
    for (CommitId id = 1; id <= head.id; ++id) {
      RELATA_ASSIGN_OR_RETURN(const CommitRow commit, reader_.FindCommit(id));
      RELATA_RETURN_IF_ERROR(Put(Frame::kCommit, internal::PackCommit(commit)));
      ++report_.commits;
      RELATA_RETURN_IF_ERROR(FactsOf(commit, from));
      from = commit.last_seq + 1;
    }
    return absl::OkStatus();
  }

  // Everything of one commit that has a seq.
  absl::Status FactsOf(const CommitRow& commit, Seq from) {
    const absl::Status end = absl::CancelledError("the next commit");
    const auto until = [&](absl::Status status) {
      return absl::IsCancelled(status) ? absl::OkStatus() : status;
    };
    RELATA_RETURN_IF_ERROR(
        until(reader_.ScanChanges(commit.id - 1, std::nullopt, [&](const ChangeRow& row) {
          if (row.commit != commit.id) return end;
          return Put(Frame::kChange, internal::PackChange(row.change));
        })));
    if (from > commit.last_seq) return absl::OkStatus();
    for (const TableSpec& table : tables_) {
      if (table.kind == TableSpec::Kind::kEvent) {
        RELATA_RETURN_IF_ERROR(Events(table, from, commit.last_seq + 1));
      }
    }
    RELATA_RETURN_IF_ERROR(
        until(reader_.ScanLedger(from - 1, std::nullopt, [&](const LedgerWrite& line) {
          if (line.seq > commit.last_seq) return end;
          return Put(Frame::kLedger, internal::PackLine(line));
        })));
    for (const std::string& log : logs_) {
      RELATA_RETURN_IF_ERROR(until(reader_.ScanLog(log, from - 1, "", [&](const LogWrite& line) {
        if (line.seq > commit.last_seq) return end;
        return Put(Frame::kLog, internal::PackLog(line));
      })));
    }
    return absl::OkStatus();
  }

  // The names of the logs there are.
  absl::Status FindLogs() {
    return reader_.ScanLog("", 0, "", [&](const LogWrite& line) {
      logs_.insert(line.log);
      return absl::OkStatus();
    });
  }

  absl::Status Events(const TableSpec& table, Seq from, Seq until) {
    ScanSpec spec;
    spec.type = table.type;
    spec.from = from;
    spec.until = until;
    for (const ColumnSpec& column : table.columns) spec.fields.push_back(column.field);
    return reader_.ScanEvents(spec, [&](const EventRows& rows) -> absl::Status {
      report_.events += static_cast<int64_t>(rows.seqs.size());
      // A batch has consecutive seqs.
      for (size_t i = 0; i < rows.seqs.size();) {
        EventBatch batch;
        batch.type = table.type;
        batch.first_seq = rows.seqs[i];
        batch.fields = spec.fields;
        for (const ColumnSpec& column : table.columns) {
          batch.columns.emplace_back(column.kind, column.target);
        }
        for (Seq next = rows.seqs[i]; i < rows.seqs.size() && rows.seqs[i] == next; ++i, ++next) {
          batch.subjects.push_back(rows.subjects[i]);
          batch.at.push_back(rows.at[i]);
          for (size_t c = 0; c < batch.columns.size(); ++c) {
            batch.columns[c].Append(rows.columns[c].Get(i));
          }
        }
        RELATA_RETURN_IF_ERROR(Put(Frame::kEvents, internal::PackEvents(batch)));
      }
      return absl::OkStatus();
    });
  }

  // What has no seq: the records as they are, keys, merges, definitions.
  absl::Status State() {
    for (const TableSpec& table : tables_) {
      if (table.kind != TableSpec::Kind::kRecord) continue;
      RELATA_RETURN_IF_ERROR(Records(table));
      RELATA_RETURN_IF_ERROR(reader_.ScanExternalKeys(table.type, [&](const ExternalKeyWrite& key) {
        return Put(Frame::kKey, internal::PackKey(key));
      }));
    }
    RELATA_RETURN_IF_ERROR(reader_.ScanAliases(
        [&](const AliasWrite& alias) { return Put(Frame::kAlias, internal::PackAlias(alias)); }));
    return reader_.ScanDefinitions([&](const DefinitionWrite& definition) {
      return Put(Frame::kDefinition, internal::PackDefinition(definition));
    });
  }

  absl::Status Records(const TableSpec& table) {
    ScanSpec spec;
    spec.type = table.type;
    for (const ColumnSpec& column : table.columns) spec.fields.push_back(column.field);
    RELATA_RETURN_IF_ERROR(reader_.ScanRecords(spec, [&](const RecordRows& rows) -> absl::Status {
      for (size_t i = 0; i < rows.rows.size(); ++i) {
        RecordWrite write{table.type, rows.rows[i], RecordWrite::Op::kCreate, rows.ids[i], {}};
        for (size_t c = 0; c < spec.fields.size(); ++c) {
          Value value = rows.columns[c].Get(i);
          if (!value.is_null()) write.values.emplace_back(spec.fields[c], std::move(value));
        }
        ++report_.records;
        deleted_.erase({table.type, rows.rows[i]});
        RELATA_RETURN_IF_ERROR(Put(Frame::kRecord, internal::PackRecord(write)));
      }
      return absl::OkStatus();
    }));
    for (const auto& [record, id] : deleted_) {
      if (record.type != table.type) continue;
      RELATA_RETURN_IF_ERROR(
          Put(Frame::kRecord,
              internal::PackRecord({record.type, record.row, RecordWrite::Op::kDelete, id, {}})));
    }
    return absl::OkStatus();
  }

  StoreReader& reader_;
  const DumpSink& sink_;
  Sha256 digest_;
  std::vector<TableSpec> tables_;
  std::map<RecordRef, Uuid> deleted_;
  std::set<std::string> logs_;
  DumpReport report_;
};

// ---------------------------------------------------------------------------------------------------
// Loading

class DumpLoader {
 public:
  DumpLoader(Store& store, const DumpSource& source) : store_(store), source_(source) {}

  absl::StatusOr<DumpReport> Run() {
    RELATA_ASSIGN_OR_RETURN(const CommitId head, store_.HeadId());
    if (head != 0) return FailedPrecondition("a dump is loaded into an empty store");
    RELATA_ASSIGN_OR_RETURN(const std::string magic, Take(kMagic.size()));
    if (magic != kMagic) return DataLoss("this is no dump");
    while (!ended_) {
      Sha256 before = digest_;
      RELATA_ASSIGN_OR_RETURN(const std::string head_of_frame, Take(kFrameHead));
      uint64_t size = 0;
      for (size_t byte = 0; byte < 8; ++byte) {
        size |= static_cast<uint64_t>(static_cast<uint8_t>(head_of_frame[byte + 1])) << (8 * byte);
      }
      if (size > kLargestFrame) return DataLoss("the dump is damaged: a frame without end");
      RELATA_ASSIGN_OR_RETURN(const std::string body, Take(size));
      RELATA_ASSIGN_OR_RETURN(const std::string check, Take(kFrameCheck));
      if (check != CheckOf(head_of_frame, body)) return DataLoss("the dump is damaged");
      const auto kind = static_cast<Frame>(head_of_frame[0]);
      if (kind == Frame::kEnd) {
        if (body != before.Take()) return DataLoss("the dump is damaged: its digest differs");
        RELATA_RETURN_IF_ERROR(FinishCommit());
        ended_ = true;
      } else {
        RELATA_RETURN_IF_ERROR(Read(kind, body));
      }
    }
    return report_;
  }

 private:
  absl::StatusOr<std::string> Take(size_t size) {
    absl::StatusOr<std::string> bytes = source_(size);
    if (absl::IsOutOfRange(bytes.status())) return DataLoss("the dump is cut off");
    RELATA_RETURN_IF_ERROR(bytes.status());
    digest_.Add(*bytes);
    return bytes;
  }

  absl::Status Read(Frame kind, std::string_view body) {
    switch (kind) {
      case Frame::kHeader: {
        internal::Unpacker in(body);
        const int64_t version = in.Int();
        if (version <= kDumpVersion) return absl::OkStatus();
        return FailedPrecondition(Concat("the dump is of version ", version,
                                         ", this program reads up to ", kDumpVersion,
                                         ". Please update."));
      }
      case Frame::kTables: {
        RELATA_ASSIGN_OR_RETURN(tables_, internal::UnpackTables(body));
        return absl::OkStatus();
      }
      case Frame::kCommit: {
        RELATA_RETURN_IF_ERROR(FinishCommit());
        RELATA_ASSIGN_OR_RETURN(batch_.commit, internal::UnpackCommit(body));
        ++report_.commits;
        return Begin();
      }
      default:
        break;
    }
    if (writer_ == nullptr) return DataLoss("the dump is damaged: what is in no commit");
    RELATA_RETURN_IF_ERROR(ReadPart(kind, body));
    return ++parts_ < kBatchRows ? absl::OkStatus() : ApplyPart();
  }

  absl::Status ReadPart(Frame kind, std::string_view body) {
    const auto put = [](auto unpacked, auto& list) -> absl::Status {
      RELATA_RETURN_IF_ERROR(unpacked.status());
      list.push_back(*std::move(unpacked));
      return absl::OkStatus();
    };
    switch (kind) {
      case Frame::kChange:
        return put(internal::UnpackChange(body), batch_.changes);
      case Frame::kEvents: {
        RELATA_RETURN_IF_ERROR(put(internal::UnpackEvents(body, tables_), batch_.events));
        report_.events += static_cast<int64_t>(batch_.events.back().subjects.size());
        return absl::OkStatus();
      }
      case Frame::kLedger:
        return put(internal::UnpackLine(body), batch_.ledger);
      case Frame::kLog:
        return put(internal::UnpackLog(body), batch_.logs);
      case Frame::kRecord: {
        RELATA_ASSIGN_OR_RETURN(RecordWrite record, internal::UnpackRecord(body));
        return Record(std::move(record));
      }
      case Frame::kKey:
        return put(internal::UnpackKey(body), batch_.external_keys);
      case Frame::kAlias: {
        RELATA_RETURN_IF_ERROR(put(internal::UnpackAlias(body), batch_.aliases));
        const AliasWrite alias = batch_.aliases.back();
        if (!alias.until) return absl::OkStatus();
        // It is ended by writing it again.
        batch_.aliases.back().until = std::nullopt;
        batch_.aliases.push_back(alias);
        return absl::OkStatus();
      }
      case Frame::kDefinition:
        return put(internal::UnpackDefinition(body), batch_.definitions);
      default:
        return DataLoss(Concat("the dump has a frame of a kind ", static_cast<int>(kind),
                               " that this program does not know"));
    }
  }

  // A deleted record is made and deleted in the next part.
  absl::Status Record(RecordWrite record) {
    if (record.op != RecordWrite::Op::kDelete) {
      ++report_.records;
      batch_.records.push_back(std::move(record));
      return absl::OkStatus();
    }
    RecordWrite made = record;
    made.op = RecordWrite::Op::kCreate;
    batch_.records.push_back(std::move(made));
    RELATA_RETURN_IF_ERROR(ApplyPart());
    record.id = Uuid();
    batch_.records.push_back(std::move(record));
    return absl::OkStatus();
  }

  absl::Status Begin() {
    RELATA_ASSIGN_OR_RETURN(writer_, store_.Write(Seconds(10)));
    if (batch_.commit.id == 1) return writer_->Prepare(tables_);
    return absl::OkStatus();
  }

  // What was read so far, as a part of the commit that is not its last.
  absl::Status ApplyPart() {
    CommitRow commit = std::move(batch_.commit);
    batch_.commit = CommitRow();
    absl::Status status = writer_->Apply(batch_);
    batch_ = CommitBatch();
    batch_.commit = std::move(commit);
    parts_ = 0;
    return status;
  }

  absl::Status FinishCommit() {
    if (writer_ == nullptr) return absl::OkStatus();
    RELATA_RETURN_IF_ERROR(writer_->Apply(batch_));
    RELATA_RETURN_IF_ERROR(writer_->Commit());
    writer_ = nullptr;
    batch_ = CommitBatch();
    parts_ = 0;
    return absl::OkStatus();
  }

  Store& store_;
  const DumpSource& source_;
  Sha256 digest_;
  bool ended_ = false;
  std::vector<TableSpec> tables_;
  std::unique_ptr<StoreWriter> writer_;
  CommitBatch batch_;
  size_t parts_ = 0;
  DumpReport report_;
};

}  // namespace

absl::StatusOr<DumpReport> WriteDump(StoreReader& reader, const DumpSink& sink) {
  if (sodium_init() < 0) return Internal("libsodium cannot be initialised");
  return DumpWriter(reader, sink).Run();
}

absl::StatusOr<DumpReport> WriteDump(const Crm& crm, const DumpSink& sink) {
  RELATA_ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, crm.engine().Read());
  return WriteDump(*reader, sink);
}

absl::StatusOr<DumpReport> LoadDump(Store& store, const DumpSource& source) {
  if (sodium_init() < 0) return Internal("libsodium cannot be initialised");
  return DumpLoader(store, source).Run();
}

}  // namespace relata

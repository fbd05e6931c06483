// SPDX-License-Identifier: Apache-2.0

#include "relata/engine/verify.h"

#include <sodium.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/strings.h"
#include "codec/pack.h"
#include "engine/engine.h"
#include "engine/past.h"
#include "nlohmann/json.hpp"

namespace relata {
namespace {

using internal::Concat;

std::string Sha256Of(std::string_view text) {
  std::string digest(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.data()),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return digest;
}

// One bit a row.
class RowSet {
 public:
  bool Has(Row row) const {
    return row >= 0 && static_cast<size_t>(row) < bits_.size() && bits_[static_cast<size_t>(row)];
  }
  void Put(Row row, bool in) {
    if (row < 0) return;
    if (static_cast<size_t>(row) >= bits_.size()) bits_.resize(static_cast<size_t>(row) + 1);
    bits_[static_cast<size_t>(row)] = in;
  }
  size_t size() const { return bits_.size(); }

 private:
  std::vector<bool> bits_;
};

class Verifier {
 public:
  Verifier(const Crm& crm, StoreReader& reader) : schema_(crm.schema()), reader_(reader) {}

  absl::StatusOr<VerifyReport> Run() {
    RELATA_ASSIGN_OR_RETURN(tables_, reader_.Tables());
    RELATA_ASSIGN_OR_RETURN(head_, reader_.Head());
    RELATA_RETURN_IF_ERROR(Commits());
    RELATA_RETURN_IF_ERROR(Changes());
    RELATA_RETURN_IF_ERROR(ReadRecords());
    RELATA_RETURN_IF_ERROR(Aliases());
    RELATA_RETURN_IF_ERROR(Links());
    for (const TableSpec& table : tables_) {
      if (table.kind == TableSpec::Kind::kEvent) {
        RELATA_RETURN_IF_ERROR(Events(table));
      } else {
        RELATA_RETURN_IF_ERROR(Keys(table));
      }
    }
    RELATA_RETURN_IF_ERROR(Ledger());
    RELATA_RETURN_IF_ERROR(Definitions());
    return std::move(out_);
  }

 private:
  void Wrong(std::string where, std::string what) {
    if (out_.issues.size() < VerifyReport::kMostIssues) {
      out_.issues.push_back({Severity::kError, std::move(where), std::move(what)});
    } else {
      ++out_.more_issues;
    }
  }

  const TableSpec* TableOf(TypeId type) const {
    for (const TableSpec& table : tables_) {
      if (table.type == type) return &table;
    }
    return nullptr;
  }
  std::string Named(RecordRef record) const {
    const TableSpec* table = TableOf(record.type);
    return Concat(table == nullptr ? Concat("type ", record.type) : table->name, " row ",
                  record.row);
  }

  // --- Commits and changes ---

  absl::Status Commits() {
    CommitRow before;
    return reader_.ScanCommits(0, [&](const CommitRow& commit) {
      const std::string where = Concat("commit ", commit.id);
      ++out_.commits;
      if (commit.id != before.id + 1) Wrong(where, "is not one more than the commit before it");
      if (before.id > 0 && commit.recorded <= before.recorded) {
        Wrong(where, "is not recorded after the commit before it");
      }
      if (commit.last_seq < before.last_seq) Wrong(where, "takes back numbers given out before it");
      if (commit.chain != Sha256Of(Concat(before.chain, commit.commitment))) {
        Wrong(where, "breaks the chain: it, or a commit before it, was altered");
      }
      last_seq_[commit.id] = commit.last_seq;
      before = commit;
      return absl::OkStatus();
    });
  }

  absl::Status Changes() {
    return reader_.ScanChanges(0, std::nullopt, [&](const ChangeRow& row) {
      const ChangeWrite& change = row.change;
      const std::string where = Concat("change ", change.seq);
      ++out_.changes;
      const auto commit = last_seq_.find(row.commit);
      const auto before = last_seq_.find(row.commit - 1);
      if (commit == last_seq_.end() || change.seq > commit->second ||
          change.seq <= (before == last_seq_.end() ? 0 : before->second)) {
        Wrong(where, Concat("is not of commit ", row.commit));
      }
      if (TableOf(change.type) == nullptr) Wrong(where, "is of a type that is not there");
      if (internal::ImageErased(change)) ++out_.erased_images;
      if (!change.personal.empty() && Sha256Of(change.personal) != change.personal_digest) {
        Wrong(where, "has another personal image than was sealed");
      }
      if (!internal::ImagesOf(change).ok()) Wrong(where, "has an image that cannot be read");
      Follow(change);
      return absl::OkStatus();
    });
  }

  // Which records there are to be, by their changes.
  void Follow(const ChangeWrite& change) {
    if (change.op == RecordWrite::Op::kUpdate) return;
    RowSet& rows = told_[change.type];
    for (Row row = change.row; row < change.row + change.rows; ++row) {
      rows.Put(row, change.op == RecordWrite::Op::kCreate);
    }
  }

  // --- Records ---

  absl::Status ReadRecords() {
    for (const TableSpec& table : tables_) {
      if (table.kind != TableSpec::Kind::kRecord) continue;
      ScanSpec spec;
      spec.type = table.type;
      RowSet& stored = stored_[table.type];
      RELATA_RETURN_IF_ERROR(reader_.ScanRecords(spec, [&](const RecordRows& rows) {
        for (const Row row : rows.rows) stored.Put(row, true);
        out_.records += static_cast<int64_t>(rows.rows.size());
        return absl::OkStatus();
      }));
      const RowSet& told = told_[table.type];
      for (size_t i = 0; i < std::max(stored.size(), told.size()); ++i) {
        const auto row = static_cast<Row>(i);
        if (stored.Has(row) && !told.Has(row)) {
          Wrong(Named({table.type, row}), "was put there by no commit");
        } else if (told.Has(row) && !stored.Has(row)) {
          Wrong(Named({table.type, row}), "was taken away by no commit");
        }
      }
    }
    return absl::OkStatus();
  }

  bool Stored(RecordRef record) {
    const auto table = stored_.find(record.type);
    return table != stored_.end() && table->second.Has(record.row);
  }
  // Whether there ever was such a record.
  bool Known(RecordRef record) {
    const auto table = told_.find(record.type);
    return record.row >= 0 && table != told_.end() &&
           static_cast<size_t>(record.row) < table->second.size();
  }

  absl::Status Links() {
    for (const TableSpec& table : tables_) {
      if (table.kind != TableSpec::Kind::kRecord) continue;
      ScanSpec spec;
      spec.type = table.type;
      std::vector<std::string> names;
      for (const ColumnSpec& column : table.columns) {
        if (column.kind != Value::Kind::kRecord) continue;
        spec.fields.push_back(column.field);
        names.push_back(column.name);
      }
      if (spec.fields.empty()) continue;
      RELATA_RETURN_IF_ERROR(reader_.ScanRecords(spec, [&](const RecordRows& rows) {
        for (size_t c = 0; c < names.size(); ++c) {
          for (size_t i = 0; i < rows.rows.size(); ++i) {
            if (rows.columns[c].IsNull(i)) continue;
            Link(Named({table.type, rows.rows[i]}), names[c], rows.columns[c].Record(i));
          }
        }
        return absl::OkStatus();
      }));
    }
    return absl::OkStatus();
  }

  void Link(const std::string& from, const std::string& field, RecordRef to) {
    if (Stored(to)) return;
    if (Known(to)) {
      ++out_.dangling_links;
    } else {
      Wrong(from, Concat(field, " links to a record that never was: ", Named(to)));
    }
  }

  absl::Status Aliases() {
    return reader_.ScanAliases([&](const AliasWrite& alias) {
      for (const RecordRef record : {alias.loser, alias.winner}) {
        if (!Known(record)) Wrong(Named(record), "is merged but never was");
      }
      if (alias.from > head_.id || (alias.until && *alias.until > head_.id)) {
        Wrong(Named(alias.loser), "is merged by a commit that is not there");
      }
      return absl::OkStatus();
    });
  }

  // External keys, and unique values, which are kept as keys of the system "field:NAME".
  absl::Status Keys(const TableSpec& table) {
    std::map<FieldId, std::map<Row, std::string>> unique;
    const TypeDef* type =
        table.type < schema_->types().size() ? &schema_->type(table.type) : nullptr;
    RELATA_RETURN_IF_ERROR(reader_.ScanExternalKeys(table.type, [&](const ExternalKeyWrite& key) {
      if (!Known({table.type, key.row})) {
        Wrong(Concat("key ", key.system, ":", key.key), "names a record that never was");
      }
      if (key.system.starts_with("field:") && type != nullptr) {
        const FieldDef* field = type->FindField(std::string_view(key.system).substr(6));
        if (field != nullptr) unique[field->id][key.row] = key.key;
      }
      return absl::OkStatus();
    }));
    for (const auto& [field, keys] : unique) {
      RELATA_RETURN_IF_ERROR(UniqueValues(table, field, keys));
    }
    return absl::OkStatus();
  }

  absl::Status UniqueValues(const TableSpec& table, FieldId field,
                            const std::map<Row, std::string>& keys) {
    ScanSpec spec;
    spec.type = table.type;
    spec.fields = {field};
    return reader_.ScanRecords(spec, [&](const RecordRows& rows) {
      for (size_t i = 0; i < rows.rows.size(); ++i) {
        const Value value = rows.columns[0].Get(i);
        const auto key = keys.find(rows.rows[i]);
        const std::string kept = key == keys.end() ? "" : key->second;
        if ((value.is_null() ? "" : ToDisplay(value)) != kept) {
          Wrong(Named({table.type, rows.rows[i]}), "has a unique value that no commit gave it");
        }
      }
      return absl::OkStatus();
    });
  }

  // --- Facts ---

  absl::Status Events(const TableSpec& table) {
    ScanSpec spec;
    spec.type = table.type;
    return reader_.ScanEvents(spec, [&](const EventRows& rows) {
      out_.events += static_cast<int64_t>(rows.seqs.size());
      for (size_t i = 0; i < rows.seqs.size(); ++i) {
        if (rows.seqs[i] <= 0 || rows.seqs[i] > head_.last_seq) {
          Wrong(Concat(table.name, " ", rows.seqs[i]), "was put there by no commit");
        }
        if (!Known({table.subject, rows.subjects[i]})) {
          Wrong(Concat(table.name, " ", rows.seqs[i]), "is about a record that never was");
        }
      }
      return absl::OkStatus();
    });
  }

  absl::Status Ledger() {
    return reader_.ScanLedger(0, std::nullopt, [&](const LedgerWrite& line) {
      const std::string where = Concat("consent entry ", line.seq);
      ++out_.entries;
      if (line.seq <= 0 || line.seq > head_.last_seq) Wrong(where, "was put there by no commit");
      for (const RecordRef party : {line.person, line.point}) {
        if (!party.none() && !Known(party)) Wrong(where, "names a record that never was");
      }
      // An entry that was erased keeps its place without its words.
      const bool erased = line.body.empty();
      if (!erased && !internal::UnpackEntry(line.seq, line.body).ok()) {
        Wrong(where, "cannot be read");
      }
      return absl::OkStatus();
    });
  }

  absl::Status Definitions() {
    return reader_.ScanDefinitions([&](const DefinitionWrite& write) {
      if (!write.body.empty() && nlohmann::json::parse(write.body, nullptr, false).is_discarded()) {
        Wrong(Concat(write.kind, " '", write.name, "' version ", write.version), "is not JSON");
      }
      return absl::OkStatus();
    });
  }

  const std::shared_ptr<const Schema> schema_;
  StoreReader& reader_;
  std::vector<TableSpec> tables_;
  CommitRow head_;
  std::map<CommitId, Seq> last_seq_;
  std::map<TypeId, RowSet> told_;
  std::map<TypeId, RowSet> stored_;
  VerifyReport out_;
};

}  // namespace

absl::StatusOr<VerifyReport> Verify(const Crm& crm) {
  RELATA_ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, crm.engine().Read());
  return Verifier(crm, *reader).Run();
}

}  // namespace relata

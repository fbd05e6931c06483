// SPDX-License-Identifier: Apache-2.0

#include "engine/commitment.h"

#include <sodium.h>

#include <algorithm>

#include "nlohmann/json.hpp"
#include "storage/insides.h"

namespace relata::internal {

using Json = nlohmann::json;

std::string Sha256(std::string_view text) {
  std::string digest(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.data()),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return digest;
}

Digester& Digester::Int(int64_t n) {
  for (int i = 0; i < 8; ++i) {
    bytes_.push_back(static_cast<char>(static_cast<uint64_t>(n) >> (8 * i) & 0xff));
  }
  ++parts_;
  return *this;
}

Digester& Digester::Text(std::string_view text) {
  Int(static_cast<int64_t>(text.size()));
  bytes_ += text;
  return *this;
}

std::string Digester::Hex() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::string digest = Sha256(bytes_);
  std::string out;
  for (size_t i = 0; i < digest.size() / 2; ++i) {
    const auto byte = static_cast<unsigned char>(digest[i]);
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

std::string EntryDigest(std::string_view salt, const LedgerWrite& line) {
  Digester d(salt);
  d.Text("entry").Int(line.seq).Ref(line.person).Ref(line.point).Int(line.at.micros);
  return d.Text(line.body).Hex();
}

std::string LineDigest(std::string_view salt, const LogWrite& line) {
  Digester d(salt);
  d.Text("line").Text(line.log).Int(line.seq).Ref(line.subject).Text(line.key).Int(line.at.micros);
  return d.Text(line.body).Hex();
}

std::string TextDigest(std::string_view salt, std::string_view text) {
  return Digester(salt).Text("text").Text(text).Hex();
}

// A personal image enters by its own salted digest, which stays when the image is erased.
void AddChange(Digester& changes, const ChangeWrite& c) {
  changes.Int(c.seq).Int(c.type).Int(c.row).Int(c.rows).Int(static_cast<int64_t>(c.op));
  changes.Text(c.before).Ref(c.subject).Int(c.effective_at.value_or(Timestamp::kMin).micros);
  changes.Text(c.personal_digest);
}

void AddDefinition(Digester& definitions, const DefinitionWrite& d) {
  definitions.Text(d.kind).Text(d.name).Int(d.version).Text(d.body);
}

namespace {

Json SumsJson(const StateSums& sums) {
  Json out = Json::array();
  for (const auto& [place, sum] : sums.List()) {
    const auto& [kind, type, stretch] = place;
    out.push_back({static_cast<int>(kind), type, stretch, sum});
  }
  return out;
}

// Records, entries and lines are named by number; of words only that there were some.
void AddErased(const EraseWrite& erase, Json& out) {
  const auto add = [&out](const char* key, Json item) { out[key].push_back(std::move(item)); };
  for (const RecordRef r : erase.subjects) add("subjects", {r.type, r.row});
  for (const RecordRef r : erase.images) add("images", {r.type, r.row});
  for (const Seq seq : erase.entries) add("entries", seq);
  for (const auto& [log, seq] : erase.lines) add("lines", {log, seq});
  if (!erase.words.empty()) out["words"] = true;
}

}  // namespace

absl::StatusOr<TablesPromise> PromiseOfTables(std::string_view salt, StoreReader& store) {
  RELATA_ASSIGN_OR_RETURN(std::vector<TableSpec> tables, store.Tables());
  std::sort(tables.begin(), tables.end(),
            [](const TableSpec& a, const TableSpec& b) { return a.type < b.type; });
  Digester shown(salt);
  for (const TableSpec& table : tables) {
    shown.Text(table.name).Int(table.type).Int(static_cast<int64_t>(table.kind));
    shown.Int(table.subject).Int(static_cast<int64_t>(table.columns.size()));
    for (const ColumnSpec& column : table.columns) {
      shown.Int(column.field).Text(column.name).Int(static_cast<int64_t>(column.kind));
      shown.Int(column.target).Int(column.personal ? 1 : 0);
    }
  }
  TablesPromise promise;
  promise.shown = shown.Hex();
  auto* const insides = dynamic_cast<StoreInsides*>(&store);
  if (insides == nullptr) return promise;
  RELATA_ASSIGN_OR_RETURN(const std::string kept, insides->Describe());
  promise.backend = insides->Backend();
  promise.kept = Digester(salt).Text(promise.backend).Text(kept).Hex();
  return promise;
}

std::string AuditBody(const CommitRow& row, std::span<const CommitBatch> steps,
                      const StateSums& sums, const std::optional<TablesPromise>& tables) {
  Digester changes(row.salt);
  Digester definitions(row.salt);
  int64_t defined = 0;
  Json entries = Json::array();
  Json lines = Json::array();
  Json erased;
  Json aliases = Json::array();
  for (const CommitBatch& step : steps) {
    for (const ChangeWrite& c : step.changes) AddChange(changes, c);
    for (const DefinitionWrite& d : step.definitions) {
      AddDefinition(definitions, d);
      ++defined;
    }
    for (const LedgerWrite& l : step.ledger) entries.push_back({l.seq, EntryDigest(row.salt, l)});
    for (const LogWrite& l : step.logs) lines.push_back({l.log, l.seq, LineDigest(row.salt, l)});
    AddErased(step.erase, erased);
    for (const AliasWrite& a : step.aliases) {
      aliases.push_back(
          {a.loser.type, a.loser.row, a.winner.type, a.winner.row, a.from, a.until.value_or(0)});
    }
  }
  Json body = {{"commit", row.id}, {"sums", SumsJson(sums)}};
  const auto add = [&body](const char* key, Json list) {
    if (!list.empty()) body[key] = std::move(list);
  };
  if (!changes.empty()) body["changes"] = changes.Hex();
  if (!definitions.empty()) body["definitions"] = {definitions.Hex(), defined};
  if (!row.reason.empty()) body["reason"] = TextDigest(row.salt, row.reason);
  if (!row.operation_id.empty()) {
    body["operation"] = TextDigest(row.salt, row.operation_id);
    body["result"] = TextDigest(row.salt, row.result);
  }
  if (tables) body["tables"] = {tables->shown, tables->backend, tables->kept};
  add("entries", std::move(entries));
  add("lines", std::move(lines));
  if (!erased.is_null()) body["erased"] = std::move(erased);
  add("aliases", std::move(aliases));
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string CommitmentOf(const CommitRow& row, std::string_view audit_body) {
  Digester d(row.salt);
  d.Text("commit").Int(row.id).Int(row.recorded.micros).Text(row.actor).Text(row.source);
  d.Int(row.last_seq).Text(audit_body);
  return Sha256(d.Hex() + std::string(row.salt));
}

}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0

#include "relata/engine/audit_log.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/strings.h"
#include "engine/commitment.h"
#include "engine/engine.h"
#include "engine/state_sums.h"
#include "nlohmann/json.hpp"
#include "storage/insides.h"

namespace relata {
namespace {

using internal::Concat;
using internal::Digester;
using internal::StateSums;
using Json = nlohmann::json;

// What is left of a log line whose content was erased.
bool IsErased(const LogWrite& line) { return line.key.empty() && line.body == "{}"; }

// A commit and what its audit line says of it.
struct Promise {
  CommitRow row;
  std::string body;
  std::string changes;
  std::string definitions;
  int64_t defined = 0;  // how many definitions it wrote
  std::string reason;
  std::string operation;
  std::string result;
};

// Reads the trail in passes: commits and audit lines, then everything they promise.
class TrailReader {
 public:
  TrailReader(StoreReader& reader, std::span<const Checkpoint> checkpoints, const SecretKey* key)
      : reader_(reader), checkpoints_(checkpoints), key_(key) {}

  absl::StatusOr<AuditTrailReport> Read() {
    RELATA_RETURN_IF_ERROR(ReadCommits());
    RELATA_RETURN_IF_ERROR(ReadAuditLines());
    CheckChain();
    RELATA_RETURN_IF_ERROR(CheckChanges());
    RELATA_RETURN_IF_ERROR(CheckEntries());
    RELATA_RETURN_IF_ERROR(CheckLines());
    RELATA_RETURN_IF_ERROR(CheckDefinitions());
    RELATA_RETURN_IF_ERROR(CheckAliases());
    if (out_.uncovered == 0) RELATA_RETURN_IF_ERROR(CheckTables());
    RELATA_RETURN_IF_ERROR(CheckInsides());
    CheckCheckpoints();
    return std::move(out_);
  }

 private:
  void Wrong(std::string where, std::string_view what) {
    if (out_.issues.size() == AuditTrailReport::kMostIssues) {
      ++out_.more_issues;
      return;
    }
    out_.issues.push_back({Severity::kError, std::move(where), std::string(what)});
  }

  absl::Status ReadCommits() {
    return reader_.ScanCommits(0, [&](const CommitRow& row) {
      ++out_.commits;
      Promise promise;
      promise.row = row;
      commits_.push_back(std::move(promise));
      return absl::OkStatus();
    });
  }

  // The commit whose numbers `seq` lies among; null when there is none.
  Promise* CommitOf(Seq seq) {
    const auto found =
        std::lower_bound(commits_.begin(), commits_.end(), seq,
                         [](const Promise& p, Seq wanted) { return p.row.last_seq < wanted; });
    return found == commits_.end() ? nullptr : &*found;
  }

  absl::Status ReadAuditLines() {
    return reader_.ScanLog(internal::kAuditLog, 0, "", [&](const LogWrite& line) {
      ++out_.lines;
      const std::string where = Concat("audit line ", line.seq);
      Promise* commit = CommitOf(line.seq);
      if (commit == nullptr || commit->row.last_seq != line.seq || !commit->body.empty()) {
        Wrong(where, "belongs to no commit");
      } else if (line.subject != RecordRef{} || !line.key.empty() ||
                 line.at != commit->row.recorded) {
        Wrong(where, "was altered");
        commit->body = line.body;
      } else {
        commit->body = line.body;
        ReadPromises(*commit, where);
      }
      return absl::OkStatus();
    });
  }

  void ReadPromises(Promise& commit, const std::string& where) {
    const Json body = Json::parse(commit.body, nullptr, false);
    if (!body.is_object()) return Wrong(where, "was altered");
    // Whatever shape it has, the commitment tells whether it is as written.
    try {
      commit.changes = body.value("changes", "");
      commit.reason = body.value("reason", "");
      commit.operation = body.value("operation", "");
      commit.result = body.value("result", "");
      if (body.contains("tables")) {
        const Json& tables = body["tables"];
        tables_ = {tables.at(0).get<std::string>(), tables.at(1).get<std::string>(),
                   tables.at(2).get<std::string>()};
        tables_salt_ = commit.row.salt;
        tells_insides_ |= commit.row.id == 1;
      }
      for (const Json& e : body.value("entries", Json::array())) {
        entries_[e.at(0).get<Seq>()] = e.at(1).get<std::string>();
      }
      for (const Json& l : body.value("lines", Json::array())) {
        lines_[{l.at(0).get<std::string>(), l.at(1).get<Seq>()}] = l.at(2).get<std::string>();
      }
      for (const Json& a : body.value("aliases", Json::array())) {
        aliases_[{a.at(0).get<int64_t>(), a.at(1).get<int64_t>(), a.at(4).get<int64_t>()}] = {
            a.at(2).get<int64_t>(), a.at(3).get<int64_t>(), a.at(5).get<int64_t>()};
      }
      ReadSums(commit, body, where);
      ReadErased(commit.row.id, body.value("erased", Json::object()));
      if (body.contains("definitions")) {
        commit.definitions = body["definitions"].at(0).get<std::string>();
        commit.defined = body["definitions"].at(1).get<int64_t>();
      }
    } catch (const Json::exception&) {
      Wrong(where, "was altered");
    }
  }

  void ReadSums(const Promise& commit, const Json& body, const std::string& where) {
    if (!body.contains("sums")) {
      ++out_.uncovered;
      return;
    }
    if (commit.row.id == 1) salt_ = commit.row.salt;
    for (const Json& s : body.at("sums")) {
      const auto sum = StateSums::Parse(s.at(3).get<std::string>());
      if (!sum) return Wrong(where, "was altered");
      promised_.Add({static_cast<StateSums::Kind>(s.at(0).get<int>()), s.at(1).get<TypeId>(),
                     s.at(2).get<int64_t>()},
                    *sum);
    }
  }

  void ReadErased(CommitId commit, const Json& erased) {
    for (const Json& r : erased.value("subjects", Json::array())) {
      const RecordRef record{r.at(0).get<TypeId>(), r.at(1).get<Row>()};
      subjects_erased_[record] = images_erased_[record] = commit;
    }
    for (const Json& r : erased.value("images", Json::array())) {
      images_erased_[{r.at(0).get<TypeId>(), r.at(1).get<Row>()}] = commit;
    }
    for (const Json& seq : erased.value("entries", Json::array())) {
      entries_erased_.insert(seq.get<Seq>());
    }
    for (const Json& l : erased.value("lines", Json::array())) {
      lines_erased_.insert({l.at(0).get<std::string>(), l.at(1).get<Seq>()});
    }
    if (erased.value("words", false)) words_erased_ = commit;
  }

  // What an erasure took of this commit or of one before it. A trail that is older than the notes
  // of erasures takes every gap for one.
  bool Took(const std::map<RecordRef, CommitId>& erased, RecordRef record, CommitId of) const {
    const auto found = erased.find(record);
    return out_.uncovered > 0 || (found != erased.end() && found->second >= of);
  }
  bool TookWords(CommitId of) const { return out_.uncovered > 0 || words_erased_ >= of; }
  bool TookLine(const LogWrite& line, CommitId of) const {
    const bool stays =
        line.log == kErasureLog || line.log == kArchiveLog || line.log == kSuppressionLog;
    return lines_erased_.contains({line.log, line.seq}) ||
           (!stays && (TookWords(of) || Took(subjects_erased_, line.subject, of)));
  }

  void CheckChain() {
    CommitRow before;
    for (const Promise& commit : commits_) {
      const CommitRow& row = commit.row;
      const std::string where = Concat("commit ", row.id);
      if (row.id != before.id + 1) Wrong(where, "is not one more than the commit before it");
      if (before.id > 0 && row.recorded <= before.recorded) {
        Wrong(where, "is not recorded after the commit before it");
      }
      if (commit.body.empty()) {
        Wrong(where, "has no audit line");
      } else if (internal::CommitmentOf(row, commit.body) != row.commitment) {
        Wrong(where, "is not what it was when it was committed");
      }
      if (internal::Sha256(Concat(before.chain, row.commitment)) != row.chain) {
        Wrong(where, "breaks the chain: it, or a commit before it, was altered");
      }
      CheckText(row, row.reason, commit.reason, "has another reason than it had");
      CheckText(row, row.operation_id, commit.operation, "is not of the operation it was of");
      if (!row.operation_id.empty() && !commit.result.empty() &&
          internal::TextDigest(row.salt, row.result) != commit.result) {
        Wrong(where, "has another result than it had");
      }
      before = row;
    }
  }

  // A text of the commit's row that may have been erased since.
  void CheckText(const CommitRow& row, const std::string& text, const std::string& promised,
                 std::string_view what) {
    if (text.empty()) {
      out_.erased += promised.empty() ? 0 : 1;
      if (!promised.empty() && !TookWords(row.id)) Wrong(Concat("commit ", row.id), what);
    } else if (internal::TextDigest(row.salt, text) != promised) {
      Wrong(Concat("commit ", row.id), what);
    }
  }

  absl::Status CheckChanges() {
    std::unordered_map<CommitId, Digester> digests;
    RELATA_RETURN_IF_ERROR(reader_.ScanChanges(0, std::nullopt, [&](const ChangeRow& row) {
      ++out_.changes;
      const ChangeWrite& change = row.change;
      const std::string where = Concat("change ", change.seq);
      const Promise* commit = CommitOf(change.seq);
      if (commit == nullptr || commit->row.id != row.commit) {
        Wrong(where, "belongs to no commit");
        return absl::OkStatus();
      }
      const auto digest = digests.try_emplace(row.commit, commit->row.salt).first;
      internal::AddChange(digest->second, change);
      if (!change.personal.empty()) {
        if (internal::Sha256(change.personal) != change.personal_digest) {
          Wrong(where, "has another image than it had");
        }
      } else if (!change.personal_digest.empty()) {
        ++out_.erased;
        if (!Took(images_erased_, change.subject, row.commit)) {
          Wrong(where, "has lost its image, and no erasure took it");
        }
      }
      return absl::OkStatus();
    }));
    for (const Promise& commit : commits_) {
      const auto digest = digests.find(commit.row.id);
      const std::string now = digest == digests.end() ? "" : digest->second.Hex();
      if (now != commit.changes) {
        Wrong(Concat("commit ", commit.row.id), "did not make the changes that are there now");
      }
    }
    return absl::OkStatus();
  }

  absl::Status CheckEntries() {
    RELATA_RETURN_IF_ERROR(reader_.ScanLedger(0, std::nullopt, [&](const LedgerWrite& line) {
      ++out_.entries;
      const std::string where = Concat("consent entry ", line.seq);
      const Promise* commit = CommitOf(line.seq);
      const auto promised = entries_.find(line.seq);
      if (promised == entries_.end() || commit == nullptr) {
        Wrong(where, "was added afterwards");
        return absl::OkStatus();
      }
      if (line.body.empty()) {
        ++out_.erased;
        if (out_.uncovered == 0 && !entries_erased_.contains(line.seq)) {
          Wrong(where, "has lost its content, and no erasure took it");
        }
      } else if (internal::EntryDigest(commit->row.salt, line) != promised->second) {
        Wrong(where, "is not what it was");
      }
      entries_.erase(promised);
      return absl::OkStatus();
    }));
    for (const auto& [seq, digest] : entries_) Wrong(Concat("consent entry ", seq), "is missing");
    return absl::OkStatus();
  }

  absl::Status CheckLines() {
    std::set<std::string> logs = {"access", "attempt", "erasure", "membership", "outbox"};
    for (const auto& [name, digest] : lines_) logs.insert(name.first);
    if (auto* const insides = dynamic_cast<internal::StoreInsides*>(&reader_)) {
      RELATA_ASSIGN_OR_RETURN(const std::vector<std::string> names, insides->LogNames());
      logs.insert(names.begin(), names.end());
    }
    logs.erase(std::string(internal::kAuditLog));
    for (const std::string& log : logs) {
      RELATA_RETURN_IF_ERROR(reader_.ScanLog(log, 0, "", [&](const LogWrite& line) {
        CheckLine(line);
        return absl::OkStatus();
      }));
    }
    for (const auto& [name, digest] : lines_) {
      Wrong(Concat("line ", name.second, " of log ", name.first), "is missing");
    }
    return absl::OkStatus();
  }

  void CheckLine(const LogWrite& line) {
    ++out_.lines;
    const std::string where = Concat("line ", line.seq, " of log ", line.log);
    const Promise* commit = CommitOf(line.seq);
    const auto promised = lines_.find({line.log, line.seq});
    if (promised == lines_.end() || commit == nullptr) {
      return Wrong(where, "was added afterwards");
    }
    if (internal::LineDigest(commit->row.salt, line) != promised->second) {
      if (IsErased(line) && TookLine(line, commit->row.id)) {
        ++out_.erased;
      } else {
        Wrong(where, "is not what it was");
      }
    }
    lines_.erase(promised);
  }

  // Definitions read back in the order in which they were written.
  absl::Status CheckDefinitions() {
    size_t commit = 0;
    int64_t of_commit = 0;
    std::vector<Digester> digests;
    for (const Promise& promise : commits_) digests.emplace_back(promise.row.salt);
    RELATA_RETURN_IF_ERROR(reader_.ScanDefinitions([&](const DefinitionWrite& d) {
      while (commit < commits_.size() && of_commit == commits_[commit].defined) {
        ++commit;
        of_commit = 0;
      }
      if (commit == commits_.size()) {
        Wrong(Concat(d.kind, " ", d.name), "was added afterwards");
      } else {
        internal::AddDefinition(digests[commit], d);
        ++of_commit;
      }
      return absl::OkStatus();
    }));
    for (size_t i = 0; i < commits_.size(); ++i) {
      if ((digests[i].empty() ? "" : digests[i].Hex()) == commits_[i].definitions) continue;
      Wrong(Concat("commit ", commits_[i].row.id),
            "did not write the definitions that are there now");
    }
    return absl::OkStatus();
  }

  absl::Status CheckAliases() {
    RELATA_RETURN_IF_ERROR(reader_.ScanAliases([&](const AliasWrite& a) {
      const auto promised = aliases_.find({a.loser.type, a.loser.row, a.from});
      const std::string where = Concat("merge of record ", a.loser.type, "/", a.loser.row);
      if (promised == aliases_.end()) {
        Wrong(where, "was added afterwards");
        return absl::OkStatus();
      }
      const std::tuple<int64_t, int64_t, int64_t> now{a.winner.type, a.winner.row,
                                                      a.until.value_or(0)};
      if (promised->second != now) Wrong(where, "is not what it was");
      aliases_.erase(promised);
      return absl::OkStatus();
    }));
    for (const auto& [alias, winner] : aliases_) {
      Wrong(Concat("merge of record ", std::get<0>(alias), "/", std::get<1>(alias)), "is missing");
    }
    return absl::OkStatus();
  }

  // Records, events and external keys as they are, against what the commits came to.
  absl::Status CheckTables() {
    StateSums now(salt_);
    RELATA_ASSIGN_OR_RETURN(const std::vector<TableSpec> tables, reader_.Tables());
    for (const TableSpec& table : tables) {
      ScanSpec spec;
      spec.type = table.type;
      for (const ColumnSpec& column : table.columns) spec.fields.push_back(column.field);
      const StateSums::Rows packed(spec.fields);
      names_[table.type] = table.name;
      if (table.kind == TableSpec::Kind::kEvent) {
        RELATA_RETURN_IF_ERROR(reader_.ScanEvents(spec, [&](const EventRows& rows) {
          for (size_t i = 0; i < rows.seqs.size(); ++i) {
            now.Event(-1, spec.type, rows.seqs[i], rows.subjects[i], rows.at[i],
                      packed.Packed(rows.columns, i));
          }
          out_.events += static_cast<int64_t>(rows.seqs.size());
          return absl::OkStatus();
        }));
        continue;
      }
      RELATA_RETURN_IF_ERROR(reader_.ScanRecords(spec, [&](const RecordRows& rows) {
        for (size_t i = 0; i < rows.rows.size(); ++i) {
          now.Record(-1, {spec.type, rows.rows[i]}, rows.ids[i], packed.Packed(rows.columns, i));
        }
        out_.records += static_cast<int64_t>(rows.rows.size());
        return absl::OkStatus();
      }));
      RELATA_RETURN_IF_ERROR(reader_.ScanExternalKeys(spec.type, [&](const ExternalKeyWrite& key) {
        now.Key(-1, spec.type, key.system, key.key, key.row);
        ++out_.keys;
        return absl::OkStatus();
      }));
    }
    RELATA_RETURN_IF_ERROR(AddErasedEvents(now));
    now.AddAll(promised_);
    for (const auto& [place, left] : now.List()) Wrong(Named(place), "are not what was committed");
    return absl::OkStatus();
  }

  // The list of erased events is promised from the first commit on, or not at all; and kept by
  // backends that need one.
  absl::Status AddErasedEvents(StateSums& now) {
    auto* const insides = dynamic_cast<internal::StoreInsides*>(&reader_);
    if (insides == nullptr || !tells_insides_) {
      promised_.Forget(StateSums::Kind::kErasedEvent);
      return absl::OkStatus();
    }
    return insides->ScanErasedEvents([&](TypeId type, Seq seq) { now.ErasedEvent(-1, type, seq); });
  }

  // What the tables are, and what the backend keeps beside them.
  absl::Status CheckInsides() {
    if (!tables_.shown.empty()) {
      RELATA_ASSIGN_OR_RETURN(const internal::TablesPromise now,
                              internal::PromiseOfTables(tables_salt_, reader_));
      const bool same_backend = now.backend == tables_.backend;
      if (now.shown != tables_.shown || (same_backend && now.kept != tables_.kept)) {
        Wrong("the tables", "are not declared as they were");
      }
    }
    auto* const insides = dynamic_cast<internal::StoreInsides*>(&reader_);
    if (insides == nullptr) return absl::OkStatus();
    return insides->CheckInsides(
        [&](std::string where, std::string_view what) { Wrong(std::move(where), what); });
  }

  std::string Named(const StateSums::Place& place) const {
    const auto& [kind, type, stretch] = place;
    const auto found = names_.find(type);
    const std::string name = found == names_.end() ? Concat("type ", type) : found->second;
    if (kind == StateSums::Kind::kKey) return Concat("external keys of ", name);
    if (kind == StateSums::Kind::kErasedEvent) return Concat("erased events of ", name);
    const int64_t length = StateSums::StretchOf(kind);
    return Concat(name, kind == StateSums::Kind::kRecord ? " rows " : " events ", stretch * length,
                  " to ", (stretch + 1) * length - 1);
  }

  void CheckCheckpoints() {
    for (const Checkpoint& checkpoint : checkpoints_) {
      const std::string where = Concat("checkpoint ", checkpoint.seq);
      const auto at = static_cast<size_t>(checkpoint.seq - 1);
      AuditLink link;
      link.seq = checkpoint.seq;
      link.head = checkpoint.head;
      if (key_ != nullptr && MakeCheckpoint(*key_, link).mac != checkpoint.mac) {
        Wrong(where, "was not exported by this installation");
      } else if (checkpoint.seq < 1 || at >= commits_.size()) {
        Wrong(where, "lies past the end: commits were cut off");
      } else if (commits_[at].row.chain !=
                 std::string_view(reinterpret_cast<const char*>(checkpoint.head.bytes.data()),
                                  checkpoint.head.bytes.size())) {
        Wrong(where, "is of another chain: the trail was written anew");
      } else {
        ++out_.checkpoints;
      }
    }
  }

  StoreReader& reader_;
  const std::span<const Checkpoint> checkpoints_;
  const SecretKey* const key_;
  AuditTrailReport out_;
  std::vector<Promise> commits_;
  std::string salt_;
  internal::StateSums promised_{""};
  internal::TablesPromise tables_;  // the last that was made
  std::string tables_salt_;
  bool tells_insides_ = false;           // since the first commit
  std::map<TypeId, std::string> names_;  // of tables
  // The last commit that erased the record, or words.
  std::map<RecordRef, CommitId> subjects_erased_;
  std::map<RecordRef, CommitId> images_erased_;
  std::set<Seq> entries_erased_;
  std::set<std::pair<std::string, Seq>> lines_erased_;
  CommitId words_erased_ = 0;
  std::unordered_map<Seq, std::string> entries_;
  std::map<std::pair<std::string, Seq>, std::string> lines_;
  // (loser type, loser row, from) -> (winner type, winner row, until)
  std::map<std::tuple<int64_t, int64_t, int64_t>, std::tuple<int64_t, int64_t, int64_t>> aliases_;
};

std::optional<Digest> DigestFromHex(std::string_view hex) {
  // A key of 32 bytes is written as a digest is.
  const std::optional<SecretKey> bytes = SecretKey::FromHex(hex);
  if (!bytes) return std::nullopt;
  Digest digest;
  std::copy(bytes->bytes().begin(), bytes->bytes().end(), digest.bytes.begin());
  return digest;
}

}  // namespace

absl::StatusOr<AuditTrailReport> VerifyAudit(const Crm& crm,
                                             std::span<const Checkpoint> checkpoints,
                                             const SecretKey* key) {
  RELATA_ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, crm.engine().Read());
  return TrailReader(*reader, checkpoints, key).Read();
}

absl::StatusOr<Checkpoint> ExportCheckpoint(const Crm& crm, const SecretKey* key) {
  RELATA_ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, crm.engine().Read());
  RELATA_ASSIGN_OR_RETURN(const CommitRow head, reader->Head());
  AuditLink link;
  link.seq = head.id;
  if (head.id == 0 || head.chain.size() != link.head.bytes.size()) {
    return FailedPrecondition("there is no commit to export");
  }
  std::copy(head.chain.begin(), head.chain.end(), link.head.bytes.begin());
  return key == nullptr ? Checkpoint{link.seq, link.head, {}} : MakeCheckpoint(*key, link);
}

std::string CheckpointText(const Checkpoint& checkpoint) {
  return Concat("{\"commit\":", checkpoint.seq, ",\"chain\":\"", checkpoint.head.ToHex(),
                "\",\"mac\":\"", checkpoint.mac.ToHex(), "\"}");
}

absl::StatusOr<Checkpoint> ParseCheckpoint(std::string_view text) {
  const Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  const auto member = [&](const char* key) -> const Json& { return json[key]; };
  if (json.is_object() && json.contains("commit") && json.contains("chain") &&
      json.contains("mac") && member("commit").is_number_integer() && member("chain").is_string() &&
      member("mac").is_string()) {
    const std::optional<Digest> head = DigestFromHex(member("chain").get<std::string>());
    const std::optional<Digest> mac = DigestFromHex(member("mac").get<std::string>());
    if (head && mac) return Checkpoint{member("commit").get<Seq>(), *head, *mac};
  }
  return InvalidArgument("a checkpoint is {\"commit\":N,\"chain\":HEX,\"mac\":HEX}");
}

}  // namespace relata

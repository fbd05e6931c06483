// SPDX-License-Identifier: Apache-2.0
//
// The protocol that turns a recorded batch into one durable commit.

#include "engine/engine.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/strings.h"
#include "engine/batch_decision.h"
#include "engine/commitment.h"
#include "engine/conditions.h"
#include "engine/membership.h"
#include "engine/tables.h"
#include "engine/write_rights.h"
#include "nlohmann/json.hpp"
#include "relata/crm/schema.h"
#include "relata/storage/group_commit.h"

namespace relata {

using internal::Concat;
using internal::kOnly;
using internal::WholeTables;

namespace {

constexpr int kMostAttempts = 8;  // at one commit, when the store meets conflicts
// How far commits of one instant may be recorded after it, for who moves time to that instant.
constexpr Duration kRecordedAhead = Seconds(1);

// Gives every personal image its salt, and its change the digest of both.
void SealImages(IdSource& ids, Timestamp now, std::vector<CommitBatch>& steps) {
  for (CommitBatch& step : steps) {
    for (ChangeWrite& change : step.changes) {
      if (change.personal.empty()) continue;
      const Uuid salt = ids.Next(now);
      change.personal.insert(change.personal.begin(), salt.bytes.begin(), salt.bytes.end());
      change.personal_digest = internal::Sha256(change.personal);
    }
  }
}

std::string PackResult(const Commit& c) {
  internal::Packer out;
  for (const int64_t n : {c.created, c.updated, c.deleted, c.unchanged, c.events, c.entries}) {
    out.Int(n);
  }
  return out.Take();
}

Commit UnpackResult(const CommitRow& row) {
  Commit c;
  internal::Unpacker in(row.result);
  for (int64_t* n : {&c.created, &c.updated, &c.deleted, &c.unchanged, &c.events, &c.entries}) {
    *n = in.Int();
  }
  c.id = row.id;
  c.recorded = row.recorded;
  return c;
}

void AddCounts(Commit& total, const Commit& step) {
  total.created += step.created;
  total.updated += step.updated;
  total.deleted += step.deleted;
  total.unchanged += step.unchanged;
  total.events += step.events;
  total.entries += step.entries;
}

bool WritesNothing(const CommitBatch& b) {
  return b.records.empty() && b.events.empty() && b.ledger.empty() && b.changes.empty() &&
         b.external_keys.empty() && b.aliases.empty() && b.definitions.empty() && b.logs.empty() &&
         b.erase.empty();
}

}  // namespace

// One commit being made: the writer, the graph before and after, and the steps so far.
struct Crm::Engine::Attempt {
  std::unique_ptr<StoreWriter> writer;
  CommitRow row;
  internal::Allocation allocation;
  std::shared_ptr<const Snapshot> before;
  std::shared_ptr<const Snapshot> after;
  std::vector<CommitBatch> steps;
  std::unordered_map<Row, RecordRef> became;
  Commit counts;
  Actor actor;
  std::string source;
  Timestamp now;
  bool time_only = false;
  Permissions may = Permissions::All();  // of who wrote the step being decided
};

std::unique_ptr<Transaction::Batch> Crm::Engine::NewBatch(const Actor& actor) {
  auto batch = std::make_unique<Transaction::Batch>();
  batch->engine = shared_from_this();
  batch->schema = schema();
  batch->actor = actor;
  return batch;
}

absl::StatusOr<Commit> Crm::Engine::Submit(const Transaction::Batch& batch, Timestamp now) {
  RELATA_RETURN_IF_ERROR(batch.status);
  if (batch.actor.name.empty()) return InvalidArgument("a commit needs an actor with a name");
  if (now < Timestamp::kMin || now > Timestamp::kMax) {
    return InvalidArgument("now lies outside the years 0001 to 9999");
  }
  return Make(batch, now, /*time_only=*/false);
}

absl::StatusOr<Commit> Crm::Engine::Advance(Timestamp now, const Actor& actor) {
  const std::unique_ptr<Transaction::Batch> nothing = NewBatch(actor);
  return Make(*nothing, now, /*time_only=*/true);
}

// A batch is decided again as a whole when the store met a conflict and kept nothing.
absl::StatusOr<Commit> Crm::Engine::Make(const Transaction::Batch& batch, Timestamp now,
                                         bool time_only) {
  if (options_.read_only) return FailedPrecondition("the database was opened read-only");
  absl::StatusOr<Commit> made;
  {
    std::lock_guard commit_lock(commit_mutex_);
    int attempt = 1;
    do {
      made = MakeOnce(batch, now, time_only);
    } while (absl::IsAborted(made.status()) && ++attempt <= kMostAttempts);
  }
  if (!made.ok()) return made;
  // Outside the lock, so that the next commit is written while this one waits for the disk.
  auto* const grouped = dynamic_cast<GroupCommitStore*>(store_.get());
  if (grouped != nullptr) RELATA_RETURN_IF_ERROR(grouped->Settle());
  return made;
}

absl::StatusOr<Commit> Crm::Engine::MakeOnce(const Transaction::Batch& batch, Timestamp now,
                                             bool time_only) {
  Attempt attempt;
  RELATA_ASSIGN_OR_RETURN(attempt.writer, store_->Write(options_.patience));
  if (!batch.operation_id.empty()) {
    absl::StatusOr<CommitRow> done = attempt.writer->FindOperation(batch.operation_id);
    if (done.ok()) {
      Commit replayed = UnpackResult(*done);
      replayed.replayed = true;
      return replayed;
    }
    if (!absl::IsNotFound(done.status())) return done.status();
  }
  RELATA_RETURN_IF_ERROR(Refresh(*attempt.writer));
  RELATA_ASSIGN_OR_RETURN(CommitRow head, attempt.writer->Head());
  if (time_only && head.id > 0 && now < head.recorded) {
    if (head.recorded - now > kRecordedAhead) {
      return InvalidArgument("time does not run backwards: now is before the last commit");
    }
    now = head.recorded;
  }
  if (batch.only_after && *batch.only_after != head.id) {
    return MakeStatus(absl::StatusCode::kAborted, "another commit came in between");
  }
  memberships_->Begin(head.id);
  // As the roles stood before: nobody acts in a role that the same commit defines.
  RELATA_ASSIGN_OR_RETURN(attempt.may, internal::RightsOf(Crm(shared_from_this()), batch));
  Announce(batch.definitions);
  const auto announced = std::unique_ptr<Engine, void (*)(Engine*)>(this, [](Engine* engine) {
    std::lock_guard lock(engine->mutex_);
    engine->committing_ = {};
    engine->being_defined_.clear();
  });
  RELATA_RETURN_IF_ERROR(LoadForDeciders(*attempt.writer, batch, time_only));
  {
    std::lock_guard lock(mutex_);
    attempt.before = attempt.after = snapshot_;
  }
  attempt.actor = batch.actor;
  attempt.source = batch.source;
  attempt.now = now;
  attempt.time_only = time_only;
  attempt.row.id = attempt.allocation.commit = head.id + 1;
  attempt.row.recorded = head.id == 0 ? now : std::max(now, head.recorded + Microseconds(1));
  attempt.row.chain = head.chain;
  attempt.allocation.next_seq = head.last_seq + 1;
  RELATA_RETURN_IF_ERROR(Step(attempt, batch));
  const bool nothing = std::all_of(attempt.steps.begin(), attempt.steps.end(), WritesNothing);
  if (nothing && batch.operation_id.empty()) {
    attempt.counts.id = head.id;
    attempt.counts.recorded = head.recorded;
    std::lock_guard lock(mutex_);
    became_.insert(attempt.became.begin(), attempt.became.end());
    memberships_->Publish(head.id);
    return attempt.counts;
  }
  attempt.row.actor = batch.actor.ToString();
  attempt.row.source = batch.source;
  attempt.row.reason = batch.reason;
  attempt.row.operation_id = batch.operation_id;
  RELATA_RETURN_IF_ERROR(Finish(attempt));
  Publish(attempt);
  keys_.Committed(attempt.row.id, attempt.steps);
  return attempt.counts;
}

// Lets this thread see what its commit defines.
void Crm::Engine::Announce(const std::vector<DefinitionWrite>& definitions) {
  for (const DefinitionWrite& write : definitions) {
    const int64_t version = NextVersion(write);
    std::lock_guard lock(mutex_);
    committing_ = std::this_thread::get_id();
    if (version == 0) continue;
    being_defined_[write.kind][write.name] = {write.kind, write.name, version, write.body};
  }
}

namespace {

// The types that a commit of this batch may write, with what workflows may add.
std::set<TypeId> TypesWritten(const Crm& crm, const Transaction::Batch& batch) {
  std::set<TypeId> types;
  for (const internal::RecordOp& op : batch.records) {
    types.insert(op.record.type);
    if (!op.other.none()) types.insert(op.other.type);
  }
  for (const internal::EventOp& op : batch.events) types.insert(op.type);
  // What people state is asked about them.
  for (const ConsentEntry& entry : batch.entries) {
    if (!entry.person.none()) types.insert(entry.person.ref().type);
  }
  const auto subjects = internal::ParsedDefinitions<std::string>(
      crm, "workflow", [](const Definition& definition) -> absl::StatusOr<std::string> {
        const auto json = nlohmann::json::parse(definition.body, nullptr, false);
        const auto type = json.is_object() ? json.find("type") : json.end();
        return type != json.end() && type->is_string() ? type->get<std::string>() : "";
      });
  for (const auto& [name, subject] : *subjects) {
    const TypeDef* type = crm.schema()->Find(*subject);
    if (type != nullptr) types.insert(type->id);
  }
  return types;
}

}  // namespace

absl::Status Crm::Engine::LoadForDeciders(StoreReader& reader, const Transaction::Batch& batch,
                                          bool time_only) {
  const Crm crm(shared_from_this());
  std::vector<ColumnsNeeded> columns =
      memberships_->ColumnsFor(crm, TypesWritten(crm, batch), batch.definitions, time_only);
  std::vector<TypeId> tables;
  for (const Decider& decider : deciders_) {
    if (decider.tables) {
      RELATA_ASSIGN_OR_RETURN(const std::vector<TypeId> types, decider.tables(crm, time_only));
      tables.insert(tables.end(), types.begin(), types.end());
    }
    if (decider.columns) {
      RELATA_ASSIGN_OR_RETURN(const std::vector<ColumnsNeeded> more,
                              decider.columns(crm, time_only));
      columns.insert(columns.end(), more.begin(), more.end());
    }
  }
  const std::vector<ColumnsNeeded> whole = WholeTables(tables);
  columns.insert(columns.end(), whole.begin(), whole.end());
  std::lock_guard lock(mutex_);
  RELATA_ASSIGN_OR_RETURN(snapshot_, snapshot_->Load(columns, reader));
  return absl::OkStatus();
}

// The version that a definition written now gets; 0 when it is the one that stands.
int64_t Crm::Engine::NextVersion(const DefinitionWrite& write) const {
  std::lock_guard lock(mutex_);
  const auto kind = definitions_.find(write.kind);
  if (kind == definitions_.end()) return write.body.empty() ? 0 : 1;
  const auto found = kind->second.find(write.name);
  if (found == kind->second.end()) return write.body.empty() ? 0 : 1;
  return found->second.body == write.body ? 0 : found->second.version + 1;
}

// Decides one batch on the graph as the steps before left it, then lets the deciders react.
absl::Status Crm::Engine::Step(Attempt& attempt, const Transaction::Batch& batch) {
  internal::BatchDecision decision(
      *attempt.after, *attempt.writer, *options_.ids, attempt.allocation,
      [&](RecordRef r) {
        const auto found = attempt.became.find(r.row);
        return found == attempt.became.end() ? Real(r) : found->second;
      },
      attempt.may, attempt.now);
  RELATA_ASSIGN_OR_RETURN(CommitBatch writes, decision.Decide(batch));
  for (DefinitionWrite write : batch.definitions) {
    write.version = NextVersion(write);
    if (write.version <= 0) continue;
    writes.logs.push_back({std::string(kDefinitionLog), attempt.allocation.next_seq++, RecordRef(),
                           Concat(write.kind, "/", write.name), attempt.now,
                           Concat(write.version)});
    writes.definitions.push_back(std::move(write));
  }
  Announce(writes.definitions);
  writes.commit.id = attempt.row.id;
  writes.commit.recorded = attempt.row.recorded;
  writes.commit.last_seq = attempt.allocation.next_seq - 1;
  attempt.became.insert(decision.became().begin(), decision.became().end());
  AddCounts(attempt.counts, decision.counts());
  attempt.before = attempt.after;
  attempt.after = attempt.before->With(writes);
  attempt.steps.push_back(std::move(writes));
  return RunDeciders(attempt, batch);
}

namespace {

class StepView : public CommitStep {
 public:
  struct Parts {
    const Crm& crm;
    StoreReader& reader;
    std::shared_ptr<const Snapshot> before;
    std::shared_ptr<const Snapshot> after;
    const CommitBatch& writes;
    Timestamp now;
    const Actor& actor;
    const std::string& source;
    int depth;
    bool time_only;
    Transaction& next;
  };

  explicit StepView(Parts parts) : p_(std::move(parts)) {}

  const Crm& crm() const override { return p_.crm; }
  const std::shared_ptr<const Snapshot>& before() const override { return p_.before; }
  const std::shared_ptr<const Snapshot>& after() const override { return p_.after; }
  const CommitBatch& writes() const override { return p_.writes; }
  Timestamp now() const override { return p_.now; }
  const Actor& actor() const override { return p_.actor; }
  const std::string& source() const override { return p_.source; }
  int depth() const override { return p_.depth; }
  bool time_only() const override { return p_.time_only; }
  Transaction& next() override { return p_.next; }

  absl::StatusOr<QueryAnswer> Select(std::string_view type,
                                     std::string_view expression) const override {
    RELATA_ASSIGN_OR_RETURN(
        const internal::Condition condition,
        internal::CheckCondition(p_.crm, type, expression, {}, ValueType::Kind::kBool));
    return internal::SelectOn(p_.crm, *p_.after, condition, Options());
  }
  absl::StatusOr<bool> Test(RecordRef record, std::string_view expression) const override {
    return TestOn(p_.after, record, expression);
  }
  absl::StatusOr<bool> TestBefore(RecordRef record, std::string_view expression) const override {
    return TestOn(p_.before, record, expression);
  }
  absl::StatusOr<EvaluatedValue> Evaluate(RecordRef record,
                                          std::string_view expression) const override {
    RELATA_ASSIGN_OR_RETURN(EvalResult result,
                            EvaluateOn(p_.after, record, expression, ValueType()));
    return EvaluatedValue{std::move(result.value), std::move(result.error)};
  }
  absl::StatusOr<std::vector<LogWrite>> Log(std::string_view log,
                                            std::string_view key) const override {
    std::vector<LogWrite> lines;
    RELATA_RETURN_IF_ERROR(p_.reader.ScanLog(log, 0, key, [&](const LogWrite& line) {
      lines.push_back(line);
      return absl::OkStatus();
    }));
    return lines;
  }

 private:
  QueryOptions Options() const {
    QueryOptions options;
    options.now = p_.now;
    return options;
  }

  absl::StatusOr<EvalResult> EvaluateOn(const std::shared_ptr<const Snapshot>& view,
                                        RecordRef record, std::string_view expression,
                                        ValueType expected) const {
    const std::string& type = view->schema().type(record.type).name;
    RELATA_ASSIGN_OR_RETURN(
        const internal::Condition condition,
        internal::CheckCondition(p_.crm, type, expression, {}, std::move(expected)));
    return internal::EvaluateOn(p_.crm, *view, condition, record, Options());
  }

  absl::StatusOr<bool> TestOn(const std::shared_ptr<const Snapshot>& view, RecordRef record,
                              std::string_view expression) const {
    RELATA_ASSIGN_OR_RETURN(const EvalResult result,
                            EvaluateOn(view, record, expression, ValueType::Kind::kBool));
    return result.tri() == Tri::kTrue;
  }

  const Parts p_;
};

}  // namespace

// Tells the questions that rules ask what the commit under way has changed.
class Crm::Engine::Pending {
 public:
  Pending(Engine& engine, const Attempt& attempt) : engine_(engine) {
    engine_.pending_ = &attempt.steps;
    engine_.pending_commit_ = attempt.row.id;
  }
  ~Pending() { engine_.pending_commit_ = 0; }
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;

 private:
  Engine& engine_;
};

std::vector<ChangeWrite> Crm::Engine::PendingChanges(const Snapshot& view) const {
  std::vector<ChangeWrite> changes;
  if (view.past() || view.commit() == 0 || view.commit() != pending_commit_) return changes;
  for (const CommitBatch& step : *pending_) {
    changes.insert(changes.end(), step.changes.begin(), step.changes.end());
  }
  // Images are sealed at the end; until then they have no salt.
  for (ChangeWrite& change : changes) {
    if (!change.personal.empty()) change.personal.insert(0, internal::kImageSalt, '\0');
  }
  return changes;
}

// The public id of a record before the commit or made by it; nil when there is none.
Uuid Crm::Engine::IdOf(const Attempt& attempt, RecordRef record) {
  for (const auto* view : {&attempt.after, &attempt.before}) {
    if ((*view)->Loaded(ColumnsNeeded{record.type, {kIdField}})) {
      if (const Uuid id = (*view)->Id(record); !id.nil()) return id;
    }
  }
  for (const CommitBatch& step : attempt.steps) {
    for (const RecordWrite& write : step.records) {
      if (write.type == record.type && write.row == record.row && !write.id.nil()) return write.id;
    }
  }
  Uuid id;
  ScanSpec spec;
  spec.type = record.type;
  spec.rows = {record.row};
  // A record that cannot be read has no name in the log.
  (void)attempt.writer->ScanRecords(spec, [&](const RecordRows& rows) {
    if (!rows.ids.empty()) id = rows.ids[0];
    return absl::OkStatus();
  });
  return id;
}

absl::Status Crm::Engine::RunDeciders(Attempt& attempt, const Transaction::Batch& batch) {
  const int depth = static_cast<int>(attempt.steps.size()) - 1;
  std::unique_ptr<Transaction::Batch> added = NewBatch(batch.actor);
  Transaction::Batch* const recorded = added.get();
  recorded->schema = attempt.after->shared_schema();
  const Crm crm(shared_from_this());
  Transaction next(std::move(added));
  StepView view({crm, *attempt.writer, attempt.before, attempt.after, attempt.steps.back(),
                 attempt.now, attempt.actor, attempt.source, depth, attempt.time_only && depth == 0,
                 next});
  for (const Decider& decider : deciders_) {
    const Pending pending(*this, attempt);
    RELATA_RETURN_IF_ERROR(decider.decide(view));
  }
  {
    const Pending pending(*this, attempt);
    const auto id_of = [&](RecordRef record) { return IdOf(attempt, record); };
    RELATA_RETURN_IF_ERROR(memberships_->Record(view, id_of));
  }
  RELATA_RETURN_IF_ERROR(recorded->status);
  if (recorded->size() == 0) return absl::OkStatus();
  if (depth + 1 > kMaxCascade) {
    return FailedPrecondition(Concat("what this commit sets off sets off more, ", kMaxCascade,
                                     " times over: two workflows feed each other"));
  }
  attempt.may = Permissions::All();  // the tenant's rules, not the actor, wrote it
  return Step(attempt, *recorded);
}

absl::Status Crm::Engine::PrepareTables(StoreWriter& writer, Attempt& attempt) {
  std::shared_ptr<const Schema> schema = attempt.after->shared_schema();
  RELATA_RETURN_IF_ERROR(writer.Prepare(internal::TablesOf(*schema)));
  CommitBatch& first = attempt.steps.front();
  const auto keep = [&](std::string_view kind, std::string body) {
    const absl::StatusOr<Definition> current = FindDefinition(kind, kOnly);
    if (current.ok() && current->body == body) return;
    for (const DefinitionWrite& write : first.definitions) {
      if (write.kind == kind) return;  // Extend writes its own
    }
    first.definitions.push_back({std::string(kind), std::string(kOnly),
                                 current.ok() ? current->version + 1 : 1, std::move(body)});
  };
  keep(kCatalogueKind, SaveCatalogue(*schema));
  keep(kTenantKind, nlohmann::json{{"zone", zone()}}.dump());
  return absl::OkStatus();
}

// Writes all steps as one store transaction.
absl::Status Crm::Engine::Finish(Attempt& attempt) {
  const bool prepare = catalogue_stale_;
  if (prepare) RELATA_RETURN_IF_ERROR(PrepareTables(*attempt.writer, attempt));
  CommitRow& row = attempt.row;
  const Uuid salts[] = {options_.ids->Next(attempt.now), options_.ids->Next(attempt.now)};
  for (const Uuid& salt : salts) row.salt.append(salt.bytes.begin(), salt.bytes.end());
  SealImages(*options_.ids, attempt.now, attempt.steps);
  LogWrite audit;
  audit.log = internal::kAuditLog;
  audit.seq = attempt.allocation.next_seq++;
  audit.at = row.recorded;
  // The salt of the sums is the first commit's.
  if (row.id > 1 && sums_salt_.empty()) {
    RELATA_ASSIGN_OR_RETURN(CommitRow first, attempt.writer->FindCommit(1));
    sums_salt_ = std::move(first.salt);
  }
  RELATA_ASSIGN_OR_RETURN(
      const internal::StateSums sums,
      internal::SumsOfCommit(*attempt.writer, row.id > 1 ? sums_salt_ : row.salt, attempt.steps));
  std::optional<internal::TablesPromise> tables;
  if (prepare) {
    RELATA_ASSIGN_OR_RETURN(tables, internal::PromiseOfTables(row.salt, *attempt.writer));
  }
  attempt.counts.id = row.id;
  attempt.counts.recorded = row.recorded;
  row.result = PackResult(attempt.counts);
  audit.body = internal::AuditBody(row, attempt.steps, sums, tables);
  row.last_seq = audit.seq;
  row.commitment = internal::CommitmentOf(row, audit.body);
  row.chain = internal::Sha256(Concat(row.chain, row.commitment));
  attempt.steps.back().logs.push_back(std::move(audit));
  // What goes, goes after the last step: what deciders logged about it goes too.
  for (size_t i = 0; i + 1 < attempt.steps.size(); ++i) {
    EraseWrite& erase = attempt.steps[i].erase;
    EraseWrite& whole = attempt.steps.back().erase;
    const auto move = [](auto& from, auto& to) {
      to.insert(to.end(), from.begin(), from.end());
      from.clear();
    };
    move(erase.subjects, whole.subjects);
    move(erase.images, whole.images);
    move(erase.events, whole.events);
    move(erase.entries, whole.entries);
    move(erase.lines, whole.lines);
    move(erase.words, whole.words);
  }
  for (size_t i = 0; i < attempt.steps.size(); ++i) {
    const bool last = i + 1 == attempt.steps.size();
    attempt.steps[i].commit = last ? row : CommitRow{};
    RELATA_RETURN_IF_ERROR(attempt.writer->Apply(attempt.steps[i]));
  }
  return attempt.writer->Commit();
}

void Crm::Engine::Publish(Attempt& attempt) {
  std::lock_guard lock(mutex_);
  if (hooks_.consent) hooks_.consent->Committed(*snapshot_, *attempt.after, attempt.steps);
  const EraseWrite& erased = attempt.steps.back().erase;
  snapshot_ = erased.empty() ? attempt.after : attempt.after->Forget(erased);
  if (!erased.empty() && hooks_.consent) hooks_.consent->Overtaken(*snapshot_);
  memberships_->Publish(attempt.row.id, erased);
  became_.insert(attempt.became.begin(), attempt.became.end());
  for (const CommitBatch& step : attempt.steps) {
    for (const DefinitionWrite& write : step.definitions) Remember(write);
  }
  catalogue_stale_ = false;
}

absl::Status Crm::Engine::Extend(const Schema& extended, const Actor& actor, Timestamp now) {
  const std::shared_ptr<const Schema> current = schema();
  RELATA_RETURN_IF_ERROR(
      Annotate(CheckExtends(*current, extended), "a schema can only be extended"));
  const auto use = [&](std::shared_ptr<const Schema> schema) {
    std::lock_guard commit_lock(commit_mutex_);
    std::lock_guard lock(mutex_);
    schema_ = std::move(schema);
    snapshot_ = snapshot_->WithSchema(schema_);
    catalogue_stale_ = true;
  };
  use(std::make_shared<const Schema>(extended));
  const std::unique_ptr<Transaction::Batch> batch = NewBatch(actor);
  batch->reason = "schema extended";
  batch->definitions.push_back(
      {std::string(kCatalogueKind), std::string(kOnly), 0, SaveCatalogue(extended)});
  const absl::Status status = Submit(*batch, now).status();
  if (!status.ok()) use(current);
  return status;
}

}  // namespace relata

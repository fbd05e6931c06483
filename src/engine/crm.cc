// SPDX-License-Identifier: Apache-2.0

#include "relata/engine/crm.h"

#include <utility>

#include "base/strings.h"
#include "engine/batch.h"
#include "engine/conditions.h"
#include "engine/engine.h"
#include "engine/past.h"

namespace relata {

using internal::Concat;

namespace {

constexpr std::string_view kPastIsFixed = "the past takes no change: ask today's Crm";
// Who may read is a matter of today, whatever is read.
constexpr std::string_view kRoleKind = "role";

}  // namespace

Crm::Crm(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) {}
Crm::Crm(Crm&&) noexcept = default;
Crm& Crm::operator=(Crm&&) noexcept = default;
Crm::~Crm() = default;

std::shared_ptr<const Schema> Crm::schema() const { return engine_->schema(); }
std::string Crm::zone() const { return engine_->zone(); }

absl::Status Crm::Extend(const Schema& extended, const Actor& actor, Timestamp now) {
  if (past_ != nullptr) return FailedPrecondition(kPastIsFixed);
  return engine_->Extend(extended, actor, now);
}

Transaction Crm::Begin(Actor actor) const {
  std::unique_ptr<Transaction::Batch> batch = engine_->NewBatch(actor);
  if (past_ != nullptr) batch->status = FailedPrecondition(kPastIsFixed);
  return Transaction(std::move(batch));
}

absl::StatusOr<Commit> Crm::Advance(Timestamp now, const Actor& actor) {
  if (past_ != nullptr) return FailedPrecondition(kPastIsFixed);
  return engine_->Advance(now, actor);
}

void Crm::AddDecider(Decider decider) { engine_->AddDecider(std::move(decider)); }

// ---------------------------------------------------------------------------------------------------
// Views

absl::StatusOr<std::shared_ptr<const Snapshot>> Crm::View(std::span<const TypeId> types) const {
  if (past_ == nullptr) return engine_->View(types);
  RELATA_ASSIGN_OR_RETURN(PastSnapshot past, past_->View(*engine_, types));
  return std::move(past.view);
}

absl::StatusOr<std::shared_ptr<const Snapshot>> Crm::View(
    std::span<const ColumnsNeeded> columns) const {
  if (past_ == nullptr) return engine_->View(columns);
  // The past is told of whole tables.
  std::vector<TypeId> types;
  for (const ColumnsNeeded& needed : columns) {
    if (needed.type != kLedgerTable) types.push_back(needed.type);
  }
  return View(std::span<const TypeId>(types));
}

absl::StatusOr<std::shared_ptr<const Snapshot>> Crm::View(
    std::initializer_list<std::string_view> types) const {
  const std::shared_ptr<const Schema> schema = engine_->schema();
  std::vector<TypeId> ids;
  for (const std::string_view name : types) {
    const TypeDef* type = schema->Find(name);
    if (type == nullptr) return InvalidArgument(Concat("there is no type '", name, "'"));
    ids.push_back(type->id);
  }
  return View(ids);
}

absl::StatusOr<std::shared_ptr<const Snapshot>> Crm::ViewAll() const {
  std::vector<TypeId> ids;
  const std::shared_ptr<const Schema> schema = engine_->schema();
  for (const TypeDef* type : schema->types()) ids.push_back(type->id);
  return View(ids);
}

// ---------------------------------------------------------------------------------------------------
// Names

absl::StatusOr<RecordRef> Crm::Find(std::string_view name) const {
  const size_t slash = name.find('/');
  const std::shared_ptr<const Schema> schema = engine_->schema();
  const TypeDef* type = schema->Find(name.substr(0, slash));
  if (slash == name.npos || type == nullptr || type->event) {
    return InvalidArgument(Concat("'", name, "' is not TYPE/ID with a type of record"));
  }
  const std::string_view id = name.substr(slash + 1);
  const std::optional<Uuid> uuid = Uuid::Parse(id);
  if (uuid) {
    // A table that is loaded and fresh knows its public ids without asking the store.
    RELATA_RETURN_IF_ERROR(engine_->Freshen());
    const std::shared_ptr<const Snapshot> known = engine_->Current();
    const RecordRef found = known->Loaded(type->id) ? known->Find(type->id, *uuid) : RecordRef{};
    if (!found.none()) return known->Resolve(found);
  }
  RELATA_ASSIGN_OR_RETURN(std::unique_ptr<StoreReader> reader, engine_->Read());
  absl::StatusOr<Row> row = NotFound("");
  if (uuid) {
    row = reader->FindId(type->id, *uuid);
  } else if (const size_t colon = id.find(':'); colon != id.npos) {
    row = reader->FindExternalKey(type->id, id.substr(0, colon), id.substr(colon + 1));
  } else {
    return InvalidArgument(
        Concat("'", name, "' names neither a public id nor an external key (system:key)"));
  }
  if (absl::IsNotFound(row.status())) return NotFound(Concat("there is no ", name));
  RELATA_RETURN_IF_ERROR(row.status());
  return Resolve({type->id, *row});
}

RecordRef Crm::Resolve(RecordRef record) const {
  const RecordRef real = engine_->Real(record);
  if (real.none()) return real;
  const absl::StatusOr<std::shared_ptr<const Snapshot>> view = View(std::span<const TypeId>{});
  return view.ok() ? (*view)->Resolve(real) : real;
}

absl::StatusOr<std::string> Crm::Name(RecordRef record) const {
  const RecordRef found = Resolve(record);
  if (found.none()) return NotFound("the reference names no record");
  const ColumnsNeeded ids[] = {{found.type, {kIdField}}};
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, View(std::span(ids)));
  const Uuid id = view->Id(found);
  if (id.nil()) return NotFound("the record does not exist");
  return Concat(view->schema().type(found.type).name, "/", id.ToString());
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> Crm::Keys(RecordRef record) const {
  const RecordRef found = Resolve(record);
  RELATA_ASSIGN_OR_RETURN(std::unique_ptr<StoreReader> reader, engine_->Read());
  return engine_->keys().Find(*reader, found);
}

absl::StatusOr<Value> Crm::Get(RecordRef record, std::string_view field) const {
  const RecordRef found = Resolve(record);
  if (found.none()) return NotFound("the reference names no record");
  const std::shared_ptr<const Schema> schema = engine_->schema();
  const TypeDef& type = schema->type(found.type);
  const FieldDef* def = type.FindField(field);
  if (def == nullptr) return NotFound(Concat("'", type.name, "' has no field '", field, "'"));
  const ColumnsNeeded columns[] = {{found.type, {def->id}}};
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view,
                          View(std::span<const ColumnsNeeded>(columns)));
  return view->Get(found, def->id);
}

absl::StatusOr<std::string> Crm::Title(RecordRef record, const QueryOptions& asking) const {
  const RecordRef found = Resolve(record);
  if (found.none()) return NotFound("the reference names no record");
  const std::shared_ptr<const Schema> schema = engine_->schema();
  const TypeDef& type = schema->type(found.type);
  RELATA_ASSIGN_OR_RETURN(const Permissions may, internal::PermissionsOf(*this, asking.reader));
  ColumnsNeeded columns[] = {{found.type, {}}};
  for (const std::string& field : type.title) {
    const FieldDef* part = type.FindField(field);
    if (part->collected_for(asking.purpose) && may.MayRead(type.id, part->id)) {
      columns[0].fields.push_back(part->id);
    }
  }
  if (columns[0].fields.empty()) return Name(found);
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view,
                          View(std::span<const ColumnsNeeded>(columns)));
  std::string title;
  for (const FieldId field : columns[0].fields) {
    const Value value = view->Get(found, field);
    if (value.is_null()) continue;
    if (!title.empty()) title += ' ';
    if (value.is(Value::Kind::kRecord)) {
      RELATA_ASSIGN_OR_RETURN(const std::string linked, Title(value.record(), asking));
      title += linked;
    } else {
      title += ToDisplay(value);
    }
  }
  return title.empty() ? Name(found) : title;
}

// ---------------------------------------------------------------------------------------------------
// Definitions and logs

absl::StatusOr<Definition> Crm::FindDefinition(std::string_view kind, std::string_view name) const {
  if (past_ == nullptr || kind == kRoleKind) return engine_->FindDefinition(kind, name);
  RELATA_ASSIGN_OR_RETURN(std::optional<Definition> found,
                          past_->FindDefinition(*engine_, kind, name));
  if (!found) return NotFound(Concat("there was no ", kind, " '", name, "' then"));
  return *std::move(found);
}

std::vector<Definition> Crm::Definitions(std::string_view kind) const {
  if (past_ == nullptr || kind == kRoleKind) return engine_->Definitions(kind);
  absl::StatusOr<std::vector<Definition>> found = past_->Definitions(*engine_, kind);
  return found.ok() ? *std::move(found) : std::vector<Definition>();
}

absl::StatusOr<std::vector<LogWrite>> Crm::Log(std::string_view log, std::string_view key) const {
  RELATA_ASSIGN_OR_RETURN(std::unique_ptr<StoreReader> reader, engine_->Read());
  std::optional<internal::PastInstant> then;
  if (past_ != nullptr) {
    RELATA_ASSIGN_OR_RETURN(then, past_->Instant(*engine_));
  }
  std::vector<LogWrite> lines;
  RELATA_RETURN_IF_ERROR(reader->ScanLog(log, 0, key, [&](const LogWrite& line) {
    const bool later =
        then && (line.seq > then->known.last_seq || (then->at && line.at > *then->at));
    if (!later) lines.push_back(line);
    return absl::OkStatus();
  }));
  return lines;
}

}  // namespace relata

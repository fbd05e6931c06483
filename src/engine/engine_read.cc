// SPDX-License-Identifier: Apache-2.0
//
// Opening a tenant's graph, catching up with other processes, and what is read from it.

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "engine/conditions.h"
#include "engine/engine.h"
#include "engine/lanes.h"
#include "engine/membership.h"
#include "engine/tables.h"
#include "nlohmann/json.hpp"
#include "relata/base/zone.h"
#include "relata/crm/schema.h"
#include "relata/engine/threads.h"

namespace relata {

using internal::Concat;
using internal::kOnly;
using internal::WholeTables;

absl::StatusOr<std::shared_ptr<Crm::Engine>> Crm::Engine::Open(std::unique_ptr<Store> store,
                                                               OpenOptions options) {
  if (sodium_init() < 0) return Internal("libsodium cannot be initialised");
  std::shared_ptr<Engine> engine(new Engine(std::move(store), std::move(options)));
  engine->memberships_ = std::make_shared<internal::Memberships>();
  RELATA_RETURN_IF_ERROR(engine->Start());
  return engine;
}

void Crm::Engine::SetThreads(int threads) {
  const auto others = static_cast<size_t>(threads - 1);
  auto helpers = others == 0 ? nullptr : std::make_shared<internal::Helpers>(others);
  const std::lock_guard lock(mutex_);
  // Those of before end outside of the lock, with the last question that has them.
  helpers_.swap(helpers);
}

absl::Status SetThreads(Crm& crm, int threads) {
  if (threads < 1 || threads > kMaxThreads) {
    return InvalidArgument(Concat("threads is a number from 1 to ", kMaxThreads));
  }
  crm.engine().SetThreads(threads);
  return absl::OkStatus();
}

absl::Status Crm::Engine::Start() {
  RELATA_ASSIGN_OR_RETURN(std::unique_ptr<StoreReader> reader, store_->Read());
  RELATA_RETURN_IF_ERROR(LoadDefinitions(*reader));
  Schema schema = StandardSchema();
  const absl::StatusOr<Definition> catalogue = FindDefinition(kCatalogueKind, kOnly);
  if (catalogue.ok()) {
    RELATA_ASSIGN_OR_RETURN(schema, RestoreCatalogue(catalogue->body, schema));
    catalogue_stale_ = SaveCatalogue(schema) != catalogue->body;
  }
  schema_ = std::make_shared<const Schema>(std::move(schema));
  zone_ = options_.zone.empty() ? "UTC" : options_.zone;
  if (const auto tenant = FindDefinition(kTenantKind, kOnly); tenant.ok()) {
    const auto json = nlohmann::json::parse(tenant->body, nullptr, false);
    if (json.is_discarded()) return DataLoss("the tenant's settings are not JSON");
    if (options_.zone.empty()) zone_ = json.value("zone", zone_);
  }
  if (!Zone::Load(zone_)) {
    return InvalidArgument(Concat("there is no time zone '", zone_, "'"));
  }
  RELATA_ASSIGN_OR_RETURN(snapshot_, Snapshot::Open(schema_, *reader));
  return absl::OkStatus();
}

void Crm::Engine::Remember(const DefinitionWrite& write) {
  parsed_.erase(write.kind);
  ++definitions_read_;
  definitions_[write.kind][write.name] = {write.kind, write.name, write.version, write.body};
}

absl::Status Crm::Engine::LoadDefinitions(StoreReader& reader) {
  definitions_.clear();
  parsed_.clear();
  ++definitions_read_;
  return reader.ScanDefinitions([&](const DefinitionWrite& write) {
    Remember(write);
    return absl::OkStatus();
  });
}

// Brings what this process holds to the reader's head after another process wrote.
absl::Status Crm::Engine::Refresh(StoreReader& reader) {
  std::lock_guard lock(mutex_);
  RELATA_ASSIGN_OR_RETURN(const CommitRow head, reader.Head());
  if (head.id == snapshot_->commit()) return absl::OkStatus();
  RELATA_RETURN_IF_ERROR(LoadDefinitions(reader));
  const auto catalogue = definitions_.find(kCatalogueKind);
  if (catalogue != definitions_.end()) {
    const std::string& body = catalogue->second.begin()->second.body;
    if (body != SaveCatalogue(*schema_)) {
      RELATA_ASSIGN_OR_RETURN(Schema schema, RestoreCatalogue(body, StandardSchema()));
      schema_ = std::make_shared<const Schema>(std::move(schema));
      snapshot_ = snapshot_->WithSchema(schema_);
    }
  }
  bool erased = false;
  RELATA_RETURN_IF_ERROR(
      reader.ScanLog(kErasureLog, snapshot_->last_seq(), "", [&](const LogWrite&) {
        erased = true;
        return absl::OkStatus();
      }));
  if (erased) {
    // No column of this process may keep what another process erased.
    RELATA_ASSIGN_OR_RETURN(snapshot_, Snapshot::Open(schema_, reader));
  } else {
    RELATA_ASSIGN_OR_RETURN(snapshot_, snapshot_->CatchUp(reader));
  }
  if (hooks_.consent) hooks_.consent->Overtaken(*snapshot_);
  return absl::OkStatus();
}

// ---------------------------------------------------------------------------------------------------
// Reading

std::shared_ptr<const Schema> Crm::Engine::schema() const {
  std::lock_guard lock(mutex_);
  return schema_;
}

std::string Crm::Engine::zone() const {
  std::lock_guard lock(mutex_);
  return zone_;
}

RecordRef Crm::Engine::Real(RecordRef record) const {
  if (!internal::IsProvisional(record)) return record;
  std::lock_guard lock(mutex_);
  const auto found = became_.find(record.row);
  return found == became_.end() ? RecordRef{record.type, kNoRow} : found->second;
}

size_t internal::MemoryOf(const Snapshot& snapshot) {
  size_t bytes = snapshot.LedgerMemoryUsed();
  for (const TypeDef* type : snapshot.schema().types()) bytes += snapshot.MemoryUsed(type->id);
  return bytes;
}

std::shared_ptr<const Snapshot> Crm::Engine::Current() const {
  std::lock_guard lock(mutex_);
  return snapshot_;
}

absl::Status Crm::Engine::Freshen() {
  return options_.exclusive ? absl::OkStatus() : View(std::span<const ColumnsNeeded>{}).status();
}

absl::StatusOr<std::shared_ptr<const Snapshot>> Crm::Engine::View(std::span<const TypeId> types) {
  return View(WholeTables(types));
}

absl::StatusOr<std::shared_ptr<const Snapshot>> Crm::Engine::View(
    std::span<const ColumnsNeeded> columns) {
  std::optional<CommitId> head;
  if (!options_.exclusive) {
    RELATA_ASSIGN_OR_RETURN(head, store_->HeadId());
  }
  {
    std::lock_guard lock(mutex_);
    const bool loaded = std::all_of(columns.begin(), columns.end(),
                                    [&](const ColumnsNeeded& c) { return snapshot_->Loaded(c); });
    if (loaded && (!head || *head == snapshot_->commit())) return snapshot_;
  }
  // Loading waits for a commit under way, so that the tables read belong to the snapshot they join.
  std::lock_guard commit_lock(commit_mutex_);
  RELATA_ASSIGN_OR_RETURN(std::unique_ptr<StoreReader> reader, store_->Read());
  RELATA_RETURN_IF_ERROR(Refresh(*reader));
  std::lock_guard lock(mutex_);
  RELATA_ASSIGN_OR_RETURN(std::shared_ptr<const Snapshot> loaded,
                          snapshot_->Load(columns, *reader));
  const size_t limit = memory_limit();
  if (limit == 0 || internal::MemoryOf(*loaded) <= limit) snapshot_ = loaded;
  return loaded;
}

// Called with mutex_ held.
std::map<std::string, Definition> Crm::Engine::DefinitionsHere(std::string_view kind) const {
  std::map<std::string, Definition> found;
  if (const auto known = definitions_.find(kind); known != definitions_.end()) {
    found = known->second;
  }
  if (committing_ != std::this_thread::get_id()) return found;
  if (const auto fresh = being_defined_.find(kind); fresh != being_defined_.end()) {
    for (const auto& [name, definition] : fresh->second) found[name] = definition;
  }
  return found;
}

absl::StatusOr<Definition> Crm::Engine::FindDefinition(std::string_view kind,
                                                       std::string_view name) const {
  std::lock_guard lock(mutex_);
  const auto look = [&](const auto& definitions) -> const Definition* {
    const auto of_kind = definitions.find(kind);
    if (of_kind == definitions.end()) return nullptr;
    const auto found = of_kind->second.find(std::string(name));
    return found == of_kind->second.end() ? nullptr : &found->second;
  };
  const Definition* found = nullptr;
  if (committing_ == std::this_thread::get_id()) found = look(being_defined_);
  if (found == nullptr) found = look(definitions_);
  if (found != nullptr && !found->body.empty()) return *found;
  return NotFound(Concat("there is no ", kind, " '", name, "'"));
}

std::vector<Definition> Crm::Engine::Definitions(std::string_view kind) const {
  std::lock_guard lock(mutex_);
  std::vector<Definition> found;
  for (const auto& [name, definition] : DefinitionsHere(kind)) {
    if (!definition.body.empty()) found.push_back(definition);
  }
  return found;
}

std::shared_ptr<const void> Crm::Engine::Parsed(std::string_view kind, std::type_index as,
                                                const internal::MakeParsed& make) const {
  bool fresh = false;  // with definitions that are not committed
  uint64_t read = 0;
  {
    std::lock_guard lock(mutex_);
    read = definitions_read_;
    fresh = committing_ == std::this_thread::get_id() &&
            being_defined_.find(kind) != being_defined_.end();
    if (const auto known = parsed_.find(kind); !fresh && known != parsed_.end()) {
      const auto found = known->second.find(as);
      if (found != known->second.end()) return found->second;
    }
  }
  std::shared_ptr<const void> parsed = make(Definitions(kind));
  std::lock_guard lock(mutex_);
  if (!fresh && read == definitions_read_) parsed_[std::string(kind)][as] = parsed;
  return parsed;
}

std::shared_ptr<const internal::PublishedMemberships> Crm::Engine::memberships() const {
  std::lock_guard lock(mutex_);
  return memberships_->published();
}

absl::StatusOr<Crm::Engine::Newest> Crm::Engine::FindNewest() {
  std::optional<CommitId> head;
  if (!options_.exclusive) {
    RELATA_ASSIGN_OR_RETURN(head, store_->HeadId());
  }
  {
    std::lock_guard lock(mutex_);
    if (!head || *head == snapshot_->commit()) {
      return Newest{snapshot_, memberships_->published()};
    }
  }
  RELATA_RETURN_IF_ERROR(Freshen());
  std::lock_guard lock(mutex_);
  return Newest{snapshot_, memberships_->published()};
}

absl::Status Crm::Engine::FillMembership(std::string_view segment) {
  const Crm crm(shared_from_this());
  RELATA_ASSIGN_OR_RETURN(const internal::Condition condition, internal::FindSegment(crm, segment));
  RELATA_ASSIGN_OR_RETURN(std::vector<ColumnsNeeded> columns,
                          internal::ColumnsNeededBy(crm, condition));
  columns.push_back({condition.type, {kIdField}});
  RELATA_RETURN_IF_ERROR(View(std::span<const ColumnsNeeded>(columns)).status());
  std::lock_guard commit_lock(commit_mutex_);
  std::shared_ptr<const Snapshot> view;
  {
    std::lock_guard lock(mutex_);
    view = snapshot_;
  }
  RELATA_RETURN_IF_ERROR(memberships_->Fill(crm, *view, segment));
  std::lock_guard lock(mutex_);
  memberships_->Publish(view->commit());
  return absl::OkStatus();
}

}  // namespace relata

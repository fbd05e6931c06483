// SPDX-License-Identifier: Apache-2.0
//
// Opening a Crm: the one place that knows every room. It picks the store and hands the engine the
// rules and answers of the rooms above it.

#include <memory>
#include <string>
#include <utility>

#include "base/strings.h"
#include "engine/engine.h"
#include "engine/open_store.h"
#include "relata/engine/crm.h"
#include "relata/privacy/erasure.h"
#include "relata/process/pipeline.h"
#include "relata/process/workflow.h"
#include "relata/segment/audience.h"
#include "relata/storage/memory.h"
#include "relata/storage/postgres.h"
#include "relata/storage/sqlite.h"
#include "score/named_score.h"
#include "segment/contact_cards.h"
#include "storage/postgres/staging.h"

namespace relata {
namespace {

Hooks AllHooks() {
  Hooks hooks;
  hooks.score = internal::AnswerNamedScore;
  hooks.scores = internal::AnswerNamedScores;
  hooks.score_plans = internal::NamedScorePlans;
  hooks.may_contact = AnswerMayContact;
  hooks.consent_types = ConsentTables;
  hooks.consent = std::make_shared<internal::ContactCards>();
  return hooks;
}

}  // namespace

namespace internal {
namespace {

template <class Choice>
Choice Chosen(const OpenOptions& options) {
  Choice choice;
  choice.create = options.create && !options.read_only;
  choice.read_only = options.read_only;
  choice.tenant = options.tenant;
  return choice;
}

}  // namespace

bool IsServer(std::string_view where) {
  return where.starts_with("postgres://") || where.starts_with("postgresql://");
}

absl::StatusOr<std::unique_ptr<Store>> OpenStore(std::string_view where,
                                                 const OpenOptions& options) {
  if (where.empty()) return InvalidArgument("a database needs a place: a file or :memory:");
  if (IsServer(where)) {
    return OpenPostgresStore(std::string(where), Chosen<PostgresOptions>(options));
  }
  if (where == ":memory:") return NewMemoryStore();
  return OpenSqliteStore(std::string(where), Chosen<SqliteOptions>(options));
}

absl::StatusOr<std::unique_ptr<Store>> OpenStagedStore(std::string_view where,
                                                       const OpenOptions& options) {
  return OpenStagedPostgres(std::string(where), Chosen<PostgresOptions>(options));
}

absl::Status KeepStaged(std::string_view where, const OpenOptions& options) {
  return KeepStagedPostgres(std::string(where), Chosen<PostgresOptions>(options));
}

absl::Status DropStaged(std::string_view where, const OpenOptions& options) {
  return DropStagedPostgres(std::string(where), Chosen<PostgresOptions>(options));
}

}  // namespace internal

absl::StatusOr<Crm> Crm::Open(std::string_view where, OpenOptions options) {
  RELATA_ASSIGN_OR_RETURN(std::unique_ptr<Store> store, internal::OpenStore(where, options));
  if (where == ":memory:") options.exclusive = true;
  return Open(std::move(store), std::move(options));
}

absl::StatusOr<Crm> Crm::Open(std::unique_ptr<Store> store, OpenOptions options) {
  if (!options.ids) options.ids = NewRandomIds();
  const std::optional<SecretKey> key = options.privacy_key;
  RELATA_ASSIGN_OR_RETURN(std::shared_ptr<Engine> engine,
                          Engine::Open(std::move(store), std::move(options)));
  engine->SetHooks(AllHooks());
  engine->AddDecider(SuppressionGuard(key));
  engine->AddDecider(StageGate());
  engine->AddDecider(WorkflowRunner());
  return Crm(std::move(engine));
}

}  // namespace relata

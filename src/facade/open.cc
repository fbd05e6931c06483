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

bool IsServer(std::string_view where) {
  return where.starts_with("postgres://") || where.starts_with("postgresql://");
}

absl::StatusOr<std::unique_ptr<Store>> OpenStore(std::string_view where,
                                                 const OpenOptions& options) {
  if (where.empty()) return InvalidArgument("a database needs a place: a file or :memory:");
  const auto choose = [&](auto choice) {
    choice.create = options.create && !options.read_only;
    choice.read_only = options.read_only;
    choice.tenant = options.tenant;
    return choice;
  };
  if (IsServer(where)) return OpenPostgresStore(std::string(where), choose(PostgresOptions()));
  if (where == ":memory:") return NewMemoryStore();
  return OpenSqliteStore(std::string(where), choose(SqliteOptions()));
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

// SPDX-License-Identifier: Apache-2.0

#include "engine/past.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "codec/pack.h"
#include "engine/batch.h"
#include "engine/engine.h"
#include "engine/graph_view.h"
#include "relata/base/zone.h"

namespace relata::internal {

absl::StatusOr<CommitRow> LastCommitAt(StoreReader& reader, Timestamp t) {
  RELATA_ASSIGN_OR_RETURN(CommitRow found, reader.Head());
  if (found.id == 0 || found.recorded <= t) return found;
  // Commits are numbered without gaps and recorded in order.
  CommitId first_after = found.id;
  CommitId last_before = 0;
  found = CommitRow();
  found.recorded = Timestamp::kMin;
  while (first_after - last_before > 1) {
    const CommitId middle = last_before + (first_after - last_before) / 2;
    RELATA_ASSIGN_OR_RETURN(CommitRow commit, reader.FindCommit(middle));
    if (commit.recorded <= t) {
      last_before = middle;
      found = std::move(commit);
    } else {
      first_after = middle;
    }
  }
  return found;
}

absl::StatusOr<PastInstant> FindInstant(StoreReader& reader, const AsOf& as_of, const Zone& zone) {
  PastInstant instant;
  RELATA_ASSIGN_OR_RETURN(instant.known,
                          LastCommitAt(reader, as_of.known_at.value_or(Timestamp::kMax)));
  instant.since = instant.known.id;
  instant.at = as_of.at;
  if (as_of.at) {
    instant.day = zone.LocalDate(*as_of.at);
    RELATA_ASSIGN_OR_RETURN(const CommitRow before, LastCommitAt(reader, *as_of.at));
    instant.since = std::min(instant.since, before.id);
  }
  return instant;
}

absl::Status RecordedTimes::Load(StoreReader& reader, CommitId since) {
  since_ = since;
  recorded_.clear();
  return reader.ScanCommits(since, [&](const CommitRow& commit) {
    recorded_.push_back(commit.recorded);
    return absl::OkStatus();
  });
}

absl::StatusOr<FieldValues> ImagesOf(const ChangeWrite& change) {
  RELATA_ASSIGN_OR_RETURN(FieldValues values, UnpackFields(change.before));
  std::string_view personal = change.personal;
  personal.remove_prefix(std::min(personal.size(), kImageSalt));
  RELATA_ASSIGN_OR_RETURN(FieldValues more, UnpackFields(personal));
  values.insert(values.end(), std::make_move_iterator(more.begin()),
                std::make_move_iterator(more.end()));
  return values;
}

absl::Status PastView::Resolve(Crm::Engine& engine) {
  if (instant_) return absl::OkStatus();
  RELATA_ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, engine.Read());
  RELATA_ASSIGN_OR_RETURN(instant_,
                          FindInstant(*reader, as_of_, Zone::Load(engine.zone()).value_or(Zone())));
  return absl::OkStatus();
}

absl::StatusOr<PastInstant> PastView::Instant(Crm::Engine& engine) {
  const std::lock_guard lock(mutex_);
  RELATA_RETURN_IF_ERROR(Resolve(engine));
  return *instant_;
}

absl::StatusOr<PastSnapshot> PastView::View(Crm::Engine& engine, std::span<const TypeId> types) {
  const std::lock_guard lock(mutex_);
  RELATA_RETURN_IF_ERROR(Resolve(engine));
  const bool loaded = view_ && std::all_of(types.begin(), types.end(),
                                           [&](TypeId t) { return types_.contains(t); });
  if (loaded) return *view_;
  std::set<TypeId> wanted = types_;
  wanted.insert(types.begin(), types.end());
  const std::vector<TypeId> all(wanted.begin(), wanted.end());
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> today, engine.View(all));
  RELATA_ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, engine.Read());
  RELATA_ASSIGN_OR_RETURN(view_, today->Rewind(*instant_, *reader));
  types_ = std::move(wanted);
  return *view_;
}

// Each version is told in the log of definitions when it is written, so the order of commits says
// which were known.
absl::StatusOr<const PastView::Known*> PastView::KnownDefinitions(Crm::Engine& engine) {
  const std::lock_guard lock(mutex_);
  if (definitions_) return &*definitions_;
  RELATA_RETURN_IF_ERROR(Resolve(engine));
  RELATA_ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, engine.Read());
  std::set<std::string> later;  // "kind/name/version" defined after the commit that counts
  RELATA_RETURN_IF_ERROR(
      reader->ScanLog(kDefinitionLog, instant_->known.last_seq, "", [&](const LogWrite& line) {
        later.insert(Concat(line.key, "/", line.body));
        return absl::OkStatus();
      }));
  Known known;
  RELATA_RETURN_IF_ERROR(reader->ScanDefinitions([&](const DefinitionWrite& write) {
    if (!later.contains(Concat(write.kind, "/", write.name, "/", write.version))) {
      known[{write.kind, write.name}] = {write.kind, write.name, write.version, write.body};
    }
    return absl::OkStatus();
  }));
  definitions_ = std::move(known);
  return &*definitions_;
}

absl::StatusOr<std::optional<Definition>> PastView::FindDefinition(Crm::Engine& engine,
                                                                   std::string_view kind,
                                                                   std::string_view name) {
  RELATA_ASSIGN_OR_RETURN(const Known* known, KnownDefinitions(engine));
  const auto found = known->find({std::string(kind), std::string(name)});
  if (found == known->end() || found->second.body.empty()) return std::optional<Definition>();
  return std::optional<Definition>(found->second);
}

absl::StatusOr<std::vector<Definition>> PastView::Definitions(Crm::Engine& engine,
                                                              std::string_view kind) {
  RELATA_ASSIGN_OR_RETURN(const Known* known, KnownDefinitions(engine));
  std::vector<Definition> found;
  for (auto it = known->lower_bound({std::string(kind), ""});
       it != known->end() && it->first.first == kind; ++it) {
    if (!it->second.body.empty()) found.push_back(it->second);
  }
  return found;
}

}  // namespace relata::internal

namespace relata {

using internal::Concat;

absl::StatusOr<Crm> Crm::Past(const AsOf& as_of) const {
  for (const std::optional<Timestamp>& t : {as_of.at, as_of.known_at}) {
    if (t && (*t < Timestamp::kMin || *t > Timestamp::kMax)) {
      return InvalidArgument("a past instant lies outside the years 0001 to 9999");
    }
  }
  Crm past(engine_);
  if (!as_of.today()) past.past_ = std::make_shared<internal::PastView>(as_of);
  return past;
}

const AsOf& Crm::as_of() const {
  static constexpr AsOf kToday;
  return past_ == nullptr ? kToday : past_->as_of();
}

absl::StatusOr<int64_t> Crm::Erased(std::string_view type) const {
  const TypeDef* def = schema()->Find(type);
  if (def == nullptr && !type.empty()) {
    return InvalidArgument(Concat("there is no type '", type, "'"));
  }
  if (past_ == nullptr) return int64_t{0};
  if (type.empty()) {
    RELATA_ASSIGN_OR_RETURN(const PastSnapshot view, past_->View(*engine_, {}));
    int64_t all = 0;
    for (const auto& [id, count] : view.erased) all += count;
    return all;
  }
  const TypeId types[] = {def->id};
  RELATA_ASSIGN_OR_RETURN(const PastSnapshot view, past_->View(*engine_, types));
  const auto found = view.erased.find(def->id);
  return found == view.erased.end() ? int64_t{0} : found->second;
}

}  // namespace relata

// SPDX-License-Identifier: Apache-2.0

#include "relata/engine/transaction.h"

#include <iterator>
#include <utility>

#include "base/strings.h"
#include "engine/batch.h"
#include "engine/engine.h"

namespace relata {

using internal::Concat;
using internal::FieldValues;
using internal::RecordOp;

namespace {

void Stick(Transaction::Batch& batch, absl::Status status) {
  if (batch.status.ok()) {
    batch.status = Annotate(std::move(status), Concat("operation ", batch.size() + 1));
  }
}

// The type by name, or nullptr with the error stuck.
const TypeDef* TypeOf(Transaction::Batch& batch, std::string_view name, bool event) {
  const TypeDef* type = batch.schema->Find(name);
  if (type == nullptr) {
    Stick(batch, InvalidArgument(Concat("there is no type '", name, "'")));
  } else if (type->event != event) {
    Stick(batch, InvalidArgument(
                     Concat("'", name, "' is ", type->event ? "an event" : "a record", " type")));
    type = nullptr;
  }
  return type;
}

const TypeDef* TypeOf(Transaction::Batch& batch, RecordRef record) {
  if (record.none() || record.type >= batch.schema->types().size() ||
      batch.schema->type(record.type).event) {
    Stick(batch, InvalidArgument("the reference names no record"));
    return nullptr;
  }
  return &batch.schema->type(record.type);
}

// Appends the values by field number; false when a name is wrong, with the error stuck.
bool Resolve(Transaction::Batch& batch, const TypeDef& type, NamedValues values,
             FieldValues& resolved) {
  for (auto& [name, value] : values) {
    const FieldDef* field = type.FindField(name);
    if (field == nullptr) {
      Stick(batch, InvalidArgument(Concat("'", type.name, "' has no field '", name, "'")));
      return false;
    }
    resolved.emplace_back(field->id, std::move(value));
  }
  return true;
}

std::optional<FieldValues> Resolve(Transaction::Batch& batch, const TypeDef& type,
                                   NamedValues values) {
  FieldValues resolved;
  resolved.reserve(values.size());
  if (!Resolve(batch, type, std::move(values), resolved)) return std::nullopt;
  return resolved;
}

}  // namespace

Transaction::Transaction(std::unique_ptr<Batch> batch) : batch_(std::move(batch)) {}
Transaction::Transaction(Transaction&&) noexcept = default;
Transaction& Transaction::operator=(Transaction&&) noexcept = default;
Transaction::~Transaction() = default;

const absl::Status& Transaction::status() const { return batch_->status; }
size_t Transaction::size() const { return batch_->size(); }

RecordRef Transaction::Create(std::string_view type, NamedValues values) {
  if (!batch_->status.ok()) return {};
  const TypeDef* def = TypeOf(*batch_, type, false);
  if (def == nullptr) return {};
  auto resolved = Resolve(*batch_, *def, std::move(values));
  if (!resolved) return {};
  const RecordRef record{def->id, batch_->engine->NewProvisionalRow()};
  batch_->records.push_back({RecordOp::Op::kCreate, record, *std::move(resolved), "", "", {}});
  return record;
}

RecordRef Transaction::CreatePlaced(std::string_view type, FieldValues values) {
  if (!batch_->status.ok()) return {};
  const TypeDef* def = TypeOf(*batch_, type, false);
  if (def == nullptr) return {};
  for (auto& [place, value] : values) place = batch_->schema->FieldAt(def->id, place);
  const RecordRef record{def->id, batch_->engine->NewProvisionalRow()};
  batch_->records.push_back({RecordOp::Op::kCreate, record, std::move(values), "", "", {}});
  return record;
}

void Transaction::Update(RecordRef record, NamedValues values) {
  if (!batch_->status.ok()) return;
  const TypeDef* def = TypeOf(*batch_, record);
  if (def == nullptr) return;
  auto resolved = Resolve(*batch_, *def, std::move(values));
  if (!resolved) return;
  batch_->records.push_back({RecordOp::Op::kUpdate, record, *std::move(resolved), "", "", {}});
}

void Transaction::UpdatePlaced(RecordRef record, std::string_view type, FieldValues values) {
  if (!batch_->status.ok()) return;
  const TypeDef* def = TypeOf(*batch_, type, false);
  if (def == nullptr || TypeOf(*batch_, record) == nullptr) return;
  for (auto& [place, value] : values) place = batch_->schema->FieldAt(def->id, place);
  batch_->records.push_back({RecordOp::Op::kUpdate, record, std::move(values), "", "", {}});
}

RecordRef Transaction::Upsert(std::string_view type, std::string_view system, std::string_view key,
                              NamedValues values) {
  if (!batch_->status.ok()) return {};
  const TypeDef* def = TypeOf(*batch_, type, false);
  if (def == nullptr) return {};
  if (system.empty() || key.empty()) {
    Stick(*batch_, InvalidArgument("an external key needs a system and a key"));
    return {};
  }
  auto resolved = Resolve(*batch_, *def, std::move(values));
  if (!resolved) return {};
  const RecordRef record{def->id, batch_->engine->NewProvisionalRow()};
  batch_->records.push_back({RecordOp::Op::kUpsert,
                             record,
                             *std::move(resolved),
                             std::string(system),
                             std::string(key),
                             {}});
  return record;
}

void Transaction::AddKey(RecordRef record, std::string_view system, std::string_view key) {
  if (!batch_->status.ok() || TypeOf(*batch_, record) == nullptr) return;
  if (system.empty() || key.empty()) {
    return Stick(*batch_, InvalidArgument("an external key needs a system and a key"));
  }
  batch_->records.push_back(
      {RecordOp::Op::kAddKey, record, {}, std::string(system), std::string(key), {}});
}

void Transaction::Delete(RecordRef record) {
  if (!batch_->status.ok() || TypeOf(*batch_, record) == nullptr) return;
  batch_->records.push_back({RecordOp::Op::kDelete, record, {}, "", "", {}});
}

void Transaction::Erase(RecordRef record) {
  if (!batch_->status.ok() || TypeOf(*batch_, record) == nullptr) return;
  batch_->records.push_back({RecordOp::Op::kErase, record, {}, "", "", {}});
}

void Transaction::Erase(EraseWrite what) {
  if (!batch_->status.ok()) return;
  const auto append = [](auto& to, auto& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  append(batch_->erase.subjects, what.subjects);
  append(batch_->erase.images, what.images);
  append(batch_->erase.events, what.events);
  append(batch_->erase.entries, what.entries);
  append(batch_->erase.lines, what.lines);
  append(batch_->erase.words, what.words);
}

void Transaction::Redact(RecordRef record, NamedValues values) {
  if (!batch_->status.ok()) return;
  const TypeDef* def = TypeOf(*batch_, record);
  if (def == nullptr) return;
  auto resolved = Resolve(*batch_, *def, std::move(values));
  if (!resolved) return;
  batch_->records.push_back({RecordOp::Op::kRedact, record, *std::move(resolved), "", "", {}});
}

void Transaction::Merge(RecordRef loser, RecordRef winner) {
  if (!batch_->status.ok() || TypeOf(*batch_, loser) == nullptr) return;
  if (TypeOf(*batch_, winner) == nullptr) return;
  if (loser.type != winner.type) {
    return Stick(*batch_, InvalidArgument("only records of one type can be merged"));
  }
  batch_->records.push_back({RecordOp::Op::kMerge, loser, {}, "", "", winner});
}

void Transaction::Unmerge(RecordRef loser) {
  if (!batch_->status.ok() || TypeOf(*batch_, loser) == nullptr) return;
  batch_->records.push_back({RecordOp::Op::kUnmerge, loser, {}, "", "", {}});
}

void Transaction::Append(std::string_view event_type, RecordRef subject, Timestamp at,
                         NamedValues values) {
  if (!batch_->status.ok()) return;
  if (TypeOf(*batch_, subject) == nullptr) return;
  const TypeDef* def = batch_->schema->FindEvent(event_type, subject.type);
  if (def == nullptr) {
    const TypeDef* other = TypeOf(*batch_, event_type, true);
    if (other == nullptr) return;
    return Stick(*batch_,
                 InvalidArgument(Concat("'", event_type, "' is about a ",
                                        batch_->schema->type(other->subject).name, ", not a ",
                                        batch_->schema->type(subject.type).name)));
  }
  if (at < Timestamp::kMin || at > Timestamp::kMax) {
    return Stick(*batch_, InvalidArgument("the instant lies outside the years 0001 to 9999"));
  }
  const size_t first = batch_->event_values.size();
  if (!Resolve(*batch_, *def, std::move(values), batch_->event_values)) return;
  batch_->events.push_back({def->id, subject, at, first, batch_->event_values.size() - first});
}

void Transaction::RecordConsent(ConsentEntry entry) {
  if (!batch_->status.ok()) return;
  const bool grants = entry.event == ConsentEvent::kGrant;
  const bool sale_share = entry.scope.purposes == Bit(Purpose::kSaleShare);
  if (entry.event == ConsentEvent::kUnknown) {
    return Stick(*batch_, InvalidArgument("a consent entry needs an event"));
  }
  if (grants && (entry.scope.purposes == 0 || (entry.scope.channels == 0 && !sale_share))) {
    return Stick(*batch_, InvalidArgument("a grant of consent must name its channel and purpose"));
  }
  if (entry.person.none() && entry.point.none()) {
    return Stick(*batch_, InvalidArgument("a consent entry needs a person or a point"));
  }
  batch_->entries.push_back(std::move(entry));
}

void Transaction::Define(std::string_view kind, std::string_view name, std::string body) {
  if (!batch_->status.ok()) return;
  if (kind.empty() || name.empty()) {
    return Stick(*batch_, InvalidArgument("a definition needs a kind and a name"));
  }
  batch_->definitions.push_back({std::string(kind), std::string(name), 0, std::move(body)});
}

void Transaction::Log(std::string_view log, RecordRef subject, std::string_view key,
                      std::string body) {
  if (!batch_->status.ok()) return;
  batch_->logs.push_back({std::string(log), 0, subject, std::string(key), {}, std::move(body)});
}

Transaction& Transaction::OperationId(std::string_view id) {
  batch_->operation_id = id;
  return *this;
}
Transaction& Transaction::Source(std::string_view system) {
  batch_->source = system;
  return *this;
}
Transaction& Transaction::Reason(std::string_view text) {
  batch_->reason = text;
  return *this;
}
Transaction& Transaction::EffectiveAt(Timestamp at) {
  batch_->effective_at = at;
  return *this;
}
Transaction& Transaction::OnlyAfter(CommitId head) {
  batch_->only_after = head;
  return *this;
}

absl::StatusOr<relata::Commit> Transaction::Commit(Timestamp now) {
  return batch_->engine->Submit(*batch_, now);
}

}  // namespace relata

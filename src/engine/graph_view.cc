// SPDX-License-Identifier: Apache-2.0

#include "engine/graph_view.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/strings.h"
#include "engine/columnar.h"
#include "engine/conditions.h"
#include "engine/engine.h"
#include "relata/base/zone.h"
#include "relata/consent/vocabulary.h"

namespace relata::internal {

Zone ZoneOf(const Crm& crm) { return Zone::Load(crm.zone()).value_or(Zone()); }

Value SnapshotView::Field(RecordRef record, FieldId field) const {
  const RecordRef here = snapshot_.Resolve(record);
  if (!snapshot_.Exists(here)) return Value();
  if (field == kIdField) return Value::Text(snapshot_.Id(here).ToString());
  return Resolved(snapshot_.Get(here, field));
}

Value SnapshotView::Resolved(Value value) const {
  if (!value.is(Value::Kind::kRecord)) return value;
  const RecordRef target = snapshot_.Resolve(value.record());
  return snapshot_.Exists(target) ? Value::Record(target) : Value();
}

void SnapshotView::Children(RecordRef parent, TypeId child, FieldId link,
                            std::vector<RecordRef>& out) const {
  std::vector<Row> rows;
  snapshot_.Children(snapshot_.Resolve(parent), child, link, rows);
  // Rows are given out in order of creation, but an import may say that an older record was created
  // later; the order promised is that of time.
  std::vector<std::pair<int64_t, Row>> ordered;
  ordered.reserve(rows.size());
  for (const Row row : rows) {
    const Value created = snapshot_.Get({child, row}, kCreatedAtField);
    ordered.emplace_back(created.is_null() ? Timestamp::kMin.micros : created.timestamp().micros,
                         row);
  }
  std::sort(ordered.begin(), ordered.end());
  for (const auto& [created, row] : ordered) out.push_back({child, row});
}

void SnapshotView::Events(RecordRef subject, TypeId event_type, std::vector<RecordRef>& out) const {
  std::vector<int64_t> places;
  snapshot_.Events(snapshot_.Resolve(subject), event_type, places);
  for (const int64_t place : places) out.push_back({event_type, place});
}

Value SnapshotView::EventField(RecordRef event, FieldId field) const {
  const EventRef ref{event.type, event.row};
  if (field == kAtField) return Value::Time(snapshot_.EventAt(ref));
  if (field == kSubjectField) {
    const RecordRef subject = snapshot_.Resolve(snapshot_.EventSubject(ref));
    return snapshot_.Exists(subject) ? Value::Record(subject) : Value();
  }
  return snapshot_.EventField(ref, field);
}

absl::StatusOr<SnapshotView::Asked*> SnapshotView::AskAbout(std::string_view name) const {
  auto found = segments_.find(name);
  if (found == segments_.end()) {
    RELATA_ASSIGN_OR_RETURN(Condition condition, FindSegment(crm_, name));
    auto segment = std::make_unique<Asked>();
    if (!condition.frozen) {
      EvaluationContext context;
      context.view = this;
      context.now = now_;
      context.zone = ZoneOf(crm_);
      segment->interpreter.emplace(condition.expression->shared_plan(), std::move(context));
      segment->kept = KeptMembers(name, condition.expression->plan());
    }
    segment->frozen = condition.frozen;
    found = segments_.emplace(std::string(name), std::move(segment)).first;
  }
  if (found->second->running) {
    return FailedPrecondition(Concat("segment '", name, "' depends on itself"));
  }
  return found->second.get();
}

const SegmentState* SnapshotView::KeptMembers(std::string_view name, const Plan& plan) const {
  const SegmentState* state = nullptr;
  if (states_) {
    state = states_(name, plan);
  } else if (!snapshot_.past()) {
    if (published_ == nullptr) published_ = crm_.engine().memberships();
    const auto found = published_->segments.find(name);
    if (published_->commit == snapshot_.commit() && found != published_->segments.end()) {
      state = StateOfPlan(*found->second, plan);
    }
  }
  return state != nullptr && state->Answers(now_) ? state : nullptr;
}

absl::StatusOr<bool> SnapshotView::InSegment(std::string_view name, RecordRef record) const {
  RELATA_ASSIGN_OR_RETURN(Asked * segment, AskAbout(name));
  if (segment->frozen) return segment->frozen->contains(snapshot_.Id(record));
  if (segment->kept != nullptr) {
    if (const auto known = segment->kept->Test(record.row, now_)) return *known;
  }
  segment->running = true;
  absl::StatusOr<Tri> member = segment->interpreter->EvaluateBoolean(record);
  segment->running = false;
  RELATA_RETURN_IF_ERROR(member.status());
  return *member == Tri::kTrue;
}

absl::StatusOr<bool> SnapshotView::InSegmentTimed(std::string_view name, RecordRef record,
                                                  Timestamp& valid_until) const {
  RELATA_ASSIGN_OR_RETURN(Asked * segment, AskAbout(name));
  if (segment->frozen) return segment->frozen->contains(snapshot_.Id(record));
  if (segment->kept != nullptr) {
    if (const std::optional<bool> known = segment->kept->Test(record.row, now_)) {
      valid_until = std::min(valid_until, segment->kept->HoldsUntil(record.row));
      return *known;
    }
  }
  segment->running = true;
  const absl::StatusOr<TimedTri> member = segment->interpreter->EvaluateTimed(record);
  segment->running = false;
  RELATA_RETURN_IF_ERROR(member.status());
  valid_until = std::min(valid_until, member->valid_until);
  return member->value == Tri::kTrue;
}

namespace {

class SegmentMembers : public Membership {
 public:
  // `kept` may be nullptr and holds for the snapshot and `now`.
  SegmentMembers(const SnapshotView& view, const Snapshot& snapshot, std::string name,
                 Condition condition, const SegmentState* kept, Timestamp now)
      : view_(view),
        snapshot_(snapshot),
        name_(std::move(name)),
        condition_(std::move(condition)),
        kept_(kept),
        now_(now) {}

  void Compile(const EvaluationContext& context) {
    if (condition_.frozen) return;
    columnar_ = ColumnarCondition::Make(snapshot_, condition_.expression->shared_plan(), context);
  }

  absl::StatusOr<const std::vector<ChunkBits>*> All() override {
    if (known_) return &members_;
    if (kept_ != nullptr) {
      RELATA_RETURN_IF_ERROR(TakeKept());
    } else if (columnar_ != nullptr) {
      RELATA_ASSIGN_OR_RETURN(Population population, columnar_->Evaluate());
      members_ = std::move(population.is_true);
    } else {
      RELATA_RETURN_IF_ERROR(AskEach());
    }
    known_ = true;
    return &members_;
  }

  absl::Status Among(const Rows& rows, const ChunkBits& wanted, ChunkBits& members) override {
    std::vector<Row> list;
    std::vector<size_t> places;
    EachBit(wanted, [&](size_t i) {
      if (rows.at(i) == kNoRow) return;
      if (kept_ != nullptr) {
        if (const std::optional<bool> in = kept_->Test(rows.at(i), now_)) {
          if (*in) SetBit(members, i);
          return;
        }
      }
      list.push_back(rows.at(i));
      places.push_back(i);
    });
    if (list.empty()) return absl::OkStatus();
    if (columnar_ == nullptr) {
      for (size_t k = 0; k < list.size(); ++k) {
        RELATA_ASSIGN_OR_RETURN(const bool in, view_.InSegment(name_, {condition_.type, list[k]}));
        if (in) SetBit(members, places[k]);
      }
      return absl::OkStatus();
    }
    RELATA_ASSIGN_OR_RETURN(const std::vector<Tri> answers, columnar_->EvaluateAmong(list));
    for (size_t k = 0; k < list.size(); ++k) {
      if (answers[k] == Tri::kTrue) SetBit(members, places[k]);
    }
    return absl::OkStatus();
  }

 private:
  // The kept bits; those whose timer has run out are asked again.
  absl::Status TakeKept() {
    const Row limit = snapshot_.RowLimit(condition_.type);
    members_.assign((static_cast<size_t>(limit) + kRowsPerChunk - 1) / kRowsPerChunk, ChunkBits{});
    std::vector<Row> again;
    for (size_t c = 0; c < members_.size(); ++c) {
      if (const ChunkBits* bits = kept_->members[c]) members_[c] = *bits;
      const ChunkTimers* timers = kept_->timers[c];
      if (timers == nullptr) continue;
      for (const auto& [offset, at] : timers->until) {
        if (at <= now_.micros) again.push_back(static_cast<Row>(c * kRowsPerChunk + offset));
      }
    }
    std::erase_if(again, [&](Row row) { return !snapshot_.Exists({condition_.type, row}); });
    for (const Row row : again) {
      RELATA_ASSIGN_OR_RETURN(const bool in, view_.InSegment(name_, {condition_.type, row}));
      ChunkBits& bits = members_[ChunkOf(row)];
      in ? SetBit(bits, OffsetOf(row)) : ClearBit(bits, OffsetOf(row));
    }
    return absl::OkStatus();
  }

  absl::Status AskEach() {
    const Row limit = snapshot_.RowLimit(condition_.type);
    members_.assign((static_cast<size_t>(limit) + kRowsPerChunk - 1) / kRowsPerChunk, ChunkBits{});
    if (condition_.frozen) {
      for (const Uuid& id : *condition_.frozen) {
        const RecordRef record = snapshot_.Find(condition_.type, id);
        if (!record.none()) SetBit(members_[ChunkOf(record.row)], OffsetOf(record.row));
      }
      return absl::OkStatus();
    }
    for (Row row = 0; row < limit; ++row) {
      const RecordRef record{condition_.type, row};
      if (!snapshot_.Exists(record)) continue;
      RELATA_ASSIGN_OR_RETURN(const bool in, view_.InSegment(name_, record));
      if (in) SetBit(members_[ChunkOf(row)], OffsetOf(row));
    }
    return absl::OkStatus();
  }

  const SnapshotView& view_;
  const Snapshot& snapshot_;
  const std::string name_;
  const Condition condition_;
  const SegmentState* const kept_;
  const Timestamp now_;
  std::unique_ptr<ColumnarCondition> columnar_;
  bool known_ = false;
  std::vector<ChunkBits> members_;
};

}  // namespace

std::shared_ptr<Membership> SnapshotView::SegmentOf(std::string_view name, TypeId type) const {
  if (const auto found = members_.find(name); found != members_.end()) return found->second;
  absl::StatusOr<Condition> condition = FindSegment(crm_, name);
  if (!condition.ok() || condition->type != type) return nullptr;
  // While it is made ready, whoever names it again finds nothing.
  const auto place = members_.emplace(std::string(name), nullptr).first;
  const SegmentState* kept =
      condition->frozen ? nullptr : KeptMembers(name, condition->expression->plan());
  auto members = std::make_shared<SegmentMembers>(*this, snapshot_, std::string(name),
                                                  *std::move(condition), kept, now_);
  EvaluationContext context;
  context.view = this;
  context.now = now_;
  context.zone = ZoneOf(crm_);
  members->Compile(context);
  place->second = members;
  return members;
}

absl::StatusOr<double> SnapshotView::Score(std::string_view name, RecordRef record) const {
  if (!hooks_.score) return FailedPrecondition("no room answers for scores");
  return hooks_.score({crm_, snapshot_, now_}, name, record);
}

absl::StatusOr<std::vector<double>> SnapshotView::Scores(std::string_view name, TypeId type) const {
  if (!hooks_.scores) return FailedPrecondition("no room answers for scores");
  return hooks_.scores({crm_, snapshot_, now_}, name, type);
}

absl::StatusOr<bool> SnapshotView::MayContact(RecordRef person, std::string_view channel,
                                              std::string_view purpose) const {
  if (!hooks_.may_contact) return FailedPrecondition("no room answers for consent");
  return hooks_.may_contact({crm_, snapshot_, now_}, person, channel, purpose);
}

absl::StatusOr<Statement> SnapshotView::LastStatement(RecordRef person, std::string_view channel,
                                                      std::string_view purpose) const {
  const auto [event, at] =
      snapshot_.LastStatement(person, ParseChannel(channel), ParsePurpose(purpose));
  if (event == ConsentEvent::kUnknown) return Statement{};
  return Statement{Name(event), at};
}

// Rates by (from, to), oldest first; read once a question.
const SnapshotView::RateTable& SnapshotView::Rates() const {
  if (rates_) return *rates_;
  rates_.emplace();
  const TypeDef* type = snapshot_.schema().Find("exchange_rate");
  if (type == nullptr || !snapshot_.Loaded(type->id)) return *rates_;
  const FieldDef* from = type->FindField("from_currency");
  const FieldDef* to = type->FindField("to_currency");
  const FieldDef* rate = type->FindField("rate");
  const FieldDef* valid = type->FindField("on");
  if (!from || !to || !rate || !valid) return *rates_;
  for (Row row = 0; row < snapshot_.RowLimit(type->id); ++row) {
    const RecordRef record{type->id, row};
    if (!snapshot_.Exists(record)) continue;
    const Value value = snapshot_.Get(record, rate->id);
    const Value day = snapshot_.Get(record, valid->id);
    if (!value.is(Value::Kind::kDouble) || !(value.double_value() > 0)) continue;
    (*rates_)[{ToDisplay(snapshot_.Get(record, from->id)),
               ToDisplay(snapshot_.Get(record, to->id))}]
        .push_back(
            {day.is(Value::Kind::kDate) ? day.date().days : INT32_MIN + 1, value.double_value()});
  }
  // Of one day the first recorded counts.
  for (auto& [pair, list] : *rates_) {
    std::stable_sort(list.begin(), list.end(),
                     [](const Rate& a, const Rate& b) { return a.day < b.day; });
    list.erase(std::unique(list.begin(), list.end(),
                           [](const Rate& a, const Rate& b) { return a.day == b.day; }),
               list.end());
  }
  return *rates_;
}

// The rate in force: the newest exchange_rate record of the pair that is not later than `at`, or
// the inverse pair's when that is newer.
absl::StatusOr<Money> SnapshotView::Convert(const Money& amount, Currency currency,
                                            Timestamp at) const {
  if (amount.currency == currency || amount.units == 0) return Money{amount.units, currency};
  const RateTable& rates = Rates();
  if (rates.empty()) return NotFound("there are no exchange rates");
  const std::string source = amount.currency.ToString();
  const std::string target = currency.ToString();
  const int32_t day = UtcDate(at).days;
  const auto newest = [&](const std::string& from, const std::string& to) -> const Rate* {
    const auto found = rates.find({from, to});
    if (found == rates.end()) return nullptr;
    const auto after = std::upper_bound(found->second.begin(), found->second.end(), day,
                                        [](int32_t d, const Rate& r) { return d < r.day; });
    return after == found->second.begin() ? nullptr : &*(after - 1);
  };
  const Rate* straight = newest(source, target);
  const Rate* inverse = newest(target, source);
  if (straight == nullptr && inverse == nullptr) {
    return NotFound(Concat("there is no rate from ", source, " to ", target));
  }
  const bool use_straight =
      straight != nullptr && (inverse == nullptr || straight->day >= inverse->day);
  const double factor = use_straight ? straight->rate : 1 / inverse->rate;
  const double units = static_cast<double>(amount.units) * factor;
  if (!(units > -9.2e18 && units < 9.2e18)) return NotFound("the converted amount is out of range");
  return Money{static_cast<int64_t>(units + (units < 0 ? -0.5 : 0.5)), currency};
}

absl::StatusOr<Value> SnapshotView::FieldAt(RecordRef record, FieldId field, Timestamp at) const {
  const RecordRef here = snapshot_.Resolve(record);
  if (!snapshot_.Exists(here)) return Value();
  RELATA_ASSIGN_OR_RETURN(Value then, history_.At(here, field, at));
  return Resolved(std::move(then));
}

absl::StatusOr<std::optional<Timestamp>> SnapshotView::LastChange(RecordRef record,
                                                                  FieldId field) const {
  const RecordRef here = snapshot_.Resolve(record);
  if (!snapshot_.Exists(here)) return std::optional<Timestamp>();
  return history_.LastChange(here, field);
}

}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0

#include "engine/reach.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "engine/conditions.h"
#include "engine/graph.h"

namespace relata::internal {

namespace {
constexpr size_t kMostPlans = 500;
}  // namespace

// Makes the routes of one plan after another.
class ReachBuilder {
 public:
  ReachBuilder(const Crm& crm, Reach& reach) : crm_(crm), schema_(crm.schema()), reach_(reach) {}

  absl::Status Add(std::string segment, std::shared_ptr<const Plan> plan, size_t start) {
    // A segment asked about the same record in two places is one plan.
    for (const Reach::Named& known : reach_.plans_) {
      if (known.segment == segment && known.route == start) return absl::OkStatus();
    }
    if (reach_.plans_.size() >= kMostPlans) {
      return FailedPrecondition("the segments that this one names go round in a circle");
    }
    reach_.plans_.push_back({std::move(segment), plan, start});
    Walk walk{*plan, start, {}, {}};
    walk.users.assign(plan->nodes().size(), plan->root_index());
    walk.origins.resize(plan->nodes().size());
    for (uint32_t i = 0; i < plan->nodes().size(); ++i) {
      for (const uint32_t input : plan->node(i).inputs) walk.users[input] = i;
    }
    for (uint32_t i = 0; i < plan->nodes().size(); ++i) {
      RELATA_RETURN_IF_ERROR(AddReads(walk, i));
    }
    return absl::OkStatus();
  }

  size_t Start(TypeId type) {
    return Intern({Reach::Route::Step::kStart, 0, type, kNoField, false});
  }

 private:
  using Routes = std::set<size_t>;
  struct Walk {
    const Plan& plan;
    size_t start;
    std::vector<uint32_t> users;
    std::vector<std::optional<Routes>> origins;
  };

  size_t Intern(const Reach::Route& route) {
    const auto found = std::find(reach_.routes_.begin(), reach_.routes_.end(), route);
    if (found != reach_.routes_.end()) {
      return static_cast<size_t>(found - reach_.routes_.begin());
    }
    reach_.routes_.push_back(route);
    return reach_.routes_.size() - 1;
  }

  size_t Stand(const Reach::Route& route) {
    const size_t at = Intern(route);
    reach_.types_.insert(route.end);
    reach_.ends_[route.end].insert(at);
    return at;
  }

  void Read(TypeId type, FieldId field, const Routes& at) {
    for (const size_t route : at) {
      if (reach_.routes_[route].end == type) reach_.fields_[{type, field}].insert(route);
    }
  }

  TypeId TargetOf(TypeId type, FieldId field) const {
    const FieldDef* def = schema_->type(type).field(field);
    return def != nullptr && def->is_link() ? def->target : kNoType;
  }

  // The routes of records and events that the value of a node may hold.
  const Routes& Origins(Walk& walk, uint32_t at) {
    if (!walk.origins[at]) {
      walk.origins[at].emplace();
      Routes found = FindOrigins(walk, at);
      walk.origins[at] = std::move(found);
    }
    return *walk.origins[at];
  }

  Routes FindOrigins(Walk& walk, uint32_t at) {
    using Step = Reach::Route::Step;
    const PlanNode& n = walk.plan.node(at);
    Routes out;
    const auto extend = [&](Step step, TypeId end) {
      for (const size_t route : Origins(walk, n.inputs[0])) {
        out.insert(Stand({step, route, end, n.field, false}));
      }
    };
    switch (n.op) {
      case PlanOp::kSubject:
        return {walk.start};
      case PlanOp::kFollow:
        extend(Step::kLink, n.type.record);
        return out;
      case PlanOp::kChildren:
        extend(Step::kChildren, n.record_type);
        return out;
      case PlanOp::kEvents:
        extend(Step::kEvents, n.record_type);
        return out;
      case PlanOp::kEventField: {
        if (n.field == kSubjectField) return BeforeEvents(Origins(walk, n.inputs[0]));
        const TypeId target = TargetOf(n.record_type, n.field);
        if (target != kNoType) extend(Step::kEventLink, target);
        return out;
      }
      case PlanOp::kPath:
        return PathOrigins(walk, n);
      case PlanOp::kVariable:
        return VariableOrigins(walk, at);
      default:
        for (const uint32_t input : n.inputs) {
          const Routes& more = Origins(walk, input);
          out.insert(more.begin(), more.end());
        }
        return out;
    }
  }

  Routes BeforeEvents(const Routes& events) const {
    Routes out;
    for (const size_t route : events) {
      if (reach_.routes_[route].step == Reach::Route::Step::kEvents) {
        out.insert(reach_.routes_[route].before);
      }
    }
    return out;
  }

  Routes PathOrigins(Walk& walk, const PlanNode& n) {
    using Step = Reach::Route::Step;
    Routes at = Origins(walk, n.inputs[0]);
    for (const PathStep& step : n.steps) {
      Routes next;
      for (const size_t route : at) {
        next.insert(Stand({step.backward ? Step::kChildren : Step::kLink, route, step.to,
                           step.field, step.closure}));
      }
      // A closure reads on from what it reached.
      Routes from = at;
      if (step.closure) from.insert(next.begin(), next.end());
      if (step.backward) {
        for (const size_t route : from) reach_.children_[{step.to, step.field}].insert(route);
      } else {
        for (const size_t route : from) reach_.fields_[{step.from, step.field}].insert(route);
      }
      at = std::move(next);
    }
    return at;
  }

  // What a variable holds comes from the list of the macro that sets it.
  Routes VariableOrigins(Walk& walk, uint32_t at) {
    const int slot = walk.plan.node(at).slot;
    for (uint32_t from = at; from != walk.plan.root_index();) {
      const uint32_t user = walk.users[from];
      const PlanNode& n = walk.plan.node(user);
      if ((n.slot == slot || n.slot2 == slot) && n.op != PlanOp::kVariable && !n.inputs.empty() &&
          n.inputs[0] != from) {
        return Origins(walk, n.inputs[0]);
      }
      from = user;
    }
    return {};
  }

  absl::Status AddReads(Walk& walk, uint32_t at) {
    const PlanNode& n = walk.plan.node(at);
    switch (n.op) {
      case PlanOp::kField:
      case PlanOp::kFollow:
        Read(n.record_type, n.field, Origins(walk, n.inputs[0]));
        break;
      case PlanOp::kChildren:
        for (const size_t route : Origins(walk, n.inputs[0])) {
          reach_.children_[{n.record_type, n.field}].insert(route);
        }
        break;
      case PlanOp::kEvents:
        reach_.types_.insert(n.record_type);
        for (const size_t route : Origins(walk, n.inputs[0])) {
          reach_.events_[n.record_type].insert(route);
        }
        break;
      case PlanOp::kInSegment: {
        RELATA_ASSIGN_OR_RETURN(const Condition segment, FindSegment(crm_, n.name));
        const Routes asked = Origins(walk, n.inputs[0]);
        for (const size_t route : asked) {
          if (reach_.routes_[route].end != segment.type || segment.frozen) continue;
          RELATA_RETURN_IF_ERROR(Add(n.name, segment.expression->shared_plan(), route));
        }
        break;
      }
      case PlanOp::kConsentStatus:
      case PlanOp::kConsentAt: {
        const Routes asked = Origins(walk, n.inputs[0]);
        reach_.statements_.insert(asked.begin(), asked.end());
        break;
      }
      case PlanOp::kCall:
        if (FunctionName(n.function) == "in_currency") {
          const TypeDef* rate = schema_->Find("exchange_rate");
          if (rate != nullptr) reach_.types_.insert(reach_.rates_ = rate->id);
        }
        break;
      default:
        break;
    }
    Origins(walk, at);
    return absl::OkStatus();
  }

  const Crm& crm_;
  const std::shared_ptr<const Schema> schema_;
  Reach& reach_;
};

absl::StatusOr<Reach> Reach::Of(const Crm& crm, std::shared_ptr<const Plan> plan) {
  Reach reach;
  ReachBuilder builder(crm, reach);
  const TypeId subject = plan->subject_type();
  const size_t start = builder.Start(subject);
  reach.types_.insert(subject);
  reach.ends_[subject].insert(start);
  RELATA_RETURN_IF_ERROR(builder.Add("", std::move(plan), start));
  return reach;
}

std::vector<Row> Due::Rows() const {
  std::vector<Row> rows;
  rows.reserve(found_.size());
  for (size_t chunk = 0; chunk < bits_.size(); ++chunk) {
    if (bits_[chunk] == nullptr) continue;
    for (size_t w = 0; w < kWordsPerChunk; ++w) {
      for (uint64_t word = (*bits_[chunk])[w]; word != 0; word &= word - 1) {
        rows.push_back(static_cast<Row>(chunk * kRowsPerChunk + w * 64) + std::countr_zero(word));
      }
    }
  }
  return rows;
}

Due::Due(const std::vector<Row>& only) : limited_(true) {
  for (const Row row : only) {
    const size_t chunk = ChunkOf(row);
    if (chunk >= bits_.size()) bits_.resize(chunk + 1);
    if (bits_[chunk] == nullptr) bits_[chunk] = std::make_unique<ChunkBits>();
    SetBit(*bits_[chunk], OffsetOf(row));
  }
}

std::vector<std::optional<Cause>> Due::CausesOf(const std::vector<Row>& rows) const {
  std::vector<std::optional<Cause>> causes(rows.size());
  if (rows.empty()) return causes;
  // Of many that are due few are asked for.
  std::vector<std::unique_ptr<ChunkBits>> asked(ChunkOf(rows.back()) + 1);
  for (const Row row : rows) {
    std::unique_ptr<ChunkBits>& bits = asked[ChunkOf(row)];
    if (bits == nullptr) bits = std::make_unique<ChunkBits>();
    SetBit(*bits, OffsetOf(row));
  }
  for (const auto& [row, cause] : found_) {
    if (ChunkOf(row) >= asked.size() || asked[ChunkOf(row)] == nullptr) continue;
    if (!TestBit(*asked[ChunkOf(row)], OffsetOf(row))) continue;
    const auto place = std::lower_bound(rows.begin(), rows.end(), row) - rows.begin();
    causes[static_cast<size_t>(place)] = cause;
  }
  return causes;
}

namespace {

void SortUnique(std::vector<Row>& rows) {
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
}

// The parent that the link of a child named, before and after.
void AppendParents(RecordRef child, FieldId link, TypeId parent, const Snapshot& before,
                   const Snapshot& after, std::vector<Row>& out) {
  for (const Snapshot* view : {&before, &after}) {
    const Value value = view->Get(child, link);
    if (!value.is(Value::Kind::kRecord)) continue;
    // As both graphs resolve it: a merge moves children from one parent to another.
    for (const Snapshot* reading : {&before, &after}) {
      const RecordRef found = reading->Resolve(value.record());
      if (found.type == parent && !found.none()) out.push_back(found.row);
    }
  }
}

}  // namespace

bool Reach::Subjects(size_t route, std::vector<Row> rows, const Snapshot& before,
                     const Snapshot& after, std::vector<Row>& out) const {
  using Step = Route::Step;
  while (routes_[route].step != Step::kStart && !rows.empty()) {
    const Route& r = routes_[route];
    const TypeId from = routes_[r.before].end;
    // Events are entered at their subject; a link inside an event has no way back.
    if (r.step == Step::kEvents || r.step == Step::kEventLink) return false;
    std::set<Row> reached;
    std::vector<Row> border = std::move(rows);
    while (!border.empty()) {
      std::vector<Row> next;
      for (const Row row : border) {
        const RecordRef here{r.end, row};
        if (r.step == Step::kLink) {
          before.Children(here, from, r.field, next);
          after.Children(here, from, r.field, next);
        } else {
          AppendParents(here, r.field, from, before, after, next);
        }
      }
      border.clear();
      for (const Row row : next) {
        if (reached.insert(row).second && r.closure) border.push_back(row);
      }
    }
    rows.assign(reached.begin(), reached.end());
    route = r.before;
  }
  out.insert(out.end(), rows.begin(), rows.end());
  return true;
}

void Reach::Follow(size_t route, std::vector<Row> rows, const Cause& cause, const Snapshot& before,
                   const Snapshot& after, Due& due) const {
  if (due.everybody) return;
  if (routes_[route].step == Route::Step::kStart) {
    for (const Row row : rows) due.Add(row, cause);
    return;
  }
  SortUnique(rows);
  std::vector<Row> subjects;
  if (!Subjects(route, std::move(rows), before, after, subjects)) {
    due.everybody = true;
    due.of_everybody = cause;
    return;
  }
  for (const Row row : subjects) due.Add(row, cause);
}

void Reach::TouchParents(RecordRef child, FieldId link, const std::set<size_t>& routes, Cause cause,
                         const Snapshot& before, const Snapshot& after, Due& due) const {
  for (const size_t route : routes) {
    std::vector<Row> parents;
    AppendParents(child, link, routes_[route].end, before, after, parents);
    Follow(route, std::move(parents), cause, before, after, due);
  }
}

// A record that came, went or became another: everything that stands on it or lists it.
void Reach::Touch(RecordRef record, Cause cause, const Snapshot& before, const Snapshot& after,
                  Due& due) const {
  if (const auto found = ends_.find(record.type); found != ends_.end()) {
    for (const size_t route : found->second) {
      Follow(route, {record.row}, cause, before, after, due);
    }
  }
  for (auto it = children_.lower_bound({record.type, FieldId{}});
       it != children_.end() && it->first.first == record.type; ++it) {
    TouchParents(record, it->first.second, it->second, cause, before, after, due);
  }
}

void Reach::Collect(const CommitBatch& writes, const Snapshot& before, const Snapshot& after,
                    Due& due) const {
  for (const RecordWrite& write : writes.records) {
    if (!types_.contains(write.type)) continue;
    const RecordRef record{write.type, write.row};
    if (write.type == rates_) {
      due.everybody = true;
      due.of_everybody = {Cause::Kind::kRate, write.type, kNoField, record};
    }
    if (write.op != RecordWrite::Op::kUpdate) {
      const bool created = write.op == RecordWrite::Op::kCreate;
      Touch(record,
            {created ? Cause::Kind::kCreated : Cause::Kind::kDeleted, write.type, kNoField, record},
            before, after, due);
      continue;
    }
    const auto touch = [&](FieldId field) {
      const Cause cause{Cause::Kind::kField, write.type, field, record};
      if (const auto read = fields_.find({write.type, field}); read != fields_.end()) {
        for (const size_t route : read->second) {
          Follow(route, {write.row}, cause, before, after, due);
        }
      }
      if (const auto read = children_.find({write.type, field}); read != children_.end()) {
        TouchParents(record, field, read->second, cause, before, after, due);
      }
    };
    for (const auto& [field, value] : write.values) {
      // The instant of creation orders the lists that the record stands in.
      if (field == kCreatedAtField) {
        Touch(record, {Cause::Kind::kField, write.type, field, record}, before, after, due);
      }
      touch(field);
    }
  }
  for (const EventBatch& events : writes.events) {
    const auto read = events_.find(events.type);
    if (read == events_.end()) continue;
    const TypeId subject_type = after.schema().type(events.type).subject;
    const bool merged = after.graph().HasAliases();
    for (const Row subject : events.subjects) {
      RecordRef about{subject_type, subject};
      if (merged) about = after.Resolve(about);
      const Cause cause{Cause::Kind::kEvent, events.type, kNoField, about};
      for (const size_t route : read->second) {
        if (routes_[route].end != about.type) continue;
        if (routes_[route].step == Route::Step::kStart) {
          due.Add(about.row, cause);
        } else {
          Follow(route, {about.row}, cause, before, after, due);
        }
      }
    }
  }
  for (const LedgerWrite& line : writes.ledger) {
    if (statements_.empty() || line.person.none()) continue;
    const RecordRef about = after.Resolve(line.person);
    const Cause cause{Cause::Kind::kField, about.type, kNoField, about};
    for (const size_t route : statements_) {
      if (routes_[route].end == about.type) Follow(route, {about.row}, cause, before, after, due);
    }
  }
  for (const AliasWrite& alias : writes.aliases) {
    if (!types_.contains(alias.loser.type)) continue;
    for (const RecordRef record :
         {alias.loser, alias.winner, before.Resolve(alias.loser), after.Resolve(alias.winner)}) {
      Touch(record, {Cause::Kind::kMerged, alias.loser.type, kNoField, alias.loser}, before, after,
            due);
    }
  }
}

}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0

#include "relata/process/timeline.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "base/strings.h"
#include "engine/conditions.h"
#include "engine/field_history.h"
#include "process/families.h"
#include "relata/consent/vocabulary.h"
#include "relata/process/overview.h"
#include "relata/process/trajectory.h"

namespace relata {
namespace {

using internal::Concat;
using internal::RecordReader;

// The tables that speak of a record of `type`: its own, those that link to it, its events.
std::vector<TypeId> TablesOf(const Schema& schema, const TypeDef& type, const Permissions& may) {
  std::set<TypeId> tables = {type.id};
  for (const InverseDef& inverse : type.inverses) {
    if (may.MayRead(inverse.from)) tables.insert(inverse.from);
  }
  for (const TypeDef* other : schema.types()) {
    if (other->event && other->subject == type.id && may.MayRead(other->id)) {
      tables.insert(other->id);
    }
  }
  return {tables.begin(), tables.end()};
}

class TimelineMaker {
 public:
  TimelineMaker(const Crm& crm, const Snapshot& view, const Permissions& may,
                const QueryOptions& asking, const TimelineOptions& options)
      : crm_(crm),
        view_(view),
        may_(may),
        read_(view, &may),
        asking_(asking),
        options_(options),
        links_(crm.engine(), view, std::numeric_limits<int>::max()) {}

  absl::StatusOr<std::vector<TimelineEntry>> Make(RecordRef record) {
    record_ = record;
    type_ = &view_.schema().type(record.type);
    RELATA_RETURN_IF_ERROR(States());
    RELATA_RETURN_IF_ERROR(Changes());
    RELATA_RETURN_IF_ERROR(Children());
    Events();
    RELATA_RETURN_IF_ERROR(Consents());
    std::stable_sort(out_.begin(), out_.end(), [](const TimelineEntry& a, const TimelineEntry& b) {
      return std::pair(a.at, a.kind) < std::pair(b.at, b.kind);
    });
    return std::move(out_);
  }

 private:
  void Add(TimelineEntry entry) {
    if (entry.at > asking_.now) return;
    if (options_.from && entry.at < *options_.from) return;
    if (options_.until && entry.at >= *options_.until) return;
    out_.push_back(std::move(entry));
  }

  absl::StatusOr<std::string> Text(const FieldDef& field, const Value& value) {
    if (!value.is(Value::Kind::kRecord)) return DisplayText(field, value, options_.language);
    if (!may_.MayRead(value.record().type)) return std::string("?");
    const absl::StatusOr<std::string> title = crm_.Title(value.record(), asking_);
    return title.ok() ? *title : "?";
  }

  std::string_view Say(std::string_view english, std::string_view french) const {
    return options_.language == Language::kEnglish ? english : french;
  }

  std::string_view Verb(const HistoryEntry& entry) const {
    if (entry.op == RecordWrite::Op::kCreate) return Say("created", "créé");
    if (entry.op == RecordWrite::Op::kDelete) return Say("deleted", "supprimé");
    return entry.changes.empty() ? Say("merge changed", "fusion modifiée")
                                 : Say("changed", "modifié");
  }

  absl::Status Changes() {
    RELATA_ASSIGN_OR_RETURN(const std::vector<HistoryEntry> history,
                            crm_.History(record_, asking_));
    for (const HistoryEntry& entry : history) RELATA_RETURN_IF_ERROR(Change(entry));
    return absl::OkStatus();
  }

  // A move from state to state is told once, as that, with who made it.
  absl::Status Change(const HistoryEntry& entry) {
    const Timestamp at =
        entry.effective_at ? std::min(*entry.effective_at, entry.recorded) : entry.recorded;
    std::string fields;
    bool told = false;
    for (const FieldChange& change : entry.changes) {
      const FieldDef* field = type_->field(change.field);
      if (field == nullptr) continue;
      const auto state = states_.find({change.field, at});
      if (state != states_.end()) {
        told = true;
        if (state->second < out_.size()) out_[state->second].actor = entry.actor;
        continue;
      }
      RELATA_ASSIGN_OR_RETURN(const std::string before, Text(*field, change.before));
      RELATA_ASSIGN_OR_RETURN(std::string after, Text(*field, change.after));
      if (after.empty()) after = Say("(none)", "(aucun)");
      fields += Concat(fields.empty() ? ": " : ", ", field->label.In(options_.language), " ",
                       before, before.empty() ? "" : " -> ", after);
    }
    if (told && fields.empty() && entry.op == RecordWrite::Op::kUpdate) return absl::OkStatus();
    std::string text(Verb(entry));
    if (!entry.source.empty()) text += Concat(Say(" from ", " depuis "), entry.source);
    if (!entry.reason.empty()) text += Concat(" (", entry.reason, ")");
    Add({at, TimelineEntry::Kind::kChange, type_->name, text + fields, entry.actor, record_,
         std::nullopt});
    return absl::OkStatus();
  }

  absl::Status States() {
    for (const std::string& name : StateFields(crm_, type_->name)) {
      const FieldDef& field = *type_->FindField(name);
      if (!may_.MayRead(type_->id, field.id)) continue;
      RELATA_ASSIGN_OR_RETURN(const std::vector<StateSpan> states,
                              StatesOf(crm_, record_, name, asking_));
      for (size_t i = 0; i < states.size(); ++i) {
        TimelineEntry entry{
            states[i].from, TimelineEntry::Kind::kState, type_->name, "", "", record_,
            std::nullopt};
        entry.text = Concat(field.label.In(options_.language), ": ",
                            i == 0 ? "" : Label(field, states[i - 1].state), i == 0 ? "" : " -> ",
                            Label(field, states[i].state));
        if (i > 0) entry.lasted = states[i].from - states[i - 1].from;
        const size_t place = out_.size();
        Add(std::move(entry));
        states_.emplace(std::pair(field.id, states[i].from),
                        out_.size() > place ? place : std::numeric_limits<size_t>::max());
      }
    }
    return absl::OkStatus();
  }

  std::string Label(const FieldDef& field, const std::string& code) const {
    for (const PicklistEntry& entry : field.options) {
      if (entry.code == code) return entry.label.In(options_.language);
    }
    return code;
  }

  absl::Status Children() {
    for (const InverseDef& inverse : type_->inverses) {
      const TypeDef& from = view_.schema().type(inverse.from);
      if (from.event || !may_.MayRead(from.id) || !may_.MayRead(from.id, inverse.field)) continue;
      std::vector<Row> rows;
      view_.Children(record_, from.id, inverse.field, rows);
      for (const Row row : rows) {
        RELATA_RETURN_IF_ERROR(Child({from.id, row}, from, inverse.field));
      }
    }
    return absl::OkStatus();
  }

  // When it happened says the field of its family. Of what has no such day, such as a colleague, it
  // is when it came to name this record.
  absl::Status Child(RecordRef child, const TypeDef& type, FieldId link) {
    const internal::Family* family = internal::FindFamily(type.name);
    std::optional<Timestamp> at;
    if (family != nullptr) at = read_.When(child, family->when);
    if (!at && type.dated) at = read_.When(child, "from");
    if (!at) {
      RELATA_ASSIGN_OR_RETURN(const auto spans, links_.Spans(child, link));
      at = spans.back().from;
    }
    Add({*at, TimelineEntry::Kind::kRecord, type.name,
         internal::Describe(read_, child, options_.language), "", child, std::nullopt});
    return absl::OkStatus();
  }

  void Events() {
    for (const TypeDef* event : view_.schema().types()) {
      if (!event->event || event->subject != type_->id || !may_.MayRead(event->id)) continue;
      std::vector<int64_t> places;
      view_.Events(record_, event->id, places);
      for (const int64_t place : places) {
        const EventRef ref{event->id, place};
        Add({view_.EventAt(ref), TimelineEntry::Kind::kEvent, event->name,
             internal::DescribeEvent(read_, ref, options_.language), "", record_, std::nullopt});
      }
    }
  }

  absl::Status Consents() {
    RELATA_ASSIGN_OR_RETURN(const std::vector<ConsentEntry> entries, view_.Ledger(record_, {}));
    for (const ConsentEntry& entry : entries) {
      Add({entry.at, TimelineEntry::Kind::kConsent, "consent", EntryText(entry), "", record_,
           std::nullopt});
    }
    return absl::OkStatus();
  }

  // "grant email for newsletter, offers".
  static std::string EntryText(const ConsentEntry& entry) {
    return Concat(Name(entry.event), Names(entry.scope.channels, Channel::kAny, " "),
                  Names(entry.scope.purposes, Purpose::kSaleShare, " for "));
  }
  template <class Set, class E>
  static std::string Names(Set set, E last, std::string_view first) {
    std::string out;
    for (int i = 1; i <= static_cast<int>(last); ++i) {
      if ((set & Bit(static_cast<E>(i))) == 0) continue;
      out += Concat(out.empty() ? first : ", ", Name(static_cast<E>(i)));
    }
    return out;
  }

  const Crm& crm_;
  const Snapshot& view_;
  const Permissions& may_;
  const RecordReader read_;
  const QueryOptions& asking_;
  const TimelineOptions& options_;
  RecordRef record_;
  const TypeDef* type_ = nullptr;
  internal::FieldHistory links_;
  // Where in out_ an entry tells that a field took a value at an instant; beyond when it is left
  // out.
  std::map<std::pair<FieldId, Timestamp>, size_t> states_;
  std::vector<TimelineEntry> out_;
};

}  // namespace

std::string_view KindName(TimelineEntry::Kind kind) {
  switch (kind) {
    case TimelineEntry::Kind::kChange:
      return "change";
    case TimelineEntry::Kind::kState:
      return "state";
    case TimelineEntry::Kind::kEvent:
      return "event";
    case TimelineEntry::Kind::kRecord:
      return "record";
    case TimelineEntry::Kind::kConsent:
      return "consent";
  }
  return "";
}

absl::StatusOr<std::vector<TimelineEntry>> TimelineOf(const Crm& crm, RecordRef record,
                                                      const QueryOptions& asking,
                                                      const TimelineOptions& options) {
  const RecordRef here = crm.Resolve(record);
  if (here.none()) return NotFound("the reference names no record");
  RELATA_ASSIGN_OR_RETURN(const Permissions may, internal::PermissionsOf(crm, asking.reader));
  const std::shared_ptr<const Schema> schema = crm.schema();
  const TypeDef& type = schema->type(here.type);
  if (!may.MayRead(type.id)) {
    return PermissionDenied(Concat("the role may not read ", type.name));
  }
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view,
                          crm.View(TablesOf(*schema, type, may)));
  if (!view->Exists(here)) return NotFound("the record does not exist");
  return TimelineMaker(crm, *view, may, asking, options).Make(here);
}

}  // namespace relata

// SPDX-License-Identifier: Apache-2.0

#include "relata/process/overview.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/strings.h"
#include "engine/access_log.h"
#include "engine/conditions.h"
#include "process/families.h"

namespace relata {
namespace {

using internal::Concat;
using internal::RecordReader;

constexpr int kMaxParents = 32;

// The tables an overview of `type` reads: its own, whatever links to it or is about it, and, for an
// account, what is about its contacts.
std::vector<TypeId> TablesAround(const Schema& schema, const TypeDef& type) {
  std::set<TypeId> tables = {type.id};
  for (const InverseDef& inverse : type.inverses) tables.insert(inverse.from);
  const TypeDef* contact = schema.Find("contact");
  for (const TypeDef* other : schema.types()) {
    if (!other->event) continue;
    if (other->subject == type.id ||
        (type.name == "account" && contact != nullptr && other->subject == contact->id)) {
      tables.insert(other->id);
    }
  }
  return {tables.begin(), tables.end()};
}

class OverviewMaker {
 public:
  OverviewMaker(const Crm& crm, const Snapshot& view, const Permissions& may,
                const QueryOptions& asking, const OverviewOptions& options)
      : crm_(crm),
        read_(view, &may),
        may_(may),
        asking_(asking),
        now_(asking.now),
        options_(options) {}

  absl::StatusOr<Overview> Make(RecordRef subject) {
    out_.subject = subject;
    type_ = &read_.TypeOf(subject);
    RELATA_ASSIGN_OR_RETURN(out_.title, crm_.Title(subject, asking_));
    RELATA_ASSIGN_OR_RETURN(out_.keys, crm_.Keys(subject));
    RELATA_RETURN_IF_ERROR(Profile());
    Related();
    Parents();
    for (const internal::Family& family : internal::Families()) Family(family);
    if (!newest_currency_.none()) out_.bought = sums_[newest_currency_.packed()];
    Events(subject);
    for (const RecordRef person : out_.people) Events(person);
    SortByTime(out_.open);
    SortByTime(out_.running);
    SortByTime(out_.timeline);
    if (out_.timeline.size() > options_.timeline) out_.timeline.resize(options_.timeline);
    return std::move(out_);
  }

 private:
  absl::Status Profile() {
    for (const FieldDef& field : type_->fields) {
      if (!field.readable() || !may_.MayRead(type_->id, field.id)) continue;
      const Value value = read_.view().Get(out_.subject, field.id);
      if (value.is_null()) continue;
      std::string text = DisplayText(field, value, options_.language);
      if (value.is(Value::Kind::kRecord)) {
        if (!may_.MayRead(value.record().type)) continue;
        RELATA_ASSIGN_OR_RETURN(text, crm_.Title(value.record(), asking_));
      }
      out_.profile.push_back({field.name, field.label.In(options_.language), std::move(text)});
    }
    return absl::OkStatus();
  }

  void Related() {
    for (const InverseDef& inverse : type_->inverses) {
      if (inverse.name.empty() || !may_.MayRead(inverse.from)) continue;
      std::vector<Row> rows;
      read_.view().Children(out_.subject, inverse.from, inverse.field, rows);
      if (rows.empty()) continue;
      const TypeDef& from = read_.view().schema().type(inverse.from);
      out_.related.push_back({inverse.name, from.plural_label.In(options_.language),
                              static_cast<int64_t>(rows.size())});
      if (type_->name == "account" && inverse.name == "contacts") {
        for (const Row row : rows) out_.people.push_back({inverse.from, row});
      }
    }
  }

  void Parents() {
    RecordRef above = read_.Link(out_.subject, "parent");
    for (int depth = 0; !above.none() && depth < kMaxParents; ++depth) {
      if (above.type != out_.subject.type) return;
      out_.parents.push_back(above);
      above = read_.Link(above, "parent");
    }
  }

  void Family(const internal::Family& family) {
    const TypeDef* child = read_.view().schema().Find(family.type);
    if (child == nullptr || !may_.MayRead(child->id)) return;
    for (const RecordRef record : read_.Children(out_.subject, family.type, type_->name)) {
      const Timestamp at = read_.When(record, family.when).value_or(Timestamp::kMin);
      const TimelineItem item{at, child->name, internal::Describe(read_, record, options_.language),
                              record};
      if (at > Timestamp::kMin && at <= now_) out_.timeline.push_back(item);
      if (internal::IsOpen(read_, record, now_)) out_.open.push_back(item);
      if (internal::IsRunning(read_, record, now_)) out_.running.push_back(item);
      if (family.type == "order") Bought(record, at);
    }
  }

  void Bought(RecordRef order, Timestamp at) {
    if (read_.Text(order, "status") == "cancelled" || at > now_) return;
    ++out_.orders;
    const Money net = read_.Amount(order, "net");
    if (net.currency.none()) return;
    Money& sum = sums_[net.currency.packed()];
    sum.currency = net.currency;
    sum.units += net.units;
    if (at < newest_order_) return;
    newest_order_ = at;
    newest_currency_ = net.currency;
  }

  void Events(RecordRef subject) {
    for (const TypeDef* type : read_.view().schema().types()) {
      if (!type->event || type->subject != subject.type || !may_.MayRead(type->id)) continue;
      for (const EventRef event : read_.Events(subject, type->name)) {
        const Timestamp at = read_.view().EventAt(event);
        if (at > now_) continue;
        out_.timeline.push_back(
            {at, type->name, internal::DescribeEvent(read_, event, options_.language), {}});
      }
    }
  }

  static void SortByTime(std::vector<TimelineItem>& items) {
    std::stable_sort(items.begin(), items.end(),
                     [](const TimelineItem& a, const TimelineItem& b) { return a.at > b.at; });
  }

  const Crm& crm_;
  RecordReader read_;
  const Permissions& may_;
  const QueryOptions& asking_;
  Timestamp now_;
  OverviewOptions options_;
  const TypeDef* type_ = nullptr;
  std::map<uint32_t, Money> sums_;  // by currency
  Timestamp newest_order_ = Timestamp::kMin;
  Currency newest_currency_;
  Overview out_;
};

}  // namespace

std::string DisplayText(const FieldDef& field, const Value& value, Language language) {
  if (value.is(Value::Kind::kBool)) {
    const bool english = language == Language::kEnglish;
    return value.bool_value() ? (english ? "yes" : "oui") : (english ? "no" : "non");
  }
  std::string text = ToDisplay(value);
  for (const PicklistEntry& entry : field.options) {
    if (entry.code == text) return entry.label.In(language);
  }
  return text;
}

absl::StatusOr<Overview> OverviewOf(const Crm& crm, RecordRef subject, const QueryOptions& asking,
                                    const OverviewOptions& options) {
  const RecordRef record = crm.Resolve(subject);
  if (record.none()) return NotFound("the reference names no record");
  const std::shared_ptr<const Schema> schema = crm.schema();
  const TypeDef& type = schema->type(record.type);
  RELATA_ASSIGN_OR_RETURN(const Permissions may, internal::PermissionsOf(crm, asking.reader));
  if (!may.MayRead(record.type)) {
    return PermissionDenied(Concat("the role may not read ", type.name));
  }
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view,
                          crm.View(TablesAround(*schema, type)));
  if (!view->Exists(record)) return NotFound("the record does not exist");
  RELATA_RETURN_IF_ERROR(internal::LogAccess(
      crm, asking.reader,
      {"read", record, type.name, internal::PersonalFields(type), "", asking.now}));
  return OverviewMaker(crm, *view, may, asking, options).Make(record);
}

}  // namespace relata

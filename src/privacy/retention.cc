// SPDX-License-Identifier: Apache-2.0

#include "relata/privacy/retention.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/strings.h"
#include "engine/engine.h"
#include "nlohmann/json.hpp"
#include "privacy/archive_seal.h"
#include "privacy/holdings.h"
#include "privacy/keys.h"
#include "privacy/retention_bases.h"
#include "relata/expression/json.h"

namespace relata {
namespace {

using internal::Concat;
using internal::RecordReader;
using Json = nlohmann::ordered_json;

constexpr std::string_view kKind = "retention";
constexpr std::string_view kRunLog = "retention_run";
constexpr size_t kChunk = 500;
constexpr size_t kEventChunk = 10'000;

// Acts of a person by which she is not forgotten.
constexpr std::string_view kActs[] = {"email_clicked", "form_sent", "login",
                                      "page_view",     "download",  "app_used"};

// What goes with something else and has no clock of its own.
bool Follows(std::string_view type) {
  for (const std::string_view one :
       {"contact_point", "email_address", "phone_number", "postal_address", "messaging_account",
        "contact_role", "warranty"}) {
    if (type == one) return true;
  }
  return type.ends_with("_line");
}

bool IsPersonType(const TypeDef& type) { return type.name == "contact" || type.name == "lead"; }

Timestamp MonthsLater(Timestamp t, int months) {
  const Timestamp day = UtcMidnight(UtcDate(t));
  return UtcMidnight(AddMonths(UtcDate(t), months)) + (t - day);
}

// What is due of one type.
struct Due {
  RetentionLine line;
  std::vector<std::pair<RecordRef, Timestamp>> archive;  // with the end of its term
  std::vector<RecordRef> remove;
  std::vector<Seq> events;
};

class Clocks {
 public:
  Clocks(const Crm& crm, std::shared_ptr<const Snapshot> view, Timestamp now)
      : crm_(crm), view_(std::move(view)), read_(*view_), now_(now) {
    for (const ClaimHold& hold : ListHolds(crm)) {
      LegalHold classes;
      if (hold.classes.empty()) classes = LegalHold::All();
      for (const RecordClass c : hold.classes) classes.Add(c);
      if (hold.person.none()) {
        everybody_.classes |= classes.classes;
      } else {
        of_person_[view_->Resolve(hold.person)].classes |= classes.classes;
      }
    }
  }

  const Snapshot& view() const { return *view_; }

  absl::StatusOr<Due> DueOf(const RetentionRule& rule) {
    const TypeDef& type = *view_->schema().Find(rule.type);
    if (type.event) return Events(rule, type);
    Due due;
    due.line.type = rule.type;
    if (IsPersonType(type)) RELATA_RETURN_IF_ERROR(GatherActs(type));
    for (Row row = 0; row < view_->RowLimit(type.id); ++row) {
      const RecordRef record{type.id, row};
      if (view_->Exists(record)) Judge(rule, type, record, due);
    }
    return due;
  }

 private:
  void Judge(const RetentionRule& rule, const TypeDef& type, RecordRef record, Due& due) {
    const Timestamp trigger = IsPersonType(type) ? LastAct(record) : LatestDate(type, record);
    const Timestamp active = MonthsLater(trigger, rule.active_months);
    if (trigger == Timestamp::kMax || now_ < active) {
      ++due.line.kept;
      return;
    }
    due.line.oldest = std::min(due.line.oldest, trigger);
    if (Held(type, record)) {
      ++due.line.held;
      return;
    }
    const Timestamp until = MonthsLater(active, rule.archive_months);
    if (now_ < until) {
      ++due.line.to_archive;
      due.archive.emplace_back(record, until);
    } else {
      ++due.line.to_delete;
      due.remove.push_back(record);
    }
  }

  absl::StatusOr<Due> Events(const RetentionRule& rule, const TypeDef& type) {
    Due due;
    due.line.type = rule.type;
    const RecordClass c = internal::EventClass(type.name);
    RELATA_ASSIGN_OR_RETURN(std::unique_ptr<StoreReader> reader, crm_.engine().Read());
    ScanSpec spec;
    spec.type = type.id;
    RELATA_RETURN_IF_ERROR(reader->ScanEvents(spec, [&](const EventRows& rows) {
      for (size_t i = 0; i < rows.seqs.size(); ++i) {
        if (now_ < MonthsLater(rows.at[i], rule.active_months)) {
          ++due.line.kept;
          continue;
        }
        due.line.oldest = std::min(due.line.oldest, rows.at[i]);
        if (HoldOf(view_->Resolve({type.subject, rows.subjects[i]})).Holds(c)) {
          ++due.line.held;
          continue;
        }
        ++due.line.to_delete;
        due.events.push_back(rows.seqs[i]);
      }
      return absl::OkStatus();
    }));
    return due;
  }

  LegalHold HoldOf(RecordRef person) const {
    const auto found = of_person_.find(person);
    return {everybody_.classes | (found == of_person_.end() ? 0 : found->second.classes)};
  }

  bool Held(const TypeDef& type, RecordRef record) const {
    RecordRef person = record;
    if (!IsPersonType(type)) {
      person = read_.Link(record, "contact");
      if (person.none()) person = read_.Link(record, "lead");
    }
    return HoldOf(person).Holds(internal::ClassOfType(type.name));
  }

  Timestamp Created(RecordRef record) const {
    const Value at = view_->Get(record, kCreatedAtField);
    return at.is(Value::Kind::kTimestamp) ? at.timestamp() : Timestamp::kMin;
  }

  // The latest of the record's own dates that is not ahead.
  Timestamp LatestDate(const TypeDef& type, RecordRef record) const {
    Timestamp latest = Timestamp::kMin;
    for (const FieldDef& field : type.fields) {
      if (field.kind != FieldKind::kDate && field.kind != FieldKind::kTimestamp) continue;
      const auto at = read_.When(record, field.name);
      if (at && *at <= now_) latest = std::max(latest, *at);
      // What still runs is not over.
      if (at && *at > now_ && (field.name == "until" || field.name == "ends_at")) {
        return Timestamp::kMax;
      }
    }
    return latest == Timestamp::kMin ? Created(record) : latest;
  }

  // The newest act of every person of the type, from her events.
  absl::Status GatherActs(const TypeDef& type) {
    acts_.clear();
    RELATA_ASSIGN_OR_RETURN(std::unique_ptr<StoreReader> reader, crm_.engine().Read());
    for (const std::string_view name : kActs) {
      const TypeDef* event = view_->schema().FindEvent(name, type.id);
      if (event == nullptr) continue;
      ScanSpec spec;
      spec.type = event->id;
      RELATA_RETURN_IF_ERROR(reader->ScanEvents(spec, [&](const EventRows& rows) {
        for (size_t i = 0; i < rows.seqs.size(); ++i) {
          const RecordRef person = view_->Resolve({type.id, rows.subjects[i]});
          auto& last = acts_.try_emplace(person.row, Timestamp::kMin).first->second;
          last = std::max(last, rows.at[i]);
        }
        return absl::OkStatus();
      }));
    }
    return absl::OkStatus();
  }

  // kMax while a contract runs.
  Timestamp LastAct(RecordRef person) const {
    Timestamp last = Created(person);
    if (const auto found = acts_.find(person.row); found != acts_.end()) {
      last = std::max(last, found->second);
    }
    const std::string& link = view_->schema().type(person.type).name;
    Consider(person, link, last);
    const RecordRef account = read_.Link(person, "account");
    if (!account.none()) Consider(account, "account", last);
    if (const auto ledger = view_->Ledger(person, {}); ledger.ok()) {
      for (const ConsentEntry& entry : *ledger) {
        const bool act = IsPositive(entry.event) && entry.evidence.source != ConsentSource::kImport;
        if (act && entry.at <= now_) last = std::max(last, entry.at);
      }
    }
    return last;
  }

  void Consider(RecordRef holder, std::string_view link, Timestamp& last) const {
    for (const std::string_view type : {"contract", "subscription"}) {
      for (const RecordRef one : read_.Children(holder, type, link)) {
        const Timestamp until = std::min(read_.When(one, "until").value_or(Timestamp::kMax),
                                         read_.When(one, "cancelled_on").value_or(Timestamp::kMax));
        last = std::max(last, until > now_ ? Timestamp::kMax : until);
      }
    }
    for (const std::string_view type : {"order", "activity", "opportunity", "ticket"}) {
      const TypeDef* def = view_->schema().Find(type);
      for (const RecordRef one : read_.Children(holder, type, link)) {
        const Timestamp at = LatestDate(*def, one);
        if (at != Timestamp::kMax) last = std::max(last, at);
      }
    }
  }

  const Crm& crm_;
  const std::shared_ptr<const Snapshot> view_;
  const RecordReader read_;
  const Timestamp now_;
  LegalHold everybody_;
  std::map<RecordRef, LegalHold> of_person_;
  std::unordered_map<Row, Timestamp> acts_;
};

absl::StatusOr<std::vector<RetentionRule>> RulesFor(const Crm& crm, std::string_view type) {
  RELATA_ASSIGN_OR_RETURN(std::vector<RetentionRule> rules, RetentionRules(crm));
  if (type.empty()) return rules;
  std::erase_if(rules, [&](const RetentionRule& r) { return r.type != type; });
  if (rules.empty()) return NotFound(Concat("no clock runs for '", type, "'"));
  return rules;
}

absl::StatusOr<Clocks> ClocksOf(const Crm& crm, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(std::shared_ptr<const Snapshot> view,
                          crm.View(internal::RecordTypes(*crm.schema())));
  return Clocks(crm, std::move(view), now);
}

Json ContentOf(const Snapshot& view, RecordRef record) {
  const TypeDef& type = view.schema().type(record.type);
  Json fields = Json::object();
  for (const FieldDef& field : type.fields) {
    const Value value = view.Get(record, field.id);
    if (field.state == FieldState::kRemoved || value.is_null()) continue;
    if (value.is(Value::Kind::kRecord)) {
      fields[field.name] = view.Id(view.Resolve(value.record())).ToString();
    } else {
      fields[field.name] = Json::parse(ValueToJson(value), nullptr, false);
    }
  }
  return {{"type", type.name}, {"id", view.Id(record).ToString()}, {"fields", fields}};
}

// The record and its lines.
std::vector<RecordRef> WithLines(const Snapshot& view, RecordRef record) {
  std::vector<RecordRef> out = {record};
  for (const TypeDef* type : view.schema().types()) {
    if (type->event || !(type->name.ends_with("_line") || type->name == "warranty")) continue;
    for (const FieldDef& field : type->fields) {
      if (!field.is_link() || field.target != record.type) continue;
      std::vector<Row> rows;
      view.Children(record, type->id, field.id, rows);
      for (const Row row : rows) out.push_back({type->id, row});
    }
  }
  return out;
}

std::string RunLine(const RetentionLine& line) {
  return Json{{"type", line.type},
              {"archived", line.to_archive},
              {"deleted", line.to_delete},
              {"held", line.held},
              {"kept", line.kept}}
      .dump();
}

absl::Status RunRecords(Crm& crm, const Snapshot& view, const Due& due,
                        const ErasureOptions& options, const Actor& actor, Timestamp now) {
  std::map<RecordRef, Timestamp> terms(due.archive.begin(), due.archive.end());
  std::vector<RecordRef> all = due.remove;
  for (const auto& [record, until] : due.archive) all.push_back(record);
  std::set<RecordRef> done;
  for (size_t from = 0; from < all.size(); from += kChunk) {
    Transaction tx = crm.Begin(actor);
    tx.Reason("retention");
    internal::RememberKey(crm, options.key, tx);
    for (size_t i = from; i < std::min(all.size(), from + kChunk); ++i) {
      const auto term = terms.find(all[i]);
      for (const RecordRef one : WithLines(view, all[i])) {
        if (!done.insert(one).second) continue;
        if (term != terms.end()) {
          const std::string& type = view.schema().type(one.type).name;
          tx.Log(kArchiveLog, {}, "",
                 internal::SealArchived(options.key, internal::ClassOfType(type), type,
                                        term->second, ContentOf(view, one).dump()));
        }
        tx.Erase(one);
      }
    }
    RELATA_RETURN_IF_ERROR(tx.Commit(now).status());
  }
  return absl::OkStatus();
}

absl::Status RunEvents(Crm& crm, TypeId type, const Due& due, const Actor& actor, Timestamp now) {
  for (size_t from = 0; from < due.events.size(); from += kEventChunk) {
    EraseWrite erase;
    for (size_t i = from; i < std::min(due.events.size(), from + kEventChunk); ++i) {
      erase.events.emplace_back(type, due.events[i]);
    }
    Transaction tx = crm.Begin(actor);
    tx.Reason("retention");
    tx.Erase(std::move(erase));
    RELATA_RETURN_IF_ERROR(tx.Commit(now).status());
  }
  return absl::OkStatus();
}

}  // namespace

namespace {

std::string_view BasisOf(std::string_view type) {
  const std::string_view known = internal::RetentionBasisOf(type);
  return known.empty() ? "set with the type" : known;
}

}  // namespace

absl::StatusOr<std::vector<RetentionRule>> RetentionRules(const Crm& crm) {
  std::vector<RetentionRule> rules;
  const std::shared_ptr<const Schema> schema = crm.schema();
  for (const TypeDef* type : schema->types()) {
    if (Follows(type->name)) continue;
    RetentionRule rule{type->name, type->retention.active_months, type->retention.archive_months,
                       type->event           ? "its instant"
                       : IsPersonType(*type) ? "last act of the person"
                                             : "its latest date",
                       std::string(BasisOf(type->name))};
    if (const auto own = crm.FindDefinition(kKind, type->name); own.ok()) {
      const Json body = Json::parse(own->body, nullptr, false);
      if (!body.is_object())
        return DataLoss(Concat("the retention of ", type->name, " is damaged"));
      rule.active_months = body.value("active_months", 0);
      rule.archive_months = body.value("archive_months", 0);
      rule.basis = body.value("basis", "");
    }
    if (rule.active_months > 0) rules.push_back(std::move(rule));
  }
  std::sort(rules.begin(), rules.end(),
            [](const RetentionRule& a, const RetentionRule& b) { return a.type < b.type; });
  return rules;
}

absl::Status DefineRetention(Crm& crm, const RetentionRule& rule, const Actor& actor,
                             Timestamp now) {
  if (crm.schema()->Find(rule.type) == nullptr) {
    return InvalidArgument(Concat("there is no type '", rule.type, "'"));
  }
  if (Follows(rule.type)) {
    return InvalidArgument(Concat(rule.type, " goes with what it belongs to"));
  }
  constexpr int kMost = 1200;
  if (rule.active_months < 0 || rule.archive_months < 0 || rule.active_months > kMost ||
      rule.archive_months > kMost) {
    return InvalidArgument("a term is 0 to 1200 months");
  }
  Transaction tx = crm.Begin(actor);
  tx.Define(kKind, rule.type,
            Json{{"active_months", rule.active_months},
                 {"archive_months", rule.archive_months},
                 {"basis", rule.basis}}
                .dump());
  return tx.Commit(now).status();
}

absl::StatusOr<std::vector<RetentionLine>> PreviewRetention(const Crm& crm, Timestamp now,
                                                            std::string_view type) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<RetentionRule> rules, RulesFor(crm, type));
  RELATA_ASSIGN_OR_RETURN(Clocks clocks, ClocksOf(crm, now));
  std::vector<RetentionLine> lines;
  for (const RetentionRule& rule : rules) {
    RELATA_ASSIGN_OR_RETURN(const Due due, clocks.DueOf(rule));
    lines.push_back(due.line);
  }
  return lines;
}

absl::StatusOr<std::vector<RetentionLine>> RunRetention(Crm& crm, const ErasureOptions& options,
                                                        const Actor& actor, Timestamp now,
                                                        std::string_view type) {
  RELATA_RETURN_IF_ERROR(internal::CheckKey(crm, options.key));
  RELATA_ASSIGN_OR_RETURN(const std::vector<RetentionRule> rules, RulesFor(crm, type));
  std::vector<RetentionLine> lines;
  bool erased = false;
  for (const RetentionRule& rule : rules) {
    // Each type on what the one before left.
    RELATA_ASSIGN_OR_RETURN(Clocks clocks, ClocksOf(crm, now));
    RELATA_ASSIGN_OR_RETURN(const Due due, clocks.DueOf(rule));
    const TypeDef& def = *clocks.view().schema().Find(rule.type);
    lines.push_back(due.line);
    if (due.archive.empty() && due.remove.empty() && due.events.empty()) continue;
    erased = true;
    if (def.event) {
      RELATA_RETURN_IF_ERROR(RunEvents(crm, def.id, due, actor, now));
    } else if (IsPersonType(def) && due.archive.empty()) {
      ErasureOptions silent = options;
      silent.policy.erasure_keeps_hash = false;
      silent.why = "retention";
      silent.scrub = false;
      RELATA_RETURN_IF_ERROR(ErasePersons(crm, due.remove, silent, actor, now).status());
    } else {
      RELATA_RETURN_IF_ERROR(RunRecords(crm, clocks.view(), due, options, actor, now));
    }
    Transaction tx = crm.Begin(actor);
    tx.Log(kRunLog, {}, rule.type, RunLine(due.line));
    RELATA_RETURN_IF_ERROR(tx.Commit(now).status());
  }
  if (erased && options.scrub) {
    const absl::Status scrubbed = crm.engine().Scrub();
    if (!scrubbed.ok() && !absl::IsFailedPrecondition(scrubbed)) return scrubbed;
  }
  return lines;
}

}  // namespace relata

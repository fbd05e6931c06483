// SPDX-License-Identifier: Apache-2.0

#include "exchange/import_facts.h"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "exchange/value_reader.h"
#include "relata/base/text.h"
#include "relata/consent/vocabulary.h"

namespace relata::internal {
namespace {

constexpr int64_t kProgressEvery = 20'000;

// A file whose rows are facts about people.
class FactFile {
 public:
  FactFile(Crm& crm, RecordIndex& index, const std::string& path, const Mapping& mapping,
           const ImportOptions& options, FileImport* result)
      : crm_(crm),
        index_(index),
        path_(path),
        mapping_(mapping),
        options_(options),
        result_(result),
        issues_(result, options.max_issues),
        zone_(Zone::Load(crm.zone()).value_or(Zone())),
        schema_(crm.schema()) {}

  // Reads the file twice: once for how dates are written, once calling `take` for each row.
  template <class Take>
  absl::Status Read(const RecognitionHints& hints, Take take) {
    for (const bool second : {false, true}) {
      RELATA_ASSIGN_OR_RETURN(Table table, Table::Open(path_, hints));
      header_ = &table.header();
      TableRow row;
      for (;;) {
        RELATA_ASSIGN_OR_RETURN(const bool more, table.Next(&row));
        if (!more) break;
        if (!second) {
          if (const std::string_view at = Cell(row, "at"); !at.empty()) evidence_.Add(at);
          continue;
        }
        ++result_->rows;
        RELATA_RETURN_IF_ERROR(take(row));
        if (options_.progress && result_->rows % kProgressEvery == 0) {
          options_.progress(path_, result_->rows);
        }
      }
      format_.date_order = evidence_.date_order() != DateOrder::kUnknown ? evidence_.date_order()
                                                                         : mapping_.date_order;
    }
    return absl::OkStatus();
  }

  void Finish() {
    issues_.Finish();
    if (options_.progress) options_.progress(path_, result_->rows);
  }

  // The cell that the mapping reads into `field`; empty when no column does.
  std::string_view Cell(const TableRow& row, std::string_view field) {
    const auto [known, added] = columns_.try_emplace(std::string(field), kNoColumn);
    if (added) {
      for (const auto& [header, rule] : mapping_.columns) {
        if (rule.field == field && known->second == kNoColumn) known->second = ColumnOf(header);
      }
    }
    return known->second == kNoColumn ? std::string_view() : row.cells[known->second];
  }

  // The record that one of the link columns for `field` names; reported when it names none.
  absl::StatusOr<RecordRef> Link(const TableRow& row, std::string_view field, TypeId target) {
    for (const auto& [header, rule] : mapping_.links) {
      const size_t column = rule.field == field ? ColumnOf(header) : kNoColumn;
      if (column == kNoColumn || row.cells[column].empty()) continue;
      RELATA_ASSIGN_OR_RETURN(const Found found,
                              index_.Find(target, rule, mapping_.system, row.cells[column]));
      if (!found.record.none()) return crm_.Resolve(found.record);
      issues_.Add(row.number, header, row.cells[column],
                  found.ambiguous ? "several records bear this name"
                                  : Concat("no record of type ", field, " found"));
    }
    return RecordRef{};
  }

  std::optional<Timestamp> At(const TableRow& row) {
    const std::string_view cell = Cell(row, "at");
    const auto read = ParseDateTime(cell, format_);
    if (!read) {
      issues_.Add(row.number, "", cell, "not a date");
      return std::nullopt;
    }
    if (read->utc_offset) return read->ToTimestamp();
    const auto second = static_cast<int32_t>(read->time_of_day.micros / 1'000'000);
    return zone_.Instant({read->date, std::min(second, 86'399)});
  }

  void Refuse(const TableRow& row, std::string_view column, std::string_view value,
              std::string_view message) {
    issues_.Add(row.number, column, value, message);
    ++result_->refused;
  }

  Crm& crm() { return crm_; }
  const Schema& schema() const { return *schema_; }
  const ImportOptions& options() const { return options_; }
  const Mapping& mapping() const { return mapping_; }
  const std::string& path() const { return path_; }
  FileImport* result() { return result_; }
  IssueList& issues() { return issues_; }
  Zone zone() const { return zone_; }
  const CellFormat& format() const { return format_; }

 private:
  size_t ColumnOf(const std::string& header) const {
    const auto found = std::find(header_->begin(), header_->end(), header);
    return found == header_->end() ? kNoColumn : static_cast<size_t>(found - header_->begin());
  }

  Crm& crm_;
  RecordIndex& index_;
  const std::string& path_;
  const Mapping& mapping_;
  const ImportOptions& options_;
  FileImport* const result_;
  IssueList issues_;
  const Zone zone_;
  const std::shared_ptr<const Schema> schema_;
  const std::vector<std::string>* header_ = nullptr;
  std::unordered_map<std::string, size_t> columns_;
  FormatEvidence evidence_;
  CellFormat format_;
};

// --- Events -------------------------------------------------------------------------------------

class EventImporter {
 public:
  explicit EventImporter(FactFile& file) : file_(file), tx_(NewTransaction()) {}

  absl::Status Take(const TableRow& row) {
    // The file is of one event type, or a column names that of each row.
    std::string_view name = file_.mapping().type;
    if (name == "event") name = file_.Cell(row, "event");
    const TypeDef* type = file_.schema().Find(CollapsedName(name));
    if (type == nullptr || !type->event) {
      file_.Refuse(row, "", name, "no such type of event");
      return absl::OkStatus();
    }
    RELATA_ASSIGN_OR_RETURN(const Subject subject, SubjectOf(row, *type));
    const auto at = file_.At(row);
    if (subject.record.none() || !at) {
      file_.Refuse(row, "", name,
                   at ? Concat("the event names no ", file_.schema().type(type->subject).name)
                      : "the event has no date");
      return absl::OkStatus();
    }
    RELATA_ASSIGN_OR_RETURN(NamedValues values, Values(row, *subject.type));
    RELATA_ASSIGN_OR_RETURN(bool there, IsThere(*subject.type, subject.record, *at, values));
    if (!there && subject.lead_type != nullptr) {  // it may have come before the lead's conversion
      RELATA_ASSIGN_OR_RETURN(there, IsThere(*subject.lead_type, subject.lead, *at, values));
    }
    if (there) {
      ++file_.result()->unchanged;
      return absl::OkStatus();
    }
    tx_.Append(subject.type->name, subject.record, *at, std::move(values));
    if (tx_.size() >= file_.options().rows_per_commit) return Flush();
    return absl::OkStatus();
  }

  absl::Status Flush() {
    if (tx_.size() == 0 && tx_.status().ok()) return absl::OkStatus();
    RELATA_ASSIGN_OR_RETURN(const Commit commit, tx_.Commit(file_.options().now));
    file_.result()->created += commit.events;
    tx_ = NewTransaction();
    return absl::OkStatus();
  }

 private:
  Transaction NewTransaction() {
    Transaction tx = file_.crm().Begin(file_.options().actor);
    tx.Source(file_.mapping().system).Reason(Concat("import of ", file_.path()));
    return tx;
  }

  // Whom an event is about, and its type for that kind of record.
  struct Subject {
    const TypeDef* type = nullptr;
    RecordRef record;
    const TypeDef* lead_type = nullptr;  // of a contact found through its lead: the lead's own
    RecordRef lead;
  };

  // A row may name a lead where the event is about contacts: then it is the lead's, or that of the
  // contact which the lead became.
  absl::StatusOr<Subject> SubjectOf(const TableRow& row, const TypeDef& type) {
    const Schema& schema = file_.schema();
    const std::string& wanted = schema.type(type.subject).name;
    RELATA_ASSIGN_OR_RETURN(const RecordRef record, file_.Link(row, wanted, type.subject));
    const TypeDef* lead = schema.Find("lead");
    if (!record.none() || wanted != "contact" || lead == nullptr)
      return Subject{&type, record, nullptr, {}};
    const TypeDef* lead_type = schema.FindEvent(type.name, lead->id);
    RELATA_ASSIGN_OR_RETURN(const RecordRef from, file_.Link(row, "lead", lead->id));
    if (from.none()) return Subject{&type, {}, nullptr, {}};
    RELATA_ASSIGN_OR_RETURN(const Value contact, file_.crm().Get(from, "contact"));
    if (contact.is_null())
      return Subject{lead_type, lead_type == nullptr ? RecordRef() : from, nullptr, {}};
    return Subject{&type, file_.crm().Resolve(contact.record()), lead_type, from};
  }

  static std::string CollapsedName(std::string_view name) {
    std::string words = FoldWords(name);
    std::replace(words.begin(), words.end(), ' ', '_');
    return words;
  }

  absl::StatusOr<NamedValues> Values(const TableRow& row, const TypeDef& type) {
    NamedValues values;
    Currency currency = file_.options().currency;
    if (currency.none()) currency = file_.mapping().currency;
    const bool assumed = currency.none();
    if (assumed) currency = *Currency::Parse("EUR");
    CellContext context{file_.format(), currency, "", file_.zone()};
    for (const FieldDef& field : type.fields) {
      if (field.is_link()) {
        if (field.target == type.subject) continue;
        RELATA_ASSIGN_OR_RETURN(const RecordRef target, file_.Link(row, field.name, field.target));
        if (!target.none()) values.emplace_back(field.name, Value::Record(target));
        continue;
      }
      const std::string_view cell = file_.Cell(row, PathField(type, field.name));
      if (cell.empty()) continue;
      Reading reading = ReadValue(cell, field, RuleFor(field.name), context);
      if (!reading.problem.empty()) file_.issues().Add(row.number, "", cell, reading.problem);
      if (assumed && reading.currency_assumed) {
        file_.issues().AddRepeated(row.number, field.name, cell, "names no currency; read as EUR");
      }
      if (!reading.value.is_null()) values.emplace_back(field.name, std::move(reading.value));
    }
    return values;
  }

  // One column holds what was looked at; each type of event has its own word for it.
  static std::string_view PathField(const TypeDef& type, std::string_view field) {
    if (field == "url" && type.name.ends_with("email_clicked")) return "path";
    return field;
  }

  // Counts the equal events that the graph holds, and those of this file that used them up.
  absl::StatusOr<bool> IsThere(const TypeDef& type, RecordRef subject, Timestamp at,
                               const NamedValues& values) {
    if (view_ == nullptr) {  // the graph as it was before this file
      std::vector<TypeId> events;
      for (const TypeDef* def : file_.schema().types()) {
        if (def->event) events.push_back(def->id);
      }
      RELATA_ASSIGN_OR_RETURN(view_, file_.crm().View(events));
    }
    if (view_->EventCount(type.id) == 0) return false;
    std::vector<int64_t> places;
    view_->Events(subject, type.id, places);
    for (const int64_t place : places) {
      const EventRef event{type.id, place};
      if (view_->EventAt(event) != at || !Same(event, type, values)) continue;
      if (used_.insert({type.id, place}).second) return true;
    }
    return false;
  }

  bool Same(EventRef event, const TypeDef& type, const NamedValues& values) const {
    for (const FieldDef& field : type.fields) {
      Value said;
      for (const auto& [name, value] : values) {
        if (name == field.name) said = value;
      }
      if (!view_->EventField(event, field.id).Same(said)) return false;
    }
    return true;
  }

  FactFile& file_;
  Transaction tx_;
  std::shared_ptr<const Snapshot> view_;
  std::set<std::pair<TypeId, int64_t>> used_;
};

// --- Consent ------------------------------------------------------------------------------------

ConsentEvent EventOf(const std::string& status, Channel channel) {
  const ConsentEvent event = ParseConsentEvent(status);
  if (event != ConsentEvent::kUnknown) return event;
  if (status == "refuse" || status == "refus") {
    return channel == Channel::kPhone ? ConsentEvent::kRefuseCall : ConsentEvent::kObject;
  }
  if (status == "yes" || status == "oui" || status == "opt_in" || status == "accord") {
    return ConsentEvent::kGrant;
  }
  if (status == "no" || status == "non" || status == "opt_out" || status == "retrait") {
    return ConsentEvent::kWithdraw;
  }
  return ConsentEvent::kUnknown;
}

class ConsentImporter {
 public:
  explicit ConsentImporter(FactFile& file) : file_(file), tx_(NewTransaction()) {}

  absl::Status Take(const TableRow& row) {
    ConsentEntry entry;
    RELATA_ASSIGN_OR_RETURN(const RecordRef person, Person(row));
    const auto at = file_.At(row);
    const std::string channel = Word(row, "channel");
    const std::string purpose = Word(row, "purpose");
    const std::string status = Word(row, "status");
    const Channel parsed = ParseChannel(channel);
    entry.event = EventOf(status, parsed);
    if (person.none() || !at || entry.event == ConsentEvent::kUnknown) {
      file_.Refuse(row, "", status,
                   person.none() ? "the entry names no person"
                   : !at         ? "the entry has no date"
                                 : "no such consent event");
      return absl::OkStatus();
    }
    entry.person = PartyId::Of(person);
    entry.at = *at;
    if (!channel.empty()) entry.scope.channels = Bit(parsed);
    if (!purpose.empty()) entry.scope.purposes = Bit(ParsePurpose(purpose));
    if (const auto topic = file_.Cell(row, "topic"); !topic.empty()) {
      entry.scope.topics.emplace_back(topic);
    }
    ReadEvidence(row, &entry.evidence);
    RELATA_ASSIGN_OR_RETURN(const bool there, IsThere(person, entry));
    if (there) {
      ++file_.result()->unchanged;
      return absl::OkStatus();
    }
    tx_.RecordConsent(std::move(entry));
    if (!tx_.status().ok()) {  // what the ledger refuses is one row's finding
      RELATA_RETURN_IF_ERROR(SetBack(row));
    }
    if (tx_.size() >= file_.options().rows_per_commit) return Flush();
    return absl::OkStatus();
  }

  absl::Status Flush() {
    if (tx_.size() == 0) return absl::OkStatus();
    RELATA_ASSIGN_OR_RETURN(const Commit commit, tx_.Commit(file_.options().now));
    file_.result()->created += commit.entries;
    tx_ = NewTransaction();
    taken_.clear();
    return absl::OkStatus();
  }

 private:
  Transaction NewTransaction() {
    Transaction tx = file_.crm().Begin(file_.options().actor);
    tx.Source(file_.mapping().system).Reason(Concat("import of ", file_.path()));
    return tx;
  }

  // A grant needs its channel and purpose: checked before, so that the batch stays good.
  absl::Status SetBack(const TableRow& row) {
    const std::string message(Message(tx_.status()));
    file_.Refuse(row, "", Word(row, "status"), message);
    tx_ = NewTransaction();
    for (const ConsentEntry& entry : taken_) tx_.RecordConsent(entry);
    return tx_.status();
  }

  std::string Word(const TableRow& row, std::string_view field) {
    std::string words = FoldWords(file_.Cell(row, field));
    std::replace(words.begin(), words.end(), ' ', '_');
    return words == "e_mail" || words == "courriel" || words == "mail" ? "email" : words;
  }

  absl::StatusOr<RecordRef> Person(const TableRow& row) {
    for (const std::string_view name : {"contact", "lead"}) {
      const TypeDef* type = file_.schema().Find(name);
      if (type == nullptr) continue;
      RELATA_ASSIGN_OR_RETURN(const RecordRef person, file_.Link(row, name, type->id));
      if (!person.none()) return person;
    }
    return RecordRef{};
  }

  void ReadEvidence(const TableRow& row, ConsentEvidence* evidence) {
    const std::string source = Word(row, "source");
    if (!source.empty()) {
      evidence->source = ConsentSource::kOther;
      relata::internal::ParseIn(kSourceNames, source, &evidence->source);
    }
    evidence->text = std::string(file_.Cell(row, "wording"));
    evidence->form_version = std::string(file_.Cell(row, "form_version"));
    evidence->reference = std::string(file_.Cell(row, "evidence"));
    const bool confirmed = ParseYesNo(file_.Cell(row, "double_opt_in")).value_or(false);
    if (confirmed) evidence->doi = DoubleOptIn::kEmail;
  }

  absl::StatusOr<bool> IsThere(RecordRef person, const ConsentEntry& entry) {
    if (view_ == nullptr) {
      const ColumnsNeeded ledger[] = {{kLedgerTable, {}, true}};
      RELATA_ASSIGN_OR_RETURN(view_, file_.crm().View(std::span(ledger)));
    }
    if (view_->LedgerSize() > 0) {
      RELATA_ASSIGN_OR_RETURN(const std::vector<ConsentEntry> entries, view_->Ledger(person, {}));
      for (const ConsentEntry& known : entries) {
        if (known.at == entry.at && known.event == entry.event && known.scope == entry.scope &&
            known.evidence == entry.evidence && known.person == entry.person &&
            used_.insert(known.seq).second) {
          return true;
        }
      }
    }
    taken_.push_back(entry);
    return false;
  }

  FactFile& file_;
  Transaction tx_;
  std::vector<ConsentEntry> taken_;
  std::shared_ptr<const Snapshot> view_;
  std::set<Seq> used_;
};

template <class Importer>
absl::Status ImportWith(FactFile& file, const RecognitionHints& hints) {
  Importer importer(file);
  RELATA_RETURN_IF_ERROR(Annotate(
      file.Read(hints, [&](const TableRow& row) { return importer.Take(row); }), file.path()));
  RELATA_RETURN_IF_ERROR(Annotate(importer.Flush(), file.path()));
  file.Finish();
  return absl::OkStatus();
}

}  // namespace

namespace {

// A deal's stage, and what was thought of the deal, from an instant on.
TypeDef StageChange() {
  TypeDef type;
  type.name = "stage_change";
  type.event = true;
  type.subject_name = "opportunity";
  type.label = {"Stage change", "Changement d'étape"};
  type.title = {"stage", "amount"};
  const auto add = [&](const char* name, FieldKind kind, LocalText label) {
    FieldDef field;
    field.name = name;
    field.kind = kind;
    field.label = std::move(label);
    field.use = Use::kSteer;
    field.data_owner = "sales direction";
    type.fields.push_back(std::move(field));
  };
  add("stage", FieldKind::kText, {"Stage", "Étape"});
  add("amount", FieldKind::kMoney, {"Amount", "Montant"});
  add("expected_revenue", FieldKind::kMoney, {"Expected revenue", "Revenu attendu"});
  add("probability", FieldKind::kDouble, {"Probability (percent)", "Probabilité (%)"});
  add("close_date", FieldKind::kDate, {"Expected close", "Clôture prévue"});
  add("forecast_category", FieldKind::kText, {"Forecast category", "Catégorie de prévision"});
  return type;
}

}  // namespace

absl::Status DeclareEventType(Crm& crm, std::string_view name, const ImportOptions& options) {
  if (name != "stage_change" || crm.schema()->Find(name) != nullptr) return absl::OkStatus();
  RELATA_ASSIGN_OR_RETURN(const Schema extended, crm.schema()->WithType(StageChange()));
  return crm.Extend(extended, options.actor, options.now);
}

absl::Status ImportEvents(Crm& crm, RecordIndex& index, const std::string& path,
                          const RecognitionHints& hints, const Mapping& mapping,
                          const ImportOptions& options, FileImport* result) {
  FactFile file(crm, index, path, mapping, options, result);
  return ImportWith<EventImporter>(file, hints);
}

absl::Status ImportConsents(Crm& crm, RecordIndex& index, const std::string& path,
                            const RecognitionHints& hints, const Mapping& mapping,
                            const ImportOptions& options, FileImport* result) {
  FactFile file(crm, index, path, mapping, options, result);
  return ImportWith<ConsentImporter>(file, hints);
}

}  // namespace relata::internal

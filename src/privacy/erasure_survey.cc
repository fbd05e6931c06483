// SPDX-License-Identifier: Apache-2.0

#include "privacy/erasure_survey.h"

#include <algorithm>

#include "base/strings.h"
#include "codec/pack.h"
#include "engine/batch.h"
#include "engine/engine.h"
#include "engine/graph.h"
#include "nlohmann/json.hpp"
#include "privacy/archive_seal.h"
#include "privacy/keys.h"
#include "privacy/namesakes.h"
#include "relata/expression/json.h"

namespace relata::internal {
namespace {

using Json = nlohmann::ordered_json;

// Classes whose hold keeps a person's record from being taken out whole.
constexpr RecordClass kTraces[] = {RecordClass::kActivityLog, RecordClass::kMarketingHistory,
                                   RecordClass::kAuditEntry, RecordClass::kChangeHistory,
                                   RecordClass::kDerivedIndex};

bool HoldsTraces(const LegalHold& hold) {
  return std::any_of(std::begin(kTraces), std::end(kTraces),
                     [&](RecordClass c) { return hold.Holds(c); });
}

Json FieldsOf(const Snapshot& view, RecordRef record) {
  Json fields = Json::object();
  for (const FieldDef& field : view.schema().type(record.type).fields) {
    if (field.state == FieldState::kRemoved || field.is_link()) continue;
    const Value value = view.Get(record, field.id);
    if (!value.is_null()) fields[field.name] = Json::parse(ValueToJson(value), nullptr, false);
  }
  return fields;
}

}  // namespace

absl::Status ErasureSurvey::Begin() {
  RELATA_RETURN_IF_ERROR(CheckKey(crm_, options_.key));
  RELATA_ASSIGN_OR_RETURN(view_, crm_.View(RecordTypes(*crm_.schema())));
  all_holds_ = ListHolds(crm_);
  RELATA_ASSIGN_OR_RETURN(std::vector<LogWrite> given, crm_.Log("disclosure"));
  for (LogWrite& line : given) disclosures_[line.subject].push_back(std::move(line.body));
  return absl::OkStatus();
}

absl::Status ErasureSurvey::Add(RecordRef person) {
  Person one;
  RELATA_ASSIGN_OR_RETURN(one.holdings, HoldingsOf(view(), person));
  RELATA_RETURN_IF_ERROR(AddFormerWords(one.holdings));
  one.hold = HoldOn(one.holdings);
  words_.Add(one.holdings.words);
  covered_.insert(one.holdings.persons.begin(), one.holdings.persons.end());
  persons_.push_back(std::move(one));
  return absl::OkStatus();
}

bool ErasureSurvey::Covers(RecordRef record) const { return covered_.contains(record); }

// Names and addresses she had before.
absl::Status ErasureSurvey::AddFormerWords(Holdings& holdings) {
  RELATA_ASSIGN_OR_RETURN(std::unique_ptr<StoreReader> reader, crm_.engine().Read());
  for (const RecordRef person : holdings.persons) {
    const TypeDef& type = view().schema().type(person.type);
    RELATA_RETURN_IF_ERROR(
        reader->ScanChanges(0, person, [&](const ChangeRow& row) -> absl::Status {
          std::string_view image = row.change.personal;
          if (image.size() < kImageSalt) return absl::OkStatus();
          image.remove_prefix(kImageSalt);
          RELATA_ASSIGN_OR_RETURN(const FieldValues values, UnpackFields(image));
          for (const auto& [id, value] : values) {
            const FieldDef* field = type.field(id);
            if (field == nullptr || !value.is(Value::Kind::kText)) continue;
            if (field->name == "email") holdings.words.AddEmail(value.text());
            if (field->name == "phone" || field->name == "mobile") {
              holdings.words.AddPhone(value.text());
            }
          }
          return absl::OkStatus();
        }));
  }
  return absl::OkStatus();
}

LegalHold ErasureSurvey::HoldOn(const Holdings& holdings) {
  LegalHold out;
  for (const ClaimHold& hold : all_holds_) {
    const RecordRef of = hold.person.none() ? RecordRef() : view().Resolve(hold.person);
    const bool concerns =
        hold.person.none() ||
        std::any_of(holdings.persons.begin(), holdings.persons.end(),
                    [&](RecordRef p) { return p == hold.person || view().Resolve(p) == of; });
    if (!concerns) continue;
    holds_.insert(hold.name);
    if (hold.classes.empty()) out = LegalHold::All();
    for (const RecordClass c : hold.classes) out.Add(c);
  }
  return out;
}

void ErasureSurvey::Count(RecordClass c, ErasureAction action, std::string_view what, int64_t n) {
  if (n > 0) counts_[{c, action, std::string(what)}] += n;
}

std::vector<ErasureStep> ErasureSurvey::Steps() const {
  std::vector<ErasureStep> steps;
  for (const auto& [key, count] : counts_) {
    steps.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), count});
  }
  return steps;
}

// ---------------------------------------------------------------------------------------------------
// Her records

void ErasureSurvey::Judge(const Person& person) {
  bool held = false;
  for (const Holding& holding : person.holdings.records) {
    held |= person.hold.Holds(holding.record_class);
    JudgeRecord(person, holding);
  }
  held_ += held || HoldsTraces(person.hold);
  Suppress(person);
  const auto records = static_cast<int64_t>(person.holdings.records.size());
  Count(
      RecordClass::kDerivedIndex,
      person.hold.Holds(RecordClass::kDerivedIndex) ? ErasureAction::kHold : ErasureAction::kErase,
      "keys, columns and indexes of records", records);
  Count(RecordClass::kChangeHistory,
        person.hold.Holds(RecordClass::kChangeHistory) ? ErasureAction::kHold
                                                       : ErasureAction::kShredPayloadKeepChain,
        "histories of records", records);
  Count(RecordClass::kBackup, ErasureAction::kReplayTombstoneOnRestore, "line of the journal",
        options_.journal.empty() ? 0 : 1);
}

void ErasureSurvey::JudgeRecord(const Person& person, const Holding& holding) {
  const std::string& type = view().schema().type(holding.record.type).name;
  const ErasureItem item{holding.record_class, holding.retain_until, false};
  ErasureAction action = PlanErasure(item, now_, person.hold, options_.policy);
  if (action == ErasureAction::kHold) {
    kept_.insert(holding.record);
    return Count(holding.record_class, action, type);
  }
  const bool keep_history = person.hold.Holds(RecordClass::kChangeHistory);
  switch (holding.fate) {
    case Fate::kUnlink: {
      const TypeDef& def = view().schema().type(holding.record.type);
      auto& values = (keep_history ? updates_ : redactions_)[holding.record];
      for (const FieldId link : holding.links) {
        if (!def.field(link)->required) values[link] = Value();
      }
      const Redactor families(person.holdings.words, true);
      for (const FieldDef& field : def.fields) {
        if (!HoldsWords(field) || field.unique || IsOwnWord(def, field)) continue;
        if (auto value = families.Redact(view().Get(holding.record, field.id))) {
          values[field.id] = *std::move(value);
        }
      }
      return Count(holding.record_class, ErasureAction::kErase, Concat("link and name in ", type));
    }
    case Fate::kShred: {
      auto& values = redactions_[holding.record];
      for (const FieldDef& field : view().schema().type(holding.record.type).fields) {
        if (!HoldsWords(field) || field.unique) continue;
        const Value value = view().Get(holding.record, field.id);
        if (value.is(Value::Kind::kText) && !field.open) values[field.id] = Value();
      }
      return Count(RecordClass::kAuditEntry, ErasureAction::kShredPayloadKeepChain, type);
    }
    case Fate::kArchive:
      if (action == ErasureAction::kRetainRestricted) Archive(person, holding);
      break;
    case Fate::kErase:
      break;
  }
  if (HoldsTraces(person.hold)) {
    Empty(holding.record, keep_history);
  } else {
    gone_.insert(holding.record);
  }
  if (action == ErasureAction::kEraseKeepSuppressionHash &&
      (type == "contact_point" || type == "postal_address" || type == "messaging_account")) {
    action = ErasureAction::kErase;  // has no address of its own to be written to
  }
  Count(holding.record_class, action, type);
}

// Under a hold on what happened the record stays as a shell without values.
void ErasureSurvey::Empty(RecordRef record, bool keep_history) {
  auto& values = (keep_history ? updates_ : redactions_)[record];
  for (const FieldDef& field : view().schema().type(record.type).fields) {
    if (field.state == FieldState::kRemoved || view().Get(record, field.id).is_null()) continue;
    if (!field.required) {
      values[field.id] = Value();
    } else if (field.kind == FieldKind::kText) {
      values[field.id] = Value::Text(field.unique ? Concat(kErasedMark, " ", record.row)
                                                  : std::string(kErasedMark));
    }
  }
}

std::string ErasureSurvey::Customer(const Person& person) const {
  Json customer = Json::object();
  const RecordReader read(view());
  const RecordRef who = person.holdings.persons.front();
  for (const std::string_view field :
       {"civility", "given_name", "family_name", "street", "postal_code", "city", "country"}) {
    if (const std::string text = read.Text(who, field); !text.empty()) {
      customer[std::string(field)] = text;
    }
  }
  return customer.dump();
}

std::string ErasureSurvey::Content(const Person& person, RecordRef record) const {
  return Json{{"type", view().schema().type(record.type).name},
              {"id", view().Id(record).ToString()},
              {"fields", FieldsOf(view(), record)},
              {"customer", Json::parse(Customer(person))}}
      .dump();
}

void ErasureSurvey::Archive(const Person& person, const Holding& holding) {
  if (!view().Exists(holding.record)) return;
  archive_.push_back(SealArchived(options_.key, holding.record_class,
                                  view().schema().type(holding.record.type).name,
                                  holding.retain_until, Content(person, holding.record)));
}

// ---------------------------------------------------------------------------------------------------
// What she did and said

absl::Status ErasureSurvey::JudgeEvents(const Person& person) {
  RELATA_ASSIGN_OR_RETURN(std::unique_ptr<StoreReader> reader, crm_.engine().Read());
  const bool whole = !HoldsTraces(person.hold);
  for (const TypeDef* type : view().schema().types()) {
    if (!type->event) continue;
    const RecordClass c = EventClass(type->name);
    const bool hold = person.hold.Holds(c);
    int64_t count = 0;
    for (const Holding& holding : person.holdings.records) {
      if (holding.record.type != type->subject || holding.fate == Fate::kUnlink) continue;
      ScanSpec spec;
      spec.type = type->id;
      spec.subject = holding.record.row;
      RELATA_RETURN_IF_ERROR(reader->ScanEvents(spec, [&](const EventRows& rows) {
        count += static_cast<int64_t>(rows.seqs.size());
        if (!whole && !hold) {
          for (const Seq seq : rows.seqs) events_.emplace(type->id, seq);
        }
        return absl::OkStatus();
      }));
    }
    Count(c, hold ? ErasureAction::kHold : ErasureAction::kErase, type->name, count);
  }
  return absl::OkStatus();
}

// A consent on which something was sent stays as proof; one that was never used proves nothing
// that anybody could claim. Refusals stay.
absl::Status ErasureSurvey::JudgeLedger(const Person& person) {
  RELATA_ASSIGN_OR_RETURN(std::unique_ptr<StoreReader> reader, crm_.engine().Read());
  Timestamp last_used = Timestamp::kMin;
  for (const std::string_view name : {"email_sent", "contact_attempt"}) {
    for (const RecordRef who : person.holdings.persons) {
      const TypeDef* type = view().schema().FindEvent(name, who.type);
      if (type == nullptr) continue;
      ScanSpec spec;
      spec.type = type->id;
      spec.subject = who.row;
      RELATA_RETURN_IF_ERROR(reader->ScanEvents(spec, [&](const EventRows& rows) {
        for (const Timestamp at : rows.at) last_used = std::max(last_used, at);
        return absl::OkStatus();
      }));
    }
  }
  const Redactor redactor(person.holdings.words, false);
  RELATA_ASSIGN_OR_RETURN(const std::vector<ConsentEntry> ledger,
                          view().Ledger(person.holdings.persons.front(), {}));
  for (const ConsentEntry& entry : ledger) {
    const bool hers = std::find(person.holdings.persons.begin(), person.holdings.persons.end(),
                                entry.person.ref()) != person.holdings.persons.end();
    if (!hers || entry.event == ConsentEvent::kErase) continue;
    ErasureItem item{RecordClass::kConsentProof, Timestamp::kMax, false};
    const bool positive = IsPositive(entry.event) || entry.event == ConsentEvent::kRequest;
    item.never_used = positive && last_used < entry.at;
    ErasureAction action = PlanErasure(item, now_, person.hold, options_.policy);
    if (action == ErasureAction::kErase) entries_.push_back(entry.seq);
    const ConsentEvidence& e = entry.evidence;
    const bool names =
        redactor.Names(e.reference) || redactor.Names(e.text) || redactor.Names(e.form_version);
    if (action == ErasureAction::kRetainRestricted && names) {
      archive_.push_back(SealArchived(options_.key, RecordClass::kConsentProof, "consent_entry",
                                      Timestamp::kMax,
                                      Json{{"event", Name(entry.event)},
                                           {"at", FormatTimestamp(entry.at)},
                                           {"text", e.text},
                                           {"form_version", e.form_version},
                                           {"reference", e.reference}}
                                          .dump()));
      // A refusal must go on speaking: only its proof moves.
      if (positive) entries_.push_back(entry.seq);
    }
    Count(RecordClass::kConsentProof, action, Name(entry.event));
  }
  return absl::OkStatus();
}

// ---------------------------------------------------------------------------------------------------
// What must be remembered without remembering

void ErasureSurvey::Suppress(const Person& person) {
  if (!options_.policy.erasure_keeps_hash) return;
  const SecretKey& key = options_.key;
  const RecordReader read(view());
  std::set<std::string> hashes;
  const auto keep = [&](const Digest& hash, std::string_view kind) {
    if (hashes.insert(hash.ToHex()).second) {
      suppressions_.emplace_back(hash.ToHex(), Json{{"kind", kind}, {"why", "erasure"}}.dump());
    }
  };
  for (const RecordRef who : person.holdings.persons) {
    const std::string& type = view().schema().type(who.type).name;
    const std::string country = read.Text(who, "country");
    for (const std::string& word : person.holdings.words.exact) {
      const AddressKind kind =
          word.find('@') != word.npos ? AddressKind::kEmail : AddressKind::kPhone;
      if (kind == AddressKind::kPhone && !word.starts_with('+')) continue;
      const std::optional<Digest> hash = AddressHash(key, kind, word, country);
      if (!hash) continue;
      const std::string given = read.Text(who, "given_name");
      const std::string family = read.Text(who, "family_name");
      if (!family.empty()) keep(IdentityHash(key, given, family, *hash), "identity");
      // Nobody's mailbox is not hers to close for everybody.
      const bool nobodys = kind == AddressKind::kEmail && IsGenericMailbox(word);
      if (!nobodys) keep(*hash, kind == AddressKind::kEmail ? "email" : "phone");
    }
    const auto keys = crm_.Keys(who);
    if (!keys.ok()) continue;
    for (const auto& [system, external] : *keys) {
      keep(ExternalKeyHash(key, type, system, external), "key");
    }
  }
  Count(RecordClass::kSuppressionHash, ErasureAction::kRetain, "keyed hash",
        static_cast<int64_t>(hashes.size()));
}

// Whoever was given her data is told (GDPR 19). A reference that names her would be a trace.
void ErasureSurvey::NotifyRecipients(const Person& person) {
  std::vector<std::string> given;
  for (const RecordRef who : person.holdings.persons) {
    const auto found = disclosures_.find(who);
    if (found == disclosures_.end()) continue;
    given.insert(given.end(), found->second.begin(), found->second.end());
  }
  if (given.empty()) return;
  const Redactor redactor(person.holdings.words, false);
  for (const std::string& line : given) {
    const Json body = Json::parse(line, nullptr, false);
    if (!body.is_object() || !body.contains("recipient")) continue;
    const std::string recipient = body.value("recipient", "");
    const std::string reference = body.value("reference", "");
    notices_.emplace_back(recipient,
                          Json{{"do", "notify_recipient"},
                               {"text", Concat("erase what you were given: ", recipient,
                                               redactor.Names(reference) ? "" : " " + reference)},
                               {"role", "dpo"}}
                              .dump());
    Count(RecordClass::kSharedWithRecipient, ErasureAction::kNotifyRecipient, recipient);
  }
}

// ---------------------------------------------------------------------------------------------------
// Where else she is named

bool ErasureSurvey::IsOwnWord(const TypeDef& type, const FieldDef& field) const {
  if (type.name == "user") return true;
  const bool person = type.name == "contact" || type.name == "lead" ||
                      type.name == "email_address" || type.name == "phone_number";
  return person && !field.free_text;
}

// Somebody else of the same name is not to lose the mentions of hers; an address that another
// person has too is not to be closed for her.
void ErasureSurvey::FindNamesakes() {
  const RecordReader read(view());
  const WordSigns signs(words_);
  std::set<std::string> shared;
  for (const std::string_view name : {"contact", "lead"}) {
    const TypeDef* type = view().schema().Find(name);
    if (type == nullptr) continue;
    const PersonColumns columns(view(), *type);
    for (Row row = 0; row < view().RowLimit(type->id); ++row) {
      if (!columns.MayShare(signs, row)) continue;
      const RecordRef other{type->id, row};
      if (!view().Exists(other) || gone_.contains(other) || redactions_.contains(other) ||
          updates_.contains(other)) {
        continue;
      }
      PersonWords theirs;
      theirs.Add(read, other);
      for (const std::string& one : theirs.names) words_.names.erase(one);
      for (const std::string& one : theirs.emails) words_.emails.erase(one);
      for (const std::string& one : theirs.phones) words_.phones.erase(one);
      for (const std::string& one : theirs.exact) {
        if (words_.exact.erase(one) == 0) continue;
        const std::string country = read.Text(other, "country");
        for (const AddressKind kind : {AddressKind::kEmail, AddressKind::kPhone}) {
          if (const auto hash = AddressHash(options_.key, kind, one, country)) {
            shared.insert(hash->ToHex());
          }
        }
      }
    }
  }
  std::erase_if(suppressions_, [&](const auto& s) { return shared.contains(s.first); });
}

absl::Status ErasureSurvey::LookEverywhere() {
  for (const Person& person : persons_) {
    Judge(person);
    RELATA_RETURN_IF_ERROR(JudgeEvents(person));
    RELATA_RETURN_IF_ERROR(JudgeLedger(person));
    NotifyRecipients(person);
  }
  FindNamesakes();
  const Redactor redactor(words_, false);
  LookInTexts(redactor);
  RELATA_RETURN_IF_ERROR(LookInHistory(redactor));
  RELATA_RETURN_IF_ERROR(LookInEvents(redactor));
  LookInDefinitions(redactor);
  return absl::OkStatus();
}

void ErasureSurvey::LookInTexts(const Redactor& redactor) {
  for (const TypeDef* type : view().schema().types()) {
    if (type->event) continue;
    const RecordTable* table = view().graph().Records(type->id);
    for (const FieldDef& field : type->fields) {
      if (!HoldsWords(field) || field.unique || IsOwnWord(*type, field)) continue;
      const ChunkedColumn* column = table == nullptr ? nullptr : table->Column(field.id);
      if (column == nullptr) continue;
      const bool text = column->kind() == Value::Kind::kText;
      for (Row row = 0; row < view().RowLimit(type->id); ++row) {
        if (!column->Has(row) || (text && !redactor.MayName(column->Text(row)))) continue;
        const RecordRef record{type->id, row};
        if (gone_.contains(record) || kept_.contains(record)) continue;
        const auto known = redactions_.find(record);
        if (known != redactions_.end() && known->second.contains(field.id)) continue;
        auto value = redactor.Redact(view().Get(record, field.id));
        if (!value) continue;
        redactions_[record][field.id] = *std::move(value);
        Count(RecordClass::kNotes, ErasureAction::kErase,
              Concat("name in ", type->name, ".", field.name));
      }
    }
  }
}

absl::Status ErasureSurvey::LookInHistory(const Redactor& redactor) {
  RELATA_ASSIGN_OR_RETURN(std::unique_ptr<StoreReader> reader, crm_.engine().Read());
  return reader->ScanChanges(0, std::nullopt, [&](const ChangeRow& row) -> absl::Status {
    const RecordRef record = row.change.subject;
    std::string_view image = row.change.personal;
    if (image.size() < kImageSalt || gone_.contains(record) || kept_.contains(record) ||
        images_.contains(record) || redactions_.contains(record) || updates_.contains(record)) {
      return absl::OkStatus();
    }
    const TypeDef& type = view().schema().type(record.type);
    image.remove_prefix(kImageSalt);
    RELATA_ASSIGN_OR_RETURN(const FieldValues values, UnpackFields(image));
    for (const auto& [id, value] : values) {
      const FieldDef* field = type.field(id);
      if (field == nullptr || IsOwnWord(type, *field) || !redactor.Redact(value)) continue;
      images_.insert(record);
      Count(RecordClass::kChangeHistory, ErasureAction::kShredPayloadKeepChain,
            Concat("history of a ", type.name, " that named her"));
      break;
    }
    return absl::OkStatus();
  });
}

// Only fields that people write sentences in: an event is immutable, so the whole of it goes.
absl::Status ErasureSurvey::LookInEvents(const Redactor& redactor) {
  RELATA_ASSIGN_OR_RETURN(std::unique_ptr<StoreReader> reader, crm_.engine().Read());
  for (const TypeDef* type : view().schema().types()) {
    if (!type->event) continue;
    ScanSpec spec;
    spec.type = type->id;
    for (const FieldDef& field : type->fields) {
      if (field.free_text && HoldsWords(field)) spec.fields.push_back(field.id);
    }
    if (spec.fields.empty()) continue;
    RELATA_RETURN_IF_ERROR(reader->ScanEvents(spec, [&](const EventRows& rows) {
      for (size_t i = 0; i < rows.seqs.size(); ++i) {
        if (gone_.contains({type->subject, rows.subjects[i]})) continue;
        const bool names = std::any_of(rows.columns.begin(), rows.columns.end(),
                                       [&](const Column& c) { return redactor.Redact(c.Get(i)); });
        if (!names || !events_.emplace(type->id, rows.seqs[i]).second) continue;
        Count(RecordClass::kActivityLog, ErasureAction::kErase,
              Concat(type->name, " of another person that names her"));
      }
      return absl::OkStatus();
    }));
  }
  return absl::OkStatus();
}

void ErasureSurvey::LookInDefinitions(const Redactor& redactor) {
  for (const std::string_view kind :
       {"segment", "score", "workflow", "pipeline", "role", "job", "mapping", "objective"}) {
    for (const Definition& definition : crm_.Definitions(kind)) {
      if (!redactor.Names(definition.body)) continue;
      notes_.push_back(Concat(kind, " '", definition.name,
                              "' names the person: definitions are not rewritten, change it"));
    }
  }
}

// ---------------------------------------------------------------------------------------------------
// Doing it

std::vector<JournalLine> ErasureSurvey::JournalLines() const {
  std::vector<JournalLine> lines;
  for (const Person& person : persons_) {
    for (const RecordRef who : person.holdings.persons) {
      const Uuid id = view().Id(who);
      if (!id.nil()) lines.push_back({now_, JournalHash(options_.key, id)});
    }
  }
  return lines;
}

absl::Status ErasureSurvey::Record(Transaction& tx) const {
  const Schema& schema = view().schema();
  const auto named = [&](RecordRef record, const std::map<FieldId, Value>& values) {
    NamedValues out;
    for (const auto& [id, value] : values) {
      out.emplace_back(schema.type(record.type).field(id)->name, value);
    }
    return out;
  };
  RememberKey(crm_, options_.key, tx);
  for (const auto& [hash, body] : suppressions_) tx.Log(kSuppressionLog, {}, hash, body);
  for (const std::string& body : archive_) tx.Log(kArchiveLog, {}, "", body);
  for (const auto& [recipient, body] : notices_) tx.Log("outbox", {}, "erasure", body);
  for (const Person& person : persons_) {
    ConsentEntry erased;
    erased.event = ConsentEvent::kErase;
    erased.at = now_;
    erased.person = PartyId::Of(person.holdings.persons.front());
    tx.RecordConsent(std::move(erased));
  }
  for (const auto& [record, values] : redactions_) {
    if (!gone_.contains(record)) tx.Redact(record, named(record, values));
  }
  for (const auto& [record, values] : updates_) {
    if (!gone_.contains(record)) tx.Update(record, named(record, values));
  }
  for (const RecordRef record : gone_) tx.Erase(record);
  EraseWrite more;
  more.images.assign(images_.begin(), images_.end());
  more.events.assign(events_.begin(), events_.end());
  more.entries = entries_;
  more.words.assign(words_.exact.begin(), words_.exact.end());
  tx.Erase(std::move(more));
  return tx.status();
}

}  // namespace relata::internal

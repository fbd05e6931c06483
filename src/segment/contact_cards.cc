// SPDX-License-Identifier: Apache-2.0

#include "segment/contact_cards.h"

#include <mutex>
#include <utility>

#include "base/strings.h"
#include "engine/engine.h"
#include "segment/rule_texts.h"

namespace relata::internal {

Decision DecideOn(const ContactCard& card, PartyId person, const ContactPlan& plan,
                  const ConsentRules& rules, const RegisterLookup& lookup) {
  return OnFacts(card, person, plan, lookup, [&](const Question& question, const Facts& facts) {
    return DecideOnLines(question, facts, facts.lines, rules.pack, rules.policy(), nullptr);
  });
}

ContactCards& ContactCards::Of(const Crm& crm) {
  return static_cast<ContactCards&>(*crm.engine().hooks().consent);
}

absl::Status ContactCards::Freshen(const Crm& crm) { return crm.engine().Freshen(); }

bool ContactCards::IsPast(const Crm& crm) { return !crm.as_of().today(); }

size_t ContactCards::size() const {
  std::shared_lock lock(mutex_);
  return by_id_.size();
}

// ---------------------------------------------------------------------------------------------------
// Making cards

absl::StatusOr<std::shared_ptr<const ConsentRules>> ContactCards::Rules(const Crm& crm) {
  if (IsPast(crm)) return ReadRules(crm);
  int64_t made = 0;
  {
    std::shared_lock lock(mutex_);
    if (rules_ != nullptr) return rules_;
    made = books_made_;
  }
  RELATA_ASSIGN_OR_RETURN(std::shared_ptr<const ConsentRules> rules, ReadRules(crm));
  std::unique_lock lock(mutex_);
  if (made == books_made_) rules_ = rules;
  return rules;
}

absl::StatusOr<std::shared_ptr<const ContactCards::Books>> ContactCards::BooksOf(const Crm& crm) {
  int64_t made = 0;
  {
    std::shared_lock lock(mutex_);
    if (books_ != nullptr) return books_;
    made = books_made_;
  }
  RELATA_ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, crm.engine().Read());
  auto books = std::make_shared<Books>();
  RELATA_ASSIGN_OR_RETURN(books->merges, MergeBook::Read(*reader));
  RELATA_ASSIGN_OR_RETURN(books->registers, RegisterBook::Read(*reader));
  std::unique_lock lock(mutex_);
  if (made == books_made_) books_ = books;
  return books;
}

absl::StatusOr<ContactCards::Fresh> ContactCards::CompileOn(const Crm& crm, const Snapshot& view,
                                                            RecordRef person) {
  Fresh fresh;
  fresh.person = person;
  RELATA_ASSIGN_OR_RETURN(fresh.rules, Rules(crm));
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Books> books, BooksOf(crm));
  RELATA_ASSIGN_OR_RETURN(fresh.card,
                          CompileCard(view, fresh.person, books->merges, books->registers, zones_));
  return fresh;
}

absl::StatusOr<ContactCards::Fresh> ContactCards::Compile(const Crm& crm, RecordRef person) {
  RELATA_ASSIGN_OR_RETURN(std::shared_ptr<const Snapshot> view, crm.View(ConsentTables(crm)));
  const RecordRef found = view->Resolve(crm.engine().Real(person));
  RELATA_ASSIGN_OR_RETURN(Fresh fresh, CompileOn(crm, *view, found));
  if (!view->past()) fresh.view = std::move(view);
  return fresh;
}

// Keeps a card, unless the graph has moved on while it was made.
void ContactCards::Keep(Fresh fresh) {
  if (fresh.view == nullptr || fresh.card->id().id.nil()) return;
  const Snapshot& view = *fresh.view;
  std::unique_lock lock(mutex_);
  if (!commit_) commit_ = view.commit();
  if (*commit_ != view.commit() || books_ == nullptr) return;
  const RecordRef person = fresh.person;
  Drop(person);
  if (person.type >= cards_.size()) cards_.resize(person.type + size_t{1});
  auto& rows = cards_[person.type];
  if (static_cast<size_t>(person.row) >= rows.size()) {
    rows.resize(static_cast<size_t>(std::max(person.row + 1, view.RowLimit(person.type))));
  }
  void* const place = memory_.Allocate(fresh.card->bytes());
  ContactCard* const card = ContactCard::MoveTo(place, std::move(*fresh.card));
  rows[static_cast<size_t>(person.row)] = card;
  by_id_.insert(card);
}

// ---------------------------------------------------------------------------------------------------
// Keeping them true

void ContactCards::Drop(RecordRef person) {
  if (Find(person) == nullptr) return;
  ContactCard*& slot = cards_[person.type][static_cast<size_t>(person.row)];
  by_id_.erase(slot);
  Free(std::exchange(slot, nullptr));
}

void ContactCards::Free(ContactCard* card) {
  const size_t bytes = card->bytes();
  card->~ContactCard();
  memory_.Release(card, bytes);
}

void ContactCards::Clear() {
  for (ContactCard* const card : by_id_) Free(card);
  by_id_.clear();
  cards_.clear();
  memory_.Clear();
}

// Drops the cards that one commit made untrue.
class ContactCards::Dropping {
 public:
  Dropping(ContactCards& cards, const Snapshot& before, const Snapshot& after)
      : cards_(cards), before_(before), after_(after), schema_(after.schema()) {}

  void Record(const RecordWrite& write) {
    const RecordRef record{write.type, write.row};
    Touch(record);
    if (IsPerson(write.type)) return;  // what a person points to, she does not change
    for (const FieldDef& field : schema_.type(write.type).fields) {
      if (field.kind != FieldKind::kLink) continue;
      for (const Snapshot* view : {&before_, &after_}) {
        if (!view->Loaded(write.type)) continue;
        const Value to = view->Get(record, field.id);
        if (to.is(Value::Kind::kRecord)) Touch(to.record());
      }
    }
  }

  void Events(const EventBatch& batch) {
    const TypeId subject = schema_.type(batch.type).subject;
    for (const Row row : batch.subjects) Touch({subject, row});
  }

  // Everybody whose card was made from the record.
  void Touch(RecordRef record) {
    if (record.none()) return;
    for (const RecordRef one : {record, before_.Resolve(record), after_.Resolve(record)}) {
      if (IsPerson(one.type)) {
        cards_.Drop(one);
      } else {
        Dependents(one);
      }
    }
  }

 private:
  bool IsPerson(TypeId type) const {
    const std::string& name = schema_.type(type).name;
    return name == "contact" || name == "lead";
  }

  // The children of `parent` through a link, in the graph before and after.
  std::vector<RecordRef> Children(RecordRef parent, std::string_view type, std::string_view link) {
    std::vector<RecordRef> out;
    for (const Snapshot* view : {&before_, &after_}) {
      const TypeDef* child = view->schema().Find(type);
      const FieldDef* field = child == nullptr ? nullptr : child->FindField(link);
      if (field == nullptr || field->target != parent.type || !view->Loaded(child->id)) continue;
      std::vector<Row> rows;
      view->Children(parent, child->id, field->id, rows);
      for (const Row row : rows) out.push_back({child->id, row});
    }
    return out;
  }

  void Dependents(RecordRef record) {
    const std::string& type = schema_.type(record.type).name;
    if (type == "account") {
      for (const std::string_view person : {"contact", "lead"}) {
        for (const RecordRef one : Children(record, person, "account")) cards_.Drop(one);
      }
    } else if (type == "notice") {
      cards_.Clear();  // who was shown it stands in events; wordings change once in years
    } else if (type == "email_address" || type == "phone_number") {
      const std::string_view link = type == "email_address" ? "email" : "phone";
      for (const RecordRef held : Children(record, "contact_point", link)) {
        for (const FieldDef& field : schema_.type(held.type).fields) {
          if (field.kind != FieldKind::kLink || !IsPerson(field.target)) continue;
          for (const Snapshot* view : {&before_, &after_}) {
            const Value holder = view->Get(held, field.id);
            if (!holder.is(Value::Kind::kRecord)) continue;
            cards_.Drop(view->Resolve(holder.record()));
          }
        }
      }
    }
  }

  ContactCards& cards_;
  const Snapshot& before_;
  const Snapshot& after_;
  const Schema& schema_;
};

namespace {

bool IsRuleText(const DefinitionWrite& write) {
  return write.kind == kRulePackKind || write.kind == kConsentPolicyKind;
}

// How much a commit wrote, to see whether dropping card by card is worth it.
size_t SizeOf(const CommitBatch& step) {
  size_t size = step.records.size() + step.ledger.size();
  for (const EventBatch& batch : step.events) size += batch.subjects.size();
  return size;
}

}  // namespace

void ContactCards::Committed(const Snapshot& before, const Snapshot& after,
                             std::span<const CommitBatch> steps) {
  std::unique_lock lock(mutex_);
  commit_ = after.commit();
  size_t written = 0;
  bool everything = false;
  for (const CommitBatch& step : steps) {
    written += SizeOf(step);
    const bool merged = !step.aliases.empty();
    const bool listed = std::any_of(step.logs.begin(), step.logs.end(),
                                    [](const LogWrite& line) { return line.log == kRegisterLog; });
    if (merged || listed) {
      books_ = nullptr;
      ++books_made_;
    }
    // Whoever is on an imported list is known by number only.
    everything |= listed;
    if (std::any_of(step.definitions.begin(), step.definitions.end(), IsRuleText)) {
      rules_ = nullptr;
      ++books_made_;
    }
  }
  if (by_id_.empty()) return;
  if (everything || written > by_id_.size() / 2 + 1000) return Clear();
  Dropping dropping(*this, before, after);
  for (const CommitBatch& step : steps) {
    for (const RecordWrite& write : step.records) dropping.Record(write);
    for (const EventBatch& batch : step.events) dropping.Events(batch);
    for (const LedgerWrite& line : step.ledger) {
      dropping.Touch(line.person);
      dropping.Touch(line.point);
    }
    for (const AliasWrite& alias : step.aliases) {
      dropping.Touch(alias.loser);
      dropping.Touch(alias.winner);
    }
  }
}

void ContactCards::Overtaken(const Snapshot& after) {
  std::unique_lock lock(mutex_);
  commit_ = after.commit();
  books_ = nullptr;
  rules_ = nullptr;
  ++books_made_;
  Clear();
}

}  // namespace relata::internal

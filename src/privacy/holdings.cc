// SPDX-License-Identifier: Apache-2.0

#include "privacy/holdings.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/strings.h"
#include "engine/graph.h"
#include "relata/consent/deadlines.h"

namespace relata::internal {
namespace {

struct TypeRule {
  std::string_view type;
  RecordClass record_class;
  bool of_account = false;  // with an account it is the account's, and only loses the link
  bool accounting = false;  // C. com. L123-22: kept ten years after the fiscal year
};

// Types of the standard schema that speak of a person by a link to her.
constexpr TypeRule kRules[] = {
    {"contact", RecordClass::kProfile},
    {"lead", RecordClass::kProfile},
    {"contact_point", RecordClass::kContactPoint},
    {"employment", RecordClass::kProfile},
    {"contact_role", RecordClass::kProfile},
    {"membership", RecordClass::kProfile},
    {"activity", RecordClass::kActivityLog},
    {"task", RecordClass::kActivityLog},
    {"ticket", RecordClass::kActivityLog, true},
    {"campaign_member", RecordClass::kMarketingHistory},
    {"attendance", RecordClass::kMarketingHistory},
    {"survey_answer", RecordClass::kMarketingHistory},
    {"document", RecordClass::kNotes, true},
    {"opportunity", RecordClass::kProfile, true},
    {"project", RecordClass::kProfile, true},
    {"asset", RecordClass::kProfile, true},
    {"quote", RecordClass::kProfile, true},
    {"product_return", RecordClass::kInvoice, true, true},
    {"dispute", RecordClass::kInvoice, true, true},
    {"contract", RecordClass::kInvoice, true, true},
    {"subscription", RecordClass::kInvoice, true, true},
    {"order", RecordClass::kInvoice, true, true},
    {"invoice", RecordClass::kInvoice, true, true},
    {"credit_note", RecordClass::kInvoice, true, true},
    {"payment", RecordClass::kInvoice, true, true},
};

const TypeRule* RuleOf(std::string_view type) {
  for (const TypeRule& rule : kRules) {
    if (rule.type == type) return &rule;
  }
  return nullptr;
}

// Where the addresses that are records of their own hang on a contact point.
constexpr std::string_view kPointLinks[] = {"email", "phone", "address", "messaging"};

class Gatherer {
 public:
  Gatherer(const Snapshot& view, Holdings& out)
      : view_(view), schema_(view.schema()), read_(view), out_(out) {}

  absl::Status Gather(RecordRef person) {
    person = view_.Resolve(person);
    const std::string& type = read_.TypeOf(person).name;
    if (type != "contact" && type != "lead") {
      return InvalidArgument(Concat("a person is needed, not a record of type ", type));
    }
    AddPerson(person);
    for (const RecordRef lead : read_.Children(person, "lead", "contact")) AddPerson(lead);
    for (const RecordRef one : out_.persons) {
      out_.words.Add(read_, one);
      Take({one, RecordClass::kProfile, Fate::kErase, Timestamp::kMax, {}});
    }
    for (size_t i = 0; i < out_.persons.size(); ++i) AddLinking(out_.persons[i]);
    AddPoints();
    AddMerged();
    return absl::OkStatus();
  }

 private:
  void AddPerson(RecordRef person) {
    for (const RecordRef one : view_.graph().Group(person)) {
      if (std::find(out_.persons.begin(), out_.persons.end(), one) == out_.persons.end()) {
        out_.persons.push_back(one);
      }
    }
  }

  void Take(Holding holding) {
    const auto [place, added] = taken_.try_emplace(holding.record, out_.records.size());
    if (added) {
      out_.records.push_back(std::move(holding));
      return;
    }
    Holding& known = out_.records[place->second];
    known.links.insert(known.links.end(), holding.links.begin(), holding.links.end());
  }

  // Every record that links to the person, by whatever link of whatever type.
  void AddLinking(RecordRef person) {
    for (const TypeDef* type : schema_.types()) {
      if (type->event) continue;
      for (const FieldDef& field : type->fields) {
        if (!field.is_link() || field.target != person.type ||
            field.state == FieldState::kRemoved) {
          continue;
        }
        // Only links as written: those of merged records are found through the others of persons.
        std::vector<Row> rows;
        view_.Children(person, type->id, field.id, rows);
        for (const Row row : rows) {
          const RecordRef record{type->id, row};
          if (IsPerson(record)) continue;
          Holding holding = Judge(*type, record);
          holding.links.push_back(field.id);
          const bool follows = holding.fate == Fate::kErase || holding.fate == Fate::kArchive;
          const Holding copy = holding;
          Take(std::move(holding));
          if (follows) AddLines(copy);
        }
      }
    }
  }

  Holding Judge(const TypeDef& type, RecordRef record) const {
    Holding holding{record, RecordClass::kProfile, Fate::kErase, Timestamp::kMax, {}};
    if (type.name == "rights_request") {
      holding.record_class = RecordClass::kAuditEntry;
      holding.fate = Fate::kShred;
      return holding;
    }
    const TypeRule* rule = RuleOf(type.name);
    const bool of_account = !read_.Link(record, "account").none();
    if (rule == nullptr || (rule->type == "contact" || rule->type == "lead")) {
      const bool hers = rule == nullptr && IsPersonal(type) && !of_account;
      holding.fate = hers ? Fate::kErase : Fate::kUnlink;
      return holding;
    }
    holding.record_class = rule->record_class;
    if (rule->of_account && of_account) {
      holding.fate = Fate::kUnlink;
    } else if (rule->accounting) {
      holding.fate = Fate::kArchive;
      holding.retain_until = RetainUntil(record);
    }
    return holding;
  }

  // A household or company that a person belongs to is not only hers.
  static bool IsPersonal(const TypeDef& type) {
    if (type.name == "household") return false;
    return std::any_of(type.fields.begin(), type.fields.end(), [](const FieldDef& f) {
      return f.personal != Personal::kNone && f.personal != Personal::kAsType && !f.is_link();
    });
  }

  // Ten years from the end of the year of the document. A fiscal year that ends later than the
  // calendar's is not known here; the longer of the two years it may belong to is taken.
  Timestamp RetainUntil(RecordRef record) const {
    Timestamp latest = Timestamp::kMin;
    for (const FieldDef& field : read_.TypeOf(record).fields) {
      if (field.kind != FieldKind::kDate && field.kind != FieldKind::kTimestamp) continue;
      if (const auto at = read_.When(record, field.name)) latest = std::max(latest, *at);
    }
    if (latest == Timestamp::kMin) return Timestamp::kMax;
    const int32_t year = ToCivil(UtcDate(latest)).year;
    return UtcMidnight(AddMonths(MakeDate(year, 12, 31), 120));
  }

  // Lines and warranties share the fate of what they belong to.
  void AddLines(const Holding& parent) {
    for (const TypeDef* type : schema_.types()) {
      if (type->event || !(type->name.ends_with("_line") || type->name == "warranty")) continue;
      for (const FieldDef& field : type->fields) {
        if (!field.is_link() || field.target != parent.record.type) continue;
        std::vector<Row> rows;
        view_.Children(parent.record, type->id, field.id, rows);
        for (const Row row : rows) {
          Take({{type->id, row}, parent.record_class, parent.fate, parent.retain_until, {}});
        }
      }
    }
  }

  // Addresses that nobody else holds go with her; the others stay with their holders.
  void AddPoints() {
    const TypeDef* point_type = schema_.Find("contact_point");
    if (point_type == nullptr) return;
    const size_t count = out_.records.size();
    for (size_t i = 0; i < count; ++i) {
      const RecordRef held = out_.records[i].record;
      if (held.type != point_type->id) continue;
      for (const std::string_view link : kPointLinks) {
        const RecordRef point = read_.Link(held, link);
        if (point.none()) continue;
        const std::vector<RecordRef> holders = read_.Children(point, "contact_point", link);
        const bool shared = std::any_of(holders.begin(), holders.end(),
                                        [&](RecordRef holder) { return !taken_.contains(holder); });
        if (shared) {
          out_.shared_points.push_back(point);
          continue;
        }
        Take({point, RecordClass::kContactPoint, Fate::kErase, Timestamp::kMax, {}});
        if (link == "email") out_.words.AddEmail(read_.Text(point, "address"));
        if (link == "phone") out_.words.AddPhone(read_.Text(point, "number"));
      }
    }
  }

  // What was merged into a record that goes keeps values of its own.
  void AddMerged() {
    const size_t count = out_.records.size();
    for (size_t i = 0; i < count; ++i) {
      const Holding winner = out_.records[i];
      for (const RecordRef one : view_.graph().Group(winner.record)) {
        Take({one, winner.record_class, winner.fate, winner.retain_until, {}});
      }
    }
  }

  bool IsPerson(RecordRef record) const {
    return std::find(out_.persons.begin(), out_.persons.end(), record) != out_.persons.end();
  }

  const Snapshot& view_;
  const Schema& schema_;
  const RecordReader read_;
  Holdings& out_;
  std::map<RecordRef, size_t> taken_;
};

}  // namespace

absl::StatusOr<Holdings> HoldingsOf(const Snapshot& view, RecordRef person) {
  if (!view.Exists(view.Resolve(person))) return NotFound("the person does not exist");
  Holdings out;
  RELATA_RETURN_IF_ERROR(Gatherer(view, out).Gather(person));
  return out;
}

std::vector<TypeId> RecordTypes(const Schema& schema) {
  std::vector<TypeId> types;
  for (const TypeDef* type : schema.types()) {
    if (!type->event) types.push_back(type->id);
  }
  return types;
}

RecordClass ClassOfType(std::string_view type) {
  if (type.ends_with("_line")) type.remove_suffix(5);
  const TypeRule* rule = RuleOf(type);
  if (type == "rights_request") return RecordClass::kAuditEntry;
  return rule == nullptr ? RecordClass::kProfile : rule->record_class;
}

// Events that say what was sent and answered; all others are what the person did.
RecordClass EventClass(std::string_view type) {
  if (type.starts_with("lead_")) type.remove_prefix(5);
  for (const std::string_view one :
       {"email_sent", "email_opened", "email_clicked", "email_bounced", "unsubscribe",
        "preference_changed", "contact_attempt", "contact_outcome"}) {
    if (type == one) return RecordClass::kMarketingHistory;
  }
  return RecordClass::kActivityLog;
}

bool HoldsWords(const FieldDef& field) {
  return field.state != FieldState::kRemoved &&
         (field.kind == FieldKind::kText || field.kind == FieldKind::kTextList || field.open);
}

}  // namespace relata::internal

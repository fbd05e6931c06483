// SPDX-License-Identifier: Apache-2.0
//
// How a type of record or event is declared: as a constexpr object whose members are its fields.
//
//   struct Account : Type<Account> {
//     constexpr Account() : Type({.label = {"Account", "Compte"}, .steward = "sales"}) {}
//     Text name{*this, "name", {.label = {"Name", "Raison sociale"}, .required = true}};
//     Link<Account> parent{*this, "parent", {.label = {"Parent", "Maison mère"},
//                                            .inverse = "subsidiaries"}};
//   };
//   inline constexpr Account account{};
//
// While the object is built during compilation each member enters its specification in the base,
// so the declaration is the only list there is: C++ callers get typed handles from it
// (`account.name`), the engine its columns, the store its tables, people their labels. The type's
// name is the struct's name in snake case (`ContactPoint` is "contact_point"); a field's number is
// its place. Next to the handles stands the *field card*: what the field is for, who answers for it
// and which personal data it holds. What a card leaves out it takes from the card of its type.
//
// A handle knows its owner and its C++ value type, so a value of another type, a field of another
// noun and a link to the wrong target do not compile (see Set). Types that exist only at run time
// have no handles and are otherwise the same (model/schema.h).
//
// This header stays light: it is included by every noun. All objects are immutable, and a declared
// object has static storage (the base points at its members).

#ifndef RELATA_MODEL_TYPE_H_
#define RELATA_MODEL_TYPE_H_

#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "relata/base/id.h"
#include "relata/base/money.h"
#include "relata/base/time.h"
#include "relata/model/type_name.h"
#include "relata/model/value.h"

namespace relata {

// What a field holds. kChoice is the code of one option; kLink names one record of one type;
// kTextList is a set of texts in the order given. As Values: kText and kChoice are Text, kLink is
// Record, kTextList is List of Text, the others are the kinds of the same name.
enum class FieldKind : uint8_t {
  kText,
  kBool,
  kInt,
  kDouble,
  kMoney,
  kDate,
  kTimestamp,
  kDuration,
  kChoice,
  kLink,
  kTextList,
};

// What a field is collected for. A field without use should not be collected.
enum class Use : uint8_t {
  kAsType = 0,
  kSegment = 1,      // choosing whom to address
  kPersonalise = 2,  // choosing what to say
  kSteer = 4,        // measures, forecasts, objectives
  kOperate = 8,      // doing the work itself: identify, deliver, bill, answer
};
constexpr Use operator|(Use a, Use b) {
  return static_cast<Use>(static_cast<uint8_t>(a) | static_cast<uint8_t>(b));
}
constexpr bool Has(Use uses, Use one) {
  return (static_cast<uint8_t>(uses) & static_cast<uint8_t>(one)) != 0;
}

// The class of personal data in a field, for access, masking, export, erasure and the register of
// processing. kSensitive is what GDPR Article 9 and 10 name (health, beliefs, unions, offences) or
// what may reveal it.
enum class Personal : uint8_t {
  kAsType = 0,
  kNone,
  kIdentity,   // who the person is: names, birth date, photograph
  kContact,    // how to reach the person
  kProfile,    // what is known or thought of the person: job, tastes, notes, scores
  kBehaviour,  // what the person did
  kFinancial,  // what the person bought, owes or pays with
  kSensitive,
};

// Only active and deprecated fields can be read and written; a draft is not offered yet, a removed
// one keeps its number for ever and nothing else.
enum class FieldState : uint8_t { kDraft, kActive, kDeprecated, kRemoved };

// The same words in the two languages of the standard schema.
struct Words {
  std::string_view en;
  std::string_view fr;
  constexpr bool empty() const { return en.empty() || fr.empty(); }
};

// One entry of a picklist. `code` is stored and compared, `label` is shown.
struct Option {
  std::string_view code;
  Words label;
};

// How long a value is kept, in months after the last contact with the person or the end of the
// relation: first in the active base, then in the intermediate archive, then deleted. {0, 0} is as
// the type says, and for a type: as long as what it belongs to.
struct Retention {
  int16_t active_months = 0;
  int16_t archive_months = 0;
  friend constexpr bool operator==(Retention, Retention) = default;
};

// The field card. Everything but the label may be left out.
struct Card {
  Words label = {};
  Words help = {};
  Words group = {};  // the section of a form; fields follow in the order of declaration
  Use use = Use::kAsType;
  Personal personal = Personal::kAsType;
  bool required = false;   // a record without it is not accepted
  bool unique = false;     // no two live records of a tenant share it
  bool free_text = false;  // a person types sentences here: scanned for what must not be there
  bool open = false;       // choices: another text than the options is accepted, with a warning
  // Links: the name under which the target sees the records that point at it. And the value written
  // when a record is created without one, or a required one is cleared ("true", "0", a code).
  std::string_view inverse = "";
  std::string_view initial = "";
  std::string_view filled_by = "";     // role, and step if it matters: "sales, qualification"
  std::string_view kept_current = "";  // how: "yearly review", "by the ERP"
  int16_t max_age_days = 0;            // older values count as stale; 0 is no limit
  std::string_view data_owner = "";    // role accountable for the field
  std::string_view steward = "";       // role that checks it
  std::string_view purposes = "";      // processing purposes, separated by spaces
  std::string_view master = "";        // the system that decides: "crm", "erp", "host"
  Retention retention = {};
  FieldState state = FieldState::kActive;
};

// The card of a type, and the defaults of its fields' cards.
struct TypeCard {
  Words label = {};
  Words plural = {};
  Words help = {};
  std::string_view title = "";  // the fields that name a record to people, separated by spaces
  Use use = Use::kAsType;
  Personal personal = Personal::kNone;
  std::string_view filled_by = "";
  std::string_view kept_current = "";
  std::string_view data_owner = "";
  std::string_view steward = "";
  std::string_view purposes = "";
  std::string_view master = "crm";
  Retention retention = {};
  // A dated link: it joins two records from its field `from` until (not on) its field `until`, days
  // of the tenant; either may be empty. A question asked at an instant sees those in effect then.
  bool dated = false;
};

// A declared field as data. `target` names the type a link points to.
struct FieldSpec {
  std::string_view name;
  FieldKind kind = FieldKind::kText;
  std::string_view target = "";
  std::span<const Option> options = {};
  Card card = {};
};

// A derived link: names of links, inverses or other paths to follow, separated by dots; a "+"
// after the name follows it once or more, as far as it leads ("parent+"). Not stored.
struct PathSpec {
  std::string_view name;
  std::string_view path;
  Words label;
};

// A declared type as data; borrows from the constexpr object it was taken from.
struct TypeSpec {
  std::string_view name;
  TypeCard card;
  std::string_view subject;  // the type an event is about; empty for records
  std::span<const FieldSpec* const> fields;
  std::span<const PathSpec> paths;
  std::string_view qualifier = {};  // "lead": its inverse links are lead_forms_sent, not forms_sent
};

// A record of the type declared by `Owner`, named inside the engine.
template <class Owner>
struct Id {
  RecordRef ref;
  constexpr bool none() const { return ref.none(); }
  friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

// The handle of one field of `Owner` whose values are given in C++ as `V`.
template <class Owner, class V>
class Field {
 public:
  using value_type = V;
  // The place in the declaration. A database opened with an older declaration may number the field
  // otherwise; Schema::IdOf translates.
  constexpr FieldId place() const { return place_; }

 protected:
  // `type` is the base of the declaration this handle is a member of.
  template <class Base>
  constexpr Field(Base& type, const FieldSpec& spec) : spec_(spec), place_(type.Add(&spec_)) {}

 private:
  FieldSpec spec_;
  FieldId place_;
};

// The base of every declared record type. `kMaxFields` bounds the declaration; going past it does
// not compile.
template <class Owner, int kMaxFields = 64>
class Type {
 public:
  Type(const Type&) = delete;
  Type& operator=(const Type&) = delete;

 protected:
  template <class V, FieldKind kKind>
  struct Plain : Field<Owner, V> {
    constexpr Plain(Type& type, std::string_view name, Card card)
        : Field<Owner, V>(type, {name, kKind, "", {}, card}) {}
  };

 public:
  // The kinds of field a declaration may have.
  using Text = Plain<std::string_view, FieldKind::kText>;
  using Bool = Plain<bool, FieldKind::kBool>;
  using Int = Plain<int64_t, FieldKind::kInt>;
  using Double = Plain<double, FieldKind::kDouble>;
  using Money = Plain<relata::Money, FieldKind::kMoney>;
  using Date = Plain<relata::Date, FieldKind::kDate>;
  using Timestamp = Plain<relata::Timestamp, FieldKind::kTimestamp>;
  using Duration = Plain<relata::Duration, FieldKind::kDuration>;
  using TextList = Plain<std::vector<std::string>, FieldKind::kTextList>;

  // One code of `options`, which must have static storage.
  struct Choice : Field<Owner, std::string_view> {
    constexpr Choice(Type& type, std::string_view name, std::span<const Option> options, Card card)
        : Field<Owner, std::string_view>(type, {name, FieldKind::kChoice, "", options, card}) {}
  };

  // A link to one record of `Target`. What may concern several kinds of record has a link for each.
  template <class Target>
  struct Link : Field<Owner, Id<Target>> {
    constexpr Link(Type& type, std::string_view name, Card card)
        : Field<Owner, Id<Target>>(
              type, {name, FieldKind::kLink, internal::kTypeName<Target>, {}, card}) {}
  };

  // A derived link, see PathSpec.
  struct Path {
    constexpr Path(Type& type, std::string_view name, std::string_view path, Words label) {
      type.AddPath({name, path, label});
    }
  };

 protected:
  constexpr explicit Type(TypeCard card) : card_(card) {}
  constexpr Type(TypeCard card, std::string_view subject) : card_(card), subject_(subject) {}

 private:
  template <class O, int kMax>
  friend constexpr TypeSpec SpecOf(const Type<O, kMax>& type);
  template <class O, class V>
  friend class Field;

  static constexpr int kMaxPaths = 8;

  // Throwing is how constant evaluation is refused; none of this runs in a program.
  constexpr FieldId Add(const FieldSpec* spec) {
    if (field_count_ == kMaxFields) throw "too many fields in one type";
    fields_[field_count_] = spec;
    return field_count_++;
  }
  constexpr void AddPath(const PathSpec& spec) {
    if (path_count_ == kMaxPaths) throw "too many derived links in one type";
    paths_[path_count_++] = spec;
  }

  TypeCard card_;
  std::string_view subject_;
  std::array<const FieldSpec*, kMaxFields> fields_{};
  std::array<PathSpec, kMaxPaths> paths_{};
  FieldId field_count_ = 0;
  uint16_t path_count_ = 0;
};

// The base of every declared event type: an immutable fact about one record of `Subject` at an
// instant. Subject and instant (`at`) are in every event and are not declared.
template <class Owner, class Subject, int kMaxFields = 16>
class EventType : public Type<Owner, kMaxFields> {
 public:
  using subject_type = Subject;

 protected:
  constexpr explicit EventType(TypeCard card)
      : Type<Owner, kMaxFields>(card, internal::kTypeName<Subject>) {}
};

// The declaration of `type` as data, borrowed from it.
template <class Owner, int kMaxFields>
constexpr TypeSpec SpecOf(const Type<Owner, kMaxFields>& type) {
  return {internal::kTypeName<Owner>,
          type.card_,
          type.subject_,
          std::span(type.fields_).first(type.field_count_),
          std::span(type.paths_).first(type.path_count_),
          {}};
}

// The same fact about another kind of record: SpecAbout<Lead>(page_view) declares the event type
// "lead_page_view" with the card and the fields of page_view. Schema::FindEvent knows it by the
// short name too, so that a condition reads lead.events('page_view').
template <class Subject, class Owner, class About, int kMaxFields>
constexpr TypeSpec SpecAbout(const EventType<Owner, About, kMaxFields>& event) {
  TypeSpec spec = SpecOf(event);
  spec.name = internal::kNameAbout<Subject, Owner>;
  spec.subject = spec.qualifier = internal::kTypeName<Subject>;
  return spec;
}

// The name of the type declared by `Owner`: "contact_point" for ContactPoint.
template <class Owner>
constexpr std::string_view TypeNameOf() {
  return internal::kTypeName<Owner>;
}

// One field with its value: `{account.name, "Acme SAS"}`. Owner and value type are checked by the
// compiler; nothing is narrowed (a double is no int64_t, a pointer no bool). Owns its value.
template <class Owner>
struct Set {
  template <class V, class U = V>
  requires internal::kHolds<V, U> Set(const Field<Owner, V>& field, const U& value)
      : place(field.place()), value(internal::ToValue(static_cast<V>(value))) {}

  FieldId place;
  Value value;
};

}  // namespace relata

#endif  // RELATA_MODEL_TYPE_H_

// SPDX-License-Identifier: Apache-2.0
//
// Random conditions about the records of GraphSchema.

#ifndef RELATA_TESTS_PROPERTY_GRAPH_CONDITIONS_H_
#define RELATA_TESTS_PROPERTY_GRAPH_CONDITIONS_H_

#include <string>
#include <vector>

#include "base/strings.h"
#include "property/graph_model.h"

namespace relata::testing {

using internal::Concat;

// Random conditions about one record, as text.
class GraphConditions {
 public:
  GraphConditions(CommitSource& random, const Snapshot& snapshot) : random_(random) {
    for (Row row = 0; row < 20; ++row) ids_.push_back(snapshot.Id({kContact, row}).ToString());
  }

  std::string About(TypeId type) {
    variables_ = 0;
    return Condition(type == kContact ? "contact" : "account", type, 3);
  }

 private:
  struct Target {
    std::string text;
    TypeId type;
  };

  template <size_t N>
  const char* Of(const char* const (&texts)[N]) {
    return texts[static_cast<size_t>(random_.Below(N))];
  }
  std::string Number(int64_t below) { return std::to_string(random_.Below(below)); }

  // A question about the records that a derived path reaches; empty when the record has none.
  std::string OfPath(const Target& t, int depth) {
    struct Derived {
      const char* name;
      TypeId type;
    };
    static constexpr Derived kOfContact[] = {{".colleagues", kContact}, {".above", kAccount}};
    static constexpr Derived kOfAccount[] = {
        {".ancestors", kAccount}, {".descendants", kAccount}, {".all_points", kPoint}};
    if (t.type != kContact && t.type != kAccount) return "";
    const Derived& derived =
        t.type == kContact ? kOfContact[random_.Below(2)] : kOfAccount[random_.Below(3)];
    if (random_.Chance(15)) {
      return Concat(t.text, derived.name,
                    Of({".size() > 0", ".size() == 0", ".size() >= 1", ".size() != 0", " != []",
                        ".size() > 1"}));
    }
    const std::string p = Concat("p", variables_++);
    if (random_.Chance(15)) {
      return Concat(t.text, derived.name, ".filter(", p, ", ",
                    Condition(p, derived.type, depth - 1), ").size() ", Of({"> 0", "== 0", "< 1"}));
    }
    return Concat(t.text, derived.name, random_.Chance(70) ? ".exists(" : ".all(", p, ", ",
                  Condition(p, derived.type, depth - 1), ")");
  }

  // What the person said last.
  std::string Said(const std::string& person) {
    const std::string about =
        Concat("('", Of({"email", "phone", "fax"}), "', '", Of({"offers", "events"}), "')");
    switch (random_.Below(4)) {
      case 0:
        return Instant(Concat(person, ".consent_at", about));
      case 1:
        return Concat(person, ".consent_status", about, " == null");
      case 2:
        return Concat(person, ".consent_status", about, " in ['grant', 'confirm']");
      default:
        return Concat(person, ".consent_status", about, random_.Chance(50) ? " == " : " != ",
                      Of({"'grant'", "'withdraw'", "'none'"}));
    }
  }

  // The record or one it links to.
  Target Reach(const std::string& variable, TypeId type) {
    Target target{variable, type};
    for (int hops = 0; hops < 2 && random_.Chance(35); ++hops) {
      if (target.type == kContact) {
        target = {target.text + ".account", kAccount};
      } else if (target.type == kAccount) {
        target = {target.text + ".parent", kAccount};
      } else if (target.type == kPoint) {
        target = {target.text + ".contact", kContact};
      } else if (target.type == kPageView) {
        target = {target.text + ".subject", kContact};
      } else {
        target = random_.Chance(50) ? Target{target.text + ".with", kContact}
                                    : Target{target.text + ".subject", kAccount};
      }
    }
    return target;
  }

  std::string Condition(const std::string& variable, TypeId type, int depth) {
    if (depth > 0 && random_.Chance(45)) {
      const std::string a = Condition(variable, type, depth - 1);
      switch (random_.Below(5)) {
        case 0:
          return Concat("!(", a, ")");
        case 1:
          return Concat("(", a, " ? ", Condition(variable, type, depth - 1), " : ",
                        Condition(variable, type, depth - 1), ")");
        default:
          return Concat("(", a, random_.Chance(50) ? " && " : " || ",
                        Condition(variable, type, depth - 1), ")");
      }
    }
    const Target target = Reach(variable, type);
    if (depth > 0 && random_.Chance(15)) {
      const std::string path = OfPath(target, depth);
      if (!path.empty()) return path;
    }
    if (depth > 0 && random_.Chance(45)) {
      const std::string relation = OfRelation(target, depth);
      if (!relation.empty()) return relation;
    }
    return Atom(target);
  }

  std::string Atom(const Target& t) {
    switch (t.type) {
      case kContact:
        return ContactAtom(t.text);
      case kAccount:
        return AccountAtom(t.text);
      case kPoint:
        return Text(t.text + ".address");
      case kPageView:
        return random_.Chance(40)   ? Text(t.text + ".path")
               : random_.Chance(50) ? Int(t.text + ".seconds")
                                    : Instant(t.text + ".at");
      default:
        return random_.Chance(50) ? Money(t.text + ".cost") : Instant(t.text + ".at");
    }
  }

  std::string ContactAtom(const std::string& r) {
    switch (random_.Below(13)) {
      case 11:
        return Said(r);
      case 12:
        return Concat(r, ".id ", random_.Chance(50) ? "==" : "!=", " ", AnyId());
      case 0:
        return Text(r + ".name");
      case 1:
        return Concat(r, ".country ", random_.Chance(50) ? "==" : "!=", " '",
                      Of({"FR", "DE", "", "été", "XX"}), "'");
      case 2:
        return Concat(r, ".country in ['FR', 'IT', ''", random_.Chance(20) ? ", null]" : "]");
      case 3:
        return Concat(r, ".score ", Comparison(), " ", Number(120), ".5");
      case 4:
        return Concat(r, ".born ", Comparison(), " date('19", 70 + random_.Below(30), "-03-0",
                      1 + random_.Below(9), "')");
      case 5:
        return r + ".vip";
      case 6:
        return Instant(r + ".seen");
      case 7:
        return Int(r + ".visits");
      case 8:
        return Concat(r, ".response ", Comparison(), " duration('", Number(5000), "s')");
      case 9:
        return Concat("has(", r, ".", Of({"name", "country", "vip", "account", "seen", "points"}),
                      ")");
      default:
        return Concat(r, ".", Of({"score", "born", "vip", "response", "account"}),
                      random_.Chance(50) ? " == null" : " != null");
    }
  }

  std::string AccountAtom(const std::string& r) {
    switch (random_.Below(4)) {
      case 0:
        return Text(r + ".name");
      case 1:
        return Concat("has(", r, ".", Of({"revenue", "parent", "contacts"}), ")");
      default:
        return Money(r + ".revenue");
    }
  }

  const char* Comparison() { return Of({"<", "<=", ">", ">=", "==", "!="}); }

  std::string Text(const std::string& f) {
    switch (random_.Below(7)) {
      case 0:
        return Concat(f, " ", Comparison(), " 'text ", Number(100'000), "'");
      case 1:
        return Concat(f, ".startsWith('text ", Number(100), "')");
      case 2:
        return Concat(f, ".contains('", Number(100), "')");
      case 3:
        return Concat(f, ".size() ", Comparison(), " ", Number(20));
      case 4:
        return Concat(f, " == null || ", f, ".endsWith('7')");
      case 5:
        return Concat(f, " + 'x' ", Comparison(), " 'text 5'");
      default:
        return Concat(f, ".matches('^text [0-", Number(9), "]+$')");
    }
  }

  std::string Int(const std::string& f) {
    switch (random_.Below(5)) {
      case 0:
        return Concat(f, " + ", Number(50), " ", Comparison(), " ", Number(300));
      case 1:
        return Concat("100 / (", f, " - ", Number(30), ") ", Comparison(), " 2");
      case 2:
        return Concat(f, " * ", f, " ", Comparison(), " ", Number(9000));
      case 3:
        return Concat(f, " % 7 == ", Number(7));
      default:
        return Concat(f, " ", Comparison(), " ", Number(300));
    }
  }

  std::string Instant(const std::string& f) {
    switch (random_.Below(6)) {
      case 4:
        return Concat(f, " ", Comparison(), " ", Of({"start_of_day(", "start_of_month("}),
                      "now - days(", Number(200), "))");
      case 5:
        return Concat(f, ".getHours('", Of({"Europe/Paris", "America/New_York"}), "') ",
                      Comparison(), " ", Number(24));
      case 0:
        return Concat(f, " ", Comparison(), " now - days(", Number(200), ")");
      case 1:
        return Concat("now - ", f, " ", Comparison(), " duration('", Number(4000), "h')");
      case 2:
        return Concat(f, ".getMonth() == ", Number(12));
      default:
        return Concat(f, " ", Comparison(), " timestamp('2026-0", 1 + random_.Below(9),
                      "-15T00:00:00Z')");
    }
  }

  std::string Money(const std::string& f) {
    return Concat(f, " ", Comparison(), " money('", Number(10'000), "', '",
                  random_.Chance(80) ? "EUR" : "USD", "')");
  }

  // A question about a list of children or events of the record; empty when it has none.
  std::string OfRelation(const Target& t, int depth) {
    struct Relation {
      const char* text;
      TypeId type;
      const char* number;  // a field to sum
      const char* money;
    };
    static constexpr Relation kOfContact[] = {{".events('page_view')", kPageView, "seconds", ""},
                                              {".points", kPoint, "", ""}};
    static constexpr Relation kOfAccount[] = {{".contacts", kContact, "visits", ""},
                                              {".children", kAccount, "", "revenue"},
                                              {".events('call')", kCall, "", "cost"}};
    if (t.type != kContact && t.type != kAccount) return "";
    const Relation& relation =
        t.type == kContact ? kOfContact[random_.Below(2)] : kOfAccount[random_.Below(3)];
    std::string list = t.text + relation.text;
    const std::string e = Concat("e", variables_++);
    const auto body = [&] { return Condition(e, relation.type, depth - 1); };
    if (random_.Chance(60)) list += Concat(".filter(", e, ", ", body(), ")");
    switch (random_.Below(7)) {
      case 0:
        return Concat(list, ".exists(", e, ", ", body(), ")");
      case 1:
        return Concat(list, ".all(", e, ", ", body(), ")");
      case 2:
        return Concat(list, ".exists_one(", e, ", ", body(), ")");
      case 3:
      case 4: {
        if (relation.money[0] != '\0') {
          return Money(Concat(list, ".map(", e, ", ", e, ".", relation.money, ").sum()"));
        }
        if (relation.number[0] == '\0') break;
        const std::string guarded =
            random_.Chance(60) ? Concat(".filter(", e, ", ", e, ".", relation.number, " != null)")
                               : "";
        return Concat(list, guarded, ".map(", e, ", ", e, ".", relation.number, ").",
                      Of({"sum", "min", "max"}), "() ", Comparison(), " ", Number(500));
      }
      default:
        break;
    }
    return Concat(list, ".size() ", Comparison(), " ", Number(6));
  }

  // Half of the time of a contact that is there.
  std::string AnyId() {
    if (random_.Chance(20)) return "'018f2b4e'";
    return Concat("'", ids_[static_cast<size_t>(random_.Below(static_cast<int64_t>(ids_.size())))],
                  "'");
  }

  CommitSource& random_;
  std::vector<std::string> ids_;
  int variables_ = 0;
};

}  // namespace relata::testing

#endif  // RELATA_TESTS_PROPERTY_GRAPH_CONDITIONS_H_

// SPDX-License-Identifier: Apache-2.0
//
// Words that have no business in a customer file: special categories of data (GDPR 9), offences
// (GDPR 10), insults, and numbers that only others may keep (CNIL, "zones de commentaires").

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/strings.h"
#include "nlohmann/json.hpp"
#include "privacy/holdings.h"
#include "relata/base/text.h"
#include "relata/privacy/registers.h"

namespace relata {
namespace {

using internal::Concat;
using Json = nlohmann::ordered_json;

constexpr std::string_view kKind = "forbidden_words";

struct WordList {
  std::string_view category;
  std::string_view words;  // folded, separated by commas; a trailing * takes any ending
};

constexpr WordList kLists[] = {
    {"health",
     "cancer,leucemie,leukemia,depressi*,diabet*,sida,hiv,vih,hepatite,hepatitis,handicap*,"
     "disabled,disability,alcoolique,alcoholic,toxicomane,drug addict,enceinte,pregnant,"
     "arret maladie,sick leave,chimiotherapie,chemotherapy,schizophren*,bipolaire,bipolar,"
     "tumeur,tumour,tumor,epilep*,sclerose en plaques,multiple sclerosis,alzheimer,parkinson,"
     "burn out,burnout,avc,avortement,abortion,psychiatr*,invalidite,seropositi*"},
    {"religion",
     "musulman*,muslim,islam*,juif,juive,juifs,jewish,catholique,catholic,protestant*,chretien*,"
     "christian,bouddhis*,buddhist,hindou*,hindu,athee,atheist,temoin de jehovah,jehovah,"
     "synagogue,mosquee,mosque,ramadan,kippa,voile islamique,hijab"},
    {"politics",
     "extreme droite,extreme gauche,far right,far left,communiste,communist,socialiste,"
     "macroniste,lepeniste,gauchiste,encarte,militant politique,political activist"},
    {"union",
     "syndicaliste,syndique,syndiquee,delegue syndical,cgt,cfdt,trade unionist,union member,"
     "shop steward"},
    {"origin",
     "arabe,arab,maghrebin*,noir de peau,black skin,gitan*,gypsy,tzigane,rom,roms,asiatique,"
     "d'origine etrangere,sans papiers,undocumented,immigre clandestin,race"},
    {"sexuality",
     "homosexuel*,homosexual,lesbien*,lesbian,gay,bisexuel*,bisexual,transgenre,transgender,"
     "transsexuel*,orientation sexuelle,sexual orientation"},
    {"offences",
     "condamne,condamnee,convicted,casier judiciaire,criminal record,prison,detenu,garde a vue,"
     "police custody,escroc,fraudeur,fraudster,voleur,voleuse,thief,crook,sursis,probation"},
    {"insult",
     "connard,connasse,salope,pute,abruti*,debile,idiot,idiote,imbecile,cretin*,casse couilles,"
     "emmerdeur,emmerdeuse,chiant*,asshole,bitch,bastard,moron,stupid,jerk"},
    {"private_life",
     "divorce,divorcee,separe de sa femme,maitresse,amant,mistress,tutelle,curatelle,"
     "surendett*,over indebted,interdit bancaire,saisie sur salaire"}};

// Folded words by their first word, for one pass over a text.
class Forbidden {
 public:
  explicit Forbidden(const Crm& crm) {
    for (const WordList& list : kLists) {
      std::string_view rest = list.words;
      while (!rest.empty()) {
        const size_t comma = std::min(rest.find(','), rest.size());
        Add(list.category, rest.substr(0, comma));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
      }
    }
    for (const Definition& definition : crm.Definitions(kKind)) {
      const Json body = Json::parse(definition.body, nullptr, false);
      if (!body.is_array()) continue;
      for (const Json& word : body) {
        if (word.is_string()) Add(definition.name, word.get<std::string>());
      }
    }
  }

  // (category, entry) for every entry found in the text.
  std::set<std::pair<std::string, std::string>> Find(std::string_view text) const {
    std::set<std::pair<std::string, std::string>> found;
    const std::string folded = Concat(" ", FoldWords(text), " ");
    for (size_t at = 0; at + 1 < folded.size(); at = folded.find(' ', at + 1)) {
      if (at == std::string::npos) break;
      const std::string_view rest = std::string_view(folded).substr(at + 1);
      const auto entries = by_head_.find(std::string(rest.substr(0, 2)));
      if (entries == by_head_.end()) continue;
      for (const Entry& entry : entries->second) {
        if (!rest.starts_with(entry.text)) continue;
        if (!entry.any_ending && rest[entry.text.size()] != ' ') continue;
        found.emplace(entry.category, entry.text);
      }
    }
    FindNumbers(text, found);
    return found;
  }

 private:
  struct Entry {
    std::string category;
    std::string text;
    bool any_ending = false;
  };

  void Add(std::string_view category, std::string_view word) {
    Entry entry{std::string(category), "", word.ends_with('*')};
    entry.text = FoldWords(entry.any_ending ? word.substr(0, word.size() - 1) : word);
    if (entry.text.size() < 2) return;
    by_head_[entry.text.substr(0, 2)].push_back(std::move(entry));
  }

  static bool IsLuhn(std::string_view digits) {
    int sum = 0;
    for (size_t i = 0; i < digits.size(); ++i) {
      int d = digits[digits.size() - 1 - i] - '0';
      if (i % 2 == 1) d = d * 2 > 9 ? d * 2 - 9 : d * 2;
      sum += d;
    }
    return sum % 10 == 0;
  }

  // A French social security number: thirteen digits and 97 minus their remainder. Corsica writes
  // 2A and 2B, which count as 19 and 18.
  static bool IsNir(std::string_view number) {
    if (number.size() != 15 || (number[0] != '1' && number[0] != '2')) return false;
    std::string digits(number);
    if (digits[6] == 'A' || digits[6] == 'B') {
      digits.replace(5, 2, digits[6] == 'A' ? "19" : "18");
    }
    if (digits.find_first_not_of("0123456789") != std::string::npos) return false;
    const int month = (digits[3] - '0') * 10 + (digits[4] - '0');
    if (month < 1 || (month > 12 && month < 20)) return false;
    return 97 - std::strtoll(digits.substr(0, 13).c_str(), nullptr, 10) % 97 ==
           std::strtoll(digits.substr(13).c_str(), nullptr, 10);
  }

  // ISO 13616: the first four characters moved to the end, letters as two digits, modulo 97.
  static bool IsIban(std::string_view text) {
    if (text.size() < 15 || text.size() > 34) return false;
    int remainder = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      const char c = text[(i + 4) % text.size()];
      const int value = c >= 'A' && c <= 'Z' ? c - 'A' + 10 : c - '0';
      remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
    }
    return remainder == 1;
  }

  // Numbers however they are spaced.
  static void FindNumbers(std::string_view text,
                          std::set<std::pair<std::string, std::string>>& found) {
    std::string run;
    const auto judge = [&] {
      for (size_t at = 0; at < run.size(); ++at) {
        const std::string_view rest = std::string_view(run).substr(at);
        if (IsNir(rest.substr(0, 15))) found.emplace("social_security", "number");
        const bool iban = rest.size() > 4 && rest[0] >= 'A' && rest[0] <= 'Z' && rest[1] >= 'A' &&
                          rest[1] <= 'Z' && rest[2] >= '0' && rest[2] <= '9';
        for (size_t n = 15; iban && n <= std::min<size_t>(rest.size(), 34); ++n) {
          if (IsIban(rest.substr(0, n))) found.emplace("bank_account", "number");
        }
      }
      const bool digits = run.find_first_not_of("0123456789") == std::string::npos;
      if (digits && (run.size() == 15 || run.size() == 16) && (run[0] >= '3' && run[0] <= '6') &&
          IsLuhn(run)) {
        found.emplace("payment_card", "number");
      }
      run.clear();
    };
    int separators = 0;
    for (const char c : text) {
      const bool letter = c >= 'A' && c <= 'Z';
      if ((c >= '0' && c <= '9') || letter) {
        run.push_back(c);
        separators = 0;
      } else if ((c == ' ' || c == '-' || c == '.') && ++separators == 1) {
        continue;
      } else {
        judge();
        separators = 0;
      }
    }
    judge();
  }

  std::map<std::string, std::vector<Entry>> by_head_;
};

}  // namespace

absl::StatusOr<std::vector<TextFinding>> CheckText(const Crm& crm, std::string_view text) {
  const Forbidden forbidden(crm);
  std::vector<TextFinding> out;
  for (const auto& [category, entry] : forbidden.Find(text)) {
    out.push_back({{}, "", category, entry});
  }
  return out;
}

absl::StatusOr<std::vector<TextFinding>> ScanTexts(const Crm& crm) {
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view,
                          crm.View(internal::RecordTypes(*crm.schema())));
  const Forbidden forbidden(crm);
  std::vector<TextFinding> out;
  for (const TypeDef* type : view->schema().types()) {
    if (type->event) continue;
    for (const FieldDef& field : type->fields) {
      if (!field.free_text || !field.readable()) continue;
      for (Row row = 0; row < view->RowLimit(type->id); ++row) {
        const RecordRef record{type->id, row};
        const Value value = view->Get(record, field.id);
        if (!value.is(Value::Kind::kText) || !view->Exists(record)) continue;
        for (const auto& [category, entry] : forbidden.Find(value.text())) {
          out.push_back({record, field.name, category, entry});
        }
      }
    }
  }
  return out;
}

absl::Status AddForbiddenWords(Crm& crm, std::string_view category,
                               const std::vector<std::string>& words, const Actor& actor,
                               Timestamp now) {
  if (category.empty() || words.empty()) {
    return InvalidArgument("a category and its words are needed");
  }
  Json body = Json::array();
  if (const auto known = crm.FindDefinition(kKind, category); known.ok()) {
    body = Json::parse(known->body, nullptr, false);
    if (!body.is_array()) body = Json::array();
  }
  for (const std::string& word : words) {
    if (std::find(body.begin(), body.end(), Json(word)) == body.end()) body.push_back(word);
  }
  Transaction tx = crm.Begin(actor);
  tx.Define(kKind, category, body.dump());
  return tx.Commit(now).status();
}

}  // namespace relata

// SPDX-License-Identifier: Apache-2.0

#include "exchange/audit_entities.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>

#include "relata/base/text.h"
#include "relata/quality/normalize.h"

namespace relata::internal {
namespace {

constexpr uint64_t kMany = 0;
constexpr size_t kMostPlaces = 20;  // listed of one suspicion

// Facts of which a company or person has one. Names and numbers identify and are not among them.
constexpr std::array<std::string_view, 7> kCompanyFacts = {
    "city", "postal_code", "country", "headcount", "industry", "status", "vat_number"};
constexpr std::array<std::string_view, 6> kPersonFacts = {"family_name", "given_name", "mobile",
                                                          "birth_date",  "civility",   "job_title"};

uint64_t Hash(std::string_view text) { return std::hash<std::string_view>{}(text) | 1; }

uint64_t Place(size_t file, int64_t row, Suspicion::Kind kind) {
  return static_cast<uint64_t>(file) << 48 ^ static_cast<uint64_t>(row) << 1 ^
         (kind == Suspicion::Kind::kPerson ? 1 : 0);
}

std::string_view Cell(const TableRow& row, size_t column) {
  return column == IdentityColumns::kNone ? std::string_view() : row.cells[column];
}

std::string Siren(const IdentityColumns& columns, const TableRow& row) {
  if (const auto siren = NormalizeSiren(Cell(row, columns.siren))) return *siren;
  if (const auto siret = NormalizeSiret(Cell(row, columns.siret))) return siret->substr(0, 9);
  return "";
}

std::string PersonEmail(const IdentityColumns& columns, const TableRow& row) {
  const auto email = NormalizeEmail(Cell(row, columns.email));
  return email && !IsGenericMailbox(*email) && !IsPlaceholder(*email) ? *email : "";
}

std::string NameOf(Suspicion::Kind kind, const IdentityColumns& columns, const TableRow& row) {
  if (kind == Suspicion::Kind::kCompany) return CollapseSpace(Cell(row, columns.company));
  return CollapseSpace(std::string(Cell(row, columns.given)) + " " +
                       std::string(Cell(row, columns.family)));
}

}  // namespace

IdentityColumns FindIdentityColumns(const Table& table) {
  IdentityColumns columns;
  const Mapping& mapping = table.recognition().mapping;
  const std::string& type = mapping.type;
  columns.company_file = type == "account";
  columns.person_file = type == "contact" || type == "lead";
  std::set<std::string> taken;
  const auto index = [&](const std::string& header) {
    return static_cast<size_t>(std::find(table.header().begin(), table.header().end(), header) -
                               table.header().begin());
  };
  for (const auto& [header, rule] : mapping.columns) {
    const size_t i = index(header);
    if (columns.company_file && rule.field == "name" && taken.insert("name").second) {
      columns.company = i;
    }
    if (type == "lead" && rule.field == "company") columns.company = i;
    if (!columns.company_file && !columns.person_file) continue;
    if (rule.field == "email" && taken.insert("email").second) columns.email = i;
    if (rule.field == "given_name" && taken.insert("given").second) columns.given = i;
    if (rule.field == "family_name" && taken.insert("family").second) columns.family = i;
    const auto is_fact = [&field = rule.field](const auto& facts) {
      return std::find(facts.begin(), facts.end(), field) != facts.end();
    };
    if (columns.company_file ? is_fact(kCompanyFacts) : is_fact(kPersonFacts)) {
      columns.facts.push_back({i, rule.field, rule.values});
    }
  }
  for (const auto& [header, rule] : mapping.links) {
    if (type == "contact" && rule.field == "account" && rule.by == LinkBy::kName) {
      columns.company = index(header);
    }
  }
  for (size_t i = 0; i < table.header().size(); ++i) {
    const std::string key = HeaderKey(table.header()[i]);
    if (key.find("siret") != std::string::npos) columns.siret = i;
    if (key.find("siren") != std::string::npos) columns.siren = i;
  }
  if (!columns.company_file && !columns.person_file) columns.siren = columns.siret = columns.kNone;
  return columns;
}

void EntityIndex::Mention(size_t file, const IdentityColumns& columns, const TableRow& row) {
  const auto add = [&](uint64_t key, Suspicion::Kind kind, bool by_name) {
    mentions_.push_back({key, row.number, static_cast<uint32_t>(file), kind, by_name});
  };
  const std::string siren = Siren(columns, row);
  const std::string name = CompanyKey(Cell(row, columns.company));
  const uint64_t name_hash = name.empty() ? 0 : Hash(name);
  if (!siren.empty()) {
    add(Hash(siren), Suspicion::Kind::kCompany, false);
    if (name_hash != 0) {
      const auto [known, added] = number_of_name_.emplace(name_hash, Hash(siren));
      if (!added && known->second != Hash(siren)) known->second = kMany;
    }
  } else if (name_hash != 0 && !IsPlaceholder(Cell(row, columns.company))) {
    add(name_hash, Suspicion::Kind::kCompany, true);
  }
  if (columns.person_file) {
    const std::string email = PersonEmail(columns, row);
    if (!email.empty()) add(Hash(email), Suspicion::Kind::kPerson, false);
  }
}

void EntityIndex::Group(AuditReport* report) {
  for (Mentioned& mention : mentions_) {
    if (!mention.by_name) continue;
    // A name without number is the company whose number is known by that name, if there is one.
    const auto known = number_of_name_.find(mention.key);
    if (known != number_of_name_.end() && known->second != kMany) mention.key = known->second;
  }
  std::sort(mentions_.begin(), mentions_.end(), [](const Mentioned& a, const Mentioned& b) {
    return std::tie(a.kind, a.key, a.file, a.row) < std::tie(b.kind, b.key, b.file, b.row);
  });
  for (size_t begin = 0; begin < mentions_.size();) {
    size_t end = begin;
    while (end < mentions_.size() && mentions_[end].key == mentions_[begin].key &&
           mentions_[end].kind == mentions_[begin].kind) {
      ++end;
    }
    const bool company = mentions_[begin].kind == Suspicion::Kind::kCompany;
    (company ? report->company_mentions : report->person_mentions) +=
        static_cast<int64_t>(end - begin);
    ++(company ? report->companies : report->people);
    if (end - begin > 1) {
      Group_ group;
      group.suspicion.kind = mentions_[begin].kind;
      for (size_t i = begin; i < end; ++i) {
        group_of_place_.emplace(Place(mentions_[i].file, mentions_[i].row, mentions_[i].kind),
                                groups_.size());
        group.suspicion.across |= mentions_[i].file != mentions_[begin].file;
      }
      groups_.push_back(std::move(group));
    }
    begin = end;
  }
}

bool EntityIndex::Wanted(size_t file, int64_t row) const {
  return group_of_place_.contains(Place(file, row, Suspicion::Kind::kCompany)) ||
         group_of_place_.contains(Place(file, row, Suspicion::Kind::kPerson));
}

void EntityIndex::Collect(size_t file, const std::string& name, const IdentityColumns& columns,
                          const TableRow& row) {
  for (const Suspicion::Kind kind : {Suspicion::Kind::kCompany, Suspicion::Kind::kPerson}) {
    const auto found = group_of_place_.find(Place(file, row.number, kind));
    if (found == group_of_place_.end()) continue;
    Group_& group = groups_[found->second];
    const bool company = kind == Suspicion::Kind::kCompany;
    // People of one company are no duplicates of it: only rows that are companies are.
    if (company && !columns.company_file) continue;
    if (group.suspicion.key.empty()) {
      const std::string siren = Siren(columns, row);
      group.suspicion.key = !company        ? PersonEmail(columns, row)
                            : siren.empty() ? CompanyKey(Cell(row, columns.company))
                                            : siren;
    }
    if (group.suspicion.places.size() < kMostPlaces) {
      group.suspicion.places.push_back({name, row.number, NameOf(kind, columns, row)});
    }
    for (const auto& [column, field, values] : columns.facts) {
      const std::string_view value = Cell(row, column);
      auto& said = group.facts[field];
      if (value.empty() || IsPlaceholder(value) || said.size() >= kMostPlaces) continue;
      // Two places of one company lie in two towns.
      const bool of_place = field == "city" || field == "postal_code";
      if (of_place && !Cell(row, columns.siret).empty()) continue;
      const std::string words = FoldWords(value);
      const auto meaning = values.find(words);
      said.push_back({{name, row.number, std::string(value)},
                      meaning == values.end() ? words : FoldWords(meaning->second)});
    }
  }
}

void EntityIndex::Report(size_t max_listed, AuditReport* report) {
  const auto across = [](const Group_& group) {
    const auto& places = group.suspicion.places;
    return std::any_of(places.begin(), places.end(),
                       [&](const AuditPlace& place) { return place.file != places[0].file; });
  };
  for (Group_& group : groups_) group.suspicion.across = across(group);
  std::stable_sort(groups_.begin(), groups_.end(), [](const Group_& a, const Group_& b) {
    return std::tie(b.suspicion.across, a.suspicion.kind, a.suspicion.key) <
           std::tie(a.suspicion.across, b.suspicion.kind, b.suspicion.key);
  });
  for (Group_& group : groups_) {
    if (group.suspicion.places.size() < 2) continue;
    ++report->suspected;
    report->across += group.suspicion.across;
    std::vector<std::string> fields;
    for (const auto& [field, said] : group.facts) {
      // Compared with the first of them; there may be none.
      const auto other = [&all = said](const auto& one) { return one.second != all[0].second; };
      const bool differs = std::any_of(said.begin(), said.end(), other);
      if (differs) fields.push_back(field);
    }
    std::sort(fields.begin(), fields.end());
    for (const std::string& field : fields) {
      ++report->contradicted;
      if (report->contradictions.size() >= max_listed) continue;
      Contradiction contradiction{group.suspicion.kind, group.suspicion.key, field, {}};
      for (const auto& [place, folded] : group.facts[field]) {
        contradiction.places.push_back(place);
      }
      report->contradictions.push_back(std::move(contradiction));
    }
    if (report->suspicions.size() < max_listed) {
      report->suspicions.push_back(std::move(group.suspicion));
    }
  }
}

}  // namespace relata::internal

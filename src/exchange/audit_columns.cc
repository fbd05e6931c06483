// SPDX-License-Identifier: Apache-2.0

#include "exchange/audit_columns.h"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <vector>

#include "exchange/column_profile.h"
#include "exchange/import_plan.h"
#include "relata/base/text.h"

namespace relata::internal {
namespace {

constexpr int64_t kConstantFrom = 10;     // rows below which one value says nothing
constexpr size_t kCompared = 2000;        // rows on which columns are compared
constexpr size_t kAgreementsNeeded = 10;  // values two columns must share to be called the same

struct NamedPersonal {
  std::string_view words;  // as FoldWords gives them; found as whole words
  Personal personal;
};

// From the most to the least protected: the first that matches decides.
constexpr std::array kPersonalNames = {
    NamedPersonal{"ssn|social security|securite sociale|nir|passport|passeport|national id number|"
                  "health|sante|handicap|disability|religion|ethnic|ethnicity|race|union|syndicat|"
                  "politique|political|orientation|medical|diagnosis|allergies",
                  Personal::kSensitive},
    NamedPersonal{
        "iban|rib|bic|credit card|carte bancaire|card number|salary|salaire|income|revenu "
        "du foyer|bank account",
        Personal::kFinancial},
    NamedPersonal{"first name|last name|given name|family name|full name|surname|prenom|nom de "
                  "famille|birthdate|birthday|date of birth|date de naissance|naissance|maiden "
                  "name|civilite|salutation|photo|signature|firstname|lastname|birth date",
                  Personal::kIdentity},
    NamedPersonal{"email|e mail|courriel|phone|telephone|mobile|portable|tel|fax|mailing street|"
                  "mailing city|home street|home address|home phone|linkedin|twitter|skype|"
                  "mobilephone|mailingstreet|mailingcity|mailingpostalcode|otherstreet",
                  Personal::kContact},
    NamedPersonal{"job title|fonction|gender|sexe|genre|marital status|situation familiale|spouse|"
                  "children|conjoint|enfants|age|language|langue|interests|hobby|assistant|"
                  "anniversary|lead score|title|anniversaire",
                  Personal::kProfile},
    NamedPersonal{"last login|last seen|page views|derniere visite|last activity|opened|clicked",
                  Personal::kBehaviour},
};

bool ContainsWords(const std::string& padded, std::string_view words) {
  while (!words.empty()) {
    const size_t end = std::min(words.find('|'), words.size());
    if (padded.find(" " + std::string(words.substr(0, end)) + " ") != std::string::npos)
      return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

// "LastName" -> "Last Name", so that its words are found.
std::string SplitCamelCase(std::string_view header) {
  std::string out;
  for (size_t i = 0; i < header.size(); ++i) {
    const bool upper = header[i] >= 'A' && header[i] <= 'Z';
    if (i > 0 && upper && header[i - 1] >= 'a' && header[i - 1] <= 'z') out += ' ';
    out += header[i];
  }
  return out;
}

// Whether personal data may be expected in the rows of a type at all: a company has an e-mail
// address and a telephone number too.
bool IsPersonType(const std::string& type) {
  return type.empty() || type == "contact" || type == "lead" || type == "user" ||
         type == "household" || type == "survey_answer" || type == "consent" ||
         type == "membership" || type == "campaign_member" || type == "activity";
}

Personal PersonalOf(const std::string& header, const ColumnProfile& profile,
                    const std::string& type) {
  const int64_t values = profile.filled() - profile.placeholders();
  if (values > 0 && profile.identity_numbers() * 2 > values) return Personal::kSensitive;
  const Personal named = PersonalByName(header);
  if (named == Personal::kSensitive || named == Personal::kFinancial) return named;
  if (values > 0 && profile.emails() * 2 > values) return Personal::kContact;
  return IsPersonType(type) ? named : Personal::kNone;
}

// The field that the proposed mapping fills from a column.
std::string FieldOf(const Mapping& mapping, const std::string& header) {
  for (const auto& [name, rule] : mapping.columns) {
    if (name == header) return rule.parse == ParseAs::kFullName ? "family_name" : rule.field;
  }
  for (const auto& [name, rule] : mapping.links) {
    if (name == header) return rule.field;
  }
  if (IsCreatedHeader(header)) return "created_at";
  if (IsCurrencyHeader(header)) return "currency";
  const bool key = std::find(mapping.key.begin(), mapping.key.end(), header) != mapping.key.end();
  return key ? "key" : "";
}

class TableAudit {
 public:
  explicit TableAudit(const Table& table)
      : table_(table), profiles_(table.header().size()), sample_(table.header().size()) {
    for (const std::string& column : table.recognition().mapping.key) {
      const auto& header = table.header();
      key_.push_back(
          static_cast<size_t>(std::find(header.begin(), header.end(), column) - header.begin()));
    }
  }

  void Add(const TableRow& row, FileAudit* file) {
    ++file->rows;
    file->ragged_rows += row.cells_found != row.cells.size();
    file->damaged_rows += !row.problems.empty();
    for (size_t i = 0; i < row.cells.size(); ++i) {
      profiles_[i].Add(row.cells[i]);
      if (sample_[i].size() < kCompared) sample_[i].emplace_back(row.cells[i].substr(0, 100));
    }
    if (key_.empty()) return;
    std::string key;
    for (const size_t i : key_) key += std::string(row.cells[i]) + '\x1f';
    if (key.size() > key_.size()) {
      file->repeated_keys += !keys_.insert(std::hash<std::string>{}(key)).second;
    }
  }

  void Finish(FileAudit* file) const {
    const Recognition& recognition = table_.recognition();
    for (size_t i = 0; i < profiles_.size(); ++i) {
      ColumnAudit column = Describe(i);
      column.field = FieldOf(recognition.mapping, column.name);
      column.personal = PersonalOf(column.name, profiles_[i], recognition.type);
      column.same_as = SameAs(i);
      file->columns.push_back(std::move(column));
    }
  }

 private:
  ColumnAudit Describe(size_t i) const {
    const ColumnProfile& profile = profiles_[i];
    ColumnAudit column;
    column.name = table_.header()[i];
    column.filled = profile.filled();
    column.placeholders = profile.placeholders();
    column.distinct = static_cast<int64_t>(profile.distinct());
    const int64_t values = profile.filled() - profile.placeholders();
    column.fill_rate =
        profile.rows() == 0 ? 0 : static_cast<double>(values) / static_cast<double>(profile.rows());
    column.kind = profile.Kind();
    column.dead = profile.rows() > 0 && values == 0;
    column.constant = profile.rows() >= kConstantFrom && profile.filled() == profile.rows() &&
                      profile.distinct() == 1 && !column.dead;
    column.abandoned = NamedAsAbandoned(column.name);
    const bool date = column.kind == FieldKind::kDate || column.kind == FieldKind::kTimestamp;
    column.mixed_dates = date && profile.evidence().contradictory_dates();
    column.ambiguous_dates = date && profile.evidence().ambiguous_dates() && !column.mixed_dates;
    column.ambiguous_numbers =
        (column.kind == FieldKind::kDouble || column.kind == FieldKind::kInt ||
         column.kind == FieldKind::kMoney) &&
        profile.evidence().ambiguous_numbers();
    return column;
  }

  // The earlier column that says what column `i` says wherever both say something.
  std::string SameAs(size_t i) const {
    if (profiles_[i].distinct() < 5) return "";  // two flags may well agree by chance
    for (size_t j = 0; j < i; ++j) {
      if (profiles_[j].distinct() < 5) continue;
      size_t both = 0;
      size_t equal = 0;
      for (size_t r = 0; r < sample_[i].size(); ++r) {
        if (sample_[i][r].empty() || sample_[j][r].empty()) continue;
        ++both;
        equal += sample_[i][r] == sample_[j][r];
      }
      const bool whole = profiles_[i].fingerprint() == profiles_[j].fingerprint() && equal == both;
      if (equal >= kAgreementsNeeded && (whole || equal * 10 >= both * 9)) {
        return table_.header()[j];
      }
    }
    return "";
  }

  const Table& table_;
  std::vector<ColumnProfile> profiles_;
  std::vector<std::vector<std::string>> sample_;
  std::vector<size_t> key_;
  std::unordered_set<size_t> keys_;
};

}  // namespace

Personal PersonalByName(std::string_view header) {
  const std::string padded = " " + FoldWords(SplitCamelCase(header)) + " ";
  for (const NamedPersonal& named : kPersonalNames) {
    if (ContainsWords(padded, named.words)) return named.personal;
  }
  return Personal::kNone;
}

bool NamedAsAbandoned(std::string_view header) {
  const std::string words = FoldWords(header);
  const std::string padded = " " + words + " ";
  if (ContainsWords(padded,
                    "old|ancien|ancienne|obsolete|deprecated|unused|legacy|ne plus utiliser|do not "
                    "use|inutilise|telex|pager|minitel|copie|backup|temp|tmp|unnamed")) {
    return true;
  }
  // What spreadsheets call a column nobody named.
  for (const std::string_view prefix :
       {"colonne", "column", "spalte", "unnamed", "champ", "field"}) {
    if (!words.starts_with(prefix)) continue;
    const std::string_view rest = TrimSpace(std::string_view(words).substr(prefix.size()));
    if (!rest.empty() && rest.find_first_not_of("0123456789") == std::string_view::npos)
      return true;
  }
  return false;
}

FileAudit AuditTable(const std::string& file, Table& table,
                     const std::function<void(const TableRow&)>& row) {
  FileAudit audit;
  audit.file = file;
  audit.preset = table.recognition().preset;
  audit.type = table.recognition().type;
  audit.encoding = std::string(EncodingName(table.dialect().encoding));
  audit.delimiter = table.dialect().delimiter;
  audit.header_row = table.header_row();
  TableAudit columns(table);
  TableRow current;
  for (;;) {
    const absl::StatusOr<bool> more = table.Next(&current);
    if (!more.ok()) {
      audit.error = std::string(Message(more.status()));
      break;
    }
    if (!*more) break;
    columns.Add(current, &audit);
    row(current);
  }
  columns.Finish(&audit);
  if (table.header().empty()) audit.error = "no header row was found";
  return audit;
}

}  // namespace relata::internal

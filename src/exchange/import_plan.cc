// SPDX-License-Identifier: Apache-2.0

#include "exchange/import_plan.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/strings.h"
#include "exchange/audit_columns.h"
#include "exchange/value_reader.h"
#include "relata/base/text.h"

namespace relata::internal {
namespace {

constexpr int64_t kRowsProfiled = 100'000;

constexpr std::array<std::string_view, 30> kTypeOrder = {"team",          "territory",
                                                         "price_list",    "user",
                                                         "product",       "account",
                                                         "establishment", "household",
                                                         "contact",       "employment",
                                                         "campaign",      "lead",
                                                         "opportunity",   "opportunity_line",
                                                         "contact_role",  "quote",
                                                         "quote_line",    "order",
                                                         "order_line",    "subscription",
                                                         "invoice",       "invoice_line",
                                                         "contract",      "asset",
                                                         "ticket",        "activity",
                                                         "task",          "campaign_member",
                                                         "survey_answer", "objective"};

// Headers that many exports have and that say the same of every type.
constexpr std::array<std::string_view, 9> kCreatedHeaders = {
    "createdtime",    "createdon",  "createddate",  "createdat",      "creele",
    "datedecreation", "createdate", "datecreation", "heuredecreation"};
constexpr std::array<std::string_view, 5> kCurrencyHeaders = {
    "currency", "devise", "currencyisocode", "currencycode", "monnaie"};
constexpr std::array<std::string_view, 5> kProductHeaders = {
    "product", "productcode", "productname", "codearticle", "produit"};

template <class List>
bool Contains(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool IsDateKind(FieldKind kind) {
  return kind == FieldKind::kDate || kind == FieldKind::kTimestamp;
}
bool IsNumberKind(FieldKind kind) {
  return kind == FieldKind::kInt || kind == FieldKind::kDouble || kind == FieldKind::kMoney;
}

class Planner {
 public:
  Planner(Crm& crm, const ImportOptions& options, FileImport* result)
      : crm_(crm), options_(options), result_(result) {}

  absl::StatusOr<ImportPlan> Plan(const std::string& path, const RecognitionHints& hints,
                                  const Mapping& mapping) {
    plan_.path = path;
    plan_.hints = hints;
    plan_.mapping = mapping;
    RELATA_RETURN_IF_ERROR(ReadOnce());
    plan_.schema = crm_.schema();
    plan_.type = plan_.schema->Find(mapping.type);
    if (plan_.type == nullptr) {
      return InvalidArgument(Concat("there is no type '", mapping.type, "'"));
    }
    std::set<std::string> mapped = MapColumns();
    RELATA_RETURN_IF_ERROR(AddCustomFields(mapped));
    MapColumns();  // once more, on the schema that has them
    for (const auto& [column, name] : custom_) {
      plan_.values.push_back({column, plan_.type->FindField(name), RuleFor(name), {}});
    }
    plan_.currency = !options_.currency.none()        ? options_.currency
                     : !plan_.mapping.currency.none() ? plan_.mapping.currency
                                                      : *Currency::Parse("EUR");
    plan_.currency_assumed = options_.currency.none() && plan_.mapping.currency.none();
    DecideFormats();
    FindIdentity();
    return std::move(plan_);
  }

 private:
  absl::Status ReadOnce() {
    RELATA_ASSIGN_OR_RETURN(Table table, Table::Open(plan_.path, plan_.hints));
    plan_.header = table.header();
    plan_.header_row = table.header_row();
    french_ = table.dialect().delimiter == ';' || table.dialect().encoding == TextEncoding::kCp1252;
    evidence_.resize(plan_.header.size());
    profiles_.resize(plan_.header.size());
    TableRow row;
    for (;;) {
      RELATA_ASSIGN_OR_RETURN(const bool more, table.Next(&row));
      if (!more) return absl::OkStatus();
      const bool profile = ++rows_ <= kRowsProfiled;
      for (size_t i = 0; i < row.cells.size(); ++i) {
        const std::string_view cell = row.cells[i];
        if (profile) profiles_[i].Add(cell);
        const bool digit = !cell.empty() && cell.size() < 64 &&
                           cell.find_first_of("0123456789") != std::string_view::npos;
        if (digit && cell.find_first_of(",./-") != std::string_view::npos) evidence_[i].Add(cell);
      }
    }
  }

  size_t ColumnOf(std::string_view header) const {
    const std::string key = HeaderKey(header);
    for (size_t i = 0; i < plan_.header.size(); ++i) {
      if (HeaderKey(plan_.header[i]) == key) return i;
    }
    return kNoColumn;
  }

  void Report(std::string_view column, std::string message) {
    result_->issues.push_back({plan_.header_row, std::string(column), "", std::move(message)});
  }

  // Fills values, links, key and the special columns; gives the headers that are spoken for.
  std::set<std::string> MapColumns() {
    plan_.schema = crm_.schema();
    plan_.type = plan_.schema->Find(plan_.mapping.type);
    plan_.values.clear();
    plan_.links.clear();
    plan_.key.clear();
    std::set<std::string> mapped;
    for (const std::string& header : plan_.mapping.key) {
      if (const size_t column = ColumnOf(header); column != kNoColumn) {
        plan_.key.push_back(column);
        mapped.insert(plan_.header[column]);
      }
    }
    for (const auto& [header, rule] : plan_.mapping.columns) MapValue(header, rule, mapped);
    for (const auto& [header, rule] : plan_.mapping.links) MapLink(header, rule, mapped);
    MapSpecial(mapped);
    return mapped;
  }

  void MapValue(const std::string& header, const ColumnRule& rule, std::set<std::string>& mapped) {
    const size_t column = ColumnOf(header);
    if (column == kNoColumn) return;
    const FieldDef* field = plan_.type->FindField(rule.field);
    if (rule.parse == ParseAs::kFullName) field = nullptr;
    if (rule.parse != ParseAs::kFullName && (field == nullptr || field->is_link())) return;
    if (rule.parse == ParseAs::kSiret) plan_.siret_column = column;
    mapped.insert(plan_.header[column]);
    plan_.values.push_back({column, field, rule, {}});
  }

  void MapLink(const std::string& header, const LinkRule& rule, std::set<std::string>& mapped) {
    const size_t column = ColumnOf(header);
    const FieldDef* field = plan_.type->FindField(rule.field);
    if (column == kNoColumn || field == nullptr || !field->is_link()) return;
    mapped.insert(plan_.header[column]);
    const bool later = TypeRank(field->target_name) >= TypeRank(plan_.type->name);
    plan_.links.push_back({column, field, rule, later});
  }

  void MapSpecial(std::set<std::string>& mapped) {
    for (size_t i = 0; i < plan_.header.size(); ++i) {
      const std::string key = HeaderKey(plan_.header[i]);
      if (Contains(kCurrencyHeaders, key)) {
        plan_.currency_column = i;
        mapped.insert(plan_.header[i]);
      } else if (Contains(kCreatedHeaders, key) && !plan_.type->event) {
        const FieldDef* created = plan_.type->FindField("created_at");
        if (created != nullptr) plan_.values.push_back({i, created, RuleFor("created_at"), {}});
        mapped.insert(plan_.header[i]);
      } else if (plan_.type->name == "opportunity" && Contains(kProductHeaders, key) &&
                 plan_.product_column == kNoColumn) {
        plan_.product_column = i;
        mapped.insert(plan_.header[i]);
      }
    }
    for (const PlannedValue& value : plan_.values) {
      if (value.field != nullptr && value.field->name == "country") {
        plan_.country_column = value.column;
      }
    }
  }

  bool IsSensitive(size_t column) const {
    return PersonalByName(plan_.header[column]) == Personal::kSensitive ||
           profiles_[column].identity_numbers() * 2 > profiles_[column].filled();
  }

  // Fields for the columns that nothing else reads and that hold anything.
  absl::Status AddCustomFields(const std::set<std::string>& mapped) {
    Schema schema = *plan_.schema;
    bool changed = false;
    std::set<std::string> taken;
    for (const PlannedValue& value : plan_.values) {
      if (value.field != nullptr) taken.insert(value.field->name);
    }
    for (size_t i = 0; i < plan_.header.size(); ++i) {
      const std::string& header = plan_.header[i];
      if (header.empty() || mapped.contains(header) || profiles_[i].filled() == 0) continue;
      if (profiles_[i].filled() > 0 && IsSensitive(i)) {
        Report(header, "looks like sensitive data and was left out");
        continue;
      }
      if (!options_.custom_fields || plan_.type->event) {
        Report(header, "no field stands for this column; it was left out");
        continue;
      }
      std::string name = CustomFieldName(header, i);
      const FieldDef* known = plan_.type->FindField(name);
      if (taken.contains(name) ||
          (known != nullptr && (known->is_link() || known->id > kMaxDeclaredField)) ||
          (known == nullptr && plan_.type->Find(name) != nullptr)) {
        name += "_source";
        known = plan_.type->FindField(name);
      }
      if (!taken.insert(name).second) continue;
      if (known == nullptr) {
        absl::StatusOr<Schema> extended = schema.WithField(plan_.type->id, CustomField(name, i));
        if (!extended.ok()) {
          Report(header, Concat("no custom field: ", Message(extended.status())));
          continue;
        }
        schema = *std::move(extended);
        changed = true;
      }
      if (known == nullptr || known->custom) result_->custom_fields.push_back(name);
      custom_.emplace_back(i, name);
    }
    if (!changed) return absl::OkStatus();
    return crm_.Extend(schema, options_.actor, options_.now);
  }

  FieldDef CustomField(const std::string& name, size_t column) const {
    FieldDef field;
    field.name = name;
    field.kind = profiles_[column].Kind();
    field.label = {plan_.header[column], plan_.header[column]};
    const bool person = plan_.type->FindField("family_name") != nullptr;
    const Personal named = PersonalByName(plan_.header[column]);
    if (person) field.personal = named == Personal::kNone ? Personal::kProfile : named;
    return field;
  }

  void DecideFormats() {
    FormatEvidence file;
    for (const PlannedValue& value : plan_.values) {
      if (value.field != nullptr &&
          (IsDateKind(value.field->kind) || IsNumberKind(value.field->kind))) {
        file.Add(evidence_[value.column]);
      }
    }
    for (PlannedValue& value : plan_.values) {
      if (value.field == nullptr) continue;
      const FormatEvidence& column = evidence_[value.column];
      value.format.date_order = DateOrderOf(value, column, file);
      value.format.decimal_mark = DecimalMarkOf(value, column, file);
      // Nobody is born in the future: short years of birth lie before now.
      if (value.field->name == "birth_date") {
        value.format.last_short_year = ToCivil(UtcDate(options_.now)).year % 100;
      }
    }
  }

  // The column's own values, then the file's other columns, then what the mapping says, and only
  // then what files of this kind usually do; that last step is reported.
  DateOrder DateOrderOf(const PlannedValue& value, const FormatEvidence& column,
                        const FormatEvidence& file) {
    if (column.date_order() != DateOrder::kUnknown) return column.date_order();
    if (!IsDateKind(value.field->kind)) return file.date_order();
    const bool either = column.ambiguous_dates();
    const std::string& header = plan_.header[value.column];
    if (column.contradictory_dates()) {
      Report(header, "holds dates with the day first and with the month first");
    } else if (either && file.date_order() != DateOrder::kUnknown) {
      return file.date_order();
    }
    if (plan_.mapping.date_order != DateOrder::kUnknown) return plan_.mapping.date_order;
    if (either) {
      Report(header, Concat("no value tells the day from the month; read with the ",
                            french_ ? "day" : "month", " first"));
    }
    return french_ ? DateOrder::kDayFirst : DateOrder::kMonthFirst;
  }

  DecimalMark DecimalMarkOf(const PlannedValue& value, const FormatEvidence& column,
                            const FormatEvidence& file) {
    if (column.decimal_mark() != DecimalMark::kUnknown) return column.decimal_mark();
    if (file.decimal_mark() != DecimalMark::kUnknown) return file.decimal_mark();
    if (plan_.mapping.decimal_mark != DecimalMark::kUnknown) return plan_.mapping.decimal_mark;
    if (column.ambiguous_numbers() && IsNumberKind(value.field->kind)) {
      Report(plan_.header[value.column],
             "no value tells thousands from decimals; a comma was read as thousands");
    }
    return DecimalMark::kPoint;
  }

  void AddIdentity(std::initializer_list<std::string_view> fields) {
    for (const PlannedValue& value : plan_.values) {
      const bool full_name = value.rule.parse == ParseAs::kFullName;
      const std::string_view name = full_name ? std::string_view("family_name") : value.field->name;
      if (Contains(fields, name)) plan_.identity.push_back(value.column);
    }
    for (const PlannedLink& link : plan_.links) {
      if (Contains(fields, link.field->name)) plan_.identity.push_back(link.column);
    }
  }

  // What names a row where no column holds its key; all of it when nothing does.
  void FindIdentity() {
    if (!plan_.key.empty()) return;
    AddIdentity({"name",        "subject", "number",    "code",       "given_name", "family_name",
                 "email",       "company", "account",   "contact",    "lead",       "campaign",
                 "opportunity", "order",   "product",   "created_at", "opened_at",  "due_date",
                 "at",          "from",    "start_date"});
    std::sort(plan_.identity.begin(), plan_.identity.end());
    plan_.identity.erase(std::unique(plan_.identity.begin(), plan_.identity.end()),
                         plan_.identity.end());
    if (!plan_.identity.empty()) return;
    for (size_t i = 0; i < plan_.header.size(); ++i) plan_.identity.push_back(i);
  }

  Crm& crm_;
  const ImportOptions& options_;
  FileImport* const result_;
  ImportPlan plan_;
  bool french_ = false;
  int64_t rows_ = 0;
  std::vector<FormatEvidence> evidence_;
  std::vector<ColumnProfile> profiles_;
  std::vector<std::pair<size_t, std::string>> custom_;
};

}  // namespace

int TypeRank(std::string_view type) {
  const auto found = std::find(kTypeOrder.begin(), kTypeOrder.end(), type);
  return static_cast<int>(found - kTypeOrder.begin());
}

bool IsCreatedHeader(std::string_view header) {
  return Contains(kCreatedHeaders, HeaderKey(header));
}
bool IsCurrencyHeader(std::string_view header) {
  return Contains(kCurrencyHeaders, HeaderKey(header));
}

std::string CustomFieldName(std::string_view header, size_t column) {
  std::string name;
  char last = ' ';
  // "BillingCity" and "Billing City" are one field.
  for (const char c : header) {
    if (c >= 'A' && c <= 'Z' && last >= 'a' && last <= 'z') name += ' ';
    name += c;
    last = c;
  }
  name = FoldWords(name);
  std::string clean;
  for (const char c : name) {
    if (c == ' ') {
      clean += '_';
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      clean += c;
    }
  }
  clean = clean.substr(0, 50);
  while (!clean.empty() && clean.back() == '_') clean.pop_back();
  if (clean.ends_with("_c") && header.ends_with("__c")) clean.resize(clean.size() - 2);
  if (clean.empty()) return Concat("column_", column + 1);
  if (clean[0] >= '0' && clean[0] <= '9') clean.insert(0, "n_");
  return clean;
}

absl::StatusOr<ImportPlan> PlanImport(Crm& crm, const std::string& path,
                                      const RecognitionHints& hints, const Mapping& mapping,
                                      const ImportOptions& options, FileImport* result) {
  return Planner(crm, options, result).Plan(path, hints, mapping);
}

}  // namespace relata::internal

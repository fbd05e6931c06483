// SPDX-License-Identifier: Apache-2.0

#include "exchange/value_reader.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "relata/base/text.h"
#include "relata/quality/normalize.h"

namespace relata::internal {
namespace {

constexpr size_t kMaxText = size_t{1} << 20;

Reading Wrong(std::string problem) { return {Value(), std::move(problem)}; }

// The normal form where there is one; the text as it stands, with a problem, where there is not.
Reading Normalised(std::string_view cell, std::optional<std::string> normal,
                   std::string_view problem) {
  if (normal) return {Value::Text(*std::move(normal)), ""};
  return {Value::Text(CollapseSpace(cell)), std::string(problem)};
}

// The same where a wrong value would do harm: it identifies, or something is sent to it.
Reading NormalisedOrNothing(std::optional<std::string> normal, std::string_view problem) {
  if (normal) return {Value::Text(*std::move(normal)), ""};
  return Wrong(std::string(problem));
}

Reading ReadText(std::string_view cell, const FieldDef& field, const ColumnRule& rule,
                 const CellContext& context) {
  if (cell.size() > kMaxText) return Wrong("the text is longer than 1 MiB");
  if (rule.parse == ParseAs::kSiret) {
    const auto siret = NormalizeSiret(cell);
    if (!siret) return Wrong("not a valid SIRET");
    return {Value::Text(siret->substr(0, 9)), ""};
  }
  const std::string_view name = field.name;
  if (name == "email" || name == "address") {
    if (name == "email" || cell.find('@') != std::string_view::npos) {
      return NormalisedOrNothing(NormalizeEmail(cell), "not a valid e-mail address");
    }
  }
  if (name == "siren") return NormalisedOrNothing(NormalizeSiren(cell), "not a valid SIREN");
  if (name == "siret") return NormalisedOrNothing(NormalizeSiret(cell), "not a valid SIRET");
  if (name == "vat_number") {
    return NormalisedOrNothing(NormalizeVatNumber(cell), "not a valid VAT number");
  }
  if (name == "phone" || name == "mobile") {
    auto phone = NormalizePhone(cell, context.country);
    if (!phone) return Normalised(cell, std::nullopt, "not a telephone number");
    // Without a country the digits alone say less than what was written.
    if (phone->front() != '+') return {Value::Text(CollapseSpace(cell)), ""};
    return {Value::Text(*std::move(phone)), ""};
  }
  if (name == "country") return Normalised(cell, NormalizeCountry(cell), "an unknown country");
  if (name == "language") return Normalised(cell, NormalizeLanguage(cell), "");
  if (name == "civility") return {Value::Text(std::string(cell)), ""};
  return {Value::Text(field.free_text ? std::string(cell) : CollapseSpace(cell)), ""};
}

// The option that the text names, by code or by label in either language.
const PicklistEntry* FindOption(const FieldDef& field, std::string_view text) {
  for (const PicklistEntry& option : field.options) {
    if (option.code == text) return &option;
  }
  const std::string words = FoldWords(text);
  for (const PicklistEntry& option : field.options) {
    if (FoldWords(option.code) == words || FoldWords(option.label.en) == words ||
        FoldWords(option.label.fr) == words) {
      return &option;
    }
  }
  return nullptr;
}

Reading ReadChoice(std::string_view cell, const FieldDef& field) {
  if (const PicklistEntry* option = FindOption(field, cell)) {
    return {Value::Text(option->code), ""};
  }
  if (field.open) return {Value::Text(CollapseSpace(cell)), ""};
  std::string known;
  for (const PicklistEntry& option : field.options) {
    known += (known.empty() ? "" : ", ") + option.code;
  }
  return Wrong(Concat("not one of: ", known));
}

Reading ReadDate(std::string_view cell, const FieldDef& field, const CellContext& context) {
  CellFormat format = context.format;
  const auto read = ParseDateTime(cell, format);
  if (!read) return Wrong("not a date");
  if (field.kind == FieldKind::kDate) {
    if (!read->utc_offset) return {Value::Day(read->date), ""};
    return {Value::Day(context.zone.LocalDate(read->ToTimestamp())), ""};
  }
  if (read->utc_offset) return {Value::Time(read->ToTimestamp()), ""};
  const auto second = static_cast<int32_t>(read->time_of_day.micros / 1'000'000);
  const int64_t rest = read->time_of_day.micros % 1'000'000;
  return {Value::Time(context.zone.Instant({read->date, std::min(second, 86'399)}) +
                      Microseconds(rest)),
          ""};
}

Reading ReadNumber(std::string_view cell, const FieldDef& field, const CellContext& context) {
  const auto number = ParseNumber(cell, context.format);
  if (!number && field.kind == FieldKind::kInt) {  // "how often" answered by yes or no
    if (const auto yes = ParseYesNo(cell)) return {Value::Int(*yes ? 1 : 0), ""};
  }
  if (!number) return Wrong("not a number");
  switch (field.kind) {
    case FieldKind::kInt:
      if (const auto whole = number->ToInt()) return {Value::Int(*whole), ""};
      return Wrong("not a whole number");
    case FieldKind::kMoney:
      if (const auto money = number->ToMoney(context.currency)) {
        return {Value::Amount(*money), "", number->currency.none()};
      }
      return Wrong("the amount is out of range");
    default:
      return {Value::Double(number->ToDouble()), ""};
  }
}

Reading ReadLength(std::string_view cell, const CellContext& context) {
  const auto minutes = ParseNumber(cell, context.format);
  if (!minutes) return Wrong("not a number of minutes");
  return {Value::Length(Duration{std::llround(minutes->ToDouble() * 60e6)}), ""};
}

Reading ReadList(std::string_view cell) {
  ValueList list;
  while (!cell.empty()) {
    const size_t end = std::min(cell.find_first_of(";,|"), cell.size());
    const std::string item = CollapseSpace(cell.substr(0, end));
    if (!item.empty()) list.push_back(Value::Text(item));
    cell.remove_prefix(std::min(end + 1, cell.size()));
  }
  return {list.empty() ? Value() : Value::List(std::move(list)), ""};
}

}  // namespace

Reading ReadValue(std::string_view cell, const FieldDef& field, const ColumnRule& rule,
                  const CellContext& context) {
  std::string mapped;
  if (!rule.values.empty() || !rule.otherwise.empty()) {
    const auto found = rule.values.find(FoldWords(cell));
    if (found != rule.values.end()) {
      mapped = found->second;
    } else if (!rule.otherwise.empty()) {
      mapped = rule.otherwise;
    }
    if (!mapped.empty()) cell = mapped;
  }
  switch (field.kind) {
    case FieldKind::kText:
      return ReadText(cell, field, rule, context);
    case FieldKind::kChoice:
      return ReadChoice(cell, field);
    case FieldKind::kBool:
      if (const auto yes = ParseYesNo(cell)) return {Value::Bool(*yes), ""};
      return Wrong("neither yes nor no");
    case FieldKind::kInt:
    case FieldKind::kDouble:
    case FieldKind::kMoney:
      return ReadNumber(cell, field, context);
    case FieldKind::kDate:
    case FieldKind::kTimestamp:
      return ReadDate(cell, field, context);
    case FieldKind::kDuration:
      return ReadLength(cell, context);
    case FieldKind::kTextList:
      return ReadList(cell);
    case FieldKind::kLink:
      break;
  }
  return Wrong("a link needs a link rule");
}

Currency ReadCurrency(std::string_view cell) {
  cell = TrimSpace(cell);
  if (const auto code = Currency::Parse(cell)) return *code;
  const std::string words = Fold(cell);
  const auto named = [&](std::string_view code) { return *Currency::Parse(code); };
  if (words == "€" || words.find("euro") != std::string::npos) return named("EUR");
  if (words == "£" || words.find("pound") != std::string::npos ||
      words.find("sterling") != std::string::npos) {
    return named("GBP");
  }
  if (words.find("canad") != std::string::npos) return named("CAD");
  if (words.find("suisse") != std::string::npos || words.find("swiss") != std::string::npos) {
    return named("CHF");
  }
  if (words == "$" || words.find("dollar") != std::string::npos) return named("USD");
  return {};
}

}  // namespace relata::internal

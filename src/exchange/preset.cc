// SPDX-License-Identifier: Apache-2.0

#include "relata/exchange/preset.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <unordered_map>

#include "exchange/preset_tables.h"
#include "relata/base/text.h"

namespace relata {

using internal::PresetColumn;
using internal::PresetSigns;
using internal::PresetType;
using internal::PresetTypes;

namespace {

constexpr std::array<std::string_view, 5> kPresets = {"zoho", "salesforce", "dynamics365",
                                                      "hubspot", "generic"};
constexpr double kFileWordWeight = 3;
constexpr double kFileNameWeight = 5;  // all its words together
constexpr double kKeyWeight = 2;

// Calls `f` with each word of a "|"-separated (or other) list.
template <class F>
void ForEachWord(std::string_view words, char separator, F f) {
  while (!words.empty()) {
    const size_t end = std::min(words.find(separator), words.size());
    if (end > 0) f(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

bool HasWord(std::string_view words, char separator, std::string_view word) {
  bool found = false;
  ForEachWord(words, separator, [&](std::string_view w) { found |= w == word; });
  return found;
}

// In how many types of the generic table a header occurs: rare ones say more.
const std::unordered_map<std::string_view, int>& Commonness() {
  static const auto* const counts = [] {
    auto* map = new std::unordered_map<std::string_view, int>();
    for (const PresetType& type : PresetTypes()) {
      if (!type.preset.empty()) continue;
      std::set<std::string_view> seen;
      for (const PresetColumn& column : type.columns) {
        ForEachWord(column.headers, '|', [&](std::string_view h) { seen.insert(h); });
      }
      for (const std::string_view header : seen) ++(*map)[header];
    }
    return map;
  }();
  return *counts;
}

bool SignMatches(std::string_view sign, std::string_view header) {
  if (sign.back() == '*')
    return header.substr(0, sign.size() - 1) == sign.substr(0, sign.size() - 1);
  if (sign.front() != '*') return header == sign;
  sign.remove_prefix(1);
  return header.size() >= sign.size() && header.substr(header.size() - sign.size()) == sign;
}

// The words of a file's name without its extension, joined ("sales_pipeline.csv" gives
// "salespipeline") and each alone.
std::vector<std::string> FileWords(const std::string& name) {
  const std::string words = FoldWords(std::filesystem::path(name).stem().string());
  std::vector<std::string> result;
  std::string joined;
  ForEachWord(words, ' ', [&](std::string_view w) {
    result.emplace_back(w);
    joined += w;
  });
  result.push_back(joined);
  return result;
}

// The tables that apply to (preset, type), the preset's own first.
std::vector<const PresetType*> TablesOf(std::string_view preset, std::string_view type) {
  std::vector<const PresetType*> tables;
  for (const PresetType& table : PresetTypes()) {
    if (table.type == type && (table.preset == preset || table.preset.empty())) {
      tables.push_back(&table);
    }
  }
  return tables;
}

// Which columns of a file the tables of one type read.
struct Match {
  double score = 0;
  std::vector<std::pair<size_t, const PresetColumn*>> columns;  // by priority
  std::vector<size_t> key;
};

void MatchColumn(const std::vector<std::string>& keys, const PresetColumn& column,
                 std::set<size_t>& spoken_for, Match& match) {
  ForEachWord(column.headers, '|', [&](std::string_view word) {
    for (size_t i = 0; i < keys.size(); ++i) {
      if (keys[i] != word) continue;
      if (column.how == "key") {
        if (match.key.empty()) match.key.push_back(i);
        continue;
      }
      if (column.field.empty() && column.how.empty()) {  // "not this one"
        spoken_for.insert(i);
        continue;
      }
      if (spoken_for.contains(i)) continue;
      spoken_for.insert(i);
      match.columns.emplace_back(i, &column);
    }
  });
}

// One of each group of fields that the type cannot do without is filled.
bool FillsNeeds(const Match& match, std::string_view needs) {
  bool all = true;
  ForEachWord(needs, ',', [&](std::string_view group) {
    bool one = false;
    for (const auto& [index, column] : match.columns) {
      one |= HasWord(group, '|', column->field) || HasWord(group, '|', column->how);
    }
    all &= one;
  });
  return all;
}

// `told`: somebody said that it is this type, so that what it lacks is the rows' affair.
Match MatchType(const std::vector<std::string>& keys, std::string_view preset,
                std::string_view type, bool told) {
  Match match;
  std::set<size_t> spoken_for;
  bool fits = true;
  for (const PresetType* table : TablesOf(preset, type)) {
    for (const PresetColumn& column : table->columns) {
      MatchColumn(keys, column, spoken_for, match);
    }
    if (table->preset.empty()) fits = FillsNeeds(match, table->needs);
  }
  if (!fits && !told) return {};
  const auto weight = [&](size_t i) {
    const auto found = Commonness().find(keys[i]);
    return found == Commonness().end() ? 1.0 : 1.0 / found->second;
  };
  for (const auto& [index, column] : match.columns) match.score += weight(index);
  for (const size_t index : match.key) match.score += kKeyWeight * weight(index);
  return match;
}

double FileWeight(const PresetType& table, const std::vector<std::string>& words) {
  if (HasWord(table.files, ' ', words.back())) return kFileNameWeight;
  for (const std::string& word : words) {
    if (HasWord(table.files, ' ', word)) return kFileWordWeight;
  }
  return 0;
}

bool HasAny(const std::vector<std::string>& keys, std::string_view words) {
  return std::any_of(keys.begin(), keys.end(),
                     [&](const std::string& key) { return HasWord(words, '|', key); });
}

LinkRule MakeLink(const PresetColumn& column) {
  LinkRule rule;
  rule.field = std::string(column.field);
  const std::string_view by = column.how.substr(1);
  if (by == "name") rule.by = LinkBy::kName;
  if (by == "email") rule.by = LinkBy::kEmail;
  if (by.substr(0, 6) == "field:") {
    rule.by = LinkBy::kField;
    rule.match = std::string(by.substr(6));
  }
  return rule;
}

ColumnRule MakeColumn(std::string_view type, const PresetColumn& column) {
  ColumnRule rule;
  rule.field = std::string(column.field);
  if (column.how == "join") rule.parse = ParseAs::kJoin;
  if (column.how == "full_name") rule.parse = ParseAs::kFullName;
  if (column.how == "siret") rule.parse = ParseAs::kSiret;
  if (column.how == "event") rule.field = "event";
  for (const internal::PresetValue& value : internal::PresetValues()) {
    if (value.field != column.field || (!value.type.empty() && value.type != type)) continue;
    ForEachWord(value.words, '|', [&](std::string_view word) {
      rule.values.emplace(std::string(word), std::string(value.code));
    });
  }
  return rule;
}

// A stage says whether the deal is still open, when no column of its own does.
void DeriveStatusFromStage(Mapping* mapping) {
  std::string stage_header;
  for (const auto& [header, rule] : mapping->columns) {
    if (rule.field == "status") return;
    if (rule.field == "stage") stage_header = header;
  }
  if (stage_header.empty()) return;
  ColumnRule status = MakeColumn("opportunity", PresetColumn{"", "status"});
  status.otherwise = "open";
  mapping->columns.emplace_back(stage_header, status);
}

Mapping BuildMapping(const std::vector<std::string>& header, std::string_view preset,
                     std::string_view type, const Match& match) {
  Mapping mapping;
  mapping.preset = std::string(preset);
  mapping.type = std::string(type);
  for (const size_t index : match.key) mapping.key.push_back(header[index]);
  for (const auto& [index, column] : match.columns) {
    if (!column->how.empty() && column->how.front() == ':') {
      mapping.links.emplace_back(header[index], MakeLink(*column));
    } else {
      mapping.columns.emplace_back(header[index], MakeColumn(type, *column));
    }
  }
  if (type == "opportunity") DeriveStatusFromStage(&mapping);
  // Salesforce and Dynamics write dates in the user's locale, as a rule the American one.
  if (preset == "salesforce" || preset == "dynamics365") {
    mapping.date_order = DateOrder::kMonthFirst;
  }
  return mapping;
}

std::vector<std::string> HeaderKeys(const std::vector<std::string>& header) {
  std::vector<std::string> keys;
  keys.reserve(header.size());
  for (const std::string& h : header) keys.push_back(HeaderKey(h));
  return keys;
}

bool LooksLikeData(std::string_view cell) {
  if (cell.empty()) return false;
  const bool digits =
      std::any_of(cell.begin(), cell.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  return digits && (ParseNumber(cell, {}).has_value() || cell.find('@') != std::string_view::npos ||
                    ParseDateTime(cell, {DateOrder::kDayFirst}).has_value() ||
                    ParseDateTime(cell, {DateOrder::kMonthFirst}).has_value());
}

size_t FilledCells(const std::vector<std::string>& row) {
  return static_cast<size_t>(std::count_if(
      row.begin(), row.end(), [](const std::string& cell) { return !TrimSpace(cell).empty(); }));
}

}  // namespace

std::vector<std::string_view> PresetNames() { return {kPresets.begin(), kPresets.end()}; }

size_t FindHeaderRow(const std::vector<std::vector<std::string>>& rows) {
  size_t widest = 0;
  for (const auto& row : rows) widest = std::max(widest, FilledCells(row));
  for (size_t i = 0; i < rows.size(); ++i) {
    const size_t filled = FilledCells(rows[i]);
    // Titles and instructions above a table fill one or two of its columns.
    if (filled == 0 || filled * 2 < widest) continue;
    const auto data = std::count_if(rows[i].begin(), rows[i].end(), [](const std::string& cell) {
      return LooksLikeData(TrimSpace(cell));
    });
    if (static_cast<size_t>(data) * 4 <= filled) return i;
  }
  return rows.size();
}

bool IsSecondHeader(const std::vector<std::string>& header, const std::vector<std::string>& row) {
  size_t filled = 0;
  size_t technical = 0;
  size_t repeated = 0;
  for (size_t i = 0; i < row.size(); ++i) {
    const std::string_view cell = TrimSpace(row[i]);
    if (cell.empty()) continue;
    ++filled;
    const bool custom = cell.size() > 3 && Fold(cell.substr(cell.size() - 3)) == "__c";
    technical += custom;
    repeated += i < header.size() && HeaderKey(header[i]) == HeaderKey(cell);
  }
  return filled > 0 && (technical * 2 > filled || repeated * 2 > filled);
}

double PresetScore(std::string_view preset, const std::vector<std::string>& header) {
  if (preset == "generic") return 1;
  double score = 0;
  for (const internal::PresetSign& sign : PresetSigns()) {
    if (sign.preset != preset) continue;
    for (const std::string& h : header) {
      if (SignMatches(sign.header, TrimSpace(h))) {
        score += sign.weight;
        break;
      }
    }
  }
  return score;
}

std::string PickPreset(const std::vector<std::vector<std::string>>& headers) {
  std::string best = "generic";
  double best_score = 0;
  for (const std::string_view preset : kPresets) {
    double score = 0;
    for (const auto& header : headers) score += PresetScore(preset, header);
    if (score > best_score) {
      best_score = score;
      best = std::string(preset);
    }
  }
  return best;
}

Recognition Recognise(const FileStart& file, const RecognitionHints& hints) {
  Recognition result;
  result.header_row = FindHeaderRow(file.rows);
  if (result.header_row == file.rows.size()) return result;
  for (const std::string& cell : file.rows[result.header_row]) {
    result.header.emplace_back(CollapseSpace(cell));
  }
  result.preset = hints.preset.empty() ? PickPreset({result.header}) : hints.preset;
  const std::vector<std::string> keys = HeaderKeys(result.header);
  const std::vector<std::string> words = FileWords(file.name);
  Match best;
  for (const PresetType& table : PresetTypes()) {
    if (!table.preset.empty() || (!hints.type.empty() && table.type != hints.type)) continue;
    Match match = MatchType(keys, result.preset, table.type, !hints.type.empty());
    if (match.columns.empty() || (hints.type.empty() && HasAny(keys, table.unless))) continue;
    match.score += FileWeight(table, words);
    if (match.score > best.score) {
      best = std::move(match);
      result.type = std::string(table.type);
    }
  }
  if (result.type.empty()) result.type = hints.type;  // one of the host's own, or none
  if (result.type.empty()) return result;
  result.score = best.score;
  result.mapping = BuildMapping(result.header, result.preset, result.type, best);
  result.mapping.system = hints.system.empty() ? result.preset : hints.system;
  std::set<size_t> read(best.key.begin(), best.key.end());
  for (const auto& [index, column] : best.columns) read.insert(index);
  for (size_t i = 0; i < result.header.size(); ++i) {
    if (!read.contains(i) && !result.header[i].empty()) result.unmapped.push_back(result.header[i]);
  }
  return result;
}

}  // namespace relata

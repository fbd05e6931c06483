// SPDX-License-Identifier: Apache-2.0

#include "exchange/csv_dialect.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "exchange/csv_record.h"

namespace relata::internal {
namespace {

constexpr std::string_view kDelimiters = ",;\t|";
constexpr int kRowsLookedAt = 200;

bool IsEdge(char c) {
  return c == '\n' || c == '\r' || kDelimiters.find(c) != std::string_view::npos;
}

// How many cells look opened and closed by `quote`: the lesser of both counts.
int QuotedCells(std::string_view sample, char quote) {
  int opened = 0;
  int closed = 0;
  for (size_t i = 0; i < sample.size(); ++i) {
    if (sample[i] != quote) continue;
    opened += i == 0 || IsEdge(sample[i - 1]);
    closed += i + 1 == sample.size() || IsEdge(sample[i + 1]);
  }
  return std::min(opened, closed);
}

// A backslash in front of a quote that does not end a cell, and no doubled quote in the whole
// sample that is more than an empty cell.
bool BackslashEscapes(std::string_view sample, char quote) {
  bool escaped = false;
  for (size_t i = 1; i + 1 < sample.size(); ++i) {
    if (sample[i] != quote) continue;
    if (sample[i - 1] == '\\' && !IsEdge(sample[i + 1])) escaped = true;
    if (sample[i + 1] == quote && !IsEdge(sample[i - 1]) && sample[i - 1] != quote &&
        sample[i - 1] != '\\') {
      return false;
    }
  }
  return escaped;
}

// How well the sample falls into columns: the share of rows that have the commonest width, times
// the logarithm of that width. 0 for one column.
double Score(std::string_view sample, bool complete, const CsvDialect& dialect,
             const CsvOptions& options) {
  std::map<size_t, int> widths;
  Record record;
  int rows = 0;
  for (size_t pos = 0; pos < sample.size() && rows < kRowsLookedAt;) {
    if (ParseRecord(sample, pos, complete, dialect, options, &record) != RecordOutcome::kRecord) {
      break;
    }
    pos = record.end;
    if (record.blank) continue;
    ++rows;
    ++widths[record.cells.size()];
  }
  double best = 0;
  for (const auto& [width, count] : widths) {
    if (width > 1) best = std::max(best, std::log2(static_cast<double>(width)) * count / rows);
  }
  return best;
}

}  // namespace

void SniffDialect(std::string_view sample, bool complete, const CsvOptions& options,
                  CsvDialect* dialect) {
  dialect->quote = options.quote;
  if (dialect->quote == 0) {
    const bool single = QuotedCells(sample, '"') == 0 && QuotedCells(sample, '\'') >= 4;
    dialect->quote = single ? '\'' : '"';
  }
  dialect->backslash_escapes = BackslashEscapes(sample, dialect->quote);
  dialect->delimiter = options.delimiter;
  if (dialect->delimiter != 0) return;
  dialect->delimiter = ',';
  double best = 0;
  for (const char candidate : kDelimiters) {
    CsvDialect tried = *dialect;
    tried.delimiter = candidate;
    const double score = Score(sample, complete, tried, options);
    if (score > best) {
      best = score;
      dialect->delimiter = candidate;
    }
  }
}

}  // namespace relata::internal

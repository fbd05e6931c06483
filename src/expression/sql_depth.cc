// SPDX-License-Identifier: Apache-2.0

#include "expression/sql_depth.h"

#include <algorithm>
#include <vector>

namespace relata::internal {
namespace {

bool IsLetter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }

// What is unfinished inside one parenthesis.
struct Level {
  int before = 0;  // outside it
  int select = 0;
  int nots = 0;
  int ands = 0;
  int ors = 0;

  int all() const { return before + select + nots + ands + ors; }
};

void Take(std::string_view word, std::string_view previous, Level& level) {
  if (word == "WITH") {
    level.before += 5;  // WITH RECURSIVE name columns AS
  } else if (word == "UNION") {
    level.before += 2;
  } else if (word == "SELECT") {
    level.select = 7;
    level.nots = level.ands = level.ors = 0;
  } else if (word == "NOT") {
    ++level.nots;
  } else if (word == "NULL" && previous == "NOT") {  // IS NOT NULL
    --level.nots;
  } else if (word == "AND") {
    level.ands = 2;
    level.nots = 0;
  } else if (word == "OR") {
    level.ors = 2;
    level.nots = level.ands = 0;
  }
}

}  // namespace

int SqlDepth(std::string_view sql) {
  std::vector<Level> levels(1);
  int most = 0;
  std::string_view previous;
  for (size_t i = 0; i < sql.size();) {
    const char c = sql[i];
    size_t end = i + 1;
    if (c == '"' || c == '\'') {
      end = std::min(sql.find(c, end), sql.size() - 1) + 1;
    } else if (c == '(') {
      Level inner;
      inner.before = levels.back().all() + (previous == "IN" ? 3 : 2);
      most = std::max(most, inner.before);
      levels.push_back(inner);
    } else if (c == ')') {
      if (levels.size() > 1) levels.pop_back();
    } else if (IsLetter(c)) {
      while (end < sql.size() && (IsLetter(sql[end]) || (sql[end] >= '0' && sql[end] <= '9')))
        ++end;
      Take(sql.substr(i, end - i), previous, levels.back());
    }
    if (c != ' ') previous = sql.substr(i, end - i);
    i = end;
  }
  return most;
}

}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0

#include "relata/expression/issue.h"

#include <algorithm>

#include "base/strings.h"

namespace relata {
namespace {

using internal::Concat;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

size_t CountCharacters(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuation(c); }));
}

std::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kInfo:
      break;
  }
  return "note";
}

// The part of the line that is shown: at most kShown bytes, whole characters, the caret inside.
constexpr size_t kShown = 100;

struct Window {
  std::string text;
  size_t caret;  // characters before the caret
};

Window CutAround(std::string_view line, size_t at) {
  if (line.size() <= kShown) return {std::string(line), CountCharacters(line.substr(0, at))};
  size_t from = at > kShown / 2 ? at - kShown / 2 : 0;
  while (from > 0 && IsContinuation(line[from])) --from;
  size_t to = std::min(line.size(), from + kShown);
  while (to < line.size() && IsContinuation(line[to])) ++to;
  const std::string_view head = from > 0 ? "..." : "";
  const std::string_view tail = to < line.size() ? "..." : "";
  return {Concat(head, line.substr(from, to - from), tail),
          head.size() + CountCharacters(line.substr(from, at - from))};
}

}  // namespace

LineColumn LocateInText(std::string_view text, uint32_t offset) {
  const std::string_view before = text.substr(0, std::min<size_t>(offset, text.size()));
  LineColumn where;
  where.line = 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  const size_t newline = before.rfind('\n');
  const size_t start = newline == std::string_view::npos ? 0 : newline + 1;
  where.column = 1 + static_cast<int>(CountCharacters(before.substr(start)));
  return where;
}

std::string FormatIssueWithCaret(std::string_view text, const ExpressionIssue& issue) {
  const LineColumn where = LocateInText(text, issue.span.begin);
  const size_t begin = std::min<size_t>(issue.span.begin, text.size());
  const size_t newline = begin == 0 ? std::string_view::npos : text.rfind('\n', begin - 1);
  const size_t start = newline == std::string_view::npos ? 0 : newline + 1;
  const size_t stop = std::min(text.find('\n', start), text.size());
  const std::string_view line = text.substr(start, stop - start);
  Window window = CutAround(line, begin - start);
  // Control characters would move the caret away from what it points at.
  for (char& c : window.text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  std::string out = Concat(SeverityName(issue.severity), " ", where.line, ":", where.column, ": ",
                           issue.message, "\n  ", window.text, "\n  ");
  out.append(window.caret, ' ');
  out += '^';
  const size_t end = std::min<size_t>(std::max<size_t>(issue.span.end, begin), stop);
  if (end > begin) {
    const size_t length = CountCharacters(text.substr(begin, end - begin));
    const size_t room =
        CountCharacters(window.text) - std::min(window.caret + 1, window.text.size());
    out.append(std::min(length > 0 ? length - 1 : 0, room), '~');
  }
  if (!issue.suggestion.empty()) out += Concat("\n  use: ", issue.suggestion);
  return out;
}

Issue ToIssue(std::string_view text, const ExpressionIssue& issue) {
  const LineColumn where = LocateInText(text, issue.span.begin);
  std::string message = issue.message;
  if (!issue.suggestion.empty()) message += Concat("; use: ", issue.suggestion);
  return {issue.severity, Concat("expression:", where.line, ":", where.column), std::move(message)};
}

bool HasErrors(const std::vector<ExpressionIssue>& issues) {
  return std::any_of(issues.begin(), issues.end(),
                     [](const ExpressionIssue& i) { return i.severity == Severity::kError; });
}

}  // namespace relata

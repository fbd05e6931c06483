// SPDX-License-Identifier: Apache-2.0
//
// Findings about the text of an expression: what is wrong, where, and what to write instead.
//
// A place is a range of bytes of the text. People see it as line and column (both from 1, columns
// in characters, not bytes) and as a caret under the text.
//
// Values, immutable in use; any thread.

#ifndef RELATA_EXPRESSION_ISSUE_H_
#define RELATA_EXPRESSION_ISSUE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"

namespace relata {

// Bytes [begin, end) of an expression's text.
struct Span {
  uint32_t begin = 0;
  uint32_t end = 0;

  friend constexpr bool operator==(Span, Span) = default;
};

// One finding. An error means the expression cannot be used; a warning means it can, and that some
// subjects may end neither in true nor in false. `suggestion`, when not empty, is text to write in
// place of the span.
struct ExpressionIssue {
  Severity severity = Severity::kError;
  Span span;
  std::string message;
  std::string suggestion;

  friend bool operator==(const ExpressionIssue&, const ExpressionIssue&) = default;
};

struct LineColumn {
  int line = 1;
  int column = 1;

  friend constexpr bool operator==(LineColumn, LineColumn) = default;
};

// Where byte `offset` of `text` is. An offset past the end is the place after the last character.
LineColumn LocateInText(std::string_view text, uint32_t offset);

// The finding as people read it, several lines without a trailing newline:
//
//   error 1:13: unknown field 'contry' of contact; did you mean 'country'?
//     contact.contry == 'FR'
//             ^~~~~~
//
// followed by a line "  use: ..." when there is a suggestion. A long line is cut around the caret.
std::string FormatIssueWithCaret(std::string_view text, const ExpressionIssue& issue);

// The same finding in the library's common form; `where` is "expression:LINE:COLUMN".
Issue ToIssue(std::string_view text, const ExpressionIssue& issue);

// True when one of them is an error.
bool HasErrors(const std::vector<ExpressionIssue>& issues);

}  // namespace relata

#endif  // RELATA_EXPRESSION_ISSUE_H_

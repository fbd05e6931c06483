// SPDX-License-Identifier: Apache-2.0
//
// Text of an expression -> tokens, as the CEL language definition spells them
// (github.com/google/cel-spec/blob/master/doc/langdef.md, section Syntax).

#ifndef RELATA_SRC_EXPRESSION_LEXER_H_
#define RELATA_SRC_EXPRESSION_LEXER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relata/expression/issue.h"
#include "relata/model/value.h"

namespace relata::internal {

enum class TokenKind : uint8_t {
  kEnd,
  kIdentifier,  // `text` is the name; reserved words are identifiers here, the parser refuses them
  kQuotedName,  // `text` is what stood between back quotes
  kLiteral,     // `value` is the constant: int, uint, double, text or bytes
  kBigInt,      // 9223372036854775808, an int only after a minus sign
  kSymbol,      // `text` is the operator or bracket
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Span span;
  std::string text;
  Value value;
};

// The tokens of `source`, the last one kEnd; nothing, and one issue, when it is not made of CEL
// tokens. `source` must be valid UTF-8.
std::optional<std::vector<Token>> Tokenize(std::string_view source, ExpressionIssue* issue);

// Appends `code_point` as UTF-8.
void AppendUtf8(std::string& out, uint32_t code_point);

}  // namespace relata::internal

#endif  // RELATA_SRC_EXPRESSION_LEXER_H_

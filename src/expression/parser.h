// SPDX-License-Identifier: Apache-2.0
//
// Tokens -> syntax tree: precedence climbing over the grammar of the CEL language definition, with
// the standard macros recognised where they are called.

#ifndef RELATA_SRC_EXPRESSION_PARSER_H_
#define RELATA_SRC_EXPRESSION_PARSER_H_

#include <string_view>
#include <vector>

#include "expression/ast.h"

namespace relata::internal {

// Stated limits of an expression's text. Past one of them the text is refused with an issue.
inline constexpr size_t kMaxExpressionBytes = 65'536;
inline constexpr int kMaxExpressionDepth = 200;
inline constexpr int kMaxExpressionNodes = 20'000;

struct ParseOptions {
  bool macros = true;
  // cel.block, cel.index, cel.iterVar: how optimisers of other products write common
  // subexpressions.
  bool block_macros = false;
};

// The tree, or nullptr and the issue that stopped the parser. Any bytes are safe to pass.
AstPtr Parse(std::string_view source, const ParseOptions& options, ExpressionIssue* issue);

}  // namespace relata::internal

#endif  // RELATA_SRC_EXPRESSION_PARSER_H_

// SPDX-License-Identifier: Apache-2.0
//
// How deep SQLite's parser goes into a statement: it has room for a hundred unfinished things and
// refuses a statement that needs more ("parser stack overflow").

#ifndef RELATA_SRC_EXPRESSION_SQL_DEPTH_H_
#define RELATA_SRC_EXPRESSION_SQL_DEPTH_H_

#include <string_view>

namespace relata::internal {

// What a condition may need, beside the statement around it: statements of every form tried
// overflowed at 117 and more, and the statement around takes 14.
inline constexpr int kMostSqlDepth = 96;

// The most things that are begun and not finished at one place of a condition, as the grammar of
// SQLite counts them or more: the clauses of a SELECT, operands that wait for the rest of AND, OR
// and IN, each NOT and each parenthesis.
int SqlDepth(std::string_view sql);

}  // namespace relata::internal

#endif  // RELATA_SRC_EXPRESSION_SQL_DEPTH_H_

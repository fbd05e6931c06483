// SPDX-License-Identifier: Apache-2.0

#include "consent/distinct_packs.h"

#include <algorithm>
#include <tuple>

namespace relata::internal {
namespace {

// What a decision reads of a row: everything but where it is written down.
auto Meaning(const RuleRow& r) {
  return std::tie(r.kind, r.when, r.basis, r.list, r.rule, r.otherwise, r.channels, r.audiences,
                  r.sectors, r.relations, r.lifted_by, r.purposes, r.from, r.until, r.amount,
                  r.days, r.hours);
}

// Can the row say anything to such a question? Only rows of these kinds look at purposes.
bool Speaks(const RuleRow& row, bool born, bool sale) {
  const bool by_purpose =
      row.kind == RowKind::kBasis || row.kind == RowKind::kCheck || row.kind == RowKind::kEbr;
  if (by_purpose && !sale && row.purposes == Bit(Purpose::kSaleShare)) return false;
  return born || row.kind != RowKind::kCheck || row.when != Condition::kMinimumAge;
}

bool SameRows(const RulePack& pack, Jurisdiction a, Jurisdiction b, RowKind kind, bool born,
              bool sale) {
  const std::span<const RuleRow> left = pack.Rows(a, kind);
  const std::span<const RuleRow> right = pack.Rows(b, kind);
  auto l = left.begin();
  auto r = right.begin();
  while (true) {
    while (l != left.end() && !Speaks(*l, born, sale)) ++l;
    while (r != right.end() && !Speaks(*r, born, sale)) ++r;
    if (l == left.end() || r == right.end()) return l == left.end() && r == right.end();
    if (Meaning(*l++) != Meaning(*r++)) return false;
  }
}

bool AnswerAlike(const RulePack& pack, Jurisdiction a, Jurisdiction b, bool born, bool sale) {
  // Decisions read one thing of France by its name: what a free account is.
  if (a == Jurisdiction::kFr || b == Jurisdiction::kFr) return false;
  for (size_t kind = 0; kind < kRowKinds; ++kind) {
    if (static_cast<RowKind>(kind) == RowKind::kRule) continue;  // citations only
    if (!SameRows(pack, a, b, static_cast<RowKind>(kind), born, sale)) return false;
  }
  return true;
}

}  // namespace

std::vector<Jurisdiction> DistinctPacks(const RulePack& pack, bool born, bool sale) {
  std::vector<Jurisdiction> out;
  for (const Jurisdiction j : pack.all()) {
    const bool known = std::any_of(out.begin(), out.end(), [&](Jurisdiction earlier) {
      return AnswerAlike(pack, earlier, j, born, sale);
    });
    if (!known) out.push_back(j);
  }
  return out;
}

}  // namespace relata::internal

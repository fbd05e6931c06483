// SPDX-License-Identifier: Apache-2.0
//
// Random typed conditions about contacts of the small schema, and random graphs for them to be
// asked of. Values are drawn from small pools that both share, so that comparisons hold now and
// then, with extremes among them.

#ifndef RELATA_TESTS_PROPERTY_EXPRESSION_SOURCE_H_
#define RELATA_TESTS_PROPERTY_EXPRESSION_SOURCE_H_

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "unit/expression/memory_graph.h"

namespace relata::testing {

class ExpressionSource {
 public:
  explicit ExpressionSource(uint64_t seed) : random_(seed) {}

  // The text of a condition about `contact`. About `depth` levels of && || ! ?: and of macros.
  std::string Condition(int depth) { return Condition("contact", "contact", depth); }

  // Accounts, contacts, orders and page views: a tenth of the values is absent, a twentieth of the
  // records deleted, some lists are empty, text is of every kind.
  std::unique_ptr<MemoryGraph> Graph();

 private:
  std::string Condition(const std::string& name, std::string_view type, int depth);
  std::string Atom(const std::string& name, std::string_view type, int depth);
  std::string Comparison(const std::string& path, std::string_view kind);
  std::string TextTest(const std::string& path);
  std::string Arithmetic(const std::string& name);
  std::string Relation(const std::string& name, int depth);
  std::string Constant(std::string_view kind);
  Value Random(std::string_view kind);
  Value OrAbsent(Value v) { return Chance(10) ? Value() : std::move(v); }

  size_t Pick(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }
  bool Chance(int percent) { return Pick(100) < static_cast<size_t>(percent); }

  std::mt19937_64 random_;
  int variables_ = 0;
};

}  // namespace relata::testing

#endif  // RELATA_TESTS_PROPERTY_EXPRESSION_SOURCE_H_

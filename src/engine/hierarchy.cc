// SPDX-License-Identifier: Apache-2.0

#include "relata/engine/hierarchy.h"

#include <set>
#include <utility>

#include "base/strings.h"

namespace relata {

using internal::Concat;

namespace {

// `a` + `b`; null counts as nothing.
absl::StatusOr<Value> Sum(const Value& a, const Value& b) {
  if (a.is_null()) return b;
  if (b.is_null()) return a;
  if (a.kind() != b.kind()) return InvalidArgument("the values of a tree are of several kinds");
  int64_t sum = 0;
  switch (a.kind()) {
    case Value::Kind::kInt:
      if (__builtin_add_overflow(a.int_value(), b.int_value(), &sum)) break;
      return Value::Int(sum);
    case Value::Kind::kDouble:
      return Value::Double(a.double_value() + b.double_value());
    case Value::Kind::kMoney:
      if (a.money().currency != b.money().currency) {
        return InvalidArgument(Concat("amounts in ", a.money().currency.ToString(), " and ",
                                      b.money().currency.ToString(),
                                      " cannot be added: convert them in the expression"));
      }
      if (__builtin_add_overflow(a.money().units, b.money().units, &sum)) break;
      return Value::Amount({sum, a.money().currency});
    default:
      return InvalidArgument("what is rolled up is a number or an amount");
  }
  return InvalidArgument("the sum of a tree is out of range");
}

}  // namespace

std::vector<FieldId> Hierarchies(const TypeDef& type) {
  std::vector<FieldId> links;
  for (const FieldDef& field : type.fields) {
    if (field.is_link() && field.target == type.id && field.readable()) links.push_back(field.id);
  }
  return links;
}

std::vector<RecordRef> Ancestors(const Snapshot& view, RecordRef record, FieldId link) {
  std::vector<RecordRef> above;
  // Commits refuse circles. So that a damaged database does not hang its reader, one record passed
  // is kept in mind, a later one at every doubling of the way: whoever walks in a circle meets it.
  RecordRef passed = view.Resolve(record);
  size_t next = 1;
  Value up = view.Get(passed, link);
  while (up.is(Value::Kind::kRecord)) {
    const RecordRef parent = view.Resolve(up.record());
    if (parent == passed || !view.Exists(parent)) break;
    above.push_back(parent);
    if (above.size() == next) {
      passed = parent;
      next *= 2;
    }
    up = view.Get(parent, link);
  }
  return above;
}

std::vector<TreeNode> Subtree(const Snapshot& view, RecordRef record, FieldId link) {
  std::vector<TreeNode> nodes;
  std::vector<TreeNode> stack = {{view.Resolve(record), 0}};
  std::set<RecordRef> seen = {stack.front().record};
  std::vector<Row> rows;
  while (!stack.empty()) {
    const TreeNode node = stack.back();
    stack.pop_back();
    nodes.push_back(node);
    rows.clear();
    view.Children(node.record, node.record.type, link, rows);
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
      const RecordRef child{node.record.type, *row};
      if (seen.insert(child).second) stack.push_back({child, node.depth + 1});
    }
  }
  return nodes;
}

absl::StatusOr<std::vector<TreeTotal>> RollUp(const Crm& crm, RecordRef root, std::string_view link,
                                              std::string_view expression,
                                              const QueryOptions& asking) {
  const RecordRef here = crm.Resolve(root);
  if (here.none()) return NotFound("the reference names no record");
  const TypeId types[] = {here.type};
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm.View(types));
  const TypeDef& type = view->schema().type(here.type);
  const FieldDef* field = type.FindField(link);
  if (field == nullptr || !field->is_link() || field->target != type.id) {
    return NotFound(
        Concat(type.name, ".", link, " is no link from one ", type.name, " to another"));
  }
  if (!view->Exists(here)) return NotFound("the record does not exist");
  std::vector<TreeTotal> totals;
  for (const TreeNode& node : Subtree(*view, here, field->id)) {
    RELATA_ASSIGN_OR_RETURN(Value own, crm.Evaluate(node.record, expression, asking));
    totals.push_back({node.record, node.depth, own, own});
  }
  // Parents come before their children, so from the end every node's total is whole when it is
  // added to that of its parent: the nearest node before it that is one less deep.
  std::vector<size_t> parents(totals.size(), 0);
  std::vector<size_t> path;
  for (size_t i = 0; i < totals.size(); ++i) {
    path.resize(static_cast<size_t>(totals[i].depth));
    if (!path.empty()) parents[i] = path.back();
    path.push_back(i);
  }
  for (size_t i = totals.size(); i-- > 1;) {
    RELATA_ASSIGN_OR_RETURN(totals[parents[i]].total,
                            Sum(totals[parents[i]].total, totals[i].total));
  }
  return totals;
}

}  // namespace relata

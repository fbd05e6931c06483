// SPDX-License-Identifier: Apache-2.0
//
// Finding types: variables that stand for a type not yet known, what may be given where, and the
// most general type of several. Follows the rules of the CEL checker (assignability is structural,
// dyn goes anywhere, null goes where a wrapper or a reference is expected).

#ifndef RELATA_SRC_EXPRESSION_INFERENCE_H_
#define RELATA_SRC_EXPRESSION_INFERENCE_H_

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "relata/expression/value_type.h"

namespace relata::internal {

class Inference {
 public:
  using Mark = size_t;

  ValueType Fresh();
  // What a variable stands for so far, one level; other types as they are.
  ValueType Resolve(const ValueType& type) const;
  // The same at every level; a variable that stands for nothing becomes dyn.
  ValueType Final(const ValueType& type) const;
  // Whether a value of `from` may be given where `to` is expected. Binds variables of both.
  bool Assignable(const ValueType& from, const ValueType& to);
  // The type of a value that may be either; nothing when only dyn would do.
  std::optional<ValueType> Join(const ValueType& a, const ValueType& b);
  // `type` with the parameters of a signature replaced by variables of this inference.
  ValueType Instantiate(const ValueType& type, std::map<uint32_t, ValueType>& parameters);

  // A point to come back to: what was bound since is undone, latest first.
  Mark mark() const { return undo_.size(); }
  void Restore(Mark mark);

 private:
  bool Bind(uint32_t variable, const ValueType& type);
  bool Occurs(uint32_t variable, const ValueType& type) const;
  bool AssignToBound(const ValueType& from, uint32_t variable);
  void Set(uint32_t variable, ValueType type);

  std::vector<std::optional<ValueType>> bound_;
  std::vector<std::pair<uint32_t, std::optional<ValueType>>> undo_;
};

// Whether null is a value of the type although it is not marked nullable: references and the
// abstract types, as in CEL.
bool TakesNull(const ValueType& type);
bool IsNumeric(const ValueType& type);

}  // namespace relata::internal

#endif  // RELATA_SRC_EXPRESSION_INFERENCE_H_

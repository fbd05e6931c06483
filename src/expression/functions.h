// SPDX-License-Identifier: Apache-2.0
//
// The library of functions and operators: names, overloads as signatures, and what each computes.
//
// One implementation serves every overload of a name and looks at the values it is given, because a
// dynamic expression has no types before it runs. Arguments are values, never errors.

#ifndef RELATA_SRC_EXPRESSION_FUNCTIONS_H_
#define RELATA_SRC_EXPRESSION_FUNCTIONS_H_

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/base/zone.h"
#include "relata/expression/graph_view.h"
#include "relata/expression/value_type.h"
#include "relata/model/value.h"

namespace relata::internal {

// A value or an error value.
struct Outcome {
  Value value;
  std::shared_ptr<const std::string> error;

  Outcome() = default;
  Outcome(Value v) : value(std::move(v)) {}  // NOLINT: a value is an outcome
  static Outcome Error(std::string message) {
    Outcome o;
    o.error = std::make_shared<const std::string>(std::move(message));
    return o;
  }
  bool ok() const { return error == nullptr; }
  bool Is(bool expected) const {
    return ok() && value.is(Value::Kind::kBool) && value.bool_value() == expected;
  }
};

// What a function may use beside its arguments.
class Regexes;
struct FunctionContext {
  Timestamp now;
  const Zone* zone = nullptr;
  int fiscal_year_start = 1;
  const GraphView* view = nullptr;
  Regexes* regexes = nullptr;
  int64_t* cost = nullptr;  // functions whose work is not constant add to it
  int64_t cost_limit = 0;
  absl::Status status;  // set by a function when the evaluation cannot go on

  // Counts `n` units; false when the limit is passed.
  bool Charge(size_t n) {
    *cost += static_cast<int64_t>(n);
    return *cost <= cost_limit;
  }
};

using Arguments = std::span<const Value>;
using Builtin = Outcome (*)(FunctionContext& context, Arguments arguments);

struct Overload {
  bool member = false;
  bool variadic = false;  // the last parameter may be repeated
  std::vector<ValueType> parameters;
  ValueType result;
  std::string text;  // as it was written
};

struct Function {
  std::string name;
  Builtin builtin = nullptr;  // nullptr: an operator, or declared by a host
  std::vector<Overload> overloads;
  std::string help;
};

// All of them; a function's number is its place.
const std::vector<Function>& Functions();
// The number of the function called `name`, -1 when there is none.
int FindFunction(std::string_view name);

// Reads "list(A).first() -> optional_type(A)". The name comes back in `name`. Nothing for any text
// that is no signature.
std::optional<Overload> ParseSignature(std::string_view text, std::string* name);

// "no matching overload for 'size' applied to (int)".
Outcome NoOverload(std::string_view name, Arguments arguments);

// The CEL name of a value's type: "string", "google.protobuf.Timestamp", "money".
std::string TypeNameOf(const Value& value);

// Rows of the table, one list a subject; each is defined beside its functions.
struct FunctionRow {
  std::string_view name;
  Builtin builtin;
  std::vector<std::string_view> signatures;
  std::string_view help;
};
std::vector<FunctionRow> OperatorRows();
std::vector<FunctionRow> StandardRows();
std::vector<FunctionRow> StringRows();
std::vector<FunctionRow> ListRows();
std::vector<FunctionRow> MathRows();
std::vector<FunctionRow> CalendarRows();
std::vector<FunctionRow> CustomerRows();

}  // namespace relata::internal

#endif  // RELATA_SRC_EXPRESSION_FUNCTIONS_H_

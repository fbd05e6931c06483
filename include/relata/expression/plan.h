// SPDX-License-Identifier: Apache-2.0
//
// What an evaluator runs: a checked expression as typed operators over the customer graph.
//
// A Plan is a list of nodes, operands before their users, the last one the result. Names are gone:
// a field is a type and a number, a path is a chain of kFollow, a reverse link is kChildren, a
// behaviour is kEvents, a comprehension is an operator over a list with numbered variables. Every
// node knows its type and whether it may be null, so that an evaluator over columns or in SQL can
// take the same plan and give the same answer as the interpreter (expression/evaluate.h), which is
// the reference.
//
// Semantics of the operators are those of CEL, with these additions. A missing link reads as an
// empty record: kFollow and kField of null are null, kChildren and kEvents of null are empty lists.
// A value is true, false, another value, or an *error value*; && and || absorb errors (false && e
// is false, true || e is true), everything else passes them on. Integer overflow, division by
// zero, null where a value is needed and amounts in different currencies are error values.
//
// Immutable, thread-safe.

#ifndef RELATA_EXPRESSION_PLAN_H_
#define RELATA_EXPRESSION_PLAN_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "relata/base/id.h"
#include "relata/expression/issue.h"
#include "relata/expression/value_type.h"
#include "relata/model/schema.h"
#include "relata/model/value.h"

namespace relata {

enum class PlanOp : uint8_t {
  // Leaves.
  kConstant,   // constant
  kSubject,    // the record asked about
  kNow,        // the instant of the question
  kParameter,  // parameters()[slot]; an error value when it was not given
  kVariable,   // the value of a comprehension or bind variable in `slot`
  // The graph. Input 0 is a record or an event, or null.
  kField,          // `field` of a record of `record_type`; an absent list of texts is an empty list
  kFollow,         // the record that link `field` resolves to; null when there is none
  kChildren,       // existing records of `record_type` whose link `field` names the record
  kPath,           // the records that taking `steps` in order reaches, each once, in order of reach
  kEvents,         // events of `record_type` about the record, in (at, seq) order
  kEventField,     // `field` of an event of `record_type`
  kInSegment,      // whether the record is in the segment `name`
  kScore,          // the record's score `name`
  kMayContact,     // inputs: record, channel, purpose
  kConsentStatus,  // inputs as kMayContact: the event of the newest statement, null when none
  kConsentAt,      // inputs as kMayContact: the instant of the newest statement, null when none
  kFieldAt,        // was(): inputs: record, instant; `field`
  kFieldSince,     // time_in(): how long the record's `field` has had its value
  kFieldChanged,   // changed(): inputs: record, instant; whether `field` changed since
  // Values.
  kKey,             // the entry `name` of a map; `optional` gives an optional
  kHasKey,          // whether the map has the entry `name`
  kIndex,           // inputs: list or map, index or key; `optional` gives an optional
  kCall,            // `function` of FunctionName(function), all inputs evaluated first
  kNot,             //
  kNegate,          //
  kAnd,             // two or more inputs
  kOr,              // two or more inputs
  kConditional,     // condition, value when true, value when false
  kEqual,           //
  kNotEqual,        //
  kLess,            //
  kLessEqual,       //
  kGreater,         //
  kGreaterEqual,    //
  kAdd,             //
  kSubtract,        //
  kMultiply,        //
  kDivide,          //
  kModulo,          //
  kIn,              // element or key, list or map
  kOptionalOr,      // optional, optional evaluated only when the first is empty
  kOptionalOrElse,  // optional, value evaluated only when the first is empty
  kList,            // `flags[i]`: input i is an optional, left out when empty
  kMap,             // key, value, key, value ...; `flags[i]` for pair i
  // Over a list or a map's keys (input 0), with the element in `slot`; with two variables `slot`
  // is the index or key and `slot2` the element or value.
  kAll,             // input 1 true for every element
  kExists,          //
  kExistsOne,       //
  kFilter,          // elements for which input 1 is true
  kTransform,       // a list of input 1; with three inputs only where input 1 is true, of input 2
  kTransformMap,    // a map from the same keys; inputs as kTransform
  kTransformEntry,  // a map from the entries of the maps that the last input gives
  kSortBy,          // elements in the order of input 1
  kOptionalMap,     // an optional of input 1 of what the optional holds; `optional`: flat
  kBind,            // input 1 with `slot` set to input 0, error values included
  kError,           // an error value whose message is `name`
};

struct PlanNode {
  PlanOp op = PlanOp::kConstant;
  bool optional = false;
  ValueType type;  // `type.nullable`: may be null
  Span span;       // what was written
  std::vector<uint32_t> inputs;
  Value constant;
  std::string name;
  TypeId record_type = kNoType;
  FieldId field = kNoField;
  int slot = -1;
  int slot2 = -1;
  int function = -1;
  std::vector<bool> flags;
  std::vector<PathStep> steps;  // kPath
};

// How an expression's value depends on the passing of time.
enum class NowUse : uint8_t {
  kNone,      // not at all
  kAffine,    // now, plus or minus constant lengths, compared with an instant
  kBoundary,  // through a calendar: changes at starts of days, months, years
  kOther,     // cannot be foreseen; can be asked, not maintained
};

struct NowPlace {
  Span span;
  NowUse use = NowUse::kNone;
};

// What a plan reads: the tables to load, and for maintenance the paths whose change can change the
// answer. Each list is sorted, without repeats.
struct PathsRead {
  std::vector<TypeId> types;                         // records and events
  std::vector<std::pair<TypeId, FieldId>> fields;    // values read, of records and events
  std::vector<std::pair<TypeId, FieldId>> links;     // followed towards their target
  std::vector<std::pair<TypeId, FieldId>> reverses;  // followed from their target
  std::vector<TypeId> events;                        // event types read
  std::vector<std::string> segments;
  std::vector<std::string> scores;
  bool consent = false;
  bool history = false;
};

class Plan {
 public:
  Plan(std::vector<PlanNode> nodes, std::vector<std::string> parameters, int slots,
       TypeId subject_type);

  const std::vector<PlanNode>& nodes() const { return nodes_; }
  const PlanNode& node(uint32_t i) const { return nodes_[i]; }
  const PlanNode& root() const { return nodes_.back(); }
  uint32_t root_index() const { return static_cast<uint32_t>(nodes_.size() - 1); }
  // Names of the parameters the plan reads; kParameter's slot is an index here.
  const std::vector<std::string>& parameters() const { return parameters_; }
  // How many variable slots an evaluation needs.
  int slots() const { return slots_; }
  TypeId subject_type() const { return subject_type_; }

  const PathsRead& paths() const { return paths_; }
  // The strongest use of now, and every place in the order of the text.
  NowUse now_use() const { return now_use_; }
  const std::vector<NowPlace>& now_places() const { return now_places_; }

 private:
  std::vector<PlanNode> nodes_;
  std::vector<std::string> parameters_;
  int slots_;
  TypeId subject_type_;
  PathsRead paths_;
  NowUse now_use_ = NowUse::kNone;
  std::vector<NowPlace> now_places_;
};

// The name of a library function as written in an expression ("startsWith", "math.greatest").
const std::string& FunctionName(int function);

// The plan as indented text, one node a line, for tests and `--explain`.
std::string ToString(const Plan& plan);

}  // namespace relata

#endif  // RELATA_EXPRESSION_PLAN_H_

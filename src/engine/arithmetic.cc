// SPDX-License-Identifier: Apache-2.0
//
// Arithmetic of whole numbers, instants and lengths, a chunk at a time.

#include <limits>
#include <optional>

#include "engine/operator.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

bool IsNumber(Kind kind) { return kind == Kind::kInt; }

// Whether values of these kinds are added, taken away or multiplied as integers, with an error
// where the result does not fit and no other rule.
bool HasKernel(PlanOp op, Kind result, Kind a, Kind b) {
  const bool additive = op == PlanOp::kAdd || op == PlanOp::kSubtract;
  if (IsNumber(a) && IsNumber(b)) return (additive || op == PlanOp::kMultiply) && IsNumber(result);
  if (a == Kind::kDuration && b == Kind::kDuration) return additive && result == Kind::kDuration;
  return a == Kind::kTimestamp && b == Kind::kTimestamp && op == PlanOp::kSubtract &&
         result == Kind::kDuration;
}

class IntegerArithmetic : public Operator {
 public:
  IntegerArithmetic(PlanOp op, Kind kind, OperatorPtr a, OperatorPtr b)
      : Operator(kind, 3 + a->cost() + b->cost()), op_(op), a_(std::move(a)), b_(std::move(b)) {}

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    a_->Eval(rows, wanted, left_);
    b_->Eval(rows, wanted, right_);
    out.Reset(kind(), rows.n);
    for (size_t w = 0; w < kWordsPerChunk; ++w) {
      out.undecided[w] = wanted[w] & (left_.undecided[w] | right_.undecided[w]);
      out.has[w] = wanted[w] & left_.has[w] & right_.has[w];
      // A null is as wrong as an error here.
      out.error[w] = wanted[w] & ~(out.undecided[w] | out.has[w]);
    }
    switch (op_) {
      case PlanOp::kAdd:
        return ApplyAll(
            [](int64_t a, int64_t b, int64_t* c) { return __builtin_add_overflow(a, b, c); }, out);
      case PlanOp::kSubtract:
        return ApplyAll(
            [](int64_t a, int64_t b, int64_t* c) { return __builtin_sub_overflow(a, b, c); }, out);
      default:
        return ApplyAll(
            [](int64_t a, int64_t b, int64_t* c) { return __builtin_mul_overflow(a, b, c); }, out);
    }
  }
  void Expect(int64_t rows) override {
    a_->Expect(rows);
    b_->Expect(rows);
  }

 private:
  // Where it overflows the result is an error.
  template <class F>
  void ApplyAll(const F& apply, Vector& out) const {
    const ChunkBits both = out.has;
    EachBit(both, [&](size_t i) {
      if (!apply(left_.ints[i], right_.ints[i], &out.ints[i])) return;
      ClearBit(out.has, i);
      SetBit(out.error, i);
    });
  }

  const PlanOp op_;
  const OperatorPtr a_;
  const OperatorPtr b_;
  Vector left_;
  Vector right_;
};

class LengthPart : public Operator {
 public:
  LengthPart(OperatorPtr length, int64_t unit)
      : Operator(Kind::kInt, 2 + length->cost()), length_(std::move(length)), unit_(unit) {}

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    length_->Eval(rows, wanted, value_);
    out.Reset(Kind::kInt, rows.n);
    for (size_t w = 0; w < kWordsPerChunk; ++w) {
      out.undecided[w] = wanted[w] & value_.undecided[w];
      out.has[w] = wanted[w] & value_.has[w];
      out.error[w] = wanted[w] & ~(out.undecided[w] | out.has[w]);
    }
    // A division by a number that the compiler knows is a multiplication.
    switch (unit_) {
      case 1'000'000:
        return Divide<1'000'000>(out);
      case 60'000'000:
        return Divide<60'000'000>(out);
      case 3'600'000'000:
        return Divide<3'600'000'000>(out);
      default:
        EachBit(out.has, [&](size_t i) { out.ints[i] = value_.ints[i] / unit_; });
    }
  }
  void Expect(int64_t rows) override { length_->Expect(rows); }

 private:
  template <int64_t kUnit>
  void Divide(Vector& out) const {
    EachBit(out.has, [&](size_t i) { out.ints[i] = value_.ints[i] / kUnit; });
  }

  const OperatorPtr length_;
  const int64_t unit_;
  Vector value_;
};

}  // namespace

OperatorPtr MakeArithmetic(PlanOp op, Kind kind, OperatorPtr& a, OperatorPtr& b) {
  if (!HasKernel(op, kind, a->kind(), b->kind())) return nullptr;
  return std::make_unique<IntegerArithmetic>(op, kind, std::move(a), std::move(b));
}

OperatorPtr MakeLengthPart(OperatorPtr length, int64_t unit) {
  return std::make_unique<LengthPart>(std::move(length), unit);
}

}  // namespace relata::internal

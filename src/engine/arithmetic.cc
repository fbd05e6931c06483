// SPDX-License-Identifier: Apache-2.0
//
// Arithmetic of whole numbers, instants and lengths, a chunk at a time.

#include <bit>
#include <optional>

#include "base/wide.h"
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

// All of them, modulo 2^64; not 0 when one may have overflowed.
RELATA_WIDE uint64_t AddAll(const int64_t* a, const int64_t* b, size_t n, int64_t* c) {
  uint64_t over = 0;
  for (size_t i = 0; i < n; ++i) {
    const auto x = static_cast<uint64_t>(a[i]);
    const auto y = static_cast<uint64_t>(b[i]);
    const uint64_t sum = x + y;
    over |= (x ^ sum) & (y ^ sum);
    c[i] = static_cast<int64_t>(sum);
  }
  return over >> 63;
}
RELATA_WIDE uint64_t SubtractAll(const int64_t* a, const int64_t* b, size_t n, int64_t* c) {
  uint64_t over = 0;
  for (size_t i = 0; i < n; ++i) {
    const auto x = static_cast<uint64_t>(a[i]);
    const auto y = static_cast<uint64_t>(b[i]);
    const uint64_t rest = x - y;
    over |= (x ^ y) & (x ^ rest);
    c[i] = static_cast<int64_t>(rest);
  }
  return over >> 63;
}
RELATA_WIDE uint64_t MultiplyAll(const int64_t* a, const int64_t* b, size_t n, int64_t* c) {
  constexpr uint64_t kHalf = uint64_t{1} << 31;
  uint64_t over = 0;
  for (size_t i = 0; i < n; ++i) {
    const auto x = static_cast<uint64_t>(a[i]);
    const auto y = static_cast<uint64_t>(b[i]);
    // What lies within 32 bits is multiplied within 64.
    over |= (x + kHalf) | (y + kHalf);
    c[i] = int64_t{static_cast<int32_t>(x)} * static_cast<int32_t>(y);
  }
  return over >> 32;
}

// Divides all of them, towards zero; `unit` is at least 1.
RELATA_WIDE void DivideAll(const int64_t* a, size_t n, int64_t unit, int64_t* c) {
  // Doubles hold such integers exactly, and what lies between two whole quotients is not rounded to
  // the one further away: the quotient is less than 2^51 / unit, so that half of its last place is
  // less than 1 / unit. Adding 1.5 * 2^52 puts an integer into the lowest bits of a double.
  constexpr int64_t kNear = int64_t{1} << 50;
  constexpr double kShift = 6755399441055744.0;
  constexpr auto kShiftBits = std::bit_cast<uint64_t>(kShift);
  const auto divisor = static_cast<double>(unit);
  uint64_t far = 0;
  for (size_t i = 0; i < n; ++i) {
    const auto v = static_cast<uint64_t>(a[i]);
    far |= v + kNear;
    const double quotient = (std::bit_cast<double>(v + kShiftBits) - kShift) / divisor;
    const double whole = __builtin_trunc(quotient);
    c[i] = static_cast<int64_t>(std::bit_cast<uint64_t>(whole + kShift) - kShiftBits);
  }
  if (far < uint64_t{2} * kNear) return;
  for (size_t i = 0; i < n; ++i) c[i] = a[i] / unit;
}

class IntegerArithmetic : public Operator {
 public:
  IntegerArithmetic(PlanOp op, Kind kind, OperatorPtr a, OperatorPtr b)
      : Operator(kind, 3 + a->cost() + b->cost()), op_(op), a_(std::move(a)), b_(std::move(b)) {}

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    // A constant stays as it is.
    if (ConstantOf(*a_) == nullptr || left_.n < rows.n) a_->Eval(rows, wanted, left_);
    if (ConstantOf(*b_) == nullptr || right_.n < rows.n) b_->Eval(rows, wanted, right_);
    out.Reset(kind(), rows.n);
    for (size_t w = 0; w < kWordsPerChunk; ++w) {
      out.undecided[w] = wanted[w] & (left_.undecided[w] | right_.undecided[w]);
      out.has[w] = wanted[w] & left_.has[w] & right_.has[w];
      // A null is as wrong as an error here.
      out.error[w] = wanted[w] & ~(out.undecided[w] | out.has[w]);
    }
    const int64_t* a = left_.ints.data();
    const int64_t* b = right_.ints.data();
    int64_t* c = out.ints.data();
    // Whatever stands where there is no value is computed with as well.
    uint64_t far = 0;
    switch (op_) {
      case PlanOp::kAdd:
        far = AddAll(a, b, rows.n, c);
        break;
      case PlanOp::kSubtract:
        far = SubtractAll(a, b, rows.n, c);
        break;
      default:
        far = MultiplyAll(a, b, rows.n, c);
    }
    if (far != 0) ApplyEach(out);
  }
  void Expect(int64_t rows) override {
    a_->Expect(rows);
    b_->Expect(rows);
  }

 private:
  // One by one: where it overflows the result is an error.
  void ApplyEach(Vector& out) const {
    const ChunkBits both = out.has;
    EachBit(both, [&](size_t i) {
      const int64_t a = left_.ints[i];
      const int64_t b = right_.ints[i];
      int64_t& c = out.ints[i];
      const bool overflows = op_ == PlanOp::kAdd        ? __builtin_add_overflow(a, b, &c)
                             : op_ == PlanOp::kSubtract ? __builtin_sub_overflow(a, b, &c)
                                                        : __builtin_mul_overflow(a, b, &c);
      if (!overflows) return;
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
    DivideAll(value_.ints.data(), rows.n, unit_, out.ints.data());
  }
  void Expect(int64_t rows) override { length_->Expect(rows); }

 private:
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

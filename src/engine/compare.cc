// SPDX-License-Identifier: Apache-2.0
//
// Comparisons: of a column's packed integers with a constant where they lie, of vectors otherwise.

#include <algorithm>
#include <optional>

#include "engine/operator.h"

namespace relata::internal {

using Kind = Value::Kind;

std::optional<Order> OrderOf(PlanOp op) {
  switch (op) {
    case PlanOp::kEqual:
      return Order::kEqual;
    case PlanOp::kNotEqual:
      return Order::kNotEqual;
    case PlanOp::kLess:
      return Order::kLess;
    case PlanOp::kLessEqual:
      return Order::kLessEqual;
    case PlanOp::kGreater:
      return Order::kGreater;
    case PlanOp::kGreaterEqual:
      return Order::kGreaterEqual;
    default:
      return std::nullopt;
  }
}

Order Mirrored(Order order) {
  switch (order) {
    case Order::kLess:
      return Order::kGreater;
    case Order::kLessEqual:
      return Order::kGreaterEqual;
    case Order::kGreater:
      return Order::kLess;
    case Order::kGreaterEqual:
      return Order::kLessEqual;
    default:
      return order;
  }
}

int64_t IntegerOf(const Value& v) {
  switch (v.kind()) {
    case Kind::kInt:
      return v.int_value();
    case Kind::kTimestamp:
      return v.timestamp().micros;
    case Kind::kDuration:
      return v.duration().micros;
    default:
      return v.date().days;
  }
}

namespace {

bool IsEquality(Order order) { return order == Order::kEqual || order == Order::kNotEqual; }

bool IsInteger(Kind kind) {
  return kind == Kind::kInt || kind == Kind::kTimestamp || kind == Kind::kDuration ||
         kind == Kind::kDate;
}

// Null equals nothing but null, and has no order.
void SettleNulls(Order order, const ChunkBits& null_a, const ChunkBits& null_b, Vector& out) {
  for (size_t w = 0; w < kWordsPerChunk; ++w) {
    const uint64_t either = null_a[w] | null_b[w];
    const uint64_t open = either & ~(out.error[w] | out.undecided[w]);
    if (!IsEquality(order)) {
      out.error[w] |= open;
      continue;
    }
    const uint64_t both = null_a[w] & null_b[w];
    out.has[w] |= open;
    out.truth[w] |= open & (order == Order::kEqual ? both : ~both);
  }
}

// A field of the rows asked against a constant, in packed form.
class ColumnCompare : public Operator {
 public:
  ColumnCompare(const ChunkedColumn& column, Order order, Value constant)
      : Operator(Kind::kBool, column.kind() == Kind::kText ? 4 : 1),
        column_(column),
        order_(order),
        text_(constant.is(Kind::kText) ? constant.text() : ""),
        integer_(constant.is(Kind::kText) ? 0 : IntegerOf(constant)) {
    if (column.kind() == Kind::kText) code_ = column.dictionary().Find(text_);
  }

  std::optional<int64_t> FalseBelow(const ChunkedColumn& column) const override {
    const bool least = order_ == Order::kGreater || order_ == Order::kGreaterEqual;
    const bool whole = column_.kind() != Kind::kText && column_.kind() != Kind::kDouble;
    return &column == &column_ && least && whole ? std::optional<int64_t>(integer_) : std::nullopt;
  }

  std::optional<bool> Foresee(const Rows& rows, const ChunkBits& wanted) override {
    if (rows.list != nullptr || column_.kind() == Kind::kText) return std::nullopt;
    const Chunk* chunk = column_.chunk(ChunkOf(rows.first));
    if (chunk == nullptr || !CoversBits(chunk->present, wanted)) return std::nullopt;
    const bool at_min = internal::Holds(order_, chunk->min, integer_);
    const bool at_max = internal::Holds(order_, chunk->max, integer_);
    if (!IsEquality(order_)) {
      return at_min == at_max ? std::optional<bool>(at_min) : std::nullopt;
    }
    const bool outside = integer_ < chunk->min || integer_ > chunk->max;
    return outside ? std::optional<bool>(order_ == Order::kNotEqual) : std::nullopt;
  }

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    if (rows.list != nullptr) return EvalList(rows, wanted, out);
    out.Reset(kind(), rows.n);
    const Chunk* chunk = column_.chunk(ChunkOf(rows.first));
    if (chunk != nullptr) {
      out.has = chunk->present;
      if (column_.kind() != Kind::kText) {
        ComparePacked(chunk->ints, order_, integer_, out.truth);
      } else if (chunk->coded) {
        CompareCode(*chunk, out);
      } else {
        EachBit(chunk->present, [&](size_t i) {
          if (internal::Holds(order_, chunk->Plain(i), std::string_view(text_))) {
            SetBit(out.truth, i);
          }
        });
      }
      EachWord(out.truth, [&](size_t w) { return out.truth[w] & out.has[w]; });
    }
    Settle(wanted, out);
  }

 private:
  void CompareCode(const Chunk& chunk, Vector& out) const {
    if (code_) {
      ComparePacked(chunk.ints, order_, *code_, out.truth);
    } else if (order_ == Order::kNotEqual) {
      out.truth = chunk.present;
    }
  }

  void EvalList(const Rows& rows, const ChunkBits& wanted, Vector& out) {
    ReadColumn(column_, rows, wanted, values_);
    out.Reset(kind(), rows.n);
    out.has = values_.has;
    EachBit(values_.has, [&](size_t i) {
      const bool holds = column_.kind() == Kind::kText
                             ? internal::Holds(order_, values_.texts[i], std::string_view(text_))
                             : internal::Holds(order_, values_.ints[i], integer_);
      if (holds) SetBit(out.truth, i);
    });
    Settle(wanted, out);
  }

  void Settle(const ChunkBits& wanted, Vector& out) const {
    ChunkBits nulls{};
    EachWord(nulls, [&](size_t w) { return wanted[w] & ~out.has[w]; });
    SettleNulls(order_, nulls, ChunkBits{}, out);
  }

  const ChunkedColumn& column_;
  const Order order_;
  const std::string text_;
  const int64_t integer_;
  std::optional<uint32_t> code_;
  Vector values_;
};

class VectorCompare : public Operator {
 public:
  VectorCompare(OperatorPtr a, OperatorPtr b, Order order)
      : Operator(Kind::kBool, 3 + a->cost() + b->cost()),
        a_(std::move(a)),
        b_(std::move(b)),
        order_(order) {
    const Value* constant = ConstantOf(*b_);
    if (constant == nullptr) return;
    if (IsInteger(constant->kind())) constant_ = IntegerOf(*constant);
    if (!constant->is(Kind::kMoney)) return;
    constant_ = constant->money().units;
    currency_ = constant->money().currency.packed();
  }

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    if (constant_ && a_->EvalCompare(rows, wanted, order_, *constant_, currency_, out)) return;
    a_->Eval(rows, wanted, left_);
    // A constant stays as it is.
    if (ConstantOf(*b_) == nullptr || right_.n < rows.n) b_->Eval(rows, wanted, right_);
    out.Reset(kind(), rows.n);
    ChunkBits both{};
    for (size_t w = 0; w < kWordsPerChunk; ++w) {
      out.undecided[w] = wanted[w] & (left_.undecided[w] | right_.undecided[w]);
      out.error[w] = wanted[w] & ~out.undecided[w] & (left_.error[w] | right_.error[w]);
      both[w] = wanted[w] & left_.has[w] & right_.has[w];
    }
    out.has = both;
    if (constant_ && (IsInteger(a_->kind()) || a_->kind() == Kind::kMoney)) {
      CompareWithConstant(both, out);
    } else if (left_.dictionary != nullptr && ConstantOf(*b_) != nullptr) {
      CompareCodes(both, out);
    } else if (IsInteger(a_->kind())) {
      CompareEachInt(left_.ints.data(), right_.ints.data(), rows.n, order_, out.truth);
      EachWord(out.truth, [&](size_t w) { return out.truth[w] & both[w]; });
    } else {
      EachBit(both, [&](size_t i) { CompareAt(i, out); });
    }
    ChunkBits null_a = left_.Nulls();
    ChunkBits null_b = right_.Nulls();
    EachWord(null_a, [&](size_t w) { return null_a[w] & wanted[w]; });
    EachWord(null_b, [&](size_t w) { return null_b[w] & wanted[w]; });
    SettleNulls(order_, null_a, null_b, out);
  }
  void Expect(int64_t rows) override {
    a_->Expect(rows);
    b_->Expect(rows);
  }

 private:
  // All rows at once; amounts in another currency than the constant's are looked at again.
  void CompareWithConstant(const ChunkBits& both, Vector& out) const {
    CompareInts(left_.ints.data(), left_.n, order_, *constant_, out.truth);
    EachWord(out.truth, [&](size_t w) { return out.truth[w] & both[w]; });
    if (a_->kind() != Kind::kMoney || *constant_ == 0) return;
    const uint32_t currency = right_.Extra(0);
    if (left_.extra.empty() && left_.extra_all == currency) return;
    EachBit(both, [&](size_t i) {
      if (left_.Extra(i) == currency || left_.ints[i] == 0) return;
      ClearBit(out.truth, i);
      CompareAt(i, out);
    });
  }

  // Each text of the dictionary once.
  void CompareCodes(const ChunkBits& both, Vector& out) {
    if (dictionary_ != left_.dictionary || known_.size() < left_.dictionary->size()) {
      dictionary_ = left_.dictionary;
      known_.clear();
      const std::string_view text = ConstantOf(*b_)->text();
      for (size_t code = 0; code < dictionary_->size(); ++code) {
        known_.push_back(internal::Holds(order_, dictionary_->text(code), text) ? 1 : 0);
      }
    }
    EachBit(both, [&](size_t i) {
      if (known_[static_cast<size_t>(left_.ints[i])] != 0) SetBit(out.truth, i);
    });
  }

  void CompareAt(size_t i, Vector& out) const {
    bool holds = false;
    switch (a_->kind()) {
      case Kind::kText:
        holds = internal::Holds(order_, left_.Text(i), right_.Text(i));
        break;
      case Kind::kBool:
        holds = internal::Holds(order_, TestBit(left_.truth, i), TestBit(right_.truth, i));
        break;
      case Kind::kDouble:
        holds = internal::Holds(order_, std::bit_cast<double>(left_.ints[i]),
                                std::bit_cast<double>(right_.ints[i]));
        break;
      case Kind::kMoney:
        // Zero is the same in any currency; other amounts in two currencies have no order.
        if (left_.Extra(i) != right_.Extra(i) && left_.ints[i] != 0 && right_.ints[i] != 0) {
          if (IsEquality(order_)) {
            holds = order_ == Order::kNotEqual;
            break;
          }
          ClearBit(out.has, i);
          return SetBit(out.error, i);
        }
        [[fallthrough]];
      default:
        holds = internal::Holds(order_, left_.ints[i], right_.ints[i]);
    }
    if (holds) SetBit(out.truth, i);
  }

  const OperatorPtr a_;
  const OperatorPtr b_;
  const Order order_;
  std::optional<int64_t> constant_;
  uint32_t currency_ = 0;  // of the constant
  Vector left_;
  Vector right_;
  const Dictionary* dictionary_ = nullptr;
  std::vector<uint8_t> known_;
};

// The column when `field` against `constant` has a kernel.
const ChunkedColumn* KernelColumn(const Operator& field, const Operator& constant, Order order) {
  const ChunkedColumn* column = OwnColumn(field);
  const Value* value = ConstantOf(constant);
  if (column == nullptr || value == nullptr || value->kind() != column->kind()) return nullptr;
  const bool text = column->kind() == Kind::kText && IsEquality(order);
  return text || IsInteger(column->kind()) ? column : nullptr;
}

}  // namespace

OperatorPtr MakeCompare(PlanOp op, OperatorPtr& a, OperatorPtr& b) {
  const std::optional<Order> order = OrderOf(op);
  if (!order || a->kind() != b->kind()) return nullptr;
  const Kind kind = a->kind();
  if (const ChunkedColumn* column = KernelColumn(*a, *b, *order)) {
    return std::make_unique<ColumnCompare>(*column, *order, *ConstantOf(*b));
  }
  if (const ChunkedColumn* column = KernelColumn(*b, *a, *order)) {
    return std::make_unique<ColumnCompare>(*column, Mirrored(*order), *ConstantOf(*a));
  }
  const bool comparable = IsInteger(kind) || kind == Kind::kText || kind == Kind::kDouble ||
                          kind == Kind::kMoney || kind == Kind::kBool;
  if (!comparable) return nullptr;
  return std::make_unique<VectorCompare>(std::move(a), std::move(b), *order);
}

}  // namespace relata::internal

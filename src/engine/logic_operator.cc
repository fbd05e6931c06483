// SPDX-License-Identifier: Apache-2.0
//
// Operators over conditions: null or not, not, && and ||, and the choice between two values.

#include <algorithm>

#include "engine/operator.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

class IsNull : public Operator {
 public:
  explicit IsNull(OperatorPtr operand)
      : Operator(Kind::kBool, operand->cost()), operand_(std::move(operand)) {}

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    operand_->Eval(rows, wanted, value_);
    out.Reset(kind(), rows.n);
    out.error = value_.error;
    out.undecided = value_.undecided;
    out.truth = value_.Nulls();
    EachWord(out.has, [&](size_t w) { return value_.has[w] | out.truth[w]; });
  }
  void Expect(int64_t rows) override { operand_->Expect(rows); }

 private:
  const OperatorPtr operand_;
  Vector value_;
};

class Not : public Operator {
 public:
  explicit Not(OperatorPtr operand)
      : Operator(Kind::kBool, operand->cost()), operand_(std::move(operand)) {}

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    operand_->Eval(rows, wanted, out);
    const ChunkBits nulls = out.Nulls();
    EachWord(out.truth, [&](size_t w) { return out.has[w] & ~out.truth[w]; });
    EachWord(out.error, [&](size_t w) { return out.error[w] | nulls[w]; });
  }
  std::optional<bool> Foresee(const Rows& rows, const ChunkBits& wanted) override {
    const std::optional<bool> known = operand_->Foresee(rows, wanted);
    return known ? std::optional<bool>(!*known) : std::nullopt;
  }
  void Expect(int64_t rows) override { operand_->Expect(rows); }

 private:
  const OperatorPtr operand_;
};

// Operands are asked in the order of their cost, each only where none before it decided: && and ||
// absorb errors, so their order has no meaning.
class Logic : public Operator {
 public:
  Logic(bool all, std::vector<OperatorPtr> operands)
      : Operator(Kind::kBool, CostOf(operands)), all_(all), operands_(std::move(operands)) {
    std::stable_sort(operands_.begin(), operands_.end(),
                     [](const auto& a, const auto& b) { return a->cost() < b->cost(); });
  }

  bool all() const { return all_; }
  const std::vector<OperatorPtr>& operands() const { return operands_; }

  void Expect(int64_t rows) override {
    for (const OperatorPtr& operand : operands_) operand->Expect(rows);
  }

  // One that is false makes && false whatever the others are; || needs all of them.
  std::optional<int64_t> FalseBelow(const ChunkedColumn& column) const override {
    std::optional<int64_t> bound;
    for (const OperatorPtr& operand : operands_) {
      const std::optional<int64_t> below = operand->FalseBelow(column);
      if (!below && !all_) return std::nullopt;
      if (!below) continue;
      if (!bound || (all_ ? *below > *bound : *below < *bound)) bound = below;
    }
    return bound;
  }

  std::optional<bool> Foresee(const Rows& rows, const ChunkBits& wanted) override {
    bool every = true;
    for (const OperatorPtr& operand : operands_) {
      const std::optional<bool> known = operand->Foresee(rows, wanted);
      if (known == !all_) return !all_;
      every = every && known == all_;
    }
    return every ? std::optional<bool>(all_) : std::nullopt;
  }

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    ChunkBits open = wanted;  // not decided by an operand that says !all_
    ChunkBits error{};
    ChunkBits undecided{};
    for (const OperatorPtr& operand : operands_) {
      if (!AnyBit(open)) break;
      const std::optional<bool> known = operand->Foresee(rows, open);
      if (known == all_) continue;
      if (known == !all_) {
        open = ChunkBits{};
        break;
      }
      operand->Eval(rows, open, value_);
      for (size_t w = 0; w < kWordsPerChunk; ++w) {
        const uint64_t decided = all_ ? ~value_.truth[w] : value_.truth[w];
        const uint64_t failed = open[w] & ~value_.has[w];
        undecided[w] |= failed & value_.undecided[w];
        error[w] |= failed & ~value_.undecided[w];
        open[w] &= ~(value_.has[w] & decided);
      }
    }
    out.Reset(kind(), rows.n);
    for (size_t w = 0; w < kWordsPerChunk; ++w) {
      out.undecided[w] = undecided[w] & open[w];
      out.error[w] = error[w] & open[w] & ~out.undecided[w];
      out.has[w] = wanted[w] & ~(out.undecided[w] | out.error[w]);
      out.truth[w] = all_ ? out.has[w] & open[w] : out.has[w] & ~open[w];
    }
  }

 private:
  static int CostOf(const std::vector<OperatorPtr>& operands) {
    int cost = 1;
    for (const OperatorPtr& operand : operands) cost += operand->cost();
    return cost;
  }

  const bool all_;
  std::vector<OperatorPtr> operands_;
  Vector value_;
};

class Conditional : public Operator {
 public:
  Conditional(OperatorPtr condition, OperatorPtr yes, OperatorPtr no)
      : Operator(yes->kind(), condition->cost() + yes->cost() + no->cost()),
        condition_(std::move(condition)),
        yes_(std::move(yes)),
        no_(std::move(no)) {}

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    condition_->Eval(rows, wanted, which_);
    ChunkBits to_yes{};
    ChunkBits to_no{};
    EachWord(to_yes, [&](size_t w) { return wanted[w] & which_.has[w] & which_.truth[w]; });
    EachWord(to_no, [&](size_t w) { return wanted[w] & which_.has[w] & ~which_.truth[w]; });
    out.Reset(kind(), rows.n);
    EachWord(out.undecided, [&](size_t w) { return wanted[w] & which_.undecided[w]; });
    EachWord(out.error,
             [&](size_t w) { return wanted[w] & ~(to_yes[w] | to_no[w] | out.undecided[w]); });
    Take(*yes_, rows, to_yes, out);
    Take(*no_, rows, to_no, out);
  }
  void Expect(int64_t rows) override {
    for (Operator* part : {condition_.get(), yes_.get(), no_.get()}) part->Expect(rows);
  }

 private:
  void Take(Operator& branch, const Rows& rows, const ChunkBits& wanted, Vector& out) {
    if (!AnyBit(wanted)) return;
    branch.Eval(rows, wanted, value_);
    EachWord(out.error, [&](size_t w) { return out.error[w] | (value_.error[w] & wanted[w]); });
    EachWord(out.undecided,
             [&](size_t w) { return out.undecided[w] | (value_.undecided[w] & wanted[w]); });
    EachBit(wanted, [&](size_t i) {
      if (value_.Holds(i)) out.Put(i, value_.Get(i));
    });
  }

  const OperatorPtr condition_;
  const OperatorPtr yes_;
  const OperatorPtr no_;
  Vector which_;
  Vector value_;
};

}  // namespace

OperatorPtr MakeIsNull(OperatorPtr operand) { return std::make_unique<IsNull>(std::move(operand)); }
OperatorPtr MakeNot(OperatorPtr operand) { return std::make_unique<Not>(std::move(operand)); }
OperatorPtr MakeLogic(bool all, std::vector<OperatorPtr> operands) {
  return std::make_unique<Logic>(all, std::move(operands));
}
OperatorPtr MakeConditional(OperatorPtr condition, OperatorPtr yes, OperatorPtr no) {
  return std::make_unique<Conditional>(std::move(condition), std::move(yes), std::move(no));
}

const std::vector<OperatorPtr>* Conjuncts(const Operator& op) {
  const auto* logic = dynamic_cast<const Logic*>(&op);
  return logic != nullptr && logic->all() ? &logic->operands() : nullptr;
}

}  // namespace relata::internal

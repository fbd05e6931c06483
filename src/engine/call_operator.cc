// SPDX-License-Identifier: Apache-2.0
//
// Any function of values, row by row; of coded text once a text.

#include <array>

#include "engine/operator.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

class Call : public Operator {
 public:
  Call(Kind kind, std::vector<OperatorPtr> operands, ValueFunction call)
      : Operator(kind, CostOf(operands)), operands_(std::move(operands)), call_(std::move(call)) {
    values_.resize(operands_.size());
    arguments_.resize(operands_.size());
    for (size_t i = 0; i < operands_.size(); ++i) {
      if (const Value* constant = ConstantOf(*operands_[i])) {
        arguments_[i] = *constant;
      } else {
        varying_.push_back(i);
      }
    }
  }

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    out.Reset(kind(), rows.n);
    ChunkBits ready = wanted;
    for (size_t v : varying_) {
      operands_[v]->Eval(rows, ready, values_[v]);
      for (size_t w = 0; w < kWordsPerChunk; ++w) {
        out.undecided[w] |= ready[w] & values_[v].undecided[w];
        out.error[w] |= ready[w] & values_[v].error[w];
        ready[w] &= ~(out.undecided[w] | out.error[w]);
      }
    }
    if (varying_.size() == 1 && values_[varying_[0]].dictionary != nullptr) {
      return EvalCoded(values_[varying_[0]], ready, out);
    }
    EachBit(ready, [&](size_t i) {
      for (size_t v : varying_) arguments_[v] = values_[v].Get(i);
      Take(i, call_(arguments_), out);
    });
  }
  void Expect(int64_t rows) override {
    for (const OperatorPtr& operand : operands_) operand->Expect(rows);
  }

 private:
  static int CostOf(const std::vector<OperatorPtr>& operands) {
    int cost = 20;
    for (const OperatorPtr& operand : operands) cost += operand->cost();
    return cost;
  }

  // One call a text of the dictionary, whatever the number of rows.
  void EvalCoded(const Vector& texts, const ChunkBits& ready, Vector& out) {
    if (dictionary_ != texts.dictionary) {
      dictionary_ = texts.dictionary;
      known_.assign(dictionary_->size(), std::nullopt);
      said_.clear();
    }
    if (kind() == Kind::kBool) return EvalCodedCondition(texts, ready, out);
    EachBit(ready, [&](size_t i) {
      if (!texts.Holds(i)) {
        arguments_[varying_[0]] = Value();
        return Take(i, call_(arguments_), out);
      }
      std::optional<Outcome>& outcome = known_[static_cast<size_t>(texts.ints[i])];
      if (!outcome) {
        arguments_[varying_[0]] = texts.Get(i);
        outcome = call_(arguments_);
      }
      Take(i, *outcome, out);
    });
  }

  // Of a short dictionary every text is asked beforehand.
  void AskFewTexts() {
    constexpr size_t kFewTexts = 64;
    said_.assign(dictionary_->size() + 1, kUnasked);
    all_said_ = dictionary_->size() <= kFewTexts;
    for (size_t code = 0; all_said_ && code < dictionary_->size(); ++code) {
      arguments_[varying_[0]] = Value::Text(dictionary_->text(code));
      const Outcome outcome = call_(arguments_);
      all_said_ = outcome.ok() && outcome.value.is(Kind::kBool);
      if (all_said_) said_[code] = outcome.value.bool_value() ? kTrue : kFalse;
    }
  }

  // A condition: what it says of each text, and of none, is one of four.
  void EvalCodedCondition(const Vector& texts, const ChunkBits& ready, Vector& out) {
    if (said_.size() != dictionary_->size() + 1) AskFewTexts();
    ChunkBits rest = ready;
    if (all_said_) {
      alignas(64) std::array<uint8_t, kRowsPerChunk> flags{};
      for (size_t i = 0; i < texts.n; ++i) {
        const auto code = static_cast<size_t>(texts.ints[i]);
        flags[i] = code < said_.size() ? said_[code] == kTrue : 0;
      }
      ChunkBits holds{};
      PackFlags(flags.data(), holds);
      EachWord(out.has, [&](size_t w) { return ready[w] & texts.has[w]; });
      EachWord(out.truth, [&](size_t w) { return out.has[w] & holds[w]; });
      EachWord(rest, [&](size_t w) { return ready[w] & ~texts.has[w]; });
    }
    EachBit(rest, [&](size_t i) {
      const size_t code = texts.Holds(i) ? static_cast<size_t>(texts.ints[i]) : said_.size() - 1;
      if (said_[code] == kUnasked) {
        arguments_[varying_[0]] = texts.Get(i);
        const Outcome outcome = call_(arguments_);
        said_[code] = !outcome.ok()                    ? kFails
                      : outcome.value.is_null()        ? kNull
                      : !outcome.value.is(Kind::kBool) ? kUndecided
                      : outcome.value.bool_value()     ? kTrue
                                                       : kFalse;
      }
      switch (said_[code]) {
        case kTrue:
          SetBit(out.truth, i);
          [[fallthrough]];
        case kFalse:
          return SetBit(out.has, i);
        case kFails:
          return SetBit(out.error, i);
        case kUndecided:
          return SetBit(out.undecided, i);
        default:
          return;
      }
    });
  }

  static void Take(size_t i, const Outcome& outcome, Vector& out) {
    if (!outcome.ok()) return SetBit(out.error, i);
    out.Put(i, outcome.value);
  }

  const std::vector<OperatorPtr> operands_;
  const ValueFunction call_;
  std::vector<size_t> varying_;
  std::vector<Vector> values_;
  std::vector<Value> arguments_;
  const Dictionary* dictionary_ = nullptr;
  std::vector<std::optional<Outcome>> known_;
  enum Said : uint8_t { kUnasked, kFalse, kTrue, kNull, kFails, kUndecided };
  std::vector<uint8_t> said_;  // by code, and last of null
  bool all_said_ = false;      // of every text, and true or false
};

}  // namespace

OperatorPtr MakeCall(Kind kind, std::vector<OperatorPtr> operands, ValueFunction call) {
  return std::make_unique<Call>(kind, std::move(operands), std::move(call));
}

}  // namespace relata::internal

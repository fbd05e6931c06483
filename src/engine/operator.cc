// SPDX-License-Identifier: Apache-2.0

#include "engine/operator.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "expression/values.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

class Follow : public RowSource {
 public:
  Follow(RowSourcePtr from, const Graph& graph, const ChunkedColumn& links)
      : from_(std::move(from)),
        graph_(graph),
        links_(links),
        target_(*graph.Records(links.target())),
        merged_(graph.HasAliases()) {}

  void Eval(const Rows& rows, const ChunkBits& wanted, std::vector<Row>& list) override {
    std::vector<Row> buffer;
    const Rows here = Through(from_, rows, wanted, buffer);
    ReadColumn(links_, here, wanted, links_here_);
    EachBit(wanted, [&](size_t i) {
      if (!links_here_.Holds(i)) return;
      Row row = links_here_.ints[i];
      if (merged_) {
        const RecordRef resolved = graph_.Resolve({links_.target(), row});
        row = resolved.type == links_.target() ? resolved.row : kNoRow;
      }
      if (target_.Exists(row)) list[i] = row;
    });
  }
  const ChunkedColumn* OwnLinks() const override {
    return from_ == nullptr && !merged_ ? &links_ : nullptr;
  }

 private:
  const RowSourcePtr from_;
  const Graph& graph_;
  const ChunkedColumn& links_;
  const RecordTable& target_;
  const bool merged_;
  Vector links_here_;
};

class Constant : public Operator {
 public:
  explicit Constant(Value value) : Operator(value.kind(), 0), value_(std::move(value)) {}
  explicit Constant(Kind kind) : Operator(kind, 0), error_(true) {}

  void Eval(const Rows& rows, const ChunkBits&, Vector& out) override {
    out.Reset(kind(), rows.n);
    if (error_) {
      out.error = FirstBits(rows.n);
      return;
    }
    if (value_.is_null()) return;
    out.has = FirstBits(rows.n);
    switch (kind()) {
      case Kind::kBool:
        if (value_.bool_value()) out.truth = out.has;
        return;
      case Kind::kText:
        std::fill(out.texts.begin(), out.texts.end(), std::string_view(value_.text()));
        return;
      default:
        // Whatever the kind, the first row's representation is that of all.
        out.Put(0, value_);
        std::fill(out.ints.begin(), out.ints.end(), out.ints[0]);
        out.extra_all = out.Extra(0);
        out.extra.clear();
    }
  }
  std::optional<bool> Foresee(const Rows&, const ChunkBits&) override {
    if (error_ || !value_.is(Kind::kBool)) return std::nullopt;
    return value_.bool_value();
  }
  const Value* value() const { return error_ ? nullptr : &value_; }

 private:
  const Value value_;
  const bool error_ = false;
};

class Field : public Operator {
 public:
  Field(RowSourcePtr rows, const ChunkedColumn* column, Kind kind)
      : Operator(kind, rows == nullptr ? 2 : 8), rows_(std::move(rows)), column_(column) {}

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    if (column_ == nullptr) return out.Reset(kind(), rows.n);
    std::vector<Row> buffer;
    ReadColumn(*column_, Through(rows_, rows, wanted, buffer), wanted, out);
  }
  // The column when the rows asked are its own.
  const ChunkedColumn* own_column() const { return rows_ == nullptr ? column_ : nullptr; }

 private:
  const RowSourcePtr rows_;
  const ChunkedColumn* const column_;
};

class Numbers : public Operator {
 public:
  Numbers(RowSourcePtr rows, RowNumbers numbers)
      : Operator(Kind::kDouble, 200), rows_(std::move(rows)), make_(std::move(numbers)) {}

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    if (!numbers_) numbers_ = make_();
    std::vector<Row> buffer;
    const Rows here = Through(rows_, rows, wanted, buffer);
    out.Reset(kind(), rows.n);
    // Why there are none, the interpreter says.
    if (!numbers_->ok()) {
      out.undecided = wanted;
      return;
    }
    const std::vector<double>& numbers = **numbers_;
    EachBit(wanted, [&](size_t i) {
      const auto row = static_cast<size_t>(here.at(i));
      if (row >= numbers.size() || std::isnan(numbers[row])) return SetBit(out.undecided, i);
      out.Put(i, Value::Double(numbers[row]));
    });
  }

 private:
  const RowSourcePtr rows_;
  const RowNumbers make_;
  std::optional<absl::StatusOr<std::vector<double>>> numbers_;
};

class NoRecord : public Operator {
 public:
  explicit NoRecord(RowSourcePtr rows) : Operator(Kind::kBool, 6), rows_(std::move(rows)) {}

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    std::vector<Row> buffer;
    const Rows here = Through(rows_, rows, wanted, buffer);
    out.Reset(kind(), rows.n);
    out.has = wanted;
    EachBit(wanted, [&](size_t i) {
      if (here.at(i) == kNoRow) SetBit(out.truth, i);
    });
  }

 private:
  const RowSourcePtr rows_;
};

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

class Lookup : public Operator {
 public:
  Lookup(RowSourcePtr rows, const RecordTable& table, OperatorPtr condition)
      : Operator(Kind::kBool, 20),
        rows_(std::move(rows)),
        table_(table),
        condition_(std::move(condition)) {}

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    const ChunkedColumn* links = rows.list == nullptr ? rows_->OwnLinks() : nullptr;
    if (known_.empty() && !few_) Learn();
    if (!known_.empty() && links != nullptr) return EvalChunk(*links, rows, wanted, out);
    std::vector<Row> buffer;
    const Rows here = Through(rows_, rows, wanted, buffer);
    if (known_.empty()) {
      condition_->Eval(here, wanted, out);
      Settle(wanted, out);
      return;
    }
    out.Reset(kind(), rows.n);
    EachBit(wanted, [&](size_t i) { Tell(known_[PlaceOf(here.at(i))], i, out); });
  }

  // At few rows the condition is asked there.
  void Expect(int64_t rows) override {
    few_ = rows * 4 < table_.limit;
    if (few_) condition_->Expect(rows);
  }

 private:
  enum Known : uint8_t { kFalse, kTrue, kNull, kError, kUndecided };

  static void Settle(const ChunkBits& wanted, Vector& out) {
    for (ChunkBits* bits : {&out.has, &out.truth, &out.error, &out.undecided}) {
      EachWord(*bits, [&](size_t w) { return (*bits)[w] & wanted[w]; });
    }
  }

  static void Tell(uint8_t known, size_t i, Vector& out) {
    if (known <= kTrue) SetBit(out.has, i);
    if (known == kTrue) SetBit(out.truth, i);
    if (known == kError) SetBit(out.error, i);
    if (known == kUndecided) SetBit(out.undecided, i);
  }

  // Where known_ holds what is known of a row: the last place is that of the empty record, which a
  // missing link reads as.
  size_t PlaceOf(Row row) const { return std::min(static_cast<size_t>(row), known_.size() - 1); }

  // The links of a chunk looked up where they lie.
  void EvalChunk(const ChunkedColumn& links, const Rows& rows, const ChunkBits& wanted,
                 Vector& out) {
    out.Reset(kind(), rows.n);
    const Chunk* chunk = links.chunk(ChunkOf(rows.first));
    const ChunkBits linked = chunk == nullptr ? ChunkBits{} : ChunkBits(chunk->present);
    ChunkBits alone{};
    EachWord(alone, [&](size_t w) { return wanted[w] & ~linked[w]; });
    EachBit(alone, [&](size_t i) { Tell(known_.back(), i, out); });
    if (chunk == nullptr) return;
    ChunkBits asked{};
    EachWord(asked, [&](size_t w) { return wanted[w] & linked[w]; });
    targets_.resize(std::max(kRowsPerChunk, chunk->size));
    if (!odd_ && 2 * CountBits(asked) > rows.n) {
      // Most rows: all of them, the others for nothing.
      chunk->ints.Decode(targets_.data());
      alignas(64) std::array<uint8_t, kRowsPerChunk> flags{};
      for (size_t i = 0; i < chunk->ints.size(); ++i) flags[i] = known_[PlaceOf(targets_[i])];
      ChunkBits holds{};
      PackFlags(flags.data(), holds);
      EachWord(out.has, [&](size_t w) { return out.has[w] | asked[w]; });
      EachWord(out.truth, [&](size_t w) { return out.truth[w] | (holds[w] & asked[w]); });
      return;
    }
    slots_.clear();
    ListBits(asked, slots_);
    Gather(chunk->ints, slots_, targets_.data());
    if (odd_) {
      for (size_t k = 0; k < slots_.size(); ++k) {
        Tell(known_[PlaceOf(targets_[k])], slots_[k], out);
      }
      return;
    }
    EachWord(out.has, [&](size_t w) { return out.has[w] | asked[w]; });
    for (size_t k = 0; k < slots_.size(); ++k) {
      const uint64_t holds = known_[PlaceOf(targets_[k])];
      out.truth[slots_[k] / 64] |= holds << (slots_[k] % 64);
    }
  }

  // Every row of the table, and last the empty record.
  void Learn() {
    known_.resize(static_cast<size_t>(table_.limit) + 1);
    Vector value;
    const auto ask = [&](const Rows& rows, const ChunkBits& wanted) {
      condition_->Eval(rows, wanted, value);
      Settle(wanted, value);
    };
    const auto said = [&](size_t i) -> uint8_t {
      if (TestBit(value.undecided, i)) return kUndecided;
      if (TestBit(value.error, i)) return kError;
      if (!TestBit(value.has, i)) return kNull;
      return TestBit(value.truth, i) ? kTrue : kFalse;
    };
    const Row none = kNoRow;
    ask({0, 1, &none}, FirstBits(1));
    std::fill(known_.begin(), known_.end(), said(0));
    odd_ = known_.back() > kTrue;
    for (Row first = 0; first < table_.limit; first += kChunkRows) {
      const size_t n = static_cast<size_t>(std::min<Row>(kChunkRows, table_.limit - first));
      const ChunkBits* exists = table_.exists[ChunkOf(first)];
      if (exists == nullptr) continue;
      ask({first, n, nullptr}, *exists);
      EachBit(*exists, [&](size_t i) {
        const uint8_t known = said(i);
        known_[static_cast<size_t>(first) + i] = known;
        odd_ = odd_ || known > kTrue;
      });
    }
  }

  const RowSourcePtr rows_;
  const RecordTable& table_;
  const OperatorPtr condition_;
  bool few_ = false;
  std::vector<uint8_t> known_;
  bool odd_ = false;  // something is known that is neither true nor false
  std::vector<uint32_t> slots_;
  std::vector<int64_t> targets_;
};

}  // namespace

Rows Through(const RowSourcePtr& source, const Rows& rows, const ChunkBits& wanted,
             std::vector<Row>& list) {
  if (source == nullptr) return rows;
  list.assign(rows.n, kNoRow);
  source->Eval(rows, wanted, list);
  return {0, rows.n, list.data()};
}

RowSourcePtr MakeFollow(RowSourcePtr from, const Graph& graph, const ChunkedColumn& links) {
  return std::make_shared<Follow>(std::move(from), graph, links);
}

OperatorPtr MakeConstant(Value value) { return std::make_unique<Constant>(std::move(value)); }
OperatorPtr MakeErrorConstant(Kind kind) { return std::make_unique<Constant>(kind); }
OperatorPtr MakeField(RowSourcePtr rows, const ChunkedColumn* column, Kind kind) {
  return std::make_unique<Field>(std::move(rows), column, kind);
}
OperatorPtr MakeNumbers(RowSourcePtr rows, RowNumbers numbers) {
  return std::make_unique<Numbers>(std::move(rows), std::move(numbers));
}
OperatorPtr MakeNoRecord(RowSourcePtr rows) { return std::make_unique<NoRecord>(std::move(rows)); }
OperatorPtr MakeIsNull(OperatorPtr operand) { return std::make_unique<IsNull>(std::move(operand)); }
OperatorPtr MakeNot(OperatorPtr operand) { return std::make_unique<Not>(std::move(operand)); }
OperatorPtr MakeLogic(bool all, std::vector<OperatorPtr> operands) {
  return std::make_unique<Logic>(all, std::move(operands));
}
OperatorPtr MakeConditional(OperatorPtr condition, OperatorPtr yes, OperatorPtr no) {
  return std::make_unique<Conditional>(std::move(condition), std::move(yes), std::move(no));
}
OperatorPtr MakeCall(Kind kind, std::vector<OperatorPtr> operands, ValueFunction call) {
  return std::make_unique<Call>(kind, std::move(operands), std::move(call));
}
OperatorPtr MakeLookup(RowSourcePtr rows, const RecordTable& table, OperatorPtr condition) {
  return std::make_unique<Lookup>(std::move(rows), table, std::move(condition));
}

const std::vector<OperatorPtr>* Conjuncts(const Operator& op) {
  const auto* logic = dynamic_cast<const Logic*>(&op);
  return logic != nullptr && logic->all() ? &logic->operands() : nullptr;
}

const Value* ConstantOf(const Operator& op) {
  const auto* constant = dynamic_cast<const Constant*>(&op);
  return constant == nullptr ? nullptr : constant->value();
}

const ChunkedColumn* OwnColumn(const Operator& op) {
  const auto* field = dynamic_cast<const Field*>(&op);
  return field == nullptr ? nullptr : field->own_column();
}

}  // namespace relata::internal

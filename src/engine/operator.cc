// SPDX-License-Identifier: Apache-2.0
//
// The leaves: constants, fields of the rows asked and of the records they lead to, scores.

#include "engine/operator.h"

#include <algorithm>
#include <cmath>

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

const Value* ConstantOf(const Operator& op) {
  const auto* constant = dynamic_cast<const Constant*>(&op);
  return constant == nullptr ? nullptr : constant->value();
}

const ChunkedColumn* OwnColumn(const Operator& op) {
  const auto* field = dynamic_cast<const Field*>(&op);
  return field == nullptr ? nullptr : field->own_column();
}

}  // namespace relata::internal

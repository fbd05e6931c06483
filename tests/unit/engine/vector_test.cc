// SPDX-License-Identifier: Apache-2.0

#include "engine/vector.h"

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

#include "engine/operator.h"
#include "gtest/gtest.h"
#include "support/support.h"

namespace relata::internal {
namespace {

// Packed forms of every width, among them a constant and a progression.
std::vector<PackedInts> Forms(std::mt19937_64& random, std::vector<std::vector<int64_t>>& values) {
  std::vector<PackedInts> forms;
  const int64_t widest[] = {0, 1, 5, 200, 60'000, 4'000'000'000, int64_t{1} << 60};
  for (const int64_t width : widest) {
    for (const int64_t step : {1, 7}) {
      std::vector<int64_t> list(kRowsPerChunk);
      for (int64_t& v : list) {
        v = -3 + step * static_cast<int64_t>(random() % (static_cast<uint64_t>(width / step) + 1));
      }
      values.push_back(std::move(list));
    }
  }
  values.emplace_back();
  for (size_t i = 0; i < kRowsPerChunk; ++i) values.back().push_back(static_cast<int64_t>(3 * i));
  for (const std::vector<int64_t>& list : values) {
    PackedInts& ints = forms.emplace_back();
    ints.Resize(list.size());
    for (size_t i = 0; i < list.size(); ++i) ints.Set(i, list[i]);
    ints.Pack(FirstBits(list.size()));
  }
  return forms;
}

TEST(Vector, SelectsAndGathersInEveryPackedForm) {
  std::mt19937_64 random(testing::Seed(20260107));
  std::vector<std::vector<int64_t>> values;
  const std::vector<PackedInts> forms = Forms(random, values);
  for (size_t form = 0; form < forms.size(); ++form) {
    for (const size_t many : {0, 1, 5, 40}) {
      std::vector<uint8_t> told(200);
      for (size_t k = 0; k < many; ++k) told[(random() % told.size())] = 1 + k % 2;
      ChunkBits selected{};
      SelectValues(forms[form], told, selected);
      std::vector<uint32_t> slots;
      ListBits(selected, slots);
      std::vector<int64_t> gathered(slots.size());
      Gather(forms[form], slots, gathered.data());
      size_t next = 0;
      for (size_t i = 0; i < kRowsPerChunk; ++i) {
        const int64_t v = values[form][i];
        const bool in = v >= 0 && v < 200 && told[static_cast<size_t>(v)] != 0;
        ASSERT_EQ(TestBit(selected, i), in) << "form " << form << " slot " << i;
        if (!in) continue;
        ASSERT_EQ(slots[next], i);
        ASSERT_EQ(gathered[next++], v);
      }
      ASSERT_EQ(next, slots.size());
    }
  }
}

TEST(Vector, ComparesCountsAndPackedIntegers) {
  std::mt19937_64 random(testing::Seed(20260108));
  std::vector<std::vector<int64_t>> values;
  const std::vector<PackedInts> forms = Forms(random, values);
  const Order orders[] = {Order::kLess,         Order::kLessEqual, Order::kGreater,
                          Order::kGreaterEqual, Order::kEqual,     Order::kNotEqual};
  ChunkBits bits{};
  for (size_t form = 0; form < forms.size(); ++form) {
    for (const Order order : orders) {
      const int64_t picked = values[form][(random() % kRowsPerChunk)];
      for (const int64_t v : {picked, picked + 1, int64_t{-4}, INT64_MAX, INT64_MIN}) {
        ComparePacked(forms[form], order, v, bits);
        for (size_t i = 0; i < kRowsPerChunk; ++i) {
          ASSERT_EQ(TestBit(bits, i), Holds(order, values[form][i], v)) << form << " " << v;
        }
      }
    }
  }
  std::vector<uint32_t> counts(1'000);
  for (uint32_t& count : counts) count = static_cast<uint32_t>((random() % 4));
  counts[7] = UINT32_MAX;
  for (const Order order : orders) {
    for (const int64_t v : {int64_t{-1}, int64_t{0}, int64_t{2}, int64_t{UINT32_MAX},
                            int64_t{UINT32_MAX} + 1, INT64_MIN}) {
      CompareCounts(counts.data(), counts.size(), order, v, bits);
      for (size_t i = 0; i < kRowsPerChunk; ++i) {
        const bool holds = i < counts.size() && Holds(order, int64_t{counts[i]}, v);
        ASSERT_EQ(TestBit(bits, i), holds) << "count " << i << " against " << v;
      }
    }
  }
}

TEST(Vector, ComparesIntegersSlotBySlot) {
  std::mt19937_64 random(testing::Seed(20260109));
  std::vector<int64_t> a(1'001);
  std::vector<int64_t> b(a.size());
  for (size_t i = 0; i < a.size(); ++i) {
    a[i] = static_cast<int64_t>(random() % 3) - 1;
    b[i] = static_cast<int64_t>(random() % 3) - 1;
  }
  a[5] = INT64_MIN;
  b[5] = INT64_MAX;
  ChunkBits bits{};
  for (const Order order : {Order::kLess, Order::kLessEqual, Order::kGreater, Order::kGreaterEqual,
                            Order::kEqual, Order::kNotEqual}) {
    CompareEachInt(a.data(), b.data(), a.size(), order, bits);
    for (size_t i = 0; i < kRowsPerChunk; ++i) {
      ASSERT_EQ(TestBit(bits, i), i < a.size() && Holds(order, a[i], b[i])) << i;
    }
  }
}

// An operand that is known.
class Given : public Operator {
 public:
  Given(Value::Kind kind, const std::vector<int64_t>& values)
      : Operator(kind, 1), values_(values) {}
  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    out.Reset(kind(), rows.n);
    out.has = wanted;
    std::copy(values_.begin(), values_.end(), out.ints.begin());
  }

 private:
  const std::vector<int64_t> values_;
};

// Values on both sides of every bound that a kernel has.
int64_t Awkward(std::mt19937_64& random, int most) {
  const int bit = static_cast<int>(random() % static_cast<uint64_t>(most));
  const auto near = static_cast<int64_t>(random() % 5) - 2;
  const auto v = static_cast<int64_t>((uint64_t{1} << bit) + static_cast<uint64_t>(near));
  return random() % 2 == 0 ? v : static_cast<int64_t>(-static_cast<uint64_t>(v));
}

TEST(Vector, ComputesAChunkAsItDoesOneByOne) {
  std::mt19937_64 random(testing::Seed(20260110));
  const PlanOp ops[] = {PlanOp::kAdd, PlanOp::kSubtract, PlanOp::kMultiply};
  const ChunkBits all = FirstBits(kRowsPerChunk);
  Vector out;
  for (const int most : {20, 31, 33, 64}) {
    std::vector<int64_t> a(kRowsPerChunk);
    std::vector<int64_t> b(kRowsPerChunk);
    for (int64_t& v : a) v = Awkward(random, most);
    for (int64_t& v : b) v = Awkward(random, most);
    for (const PlanOp op : ops) {
      OperatorPtr left = std::make_unique<Given>(Value::Kind::kInt, a);
      OperatorPtr right = std::make_unique<Given>(Value::Kind::kInt, b);
      const OperatorPtr sum = MakeArithmetic(op, Value::Kind::kInt, left, right);
      ASSERT_NE(sum, nullptr);
      sum->Eval({0, kRowsPerChunk, nullptr}, all, out);
      for (size_t i = 0; i < kRowsPerChunk; ++i) {
        int64_t c = 0;
        const bool overflows = op == PlanOp::kAdd        ? __builtin_add_overflow(a[i], b[i], &c)
                               : op == PlanOp::kSubtract ? __builtin_sub_overflow(a[i], b[i], &c)
                                                         : __builtin_mul_overflow(a[i], b[i], &c);
        ASSERT_EQ(TestBit(out.error, i), overflows) << a[i] << " " << b[i];
        ASSERT_EQ(out.Holds(i), !overflows) << a[i] << " " << b[i];
        if (overflows) continue;
        ASSERT_EQ(out.ints[i], c) << a[i] << " " << b[i];
      }
    }
  }
}

TEST(Vector, TakesWholePartsOfLengthsTowardsZero) {
  std::mt19937_64 random(testing::Seed(20260111));
  const ChunkBits all = FirstBits(kRowsPerChunk);
  Vector out;
  for (const int64_t unit : {int64_t{1}, int64_t{1'000}, int64_t{1'000'000}, int64_t{60'000'000},
                             int64_t{3'600'000'000}}) {
    for (const int most : {49, 51, 64}) {
      std::vector<int64_t> lengths(kRowsPerChunk);
      for (size_t i = 0; i < lengths.size(); ++i) {
        lengths[i] = Awkward(random, most);
        // Next to a whole number of units, as large as that is exact.
        const int64_t whole = lengths[i] / unit * unit;
        if (i % 2 == 0 && whole > INT64_MIN && whole < INT64_MAX) {
          lengths[i] = whole + (static_cast<int64_t>(i % 3) - 1);
        }
      }
      const OperatorPtr part =
          MakeLengthPart(std::make_unique<Given>(Value::Kind::kDuration, lengths), unit);
      part->Eval({0, kRowsPerChunk, nullptr}, all, out);
      for (size_t i = 0; i < lengths.size(); ++i) {
        ASSERT_EQ(out.ints[i], lengths[i] / unit) << lengths[i] << " over " << unit;
      }
    }
  }
}

}  // namespace
}  // namespace relata::internal

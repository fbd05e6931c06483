// SPDX-License-Identifier: Apache-2.0

#include "engine/columns.h"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "engine/distinct_texts.h"
#include "gtest/gtest.h"
#include "support/support.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

TEST(PackedInts, GiveBackWhatWasPutInWhateverTheirForm) {
  const struct {
    const char* name;
    int64_t first;
    int64_t step;       // between values
    int64_t spread;     // random steps on top
    size_t most_bytes;  // a slot
  } kCases[] = {
      {"all the same", 7, 0, 1, 0},
      {"counting up", 1'000'000, 1, 1, 0},
      {"counting down", 500, -3, 1, 0},
      {"few values", -100, 0, 200, 1},
      {"whole seconds of a day", 1'767'225'600'000'000, 0, 60'000, 2},
      {"seconds of years", 1'767'225'600'000'000, 0, 200'000'000, 4},
      {"anything", INT64_MIN, 0, 0, 8},
  };
  std::mt19937_64 random(testing::Seed(11));
  for (const auto& c : kCases) {
    const int64_t unit = c.first > 1'000'000'000 ? 1'000'000 : 1;
    PackedInts ints;
    ChunkBits present{};
    std::vector<int64_t> expected(kRowsPerChunk);
    ints.Resize(kRowsPerChunk);
    for (size_t i = 0; i < kRowsPerChunk; ++i) {
      expected[i] = c.spread == 0 ? static_cast<int64_t>(random())
                                  : c.first + c.step * static_cast<int64_t>(i) +
                                        unit * static_cast<int64_t>(random() % uint64_t(c.spread));
      ints.Set(i, expected[i]);
      SetBit(present, i);
    }
    ints.Pack(present);
    EXPECT_LE(ints.MemoryUsed(), c.most_bytes * kRowsPerChunk) << c.name;
    std::vector<int64_t> decoded(kRowsPerChunk);
    ints.Decode(decoded.data());
    EXPECT_EQ(decoded, expected) << c.name;
    // A value the packing has no code for makes room for itself and keeps the others.
    ints.Set(17, expected[17] = INT64_MAX);
    ints.Set(18, expected[18] = INT64_MIN);
    ints.Decode(decoded.data());
    EXPECT_EQ(decoded, expected) << c.name;
    EXPECT_EQ(ints.Get(17), INT64_MAX) << c.name;
  }
}

TEST(ChunkedColumn, KeepsEveryKindOfValueAndItsAbsence) {
  const Currency eur = *Currency::Parse("EUR");
  const Currency usd = *Currency::Parse("USD");
  const struct {
    Kind kind;
    Value one;
    Value other;
  } kCases[] = {
      {Kind::kBool, Value::Bool(true), Value::Bool(false)},
      {Kind::kInt, Value::Int(INT64_MIN), Value::Int(INT64_MAX)},
      {Kind::kDouble, Value::Double(-0.5), Value::Double(1e300)},
      {Kind::kText, Value::Text(""), Value::Text("été")},
      {Kind::kTimestamp, Value::Time({1}), Value::Time(Timestamp::kMax)},
      {Kind::kDuration, Value::Length(Days(3)), Value::Length({-1})},
      {Kind::kDate, Value::Day({-5}), Value::Day({20'000})},
      {Kind::kMoney, Value::Amount({100, eur}), Value::Amount({100, usd})},
      {Kind::kRecord, Value::Record({3, 9}), Value::Record({4, 9})},
      {Kind::kList, Value::List({Value::Text("a")}), Value::List({})},
  };
  for (const auto& c : kCases) {
    ChunkedColumn column(c.kind);
    const EditToken edit = NewEdit();
    // Past the first chunk, so that it is packed, and with holes.
    for (int64_t row = 0; row < kChunkRows + 10; row += 2) {
      column.Put(row, row % 3 == 0 ? c.one : c.other, edit);
    }
    column.Put(6, Value(), edit);
    column.Put(12, c.other, edit);
    EXPECT_TRUE(column.Get(0).Same(c.one)) << KindName(c.kind);
    EXPECT_TRUE(column.Get(2).Same(c.other)) << KindName(c.kind);
    EXPECT_TRUE(column.Get(1).is_null()) << KindName(c.kind);
    EXPECT_TRUE(column.Get(6).is_null()) << KindName(c.kind);
    EXPECT_TRUE(column.Get(12).Same(c.other)) << KindName(c.kind);
    EXPECT_TRUE(column.Get(kChunkRows + 2).Same(kChunkRows % 3 == 1 ? c.one : c.other))
        << KindName(c.kind);
    EXPECT_TRUE(column.Get(kChunkRows * 9).is_null()) << KindName(c.kind);
  }
}

TEST(ChunkedColumn, CodesTextThatRepeatsAndOnlyThat) {
  const EditToken edit = NewEdit();
  ChunkedColumn countries(Kind::kText);
  ChunkedColumn emails(Kind::kText);
  for (int64_t row = 0; row <= kChunkRows; ++row) {
    countries.PutText(row, row % 2 == 0 ? "FR" : "DE", edit);
    emails.PutText(row, Concat("someone", row, "@example.org"), edit);
  }
  EXPECT_TRUE(countries.chunk(0)->coded);
  EXPECT_FALSE(countries.chunk(1)->coded) << "the last chunk is not packed yet";
  EXPECT_EQ(countries.dictionary().size(), 2u);
  EXPECT_FALSE(emails.chunk(0)->coded);
  EXPECT_EQ(emails.dictionary().size(), 0u);
  countries.PutText(7, "IT", edit);
  EXPECT_EQ(countries.Text(7), "IT");
  EXPECT_EQ(countries.Text(9), "DE");
}

TEST(ChunkedColumn, LeavesTheDictionaryWhenItIsFull) {
  const EditToken edit = NewEdit();
  ChunkedColumn column(Kind::kText);
  for (int64_t row = 0; row <= kChunkRows; ++row) column.PutText(row, "same", edit);
  ASSERT_TRUE(column.chunk(0)->coded);
  for (int64_t row = 0; row < kChunkRows; ++row) {
    column.PutText(row, Concat("different ", row), edit);
  }
  column.PutText(0, "one more", edit);
  EXPECT_FALSE(column.chunk(0)->coded);
  EXPECT_EQ(column.Text(0), "one more");
  EXPECT_EQ(column.Text(kChunkRows - 1), Concat("different ", kChunkRows - 1));
}

TEST(ChunkedColumn, GivesBackTheRoomOfReplacedText) {
  const EditToken edit = NewEdit();
  ChunkedColumn column(Kind::kText);
  const std::string text(100, 'x');
  for (int round = 0; round < 1000; ++round) column.PutText(round % 10, text, edit);
  EXPECT_LT(column.MemoryUsed(), 20'000u);
  EXPECT_EQ(column.Text(3), text);
}

TEST(ChunkedColumn, AnEditUnderAnotherTokenLeavesTheCopyAlone) {
  ChunkedColumn column(Kind::kInt);
  const EditToken first = NewEdit();
  for (int64_t row = 0; row < 4 * kChunkRows; ++row) column.PutInt(row, row % 100, 0, first);
  const ChunkedColumn before = column;
  const EditToken second = NewEdit();
  column.PutInt(5, -1, 0, second);
  column.PutNull(kChunkRows, second);
  column.PutInt(4 * kChunkRows, 1, 0, second);
  EXPECT_EQ(before.Int(5), 5);
  EXPECT_TRUE(before.Has(kChunkRows));
  EXPECT_FALSE(before.Has(4 * kChunkRows));
  EXPECT_EQ(column.Int(5), -1);
  EXPECT_FALSE(column.Has(kChunkRows));
  EXPECT_EQ(column.chunk(2), before.chunk(2)) << "untouched is shared";
}

TEST(DistinctTexts, NumberTextsInTheOrderTheyFirstCome) {
  // Of every length, differing in any one byte, and longer ones that begin and end the same.
  std::vector<std::string> different = {""};
  for (size_t length = 1; length <= 24; ++length) {
    const std::string plain(length, 'a');
    different.push_back(plain);
    for (size_t at = 0; at < length; ++at) {
      different.push_back(plain);
      different.back()[at] = 'b';
    }
    different.push_back(std::string(length, '\0'));
  }
  ASSERT_LE(different.size(), DistinctTexts::kMost);
  DistinctTexts texts;
  for (int turn = 0; turn < 2; ++turn) {
    for (size_t i = 0; i < different.size(); ++i) ASSERT_EQ(texts.Add(different[i]), i);
  }
  for (size_t i = different.size(); i < DistinctTexts::kMost; ++i) {
    different.push_back("more " + std::to_string(i));
  }
  for (size_t i = 0; i < different.size(); ++i) ASSERT_EQ(texts.Add(different[i]), i);
  EXPECT_EQ(texts.Add("one too many"), DistinctTexts::kMost);
  EXPECT_EQ(texts.Add(different.back()), DistinctTexts::kMost - 1);
}

}  // namespace
}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0

#include "codec/pack.h"

#include <gtest/gtest.h>

#include <limits>

namespace relata::internal {
namespace {

FieldValues EveryKind() {
  return {
      {0, Value()},
      {1, Value::Bool(true)},
      {2, Value::Int(std::numeric_limits<int64_t>::min())},
      {3, Value::Double(-0.1)},
      {4, Value::Text(std::string("a\0é", 4))},
      {5, Value::Time(Timestamp::kMin)},
      {6, Value::Length({-1})},
      {7, Value::Day({-719'162})},
      {8, Value::Amount({-5, *Currency::Parse("EUR")})},
      {300, Value::Record({7, 1'000'000'000'000})},
      {65'534, Value::List({Value::Text("x"), Value::List({Value::Int(1)})})},
  };
}

ConsentEntry Entry() {
  ConsentEntry e;
  e.seq = 12;
  e.event = ConsentEvent::kGrant;
  e.at = {1};
  e.recorded_at = {2};
  e.person = PartyId::Of({3, 4});
  e.point = PartyId::Of({5, 6});
  e.scope = {Bit(Channel::kEmail), Bit(Purpose::kOffers), {"fairs"}, {"self", "brand"}};
  e.expires_at = {9};
  e.evidence.source = ConsentSource::kWeb;
  e.evidence.doi = DoubleOptIn::kEmail;
  e.evidence.parental = true;
  e.evidence.iss = false;
  e.evidence.text = "sha256:00";
  e.evidence.reference = "form 7";
  return e;
}

TEST(Pack, FieldsOfEveryKindComeBack) {
  const FieldValues values = EveryKind();
  const auto back = UnpackFields(PackFields(values));
  ASSERT_TRUE(back.ok());
  ASSERT_EQ(back->size(), values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ((*back)[i].first, values[i].first);
    EXPECT_TRUE((*back)[i].second.Same(values[i].second)) << i;
  }
}

TEST(Pack, AnEntryComesBackWhole) {
  const auto back = UnpackEntry(12, PackEntry(Entry()));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, Entry());
}

TEST(Pack, EveryTruncationIsNoticedOrShorter) {
  const std::string entry = PackEntry(Entry());
  for (size_t n = 0; n < entry.size(); ++n) {
    EXPECT_FALSE(UnpackEntry(12, std::string_view(entry).substr(0, n)).ok()) << n;
  }
  const std::string fields = PackFields(EveryKind());
  for (size_t n = 0; n < fields.size(); ++n) {
    const auto back = UnpackFields(std::string_view(fields).substr(0, n));
    EXPECT_TRUE(!back.ok() || back->size() < EveryKind().size()) << n;
  }
}

TEST(Pack, TrailingBytesAreDamage) { EXPECT_FALSE(UnpackEntry(1, PackEntry(Entry()) + "x").ok()); }

}  // namespace
}  // namespace relata::internal

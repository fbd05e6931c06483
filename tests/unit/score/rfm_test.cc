// SPDX-License-Identifier: Apache-2.0

#include "relata/score/rfm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>

#include "support/support.h"
#include "unit/score/online_retail.h"

namespace relata {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

RfmDefinition Cut(RfmMethod method, int bins = 5) {
  RfmDefinition how = StandardRfm();
  how.method = method;
  how.bins = bins;
  return how;
}

std::vector<Purchases> Customers(const std::vector<int64_t>& counts) {
  std::vector<Purchases> purchases;
  for (const int64_t n : counts) {
    const auto row = static_cast<Row>(purchases.size());
    purchases.push_back({row, Timestamp{} + Days(row), n, 10'000 * n});
  }
  return purchases;
}

std::vector<int> Frequencies(const std::vector<RfmScore>& scores) {
  std::vector<int> out;
  for (const RfmScore& s : scores) out.push_back(s.frequency);
  return out;
}

TEST(Rfm, NtileGivesTheLowestGroupsOneMore) {
  std::vector<Purchases> purchases = Customers({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  purchases.push_back({99, {5}, 0, 0});  // never bought
  const std::vector<RfmScore> scores = ScoreRfm(purchases, StandardRfm(), Timestamp{} + Days(20));
  ASSERT_THAT(scores, SizeIs(12));
  EXPECT_THAT(Frequencies(scores), ElementsAre(1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 5));
  EXPECT_EQ(scores[0].recency, 1);
  EXPECT_EQ(scores[11].recency, 5);
}

TEST(Rfm, TiesAreTreatedAsTheMethodSays) {
  const std::vector<Purchases> purchases = Customers({1, 1, 1, 1, 1, 1, 2, 2, 3, 9});
  const Timestamp now = Timestamp{} + Days(20);
  const auto cut = [&](RfmMethod method) { return ScoreRfm(purchases, Cut(method), now); };
  EXPECT_THAT(Frequencies(cut(RfmMethod::kNtile)), ElementsAre(1, 1, 2, 2, 3, 3, 4, 4, 5, 5));
  EXPECT_THAT(Frequencies(cut(RfmMethod::kRanks)), ElementsAre(1, 1, 1, 1, 1, 1, 4, 4, 5, 5));
  EXPECT_THAT(Frequencies(cut(RfmMethod::kQuantiles)), ElementsAre(1, 1, 1, 1, 1, 1, 4, 4, 5, 5));
  RfmDefinition fixed = Cut(RfmMethod::kThresholds, 3);
  fixed.recency_days = {12, 15};
  fixed.frequency = {1, 2};
  fixed.monetary = {1, 8.5};
  const std::vector<RfmScore> scores = ScoreRfm(purchases, fixed, now);
  EXPECT_THAT(Frequencies(scores), ElementsAre(1, 1, 1, 1, 1, 1, 2, 2, 3, 3));
  EXPECT_EQ(scores[9].monetary, 3);
  EXPECT_EQ(scores[8].recency, 3);  // 12 days: a bound is in the better bin
  EXPECT_EQ(scores[5].recency, 2);
  EXPECT_EQ(scores[4].recency, 1);
}

TEST(Rfm, SmallPopulationsHaveAScore) {
  const Timestamp now = Timestamp{} + Days(20);
  for (const RfmMethod method : {RfmMethod::kNtile, RfmMethod::kRanks, RfmMethod::kQuantiles}) {
    EXPECT_THAT(ScoreRfm(Customers({}), Cut(method), now), SizeIs(0));
    const std::vector<RfmScore> one = ScoreRfm(Customers({3}), Cut(method), now);
    ASSERT_THAT(one, SizeIs(1));
    EXPECT_GE(one[0].recency, 1);
    EXPECT_LE(one[0].recency, 5);
  }
  EXPECT_EQ(ScoreRfm(Customers({3}), Cut(RfmMethod::kRanks), now)[0].frequency, 3);
  EXPECT_THAT(Frequencies(ScoreRfm(Customers({1, 2}), StandardRfm(), now)), ElementsAre(1, 2));
}

TEST(Rfm, EveryCombinationHasOneStandardCell) {
  std::map<std::string, int> sizes;
  for (int8_t r = 1; r <= 5; ++r) {
    for (int8_t f = 1; f <= 5; ++f) {
      for (int8_t m = 1; m <= 5; ++m) {
        const std::string_view cell = RfmCell(StandardRfm(), {0, r, f, m});
        EXPECT_FALSE(cell.empty()) << int{r} << int{f} << int{m};
        ++sizes[std::string(cell)];
      }
    }
  }
  EXPECT_THAT(sizes, SizeIs(11));
  size_t patterns = 0;
  for (const RfmCellRule& cell : StandardRfm().cells) patterns += cell.patterns.size();
  EXPECT_EQ(patterns, 125U);
  EXPECT_EQ(RfmCell(StandardRfm(), {0, 5, 5, 5}), "champions");
  EXPECT_EQ(RfmCell(StandardRfm(), {0, 1, 1, 1}), "lost");
}

TEST(Rfm, ADefinitionIsReadOrSaysWhatIsWrong) {
  const auto how = ParseRfm("mine", R"({"method": "thresholds", "recency_days": [30, 90],
    "frequency": [1, 4], "monetary": [100, 500],
    "cells": [{"name": "stars", "cells": ["33*"]}, {"name": "others", "cells": ["***"]}]})");
  ASSERT_TRUE(how.ok()) << how.status();
  EXPECT_EQ(how->bins, 3);
  EXPECT_EQ(RfmCell(*how, {0, 3, 3, 1}), "stars");
  EXPECT_EQ(RfmCell(*how, {0, 3, 2, 1}), "others");
  const std::pair<const char*, const char*> cases[] = {
      {R"({"method": "deciles"})", "method is"},
      {R"({"bins": 12})", "2 to 9"},
      {R"({"method": "thresholds", "recency_days": [30]})", "same number"},
      {R"({"method": "thresholds", "recency_days": [30, 9], "frequency": [1, 2], "monetary": [1, 2]})",
       "ascends"},
      {R"({"frequency": [1]})", "thresholds"},
      {R"({"cells": [{"name": "x", "cells": ["5"]}]})", "pattern"},
      {R"({"type": "lead"})", "account or contact"}};
  for (const auto& [body, says] : cases) {
    const absl::Status status = ParseRfm("mine", body).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << body;
    EXPECT_THAT(std::string(status.message()), HasSubstr(says)) << body;
  }
}

struct Invoice {
  std::string customer;
  Timestamp at;
  int64_t amount = 0;
};

// The invoices of the first year that name a customer, without cancellations, by number.
std::map<std::string, Invoice> OnlineRetail() {
  std::map<std::string, Invoice> invoices;
  testing::EachRetailLine([&](const testing::RetailLine& line) {
    const int64_t price = std::llround(std::atof(line.price.c_str()) * 10'000);
    if (line.customer.empty() || price <= 0) return;
    Invoice& invoice = invoices[line.invoice];
    invoice.customer = line.customer;
    invoice.at = std::max(invoice.at, line.at);
    invoice.amount += line.quantity * price;
  });
  return invoices;
}

// The expected figures are those of pandas 2: rank(method="min") and cut, or qcut, on the days
// since the last purchase, the number of invoices and their sum, one day after the last invoice.
TEST(Rfm, AgreesWithPandasOnOnlineRetail) {
  RELATA_REQUIRE_SHARED(testing::kOnlineRetail);
  std::map<std::string, Purchases> customers;
  Timestamp last;
  const std::map<std::string, Invoice> invoices = OnlineRetail();
  for (const auto& [number, invoice] : invoices) {
    Purchases& p = customers[invoice.customer];
    p.customer = std::atoll(invoice.customer.c_str());
    p.last = std::max(p.last, invoice.at);
    ++p.count;
    p.amount += invoice.amount;
    last = std::max(last, invoice.at);
  }
  EXPECT_EQ(invoices.size(), 19'213U);
  ASSERT_EQ(customers.size(), 4'312U);
  std::vector<Purchases> purchases;
  for (const auto& [id, p] : customers) purchases.push_back(p);
  RfmDefinition how = Cut(RfmMethod::kRanks);
  how.whole_days = true;
  const auto counts = [](const std::vector<RfmScore>& scores, int8_t RfmScore::*which) {
    std::array<int, 5> n{};
    for (const RfmScore& s : scores) ++n[static_cast<size_t>(s.*which - 1)];
    return n;
  };
  const std::vector<RfmScore> ranks = ScoreRfm(purchases, how, last + Days(1));
  EXPECT_THAT(counts(ranks, &RfmScore::recency), ElementsAre(864, 864, 825, 853, 906));
  EXPECT_THAT(counts(ranks, &RfmScore::frequency), ElementsAre(1419, 810, 525, 808, 750));
  EXPECT_THAT(counts(ranks, &RfmScore::monetary), ElementsAre(863, 862, 862, 862, 863));
  int64_t signature = 0;  // of every single customer
  for (const RfmScore& s : ranks) {
    signature += (s.recency * 100 + s.frequency * 10 + s.monetary) * (s.customer % 997);
  }
  EXPECT_EQ(signature, 708'114'173);
  how.method = RfmMethod::kQuantiles;
  const std::vector<RfmScore> quantiles = ScoreRfm(purchases, how, last + Days(1));
  int64_t recency = 0;
  int64_t monetary = 0;
  for (const RfmScore& s : quantiles) {
    recency += s.recency * (s.customer % 997);
    monetary += s.monetary * (s.customer % 997);
  }
  EXPECT_EQ(recency, 6'459'764);
  EXPECT_EQ(monetary, 6'411'733);
}

}  // namespace
}  // namespace relata

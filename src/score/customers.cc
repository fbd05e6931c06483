// SPDX-License-Identifier: Apache-2.0

#include "relata/score/customers.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "base/large_pages.h"
#include "engine/engine.h"
#include "engine/lanes.h"
#include "score/ntile_cut.h"
#include "score/order_scan.h"

namespace relata {
namespace {

using internal::AskedOrders;
using internal::IsReturn;
using internal::OrderLine;
using internal::OrderScan;
using internal::OrdersOf;

Currency MostUsed(OrderScan& orders) {
  std::map<Currency, int64_t> counts;
  Currency last;
  int64_t run = 0;
  orders.Each([&](const OrderLine& o) {
    if (o.net.currency != last) {
      if (!last.none()) counts[last] += run;
      last = o.net.currency;
      run = 0;
    }
    ++run;
  });
  if (!last.none()) counts[last] += run;
  Currency best;
  int64_t most = 0;
  for (const auto& [currency, count] : counts) {
    if (count > most) {
      best = currency;
      most = count;
    }
  }
  return best;
}

const int64_t* Decode(const internal::Chunk& chunk, std::vector<int64_t>& into) {
  into.resize(internal::kRowsPerChunk);
  chunk.ints.Decode(into.data());
  return into.data();
}

void ReadSummaries(OrderScan& orders, const internal::PurchaseColumns& columns,
                   std::vector<Purchases>& customers) {
  size_t buyers = 0;
  const size_t chunks = columns.count().chunk_count();
  for (size_t c = 0; c < chunks; ++c) {
    const internal::Chunk* chunk = columns.count().chunk(c);
    if (chunk != nullptr) buyers += internal::CountBits(chunk->present);
  }
  internal::ReserveLarge(customers, buyers);
  std::vector<int64_t> buffers[3];
  for (size_t c = 0; c < chunks; ++c) {
    const internal::ChunkBits here = orders.CustomersOf(columns, c);
    if (!internal::AnyBit(here)) continue;
    const int64_t* count = Decode(*columns.count().chunk(c), buffers[0]);
    const int64_t* last = Decode(*columns.last().chunk(c), buffers[1]);
    const int64_t* amount = Decode(*columns.amount().chunk(c), buffers[2]);
    const Row first = static_cast<Row>(c) * kChunkRows;
    internal::EachBit(here, [&](size_t i) {
      customers.push_back({first + static_cast<Row>(i), {last[i]}, count[i], amount[i]});
    });
  }
}

std::vector<int> Digits(std::span<const std::string> patterns, size_t at) {
  std::vector<int> digits;
  for (const std::string& pattern : patterns) {
    if (pattern[at] != '*') digits.push_back(pattern[at] - '0');
  }
  return digits;
}

// Where the groups of recency, frequency and money begin, one of them a part of the work.
class Cuts {
 public:
  Cuts(const internal::PurchaseColumns& columns, std::span<const internal::ChunkBits> customers,
       int bins, std::span<const std::string> patterns, const Crm& crm)
      : customers_(customers) {
    const internal::ChunkedColumn* const measures[] = {&columns.last(), &columns.count(),
                                                       &columns.amount()};
    // A row takes about what ten comparisons of a column take.
    const auto work = static_cast<int64_t>(10 * std::size(measures) * customers.size()) *
                      static_cast<int64_t>(internal::kRowsPerChunk);
    const std::shared_ptr<internal::Helpers> helpers = crm.engine().helpers();
    const bool alone = helpers == nullptr || work < crm.engine().least_work();
    internal::Lanes lanes;
    lanes.SetCount(alone ? 1 : helpers->count() + 1);
    internal::SharedLoop loop(lanes, work, std::size(measures), [&](size_t, size_t which) {
      cuts_[which].emplace(*measures[which], customers, bins, Digits(patterns, which));
    });
    if (!alone) lanes.Start(*helpers, [](size_t) { return true; });
    loop.Complete(0);
    lanes.Close();
  }

  void Fitting(size_t chunk, std::string_view pattern, internal::ChunkBits& into) const {
    internal::ChunkBits fits = customers_[chunk];
    for (size_t i = 0; i < cuts_.size(); ++i) {
      if (pattern[i] == '*') continue;
      const internal::ChunkBits in = cuts_[i]->In(chunk, pattern[i] - '0');
      internal::EachWord(fits, [&](size_t w) { return fits[w] & in[w]; });
    }
    internal::EachWord(into, [&](size_t w) { return into[w] | fits[w]; });
  }

 private:
  const std::span<const internal::ChunkBits> customers_;
  std::array<std::optional<internal::NtileCut>, 3> cuts_;
};

std::vector<Row> ScoredRows(const Crm& crm, OrderScan& orders,
                            const internal::PurchaseColumns& columns, int bins,
                            std::span<const std::string> patterns) {
  std::vector<internal::ChunkBits> customers(columns.count().chunk_count());
  for (size_t c = 0; c < customers.size(); ++c) customers[c] = orders.CustomersOf(columns, c);
  const Cuts cuts(columns, customers, bins, patterns, crm);
  std::vector<Row> rows;
  for (size_t c = 0; c < customers.size(); ++c) {
    if (!internal::AnyBit(customers[c])) continue;
    internal::ChunkBits fitting{};
    for (const std::string& pattern : patterns) cuts.Fitting(c, pattern, fitting);
    internal::EachBit(fitting, [&](size_t i) {
      rows.push_back(static_cast<Row>(c * internal::kRowsPerChunk + i));
    });
  }
  return rows;
}

// From what every customer bought.
absl::StatusOr<std::vector<Row>> ScoredFromPurchases(const Crm& crm, RfmDefinition how,
                                                     std::span<const std::string> patterns,
                                                     Currency currency,
                                                     const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(const CustomerPurchases purchases,
                          PurchasesOf(crm, how.type, currency, options));
  how.cells = {{"asked", {patterns.begin(), patterns.end()}}};
  std::vector<Row> rows;
  for (const RfmScore& score : ScoreRfm(purchases.customers, how, options.now)) {
    if (!RfmCell(how, score).empty()) rows.push_back(score.customer);
  }
  return rows;
}

bool IsPattern(std::string_view pattern) {
  return pattern.size() == 3 && std::all_of(pattern.begin(), pattern.end(), [](char c) {
           return c == '*' || (c >= '1' && c <= '9');
         });
}

}  // namespace

absl::StatusOr<std::vector<Row>> CustomersScored(const Crm& crm, const RfmDefinition& how,
                                                 std::span<const std::string> patterns,
                                                 Currency currency, const QueryOptions& options) {
  if (!std::all_of(patterns.begin(), patterns.end(), IsPattern)) {
    return InvalidArgument("a pattern of scores is three digits or *");
  }
  const bool equal_parts = how.method == RfmMethod::kNtile && !how.whole_days;
  if (equal_parts) {
    RELATA_ASSIGN_OR_RETURN(AskedOrders orders, OrdersOf(crm, how.type, options));
    const Currency asked = currency.none() ? MostUsed(orders.scan) : currency;
    if (const auto columns = orders.scan.Summaries(asked)) {
      return ScoredRows(crm, orders.scan, *columns, how.bins, patterns);
    }
  }
  return ScoredFromPurchases(crm, how, patterns, currency, options);
}

absl::StatusOr<CustomerPurchases> PurchasesOf(const Crm& crm, std::string_view type,
                                              Currency currency, const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(AskedOrders orders, OrdersOf(crm, type, options));
  CustomerPurchases result;
  result.type = crm.schema()->Find(type)->id;
  result.currency = currency.none() ? MostUsed(orders.scan) : currency;
  if (const auto columns = orders.scan.Summaries(result.currency)) {
    ReadSummaries(orders.scan, *columns, result.customers);
    result.objecting = orders.scan.objecting();
    return result;
  }
  // By row. Two words, so that an order meets one line of the cache.
  struct Sum {
    int64_t amount = 0;
    int64_t last = INT64_MIN;
  };
  internal::LargeVector<Sum> sums(static_cast<size_t>(orders.scan.customers()));
  internal::LargeVector<uint32_t> counts(sums.size());
  bool overflow = false;
  const uint32_t currency_asked = result.currency.packed();
  orders.scan.Each(
      [&](const OrderLine& o) {
        if (!o.net.currency.none() && o.net.currency.packed() != currency_asked) {
          ++result.other_currency;
          return;
        }
        Sum& s = sums[static_cast<size_t>(o.customer)];
        if (!IsReturn(o)) {
          s.last = std::max(s.last, o.at.micros);
          ++counts[static_cast<size_t>(o.customer)];
        }
        overflow |= __builtin_add_overflow(s.amount, o.net.units, &s.amount);
      },
      [&](Row customer) { __builtin_prefetch(sums.data() + customer, 1); });
  result.objecting = orders.scan.objecting();
  if (overflow) return InvalidArgument("the sum of a customer's orders is out of range");
  size_t buyers = 0;
  for (const uint32_t count : counts) buyers += count > 0 ? 1 : 0;
  result.customers.reserve(buyers);
  for (size_t row = 0; row < sums.size(); ++row) {
    if (counts[row] == 0) continue;
    result.customers.push_back(
        {static_cast<Row>(row), {sums[row].last}, counts[row], sums[row].amount});
  }
  return result;
}

absl::StatusOr<std::vector<Cadence>> LateCustomers(const Crm& crm, std::string_view type,
                                                   double factor, const QueryOptions& options) {
  if (!(factor > 0)) return InvalidArgument("the factor on the usual interval is more than 0");
  RELATA_ASSIGN_OR_RETURN(AskedOrders orders, OrdersOf(crm, type, options));
  std::map<Row, std::vector<Timestamp>> instants;
  orders.scan.Each([&](const OrderLine& o) {
    if (!IsReturn(o)) instants[o.customer].push_back(o.at);
  });
  std::vector<Cadence> late;
  for (const auto& [customer, at] : instants) {
    std::optional<Cadence> cadence = CadenceOf(at, options.now);
    if (!cadence || !cadence->LaterThan(factor)) continue;
    cadence->customer = customer;
    late.push_back(*cadence);
  }
  std::sort(late.begin(), late.end(), [](const Cadence& a, const Cadence& b) {
    const auto ratio = [](const Cadence& c) {
      return static_cast<double>(c.since.micros) / static_cast<double>(c.usual.micros);
    };
    return std::pair(-ratio(a), a.customer) < std::pair(-ratio(b), b.customer);
  });
  return late;
}

}  // namespace relata

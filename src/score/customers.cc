// SPDX-License-Identifier: Apache-2.0

#include "relata/score/customers.h"

#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <utility>

#include "base/large_pages.h"
#include "base/strings.h"
#include "engine/conditions.h"
#include "engine/graph.h"
#include "engine/vector.h"
#include "segment/profiling.h"

namespace relata {
namespace {

using internal::Concat;

constexpr std::string_view kCancelled = "cancelled";

struct OrderFields {
  TypeId type = kNoType;
  FieldId customer = kNoField;
  FieldId at = kNoField;
  FieldId net = kNoField;
  FieldId status = kNoField;
};

absl::StatusOr<OrderFields> FieldsFor(const Crm& crm, std::string_view customer,
                                      const QueryOptions& options) {
  if (customer != "account" && customer != "contact") {
    return InvalidArgument("customers are of type account or contact");
  }
  const std::shared_ptr<const Schema> schema = crm.schema();
  const TypeDef& order = *schema->Find("order");
  const OrderFields fields{order.id, order.FindField(customer)->id, order.FindField("at")->id,
                           order.FindField("net")->id, order.FindField("status")->id};
  RELATA_ASSIGN_OR_RETURN(const Permissions permissions,
                          internal::PermissionsOf(crm, options.reader));
  for (const FieldId field : {fields.customer, fields.at, fields.net, fields.status}) {
    if (!permissions.MayRead(order.id, field)) {
      return PermissionDenied(Concat("the role may not read order.", order.field(field)->name));
    }
  }
  return fields;
}

struct OrderLine {
  Row customer;
  Timestamp at;
  Money net;
};

bool IsReturn(const OrderLine& order) { return order.net.units < 0; }

// One bit a customer.
class CustomerBits {
 public:
  explicit CustomerBits(Row limit) : words_(static_cast<size_t>(limit) / 64 + 1) {}
  void Set(Row row) { words_[static_cast<size_t>(row) / 64] |= uint64_t{1} << (row % 64); }
  void Clear(Row row) { words_[static_cast<size_t>(row) / 64] &= ~(uint64_t{1} << (row % 64)); }
  // False for a row that is none.
  bool Test(Row row) const {
    const auto at = static_cast<size_t>(row) / 64;
    return at < words_.size() && (words_[at] >> (row % 64) & 1) != 0;
  }
  uint64_t& word(size_t i) { return words_[i]; }
  size_t size() const { return words_.size(); }

 private:
  std::vector<uint64_t> words_;
};

// The orders that count, straight from their columns.
class OrderScan {
 public:
  OrderScan(const internal::Graph& graph, const OrderFields& fields, TypeId customers,
            Timestamp now, const std::set<Row>& objectors)
      : graph_(graph),
        orders_(*graph.Records(fields.type)),
        type_(customers),
        limit_(graph.Records(customers)->limit),
        now_(now),
        counted_(limit_),
        objectors_(limit_),
        merged_(graph.HasAliases()),
        customer_(*orders_.Column(fields.customer)),
        at_(*orders_.Column(fields.at)),
        net_(*orders_.Column(fields.net)),
        status_(*orders_.Column(fields.status)) {
    const internal::Directory<internal::ChunkBits>& exists = graph.Records(customers)->exists;
    for (size_t w = 0; w < counted_.size(); ++w) {
      const internal::ChunkBits* chunk = exists[w / internal::kWordsPerChunk];
      if (chunk != nullptr) counted_.word(w) = (*chunk)[w % internal::kWordsPerChunk];
    }
    for (const Row row : objectors) {
      if (!counted_.Test(row)) continue;
      counted_.Clear(row);
      objectors_.Set(row);
    }
  }

  Row customers() const { return limit_; }
  // Customers with orders that were left out because they object to profiling, once asked for each.
  int64_t objecting() const { return std::ssize(objecting_); }

  // Calls visit(order) for each, in row order, and ahead(row) some orders before with what is
  // likely to be its customer, or no row at all.
  template <class Visit, class Ahead>
  void Each(const Visit& visit, const Ahead& ahead) {
    for (size_t c = 0; c < customer_.chunk_count(); ++c) EachOfChunk(c, visit, ahead);
  }
  template <class Visit>
  void Each(const Visit& visit) {
    Each(visit, [](Row) {});
  }

  // The purchases of all customers from the summaries of the orders. False when these do not tell:
  // an order that is cancelled, to come or a return, amounts that are missing, too large or of
  // another currency.
  bool FromSummaries(Currency currency, std::vector<Purchases>& customers) {
    if (merged_ || !AllCount()) return false;
    const auto counts = orders_.SummaryOf(customer_, nullptr, true);
    const auto instants = orders_.SummaryOf(customer_, &at_, true);
    const auto amounts = orders_.SummaryOf(customer_, &net_, true);
    const bool told = instants->whole && amounts->whole && amounts->sums &&
                      (amounts->currency == 0 || amounts->currency == currency.packed());
    if (!told) return false;
    size_t buyers = 0;
    const size_t chunks = counts->count.chunk_count();
    for (size_t c = 0; c < chunks; ++c) {
      const internal::Chunk* chunk = counts->count.chunk(c);
      if (chunk != nullptr) buyers += internal::CountBits(chunk->present);
    }
    internal::ReserveLarge(customers, buyers);
    std::vector<int64_t> buffers[3];
    for (size_t c = 0; c < chunks; ++c) {
      const internal::Chunk* count = counts->count.chunk(c);
      if (count == nullptr) continue;
      const int64_t* count_here = Decode(count, buffers[0]);
      const int64_t* last_here = Decode(instants->greatest.chunk(c), buffers[1]);
      const int64_t* amount_here = Decode(amounts->sum.chunk(c), buffers[2]);
      const Row first = static_cast<Row>(c) * kChunkRows;
      for (size_t w = 0; w < internal::kWordsPerChunk; ++w) {
        const size_t at = c * internal::kWordsPerChunk + w;
        if (at >= counted_.size()) break;
        const uint64_t all = count->present[w];
        for (uint64_t word = all & objectors_.word(at); word != 0; word &= word - 1) {
          objecting_.insert(first + static_cast<Row>(w * 64) + std::countr_zero(word));
        }
        for (uint64_t word = all & counted_.word(at); word != 0; word &= word - 1) {
          const size_t i = w * 64 + static_cast<size_t>(std::countr_zero(word));
          customers.push_back(
              {first + static_cast<Row>(i), {last_here[i]}, count_here[i], amount_here[i]});
        }
      }
    }
    return true;
  }

 private:
  // Whether every order that names a customer and an instant is a purchase.
  bool AllCount() const {
    for (size_t c = 0; c < net_.chunk_count(); ++c) {
      const internal::Chunk* net = net_.chunk(c);
      if (net != nullptr && net->min < 0) return false;  // a return
    }
    for (size_t c = 0; c < at_.chunk_count(); ++c) {
      const internal::Chunk* at = at_.chunk(c);
      if (at != nullptr && at->max > now_.micros) return false;
    }
    if (status_.dictionary().Find(kCancelled)) return false;
    for (size_t c = 0; c < status_.chunk_count(); ++c) {
      const internal::Chunk* status = status_.chunk(c);
      if (status != nullptr && !status->coded && internal::AnyBit(status->present)) return false;
    }
    return true;
  }

  // Rows of the chunk that are there, have a customer and an instant that has come, and were not
  // cancelled.
  bool Choose(size_t c) {
    const internal::Chunk* customer = customer_.chunk(c);
    const internal::Chunk* at = at_.chunk(c);
    const internal::ChunkBits* exists = orders_.exists[c];
    if (customer == nullptr || at == nullptr || exists == nullptr) return false;
    internal::EachWord(
        chosen_, [&](size_t w) { return (*exists)[w] & customer->present[w] & at->present[w]; });
    if (at->max > now_.micros) {
      internal::ChunkBits past{};
      internal::ComparePacked(at->ints, internal::Order::kLessEqual, now_.micros, past);
      internal::EachWord(chosen_, [&](size_t w) { return chosen_[w] & past[w]; });
    }
    const internal::Chunk* status = status_.chunk(c);
    if (status == nullptr || !internal::AnyBit(status->present)) return true;
    const int64_t first = static_cast<int64_t>(c) * kChunkRows;
    internal::EachBit(status->present, [&](size_t i) {
      if (status_.Text(first + static_cast<int64_t>(i)) == kCancelled) {
        internal::ClearBit(chosen_, i);
      }
    });
    return true;
  }

  static const int64_t* Decode(const internal::Chunk* chunk, std::vector<int64_t>& into) {
    into.resize(internal::kRowsPerChunk);
    if (chunk != nullptr) chunk->ints.Decode(into.data());
    return into.data();
  }

  template <class Visit, class Ahead>
  void EachOfChunk(size_t c, const Visit& visit, const Ahead& ahead) {
    if (!Choose(c)) return;
    constexpr size_t kAhead = 64;
    const int64_t* customer = Decode(customer_.chunk(c), customer_here_);
    const int64_t* at = Decode(at_.chunk(c), at_here_);
    const internal::Chunk* net = net_.chunk(c);
    const int64_t* units = Decode(net, net_here_);
    // Most chunks have an amount in every order, of one currency.
    const bool uniform =
        net != nullptr && net->extra.empty() && internal::CoversBits(net->present, chosen_);
    const Currency currency = Currency::FromPacked(uniform ? net->extra_all : 0);
    internal::EachBit(chosen_, [&](size_t i) {
      Row who = customer[i];
      if (merged_) {
        const RecordRef resolved = graph_.Resolve({type_, who});
        who = resolved.type == type_ ? resolved.row : kNoRow;
      } else if (i + kAhead < internal::kRowsPerChunk) {
        ahead(customer[i + kAhead]);
      }
      if (!counted_.Test(who)) {
        if (objectors_.Test(who)) objecting_.insert(who);
        return;
      }
      if (uniform) return visit(OrderLine{who, {at[i]}, {units[i], currency}});
      Money amount;
      if (net != nullptr && net->Has(i)) {
        amount = {units[i], Currency::FromPacked(net->Extra(i))};
      }
      visit(OrderLine{who, {at[i]}, amount});
    });
  }

  const internal::Graph& graph_;
  const internal::RecordTable& orders_;
  const TypeId type_;
  const Row limit_;
  const Timestamp now_;
  CustomerBits counted_;    // exist and do not object
  CustomerBits objectors_;  // exist and do
  std::set<Row> objecting_;
  const bool merged_;
  const internal::ChunkedColumn& customer_;
  const internal::ChunkedColumn& at_;
  const internal::ChunkedColumn& net_;
  const internal::ChunkedColumn& status_;
  internal::ChunkBits chosen_{};
  std::vector<int64_t> customer_here_, at_here_, net_here_;
};

// What is scanned, and the snapshot that holds it.
struct AskedOrders {
  std::shared_ptr<const Snapshot> view;
  OrderScan scan;
};

absl::StatusOr<AskedOrders> OrdersOf(const Crm& crm, std::string_view type,
                                     const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(const OrderFields fields, FieldsFor(crm, type, options));
  const TypeId customers = crm.schema()->Find(type)->id;
  const ColumnsNeeded columns[] = {
      {fields.type, {fields.customer, fields.at, fields.net, fields.status}},
      {customers, {}},
      {kLedgerTable, {}, true}};
  RELATA_ASSIGN_OR_RETURN(std::shared_ptr<const Snapshot> view, crm.View(std::span(columns)));
  RELATA_ASSIGN_OR_RETURN(const std::set<Row> objectors,
                          internal::ObjectorsTo(*view, customers, options.now));
  OrderScan scan(view->graph(), fields, customers, options.now, objectors);
  return AskedOrders{std::move(view), std::move(scan)};
}

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

}  // namespace

absl::StatusOr<CustomerPurchases> PurchasesOf(const Crm& crm, std::string_view type,
                                              Currency currency, const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(AskedOrders orders, OrdersOf(crm, type, options));
  CustomerPurchases result;
  result.type = crm.schema()->Find(type)->id;
  result.currency = currency.none() ? MostUsed(orders.scan) : currency;
  if (orders.scan.FromSummaries(result.currency, result.customers)) {
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

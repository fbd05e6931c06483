// SPDX-License-Identifier: Apache-2.0
//
// The orders that count as purchases (relata/score/customers.h), straight from their columns, and
// what their summaries say of each customer.

#ifndef RELATA_SRC_SCORE_ORDER_SCAN_H_
#define RELATA_SRC_SCORE_ORDER_SCAN_H_

#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "engine/graph.h"
#include "engine/summary.h"
#include "engine/vector.h"
#include "relata/engine/crm.h"

namespace relata::internal {

struct OrderFields {
  TypeId type = kNoType;
  FieldId customer = kNoField;
  FieldId at = kNoField;
  FieldId net = kNoField;
  FieldId status = kNoField;
};

struct OrderLine {
  Row customer;
  Timestamp at;
  Money net;
};

inline bool IsReturn(const OrderLine& order) { return order.net.units < 0; }

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

// What each customer bought, by row: number, newest instant and sum of the orders.
struct PurchaseColumns {
  std::shared_ptr<const Summary> counts, instants, amounts;

  const ChunkedColumn& count() const { return counts->count; }
  const ChunkedColumn& last() const { return instants->greatest; }
  const ChunkedColumn& amount() const { return amounts->sum; }
};

// The orders that count, straight from their columns.
class OrderScan {
 public:
  OrderScan(const Graph& graph, const OrderFields& fields, TypeId customers, Timestamp now,
            const std::set<Row>& objectors);

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

  // What the summaries of the orders say of all customers; nothing when they do not tell: an order
  // that is cancelled, to come or a return, amounts that are missing, too large or of another
  // currency.
  std::optional<PurchaseColumns> Summaries(Currency currency) const;
  // The customers of one of its chunks; those that object are noted.
  ChunkBits CustomersOf(const PurchaseColumns& columns, size_t chunk);

 private:
  // Whether every order that names a customer and an instant is a purchase.
  bool AllCount() const;
  // Rows of the chunk that are there, have a customer and an instant that has come, and were not
  // cancelled.
  bool Choose(size_t c);

  static const int64_t* Decode(const Chunk* chunk, std::vector<int64_t>& into) {
    into.resize(kRowsPerChunk);
    if (chunk != nullptr) chunk->ints.Decode(into.data());
    return into.data();
  }

  template <class Visit, class Ahead>
  void EachOfChunk(size_t c, const Visit& visit, const Ahead& ahead) {
    if (!Choose(c)) return;
    constexpr size_t kAhead = 64;
    const int64_t* customer = Decode(customer_.chunk(c), customer_here_);
    const int64_t* at = Decode(at_.chunk(c), at_here_);
    const Chunk* net = net_.chunk(c);
    const int64_t* units = Decode(net, net_here_);
    // Most chunks have an amount in every order, of one currency.
    const bool uniform = net != nullptr && net->extra.empty() && CoversBits(net->present, chosen_);
    const Currency currency = Currency::FromPacked(uniform ? net->extra_all : 0);
    EachBit(chosen_, [&](size_t i) {
      Row who = customer[i];
      if (merged_) {
        const RecordRef resolved = graph_.Resolve({type_, who});
        who = resolved.type == type_ ? resolved.row : kNoRow;
      } else if (i + kAhead < kRowsPerChunk) {
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

  const Graph& graph_;
  const RecordTable& orders_;
  const TypeId type_;
  const Row limit_;
  const Timestamp now_;
  CustomerBits counted_;    // exist and do not object
  CustomerBits objectors_;  // exist and do
  std::set<Row> objecting_;
  const bool merged_;
  const ChunkedColumn& customer_;
  const ChunkedColumn& at_;
  const ChunkedColumn& net_;
  const ChunkedColumn& status_;
  ChunkBits chosen_{};
  std::vector<int64_t> customer_here_, at_here_, net_here_;
};

// What is scanned, and the snapshot that holds it.
struct AskedOrders {
  std::shared_ptr<const Snapshot> view;
  OrderScan scan;
};

// PermissionDenied when the reader may not read orders or their amounts.
absl::StatusOr<AskedOrders> OrdersOf(const Crm& crm, std::string_view type,
                                     const QueryOptions& options);

}  // namespace relata::internal

#endif  // RELATA_SRC_SCORE_ORDER_SCAN_H_

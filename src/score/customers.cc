// SPDX-License-Identifier: Apache-2.0

#include "relata/score/customers.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/strings.h"
#include "engine/conditions.h"
#include "engine/graph.h"
#include "engine/vector.h"
#include "segment/profiling.h"

namespace relata {
namespace {

using internal::Concat;

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

// The orders that count, straight from their columns.
class OrderScan {
 public:
  OrderScan(const internal::Graph& graph, const OrderFields& fields, TypeId customers,
            Timestamp now, std::set<Row> objectors)
      : graph_(graph),
        orders_(*graph.Records(fields.type)),
        customers_(*graph.Records(customers)),
        type_(customers),
        now_(now),
        objectors_(std::move(objectors)),
        merged_(graph.HasAliases()),
        customer_(*orders_.Column(fields.customer)),
        at_(*orders_.Column(fields.at)),
        net_(*orders_.Column(fields.net)),
        status_(*orders_.Column(fields.status)) {}

  Row customers() const { return customers_.limit; }
  // Customers with orders that were left out because they object to profiling, once asked for each.
  int64_t objecting() const { return std::ssize(objecting_); }

  // Calls visit(order) for each, in row order.
  template <class Visit>
  void Each(const Visit& visit) {
    for (size_t c = 0; c < customer_.chunk_count(); ++c) EachOfChunk(c, visit);
  }

 private:
  // Rows of the chunk that are there, have a customer and an instant, and were not cancelled.
  bool Choose(size_t c) {
    const internal::Chunk* customer = customer_.chunk(c);
    const internal::Chunk* at = at_.chunk(c);
    const internal::ChunkBits* exists = orders_.exists[c];
    if (customer == nullptr || at == nullptr || exists == nullptr) return false;
    internal::EachWord(
        chosen_, [&](size_t w) { return (*exists)[w] & customer->present[w] & at->present[w]; });
    const internal::Chunk* status = status_.chunk(c);
    if (status == nullptr) return true;
    const int64_t first = static_cast<int64_t>(c) * kChunkRows;
    internal::EachBit(status->present, [&](size_t i) {
      if (status_.Text(first + static_cast<int64_t>(i)) == "cancelled") {
        internal::ClearBit(chosen_, i);
      }
    });
    return true;
  }

  static const int64_t* Decode(const internal::Chunk* chunk, std::vector<int64_t>& into) {
    if (chunk == nullptr) return nullptr;
    into.resize(internal::kRowsPerChunk);
    chunk->ints.Decode(into.data());
    return into.data();
  }

  template <class Visit>
  void EachOfChunk(size_t c, const Visit& visit) {
    if (!Choose(c)) return;
    const int64_t* customer = Decode(customer_.chunk(c), customer_here_);
    const int64_t* at = Decode(at_.chunk(c), at_here_);
    const internal::Chunk* net = net_.chunk(c);
    const int64_t* units = Decode(net, net_here_);
    internal::EachBit(chosen_, [&](size_t i) {
      if (at[i] > now_.micros) return;
      RecordRef who{type_, customer[i]};
      if (merged_) who = graph_.Resolve(who);
      if (who.type != type_ || !customers_.Exists(who.row)) return;
      if (!objectors_.empty() && objectors_.contains(who.row)) {
        objecting_.insert(who.row);
        return;
      }
      Money amount;
      if (net != nullptr && net->Has(i)) {
        amount = {units[i], Currency::FromPacked(net->Extra(i))};
      }
      visit(OrderLine{who.row, {at[i]}, amount});
    });
  }

  const internal::Graph& graph_;
  const internal::RecordTable& orders_;
  const internal::RecordTable& customers_;
  const TypeId type_;
  const Timestamp now_;
  const std::set<Row> objectors_;
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
  RELATA_ASSIGN_OR_RETURN(std::set<Row> objectors,
                          internal::ObjectorsTo(*view, customers, options.now));
  OrderScan scan(view->graph(), fields, customers, options.now, std::move(objectors));
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
  // By row; customers without a purchase have none.
  std::vector<Purchases> customers(static_cast<size_t>(orders.scan.customers()));
  bool overflow = false;
  orders.scan.Each([&](const OrderLine& o) {
    if (!o.net.currency.none() && o.net.currency != result.currency) {
      ++result.other_currency;
      return;
    }
    Purchases& p = customers[static_cast<size_t>(o.customer)];
    if (p.count == 0 || p.last < o.at) p.last = o.at;
    ++p.count;
    overflow = __builtin_add_overflow(p.amount, o.net.units, &p.amount) || overflow;
  });
  result.objecting = orders.scan.objecting();
  if (overflow) return InvalidArgument("the sum of a customer's orders is out of range");
  size_t kept = 0;
  for (size_t row = 0; row < customers.size(); ++row) {
    if (customers[row].count == 0) continue;
    customers[row].customer = static_cast<Row>(row);
    customers[kept++] = customers[row];
  }
  customers.resize(kept);
  result.customers = std::move(customers);
  return result;
}

absl::StatusOr<std::vector<Cadence>> LateCustomers(const Crm& crm, std::string_view type,
                                                   double factor, const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(AskedOrders orders, OrdersOf(crm, type, options));
  std::map<Row, std::vector<Timestamp>> instants;
  orders.scan.Each([&](const OrderLine& o) { instants[o.customer].push_back(o.at); });
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

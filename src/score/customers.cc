// SPDX-License-Identifier: Apache-2.0

#include "relata/score/customers.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/strings.h"
#include "engine/conditions.h"
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

// Every order that counts, in row order; and how many customers with orders object to profiling.
struct Orders {
  std::vector<OrderLine> lines;
  std::set<Row> objecting;
};
absl::StatusOr<Orders> OrdersOf(const Crm& crm, std::string_view type,
                                const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(const OrderFields fields, FieldsFor(crm, type, options));
  const TypeId types[] = {fields.type, crm.schema()->Find(type)->id};
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm.View(types));
  RELATA_ASSIGN_OR_RETURN(const std::set<Row> objectors,
                          internal::ObjectorsTo(*view, types[1], options.now));
  Orders orders;
  for (Row row = 0; row < view->RowLimit(fields.type); ++row) {
    const RecordRef order{fields.type, row};
    if (!view->Exists(order)) continue;
    const Value customer = view->Get(order, fields.customer);
    const Value at = view->Get(order, fields.at);
    const Value net = view->Get(order, fields.net);
    if (customer.is_null() || at.is_null() || at.timestamp() > options.now) continue;
    if (ToDisplay(view->Get(order, fields.status)) == "cancelled") continue;
    const RecordRef who = view->Resolve(customer.record());
    if (!view->Exists(who)) continue;
    if (objectors.contains(who.row)) {
      orders.objecting.insert(who.row);
      continue;
    }
    orders.lines.push_back({who.row, at.timestamp(), net.is_null() ? Money{} : net.money()});
  }
  return orders;
}

Currency MostUsed(const std::vector<OrderLine>& orders) {
  std::map<Currency, int64_t> counts;
  for (const OrderLine& o : orders) {
    if (!o.net.currency.none()) ++counts[o.net.currency];
  }
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
  RELATA_ASSIGN_OR_RETURN(const Orders found, OrdersOf(crm, type, options));
  const std::vector<OrderLine>& orders = found.lines;
  CustomerPurchases result;
  result.objecting = std::ssize(found.objecting);
  result.type = crm.schema()->Find(type)->id;
  result.currency = currency.none() ? MostUsed(orders) : currency;
  std::map<Row, Purchases> customers;
  for (const OrderLine& o : orders) {
    if (!o.net.currency.none() && o.net.currency != result.currency) {
      ++result.other_currency;
      continue;
    }
    Purchases& p =
        customers.try_emplace(o.customer, Purchases{o.customer, o.at, 0, 0}).first->second;
    p.last = std::max(p.last, o.at);
    ++p.count;
    if (__builtin_add_overflow(p.amount, o.net.units, &p.amount)) {
      return InvalidArgument("the sum of a customer's orders is out of range");
    }
  }
  for (const auto& [row, purchases] : customers) result.customers.push_back(purchases);
  return result;
}

absl::StatusOr<std::vector<Cadence>> LateCustomers(const Crm& crm, std::string_view type,
                                                   double factor, const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(const Orders orders, OrdersOf(crm, type, options));
  std::map<Row, std::vector<Timestamp>> instants;
  for (const OrderLine& o : orders.lines) instants[o.customer].push_back(o.at);
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

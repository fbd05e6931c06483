// SPDX-License-Identifier: Apache-2.0

#include "score/order_scan.h"

#include <bit>
#include <utility>

#include "base/strings.h"
#include "engine/conditions.h"
#include "engine/engine.h"
#include "segment/profiling.h"

namespace relata::internal {
namespace {

constexpr std::string_view kCancelled = "cancelled";

absl::StatusOr<OrderFields> FieldsFor(const Crm& crm, std::string_view customer,
                                      const QueryOptions& options) {
  if (customer != "account" && customer != "contact") {
    return InvalidArgument("customers are of type account or contact");
  }
  const std::shared_ptr<const Schema> schema = crm.schema();
  const TypeDef& order = *schema->Find("order");
  const OrderFields fields{order.id, order.FindField(customer)->id, order.FindField("at")->id,
                           order.FindField("net")->id, order.FindField("status")->id};
  RELATA_ASSIGN_OR_RETURN(const Permissions permissions, PermissionsOf(crm, options.reader));
  for (const FieldId field : {fields.customer, fields.at, fields.net, fields.status}) {
    if (!permissions.MayRead(order.id, field)) {
      return PermissionDenied(Concat("the role may not read order.", order.field(field)->name));
    }
  }
  return fields;
}

}  // namespace

OrderScan::OrderScan(const Graph& graph, const OrderFields& fields, TypeId customers, Timestamp now,
                     const std::set<Row>& objectors)
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
  const Directory<ChunkBits>& exists = graph.Records(customers)->exists;
  for (size_t w = 0; w < counted_.size(); ++w) {
    const ChunkBits* chunk = exists[w / kWordsPerChunk];
    if (chunk != nullptr) counted_.word(w) = (*chunk)[w % kWordsPerChunk];
  }
  for (const Row row : objectors) {
    if (!counted_.Test(row)) continue;
    counted_.Clear(row);
    objectors_.Set(row);
  }
}

// Whether every order that names a customer and an instant is a purchase.
bool OrderScan::AllCount() const {
  for (size_t c = 0; c < net_.chunk_count(); ++c) {
    const Chunk* net = net_.chunk(c);
    if (net != nullptr && net->min < 0) return false;  // a return
  }
  for (size_t c = 0; c < at_.chunk_count(); ++c) {
    const Chunk* at = at_.chunk(c);
    if (at != nullptr && at->max > now_.micros) return false;
  }
  if (status_.dictionary().Find(kCancelled)) return false;
  for (size_t c = 0; c < status_.chunk_count(); ++c) {
    const Chunk* status = status_.chunk(c);
    if (status != nullptr && !status->coded && AnyBit(status->present)) return false;
  }
  return true;
}

// Rows of the chunk that are there, have a customer and an instant that has come, and were not
// cancelled.
bool OrderScan::Choose(size_t c) {
  const Chunk* customer = customer_.chunk(c);
  const Chunk* at = at_.chunk(c);
  const ChunkBits* exists = orders_.exists[c];
  if (customer == nullptr || at == nullptr || exists == nullptr) return false;
  EachWord(chosen_, [&](size_t w) { return (*exists)[w] & customer->present[w] & at->present[w]; });
  if (at->max > now_.micros) {
    ChunkBits past{};
    ComparePacked(at->ints, Order::kLessEqual, now_.micros, past);
    EachWord(chosen_, [&](size_t w) { return chosen_[w] & past[w]; });
  }
  const Chunk* status = status_.chunk(c);
  if (status == nullptr || !AnyBit(status->present)) return true;
  const int64_t first = static_cast<int64_t>(c) * kChunkRows;
  EachBit(status->present, [&](size_t i) {
    if (status_.Text(first + static_cast<int64_t>(i)) == kCancelled) {
      ClearBit(chosen_, i);
    }
  });
  return true;
}

std::optional<PurchaseColumns> OrderScan::Summaries(Currency currency) const {
  if (merged_ || !AllCount()) return std::nullopt;
  PurchaseColumns columns{orders_.SummaryOf(customer_, nullptr, true),
                          orders_.SummaryOf(customer_, &at_, true),
                          orders_.SummaryOf(customer_, &net_, true)};
  const Summary& amounts = *columns.amounts;
  const bool told = columns.instants->whole && amounts.whole && amounts.sums &&
                    (amounts.currency == 0 || amounts.currency == currency.packed());
  return told ? std::optional(std::move(columns)) : std::nullopt;
}

ChunkBits OrderScan::CustomersOf(const PurchaseColumns& columns, size_t c) {
  ChunkBits here{};
  const Chunk* count = columns.count().chunk(c);
  if (count == nullptr) return here;
  const Row first = static_cast<Row>(c) * kChunkRows;
  for (size_t w = 0; w < kWordsPerChunk; ++w) {
    const size_t at = c * kWordsPerChunk + w;
    if (at >= counted_.size()) break;
    const uint64_t all = count->present[w];
    here[w] = all & counted_.word(at);
    for (uint64_t word = all & objectors_.word(at); word != 0; word &= word - 1) {
      objecting_.insert(first + static_cast<Row>(w * 64) + std::countr_zero(word));
    }
  }
  return here;
}

namespace {

// Who objects to profiling, read from the store; nothing where the ledger is loaded or may be.
absl::StatusOr<std::optional<std::set<Row>>> ObjectorsWithoutLedger(
    const Crm& crm, const std::vector<ColumnsNeeded>& columns, TypeId customers, Timestamp now) {
  const std::optional<std::set<Row>> none;
  if (crm.engine().memory_limit() == 0 || !crm.as_of().today()) return none;
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm.View(columns));
  if (view->Loaded(kLedgerTable)) return none;
  RELATA_ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, crm.engine().Read());
  absl::StatusOr<std::set<Row>> found = ObjectorsInStore(*view, *reader, customers, now);
  if (absl::IsAborted(found.status())) return none;
  RELATA_RETURN_IF_ERROR(found.status());
  return std::optional(*std::move(found));
}

}  // namespace

absl::StatusOr<AskedOrders> OrdersOf(const Crm& crm, std::string_view type,
                                     const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(const OrderFields fields, FieldsFor(crm, type, options));
  const TypeId customers = crm.schema()->Find(type)->id;
  std::vector<ColumnsNeeded> columns = {
      {fields.type, {fields.customer, fields.at, fields.net, fields.status}}, {customers, {}}};
  RELATA_ASSIGN_OR_RETURN(const std::optional<std::set<Row>> few,
                          ObjectorsWithoutLedger(crm, columns, customers, options.now));
  if (!few) columns.push_back({kLedgerTable, {}, true});
  RELATA_ASSIGN_OR_RETURN(std::shared_ptr<const Snapshot> view, crm.View(columns));
  std::set<Row> objectors;
  if (few) {
    objectors = *few;
  } else {
    RELATA_ASSIGN_OR_RETURN(objectors, ObjectorsTo(*view, customers, options.now));
  }
  OrderScan scan(view->graph(), fields, customers, options.now, objectors);
  return AskedOrders{std::move(view), std::move(scan)};
}

}  // namespace relata::internal

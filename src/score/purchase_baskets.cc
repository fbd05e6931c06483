// SPDX-License-Identifier: Apache-2.0
//
// Affinity over the graph: baskets read from purchases, customers alike, bought X and not Y.

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/strings.h"
#include "relata/score/affinity.h"
#include "relata/score/model.h"
#include "relata/segment/segment.h"
#include "score/questions.h"
#include "segment/profiling.h"

namespace relata {
namespace {

using internal::Concat;
using internal::Questions;

// Items numbered as they are met.
class ItemNumbers {
 public:
  ItemNumbers(const Snapshot& view, PurchaseBaskets& out) : view_(view), out_(out) {}

  std::optional<int32_t> Of(const Value& value) {
    if (value.is(Value::Kind::kText)) return Number(value.text(), value.text(), {});
    if (!value.is(Value::Kind::kRecord)) return std::nullopt;
    const RecordRef product = view_.Resolve(value.record());
    const TypeDef& type = view_.schema().type(product.type);
    std::string name;
    for (const std::string_view field : {"code", "name"}) {
      const FieldDef* def = type.FindField(field);
      if (name.empty() && def != nullptr) name = ToDisplay(view_.Get(product, def->id));
    }
    const std::string key = Concat(product.type, "/", product.row);
    return Number(key, name.empty() ? key : name, product);
  }

 private:
  int32_t Number(const std::string& key, const std::string& name, RecordRef product) {
    const auto next = static_cast<int32_t>(out_.items.size());
    const auto [place, fresh] = numbers_.emplace(key, next);
    if (fresh) {
      out_.items.push_back(name);
      out_.products.push_back(product);
    }
    return place->second;
  }

  const Snapshot& view_;
  PurchaseBaskets& out_;
  std::unordered_map<std::string, int32_t> numbers_;
};

std::optional<Timestamp> InstantOf(const Value& value) {
  if (value.is(Value::Kind::kTimestamp)) return value.timestamp();
  if (value.is(Value::Kind::kDate)) return UtcMidnight(value.date());
  return std::nullopt;
}

bool IsWord(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  });
}

// A text as an expression writes it.
std::string Quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string SegmentWord(std::string_view code) {
  std::string out;
  for (const char c : code) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    out += upper ? static_cast<char>(c - 'A' + 'a') : plain ? c : '_';
  }
  return out;
}

}  // namespace

absl::StatusOr<PurchaseBaskets> ReadBaskets(const Crm& crm, const AffinitySpec& spec,
                                            const QueryOptions& options) {
  if (!IsWord(spec.at) || !IsWord(spec.lines) || !IsWord(spec.product)) {
    return InvalidArgument("the instant, the lines and the product are named by fields");
  }
  const std::string purchases =
      spec.purchases.empty() ? Concat(spec.type, ".orders.filter(o, o.status != 'cancelled')")
                             : spec.purchases;
  const std::string texts[] = {
      Concat("(", purchases, ").map(p, p.", spec.at, ")"),
      Concat("(", purchases, ").map(p, p.", spec.lines, ".map(l, l.", spec.product, "))")};
  RELATA_ASSIGN_OR_RETURN(Questions questions, Questions::Prepare(crm, spec.type, texts, options));
  PurchaseBaskets out;
  out.type = questions.type();
  ItemNumbers numbers(questions.view(), out);
  RELATA_ASSIGN_OR_RETURN(const std::set<Row> objectors,
                          internal::ObjectorsTo(questions.view(), out.type, options.now));
  for (Row row = 0; row < questions.view().RowLimit(out.type); ++row) {
    const RecordRef customer{out.type, row};
    if (!questions.view().Exists(customer) || objectors.contains(row)) continue;
    RELATA_ASSIGN_OR_RETURN(const EvalResult when, questions.Ask(0, customer));
    RELATA_ASSIGN_OR_RETURN(const EvalResult what, questions.Ask(1, customer));
    if (!when.ok() || !what.ok() || !when.value.is(Value::Kind::kList) ||
        !what.value.is(Value::Kind::kList)) {
      continue;
    }
    const ValueList& instants = when.value.list();
    const ValueList& lists = what.value.list();
    for (size_t i = 0; i < instants.size() && i < lists.size(); ++i) {
      const std::optional<Timestamp> at = InstantOf(instants[i]);
      if (!at || *at > options.now || !lists[i].is(Value::Kind::kList)) continue;
      Basket basket{row, *at, {}};
      for (const Value& product : lists[i].list()) {
        if (const std::optional<int32_t> item = numbers.Of(product)) basket.items.push_back(*item);
      }
      if (!basket.items.empty()) out.baskets.push_back(std::move(basket));
    }
  }
  return out;
}

absl::StatusOr<std::vector<Offer>> OffersFor(const Crm& crm, const PurchaseBaskets& baskets,
                                             RecordRef customer, const AffinityOptions& how,
                                             const QueryOptions& options) {
  const RecordRef here = crm.Resolve(customer);
  if (here.type != baskets.type) return InvalidArgument("the customer is of another type");
  RELATA_ASSIGN_OR_RETURN(Questions questions,
                          Questions::Prepare(crm, crm.schema()->type(here.type).name, {}, options));
  if (!questions.view().Exists(here)) return NotFound("there is no such customer");
  RELATA_RETURN_IF_ERROR(internal::MayBeProfiled(questions.view(), here, options.now));
  std::vector<int32_t> owned;
  for (const Basket& basket : baskets.baskets) {
    if (basket.customer != here.row) continue;
    owned.insert(owned.end(), basket.items.begin(), basket.items.end());
  }
  return NextBestOffers(BoughtTogether(baskets.baskets, how), owned, options.limit);
}

absl::StatusOr<std::vector<SimilarCustomer>> SimilarCustomers(const Crm& crm,
                                                              const PurchaseBaskets& baskets,
                                                              RecordRef customer,
                                                              std::vector<std::string> attributes,
                                                              const QueryOptions& options) {
  const RecordRef here = crm.Resolve(customer);
  if (here.type != baskets.type) return InvalidArgument("the customer is of another type");
  const TypeDef& type = crm.schema()->type(here.type);
  if (attributes.empty()) {
    for (const FieldDef& field : type.fields) {
      const bool few = field.kind == FieldKind::kChoice || field.kind == FieldKind::kLink;
      if (few && field.readable()) attributes.push_back(Concat(type.name, ".", field.name));
    }
  }
  RELATA_ASSIGN_OR_RETURN(Questions questions,
                          Questions::Prepare(crm, type.name, attributes, options));
  if (!questions.view().Exists(here)) return NotFound("there is no such customer");
  RELATA_RETURN_IF_ERROR(internal::MayBeProfiled(questions.view(), here, options.now));
  RELATA_ASSIGN_OR_RETURN(const std::set<Row> objectors,
                          internal::ObjectorsTo(questions.view(), here.type, options.now));
  std::vector<Value> own;
  int64_t known = 0;
  for (size_t i = 0; i < attributes.size(); ++i) {
    RELATA_ASSIGN_OR_RETURN(const EvalResult value, questions.Ask(i, here));
    own.push_back(value.ok() ? value.value : Value());
    known += own.back().is_null() ? 0 : 1;
  }
  std::map<Row, SimilarCustomer> found;
  for (AlikeBuyer& one : BuyAlike(baskets.baskets, here.row)) {
    SimilarCustomer& similar = found[one.customer];
    similar.behaviour = one.cosine;
    similar.shared_items = std::move(one.shared);
  }
  for (Row row = 0; row < questions.view().RowLimit(here.type); ++row) {
    const RecordRef other{here.type, row};
    if (row == here.row || !questions.view().Exists(other) || objectors.contains(row)) continue;
    std::vector<std::string> shared;
    for (size_t i = 0; i < attributes.size(); ++i) {
      if (own[i].is_null()) continue;
      RELATA_ASSIGN_OR_RETURN(const EvalResult value, questions.Ask(i, other));
      if (value.ok() && CelEqual(own[i], value.value)) shared.push_back(attributes[i]);
    }
    if (shared.empty() && !found.contains(row)) continue;
    SimilarCustomer& similar = found[row];
    similar.attributes =
        known == 0 ? 0 : static_cast<double>(shared.size()) / static_cast<double>(known);
    similar.shared_attributes = std::move(shared);
  }
  std::vector<SimilarCustomer> out;
  for (auto& [row, similar] : found) {
    similar.customer = {here.type, row};
    similar.similarity = (similar.behaviour + similar.attributes) / 2;
    out.push_back(std::move(similar));
  }
  std::stable_sort(out.begin(), out.end(), [](const SimilarCustomer& a, const SimilarCustomer& b) {
    return a.similarity > b.similarity;
  });
  if (options.limit != 0 && out.size() > options.limit) out.resize(options.limit);
  return out;
}

absl::StatusOr<BoughtNotAudience> FindBoughtNotAudience(Crm& crm, const BoughtNot& asked,
                                                        const ContactPlan& plan, const Actor& actor,
                                                        const QueryOptions& options) {
  for (const std::string& code : {asked.bought, asked.not_bought}) {
    RELATA_ASSIGN_OR_RETURN(
        const QueryAnswer products,
        crm.Query("product", Concat("product.code == ", Quoted(code)), options));
    if (products.count == 0) return NotFound(Concat("there is no product '", code, "'"));
  }
  const TypeDef* type = crm.schema()->Find(asked.type);
  if (type == nullptr) return InvalidArgument(Concat("there is no type '", asked.type, "'"));
  const auto bought = [&](const std::string& code) {
    const std::string has = Concat("products_bought.exists(p, p.code == ", Quoted(code), ")");
    const FieldDef* account = type->FindField("account");
    return account != nullptr && account->is_link()
               ? Concat("(", asked.type, ".", has, " || ", asked.type, ".account.", has, ")")
               : Concat(asked.type, ".", has);
  };
  Segment segment;
  segment.type = asked.type;
  segment.name = asked.name.empty() ? Concat("bought_", SegmentWord(asked.bought), "_not_",
                                             SegmentWord(asked.not_bought))
                                    : asked.name;
  segment.expression = Concat(bought(asked.bought), " && !", bought(asked.not_bought));
  BoughtNotAudience out{segment.name, segment.expression, {}};
  const absl::StatusOr<Segment> kept = FindSegment(crm, segment.name);
  if (!kept.ok() || kept->expression != segment.expression || kept->type != segment.type) {
    RELATA_RETURN_IF_ERROR(DefineSegment(crm, segment, actor, options.now));
  }
  RELATA_ASSIGN_OR_RETURN(out.audience, FindAudience(crm, segment.name, plan, options));
  return out;
}

}  // namespace relata

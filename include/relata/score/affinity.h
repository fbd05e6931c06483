// SPDX-License-Identifier: Apache-2.0
//
// What is bought together, what is bought next, and who buys alike.
//
// A basket is what one customer bought at one time. From baskets come rules between two items, with
// the measures of Agrawal, Imielinski and Swami (1993) - support, confidence - and lift (Brin et
// al. 1997), each with an interval so that three purchases do not pass for a law: the confidence by
// Wilson, the lift by the normal approximation of its logarithm,
//
//   ln(lift) +- 1.96 sqrt(1/both - 1/with_a + 1/with_b - 1/n)
//
// The counting is over customers (whoever bought a also bought b, whenever) or over baskets (in the
// same purchase). In sequence, b counts when the customer's first b came after their first a.
//
// The first part is pure and thread-safe; the second reads the graph and is as thread-safe as the
// Crm.

#ifndef RELATA_SCORE_AFFINITY_H_
#define RELATA_SCORE_AFFINITY_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/engine/crm.h"
#include "relata/score/evaluation.h"
#include "relata/segment/audience.h"

namespace relata {

// Items are numbered from 0.
struct Basket {
  int64_t customer = 0;
  Timestamp at;
  std::vector<int32_t> items;  // any order; an item twice counts once
};

// Whoever has `a` also has (or next has) `b`.
struct AffinityRule {
  int32_t a = 0;
  int32_t b = 0;
  int64_t with_a = 0;  // customers or baskets
  int64_t with_b = 0;
  int64_t with_both = 0;
  int64_t all = 0;
  double support = 0;   // with_both of all
  Estimate confidence;  // with_both of with_a
  Estimate lift;        // confidence over the share of b among all
  double days = 0;      // in sequence: the median time from a to b
};

struct AffinityOptions {
  enum class Per : uint8_t { kCustomer, kBasket };

  Per per = Per::kCustomer;
  int64_t least = 5;  // with_both, below which there is no rule
  Duration within;    // in sequence: b at most so long after a; zero is any time
};

// Rules in both directions, the surest first: by the lower bound of the lift, then a, then b. Time
// and memory follow the pairs of items that are bought `least` times at all.
std::vector<AffinityRule> BoughtTogether(std::span<const Basket> baskets,
                                         const AffinityOptions& options = {});
// Rules a, then b. with_a leaves out who had b before a or at once with it: they cannot buy it
// next.
std::vector<AffinityRule> BoughtAfter(std::span<const Basket> baskets,
                                      const AffinityOptions& options = {});

// What a customer who owns `items` may be offered: the items they lack, by the lower bound of the
// best rule's confidence that leads there with a lift surely above 1.
struct Offer {
  int32_t item = 0;
  AffinityRule because;
};
std::vector<Offer> NextBestOffers(std::span<const AffinityRule> rules,
                                  std::span<const int32_t> items, size_t limit);

// How alike two customers buy: the cosine of their items, each weighing ln(customers / buyers), so
// that what everybody buys says nothing. 0 to 1; by customer, those above 0 only, `customer` left
// out, most alike first.
struct AlikeBuyer {
  int64_t customer = 0;
  double cosine = 0;
  std::vector<int32_t> shared;  // items, the rarest first
};
std::vector<AlikeBuyer> BuyAlike(std::span<const Basket> baskets, int64_t customer);

// --- Over the graph ------------------------------------------------------------------------------

// Whose purchases and where their items are. `purchases` yields a list of records over the type;
// `at` is a field of these, `lines` their list of lines, `product` the link or text of a line.
struct AffinitySpec {
  std::string type = "account";
  std::string purchases;  // empty: TYPE.orders without the cancelled
  std::string at = "at";
  std::string lines = "lines";
  std::string product = "product";
};

struct PurchaseBaskets {
  TypeId type = kNoType;
  std::vector<Basket> baskets;      // customer is a row of the type
  std::vector<std::string> items;   // by number: the product's code or title, or the text itself
  std::vector<RecordRef> products;  // by number: none for a text
};

// Every purchase not later than options.now of those who do not object to profiling.
// InvalidArgument, PermissionDenied as Crm::Query.
absl::StatusOr<PurchaseBaskets> ReadBaskets(const Crm& crm, const AffinitySpec& spec,
                                            const QueryOptions& options);

// What one customer may be offered next, by rules from the baskets of all. InvalidArgument for a
// record of another type, NotFound for one that does not exist or objects to profiling.
absl::StatusOr<std::vector<Offer>> OffersFor(const Crm& crm, const PurchaseBaskets& baskets,
                                             RecordRef customer, const AffinityOptions& how,
                                             const QueryOptions& options);

// Customers like one, by what they buy and by what they are: `attributes` are expressions over the
// type (empty: its fields of few values) of which the share that is equal and not absent counts.
// Errors as OffersFor.
struct SimilarCustomer {
  RecordRef customer;
  double similarity = 0;  // the mean of both
  double behaviour = 0;   // BuyAlike's cosine
  double attributes = 0;  // share of equal values, of those the asked customer has
  std::vector<int32_t> shared_items;
  std::vector<std::string> shared_attributes;
};
absl::StatusOr<std::vector<SimilarCustomer>> SimilarCustomers(const Crm& crm,
                                                              const PurchaseBaskets& baskets,
                                                              RecordRef customer,
                                                              std::vector<std::string> attributes,
                                                              const QueryOptions& options);

// "Bought X, not Y": persons who bought a product, themselves or their account, and did not buy the
// other, as a segment saved under `name` and the audience of it for the plan. Products are named by
// code. NotFound when a product does not exist; otherwise as DefineSegment and FindAudience.
struct BoughtNot {
  std::string name;  // empty: bought_X_not_Y
  std::string type = "contact";
  std::string bought;
  std::string not_bought;
};
struct BoughtNotAudience {
  std::string segment;
  std::string expression;
  SegmentAudience audience;
};
absl::StatusOr<BoughtNotAudience> FindBoughtNotAudience(Crm& crm, const BoughtNot& asked,
                                                        const ContactPlan& plan, const Actor& actor,
                                                        const QueryOptions& options);

}  // namespace relata

#endif  // RELATA_SCORE_AFFINITY_H_

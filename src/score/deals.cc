// SPDX-License-Identifier: Apache-2.0

#include "relata/score/deals.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/strings.h"
#include "engine/conditions.h"
#include "engine/engine.h"
#include "engine/graph_view.h"
#include "relata/expression/evaluate.h"

namespace relata {
namespace {

using internal::Concat;

constexpr std::string_view kOffer =
    "opportunity.lines.filter(l, l.product != null).size() > 0"
    " ? opportunity.lines.filter(l, l.product != null)[0].product.name : ''";
constexpr std::string_view kSector = "opportunity.account.industry";
constexpr std::string_view kSize =
    "opportunity.account.headcount == null ? '' : opportunity.account.headcount < 10 ? '1-9'"
    " : opportunity.account.headcount < 50 ? '10-49'"
    " : opportunity.account.headcount < 250 ? '50-249'"
    " : opportunity.account.headcount < 1000 ? '250-999' : '1000+'";
constexpr std::string_view kChannel = "opportunity.origin";

// Reads the opportunities of one snapshot.
class Reader {
 public:
  static absl::StatusOr<Reader> Make(const Crm& crm, const QueryOptions& asking,
                                     const DealFields& fields) {
    Reader reader(crm);
    RELATA_ASSIGN_OR_RETURN(const Permissions permissions,
                            internal::PermissionsOf(crm, asking.reader));
    const std::shared_ptr<const Schema> schema = crm.schema();
    const TypeDef& type = *schema->Find("opportunity");
    for (const std::string_view name : {"amount", "won_amount", "stage", "status", "close_date",
                                        "closed_on", "opened_at", "probability"}) {
      if (!permissions.MayRead(type.id, type.FindField(name)->id)) {
        return PermissionDenied(Concat("the role may not read opportunity.", name));
      }
    }
    std::set<TypeId> tables = {type.id};
    if (const TypeDef* move = schema->Find("stage_change")) {
      if (move->event && permissions.MayRead(move->id)) tables.insert(move->id);
    }
    const std::pair<const std::string*, std::string_view> texts[] = {{&fields.offer, kOffer},
                                                                     {&fields.sector, kSector},
                                                                     {&fields.size, kSize},
                                                                     {&fields.channel, kChannel}};
    for (const auto& [given, standard] : texts) {
      RELATA_ASSIGN_OR_RETURN(
          internal::Condition c,
          internal::CheckCondition(crm, "opportunity", given->empty() ? standard : *given, {},
                                   ValueType()));
      RELATA_RETURN_IF_ERROR(
          internal::PermitReading(crm, c.expression->plan(), permissions, asking.purpose));
      RELATA_ASSIGN_OR_RETURN(const std::vector<TypeId> read,
                              internal::TablesRead(crm, c.expression->plan()));
      tables.insert(read.begin(), read.end());
      reader.groups_.push_back(std::move(c));
    }
    const std::vector<TypeId> list(tables.begin(), tables.end());
    RELATA_ASSIGN_OR_RETURN(reader.view_, crm.View(list));
    reader.asking_ = asking;
    return reader;
  }

  absl::StatusOr<DealBook> Read(Currency currency) {
    DealBook book;
    const TypeDef& type = *view_->schema().Find("opportunity");
    std::map<Currency, int64_t> currencies;
    std::vector<std::pair<Deal, Currency>> found;
    RELATA_RETURN_IF_ERROR(MakeInterpreters());
    for (Row row = 0; row < view_->RowLimit(type.id); ++row) {
      const RecordRef record{type.id, row};
      if (!view_->Exists(record)) continue;
      Currency own;
      RELATA_ASSIGN_OR_RETURN(std::optional<Deal> deal, ReadDeal(type, record, own));
      if (!deal) {
        ++book.without_opening;
        continue;
      }
      if (!own.none()) ++currencies[own];
      found.emplace_back(*std::move(deal), own);
    }
    book.currency = currency;
    int64_t most = 0;
    for (const auto& [c, n] : currencies) {
      if (currency.none() && n > most) {
        book.currency = c;
        most = n;
      }
    }
    for (auto& [deal, own] : found) {
      if (!own.none() && own != book.currency) {
        ++book.other_currency;
      } else {
        book.deals.push_back(std::move(deal));
      }
    }
    Describe(book);
    return book;
  }

 private:
  explicit Reader(const Crm& crm) : crm_(&crm), zone_(internal::ZoneOf(crm)) {}

  absl::Status MakeInterpreters() {
    graph_ = std::make_unique<internal::SnapshotView>(*crm_, *view_, crm_->engine().hooks(),
                                                      asking_.now);
    EvaluationContext context;
    context.view = graph_.get();
    context.now = asking_.now;
    context.zone = zone_;
    for (const internal::Condition& c : groups_) {
      interpreters_.emplace_back(c.expression->shared_plan(), context);
    }
    return absl::OkStatus();
  }

  // Days of dates and instants, in the tenant's zone.
  std::optional<Date> DayOf(const Value& v) const {
    if (v.is(Value::Kind::kDate)) return v.date();
    if (v.is(Value::Kind::kTimestamp)) return zone_.LocalDate(v.timestamp());
    return std::nullopt;
  }
  static std::optional<double> AmountOf(const Value& v) {
    if (!v.is(Value::Kind::kMoney)) return std::nullopt;
    return static_cast<double>(v.money().units) / Money::kUnitsPerMajor;
  }
  static std::optional<double> ShareOf(const Value& v) {
    if (v.is(Value::Kind::kDouble)) return std::clamp(v.double_value() / 100, 0.0, 1.0);
    return std::nullopt;
  }

  absl::StatusOr<std::optional<Deal>> ReadDeal(const TypeDef& type, RecordRef record,
                                               Currency& currency) {
    const auto get = [&](std::string_view name) {
      return view_->Get(record, type.FindField(name)->id);
    };
    Deal deal;
    deal.opportunity = record;
    const std::string status = ToDisplay(get("status"));
    std::optional<Date> opened = DayOf(get("opened_at"));
    const Value amount = get("amount");
    const Value won_amount = get("won_amount");
    deal.amount = AmountOf(amount);
    deal.won_amount = AmountOf(won_amount).value_or(deal.amount.value_or(0));
    for (const Value* v : {&amount, &won_amount}) {
      if (v->is(Value::Kind::kMoney) && currency.none()) currency = v->money().currency;
    }
    deal.expected = DayOf(get("close_date"));
    deal.probability = ShareOf(get("probability"));
    deal.won = status == "won";
    if (deal.won || status == "lost" || status == "abandoned") {
      deal.closed = DayOf(get("closed_on"));
      if (!deal.closed) deal.closed = deal.expected;
      if (!deal.closed) return std::optional<Deal>();
    } else {
      deal.stage = ToDisplay(get("stage"));
    }
    ReadMoves(record, deal);
    if (!opened && !deal.moves.empty()) opened = deal.moves.front().on;
    if (!opened) return std::optional<Deal>();
    deal.opened = deal.closed ? std::min(*opened, *deal.closed) : *opened;
    const std::optional<Date> since = DayOf(get("stage_since"));
    deal.stage_since = since && *since >= deal.opened ? *since
                       : deal.moves.empty()           ? deal.opened
                                                      : deal.moves.back().on;
    std::string* const groups[] = {&deal.offer, &deal.sector, &deal.size, &deal.channel};
    for (size_t i = 0; i < interpreters_.size(); ++i) {
      RELATA_ASSIGN_OR_RETURN(const EvalResult result, interpreters_[i].Evaluate(record));
      if (result.ok() && result.value.is(Value::Kind::kText)) *groups[i] = result.value.text();
    }
    return std::optional<Deal>(std::move(deal));
  }

  void ReadMoves(RecordRef record, Deal& deal) const {
    const TypeDef* move = view_->schema().Find("stage_change");
    if (move == nullptr || !move->event || !view_->Loaded(move->id)) return;
    std::vector<int64_t> places;
    view_->Events(record, move->id, places);
    for (const int64_t place : places) {
      const EventRef event{move->id, place};
      const auto get = [&](std::string_view name) {
        const FieldDef* field = move->FindField(name);
        return field == nullptr ? Value() : view_->EventField(event, field->id);
      };
      if (view_->EventAt(event) > asking_.now) continue;
      deal.moves.push_back({zone_.LocalDate(view_->EventAt(event)), ToDisplay(get("stage")),
                            AmountOf(get("amount")), DayOf(get("close_date")),
                            ShareOf(get("probability"))});
    }
  }

  static void Describe(DealBook& book) {
    int64_t lost = 0;
    int64_t lost_with_amount = 0;
    bool any = false;
    for (const Deal& d : book.deals) {
      const Date end = d.closed.value_or(d.opened);
      book.first = any ? std::min(book.first, d.opened) : d.opened;
      book.last = any ? std::max(book.last, end) : end;
      any = true;
      if (!d.closed || d.won) continue;
      ++lost;
      lost_with_amount += d.amount.value_or(0) > 0 ? 1 : 0;
    }
    book.amounts_are_estimates = lost > 0 && 2 * lost_with_amount >= lost;
  }

  const Crm* crm_;
  Zone zone_;
  QueryOptions asking_;
  std::vector<internal::Condition> groups_;
  std::shared_ptr<const Snapshot> view_;
  std::unique_ptr<internal::SnapshotView> graph_;
  std::vector<Interpreter> interpreters_;
};

}  // namespace

absl::StatusOr<std::map<int, double>> QuotasOf(const Crm& crm, const QueryOptions& asking,
                                               Currency currency) {
  const std::shared_ptr<const Schema> schema = crm.schema();
  const TypeDef& type = *schema->Find("objective");
  RELATA_ASSIGN_OR_RETURN(const Permissions permissions,
                          internal::PermissionsOf(crm, asking.reader));
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm.View({"objective"}));
  const FieldId fields[] = {type.FindField("target_amount")->id, type.FindField("from")->id,
                            type.FindField("until")->id, type.FindField("parent")->id};
  for (const FieldId field : fields) {
    if (!permissions.MayRead(type.id, field)) {
      return PermissionDenied(Concat("the role may not read objective.", type.field(field)->name));
    }
  }
  std::map<int, double> quotas;
  for (Row row = 0; row < view->RowLimit(type.id); ++row) {
    const RecordRef record{type.id, row};
    if (!view->Exists(record) || !view->Get(record, fields[3]).is_null()) continue;
    const Value target = view->Get(record, fields[0]);
    const Value from = view->Get(record, fields[1]);
    const Value until = view->Get(record, fields[2]);
    if (!target.is(Value::Kind::kMoney) || target.money().currency != currency) continue;
    if (!from.is(Value::Kind::kDate) || !until.is(Value::Kind::kDate)) continue;
    const int32_t days = until.date().days - from.date().days + 1;
    if (days < 1 || days > 3660) continue;
    const double a_day = static_cast<double>(target.money().units) / Money::kUnitsPerMajor / days;
    for (int32_t d = 0; d < days; ++d) {
      const CivilDay c = ToCivil(AddDays(from.date(), d));
      quotas[c.year * 12 + c.month - 1] += a_day;
    }
  }
  return quotas;
}

absl::StatusOr<KnownBook> DealsKnownOn(const Crm& crm, Date day, const QueryOptions& asking,
                                       const DealFields& fields, Currency currency) {
  const Timestamp end = internal::ZoneOf(crm).DayStart(AddDays(day, 1)) - Microseconds(1);
  RELATA_ASSIGN_OR_RETURN(const std::optional<Timestamp> first, crm.FirstCommitAt());
  KnownBook known;
  known.recorded = first && *first <= end && crm.as_of().today();
  QueryOptions then = asking;
  if (known.recorded) {
    then.now = end;
    RELATA_ASSIGN_OR_RETURN(const Crm past, crm.Past({.at = {}, .known_at = end}));
    RELATA_ASSIGN_OR_RETURN(known.book, DealsOf(past, then, fields, currency));
  } else {
    RELATA_ASSIGN_OR_RETURN(known.book, DealsOf(crm, then, fields, currency));
  }
  known.book = BookAsOf(known.book, day);
  return known;
}

absl::StatusOr<DealBook> DealsOf(const Crm& crm, const QueryOptions& asking,
                                 const DealFields& fields, Currency currency) {
  RELATA_ASSIGN_OR_RETURN(Reader reader, Reader::Make(crm, asking, fields));
  return reader.Read(currency);
}

}  // namespace relata

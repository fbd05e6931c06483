// SPDX-License-Identifier: Apache-2.0

#include "reference_product.h"

#include <optional>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "reference_import.h"
#include "relata/engine/pushdown.h"
#include "relata/score/customers.h"
#include "relata/score/rfm.h"
#include "relata/segment/segment.h"
#include "relata/storage/sqlite.h"

namespace relata::bench {

using internal::Concat;

namespace {

// `group` is the public id of account 1.
constexpr Question kQuestions[] = {
    {"Q1", "contact.country == 'FR' && contact.account.industry == 'retail'"},
    {"Q2",
     "contact.products_bought.exists(p, p.code == 'P7') && "
     "!contact.products_bought.exists(p, p.code == 'P3')"},
    {"Q3",
     "contact.events('page_view').filter(e, e.path == '/pricing' && e.at >= now - days(30))"
     ".size() >= 3 && contact.events('download').size() > 0 && "
     "!contact.opportunities.exists(o, !(o.stage in ['closed_won', 'closed_lost']))"},
    {"Q4",
     "contact.orders.filter(o, o.at >= now - days(365)).map(o, o.net).sum() > "
     "money('1000', 'EUR') && !contact.orders.exists(o, o.at >= now - days(90))"},
    {"Q5",
     "contact.orders.exists(o, o.at >= now - days(365)) && "
     "!contact.events('login').exists(e, e.at >= now - days(42))"},
    {"Q6",
     "(contact.account.id == group || contact.account.ancestors.exists(a, a.id == group)) && "
     "contact.tickets.exists(t, t.status == 'open' && t.severity == 'critical')"},
    {"Q7",
     "contact.birth_date >= date('1991-01-01') && contact.birth_date <= date('2000-12-31') && "
     "consent_status('email', 'offers') == 'grant' && "
     "!contact.events('unsubscribe').exists(e, e.at > consent_at('email', 'offers'))"},
    {"Q8", nullptr},
    {"Q9",
     "contact.orders.size() >= 4 && "
     "(now - contact.orders.map(o, o.at).max()).getSeconds() * (contact.orders.size() - 1) > "
     "2 * (contact.orders.map(o, o.at).max() - contact.orders.map(o, o.at).min()).getSeconds()"},
    {"Q10",
     "(in_segment('q2') || in_segment('q4') || in_segment('q9')) && in_segment('q7') && "
     "!in_segment('q5')"},
};

std::string SegmentName(const Question& q) { return Concat("q", q.name + 1); }

}  // namespace

std::span<const Question> Questions() { return kQuestions; }

bool Question::asks_segments() const {
  return text != nullptr && std::string_view(text).find("in_segment") != std::string_view::npos;
}

Answer Sign(const std::vector<Row>& rows) {
  Answer answer;
  for (const Row row : rows) {
    const int64_t id = row + 1;
    ++answer.count;
    answer.sum += id;
    answer.squares += id * id % 1'000'003;
  }
  return answer;
}

Product::Product(Crm crm, std::shared_ptr<const CommitPhases> phases)
    : crm_(std::move(crm)), phases_(std::move(phases)) {}

absl::StatusOr<Product> Product::Open(const std::string& path, double (*clock)()) {
  auto phases = std::make_shared<CommitPhases>(clock);
  RELATA_ASSIGN_OR_RETURN(std::shared_ptr<Store> file, OpenSqliteStore(path));
  OpenOptions options;
  options.ids = phases;
  RELATA_ASSIGN_OR_RETURN(Crm crm, Crm::Open(WrapStore(std::move(file), phases), options));
  phases->Join(crm);
  Product product(std::move(crm), std::move(phases));
  RELATA_RETURN_IF_ERROR(product.Start());
  return product;
}

absl::Status Product::Start() {
  const std::shared_ptr<const Schema> schema = crm_.schema();
  const ColumnsNeeded ids[] = {{schema->Find("account")->id, {kIdField}}};
  RELATA_ASSIGN_OR_RETURN(const auto view, crm_.View(std::span(ids)));
  options_.now = kWorkloadNow;
  options_.parameters["group"] = Value::Text(view->Id({schema->Find("account")->id, 0}).ToString());
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Row>> Product::Ask(const Question& question) {
  if (question.text == nullptr) return Champions();
  const std::string text = question.text + std::string(++asked_, ' ');
  RELATA_ASSIGN_OR_RETURN(QueryAnswer answer, crm_.Query("contact", text, options_));
  if (answer.errors > 0) errors_[question.name] = answer.errors;
  return std::move(answer.rows);
}

absl::Status Product::Save() {
  for (const Question& q : kQuestions) {
    if (q.text == nullptr) continue;
    Segment segment;
    segment.name = SegmentName(q);
    segment.type = "contact";
    segment.expression = q.text;
    // A segment has no parameters.
    const std::string group = Concat("'", options_.parameters.at("group").text(), "'");
    for (size_t at = 0; (at = segment.expression.find("group", at)) != std::string::npos;) {
      segment.expression.replace(at, 5, group);
      at += group.size();
    }
    RELATA_RETURN_IF_ERROR(DefineSegment(crm_, segment, Actor::System("bench"), kWorkloadNow));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Row>> Product::AskSaved(const Question& question) {
  if (question.text == nullptr) return Champions();
  const std::string text = Concat("in_segment('", SegmentName(question), "')");
  RELATA_ASSIGN_OR_RETURN(QueryAnswer answer, crm_.Query("contact", text, options_));
  return std::move(answer.rows);
}

absl::Status Product::KeepChampions() {
  RELATA_ASSIGN_OR_RETURN(champions_, Champions());
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Row>> Product::Kept(const Question& question) {
  return question.text == nullptr ? champions_ : AskSaved(question);
}

absl::Status Product::Append(const std::vector<EventRow>& events) {
  const TypeId contact = crm_.schema()->Find("contact")->id;
  Transaction transaction = crm_.Begin(Actor::System("bench"));
  for (const EventRow& event : events) AppendEvent(event, contact, transaction);
  return transaction.Commit(kWorkloadNow).status();
}

std::string Product::HowPushed(const Question& question) const {
  if (question.text == nullptr) return "loaded";
  const absl::StatusOr<PushedQuestion> pushed = PushDown(crm_, "contact", question.text, options_);
  if (!pushed.ok()) return "loaded";
  return pushed->exact ? "yes" : "no";
}

// Those in the best fifth by recency, frequency and money.
absl::StatusOr<std::vector<Row>> Product::Champions() const {
  RfmDefinition how = StandardRfm();
  how.type = "contact";
  const std::string best[] = {"555"};
  return CustomersScored(crm_, how, best, *Currency::Parse("EUR"), options_);
}

}  // namespace relata::bench

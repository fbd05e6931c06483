// SPDX-License-Identifier: Apache-2.0

#include "reference_import.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/strings.h"

namespace relata::bench {
namespace {

// Rows of one commit.
constexpr size_t kRowsPerCommit = 100'000;

class Importer {
 public:
  Importer(const ReferenceData& data, Crm& crm) : data_(data), crm_(crm) {
    const std::shared_ptr<const Schema> schema = crm.schema();
    account_ = schema->Find("account")->id;
    contact_ = schema->Find("contact")->id;
    order_ = schema->Find("order")->id;
    product_ = schema->Find("product")->id;
  }

  absl::Status Run() {
    RELATA_RETURN_IF_ERROR(Accounts());
    RELATA_RETURN_IF_ERROR(Contacts());
    RELATA_RETURN_IF_ERROR(Products());
    RELATA_RETURN_IF_ERROR(Orders());
    RELATA_RETURN_IF_ERROR(Opportunities());
    RELATA_RETURN_IF_ERROR(Tickets());
    RELATA_RETURN_IF_ERROR(Consents());
    return Events();
  }

 private:
  // Calls add(row, transaction) for every row, so many a commit.
  template <class Row, class Add>
  absl::Status Each(const std::vector<Row>& rows, const Add& add) {
    for (size_t first = 0; first < rows.size(); first += kRowsPerCommit) {
      Transaction transaction = crm_.Begin(Actor::System("import"));
      const size_t end = std::min(rows.size(), first + kRowsPerCommit);
      for (size_t i = first; i < end; ++i) add(i, transaction);
      const absl::StatusOr<Commit> commit =
          transaction.Commit({kWorkloadNow.micros - 3'600'000'000 + ++commits_ * 1'000});
      RELATA_RETURN_IF_ERROR(commit.status());
    }
    return absl::OkStatus();
  }

  static Value At(uint32_t seconds) { return Value::Time({int64_t{seconds} * 1'000'000}); }
  static Value Cents(uint32_t cents) {
    static const Currency kEur = *Currency::Parse("EUR");
    return Value::Amount({int64_t{cents} * 100, kEur});
  }
  static Value Link(TypeId type, uint32_t id) {
    return id == 0 ? Value() : Value::Record({type, Row{id} - 1});
  }

  absl::Status Accounts() {
    return Each(data_.accounts, [&](size_t i, Transaction& t) {
      const AccountRow& r = data_.accounts[i];
      t.Create("account", {{"name", Value::Text(r.name)},
                           {"industry", Value::Text(r.industry)},
                           {"country", Value::Text(r.country)},
                           {"headcount", Value::Int(r.employees)},
                           {"parent", Link(account_, r.parent)}});
    });
  }

  absl::Status Contacts() {
    return Each(data_.contacts, [&](size_t i, Transaction& t) {
      const ContactRow& r = data_.contacts[i];
      std::string email = r.first;
      email += '.';
      email += r.last;
      email += std::to_string(i + 1) + "@example.com";
      t.Create("contact", {{"given_name", Value::Text(r.first)},
                           {"family_name", Value::Text(r.last)},
                           {"email", Value::Text(email)},
                           {"phone", Value::Text("+" + std::to_string(r.phone))},
                           {"country", Value::Text(r.country)},
                           {"birth_date", Value::Day(MakeDate(r.birth_year, 7, 1))},
                           {"created_at", At(r.created)},
                           {"lifecycle", Value::Text(r.lifecycle)},
                           {"account", Link(account_, r.account)}});
    });
  }

  absl::Status Products() {
    std::vector<int> products(51);
    return Each(products, [&](size_t i, Transaction& t) {
      const std::string code = "P" + std::to_string(i + 1);
      t.Create("product", {{"code", Value::Text(code)}, {"name", Value::Text(code)}});
    });
  }

  absl::Status Orders() {
    return Each(data_.orders, [&](size_t i, Transaction& t) {
      const OrderRow& r = data_.orders[i];
      const RecordRef order = t.Create(
          "order",
          {{"contact", Link(contact_, r.contact)}, {"at", At(r.at)}, {"net", Cents(r.cents)}});
      t.Create("order_line", {{"order", Value::Record(order)},
                              {"product", Link(product_, r.product)},
                              {"net", Cents(r.cents)}});
    });
  }

  absl::Status Opportunities() {
    return Each(data_.opportunities, [&](size_t i, Transaction& t) {
      const OpportunityRow& r = data_.opportunities[i];
      const std::string stage = r.stage;
      t.Create("opportunity", {{"name", Value::Text("Opportunity " + std::to_string(i + 1))},
                               {"contact", Link(contact_, r.contact)},
                               {"stage", Value::Text(stage)},
                               {"status", Value::Text(stage == "closed_won"    ? "won"
                                                      : stage == "closed_lost" ? "lost"
                                                                               : "open")},
                               {"amount", Cents(r.cents)}});
    });
  }

  absl::Status Tickets() {
    return Each(data_.tickets, [&](size_t i, Transaction& t) {
      const TicketRow& r = data_.tickets[i];
      t.Create("ticket", {{"subject", Value::Text("Ticket " + std::to_string(i + 1))},
                          {"contact", Link(contact_, r.contact)},
                          {"severity", Value::Text(r.severity)},
                          {"status", Value::Text(r.status)},
                          {"opened_at", At(r.created)}});
    });
  }

  absl::Status Consents() {
    constexpr Channel kChannels[] = {Channel::kEmail, Channel::kSms, Channel::kPhone,
                                     Channel::kPost};
    // The product's vocabulary has no "partners": survey stands for it.
    constexpr Purpose kPurposes[] = {Purpose::kNewsletter, Purpose::kOffers, Purpose::kSurvey};
    return Each(data_.consents, [&](size_t i, Transaction& t) {
      const ConsentRow& r = data_.consents[i];
      ConsentEntry entry;
      entry.event = r.granted ? ConsentEvent::kGrant : ConsentEvent::kWithdraw;
      entry.at = {int64_t{r.at} * 1'000'000};
      entry.person = PartyId::Of({contact_, Row{r.contact} - 1});
      entry.scope.channels = Bit(kChannels[r.channel]);
      entry.scope.purposes = Bit(kPurposes[r.purpose]);
      if (r.granted) entry.evidence.source = ConsentSource::kImport;
      t.RecordConsent(std::move(entry));
    });
  }

  absl::Status Events() {
    return Each(data_.events,
                [&](size_t i, Transaction& t) { AppendEvent(data_.events[i], contact_, t); });
  }

  const ReferenceData& data_;
  Crm& crm_;
  int64_t commits_ = 0;
  TypeId account_ = kNoType;
  TypeId contact_ = kNoType;
  TypeId order_ = kNoType;
  TypeId product_ = kNoType;
};

}  // namespace

void AppendEvent(const EventRow& row, TypeId contact, Transaction& transaction) {
  NamedValues values;
  if (row.page != kNoPage) {
    values.emplace_back("path", Value::Text(internal::Concat("/", kPageNames[row.page])));
  }
  transaction.Append(kProductEvents[row.type], {contact, Row{row.contact} - 1},
                     {int64_t{row.at} * 1'000'000}, std::move(values));
}

absl::Status ImportReferenceData(const ReferenceData& data, Crm& crm) {
  return Importer(data, crm).Run();
}

}  // namespace relata::bench

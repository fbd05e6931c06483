// SPDX-License-Identifier: Apache-2.0

#include "reference_workload.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <random>
#include <string>
#include <utility>

namespace relata::bench {
namespace {

constexpr std::array<const char*, 12> kCountries = {"US", "DE", "FR", "GB", "ES", "IT",
                                                    "NL", "PL", "SE", "CH", "AT", "BE"};
constexpr std::array<const char*, 10> kIndustries = {
    "software",  "retail", "manufacturing", "finance", "health",
    "education", "media",  "logistics",     "energy",  "public"};
constexpr std::array<const char*, 8> kPages = {"home", "product", "pricing", "blog",
                                               "docs", "support", "careers", "checkout"};
constexpr std::array<const char*, 6> kStages = {"prospecting", "qualification", "proposal",
                                                "negotiation", "closed_won",    "closed_lost"};
constexpr uint8_t kNull = 255;
constexpr uint32_t kDay = 86'400;
constexpr auto kNowSeconds = static_cast<uint32_t>(kWorkloadNow.micros / 1'000'000);

FieldDef FieldOf(std::string name, FieldKind kind, std::string target = "",
                 std::string inverse = "") {
  FieldDef field;
  field.name = std::move(name);
  field.kind = kind;
  field.target_name = std::move(target);
  field.inverse = std::move(inverse);
  return field;
}

std::shared_ptr<const Schema> WorkloadSchema() {
  const auto type = [](std::string name, std::string subject, std::vector<FieldDef> fields) {
    TypeDef def;
    def.name = std::move(name);
    def.event = !subject.empty();
    def.subject_name = std::move(subject);
    def.fields = std::move(fields);
    return def;
  };
  Schema schema;
  for (const TypeDef& def :
       {type("account", "", {FieldOf("industry", FieldKind::kText)}),
        type("contact", "",
             {FieldOf("country", FieldKind::kText),
              FieldOf("account", FieldKind::kLink, "account", "contacts")}),
        type("order", "",
             {FieldOf("contact", FieldKind::kLink, "contact", "orders"),
              FieldOf("ordered_at", FieldKind::kTimestamp), FieldOf("amount", FieldKind::kMoney)}),
        type("opportunity", "",
             {FieldOf("contact", FieldKind::kLink, "contact", "opportunities"),
              FieldOf("stage", FieldKind::kText)}),
        type("page_view", "contact", {FieldOf("page", FieldKind::kText)}),
        type("download", "contact", {FieldOf("file", FieldKind::kText)})}) {
    schema = *schema.WithType(def);
  }
  return std::make_shared<const Schema>(std::move(schema));
}

class Generator {
 public:
  Generator(int64_t contacts, uint64_t seed)
      : contacts_(contacts), random_(seed), schema_(WorkloadSchema()) {
    snapshot_ = Snapshot::Empty(schema_);
    // Spreads the contacts of high rank over all rows.
    stride_ = contacts_ * 6 / 10 | 1;
    while (std::gcd(stride_, contacts_) != 1) stride_ += 2;
  }

  Workload Make(int64_t tail) {
    Accounts();
    Contacts();
    Orders();
    Opportunities();
    Events(tail);
    Delete(kAccount, plain_.account_exists);
    Delete(kContact, plain_.contact_exists);
    Delete(kOrder, plain_.order_exists);
    Delete(kOpportunity, deleted_opportunities_);
    for (size_t i = 0; i < deleted_opportunities_.size(); ++i) {
      if (deleted_opportunities_[i] == 0) plain_.opportunity_open[i] = 2;
    }
    return {schema_, snapshot_, std::move(plain_)};
  }

 private:
  double Unit() { return static_cast<double>(random_() >> 11) * 0x1p-53; }
  uint32_t Below(uint32_t n) { return static_cast<uint32_t>(Unit() * n); }
  bool Chance(double p) { return Unit() < p; }
  template <size_t N>
  uint8_t Pick(const std::array<double, N>& weights) {
    double x = Unit() * std::accumulate(weights.begin(), weights.end(), 0.0);
    for (size_t i = 0; i + 1 < N; ++i) {
      if (x < weights[i]) return static_cast<uint8_t>(i);
      x -= weights[i];
    }
    return N - 1;
  }
  // A contact by rank: low ranks are drawn more often.
  uint32_t ContactOf(double rank) {
    const int64_t r = std::min<int64_t>(static_cast<int64_t>(rank), contacts_ - 1);
    return static_cast<uint32_t>((r * stride_ + 12'345) % contacts_);
  }
  // A quarter of the contacts fell silent some time in the last two years.
  uint32_t SilentAt(uint32_t contact) {
    uint64_t h = (contact + 1) * 0x9e3779b97f4a7c15;
    h ^= h >> 31;
    if (h % 4 != 0) return kNowSeconds;
    return kNowSeconds - 30 * kDay - static_cast<uint32_t>((h >> 8) % (700 * kDay));
  }

  // --- Commits ---

  CommitBatch Begin() {
    CommitBatch batch;
    batch.commit.id = snapshot_->commit() + 1;
    batch.commit.recorded = Timestamp{batch.commit.id};
    batch.commit.last_seq = snapshot_->last_seq();
    return batch;
  }
  void Commit(const CommitBatch& batch) { snapshot_ = snapshot_->With(batch); }

  // Creates `rows` records, 100,000 a commit; `values(row)` gives the fields of each.
  template <class Values>
  void Create(TypeId type, int64_t rows, const Values& values) {
    for (int64_t first = 0; first < rows; first += 100'000) {
      CommitBatch batch = Begin();
      for (Row row = first; row < std::min(rows, first + 100'000); ++row) {
        RecordWrite write;
        write.type = type;
        write.row = row;
        for (size_t b = 0; b < 8; ++b) write.id.bytes[b] = static_cast<uint8_t>(random_());
        write.id.bytes[15] = 1;
        write.values = values(row);
        batch.records.push_back(std::move(write));
      }
      Commit(batch);
    }
  }

  // Deletes a twentieth of the records, as a commit of its own.
  void Delete(TypeId type, std::vector<uint8_t>& exists) {
    exists.assign(static_cast<size_t>(snapshot_->RowLimit(type)), 1);
    CommitBatch batch = Begin();
    for (size_t row = 0; row < exists.size(); ++row) {
      if (!Chance(0.05)) continue;
      exists[row] = 0;
      RecordWrite write;
      write.type = type;
      write.row = static_cast<Row>(row);
      write.op = RecordWrite::Op::kDelete;
      batch.records.push_back(std::move(write));
    }
    Commit(batch);
  }

  // --- Records ---

  void Accounts() {
    constexpr std::array<double, 10> kWeights = {18, 15, 15, 12, 10, 8, 7, 6, 5, 4};
    const int64_t n = std::max<int64_t>(contacts_ / 10, 20);
    Create(kAccount, n, [&](Row) {
      const uint8_t industry = Chance(0.1) ? kNull : Pick(kWeights);
      plain_.account_industry.push_back(industry);
      return Fields{{0, industry == kNull ? Value() : Value::Text(kIndustries[industry])}};
    });
  }

  void Contacts() {
    constexpr std::array<double, 12> kWeights = {30, 14, 12, 11, 7, 7, 5, 4, 3, 3, 2, 2};
    const auto accounts = static_cast<double>(plain_.account_industry.size());
    Create(kContact, contacts_, [&](Row) {
      const uint8_t country = Chance(0.1) ? kNull : Pick(kWeights);
      const bool linked = Chance(0.9);
      const auto account = static_cast<uint32_t>(accounts * std::pow(Unit(), 1.2));
      plain_.contact_country.push_back(country);
      plain_.contact_account.push_back(linked ? account + 1 : 0);
      return Fields{{0, country == kNull ? Value() : Value::Text(kCountries[country])},
                    {1, linked ? Value::Record({kAccount, account}) : Value()}};
    });
  }

  void Orders() {
    const Currency eur = *Currency::Parse("EUR");
    std::vector<std::pair<uint32_t, uint32_t>> drawn(static_cast<size_t>(contacts_ * 3));
    for (auto& [at, contact] : drawn) {
      const double u = Unit();
      contact = ContactOf(0.6 * static_cast<double>(contacts_) * u * u);
      const uint32_t begin = kNowSeconds - 1095 * kDay;
      at = begin + static_cast<uint32_t>((SilentAt(contact) - begin) * Unit());
    }
    std::sort(drawn.begin(), drawn.end());
    Create(kOrder, contacts_ * 3, [&](Row row) {
      const auto [at, contact] = drawn[static_cast<size_t>(row)];
      const uint32_t cents =
          500 + static_cast<uint32_t>(5'000.0 * -std::log(1 - Unit()) * (1 + Below(10)));
      plain_.order_contact.push_back(contact + 1);
      plain_.order_at.push_back(at);
      plain_.order_cents.push_back(cents);
      return Fields{{0, Value::Record({kContact, contact})},
                    {1, Value::Time({int64_t{at} * 1'000'000})},
                    {2, Value::Amount({int64_t{cents} * 100, eur})}};
    });
  }

  void Opportunities() {
    constexpr std::array<double, 6> kWeights = {18, 14, 10, 8, 24, 26};
    Create(kOpportunity, contacts_ / 5, [&](Row) {
      const uint32_t contact = ContactOf(static_cast<double>(contacts_) * std::pow(Unit(), 1.6));
      const uint8_t stage = Pick(kWeights);
      plain_.opportunity_contact.push_back(contact + 1);
      plain_.opportunity_open.push_back(stage < 4 ? 1 : 0);
      return Fields{{0, Value::Record({kContact, contact})}, {1, Value::Text(kStages[stage])}};
    });
  }

  // --- Events ---

  struct Drawn {
    uint32_t at, contact;
    uint8_t page;
  };

  // In the order of arrival: one in a hundred arrives up to a month late.
  std::vector<Drawn> Draw(int64_t n) {
    constexpr std::array<double, 8> kWeights = {20, 22, 18, 14, 12, 7, 3, 4};
    std::vector<std::pair<uint32_t, Drawn>> arrivals(static_cast<size_t>(n));
    for (auto& [arrival, event] : arrivals) {
      event.contact = ContactOf(static_cast<double>(contacts_) * std::pow(Unit(), 1.6));
      const uint32_t begin = kNowSeconds - 365 * kDay;
      const uint32_t end = std::max(SilentAt(event.contact), begin + kDay);
      event.at = begin + static_cast<uint32_t>((end - begin) * Unit());
      event.page = Chance(0.1) ? kNull : Pick(kWeights);
      arrival = event.at + (Chance(0.01) ? Below(30 * kDay) : 0);
    }
    std::stable_sort(arrivals.begin(), arrivals.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Drawn> events;
    for (const auto& [arrival, event] : arrivals) events.push_back(event);
    return events;
  }

  void Append(TypeId type, const std::vector<Drawn>& events, size_t from, size_t until) {
    CommitBatch batch = Begin();
    EventBatch out;
    out.type = type;
    out.first_seq = batch.commit.last_seq + 1;
    out.fields = {0};
    out.columns.emplace_back(Value::Kind::kText);
    for (size_t i = from; i < until; ++i) {
      out.subjects.push_back(events[i].contact);
      out.at.push_back({int64_t{events[i].at} * 1'000'000});
      if (events[i].page == kNull) {
        out.columns[0].AppendNull();
      } else {
        out.columns[0].AppendText(kPages[events[i].page]);
      }
    }
    batch.commit.last_seq += static_cast<Seq>(until - from);
    batch.events.push_back(std::move(out));
    Commit(batch);
  }

  void Events(int64_t tail) {
    const std::vector<Drawn> views = Draw(contacts_ * 11);
    const std::vector<Drawn> downloads = Draw(contacts_ * 8 / 10);
    const size_t bulk = views.size() - std::min(views.size(), static_cast<size_t>(tail));
    for (size_t i = 0; i < bulk; i += 1'000'000) {
      Append(kPageView, views, i, std::min(bulk, i + 1'000'000));
    }
    for (size_t i = 0; i < downloads.size(); i += 1'000'000) {
      Append(kDownload, downloads, i, std::min(downloads.size(), i + 1'000'000));
    }
    // Asked once, so that what follows grows the index of the subjects.
    std::vector<int64_t> places;
    snapshot_->Events({kContact, 0}, kPageView, places);
    const size_t step = std::max<size_t>(1, (views.size() - bulk) / 100);
    for (size_t i = bulk; i < views.size(); i += step) {
      Append(kPageView, views, i, std::min(views.size(), i + step));
    }
    for (const Drawn& e : views) {
      plain_.view_contact.push_back(e.contact + 1);
      plain_.view_at.push_back(e.at);
      plain_.view_page.push_back(e.page);
    }
    for (const Drawn& e : downloads) plain_.download_contact.push_back(e.contact + 1);
  }

  using Fields = std::vector<std::pair<FieldId, Value>>;

  const int64_t contacts_;
  std::mt19937_64 random_;
  int64_t stride_ = 1;
  const std::shared_ptr<const Schema> schema_;
  std::shared_ptr<const Snapshot> snapshot_;
  PlainWorkload plain_;
  std::vector<uint8_t> deleted_opportunities_;
};

}  // namespace

Workload MakeWorkload(int64_t contacts, uint64_t seed, int64_t tail) {
  return Generator(contacts, seed).Make(tail);
}

}  // namespace relata::bench

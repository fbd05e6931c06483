// SPDX-License-Identifier: Apache-2.0

#include "reference_data.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <numeric>
#include <tuple>

namespace relata::bench {
namespace {

constexpr int64_t kDay = 86'400;

constexpr std::array kCountries = {"US", "DE", "FR", "GB", "ES", "IT",
                                   "NL", "PL", "SE", "CH", "AT", "BE"};
constexpr std::array<double, 12> kCountryShares = {30, 14, 12, 11, 7, 7, 5, 4, 3, 3, 2, 2};
constexpr std::array kIndustries = {"software",  "retail", "manufacturing", "finance", "health",
                                    "education", "media",  "logistics",     "energy",  "public"};
constexpr std::array<double, 10> kIndustryShares = {18, 15, 15, 12, 10, 8, 7, 6, 5, 4};
constexpr std::array kFirstNames = {"Anna",  "Ben",  "Clara", "David",  "Emma",  "Felix",
                                    "Greta", "Hugo", "Ines",  "Jonas",  "Karin", "Leo",
                                    "Marie", "Noah", "Olga",  "Paul",   "Rosa",  "Samuel",
                                    "Tina",  "Uwe",  "Vera",  "Willem", "Yara",  "Zoe"};
constexpr std::array kLastNames = {
    "Smith", "Meyer",   "Dubois",      "Rossi",  "Garcia", "Jansen", "Kowalski", "Larsson",
    "Huber", "Peeters", "Brown",       "Schulz", "Moreau", "Ricci",  "Lopez",    "Visser",
    "Nowak", "Berg",    "Wagner",      "Claes",  "Taylor", "Weber",  "Laurent",  "Conti",
    "Perez", "Bakker",  "Lewandowski", "Lind",   "Bauer",  "Maes"};
constexpr std::array kLifecycles = {"lead", "mql", "sql", "customer", "churned"};
constexpr std::array<double, 7> kEventShares = {55, 20, 6, 12, 2.5, 4, 0.5};
constexpr std::array<double, 8> kPageShares = {20, 22, 18, 14, 12, 7, 3, 4};
constexpr std::array kStages = {"prospecting", "qualification", "proposal",
                                "negotiation", "closed_won",    "closed_lost"};
constexpr std::array<double, 6> kStageShares = {18, 14, 10, 8, 24, 26};
constexpr std::array<uint32_t, 6> kStageOdds = {10, 25, 50, 75, 100, 0};
constexpr std::array kSeverities = {"low", "normal", "high", "critical"};
constexpr std::array<double, 4> kSeverityShares = {30, 45, 18, 7};
constexpr std::array kTicketStatuses = {"open", "pending", "solved", "closed"};
constexpr std::array<double, 4> kTicketShares = {12, 8, 30, 50};

// SplitMix64 (Steele, Lea, Flood 2014), seeded as the workload's answers assume.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15 + 0x1234567) {}

  uint64_t Next() {
    uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  double Unit() { return static_cast<double>(Next() >> 11) * (1.0 / 9007199254740992.0); }
  uint64_t Below(uint64_t n) { return static_cast<uint64_t>(Unit() * static_cast<double>(n)); }
  template <size_t N>
  size_t Pick(const std::array<double, N>& shares) {
    double total = 0;
    for (double share : shares) total += share;
    double x = Unit() * total;
    for (size_t i = 0; i < N; ++i) {
      if (x < shares[i]) return i;
      x -= shares[i];
    }
    return N - 1;
  }

 private:
  uint64_t state_;
};

class Generator {
 public:
  Generator(uint64_t contacts, uint64_t seed)
      : contacts_(contacts), accounts_(std::max<uint64_t>(contacts / 10, 20)), seed_(seed) {
    stride_ = uint64_t{0x9E3779B1} % contacts_ | 1;
    while (std::gcd(stride_, contacts_) != 1) stride_ += 2;
  }

  ReferenceData Make() {
    Accounts();
    Contacts();
    Orders();
    Events();
    Consents();
    Opportunities();
    Tickets();
    return std::move(data_);
  }

 private:
  // Contacts of low rank are drawn more often; the stride spreads them over all ids.
  uint32_t ContactOf(double rank) const {
    const uint64_t r = std::min(static_cast<uint64_t>(rank), contacts_ - 1);
    return static_cast<uint32_t>((r * stride_ + 12345) % contacts_ + 1);
  }
  uint32_t AnyContact(Random& random) const {
    return ContactOf(static_cast<double>(contacts_) * std::pow(random.Unit(), 1.6));
  }
  // A quarter of the contacts fell silent some day of the last two years.
  int64_t SilentAt(uint32_t contact) const {
    const uint64_t h = Random(seed_ ^ (uint64_t{0xC0FFEE} << 20) ^ contact).Next();
    if (h % 4 != 0) return kNowSeconds;
    return kNowSeconds - 30 * kDay - static_cast<int64_t>((h >> 8) % (700 * kDay));
  }

  void Accounts() {
    Random random(seed_ + 1);
    // Four levels of a hierarchy, then accounts that stand alone.
    const uint64_t levels[] = {0, accounts_ / 10, accounts_ * 3 / 10, accounts_ * 6 / 10,
                               accounts_ * 75 / 100};
    for (uint64_t i = 0; i < accounts_; ++i) {
      size_t level = 0;
      for (size_t l = 1; l < 4; ++l) level = i >= levels[l] && i < levels[l + 1] ? l : level;
      AccountRow row{};
      if (level > 0) {
        const double u = random.Unit();
        const auto width = static_cast<double>(levels[level] - levels[level - 1]);
        row.parent =
            static_cast<uint32_t>(levels[level - 1] + static_cast<uint64_t>(width * u * u * u) + 1);
      }
      row.name = kLastNames[random.Below(30)];
      row.name += " Group " + std::to_string(i + 1);
      row.industry = kIndustries[random.Pick(kIndustryShares)];
      row.country = kCountries[random.Pick(kCountryShares)];
      row.employees =
          static_cast<uint32_t>(1 + static_cast<int64_t>(5000 * std::pow(random.Unit(), 4)));
      data_.accounts.push_back(std::move(row));
    }
  }

  void Contacts() {
    Random random(seed_ + 2);
    data_.contacts.reserve(contacts_);
    for (uint64_t i = 0; i < contacts_; ++i) {
      ContactRow row{};
      row.first = kFirstNames[random.Below(24)];
      row.last = kLastNames[random.Below(30)];
      if (random.Unit() >= 0.1) {
        row.account =
            static_cast<uint32_t>(static_cast<double>(accounts_) * std::pow(random.Unit(), 1.2)) +
            1;
      }
      row.phone = 10'000'000'000 + static_cast<int64_t>(random.Below(89'999'999'999));
      row.country = kCountries[random.Pick(kCountryShares)];
      row.birth_year = static_cast<uint16_t>(1945 + random.Below(61));
      row.created = static_cast<uint32_t>(kNowSeconds - 1 -
                                          static_cast<int64_t>(random.Below(5 * 365 * kDay)));
      row.lifecycle = kLifecycles[random.Below(5)];
      data_.contacts.push_back(row);
    }
  }

  // Three a contact on average; six contacts in ten buy, over three years.
  void Orders() {
    Random random(seed_ + 3);
    data_.orders.resize(contacts_ * 3);
    for (OrderRow& row : data_.orders) {
      const double u = random.Unit();
      row.contact = ContactOf(0.6 * static_cast<double>(contacts_) * u * u);
      row.at = Between(kNowSeconds - 1095 * kDay, SilentAt(row.contact), random);
      row.product = 1 + static_cast<uint32_t>(50 * std::pow(random.Unit(), 1.5));
      row.cents = 500 + static_cast<uint32_t>(5000.0 * -std::log(1 - random.Unit()) *
                                              (1 + row.product % 10));
    }
    std::sort(data_.orders.begin(), data_.orders.end(), [](const OrderRow& a, const OrderRow& b) {
      return std::tie(a.at, a.contact, a.product) < std::tie(b.at, b.contact, b.product);
    });
  }

  // Twenty a contact on average, over one year.
  void Events() {
    Random random(seed_ + 4);
    data_.events.resize(contacts_ * 20);
    const int64_t begin = kNowSeconds - 365 * kDay;
    for (EventRow& row : data_.events) {
      row.contact = AnyContact(random);
      row.at = Between(begin, std::max(SilentAt(row.contact), begin + kDay), random);
      row.type = static_cast<uint8_t>(random.Pick(kEventShares));
      const bool paged = row.type == 0 || row.type == 4 || row.type == 5;
      row.page = paged ? static_cast<uint8_t>(random.Pick(kPageShares)) : kNoPage;
    }
    std::sort(data_.events.begin(), data_.events.end(), [](const EventRow& a, const EventRow& b) {
      return std::tie(a.at, a.contact, a.type, a.page) < std::tie(b.at, b.contact, b.type, b.page);
    });
  }

  // Half of all keys (channel, purpose) of a contact exist, with one statement or several.
  void Consents() {
    Random random(seed_ + 5);
    data_.consents.reserve(contacts_ * 9);
    for (uint64_t contact = 1; contact <= contacts_; ++contact) {
      for (uint32_t key = 0; key < 12; ++key) {
        if (random.Unit() >= 0.5) continue;
        int64_t at = kNowSeconds - 1 - static_cast<int64_t>(random.Below(4 * 365 * kDay));
        for (double odds = 0.72;; odds = 0.4) {
          const bool granted = random.Unit() < odds;
          data_.consents.push_back({static_cast<uint32_t>(at), static_cast<uint32_t>(contact),
                                    static_cast<uint8_t>(key / 3), static_cast<uint8_t>(key % 3),
                                    granted});
          if (random.Unit() >= 0.3) break;
          const int64_t left = kNowSeconds - 1 - at;
          if (left < 2) break;
          at += 1 + static_cast<int64_t>(random.Below(static_cast<uint64_t>(left - 1)));
        }
      }
    }
    std::sort(data_.consents.begin(), data_.consents.end(),
              [](const ConsentRow& a, const ConsentRow& b) {
                return std::tie(a.at, a.contact, a.channel, a.purpose, a.granted) <
                       std::tie(b.at, b.contact, b.channel, b.purpose, b.granted);
              });
  }

  void Opportunities() {
    Random random(seed_ + 6);
    for (uint64_t i = 0; i < contacts_ / 5; ++i) {
      OpportunityRow row{};
      const size_t stage = random.Pick(kStageShares);
      row.stage = kStages[stage];
      row.contact = AnyContact(random);
      row.cents =
          static_cast<uint32_t>(100'000 + static_cast<int64_t>(5e6 * std::pow(random.Unit(), 3)));
      row.probability = kStageOdds[stage];
      row.close = static_cast<uint32_t>(
          stage >= 4 ? kNowSeconds - 1 - static_cast<int64_t>(random.Below(700 * kDay))
                     : kNowSeconds + static_cast<int64_t>(random.Below(200 * kDay)));
      data_.opportunities.push_back(row);
    }
  }

  void Tickets() {
    Random random(seed_ + 7);
    for (uint64_t i = 0; i < contacts_ / 4; ++i) {
      TicketRow row{};
      row.contact = AnyContact(random);
      row.severity = kSeverities[random.Pick(kSeverityShares)];
      row.status = kTicketStatuses[random.Pick(kTicketShares)];
      row.created =
          static_cast<uint32_t>(kNowSeconds - 1 - static_cast<int64_t>(random.Below(400 * kDay)));
      data_.tickets.push_back(row);
    }
  }

  static uint32_t Between(int64_t begin, int64_t end, Random& random) {
    const int64_t at =
        begin + static_cast<int64_t>(static_cast<double>(end - begin) * random.Unit());
    return static_cast<uint32_t>(std::min(at, kNowSeconds - 1));
  }

  const uint64_t contacts_;
  const uint64_t accounts_;
  const uint64_t seed_;
  uint64_t stride_ = 1;
  ReferenceData data_;
};

// --- CSV ---------------------------------------------------------------------------------------

class CsvFile {
 public:
  CsvFile(const std::string& path, const char* header) : file_(std::fopen(path.c_str(), "wb")) {
    if (file_ != nullptr) std::fprintf(file_.get(), "%s\n", header);
  }
  bool ok() const { return file_ != nullptr && std::ferror(file_.get()) == 0; }
  template <class... Values>
  void Line(const char* format, Values... values) {
    if (file_ != nullptr) std::fprintf(file_.get(), format, values...);
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_;
};

std::string OrEmpty(uint32_t id) { return id == 0 ? "" : std::to_string(id); }

bool WriteRecords(const ReferenceData& d, const std::string& folder) {
  CsvFile accounts(folder + "/accounts.csv",
                   "account_id,parent_id,name,industry,country,employees");
  size_t id = 0;
  for (const AccountRow& r : d.accounts) {
    accounts.Line("%zu,%s,%s,%s,%s,%u\n", ++id, OrEmpty(r.parent).c_str(), r.name.c_str(),
                  r.industry, r.country, r.employees);
  }
  CsvFile contacts(folder + "/contacts.csv",
                   "contact_id,account_id,first_name,last_name,email,phone,country,birth_year,"
                   "created_ts,lifecycle");
  id = 0;
  for (const ContactRow& r : d.contacts) {
    ++id;
    contacts.Line("%zu,%s,%s,%s,%s.%s%zu@example.com,+%lld,%s,%u,%u,%s\n", id,
                  OrEmpty(r.account).c_str(), r.first, r.last, r.first, r.last, id,
                  static_cast<long long>(r.phone), r.country, unsigned{r.birth_year}, r.created,
                  r.lifecycle);
  }
  CsvFile opportunities(folder + "/opportunities.csv",
                        "opportunity_id,contact_id,stage,amount_cents,probability,close_ts");
  id = 0;
  for (const OpportunityRow& r : d.opportunities) {
    opportunities.Line("%zu,%u,%s,%u,%u,%u\n", ++id, r.contact, r.stage, r.cents, r.probability,
                       r.close);
  }
  CsvFile tickets(folder + "/tickets.csv", "ticket_id,contact_id,severity,status,created_ts");
  id = 0;
  for (const TicketRow& r : d.tickets) {
    tickets.Line("%zu,%u,%s,%s,%u\n", ++id, r.contact, r.severity, r.status, r.created);
  }
  return accounts.ok() && contacts.ok() && opportunities.ok() && tickets.ok();
}

bool WriteFacts(const ReferenceData& d, const std::string& folder) {
  CsvFile orders(folder + "/orders.csv", "order_id,contact_id,product_id,amount_cents,ts");
  size_t id = 0;
  for (const OrderRow& r : d.orders) {
    orders.Line("%zu,%u,%u,%u,%u\n", ++id, r.contact, r.product, r.cents, r.at);
  }
  CsvFile events(folder + "/events.csv", "event_id,contact_id,type,page,ts");
  id = 0;
  for (const EventRow& r : d.events) {
    events.Line("%zu,%u,%s,%s,%u\n", ++id, r.contact, kEventNames[r.type],
                r.page == kNoPage ? "" : kPageNames[r.page], r.at);
  }
  CsvFile consents(folder + "/consents.csv", "consent_id,contact_id,channel,purpose,status,ts");
  id = 0;
  for (const ConsentRow& r : d.consents) {
    consents.Line("%zu,%u,%s,%s,%s,%u\n", ++id, r.contact, kChannelNames[r.channel],
                  kPurposeNames[r.purpose], r.granted ? "granted" : "withdrawn", r.at);
  }
  return orders.ok() && events.ok() && consents.ok();
}

}  // namespace

ReferenceData MakeReferenceData(uint64_t contacts, uint64_t seed) {
  return Generator(contacts, seed).Make();
}

bool WriteCsv(const ReferenceData& data, const std::string& folder) {
  return WriteRecords(data, folder) && WriteFacts(data, folder);
}

}  // namespace relata::bench

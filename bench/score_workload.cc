// SPDX-License-Identifier: Apache-2.0
//
// Rule scores of a whole population: 20 rules over contacts, their accounts and their behaviour,
// computed by columns. The same rows are written as plain arrays and the totals beside them, for a
// peer to load and to compare with (score_workload.py runs both and prints the ratio).
//
//   score_workload FOLDER [contacts=1000000] [repetitions=5]
//
// Prints one JSON object. Times are of this thread's processor.

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "relata/engine/crm.h"
#include "relata/storage/store.h"
#include "score/population_scorer.h"
#include "score/score_program.h"

namespace relata::bench {
namespace {

constexpr int64_t kNow = 1'751'241'600;  // 2025-06-30T00:00:00Z
constexpr int64_t kDay = 86'400;
constexpr std::array<const char*, 6> kCountries = {"US", "DE", "FR", "GB", "ES", "IT"};
constexpr std::array<const char*, 5> kIndustries = {"software", "retail", "finance", "health",
                                                    "energy"};
constexpr std::array<const char*, 4> kJobs = {"Head of Purchasing", "Buyer", "Engineer", "Intern"};
constexpr std::array<const char*, 8> kPaths = {"/",     "/product", "/pricing", "/blog",
                                               "/docs", "/support", "/careers", "/checkout"};

// Each rule once, for both sides: the peer's SQL says the same.
constexpr std::string_view kScore = R"json({
  "type": "contact", "cap": 200,
  "groups": [{"name": "fit", "cap": 50}, {"name": "engagement", "cap": 120}],
  "rules": [
    {"name": "r1", "group": "fit", "points": 15, "when": "contact.country == 'FR'"},
    {"name": "r2", "group": "fit", "points": 5,
     "when": "contact.country == 'DE' || contact.country == 'GB'"},
    {"name": "r3", "group": "fit", "points": 20, "when": "contact.account.industry == 'retail'"},
    {"name": "r4", "group": "fit", "points": 8, "when": "contact.job_title == 'Head of Purchasing'"},
    {"name": "r5", "group": "fit", "points": -10, "when": "contact.job_title == 'Intern'"},
    {"name": "r6", "points": -3, "when": "contact.job_title == null"},
    {"name": "r7", "group": "engagement", "points": 5, "cap": 30, "event": "page_view",
     "where": "e.path == '/pricing'", "window_days": 90, "half_life_days": 30},
    {"name": "r8", "group": "engagement", "points": 1, "cap": 15, "event": "page_view",
     "half_life_days": 60},
    {"name": "r9", "group": "engagement", "points": 2, "cap": 10, "event": "page_view",
     "where": "e.path == '/product'", "half_life_days": 14},
    {"name": "r10", "points": -4, "cap": 12, "event": "page_view",
     "where": "e.path == '/careers'", "window_days": 180},
    {"name": "r11", "group": "engagement", "points": 10, "event": "page_view",
     "where": "e.path == '/checkout'", "half_life_days": 7, "most": 3},
    {"name": "r12", "group": "engagement", "points": 1.5, "cap": 6, "event": "page_view",
     "where": "e.path == '/docs' || e.path == '/support'", "window_days": 30},
    {"name": "r13", "group": "engagement", "points": 2, "cap": 20, "event": "email_opened",
     "half_life_days": 30},
    {"name": "r14", "group": "engagement", "points": 1, "cap": 8, "event": "email_opened",
     "window_days": 14},
    {"name": "r15", "group": "engagement", "points": 0.5, "cap": 5, "event": "email_opened",
     "window_days": 180, "half_life_days": 90},
    {"name": "r16", "group": "engagement", "points": 12, "event": "download",
     "half_life_days": 45, "most": 2},
    {"name": "r17", "points": 1, "cap": 4, "event": "download", "window_days": 365},
    {"name": "r18", "group": "engagement", "points": 1, "cap": 10, "event": "login",
     "window_days": 30},
    {"name": "r19", "group": "engagement", "points": 3, "cap": 25, "event": "login",
     "half_life_days": 10},
    {"name": "r20", "points": 0.25, "cap": 3, "event": "login", "window_days": 365,
     "half_life_days": 120}]})json";

double Seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

template <class T>
bool Save(const std::string& file, const std::vector<T>& values) {
  std::FILE* out = std::fopen(file.c_str(), "wb");
  if (out == nullptr) return false;
  const bool written = std::fwrite(values.data(), sizeof(T), values.size(), out) == values.size();
  return std::fclose(out) == 0 && written;
}

// The graph and the arrays of the same rows; codes are places in the lists above, 255 is null.
class Company {
 public:
  Company(const Crm& crm, std::string folder, int64_t contacts)
      : schema_(crm.schema()), folder_(std::move(folder)), contacts_(contacts) {
    snapshot_ = Snapshot::Empty(schema_);
  }

  bool Make() {
    return Accounts() && Contacts() && Events("page_view", "path", contacts_ * 11) &&
           Events("email_opened", "", contacts_ * 5) && Events("download", "", contacts_) &&
           Events("login", "", contacts_ * 3);
  }
  const Snapshot& snapshot() const { return *snapshot_; }
  int64_t events() const { return contacts_ * 20; }

 private:
  double Unit() { return static_cast<double>(random_() >> 11) * 0x1p-53; }
  template <size_t N>
  uint8_t Pick(const std::array<const char*, N>&, double null) {
    if (Unit() < null) return 255;
    const double u = Unit();
    return static_cast<uint8_t>(u * u * N);  // the first are frequent
  }
  template <size_t N>
  static Value Text(const std::array<const char*, N>& texts, uint8_t code) {
    return code == 255 ? Value() : Value::Text(texts[code]);
  }
  FieldId FieldOf(std::string_view type, std::string_view field) const {
    return schema_->FindField(type, field)->id;
  }
  CommitBatch Begin() const {
    CommitBatch batch;
    batch.commit.id = snapshot_->commit() + 1;
    batch.commit.recorded = Timestamp{batch.commit.id};
    batch.commit.last_seq = snapshot_->last_seq();
    return batch;
  }
  template <class Values>
  void Create(std::string_view type, int64_t rows, const Values& values) {
    const TypeId id = schema_->Find(type)->id;
    for (int64_t first = 0; first < rows; first += 100'000) {
      CommitBatch batch = Begin();
      for (Row row = first; row < std::min(rows, first + 100'000); ++row) {
        RecordWrite write;
        write.type = id;
        write.row = row;
        for (size_t b = 0; b < 8; ++b) write.id.bytes[b] = static_cast<uint8_t>(random_());
        write.values = values(row);
        batch.records.push_back(std::move(write));
      }
      snapshot_ = snapshot_->With(batch);
    }
  }

  using Fields = std::vector<std::pair<FieldId, Value>>;

  bool Accounts() {
    std::vector<uint8_t> industries;
    const FieldId industry = FieldOf("account", "industry");
    Create("account", contacts_ / 10, [&](Row) {
      industries.push_back(Pick(kIndustries, 0.1));
      return Fields{{industry, Text(kIndustries, industries.back())}};
    });
    return Save(folder_ + "/account_industry.u1", industries);
  }

  bool Contacts() {
    std::vector<uint8_t> countries, jobs;
    std::vector<int32_t> accounts;
    const FieldId country = FieldOf("contact", "country");
    const FieldId job = FieldOf("contact", "job_title");
    const FieldId account = FieldOf("contact", "account");
    const TypeId account_type = schema_->Find("account")->id;
    Create("contact", contacts_, [&](Row) {
      countries.push_back(Pick(kCountries, 0.1));
      jobs.push_back(Pick(kJobs, 0.2));
      const auto of = static_cast<int32_t>(Unit() * static_cast<double>(contacts_ / 10));
      accounts.push_back(Unit() < 0.1 ? -1 : of);
      return Fields{
          {country, Text(kCountries, countries.back())},
          {job, Text(kJobs, jobs.back())},
          {account,
           accounts.back() < 0 ? Value() : Value::Record({account_type, accounts.back()})}};
    });
    return Save(folder_ + "/contact_country.u1", countries) &&
           Save(folder_ + "/contact_job.u1", jobs) &&
           Save(folder_ + "/contact_account.i4", accounts);
  }

  // In the order of arrival: one in a hundred arrives up to a month late.
  bool Events(const std::string& type, const std::string& field, int64_t n) {
    struct Drawn {
      int32_t arrival, at, contact;
    };
    std::vector<Drawn> drawn(static_cast<size_t>(n));
    for (Drawn& d : drawn) {
      const double u = Unit();
      d.contact = static_cast<int32_t>(u * u * static_cast<double>(contacts_));
      d.at = static_cast<int32_t>(kNow - 1 - static_cast<int64_t>(Unit() * 365 * kDay));
      d.arrival = d.at + (Unit() < 0.01 ? static_cast<int32_t>(Unit() * 30 * kDay) : 0);
    }
    std::stable_sort(drawn.begin(), drawn.end(),
                     [](const Drawn& a, const Drawn& b) { return a.arrival < b.arrival; });
    std::vector<int32_t> subjects, ats;
    std::vector<uint8_t> codes;
    for (size_t first = 0; first < drawn.size(); first += 1'000'000) {
      CommitBatch batch = Begin();
      EventBatch out;
      out.type = schema_->Find(type)->id;
      out.first_seq = batch.commit.last_seq + 1;
      if (!field.empty()) {
        out.fields = {FieldOf(type, field)};
        out.columns.emplace_back(Value::Kind::kText);
      }
      const size_t until = std::min(drawn.size(), first + 1'000'000);
      for (size_t i = first; i < until; ++i) {
        out.subjects.push_back(drawn[i].contact);
        out.at.push_back({int64_t{drawn[i].at} * 1'000'000});
        subjects.push_back(drawn[i].contact);
        ats.push_back(drawn[i].at);
        if (field.empty()) continue;
        codes.push_back(Pick(kPaths, 0.1));
        if (codes.back() == 255) {
          out.columns[0].AppendNull();
        } else {
          out.columns[0].AppendText(kPaths[codes.back()]);
        }
      }
      batch.commit.last_seq += static_cast<Seq>(until - first);
      batch.events.push_back(std::move(out));
      snapshot_ = snapshot_->With(batch);
    }
    return Save(folder_ + "/" + type + "_contact.i4", subjects) &&
           Save(folder_ + "/" + type + "_at.i4", ats) &&
           (field.empty() || Save(folder_ + "/" + type + "_code.u1", codes));
  }

  const std::shared_ptr<const Schema> schema_;
  const std::string folder_;
  const int64_t contacts_;
  std::mt19937_64 random_{42};
  std::shared_ptr<const Snapshot> snapshot_;
};

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "score_workload: %s\n", status.ToString().c_str());
  return 1;
}

int Run(const std::string& folder, int64_t contacts, int repetitions) {
  mkdir(folder.c_str(), 0777);
  const absl::StatusOr<Crm> crm = Crm::Open(":memory:");
  if (!crm.ok()) return Fail(crm.status());
  Company company(*crm, folder, contacts);
  if (!company.Make()) return Fail(Unavailable("cannot write the arrays"));
  absl::StatusOr<RuleScore> score = ParseRuleScore("bench", kScore);
  if (!score.ok()) return Fail(score.status());
  std::vector<double> times;
  std::vector<double> totals;
  for (int r = 0; r < repetitions; ++r) {
    const double start = Seconds();
    // Nothing is kept from one repetition to the next: the rules are checked and planned again.
    const absl::StatusOr<internal::ScoreProgram> program = internal::CheckScore(*crm, *score);
    if (!program.ok()) return Fail(program.status());
    absl::StatusOr<PopulationScores> scores =
        internal::PopulationScorer(*crm, company.snapshot(), *program, Timestamp{kNow * 1'000'000})
            .Totals();
    if (!scores.ok()) return Fail(scores.status());
    times.push_back(Seconds() - start);
    totals = std::move(scores->totals);
  }
  if (!Save(folder + "/totals.f8", totals)) return Fail(Unavailable("cannot write the totals"));
  std::sort(times.begin(), times.end());
  std::printf("{\"contacts\": %lld, \"events\": %lld, \"rules\": %zu, \"seconds\": %.4f}\n",
              static_cast<long long>(contacts), static_cast<long long>(company.events()),
              score->rules.size(), times[times.size() / 2]);
  return 0;
}

}  // namespace
}  // namespace relata::bench

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const int64_t contacts = argc > 2 ? std::atoll(argv[2]) : 1'000'000;
  const int repetitions = argc > 3 ? std::atoi(argv[3]) : 5;
  if (contacts < 100 || repetitions < 1) return 2;
  return relata::bench::Run(argv[1], contacts, repetitions);
}

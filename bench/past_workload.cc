// SPDX-License-Identifier: Apache-2.0
//
// Named workload: what a question about the past costs beside the same question about today.
//
//   past_workload [CONTACTS] [DIR]
//
// CONTACTS contacts are written, then a hundredth, a tenth and all of them are changed, each in
// commits of 1,000. The database is opened anew for each question, so that both sides load what
// they need: "how many are customers", today, and as of before each of the changes. Then each is
// asked again, loaded. What counts are the ratios to today.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "measure.h"
#include "relata/engine/crm.h"
#include "relata/process/overview.h"

namespace relata {
namespace {

const Timestamp kStart = UtcMidnight(MakeDate(2026, 1, 1));
const Actor kLoader = Actor::System("load");
constexpr int64_t kRowsPerCommit = 1000;

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", std::string(Message(status)).c_str());
  std::exit(1);
}

template <class T>
T Check(absl::StatusOr<T> value) {
  Check(value.status());
  return *std::move(value);
}

std::vector<RecordRef> Create(const Crm& crm, int64_t contacts) {
  std::vector<RecordRef> made;
  for (int64_t i = 0; i < contacts;) {
    Transaction tx = crm.Begin(kLoader);
    for (int64_t k = 0; k < kRowsPerCommit && i < contacts; ++k, ++i) {
      made.push_back(tx.Create("contact", {{"family_name", Value::Text("N" + std::to_string(i))},
                                           {"lifecycle", Value::Text("lead")}}));
    }
    Check(tx.Commit(kStart).status());
  }
  for (RecordRef& record : made) record = crm.Resolve(record);
  return made;
}

void Change(const Crm& crm, const std::vector<RecordRef>& contacts, int64_t count,
            const char* state, Timestamp now) {
  for (int64_t i = 0; i < count;) {
    Transaction tx = crm.Begin(kLoader);
    for (int64_t k = 0; k < kRowsPerCommit && i < count; ++k, ++i) {
      tx.Update(contacts[static_cast<size_t>(i)], {{"lifecycle", Value::Text(state)}});
    }
    Check(tx.Commit(now).status());
  }
}

struct Cost {
  double first = 0;  // the database opened, the tables loaded, the answer
  double again = 0;  // the answer
  double view = 0;   // the 360-degree view of one contact
  int64_t count = 0;
};

Cost Ask(const std::string& path, const AsOf& as_of, RecordRef one) {
  QueryOptions asking;
  asking.now = kStart + Days(100);
  asking.limit = 1;
  const auto ask = [&](const Crm& crm) {
    return Check(crm.Query("contact", "contact.lifecycle == 'customer'", asking)).count;
  };
  Cost cost;
  double begin = bench::Processor();
  const Crm today = Check(Crm::Open(path));
  const Crm crm = Check(today.Past(as_of));
  cost.count = ask(crm);
  cost.first = bench::Processor() - begin;
  constexpr int kTimes = 20;
  begin = bench::Processor();
  for (int i = 0; i < kTimes; ++i) (void)ask(crm);
  cost.again = (bench::Processor() - begin) / kTimes;
  (void)Check(OverviewOf(crm, one, asking));  // loads the tables around a contact
  begin = bench::Processor();
  for (int i = 0; i < kTimes; ++i) (void)Check(OverviewOf(crm, one, asking));
  cost.view = (bench::Processor() - begin) / kTimes;
  return cost;
}

void Run(int64_t contacts, const std::filesystem::path& dir) {
  const std::string path = (dir / "past.db").string();
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
  struct Part {
    const char* name;
    int64_t changed;
    AsOf before;
  };
  std::vector<Part> parts = {
      {"all", contacts, {}}, {"a tenth", contacts / 10, {}}, {"a hundredth", contacts / 100, {}}};
  RecordRef one;
  {
    const Crm crm = Check(Crm::Open(path));
    const std::vector<RecordRef> made = Create(crm, contacts);
    one = made[0];
    int day = 10;
    for (Part& part : parts) {
      part.before.known_at = kStart + Days(day) - Seconds(1);
      Change(crm, made, part.changed, day == 10 ? "customer" : "inactive", kStart + Days(day));
      day += 10;
    }
  }
  const Cost today = Ask(path, {}, one);
  std::printf(
      "today             %7lld customers   first %8.2f ms   again %7.3f ms   view %7.3f ms\n",
      static_cast<long long>(today.count), today.first * 1e3, today.again * 1e3, today.view * 1e3);
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    const Cost past = Ask(path, part->before, one);
    std::printf("%-11s since  %7lld customers   first / today %5.2f   again %5.2f   view %5.2f\n",
                part->name, static_cast<long long>(past.count), past.first / today.first,
                past.again / today.again, past.view / today.view);
  }
}

}  // namespace
}  // namespace relata

int main(int argc, char** argv) {
  const int64_t contacts = argc > 1 ? std::atoll(argv[1]) : 200'000;
  relata::Run(contacts, argc > 2 ? argv[2] : ".");
  return 0;
}

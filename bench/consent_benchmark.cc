// SPDX-License-Identifier: Apache-2.0
//
// May we contact this person? One decision, and an audience of them.
//
//   consent_benchmark [--persons N] [--questions N] [--file PATH]
//
// N persons with eight entries of the consent ledger each, as a mailing list of some years has
// them, are committed to a database; a tenth are known by no country and judged by every law, a
// fifth live where two laws may apply. Persons are asked about in random order: e-mail, a call with
// its hours and caps, and a text message. Asked are
//
//   - the C++ interface on a database that is exclusive (no look for other writers), and shared;
//   - the C interface, exclusive;
//   - the pure rules on a compiled ledger (relata::core);
//   - a prepared point query of SQLite on the same entries, which only fetches them;
//   - a batch: every person once, in order, on one thread.
//
// Times of single questions are of the wall clock, p50 and p99, the clock's own cost taken off; the
// batch is also given in the thread's processor time, which a busy machine does not change. What
// counts are ratios within one run.

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "capi/relata.h"
#include "relata/consent/decide.h"
#include "relata/consent/ledger_cache.h"
#include "relata/relata.h"
#include "relata/segment/audience.h"
#include "relata/storage/sqlite.h"

namespace relata {
namespace {

constexpr int kEntries = 8;
constexpr int64_t kPart = 20'000;  // persons a commit
const Timestamp kNow = UtcMidnight(MakeDate(2026, 3, 10)) + Hours(10);

struct Settings {
  int64_t persons = 1'000'000;
  int64_t questions = 400'000;
  std::string file;
};

[[noreturn]] void Stop(const absl::Status& status) {
  std::fprintf(stderr, "consent_benchmark: %s\n", status.ToString().c_str());
  std::exit(1);
}

template <class T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) Stop(value.status());
  return *std::move(value);
}

ConsentEntry EntryOf(int place, std::mt19937_64& random) {
  constexpr ConsentEvent kEvents[] = {ConsentEvent::kGrant,   ConsentEvent::kWithdraw,
                                      ConsentEvent::kGrant,   ConsentEvent::kGrant,
                                      ConsentEvent::kOptout,  ConsentEvent::kGrant,
                                      ConsentEvent::kRequest, ConsentEvent::kConfirm};
  constexpr Channel kChannels[] = {Channel::kEmail, Channel::kEmail, Channel::kEmail,
                                   Channel::kPhone, Channel::kSms,   Channel::kSms,
                                   Channel::kEmail, Channel::kEmail};
  ConsentEntry e;
  e.event = kEvents[place];
  e.at = kNow - Days(800 - place * 90) + Seconds(static_cast<int64_t>(random() % 86'400));
  if (e.event == ConsentEvent::kConfirm) e.at = kNow - Days(800 - 6 * 90) + Days(1);
  e.scope.channels = Bit(kChannels[place]);
  e.scope.purposes = Bit(Purpose::kMarketing);
  e.evidence.source = ConsentSource::kWeb;
  e.evidence.text = "sha256:0123456789abcdef";
  return e;
}

// Who was committed: their names to the world and their places.
struct People {
  std::vector<std::string> names;
  std::vector<RecordRef> records;
};

People Fill(Crm& crm, const Settings& settings) {
  std::mt19937_64 random(7);
  People people;
  for (int64_t from = 0; from < settings.persons; from += kPart) {
    Transaction tx = crm.Begin(Actor::System("benchmark"));
    std::vector<RecordRef> created;
    for (int64_t p = from; p < std::min(settings.persons, from + kPart); ++p) {
      NamedValues values = {{"email", Value::Text("p" + std::to_string(p) + "@mail.example")},
                            {"mobile", Value::Text("+336" + std::to_string(10'000'000 + p))},
                            {"time_zone", Value::Text("Europe/Paris")}};
      if (p % 10 != 0) values.emplace_back("country", Value::Text(p % 5 == 1 ? "DE" : "FR"));
      const RecordRef person = tx.Create("contact", std::move(values));
      for (int place = 0; place < kEntries; ++place) {
        ConsentEntry entry = EntryOf(place, random);
        entry.person = PartyId::Of(person);
        tx.RecordConsent(std::move(entry));
      }
      created.push_back(person);
    }
    const absl::StatusOr<Commit> commit = tx.Commit(kNow - Days(1));
    if (!commit.ok()) Stop(commit.status());
    for (const RecordRef person : created) {
      people.records.push_back(crm.Resolve(person));
      people.names.push_back(Must(crm.Name(people.records.back())));
    }
  }
  return people;
}

// --- Clocks

int64_t Nanos() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}
double ThreadSeconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

struct Percentiles {
  int64_t p50 = 0;
  int64_t p99 = 0;
};

// What reading the clock twice costs.
int64_t ClockCost() {
  std::vector<int64_t> costs(10'000);
  for (int64_t& c : costs) {
    const int64_t start = Nanos();
    c = Nanos() - start;
  }
  std::nth_element(costs.begin(), costs.begin() + 5'000, costs.end());
  return costs[5'000];
}

// Asks `ask(i)` for every question and prints the percentiles.
template <class Ask>
Percentiles Time(const char* name, int64_t questions, Ask ask) {
  const int64_t clock = ClockCost();
  std::vector<int64_t> times(static_cast<size_t>(questions));
  for (int64_t i = 0; i < questions; ++i) {
    const int64_t start = Nanos();
    ask(i);
    times[static_cast<size_t>(i)] = std::max<int64_t>(Nanos() - start - clock, 0);
  }
  std::sort(times.begin(), times.end());
  const Percentiles p{times[times.size() / 2], times[times.size() * 99 / 100]};
  std::printf("%-42s p50 %8.3f us   p99 %8.3f us\n", name, static_cast<double>(p.p50) / 1e3,
              static_cast<double>(p.p99) / 1e3);
  std::fflush(stdout);
  return p;
}

// --- The questions

constexpr Channel kAsked[] = {Channel::kEmail, Channel::kPhone, Channel::kSms};

ContactPlan PlanOf(Channel channel) {
  ContactPlan plan;
  plan.channel = channel;
  plan.purpose = Purpose::kMarketing;
  plan.at = kNow;
  return plan;
}

// Whom the questions are about, in the order in which they are asked: a caller has the reference or
// the name in its hand, so that what it costs to find these is not part of a question.
struct Drawn {
  std::vector<RecordRef> persons;
  std::vector<uint32_t> order;  // of the questions, by person
  std::vector<RecordRef> asked;
};

int64_t allowed = 0;  // so that no answer is optimised away

Percentiles AskCrm(const char* name, const Crm& crm, const Drawn& drawn, int64_t questions) {
  std::array<ContactPlan, 3> plans;
  for (size_t i = 0; i < plans.size(); ++i) plans[i] = PlanOf(kAsked[i]);
  return Time(name, questions, [&](int64_t i) {
    const RecordRef person = drawn.asked[static_cast<size_t>(i)];
    const absl::StatusOr<Decision> d = MayContact(crm, person, plans[static_cast<size_t>(i) % 3]);
    allowed += d.ok() && d->allowed() ? 1 : 0;
  });
}

void AskC(relata_crm_t* crm, const std::vector<std::string>& names, const Drawn& drawn,
          int64_t questions) {
  constexpr const char* kChannels[] = {"email", "phone", "sms"};
  const auto ask = [&](std::string_view name, int64_t channel) {
    const char* over = kChannels[channel];
    relata_decision_t decision{};
    decision.struct_size = sizeof decision;
    relata_error_t* error = nullptr;
    relata_may_contact(crm, name.data(), name.size(), over, std::strlen(over), "marketing", 9,
                       kNow.micros, nullptr, &decision, &error);
    if (error != nullptr) relata_error_free(error);
    allowed += decision.outcome == RELATA_ALLOW ? 1 : 0;
  };
  for (const std::string& name : names) ask(name, 0);
  const size_t length = names.front().size();
  std::string asked;
  for (const uint32_t person : drawn.order) asked += names[person];
  Time("C interface, exclusive", questions, [&](int64_t i) {
    ask(std::string_view(asked).substr(static_cast<size_t>(i) * length, length), i % 3);
  });
}

// The pure rules on a program's own data: two laws, hours, attempts.
void AskCore(const Settings& settings, const Drawn& drawn) {
  const RulePack pack = Must(RulePack::Standard());
  const Zone paris = *Zone::Load("Europe/Paris");
  LedgerCache cache;
  cache.Reserve(static_cast<size_t>(settings.persons),
                static_cast<size_t>(settings.persons * kEntries));
  std::mt19937_64 random(7);
  for (int64_t p = 0; p < settings.persons; ++p) {
    for (int place = 0; place < kEntries; ++place) {
      ConsentEntry entry = EntryOf(place, random);
      entry.recorded_at = entry.at;
      entry.seq = p * kEntries + place + 1;
      entry.person = {static_cast<uint64_t>(p) + 1};
      cache.Add(entry);
    }
  }
  const Attempt attempts[] = {{Channel::kPhone, kNow - Days(20)},
                              {Channel::kPhone, kNow - Days(9)}};
  const Jurisdiction laws[] = {Jurisdiction::kFr, Jurisdiction::kUk};
  std::vector<LedgerLine> scratch;
  Time("rules on a compiled ledger, two laws", settings.questions, [&](int64_t i) {
    Question q;
    q.channel = kAsked[i % 3];
    q.purpose = Purpose::kMarketing;
    q.at = kNow;
    q.person = {drawn.order[static_cast<size_t>(i)] + uint64_t{1}};
    Facts facts;
    facts.jurisdictions = laws;
    facts.subject.zone = &paris;
    facts.attempts = attempts;
    facts.lines = cache.Lines(q.person, {}, &scratch);
    allowed += Decide(q, facts, pack).allowed() ? 1 : 0;
  });
}

// The least a database has to do for the same question: fetch the person's entries by an index.
void AskSqlite(const Settings& settings, const Drawn& drawn) {
  sqlite3* db = nullptr;
  sqlite3_open(":memory:", &db);
  sqlite3_exec(db,
               "CREATE TABLE consent(person INTEGER, at INTEGER, event INTEGER, channels INTEGER,"
               " purposes INTEGER, source INTEGER); CREATE INDEX by_person ON consent(person, at);"
               "BEGIN",
               nullptr, nullptr, nullptr);
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(db, "INSERT INTO consent VALUES(?,?,?,?,?,?)", -1, &insert, nullptr);
  std::mt19937_64 random(7);
  for (int64_t p = 0; p < settings.persons; ++p) {
    for (int place = 0; place < kEntries; ++place) {
      const ConsentEntry e = EntryOf(place, random);
      const int64_t values[] = {p,
                                e.at.micros,
                                static_cast<int64_t>(e.event),
                                e.scope.channels,
                                e.scope.purposes,
                                static_cast<int64_t>(e.evidence.source)};
      for (int i = 0; i < 6; ++i) sqlite3_bind_int64(insert, i + 1, values[i]);
      sqlite3_step(insert);
      sqlite3_reset(insert);
    }
  }
  sqlite3_finalize(insert);
  sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr);
  sqlite3_stmt* select = nullptr;
  sqlite3_prepare_v2(db,
                     "SELECT at, event, channels, purposes, source FROM consent WHERE person=?"
                     " ORDER BY at",
                     -1, &select, nullptr);
  Time("SQLite prepared point query, entries only", settings.questions, [&](int64_t i) {
    sqlite3_bind_int64(select, 1, drawn.order[static_cast<size_t>(i)]);
    while (sqlite3_step(select) == SQLITE_ROW) allowed += sqlite3_column_int64(select, 1);
    sqlite3_reset(select);
  });
  sqlite3_finalize(select);
  sqlite3_close(db);
}

// Everybody, once, as an audience is decided.
void AskBatch(const Crm& crm, const Drawn& drawn) {
  const TypeId contact = drawn.persons.front().type;
  std::vector<Row> rows;
  for (const RecordRef person : drawn.persons) rows.push_back(person.row);
  std::vector<Decision> answers(rows.size());
  for (const Channel channel : kAsked) {
    double best_wall = 0, best_cpu = 0;
    for (int round = 0; round < 5; ++round) {
      const int64_t wall = Nanos();
      const double cpu = ThreadSeconds();
      const absl::Status done = MayContactAll(crm, contact, rows, PlanOf(channel), answers);
      if (!done.ok()) Stop(done);
      const double n = static_cast<double>(rows.size());
      best_cpu = std::max(best_cpu, n / (ThreadSeconds() - cpu));
      best_wall = std::max(best_wall, n / (static_cast<double>(Nanos() - wall) * 1e-9));
    }
    std::printf(
        "batch, %-5s                               %6.2f M questions/s (cpu), %.2f (wall)\n",
        std::string(Name(channel)).c_str(), best_cpu / 1e6, best_wall / 1e6);
  }
}

void Run(const Settings& settings) {
  std::filesystem::remove(settings.file);
  SqliteOptions quick;
  quick.durability = SqliteOptions::Durability::kNone;
  Drawn drawn;
  std::vector<std::string> names;
  {
    OpenOptions options;
    options.exclusive = true;
    Crm crm = Must(Crm::Open(Must(OpenSqliteStore(settings.file, quick)), std::move(options)));
    People people = Fill(crm, settings);
    names = std::move(people.names);
    drawn.persons = std::move(people.records);
    std::printf("%lld persons x %d entries\n", static_cast<long long>(settings.persons), kEntries);
  }
  std::mt19937_64 random(11);
  for (int64_t i = 0; i < settings.questions; ++i) {
    drawn.order.push_back(static_cast<uint32_t>(random() % drawn.persons.size()));
    drawn.asked.push_back(drawn.persons[drawn.order.back()]);
  }
  {
    OpenOptions options;
    options.exclusive = true;
    Crm crm = Must(Crm::Open(settings.file, std::move(options)));
    const int64_t start = Nanos();
    std::vector<Row> rows;
    for (const RecordRef person : drawn.persons) rows.push_back(person.row);
    std::vector<Decision> answers(rows.size());
    const absl::Status warm =
        MayContactAll(crm, drawn.persons.front().type, rows, PlanOf(Channel::kEmail), answers);
    if (!warm.ok()) Stop(warm);
    std::printf("compiled in %.1f s\n", static_cast<double>(Nanos() - start) * 1e-9);
    const Percentiles alone = AskCrm("C++ interface, exclusive", crm, drawn, settings.questions);
    AskBatch(crm, drawn);
    Crm shared = Must(Crm::Open(settings.file));
    const int64_t few = std::min<int64_t>(settings.questions, 50'000);
    for (int64_t i = 0; i < few; ++i) {
      (void)MayContact(shared, drawn.persons[drawn.order[static_cast<size_t>(i)]],
                       PlanOf(Channel::kEmail));
    }
    const Percentiles together = AskCrm("C++ interface, shared", shared, drawn, few);
    std::printf("freshness adds %.3f us (p50)\n",
                static_cast<double>(together.p50 - alone.p50) / 1e3);
  }
  AskCore(settings, drawn);
  AskSqlite(settings, drawn);
  relata_open_options_t open{};
  open.struct_size = sizeof open;
  open.exclusive = 1;
  relata_crm_t* crm = nullptr;
  relata_error_t* error = nullptr;
  if (relata_crm_open(settings.file.data(), settings.file.size(), &open, &crm, &error) !=
      RELATA_OK) {
    Stop(Internal("the C interface cannot open the file"));
  }
  AskC(crm, names, drawn, settings.questions);
  relata_crm_close(crm);
  std::filesystem::remove(settings.file);
}

}  // namespace
}  // namespace relata

int main(int argc, char** argv) {
  relata::Settings settings;
  settings.file = (std::filesystem::temp_directory_path() / "relata_consent_benchmark.db").string();
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--persons") settings.persons = std::atoll(argv[i + 1]);
    if (name == "--questions") settings.questions = std::atoll(argv[i + 1]);
    if (name == "--file") settings.file = argv[i + 1];
  }
  relata::Run(settings);
  return relata::allowed >= 0 ? 0 : 1;
}

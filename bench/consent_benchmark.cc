// SPDX-License-Identifier: Apache-2.0
//
// One decision: over ledger entries as they are stored, over a compiled ledger, and, for scale, a
// prepared point query of SQLite on the same facts.

#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "relata/consent/decide.h"
#include "relata/consent/ledger_cache.h"
#include "sqlite3.h"

namespace relata {
namespace {

constexpr int kEntriesPerPerson = 8;
constexpr int64_t kPersons = 200'000;
const Timestamp kNow = UtcMidnight(MakeDate(2026, 3, 10)) + Hours(10);

// Persons with eight entries each, as a mailing list of some years has them.
struct Population {
  explicit Population(int64_t persons) {
    std::mt19937_64 random(7);
    entries.resize(static_cast<size_t>(persons * kEntriesPerPerson));
    pointers.resize(entries.size());
    for (size_t i = 0; i < entries.size(); ++i) {
      ConsentEntry& e = entries[i];
      const int place = static_cast<int>(i % kEntriesPerPerson);
      e.seq = static_cast<Seq>(i + 1);
      e.at = e.recorded_at = kNow - Days(800 - place * 90) + Seconds(int64_t(random() % 86'400));
      e.person = {i / kEntriesPerPerson + 1};
      constexpr ConsentEvent kEvents[] = {ConsentEvent::kGrant,   ConsentEvent::kWithdraw,
                                          ConsentEvent::kGrant,   ConsentEvent::kGrant,
                                          ConsentEvent::kOptout,  ConsentEvent::kGrant,
                                          ConsentEvent::kRequest, ConsentEvent::kConfirm};
      e.event = kEvents[place];
      constexpr Channel kChannels[] = {Channel::kEmail, Channel::kEmail, Channel::kEmail,
                                       Channel::kPhone, Channel::kSms,   Channel::kSms,
                                       Channel::kEmail, Channel::kEmail};
      e.scope.channels = Bit(kChannels[place]);
      e.scope.purposes = Bit(Purpose::kMarketing);
      e.evidence.source = ConsentSource::kWeb;
      e.evidence.text = "sha256:0123456789abcdef";
      pointers[i] = &e;
    }
    for (int64_t p = 0; p < persons; ++p) order.push_back(p);
    std::shuffle(order.begin(), order.end(), random);
  }

  std::vector<ConsentEntry> entries;
  std::vector<const ConsentEntry*> pointers;
  std::vector<int64_t> order;
};

const Population& People(int64_t persons) {
  static const Population people(persons);
  return people;
}

const RulePack& Pack() {
  static const RulePack pack = *RulePack::Standard();
  return pack;
}

const LedgerCache& Cache(int64_t persons) {
  static const LedgerCache cache = [persons] {
    LedgerCache out;
    out.Reserve(static_cast<size_t>(persons), static_cast<size_t>(persons * kEntriesPerPerson));
    for (const ConsentEntry& e : People(persons).entries) out.Add(e);
    return out;
  }();
  return cache;
}

struct Kind {
  Channel channel;
  std::vector<Jurisdiction> where;
};

// One question for each person in random order, over `ledger(person, facts)`.
template <class Ledger>
void Run(benchmark::State& state, const Kind& kind, Ledger ledger) {
  const Population& people = People(kPersons);
  const Zone paris = *Zone::Load("Europe/Paris");
  const Attempt attempts[] = {{Channel::kPhone, kNow - Days(20)},
                              {Channel::kPhone, kNow - Days(9)}};
  Facts facts;
  facts.jurisdictions = kind.where;
  facts.subject.zone = &paris;
  facts.attempts = attempts;
  Question q;
  q.channel = kind.channel;
  q.purpose = Purpose::kMarketing;
  q.at = kNow;
  size_t next = 0;
  int64_t allowed = 0;
  for (auto _ : state) {
    const size_t p = static_cast<size_t>(people.order[next]);
    next = next + 1 == people.order.size() ? 0 : next + 1;
    q.person = {p + 1};
    ledger(p, &facts);
    const Decision d = Decide(q, facts, Pack());
    allowed += d.allowed() ? 1 : 0;
  }
  benchmark::DoNotOptimize(allowed);
  state.SetItemsProcessed(state.iterations());
}

void RunEntries(benchmark::State& state, const Kind& kind) {
  const Population& people = People(kPersons);
  Run(state, kind, [&](size_t p, Facts* facts) {
    facts->ledger = std::span(people.pointers).subspan(p * kEntriesPerPerson, kEntriesPerPerson);
  });
}

void RunCompiled(benchmark::State& state, const Kind& kind) {
  const LedgerCache& cache = Cache(kPersons);
  std::vector<LedgerLine> scratch;
  Run(state, kind,
      [&](size_t p, Facts* facts) { facts->lines = cache.Lines(PartyId{p + 1}, {}, &scratch); });
}

const Kind kEmail{Channel::kEmail, {Jurisdiction::kFr}};
const Kind kPhone{Channel::kPhone, {Jurisdiction::kFr}};
const Kind kTwoLaws{Channel::kEmail, {Jurisdiction::kFr, Jurisdiction::kUk}};

void BM_DecideEntries_Email(benchmark::State& state) { RunEntries(state, kEmail); }
void BM_DecideEntries_PhoneHours(benchmark::State& state) { RunEntries(state, kPhone); }
void BM_DecideCompiled_Email(benchmark::State& state) { RunCompiled(state, kEmail); }
void BM_DecideCompiled_PhoneHours(benchmark::State& state) { RunCompiled(state, kPhone); }
void BM_DecideCompiled_TwoLaws(benchmark::State& state) { RunCompiled(state, kTwoLaws); }

// An audience in the order in which persons are stored, 1,024 questions a call.
void BM_DecideBatch_Email(benchmark::State& state) {
  constexpr size_t kBatch = 1024;
  const LedgerCache& cache = Cache(kPersons);
  std::vector<Question> questions(kBatch);
  std::vector<Facts> facts(kBatch);
  std::vector<Decision> answers(kBatch);
  std::vector<LedgerLine> scratch;
  for (size_t i = 0; i < kBatch; ++i) {
    questions[i].channel = Channel::kEmail;
    questions[i].purpose = Purpose::kMarketing;
    questions[i].at = kNow;
    facts[i].jurisdictions = kEmail.where;
  }
  size_t person = 0;
  for (auto _ : state) {
    for (size_t i = 0; i < kBatch; ++i) {
      person = person + 1 == kPersons ? 0 : person + 1;
      questions[i].person = {person + 1};
      facts[i].lines = cache.Lines(PartyId{person + 1}, {}, &scratch);
    }
    DecideBatch(questions, facts, Pack(), answers);
    benchmark::DoNotOptimize(answers.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBatch));
}

// The least a database has to do for the same question: fetch the person's entries by an index.
void BM_SqlitePointQuery(benchmark::State& state) {
  const Population& people = People(kPersons);
  sqlite3* db = nullptr;
  sqlite3_open(":memory:", &db);
  sqlite3_exec(db,
               "CREATE TABLE consent(person INTEGER, at INTEGER, event INTEGER, channels INTEGER,"
               " purposes INTEGER, source INTEGER); CREATE INDEX by_person ON consent(person, at);"
               "BEGIN",
               nullptr, nullptr, nullptr);
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(db, "INSERT INTO consent VALUES(?,?,?,?,?,?)", -1, &insert, nullptr);
  for (const ConsentEntry& e : people.entries) {
    const int64_t values[] = {static_cast<int64_t>(e.person.value),
                              e.at.micros,
                              static_cast<int64_t>(e.event),
                              e.scope.channels,
                              e.scope.purposes,
                              static_cast<int64_t>(e.evidence.source)};
    for (int i = 0; i < 6; ++i) sqlite3_bind_int64(insert, i + 1, values[i]);
    sqlite3_step(insert);
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr);
  sqlite3_stmt* select = nullptr;
  sqlite3_prepare_v2(db,
                     "SELECT at, event, channels, purposes, source FROM consent WHERE person=?"
                     " ORDER BY at",
                     -1, &select, nullptr);
  size_t next = 0;
  int64_t sum = 0;
  for (auto _ : state) {
    sqlite3_bind_int64(select, 1, people.order[next] + 1);
    next = next + 1 == people.order.size() ? 0 : next + 1;
    while (sqlite3_step(select) == SQLITE_ROW) sum += sqlite3_column_int64(select, 1);
    sqlite3_reset(select);
  }
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(state.iterations());
  sqlite3_finalize(select);
  sqlite3_close(db);
}

BENCHMARK(BM_DecideEntries_Email);
BENCHMARK(BM_DecideEntries_PhoneHours);
BENCHMARK(BM_DecideCompiled_Email);
BENCHMARK(BM_DecideCompiled_PhoneHours);
BENCHMARK(BM_DecideCompiled_TwoLaws);
BENCHMARK(BM_DecideBatch_Email);
BENCHMARK(BM_SqlitePointQuery);

}  // namespace
}  // namespace relata

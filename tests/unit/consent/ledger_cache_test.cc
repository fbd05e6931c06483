// SPDX-License-Identifier: Apache-2.0
//
// The compiled ledger answers as the ledger itself, whatever is in it.

#include "relata/consent/ledger_cache.h"

#include <gtest/gtest.h>

#include <random>

#include "consent_world.h"
#include "support/support.h"

namespace relata::testing {
namespace {

class RandomLedger {
 public:
  explicit RandomLedger(uint64_t seed) : random_(seed) {}

  int Upto(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  bool OneIn(int n) { return Upto(n) == 0; }

  ConsentEntry Entry(Seq seq) {
    ConsentEntry e;
    e.seq = seq;
    e.event = static_cast<ConsentEvent>(1 + Upto(13));
    e.at = At(1, 1) + Hours(Upto(24 * 60));
    e.recorded_at = e.at + (OneIn(8) ? Hours(Upto(200) - 20) : Seconds(0));
    // Only a negative may speak of an address alone; everything else belongs to a person.
    const bool nobody = IsNegative(e.event) && OneIn(3);
    if (!nobody) e.person = P(1 + static_cast<uint64_t>(Upto(4)));
    if (OneIn(3) || e.person.none()) e.point = Address(1 + static_cast<uint64_t>(Upto(3)));
    if (!OneIn(8)) e.scope.channels = Bit(static_cast<Channel>(1 + Upto(5)));
    if (!OneIn(8)) e.scope.purposes = Bit(static_cast<Purpose>(5 + Upto(6)));
    if (OneIn(6)) e.scope.topics = {OneIn(2) ? "wine" : "events"};
    if (OneIn(10)) e.scope.controllers = {OneIn(2) ? "self" : "partner"};
    if (OneIn(10)) e.expires_at = e.at + Days(Upto(60));
    e.evidence.source = static_cast<ConsentSource>(Upto(6));
    if (!OneIn(4)) e.evidence.text = "words";
    if (OneIn(4)) e.evidence.doi = static_cast<DoubleOptIn>(1 + Upto(2));
    e.evidence.preticked = OneIn(10);
    return e;
  }

  Question Ask() {
    Question q;
    q.channel = static_cast<Channel>(1 + Upto(5));
    q.purpose = static_cast<Purpose>(1 + Upto(11));
    q.at = At(1, 1) + Hours(Upto(24 * 70));
    if (OneIn(3)) q.known_at = q.at;
    q.person = P(1 + static_cast<uint64_t>(Upto(4)));
    if (!OneIn(4)) q.point = Address(1 + static_cast<uint64_t>(Upto(3)));
    if (OneIn(5)) q.topic = "wine";
    return q;
  }

 private:
  std::mt19937_64 random_;
};

TEST(LedgerCache, AnswersAsTheLedgerItself) {
  const uint64_t seed = Seed(20260310);
  RandomLedger random(seed);
  const Zone paris = *Zone::Load("Europe/Paris");
  int outcomes[3] = {0, 0, 0};
  for (int round = 0; round < 400; ++round) {
    std::deque<ConsentEntry> entries;
    const int count = random.Upto(40);
    for (int i = 0; i < count; ++i) entries.push_back(random.Entry(i + 1));
    LedgerCache cache;
    for (const ConsentEntry& e : entries) cache.Add(e);
    ASSERT_EQ(cache.size(), entries.size());

    std::vector<const ConsentEntry*> ledger;
    for (const ConsentEntry& e : entries) ledger.push_back(&e);
    std::stable_sort(ledger.begin(), ledger.end(),
                     [](const ConsentEntry* a, const ConsentEntry* b) { return a->at < b->at; });
    const Jurisdiction where[] = {static_cast<Jurisdiction>(1 + random.Upto(7))};
    std::vector<Merge> merges;
    if (random.OneIn(3)) merges.push_back({P(2), P(1), At(2, 1)});
    for (int i = 0; i < 20; ++i) {
      const Question q = random.Ask();
      Facts facts;
      facts.jurisdictions = where;
      facts.merges = merges;
      facts.subject.zone = &paris;
      Facts compiled = facts;
      facts.ledger = ledger;
      std::vector<LedgerLine> scratch;
      std::vector<PartyId> merged;
      if (!merges.empty() && q.person == P(1)) merged = {P(2)};
      if (!merges.empty() && q.person == P(2)) merged = {P(1)};
      compiled.lines = cache.Lines(q.person, q.point, &scratch, merged);
      const Decision slow = Decide(q, facts, StandardPack());
      ASSERT_EQ(slow, Decide(q, compiled, StandardPack())) << "seed " << seed << " round " << round;
      ++outcomes[static_cast<int>(slow.outcome)];
    }
  }
  for (int count : outcomes) EXPECT_GT(count, 30) << "the questions must reach every outcome";
}

TEST(DecideBatch, AnswersAsEachQuestionAlone) {
  RandomLedger random(Seed(11));
  LedgerCache cache;
  for (int i = 0; i < 400; ++i) cache.Add(random.Entry(i + 1));
  const Jurisdiction where[] = {Jurisdiction::kUk};
  std::vector<Question> questions;
  std::vector<Facts> facts;
  std::vector<std::vector<LedgerLine>> scratch(50);
  for (std::vector<LedgerLine>& lines : scratch) {
    questions.push_back(random.Ask());
    Facts f;
    f.jurisdictions = where;
    f.lines = cache.Lines(questions.back().person, questions.back().point, &lines);
    facts.push_back(f);
  }
  std::vector<Decision> answers(questions.size());
  DecideBatch(questions, facts, StandardPack(), answers);
  for (size_t i = 0; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i], Decide(questions[i], facts[i], StandardPack())) << i;
  }
}

TEST(LedgerCache, KeepsOrderWhenEntriesArriveLateAndBlocksMove) {
  RandomLedger random(Seed(7));
  LedgerCache cache;
  std::vector<size_t> counts(6, 0);
  for (int i = 0; i < 20'000; ++i) {
    ConsentEntry e = random.Entry(i + 1);
    e.person = P(1 + static_cast<uint64_t>(random.Upto(5)));
    ++counts[e.person.value];
    cache.Add(e);
  }
  std::vector<LedgerLine> scratch;
  for (uint64_t p = 1; p <= 5; ++p) {
    const auto lines = cache.Lines(P(p), {}, &scratch);
    ASSERT_EQ(lines.size(), counts[p]);
    for (size_t i = 1; i < lines.size(); ++i) {
      const auto key = [](const LedgerLine& l) { return std::pair(l.at, l.seq); };
      ASSERT_LT(key(lines[i - 1]), key(lines[i]));
    }
  }
  EXPECT_TRUE(cache.Lines(P(99), {}, &scratch).empty());
}

// What must hold for any ledger and any question.
TEST(ConsentInvariants, ANegativeAtTheInstantOfTheQuestionStopsAllButAlwaysPurposes) {
  RandomLedger random(Seed(13));
  const Jurisdiction where[] = {Jurisdiction::kUs};
  int stopped = 0;
  for (int round = 0; round < 3'000; ++round) {
    std::deque<ConsentEntry> entries;
    for (int i = random.Upto(12); i > 0; --i) entries.push_back(random.Entry(i));
    const Question q = random.Ask();
    const auto decide = [&] {
      std::vector<const ConsentEntry*> ledger;
      for (const ConsentEntry& e : entries) ledger.push_back(&e);
      std::stable_sort(ledger.begin(), ledger.end(),
                       [](const ConsentEntry* a, const ConsentEntry* b) { return a->at < b->at; });
      Facts facts;
      facts.jurisdictions = where;
      facts.ledger = ledger;
      return Decide(q, facts, StandardPack());
    };
    const Decision before = decide();
    ConsentEntry negative;
    negative.event = static_cast<ConsentEvent>(4 + random.Upto(5));
    ASSERT_TRUE(IsNegative(negative.event));
    negative.at = negative.recorded_at = q.at;
    negative.person = q.person;
    entries.push_back(negative);
    const Decision after = decide();
    if (IsAlways(q.purpose) && negative.event != ConsentEvent::kBounce) {
      EXPECT_EQ(after.outcome, before.outcome);
    } else {
      EXPECT_EQ(after.outcome, Outcome::kDeny);
      stopped += before.outcome == Outcome::kDeny ? 0 : 1;
    }
  }
  EXPECT_GT(stopped, 100);
}

TEST(ConsentInvariants, AnImportNeverTurnsARefusalIntoAnAllow) {
  RandomLedger random(Seed(17));
  const Jurisdiction where[] = {Jurisdiction::kFr};
  int refused = 0;
  for (int round = 0; round < 3'000; ++round) {
    World w({where[0]});
    for (int i = random.Upto(10); i > 0; --i) w.entries.push_back(random.Entry(i));
    w.q = random.Ask();
    const Rule before = w.Ask().rule;
    if (before < Rule::kDeceased || before > Rule::kMergeMostRestrictive) continue;
    ++refused;
    ConsentEntry& g = w.Grant(w.q.at);
    g.scope.purposes = Bit(w.q.purpose);
    g.person = w.q.person;
    g.evidence.source = ConsentSource::kImport;
    EXPECT_EQ(w.Ask().rule, before);
  }
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace relata::testing

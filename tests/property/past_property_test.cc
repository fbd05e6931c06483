// SPDX-License-Identifier: Apache-2.0
//
// The past as it is computed from today's graph and the changes since, beside the past as it was:
// after random commits with merges, un-merges, deletions, new fields and dates of effect, the graph
// known at each commit is the one that was published then, and the graph at a random instant is the
// one that plain maps give when only what counts is replayed.

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/strings.h"
#include "gtest/gtest.h"
#include "relata/crm/standard.h"
#include "relata/relata.h"
#include "support/support.h"

namespace relata {
namespace {

using internal::Concat;

constexpr Timestamp kStart{1'760'000'000'000'000};
const std::vector<std::string> kTypes = {"account", "contact", "employment", "opportunity"};
absl::StatusOr<std::shared_ptr<const Snapshot>> ViewOf(const Crm& crm) {
  return crm.View({"account", "contact", "employment", "opportunity", "page_view"});
}

std::string Show(const Value& value) {
  if (value.is(Value::Kind::kRecord)) return Concat("#", value.record().row);
  return ToDisplay(value);
}

// One record as it reads. Fields are told by name, so that those added later do not count.
std::string Line(const TypeDef& type, Row row, const Uuid& id, RecordRef stands_for,
                 const std::function<Value(FieldId)>& get) {
  std::string line =
      Concat(type.name, " ", row, " ", id.ToString(), " -> ", stands_for.type, "/", stands_for.row);
  const auto put = [&](const FieldDef& field) {
    const Value value = get(field.id);
    if (!value.is_null()) line += Concat(" ", field.name, "=", Show(value));
  };
  for (const FieldDef& field : type.fields) put(field);
  put(*type.field(kCreatedAtField));
  put(*type.field(kUpdatedAtField));
  return line;
}

std::vector<std::string> Describe(const Snapshot& s) {
  const Schema& schema = s.schema();
  const TypeDef& contact = *schema.Find("contact");
  const TypeDef& view = *schema.Find("page_view");
  std::vector<std::string> lines;
  for (const std::string& name : kTypes) {
    const TypeDef& type = *schema.Find(name);
    for (Row row = 0; row < s.RowLimit(type.id); ++row) {
      const RecordRef ref{type.id, row};
      if (s.Id(ref).nil()) continue;
      lines.push_back(Line(type, row, s.Id(ref), s.Resolve(ref),
                           [&](FieldId field) { return s.Get(ref, field); }));
      if (s.Find(type.id, s.Id(ref)) != ref) lines.push_back("NOT FOUND BY ITS ID");
    }
    lines.push_back(Concat(name, " count ", s.Count(type.id)));
  }
  for (Row row = 0; row < s.RowLimit(contact.id); ++row) {
    const RecordRef ref{contact.id, row};
    if (!s.Exists(ref)) continue;
    std::vector<int64_t> places;
    s.Events(ref, view.id, places);
    std::string events;
    for (const int64_t place : places) {
      events += Concat(" ", s.EventSeq({view.id, place}), Show(s.EventField({view.id, place}, 0)));
    }
    std::vector<Row> posts;
    const TypeDef& post = *schema.Find("employment");
    s.Children(ref, post.id, post.FindField("contact")->id, posts);
    for (const Row child : posts) events += Concat(" post ", child);
    const auto entries = s.Ledger(ref, {});
    EXPECT_TRUE(entries.ok());
    for (const ConsentEntry& entry : *entries) events += Concat(" entry ", entry.seq);
    lines.push_back(Concat("of contact ", row, ":", events));
  }
  lines.push_back(Concat("events ", s.EventCount(view.id), " ledger ", s.LedgerSize()));
  return lines;
}

// Random use of a Crm, with every commit's writes kept.
class Story {
 public:
  explicit Story(uint64_t seed) : random_(seed) {
    OpenOptions options;
    options.ids = NewSeededIds(seed);
    auto opened = Crm::Open(":memory:", options);
    EXPECT_TRUE(opened.ok()) << opened.status();
    crm_ = std::make_unique<Crm>(*std::move(opened));
    crm_->AddDecider({nullptr, [this](CommitStep& step) {
                        writes_.push_back(step.writes());
                        return absl::OkStatus();
                      }});
    TellSnapshot();
  }

  void Commit() {
    now_ = now_ + Minutes(1 + Below(500));
    if (Chance(6)) AddField();
    Transaction tx = crm_->Begin(Actor::User("test"));
    if (Chance(20)) tx.EffectiveAt(now_ - Minutes(Below(20'000)));
    const int64_t operations = 1 + Below(6);
    for (int64_t i = 0; i < operations; ++i) Operate(tx);
    const size_t told = writes_.size();
    const auto commit = tx.Commit(now_);
    if (!commit.ok()) {  // a merge or deletion twice, a cycle: nothing was done
      writes_.resize(told);
      return;
    }
    TellSnapshot();
  }

  const Crm& crm() const { return *crm_; }
  Timestamp now() const { return now_; }
  const std::vector<CommitBatch>& writes() const { return writes_; }
  struct Told {
    CommitId commit;
    Timestamp recorded;
    std::vector<std::string> lines;
  };
  const std::vector<Told>& told() const { return told_; }
  int64_t Below(int64_t n) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(n)); }
  bool Chance(int percent) { return Below(100) < percent; }

 private:
  void TellSnapshot() {
    const auto view = ViewOf(*crm_);
    ASSERT_TRUE(view.ok()) << view.status();
    if (!told_.empty() && told_.back().commit == (*view)->commit()) return;
    told_.push_back({(*view)->commit(), (*view)->recorded(), Describe(**view)});
  }

  RecordRef Any(std::string_view type) {
    const auto view = ViewOf(*crm_);
    const TypeId id = crm_->schema()->Find(type)->id;
    std::vector<Row> rows;
    for (Row row = 0; row < (*view)->RowLimit(id); ++row) {
      if ((*view)->Exists({id, row})) rows.push_back(row);
    }
    if (rows.empty()) return {};
    return {id, rows[static_cast<size_t>(Below(static_cast<int64_t>(rows.size())))]};
  }
  Value AnyLink(std::string_view type) {
    const RecordRef record = Any(type);
    return record.none() || Chance(20) ? Value() : Value::Record(record);
  }
  Value Word() { return Chance(20) ? Value() : Value::Text(Concat("w", Below(50))); }
  Value Day() {
    return Chance(30) ? Value()
                      : Value::Day(AddDays(UtcDate(now_), static_cast<int32_t>(Below(60)) - 40));
  }

  void AddField() {
    const std::string name = Concat("extra_", crm_->schema()->Find("contact")->fields.size());
    auto field = ParseFieldDef(Concat("{\"name\": \"", name, "\"}"));
    ASSERT_TRUE(field.ok());
    const auto schema =
        crm_->schema()->WithField(crm_->schema()->IdOf(crm::contact), *std::move(field));
    ASSERT_TRUE(schema.ok()) << schema.status();
    ASSERT_TRUE(crm_->Extend(*schema, Actor::User("test"), now_).ok());
    extra_ = name;
    TellSnapshot();
  }

  void Operate(Transaction& tx) {
    const RecordRef contact = Any("contact");
    if (contact.none() || Chance(25)) return Create(tx);
    switch (Below(10)) {
      case 0:
        return tx.Delete(Any(kTypes[static_cast<size_t>(Below(4))]));
      case 1:
        return tx.Merge(contact, Any("contact"));
      case 2:
        return Unmerge(tx);
      case 3:
      case 4:
        return tx.Append("page_view", contact, now_ + Minutes(Below(3'000) - 2'500),
                         {{"path", Value::Text(Concat("/", Below(9)))}});
      case 5:
        return Withdraw(tx, contact);
      case 6:
        if (!extra_.empty()) return tx.Update(contact, {{extra_, Word()}});
        [[fallthrough]];
      case 7: {
        const RecordRef account = Any("account");
        if (account.none()) return;
        return tx.Update(account, {{"name", Value::Text(Concat("a", Below(99)))},
                                   {"parent", AnyLink("account")}});
      }
      default:
        return tx.Update(
            contact,
            {{"given_name", Word()}, {"family_name", Word()}, {"account", AnyLink("account")}});
    }
  }

  void Create(Transaction& tx) {
    NamedValues values = {{"given_name", Word()}, {"account", AnyLink("account")}};
    if (Chance(30)) values.emplace_back("created_at", Value::Time(now_ - Minutes(Below(9'000))));
    const RecordRef person = tx.Create("contact", std::move(values));
    const RecordRef account = tx.Create("account", {{"name", Value::Text("new")}});
    if (Chance(60)) {
      tx.Create("employment", {{"contact", Value::Record(person)},
                               {"account", Value::Record(account)},
                               {"from", Day()},
                               {"until", Day()}});
    }
    if (Chance(40))
      tx.Create("opportunity", {{"name", Word()}, {"account", Value::Record(account)}});
  }

  void Unmerge(Transaction& tx) {
    const auto view = ViewOf(*crm_);
    const TypeId type = crm_->schema()->Find("contact")->id;
    for (Row row = 0; row < (*view)->RowLimit(type); ++row) {
      if ((*view)->Resolve({type, row}) != RecordRef{type, row} && Chance(40)) {
        return tx.Unmerge({type, row});
      }
    }
  }

  void Withdraw(Transaction& tx, RecordRef contact) {
    ConsentEntry entry;
    entry.event = ConsentEvent::kWithdraw;
    entry.person = PartyId::Of(contact);
    entry.at = now_ + Minutes(Below(3'000) - 2'500);
    tx.RecordConsent(entry);
  }

  std::mt19937_64 random_;
  std::unique_ptr<Crm> crm_;
  Timestamp now_ = kStart;
  std::vector<CommitBatch> writes_;
  std::vector<Told> told_;
  std::string extra_;
};

void ExpectSame(const std::vector<std::string>& actual, const std::vector<std::string>& expected,
                const std::string& what) {
  for (size_t i = 0; i < std::min(actual.size(), expected.size()); ++i) {
    ASSERT_EQ(actual[i], expected[i]) << what;
  }
  ASSERT_EQ(actual.size(), expected.size()) << what;
}

TEST(Past, WhatWasKnownAtEachCommitIsWhatWasPublishedThen) {
  for (uint64_t round = 0; round < 3; ++round) {
    Story story(testing::Seed(20260301 + round));
    for (int i = 0; i < 150; ++i) story.Commit();
    ASSERT_GT(story.told().size(), 80u);
    for (const Story::Told& then : story.told()) {
      AsOf as_of;
      as_of.known_at = then.recorded;
      const auto past = story.crm().Past(as_of);
      ASSERT_TRUE(past.ok()) << past.status();
      const auto view = ViewOf(*past);
      ASSERT_TRUE(view.ok()) << view.status();
      EXPECT_EQ((*view)->commit(), then.commit);
      ExpectSame(Describe(**view), then.lines, Concat("commit ", then.commit));
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

// Plain maps, given only what counts at an instant.
class Replay {
 public:
  Replay(const Schema& schema, std::optional<Timestamp> at) : schema_(schema), at_(at) {}

  void Add(const CommitBatch& batch) {
    std::map<RecordRef, const RecordWrite*> writes;
    for (const RecordWrite& write : batch.records) writes[{write.type, write.row}] = &write;
    for (const ChangeWrite& change : batch.changes) {
      const Timestamp effective =
          std::min(change.effective_at.value_or(batch.commit.recorded), batch.commit.recorded);
      effective_[batch.commit.id] = effective;
      for (Row row = change.row; row < change.row + change.rows; ++row) {
        const auto write = writes.find({change.type, row});
        if (write != writes.end()) Write(*write->second, effective);
      }
    }
    for (const AliasWrite& alias : batch.aliases) {
      aliases_[{alias.from, alias.loser}] = alias;
    }
    for (const EventBatch& events : batch.events) {
      for (size_t i = 0; i < events.subjects.size(); ++i) {
        if (!at_ || events.at[i] <= *at_) events_.push_back(events.subjects[i]);
      }
    }
    for (const LedgerWrite& line : batch.ledger) ledger_ += !at_ || line.at <= *at_;
  }

  std::vector<std::string> Describe() const {
    std::map<RecordRef, RecordRef> winner;
    const auto counts = [&](CommitId commit) { return !at_ || effective_.at(commit) <= *at_; };
    for (const auto& [key, alias] : aliases_) {
      if (!counts(alias.from) || (alias.until && counts(*alias.until))) continue;
      winner[alias.loser] = alias.winner;
    }
    const auto resolve = [&](RecordRef record) {
      while (winner.contains(record)) record = winner.at(record);
      return record;
    };
    std::vector<std::string> lines;
    for (const std::string& name : kTypes) {
      const TypeDef& type = *schema_.Find(name);
      int64_t count = 0;
      for (const auto& [ref, record] : records_) {
        if (ref.type != type.id || !record.exists || Hidden(type, record)) continue;
        count += !winner.contains(ref);
        lines.push_back(
            Line(type, ref.row, record.id, resolve(ref), [values = &record.values](FieldId field) {
              const auto found = values->find(field);
              return found == values->end() ? Value() : found->second;
            }));
      }
      lines.push_back(Concat(name, " count ", count));
    }
    lines.push_back(Concat("events ", events_.size(), " ledger ", ledger_));
    return lines;
  }

 private:
  struct Record {
    bool exists = false;
    Uuid id;
    std::map<FieldId, Value> values;
  };

  void Write(const RecordWrite& write, Timestamp effective) {
    Record& record = records_[{write.type, write.row}];
    if (write.op == RecordWrite::Op::kCreate) {
      for (const auto& [field, value] : write.values) record.values[field] = value;
      record.id = write.id;
      const Timestamp created = record.values[kCreatedAtField].timestamp();
      record.exists = !at_ || std::min(created, effective) <= *at_;
      return;
    }
    if (at_ && effective > *at_) return;
    if (write.op == RecordWrite::Op::kDelete) {
      record.exists = false;
      return;
    }
    for (const auto& [field, value] : write.values) record.values[field] = value;
  }

  bool Hidden(const TypeDef& type, const Record& record) const {
    if (!type.dated || !at_) return false;
    const auto day = [&](const char* name) -> std::optional<Date> {
      const auto found = record.values.find(type.FindField(name)->id);
      if (found == record.values.end() || found->second.is_null()) return std::nullopt;
      return found->second.date();
    };
    const auto from = day("from");
    const auto until = day("until");
    return (from && UtcDate(*at_) < *from) || (until && UtcDate(*at_) >= *until);
  }

  const Schema& schema_;
  const std::optional<Timestamp> at_;
  std::map<RecordRef, Record> records_;
  std::map<std::pair<CommitId, RecordRef>, AliasWrite> aliases_;
  std::map<CommitId, Timestamp> effective_;
  std::vector<Row> events_;
  int64_t ledger_ = 0;
};

TEST(Past, AnyInstantIsWhatReplayingOnlyWhatCountedGives) {
  for (uint64_t round = 0; round < 3; ++round) {
    Story story(testing::Seed(20260401 + round));
    for (int i = 0; i < 120; ++i) story.Commit();
    for (int question = 0; question < 60; ++question) {
      AsOf as_of;
      const Duration span = story.now() - kStart;
      as_of.at = kStart + Microseconds(story.Below(span.micros + span.micros / 10));
      if (story.Chance(50)) as_of.known_at = kStart + Microseconds(story.Below(span.micros));
      Replay replay(*story.crm().schema(), as_of.at);
      for (const CommitBatch& batch : story.writes()) {
        if (!as_of.known_at || batch.commit.recorded <= *as_of.known_at) replay.Add(batch);
      }
      const auto past = story.crm().Past(as_of);
      ASSERT_TRUE(past.ok()) << past.status();
      const auto view = ViewOf(*past);
      ASSERT_TRUE(view.ok()) << view.status();
      std::vector<std::string> lines = Describe(**view);
      std::erase_if(lines, [](const std::string& line) { return line.starts_with("of contact"); });
      ExpectSame(lines, replay.Describe(),
                 Concat("at ", FormatTimestamp(*as_of.at), " known ",
                        as_of.known_at ? FormatTimestamp(*as_of.known_at) : "now"));
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

// Each question of the expression language that looks back, beside the graphs of the past.
TEST(Past, FieldsThatWereAreThoseOfThePastGraph) {
  Story story(testing::Seed(20260501));
  for (int i = 0; i < 150; ++i) story.Commit();
  const auto today = ViewOf(story.crm());
  ASSERT_TRUE(today.ok());
  const TypeDef& contact = *story.crm().schema()->Find("contact");
  const FieldId given_name = contact.FindField("given_name")->id;
  int different = 0;
  for (int question = 0; question < 12; ++question) {
    const Timestamp at = kStart + Microseconds(story.Below((story.now() - kStart).micros));
    AsOf as_of;
    as_of.at = at;
    const auto past = story.crm().Past(as_of);
    ASSERT_TRUE(past.ok());
    const auto view = ViewOf(*past);
    ASSERT_TRUE(view.ok());
    QueryOptions asking;
    asking.now = story.now();
    asking.parameters["then"] = Value::Time(at);
    for (Row row = 0; row < (*today)->RowLimit(contact.id); ++row) {
      const RecordRef ref{contact.id, row};
      if (!(*today)->Exists(ref)) continue;
      const auto was = story.crm().Evaluate(ref, "was(contact.given_name, then)", asking);
      ASSERT_TRUE(was.ok()) << was.status();
      const Value expected = (*view)->Id(ref).nil() ? Value() : (*view)->Get(ref, given_name);
      ASSERT_EQ(Show(*was), Show(expected)) << row << " at " << FormatTimestamp(at);
      different += Show(*was) != Show((*today)->Get(ref, given_name));
    }
    // The same of all records in one question.
    const auto changed =
        story.crm().Query("contact", "was(contact.given_name, then) != contact.given_name", asking);
    ASSERT_TRUE(changed.ok()) << changed.status();
    int64_t expected = 0;
    for (Row row = 0; row < (*today)->RowLimit(contact.id); ++row) {
      const RecordRef ref{contact.id, row};
      const Value then = (*view)->Id(ref).nil() ? Value() : (*view)->Get(ref, given_name);
      if ((*today)->Exists(ref)) expected += !then.Same((*today)->Get(ref, given_name));
    }
    EXPECT_EQ(changed->count, expected) << FormatTimestamp(at);
  }
  EXPECT_GT(different, 10);
}

}  // namespace
}  // namespace relata

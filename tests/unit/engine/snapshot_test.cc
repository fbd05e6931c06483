// SPDX-License-Identifier: Apache-2.0

#include "relata/engine/snapshot.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "codec/pack.h"
#include "engine/tables.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relata/storage/memory.h"
#include "relata/storage/store.h"

namespace relata {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr TypeId kAccount = 0;
constexpr TypeId kContact = 1;
constexpr TypeId kCall = 2;
constexpr FieldId kName = 0;
constexpr FieldId kAccountOf = 1;

FieldDef MakeField(std::string name, FieldKind kind, std::string target = "") {
  FieldDef field;
  field.name = std::move(name);
  field.kind = kind;
  field.target_name = std::move(target);
  return field;
}

TypeDef MakeType(std::string name, std::vector<FieldDef> fields, std::string subject = "") {
  TypeDef type;
  type.name = std::move(name);
  type.fields = std::move(fields);
  type.event = !subject.empty();
  type.subject_name = std::move(subject);
  return type;
}

std::shared_ptr<const Schema> SmallSchema() {
  Schema schema;
  schema = *schema.WithType(MakeType("account", {MakeField("name", FieldKind::kText)}));
  schema =
      *schema.WithType(MakeType("contact", {MakeField("name", FieldKind::kText),
                                            MakeField("account", FieldKind::kLink, "account")}));
  schema = *schema.WithType(MakeType("call", {MakeField("minutes", FieldKind::kInt)}, "contact"));
  return std::make_shared<const Schema>(schema);
}

Uuid IdOf(uint8_t n) {
  Uuid id;
  id.bytes[15] = n;
  return id;
}

// A commit under construction.
class Batch {
 public:
  explicit Batch(const Snapshot& on) {
    batch_.commit.id = on.commit() + 1;
    batch_.commit.recorded = Timestamp{batch_.commit.id};
    batch_.commit.last_seq = on.last_seq();
  }
  Batch& Create(RecordRef r, std::vector<std::pair<FieldId, Value>> values) {
    const auto id = IdOf(static_cast<uint8_t>(r.type * 50 + r.row + 1));
    return Write({r.type, r.row, RecordWrite::Op::kCreate, id, std::move(values)});
  }
  Batch& Update(RecordRef r, FieldId field, Value value) {
    return Write({r.type, r.row, RecordWrite::Op::kUpdate, {}, {{field, std::move(value)}}});
  }
  Batch& Delete(RecordRef r) { return Write({r.type, r.row, RecordWrite::Op::kDelete, {}, {}}); }
  Batch& Call(Row contact, int64_t at, int64_t minutes) {
    EventBatch events;
    events.type = kCall;
    events.first_seq = ++batch_.commit.last_seq;
    events.subjects = {contact};
    events.at = {{at}};
    events.fields = {0};
    events.columns.emplace_back(Value::Kind::kInt).AppendInt(minutes);
    batch_.events.push_back(std::move(events));
    return *this;
  }
  Batch& Say(RecordRef person, RecordRef point, int64_t at) {
    ConsentEntry entry;
    entry.event = ConsentEvent::kWithdraw;
    entry.at = {at};
    batch_.ledger.push_back(
        {++batch_.commit.last_seq, person, point, {at}, internal::PackEntry(entry)});
    return *this;
  }
  Batch& Merge(RecordRef loser, RecordRef winner) {
    batch_.aliases.push_back({loser, winner, batch_.commit.id, std::nullopt});
    return *this;
  }
  Batch& Unmerge(RecordRef loser, RecordRef winner, CommitId from) {
    batch_.aliases.push_back({loser, winner, from, batch_.commit.id});
    return *this;
  }
  const CommitBatch& operator*() const { return batch_; }

 private:
  Batch& Write(RecordWrite write) {
    ChangeWrite change;
    change.seq = ++batch_.commit.last_seq;
    change.type = write.type;
    change.row = write.row;
    change.op = write.op;
    batch_.changes.push_back(std::move(change));
    batch_.records.push_back(std::move(write));
    return *this;
  }
  CommitBatch batch_;
};

constexpr RecordRef kAcme{kAccount, 0};
constexpr RecordRef kOther{kAccount, 1};
constexpr RecordRef kMarie{kContact, 0};
constexpr RecordRef kPaul{kContact, 1};
constexpr RecordRef kMaria{kContact, 2};

// Two accounts; three contacts of the first one.
std::shared_ptr<const Snapshot> Small() {
  const auto empty = Snapshot::Empty(SmallSchema());
  const Value acme = Value::Record(kAcme);
  return empty->With(*Batch(*empty)
                          .Create(kAcme, {{kName, Value::Text("Acme")}})
                          .Create(kOther, {{kName, Value::Text("Other")}})
                          .Create(kMarie, {{kName, Value::Text("Marie")}, {kAccountOf, acme}})
                          .Create(kPaul, {{kName, Value::Text("Paul")}, {kAccountOf, acme}})
                          .Create(kMaria, {{kName, Value::Text("Maria")}, {kAccountOf, acme}}));
}

std::vector<Row> ContactsOf(const Snapshot& s, RecordRef account) {
  std::vector<Row> rows;
  s.Children(account, kContact, kAccountOf, rows);
  return rows;
}

std::vector<int64_t> MinutesOf(const Snapshot& s, RecordRef contact) {
  std::vector<int64_t> places;
  s.Events(contact, kCall, places);
  for (int64_t& place : places) place = s.EventField({kCall, place}, 0).int_value();
  return places;
}

TEST(Snapshot, EmptyHasEveryTableLoadedAndNothingInIt) {
  const auto s = Snapshot::Empty(SmallSchema());
  EXPECT_EQ(s->commit(), 0);
  EXPECT_TRUE(s->Loaded(kContact));
  EXPECT_TRUE(s->Loaded(kCall));
  EXPECT_FALSE(s->Loaded(99));
  EXPECT_EQ(s->Count(kContact), 0);
  EXPECT_EQ(s->RowLimit(kContact), 0);
  EXPECT_FALSE(s->Exists(kMarie));
  EXPECT_TRUE(s->Get(kMarie, kName).is_null());
  EXPECT_THAT(ContactsOf(*s, kAcme), IsEmpty());
}

TEST(Snapshot, AnUpdateIsSeenByTheNextSnapshotOnly) {
  const auto before = Small();
  const auto after = before->With(*Batch(*before).Update(kMarie, kName, Value::Text("Marie-Lou")));
  EXPECT_EQ(before->Get(kMarie, kName).text(), "Marie");
  EXPECT_EQ(after->Get(kMarie, kName).text(), "Marie-Lou");
  EXPECT_EQ(after->commit(), before->commit() + 1);
}

TEST(Snapshot, FindsARecordByItsIdUntilItIsDeleted) {
  const auto s = Small();
  const Uuid id = s->Id(kPaul);
  EXPECT_EQ(s->Get(kPaul, kIdField).text(), id.ToString());
  EXPECT_EQ(s->Find(kContact, id), kPaul);
  EXPECT_TRUE(s->Find(kAccount, id).none());
  const auto after = s->With(*Batch(*s).Delete(kPaul));
  EXPECT_TRUE(after->Find(kContact, id).none());
  EXPECT_TRUE(after->Id(kPaul).nil());
  EXPECT_EQ(s->Find(kContact, id), kPaul);
}

TEST(Snapshot, ADeletedRecordIsNobodysChildAndComesBackWithTheValuesGivenThen) {
  const auto s = Small();
  ASSERT_THAT(ContactsOf(*s, kAcme), ElementsAre(0, 1, 2));
  const auto without = s->With(*Batch(*s).Delete(kPaul));
  EXPECT_THAT(ContactsOf(*without, kAcme), ElementsAre(0, 2));
  EXPECT_EQ(without->Count(kContact), 2);
  EXPECT_EQ(without->RowLimit(kContact), 3);
  EXPECT_TRUE(without->Get(kPaul, kName).is_null());
  const auto again =
      without->With(*Batch(*without).Create(kPaul, {{kAccountOf, Value::Record(kOther)}}));
  EXPECT_TRUE(again->Exists(kPaul));
  EXPECT_TRUE(again->Get(kPaul, kName).is_null());
  EXPECT_THAT(ContactsOf(*again, kOther), ElementsAre(1));
  EXPECT_THAT(ContactsOf(*s, kAcme), ElementsAre(0, 1, 2));
}

TEST(Snapshot, AChildMovesWithItsLink) {
  const auto s = Small();
  ASSERT_THAT(ContactsOf(*s, kOther), IsEmpty());
  const auto moved = s->With(*Batch(*s).Update(kPaul, kAccountOf, Value::Record(kOther)));
  EXPECT_THAT(ContactsOf(*moved, kAcme), ElementsAre(0, 2));
  EXPECT_THAT(ContactsOf(*moved, kOther), ElementsAre(1));
  const auto freed = moved->With(*Batch(*moved).Update(kPaul, kAccountOf, Value()));
  EXPECT_THAT(ContactsOf(*freed, kOther), IsEmpty());
}

TEST(Snapshot, EventsComeInOrderOfTimeThoughTheyWereToldLate) {
  auto s = Small();
  s = s->With(*Batch(*s).Call(0, 300, 3).Call(0, 100, 1).Call(1, 50, 9));
  EXPECT_THAT(MinutesOf(*s, kMarie), ElementsAre(1, 3));
  s = s->With(*Batch(*s).Call(0, 200, 2).Call(0, 300, 4));
  EXPECT_THAT(MinutesOf(*s, kMarie), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(MinutesOf(*s, kMaria), IsEmpty());
  EXPECT_EQ(s->EventCount(kCall), 5);
  EXPECT_EQ(s->EventField({kCall, 0}, kAtField).timestamp().micros, 300);
  EXPECT_EQ(s->EventField({kCall, 0}, kSubjectField).record(), kMarie);
}

TEST(Snapshot, AMergedRecordReadsThroughTheWinnerAndComesBackWhenTheMergeEnds) {
  auto s = Small();
  s = s->With(*Batch(*s).Call(0, 10, 1).Call(2, 20, 2).Call(1, 30, 3));
  // Maria into Paul, Paul into Marie: both read as Marie.
  s = s->With(*Batch(*s).Merge(kMaria, kPaul));
  const CommitId first_merge = s->commit();
  s = s->With(*Batch(*s).Merge(kPaul, kMarie));
  EXPECT_EQ(s->Resolve(kMaria), kMarie);
  EXPECT_FALSE(s->Exists(kMaria));
  EXPECT_EQ(s->Count(kContact), 1);
  EXPECT_EQ(s->Get(kMaria, kName).text(), "Maria") << "its own fields stay";
  EXPECT_EQ(s->Find(kContact, s->Id(kMaria)), kMaria) << "its old name still leads to it";
  EXPECT_THAT(MinutesOf(*s, kMarie), ElementsAre(1, 2, 3));
  EXPECT_THAT(MinutesOf(*s, kMaria), ElementsAre(1, 2, 3));
  EXPECT_THAT(ContactsOf(*s, kAcme), ElementsAre(0));

  s = s->With(*Batch(*s).Unmerge(kMaria, kPaul, first_merge));
  EXPECT_EQ(s->Resolve(kMaria), kMaria);
  EXPECT_TRUE(s->Exists(kMaria));
  EXPECT_THAT(MinutesOf(*s, kMarie), ElementsAre(1, 3));
  EXPECT_THAT(MinutesOf(*s, kMaria), ElementsAre(2));
  EXPECT_THAT(ContactsOf(*s, kAcme), ElementsAre(0, 2));
}

TEST(Snapshot, ChildrenOfAMergedParentBelongToTheWinner) {
  auto s = Small();
  s = s->With(*Batch(*s).Update(kPaul, kAccountOf, Value::Record(kOther)));
  s = s->With(*Batch(*s).Merge(kOther, kAcme));
  EXPECT_THAT(ContactsOf(*s, kAcme), ElementsAre(0, 1, 2));
  EXPECT_EQ(s->Get(kPaul, kAccountOf).record(), kOther) << "links keep what they were written with";
}

TEST(Snapshot, EndingAnAliasThatIsNotInForceChangesNothing) {
  auto s = Small();
  s = s->With(*Batch(*s).Merge(kMaria, kPaul));
  const CommitId merge = s->commit();
  s = s->With(*Batch(*s).Unmerge(kMaria, kPaul, merge - 1));
  EXPECT_EQ(s->Resolve(kMaria), kPaul);
}

TEST(Snapshot, LedgerBringsTogetherThePersonThePointsAndWhoWasMerged) {
  auto s = Small();
  // Points are contacts here: any record can be one.
  s = s->With(
      *Batch(*s).Say(kMarie, {}, 30).Say(kPaul, kMaria, 10).Say({}, kMaria, 20).Say(kPaul, {}, 5));
  const auto seqs = [&](RecordRef person, std::vector<RecordRef> points) {
    std::vector<int64_t> at;
    const auto entries = s->Ledger(person, points);
    EXPECT_TRUE(entries.ok()) << entries.status();
    for (const ConsentEntry& entry : *entries) at.push_back(entry.at.micros);
    return at;
  };
  EXPECT_EQ(s->LedgerSize(), 4);
  EXPECT_THAT(seqs(kMarie, {}), ElementsAre(30));
  EXPECT_THAT(seqs(kMarie, {kMaria}), ElementsAre(10, 20, 30));
  EXPECT_THAT(seqs({}, {kMaria}), ElementsAre(10, 20));
  EXPECT_THAT(seqs(kPaul, {kMaria}), ElementsAre(5, 10, 20)) << "a line is not told twice";
  s = s->With(*Batch(*s).Merge(kPaul, kMarie));
  EXPECT_THAT(seqs(kMarie, {}), ElementsAre(5, 10, 30));
}

TEST(Snapshot, ALedgerLineThatCannotBeReadIsDataLossNotSilence) {
  const auto s = Small();
  Batch batch(*s);
  CommitBatch damaged = *batch.Say(kMarie, {}, 1);
  damaged.ledger[0].body = "\xff\xff";
  EXPECT_EQ(s->With(damaged)->Ledger(kMarie, {}).status().code(), absl::StatusCode::kDataLoss);
}

TEST(Snapshot, AnExtendedSchemaAddsEmptyTypesAndFields) {
  const auto s = Small();
  Schema extended = *s->schema().WithField(kContact, MakeField("city", FieldKind::kText));
  extended = *extended.WithType(MakeType("machine", {MakeField("name", FieldKind::kText)}));
  const auto wider = s->WithSchema(std::make_shared<const Schema>(extended));
  EXPECT_TRUE(wider->Loaded(3));
  EXPECT_TRUE(wider->Get(kMarie, 2).is_null());
  const auto after = wider->With(*Batch(*wider)
                                      .Update(kMarie, 2, Value::Text("Lyon"))
                                      .Create({3, 0}, {{0, Value::Text("Press")}}));
  EXPECT_EQ(after->Get(kMarie, 2).text(), "Lyon");
  EXPECT_EQ(after->Get({3, 0}, 0).text(), "Press");
  EXPECT_EQ(after->Get(kMarie, kName).text(), "Marie");
}

class StoredSnapshot : public ::testing::Test {
 protected:
  StoredSnapshot() {
    auto writer = store_->Write(Seconds(1));
    EXPECT_TRUE((*writer)->Prepare(internal::TablesOf(*schema_)).ok());
    EXPECT_TRUE((*writer)->Commit().ok());
  }
  void Commit(const CommitBatch& batch) {
    auto writer = store_->Write(Seconds(1));
    ASSERT_TRUE((*writer)->Apply(batch).ok());
    ASSERT_TRUE((*writer)->Commit().ok());
  }

  const std::shared_ptr<const Schema> schema_ = SmallSchema();
  const std::unique_ptr<Store> store_ = NewMemoryStore();
};

TEST_F(StoredSnapshot, LoadsTablesWhenAskedAndLeavesTheOthersToTheStore) {
  const auto empty = Snapshot::Empty(schema_);
  Commit(*Batch(*empty)
              .Create(kAcme, {{kName, Value::Text("Acme")}})
              .Create(kMarie, {{kAccountOf, Value::Record(kAcme)}}));
  const auto reader = store_->Read();
  const auto opened = *Snapshot::Open(schema_, **reader);
  EXPECT_EQ(opened->commit(), 1);
  EXPECT_FALSE(opened->Loaded(kContact));
  const TypeId types[] = {kContact};
  const auto loaded = *opened->Load(types, **reader);
  EXPECT_TRUE(loaded->Loaded(kContact));
  EXPECT_FALSE(loaded->Loaded(kAccount));
  EXPECT_THAT(ContactsOf(*loaded, kAcme), ElementsAre(0));
  const auto after = loaded->With(*Batch(*loaded).Update(kAcme, kName, Value::Text("New")));
  EXPECT_FALSE(after->Loaded(kAccount));
  EXPECT_EQ(after->commit(), 2);
}

TEST_F(StoredSnapshot, LoadsColumnByColumnAndKeepsThoseInStep) {
  const auto empty = Snapshot::Empty(schema_);
  Commit(*Batch(*empty)
              .Create(kAcme, {{kName, Value::Text("Acme")}})
              .Create(kMarie, {{kName, Value::Text("Marie")}, {kAccountOf, Value::Record(kAcme)}})
              .Call(0, 7, 5));
  const auto reader = store_->Read();
  const auto opened = *Snapshot::Open(schema_, **reader);
  const ColumnsNeeded links[] = {{kContact, {kAccountOf}}, {kAccount, {}}};
  const auto part = *opened->Load(links, **reader);
  EXPECT_TRUE(part->Loaded(links[0]));
  EXPECT_FALSE(part->Loaded(kContact));
  EXPECT_FALSE(part->Loaded(ColumnsNeeded{kContact, {kName}}));
  EXPECT_TRUE(part->Exists(kMarie));
  EXPECT_TRUE(part->Get(kMarie, kName).is_null());
  EXPECT_THAT(ContactsOf(*part, kAcme), ElementsAre(0));

  const ColumnsNeeded names[] = {{kContact, {kName, kIdField}}};
  const auto more = *part->Load(names, **reader);
  EXPECT_EQ(more->Get(kMarie, kName).text(), "Marie");
  EXPECT_EQ(more->Find(kContact, more->Id(kMarie)), kMarie);
  EXPECT_TRUE(part->Get(kMarie, kName).is_null()) << "snapshots do not change";

  // Commits write the columns that are here.
  const auto after = part->With(
      *Batch(*part)
           .Create(kPaul, {{kName, Value::Text("Paul")}, {kAccountOf, Value::Record(kAcme)}})
           .Delete(kMarie));
  EXPECT_THAT(ContactsOf(*after, kAcme), ElementsAre(1));
  EXPECT_TRUE(after->Get(kPaul, kName).is_null());
}

TEST_F(StoredSnapshot, CatchesUpTheColumnsThatAreLoaded) {
  const auto empty = Snapshot::Empty(schema_);
  const CommitBatch first = *Batch(*empty).Create(kAcme, {}).Create(
      kMarie, {{kName, Value::Text("Marie")}, {kAccountOf, Value::Record(kAcme)}});
  Commit(first);
  const auto reader = store_->Read();
  const ColumnsNeeded names[] = {{kContact, {kName}}};
  const auto part = *(*Snapshot::Open(schema_, **reader))->Load(names, **reader);
  Commit(*Batch(*empty->With(first)).Update(kMarie, kName, Value::Text("Maria")).Create(kPaul, {}));
  const auto now = *part->CatchUp(**store_->Read());
  EXPECT_EQ(now->Get(kMarie, kName).text(), "Maria");
  EXPECT_TRUE(now->Exists(kPaul));
  EXPECT_FALSE(now->Loaded(ColumnsNeeded{kContact, {kAccountOf}}));
}

TEST_F(StoredSnapshot, LoadsTheLedgerWhenAskedAndSaysWhenItIsNotThere) {
  const auto empty = Snapshot::Empty(schema_);
  Commit(*Batch(*empty).Create(kMarie, {}).Say(kMarie, {}, 1));
  const auto reader = store_->Read();
  const auto opened = *Snapshot::Open(schema_, **reader);
  EXPECT_EQ(opened->Ledger(kMarie, {}).status().code(), absl::StatusCode::kFailedPrecondition);
  const ColumnsNeeded ledger[] = {{kLedgerTable, {}, true}};
  const auto loaded = *opened->Load(ledger, **reader);
  EXPECT_TRUE(loaded->Loaded(kLedgerTable));
  EXPECT_EQ(loaded->Ledger(kMarie, {})->size(), 1u);
}

TEST_F(StoredSnapshot, RefusesToLoadFromAnotherCommit) {
  const auto empty = Snapshot::Empty(schema_);
  auto early = store_->Read();
  const auto opened = *Snapshot::Open(schema_, **early);
  Commit(*Batch(*empty).Create(kAcme, {}));
  const TypeId types[] = {kAccount};
  EXPECT_EQ(opened->Load(types, **store_->Read()).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(opened->Load(types, **early).ok());
}

TEST_F(StoredSnapshot, CatchesUpWithWhatAnotherProcessWrote) {
  const auto empty = Snapshot::Empty(schema_);
  const CommitBatch first =
      *Batch(*empty).Create(kAcme, {}).Create(kMarie, {{kAccountOf, Value::Record(kAcme)}});
  Commit(first);
  const auto mine = empty->With(first);
  const CommitBatch second = *Batch(*mine).Delete(kMarie).Create(kPaul, {}).Call(1, 7, 5);
  Commit(second);
  const auto now = *mine->CatchUp(**store_->Read());
  EXPECT_EQ(now->commit(), 2);
  EXPECT_EQ(now->last_seq(), second.commit.last_seq);
  EXPECT_FALSE(now->Exists(kMarie));
  EXPECT_TRUE(now->Exists(kPaul));
  EXPECT_THAT(MinutesOf(*now, kPaul), ElementsAre(5));
  EXPECT_TRUE(mine->Exists(kMarie));
}

}  // namespace
}  // namespace relata

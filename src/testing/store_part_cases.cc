// SPDX-License-Identifier: Apache-2.0
//
// Conformance: each thing a commit can hold - unseen before the commit, seen after it by new
// readers only, without a trace when given up or refused; and each thing that is unique.

#include "base/strings.h"
#include "testing/store_fixture.h"

namespace relata::testing {
namespace {

using internal::Concat;
using Lines = std::vector<std::string>;

const RecordRef kMarie{kContact, 0};

struct Part {
  const char* name;
  void (*write)(CommitBatch& batch, Seq first);
};

// Over a database in which contact 0 and account 0 are, the key erp:old, an alias of account 8 and
// a personal image of contact 0.
constexpr Part kParts[] = {
    {"ACreation", [](CommitBatch& b, Seq) { b.records = {Create(kContact, 1)}; }},
    {"AnUpdate",
     [](CommitBatch& b, Seq) {
       b.records = {Update(kContact, 0, {{kAge, Value::Int(9)}})};
     }},
    {"ADeletion", [](CommitBatch& b, Seq) { b.records = {Delete(kContact, 0)}; }},
    {"ACreationUpdatedAndDeleted",
     [](CommitBatch& b, Seq) {
       b.records = {Create(kContact, 1), Update(kContact, 1, {{kAge, Value::Int(1)}}),
                    Delete(kContact, 1)};
     }},
    {"AnEvent", [](CommitBatch& b, Seq first) { b.events = {Visits(first, {0})}; }},
    {"ALedgerLine",
     [](CommitBatch& b, Seq first) {
       b.ledger = {{first, kMarie, {}, {1}, "entry"}};
     }},
    {"AChange",
     [](CommitBatch& b, Seq first) {
       b.changes = {{first, kContact, 0, 1, RecordWrite::Op::kUpdate, "b", "", {}, std::nullopt}};
     }},
    {"AKey",
     [](CommitBatch& b, Seq) {
       b.external_keys = {{kAccount, "erp", "new", 0}};
     }},
    {"AFreedKey",
     [](CommitBatch& b, Seq) {
       b.external_keys = {{kAccount, "erp", "old", kNoRow}};
     }},
    {"AnAlias",
     [](CommitBatch& b, Seq) {
       b.aliases = {{{kAccount, 9}, {kAccount, 0}, 2, std::nullopt}};
     }},
    {"AnEndedAlias",
     [](CommitBatch& b, Seq) {
       b.aliases = {{{kAccount, 8}, {kAccount, 0}, 1, CommitId{2}}};
     }},
    {"ADefinition",
     [](CommitBatch& b, Seq) {
       b.definitions = {{"segment", "new", 1, "{}"}};
     }},
    {"ALogLine",
     [](CommitBatch& b, Seq first) {
       b.logs = {{"outbox", first, {}, "k", {1}, "{}"}};
     }},
    {"AnOperation", [](CommitBatch& b, Seq) { b.commit.operation_id = "op-new"; }},
    {"ABareCommit", [](CommitBatch&, Seq) {}},
};

void Begin(StoreFixture& s) {
  CommitBatch batch = BatchAfter(s.Head(), 1);
  batch.commit.operation_id = "op-old";
  batch.records = {Create(kContact, 0), Create(kAccount, 0)};
  batch.external_keys = {{kAccount, "erp", "old", 0}};
  batch.aliases = {{{kAccount, 8}, {kAccount, 0}, 1, std::nullopt}};
  batch.definitions = {{"segment", "old", 1, "{}"}};
  batch.logs = {{"outbox", 1, {}, "", {}, "{}"}};
  batch.changes = {
      {1, kContact, 0, 1, RecordWrite::Op::kUpdate, "b", "marie", kMarie, std::nullopt, "#"}};
  ASSERT_EQ(s.Put(batch), absl::OkStatus());
}

CommitBatch With(StoreFixture& s, const Part& part) {
  CommitBatch batch = BatchAfter(s.Head(), 5);
  part.write(batch, s.Head().last_seq + 1);
  return batch;
}

void IsSeenAfterItsCommitOnly(StoreFixture& s, const Part& part) {
  Begin(s);
  auto before = s.Read();
  const Lines old = Everything(*before);
  auto writer = s.Write();
  ASSERT_EQ(writer->Apply(With(s, part)), absl::OkStatus());
  EXPECT_EQ(Everything(*s.Read()), old);
  const Lines own = Everything(*writer);
  EXPECT_NE(own, old);
  ASSERT_EQ(writer->Commit(), absl::OkStatus());
  EXPECT_EQ(Everything(*before), old);
  EXPECT_EQ(Everything(*s.Read()), own);
  if (!s.backend().durable()) return;
  s.Reopen();
  EXPECT_EQ(Everything(*s.Read()), own);
}

void GivenUpLeavesNoTrace(StoreFixture& s, const Part& part) {
  Begin(s);
  const Lines old = Everything(*s.Read());
  ASSERT_EQ(s.Try(With(s, part)), absl::OkStatus());
  EXPECT_EQ(Everything(*s.Read()), old);
  EXPECT_EQ(s.Put(With(s, part)), absl::OkStatus());
}

// The last thing the commit holds is refused.
void LeavesNoTraceWhenTheCommitIsRefused(StoreFixture& s, const Part& part) {
  Begin(s);
  const Lines old = Everything(*s.Read());
  CommitBatch batch = With(s, part);
  batch.commit.operation_id = "op-old";
  auto writer = s.Write();
  EXPECT_TRUE(absl::IsAlreadyExists(writer->Apply(batch)));
  EXPECT_TRUE(absl::IsAlreadyExists(writer->Commit()));
  EXPECT_EQ(Everything(*s.Read()), old);
  writer = nullptr;
  EXPECT_EQ(s.Put(With(s, part)), absl::OkStatus());
}

struct Unique {
  const char* name;
  void (*first)(CommitBatch& batch);
  void (*again)(CommitBatch& batch);
};

constexpr Unique kUniques[] = {
    {"ARow", [](CommitBatch& b) { b.records.push_back(Create(kContact, 5)); },
     [](CommitBatch& b) {
       b.records.push_back(Create(kContact, 5));
       b.records.back().id = MakeId(77);
     }},
    {"AnId", [](CommitBatch& b) { b.records.push_back(Create(kContact, 5)); },
     [](CommitBatch& b) {
       b.records.push_back(Create(kContact, 6));
       b.records.back().id = MakeId(kContact * 1'000'000 + 5);
     }},
    {"ARowAndItsId", [](CommitBatch& b) { b.records.push_back(Create(kContact, 5)); },
     [](CommitBatch& b) { b.records.push_back(Create(kContact, 5)); }},
    {"AKey",
     [](CommitBatch& b) {
       b.external_keys.push_back({kAccount, "erp", "k", 1});
     },
     [](CommitBatch& b) {
       b.external_keys.push_back({kAccount, "erp", "k", 2});
     }},
    {"ADefinitionsVersion",
     [](CommitBatch& b) {
       b.definitions.push_back({"k", "n", 1, "a"});
     },
     [](CommitBatch& b) {
       b.definitions.push_back({"k", "n", 1, "b"});
     }},
    {"ALogLinesSeq",
     [](CommitBatch& b) {
       b.logs.push_back({"outbox", 9, {}, "", {}, "a"});
     },
     [](CommitBatch& b) {
       b.logs.push_back({"outbox", 9, {}, "", {}, "b"});
     }},
};

void IsTakenInTheSameBatch(StoreFixture& s, const Unique& unique) {
  CommitBatch batch = BatchAfter(s.Head());
  unique.first(batch);
  unique.again(batch);
  EXPECT_TRUE(absl::IsAlreadyExists(s.Put(batch)));
  EXPECT_EQ(s.Head().id, 0);
}

void IsTakenByAnEarlierPart(StoreFixture& s, const Unique& unique) {
  auto writer = s.Write();
  CommitBatch first;
  unique.first(first);
  ASSERT_EQ(writer->Apply(first), absl::OkStatus());
  CommitBatch second = BatchAfter(s.Head());
  unique.again(second);
  EXPECT_TRUE(absl::IsAlreadyExists(writer->Apply(second)));
}

void IsTakenByAnEarlierCommit(StoreFixture& s, const Unique& unique) {
  CommitBatch first = BatchAfter(s.Head());
  unique.first(first);
  ASSERT_EQ(s.Put(first), absl::OkStatus());
  if (s.backend().durable()) s.Reopen();
  CommitBatch second = BatchAfter(s.Head());
  unique.again(second);
  EXPECT_TRUE(absl::IsAlreadyExists(s.Put(second)));
  EXPECT_EQ(s.Head().id, 1);
}

// The same among many, which a backend may write in another way than one.
void IsTakenAmongMany(StoreFixture& s, const Unique& unique) {
  CommitBatch first = BatchAfter(s.Head());
  unique.first(first);
  ASSERT_EQ(s.Put(first), absl::OkStatus());
  const Lines old = Everything(*s.Read());
  CommitBatch second = BatchAfter(s.Head());
  for (Row i = 100; i < 700; ++i) {
    second.records.push_back(Create(kContact, i));
    second.external_keys.push_back({kAccount, "erp", Concat("many", i), i});
    second.definitions.push_back({"k", "many", i, "{}"});
    second.logs.push_back({"outbox", i, {}, "", {}, "{}"});
  }
  unique.again(second);
  EXPECT_TRUE(absl::IsAlreadyExists(s.Put(second)));
  EXPECT_EQ(Everything(*s.Read()), old);
}

void GivingManyKeysAgainChangesNothing(StoreFixture& s) {
  CommitBatch batch = BatchAfter(s.Head());
  for (Row i = 0; i < 600; ++i) {
    batch.external_keys.push_back({kAccount, "erp", Concat("k", i), i});
  }
  ASSERT_EQ(s.Put(batch), absl::OkStatus());
  CommitBatch again = BatchAfter(s.Head());
  again.external_keys = batch.external_keys;
  again.external_keys.push_back({kAccount, "erp", "new", 1});
  ASSERT_EQ(s.Put(again), absl::OkStatus());
  EXPECT_EQ(s.Read()->FindExternalKey(kAccount, "erp", "new").value_or(-1), 1);
  EXPECT_EQ(s.Read()->FindExternalKey(kAccount, "erp", "k599").value_or(-1), 599);
}

}  // namespace

std::vector<StoreCase> PartCases() {
  std::vector<StoreCase> cases;
  const auto add = [&](const auto& row, const char* what, auto run) {
    cases.push_back({Concat(row.name, what), [&row, run](StoreFixture& s) { run(s, row); }});
  };
  for (const Part& part : kParts) {
    add(part, "IsSeenAfterItsCommitOnly", IsSeenAfterItsCommitOnly);
    add(part, "GivenUpLeavesNoTrace", GivenUpLeavesNoTrace);
    add(part, "LeavesNoTraceWhenTheCommitIsRefused", LeavesNoTraceWhenTheCommitIsRefused);
  }
  for (const Unique& unique : kUniques) {
    add(unique, "IsTakenInTheSameBatch", IsTakenInTheSameBatch);
    add(unique, "IsTakenByAnEarlierPart", IsTakenByAnEarlierPart);
    add(unique, "IsTakenByAnEarlierCommit", IsTakenByAnEarlierCommit);
    add(unique, "IsTakenAmongMany", IsTakenAmongMany);
  }
  cases.push_back({"GivingManyKeysAgainChangesNothing", GivingManyKeysAgainChangesNothing});
  return cases;
}

}  // namespace relata::testing

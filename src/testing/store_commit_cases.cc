// SPDX-License-Identifier: Apache-2.0
//
// Conformance: commits, isolation, and everything that is kept in lines.

#include <atomic>
#include <thread>

#include "base/strings.h"
#include "testing/store_fixture.h"

namespace relata::testing {
namespace {

using internal::Concat;
using Lines = std::vector<std::string>;

const RecordRef kMarie{kContact, 0};
const RecordRef kPaul{kContact, 1};

Lines Accounts(StoreReader& reader) {
  return RecordLines(reader, {kAccount, {kAccountName}, 0, INT64_MAX, std::nullopt, {}});
}

// A commit with one of everything.
CommitBatch FullBatch(const CommitRow& head, Row row) {
  CommitBatch batch = BatchAfter(head, 6);
  const Seq first = head.last_seq + 1;
  batch.commit.reason = "because";
  batch.commit.operation_id = Concat("op-", row);
  batch.commit.result = Concat("result-", row);
  batch.records = {Create(kAccount, row, {{kAccountName, Value::Text("Acme")}})};
  batch.events = {Visits(first, {row, row + 1})};
  batch.ledger = {{first + 2, kMarie, {kContact, 8}, {7}, std::string("body\0", 5)}};
  batch.changes = {
      {first + 3, kAccount, row, 1, RecordWrite::Op::kCreate, "before", "", {}, Timestamp{-5}},
      {first + 4, kContact, 10, 5, RecordWrite::Op::kCreate, "", "", {}, std::nullopt},
      {first + 5, kContact, 0, 1, RecordWrite::Op::kUpdate, "b", "marie", kMarie, std::nullopt}};
  batch.external_keys = {{kAccount, "zoho", Concat("k", row), row}};
  batch.aliases = {{{kAccount, row}, {kAccount, row + 100}, head.id + 1, std::nullopt}};
  batch.definitions = {{"segment", Concat("s", row), 1, "{}"}};
  batch.logs = {{"outbox", first, kMarie, "mail", {1}, "{\"a\":1}"},
                {"outbox", first + 1, kPaul, "", {2}, "{}"}};
  return batch;
}

void ACommitIsSeenWholeAfterItAndNotBefore(StoreFixture& s) {
  auto before = s.Read();
  const Lines nothing = Everything(*before);
  auto writer = s.Write();
  ASSERT_EQ(writer->Apply(FullBatch(s.Head(), 0)), absl::OkStatus());
  const Lines own = Everything(*writer);
  EXPECT_NE(own, nothing);
  EXPECT_EQ(Everything(*s.Read()), nothing);
  ASSERT_EQ(writer->Commit(), absl::OkStatus());
  EXPECT_EQ(Everything(*before), nothing);
  EXPECT_EQ(before->Head()->id, 0);
  EXPECT_EQ(Everything(*s.Read()), own);
  EXPECT_EQ(s.store().HeadId().value_or(-1), 1);
}

void AReaderKeepsItsCommitFromTheMomentItIsMade(StoreFixture& s) {
  auto reader = s.Read();
  ASSERT_EQ(s.Put(FullBatch(s.Head(), 0)), absl::OkStatus());
  EXPECT_EQ(reader->Head()->id, 0);
  EXPECT_TRUE(Accounts(*reader).empty());
  ASSERT_EQ(s.Put(FullBatch(s.Head(), 1)), absl::OkStatus());
  EXPECT_TRUE(Accounts(*reader).empty());
  EXPECT_EQ(Accounts(*s.Read()).size(), 2u);
}

void AWriterGivenUpLeavesNoTrace(StoreFixture& s) {
  ASSERT_EQ(s.Put(FullBatch(s.Head(), 0)), absl::OkStatus());
  const Lines before = Everything(*s.Read());
  ASSERT_EQ(s.Try(FullBatch(s.Head(), 1)), absl::OkStatus());
  EXPECT_EQ(Everything(*s.Read()), before);
  ASSERT_EQ(s.Put(FullBatch(s.Head(), 1)), absl::OkStatus());
}

void AFailedApplyFailsTheCommit(StoreFixture& s) {
  ASSERT_EQ(s.Put(FullBatch(s.Head(), 0)), absl::OkStatus());
  const Lines before = Everything(*s.Read());
  CommitBatch batch = FullBatch(s.Head(), 1);
  batch.definitions.push_back({"segment", "s0", 1, "{}"});
  auto writer = s.Write();
  EXPECT_TRUE(absl::IsAlreadyExists(writer->Apply(batch)));
  EXPECT_TRUE(absl::IsAlreadyExists(writer->Apply(FullBatch(s.Head(), 2))));
  EXPECT_TRUE(absl::IsAlreadyExists(writer->Commit()));
  EXPECT_EQ(Everything(*s.Read()), before);
}

void PartsAreOneCommit(StoreFixture& s) {
  const CommitRow head = s.Head();
  auto writer = s.Write();
  for (int part = 0; part < 3; ++part) {
    CommitBatch batch = BatchAfter(head, 2 * (part + 1));
    if (part < 2) batch.commit = CommitRow();
    batch.records = {Create(kAccount, part)};
    const Seq seq = head.last_seq + 1 + 2 * part;
    batch.events = {Visits(seq, {part})};
    batch.changes = {
        {seq + 1, kAccount, part, 1, RecordWrite::Op::kCreate, "", "", {}, std::nullopt}};
    ASSERT_EQ(writer->Apply(batch), absl::OkStatus()) << part;
  }
  ASSERT_EQ(writer->Commit(), absl::OkStatus());
  auto reader = s.Read();
  EXPECT_EQ(reader->Head()->id, 1);
  EXPECT_EQ(reader->Head()->last_seq, 6);
  EXPECT_EQ(Accounts(*reader).size(), 3u);
  int changes = 0;
  EXPECT_EQ(reader->ScanChanges(0, std::nullopt,
                                [&](const ChangeRow& row) {
                                  ++changes;
                                  EXPECT_EQ(row.commit, 1);
                                  return absl::OkStatus();
                                }),
            absl::OkStatus());
  EXPECT_EQ(changes, 3);
}

void PartsWithoutALastOneAreNotKept(StoreFixture& s) {
  CommitBatch batch;
  batch.records = {Create(kAccount, 0)};
  auto writer = s.Write();
  ASSERT_EQ(writer->Apply(batch), absl::OkStatus());
  EXPECT_TRUE(absl::IsFailedPrecondition(writer->Commit()));
  EXPECT_TRUE(Accounts(*s.Read()).empty());
}

void OneWriterWritesOneCommit(StoreFixture& s) {
  auto writer = s.Write();
  ASSERT_EQ(writer->Apply(BatchAfter(s.Head())), absl::OkStatus());
  CommitBatch second = BatchAfter(s.Head());
  second.commit.id = 2;
  EXPECT_TRUE(absl::IsFailedPrecondition(writer->Apply(second)));
}

void NumbersMustFollowTheHead(StoreFixture& s) {
  ASSERT_EQ(s.Put(FullBatch(s.Head(), 0)), absl::OkStatus());
  const CommitRow head = s.Head();
  std::vector<std::pair<const char*, CommitBatch>> cases(7, {"", FullBatch(head, 1)});
  cases[0].first = "a gap";
  cases[0].second.commit.id = head.id + 2;
  cases[1].first = "the head again";
  cases[1].second.commit.id = head.id;
  cases[2].first = "last_seq below a seq in use";
  cases[2].second.commit.last_seq -= 1;
  cases[3].first = "a seq given out before";
  cases[3].second.ledger[0].seq = head.last_seq;
  cases[4].first = "events given out before";
  cases[4].second.events[0].first_seq = head.last_seq;
  cases[5].first = "an earlier instant";
  cases[5].second.commit.recorded = {head.recorded.micros - 1};
  cases[6].first = "ledger lines that descend";
  cases[6].second.ledger.push_back(cases[6].second.ledger[0]);
  cases[6].second.ledger[0].seq = cases[6].second.commit.last_seq;
  for (const auto& [name, batch] : cases) {
    EXPECT_TRUE(absl::IsInvalidArgument(s.Try(batch))) << name;
  }
  EXPECT_EQ(s.Put(FullBatch(head, 1)), absl::OkStatus());
}

void OperationsAreUniqueAndFound(StoreFixture& s) {
  ASSERT_EQ(s.Put(FullBatch(s.Head(), 0)), absl::OkStatus());
  ASSERT_EQ(s.Put(BatchAfter(s.Head())), absl::OkStatus());
  ASSERT_EQ(s.Put(BatchAfter(s.Head())), absl::OkStatus());
  auto reader = s.Read();
  const auto found = reader->FindOperation("op-0");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->id, 1);
  EXPECT_EQ(found->result, "result-0");
  EXPECT_TRUE(absl::IsNotFound(reader->FindOperation("op-1").status()));
  EXPECT_TRUE(absl::IsNotFound(reader->FindOperation("").status()));
  CommitBatch again = BatchAfter(s.Head());
  again.commit.operation_id = "op-0";
  EXPECT_TRUE(absl::IsAlreadyExists(s.Put(again)));
  EXPECT_EQ(s.Head().id, 3);
}

void CommitsComeBackInOrder(StoreFixture& s) {
  for (Row row = 0; row < 3; ++row) {
    ASSERT_EQ(s.Put(FullBatch(s.Head(), row)), absl::OkStatus());
  }
  auto reader = s.Read();
  std::vector<CommitId> ids;
  EXPECT_EQ(reader->ScanCommits(1,
                                [&](const CommitRow& c) {
                                  ids.push_back(c.id);
                                  return absl::OkStatus();
                                }),
            absl::OkStatus());
  EXPECT_EQ(ids, (std::vector<CommitId>{2, 3}));
  EXPECT_EQ(reader->FindCommit(2)->chain, "chain2");
  EXPECT_EQ(reader->FindCommit(2)->result, "result-1");
  EXPECT_TRUE(absl::IsNotFound(reader->FindCommit(4).status()));
}

void ExternalKeysAreUniqueAndCanBeFreed(StoreFixture& s) {
  const auto put = [&](std::vector<ExternalKeyWrite> keys) {
    CommitBatch batch = BatchAfter(s.Head());
    batch.external_keys = std::move(keys);
    return s.Put(batch);
  };
  ASSERT_EQ(put({{kAccount, "zoho", "b", 1},
                 {kAccount, "zoho", "a", 1},
                 {kContact, "zoho", "a", 2},
                 {kAccount, "erp", "a", 3}}),
            absl::OkStatus());
  EXPECT_EQ(put({{kAccount, "zoho", "a", 1}}), absl::OkStatus());
  EXPECT_TRUE(absl::IsAlreadyExists(put({{kAccount, "zoho", "a", 2}})));
  EXPECT_TRUE(absl::IsAlreadyExists(put({{kAccount, "x", "y", 1}, {kAccount, "x", "y", 2}})));
  EXPECT_TRUE(absl::IsInvalidArgument(put({{99, "zoho", "a", 2}})));
  auto reader = s.Read();
  EXPECT_EQ(reader->FindExternalKey(kAccount, "zoho", "a").value_or(-1), 1);
  EXPECT_EQ(reader->FindExternalKey(kContact, "zoho", "a").value_or(-1), 2);
  EXPECT_TRUE(absl::IsNotFound(reader->FindExternalKey(kContact, "erp", "a").status()));
  EXPECT_TRUE(absl::IsNotFound(reader->FindExternalKey(kAccount, "x", "y").status()));
  Lines keys;
  EXPECT_EQ(reader->ScanExternalKeys(kAccount,
                                     [&](const ExternalKeyWrite& k) {
                                       keys.push_back(Concat(k.system, ":", k.key, "=", k.row));
                                       return absl::OkStatus();
                                     }),
            absl::OkStatus());
  EXPECT_EQ(keys, (Lines{"erp:a=3", "zoho:a=1", "zoho:b=1"}));
  EXPECT_EQ(put({{kAccount, "zoho", "a", kNoRow}, {kAccount, "zoho", "a", 9}}), absl::OkStatus());
  EXPECT_EQ(s.Read()->FindExternalKey(kAccount, "zoho", "a").value_or(-1), 9);
}

void LedgerLinesAreFoundByPerson(StoreFixture& s) {
  CommitBatch batch = BatchAfter(s.Head(), 3);
  batch.ledger = {{1, kMarie, {}, {1}, "a"}, {2, kPaul, {}, {2}, "b"}, {3, kMarie, {}, {0}, "c"}};
  ASSERT_EQ(s.Put(batch), absl::OkStatus());
  const auto bodies = [&](Seq since, std::optional<RecordRef> person) {
    std::string out;
    EXPECT_EQ(s.Read()->ScanLedger(since, person,
                                   [&](const LedgerWrite& line) {
                                     out += line.body;
                                     return absl::OkStatus();
                                   }),
              absl::OkStatus());
    return out;
  };
  EXPECT_EQ(bodies(0, std::nullopt), "abc");
  EXPECT_EQ(bodies(0, kMarie), "ac");
  EXPECT_EQ(bodies(1, kMarie), "c");
  EXPECT_EQ(bodies(3, std::nullopt), "");
}

void ChangesAreFoundByRecordAlsoInsideARange(StoreFixture& s) {
  ASSERT_EQ(s.Put(FullBatch(s.Head(), 0)), absl::OkStatus());
  ASSERT_EQ(s.Put(FullBatch(s.Head(), 1)), absl::OkStatus());
  const auto seqs = [&](CommitId since, std::optional<RecordRef> record) {
    std::vector<Seq> out;
    EXPECT_EQ(s.Read()->ScanChanges(since, record,
                                    [&](const ChangeRow& row) {
                                      out.push_back(row.change.seq);
                                      return absl::OkStatus();
                                    }),
              absl::OkStatus());
    return out;
  };
  using Seqs = std::vector<Seq>;
  EXPECT_EQ(seqs(0, std::nullopt), (Seqs{4, 5, 6, 10, 11, 12}));
  EXPECT_EQ(seqs(1, std::nullopt), (Seqs{10, 11, 12}));
  EXPECT_EQ(seqs(0, kMarie), (Seqs{6, 12}));
  EXPECT_EQ(seqs(0, RecordRef{kContact, 10}), (Seqs{5, 11}));
  EXPECT_EQ(seqs(1, RecordRef{kContact, 14}), (Seqs{11}));
  EXPECT_EQ(seqs(0, RecordRef{kContact, 15}), Seqs{});
  EXPECT_EQ(seqs(0, RecordRef{kAccount, 0}), (Seqs{4}));
}

void ErasedImagesNoLongerReadBack(StoreFixture& s) {
  CommitBatch batch = BatchAfter(s.Head(), 2);
  batch.changes = {
      {1, kContact, 0, 1, RecordWrite::Op::kUpdate, "x", "marie", kMarie, std::nullopt, "#1"},
      {2, kContact, 1, 1, RecordWrite::Op::kUpdate, "y", "paul", kPaul, std::nullopt, "#2"}};
  ASSERT_EQ(s.Put(batch), absl::OkStatus());
  const auto images = [&] {
    std::string out;
    EXPECT_EQ(s.Read()->ScanChanges(0, std::nullopt,
                                    [&](const ChangeRow& row) {
                                      out += row.change.before + row.change.personal +
                                             row.change.personal_digest + ";";
                                      EXPECT_FALSE(row.change.subject.none());
                                      return absl::OkStatus();
                                    }),
              absl::OkStatus());
    return out;
  };
  ASSERT_EQ(s.Write()->EraseImages(kMarie), absl::OkStatus());
  EXPECT_EQ(images(), "xmarie#1;ypaul#2;");
  auto writer = s.Write();
  ASSERT_EQ(writer->EraseImages(kMarie), absl::OkStatus());
  ASSERT_EQ(writer->Commit(), absl::OkStatus());
  EXPECT_EQ(images(), "x#1;ypaul#2;");
}

// Everything a store holds about Marie (contact 0) and Paul (contact 1), who stays.
void PutTraces(StoreFixture& s) {
  CommitBatch batch = BatchAfter(s.Head(), 9);
  batch.records = {Create(kContact, 0, {{kName, Value::Text("Marie")}}),
                   Create(kContact, 1, {{kName, Value::Text("Paul")}})};
  batch.changes = {
      {1, kContact, 0, 1, RecordWrite::Op::kUpdate, "x", "marie", kMarie, std::nullopt, "#1"},
      {2, kContact, 1, 1, RecordWrite::Op::kUpdate, "y", "paul", kPaul, std::nullopt, "#2"}};
  batch.events = {Visits(3, {0, 1, 0})};
  batch.ledger = {{6, kMarie, {}, {1}, "marie said"}, {7, kPaul, {}, {2}, "paul said"}};
  batch.external_keys = {{kContact, "zoho", "m", 0}, {kContact, "zoho", "p", 1}};
  batch.logs = {{"outbox", 8, kMarie, "call", {8}, R"({"to":"her"})"},
                {"outbox", 9, kPaul, "call", {9}, R"({"ask":"marie@vernay.fr"})"},
                {"membership", 8, kPaul, "ripe", {8}, "{}"},
                {std::string(kErasureLog), 8, kMarie, "", {8}, R"({"kept":1})"}};
  batch.commit.reason = "said by marie@vernay.fr";
  batch.commit.operation_id = "form marie@vernay.fr";
  ASSERT_EQ(s.Put(batch), absl::OkStatus());
}

Lines LogLines(StoreFixture& s, std::string_view log) {
  Lines lines;
  EXPECT_EQ(s.Read()->ScanLog(log, 0, "",
                              [&](const LogWrite& line) {
                                lines.push_back(Concat(line.seq, " ", line.key, " ", line.body));
                                return absl::OkStatus();
                              }),
            absl::OkStatus());
  return lines;
}

void AnErasureLeavesNoTraceOfItsSubjects(StoreFixture& s) {
  PutTraces(s);
  CommitBatch batch = BatchAfter(s.Head(), 1);
  batch.records = {Delete(kContact, 0)};
  batch.erase.subjects = {kMarie};
  batch.erase.entries = {6};
  batch.erase.words = {"marie@vernay.fr"};
  ASSERT_EQ(s.Put(batch), absl::OkStatus());
  if (s.backend().durable()) s.Reopen();
  auto reader = s.Read();
  std::string seen;
  EXPECT_EQ(reader->ScanChanges(0, std::nullopt,
                                [&](const ChangeRow& row) {
                                  seen += row.change.personal + row.change.personal_digest + ";";
                                  return absl::OkStatus();
                                }),
            absl::OkStatus());
  EXPECT_EQ(seen, "#1;paul#2;");
  EXPECT_TRUE(EventLines(*reader, {kVisit, FieldsOf(kVisit), 0, INT64_MAX, Row{0}, {}}).empty());
  EXPECT_EQ(EventLines(*reader, {kVisit, FieldsOf(kVisit), 0, INT64_MAX, Row{1}, {}}).size(), 1u);
  EXPECT_EQ(EventLines(*reader, {kVisit, FieldsOf(kVisit), 0, INT64_MAX, {}, {}}).size(), 1u);
  seen.clear();
  EXPECT_EQ(reader->ScanLedger(0, std::nullopt,
                               [&](const LedgerWrite& line) {
                                 seen += Concat(line.seq, line.body, ";");
                                 return absl::OkStatus();
                               }),
            absl::OkStatus());
  EXPECT_EQ(seen, "6;7paul said;");
  EXPECT_TRUE(absl::IsNotFound(reader->FindExternalKey(kContact, "zoho", "m").status()));
  EXPECT_EQ(reader->FindExternalKey(kContact, "zoho", "p").value_or(-1), 1);
  EXPECT_EQ(LogLines(s, "outbox"), (Lines{"8  {}", "9  {}"}));
  EXPECT_EQ(LogLines(s, "membership"), (Lines{"8 ripe {}"}));
  EXPECT_EQ(LogLines(s, kErasureLog), (Lines{R"(8  {"kept":1})"}));
  EXPECT_EQ(reader->FindCommit(1)->reason, "");
  EXPECT_EQ(reader->FindCommit(1)->chain, "chain1");
  EXPECT_TRUE(absl::IsNotFound(reader->FindOperation("form marie@vernay.fr").status()));
}

// Stores may keep long lines elsewhere than short ones.
void LongLinesOfALogComeBackAndAreErased(StoreFixture& s) {
  PutTraces(s);
  CommitBatch batch = BatchAfter(s.Head(), 6);
  Lines expected = LogLines(s, "outbox");
  Lines erased{"8  {}", "9  {}"};
  Seq seq = batch.commit.last_seq - 6;
  for (const size_t size : {799, 800, 801, 5'000, 100'000}) {
    const bool named = size == 5'000;
    std::string body = named ? "to marie@vernay.fr " : "";
    body.resize(size, 'x');
    batch.logs.push_back({"outbox", ++seq, kPaul, "long", {9}, body});
    expected.push_back(Concat(seq, " long ", body));
    erased.push_back(named ? Concat(seq, "  {}") : expected.back());
  }
  ASSERT_EQ(s.Put(batch), absl::OkStatus());
  EXPECT_EQ(LogLines(s, "outbox"), expected);
  batch = BatchAfter(s.Head(), 1);
  batch.erase.words = {"marie@vernay.fr"};
  ASSERT_EQ(s.Put(batch), absl::OkStatus());
  if (s.backend().durable()) s.Reopen();
  const Lines left = LogLines(s, "outbox");
  ASSERT_EQ(left.size(), erased.size());
  EXPECT_EQ(Lines(left.begin() + 2, left.end()), Lines(erased.begin() + 2, erased.end()));
}

void AnErasureReachesWhatItNamesAndNoMore(StoreFixture& s) {
  PutTraces(s);
  CommitBatch batch = BatchAfter(s.Head(), 1);
  batch.erase.images = {kMarie};
  batch.erase.events = {{kVisit, 4}};
  batch.erase.lines = {{std::string(kErasureLog), 8}};
  ASSERT_EQ(s.Put(batch), absl::OkStatus());
  auto reader = s.Read();
  EXPECT_EQ(reader->FindExternalKey(kContact, "zoho", "m").value_or(-1), 0);
  EXPECT_EQ(EventLines(*reader, {kVisit, FieldsOf(kVisit), 0, INT64_MAX, Row{0}, {}}).size(), 2u);
  EXPECT_TRUE(EventLines(*reader, {kVisit, FieldsOf(kVisit), 0, INT64_MAX, Row{1}, {}}).empty());
  EXPECT_EQ(LogLines(s, kErasureLog), (Lines{"8  {}"}));
  EXPECT_EQ(LogLines(s, "outbox").size(), 2u);
  EXPECT_EQ(reader->FindOperation("form marie@vernay.fr")->id, 1);
  reader = nullptr;  // it would keep older pages alive
  // On a server the transactions of others may hold it up.
  const absl::Status scrubbed = s.store().Scrub(Seconds(5));
  EXPECT_TRUE(scrubbed.ok() || absl::IsFailedPrecondition(scrubbed)) << scrubbed;
  EXPECT_EQ(LogLines(s, "outbox").size(), 2u);
}

void AnAliasCanBeEnded(StoreFixture& s) {
  CommitBatch batch = BatchAfter(s.Head());
  batch.aliases = {{kMarie, kPaul, 1, std::nullopt}, {{kAccount, 4}, {kAccount, 5}, 1, {}}};
  ASSERT_EQ(s.Put(batch), absl::OkStatus());
  batch = BatchAfter(s.Head());
  batch.aliases = {{kMarie, kPaul, 1, CommitId{2}}};
  ASSERT_EQ(s.Put(batch), absl::OkStatus());
  Lines aliases;
  EXPECT_EQ(s.Read()->ScanAliases([&](const AliasWrite& a) {
    aliases.push_back(Concat(a.loser.type, "/", a.loser.row, " ", a.until.value_or(-1)));
    return absl::OkStatus();
  }),
            absl::OkStatus());
  EXPECT_EQ(aliases, (Lines{"1/4 -1", "2/0 2"}));
}

void DefinitionsKeepEveryVersion(StoreFixture& s) {
  const auto put = [&](DefinitionWrite definition) {
    CommitBatch batch = BatchAfter(s.Head());
    batch.definitions = {std::move(definition)};
    return s.Put(batch);
  };
  ASSERT_EQ(put({"segment", "ripe", 1, "{}"}), absl::OkStatus());
  ASSERT_EQ(put({"score", "ripe", 1, "{}"}), absl::OkStatus());
  ASSERT_EQ(put({"segment", "ripe", 2, ""}), absl::OkStatus());
  EXPECT_TRUE(absl::IsAlreadyExists(put({"segment", "ripe", 2, "{}"})));
  Lines seen;
  EXPECT_EQ(s.Read()->ScanDefinitions([&](const DefinitionWrite& d) {
    seen.push_back(Concat(d.kind, d.name, d.version, d.body));
    return absl::OkStatus();
  }),
            absl::OkStatus());
  EXPECT_EQ(seen, (Lines{"segmentripe1{}", "scoreripe1{}", "segmentripe2"}));
}

void LogsAreReadInOrderAndByKey(StoreFixture& s) {
  CommitBatch batch = BatchAfter(s.Head());
  batch.logs = {{"outbox", 3, {}, "b", {}, "3"},
                {"outbox", 1, {}, "a", {}, "1"},
                {"outbox2", 1, {}, "a", {}, "x"},
                {"outbox", 2, {}, "", {}, "2"},
                {"outbox", 5, {}, "a", {}, "5"}};
  ASSERT_EQ(s.Put(batch), absl::OkStatus());
  const auto bodies = [&](std::string_view log, Seq since, std::string_view key) {
    std::string out;
    EXPECT_EQ(s.Read()->ScanLog(log, since, key,
                                [&](const LogWrite& line) {
                                  out += line.body;
                                  return absl::OkStatus();
                                }),
              absl::OkStatus());
    return out;
  };
  EXPECT_EQ(bodies("outbox", 0, ""), "1235");
  EXPECT_EQ(bodies("outbox", 2, ""), "35");
  EXPECT_EQ(bodies("outbox", 0, "a"), "15");
  EXPECT_EQ(bodies("outbox", 1, "a"), "5");
  EXPECT_EQ(bodies("nothing", 0, ""), "");
  batch = BatchAfter(s.Head());
  batch.logs = {{"outbox", 3, {}, "", {}, ""}};
  EXPECT_TRUE(absl::IsAlreadyExists(s.Put(batch)));
}

void ThereIsOneWriterAtATime(StoreFixture& s) {
  auto writer = s.Write();
  const auto second = s.store().Write(Microseconds(30'000));
  EXPECT_TRUE(absl::IsUnavailable(second.status())) << second.status();
  ASSERT_EQ(writer->Apply(BatchAfter(s.Head())), absl::OkStatus());
  ASSERT_EQ(writer->Commit(), absl::OkStatus());
  // Commit gave the lock back although the writer still lives.
  auto third = s.store().Write(Microseconds(30'000));
  ASSERT_TRUE(third.ok()) << third.status();
  third->reset();
  EXPECT_TRUE(s.store().Write(Microseconds(0)).ok());
}

// Lost updates and half-read commits show as a sum that is off.
void ConcurrentWritersAndReadersSeeWholeCommits(StoreFixture& s) {
  constexpr int kThreads = 4;
  constexpr int kEach = 25;
  CommitBatch first = BatchAfter(s.Head());
  first.records = {Create(kContact, 0, {{kAge, Value::Int(0)}}),
                   Create(kContact, 1, {{kAge, Value::Int(0)}})};
  ASSERT_EQ(s.Put(first), absl::OkStatus());
  const auto ages = [](StoreReader& reader) {
    std::vector<int64_t> out;
    EXPECT_EQ(reader.ScanRecords({kContact, {kAge}, 0, INT64_MAX, std::nullopt, {}},
                                 [&](const RecordRows& b) {
                                   for (size_t i = 0; i < b.rows.size(); ++i) {
                                     out.push_back(b.columns[0].Int(i));
                                   }
                                   return absl::OkStatus();
                                 }),
              absl::OkStatus());
    return out;
  };
  std::atomic<bool> done = false;
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        auto writer = s.store().Write(Seconds(60));
        if (!writer.ok()) return void(++failures);
        const std::vector<int64_t> now = ages(**writer);
        CommitBatch batch = BatchAfter((*writer)->Head().value_or(CommitRow()));
        batch.records = {Update(kContact, 0, {{kAge, Value::Int(now[0] + 1)}}),
                         Update(kContact, 1, {{kAge, Value::Int(now[1] - 1)}})};
        if (!(*writer)->Apply(batch).ok() || !(*writer)->Commit().ok()) ++failures;
      }
    });
  }
  std::thread reading([&] {
    while (!done) {
      auto reader = s.store().Read();
      if (!reader.ok()) {
        ++failures;
        continue;
      }
      const std::vector<int64_t> seen = ages(**reader);
      if (seen[0] + seen[1] != 0 || (*reader)->Head()->id != seen[0] + 1) ++failures;
    }
  });
  for (std::thread& thread : threads) thread.join();
  done = true;
  reading.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(ages(*s.Read()), (std::vector<int64_t>{kThreads * kEach, -kThreads * kEach}));
}

void WhatWasCommittedIsThereAfterReopening(StoreFixture& s) {
  ASSERT_EQ(s.Put(FullBatch(s.Head(), 0)), absl::OkStatus());
  ASSERT_EQ(s.Try(FullBatch(s.Head(), 1)), absl::OkStatus());
  const Lines before = Everything(*s.Read());
  s.Reopen();
  EXPECT_EQ(Everything(*s.Read()), before);
  EXPECT_EQ(s.Read()->Tables()->size(), 3u);
  ASSERT_EQ(s.Put(FullBatch(s.Head(), 1)), absl::OkStatus());
}

void ASecondStoreOnTheSameDatabaseSeesCommits(StoreFixture& s) {
  auto other = s.backend().Open();
  ASSERT_TRUE(other.ok()) << other.status();
  ASSERT_EQ(s.Put(FullBatch(s.Head(), 0)), absl::OkStatus());
  EXPECT_EQ((*other)->HeadId().value_or(-1), 1);
  EXPECT_EQ(Everything(**(*other)->Read()), Everything(*s.Read()));
  auto writer = (*other)->Write(Seconds(5));
  ASSERT_TRUE(writer.ok()) << writer.status();
  EXPECT_TRUE(absl::IsUnavailable(s.store().Write(Microseconds(20'000)).status()));
  const TableSpec extra{9, "extra", TableSpec::Kind::kRecord, kNoType, "", {}};
  ASSERT_EQ((*writer)->Prepare(std::vector<TableSpec>{extra}), absl::OkStatus());
  ASSERT_EQ((*writer)->Apply(FullBatch(s.Head(), 1)), absl::OkStatus());
  ASSERT_EQ((*writer)->Commit(), absl::OkStatus());
  EXPECT_EQ(s.Head().id, 2);
  EXPECT_EQ(s.Read()->Tables()->size(), 4u);
}

}  // namespace

std::vector<StoreCase> CommitAndLogCases() {
  return {
      {"ACommitIsSeenWholeAfterItAndNotBefore", ACommitIsSeenWholeAfterItAndNotBefore},
      {"AReaderKeepsItsCommitFromTheMomentItIsMade", AReaderKeepsItsCommitFromTheMomentItIsMade},
      {"AWriterGivenUpLeavesNoTrace", AWriterGivenUpLeavesNoTrace},
      {"AFailedApplyFailsTheCommit", AFailedApplyFailsTheCommit},
      {"PartsAreOneCommit", PartsAreOneCommit},
      {"PartsWithoutALastOneAreNotKept", PartsWithoutALastOneAreNotKept},
      {"OneWriterWritesOneCommit", OneWriterWritesOneCommit},
      {"NumbersMustFollowTheHead", NumbersMustFollowTheHead},
      {"OperationsAreUniqueAndFound", OperationsAreUniqueAndFound},
      {"CommitsComeBackInOrder", CommitsComeBackInOrder},
      {"ExternalKeysAreUniqueAndCanBeFreed", ExternalKeysAreUniqueAndCanBeFreed},
      {"LedgerLinesAreFoundByPerson", LedgerLinesAreFoundByPerson},
      {"ChangesAreFoundByRecordAlsoInsideARange", ChangesAreFoundByRecordAlsoInsideARange},
      {"ErasedImagesNoLongerReadBack", ErasedImagesNoLongerReadBack},
      {"AnErasureLeavesNoTraceOfItsSubjects", AnErasureLeavesNoTraceOfItsSubjects},
      {"LongLinesOfALogComeBackAndAreErased", LongLinesOfALogComeBackAndAreErased},
      {"AnErasureReachesWhatItNamesAndNoMore", AnErasureReachesWhatItNamesAndNoMore},
      {"AnAliasCanBeEnded", AnAliasCanBeEnded},
      {"DefinitionsKeepEveryVersion", DefinitionsKeepEveryVersion},
      {"LogsAreReadInOrderAndByKey", LogsAreReadInOrderAndByKey},
      {"ThereIsOneWriterAtATime", ThereIsOneWriterAtATime},
      {"ConcurrentWritersAndReadersSeeWholeCommits", ConcurrentWritersAndReadersSeeWholeCommits},
      {"WhatWasCommittedIsThereAfterReopening", WhatWasCommittedIsThereAfterReopening, true},
      {"ASecondStoreOnTheSameDatabaseSeesCommits", ASecondStoreOnTheSameDatabaseSeesCommits, true},
  };
}

}  // namespace relata::testing

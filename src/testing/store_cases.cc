// SPDX-License-Identifier: Apache-2.0
//
// Conformance: records, events, tables.

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "testing/store_fixture.h"

namespace relata::testing {
namespace {

using internal::Concat;
using Kind = Value::Kind;
using Lines = std::vector<std::string>;

const Currency kEuro = *Currency::Parse("EUR");

ScanSpec AllOf(TypeId type) { return {type, FieldsOf(type), 0, INT64_MAX, std::nullopt, {}}; }

std::vector<std::pair<FieldId, Value>> EveryKind() {
  return {{kName, Value::Text("Zoë \"O'Neil\"\n; DROP TABLE contact; --")},
          {kActive, Value::Bool(false)},
          {kAge, Value::Int(INT64_MIN)},
          {kScore, Value::Double(-0.1)},
          {kSince, Value::Time({-1})},
          {kLength, Value::Length({INT64_MAX})},
          {kBorn, Value::Day({-700'000})},
          {kSpent, Value::Amount({-12'345, kEuro})},
          {kEmployer, Value::Record({kAccount, 3})},
          {kAbout, Value::Record({kContact, 9})},
          {kTags, Value::List({Value::Text("a"), Value::Int(1), Value::Double(1), Value::Bool(true),
                               Value::Time({5}), Value::Length({6}), Value::Day({7}),
                               Value::Amount({8, kEuro}), Value::Record({kAccount, 2}), Value(),
                               Value::List({Value::Text("")})})}};
}

void EveryKindOfValueComesBack(StoreFixture& s) {
  const auto values = EveryKind();
  ASSERT_EQ(s.PutRecord(Create(kContact, 0, values)), absl::OkStatus());
  size_t rows = 0;
  auto reader = s.Read();
  ASSERT_EQ(reader->ScanRecords(AllOf(kContact),
                                [&](const RecordRows& batch) {
                                  rows += batch.rows.size();
                                  for (size_t i = 0; i < values.size(); ++i) {
                                    EXPECT_TRUE(batch.columns[i].Get(0).Same(values[i].second))
                                        << ToDisplay(batch.columns[i].Get(0));
                                  }
                                  EXPECT_EQ(batch.ids[0], MakeId(2'000'000));
                                  return absl::OkStatus();
                                }),
            absl::OkStatus());
  EXPECT_EQ(rows, 1u);
}

void TextWithNulAndLongTextComesBack(StoreFixture& s) {
  const std::string nul("a\0b", 3);
  const std::string longer(1 << 20, 'x');
  ASSERT_EQ(s.PutRecord(Create(kAccount, 0, {{kAccountName, Value::Text(nul)}})), absl::OkStatus());
  ASSERT_EQ(s.PutRecord(Create(kAccount, 1, {{kAccountName, Value::Text(longer)}})),
            absl::OkStatus());
  ASSERT_EQ(s.PutRecord(Create(kAccount, 2, {{kAccountName, Value::Text("")}})), absl::OkStatus());
  Lines texts;
  auto reader = s.Read();
  ASSERT_EQ(reader->ScanRecords(AllOf(kAccount),
                                [&](const RecordRows& batch) {
                                  for (size_t i = 0; i < batch.rows.size(); ++i) {
                                    texts.emplace_back(batch.columns[0].Text(i));
                                  }
                                  return absl::OkStatus();
                                }),
            absl::OkStatus());
  EXPECT_EQ(texts, (Lines{nul, longer, ""}));
}

void AnUpdateChangesOnlyItsFields(StoreFixture& s) {
  ASSERT_EQ(s.PutRecord(Create(kContact, 0, {{kName, Value::Text("Ada")}, {kAge, Value::Int(3)}})),
            absl::OkStatus());
  ASSERT_EQ(s.PutRecord(Update(kContact, 0, {{kAge, Value::Int(4)}})), absl::OkStatus());
  auto reader = s.Read();
  EXPECT_EQ(RecordLines(*reader, {kContact, {kName, kAge}, 0, INT64_MAX, std::nullopt, {}}),
            (Lines{Concat("0 ", MakeId(2'000'000).ToString(), " 1=text:Ada 3=int:4")}));
}

void ANullClearsAField(StoreFixture& s) {
  ASSERT_EQ(s.PutRecord(Create(kContact, 0, EveryKind())), absl::OkStatus());
  std::vector<std::pair<FieldId, Value>> nulls;
  for (FieldId field : FieldsOf(kContact)) nulls.emplace_back(field, Value());
  ASSERT_EQ(s.PutRecord(Update(kContact, 0, nulls)), absl::OkStatus());
  auto reader = s.Read();
  EXPECT_EQ(RecordLines(*reader, AllOf(kContact)),
            (Lines{Concat("0 ", MakeId(2'000'000).ToString())}));
}

void ADeletedRecordReadsAsAbsentAndKeepsItsRowAndId(StoreFixture& s) {
  ASSERT_EQ(s.PutRecord(Create(kAccount, 0, {{kAccountName, Value::Text("Acme")}})),
            absl::OkStatus());
  ASSERT_EQ(s.PutRecord(Delete(kAccount, 0)), absl::OkStatus());
  auto reader = s.Read();
  EXPECT_TRUE(RecordLines(*reader, AllOf(kAccount)).empty());
  EXPECT_EQ(reader->NextRow(kAccount).value_or(-1), 1);
  EXPECT_EQ(reader->FindId(kAccount, MakeId(1'000'000)).value_or(-1), 0);
  EXPECT_TRUE(absl::IsNotFound(s.PutRecord(Update(kAccount, 0, {{kAccountName, Value()}}))));
  EXPECT_TRUE(absl::IsNotFound(s.PutRecord(Delete(kAccount, 0))));
}

void ADeletedRecordComesBackUnderItsOwnIdOnly(StoreFixture& s) {
  ASSERT_EQ(s.PutRecord(Create(kContact, 0, EveryKind())), absl::OkStatus());
  ASSERT_EQ(s.PutRecord(Delete(kContact, 0)), absl::OkStatus());
  RecordWrite other = Create(kContact, 0);
  other.id = MakeId(77);
  EXPECT_TRUE(absl::IsAlreadyExists(s.PutRecord(other)));
  ASSERT_EQ(s.PutRecord(Create(kContact, 0, {{kAge, Value::Int(5)}})), absl::OkStatus());
  auto reader = s.Read();
  EXPECT_EQ(RecordLines(*reader, AllOf(kContact)),
            (Lines{Concat("0 ", MakeId(2'000'000).ToString(), " 3=int:5")}));
}

void RowsAndIdsAreUniqueInTheirTable(StoreFixture& s) {
  ASSERT_EQ(s.PutRecord(Create(kAccount, 0)), absl::OkStatus());
  RecordWrite same_row = Create(kAccount, 0);
  same_row.id = MakeId(5);
  EXPECT_TRUE(absl::IsAlreadyExists(s.PutRecord(same_row)));
  RecordWrite same_id = Create(kAccount, 1);
  same_id.id = MakeId(1'000'000);
  EXPECT_TRUE(absl::IsAlreadyExists(s.PutRecord(same_id)));
  EXPECT_TRUE(absl::IsAlreadyExists(s.PutRecord(Create(kAccount, 0))));
  auto reader = s.Read();
  EXPECT_EQ(RecordLines(*reader, AllOf(kAccount)).size(), 1u);
  EXPECT_EQ(reader->FindId(kAccount, MakeId(1'000'000)).value_or(-1), 0);
  EXPECT_TRUE(absl::IsNotFound(reader->FindId(kAccount, MakeId(5)).status()));
  EXPECT_TRUE(absl::IsNotFound(reader->FindId(kContact, MakeId(1'000'000)).status()));
}

void WritesThatDoNotFitAreInvalid(StoreFixture& s) {
  ASSERT_EQ(s.PutRecord(Create(kContact, 0)), absl::OkStatus());
  struct {
    const char* name;
    RecordWrite write;
  } const cases[] = {
      {"unknown type", Create(99, 0)},
      {"an event type", Create(kVisit, 0)},
      {"unknown field", Update(kContact, 0, {{99, Value::Int(1)}})},
      {"other kind", Update(kContact, 0, {{kAge, Value::Double(1)}})},
      {"other target", Update(kContact, 0, {{kEmployer, Value::Record({kContact, 0})}})},
      {"not a number", Update(kContact, 0, {{kScore, Value::Double(NAN)}})},
      {"infinite", Update(kContact, 0, {{kScore, Value::Double(INFINITY)}})},
      {"not a number in a list", Update(kContact, 0, {{kTags, Value::List({Value::Double(NAN)})}})},
      {"a kind no field has", Update(kContact, 0, {{kTags, Value::List({Value::Uint(1)})}})},
      {"no row", Create(kContact, kNoRow)},
      {"no id", {kContact, 1, RecordWrite::Op::kCreate, Uuid{}, {}}},
  };
  const auto before = Everything(*s.Read());
  for (const auto& c : cases) {
    EXPECT_TRUE(absl::IsInvalidArgument(s.PutRecord(c.write))) << c.name;
  }
  EXPECT_EQ(Everything(*s.Read()), before);
}

void ScansKeepToRangesRowsAndFields(StoreFixture& s) {
  CommitBatch batch = BatchAfter(s.Head());
  for (Row row = 0; row < 10; ++row) {
    batch.records.push_back(Create(kContact, row, {{kAge, Value::Int(row)}}));
  }
  ASSERT_EQ(s.Put(batch), absl::OkStatus());
  ASSERT_EQ(s.PutRecord(Delete(kContact, 4)), absl::OkStatus());
  auto reader = s.Read();
  const auto rows = [&](const ScanSpec& spec) {
    std::vector<Row> out;
    EXPECT_EQ(reader->ScanRecords(spec,
                                  [&](const RecordRows& b) {
                                    out.insert(out.end(), b.rows.begin(), b.rows.end());
                                    EXPECT_EQ(b.columns.size(), spec.fields.size());
                                    return absl::OkStatus();
                                  }),
              absl::OkStatus());
    return out;
  };
  using Rows = std::vector<Row>;
  EXPECT_EQ(rows({kContact, {}, 3, 6, std::nullopt, {}}), (Rows{3, 5}));
  EXPECT_EQ(rows({kContact, {kAge}, 9, INT64_MAX, std::nullopt, {}}), (Rows{9}));
  EXPECT_EQ(rows({kContact, {kAge}, 6, 6, std::nullopt, {}}), Rows{});
  EXPECT_EQ(rows({kContact, {kTags, kAge}, 0, INT64_MAX, std::nullopt, {1, 4, 7, 99}}),
            (Rows{1, 7}));
  EXPECT_EQ(rows({kContact, {kAge, kAge}, 2, 8, std::nullopt, {1, 7, 8}}), (Rows{7}));
  EXPECT_TRUE(absl::IsInvalidArgument(reader->ScanRecords(
      {kContact, {99}, 0, 1, std::nullopt, {}}, [](const auto&) { return absl::OkStatus(); })));
  EXPECT_TRUE(absl::IsInvalidArgument(
      reader->ScanRecords(AllOf(kVisit), [](const auto&) { return absl::OkStatus(); })));
}

void AScanEndsWithTheStatusOfItsSink(StoreFixture& s) {
  CommitBatch batch = BatchAfter(s.Head(), 10'000);
  for (Row row = 0; row < 10'000; ++row) batch.records.push_back(Create(kAccount, row));
  batch.events.push_back(Visits(s.Head().last_seq + 1, std::vector<Row>(10'000, 0)));
  ASSERT_EQ(s.Put(batch), absl::OkStatus());
  auto reader = s.Read();
  int calls = 0;
  EXPECT_TRUE(absl::IsResourceExhausted(
      reader->ScanRecords(AllOf(kAccount), [&](const RecordRows& b) -> absl::Status {
        EXPECT_EQ(b.rows.size(), kBatchRows);
        return ++calls == 2 ? ResourceExhausted("enough") : absl::OkStatus();
      })));
  EXPECT_EQ(calls, 2);
  EXPECT_TRUE(absl::IsResourceExhausted(reader->ScanEvents(
      AllOf(kVisit), [](const EventRows&) { return ResourceExhausted("enough"); })));
  EXPECT_EQ(RecordLines(*reader, AllOf(kAccount)).size(), 10'000u);
  EXPECT_EQ(EventLines(*reader, AllOf(kVisit)).size(), 10'000u);
}

void ASinkMayScanWithTheSameReader(StoreFixture& s) {
  CommitBatch batch = BatchAfter(s.Head());
  for (Row row = 0; row < 3; ++row) batch.records.push_back(Create(kAccount, row));
  ASSERT_EQ(s.Put(batch), absl::OkStatus());
  auto reader = s.Read();
  size_t inner = 0;
  EXPECT_EQ(reader->ScanRecords(AllOf(kAccount),
                                [&](const RecordRows&) {
                                  inner += RecordLines(*reader, AllOf(kAccount)).size();
                                  return absl::OkStatus();
                                }),
            absl::OkStatus());
  EXPECT_EQ(inner, 3u);
}

void EventsComeInOrderOfSeqAndBySubjectInOrderOfTime(StoreFixture& s) {
  CommitBatch batch = BatchAfter(s.Head(), 6);
  const Seq first = s.Head().last_seq + 1;
  EventBatch visits = Visits(first, {5, 6, 5, 7, 5, 6});
  std::reverse(visits.at.begin(), visits.at.end());
  batch.events = {visits};
  ASSERT_EQ(s.Put(batch), absl::OkStatus());
  auto reader = s.Read();
  const auto seqs = [&](ScanSpec spec) {
    std::vector<Seq> out;
    EXPECT_EQ(reader->ScanEvents(spec,
                                 [&](const EventRows& b) {
                                   out.insert(out.end(), b.seqs.begin(), b.seqs.end());
                                   return absl::OkStatus();
                                 }),
              absl::OkStatus());
    for (Seq& seq : out) seq -= first;
    return out;
  };
  using Seqs = std::vector<Seq>;
  EXPECT_EQ(seqs(AllOf(kVisit)), (Seqs{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(seqs({kVisit, {}, first + 1, first + 3, std::nullopt, {}}), (Seqs{1, 2}));
  EXPECT_EQ(seqs({kVisit, {kPath}, 0, INT64_MAX, Row{5}, {}}), (Seqs{4, 2, 0}));
  EXPECT_EQ(seqs({kVisit, {kPath}, first + 1, first + 4, Row{5}, {}}), (Seqs{2}));
  EXPECT_EQ(seqs({kVisit, {}, 0, INT64_MAX, Row{8}, {}}), Seqs{});
}

void ASubjectsEventsAreFoundAmongMany(StoreFixture& s) {
  constexpr int64_t kEach = 3'000;
  std::vector<Seq> expected;
  for (int part = 0; part < 12; ++part) {
    const CommitRow head = s.Head();
    CommitBatch batch = BatchAfter(head, kEach);
    std::vector<Row> subjects;
    for (int64_t i = 0; i < kEach; ++i) {
      const Row subject = (i * 7919 + part) % 1'000;
      subjects.push_back(subject);
      if (subject == 123) expected.push_back(head.last_seq + 1 + i);
    }
    batch.events = {Visits(head.last_seq + 1, subjects)};
    ASSERT_EQ(s.Put(batch), absl::OkStatus());
    std::vector<Seq> found;
    auto reader = s.Read();
    ASSERT_EQ(reader->ScanEvents({kVisit, {}, 0, INT64_MAX, Row{123}, {}},
                                 [&](const EventRows& b) {
                                   found.insert(found.end(), b.seqs.begin(), b.seqs.end());
                                   return absl::OkStatus();
                                 }),
              absl::OkStatus());
    ASSERT_EQ(found, expected) << "after part " << part;
  }
}

void EventColumnsMayBeNamedOrLeftOut(StoreFixture& s) {
  CommitBatch batch = BatchAfter(s.Head(), 2);
  EventBatch visits = Visits(s.Head().last_seq + 1, {1, 2});
  visits.fields = {kSeconds, kPath};
  visits.columns = {visits.columns[2], visits.columns[0]};
  batch.events = {visits};
  ASSERT_EQ(s.Put(batch), absl::OkStatus());
  EXPECT_EQ(EventLines(*s.Read(), AllOf(kVisit)), (Lines{"1 of 1 at 60000000 1=text:/p1 3=int:-1",
                                                         "2 of 2 at 120000000 1=text:/p2 "
                                                         "3=int:-2"}));
}

void EventsThatDoNotFitAreInvalid(StoreFixture& s) {
  const Seq next = s.Head().last_seq + 1;
  const EventBatch good = Visits(next, {1, 2});
  std::vector<std::pair<const char*, EventBatch>> cases(7, {"", good});
  cases[0].first = "too few instants";
  cases[0].second.at.pop_back();
  cases[1].first = "a short column";
  cases[1].second.columns[0] = Column(Kind::kText);
  cases[2].first = "another kind";
  cases[2].second.columns[0] = cases[2].second.columns[2];
  cases[3].first = "too many columns";
  cases[3].second.columns.push_back(cases[3].second.columns[2]);
  cases[4].first = "an unknown field";
  cases[4].second.fields = {kPath, kPrice, 99};
  cases[5].first = "no subject";
  cases[5].second.subjects[1] = kNoRow;
  cases[6].first = "a type of records";
  cases[6].second.type = kContact;
  for (const auto& [name, events] : cases) {
    CommitBatch batch = BatchAfter(s.Head(), 2);
    batch.events = {events};
    EXPECT_TRUE(absl::IsInvalidArgument(s.Try(batch))) << name;
  }
}

void PrepareExtendsAndNeverNarrows(StoreFixture& s) {
  ASSERT_EQ(s.PutRecord(Create(kAccount, 0, {{kAccountName, Value::Text("Acme")}})),
            absl::OkStatus());
  TableSpec account{kAccount, "company", TableSpec::Kind::kRecord, kNoType, "label", {}};
  account.columns = {{kAccountName, "label", Kind::kText, kNoType, false},
                     {7, "Row", Kind::kMoney, kNoType, false},
                     {8, "label_2 \"x\"", Kind::kRecord, kNoType, false}};
  auto writer = s.Write();
  ASSERT_EQ(writer->Prepare(std::vector<TableSpec>{account}), absl::OkStatus());
  CommitBatch batch = BatchAfter(s.Head());
  batch.records = {Update(kAccount, 0, {{7, Value::Amount({5, kEuro})}})};
  ASSERT_EQ(writer->Apply(batch), absl::OkStatus());
  ASSERT_EQ(writer->Commit(), absl::OkStatus());

  EXPECT_EQ(RecordLines(*s.Read(), {kAccount, {1, 7, 8}, 0, INT64_MAX, std::nullopt, {}}),
            (Lines{Concat("0 ", MakeId(1'000'000).ToString(), " 1=text:Acme 7=money:0.0005 EUR")}));
  const auto tables = s.Read()->Tables();
  ASSERT_TRUE(tables.ok());
  ASSERT_EQ(tables->size(), 3u);
  EXPECT_EQ((*tables)[0].name, "company");
  EXPECT_EQ((*tables)[0].columns.size(), 3u);
  EXPECT_EQ((*tables)[0].columns[0].name, "label");

  account.columns[0].kind = Kind::kInt;
  EXPECT_TRUE(absl::IsFailedPrecondition(s.Write()->Prepare(std::vector<TableSpec>{account})));
  account.columns.clear();
  ASSERT_EQ(s.Write()->Prepare(std::vector<TableSpec>{account}), absl::OkStatus());
  EXPECT_EQ(s.Read()->Tables()->front().columns.size(), 3u);
}

void PrepareRefusesWhatIsNoTable(StoreFixture& s) {
  const auto table = [](std::string name, std::vector<ColumnSpec> columns) {
    return TableSpec{9, std::move(name), TableSpec::Kind::kRecord, kNoType, "", std::move(columns)};
  };
  const ColumnSpec good{1, "a", Kind::kInt, kNoType, false};
  const std::pair<const char*, TableSpec> cases[] = {
      {"a name with capitals", table("Nine", {good})},
      {"a name with a quote", table("ni\"ne", {good})},
      {"the name of a private table", table("relata_commit", {good})},
      {"the name of another type", table("contact", {good})},
      {"no name", table("", {good})},
      {"a field twice", table("nine", {good, {1, "b", Kind::kInt, kNoType, false}})},
      {"a field name twice", table("nine", {good, {2, "a", Kind::kInt, kNoType, false}})},
      {"a kind no field has", table("nine", {{1, "a", Kind::kMap, kNoType, false}})},
  };
  for (const auto& [name, spec] : cases) {
    EXPECT_TRUE(absl::IsInvalidArgument(s.Write()->Prepare(std::vector<TableSpec>{spec}))) << name;
  }
}

void APreparationGivenUpLeavesNoTrace(StoreFixture& s) {
  TableSpec extra{9, "extra", TableSpec::Kind::kRecord, kNoType, "", {}};
  {
    auto writer = s.Write();
    ASSERT_EQ(writer->Prepare(std::vector<TableSpec>{extra}), absl::OkStatus());
    EXPECT_EQ(writer->Tables()->size(), 4u);
  }
  EXPECT_EQ(s.Read()->Tables()->size(), 3u);
  extra.columns = {{1, "a", Kind::kText, kNoType, false}};
  auto writer = s.Write();
  ASSERT_EQ(writer->Prepare(std::vector<TableSpec>{extra}), absl::OkStatus());
  ASSERT_EQ(writer->Commit(), absl::OkStatus());
  EXPECT_EQ(s.Read()->Tables()->back().columns.size(), 1u);
}

void ATypeNeverPreparedReadsAsEmpty(StoreFixture& s) {
  auto reader = s.Read();
  EXPECT_TRUE(RecordLines(*reader, {99, {}, 0, INT64_MAX, std::nullopt, {}}).empty());
  EXPECT_TRUE(EventLines(*reader, {99, {}, 0, INT64_MAX, std::nullopt, {}}).empty());
  EXPECT_EQ(reader->NextRow(99).value_or(-1), 0);
  EXPECT_TRUE(absl::IsNotFound(reader->FindId(99, MakeId(1)).status()));
}

}  // namespace

std::vector<StoreCase> RecordAndEventCases() {
  return {{"EveryKindOfValueComesBack", EveryKindOfValueComesBack},
          {"TextWithNulAndLongTextComesBack", TextWithNulAndLongTextComesBack},
          {"AnUpdateChangesOnlyItsFields", AnUpdateChangesOnlyItsFields},
          {"ANullClearsAField", ANullClearsAField},
          {"ADeletedRecordReadsAsAbsentAndKeepsItsRowAndId",
           ADeletedRecordReadsAsAbsentAndKeepsItsRowAndId},
          {"ADeletedRecordComesBackUnderItsOwnIdOnly", ADeletedRecordComesBackUnderItsOwnIdOnly},
          {"RowsAndIdsAreUniqueInTheirTable", RowsAndIdsAreUniqueInTheirTable},
          {"WritesThatDoNotFitAreInvalid", WritesThatDoNotFitAreInvalid},
          {"ScansKeepToRangesRowsAndFields", ScansKeepToRangesRowsAndFields},
          {"AScanEndsWithTheStatusOfItsSink", AScanEndsWithTheStatusOfItsSink},
          {"ASinkMayScanWithTheSameReader", ASinkMayScanWithTheSameReader},
          {"EventsComeInOrderOfSeqAndBySubjectInOrderOfTime",
           EventsComeInOrderOfSeqAndBySubjectInOrderOfTime},
          {"ASubjectsEventsAreFoundAmongMany", ASubjectsEventsAreFoundAmongMany},
          {"EventColumnsMayBeNamedOrLeftOut", EventColumnsMayBeNamedOrLeftOut},
          {"EventsThatDoNotFitAreInvalid", EventsThatDoNotFitAreInvalid},
          {"PrepareExtendsAndNeverNarrows", PrepareExtendsAndNeverNarrows},
          {"PrepareRefusesWhatIsNoTable", PrepareRefusesWhatIsNoTable},
          {"APreparationGivenUpLeavesNoTrace", APreparationGivenUpLeavesNoTrace},
          {"ATypeNeverPreparedReadsAsEmpty", ATypeNeverPreparedReadsAsEmpty}};
}

}  // namespace relata::testing

// SPDX-License-Identifier: Apache-2.0
//
// Conformance: each value, in a record made with it, in one changed to it, in a list and in an
// event, also after the database was opened again; and each value that must be refused.

#include <cmath>
#include <limits>

#include "base/strings.h"
#include "testing/store_fixture.h"

namespace relata::testing {
namespace {

using internal::Concat;
using Kind = Value::Kind;

struct NamedValue {
  std::string name;
  FieldId field;
  Value value;
};

Value Euro(int64_t units) { return Value::Amount({units, *Currency::Parse("EUR")}); }

// Texts that something on the way might take for more than text.
const std::vector<std::pair<std::string, std::string>>& Texts() {
  static const auto& texts = *new std::vector<std::pair<std::string, std::string>>{
      {"Empty", ""},
      {"ASpace", " "},
      {"SpacesAround", "  a  "},
      {"TheWordNull", "NULL"},
      {"TheMarkOfNull", "\\N"},
      {"AQuote", "O'Neil"},
      {"TwoQuotes", "''"},
      {"ADoubleQuote", "\"name\""},
      {"ABackslash", "a\\b"},
      {"AnEscapedByte", "\\x00"},
      {"AStatement", "'; DROP TABLE contact; --"},
      {"ADollarQuote", "$$a$$"},
      {"AParameter", "$1 ?1 :a @b"},
      {"APattern", "100%_"},
      {"AnEmptyDocument", "{}"},
      {"ADocument", "{\"a\": [1, null]}"},
      {"AnArray", "{1,2}"},
      {"LineEnds", "a\r\nb\nc"},
      {"ATab", "a\tb"},
      {"ANul", std::string("a\0b", 3)},
      {"OnlyANul", std::string("\0", 1)},
      {"AStartOfHeading",
       "\1"
       "0\1"
       "1"},
      {"AStartOfHeadingAtTheEnd", "a\1"},
      {"Controls", "\x02\x1f\x7f"},
      {"Accents", "Zoë Müller Œuvre"},
      {"CombiningAccents", "e\u0301"},
      {"Greek", "Ωμέγα"},
      {"Chinese", "北京市"},
      {"RightToLeft", "\u202eabc\u202c"},
      {"AnEmoji", "👩‍👩‍👧"},
      {"TheLastCharacter", "\xf4\x8f\xbf\xbf"},
      {"AByteOrderMark",
       "\xef\xbb\xbf"
       "a"},
      {"ALongText", std::string(70'000, 'x')},
      {"ATextOfAMebibyte", std::string(1 << 20, 'y')},
  };
  return texts;
}

std::vector<NamedValue> Values() {
  using Limit = std::numeric_limits<double>;
  std::vector<NamedValue> values = {
      {"False", kActive, Value::Bool(false)},
      {"True", kActive, Value::Bool(true)},
      {"Zero", kAge, Value::Int(0)},
      {"MinusOne", kAge, Value::Int(-1)},
      {"TheLeastInteger", kAge, Value::Int(INT64_MIN)},
      {"TheGreatestInteger", kAge, Value::Int(INT64_MAX)},
      {"AnIntegerNoDoubleHolds", kAge, Value::Int((int64_t{1} << 53) + 1)},
      {"AnIntegerOfThirtyTwoBits", kAge, Value::Int(int64_t{1} << 31)},
      {"AZeroOfFloatingPoint", kScore, Value::Double(0)},
      {"ANegativeZero", kScore, Value::Double(-0.0)},
      {"ATenth", kScore, Value::Double(0.1)},
      {"AWholeDouble", kScore, Value::Double(5)},
      {"TheGreatestDouble", kScore, Value::Double(Limit::max())},
      {"TheLeastDouble", kScore, Value::Double(Limit::lowest())},
      {"TheSmallestDouble", kScore, Value::Double(Limit::denorm_min())},
      {"TheSmallestNormalDouble", kScore, Value::Double(Limit::min())},
      {"ALargeDouble", kScore, Value::Double(1e300)},
      {"OneUlpAboveOne", kScore, Value::Double(std::nextafter(1.0, 2.0))},
      {"TheEpoch", kSince, Value::Time({0})},
      {"AMicrosecondBeforeTheEpoch", kSince, Value::Time({-1})},
      {"TheFirstInstant", kSince, Value::Time(Timestamp::kMin)},
      {"TheLastInstant", kSince, Value::Time(Timestamp::kMax)},
      {"TheTurnOf2000", kSince, Value::Time({946'684'800'000'000})},
      {"AMicrosecondBefore2000", kSince, Value::Time({946'684'799'999'999})},
      {"NoTime", kLength, Value::Length({0})},
      {"ANegativeDuration", kLength, Value::Length({-1})},
      {"TheLongestDuration", kLength, Value::Length({INT64_MAX})},
      {"TheMostNegativeDuration", kLength, Value::Length({INT64_MIN})},
      {"TheFirstDay", kBorn, Value::Day({0})},
      {"TheDayBefore", kBorn, Value::Day({-1})},
      {"TheDay2000Began", kBorn, Value::Day({10'957})},
      {"ALeapDay", kBorn, Value::Day({11'016})},
      {"ADayOfYearOne", kBorn, Value::Day({-719'162})},
      {"ADayOf9999", kBorn, Value::Day({2'932'896})},
      {"ADayBeforeChrist", kBorn, Value::Day({-1'000'000})},
      {"NoMoney", kSpent, Euro(0)},
      {"AHundredthOfACent", kSpent, Euro(1)},
      {"ADebt", kSpent, Euro(-12'345)},
      {"TheGreatestAmount", kSpent, Euro(INT64_MAX)},
      {"TheLeastAmount", kSpent, Euro(INT64_MIN)},
      {"AnAmountOfNoCurrency", kSpent, Value::Amount({5, Currency()})},
      {"Yen", kSpent, Value::Amount({70'000, *Currency::Parse("JPY")})},
      {"ALinkToRowZero", kEmployer, Value::Record({kAccount, 0})},
      {"ALinkToAHighRow", kEmployer, Value::Record({kAccount, int64_t{1} << 40})},
      {"ALinkOfAnyTypeToAContact", kAbout, Value::Record({kContact, 7})},
      {"ALinkOfAnyTypeToAnAccount", kAbout, Value::Record({kAccount, 0})},
      {"AnEmptyList", kTags, Value::List({})},
      {"AListOfNull", kTags, Value::List({Value()})},
      {"AListInAList", kTags, Value::List({Value::List({Value::List({Value::Int(1)})})})},
  };
  for (const auto& [name, text] : Texts()) {
    values.push_back({"TheText" + name, kName, Value::Text(text)});
  }
  return values;
}

Value OnlyValue(StoreFixture& s, Row row, FieldId field) {
  Value found;
  int rows = 0;
  EXPECT_EQ(s.Read()->ScanRecords({kContact, {field}, row, row + 1, std::nullopt, {}},
                                  [&](const RecordRows& batch) {
                                    rows += static_cast<int>(batch.rows.size());
                                    found = batch.columns[0].Get(0);
                                    return absl::OkStatus();
                                  }),
            absl::OkStatus());
  EXPECT_EQ(rows, 1);
  return found;
}

// An event type with a column of the value's kind.
constexpr TypeId kSight = 30;

TableSpec SightTable(const NamedValue& v, bool custom) {
  const Kind kind = v.value.kind();
  const TypeId target = kind == Kind::kRecord && v.field == kEmployer ? kAccount : kNoType;
  TableSpec table{kSight, Concat("sight_", KindName(kind)), TableSpec::Kind::kEvent, kContact, "",
                  {}};
  if (target != kNoType) table.name += "_account";
  table.columns = {{1, "value", kind, target, false}};
  table.custom = custom;
  return table;
}

void TheValueComesBack(StoreFixture& s, const NamedValue& v) {
  ASSERT_EQ(s.PutRecord(Create(kContact, 0, {{v.field, v.value}})), absl::OkStatus());
  ASSERT_EQ(s.PutRecord(Create(kContact, 1)), absl::OkStatus());
  ASSERT_EQ(s.PutRecord(Update(kContact, 1, {{v.field, v.value}})), absl::OkStatus());
  ASSERT_EQ(s.PutRecord(Create(kContact, 2, {{kTags, Value::List({v.value})}})), absl::OkStatus());
  const Value list = Value::List({v.value});
  for (const bool again : {false, true}) {
    if (again && !s.backend().durable()) break;
    if (again) s.Reopen();
    EXPECT_TRUE(OnlyValue(s, 0, v.field).Same(v.value)) << "as created";
    EXPECT_TRUE(OnlyValue(s, 1, v.field).Same(v.value)) << "as updated";
    EXPECT_TRUE(OnlyValue(s, 2, kTags).Same(list)) << "in a list";
  }
  ASSERT_EQ(s.PutRecord(Update(kContact, 0, {{v.field, Value()}})), absl::OkStatus());
  EXPECT_TRUE(OnlyValue(s, 0, v.field).is_null());

  auto writer = s.Write();
  ASSERT_EQ(writer->Prepare(std::vector<TableSpec>{SightTable(v, s.backend().custom())}),
            absl::OkStatus());
  CommitBatch batch = BatchAfter(s.Head(), 2);
  EventBatch events;
  events.type = kSight;
  events.first_seq = s.Head().last_seq + 1;
  events.subjects = {0, 0};
  events.at = {{1}, {2}};
  events.columns = {
      Column(v.value.kind(), v.field == kEmployer ? TypeId{kAccount} : TypeId{kNoType})};
  events.columns[0].Append(v.value);
  events.columns[0].AppendNull();
  batch.events = {events};
  ASSERT_EQ(writer->Apply(batch), absl::OkStatus());
  ASSERT_EQ(writer->Commit(), absl::OkStatus());
  int seen = 0;
  EXPECT_EQ(s.Read()->ScanEvents({kSight, {1}, 0, INT64_MAX, std::nullopt, {}},
                                 [&](const EventRows& rows) {
                                   seen += static_cast<int>(rows.seqs.size());
                                   EXPECT_TRUE(rows.columns[0].Get(0).Same(v.value)) << "in events";
                                   EXPECT_TRUE(rows.columns[0].IsNull(1));
                                   return absl::OkStatus();
                                 }),
            absl::OkStatus());
  EXPECT_EQ(seen, 2);
}

std::vector<NamedValue> Refused() {
  const Value after = Value::Time({Timestamp::kMax.micros + 1});
  return {{"AnInstantAfter9999", kSince, after},
          {"AnInstantBeforeYearOne", kSince, Value::Time({Timestamp::kMin.micros - 1})},
          {"TheGreatestInstant", kSince, Value::Time({INT64_MAX})},
          {"TheLeastInstant", kSince, Value::Time({INT64_MIN})},
          {"TheLeastDay", kBorn, Value::Day({INT32_MIN})},
          {"TheGreatestDay", kBorn, Value::Day({INT32_MAX})},
          {"NotANumber", kScore, Value::Double(NAN)},
          {"Infinity", kScore, Value::Double(INFINITY)},
          {"MinusInfinity", kScore, Value::Double(-INFINITY)},
          {"AnIntegerForAText", kName, Value::Int(1)},
          {"ATextForAnInteger", kAge, Value::Text("1")},
          {"AnIntegerForABool", kActive, Value::Int(1)},
          {"AnIntegerForADouble", kScore, Value::Int(1)},
          {"AnIntegerForAnAmount", kSpent, Value::Int(1)},
          {"ADayForAnInstant", kSince, Value::Day({1})},
          {"ALinkToAnotherType", kEmployer, Value::Record({kContact, 1})},
          {"AListForAText", kName, Value::List({Value::Text("a")})},
          {"AnUnsignedInAList", kTags, Value::List({Value::Uint(1)})},
          {"BytesInAList", kTags, Value::List({Value::Bytes("a")})},
          {"NotANumberInAList", kTags, Value::List({Value::Double(NAN)})},
          {"InfinityDeepInAList", kTags, Value::List({Value::List({Value::Double(INFINITY)})})}};
}

void TheValueIsRefused(StoreFixture& s, const NamedValue& v) {
  ASSERT_EQ(s.PutRecord(Create(kContact, 0)), absl::OkStatus());
  const std::vector<std::string> before = Everything(*s.Read());
  EXPECT_TRUE(absl::IsInvalidArgument(s.PutRecord(Create(kContact, 1, {{v.field, v.value}}))));
  EXPECT_TRUE(absl::IsInvalidArgument(s.PutRecord(Update(kContact, 0, {{v.field, v.value}}))));
  EXPECT_EQ(Everything(*s.Read()), before);
}

}  // namespace

std::vector<StoreCase> ValueCases() {
  std::vector<StoreCase> cases;
  for (NamedValue& v : Values()) {
    std::string name = v.name + "ComesBack";
    cases.push_back(
        {std::move(name), [v = std::move(v)](StoreFixture& s) { TheValueComesBack(s, v); }});
  }
  for (NamedValue& v : Refused()) {
    std::string name = v.name + "IsRefused";
    cases.push_back(
        {std::move(name), [v = std::move(v)](StoreFixture& s) { TheValueIsRefused(s, v); }});
  }
  // Each of them through every text that a commit carries.
  for (const auto& [name, text] : Texts()) {
    if (text.size() > kLongestKey / 2) continue;
    cases.push_back(
        {Concat("TheText", name, "GoesThroughEveryName"), [text = text](StoreFixture& s) {
           CommitBatch batch = BatchAfter(s.Head(), 3);
           batch.commit.actor = batch.commit.source = batch.commit.reason = text;
           batch.commit.operation_id = "op" + text;
           batch.commit.result = batch.commit.salt = text;
           batch.external_keys = {{kAccount, text, "key" + text, 3}};
           batch.definitions = {{text, "name" + text, 1, "body" + text}};
           batch.logs = {{"log" + text, 1, {}, "key" + text, {}, text}};
           batch.ledger = {{2, {kContact, 1}, {}, {}, text}};
           batch.changes = {{3,
                             kContact,
                             1,
                             1,
                             RecordWrite::Op::kUpdate,
                             text,
                             text,
                             {kContact, 1},
                             std::nullopt,
                             text}};
           ASSERT_EQ(s.Put(batch), absl::OkStatus());
           auto reader = s.Read();
           const auto found = reader->FindOperation("op" + text);
           ASSERT_TRUE(found.ok()) << found.status();
           EXPECT_EQ(found->actor, text);
           EXPECT_EQ(found->reason, text);
           EXPECT_EQ(found->result, text);
           EXPECT_EQ(found->salt, text);
           EXPECT_EQ(reader->FindExternalKey(kAccount, text, "key" + text).value_or(-1), 3);
           EXPECT_TRUE(
               absl::IsNotFound(reader->FindExternalKey(kAccount, text + "x", "key").status()));
           std::string all;
           const auto add = [&](std::string_view part) {
             all += part;
             return absl::OkStatus();
           };
           EXPECT_EQ(reader->ScanLog("log" + text, 0, "key" + text,
                                     [&](const LogWrite& l) { return add(l.body); }),
                     absl::OkStatus());
           EXPECT_EQ(reader->ScanDefinitions(
                         [&](const DefinitionWrite& d) { return add(d.kind + d.name + d.body); }),
                     absl::OkStatus());
           EXPECT_EQ(reader->ScanLedger(0, RecordRef{kContact, 1},
                                        [&](const LedgerWrite& l) { return add(l.body); }),
                     absl::OkStatus());
           EXPECT_EQ(reader->ScanChanges(0, RecordRef{kContact, 1},
                                         [&](const ChangeRow& c) {
                                           return add(c.change.before + c.change.personal +
                                                      c.change.personal_digest);
                                         }),
                     absl::OkStatus());
           EXPECT_EQ(all, text + text + "name" + text + "body" + text + text + text + text + text);
         }});
  }
  return cases;
}

}  // namespace relata::testing

// SPDX-License-Identifier: Apache-2.0
//
// Conformance: as many lines as fit a batch, one more and one less, everywhere lines are read;
// ranges and their edges; keys as long as they may be, and longer.

#include "base/strings.h"
#include "testing/store_fixture.h"

namespace relata::testing {
namespace {

using internal::Concat;

// A commit of `n` lines of one kind, and how many come back.
struct Kind {
  const char* name;
  void (*write)(CommitBatch& batch, Seq first, int64_t n);
  // Calls `seen` with the number of each line, counted from 0, as it comes.
  absl::Status (*read)(StoreReader& reader, Seq first, const std::function<void(int64_t)>& seen);
};

constexpr Kind kKinds[] = {
    {"Records",
     [](CommitBatch& batch, Seq, int64_t n) {
       for (Row row = 0; row < n; ++row) batch.records.push_back(Create(kAccount, row));
     },
     [](StoreReader& reader, Seq, const std::function<void(int64_t)>& seen) {
       return reader.ScanRecords({kAccount, {}, 0, INT64_MAX, std::nullopt, {}},
                                 [&](const RecordRows& rows) {
                                   EXPECT_LE(rows.rows.size(), kBatchRows);
                                   for (const Row row : rows.rows) seen(row);
                                   return absl::OkStatus();
                                 });
     }},
    {"Events",
     [](CommitBatch& batch, Seq first, int64_t n) {
       batch.events = {Visits(first, std::vector<Row>(static_cast<size_t>(n), 5))};
     },
     [](StoreReader& reader, Seq first, const std::function<void(int64_t)>& seen) {
       return reader.ScanEvents({kVisit, {kPath}, 0, INT64_MAX, std::nullopt, {}},
                                [&](const EventRows& rows) {
                                  EXPECT_LE(rows.seqs.size(), kBatchRows);
                                  for (const Seq seq : rows.seqs) seen(seq - first);
                                  return absl::OkStatus();
                                });
     }},
    {"EventsOfOneSubject",
     [](CommitBatch& batch, Seq first, int64_t n) {
       batch.events = {Visits(first, std::vector<Row>(static_cast<size_t>(n), 5))};
     },
     [](StoreReader& reader, Seq first, const std::function<void(int64_t)>& seen) {
       return reader.ScanEvents({kVisit, {kPath}, 0, INT64_MAX, Row{5}, {}},
                                [&](const EventRows& rows) {
                                  EXPECT_LE(rows.seqs.size(), kBatchRows);
                                  for (const Seq seq : rows.seqs) seen(seq - first);
                                  return absl::OkStatus();
                                });
     }},
    {"LedgerLines",
     [](CommitBatch& batch, Seq first, int64_t n) {
       for (int64_t i = 0; i < n; ++i) {
         batch.ledger.push_back({first + i, {kContact, 1}, {}, {i}, "entry"});
       }
     },
     [](StoreReader& reader, Seq first, const std::function<void(int64_t)>& seen) {
       return reader.ScanLedger(0, RecordRef{kContact, 1}, [&](const LedgerWrite& line) {
         seen(line.seq - first);
         return absl::OkStatus();
       });
     }},
    {"Changes",
     [](CommitBatch& batch, Seq first, int64_t n) {
       for (int64_t i = 0; i < n; ++i) {
         batch.changes.push_back({first + i,
                                  kContact,
                                  1,
                                  1,
                                  RecordWrite::Op::kUpdate,
                                  "b",
                                  "p",
                                  {kContact, 1},
                                  std::nullopt});
       }
     },
     [](StoreReader& reader, Seq first, const std::function<void(int64_t)>& seen) {
       return reader.ScanChanges(0, RecordRef{kContact, 1}, [&](const ChangeRow& row) {
         seen(row.change.seq - first);
         return absl::OkStatus();
       });
     }},
    {"ExternalKeys",
     [](CommitBatch& batch, Seq, int64_t n) {
       for (int64_t i = n; i-- > 0;) {
         batch.external_keys.push_back({kAccount, "erp", Concat("k", 100'000 + i), i});
       }
     },
     [](StoreReader& reader, Seq, const std::function<void(int64_t)>& seen) {
       return reader.ScanExternalKeys(kAccount, [&](const ExternalKeyWrite& key) {
         seen(key.row);
         return absl::OkStatus();
       });
     }},
    {"Aliases",
     [](CommitBatch& batch, Seq, int64_t n) {
       for (Row row = 0; row < n; ++row) {
         batch.aliases.push_back({{kAccount, row}, {kAccount, row + 1}, 1, std::nullopt});
       }
     },
     [](StoreReader& reader, Seq, const std::function<void(int64_t)>& seen) {
       return reader.ScanAliases([&](const AliasWrite& alias) {
         seen(alias.loser.row);
         return absl::OkStatus();
       });
     }},
    {"Definitions",
     [](CommitBatch& batch, Seq, int64_t n) {
       for (int64_t i = 0; i < n; ++i) batch.definitions.push_back({"segment", "s", i, "{}"});
     },
     [](StoreReader& reader, Seq, const std::function<void(int64_t)>& seen) {
       return reader.ScanDefinitions([&](const DefinitionWrite& d) {
         seen(d.version);
         return absl::OkStatus();
       });
     }},
    {"LogLines",
     [](CommitBatch& batch, Seq first, int64_t n) {
       for (int64_t i = 0; i < n; ++i) {
         batch.logs.push_back({"outbox", first + i, {}, "k", {i}, "{}"});
       }
     },
     [](StoreReader& reader, Seq first, const std::function<void(int64_t)>& seen) {
       return reader.ScanLog("outbox", 0, "k", [&](const LogWrite& line) {
         seen(line.seq - first);
         return absl::OkStatus();
       });
     }},
};

void SoManyComeBack(StoreFixture& s, const Kind& kind, int64_t n) {
  const Seq first = s.Head().last_seq + 1;
  CommitBatch batch = BatchAfter(s.Head(), n);
  kind.write(batch, first, n);
  ASSERT_EQ(s.Put(batch), absl::OkStatus());
  int64_t next = 0;
  EXPECT_EQ(kind.read(*s.Read(), first,
                      [&](int64_t i) {
                        if (i != next) ADD_FAILURE() << i << " in place of " << next;
                        next = i + 1;
                      }),
            absl::OkStatus());
  EXPECT_EQ(next, n);
}

struct Range {
  const char* name;
  int64_t from;
  int64_t until;
  std::vector<Row> rows;
  std::vector<Row> expected;
};

// Rows 0 to 9 are there, 4 is deleted.
std::vector<Range> Ranges() {
  return {{"All", 0, INT64_MAX, {}, {0, 1, 2, 3, 5, 6, 7, 8, 9}},
          {"FromTheFirst", 1, INT64_MAX, {}, {1, 2, 3, 5, 6, 7, 8, 9}},
          {"UntilTheLast", 0, 9, {}, {0, 1, 2, 3, 5, 6, 7, 8}},
          {"UntilPastTheLast", 7, 10, {}, {7, 8, 9}},
          {"PastTheEnd", 10, INT64_MAX, {}, {}},
          {"Nothing", 3, 3, {}, {}},
          {"Backwards", 6, 3, {}, {}},
          {"One", 3, 4, {}, {3}},
          {"OnlyTheDeleted", 4, 5, {}, {}},
          {"BeforeTheFirst", -5, 1, {}, {0}},
          {"NamedRows", 0, INT64_MAX, {0, 4, 9}, {0, 9}},
          {"NamedRowsThatAreNotThere", 0, INT64_MAX, {10, 99}, {}},
          {"NamedRowsInARange", 2, 9, {1, 2, 8, 9}, {2, 8}}};
}

void TheRangeIsKept(StoreFixture& s, const Range& range) {
  CommitBatch batch = BatchAfter(s.Head());
  for (Row row = 0; row < 10; ++row) batch.records.push_back(Create(kContact, row));
  ASSERT_EQ(s.Put(batch), absl::OkStatus());
  ASSERT_EQ(s.PutRecord(Delete(kContact, 4)), absl::OkStatus());
  std::vector<Row> found;
  EXPECT_EQ(
      s.Read()->ScanRecords({kContact, {kAge}, range.from, range.until, std::nullopt, range.rows},
                            [&](const RecordRows& rows) {
                              found.insert(found.end(), rows.rows.begin(), rows.rows.end());
                              return absl::OkStatus();
                            }),
      absl::OkStatus());
  EXPECT_EQ(found, range.expected);
}

// A batch with one name of `bytes` bytes.
using Lengthen = void (*)(CommitBatch& batch, size_t bytes);
constexpr std::pair<const char*, Lengthen> kNames[] = {
    {"ExternalKey",
     [](CommitBatch& batch, size_t bytes) {
       batch.external_keys = {{kAccount, "erp", std::string(bytes - 3, 'k'), 1}};
     }},
    {"System",
     [](CommitBatch& batch, size_t bytes) {
       batch.external_keys = {{kAccount, std::string(bytes - 1, 's'), "k", 1}};
     }},
    {"OperationId",
     [](CommitBatch& batch, size_t bytes) { batch.commit.operation_id = std::string(bytes, 'o'); }},
    {"DefinitionName",
     [](CommitBatch& batch, size_t bytes) {
       batch.definitions = {{"segment", std::string(bytes - 7, 'd'), 1, "{}"}};
     }},
    {"LogKey",
     [](CommitBatch& batch, size_t bytes) {
       batch.logs = {{"outbox", 1, {}, std::string(bytes - 6, 'l'), {}, "{}"}};
     }},
};

// Stores write many rows a statement: what is there already is told from the rest all the same.
void ManyDeletedRecordsComeBackAmongNewOnes(StoreFixture& s) {
  CommitBatch first = BatchAfter(s.Head());
  for (Row row = 0; row < 100; ++row) {
    first.records.push_back(Create(kContact, row, {{kAge, Value::Int(row)}}));
    if (row % 3 == 0) first.records.back().values.emplace_back(kName, Value::Text("Marie"));
  }
  ASSERT_EQ(s.Put(first), absl::OkStatus());
  CommitBatch second = BatchAfter(s.Head());
  for (Row row = 10; row < 90; row += 2) second.records.push_back(Delete(kContact, row));
  ASSERT_EQ(s.Put(second), absl::OkStatus());
  CommitBatch third = BatchAfter(s.Head());
  const auto create = [&](Row row) {
    third.records.push_back(Create(kContact, row, {{kScore, Value::Double(0.5)}}));
  };
  for (Row row = 10; row < 90; row += 2) create(row);
  for (Row row = 100; row < 200; ++row) create(row);
  ASSERT_EQ(s.Put(third), absl::OkStatus());
  auto reader = s.Read();
  const std::vector<std::string> lines =
      RecordLines(*reader, {kContact, FieldsOf(kContact), 0, INT64_MAX, std::nullopt, {}});
  ASSERT_EQ(lines.size(), 200u);
  for (Row row = 0; row < 200; ++row) {
    const bool again = row >= 100 || (row >= 10 && row < 90 && row % 2 == 0);
    const std::string old = Concat(row % 3 == 0 ? " 1=text:Marie" : "", " 3=int:", row);
    const std::string id = MakeId(2'000'000 + row).ToString();
    EXPECT_TRUE(lines[static_cast<size_t>(row)].starts_with(Concat(row, " ", id, " ")));
    EXPECT_EQ(lines[static_cast<size_t>(row)].find("3=int") == std::string::npos, again) << row;
    EXPECT_EQ(lines[static_cast<size_t>(row)].find("4=double") != std::string::npos, again) << row;
    EXPECT_EQ(reader->FindId(kContact, MakeId(2'000'000 + row)).value_or(-1), row);
  }
}

void OneTakenRowAmongManyKeepsNone(StoreFixture& s) {
  CommitBatch first = BatchAfter(s.Head());
  for (Row row = 0; row < 60; ++row) first.records.push_back(Create(kAccount, row));
  ASSERT_EQ(s.Put(first), absl::OkStatus());
  for (const Row taken : {0, 30, 59}) {
    CommitBatch more = BatchAfter(s.Head());
    for (Row row = 60; row < 200; ++row) more.records.push_back(Create(kAccount, row));
    more.records.insert(more.records.begin() + taken, Create(kAccount, taken));
    EXPECT_TRUE(absl::IsAlreadyExists(s.Put(more)));
  }
  auto reader = s.Read();
  EXPECT_EQ(RecordLines(*reader, {kAccount, {}, 0, INT64_MAX, std::nullopt, {}}).size(), 60u);
}

// Keys that came one by one, then many of which some are known.
void ManyKeysFindThoseThatAreThere(StoreFixture& s) {
  constexpr Row kRows = 3'000;
  CommitBatch first = BatchAfter(s.Head());
  for (Row row = 0; row < kRows; ++row) first.records.push_back(Create(kAccount, row));
  const auto key = [](Row row) { return Concat("key-", row * 7919 % 10'007); };
  for (Row row = 5; row < kRows; row += 700) {
    first.external_keys.push_back({kAccount, "erp", key(row), row});
  }
  ASSERT_EQ(s.Put(first), absl::OkStatus());
  CommitBatch wrong = BatchAfter(s.Head());
  for (Row row = 0; row < kRows; ++row) {
    wrong.external_keys.push_back({kAccount, "erp", key(row), row == 1405 ? Row{6} : row});
  }
  EXPECT_TRUE(absl::IsAlreadyExists(s.Put(wrong)));
  CommitBatch many = BatchAfter(s.Head());
  for (Row row = 0; row < kRows; ++row) {
    many.external_keys.push_back({kAccount, "erp", key(row), row});
  }
  ASSERT_EQ(s.Put(many), absl::OkStatus());
  // Few and many more beside what is there now.
  for (const Row rows : {Row{20}, Row{600}, kRows}) {
    CommitBatch again = BatchAfter(s.Head());
    for (Row row = 0; row < rows; ++row) {
      const Row spread = row * (kRows / rows);
      again.external_keys.push_back({kAccount, "erp", key(spread), spread});
    }
    ASSERT_EQ(s.Put(again), absl::OkStatus());
    again.commit = BatchAfter(s.Head()).commit;
    again.external_keys.back().row = 0;
    EXPECT_TRUE(absl::IsAlreadyExists(s.Put(again)));
  }
  auto reader = s.Read();
  int64_t count = 0;
  ASSERT_EQ(reader->ScanExternalKeys(kAccount,
                                     [&](const ExternalKeyWrite& found) {
                                       EXPECT_EQ(found.key, key(found.row));
                                       ++count;
                                       return absl::OkStatus();
                                     }),
            absl::OkStatus());
  EXPECT_EQ(count, kRows);
}

// More than a backend may hold back for each of the tables, which take turns.
void ManyPartsOfSeveralTablesReadBackInBetween(StoreFixture& s) {
  constexpr Row kRecords = 2'000;
  constexpr Seq kVisits = 3'000;
  constexpr Seq kSeqs = kVisits + 1;  // and a change of each part
  constexpr int kParts = 6;
  const CommitRow head = s.Head();
  auto writer = s.Write();
  const auto visits = [](StoreReader& reader) {
    int64_t count = 0;
    EXPECT_EQ(reader.ScanEvents({kVisit, {kPath}, 0, INT64_MAX, std::nullopt, {}},
                                [&](const EventRows& rows) {
                                  for (const Seq seq : rows.seqs) {
                                    const Seq in_part = count % kVisits + 1;
                                    EXPECT_EQ(seq, count / kVisits * kSeqs + in_part);
                                    ++count;
                                  }
                                  return absl::OkStatus();
                                }),
              absl::OkStatus());
    return count;
  };
  for (int part = 0; part < kParts; ++part) {
    CommitBatch batch = BatchAfter(head, (part + 1) * kSeqs);
    if (part + 1 < kParts) batch.commit = CommitRow();
    const Row first = part * kRecords;
    for (Row row = first; row < first + kRecords; ++row) {
      for (const auto& [type, name] : {std::pair(kAccount, kAccountName), {kContact, kName}}) {
        const std::string text = Concat(row, std::string(row % 5 == 0 ? 900 : 20, 'x'));
        batch.records.push_back(Create(type, row, {{name, Value::Text(text)}}));
      }
      batch.external_keys.push_back({kContact, "erp", Concat("k", row * 7919 % 12'007), row});
    }
    const Seq seq = head.last_seq + 1 + part * kSeqs;
    batch.events = {Visits(seq, std::vector<Row>(kVisits, Row{part}))};
    batch.changes = {{seq + kVisits,
                      kContact,
                      first,
                      kRecords,
                      RecordWrite::Op::kCreate,
                      "",
                      "",
                      {},
                      std::nullopt}};
    ASSERT_EQ(writer->Apply(batch), absl::OkStatus()) << part;
    if (part % 2 == 0) continue;
    EXPECT_EQ(visits(*writer), (part + 1) * kVisits);
    EXPECT_EQ(writer->NextRow(kAccount).value_or(-1), first + kRecords);
    EXPECT_EQ(writer->FindId(kContact, batch.records.back().id).value_or(-1), first + kRecords - 1);
  }
  ASSERT_EQ(writer->Commit(), absl::OkStatus());
  auto reader = s.Read();
  EXPECT_EQ(visits(*reader), kParts * kVisits);
  for (const TypeId type : {kAccount, kContact}) {
    EXPECT_EQ(RecordLines(*reader, {type, {}, 0, INT64_MAX, std::nullopt, {}}).size(),
              static_cast<size_t>(kParts * kRecords));
  }
  EXPECT_EQ(reader->FindExternalKey(kContact, "erp", "k7919").value_or(-1), 1);
}

}  // namespace

std::vector<StoreCase> SizeCases() {
  std::vector<StoreCase> cases;
  for (const Kind& kind : kKinds) {
    for (const int64_t n : {0, 1, 31, 32, 33, 4095, 4096, 4097, 8193}) {
      cases.push_back({Concat(n, kind.name, "ComeBack"),
                       [&kind, n](StoreFixture& s) { SoManyComeBack(s, kind, n); }});
    }
  }
  for (Range& range : Ranges()) {
    std::string name = Concat("TheRange", range.name, "IsKept");
    cases.push_back({std::move(name),
                     [range = std::move(range)](StoreFixture& s) { TheRangeIsKept(s, range); }});
  }
  cases.push_back(
      {"ManyDeletedRecordsComeBackAmongNewOnes", ManyDeletedRecordsComeBackAmongNewOnes});
  cases.push_back(
      {"ManyPartsOfSeveralTablesReadBackInBetween", ManyPartsOfSeveralTablesReadBackInBetween});
  cases.push_back({"OneTakenRowAmongManyKeepsNone", OneTakenRowAmongManyKeepsNone});
  cases.push_back({"ManyKeysFindThoseThatAreThere", ManyKeysFindThoseThatAreThere});
  for (const auto& [name, lengthen] : kNames) {
    cases.push_back({Concat("ALong", name, "IsTakenAndALongerOneRefused"),
                     [lengthen = lengthen](StoreFixture& s) {
                       CommitBatch longer = BatchAfter(s.Head(), 1);
                       lengthen(longer, kLongestKey + 1);
                       EXPECT_TRUE(absl::IsInvalidArgument(s.Put(longer)));
                       CommitBatch fits = BatchAfter(s.Head(), 1);
                       lengthen(fits, kLongestKey);
                       EXPECT_EQ(s.Put(fits), absl::OkStatus());
                     }});
  }
  return cases;
}

}  // namespace relata::testing

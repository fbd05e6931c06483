// SPDX-License-Identifier: Apache-2.0
//
// What the conformance cases share: a small schema, short ways to write a commit, and everything
// that can be scanned as text that two stores can be compared by.

#ifndef RELATA_SRC_TESTING_STORE_FIXTURE_H_
#define RELATA_SRC_TESTING_STORE_FIXTURE_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "relata/testing/store_conformance.h"

namespace relata::testing {

// Type and field ids of the cases' schema.
inline constexpr TypeId kAccount = 1;
inline constexpr TypeId kContact = 2;
inline constexpr TypeId kVisit = 3;
inline constexpr FieldId kAccountName = 1;
inline constexpr FieldId kName = 1;
inline constexpr FieldId kActive = 2;
inline constexpr FieldId kAge = 3;
inline constexpr FieldId kScore = 4;
inline constexpr FieldId kSince = 5;
inline constexpr FieldId kLength = 6;
inline constexpr FieldId kBorn = 7;
inline constexpr FieldId kSpent = 8;
inline constexpr FieldId kEmployer = 9;
inline constexpr FieldId kAbout = 10;  // links to any type
inline constexpr FieldId kTags = 11;
inline constexpr FieldId kPath = 1;
inline constexpr FieldId kPrice = 2;
inline constexpr FieldId kSeconds = 3;

std::vector<TableSpec> CaseTables();
// Every field of `type` in CaseTables(), in order.
std::vector<FieldId> FieldsOf(TypeId type);
// A different id for every number.
Uuid MakeId(int64_t n);

// A commit that follows `head`, with the next id, a later instant and `last_seq` = head's + seqs.
CommitBatch BatchAfter(const CommitRow& head, int64_t seqs = 0);
RecordWrite Create(TypeId type, Row row, std::vector<std::pair<FieldId, Value>> values = {});
RecordWrite Update(TypeId type, Row row, std::vector<std::pair<FieldId, Value>> values);
RecordWrite Delete(TypeId type, Row row);
// One visit each of `subjects`, a minute apart, on /p<seq>.
EventBatch Visits(Seq first_seq, std::vector<Row> subjects);

class StoreFixture : public ::testing::Test {
 public:
  explicit StoreFixture(std::unique_ptr<StoreBackend> backend) : backend_(std::move(backend)) {}
  void SetUp() override;

  StoreBackend& backend() { return *backend_; }
  Store& store() { return *store_; }
  // Closes the store and opens it again.
  void Reopen();

  std::unique_ptr<StoreReader> Read();
  std::unique_ptr<StoreWriter> Write();
  CommitRow Head() { return Read()->Head().value_or(CommitRow()); }

  // Applies and commits one batch.
  absl::Status Put(const CommitBatch& batch);
  // The status of applying `batch` and giving up.
  absl::Status Try(const CommitBatch& batch);
  // A commit of one record write.
  absl::Status PutRecord(RecordWrite write);

 private:
  std::unique_ptr<StoreBackend> backend_;
  std::unique_ptr<Store> store_;
};

// One case of the suite.
struct StoreCase {
  std::string name;
  std::function<void(StoreFixture& s)> run;
  bool durable = false;  // for durable backends only
};

std::vector<StoreCase> RecordAndEventCases();
std::vector<StoreCase> CommitAndLogCases();
std::vector<StoreCase> LockstepCases();
// One case a row of a table: values, sizes, parts of a commit, things that are unique, texts.
std::vector<StoreCase> ValueCases();
std::vector<StoreCase> SizeCases();
std::vector<StoreCase> PartCases();

// Rows and events as lines of text: "7 <id> field=value ...".
std::vector<std::string> RecordLines(StoreReader& reader, const ScanSpec& spec);
std::vector<std::string> EventLines(StoreReader& reader, const ScanSpec& spec);
// Everything the reader can scan, a line for each thing.
std::vector<std::string> Everything(StoreReader& reader);

}  // namespace relata::testing

#endif  // RELATA_SRC_TESTING_STORE_FIXTURE_H_

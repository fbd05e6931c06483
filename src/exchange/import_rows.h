// SPDX-License-Identifier: Apache-2.0
//
// Writing the rows of one planned file as records.

#ifndef RELATA_SRC_EXCHANGE_IMPORT_ROWS_H_
#define RELATA_SRC_EXCHANGE_IMPORT_ROWS_H_

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "exchange/import_plan.h"
#include "exchange/record_index.h"
#include "exchange/value_reader.h"

namespace relata::internal {

// The value of a field among `values`; nullptr when there is none.
inline Value* FindIn(NamedValues& values, std::string_view field) {
  for (auto& [name, value] : values) {
    if (name == field) return &value;
  }
  return nullptr;
}
inline const Value* FindIn(const NamedValues& values, std::string_view field) {
  return FindIn(const_cast<NamedValues&>(values), field);
}

// A link to be set when everything is in.
struct LaterLink {
  size_t file;
  int64_t row;
  std::string column;
  std::string text;
  RecordRef record;
  TypeId type;
  std::string field;
  TypeId target;
  LinkRule rule;
  std::string system;
};

// Findings of one file: told one by one up to the limit, those that repeat for a whole column once.
class IssueList {
 public:
  IssueList(FileImport* result, size_t most) : result_(result), most_(most) {}

  void Add(int64_t row, std::string_view column, std::string_view value, std::string_view message);
  // One line for all rows of which the same is true; `value` is the first row's.
  void AddRepeated(int64_t row, std::string_view column, std::string_view value,
                   std::string_view message);
  void Finish();

 private:
  struct Repeated {
    ImportIssue first;
    int64_t count = 0;
  };

  FileImport* const result_;
  const size_t most_;
  int64_t more_ = 0;
  std::map<std::pair<std::string, std::string>, Repeated> repeated_;
};

class RowImporter {
 public:
  RowImporter(Crm& crm, RecordIndex& index, const ImportPlan& plan, const ImportOptions& options,
              size_t file, std::vector<LaterLink>* later, FileImport* result);

  absl::Status Run();

 private:
  struct Prepared {
    int64_t row = 0;
    std::string key;
    RecordRef existing;    // none: created
    bool new_key = false;  // `existing` does not carry the key yet
    NamedValues values;
    Value created_at;  // for new records only
    std::vector<LaterLink> later;
    std::vector<std::string> more_keys;  // of rows of this batch that are the same record
    std::vector<NamedValues> places;     // establishments beside an account, SIRET first
    RecordRef product;                   // the line of an opportunity
    RecordRef record;                    // after the commit
  };

  absl::Status Prepare(const TableRow& row);
  void ReadValues(const TableRow& row, Prepared* out);
  void ReadPlace(const TableRow& row, const PlannedValue& planned, Prepared* out);
  Reading ReadCell(std::string_view cell, const PlannedValue& planned, const CellContext& context);
  absl::StatusOr<Found> FindTarget(std::string_view cell, const PlannedLink& link);
  absl::Status ReadLinks(const TableRow& row, Prepared* out);
  void ReadFullName(const TableRow& row, const PlannedValue& planned, Prepared* out);
  absl::Status ReadProduct(const TableRow& row, Prepared* out);
  static bool IsNameList(const PlannedLink& link);
  static bool IsCompanyName(const PlannedLink& link);
  absl::StatusOr<RecordRef> MakeNamed(const FieldDef& link, std::string_view name);
  void GiveName(const TableRow& row, Prepared* out);
  std::string KeyOf(const TableRow& row);
  absl::Status FindExisting(Prepared* out);
  bool KeepMissingOut(const Prepared& row);
  bool MayJoin(const Prepared& row, const FieldDef& by, RecordRef record) const;
  bool MergeInBatch(Prepared& row);
  void FillFirst(Prepared& first, Prepared& row);
  void YieldToMaster(Prepared* row);
  bool TakenByAnother(RecordRef record, std::string_view name, const Value& value, int64_t row);
  Value Stored(RecordRef record, std::string_view field);

  absl::Status Flush();
  absl::StatusOr<Commit> Write();
  void Refuse(size_t index, std::string_view message);
  NamedValues WhatIsEmpty(RecordRef record, NamedValues values) const;
  absl::Status WriteChildren();

  Crm& crm_;
  RecordIndex& index_;
  const ImportPlan& plan_;
  const ImportOptions& options_;
  const size_t file_;
  std::vector<LaterLink>* const later_;
  FileImport* const result_;
  IssueList issues_;
  Zone zone_;
  KeyIndex* keys_ = nullptr;
  std::vector<const FieldDef*> identifying_;

  std::vector<Prepared> batch_;
  std::optional<Transaction> named_;  // records made for names, to be written before the batch
  // Rows of the batch by key and by unique value, and records this file has written before.
  std::unordered_map<std::string, size_t> in_batch_;
  std::unordered_set<Row> written_;
  std::unordered_map<std::string, int> identities_;
  std::map<std::string, bool, std::less<>> nothing_to_find_;
  std::shared_ptr<const Snapshot> view_;
  // Choices and links repeat: what a text was read as, by column.
  using Readings = std::unordered_map<std::string, Reading, StringHash, std::equal_to<>>;
  using Targets = std::unordered_map<std::string, Found, StringHash, std::equal_to<>>;
  std::unordered_map<const PlannedValue*, Readings> readings_;
  std::unordered_map<const PlannedLink*, Targets> targets_;
};

// Of the message of a commit that was refused: "operation 17: what" -> 17 (0 when it names none),
// and "what".
size_t OperationOf(std::string_view message);
std::string_view WithoutOperation(std::string_view message);

// What follows from a row's values and is not written in it: a deal won was closed on its close
// date, a task done is not open.
void CompleteRow(const TypeDef& type, NamedValues* values);

}  // namespace relata::internal

#endif  // RELATA_SRC_EXCHANGE_IMPORT_ROWS_H_

// SPDX-License-Identifier: Apache-2.0
//
// Records and values as the command prints them.

#ifndef RELATA_SRC_SHELL_RECORDS_H_
#define RELATA_SRC_SHELL_RECORDS_H_

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "relata/engine/crm.h"
#include "relata/model/value.h"
#include "shell/command.h"

namespace relata::shell {

using Json = nlohmann::ordered_json;

// How the session asks: its `now`, its reader, the purpose when one is given.
QueryOptions QuestionOf(const Session& session, const std::string& purpose = "");

// The record named on the command line; "contact/contact/ID" is read as "contact/ID", so that ids
// as printed can be put behind a type.
absl::StatusOr<RecordRef> FindRecord(const Crm& crm, std::string_view name);

// A value as JSON (expression/json.h), records by their name.
Json ValueJson(const Crm& crm, const Value& value);
// A value in one line of text; a record by what people call it, as far as the session's user may
// read it.
std::string ValueText(const Crm& crm, const Session& session, const Value& value);

// The same for a field: a choice by its label in the session's language.
std::string FieldText(const Crm& crm, const Session& session, const FieldDef& field,
                      const Value& value);

// Of an answer about the past: which one, and how many records it leaves out because they were
// erased since. Nothing today.
void PutTimes(const Session& session, int64_t erased, Json& out);
void PrintErased(const Session& session, int64_t erased);

// Prints why the expression is true or not for the record, which may be named without its type.
// The exit status: kDone when true.
int ExplainRecord(const Crm& crm, const Session& session, const std::string& type,
                  const std::string& name, const std::string& expression,
                  const QueryOptions& asking);
// The same for a segment, and for a score.
int WhyScore(const Crm& crm, const Session& session, const std::string& name,
             const std::string& record_name);
int WhySegment(const Crm& crm, const Session& session, const std::string& name,
               const std::string& record_name);

// Text in columns, two blanks apart, as wide as their widest cell (in characters).
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) { rows_.push_back(std::move(header)); }
  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::string ToString() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// "a, b" -> {"a", "b"}: split at commas outside brackets and quotes, blanks trimmed.
std::vector<std::string> SplitList(std::string_view text);

}  // namespace relata::shell

#endif  // RELATA_SRC_SHELL_RECORDS_H_

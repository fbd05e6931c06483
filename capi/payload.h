// SPDX-License-Identifier: Apache-2.0
//
// The JSON payloads of proto/relata/v1: records and batches going in, records and commits coming
// out.

#ifndef RELATA_CAPI_PAYLOAD_H_
#define RELATA_CAPI_PAYLOAD_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "nlohmann/json.hpp"
#include "relata/base/status.h"
#include "relata/engine/crm.h"

namespace relata::capi {

// The object that `text` holds; `what` names it in messages. Names that occur twice are refused.
absl::StatusOr<nlohmann::json> ParseObject(std::string_view text, std::string_view what);
std::string Dump(const nlohmann::json& json);

// Refuses members other than `known`: a misspelt one must not be silently dropped.
absl::Status CheckMembers(const nlohmann::json& object, std::initializer_list<const char*> known,
                          std::string_view where);
// The text member, empty when it is absent or null.
absl::StatusOr<std::string> TextMember(const nlohmann::json& object, const char* name,
                                       std::string_view where);

// Records the operations of a batch in a transaction, in the order puts, deletes, merges, unmerges,
// events, consents.
class BatchReader {
 public:
  BatchReader(const Crm& crm, Transaction& transaction) : crm_(crm), tx_(transaction) {}

  absl::Status ReadBatch(const nlohmann::json& batch);
  absl::Status ReadPut(const nlohmann::json& put, const std::string& where);
  // The records of the puts, in their order.
  const std::vector<RecordRef>& puts() const { return puts_; }
  // The names of the puts once they are committed. A commit that was replayed created nothing, so
  // the records it once made without a key have no name here: null.
  absl::StatusOr<nlohmann::json> Names(const relata::Commit& commit) const;

 private:
  absl::Status ReadHead(const nlohmann::json& batch);
  absl::Status ReadMerge(const nlohmann::json& merge, const std::string& where);
  absl::Status ReadUnmerge(const nlohmann::json& name, const std::string& where);
  absl::Status ReadEvent(const nlohmann::json& event, const std::string& where);
  absl::Status ReadConsent(const nlohmann::json& entry, const std::string& where);
  absl::StatusOr<RecordRef> Locate(const std::string& name, const std::string& where) const;
  absl::StatusOr<NamedValues> ReadFields(const TypeDef& type, const nlohmann::json& owner,
                                         const std::string& where) const;
  absl::StatusOr<Value> ReadValue(const FieldDef& field, const nlohmann::json& json,
                                  const std::string& where) const;

  const Crm& crm_;
  Transaction& tx_;
  std::vector<RecordRef> puts_;
  std::vector<std::string> keys_;                        // "TYPE/system:key" of each put, or empty
  std::map<std::string, RecordRef, std::less<>> known_;  // "@label" and "TYPE/system:key"
};

// A value as JSON, a record by its name; null when the record is gone.
absl::StatusOr<nlohmann::json> ValueOut(const Crm& crm, const Value& value);

// The records by their names.
absl::StatusOr<nlohmann::json> NamesOut(const Crm& crm, const std::vector<RecordRef>& records);
// FieldChanges of crm.proto; those of a field that has no name any more are left out.
absl::StatusOr<nlohmann::json> ChangesOut(const Crm& crm, const TypeDef& type,
                                          const std::vector<FieldChange>& changes);

nlohmann::json CommitToJson(const relata::Commit& commit);

// The record with its name, keys and the fields that `options.reader` may read.
absl::StatusOr<nlohmann::json> RecordToJson(const Crm& crm, RecordRef record,
                                            const QueryOptions& options);

}  // namespace relata::capi

#endif  // RELATA_CAPI_PAYLOAD_H_

// SPDX-License-Identifier: Apache-2.0
//
// Finding the records that rows and links speak of: by external key, by unique value, by name, by
// e-mail address.

#ifndef RELATA_SRC_EXCHANGE_RECORD_INDEX_H_
#define RELATA_SRC_EXCHANGE_RECORD_INDEX_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/strings.h"
#include "relata/base/id.h"
#include "relata/engine/crm.h"
#include "relata/exchange/mapping.h"

namespace relata::internal {

// The fields by which two systems speak of one record of a type, unique or not: a company's number
// in the register, our number for a customer, the code of a product.
std::vector<const FieldDef*> IdentifyingFields(const TypeDef& type);

// The external keys and identifying values of one type: those of the store, and those given since.
// A record is always named by the same reference here, provisional or not.
class KeyIndex {
 public:
  static absl::StatusOr<KeyIndex> Load(const Crm& crm, TypeId type);

  // The one record that has this value in an identifying field; none when nobody has or several do.
  RecordRef FindByValue(std::string_view field, const Value& value) const;
  void AddValue(std::string_view field, const Value& value, RecordRef record);

  // None when nobody carries the key.
  RecordRef Find(std::string_view system, std::string_view key) const;
  void Add(std::string_view system, std::string_view key, RecordRef record);
  // The systems whose keys the record carries, in the order of their names.
  std::vector<std::string> SystemsOf(RecordRef record) const;
  // True when any record carries a key of the system, or an identifying value.
  bool Knows(std::string_view system) const {
    return has_values_ || systems_.contains(std::string(system));
  }

 private:
  static std::string Joined(std::string_view system, std::string_view key);

  std::unordered_map<std::string, RecordRef, StringHash, std::equal_to<>> records_;
  // Systems by number, and of each record a bit for each. Systems past the 64th share the last bit.
  std::map<std::string, int> systems_;
  std::unordered_map<Row, uint64_t> of_record_;
  bool has_values_ = false;
};

// What a link's text may find.
struct Found {
  RecordRef record;
  bool ambiguous = false;
};

// All look-ups of an import. Single-thread.
class RecordIndex {
 public:
  explicit RecordIndex(const Crm& crm) : crm_(crm) {}

  absl::StatusOr<KeyIndex*> Keys(TypeId type);
  // The record of `type` that `text` names under `rule`; `system` is where keys come from when the
  // rule does not say.
  absl::StatusOr<Found> Find(TypeId type, const LinkRule& rule, std::string_view system,
                             std::string_view text);
  // True when there is no record at all that the rule could find.
  absl::StatusOr<bool> NothingToFind(TypeId type, const LinkRule& rule, std::string_view system);
  // To be called after records of `type` were written: names are read anew when next needed.
  void Forget(TypeId type);

 private:
  using Names = std::unordered_map<std::string, RecordRef, StringHash, std::equal_to<>>;

  absl::StatusOr<const Names*> NamesOf(TypeId type, LinkBy by, const std::string& field);
  absl::StatusOr<Found> FindName(TypeId type, std::string_view text);

  const Crm& crm_;
  std::unordered_map<TypeId, std::unique_ptr<KeyIndex>> keys_;
  std::map<std::pair<TypeId, std::string>, Names> names_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_EXCHANGE_RECORD_INDEX_H_

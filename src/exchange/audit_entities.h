// SPDX-License-Identifier: Apache-2.0
//
// The part of the audit that looks across files: who is who.

#ifndef RELATA_SRC_EXCHANGE_AUDIT_ENTITIES_H_
#define RELATA_SRC_EXCHANGE_AUDIT_ENTITIES_H_

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "exchange/table.h"
#include "relata/exchange/audit.h"

namespace relata::internal {

// Where a table keeps what identifies a company or a person, by column; kNone when it does not.
struct IdentityColumns {
  static constexpr size_t kNone = static_cast<size_t>(-1);
  size_t siren = kNone;
  size_t siret = kNone;
  size_t company = kNone;
  size_t email = kNone;
  size_t given = kNone;
  size_t family = kNone;
  bool company_file = false;  // rows are companies, and not people who belong to one
  bool person_file = false;
  // Single-valued facts that may contradict each other.
  struct Fact {
    size_t column;
    std::string field;
    std::map<std::string, std::string> values;  // words that mean the same, as the mapping has them
  };
  std::vector<Fact> facts;
};
IdentityColumns FindIdentityColumns(const Table& table);

// Collects mentions in a first reading, decides who is who, and collects what is said about those
// that are mentioned more than once in a second reading. Thread-compatible.
class EntityIndex {
 public:
  // First reading.
  void Mention(size_t file, const IdentityColumns& columns, const TableRow& row);
  // Between the readings: groups the mentions.
  void Group(AuditReport* report);
  // True when a row belongs to a group that is to be told about; second reading.
  bool Wanted(size_t file, int64_t row) const;
  void Collect(size_t file, const std::string& name, const IdentityColumns& columns,
               const TableRow& row);
  // Suspicions and contradictions, those across files first, at most `max_listed` of each.
  void Report(size_t max_listed, AuditReport* report);

 private:
  struct Mentioned {
    uint64_t key;
    int64_t row;
    uint32_t file;
    Suspicion::Kind kind;
    bool by_name;  // the key is a name, so that a number known for the name replaces it
  };
  struct Group_ {
    Suspicion suspicion;
    std::unordered_map<std::string, std::vector<std::pair<AuditPlace, std::string>>> facts;
  };

  std::vector<Mentioned> mentions_;
  // What numbers each company name was seen with: kMany when with several.
  std::unordered_map<uint64_t, uint64_t> number_of_name_;
  std::unordered_map<uint64_t, size_t> group_of_place_;
  std::vector<Group_> groups_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_EXCHANGE_AUDIT_ENTITIES_H_

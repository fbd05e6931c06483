// SPDX-License-Identifier: Apache-2.0
//
// Questions asked by the store's own SQL.

#ifndef RELATA_SRC_ENGINE_PUSHDOWN_H_
#define RELATA_SRC_ENGINE_PUSHDOWN_H_

#include <optional>
#include <string>

#include "engine/conditions.h"
#include "relata/engine/crm.h"
#include "relata/expression/sql.h"
#include "relata/storage/pushdown.h"

namespace relata::internal {

// A store's names in the words of the expression room.
class StoreNames : public SqlNames {
 public:
  explicit StoreNames(const SqlReader& reader) : reader_(reader) {}

  SqlDialect dialect() const override {
    return reader_.postgres() ? SqlDialect::kPostgres : SqlDialect::kSqlite;
  }
  std::string Table(TypeId type) const override { return reader_.SqlTable(type); }
  std::string Column(TypeId type, FieldId field, const std::string& alias) const override {
    return reader_.SqlField(type, field, alias);
  }
  std::string CurrencyColumn(TypeId type, FieldId field, const std::string& alias) const override {
    return reader_.SqlCurrency(type, field, alias);
  }
  std::string Mine(TypeId type, const std::string& alias) const override {
    return reader_.SqlMine(type, alias);
  }

 private:
  const SqlReader& reader_;
};

// The answer by SQL under LimitMemory; nothing when the question is better asked in memory.
absl::StatusOr<std::optional<QueryAnswer>> AnswerBySql(const Crm& crm, const Condition& condition,
                                                       const QueryOptions& options);

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_PUSHDOWN_H_

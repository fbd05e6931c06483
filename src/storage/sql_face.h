// SPDX-License-Identifier: Apache-2.0
//
// What a SQL backend answers as a SqlReader about its names, from the dialect of its views.

#ifndef RELATA_SRC_STORAGE_SQL_FACE_H_
#define RELATA_SRC_STORAGE_SQL_FACE_H_

#include <memory>
#include <string>
#include <utility>

#include "relata/storage/pushdown.h"
#include "storage/views.h"

namespace relata::internal {

// `Base` is a reader that has Face(): the ViewDialect in use, and layout().
template <class Base>
class SqlFace : public Base, public SqlReader {
 public:
  using Base::Base;

  std::string SqlTable(TypeId type) const override {
    return this->layout().Find(type) == nullptr ? "" : this->Face()->Table(type);
  }
  std::string SqlField(TypeId type, FieldId field, const std::string& alias) const override {
    const int place = Place(type, field);
    return place < 0 ? "" : this->Face()->Stored(type, static_cast<size_t>(place), alias);
  }
  std::string SqlCurrency(TypeId type, FieldId field, const std::string& alias) const override {
    const int place = Place(type, field);
    return place < 0 ? "" : this->Face()->Beside(type, static_cast<size_t>(place), alias);
  }
  std::string SqlMine(TypeId type, const std::string& alias) const override {
    return this->Face()->Mine(type, alias);
  }

 private:
  // -1 for what no SQL can compare.
  int Place(TypeId type, FieldId field) const {
    const Layout::Table* table = this->layout().Find(type);
    if (table == nullptr) return -1;
    const int place = table->Place(field);
    if (place < 0) return -1;
    const ColumnSpec& spec = table->spec.columns[static_cast<size_t>(place)];
    const bool any_link = spec.kind == Value::Kind::kRecord && spec.target == kNoType;
    return any_link || spec.kind == Value::Kind::kList ? -1 : place;
  }
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_SQL_FACE_H_

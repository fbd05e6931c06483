// SPDX-License-Identifier: Apache-2.0
//
// The SQL face: one view a type, with public ids, readable instants and amounts and the names of
// linked records; and views of the commits, the changes and the consent ledger. What each server
// calls things is its ViewDialect.

#ifndef RELATA_SRC_STORAGE_VIEWS_H_
#define RELATA_SRC_STORAGE_VIEWS_H_

#include <map>
#include <string>

#include "storage/layout.h"
#include "storage/physical.h"

namespace relata::internal {

// Expressions name columns with an alias before them ("o", "r").
class ViewDialect {
 public:
  virtual ~ViewDialect() = default;

  // The table of a type, and one of the private tables, as they follow FROM.
  virtual std::string Table(TypeId type) const = 0;
  virtual std::string System(const std::string& table) const = 0;
  // A field's stored value, and the currency or type beside it.
  virtual std::string Stored(TypeId type, size_t place, const std::string& alias) const = 0;
  virtual std::string Beside(TypeId type, size_t place, const std::string& alias) const = 0;
  // Conditions: of this tenant (and type) in a table of a type, of this tenant in a private one;
  // not deleted.
  virtual std::string Mine(TypeId type, const std::string& alias) const = 0;
  virtual std::string MineSystem(const std::string& alias) const = 0;
  virtual std::string Live(const std::string& alias) const = 0;
  // Expressions over expressions.
  virtual std::string Readable(const ColumnSpec& spec, const std::string& value) const = 0;
  virtual std::string Instant(const std::string& value) const = 0;
  virtual std::string Id(const std::string& value) const = 0;
  virtual std::string Text(const std::string& value) const = 0;
  virtual std::string AnyId() const = 0;  // a null of the type that Id has
  virtual size_t longest_name() const = 0;
};

// The query of each view by name.
std::map<std::string, std::string> ViewQueries(const Layout& layout, const ViewDialect& dialect);

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_VIEWS_H_

// SPDX-License-Identifier: Apache-2.0
//
// The tables of a store as both backends look them up, how new declarations are merged into them,
// and what a batch must look like to fit. Immutable once built; any thread may read.

#ifndef RELATA_SRC_STORAGE_LAYOUT_H_
#define RELATA_SRC_STORAGE_LAYOUT_H_

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "relata/model/schema.h"
#include "relata/storage/store.h"

namespace relata::internal {

class Layout {
 public:
  Layout() = default;
  explicit Layout(std::vector<TableSpec> tables);

  // One table with the place of each field among its columns.
  struct Table {
    TableSpec spec;
    // By field id, -1 when the table has no such field: of what a schema declares and, from
    // kIdField on, of what the engine keeps. One run for both would hold the 65,000 ids between
    // them.
    std::vector<int> declared;
    std::vector<int> kept;

    int Place(FieldId field) const {
      const std::vector<int>& places = field < kIdField ? declared : kept;
      const size_t i = field < kIdField ? field : field - size_t{kIdField};
      return i < places.size() ? places[i] : -1;
    }
  };

  // The table of `type`, of `kind`; InvalidArgument when there is none.
  absl::StatusOr<const Table*> Find(TypeId type, TableSpec::Kind kind) const;
  // nullptr when there is none.
  const Table* Find(TypeId type) const;
  // For reading: nullptr when the type was never prepared, InvalidArgument when it is of another
  // kind.
  absl::StatusOr<const Table*> FindToRead(TypeId type, TableSpec::Kind kind) const;
  const std::map<TypeId, Table>& tables() const { return tables_; }
  std::vector<TableSpec> Specs() const;

  // These tables with `declared` merged in, as StoreWriter::Prepare promises.
  absl::StatusOr<Layout> Merge(std::span<const TableSpec> declared) const;

  // Whether a stateless look at the batch finds it fitting: kinds, sizes, numbers, order of seqs
  // above `head`.
  absl::Status Check(const CommitBatch& batch, const CommitRow& head) const;

 private:
  std::map<TypeId, Table> tables_;
};

bool operator==(const Layout& a, const Layout& b);

// An empty column for values of `spec`.
inline Column MakeColumn(const ColumnSpec& spec) { return Column(spec.kind, spec.target); }

// The places of `fields` in the table's columns. InvalidArgument when one is unknown.
absl::StatusOr<std::vector<int>> PlacesOf(const Layout::Table& table,
                                          std::span<const FieldId> fields);

// The places of an event batch's columns; see EventBatch::fields.
absl::StatusOr<std::vector<int>> PlacesOf(const Layout::Table& table, const EventBatch& batch);

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_LAYOUT_H_

// SPDX-License-Identifier: Apache-2.0
//
// What a backend keeps beside what StoreReader shows: an index over events, a list of those that
// were erased, the names of its tables, results of operations. An audit of the database looks there
// too. A reader and a writer may provide this; one that does not keeps nothing of the kind.

#ifndef RELATA_SRC_STORAGE_INSIDES_H_
#define RELATA_SRC_STORAGE_INSIDES_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/id.h"
#include "relata/base/status.h"

namespace relata::internal {

class StoreInsides {
 public:
  using Wrong = std::function<void(std::string where, std::string_view what)>;

  virtual ~StoreInsides() = default;
  // Whose insides these are: what one backend said of itself binds no other.
  virtual std::string_view Backend() const = 0;
  // What only Prepare changes, as text: the tables with their names, the tenant.
  virtual absl::StatusOr<std::string> Describe() = 0;
  // The logs that have lines.
  virtual absl::StatusOr<std::vector<std::string>> LogNames() = 0;
  virtual absl::Status ScanErasedEvents(const std::function<void(TypeId, Seq)>& sink) = 0;
  // Names what contradicts what the reader shows.
  virtual absl::Status CheckInsides(const Wrong& wrong) = 0;
};

// `Base` forwards to reads_, which has the functions above.
template <class Base>
class WithInsides : public Base, public StoreInsides {
 public:
  using Base::Base;

  std::string_view Backend() const override { return this->reads_.Backend(); }
  absl::StatusOr<std::string> Describe() override { return this->reads_.Describe(); }
  absl::StatusOr<std::vector<std::string>> LogNames() override { return this->reads_.LogNames(); }
  absl::Status ScanErasedEvents(const std::function<void(TypeId, Seq)>& sink) override {
    return this->reads_.ScanErasedEvents(sink);
  }
  absl::Status CheckInsides(const Wrong& wrong) override {
    return this->reads_.CheckInsides(wrong);
  }
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_INSIDES_H_

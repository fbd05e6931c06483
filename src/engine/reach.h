// SPDX-License-Identifier: Apache-2.0
//
// Whom a commit concerns: from what was written back to the subjects whose condition reads it.
//
// A condition reads along routes that begin at its subject: contact -> account -> parent. A Reach
// knows every route of a plan (and of the segments it names) and what is read at its end; a write
// at the end of a route is followed backwards, over the graph as it was and as it is, to the
// subjects. What cannot be followed backwards (a link inside an event) concerns everybody.

#ifndef RELATA_SRC_ENGINE_REACH_H_
#define RELATA_SRC_ENGINE_REACH_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/columns.h"
#include "relata/engine/crm.h"
#include "relata/expression/plan.h"

namespace relata::internal {

// What made a subject due.
struct Cause {
  enum class Kind : uint8_t {
    kEvent,
    kField,
    kCreated,
    kDeleted,
    kMerged,
    kRate,     // an exchange rate, which concerns everybody
    kDefined,  // the definition of the segment or of one that it names
    kTime,     // nothing was written
  };

  Kind kind = Kind::kField;
  TypeId type = kNoType;  // of the record or event written
  FieldId field = kNoField;
  RecordRef record;  // the record written, or the one an event is about
};

// Who is due, and why (the first cause found). When `everybody` is set, it is.
class Due {
 public:
  bool everybody = false;
  Cause of_everybody;

  Due() = default;
  // That knows of these rows only.
  explicit Due(const std::vector<Row>& only);

  void Add(Row row, const Cause& cause) {
    const size_t chunk = ChunkOf(row);
    if (chunk >= bits_.size()) {
      if (limited_) return;
      bits_.resize(chunk + 1);
    }
    if (bits_[chunk] == nullptr) {
      if (limited_) return;
      bits_[chunk] = std::make_unique<ChunkBits>();
    }
    if (TestBit(*bits_[chunk], OffsetOf(row)) != limited_) return;
    // Of one that is limited the bits are those that are still to be found.
    limited_ ? ClearBit(*bits_[chunk], OffsetOf(row)) : SetBit(*bits_[chunk], OffsetOf(row));
    found_.emplace_back(row, cause);
  }
  // Ascending; not of one that is limited.
  std::vector<Row> Rows() const;
  // In the order found.
  template <class Visit>
  void EachRow(const Visit& visit) const {
    for (const auto& found : found_) visit(found.first);
  }
  // Of each of these rows, ascending: the cause, when it is due.
  std::vector<std::optional<Cause>> CausesOf(const std::vector<Row>& rows) const;

 private:
  // What is due, a bit a row where any row of the chunk is; and in the order found.
  bool limited_ = false;
  std::vector<std::unique_ptr<ChunkBits>> bits_;
  std::vector<std::pair<Row, Cause>> found_;
};

// Immutable once made; any thread.
class Reach {
 public:
  // `plan` with the plans of the segments it names. NotFound for a segment that does not exist.
  static absl::StatusOr<Reach> Of(const Crm& crm, std::shared_ptr<const Plan> plan);

  // Every type of record and event whose writing can concern a subject.
  const std::set<TypeId>& types() const { return types_; }
  // Adds whom the writes concern. Both snapshots have the tables that the plan reads.
  void Collect(const CommitBatch& writes, const Snapshot& before, const Snapshot& after,
               Due& due) const;
  // The subjects that lead to these records through the segment node `name`: pairs of the plan
  // behind it and the rows, see flips.h.
  struct Named {
    std::string segment;
    std::shared_ptr<const Plan> plan;
    size_t route = 0;  // to the record asked about
  };
  // The plans asked, this one first (with the route of length 0).
  const std::vector<Named>& plans() const { return plans_; }
  // The subjects at the beginning of `route` when `rows` are at its end; false when they cannot be
  // found.
  bool Subjects(size_t route, std::vector<Row> rows, const Snapshot& before, const Snapshot& after,
                std::vector<Row>& out) const;
  TypeId EndOf(size_t route) const { return routes_[route].end; }

 private:
  friend class ReachBuilder;

  // The last step of a route, and the route before it.
  struct Route {
    enum class Step : uint8_t { kStart, kLink, kChildren, kEvents, kEventLink };
    Step step = Step::kStart;
    size_t before = 0;
    TypeId end = kNoType;      // the records or events at its end
    FieldId field = kNoField;  // kLink: of the record before; kChildren: of the record at the end
    bool closure = false;      // taken once or more

    friend auto operator<=>(const Route&, const Route&) = default;
  };
  using Reads = std::map<std::pair<TypeId, FieldId>, std::set<size_t>>;

  void Touch(RecordRef record, Cause cause, const Snapshot& before, const Snapshot& after,
             Due& due) const;
  void TouchParents(RecordRef child, FieldId link, const std::set<size_t>& routes, Cause cause,
                    const Snapshot& before, const Snapshot& after, Due& due) const;
  void Follow(size_t route, std::vector<Row> rows, const Cause& cause, const Snapshot& before,
              const Snapshot& after, Due& due) const;

  std::vector<Route> routes_;
  std::vector<Named> plans_;
  std::set<TypeId> types_;
  Reads fields_;                               // (type, field) read at the end of these routes
  Reads children_;                             // (child, link): the parents at their end are asked
  std::map<TypeId, std::set<size_t>> events_;  // event type: the records at their end are asked
  std::map<TypeId, std::set<size_t>> ends_;    // records of the type stand at their end
  std::set<size_t> statements_;                // the ledger is asked about the records at their end
  TypeId rates_ = kNoType;                     // exchange_rate, when amounts are converted
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_REACH_H_

// SPDX-License-Identifier: Apache-2.0
//
// A snapshot as expressions see it: merged records followed, links to nothing read as null,
// children and events in their order; and the questions that other definitions answer.

#ifndef RELATA_SRC_ENGINE_GRAPH_VIEW_H_
#define RELATA_SRC_ENGINE_GRAPH_VIEW_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/field_history.h"
#include "engine/membership.h"
#include "engine/operator.h"
#include "relata/engine/crm.h"
#include "relata/engine/hooks.h"
#include "relata/expression/evaluate.h"
#include "relata/expression/graph_view.h"

namespace relata::internal {

// Single-thread; the snapshot, the Crm and the hooks must outlive it. The tables that the
// expression reads must be loaded.
class SnapshotView : public GraphView {
 public:
  // `states`: where the kept members of segments are; without it they are the newest commit's.
  SnapshotView(const Crm& crm, const Snapshot& snapshot, const Hooks& hooks, Timestamp now,
               FindState states = nullptr)
      : crm_(crm),
        snapshot_(snapshot),
        hooks_(hooks),
        now_(now),
        states_(std::move(states)),
        history_(crm.engine(), snapshot) {}

  Value Field(RecordRef record, FieldId field) const override;
  void Children(RecordRef parent, TypeId child, FieldId link,
                std::vector<RecordRef>& out) const override;
  void Events(RecordRef subject, TypeId event_type, std::vector<RecordRef>& out) const override;
  Value EventField(RecordRef event, FieldId field) const override;

  absl::StatusOr<bool> InSegment(std::string_view name, RecordRef record) const override;
  absl::StatusOr<bool> InSegmentTimed(std::string_view name, RecordRef record,
                                      Timestamp& valid_until) const override;
  // The segment as a set of records of `type`; nullptr when it is of another type, is not there or
  // is being asked already (it names itself): the interpreter says so. Asked once a question.
  std::shared_ptr<Membership> SegmentOf(std::string_view name, TypeId type) const;
  absl::StatusOr<double> Score(std::string_view name, RecordRef record) const override;
  // The scores of all records of a type, by row.
  absl::StatusOr<std::vector<double>> Scores(std::string_view name, TypeId type) const;
  absl::StatusOr<bool> MayContact(RecordRef person, std::string_view channel,
                                  std::string_view purpose) const override;
  absl::StatusOr<Statement> LastStatement(RecordRef person, std::string_view channel,
                                          std::string_view purpose) const override;
  absl::StatusOr<Money> Convert(const Money& amount, Currency currency,
                                Timestamp at) const override;
  absl::StatusOr<Value> FieldAt(RecordRef record, FieldId field, Timestamp at) const override;
  absl::StatusOr<std::optional<Timestamp>> LastChange(RecordRef record,
                                                      FieldId field) const override;

 private:
  Value Resolved(Value value) const;
  struct Rate {
    int32_t day;
    double rate;
  };
  using RateTable = std::map<std::pair<std::string, std::string>, std::vector<Rate>>;
  const RateTable& Rates() const;

  const Crm& crm_;
  const Snapshot& snapshot_;
  const Hooks& hooks_;
  const Timestamp now_;
  const FindState states_;
  // Segments asked about in this question, made ready once each.
  struct Asked {
    std::optional<Interpreter> interpreter;
    std::shared_ptr<const std::set<Uuid>> frozen;
    const SegmentState* kept = nullptr;  // when its members are known for this snapshot and now
    bool running = false;
  };
  absl::StatusOr<Asked*> AskAbout(std::string_view name) const;
  // The kept members that hold for this snapshot and instant, or nullptr.
  const SegmentState* KeptMembers(std::string_view name, const Plan& plan) const;
  mutable std::shared_ptr<const PublishedMemberships> published_;
  mutable std::map<std::string, std::unique_ptr<Asked>, std::less<>> segments_;
  mutable FieldHistory history_;
  mutable std::optional<RateTable> rates_;
  mutable std::map<std::string, std::shared_ptr<Membership>, std::less<>> members_;
};

// The zone of a tenant, which was checked when the Crm was opened.
Zone ZoneOf(const Crm& crm);

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_GRAPH_VIEW_H_

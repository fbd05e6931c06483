// SPDX-License-Identifier: Apache-2.0
//
// Where the processor time of a commit goes: a decider, the source of ids and an observer of the
// store note when the batch was decided, when the memberships had followed it, and when the store
// was asked to keep it.

#ifndef RELATA_BENCH_COMMIT_PHASES_H_
#define RELATA_BENCH_COMMIT_PHASES_H_

#include <functional>
#include <memory>
#include <utility>

#include "relata/base/id.h"
#include "relata/engine/crm.h"
#include "relata/storage/wrapper.h"

namespace relata::bench {

// Of one thread.
class CommitPhases : public StoreObserver, public IdSource {
 public:
  struct Times {
    double begun = 0;      // the writer was asked for
    double decided = 0;    // the batch is checked and in a graph of its own
    double evaluated = 0;  // every kept segment is right, entries and exits are recorded
    double written = 0;    // commitments are made, rows are with the store
    double durable = 0;    // the store has committed
  };

  explicit CommitPhases(std::function<double()> clock)
      : clock_(std::move(clock)), ids_(NewRandomIds()) {}

  // To be called once, after the product's own rules are in place.
  void Join(Crm& crm) {
    Decider last;
    last.decide = [this](CommitStep& step) {
      if (step.depth() == 0) times_.decided = clock_();
      return absl::OkStatus();
    };
    crm.AddDecider(std::move(last));
  }

  absl::Status Before(StoreCall call) override {
    if (call == StoreCall::kWrite) times_ = {clock_()};
    if (call == StoreCall::kCommit) times_.written = clock_();
    return absl::OkStatus();
  }
  absl::Status After(StoreCall call, absl::Status status) override {
    if (call == StoreCall::kCommit) times_.durable = clock_();
    return status;
  }

  // A commit that creates nothing draws its first id, a salt of its commitment, when all is
  // decided.
  Uuid Next(Timestamp now) override {
    if (times_.evaluated < times_.decided) times_.evaluated = clock_();
    return ids_->Next(now);
  }

  // Of the newest commit.
  const Times& times() const { return times_; }

 private:
  const std::function<double()> clock_;
  const std::unique_ptr<IdSource> ids_;
  Times times_;
};

}  // namespace relata::bench

#endif  // RELATA_BENCH_COMMIT_PHASES_H_

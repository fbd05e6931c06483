// SPDX-License-Identifier: Apache-2.0
//
// From the graph to the facts of a consent question.

#ifndef RELATA_SRC_SEGMENT_CONTACT_FACTS_H_
#define RELATA_SRC_SEGMENT_CONTACT_FACTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "relata/consent/facts.h"
#include "relata/engine/snapshot.h"
#include "relata/segment/audience.h"
#include "segment/record_reader.h"

namespace relata::internal {

// Gathers what a decision needs about one person after the other. What it gives is borrowed from it
// and good until the next call. Single-thread; the snapshot must have ConsentTables loaded and must
// outlive it.
class ContactFacts {
 public:
  explicit ContactFacts(const Snapshot& view);

  // Fills question() and facts() for the person. InvalidArgument when it is neither contact nor
  // lead, NotFound when it does not exist, DataLoss when the ledger cannot be read.
  absl::Status Gather(RecordRef person, const ContactPlan& plan);

  const Question& question() const { return question_; }
  const Facts& facts() const { return facts_; }
  // The address the plan's channel needs: NO_ADDRESS, INVALID_ADDRESS, or empty when it is there
  // or the channel needs none that is kept here.
  std::string_view AddressProblem() const;

 private:
  void GatherWhere();
  void GatherPoints();
  absl::Status GatherLedger();
  void GatherRelations();
  void GatherRelationsOf(RecordRef holder, std::string_view link);
  void GatherActivity();
  void AddActivity(std::string_view event, ActivityKind kind);
  RecordReader read_;
  const Snapshot& view_;
  RecordRef person_;
  RecordRef account_;
  ContactPlan plan_;
  std::string address_;
  Question question_;
  Facts facts_;
  std::vector<Jurisdiction> jurisdictions_;
  std::vector<RecordRef> points_;
  std::vector<ConsentEntry> entries_;
  std::vector<const ConsentEntry*> ledger_;
  std::vector<relata::Merge> merges_;
  std::vector<Relation> relations_;
  std::vector<Attempt> attempts_;
  std::vector<relata::Activity> activity_;
  std::vector<Zone> zones_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_SEGMENT_CONTACT_FACTS_H_

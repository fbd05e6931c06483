// SPDX-License-Identifier: Apache-2.0
//
// Everything that erasing some persons touches, found on one snapshot: what a plan shows and what a
// commit carries out are the same survey.

#ifndef RELATA_SRC_PRIVACY_ERASURE_SURVEY_H_
#define RELATA_SRC_PRIVACY_ERASURE_SURVEY_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "privacy/holdings.h"
#include "relata/privacy/erasure.h"
#include "relata/privacy/journal.h"

namespace relata::internal {

class ErasureSurvey {
 public:
  // Everything must outlive the survey.
  ErasureSurvey(const Crm& crm, const ErasureOptions& options, Timestamp now)
      : crm_(crm), options_(options), now_(now) {}

  // Takes the snapshot. To be called first.
  absl::Status Begin();
  // Adds a person who still exists.
  absl::Status Add(RecordRef person);
  // Looks through texts, history, events and definitions for the persons added.
  absl::Status LookEverywhere();

  std::vector<ErasureStep> Steps() const;
  std::vector<std::string> Holds() const { return {holds_.begin(), holds_.end()}; }
  const std::vector<std::string>& notes() const { return notes_; }
  int64_t held() const { return held_; }
  bool empty() const { return persons_.empty(); }
  // Whether the record is one of the persons added.
  bool Covers(RecordRef record) const;
  CommitId commit() const { return view_->commit(); }

  // What the journal must say before the commit.
  std::vector<JournalLine> JournalLines() const;
  // Records the whole erasure in one transaction.
  absl::Status Record(Transaction& tx) const;

 private:
  struct Person {
    Holdings holdings;
    LegalHold hold;
  };

  const Snapshot& view() const { return *view_; }
  LegalHold HoldOn(const Holdings& holdings);
  void Count(RecordClass c, ErasureAction action, std::string_view what, int64_t n = 1);
  void Judge(const Person& person);
  void JudgeRecord(const Person& person, const Holding& holding);
  void Empty(RecordRef record, bool keep_history);
  void Archive(const Person& person, const Holding& holding);
  absl::Status JudgeEvents(const Person& person);
  absl::Status JudgeLedger(const Person& person);
  absl::Status AddFormerWords(Holdings& holdings);
  void Suppress(const Person& person);
  void NotifyRecipients(const Person& person);
  void LookInTexts(const Redactor& redactor);
  absl::Status LookInHistory(const Redactor& redactor);
  absl::Status LookInEvents(const Redactor& redactor);
  void LookInDefinitions(const Redactor& redactor);
  void FindNamesakes();
  bool IsOwnWord(const TypeDef& type, const FieldDef& field) const;
  std::string Customer(const Person& person) const;
  std::string Content(const Person& person, RecordRef record) const;

  const Crm& crm_;
  const ErasureOptions& options_;
  const Timestamp now_;
  std::shared_ptr<const Snapshot> view_;
  std::vector<ClaimHold> all_holds_;
  std::map<RecordRef, std::vector<std::string>> disclosures_;  // bodies, by whose data was given
  std::vector<Person> persons_;
  std::set<RecordRef> covered_;  // all their records as persons
  std::map<std::tuple<RecordClass, ErasureAction, std::string>, int64_t> counts_;
  std::set<std::string> holds_;
  std::vector<std::string> notes_;
  int64_t held_ = 0;

  // What is to be done.
  std::set<RecordRef> gone_;
  std::set<RecordRef> kept_;  // held: not to be looked into
  std::map<RecordRef, std::map<FieldId, Value>> redactions_;
  std::map<RecordRef, std::map<FieldId, Value>> updates_;  // under a hold on the history
  std::set<RecordRef> images_;
  std::set<std::pair<TypeId, Seq>> events_;
  std::vector<Seq> entries_;
  PersonWords words_;
  std::vector<std::pair<std::string, std::string>> suppressions_;  // hash, body
  std::vector<std::string> archive_;
  std::vector<std::pair<std::string, std::string>> notices_;  // recipient, body
};

}  // namespace relata::internal

#endif  // RELATA_SRC_PRIVACY_ERASURE_SURVEY_H_

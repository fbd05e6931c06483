// SPDX-License-Identifier: Apache-2.0
//
// The story of a company that brings its exports together, told a chapter at a time. Each chapter
// asks the library what any host could ask, prints the answer and its reason, and leaves the graph
// ready for the next. What a folder of exports does not hold is passed over or said to be missing.

#ifndef RELATA_SRC_SHELL_DEMO_STORY_H_
#define RELATA_SRC_SHELL_DEMO_STORY_H_

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "absl/strings/substitute.h"
#include "base/strings.h"
#include "relata/engine/crm.h"
#include "relata/process/pipeline.h"
#include "relata/segment/audience.h"
#include "relata/segment/segment.h"
#include "shell/command.h"

namespace relata::shell {

class Story {
 public:
  // `generated`: the invented company, of which it is known what happened.
  Story(const Session& session, Crm crm, const SecretKey& key, Timestamp now, bool generated)
      : session_(session), crm_(std::move(crm)), key_(key), generated_(generated) {
    asking_.now = now;
  }

  absl::Status LookBefore(const std::string& directory);
  // `Said` sets the instant that everything after it is asked at: the last date in the data.
  absl::Status BringTogether(const std::string& directory);
  void Said(Timestamp now);
  absl::Status SamePersonTwice();
  absl::Status OneCustomer();
  absl::Status LaterThanUsual();
  absl::Status AlwaysCurrent();
  absl::Status WhoMayBeMailed();
  absl::Status WhatWillBeSold();
  // `spreadsheet` is imported once more after the erasure; "" when there is none.
  absl::Status ARightExercised(const std::string& spreadsheet);
  absl::Status HowHealthy(const std::string& report_file);

  const Crm& crm() const { return crm_; }

 private:
  template <class T>
  static auto Argument(const T& value) {
    if constexpr (std::is_arithmetic_v<T>) {
      return value;
    } else {
      return internal::ToAbsl(value);
    }
  }

  // One line, in the session's language; $0, $1, ... stand for the parts.
  template <class... Parts>
  void Line(std::string_view en, std::string_view fr, const Parts&... parts) {
    session_.PrintLine(internal::Concat(
        "   ", absl::Substitute(internal::ToAbsl(session_.Say(en, fr)), Argument(parts)...)));
  }
  void Chapter(std::string_view en, std::string_view fr);
  std::string_view Say(std::string_view en, std::string_view fr) const {
    return session_.Say(en, fr);
  }

  // The rest of a chapter, each told under its title.
  absl::Status Sites();
  absl::Status WhyOne(const std::string& segment, RecordRef record, bool in);
  absl::Status ADownloadArrives(const std::string& segment, RecordRef person);
  absl::Status AskedLater(std::span<const Row> people, TypeId type);
  absl::Status Leads();
  absl::Status Forecast();
  absl::Status LastQuarter();
  absl::Status Stalled();
  absl::Status Erase();
  absl::Status SheetOnceMore(const std::string& spreadsheet);

  absl::StatusOr<RecordRef> BestCustomer() const;
  // Contacts that share an e-mail address, the group from most sources first.
  absl::StatusOr<std::vector<RecordRef>> LargestGroup(int64_t* groups) const;
  absl::StatusOr<int64_t> Count(std::string_view type) const;
  absl::StatusOr<std::string> Sources(RecordRef record) const;

  const Session& session_;
  Crm crm_;
  const SecretKey key_;
  const bool generated_;
  QueryOptions asking_;
  int chapter_ = 0;
  std::string segment_;                 // of chapter 6
  std::vector<RecordRef> same_person_;  // of chapter 3; merged into the first
  const Actor actor_ = Actor::User("demo");
};

// At most 150 bytes of a text, cut between characters.
std::string Short(std::string_view text);
std::string Rounded(double points);
std::string Whole(const Money& amount);
int64_t InDays(Duration duration);

}  // namespace relata::shell

#endif  // RELATA_SRC_SHELL_DEMO_STORY_H_

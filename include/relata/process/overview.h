// SPDX-License-Identifier: Apache-2.0
//
// A customer in one call, and what to know before meeting one.
//
// The overview is the 360-degree view of a person or an account: who it is, what belongs to it,
// what happened across all families of records and events in order of time, what is open, which
// terms run, what it is worth. The brief is the part of it that matters before a meeting: what
// changed since the last contact, and what calls for a word.
//
// Both are answers of one instant with the names of the records they come from. What the reader may
// not read is left out. Free functions over a Crm; as thread-safe as the Crm.

#ifndef RELATA_PROCESS_OVERVIEW_H_
#define RELATA_PROCESS_OVERVIEW_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relata/base/language.h"
#include "relata/base/status.h"
#include "relata/engine/crm.h"

namespace relata {

// A value of a field in one line, as people read it: a choice by its label, a truth as yes or no.
// Of a record only its reference: what it is called, Crm::Title says.
std::string DisplayText(const FieldDef& field, const Value& value, Language language);

// A field with its label and its value as people read it.
struct LabelledValue {
  std::string field;
  std::string label;
  std::string text;
};

// Something that happened, or that is open: a record of another type or an event.
struct TimelineItem {
  Timestamp at;
  std::string type;  // "order", "page_view"
  std::string text;  // one line
  RecordRef record;  // none for an event
};

// How many records of a type belong to the subject, by the name of the link's other side.
struct RelatedCount {
  std::string name;
  std::string label;
  int64_t count = 0;
};

struct Overview {
  RecordRef subject;
  std::string title;
  std::vector<std::pair<std::string, std::string>> keys;  // external: system and key
  std::vector<LabelledValue> profile;                     // what is filled, in the order of forms
  std::vector<RelatedCount> related;                      // what there is of each kind
  std::vector<RecordRef> parents;                         // of an account, nearest first
  std::vector<RecordRef> people;                          // of an account: its contacts
  std::vector<TimelineItem> open;      // tickets, opportunities, quotes, tasks, unpaid invoices
  std::vector<TimelineItem> running;   // contracts and subscriptions in force
  std::vector<TimelineItem> timeline;  // newest first, at most OverviewOptions::timeline
  int64_t orders = 0;                  // not cancelled
  Money bought;                        // net of these, in the currency of the newest
};

struct OverviewOptions {
  size_t timeline = 20;
  Language language = Language::kEnglish;
};

// The view of a record of any type; types without families of their own have a profile and related
// counts. NotFound; PermissionDenied when the reader may not read the type.
absl::StatusOr<Overview> OverviewOf(const Crm& crm, RecordRef subject, const QueryOptions& asking,
                                    const OverviewOptions& options = {});

// One thing to know, most pressing first. `kind` is stable: overdue_invoice, ticket, satisfaction,
// cadence, quote, renewal, opportunity, left, joined, meeting, activity.
struct BriefPoint {
  std::string kind;
  std::string text;
  std::vector<RecordRef> records;  // that say so
};

struct Brief {
  RecordRef account;  // the customer, or the person when there is no account
  std::string title;
  std::optional<Timestamp> last_contact;  // the newest activity that took place
  std::vector<BriefPoint> points;
};

// What to know about an account, or the account of a person, at asking.now. NotFound.
absl::StatusOr<Brief> BriefFor(const Crm& crm, RecordRef subject, const QueryOptions& asking,
                               Language language = Language::kEnglish);

}  // namespace relata

#endif  // RELATA_PROCESS_OVERVIEW_H_

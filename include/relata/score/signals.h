// SPDX-License-Identifier: Apache-2.0
//
// Signals: what a customer's facts say is about to change, as ready definitions over the standard
// schema. Each is a segment, so it can be asked, explained, recorded and act as any other; together
// they make a rule score of the risk to lose a customer.
//
//   frequency_falling     account: orders of the last half-year at less than half the rate of the
//                         year before it, which had four or more
//   tickets_rising        account: three tickets or more in the last 90 days, twice as many as in
//   the
//                         90 days before or more
//   contact_changed       account: somebody left in the last 90 days
//   engagement_gone       contact: three or more views, openings, clicks, downloads, forms, uses or
//                         logins between 240 and 60 days ago, and none since
//   satisfaction_dropped  contact: an answer of the last 180 days three points or more below an
//                         earlier one to a survey of the same kind
//
// Windows are of 24-hour days before now; cancelled orders do not count. The names of the segments
// begin with "signal_"; the score is "leaving", of accounts, those of their contacts included.
//
// As thread-safe as the Crm.

#ifndef RELATA_SCORE_SIGNALS_H_
#define RELATA_SCORE_SIGNALS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/engine/crm.h"

namespace relata {

struct CustomerSignal {
  std::string name;  // without "signal_"
  std::string type;  // account or contact
  LocalText label;
  std::string expression;
};

// The ready signals in the order above; and the body of the score "leaving".
const std::vector<CustomerSignal>& ReadySignals();
std::string_view LeavingScore();

// Saves them as segments "signal_NAME" and the score "leaving", each as the next version of its
// name; those that stand already in these words are left alone.
absl::Status DefineSignals(Crm& crm, const Actor& actor, Timestamp now);

// Who shows a signal at asking.now: under the tenant's own definition of the segment when there is
// one, else the ready one. NotFound for a name that is neither; PermissionDenied.
absl::StatusOr<QueryAnswer> FindSignal(const Crm& crm, std::string_view name,
                                       const QueryOptions& asking);

}  // namespace relata

#endif  // RELATA_SCORE_SIGNALS_H_

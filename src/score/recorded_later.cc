// SPDX-License-Identifier: Apache-2.0

#include "score/recorded_later.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <set>

#include "base/strings.h"

namespace relata::internal {
namespace {

constexpr size_t kMostRecords = 300;   // each costs a look into the history
constexpr int64_t kLeastRecords = 20;  // fewer say nothing
constexpr double kTooOften = 0.5;

std::set<FieldId> FieldsOf(const Plan& plan, TypeId type) {
  std::set<FieldId> fields;
  for (const auto* list : {&plan.paths().fields, &plan.paths().links}) {
    for (const auto& [of, field] : *list) {
      if (of == type) fields.insert(field);
    }
  }
  return fields;
}

// When one of the fields was last changed, not counting how the record was made.
std::optional<Timestamp> LastChange(const std::vector<HistoryEntry>& history,
                                    const std::set<FieldId>& fields) {
  std::optional<Timestamp> last;
  for (size_t i = 1; i < history.size(); ++i) {
    const HistoryEntry& entry = history[i];
    const bool touched =
        std::any_of(entry.changes.begin(), entry.changes.end(),
                    [&](const FieldChange& c) { return fields.contains(c.field); });
    if (touched) last = entry.effective_at.value_or(entry.recorded);
  }
  return last;
}

}  // namespace

absl::Status FindRecordedLater(const Crm& crm, const Questions& questions,
                               std::span<const std::string> features, const Plan& target,
                               std::span<const Row> rows, std::span<const uint8_t> truth,
                               std::vector<LeakSign>& suspicions) {
  const std::set<FieldId> decided_by = FieldsOf(target, questions.type());
  std::vector<std::set<FieldId>> fields;
  for (size_t i = 0; i < features.size(); ++i) {
    fields.push_back(FieldsOf(questions.plan(i), questions.type()));
  }
  std::vector<int64_t> later(features.size());
  int64_t looked_at = 0;
  size_t asked = 0;
  for (size_t i = 0; i < rows.size() && asked < kMostRecords; ++i) {
    if (truth[i] == 0) continue;
    ++asked;
    RELATA_ASSIGN_OR_RETURN(const std::vector<HistoryEntry> history,
                            crm.History({questions.type(), rows[i]}));
    const std::optional<Timestamp> decided = LastChange(history, decided_by);
    if (!decided) continue;
    ++looked_at;
    for (size_t f = 0; f < features.size(); ++f) {
      const std::optional<Timestamp> changed = LastChange(history, fields[f]);
      if (changed && *changed >= *decided) ++later[f];
    }
  }
  if (looked_at < kLeastRecords) return absl::OkStatus();
  for (size_t f = 0; f < features.size(); ++f) {
    const double share = static_cast<double>(later[f]) / static_cast<double>(looked_at);
    if (share < kTooOften) continue;
    char percent[16];
    std::snprintf(percent, sizeof percent, "%.0f %%", 100 * share);
    suspicions.push_back(
        {features[f], Concat("last changed when the outcome was recorded, or later, in ", percent,
                             " of ", looked_at, " records looked at")});
  }
  return absl::OkStatus();
}

}  // namespace relata::internal

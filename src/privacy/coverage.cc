// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <set>
#include <utility>

#include "relata/privacy/registers.h"
#include "relata/segment/audience.h"

namespace relata {
namespace {

// How well an entry that stands alone is proven (consent.md's grades).
Grade GradeOfEntry(const ConsentEntry& e) {
  const ConsentEvidence& proof = e.evidence;
  if (proof.source == ConsentSource::kNone) return Grade::kNone;
  if (proof.text.empty()) return Grade::kAsserted;
  if (proof.source == ConsentSource::kImport) return Grade::kRecorded;
  if (proof.written) return Grade::kSigned;
  const bool confirmed = proof.doi != DoubleOptIn::kNone || e.event == ConsentEvent::kConfirm;
  return confirmed ? Grade::kConfirmed : Grade::kRecorded;
}

size_t AgeOf(Timestamp at, Timestamp now) {
  for (int years = 1; years <= 3; ++years) {
    if (UtcDate(now) < AddMonths(UtcDate(at), 12 * years)) return static_cast<size_t>(years - 1);
  }
  return 3;
}

// The channels and purposes that the ledger's positive entries speak of.
std::set<std::pair<Channel, Purpose>> Asked(
    const std::vector<std::pair<RecordRef, std::vector<ConsentEntry>>>& ledgers) {
  std::set<std::pair<Channel, Purpose>> out = {{Channel::kEmail, Purpose::kMarketing}};
  for (const auto& [person, ledger] : ledgers) {
    for (const ConsentEntry& e : ledger) {
      if (!IsPositive(e.event)) continue;
      for (int c = 1; c <= static_cast<int>(Channel::kPost); ++c) {
        for (int p = 1; p <= static_cast<int>(Purpose::kSaleShare); ++p) {
          const auto channel = static_cast<Channel>(c);
          const auto purpose = static_cast<Purpose>(p);
          if ((e.scope.channels & Bit(channel)) != 0 && (e.scope.purposes & Bit(purpose)) != 0) {
            out.emplace(channel, purpose);
          }
        }
      }
    }
  }
  return out;
}

const ConsentEntry* NewestYes(const std::vector<ConsentEntry>& ledger, Channel channel,
                              Purpose purpose, Timestamp now) {
  const ConsentEntry* newest = nullptr;
  for (const ConsentEntry& e : ledger) {
    const bool speaks = IsPositive(e.event) && e.at <= now &&
                        (e.scope.channels & Bit(channel)) != 0 &&
                        (e.scope.purposes & Bit(purpose)) != 0;
    if (speaks && (newest == nullptr || newest->at <= e.at)) newest = &e;
  }
  return newest;
}

}  // namespace

absl::StatusOr<std::vector<CoverageLine>> ConsentCoverage(const Crm& crm, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view,
                          crm.View({"contact", "lead"}));
  std::vector<std::pair<RecordRef, std::vector<ConsentEntry>>> ledgers;
  for (const std::string_view name : {"contact", "lead"}) {
    const TypeId type = view->schema().Find(name)->id;
    for (Row row = 0; row < view->RowLimit(type); ++row) {
      const RecordRef person{type, row};
      if (!view->Exists(person)) continue;
      RELATA_ASSIGN_OR_RETURN(std::vector<ConsentEntry> ledger, view->Ledger(person, {}));
      ledgers.emplace_back(person, std::move(ledger));
    }
  }
  std::vector<CoverageLine> lines;
  for (const auto& [channel, purpose] : Asked(ledgers)) {
    CoverageLine line;
    line.channel = channel;
    line.purpose = purpose;
    ContactPlan plan;
    plan.channel = channel;
    plan.purpose = purpose;
    plan.at = now;
    for (const auto& [person, ledger] : ledgers) {
      RELATA_ASSIGN_OR_RETURN(const Decision decision, MayContact(crm, person, plan));
      if (decision.outcome == Outcome::kAllow) ++line.allowed;
      if (decision.outcome == Outcome::kNeedsEvidence) ++line.needs_evidence;
      if (decision.outcome == Outcome::kDeny) ++line.denied;
      if (const ConsentEntry* yes = NewestYes(ledger, channel, purpose, now)) {
        ++line.by_age[AgeOf(yes->at, now)];
        ++line.by_proof[static_cast<size_t>(GradeOfEntry(*yes))];
      }
    }
    lines.push_back(line);
  }
  return lines;
}

}  // namespace relata

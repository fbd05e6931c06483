// SPDX-License-Identifier: Apache-2.0
//
// A ledger entry reduced to what decisions read.
//
// A consent entry holds texts for people: the words shown, the form, the page. A decision needs 56
// bytes of it. Lines of one person lie side by side in memory, so that deciding reads a few cache
// lines. What is rare (topics, controllers, a term) is read from the entry itself, which must
// outlive its line when it has any of these. Plain values.

#ifndef RELATA_CONSENT_LEDGER_LINE_H_
#define RELATA_CONSENT_LEDGER_LINE_H_

#include <algorithm>
#include <span>
#include <string_view>

#include "relata/consent/vocabulary.h"

namespace relata {

struct LedgerLine {
  // Bits of `flags`.
  static constexpr uint16_t kText = 1;
  static constexpr uint16_t kWritten = 2;
  static constexpr uint16_t kParental = 4;
  static constexpr uint16_t kInvalid = 8;  // ticked beforehand, or bundled
  static constexpr uint16_t kOutsideHours = 16;
  static constexpr uint16_t kInformedOfSignal = 32;
  static constexpr uint16_t kNotIss = 64;

  Timestamp at;
  Timestamp recorded_at;
  PartyId person;
  PartyId point;
  Seq seq = 0;
  const ConsentEntry* rare = nullptr;  // the entry, when it has topics, controllers or a term
  ChannelSet channels = 0;
  uint16_t purposes = 0;
  ConsentEvent event = ConsentEvent::kUnknown;
  ConsentSource source = ConsentSource::kNone;
  DoubleOptIn doi = DoubleOptIn::kNone;
  uint8_t flags = 0;

  constexpr bool Has(uint16_t flag) const { return (flags & flag) != 0; }
  Timestamp effective_from() const { return rare ? rare->effective_from : Timestamp::kMin; }
  Timestamp expires_at() const { return rare ? rare->expires_at : Timestamp::kMax; }
  std::span<const std::string> topics() const {
    return rare ? std::span<const std::string>(rare->scope.topics) : std::span<const std::string>();
  }
  std::span<const std::string> controllers() const {
    return rare ? std::span<const std::string>(rare->scope.controllers)
                : std::span<const std::string>();
  }
};
static_assert(sizeof(LedgerLine) == 56);
static_assert(static_cast<int>(Purpose::kSaleShare) < 16, "purposes fit 16 bits");

// Does a decision read more of the entry than its line holds?
inline bool IsRare(const ConsentEntry& e) {
  return !e.scope.topics.empty() || !e.scope.controllers.empty() ||
         e.effective_from != Timestamp::kMin || e.expires_at != Timestamp::kMax;
}

// The line of an entry. It points to `e` when IsRare(e).
inline LedgerLine LineOf(const ConsentEntry& e) {
  const ConsentEvidence& v = e.evidence;
  const auto flag = [](bool set, uint16_t bit) { return set ? bit : uint16_t{0}; };
  LedgerLine line;
  line.at = e.at;
  line.recorded_at = e.recorded_at;
  line.person = e.person;
  line.point = e.point;
  line.seq = e.seq;
  line.rare = IsRare(e) ? &e : nullptr;
  line.channels = e.scope.channels;
  line.purposes = static_cast<uint16_t>(e.scope.purposes);
  line.event = e.event;
  line.source = v.source;
  line.doi = v.doi;
  line.flags = static_cast<uint8_t>(flag(!v.text.empty(), LedgerLine::kText) |
                                    flag(v.written, LedgerLine::kWritten) |
                                    flag(v.parental, LedgerLine::kParental) |
                                    flag(v.preticked || v.bundled, LedgerLine::kInvalid) |
                                    flag(v.outside_hours, LedgerLine::kOutsideHours) |
                                    flag(v.informed_of_signal, LedgerLine::kInformedOfSignal) |
                                    flag(!v.iss, LedgerLine::kNotIss));
  return line;
}

}  // namespace relata

#endif  // RELATA_CONSENT_LEDGER_LINE_H_

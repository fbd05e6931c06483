// SPDX-License-Identifier: Apache-2.0
//
// Where the terms of the standard schema are written down. A host's own types and terms have what
// DefineRetention gives them.
//
// Sources. Read in the wording of the law or a quotation of it: C. com. L110-4, C. conso. L213-1
// and D213-2, C. proc. pén. 8, UWG 7a(2), GDPR. Confirmed by what others report only: C. civ. 2224,
// C. com. L123-22, C. proc. civ. exéc. L111-4, and what the CNIL recommends, which binds nobody by
// itself; texts that name it say so by "CNIL".
//
//   GDPR 5(1)(e)          no longer than needed; 5(2), 7(1): what must be proven is kept as proof;
//                         how long, the law does not say: the term is this schema's own
//   GDPR 33(5)            breaches are documented for the authority, without a term
//   CNIL, gestion commerciale: prospects and what is known of a customer for prospecting, three
//                         years from the last act or the end of the relation; an objection to
//                         prospecting, three years at least
//   CNIL 2020-091         trackers of an audience live thirteen months, what they collected may be
//                         kept for twenty-five; the shorter is taken
//   C. civ. 2224          claims of persons lapse after five years
//   C. com. L110-4        obligations of trade, with traders and with others, after five years
//   C. com. L123-22       accounts and what supports them, ten years
//   C. conso. L213-1, D213-2  contracts made by electronic means from 120 EUR on, ten years from
//                         the delivery
//   C. proc. civ. exéc. L111-4  a judgment is enforced for ten years
//   C. proc. pén. 8       offences lapse after six years: answers to a right exercised
//   UWG 7a(2)             proof of consent to calls, five years from the grant and from each use
//                         (Germany)

#ifndef RELATA_SRC_PRIVACY_RETENTION_BASES_H_
#define RELATA_SRC_PRIVACY_RETENTION_BASES_H_

#include <string_view>

namespace relata::internal {

struct RetentionBasis {
  std::string_view type;
  std::string_view basis;
};

inline constexpr std::string_view kAccounts = "C. com. L123-22: accounting, 10 years";
inline constexpr std::string_view kClaims = "C. civ. 2224: claims, 5 years";
inline constexpr std::string_view kTrade = "C. com. L110-4: claims of trade, 5 years";
inline constexpr std::string_view kTraceable =
    "CNIL 2020-091: trackers 13 months, their data 25: the shorter";
inline constexpr std::string_view kProspects = "CNIL, gestion commerciale: 3 years";
inline constexpr std::string_view kObjections = "CNIL, gestion commerciale: objections, 3 years";
inline constexpr std::string_view kProof =
    "GDPR 7(1): proof of what was sent and said; 3 years by choice";

inline constexpr RetentionBasis kRetentionBases[] = {
    {"account", "C. com. L110-4: claims, 5 years; L123-22: with the accounts, 10 years"},
    {"activity", kProspects},
    {"app_used", kTraceable},
    {"asset", kClaims},
    {"attendance", kProspects},
    {"breach", "GDPR 33(5); C. civ. 2224: claims, 5 years, and as long again in the archive"},
    {"campaign_member", kProspects},
    {"contact", "CNIL, gestion commerciale: 3 years from the last act"},
    {"contact_attempt", "UWG 7a(2): 5 years from the grant and each use"},
    {"contact_outcome", "UWG 7a(2): 5 years from the grant and each use"},
    {"contract", "C. conso. L213-1, D213-2: made online from 120 EUR; C. com. L123-22: 10 years"},
    {"credit_note", kAccounts},
    {"dispute", "C. proc. civ. exéc. L111-4: judgments, 10 years"},
    {"document", "C. com. L110-4: claims, 5 years; L123-22: with the accounts, 10 years"},
    {"download", kTraceable},
    {"email_bounced", kProof},
    {"email_clicked", kTraceable},
    {"email_opened", kTraceable},
    {"email_sent", kProof},
    {"employment", kProspects},
    {"establishment", "C. com. L110-4: claims, 5 years; L123-22: with the accounts, 10 years"},
    {"form_sent", kProof},
    {"household", kProspects},
    {"invoice", kAccounts},
    {"lead", "CNIL, gestion commerciale: 3 years from the last act"},
    {"login",
     "CNIL, gestion commerciale: an act of the person; no longer than a tracker, by choice"},
    {"membership", kProspects},
    {"notice", "GDPR 5(2), 7(1): proof of the words shown, as long as claims run and the archive"},
    {"opportunity", "C. com. L110-4: claims, 5 years; L123-22: with the order, 10 years"},
    {"order", kAccounts},
    {"page_view", kTraceable},
    {"payment", kAccounts},
    {"preference_changed", kObjections},
    {"product_return", kTrade},
    {"project", kTrade},
    {"quote", "C. com. L110-4: claims, 5 years; L123-22: with the order, 10 years"},
    {"rights_request", "1 year at hand by choice; C. proc. pén. 8: offences, 6 years"},
    {"subscription",
     "C. conso. L213-1, D213-2: made online from 120 EUR; C. com. L123-22: 10 years"},
    {"survey_answer", kProspects},
    {"task", kProspects},
    {"ticket", kTrade},
    {"unsubscribe", kObjections},
    {"user", "GDPR 5(1)(e): 1 year after leaving; C. civ. 2224: claims, 5 years"},
};

// Events of a lead are kept as the same of a contact. Empty when the law is not known here.
constexpr std::string_view RetentionBasisOf(std::string_view type) {
  constexpr std::string_view kOfLead = "lead_";
  if (type.starts_with(kOfLead)) type.remove_prefix(kOfLead.size());
  for (const RetentionBasis& one : kRetentionBases) {
    if (one.type == type) return one.basis;
  }
  return {};
}

}  // namespace relata::internal

#endif  // RELATA_SRC_PRIVACY_RETENTION_BASES_H_

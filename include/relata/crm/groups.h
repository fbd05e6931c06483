// SPDX-License-Identifier: Apache-2.0
//
// The sections of a form, as the standard schema groups its fields.

#ifndef RELATA_CRM_GROUPS_H_
#define RELATA_CRM_GROUPS_H_

#include "relata/model/type.h"

namespace relata::crm::group {

inline constexpr Words kIdentity = {"Identity", "Identité"};
inline constexpr Words kReach = {"Contact details", "Coordonnées"};
inline constexpr Words kProfile = {"Profile", "Profil"};
inline constexpr Words kCommerce = {"Commercial relation", "Relation commerciale"};
inline constexpr Words kFinance = {"Amounts and payment", "Montants et règlement"};
inline constexpr Words kService = {"Service", "Service"};
inline constexpr Words kFollowUp = {"Follow-up", "Suivi"};
inline constexpr Words kDates = {"Dates", "Dates"};
inline constexpr Words kCompliance = {"Compliance", "Conformité"};

}  // namespace relata::crm::group

#endif  // RELATA_CRM_GROUPS_H_

// SPDX-License-Identifier: Apache-2.0
//
// A membership: a person's or a company's adherence to an association for a period. What it reveals
// (beliefs, a union, a party) may be sensitive, so its fields are classed as such.

#ifndef RELATA_CRM_MEMBERSHIP_H_
#define RELATA_CRM_MEMBERSHIP_H_

#include "relata/crm/groups.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Account;
struct Company;
struct Contact;

inline constexpr Option kMembershipStatuses[] = {
    {"pending", {"Pending", "En attente"}},
    {"active", {"Active", "Active"}},
    {"expired", {"Expired", "Expirée"}},
    {"resigned", {"Resigned", "Démissionnée"}},
};

struct Membership : Type<Membership> {
  constexpr Membership()
      : Type({.label = {"Membership", "Adhésion"},
              .plural = {"Memberships", "Adhésions"},
              .help = {"Adherence to an association", "L'adhésion à une association"},
              .title = "number",
              .use = Use::kSegment | Use::kOperate,
              .personal = Personal::kSensitive,
              .filled_by = "administration, adherence",
              .kept_current = "yearly renewal",
              .data_owner = "direction",
              .steward = "administrator",
              .purposes = "service",
              .retention = {36, 0},
              .dated = true}) {}

  Text number{*this,
              "number",
              {.label = {"Number", "Numéro"}, .group = group::kIdentity, .use = Use::kOperate}};
  Link<Contact> contact{
      *this,
      "contact",
      {.label = {"Member", "Adhérent"}, .group = group::kIdentity, .inverse = "memberships"}};
  Link<Account> account{*this,
                        "account",
                        {.label = {"Member company", "Société adhérente"},
                         .group = group::kIdentity,
                         .inverse = "memberships"}};
  Link<Company> association{*this,
                            "association",
                            {.label = {"Association", "Association"},
                             .group = group::kIdentity,
                             .inverse = "memberships"}};
  Text kind{*this, "kind", {.label = {"Kind", "Catégorie"}, .group = group::kIdentity}};
  Choice status{*this,
                "status",
                kMembershipStatuses,
                {.label = {"Status", "Statut"}, .group = group::kCommerce, .open = true}};
  Date from{*this, "from", {.label = {"From", "Du"}, .group = group::kDates}};
  Date until{*this, "until", {.label = {"Until", "Au"}, .group = group::kDates}};
  Money fee{*this, "fee", {.label = {"Fee", "Cotisation"}, .group = group::kFinance}};
  Date paid_on{*this, "paid_on", {.label = {"Paid on", "Réglée le"}, .group = group::kFinance}};
  Text office{
      *this, "office", {.label = {"Office held", "Fonction exercée"}, .group = group::kProfile}};
};
inline constexpr Membership membership{};

}  // namespace relata::crm

#endif  // RELATA_CRM_MEMBERSHIP_H_

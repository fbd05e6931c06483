// SPDX-License-Identifier: Apache-2.0
//
// Employment: one person in one post at one account, dated. People change jobs; the past stays, so
// a former employer and the successor in a post can both be asked for.

#ifndef RELATA_CRM_EMPLOYMENT_H_
#define RELATA_CRM_EMPLOYMENT_H_

#include "relata/crm/groups.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Account;
struct Contact;
struct Establishment;

struct Employment : Type<Employment> {
  constexpr Employment()
      : Type({.label = {"Employment", "Emploi"},
              .plural = {"Employments", "Emplois"},
              .help = {"A person's post at an account, with its dates",
                       "Le poste d'une personne dans un compte, avec ses dates"},
              .title = "job_title",
              .use = Use::kSegment | Use::kPersonalise,
              .personal = Personal::kProfile,
              .filled_by = "sales, each contact",
              .kept_current = "at each contact",
              .data_owner = "sales direction",
              .steward = "sales",
              .purposes = "service marketing",
              .retention = {36, 0},
              .dated = true}) {}

  Link<Contact> contact{*this,
                        "contact",
                        {.label = {"Contact", "Contact"},
                         .group = group::kIdentity,
                         .required = true,
                         .inverse = "employments"}};
  Link<Account> account{*this,
                        "account",
                        {.label = {"Account", "Compte"},
                         .group = group::kIdentity,
                         .required = true,
                         .inverse = "employments"}};
  Link<Establishment> establishment{*this,
                                    "establishment",
                                    {.label = {"Establishment", "Établissement"},
                                     .group = group::kIdentity,
                                     .inverse = "employments"}};
  Text job_title{
      *this, "job_title", {.label = {"Job title", "Fonction"}, .group = group::kProfile}};
  Text department{
      *this, "department", {.label = {"Department", "Service"}, .group = group::kProfile}};
  Text role{
      *this, "role", {.label = {"Role in buying", "Rôle dans l'achat"}, .group = group::kCommerce}};
  Date from{*this, "from", {.label = {"From", "Du"}, .group = group::kDates}};
  Date until{*this, "until", {.label = {"Until", "Au"}, .group = group::kDates}};
  Bool primary{*this,
               "primary",
               {.label = {"Main post", "Poste principal"},
                .group = group::kProfile,
                .required = true,
                .initial = "true"}};
};
inline constexpr Employment employment{};

}  // namespace relata::crm

#endif  // RELATA_CRM_EMPLOYMENT_H_

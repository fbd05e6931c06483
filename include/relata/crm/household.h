// SPDX-License-Identifier: Apache-2.0
//
// A household: people who live or decide together, in private life what an account is at work.

#ifndef RELATA_CRM_HOUSEHOLD_H_
#define RELATA_CRM_HOUSEHOLD_H_

#include "relata/crm/groups.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Contact;

inline constexpr Option kHouseholdKinds[] = {
    {"single", {"Single person", "Personne seule"}},
    {"couple", {"Couple", "Couple"}},
    {"family", {"Family", "Famille"}},
    {"shared", {"Shared flat", "Colocation"}},
};

struct Household : Type<Household> {
  constexpr Household()
      : Type({.label = {"Household", "Foyer"},
              .plural = {"Households", "Foyers"},
              .help = {"People who live or decide together",
                       "Des personnes qui vivent ou décident ensemble"},
              .title = "name",
              .use = Use::kSegment | Use::kPersonalise,
              .personal = Personal::kProfile,
              .filled_by = "service, first contact",
              .kept_current = "at each contact",
              .data_owner = "marketing direction",
              .steward = "marketing",
              .purposes = "service marketing",
              .retention = {36, 0}}) {}

  Text name{*this,
            "name",
            {.label = {"Name", "Nom"},
             .group = group::kIdentity,
             .personal = Personal::kIdentity,
             .required = true}};
  Choice kind{*this,
              "kind",
              kHouseholdKinds,
              {.label = {"Kind", "Type de foyer"}, .group = group::kIdentity, .open = true}};
  Int size{*this,
           "size",
           {.label = {"Number of people", "Nombre de personnes"},
            .group = group::kProfile,
            .max_age_days = 1095}};
  Int children{*this,
               "children",
               {.label = {"Number of children", "Nombre d'enfants"},
                .group = group::kProfile,
                .max_age_days = 1095}};
  Text street{*this,
              "street",
              {.label = {"Street", "Rue"},
               .group = group::kReach,
               .use = Use::kOperate,
               .personal = Personal::kContact}};
  Text postal_code{*this,
                   "postal_code",
                   {.label = {"Postal code", "Code postal"},
                    .group = group::kReach,
                    .personal = Personal::kContact}};
  Text city{*this,
            "city",
            {.label = {"City", "Ville"}, .group = group::kReach, .personal = Personal::kContact}};
  Text country{
      *this,
      "country",
      {.label = {"Country", "Pays"}, .group = group::kReach, .personal = Personal::kContact}};
  Link<Contact> primary_contact{*this,
                                "primary_contact",
                                {.label = {"Primary contact", "Interlocuteur principal"},
                                 .group = group::kIdentity,
                                 .use = Use::kOperate,
                                 .inverse = "primary_of_household"}};
};
inline constexpr Household household{};

}  // namespace relata::crm

#endif  // RELATA_CRM_HOUSEHOLD_H_

// SPDX-License-Identifier: Apache-2.0
//
// An establishment: one place of an account, with its own SIRET and address. An imported SIRET
// finds or creates the establishment and its first nine digits, the SIREN, the account; so two
// sites of a company are two establishments of one account and never duplicates of each other.

#ifndef RELATA_CRM_ESTABLISHMENT_H_
#define RELATA_CRM_ESTABLISHMENT_H_

#include "relata/crm/groups.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Account;
struct Territory;

struct Establishment : Type<Establishment> {
  constexpr Establishment()
      : Type({.label = {"Establishment", "Établissement"},
              .plural = {"Establishments", "Établissements"},
              .help = {"A place of an account, with its own address",
                       "Un lieu d'un compte, avec sa propre adresse"},
              .title = "name",
              .use = Use::kSegment | Use::kOperate,
              .filled_by = "sales, first order",
              .kept_current = "company register",
              .data_owner = "sales direction",
              .steward = "sales",
              .master = "crm",
              .retention = {60, 60}}) {}

  Text name{*this, "name", {.label = {"Name", "Nom"}, .group = group::kIdentity}};
  Text siret{*this,
             "siret",
             {.label = {"SIRET", "SIRET"},
              .help = {"Number of the place in the French register, 14 digits",
                       "Numéro du lieu au répertoire Sirene, 14 chiffres"},
              .group = group::kIdentity,
              .use = Use::kOperate}};
  Link<Account> account{*this,
                        "account",
                        {.label = {"Account", "Compte"},
                         .group = group::kIdentity,
                         .required = true,
                         .inverse = "establishments"}};
  Bool head_office{*this,
                   "head_office",
                   {.label = {"Head office", "Siège"},
                    .group = group::kIdentity,
                    .required = true,
                    .initial = "false"}};
  Text activity_code{*this,
                     "activity_code",
                     {.label = {"Activity code (NAF, NACE)", "Code d'activité (NAF, NACE)"},
                      .group = group::kProfile}};
  Int headcount{
      *this,
      "headcount",
      {.label = {"Headcount", "Effectif"}, .group = group::kProfile, .max_age_days = 730}};
  Text street{
      *this, "street", {.label = {"Street", "Rue"}, .group = group::kReach, .use = Use::kOperate}};
  Text postal_code{
      *this, "postal_code", {.label = {"Postal code", "Code postal"}, .group = group::kReach}};
  Text city{*this, "city", {.label = {"City", "Ville"}, .group = group::kReach}};
  Text region{*this, "region", {.label = {"Region", "Région"}, .group = group::kReach}};
  Text country{*this,
               "country",
               {.label = {"Country", "Pays"},
                .help = {"ISO 3166 code of two letters", "Code ISO 3166 à deux lettres"},
                .group = group::kReach}};
  Text phone{*this,
             "phone",
             {.label = {"Telephone", "Téléphone"}, .group = group::kReach, .use = Use::kOperate}};
  Date opened_on{*this, "opened_on", {.label = {"Opened on", "Ouvert le"}, .group = group::kDates}};
  Date closed_on{*this, "closed_on", {.label = {"Closed on", "Fermé le"}, .group = group::kDates}};
  Link<Territory> territory{*this,
                            "territory",
                            {.label = {"Territory", "Territoire"},
                             .group = group::kCommerce,
                             .inverse = "establishments"}};
};
inline constexpr Establishment establishment{};

}  // namespace relata::crm

#endif  // RELATA_CRM_ESTABLISHMENT_H_

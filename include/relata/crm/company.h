// SPDX-License-Identifier: Apache-2.0
//
// Ourselves, the company: our own legal units, brands and places, with currency and fiscal
// calendar. A company is the controller to whom consent is given; a brand is a label of one.

#ifndef RELATA_CRM_COMPANY_H_
#define RELATA_CRM_COMPANY_H_

#include "relata/crm/groups.h"
#include "relata/model/type.h"

namespace relata::crm {

struct WorkingCalendar;

inline constexpr Option kCompanyKinds[] = {
    {"legal_unit", {"Legal unit", "Unité légale"}},
    {"brand", {"Brand", "Marque"}},
    {"establishment", {"Establishment", "Établissement"}},
};

inline constexpr Option kFiscalCalendars[] = {
    {"months", {"Calendar months", "Mois civils"}},
    {"4_4_5", {"4-4-5 weeks", "4-4-5 semaines"}},
    {"52_53", {"52 or 53 weeks", "52 ou 53 semaines"}},
};

struct Company : Type<Company> {
  constexpr Company()
      : Type({.label = {"Own company", "Notre société"},
              .plural = {"Own companies", "Nos sociétés"},
              .help = {"Our own legal unit, brand or place",
                       "Notre unité légale, marque ou établissement"},
              .title = "name",
              .use = Use::kOperate | Use::kSteer,
              .filled_by = "administrator",
              .kept_current = "at each change",
              .data_owner = "direction",
              .steward = "administrator"}) {}

  Text name{*this, "name", {.label = {"Name", "Nom"}, .group = group::kIdentity, .required = true}};
  Choice kind{
      *this, "kind", kCompanyKinds, {.label = {"Kind", "Nature"}, .group = group::kIdentity}};
  Link<Company> parent{
      *this,
      "parent",
      {.label = {"Part of", "Fait partie de"}, .group = group::kIdentity, .inverse = "children"}};
  Text siren{*this, "siren", {.label = {"SIREN", "SIREN"}, .group = group::kIdentity}};
  Text siret{*this, "siret", {.label = {"SIRET", "SIRET"}, .group = group::kIdentity}};
  Text vat_number{
      *this, "vat_number", {.label = {"VAT number", "Numéro de TVA"}, .group = group::kIdentity}};
  Text street{*this, "street", {.label = {"Street", "Rue"}, .group = group::kReach}};
  Text postal_code{
      *this, "postal_code", {.label = {"Postal code", "Code postal"}, .group = group::kReach}};
  Text city{*this, "city", {.label = {"City", "Ville"}, .group = group::kReach}};
  Text country{*this, "country", {.label = {"Country", "Pays"}, .group = group::kReach}};
  Text website{*this, "website", {.label = {"Web site", "Site web"}, .group = group::kReach}};
  Bool controller{*this,
                  "controller",
                  {.label = {"Controller of consents", "Responsable de traitement"},
                   .group = group::kCompliance}};
  Text dpo_email{*this,
                 "dpo_email",
                 {.label = {"E-mail of the data protection officer",
                            "E-mail du délégué à la protection des données"},
                  .group = group::kCompliance}};
  Text currency{*this,
                "currency",
                {.label = {"Reporting currency", "Devise de référence"},
                 .help = {"ISO 4217 code", "Code ISO 4217"},
                 .group = group::kFinance}};
  Choice fiscal_calendar{
      *this,
      "fiscal_calendar",
      kFiscalCalendars,
      {.label = {"Fiscal calendar", "Calendrier fiscal"}, .group = group::kFinance}};
  Int fiscal_year_month{*this,
                        "fiscal_year_month",
                        {.label = {"First month of the fiscal year", "Premier mois de l'exercice"},
                         .group = group::kFinance}};
  Text time_zone{
      *this, "time_zone", {.label = {"Time zone", "Fuseau horaire"}, .group = group::kProfile}};
  Link<WorkingCalendar> calendar{*this,
                                 "calendar",
                                 {.label = {"Working calendar", "Calendrier de travail"},
                                  .group = group::kProfile,
                                  .inverse = "companies"}};
};
inline constexpr Company company{};

struct WorkingCalendar : Type<WorkingCalendar> {
  constexpr WorkingCalendar()
      : Type({.label = {"Working calendar", "Calendrier de travail"},
              .plural = {"Working calendars", "Calendriers de travail"},
              .help = {"On which days and hours people work", "Les jours et heures de travail"},
              .title = "name",
              .use = Use::kOperate,
              .filled_by = "administrator",
              .kept_current = "yearly review",
              .data_owner = "direction",
              .steward = "administrator"}) {}

  Text name{*this, "name", {.label = {"Name", "Nom"}, .group = group::kIdentity, .required = true}};
  Text country{*this, "country", {.label = {"Country", "Pays"}, .group = group::kIdentity}};
  Text time_zone{
      *this, "time_zone", {.label = {"Time zone", "Fuseau horaire"}, .group = group::kIdentity}};
  TextList hours{*this,
                 "hours",
                 {.label = {"Working hours", "Heures de travail"},
                  .help = {"One entry a day: mon 09:00-12:30 14:00-18:00",
                           "Une entrée par jour : mon 09:00-12:30 14:00-18:00"},
                  .group = group::kProfile}};
};
inline constexpr WorkingCalendar working_calendar{};

struct Holiday : Type<Holiday> {
  constexpr Holiday()
      : Type({.label = {"Holiday", "Jour férié"},
              .plural = {"Holidays", "Jours fériés"},
              .help = {"A day on which nobody works", "Un jour où personne ne travaille"},
              .title = "name",
              .use = Use::kOperate,
              .filled_by = "administrator",
              .kept_current = "yearly review",
              .data_owner = "direction",
              .steward = "administrator"}) {}

  Link<WorkingCalendar> calendar{*this,
                                 "calendar",
                                 {.label = {"Working calendar", "Calendrier de travail"},
                                  .group = group::kIdentity,
                                  .required = true,
                                  .inverse = "holidays"}};
  Date on{*this, "on", {.label = {"On", "Le"}, .group = group::kDates, .required = true}};
  Text name{*this, "name", {.label = {"Name", "Nom"}, .group = group::kIdentity}};
};
inline constexpr Holiday holiday{};

}  // namespace relata::crm

#endif  // RELATA_CRM_COMPANY_H_

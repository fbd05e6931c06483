// SPDX-License-Identifier: Apache-2.0
//
// A lead: a person of whom it is not yet known whether a relation begins. A data subject like a
// contact. Conversion makes or finds contact, account and opportunity and links them here; the lead
// stays as the memory of where they came from, and consent follows the person.

#ifndef RELATA_CRM_LEAD_H_
#define RELATA_CRM_LEAD_H_

#include "relata/crm/groups.h"
#include "relata/crm/picklists.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Account;
struct Campaign;
struct Contact;
struct User;

inline constexpr Option kLeadStatuses[] = {
    {"new", {"New", "Nouvelle"}},
    {"contacted", {"Contacted", "Contactée"}},
    {"nurturing", {"Nurturing", "En maturation"}},
    {"mql", {"Marketing qualified (MQL)", "Qualifiée marketing (MQL)"}},
    {"sql", {"Sales qualified (SQL)", "Qualifiée commerciale (SQL)"}},
    {"converted", {"Converted", "Convertie"}},
    {"disqualified", {"Disqualified", "Écartée"}},
};

inline constexpr Option kRatings[] = {
    {"cold", {"Cold", "Froid"}},
    {"warm", {"Warm", "Tiède"}},
    {"hot", {"Hot", "Chaud"}},
};

struct Lead : Type<Lead> {
  constexpr Lead()
      : Type({.label = {"Lead", "Piste"},
              .plural = {"Leads", "Pistes"},
              .help = {"A person who may become a contact",
                       "Une personne qui peut devenir un contact"},
              .title = "given_name family_name",
              .use = Use::kSegment | Use::kPersonalise,
              .personal = Personal::kProfile,
              .filled_by = "marketing, capture",
              .kept_current = "sales, qualification",
              .data_owner = "marketing direction",
              .steward = "marketing",
              .purposes = "service marketing",
              .retention = {36, 0}}) {}

  Text civility{*this,
                "civility",
                {.label = {"Civility", "Civilité"},
                 .group = group::kIdentity,
                 .use = Use::kPersonalise,
                 .personal = Personal::kIdentity}};
  Text given_name{*this,
                  "given_name",
                  {.label = {"Given name", "Prénom"},
                   .group = group::kIdentity,
                   .use = Use::kPersonalise | Use::kOperate,
                   .personal = Personal::kIdentity}};
  Text family_name{*this,
                   "family_name",
                   {.label = {"Family name", "Nom de famille"},
                    .group = group::kIdentity,
                    .use = Use::kPersonalise | Use::kOperate,
                    .personal = Personal::kIdentity}};
  Text company{*this, "company", {.label = {"Company", "Société"}, .group = group::kIdentity}};
  Text job_title{
      *this, "job_title", {.label = {"Job title", "Fonction"}, .group = group::kProfile}};
  Text email{*this,
             "email",
             {.label = {"E-mail", "E-mail"},
              .group = group::kReach,
              .use = Use::kSegment | Use::kOperate,
              .personal = Personal::kContact}};
  Text phone{*this,
             "phone",
             {.label = {"Telephone", "Téléphone"},
              .group = group::kReach,
              .use = Use::kOperate,
              .personal = Personal::kContact}};
  Text mobile{*this,
              "mobile",
              {.label = {"Mobile", "Mobile"},
               .group = group::kReach,
               .use = Use::kOperate,
               .personal = Personal::kContact}};
  Text website{*this,
               "website",
               {.label = {"Web site", "Site web"}, .group = group::kReach, .use = Use::kOperate}};
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
  Text region{
      *this,
      "region",
      {.label = {"Region", "Région"}, .group = group::kReach, .personal = Personal::kContact}};
  Text country{
      *this,
      "country",
      {.label = {"Country", "Pays"}, .group = group::kReach, .personal = Personal::kContact}};
  Text language{*this, "language", {.label = {"Language", "Langue"}, .group = group::kProfile}};
  Choice industry{*this,
                  "industry",
                  kIndustries,
                  {.label = {"Sector", "Secteur"}, .group = group::kProfile, .open = true}};
  Int headcount{
      *this,
      "headcount",
      {.label = {"Headcount of the company", "Effectif de la société"}, .group = group::kProfile}};
  Money revenue{*this,
                "revenue",
                {.label = {"Yearly revenue of the company", "Chiffre d'affaires de la société"},
                 .group = group::kProfile}};
  Choice origin{*this,
                "origin",
                kOrigins,
                {.label = {"Origin", "Origine"},
                 .group = group::kCommerce,
                 .use = Use::kSegment | Use::kSteer,
                 .open = true}};
  Choice status{*this,
                "status",
                kLeadStatuses,
                {.label = {"Status", "Statut"},
                 .group = group::kCommerce,
                 .use = Use::kSegment | Use::kSteer,
                 .open = true}};
  Choice rating{*this,
                "rating",
                kRatings,
                {.label = {"Rating", "Intérêt"}, .group = group::kCommerce, .open = true}};
  Text need{
      *this, "need", {.label = {"Need", "Besoin"}, .group = group::kCommerce, .free_text = true}};
  Money budget{*this, "budget", {.label = {"Budget", "Budget"}, .group = group::kCommerce}};
  Choice timeframe{*this,
                   "timeframe",
                   kTimeframes,
                   {.label = {"Timeframe", "Échéance du projet"},
                    .group = group::kCommerce,
                    .open = true,
                    .max_age_days = 180}};
  Bool decision_maker{
      *this, "decision_maker", {.label = {"Decides alone", "Décideur"}, .group = group::kCommerce}};
  Timestamp qualified_at{
      *this,
      "qualified_at",
      {.label = {"Qualified at", "Qualifiée le"}, .group = group::kDates, .use = Use::kSteer}};
  Timestamp converted_at{
      *this,
      "converted_at",
      {.label = {"Converted at", "Convertie le"}, .group = group::kDates, .use = Use::kSteer}};
  Bool converted{*this,
                 "converted",
                 {.label = {"Converted", "Convertie"},
                  .group = group::kCommerce,
                  .use = Use::kSegment | Use::kSteer,
                  .required = true,
                  .initial = "false"}};
  Text lost_reason{*this,
                   "lost_reason",
                   {.label = {"Reason for disqualifying", "Motif d'abandon"},
                    .group = group::kCommerce,
                    .use = Use::kSteer}};
  Link<Contact> contact{*this,
                        "contact",
                        {.label = {"Contact", "Contact"},
                         .help = {"The contact this lead was converted into or belongs to",
                                  "Le contact issu de cette piste ou auquel elle appartient"},
                         .group = group::kFollowUp,
                         .use = Use::kOperate,
                         .inverse = "leads"}};
  Link<Account> account{*this,
                        "account",
                        {.label = {"Account", "Compte"},
                         .group = group::kFollowUp,
                         .use = Use::kOperate,
                         .inverse = "leads"}};
  Link<Campaign> campaign{*this,
                          "campaign",
                          {.label = {"Source campaign", "Campagne d'origine"},
                           .group = group::kCommerce,
                           .use = Use::kSegment | Use::kSteer,
                           .inverse = "leads"}};
  Bool do_not_contact{*this,
                      "do_not_contact",
                      {.label = {"Do not contact", "Ne pas contacter"},
                       .group = group::kCompliance,
                       .use = Use::kOperate,
                       .required = true,
                       .initial = "false"}};
  Date last_contact_on{*this,
                       "last_contact_on",
                       {.label = {"Last contact", "Dernier contact"},
                        .group = group::kDates,
                        .use = Use::kSegment | Use::kOperate}};
  Text description{*this,
                   "description",
                   {.label = {"Notes", "Notes"},
                    .group = group::kFollowUp,
                    .use = Use::kPersonalise,
                    .free_text = true}};
  Link<User> owner{*this,
                   "owner",
                   {.label = {"Record owner", "Responsable de la piste"},
                    .group = group::kFollowUp,
                    .use = Use::kOperate | Use::kSteer,
                    .personal = Personal::kNone,
                    .inverse = "leads"}};
  Path emails{*this, "emails", "contact_points.email", {"E-mail addresses", "Adresses e-mail"}};
  Path phones{
      *this, "phones", "contact_points.phone", {"Telephone numbers", "Numéros de téléphone"}};
};
inline constexpr Lead lead{};

}  // namespace relata::crm

#endif  // RELATA_CRM_LEAD_H_

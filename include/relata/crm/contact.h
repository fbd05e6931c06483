// SPDX-License-Identifier: Apache-2.0
//
// A contact: a natural person the company deals with, at work (`account`) or in private life
// (`household`). A data subject. `email`, `phone` and the address are the primary points, kept in
// the record; all points, shared ones too, are reached through `contact_points` (`contact.emails`).
// The current employer is `account`; past and parallel posts are dated employments.

#ifndef RELATA_CRM_CONTACT_H_
#define RELATA_CRM_CONTACT_H_

#include "relata/crm/groups.h"
#include "relata/crm/picklists.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Account;
struct Household;
struct User;

inline constexpr Option kCivilities[] = {
    {"mr", {"Mr", "M."}}, {"mrs", {"Mrs", "Mme"}},       {"mx", {"Mx", "Mx"}},
    {"dr", {"Dr", "Dr"}}, {"prof", {"Professor", "Pr"}},
};

inline constexpr Option kSeniorities[] = {
    {"intern", {"Intern", "Stagiaire"}},       {"employee", {"Employee", "Employé"}},
    {"manager", {"Manager", "Cadre"}},         {"director", {"Director", "Directeur"}},
    {"executive", {"Executive", "Dirigeant"}}, {"owner", {"Owner", "Propriétaire"}},
};

inline constexpr Option kAgeBands[] = {
    {"under_18", {"Under 18", "Moins de 18 ans"}}, {"18_24", {"18 to 24", "18 à 24 ans"}},
    {"25_34", {"25 to 34", "25 à 34 ans"}},        {"35_49", {"35 to 49", "35 à 49 ans"}},
    {"50_64", {"50 to 64", "50 à 64 ans"}},        {"65_plus", {"65 and over", "65 ans et plus"}},
};

inline constexpr Option kLifecycles[] = {
    {"lead", {"Lead", "Piste"}},
    {"mql", {"Marketing qualified", "Qualifié marketing"}},
    {"sql", {"Sales qualified", "Qualifié commercial"}},
    {"opportunity", {"Opportunity", "Opportunité"}},
    {"customer", {"Customer", "Client"}},
    {"loyal", {"Loyal customer", "Client fidèle"}},
    {"inactive", {"Inactive", "Inactif"}},
};

struct Contact : Type<Contact> {
  constexpr Contact()
      : Type({.label = {"Contact", "Contact"},
              .plural = {"Contacts", "Contacts"},
              .help = {"A person we deal with", "Une personne avec qui nous sommes en relation"},
              .title = "given_name family_name",
              .use = Use::kSegment | Use::kPersonalise,
              .personal = Personal::kProfile,
              .filled_by = "sales, first contact",
              .kept_current = "at each contact",
              .data_owner = "sales direction",
              .steward = "marketing",
              .purposes = "service marketing",
              .retention = {36, 0}}) {}

  Choice civility{*this,
                  "civility",
                  kCivilities,
                  {.label = {"Civility", "Civilité"},
                   .group = group::kIdentity,
                   .use = Use::kPersonalise,
                   .personal = Personal::kIdentity,
                   .open = true}};
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
  Text email{*this,
             "email",
             {.label = {"E-mail", "E-mail"},
              .help = {"The primary address; all of them are in emails",
                       "L'adresse principale ; toutes sont dans emails"},
              .group = group::kReach,
              .use = Use::kSegment | Use::kOperate,
              .personal = Personal::kContact,
              .max_age_days = 730}};
  Text phone{*this,
             "phone",
             {.label = {"Telephone", "Téléphone"},
              .group = group::kReach,
              .use = Use::kOperate,
              .personal = Personal::kContact,
              .max_age_days = 730}};
  Text mobile{*this,
              "mobile",
              {.label = {"Mobile", "Mobile"},
               .group = group::kReach,
               .use = Use::kOperate,
               .personal = Personal::kContact,
               .max_age_days = 730}};
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
                    .use = Use::kSegment | Use::kOperate,
                    .personal = Personal::kContact}};
  Text city{*this,
            "city",
            {.label = {"City", "Ville"},
             .group = group::kReach,
             .use = Use::kSegment | Use::kOperate,
             .personal = Personal::kContact}};
  Text region{*this,
              "region",
              {.label = {"Region", "Région"},
               .group = group::kReach,
               .use = Use::kSegment | Use::kOperate,
               .personal = Personal::kContact}};
  Text country{*this,
               "country",
               {.label = {"Country", "Pays"},
                .help = {"ISO 3166 code of two letters; decides the law that applies",
                         "Code ISO 3166 à deux lettres ; détermine le droit applicable"},
                .group = group::kReach,
                .use = Use::kSegment | Use::kOperate,
                .personal = Personal::kContact}};
  Link<Account> account{*this,
                        "account",
                        {.label = {"Account", "Compte"},
                         .help = {"The present employer or company represented",
                                  "L'employeur actuel ou la société représentée"},
                         .group = group::kCommerce,
                         .use = Use::kSegment | Use::kPersonalise | Use::kOperate,
                         .inverse = "contacts"}};
  Text job_title{
      *this,
      "job_title",
      {.label = {"Job title", "Fonction"}, .group = group::kProfile, .max_age_days = 730}};
  Text department{
      *this,
      "department",
      {.label = {"Department", "Service"}, .group = group::kProfile, .max_age_days = 730}};
  Choice seniority{*this,
                   "seniority",
                   kSeniorities,
                   {.label = {"Seniority", "Niveau hiérarchique"},
                    .group = group::kProfile,
                    .open = true,
                    .max_age_days = 730}};
  Link<Contact> reports_to{*this,
                           "reports_to",
                           {.label = {"Reports to", "Responsable hiérarchique"},
                            .group = group::kProfile,
                            .use = Use::kPersonalise,
                            .inverse = "direct_reports"}};
  Link<Household> household{
      *this,
      "household",
      {.label = {"Household", "Foyer"}, .group = group::kProfile, .inverse = "members"}};
  Date birth_date{*this,
                  "birth_date",
                  {.label = {"Birth date", "Date de naissance"},
                   .group = group::kIdentity,
                   .personal = Personal::kIdentity}};
  Choice age_band{*this,
                  "age_band",
                  kAgeBands,
                  {.label = {"Age band", "Tranche d'âge"},
                   .help = {"Enough where the exact date is not needed",
                            "Suffisante quand la date exacte n'est pas nécessaire"},
                   .group = group::kIdentity,
                   .personal = Personal::kIdentity}};
  Text gender{*this,
              "gender",
              {.label = {"Gender", "Genre"},
               .group = group::kIdentity,
               .use = Use::kSegment,
               .personal = Personal::kIdentity}};
  Text language{
      *this,
      "language",
      {.label = {"Language", "Langue"},
       .help = {"BCP 47 tag, such as fr or en-GB", "Étiquette BCP 47, par exemple fr ou en-GB"},
       .group = group::kProfile,
       .use = Use::kSegment | Use::kPersonalise | Use::kOperate}};
  Text time_zone{*this,
                 "time_zone",
                 {.label = {"Time zone", "Fuseau horaire"},
                  .help = {"IANA name, such as Europe/Paris", "Nom IANA, par exemple Europe/Paris"},
                  .group = group::kProfile,
                  .use = Use::kPersonalise | Use::kOperate}};
  TextList interests{*this,
                     "interests",
                     {.label = {"Interests", "Centres d'intérêt"},
                      .group = group::kProfile,
                      .max_age_days = 1095}};
  TextList preferred_channels{*this,
                              "preferred_channels",
                              {.label = {"Preferred channels", "Canaux préférés"},
                               .group = group::kProfile,
                               .use = Use::kPersonalise | Use::kOperate}};
  Text linkedin_url{*this,
                    "linkedin_url",
                    {.label = {"LinkedIn profile", "Profil LinkedIn"},
                     .group = group::kReach,
                     .use = Use::kPersonalise,
                     .personal = Personal::kContact}};
  Text website{*this,
               "website",
               {.label = {"Web site", "Site web"},
                .group = group::kReach,
                .use = Use::kPersonalise,
                .personal = Personal::kContact}};
  Choice origin{*this,
                "origin",
                kOrigins,
                {.label = {"Origin", "Origine"},
                 .group = group::kCommerce,
                 .use = Use::kSegment | Use::kSteer,
                 .open = true}};
  Choice lifecycle{*this,
                   "lifecycle",
                   kLifecycles,
                   {.label = {"Life-cycle stage", "Étape du cycle de vie"},
                    .group = group::kCommerce,
                    .use = Use::kSegment | Use::kSteer,
                    .open = true}};
  Date last_contact_on{
      *this,
      "last_contact_on",
      {.label = {"Last contact", "Dernier contact"},
       .help = {"Starts the retention clock", "Fait courir la durée de conservation"},
       .group = group::kDates,
       .use = Use::kSegment | Use::kOperate}};
  Bool do_not_contact{
      *this,
      "do_not_contact",
      {.label = {"Do not contact", "Ne pas contacter"},
       .help = {"A stop for everything but obligations; consent entries say the rest",
                "Un arrêt pour tout sauf les obligations ; les consentements disent le reste"},
       .group = group::kCompliance,
       .use = Use::kOperate,
       .required = true,
       .initial = "false"}};
  Bool deceased{*this,
                "deceased",
                {.label = {"Deceased", "Décédé"},
                 .group = group::kCompliance,
                 .use = Use::kOperate,
                 .personal = Personal::kIdentity,
                 .required = true,
                 .initial = "false"}};
  Date left_account_on{*this,
                       "left_account_on",
                       {.label = {"Left the account on", "A quitté le compte le"},
                        .group = group::kDates,
                        .use = Use::kOperate}};
  Text description{*this,
                   "description",
                   {.label = {"Notes", "Notes"},
                    .group = group::kFollowUp,
                    .use = Use::kPersonalise,
                    .free_text = true}};
  Link<User> owner{*this,
                   "owner",
                   {.label = {"Record owner", "Responsable du contact"},
                    .group = group::kFollowUp,
                    .use = Use::kOperate | Use::kSteer,
                    .personal = Personal::kNone,
                    .inverse = "contacts"}};
  Path emails{*this, "emails", "contact_points.email", {"E-mail addresses", "Adresses e-mail"}};
  Path phones{
      *this, "phones", "contact_points.phone", {"Telephone numbers", "Numéros de téléphone"}};
  Path addresses{
      *this, "addresses", "contact_points.address", {"Postal addresses", "Adresses postales"}};
  Path products_bought{
      *this, "products_bought", "orders.lines.product", {"Products bought", "Produits achetés"}};
};
inline constexpr Contact contact{};

}  // namespace relata::crm

#endif  // RELATA_CRM_CONTACT_H_

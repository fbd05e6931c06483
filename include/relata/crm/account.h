// SPDX-License-Identifier: Apache-2.0
//
// An account: one legal unit the company does or may do business with. Its places are
// establishments, its people contacts; groups, subsidiaries and brands are accounts joined by
// `parent` to trees of any depth. Two sites of one legal unit are one account, two legal units of
// one group are two. Numbers such as the SIREN are not unique in the schema: two records that share
// one are duplicates to be found and merged, not rows to be refused.

#ifndef RELATA_CRM_ACCOUNT_H_
#define RELATA_CRM_ACCOUNT_H_

#include "relata/crm/groups.h"
#include "relata/crm/picklists.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Contact;
struct Territory;
struct User;

inline constexpr Option kAccountStatuses[] = {
    {"lead", {"Lead", "Piste"}},
    {"prospect", {"Prospect", "Prospect"}},
    {"customer", {"Customer", "Client"}},
    {"inactive", {"Inactive", "Inactif"}},
    {"partner", {"Partner", "Partenaire"}},
};

inline constexpr Option kAccountKinds[] = {
    {"company", {"Company", "Entreprise"}},
    {"group", {"Group", "Groupe"}},
    {"brand", {"Brand", "Marque"}},
    {"public_body", {"Public body", "Organisme public"}},
    {"association", {"Association", "Association"}},
    {"sole_trader", {"Sole trader", "Entrepreneur individuel"}},
};

inline constexpr Option kVerificationStates[] = {
    {"pending", {"Pending", "En attente"}},
    {"verified", {"Verified", "Vérifié"}},
    {"refused", {"Refused", "Refusé"}},
};

struct Account : Type<Account> {
  constexpr Account()
      : Type({.label = {"Account", "Compte"},
              .plural = {"Accounts", "Comptes"},
              .help = {"A legal unit we do or may do business with",
                       "Une unité légale avec laquelle nous travaillons ou pourrions travailler"},
              .title = "name",
              .use = Use::kSegment | Use::kPersonalise | Use::kSteer,
              .filled_by = "sales, first contact",
              .kept_current = "at each contact",
              .data_owner = "sales direction",
              .steward = "sales",
              .retention = {60, 60}}) {}

  Text name{*this,
            "name",
            {.label = {"Name", "Nom"},
             .help = {"The name people use", "Le nom d'usage"},
             .group = group::kIdentity,
             .required = true}};
  Text legal_name{
      *this, "legal_name", {.label = {"Legal name", "Raison sociale"}, .group = group::kIdentity}};
  Choice kind{*this,
              "kind",
              kAccountKinds,
              {.label = {"Kind", "Nature"}, .group = group::kIdentity, .open = true}};
  Text siren{*this,
             "siren",
             {.label = {"SIREN", "SIREN"},
              .help = {"Number of the legal unit in the French register, 9 digits",
                       "Numéro de l'unité légale au répertoire Sirene, 9 chiffres"},
              .group = group::kIdentity,
              .use = Use::kOperate,
              .kept_current = "company register"}};
  Text national_id{*this,
                   "national_id",
                   {.label = {"National company number", "Identifiant national"},
                    .help = {"Register number outside France", "Numéro de registre hors de France"},
                    .group = group::kIdentity,
                    .use = Use::kOperate,
                    .kept_current = "company register"}};
  Text vat_number{*this,
                  "vat_number",
                  {.label = {"VAT number", "Numéro de TVA"},
                   .group = group::kIdentity,
                   .use = Use::kOperate,
                   .master = "erp"}};
  Text customer_number{*this,
                       "customer_number",
                       {.label = {"Customer number", "Numéro de client"},
                        .group = group::kIdentity,
                        .use = Use::kOperate,
                        .filled_by = "accounting, first order",
                        .master = "erp"}};
  Choice industry{*this,
                  "industry",
                  kIndustries,
                  {.label = {"Sector", "Secteur"},
                   .group = group::kProfile,
                   .open = true,
                   .max_age_days = 730}};
  Text activity_code{*this,
                     "activity_code",
                     {.label = {"Activity code (NAF, NACE, SIC)", "Code d'activité (NAF, NACE)"},
                      .group = group::kProfile,
                      .kept_current = "company register"}};
  Int headcount{
      *this,
      "headcount",
      {.label = {"Headcount", "Effectif"}, .group = group::kProfile, .max_age_days = 730}};
  Money revenue{*this,
                "revenue",
                {.label = {"Yearly revenue", "Chiffre d'affaires annuel"},
                 .help = {"What the account sells in a year, not what we sell to it",
                          "Ce que le compte vend par an, non ce que nous lui vendons"},
                 .group = group::kProfile,
                 .max_age_days = 730}};
  Int founded_year{*this,
                   "founded_year",
                   {.label = {"Year founded", "Année de création"}, .group = group::kProfile}};
  Choice status{*this,
                "status",
                kAccountStatuses,
                {.label = {"Status", "Statut"}, .group = group::kCommerce, .open = true}};
  Date customer_since{*this,
                      "customer_since",
                      {.label = {"Customer since", "Client depuis"}, .group = group::kCommerce}};
  Choice value_tier{*this,
                    "value_tier",
                    kValueTiers,
                    {.label = {"Value tier", "Niveau de valeur"},
                     .group = group::kCommerce,
                     .open = true,
                     .kept_current = "yearly review",
                     .max_age_days = 365}};
  Money potential_revenue{
      *this,
      "potential_revenue",
      {.label = {"Potential yearly revenue", "Potentiel annuel"},
       .help = {"What we could sell to it in a year", "Ce que nous pourrions lui vendre par an"},
       .group = group::kCommerce,
       .kept_current = "yearly review",
       .max_age_days = 365}};
  Choice origin{*this,
                "origin",
                kOrigins,
                {.label = {"Origin", "Origine"}, .group = group::kCommerce, .open = true}};
  Link<Account> parent{*this,
                       "parent",
                       {.label = {"Parent account", "Compte parent"},
                        .group = group::kCommerce,
                        .inverse = "children"}};
  Link<Contact> primary_contact{*this,
                                "primary_contact",
                                {.label = {"Primary contact", "Interlocuteur principal"},
                                 .group = group::kCommerce,
                                 .use = Use::kPersonalise | Use::kOperate,
                                 .inverse = "primary_for"}};
  Link<Territory> territory{
      *this,
      "territory",
      {.label = {"Territory", "Territoire"}, .group = group::kCommerce, .inverse = "accounts"}};
  Link<User> owner{*this,
                   "owner",
                   {.label = {"Record owner", "Responsable du compte"},
                    .group = group::kFollowUp,
                    .use = Use::kOperate | Use::kSteer,
                    .inverse = "accounts"}};
  Text payment_terms{*this,
                     "payment_terms",
                     {.label = {"Payment terms", "Conditions de règlement"},
                      .help = {"As agreed, such as \"30 days end of month\"",
                               "Telles que convenues, par exemple « 30 jours fin de mois »"},
                      .group = group::kFinance,
                      .use = Use::kOperate,
                      .filled_by = "accounting",
                      .master = "erp"}};
  Int days_late{*this,
                "days_late",
                {.label = {"Average days late", "Retard moyen de paiement (jours)"},
                 .group = group::kFinance,
                 .filled_by = "accounting",
                 .kept_current = "by the ERP",
                 .max_age_days = 90,
                 .master = "erp"}};
  Bool on_hold{
      *this,
      "on_hold",
      {.label = {"On hold", "Compte bloqué"},
       .help = {"No order is accepted until further notice", "Les commandes sont suspendues"},
       .group = group::kFinance,
       .use = Use::kOperate,
       .required = true,
       .initial = "false",
       .filled_by = "accounting",
       .master = "erp"}};
  Text email{*this,
             "email",
             {.label = {"General e-mail", "E-mail général"},
              .group = group::kReach,
              .use = Use::kOperate,
              .personal = Personal::kContact,
              .purposes = "service marketing"}};
  Text phone{*this,
             "phone",
             {.label = {"Switchboard", "Standard téléphonique"},
              .group = group::kReach,
              .use = Use::kOperate}};
  Text website{*this,
               "website",
               {.label = {"Web site", "Site web"}, .group = group::kReach, .use = Use::kOperate}};
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
  Text description{*this,
                   "description",
                   {.label = {"Description", "Description"},
                    .group = group::kFollowUp,
                    .use = Use::kPersonalise,
                    .free_text = true}};
  Choice verification{*this,
                      "verification",
                      kVerificationStates,
                      {.label = {"Register check", "Vérification au registre"},
                       .help = {"Whether a company register confirmed the account",
                                "Si un registre des entreprises a confirmé le compte"},
                       .group = group::kIdentity,
                       .use = Use::kOperate,
                       .kept_current = "company register"}};

  Path ancestors{*this, "ancestors", "parent+", {"Parent accounts", "Comptes parents"}};
  Path descendants{*this, "descendants", "children+", {"Subsidiaries", "Filiales"}};
  Path products_bought{
      *this, "products_bought", "orders.lines.product", {"Products bought", "Produits achetés"}};
};
inline constexpr Account account{};

}  // namespace relata::crm

#endif  // RELATA_CRM_ACCOUNT_H_

// SPDX-License-Identifier: Apache-2.0
//
// An opportunity: a sale that may happen, with its lines and the people who have a say. `stage` is
// a stage of a pipeline (a definition); `status` says whether it is open, won or lost.

#ifndef RELATA_CRM_OPPORTUNITY_H_
#define RELATA_CRM_OPPORTUNITY_H_

#include "relata/crm/groups.h"
#include "relata/crm/picklists.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Account;
struct Campaign;
struct Contact;
struct Lead;
struct PriceList;
struct Product;
struct Team;
struct User;

inline constexpr Option kOpportunityStatuses[] = {
    {"open", {"Open", "En cours"}},
    {"won", {"Won", "Gagnée"}},
    {"lost", {"Lost", "Perdue"}},
    {"abandoned", {"Abandoned", "Abandonnée"}},
};

inline constexpr Option kOpportunityStages[] = {
    {"prospecting", {"Prospecting", "Prospection"}},
    {"qualification", {"Qualification", "Qualification"}},
    {"needs_analysis", {"Needs analysis", "Analyse du besoin"}},
    {"proposal", {"Proposal", "Proposition"}},
    {"negotiation", {"Negotiation", "Négociation"}},
    {"won", {"Won", "Gagnée"}},
    {"lost", {"Lost", "Perdue"}},
};

inline constexpr Option kForecastCategories[] = {
    {"omitted", {"Omitted", "Exclue"}},        {"pipeline", {"Pipeline", "Portefeuille"}},
    {"best_case", {"Best case", "Optimiste"}}, {"commit", {"Commit", "Engagée"}},
    {"closed", {"Closed", "Conclue"}},
};

inline constexpr Option kOpportunityKinds[] = {
    {"new_business", {"New business", "Nouvelle affaire"}},
    {"existing_business", {"Existing business", "Affaire récurrente"}},
    {"renewal", {"Renewal", "Renouvellement"}},
    {"upsell", {"Upsell", "Montée en gamme"}},
    {"cross_sell", {"Cross-sell", "Vente croisée"}},
};

inline constexpr Option kContactRoles[] = {
    {"decision_maker", {"Decision maker", "Décideur"}},
    {"buyer", {"Buyer", "Acheteur"}},
    {"influencer", {"Influencer", "Prescripteur"}},
    {"user", {"User", "Utilisateur"}},
    {"technical", {"Technical contact", "Contact technique"}},
    {"opponent", {"Opponent", "Opposant"}},
    {"sponsor", {"Sponsor", "Soutien"}},
};

struct Opportunity : Type<Opportunity> {
  constexpr Opportunity()
      : Type({.label = {"Opportunity", "Opportunité"},
              .plural = {"Opportunities", "Opportunités"},
              .help = {"A sale that may happen", "Une vente possible"},
              .title = "name",
              .use = Use::kSegment | Use::kSteer,
              .filled_by = "sales, qualification",
              .kept_current = "weekly pipeline review",
              .data_owner = "sales direction",
              .steward = "sales",
              .retention = {60, 60}}) {}

  Text name{*this, "name", {.label = {"Name", "Nom"}, .group = group::kIdentity, .required = true}};
  Link<Account> account{
      *this,
      "account",
      {.label = {"Account", "Compte"}, .group = group::kIdentity, .inverse = "opportunities"}};
  Link<Contact> contact{*this,
                        "contact",
                        {.label = {"Contact", "Contact"},
                         .group = group::kIdentity,
                         .personal = Personal::kProfile,
                         .inverse = "opportunities",
                         .purposes = "service marketing"}};
  Link<Lead> lead{*this,
                  "lead",
                  {.label = {"Lead", "Piste"},
                   .group = group::kIdentity,
                   .use = Use::kSteer,
                   .inverse = "opportunities"}};
  Choice stage{*this,
               "stage",
               kOpportunityStages,
               {.label = {"Stage", "Étape"}, .group = group::kCommerce, .open = true}};
  Choice status{*this,
                "status",
                kOpportunityStatuses,
                {.label = {"Status", "Statut"}, .group = group::kCommerce, .initial = "open"}};
  Choice kind{*this,
              "kind",
              kOpportunityKinds,
              {.label = {"Kind", "Nature"}, .group = group::kCommerce, .open = true}};
  Money amount{*this, "amount", {.label = {"Amount", "Montant"}, .group = group::kFinance}};
  Money expected_revenue{*this,
                         "expected_revenue",
                         {.label = {"Expected revenue", "Revenu attendu"},
                          .help = {"Amount times probability, as the source says it",
                                   "Montant multiplié par la probabilité, selon la source"},
                          .group = group::kFinance,
                          .use = Use::kSteer}};
  Money won_amount{
      *this,
      "won_amount",
      {.label = {"Amount won", "Montant gagné"}, .group = group::kFinance, .use = Use::kSteer}};
  Double probability{
      *this,
      "probability",
      {.label = {"Probability (percent)", "Probabilité (%)"}, .group = group::kCommerce}};
  Date close_date{
      *this, "close_date", {.label = {"Expected close", "Clôture prévue"}, .group = group::kDates}};
  Date closed_on{
      *this, "closed_on", {.label = {"Closed on", "Clôturée le"}, .group = group::kDates}};
  Timestamp opened_at{
      *this, "opened_at", {.label = {"Opened at", "Ouverte le"}, .group = group::kDates}};
  Timestamp stage_since{
      *this,
      "stage_since",
      {.label = {"In stage since", "Dans l'étape depuis"}, .group = group::kDates}};
  Choice forecast_category{*this,
                           "forecast_category",
                           kForecastCategories,
                           {.label = {"Forecast category", "Catégorie de prévision"},
                            .group = group::kCommerce,
                            .open = true}};
  Choice origin{*this,
                "origin",
                kOrigins,
                {.label = {"Origin", "Origine"}, .group = group::kCommerce, .open = true}};
  Link<Campaign> campaign{*this,
                          "campaign",
                          {.label = {"Source campaign", "Campagne d'origine"},
                           .group = group::kCommerce,
                           .inverse = "opportunities"}};
  Text need{*this,
            "need",
            {.label = {"Need", "Besoin"},
             .group = group::kCommerce,
             .use = Use::kPersonalise,
             .free_text = true}};
  Text proposed_solution{*this,
                         "proposed_solution",
                         {.label = {"Proposed solution", "Solution proposée"},
                          .group = group::kCommerce,
                          .use = Use::kPersonalise,
                          .free_text = true}};
  Text competitor{
      *this, "competitor", {.label = {"Competitor", "Concurrent"}, .group = group::kCommerce}};
  Text next_step{
      *this,
      "next_step",
      {.label = {"Next step", "Prochaine étape"}, .group = group::kFollowUp, .use = Use::kOperate}};
  Date next_step_on{*this,
                    "next_step_on",
                    {.label = {"Next step on", "Prochaine étape le"},
                     .group = group::kFollowUp,
                     .use = Use::kOperate}};
  Text loss_reason{*this,
                   "loss_reason",
                   {.label = {"Loss reason", "Motif de perte"}, .group = group::kCommerce}};
  Text rating{*this, "rating", {.label = {"Rating", "Intérêt"}, .group = group::kCommerce}};
  Choice timeframe{
      *this,
      "timeframe",
      kTimeframes,
      {.label = {"Timeframe", "Échéance du projet"}, .group = group::kCommerce, .open = true}};
  Link<PriceList> price_list{*this,
                             "price_list",
                             {.label = {"Price list", "Tarif"},
                              .group = group::kFinance,
                              .use = Use::kOperate,
                              .inverse = "opportunities"}};
  Text description{*this,
                   "description",
                   {.label = {"Description", "Description"},
                    .group = group::kFollowUp,
                    .use = Use::kPersonalise,
                    .free_text = true}};
  Link<Team> team{*this,
                  "team",
                  {.label = {"Team", "Équipe"},
                   .group = group::kFollowUp,
                   .use = Use::kOperate | Use::kSteer,
                   .inverse = "opportunities"}};
  Link<User> owner{*this,
                   "owner",
                   {.label = {"Record owner", "Responsable de l'opportunité"},
                    .group = group::kFollowUp,
                    .use = Use::kOperate | Use::kSteer,
                    .inverse = "opportunities"}};
};
inline constexpr Opportunity opportunity{};

struct OpportunityLine : Type<OpportunityLine> {
  constexpr OpportunityLine()
      : Type({.label = {"Opportunity line", "Ligne d'opportunité"},
              .plural = {"Opportunity lines", "Lignes d'opportunité"},
              .help = {"One product of an opportunity", "Un produit d'une opportunité"},
              .use = Use::kSegment | Use::kSteer,
              .filled_by = "sales, proposal",
              .kept_current = "weekly pipeline review",
              .data_owner = "sales direction",
              .steward = "sales"}) {}

  Link<Opportunity> opportunity{*this,
                                "opportunity",
                                {.label = {"Opportunity", "Opportunité"},
                                 .group = group::kIdentity,
                                 .required = true,
                                 .inverse = "lines"}};
  Link<Product> product{
      *this,
      "product",
      {.label = {"Product", "Produit"}, .group = group::kIdentity, .inverse = "opportunity_lines"}};
  Text description{
      *this, "description", {.label = {"Description", "Description"}, .group = group::kIdentity}};
  Double quantity{*this, "quantity", {.label = {"Quantity", "Quantité"}, .group = group::kFinance}};
  Money unit_price{
      *this, "unit_price", {.label = {"Unit price", "Prix unitaire"}, .group = group::kFinance}};
  Double discount_percent{
      *this,
      "discount_percent",
      {.label = {"Discount (percent)", "Remise (%)"}, .group = group::kFinance}};
  Money net{*this, "net", {.label = {"Net amount", "Montant HT"}, .group = group::kFinance}};
};
inline constexpr OpportunityLine opportunity_line{};

// Who has which say in an opportunity.
struct ContactRole : Type<ContactRole> {
  constexpr ContactRole()
      : Type({.label = {"Contact role", "Rôle du contact"},
              .plural = {"Contact roles", "Rôles des contacts"},
              .help = {"A person's part in an opportunity",
                       "La part d'une personne dans une opportunité"},
              .title = "role",
              .use = Use::kSegment | Use::kOperate,
              .personal = Personal::kProfile,
              .filled_by = "sales, qualification",
              .kept_current = "weekly pipeline review",
              .data_owner = "sales direction",
              .steward = "sales",
              .purposes = "service marketing",
              .retention = {36, 0}}) {}

  Link<Opportunity> opportunity{*this,
                                "opportunity",
                                {.label = {"Opportunity", "Opportunité"},
                                 .group = group::kIdentity,
                                 .required = true,
                                 .inverse = "contact_roles"}};
  Link<Contact> contact{*this,
                        "contact",
                        {.label = {"Contact", "Contact"},
                         .group = group::kIdentity,
                         .required = true,
                         .inverse = "opportunity_roles"}};
  Choice role{*this,
              "role",
              kContactRoles,
              {.label = {"Role", "Rôle"}, .group = group::kCommerce, .open = true}};
  Bool primary{*this,
               "primary",
               {.label = {"Primary", "Principal"},
                .group = group::kCommerce,
                .required = true,
                .initial = "false"}};
};
inline constexpr ContactRole contact_role{};

}  // namespace relata::crm

#endif  // RELATA_CRM_OPPORTUNITY_H_

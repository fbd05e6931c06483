// SPDX-License-Identifier: Apache-2.0
//
// A subscription: something sold for a period and again, until it ends.

#ifndef RELATA_CRM_SUBSCRIPTION_H_
#define RELATA_CRM_SUBSCRIPTION_H_

#include "relata/crm/groups.h"
#include "relata/crm/picklists.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Account;
struct Contact;
struct Order;
struct Product;
struct User;

inline constexpr Option kSubscriptionStatuses[] = {
    {"trial", {"Trial", "Essai"}},      {"active", {"Active", "Actif"}},
    {"paused", {"Paused", "Suspendu"}}, {"cancelled", {"Cancelled", "Résilié"}},
    {"ended", {"Ended", "Terminé"}},
};

struct Subscription : Type<Subscription> {
  constexpr Subscription()
      : Type({.label = {"Subscription", "Abonnement"},
              .plural = {"Subscriptions", "Abonnements"},
              .help = {"Something sold for a period and again",
                       "Quelque chose de vendu pour une période, puis renouvelé"},
              .title = "number",
              .use = Use::kSegment | Use::kPersonalise | Use::kSteer,
              .personal = Personal::kFinancial,
              .filled_by = "sales, sale",
              .kept_current = "by the ERP",
              .data_owner = "sales direction",
              .steward = "sales",
              .purposes = "service marketing profiling",
              .master = "erp",
              .retention = {60, 60}}) {}

  Text number{*this,
              "number",
              {.label = {"Number", "Numéro"}, .group = group::kIdentity, .use = Use::kOperate}};
  Link<Account> account{
      *this,
      "account",
      {.label = {"Account", "Compte"}, .group = group::kIdentity, .inverse = "subscriptions"}};
  Link<Contact> contact{
      *this,
      "contact",
      {.label = {"Contact", "Contact"}, .group = group::kIdentity, .inverse = "subscriptions"}};
  Link<Product> product{
      *this,
      "product",
      {.label = {"Product", "Produit"}, .group = group::kIdentity, .inverse = "subscriptions"}};
  Link<Order> order{*this,
                    "order",
                    {.label = {"Order", "Commande"},
                     .group = group::kIdentity,
                     .use = Use::kSteer,
                     .inverse = "subscriptions"}};
  Choice status{*this,
                "status",
                kSubscriptionStatuses,
                {.label = {"Status", "Statut"}, .group = group::kCommerce, .open = true}};
  Choice period{*this,
                "period",
                kPeriodicities,
                {.label = {"Period", "Périodicité"}, .group = group::kCommerce, .open = true}};
  Double quantity{*this, "quantity", {.label = {"Quantity", "Quantité"}, .group = group::kFinance}};
  Money amount{*this,
               "amount",
               {.label = {"Amount per period", "Montant par période"}, .group = group::kFinance}};
  Money monthly{*this,
                "monthly",
                {.label = {"Amount per month", "Montant mensuel"},
                 .help = {"The amount brought to one month, for recurring revenue",
                          "Le montant ramené au mois, pour le revenu récurrent"},
                 .group = group::kFinance}};
  Date from{*this, "from", {.label = {"From", "Du"}, .group = group::kDates}};
  Date until{*this, "until", {.label = {"Until", "Au"}, .group = group::kDates}};
  Date renewal_date{
      *this, "renewal_date", {.label = {"Renewal", "Renouvellement"}, .group = group::kDates}};
  Bool auto_renew{
      *this,
      "auto_renew",
      {.label = {"Renews by itself", "Reconduction tacite"}, .group = group::kCommerce}};
  Int notice_days{*this,
                  "notice_days",
                  {.label = {"Notice (days)", "Préavis (jours)"},
                   .group = group::kCommerce,
                   .use = Use::kOperate}};
  Date cancelled_on{
      *this, "cancelled_on", {.label = {"Cancelled on", "Résilié le"}, .group = group::kDates}};
  Text churn_reason{
      *this,
      "churn_reason",
      {.label = {"Reason for leaving", "Motif de départ"}, .group = group::kCommerce}};
  Link<User> owner{*this,
                   "owner",
                   {.label = {"Record owner", "Responsable de l'abonnement"},
                    .group = group::kFollowUp,
                    .use = Use::kOperate | Use::kSteer,
                    .personal = Personal::kNone,
                    .inverse = "subscriptions"}};
};
inline constexpr Subscription subscription{};

}  // namespace relata::crm

#endif  // RELATA_CRM_SUBSCRIPTION_H_

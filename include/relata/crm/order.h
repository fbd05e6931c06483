// SPDX-License-Identifier: Apache-2.0
//
// An order: what a customer bought, with its lines. `at` is the instant of the order. Net is
// without tax, gross with it, margin is net less cost. The ERP is the master of transactions unless
// the deployment says otherwise.

#ifndef RELATA_CRM_ORDER_H_
#define RELATA_CRM_ORDER_H_

#include "relata/crm/groups.h"
#include "relata/crm/picklists.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Account;
struct Contact;
struct Establishment;
struct Opportunity;
struct Product;
struct Quote;
struct User;

inline constexpr Option kOrderStatuses[] = {
    {"draft", {"Draft", "Brouillon"}},       {"confirmed", {"Confirmed", "Confirmée"}},
    {"shipped", {"Shipped", "Expédiée"}},    {"delivered", {"Delivered", "Livrée"}},
    {"cancelled", {"Cancelled", "Annulée"}},
};

struct Order : Type<Order> {
  constexpr Order()
      : Type({.label = {"Order", "Commande"},
              .plural = {"Orders", "Commandes"},
              .help = {"What a customer bought", "Ce qu'un client a acheté"},
              .title = "number",
              .use = Use::kSegment | Use::kPersonalise | Use::kSteer,
              .personal = Personal::kFinancial,
              .filled_by = "accounting, sale",
              .kept_current = "by the ERP",
              .data_owner = "finance direction",
              .steward = "accounting",
              .purposes = "service marketing profiling",
              .master = "erp",
              .retention = {60, 60}}) {}

  Text number{*this,
              "number",
              {.label = {"Number", "Numéro"}, .group = group::kIdentity, .use = Use::kOperate}};
  Link<Account> account{
      *this,
      "account",
      {.label = {"Account", "Compte"}, .group = group::kIdentity, .inverse = "orders"}};
  Link<Contact> contact{*this,
                        "contact",
                        {.label = {"Contact", "Contact"},
                         .help = {"The person who ordered", "La personne qui a commandé"},
                         .group = group::kIdentity,
                         .inverse = "orders"}};
  Link<Establishment> establishment{*this,
                                    "establishment",
                                    {.label = {"Delivered to", "Livrée à"},
                                     .group = group::kIdentity,
                                     .use = Use::kOperate,
                                     .inverse = "orders"}};
  Link<Opportunity> opportunity{*this,
                                "opportunity",
                                {.label = {"Opportunity", "Opportunité"},
                                 .group = group::kIdentity,
                                 .use = Use::kSteer,
                                 .inverse = "orders"}};
  Link<Quote> quote{*this,
                    "quote",
                    {.label = {"Quote", "Devis"},
                     .group = group::kIdentity,
                     .use = Use::kSteer,
                     .inverse = "orders"}};
  Timestamp at{*this, "at", {.label = {"Ordered at", "Commandée le"}, .group = group::kDates}};
  Choice status{*this,
                "status",
                kOrderStatuses,
                {.label = {"Status", "Statut"}, .group = group::kCommerce, .open = true}};
  Money net{*this, "net", {.label = {"Net amount", "Montant HT"}, .group = group::kFinance}};
  Money tax{
      *this, "tax", {.label = {"Tax", "Taxe"}, .group = group::kFinance, .use = Use::kOperate}};
  Money gross{*this, "gross", {.label = {"Gross amount", "Montant TTC"}, .group = group::kFinance}};
  Money margin{*this,
               "margin",
               {.label = {"Margin", "Marge"}, .group = group::kFinance, .use = Use::kSteer}};
  Money discount{*this, "discount", {.label = {"Discount", "Remise"}, .group = group::kFinance}};
  Choice channel{
      *this,
      "channel",
      kChannels,
      {.label = {"Sales channel", "Canal de vente"}, .group = group::kCommerce, .open = true}};
  Date requested_for{*this,
                     "requested_for",
                     {.label = {"Delivery requested for", "Livraison demandée le"},
                      .group = group::kDates,
                      .use = Use::kOperate}};
  Date delivered_on{
      *this, "delivered_on", {.label = {"Delivered on", "Livrée le"}, .group = group::kDates}};
  Text customer_reference{*this,
                          "customer_reference",
                          {.label = {"Customer's reference", "Référence du client"},
                           .group = group::kIdentity,
                           .use = Use::kOperate}};
  Link<User> owner{*this,
                   "owner",
                   {.label = {"Record owner", "Responsable de la commande"},
                    .group = group::kFollowUp,
                    .use = Use::kOperate | Use::kSteer,
                    .personal = Personal::kNone,
                    .inverse = "orders"}};
};
inline constexpr Order order{};

struct OrderLine : Type<OrderLine> {
  constexpr OrderLine()
      : Type({.label = {"Order line", "Ligne de commande"},
              .plural = {"Order lines", "Lignes de commande"},
              .help = {"One product of an order", "Un produit d'une commande"},
              .use = Use::kSegment | Use::kPersonalise | Use::kSteer,
              .personal = Personal::kFinancial,
              .filled_by = "accounting, sale",
              .kept_current = "by the ERP",
              .data_owner = "finance direction",
              .steward = "accounting",
              .purposes = "service marketing profiling",
              .master = "erp",
              .retention = {60, 60}}) {}

  Link<Order> order{*this,
                    "order",
                    {.label = {"Order", "Commande"},
                     .group = group::kIdentity,
                     .required = true,
                     .inverse = "lines"}};
  Link<Product> product{
      *this,
      "product",
      {.label = {"Product", "Produit"}, .group = group::kIdentity, .inverse = "order_lines"}};
  Int position{
      *this,
      "position",
      {.label = {"Position", "Position"}, .group = group::kIdentity, .use = Use::kOperate}};
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
  Money margin{*this,
               "margin",
               {.label = {"Margin", "Marge"}, .group = group::kFinance, .use = Use::kSteer}};
};
inline constexpr OrderLine order_line{};

}  // namespace relata::crm

#endif  // RELATA_CRM_ORDER_H_

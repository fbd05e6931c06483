// SPDX-License-Identifier: Apache-2.0
//
// A product or service the company sells, and the price lists that say for how much, to whom, when.

#ifndef RELATA_CRM_PRODUCT_H_
#define RELATA_CRM_PRODUCT_H_

#include "relata/crm/groups.h"
#include "relata/crm/picklists.h"
#include "relata/model/type.h"

namespace relata::crm {

inline constexpr Option kProductKinds[] = {
    {"good", {"Good", "Bien"}},
    {"service", {"Service", "Service"}},
    {"subscription", {"Subscription", "Abonnement"}},
    {"maintenance", {"Maintenance", "Maintenance"}},
    {"spare_part", {"Spare part", "Pièce de rechange"}},
    {"bundle", {"Bundle", "Lot"}},
};

struct Product : Type<Product> {
  constexpr Product()
      : Type({.label = {"Product", "Produit"},
              .plural = {"Products", "Produits"},
              .help = {"What we sell", "Ce que nous vendons"},
              .title = "name",
              .use = Use::kSegment | Use::kPersonalise | Use::kSteer,
              .filled_by = "marketing, launch",
              .kept_current = "by the ERP",
              .data_owner = "marketing direction",
              .steward = "marketing",
              .master = "erp"}) {}

  Text code{*this, "code", {.label = {"Code", "Code"}, .group = group::kIdentity}};
  Text name{*this, "name", {.label = {"Name", "Nom"}, .group = group::kIdentity, .required = true}};
  Choice kind{*this,
              "kind",
              kProductKinds,
              {.label = {"Kind", "Nature"}, .group = group::kIdentity, .open = true}};
  Text family{*this, "family", {.label = {"Family", "Famille"}, .group = group::kIdentity}};
  Link<Product> parent{
      *this,
      "parent",
      {.label = {"Part of", "Fait partie de"}, .group = group::kIdentity, .inverse = "children"}};
  Text description{*this,
                   "description",
                   {.label = {"Description", "Description"},
                    .group = group::kProfile,
                    .use = Use::kPersonalise}};
  Money price{
      *this, "price", {.label = {"List price", "Prix catalogue"}, .group = group::kFinance}};
  Money cost{
      *this,
      "cost",
      {.label = {"Standard cost", "Coût standard"}, .group = group::kFinance, .use = Use::kSteer}};
  Double tax_rate{*this,
                  "tax_rate",
                  {.label = {"Tax rate (percent)", "Taux de taxe (%)"},
                   .group = group::kFinance,
                   .use = Use::kOperate}};
  Text unit{
      *this, "unit", {.label = {"Unit", "Unité"}, .group = group::kFinance, .use = Use::kOperate}};
  Bool active{*this,
              "active",
              {.label = {"On sale", "En vente"},
               .group = group::kCommerce,
               .required = true,
               .initial = "true"}};
  Date sold_from{
      *this,
      "sold_from",
      {.label = {"On sale from", "En vente du"}, .group = group::kDates, .use = Use::kOperate}};
  Date sold_until{
      *this,
      "sold_until",
      {.label = {"On sale until", "En vente au"}, .group = group::kDates, .use = Use::kOperate}};
  Int usual_life_months{
      *this,
      "usual_life_months",
      {.label = {"Usual life (months)", "Durée de vie usuelle (mois)"}, .group = group::kProfile}};
  Path ancestors{*this, "ancestors", "parent+", {"Product hierarchy", "Hiérarchie du produit"}};
};
inline constexpr Product product{};

struct PriceList : Type<PriceList> {
  constexpr PriceList()
      : Type({.label = {"Price list", "Tarif"},
              .plural = {"Price lists", "Tarifs"},
              .help = {"Prices for a kind of customer during a time",
                       "Des prix pour un type de client durant une période"},
              .title = "name",
              .use = Use::kOperate,
              .filled_by = "sales direction",
              .kept_current = "yearly review",
              .data_owner = "sales direction",
              .steward = "sales",
              .master = "erp"}) {}

  Text name{*this, "name", {.label = {"Name", "Nom"}, .group = group::kIdentity, .required = true}};
  Text currency{*this,
                "currency",
                {.label = {"Currency", "Devise"},
                 .help = {"ISO 4217 code", "Code ISO 4217"},
                 .group = group::kFinance}};
  Choice value_tier{*this,
                    "value_tier",
                    kValueTiers,
                    {.label = {"For value tier", "Pour le niveau de valeur"},
                     .group = group::kCommerce,
                     .open = true}};
  Date from{*this, "from", {.label = {"From", "Du"}, .group = group::kDates}};
  Date until{*this, "until", {.label = {"Until", "Au"}, .group = group::kDates}};
  Bool active{*this,
              "active",
              {.label = {"Active", "Actif"},
               .group = group::kCommerce,
               .required = true,
               .initial = "true"}};
};
inline constexpr PriceList price_list{};

struct Price : Type<Price> {
  constexpr Price()
      : Type({.label = {"Price", "Prix"},
              .plural = {"Prices", "Prix"},
              .help = {"The price of a product in a price list",
                       "Le prix d'un produit dans un tarif"},
              .use = Use::kOperate,
              .filled_by = "sales direction",
              .kept_current = "yearly review",
              .data_owner = "sales direction",
              .steward = "sales",
              .master = "erp"}) {}

  Link<PriceList> price_list{*this,
                             "price_list",
                             {.label = {"Price list", "Tarif"},
                              .group = group::kIdentity,
                              .required = true,
                              .inverse = "prices"}};
  Link<Product> product{*this,
                        "product",
                        {.label = {"Product", "Produit"},
                         .group = group::kIdentity,
                         .required = true,
                         .inverse = "prices"}};
  Money amount{
      *this,
      "amount",
      {.label = {"Unit price", "Prix unitaire"}, .group = group::kFinance, .required = true}};
  Double from_quantity{
      *this,
      "from_quantity",
      {.label = {"From quantity", "À partir de la quantité"}, .group = group::kFinance}};
  Double discount_percent{
      *this,
      "discount_percent",
      {.label = {"Discount (percent)", "Remise (%)"}, .group = group::kFinance}};
};
inline constexpr Price price{};

}  // namespace relata::crm

#endif  // RELATA_CRM_PRODUCT_H_

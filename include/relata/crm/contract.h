// SPDX-License-Identifier: Apache-2.0
//
// A contract, a warranty and the assets they cover: what was agreed with a customer, what the
// company stands for, and which machines or goods the customer holds.

#ifndef RELATA_CRM_CONTRACT_H_
#define RELATA_CRM_CONTRACT_H_

#include "relata/crm/groups.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Account;
struct Asset;
struct Contact;
struct Establishment;
struct Opportunity;
struct Order;
struct Product;
struct User;

inline constexpr Option kContractStatuses[] = {
    {"draft", {"Draft", "Brouillon"}},        {"in_force", {"In force", "En vigueur"}},
    {"suspended", {"Suspended", "Suspendu"}}, {"terminated", {"Terminated", "Résilié"}},
    {"expired", {"Expired", "Expiré"}},
};

inline constexpr Option kAssetStatuses[] = {
    {"ordered", {"Ordered", "Commandé"}},
    {"in_use", {"In use", "En service"}},
    {"in_repair", {"In repair", "En réparation"}},
    {"retired", {"Retired", "Retiré"}},
};

struct Contract : Type<Contract> {
  constexpr Contract()
      : Type({.label = {"Contract", "Contrat"},
              .plural = {"Contracts", "Contrats"},
              .help = {"What was agreed with a customer", "Ce qui a été convenu avec un client"},
              .title = "number name",
              .use = Use::kSegment | Use::kPersonalise | Use::kSteer,
              .personal = Personal::kFinancial,
              .filled_by = "sales, signature",
              .kept_current = "yearly review",
              .data_owner = "sales direction",
              .steward = "sales",
              .purposes = "service marketing",
              .retention = {60, 60}}) {}

  Text number{*this,
              "number",
              {.label = {"Number", "Numéro"}, .group = group::kIdentity, .use = Use::kOperate}};
  Text name{*this, "name", {.label = {"Name", "Nom"}, .group = group::kIdentity}};
  Text kind{*this, "kind", {.label = {"Kind", "Type"}, .group = group::kIdentity}};
  Link<Account> account{
      *this,
      "account",
      {.label = {"Account", "Compte"}, .group = group::kIdentity, .inverse = "contracts"}};
  Link<Contact> contact{
      *this,
      "contact",
      {.label = {"Signed by", "Signataire"}, .group = group::kIdentity, .inverse = "contracts"}};
  Link<Opportunity> opportunity{*this,
                                "opportunity",
                                {.label = {"Opportunity", "Opportunité"},
                                 .group = group::kIdentity,
                                 .use = Use::kSteer,
                                 .inverse = "contracts"}};
  Choice status{*this,
                "status",
                kContractStatuses,
                {.label = {"Status", "Statut"}, .group = group::kCommerce, .open = true}};
  Money value{*this, "value", {.label = {"Value", "Valeur"}, .group = group::kFinance}};
  Date signed_on{*this, "signed_on", {.label = {"Signed on", "Signé le"}, .group = group::kDates}};
  Date from{*this, "from", {.label = {"From", "Du"}, .group = group::kDates}};
  Date until{*this, "until", {.label = {"Until", "Au"}, .group = group::kDates}};
  Bool auto_renew{
      *this,
      "auto_renew",
      {.label = {"Renews by itself", "Reconduction tacite"}, .group = group::kCommerce}};
  Int notice_days{*this,
                  "notice_days",
                  {.label = {"Notice (days)", "Préavis (jours)"},
                   .group = group::kCommerce,
                   .use = Use::kOperate}};
  Text service_level{*this,
                     "service_level",
                     {.label = {"Service level", "Niveau de service"},
                      .group = group::kService,
                      .use = Use::kOperate}};
  Link<User> owner{*this,
                   "owner",
                   {.label = {"Record owner", "Responsable du contrat"},
                    .group = group::kFollowUp,
                    .use = Use::kOperate | Use::kSteer,
                    .personal = Personal::kNone,
                    .inverse = "contracts"}};
};
inline constexpr Contract contract{};

struct Warranty : Type<Warranty> {
  constexpr Warranty()
      : Type({.label = {"Warranty", "Garantie"},
              .plural = {"Warranties", "Garanties"},
              .help = {"What we stand for on a thing sold",
                       "Ce que nous garantissons sur un bien vendu"},
              .title = "number",
              .use = Use::kSegment | Use::kOperate,
              .personal = Personal::kFinancial,
              .filled_by = "service, delivery",
              .kept_current = "by the ERP",
              .data_owner = "service direction",
              .steward = "service",
              .purposes = "service marketing",
              .master = "erp",
              .retention = {36, 24}}) {}

  Text number{*this, "number", {.label = {"Number", "Numéro"}, .group = group::kIdentity}};
  Link<Asset> asset{
      *this,
      "asset",
      {.label = {"Asset", "Équipement"}, .group = group::kIdentity, .inverse = "warranties"}};
  Link<Contract> contract{
      *this,
      "contract",
      {.label = {"Contract", "Contrat"}, .group = group::kIdentity, .inverse = "warranties"}};
  Link<Account> account{
      *this,
      "account",
      {.label = {"Account", "Compte"}, .group = group::kIdentity, .inverse = "warranties"}};
  Text coverage{*this, "coverage", {.label = {"Coverage", "Couverture"}, .group = group::kService}};
  Date from{*this, "from", {.label = {"From", "Du"}, .group = group::kDates}};
  Date until{*this, "until", {.label = {"Until", "Au"}, .group = group::kDates}};
};
inline constexpr Warranty warranty{};

struct Asset : Type<Asset> {
  constexpr Asset()
      : Type({.label = {"Asset", "Équipement"},
              .plural = {"Assets", "Équipements"},
              .help = {"A machine or good that a customer holds",
                       "Une machine ou un bien détenu par un client"},
              .title = "name serial_number",
              .use = Use::kSegment | Use::kPersonalise | Use::kSteer,
              .personal = Personal::kFinancial,
              .filled_by = "service, delivery",
              .kept_current = "at each visit",
              .data_owner = "service direction",
              .steward = "service",
              .purposes = "service marketing",
              .retention = {60, 0}}) {}

  Text name{*this, "name", {.label = {"Name", "Nom"}, .group = group::kIdentity}};
  Text serial_number{*this,
                     "serial_number",
                     {.label = {"Serial number", "Numéro de série"},
                      .group = group::kIdentity,
                      .use = Use::kOperate}};
  Link<Product> product{
      *this,
      "product",
      {.label = {"Product", "Produit"}, .group = group::kIdentity, .inverse = "assets"}};
  Link<Account> account{
      *this,
      "account",
      {.label = {"Account", "Compte"}, .group = group::kIdentity, .inverse = "assets"}};
  Link<Contact> contact{
      *this,
      "contact",
      {.label = {"Contact", "Contact"}, .group = group::kIdentity, .inverse = "assets"}};
  Link<Establishment> establishment{
      *this,
      "establishment",
      {.label = {"Place", "Lieu"}, .group = group::kIdentity, .inverse = "assets"}};
  Link<Order> order{*this,
                    "order",
                    {.label = {"Order", "Commande"},
                     .group = group::kIdentity,
                     .use = Use::kSteer,
                     .inverse = "assets"}};
  Link<Asset> parent{
      *this,
      "parent",
      {.label = {"Part of", "Fait partie de"}, .group = group::kIdentity, .inverse = "parts"}};
  Choice status{*this,
                "status",
                kAssetStatuses,
                {.label = {"Status", "Statut"}, .group = group::kService, .open = true}};
  Date delivered_on{
      *this, "delivered_on", {.label = {"Delivered on", "Livré le"}, .group = group::kDates}};
  Date installed_on{
      *this, "installed_on", {.label = {"Installed on", "Installé le"}, .group = group::kDates}};
  Date retired_on{
      *this, "retired_on", {.label = {"Retired on", "Retiré le"}, .group = group::kDates}};
  Date last_service_on{*this,
                       "last_service_on",
                       {.label = {"Last service", "Dernier entretien"},
                        .group = group::kDates,
                        .max_age_days = 730}};
  Money price{*this,
              "price",
              {.label = {"Price paid", "Prix payé"}, .group = group::kFinance, .use = Use::kSteer}};
};
inline constexpr Asset asset{};

}  // namespace relata::crm

#endif  // RELATA_CRM_CONTRACT_H_

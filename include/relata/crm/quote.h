// SPDX-License-Identifier: Apache-2.0
//
// A quote: what was offered at which price until when. A new version is a new record that follows
// the old one (`previous`); all versions share the number.

#ifndef RELATA_CRM_QUOTE_H_
#define RELATA_CRM_QUOTE_H_

#include "relata/crm/groups.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Account;
struct Contact;
struct Opportunity;
struct Product;
struct User;

inline constexpr Option kQuoteStatuses[] = {
    {"draft", {"Draft", "Brouillon"}},
    {"sent", {"Sent", "Envoyé"}},
    {"negotiation", {"Negotiation", "En négociation"}},
    {"accepted", {"Accepted", "Accepté"}},
    {"refused", {"Refused", "Refusé"}},
    {"expired", {"Expired", "Expiré"}},
    {"superseded", {"Superseded", "Remplacé"}},
};

struct Quote : Type<Quote> {
  constexpr Quote()
      : Type({.label = {"Quote", "Devis"},
              .plural = {"Quotes", "Devis"},
              .help = {"What was offered, at which price, until when",
                       "Ce qui a été proposé, à quel prix, jusqu'à quand"},
              .title = "number subject",
              .use = Use::kSegment | Use::kSteer,
              .personal = Personal::kFinancial,
              .filled_by = "sales, proposal",
              .kept_current = "at each step",
              .data_owner = "sales direction",
              .steward = "sales",
              .purposes = "service marketing",
              .retention = {60, 60}}) {}

  Text number{*this,
              "number",
              {.label = {"Number", "Numéro"}, .group = group::kIdentity, .use = Use::kOperate}};
  Int version{*this,
              "version",
              {.label = {"Version", "Version"},
               .group = group::kIdentity,
               .use = Use::kOperate,
               .initial = "1"}};
  Link<Quote> previous{*this,
                       "previous",
                       {.label = {"Previous version", "Version précédente"},
                        .group = group::kIdentity,
                        .use = Use::kOperate,
                        .inverse = "next_versions"}};
  Text subject{*this,
               "subject",
               {.label = {"Subject", "Objet"}, .group = group::kIdentity, .use = Use::kOperate}};
  Link<Account> account{
      *this,
      "account",
      {.label = {"Account", "Compte"}, .group = group::kIdentity, .inverse = "quotes"}};
  Link<Contact> contact{
      *this,
      "contact",
      {.label = {"Contact", "Contact"}, .group = group::kIdentity, .inverse = "quotes"}};
  Link<Opportunity> opportunity{
      *this,
      "opportunity",
      {.label = {"Opportunity", "Opportunité"}, .group = group::kIdentity, .inverse = "quotes"}};
  Choice status{*this,
                "status",
                kQuoteStatuses,
                {.label = {"Status", "Statut"}, .group = group::kCommerce, .open = true}};
  Text sales_status{*this,
                    "sales_status",
                    {.label = {"Sales status", "Statut de vente"}, .group = group::kCommerce}};
  Timestamp issued_at{
      *this, "issued_at", {.label = {"Issued at", "Émis le"}, .group = group::kDates}};
  Date valid_until{
      *this, "valid_until", {.label = {"Valid until", "Valable jusqu'au"}, .group = group::kDates}};
  Timestamp decided_at{
      *this, "decided_at", {.label = {"Decided at", "Décidé le"}, .group = group::kDates}};
  Money subtotal{
      *this, "subtotal", {.label = {"Subtotal", "Sous-total"}, .group = group::kFinance}};
  Money discount{*this, "discount", {.label = {"Discount", "Remise"}, .group = group::kFinance}};
  Money net{*this, "net", {.label = {"Net amount", "Montant HT"}, .group = group::kFinance}};
  Money tax{
      *this, "tax", {.label = {"Tax", "Taxe"}, .group = group::kFinance, .use = Use::kOperate}};
  Money adjustment{
      *this,
      "adjustment",
      {.label = {"Adjustment", "Ajustement"}, .group = group::kFinance, .use = Use::kOperate}};
  Money gross{*this, "gross", {.label = {"Gross amount", "Montant TTC"}, .group = group::kFinance}};
  Money margin{*this, "margin", {.label = {"Margin", "Marge"}, .group = group::kFinance}};
  Text refusal_reason{
      *this,
      "refusal_reason",
      {.label = {"Reason for refusal", "Motif du refus"}, .group = group::kCommerce}};
  Link<User> owner{*this,
                   "owner",
                   {.label = {"Record owner", "Responsable du devis"},
                    .group = group::kFollowUp,
                    .use = Use::kOperate | Use::kSteer,
                    .personal = Personal::kNone,
                    .inverse = "quotes"}};
};
inline constexpr Quote quote{};

struct QuoteLine : Type<QuoteLine> {
  constexpr QuoteLine()
      : Type({.label = {"Quote line", "Ligne de devis"},
              .plural = {"Quote lines", "Lignes de devis"},
              .help = {"One product of a quote", "Un produit d'un devis"},
              .use = Use::kSegment | Use::kSteer,
              .personal = Personal::kFinancial,
              .filled_by = "sales, proposal",
              .kept_current = "with the quote",
              .data_owner = "sales direction",
              .steward = "sales",
              .purposes = "service marketing",
              .retention = {60, 60}}) {}

  Link<Quote> quote{*this,
                    "quote",
                    {.label = {"Quote", "Devis"},
                     .group = group::kIdentity,
                     .required = true,
                     .inverse = "lines"}};
  Link<Product> product{
      *this,
      "product",
      {.label = {"Product", "Produit"}, .group = group::kIdentity, .inverse = "quote_lines"}};
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
  Money margin{*this, "margin", {.label = {"Margin", "Marge"}, .group = group::kFinance}};
};
inline constexpr QuoteLine quote_line{};

}  // namespace relata::crm

#endif  // RELATA_CRM_QUOTE_H_

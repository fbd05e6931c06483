// SPDX-License-Identifier: Apache-2.0
//
// A dispute: a disagreement about an invoice, a delivery or a contract, until it is settled. While
// it is open nobody should sell as if nothing were.

#ifndef RELATA_CRM_DISPUTE_H_
#define RELATA_CRM_DISPUTE_H_

#include "relata/crm/groups.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Account;
struct Contact;
struct Invoice;
struct Order;
struct Ticket;
struct User;

inline constexpr Option kDisputeStatuses[] = {
    {"open", {"Open", "Ouvert"}},      {"in_negotiation", {"In negotiation", "En négociation"}},
    {"settled", {"Settled", "Réglé"}}, {"in_court", {"In court", "En justice"}},
    {"closed", {"Closed", "Clos"}},
};

struct Dispute : Type<Dispute> {
  constexpr Dispute()
      : Type({.label = {"Dispute", "Litige"},
              .plural = {"Disputes", "Litiges"},
              .help = {"A disagreement to be settled", "Un désaccord à régler"},
              .title = "number subject",
              .use = Use::kSegment | Use::kOperate,
              .personal = Personal::kFinancial,
              .filled_by = "service or accounting",
              .kept_current = "at each step",
              .data_owner = "finance direction",
              .steward = "accounting",
              .purposes = "service",
              .retention = {60, 60}}) {}

  Text number{*this, "number", {.label = {"Number", "Numéro"}, .group = group::kIdentity}};
  Text subject{*this,
               "subject",
               {.label = {"Subject", "Objet"}, .group = group::kIdentity, .free_text = true}};
  Text description{
      *this,
      "description",
      {.label = {"Description", "Description"}, .group = group::kIdentity, .free_text = true}};
  Link<Account> account{
      *this,
      "account",
      {.label = {"Account", "Compte"}, .group = group::kIdentity, .inverse = "disputes"}};
  Link<Contact> contact{
      *this,
      "contact",
      {.label = {"Contact", "Contact"}, .group = group::kIdentity, .inverse = "disputes"}};
  Link<Invoice> invoice{
      *this,
      "invoice",
      {.label = {"Invoice", "Facture"}, .group = group::kFinance, .inverse = "disputes"}};
  Link<Order> order{
      *this,
      "order",
      {.label = {"Order", "Commande"}, .group = group::kFinance, .inverse = "disputes"}};
  Link<Ticket> ticket{
      *this,
      "ticket",
      {.label = {"Ticket", "Ticket"}, .group = group::kService, .inverse = "disputes"}};
  Choice status{
      *this,
      "status",
      kDisputeStatuses,
      {.label = {"Status", "Statut"}, .group = group::kService, .open = true, .initial = "open"}};
  Bool open{
      *this,
      "open",
      {.label = {"Open", "Ouvert"}, .group = group::kService, .required = true, .initial = "true"}};
  Text reason{
      *this,
      "reason",
      {.label = {"Reason", "Motif"}, .group = group::kService, .use = Use::kSegment | Use::kSteer}};
  Money amount{*this,
               "amount",
               {.label = {"Amount in dispute", "Montant en litige"},
                .group = group::kFinance,
                .use = Use::kOperate | Use::kSteer}};
  Timestamp opened_at{
      *this, "opened_at", {.label = {"Opened at", "Ouvert le"}, .group = group::kDates}};
  Timestamp closed_at{
      *this, "closed_at", {.label = {"Closed at", "Clos le"}, .group = group::kDates}};
  Text settlement{
      *this,
      "settlement",
      {.label = {"Settlement", "Règlement trouvé"}, .group = group::kService, .free_text = true}};
  Link<User> owner{*this,
                   "owner",
                   {.label = {"Record owner", "Responsable du litige"},
                    .group = group::kFollowUp,
                    .personal = Personal::kNone,
                    .inverse = "disputes"}};
};
inline constexpr Dispute dispute{};

}  // namespace relata::crm

#endif  // RELATA_CRM_DISPUTE_H_

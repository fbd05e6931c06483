// SPDX-License-Identifier: Apache-2.0
//
// A ticket: a request or an incident that somebody is to solve. An incident that touches many
// customers is one parent ticket with the others under it (`parent`), and the product at fault.

#ifndef RELATA_CRM_TICKET_H_
#define RELATA_CRM_TICKET_H_

#include "relata/crm/groups.h"
#include "relata/crm/picklists.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Account;
struct Asset;
struct Contact;
struct Contract;
struct Product;
struct User;

inline constexpr Option kTicketStatuses[] = {
    {"new", {"New", "Nouveau"}},
    {"in_progress", {"In progress", "En cours"}},
    {"waiting_customer", {"Waiting for the customer", "En attente du client"}},
    {"waiting_supplier", {"Waiting for a supplier", "En attente d'un fournisseur"}},
    {"resolved", {"Resolved", "Résolu"}},
    {"closed", {"Closed", "Clos"}},
};

inline constexpr Option kTicketKinds[] = {
    {"question", {"Question", "Question"}},
    {"incident", {"Incident", "Incident"}},
    {"defect", {"Defect", "Défaut"}},
    {"request", {"Request", "Demande"}},
    {"complaint", {"Complaint", "Réclamation"}},
};

struct Ticket : Type<Ticket> {
  constexpr Ticket()
      : Type({.label = {"Ticket", "Ticket"},
              .plural = {"Tickets", "Tickets"},
              .help = {"A request or an incident to be solved",
                       "Une demande ou un incident à résoudre"},
              .title = "number subject",
              .use = Use::kSegment | Use::kPersonalise | Use::kSteer,
              .personal = Personal::kBehaviour,
              .filled_by = "service, first contact",
              .kept_current = "at each step",
              .data_owner = "service direction",
              .steward = "service",
              .purposes = "service marketing",
              .retention = {36, 24}}) {}

  Text number{*this,
              "number",
              {.label = {"Number", "Numéro"}, .group = group::kIdentity, .use = Use::kOperate}};
  Text subject{*this,
               "subject",
               {.label = {"Subject", "Objet"},
                .group = group::kIdentity,
                .use = Use::kPersonalise | Use::kOperate,
                .free_text = true}};
  Text description{*this,
                   "description",
                   {.label = {"Description", "Description"},
                    .group = group::kIdentity,
                    .use = Use::kOperate,
                    .free_text = true}};
  Link<Contact> contact{
      *this,
      "contact",
      {.label = {"Contact", "Contact"}, .group = group::kIdentity, .inverse = "tickets"}};
  Link<Account> account{
      *this,
      "account",
      {.label = {"Account", "Compte"}, .group = group::kIdentity, .inverse = "tickets"}};
  Link<Product> product{
      *this,
      "product",
      {.label = {"Product", "Produit"}, .group = group::kIdentity, .inverse = "tickets"}};
  Link<Asset> asset{*this,
                    "asset",
                    {.label = {"Asset", "Équipement"},
                     .group = group::kIdentity,
                     .use = Use::kOperate,
                     .inverse = "tickets"}};
  Link<Contract> contract{*this,
                          "contract",
                          {.label = {"Contract", "Contrat"},
                           .group = group::kService,
                           .use = Use::kOperate,
                           .inverse = "tickets"}};
  Link<Ticket> parent{*this,
                      "parent",
                      {.label = {"Parent incident", "Incident parent"},
                       .group = group::kService,
                       .inverse = "children"}};
  Choice kind{*this,
              "kind",
              kTicketKinds,
              {.label = {"Kind", "Nature"}, .group = group::kService, .open = true}};
  Choice severity{*this,
                  "severity",
                  kSeverities,
                  {.label = {"Severity", "Gravité"}, .group = group::kService, .open = true}};
  Choice priority{*this,
                  "priority",
                  kPriorities,
                  {.label = {"Priority", "Priorité"}, .group = group::kService, .open = true}};
  Choice status{
      *this,
      "status",
      kTicketStatuses,
      {.label = {"Status", "Statut"}, .group = group::kService, .open = true, .initial = "new"}};
  Bool open{
      *this,
      "open",
      {.label = {"Open", "Ouvert"}, .group = group::kService, .required = true, .initial = "true"}};
  Choice channel{*this,
                 "channel",
                 kChannels,
                 {.label = {"Channel", "Canal"}, .group = group::kService, .open = true}};
  Text cause{
      *this, "cause", {.label = {"Cause", "Cause"}, .group = group::kService, .use = Use::kSteer}};
  Text resolution{*this,
                  "resolution",
                  {.label = {"Resolution", "Résolution"},
                   .group = group::kService,
                   .use = Use::kPersonalise | Use::kOperate,
                   .free_text = true}};
  Int reopened{*this,
               "reopened",
               {.label = {"Times reopened", "Nombre de réouvertures"},
                .group = group::kService,
                .initial = "0"}};
  Timestamp opened_at{
      *this, "opened_at", {.label = {"Opened at", "Ouvert le"}, .group = group::kDates}};
  Timestamp first_response_at{*this,
                              "first_response_at",
                              {.label = {"First response at", "Première réponse le"},
                               .group = group::kDates,
                               .use = Use::kSteer}};
  Timestamp due_at{
      *this,
      "due_at",
      {.label = {"Due at (SLA)", "Échéance (SLA)"}, .group = group::kDates, .use = Use::kOperate}};
  Timestamp resolved_at{
      *this, "resolved_at", {.label = {"Resolved at", "Résolu le"}, .group = group::kDates}};
  Timestamp closed_at{
      *this,
      "closed_at",
      {.label = {"Closed at", "Clos le"}, .group = group::kDates, .use = Use::kSteer}};
  Bool sla_met{*this, "sla_met", {.label = {"SLA met", "SLA respecté"}, .group = group::kService}};
  Int satisfaction{
      *this,
      "satisfaction",
      {.label = {"Satisfaction (1 to 5)", "Satisfaction (1 à 5)"}, .group = group::kService}};
  Link<User> owner{*this,
                   "owner",
                   {.label = {"Record owner", "Responsable du ticket"},
                    .group = group::kFollowUp,
                    .use = Use::kOperate | Use::kSteer,
                    .personal = Personal::kNone,
                    .inverse = "tickets"}};
};
inline constexpr Ticket ticket{};

}  // namespace relata::crm

#endif  // RELATA_CRM_TICKET_H_

// SPDX-License-Identifier: Apache-2.0
//
// A project: work done for a customer over a time, such as onboarding or delivery.

#ifndef RELATA_CRM_PROJECT_H_
#define RELATA_CRM_PROJECT_H_

#include "relata/crm/groups.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Account;
struct Contact;
struct Opportunity;
struct Order;
struct User;

inline constexpr Option kProjectStatuses[] = {
    {"planned", {"Planned", "Prévu"}},      {"active", {"Active", "En cours"}},
    {"on_hold", {"On hold", "Suspendu"}},   {"completed", {"Completed", "Terminé"}},
    {"cancelled", {"Cancelled", "Annulé"}},
};

struct Project : Type<Project> {
  constexpr Project()
      : Type({.label = {"Project", "Projet"},
              .plural = {"Projects", "Projets"},
              .help = {"Work done for a customer over a time",
                       "Un travail mené pour un client durant un temps"},
              .title = "name",
              .use = Use::kOperate | Use::kSteer,
              .filled_by = "service, start",
              .kept_current = "weekly review",
              .data_owner = "service direction",
              .steward = "service",
              .retention = {60, 0}}) {}

  Text name{*this, "name", {.label = {"Name", "Nom"}, .group = group::kIdentity, .required = true}};
  Text kind{*this, "kind", {.label = {"Kind", "Type"}, .group = group::kIdentity}};
  Link<Account> account{
      *this,
      "account",
      {.label = {"Account", "Compte"}, .group = group::kIdentity, .inverse = "projects"}};
  Link<Contact> contact{*this,
                        "contact",
                        {.label = {"Contact", "Contact"},
                         .group = group::kIdentity,
                         .personal = Personal::kProfile,
                         .inverse = "projects",
                         .purposes = "service"}};
  Link<Opportunity> opportunity{
      *this,
      "opportunity",
      {.label = {"Opportunity", "Opportunité"}, .group = group::kIdentity, .inverse = "projects"}};
  Link<Order> order{
      *this,
      "order",
      {.label = {"Order", "Commande"}, .group = group::kIdentity, .inverse = "projects"}};
  Choice status{*this,
                "status",
                kProjectStatuses,
                {.label = {"Status", "Statut"}, .group = group::kFollowUp, .open = true}};
  Text stage{*this, "stage", {.label = {"Stage", "Étape"}, .group = group::kFollowUp}};
  Double progress{*this,
                  "progress",
                  {.label = {"Progress (percent)", "Avancement (%)"}, .group = group::kFollowUp}};
  Date from{*this, "from", {.label = {"Start", "Début"}, .group = group::kDates}};
  Date due_date{*this, "due_date", {.label = {"Due", "Échéance"}, .group = group::kDates}};
  Date completed_on{
      *this, "completed_on", {.label = {"Completed on", "Terminé le"}, .group = group::kDates}};
  Money budget{*this, "budget", {.label = {"Budget", "Budget"}, .group = group::kFinance}};
  Money spent{*this, "spent", {.label = {"Spent", "Dépensé"}, .group = group::kFinance}};
  Link<User> owner{*this,
                   "owner",
                   {.label = {"Record owner", "Responsable du projet"},
                    .group = group::kFollowUp,
                    .inverse = "projects"}};
};
inline constexpr Project project{};

}  // namespace relata::crm

#endif  // RELATA_CRM_PROJECT_H_

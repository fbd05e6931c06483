// SPDX-License-Identifier: Apache-2.0
//
// Activities: what passed between us and them (calls, e-mails, meetings with their minutes, visits)
// and the tasks that follow. An activity may concern several kinds of record at once, so it has a
// link for each.

#ifndef RELATA_CRM_ACTIVITY_H_
#define RELATA_CRM_ACTIVITY_H_

#include "relata/crm/groups.h"
#include "relata/crm/picklists.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Account;
struct Campaign;
struct Contact;
struct Lead;
struct Opportunity;
struct Project;
struct Ticket;
struct User;

inline constexpr Option kActivityKinds[] = {
    {"call", {"Call", "Appel"}},         {"email", {"E-mail", "E-mail"}},
    {"meeting", {"Meeting", "Réunion"}}, {"visit", {"Visit", "Visite"}},
    {"message", {"Message", "Message"}}, {"letter", {"Letter", "Courrier"}},
};

inline constexpr Option kActivityStatuses[] = {
    {"planned", {"Planned", "Prévue"}},
    {"held", {"Held", "Réalisée"}},
    {"cancelled", {"Cancelled", "Annulée"}},
    {"missed", {"Missed", "Manquée"}},
};

inline constexpr Option kDirections[] = {
    {"inbound", {"Inbound", "Entrant"}},
    {"outbound", {"Outbound", "Sortant"}},
};

inline constexpr Option kTaskStatuses[] = {
    {"not_started", {"Not started", "À faire"}}, {"in_progress", {"In progress", "En cours"}},
    {"waiting", {"Waiting", "En attente"}},      {"done", {"Done", "Terminée"}},
    {"cancelled", {"Cancelled", "Annulée"}},
};

// | Note | Note
struct Activity : Type<Activity> {
  constexpr Activity()
      : Type({.label = {"Activity", "Activité"},
              .plural = {"Activities", "Activités"},
              .help = {"Something that passed between us and them", "Un échange entre nous et eux"},
              .title = "subject",
              .use = Use::kSegment | Use::kPersonalise | Use::kSteer,
              .personal = Personal::kBehaviour,
              .filled_by = "sales or service, at once",
              .kept_current = "not needed",
              .data_owner = "sales direction",
              .steward = "sales",
              .purposes = "service marketing",
              .retention = {36, 0}}) {}

  Choice kind{*this,
              "kind",
              kActivityKinds,
              {.label = {"Kind", "Type"}, .group = group::kIdentity, .open = true}};
  Text subject{*this,
               "subject",
               {.label = {"Subject", "Objet"},
                .group = group::kIdentity,
                .use = Use::kPersonalise | Use::kOperate,
                .free_text = true}};
  Choice status{*this,
                "status",
                kActivityStatuses,
                {.label = {"Status", "Statut"}, .group = group::kFollowUp, .initial = "held"}};
  Choice direction{
      *this, "direction", kDirections, {.label = {"Direction", "Sens"}, .group = group::kIdentity}};
  Timestamp at{*this, "at", {.label = {"At", "Le"}, .group = group::kDates}};
  Duration length{*this, "length", {.label = {"Length", "Durée"}, .group = group::kDates}};
  Text minutes{*this,
               "minutes",
               {.label = {"Minutes", "Compte rendu"},
                .group = group::kFollowUp,
                .use = Use::kPersonalise,
                .personal = Personal::kProfile,
                .free_text = true}};
  Text outcome{*this, "outcome", {.label = {"Outcome", "Résultat"}, .group = group::kFollowUp}};
  Text place{*this,
             "place",
             {.label = {"Place", "Lieu"}, .group = group::kIdentity, .use = Use::kOperate}};
  Link<Contact> contact{
      *this,
      "contact",
      {.label = {"Contact", "Contact"}, .group = group::kIdentity, .inverse = "activities"}};
  Link<Lead> lead{*this,
                  "lead",
                  {.label = {"Lead", "Piste"}, .group = group::kIdentity, .inverse = "activities"}};
  Link<Account> account{
      *this,
      "account",
      {.label = {"Account", "Compte"}, .group = group::kIdentity, .inverse = "activities"}};
  Link<Opportunity> opportunity{*this,
                                "opportunity",
                                {.label = {"Opportunity", "Opportunité"},
                                 .group = group::kIdentity,
                                 .inverse = "activities"}};
  Link<Ticket> ticket{
      *this,
      "ticket",
      {.label = {"Ticket", "Ticket"}, .group = group::kIdentity, .inverse = "activities"}};
  Link<Campaign> campaign{
      *this,
      "campaign",
      {.label = {"Campaign", "Campagne"}, .group = group::kIdentity, .inverse = "activities"}};
  Link<Project> project{
      *this,
      "project",
      {.label = {"Project", "Projet"}, .group = group::kIdentity, .inverse = "activities"}};
  Link<User> owner{*this,
                   "owner",
                   {.label = {"Record owner", "Responsable"},
                    .group = group::kFollowUp,
                    .use = Use::kOperate | Use::kSteer,
                    .personal = Personal::kNone,
                    .inverse = "activities"}};
};
inline constexpr Activity activity{};

struct Task : Type<Task> {
  constexpr Task()
      : Type({.label = {"Task", "Tâche"},
              .plural = {"Tasks", "Tâches"},
              .help = {"Something somebody is to do", "Quelque chose à faire"},
              .title = "subject",
              .use = Use::kOperate | Use::kSteer,
              .personal = Personal::kProfile,
              .filled_by = "anyone, when it arises",
              .kept_current = "by its owner",
              .data_owner = "sales direction",
              .steward = "sales",
              .purposes = "service",
              .retention = {36, 0}}) {}

  Text subject{*this,
               "subject",
               {.label = {"Subject", "Objet"}, .group = group::kIdentity, .free_text = true}};
  Text description{
      *this,
      "description",
      {.label = {"Description", "Description"}, .group = group::kIdentity, .free_text = true}};
  Choice status{*this,
                "status",
                kTaskStatuses,
                {.label = {"Status", "Statut"},
                 .group = group::kFollowUp,
                 .open = true,
                 .initial = "not_started"}};
  Bool open{*this,
            "open",
            {.label = {"Open", "Ouverte"},
             .group = group::kFollowUp,
             .required = true,
             .initial = "true"}};
  Choice priority{*this,
                  "priority",
                  kPriorities,
                  {.label = {"Priority", "Priorité"}, .group = group::kFollowUp, .open = true}};
  Date due_date{*this, "due_date", {.label = {"Due", "Échéance"}, .group = group::kDates}};
  Timestamp done_at{*this, "done_at", {.label = {"Done at", "Faite le"}, .group = group::kDates}};
  Text cause{*this,
             "cause",
             {.label = {"Cause", "Cause"},
              .help = {"What made the task: a person, a workflow, an alert",
                       "Ce qui a créé la tâche : une personne, un automatisme, une alerte"},
              .group = group::kFollowUp}};
  Link<Contact> contact{
      *this,
      "contact",
      {.label = {"Contact", "Contact"}, .group = group::kIdentity, .inverse = "tasks"}};
  Link<Lead> lead{
      *this, "lead", {.label = {"Lead", "Piste"}, .group = group::kIdentity, .inverse = "tasks"}};
  Link<Account> account{
      *this,
      "account",
      {.label = {"Account", "Compte"}, .group = group::kIdentity, .inverse = "tasks"}};
  Link<Opportunity> opportunity{
      *this,
      "opportunity",
      {.label = {"Opportunity", "Opportunité"}, .group = group::kIdentity, .inverse = "tasks"}};
  Link<Ticket> ticket{
      *this,
      "ticket",
      {.label = {"Ticket", "Ticket"}, .group = group::kIdentity, .inverse = "tasks"}};
  Link<Project> project{
      *this,
      "project",
      {.label = {"Project", "Projet"}, .group = group::kIdentity, .inverse = "tasks"}};
  Link<User> owner{*this,
                   "owner",
                   {.label = {"Record owner", "Responsable"},
                    .group = group::kFollowUp,
                    .personal = Personal::kNone,
                    .inverse = "tasks"}};
};
inline constexpr Task task{};

}  // namespace relata::crm

#endif  // RELATA_CRM_ACTIVITY_H_

// SPDX-License-Identifier: Apache-2.0
//
// Ourselves, the people: users, the teams they work in, the territories they cover and their roles.
// A user owns records; a departure hands them over. Users are employees and data subjects too.

#ifndef RELATA_CRM_USER_H_
#define RELATA_CRM_USER_H_

#include "relata/crm/groups.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Team;
struct UserRole;

struct User : Type<User> {
  constexpr User()
      : Type({.label = {"User", "Utilisateur"},
              .plural = {"Users", "Utilisateurs"},
              .help = {"A person of our company who works with the data",
                       "Une personne de notre société qui travaille avec les données"},
              .title = "name",
              .use = Use::kOperate | Use::kSteer,
              .personal = Personal::kIdentity,
              .filled_by = "administrator",
              .kept_current = "by the directory",
              .data_owner = "direction",
              .steward = "administrator",
              .purposes = "service",
              .retention = {12, 60}}) {}

  Text name{*this, "name", {.label = {"Name", "Nom"}, .group = group::kIdentity, .required = true}};
  Text login{*this,
             "login",
             {.label = {"Login", "Identifiant de connexion"},
              .help = {"The name by which an actor is recorded",
                       "Le nom sous lequel un auteur est enregistré"},
              .group = group::kIdentity,
              .unique = true}};
  Text email{
      *this,
      "email",
      {.label = {"E-mail", "E-mail"}, .group = group::kReach, .personal = Personal::kContact}};
  Text phone{*this,
             "phone",
             {.label = {"Telephone", "Téléphone"},
              .group = group::kReach,
              .personal = Personal::kContact}};
  Text job_title{*this,
                 "job_title",
                 {.label = {"Job title", "Fonction"},
                  .group = group::kProfile,
                  .personal = Personal::kProfile}};
  Text language{
      *this,
      "language",
      {.label = {"Language", "Langue"}, .group = group::kProfile, .personal = Personal::kProfile}};
  Text time_zone{*this,
                 "time_zone",
                 {.label = {"Time zone", "Fuseau horaire"},
                  .group = group::kProfile,
                  .personal = Personal::kProfile}};
  Link<Team> team{*this,
                  "team",
                  {.label = {"Team", "Équipe"},
                   .group = group::kProfile,
                   .personal = Personal::kProfile,
                   .inverse = "members"}};
  Link<User> manager{*this,
                     "manager",
                     {.label = {"Manager", "Responsable"},
                      .group = group::kProfile,
                      .personal = Personal::kProfile,
                      .inverse = "reports"}};
  Link<UserRole> role{*this,
                      "role",
                      {.label = {"Role", "Rôle"},
                       .group = group::kCompliance,
                       .personal = Personal::kNone,
                       .inverse = "users"}};
  Bool active{*this,
              "active",
              {.label = {"Active", "Actif"},
               .group = group::kCompliance,
               .personal = Personal::kNone,
               .required = true,
               .initial = "true"}};
  Date left_on{
      *this,
      "left_on",
      {.label = {"Left on", "Parti le"}, .group = group::kDates, .personal = Personal::kProfile}};
};
inline constexpr User user{};

struct Team : Type<Team> {
  constexpr Team()
      : Type({.label = {"Team", "Équipe"},
              .plural = {"Teams", "Équipes"},
              .help = {"People who work together and share objectives",
                       "Des personnes qui travaillent ensemble et partagent des objectifs"},
              .title = "name",
              .use = Use::kOperate | Use::kSteer,
              .filled_by = "administrator",
              .kept_current = "at each change",
              .data_owner = "direction",
              .steward = "administrator"}) {}

  Text name{*this, "name", {.label = {"Name", "Nom"}, .group = group::kIdentity, .required = true}};
  Link<Team> parent{*this,
                    "parent",
                    {.label = {"Parent team", "Équipe parente"},
                     .group = group::kIdentity,
                     .inverse = "children"}};
  Link<User> manager{
      *this,
      "manager",
      {.label = {"Manager", "Responsable"}, .group = group::kIdentity, .inverse = "teams_managed"}};
  Text region{*this, "region", {.label = {"Region", "Région"}, .group = group::kProfile}};
  Path ancestors{*this, "ancestors", "parent+", {"Parent teams", "Équipes parentes"}};
  Path descendants{*this, "descendants", "children+", {"Sub-teams", "Sous-équipes"}};
};
inline constexpr Team team{};

struct Territory : Type<Territory> {
  constexpr Territory()
      : Type({.label = {"Territory", "Territoire"},
              .plural = {"Territories", "Territoires"},
              .help = {"A part of the market given to a team or a person",
                       "Une part du marché confiée à une équipe ou une personne"},
              .title = "name",
              .use = Use::kSegment | Use::kOperate | Use::kSteer,
              .filled_by = "administrator",
              .kept_current = "yearly review",
              .data_owner = "sales direction",
              .steward = "administrator"}) {}

  Text name{*this, "name", {.label = {"Name", "Nom"}, .group = group::kIdentity, .required = true}};
  Link<Territory> parent{*this,
                         "parent",
                         {.label = {"Parent territory", "Territoire parent"},
                          .group = group::kIdentity,
                          .inverse = "children"}};
  Link<User> manager{
      *this,
      "manager",
      {.label = {"Manager", "Responsable"}, .group = group::kIdentity, .inverse = "territories"}};
  Link<Team> team{
      *this,
      "team",
      {.label = {"Team", "Équipe"}, .group = group::kIdentity, .inverse = "territories"}};
  TextList countries{
      *this, "countries", {.label = {"Countries", "Pays"}, .group = group::kProfile}};
  TextList postal_prefixes{
      *this,
      "postal_prefixes",
      {.label = {"Postal code prefixes", "Débuts de codes postaux"}, .group = group::kProfile}};
  TextList industries{
      *this, "industries", {.label = {"Sectors", "Secteurs"}, .group = group::kProfile}};
  Path descendants{*this, "descendants", "children+", {"Sub-territories", "Sous-territoires"}};
};
inline constexpr Territory territory{};

// What somebody is in the company, to which rights are given.
struct UserRole : Type<UserRole> {
  constexpr UserRole()
      : Type({.label = {"Role", "Rôle"},
              .plural = {"Roles", "Rôles"},
              .help = {"A function in the company to which rights are given",
                       "Une fonction dans la société à laquelle des droits sont accordés"},
              .title = "name",
              .use = Use::kOperate,
              .filled_by = "administrator",
              .kept_current = "quarterly access review",
              .data_owner = "direction",
              .steward = "dpo"}) {}

  Text name{
      *this,
      "name",
      {.label = {"Name", "Nom"}, .group = group::kIdentity, .required = true, .unique = true}};
  Text description{
      *this, "description", {.label = {"Description", "Description"}, .group = group::kProfile}};
  TextList purposes{*this,
                    "purposes",
                    {.label = {"Purposes", "Finalités"},
                     .help = {"Processing purposes the role may work for",
                              "Finalités de traitement pour lesquelles le rôle peut agir"},
                     .group = group::kCompliance}};
};
inline constexpr UserRole user_role{};

}  // namespace relata::crm

#endif  // RELATA_CRM_USER_H_

// SPDX-License-Identifier: Apache-2.0
//
// An objective: a measure, for whom, from which value to which, until when. Quotas of people add up
// to those of their teams and territories.

#ifndef RELATA_CRM_OBJECTIVE_H_
#define RELATA_CRM_OBJECTIVE_H_

#include "relata/crm/groups.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Team;
struct Territory;
struct User;

struct Objective : Type<Objective> {
  constexpr Objective()
      : Type({.label = {"Objective", "Objectif"},
              .plural = {"Objectives", "Objectifs"},
              .help = {"What is to be reached until when", "Ce qui doit être atteint, et quand"},
              .title = "name",
              .use = Use::kSteer,
              .filled_by = "direction, planning",
              .kept_current = "quarterly review",
              .data_owner = "direction",
              .steward = "sales direction"}) {}

  Text name{*this, "name", {.label = {"Name", "Nom"}, .group = group::kIdentity, .required = true}};
  Text measure{
      *this,
      "measure",
      {.label = {"Measure", "Indicateur"},
       .help = {"Name of the measure, or an expression", "Nom de l'indicateur, ou une expression"},
       .group = group::kIdentity}};
  Text population{
      *this, "population", {.label = {"Population", "Population"}, .group = group::kIdentity}};
  Money baseline_amount{
      *this,
      "baseline_amount",
      {.label = {"Baseline amount", "Montant de départ"}, .group = group::kFinance}};
  Money target_amount{*this,
                      "target_amount",
                      {.label = {"Target amount", "Montant visé"}, .group = group::kFinance}};
  Double baseline{
      *this, "baseline", {.label = {"Baseline", "Valeur de départ"}, .group = group::kFollowUp}};
  Double target{*this, "target", {.label = {"Target", "Valeur visée"}, .group = group::kFollowUp}};
  Date from{*this, "from", {.label = {"From", "Du"}, .group = group::kDates}};
  Date until{*this, "until", {.label = {"Until", "Au"}, .group = group::kDates}};
  Text fiscal_period{*this,
                     "fiscal_period",
                     {.label = {"Fiscal period", "Période fiscale"}, .group = group::kDates}};
  Link<Objective> parent{
      *this,
      "parent",
      {.label = {"Part of", "Fait partie de"}, .group = group::kIdentity, .inverse = "children"}};
  Link<User> owner{*this,
                   "owner",
                   {.label = {"Record owner", "Responsable de l'objectif"},
                    .group = group::kFollowUp,
                    .inverse = "objectives"}};
  Link<Team> team{
      *this,
      "team",
      {.label = {"Team", "Équipe"}, .group = group::kFollowUp, .inverse = "objectives"}};
  Link<Territory> territory{
      *this,
      "territory",
      {.label = {"Territory", "Territoire"}, .group = group::kFollowUp, .inverse = "objectives"}};
  Path descendants{
      *this, "descendants", "children+", {"Objectives below", "Objectifs subordonnés"}};
};
inline constexpr Objective objective{};

}  // namespace relata::crm

#endif  // RELATA_CRM_OBJECTIVE_H_

// SPDX-License-Identifier: Apache-2.0
//
// A survey answer: what a person said when asked (NPS, CSAT, CES), as a number and in words.

#ifndef RELATA_CRM_SURVEY_ANSWER_H_
#define RELATA_CRM_SURVEY_ANSWER_H_

#include "relata/crm/groups.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Account;
struct Contact;
struct Order;
struct Ticket;

inline constexpr Option kSurveyKinds[] = {
    {"nps", {"Net promoter score (0 to 10)", "Recommandation, NPS (0 à 10)"}},
    {"csat", {"Satisfaction (1 to 5)", "Satisfaction, CSAT (1 à 5)"}},
    {"ces", {"Effort (1 to 7)", "Effort, CES (1 à 7)"}},
};

struct SurveyAnswer : Type<SurveyAnswer> {
  constexpr SurveyAnswer()
      : Type({.label = {"Survey answer", "Réponse d'enquête"},
              .plural = {"Survey answers", "Réponses d'enquête"},
              .help = {"What a person said when asked", "Ce qu'une personne a répondu"},
              .title = "kind",
              .use = Use::kSegment | Use::kPersonalise | Use::kSteer,
              .personal = Personal::kProfile,
              .filled_by = "the person, when asked",
              .kept_current = "next survey",
              .data_owner = "service direction",
              .steward = "service",
              .purposes = "service marketing",
              .retention = {36, 0}}) {}

  Choice kind{*this,
              "kind",
              kSurveyKinds,
              {.label = {"Kind", "Type"}, .group = group::kIdentity, .open = true}};
  Text survey{*this,
              "survey",
              {.label = {"Survey", "Enquête"}, .group = group::kIdentity, .use = Use::kSteer}};
  Link<Contact> contact{
      *this,
      "contact",
      {.label = {"Contact", "Contact"}, .group = group::kIdentity, .inverse = "survey_answers"}};
  Link<Account> account{
      *this,
      "account",
      {.label = {"Account", "Compte"}, .group = group::kIdentity, .inverse = "survey_answers"}};
  Link<Ticket> ticket{*this,
                      "ticket",
                      {.label = {"Ticket", "Ticket"},
                       .group = group::kIdentity,
                       .use = Use::kSteer,
                       .inverse = "survey_answers"}};
  Link<Order> order{*this,
                    "order",
                    {.label = {"Order", "Commande"},
                     .group = group::kIdentity,
                     .use = Use::kSteer,
                     .inverse = "survey_answers"}};
  Double score{
      *this, "score", {.label = {"Score", "Note"}, .group = group::kService, .max_age_days = 365}};
  Text comment{*this,
               "comment",
               {.label = {"Comment", "Commentaire"},
                .group = group::kService,
                .use = Use::kPersonalise,
                .free_text = true}};
  Timestamp at{*this, "at", {.label = {"Answered at", "Répondu le"}, .group = group::kDates}};
};
inline constexpr SurveyAnswer survey_answer{};

}  // namespace relata::crm

#endif  // RELATA_CRM_SURVEY_ANSWER_H_

// SPDX-License-Identifier: Apache-2.0
//
// A campaign: something said to many for a reason, with a budget; and who was in it and answered.

#ifndef RELATA_CRM_CAMPAIGN_H_
#define RELATA_CRM_CAMPAIGN_H_

#include "relata/crm/groups.h"
#include "relata/crm/picklists.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Contact;
struct Lead;
struct User;

inline constexpr Option kCampaignStatuses[] = {
    {"planned", {"Planned", "Prévue"}},
    {"active", {"Active", "En cours"}},
    {"completed", {"Completed", "Terminée"}},
    {"cancelled", {"Cancelled", "Annulée"}},
};

inline constexpr Option kCampaignKinds[] = {
    {"email", {"E-mail", "E-mail"}},
    {"webinar", {"Webinar", "Webinaire"}},
    {"fair", {"Fair or conference", "Salon ou conférence"}},
    {"advertisement", {"Advertisement", "Publicité"}},
    {"direct_mail", {"Direct mail", "Publipostage"}},
    {"telemarketing", {"Telemarketing", "Télémarketing"}},
    {"social", {"Social network", "Réseau social"}},
    {"referral", {"Referral programme", "Parrainage"}},
    {"partner", {"With partners", "Avec des partenaires"}},
    {"other", {"Other", "Autre"}},
};

inline constexpr Option kMemberStatuses[] = {
    {"planned", {"Planned", "Prévu"}},
    {"sent", {"Sent", "Envoyé"}},
    {"received", {"Received", "Reçu"}},
    {"opened", {"Opened", "Ouvert"}},
    {"responded", {"Responded", "A répondu"}},
    {"bounced", {"Bounced", "Rejeté"}},
    {"unsubscribed", {"Unsubscribed", "Désabonné"}},
    {"converted", {"Converted", "Converti"}},
};

struct Campaign : Type<Campaign> {
  constexpr Campaign()
      : Type({.label = {"Campaign", "Campagne"},
              .plural = {"Campaigns", "Campagnes"},
              .help = {"Something said to many for a reason",
                       "Un message adressé à plusieurs dans un but"},
              .title = "name",
              .use = Use::kSegment | Use::kSteer,
              .filled_by = "marketing, planning",
              .kept_current = "at each step",
              .data_owner = "marketing direction",
              .steward = "marketing"}) {}

  Text name{*this, "name", {.label = {"Name", "Nom"}, .group = group::kIdentity, .required = true}};
  Choice kind{*this,
              "kind",
              kCampaignKinds,
              {.label = {"Kind", "Type"}, .group = group::kIdentity, .open = true}};
  Choice status{*this,
                "status",
                kCampaignStatuses,
                {.label = {"Status", "Statut"}, .group = group::kCommerce, .open = true}};
  Choice channel{*this,
                 "channel",
                 kChannels,
                 {.label = {"Channel", "Canal"},
                  .group = group::kCommerce,
                  .use = Use::kOperate,
                  .open = true}};
  Text purpose{*this,
               "purpose",
               {.label = {"Processing purpose", "Finalité du traitement"},
                .help = {"The purpose for which its audience is drawn",
                         "La finalité pour laquelle son audience est constituée"},
                .group = group::kCompliance,
                .use = Use::kOperate}};
  Date start_date{*this, "start_date", {.label = {"Start", "Début"}, .group = group::kDates}};
  Date end_date{*this, "end_date", {.label = {"End", "Fin"}, .group = group::kDates}};
  Money budget{*this,
               "budget",
               {.label = {"Budget", "Budget"}, .group = group::kFinance, .use = Use::kSteer}};
  Money actual_cost{
      *this,
      "actual_cost",
      {.label = {"Actual cost", "Coût réel"}, .group = group::kFinance, .use = Use::kSteer}};
  Money expected_revenue{*this,
                         "expected_revenue",
                         {.label = {"Expected revenue", "Revenu attendu"},
                          .group = group::kFinance,
                          .use = Use::kSteer}};
  Link<Campaign> parent{
      *this,
      "parent",
      {.label = {"Part of", "Fait partie de"}, .group = group::kIdentity, .inverse = "children"}};
  Text description{
      *this,
      "description",
      {.label = {"Description", "Description"}, .group = group::kFollowUp, .use = Use::kOperate}};
  Link<User> owner{*this,
                   "owner",
                   {.label = {"Record owner", "Responsable de la campagne"},
                    .group = group::kFollowUp,
                    .use = Use::kOperate | Use::kSteer,
                    .inverse = "campaigns"}};
};
inline constexpr Campaign campaign{};

struct CampaignMember : Type<CampaignMember> {
  constexpr CampaignMember()
      : Type({.label = {"Campaign member", "Membre de campagne"},
              .plural = {"Campaign members", "Membres de campagne"},
              .help = {"A person in a campaign and the answer",
                       "Une personne dans une campagne et sa réponse"},
              .title = "status",
              .use = Use::kSegment | Use::kSteer,
              .personal = Personal::kBehaviour,
              .filled_by = "marketing, sending",
              .kept_current = "by the sending tool",
              .data_owner = "marketing direction",
              .steward = "marketing",
              .purposes = "service marketing",
              .retention = {36, 0}}) {}

  Link<Campaign> campaign{*this,
                          "campaign",
                          {.label = {"Campaign", "Campagne"},
                           .group = group::kIdentity,
                           .required = true,
                           .inverse = "members"}};
  Link<Contact> contact{
      *this,
      "contact",
      {.label = {"Contact", "Contact"}, .group = group::kIdentity, .inverse = "campaign_members"}};
  Link<Lead> lead{
      *this,
      "lead",
      {.label = {"Lead", "Piste"}, .group = group::kIdentity, .inverse = "campaign_members"}};
  Choice status{*this,
                "status",
                kMemberStatuses,
                {.label = {"Status", "Statut"}, .group = group::kCommerce, .open = true}};
  Timestamp sent_at{*this, "sent_at", {.label = {"Sent at", "Envoyé le"}, .group = group::kDates}};
  Timestamp responded_at{
      *this, "responded_at", {.label = {"Responded at", "Réponse le"}, .group = group::kDates}};
  Text response{*this, "response", {.label = {"Response", "Réponse"}, .group = group::kCommerce}};
  Text variant{*this,
               "variant",
               {.label = {"Test variant", "Variante de test"},
                .group = group::kCommerce,
                .use = Use::kSteer}};
};
inline constexpr CampaignMember campaign_member{};

}  // namespace relata::crm

#endif  // RELATA_CRM_CAMPAIGN_H_

// SPDX-License-Identifier: Apache-2.0
//
// A marketing event: a fair, a webinar, an open day; and who was invited, came or stayed away.

#ifndef RELATA_CRM_MARKETING_EVENT_H_
#define RELATA_CRM_MARKETING_EVENT_H_

#include "relata/crm/groups.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Campaign;
struct Contact;
struct Lead;
struct User;

inline constexpr Option kMarketingEventKinds[] = {
    {"fair", {"Fair", "Salon"}},
    {"conference", {"Conference", "Conférence"}},
    {"webinar", {"Webinar", "Webinaire"}},
    {"open_day", {"Open day", "Portes ouvertes"}},
    {"training", {"Training", "Formation"}},
    {"dinner", {"Dinner", "Dîner"}},
};

inline constexpr Option kAttendanceStatuses[] = {
    {"invited", {"Invited", "Invité"}},      {"registered", {"Registered", "Inscrit"}},
    {"declined", {"Declined", "A décliné"}}, {"attended", {"Attended", "Présent"}},
    {"absent", {"Absent", "Absent"}},
};

struct MarketingEvent : Type<MarketingEvent> {
  constexpr MarketingEvent()
      : Type({.label = {"Marketing event", "Événement marketing"},
              .plural = {"Marketing events", "Événements marketing"},
              .help = {"An occasion where we meet several people",
                       "Une occasion de rencontrer plusieurs personnes"},
              .title = "name",
              .use = Use::kSegment | Use::kSteer,
              .filled_by = "marketing, planning",
              .kept_current = "at each step",
              .data_owner = "marketing direction",
              .steward = "marketing"}) {}

  Text name{*this, "name", {.label = {"Name", "Nom"}, .group = group::kIdentity, .required = true}};
  Choice kind{*this,
              "kind",
              kMarketingEventKinds,
              {.label = {"Kind", "Type"}, .group = group::kIdentity, .open = true}};
  Timestamp starts_at{
      *this, "starts_at", {.label = {"Starts at", "Début"}, .group = group::kDates}};
  Timestamp ends_at{*this, "ends_at", {.label = {"Ends at", "Fin"}, .group = group::kDates}};
  Text place{*this,
             "place",
             {.label = {"Place", "Lieu"}, .group = group::kIdentity, .use = Use::kOperate}};
  Text city{*this, "city", {.label = {"City", "Ville"}, .group = group::kIdentity}};
  Int capacity{*this,
               "capacity",
               {.label = {"Capacity", "Capacité"}, .group = group::kProfile, .use = Use::kOperate}};
  Money budget{*this,
               "budget",
               {.label = {"Budget", "Budget"}, .group = group::kFinance, .use = Use::kSteer}};
  Money actual_cost{
      *this,
      "actual_cost",
      {.label = {"Actual cost", "Coût réel"}, .group = group::kFinance, .use = Use::kSteer}};
  Link<Campaign> campaign{*this,
                          "campaign",
                          {.label = {"Campaign", "Campagne"},
                           .group = group::kCommerce,
                           .inverse = "marketing_events"}};
  Link<User> owner{*this,
                   "owner",
                   {.label = {"Record owner", "Responsable de l'événement"},
                    .group = group::kFollowUp,
                    .use = Use::kOperate | Use::kSteer,
                    .inverse = "marketing_events"}};
};
inline constexpr MarketingEvent marketing_event{};

struct Attendance : Type<Attendance> {
  constexpr Attendance()
      : Type({.label = {"Attendance", "Participation"},
              .plural = {"Attendances", "Participations"},
              .help = {"A person at a marketing event", "Une personne à un événement marketing"},
              .title = "status",
              .use = Use::kSegment | Use::kSteer,
              .personal = Personal::kBehaviour,
              .filled_by = "marketing, registration",
              .kept_current = "at the event",
              .data_owner = "marketing direction",
              .steward = "marketing",
              .purposes = "service marketing",
              .retention = {36, 0}}) {}

  Link<MarketingEvent> marketing_event{*this,
                                       "marketing_event",
                                       {.label = {"Marketing event", "Événement marketing"},
                                        .group = group::kIdentity,
                                        .required = true,
                                        .inverse = "attendances"}};
  Link<Contact> contact{
      *this,
      "contact",
      {.label = {"Contact", "Contact"}, .group = group::kIdentity, .inverse = "attendances"}};
  Link<Lead> lead{
      *this,
      "lead",
      {.label = {"Lead", "Piste"}, .group = group::kIdentity, .inverse = "attendances"}};
  Choice status{*this,
                "status",
                kAttendanceStatuses,
                {.label = {"Status", "Statut"}, .group = group::kCommerce, .open = true}};
  Timestamp registered_at{
      *this, "registered_at", {.label = {"Registered at", "Inscrit le"}, .group = group::kDates}};
  Timestamp attended_at{
      *this, "attended_at", {.label = {"Attended at", "Présent le"}, .group = group::kDates}};
  Int rating{
      *this, "rating", {.label = {"Rating (1 to 5)", "Note (1 à 5)"}, .group = group::kService}};
  Text comment{*this,
               "comment",
               {.label = {"Comment", "Commentaire"},
                .group = group::kService,
                .use = Use::kPersonalise,
                .free_text = true}};
};
inline constexpr Attendance attendance{};

}  // namespace relata::crm

#endif  // RELATA_CRM_MARKETING_EVENT_H_

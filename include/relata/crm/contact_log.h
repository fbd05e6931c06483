// SPDX-License-Identifier: Apache-2.0
//
// What was tried to reach a person, and what came of it: the events of the send seam
// (privacy/send.h). An attempt is written before anything is sent, in the commit that decided that
// it may be; frequency caps and pauses count from it.

#ifndef RELATA_CRM_CONTACT_LOG_H_
#define RELATA_CRM_CONTACT_LOG_H_

#include "relata/crm/groups.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Contact;

inline constexpr Option kContactOutcomes[] = {
    {"sent", {"Sent", "Envoyé"}},
    {"delivered", {"Delivered", "Remis"}},
    {"answered", {"Answered", "Répondu"}},
    {"no_answer", {"No answer", "Sans réponse"}},
    {"refused", {"Refused", "Refusé"}},
    {"bounced", {"Bounced for good", "Rejeté définitivement"}},
    {"deferred", {"Deferred", "Différé"}},
    {"complained", {"Reported as spam", "Signalé comme indésirable"}},
    {"not_made", {"Not made", "Non effectué"}},
};

struct ContactAttempt : EventType<ContactAttempt, Contact> {
  constexpr ContactAttempt()
      : EventType({.label = {"Contact attempt", "Tentative de contact"},
                   .plural = {"Contact attempts", "Tentatives de contact"},
                   .help = {"Somebody set out to reach the person, and was allowed to",
                            "Quelqu'un a entrepris de joindre la personne, avec l'autorisation"},
                   .title = "channel purpose",
                   .use = Use::kOperate | Use::kSteer,
                   .personal = Personal::kBehaviour,
                   .filled_by = "send seam",
                   .kept_current = "not needed",
                   .data_owner = "marketing direction",
                   .steward = "marketing",
                   .purposes = "service marketing",
                   .retention = {36, 24}}) {}

  Text operation{
      *this, "operation", {.label = {"Operation", "Opération"}, .group = group::kIdentity}};
  Text channel{*this, "channel", {.label = {"Channel", "Canal"}, .group = group::kReach}};
  Text purpose{*this, "purpose", {.label = {"Purpose", "Finalité"}, .group = group::kCompliance}};
  Text topic{*this, "topic", {.label = {"Topic", "Sujet"}, .group = group::kCompliance}};
  Text address{
      *this,
      "address",
      {.label = {"Address", "Adresse"}, .group = group::kReach, .personal = Personal::kContact}};
  Text rule{*this, "rule", {.label = {"Rule", "Règle"}, .group = group::kCompliance}};
  Text basis{
      *this, "basis", {.label = {"Lawful basis", "Base légale"}, .group = group::kCompliance}};
  Int pack_version{
      *this,
      "pack_version",
      {.label = {"Version of the rules", "Version des règles"}, .group = group::kCompliance}};
};
inline constexpr ContactAttempt contact_attempt{};

struct ContactOutcome : EventType<ContactOutcome, Contact> {
  constexpr ContactOutcome()
      : EventType({.label = {"Contact outcome", "Issue d'un contact"},
                   .plural = {"Contact outcomes", "Issues de contacts"},
                   .help = {"What came of a contact attempt", "Ce qu'une tentative a donné"},
                   .title = "outcome",
                   .use = Use::kOperate | Use::kSteer,
                   .personal = Personal::kBehaviour,
                   .filled_by = "send seam",
                   .kept_current = "not needed",
                   .data_owner = "marketing direction",
                   .steward = "marketing",
                   .purposes = "service marketing",
                   .retention = {36, 24}}) {}

  Text operation{
      *this, "operation", {.label = {"Operation", "Opération"}, .group = group::kIdentity}};
  Choice outcome{*this,
                 "outcome",
                 kContactOutcomes,
                 {.label = {"Outcome", "Issue"}, .group = group::kFollowUp}};
  Text detail{*this, "detail", {.label = {"Detail", "Détail"}, .group = group::kFollowUp}};
};
inline constexpr ContactOutcome contact_outcome{};

}  // namespace relata::crm

#endif  // RELATA_CRM_CONTACT_LOG_H_

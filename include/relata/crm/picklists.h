// SPDX-License-Identifier: Apache-2.0
//
// Picklists that several nouns share. A list used by one noun stands beside it.

#ifndef RELATA_CRM_PICKLISTS_H_
#define RELATA_CRM_PICKLISTS_H_

#include "relata/model/type.h"

namespace relata::crm {

// Where a relation began. An open list: every company adds its own.
inline constexpr Option kOrigins[] = {
    {"web", {"Web site", "Site web"}},
    {"search", {"Search engine", "Moteur de recherche"}},
    {"advertisement", {"Advertisement", "Publicité"}},
    {"social", {"Social network", "Réseau social"}},
    {"marketing_event", {"Fair or event", "Salon ou événement"}},
    {"cold_call", {"Cold call", "Prospection téléphonique"}},
    {"referral", {"Referral", "Recommandation"}},
    {"partner", {"Partner", "Partenaire"}},
    {"campaign", {"Campaign", "Campagne"}},
    {"import", {"Import", "Import"}},
    {"other", {"Other", "Autre"}},
};

// Economic sectors, coarse. An open list; national codes have fields of their own.
inline constexpr Option kIndustries[] = {
    {"agriculture", {"Agriculture", "Agriculture"}},
    {"manufacturing", {"Manufacturing", "Industrie"}},
    {"construction", {"Construction", "Construction"}},
    {"wholesale", {"Wholesale", "Commerce de gros"}},
    {"retail", {"Retail", "Commerce de détail"}},
    {"transport", {"Transport and logistics", "Transport et logistique"}},
    {"hospitality", {"Hotels and restaurants", "Hôtellerie et restauration"}},
    {"technology", {"Software and technology", "Informatique et technologies"}},
    {"telecommunications", {"Telecommunications", "Télécommunications"}},
    {"finance", {"Finance and insurance", "Finance et assurance"}},
    {"real_estate", {"Real estate", "Immobilier"}},
    {"services", {"Business services", "Services aux entreprises"}},
    {"education", {"Education", "Enseignement"}},
    {"health", {"Health and care", "Santé et action sociale"}},
    {"energy", {"Energy and utilities", "Énergie et réseaux"}},
    {"media", {"Media and culture", "Médias et culture"}},
    {"public", {"Public administration", "Administration publique"}},
    {"association", {"Association", "Association"}},
    {"other", {"Other", "Autre"}},
};

// The value of a customer to the company, decided by the company's own rule.
inline constexpr Option kValueTiers[] = {
    {"A", {"A, key", "A, clé"}},
    {"B", {"B, important", "B, important"}},
    {"C", {"C, standard", "C, standard"}},
};

inline constexpr Option kSeverities[] = {
    {"low", {"Low", "Faible"}},
    {"medium", {"Medium", "Moyenne"}},
    {"high", {"High", "Élevée"}},
    {"critical", {"Critical", "Critique"}},
};

inline constexpr Option kPriorities[] = {
    {"low", {"Low", "Basse"}},
    {"normal", {"Normal", "Normale"}},
    {"high", {"High", "Haute"}},
};

inline constexpr Option kChannels[] = {
    {"email", {"E-mail", "E-mail"}},
    {"sms", {"Text message", "SMS"}},
    {"phone", {"Telephone", "Téléphone"}},
    {"post", {"Post", "Courrier postal"}},
    {"messaging", {"Messaging", "Messagerie"}},
    {"web", {"Web site", "Site web"}},
    {"visit", {"Visit", "Visite"}},
    {"other", {"Other", "Autre"}},
};

// When a project is to happen, as the person says it.
inline constexpr Option kTimeframes[] = {
    {"now", {"Now", "Immédiat"}},
    {"quarter", {"Within a quarter", "Dans le trimestre"}},
    {"half_year", {"Within half a year", "Dans les six mois"}},
    {"year", {"Within a year", "Dans l'année"}},
    {"later", {"Later", "Plus tard"}},
};

inline constexpr Option kPeriodicities[] = {
    {"once", {"Once", "Une fois"}},
    {"monthly", {"Monthly", "Mensuelle"}},
    {"quarterly", {"Quarterly", "Trimestrielle"}},
    {"half_yearly", {"Half-yearly", "Semestrielle"}},
    {"yearly", {"Yearly", "Annuelle"}},
};

// Which address of a person or company a contact point is.
inline constexpr Option kPointRoles[] = {
    {"billing", {"Billing", "Facturation"}}, {"delivery", {"Delivery", "Livraison"}},
    {"office", {"Office", "Bureau"}},        {"home", {"Home", "Domicile"}},
    {"mobile", {"Mobile", "Mobile"}},        {"other", {"Other", "Autre"}},
};

}  // namespace relata::crm

#endif  // RELATA_CRM_PICKLISTS_H_

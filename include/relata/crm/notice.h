// SPDX-License-Identifier: Apache-2.0
//
// What the law asks us to keep about ourselves: the wordings shown to people, the register of
// processing, the rights people exercised and the breaches. The consent ledger refers to wordings;
// the register is printed from processing activities and the cards of fields.

#ifndef RELATA_CRM_NOTICE_H_
#define RELATA_CRM_NOTICE_H_

#include "relata/crm/groups.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Company;
struct Contact;
struct Lead;
struct User;

inline constexpr Option kNoticeKinds[] = {
    {"information", {"Information notice", "Mention d'information"}},
    {"consent", {"Consent wording", "Texte de consentement"}},
    {"soft_opt_in", {"Existing-customer wording", "Mention pour les clients existants"}},
    {"telephone", {"Telephone script", "Script téléphonique"}},
};

inline constexpr Option kLawfulBases[] = {
    {"consent", {"Consent", "Consentement"}},
    {"contract", {"Contract", "Contrat"}},
    {"legal_obligation", {"Legal obligation", "Obligation légale"}},
    {"vital_interests", {"Vital interests", "Intérêts vitaux"}},
    {"public_task", {"Public task", "Mission d'intérêt public"}},
    {"legitimate_interest", {"Legitimate interest", "Intérêt légitime"}},
};

inline constexpr Option kRights[] = {
    {"access", {"Access", "Accès"}},
    {"rectification", {"Rectification", "Rectification"}},
    {"erasure", {"Erasure", "Effacement"}},
    {"restriction", {"Restriction", "Limitation"}},
    {"portability", {"Portability", "Portabilité"}},
    {"objection", {"Objection", "Opposition"}},
    {"automated_decision", {"Human review of a decision", "Réexamen humain d'une décision"}},
    {"post_mortem", {"Instructions after death", "Directives après la mort"}},
};

inline constexpr Option kRequestStatuses[] = {
    {"received", {"Received", "Reçue"}},
    {"identity_asked", {"Identity asked", "Identité demandée"}},
    {"extended", {"Extended", "Prolongée"}},
    {"answered", {"Answered", "Répondue"}},
    {"refused", {"Refused", "Refusée"}},
};

inline constexpr Option kBreachRisks[] = {
    {"none", {"No risk", "Aucun risque"}},
    {"risk", {"Risk", "Risque"}},
    {"high_risk", {"High risk", "Risque élevé"}},
};

inline constexpr Option kIdentityStates[] = {
    {"not_needed", {"Not needed", "Non nécessaire"}},
    {"asked", {"Proof asked", "Justificatif demandé"}},
    {"verified", {"Verified", "Vérifiée"}},
    {"failed", {"Not established", "Non établie"}},
};

struct Notice : Type<Notice> {
  constexpr Notice()
      : Type({.label = {"Notice", "Mention"},
              .plural = {"Notices", "Mentions"},
              .help = {"A wording shown to people, as it was shown",
                       "Un texte présenté aux personnes, tel qu'il l'a été"},
              .title = "name version",
              .use = Use::kOperate,
              .filled_by = "dpo",
              .kept_current = "yearly review",
              .data_owner = "dpo",
              .steward = "dpo",
              .retention = {60, 60}}) {}

  Text name{*this, "name", {.label = {"Name", "Nom"}, .group = group::kIdentity, .required = true}};
  Choice kind{
      *this, "kind", kNoticeKinds, {.label = {"Kind", "Nature"}, .group = group::kIdentity}};
  Text version{*this, "version", {.label = {"Version", "Version"}, .group = group::kIdentity}};
  Text language{*this, "language", {.label = {"Language", "Langue"}, .group = group::kIdentity}};
  Text text{
      *this, "text", {.label = {"Text", "Texte"}, .group = group::kCompliance, .required = true}};
  TextList purposes{
      *this, "purposes", {.label = {"Purposes", "Finalités"}, .group = group::kCompliance}};
  TextList channels{
      *this, "channels", {.label = {"Channels", "Canaux"}, .group = group::kCompliance}};
  Link<Company> controller{*this,
                           "controller",
                           {.label = {"Controller", "Responsable de traitement"},
                            .group = group::kCompliance,
                            .inverse = "notices"}};
  Date from{*this, "from", {.label = {"In use from", "En usage du"}, .group = group::kDates}};
  Date until{*this, "until", {.label = {"In use until", "En usage au"}, .group = group::kDates}};
  Text sha256{*this,
              "sha256",
              {.label = {"SHA-256 of the text", "SHA-256 du texte"}, .group = group::kCompliance}};
};
inline constexpr Notice notice{};

struct ProcessingActivity : Type<ProcessingActivity> {
  constexpr ProcessingActivity()
      : Type({.label = {"Processing activity", "Activité de traitement"},
              .plural = {"Processing activities", "Activités de traitement"},
              .help = {"One entry of the register of processing",
                       "Une fiche du registre des traitements"},
              .title = "name",
              .use = Use::kOperate,
              .filled_by = "dpo",
              .kept_current = "yearly review",
              .data_owner = "dpo",
              .steward = "dpo"}) {}

  Text name{*this, "name", {.label = {"Name", "Nom"}, .group = group::kIdentity, .required = true}};
  TextList purposes{
      *this, "purposes", {.label = {"Purposes", "Finalités"}, .group = group::kCompliance}};
  Choice basis{*this,
               "basis",
               kLawfulBases,
               {.label = {"Lawful basis", "Base légale"}, .group = group::kCompliance}};
  Link<Company> controller{*this,
                           "controller",
                           {.label = {"Controller", "Responsable de traitement"},
                            .group = group::kIdentity,
                            .inverse = "processing_activities"}};
  TextList joint_controllers{
      *this,
      "joint_controllers",
      {.label = {"Joint controllers", "Responsables conjoints"}, .group = group::kIdentity}};
  TextList processors{
      *this, "processors", {.label = {"Processors", "Sous-traitants"}, .group = group::kIdentity}};
  TextList person_categories{
      *this,
      "person_categories",
      {.label = {"Categories of persons", "Catégories de personnes"}, .group = group::kCompliance}};
  TextList data_categories{
      *this,
      "data_categories",
      {.label = {"Categories of data", "Catégories de données"}, .group = group::kCompliance}};
  TextList recipients{
      *this, "recipients", {.label = {"Recipients", "Destinataires"}, .group = group::kCompliance}};
  TextList transfers{
      *this,
      "transfers",
      {.label = {"Transfers outside the EU", "Transferts hors UE"}, .group = group::kCompliance}};
  Text retention{*this,
                 "retention",
                 {.label = {"Retention", "Durées de conservation"}, .group = group::kCompliance}};
  Text security{
      *this,
      "security",
      {.label = {"Security measures", "Mesures de sécurité"}, .group = group::kCompliance}};
  Bool assessment_needed{*this,
                         "assessment_needed",
                         {.label = {"Impact assessment needed", "Analyse d'impact requise"},
                          .group = group::kCompliance}};
  Date assessed_on{
      *this,
      "assessed_on",
      {.label = {"Impact assessed on", "Analyse d'impact du"}, .group = group::kDates}};
  Text balancing{*this,
                 "balancing",
                 {.label = {"Balancing of interests", "Mise en balance des intérêts"},
                  .group = group::kCompliance}};
  Date reviewed_on{
      *this,
      "reviewed_on",
      {.label = {"Reviewed on", "Revue le"}, .group = group::kDates, .max_age_days = 365}};
  Bool active{*this,
              "active",
              {.label = {"Active", "Active"},
               .group = group::kCompliance,
               .required = true,
               .initial = "true"}};
};
inline constexpr ProcessingActivity processing_activity{};

struct RightsRequest : Type<RightsRequest> {
  constexpr RightsRequest()
      : Type({.label = {"Rights request", "Demande de droit"},
              .plural = {"Rights requests", "Demandes de droits"},
              .help = {"A right that a person exercises", "Un droit qu'une personne exerce"},
              .title = "number",
              .use = Use::kOperate | Use::kSteer,
              .personal = Personal::kIdentity,
              .filled_by = "whoever receives it",
              .kept_current = "at each step",
              .data_owner = "dpo",
              .steward = "dpo",
              .purposes = "rights_response",
              .retention = {12, 60}}) {}

  Text number{
      *this, "number", {.label = {"Number", "Numéro"}, .group = group::kIdentity, .unique = true}};
  Choice right{*this,
               "right",
               kRights,
               {.label = {"Right", "Droit"}, .group = group::kIdentity, .required = true}};
  Link<Contact> contact{
      *this,
      "contact",
      {.label = {"Contact", "Contact"}, .group = group::kIdentity, .inverse = "rights_requests"}};
  Link<Lead> lead{
      *this,
      "lead",
      {.label = {"Lead", "Piste"}, .group = group::kIdentity, .inverse = "rights_requests"}};
  Text requester{
      *this, "requester", {.label = {"Requester", "Demandeur"}, .group = group::kIdentity}};
  Text reply_to{*this,
                "reply_to",
                {.label = {"Reply to", "Adresse de réponse"},
                 .group = group::kReach,
                 .personal = Personal::kContact}};
  Choice status{*this,
                "status",
                kRequestStatuses,
                {.label = {"Status", "Statut"}, .group = group::kFollowUp, .initial = "received"}};
  Timestamp received_at{
      *this,
      "received_at",
      {.label = {"Received at", "Reçue le"}, .group = group::kDates, .required = true}};
  Timestamp due_at{
      *this,
      "due_at",
      {.label = {"Due at", "Échéance"},
       .help = {"One month from receipt, three when extended (GDPR, article 12(3))",
                "Un mois à compter de la réception, trois si prolongée (RGPD, article 12(3))"},
       .group = group::kDates}};
  Timestamp extended_at{
      *this, "extended_at", {.label = {"Extended at", "Prolongée le"}, .group = group::kDates}};
  Timestamp answered_at{
      *this, "answered_at", {.label = {"Answered at", "Répondue le"}, .group = group::kDates}};
  Text refusal_reason{
      *this,
      "refusal_reason",
      {.label = {"Reason for refusal", "Motif du refus"}, .group = group::kCompliance}};
  Text answer{*this,
              "answer",
              {.label = {"Answer", "Réponse"}, .group = group::kCompliance, .free_text = true}};
  Link<User> owner{*this,
                   "owner",
                   {.label = {"Record owner", "Responsable de la demande"},
                    .group = group::kFollowUp,
                    .personal = Personal::kNone,
                    .inverse = "rights_requests"}};
  Choice identity{*this,
                  "identity",
                  kIdentityStates,
                  {.label = {"Identity", "Identité"},
                   .help = {"Whether it is known that the person asks (GDPR, article 12(6))",
                            "Si l'on sait que la personne demande (RGPD, article 12(6))"},
                   .group = group::kCompliance}};
  Timestamp identity_at{
      *this,
      "identity_at",
      {.label = {"Identity settled at", "Identité établie le"}, .group = group::kDates}};
  Text extension_reason{
      *this,
      "extension_reason",
      {.label = {"Reason for extension", "Motif de la prolongation"}, .group = group::kCompliance}};
};
inline constexpr RightsRequest rights_request{};

struct Breach : Type<Breach> {
  constexpr Breach()
      : Type({.label = {"Data breach", "Violation de données"},
              .plural = {"Data breaches", "Violations de données"},
              .help = {"A breach of personal data, notified or not (GDPR, article 33(5))",
                       "Une violation de données, notifiée ou non (RGPD, article 33(5))"},
              .title = "number",
              .use = Use::kOperate,
              .filled_by = "dpo",
              .kept_current = "at each step",
              .data_owner = "dpo",
              .steward = "dpo",
              .retention = {60, 60}}) {}

  Text number{
      *this, "number", {.label = {"Number", "Numéro"}, .group = group::kIdentity, .unique = true}};
  Timestamp occurred_at{
      *this, "occurred_at", {.label = {"Occurred at", "Survenue le"}, .group = group::kDates}};
  Timestamp detected_at{
      *this,
      "detected_at",
      {.label = {"Detected at", "Détectée le"}, .group = group::kDates, .required = true}};
  Text nature{*this,
              "nature",
              {.label = {"Nature", "Nature"}, .group = group::kCompliance, .required = true}};
  TextList data_categories{
      *this,
      "data_categories",
      {.label = {"Categories of data", "Catégories de données"}, .group = group::kCompliance}};
  Int persons{
      *this,
      "persons",
      {.label = {"Persons concerned", "Personnes concernées"}, .group = group::kCompliance}};
  Choice risk{
      *this,
      "risk",
      kBreachRisks,
      {.label = {"Risk to persons", "Risque pour les personnes"}, .group = group::kCompliance}};
  Text consequences{
      *this,
      "consequences",
      {.label = {"Likely consequences", "Conséquences probables"}, .group = group::kCompliance}};
  Text measures{*this,
                "measures",
                {.label = {"Measures taken", "Mesures prises"}, .group = group::kCompliance}};
  Timestamp authority_notified_at{
      *this,
      "authority_notified_at",
      {.label = {"Authority notified at", "Autorité notifiée le"}, .group = group::kDates}};
  Timestamp persons_informed_at{
      *this,
      "persons_informed_at",
      {.label = {"Persons informed at", "Personnes informées le"}, .group = group::kDates}};
  Text reason_not_notified{
      *this,
      "reason_not_notified",
      {.label = {"Why not notified", "Motif de non-notification"}, .group = group::kCompliance}};
  Link<User> owner{*this,
                   "owner",
                   {.label = {"Record owner", "Responsable de la violation"},
                    .group = group::kFollowUp,
                    .inverse = "breaches"}};
};
inline constexpr Breach breach{};

}  // namespace relata::crm

#endif  // RELATA_CRM_NOTICE_H_

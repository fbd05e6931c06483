// SPDX-License-Identifier: Apache-2.0
//
// Behaviour: immutable facts about what a person did or what reached the person. The types here are
// about a contact; what a lead does before it is converted has the same types under the lead's name
// (standard.h: lead_page_view, ...), and both are asked alike: contact.events('page_view'),
// lead.events('page_view'). The instant `at` and the subject are in every event and are not
// declared. Custom event types are added at run time like any other.

#ifndef RELATA_CRM_BEHAVIOUR_H_
#define RELATA_CRM_BEHAVIOUR_H_

#include "relata/crm/groups.h"
#include "relata/crm/picklists.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Campaign;
struct Contact;
struct Notice;
struct Product;

inline constexpr Option kBounceKinds[] = {
    {"hard", {"Permanent", "Définitif"}},
    {"soft", {"Temporary", "Temporaire"}},
    {"complaint", {"Marked as spam", "Signalé comme indésirable"}},
};

struct PageView : EventType<PageView, Contact> {
  constexpr PageView()
      : EventType({.label = {"Page view", "Page vue"},
                   .plural = {"Page views", "Pages vues"},
                   .help = {"A page of a web site was viewed", "Une page d'un site web a été vue"},
                   .title = "path",
                   .use = Use::kSegment | Use::kPersonalise | Use::kSteer,
                   .personal = Personal::kBehaviour,
                   .filled_by = "web site",
                   .kept_current = "not needed",
                   .data_owner = "marketing direction",
                   .steward = "marketing",
                   .purposes = "marketing profiling",
                   .master = "host",
                   .retention = {13, 0}}) {}

  Text path{*this, "path", {.label = {"Path", "Chemin"}, .group = group::kIdentity}};
  Text site{*this, "site", {.label = {"Web site", "Site web"}, .group = group::kIdentity}};
  Text page_title{*this,
                  "page_title",
                  {.label = {"Page title", "Titre de la page"}, .group = group::kIdentity}};
  Text referrer{
      *this, "referrer", {.label = {"Referrer", "Provenance"}, .group = group::kIdentity}};
  Text utm_source{*this,
                  "utm_source",
                  {.label = {"Campaign source", "Source de campagne"}, .group = group::kCommerce}};
  Text utm_campaign{*this,
                    "utm_campaign",
                    {.label = {"Campaign name", "Nom de campagne"}, .group = group::kCommerce}};
  Duration length{
      *this, "length", {.label = {"Time on page", "Temps passé"}, .group = group::kIdentity}};
  Text device{*this, "device", {.label = {"Device", "Appareil"}, .group = group::kProfile}};
};
inline constexpr PageView page_view{};

struct FormSent : EventType<FormSent, Contact> {
  constexpr FormSent()
      : EventType(
            {.label = {"Form sent", "Formulaire envoyé"},
             .plural = {"Forms sent", "Formulaires envoyés"},
             .help = {"A form was filled in and sent", "Un formulaire a été rempli et envoyé"},
             .title = "form",
             .use = Use::kSegment | Use::kPersonalise | Use::kSteer,
             .personal = Personal::kBehaviour,
             .filled_by = "web site",
             .kept_current = "not needed",
             .data_owner = "marketing direction",
             .steward = "marketing",
             .purposes = "service marketing profiling",
             .master = "host",
             .retention = {36, 0}}) {}

  Text form{*this, "form", {.label = {"Form", "Formulaire"}, .group = group::kIdentity}};
  Text path{*this, "path", {.label = {"Page", "Page"}, .group = group::kIdentity}};
  Text site{*this, "site", {.label = {"Web site", "Site web"}, .group = group::kIdentity}};
  Text message{*this,
               "message",
               {.label = {"Message", "Message"},
                .group = group::kIdentity,
                .use = Use::kPersonalise,
                .personal = Personal::kProfile,
                .free_text = true}};
  Link<Campaign> campaign{
      *this,
      "campaign",
      {.label = {"Campaign", "Campagne"}, .group = group::kCommerce, .inverse = "forms_sent"}};
  Link<Notice> notice{*this,
                      "notice",
                      {.label = {"Wording shown", "Mention présentée"},
                       .group = group::kCompliance,
                       .use = Use::kOperate,
                       .inverse = "forms_sent"}};
};
inline constexpr FormSent form_sent{};

struct EmailSent : EventType<EmailSent, Contact> {
  constexpr EmailSent()
      : EventType(
            {.label = {"E-mail sent", "E-mail envoyé"},
             .plural = {"E-mails sent", "E-mails envoyés"},
             .help = {"An e-mail left for the person", "Un e-mail est parti vers la personne"},
             .title = "subject_line",
             .use = Use::kSegment | Use::kPersonalise | Use::kSteer,
             .personal = Personal::kBehaviour,
             .filled_by = "sending tool",
             .kept_current = "not needed",
             .data_owner = "marketing direction",
             .steward = "marketing",
             .purposes = "service marketing",
             .master = "host",
             .retention = {36, 0}}) {}

  Text message_id{*this,
                  "message_id",
                  {.label = {"Message id", "Identifiant du message"},
                   .group = group::kIdentity,
                   .use = Use::kOperate}};
  Text subject_line{
      *this, "subject_line", {.label = {"Subject line", "Objet"}, .group = group::kIdentity}};
  Text address{*this,
               "address",
               {.label = {"Address", "Adresse"},
                .group = group::kReach,
                .use = Use::kOperate,
                .personal = Personal::kContact}};
  Text purpose{
      *this,
      "purpose",
      {.label = {"Purpose", "Finalité"}, .group = group::kCompliance, .use = Use::kOperate}};
  Link<Campaign> campaign{
      *this,
      "campaign",
      {.label = {"Campaign", "Campagne"}, .group = group::kCommerce, .inverse = "emails_sent"}};
};
inline constexpr EmailSent email_sent{};

struct EmailOpened : EventType<EmailOpened, Contact> {
  constexpr EmailOpened()
      : EventType({.label = {"E-mail opened", "E-mail ouvert"},
                   .plural = {"E-mails opened", "E-mails ouverts"},
                   .help = {"An e-mail was opened, as far as can be seen",
                            "Un e-mail a été ouvert, pour autant qu'on puisse le voir"},
                   .title = "message_id",
                   .use = Use::kSegment | Use::kPersonalise | Use::kSteer,
                   .personal = Personal::kBehaviour,
                   .filled_by = "sending tool",
                   .kept_current = "not needed",
                   .data_owner = "marketing direction",
                   .steward = "marketing",
                   .purposes = "marketing profiling",
                   .master = "host",
                   .retention = {13, 0}}) {}

  Text message_id{*this,
                  "message_id",
                  {.label = {"Message id", "Identifiant du message"},
                   .group = group::kIdentity,
                   .use = Use::kOperate}};
  Bool machine{*this,
               "machine",
               {.label = {"Opened by a machine", "Ouvert par une machine"},
                .help = {"Privacy proxies open every message; such openings prove nothing",
                         "Les relais de confidentialité ouvrent tous les messages ; ces ouvertures "
                         "ne prouvent rien"},
                .group = group::kCompliance}};
  Link<Campaign> campaign{
      *this,
      "campaign",
      {.label = {"Campaign", "Campagne"}, .group = group::kCommerce, .inverse = "emails_opened"}};
};
inline constexpr EmailOpened email_opened{};

struct EmailClicked : EventType<EmailClicked, Contact> {
  constexpr EmailClicked()
      : EventType({.label = {"E-mail clicked", "Clic dans un e-mail"},
                   .plural = {"E-mails clicked", "Clics dans des e-mails"},
                   .help = {"A link of an e-mail was followed", "Un lien d'un e-mail a été suivi"},
                   .title = "url",
                   .use = Use::kSegment | Use::kPersonalise | Use::kSteer,
                   .personal = Personal::kBehaviour,
                   .filled_by = "sending tool",
                   .kept_current = "not needed",
                   .data_owner = "marketing direction",
                   .steward = "marketing",
                   .purposes = "marketing profiling",
                   .master = "host",
                   .retention = {13, 0}}) {}

  Text message_id{*this,
                  "message_id",
                  {.label = {"Message id", "Identifiant du message"},
                   .group = group::kIdentity,
                   .use = Use::kOperate}};
  Text url{*this, "url", {.label = {"Address", "Adresse"}, .group = group::kIdentity}};
  Link<Campaign> campaign{
      *this,
      "campaign",
      {.label = {"Campaign", "Campagne"}, .group = group::kCommerce, .inverse = "emails_clicked"}};
};
inline constexpr EmailClicked email_clicked{};

struct EmailBounced : EventType<EmailBounced, Contact> {
  constexpr EmailBounced()
      : EventType({.label = {"E-mail bounced", "E-mail rejeté"},
                   .plural = {"E-mails bounced", "E-mails rejetés"},
                   .help = {"An e-mail came back", "Un e-mail est revenu"},
                   .title = "address",
                   .use = Use::kOperate | Use::kSteer,
                   .personal = Personal::kBehaviour,
                   .filled_by = "sending tool",
                   .kept_current = "not needed",
                   .data_owner = "marketing direction",
                   .steward = "marketing",
                   .purposes = "service marketing",
                   .master = "host",
                   .retention = {36, 0}}) {}

  Text message_id{*this,
                  "message_id",
                  {.label = {"Message id", "Identifiant du message"}, .group = group::kIdentity}};
  Text address{
      *this,
      "address",
      {.label = {"Address", "Adresse"}, .group = group::kReach, .personal = Personal::kContact}};
  Choice kind{*this,
              "kind",
              kBounceKinds,
              {.label = {"Kind", "Nature"}, .group = group::kIdentity, .open = true}};
  Text reason{*this, "reason", {.label = {"Reason", "Motif"}, .group = group::kIdentity}};
  Link<Campaign> campaign{
      *this,
      "campaign",
      {.label = {"Campaign", "Campagne"}, .group = group::kCommerce, .inverse = "emails_bounced"}};
};
inline constexpr EmailBounced email_bounced{};

struct Download : EventType<Download, Contact> {
  constexpr Download()
      : EventType({.label = {"Download", "Téléchargement"},
                   .plural = {"Downloads", "Téléchargements"},
                   .help = {"A file was downloaded", "Un fichier a été téléchargé"},
                   .title = "file",
                   .use = Use::kSegment | Use::kPersonalise | Use::kSteer,
                   .personal = Personal::kBehaviour,
                   .filled_by = "web site",
                   .kept_current = "not needed",
                   .data_owner = "marketing direction",
                   .steward = "marketing",
                   .purposes = "marketing profiling",
                   .master = "host",
                   .retention = {13, 0}}) {}

  Text file{*this, "file", {.label = {"File", "Fichier"}, .group = group::kIdentity}};
  Text path{*this, "path", {.label = {"Page", "Page"}, .group = group::kIdentity}};
  Text topic{*this, "topic", {.label = {"Topic", "Sujet"}, .group = group::kIdentity}};
  Link<Product> product{
      *this,
      "product",
      {.label = {"Product", "Produit"}, .group = group::kCommerce, .inverse = "downloads"}};
  Link<Campaign> campaign{
      *this,
      "campaign",
      {.label = {"Campaign", "Campagne"}, .group = group::kCommerce, .inverse = "downloads"}};
};
inline constexpr Download download{};

struct AppUsed : EventType<AppUsed, Contact> {
  constexpr AppUsed()
      : EventType({.label = {"App used", "Application utilisée"},
                   .plural = {"Uses of the app", "Utilisations de l'application"},
                   .help = {"A feature of an application was used",
                            "Une fonction d'une application a été utilisée"},
                   .title = "feature",
                   .use = Use::kSegment | Use::kPersonalise | Use::kSteer,
                   .personal = Personal::kBehaviour,
                   .filled_by = "application",
                   .kept_current = "not needed",
                   .data_owner = "marketing direction",
                   .steward = "marketing",
                   .purposes = "service profiling",
                   .master = "host",
                   .retention = {13, 0}}) {}

  Text app{*this, "app", {.label = {"Application", "Application"}, .group = group::kIdentity}};
  Text feature{*this, "feature", {.label = {"Feature", "Fonction"}, .group = group::kIdentity}};
  Text platform{*this, "platform", {.label = {"Platform", "Plateforme"}, .group = group::kProfile}};
  Text version{*this, "version", {.label = {"Version", "Version"}, .group = group::kProfile}};
  Duration length{*this, "length", {.label = {"Length", "Durée"}, .group = group::kIdentity}};
};
inline constexpr AppUsed app_used{};

struct Login : EventType<Login, Contact> {
  constexpr Login()
      : EventType({.label = {"Log-in", "Connexion"},
                   .plural = {"Log-ins", "Connexions"},
                   .help = {"The person logged in", "La personne s'est connectée"},
                   .title = "service",
                   .use = Use::kSegment | Use::kOperate | Use::kSteer,
                   .personal = Personal::kBehaviour,
                   .filled_by = "application",
                   .kept_current = "not needed",
                   .data_owner = "marketing direction",
                   .steward = "marketing",
                   .purposes = "service profiling",
                   .master = "host",
                   .retention = {13, 0}}) {}

  Text service{*this, "service", {.label = {"Service", "Service"}, .group = group::kIdentity}};
  Text platform{*this, "platform", {.label = {"Platform", "Plateforme"}, .group = group::kProfile}};
  Bool succeeded{
      *this, "succeeded", {.label = {"Succeeded", "Réussie"}, .group = group::kIdentity}};
};
inline constexpr Login login{};

struct Unsubscribe : EventType<Unsubscribe, Contact> {
  constexpr Unsubscribe()
      : EventType(
            {.label = {"Unsubscribe", "Désabonnement"},
             .plural = {"Unsubscribes", "Désabonnements"},
             .help =
                 {"The person unsubscribed; the consent ledger holds the withdrawal itself",
                  "La personne s'est désabonnée ; le registre des consentements porte le retrait"},
             .title = "reason",
             .use = Use::kOperate | Use::kSteer,
             .personal = Personal::kBehaviour,
             .filled_by = "sending tool",
             .kept_current = "not needed",
             .data_owner = "dpo",
             .steward = "dpo",
             .purposes = "service marketing",
             .master = "host",
             .retention = {36, 0}}) {}

  Choice channel{*this,
                 "channel",
                 kChannels,
                 {.label = {"Channel", "Canal"}, .group = group::kCompliance, .open = true}};
  Text purpose{*this, "purpose", {.label = {"Purpose", "Finalité"}, .group = group::kCompliance}};
  Text topic{*this, "topic", {.label = {"Topic", "Sujet"}, .group = group::kCompliance}};
  Text address{
      *this,
      "address",
      {.label = {"Address", "Adresse"}, .group = group::kReach, .personal = Personal::kContact}};
  Text reason{*this, "reason", {.label = {"Reason", "Motif"}, .group = group::kCompliance}};
  Link<Campaign> campaign{
      *this,
      "campaign",
      {.label = {"Campaign", "Campagne"}, .group = group::kCommerce, .inverse = "unsubscribes"}};
};
inline constexpr Unsubscribe unsubscribe{};

struct PreferenceChanged : EventType<PreferenceChanged, Contact> {
  constexpr PreferenceChanged()
      : EventType(
            {.label = {"Preference changed", "Préférence modifiée"},
             .plural = {"Preferences changed", "Préférences modifiées"},
             .help = {"The person changed a preference", "La personne a modifié une préférence"},
             .title = "preference",
             .use = Use::kSegment | Use::kPersonalise | Use::kOperate,
             .personal = Personal::kBehaviour,
             .filled_by = "the person",
             .kept_current = "not needed",
             .data_owner = "marketing direction",
             .steward = "marketing",
             .purposes = "service marketing",
             .master = "host",
             .retention = {36, 0}}) {}

  Text preference{
      *this, "preference", {.label = {"Preference", "Préférence"}, .group = group::kIdentity}};
  Text old_value{*this, "old_value", {.label = {"Before", "Avant"}, .group = group::kIdentity}};
  Text new_value{*this, "new_value", {.label = {"After", "Après"}, .group = group::kIdentity}};
  Text source{*this, "source", {.label = {"Source", "Source"}, .group = group::kIdentity}};
};
inline constexpr PreferenceChanged preference_changed{};

}  // namespace relata::crm

#endif  // RELATA_CRM_BEHAVIOUR_H_

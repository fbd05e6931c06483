// SPDX-License-Identifier: Apache-2.0
//
// Contact points: e-mail addresses, telephone numbers, postal addresses and messaging accounts are
// records of their own, because several people share one (a family telephone, info@, a site) and
// because consent, bounces and validity belong to the point. A ContactPoint joins one holder
// (contact, lead, account, establishment or household) to one point and says in which role and
// when.

#ifndef RELATA_CRM_CONTACT_POINT_H_
#define RELATA_CRM_CONTACT_POINT_H_

#include "relata/crm/groups.h"
#include "relata/crm/picklists.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Account;
struct Contact;
struct Establishment;
struct Household;
struct Lead;

inline constexpr Option kPointNatures[] = {
    {"personal", {"Personal", "Personnel"}},
    {"professional", {"Professional", "Professionnel"}},
    {"generic", {"Generic", "Générique"}},
};

struct EmailAddress : Type<EmailAddress> {
  constexpr EmailAddress()
      : Type({.label = {"E-mail address", "Adresse e-mail"},
              .plural = {"E-mail addresses", "Adresses e-mail"},
              .help = {"An e-mail address, shared or not", "Une adresse e-mail, partagée ou non"},
              .title = "address",
              .use = Use::kOperate,
              .personal = Personal::kContact,
              .filled_by = "whoever records the person",
              .kept_current = "bounces",
              .data_owner = "marketing direction",
              .steward = "marketing",
              .purposes = "service marketing",
              .retention = {36, 0}}) {}

  Text address{*this,
               "address",
               {.label = {"Address", "Adresse"},
                .group = group::kIdentity,
                .required = true,
                .unique = true}};
  Choice nature{*this,
                "nature",
                kPointNatures,
                {.label = {"Nature", "Nature"},
                 .group = group::kIdentity,
                 .use = Use::kSegment | Use::kOperate}};
  Bool valid{*this,
             "valid",
             {.label = {"Valid", "Valide"},
              .group = group::kCompliance,
              .use = Use::kSegment | Use::kOperate,
              .max_age_days = 365}};
  Timestamp verified_at{
      *this, "verified_at", {.label = {"Verified at", "Vérifiée le"}, .group = group::kDates}};
  Timestamp bounced_at{
      *this, "bounced_at", {.label = {"Bounced at", "Rejetée le"}, .group = group::kDates}};
  Text bounce_reason{*this,
                     "bounce_reason",
                     {.label = {"Bounce reason", "Motif du rejet"},
                      .group = group::kCompliance,
                      .personal = Personal::kNone}};
};
inline constexpr EmailAddress email_address{};

struct PhoneNumber : Type<PhoneNumber> {
  constexpr PhoneNumber()
      : Type({.label = {"Telephone number", "Numéro de téléphone"},
              .plural = {"Telephone numbers", "Numéros de téléphone"},
              .help = {"A telephone number, shared or not",
                       "Un numéro de téléphone, partagé ou non"},
              .title = "number",
              .use = Use::kOperate,
              .personal = Personal::kContact,
              .filled_by = "whoever records the person",
              .kept_current = "at each contact",
              .data_owner = "marketing direction",
              .steward = "marketing",
              .purposes = "service marketing",
              .retention = {36, 0}}) {}

  Text number{
      *this,
      "number",
      {.label = {"Number", "Numéro"},
       .help = {"E.164: plus sign, country and number", "E.164 : signe plus, indicatif et numéro"},
       .group = group::kIdentity,
       .required = true,
       .unique = true}};
  Choice nature{*this,
                "nature",
                kPointNatures,
                {.label = {"Nature", "Nature"},
                 .group = group::kIdentity,
                 .use = Use::kSegment | Use::kOperate}};
  Bool mobile{*this,
              "mobile",
              {.label = {"Mobile", "Mobile"},
               .group = group::kIdentity,
               .use = Use::kSegment | Use::kOperate}};
  Bool valid{*this,
             "valid",
             {.label = {"Valid", "Valide"},
              .group = group::kCompliance,
              .use = Use::kSegment | Use::kOperate,
              .max_age_days = 365}};
  Timestamp verified_at{
      *this, "verified_at", {.label = {"Verified at", "Vérifié le"}, .group = group::kDates}};
};
inline constexpr PhoneNumber phone_number{};

struct PostalAddress : Type<PostalAddress> {
  constexpr PostalAddress()
      : Type({.label = {"Postal address", "Adresse postale"},
              .plural = {"Postal addresses", "Adresses postales"},
              .help = {"A postal address, shared or not", "Une adresse postale, partagée ou non"},
              .title = "street postal_code city",
              .use = Use::kOperate,
              .personal = Personal::kContact,
              .filled_by = "whoever records the person",
              .kept_current = "returned mail",
              .data_owner = "marketing direction",
              .steward = "marketing",
              .purposes = "service marketing",
              .retention = {36, 0}}) {}

  Text street{*this, "street", {.label = {"Street", "Rue"}, .group = group::kIdentity}};
  Text complement{
      *this, "complement", {.label = {"Complement", "Complément"}, .group = group::kIdentity}};
  Text postal_code{*this,
                   "postal_code",
                   {.label = {"Postal code", "Code postal"},
                    .group = group::kIdentity,
                    .use = Use::kSegment | Use::kOperate}};
  Text city{*this,
            "city",
            {.label = {"City", "Ville"},
             .group = group::kIdentity,
             .use = Use::kSegment | Use::kOperate}};
  Text region{*this,
              "region",
              {.label = {"Region", "Région"},
               .group = group::kIdentity,
               .use = Use::kSegment | Use::kOperate}};
  Text country{*this,
               "country",
               {.label = {"Country", "Pays"},
                .help = {"ISO 3166 code of two letters", "Code ISO 3166 à deux lettres"},
                .group = group::kIdentity,
                .use = Use::kSegment | Use::kOperate}};
  Double latitude{*this, "latitude", {.label = {"Latitude", "Latitude"}, .group = group::kProfile}};
  Double longitude{
      *this, "longitude", {.label = {"Longitude", "Longitude"}, .group = group::kProfile}};
  Choice nature{
      *this, "nature", kPointNatures, {.label = {"Nature", "Nature"}, .group = group::kIdentity}};
  Bool valid{*this,
             "valid",
             {.label = {"Valid", "Valide"},
              .group = group::kCompliance,
              .use = Use::kSegment | Use::kOperate,
              .max_age_days = 730}};
  Timestamp verified_at{
      *this, "verified_at", {.label = {"Verified at", "Vérifiée le"}, .group = group::kDates}};
};
inline constexpr PostalAddress postal_address{};

struct MessagingAccount : Type<MessagingAccount> {
  constexpr MessagingAccount()
      : Type({.label = {"Messaging account", "Compte de messagerie"},
              .plural = {"Messaging accounts", "Comptes de messagerie"},
              .help = {"An account on a messaging service or social network",
                       "Un compte sur une messagerie ou un réseau social"},
              .title = "service handle",
              .use = Use::kOperate,
              .personal = Personal::kContact,
              .filled_by = "whoever records the person",
              .kept_current = "at each contact",
              .data_owner = "marketing direction",
              .steward = "marketing",
              .purposes = "service marketing",
              .retention = {36, 0}}) {}

  Text service{*this,
               "service",
               {.label = {"Service", "Service"},
                .help = {"Lower-case name, such as whatsapp or linkedin",
                         "Nom en minuscules, par exemple whatsapp ou linkedin"},
                .group = group::kIdentity,
                .required = true}};
  Text handle{*this,
              "handle",
              {.label = {"Handle", "Identifiant"}, .group = group::kIdentity, .required = true}};
  Text url{
      *this, "url", {.label = {"Profile address", "Adresse du profil"}, .group = group::kIdentity}};
  Bool valid{*this,
             "valid",
             {.label = {"Valid", "Valide"},
              .group = group::kCompliance,
              .use = Use::kSegment | Use::kOperate,
              .max_age_days = 365}};
};
inline constexpr MessagingAccount messaging_account{};

// Who can be reached where: one holder, one point.
struct ContactPoint : Type<ContactPoint> {
  constexpr ContactPoint()
      : Type({.label = {"Contact point", "Point de contact"},
              .plural = {"Contact points", "Points de contact"},
              .help = {"Joins a person or company to an address it can be reached at",
                       "Relie une personne ou une société à une adresse où la joindre"},
              .use = Use::kOperate,
              .personal = Personal::kContact,
              .filled_by = "whoever records the person",
              .kept_current = "at each contact",
              .data_owner = "marketing direction",
              .steward = "marketing",
              .purposes = "service marketing",
              .retention = {36, 0},
              .dated = true}) {}

  Link<Contact> contact{
      *this,
      "contact",
      {.label = {"Contact", "Contact"}, .group = group::kIdentity, .inverse = "contact_points"}};
  Link<Lead> lead{
      *this,
      "lead",
      {.label = {"Lead", "Piste"}, .group = group::kIdentity, .inverse = "contact_points"}};
  Link<Account> account{
      *this,
      "account",
      {.label = {"Account", "Compte"}, .group = group::kIdentity, .inverse = "contact_points"}};
  Link<Establishment> establishment{*this,
                                    "establishment",
                                    {.label = {"Establishment", "Établissement"},
                                     .group = group::kIdentity,
                                     .inverse = "contact_points"}};
  Link<Household> household{
      *this,
      "household",
      {.label = {"Household", "Foyer"}, .group = group::kIdentity, .inverse = "contact_points"}};
  Link<EmailAddress> email{*this,
                           "email",
                           {.label = {"E-mail address", "Adresse e-mail"},
                            .group = group::kReach,
                            .inverse = "holders"}};
  Link<PhoneNumber> phone{*this,
                          "phone",
                          {.label = {"Telephone number", "Numéro de téléphone"},
                           .group = group::kReach,
                           .inverse = "holders"}};
  Link<PostalAddress> address{*this,
                              "address",
                              {.label = {"Postal address", "Adresse postale"},
                               .group = group::kReach,
                               .inverse = "holders"}};
  Link<MessagingAccount> messaging{*this,
                                   "messaging",
                                   {.label = {"Messaging account", "Compte de messagerie"},
                                    .group = group::kReach,
                                    .inverse = "holders"}};
  Choice role{*this,
              "role",
              kPointRoles,
              {.label = {"Role", "Rôle"}, .group = group::kIdentity, .open = true}};
  Bool primary{*this,
               "primary",
               {.label = {"Primary", "Principal"},
                .group = group::kIdentity,
                .required = true,
                .initial = "false"}};
  Date from{*this, "from", {.label = {"From", "Du"}, .group = group::kDates}};
  Date until{*this, "until", {.label = {"Until", "Au"}, .group = group::kDates}};
};
inline constexpr ContactPoint contact_point{};

}  // namespace relata::crm

#endif  // RELATA_CRM_CONTACT_POINT_H_

// SPDX-License-Identifier: Apache-2.0
//
// A document reference: where a file is kept and what it proves. The file itself is the host's.

#ifndef RELATA_CRM_DOCUMENT_H_
#define RELATA_CRM_DOCUMENT_H_

#include "relata/crm/groups.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Account;
struct Contact;
struct Contract;
struct Opportunity;
struct Project;
struct Quote;
struct Ticket;

struct Document : Type<Document> {
  constexpr Document()
      : Type({.label = {"Document", "Document"},
              .plural = {"Documents", "Documents"},
              .help = {"Where a file is kept, and of what",
                       "Où un fichier est conservé, et de quoi il s'agit"},
              .title = "name",
              .use = Use::kOperate,
              .personal = Personal::kProfile,
              .filled_by = "whoever files it",
              .kept_current = "not needed",
              .data_owner = "direction",
              .steward = "administrator",
              .purposes = "service",
              .retention = {60, 60}}) {}

  Text name{*this, "name", {.label = {"Name", "Nom"}, .group = group::kIdentity, .required = true}};
  Text kind{*this, "kind", {.label = {"Kind", "Type"}, .group = group::kIdentity}};
  Text uri{*this,
           "uri",
           {.label = {"Location", "Emplacement"},
            .help = {"Address in the host's file store", "Adresse dans le stockage de l'hôte"},
            .group = group::kIdentity}};
  Text media_type{
      *this, "media_type", {.label = {"Media type", "Type de média"}, .group = group::kIdentity}};
  Int size{
      *this, "size", {.label = {"Size (bytes)", "Taille (octets)"}, .group = group::kIdentity}};
  Text sha256{*this, "sha256", {.label = {"SHA-256", "SHA-256"}, .group = group::kCompliance}};
  Date dated_on{*this, "dated_on", {.label = {"Dated", "Daté du"}, .group = group::kDates}};
  Link<Account> account{
      *this,
      "account",
      {.label = {"Account", "Compte"}, .group = group::kFollowUp, .inverse = "documents"}};
  Link<Contact> contact{
      *this,
      "contact",
      {.label = {"Contact", "Contact"}, .group = group::kFollowUp, .inverse = "documents"}};
  Link<Opportunity> opportunity{
      *this,
      "opportunity",
      {.label = {"Opportunity", "Opportunité"}, .group = group::kFollowUp, .inverse = "documents"}};
  Link<Contract> contract{
      *this,
      "contract",
      {.label = {"Contract", "Contrat"}, .group = group::kFollowUp, .inverse = "documents"}};
  Link<Ticket> ticket{
      *this,
      "ticket",
      {.label = {"Ticket", "Ticket"}, .group = group::kFollowUp, .inverse = "documents"}};
  Link<Quote> quote{
      *this,
      "quote",
      {.label = {"Quote", "Devis"}, .group = group::kFollowUp, .inverse = "documents"}};
  Link<Project> project{
      *this,
      "project",
      {.label = {"Project", "Projet"}, .group = group::kFollowUp, .inverse = "documents"}};
};
inline constexpr Document document{};

}  // namespace relata::crm

#endif  // RELATA_CRM_DOCUMENT_H_

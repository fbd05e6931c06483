// SPDX-License-Identifier: Apache-2.0
//
// An invented company with its exports: *Ateliers Vernay*, a French maker of industrial presses,
// as its ERP, its CRM and its sales director's spreadsheet see it. Everybody and everything in it
// is fictitious; addresses end in .example or .test, telephone numbers lie in the ranges that are
// reserved for fiction, company numbers pass their check digits but for those said to be wrong.
//
// The data is dirty on purpose, and every piece of dirt is known: truth/ beside the files says
// which rows are one person or one company, where each contradiction and each bad value lies, and
// what the right answers are. The same options give the same bytes on every platform.
//
// Rows are counted as a spreadsheet shows them: the header is row 1, the first record is row 2.
// A column is named by its header.
//
// Files and header rows. ERP: UTF-8 with byte-order mark, `;`, CRLF, amounts `1234,56`, days
// `DD/MM/YYYY`, booleans O/N.
//
//   erp/clients.csv            Code client;Raison sociale;SIREN;N° TVA;Secteur;Effectif;
//                              Chiffre d'affaires;Statut;Code client parent;Commercial;
//                              Conditions de règlement;Retard de paiement;Télex;Code tarif;Créé le
//   erp/etablissements.csv     Code établissement;Code client;Nom;SIRET;Siège;Adresse;Code postal;
//                              Ville;Pays
//   erp/interlocuteurs.csv     Code contact;Code client;Civilité;Nom;Prénom;Fonction;E-mail;
//                              Téléphone;Mobile
//   erp/articles.csv           Code article;Désignation;Famille;Prix unitaire HT;Unité;Actif
//   erp/commandes.csv          N° commande;Code client;Code établissement;Date commande;Statut;
//                              Montant HT;Montant TVA;Montant TTC;Devise
//   erp/lignes_commande.csv    N° ligne;N° commande;Code article;Quantité;Prix unitaire HT;Remise;
//                              Montant HT
//   erp/factures.csv           N° facture;N° commande;Code client;Date facture;Date échéance;
//                              Montant HT;Montant TVA;Montant TTC;Devise;Statut;Payée le
//   erp/contrats.csv           N° contrat;Code client;Code article;Début;Fin;Reconduction;
//                              Montant annuel HT;Devise;Statut;Résilié le
//
// CRM: UTF-8, `,`, LF, amounts `1234.56`, days `YYYY-MM-DD`, instants RFC 3339 in UTC, true/false.
// `SIREN`, `SIRET` and `Customer Number` (the ERP's Code client) are how the two systems meet.
//
//   crm/users.csv              User ID,Full Name,Email,Role,Team,Territory,Active
//   crm/accounts.csv           Account ID,Account Name,SIREN,SIRET,Customer Number,Industry,
//                              Employees,Annual Revenue,Status,Parent Account ID,Website,
//                              Web Site (old),Phone,Fax,Billing Street,Billing Postal Code,
//                              Billing City,Billing Country,Account Owner ID,Created At
//   crm/contacts.csv           Contact ID,Salutation,First Name,Last Name,Job Title,Department,
//                              Account ID,Email,Phone,Mobile,City,Language,Lead Source,
//                              Contact Owner ID,Fax,Assistant,Description,Created At
//   crm/employments.csv        Employment ID,Contact ID,Account ID,Job Title,From,Until
//   crm/leads.csv              Lead ID,Salutation,First Name,Last Name,Company,Job Title,Email,
//                              Phone,Lead Source,Status,Need,Budget,Timeframe,Lead Owner ID,
//                              Created At,Converted At,Converted Contact ID,Converted Account ID,
//                              Converted Opportunity ID
//   crm/opportunities.csv      Opportunity ID,Opportunity Name,Account ID,Contact ID,Lead ID,
//                              Product Code,Stage,Probability,Amount,Currency,Created At,
//                              Close Date,Closed At,Competitor,Next Step,Loss Reason,Lead Source,
//                              Opportunity Owner ID
//   crm/opportunity_history.csv  History ID,Opportunity ID,At,Stage,Probability,Amount,Close Date
//   crm/quotes.csv             Quote ID,Version,Opportunity ID,Account ID,Contact ID,Status,
//                              Amount,Currency,Sent At,Valid Until,Answered At
//   crm/activities.csv         Activity ID,Type,Subject,Account ID,Contact ID,Opportunity ID,
//                              Owner ID,Due At,Done At,Status,Minutes
//   crm/tickets.csv            Ticket ID,Subject,Account ID,Contact ID,Product Code,Severity,
//                              Channel,Status,Opened At,Closed At,Reopened,Parent Ticket ID,Cause,
//                              Resolution,Satisfaction
//   crm/survey_answers.csv     Answer ID,Survey,Contact ID,Account ID,Score,Comment,Answered At
//   crm/campaigns.csv          Campaign ID,Campaign Name,Type,Channel,Status,Start Date,End Date,
//                              Budget
//   crm/campaign_members.csv   Member ID,Campaign ID,Contact ID,Status,At
//   crm/events.csv             Event ID,Contact ID,Lead ID,Event,At,Path,Campaign ID
//                              (page_view, download, form_sent, email_sent, email_opened,
//                              email_clicked, email_bounced, login, unsubscribe)
//   crm/consents.csv           Entry ID,Contact ID,Channel,Purpose,Topic,Status,At,Recorded At,
//                              Point,Source,Wording,Form Version,Double Opt-in,Evidence
//                              (Status: grant, request, confirm, withdraw, object, refuse,
//                              complaint, bounce; Source: web, call, paper, import, agent)
//
// Spreadsheet: cp1252, `;`, CRLF, amounts `1 234,56`, days `JJ/MM/AAAA`, O/N.
//
//   tableur/suivi_clients.csv  Société;SIRET;Civilité;Nom;Prénom;Fonction;E-mail;Téléphone;Ville;
//                              CA 2025;Potentiel;Client;Newsletter;Dernière visite;Commentaire;
//                              Colonne1
//
// Truth (UTF-8 JSON; .jsonl holds one object a line):
//
//   truth/truth.json           now, seed, rows per file, totals, the cast of the story, dead and
//                              duplicated columns, consent states by count
//   truth/people.jsonl         {"person","rows":[{"file","row","key"}]} where there are two or more
//   truth/companies.jsonl      {"siren","sites","rows":[{"file","row","key"}]}
//   truth/distinct.jsonl       look-alikes that must stay apart: {"kind","rows":[...]}
//   truth/contradictions.jsonl {"kind","rows":[{"file","row","column","value"}]}
//   truth/dirt.jsonl           {"kind","file","row","column","value"[,"right"]}
//   truth/segments.jsonl       {"segment","key"}; the segments' meaning is in truth.json
//   truth/audience.jsonl       {"contact","state","email"}: what the ledger says, for the contacts
//                              of the segment press_without_maintenance

#ifndef RELATA_SRC_SHELL_GENERATE_GENERATE_H_
#define RELATA_SRC_SHELL_GENERATE_GENERATE_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "relata/base/time.h"

namespace relata::shell {

struct GenerateOptions {
  std::string directory;    // created when missing; files of these names are replaced
  int64_t contacts = 2000;  // people among the CRM's contacts; 100 or more, the cast included
  uint64_t seed = 1;
  // The last instant in the data: nothing recorded is later, only plans and terms are.
  Timestamp now = UtcMidnight(MakeDate(2026, 11, 12)) + Hours(17);
  // Called now and then with the contacts written so far; may be empty.
  std::function<void(int64_t)> progress;
};

// Writes the company into `options.directory`. Time and bytes grow with `contacts`, memory does
// not. InvalidArgument for fewer than 100 contacts or more than 50 million; Unavailable when a file
// cannot be written.
absl::Status GenerateCompany(const GenerateOptions& options);

}  // namespace relata::shell

#endif  // RELATA_SRC_SHELL_GENERATE_GENERATE_H_

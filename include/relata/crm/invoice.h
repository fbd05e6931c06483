// SPDX-License-Identifier: Apache-2.0
//
// Invoices with their lines, and what corrects or settles them: credit notes, returned goods,
// payments. The ERP decides these; here they tell what a customer is worth and owes.

#ifndef RELATA_CRM_INVOICE_H_
#define RELATA_CRM_INVOICE_H_

#include "relata/crm/groups.h"
#include "relata/model/type.h"

namespace relata::crm {

struct Account;
struct Contact;
struct Order;
struct Product;
struct Subscription;

inline constexpr Option kInvoiceStatuses[] = {
    {"draft", {"Draft", "Brouillon"}},
    {"sent", {"Sent", "Envoyée"}},
    {"partly_paid", {"Partly paid", "Partiellement réglée"}},
    {"paid", {"Paid", "Réglée"}},
    {"overdue", {"Overdue", "En retard"}},
    {"cancelled", {"Cancelled", "Annulée"}},
};

inline constexpr Option kPaymentMethods[] = {
    {"transfer", {"Transfer", "Virement"}},
    {"card", {"Card", "Carte"}},
    {"direct_debit", {"Direct debit", "Prélèvement"}},
    {"cheque", {"Cheque", "Chèque"}},
    {"cash", {"Cash", "Espèces"}},
    {"draft", {"Bill of exchange", "Effet de commerce"}},
};

struct Invoice : Type<Invoice> {
  constexpr Invoice()
      : Type({.label = {"Invoice", "Facture"},
              .plural = {"Invoices", "Factures"},
              .help = {"What a customer was billed", "Ce qui a été facturé à un client"},
              .title = "number",
              .use = Use::kSegment | Use::kSteer,
              .personal = Personal::kFinancial,
              .filled_by = "accounting, billing",
              .kept_current = "by the ERP",
              .data_owner = "finance direction",
              .steward = "accounting",
              .purposes = "service",
              .master = "erp",
              .retention = {60, 60}}) {}

  Text number{*this,
              "number",
              {.label = {"Number", "Numéro"}, .group = group::kIdentity, .use = Use::kOperate}};
  Link<Account> account{
      *this,
      "account",
      {.label = {"Account", "Compte"}, .group = group::kIdentity, .inverse = "invoices"}};
  Link<Contact> contact{
      *this,
      "contact",
      {.label = {"Contact", "Contact"}, .group = group::kIdentity, .inverse = "invoices"}};
  Link<Order> order{
      *this,
      "order",
      {.label = {"Order", "Commande"}, .group = group::kIdentity, .inverse = "invoices"}};
  Link<Subscription> subscription{
      *this,
      "subscription",
      {.label = {"Subscription", "Abonnement"}, .group = group::kIdentity, .inverse = "invoices"}};
  Timestamp at{*this, "at", {.label = {"Issued at", "Émise le"}, .group = group::kDates}};
  Date due_date{
      *this,
      "due_date",
      {.label = {"Due", "Échéance"}, .group = group::kDates, .use = Use::kSegment | Use::kOperate}};
  Date paid_on{*this, "paid_on", {.label = {"Paid on", "Réglée le"}, .group = group::kDates}};
  Choice status{*this,
                "status",
                kInvoiceStatuses,
                {.label = {"Status", "Statut"}, .group = group::kFinance, .open = true}};
  Bool paid{*this,
            "paid",
            {.label = {"Paid", "Réglée"},
             .group = group::kFinance,
             .use = Use::kSegment | Use::kOperate,
             .required = true,
             .initial = "false"}};
  Money net{*this, "net", {.label = {"Net amount", "Montant HT"}, .group = group::kFinance}};
  Money tax{
      *this, "tax", {.label = {"Tax", "Taxe"}, .group = group::kFinance, .use = Use::kOperate}};
  Money gross{*this, "gross", {.label = {"Gross amount", "Montant TTC"}, .group = group::kFinance}};
  Money margin{*this,
               "margin",
               {.label = {"Margin", "Marge"}, .group = group::kFinance, .use = Use::kSteer}};
  Money balance{*this,
                "balance",
                {.label = {"Balance due", "Reste dû"},
                 .group = group::kFinance,
                 .use = Use::kSegment | Use::kOperate}};
  Int days_late{
      *this, "days_late", {.label = {"Days late", "Jours de retard"}, .group = group::kFinance}};
};
inline constexpr Invoice invoice{};

struct InvoiceLine : Type<InvoiceLine> {
  constexpr InvoiceLine()
      : Type({.label = {"Invoice line", "Ligne de facture"},
              .plural = {"Invoice lines", "Lignes de facture"},
              .help = {"One product of an invoice", "Un produit d'une facture"},
              .use = Use::kSegment | Use::kSteer,
              .personal = Personal::kFinancial,
              .filled_by = "accounting, billing",
              .kept_current = "by the ERP",
              .data_owner = "finance direction",
              .steward = "accounting",
              .purposes = "service",
              .master = "erp",
              .retention = {60, 60}}) {}

  Link<Invoice> invoice{*this,
                        "invoice",
                        {.label = {"Invoice", "Facture"},
                         .group = group::kIdentity,
                         .required = true,
                         .inverse = "lines"}};
  Link<Product> product{
      *this,
      "product",
      {.label = {"Product", "Produit"}, .group = group::kIdentity, .inverse = "invoice_lines"}};
  Int position{
      *this,
      "position",
      {.label = {"Position", "Position"}, .group = group::kIdentity, .use = Use::kOperate}};
  Text description{
      *this, "description", {.label = {"Description", "Description"}, .group = group::kIdentity}};
  Double quantity{*this, "quantity", {.label = {"Quantity", "Quantité"}, .group = group::kFinance}};
  Money unit_price{
      *this, "unit_price", {.label = {"Unit price", "Prix unitaire"}, .group = group::kFinance}};
  Double discount_percent{
      *this,
      "discount_percent",
      {.label = {"Discount (percent)", "Remise (%)"}, .group = group::kFinance}};
  Money net{*this, "net", {.label = {"Net amount", "Montant HT"}, .group = group::kFinance}};
  Money margin{*this, "margin", {.label = {"Margin", "Marge"}, .group = group::kFinance}};
};
inline constexpr InvoiceLine invoice_line{};

struct CreditNote : Type<CreditNote> {
  constexpr CreditNote()
      : Type({.label = {"Credit note", "Avoir"},
              .plural = {"Credit notes", "Avoirs"},
              .help = {"An amount given back on an invoice", "Un montant rendu sur une facture"},
              .title = "number",
              .use = Use::kSegment | Use::kSteer,
              .personal = Personal::kFinancial,
              .filled_by = "accounting, correction",
              .kept_current = "by the ERP",
              .data_owner = "finance direction",
              .steward = "accounting",
              .purposes = "service",
              .master = "erp",
              .retention = {60, 60}}) {}

  Text number{*this,
              "number",
              {.label = {"Number", "Numéro"}, .group = group::kIdentity, .use = Use::kOperate}};
  Link<Invoice> invoice{
      *this,
      "invoice",
      {.label = {"Invoice", "Facture"}, .group = group::kIdentity, .inverse = "credit_notes"}};
  Link<Account> account{
      *this,
      "account",
      {.label = {"Account", "Compte"}, .group = group::kIdentity, .inverse = "credit_notes"}};
  Link<Contact> contact{
      *this,
      "contact",
      {.label = {"Contact", "Contact"}, .group = group::kIdentity, .inverse = "credit_notes"}};
  Timestamp at{*this, "at", {.label = {"Issued at", "Émis le"}, .group = group::kDates}};
  Text reason{*this, "reason", {.label = {"Reason", "Motif"}, .group = group::kFinance}};
  Money net{*this, "net", {.label = {"Net amount", "Montant HT"}, .group = group::kFinance}};
  Money tax{
      *this, "tax", {.label = {"Tax", "Taxe"}, .group = group::kFinance, .use = Use::kOperate}};
  Money gross{*this, "gross", {.label = {"Gross amount", "Montant TTC"}, .group = group::kFinance}};
};
inline constexpr CreditNote credit_note{};

// Goods that came back. Named so because "return" is a word of C++.
struct ProductReturn : Type<ProductReturn> {
  constexpr ProductReturn()
      : Type({.label = {"Return", "Retour"},
              .plural = {"Returns", "Retours"},
              .help = {"Goods that came back", "Des marchandises revenues"},
              .title = "number",
              .use = Use::kSegment | Use::kSteer,
              .personal = Personal::kFinancial,
              .filled_by = "service, receipt",
              .kept_current = "by the ERP",
              .data_owner = "service direction",
              .steward = "service",
              .purposes = "service",
              .master = "erp",
              .retention = {36, 24}}) {}

  Text number{*this,
              "number",
              {.label = {"Number", "Numéro"}, .group = group::kIdentity, .use = Use::kOperate}};
  Link<Order> order{
      *this,
      "order",
      {.label = {"Order", "Commande"}, .group = group::kIdentity, .inverse = "returns"}};
  Link<Account> account{
      *this,
      "account",
      {.label = {"Account", "Compte"}, .group = group::kIdentity, .inverse = "returns"}};
  Link<Contact> contact{
      *this,
      "contact",
      {.label = {"Contact", "Contact"}, .group = group::kIdentity, .inverse = "returns"}};
  Link<Product> product{
      *this,
      "product",
      {.label = {"Product", "Produit"}, .group = group::kIdentity, .inverse = "returns"}};
  Double quantity{*this, "quantity", {.label = {"Quantity", "Quantité"}, .group = group::kFinance}};
  Text reason{*this, "reason", {.label = {"Reason", "Motif"}, .group = group::kService}};
  Text condition{*this,
                 "condition",
                 {.label = {"Condition", "État"}, .group = group::kService, .use = Use::kOperate}};
  Timestamp at{*this, "at", {.label = {"Received at", "Reçu le"}, .group = group::kDates}};
  Money refund{*this, "refund", {.label = {"Refund", "Remboursement"}, .group = group::kFinance}};
};
inline constexpr ProductReturn product_return{};

struct Payment : Type<Payment> {
  constexpr Payment()
      : Type({.label = {"Payment", "Paiement"},
              .plural = {"Payments", "Paiements"},
              .help = {"Money received", "De l'argent reçu"},
              .title = "number",
              .use = Use::kSegment | Use::kSteer,
              .personal = Personal::kFinancial,
              .filled_by = "accounting, receipt",
              .kept_current = "by the ERP",
              .data_owner = "finance direction",
              .steward = "accounting",
              .purposes = "service",
              .master = "erp",
              .retention = {60, 60}}) {}

  Text number{*this,
              "number",
              {.label = {"Number", "Numéro"}, .group = group::kIdentity, .use = Use::kOperate}};
  Link<Invoice> invoice{
      *this,
      "invoice",
      {.label = {"Invoice", "Facture"}, .group = group::kIdentity, .inverse = "payments"}};
  Link<Account> account{
      *this,
      "account",
      {.label = {"Account", "Compte"}, .group = group::kIdentity, .inverse = "payments"}};
  Link<Contact> contact{
      *this,
      "contact",
      {.label = {"Contact", "Contact"}, .group = group::kIdentity, .inverse = "payments"}};
  Timestamp at{*this, "at", {.label = {"Received at", "Reçu le"}, .group = group::kDates}};
  Money amount{*this, "amount", {.label = {"Amount", "Montant"}, .group = group::kFinance}};
  Choice method{
      *this,
      "method",
      kPaymentMethods,
      {.label = {"Method", "Moyen"}, .group = group::kFinance, .use = Use::kOperate, .open = true}};
  Text reference{
      *this,
      "reference",
      {.label = {"Reference", "Référence"}, .group = group::kFinance, .use = Use::kOperate}};
};
inline constexpr Payment payment{};

}  // namespace relata::crm

#endif  // RELATA_CRM_INVOICE_H_

// SPDX-License-Identifier: Apache-2.0

#include "shell/generate/exporter.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"

namespace relata::shell {
namespace {

using internal::Concat;

}  // namespace

std::string Key(std::string_view prefix, int64_t number, size_t width) {
  const std::string digits = std::to_string(number);
  std::string out(prefix);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  return out + digits;
}

Exporter::Exporter(const World& world, const std::string& directory)
    : world_(world),
      clients_(directory, "erp/clients.csv",
               "Code client|Raison sociale|SIREN|N° TVA|Secteur|Effectif|Chiffre d'affaires|Statut|"
               "Code client parent|Commercial|Conditions de règlement|Retard de paiement|Télex|"
               "Code tarif|Créé le",
               kErpHabits),
      sites_(directory, "erp/etablissements.csv",
             "Code établissement|Code client|Nom|SIRET|Siège|Adresse|Code postal|Ville|Pays",
             kErpHabits),
      erp_contacts_(directory, "erp/interlocuteurs.csv",
                    "Code contact|Code client|Civilité|Nom|Prénom|Fonction|E-mail|Téléphone|Mobile",
                    kErpHabits),
      products_(directory, "erp/articles.csv",
                "Code article|Désignation|Famille|Prix unitaire HT|Unité|Actif", kErpHabits),
      orders_(directory, "erp/commandes.csv",
              "N° commande|Code client|Code établissement|Date commande|Statut|Montant HT|"
              "Montant TVA|Montant TTC|Devise",
              kErpHabits),
      lines_(directory, "erp/lignes_commande.csv",
             "N° ligne|N° commande|Code article|Quantité|Prix unitaire HT|Remise|Montant HT",
             kErpHabits),
      invoices_(directory, "erp/factures.csv",
                "N° facture|N° commande|Code client|Date facture|Date échéance|Montant HT|"
                "Montant TVA|Montant TTC|Devise|Statut|Payée le",
                kErpHabits),
      contracts_(directory, "erp/contrats.csv",
                 "N° contrat|Code client|Code article|Début|Fin|Reconduction|Montant annuel HT|"
                 "Devise|Statut|Résilié le",
                 kErpHabits),
      users_(directory, "crm/users.csv", "User ID|Full Name|Email|Role|Team|Territory|Active",
             kCrmHabits),
      accounts_(directory, "crm/accounts.csv",
                "Account ID|Account Name|SIREN|SIRET|Customer Number|Industry|Employees|"
                "Annual Revenue|Status|Parent Account ID|Website|Web Site (old)|Phone|Fax|"
                "Billing Street|Billing Postal Code|Billing City|Billing Country|"
                "Account Owner ID|Created At",
                kCrmHabits),
      contacts_(directory, "crm/contacts.csv",
                "Contact ID|Salutation|First Name|Last Name|Job Title|Department|Account ID|Email|"
                "Phone|Mobile|City|Language|Lead Source|Contact Owner ID|Fax|Assistant|"
                "Description|Created At",
                kCrmHabits),
      employments_(directory, "crm/employments.csv",
                   "Employment ID|Contact ID|Account ID|Job Title|From|Until", kCrmHabits),
      leads_table_(directory, "crm/leads.csv",
                   "Lead ID|Salutation|First Name|Last Name|Company|Job Title|Email|Phone|"
                   "Lead Source|Status|Need|Budget|Timeframe|Lead Owner ID|Created At|"
                   "Converted At|Converted Contact ID|Converted Account ID|"
                   "Converted Opportunity ID",
                   kCrmHabits),
      opportunities_(directory, "crm/opportunities.csv",
                     "Opportunity ID|Opportunity Name|Account ID|Contact ID|Lead ID|Product Code|"
                     "Stage|Probability|Amount|Currency|Created At|Close Date|Closed At|"
                     "Competitor|Next Step|Loss Reason|Lead Source|Opportunity Owner ID",
                     kCrmHabits),
      moves_(directory, "crm/opportunity_history.csv",
             "History ID|Opportunity ID|At|Stage|Probability|Amount|Close Date", kCrmHabits),
      quotes_(directory, "crm/quotes.csv",
              "Quote ID|Version|Opportunity ID|Account ID|Contact ID|Status|Amount|Currency|"
              "Sent At|Valid Until|Answered At",
              kCrmHabits),
      activities_(directory, "crm/activities.csv",
                  "Activity ID|Type|Subject|Account ID|Contact ID|Opportunity ID|Owner ID|Due At|"
                  "Done At|Status|Minutes",
                  kCrmHabits),
      tickets_(directory, "crm/tickets.csv",
               "Ticket ID|Subject|Account ID|Contact ID|Product Code|Severity|Channel|Status|"
               "Opened At|Closed At|Reopened|Parent Ticket ID|Cause|Resolution|Satisfaction",
               kCrmHabits),
      answers_(directory, "crm/survey_answers.csv",
               "Answer ID|Survey|Contact ID|Account ID|Score|Comment|Answered At", kCrmHabits),
      campaigns_(directory, "crm/campaigns.csv",
                 "Campaign ID|Campaign Name|Type|Channel|Status|Start Date|End Date|Budget",
                 kCrmHabits),
      members_(directory, "crm/campaign_members.csv", "Member ID|Campaign ID|Contact ID|Status|At",
               kCrmHabits),
      events_(directory, "crm/events.csv", "Event ID|Contact ID|Lead ID|Event|At|Path|Campaign ID",
              kCrmHabits),
      consents_(directory, "crm/consents.csv",
                "Entry ID|Contact ID|Channel|Purpose|Topic|Status|At|Recorded At|Point|Source|"
                "Wording|Form Version|Double Opt-in|Evidence",
                kCrmHabits),
      sheet_(directory, "tableur/suivi_clients.csv",
             "Société|SIRET|Civilité|Nom|Prénom|Fonction|E-mail|Téléphone|Ville|CA 2025|Potentiel|"
             "Client|Newsletter|Dernière visite|Commentaire|Colonne1",
             kSheetHabits),
      truth_(directory + "/truth") {
  WriteCatalogues();
  WriteIncident();
}

void Exporter::WriteCatalogues() {
  for (const Product& p : Products()) {
    products_.Text(p.code).Text(p.name).Text(p.family).Cents(p.price).Text(p.unit).Bool(p.active);
    products_.EndRow();
  }
  for (const User& u : Users()) {
    users_.Text(u.id).Text(u.name).Text(u.email).Text(u.role).Text(u.team).Text(u.territory);
    users_.Bool(u.active).EndRow();
  }
  for (const Campaign& c : Campaigns()) {
    const Date start = AddDays(world_.today, -c.days_ago);
    campaigns_.Text(c.id).Text(c.name).Text(c.type).Text("email").Text("sent").Day(start);
    campaigns_.Day(AddDays(start, 21)).Cents(c.budget).EndRow();
  }
}

// A fault of a whole series: the ticket the customers' own tickets hang under.
void Exporter::WriteIncident() {
  const std::string key = Key("T", kIncidentNumber, 7);
  tickets_.Text(key).Text("Incident : vérins PH-250, série 2024").Empty().Empty();
  tickets_.Text(Products()[kPress250].code).Text("critical").Text("phone").Text("open");
  tickets_.At(UtcMidnight(AddDays(world_.today, -9)) + Hours(8)).Empty().Bool(false).Empty();
  tickets_.Text("manufacturing defect").Empty().Empty().EndRow();
  truth_.Cast("incident", "ticket", key);
}

void Exporter::Write(Company& c) {
  Trace trace;
  trace.clean = c.number < kCastSize;
  trace.people.resize(c.people.size());
  trace.refusals.resize(c.people.size());
  trace.email_in_crm.resize(c.people.size());
  trace.erp_phones.resize(c.people.size());
  Random erp(world_.seed, kErpStream, static_cast<uint64_t>(c.number));
  Random crm(world_.seed, kCrmStream, static_cast<uint64_t>(c.number));
  Random sheet(world_.seed, kSheetStream, static_cast<uint64_t>(c.number));
  WriteErp(c, erp, trace);
  WriteCrm(c, crm, trace);
  WriteSheet(c, sheet, trace);
  WriteTruth(c, trace);
}

void Exporter::WriteTruth(const Company& c, const Trace& trace) {
  Totals& totals = truth_.totals();
  ++totals.companies;
  totals.customers += c.customer();
  totals.sites += static_cast<int64_t>(c.sites.size());
  totals.people += static_cast<int64_t>(c.people.size());
  truth_.Company(c.siren, c.sites.size(), trace.company);
  for (size_t i = 0; i < c.people.size(); ++i) truth_.Person(c.people[i].key, trace.people[i]);
  if (c.number < kCastSize) WriteCast(c, trace);
  WriteSignals(c);
  if (!c.customer()) return;
  const std::string client = ClientKey(c);
  if ((c.Bought(kPress100) || c.Bought(kPress250)) && !c.Bought(kMaintenance)) {
    truth_.Member("press_without_maintenance", client);
    for (size_t i = 0; i < c.people.size(); ++i) {
      truth_.Audience(ContactKey(c.people[i]), c.people[i].consent_state, trace.email_in_crm[i]);
    }
  }
  std::optional<Date> last;
  for (const Order& order : c.orders) {
    if (!order.cancelled) last = order.day;
  }
  if (last && world_.today.days - last->days > 365) truth_.Member("inactive_365", client);
  if (c.cadence > 0) WriteCadence(c, client);
}

void Exporter::WriteCadence(const Company& c, const std::string& client) {
  std::vector<int> gaps;
  for (size_t i = 1; i < c.orders.size(); ++i) {
    const int gap = c.orders[i].day.days - c.orders[i - 1].day.days;
    if (gap > 0) gaps.push_back(gap);
  }
  std::nth_element(gaps.begin(), gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2),
                   gaps.end());
  truth_.Alert(c.overdue ? "cadence_alert" : "cadence_on_time", client, gaps[gaps.size() / 2],
               world_.today.days - c.orders.back().day.days);
}

void Exporter::WriteCast(const Company& c, const Trace& trace) {
  constexpr std::string_view kRoles[kCastSize] = {
      "brief_customer",         "two_sites",     "press_without_maintenance",
      "press_with_maintenance", "february_mail", "inactive_customer",
      "homonym_north",          "homonym_south", "father_and_son"};
  const std::string_view role = kRoles[c.number];
  truth_.Cast(role, "client", ClientKey(c));
  truth_.Cast(role, "account", AccountKey(c, 0));
  truth_.Cast(role, "name", c.short_name);
  truth_.Cast(role, "siren", c.siren);
  truth_.Cast(role, "contact", ContactKey(c.people[0]));
  truth_.Cast(role, "contact_name", Concat(c.people[0].given, " ", c.people[0].family));
  if (role == "homonym_north") homonym_ = {trace.company.back()};
  if (role == "homonym_south") {
    const std::array<RowRef, 2> rows = {homonym_[0], trace.company.back()};
    truth_.Distinct("companies_of_one_name", rows);
  }
  if (role == "father_and_son") {
    const std::array<RowRef, 2> rows = {trace.people[0].back(), trace.people[1].back()};
    truth_.Distinct("people_of_one_name", rows);
  }
}

absl::Status Exporter::Close() {
  const std::array<Table*, 24> tables = {
      &clients_,     &sites_,         &erp_contacts_, &products_, &orders_,     &lines_,
      &invoices_,    &contracts_,     &users_,        &accounts_, &contacts_,   &employments_,
      &leads_table_, &opportunities_, &moves_,        &quotes_,   &activities_, &tickets_,
      &answers_,     &campaigns_,     &members_,      &events_,   &consents_,   &sheet_};
  absl::Status status = truth_.Close(world_, tables);
  for (Table* table : tables) status.Update(table->Close());
  return status;
}

}  // namespace relata::shell

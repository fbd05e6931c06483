// SPDX-License-Identifier: Apache-2.0

#include "relata/exchange/preset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "relata/exchange/csv.h"
#include "support/support.h"

namespace relata {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Cells = std::vector<std::string>;

// The start of a file of the reference data.
FileStart StartOf(const std::filesystem::path& path) {
  FileStart start;
  start.name = path.filename().string();
  absl::StatusOr<CsvReader> reader = CsvReader::Open(path.string());
  EXPECT_TRUE(reader.ok()) << reader.status();
  CsvRow row;
  while (start.rows.size() < 20) {
    absl::StatusOr<bool> more = reader->Next(&row);
    if (!more.ok() || !*more) break;
    start.rows.emplace_back(row.cells.begin(), row.cells.end());
  }
  return start;
}

const ColumnRule* Column(const Mapping& mapping, std::string_view header) {
  for (const auto& [name, rule] : mapping.columns) {
    if (name == header) return &rule;
  }
  return nullptr;
}
const LinkRule* Link(const Mapping& mapping, std::string_view header) {
  for (const auto& [name, rule] : mapping.links) {
    if (name == header) return &rule;
  }
  return nullptr;
}

TEST(Recognise, KnowsTheExportsOfTheReferenceData) {
  RELATA_REQUIRE_SHARED("data/crm_zoho");
  struct Case {
    const char* file;
    const char* preset;
    const char* type;
  };
  for (const Case& c : {
           Case{"crm_zoho/Accounts.csv", "zoho", "account"},
           Case{"crm_zoho/Contacts.csv", "zoho", "contact"},
           Case{"crm_zoho/Leads.csv", "zoho", "lead"},
           Case{"crm_zoho/Potentials.csv", "zoho", "opportunity"},
           Case{"crm_zoho/Quotes.csv", "zoho", "quote"},
           Case{"crm_zoho/Campaigns.csv", "zoho", "campaign"},
           Case{"crm_zoho/Campaign_Lead_Status.csv", "zoho", "campaign_member"},
           Case{"crm_zoho/Tasks.csv", "zoho", "task"},
           Case{"crm_zoho/Users.csv", "zoho", "user"},
           Case{"crm_dynamics365/Account.csv", "dynamics365", "account"},
           Case{"crm_dynamics365/Contact.csv", "dynamics365", "contact"},
           Case{"crm_dynamics365/Opportunity.csv", "dynamics365", "opportunity"},
           Case{"crm_dynamics365/Product.csv", "dynamics365", "product"},
           Case{"crm_dynamics365/Campaign.csv", "dynamics365", "campaign"},
           Case{"crm_dynamics365/Goal.csv", "dynamics365", "objective"},
           Case{"crm_dynamics365/Territory.csv", "dynamics365", "territory"},
           Case{"crm_dynamics365/User.csv", "dynamics365", "user"},
           Case{"crm_salesforce/sfdc_assets_sfconnect/Account.csv", "salesforce", "account"},
           Case{"crm_salesforce/earthfink1982_devorg/Account.csv", "salesforce", "account"},
           Case{"crm_salesforce/earthfink1982_devorg/Contact.csv", "salesforce", "contact"},
           Case{"crm_salesforce/earthfink1982_devorg/Lead.csv", "salesforce", "lead"},
           Case{"crm_salesforce/earthfink1982_devorg/Opportunity.csv", "salesforce", "opportunity"},
           Case{"crm_salesforce/earthfink1982_devorg/OpportunityHistory.csv", "salesforce",
                "stage_change"},
           Case{"crm_salesforce/npsp_template/NPSP_Data_Import_Template_csv.csv", "salesforce",
                "contact"},
           Case{"maven_crm_sales/accounts.csv", "generic", "account"},
           Case{"maven_crm_sales/products.csv", "generic", "product"},
           Case{"maven_crm_sales/sales_pipeline.csv", "generic", "opportunity"},
           Case{"maven_crm_sales/sales_teams.csv", "generic", "user"},
           Case{"crm_headers/06_hubspot_contact.csv", "hubspot", "contact"},
           Case{"crm_headers/07_hubspot_contact.csv", "hubspot", "contact"},
           Case{"crm_headers/08_hubspot_company.csv", "hubspot", "account"},
           Case{"crm_headers/09_hubspot_deal.csv", "hubspot", "opportunity"},
           Case{"crm_headers/17_salesforce_account.csv", "salesforce", "account"},
           Case{"crm_headers/18_salesforce_contact.csv", "salesforce", "contact"},
           Case{"crm_headers/20_dynamics_365_account.csv", "dynamics365", "account"},
           Case{"crm_headers/21_zoho_crm_company.csv", "zoho", "account"},
           Case{"crm_headers/22_zoho_crm_lead.csv", "zoho", "lead"},
           Case{"crm_headers/05_linkedin_connection.csv", "generic", "contact"},
           Case{"crm_headers/03_outlook_contact.csv", "generic", "contact"},
       }) {
    const Recognition r = Recognise(StartOf(testing::RelataShared() / "data" / c.file));
    EXPECT_EQ(r.preset, c.preset) << c.file;
    EXPECT_EQ(r.type, c.type) << c.file;
  }
}

TEST(Recognise, DoesNotNeedTheFilesName) {
  RELATA_REQUIRE_SHARED("data/crm_zoho");
  for (const auto& [file, type] :
       std::vector<std::pair<const char*, const char*>>{{"Accounts.csv", "account"},
                                                        {"Contacts.csv", "contact"},
                                                        {"Leads.csv", "lead"},
                                                        {"Potentials.csv", "opportunity"},
                                                        {"Quotes.csv", "quote"},
                                                        {"Campaigns.csv", "campaign"}}) {
    FileStart start = StartOf(testing::RelataShared() / "data/crm_zoho" / file);
    start.name = "export (3).csv";
    EXPECT_EQ(Recognise(start).type, type) << file;
  }
}

TEST(Recognise, ReadsFrenchHeaders) {
  struct Case {
    const char* file;
    Cells header;
    const char* type;
  };
  for (const Case& c : {
           Case{"clients.csv",
                {"Code client", "Raison sociale", "SIREN", "N° TVA", "Secteur", "Effectif",
                 "Chiffre d'affaires", "Statut", "Code client parent", "Commercial"},
                "account"},
           Case{"etablissements.csv",
                {"Code établissement", "Code client", "Nom", "SIRET", "Siège", "Adresse",
                 "Code postal", "Ville", "Pays"},
                "establishment"},
           Case{"interlocuteurs.csv",
                {"Code contact", "Code client", "Civilité", "Nom", "Prénom", "Fonction", "E-mail",
                 "Téléphone", "Mobile"},
                "contact"},
           Case{"articles.csv",
                {"Code article", "Désignation", "Famille", "Prix unitaire HT", "Unité", "Actif"},
                "product"},
           Case{"commandes.csv",
                {"N° commande", "Code client", "Code établissement", "Date commande", "Statut",
                 "Montant HT", "Montant TVA", "Montant TTC", "Devise"},
                "order"},
           Case{"lignes_commande.csv",
                {"N° ligne", "N° commande", "Code article", "Quantité", "Prix unitaire HT",
                 "Remise", "Montant HT"},
                "order_line"},
           Case{"factures.csv",
                {"N° facture", "N° commande", "Code client", "Date facture", "Date échéance",
                 "Montant HT", "Montant TVA", "Montant TTC", "Devise", "Statut", "Payée le"},
                "invoice"},
           Case{"contrats.csv",
                {"N° contrat", "Code client", "Code article", "Début", "Fin", "Reconduction",
                 "Montant annuel HT", "Devise", "Statut", "Résilié le"},
                "subscription"},
           Case{"suivi_clients.csv",
                {"Société", "SIRET", "Civilité", "Nom", "Prénom", "Fonction", "E-mail", "Téléphone",
                 "Ville", "CA 2025"},
                "contact"},
           Case{"export.csv", {"Prénom", "Nom", "Courriel", "Portable"}, "contact"},
           Case{"export.csv",
                {"Nom de l'opportunité", "Étape", "Montant", "Date de clôture"},
                "opportunity"},
       }) {
    const Recognition r = Recognise({c.file, {c.header}});
    EXPECT_EQ(r.preset, "generic") << c.file;
    EXPECT_EQ(r.type, c.type) << c.file;
  }
}

TEST(Recognise, GivesKeyColumnsAndLinks) {
  const Recognition r = Recognise({"Potentials.csv",
                                   {{"Potential Name", "Potential Owner", "Created Time", "Stage",
                                     "Amount", "LEADID", "Campaign Id", "Age Tier"}}});
  EXPECT_EQ(r.mapping.system, "zoho");
  EXPECT_THAT(r.mapping.key, IsEmpty());
  ASSERT_NE(Column(r.mapping, "Amount"), nullptr);
  EXPECT_EQ(Column(r.mapping, "Amount")->field, "amount");
  ASSERT_NE(Link(r.mapping, "LEADID"), nullptr);
  EXPECT_EQ(Link(r.mapping, "LEADID")->field, "lead");
  EXPECT_EQ(Link(r.mapping, "LEADID")->by, LinkBy::kKey);
  EXPECT_EQ(Link(r.mapping, "Potential Owner")->by, LinkBy::kName);
  EXPECT_THAT(r.unmapped, ElementsAre("Age Tier"));
  EXPECT_THAT(Recognise({"Contacts.csv", {{"CONTACTID", "Last Name", "Account Id"}}}).mapping.key,
              ElementsAre("CONTACTID"));
}

TEST(Recognise, GivesUpOnWhatItDoesNotKnow) {
  EXPECT_EQ(Recognise({"x.csv", {{"alpha", "beta"}, {"1", "2"}}}).type, "");
  EXPECT_EQ(Recognise({"x.csv", {}}).type, "");
}

TEST(FindHeaderRow, PassesOverTitlesAndInstructions) {
  EXPECT_EQ(FindHeaderRow({{"Notes:"},
                           {"This file contains"},
                           {"First Name", "Last Name", "URL"},
                           {"Ann", "Lee", "x"}}),
            2u);
  EXPECT_EQ(FindHeaderRow({{"First Name", "Last Name"}, {"Ann", "Lee"}}), 0u);
  EXPECT_EQ(FindHeaderRow({{"12", "2021-01-01"}, {"13", "2021-01-02"}}), 2u);
  EXPECT_TRUE(IsSecondHeader({"Name", "City"}, {"NPSP__NAME__C", "NPSP__CITY__c"}));
  EXPECT_TRUE(IsSecondHeader({"Name", "City"}, {"NAME", "city"}));
  EXPECT_FALSE(IsSecondHeader({"Name", "City"}, {"Acme", "Paris"}));
}

TEST(PickPreset, SiblingsDecideTogether) {
  EXPECT_EQ(PickPreset({{"Topic", "Owner"}, {"Name", "Status Reason"}, {"Est. revenue"}}),
            "dynamics365");
  EXPECT_EQ(PickPreset({{"Account ID", "Account Name", "SIREN"}, {"Contact ID", "First Name"}}),
            "generic");
}

TEST(Mapping, RoundTripsThroughJson) {
  const char* text = R"({"type": "contact", "key": {"column": ["A", "B"], "system": "zoho"},
    "columns": {"Last Name": {"field": "family_name"}, "First": "given_name",
                "Stage": [{"field": "stage"},
                          {"field": "status", "values": {"Closed Won": "won"},
                           "otherwise": "open"}],
                "Name": {"parse": "full_name"}},
    "links": {"Account Id": {"field": "account", "by": "key"},
              "Code": {"field": "product", "by": "field", "match": "code"}},
    "constants": {"origin": "import"}, "date_order": "day_first", "decimal_mark": "comma",
    "currency": "EUR"})";
  absl::StatusOr<Mapping> mapping = ParseMapping(text);
  ASSERT_TRUE(mapping.ok()) << mapping.status();
  EXPECT_EQ(mapping->columns.size(), 5u);
  EXPECT_EQ(Column(*mapping, "First")->field, "given_name");
  absl::StatusOr<Mapping> again = ParseMapping(FormatMapping(*mapping));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, *mapping);
}

TEST(Mapping, NamesWhatIsWrong) {
  for (const char* text :
       {"[]", "{}", R"({"type": "contact"})", R"({"type": "contact", "columns": {"A": 1}})",
        R"({"type": "c", "columns": {"A": {"field": "x", "parse": "magic"}}})",
        R"({"type": "c", "columns": {"A": "x"}, "links": {"B": {"field": "y", "by": "field"}}})",
        R"({"type": "c", "columns": {"A": "x"}, "currency": "Euro"})",
        R"({"type": "c", "columns": {"A": "x"}, "surprise": "x"})"}) {
    EXPECT_EQ(ParseMapping(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace relata

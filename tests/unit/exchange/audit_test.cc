// SPDX-License-Identifier: Apache-2.0

#include "relata/exchange/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "support/support.h"

namespace relata {
namespace {

using ::testing::HasSubstr;

const FileAudit* File(const AuditReport& report, std::string_view ending) {
  for (const FileAudit& file : report.files) {
    if (file.file.ends_with(ending)) return &file;
  }
  return nullptr;
}
const ColumnAudit& Column(const FileAudit& file, std::string_view name) {
  static const ColumnAudit kNone;
  for (const ColumnAudit& column : file.columns) {
    if (column.name == name) return column;
  }
  ADD_FAILURE() << "no column " << name;
  return kNone;
}

class AuditSmall : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string erp = "Code client;Raison sociale;SIREN;Ville;Secteur;Télex;Colonne1\r\n";
    std::string crm =
        "Account ID,Account Name,SIREN,Billing City,Website,Web Site (old),Industry\n";
    for (int i = 0; i < 20; ++i) {
      const std::string n = std::to_string(i);
      erp += "C" + n + ";Societe " + n + " SARL;;Lyon;n/a;;\r\n";
      crm += "A" + n + ",Firme " + n + ",,Paris,www" + n + ".example,www" + n + ".example,retail\n";
    }
    erp += "C100;Presses Martin SA;732829320;Lyon;industrie;;\r\n";
    crm += "A100,Presses Martin,732 829 320,Villeurbanne,martin.example,,manufacturing\n";
    crm += "A101,SOCIETE 3,,Lyon,,,retail\n";
    testing::WriteFile(dir_.File("clients.csv"), erp);
    testing::WriteFile(dir_.File("accounts.csv"), crm);
    testing::WriteFile(dir_.File("contacts.csv"),
                       "Contact ID,Last Name,First Name,Email,Birthdate,SSN,Mobile\n"
                       "1,Durand,Marie,marie@acme.fr,04/07/1962,123-45-6789,0612345678\n"
                       "2,Durant,Marie,MARIE@acme.fr,05/08/1970,,0612345679\n"
                       "3,Martin,Luc,contact@acme.fr,01/02/1980,,\n"
                       "4,Petit,Eva,contact@acme.fr,,,xxxx\n"
                       "4,Petit,Eva,eva@acme.fr,,,\n"
                       "5,Leroy\n");
    absl::StatusOr<AuditReport> report = AuditFiles({dir_.path().string()});
    ASSERT_TRUE(report.ok()) << report.status();
    report_ = *std::move(report);
  }
  testing::TempDir dir_;
  AuditReport report_;
};

TEST_F(AuditSmall, SaysWhatIsWrongWithColumns) {
  const FileAudit* erp = File(report_, "clients.csv");
  ASSERT_NE(erp, nullptr);
  EXPECT_EQ(erp->type, "account");
  EXPECT_EQ(erp->rows, 21);
  EXPECT_EQ(erp->delimiter, ';');
  EXPECT_TRUE(Column(*erp, "Télex").dead);
  EXPECT_TRUE(Column(*erp, "Télex").abandoned);
  EXPECT_TRUE(Column(*erp, "Colonne1").abandoned);
  EXPECT_EQ(Column(*erp, "Secteur").placeholders, 20);
  EXPECT_NEAR(Column(*erp, "Secteur").fill_rate, 1 / 21., 1e-9);
  EXPECT_EQ(Column(*erp, "Raison sociale").field, "name");
  EXPECT_EQ(Column(*erp, "Télex").field, "");
  const FileAudit* crm = File(report_, "accounts.csv");
  ASSERT_NE(crm, nullptr);
  EXPECT_EQ(Column(*crm, "Web Site (old)").same_as, "Website");
  EXPECT_EQ(Column(*crm, "Website").same_as, "");
}

TEST_F(AuditSmall, FindsPersonalAndSensitiveColumns) {
  const FileAudit* contacts = File(report_, "contacts.csv");
  ASSERT_NE(contacts, nullptr);
  EXPECT_EQ(Column(*contacts, "Last Name").personal, Personal::kIdentity);
  EXPECT_EQ(Column(*contacts, "Email").personal, Personal::kContact);
  EXPECT_EQ(Column(*contacts, "SSN").personal, Personal::kSensitive);
  EXPECT_EQ(Column(*contacts, "Contact ID").personal, Personal::kNone);
  EXPECT_TRUE(Column(*contacts, "Birthdate").ambiguous_dates);
  EXPECT_EQ(Column(*contacts, "Birthdate").kind, FieldKind::kDate);
  EXPECT_EQ(contacts->ragged_rows, 1);
  EXPECT_EQ(contacts->repeated_keys, 1);
}

TEST_F(AuditSmall, CountsCompaniesAndPeopleOnce) {
  // 21 + 22 rows; "Presses Martin" by number and "Societe 3" by name stand in both files.
  EXPECT_EQ(report_.company_mentions, 43);
  EXPECT_EQ(report_.companies, 41);
  EXPECT_EQ(report_.across, 2);
  // The function's address names nobody.
  EXPECT_EQ(report_.person_mentions, 3);
  EXPECT_EQ(report_.people, 2);
  EXPECT_EQ(report_.suspected, 3);
}

TEST_F(AuditSmall, TellsContradictions) {
  bool city = false;
  bool family = false;
  for (const Contradiction& c : report_.contradictions) {
    if (c.key == "732829320" && c.field == "city") {
      city = true;
      ASSERT_EQ(c.places.size(), 2u);
      EXPECT_EQ(c.places[0].value, "Villeurbanne");
      EXPECT_EQ(c.places[1].value, "Lyon");
      EXPECT_EQ(c.places[1].row, 22);
    }
    family |= c.key == "marie@acme.fr" && c.field == "family_name";
  }
  EXPECT_TRUE(city);
  EXPECT_TRUE(family);
}

TEST_F(AuditSmall, SpeaksJsonEnglishAndFrench) {
  const auto json = nlohmann::json::parse(FormatAuditJson(report_));
  EXPECT_EQ(json["files"].size(), 3u);
  EXPECT_EQ(json["companies"], 41);
  EXPECT_THAT(FormatAuditText(report_), HasSubstr("suspected duplicates: 3, across files: 2"));
  EXPECT_THAT(FormatAuditText(report_, Language::kFrench), HasSubstr("colonnes mortes: Télex"));
}

TEST(Audit, ReportsFilesThatCannotBeRead) {
  testing::TempDir dir;
  testing::WriteFile(dir.File("a.csv"), std::string_view("PK\x03\x04\0\0\0", 7));
  testing::WriteFile(dir.File("b.csv"), "");
  absl::StatusOr<AuditReport> report = AuditFiles({dir.path().string()});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(File(*report, "a.csv")->error, HasSubstr("NUL"));
  EXPECT_THAT(File(*report, "b.csv")->error, HasSubstr("header"));
  EXPECT_EQ(AuditFiles({dir.File("none")}).status().code(), absl::StatusCode::kNotFound);
}

TEST(Audit, ReadsTheReferenceExports) {
  RELATA_REQUIRE_SHARED("data/crm_zoho");
  absl::StatusOr<AuditReport> report =
      AuditFiles({(testing::RelataShared() / "data/crm_zoho").string()});
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->files.size(), 9u);
  EXPECT_EQ(report->rows, 2229 + 1265 + 3900 + 3632 + 3000 + 110 + 3900 + 2978 + 11);
  EXPECT_EQ(Column(*File(*report, "Potentials.csv"), "Amount").kind, FieldKind::kMoney);
  EXPECT_EQ(Column(*File(*report, "Potentials.csv"), "Created Time").kind, FieldKind::kTimestamp);
  EXPECT_EQ(Column(*File(*report, "Accounts.csv"), "Tasks Involved").kind, FieldKind::kBool);
  EXPECT_TRUE(Column(*File(*report, "Users.csv"), "First Name").dead);
}

}  // namespace
}  // namespace relata

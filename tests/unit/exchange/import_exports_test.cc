// SPDX-License-Identifier: Apache-2.0
//
// The reference exports of four systems come in whole: how many records, how many of them linked.

#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <string>

#include "relata/exchange/import.h"
#include "support/support.h"

namespace relata {
namespace {

class ImportExports : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<Crm> crm = Crm::Open(":memory:");
    ASSERT_TRUE(crm.ok()) << crm.status();
    crm_.emplace(*std::move(crm));
    options_.now = UtcMidnight(MakeDate(2026, 3, 10));
  }

  void ImportFolder(const std::string& folder) {
    absl::StatusOr<ImportReport> report =
        ImportFiles(*crm_, {(testing::RelataShared() / folder).string()}, options_);
    ASSERT_TRUE(report.ok()) << report.status();
    for (const FileImport& file : report->files) {
      std::cout << file.file << " " << file.preset << " " << file.type << " rows " << file.rows
                << " created " << file.created << " updated " << file.updated << " unchanged "
                << file.unchanged << " refused " << file.refused << " issues " << file.issues.size()
                << "\n";
      std::map<std::pair<std::string, std::string>, int> kinds;
      for (const ImportIssue& issue : file.issues) ++kinds[{issue.column, issue.message}];
      int told = 0;
      for (const auto& [what, count] : kinds) {
        if (++told > 8) break;
        std::cout << "    " << what.first << ": " << what.second << " x" << count << "\n";
      }
      EXPECT_EQ(file.rows, file.created + file.updated + file.unchanged + file.refused);
    }
    report_ = *std::move(report);
  }

  void ExpectNothingNew() {
    for (const FileImport& file : report_.files) {
      EXPECT_EQ(file.created, 0) << file.file;
      EXPECT_EQ(file.updated, 0) << file.file;
    }
  }

  struct Numbers {
    int64_t records;
    int64_t linked;
  };
  Numbers Of(std::string_view type, std::string_view link = "") {
    auto view = crm_->View({type});
    EXPECT_TRUE(view.ok()) << view.status();
    const TypeDef* def = (*view)->schema().Find(type);
    Numbers numbers{(*view)->Count(def->id), 0};
    for (Row row = 0; !link.empty() && row < (*view)->RowLimit(def->id); ++row) {
      numbers.linked += !(*view)->Get({def->id, row}, def->FindField(link)->id).is_null();
    }
    return numbers;
  }

  std::optional<Crm> crm_;
  ImportOptions options_;
  ImportReport report_;
};

TEST_F(ImportExports, ZohoComesInWhole) {
  RELATA_REQUIRE_SHARED("data/crm_zoho");
  ImportFolder("data/crm_zoho");
  EXPECT_EQ(Of("user").records, 11);
  EXPECT_EQ(Of("account", "owner").records, 2229);
  EXPECT_EQ(Of("account", "owner").linked, 2229);
  EXPECT_EQ(Of("contact", "account").records, 1265);
  EXPECT_EQ(Of("contact", "account").linked, 1265);
  EXPECT_EQ(Of("lead", "owner").records, 3900);
  EXPECT_EQ(Of("lead", "owner").linked, 3900);
  EXPECT_EQ(Of("opportunity", "lead").records, 3632);
  EXPECT_EQ(Of("opportunity", "lead").linked, 3632);
  EXPECT_EQ(Of("opportunity", "campaign").linked, 3632);
  EXPECT_EQ(Of("quote").records, 3000);
  EXPECT_EQ(Of("campaign").records, 110);
  EXPECT_EQ(Of("campaign_member", "campaign").records, 3900);
  EXPECT_EQ(Of("campaign_member", "campaign").linked, 3900);
  // Of the members' names 1,720 are borne by one lead; the others are issues.
  EXPECT_EQ(Of("campaign_member", "lead").linked, 1720);
  EXPECT_EQ(Of("task").records, 2978);
  ImportFolder("data/crm_zoho");
  ExpectNothingNew();
}

TEST_F(ImportExports, DynamicsComesInWhole) {
  RELATA_REQUIRE_SHARED("data/crm_dynamics365");
  ImportFolder("data/crm_dynamics365");
  EXPECT_EQ(Of("user", "manager").records, 13);
  EXPECT_EQ(Of("user", "manager").linked, 11);
  EXPECT_EQ(Of("account", "primary_contact").records, 33);
  EXPECT_EQ(Of("contact", "account").records, 199);
  EXPECT_EQ(Of("contact", "account").linked, 192);
  EXPECT_EQ(Of("opportunity", "account").records, 4677);
  EXPECT_EQ(Of("opportunity", "account").linked, 4677);
  EXPECT_EQ(Of("product").records, 85);
  EXPECT_EQ(Of("campaign", "owner").linked, 12);
  EXPECT_EQ(Of("territory").records, 6);
  EXPECT_EQ(Of("objective").records, 220);
  ImportFolder("data/crm_dynamics365");
  ExpectNothingNew();
}

TEST_F(ImportExports, SalesforceComesInWhole) {
  RELATA_REQUIRE_SHARED("data/crm_salesforce");
  ImportFolder("data/crm_salesforce");
  EXPECT_EQ(Of("account").records, 18 + 7);
  EXPECT_EQ(Of("contact", "account").records, 25);
  EXPECT_EQ(Of("contact", "account").linked, 25);
  EXPECT_EQ(Of("lead", "account").records, 22);
  EXPECT_EQ(Of("lead", "account").linked, 5);
  EXPECT_EQ(Of("opportunity", "account").records, 36);
  EXPECT_EQ(Of("opportunity", "account").linked, 36);
  auto view = crm_->View({"stage_change"});
  ASSERT_TRUE(view.ok()) << view.status();
  EXPECT_EQ((*view)->EventCount((*view)->schema().Find("stage_change")->id), 48);
  ImportFolder("data/crm_salesforce");
  ExpectNothingNew();
}

TEST_F(ImportExports, TheSalesPipelineComesInWhole) {
  RELATA_REQUIRE_SHARED("data/maven_crm_sales");
  ImportFolder("data/maven_crm_sales");
  EXPECT_EQ(Of("account").records, 85);
  EXPECT_EQ(Of("product").records, 7);
  EXPECT_EQ(Of("user").records, 35);
  EXPECT_EQ(Of("opportunity", "account").records, 4865);
  EXPECT_EQ(Of("opportunity", "account").linked, 4865 - 821);
  EXPECT_EQ(Of("opportunity", "owner").linked, 4865);
  // "GTXPro" in the pipeline is "GTX Pro" in the catalogue: the letters are the same.
  EXPECT_EQ(Of("opportunity_line", "product").linked, 4865);
  ImportFolder("data/maven_crm_sales");
  ExpectNothingNew();
}

}  // namespace
}  // namespace relata

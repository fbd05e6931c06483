// SPDX-License-Identifier: Apache-2.0

#include "relata/exchange/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/support.h"

namespace relata {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Timestamp kNow = UtcMidnight(MakeDate(2026, 3, 1));

class Import : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<Crm> crm = Crm::Open(":memory:");
    ASSERT_TRUE(crm.ok()) << crm.status();
    crm_.emplace(*std::move(crm));
    options_.now = kNow;
  }

  // Writes `text` to a file of this name in a folder called "shop" and imports it.
  FileImport ImportText(const std::string& name, std::string_view text) {
    std::filesystem::create_directories(dir_.path() / "shop");
    testing::WriteFile(dir_.path() / "shop" / name, text);
    absl::StatusOr<ImportReport> report =
        ImportFiles(*crm_, {(dir_.path() / "shop" / name).string()}, options_);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() && report->files.size() == 1 ? report->files[0] : FileImport{};
  }

  std::string Get(std::string_view record, std::string_view field) {
    absl::StatusOr<RecordRef> ref = crm_->Find(record);
    if (!ref.ok()) return ref.status().ToString();
    absl::StatusOr<Value> value = crm_->Get(*ref, field);
    if (!value.ok()) return value.status().ToString();
    if (!value->is(Value::Kind::kRecord)) return ToDisplay(*value);
    return *crm_->Title(value->record(), {});
  }

  int64_t Count(std::string_view type) {
    auto view = crm_->View({type});
    EXPECT_TRUE(view.ok()) << view.status();
    return view.ok() ? (*view)->Count((*view)->schema().Find(type)->id) : -1;
  }

  // How many records of `type` have a link in `field`.
  int64_t Linked(std::string_view type, std::string_view field) {
    auto view = crm_->View({type});
    EXPECT_TRUE(view.ok()) << view.status();
    const TypeDef* def = (*view)->schema().Find(type);
    int64_t linked = 0;
    for (Row row = 0; row < (*view)->RowLimit(def->id); ++row) {
      linked += !(*view)->Get({def->id, row}, def->FindField(field)->id).is_null();
    }
    return linked;
  }

  testing::TempDir dir_;
  std::optional<Crm> crm_;
  ImportOptions options_;
};

auto Issue(int64_t row, std::string_view column, std::string_view message) {
  return AllOf(Field(&ImportIssue::row, row), Field(&ImportIssue::column, column),
               Field(&ImportIssue::message, HasSubstr(std::string(message))));
}

TEST_F(Import, ReadsASpreadsheetAndListsWhatIsWrong) {
  const FileImport file = ImportText(
      "accounts.csv",
      "Account ID;Account Name;SIREN;Annual Revenue;Employees;Country;Created At;Remark\r\n"
      "A1;Acme SAS;732 829 320;1 234,56;12;France;16/04/2021;good\r\n"
      "A2;Bolt;123456788;12 k;many;Allemagne;01/02/2021;\r\n"
      "A3;;;;;;;\r\n"
      "A4;Corp;;;;;;;too;many\r\n");
  EXPECT_EQ(file.preset, "generic");
  EXPECT_EQ(file.type, "account");
  EXPECT_EQ(file.rows, 4);
  EXPECT_EQ(file.created, 3);
  EXPECT_EQ(file.refused, 1);
  EXPECT_THAT(file.issues, Contains(Issue(3, "SIREN", "not a valid SIREN")));
  EXPECT_THAT(file.issues, Contains(Issue(3, "Employees", "not a number")));
  EXPECT_THAT(file.issues, Contains(Issue(4, "Account Name", "required")));
  EXPECT_THAT(file.issues, Contains(Issue(5, "", "the row has 10 cells, the header 8")));
  EXPECT_EQ(Get("account/shop:A1", "siren"), "732829320");
  EXPECT_EQ(Get("account/shop:A1", "revenue"), "1234.56 EUR");
  EXPECT_EQ(Get("account/shop:A2", "revenue"), "12000.00 EUR");
  EXPECT_EQ(Get("account/shop:A2", "country"), "DE");
  EXPECT_EQ(Get("account/shop:A1", "created_at"), "2021-04-16T00:00:00Z");
  EXPECT_THAT(file.custom_fields, ElementsAre("remark"));
  EXPECT_EQ(Get("account/shop:A1", "remark"), "good");
}

TEST_F(Import, TheSameFileTwiceChangesNothing) {
  const char* text =
      "Contact ID,First Name,Last Name,Email,Phone,Reports To\n"
      "1,Marie,Durand,MARIE@acme.fr,+33 6 12 34 56 78,Luc Martin\n"
      "2,Luc,Martin,luc@acme.fr,,\n";
  const FileImport first = ImportText("contacts.csv", text);
  EXPECT_EQ(first.created, 2);
  EXPECT_THAT(first.issues, IsEmpty());
  EXPECT_EQ(Get("contact/shop:1", "email"), "marie@acme.fr");
  EXPECT_EQ(Get("contact/shop:1", "phone"), "+33612345678");
  EXPECT_EQ(Get("contact/shop:1", "reports_to"), "Luc Martin");
  const auto before = crm_->ViewAll();
  const FileImport second = ImportText("contacts.csv", text);
  EXPECT_EQ(second.created, 0);
  EXPECT_EQ(second.updated, 0);
  EXPECT_EQ(second.unchanged, 2);
  const auto after = crm_->ViewAll();
  EXPECT_EQ((*before)->commit(), (*after)->commit());
}

TEST_F(Import, ANewerExportUpdates) {
  ImportText("contacts.csv", "Contact ID,Last Name,City\n1,Durand,Paris\n2,Martin,Lyon\n");
  const FileImport file = ImportText(
      "contacts.csv", "Contact ID,Last Name,City\n1,Durand,Lille\n2,Martin,\n3,Petit,\n");
  EXPECT_EQ(file.created, 1);
  EXPECT_EQ(file.updated, 1);
  EXPECT_EQ(file.unchanged, 1);
  EXPECT_EQ(Get("contact/shop:1", "city"), "Lille");
  EXPECT_EQ(Get("contact/shop:2", "city"), "Lyon");  // an empty cell says nothing
}

TEST_F(Import, ALinkInsideTheFileThatMovesIsAnUpdate) {
  const std::string header = "Account ID,Account Name,Parent Account ID\n";
  ImportText("accounts.csv", header + "A1,Group,\nA2,North,A1\nA3,South,A1\n");
  options_.now = kNow + Days(1);
  const FileImport file =
      ImportText("accounts.csv", header + "A1,Group,\nA2,North,A3\nA3,South,A1\n");
  EXPECT_EQ(file.updated, 1);
  EXPECT_EQ(file.unchanged, 2);
  EXPECT_EQ(Get("account/shop:A2", "parent"), "South");
  const auto history = crm_->History(*crm_->Find("account/shop:A2"));
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_EQ(history->back().source, "shop");
  EXPECT_THAT(history->back().reason, HasSubstr("accounts.csv"));
}

TEST_F(Import, RowsWithoutIdAreKnownByWhatTheySay) {
  const char* text =
      "Subject,Due Date,Status\nCall,2021-04-16,Completed\nCall,2021-04-16,Completed\n"
      "Write,2021-04-17,Not Started\n";
  EXPECT_EQ(ImportText("tasks.csv", text).created, 3);
  EXPECT_EQ(ImportText("tasks.csv", text).unchanged, 3);
  EXPECT_EQ(Count("task"), 3);
}

TEST_F(Import, AnAmbiguousNameIsAnIssueAndNeverAGuess) {
  ImportText("accounts.csv", "Account ID,Account Name\nA1,Acme\nA2,ACME\nA3,Bolt GmbH\n");
  const FileImport file = ImportText(
      "contacts.csv",
      "Contact ID,Last Name,Account Name\n1,Durand,acme\n2,Martin,Bolt\n3,Petit,Nobody\n");
  EXPECT_EQ(file.created, 3);
  EXPECT_THAT(file.issues, Contains(Issue(2, "Account Name", "several records")));
  EXPECT_THAT(file.issues, Contains(Issue(4, "Account Name", "no record of type account found")));
  EXPECT_EQ(Get("contact/shop:1", "account"), "");
  EXPECT_EQ(Get("contact/shop:2", "account"), "Bolt GmbH");
}

TEST_F(Import, FindsRecordsOfOtherSystemsByTheirNumberAndMakesListsOfNames) {
  ImportText("products.csv", "Product Code,Product Name\nP1,Press\n");
  std::filesystem::create_directories(dir_.path() / "crm");
  testing::WriteFile(dir_.path() / "crm" / "tickets.csv",
                     "Ticket ID,Subject,Product Code,Reopened\nT1,Noise,P1,true\n");
  testing::WriteFile(dir_.path() / "crm" / "users.csv",
                     "User ID,Full Name,Team\nU1,Ann Lee,North\nU2,Bo Li,north\n");
  absl::StatusOr<ImportReport> report =
      ImportFiles(*crm_, {(dir_.path() / "crm").string()}, options_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(Get("ticket/crm:T1", "product"), "Press");
  EXPECT_EQ(Get("ticket/crm:T1", "reopened"), "1");
  EXPECT_EQ(Get("user/crm:U2", "team"), "North");
  EXPECT_EQ(Count("team"), 1);
}

TEST_F(Import, AListOfPeopleAloneBringsItsCompanies) {
  const char* text = "First Name,Last Name,Company\nAnn,Lee,Acme\nBo,Li,ACME\nCy,Ng,Bolt\n";
  EXPECT_EQ(ImportText("people.csv", text).created, 3);
  EXPECT_EQ(Count("account"), 2);
  EXPECT_EQ(Linked("contact", "account"), 3);
  EXPECT_EQ(ImportText("people.csv", text).unchanged, 3);
  EXPECT_EQ(Count("account"), 2);
}

TEST_F(Import, EveryFileOfAMixedFolderIsItsOwnSystems) {
  testing::WriteFile(dir_.File("a.csv"), "LEADID,Last Name,Company,Created Time\n1,Lee,Acme,\n");
  testing::WriteFile(dir_.File("b.csv"),
                     "Record ID,First Name,Last Name,Lifecycle Stage\n7,A,B,\n");
  absl::StatusOr<ImportReport> report = ImportFiles(*crm_, {dir_.path().string()}, options_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->files[0].preset, "zoho");
  EXPECT_EQ(report->files[1].preset, "hubspot");
}

TEST_F(Import, AnAmountThatNamesNoCurrencyIsReportedUnlessSomebodySaidWhichItIs) {
  const std::string_view text = "Account Name,Annual Revenue\nAcme,1200.50\nBolt,$900\nCargo,17\n";
  const auto revenues = [&] {
    std::vector<std::string> all;
    const auto view = crm_->View({"account"});
    const TypeDef* type = (*view)->schema().Find("account");
    for (Row row = 0; row < (*view)->RowLimit(type->id); ++row) {
      all.push_back(ToDisplay((*view)->Get({type->id, row}, type->FindField("revenue")->id)));
    }
    return all;
  };
  const FileImport silent = ImportText("accounts.csv", text);
  EXPECT_THAT(silent.issues, ElementsAre(Issue(2, "Annual Revenue",
                                               "names no currency; read as EUR (this row and 1")));
  EXPECT_THAT(revenues(), ElementsAre("1200.50 EUR", "900.00 USD", "17.00 EUR"));
  options_.currency = *Currency::Parse("CHF");
  const FileImport told = ImportText("accounts.csv", text);
  EXPECT_THAT(told.issues, IsEmpty());
  EXPECT_THAT(revenues(), ElementsAre("1200.50 CHF", "900.00 USD", "17.00 CHF"));
}

TEST_F(Import, AFileIsOfTheTypeThatItIsSaidToBe) {
  options_.type = "lead";
  const FileImport leads = ImportText("states.csv", "Lead ID,Status,Rating\nL1,New,Hot\n");
  EXPECT_EQ(leads.type, "lead");
  EXPECT_EQ(leads.rows, 1);
  EXPECT_EQ(leads.created + leads.refused, 1);

  // A type of the host's own, by the names of its fields.
  TypeDef vehicle;
  vehicle.name = "vehicle";
  for (const auto& [name, kind] :
       {std::pair("plate", FieldKind::kText), {"wheels", FieldKind::kInt}}) {
    FieldDef field;
    field.name = name;
    field.kind = kind;
    field.label = {name, name};
    vehicle.fields.push_back(std::move(field));
  }
  const absl::StatusOr<Schema> extended = crm_->schema()->WithType(std::move(vehicle));
  ASSERT_TRUE(extended.ok()) << extended.status();
  ASSERT_EQ(crm_->Extend(*extended, Actor::System("host"), kNow), absl::OkStatus());
  options_.type = "vehicle";
  const FileImport vehicles = ImportText("fleet.csv", "Plate,Wheels\nAB-123-CD,4\n");
  EXPECT_EQ(vehicles.created, 1);
  QueryOptions asking;
  asking.now = kNow;
  const auto found =
      crm_->Query("vehicle", "vehicle.plate == 'AB-123-CD' && vehicle.wheels == 4", asking);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->count, 1);
}

TEST_F(Import, SensitiveColumnsStayOutside) {
  const FileImport file =
      ImportText("contacts.csv", "Contact ID,Last Name,SSN,Shoe Size\n1,Durand,123-45-6789,42\n");
  EXPECT_THAT(file.issues, Contains(Issue(1, "SSN", "sensitive")));
  EXPECT_THAT(file.custom_fields, ElementsAre("shoe_size"));
  options_.custom_fields = false;
  EXPECT_THAT(ImportText("leads.csv", "Lead ID,Last Name,Shoe Size\n1,Durand,42\n").issues,
              Contains(Issue(1, "Shoe Size", "left out")));
}

TEST_F(Import, SystemsMeetAtAUniqueNumberAndTheMasterDecides) {
  std::filesystem::create_directories(dir_.path() / "erp");
  std::filesystem::create_directories(dir_.path() / "crm");
  testing::WriteFile(dir_.path() / "erp" / "clients.csv",
                     "Code client;Raison sociale;SIREN;Ville;Effectif\n"
                     "C1;Presses Martin;732829320;Lyon;50\n");
  testing::WriteFile(dir_.path() / "crm" / "accounts.csv",
                     "Account ID,Account Name,SIREN,SIRET,Customer Number,Billing City\n"
                     "A1,Presses Martin SA,732829320,73282932000074,C1,Villeurbanne\n"
                     "A2,Presses Martin Nord,732829320,73282932000082,C1,Lille\n");
  absl::StatusOr<ImportReport> report = ImportFiles(*crm_, {dir_.path().string()}, options_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(Count("account"), 1);
  EXPECT_EQ(Count("establishment"), 2);  // two places are never taken for duplicates
  EXPECT_EQ(*crm_->Find("account/crm:A1"), *crm_->Find("account/erp:C1"));
  EXPECT_EQ(*crm_->Find("account/crm:A2"), *crm_->Find("account/erp:C1"));
  EXPECT_EQ(Get("account/erp:C1", "headcount"), "50");
  bool told = false;
  for (const FileImport& file : report->files) {
    for (const ImportIssue& issue : file.issues) {
      told |= issue.column == "city" && issue.message.find("another source") != std::string::npos;
    }
  }
  EXPECT_TRUE(told) << FormatImportJson(*report);
  const std::string city = Get("account/erp:C1", "city");
  report = ImportFiles(*crm_, {dir_.path().string()}, options_);
  ASSERT_TRUE(report.ok()) << report.status();
  for (const FileImport& file : report->files) {
    EXPECT_EQ(file.created + file.updated, 0) << file.file;
    EXPECT_EQ(file.unchanged, file.rows) << file.file;
  }
  EXPECT_EQ(Get("account/erp:C1", "city"), city);
}

TEST_F(Import, EventsAndConsentComeInOnce) {
  ImportText("contacts.csv", "Contact ID,Last Name\n1,Durand\n2,Martin\n");
  const char* events =
      "Event ID,Contact ID,Lead ID,Event,At,Path,Campaign ID\n"
      "E1,1,,page_view,2026-01-02T10:00:00Z,/pricing,\n"
      "E2,1,,page_view,2026-01-02T10:00:00Z,/pricing,\n"
      "E3,2,,download,2026-01-03T10:00:00Z,/doc,\n"
      "E4,9,,login,2026-01-03T10:00:00Z,,\n"
      "E5,1,,dance,2026-01-03T10:00:00Z,,\n";
  FileImport file = ImportText("events.csv", events);
  EXPECT_EQ(file.type, "event");
  EXPECT_EQ(file.created, 3);
  EXPECT_EQ(file.refused, 2);
  EXPECT_EQ(ImportText("events.csv", events).unchanged, 3);
  const char* consents =
      "Entry ID,Contact ID,Channel,Purpose,Topic,Status,At,Source,Wording,Double Opt-in\n"
      "1,1,email,marketing,,grant,2026-01-02T10:00:00Z,web,v1,true\n"
      "2,1,email,marketing,,withdraw,2026-02-02T10:00:00Z,web,,false\n"
      "3,2,email,marketing,,sing,2026-02-02T10:00:00Z,web,,false\n";
  file = ImportText("consents.csv", consents);
  EXPECT_EQ(file.type, "consent");
  EXPECT_EQ(file.created, 2);
  EXPECT_EQ(file.refused, 1);
  EXPECT_EQ(ImportText("consents.csv", consents).unchanged, 2);
}

TEST_F(Import, AnEventOfALeadIsTheLeadsUntilItIsConverted) {
  const char* events =
      "Event ID,Contact ID,Lead ID,Event,At,Path,Campaign ID\n"
      "E1,,L1,page_view,2026-01-02T10:00:00Z,/pricing,\n"
      "E2,,L1,login,2026-01-03T10:00:00Z,,\n";
  const auto count = [&](const std::string& type, const std::string& name) {
    auto answer = crm_->Query(type, type + ".events('" + name + "').size() == 1", {});
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? answer->count : -1;
  };
  ImportText("leads.csv", "Lead ID,Last Name,Company\nL1,Durand,Acme\n");
  EXPECT_EQ(ImportText("events.csv", events).created, 2);
  EXPECT_EQ(count("lead", "page_view"), 1);
  EXPECT_EQ(count("lead", "lead_login"), 1);

  ImportText("contacts.csv", "Contact ID,Last Name\n1,Durand\n");
  ImportText("leads.csv", "Lead ID,Last Name,Company,Converted Contact ID\nL1,Durand,Acme,1\n");
  EXPECT_EQ(ImportText("events.csv", events).unchanged, 2);
  EXPECT_EQ(ImportText("more.csv",
                       "Event ID,Contact ID,Lead ID,Event,At,Path,Campaign ID\n"
                       "E3,,L1,page_view,2026-02-02T10:00:00Z,/contact,\n")
                .created,
            1);
  EXPECT_EQ(count("contact", "page_view"), 1);
  EXPECT_EQ(count("lead", "page_view"), 1);
}

TEST_F(Import, FollowsAGivenMapping) {
  options_.mapping = *ParseMapping(R"({"type": "contact", "key": {"column": "No", "system": "old"},
    "columns": {"Who": {"parse": "full_name"}, "Born": {"field": "birth_date"}},
    "date_order": "day_first"})");
  const FileImport file = ImportText("x.csv", "No,Who,Born\n7,Mme Marie DURAND,04/07/62\n");
  EXPECT_EQ(file.preset, "");
  EXPECT_EQ(Get("contact/old:7", "family_name"), "DURAND");
  EXPECT_EQ(Get("contact/old:7", "civility"), "mrs");
  EXPECT_EQ(Get("contact/old:7", "birth_date"), "1962-07-04");
}

TEST_F(Import, SaysWhatItDoesNotKnow) {
  const FileImport file = ImportText("x.csv", "alpha,beta\n1,2\n");
  EXPECT_EQ(file.type, "");
  EXPECT_EQ(file.rows, 1);
  EXPECT_THAT(file.issues, ElementsAre(Issue(1, "", "no known type")));
  EXPECT_EQ(ImportFiles(*crm_, {"/none"}, options_).status().code(), absl::StatusCode::kNotFound);
  options_.preset = "siebel";
  EXPECT_EQ(ImportFiles(*crm_, {}, options_).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(Import, TheReportIsJson) {
  ImportText("contacts.csv", "Contact ID,Last Name\n1,Durand\n");
  ImportReport report;
  report.files.push_back(
      {"a.csv", "generic", "contact", 3, 1, 1, 0, 1, {{2, "B", "v", "why"}}, {}});
  EXPECT_EQ(nlohmann::json::parse(FormatImportJson(report)),
            nlohmann::json::parse(
                R"({"files": [{"file": "a.csv", "preset": "generic", "type": "contact", "rows": 3,
                    "created": 1, "updated": 1, "unchanged": 0,
                    "issues": [{"row": 2, "column": "B", "value": "v", "message": "why"}]}]})"));
}

}  // namespace
}  // namespace relata

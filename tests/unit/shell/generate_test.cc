// SPDX-License-Identifier: Apache-2.0

#include "shell/generate/generate.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "shell/generate/company.h"
#include "shell/generate/table.h"
#include "support/support.h"

namespace relata::shell {
namespace {

using Json = nlohmann::json;
using Record = std::map<std::string, std::string>;
using relata::testing::ReadFile;
using relata::testing::TempDir;

// The records of a generated file. Generated fields hold no line ends, so a line is a record; a row
// that is longer or shorter than its header keeps what fits.
struct Sheet {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  // rows[0] is row 2 of the file

  const std::string& At(int64_t row, const std::string& column) const {
    const auto it = std::find(header.begin(), header.end(), column);
    static const std::string* const kMissing = new std::string("(no such column)");
    if (it == header.end()) return *kMissing;
    return rows.at(static_cast<size_t>(row - 2)).at(static_cast<size_t>(it - header.begin()));
  }
};

std::vector<std::string> Fields(const std::string& line, char delimiter) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      out.back() += line[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == delimiter && !quoted) {
      out.emplace_back();
    } else if (c != '\r') {
      out.back() += c;
    }
  }
  return out;
}

Sheet Read(const TempDir& dir, const std::string& name) {
  std::string text = ReadFile(dir.path() / name);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  const char delimiter = name.starts_with("crm/") ? ',' : ';';
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  Sheet sheet{Fields(line, delimiter), {}};
  while (std::getline(lines, line)) sheet.rows.push_back(Fields(line, delimiter));
  return sheet;
}

std::vector<Json> Lines(const TempDir& dir, const std::string& name) {
  std::istringstream lines(ReadFile(dir.path() / name));
  std::vector<Json> out;
  for (std::string line; std::getline(lines, line);) out.push_back(Json::parse(line));
  return out;
}

std::map<std::string, std::string> AllFiles(const TempDir& dir) {
  std::map<std::string, std::string> out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir.path())) {
    if (entry.is_regular_file())
      out[entry.path().lexically_relative(dir.path())] = ReadFile(entry.path());
  }
  return out;
}

void Generate(const TempDir& dir, int64_t contacts, uint64_t seed = 7) {
  GenerateOptions options;
  options.directory = dir.path().string();
  options.contacts = contacts;
  options.seed = seed;
  const absl::Status status = GenerateCompany(options);
  ASSERT_TRUE(status.ok()) << status.ToString();
}

// One company of 2,000 contacts for the tests that only look.
class GeneratedCompany : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    dir_ = new TempDir();
    Generate(*dir_, 2000);
    truth_ = new Json(Json::parse(ReadFile(dir_->path() / "truth/truth.json")));
  }
  static void TearDownTestSuite() {
    delete truth_;
    delete dir_;
  }
  // Generated files by name, read once.
  static const Sheet& File(const std::string& name) {
    static std::map<std::string, Sheet> files;
    auto [it, fresh] = files.try_emplace(name);
    if (fresh) it->second = Read(*dir_, name);
    return it->second;
  }
  static std::set<std::string> Segment(const std::string& name) {
    std::set<std::string> out;
    for (const Json& line : Lines(*dir_, "truth/segments.jsonl")) {
      if (line["segment"] == name) out.insert(line["key"].get<std::string>());
    }
    return out;
  }

  static TempDir* dir_;
  static Json* truth_;
};
TempDir* GeneratedCompany::dir_ = nullptr;
Json* GeneratedCompany::truth_ = nullptr;

TEST(Generate, SameOptionsGiveTheSameBytesAndAnotherSeedDoesNot) {
  TempDir a, b, c;
  Generate(a, 300, 5);
  Generate(b, 300, 5);
  Generate(c, 300, 6);
  EXPECT_EQ(AllFiles(a), AllFiles(b));
  EXPECT_NE(AllFiles(a)["crm/contacts.csv"], AllFiles(c)["crm/contacts.csv"]);
}

TEST(Generate, RefusesFewerContactsThanTheStoryNeeds) {
  TempDir dir;
  GenerateOptions options;
  options.directory = dir.path().string();
  options.contacts = 99;
  EXPECT_EQ(GenerateCompany(options).code(), absl::StatusCode::kInvalidArgument);
}

TEST(Generate, RowsGrowInProportionToContacts) {
  TempDir small, large;
  Generate(small, 2000);
  Generate(large, 8000);
  const Json a = Json::parse(ReadFile(small.path() / "truth/truth.json"))["rows"];
  const Json b = Json::parse(ReadFile(large.path() / "truth/truth.json"))["rows"];
  for (const char* file : {"erp/commandes.csv", "crm/events.csv", "crm/consents.csv",
                           "crm/leads.csv", "crm/accounts.csv"}) {
    const double ratio = b[file].get<double>() / a[file].get<double>();
    EXPECT_NEAR(ratio, 4.0, 0.8) << file;
  }
}

TEST_F(GeneratedCompany, HasAsManyPeopleAsAsked) {
  EXPECT_EQ((*truth_)["totals"]["people"], 2000);
  std::set<std::string> keys;
  for (const auto& row : File("crm/contacts.csv").rows) keys.insert(row[0]);
  EXPECT_GT(keys.size(), 2000u);  // some are entered twice
}

TEST_F(GeneratedCompany, RowCountsOfTheTruthAreThoseOfTheFiles) {
  for (const auto& [file, rows] : (*truth_)["rows"].items()) {
    EXPECT_EQ(File(file).rows.size(), rows.get<size_t>()) << file;
  }
}

TEST_F(GeneratedCompany, SpreadsheetIsCp1252AndNotUtf8) {
  const std::string text = ReadFile(dir_->path() / "tableur/suivi_clients.csv");
  EXPECT_NE(text.find("Soci\xE9t\xE9;"), std::string::npos);
  EXPECT_NE(text.find("Derni\xE8re visite"), std::string::npos);
  EXPECT_NE(text.find("k\x80"), std::string::npos);  // the euro sign
  EXPECT_EQ(text.find("\xC3\xA9"), std::string::npos);
}

TEST_F(GeneratedCompany, NumbersOfCompaniesPassTheirCheckButForThoseSaidToBeWrong) {
  std::set<std::string> wrong;
  for (const Json& dirt : Lines(*dir_, "truth/dirt.jsonl")) {
    if (dirt["kind"] == "siren_check_digit") wrong.insert(dirt["value"].get<std::string>());
  }
  const Sheet& clients = File("erp/clients.csv");
  for (size_t i = 0; i < clients.rows.size(); ++i) {
    const std::string& siren = clients.At(static_cast<int64_t>(i) + 2, "SIREN");
    EXPECT_EQ(LuhnValid(siren), wrong.count(siren) == 0) << siren;
  }
  for (const auto& row : File("erp/etablissements.csv").rows) EXPECT_TRUE(LuhnValid(row[3]));
  EXPECT_FALSE(wrong.empty());
}

TEST_F(GeneratedCompany, EveryPieceOfDirtStandsWhereTheTruthSays) {
  std::set<std::string> kinds;
  for (const Json& dirt : Lines(*dir_, "truth/dirt.jsonl")) {
    const std::string kind = dirt["kind"];
    kinds.insert(kind);
    const Sheet& sheet = File(dirt["file"]);
    if (kind == "short_row") {
      EXPECT_LT(sheet.rows.at(dirt["row"].get<size_t>() - 2).size(), sheet.header.size());
    } else if (kind == "extra_field") {
      EXPECT_GT(sheet.rows.at(dirt["row"].get<size_t>() - 2).size(), sheet.header.size());
    } else if (!dirt["file"].get<std::string>().starts_with("tableur")) {
      EXPECT_EQ(sheet.At(dirt["row"], dirt["column"]), dirt["value"]) << dirt;
    } else {
      const std::string column = ToCp1252(dirt["column"].get<std::string>());
      EXPECT_EQ(sheet.At(dirt["row"], column), ToCp1252(dirt["value"].get<std::string>())) << dirt;
    }
  }
  EXPECT_THAT(kinds, ::testing::IsSupersetOf({"bad_email", "placeholder", "siren_check_digit",
                                              "orphan_link", "bad_date", "short_row", "extra_field",
                                              "forbidden_text", "mojibake", "repeated_row"}));
}

TEST_F(GeneratedCompany, EveryContradictionStandsWhereTheTruthSays) {
  std::set<std::string> kinds;
  for (const Json& line : Lines(*dir_, "truth/contradictions.jsonl")) {
    kinds.insert(line["kind"].get<std::string>());
    ASSERT_GE(line["rows"].size(), 2u);
    for (const Json& cell : line["rows"]) {
      EXPECT_EQ(File(cell["file"]).At(cell["row"], cell["column"]), cell["value"]) << line;
    }
  }
  EXPECT_THAT(kinds, ::testing::IsSupersetOf(
                         {"headcount", "status", "phone", "consent", "consent_across_duplicates"}));
}

TEST_F(GeneratedCompany, PeopleNameRowsByTheirKeys) {
  bool three_files = false;
  for (const Json& person : Lines(*dir_, "truth/people.jsonl")) {
    std::set<std::string> files;
    for (const Json& row : person["rows"]) {
      files.insert(row["file"].get<std::string>());
      if (row["key"] == "") continue;  // the spreadsheet has no keys
      EXPECT_EQ(File(row["file"]).rows.at(row["row"].get<size_t>() - 2).at(0), row["key"]);
    }
    three_files |= files.size() >= 3;
  }
  EXPECT_TRUE(three_files);
}

TEST_F(GeneratedCompany, PressWithoutMaintenanceFollowsFromTheOrderLines) {
  std::map<std::string, std::string> client_of;  // by order
  std::set<std::string> press, maintenance, expected;
  for (const auto& row : File("erp/commandes.csv").rows) {
    if (row[4] != "Annulée") client_of[row[0]] = row[1];
  }
  for (const auto& row : File("erp/lignes_commande.csv").rows) {
    const auto client = client_of.find(row[1]);
    if (client == client_of.end()) continue;
    if (row[2].starts_with("PH-")) press.insert(client->second);
    if (row[2] == "MAINT-AN") maintenance.insert(client->second);
  }
  std::set_difference(press.begin(), press.end(), maintenance.begin(), maintenance.end(),
                      std::inserter(expected, expected.end()));
  EXPECT_EQ(Segment("press_without_maintenance"), expected);
  EXPECT_EQ(expected.count("CL000003"), 1u);
  EXPECT_EQ(expected.count("CL000004"), 0u);
}

TEST_F(GeneratedCompany, CustomerOfTheBriefOrdersEvery31DaysAndIsSilentSince58) {
  for (const Json& line : Lines(*dir_, "truth/segments.jsonl")) {
    if (line["segment"] != "cadence_alert" || line["key"] != "CL000001") continue;
    EXPECT_EQ(line["usual_days"], 31);
    EXPECT_EQ(line["elapsed_days"], 58);
    return;
  }
  FAIL() << "no alert for CL000001";
}

TEST_F(GeneratedCompany, PricingVisitorsFollowFromTheEvents) {
  std::map<std::string, int> views;
  for (const auto& row : File("crm/events.csv").rows) {
    if (!row[1].empty() && row[3] == "page_view" && row[5].starts_with("/tarifs") &&
        row[4] > "2026-10-13T17:00:00Z") {
      ++views[row[1]];
    }
  }
  std::set<std::string> expected;
  for (const auto& [contact, count] : views) {
    if (count >= 3) expected.insert(contact);
  }
  EXPECT_EQ(Segment("pricing_visitors_30d"), expected);
}

TEST_F(GeneratedCompany, NothingIsRecordedAfterNow) {
  const std::string now = (*truth_)["now"];
  std::string latest;
  for (const auto& row : File("crm/events.csv").rows) latest = std::max(latest, row[4]);
  EXPECT_EQ(latest, now);
  for (const auto& row : File("crm/consents.csv").rows) EXPECT_LE(row[6], now);
  for (const auto& row : File("crm/opportunity_history.csv").rows) EXPECT_LE(row[2], now);
}

TEST_F(GeneratedCompany, LookAlikesAreNamedApart) {
  std::set<std::string> kinds;
  for (const Json& line : Lines(*dir_, "truth/distinct.jsonl")) {
    kinds.insert(line["kind"].get<std::string>());
    std::set<std::string> keys;
    for (const Json& row : line["rows"]) keys.insert(row["key"].get<std::string>());
    EXPECT_EQ(keys.size(), line["rows"].size());
  }
  EXPECT_THAT(kinds, ::testing::UnorderedElementsAre(
                         "sites_of_one_company", "companies_of_one_name", "people_of_one_name"));
}

}  // namespace
}  // namespace relata::shell

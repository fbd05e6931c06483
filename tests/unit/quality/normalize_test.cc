// SPDX-License-Identifier: Apache-2.0

#include "relata/quality/normalize.h"

#include <gtest/gtest.h>

#include <string>

#include "relata/exchange/csv.h"
#include "support/support.h"

namespace relata {
namespace {

struct Case {
  const char* text;
  const char* normal;  // nullptr: refused
};

template <class F>
void Check(std::initializer_list<Case> cases, F normalize) {
  for (const Case& c : cases) {
    const std::optional<std::string> got = normalize(c.text);
    EXPECT_EQ(got.has_value(), c.normal != nullptr) << c.text;
    if (got && c.normal != nullptr) {
      EXPECT_EQ(*got, c.normal) << c.text;
      EXPECT_EQ(normalize(*got), got) << "not stable: " << c.text;
    }
  }
}

TEST(NormalizeEmail, GivesOneSpellingAndRefusesTheRest) {
  Check({{" Marie.Durand@ACME.fr ", "marie.durand@acme.fr"},
         {"mailto:a@b.co", "a@b.co"},
         {"<x+tag@sub.example.org>", "x+tag@sub.example.org"},
         {"rené@société.fr", "rené@société.fr"},
         {"a@b", nullptr},
         {"a b@c.fr", nullptr},
         {"a@@b.fr", nullptr},
         {".a@b.fr", nullptr},
         {"a..b@c.fr", nullptr},
         {"a@-b.fr", nullptr},
         {"a@b..fr", nullptr},
         {"a@1.2.3.4", nullptr},
         {"", nullptr},
         {"n/a", nullptr}},
        NormalizeEmail);
}

TEST(NormalizePhone, GivesE164WhereTheCountryIsKnown) {
  const auto french = [](std::string_view text) { return NormalizePhone(text, "FR"); };
  Check({{"06 12 34 56 78", "+33612345678"},
         {"06.12.34.56.78", "+33612345678"},
         {"+33 (0)6 12 34 56 78", "+33612345678"},
         {"0033612345678", "+33612345678"},
         {"+1 (512) 757-6000", "+15127576000"},
         {"01 23 45 67 89 poste 12", "+33123456789"},
         {"12345", nullptr},
         {"n/a", nullptr},
         {"marie@acme.fr", nullptr}},
        french);
  EXPECT_EQ(NormalizePhone("(512) 757-6000", ""), "5127576000");
  EXPECT_EQ(NormalizePhone("512-757-6000 x44", "US"), "+15127576000");
}

TEST(NormalizeSiren, ChecksTheDigits) {
  Check({{"732 829 320", "732829320"},
         {"732829321", nullptr},
         {"73282932", nullptr},
         {"000000000", nullptr},
         {"73282932A", nullptr}},
        NormalizeSiren);
  Check({{"732 829 320 00074", "73282932000074"},
         {"35600000000048", "35600000000048"},
         {"35600000049837", "35600000049837"},  // La Poste: digits sum to a multiple of five
         {"73282932000075", nullptr}},
        NormalizeSiret);
}

TEST(NormalizeVatNumber, ChecksTheDigits) {
  Check({{"FR 40 303 265 045", "FR40303265045"},
         {"fr 83.404.833.048", "FR83404833048"},
         {"BE 403 019 261", "BE0403019261"},
         {"DE 136,695 976", nullptr},
         {"DE136695976", "DE136695976"},
         {"IT 00743110157", "IT00743110157"},
         {"LU 150 274 42", "LU15027442"},
         {"FR 84 323 140 391", nullptr},
         {"DE136695978", nullptr},
         {"BE0431150351", nullptr},
         {"XX123456789", nullptr},
         {"", nullptr}},
        NormalizeVatNumber);
}

TEST(NormalizeCountry, KnowsCodesAndNamesInBothLanguages) {
  Check({{"France", "FR"},
         {"FR", "FR"},
         {"fra", "FR"},
         {"Allemagne", "DE"},
         {"United States", "US"},
         {"États-Unis", "US"},
         {"Côte d'Ivoire", "CI"},
         {"Atlantis", nullptr},
         {"", nullptr}},
        NormalizeCountry);
  EXPECT_EQ(NormalizeLanguage("Français"), "fr");
  EXPECT_EQ(NormalizeLanguage("en_GB"), "en");
  EXPECT_EQ(NormalizeLanguage("klingon"), std::nullopt);
}

TEST(CompanyKey, LeavesLegalFormsOut) {
  EXPECT_EQ(CompanyKey("SARL Ateliers Vernay & Fils"), CompanyKey("Ateliers Vernay et fils"));
  EXPECT_EQ(CompanyKey("Acme S.A.S."), "acme");
  EXPECT_EQ(CompanyKey("ACME SAS"), "acme");
  EXPECT_EQ(CompanyKey("Müller GmbH & Co. KG"), "muller");
  EXPECT_EQ(CompanyKey("SAS"), "sas");
  EXPECT_EQ(CompanyKey("--"), "");
  EXPECT_NE(CompanyKey("Acme Nord"), CompanyKey("Acme Sud"));
}

TEST(SplitPersonName, FindsTheParts) {
  struct Name {
    const char* text;
    const char* civility;
    const char* given;
    const char* family;
  };
  for (const Name& n : {Name{"Marie Durand", "", "Marie", "Durand"},
                        Name{"M. Jean-Paul DURAND", "mr", "Jean-Paul", "DURAND"},
                        Name{"DURAND Jean-Paul", "", "Jean-Paul", "DURAND"},
                        Name{"Durand, Marie", "", "Marie", "Durand"},
                        Name{"Mme Anne de La Tour", "mrs", "Anne", "de La Tour"},
                        Name{"Ludwig van Beethoven", "", "Ludwig", "van Beethoven"},
                        Name{"Madonna", "", "", "Madonna"}, Name{"", "", "", ""}}) {
    const PersonName got = SplitPersonName(n.text);
    EXPECT_EQ(got.civility, n.civility) << n.text;
    EXPECT_EQ(got.given, n.given) << n.text;
    EXPECT_EQ(got.family, n.family) << n.text;
  }
  EXPECT_EQ(PersonKey("Jean-Paul", "DURAND"), PersonKey("Durand", "Jean Paul"));
}

TEST(IsPlaceholder, KnowsWhatPeopleTypeForNothing) {
  for (const char* junk :
       {"n/a", "-", "???", "XXXX", "aaa", "Default Value", "non renseigné", "0000000000",
        "06 00 00 00 00 00", "test@test.fr", "aaaa@aaa.fr", "N.C."}) {
    EXPECT_EQ(IsPlaceholder(junk), std::string(junk) != "06 00 00 00 00 00") << junk;
  }
  for (const char* real : {"", "NC", "C000000", "Nathalie", "Aaron", "0", "100", "111",
                           "marie@acme.fr", "Testut", "+33612345678"}) {
    EXPECT_FALSE(IsPlaceholder(real)) << real;
  }
  EXPECT_TRUE(IsGenericMailbox("contact@acme.fr"));
  EXPECT_FALSE(IsGenericMailbox("marie@acme.fr"));
}

// The published numbers: those that are valid pass, those whose check digits are wrong do not.
TEST(NormalizeNumbers, AgreeWithThePublishedCalls) {
  RELATA_REQUIRE_SHARED("data/vec_stdnum/calls.csv");
  auto reader = CsvReader::Open(testing::RelataShared() / "data/vec_stdnum/calls.csv");
  ASSERT_TRUE(reader.ok()) << reader.status();
  CsvRow row;
  int checked = 0;
  for (;;) {
    auto more = reader->Next(&row);
    ASSERT_TRUE(more.ok()) << more.status();
    if (!*more) break;
    if (row.cells.size() < 5 || row.cells[1] != "validate") continue;
    const std::string module(row.cells[0]);
    std::string number(row.cells[2]);
    std::optional<std::string> got;
    if (module == "fr_siren") {
      got = NormalizeSiren(number);
    } else if (module == "fr_siret") {
      got = NormalizeSiret(number);
    } else if (module == "fr_tva" || module == "be_vat" || module == "de_vat" ||
               module == "it_iva" || module == "lu_tva") {
      std::string country = module.substr(0, 2);
      for (char& c : country) c = static_cast<char>(c - ('a' - 'A'));
      if (!number.starts_with(country)) number.insert(0, country);
      got = NormalizeVatNumber(number);
    } else {
      continue;
    }
    const bool valid = !row.cells[4].starts_with("!");
    ++checked;
    EXPECT_EQ(got.has_value(), valid) << module << " " << row.cells[2];
  }
  EXPECT_GT(checked, 12);
}

}  // namespace
}  // namespace relata

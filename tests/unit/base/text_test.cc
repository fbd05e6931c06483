// SPDX-License-Identifier: Apache-2.0

#include "relata/base/text.h"

#include <gtest/gtest.h>

#include <string>

namespace relata {
namespace {

TEST(Text, AcceptsWellFormedUtf8Only) {
  EXPECT_TRUE(IsValidUtf8(""));
  EXPECT_TRUE(IsValidUtf8("Société générale, 東京, 😀"));
  for (const char* bad : {"\xC0\xAF", "\xE9t\xE9", "\xED\xA0\x80", "\xF4\x90\x80\x80", "ab\x80"}) {
    EXPECT_FALSE(IsValidUtf8(bad)) << bad;
  }
  EXPECT_EQ(ValidUtf8Prefix("h\xC3\xA9\xE9"), 3u);
}

TEST(Text, ReadsWindows1252) {
  EXPECT_EQ(Utf8FromCp1252("Soci\xE9t\xE9 \x80 1\xA0"
                           "000 \x9C\x92"),
            "Société € 1\u00A0000 œ’");
  EXPECT_EQ(Utf8FromCp1252("\x81"), "\uFFFD");
}

TEST(Text, ReadsUtf16OfEitherOrder) {
  EXPECT_EQ(Utf8FromUtf16(std::string_view("\x41\x00\xE9\x00\x3D\xD8\x00\xDE", 8), false), "Aé😀");
  EXPECT_EQ(Utf8FromUtf16(std::string_view("\x00\x41\xD8\x3D", 4), true), "A\uFFFD");
}

TEST(Text, TrimsEverySpaceThatExportsContain) {
  EXPECT_EQ(TrimSpace("\uFEFF \t\u00A0Acme\u202F\u2009\r\n"), "Acme");
  EXPECT_EQ(TrimSpace(" \u00A0 "), "");
  EXPECT_EQ(TrimSpace("é"), "é");
  EXPECT_EQ(CollapseSpace("  Jean\u00A0 \n Paul "), "Jean Paul");
}

TEST(Text, FoldsCaseAccentsAndLigatures) {
  struct Case {
    const char* text;
    const char* folded;
  };
  for (const Case& c :
       {Case{"ÉTIENNE", "etienne"}, Case{"Cœur", "coeur"}, Case{"Straße", "strasse"},
        Case{"Łódź", "lodz"}, Case{"Ærø", "aero"}, Case{"E\u0301", "e"}, Case{"ﬁn", "fin"},
        Case{"Ｆｕｌｌ", "full"}, Case{"İ", "i"}}) {
    EXPECT_EQ(Fold(c.text), c.folded) << c.text;
    EXPECT_EQ(Fold(Fold(c.text)), c.folded) << c.text;
  }
  EXPECT_EQ(Fold("a\xFFz"), "az");
}

TEST(Text, ComparesByWords) {
  EXPECT_EQ(FoldWords("  L'Oréal  S.A. (Paris) "), "loreal s a paris");
  EXPECT_EQ(FoldWords("L’Oréal"), "loreal");
  EXPECT_EQ(FoldWords("---"), "");
  EXPECT_TRUE(SameWords("Adresse e-mail", "ADRESSE E MAIL"));
  EXPECT_FALSE(SameWords("Nom", "Prénom"));
}

}  // namespace
}  // namespace relata

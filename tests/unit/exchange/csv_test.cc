// SPDX-License-Identifier: Apache-2.0

#include "relata/exchange/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"

namespace relata {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Cells = std::vector<std::string>;

struct Table {
  CsvDialect dialect;
  std::vector<Cells> rows;
  std::vector<int64_t> lines;
  std::vector<std::string> problems;
};

Table Read(std::string_view text, const CsvOptions& options = {}) {
  Table table;
  absl::StatusOr<CsvReader> reader = CsvReader::FromText(text, options);
  EXPECT_TRUE(reader.ok()) << reader.status();
  if (!reader.ok()) return table;
  table.dialect = reader->dialect();
  CsvRow row;
  for (;;) {
    absl::StatusOr<bool> more = reader->Next(&row);
    EXPECT_TRUE(more.ok()) << more.status();
    if (!more.ok() || !*more) return table;
    table.rows.emplace_back(row.cells.begin(), row.cells.end());
    table.lines.push_back(row.line);
    table.problems.insert(table.problems.end(), row.problems.begin(), row.problems.end());
  }
}

TEST(CsvReader, FindsTheDelimiter) {
  struct Case {
    const char* name;
    const char* text;
    char delimiter;
  };
  for (const Case& c : {
           Case{"comma", "a,b,c\n1,2,3\n", ','},
           Case{"semicolon beside decimal commas", "nom;ca;ville\nA;1 234,56;Lyon\nB;7,1;Paris\n",
                ';'},
           Case{"tab beside commas", "name\tcity\nDoe, John\tParis, FR\n", '\t'},
           Case{"bar", "a|b\n1|2\n", '|'},
           Case{"quoted delimiters do not count", "a,b\n\"x;y;z\",2\n\"u;v;w\",3\n", ','},
           Case{"one column", "name\nAcme\n", ','},
           Case{"announced by the spreadsheet", "sep=|\na;b|c\n", '|'},
       }) {
    EXPECT_EQ(Read(c.text).dialect.delimiter, c.delimiter) << c.name;
  }
  EXPECT_THAT(Read("sep=|\r\na;b|c\r\n").rows, ElementsAre(Cells{"a;b", "c"}));
}

TEST(CsvReader, FindsTheEncoding) {
  const Table bom = Read("\xEF\xBB\xBFpr\xC3\xA9nom;nom\nZo\xC3\xA9;X\n");
  EXPECT_TRUE(bom.dialect.byte_order_mark);
  EXPECT_THAT(bom.rows, ElementsAre(Cells{"prénom", "nom"}, Cells{"Zoé", "X"}));

  const Table western = Read("pr\xE9nom;co\xFBt\nZo\xE9;3 \x80\n");
  EXPECT_EQ(western.dialect.encoding, TextEncoding::kCp1252);
  EXPECT_THAT(western.rows, ElementsAre(Cells{"prénom", "coût"}, Cells{"Zoé", "3 €"}));
  EXPECT_THAT(western.problems, IsEmpty());

  const std::string_view wide("\xFF\xFE\x61\x00\x2C\x00\xE9\x00\x0A\x00\x31\x00\x2C\x00\x32\x00",
                              16);
  const Table utf16 = Read(wide);
  EXPECT_EQ(utf16.dialect.encoding, TextEncoding::kUtf16LittleEndian);
  EXPECT_THAT(utf16.rows, ElementsAre(Cells{"a", "é"}, Cells{"1", "2"}));
}

TEST(CsvReader, RepairsForeignBytesInsideUtf8AndSaysSo) {
  const Table table = Read("a,b\n\xC3\xA9\xC3\xA8\xC3\xA0,1\nCaf\xE9,2\n");
  EXPECT_EQ(table.dialect.encoding, TextEncoding::kUtf8);
  EXPECT_EQ(table.rows[2], (Cells{"Café", "2"}));
  EXPECT_THAT(table.problems, ElementsAre(HasSubstr("Windows-1252")));
}

TEST(CsvReader, ReadsQuotedCells) {
  const Table table =
      Read("a,b\n\"x, y\",\"say \"\"hi\"\"\"\n\"two\r\nlines\", \"padded\" \n\"\",\n");
  EXPECT_THAT(table.rows, ElementsAre(Cells{"a", "b"}, Cells{"x, y", "say \"hi\""},
                                      Cells{"two\r\nlines", "padded"}, Cells{"", ""}));
  EXPECT_THAT(table.lines, ElementsAre(1, 2, 3, 5));
  EXPECT_THAT(table.problems, IsEmpty());
}

TEST(CsvReader, TakesAnyLineBreakAndPassesOverBlankLines) {
  EXPECT_THAT(Read("a,b\r1,2\r").rows, ElementsAre(Cells{"a", "b"}, Cells{"1", "2"}));
  const Table table = Read("\n\na,b\r\n\r\n1,2\n\n");
  EXPECT_THAT(table.rows, ElementsAre(Cells{"a", "b"}, Cells{"1", "2"}));
  EXPECT_THAT(table.lines, ElementsAre(3, 5));
  EXPECT_THAT(Read("").rows, IsEmpty());
}

TEST(CsvReader, GivesRaggedRowsAsTheyAre) {
  EXPECT_THAT(Read("a,b,c\n1,2\n1,2,3,4\n").rows,
              ElementsAre(Cells{"a", "b", "c"}, Cells{"1", "2"}, Cells{"1", "2", "3", "4"}));
}

TEST(CsvReader, FindsOtherQuotesAndEscapes) {
  EXPECT_THAT(Read("'a','b'\n'x,1','O''Brien'\n").rows,
              ElementsAre(Cells{"a", "b"}, Cells{"x,1", "O'Brien"}));
  EXPECT_THAT(Read("a,b\n\"say \\\"hi\\\" twice\",\"C:\\\\dir\"\n").rows,
              ElementsAre(Cells{"a", "b"}, Cells{"say \"hi\" twice", "C:\\dir"}));
  EXPECT_EQ(Read("a,b\nRock 'n' Roll,'t Hart\n").rows[1], (Cells{"Rock 'n' Roll", "'t Hart"}));
}

TEST(CsvReader, AnUnclosedQuoteCostsOneRow) {
  const Table middle = Read("a,b\n1,\"open\n2,\"fine\"\n3,\"fine, too\"\n");
  EXPECT_THAT(middle.rows, ElementsAre(Cells{"a", "b"}, Cells{"1", "\"open"}, Cells{"2", "fine"},
                                       Cells{"3", "fine, too"}));
  EXPECT_THAT(middle.problems, ElementsAre(HasSubstr("not closed")));
  const Table last = Read("a,b\n1,\"open\n2,x\n");
  EXPECT_THAT(last.rows, ElementsAre(Cells{"a", "b"}, Cells{"1", "\"open"}, Cells{"2", "x"}));
}

TEST(CsvReader, KeepsTextBehindAClosingQuoteAndSaysSo) {
  const Table table = Read("a,b\n\"Hey, I missed \" it\",3\n");
  EXPECT_EQ(table.rows[1], (Cells{"Hey, I missed  it\"", "3"}));
  EXPECT_THAT(table.problems, ElementsAre(HasSubstr("closing quote")));
}

TEST(CsvReader, ReadsRowsLargerThanABlock) {
  const std::string big(700'000, 'x');
  const Table table = Read("a,b\n\"" + big + "\n" + big.substr(0, 9) + "\",2\n1,2\n");
  ASSERT_EQ(table.rows.size(), 3u);
  EXPECT_EQ(table.rows[1][0].size(), 700'010u);
  EXPECT_THAT(table.lines, ElementsAre(1, 2, 4));
}

TEST(CsvReader, EveryBlockBoundaryGivesTheSameRows) {
  // Rows of 7 bytes against blocks of a power of two: every state of the parser meets a boundary.
  std::string text = "h1,h2\r\n";
  constexpr int kRows = 120'000;
  for (int i = 0; i < kRows; ++i) text += "\"\"\"\",b\r\n";
  const Table table = Read(text);
  ASSERT_EQ(table.rows.size(), kRows + 1u);
  for (int i = 1; i <= kRows; ++i) {
    ASSERT_EQ(table.rows[static_cast<size_t>(i)], (Cells{"\"", "b"})) << i;
  }
}

TEST(CsvReader, RefusesWhatPassesALimit) {
  CsvOptions small;
  small.max_cell_bytes = 10;
  small.max_columns = 3;
  for (const char* text : {"a,b\n12345678901,2\n", "a,b\n1,2,3,4\n"}) {
    absl::StatusOr<CsvReader> reader = CsvReader::FromText(text, small);
    ASSERT_TRUE(reader.ok());
    CsvRow row;
    ASSERT_TRUE(*reader->Next(&row));
    absl::StatusOr<bool> more = reader->Next(&row);
    EXPECT_EQ(more.status().code(), absl::StatusCode::kResourceExhausted);
    EXPECT_THAT(std::string(Message(more.status())), HasSubstr("line 2"));
  }
}

TEST(CsvReader, RefusesWhatIsNoText) {
  EXPECT_EQ(CsvReader::FromText(std::string_view("PK\x03\x04\0\0\0ab", 9)).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CsvReader::Open("/nonexistent/file.csv").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace relata

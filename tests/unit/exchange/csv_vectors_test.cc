// SPDX-License-Identifier: Apache-2.0
//
// The published CSV vectors: csv-spectrum, csv-test-data and a part of the Pollock benchmark.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "relata/exchange/csv.h"
#include "support/support.h"

namespace relata {
namespace {

using Rows = std::vector<std::vector<std::string>>;
namespace fs = std::filesystem;

struct Read {
  Rows rows;
  size_t problems = 0;
};

Read ReadFile(const fs::path& path) {
  Read result;
  absl::StatusOr<CsvReader> reader = CsvReader::Open(path.string());
  EXPECT_TRUE(reader.ok()) << path << reader.status();
  if (!reader.ok()) return result;
  CsvRow row;
  for (;;) {
    absl::StatusOr<bool> more = reader->Next(&row);
    EXPECT_TRUE(more.ok()) << path << more.status();
    if (!more.ok() || !*more) return result;
    result.rows.emplace_back(row.cells.begin(), row.cells.end());
    result.problems += row.problems.size();
  }
}

std::vector<fs::path> Files(const std::string& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

// The JSON twin as rows: a list of objects stands for a header row and the rows below it.
Rows Expected(const fs::path& path, const Rows& read) {
  std::ifstream in(path);
  const nlohmann::ordered_json json = nlohmann::ordered_json::parse(in);
  Rows rows;
  for (const auto& item : json) {
    std::vector<std::string> header;
    std::vector<std::string> cells;
    for (const auto& [key, value] : item.items()) {
      header.push_back(key);
      cells.push_back(value.get<std::string>());
    }
    if (item.is_object() && rows.empty()) rows.push_back(header);
    rows.push_back(cells);
  }
  if (rows.empty() && !read.empty()) rows.push_back(read[0]);  // "[]": a header and nothing else
  return rows;
}

// A line break inside a cell may be written either way in the twin. Blanks in front of a cell are
// for the caller to trim.
Rows WithoutCarriageReturns(Rows rows) {
  for (auto& row : rows) {
    for (std::string& cell : row) {
      if (cell.starts_with(' ')) cell.erase(0, 1);
      cell.erase(std::remove(cell.begin(), cell.end(), '\r'), cell.end());
    }
  }
  return rows;
}

TEST(CsvVectors, SpectrumIsReadEntirely) {
  RELATA_REQUIRE_SHARED("data/vec_csv_edge/csv-spectrum");
  const std::string root = testing::RelataShared() / "data/vec_csv_edge/csv-spectrum";
  for (const fs::path& file : Files(root + "/csvs")) {
    const Read read = ReadFile(file);
    const fs::path twin = root + "/json/" + file.stem().string() + ".json";
    EXPECT_EQ(WithoutCarriageReturns(read.rows), WithoutCarriageReturns(Expected(twin, read.rows)))
        << file;
    EXPECT_EQ(read.problems, 0u) << file;
  }
}

TEST(CsvVectors, TestDataIsReadAndBadFilesAreReported) {
  RELATA_REQUIRE_SHARED("data/vec_csv_edge/sineemore");
  const std::string root = testing::RelataShared() / "data/vec_csv_edge/sineemore";
  for (const fs::path& file : Files(root + "/csv")) {
    const std::string name = file.stem().string();
    // Blank lines are passed over here, so that a file of nothing but empty cells has no rows; and
    // a header other than the reader's caller expected is not for the reader to see.
    if (name == "all-empty" || name == "empty-one-column" || name == "bad-header-no-header" ||
        name == "bad-header-wrong-header") {
      continue;
    }
    const Read read = ReadFile(file);
    if (name.starts_with("bad-")) {
      const bool ragged = std::any_of(read.rows.begin(), read.rows.end(), [&](const auto& row) {
        return row.size() != read.rows[0].size();
      });
      // RFC 4180 forbids a quote inside a plain cell; exports contain it, and it is unambiguous.
      if (name == "bad-unescaped-quote") continue;
      EXPECT_TRUE(ragged || read.problems > 0) << name;
    } else {
      EXPECT_EQ(read.rows, Expected(root + "/json/" + name + ".json", read.rows)) << name;
      EXPECT_EQ(read.problems, 0u) << name;
    }
  }
}

// The share of the clean file's rows that are read cell for cell, in their order.
double SharedRows(const Rows& read, const Rows& clean) {
  size_t equal = 0;
  for (size_t i = 0; i < std::min(read.size(), clean.size()); ++i) equal += read[i] == clean[i];
  return static_cast<double>(equal) / static_cast<double>(std::max(read.size(), clean.size()));
}

TEST(CsvVectors, PollutionCostsThePollutedRowsOnly) {
  RELATA_REQUIRE_SHARED("data/vec_csv_pollock/polluted");
  const std::string root = testing::RelataShared() / "data/vec_csv_pollock/polluted";
  int whole = 0;
  int total = 0;
  for (const fs::path& file : Files(root + "/csv")) {
    const std::string name = file.stem().string();
    const fs::path clean = root + "/clean/" + file.filename().string();
    if (!fs::exists(clean)) continue;
    const double share = SharedRows(WithoutCarriageReturns(ReadFile(file).rows),
                                    WithoutCarriageReturns(ReadFile(clean).rows));
    ++total;
    whole += share == 1;
    // Preambles, headers of several lines and tables below each other are the mapping's to judge;
    // blanks as delimiter, quotes that nothing escapes and quotes escaped by another quote are not
    // looked for.
    if (name.starts_with("file_preamble") || name.starts_with("file_header") ||
        name.starts_with("file_multitable") || name.starts_with("file_no_") ||
        name == "file_field_delimiter_0x20" || name == "file_escape_char_0x00" ||
        name == "file_quotation_char_0x27" || name == "file_one_data_row") {
      continue;
    }
    EXPECT_GE(share, 0.98) << name;
  }
  std::cout << "Pollock: " << whole << " of " << total << " files cell for cell\n";
  EXPECT_GE(whole, 20);
}

}  // namespace
}  // namespace relata

// SPDX-License-Identifier: Apache-2.0
//
// Reading an export: rows and bytes a second, beside a bare scan for newlines over the same bytes.

#include <algorithm>
#include <cstdint>
#include <string>

#include "benchmark/benchmark.h"
#include "relata/exchange/csv.h"
#include "relata/exchange/parse.h"

namespace relata {
namespace {

std::string Export(int64_t rows) {
  std::string text = "id;nom;montant;date\n";
  for (int64_t i = 0; i < rows; ++i) {
    text += std::to_string(i) + ";\"Soci\xc3\xa9t\xc3\xa9, \"\"Nord\"\"\";1 234,56;16/04/2021\n";
  }
  return text;
}

void BM_Csv_NewlinesOnly(benchmark::State& state) {
  const std::string text = Export(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(std::count(text.begin(), text.end(), '\n'));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Csv_NewlinesOnly)->Arg(100'000);

void BM_Csv_Rows(benchmark::State& state) {
  const std::string text = Export(state.range(0));
  for (auto _ : state) {
    auto reader = CsvReader::FromText(text);
    if (!reader.ok()) return state.SkipWithError("the export cannot be read");
    CsvRow row;
    int64_t rows = 0;
    for (auto more = reader->Next(&row); more.ok() && *more; more = reader->Next(&row)) ++rows;
    if (rows != state.range(0) + 1) return state.SkipWithError("rows are missing");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Csv_Rows)->Arg(100'000);

void BM_Cell_Amount(benchmark::State& state) {
  const CellFormat format = {DateOrder::kDayFirst, DecimalMark::kComma};
  for (auto _ : state) benchmark::DoNotOptimize(ParseNumber("1 234,56", format));
}
BENCHMARK(BM_Cell_Amount);

void BM_Cell_Date(benchmark::State& state) {
  const CellFormat format = {DateOrder::kDayFirst, DecimalMark::kComma};
  for (auto _ : state) benchmark::DoNotOptimize(ParseDateTime("16/04/2021 14:30", format));
}
BENCHMARK(BM_Cell_Date);

}  // namespace
}  // namespace relata

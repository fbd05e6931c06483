// SPDX-License-Identifier: Apache-2.0
//
// The truth beside the generated files: written as the rows are written, so that every place it
// names is the place where the row went.

#ifndef RELATA_SRC_SHELL_GENERATE_TRUTH_H_
#define RELATA_SRC_SHELL_GENERATE_TRUTH_H_

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "shell/generate/company.h"
#include "shell/generate/table.h"

namespace relata::shell {

// A row of a file and the record's key in it.
struct RowRef {
  std::string file;
  int64_t row = 0;
  std::string key;
};

// A cell and what stands in it.
struct Cell {
  std::string file;
  int64_t row = 0;
  std::string_view column;
  std::string value;
};

// Sums over everything written. Amounts in cents.
struct Totals {
  int64_t companies = 0;
  int64_t customers = 0;
  int64_t sites = 0;
  int64_t people = 0;  // contacts of the CRM as people, leads not counted
  int64_t orders_net = 0;
  int64_t invoices_gross = 0;
  int64_t unpaid_gross = 0;
  int64_t overdue_gross = 0;
  int64_t open_pipeline = 0;
  int64_t weighted_pipeline =
      0;  // stage probability x amount, summed in hundredths of a cent / 100
  std::array<int64_t, kConsentStates> consent_states{};
  std::map<std::string, int64_t> weighted_by_month;  // "2026-12", by close date
  std::map<std::string, int64_t> segments;
  std::map<std::string, int64_t> dirt;
  std::map<std::string, int64_t> contradictions;
};

// Single-thread; errors stick and come back from Close.
class Truth {
 public:
  explicit Truth(const std::string& directory);

  void Person(int64_t person, std::span<const RowRef> rows);
  void Company(std::string_view siren, size_t sites, std::span<const RowRef> rows);
  void Distinct(std::string_view kind, std::span<const RowRef> rows);
  void Contradiction(std::string_view kind, std::span<const Cell> cells);
  void Dirt(std::string_view kind, const Cell& cell, std::string_view right = "");
  void Member(std::string_view segment, std::string_view key);
  void Alert(std::string_view segment, std::string_view key, int usual_days, int elapsed_days);
  void Audience(std::string_view contact, ConsentState state, std::string_view email);
  // A fact of the story: {"name": {"field": "value", ...}} in truth.json.
  void Cast(std::string_view name, std::string_view field, std::string_view value);

  Totals& totals() { return totals_; }

  // Writes truth.json with the row counts of `tables` and closes everything.
  absl::Status Close(const World& world, std::span<Table* const> tables);

 private:
  std::string directory_;
  OutputFile people_, companies_, distinct_, contradictions_, dirt_, segments_, audience_;
  std::map<std::string, std::map<std::string, std::string>> cast_;
  Totals totals_;
};

}  // namespace relata::shell

#endif  // RELATA_SRC_SHELL_GENERATE_TRUTH_H_

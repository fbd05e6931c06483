// SPDX-License-Identifier: Apache-2.0
//
// Named workload: how soon a database that was just opened answers its first question, beside
// SQLite's own scan of the columns that the question needs, in the same file.
//
//   reopen_workload [--contacts N] [--file F] [--turns N]
//
// Each question is asked of a Crm opened for it alone: the time from opening to the answer, with
// what it loads and builds. The scan opens the file, steps through the rows and reads their
// columns - of the contacts too which there are, as the answer is of those - and counts where that
// is as simple. Both by turns, so that both find the file in the
// system's cache; medians of processor time. The reference workload of N contacts is imported
// first, unless a file of it is given.

#include <sqlite3.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "measure.h"
#include "reference_data.h"
#include "reference_import.h"
#include "relata/engine/crm.h"

namespace relata::bench {
namespace {

struct Question {
  const char* what;
  const char* expression;
  const char* scan;
  const char* another;  // a second table to scan, or none
  bool counts;          // the scan's first column says whether the row is a member
};

constexpr const char* kWhoIsThere = "SELECT row FROM r_contact WHERE deleted = 0";

constexpr Question kQuestions[] = {
    {"one column", "contact.country == 'FR'",
     "SELECT country = 'FR' FROM r_contact WHERE deleted = 0", nullptr, true},
    {"two columns", "contact.lifecycle == 'customer' && contact.birth_date >= date('1991-01-01')",
     "SELECT lifecycle = 'customer' AND birth_date >= 7670 FROM r_contact WHERE deleted = 0",
     nullptr, true},
    {"columns of another table",
     "contact.orders.filter(o, o.at >= now - days(365)).map(o, o.net).sum() > money('1000', 'EUR')",
     "SELECT contact, at_6, net, net_currency FROM r_order WHERE deleted = 0", kWhoIsThere, false},
    {"who a table names", "contact.opportunities.exists(o, o.stage == 'closed_won')",
     "SELECT contact, stage FROM r_opportunity WHERE deleted = 0", kWhoIsThere, false},
};

template <class T>
T Require(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::fprintf(stderr, "%s\n", std::string(value.status().message()).c_str());
    std::exit(1);
  }
  return *std::move(value);
}

int64_t Ask(const std::string& file, const Question& question) {
  OpenOptions options;
  options.read_only = true;
  const Crm crm = Require(Crm::Open(file, std::move(options)));
  QueryOptions asking;
  asking.now = kWorkloadNow;
  return Require(crm.Query("contact", question.expression, asking)).count;
}

// Steps through what the statement finds; how often its first column was not zero.
int64_t Step(sqlite3* db, const char* sql) {
  sqlite3_stmt* s = nullptr;
  if (sqlite3_prepare_v2(db, sql, -1, &s, nullptr) != SQLITE_OK) {
    std::fprintf(stderr, "%s\n", sqlite3_errmsg(db));
    std::exit(1);
  }
  int64_t found = 0;
  [[maybe_unused]] volatile int64_t read = 0;  // the reading is not to be left out
  const int columns = sqlite3_column_count(s);
  while (sqlite3_step(s) == SQLITE_ROW) {
    found += sqlite3_column_int64(s, 0) != 0;
    for (int c = 0; c < columns; ++c) {
      read = sqlite3_column_type(s, c) == SQLITE_TEXT ? *sqlite3_column_text(s, c)
                                                      : sqlite3_column_int64(s, c);
    }
  }
  sqlite3_finalize(s);
  return found;
}

int64_t Scan(const std::string& file, const Question& question) {
  sqlite3* db = nullptr;
  const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2(file.c_str(), &db, flags, nullptr) != SQLITE_OK) {
    std::fprintf(stderr, "%s\n", sqlite3_errmsg(db));
    std::exit(1);
  }
  const int64_t found = Step(db, question.scan);
  if (question.another != nullptr) Step(db, question.another);
  sqlite3_close(db);
  return found;
}

int Run(const std::string& file, int turns) {
  std::printf("| first question | members | relata ms | SQLite's scan ms | relata / scan |\n");
  std::printf("|---|---|---|---|---|\n");
  int status = 0;
  for (const Question& question : kQuestions) {
    int64_t members = 0;
    int64_t scanned = 0;
    std::vector<double> ours;
    std::vector<double> theirs;
    for (int turn = 0; turn < turns; ++turn) {
      double start = Processor();
      scanned = Scan(file, question);
      theirs.push_back(Processor() - start);
      start = Processor();
      members = Ask(file, question);
      ours.push_back(Processor() - start);
    }
    if (question.counts && members != scanned) {
      std::fprintf(stderr, "%s: relata finds %lld, SQLite %lld\n", question.what,
                   static_cast<long long>(members), static_cast<long long>(scanned));
      status = 1;
    }
    std::printf("| %s | %lld | %.1f | %.1f | %.2f |\n", question.what,
                static_cast<long long>(members), Median(ours) * 1e3, Median(theirs) * 1e3,
                Median(ours) / Median(theirs));
    std::fflush(stdout);
  }
  return status;
}

}  // namespace
}  // namespace relata::bench

int main(int argc, char** argv) {
  uint64_t contacts = 100'000;
  std::string file;
  int turns = 5;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view arg = argv[i];
    if (arg == "--contacts") contacts = std::strtoull(argv[i + 1], nullptr, 10);
    if (arg == "--file") file = argv[i + 1];
    if (arg == "--turns") turns = std::max(1, std::atoi(argv[i + 1]));
  }
  if (!file.empty()) return relata::bench::Run(file, turns);
  std::string folder = std::filesystem::temp_directory_path() / "relata_reopen_XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) {
    std::perror("mkdtemp");
    return 1;
  }
  file = folder + "/relata.db";
  {
    relata::Crm crm = relata::bench::Require(relata::Crm::Open(file));
    const absl::Status imported =
        relata::bench::ImportReferenceData(relata::bench::MakeReferenceData(contacts), crm);
    if (!imported.ok()) {
      std::fprintf(stderr, "%s\n", std::string(imported.message()).c_str());
      return 1;
    }
  }
  const int status = relata::bench::Run(file, turns);
  std::filesystem::remove_all(folder);
  return status;
}

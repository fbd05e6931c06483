// SPDX-License-Identifier: Apache-2.0
//
// Bringing files into the graph.
//
// ImportFiles takes exports and spreadsheets as they are, recognises each (preset.h) or follows the
// mapping it is given, and writes their rows as records, events and consent entries. Files are
// taken in such an order that what others link to comes first; links that point forward, or at rows
// of the same file, are set in a second step.
//
// A row is known by its external key: its system's name and its id there, or, where a file has no
// ids, what identifies it (name, dates, whom it concerns). So importing a file again changes
// nothing, and importing a newer export updates. A row whose unique value (SIREN, customer number,
// e-mail of a user) belongs to a record from another system joins that record: it fills what is
// empty there, and where both speak the master of the field decides; the other value is reported.
//
// What is wrong with a row is an ImportIssue with row, column, value and reason; the rest of the
// row goes in, unless a required field is missing. A name that several records bear is such an
// issue, never a guess. Lists of names that exports seldom hold on their own are made: teams,
// territories, price lists, and companies where the graph has no account at all. Columns that no
// field of the standard schema stands for become custom fields, except those that look like
// sensitive data, which are left out and reported.
//
// A failed Status means that the import as a whole could not go on; files before are in, and the
// import can simply be repeated.

#ifndef RELATA_EXCHANGE_IMPORT_H_
#define RELATA_EXCHANGE_IMPORT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "relata/base/money.h"
#include "relata/base/time.h"
#include "relata/engine/crm.h"
#include "relata/exchange/mapping.h"
#include "relata/model/actor.h"

namespace relata {

// One finding. `row` is as a spreadsheet shows it (the header is usually row 1); findings about a
// whole column stand at the header's row, those about a whole file have no column.
struct ImportIssue {
  int64_t row = 0;
  std::string column;
  std::string value;
  std::string message;
};

// What became of one file. created + updated + unchanged + refused rows = rows. `unchanged` counts
// rows that said nothing new.
struct FileImport {
  std::string file;
  std::string preset;  // empty under a given mapping
  std::string type;    // empty: not recognised, nothing was imported
  int64_t rows = 0;
  int64_t created = 0;
  int64_t updated = 0;
  int64_t unchanged = 0;
  int64_t refused = 0;
  std::vector<ImportIssue> issues;
  std::vector<std::string> custom_fields;  // declared for columns of this file, now or earlier
};

struct ImportReport {
  std::vector<FileImport> files;  // in the order of the paths given
};

struct ImportOptions {
  Timestamp now;  // of the commits; must be set
  Actor actor = Actor::System("import");
  std::string preset;              // for all files; empty: found out for each folder
  std::string type;                // for all files; empty: found out for each file
  std::optional<Mapping> mapping;  // for all files, instead of presets
  bool custom_fields = true;       // false: columns without a field are left out and reported
  Currency currency;    // of amounts that name none; none: the mapping's, else EUR, reported
  std::string country;  // ISO code for telephone numbers of rows that name no country
  size_t rows_per_commit = 5'000;
  size_t max_issues = 100'000;  // listed of one file; a last issue says how many more there are
  // Called now and then with the rows of the file read so far; may be empty.
  std::function<void(const std::string& file, int64_t rows)> progress;
};

// Imports files and everything below directories (.csv, .tsv, .tab). NotFound for a path that does
// not exist, InvalidArgument for an unknown preset or type, and whatever a commit answers that is
// not about a single row.
absl::StatusOr<ImportReport> ImportFiles(Crm& crm, const std::vector<std::string>& paths,
                                         const ImportOptions& options);

// {"files":[{"file","preset","type","rows","created","updated","unchanged",
//            "issues":[{"row","column","value","message"}]}]}
std::string FormatImportJson(const ImportReport& report);

}  // namespace relata

#endif  // RELATA_EXCHANGE_IMPORT_H_

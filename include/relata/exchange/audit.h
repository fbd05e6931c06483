// SPDX-License-Identifier: Apache-2.0
//
// Looking at exports and spreadsheets before anything is imported.
//
// AuditFiles reads any set of delimited files and says what they hold: how filled each column is,
// what is junk in it, which columns are dead, say the same as another or are named as abandoned;
// which hold personal data; what type and fields the rows would become; how many companies and
// people there really are, who stands in several files, and where the files contradict each other.
// Nothing is written and no database is needed.
//
// Two rows are taken for the same company when they share a SIREN (a SIRET's first nine digits) or,
// where neither has one, the folded name without legal form; for the same person when they share an
// e-mail address that is not a function's. These are suspicions to be looked at, not merges.
//
// Memory follows the number of rows (about 50 bytes each), time is linear. Plain data; the
// functions may be called by any thread.

#ifndef RELATA_EXCHANGE_AUDIT_H_
#define RELATA_EXCHANGE_AUDIT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "relata/base/language.h"
#include "relata/base/status.h"
#include "relata/model/type.h"

namespace relata {

struct ColumnAudit {
  std::string name;
  int64_t filled = 0;
  int64_t placeholders = 0;           // of the filled: "n/a", "xxx", "0000000000"
  int64_t distinct = 0;               // exact below 5,000
  double fill_rate = 0;               // of the rows: filled and no placeholder
  FieldKind kind = FieldKind::kText;  // the narrowest that holds the values
  std::string field;                  // of the proposed type; empty: would be a custom field
  bool dead = false;                  // nothing in it, or placeholders only
  bool constant = false;              // one value in all rows (of ten or more)
  bool abandoned = false;             // named so ("Web Site (old)", "Colonne1"), or a telex
  std::string same_as;                // an earlier column with the same values
  Personal personal = Personal::kNone;
  bool ambiguous_dates = false;    // no value tells day from month
  bool ambiguous_numbers = false;  // no value tells thousands from decimals
  bool mixed_dates = false;        // values of both orders
};

struct FileAudit {
  std::string file;
  std::string preset;
  std::string type;  // proposed; empty: none fits
  std::string encoding;
  char delimiter = ',';
  int64_t rows = 0;
  int64_t header_row = 0;
  int64_t ragged_rows = 0;    // more or fewer cells than the header
  int64_t damaged_rows = 0;   // an unclosed quote, foreign bytes
  int64_t repeated_keys = 0;  // rows whose key another row of the file has
  std::vector<ColumnAudit> columns;
  std::string error;  // why the file could not be read to its end
};

// Where something was found. Rows are counted as a spreadsheet shows them.
struct AuditPlace {
  std::string file;
  int64_t row = 0;
  std::string value;
};

// Rows that seem to speak of the same company or person.
struct Suspicion {
  enum class Kind : uint8_t { kCompany, kPerson };
  Kind kind = Kind::kCompany;
  std::string key;                 // the SIREN, folded name or e-mail they share
  bool across = false;             // in several files
  std::vector<AuditPlace> places;  // `value` is the name written there
};

// One thing said differently of the same company or person.
struct Contradiction {
  Suspicion::Kind kind = Suspicion::Kind::kCompany;
  std::string key;
  std::string field;
  std::vector<AuditPlace> places;
};

struct AuditReport {
  std::vector<FileAudit> files;
  int64_t rows = 0;
  int64_t company_mentions = 0;  // rows that name a company
  int64_t companies = 0;         // how many those really are
  int64_t person_mentions = 0;   // rows with a person's e-mail address
  int64_t people = 0;
  int64_t suspected = 0;  // companies and people that stand in more than one row of their kind
  int64_t across = 0;     // of these, in several files
  int64_t contradicted = 0;
  // The first of them; across files first.
  std::vector<Suspicion> suspicions;
  std::vector<Contradiction> contradictions;
};

struct AuditOptions {
  size_t max_listed = 200;  // suspicions and contradictions told one by one
  std::string preset;       // for all files; empty: found out
  std::function<void(const std::string& file, int64_t rows)> progress;  // may be empty
};

// Audits files and everything below directories (.csv, .tsv, .tab). NotFound for a path that does
// not exist. A file that cannot be read is reported in its FileAudit.
absl::StatusOr<AuditReport> AuditFiles(const std::vector<std::string>& paths,
                                       const AuditOptions& options = {});

// The report as JSON: the members above under their names.
std::string FormatAuditJson(const AuditReport& report);

// The report to be read by people, in either language.
std::string FormatAuditText(const AuditReport& report, Language language = Language::kEnglish);

}  // namespace relata

#endif  // RELATA_EXCHANGE_AUDIT_H_

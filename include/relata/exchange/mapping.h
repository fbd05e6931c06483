// SPDX-License-Identifier: Apache-2.0
//
// What the columns of a file become.
//
// A Mapping says which type the rows of a file are, which column holds their key in the system they
// come from, and which field each column fills. It is written as JSON:
//
//   {"type": "contact",
//    "key": {"column": "CONTACTID", "system": "zoho"},
//    "columns": {"Last Name": {"field": "family_name"},
//                "Account Type": {"field": "status", "values": {"Ex-customer": "inactive"}},
//                "First Name": {"field": "name", "parse": "join"}},
//    "links": {"Account Id": {"field": "account", "by": "key"},
//              "Owner": {"field": "owner", "by": "name"}},
//    "constants": {"origin": "import"},
//    "date_order": "day_first", "decimal_mark": "comma", "currency": "EUR"}
//
// One column may have a list of rules instead of one. Several columns may fill one field: the first
// that has a value in a row fills it, except under "join". Headers are compared by their folded
// words, so case, accents and punctuation do not matter.
//
// A preset is a table of mappings for one system's exports that finds the right one by looking at a
// file: see preset.h. Plain data; any thread.

#ifndef RELATA_EXCHANGE_MAPPING_H_
#define RELATA_EXCHANGE_MAPPING_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "relata/base/money.h"
#include "relata/exchange/parse.h"

namespace relata {

// How a column's text becomes the value of a field.
enum class ParseAs : uint8_t {
  kField,     // as the field's kind asks
  kJoin,      // text; the columns under this rule are joined with a blank, in file order
  kFullName,  // a person's whole name, divided into given_name and family_name
  kSiret,     // the place's number: an establishment with it, and the account's SIREN
};

struct ColumnRule {
  std::string field;
  ParseAs parse = ParseAs::kField;
  // What the source writes (folded words) to what is stored.
  std::map<std::string, std::string> values;
  // When not empty, only the values listed are taken and all others become this.
  std::string otherwise;

  friend bool operator==(const ColumnRule&, const ColumnRule&) = default;
};

enum class LinkBy : uint8_t { kKey, kName, kEmail, kField };

struct LinkRule {
  std::string field;  // the link that is filled
  LinkBy by = LinkBy::kKey;
  std::string system;  // kKey: of the key; empty: the mapping's
  std::string match;   // kField: the field of the target that holds the value

  friend bool operator==(const LinkRule&, const LinkRule&) = default;
};

struct Mapping {
  std::string preset;  // which preset it comes from; empty for one given as JSON
  std::string type;    // of record or event; "consent" for the ledger
  std::string system;  // of the external keys
  // The columns that together are the row's key there. Empty: a row is known by all its values.
  std::vector<std::string> key;
  std::vector<std::pair<std::string, ColumnRule>> columns;  // header and rule, in order of priority
  std::vector<std::pair<std::string, LinkRule>> links;
  std::vector<std::pair<std::string, std::string>> constants;  // field and text
  // For columns that do not tell; unknown: then an issue says so.
  DateOrder date_order = DateOrder::kUnknown;
  DecimalMark decimal_mark = DecimalMark::kUnknown;
  Currency currency;  // of amounts written without one

  friend bool operator==(const Mapping&, const Mapping&) = default;
};

// The mapping written as above. InvalidArgument names the member that is missing, unknown or
// malformed.
absl::StatusOr<Mapping> ParseMapping(std::string_view json);

// The inverse: JSON text, indented.
std::string FormatMapping(const Mapping& mapping);

// The key under which headers are compared: folded words without blanks ("E-mail address" and
// "EMAIL ADDRESS" are one).
std::string HeaderKey(std::string_view header);

}  // namespace relata

#endif  // RELATA_EXCHANGE_MAPPING_H_

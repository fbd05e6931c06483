// SPDX-License-Identifier: Apache-2.0
//
// The lines of the Online Retail II data set, first year, as tests of this room read them.

#ifndef RELATA_TESTS_UNIT_SCORE_ONLINE_RETAIL_H_
#define RELATA_TESTS_UNIT_SCORE_ONLINE_RETAIL_H_

#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

#include "relata/base/time.h"
#include "support/support.h"

namespace relata::testing {

inline constexpr char kOnlineRetail[] = "data/clv_online_retail/online_retail_II_2009-2010.csv.gz";

struct RetailLine {
  std::string invoice;
  std::string product;
  std::string customer;  // "" when not known
  Timestamp at;
  int64_t quantity = 0;
  std::string price;
};

// Every line but cancellations and returns.
inline void EachRetailLine(const std::function<void(const RetailLine&)>& visit) {
  const std::string command = "gzip -dc '" + (RelataShared() / kOnlineRetail).string() + "'";
  std::FILE* in = popen(command.c_str(), "r");
  if (in == nullptr) return;
  char buffer[4096];
  while (std::fgets(buffer, sizeof buffer, in) != nullptr) {
    // Descriptions may hold commas: the columns are counted from the end.
    const std::string text(buffer);
    std::array<std::string, 5> last;  // country, customer, price, date, quantity
    size_t end = text.size();
    for (std::string& cell : last) {
      const size_t comma = text.rfind(',', end - 1);
      cell = text.substr(comma + 1, end - comma - 1);
      end = comma;
    }
    RetailLine line;
    const size_t first = text.find(',');
    line.invoice = text.substr(0, first);
    line.product = text.substr(first + 1, text.find(',', first + 1) - first - 1);
    line.customer = last[1];
    line.quantity = std::atoll(last[4].c_str());
    line.price = last[2];
    const auto at = last[3].size() < 12
                        ? std::nullopt
                        : ParseTimestamp(last[3].substr(0, 10) + "T" + last[3].substr(11) + "Z");
    if (!at || line.invoice[0] == 'C' || line.quantity <= 0) continue;
    line.at = *at;
    visit(line);
  }
  pclose(in);
}

}  // namespace relata::testing

#endif  // RELATA_TESTS_UNIT_SCORE_ONLINE_RETAIL_H_

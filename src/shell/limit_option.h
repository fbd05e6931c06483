// SPDX-License-Identifier: Apache-2.0
//
// Options that count something.

#ifndef RELATA_SRC_SHELL_LIMIT_OPTION_H_
#define RELATA_SRC_SHELL_LIMIT_OPTION_H_

#include <CLI/App.hpp>
#include <string>

namespace relata::shell {

// CLI11 would read -1 as the largest number there is.
inline CLI::Validator NotNegative() {
  return CLI::Validator(
      [](const std::string& text) {
        return text.starts_with('-') ? "a number from 0 on is expected, not " + text
                                     : std::string();
      },
      "");
}

}  // namespace relata::shell

#endif  // RELATA_SRC_SHELL_LIMIT_OPTION_H_

// SPDX-License-Identifier: Apache-2.0
//
// What `relata forecast` answers from deals that went before.

#ifndef RELATA_SRC_SHELL_SALES_COMMAND_H_
#define RELATA_SRC_SHELL_SALES_COMMAND_H_

#include <cstdint>
#include <string>
#include <vector>

#include "shell/command.h"

namespace relata::shell {

struct SalesRequest {
  bool learned = false;
  bool back_test = false;
  bool patterns = false;
  bool channels = false;
  bool stages = false;
  bool why = false;
  std::string as_of;
  int months = 3;
  uint64_t seed = 1;
  std::vector<std::string> series;  // files
  std::string offer;                // expressions over an opportunity
  std::string sector;

  // Whether anything of it was asked for.
  bool asked() const {
    return learned || back_test || patterns || channels || stages || !as_of.empty();
  }
};

int RunSales(const Session& session, const SalesRequest& request);

}  // namespace relata::shell

#endif  // RELATA_SRC_SHELL_SALES_COMMAND_H_

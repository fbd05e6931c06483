// SPDX-License-Identifier: Apache-2.0
//
// The other engines (peers.py), as a process that is asked a line at a time.

#ifndef RELATA_BENCH_PEER_PROCESS_H_
#define RELATA_BENCH_PEER_PROCESS_H_

#include <cstdio>
#include <string>

#include "nlohmann/json.hpp"

namespace relata::bench {

// Not thread-safe. Ends the process when destroyed.
class PeerProcess {
 public:
  // Starts peers.py with the Python of the environment variable RELATA_PYTHON, or `python3`.
  explicit PeerProcess(const std::string& folder);
  PeerProcess(const PeerProcess&) = delete;
  PeerProcess& operator=(const PeerProcess&) = delete;
  ~PeerProcess();

  // The answer to one command; an object with "error" when there is none.
  nlohmann::json Ask(const std::string& command);

 private:
  int child_ = -1;
  std::FILE* to_ = nullptr;
  std::FILE* from_ = nullptr;
};

}  // namespace relata::bench

#endif  // RELATA_BENCH_PEER_PROCESS_H_

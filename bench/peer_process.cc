// SPDX-License-Identifier: Apache-2.0

#include "peer_process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace relata::bench {

PeerProcess::PeerProcess(const std::string& folder) {
  std::signal(SIGPIPE, SIG_IGN);
  int down[2] = {-1, -1};
  int up[2] = {-1, -1};
  if (pipe(down) != 0) return;
  if (pipe(up) != 0) return;
  child_ = fork();
  if (child_ == 0) {
    dup2(down[0], STDIN_FILENO);
    dup2(up[1], STDOUT_FILENO);
    for (const int end : {down[0], down[1], up[0], up[1]}) close(end);
    const char* python = std::getenv("RELATA_PYTHON");
    if (python == nullptr) python = "python3";
    execlp(python, python, RELATA_PEERS_SCRIPT, folder.c_str(), nullptr);
    _exit(127);
  }
  close(down[0]);
  close(up[1]);
  to_ = fdopen(down[1], "w");
  from_ = fdopen(up[0], "r");
}

PeerProcess::~PeerProcess() {
  if (to_ != nullptr) std::fclose(to_);
  if (from_ != nullptr) std::fclose(from_);
  if (child_ > 0) waitpid(child_, nullptr, 0);
}

nlohmann::json PeerProcess::Ask(const std::string& command) {
  const nlohmann::json nothing = {{"error", "the process of the peers does not answer"}};
  if (to_ == nullptr || from_ == nullptr) return nothing;
  std::fprintf(to_, "%s\n", command.c_str());
  std::fflush(to_);
  std::string line;
  for (int c = std::fgetc(from_); c != '\n'; c = std::fgetc(from_)) {
    if (c == EOF) return nothing;
    line += static_cast<char>(c);
  }
  nlohmann::json answer = nlohmann::json::parse(line, nullptr, false);
  return answer.is_object() ? answer : nothing;
}

}  // namespace relata::bench

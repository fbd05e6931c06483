// SPDX-License-Identifier: Apache-2.0
//
// Runs the files of this folder; README.md says how they are written.

#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "support/support.h"

namespace relata {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> GoldenFiles() {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(RELATA_GOLDEN_DIRECTORY)) {
    if (entry.path().extension() == ".t") files.push_back(entry.path().stem().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string Quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

// Runs `command` in `directory`; its output, then its exit status when that is not 0, indented.
std::string RunIndented(const std::string& command, const fs::path& directory) {
  const std::string script = "cd " + Quoted(directory.string()) + " && sh -c " + Quoted(command);
  FILE* pipe = popen(script.c_str(), "r");
  if (pipe == nullptr) return "  (the shell cannot be started)\n";
  std::string output;
  char buffer[4096];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) output.append(buffer, n);
  const int status = pclose(pipe);
  std::string out;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);)
    out += line.empty() ? "\n" : "  " + line + "\n";
  // Blank lines at the end cannot be told from the gap below.
  while (out.ends_with("\n\n") || out == "\n") out.pop_back();
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  if (code != 0) out += "  [" + std::to_string(code) + "]\n";
  return out;
}

// The file with what its commands say now in place of what they said.
std::string Replay(const std::string& text, const fs::path& directory) {
  std::string out;
  std::string command;
  bool in_output = false;
  std::string blanks;  // blank lines that may be output or the gap before prose
  const auto run = [&] {
    if (command.empty()) return;
    out += RunIndented(command, directory);
    command.clear();
    in_output = true;
  };
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  $ ")) {
      run();
      if (!blanks.empty() && !in_output) out += blanks;
      blanks.clear();
      in_output = false;
      command = line.substr(4);
      out += line + "\n";
    } else if (line.starts_with("  > ") && !command.empty()) {
      command += "\n" + line.substr(4);
      out += line + "\n";
    } else if (line.empty()) {
      run();
      blanks += "\n";
    } else if (line.starts_with("  ")) {
      run();  // what it said before: left out
      if (in_output) blanks.clear();
    } else {
      run();
      out += blanks + line + "\n";
      blanks.clear();
      in_output = false;
    }
  }
  run();
  return out;
}

class Golden : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const std::string path = std::string(RELATA_COMMAND_DIRECTORY) + ":" + getenv("PATH");
    setenv("PATH", path.c_str(), 1);
    setenv("FIXTURES", (std::string(RELATA_GOLDEN_DIRECTORY) + "/fixtures").c_str(), 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    unsetenv("RELATA_DB");
  }
};

TEST_P(Golden, SaysWhatIsWritten) {
  const fs::path file = fs::path(RELATA_GOLDEN_DIRECTORY) / (GetParam() + ".t");
  const std::string text = testing::ReadFile(file);
  if (text.find("$RELATA_SHARED") != std::string::npos) {
    if (testing::RelataShared().empty()) GTEST_SKIP() << "no reference data: set RELATA_SHARED";
    setenv("RELATA_SHARED", fs::absolute(testing::RelataShared()).c_str(), 1);
  }
  const testing::TempDir directory;
  const std::string actual = Replay(text, directory.path());
  if (getenv("RELATA_GOLDEN_UPDATE") != nullptr) {
    testing::WriteFile(file, actual);
    return;
  }
  EXPECT_EQ(actual, text);
}

// The block of README.md whose commands begin with `relata`, indented as those of the files here
// are.
struct ReadmeBlock {
  std::string before, commands, after;
};

ReadmeBlock BlockOfReadme(const std::string& readme) {
  const std::string fence = "```console\n$ relata ";
  const size_t begin = readme.find(fence);
  if (begin == std::string::npos) return {readme, "", ""};
  const size_t first = begin + fence.find('$');
  const size_t end = readme.find("```\n", first);
  ReadmeBlock block{readme.substr(0, first), "", readme.substr(end)};
  std::istringstream lines(readme.substr(first, end - first));
  for (std::string line; std::getline(lines, line);) block.commands += "  " + line + "\n";
  return block;
}

class GoldenReadme : public Golden {};

TEST_P(GoldenReadme, SaysWhatIsWritten) {
  const fs::path file = fs::path(RELATA_GOLDEN_DIRECTORY) / "../../README.md";
  const std::string text = testing::ReadFile(file);
  const ReadmeBlock block = BlockOfReadme(text);
  ASSERT_NE(block.commands, "");
  const testing::TempDir directory;
  const std::string actual = Replay(block.commands, directory.path());
  if (getenv("RELATA_GOLDEN_UPDATE") != nullptr) {
    std::string said;
    std::istringstream lines(actual);
    for (std::string line; std::getline(lines, line);) said += line.erase(0, 2) + "\n";
    testing::WriteFile(file, block.before + said + block.after);
    return;
  }
  EXPECT_EQ(actual, block.commands);
}

INSTANTIATE_TEST_SUITE_P(Commands, GoldenReadme, ::testing::Values("README"));
INSTANTIATE_TEST_SUITE_P(Commands, Golden, ::testing::ValuesIn(GoldenFiles()),
                         [](const auto& file) {
                           std::string name = file.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace relata

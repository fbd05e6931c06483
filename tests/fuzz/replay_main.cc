// SPDX-License-Identifier: Apache-2.0
//
// Runs a fuzz target without libFuzzer: over every file of the folders and files named, whole, cut
// short, and with single bytes changed by a fixed pseudo-random sequence.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr int kCuts = 64;
constexpr int kMutations = 256;

void Run(const std::string& input) {
  // A copy of exactly the input's size, so that a sanitizer sees a read past its end.
  const std::vector<uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

void RunVariants(const std::string& input) {
  Run(input);
  const size_t step = input.size() / kCuts + 1;
  for (size_t cut = 0; cut < input.size(); cut += step) Run(input.substr(0, cut));
  std::mt19937 random(static_cast<uint32_t>(input.size()));
  for (int i = 0; i < kMutations && !input.empty(); ++i) {
    std::string changed = input;
    for (uint32_t n = random() % 4 + 1; n > 0; --n) {
      changed[random() % changed.size()] = static_cast<char>(random() % 256);
    }
    Run(changed);
  }
}

}  // namespace

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  int files = 0;
  for (int i = 1; i < argc; ++i) {
    if (!fs::is_directory(argv[i])) continue;
    for (const auto& entry : fs::directory_iterator(argv[i])) {
      std::ifstream in(entry.path(), std::ios::binary);
      RunVariants({std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()});
      ++files;
    }
  }
  std::printf("%d inputs replayed\n", files);
  return files > 0 ? 0 : 1;
}

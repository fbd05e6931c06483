// SPDX-License-Identifier: Apache-2.0
//
// What the programs of this folder measure with. What counts are ratios within one run.

#ifndef RELATA_BENCH_MEASURE_H_
#define RELATA_BENCH_MEASURE_H_

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

namespace relata::bench {

// Processor time of this process, in seconds: what counts where a machine is shared.
inline double Processor() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

// Seconds by the clock, from any beginning.
inline double Wall() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The most memory the process has taken, on Linux since it was last forgotten.
inline double PeakMegabytes() {
  if (std::FILE* status = std::fopen("/proc/self/status", "r")) {
    char line[256];
    long kilobytes = 0;
    while (kilobytes == 0 && std::fgets(line, sizeof(line), status) != nullptr) {
      if (std::strncmp(line, "VmHWM:", 6) == 0) kilobytes = std::strtol(line + 6, nullptr, 10);
    }
    std::fclose(status);
    if (kilobytes > 0) return static_cast<double>(kilobytes) / 1024;
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

inline void ForgetPeak() {
  if (std::FILE* refs = std::fopen("/proc/self/clear_refs", "w")) {
    std::fputs("5", refs);
    std::fclose(refs);
  }
}

// 0 of nothing.
inline double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// The times of one kind of work on both sides, a pair each turn, seconds.
struct Turns {
  const char* what;
  int64_t rows;
  std::vector<double> raw;
  std::vector<double> ours;

  void Report() const {
    std::vector<double> ratios;
    for (size_t i = 0; i < raw.size(); ++i) ratios.push_back(raw[i] / ours[i]);
    std::sort(ratios.begin(), ratios.end());
    const auto n = static_cast<double>(rows);
    std::printf(
        "%-18s %9lld rows, medians of %zu   raw %8.0f/s   store %8.0f/s   store/raw %.2f "
        "(%.2f to %.2f)\n",
        what, static_cast<long long>(rows), raw.size(), n / Median(raw), n / Median(ours),
        ratios[ratios.size() / 2], ratios.front(), ratios.back());
    std::fflush(stdout);
  }
};

}  // namespace relata::bench

#endif  // RELATA_BENCH_MEASURE_H_

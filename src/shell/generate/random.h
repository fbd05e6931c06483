// SPDX-License-Identifier: Apache-2.0
//
// The generator's own randomness: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom
// number generators", OOPSLA 2014). The standard library's distributions differ between platforms,
// so the few shapes needed are made here from integers only.

#ifndef RELATA_SRC_SHELL_GENERATE_RANDOM_H_
#define RELATA_SRC_SHELL_GENERATE_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <iterator>

namespace relata::shell {

// A stream of numbers named by (seed, stream, index): the same name, the same numbers, whatever
// was drawn elsewhere. Single-thread.
class Random {
 public:
  Random(uint64_t seed, uint64_t stream, uint64_t index)
      : state_(Mix(Mix(Mix(seed) ^ stream) ^ index)) {}

  uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15;
    return Mix(state_);
  }

  // 0 <= result < n, for 0 < n < 2^32. The bias of the multiply-shift is below n / 2^32.
  int64_t Below(int64_t n) {
    return static_cast<int64_t>(((Next() >> 32) * static_cast<uint64_t>(n)) >> 32);
  }
  // lo <= result <= hi.
  int64_t Between(int64_t lo, int64_t hi) { return lo + Below(hi - lo + 1); }
  // The smaller of two draws: small values are likelier.
  int64_t LowBetween(int64_t lo, int64_t hi) {
    const int64_t a = Between(lo, hi);
    const int64_t b = Between(lo, hi);
    return a < b ? a : b;
  }
  bool Percent(int64_t p) { return Below(100) < p; }
  bool PerMille(int64_t p) { return Below(1000) < p; }

  template <class Array>
  const auto& Pick(const Array& array) {
    return array[static_cast<size_t>(Below(static_cast<int64_t>(std::size(array))))];
  }

 private:
  static uint64_t Mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  uint64_t state_;
};

}  // namespace relata::shell

#endif  // RELATA_SRC_SHELL_GENERATE_RANDOM_H_

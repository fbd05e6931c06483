// SPDX-License-Identifier: Apache-2.0

#include <sodium.h>

#include <memory>

#include "relata/base/id.h"

namespace relata {
namespace {

// RFC 9562 version 7: 48 bits of milliseconds, then 12 bits that count within the millisecond, then
// 62 bits that no other source repeats.
class V7Source : public IdSource {
 public:
  Uuid Next(Timestamp now) override {
    const int64_t millis = now.micros >= 0 ? now.micros / 1000 : 0;
    if (millis > millis_) {
      millis_ = millis;
      count_ = 0;
    } else if (++count_ == 4096) {
      // More ids than the counter holds: borrow the next millisecond, so that ids keep ascending.
      ++millis_;
      count_ = 0;
    }
    Uuid id;
    const uint64_t high = static_cast<uint64_t>(millis_) << 16 | 0x7000u | count_;
    const uint64_t low = (Tail() & 0x3fff'ffff'ffff'ffffu) | 0x8000'0000'0000'0000u;
    for (size_t i = 0; i < 8; ++i) {
      id.bytes[i] = static_cast<uint8_t>(high >> (56 - 8 * i));
      id.bytes[8 + i] = static_cast<uint8_t>(low >> (56 - 8 * i));
    }
    return id;
  }

 private:
  virtual uint64_t Tail() = 0;

  int64_t millis_ = -1;
  uint32_t count_ = 0;
};

class SeededSource : public V7Source {
 public:
  explicit SeededSource(uint64_t seed) : state_(seed) {}

 private:
  // SplitMix64 (Steele, Lea, Flood 2014): a bijection of a counter, so it does not repeat.
  uint64_t Tail() override {
    state_ += 0x9e3779b97f4a7c15;
    uint64_t z = state_;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }

  uint64_t state_;
};

class RandomSource : public V7Source {
  uint64_t Tail() override {
    uint64_t tail;
    randombytes_buf(&tail, sizeof(tail));
    return tail;
  }
};

}  // namespace

std::unique_ptr<IdSource> NewSeededIds(uint64_t seed) {
  return std::make_unique<SeededSource>(seed);
}

std::unique_ptr<IdSource> NewRandomIds() { return std::make_unique<RandomSource>(); }

}  // namespace relata

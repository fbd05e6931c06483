// SPDX-License-Identifier: Apache-2.0
//
// A program that uses the pure rules only: no compiled part of Relata is linked.

#include <cstdio>

#include "relata/base/money.h"
#include "relata/base/time.h"

int main() {
  const relata::Currency euro = *relata::Currency::Parse("EUR");
  const auto sum = relata::Add({123'400, euro}, {600, euro});
  if (!sum || sum->units != 124'000) return 1;
  std::puts("core: 12.34 EUR + 0.06 EUR = 12.40 EUR");
  return 0;
}

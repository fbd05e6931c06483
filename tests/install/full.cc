// SPDX-License-Identifier: Apache-2.0
//
// A program that links the compiled library.

#include <cstdio>

#include "relata/base/id.h"

int main() {
  const auto id = relata::Uuid::Parse("018F2B4E-7C1A-7D3E-9A55-0B1C2D3E4F50");
  if (!id || id->ToString() != "018f2b4e-7c1a-7d3e-9a55-0b1c2d3e4f50") return 1;
  std::printf("relata: %s\n", id->ToString().c_str());
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
//
// The languages in which the library speaks to people: labels, messages and reports.

#ifndef RELATA_BASE_LANGUAGE_H_
#define RELATA_BASE_LANGUAGE_H_

#include <cstdint>

namespace relata {

enum class Language : uint8_t { kEnglish = 0, kFrench };

}  // namespace relata

#endif  // RELATA_BASE_LANGUAGE_H_

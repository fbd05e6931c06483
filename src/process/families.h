// SPDX-License-Identifier: Apache-2.0
//
// The families of records that surround a customer: when each happened, whether it is still open,
// and how it reads in one line.

#ifndef RELATA_SRC_PROCESS_FAMILIES_H_
#define RELATA_SRC_PROCESS_FAMILIES_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "relata/base/language.h"
#include "segment/record_reader.h"

namespace relata::internal {

struct Family {
  std::string_view type;
  std::string_view when;    // the field that says when it happened
  std::string_view amount;  // the field that says how much; empty: none
};

// The families, the most telling first.
std::span<const Family> Families();
const Family* FindFamily(std::string_view type);

// Whether somebody still has to do something about it at `now`.
bool IsOpen(const RecordReader& read, RecordRef record, Timestamp now);
// Whether it is a contract or subscription in force at `now`.
bool IsRunning(const RecordReader& read, RecordRef record, Timestamp now);
// When a running contract ends or renews; none when it does not.
std::optional<Timestamp> EndOf(const RecordReader& read, RecordRef record);
// "Ticket T0000003 Fuite sur le vérin (high, new)": the type's label, what the record is called,
// how much, in what state.
std::string Describe(const RecordReader& read, RecordRef record, Language language);
// "Page viewed /tarifs".
std::string DescribeEvent(const RecordReader& read, EventRef event, Language language);

}  // namespace relata::internal

#endif  // RELATA_SRC_PROCESS_FAMILIES_H_

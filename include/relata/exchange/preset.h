// SPDX-License-Identifier: Apache-2.0
//
// Recognising whose export a file is, and what its rows are.
//
// Presets know the headers that Zoho, Salesforce, Dynamics 365 and HubSpot write, and a generic one
// the words that people and ERPs use in English and French. Recognition reads the header row only
// (and the file's name as a hint): every type's words are scored against it, rare words counting
// more than common ones. It also finds the header row itself below titles and instructions.
//
// Recognition proposes; a mapping given by the caller always wins. Pure; any thread.

#ifndef RELATA_EXCHANGE_PRESET_H_
#define RELATA_EXCHANGE_PRESET_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "relata/exchange/mapping.h"

namespace relata {

// {"zoho", "salesforce", "dynamics365", "hubspot", "generic"}.
std::vector<std::string_view> PresetNames();

// What a file shows of itself.
struct FileStart {
  std::string name;  // with or without directory and extension
  // The first rows, header and whatever stands above it included; about 20 are enough.
  std::vector<std::vector<std::string>> rows;
};

// Where the header row is in `rows`: the first row that looks like one for the widest table below
// it. Rows.size() when none does.
size_t FindHeaderRow(const std::vector<std::vector<std::string>>& rows);

// True when `row`, below the header, is a second header (technical names, or the same words again)
// and not data.
bool IsSecondHeader(const std::vector<std::string>& header, const std::vector<std::string>& row);

// How strongly the header speaks for a preset: 0 is not at all. "generic" always has a little.
double PresetScore(std::string_view preset, const std::vector<std::string>& header);

struct Recognition {
  std::string preset;
  std::string type;  // empty: no type of the standard schema fits
  double score = 0;
  size_t header_row = 0;
  std::vector<std::string> header;
  Mapping mapping;
  std::vector<std::string> unmapped;  // headers that no rule reads
};

// What the caller already knows; empty members are found out. Files of one folder usually come from
// one system: PickPreset of all of them decides better than each alone.
struct RecognitionHints {
  std::string preset;
  std::string type;
  std::string system;  // for the keys; empty: the preset's name
};

Recognition Recognise(const FileStart& file, const RecognitionHints& hints = {});

// The preset for which the headers of several files together speak most.
std::string PickPreset(const std::vector<std::vector<std::string>>& headers);

}  // namespace relata

#endif  // RELATA_EXCHANGE_PRESET_H_

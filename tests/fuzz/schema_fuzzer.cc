// SPDX-License-Identifier: Apache-2.0
//
// Any text is read as a catalogue and as an extension of the standard schema; what is accepted
// saves and restores to itself, and can be described and linted.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "relata/crm/schema.h"
#include "relata/model/schema_report.h"

namespace {

void CheckRoundTrip(const relata::Schema& schema) {
  const std::string saved = relata::SaveCatalogue(schema);
  const auto restored = relata::RestoreCatalogue(saved, relata::StandardSchema());
  if (!restored.ok() || relata::SaveCatalogue(*restored) != saved) std::abort();
  (void)relata::LintSchema(schema);
  for (const relata::TypeDef* type : schema.types()) {
    if (!type->custom) continue;
    for (auto format : {relata::SchemaFormat::kJson, relata::SchemaFormat::kMarkdown}) {
      (void)relata::DescribeSchema(schema, format, relata::Language::kFrench, type);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto extended = relata::ExtendSchema(relata::StandardSchema(), text);
  if (extended.ok()) {
    if (!relata::CheckExtends(relata::StandardSchema(), *extended).ok()) std::abort();
    CheckRoundTrip(*extended);
  }
  const auto restored = relata::RestoreCatalogue(text, relata::StandardSchema());
  if (restored.ok()) CheckRoundTrip(*restored);
  return 0;
}

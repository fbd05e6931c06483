// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "relata/consent/secret.h"
#include "relata/crm/notice.h"
#include "relata/privacy/registers.h"
#include "segment/record_reader.h"

namespace relata {

using internal::Concat;

std::string WordingReference(std::string_view text) {
  return Concat("sha256:", PlainDigest({text}).ToHex());
}

absl::StatusOr<std::vector<Wording>> ListWordings(const Crm& crm) {
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm.View({"notice"}));
  const internal::RecordReader read(*view);
  const TypeId type = view->schema().Find("notice")->id;
  std::vector<Wording> out;
  for (Row row = 0; row < view->RowLimit(type); ++row) {
    const RecordRef record{type, row};
    if (!view->Exists(record)) continue;
    Wording wording{read.Text(record, "name"),     read.Text(record, "version"),
                    read.Text(record, "language"), read.Text(record, "kind"),
                    read.Text(record, "text"),     ""};
    wording.reference = WordingReference(wording.text);
    out.push_back(std::move(wording));
  }
  std::sort(out.begin(), out.end(), [](const Wording& a, const Wording& b) {
    return std::tie(a.name, a.version, a.language) < std::tie(b.name, b.version, b.language);
  });
  return out;
}

absl::StatusOr<Wording> SaveWording(Crm& crm, Wording wording, const Actor& actor, Timestamp now) {
  if (wording.name.empty() || wording.version.empty() || wording.language.empty() ||
      wording.text.empty()) {
    return InvalidArgument("a wording has a name, a version, a language and a text");
  }
  wording.reference = WordingReference(wording.text);
  RELATA_ASSIGN_OR_RETURN(const std::vector<Wording> known, ListWordings(crm));
  for (const Wording& one : known) {
    if (one.name != wording.name || one.version != wording.version ||
        one.language != wording.language) {
      continue;
    }
    if (one.text == wording.text) return one;
    return AlreadyExists(Concat("wording ", wording.name, " ", wording.version, " (",
                                wording.language, ") stands for another text"));
  }
  Transaction tx = crm.Begin(actor);
  NamedValues values = {{"name", Value::Text(wording.name)},
                        {"version", Value::Text(wording.version)},
                        {"language", Value::Text(wording.language)},
                        {"text", Value::Text(wording.text)},
                        {"sha256", Value::Text(wording.reference.substr(7))},
                        {"from", Value::Day(UtcDate(now))}};
  if (!wording.kind.empty()) values.emplace_back("kind", Value::Text(wording.kind));
  tx.Create("notice", std::move(values));
  RELATA_RETURN_IF_ERROR(tx.Commit(now).status());
  return wording;
}

}  // namespace relata

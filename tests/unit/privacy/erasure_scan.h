// SPDX-License-Identifier: Apache-2.0
//
// A generated company, twelve persons of it who leave traces in every corner, and the search for
// what an erasure left of them in whatever a store keeps.

#ifndef RELATA_TESTS_UNIT_PRIVACY_ERASURE_SCAN_H_
#define RELATA_TESTS_UNIT_PRIVACY_ERASURE_SCAN_H_

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "privacy_world.h"
#include "relata/base/text.h"
#include "relata/engine/audit_log.h"
#include "relata/exchange/import.h"
#include "relata/privacy/erasure.h"
#include "shell/generate/generate.h"
#include "support/support.h"

namespace relata {

// The forms in which a value may lie in the store.
inline std::set<std::string> FormsOf(const std::string& value) {
  std::set<std::string> forms = {value, Fold(value), FoldWords(value)};
  std::string digits;
  std::copy_if(value.begin(), value.end(), std::back_inserter(digits),
               [](char c) { return c >= '0' && c <= '9'; });
  if (digits.size() >= 9) forms.insert({digits, digits.substr(digits.size() - 9)});
  std::erase_if(forms, [](const std::string& form) { return form.size() < 6; });
  return forms;
}

// Every text of the graph, one a line.
inline std::string TextsOf(const Crm& crm) {
  std::string out;
  const auto view = crm.ViewAll();
  EXPECT_TRUE(view.ok()) << view.status();
  for (const TypeDef* type : (*view)->schema().types()) {
    for (const FieldDef& field : type->fields) {
      const int64_t rows =
          type->event ? (*view)->EventCount(type->id) : (*view)->RowLimit(type->id);
      for (int64_t row = 0; row < rows; ++row) {
        const Value value = type->event ? (*view)->EventField({type->id, row}, field.id)
                                        : (*view)->Get({type->id, row}, field.id);
        if (value.is(Value::Kind::kText)) out += value.text() + "\n";
        if (value.is(Value::Kind::kList)) out += ToDisplay(value) + "\n";
      }
    }
  }
  return out;
}

// The texts that name the person herself: her own fields, her addresses, what she wrote.
inline std::set<std::string> ValuesOf(const Crm& crm, RecordRef person) {
  std::set<std::string> values;
  const auto view = crm.ViewAll();
  const TypeDef& type = (*view)->schema().type(person.type);
  for (const FieldDef& field : type.fields) {
    const Value value = (*view)->Get(person, field.id);
    const bool names = field.personal == Personal::kIdentity ||
                       field.personal == Personal::kContact || field.free_text;
    if (names && value.is(Value::Kind::kText)) values.insert(value.text());
  }
  const std::string full =
      TextOf(crm, person, "given_name") + " " + TextOf(crm, person, "family_name");
  if (full.size() > 1) values.insert(full);
  const auto keys = crm.Keys(person);
  for (const auto& [system, key] : *keys) values.insert(key);
  return values;
}

// Leaves the traces: a changed address, a merge, notes about them elsewhere, log lines, a consent.
// Gives every value that names one of them.
inline std::set<std::string> LeaveTraces(Crm& crm, const std::vector<RecordRef>& persons) {
  std::set<std::string> values;
  Transaction traces = crm.Begin(kDpo);
  for (const RecordRef person : persons) {
    const std::string mail = TextOf(crm, person, "email");
    const std::string name =
        TextOf(crm, person, "given_name") + " " + TextOf(crm, person, "family_name");
    for (const std::string& value : ValuesOf(crm, person)) values.insert(value);
    traces.Create("task", {{"subject", T("Call " + name)}, {"description", T("Ask " + mail)}});
    traces.Log("outbox", person, name, R"({"do":"notify","text":")" + name + " " + mail + "\"}");
    traces.Update(person, {{"email", T("new." + std::to_string(person.row) + "@changed.example")},
                           {"description", T("note about " + name)}});
    values.insert("new." + std::to_string(person.row) + "@changed.example");
    ConsentEntry grant;
    grant.event = ConsentEvent::kGrant;
    grant.at = kNow - Days(3);
    grant.person = PartyId::Of(person);
    grant.scope.channels = Bit(Channel::kEmail);
    grant.scope.purposes = Bit(Purpose::kNewsletter);
    grant.evidence.source = ConsentSource::kWeb;
    grant.evidence.text = "sha256:form";
    grant.evidence.reference = "form of " + mail;
    traces.RecordConsent(grant);
  }
  traces.Reason("tidied up");
  Done(traces, kNow - Hours(2));
  Transaction merge = crm.Begin(kDpo);
  merge.Merge(persons[1], persons[0]);
  Done(merge, kNow - Hours(1));
  return values;
}

inline std::vector<RecordRef> TwelvePersons(const Crm& crm) {
  const auto view = crm.View({"contact"});
  const TypeId contact = (*view)->schema().Find("contact")->id;
  std::vector<RecordRef> persons;
  for (Row row = 3; row < (*view)->RowLimit(contact) && persons.size() < 12; row += 7) {
    if ((*view)->Exists({contact, row})) persons.push_back({contact, row});
  }
  return persons;
}

// Imports a company, erases twelve of its persons and searches `stored()`, all that the store keeps
// as bytes, for them.
inline void ExpectNothingIsLeft(Crm& crm, const std::function<std::string()>& stored) {
  const testing::TempDir directory;
  shell::GenerateOptions company;
  company.directory = directory.File("exports");
  company.contacts = 120;
  company.seed = 5;
  ASSERT_TRUE(shell::GenerateCompany(company).ok());
  ImportOptions import;
  import.now = kNow - Days(1);
  ASSERT_TRUE(ImportFiles(crm, {company.directory}, import).ok());
  const std::vector<RecordRef> persons = TwelvePersons(crm);
  ASSERT_GE(persons.size(), 10u);
  const std::set<std::string> values = LeaveTraces(crm, persons);

  const std::string before = stored();
  size_t seen = 0;
  for (const std::string& value : values) seen += before.find(value) != std::string::npos;
  ASSERT_GT(seen, values.size() * 9 / 10) << "the scan would find what is there";

  ErasureOptions options = Options();
  options.chunk = 5;
  const auto report = ErasePersons(crm, persons, options, kDpo, kNow);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->scrubbed) << report->pending;

  const std::string after = stored();
  const std::string living = TextsOf(crm);
  size_t checked = 0;
  for (const std::string& value : values) {
    for (const std::string& form : FormsOf(value)) {
      // A town, or a family name, that somebody else has too is somebody else's value.
      if (living.find(form) != std::string::npos) continue;
      ++checked;
      EXPECT_EQ(after.find(form), std::string::npos) << form << " (" << value << ") is left";
    }
  }
  EXPECT_GT(checked, values.size() / 2);
  ::testing::Test::RecordProperty("forms_checked", static_cast<int>(checked));

  const auto trail = VerifyAudit(crm);
  ASSERT_TRUE(trail.ok()) << trail.status();
  EXPECT_TRUE(trail->ok()) << trail->issues[0].where << " " << trail->issues[0].message;
  EXPECT_GT(trail->erased, 12);
  EXPECT_GT(trail->events, 100);

  // The same exports once more do not bring one of them back.
  const int64_t left = CountOf(crm, "contact", "true");
  const auto again = ImportFiles(crm, {company.directory}, import);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_GT(CountOf(crm, "contact", "true"), left);
  ASSERT_TRUE(ResumeErasures(crm, options, kDpo, kNow + Hours(1)).ok());
  EXPECT_EQ(CountOf(crm, "contact", "true"), left);
  EXPECT_TRUE(VerifyAudit(crm)->ok());
}

}  // namespace relata

#endif  // RELATA_TESTS_UNIT_PRIVACY_ERASURE_SCAN_H_

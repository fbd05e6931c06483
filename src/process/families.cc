// SPDX-License-Identifier: Apache-2.0

#include "process/families.h"

#include <algorithm>
#include <initializer_list>

#include "base/strings.h"

namespace relata::internal {
namespace {

constexpr Family kFamilies[] = {
    {"ticket", "opened_at", ""},        {"opportunity", "opened_at", "amount"},
    {"quote", "issued_at", "net"},      {"order", "at", "net"},
    {"invoice", "at", "gross"},         {"subscription", "from", "amount"},
    {"contract", "from", "value"},      {"activity", "at", ""},
    {"task", "due_date", ""},           {"survey_answer", "at", ""},
    {"dispute", "opened_at", ""},       {"credit_note", "at", "gross"},
    {"product_return", "at", "refund"}, {"payment", "at", "amount"},
    {"campaign_member", "sent_at", ""}, {"rights_request", "received_at", ""}};

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// A choice by its label, another text as it is.
std::string LabelOf(const TypeDef& type, std::string_view field, const std::string& code,
                    Language language) {
  const FieldDef* def = type.FindField(field);
  if (def == nullptr) return code;
  for (const PicklistEntry& entry : def->options) {
    if (entry.code == code) return entry.label.In(language);
  }
  return code;
}

}  // namespace

std::span<const Family> Families() { return kFamilies; }

const Family* FindFamily(std::string_view type) {
  const auto it = std::find_if(std::begin(kFamilies), std::end(kFamilies),
                               [&](const Family& f) { return f.type == type; });
  return it == std::end(kFamilies) ? nullptr : &*it;
}

bool IsOpen(const RecordReader& read, RecordRef record, Timestamp now) {
  const std::string& type = read.TypeOf(record).name;
  const std::string status = read.Text(record, "status");
  if (type == "ticket" || type == "dispute") {
    return !read.When(record, "closed_at") && !read.When(record, "resolved_at") &&
           !IsOneOf(status, {"closed", "resolved"});
  }
  if (type == "opportunity") {
    return IsOneOf(status, {"open", ""}) && !read.When(record, "closed_on") &&
           !IsOneOf(read.Text(record, "stage"), {"won", "lost"});
  }
  if (type == "quote") {
    return IsOneOf(status, {"sent", "negotiation"}) && !read.When(record, "decided_at");
  }
  if (type == "task") {
    return !read.When(record, "done_at") && !IsOneOf(status, {"done", "cancelled"});
  }
  if (type == "activity") {
    return status == "planned" && read.When(record, "at").value_or(Timestamp::kMin) > now;
  }
  if (type == "invoice") {
    return !read.IsTrue(record, "paid") && !read.When(record, "paid_on") &&
           !IsOneOf(status, {"paid", "cancelled", "draft"});
  }
  if (type == "rights_request") return !read.When(record, "answered_at");
  return false;
}

std::optional<Timestamp> EndOf(const RecordReader& read, RecordRef record) {
  std::optional<Timestamp> end = read.When(record, "until");
  if (!end) end = read.When(record, "renewal_date");
  return end;
}

bool IsRunning(const RecordReader& read, RecordRef record, Timestamp now) {
  const std::string& type = read.TypeOf(record).name;
  if (type != "subscription" && type != "contract") return false;
  if (IsOneOf(read.Text(record, "status"),
              {"cancelled", "ended", "terminated", "expired", "draft"})) {
    return false;
  }
  return read.When(record, "from").value_or(Timestamp::kMin) <= now &&
         now < EndOf(read, record).value_or(Timestamp::kMax) &&
         now < read.When(record, "cancelled_on").value_or(Timestamp::kMax);
}

std::string Describe(const RecordReader& read, RecordRef record, Language language) {
  const TypeDef& type = read.TypeOf(record);
  std::string out = type.label.In(language);
  for (const std::string& field : type.title) {
    const Value value = read.Get(record, field);
    if (value.is_null() || value.is(Value::Kind::kRecord)) continue;
    const std::string text = ToDisplay(value);
    out += Concat(" ", value.is(Value::Kind::kText) ? LabelOf(type, field, text, language) : text);
  }
  const Family* family = FindFamily(type.name);
  if (family != nullptr && !family->amount.empty()) {
    const Value amount = read.Get(record, family->amount);
    if (!amount.is_null()) out += Concat(", ", ToDisplay(amount));
  }
  const Value score = read.Get(record, "score");
  if (score.is(Value::Kind::kDouble)) {
    out += Concat(" ", static_cast<int64_t>(score.double_value()));
  }
  std::string states;
  for (const std::string_view field : {"severity", "stage", "status"}) {
    const std::string code = read.Text(record, field);
    if (code.empty() ||
        std::find(type.title.begin(), type.title.end(), field) != type.title.end()) {
      continue;
    }
    const std::string label = LabelOf(type, field, code, language);
    if (label == states) continue;  // stage and status both say won
    states += Concat(states.empty() ? "" : ", ", label);
  }
  if (!states.empty()) out += Concat(" (", states, ")");
  for (const std::string_view field : {"comment", "minutes"}) {
    const std::string text = read.Text(record, field);
    if (!text.empty()) out += Concat(": ", text);
  }
  return out;
}

std::string DescribeEvent(const RecordReader& read, EventRef event, Language language) {
  const TypeDef& type = read.view().schema().type(event.type);
  std::string out = type.label.In(language);
  for (const std::string& name : type.title) {
    const Value value = read.Get(event, name);
    if (!value.is_null()) out += Concat(" ", ToDisplay(value));
  }
  if (!type.title.empty()) return out;
  for (const std::string_view name : {"path", "url", "file", "form", "subject_line", "service"}) {
    const Value value = read.Get(event, name);
    if (value.is_null()) continue;
    return Concat(out, " ", ToDisplay(value));
  }
  return out;
}

}  // namespace relata::internal

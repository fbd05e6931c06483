// SPDX-License-Identifier: Apache-2.0

#include "shell/generate/truth.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/strings.h"
#include "relata/base/status.h"

namespace relata::shell {
namespace {

using Json = nlohmann::ordered_json;
using internal::Concat;

void AppendString(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr std::string_view kHex = "0123456789abcdef";
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

void AppendMember(std::string& out, std::string_view name, std::string_view value) {
  out += out.back() == '{' ? "" : ",";
  AppendString(out, name);
  out += ':';
  AppendString(out, value);
}

void AppendMember(std::string& out, std::string_view name, int64_t value) {
  out += out.back() == '{' ? "" : ",";
  AppendString(out, name);
  out += ':';
  out += std::to_string(value);
}

void AppendRows(std::string& out, std::span<const RowRef> rows) {
  out += ",\"rows\":[";
  for (const RowRef& row : rows) {
    out += out.back() == '[' ? "{" : ",{";
    AppendMember(out, "file", row.file);
    AppendMember(out, "row", row.row);
    AppendMember(out, "key", row.key);
    out += '}';
  }
  out += ']';
}

void AppendCell(std::string& out, const Cell& cell) {
  AppendMember(out, "file", cell.file);
  AppendMember(out, "row", cell.row);
  AppendMember(out, "column", cell.column);
  AppendMember(out, "value", cell.value);
}

void EndLine(OutputFile& file) {
  file.buffer() += "}\n";
  file.FlushIfFull();
}

std::string Euros(int64_t cents) {
  const std::string digits = std::to_string(cents % 100);
  return Concat(cents / 100, ".", digits.size() < 2 ? "0" : "", digits);
}

// What each segment of segments.jsonl means.
Json SegmentMeanings() {
  return {
      {"press_without_maintenance",
       "ERP customers with an order line PH-100 or PH-250 and none MAINT-AN, cancelled orders left "
       "out"},
      {"cadence_alert",
       "ERP customers who order at a steady pace and have been silent for more than 1.8 times it"},
      {"cadence_on_time", "ERP customers who order at a steady pace and are on time"},
      {"inactive_365", "ERP customers whose last order, not cancelled, is more than 365 days old"},
      {"pricing_visitors_30d",
       "CRM contacts with three page views or more under /tarifs in the last 30 days"},
      {"incident_affected", "ERP customers with a ticket under the parent incident"},
      {"detractors", "CRM contacts whose latest NPS score is 6 or less"},
      {"engagement_gone",
       "CRM contacts with three events or more 60 to 240 days ago and none since"},
      {"satisfaction_dropped",
       "CRM contacts whose answer of the last 180 days lies 3 or more below an earlier one"},
      {"signals_judged", "ERP customers of one site, for whom the two below are told"},
      {"frequency_falling",
       "ERP customers who ordered in the last 180 days at less than half the rate of the 360 "
       "before"},
      {"tickets_rising",
       "ERP customers with three tickets or more in 90 days, twice those of the 90 before or more"},
  };
}

Json DeadColumns() {
  Json out = Json::array();
  const auto add = [&](std::string_view file, std::string_view column, std::string_view why) {
    out.push_back({{"file", file}, {"column", column}, {"why", why}});
  };
  add("erp/clients.csv", "Télex", "empty");
  add("erp/clients.csv", "Code tarif", "one value");
  add("crm/accounts.csv", "Fax", "empty");
  add("crm/accounts.csv", "Web Site (old)", "copy of Website");
  add("crm/contacts.csv", "Fax", "empty");
  add("crm/contacts.csv", "Assistant", "empty");
  add("tableur/suivi_clients.csv", "Colonne1", "empty");
  return out;
}

Json TotalsJson(const Totals& t) {
  Json by_month = Json::object();
  for (const auto& [month, cents] : t.weighted_by_month) by_month[month] = Euros(cents);
  return {{"companies", t.companies},
          {"customers", t.customers},
          {"sites", t.sites},
          {"people", t.people},
          {"orders_net", Euros(t.orders_net)},
          {"invoices_gross", Euros(t.invoices_gross)},
          {"unpaid_gross", Euros(t.unpaid_gross)},
          {"overdue_gross", Euros(t.overdue_gross)},
          {"open_pipeline", Euros(t.open_pipeline)},
          {"weighted_pipeline", Euros(t.weighted_pipeline)},
          {"weighted_by_close_month", by_month}};
}

}  // namespace

Truth::Truth(const std::string& directory)
    : directory_(directory),
      people_(directory + "/people.jsonl"),
      companies_(directory + "/companies.jsonl"),
      distinct_(directory + "/distinct.jsonl"),
      contradictions_(directory + "/contradictions.jsonl"),
      dirt_(directory + "/dirt.jsonl"),
      segments_(directory + "/segments.jsonl"),
      audience_(directory + "/audience.jsonl") {}

void Truth::Person(int64_t person, std::span<const RowRef> rows) {
  if (rows.size() < 2) return;
  std::string& out = people_.buffer();
  out += '{';
  AppendMember(out, "person", person);
  AppendRows(out, rows);
  EndLine(people_);
}

void Truth::Company(std::string_view siren, size_t sites, std::span<const RowRef> rows) {
  std::string& out = companies_.buffer();
  out += '{';
  AppendMember(out, "siren", siren);
  AppendMember(out, "sites", static_cast<int64_t>(sites));
  AppendRows(out, rows);
  EndLine(companies_);
}

void Truth::Distinct(std::string_view kind, std::span<const RowRef> rows) {
  std::string& out = distinct_.buffer();
  out += '{';
  AppendMember(out, "kind", kind);
  AppendRows(out, rows);
  EndLine(distinct_);
}

void Truth::Contradiction(std::string_view kind, std::span<const Cell> cells) {
  ++totals_.contradictions[std::string(kind)];
  std::string& out = contradictions_.buffer();
  out += '{';
  AppendMember(out, "kind", kind);
  out += ",\"rows\":[";
  for (const Cell& cell : cells) {
    out += out.back() == '[' ? "{" : ",{";
    AppendCell(out, cell);
    out += '}';
  }
  out += ']';
  EndLine(contradictions_);
}

void Truth::Dirt(std::string_view kind, const Cell& cell, std::string_view right) {
  ++totals_.dirt[std::string(kind)];
  std::string& out = dirt_.buffer();
  out += '{';
  AppendMember(out, "kind", kind);
  AppendCell(out, cell);
  if (!right.empty()) AppendMember(out, "right", right);
  EndLine(dirt_);
}

void Truth::Member(std::string_view segment, std::string_view key) {
  ++totals_.segments[std::string(segment)];
  std::string& out = segments_.buffer();
  out += '{';
  AppendMember(out, "segment", segment);
  AppendMember(out, "key", key);
  EndLine(segments_);
}

void Truth::Alert(std::string_view segment, std::string_view key, int usual_days,
                  int elapsed_days) {
  ++totals_.segments[std::string(segment)];
  std::string& out = segments_.buffer();
  out += '{';
  AppendMember(out, "segment", segment);
  AppendMember(out, "key", key);
  AppendMember(out, "usual_days", usual_days);
  AppendMember(out, "elapsed_days", elapsed_days);
  EndLine(segments_);
}

void Truth::Audience(std::string_view contact, ConsentState state, std::string_view email) {
  std::string& out = audience_.buffer();
  out += '{';
  AppendMember(out, "contact", contact);
  AppendMember(out, "state", ConsentStateName(state));
  AppendMember(out, "email", email);
  EndLine(audience_);
}

void Truth::Cast(std::string_view name, std::string_view field, std::string_view value) {
  cast_[std::string(name)][std::string(field)] = value;
}

absl::Status Truth::Close(const World& world, std::span<Table* const> tables) {
  Json rows = Json::object();
  for (const Table* table : tables) rows[std::string(table->name())] = table->records();
  Json consents = Json::object();
  for (int i = 0; i < kConsentStates; ++i) {
    consents[std::string(ConsentStateName(static_cast<ConsentState>(i)))] =
        totals_.consent_states[static_cast<size_t>(i)];
  }
  const Json all = {{"now", TimestampText(world.now)},
                    {"seed", world.seed},
                    {"rows", rows},
                    {"totals", TotalsJson(totals_)},
                    {"cast", cast_},
                    {"dead_columns", DeadColumns()},
                    {"segment_meanings", SegmentMeanings()},
                    {"segment_sizes", totals_.segments},
                    {"email_consent_states", consents},
                    {"dirt", totals_.dirt},
                    {"contradictions", totals_.contradictions}};
  OutputFile file(directory_ + "/truth.json");
  file.buffer() = all.dump(2) + "\n";
  absl::Status status = file.Close();
  for (OutputFile* f :
       {&people_, &companies_, &distinct_, &contradictions_, &dirt_, &segments_, &audience_}) {
    status.Update(f->Close());
  }
  return status;
}

}  // namespace relata::shell

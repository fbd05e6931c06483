// SPDX-License-Identifier: Apache-2.0
//
// The sales director's spreadsheet: typed by hand, seldom reread.

#include <array>
#include <string>

#include "base/strings.h"
#include "shell/generate/exporter.h"

namespace relata::shell {
namespace {

using internal::Concat;

std::string UpperAscii(std::string_view text) {
  std::string out = WithoutAccents(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::string CompanyAsTyped(const Company& c, const Person& p, Random& random, bool clean) {
  if (clean) return c.short_name;
  switch (random.Below(4)) {
    case 0:
      return UpperAscii(c.short_name);
    case 1:
      return c.sites.size() > 1 ? Concat(c.short_name, " (", c.sites[p.site].city->name, ")")
                                : c.short_name;
    case 2:
      return c.name;
    default:
      return c.short_name;
  }
}

int64_t RevenueOf(const Company& c, int year) {
  int64_t sum = 0;
  for (const Order& order : c.orders) {
    if (order.cancelled || ToCivil(order.day).year != year) continue;
    for (const Line& line : order.lines) {
      const int64_t price = Products()[static_cast<size_t>(line.product)].price;
      sum += line.quantity * price * (100 - line.discount) / 100;
    }
  }
  return sum;
}

std::string Compact(std::string_view phone) {
  std::string out;
  for (const char c : phone) {
    if (c != ' ') out += c;
  }
  return out;
}

}  // namespace

void Exporter::WriteSheet(const Company& c, Random& random, Trace& trace) {
  for (size_t i = 0; i < c.people.size(); ++i) {
    if (c.people[i].in_sheet) WriteSheetRow(c, i, random, trace);
  }
}

void Exporter::WriteSheetRow(const Company& c, size_t person, Random& random, Trace& trace) {
  const Person& p = c.people[person];
  const Site& site = c.sites[p.site];
  const std::string file(sheet_.name());
  const int64_t row = sheet_.row();
  trace.people[person].push_back({file, row, ""});
  trace.company.push_back({file, row, ""});
  const bool siret = trace.clean || random.Percent(65);
  sheet_.Text(CompanyAsTyped(c, p, random, trace.clean)).Text(siret ? site.siret : "");
  sheet_.Text(p.woman ? "Mme" : "M.")
      .Text(UpperAscii(p.sheet_family.empty() ? p.family : p.sheet_family))
      .Text(p.given);
  sheet_.Text(p.job->short_title);
  std::string email = p.sheet_email.empty() ? p.email : p.sheet_email;
  if (Due(trace, row, 37, 9) && !email.empty()) {
    email = email.substr(0, email.find('.')) + " @";
    truth_.Dirt("bad_email", {file, row, "E-mail", email}, p.email);
  }
  sheet_.Text(email).Text(Compact(p.mobile.empty() ? p.phone : p.mobile)).Text(site.city->name);
  if (Due(trace, row, 61, 23)) {
    // The row ends in the middle, as a line pasted from a message does.
    truth_.Dirt("short_row", {file, row, "CA 2025", ""});
    sheet_.EndRow();
    return;
  }
  sheet_.Cents(RevenueOf(c, 2025));
  constexpr std::array<std::string_view, 5> kPotential = {"12 k€", "45 000,00", "120 k€", "n.c.",
                                                          "1,2 M€"};
  const std::string_view potential = random.Pick(kPotential);
  if (potential == "n.c.") truth_.Dirt("placeholder", {file, row, "Potentiel", "n.c."});
  sheet_.Text(potential);
  const bool client = c.customer() != (Due(trace, row, 13, 6) && c.customer());
  if (!client && c.customer()) {
    const std::array<Cell, 2> cells = {*trace.erp_status, Cell{file, row, "Client", "N"}};
    truth_.Contradiction("status", cells);
  }
  const bool refused = trace.refusals[person].has_value();
  const bool newsletter =
      refused ? trace.clean || random.Percent(60) : p.consent_state != ConsentState::kNone;
  if (refused && newsletter) {
    const std::array<Cell, 2> cells = {*trace.refusals[person], Cell{file, row, "Newsletter", "O"}};
    truth_.Contradiction("consent", cells);
  }
  sheet_.Bool(client).Bool(newsletter);
  if (Due(trace, row, 43, 15)) {
    truth_.Dirt("bad_date", {file, row, "Dernière visite", "31/02/2026"});
    sheet_.Text("31/02/2026");
  } else {
    sheet_.Day(AddDays(world_.today, -static_cast<int32_t>(random.Between(3, 700))));
  }
  if (Due(trace, row, 59, 31)) {
    const std::string_view comment = "Rappeler lundi; voir avec l'atelier";
    truth_.Dirt("extra_field", {file, row, "Commentaire", std::string(comment)});
    sheet_.Raw(comment);
  } else if (Due(trace, row, 47, 21)) {
    const std::string comment(random.Pick(ForbiddenComments()));
    truth_.Dirt("forbidden_text", {file, row, "Commentaire", comment});
    sheet_.Text(comment);
  } else {
    sheet_.Text(random.Percent(50) ? random.Pick(Comments()) : "");
  }
  sheet_.Empty().EndRow();
}

}  // namespace relata::shell

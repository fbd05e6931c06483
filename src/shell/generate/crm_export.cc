// SPDX-License-Identifier: Apache-2.0
//
// The CRM's view of companies and people: typed by sales people, in English habits.

#include <array>
#include <string>

#include "base/strings.h"
#include "shell/generate/exporter.h"

namespace relata::shell {
namespace {

using internal::Concat;

// A name as somebody typed it who did not look whether it was there already.
std::pair<std::string, std::string> Respelt(const Person& p, Random& random) {
  switch (random.Below(5)) {
    case 0:
      return {WithoutAccents(p.given), WithoutAccents(p.family)};
    case 1:
      return {p.family, p.given};
    case 2:
      return {Concat(p.given.substr(0, static_cast<unsigned char>(p.given[0]) < 0x80 ? 1 : 2), "."),
              p.family};
    case 3: {
      std::string family = WithoutAccents(p.family);
      if (family.size() > 4) family.erase(3, 1);
      return {p.given, family};
    }
    default:
      return {p.given, p.family.substr(0, p.family.find('-'))};
  }
}

std::string Broken(std::string_view email, Random& random) {
  const size_t at = email.find('@');
  switch (random.Below(4)) {
    case 0:
      return std::string(email.substr(0, at + 1));
    case 1:
      return Concat(email.substr(0, at), "(at)", email.substr(at + 1));
    case 2:
      return Concat(email.substr(0, at), "@@", email.substr(at + 1));
    default:
      return Concat(email.substr(0, at), " ", email.substr(at));
  }
}

bool HasAccent(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return true;
  }
  return false;
}

}  // namespace

bool Exporter::AccountPerSite(const Company& c) { return c.sites.size() > 1 && c.number % 2 == 1; }

std::string Exporter::AccountKey(const Company& c, size_t site) const {
  const std::string key = Key("A", c.number + 1, 6);
  return site > 0 && AccountPerSite(c) ? Concat(key, "S", site + 1) : key;
}

void Exporter::WriteCrm(Company& c, Random& random, Trace& trace) {
  WriteAccounts(c, random, trace);
  for (size_t i = 0; i < c.people.size(); ++i) WriteContact(c, i, random, trace);
  WriteLead(c, trace);
  WriteOpportunities(c, trace);
  WriteTickets(c);
  WriteActivities(c, trace);
}

void Exporter::WriteAccounts(const Company& c, Random& random, Trace& trace) {
  const bool per_site = AccountPerSite(c);
  std::vector<RowRef> rows;
  for (size_t site = 0; site < (per_site ? c.sites.size() : 1); ++site) {
    rows.push_back({std::string(accounts_.name()), accounts_.row(), AccountKey(c, site)});
    WriteAccount(c, site, per_site, random, trace);
  }
  if (rows.size() > 1) truth_.Distinct("sites_of_one_company", rows);
  trace.company.insert(trace.company.end(), rows.begin(), rows.end());
}

void Exporter::WriteAccount(const Company& c, size_t site, bool per_site, Random& random,
                            Trace& trace) {
  const int64_t row = accounts_.row();
  const std::string file(accounts_.name());
  const Site& place = c.sites[site];
  int64_t headcount = c.headcount;
  if (site == 0 && Due(trace, row, 9, 4)) {
    headcount += 5 + random.Below(40);
    if (trace.erp_headcount) {
      const std::array<Cell, 2> cells = {*trace.erp_headcount,
                                         Cell{file, row, "Employees", std::to_string(headcount)}};
      truth_.Contradiction("headcount", cells);
    }
  }
  std::string_view status = c.customer() ? "customer" : "prospect";
  if (c.profile == Profile::kDormant) status = "inactive";
  if (c.customer() && Due(trace, row, 23, 8)) {
    status = "prospect";
    const std::array<Cell, 2> cells = {*trace.erp_status, Cell{file, row, "Status", "prospect"}};
    truth_.Contradiction("status", cells);
  }
  const bool siren = trace.clean || c.customer() || random.Percent(70);
  const bool number = c.customer() && (trace.clean || random.Percent(90));
  std::string city(place.city->name);
  if (Due(trace, row, 31, 13) && HasAccent(city)) {
    city = Mojibake(city);
    truth_.Dirt("mojibake", {file, row, "Billing City", city}, place.city->name);
  }
  const std::string web = Concat("https://www.", c.slug, ".example");
  const std::string name = per_site ? Concat(c.short_name, " - ", place.city->name) : c.short_name;
  accounts_.Text(AccountKey(c, site)).Text(name).Text(siren ? c.siren : "");
  accounts_.Text(siren && (trace.clean || random.Percent(60)) ? place.siret : "");
  accounts_.Text(number ? ClientKey(c) : "").Text(c.sector->english).Int(headcount);
  accounts_.Cents(c.revenue * 100).Text(status);
  accounts_.Text(c.parent ? Key("A", *c.parent + 1, 6) : "").Text(web).Text(web);
  accounts_.Text(c.people[0].phone).Empty().Text(place.street).Text(place.city->postal_code);
  accounts_.Text(city).Text("France").Text(c.owner().id).At(c.created).EndRow();
}

void Exporter::WriteContact(Company& c, size_t person, Random& random, Trace& trace) {
  Person& p = c.people[person];
  p.key = ++contact_keys_;
  const std::string key = ContactKey(p);
  const std::string file(contacts_.name());
  const int64_t row = contacts_.row();
  trace.people[person].push_back({file, row, key});
  std::string email = p.email;
  trace.email_in_crm[person] = email.empty() ? "missing" : "ok";
  if (!email.empty() && Due(trace, row, 61, 17)) {
    email = Broken(email, random);
    trace.email_in_crm[person] = "invalid";
    truth_.Dirt("bad_email", {file, row, "Email", email}, p.email);
  }
  if (trace.erp_phones[person]) {
    const std::array<Cell, 2> cells = {*trace.erp_phones[person],
                                       Cell{file, row, "Phone", p.phone}};
    truth_.Contradiction("phone", cells);
  }
  WriteContactRow(c, p, key, email, trace);
  if (Due(trace, row, 307, 40)) {
    truth_.Dirt("repeated_row", {file, contacts_.row(), "Contact ID", key});
    trace.people[person].push_back({file, contacts_.row(), key});
    Trace clean = {};
    clean.clean = true;
    WriteContactRow(c, p, key, email, clean);
  }
  WriteEmployments(c, p);
  WriteConsents(c, person, trace);
  WriteEvents(p, key, "");
  WriteAnswers(c, p);
  for (const auto& [campaign, at] : p.campaigns) {
    members_.Text(Key("M", members_.row() - 1, 8)).Text(campaign).Text(key).Text("sent");
    members_.At(at).EndRow();
  }
  if (p.crm_duplicate) WriteDuplicate(c, person, random, trace);
}

void Exporter::WriteContactRow(const Company& c, const Person& p, const std::string& key,
                               const std::string& email, Trace& trace) {
  const std::string file(contacts_.name());
  const int64_t row = contacts_.row();
  std::string phone = p.phone;
  std::string department(p.job->department);
  std::string description(p.description);
  if (Due(trace, row, 83, 29)) {
    phone = "0000000000";
    truth_.Dirt("placeholder", {file, row, "Phone", phone});
  }
  if (Due(trace, row, 89, 33)) {
    department = "N/A";
    truth_.Dirt("placeholder", {file, row, "Department", department});
  }
  if (Due(trace, row, 199, 61)) {
    description = ForbiddenComments()[static_cast<size_t>(row) % ForbiddenComments().size()];
    truth_.Dirt("forbidden_text", {file, row, "Description", description});
  }
  contacts_.Text(key).Text(p.woman ? "Mme" : "M.").Text(p.given).Text(p.family);
  contacts_.Text(p.job->title).Text(department).Text(AccountKey(c, p.site)).Text(email);
  contacts_.Text(phone).Text(p.mobile).Text(c.sites[p.site].city->name).Text("fr");
  contacts_.Text(p.origin).Text(c.owner().id).Empty().Empty().Text(description);
  contacts_.At(p.created).EndRow();
}

void Exporter::WriteDuplicate(const Company& c, size_t person, Random& random, Trace& trace) {
  const Person& p = c.people[person];
  const std::string key = Key("C", ++contact_keys_, 7);
  const std::string file(contacts_.name());
  trace.people[person].push_back({file, contacts_.row(), key});
  const auto [given, family] = Respelt(p, random);
  contacts_.Text(key)
      .Text(p.woman ? "Mme" : "M.")
      .Text(given)
      .Text(family)
      .Text(p.job->short_title);
  contacts_.Text(p.job->department).Text(AccountKey(c, p.site));
  contacts_.Text(random.Percent(55) ? p.email : "").Text(p.phone).Text(p.mobile);
  contacts_.Text(c.sites[p.site].city->name).Text("fr").Text(p.origin).Text(c.owner().id);
  contacts_.Empty().Empty().Empty().At(p.created + Days(7)).EndRow();
  const bool granted =
      p.consent_state == ConsentState::kGranted || p.consent_state == ConsentState::kConfirmed;
  if (!granted || !random.Percent(30)) return;
  // She refused under the other entry: a merge must not lose that.
  const Cell refusal = {std::string(consents_.name()), consents_.row(), "Status", "withdraw"};
  const std::array<Cell, 2> cells = {refusal, Cell{file, contacts_.row() - 1, "Contact ID", key}};
  truth_.Contradiction("consent_across_duplicates", cells);
  const Timestamp at = world_.now - Days(random.Between(2, 25));
  consents_.Text(Key("CE", consents_.row() - 1, 8)).Text(key).Text("email").Text("marketing");
  consents_.Empty().Text("withdraw").At(at).At(at).Empty().Text("web").Empty().Empty();
  consents_.Bool(false).Empty().EndRow();
}

void Exporter::WriteEmployments(const Company& c, const Person& p) {
  const std::string account = AccountKey(c, p.site);
  const auto write = [&](std::string_view title, Date from, std::optional<Date> until) {
    employments_.Text(Key("J", employments_.row() - 1, 8)).Text(ContactKey(p)).Text(account);
    employments_.Text(title).Day(from).Day(until).EndRow();
  };
  if (p.earlier_job != nullptr) write(p.earlier_job->title, AddDays(p.since, -800), p.since);
  if (p.earlier_job != nullptr || p.left) write(p.job->title, p.since, p.left);
}

}  // namespace relata::shell

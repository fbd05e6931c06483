// SPDX-License-Identifier: Apache-2.0
//
// Leads: people who asked for something and belong to nobody yet.

#include <string>
#include <utility>

#include "base/strings.h"
#include "shell/generate/exporter.h"

namespace relata::shell {
namespace {

using internal::Concat;

constexpr std::string_view kWishes[] = {"Remplacer une presse", "Seconde presse",
                                        "Contrat de maintenance", "Consommables", "Formation"};

}  // namespace

void Exporter::WriteLead(const Company& c, Trace& trace) {
  if (c.number < kCastSize) {
    if (c.number == 0) WriteCastLeads();
    return;
  }
  Random random(world_.seed, kLeadStream, static_cast<uint64_t>(c.number));
  if (random.Percent(15)) return WriteConvertedLead(c, random, trace);
  constexpr std::string_view kStatuses[] = {"new", "new", "contacted", "qualified", "unqualified"};
  Company firm;
  firm.number = 40'000'000 + c.number;
  firm.short_name = Concat(random.Pick(Trades()), " ", random.Pick(FamilyNames()));
  firm.slug = Concat(Slug(firm.short_name), "-l", c.number);
  firm.sites.push_back({"", "", &random.Pick(Cities())});
  Person p = MakePerson(world_, random, firm);
  AddBehaviour(world_, random, p);
  const Timestamp created = world_.now - Days(random.Between(1, 500)) - Minutes(random.Below(600));
  // Nothing is known of a lead from before it came.
  std::erase_if(p.events, [&](const Event& e) { return e.at < created; });
  const std::string_view status = random.Pick(kStatuses);
  const std::string_view need = random.Pick(kWishes);
  const int64_t budget = random.Percent(60) ? random.Between(2, 120) * 100'000 : 0;
  WriteLeadRow(p, firm.short_name, created, status, need, budget);
  leads_table_.Empty().Empty().Empty().Empty().EndRow();
  WriteEvents(p, "", Key("L", leads_, 6));
}

void Exporter::WriteConvertedLead(const Company& c, Random& random, Trace& trace) {
  const Person& contact = c.people[0];
  const int64_t row = leads_table_.row();
  WriteLeadRow(contact, c.short_name, contact.created - Days(random.Between(5, 60)), "converted",
               random.Pick(kWishes), 0);
  trace.lead = Key("L", leads_, 6);
  trace.people[0].push_back({std::string(leads_table_.name()), row, trace.lead});
  leads_table_.At(contact.created).Text(ContactKey(contact)).Text(AccountKey(c, contact.site));
  leads_table_.Text(c.opportunities.empty() ? "" : Key("O", opportunities_.row() - 1, 7)).EndRow();
}

// The row up to the conversion.
void Exporter::WriteLeadRow(const Person& p, std::string_view company, Timestamp created,
                            std::string_view status, std::string_view need, int64_t budget) {
  constexpr std::string_view kTimeframes[] = {"3 months", "6 months", "1 year", ""};
  leads_table_.Text(Key("L", ++leads_, 6)).Text(p.woman ? "Mme" : "M.").Text(p.given);
  leads_table_.Text(p.family).Text(company).Text(p.job->title).Text(p.email).Text(p.phone);
  leads_table_.Text(p.origin).Text(status).Text(need);
  if (budget > 0) {
    leads_table_.Cents(budget);
  } else {
    leads_table_.Empty();
  }
  leads_table_.Text(kTimeframes[static_cast<size_t>(leads_) % 4]);
  leads_table_.Text(Users()[static_cast<size_t>(leads_ % 6)].id).At(created);
}

// Three leads: one who means it, one who may, one who only looked.
void Exporter::WriteCastLeads() {
  const auto lead = [&](std::string_view given, std::string_view family, bool woman, int job,
                        std::string_view company) {
    Person p;
    p.given = given;
    p.family = family;
    p.woman = woman;
    p.job = &Jobs()[static_cast<size_t>(job)];
    p.email = EmailOf(p, Slug(company));
    p.phone = "03 53 01 24 08";
    p.origin = "website";
    return p;
  };
  const auto visit = [&](Person& p, int days_ago, std::string_view kind, std::string_view path) {
    p.events.push_back({kind, world_.now - Days(days_ago) - Hours(2), path, ""});
  };
  const auto write = [&](Person p, std::string_view company, int days_ago, std::string_view status,
                         std::string_view need, int64_t budget, std::string_view role) {
    WriteLeadRow(p, company, world_.now - Days(days_ago), status, need, budget);
    leads_table_.Empty().Empty().Empty().Empty().EndRow();
    WriteEvents(p, "", Key("L", leads_, 6));
    truth_.Cast(role, "lead", Key("L", leads_, 6));
    truth_.Cast(role, "name", Concat(p.given, " ", p.family));
  };
  Person hot = lead("Nadia", "Belkacem", true, 2, "Aciers du Vexin");
  visit(hot, 9, "page_view", "/produits/ph-250");
  visit(hot, 9, "download", "/docs/brochure-ph-250.pdf");
  visit(hot, 5, "page_view", "/tarifs/presses");
  visit(hot, 3, "page_view", "/tarifs");
  visit(hot, 1, "form_sent", "/contact");
  write(std::move(hot), "Aciers du Vexin", 12, "qualified", kWishes[0], 9'500'000, "lead_hot");
  Person warm = lead("Antoine", "Joly", false, 8, "Ferronnerie Joly");
  visit(warm, 40, "page_view", "/produits/ph-100");
  visit(warm, 12, "page_view", "/tarifs");
  write(std::move(warm), "Ferronnerie Joly", 45, "contacted", kWishes[1], 0, "lead_warm");
  Person cold = lead("Brigitte", "Caron", true, 13, "Papeterie Caron");
  visit(cold, 200, "page_view", "/recrutement");
  write(std::move(cold), "Papeterie Caron", 220, "new", kWishes[4], 0, "lead_cold");
}

}  // namespace relata::shell

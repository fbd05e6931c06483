// SPDX-License-Identifier: Apache-2.0
//
// The companies the story is about. What the story needs is written down here; only what does not
// matter (street numbers, quantities) is drawn.

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "shell/generate/company.h"

namespace relata::shell {
namespace {

using internal::Concat;

constexpr int kBuyer = 1, kPlantManager = 2, kMaintenanceHead = 3, kTechnician = 4, kOwner = 6;

const City* CityNamed(std::string_view name) {
  const auto cities = Cities();
  const auto city =
      std::find_if(cities.begin(), cities.end(), [&](const City& c) { return c.name == name; });
  return &*(city == cities.end() ? cities.begin() : city);
}

// Builds one company of the cast.
class Role {
 public:
  Role(const World& world, int64_t number, std::string_view name, std::string_view form,
       std::string_view city, Profile profile)
      : world_(world), random_(world.seed, kCompanyStream, static_cast<uint64_t>(number)) {
    c.number = number;
    c.short_name = name;
    c.name = Concat(name, " ", form);
    c.slug = Slug(name);
    c.siren = SirenOf(number);
    c.sector = &Sectors()[12];
    c.headcount = 40 + 10 * number;
    c.revenue = c.headcount * 140'000;
    c.profile = profile;
    c.created = DaysAgo(1500);
    Site(city);
  }

  void Site(std::string_view city) {
    c.sites.push_back(
        MakeSite(random_, c.siren, static_cast<int>(c.sites.size()) + 1, CityNamed(city)));
  }

  Person& Add(std::string_view given, std::string_view family, bool woman, int job,
              ConsentState state, size_t site = 0) {
    Person p;
    p.given = given;
    p.family = family;
    p.woman = woman;
    p.job = &Jobs()[static_cast<size_t>(job)];
    p.email = EmailOf(p, c.slug);
    p.phone = "04 65 71 30 1" + std::to_string(c.people.size());
    p.mobile = Concat("06 39 98 4", c.number, " 1", c.people.size());
    p.site = site;
    p.origin = "trade fair";
    p.created = DaysAgo(1400);
    p.since = Day(1600);
    p.in_erp = c.people.empty();
    AddConsents(world_, random_, state, p);
    return c.people.emplace_back(std::move(p));
  }

  void Press(int press, int days_ago) { c.orders.push_back(PressOrder(press, Day(days_ago), 0)); }

  // A contract whose running year ends in `days_left` days, begun `years` years before.
  void Maintenance(int years, int days_left) {
    const Date end = Day(-days_left);
    const Date start = AddMonths(end, -12 * years);
    for (int y = 0; y < years; ++y) {
      c.orders.push_back(MaintenanceOrder(AddMonths(start, 12 * y), 0));
    }
    c.contracts.push_back(MaintenanceContract(start, years));
  }

  void Consumables(int first_days_ago, int step, int count) {
    for (int k = 0; k < count; ++k) {
      c.orders.push_back(ConsumableOrder(random_, Day(first_days_ago + k * step), 0));
    }
  }

  void Saw(Person& p, int days_ago, std::string_view kind, std::string_view path,
           std::string_view campaign = "") {
    p.events.push_back({kind, DaysAgo(days_ago) - Hours(1), path, campaign});
  }

  void Answered(Person& p, int days_ago, int score, std::string_view comment) {
    p.answers.push_back({"NPS", score, comment, DaysAgo(days_ago)});
  }

  Timestamp DaysAgo(int n) const { return world_.now - Days(n); }
  Date Day(int days_ago) const { return AddDays(world_.today, -days_ago); }

  Company Done() {
    std::stable_sort(c.orders.begin(), c.orders.end(),
                     [](const Order& a, const Order& b) { return a.day < b.day; });
    return std::move(c);
  }

  Company c;

 private:
  const World& world_;
  Random random_;
};

// The customer of tomorrow's meeting: everything a brief has to say is true of it.
Company BriefCustomer(const World& world) {
  Role role(world, 0, "Fonderies de la Loire", "SAS", "Saint-Étienne", Profile::kRegular);
  Company& c = role.c;
  c.people.reserve(3);
  Person& claire = role.Add("Claire", "Fontaine-Mercier", true, kBuyer, ConsentState::kConfirmed);
  claire.in_sheet = true;
  claire.erp_family = "Fontaine Mercier";
  claire.sheet_family = "Mercier";
  claire.sheet_email = Concat("c.mercier@", c.slug, ".example");
  role.Answered(claire, 400, 9, "Très satisfait du délai.");
  role.Answered(claire, 210, 8, "");
  role.Answered(claire, 25, 6, "Le prix reste élevé.");
  role.Saw(claire, 20, "page_view", "/tarifs/presses");
  role.Saw(claire, 6, "page_view", "/produits/ph-100");
  // The last thing that was recorded at all.
  claire.events.push_back({"page_view", world.now, "/maintenance", ""});
  Person& paul = role.Add("Paul", "Garnier", false, kMaintenanceHead, ConsentState::kGranted);
  paul.left = role.Day(45);
  Person& helene = role.Add("Hélène", "Astier", true, kMaintenanceHead, ConsentState::kNone);
  helene.earlier_job = &Jobs()[kTechnician];
  helene.since = role.Day(30);
  helene.created = role.DaysAgo(28);
  c.cadence = 31;
  c.overdue = true;
  role.Press(kPress250, 1130);
  role.Maintenance(3, 40);
  role.Consumables(58, 31, 14);
  Company done = role.Done();
  done.orders.back().paid_after = std::nullopt;
  Opportunity o;
  o.product = kPress100;
  o.name = "PH-100 Fonderies de la Loire";
  o.origin = "trade fair";
  o.competitor = Competitors()[0];
  o.next_step = "Envoyer le devis révisé";
  const int days[] = {95, 60, 30, 12};
  for (int stage = kQualification; stage <= kNegotiation; ++stage) {
    o.moves.push_back({role.DaysAgo(days[stage]), static_cast<Stage>(stage),
                       stage < kNegotiation ? 5'170'000 : 4'980'000,
                       role.Day(stage < kNegotiation ? 5 : -33)});
  }
  done.opportunities.push_back(std::move(o));
  Ticket leak{"Fuite sur le vérin principal, série 2024",
              1,
              kPress250,
              "high",
              "phone",
              role.DaysAgo(6),
              std::nullopt,
              false,
              true,
              "",
              0};
  Ticket noise{"Bruit anormal à la descente",
               2,
               kPress250,
               "medium",
               "email",
               role.DaysAgo(16),
               std::nullopt,
               true,
               false,
               "",
               0};
  done.tickets = {leak, noise};
  done.activities = {
      {"visit", "Visite d'atelier", 0, role.DaysAgo(90), true, "Envisage une seconde presse."},
      {"meeting", "Point annuel et renouvellement", 0,
       UtcMidnight(AddDays(world.today, 1)) + Hours(8) + Minutes(30), false, ""}};
  return done;
}

Company TwoSites(const World& world) {
  Role role(world, 1, "Plasturgie Morvan", "SA", "Dijon", Profile::kPressOwner);
  role.Site("Nevers");
  role.Add("Luc", "Perrin", false, kPlantManager, ConsentState::kGranted, 0).in_sheet = true;
  role.Add("Anne", "Perrin", true, kPlantManager, ConsentState::kImported, 1).in_sheet = true;
  role.Press(kPress100, 820);
  role.Maintenance(2, 100);
  role.Consumables(45, 83, 5);
  return role.Done();
}

Company PressWithoutMaintenance(const World& world) {
  Role role(world, 2, "Usinage Perrault", "SARL", "Cholet", Profile::kPressOwner);
  Person& thomas = role.Add("Thomas", "Perrault", false, kOwner, ConsentState::kConfirmed);
  role.Saw(thomas, 15, "page_view", "/produits/ph-250");
  role.Saw(thomas, 4, "page_view", "/maintenance");
  role.Add("Julie", "Perrault", true, 13, ConsentState::kNone);
  role.Press(kPress250, 300);
  role.Consumables(20, 70, 3);
  return role.Done();
}

Company PressWithMaintenance(const World& world) {
  Role role(world, 3, "Chaudronnerie Bellecombe", "SAS", "Annecy", Profile::kPressOwner);
  role.Add("Marc", "Vidal", false, kMaintenanceHead, ConsentState::kGranted);
  role.Press(kPress250, 640);
  role.Maintenance(2, 130);
  role.Consumables(33, 64, 4);
  return role.Done();
}

// Written to on 12 February, withdrew on 20 February; the spreadsheet still says yes.
Company FebruaryMail(const World& world) {
  Role role(world, 4, "Mécanique Dubreuil", "EURL", "Lyon", Profile::kPressOwner);
  Person& sophie = role.Add("Sophie", "Dubreuil", true, kOwner, ConsentState::kWithdrawn);
  sophie.in_sheet = true;
  const Campaign& campaign = Campaigns()[2];
  const Timestamp mailed = UtcMidnight(role.Day(campaign.days_ago)) + Hours(8) + Minutes(30);
  const Timestamp withdrawn = mailed + Days(8) + Hours(3);
  sophie.consents[0].at = mailed - Days(254);
  sophie.consents[0].source = "web";
  sophie.consents[0].form = "newsletter-3";
  sophie.consents[1].at = withdrawn;
  sophie.events.clear();
  sophie.events.push_back({"email_sent", mailed, "", campaign.id});
  sophie.events.push_back({"email_opened", mailed + Hours(5), "", campaign.id});
  sophie.events.push_back({"unsubscribe", withdrawn, "/desinscription", campaign.id});
  sophie.campaigns.emplace_back(campaign.id, mailed);
  role.Press(kPress100, 480);
  role.Consumables(75, 90, 3);
  return role.Done();
}

Company Inactive(const World& world) {
  Role role(world, 5, "Forge des Deux Rives", "SA", "Thiers", Profile::kDormant);
  role.Add("Bertrand", "Lacombe", false, kBuyer, ConsentState::kGranted);
  role.Consumables(470, 60, 6);
  return role.Done();
}

Company Homonym(const World& world, int64_t number, std::string_view city) {
  Role role(world, number, "Martin Mécanique", "SARL", city, Profile::kOccasional);
  role.c.slug = Concat(role.c.slug, "-", Slug(city));
  role.Add(number == 6 ? "Denis" : "Rémi", "Martin", false, kOwner, ConsentState::kGranted);
  role.Consumables(90, 120, 3);
  return role.Done();
}

Company FatherAndSon(const World& world) {
  Role role(world, 8, "Décolletage Roussel", "SAS", "Cluses", Profile::kOccasional);
  role.Add("Michel", "Roussel", false, kOwner, ConsentState::kObjected);
  Person& son = role.Add("Michel", "Roussel", false, kTechnician, ConsentState::kGranted);
  son.email = Concat("m.roussel@", role.c.slug, ".example");
  son.created = role.DaysAgo(200);
  role.Consumables(60, 75, 4);
  return role.Done();
}

}  // namespace

Company CastCompany(const World& world, int64_t number) {
  switch (number) {
    case 0:
      return BriefCustomer(world);
    case 1:
      return TwoSites(world);
    case 2:
      return PressWithoutMaintenance(world);
    case 3:
      return PressWithMaintenance(world);
    case 4:
      return FebruaryMail(world);
    case 5:
      return Inactive(world);
    case 6:
      return Homonym(world, 6, "Lille");
    case 7:
      return Homonym(world, 7, "Toulouse");
    default:
      return FatherAndSon(world);
  }
}

}  // namespace relata::shell

// SPDX-License-Identifier: Apache-2.0

#include "shell/generate/company.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"

namespace relata::shell {
namespace {

using internal::Concat;

int LuhnSum(std::string_view digits) {
  int sum = 0;
  bool twice = false;
  for (size_t i = digits.size(); i-- > 0;) {
    int d = digits[i] - '0';
    if (twice && (d *= 2) > 9) d -= 9;
    sum += d;
    twice = !twice;
  }
  return sum;
}

char LuhnDigit(std::string_view body) {
  const int sum = LuhnSum(Concat(body, "0"));
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::string Padded(int64_t value, size_t width) {
  std::string digits = std::to_string(value);
  return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
}

// Numbers of the ranges kept for fiction by the French regulator's numbering plan.
std::string FictionPhone(Random& random, bool mobile) {
  constexpr std::array<std::string_view, 5> kLandlines = {"01 99 00", "02 61 91", "03 53 01",
                                                          "04 65 71", "05 36 49"};
  const std::string_view prefix = mobile ? std::string_view("06 39 98") : random.Pick(kLandlines);
  return Concat(prefix, " ", Padded(random.Below(100), 2), " ", Padded(random.Below(100), 2));
}

Profile DrawProfile(Random& random) {
  const int64_t roll = random.Below(100);
  if (roll < 52) return Profile::kProspect;
  if (roll < 64) return Profile::kRegular;
  if (roll < 82) return Profile::kPressOwner;
  if (roll < 93) return Profile::kOccasional;
  return Profile::kDormant;
}

std::string DrawShortName(Random& random) {
  const std::string_view trade = random.Pick(Trades());
  if (random.Percent(55)) return Concat(trade, " ", random.Pick(FamilyNames()));
  return Concat(trade, " ", random.Pick(TradeComplements()));
}

std::string Base36(int64_t n) {
  std::string out;
  do {
    out.insert(out.begin(), "0123456789abcdefghijklmnopqrstuvwxyz"[n % 36]);
    n /= 36;
  } while (n > 0);
  return out;
}

}  // namespace

std::string_view ConsentStateName(ConsentState state) {
  constexpr std::string_view kNames[] = {"none",     "granted",   "confirmed",
                                         "imported", "pending",   "withdrawn",
                                         "objected", "complaint", "bounced"};
  return kNames[static_cast<size_t>(state)];
}

std::string_view StageName(Stage stage) {
  constexpr std::string_view kNames[] = {"Qualification", "Needs Analysis", "Proposal",
                                         "Negotiation",   "Closed Won",     "Closed Lost"};
  return kNames[stage];
}

int StageProbability(Stage stage) {
  constexpr int kPercent[] = {10, 25, 50, 75, 100, 0};
  return kPercent[stage];
}

bool Company::Bought(int product) const {
  return std::any_of(orders.begin(), orders.end(), [&](const Order& order) {
    return !order.cancelled &&
           std::any_of(order.lines.begin(), order.lines.end(),
                       [&](const Line& line) { return line.product == product; });
  });
}

bool LuhnValid(std::string_view digits) {
  return !digits.empty() &&
         std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         LuhnSum(digits) % 10 == 0;
}

std::string SirenOf(int64_t number) {
  // 7,368,787 is prime to 50,000,000: the numbers are distinct and do not look like a sequence.
  const int64_t body = 30'000'000 + (number + 1) * 7'368'787 % 50'000'000;
  const std::string digits = std::to_string(body);
  return digits + LuhnDigit(digits);
}

std::string SiretOf(std::string_view siren, int nic) {
  const std::string body = Concat(siren, Padded(nic, 4));
  return body + LuhnDigit(body);
}

std::string VatOf(std::string_view siren) {
  int64_t value = 0;
  for (const char c : siren) value = value * 10 + (c - '0');
  return Concat("FR", Padded((12 + 3 * (value % 97)) % 97, 2), siren);
}

std::string WithoutAccents(std::string_view text) {
  constexpr std::pair<std::string_view, std::string_view> kFolds[] = {
      {"à", "a"}, {"â", "a"}, {"ä", "a"}, {"ç", "c"},  {"é", "e"}, {"è", "e"},
      {"ê", "e"}, {"ë", "e"}, {"î", "i"}, {"ï", "i"},  {"ô", "o"}, {"ö", "o"},
      {"ù", "u"}, {"û", "u"}, {"ü", "u"}, {"œ", "oe"}, {"É", "E"}, {"È", "E"},
      {"Ê", "E"}, {"À", "A"}, {"Ç", "C"}, {"Î", "I"},  {"Ô", "O"}, {"’", "'"}};
  std::string out;
  for (size_t i = 0; i < text.size();) {
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      out += text[i++];
      continue;
    }
    const auto fold = std::find_if(std::begin(kFolds), std::end(kFolds), [&](const auto& f) {
      return text.substr(i).substr(0, f.first.size()) == f.first;
    });
    if (fold == std::end(kFolds)) {
      out += text[i++];
      continue;
    }
    out += fold->second;
    i += fold->first.size();
  }
  return out;
}

std::string Slug(std::string_view text) {
  std::string out;
  for (const char c : WithoutAccents(text)) {
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      out += c;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out;
}

Site MakeSite(Random& random, std::string_view siren, int nic, const City* city) {
  return {SiretOf(siren, nic), Concat(random.Between(1, 180), " ", random.Pick(Streets())), city};
}

std::string EmailOf(const Person& person, std::string_view slug) {
  return Concat(Slug(person.given), ".", Slug(person.family), "@", slug, ".example");
}

Person MakePerson(const World& world, Random& random, const Company& company) {
  Person p;
  p.woman = random.Percent(42);
  p.given = p.woman ? random.Pick(WomenNames()) : random.Pick(MenNames());
  p.family = random.Pick(FamilyNames());
  if (p.woman && random.Percent(8)) p.family = Concat(p.family, "-", random.Pick(FamilyNames()));
  p.job = &random.Pick(Jobs());
  p.site = static_cast<size_t>(random.Below(static_cast<int64_t>(company.sites.size())));
  const int64_t mail = random.Below(100);
  if (mail < 84) {
    p.email = EmailOf(p, company.slug);
  } else if (mail < 90) {
    p.email = Concat(Slug(p.given), Base36(company.number), "@courriel.test");
  } else if (mail < 93) {
    p.email = Concat("contact@", company.slug, ".example");
  }
  if (random.Percent(70)) p.phone = FictionPhone(random, false);
  if (random.Percent(45)) p.mobile = FictionPhone(random, true);
  p.origin = random.Pick(Origins());
  p.created = world.now - Days(random.Between(20, 1800)) - Minutes(random.Below(1440));
  p.since = AddDays(UtcDate(p.created), -static_cast<int32_t>(random.Below(900)));
  if (random.Percent(12)) p.description = random.Pick(Comments());
  if (random.Percent(9)) p.earlier_job = &random.Pick(Jobs());
  if (random.Percent(5)) p.left = AddDays(world.today, -static_cast<int32_t>(random.Below(700)));
  p.crm_duplicate = random.PerMille(25);
  if (random.Percent(12)) {
    // Heard on the telephone, written down in the spreadsheet.
    p.sheet_family = WithoutAccents(p.family);
    if (p.sheet_family.size() > 4) p.sheet_family.erase(p.sheet_family.size() - 2, 1);
  }
  return p;
}

Company MakeCompany(const World& world, int64_t number, int64_t max_people) {
  Random random(world.seed, kCompanyStream, static_cast<uint64_t>(number));
  Company c;
  c.number = number;
  c.short_name = DrawShortName(random);
  c.name = Concat(c.short_name, " ", random.Pick(LegalForms()));
  c.slug = Concat(Slug(c.short_name), "-", Base36(number));
  c.siren = SirenOf(number);
  c.sector = &random.Pick(Sectors());
  c.headcount = random.LowBetween(3, random.Percent(20) ? 900 : 120);
  c.revenue = c.headcount * random.Between(70'000, 210'000);
  c.profile = DrawProfile(random);
  c.created = world.now - Days(random.Between(30, 2200)) - Minutes(random.Below(1440));
  if (number > 40 && random.Percent(6)) c.parent = number - random.Between(1, 20);
  if (random.Percent(25)) c.days_late = static_cast<int>(random.LowBetween(1, 60));
  const int64_t sites = random.Percent(86) ? 1 : random.Between(2, 4);
  for (int nic = 1; nic <= sites; ++nic) {
    c.sites.push_back(MakeSite(random, c.siren, nic, &random.Pick(Cities())));
  }
  Random people(world.seed, kPeopleStream, static_cast<uint64_t>(number));
  const int64_t wanted = std::min(max_people, people.LowBetween(1, people.Percent(15) ? 24 : 11));
  for (int64_t i = 0; i < wanted; ++i) {
    Person p = MakePerson(world, people, c);
    // Two people of one name in one company would share an address by construction.
    for (const Person& other : c.people) {
      if (!p.email.empty() && p.email == other.email && !p.email.starts_with("contact@")) {
        p.email = Concat(i, ".", p.email);
      }
    }
    const bool first = i == 0;
    p.in_erp = c.customer() && (first || people.Percent(12));
    p.in_sheet = first ? people.Percent(c.customer() ? 30 : 5) : people.Percent(2);
    AddBehaviour(world, people, p);
    c.people.push_back(std::move(p));
  }
  Random commerce(world.seed, kCommerceStream, static_cast<uint64_t>(number));
  AddCommerce(world, commerce, c);
  return c;
}

}  // namespace relata::shell

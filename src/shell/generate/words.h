// SPDX-License-Identifier: Apache-2.0
//
// The words the generated company is made of. All lists are immutable.

#ifndef RELATA_SRC_SHELL_GENERATE_WORDS_H_
#define RELATA_SRC_SHELL_GENERATE_WORDS_H_

#include <cstdint>
#include <span>
#include <string_view>

namespace relata::shell {

// `territory` is the index of the sales territory (and so of its representative in Users()).
struct City {
  std::string_view name;
  std::string_view postal_code;
  int territory;
};

struct Job {
  std::string_view title;
  std::string_view short_title;  // as somebody in a hurry writes it
  std::string_view department;
};

struct Sector {
  std::string_view french;
  std::string_view english;
};

// `price` in cents. The presses come first, the maintenance contract is kMaintenance.
struct Product {
  std::string_view code;
  std::string_view name;
  std::string_view family;
  int64_t price;
  std::string_view unit;
  bool active;
};

struct User {
  std::string_view id;
  std::string_view name;
  std::string_view email;
  std::string_view role;
  std::string_view team;
  std::string_view territory;
  bool active;
};

// `day` is how many days before `now` it went out.
struct Campaign {
  std::string_view id;
  std::string_view name;
  std::string_view type;
  int days_ago;
  int64_t budget;
};

inline constexpr int kPress100 = 0;
inline constexpr int kPress250 = 1;
inline constexpr int kMaintenance = 2;
inline constexpr int kFirstService = 3;     // services and tools: sold by opportunity
inline constexpr int kFirstConsumable = 7;  // bought again and again

std::span<const std::string_view> WomenNames();
std::span<const std::string_view> MenNames();
std::span<const std::string_view> FamilyNames();
std::span<const City> Cities();
std::span<const std::string_view> Streets();
std::span<const std::string_view> Trades();
std::span<const std::string_view> TradeComplements();
std::span<const std::string_view> LegalForms();
std::span<const Sector> Sectors();
std::span<const Job> Jobs();
std::span<const Product> Products();
std::span<const User> Users();
std::span<const Campaign> Campaigns();
std::span<const std::string_view> Competitors();
std::span<const std::string_view> LossReasons();
std::span<const std::string_view> NextSteps();
std::span<const std::string_view> TicketSubjects();
std::span<const std::string_view> TicketCauses();
std::span<const std::string_view> Comments();
std::span<const std::string_view> ForbiddenComments();  // health, union, opinion: not to be kept
std::span<const std::string_view> Pages();
std::span<const std::string_view> Downloads();
std::span<const std::string_view> Origins();

}  // namespace relata::shell

#endif  // RELATA_SRC_SHELL_GENERATE_WORDS_H_

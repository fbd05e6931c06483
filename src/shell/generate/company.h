// SPDX-License-Identifier: Apache-2.0
//
// One customer or prospect of Ateliers Vernay with everything that happened around it, as it truly
// is. The exports are views of this, each with its own spelling and its own mistakes. Only one
// Company is in memory at a time.

#ifndef RELATA_SRC_SHELL_GENERATE_COMPANY_H_
#define RELATA_SRC_SHELL_GENERATE_COMPANY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/time.h"
#include "shell/generate/random.h"
#include "shell/generate/words.h"

namespace relata::shell {

struct Site {
  std::string siret;
  std::string street;
  const City* city = nullptr;
};

// What the consent ledger says about a person's e-mail for marketing at the end of the data.
enum class ConsentState : uint8_t {
  kNone,       // no entry
  kGranted,    // a grant with source and wording
  kConfirmed,  // request and confirm
  kImported,   // an import without wording: asserted, not proven
  kPending,    // a request never confirmed
  kWithdrawn,  // granted, then withdrawn
  kObjected,   // objection under article 21
  kComplaint,  // reported as spam
  kBounced,    // the address does not exist
};
std::string_view ConsentStateName(ConsentState state);
inline constexpr int kConsentStates = 9;

struct ConsentEntry {
  std::string_view channel;
  std::string_view purpose;
  std::string_view topic;
  std::string_view status;
  Timestamp at;
  std::string_view source;
  std::string_view wording;
  std::string_view form;
  bool double_opt_in = false;
  bool has_point = false;
};

struct Event {
  std::string_view kind;
  Timestamp at;
  std::string_view path;
  std::string_view campaign;
};

struct Answer {
  std::string_view survey;
  int score = 0;
  std::string_view comment;
  Timestamp at;
};

struct Person {
  bool woman = false;
  std::string given;
  std::string family;
  const Job* job = nullptr;
  std::string email;
  std::string phone;
  std::string mobile;
  size_t site = 0;
  Timestamp created;
  std::string_view origin;
  std::string_view description;
  bool in_erp = false;
  bool in_sheet = false;
  // What the ERP and the spreadsheet call the person, where not the same.
  std::string erp_family;
  std::string sheet_family;
  std::string sheet_email;
  bool crm_duplicate = false;  // entered a second time in the CRM, spelt differently
  // Another job before this one; `left` when this one is over too.
  const Job* earlier_job = nullptr;
  Date since;
  std::optional<Date> left;
  ConsentState consent_state = ConsentState::kNone;
  std::vector<ConsentEntry> consents;
  std::vector<Event> events;
  std::vector<Answer> answers;
  std::vector<std::pair<std::string_view, Timestamp>> campaigns;  // received

  int64_t key = 0;  // its number in the CRM, given when written
};

struct Line {
  int product = 0;
  int64_t quantity = 1;
  int64_t discount = 0;  // percent
};

struct Order {
  Date day;
  size_t site = 0;
  bool cancelled = false;
  std::vector<Line> lines;
  // Days from invoice to payment; no value = not paid.
  std::optional<int> paid_after;
};

struct Contract {
  Date start;
  Date end;
  int64_t annual = 0;
  std::optional<Date> cancelled;
};

enum Stage : uint8_t { kQualification, kNeeds, kProposal, kNegotiation, kWon, kLost };
std::string_view StageName(Stage stage);
int StageProbability(Stage stage);  // percent

struct Move {
  Timestamp at;
  Stage stage = kQualification;
  int64_t amount = 0;  // cents
  Date close;
};

struct Opportunity {
  std::string name;
  int product = 0;
  size_t person = 0;
  std::string_view origin;
  std::string_view competitor;
  std::string_view next_step;
  std::string_view loss_reason;
  std::vector<Move> moves;  // in time order, one at least
};

struct Ticket {
  std::string_view subject;
  size_t person = 0;
  int product = -1;  // index, or none
  std::string_view severity;
  std::string_view channel;
  Timestamp opened;
  std::optional<Timestamp> closed;
  bool reopened = false;
  bool of_incident = false;  // belongs to the parent incident
  std::string_view cause;
  int satisfaction = 0;  // 1-5, 0 = not asked
};

struct Activity {
  std::string_view type;
  std::string subject;
  std::optional<size_t> person;
  Timestamp due;
  bool done = true;
  std::string_view minutes;
};

enum class Profile : uint8_t { kProspect, kRegular, kPressOwner, kOccasional, kDormant };

struct Company {
  int64_t number = 0;  // 0-based
  std::string name;    // with its legal form
  std::string short_name;
  std::string slug;
  std::string siren;
  const Sector* sector = nullptr;
  int64_t headcount = 0;
  int64_t revenue = 0;  // euros
  std::vector<Site> sites;
  std::vector<Person> people;
  std::optional<int64_t> parent;  // an earlier company's number
  Profile profile = Profile::kProspect;
  Timestamp created;
  int days_late = 0;
  int cadence = 0;            // planted days between orders, 0 = none
  bool overdue = false;       // planted: the cadence is broken
  std::vector<Order> orders;  // in time order
  std::vector<Contract> contracts;
  std::vector<Opportunity> opportunities;
  std::vector<Ticket> tickets;
  std::vector<Activity> activities;

  bool customer() const { return profile != Profile::kProspect; }
  const User& owner() const { return Users()[static_cast<size_t>(sites[0].city->territory)]; }
  bool Bought(int product) const;
};

// The clock and the seed everything is made from.
struct World {
  uint64_t seed = 1;
  Timestamp now;
  Date today;
};

// The streams of randomness, so that adding to one leaves the others alone.
enum Stream : uint64_t {
  kCompanyStream = 1,
  kPeopleStream,
  kCommerceStream,
  kLeadStream,
  kErpStream,
  kCrmStream,
  kSheetStream,
};

// Company `number` with at most `max_people` people (one at least); the same arguments, the same
// company.
Company MakeCompany(const World& world, int64_t number, int64_t max_people);

// One of the companies the story tells about: `number` below kCastSize. No chance is in what the
// story needs.
Company CastCompany(const World& world, int64_t number);
inline constexpr int64_t kCastSize = 9;

// Parts of it, for the cast of the story as well.
Site MakeSite(Random& random, std::string_view siren, int nic, const City* city);
Person MakePerson(const World& world, Random& random, const Company& company);
std::string EmailOf(const Person& person, std::string_view slug);
void AddConsents(const World& world, Random& random, ConsentState state, Person& person);
void AddBehaviour(const World& world, Random& random, Person& person);
void AddCommerce(const World& world, Random& random, Company& company);
Order PressOrder(int press, Date day, size_t site);
Order MaintenanceOrder(Date day, size_t site);
Order ConsumableOrder(Random& random, Date day, size_t site);
Contract MaintenanceContract(Date start, int years);

// Nine digits whose Luhn sum is right; distinct for distinct numbers.
std::string SirenOf(int64_t number);
// The establishment `nic` (1, 2, ...) of the company.
std::string SiretOf(std::string_view siren, int nic);
std::string VatOf(std::string_view siren);
bool LuhnValid(std::string_view digits);
// Lower case ASCII: accents off, what is not a letter or digit becomes '-'.
std::string Slug(std::string_view text);
// Accents off, case kept.
std::string WithoutAccents(std::string_view text);

}  // namespace relata::shell

#endif  // RELATA_SRC_SHELL_GENERATE_COMPANY_H_

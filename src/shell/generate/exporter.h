// SPDX-License-Identifier: Apache-2.0
//
// The three systems of Ateliers Vernay writing one company after the other, with their own
// spellings and mistakes, and the truth about each.

#ifndef RELATA_SRC_SHELL_GENERATE_EXPORTER_H_
#define RELATA_SRC_SHELL_GENERATE_EXPORTER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "shell/generate/company.h"
#include "shell/generate/table.h"
#include "shell/generate/truth.h"

namespace relata::shell {

// Number of the parent incident's ticket, the first that is written.
inline constexpr int64_t kIncidentNumber = 1;

// "C0000042".
std::string Key(std::string_view prefix, int64_t number, size_t width);

// One after the other, from one thread.
class Exporter {
 public:
  Exporter(const World& world, const std::string& directory);

  // Writes everything about `company` and gives its people their keys; a lead as well.
  void Write(Company& company);

  absl::Status Close();

 private:
  // Where the company's rows went, while it is being written.
  struct Trace {
    std::vector<RowRef> company;
    std::vector<std::vector<RowRef>> people;
    std::vector<std::optional<Cell>> refusals;  // by person: the ledger row that says no
    std::vector<std::string> email_in_crm;      // "ok", "missing" or "invalid" by person
    std::optional<Cell> erp_headcount;
    std::optional<Cell> erp_status;
    std::vector<std::optional<Cell>> erp_phones;
    bool clean = false;       // no dirt by chance: the cast of the story
    std::string lead;         // the lead that became the first contact
    std::string opportunity;  // the first opportunity
  };

  void WriteCatalogues();
  void WriteIncident();
  void WriteErp(const Company& c, Random& random, Trace& trace);
  void WriteErpClient(const Company& c, Random& random, Trace& trace);
  void WriteErpContacts(const Company& c, Random& random, Trace& trace);
  void WriteOrders(const Company& c, const std::string& client);
  void WriteInvoice(const Order& order, const std::string& client, int64_t net);
  void WriteOrphanOrder(const std::string& client);
  void WriteContracts(const Company& c, const std::string& client);

  void WriteCrm(Company& c, Random& random, Trace& trace);
  void WriteAccounts(const Company& c, Random& random, Trace& trace);
  void WriteAccount(const Company& c, size_t site, bool per_site, Random& random, Trace& trace);
  void WriteContact(Company& c, size_t person, Random& random, Trace& trace);
  void WriteContactRow(const Company& c, const Person& p, const std::string& key,
                       const std::string& email, Trace& trace);
  void WriteDuplicate(const Company& c, size_t person, Random& random, Trace& trace);
  void WriteEmployments(const Company& c, const Person& p);
  void WriteConsents(const Company& c, size_t person, Trace& trace);
  void WriteEvents(const Person& p, const std::string& contact, const std::string& lead);
  void WriteAnswers(const Company& c, const Person& p);
  void WriteOpportunities(const Company& c, Trace& trace);
  void WriteOpportunity(const Company& c, const Opportunity& o, const std::string& lead);
  void WriteQuotes(const Company& c, const Opportunity& o, const std::string& opportunity);
  void WriteTickets(const Company& c);
  void WriteActivities(const Company& c, const Trace& trace);
  // A person who asked for a quote: of a company nobody else knows, or the later first contact of
  // this one.
  void WriteLead(const Company& c, Trace& trace);
  void WriteConvertedLead(const Company& c, Random& random, Trace& trace);
  void WriteLeadRow(const Person& p, std::string_view company, Timestamp created,
                    std::string_view status, std::string_view need, int64_t budget);
  void WriteCastLeads();

  void WriteSheet(const Company& c, Random& random, Trace& trace);
  void WriteSheetRow(const Company& c, size_t person, Random& random, Trace& trace);

  void WriteTruth(const Company& c, const Trace& trace);
  void WriteCadence(const Company& c, const std::string& client);
  void WriteSignals(const Company& c);
  void WriteCast(const Company& c, const Trace& trace);

  // Whether chance puts dirt on this row: one of `period`, beginning with `phase`.
  static bool Due(const Trace& trace, int64_t row, int64_t period, int64_t phase) {
    return !trace.clean && row % period == phase;
  }
  static std::string ClientKey(const Company& c) { return Key("CL", c.number + 1, 6); }
  // The account row a site belongs to in the CRM.
  std::string AccountKey(const Company& c, size_t site) const;
  static bool AccountPerSite(const Company& c);
  static std::string ContactKey(const Person& p) { return Key("C", p.key, 7); }

  World world_;
  Table clients_, sites_, erp_contacts_, products_, orders_, lines_, invoices_, contracts_;
  Table users_, accounts_, contacts_, employments_, leads_table_, opportunities_, moves_, quotes_,
      activities_, tickets_, answers_, campaigns_, members_, events_, consents_;
  Table sheet_;
  Truth truth_;
  int64_t contact_keys_ = 0;
  int64_t leads_ = 0;
  std::vector<RowRef> homonym_;  // the first of two companies of one name
};

}  // namespace relata::shell

#endif  // RELATA_SRC_SHELL_GENERATE_EXPORTER_H_

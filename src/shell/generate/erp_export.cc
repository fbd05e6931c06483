// SPDX-License-Identifier: Apache-2.0
//
// The ERP's view: customers only, upper case without accents, French habits.

#include <string>

#include "base/strings.h"
#include "shell/generate/exporter.h"

namespace relata::shell {
namespace {

using internal::Concat;

std::string Upper(std::string_view text) {
  std::string out = WithoutAccents(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

int64_t UnitPrice(const Line& line) { return Products()[static_cast<size_t>(line.product)].price; }

int64_t NetOf(const Line& line) {
  return line.quantity * UnitPrice(line) * (100 - line.discount) / 100;
}

int64_t NetOf(const Order& order) {
  int64_t net = 0;
  for (const Line& line : order.lines) net += NetOf(line);
  return net;
}

int64_t Vat(int64_t net) { return (net * 20 + 50) / 100; }

constexpr int kInvoiceDelay = 5;
constexpr int kPaymentTerm = 45;

}  // namespace

void Exporter::WriteErp(const Company& c, Random& random, Trace& trace) {
  if (!c.customer()) return;
  const std::string client = ClientKey(c);
  WriteErpClient(c, random, trace);
  for (size_t i = 0; i < c.sites.size(); ++i) {
    const Site& site = c.sites[i];
    const std::string code = Concat(client, "-", i + 1);
    trace.company.push_back({"erp/etablissements.csv", sites_.row(), code});
    sites_.Text(code).Text(client).Text(Concat(Upper(c.short_name), " ", Upper(site.city->name)));
    sites_.Text(site.siret).Bool(i == 0).Text(Upper(site.street)).Text(site.city->postal_code);
    sites_.Text(Upper(site.city->name)).Text("FRANCE").EndRow();
  }
  WriteErpContacts(c, random, trace);
  WriteOrders(c, client);
  WriteContracts(c, client);
}

void Exporter::WriteErpClient(const Company& c, Random& random, Trace& trace) {
  const std::string client = ClientKey(c);
  const int64_t row = clients_.row();
  const std::string file(clients_.name());
  trace.company.push_back({file, row, client});
  std::string siren = c.siren;
  if (Due(trace, row, 71, 19)) {
    siren.back() = static_cast<char>('0' + (siren.back() - '0' + 1 + random.Below(8)) % 10);
    truth_.Dirt("siren_check_digit", {file, row, "SIREN", siren}, c.siren);
  }
  std::string terms = "45 jours";
  if (Due(trace, row, 53, 11)) {
    terms = "XXX";
    truth_.Dirt("placeholder", {file, row, "Conditions de règlement", terms});
  }
  trace.erp_headcount = Cell{file, row, "Effectif", std::to_string(c.headcount)};
  trace.erp_status = Cell{file, row, "Statut", "Client"};
  clients_.Text(client).Text(Upper(c.name)).Text(siren).Text(VatOf(c.siren));
  clients_.Text(c.sector->french).Int(c.headcount).Cents(c.revenue * 100).Text("Client");
  // A parent that never bought is not known to the ERP.
  const bool parent_buys = c.parent && MakeCompany(world_, *c.parent, 1).customer();
  clients_.Text(parent_buys ? Key("CL", *c.parent + 1, 6) : "")
      .Text(c.owner().name)
      .Text(terms)
      .Int(c.days_late)
      .Empty()
      .Text("T1");
  clients_.Day(UtcDate(c.created)).EndRow();
}

void Exporter::WriteErpContacts(const Company& c, Random& random, Trace& trace) {
  for (size_t i = 0; i < c.people.size(); ++i) {
    const Person& p = c.people[i];
    if (!p.in_erp) continue;
    const int64_t row = erp_contacts_.row();
    const std::string file(erp_contacts_.name());
    const std::string key = Key("K", row - 1, 6);
    trace.people[i].push_back({file, row, key});
    std::string phone = p.phone;
    if (!trace.clean && !phone.empty() && random.Percent(9)) {
      phone.back() = static_cast<char>('0' + (phone.back() - '0' + 3) % 10);
      trace.erp_phones[i] = Cell{file, row, "Téléphone", phone};
    }
    erp_contacts_.Text(key).Text(ClientKey(c)).Text(p.woman ? "MME" : "M.");
    erp_contacts_.Text(Upper(p.erp_family.empty() ? p.family : p.erp_family))
        .Text(Upper(p.given))
        .Text(Upper(p.job->title));
    erp_contacts_.Text(Upper(p.email)).Text(phone).Text(p.mobile).EndRow();
  }
}

void Exporter::WriteOrders(const Company& c, const std::string& client) {
  for (const Order& order : c.orders) {
    if (orders_.row() % 397 == 101 && c.number >= kCastSize) WriteOrphanOrder("CL999999");
    const std::string key = Key("CM", orders_.row() - 1, 8);
    const int64_t net = NetOf(order);
    const bool invoiced = AddDays(order.day, kInvoiceDelay) <= world_.today;
    orders_.Text(key).Text(client).Text(Concat(client, "-", order.site + 1)).Day(order.day);
    orders_.Text(order.cancelled ? "Annulée" : invoiced ? "Livrée" : "En cours");
    orders_.Cents(net).Cents(Vat(net)).Cents(net + Vat(net)).Text("EUR").EndRow();
    for (const Line& line : order.lines) {
      lines_.Text(Key("LG", lines_.row() - 1, 9)).Text(key);
      lines_.Text(Products()[static_cast<size_t>(line.product)].code).Int(line.quantity);
      lines_.Cents(UnitPrice(line)).Int(line.discount).Cents(NetOf(line)).EndRow();
    }
    if (order.cancelled) continue;
    truth_.totals().orders_net += net;
    if (invoiced) WriteInvoice(order, client, net);
  }
}

// `orders_` stands one row past the order.
void Exporter::WriteInvoice(const Order& order, const std::string& client, int64_t net) {
  const Date day = AddDays(order.day, kInvoiceDelay);
  const Date due = AddDays(day, kPaymentTerm);
  const int64_t gross = net + Vat(net);
  std::optional<Date> paid;
  if (order.paid_after && AddDays(day, *order.paid_after) <= world_.today) {
    paid = AddDays(day, *order.paid_after);
  }
  Totals& totals = truth_.totals();
  totals.invoices_gross += gross;
  if (!paid) totals.unpaid_gross += gross;
  if (!paid && due < world_.today) totals.overdue_gross += gross;
  invoices_.Text(Key("FA", invoices_.row() - 1, 8)).Text(Key("CM", orders_.row() - 2, 8));
  invoices_.Text(client).Day(day).Day(due).Cents(net).Cents(Vat(net)).Cents(gross).Text("EUR");
  invoices_.Text(paid ? "Payée" : due < world_.today ? "Échue" : "En attente").Day(paid).EndRow();
}

// An order whose customer was deleted: it belongs to nobody.
void Exporter::WriteOrphanOrder(const std::string& client) {
  truth_.Dirt("orphan_link", {std::string(orders_.name()), orders_.row(), "Code client", client});
  orders_.Text(Key("CM", orders_.row() - 1, 8)).Text(client).Empty();
  orders_.Day(AddDays(world_.today, -700)).Text("Livrée").Cents(12'000).Cents(2'400);
  orders_.Cents(14'400).Text("EUR").EndRow();
}

void Exporter::WriteContracts(const Company& c, const std::string& client) {
  for (const Contract& contract : c.contracts) {
    const bool ended = contract.cancelled && *contract.cancelled <= world_.today;
    contracts_.Text(Key("CT", contracts_.row() - 1, 6)).Text(client);
    contracts_.Text(Products()[kMaintenance].code).Day(contract.start).Day(contract.end);
    contracts_.Bool(!contract.cancelled).Cents(contract.annual).Text("EUR");
    contracts_.Text(ended ? "Résilié" : "En cours").Day(contract.cancelled).EndRow();
  }
}

}  // namespace relata::shell

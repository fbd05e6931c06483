// SPDX-License-Identifier: Apache-2.0
//
// A program that links the compiled library: it keeps a contact in a file and asks for it.

#include <cstdio>
#include <string>

#include "relata/relata.h"

using relata::crm::account;
using relata::crm::contact;

int main() {
  const relata::Timestamp now{1'763'000'000'000'000};
  absl::StatusOr<relata::Crm> crm = relata::Crm::Open("consumer.db");
  if (!crm.ok()) return 1;
  relata::Transaction tx = crm->Begin(relata::Actor::User("amelie"));
  auto acme = tx.Create(account, {{account.name, "Acme SAS"}});
  tx.Create(contact, {{contact.family_name, "Durand"}, {contact.account, acme}});
  if (!tx.Commit(now).ok()) return 2;

  relata::QueryOptions options;
  options.now = now;
  const auto found = crm->Query("contact", "contact.account.name.startsWith('Acme')", options);
  if (!found.ok() || found->count < 1) return 3;
  std::printf("relata: %d contact found\n", static_cast<int>(found->count));
  return 0;
}

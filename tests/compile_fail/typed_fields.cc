// SPDX-License-Identifier: Apache-2.0
//
// Typed fields refuse what does not fit. Compiles as it is and with none of the cases below.

#include <initializer_list>

#include "relata/crm/account.h"
#include "relata/crm/contact.h"

namespace relata {

using crm::account, crm::contact;

template <class T>
void Create(const T&, std::initializer_list<Set<T>>) {}

struct Small : Type<Small, 1> {
  constexpr Small() : Type({.label = {"Small", "Petit"}}) {}
  Text one{*this, "one", {.label = {"One", "Un"}}};
#ifdef TOO_MANY_FIELDS
  Text two{*this, "two", {.label = { "Two", "Deux" } }};
#endif
};
inline constexpr Small small{};

void Use(Id<crm::Account> acme, Id<crm::Contact> marie) {
  Create(account, {{account.name, "Acme SAS"},
                   {account.headcount, 12},
                   {account.on_hold, false},
                   {account.revenue, Money{10'000, *Currency::Parse("EUR")}},
                   {account.customer_since, MakeDate(2024, 1, 31)},
                   {account.primary_contact, marie}});
  Create(contact, {{contact.account, acme}, {contact.interests, {"press", "paint"}}});
  Create(small, {{small.one, "1"}});

#if defined TEXT_FOR_A_NUMBER
  Create(account, {{account.headcount, "twelve"}});
#elif defined NUMBER_FOR_A_TEXT
  Create(account, {{account.name, 12}});
#elif defined POINTER_FOR_A_BOOL
  Create(account, {{account.on_hold, "no"}});
#elif defined DOUBLE_FOR_A_WHOLE_NUMBER
  Create(account, {{account.headcount, 1.5}});
#elif defined BARE_NUMBER_FOR_MONEY
  Create(account, {{account.revenue, 1000}});
#elif defined TIMESTAMP_FOR_A_DATE
  Create(account, {{account.customer_since, Timestamp{0}}});
#elif defined FIELD_OF_ANOTHER_NOUN
  Create(account, {{contact.email, "x@example.com"}});
#elif defined LINK_TO_ANOTHER_NOUN
  Create(contact, {{contact.account, marie}});
#elif defined TEXT_FOR_A_LINK
  Create(contact, {{contact.account, "Acme SAS"}});
#elif defined COPIED_DECLARATION
  crm::Account copy = account;
#endif
}

}  // namespace relata

// SPDX-License-Identifier: Apache-2.0
//
// The quick looks before an erasure's long ones never miss what these would find.

#include "privacy/person_words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "privacy/namesakes.h"
#include "relata/relata.h"
#include "support/support.h"

namespace relata {
namespace {

using internal::PersonColumns;
using internal::PersonWords;
using internal::Redactor;
using internal::WordSigns;

const char* const kGiven[] = {"Marie", "José", "Élodie", "Al", "Jean-Marc", "O", "œuvre", "MARIE"};
const char* const kFamily[] = {"Durand", "L'Hôte", "Ng", "Muñoz Díaz", "Œhl", "de  Brès", "DURAND"};
const char* const kMail[] = {"marie@x.example",        "M.Durand@X.example", "<m.durand@x.example>",
                             "mailto:al@firm.example", "é@x.example",        "al+tag@firm.example"};
const char* const kPhone[] = {"06 12 34 56 78", "+33612345678", "0612345678 ext. 12",
                              "01.23.45.67.89", "12",           "(0)612345678"};
const char* const kBetween[] = {" ", ", ", "\n",       "«", "»", ". ",
                                "'", "é",  "\xc2\xa0", "-", "x", ""};

class Drawn {
 public:
  explicit Drawn(uint64_t seed) : random_(seed) {}
  template <size_t N>
  std::string Of(const char* const (&list)[N]) {
    return list[random_() % N];
  }
  std::string Text() {
    std::string text;
    for (size_t i = 0, n = random_() % 9; i < n; ++i) {
      text += Of(kBetween);
      switch (random_() % 5) {
        case 0:
          text += Of(kGiven) + Of(kBetween) + Of(kFamily);
          break;
        case 1:
          text += Of(kFamily) + " " + Of(kGiven);
          break;
        case 2:
          text += Of(kMail);
          break;
        case 3:
          text += Of(kPhone);
          break;
        default:
          text += Of(kBetween);
      }
    }
    return text;
  }
  NamedValues Person() {
    NamedValues values = {{"given_name", Value::Text(Of(kGiven))},
                          {"family_name", Value::Text(Of(kFamily))}};
    if (random_() % 2 == 0) values.emplace_back("email", Value::Text(Of(kMail)));
    if (random_() % 2 == 0) values.emplace_back("phone", Value::Text(Of(kPhone)));
    if (random_() % 2 == 0) values.emplace_back("mobile", Value::Text(Of(kPhone)));
    return values;
  }

 private:
  std::mt19937_64 random_;
};

template <class Set>
bool Meet(const Set& a, const Set& b) {
  return std::any_of(a.begin(), a.end(), [&](const auto& one) { return b.contains(one); });
}

TEST(PersonWords, TheQuickLookNeverMisses) {
  Drawn drawn(testing::Seed(std::random_device()()));
  Crm crm = *Crm::Open(":memory:");
  Transaction tx = crm.Begin(Actor::User("amelie"));
  std::vector<RecordRef> made;
  for (int i = 0; i < 120; ++i) made.push_back(tx.Create("contact", drawn.Person()));
  ASSERT_TRUE(tx.Commit({1'790'000'000'000'000}).ok());
  const auto view = *crm.View({"contact"});
  const TypeDef& type = *view->schema().Find("contact");
  const internal::RecordReader read(*view);
  const PersonColumns columns(*view, type);
  int named = 0, shared = 0, spared = 0;
  for (const RecordRef one : made) {
    PersonWords words;
    words.Add(read, crm.Resolve(one));
    const Redactor redactor(words, false);
    for (int i = 0; i < 200; ++i) {
      const std::string text = drawn.Text();
      if (!redactor.Redact(text)) {
        spared += redactor.MayName(text) ? 0 : 1;
        continue;
      }
      ++named;
      EXPECT_TRUE(redactor.MayName(text)) << text;
    }
    const WordSigns signs(words);
    for (const RecordRef other : made) {
      PersonWords theirs;
      theirs.Add(read, crm.Resolve(other));
      if (!Meet(words.names, theirs.names) && !Meet(words.emails, theirs.emails) &&
          !Meet(words.phones, theirs.phones) && !Meet(words.exact, theirs.exact)) {
        continue;
      }
      ++shared;
      EXPECT_TRUE(columns.MayShare(signs, crm.Resolve(other).row));
    }
  }
  EXPECT_GT(named, 100);
  EXPECT_GT(shared, 100);
  EXPECT_GT(spared, 1000) << "a look that says yes to everything is no look";
}

}  // namespace
}  // namespace relata

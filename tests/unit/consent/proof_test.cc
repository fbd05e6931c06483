// SPDX-License-Identifier: Apache-2.0
//
// Unsubscribe links, the suppression list, the audit chain and receipts.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "consent_world.h"
#include "nlohmann/json.hpp"
#include "relata/consent/audit_chain.h"
#include "relata/consent/receipt.h"
#include "relata/consent/suppression.h"
#include "relata/consent/unsubscribe.h"
#include "support/support.h"

namespace relata::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

SecretKey Key(uint8_t first) {
  std::array<uint8_t, SecretKey::kBytes> bytes{};
  bytes[0] = first;
  return SecretKey(bytes);
}

TEST(SecretKey, KnownAnswersOfTheHashes) {
  // FIPS 180-2 appendix B.1.
  EXPECT_EQ(PlainDigest({"a", "bc"}).ToHex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // HMAC-SHA-256 of the empty text under 32 zero bytes.
  EXPECT_EQ(KeyedDigest(Key(0), "").ToHex(),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  EXPECT_TRUE(SecretKey::FromHex(std::string(64, 'a')).has_value());
  EXPECT_FALSE(SecretKey::FromHex(std::string(63, 'a')).has_value());
  EXPECT_FALSE(SecretKey::FromHex(std::string(64, 'x')).has_value());
}

UnsubscribeTarget Target() {
  UnsubscribeTarget t;
  t.person = P(7);
  t.point = Address(9);
  t.topic = "wine";
  t.controller = "self";
  return t;
}

TEST(UnsubscribeToken, CarriesItsTargetAndShowsNothingOfIt) {
  const SecretKey keys[] = {Key(2), Key(1)};
  const auto token = MakeUnsubscribeToken(keys[1], Target());
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_THAT(*token, Not(HasSubstr("wine")));
  EXPECT_EQ(*token, *MakeUnsubscribeToken(keys[1], Target())) << "links stay the same";
  const auto target = ReadUnsubscribeToken(keys, *token);
  ASSERT_TRUE(target.ok()) << target.status();
  EXPECT_EQ(*target, Target());
  EXPECT_FALSE(ReadUnsubscribeToken(std::span(keys, 1), *token).ok()) << "another key";
}

TEST(UnsubscribeToken, EveryChangeOfACharacterIsRefused) {
  const SecretKey keys[] = {Key(1)};
  const std::string token = *MakeUnsubscribeToken(keys[0], Target());
  for (size_t i = 0; i < token.size(); ++i) {
    for (char c : {'A', 'z', '-', '!'}) {
      if (token[i] == c) continue;
      std::string forged = token;
      forged[i] = c;
      EXPECT_FALSE(ReadUnsubscribeToken(keys, forged).ok()) << i << " " << c;
    }
  }
  for (size_t n = 0; n < token.size(); ++n) {
    EXPECT_FALSE(ReadUnsubscribeToken(keys, token.substr(0, n)).ok()) << n;
  }
  EXPECT_FALSE(ReadUnsubscribeToken(keys, token + "A").ok());
  EXPECT_FALSE(ReadUnsubscribeToken(keys, std::string(100'000, 'A')).ok());
}

TEST(UnsubscribeToken, OnlyAPostWritesAndItStopsTheMail) {
  UnsubscribeTarget target = Target();
  target.topic.clear();
  target.controller.clear();
  EXPECT_FALSE(UnsubscribeEntry(target, UnsubscribeMethod::kGet, At(2, 1)).has_value());
  const auto entry = UnsubscribeEntry(target, UnsubscribeMethod::kOneClickPost, At(2, 1));
  ASSERT_TRUE(entry.has_value());
  World w;
  w.q.person = P(7);
  w.q.point = Address(1);
  w.Grant(At(1, 1));
  w.entries.push_back(*entry);
  EXPECT_EQ(w.Reason(), "OPTOUT.REQUEST") << "the person, at another address";
  w.q.person = P(8);
  w.entries[0].person = P(8);
  EXPECT_EQ(w.Reason(), "CONSENT.OK");
  w.q.point = Address(9);
  EXPECT_EQ(w.Reason(), "OPTOUT.REQUEST") << "another person at the address";
}

TEST(UnsubscribeToken, HeadersAndLimits) {
  const std::string token = *MakeUnsubscribeToken(Key(1), Target());
  EXPECT_EQ(*UnsubscribeHeaders("https://x.fr/u", token),
            "List-Unsubscribe: <https://x.fr/u/" + token +
                ">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
  EXPECT_FALSE(UnsubscribeHeaders("http://x.fr/u", token).ok());
  EXPECT_FALSE(UnsubscribeHeaders("https://x.fr/\r\nBcc: a", token).ok());
  EXPECT_FALSE(UnsubscribeHeaders("https://x.fr/u", "a>b").ok());
  EXPECT_FALSE(MakeUnsubscribeToken(Key(1), {}).ok());
  UnsubscribeTarget longest = Target();
  longest.topic = std::string(256, 'x');
  EXPECT_FALSE(MakeUnsubscribeToken(Key(1), longest).ok());
}

TEST(Suppression, OneHashForEverySpellingOfAnAddress) {
  struct Case {
    AddressKind kind;
    const char* a;
    const char* b;
    bool same;
  };
  const Case cases[] = {
      {AddressKind::kEmail, "Marie@Example.FR", " marie@example.fr ", true},
      {AddressKind::kEmail, "m@münchen.de", "m@xn--mnchen-3ya.de", true},
      {AddressKind::kEmail, "m@MÜNCHEN.de", "m@mu\xcc\x88nchen.de", true},
      {AddressKind::kEmail, "m@example.fr.", "m@example.fr", true},
      {AddressKind::kEmail, "m@例え.jp", "m@xn--r8jz45g.jp", true},
      {AddressKind::kEmail, "a.b@gmail.com", "ab@gmail.com", false},
      {AddressKind::kEmail, "a+x@gmail.com", "a@gmail.com", false},
      {AddressKind::kPhone, "+33 1 23 45 67 89", "0033123456789", true},
      {AddressKind::kPhone, "+33-1.23(45)67 89", "+33123456789", true},
      {AddressKind::kPhone, "+33123456789", "+33123456780", false},
  };
  for (const Case& c : cases) {
    const auto a = SuppressionHash(Key(1), c.kind, c.a);
    const auto b = SuppressionHash(Key(1), c.kind, c.b);
    ASSERT_TRUE(a.ok() && b.ok()) << c.a << " " << c.b;
    EXPECT_EQ(*a == *b, c.same) << c.a << " " << c.b;
  }
  for (const char* bad : {"", "@x.fr", "x", "a b@x.fr", "a@", "a@x..fr", "\xff@x.fr"}) {
    EXPECT_FALSE(SuppressionHash(Key(1), AddressKind::kEmail, bad).ok()) << bad;
  }
  for (const char* bad : {"", "0123456789", "+0123456789", "+33abc", "+123", "1+33123456789"}) {
    EXPECT_FALSE(SuppressionHash(Key(1), AddressKind::kPhone, bad).ok()) << bad;
  }
}

TEST(Suppression, IsAskedUnderEveryKeyAndTellsNothingWithoutOne) {
  SuppressionList list;
  const SecretKey keys[] = {Key(2), Key(1)};
  list.Add(*SuppressionHash(keys[1], AddressKind::kEmail, "a@x.fr"));
  list.Add(*SuppressionHash(keys[1], AddressKind::kEmail, "A@x.fr"));
  EXPECT_EQ(list.size(), 1u);
  EXPECT_TRUE(*list.Contains(keys, AddressKind::kEmail, "a@X.fr"));
  EXPECT_FALSE(*list.Contains(std::span(keys, 1), AddressKind::kEmail, "a@x.fr"));
  EXPECT_FALSE(*list.Contains(keys, AddressKind::kEmail, "b@x.fr"));
  EXPECT_FALSE(list.Contains(keys, AddressKind::kEmail, "nonsense").ok());
  EXPECT_FALSE(list.Contains(PlainDigest({"a@x.fr"})));
}

std::vector<AuditLink> Chain(int count) {
  std::vector<AuditLink> links;
  AuditLink last;
  for (int i = 0; i < count; ++i) {
    const std::string payload = "entry " + std::to_string(i);
    last = NextLink(last, At(1, 1) + Minutes(i), CommitmentTo("0123456789abcdef", payload));
    links.push_back(last);
  }
  return links;
}

TEST(AuditChain, AWholeChainHasNoIssuesAndOutlivesItsPayloads) {
  const std::vector<AuditLink> links = Chain(50);
  const SecretKey key = Key(1);
  const Checkpoint points[] = {MakeCheckpoint(key, links[19]), MakeCheckpoint(key, links[49])};
  EXPECT_TRUE(VerifyChain(links, points, &key).empty());
  EXPECT_TRUE(VerifyChain(std::span(links).subspan(20), points, &key, links[19]).empty());
  EXPECT_TRUE(VerifyPayload(links[3], "0123456789abcdef", "entry 3"));
  EXPECT_FALSE(VerifyPayload(links[3], "0123456789abcdef", "entry 4"));
  EXPECT_FALSE(VerifyPayload(links[3], "another salt here", "entry 3"));
}

TEST(AuditChain, TenThousandRandomMutationsAreAllFound) {
  std::mt19937_64 random(Seed(5));
  const std::vector<AuditLink> whole = Chain(60);
  const SecretKey key = Key(1);
  const Checkpoint point = MakeCheckpoint(key, whole.back());
  int tried = 0;
  while (tried < 10'000) {
    std::vector<AuditLink> links = whole;
    const size_t i = random() % links.size();
    const size_t k = random() % links.size();
    switch (random() % 6) {
      case 0:
        links[i].commitment.bytes[random() % 32] ^= static_cast<uint8_t>(1u << random() % 8);
        break;
      case 1:
        links[i].head.bytes[random() % 32] ^= static_cast<uint8_t>(1u << random() % 8);
        break;
      case 2:
        links[i].at.micros ^= int64_t{1} << random() % 50;
        break;
      case 3:
        links.erase(links.begin() + static_cast<std::ptrdiff_t>(i));
        break;
      case 4:
        links.insert(links.begin() + static_cast<std::ptrdiff_t>(i), links[k]);
        break;
      default:
        std::swap(links[i], links[k]);
        break;
    }
    if (links == whole) continue;
    ++tried;
    ASSERT_FALSE(VerifyChain(links, {&point, 1}, &key).empty()) << "mutation " << tried;
  }
}

TEST(AuditChain, OnlyACheckpointShowsACutOrARewrite) {
  const SecretKey key = Key(1);
  const std::vector<AuditLink> links = Chain(10);
  const Checkpoint point = MakeCheckpoint(key, links.back());
  const std::span<const AuditLink> cut = std::span(links).first(8);
  EXPECT_TRUE(VerifyChain(cut, {}, &key).empty());
  EXPECT_EQ(VerifyChain(cut, {&point, 1}, &key).size(), 1u);
  std::vector<AuditLink> rewritten;
  AuditLink last;
  for (int i = 0; i < 10; ++i) {
    last = NextLink(last, At(1, 1) + Minutes(i), CommitmentTo("another salt....", "x"));
    rewritten.push_back(last);
  }
  EXPECT_TRUE(VerifyChain(rewritten, {}, &key).empty());
  EXPECT_EQ(VerifyChain(rewritten, {&point, 1}, &key).size(), 1u);
  const Checkpoint forged = MakeCheckpoint(Key(2), rewritten.back());
  EXPECT_EQ(VerifyChain(rewritten, {&forged, 1}, &key).size(), 1u);
}

ReceiptContext Context() {
  ReceiptContext c;
  c.receipt_id = "018f2b4e-7c1a-7d3e-9a55-0b1c2d3e4f50";
  c.principal_id = "person-1";
  c.jurisdiction = Jurisdiction::kFr;
  c.service = "newsletter";
  c.policy_url = "https://x.fr/privacy";
  c.controllers.push_back({"Ateliers Vernay", "DPO", "Lyon", "dpo@x.fr", "+33400000000"});
  c.data_categories = {"contact details"};
  c.termination = "one click in every message";
  return c;
}

TEST(ConsentReceipt, HasTheFieldsOfKantaraAndTheRecordOfTheStandard) {
  World w;
  ConsentEntry& g = w.Grant(At(1, 5));
  g.scope.purposes = Bit(Purpose::kNewsletter) | Bit(Purpose::kEvents);
  g.expires_at = At(1, 5, 10, 0, 2027);
  const auto text = MakeReceipt(g, Context());
  ASSERT_TRUE(text.ok()) << text.status();
  const auto receipt = nlohmann::json::parse(*text);
  for (const char* key : {"version", "jurisdiction", "consentTimestamp", "collectionMethod",
                          "consentReceiptID", "language", "piiPrincipalId", "piiControllers",
                          "policyUrl", "services", "sensitive", "spiCat", "record"}) {
    EXPECT_TRUE(receipt.contains(key)) << key;
  }
  EXPECT_EQ(receipt["consentTimestamp"], At(1, 5).micros / 1'000'000);
  EXPECT_EQ(receipt["services"][0]["purposes"].size(), 2u);
  EXPECT_EQ(receipt["services"][0]["purposes"][0]["primaryPurpose"], true);
  EXPECT_EQ(receipt["services"][0]["purposes"][1]["primaryPurpose"], false);
  const auto& event = receipt["record"]["events"][0];
  EXPECT_EQ(event["event_state"], "ConsentGiven");
  EXPECT_EQ(event["validity_until"], "2027-01-05T10:00:00Z");
}

TEST(ConsentReceipt, WithdrawalsHaveOneAndBouncesDoNot) {
  World w;
  const auto withdrawn = MakeReceipt(w.Withdraw(At(2, 1)), Context());
  ASSERT_TRUE(withdrawn.ok());
  EXPECT_THAT(*withdrawn, HasSubstr("ConsentWithdrawn"));
  EXPECT_FALSE(MakeReceipt(w.Bare(ConsentEvent::kBounce, At(2, 1)), Context()).ok());
  EXPECT_FALSE(MakeReceipt(w.Grant(At(2, 1)), ReceiptContext{}).ok());
}

}  // namespace
}  // namespace relata::testing

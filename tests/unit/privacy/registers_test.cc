// SPDX-License-Identifier: Apache-2.0

#include "relata/privacy/registers.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "privacy/holdings.h"
#include "privacy_world.h"
#include "relata/privacy/archive.h"
#include "relata/privacy/proof.h"
#include "relata/privacy/retention.h"
#include "relata/privacy/rights.h"

namespace relata {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Json = nlohmann::json;

TEST(Wordings, AVersionStandsForOneText) {
  Crm crm = OpenWorld();
  const Wording wording{"newsletter", "3", "fr", "consent", "J'accepte.", ""};
  const auto saved = SaveWording(crm, wording, kDpo, kNow);
  ASSERT_TRUE(saved.ok()) << saved.status();
  EXPECT_EQ(saved->reference, WordingReference("J'accepte."));
  EXPECT_THAT(saved->reference, HasSubstr("sha256:"));
  EXPECT_TRUE(SaveWording(crm, wording, kDpo, kNow).ok());
  Wording other = wording;
  other.text = "J'accepte tout.";
  EXPECT_TRUE(absl::IsAlreadyExists(SaveWording(crm, other, kDpo, kNow).status()));
  other.version = "4";
  EXPECT_TRUE(SaveWording(crm, other, kDpo, kNow).ok());
  other.language = "";
  EXPECT_TRUE(absl::IsInvalidArgument(SaveWording(crm, other, kDpo, kNow).status()));
  EXPECT_THAT(*ListWordings(crm), SizeIs(2));
}

TEST(FreeText, FindsWhatMustNotBeThereInBothLanguages) {
  const struct {
    const char* text;
    const char* category;  // "" for none
  } cases[] = {{"En arrêt maladie depuis mars", "health"},
               {"Pregnant, back in May", "health"},
               {"client dépressif, à ménager", "health"},
               {"Musulmane pratiquante", "religion"},
               {"délégué syndical CGT", "union"},
               {"a un casier judiciaire", "offences"},
               {"quel connard", "insult"},
               {"surendettée", "private_life"},
               {"NIR 2 55 08 14 168 025 38", "social_security"},
               {"CB 4970 1000 0000 0154 12/27", ""},
               {"carte 4111 1111 1111 1111", "payment_card"},
               {"IBAN FR76 3000 6000 0112 3456 7890 189", "bank_account"},
               {"prison architect, le jeu", "offences"},
               {"La presse est arrêtée, roman en cours", ""},
               {"Cancérologie: hôpital client", ""},
               {"commande 123456789012345", ""},
               {"", ""}};
  Crm crm = OpenWorld();
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto found = CheckText(crm, c.text);
    ASSERT_TRUE(found.ok());
    if (std::string(c.category).empty()) {
      EXPECT_THAT(*found, IsEmpty()) << found->front().category << " " << found->front().found;
    } else {
      ASSERT_THAT(*found, Not(IsEmpty()));
      EXPECT_EQ(found->front().category, c.category) << found->front().found;
    }
  }
}

TEST(FreeText, TheHostAddsItsOwnWordsAndTheScanNamesTheField) {
  Crm crm = OpenWorld();
  const World world(crm);
  ASSERT_TRUE(AddForbiddenWords(crm, "house", {"prefers mornings"}, kDpo, kNow).ok());
  const auto found = ScanTexts(crm);
  ASSERT_TRUE(found.ok());
  ASSERT_THAT(*found, SizeIs(1));
  EXPECT_EQ((*found)[0].record, world.marie);
  EXPECT_EQ((*found)[0].field, "description");
  EXPECT_EQ((*found)[0].category, "house");
  EXPECT_TRUE(absl::IsInvalidArgument(AddForbiddenWords(crm, "house", {}, kDpo, kNow)));
}

TEST(ProcessingRegister, IsCompletedFromTheSchemaAndFromUse) {
  Crm crm = OpenWorld();
  const World world(crm);
  Transaction tx = crm.Begin(kDpo);
  tx.Create("processing_activity", {{"name", T("Prospection")},
                                    {"basis", T("consent")},
                                    {"purposes", Value::List({T("marketing")})}});
  Done(tx);
  const auto text = ProcessingRegister(crm, kNow);
  ASSERT_TRUE(text.ok()) << text.status();
  const Json json = Json::parse(*text);
  ASSERT_THAT(json["activities"], SizeIs(1));
  const Json& sheet = json["activities"][0];
  EXPECT_THAT(sheet["data_categories"], Contains("contact"));
  EXPECT_THAT(sheet["person_categories"], Contains("Contact"));
  EXPECT_THAT(sheet["recipients"], Contains("Router SA"));
  EXPECT_THAT(sheet["retention"].dump(), HasSubstr("36 + 0 months"));
  EXPECT_THAT(sheet["missing"], Contains("security"));
  EXPECT_THAT(sheet["missing"], Not(Contains("recipients")));
  EXPECT_THAT(json["not_covered"].dump(), HasSubstr("service"));
  EXPECT_THAT(*text, Not(HasSubstr("marie"))) << "a register names nobody";
}

TEST(BreachReport, CountsPersonsAndCategoriesAndTheHoursLeft) {
  Crm crm = OpenWorld();
  const World world(crm);
  BreachScope scope;
  scope.types = {"contact", "invoice"};
  scope.aware_at = kNow - Hours(10);
  const auto text = BreachReport(crm, scope, kNow);
  ASSERT_TRUE(text.ok()) << text.status();
  const Json json = Json::parse(*text);
  EXPECT_EQ(json["persons"], 2);
  EXPECT_EQ(json["countries"]["FR"], 2);
  EXPECT_EQ(json["hours_left"], 62);
  EXPECT_THAT(json["data_categories"], Contains("financial"));
  EXPECT_EQ(json["special_data"], false);
  EXPECT_THAT(json["missing"], Contains("nature"));
  scope.types = {"nonsense"};
  EXPECT_TRUE(absl::IsInvalidArgument(BreachReport(crm, scope, kNow).status()));
}

TEST(BreachReport, ReadsTheAccessLogInTheWindow) {
  Crm crm = OpenWorld();
  const World world(crm);
  Transaction tx = crm.Begin(kDpo);
  tx.Log("access", world.marie, "", R"({"actor":"user:mallory","fields":["email"]})");
  tx.Log("access", world.paul, "", R"({"actor":"user:amelie","fields":["given_name"]})");
  Done(tx);
  BreachScope scope;
  scope.actor = "mallory";
  const Json json = Json::parse(*BreachReport(crm, scope, kNow + Hours(1)));
  EXPECT_EQ(json["persons"], 1);
  EXPECT_EQ(json["accesses"], 1);
  EXPECT_EQ(json["data_categories"], Json::parse(R"(["contact"])"));
  scope.until = kNow - Days(1);
  EXPECT_EQ(Json::parse(*BreachReport(crm, scope, kNow))["persons"], 0);
}

TEST(BreachRegister, SaysWhichNotificationWasLate) {
  Crm crm = OpenWorld();
  Transaction tx = crm.Begin(kDpo);
  tx.Create("breach", {{"number", T("B-1")},
                       {"nature", T("mail to the wrong list")},
                       {"risk", T("risk")},
                       {"detected_at", Value::Time(kNow - Days(5))},
                       {"authority_notified_at", Value::Time(kNow - Days(1))}});
  tx.Create("breach", {{"number", T("B-2")},
                       {"nature", T("lost key")},
                       {"risk", T("none")},
                       {"detected_at", Value::Time(kNow - Days(5))}});
  Done(tx);
  const Json json = Json::parse(*BreachRegister(crm, kNow));
  ASSERT_THAT(json, SizeIs(2));
  EXPECT_EQ(json[0]["late"], true);
  EXPECT_EQ(json[1]["late"], false);
}

TEST(ConsentCoverage, CountsDecisionsAgesAndProofs) {
  Crm crm = OpenWorld();
  Transaction tx = crm.Begin(kDpo);
  for (int years = 0; years < 3; ++years) {
    const RecordRef person =
        tx.Create("contact", {{"family_name", T("P" + std::to_string(years))},
                              {"email", T("p" + std::to_string(years) + "@mail.example")},
                              {"country", T("FR")}});
    if (years == 2) continue;
    ConsentEntry grant;
    grant.event = ConsentEvent::kGrant;
    grant.at = kNow - Days(400 * years + 5);
    grant.person = PartyId::Of(person);
    grant.scope.channels = Bit(Channel::kEmail);
    grant.scope.purposes = Bit(Purpose::kMarketing);
    grant.evidence.source = ConsentSource::kWeb;
    grant.evidence.text = years == 0 ? "form" : "";
    tx.RecordConsent(grant);
  }
  Done(tx);
  const auto lines = ConsentCoverage(crm, kNow);
  ASSERT_TRUE(lines.ok()) << lines.status();
  ASSERT_THAT(*lines, SizeIs(1));
  const CoverageLine& line = (*lines)[0];
  EXPECT_EQ(line.allowed, 1);
  EXPECT_EQ(line.needs_evidence, 1);
  EXPECT_EQ(line.denied, 1);
  EXPECT_EQ(line.by_age[0], 1);
  EXPECT_EQ(line.by_age[1], 1);
  EXPECT_EQ(line.by_proof[static_cast<size_t>(Grade::kRecorded)], 1);
  EXPECT_EQ(line.by_proof[static_cast<size_t>(Grade::kAsserted)], 1);
}

RetentionLine LineOf(const std::vector<RetentionLine>& lines, const std::string& type) {
  for (const RetentionLine& line : lines) {
    if (line.type == type) return line;
  }
  ADD_FAILURE() << "no line for " << type;
  return {};
}

// Four persons: silent for four years, silent but with a running contract, active, and one held.
struct Ageing {
  Crm crm = OpenWorld();
  RecordRef silent, bound, active, held;

  Ageing() {
    Transaction tx = crm.Begin(kDpo);
    const auto person = [&](const std::string& name) {
      return tx.Create("contact", {{"family_name", T(name)}, {"country", T("FR")}});
    };
    silent = person("Silent");
    bound = person("Bound");
    active = person("Active");
    held = person("Held");
    const Timestamp long_ago = kNow - Days(4 * 365);
    for (const RecordRef one : {silent, bound, active, held}) {
      tx.Append("page_view", one, long_ago, {{"path", T("/old")}});
      tx.Append("email_opened", one, kNow - Days(3), {});
    }
    tx.Append("email_clicked", active, kNow - Days(30), {});
    tx.Create("contract", {{"number", T("K-1")},
                           {"contact", Value::Record(bound)},
                           {"from", Value::Day(UtcDate(long_ago))}});
    tx.Create("invoice", {{"number", T("F-1")}, {"at", Value::Time(kNow - Days(6 * 365))}});
    tx.Create("invoice", {{"number", T("F-2")}, {"at", Value::Time(kNow - Days(11 * 365))}});
    tx.Create("invoice", {{"number", T("F-3")}, {"at", Value::Time(kNow - Days(300))}});
    Done(tx, long_ago);
    for (RecordRef* one : {&silent, &bound, &active, &held}) *one = crm.Resolve(*one);
    EXPECT_TRUE(PlaceHold(crm, {"case", held, {}, ""}, kDpo, long_ago).ok());
  }
};

TEST(Retention, APreviewSaysWhatIsDueAndChangesNothing) {
  Ageing a;
  const auto lines = PreviewRetention(a.crm, kNow);
  ASSERT_TRUE(lines.ok()) << lines.status();
  const RetentionLine contacts = LineOf(*lines, "contact");
  EXPECT_EQ(contacts.to_delete, 1);
  EXPECT_EQ(contacts.held, 1);
  EXPECT_EQ(contacts.kept, 2);
  const RetentionLine invoices = LineOf(*lines, "invoice");
  EXPECT_EQ(invoices.to_archive, 1);
  EXPECT_EQ(invoices.to_delete, 1);
  EXPECT_EQ(invoices.kept, 1);
  const RetentionLine views = LineOf(*lines, "page_view");
  EXPECT_EQ(views.to_delete, 3);
  EXPECT_EQ(views.held, 1);
  EXPECT_EQ(CountOf(a.crm, "contact", "true"), 4);
}

TEST(Retention, ARunDoesWhatThePreviewSaidAndLeavesALine) {
  Ageing a;
  ErasureOptions options = Options();
  const auto done = RunRetention(a.crm, options, kDpo, kNow);
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(CountOf(a.crm, "contact", "true"), 3);
  EXPECT_EQ(CountOf(a.crm, "contact", "contact.family_name == 'Silent'"), 0);
  EXPECT_EQ(CountOf(a.crm, "invoice", "true"), 1);
  const auto archive = ListArchive(a.crm);
  ASSERT_THAT(*archive, SizeIs(1));
  EXPECT_EQ((*archive)[0].type, "invoice");
  EXPECT_EQ(CountOf(a.crm, "contact", "contact.events('page_view').size() == 1"), 1);
  EXPECT_THAT(*a.crm.Log("retention_run", "contact"), SizeIs(1));
  EXPECT_THAT(*a.crm.Log(kSuppressionLog), IsEmpty()) << "nobody asked to be forgotten";
  const auto again = RunRetention(a.crm, options, kDpo, kNow);
  for (const RetentionLine& line : *again) {
    EXPECT_EQ(line.to_archive + line.to_delete, 0) << line.type;
  }
}

TEST(Retention, ADefinitionSaysOtherwise) {
  Ageing a;
  ASSERT_TRUE(DefineRetention(a.crm, {"contact", 60, 0, "", "our charter"}, kDpo, kNow).ok());
  EXPECT_EQ(LineOf(*PreviewRetention(a.crm, kNow, "contact"), "contact").to_delete, 0);
  EXPECT_TRUE(
      absl::IsInvalidArgument(DefineRetention(a.crm, {"nonsense", 1, 0, "", ""}, kDpo, kNow)));
  EXPECT_TRUE(
      absl::IsInvalidArgument(DefineRetention(a.crm, {"invoice_line", 1, 0, "", ""}, kDpo, kNow)));
  EXPECT_TRUE(absl::IsNotFound(PreviewRetention(a.crm, kNow, "campaign").status()));
}

TEST(Retention, EveryTypeThatSpeaksOfPersonsHasATermAndTheLawThatSaysIt) {
  const Crm crm = *Crm::Open(":memory:");
  std::map<std::string, RetentionRule> rules;
  const auto known = RetentionRules(crm);
  ASSERT_TRUE(known.ok()) << known.status();
  for (const RetentionRule& rule : *known) {
    EXPECT_NE(rule.basis, "set with the type") << rule.type;
    rules[rule.type] = rule;
  }
  // What goes with a person, an order or an invoice has no clock of its own.
  const std::set<std::string> follow = {"contact_point",  "email_address",     "phone_number",
                                        "postal_address", "messaging_account", "contact_role",
                                        "warranty"};
  for (const TypeDef* type : crm.schema()->types()) {
    if (follow.contains(type->name) || type->name.ends_with("_line")) continue;
    bool personal = type->event;
    for (const FieldDef& field : type->fields) personal |= internal::IsPersonal(field);
    EXPECT_EQ(personal && !rules.contains(type->name), false) << type->name;
  }
}

TEST(ProofFile, IsSignedAndNamesNobody) {
  Crm crm = OpenWorld();
  const World world(crm);
  ASSERT_TRUE(
      OpenRequest(crm, {"access", world.marie, "Marie Durand-Lenoir", "", kNow}, kDpo, kNow).ok());
  ASSERT_TRUE(SaveWording(crm, {"newsletter", "3", "fr", "", "J'accepte.", ""}, kDpo, kNow).ok());
  const auto proof = MakeProofFile(crm, TestKey('3'), kNow);
  ASSERT_TRUE(proof.ok()) << proof.status();
  EXPECT_TRUE(VerifyProofFile(proof->document, proof->signature, proof->public_key));
  std::string altered = proof->document;
  altered[altered.size() / 2] ^= 1;
  EXPECT_FALSE(VerifyProofFile(altered, proof->signature, proof->public_key));
  EXPECT_FALSE(VerifyProofFile(proof->document, proof->signature,
                               MakeProofFile(crm, TestKey('4'), kNow)->public_key));
  EXPECT_FALSE(VerifyProofFile(proof->document, "00", "zz"));
  const Json json = Json::parse(proof->document);
  EXPECT_THAT(json["requests"], SizeIs(1));
  EXPECT_THAT(json["wordings"], SizeIs(1));
  EXPECT_GT(json["chain"]["commit"], 0);
  EXPECT_THAT(json["retention"]["rules"], Not(IsEmpty()));
  EXPECT_THAT(proof->document, Not(HasSubstr("arie")));
  EXPECT_THAT(proof->document, Not(HasSubstr("Durand")));
}

}  // namespace
}  // namespace relata

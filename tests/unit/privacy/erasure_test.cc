// SPDX-License-Identifier: Apache-2.0

#include "relata/privacy/erasure.h"

#include "privacy_world.h"
#include "relata/engine/audit_log.h"
#include "relata/privacy/archive.h"
#include "relata/privacy/journal.h"
#include "support/support.h"

namespace relata {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

ErasureReport Erase(Crm& crm, RecordRef person, const ErasureOptions& options = Options()) {
  const RecordRef persons[] = {person};
  const absl::StatusOr<ErasureReport> report = ErasePersons(crm, persons, options, kDpo, kNow);
  EXPECT_TRUE(report.ok()) << report.status();
  return report.ok() ? *report : ErasureReport();
}

// Everything a store says about anything, as one text.
std::string Everything(Crm& crm, const std::vector<std::string>& logs) {
  std::string out;
  const auto view = crm.ViewAll();
  EXPECT_TRUE(view.ok());
  for (const TypeDef* type : (*view)->schema().types()) {
    const auto add = [&](const Value& value) {
      if (!value.is_null()) out += ToDisplay(value) + "\n";
    };
    for (const FieldDef& field : type->fields) {
      if (type->event) {
        for (int64_t i = 0; i < (*view)->EventCount(type->id); ++i) {
          add((*view)->EventField({type->id, i}, field.id));
        }
      } else {
        for (Row row = 0; row < (*view)->RowLimit(type->id); ++row) {
          add((*view)->Get({type->id, row}, field.id));
        }
      }
    }
    if (type->event) continue;
    for (Row row = 0; row < (*view)->RowLimit(type->id); ++row) {
      const auto history = crm.History({type->id, row});
      if (!history.ok()) continue;
      for (const HistoryEntry& entry : *history) {
        out += entry.reason + "\n";
        for (const FieldChange& change : entry.changes) {
          add(change.before);
          add(change.after);
        }
      }
    }
  }
  for (const std::string& log : logs) {
    const auto lines = crm.Log(log);
    EXPECT_TRUE(lines.ok());
    for (const LogWrite& line : *lines) out += line.key + " " + line.body + "\n";
  }
  return out;
}

constexpr const char* kHers[] = {"marie.durand@mail.example",
                                 "marie.new@mail.example",
                                 "marie@old.example",
                                 "Durand-Lenoir",
                                 "DURAND-LENOIR",
                                 "06 12 34 56 78",
                                 "Guingamp",
                                 "/private/marie",
                                 "prefers mornings",
                                 "F-2025-1",
                                 "C17",
                                 "Call with Marie"};

TEST(Erasure, APlanNamesEveryClassAndChangesNothing) {
  Crm crm = OpenWorld();
  const World world(crm);
  const std::string before = Everything(crm, {"outbox"});
  const absl::StatusOr<ErasurePlan> plan = PlanPersonErasure(crm, world.marie, Options(), kNow);
  ASSERT_TRUE(plan.ok()) << plan.status();
  const auto has = [&](RecordClass c, ErasureAction action, const std::string& what, int64_t n) {
    EXPECT_THAT(plan->steps, Contains(ErasureStep{c, action, what, n}))
        << Name(c) << " " << Name(action) << " " << what;
  };
  has(RecordClass::kProfile, ErasureAction::kErase, "contact", 1);
  has(RecordClass::kProfile, ErasureAction::kErase, "lead", 1);
  has(RecordClass::kProfile, ErasureAction::kErase, "link and name in contact", 1);
  has(RecordClass::kContactPoint, ErasureAction::kEraseKeepSuppressionHash, "email_address", 1);
  has(RecordClass::kActivityLog, ErasureAction::kErase, "activity", 1);
  has(RecordClass::kActivityLog, ErasureAction::kErase, "link and name in ticket", 1);
  has(RecordClass::kActivityLog, ErasureAction::kErase, "page_view", 1);
  has(RecordClass::kNotes, ErasureAction::kErase, "name in activity.minutes", 1);
  has(RecordClass::kInvoice, ErasureAction::kRetainRestricted, "invoice", 1);
  has(RecordClass::kInvoice, ErasureAction::kRetainRestricted, "order", 1);
  has(RecordClass::kConsentProof, ErasureAction::kErase, "grant", 1);
  has(RecordClass::kConsentProof, ErasureAction::kRetainRestricted, "withdraw", 1);
  has(RecordClass::kSharedWithRecipient, ErasureAction::kNotifyRecipient, "Router SA", 1);
  EXPECT_THAT(plan->holds, IsEmpty());
  EXPECT_EQ(Everything(crm, {"outbox"}), before);
}

TEST(Erasure, LeavesNothingOfThePersonInTheGraph) {
  Crm crm = OpenWorld();
  const World world(crm);
  const std::vector<std::string> logs = {"outbox", "disclosure", "erasure", "membership"};
  const std::string before = Everything(crm, logs);
  for (const char* word : kHers) {
    if (std::string(word) == "C17") continue;  // the key of another system
    EXPECT_THAT(before, HasSubstr(word));
  }
  const ErasureReport report = Erase(crm, world.marie);
  EXPECT_EQ(report.persons, 1);
  EXPECT_TRUE(report.scrubbed) << report.pending;
  const std::string after = Everything(crm, logs);
  for (const char* word : kHers) EXPECT_THAT(after, Not(HasSubstr(word)));
  EXPECT_TRUE(absl::IsNotFound(crm.Find("contact/crm:C17").status()));
  EXPECT_EQ(CountOf(crm, "contact", "true"), 1);
  EXPECT_EQ(CountOf(crm, "order", "true"), 0);
}

TEST(Erasure, LeavesATrailThatStillVerifies) {
  Crm crm = OpenWorld();
  const World world(crm);
  const absl::StatusOr<AuditTrailReport> before = VerifyAudit(crm);
  ASSERT_TRUE(before.ok() && before->ok()) << before.status();
  EXPECT_EQ(before->erased, 0);
  Erase(crm, world.marie);
  const absl::StatusOr<AuditTrailReport> after = VerifyAudit(crm);
  ASSERT_TRUE(after.ok()) << after.status();
  for (const Issue& issue : after->issues) ADD_FAILURE() << issue.where << " " << issue.message;
  EXPECT_GT(after->erased, 0);
}

TEST(Erasure, AViewOfThePastLeavesThePersonOutAndSaysSo) {
  Crm crm = OpenWorld();
  const World world(crm);
  AsOf earlier;
  earlier.known_at = kNow - Hours(1);
  ASSERT_EQ(CountOf(*crm.Past(earlier), "contact", "true"), 2);
  Erase(crm, world.marie);
  const absl::StatusOr<Crm> past = crm.Past(earlier);
  ASSERT_TRUE(past.ok()) << past.status();
  EXPECT_EQ(CountOf(*past, "contact", "true"), 1);
  EXPECT_EQ(past->Erased("contact").value_or(-1), 1);
}

TEST(Erasure, KeepsWhatIsSomebodyElsesToo) {
  Crm crm = OpenWorld();
  const World world(crm);
  Erase(crm, world.marie);
  EXPECT_EQ(TextOf(crm, world.ticket, "subject"), "Mme [erased]: press stopped");
  EXPECT_TRUE(crm.Get(world.ticket, "contact")->is_null());
  EXPECT_FALSE(crm.Get(world.ticket, "account")->is_null());
  EXPECT_EQ(TextOf(crm, world.activity, "minutes"), "[erased] ([erased]) said yes, Paul Roux too");
  EXPECT_EQ(TextOf(crm, world.activity, "outcome"), "won");
  EXPECT_TRUE(crm.Get(world.paul, "reports_to")->is_null());
  EXPECT_EQ(TextOf(crm, world.phone, "number"), "+33612345678") << "Paul has it too";
  EXPECT_EQ(CountOf(crm, "contact", "contact.events('page_view').size() == 1"), 1);
}

TEST(Erasure, AsksTheRecipientsToo) {
  Crm crm = OpenWorld();
  const World world(crm);
  Erase(crm, world.marie);
  const absl::StatusOr<std::vector<OutboxItem>> outbox = Outbox(crm);
  ASSERT_TRUE(outbox.ok());
  EXPECT_THAT(outbox->back().body, HasSubstr("Router SA batch 9"));
}

TEST(Erasure, ALegalHoldKeepsTheClassesItNames) {
  Crm crm = OpenWorld();
  const World world(crm);
  ASSERT_TRUE(PlaceHold(crm, {"case 4", world.marie, {RecordClass::kActivityLog}, "claim"}, kDpo,
                        kNow - Hours(1))
                  .ok());
  const ErasureReport held = Erase(crm, world.marie);
  EXPECT_EQ(held.held, 1);
  EXPECT_EQ(TextOf(crm, world.call, "subject"), "Call with Marie");
  EXPECT_EQ(CountOf(crm, "contact", "contact.events('page_view').size() == 1"), 2);
  EXPECT_EQ(TextOf(crm, world.marie, "email"), "");
  EXPECT_THAT(Everything(crm, {}), Not(HasSubstr("marie.new@mail.example")));
  ASSERT_TRUE(ReleaseHold(crm, "case 4", kDpo, kNow).ok());
  EXPECT_THAT(ListHolds(crm), IsEmpty());
  const ErasureReport rest = Erase(crm, world.marie);
  EXPECT_EQ(rest.held, 0);
  EXPECT_EQ(TextOf(crm, world.call, "subject"), "");
  EXPECT_EQ(CountOf(crm, "contact", "true"), 1);
}

TEST(Erasure, ReachesRecordsMergedIntoThePerson) {
  Crm crm = OpenWorld();
  const World world(crm);
  Transaction tx = crm.Begin(kDpo);
  const RecordRef twin = tx.Create(
      "contact",
      {{"given_name", T("M.")}, {"family_name", T("Twinname")}, {"email", T("twin@mail.example")}});
  Done(tx);
  Transaction merge = crm.Begin(kDpo);
  merge.Merge(twin, world.marie);
  Done(merge);
  Erase(crm, world.marie);
  const std::string after = Everything(crm, {});
  EXPECT_THAT(after, Not(HasSubstr("Twinname")));
  EXPECT_THAT(after, Not(HasSubstr("twin@mail.example")));
}

TEST(Erasure, AnAccountingDocumentCanBeReadWithTheKeyAndARightOnly) {
  Crm crm = OpenWorld();
  const World world(crm);
  Erase(crm, world.marie);
  const auto listed = ListArchive(crm);
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(listed->size(), 2u);
  EXPECT_EQ((*listed)[0].content, "");
  const auto opened = ReadArchive(crm, TestKey(), "tax audit", kDpo, kNow);
  ASSERT_TRUE(opened.ok()) << opened.status();
  std::string all;
  for (const ArchivedRecord& one : *opened) all += one.content;
  EXPECT_THAT(all, HasSubstr("F-2025-1"));
  EXPECT_THAT(all, HasSubstr("Durand-Lenoir"));
  EXPECT_EQ(crm.Log("archive_access")->size(), 1u);
  EXPECT_TRUE(absl::IsInvalidArgument(ReadArchive(crm, TestKey(), "", kDpo, kNow).status()));
  EXPECT_TRUE(
      absl::IsFailedPrecondition(ReadArchive(crm, TestKey('1'), "curious", kDpo, kNow).status()));
  Transaction roles = crm.Begin(kDpo);
  roles.Define("role", "sales", R"({"types":{"*":"write"}})");
  roles.Define("role", "tax", R"({"types":{"*":"none"},"archive":true})");
  Done(roles);
  EXPECT_TRUE(absl::IsPermissionDenied(
      ReadArchive(crm, TestKey(), "curious", Actor::User("amelie", "sales"), kNow).status()));
  EXPECT_TRUE(ReadArchive(crm, TestKey(), "audit", Actor::User("ines", "tax"), kNow).ok());
  EXPECT_EQ(*PurgeArchive(crm, kDpo, kNow + Days(3)), 0);
  EXPECT_EQ(*PurgeArchive(crm, kDpo, *ParseTimestamp("2037-01-01T00:00:00Z")), 1);
  EXPECT_EQ(ListArchive(crm)->size(), 1u) << "the invoice without a date is kept";
}

TEST(Erasure, AnImportDoesNotBringThePersonBack) {
  Crm crm = OpenWorld();
  const World world(crm);
  Erase(crm, world.marie);
  const auto import = [&](bool by_key) {
    Transaction tx = crm.Begin(Actor::System("import"));
    tx.Source("spreadsheet");
    NamedValues values = {{"given_name", T("Marie")},
                          {"family_name", T("DURAND-LENOIR")},
                          {"email", T(by_key ? "other@mail.example" : "Marie.New@mail.example")},
                          {"country", T("FR")}};
    if (by_key) {
      tx.Upsert("contact", "crm", "C17", std::move(values));
    } else {
      tx.Create("contact", std::move(values));
    }
    Done(tx);
  };
  import(true);
  import(false);
  ContactPlan plan;
  plan.channel = Channel::kEmail;
  plan.purpose = Purpose::kService;
  plan.at = kNow + Hours(1);
  const auto again = crm.Find("contact/crm:C17");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(Name(MayContact(crm, *again, plan)->rule), "SUBJECT.RESTRICTED");
  const auto resumed = ResumeErasures(crm, Options(), kDpo, kNow + Hours(1));
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  EXPECT_EQ(resumed->persons, 2);
  EXPECT_EQ(CountOf(crm, "contact", "true"), 1);
  EXPECT_THAT(Everything(crm, {}), Not(HasSubstr("Marie.New@mail.example")));
  EXPECT_TRUE(absl::IsNotFound(crm.Find("contact/crm:C17").status()));
}

TEST(Erasure, AnAddressThatComesBackIsNotWrittenTo) {
  Crm crm = OpenWorld();
  const World world(crm);
  Erase(crm, world.marie);
  Transaction tx = crm.Begin(kDpo);
  RecordRef again = tx.Create("contact", {{"given_name", T("Anna")},
                                          {"family_name", T("Autre")},
                                          {"email", T("MARIE.new@mail.example")},
                                          {"country", T("FR")}});
  ConsentEntry grant;
  grant.event = ConsentEvent::kGrant;
  grant.at = kNow;
  grant.person = PartyId::Of(again);
  grant.scope.channels = Bit(Channel::kEmail);
  grant.scope.purposes = Bit(Purpose::kNewsletter);
  grant.evidence.source = ConsentSource::kImport;
  grant.evidence.text = "old list";
  tx.RecordConsent(grant);
  Done(tx);
  ContactPlan plan;
  plan.channel = Channel::kEmail;
  plan.purpose = Purpose::kNewsletter;
  plan.at = kNow + Hours(1);
  const absl::StatusOr<Decision> decision = MayContact(crm, again, plan);
  ASSERT_TRUE(decision.ok());
  EXPECT_EQ(Name(decision->rule), "SUPPRESS.LIST");
  // She herself may say yes again.
  Transaction yes = crm.Begin(kDpo);
  grant.at = kNow + Hours(1);
  grant.person = PartyId::Of(crm.Resolve(again));
  grant.evidence.source = ConsentSource::kWeb;
  yes.RecordConsent(grant);
  Done(yes, kNow + Hours(1));
  plan.at = kNow + Hours(2);
  EXPECT_TRUE(MayContact(crm, again, plan)->allowed());
}

TEST(Erasure, WithoutTheKeyNoAddressIsWrittenAnyMore) {
  const testing::TempDir directory;
  {
    Crm crm = OpenWorld(directory.File("a.db"));
    const World world(crm);
    Erase(crm, world.marie);
  }
  absl::StatusOr<Crm> blind = Crm::Open(directory.File("a.db"));
  ASSERT_TRUE(blind.ok());
  Transaction tx = blind->Begin(kDpo);
  tx.Create("contact", {{"family_name", T("Neu")}, {"email", T("neu@mail.example")}});
  EXPECT_TRUE(absl::IsFailedPrecondition(tx.Commit(kNow).status()));
  Transaction other = blind->Begin(kDpo);
  other.Create("account", {{"name", T("Neu GmbH")}});
  EXPECT_TRUE(other.Commit(kNow).ok());
  ErasureOptions wrong{TestKey('1')};
  EXPECT_TRUE(absl::IsFailedPrecondition(
      PlanPersonErasure(*blind, {blind->schema()->Find("contact")->id, 1}, wrong, kNow).status()));
}

TEST(Erasure, ErasedPersonsCanStillRefuseAndNeverGrant) {
  Crm crm = OpenWorld();
  const World world(crm);
  Erase(crm, world.marie);
  ConsentEntry entry;
  entry.at = kNow;
  entry.person = PartyId::Of(world.marie);
  entry.scope.channels = Bit(Channel::kEmail);
  entry.scope.purposes = Bit(Purpose::kNewsletter);
  for (const auto& [event, fits] :
       {std::pair{ConsentEvent::kWithdraw, true}, {ConsentEvent::kGrant, false}}) {
    entry.event = event;
    Transaction tx = crm.Begin(kDpo);
    tx.RecordConsent(entry);
    EXPECT_EQ(tx.Commit(kNow).ok(), fits) << Name(event);
  }
}

TEST(Erasure, AnotherProcessForgetsToo) {
  const testing::TempDir directory;
  Crm crm = OpenWorld(directory.File("a.db"));
  const World world(crm);
  Crm other = OpenWorld(directory.File("a.db"));
  EXPECT_THAT(Everything(other, {}), HasSubstr("marie.new@mail.example"));
  Erase(crm, world.marie);
  for (const char* word : kHers) EXPECT_THAT(Everything(other, {"outbox"}), Not(HasSubstr(word)));
}

TEST(Erasure, ARestoredCopyIsToldByTheJournal) {
  const testing::TempDir directory;
  const std::string file = directory.File("a.db");
  const std::string copy = directory.File("copy.db");
  ErasureOptions options = Options();
  options.journal = directory.File("erasures");
  {
    Crm crm = OpenWorld(file);
    const World world(crm);
    // A copy as a backup makes it: with everything that was committed.
    ASSERT_TRUE(crm.Log("outbox").ok());
    testing::WriteFile(copy, testing::ReadFile(file));
    testing::WriteFile(copy + "-wal", testing::ReadFile(file + "-wal"));
    Erase(crm, world.marie, options);
  }
  const std::string journal = testing::ReadFile(options.journal);
  EXPECT_THAT(journal, Not(HasSubstr("arie")));
  EXPECT_EQ(ReadJournal(options.journal)->size(), 2u) << "the contact and her lead";
  Crm restored = OpenWorld(copy);
  EXPECT_EQ(CountOf(restored, "contact", "true"), 2);
  const auto report = ReplayJournal(restored, options, kDpo, kNow);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->persons, 1);
  for (const char* word : kHers) {
    EXPECT_THAT(Everything(restored, {"outbox"}), Not(HasSubstr(word)));
  }
  EXPECT_EQ(testing::ReadFile(options.journal), journal);
}

TEST(ErasureJournal, ALineCutOffByACrashIsLeftOut) {
  const testing::TempDir directory;
  const std::string file = directory.File("journal");
  EXPECT_THAT(*ReadJournal(file), IsEmpty());
  const JournalLine line{kNow, JournalHash(TestKey(), {{1, 2, 3}})};
  ASSERT_TRUE(AppendJournal(file, {{line}}).ok());
  testing::WriteFile(file, testing::ReadFile(file) + "2026-11-12T09:00:00Z 12ab");
  EXPECT_THAT(*ReadJournal(file), ElementsAre(line));
  ASSERT_TRUE(AppendJournal(file, {{line}}).ok());
  EXPECT_THAT(*ReadJournal(file), ElementsAre(line, line));
  testing::WriteFile(file, "something else");
  EXPECT_TRUE(absl::IsDataLoss(ReadJournal(file).status()));
}

TEST(Erasure, GoesOnWhereItWasInterrupted) {
  Crm crm = OpenWorld();
  const World world(crm);
  Transaction order = crm.Begin(kDpo);
  order.Log("erasure_order", world.marie, "", R"({"erase":true})");
  order.Log("erasure_order", world.paul, "", R"({"erase":true})");
  Done(order);
  ErasureOptions options = Options();
  options.chunk = 1;
  Erase(crm, world.marie, options);
  const auto rest = ResumeErasures(crm, options, kDpo, kNow);
  ASSERT_TRUE(rest.ok()) << rest.status();
  EXPECT_EQ(rest->persons, 1);
  EXPECT_EQ(CountOf(crm, "contact", "true"), 0);
  EXPECT_EQ(ResumeErasures(crm, options, kDpo, kNow)->persons, 0);
}

TEST(Erasure, NeedsARightToWritePersons) {
  Crm crm = OpenWorld();
  const World world(crm);
  Transaction roles = crm.Begin(kDpo);
  roles.Define("role", "sales", R"({"types":{"*":"write","contact":"read"}})");
  Done(roles);
  const RecordRef persons[] = {world.marie};
  EXPECT_TRUE(absl::IsPermissionDenied(
      ErasePersons(crm, persons, Options(), Actor::User("amelie", "sales"), kNow).status()));
}

TEST(Erasure, IsOfPersons) {
  Crm crm = OpenWorld();
  const World world(crm);
  EXPECT_TRUE(
      absl::IsInvalidArgument(PlanPersonErasure(crm, world.acme, Options(), kNow).status()));
}

}  // namespace
}  // namespace relata

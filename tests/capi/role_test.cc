// SPDX-License-Identifier: Apache-2.0
//
// What a role hides is hidden behind the C interface too: it opens a database whose roles were
// defined in C++.

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "capi/relata.h"
#include "relata/crm/standard.h"
#include "relata/engine/crm.h"

namespace relata {
namespace {

constexpr int64_t kNow = 1'773'136'800'000'000;

class CApiRole : public testing::Test {
 protected:
  void SetUp() override {
    // One file a test: tests run side by side.
    path_ = testing::TempDir() + "capi_role_" +
            testing::UnitTest::GetInstance()->current_test_info()->name() + ".db";
    std::remove(path_.c_str());
    absl::StatusOr<Crm> crm = Crm::Open(path_);
    ASSERT_TRUE(crm.ok()) << crm.status();
    Transaction tx = crm->Begin(Actor::System("setup"));
    tx.Define("role", "service",
              R"({"types": {"contact": {"access": "read", "hidden": ["birth_date"]}}})");
    tx.Upsert("account", "erp", "1", {{"name", Value::Text("Acme")}});
    tx.Upsert("contact", "web", "1",
              {{"given_name", Value::Text("Marie")}, {"birth_date", Value::Day(Date{4'000})}});
    ASSERT_TRUE(tx.Commit({kNow}).ok());
  }

  // The record as the actor reads it; the status when there is none.
  std::string Get(const std::string& actor, const std::string& name, relata_status_t* status) {
    relata_open_options_t options{};
    options.struct_size = sizeof options;
    options.actor = actor.data();
    options.actor_size = actor.size();
    relata_crm_t* crm = nullptr;
    EXPECT_EQ(relata_crm_open(path_.data(), path_.size(), &options, &crm, nullptr), RELATA_OK);
    relata_buffer_t* out = nullptr;
    *status = relata_crm_get(crm, name.data(), name.size(), kNow, &out, nullptr);
    std::string text = relata_buffer_data(out);
    relata_buffer_free(out);
    relata_crm_close(crm);
    return text;
  }

  std::string path_;
};

TEST_F(CApiRole, AHiddenFieldIsLeftOutForTheRoleOnly) {
  relata_status_t status = RELATA_OK;
  const std::string all = Get("system:host", "contact/web:1", &status);
  EXPECT_EQ(status, RELATA_OK);
  EXPECT_NE(all.find("\"birth_date\""), std::string::npos) << all;
  const std::string some = Get("user:amelie/service", "contact/web:1", &status);
  EXPECT_EQ(status, RELATA_OK);
  EXPECT_NE(some.find("\"Marie\""), std::string::npos) << some;
  EXPECT_EQ(some.find("birth_date"), std::string::npos) << some;
}

TEST_F(CApiRole, AClosedTypeIsDenied) {
  relata_status_t status = RELATA_OK;
  EXPECT_EQ(Get("user:amelie/service", "account/erp:1", &status), "");
  EXPECT_EQ(status, RELATA_PERMISSION_DENIED);
  EXPECT_EQ(Get("user:nobody", "contact/web:1", &status), "");
  EXPECT_EQ(status, RELATA_PERMISSION_DENIED);
}

TEST_F(CApiRole, ThePastHidesWhatTheRoleHides) {
  const std::string actor = "user:amelie/service";
  relata_open_options_t options{};
  options.struct_size = sizeof options;
  options.actor = actor.data();
  options.actor_size = actor.size();
  relata_crm_t* crm = nullptr;
  ASSERT_EQ(relata_crm_open(path_.data(), path_.size(), &options, &crm, nullptr), RELATA_OK);
  relata_crm_t* past = nullptr;
  ASSERT_EQ(relata_crm_past(crm, kNow, kNow, &past, nullptr), RELATA_OK);
  const std::string marie = "contact/web:1";
  const std::string acme = "account/erp:1";
  for (relata_crm_t* handle : {crm, past}) {
    relata_buffer_t* out = nullptr;
    ASSERT_EQ(relata_crm_history(handle, marie.data(), marie.size(), kNow, &out, nullptr),
              RELATA_OK);
    std::string text = relata_buffer_data(out);
    relata_buffer_free(out);
    ASSERT_EQ(relata_crm_overview(handle, marie.data(), marie.size(), kNow, 0, &out, nullptr),
              RELATA_OK);
    text += relata_buffer_data(out);
    relata_buffer_free(out);
    ASSERT_EQ(relata_crm_timeline(handle, marie.data(), marie.size(), 0, 0, kNow, &out, nullptr),
              RELATA_OK);
    text += relata_buffer_data(out);
    relata_buffer_free(out);
    ASSERT_EQ(
        relata_crm_diff(handle, marie.data(), marie.size(), kNow - 1, 0, 0, kNow, &out, nullptr),
        RELATA_OK);
    text += relata_buffer_data(out);
    relata_buffer_free(out);
    EXPECT_NE(text.find("Marie"), std::string::npos) << text;
    EXPECT_EQ(text.find("1980-12-14"), std::string::npos) << text;
    EXPECT_EQ(text.find("birth_date"), std::string::npos) << text;
    EXPECT_EQ(relata_crm_history(handle, acme.data(), acme.size(), kNow, &out, nullptr),
              RELATA_PERMISSION_DENIED);
    EXPECT_EQ(relata_crm_diff(handle, "account", 7, kNow - 1, 0, 0, kNow, &out, nullptr),
              RELATA_PERMISSION_DENIED);
    EXPECT_EQ(relata_crm_tree(handle, acme.data(), acme.size(), "parent", 6, nullptr, 0, kNow, &out,
                              nullptr),
              RELATA_PERMISSION_DENIED);
    relata_decision_t decision{};
    decision.struct_size = sizeof decision;
    relata_error_t* error = nullptr;
    EXPECT_EQ(relata_may_contact(handle, marie.data(), marie.size(), "email", 5, "newsletter", 10,
                                 kNow, nullptr, &decision, &error),
              RELATA_OK)
        << relata_error_message(error);
    EXPECT_EQ(decision.outcome, RELATA_DENY);
    EXPECT_NE(std::string(decision.rule), "");
    relata_error_free(error);
  }
  relata_crm_close(past);
  relata_crm_close(crm);
}

}  // namespace
}  // namespace relata

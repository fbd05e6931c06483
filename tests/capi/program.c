/* SPDX-License-Identifier: Apache-2.0
 *
 * The C API as a C99 program sees it: records, a commit, questions, a segment, consent, an import,
 * and what failures look like. Says which check failed and ends with 1.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "relata.h"

static int failures = 0;

#define CHECK(condition)                                              \
  do {                                                                \
    if (!(condition)) {                                               \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      ++failures;                                                     \
    }                                                                 \
  } while (0)

/* A text literal or string as pointer and length. */
#define TEXT(s) (s), strlen(s)

/* 2026-03-10T10:00:00Z, a Tuesday. */
static const int64_t kNow = INT64_C(1773136800000000);

/* Prints and frees an error; 1 when there was none. */
static int ok(relata_error_t* err) {
  if (err == NULL) return 1;
  fprintf(stderr, "error %d: %s\n", (int)relata_error_code(err), relata_error_message(err));
  relata_error_free(err);
  return 0;
}

static int holds(const relata_buffer_t* buffer, const char* part) {
  const int found = buffer != NULL && strstr(relata_buffer_data(buffer), part) != NULL;
  if (!found) fprintf(stderr, "no %s in %s\n", part, relata_buffer_data(buffer));
  return found;
}

static void test_records(relata_crm_t* crm) {
  relata_buffer_t* out = NULL;
  relata_buffer_t* record = NULL;
  relata_error_t* err = NULL;
  CHECK(relata_crm_put(crm,
                       TEXT("{\"type\":\"account\",\"key\":{\"system\":\"erp\",\"key\":\"17\"},"
                            "\"fields\":{\"name\":\"Acme SAS\",\"founded_year\":1987,"
                            "\"revenue\":{\"amount\":\"1250000.50\",\"currency\":\"EUR\"}}}"),
                       kNow, &out, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "account/"));
  CHECK(relata_buffer_size(out) == strlen("account/") + 36);
  relata_buffer_free(out);

  CHECK(relata_crm_get(crm, TEXT("account/erp:17"), kNow, &record, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(record, "\"name\":\"Acme SAS\""));
  CHECK(holds(record, "\"founded_year\":1987"));
  CHECK(holds(record, "{\"amount\":\"1250000.50\",\"currency\":\"EUR\"}"));
  CHECK(holds(record, "{\"key\":\"17\",\"system\":\"erp\"}"));
  relata_buffer_free(record);
}

static void test_commit(relata_crm_t* crm) {
  static const char batch[] =
      "{\"operation_id\":\"first\",\"source\":\"web\",\"puts\":["
      "{\"as\":\"marie\",\"type\":\"contact\",\"key\":{\"system\":\"web\",\"key\":\"1\"},"
      "\"fields\":{\"given_name\":\"Marie\",\"email\":\"marie@example.fr\",\"country\":\"FR\","
      "\"account\":\"account/erp:17\"}},"
      "{\"type\":\"contact\",\"fields\":{\"given_name\":\"Paul\",\"country\":\"DE\","
      "\"reports_to\":\"@marie\"}}],"
      "\"events\":[{\"type\":\"page_view\",\"subject\":\"@marie\",\"at\":\"2026-03-09T09:00:00Z\","
      "\"fields\":{\"path\":\"/pricing\"}}],"
      "\"consents\":[{\"event\":\"grant\",\"person\":\"@marie\",\"at\":\"2026-01-05T09:00:00Z\","
      "\"scope\":{\"channels\":[\"email\"],\"purposes\":[\"newsletter\"]},"
      "\"evidence\":{\"source\":\"web\",\"text\":\"sha256:form-v3\",\"form_version\":\"v3\","
      "\"doi\":\"email\"}}]}";
  relata_buffer_t* out = NULL;
  relata_error_t* err = NULL;
  CHECK(relata_crm_commit(crm, TEXT(batch), kNow, &out, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "\"created\":2"));
  CHECK(holds(out, "\"events\":1"));
  CHECK(holds(out, "\"entries\":1"));
  CHECK(holds(out, "\"replayed\":false"));
  relata_buffer_free(out);

  CHECK(relata_crm_commit(crm, TEXT(batch), kNow, &out, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "\"replayed\":true"));
  CHECK(holds(out, "\"names\":[\"contact/"));
  CHECK(holds(out, ",null]"));
  relata_buffer_free(out);
}

static void test_questions(relata_crm_t* crm) {
  static const char french[] = "contact.country == 'FR' && contact.account.name == 'Acme SAS'";
  relata_buffer_t* out = NULL;
  relata_error_t* err = NULL;
  int64_t count = -1;
  int64_t errors = -1;
  int32_t member = -1;
  CHECK(relata_crm_query(crm, TEXT("contact"), TEXT(french), kNow, 0, &out, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "\"count\":1"));
  CHECK(holds(out, "\"ids\":[\"contact/"));
  relata_buffer_free(out);
  CHECK(relata_crm_count(crm, TEXT("contact"), TEXT("contact.events('page_view').size() >= 1"),
                         kNow, &count, &errors, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(count == 1);
  CHECK(errors == 0);

  CHECK(relata_segment_define(crm, TEXT("french"), TEXT("contact"), TEXT(french), kNow, &err) ==
        RELATA_OK);
  CHECK(ok(err));
  CHECK(relata_crm_count(crm, TEXT("contact"), TEXT("!in_segment('french')"), kNow, &count, NULL,
                         &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(count == 1);

  CHECK(relata_segment_warnings(crm, TEXT("french"), &out, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(relata_buffer_size(out) == 2); /* an empty list */
  relata_buffer_free(out);
  CHECK(relata_segment_define(crm, TEXT("hasty"), TEXT("ticket"),
                              TEXT("ticket.severity == 'criticl'"), kNow, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(relata_segment_warnings(crm, TEXT("hasty"), &out, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "did you mean"));
  relata_buffer_free(out);
  CHECK(relata_segment_warnings(crm, TEXT("nowhere"), &out, &err) == RELATA_NOT_FOUND);
  CHECK(out == NULL);
  relata_error_free(err);
  err = NULL;

  CHECK(relata_segment_contains(crm, TEXT("french"), TEXT("contact/web:1"), kNow, &member, &err) ==
        RELATA_OK);
  CHECK(ok(err));
  CHECK(member == 1);
  CHECK(relata_segment_contains(crm, TEXT("nowhere"), TEXT("contact/web:1"), kNow, &member, &err) ==
        RELATA_NOT_FOUND);
  CHECK(member == 0);
  relata_error_free(err);
  err = NULL;

  CHECK(relata_why(crm, TEXT("contact/web:1"), TEXT(french), kNow, &out, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "{\"fact\":\""));
  CHECK(holds(out, "Acme SAS"));
  relata_buffer_free(out);
}

static void test_consent(relata_crm_t* crm) {
  relata_decision_t decision;
  relata_contact_options_t options;
  relata_buffer_t* out = NULL;
  relata_error_t* err = NULL;
  memset(&decision, 0, sizeof decision);
  CHECK(decision.outcome == RELATA_DENY);
  decision.struct_size = sizeof decision;
  CHECK(relata_may_contact(crm, TEXT("contact/web:1"), TEXT("email"), TEXT("newsletter"), kNow,
                           NULL, &decision, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(decision.outcome == RELATA_ALLOW);
  CHECK(strcmp(decision.rule, "CONSENT.OK") == 0);
  CHECK(strcmp(decision.basis, "consent") == 0);
  CHECK(strcmp(decision.jurisdiction, "FR") == 0);

  /* What was recorded before the grant was known allows nothing. */
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.known_at = kNow - 1;
  CHECK(relata_may_contact(crm, TEXT("contact/web:1"), TEXT("email"), TEXT("newsletter"), kNow,
                           &options, &decision, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(decision.outcome == RELATA_DENY);

  CHECK(relata_why_contact(crm, TEXT("contact/web:1"), TEXT("sms"), TEXT("offers"), kNow, NULL,
                           &out, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "\"decision\":\"deny\""));
  relata_buffer_free(out);

  /* A failure leaves a decision that never sends. */
  decision.outcome = RELATA_ALLOW;
  CHECK(relata_may_contact(crm, TEXT("contact/web:none"), TEXT("email"), TEXT("newsletter"), kNow,
                           NULL, &decision, NULL) == RELATA_NOT_FOUND);
  CHECK(decision.outcome == RELATA_DENY);
  CHECK(decision.struct_size == sizeof decision);
}

static void test_import(relata_crm_t* crm, const char* file) {
  char request[4096];
  relata_buffer_t* out = NULL;
  relata_error_t* err = NULL;
  int64_t count = 0;
  FILE* csv = fopen(file, "w");
  CHECK(csv != NULL);
  if (csv == NULL) return;
  fputs("Name,Country\nGlobex,FR\nInitech,DE\n", csv);
  fclose(csv);
  sprintf(request, "{\"paths\":[\"%.3500s\"],\"preset\":\"generic\",\"type\":\"account\"}", file);
  CHECK(relata_crm_import(crm, TEXT(request), kNow, &out, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "\"created\":2"));
  relata_buffer_free(out);
  CHECK(relata_crm_count(crm, TEXT("account"), TEXT("account.name in ['Globex', 'Initech']"), kNow,
                         &count, NULL, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(count == 2);
}

static void test_failures(relata_crm_t* crm) {
  static const struct {
    const char* put;
    const char* message;
  } cases[] = {
      {"{", "not JSON"},
      {"[]", "no JSON object"},
      {"{\"type\":\"contact\",\"type\":\"lead\"}", "twice"},
      {"{\"type\":\"wizard\"}", "there is no type of record"},
      {"{\"type\":\"contact\",\"filds\":{}}", "there is no member filds"},
      {"{\"type\":\"contact\",\"fields\":{\"hat\":1}}", "contact has no field hat"},
      {"{\"type\":\"contact\",\"fields\":{\"email\":1}}", "contact.email is a text"},
      {"{\"type\":\"account\",\"fields\":{\"founded_year\":1.5}}", "is a whole number"},
      {"{\"type\":\"contact\",\"fields\":{\"email\":\"\xff\"}}", "not UTF-8"},
  };
  relata_buffer_t* out = NULL;
  relata_error_t* err = NULL;
  size_t i;
  for (i = 0; i < sizeof cases / sizeof cases[0]; ++i) {
    CHECK(relata_crm_put(crm, TEXT(cases[i].put), kNow, &out, &err) == RELATA_INVALID_ARGUMENT);
    CHECK(out == NULL);
    CHECK(relata_error_code(err) == RELATA_INVALID_ARGUMENT);
    if (strstr(relata_error_message(err), cases[i].message) == NULL) {
      fprintf(stderr, "%s: %s\n", cases[i].put, relata_error_message(err));
      ++failures;
    }
    relata_error_free(err);
  }
  CHECK(relata_crm_get(crm, TEXT("contact/web:none"), kNow, &out, NULL) == RELATA_NOT_FOUND);
  CHECK(relata_crm_query(crm, TEXT("contact"), TEXT("contact.hat == 1"), kNow, 0, &out, NULL) ==
        RELATA_INVALID_ARGUMENT);
  CHECK(relata_crm_get(NULL, TEXT("contact/web:1"), kNow, &out, NULL) == RELATA_INVALID_ARGUMENT);
  relata_buffer_free(NULL);
  relata_error_free(NULL);
  relata_crm_close(NULL);
}

/* The graph as it was: Marie's country changes on the second day. */
static void test_past(relata_crm_t* crm) {
  static const int64_t kDay = INT64_C(86400000000);
  static const char move[] = "{\"name\":\"contact/web:1\",\"fields\":{\"country\":\"BE\"}}";
  relata_crm_t* past = NULL;
  relata_crm_t* before = NULL;
  relata_buffer_t* out = NULL;
  relata_error_t* err = NULL;
  int64_t count = -1;
  int32_t member = -1;
  CHECK(relata_crm_put(crm, TEXT(move), kNow + 2 * kDay, &out, &err) == RELATA_OK);
  CHECK(ok(err));
  relata_buffer_free(out);
  CHECK(relata_crm_past(crm, kNow + kDay, 0, &past, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(relata_crm_past(crm, 0, kNow - kDay, &before, &err) == RELATA_OK);
  CHECK(ok(err));

  CHECK(relata_crm_get(crm, TEXT("contact/web:1"), kNow + 3 * kDay, &out, &err) == RELATA_OK);
  CHECK(holds(out, "\"country\":\"BE\""));
  relata_buffer_free(out);
  CHECK(relata_crm_get(past, TEXT("contact/web:1"), kNow + kDay, &out, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "\"country\":\"FR\""));
  relata_buffer_free(out);
  CHECK(relata_crm_get(before, TEXT("contact/web:1"), kNow - kDay, &out, NULL) == RELATA_NOT_FOUND);
  CHECK(out == NULL);

  CHECK(relata_crm_query(past, TEXT("contact"), TEXT("contact.country == 'FR'"), kNow + kDay, 0,
                         &out, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "\"count\":1"));
  CHECK(holds(out, "\"erased_since\":0"));
  relata_buffer_free(out);
  CHECK(relata_crm_count(before, TEXT("contact"), TEXT("true"), kNow - kDay, &count, NULL, &err) ==
        RELATA_OK);
  CHECK(ok(err));
  CHECK(count == 0);
  CHECK(relata_segment_contains(past, TEXT("french"), TEXT("contact/web:1"), kNow + kDay, &member,
                                &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(member == 1);
  CHECK(relata_segment_contains(crm, TEXT("french"), TEXT("contact/web:1"), kNow + 3 * kDay,
                                &member, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(member == 0);

  CHECK(relata_crm_overview(past, TEXT("contact/web:1"), kNow + kDay, 0, &out, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "\"country\":\"FR\""));
  CHECK(holds(out, "\"title\":\"Marie\""));
  CHECK(holds(out, "\"erased_since\":0"));
  relata_buffer_free(out);
  CHECK(relata_crm_overview(crm, TEXT("contact/web:1"), kNow + 3 * kDay, 0, &out, &err) ==
        RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "\"country\":\"BE\""));
  CHECK(strstr(relata_buffer_data(out), "erased_since") == NULL);
  relata_buffer_free(out);

  CHECK(relata_crm_history(crm, TEXT("contact/web:1"), kNow + 3 * kDay, &out, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "{\"after\":\"BE\",\"before\":\"FR\",\"field\":\"country\"}"));
  relata_buffer_free(out);
  CHECK(relata_crm_history(past, TEXT("contact/web:1"), kNow + kDay, &out, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "\"op\":\"created\""));
  CHECK(strstr(relata_buffer_data(out), "\"BE\"") == NULL);
  relata_buffer_free(out);
  CHECK(relata_crm_timeline(crm, TEXT("contact/web:1"), kNow + kDay, 0, kNow + 3 * kDay, &out,
                            &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "\"text\":\"changed: Country FR -> BE\""));
  CHECK(strstr(relata_buffer_data(out), "created") == NULL);
  relata_buffer_free(out);

  CHECK(relata_crm_diff(crm, TEXT("contact/web:1"), kNow + kDay, 0, 0, kNow + 3 * kDay, &out,
                        &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "{\"after\":\"BE\",\"before\":\"FR\",\"field\":\"country\"}"));
  relata_buffer_free(out);
  CHECK(relata_segment_diff(crm, TEXT("french"), kNow + kDay, 0, 0, kNow + 3 * kDay, &out, &err) ==
        RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "\"joined\":[]"));
  CHECK(holds(out, "\"left\":[\"contact/"));
  relata_buffer_free(out);
  CHECK(relata_crm_diff(crm, TEXT("contact"), 0, 0, 0, kNow, &out, NULL) ==
        RELATA_INVALID_ARGUMENT);

  CHECK(relata_crm_put(past, TEXT(move), kNow + 3 * kDay, &out, NULL) ==
        RELATA_FAILED_PRECONDITION);
  CHECK(relata_segment_define(past, TEXT("s"), TEXT("contact"), TEXT("true"), kNow + 3 * kDay,
                              NULL) == RELATA_FAILED_PRECONDITION);
  relata_crm_close(past);
  CHECK(relata_crm_past(crm, INT64_MAX, 0, &past, NULL) == RELATA_INVALID_ARGUMENT);
  CHECK(past == NULL);
  CHECK(relata_crm_past(crm, 0, 0, NULL, NULL) == RELATA_INVALID_ARGUMENT);
  relata_crm_close(before);
}

/* A past graph outlives the handle it came from. */
static void test_past_alone(relata_crm_t* crm) {
  relata_crm_t* past = NULL;
  int64_t count = -1;
  CHECK(relata_crm_past(crm, kNow, 0, &past, NULL) == RELATA_OK);
  relata_crm_close(crm);
  CHECK(relata_crm_count(past, TEXT("contact"), TEXT("contact.country == 'FR'"), kNow, &count, NULL,
                         NULL) == RELATA_OK);
  CHECK(count == 1);
  relata_crm_close(past);
}

/* A workflow fires and is acknowledged, a score ranks, an audience leaves out, a merge is undone.
 */
static void test_work(relata_crm_t* crm) {
  static const char workflow[] =
      "{\"type\":\"contact\",\"on\":\"change\",\"when\":\"contact.lifecycle == 'customer'\","
      "\"actions\":[{\"do\":\"create_task\",\"text\":\"Call\",\"role\":\"sales\",\"days\":1}]}";
  static const char score[] =
      "{\"type\":\"contact\",\"rules\":[{\"name\":\"views\",\"event\":\"page_view\",\"points\":3}]"
      "}";
  static const char customer[] =
      "{\"name\":\"contact/web:1\",\"fields\":{\"lifecycle\":\"customer\"}}";
  static const int64_t later = INT64_C(1773136800000000) + INT64_C(864000000000);
  relata_buffer_t* out = NULL;
  relata_error_t* err = NULL;
  int32_t sound = -1;
  int64_t item = 0;
  CHECK(relata_crm_define(crm, TEXT("workflow"), TEXT("call"), TEXT(workflow), later, &err) ==
        RELATA_OK);
  CHECK(ok(err));
  CHECK(relata_crm_define(crm, TEXT("score"), TEXT("views"), TEXT(score), later, &err) ==
        RELATA_OK);
  CHECK(ok(err));
  CHECK(relata_crm_define(crm, TEXT("spell"), TEXT("x"), TEXT("{}"), later, &err) ==
        RELATA_INVALID_ARGUMENT);
  CHECK(strstr(relata_error_message(err), "spell") != NULL);
  relata_error_free(err);
  CHECK(relata_crm_definitions(crm, TEXT("score"), &out, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "\"name\":\"views\""));
  relata_buffer_free(out);

  CHECK(relata_crm_put(crm, TEXT(customer), later, &out, &err) == RELATA_OK);
  CHECK(ok(err));
  relata_buffer_free(out);
  CHECK(relata_outbox(crm, 0, &out, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "\"text\":\"Call\""));
  CHECK(sscanf(strstr(relata_buffer_data(out), "\"item\":"), "\"item\":%" SCNd64, &item) == 1);
  relata_buffer_free(out);
  CHECK(relata_outbox_done(crm, item, later, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(relata_outbox(crm, 0, &out, &err) == RELATA_OK);
  CHECK(relata_buffer_size(out) == 0);
  relata_buffer_free(out);
  CHECK(relata_crm_advance(crm, later + 1000000, &out, &err) == RELATA_OK);
  CHECK(ok(err));
  relata_buffer_free(out);
  CHECK(relata_crm_advance(crm, kNow, &out, NULL) == RELATA_INVALID_ARGUMENT);
  CHECK(out == NULL);

  CHECK(relata_score_top(crm, TEXT("views"), 1, later, &out, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "\"total\":3.0"));
  relata_buffer_free(out);
  CHECK(relata_score_of(crm, TEXT("views"), TEXT("contact/web:1"), later, &out, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "\"rule\":\"views\""));
  relata_buffer_free(out);
  CHECK(relata_rfm(crm, TEXT("contact"), NULL, 0, later, &out, &err) == RELATA_OK);
  CHECK(ok(err));
  relata_buffer_free(out);
  CHECK(relata_forecast(crm, 3, later, &out, &err) == RELATA_OK);
  CHECK(ok(err));
  relata_buffer_free(out);
  CHECK(relata_audience(crm, TEXT("french"), TEXT("email"), TEXT("newsletter"), later, NULL, &out,
                        &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "\"excluded\":"));
  relata_buffer_free(out);
  CHECK(relata_crm_verify(crm, &sound, &out, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(sound == 1);
  CHECK(holds(out, "\"issues\":[]"));
  relata_buffer_free(out);
}

static void test_rights(relata_crm_t* crm) {
  relata_buffer_t* out = NULL;
  relata_error_t* err = NULL;
  CHECK(relata_rights_open(crm, TEXT("{\"right\":\"access\",\"person\":\"contact/web:1\"}"), kNow,
                           &out, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "\"number\":\"R-2026-1\""));
  relata_buffer_free(out);
  CHECK(relata_rights_list(crm, 0, kNow, &out, &err) == RELATA_OK);
  CHECK(holds(out, "\"overdue\":false"));
  relata_buffer_free(out);
  CHECK(relata_rights_export(crm, TEXT("R-2026-1"), kNow, &out, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "Marie"));
  relata_buffer_free(out);
  CHECK(relata_rights_close(crm, TEXT("R-2026-1"), 0, NULL, 0, kNow, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(relata_rights_close(crm, TEXT("R-2026-1"), 0, NULL, 0, kNow, NULL) ==
        RELATA_FAILED_PRECONDITION);
  CHECK(relata_erasure_plan(crm, TEXT("contact/web:1"), kNow, &out, NULL) ==
        RELATA_FAILED_PRECONDITION); /* no privacy key */
  CHECK(relata_erase(crm, TEXT("{\"persons\":[\"contact/web:1\"]}"), kNow, &out, NULL) ==
        RELATA_FAILED_PRECONDITION);
}

/* A user without roles in the database reads everything; a reader writes nothing. */
static void test_read_only(const char* database) {
  relata_open_options_t options;
  relata_crm_t* crm = NULL;
  relata_buffer_t* out = NULL;
  relata_error_t* err = NULL;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.read_only = 1;
  options.actor = "user:amelie/sales";
  options.actor_size = strlen(options.actor);
  CHECK(relata_crm_open(TEXT(database), &options, &crm, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(relata_crm_get(crm, TEXT("account/erp:17"), kNow, &out, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(holds(out, "\"name\":\"Acme SAS\""));
  relata_buffer_free(out);
  CHECK(relata_crm_put(crm, TEXT("{\"type\":\"account\",\"fields\":{\"name\":\"Umbrella\"}}"), kNow,
                       &out, NULL) == RELATA_FAILED_PRECONDITION);
  relata_crm_close(crm);

  options.actor = "amelie";
  options.actor_size = strlen(options.actor);
  CHECK(relata_crm_open(TEXT(database), &options, &crm, NULL) == RELATA_INVALID_ARGUMENT);
  CHECK(crm == NULL);
}

static void count_at_acme(const char* database, const relata_open_options_t* options,
                          int64_t* count) {
  relata_crm_t* crm = NULL;
  relata_error_t* err = NULL;
  int64_t errors = 0;
  CHECK(relata_crm_open(TEXT(database), options, &crm, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(relata_crm_count(crm, TEXT("contact"), TEXT("contact.account.name == 'Acme SAS'"), kNow,
                         count, &errors, &err) == RELATA_OK);
  CHECK(ok(err));
  CHECK(errors == 0);
  relata_crm_close(crm);
}

/* Bounds change what a question takes, not what it answers; a wrong one leaves no file. */
static void test_bounds(const char* database) {
  relata_open_options_t options;
  relata_crm_t* crm = NULL;
  relata_error_t* err = NULL;
  int64_t unbounded = 0;
  int64_t bounded = -1;
  char other[512];
  snprintf(other, sizeof other, "%s.other", database);
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.exclusive = 1;
  count_at_acme(database, &options, &unbounded);
  CHECK(unbounded > 0);
  options.memory_limit = 1;
  options.threads = 2;
  count_at_acme(database, &options, &bounded);
  CHECK(bounded == unbounded);

  options.threads = 65;
  CHECK(relata_crm_open(TEXT(other), &options, &crm, &err) == RELATA_INVALID_ARGUMENT);
  CHECK(crm == NULL);
  CHECK(strstr(relata_error_message(err), "threads") != NULL);
  relata_error_free(err);
  options.threads = 1;
  options.must_exist = 1;
  CHECK(relata_crm_open(TEXT(other), &options, &crm, NULL) == RELATA_NOT_FOUND);
}

int main(int argc, char** argv) {
  relata_crm_t* crm = NULL;
  relata_error_t* err = NULL;
  relata_open_options_t options;
  if (argc != 3) {
    fprintf(stderr, "usage: %s DATABASE CSV\n", argv[0]);
    return 2;
  }
  CHECK(strcmp(relata_version(), EXPECTED_VERSION) == 0);
  remove(argv[1]);
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.must_exist = 1;
  CHECK(relata_crm_open(TEXT(argv[1]), &options, &crm, NULL) == RELATA_NOT_FOUND);
  CHECK(relata_crm_open(TEXT(argv[1]), NULL, &crm, &err) == RELATA_OK);
  CHECK(ok(err));
  if (crm == NULL) return 1;
  test_records(crm);
  test_commit(crm);
  test_questions(crm);
  test_consent(crm);
  test_import(crm, argv[2]);
  test_failures(crm);
  test_past(crm);
  test_work(crm);
  test_rights(crm);
  test_past_alone(crm);
  test_read_only(argv[1]);
  test_bounds(argv[1]);
  return failures == 0 ? 0 : 1;
}

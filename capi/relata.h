/* SPDX-License-Identifier: Apache-2.0
 *
 * Relata from C and from every language that can call C.
 *
 * A relata_crm_t is one customer graph, open: records are put into it, questions are asked of it,
 * and every answer can say why. It is thread-safe, except that closing it while it is in use is the
 * caller's bug.
 *
 * One shape for all that can fail:
 *
 *   relata_status_t f(handle, inputs..., outputs..., relata_error_t** err);
 *
 * The status is RELATA_OK or says what kind of failure it was; when `err` is not NULL, *err becomes
 * NULL or an error to read and to free. After a failure every output is NULL or 0. There is no last
 * error anywhere else, nothing is thrown, and nothing is printed.
 *
 * Text goes in as pointer and length in bytes, UTF-8, borrowed for the call only; NULL with length
 * 0 is the empty text. What comes out is a relata_buffer_t that the caller frees. Nobody calls
 * free() on memory of this library. Times are microseconds since 1970-01-01T00:00:00Z; the library
 * reads no clock, so `now` is always an argument. A record is named "TYPE/ID", ID being its public
 * id or an external key "system:key". JSON payloads have the shapes of proto/relata/v1.
 *
 * All of it: since 0.1, unstable.
 */
#ifndef RELATA_H_
#define RELATA_H_

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define RELATA_API __attribute__((visibility("default")))
#else
#define RELATA_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Status and errors ---- */

/* What became of a call. The numbers are those of gRPC's canonical codes. */
typedef int32_t relata_status_t;
enum {
  RELATA_OK = 0,
  RELATA_UNKNOWN = 2,          /* a commit's outcome: repeat it with its operation id */
  RELATA_INVALID_ARGUMENT = 3, /* the caller's input; nothing was done */
  RELATA_NOT_FOUND = 5,
  RELATA_ALREADY_EXISTS = 6, /* a unique value or a key is taken */
  RELATA_PERMISSION_DENIED = 7,
  RELATA_RESOURCE_EXHAUSTED = 8,  /* a stated limit, or memory */
  RELATA_FAILED_PRECONDITION = 9, /* the state forbids it; trying again cannot help */
  RELATA_ABORTED = 10,            /* somebody else was faster; try again */
  RELATA_INTERNAL = 13,           /* a defect of this library */
  RELATA_UNAVAILABLE = 14,        /* the store cannot be reached; trying again may help */
  RELATA_DATA_LOSS = 15           /* what is stored is damaged */
};

/* Why a call failed. Immutable; owned by the caller. */
typedef struct relata_error_t relata_error_t;

/* The status the call returned. */
RELATA_API relata_status_t relata_error_code(const relata_error_t* error);
/* One or more lines for a person, ended by NUL; lives as long as the error. */
RELATA_API const char* relata_error_message(const relata_error_t* error);
/* NULL is fine. */
RELATA_API void relata_error_free(relata_error_t* error);

/* Bytes that the library made. Immutable; owned by the caller. */
typedef struct relata_buffer_t relata_buffer_t;

/* The bytes, followed by a NUL that relata_buffer_size does not count; live as long as the buffer.
 */
RELATA_API const char* relata_buffer_data(const relata_buffer_t* buffer);
RELATA_API size_t relata_buffer_size(const relata_buffer_t* buffer);
/* NULL is fine. */
RELATA_API void relata_buffer_free(relata_buffer_t* buffer);

/* "0.1.0": the version of the library that is loaded. Lives as long as the program. */
RELATA_API const char* relata_version(void);

/* ---- A customer graph ---- */

typedef struct relata_crm_t relata_crm_t;

/* How a graph is opened. Set struct_size to sizeof(relata_open_options_t) and the rest to zero;
 * zero is each option's default. */
typedef struct relata_open_options_t {
  size_t struct_size;
  int32_t read_only;  /* 1: commits answer RELATA_FAILED_PRECONDITION */
  int32_t must_exist; /* 1: RELATA_NOT_FOUND instead of creating a database */
  const char* tenant; /* NULL: "main" */
  size_t tenant_size;
  const char* zone; /* IANA zone of a new database; NULL: "UTC" */
  size_t zone_size;
  const char* actor;       /* who acts and asks: "user:NAME", "user:NAME/ROLE", "system:NAME" */
  size_t actor_size;       /* NULL: "system:host" */
  int32_t exclusive;       /* 1: nobody else writes while it is open, so no question asks the store
                              whether there is something newer */
  const char* privacy_key; /* 64 hexadecimal digits; needed once somebody was erased; NULL: none */
  size_t privacy_key_size;
  uint64_t memory_limit; /* bytes that loaded columns and indexes may take; what is more is asked of
                            the store by SQL, with the same answers; 0: no limit */
  int32_t threads;       /* 1 to 64: a question over a large population takes at most so many, the
                            asking one among them; 0: 1 */
} relata_open_options_t;

/* Opens or creates the database at `where`: a path, ":memory:" or "postgres://USER@HOST/DATABASE".
 * `options` may be NULL. The graph is the caller's to close. RELATA_INVALID_ARGUMENT (unknown zone
 * or actor, too many threads), RELATA_NOT_FOUND, RELATA_FAILED_PRECONDITION (a newer format,
 * another tenant's file), RELATA_DATA_LOSS, RELATA_UNAVAILABLE (no server answers). */
RELATA_API relata_status_t relata_crm_open(const char* where, size_t where_size,
                                           const relata_open_options_t* options, relata_crm_t** crm,
                                           relata_error_t** err);
/* NULL is fine. What was committed is safe whether or not this is called. */
RELATA_API void relata_crm_close(relata_crm_t* crm);

/* ---- Change ---- */

/* Creates or changes one record in a commit of its own and gives its name, "TYPE/ID". `put` is a
 * Put of proto/relata/v1/crm.proto:
 *
 *   {"type": "contact", "key": {"system": "erp", "key": "17"}, "fields": {"given_name": "Marie"}}
 *
 * With a key: the record that carries it, or a new one that does. With "name" instead: that record.
 * With neither: a new record. A field that is null is cleared, one that is not named stays.
 * RELATA_INVALID_ARGUMENT names the member that is wrong; also what relata_crm_commit answers. */
RELATA_API relata_status_t relata_crm_put(relata_crm_t* crm, const char* put, size_t put_size,
                                          int64_t now, relata_buffer_t** name,
                                          relata_error_t** err);

/* Commits puts, deletes, merges and their undoing, events and consent entries together or not at
 * all: `batch` is a Batch, the answer a Commit of crm.proto, whose "names" are those of the puts in
 * their order. A merged record answers as the one it was merged into, and an opt-out of either
 * binds both; undoing the merge gives each its own again. RELATA_INVALID_ARGUMENT, RELATA_NOT_FOUND
 * (a record named does not exist), RELATA_ALREADY_EXISTS, RELATA_PERMISSION_DENIED,
 * RELATA_FAILED_PRECONDITION (a stage gate, a cycle), RELATA_UNAVAILABLE (the lock was not to be
 * had), RELATA_UNKNOWN. */
RELATA_API relata_status_t relata_crm_commit(relata_crm_t* crm, const char* batch,
                                             size_t batch_size, int64_t now,
                                             relata_buffer_t** commit, relata_error_t** err);

/* Imports the files and folders of `request`, an ImportRequest of import.proto:
 * {"paths": ["exports"], "preset": "zoho"}. The answer is an ImportReport; rows that were refused
 * are issues in it, not a failure. RELATA_NOT_FOUND for a path that does not exist. */
RELATA_API relata_status_t relata_crm_import(relata_crm_t* crm, const char* request,
                                             size_t request_size, int64_t now,
                                             relata_buffer_t** report, relata_error_t** err);

/* Moves time: what time alone caused up to `now` - workflows that fell due, memberships entered and
 * left - is recorded in one commit, and the answer is that Commit of crm.proto, or the newest one
 * when time caused nothing. To be called as often as workflows are to be punctual; no question
 * depends on it. RELATA_INVALID_ARGUMENT when `now` is earlier than the newest commit. */
RELATA_API relata_status_t relata_crm_advance(relata_crm_t* crm, int64_t now,
                                              relata_buffer_t** commit, relata_error_t** err);

/* Saves the next version of a definition: `kind` is "role", "pipeline", "workflow", "score", "rfm"
 * or "job", `body` its JSON (the headers access/role.h, process/pipeline.h,
 * process/workflow.h, score/rule_score.h, score/rfm.h, process/maintenance.h), which is checked
 * against the schema. Segments have a call of their own. RELATA_INVALID_ARGUMENT names what is
 * wrong, RELATA_FAILED_PRECONDITION when it would depend on itself. */
RELATA_API relata_status_t relata_crm_define(relata_crm_t* crm, const char* kind, size_t kind_size,
                                             const char* name, size_t name_size, const char* body,
                                             size_t body_size, int64_t now, relata_error_t** err);

/* The definitions of a kind ("segment" and those above) as they stand, or stood in a past graph: a
 * line a definition, each a Definition of crm.proto, by name. */
RELATA_API relata_status_t relata_crm_definitions(relata_crm_t* crm, const char* kind,
                                                  size_t kind_size, relata_buffer_t** lines,
                                                  relata_error_t** err);

/* What workflows ask the host to do, in order: a line an item, each an OutboxItem of crm.proto.
 * `all` 1 gives those done too. */
RELATA_API relata_status_t relata_outbox(relata_crm_t* crm, int32_t all, relata_buffer_t** lines,
                                         relata_error_t** err);

/* Records that the host did the item; doing it twice is fine. RELATA_NOT_FOUND. */
RELATA_API relata_status_t relata_outbox_done(relata_crm_t* crm, int64_t item, int64_t now,
                                              relata_error_t** err);

/* ---- Ask ---- */

/* The record `name` as a Record of crm.proto: its name, its keys and the fields that have a value
 * and that the actor may read. RELATA_NOT_FOUND, RELATA_PERMISSION_DENIED. */
RELATA_API relata_status_t relata_crm_get(relata_crm_t* crm, const char* name, size_t name_size,
                                          int64_t now, relata_buffer_t** record,
                                          relata_error_t** err);

/* The records of `type` for which the expression is true, as a QueryAnswer of crm.proto:
 * {"count": 2, "errors": 0, "ids": ["contact/..."]}, of a past graph also "erased_since", and
 * "warnings" when the text may not ask what was meant: a choice compared with a word that is none
 * of its options, a value used that may be absent. At most `limit` ids, 0 being all; the count is
 * of all. RELATA_INVALID_ARGUMENT with a caret under the place when the text does not check,
 * RELATA_PERMISSION_DENIED when it names what the actor may not read. */
RELATA_API relata_status_t relata_crm_query(relata_crm_t* crm, const char* type, size_t type_size,
                                            const char* expression, size_t expression_size,
                                            int64_t now, int64_t limit, relata_buffer_t** answer,
                                            relata_error_t** err);

/* The same as two numbers: for how many it is true, and for how many it cannot be decided. Either
 * output may be NULL. */
RELATA_API relata_status_t relata_crm_count(relata_crm_t* crm, const char* type, size_t type_size,
                                            const char* expression, size_t expression_size,
                                            int64_t now, int64_t* count, int64_t* errors,
                                            relata_error_t** err);

/* Why the expression is true, false or undecided for the record `name`: a line {"fact": "..."} a
 * fact, each ended by a newline, the most decisive first. Fails as relata_crm_query. */
RELATA_API relata_status_t relata_why(relata_crm_t* crm, const char* name, size_t name_size,
                                      const char* expression, size_t expression_size, int64_t now,
                                      relata_buffer_t** lines, relata_error_t** err);

/* The 360-degree view of the record `name`, an Overview of crm.proto: what it is called, its fields
 * by label, what belongs to it, what is open and in force, what happened, newest first and at most
 * `timeline` of it (0: twenty). RELATA_NOT_FOUND, RELATA_PERMISSION_DENIED. */
RELATA_API relata_status_t relata_crm_overview(relata_crm_t* crm, const char* name,
                                               size_t name_size, int64_t now, int64_t timeline,
                                               relata_buffer_t** view, relata_error_t** err);

/* ---- The past ---- */

/* The same graph as it was: *past is a handle of its own, and every question asked of it - a
 * record, a query, a segment, a decision, the view above - is answered from the graph of that
 * instant. `at` is what was so then, by the days on which things took effect; `known_at` is what
 * was known then, by the commits made until then; both together what was known then about an
 * earlier day. 0 leaves one open; both 0 is today. `now` is still given with each question, as a
 * rule the same instant.
 *
 * It takes no change: putting, committing, importing, defining and attempts to send are
 * RELATA_FAILED_PRECONDITION. People who were erased since are in no answer, and each answer says
 * how many are left out where it can ("erased_since"). The caller closes it with relata_crm_close,
 * before or after the graph it is of. RELATA_INVALID_ARGUMENT outside the years 0001 to 9999. */
RELATA_API relata_status_t relata_crm_past(relata_crm_t* crm, int64_t at, int64_t known_at,
                                           relata_crm_t** past, relata_error_t** err);

/* What happened to the record `name`, oldest first: a line a commit, each a HistoryEntry of
 * crm.proto ended by a newline, with the values before and after that the actor may read. Of a past
 * graph: what was known and in effect then. RELATA_NOT_FOUND, RELATA_PERMISSION_DENIED. */
RELATA_API relata_status_t relata_crm_history(relata_crm_t* crm, const char* name, size_t name_size,
                                              int64_t now, relata_buffer_t** lines,
                                              relata_error_t** err);

/* Everything that happened to the record in [from, until), 0 leaving an end open, and nothing later
 * than `now`, oldest first: its changes, states with how long the one before lasted, events, the
 * records that name it, consent. A line an entry, each a TimelineEntry of crm.proto.
 * RELATA_NOT_FOUND, RELATA_PERMISSION_DENIED. */
RELATA_API relata_status_t relata_crm_timeline(relata_crm_t* crm, const char* name,
                                               size_t name_size, int64_t from, int64_t until,
                                               int64_t now, relata_buffer_t** lines,
                                               relata_error_t** err);

/* What is different between the instants `from` and `to`, as a Difference of crm.proto. `subject`
 * is a record "TYPE/ID" (its fields, and the records that name it at one of the two only) or a type
 * (which of its records came, left and changed). `to` 0 is today; `known` 1 compares what was known
 * then, 0 what was so then. RELATA_INVALID_ARGUMENT without `from`, RELATA_NOT_FOUND for a record
 * that was there at neither, RELATA_PERMISSION_DENIED. */
RELATA_API relata_status_t relata_crm_diff(relata_crm_t* crm, const char* subject,
                                           size_t subject_size, int64_t from, int64_t to,
                                           int32_t known, int64_t now, relata_buffer_t** difference,
                                           relata_error_t** err);

/* The same of the members of a segment: who entered, who left, and who changed and stayed. */
RELATA_API relata_status_t relata_segment_diff(relata_crm_t* crm, const char* segment,
                                               size_t segment_size, int64_t from, int64_t to,
                                               int32_t known, int64_t now,
                                               relata_buffer_t** difference, relata_error_t** err);

/* ---- Lives ---- */

/* Of the records of `type` whose `field` - a life-cycle, a stage, a status - entered `state` in
 * [from, until): where they are now and by which states they got there, as a Cohort of crm.proto.
 * `from` 0 is the beginning, `until` 0 is `now`. RELATA_INVALID_ARGUMENT when the field has no
 * states or not that one, RELATA_NOT_FOUND, RELATA_PERMISSION_DENIED. */
RELATA_API relata_status_t relata_crm_cohort(relata_crm_t* crm, const char* type, size_t type_size,
                                             const char* field, size_t field_size,
                                             const char* state, size_t state_size, int64_t from,
                                             int64_t until, int64_t now, relata_buffer_t** cohort,
                                             relata_error_t** err);

/* From which state of the field to which, how often since `since` (0: ever), and after how long: a
 * line a transition, each a Transition of crm.proto, the most frequent first. Fails as above. */
RELATA_API relata_status_t relata_crm_transitions(relata_crm_t* crm, const char* type,
                                                  size_t type_size, const char* field,
                                                  size_t field_size, int64_t since, int64_t now,
                                                  relata_buffer_t** lines, relata_error_t** err);

/* ---- Trees ---- */

/* The record `name` and all that is below it by the link of its type to itself, such as "parent",
 * parents before children: a line a record, each a TreeNode of crm.proto. `expression` is a number
 * or an amount of one record, such as "account.orders.map(o, o.net).sum()": each line then has the
 * record's own and the total with everything below; NULL with size 0 asks for none.
 * RELATA_NOT_FOUND for a link that is none, RELATA_INVALID_ARGUMENT for another kind of value or
 * amounts of several currencies, RELATA_PERMISSION_DENIED. */
RELATA_API relata_status_t relata_crm_tree(relata_crm_t* crm, const char* name, size_t name_size,
                                           const char* link, size_t link_size,
                                           const char* expression, size_t expression_size,
                                           int64_t now, relata_buffer_t** lines,
                                           relata_error_t** err);

/* ---- Segments ---- */

/* Saves the condition under a name, as the next version of the segment: in_segment('NAME') in any
 * expression is true for its members. RELATA_INVALID_ARGUMENT when the name is malformed or the
 * expression does not check, RELATA_FAILED_PRECONDITION when it would depend on itself. */
RELATA_API relata_status_t relata_segment_define(relata_crm_t* crm, const char* segment,
                                                 size_t segment_size, const char* type,
                                                 size_t type_size, const char* expression,
                                                 size_t expression_size, int64_t now,
                                                 relata_error_t** err);

/* What the checker finds odd about a saved segment's condition, which can be asked all the same (a
 * choice compared with a word that is none of its options): a JSON list of texts, each with a caret
 * under the place, empty when there is nothing. It says nothing of any record. RELATA_NOT_FOUND. */
RELATA_API relata_status_t relata_segment_warnings(relata_crm_t* crm, const char* segment,
                                                   size_t segment_size, relata_buffer_t** warnings,
                                                   relata_error_t** err);

/* Whether the record `name` (its public id, or "TYPE/ID") is a member at `now`: 1 or 0. Where
 * commits keep the membership up to date the answer is one bit, found in constant time after the
 * first question. RELATA_NOT_FOUND when there is no such segment or record,
 * RELATA_PERMISSION_DENIED when it reads what the actor may not. */
RELATA_API relata_status_t relata_segment_contains(relata_crm_t* crm, const char* segment,
                                                   size_t segment_size, const char* name,
                                                   size_t name_size, int64_t now, int32_t* member,
                                                   relata_error_t** err);

/* Who enters and who leaves a segment is in relata_segment_diff, and why one record is in it in
 * relata_why with the expression in_segment('NAME'). */

/* ---- Scores and forecasts ---- */

/* The records with the highest totals of the rule score, highest first, at most `limit` (0: all): a
 * line a record, each a ScoredRecord of score.proto with the rules that gave points and the events
 * that counted. RELATA_NOT_FOUND, RELATA_PERMISSION_DENIED when it reads what the actor may not. */
RELATA_API relata_status_t relata_score_top(relata_crm_t* crm, const char* score, size_t score_size,
                                            int64_t limit, int64_t now, relata_buffer_t** lines,
                                            relata_error_t** err);

/* The same of one record: a ScoredRecord. */
RELATA_API relata_status_t relata_score_of(relata_crm_t* crm, const char* score, size_t score_size,
                                           const char* name, size_t name_size, int64_t now,
                                           relata_buffer_t** scored, relata_error_t** err);

/* Customers of `type` ("account" or "contact"; NULL: the definition's) by recency, frequency and
 * monetary value: a line a customer with a purchase, each an RfmCustomer of score.proto. `rfm`
 * names a definition; NULL is quintiles with the cells in common use. Whoever objects to profiling
 * is left out. RELATA_NOT_FOUND, RELATA_PERMISSION_DENIED. */
RELATA_API relata_status_t relata_rfm(relata_crm_t* crm, const char* type, size_t type_size,
                                      const char* rfm, size_t rfm_size, int64_t now,
                                      relata_buffer_t** lines, relata_error_t** err);

/* The weighted pipeline over so many months, 1 to 60: a line a month and currency, each a
 * ForecastMonth of score.proto; those overdue have no "month". RELATA_PERMISSION_DENIED. */
RELATA_API relata_status_t relata_forecast(relata_crm_t* crm, int32_t months, int64_t now,
                                           relata_buffer_t** lines, relata_error_t** err);

/* ---- Consent ---- */

/* May the message be sent? Deny is 0, so that a zeroed decision never sends. Needs evidence: the
 * law may allow it but nothing proves it; do not send, tell a person what is missing. */
enum { RELATA_DENY = 0, RELATA_NEEDS_EVIDENCE = 1, RELATA_ALLOW = 2 };

/* Whether somebody knows something. */
enum { RELATA_NOT_KNOWN = 0, RELATA_KNOWN_NO = 1, RELATA_KNOWN_YES = 2 };

/* What the sender asserts about the message. Set struct_size to sizeof(relata_contact_options_t)
 * and the rest to zero, which asserts nothing. */
typedef struct relata_contact_options_t {
  size_t struct_size;
  int32_t similar_product;     /* 1: it is about a product similar to one bought */
  int32_t related_to_job;      /* 1: it is about the person's job */
  int32_t related_to_contract; /* 1: it is about a running contract */
  int32_t presumed_interest;
  int32_t mixed_promo;        /* 1: a service message that also advertises */
  int32_t message_has_optout; /* RELATA_KNOWN_YES: it says how to opt out */
  const char* topic;          /* NULL: the purpose as a whole */
  size_t topic_size;
  int64_t known_at; /* only what was recorded by then counts; 0: everything */
} relata_contact_options_t;

/* The answer. Set struct_size to sizeof(relata_decision_t); the call fills as much as that. */
typedef struct relata_decision_t {
  size_t struct_size;
  int32_t outcome;       /* RELATA_DENY, RELATA_NEEDS_EVIDENCE, RELATA_ALLOW */
  uint32_t pack_version; /* of the rules: 202611 */
  int64_t retry_at;      /* when this rule stops blocking; 0: it does not say */
  char rule[64];         /* the rule that settled it: "CONSENT.OK", ended by NUL */
  char basis[32];        /* the lawful basis of an allow: "consent"; otherwise "none" */
  char jurisdiction[16]; /* whose rule it was: "FR" */
} relata_decision_t;

/* Whether the contact or lead `name` may be reached over a channel ("email", "sms", "phone",
 * "post") for a purpose ("newsletter", "offers", "service", ...) at an instant. `options` may be
 * NULL. An unknown channel or purpose is denied. RELATA_NOT_FOUND when there is no such record,
 * RELATA_INVALID_ARGUMENT when it is no person; the decision is then zeroed, a deny. */
RELATA_API relata_status_t relata_may_contact(relata_crm_t* crm, const char* name, size_t name_size,
                                              const char* channel, size_t channel_size,
                                              const char* purpose, size_t purpose_size, int64_t at,
                                              const relata_contact_options_t* options,
                                              relata_decision_t* decision, relata_error_t** err);

/* The same with its reasons, a ConsentExplanation of consent.proto: every rule tried, its article,
 * the entries that decided and the evidence that is missing. */
RELATA_API relata_status_t relata_why_contact(relata_crm_t* crm, const char* name, size_t name_size,
                                              const char* channel, size_t channel_size,
                                              const char* purpose, size_t purpose_size, int64_t at,
                                              const relata_contact_options_t* options,
                                              relata_buffer_t** explanation, relata_error_t** err);

/* The members of a segment of persons who may be reached, an Audience of consent.proto: their
 * names, and how many of the others were left out by which rule. There is no audience without a
 * channel and a purpose. RELATA_NOT_FOUND, RELATA_INVALID_ARGUMENT (not a segment of persons, an
 * unknown channel or purpose), RELATA_PERMISSION_DENIED. */
RELATA_API relata_status_t relata_audience(relata_crm_t* crm, const char* segment,
                                           size_t segment_size, const char* channel,
                                           size_t channel_size, const char* purpose,
                                           size_t purpose_size, int64_t at,
                                           const relata_contact_options_t* options,
                                           relata_buffer_t** audience, relata_error_t** err);

/* ---- The send seam ---- */

/* Decides once more, on the newest commit, and writes the attempt, from which frequency caps count:
 * to be called right before a message is sent. `operation` is the host's id of that message, at
 * most 200 bytes; doing it again gives the same ticket and counts once. `decision` is filled as by
 * relata_may_contact; *ticket is JSON, {"allowed": true, "token": "...", "address": "...",
 * "replayed": false}, the address only when it is allowed, with "problem" NO_ADDRESS or
 * INVALID_ADDRESS when there is nowhere to send to. RELATA_ALREADY_EXISTS when the operation was
 * another person's; RELATA_UNAVAILABLE when others commit all the time; otherwise as
 * relata_may_contact. */
RELATA_API relata_status_t relata_contact_begin(
    relata_crm_t* crm, const char* name, size_t name_size, const char* channel, size_t channel_size,
    const char* purpose, size_t purpose_size, const char* operation, size_t operation_size,
    int64_t now, const relata_contact_options_t* options, relata_decision_t* decision,
    relata_buffer_t** ticket, relata_error_t** err);

/* Records what came of it: "sent", "delivered", "answered", "no_answer", "refused", "bounced",
 * "deferred", "complained", "not_made". What follows from it (a dead address, a spam report, a
 * refusal of calls) goes into the ledger in the same commit. The same outcome twice is recorded
 * once. RELATA_NOT_FOUND when there is no such attempt. */
RELATA_API relata_status_t relata_contact_end(relata_crm_t* crm, const char* token,
                                              size_t token_size, const char* outcome,
                                              size_t outcome_size, const char* detail,
                                              size_t detail_size, int64_t now,
                                              relata_error_t** err);

/* The token of an unsubscribe link (RFC 8058) for a person, a channel and a purpose, made under the
 * privacy key the graph was opened with; 0 as `expires_at` never ends. RELATA_FAILED_PRECONDITION
 * without that key. */
RELATA_API relata_status_t relata_unsubscribe_token(relata_crm_t* crm, const char* name,
                                                    size_t name_size, const char* channel,
                                                    size_t channel_size, const char* purpose,
                                                    size_t purpose_size, int64_t expires_at,
                                                    relata_buffer_t** token, relata_error_t** err);

/* Answers a request to the address of an unsubscribe link. Only the HTTP method "POST" takes the
 * person off and sets *withdrawn to 1; any other changes nothing, and the host shows a page with a
 * button. `body` is that of the POST. RELATA_INVALID_ARGUMENT for a token that was not made under
 * the key, RELATA_FAILED_PRECONDITION for one that has expired. */
RELATA_API relata_status_t relata_unsubscribe(relata_crm_t* crm, const char* method,
                                              size_t method_size, const char* token,
                                              size_t token_size, const char* body, size_t body_size,
                                              int64_t now, int32_t* withdrawn,
                                              relata_error_t** err);

/* ---- The rights of persons ---- */

/* Records a request of a person, a NewRequest of privacy.proto, and gives it back as a
 * RightsRequest with its number and the day it is due. An objection and a restriction take effect
 * with it. RELATA_NOT_FOUND, RELATA_INVALID_ARGUMENT for an unknown right or what is no person. */
RELATA_API relata_status_t relata_rights_open(relata_crm_t* crm, const char* request,
                                              size_t request_size, int64_t now,
                                              relata_buffer_t** opened, relata_error_t** err);

/* The requests, the most urgent first: a line a request, each a RightsRequest. `all` 1 gives those
 * closed too. RELATA_PERMISSION_DENIED. */
RELATA_API relata_status_t relata_rights_list(relata_crm_t* crm, int32_t all, int64_t now,
                                              relata_buffer_t** lines, relata_error_t** err);

/* What a request for access or portability asks for, as JSON with the names of third parties
 * replaced; noted with the request. RELATA_NOT_FOUND, RELATA_FAILED_PRECONDITION while the identity
 * is in doubt, RELATA_INVALID_ARGUMENT when it asks for no export. */
RELATA_API relata_status_t relata_rights_export(relata_crm_t* crm, const char* number,
                                                size_t number_size, int64_t now,
                                                relata_buffer_t** document, relata_error_t** err);

/* Closes a request: answered, or with `refused` 1 refused for the reason `text`.
 * RELATA_FAILED_PRECONDITION when it is closed, or when an erasure is said to be answered and the
 * person is still there. */
RELATA_API relata_status_t relata_rights_close(relata_crm_t* crm, const char* number,
                                               size_t number_size, int32_t refused,
                                               const char* text, size_t text_size, int64_t now,
                                               relata_error_t** err);

/* What erasing the contact or lead `name` would do, an ErasurePlan of privacy.proto; changes
 * nothing. RELATA_FAILED_PRECONDITION without the privacy key, or with another than earlier
 * erasures. */
RELATA_API relata_status_t relata_erasure_plan(relata_crm_t* crm, const char* name,
                                               size_t name_size, int64_t now,
                                               relata_buffer_t** plan, relata_error_t** err);

/* Erases persons from the records, the history, the events, the keys, the logs and the file's
 * bytes, and keeps their addresses as keyed hashes so that no import writes to them again.
 * `request` is an ErasureRequest, the answer an ErasureReport of privacy.proto. It cannot be
 * undone. Interrupted, it is finished by calling it again with no persons.
 * RELATA_PERMISSION_DENIED, otherwise as the plan. */
RELATA_API relata_status_t relata_erase(relata_crm_t* crm, const char* request, size_t request_size,
                                        int64_t now, relata_buffer_t** report,
                                        relata_error_t** err);

/* ---- Keeping ---- */

/* Whether what is stored holds together and is what was written, a Verification of crm.proto: what
 * was read and compared, and what is wrong; *sound is 1 when nothing is. Reads everything. A status
 * other than RELATA_OK only when reading failed. */
RELATA_API relata_status_t relata_crm_verify(relata_crm_t* crm, int32_t* sound,
                                             relata_buffer_t** verification, relata_error_t** err);

/* Copies the database file at `from` to the new file `to`, while others write to it, checks the
 * copy and records it in the database. RELATA_NOT_FOUND, RELATA_ALREADY_EXISTS when `to` is there,
 * RELATA_RESOURCE_EXHAUSTED when the disk is full, RELATA_DATA_LOSS when the copy does not check
 * (nothing is left then). Its restore, which replays erasures, is `relata restore`. */
RELATA_API relata_status_t relata_backup(const char* from, size_t from_size, const char* to,
                                         size_t to_size, int64_t now, relata_error_t** err);

#ifdef __cplusplus
}
#endif

#endif /* RELATA_H_ */

// SPDX-License-Identifier: Apache-2.0
//
// Crm: one tenant's customer graph, open.
//
// A Crm is opened on a place (a file, ":memory:"), changed through Transactions and asked through
// queries. Every answer comes from one Snapshot. `now` is always given by the caller: the same
// question with the same `now` on the same commit has the same answer, and nothing here reads a
// clock.
//
// What other rooms answer - scores, forecasts, consent, the 360-degree view - they answer as
// functions of a `const Crm&`; this header is what they all stand on.
//
// A Crm is thread-safe: any number of threads ask, and commits take turns. It is movable; moving or
// destroying it while it is in use is the caller's bug.

#ifndef RELATA_ENGINE_CRM_H_
#define RELATA_ENGINE_CRM_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relata/base/id.h"
#include "relata/base/status.h"
#include "relata/base/time.h"
#include "relata/consent/secret.h"
#include "relata/engine/as_of.h"
#include "relata/engine/snapshot.h"
#include "relata/engine/transaction.h"
#include "relata/model/actor.h"
#include "relata/model/schema.h"
#include "relata/model/value.h"
#include "relata/storage/store.h"

namespace relata {
namespace internal {
class PastView;
}

struct OpenOptions {
  std::string tenant = "main";
  // The tenant's IANA zone, for calendars in expressions. Kept in the database at first open; ""
  // takes what is kept, or "UTC".
  std::string zone = "";
  bool create = true;      // create the database when there is none; otherwise NotFound
  bool read_only = false;  // commits answer FailedPrecondition
  // No other process writes while this Crm is open, so that a question need not look whether one
  // did. The caller's promise; a database in memory is always exclusive.
  bool exclusive = false;
  // Where public ids and the salts of commitments come from. Null: NewRandomIds(). A run that must
  // be repeated to the byte passes NewSeededIds.
  std::shared_ptr<IdSource> ids = nullptr;
  Duration patience = Seconds(10);  // how long a commit waits for the writer before it
  // The key of the installation, which the host keeps outside the database. Needed once somebody
  // was erased: what is written is checked against the suppression list (privacy/erasure.h).
  std::optional<SecretKey> privacy_key = std::nullopt;
};

// How a question is asked.
struct QueryOptions {
  Timestamp now;
  std::map<std::string, Value> parameters;  // declared by being here; read by name in the text
  size_t limit = 0;                         // at most this many ids; 0 is all
  std::string purpose;  // when given, only fields collected for it may be read (PermissionDenied)
  Actor reader = Actor::System("host");
};

struct QueryAnswer {
  TypeId type = kNoType;
  int64_t count = 0;          // how many are true, whatever the limit
  int64_t errors = 0;         // how many could not be decided
  int64_t erased = 0;         // of the past: left out because they were erased since
  std::vector<Row> rows;      // those that are true, ascending
  std::string first_error;    // of the first record that could not be decided
  std::vector<Issue> issues;  // warnings of the checker
};

// One commit's effect on one record.
struct FieldChange {
  FieldId field = kNoField;
  Value before;
  Value after;
};
struct HistoryEntry {
  CommitId commit = 0;
  Timestamp recorded;
  std::optional<Timestamp> effective_at;
  std::string actor;
  std::string source;
  std::string reason;
  RecordWrite::Op op = RecordWrite::Op::kUpdate;
  std::vector<FieldChange> changes;
};

// "created", "updated" or "deleted": how a history names what a commit did to a record.
std::string_view OpName(RecordWrite::Op op);

// A definition as it stands.
struct Definition {
  std::string kind;
  std::string name;
  int64_t version = 0;
  std::string body;  // JSON
};

// What a commit's deciders see and may add to. A decider is one of the rules that a room adds to
// the write path: stage gates, workflows, memberships. It sees the graph before and after, and what
// this step of the commit writes; what it adds is applied and decided in the next step, at most
// kMaxCascade deep. It asks the step, never the Crm, about records: the commit holds the lock.
inline constexpr int kMaxCascade = 8;
struct EvaluatedValue {
  Value value;
  std::string error;  // empty when there is a value
};
class CommitStep {
 public:
  virtual ~CommitStep() = default;
  virtual const Crm& crm() const = 0;  // for its schema, zone and definitions
  virtual const std::shared_ptr<const Snapshot>& before() const = 0;
  virtual const std::shared_ptr<const Snapshot>& after() const = 0;
  virtual const CommitBatch& writes() const = 0;  // of this step
  virtual Timestamp now() const = 0;
  virtual const Actor& actor() const = 0;
  virtual const std::string& source() const = 0;  // Transaction::Source of what the caller wrote
  virtual int depth() const = 0;                  // 0 for what the caller wrote
  virtual bool time_only() const = 0;             // Advance: time moved, nothing was written
  // The records for which the condition is true after this step.
  virtual absl::StatusOr<QueryAnswer> Select(std::string_view type,
                                             std::string_view expression) const = 0;
  // Whether it is true for one record, after this step and before it. An undecided condition is
  // not.
  virtual absl::StatusOr<bool> Test(RecordRef record, std::string_view expression) const = 0;
  virtual absl::StatusOr<bool> TestBefore(RecordRef record, std::string_view expression) const = 0;
  // The value of any expression for one record after this step; an error value has a message.
  virtual absl::StatusOr<EvaluatedValue> Evaluate(RecordRef record,
                                                  std::string_view expression) const = 0;
  // The lines of a log as stored before this commit.
  virtual absl::StatusOr<std::vector<LogWrite>> Log(std::string_view log,
                                                    std::string_view key) const = 0;
  virtual Transaction& next() = 0;  // what the decider adds
};

struct Decider {
  // The tables that `decide` may read in a commit (or Advance, when `time_only`), loaded before it.
  std::function<absl::StatusOr<std::vector<TypeId>>(const Crm&, bool time_only)> tables;
  // OK lets the commit go on; any other status refuses it as a whole.
  std::function<absl::Status(CommitStep&)> decide;
  // What `tables` says by columns, for deciders that know them; either may be left out.
  std::function<absl::StatusOr<std::vector<ColumnsNeeded>>(const Crm&, bool time_only)> columns =
      nullptr;
};

class Crm {
 public:
  // Opens or creates. `where` is a path, ":memory:" or "postgres://...". NotFound,
  // FailedPrecondition (newer format, not a Relata database), DataLoss, InvalidArgument (unknown
  // zone, unsupported location).
  static absl::StatusOr<Crm> Open(std::string_view where, OpenOptions options = {});
  // The same over a store of the host's choosing.
  static absl::StatusOr<Crm> Open(std::unique_ptr<Store> store, OpenOptions options = {});

  Crm(Crm&&) noexcept;
  Crm& operator=(Crm&&) noexcept;
  ~Crm();

  // --- Schema ------------------------------------------------------------------------------------

  // The schema as it stands; kept alive by the pointer whatever is added later.
  std::shared_ptr<const Schema> schema() const;
  // Goes on with `extended`: the schema with types and fields added at run time, or with other
  // cards and states. One commit. InvalidArgument when it is no extension of the schema
  // (CheckExtends).
  absl::Status Extend(const Schema& extended, const Actor& actor, Timestamp now);
  std::string zone() const;

  // --- Change ------------------------------------------------------------------------------------

  Transaction Begin(Actor actor) const;
  // Moves time: records what time alone caused (memberships entered and left, workflows due) up to
  // `now`. Commits of one instant are recorded a microsecond apart, so the last one may lie a
  // little after the instant it was made at: up to a second, time moves to there. InvalidArgument
  // when `now` is earlier than that. Returns the commit, or the newest one when time caused
  // nothing.
  absl::StatusOr<Commit> Advance(Timestamp now, const Actor& actor = Actor::System("clock"));
  // Adds a rule to the write path; rules run in the order added. To be called before the Crm is
  // shared.
  void AddDecider(Decider decider);

  // --- The past ----------------------------------------------------------------------------------

  // The same tenant as it was (as_of.h): every question asked of it, here and in the rooms above,
  // is answered from the graph of that instant. Definitions are those known at `known_at`. It takes
  // no change: Begin gives a transaction that fails, Advance and Extend are FailedPrecondition. The
  // caller gives `now` with each question as ever, as a rule the same instant. InvalidArgument
  // outside the years 0001 to 9999.
  absl::StatusOr<Crm> Past(const AsOf& as_of) const;
  const AsOf& as_of() const;
  // How many records of the type are left out of the past because they were erased since; 0 today.
  // "" counts those of every table that was asked so far.
  absl::StatusOr<int64_t> Erased(std::string_view type) const;

  // --- Read --------------------------------------------------------------------------------------

  // The graph as of the newest commit this process knows, with these tables loaded.
  absl::StatusOr<std::shared_ptr<const Snapshot>> View(std::span<const TypeId> types) const;
  // The same with some columns of them.
  absl::StatusOr<std::shared_ptr<const Snapshot>> View(
      std::span<const ColumnsNeeded> columns) const;
  // The same with every table that the types named can reach loaded; and with all tables.
  absl::StatusOr<std::shared_ptr<const Snapshot>> View(
      std::initializer_list<std::string_view> types) const;
  absl::StatusOr<std::shared_ptr<const Snapshot>> ViewAll() const;

  // The record a text names: "contact/018f2b4e-..." (public id) or "contact/zoho:2585" (external
  // key). InvalidArgument for a text of another shape, NotFound. Merged records resolve to the
  // winner.
  absl::StatusOr<RecordRef> Find(std::string_view name) const;
  // The reference behind one of a transaction, or `record` itself; and the record it was merged
  // into.
  RecordRef Resolve(RecordRef record) const;
  // "contact/018f2b4e-...": how the record is named to the world.
  absl::StatusOr<std::string> Name(RecordRef record) const;
  // The external keys of a record as (system, key).
  absl::StatusOr<std::vector<std::pair<std::string, std::string>>> Keys(RecordRef record) const;
  // One field by name; null when absent. NotFound for an unknown field.
  absl::StatusOr<Value> Get(RecordRef record, std::string_view field) const;
  // What a record is called by people, as far as `asking.reader` may read it: its title fields, or
  // its name above when they are empty or hidden from the reader.
  absl::StatusOr<std::string> Title(RecordRef record, const QueryOptions& asking) const;

  // The records of `type` for which `expression` is true. InvalidArgument with the message and a
  // caret when the text does not check; PermissionDenied when the reader may not read a field it
  // names.
  absl::StatusOr<QueryAnswer> Query(std::string_view type, std::string_view expression,
                                    const QueryOptions& options) const;
  // The value of any expression for one record. An error value comes back as InvalidArgument.
  absl::StatusOr<Value> Evaluate(RecordRef record, std::string_view expression,
                                 const QueryOptions& options) const;
  // Why the expression is true, false or undecided for the record: one line a fact, most decisive
  // first, each with the record or event it comes from.
  absl::StatusOr<std::vector<std::string>> Explain(RecordRef record, std::string_view expression,
                                                   const QueryOptions& options) const;

  // What happened to a record, oldest first, as the host itself may know it. Personal values that
  // were erased read as null. In the past, what was known and in effect then.
  absl::StatusOr<std::vector<HistoryEntry>> History(RecordRef record) const;
  // The same for `asking.reader`: a field that the reader could not name in a question, or not for
  // `asking.purpose`, is left out of the changes; the commit itself is told. PermissionDenied when
  // the reader may not read the type.
  absl::StatusOr<std::vector<HistoryEntry>> History(RecordRef record,
                                                    const QueryOptions& asking) const;

  // --- Definitions and logs ----------------------------------------------------------------------

  // When the first commit was recorded; nothing before it.
  absl::StatusOr<std::optional<Timestamp>> FirstCommitAt() const;
  // The newest version, NotFound when there is none or it is retired; and all of a kind by name.
  absl::StatusOr<Definition> FindDefinition(std::string_view kind, std::string_view name) const;
  std::vector<Definition> Definitions(std::string_view kind) const;
  // The tables that an expression over `type` reads, for deciders; a condition unless `any_value`.
  // InvalidArgument when it does not check.
  absl::StatusOr<std::vector<TypeId>> TablesOf(std::string_view type, std::string_view expression,
                                               bool any_value = false) const;
  // The same by columns.
  absl::StatusOr<std::vector<ColumnsNeeded>> ColumnsOf(std::string_view type,
                                                       std::string_view expression,
                                                       bool any_value = false) const;
  // Lines of a log in order; of one key when `key` is not empty.
  absl::StatusOr<std::vector<LogWrite>> Log(std::string_view log, std::string_view key = "") const;

  class Engine;
  Engine& engine() const { return *engine_; }

 private:
  explicit Crm(std::shared_ptr<Engine> engine);

  std::shared_ptr<Engine> engine_;
  std::shared_ptr<internal::PastView> past_;  // null: today
};

}  // namespace relata

#endif  // RELATA_ENGINE_CRM_H_

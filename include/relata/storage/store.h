// SPDX-License-Identifier: Apache-2.0
//
// What a storage backend must do, and all it may know.
//
// A Store keeps, for one tenant: tables of records, tables of events, the consent ledger, the
// changes of every commit, and some bookkeeping (commits, operations, external keys, aliases,
// definitions, outbox, logs). It knows kinds and columns, never a CRM rule, so no rule can be
// bypassed or forked by a backend. The engine hands it one decided commit at a time as a value
// (CommitBatch); the store makes all of it durable, or none.
//
// There is one writer at a time per tenant: `Write` takes the tenant's lock and holds it until the
// writer is committed or destroyed. Any number of readers, each on the commit it saw first.
//
// What is stored is read back in batches of columns (model/column.h), at most kBatchRows rows each.
// A table that was never prepared reads as empty.
//
// A Store is thread-safe; a StoreReader or StoreWriter belongs to one thread. Codes: Unavailable
// (lock or server not to be had before the deadline), ResourceExhausted (disk full), DataLoss (what
// is stored is damaged), Aborted (conflict, decide again), FailedPrecondition (the file is of a
// newer format, or read-only), Unknown (the outcome of Commit is not known: look the operation up).

#ifndef RELATA_STORAGE_STORE_H_
#define RELATA_STORAGE_STORE_H_

#include <cstdint>
#include <functional>
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
#include "relata/model/column.h"
#include "relata/model/value.h"

namespace relata {

inline constexpr size_t kBatchRows = 4096;
// The longest external key (with its system), operation id, name of a definition (with its kind)
// and key of a log line (with its log), in bytes: what every backend can index.
inline constexpr size_t kLongestKey = 2000;

// One field as the store sees it. `label` names it in the generated views.
struct ColumnSpec {
  FieldId field = kNoField;
  std::string name;
  Value::Kind kind = Value::Kind::kText;
  TypeId target = kNoType;  // for links: the one type pointed to, or kNoType when several
  bool personal = false;    // its old values are kept apart, so that erasure can delete them
  bool custom = false;      // added at run time by this tenant: a shared database makes no column
};

// One table. Record tables are keyed by row and carry a Uuid; event tables are keyed by seq and
// carry subject (a row of `subject`) and `at`.
struct TableSpec {
  enum class Kind : uint8_t { kRecord, kEvent };

  TypeId type = kNoType;
  std::string name;  // "contact", "page_view": [a-z][a-z0-9_]*, unique
  Kind kind = Kind::kRecord;
  TypeId subject = kNoType;  // events only
  std::string title;         // records: the columns that name one in views, with spaces between
  std::vector<ColumnSpec> columns;
  bool custom = false;  // declared at run time by this tenant
};

// ---------------------------------------------------------------------------------------------------
// What is written: one commit

// One record created, changed or deleted. An update names only the fields that change; null clears.
// A deleted record keeps its row and id, loses its values and reads as absent; creating it again
// with the same row and id brings it back with the values given then.
struct RecordWrite {
  enum class Op : uint8_t { kCreate, kUpdate, kDelete };

  TypeId type = kNoType;
  Row row = kNoRow;
  Op op = Op::kCreate;
  Uuid id;  // kCreate only
  std::vector<std::pair<FieldId, Value>> values;
};

// Events of one type, in the order of their seqs: `first_seq`, `first_seq` + 1, ...; seqs ascend
// from batch to batch of a type. `columns` hold the `fields`, in that order, or the table's columns
// as Tables() lists them when `fields` is empty, and have `subjects.size()` rows each. A column of
// the table that is not given is null.
struct EventBatch {
  TypeId type = kNoType;
  Seq first_seq = 0;
  std::vector<FieldId> fields;
  std::vector<Row> subjects;
  std::vector<Timestamp> at;
  std::vector<Column> columns;
};

// One line of the consent ledger, packed by the codec room. Person and point are what it is found
// by. The lines of a commit ascend by seq, from part to part too.
struct LedgerWrite {
  Seq seq = 0;
  RecordRef person;
  RecordRef point;
  Timestamp at;
  std::string body;
};

// What this commit did to one record, or to `rows` consecutive ones a bulk import created. The
// before images are packed by the codec room; a creation has none. `personal` is kept apart and
// found by `subject`, so that erasing a person deletes it while the commit's commitment still
// verifies.
struct ChangeWrite {
  Seq seq = 0;
  TypeId type = kNoType;
  Row row = kNoRow;
  int64_t rows = 1;
  RecordWrite::Op op = RecordWrite::Op::kCreate;
  std::string before;
  std::string personal;
  RecordRef subject;
  std::optional<Timestamp> effective_at;
  // What the commitment holds of `personal`; it stays when that is erased.
  std::string personal_digest = {};
};

// `system`:`key` names the row in another system. The engine keeps unique fields here too, under
// the system "field:<name>". Giving a row the key it has changes nothing; kNoRow frees the key.
struct ExternalKeyWrite {
  TypeId type = kNoType;
  std::string system;
  std::string key;
  Row row = kNoRow;
};

// `loser` reads as `winner` from this commit on. An alias is known by (loser, from): writing it
// again with `until` set ends it.
struct AliasWrite {
  RecordRef loser;
  RecordRef winner;
  CommitId from = 0;
  std::optional<CommitId> until;
};

// A version of a definition. (kind, name, version) is unique; the newest version counts; an empty
// body retires the name.
struct DefinitionWrite {
  std::string kind;  // "segment", "score", "role", "schema", ...
  std::string name;
  int64_t version = 1;
  std::string body;  // JSON
};

// Logs that erasure leaves as they are. A line of kErasureLog names a subject whose values were
// taken out: what reads the past leaves those subjects out and says how many. kArchiveLog holds
// what the law keeps behind a lock, kSuppressionLog the keyed hashes of who must not be written to.
inline constexpr std::string_view kErasureLog = "erasure";
inline constexpr std::string_view kArchiveLog = "archive";
inline constexpr std::string_view kSuppressionLog = "suppression";

// A line of a named append-only log ("outbox", "membership", "access", "maintenance").
// `key` is what its lines are looked up by, "" when they are only read in order.
struct LogWrite {
  std::string log;
  Seq seq = 0;
  RecordRef subject;
  std::string key;
  Timestamp at;
  std::string body;  // JSON
};

// The commit itself: `id` is one more than the head's, `recorded` ascends within the tenant, and
// the seqs of its events, ledger lines and changes lie above the head's last_seq and not above its
// own. `chain` is SHA-256 over the previous chain value and this commit's commitment; both are
// computed by the engine.
struct CommitRow {
  CommitId id = 0;
  Timestamp recorded;
  std::string actor;
  std::string source;
  std::string reason;
  std::string operation_id;  // "" when the caller gave none
  std::string result;        // what a replay of the operation returns; kept with operation_id only
  std::string salt;
  std::string commitment;
  std::string chain;
  Seq last_seq = 0;  // the last seq given out up to and including this commit
};

// What a commit takes out of the store for good, this commit's and every earlier one's. Chain
// values and digests stay, so that what is left still verifies.
struct EraseWrite {
  // Records of which nothing may be left: their before-images, the events about them, their
  // external keys, and key and body of the lines logged about them (except in the logs above) go.
  // The records' own values are cleared by RecordWrites of the same commit.
  std::vector<RecordRef> subjects;
  std::vector<RecordRef> images;                   // records that lose their before-images only
  std::vector<std::pair<TypeId, Seq>> events;      // single events
  std::vector<Seq> entries;                        // ledger lines whose body is emptied
  std::vector<std::pair<std::string, Seq>> lines;  // log lines, of any log
  // Texts that may not be left where nobody can name the record: log lines, reasons and operation
  // ids of commits that contain one are emptied (a body becomes "{}"). Compared byte by byte; those
  // of less than four bytes are left out.
  std::vector<std::string> words;

  bool empty() const {
    return subjects.empty() && images.empty() && events.empty() && entries.empty() &&
           lines.empty() && words.empty();
  }
};

struct CommitBatch {
  CommitRow commit;
  std::vector<RecordWrite> records;
  std::vector<EventBatch> events;
  std::vector<LedgerWrite> ledger;
  std::vector<ChangeWrite> changes;
  std::vector<ExternalKeyWrite> external_keys;
  std::vector<AliasWrite> aliases;
  std::vector<DefinitionWrite> definitions;
  std::vector<LogWrite> logs;
  EraseWrite erase;  // carried out after everything else in the batch
};

// ---------------------------------------------------------------------------------------------------
// What is read back

// Rows of a record table in row order. Deleted records are not among them.
struct RecordRows {
  std::vector<Row> rows;
  std::vector<Uuid> ids;
  std::vector<Column> columns;  // those asked for, in the order asked
};

// Events of one type in seq order, or in (at, seq) order when one subject is asked for.
struct EventRows {
  std::vector<Seq> seqs;
  std::vector<Row> subjects;
  std::vector<Timestamp> at;
  std::vector<Column> columns;
};

// Which rows and columns of a table. Fields unknown to the table are InvalidArgument.
struct ScanSpec {
  TypeId type = kNoType;
  std::vector<FieldId> fields;
  int64_t from = 0;            // first row or seq
  int64_t until = INT64_MAX;   // one past the last
  std::optional<Row> subject;  // events of this subject only; cost follows their number
  std::vector<Row> rows;       // these records only, ascending; empty means no restriction
  bool ids = true;             // false: RecordRows::ids is not read and may be left empty
};

struct ChangeRow {
  CommitId commit = 0;
  ChangeWrite change;
};

// Called with one batch after another; a status that is not OK ends the scan and is returned.
template <class Batch>
using Sink = std::function<absl::Status(const Batch&)>;

class StoreReader {
 public:
  virtual ~StoreReader() = default;

  // The newest commit this reader sees; id 0 when there is none. A reader sees what was committed
  // when Store::Read returned it, for as long as it lives.
  virtual absl::StatusOr<CommitRow> Head() = 0;
  // One commit. NotFound when there is no such commit.
  virtual absl::StatusOr<CommitRow> FindCommit(CommitId id) = 0;
  // Commits after `since`, in order.
  virtual absl::Status ScanCommits(CommitId since, const Sink<CommitRow>& sink) = 0;
  // The commit that carried out this operation. NotFound when none did.
  virtual absl::StatusOr<CommitRow> FindOperation(std::string_view operation_id) = 0;

  // The tables as prepared in this database, for merging with the schema at open.
  virtual absl::StatusOr<std::vector<TableSpec>> Tables() = 0;
  // One more than the highest row ever given out in the table.
  virtual absl::StatusOr<Row> NextRow(TypeId type) = 0;

  virtual absl::Status ScanRecords(const ScanSpec& spec, const Sink<RecordRows>& sink) = 0;
  virtual absl::Status ScanEvents(const ScanSpec& spec, const Sink<EventRows>& sink) = 0;

  // Ledger lines with seq > `since`, in seq order; of one person when given.
  virtual absl::Status ScanLedger(Seq since, std::optional<RecordRef> person,
                                  const Sink<LedgerWrite>& sink) = 0;
  // Changes of commits after `since`, in seq order; of one record when given.
  virtual absl::Status ScanChanges(CommitId since, std::optional<RecordRef> record,
                                   const Sink<ChangeRow>& sink) = 0;

  // The row that carries this external key. NotFound when none does.
  virtual absl::StatusOr<Row> FindExternalKey(TypeId type, std::string_view system,
                                              std::string_view key) = 0;
  // In order of system, then key, by bytes.
  virtual absl::Status ScanExternalKeys(TypeId type, const Sink<ExternalKeyWrite>& sink) = 0;
  // The row with this public id, in this table; a deleted record keeps its id. NotFound when there
  // is none.
  virtual absl::StatusOr<Row> FindId(TypeId type, const Uuid& id) = 0;

  // In order of (from, loser).
  virtual absl::Status ScanAliases(const Sink<AliasWrite>& sink) = 0;
  // Every version of every definition, in order of writing.
  virtual absl::Status ScanDefinitions(const Sink<DefinitionWrite>& sink) = 0;
  // Lines of a log with seq > `since`; of one key when `key` is not empty.
  virtual absl::Status ScanLog(std::string_view log, Seq since, std::string_view key,
                               const Sink<LogWrite>& sink) = 0;
};

// A reader that holds the tenant's lock and can write one commit. Destroying it without Commit
// leaves no trace; destroying it after releases the lock (Commit releases it too).
class StoreWriter : public StoreReader {
 public:
  // Creates or extends tables: what is there and not named stays. Names, titles, labels and the
  // personal mark follow the newest; a kind or a link's target never changes (FailedPrecondition).
  // May be called before Apply only.
  virtual absl::Status Prepare(std::span<const TableSpec> tables) = 0;
  // Writes one commit; the writer then reads it back. AlreadyExists when an external key, an id, a
  // row, a definition's version or the operation is taken; NotFound when an updated or deleted
  // record is not there; InvalidArgument when the batch does not fit the tables. After a failure
  // every later call fails the same way. May be called more than once for a long commit: the parts
  // are one commit, and the last part's CommitRow counts (parts before it have commit.id 0).
  virtual absl::Status Apply(const CommitBatch& batch) = 0;
  // Deletes the personal before-images kept for `subject`; they no longer read back. Its commits'
  // chain values stay as they are.
  virtual absl::Status EraseImages(RecordRef subject) = 0;
  // Makes all of it durable; a writer that only prepared or erased needs no commit row. Nothing may
  // be called afterwards. After a status other than OK nothing was kept, except Unknown, which
  // means what it says.
  virtual absl::Status Commit() = 0;
};

class Store {
 public:
  virtual ~Store() = default;

  virtual absl::StatusOr<std::unique_ptr<StoreReader>> Read() = 0;
  // Waits for the tenant's lock up to `patience`.
  virtual absl::StatusOr<std::unique_ptr<StoreWriter>> Write(Duration patience) = 0;
  // The newest commit id, cheaply: what a cache asks before it answers.
  virtual absl::StatusOr<CommitId> HeadId() = 0;

  // Takes off the medium what erased values left behind in free pages and logs; may cost as much as
  // copying the database, and waits for the tenant's lock up to `patience`. FailedPrecondition when
  // readers of older commits hold it up: to be called again. A store without remnants does nothing.
  virtual absl::Status Scrub(Duration /*patience*/) { return absl::OkStatus(); }
};

}  // namespace relata

#endif  // RELATA_STORAGE_STORE_H_

// SPDX-License-Identifier: Apache-2.0
//
// The store on a PostgreSQL server, version 13 or newer: many tenants in one database, many
// processes on one tenant. Present when the library was built with libpq (RELATA_POSTGRES).
//
// All tenants share one set of private tables in the schema `PostgresOptions::schema`, each row
// with its tenant_id first in the key; a declared field is a column there, a field that one tenant
// added at run time lies in a document beside them. What people and tools read are the views of
// their tenant, in a schema of its own: `SELECT * FROM relata_main.contact`, with the same columns
// as in a SQLite file, but native types (uuid, timestamptz, date, numeric). Grant them that schema.
//
// The one writer of a tenant holds the lock of the tenant's row in relata_lock until its
// transaction ends. Readers see the commit they began on (REPEATABLE READ) and hold up nobody.
// Deadlocks and serialization failures are Aborted: nothing was kept, decide again; a Crm does so
// by itself. When the answer to COMMIT is lost, the store connects again, waits for the tenant's
// lock - then the old transaction has ended - and looks the commit up: OK, or Aborted, or Unknown
// when the server cannot be reached before the deadline.
//
// A part of a long commit (StoreWriter::Apply without a commit's number) leaves its COPY running
// while the next part is made, and rows of other tables wait for later parts, up to 16 MB of them;
// what is wrong with its rows may be said with a later part.
//
// Writers of different tenants that wait together are made durable by one sync of the server's log:
// with eight of them two commits a sync as the server is delivered, five with commit_delay = 1000
// and commit_siblings = 2 (microseconds; of the server, or `options=` in the connection string), at
// four to five times the commits of one writer. Writers of one tenant take turns, a sync each, for
// its lock is held until the server says that the commit is durable - unless the store was opened
// with group commit (storage/group_commit.h): then the lock goes on as soon as the commit is
// written, and one small transaction makes durable what several threads wrote and reads the newest
// of it back. A server that crashed in between has forgotten a tail of commits that nobody was told
// of: Unknown, and no writer until the tenant is opened again.
//
// Scrub writes the schema's tables anew (VACUUM FULL, which their owner may), so that no byte of an
// erased row is left in them; every tenant waits meanwhile. The server's write-ahead log, its
// replicas and its backups are not the store's: they run out by their own rules.
//
// On a distributed server (Citus) the tables are distributed by tenant_id, so one tenant lies on
// one node; spreading one tenant over several nodes is not promised. A scrub asks every node there
// for transactions older than itself: its role must see them (pg_read_all_stats).

#ifndef RELATA_STORAGE_POSTGRES_H_
#define RELATA_STORAGE_POSTGRES_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "relata/storage/store.h"

typedef struct pg_conn PGconn;  // libpq's connection

namespace relata {

struct PostgresOptions {
  bool create = true;      // make the tables and the tenant when they are not there; else NotFound
  bool read_only = false;  // Write answers FailedPrecondition
  std::string tenant = "main";
  std::string schema = "relata";  // of the private tables; the views lie in <schema>_<tenant>
  bool views = true;              // keep the tenant's views; a host of many small tenants may not
  bool subject_index = false;     // a B-tree on each event table by subject, instead of packed runs
  // A commit that brings at least so many new ids or keys of a type packs them, which makes a bulk
  // import faster; fewer are written one by one. Record tables of an older version keep the index
  // of ids that they were made with, and so do types that a tenant added at run time.
  size_t pack_names_from = 2'048;
  // The commits of several threads become durable by one sync. Without effect on a distributed
  // server, where a transaction may end on another node, and on a lent connection.
  bool group_commit = false;

  Duration connect_patience = Seconds(10);   // for a server that is starting or cannot be reached
  Duration statement_timeout = Minutes(30);  // of one statement, a bulk load included
  Duration lock_timeout = Seconds(10);       // for locks other than the tenant's, as of migrations
  size_t most_idle = 8;  // connections kept open, by all stores opened alike on one server

  // Called with the text of every statement before it is sent, on the thread that sends it.
  std::function<void(std::string_view sql)> trace = nullptr;
};

// Opens the tenant at `dsn`, a libpq connection string or URI
// ("postgres://user@host:5432/database?sslmode=require"). NotFound (no such database, no such
// tenant), FailedPrecondition (a newer format), Unavailable, PermissionDenied, InvalidArgument (not
// a connection string, a tenant or schema name of another shape than [a-z][a-z0-9_]{0,40}).
absl::StatusOr<std::unique_ptr<Store>> OpenPostgresStore(const std::string& dsn,
                                                         const PostgresOptions& options = {});

// The store inside a transaction that the host began on its own connection and will end: what is
// written becomes durable when the host commits and never was when it rolls back. A writer that is
// given up or fails leaves the host's transaction usable (a savepoint) and the tenant's lock held
// until the host ends it. A reader shares the connection, so it sees later writes too.
//
// `connection` must outlive the store, be idle inside a transaction at every call
// (FailedPrecondition otherwise) and be used by one thread. The tables must be there: open the
// tenant once by OpenPostgresStore before. A Crm opened on this store must not outlive the host's
// transaction.
absl::StatusOr<std::unique_ptr<Store>> LendPostgresStore(PGconn* connection,
                                                         const PostgresOptions& options = {});

}  // namespace relata

#endif  // RELATA_STORAGE_POSTGRES_H_

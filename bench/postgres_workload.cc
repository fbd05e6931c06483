// SPDX-License-Identifier: Apache-2.0
//
// Named workload: a bulk import through the PostgreSQL store beside COPY, and many small tenants.
//
//   postgres_workload DSN [--events N] [--contacts N] [--turns N] [--tenants N]
//
// The import is that of storage_workload. The raw side writes the same facts by binary COPY into
// the reference tables, led by the tenant in their primary keys and otherwise without an index,
// each in one transaction, and both sides take turns. Then (not with --tenants 0) small commits of
// several threads at once, of one tenant each and of one graph, and N tenants opened one after the
// other in one database, each with the standard tables and one commit, all kept open: the memory
// each of them takes is printed.

#include <libpq-fe.h>
#include <malloc.h>
#include <unistd.h>

#include <thread>

#include "relata/engine/crm.h"
#include "relata/storage/postgres.h"
#include "storage/postgres/fields.h"
#include "storage_facts.h"

namespace relata {
namespace {

using bench::PeakMegabytes;
using internal::PgFields;

// Seconds by the clock: most of the work is the server's.
template <class F>
double Timed(F f) {
  const auto start = Now();
  f();
  return Seconds(start);
}

class Raw {
 public:
  explicit Raw(const std::string& dsn) : connection_(PQconnectdb(dsn.c_str())) {
    Run("SET client_min_messages = warning");
    Run("DROP SCHEMA IF EXISTS raw_workload CASCADE");
    Run("CREATE SCHEMA raw_workload");
    Run("CREATE TABLE raw_workload.contacts(tenant_id bigint, contact_id bigint, account_id "
        "bigint, "
        "first_name text, last_name text, email text, phone text, country text, birth_year bigint, "
        "created_ts bigint, lifecycle text, PRIMARY KEY(tenant_id, contact_id))");
    Run("CREATE TABLE raw_workload.events(tenant_id bigint, event_id bigint, contact_id bigint, "
        "type text, page text, ts bigint, PRIMARY KEY(tenant_id, event_id))");
  }
  ~Raw() {
    Run("DROP SCHEMA raw_workload CASCADE");
    PQfinish(connection_);
  }

  void Contacts(int64_t from, int64_t until) {
    Copy("COPY raw_workload.contacts FROM STDIN (FORMAT binary)", until - from,
         [&](int64_t i, PgFields& row) {
           i += from;
           row.Int(1).Int(i).Int(i / 10).Text("Anna").Text(Family(i)).Text(Email(i)).Text(Phone(i));
           row.Text("FR").Int(1945 + i % 60).Int(1'600'000'000 + i).Text("customer");
         });
  }

  void Events(const std::vector<Visit>& events) {
    Copy("COPY raw_workload.events FROM STDIN (FORMAT binary)", static_cast<int64_t>(events.size()),
         [&](int64_t i, PgFields& row) {
           const Visit& e = events[static_cast<size_t>(i)];
           row.Int(1).Int(i + 1).Int(e.contact).Text(kTypes[e.type]);
           HasPage(e.type) ? row.Text(kPages[e.page]) : row.Null();
           row.Int(e.at / 1'000'000);
         });
  }

  void OneContact(int64_t i) {
    Run(Concat("INSERT INTO raw_workload.contacts VALUES(1, ", i, ", ", i / 10, ", 'Anna', '",
               Family(i), "', '", Email(i), "', '", Phone(i), "', 'FR', 1980, ", i,
               ", 'customer')"));
  }

 private:
  void Run(const std::string& sql) {
    PGresult* result = PQexec(connection_, sql.c_str());
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
      std::fprintf(stderr, "raw PostgreSQL: %s\n", PQerrorMessage(connection_));
      std::exit(1);
    }
    PQclear(result);
  }

  template <class F>
  void Copy(const char* sql, int64_t count, F row) {
    PQclear(PQexec(connection_, sql));
    std::string buffer("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
    PgFields fields;
    for (int64_t i = 0; i < count; ++i) {
      fields.Clear();
      row(i, fields);
      buffer += static_cast<char>(fields.size() >> 8);
      buffer += static_cast<char>(fields.size());
      buffer += fields.bytes();
      if (buffer.size() < 1 << 18) continue;
      PQputCopyData(connection_, buffer.data(), static_cast<int>(buffer.size()));
      buffer.clear();
    }
    buffer.append("\377\377", 2);
    PQputCopyData(connection_, buffer.data(), static_cast<int>(buffer.size()));
    PQputCopyEnd(connection_, nullptr);
    PGresult* result = PQgetResult(connection_);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
      std::fprintf(stderr, "raw PostgreSQL: %s\n", PQerrorMessage(connection_));
      std::exit(1);
    }
    PQclear(result);
    while ((result = PQgetResult(connection_)) != nullptr) PQclear(result);
  }

  PGconn* connection_;
};

void Report(const char* what, int64_t rows, double raw, double ours) {
  std::printf("%-22s %10lld rows   raw %9.0f/s   store %9.0f/s   store/raw %.2f\n", what,
              static_cast<long long>(rows), static_cast<double>(rows) / raw,
              static_cast<double>(rows) / ours, raw / ours);
  std::fflush(stdout);
}

void SmallCommits(Raw& raw, Ours& ours, int64_t next) {
  constexpr int64_t kSmall = 300;
  const double raw_small = Timed([&] {
    for (int64_t i = 0; i < kSmall; ++i) raw.OneContact(next + i);
  });
  const double our_small = Timed([&] {
    for (int64_t i = 0; i < kSmall; ++i) ours.Contacts(next + i, next + i + 1);
  });
  Report("one-row commits", kSmall, raw_small, our_small);
}

// The import, `turns` times into new tables, both sides in turns: contacts with their names, then
// the events, each in one transaction.
void Import(const std::string& dsn, const PostgresOptions& options, const Workload& w, int turns,
            const std::function<void()>& drop) {
  const auto count = static_cast<int64_t>(w.events.size());
  Turns contacts{"contacts", w.contacts, {}, {}};
  Turns events{"events", count, {}, {}};
  Turns all{"import, all", w.contacts + count, {}, {}};
  for (int turn = 0; turn < turns; ++turn) {
    drop();
    Raw raw(dsn);
    Ours ours([&] { return OpenPostgresStore(dsn, options); });
    const auto both = [&](Turns& t, auto&& on_raw, auto&& on_ours) {
      if (turn % 2 == 0) t.raw.push_back(Timed(on_raw));
      t.ours.push_back(Timed(on_ours));
      if (turn % 2 != 0) t.raw.push_back(Timed(on_raw));
    };
    both(
        contacts, [&] { raw.Contacts(0, w.contacts); }, [&] { ours.Contacts(0, w.contacts); });
    both(
        events, [&] { raw.Events(w.events); }, [&] { ours.Events(w.events); });
    all.raw.push_back(contacts.raw.back() + events.raw.back());
    all.ours.push_back(contacts.ours.back() + events.ours.back());
    if (turn + 1 < turns) continue;
    for (const Turns* t : {&contacts, &events, &all}) t->Report();
    std::printf("peak memory of this process %.0f MB, %.0f of them the facts to import\n",
                PeakMegabytes(),
                static_cast<double>(w.events.capacity() * sizeof(Visit)) / (1 << 20));
    SmallCommits(raw, ours, w.contacts);
    const Row subject = w.events[w.events.size() / 2].contact;
    int64_t found = 0;
    const double lookup = Timed([&] { found = ours.CountOf(subject); });
    std::printf("one subject's %lld events over seven types: %.2f ms\n",
                static_cast<long long>(found), lookup * 1e3);
  }
}

// Memory that this process has allocated and not freed, bytes: what it freed before counts for
// nothing, as it would in what is resident.
double InUse() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

void Tenants(const std::string& dsn, PostgresOptions options, int tenants) {
  options.views = false;
  std::vector<std::unique_ptr<Store>> open;
  std::vector<TableSpec> tables = Tables();
  const auto start = Now();
  double before = 0;
  for (int i = 0; i < tenants; ++i) {
    if (i == tenants / 10) before = InUse();
    options.tenant = Concat("t", i);
    std::unique_ptr<Store> store = Require(OpenPostgresStore(dsn, options));
    auto writer = Require(store->Write(Minutes(1)));
    Require(writer->Prepare(tables));
    CommitBatch batch;
    const CommitRow head = Require(writer->Head());
    batch.commit.id = head.id + 1;
    batch.commit.recorded = {head.recorded.micros + 1};
    batch.commit.last_seq = head.last_seq;
    const Row row = Require(writer->NextRow(kContact));
    batch.records = {{kContact, row, RecordWrite::Op::kCreate, IdOf(row), {}}};
    Require(writer->Apply(batch));
    Require(writer->Commit());
    writer = nullptr;
    open.push_back(std::move(store));
  }
  const double each = (InUse() - before) / (tenants - tenants / 10);
  std::printf("%d tenants opened, each with a commit, all kept open: %.2f ms and %.1f KB each\n",
              tenants, Seconds(start) / tenants * 1e3, each / 1024);
  std::mt19937_64 random(3);
  const auto again = Now();
  constexpr int kAsked = 1000;
  for (int i = 0; i < kAsked; ++i) Require(open[random() % open.size()]->HeadId());
  std::printf("one of them asked for its newest commit: %.3f ms\n", Seconds(again) / kAsked * 1e3);
}

// How often the server has made its log durable. What a connection did is counted once it ends.
int64_t Syncs(const std::string& dsn) {
  usleep(300'000);
  PGconn* connection = PQconnectdb(dsn.c_str());
  PGresult* result = PQexec(connection, "SELECT wal_sync FROM pg_stat_wal");
  const int64_t syncs = PQntuples(result) == 1 ? std::atoll(PQgetvalue(result, 0, 0)) : 0;
  PQclear(result);
  PQfinish(connection);
  return syncs;
}

// One-row commits of `threads` writers at once, each of a tenant of its own: the server makes those
// that wait together durable by one sync.
double Together(const std::string& dsn, PostgresOptions options, int threads) {
  constexpr int kEach = 400;
  options.views = false;
  const int64_t before = Syncs(dsn);
  double seconds = 0;
  {
    std::vector<std::unique_ptr<Ours>> writers;
    for (int t = 0; t < threads; ++t) {
      options.tenant = Concat("w", threads, "_", t);
      writers.push_back(
          std::make_unique<Ours>([&, options] { return OpenPostgresStore(dsn, options); }));
    }
    const auto start = Now();
    std::vector<std::thread> running;
    for (auto& writer : writers) {
      running.emplace_back([&writer] {
        for (int i = 0; i < kEach; ++i) writer->Contacts(i, i + 1);
      });
    }
    for (std::thread& thread : running) thread.join();
    seconds = Seconds(start);
  }
  const int commits = threads * kEach;
  std::printf("%d writers of a tenant each: %.0f commits/s, %.2f commits a sync\n", threads,
              commits / seconds,
              static_cast<double>(commits) / static_cast<double>(Syncs(dsn) - before));
  return commits / seconds;
}

// One-row commits of `threads` threads at once to one graph, each durable by itself or by groups.
double OfOneTenant(const std::string& dsn, PostgresOptions options, int threads, bool group) {
  constexpr int kEach = 200;
  options.views = false;
  options.tenant = group ? "grouped" : "one_by_one";
  options.group_commit = group;
  const int64_t before = Syncs(dsn);
  double seconds = 0;
  {
    const Crm crm = Require(Crm::Open(Require(OpenPostgresStore(dsn, options))));
    const auto commit = [&crm] {
      Transaction tx = crm.Begin(Actor::User("amelie"));
      tx.Create("contact", {{"family_name", Value::Text("Curie")}});
      Require(tx.Commit({1'792'800'000'000'000}));
    };
    commit();  // makes the tables
    const auto start = Now();
    std::vector<std::thread> running;
    for (int t = 0; t < threads; ++t) {
      running.emplace_back([&commit] {
        for (int i = 0; i < kEach; ++i) commit();
      });
    }
    for (std::thread& thread : running) thread.join();
    seconds = Seconds(start);
  }
  const int commits = threads * kEach;
  std::printf("%d threads of one tenant, %s: %.0f commits/s, %.2f commits a sync\n", threads,
              group ? "grouped" : "one by one", commits / seconds,
              static_cast<double>(commits) / static_cast<double>(Syncs(dsn) - before));
  return commits / seconds;
}

void Crms(const std::string& dsn, PostgresOptions options, int tenants) {
  options.views = false;
  std::vector<Crm> open;
  double before = 0;
  for (int i = 0; i < tenants; ++i) {
    if (i == tenants / 10) before = InUse();
    options.tenant = Concat("c", i);
    open.push_back(Require(Crm::Open(Require(OpenPostgresStore(dsn, options)))));
    Transaction tx = open.back().Begin(Actor::User("amelie"));
    tx.Create("contact", {{"family_name", Value::Text("Curie")}});
    Require(tx.Commit({1'792'800'000'000'000}));
  }
  std::printf("%d graphs (Crm) open, each with a contact: %.0f KB each\n", tenants,
              (InUse() - before) / (tenants - tenants / 10) / 1024);
}

}  // namespace
}  // namespace relata

int main(int argc, char** argv) {
  int64_t events = 1'000'000;
  int64_t contacts = 0;
  int turns = 3;
  int tenants = 1'000;
  std::string dsn;
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    if (arg == "--events" && i + 1 < argc) {
      events = std::strtoll(argv[++i], nullptr, 10);
    } else if (arg == "--contacts" && i + 1 < argc) {
      contacts = std::strtoll(argv[++i], nullptr, 10);
    } else if (arg == "--turns" && i + 1 < argc) {
      turns = std::max(1, std::atoi(argv[++i]));
    } else if (arg == "--tenants" && i + 1 < argc) {
      tenants = std::atoi(argv[++i]);
    } else {
      dsn = arg;
    }
  }
  if (dsn.empty() || events < 1'000 || (tenants != 0 && tenants < 20)) {
    std::fprintf(stderr,
                 "usage: postgres_workload DSN [--events N] [--contacts N] [--turns N] "
                 "[--tenants N]\n");
    return 2;
  }
  relata::PostgresOptions options;
  options.schema = "workload";
  const auto drop = [&] {
    PGconn* connection = PQconnectdb(dsn.c_str());
    PQclear(PQexec(connection, "SET client_min_messages = warning"));
    PQclear(PQexec(connection, "DROP SCHEMA IF EXISTS workload, workload_main CASCADE"));
    PQfinish(connection);
  };
  relata::Import(dsn, options, relata::Generate(events, contacts), turns, drop);
  if (tenants == 0) {
    drop();
    return 0;
  }
  const double alone = relata::Together(dsn, options, 1);
  std::printf("  eight at once / one: %.2f\n", relata::Together(dsn, options, 8) / alone);
  const double single = relata::OfOneTenant(dsn, options, 8, false);
  std::printf("  grouped / one by one: %.2f\n",
              relata::OfOneTenant(dsn, options, 8, true) / single);
  relata::Tenants(dsn, options, tenants);
  relata::Crms(dsn, options, std::min(tenants, 200));
  drop();
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
//
// Named workload: a bulk import through the SQLite store beside the raw SQLite C API, in one run.
//
//   storage_workload [--events N] [--contacts N] [--dir DIR] [--keep]
//
// N events of seven types about N / 20 contacts (or as many as are asked for) are imported in one
// commit each: the contacts with public ids, external keys and a change row a range, a tenth of
// them changed afterwards with the image before, the events in a table a type with their index
// runs. The raw side writes the same facts into the reference tables (one contacts, one events,
// integer keys, no other index) in one transaction each. Both use WAL and synchronous=FULL. What
// counts is the ratio: of processor time for the imports, of time by the clock for the small
// commits, which wait for the disk.

#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "relata/storage/sqlite.h"
#include "storage_facts.h"

namespace relata {
namespace {

// -------------------------------------------------------------------------------------------------
// The raw side

class Raw {
 public:
  explicit Raw(const std::string& path) {
    Check(sqlite3_open(path.c_str(), &db_));
    Run("PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA cache_size=-32768");
    Run("CREATE TABLE contacts(contact_id INTEGER PRIMARY KEY, account_id INTEGER, first_name TEXT,"
        " last_name TEXT, email TEXT, phone TEXT, country TEXT, birth_year INTEGER, created_ts "
        "BIGINT, lifecycle TEXT);"
        "CREATE TABLE events(event_id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL, type TEXT "
        "NOT NULL, page TEXT, ts BIGINT NOT NULL)");
  }
  ~Raw() { sqlite3_close(db_); }

  void Contacts(int64_t from, int64_t until) {
    sqlite3_stmt* s = Prepare("INSERT INTO contacts VALUES(?,?,?,?,?,?,?,?,?,?)");
    Run("BEGIN");
    for (int64_t i = from; i < until; ++i) {
      const std::string family = Family(i);
      const std::string email = Email(i);
      const std::string phone = Phone(i);
      sqlite3_bind_int64(s, 1, i);
      sqlite3_bind_int64(s, 2, i / 10);
      Bind(s, 3, "Anna");
      Bind(s, 4, family);
      Bind(s, 5, email);
      Bind(s, 6, phone);
      Bind(s, 7, "FR");
      sqlite3_bind_int64(s, 8, 1945 + i % 60);
      sqlite3_bind_int64(s, 9, 1'600'000'000 + i);
      Bind(s, 10, "customer");
      Step(s);
    }
    Run("COMMIT");
    sqlite3_finalize(s);
  }

  void Updates(int64_t contacts) {
    sqlite3_stmt* s = Prepare("UPDATE contacts SET phone=?, lifecycle=? WHERE contact_id=?");
    Run("BEGIN");
    for (int64_t i = 0; i < contacts; i += 10) {
      const std::string phone = Phone(i + 1);
      Bind(s, 1, phone);
      Bind(s, 2, "churned");
      sqlite3_bind_int64(s, 3, i);
      Step(s);
    }
    Run("COMMIT");
    sqlite3_finalize(s);
  }

  void Events(const std::vector<Visit>& events) {
    sqlite3_stmt* s = Prepare("INSERT INTO events VALUES(?,?,?,?,?)");
    Run("BEGIN");
    int64_t id = 0;
    for (const Visit& e : events) {
      sqlite3_bind_int64(s, 1, ++id);
      sqlite3_bind_int64(s, 2, e.contact);
      Bind(s, 3, kTypes[e.type]);
      if (HasPage(e.type)) {
        Bind(s, 4, kPages[e.page]);
      } else {
        sqlite3_bind_null(s, 4);
      }
      sqlite3_bind_int64(s, 5, e.at / 1'000'000);
      Step(s);
    }
    Run("COMMIT");
    sqlite3_finalize(s);
  }

  int64_t CountOf(int64_t contact) {
    sqlite3_stmt* s = Prepare("SELECT count(*) FROM events WHERE contact_id=?");
    sqlite3_bind_int64(s, 1, contact);
    sqlite3_step(s);
    const int64_t count = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return count;
  }

  void Run(const char* sql) { Check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr)); }

 private:
  static void Bind(sqlite3_stmt* s, int i, std::string_view v) {
    sqlite3_bind_text(s, i, v.data(), static_cast<int>(v.size()), SQLITE_STATIC);
  }
  void Check(int code) {
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
    std::fprintf(stderr, "raw SQLite: %s\n", sqlite3_errmsg(db_));
    std::exit(1);
  }
  void Step(sqlite3_stmt* s) {
    Check(sqlite3_step(s));
    sqlite3_reset(s);
  }
  sqlite3_stmt* Prepare(const char* sql) {
    sqlite3_stmt* s = nullptr;
    Check(sqlite3_prepare_v2(db_, sql, -1, &s, nullptr));
    return s;
  }

  sqlite3* db_ = nullptr;
};

// -------------------------------------------------------------------------------------------------

// Frames in the log beside the file: the pages that were written since it was last emptied.
int64_t Frames(const std::string& path) {
  const auto bytes = static_cast<int64_t>(std::filesystem::file_size(path + "-wal"));
  return bytes == 0 ? 0 : (bytes - 32) / (4096 + 24);
}

void EmptyLog(const std::string& path) {
  sqlite3* db = nullptr;
  if (sqlite3_open(path.c_str(), &db) != SQLITE_OK ||
      sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", nullptr, nullptr, nullptr) != SQLITE_OK) {
    std::fprintf(stderr, "%s: %s\n", path.c_str(), sqlite3_errmsg(db));
    std::exit(1);
  }
  sqlite3_close(db);
}

// One contact a commit, by turns, so that both wait for the same disk: the medians count. On ours
// the contact comes with its public id, an external key, a change row and the commit's row.
void SmallCommits(Raw& raw, Ours& ours, int64_t next, const std::string& raw_path,
                  const std::string& our_path) {
  constexpr size_t kCommits = 120;  // fewer pages than those at which SQLite empties its log
  EmptyLog(raw_path);
  EmptyLog(our_path);
  std::vector<double> times[2];
  for (size_t i = 0; i < kCommits; ++i, ++next) {
    auto start = Now();
    raw.Contacts(next, next + 1);
    times[0].push_back(Seconds(start));
    start = Now();
    ours.Contacts(next, next + 1);
    times[1].push_back(Seconds(start));
  }
  for (std::vector<double>& t : times) std::sort(t.begin(), t.end());
  const double r = times[0][kCommits / 2];
  const double o = times[1][kCommits / 2];
  std::printf(
      "one-row commits, medians: raw %.0f us, store %.0f us, store/raw time %.2f; "
      "pages a commit: raw %.1f, store %.1f\n",
      r * 1e6, o * 1e6, o / r, static_cast<double>(Frames(raw_path)) / kCommits,
      static_cast<double>(Frames(our_path)) / kCommits);
}

void Run(const std::filesystem::path& dir, int64_t count, int64_t contacts) {
  const Workload w = Generate(count, contacts);
  const std::string raw_path = dir / "raw.db";
  const std::string our_path = dir / "store.db";
  const auto time = [](auto&& f) {
    const auto start = Now();
    f();
    return Seconds(start);
  };
  const auto processor = [](auto&& f) {
    const double start = Processor();
    f();
    return Processor() - start;
  };
  auto raw = std::make_unique<Raw>(raw_path);
  Ours ours([&] { return OpenSqliteStore(our_path); });

  double raw_all = 0;
  double our_all = 0;
  const auto both = [&](const char* what, int64_t rows, auto&& on_raw, auto&& on_ours) {
    const double r = processor(on_raw);
    const double o = processor(on_ours);
    raw_all += r;
    our_all += o;
    Report(what, rows, r, o);
  };
  both(
      "contacts", w.contacts, [&] { raw->Contacts(0, w.contacts); },
      [&] { ours.Contacts(0, w.contacts); });
  both(
      "contacts changed", w.contacts / 10, [&] { raw->Updates(w.contacts); },
      [&] { ours.Updates(w.contacts); });
  both(
      "events", count, [&] { raw->Events(w.events); }, [&] { ours.Events(w.events); });
  Report("import, all", w.contacts + w.contacts / 10 + count, raw_all, our_all);

  SmallCommits(*raw, ours, w.contacts, raw_path, our_path);

  const double opening = time([&] { ours.Open(); });
  std::mt19937_64 random(7);
  constexpr int kSubjects = 100;
  std::vector<Row> subjects;
  for (int i = 0; i < kSubjects; ++i) {
    subjects.push_back(w.events[random() % w.events.size()].contact);
  }
  int64_t found = 0;
  const double lookups = time([&] {
    for (Row subject : subjects) found += ours.CountOf(subject);
  });
  int64_t expected = 0;
  const double scan = time([&] { expected = raw->CountOf(subjects[0]); });
  if (expected != ours.CountOf(subjects[0])) {
    std::fprintf(stderr, "the store finds other events than the raw scan\n");
    std::exit(1);
  }
  std::printf("reopen %.2f ms; one subject's events (%.0f on average) %.3f ms, raw scan %.1f ms\n",
              opening * 1e3, static_cast<double>(found) / kSubjects, lookups / kSubjects * 1e3,
              scan * 1e3);
  raw = nullptr;
  std::printf(
      "bytes an event, contacts included: raw %.1f, store %.1f\n",
      static_cast<double>(std::filesystem::file_size(raw_path)) / static_cast<double>(count),
      static_cast<double>(std::filesystem::file_size(our_path)) / static_cast<double>(count));
}

}  // namespace
}  // namespace relata

int main(int argc, char** argv) {
  int64_t events = 1'000'000;
  int64_t contacts = 0;
  bool keep = false;
  std::filesystem::path base = std::filesystem::temp_directory_path();
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == "--events" && i + 1 < argc) {
      events = std::strtoll(argv[++i], nullptr, 10);
    } else if (arg == "--contacts" && i + 1 < argc) {
      contacts = std::strtoll(argv[++i], nullptr, 10);
    } else if (arg == "--dir" && i + 1 < argc) {
      base = argv[++i];
    } else if (arg == "--keep") {
      keep = true;
    } else {
      std::fprintf(stderr,
                   "usage: storage_workload [--events N] [--contacts N] [--dir DIR] [--keep]\n");
      return 2;
    }
  }
  if (events < 1'000) {
    std::fprintf(stderr, "at least 1000 events\n");
    return 2;
  }
  std::string pattern = base / "relata_storage_XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) {
    std::perror("mkdtemp");
    return 1;
  }
  relata::Run(pattern, events, contacts);
  if (!keep) std::filesystem::remove_all(pattern);
  return 0;
}

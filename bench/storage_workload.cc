// SPDX-License-Identifier: Apache-2.0
//
// Named workload: a bulk import through the SQLite store beside the raw SQLite C API, in one run.
//
//   storage_workload [--events N] [--contacts N] [--turns N] [--dir DIR] [--keep]
//
// N events of seven types about N / 20 contacts (or as many as are asked for) are imported in one
// commit each: the contacts with public ids, external keys and a change row a range, a tenth of
// them changed afterwards with the image before, the events in a table a type with their index
// runs. The raw side writes the same facts into the reference tables (one contacts, one events,
// integer keys, no other index) in one transaction each. Both use WAL and synchronous=FULL. What
// counts is the ratio: of processor time for the imports, of time by the clock for the small
// commits, which wait for the disk. The imports are repeated into new files by turns (--turns, 3),
// since one run on a shared machine says little.

#include <sqlite3.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
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

// Both sides of one database each, and what was measured on them by name: processor seconds.
struct Sides {
  Sides(const std::filesystem::path& dir, int number)
      : raw_path(dir / Concat("raw", number, ".db")),
        our_path(dir / Concat("store", number, ".db")),
        raw(std::make_unique<Raw>(raw_path)),
        ours(std::make_unique<Ours>([path = our_path] { return OpenSqliteStore(path); })) {}

  std::string raw_path;
  std::string our_path;
  std::unique_ptr<Raw> raw;
  std::unique_ptr<Ours> ours;
};

template <class F>
double Used(F f) {
  const double start = Processor();
  f();
  return Processor() - start;
}

// The imports, `turns` times into new files, raw and ours by turns; the last files are given back.
std::unique_ptr<Sides> Import(const std::filesystem::path& dir, const Workload& w, int turns) {
  const auto count = static_cast<int64_t>(w.events.size());
  Turns contacts{"contacts", w.contacts, {}, {}};
  Turns changed{"contacts changed", w.contacts / 10, {}, {}};
  Turns events{"events", count, {}, {}};
  Turns all{"import, all", w.contacts + w.contacts / 10 + count, {}, {}};
  std::unique_ptr<Sides> sides;
  for (int turn = 0; turn < turns; ++turn) {
    if (sides != nullptr) {
      const std::array<std::string, 2> old = {sides->raw_path, sides->our_path};
      sides = nullptr;
      for (const std::string& path : old) std::filesystem::remove(path);
    }
    sides = std::make_unique<Sides>(dir, turn);
    double total[2] = {0, 0};
    const auto both = [&](Turns& t, auto&& on_raw, auto&& on_ours) {
      const bool raw_first = turn % 2 == 0;
      if (raw_first) t.raw.push_back(Used(on_raw));
      t.ours.push_back(Used(on_ours));
      if (!raw_first) t.raw.push_back(Used(on_raw));
      total[0] += t.raw.back();
      total[1] += t.ours.back();
    };
    both(
        contacts, [&] { sides->raw->Contacts(0, w.contacts); },
        [&] { sides->ours->Contacts(0, w.contacts); });
    both(
        changed, [&] { sides->raw->Updates(w.contacts); },
        [&] { sides->ours->Updates(w.contacts); });
    both(
        events, [&] { sides->raw->Events(w.events); }, [&] { sides->ours->Events(w.events); });
    all.raw.push_back(total[0]);
    all.ours.push_back(total[1]);
  }
  for (const Turns* t : {&contacts, &changed, &events, &all}) t->Report();
  return sides;
}

// One contact a commit, by turns, so that both wait for the same disk: the medians count, of the
// time by the clock and of the ratio of each pair. Disks flush in steps of milliseconds, which
// hides or doubles the difference: run it on a file system in memory (--dir /dev/shm), where a
// flush costs nothing, to compare the work itself. On ours the contact comes with its public id, an
// external key, a change row and the commit's row.
void SmallCommits(Sides& sides, int64_t next) {
  constexpr size_t kCommits = 120;  // fewer pages than those at which SQLite empties its log
  constexpr int kRounds = 8;
  Turns all{"", 1, {}, {}};
  std::vector<double> ratios;
  double frames[2] = {0, 0};
  for (int round = 0; round < kRounds; ++round) {
    EmptyLog(sides.raw_path);
    EmptyLog(sides.our_path);
    for (size_t i = 0; i < kCommits; ++i, ++next) {
      const auto commit = [&](auto& side, std::vector<double>& times) {
        const auto start = Now();
        side.Contacts(next, next + 1);
        times.push_back(Seconds(start));
      };
      if (i % 2 == 0) commit(*sides.raw, all.raw);
      commit(*sides.ours, all.ours);
      if (i % 2 != 0) commit(*sides.raw, all.raw);
      ratios.push_back(all.ours.back() / all.raw.back());
    }
    frames[0] += static_cast<double>(Frames(sides.raw_path));
    frames[1] += static_cast<double>(Frames(sides.our_path));
  }
  const double r = Median(all.raw);
  const double o = Median(all.ours);
  std::printf(
      "one-row commits, medians of %zu pairs: raw %.0f us, store %.0f us, store/raw time %.2f "
      "(median of the pairs %.2f); pages a commit: raw %.1f, store %.1f\n",
      ratios.size(), r * 1e6, o * 1e6, o / r, Median(ratios), frames[0] / (kCommits * kRounds),
      frames[1] / (kCommits * kRounds));
  // (o + f) / (r + f) <= 1.5 where the flush takes f more.
  if (o > 1.5 * r) {
    std::printf("  at most 1.5 times raw where a flush takes %.0f us longer than here\n",
                (2 * o - 3 * r) * 1e6);
  }
}

void Run(const std::filesystem::path& dir, int64_t count, int64_t contacts, int turns) {
  const Workload w = Generate(count, contacts);
  const auto time = [](auto&& f) {
    const auto start = Now();
    f();
    return Seconds(start);
  };
  const std::unique_ptr<Sides> sides = Import(dir, w, turns);
  Raw* raw = sides->raw.get();
  Ours& ours = *sides->ours;
  SmallCommits(*sides, w.contacts);

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
  sides->raw = nullptr;
  const auto bytes = [&](const std::string& path) {
    return static_cast<double>(std::filesystem::file_size(path)) / static_cast<double>(count);
  };
  std::printf("bytes an event, contacts included: raw %.1f, store %.1f\n", bytes(sides->raw_path),
              bytes(sides->our_path));
}

}  // namespace
}  // namespace relata

int main(int argc, char** argv) {
  int64_t events = 1'000'000;
  int64_t contacts = 0;
  int turns = 3;
  bool keep = false;
  std::filesystem::path base = std::filesystem::temp_directory_path();
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == "--events" && i + 1 < argc) {
      events = std::strtoll(argv[++i], nullptr, 10);
    } else if (arg == "--contacts" && i + 1 < argc) {
      contacts = std::strtoll(argv[++i], nullptr, 10);
    } else if (arg == "--turns" && i + 1 < argc) {
      turns = std::max(1, std::atoi(argv[++i]));
    } else if (arg == "--dir" && i + 1 < argc) {
      base = argv[++i];
    } else if (arg == "--keep") {
      keep = true;
    } else {
      std::fprintf(stderr,
                   "usage: storage_workload [--events N] [--contacts N] [--turns N] [--dir DIR] "
                   "[--keep]\n");
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
  relata::Run(pattern, events, contacts, turns);
  if (!keep) std::filesystem::remove_all(pattern);
  return 0;
}

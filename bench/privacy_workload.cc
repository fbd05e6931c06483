// SPDX-License-Identifier: Apache-2.0
//
// What it costs to answer for data: erasing persons, letting what is old go, asking before each
// message.
//
//   privacy_workload [--persons N] [--erased N] [--sends N] [--file PATH]
//
// N persons with four page views, one order and two consent entries each are committed to a file.
// Then, in one run:
//
//   - some of them are erased, with plan, journal, suppression and the rewriting of the file,
//   beside
//     the raw deletes of the same rows by key in a copy of the file (SQLite's C API, one
//     transaction, then VACUUM);
//   - one person is erased, and a thousand, beside one reading of every value of the file;
//   - page views past their term are let go by a retention run, beside one raw DELETE and VACUUM;
//   - messages pass the send seam one by one (decide, commit the attempt, commit the outcome),
//     beside raw one-row commits with the same settings of SQLite.
//
// Times are of the wall clock. What counts are ratios within one run.

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "relata/privacy/erasure.h"
#include "relata/privacy/retention.h"
#include "relata/privacy/send.h"
#include "relata/relata.h"

namespace relata {
namespace {

const Timestamp kNow = UtcMidnight(MakeDate(2026, 3, 10)) + Hours(10);
const Actor kActor = Actor::System("benchmark");

struct Settings {
  int64_t persons = 100'000;
  int64_t erased = 500;
  int64_t sends = 1'000;
  std::string file;
};

[[noreturn]] void Stop(const std::string& what) {
  std::fprintf(stderr, "privacy_workload: %s\n", what.c_str());
  std::exit(1);
}
void Check(const absl::Status& status) {
  if (!status.ok()) Stop(status.ToString());
}

double Seconds(const std::function<void()>& work) {
  const auto begun = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

class Raw {
 public:
  explicit Raw(const std::string& file) {
    if (sqlite3_open(file.c_str(), &db_) != SQLITE_OK) Stop("sqlite3_open");
    Run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON");
  }
  ~Raw() { sqlite3_close(db_); }
  void Run(const std::string& sql) {
    char* error = nullptr;
    if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, &error) != SQLITE_OK) Stop(sql + error);
  }
  void Each(const std::string& sql, int64_t key, std::vector<int64_t>& out) {
    sqlite3_stmt* s = nullptr;
    if (sqlite3_prepare_v2(db_, sql.c_str(), -1, &s, nullptr) != SQLITE_OK) Stop(sql);
    sqlite3_bind_int64(s, 1, key);
    while (sqlite3_step(s) == SQLITE_ROW) out.push_back(sqlite3_column_int64(s, 0));
    sqlite3_finalize(s);
  }
  // Deletes by key, one statement prepared once; gives how many rows went.
  int64_t DeleteEach(const std::string& sql, const std::vector<int64_t>& keys) {
    sqlite3_stmt* s = nullptr;
    if (sqlite3_prepare_v2(db_, sql.c_str(), -1, &s, nullptr) != SQLITE_OK) Stop(sql);
    const int64_t before = sqlite3_total_changes64(db_);
    for (const int64_t key : keys) {
      sqlite3_bind_int64(s, 1, key);
      sqlite3_step(s);
      sqlite3_reset(s);
    }
    sqlite3_finalize(s);
    return sqlite3_total_changes64(db_) - before;
  }

 private:
  sqlite3* db_ = nullptr;
};

std::vector<RecordRef> Fill(Crm& crm, const Settings& settings) {
  std::vector<RecordRef> persons;
  for (int64_t from = 0; from < settings.persons; from += 10'000) {
    Transaction tx = crm.Begin(kActor);
    std::vector<RecordRef> created;
    for (int64_t p = from; p < std::min(settings.persons, from + 10'000); ++p) {
      const std::string n = std::to_string(p);
      const RecordRef person =
          tx.Create("contact", {{"given_name", Value::Text("Given" + n)},
                                {"family_name", Value::Text("Family" + n)},
                                {"email", Value::Text("p" + n + "@mail.example")},
                                {"country", Value::Text("FR")}});
      for (int i = 0; i < 4; ++i) {
        tx.Append("page_view", person, kNow - Days(i < 2 ? 500 + i : i),
                  {{"path", Value::Text("/page/" + n)}});
      }
      tx.Create("order", {{"number", Value::Text("O" + n)},
                          {"at", Value::Time(kNow - Days(60))},
                          {"contact", Value::Record(person)}});
      for (int i = 0; i < 2; ++i) {
        ConsentEntry entry;
        entry.event = ConsentEvent::kGrant;
        entry.person = PartyId::Of(person);
        entry.at = kNow - Days(90 - i);
        entry.scope.channels = Bit(i == 0 ? Channel::kEmail : Channel::kSms);
        entry.scope.purposes = Bit(Purpose::kMarketing);
        entry.evidence.source = ConsentSource::kWeb;
        entry.evidence.text = "sha256:form";
        tx.RecordConsent(std::move(entry));
      }
      created.push_back(person);
    }
    Check(tx.Commit(kNow - Days(1)).status());
    for (const RecordRef person : created) persons.push_back(crm.Resolve(person));
  }
  return persons;
}

// Every value of every row, read once by the C API: what a pass over the database costs at least.
double ScanAll(const std::string& file) {
  sqlite3* db = nullptr;
  if (sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READONLY, nullptr) != SQLITE_OK) Stop("open");
  std::vector<std::string> tables;
  sqlite3_stmt* s = nullptr;
  sqlite3_prepare_v2(db, "SELECT name FROM sqlite_master WHERE type = 'table'", -1, &s, nullptr);
  while (sqlite3_step(s) == SQLITE_ROW) {
    tables.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(s, 0)));
  }
  sqlite3_finalize(s);
  int64_t bytes = 0;
  const double seconds = Seconds([&] {
    for (const std::string& table : tables) {
      if (sqlite3_prepare_v2(db, ("SELECT * FROM \"" + table + "\"").c_str(), -1, &s, nullptr) !=
          SQLITE_OK) {
        Stop(table);
      }
      const int columns = sqlite3_column_count(s);
      while (sqlite3_step(s) == SQLITE_ROW) {
        for (int i = 0; i < columns; ++i) bytes += sqlite3_column_bytes(s, i);
      }
      sqlite3_finalize(s);
    }
  });
  sqlite3_close(db);
  if (bytes == 0) Stop("nothing was read");
  return seconds;
}

// What one person costs, and a thousand, beside one pass over all that is stored. The rewriting of
// the file is left out: it is one VACUUM, however many go.
void EraseOneAndMany(Crm& crm, std::vector<RecordRef>& persons, const Settings& settings) {
  ErasureOptions options(*SecretKey::FromHex(std::string(64, '7')));
  options.journal = settings.file + ".erasures";
  options.scrub = false;
  ScanAll(settings.file);  // so that the file lies in memory for all that follow
  const double pass = ScanAll(settings.file);
  const size_t many = std::min<size_t>(1'000, persons.size() / 10);
  for (const size_t count : {size_t{1}, size_t{1}, many}) {
    std::vector<RecordRef> chosen;
    const size_t step = persons.size() / count;
    for (size_t i = count; i-- > 0;) {
      chosen.push_back(persons[i * step]);
      persons.erase(persons.begin() + static_cast<std::ptrdiff_t>(i * step));
    }
    const double seconds =
        Seconds([&] { Check(ErasePersons(crm, chosen, options, kActor, kNow).status()); });
    std::printf("erasing %zu of %lld: %.3f s, %.2f of one pass over the file (%.3f s)\n", count,
                static_cast<long long>(settings.persons), seconds, seconds / pass, pass);
    std::fflush(stdout);
  }
}

void Erase(Crm& crm, const std::vector<RecordRef>& persons, const Settings& settings) {
  const std::string copy = settings.file + ".raw";
  {
    Raw raw(settings.file);
    raw.Run("VACUUM INTO '" + copy + "'");
  }
  std::vector<RecordRef> chosen;
  std::vector<int64_t> rows;
  for (size_t i = 0; i < static_cast<size_t>(settings.erased); ++i) {
    chosen.push_back(persons[i * persons.size() / static_cast<size_t>(settings.erased)]);
    rows.push_back(chosen.back().row);
  }
  ErasureOptions options(*SecretKey::FromHex(std::string(64, '7')));
  options.journal = settings.file + ".erasures";
  options.scrub = false;
  ErasureReport report;
  const double ours = Seconds([&] {
    absl::StatusOr<ErasureReport> done = ErasePersons(crm, chosen, options, kActor, kNow);
    Check(done.status());
    report = *std::move(done);
  });
  options.scrub = true;
  const double scrub = Seconds([&] { Check(ResumeErasures(crm, options, kActor, kNow).status()); });
  Raw raw(copy);
  std::vector<int64_t> events;  // of the chosen, so that the raw deletes go by key
  raw.Run("CREATE INDEX temporary ON ev_page_view(subject)");
  for (const int64_t row : rows)
    raw.Each("SELECT seq FROM ev_page_view WHERE subject = ?", row, events);
  raw.Run("DROP INDEX temporary");
  std::vector<int64_t> lines;
  const std::string type = std::to_string(persons.front().type);
  raw.Run("CREATE INDEX temporary ON relata_ledger(person_type, person)");
  for (const int64_t row : rows) {
    raw.Each("SELECT seq FROM relata_ledger WHERE person_type = " + type + " AND person = ?", row,
             lines);
  }
  raw.Run("DROP INDEX temporary");
  int64_t deleted = 0;
  const double deletes = Seconds([&] {
    raw.Run("BEGIN");
    deleted += raw.DeleteEach("DELETE FROM r_contact WHERE row = ?", rows);
    deleted += raw.DeleteEach("DELETE FROM relata_ledger WHERE seq = ?", lines);
    deleted += raw.DeleteEach("DELETE FROM ev_page_view WHERE seq = ?", events);
    raw.Run("COMMIT");
  });
  const double vacuum = Seconds([&] { raw.Run("VACUUM"); });
  int64_t touched = 0;
  for (const ErasureStep& step : report.steps) touched += step.count;
  std::printf("erasure: %lld persons, %lld things, %.2f s (%.0f persons/s); rewriting %.2f s\n",
              static_cast<long long>(report.persons), static_cast<long long>(touched), ours,
              static_cast<double>(report.persons) / ours, scrub);
  std::printf(
      "  raw deletes by key of %lld rows %.3f s, VACUUM %.2f s: ratio %.1f, with the "
      "rewriting %.1f\n",
      static_cast<long long>(deleted), deletes, vacuum, ours / deletes,
      (ours + scrub) / (deletes + vacuum));
}

void Retain(Crm& crm, const Settings& settings) {
  const std::string copy = settings.file + ".raw2";
  {
    Raw raw(settings.file);
    raw.Run("VACUUM INTO '" + copy + "'");
  }
  ErasureOptions options(*SecretKey::FromHex(std::string(64, '7')));
  options.journal = settings.file + ".erasures";
  int64_t gone = 0;
  const double ours = Seconds([&] {
    const auto lines = RunRetention(crm, options, kActor, kNow, "page_view");
    Check(lines.status());
    for (const RetentionLine& line : *lines) gone += line.to_delete;
  });
  Raw raw(copy);
  const double raws = Seconds([&] {
    const Timestamp term = kNow - Days(396);
    raw.Run("DELETE FROM ev_page_view WHERE at < " + std::to_string(term.micros));
    raw.Run("VACUUM");
  });
  std::printf(
      "retention: %lld events in %.2f s (%.0f/s); one raw DELETE and VACUUM %.2f s: "
      "ratio %.1f\n",
      static_cast<long long>(gone), ours, static_cast<double>(gone) / ours, raws, ours / raws);
}

void Send(Crm& crm, const std::vector<RecordRef>& persons, const Settings& settings) {
  int64_t allowed = 0;
  const double ours = Seconds([&] {
    for (int64_t i = 0; i < settings.sends; ++i) {
      ContactRequest request;
      request.operation = "m" + std::to_string(i);
      request.person = persons[static_cast<size_t>(i * 7 + 3) % persons.size()];
      request.plan.channel = Channel::kEmail;
      request.plan.purpose = Purpose::kMarketing;
      const absl::StatusOr<ContactTicket> ticket = ContactBegin(crm, request, kActor, kNow);
      if (!ticket.ok()) continue;  // erased
      if (!ticket->allowed()) continue;
      ++allowed;
      Check(ContactEnd(crm, ticket->token, ContactResult::kSent, "", kActor, kNow));
    }
  });
  Raw raw(settings.file + ".raw3");
  raw.Run("CREATE TABLE t(id INTEGER PRIMARY KEY, person INTEGER, at INTEGER, body TEXT)");
  const double raws = Seconds([&] {
    for (int64_t i = 0; i < 2 * allowed; ++i) {
      raw.Run("INSERT INTO t(person, at, body) VALUES(1, 2, 'sent')");
    }
  });
  std::printf(
      "send seam: %lld messages of %lld asked, %.0f/s, two durable commits each; raw "
      "one-row commits %.0f/s: ratio %.2f\n",
      static_cast<long long>(allowed), static_cast<long long>(settings.sends),
      static_cast<double>(allowed) / ours, 2 * static_cast<double>(allowed) / raws, ours / raws);
}

void Run(const Settings& settings) {
  for (const char* suffix : {"", "-wal", "-shm", ".raw", ".raw2", ".raw3", ".erasures"}) {
    std::filesystem::remove(settings.file + suffix);
  }
  OpenOptions open;
  open.privacy_key = SecretKey::FromHex(std::string(64, '7'));
  absl::StatusOr<Crm> crm = Crm::Open(settings.file, std::move(open));
  Check(crm.status());
  std::vector<RecordRef> persons;
  const double filled = Seconds([&] { persons = Fill(*crm, settings); });
  std::printf("%lld persons with 4 page views, 1 order, 2 entries: %.1f s\n",
              static_cast<long long>(settings.persons), filled);
  Send(*crm, persons, settings);
  EraseOneAndMany(*crm, persons, settings);
  Erase(*crm, persons, settings);
  Retain(*crm, settings);
}

}  // namespace
}  // namespace relata

int main(int argc, char** argv) {
  relata::Settings settings;
  settings.file = (std::filesystem::temp_directory_path() / "relata_privacy_workload.db").string();
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--persons") settings.persons = std::atoll(argv[i + 1]);
    if (name == "--erased") settings.erased = std::atoll(argv[i + 1]);
    if (name == "--sends") settings.sends = std::atoll(argv[i + 1]);
    if (name == "--file") settings.file = argv[i + 1];
  }
  relata::Run(settings);
  return 0;
}

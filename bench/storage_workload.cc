// SPDX-License-Identifier: Apache-2.0
//
// Named workload: a bulk import through the SQLite store beside the raw SQLite C API, in one run.
//
//   storage_workload [--events N] [--dir DIR] [--keep]
//
// N events of seven types about N / 20 contacts are imported in one commit each: the contacts with
// public ids, external keys and a change row a range, a tenth of them changed afterwards with the
// image before, the events in a table a type with their index runs. The raw side writes the same
// facts into the reference tables (one contacts, one events, integer keys, no other index) in one
// transaction each. Both use WAL and synchronous=FULL. What counts is the ratio.

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "relata/storage/sqlite.h"

namespace relata {
namespace {

using internal::Concat;
using Kind = Value::Kind;

constexpr std::array<const char*, 7> kTypes = {"page_view", "email_open", "email_click", "login",
                                               "form",      "download",   "unsubscribe"};
constexpr std::array<int, 7> kTypeWeights = {55, 20, 6, 12, 3, 3, 1};
constexpr std::array<const char*, 8> kPages = {"home", "product", "pricing", "blog",
                                               "docs", "support", "careers", "checkout"};
constexpr int64_t kPart = 200'000;
constexpr TypeId kContact = 1;
constexpr TypeId kFirstEvent = 10;

bool HasPage(int type) { return type == 0 || type == 4 || type == 5; }

struct Visit {
  int64_t at;
  uint32_t contact;
  uint8_t type;
  uint8_t page;
};

struct Workload {
  int64_t contacts = 0;
  std::vector<Visit> events;
};

// Skewed as behaviour is: a few contacts have most events. In order of time.
Workload Generate(int64_t events) {
  std::mt19937_64 random(42);
  Workload w;
  w.contacts = std::max<int64_t>(events / 20, 10);
  w.events.resize(static_cast<size_t>(events));
  std::discrete_distribution<int> type(kTypeWeights.begin(), kTypeWeights.end());
  int64_t at = 1'700'000'000'000'000;
  for (Visit& e : w.events) {
    const double u = static_cast<double>(random() >> 11) * 0x1p-53;
    const auto rank = static_cast<uint64_t>(static_cast<double>(w.contacts) * u * std::max(u, 0.3));
    e.contact = static_cast<uint32_t>((rank * 2'654'435'761ULL + 12'345) %
                                      static_cast<uint64_t>(w.contacts));
    e.type = static_cast<uint8_t>(type(random));
    e.page = static_cast<uint8_t>(random() % kPages.size());
    at += static_cast<int64_t>(random() % 2'000'000);
    e.at = at;
  }
  return w;
}

std::string Family(int64_t i) { return Concat("Smith", i % 997); }
std::string Email(int64_t i) { return Concat("anna.smith", i, "@example.com"); }
std::string Phone(int64_t i) { return std::to_string(10'000'000'000 + i * 7919); }

double Seconds(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}
std::chrono::steady_clock::time_point Now() { return std::chrono::steady_clock::now(); }

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}
template <class T>
T Require(absl::StatusOr<T> value) {
  Require(value.status());
  return *std::move(value);
}

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
// Our side

std::vector<TableSpec> Tables() {
  TableSpec contact{kContact, "contact", TableSpec::Kind::kRecord, kNoType, "last_name", {}};
  contact.columns = {{1, "account", Kind::kRecord, 2, false},
                     {2, "first_name", Kind::kText, kNoType, true},
                     {3, "last_name", Kind::kText, kNoType, true},
                     {4, "email", Kind::kText, kNoType, true},
                     {5, "phone", Kind::kText, kNoType, true},
                     {6, "country", Kind::kText, kNoType, false},
                     {7, "birth_year", Kind::kInt, kNoType, true},
                     {8, "created", Kind::kTimestamp, kNoType, false},
                     {9, "lifecycle", Kind::kText, kNoType, false}};
  std::vector<TableSpec> tables = {contact,
                                   {2, "account", TableSpec::Kind::kRecord, kNoType, "", {}}};
  for (size_t t = 0; t < kTypes.size(); ++t) {
    TableSpec events{
        static_cast<TypeId>(kFirstEvent + t), kTypes[t], TableSpec::Kind::kEvent, kContact, "", {}};
    if (HasPage(static_cast<int>(t))) {
      events.columns = {{1, "page", Kind::kText, kNoType, false}};
    }
    tables.push_back(events);
  }
  return tables;
}

Uuid IdOf(int64_t i) {
  Uuid id;
  id.bytes[6] = 0x70;
  for (int b = 0; b < 6; ++b) {
    id.bytes[static_cast<size_t>(5 - b)] = static_cast<uint8_t>((i + 1'700'000'000'000) >> (8 * b));
  }
  const uint64_t tail = (static_cast<uint64_t>(i) + 1) * 0x9e3779b97f4a7c15ULL;
  std::memcpy(id.bytes.data() + 8, &tail, sizeof(tail));
  return id;
}

class Ours {
 public:
  explicit Ours(std::string path) : path_(std::move(path)) {
    Open();
    auto writer = Require(store_->Write(Minutes(1)));
    Require(writer->Prepare(Tables()));
    Require(writer->Commit());
  }

  void Open() {
    store_ = nullptr;
    store_ = Require(OpenSqliteStore(path_));
  }

  void Contacts(int64_t from, int64_t until) {
    Commit(until - from, [&](int64_t i, int64_t end, CommitBatch& batch) {
      ChangeWrite change{++seq_, kContact, from + i, end - i,     RecordWrite::Op::kCreate,
                         "",     "",       {},       std::nullopt};
      batch.changes.push_back(std::move(change));
      for (int64_t row = from + i; row < from + end; ++row) AddContact(row, batch);
    });
  }

  void Updates(int64_t contacts) {
    Commit(contacts / 10, [&](int64_t i, int64_t end, CommitBatch& batch) {
      for (; i < end; ++i) {
        const Row row = i * 10;
        RecordWrite write{kContact, row, RecordWrite::Op::kUpdate, {}, {}};
        write.values = {{5, Value::Text(Phone(row + 1))}, {9, Value::Text("churned")}};
        batch.records.push_back(std::move(write));
        ChangeWrite change{++seq_,
                           kContact,
                           row,
                           1,
                           RecordWrite::Op::kUpdate,
                           "\x09customer",
                           Concat("\x05", Phone(row)),
                           {kContact, row},
                           std::nullopt};
        batch.changes.push_back(std::move(change));
      }
    });
  }

  void Events(const std::vector<Visit>& events) {
    Commit(static_cast<int64_t>(events.size()), [&](int64_t i, int64_t end, CommitBatch& batch) {
      std::vector<EventBatch> types(kTypes.size());
      for (size_t t = 0; t < types.size(); ++t) {
        types[t].type = static_cast<TypeId>(kFirstEvent + t);
        if (HasPage(static_cast<int>(t))) types[t].columns = {Column(Kind::kText)};
      }
      for (; i < end; ++i) {
        const Visit& e = events[static_cast<size_t>(i)];
        EventBatch& type = types[e.type];
        type.subjects.push_back(e.contact);
        type.at.push_back({e.at});
        if (HasPage(e.type)) type.columns[0].AppendText(kPages[e.page]);
      }
      for (EventBatch& type : types) {
        type.first_seq = seq_ + 1;
        seq_ += static_cast<Seq>(type.subjects.size());
        if (!type.subjects.empty()) batch.events.push_back(std::move(type));
      }
    });
  }

  int64_t CountOf(Row contact) {
    auto reader = Require(store_->Read());
    int64_t count = 0;
    for (size_t t = 0; t < kTypes.size(); ++t) {
      Require(
          reader->ScanEvents({static_cast<TypeId>(kFirstEvent + t), {}, 0, INT64_MAX, contact, {}},
                             [&](const EventRows& rows) {
                               count += static_cast<int64_t>(rows.seqs.size());
                               return absl::OkStatus();
                             }));
    }
    return count;
  }

 private:
  static void AddContact(Row row, CommitBatch& batch) {
    RecordWrite write{kContact, row, RecordWrite::Op::kCreate, IdOf(row), {}};
    write.values = {
        {1, Value::Record({2, row / 10})}, {2, Value::Text("Anna")},
        {3, Value::Text(Family(row))},     {4, Value::Text(Email(row))},
        {5, Value::Text(Phone(row))},      {6, Value::Text("FR")},
        {7, Value::Int(1945 + row % 60)},  {8, Value::Time({(1'600'000'000 + row) * 1'000'000})},
        {9, Value::Text("customer")}};
    batch.records.push_back(std::move(write));
    batch.external_keys.push_back({kContact, "crm", Concat("C-", row * 7919 % 10'000'019), row});
  }

  // One commit in parts of kPart: `fill` puts [i, end) into the batch.
  template <class F>
  void Commit(int64_t count, F fill) {
    auto writer = Require(store_->Write(Minutes(1)));
    const CommitRow head = Require(writer->Head());
    for (int64_t i = 0; i < count; i += kPart) {
      const int64_t end = std::min(count, i + kPart);
      CommitBatch batch;
      fill(i, end, batch);
      if (end == count) {
        batch.commit.id = head.id + 1;
        batch.commit.recorded = {head.recorded.micros + 1};
        batch.commit.last_seq = seq_;
      }
      Require(writer->Apply(batch));
    }
    Require(writer->Commit());
  }

  std::string path_;
  std::unique_ptr<Store> store_;
  Seq seq_ = 0;
};

// -------------------------------------------------------------------------------------------------

void Report(const char* what, int64_t rows, double raw, double ours) {
  std::printf("%-22s %10lld rows   raw %9.0f/s   store %9.0f/s   store/raw %.2f\n", what,
              static_cast<long long>(rows), static_cast<double>(rows) / raw,
              static_cast<double>(rows) / ours, raw / ours);
  std::fflush(stdout);
}

void Run(const std::filesystem::path& dir, int64_t count) {
  const Workload w = Generate(count);
  const std::string raw_path = dir / "raw.db";
  const std::string our_path = dir / "store.db";
  const auto time = [](auto&& f) {
    const auto start = Now();
    f();
    return Seconds(start);
  };
  auto raw = std::make_unique<Raw>(raw_path);
  Ours ours(our_path);

  double raw_all = 0;
  double our_all = 0;
  const auto both = [&](const char* what, int64_t rows, auto&& on_raw, auto&& on_ours) {
    const double r = time(on_raw);
    const double o = time(on_ours);
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

  constexpr int64_t kSmall = 300;
  const double raw_small = time([&] {
    for (int64_t i = 0; i < kSmall; ++i) raw->Contacts(w.contacts + i, w.contacts + i + 1);
  });
  const double our_small = time([&] {
    for (int64_t i = 0; i < kSmall; ++i) ours.Contacts(w.contacts + i, w.contacts + i + 1);
  });
  Report("one-row commits", kSmall, raw_small, our_small);

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
  bool keep = false;
  std::filesystem::path base = std::filesystem::temp_directory_path();
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == "--events" && i + 1 < argc) {
      events = std::strtoll(argv[++i], nullptr, 10);
    } else if (arg == "--dir" && i + 1 < argc) {
      base = argv[++i];
    } else if (arg == "--keep") {
      keep = true;
    } else {
      std::fprintf(stderr, "usage: storage_workload [--events N] [--dir DIR] [--keep]\n");
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
  relata::Run(pattern, events);
  if (!keep) std::filesystem::remove_all(pattern);
  return 0;
}

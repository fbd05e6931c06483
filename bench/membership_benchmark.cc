// SPDX-License-Identifier: Apache-2.0
//
// Is this contact in that segment? Asked through the C interface by public id, of random contacts.
//
//   membership_benchmark [--contacts N] [--questions N] [--file PATH]
//
// N contacts with four page views each. One segment is kept by commits (the answer is a bit), one
// reads the calendar in a way that cannot be kept and is evaluated for each question; beside them a
// prepared query of SQLite that counts the same page views by an index. Times are of the wall
// clock, p50 and p99; the database is opened shared, where each answer first looks whether another
// process wrote, and then exclusive, where none can.

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "capi/relata.h"
#include "relata/relata.h"

namespace relata {
namespace {

const Timestamp kNow = UtcMidnight(MakeDate(2026, 3, 10)) + Hours(10);
const Timestamp kAsked = kNow + Seconds(1);  // after the last commit
constexpr int64_t kPart = 20'000;
constexpr char kKept[] = "kept";
constexpr char kFresh[] = "fresh";
constexpr char kLookers[] =
    "contact.events('page_view').filter(e, e.at > now - days(30)).size() >= 2";

[[noreturn]] void Stop(const std::string& why) {
  std::fprintf(stderr, "membership_benchmark: %s\n", why.c_str());
  std::exit(1);
}
void Must(const absl::Status& status) {
  if (!status.ok()) Stop(status.ToString());
}

Timestamp SeenAt(int64_t contact, int64_t view) {
  return kNow - Hours(1 + (contact * 7919 + view * 104'729) % (24 * 90));
}

void Fill(const std::string& file, int64_t contacts) {
  absl::StatusOr<Crm> crm = Crm::Open(file);
  Must(crm.status());
  const TypeId type = crm->schema()->Find("contact")->id;
  for (int64_t done = 0; done < contacts; done += kPart) {
    Transaction people = crm->Begin(Actor::System("bench"));
    const int64_t end = std::min(contacts, done + kPart);
    for (int64_t i = done; i < end; ++i) {
      people.Create("contact", {{"family_name", Value::Text(std::to_string(i))}});
    }
    Must(people.Commit(kNow).status());
    Transaction views = crm->Begin(Actor::System("bench"));
    for (int64_t i = done; i < end; ++i) {
      for (int64_t v = 0; v < 4; ++v) views.Append("page_view", {type, i}, SeenAt(i, v), {});
    }
    Must(views.Commit(kNow).status());
  }
  Segment segment;
  segment.type = "contact";
  segment.name = kKept;
  segment.expression = kLookers;
  Must(DefineSegment(*crm, segment, Actor::System("bench"), kNow));
  segment.name = kFresh;
  segment.expression = std::string(kLookers) + " && string(now) != ''";
  Must(DefineSegment(*crm, segment, Actor::System("bench"), kNow));
  Must(WhyNotKept(*crm, kKept));
  if (WhyNotKept(*crm, kFresh).ok()) Stop("the second segment is kept too");
}

std::vector<std::string> Ids(const std::string& file, int64_t contacts) {
  absl::StatusOr<Crm> crm = Crm::Open(file);
  Must(crm.status());
  const auto view = crm->View({"contact"});
  Must(view.status());
  const TypeId type = crm->schema()->Find("contact")->id;
  std::vector<std::string> ids;
  for (int64_t i = 0; i < contacts; ++i) ids.push_back((*view)->Id({type, i}).ToString());
  return ids;
}

template <class Ask>
void Measure(const char* what, int64_t questions, const std::vector<int64_t>& drawn,
             const Ask& ask) {
  using Clock = std::chrono::steady_clock;
  int64_t members = 0;
  for (int64_t i = 0; i < std::min<int64_t>(questions, 1000); ++i) {
    members += ask(drawn[static_cast<size_t>(i)]);
  }
  std::vector<double> times;
  members = 0;
  for (int64_t i = 0; i < questions; ++i) {
    const int64_t who = drawn[static_cast<size_t>(i) % drawn.size()];
    const Clock::time_point start = Clock::now();
    members += ask(who);
    times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  std::printf("| %s | %.3f | %.3f | %lld of %lld |\n", what, times[times.size() / 2],
              times[times.size() * 99 / 100], static_cast<long long>(members),
              static_cast<long long>(questions));
}

// The same page views in a table of their own, with the index that the question wants.
sqlite3_stmt* Peer(sqlite3* db, int64_t contacts) {
  const auto run = [&](const char* sql) {
    if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) Stop(sqlite3_errmsg(db));
  };
  run("CREATE TABLE view(contact INTEGER, at INTEGER); BEGIN");
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(db, "INSERT INTO view VALUES(?, ?)", -1, &insert, nullptr);
  for (int64_t i = 0; i < contacts; ++i) {
    for (int64_t v = 0; v < 4; ++v) {
      sqlite3_bind_int64(insert, 1, i);
      sqlite3_bind_int64(insert, 2, SeenAt(i, v).micros);
      sqlite3_step(insert);
      sqlite3_reset(insert);
    }
  }
  sqlite3_finalize(insert);
  run("COMMIT; CREATE INDEX by_contact ON view(contact, at)");
  sqlite3_stmt* ask = nullptr;
  sqlite3_prepare_v2(db, "SELECT count(*) >= 2 FROM view WHERE contact = ? AND at > ?", -1, &ask,
                     nullptr);
  return ask;
}

// Both segments through the C interface.
void AskByC(const std::string& file, bool exclusive, int64_t questions,
            const std::vector<std::string>& ids, const std::vector<int64_t>& drawn) {
  relata_open_options_t options = {};
  options.struct_size = sizeof options;
  options.exclusive = exclusive ? 1 : 0;
  relata_crm_t* crm = nullptr;
  if (relata_crm_open(file.data(), file.size(), &options, &crm, nullptr) != RELATA_OK) {
    Stop("the C interface cannot open the file");
  }
  const auto contains = [&](const char* segment, int64_t who) {
    const std::string& id = ids[static_cast<size_t>(who)];
    int32_t member = 0;
    if (relata_segment_contains(crm, segment, std::char_traits<char>::length(segment), id.data(),
                                id.size(), kAsked.micros, &member, nullptr) != RELATA_OK) {
      Stop("a question failed");
    }
    return member;
  };
  Measure(exclusive ? "kept, exclusive" : "kept, shared", questions, drawn,
          [&](int64_t who) { return contains(kKept, who); });
  Measure(exclusive ? "evaluated fresh, exclusive" : "evaluated fresh, shared",
          std::min<int64_t>(questions, 100'000), drawn,
          [&](int64_t who) { return contains(kFresh, who); });
  relata_crm_close(crm);
}

void Run(int64_t contacts, int64_t questions, const std::string& file) {
  std::filesystem::remove(file);
  Fill(file, contacts);
  const std::vector<std::string> ids = Ids(file, contacts);
  std::mt19937_64 random(7);
  std::vector<int64_t> drawn;
  for (int64_t i = 0; i < questions; ++i) {
    drawn.push_back(static_cast<int64_t>(random() % static_cast<uint64_t>(contacts)));
  }
  std::printf(
      "%lld contacts, microseconds\n| question | p50 | p99 | members |\n|---|---|---|---|\n",
      static_cast<long long>(contacts));
  for (const bool exclusive : {false, true}) AskByC(file, exclusive, questions, ids, drawn);
  sqlite3* db = nullptr;
  sqlite3_open(":memory:", &db);
  sqlite3_stmt* peer = Peer(db, contacts);
  Measure("SQLite, prepared, indexed", questions, drawn, [&](int64_t who) {
    sqlite3_bind_int64(peer, 1, who);
    sqlite3_bind_int64(peer, 2, (kNow - Days(30)).micros);
    sqlite3_step(peer);
    const int member = sqlite3_column_int(peer, 0);
    sqlite3_reset(peer);
    return member;
  });
  sqlite3_finalize(peer);
  sqlite3_close(db);
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace relata

int main(int argc, char** argv) {
  int64_t contacts = 200'000;
  int64_t questions = 400'000;
  std::string file = (std::filesystem::temp_directory_path() / "relata-membership.db").string();
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string word = argv[i];
    if (word == "--contacts") contacts = std::atoll(argv[i + 1]);
    if (word == "--questions") questions = std::atoll(argv[i + 1]);
    if (word == "--file") file = argv[i + 1];
  }
  if (contacts < 1 || questions < 1000) {
    std::fprintf(stderr, "usage: %s [--contacts N] [--questions N] [--file PATH]\n", argv[0]);
    return 2;
  }
  relata::Run(contacts, questions, file);
  return 0;
}

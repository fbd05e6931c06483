// SPDX-License-Identifier: Apache-2.0
//
// The ten reference questions, asked of the product as expressions and definitions, with DuckDB and
// SQLite answering them in SQL in the same run. Every answer is checked: count and checksums must
// be the same in all engines.
//
//   reference_benchmark [--contacts N] [--repetitions N] [--folder PATH] [--keep | --in-place]
//                       [--no-peers | --peer duckdb|sqlite] [--only Qn] [--no-events] [--rounds N]
//                       [--threads N] [--memory MB]
//
// First asking: nothing is loaded; what the columns and indexes cost that a question leaves behind,
// in seconds and bytes, and what tables keep by parent: counts, extremes and sums of a relation,
// the newest statement about a channel and a purpose. They say nothing of the text: they are of the
// data alone, as the tables and indexes of the peers are, and serve any question that asks for
// them. Cold: the text is new to the engine (read, checked, planned, compiled, evaluated), no
// segment is saved and nothing is kept that a text caused. Warm: the questions are saved as
// segments, which the engine keeps, and asked by name. Then new events come, and what counts is the
// time until the members of all ten are right again.
//
// With --threads N every cold question is also asked by up to N threads and by one, in turn: what
// counts there is the time by the clock.
//
// With --memory MB the ten questions are asked under LimitMemory and nothing else is: what is not
// there is asked of the store by SQL. The answers must be those of the peers all the same.
//
// Times are of the processor (one thread); ratios in one run are what counts. With --keep the
// folder's database and the peers' files are made once and used again: the run works on a copy, or
// with --in-place, where a copy would be too large, on the database itself.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/strings.h"
#include "measure.h"
#include "nlohmann/json.hpp"
#include "peer_process.h"
#include "reference_data.h"
#include "reference_import.h"
#include "reference_memory.h"
#include "reference_product.h"
#include "relata/engine/crm.h"
#include "relata/engine/pushdown.h"
#include "relata/engine/threads.h"

namespace relata::bench {
namespace {

using internal::Concat;

struct Options {
  uint64_t contacts = 100'000;
  int repetitions = 5;  // of each question
  int rounds = 5;       // of new events
  std::string folder;
  bool keep = false;
  bool in_place = false;  // with keep: no copy is made
  bool peers = true;
  std::string peer;  // one peer instead of both
  std::string only;  // one question, asked cold
  bool events = true;
  int threads = 1;
  size_t memory = 0;  // megabytes; 0: no limit
};

class Run {
 public:
  explicit Run(Options options) : options_(std::move(options)) {}

  absl::Status Go() {
    RELATA_RETURN_IF_ERROR(Prepare());
    if (options_.memory > 0) return WithinMemory();
    RELATA_RETURN_IF_ERROR(FirstAsking());
    PrintMemory(product_->crm());
    RELATA_RETURN_IF_ERROR(Cold());
    if (options_.threads > 1) RELATA_RETURN_IF_ERROR(ByThreads());
    if (options_.only.empty()) RELATA_RETURN_IF_ERROR(Warm());
    if (options_.only.empty() && options_.events) RELATA_RETURN_IF_ERROR(AfterEvents());
    return same_ ? absl::OkStatus() : Internal("the answers differ");
  }

 private:
  std::string DatabasePath() const { return options_.folder + "/relata.db"; }
  // What the run changes: the imported database itself, or a copy of one that is kept.
  std::string RunPath() const {
    return options_.keep && !options_.in_place ? options_.folder + "/run.db" : DatabasePath();
  }

  bool Asked(const Question& q) const { return options_.only.empty() || options_.only == q.name; }

  absl::Status Prepare() {
    std::filesystem::create_directories(options_.folder);
    const bool there = options_.keep && std::filesystem::exists(options_.folder + "/complete");
    if (!there) {
      for (const auto& entry : std::filesystem::directory_iterator(options_.folder)) {
        std::filesystem::remove_all(entry);
      }
      RELATA_RETURN_IF_ERROR(Import());
    }
    if (options_.peers) LoadPeers();
    if (RunPath() != DatabasePath()) {
      for (const char* more : {"", "-wal", "-shm"}) std::filesystem::remove(RunPath() + more);
      std::filesystem::copy_file(DatabasePath(), RunPath());
    }
    const double start = Wall();
    RELATA_ASSIGN_OR_RETURN(Product product, Product::Open(RunPath(), Processor));
    product_.emplace(std::move(product));
    std::printf("relata opened in %.2f s\n", Wall() - start);
    return absl::OkStatus();
  }

  void LoadPeers() {
    peers_.emplace(options_.folder);
    for (const char* engine : kPeers) {
      if (!options_.peer.empty() && options_.peer != engine) continue;
      const nlohmann::json answer =
          peers_->Ask(Concat("load ", engine, options_.keep ? " keep" : ""));
      if (answer.contains("error")) {
        std::printf("%s is left out: %s\n", engine, answer["error"].get<std::string>().c_str());
        continue;
      }
      std::printf("%s %s loaded in %.1f s\n", engine, answer["version"].get<std::string>().c_str(),
                  answer["wall"].get<double>());
      present_.push_back(engine);
    }
  }

  absl::Status Import() {
    double start = Wall();
    const ReferenceData data = MakeReferenceData(options_.contacts);
    std::printf("generated %zu contacts, %zu orders, %zu events, %zu consents in %.1f s\n",
                data.contacts.size(), data.orders.size(), data.events.size(), data.consents.size(),
                Wall() - start);
    if (options_.peers && !WriteCsv(data, options_.folder)) {
      return Internal("the CSV files cannot be written");
    }
    start = Wall();
    const double processor = Processor();
    {
      RELATA_ASSIGN_OR_RETURN(Crm crm, Crm::Open(DatabasePath()));
      RELATA_RETURN_IF_ERROR(ImportReferenceData(data, crm));
    }
    const double rows = static_cast<double>(data.contacts.size() + 2 * data.orders.size() +
                                            data.events.size() + data.consents.size());
    std::printf("imported in %.1f s (%.1f s of processor), %.0f thousand rows a second, %.0f MB\n",
                Wall() - start, Processor() - processor, rows / (Wall() - start) / 1e3,
                static_cast<double>(std::filesystem::file_size(DatabasePath())) / 1e6);
    std::fflush(stdout);
    std::FILE* complete = std::fopen((options_.folder + "/complete").c_str(), "w");
    if (complete != nullptr) std::fclose(complete);
    return absl::OkStatus();
  }

  // Each question twice: what the first asking takes beyond the second loaded columns and built the
  // indexes they need.
  absl::Status FirstAsking() {
    std::printf("\nfirst asking: what it loads and builds\n");
    std::printf("| question | seconds of processor | MB left |\n|---|---|---|\n");
    for (const Question& q : Questions()) {
      if (!Asked(q) || q.asks_segments()) continue;
      const size_t before = MemoryUsed(product_->crm());
      double start = Processor();
      RELATA_RETURN_IF_ERROR(product_->Ask(q).status());
      const double first = Processor() - start;
      start = Processor();
      RELATA_RETURN_IF_ERROR(product_->Ask(q).status());
      const double again = Processor() - start;
      std::printf("| %s | %.2f | %.1f |\n", q.name, std::max(0.0, first - again),
                  static_cast<double>(MemoryUsed(product_->crm()) - before) / 1e6);
      std::fflush(stdout);
    }
    for (const auto& [name, errors] : product_->errors()) {
      std::printf("  %s: %lld contacts could not be decided\n", name.c_str(),
                  static_cast<long long>(errors));
    }
    return absl::OkStatus();
  }

  // question, engine
  using Times = std::map<std::string, std::map<std::string, std::vector<double>>>;

  absl::Status Cold() {
    Times times;
    std::map<std::string, Answer> answers;
    for (int r = 0; r < options_.repetitions; ++r) {
      for (const Question& q : Questions()) {
        if (!Asked(q) || q.asks_segments()) continue;
        const double start = Processor();
        RELATA_ASSIGN_OR_RETURN(const std::vector<Row> rows, product_->Ask(q));
        times[q.name]["relata"].push_back(Processor() - start);
        answers[q.name] = Sign(rows);
        for (const char* engine : present_) AskPeer(engine, q.name, answers[q.name], times);
      }
    }
    Print("cold", times, answers);
    peer_times_ = std::move(times);
    return absl::OkStatus();
  }

  // The same by name, once the engine keeps them; Q10 is an algebra of five of them.
  absl::Status Warm() {
    const size_t before = MemoryUsed(product_->crm());
    const double start = Processor();
    RELATA_RETURN_IF_ERROR(product_->Save());
    std::printf("\nsaved as segments in %.2f s of processor", Processor() - start);
    Times times = std::move(peer_times_);
    std::map<std::string, Answer> answers;
    for (auto& [question, engines] : times) engines.erase("relata");
    for (int r = 0; r < options_.repetitions; ++r) {
      for (const Question& q : Questions()) {
        const double asked = Processor();
        RELATA_ASSIGN_OR_RETURN(const std::vector<Row> rows, product_->AskSaved(q));
        times[q.name]["relata"].push_back(Processor() - asked);
        answers[q.name] = Sign(rows);
        if (!q.asks_segments()) continue;
        for (const char* engine : present_) AskPeer(engine, q.name, answers[q.name], times);
      }
    }
    std::printf(
        ", which keep %.1f MB\n",
        (static_cast<double>(MemoryUsed(product_->crm())) - static_cast<double>(before)) / 1e6);
    Print("warm, by name, the peers as before", times, answers);
    return absl::OkStatus();
  }

  // All ten under a limit of memory, each against the peers.
  absl::Status WithinMemory() {
    LimitMemory(product_->crm(), options_.memory << 20);
    std::printf("\nwithin %zu MB: seconds of processor of one asking\n", options_.memory);
    std::printf("| question | members | checksums | relata | exact | MB left | MB at most |\n");
    std::printf("|---|---|---|---|---|---|---|\n");
    Times times;
    for (const Question& q : Questions()) {
      if (!Asked(q)) continue;
      if (q.asks_segments()) RELATA_RETURN_IF_ERROR(product_->Save());
      ForgetPeak();
      const double start = Processor();
      RELATA_ASSIGN_OR_RETURN(const std::vector<Row> rows, product_->Ask(q));
      const double taken = Processor() - start;
      const Answer answer = Sign(rows);
      std::printf("| %s | %lld | %lld, %lld | %.2f | %s | %.1f | %.0f |\n", q.name,
                  static_cast<long long>(answer.count), static_cast<long long>(answer.sum),
                  static_cast<long long>(answer.squares), taken, product_->HowPushed(q).c_str(),
                  static_cast<double>(MemoryUsed(product_->crm())) / 1e6, PeakMegabytes());
      std::fflush(stdout);
      for (const char* engine : present_) AskPeer(engine, q.name, answer, times);
    }
    std::printf("%s\n", !same_             ? "the answers differ"
                        : present_.empty() ? "no peer was asked"
                                           : "all counts and checksums are those of the peers");
    return same_ ? absl::OkStatus() : Internal("the answers differ");
  }

  // The cold questions by one thread and by several, in turn; who comes second finds the data in
  // the processor's caches, so they take turns at that too. Named segments are read by one thread.
  absl::Status ByThreads() {
    struct Taken {
      std::vector<double> wall, processor;
    };
    std::map<std::string, std::map<int, Taken>> taken;
    for (int r = 0; r < 2 * options_.repetitions; ++r) {
      for (const Question& q : Questions()) {
        if (!Asked(q) || q.asks_segments()) continue;
        std::vector<Row> first;
        for (const bool second : {false, true}) {
          const int threads = second == (r % 2 == 0) ? options_.threads : 1;
          RELATA_RETURN_IF_ERROR(SetThreads(product_->crm(), threads));
          const double wall = Wall();
          const double processor = Processor();
          RELATA_ASSIGN_OR_RETURN(std::vector<Row> rows, product_->Ask(q));
          taken[q.name][threads].processor.push_back(Processor() - processor);
          taken[q.name][threads].wall.push_back(Wall() - wall);
          if (!second) {
            first = std::move(rows);
          } else if (rows != first) {
            return Internal(Concat(q.name, ": threads answer otherwise"));
          }
        }
      }
    }
    RELATA_RETURN_IF_ERROR(SetThreads(product_->crm(), 1));
    std::printf("\ncold, by one thread and by %d: medians of %d, milliseconds by the clock\n",
                options_.threads, 2 * options_.repetitions);
    std::printf("| question | one | %d | one / %d | processor %d / one |\n|---|---|---|---|---|\n",
                options_.threads, options_.threads, options_.threads);
    double all[2] = {};
    for (const Question& q : Questions()) {
      const auto found = taken.find(q.name);
      if (found == taken.end()) continue;
      const Taken& one = found->second.at(1);
      const Taken& more = found->second.at(options_.threads);
      const double alone = Median(one.wall) * 1e3;
      const double together = Median(more.wall) * 1e3;
      all[0] += alone;
      all[1] += together;
      std::printf("| %s | %.3f | %.3f | %.2f | %.2f |\n", q.name, alone, together, alone / together,
                  Median(more.processor) / Median(one.processor));
    }
    std::printf("| all | %.2f | %.2f | %.2f | |\n", all[0], all[1], all[0] / all[1]);
    return absl::OkStatus();
  }

  void AskPeer(const char* engine, const char* question, const Answer& expected, Times& times) {
    const nlohmann::json answer = peers_->Ask(Concat("ask ", engine, " ", question));
    if (answer.contains("error")) {
      std::printf("%s %s: %s\n", engine, question, answer["error"].get<std::string>().c_str());
      same_ = false;
      return;
    }
    times[question][engine].push_back(answer["cpu"].get<double>());
    const Answer theirs{answer["count"].get<int64_t>(), answer["sum"].get<int64_t>(),
                        answer["squares"].get<int64_t>()};
    if (theirs == expected) return;
    same_ = false;
    std::printf("%s: relata %lld|%lld|%lld, %s %lld|%lld|%lld\n", question,
                static_cast<long long>(expected.count), static_cast<long long>(expected.sum),
                static_cast<long long>(expected.squares), engine,
                static_cast<long long>(theirs.count), static_cast<long long>(theirs.sum),
                static_cast<long long>(theirs.squares));
  }

  void Print(const char* title, const Times& times, const std::map<std::string, Answer>& answers) {
    std::printf("\n%s: medians of %d, milliseconds of processor\n", title, options_.repetitions);
    std::printf("| question | members | checksums | relata |");
    for (const char* engine : present_) std::printf(" %s | / relata |", engine);
    std::printf("\n|---|---|---|---|");
    for (size_t i = 0; i < present_.size(); ++i) std::printf("---|---|");
    std::printf("\n");
    std::map<std::string, double> total;
    for (const Question& q : Questions()) {
      const auto row = times.find(q.name);
      if (row == times.end()) continue;
      const Answer& answer = answers.at(q.name);
      const double own = Median(row->second.at("relata")) * 1e3;
      std::printf("| %s | %lld | %lld, %lld | %.3f |", q.name, static_cast<long long>(answer.count),
                  static_cast<long long>(answer.sum), static_cast<long long>(answer.squares), own);
      if (!q.asks_segments()) total["relata"] += own;
      for (const char* engine : present_) {
        const auto found = row->second.find(engine);
        const double theirs = found == row->second.end() ? 0 : Median(found->second) * 1e3;
        if (!q.asks_segments()) total[engine] += theirs;
        std::printf(" %.2f | %.1f |", theirs, theirs / own);
      }
      std::printf("\n");
    }
    std::printf("| Q1 to Q9 | | | %.2f |", total["relata"]);
    for (const char* engine : present_) {
      std::printf(" %.2f | %.1f |", total[engine], total[engine] / total["relata"]);
    }
    std::printf("\n");
  }

  // The events of round `r`, the same that peers.py makes.
  std::vector<EventRow> NewEvents(int r) const {
    constexpr uint8_t kTypes[] = {0, 3, 5, 1};  // page_view, login, download, email_open
    constexpr uint8_t kPricing = 2;
    std::vector<EventRow> events;
    for (uint64_t i = 0; i < kNewEvents; ++i) {
      const uint64_t id = FirstNew(r) + i;
      events.push_back({static_cast<uint32_t>(kNowSeconds - 1),
                        static_cast<uint32_t>(1 + id * 104'729 % options_.contacts), kTypes[i % 4],
                        i % 4 == 0 ? kPricing : kNoPage});
    }
    return events;
  }
  uint64_t FirstNew(int r) const {
    return options_.contacts * 20 + 1 + static_cast<uint64_t>(r) * kNewEvents;
  }

  // New events, and all ten true again; the peers run all ten anew.
  absl::Status AfterEvents() {
    RELATA_RETURN_IF_ERROR(product_->KeepChampions());
    std::map<std::string, std::vector<double>> own, peers, peers_append;
    for (int r = 0; r < options_.rounds + 1; ++r) {
      const std::vector<EventRow> events = NewEvents(r);
      const double wall = Wall();
      const double start = Processor();
      RELATA_RETURN_IF_ERROR(product_->Append(events));
      const double end = Processor();
      const CommitPhases::Times& t = product_->phases();
      if (r > 0) {  // the first round builds the indexes
        own["commit"].push_back(end - start);
        own["wall"].push_back(Wall() - wall);
        own["recorded"].push_back(t.begun - start);
        own["decided"].push_back(t.decided - t.begun);
        own["evaluated"].push_back(t.evaluated - t.decided);
        own["written"].push_back(t.written - t.evaluated);
        own["durable"].push_back(t.durable - t.written);
        own["published"].push_back(end - t.durable);
      }
      for (const char* engine : present_) {
        const nlohmann::json answer = peers_->Ask(
            Concat("events ", engine, " ", kNewEvents, " ", FirstNew(r), " ", options_.contacts));
        if (answer.contains("error")) return Internal(answer["error"].get<std::string>());
        if (r > 0) peers[engine].push_back(answer["cpu"].get<double>());
        if (r > 0) peers_append[engine].push_back(answer["append_cpu"].get<double>());
        RELATA_RETURN_IF_ERROR(CompareKept(engine, answer));
      }
    }
    PrintMemory(product_->crm());
    PrintKept(product_->crm());
    RELATA_RETURN_IF_ERROR(CompareWithCold());
    PrintWarm(own, peers, peers_append);
    return absl::OkStatus();
  }

  void PrintWarm(std::map<std::string, std::vector<double>>& own,
                 std::map<std::string, std::vector<double>>& peers,
                 std::map<std::string, std::vector<double>>& peers_append) const {
    std::printf("\nafter %d new events, milliseconds of processor, medians of %d\n",
                static_cast<int>(kNewEvents), options_.rounds);
    std::printf(
        "| engine | events kept | all ten right again | both | its questions / relata's | its "
        "questions / relata's both | its both / relata's both |\n");
    std::printf("|---|---|---|---|---|---|---|\n");
    const double commit = Median(own["commit"]) * 1e3;
    const double again = Median(own["evaluated"]) * 1e3;
    std::printf("| relata | %.2f | %.2f | %.2f (wall %.2f) | | | |\n", commit - again, again,
                commit, Median(own["wall"]) * 1e3);
    for (const char* engine : present_) {
      const double all = Median(peers[engine]) * 1e3;
      const double append = Median(peers_append[engine]) * 1e3;
      std::printf("| %s | %.2f | %.2f | %.2f | %.0f | %.0f | %.0f |\n", engine, append, all,
                  all + append, all / again, all / commit, (all + append) / commit);
    }
    std::printf("of the commit:");
    for (const char* phase :
         {"recorded", "decided", "evaluated", "written", "durable", "published"}) {
      std::printf(" %s %.2f", phase, Median(own[phase]) * 1e3);
    }
    // Some commits do what several left to do: runs of the event index, checkpoints of the log.
    double sum = 0;
    for (const double each : own["commit"]) sum += each;
    std::printf("; the mean of a commit %.2f\n",
                sum * 1e3 / static_cast<double>(own["commit"].size()));
  }

  absl::Status CompareKept(const char* engine, const nlohmann::json& answer) {
    for (const Question& q : Questions()) {
      RELATA_ASSIGN_OR_RETURN(const std::vector<Row> rows, product_->Kept(q));
      const Answer kept = Sign(rows);
      const nlohmann::json theirs = answer.value(q.name, nlohmann::json({0, 0}));
      if (theirs[0].get<int64_t>() == kept.count && theirs[1].get<int64_t>() == kept.sum) continue;
      same_ = false;
      std::printf("after new events %s: relata %lld, %s %lld\n", q.name,
                  static_cast<long long>(kept.count), engine,
                  static_cast<long long>(theirs[0].get<int64_t>()));
    }
    return absl::OkStatus();
  }

  // What was kept true is what asking anew finds.
  absl::Status CompareWithCold() {
    for (const Question& q : Questions()) {
      RELATA_ASSIGN_OR_RETURN(const std::vector<Row> kept, product_->Kept(q));
      RELATA_ASSIGN_OR_RETURN(const std::vector<Row> rows, product_->Ask(q));
      if (Sign(rows) == Sign(kept)) continue;
      same_ = false;
      std::printf("after new events %s: %zu kept, %zu found anew\n", q.name, kept.size(),
                  rows.size());
    }
    return absl::OkStatus();
  }

  static constexpr const char* kPeers[] = {"duckdb", "sqlite"};
  static constexpr uint64_t kNewEvents = 10'000;

  const Options options_;
  std::optional<Product> product_;
  std::optional<PeerProcess> peers_;
  std::vector<const char*> present_;
  Times peer_times_;  // of the cold part
  bool same_ = true;
};

int Main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const char* next = i + 1 < argc ? argv[i + 1] : nullptr;
    if (word == "--keep") {
      options.keep = true;
    } else if (word == "--in-place") {
      options.keep = true;
      options.in_place = true;
    } else if (word == "--no-peers") {
      options.peers = false;
    } else if (word == "--no-events") {
      options.events = false;
    } else if (word == "--peer" && next != nullptr) {
      options.peer = argv[++i];
    } else if (word == "--only" && next != nullptr) {
      options.only = argv[++i];
    } else if (word == "--contacts" && next != nullptr) {
      options.contacts = std::strtoull(argv[++i], nullptr, 10);
    } else if (word == "--repetitions" && next != nullptr) {
      options.repetitions = std::atoi(argv[++i]);
    } else if (word == "--rounds" && next != nullptr) {
      options.rounds = std::atoi(argv[++i]);
    } else if (word == "--threads" && next != nullptr) {
      options.threads = std::atoi(argv[++i]);
    } else if (word == "--memory" && next != nullptr) {
      options.memory = std::strtoull(argv[++i], nullptr, 10);
    } else if (word == "--folder" && next != nullptr) {
      options.folder = argv[++i];
    } else {
      std::fprintf(
          stderr,
          "usage: %s [--contacts N] [--repetitions N] [--folder PATH] [--keep | --in-place] "
          "[--no-peers | --peer duckdb|sqlite] [--only Qn] [--no-events] [--rounds N] "
          "[--threads N] [--memory MB]\n",
          argv[0]);
      return 2;
    }
  }
  if (options.contacts < 100 || options.repetitions < 1 || options.rounds < 1 ||
      options.threads < 1 || options.threads > 64) {
    return 2;
  }
  if (options.folder.empty()) {
    options.folder = (std::filesystem::temp_directory_path() / "relata-reference").string();
  }
  const absl::Status status = Run(options).Go();
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", std::string(Message(status)).c_str());
  return 1;
}

}  // namespace
}  // namespace relata::bench

int main(int argc, char** argv) { return relata::bench::Main(argc, argv); }

// SPDX-License-Identifier: Apache-2.0
//
// The facts of the storage workloads and our side of them: contacts with behaviour of seven types,
// imported into any store. Included by one program each.

#ifndef RELATA_BENCH_STORAGE_FACTS_H_
#define RELATA_BENCH_STORAGE_FACTS_H_

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "measure.h"
#include "relata/storage/store.h"

namespace relata {
namespace {

using bench::Median;
using bench::Processor;
using bench::Turns;
using internal::Concat;
using Kind = Value::Kind;

constexpr std::array<const char*, 7> kTypes = {"page_view", "email_open", "email_click", "login",
                                               "form",      "download",   "unsubscribe"};
constexpr std::array<int, 7> kTypeWeights = {55, 20, 6, 12, 3, 3, 1};
constexpr std::array<const char*, 8> kPages = {"home", "product", "pricing", "blog",
                                               "docs", "support", "careers", "checkout"};
constexpr int64_t kPart = 20'000;
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

// Skewed as behaviour is: a few contacts have most events. In order of time. A contact for twenty
// events, or as many as are asked for.
Workload Generate(int64_t events, int64_t contacts = 0) {
  std::mt19937_64 random(42);
  Workload w;
  w.contacts = std::max<int64_t>(contacts > 0 ? contacts : events / 20, 10);
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
  using Opener = std::function<absl::StatusOr<std::unique_ptr<Store>>()>;

  explicit Ours(Opener open) : open_(std::move(open)) {
    Open();
    auto writer = Require(store_->Write(Minutes(1)));
    Require(writer->Prepare(Tables()));
    Require(writer->Commit());
  }

  void Open() {
    store_ = nullptr;
    store_ = Require(open_());
  }

  void Contacts(int64_t from, int64_t until) {
    Commit(until - from, [&](int64_t i, int64_t end, CommitBatch& batch) {
      ChangeWrite change{++seq_, kContact, from + i, end - i,     RecordWrite::Op::kCreate,
                         "",     "",       {},       std::nullopt};
      batch.changes.push_back(std::move(change));
      batch.records.reserve(static_cast<size_t>(end - i));
      batch.external_keys.reserve(static_cast<size_t>(end - i));
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
    RecordWrite& write = batch.records.emplace_back();
    write.type = kContact;
    write.row = row;
    write.id = IdOf(row);
    write.values.reserve(9);
    const auto put = [&](FieldId field, Value value) {
      write.values.emplace_back(field, std::move(value));
    };
    put(1, Value::Record({2, row / 10}));
    put(2, Value::Text("Anna"));
    put(3, Value::Text(Family(row)));
    put(4, Value::Text(Email(row)));
    put(5, Value::Text(Phone(row)));
    put(6, Value::Text("FR"));
    put(7, Value::Int(1945 + row % 60));
    put(8, Value::Time({(1'600'000'000 + row) * 1'000'000}));
    put(9, Value::Text("customer"));
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

  const Opener open_;
  std::unique_ptr<Store> store_;
  Seq seq_ = 0;
};

}  // namespace
}  // namespace relata

#endif  // RELATA_BENCH_STORAGE_FACTS_H_

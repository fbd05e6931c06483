// SPDX-License-Identifier: Apache-2.0
//
// Segment questions over the reference workload, asked as expressions and evaluated over columns,
// beside hand-written loops over dense arrays in the same run. The answers must be the same; what
// counts are the ratios.
//
//   segment_workload [contacts=200000] [repetitions=5]
//
// Cold: the text is new each time (read, checked, planned, compiled, evaluated); nothing is kept
// from one question to the next. The loops have their arrays grouped by contact and their deleted
// rows left out beforehand; the graph has nulls, deleted records, late events and a tail.

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "engine/columnar.h"
#include "reference_workload.h"
#include "relata/expression/expression.h"

namespace relata::bench {
namespace {

using internal::ColumnarCondition;
using internal::Population;
using Bits = std::vector<uint64_t>;

constexpr uint32_t kNow = 1'751'241'600;
constexpr uint32_t kDay = 86'400;

// Processor time of this thread: the ratios then hold on a machine that does other things too.
double Seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

// --- The loops ---------------------------------------------------------------------------------

// Rows grouped by contact, in their order.
struct Groups {
  std::vector<uint32_t> begin;
  std::vector<uint32_t> rows;
};

template <class Keep>
Groups GroupByContact(size_t contacts, const std::vector<uint32_t>& contact, const Keep& keep) {
  Groups g;
  g.begin.assign(contacts + 2, 0);
  for (size_t i = 0; i < contact.size(); ++i) {
    if (keep(i)) ++g.begin[contact[i] + 1];
  }
  for (size_t c = 1; c < g.begin.size(); ++c) g.begin[c] += g.begin[c - 1];
  g.rows.resize(g.begin.back());
  std::vector<uint32_t> next = g.begin;
  for (size_t i = 0; i < contact.size(); ++i) {
    if (keep(i)) g.rows[next[contact[i]]++] = static_cast<uint32_t>(i);
  }
  return g;
}

template <class T>
std::vector<T> Gather(const std::vector<T>& values, const Groups& groups) {
  std::vector<T> out;
  out.reserve(groups.rows.size());
  for (uint32_t row : groups.rows) out.push_back(values[row]);
  return out;
}

class Loops {
 public:
  explicit Loops(const PlainWorkload& w) : w_(w), contacts_(w.contact_country.size()) {
    orders_ =
        GroupByContact(contacts_, w.order_contact, [&](size_t i) { return w.order_exists[i]; });
    order_at_ = Gather(w.order_at, orders_);
    order_cents_ = Gather(w.order_cents, orders_);
    // By contact and time, as the events of a contact are asked.
    std::vector<uint32_t> by_time(w.view_at.size());
    for (size_t i = 0; i < by_time.size(); ++i) by_time[i] = static_cast<uint32_t>(i);
    std::stable_sort(by_time.begin(), by_time.end(),
                     [&](uint32_t a, uint32_t b) { return w.view_at[a] < w.view_at[b]; });
    std::vector<uint32_t> contact, at;
    std::vector<uint8_t> page;
    for (uint32_t i : by_time) {
      contact.push_back(w.view_contact[i]);
      at.push_back(w.view_at[i]);
      page.push_back(w.view_page[i]);
    }
    views_ = GroupByContact(contacts_, contact, [](size_t) { return true; });
    view_at_ = Gather(at, views_);
    view_page_ = Gather(page, views_);
    downloads_ = Bits(contacts_ / 64 + 1);
    for (uint32_t c : w.download_contact) downloads_[(c - 1) / 64] |= uint64_t{1} << ((c - 1) % 64);
    open_ = Bits(contacts_ / 64 + 1);
    for (size_t i = 0; i < w.opportunity_contact.size(); ++i) {
      const uint32_t c = w.opportunity_contact[i] - 1;
      if (w.opportunity_open[i] == 1) open_[c / 64] |= uint64_t{1} << (c % 64);
    }
  }

  // Contacts of France in retail.
  Bits Q1() const {
    return Scan([&](uint32_t c) {
      const uint32_t account = w_.contact_account[c];
      return w_.contact_country[c] == 2 && account != 0 && w_.account_exists[account - 1] != 0 &&
             w_.account_industry[account - 1] == 1;
    });
  }
  // At least three pricing pages in a month, a download ever, no open opportunity.
  Bits Q3() const {
    return Scan([&](uint32_t c) {
      int views = 0;
      const uint32_t begin = views_.begin[c + 1];
      for (uint32_t i = views_.begin[c + 2]; i-- > begin && view_at_[i] >= kNow - 30 * kDay;) {
        views += view_page_[i] == 2 ? 1 : 0;
      }
      return views >= 3 && Test(downloads_, c) && !Test(open_, c);
    });
  }
  // More than 1,000 EUR in a year, nothing in the last quarter.
  Bits Q4() const {
    return Scan([&](uint32_t c) {
      const uint32_t begin = orders_.begin[c + 1];
      const uint32_t end = orders_.begin[c + 2];
      if (begin == end || order_at_[end - 1] >= kNow - 90 * kDay) return false;
      uint64_t cents = 0;
      for (uint32_t i = end; i-- > begin && order_at_[i] >= kNow - 365 * kDay;) {
        cents += order_cents_[i];
      }
      return cents > 100'000;
    });
  }

 private:
  static bool Test(const Bits& bits, uint32_t c) { return bits[c / 64] >> (c % 64) & 1; }

  template <class Predicate>
  Bits Scan(const Predicate& predicate) const {
    Bits out(contacts_ / 64 + 1);
    for (size_t w = 0; w < out.size(); ++w) {
      uint64_t word = 0;
      const size_t end = std::min((w + 1) * 64, contacts_);
      for (size_t c = w * 64; c < end; ++c) {
        if (w_.contact_exists[c] == 0) continue;
        word |= static_cast<uint64_t>(predicate(static_cast<uint32_t>(c))) << (c % 64);
      }
      out[w] = word;
    }
    return out;
  }

  const PlainWorkload& w_;
  const size_t contacts_;
  Groups orders_, views_;
  std::vector<uint32_t> order_at_, order_cents_, view_at_;
  std::vector<uint8_t> view_page_;
  Bits downloads_, open_;
};

// --- The questions -----------------------------------------------------------------------------

struct Question {
  const char* name;
  const char* text;
  Bits (Loops::*loop)() const;
};

constexpr Question kQuestions[] = {
    {"Q1", "contact.country == 'FR' && contact.account.industry == 'retail'", &Loops::Q1},
    {"Q3",
     "contact.events('page_view').filter(e, e.page == 'pricing' && e.at >= now - days(30)).size() "
     ">= 3 && contact.events('download').size() > 0 && "
     "contact.opportunities.all(o, o.stage == 'closed_won' || o.stage == 'closed_lost')",
     &Loops::Q3},
    {"Q4",
     "contact.orders.filter(o, o.ordered_at >= now - days(365)).map(o, o.amount).sum() > "
     "money('1000', 'EUR') && contact.orders.all(o, o.ordered_at < now - days(90))",
     &Loops::Q4},
};

absl::StatusOr<Population> Ask(const Snapshot& snapshot, const char* text) {
  CheckOptions options;
  options.schema = &snapshot.schema();
  options.subject = kContact;
  options.expected = ValueType::Kind::kBool;
  const CheckedExpression checked = Check(text, options);
  RELATA_RETURN_IF_ERROR(checked.status());
  EvaluationContext context;
  context.now = kWorkloadNow;
  const auto condition = ColumnarCondition::Make(snapshot, checked.shared_plan(), context);
  if (condition == nullptr) return FailedPrecondition("the plan has no columnar form");
  return condition->Evaluate();
}

// Count and sum of places, to compare answers by.
std::pair<int64_t, uint64_t> Signature(const Bits& bits) {
  int64_t count = 0;
  uint64_t sum = 0;
  for (size_t w = 0; w < bits.size(); ++w) {
    for (uint64_t word = bits[w]; word != 0; word &= word - 1) {
      ++count;
      sum += w * 64 + static_cast<uint64_t>(std::countr_zero(word));
    }
  }
  return {count, sum};
}

Bits Flatten(const Population& population) {
  Bits bits;
  for (const auto& chunk : population.is_true) bits.insert(bits.end(), chunk.begin(), chunk.end());
  return bits;
}

double Median(std::vector<double> seconds) {
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2] * 1e3;
}

int Run(int64_t contacts, int repetitions) {
  double start = Seconds();
  const Workload workload = MakeWorkload(contacts, 42, std::min<int64_t>(50'000, contacts));
  std::printf("%lld contacts, graph made in %.1f s\n", static_cast<long long>(contacts),
              Seconds() - start);
  start = Seconds();
  const Loops loops(workload.plain);
  std::printf("arrays of the loops grouped in %.1f s\n", Seconds() - start);
  size_t total = 0;
  for (const TypeDef* type : workload.schema->types()) {
    const size_t bytes = workload.snapshot->MemoryUsed(type->id);
    std::printf("  %-12s %9lld rows %8.1f MB\n", type->name.c_str(),
                static_cast<long long>(type->event ? workload.snapshot->EventCount(type->id)
                                                   : workload.snapshot->Count(type->id)),
                static_cast<double>(bytes) / 1e6);
    total += bytes;
  }
  std::printf("  all columns and indexes %.1f MB\n\n", static_cast<double>(total) / 1e6);
  std::printf("| question | members | loops ms | columns cold ms | columns / loops |\n");
  std::printf("|---|---|---|---|---|\n");
  bool same = true;
  double loops_total = 0;
  double columns_total = 0;
  for (const Question& q : kQuestions) {
    std::vector<double> loop_times;
    std::vector<double> column_times;
    for (int r = -1; r < repetitions; ++r) {
      start = Seconds();
      const Bits expected = (loops.*q.loop)();
      const double loop_time = Seconds() - start;
      start = Seconds();
      const absl::StatusOr<Population> population = Ask(*workload.snapshot, q.text);
      const double column_time = Seconds() - start;
      if (!population.ok()) {
        std::printf("%s: %s\n", q.name, population.status().ToString().c_str());
        return 1;
      }
      const bool agrees = Signature(expected) == Signature(Flatten(*population));
      if (!agrees) {
        std::printf("%s: %lld members by the loops, %lld by the columns\n", q.name,
                    static_cast<long long>(Signature(expected).first),
                    static_cast<long long>(population->count));
      }
      same = same && agrees;
      if (r < 0) continue;
      loop_times.push_back(loop_time);
      column_times.push_back(column_time);
      if (r + 1 < repetitions) continue;
      std::printf("| %s | %lld | %.2f | %.2f | %.2f |\n", q.name,
                  static_cast<long long>(population->count), Median(loop_times),
                  Median(column_times), Median(column_times) / Median(loop_times));
      loops_total += Median(loop_times);
      columns_total += Median(column_times);
    }
  }
  std::printf("| together | | %.2f | %.2f | %.2f |\n", loops_total, columns_total,
              columns_total / loops_total);
  if (!same) std::printf("the answers differ\n");
  return same ? 0 : 1;
}

}  // namespace
}  // namespace relata::bench

int main(int argc, char** argv) {
  const int64_t contacts = argc > 1 ? std::atoll(argv[1]) : 200'000;
  const int repetitions = argc > 2 ? std::atoi(argv[2]) : 5;
  if (contacts < 100 || repetitions < 1) return 2;
  return relata::bench::Run(contacts, repetitions);
}

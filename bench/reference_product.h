// SPDX-License-Identifier: Apache-2.0
//
// The product as the reference benchmark asks it: the ten questions as expressions and definitions,
// by text or by name, and new events committed with a clock at every phase.

#ifndef RELATA_BENCH_REFERENCE_PRODUCT_H_
#define RELATA_BENCH_REFERENCE_PRODUCT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "commit_phases.h"
#include "reference_data.h"
#include "relata/engine/crm.h"

namespace relata::bench {

struct Question {
  const char* name;
  const char* text;  // an expression over contact; nullptr for the RFM definition

  // Whether it names others, which must be saved by then.
  bool asks_segments() const;
};
// Q1 to Q10.
std::span<const Question> Questions();

// What two engines compare of the members they found.
struct Answer {
  int64_t count = 0;
  int64_t sum = 0;      // of ids
  int64_t squares = 0;  // of (id * id mod 1000003)

  friend bool operator==(const Answer&, const Answer&) = default;
};
Answer Sign(const std::vector<Row>& rows);

// Not thread-safe.
class Product {
 public:
  // `clock` gives seconds and tells the phases of commits.
  static absl::StatusOr<Product> Open(const std::string& path, double (*clock)());

  Crm& crm() { return crm_; }

  // The members of a question. A text gets a different number of trailing spaces each time, which
  // makes it one that the engine never saw.
  absl::StatusOr<std::vector<Row>> Ask(const Question& question);
  // Those that could not be decided, by the question's name.
  const std::map<std::string, int64_t>& errors() const { return errors_; }

  // Saves every question but the RFM definition as a segment; from here on the engine keeps it.
  absl::Status Save();
  // The members of a saved question by its name. Those of the RFM definition are never kept.
  absl::StatusOr<std::vector<Row>> AskSaved(const Question& question);

  // Q8 is a cut at an instant and reads purchases only: it stands as found.
  absl::Status KeepChampions();
  // As AskSaved, and Q8 as it was kept.
  absl::StatusOr<std::vector<Row>> Kept(const Question& question);

  // Commits the events durably; phases() then says where the time went.
  absl::Status Append(const std::vector<EventRow>& events);
  const CommitPhases::Times& phases() const { return phases_->times(); }

  // "yes": the store answers it exactly; "no": what it finds is decided again; "loaded": not asked
  // of the store.
  std::string HowPushed(const Question& question) const;

 private:
  Product(Crm crm, std::shared_ptr<const CommitPhases> phases);
  absl::Status Start();
  absl::StatusOr<std::vector<Row>> Champions() const;

  Crm crm_;
  std::shared_ptr<const CommitPhases> phases_;
  QueryOptions options_;
  std::vector<Row> champions_;
  size_t asked_ = 0;
  std::map<std::string, int64_t> errors_;
};

}  // namespace relata::bench

#endif  // RELATA_BENCH_REFERENCE_PRODUCT_H_

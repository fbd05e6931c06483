// SPDX-License-Identifier: Apache-2.0

#include "engine/element_scan.h"

#include <algorithm>
#include <utility>

namespace relata::internal {

ElementScan::ElementScan(std::vector<OperatorPtr> filters, OperatorPtr body, Reduction reduction)
    : filters_(std::move(filters)), body_(std::move(body)), reduction_(reduction) {}

void ElementScan::Expect(int64_t rows) {
  for (const OperatorPtr& filter : filters_) filter->Expect(rows);
  if (body_ != nullptr) body_->Expect(rows);
}

bool ElementScan::RulesOut(const Rows& rows, const ChunkBits& wanted) {
  return std::any_of(filters_.begin(), filters_.end(), [&](const OperatorPtr& filter) {
    return filter->Foresee(rows, wanted) == false;
  });
}

int64_t ElementScan::Since(const ChunkedColumn& at) const {
  const bool exists = reduction_ == Reduction::kExists || reduction_ == Reduction::kExistsOne;
  const Operator* first = !filters_.empty() ? filters_.front().get()
                          : exists          ? body_.get()
                                            : nullptr;
  return first == nullptr ? INT64_MIN : first->FalseBelow(at).value_or(INT64_MIN);
}

bool ElementScan::Quantifies() const {
  return reduction_ == Reduction::kExists || reduction_ == Reduction::kAll ||
         reduction_ == Reduction::kExistsOne;
}

void ElementScan::Take(const Rows& rows, ChunkBits wanted, const ParentsOfRows& parents,
                       ParentTotals& into) {
  parents_ = parents;
  into_ = &into;
  // A condition that no row of the chunk meets, such as a window of time, spares all reading.
  if (RulesOut(rows, wanted)) return;
  for (const OperatorPtr& filter : filters_) {
    if (filter->Foresee(rows, wanted) == true) continue;
    filter->Eval(rows, wanted, element_);
    Note(wanted, true);
    EachWord(wanted, [&](size_t w) { return wanted[w] & element_.has[w] & element_.truth[w]; });
    if (!AnyBit(wanted)) return;
  }
  if (body_ != nullptr) {
    const std::optional<bool> known = Quantifies() ? body_->Foresee(rows, wanted) : std::nullopt;
    if (known == (reduction_ == Reduction::kAll)) return;  // nothing that could decide
    body_->Eval(rows, wanted, element_);
  }
  Reduce(wanted);
}

// What is no condition's answer: an error or null spoils the list (or only what is asked of its
// elements), undecided leaves the parent to the interpreter.
void ElementScan::Note(const ChunkBits& wanted, bool of_list) {
  ChunkBits odd{};
  EachWord(odd, [&](size_t w) { return wanted[w] & ~element_.has[w]; });
  if (!AnyBit(odd)) return;
  EachBit(odd, [&](size_t i) {
    const size_t parent = parents_.at(i);
    if (TestBit(element_.undecided, i)) return into_->LeaveToInterpreter(parent);
    of_list ? into_->SpoilList(parent) : into_->SpoilBody(parent);
  });
}

// The elements that are set, with their parents; good until the next call.
ParentedElements ElementScan::Choose(const ChunkBits& chosen) {
  slots_.clear();
  const size_t n = CountBits(chosen);
  const bool all = n == kRowsPerChunk;
  parents_here_.resize(kRowsPerChunk);
  if (!all) ListBits(chosen, slots_);
  if (parents_.links == nullptr) {
    for (size_t k = 0; k < n; ++k) parents_here_[k] = parents_.parents[all ? k : slots_[k]];
  } else if (all) {
    parents_.links->ints.Decode(parents_here_.data());
  } else {
    Gather(parents_.links->ints, slots_, parents_here_.data());
  }
  return {std::span(parents_here_).first(n), slots_, &element_};
}

void ElementScan::Reduce(const ChunkBits& wanted) {
  ChunkBits chosen = wanted;
  switch (reduction_) {
    case Reduction::kCount:
      if (body_ != nullptr) {
        // A mapped value may be null, but an error in it is the list's.
        EachWord(element_.has,
                 [&](size_t w) { return ~(element_.error[w] | element_.undecided[w]); });
        Note(wanted, true);
      }
      return into_->Count(Choose(chosen).parents);
    case Reduction::kExists:
    case Reduction::kAll: {
      Note(wanted, false);
      const bool stop = reduction_ == Reduction::kExists;
      EachWord(chosen, [&](size_t w) {
        return wanted[w] & element_.has[w] & (stop ? element_.truth[w] : ~element_.truth[w]);
      });
      if (AnyBit(chosen)) into_->Hit(Choose(chosen).parents);
      return;
    }
    case Reduction::kExistsOne:
      Note(wanted, false);
      EachWord(chosen, [&](size_t w) { return wanted[w] & element_.has[w] & element_.truth[w]; });
      return into_->Count(Choose(chosen).parents);
    case Reduction::kSum:
      Note(wanted, true);
      EachWord(chosen, [&](size_t w) { return wanted[w] & element_.has[w]; });
      return into_->Sum(Choose(chosen));
    case Reduction::kMin:
    case Reduction::kMax: {
      // The length of the list, which may be asked too, knows nothing of these.
      Note(wanted, false);
      EachWord(chosen, [&](size_t w) { return wanted[w] & element_.has[w]; });
      const ParentedElements elements = Choose(chosen);
      into_->TakeExtremes(elements);
      if (into_->counts()) {
        into_->Count(chosen == wanted ? elements.parents : Choose(wanted).parents);
      }
    }
  }
}

}  // namespace relata::internal

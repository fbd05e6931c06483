// SPDX-License-Identifier: Apache-2.0

#include "engine/parent_totals.h"

#include <algorithm>

namespace relata::internal {

using Kind = Value::Kind;

namespace {

// Parents lie anywhere: what they have is fetched some elements ahead.
constexpr size_t kAhead = 64;

void Withdraw(size_t i, ChunkBits& into, Vector& out) {
  ClearBit(out.has, i);
  SetBit(into, i);
}

}  // namespace

void ParentTotals::Start(const Shape& shape, size_t parents) {
  shape_ = shape;
  parents_ = parents;
  list_error_ = body_error_ = undecided_ = hit_ = summed_ = ParentBits(parents);
  if (NeedsCount()) count_.assign(parents, 0);
  if (shape_.reduction == Reduction::kSum) value_.assign(parents, 0);
  if (Compares()) extremes_.assign(parents, Extremes());
  currency_ = 0;
  currencies_.clear();
}

// --- Adding ------------------------------------------------------------------------------------

void ParentTotals::Count(std::span<const int64_t> parents) {
  uint32_t* const counts = count_.data();
  for (size_t k = 0; k < parents.size(); ++k) {
    if (k + kAhead < parents.size()) __builtin_prefetch(counts + parents[k + kAhead], 1);
    ++counts[parents[k]];
  }
}

void ParentTotals::Hit(std::span<const int64_t> parents) {
  if (parents.empty()) return;
  uint64_t* const words = hit_.Words();
  for (const int64_t parent : parents) {
    const auto p = static_cast<size_t>(parent);
    words[p / 64] |= uint64_t{1} << (p % 64);
  }
}

void ParentTotals::Sum(const ParentedElements& elements) {
  const size_t n = elements.parents.size();
  if (n == 0) return;
  const Vector& values = *elements.values;
  const bool money = shape_.kind == Kind::kMoney;
  const bool uniform = !money || (values.extra.empty() && currencies_.empty() &&
                                  (currency_ == 0 || currency_ == values.extra_all));
  if (!uniform) {
    for (size_t k = 0; k < n; ++k) {
      AddTo(static_cast<size_t>(elements.parents[k]), elements.value(k),
            values.Extra(elements.slot(k)));
    }
    return;
  }
  // One currency everywhere so far.
  if (money) currency_ = values.extra_all;
  uint64_t* const summed = money && currency_ != 0 ? summed_.Words() : nullptr;
  int64_t* const sums = value_.data();
  for (size_t k = 0; k < n; ++k) {
    if (k + kAhead < n) __builtin_prefetch(sums + elements.parents[k + kAhead], 1);
    const auto p = static_cast<size_t>(elements.parents[k]);
    if (__builtin_add_overflow(sums[p], elements.value(k), &sums[p])) undecided_.Set(p);
    if (summed != nullptr) summed[p / 64] |= uint64_t{1} << (p % 64);
  }
}

void ParentTotals::TakeExtremes(const ParentedElements& elements) {
  const size_t n = elements.parents.size();
  const int64_t* const parents = elements.parents.data();
  Extremes* const extremes = extremes_.data();
  for (size_t k = 0; k < n; ++k) {
    if (k + kAhead < n) __builtin_prefetch(extremes + parents[k + kAhead], 1);
    extremes[parents[k]].Take(elements.value(k));
  }
}

void ParentTotals::AddTo(size_t parent, int64_t v, uint32_t currency) {
  // Whether the whole sum overflows is not known from one step of it: the interpreter decides.
  if (__builtin_add_overflow(value_[parent], v, &value_[parent])) undecided_.Set(parent);
  if (currency == 0) return;
  if (currencies_.empty()) {
    if (currency == currency_ || currency_ == 0) {
      currency_ = currency;
      return summed_.Set(parent);
    }
    Separate();
  }
  if (currencies_[parent] != 0 && currencies_[parent] != currency) return list_error_.Set(parent);
  currencies_[parent] = currency;
}

// A second currency has come: from now on each parent has its own.
void ParentTotals::Separate() {
  currencies_.resize(parents_);
  for (size_t p = 0; p < parents_; ++p) {
    if (summed_.Test(p)) currencies_[p] = currency_;
  }
}

uint32_t ParentTotals::CurrencyOf(size_t parent) const {
  if (!currencies_.empty()) return currencies_[parent];
  return summed_.Test(parent) ? currency_ : 0;
}

void ParentTotals::Fold(size_t from, size_t to) {
  for (ParentBits* bits : {&list_error_, &body_error_, &undecided_, &hit_}) {
    if (bits->Test(from)) bits->Set(to);
  }
  if (shape_.reduction == Reduction::kSum) {
    AddTo(to, value_[from], CurrencyOf(from));
  } else if (Compares()) {
    if (!extremes_[from].none()) {
      extremes_[to].Take(extremes_[from].min);
      extremes_[to].Take(extremes_[from].max);
    }
  }
  if (NeedsCount()) count_[to] += count_[from];
}

void ParentTotals::Join(const ParentTotals& other) {
  for (ParentBits ParentTotals::*const bits :
       {&ParentTotals::list_error_, &ParentTotals::body_error_, &ParentTotals::undecided_,
        &ParentTotals::hit_}) {
    (this->*bits).Join(other.*bits);
  }
  for (size_t p = 0; p < count_.size(); ++p) count_[p] += other.count_[p];
  for (size_t p = 0; p < extremes_.size(); ++p) {
    extremes_[p].min = std::min(extremes_[p].min, other.extremes_[p].min);
    extremes_[p].max = std::max(extremes_[p].max, other.extremes_[p].max);
  }
  if (shape_.reduction == Reduction::kSum) JoinSums(other);
}

void ParentTotals::JoinSums(const ParentTotals& other) {
  const bool uniform = currencies_.empty() && other.currencies_.empty() &&
                       (currency_ == 0 || other.currency_ == 0 || currency_ == other.currency_);
  if (!uniform) {
    for (size_t p = 0; p < parents_; ++p) AddTo(p, other.value_[p], other.CurrencyOf(p));
    return;
  }
  if (currency_ == 0) currency_ = other.currency_;
  summed_.Join(other.summed_);
  for (size_t p = 0; p < parents_; ++p) {
    if (__builtin_add_overflow(value_[p], other.value_[p], &value_[p])) undecided_.Set(p);
  }
}

// --- Reading -----------------------------------------------------------------------------------

// No parent is an exception to what is read.
bool ParentTotals::Plain(Reduction read) const {
  return undecided_.none() && list_error_.none() &&
         (body_error_.none() || read == Reduction::kCount);
}

bool ParentTotals::Compare(const Rows& rows, const ChunkBits& wanted, Reduction read, Order order,
                           int64_t v, uint32_t currency, Vector& out) const {
  if (rows.list != nullptr || !Plain(read)) return false;
  const auto first = static_cast<size_t>(rows.first);
  if (read == Reduction::kCount) {
    CompareCounts(count_.data() + first, rows.n, order, v, out.truth);
  } else if (read == Reduction::kSum) {
    // Nothing, and zero, is the same in any currency.
    const bool same =
        shape_.kind != Kind::kMoney || v == 0 || currency_ == 0 || currency_ == currency;
    if (!same || !currencies_.empty()) return false;
    CompareInts(value_.data() + first, rows.n, order, v, out.truth);
  } else {
    return false;
  }
  out.has = wanted;
  EachWord(out.truth, [&](size_t w) { return out.truth[w] & wanted[w]; });
  return true;
}

void ParentTotals::Read(const Rows& rows, const ChunkBits& wanted, Reduction read,
                        Vector& out) const {
  out.has = wanted;
  if (rows.list == nullptr && Plain(read) && ReadChunk(rows, wanted, read, out)) return;
  EachBit(wanted, [&](size_t i) {
    const Row row = rows.at(i);
    if (row == kNoRow) {
      if (read == Reduction::kMin || read == Reduction::kMax) return Withdraw(i, out.error, out);
      if (shape_.reduction == Reduction::kAll) SetBit(out.truth, i);
      if (out.kind != Kind::kBool) out.ints[i] = 0;  // of nothing
      return;
    }
    const auto p = static_cast<size_t>(row);
    if (undecided_.Test(p)) return Withdraw(i, out.undecided, out);
    if (list_error_.Test(p)) return Withdraw(i, out.error, out);
    ReadAt(p, i, read, out);
  });
}

// A chunk of parents without exceptions, read as a whole; false when it has no such form.
bool ParentTotals::ReadChunk(const Rows& rows, const ChunkBits& wanted, Reduction read,
                             Vector& out) const {
  const auto first = static_cast<size_t>(rows.first);
  switch (read) {
    case Reduction::kCount:
      for (size_t i = 0; i < rows.n; ++i) out.ints[i] = count_[first + i];
      return true;
    case Reduction::kSum:
      std::copy_n(value_.begin() + rows.first, rows.n, out.ints.begin());
      // The currency of a sum that is not zero is known; what is zero may have none.
      if (!currencies_.empty()) return false;
      out.extra_all = currency_;
      for (size_t i = 0; i < rows.n && currency_ != 0; ++i) {
        if (out.ints[i] == 0) out.SetExtra(i, CurrencyOf(first + i));
      }
      return true;
    case Reduction::kMin:
    case Reduction::kMax:
      EachBit(wanted, [&](size_t i) {
        const Extremes& e = extremes_[first + i];
        if (e.none()) return Withdraw(i, out.error, out);
        out.ints[i] = read == Reduction::kMin ? e.min : e.max;
      });
      return true;
    case Reduction::kExists:
    case Reduction::kAll: {
      const uint64_t flip = read == Reduction::kAll ? ~uint64_t{0} : 0;
      EachWord(out.truth, [&](size_t w) { return hit_.Word(first / 64 + w) ^ flip; });
      return true;
    }
    default:
      return false;
  }
}

void ParentTotals::ReadAt(size_t p, size_t i, Reduction read, Vector& out) const {
  switch (read) {
    case Reduction::kCount:
      out.ints[i] = count_[p];
      return;
    case Reduction::kSum:
      out.ints[i] = value_[p];
      if (shape_.kind == Kind::kMoney) out.SetExtra(i, CurrencyOf(p));
      return;
    case Reduction::kMin:
    case Reduction::kMax:
      if (extremes_[p].none() || body_error_.Test(p)) return Withdraw(i, out.error, out);
      out.ints[i] = read == Reduction::kMin ? extremes_[p].min : extremes_[p].max;
      return;
    case Reduction::kExists:
    case Reduction::kAll:
      if (!hit_.Test(p) && body_error_.Test(p)) return Withdraw(i, out.error, out);
      if (hit_.Test(p) == (read == Reduction::kExists)) SetBit(out.truth, i);
      return;
    case Reduction::kExistsOne:
      if (body_error_.Test(p)) return Withdraw(i, out.error, out);
      if (count_[p] == 1) SetBit(out.truth, i);
      return;
  }
}

}  // namespace relata::internal

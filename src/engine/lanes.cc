// SPDX-License-Identifier: Apache-2.0

#include "engine/lanes.h"

#include <algorithm>
#include <cstdint>
#include <system_error>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace relata::internal {
namespace {

// What is waited for is mostly a chunk of rows away, some tens of microseconds: sleeping and being
// woken would take as long.
constexpr int kLooks = 2'000;

template <class Condition>
bool LookFor(const Condition& condition) {
  for (int i = 0; i < kLooks; ++i) {
    if (condition()) return true;
#ifdef __SSE2__
    _mm_pause();
#endif
  }
  return false;
}

}  // namespace

// --- Helpers -----------------------------------------------------------------------------------

Helpers::~Helpers() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  wanted_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Helpers::Want(Lanes& lanes) {
  {
    const std::lock_guard lock(mutex_);
    wanting_.push_back(&lanes);
    try {
      while (threads_.size() < count_) threads_.emplace_back([this] { Serve(); });
    } catch (const std::system_error&) {
      // No thread to be had: those that there are suffice.
    }
  }
  wanted_.notify_all();
}

void Helpers::Dismiss(Lanes& lanes) {
  std::unique_lock lock(mutex_);
  std::erase(wanting_, &lanes);
  left_.wait(lock, [&] { return lanes.here_ == 0; });
}

void Helpers::Serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wanted_.wait(lock, [&] { return ended_ || !wanting_.empty(); });
    if (ended_) return;
    Lanes& lanes = *wanting_.front();
    const size_t lane = lanes.came_++;
    ++lanes.here_;
    if (lanes.came_ == lanes.count_) wanting_.erase(wanting_.begin());
    lock.unlock();
    try {
      if (lanes.prepare_(lane)) lanes.Help(lane);
    } catch (...) {
      // Memory was lacking while it prepared, with no part of any work: the others do it.
    }
    lock.lock();
    --lanes.here_;
    left_.notify_all();
  }
}

// --- Lanes -------------------------------------------------------------------------------------

void Lanes::Start(Helpers& helpers, std::function<bool(size_t lane)> prepare) {
  prepare_ = std::move(prepare);
  helpers_ = &helpers;
  helpers.Want(*this);
}

void Lanes::Close() {
  if (helpers_ == nullptr) return;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    news_.fetch_add(1, std::memory_order_release);
  }
  changed_.notify_all();
  helpers_->Dismiss(*this);
  helpers_ = nullptr;
  closed_ = false;
  came_ = 1;
}

void Lanes::Help(size_t lane) {
  while (SharedWork* const work = Next()) work->Help(lane);
}

SharedWork* Lanes::Next() {
  for (;;) {
    size_t seen = 0;
    {
      const std::lock_guard lock(mutex_);
      // The newest is what the older ones wait for.
      const auto found =
          std::find_if(offered_.rbegin(), offered_.rend(), [](auto* w) { return w->HasParts(); });
      if (found != offered_.rend()) return *found;
      if (closed_) return nullptr;
      seen = news_.load(std::memory_order_relaxed);
    }
    const auto news = [&] { return news_.load(std::memory_order_acquire) != seen; };
    if (LookFor(news)) continue;
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.wait(lock, news);
    --waiting_;
  }
}

void Lanes::Offer(SharedWork& work) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    offered_.push_back(&work);
    news_.fetch_add(1, std::memory_order_release);
    wake = waiting_ > 0;
  }
  if (wake) changed_.notify_all();
}

void Lanes::Withdraw(SharedWork& work) {
  const std::lock_guard lock(mutex_);
  std::erase(offered_, &work);
}

// --- Shared work -------------------------------------------------------------------------------

void SharedWork::Complete(size_t lane) {
  if (!complete()) {
    bool offer = false;
    {
      const std::lock_guard lock(mutex_);
      if (!begun_) {
        begun_ = true;
        try {
          parts_ = Begin(lane);
        } catch (...) {
          Break();
        }
        offer = parts_ > 1 && lanes_.count() > 1 && work_ >= lanes_.least_work();
      }
      ++at_work_;
    }
    if (offer) lanes_.Offer(*this);
    DoParts(lane);
    if (offer) lanes_.Withdraw(*this);
    if (!LookFor([this] { return complete(); })) {
      std::unique_lock lock(mutex_);
      completed_.wait(lock, [this] { return complete(); });
    }
  }
  if (broken_ != nullptr) std::rethrow_exception(broken_);
}

void SharedWork::Help(size_t lane) {
  {
    const std::lock_guard lock(mutex_);
    if (complete() || !HasParts()) return;
    ++at_work_;
  }
  DoParts(lane);
}

void SharedWork::DoParts(size_t lane) {
  try {
    for (size_t part = 0; (part = next_.fetch_add(1, std::memory_order_relaxed)) < parts_;) {
      Do(lane, part);
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    Break();
  }
  // No part is left; whoever ends the last one that was begun ends the whole.
  const std::lock_guard lock(mutex_);
  if (--at_work_ > 0 || complete()) return;
  try {
    if (broken_ == nullptr) End(lane);
  } catch (...) {
    Break();
  }
  complete_.store(true, std::memory_order_release);
  completed_.notify_all();
}

// Under mutex_: what is left is not to be done.
void SharedWork::Break() {
  broken_ = std::current_exception();
  next_.store(SIZE_MAX / 2, std::memory_order_relaxed);
}

}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0
//
// The threads of one question, and the work that they share.
//
// A question over a large population has lanes: each is a thread with operators of its own, for
// these hold state. Lane 0 is the thread that asks; it alone goes from step to step. Whatever is
// cut in parts (a scan of a table, a condition over the chunks of the population) is offered while
// it is being done, and the other lanes take what parts they find. A lane that comes late, or
// never, changes nothing but the time; a question of one lane does all of it alone, in order.

#ifndef RELATA_SRC_ENGINE_LANES_H_
#define RELATA_SRC_ENGINE_LANES_H_

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <typeindex>
#include <utility>
#include <vector>

namespace relata::internal {

class Lanes;
class SharedWork;

// Threads that help questions which want it, one question each at a time. They are made when the
// first question wants them, sleep in between and end with this. A question that finds none awake
// in time does without. Thread-safe.
class Helpers {
 public:
  explicit Helpers(size_t count) : count_(count) {}
  ~Helpers();
  Helpers(const Helpers&) = delete;
  Helpers& operator=(const Helpers&) = delete;

  size_t count() const { return count_; }

 private:
  friend class Lanes;

  void Want(Lanes& lanes);
  // From here on no helper comes to `lanes`; waits until those that came have left.
  void Dismiss(Lanes& lanes);
  void Serve();

  const size_t count_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::condition_variable left_;
  std::vector<Lanes*> wanting_;
  std::vector<std::thread> threads_;
  bool ended_ = false;
};

// Belongs to lane 0. Everything offered must outlive Close.
class Lanes {
 public:
  // One lane, the calling thread.
  Lanes() = default;
  ~Lanes() { Close(); }
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;

  // How many there may be; stays as it was when the first operator is made.
  size_t count() const { return count_; }
  void SetCount(size_t count) { count_ = count; }

  // Asks for the other lanes' threads, which `helpers` may have. Each that comes calls
  // prepare(lane) and, when that is true, helps until Close.
  void Start(Helpers& helpers, std::function<bool(size_t lane)> prepare);
  // Waits until the other lanes have left.
  void Close();

  // Work of less than this is not worth the waking of others; in the units of Operator::cost a row.
  int64_t least_work() const { return least_work_; }
  void SetLeastWork(int64_t work) { least_work_ = work; }

 private:
  friend class Helpers;
  friend class Lane;
  friend class SharedWork;

  void Offer(SharedWork& work);
  void Withdraw(SharedWork& work);
  void Help(size_t lane);
  // Work that has parts left; nullptr when there will be no more.
  SharedWork* Next();

  struct Share {
    std::type_index type;
    std::shared_ptr<void> what;
  };

  size_t count_ = 1;
  int64_t least_work_ = 0;
  std::vector<Share> shares_;  // written by lane 0, before Start
  Helpers* helpers_ = nullptr;
  std::function<bool(size_t)> prepare_;
  // Guarded by the helpers' mutex: lanes that came, and of these who are still here.
  size_t came_ = 1;
  size_t here_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<SharedWork*> offered_;
  size_t waiting_ = 0;
  // Counts what was offered, for those who look before they sleep.
  std::atomic<size_t> news_{0};
  bool closed_ = false;
};

// One lane while its operators are made. All lanes make the same operators in the same order, so
// that what one shares is known by its place.
class Lane {
 public:
  Lane(Lanes& lanes, size_t number) : lanes_(lanes), number_(number) {}

  Lanes& lanes() const { return lanes_; }
  size_t number() const { return number_; }

  // What lane 0 made in this place with `make`.
  template <class T, class Make>
  std::shared_ptr<T> Share(const Make& make) {
    if (number_ == 0) {
      std::shared_ptr<T> made = make();
      lanes_.shares_.push_back({typeid(T), made});
      return made;
    }
    const size_t at = next_++;
    if (at < lanes_.shares_.size() && lanes_.shares_[at].type == typeid(T)) {
      return std::static_pointer_cast<T>(lanes_.shares_[at].what);
    }
    strayed_ = true;
    return make();
  }
  // Whether this lane made other operators than lane 0; it must not help then.
  bool strayed() const { return strayed_ || (number_ != 0 && next_ != lanes_.shares_.size()); }

 private:
  Lanes& lanes_;
  const size_t number_;
  size_t next_ = 0;
  bool strayed_ = false;
};

// Something that is done once, in parts, by the lanes that come while it lasts. Parts are taken in
// order; two lanes may do two of them at the same time.
class SharedWork {
 public:
  // `work` is what all parts cost together, in the units of Operator::cost a row.
  SharedWork(Lanes& lanes, int64_t work) : lanes_(lanes), work_(work) {}
  virtual ~SharedWork() = default;
  SharedWork(const SharedWork&) = delete;
  SharedWork& operator=(const SharedWork&) = delete;

  // Returns when all of it is done; begins it when nobody has. Memory that was lacking in any lane
  // is lacking here: std::bad_alloc goes on to who asked.
  void Complete(size_t lane);
  bool complete() const { return complete_.load(std::memory_order_acquire); }

 protected:
  // By one lane, before all parts: how many there are.
  virtual size_t Begin(size_t lane) = 0;
  virtual void Do(size_t lane, size_t part) = 0;
  // By one lane, after all parts.
  virtual void End(size_t /*lane*/) {}

  Lanes& lanes() const { return lanes_; }

 private:
  friend class Lanes;

  void Break();
  bool HasParts() const { return next_.load(std::memory_order_relaxed) < parts_; }
  // Does parts while there are any, without waiting for those of others.
  void Help(size_t lane);
  void DoParts(size_t lane);

  Lanes& lanes_;
  const int64_t work_;
  std::mutex mutex_;
  std::condition_variable completed_;
  bool begun_ = false;
  size_t at_work_ = 0;  // lanes
  size_t parts_ = 0;    // set before it is offered
  std::exception_ptr broken_;
  std::atomic<size_t> next_{0};
  std::atomic<bool> complete_{false};
};

// The same of a function: body(lane, part) for each of `parts`.
class SharedLoop : public SharedWork {
 public:
  using Body = std::function<void(size_t lane, size_t part)>;

  SharedLoop(Lanes& lanes, int64_t work, size_t parts, Body body)
      : SharedWork(lanes, work), count_(parts), body_(std::move(body)) {}

 protected:
  size_t Begin(size_t) override { return count_; }
  void Do(size_t lane, size_t part) override { body_(lane, part); }

 private:
  const size_t count_;
  const Body body_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_LANES_H_

// SPDX-License-Identifier: Apache-2.0

#include "base/large_pages.h"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <vector>

#include "base/wide.h"

namespace relata::internal {
namespace {

void* Take(size_t given) {
  if (given < kLargePage) return ::operator new (given, std::align_val_t{64});
  void* const pages = ::operator new (given, std::align_val_t{kLargePage});
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  (void)madvise(pages, given, MADV_HUGEPAGE);  // a wish: without it everything is right, and slower
#endif
  return pages;
}

void Release(void* pages, size_t given) {
  ::operator delete (pages, std::align_val_t{given >= kLargePage ? kLargePage : size_t{64}});
}

// What was freed, oldest first.
class KeptPages {
 public:
  // Room for the list is made once, so that freeing takes no memory.
  KeptPages() { kept_.reserve(kMost / kLeastKept + 1); }

  void* Find(size_t given) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = std::find_if(kept_.rbegin(), kept_.rend(),
                                    [&](const Block& block) { return block.given == given; });
    if (found == kept_.rend()) return nullptr;
    void* const pages = found->pages;
    kept_.erase(std::next(found).base());
    bytes_ -= given;
    return pages;
  }

  // False when it is too much to be kept; what is older makes room.
  bool Keep(void* pages, size_t given) {
    if (given > kMost) return false;
    const std::lock_guard<std::mutex> lock(mutex_);
    for (; bytes_ + given > kMost; kept_.erase(kept_.begin())) {
      Release(kept_.front().pages, kept_.front().given);
      bytes_ -= kept_.front().given;
    }
    kept_.push_back({pages, given});
    bytes_ += given;
    return true;
  }

 private:
  static constexpr size_t kMost = size_t{24} << 20;
  struct Block {
    void* pages;
    size_t given;
  };
  std::mutex mutex_;
  std::vector<Block> kept_;
  size_t bytes_ = 0;
};

// Never destroyed: whatever ends last may free into it.
KeptPages& Kept() {
  static auto* const kept = new KeptPages;
  return *kept;
}

#if defined(RELATA_SANITIZED)
constexpr bool kKeeps = false;
#else
constexpr bool kKeeps = true;
#endif

}  // namespace

void* AllocatePages(size_t bytes) {
  const size_t given = PagesFor(bytes);
  if (kKeeps && given >= kLeastKept) {
    if (void* const pages = Kept().Find(given)) return pages;
  }
  return Take(given);
}

void FreePages(void* pages, size_t bytes) {
  const size_t given = PagesFor(bytes);
  if (kKeeps && given >= kLeastKept && Kept().Keep(pages, given)) return;
  Release(pages, given);
}

}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0
//
// Memory that is met in random order, on large pages where the system has them.
//
// What a random look-up costs is mostly the way to memory: the line, and before it the address of
// its page. With pages of 2 MB (Linux: MADV_HUGEPAGE) the second costs next to nothing.

#ifndef RELATA_SRC_BASE_LARGE_PAGES_H_
#define RELATA_SRC_BASE_LARGE_PAGES_H_

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace relata::internal {

inline constexpr size_t kLargePage = size_t{2} << 20;
// From here on what is freed is kept for the next who asks for as much.
inline constexpr size_t kLeastKept = size_t{64} << 10;

// What is given for `bytes`: whole large pages from half of one on.
constexpr size_t PagesFor(size_t bytes) {
  const size_t unit = bytes >= kLargePage / 2 ? kLargePage : bytes >= kLeastKept ? kLeastKept : 1;
  return (bytes + unit - 1) / unit * unit;
}

// Memory that a question takes and gives back the next will take again: fresh pages from the system
// cost more than what is computed in them. Some 24 MB are kept, of the sizes freed last; none in a
// build that looks for what is used after it was freed. Thread-safe.
//
// Freed by FreePages with the same size.
void* AllocatePages(size_t bytes);
void FreePages(void* pages, size_t bytes);

// For tables and vectors of the standard library and Abseil.
template <class T>
struct LargePages {
  using value_type = T;
  LargePages() = default;
  template <class U>
  explicit(false) LargePages(const LargePages<U>&) {}
  T* allocate(size_t count) { return static_cast<T*>(AllocatePages(count * sizeof(T))); }
  void deallocate(T* at, size_t count) { FreePages(at, count * sizeof(T)); }
  friend bool operator==(const LargePages&, const LargePages&) { return true; }
};

template <class T>
using LargeVector = std::vector<T, LargePages<T>>;

// Reserves room in an ordinary vector, on large pages where these lie inside it: memory that is
// written once costs mostly the giving of its pages.
template <class T>
void ReserveLarge(std::vector<T>& into, size_t count) {
  into.reserve(count);
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  constexpr uintptr_t kMask = kLargePage - 1;
  const uintptr_t begin = (reinterpret_cast<uintptr_t>(into.data()) + kMask) & ~kMask;
  const uintptr_t end = reinterpret_cast<uintptr_t>(into.data() + into.capacity()) & ~kMask;
  if (begin < end) (void)madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#endif
}

}  // namespace relata::internal

#endif  // RELATA_SRC_BASE_LARGE_PAGES_H_

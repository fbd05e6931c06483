// SPDX-License-Identifier: Apache-2.0
//
// A vector for accumulators that are met in no order: where the system has pages of 2 MB, a large
// one asks for them, because with the usual ones most accesses miss the table of pages too.

#ifndef RELATA_SRC_ENGINE_LARGE_VECTOR_H_
#define RELATA_SRC_ENGINE_LARGE_VECTOR_H_

#ifdef __linux__
#include <sys/mman.h>
#endif

#include <cstddef>
#include <new>
#include <vector>

namespace relata::internal {

template <class T>
class LargePages {
 public:
  using value_type = T;

  LargePages() = default;
  template <class U>
  LargePages(const LargePages<U>&) {}  // NOLINT: allocators convert

  T* allocate(size_t n) {
    const size_t bytes = BytesOf(n);
    if (bytes < kPage / 2) return static_cast<T*>(::operator new(bytes));
    void* const memory = ::operator new (bytes, std::align_val_t{kPage});
#ifdef __linux__
    madvise(memory, bytes, MADV_HUGEPAGE);  // a wish: that it is refused changes nothing
#endif
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, size_t n) {
    if (BytesOf(n) < kPage / 2) return ::operator delete(memory);
    ::operator delete (memory, std::align_val_t{kPage});
  }

  friend bool operator==(const LargePages&, const LargePages&) { return true; }

 private:
  static constexpr size_t kPage = size_t{2} << 20;

  // Whole pages of what takes any.
  static size_t BytesOf(size_t n) {
    const size_t bytes = n * sizeof(T);
    return bytes < kPage / 2 ? bytes : (bytes + kPage - 1) / kPage * kPage;
  }
};

template <class T>
using LargeVector = std::vector<T, LargePages<T>>;

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_LARGE_VECTOR_H_

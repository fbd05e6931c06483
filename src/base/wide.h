// SPDX-License-Identifier: Apache-2.0
//
// Loops over many values, compiled twice: for every processor of the architecture, and for those
// with wider registers (x86-64: AVX2), which are told apart when the program starts.
//
// What a function marked RELATA_WIDE calls is compiled for it only where it is inlined:
// RELATA_WIDE_PART. Where the system cannot choose, or sanitizers would be asked before they are
// there, both are nothing.

#ifndef RELATA_SRC_BASE_WIDE_H_
#define RELATA_SRC_BASE_WIDE_H_

#include <cstddef>  // tells of the C library

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define RELATA_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RELATA_SANITIZED 1
#endif

#if defined(__x86_64__) && defined(__GLIBC__) && !defined(RELATA_SANITIZED) && \
    defined(__has_attribute)
#if __has_attribute(target_clones)
#define RELATA_WIDE __attribute__((target_clones("avx2", "default")))
#endif
#endif
#ifndef RELATA_WIDE
#define RELATA_WIDE
#endif

#define RELATA_WIDE_PART [[gnu::always_inline]] inline

#endif  // RELATA_SRC_BASE_WIDE_H_

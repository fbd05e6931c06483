// SPDX-License-Identifier: Apache-2.0
//
// How the library says that something is wrong.
//
// Two kinds, never mixed. A `Status` says the job could not be done: the file cannot be opened, the
// commit conflicts, a limit was passed. An `Issue` is an expected finding about somebody's input: a
// row that cannot be read, an expression with a type error. Functions that look at input return
// issues as values and a Status only for the rest.
//
// Codes used: InvalidArgument (the caller's input, nothing was done), NotFound, AlreadyExists (a
// unique value is taken), FailedPrecondition (the state forbids it; retrying as is cannot help),
// Aborted (a conflict with another writer; decide again), PermissionDenied, ResourceExhausted (a
// stated limit), Unavailable (the store cannot be reached; retrying may help), DataLoss (what is
// stored is damaged), Unknown with operation id (the outcome of a commit is unknown), Internal (a
// bug).

#ifndef RELATA_BASE_STATUS_H_
#define RELATA_BASE_STATUS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace relata {

enum class Severity : uint8_t { kInfo, kWarning, kError };

// A finding about input: where it is and what is wrong, in one line of text each.
// `where` is a path in the terms of the input: "contacts.csv:12 column Email", "expression:1:14",
// "contact.birth_date". Immutable in use.
struct Issue {
  Severity severity = Severity::kError;
  std::string where;
  std::string message;

  friend bool operator==(const Issue&, const Issue&) = default;
};

// A status of `code` with a message given as std::string_view (Debian's Abseil does not take one).
absl::Status MakeStatus(absl::StatusCode code, std::string_view message);

inline absl::Status InvalidArgument(std::string_view m) {
  return MakeStatus(absl::StatusCode::kInvalidArgument, m);
}
inline absl::Status NotFound(std::string_view m) {
  return MakeStatus(absl::StatusCode::kNotFound, m);
}
inline absl::Status AlreadyExists(std::string_view m) {
  return MakeStatus(absl::StatusCode::kAlreadyExists, m);
}
inline absl::Status FailedPrecondition(std::string_view m) {
  return MakeStatus(absl::StatusCode::kFailedPrecondition, m);
}
inline absl::Status Aborted(std::string_view m) {
  return MakeStatus(absl::StatusCode::kAborted, m);
}
inline absl::Status PermissionDenied(std::string_view m) {
  return MakeStatus(absl::StatusCode::kPermissionDenied, m);
}
inline absl::Status ResourceExhausted(std::string_view m) {
  return MakeStatus(absl::StatusCode::kResourceExhausted, m);
}
inline absl::Status Unavailable(std::string_view m) {
  return MakeStatus(absl::StatusCode::kUnavailable, m);
}
inline absl::Status DataLoss(std::string_view m) {
  return MakeStatus(absl::StatusCode::kDataLoss, m);
}
inline absl::Status Internal(std::string_view m) {
  return MakeStatus(absl::StatusCode::kInternal, m);
}

// The message of `status`, borrowed from it.
std::string_view Message(const absl::Status& status);

// `status` with "context: " before its message; OK stays OK.
absl::Status Annotate(absl::Status status, std::string_view context);

}  // namespace relata

// Returns from the enclosing function when `expr` (an absl::Status) is not OK.
#define RELATA_RETURN_IF_ERROR(expr)                                  \
  do {                                                                \
    if (absl::Status relata_status_ = (expr); !relata_status_.ok()) { \
      return relata_status_;                                          \
    }                                                                 \
  } while (false)

// Assigns the value of `expr` (a StatusOr) to `lhs`, or returns its status.
#define RELATA_ASSIGN_OR_RETURN(lhs, expr) \
  RELATA_ASSIGN_OR_RETURN_IMPL_(RELATA_CONCAT_(relata_statusor_, __LINE__), lhs, expr)
#define RELATA_ASSIGN_OR_RETURN_IMPL_(tmp, lhs, expr) \
  auto tmp = (expr);                                  \
  if (!tmp.ok()) return std::move(tmp).status();      \
  lhs = *std::move(tmp)
#define RELATA_CONCAT_(a, b) RELATA_CONCAT_2_(a, b)
#define RELATA_CONCAT_2_(a, b) a##b

#endif  // RELATA_BASE_STATUS_H_

// SPDX-License-Identifier: Apache-2.0
//
// Asking where the data lies: a question as a statement of the store's SQL, for data that is larger
// than the memory a process may use.
//
// By default the columns that a question reads are loaded once and stay. Under LimitMemory a
// question whose columns are not there is first asked of the store. The statement finds every
// member; when it is *exact* it finds nobody else and nothing is loaded at all. Otherwise the
// engine decides again on what was found, with those records, what they link to and what they said
// of consent read from the store. Only where most of a table was found, or where segments, scores,
// permission or history are asked, it loads what the question reads for as long as it takes, and
// keeps it only where it fits.
// The members are the same either way; of a question that is not exact, the records that could not
// be decided are counted among what was found only. A store that is not a SQL database is simply
// loaded.
//
// Thread-safe.

#ifndef RELATA_ENGINE_PUSHDOWN_H_
#define RELATA_ENGINE_PUSHDOWN_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/engine/crm.h"
#include "relata/model/value.h"

namespace relata {

// From now on loaded columns and indexes take at most about so many bytes; 0 is no limit. What is
// loaded already stays.
void LimitMemory(Crm& crm, size_t bytes);
// What loaded columns and indexes take now.
size_t MemoryUsed(const Crm& crm);

struct PushedQuestion {
  std::string statement;          // finds rows of the type's table
  std::vector<Value> parameters;  // for its `?` or `$n`, in order
  bool exact = false;             // it finds the members and nobody else
  // Otherwise: the parts of the expression that the engine decides again.
  std::vector<std::string> residual;
};

// How the store would be asked. FailedPrecondition when it is no SQL database or the past is asked
// about; InvalidArgument, PermissionDenied as Crm::Query.
absl::StatusOr<PushedQuestion> PushDown(const Crm& crm, std::string_view type,
                                        std::string_view expression, const QueryOptions& options);

}  // namespace relata

#endif  // RELATA_ENGINE_PUSHDOWN_H_

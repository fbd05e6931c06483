// SPDX-License-Identifier: Apache-2.0
//
// The best records by some figure, as `score top`, `model top` and `clv top` print them.

#ifndef RELATA_SRC_SHELL_RANKING_H_
#define RELATA_SRC_SHELL_RANKING_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shell/records.h"

namespace relata::shell {

// Both must outlive it.
class Ranking {
 public:
  // `columns` stand before the id and the title.
  Ranking(const Crm& crm, const Session& session, std::vector<std::string> columns)
      : crm_(crm), session_(session), table_(Headed(session, std::move(columns))) {}

  // One more record with its cells, and what JSON says of it beside its id.
  absl::Status Add(RecordRef record, std::vector<std::string> cells, const Json& more) {
    RELATA_ASSIGN_OR_RETURN(const std::string name, crm_.Name(record));
    Json row = {{"id", name}};
    row.update(more);
    rows_.push_back(std::move(row));
    const absl::StatusOr<std::string> title = crm_.Title(record, QuestionOf(session_));
    cells.push_back(name);
    cells.push_back(title.ok() ? *title : "");
    table_.Add(std::move(cells));
    return absl::OkStatus();
  }

  // `by` is what ranks ("score"), `name` which one; `list` is what JSON calls the records.
  int Print(std::string_view by, const std::string& name, std::string_view list) const {
    if (session_.json) {
      Json out = {{std::string(by), name}, {"now", FormatTimestamp(session_.now())}};
      out[std::string(list)] = rows_;
      session_.PrintLine(out.dump());
    } else {
      session_.Print(table_.ToString());
    }
    return kDone;
  }

 private:
  static std::vector<std::string> Headed(const Session& session, std::vector<std::string> columns) {
    columns.emplace_back("id");
    columns.emplace_back(session.Say("title", "intitulé"));
    return columns;
  }

  const Crm& crm_;
  const Session& session_;
  TextTable table_;
  Json rows_ = Json::array();
};

// "Marie Durand: ", or the name as it was given where the record has no title that may be read.
inline std::string TitleLine(const Crm& crm, const Session& session, RecordRef record,
                             const std::string& given) {
  const absl::StatusOr<std::string> title = crm.Title(record, QuestionOf(session));
  return (title.ok() ? *title : given) + ": ";
}

}  // namespace relata::shell

#endif  // RELATA_SRC_SHELL_RANKING_H_

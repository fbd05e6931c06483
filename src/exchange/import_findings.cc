// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "exchange/import_rows.h"

namespace relata::internal {

size_t OperationOf(std::string_view message) {
  constexpr std::string_view kWord = "operation ";
  if (!message.starts_with(kWord)) return 0;
  size_t number = 0;
  for (const char c : message.substr(kWord.size())) {
    if (c < '0' || c > '9') break;
    number = number * 10 + static_cast<size_t>(c - '0');
  }
  return number;
}

std::string_view WithoutOperation(std::string_view message) {
  const size_t colon = message.find(": ");
  return OperationOf(message) == 0 || colon == std::string_view::npos ? message
                                                                      : message.substr(colon + 2);
}

void IssueList::Add(int64_t row, std::string_view column, std::string_view value,
                    std::string_view message) {
  if (result_->issues.size() >= most_) {
    ++more_;
    return;
  }
  result_->issues.push_back(
      {row, std::string(column), std::string(value.substr(0, 200)), std::string(message)});
}

void IssueList::AddRepeated(int64_t row, std::string_view column, std::string_view value,
                            std::string_view message) {
  Repeated& entry = repeated_[{std::string(column), std::string(message)}];
  if (entry.count++ == 0) {
    entry.first = {row, std::string(column), std::string(value.substr(0, 200)),
                   std::string(message)};
  }
}

void IssueList::Finish() {
  for (auto& [key, entry] : repeated_) {
    if (entry.count > 1) {
      entry.first.message += Concat(" (this row and ", entry.count - 1, " others)");
    }
    result_->issues.push_back(std::move(entry.first));
  }
  repeated_.clear();
  std::stable_sort(result_->issues.begin(), result_->issues.end(),
                   [](const ImportIssue& a, const ImportIssue& b) { return a.row < b.row; });
  if (more_ > 0) {
    result_->issues.push_back({0, "", "", Concat(more_, " more findings are not listed")});
  }
}

// --- What follows from a row ---------------------------------------------------------------------

namespace {

std::string TextIn(const NamedValues& values, std::string_view field) {
  const Value* value = FindIn(values, field);
  return value != nullptr && value->is(Value::Kind::kText) ? value->text() : "";
}

void CompleteOpportunity(NamedValues* values) {
  const std::string status = TextIn(*values, "status");
  if (status != "won" && status != "lost") return;
  const Value* expected = FindIn(*values, "close_date");
  if (expected != nullptr && FindIn(*values, "closed_on") == nullptr) {
    values->emplace_back("closed_on", Value(*expected));
  }
  const Value* amount = FindIn(*values, "amount");
  if (status == "won" && amount != nullptr && FindIn(*values, "won_amount") == nullptr) {
    values->emplace_back("won_amount", Value(*amount));
  }
}

}  // namespace

void CompleteRow(const TypeDef& type, NamedValues* values) {
  const std::string status = TextIn(*values, "status");
  const auto derive = [&](std::string_view field, bool value) {
    if (type.FindField(field) != nullptr && FindIn(*values, field) == nullptr) {
      values->emplace_back(field, Value::Bool(value));
    }
  };
  if (type.name == "opportunity") {
    CompleteOpportunity(values);
  } else if (type.name == "task" && !status.empty()) {
    derive("open", status != "done" && status != "cancelled");
  } else if (type.name == "ticket" && !status.empty()) {
    derive("open", status != "closed" && status != "resolved");
  } else if (type.name == "invoice" && (!status.empty() || FindIn(*values, "paid_on") != nullptr)) {
    derive("paid", status == "paid" || FindIn(*values, "paid_on") != nullptr);
  }
}

}  // namespace relata::internal

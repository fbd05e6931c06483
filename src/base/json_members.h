// SPDX-License-Identifier: Apache-2.0
//
// Reads the members of one JSON object and remembers the first thing that is wrong with it, so that
// a definition is read straight through and judged once.

#ifndef RELATA_SRC_BASE_JSON_MEMBERS_H_
#define RELATA_SRC_BASE_JSON_MEMBERS_H_

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "nlohmann/json.hpp"
#include "relata/base/status.h"

namespace relata::internal {

class JsonMembers {
 public:
  // `where` begins every message. `json` must outlive this.
  JsonMembers(const nlohmann::json& json, std::string where)
      : json_(json), where_(std::move(where)) {
    if (!json.is_object()) Fail("a JSON object is expected");
  }

  bool Has(const char* key) const { return Find(key) != nullptr; }

  std::string Text(const char* key) {
    const nlohmann::json* v = Find(key);
    if (v != nullptr && v->is_string()) return v->get<std::string>();
    if (v != nullptr) Fail(Concat(key, " is a text"));
    return "";
  }
  // A text that must be there.
  std::string Needed(const char* key) {
    std::string text = Text(key);
    if (text.empty()) Fail(Concat(key, " is missing"));
    return text;
  }
  double Number(const char* key, double otherwise = 0) {
    const nlohmann::json* v = Find(key);
    if (v != nullptr && v->is_number()) return v->get<double>();
    if (v != nullptr) Fail(Concat(key, " is a number"));
    return otherwise;
  }
  bool Bool(const char* key, bool otherwise) {
    const nlohmann::json* v = Find(key);
    if (v != nullptr && v->is_boolean()) return v->get<bool>();
    if (v != nullptr) Fail(Concat(key, " is true or false"));
    return otherwise;
  }
  std::vector<nlohmann::json> List(const char* key) {
    const nlohmann::json* v = Find(key);
    if (v != nullptr && v->is_array()) return {v->begin(), v->end()};
    if (v != nullptr) Fail(Concat(key, " is a list"));
    return {};
  }
  std::vector<std::string> Texts(const char* key) {
    std::vector<std::string> texts;
    for (const nlohmann::json& item : List(key)) {
      if (item.is_string()) {
        texts.push_back(item.get<std::string>());
      } else {
        Fail(Concat(key, " is a list of texts"));
      }
    }
    return texts;
  }

  // To be called when all was read: a member that nobody asked for is a slip of the pen.
  void NothingElse() {
    if (!json_.is_object()) return;
    for (const auto& [key, value] : json_.items()) {
      if (!asked_.contains(key)) Fail(Concat("'", key, "' is not known here"));
    }
  }

  void Fail(std::string_view what) {
    if (status_.ok()) status_ = InvalidArgument(Concat(where_, ": ", what));
  }
  const std::string& where() const { return where_; }
  const absl::Status& status() const { return status_; }

 private:
  const nlohmann::json* Find(const char* key) const {
    asked_.insert(key);
    if (!json_.is_object()) return nullptr;
    const auto found = json_.find(key);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }

  const nlohmann::json& json_;
  const std::string where_;
  mutable std::set<std::string> asked_;
  absl::Status status_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_BASE_JSON_MEMBERS_H_

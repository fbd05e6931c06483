// SPDX-License-Identifier: Apache-2.0
//
// Reading fields of JSON objects, with the first error kept and named by its path.

#ifndef RELATA_SRC_CONSENT_JSON_FIELDS_H_
#define RELATA_SRC_CONSENT_JSON_FIELDS_H_

#include <optional>
#include <string>
#include <string_view>

#include "base/strings.h"
#include "nlohmann/json.hpp"
#include "relata/base/status.h"
#include "relata/base/time.h"
#include "relata/consent/vocabulary.h"

namespace relata::internal {

using Json = nlohmann::json;

// "2026-03-10T10:00:00Z", with an offset or a fraction, or a day alone (its UTC midnight).
std::optional<Timestamp> ParseInstant(std::string_view text);
// "2026-03-10".
std::optional<Date> ParseDay(std::string_view text);

// A JSON value at a place of the document. Missing keys read as null, which reads as absent. All
// nodes of one document share one Status: the first error wins and later reads are harmless.
class JsonNode {
 public:
  JsonNode(const Json* json, std::string path, absl::Status* status)
      : json_(json), path_(std::move(path)), status_(status) {}

  const Json& json() const { return *json_; }
  const std::string& path() const { return path_; }
  bool absent() const { return json_->is_null(); }

  void Fail(std::string_view message) const {
    if (status_->ok()) *status_ = InvalidArgument(Concat(path_, ": ", message));
  }

  // The text that stands here is not what is expected: "fax" is no channel.
  void FailWord(std::string_view message) const {
    Fail(Concat("\"", json_->is_string() ? Text() : std::string_view(), "\" ", message));
  }

  // The member `key` of an object; absent when there is none or the node itself is absent.
  JsonNode operator[](std::string_view key) const;

  // Calls `f(node)` for every element; an absent list is empty.
  template <class F>
  void ForEach(F f) const {
    if (absent()) return;
    if (!json_->is_array()) return Fail("a list is expected");
    for (size_t i = 0; i < json_->size(); ++i) {
      f(JsonNode(&(*json_)[i], Concat(path_, "[", i, "]"), status_));
    }
  }

  // A single value, or each value of a list.
  template <class F>
  void ForEachOrOne(F f) const {
    if (absent()) return;
    if (json_->is_array()) return ForEach(f);
    f(*this);
  }

  // Text borrowed from the document; empty when absent.
  std::string_view Text() const;
  std::string_view RequiredText() const;
  bool Bool(bool absent_value) const;
  Known ThreeValued() const;
  int64_t Number(int64_t absent_value) const;
  Timestamp Instant(Timestamp absent_value) const;
  Timestamp RequiredInstant() const;
  std::optional<Date> Day() const;

 private:
  const Json* json_;
  std::string path_;
  absl::Status* status_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_CONSENT_JSON_FIELDS_H_

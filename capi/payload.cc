// SPDX-License-Identifier: Apache-2.0
//
// Batches: puts, deletes and events, and the commit that comes back.

#include "capi/payload.h"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <utility>

namespace relata::capi {

using nlohmann::json;

absl::StatusOr<json> ParseObject(std::string_view text, std::string_view what) {
  // One set of names for each object that is open while the text is read.
  std::vector<std::set<std::string>> open;
  std::string twice;
  const auto watch = [&](int, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) {
      open.emplace_back();
    } else if (event == json::parse_event_t::object_end) {
      open.pop_back();
    } else if (event == json::parse_event_t::key && !open.back().insert(parsed).second) {
      twice = parsed;
    }
    return true;
  };
  json document = json::parse(text, watch, /*allow_exceptions=*/false);
  if (document.is_discarded()) return InvalidArgument(std::string(what) + " is not JSON");
  if (!document.is_object()) return InvalidArgument(std::string(what) + " is no JSON object");
  if (!twice.empty()) {
    return InvalidArgument(std::string(what) + " names " + twice + " twice in one object");
  }
  return document;
}

std::string Dump(const json& document) {
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

absl::Status CheckMembers(const json& object, std::initializer_list<const char*> known,
                          std::string_view where) {
  if (!object.is_object()) return InvalidArgument(std::string(where) + ": an object is expected");
  for (const auto& member : object.items()) {
    const std::string& name = member.key();
    const auto same = [&](const char* k) { return name == k; };
    if (std::none_of(known.begin(), known.end(), same)) {
      return InvalidArgument(std::string(where) + ": there is no member " + name);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> TextMember(const json& object, const char* name,
                                       std::string_view where) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return std::string();
  if (!found->is_string()) return InvalidArgument(std::string(where) + ": " + name + " is a text");
  return found->get<std::string>();
}

namespace {

// Calls `read` with every element of the list `name` and where it stands.
template <class Read>
absl::Status ForEach(const json& object, const char* name, Read read) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return absl::OkStatus();
  if (!found->is_array()) return InvalidArgument(std::string(name) + " is a list");
  for (size_t i = 0; i < found->size(); ++i) {
    RELATA_RETURN_IF_ERROR(read((*found)[i], std::string(name) + "[" + std::to_string(i) + "]"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status BatchReader::ReadHead(const json& batch) {
  RELATA_ASSIGN_OR_RETURN(const std::string operation, TextMember(batch, "operation_id", "batch"));
  RELATA_ASSIGN_OR_RETURN(const std::string source, TextMember(batch, "source", "batch"));
  RELATA_ASSIGN_OR_RETURN(const std::string reason, TextMember(batch, "reason", "batch"));
  RELATA_ASSIGN_OR_RETURN(const std::string effective, TextMember(batch, "effective_at", "batch"));
  if (!operation.empty()) tx_.OperationId(operation);
  if (!source.empty()) tx_.Source(source);
  if (!reason.empty()) tx_.Reason(reason);
  if (!effective.empty()) {
    const std::optional<Timestamp> at = ParseTimestamp(effective);
    if (!at) return InvalidArgument("batch: effective_at is no instant: " + effective);
    tx_.EffectiveAt(*at);
  }
  return absl::OkStatus();
}

absl::Status BatchReader::ReadBatch(const json& batch) {
  RELATA_RETURN_IF_ERROR(
      CheckMembers(batch,
                   {"puts", "deletes", "merges", "unmerges", "events", "consents", "operation_id",
                    "source", "reason", "effective_at"},
                   "batch"));
  RELATA_RETURN_IF_ERROR(ReadHead(batch));
  RELATA_RETURN_IF_ERROR(ForEach(batch, "puts", [&](const json& put, const std::string& where) {
    return ReadPut(put, where);
  }));
  RELATA_RETURN_IF_ERROR(
      ForEach(batch, "deletes", [&](const json& name, const std::string& where) -> absl::Status {
        if (!name.is_string()) return InvalidArgument(where + ": the name of a record is a text");
        RELATA_ASSIGN_OR_RETURN(const RecordRef record, Locate(name.get<std::string>(), where));
        tx_.Delete(record);
        return absl::OkStatus();
      }));
  RELATA_RETURN_IF_ERROR(ForEach(batch, "merges", [&](const json& one, const std::string& where) {
    return ReadMerge(one, where);
  }));
  RELATA_RETURN_IF_ERROR(ForEach(batch, "unmerges", [&](const json& one, const std::string& where) {
    return ReadUnmerge(one, where);
  }));
  RELATA_RETURN_IF_ERROR(ForEach(batch, "events", [&](const json& e, const std::string& where) {
    return ReadEvent(e, where);
  }));
  return ForEach(batch, "consents", [&](const json& entry, const std::string& where) {
    return ReadConsent(entry, where);
  });
}

absl::StatusOr<RecordRef> BatchReader::Locate(const std::string& name,
                                              const std::string& where) const {
  if (const auto found = known_.find(name); found != known_.end()) return found->second;
  if (name.starts_with('@')) {
    return InvalidArgument(where + ": no earlier put of this batch is called " + name);
  }
  absl::StatusOr<RecordRef> found = crm_.Find(name);
  if (!found.ok()) return Annotate(found.status(), where);
  return found;
}

absl::Status BatchReader::ReadMerge(const json& merge, const std::string& where) {
  RELATA_RETURN_IF_ERROR(CheckMembers(merge, {"name", "into"}, where));
  RELATA_ASSIGN_OR_RETURN(const std::string name, TextMember(merge, "name", where));
  RELATA_ASSIGN_OR_RETURN(const std::string into, TextMember(merge, "into", where));
  RELATA_ASSIGN_OR_RETURN(const RecordRef loser, Locate(name, where));
  RELATA_ASSIGN_OR_RETURN(const RecordRef winner, Locate(into, where));
  tx_.Merge(loser, winner);
  return tx_.status();
}

// A merged record answers to the name of its winner everywhere else; here it is meant itself.
absl::Status BatchReader::ReadUnmerge(const json& name, const std::string& where) {
  if (!name.is_string()) return InvalidArgument(where + ": the name of a record is a text");
  const std::string& text = name.get_ref<const std::string&>();
  const size_t slash = std::min(text.find('/'), text.size());
  const std::shared_ptr<const Schema> schema = crm_.schema();
  const TypeDef* type = schema->Find(std::string_view(text).substr(0, slash));
  const std::optional<Uuid> id =
      Uuid::Parse(std::string_view(text).substr(std::min(slash + 1, text.size())));
  if (type == nullptr || type->event || !id) {
    return InvalidArgument(where + ": a merged record is named by its public id, not \"" + text +
                           "\"");
  }
  const ColumnsNeeded ids[] = {{type->id, {kIdField}}};
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view,
                          crm_.View(std::span<const ColumnsNeeded>(ids)));
  const RecordRef record = view->Find(type->id, *id);
  if (record.none()) return NotFound(where + ": there is no " + text);
  tx_.Unmerge(record);
  return tx_.status();
}

absl::Status BatchReader::ReadPut(const json& put, const std::string& where) {
  RELATA_RETURN_IF_ERROR(CheckMembers(put, {"as", "type", "key", "name", "fields"}, where));
  RELATA_ASSIGN_OR_RETURN(const std::string label, TextMember(put, "as", where));
  RELATA_ASSIGN_OR_RETURN(std::string type, TextMember(put, "type", where));
  RELATA_ASSIGN_OR_RETURN(const std::string name, TextMember(put, "name", where));
  const auto key = put.find("key");
  const bool keyed = key != put.end() && !key->is_null();
  if (!name.empty() && (keyed || !type.empty())) {
    return InvalidArgument(where + ": a put has a name, or a type and perhaps a key");
  }
  RecordRef record;
  const std::shared_ptr<const Schema> schema = crm_.schema();
  if (!name.empty()) {
    RELATA_ASSIGN_OR_RETURN(record, Locate(name, where));
    type = schema->type(record.type).name;
  }
  const TypeDef* def = schema->Find(type);
  if (def == nullptr || def->event) {
    return InvalidArgument(where + ": there is no type of record \"" + type + "\"");
  }
  RELATA_ASSIGN_OR_RETURN(NamedValues values, ReadFields(*def, put, where));
  std::string carried;
  if (!name.empty()) {
    tx_.Update(record, std::move(values));
  } else if (keyed) {
    RELATA_RETURN_IF_ERROR(CheckMembers(*key, {"system", "key"}, where + ".key"));
    RELATA_ASSIGN_OR_RETURN(const std::string system, TextMember(*key, "system", where + ".key"));
    RELATA_ASSIGN_OR_RETURN(const std::string text, TextMember(*key, "key", where + ".key"));
    if (system.empty() || text.empty()) {
      return InvalidArgument(where + ".key: system and key are not empty");
    }
    record = tx_.Upsert(type, system, text, std::move(values));
    carried = type + "/" + system + ":" + text;
    known_.emplace(carried, record);
  } else {
    record = tx_.Create(type, std::move(values));
  }
  if (!label.empty() && !known_.emplace("@" + label, record).second) {
    return InvalidArgument(where + ": two puts are called " + label);
  }
  puts_.push_back(record);
  keys_.push_back(std::move(carried));
  return tx_.status();
}

absl::Status BatchReader::ReadEvent(const json& event, const std::string& where) {
  RELATA_RETURN_IF_ERROR(CheckMembers(event, {"type", "subject", "at", "fields"}, where));
  RELATA_ASSIGN_OR_RETURN(const std::string type, TextMember(event, "type", where));
  RELATA_ASSIGN_OR_RETURN(const std::string subject, TextMember(event, "subject", where));
  RELATA_ASSIGN_OR_RETURN(const std::string at, TextMember(event, "at", where));
  const std::shared_ptr<const Schema> schema = crm_.schema();
  const TypeDef* def = schema->Find(type);
  if (def == nullptr || !def->event) {
    return InvalidArgument(where + ": there is no type of event \"" + type + "\"");
  }
  const std::optional<Timestamp> instant = ParseTimestamp(at);
  if (!instant) return InvalidArgument(where + ": at is no instant: \"" + at + "\"");
  RELATA_ASSIGN_OR_RETURN(const RecordRef record, Locate(subject, where));
  RELATA_ASSIGN_OR_RETURN(NamedValues values, ReadFields(*def, event, where));
  tx_.Append(type, record, *instant, std::move(values));
  return tx_.status();
}

absl::StatusOr<json> BatchReader::Names(const relata::Commit& commit) const {
  json names = json::array();
  for (size_t i = 0; i < puts_.size(); ++i) {
    RecordRef record = puts_[i];
    if (commit.replayed && !keys_[i].empty()) {
      RELATA_ASSIGN_OR_RETURN(record, crm_.Find(keys_[i]));
    } else if (commit.replayed && crm_.Resolve(record).none()) {
      names.push_back(nullptr);
      continue;
    }
    RELATA_ASSIGN_OR_RETURN(std::string name, crm_.Name(record));
    names.push_back(std::move(name));
  }
  return names;
}

json CommitToJson(const relata::Commit& commit) {
  return {{"id", commit.id},
          {"recorded", FormatTimestamp(commit.recorded)},
          {"created", commit.created},
          {"updated", commit.updated},
          {"deleted", commit.deleted},
          {"unchanged", commit.unchanged},
          {"events", commit.events},
          {"entries", commit.entries},
          {"replayed", commit.replayed}};
}

}  // namespace relata::capi

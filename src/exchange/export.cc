// SPDX-License-Identifier: Apache-2.0

#include "relata/exchange/export.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "engine/conditions.h"
#include "relata/expression/json.h"

namespace relata {
namespace {

using internal::Concat;
using Json = nlohmann::ordered_json;

// Where somebody is reached. Town, region and country say where somebody lives, not how to reach
// them.
bool IsContactPoint(const FieldDef& field) {
  return field.personal == Personal::kContact && field.name != "city" && field.name != "region" &&
         field.name != "country";
}

bool ServesChannel(const FieldDef& field, Channel channel) {
  const bool mail = field.name.find("email") != std::string::npos;
  const bool telephone = field.name.find("phone") != std::string::npos || field.name == "mobile";
  switch (channel) {
    case Channel::kEmail:
      return mail;
    case Channel::kPhone:
    case Channel::kRobocall:
      return telephone;
    case Channel::kSms:
      return field.name == "mobile" || field.name == "phone";
    case Channel::kPost:
      return !mail && !telephone && field.name != "fax";
    default:
      return false;
  }
}

class Exporter {
 public:
  Exporter(Crm& crm, const ExportOptions& options,
           const std::function<absl::Status(std::string_view)>& write)
      : crm_(crm), options_(options), write_(write) {}

  absl::StatusOr<ExportReport> Run(std::string_view type_name, std::string_view condition) {
    schema_ = crm_.schema();
    type_ = schema_->Find(type_name);
    if (type_ == nullptr || type_->event) {
      return InvalidArgument(Concat("there is no type of record '", type_name, "'"));
    }
    RELATA_ASSIGN_OR_RETURN(const Permissions permissions,
                            internal::PermissionsOf(crm_, options_.question.reader));
    if (!permissions.MayRead(type_->id)) {
      return PermissionDenied(Concat("the role may not read ", type_name));
    }
    if (!options_.reason.empty() && !permissions.MayExport()) {
      return PermissionDenied("the role does not have the right \"export\"");
    }
    RELATA_RETURN_IF_ERROR(ChooseColumns(permissions));
    QueryOptions question = options_.question;
    question.limit = 0;
    RELATA_ASSIGN_OR_RETURN(QueryAnswer answer, crm_.Query(type_name, condition, question));
    if (options_.plan) {
      RELATA_ASSIGN_OR_RETURN(SegmentAudience audience,
                              AudienceAmong(crm_, answer, *options_.plan));
      answer.rows = std::move(audience.allowed);
      report_.excluded = std::move(audience.excluded);
    }
    RELATA_RETURN_IF_ERROR(LogReason(condition, answer.rows.size()));
    RELATA_RETURN_IF_ERROR(WriteTable(answer.rows));
    return std::move(report_);
  }

 private:
  absl::Status ChooseColumns(const Permissions& permissions) {
    report_.columns = {"id", "keys"};
    if (!options_.columns.empty()) {
      for (const std::string& name : options_.columns) {
        const FieldDef* field = type_->FindField(name);
        if (field == nullptr || !field->readable()) {
          return InvalidArgument(Concat(type_->name, " has no field '", name, "'"));
        }
        if (!permissions.MayRead(type_->id, field->id)) {
          return PermissionDenied(Concat("the role may not read ", type_->name, ".", name));
        }
        if (!MayLeave(*field)) {
          return PermissionDenied(
              Concat(type_->name, ".", name, " is a contact point",
                     options_.plan ? " of another channel"
                                   : ": name a channel and a purpose, or the reason for which it "
                                     "is taken"));
        }
        Add(*field);
      }
      return absl::OkStatus();
    }
    for (const FieldDef& field : type_->fields) {
      if (!field.readable() || !permissions.MayRead(type_->id, field.id)) continue;
      if (MayLeave(field)) {
        Add(field);
      } else {
        report_.withheld.push_back(field.name);
      }
    }
    return absl::OkStatus();
  }

  bool MayLeave(const FieldDef& field) const {
    if (!IsContactPoint(field) || !options_.reason.empty()) return true;
    return options_.plan && ServesChannel(field, options_.plan->channel);
  }

  void Add(const FieldDef& field) {
    fields_.push_back(&field);
    report_.columns.push_back(field.name);
  }

  // Who took contact points, and why, is on record before the first of them leaves.
  absl::Status LogReason(std::string_view condition, size_t rows) {
    if (options_.reason.empty()) return absl::OkStatus();
    Json body = {{"type", type_->name},
                 {"condition", condition},
                 {"columns", report_.columns},
                 {"rows", rows},
                 {"by", options_.question.reader.ToString()},
                 {"reason", options_.reason},
                 {"at", FormatTimestamp(options_.question.now)}};
    Transaction tx = crm_.Begin(options_.question.reader);
    tx.Reason(options_.reason).Log("export", RecordRef{}, type_->name, body.dump());
    return tx.Commit(options_.question.now).status();
  }

  absl::Status WriteTable(const std::vector<Row>& rows) {
    RELATA_ASSIGN_OR_RETURN(view_, crm_.View({type_->name}));
    if (options_.format == ExportFormat::kCsv) {
      std::string header;
      for (const std::string& column : report_.columns) AppendCell(column, header);
      RELATA_RETURN_IF_ERROR(write_(header += '\n'));
    }
    for (const Row row : rows) {
      const RecordRef record{type_->id, row};
      RELATA_ASSIGN_OR_RETURN(std::string line, options_.format == ExportFormat::kCsv
                                                    ? CsvLine(record)
                                                    : JsonLine(record));
      RELATA_RETURN_IF_ERROR(write_(line += '\n'));
      ++report_.rows;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> KeysOf(RecordRef record) const {
    RELATA_ASSIGN_OR_RETURN(const auto keys, crm_.Keys(record));
    std::string out;
    for (const auto& [system, key] : keys) {
      if (system.starts_with("field:")) continue;  // a unique field, which has its own column
      out += Concat(out.empty() ? "" : " ", system, ":", key);
    }
    return out;
  }

  absl::StatusOr<std::string> CsvLine(RecordRef record) const {
    std::string line;
    RELATA_ASSIGN_OR_RETURN(const std::string name, crm_.Name(record));
    AppendCell(name, line);
    RELATA_ASSIGN_OR_RETURN(const std::string keys, KeysOf(record));
    AppendCell(keys, line);
    for (const FieldDef* field : fields_) AppendCell(Text(view_->Get(record, field->id)), line);
    return line;
  }

  absl::StatusOr<std::string> JsonLine(RecordRef record) const {
    Json line = Json::object();
    RELATA_ASSIGN_OR_RETURN(line["id"], crm_.Name(record));
    RELATA_ASSIGN_OR_RETURN(const std::string keys, KeysOf(record));
    if (!keys.empty()) line["keys"] = keys;
    for (const FieldDef* field : fields_) {
      const Value value = view_->Get(record, field->id);
      if (value.is_null()) continue;
      line[field->name] = field->is_link() ? Json(Text(value)) : Json::parse(ValueToJson(value));
    }
    return line.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  std::string Text(const Value& value) const {
    if (value.is_null()) return "";
    if (value.is(Value::Kind::kRecord)) {
      return crm_.Name(crm_.Resolve(value.record())).value_or("");
    }
    if (!value.is(Value::Kind::kList)) return ToDisplay(value);
    std::string out;
    for (const Value& element : value.list()) out += (out.empty() ? "" : ";") + Text(element);
    return out;
  }

  // RFC 4180: quoted where a separator, a quote or a line break would be misread.
  static void AppendCell(std::string_view text, std::string& line) {
    if (!line.empty()) line += ',';
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
      line += text;
      return;
    }
    line += '"';
    for (const char c : text) line.append(c == '"' ? 2 : 1, c);
    line += '"';
  }

  Crm& crm_;
  const ExportOptions& options_;
  const std::function<absl::Status(std::string_view)>& write_;
  std::shared_ptr<const Schema> schema_;
  const TypeDef* type_ = nullptr;
  std::vector<const FieldDef*> fields_;
  std::shared_ptr<const Snapshot> view_;
  ExportReport report_;
};

}  // namespace

absl::StatusOr<ExportReport> ExportRecords(
    Crm& crm, std::string_view type, std::string_view condition, const ExportOptions& options,
    const std::function<absl::Status(std::string_view)>& write) {
  return Exporter(crm, options, write).Run(type, condition);
}

}  // namespace relata

// SPDX-License-Identifier: Apache-2.0

#include "relata/exchange/import.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <span>
#include <utility>

#include "base/strings.h"
#include "exchange/import_facts.h"
#include "exchange/import_plan.h"
#include "exchange/import_rows.h"
#include "exchange/record_index.h"
#include "exchange/table.h"

namespace relata {

using internal::Concat;
using internal::LaterLink;
using internal::RecordIndex;

namespace {

constexpr size_t kMostSetBack = 200;

class Importer {
 public:
  Importer(Crm& crm, const ImportOptions& options) : crm_(crm), options_(options), index_(crm) {}

  absl::StatusOr<ImportReport> Run(const std::vector<std::string>& paths) {
    RELATA_RETURN_IF_ERROR(CheckOptions());
    RELATA_ASSIGN_OR_RETURN(const auto view, crm_.View(std::span<const TypeId>()));
    before_ = view->commit();
    RELATA_ASSIGN_OR_RETURN(files_, internal::ListTableFiles(paths));
    RecognitionHints given;
    given.preset = options_.preset;
    given.type = options_.type;
    RELATA_ASSIGN_OR_RETURN(hints_, internal::HintsByFolder(files_, given));
    report_.files.resize(files_.size());
    mappings_.resize(files_.size());
    for (size_t i = 0; i < files_.size(); ++i) Recognise(i);
    std::vector<size_t> order(files_.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return Rank(mappings_[a].type) < Rank(mappings_[b].type);
    });
    for (const size_t i : order) {
      if (!mappings_[i].type.empty()) RELATA_RETURN_IF_ERROR(ImportFile(i));
    }
    RELATA_RETURN_IF_ERROR(SetLaterLinks());
    return std::move(report_);
  }

 private:
  absl::Status CheckOptions() const {
    const auto presets = PresetNames();
    if (!options_.preset.empty() &&
        std::find(presets.begin(), presets.end(), options_.preset) == presets.end()) {
      return InvalidArgument(Concat("there is no preset '", options_.preset, "'"));
    }
    const bool fact = options_.type == "event" || options_.type == "consent";
    if (!options_.type.empty() && !fact && crm_.schema()->Find(options_.type) == nullptr) {
      return InvalidArgument(Concat("there is no type '", options_.type, "'"));
    }
    return absl::OkStatus();
  }

  // Facts come last: they are about records.
  static int Rank(const std::string& type) {
    const int rank = internal::TypeRank(type);
    return type == "event" ? rank + 1 : type == "consent" ? rank + 2 : rank;
  }

  void Recognise(size_t i) {
    FileImport& result = report_.files[i];
    result.file = files_[i];
    result.preset = options_.mapping ? "" : hints_[i].preset;
    absl::StatusOr<internal::Table> table = internal::Table::Open(files_[i], hints_[i]);
    if (!table.ok()) {
      result.issues.push_back({0, "", "", std::string(Message(table.status()))});
      return;
    }
    mappings_[i] = options_.mapping ? *options_.mapping : table->recognition().mapping;
    if (mappings_[i].system.empty()) mappings_[i].system = internal::FolderSystem(files_[i]);
    result.type = mappings_[i].type;
    if (result.type.empty()) {
      internal::TableRow row;
      while (true) {
        const absl::StatusOr<bool> more = table->Next(&row);
        if (!more.ok() || !*more) break;
        ++result.rows;
      }
      result.refused = result.rows;
      result.issues.push_back({table->header_row(), "", "",
                               "the header is of no known type; give a mapping or a type"});
    }
  }

  absl::Status ImportFile(size_t i) {
    FileImport& result = report_.files[i];
    const Mapping& mapping = mappings_[i];
    RELATA_RETURN_IF_ERROR(internal::DeclareEventType(crm_, mapping.type, options_));
    const TypeDef* type = crm_.schema()->Find(mapping.type);
    if (mapping.type == "event" || (type != nullptr && type->event)) {
      return internal::ImportEvents(crm_, index_, files_[i], hints_[i], mapping, options_, &result);
    }
    if (mapping.type == "consent") {
      return internal::ImportConsents(crm_, index_, files_[i], hints_[i], mapping, options_,
                                      &result);
    }
    RELATA_ASSIGN_OR_RETURN(
        const internal::ImportPlan plan,
        internal::PlanImport(crm_, files_[i], hints_[i], mapping, options_, &result));
    return internal::RowImporter(crm_, index_, plan, options_, i, &later_, &result).Run();
  }

  absl::Status SetLaterLinks() {
    for (size_t begin = 0; begin < later_.size();) {
      // The links of one file, so that the commit says which.
      size_t end = begin;
      while (end < later_.size() && end - begin < options_.rows_per_commit &&
             later_[end].file == later_[begin].file) {
        ++end;
      }
      RELATA_RETURN_IF_ERROR(SetLinks(begin, end));
      begin = end;
    }
    for (FileImport& file : report_.files) {
      std::stable_sort(file.issues.begin(), file.issues.end(),
                       [](const ImportIssue& a, const ImportIssue& b) { return a.row < b.row; });
    }
    return absl::OkStatus();
  }

  absl::Status SetLinks(size_t begin, size_t end) {
    std::vector<std::pair<size_t, RecordRef>> found;  // later link, target
    for (size_t i = begin; i < end; ++i) {
      const LaterLink& link = later_[i];
      RELATA_ASSIGN_OR_RETURN(const internal::Found target,
                              index_.Find(link.target, link.rule, link.system, link.text));
      const std::string& type = crm_.schema()->type(link.target).name;
      if (target.record.none()) {
        Report(link, Concat(target.ambiguous ? "several records of type " : "no record of type ",
                            type, target.ambiguous ? " bear this name" : " found"));
      } else if (crm_.Resolve(target.record) == crm_.Resolve(link.record)) {
        Report(link, "names the record itself");
      } else {
        found.emplace_back(i, target.record);
      }
    }
    std::set<RecordRef> changes;
    for (size_t set_back = 0; !found.empty(); ++set_back) {
      RELATA_ASSIGN_OR_RETURN(changes, Changed(found));
      const size_t file = later_[begin].file;
      Transaction tx = crm_.Begin(options_.actor);
      tx.Source(mappings_[file].system).Reason(Concat("import of ", files_[file]));
      for (const auto& [i, target] : found) {
        tx.Update(later_[i].record, {{later_[i].field, Value::Record(target)}});
      }
      const absl::StatusOr<Commit> commit = tx.Commit(options_.now);
      if (commit.ok()) break;
      const size_t operation = internal::OperationOf(Message(commit.status()));
      if (operation == 0 || operation > found.size() || set_back >= kMostSetBack) {
        return commit.status();
      }
      Report(later_[found[operation - 1].first],
             internal::WithoutOperation(Message(commit.status())));
      found.erase(found.begin() + static_cast<std::ptrdiff_t>(operation) - 1);
    }
    if (found.empty()) return absl::OkStatus();
    FileImport& result = report_.files[later_[begin].file];
    const auto rows = static_cast<int64_t>(changes.size());
    result.updated += rows;
    result.unchanged -= rows;
    return absl::OkStatus();
  }

  // The records that these links change and that the rows themselves did not.
  absl::StatusOr<std::set<RecordRef>> Changed(
      const std::vector<std::pair<size_t, RecordRef>>& links) const {
    std::set<RecordRef> changed;
    for (const auto& [i, target] : links) {
      const LaterLink& link = later_[i];
      if (report_.files[link.file].unchanged == 0) break;
      const RecordRef record = crm_.Resolve(link.record);
      RELATA_ASSIGN_OR_RETURN(const Value before, crm_.Get(record, link.field));
      if (before.Same(Value::Record(crm_.Resolve(target)))) continue;
      RELATA_ASSIGN_OR_RETURN(const std::vector<HistoryEntry> history, crm_.History(record));
      if (history.empty() || history.back().commit <= before_) changed.insert(record);
    }
    return changed;
  }

  void Report(const LaterLink& link, std::string_view message) {
    std::vector<ImportIssue>& issues = report_.files[link.file].issues;
    if (issues.size() > options_.max_issues) return;
    issues.push_back({link.row, link.column, link.text, std::string(message)});
  }

  Crm& crm_;
  const ImportOptions& options_;
  RecordIndex index_;
  std::vector<std::string> files_;
  std::vector<RecognitionHints> hints_;
  std::vector<Mapping> mappings_;
  std::vector<LaterLink> later_;
  CommitId before_ = 0;  // the newest commit when the import began
  ImportReport report_;
};

}  // namespace

absl::StatusOr<ImportReport> ImportFiles(Crm& crm, const std::vector<std::string>& paths,
                                         const ImportOptions& options) {
  return Importer(crm, options).Run(paths);
}

std::string FormatImportJson(const ImportReport& report) {
  using Json = nlohmann::ordered_json;
  Json json = {{"files", Json::array()}};
  for (const FileImport& file : report.files) {
    Json issues = Json::array();
    for (const ImportIssue& issue : file.issues) {
      issues.push_back({{"row", issue.row},
                        {"column", issue.column},
                        {"value", issue.value},
                        {"message", issue.message}});
    }
    json["files"].push_back({{"file", file.file},
                             {"preset", file.preset},
                             {"type", file.type},
                             {"rows", file.rows},
                             {"created", file.created},
                             {"updated", file.updated},
                             {"unchanged", file.unchanged},
                             {"issues", std::move(issues)}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace relata

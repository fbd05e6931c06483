// SPDX-License-Identifier: Apache-2.0

#include "exchange/table.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "base/strings.h"
#include "relata/base/status.h"
#include "relata/base/text.h"

namespace relata::internal {
namespace {

namespace fs = std::filesystem;

constexpr size_t kStartRows = 20;

bool IsTableFile(const fs::path& path) {
  const std::string extension = Fold(path.extension().string());
  return path.filename().string().front() != '.' &&
         (extension == ".csv" || extension == ".tsv" || extension == ".tab");
}

absl::Status ListDirectory(const fs::path& directory, std::vector<std::string>* files) {
  std::error_code error;
  std::vector<std::string> found;
  fs::recursive_directory_iterator it(directory, fs::directory_options::skip_permission_denied,
                                      error);
  for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored) && IsTableFile(it->path())) {
      found.push_back(it->path().string());
    }
  }
  if (error) return Unavailable(Concat(directory.string(), ": ", error.message()));
  std::sort(found.begin(), found.end());
  files->insert(files->end(), found.begin(), found.end());
  return absl::OkStatus();
}

absl::StatusOr<FileStart> ReadFileStart(const std::string& path) {
  FileStart start;
  start.name = fs::path(path).filename().string();
  RELATA_ASSIGN_OR_RETURN(CsvReader reader, CsvReader::Open(path));
  CsvRow row;
  while (start.rows.size() < kStartRows) {
    RELATA_ASSIGN_OR_RETURN(const bool more, reader.Next(&row));
    if (!more) break;
    start.rows.emplace_back(row.cells.begin(), row.cells.end());
  }
  return start;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ListTableFiles(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (fs::is_directory(path, error)) {
      RELATA_RETURN_IF_ERROR(ListDirectory(path, &files));
    } else if (fs::exists(path, error)) {
      files.push_back(path);
    } else {
      return NotFound(Concat(path, ": no such file or directory"));
    }
  }
  std::vector<std::string> unique;
  for (std::string& file : files) {
    if (std::find(unique.begin(), unique.end(), file) == unique.end()) {
      unique.push_back(std::move(file));
    }
  }
  return unique;
}

std::string FolderSystem(const std::string& path) {
  std::error_code error;
  const fs::path folder = fs::weakly_canonical(path, error).parent_path();
  std::string name = FoldWords(folder.filename().string());
  std::replace(name.begin(), name.end(), ' ', '_');
  return name.empty() ? "import" : name;
}

absl::StatusOr<std::vector<RecognitionHints>> HintsByFolder(const std::vector<std::string>& files,
                                                            const RecognitionHints& given) {
  std::vector<std::string> own(files.size(), given.preset);  // what each file alone speaks for
  std::map<std::string, std::map<std::string, size_t>> folders;
  for (size_t i = 0; i < files.size() && given.preset.empty(); ++i) {
    own[i] = "generic";
    const absl::StatusOr<FileStart> start = ReadFileStart(files[i]);
    if (start.ok()) {  // otherwise reported where the file is read in earnest
      const size_t row = FindHeaderRow(start->rows);
      if (row < start->rows.size()) own[i] = PickPreset({start->rows[row]});
    }
    ++folders[fs::path(files[i]).parent_path().string()][own[i]];
  }
  std::vector<RecognitionHints> hints;
  for (size_t i = 0; i < files.size(); ++i) {
    RecognitionHints one = given;
    one.preset = own[i];
    // A file that says little belongs to the system that most of its folder comes from.
    size_t known = 0;
    const auto& presets = folders[fs::path(files[i]).parent_path().string()];
    for (const auto& [preset, count] : presets) known += preset == "generic" ? 0 : count;
    for (const auto& [preset, count] : presets) {
      const bool most = preset != "generic" && count * 2 > known;
      if (one.preset == "generic" && given.preset.empty() && most) one.preset = preset;
    }
    if (one.system.empty() && one.preset == "generic") one.system = FolderSystem(files[i]);
    hints.push_back(std::move(one));
  }
  return hints;
}

absl::StatusOr<Table> Table::Open(const std::string& path, const RecognitionHints& hints) {
  RELATA_ASSIGN_OR_RETURN(CsvReader reader, CsvReader::Open(path));
  Table table(std::move(reader));
  RELATA_RETURN_IF_ERROR(Annotate(table.ReadStart(path, hints), path));
  return table;
}

absl::Status Table::ReadStart(const std::string& path, const RecognitionHints& hints) {
  FileStart start;
  start.name = fs::path(path).filename().string();
  while (start_.size() < kStartRows) {
    RELATA_ASSIGN_OR_RETURN(const bool more, reader_.Next(&csv_row_));
    if (!more) break;
    start_.push_back({csv_row_.number,
                      {csv_row_.cells.begin(), csv_row_.cells.end()},
                      std::move(csv_row_.problems)});
    start.rows.push_back(start_.back().cells);
  }
  recognition_ = Recognise(start, hints);
  if (recognition_.header_row < start_.size()) {
    header_number_ = start_[recognition_.header_row].number;
    start_.erase(start_.begin(),
                 start_.begin() + static_cast<std::ptrdiff_t>(recognition_.header_row) + 1);
  } else {
    start_.clear();
  }
  return absl::OkStatus();
}

bool Table::Give(const std::vector<std::string_view>& cells, TableRow* row) const {
  row->cells_found = cells.size();
  row->cells.resize(header().size());
  bool any = false;
  for (size_t i = 0; i < row->cells.size(); ++i) {
    row->cells[i] = i < cells.size() ? TrimSpace(cells[i]) : std::string_view();
    any |= !row->cells[i].empty();
  }
  return any;
}

absl::StatusOr<bool> Table::Next(TableRow* row) {
  if (header().empty()) return false;
  for (;;) {
    std::vector<std::string_view> cells;
    if (!start_.empty()) {
      current_ = std::move(start_.front());
      start_.pop_front();
      cells.assign(current_.cells.begin(), current_.cells.end());
      row->number = current_.number;
      row->problems = std::move(current_.problems);
      if (before_data_ && IsSecondHeader(header(), current_.cells)) continue;
    } else {
      RELATA_ASSIGN_OR_RETURN(const bool more, reader_.Next(&csv_row_));
      if (!more) return false;
      row->number = csv_row_.number;
      row->problems = std::move(csv_row_.problems);
      cells.swap(csv_row_.cells);
    }
    if (!Give(cells, row)) continue;
    before_data_ = false;
    return true;
  }
}

}  // namespace relata::internal

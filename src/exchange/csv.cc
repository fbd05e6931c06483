// SPDX-License-Identifier: Apache-2.0

#include "relata/exchange/csv.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "base/strings.h"
#include "exchange/csv_dialect.h"
#include "exchange/csv_record.h"
#include "exchange/csv_source.h"
#include "relata/base/status.h"
#include "relata/base/text.h"

namespace relata {

using internal::Concat;

namespace {
constexpr size_t kBlock = size_t{1} << 18;
}  // namespace

std::string_view EncodingName(TextEncoding encoding) {
  switch (encoding) {
    case TextEncoding::kUtf8:
      return "utf-8";
    case TextEncoding::kUtf16LittleEndian:
      return "utf-16le";
    case TextEncoding::kUtf16BigEndian:
      return "utf-16be";
    case TextEncoding::kCp1252:
      return "windows-1252";
  }
  return "";
}

class CsvReader::Impl {
 public:
  Impl(std::unique_ptr<internal::TextSource> source, const CsvOptions& options)
      : source_(std::move(source)), options_(options) {}

  absl::Status Start() {
    RELATA_RETURN_IF_ERROR(Fill());
    dialect_.encoding = source_->encoding();
    dialect_.byte_order_mark = source_->byte_order_mark();
    // UTF-16 without a mark in front of the bytes may still have one among the characters.
    if (std::string_view(buffer_).substr(0, 3) == "\xEF\xBB\xBF") pos_ = 3;
    internal::SniffDialect(std::string_view(buffer_).substr(pos_), complete_, options_, &dialect_);
    SkipSeparatorLine();
    return absl::OkStatus();
  }

  const CsvDialect& dialect() const { return dialect_; }

  absl::StatusOr<bool> Next(CsvRow* row) {
    for (;;) {
      if (pos_ == buffer_.size()) {
        if (complete_) return false;
        RELATA_RETURN_IF_ERROR(Fill());
        continue;
      }
      switch (ParseRecord(buffer_, pos_, complete_, dialect_, options_, &record_)) {
        case internal::RecordOutcome::kIncomplete:
          RELATA_RETURN_IF_ERROR(Fill());
          continue;
        case internal::RecordOutcome::kTooLarge:
          return ResourceExhausted(
              Concat("line ", line_, ": ", record_.limit, " is past its limit"));
        case internal::RecordOutcome::kRecord:
          break;
      }
      pos_ = record_.end;
      const int64_t line = line_;
      line_ += record_.lines;
      ++number_;
      if (record_.blank) continue;
      Give(line, row);
      return true;
    }
  }

 private:
  // Spreadsheets write "sep=;" in front of the header to tell each other the delimiter.
  void SkipSeparatorLine() {
    const std::string_view text = std::string_view(buffer_).substr(pos_);
    if (text.size() < 6 || text.substr(0, 4) != "sep=" || (text[5] != '\r' && text[5] != '\n')) {
      return;
    }
    if (options_.delimiter == 0) dialect_.delimiter = text[4];
    pos_ += text[5] == '\r' && text.size() > 6 && text[6] == '\n' ? 7 : 6;
    ++line_;
    ++number_;
  }

  // More text behind the current row. A row that is larger than a block doubles what is read, so
  // that reading stays linear.
  absl::Status Fill() {
    buffer_.erase(0, pos_);
    pos_ = 0;
    const size_t size = std::max(kBlock, buffer_.size());
    RELATA_ASSIGN_OR_RETURN(const bool more, source_->Append(size, &buffer_));
    complete_ = !more;
    return absl::OkStatus();
  }

  void Give(int64_t line, CsvRow* row) {
    row->line = line;
    row->number = number_;
    row->problems = record_.problems;
    row->cells.assign(record_.cells.begin(), record_.cells.end());
    if (!source_->mixed()) return;
    repaired_.clear();
    for (std::string_view& cell : row->cells) {
      if (IsValidUtf8(cell)) continue;
      cell = repaired_.emplace_back(Utf8FromCp1252(cell));
      row->problems.push_back("bytes that are not UTF-8 were read as Windows-1252");
    }
  }

  std::unique_ptr<internal::TextSource> source_;
  CsvOptions options_;
  CsvDialect dialect_;
  std::string buffer_;
  size_t pos_ = 0;
  bool complete_ = false;
  int64_t line_ = 1;
  int64_t number_ = 0;
  internal::Record record_;
  std::deque<std::string> repaired_;
};

CsvReader::CsvReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CsvReader::CsvReader(CsvReader&&) noexcept = default;
CsvReader& CsvReader::operator=(CsvReader&&) noexcept = default;
CsvReader::~CsvReader() = default;

absl::StatusOr<CsvReader> CsvReader::Open(const std::string& path, const CsvOptions& options) {
  RELATA_ASSIGN_OR_RETURN(auto source, internal::TextSource::OpenFile(path));
  auto impl = std::make_unique<Impl>(std::move(source), options);
  RELATA_RETURN_IF_ERROR(impl->Start());
  return CsvReader(std::move(impl));
}

absl::StatusOr<CsvReader> CsvReader::FromText(std::string_view bytes, const CsvOptions& options) {
  RELATA_ASSIGN_OR_RETURN(auto source, internal::TextSource::FromBytes(bytes));
  auto impl = std::make_unique<Impl>(std::move(source), options);
  RELATA_RETURN_IF_ERROR(impl->Start());
  return CsvReader(std::move(impl));
}

const CsvDialect& CsvReader::dialect() const { return impl_->dialect(); }

absl::StatusOr<bool> CsvReader::Next(CsvRow* row) { return impl_->Next(row); }

}  // namespace relata

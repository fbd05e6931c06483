// SPDX-License-Identifier: Apache-2.0

#include "exchange/csv_record.h"

#include <algorithm>
#include <cstring>

namespace relata::internal {
namespace {

constexpr size_t kNowhere = static_cast<size_t>(-1);

enum class CellOutcome : uint8_t { kCell, kLast, kIncomplete, kUnclosed, kTooLarge };

class RecordParser {
 public:
  RecordParser(std::string_view buffer, size_t begin, bool complete, const CsvDialect& dialect,
               const CsvOptions& options, Record* record)
      : buffer_(buffer),
        begin_(begin),
        complete_(complete),
        dialect_(dialect),
        options_(options),
        record_(record) {}

  RecordOutcome Run() {
    for (;;) {
      const RecordOutcome outcome = Attempt();
      if (unclosed_ == kNowhere) return outcome;
      // The record once more, with the offending quote taken literally.
      literal_.push_back(unclosed_);
      unclosed_ = kNowhere;
    }
  }

 private:
  RecordOutcome Attempt() {
    pos_ = begin_;
    record_->spans.clear();
    record_->unescaped.clear();
    record_->problems.clear();
    record_->lines = 0;
    if (!literal_.empty()) record_->problems.push_back("a quote is opened and not closed");
    for (;;) {
      if (record_->spans.size() >= options_.max_columns) return TooLarge("the number of columns");
      switch (Cell()) {
        case CellOutcome::kCell:
          break;
        case CellOutcome::kLast:
          Finish();
          return RecordOutcome::kRecord;
        case CellOutcome::kIncomplete:
          if (buffer_.size() - begin_ > options_.max_row_bytes) return TooLarge("the row");
          return RecordOutcome::kIncomplete;
        case CellOutcome::kUnclosed:
          return RecordOutcome::kIncomplete;
        case CellOutcome::kTooLarge:
          return TooLarge("a cell");
      }
    }
  }

  RecordOutcome TooLarge(const char* what) {
    record_->limit = what;
    return RecordOutcome::kTooLarge;
  }

  CellOutcome Cell() {
    // `"a", "b"`: blanks between delimiter and quote belong to neither.
    size_t p = pos_;
    while (p < buffer_.size() && buffer_[p] == ' ' && dialect_.delimiter != ' ') ++p;
    if (p == buffer_.size() && !complete_) return CellOutcome::kIncomplete;
    if (p < buffer_.size() && buffer_[p] == dialect_.quote &&
        std::find(literal_.begin(), literal_.end(), p) == literal_.end()) {
      return Quoted(p);
    }
    return Plain(pos_, Span{pos_, 0, false});
  }

  using Span = Record::Span;

  bool IsBreak(char c) const { return c == dialect_.delimiter || c == '\n' || c == '\r'; }

  // From `from` to the next delimiter or line break, added to what `span` holds already.
  CellOutcome Plain(size_t from, Span span) {
    size_t p = from;
    while (p < buffer_.size() && !IsBreak(buffer_[p])) ++p;
    if (p == buffer_.size() && !complete_) return CellOutcome::kIncomplete;
    if (span.rewritten) {
      record_->unescaped.append(buffer_, from, p - from);
      span.size += p - from;
    } else {
      span.size = p - span.begin;
    }
    return Close(p, span);
  }

  CellOutcome Close(size_t p, Span span) {
    if (span.size > options_.max_cell_bytes) return CellOutcome::kTooLarge;
    if (p < buffer_.size() && buffer_[p] == '\r' && p + 1 == buffer_.size() && !complete_) {
      return CellOutcome::kIncomplete;
    }
    record_->spans.push_back(span);
    if (p == buffer_.size()) {
      pos_ = p;
      return CellOutcome::kLast;
    }
    if (buffer_[p] == dialect_.delimiter) {
      pos_ = p + 1;
      return CellOutcome::kCell;
    }
    pos_ = p + (buffer_[p] == '\r' && p + 1 < buffer_.size() && buffer_[p + 1] == '\n' ? 2 : 1);
    ++record_->lines;
    return CellOutcome::kLast;
  }

  CellOutcome Unclosed(size_t opening) {
    unclosed_ = opening;
    return CellOutcome::kUnclosed;
  }

  // The next quote, or backslash where that escapes, at or behind `p`.
  size_t NextMark(size_t p) const {
    if (!dialect_.backslash_escapes) {
      const void* found = std::memchr(buffer_.data() + p, dialect_.quote, buffer_.size() - p);
      return found == nullptr
                 ? buffer_.size()
                 : static_cast<size_t>(static_cast<const char*>(found) - buffer_.data());
    }
    while (p < buffer_.size() && buffer_[p] != dialect_.quote && buffer_[p] != '\\') ++p;
    return p;
  }

  CellOutcome Quoted(size_t opening) {
    Span span{opening + 1, 0, false};
    size_t p = opening + 1;
    size_t kept_from = p;
    const auto keep = [&](size_t end) {
      if (!span.rewritten) {
        span = {record_->unescaped.size(), 0, true};
      }
      record_->unescaped.append(buffer_, kept_from, end - kept_from);
      span.size += end - kept_from;
    };
    for (;;) {
      const size_t mark = NextMark(p);
      if (mark - opening > options_.max_cell_bytes) return Unclosed(opening);
      if (mark == buffer_.size() || (mark + 1 == buffer_.size() && !complete_)) {
        return complete_ ? Unclosed(opening) : CellOutcome::kIncomplete;
      }
      const char next = mark + 1 < buffer_.size() ? buffer_[mark + 1] : '\n';
      const bool escape = buffer_[mark] != dialect_.quote;
      if (escape && next != dialect_.quote && next != '\\') {
        p = mark + 1;  // a backslash that is only a backslash
        continue;
      }
      if (escape || next == dialect_.quote) {
        keep(mark);
        kept_from = mark + 1;
        p = mark + 2;
        continue;
      }
      return AfterQuote(opening, mark, kept_from, span);
    }
  }

  // Behind the closing quote at `mark`: blanks, then the end of the cell. Anything else is kept as
  // text and reported, unless the quote was opened on an earlier line or stands behind a delimiter,
  // as an opening one does: then it was the opening one that was wrong, and it must not swallow
  // what lies in between.
  CellOutcome AfterQuote(size_t opening, size_t mark, size_t kept_from, Span span) {
    size_t p = mark + 1;
    while (p < buffer_.size() && buffer_[p] == ' ' && dialect_.delimiter != ' ') ++p;
    if (p == buffer_.size() && !complete_) return CellOutcome::kIncomplete;
    const std::string_view inside = buffer_.substr(opening, mark - opening);
    const bool clean = p == buffer_.size() || IsBreak(buffer_[p]);
    if (!clean &&
        (inside.back() == dialect_.delimiter || inside.find('\n') != std::string_view::npos)) {
      return Unclosed(opening);
    }
    if (!span.rewritten && clean) {
      span.size = mark - span.begin;
    } else {
      if (!span.rewritten) span = {record_->unescaped.size(), 0, true};
      record_->unescaped.append(buffer_, kept_from, mark - kept_from);
      span.size += mark - kept_from;
    }
    record_->lines += std::count(inside.begin(), inside.end(), '\n');
    if (clean) return Close(p, span);
    if (record_->problems.empty()) record_->problems.push_back("text follows a closing quote");
    return Plain(mark + 1, span);
  }

  void Finish() {
    record_->cells.clear();
    for (const Span& span : record_->spans) {
      const std::string_view from = span.rewritten ? std::string_view(record_->unescaped) : buffer_;
      record_->cells.push_back(from.substr(span.begin, span.size));
    }
    record_->end = pos_;
    record_->blank = record_->cells.size() == 1 && record_->cells[0].empty();
  }

  const std::string_view buffer_;
  const size_t begin_;
  const bool complete_;
  const CsvDialect& dialect_;
  const CsvOptions& options_;
  Record* const record_;
  size_t pos_ = 0;
  size_t unclosed_ = kNowhere;
  std::vector<size_t> literal_;
};

}  // namespace

RecordOutcome ParseRecord(std::string_view buffer, size_t begin, bool complete,
                          const CsvDialect& dialect, const CsvOptions& options, Record* record) {
  return RecordParser(buffer, begin, complete, dialect, options, record).Run();
}

}  // namespace relata::internal

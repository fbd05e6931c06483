// SPDX-License-Identifier: Apache-2.0
//
// One delimited file being written in one system's habits: delimiter, line ends, character set,
// decimal mark, day order, words for yes and no.

#ifndef RELATA_SRC_SHELL_GENERATE_TABLE_H_
#define RELATA_SRC_SHELL_GENERATE_TABLE_H_

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "relata/base/time.h"

namespace relata::shell {

// How a system writes.
struct Habits {
  char delimiter = ',';
  std::string_view line_end = "\n";
  std::string_view byte_order_mark;
  bool cp1252 = false;        // else UTF-8
  bool french = false;        // 1234,56  31/12/2026  O/N; else 1234.56  2026-12-31  true/false
  bool group_digits = false;  // 1 234,56
};

inline constexpr Habits kErpHabits{';', "\r\n", "\xEF\xBB\xBF", false, true, false};
inline constexpr Habits kCrmHabits{',', "\n", "", false, false, false};
inline constexpr Habits kSheetHabits{';', "\r\n", "", true, true, true};

// UTF-8 to cp1252; a character cp1252 does not have becomes '?'.
std::string ToCp1252(std::string_view utf8);

// What `utf8` looks like once somebody has read it as cp1252 and saved it again: "SociÃ©tÃ©".
std::string Mojibake(std::string_view utf8);

// A file being written through a bounded buffer. Errors stick and come back from Close.
// Single-thread.
class OutputFile {
 public:
  explicit OutputFile(std::string path);

  // What is appended to the buffer is written before long.
  std::string& buffer() { return buffer_; }
  void FlushIfFull();
  absl::Status Close();

 private:
  struct Closer {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  void Flush();

  std::string path_;
  std::unique_ptr<std::FILE, Closer> file_;
  std::string buffer_;
  bool failed_ = false;
};

// Writes fields in the order of the header, then EndRow. Errors stick and come back from Close.
// Single-thread. Bounded buffer.
class Table {
 public:
  // `header` is separated by '|'.
  Table(const std::string& directory, std::string_view name, std::string_view header,
        const Habits& habits);
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  Table& Text(std::string_view value);
  Table& Int(int64_t value);
  Table& Cents(int64_t value);
  Table& Day(std::optional<Date> value);
  Table& At(std::optional<Timestamp> value);  // RFC 3339 in UTC
  Table& Bool(bool value);
  Table& Empty() { return Text(""); }
  // Bytes as they are, delimiters included: for rows that are wrong on purpose.
  Table& Raw(std::string_view value);
  void EndRow();

  // The row being written: 2 is the first record.
  int64_t row() const { return row_; }
  int64_t records() const { return row_ - 2; }
  // Path below the directory: "crm/contacts.csv".
  std::string_view name() const { return name_; }
  // What the habits make of a value, for the truth.
  std::string CentsText(int64_t value) const;
  std::string DayText(Date value) const;

  absl::Status Close() { return file_.Close(); }

 private:
  void Separate();

  std::string name_;
  Habits habits_;
  OutputFile file_;
  std::string& buffer_;
  bool first_field_ = true;
  int64_t row_ = 2;
};

// "2026-11-12T17:00:00Z".
std::string TimestampText(Timestamp at);

}  // namespace relata::shell

#endif  // RELATA_SRC_SHELL_GENERATE_TABLE_H_

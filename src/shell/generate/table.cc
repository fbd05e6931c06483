// SPDX-License-Identifier: Apache-2.0

#include "shell/generate/table.h"

#include <charconv>
#include <utility>

#include "base/strings.h"
#include "relata/base/status.h"

namespace relata::shell {
namespace {

constexpr size_t kFlushAt = 1 << 18;

void AppendInt(std::string& out, int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

void AppendPadded(std::string& out, int64_t value, int width) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  for (auto n = end - digits; n < width; ++n) out += '0';
  out.append(digits, end);
}

void AppendCents(std::string& out, int64_t cents, const Habits& habits) {
  if (cents < 0) out += '-';
  const uint64_t magnitude =
      cents < 0 ? 0 - static_cast<uint64_t>(cents) : static_cast<uint64_t>(cents);
  std::string whole;
  AppendInt(whole, static_cast<int64_t>(magnitude / 100));
  for (size_t i = 0; i < whole.size(); ++i) {
    if (habits.group_digits && i > 0 && (whole.size() - i) % 3 == 0) out += ' ';
    out += whole[i];
  }
  out += habits.french ? ',' : '.';
  AppendPadded(out, static_cast<int64_t>(magnitude % 100), 2);
}

void AppendDay(std::string& out, Date day, bool french) {
  const CivilDay c = ToCivil(day);
  if (french) {
    AppendPadded(out, c.day, 2);
    out += '/';
    AppendPadded(out, c.month, 2);
    out += '/';
    AppendPadded(out, c.year, 4);
  } else {
    AppendPadded(out, c.year, 4);
    out += '-';
    AppendPadded(out, c.month, 2);
    out += '-';
    AppendPadded(out, c.day, 2);
  }
}

// The bytes 0x80-0x9f of cp1252 by code point (the others equal Latin-1).
char32_t Cp1252High(unsigned byte) {
  constexpr char16_t kHigh[32] = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                  0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                  0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                  0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};
  return kHigh[byte - 0x80];
}

char Cp1252Byte(char32_t code) {
  if (code < 0x80 || (code >= 0xA0 && code <= 0xFF)) return static_cast<char>(code);
  for (unsigned byte = 0x80; byte < 0xA0; ++byte) {
    if (Cp1252High(byte) == code) return static_cast<char>(byte);
  }
  return '?';
}

}  // namespace

std::string ToCp1252(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  for (size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
    for (size_t k = 1; k < length && i + k < utf8.size(); ++k) {
      code = code << 6 | (static_cast<unsigned char>(utf8[i + k]) & 0x3F);
    }
    out += Cp1252Byte(code);
    i += length;
  }
  return out;
}

std::string Mojibake(std::string_view utf8) {
  std::string out;
  for (const char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    const char32_t code =
        byte >= 0x80 && byte < 0xA0 && Cp1252High(byte) != 0 ? Cp1252High(byte) : char32_t{byte};
    if (code < 0x80) {
      out += c;
    } else if (code < 0x800) {
      out += static_cast<char>(0xC0 | code >> 6);
      out += static_cast<char>(0x80 | (code & 0x3F));
    } else {
      out += static_cast<char>(0xE0 | code >> 12);
      out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
      out += static_cast<char>(0x80 | (code & 0x3F));
    }
  }
  return out;
}

std::string TimestampText(Timestamp at) {
  const Date day = UtcDate(at);
  const int64_t second = (at.micros - UtcMidnight(day).micros) / 1'000'000;
  std::string out;
  AppendDay(out, day, false);
  out += 'T';
  AppendPadded(out, second / 3600, 2);
  out += ':';
  AppendPadded(out, second / 60 % 60, 2);
  out += ':';
  AppendPadded(out, second % 60, 2);
  out += 'Z';
  return out;
}

OutputFile::OutputFile(std::string path) : path_(std::move(path)) {
  file_.reset(std::fopen(path_.c_str(), "wb"));
  failed_ = file_ == nullptr;
}

void OutputFile::FlushIfFull() {
  if (buffer_.size() >= kFlushAt) Flush();
}

void OutputFile::Flush() {
  if (!failed_ && std::fwrite(buffer_.data(), 1, buffer_.size(), file_.get()) != buffer_.size()) {
    failed_ = true;
  }
  buffer_.clear();
}

absl::Status OutputFile::Close() {
  Flush();
  if (file_ != nullptr && std::fclose(file_.release()) != 0) failed_ = true;
  if (failed_) return Unavailable(internal::Concat("cannot write ", path_));
  return absl::OkStatus();
}

Table::Table(const std::string& directory, std::string_view name, std::string_view header,
             const Habits& habits)
    : name_(name),
      habits_(habits),
      file_(internal::Concat(directory, "/", name)),
      buffer_(file_.buffer()) {
  buffer_.append(habits.byte_order_mark);
  while (true) {
    const size_t bar = header.find('|');
    Text(header.substr(0, bar));
    if (bar == std::string_view::npos) break;
    header.remove_prefix(bar + 1);
  }
  buffer_.append(habits_.line_end);
  first_field_ = true;
}

void Table::Separate() {
  if (!first_field_) buffer_ += habits_.delimiter;
  first_field_ = false;
}

Table& Table::Text(std::string_view value) {
  Separate();
  const std::string converted = habits_.cp1252 ? ToCp1252(value) : std::string();
  const std::string_view text = habits_.cp1252 ? std::string_view(converted) : value;
  bool quote = false;
  for (const char c : text) quote |= c == habits_.delimiter || c == '"' || c == '\n' || c == '\r';
  if (!quote) {
    buffer_.append(text);
    return *this;
  }
  buffer_ += '"';
  for (const char c : text) {
    if (c == '"') buffer_ += '"';
    buffer_ += c;
  }
  buffer_ += '"';
  return *this;
}

Table& Table::Int(int64_t value) {
  Separate();
  AppendInt(buffer_, value);
  return *this;
}

Table& Table::Cents(int64_t value) {
  Separate();
  AppendCents(buffer_, value, habits_);
  return *this;
}

Table& Table::Day(std::optional<Date> value) {
  Separate();
  if (value) AppendDay(buffer_, *value, habits_.french);
  return *this;
}

Table& Table::At(std::optional<Timestamp> value) {
  Separate();
  if (value) buffer_ += TimestampText(*value);
  return *this;
}

Table& Table::Bool(bool value) {
  return Text(habits_.french ? (value ? "O" : "N") : (value ? "true" : "false"));
}

Table& Table::Raw(std::string_view value) {
  Separate();
  buffer_ += habits_.cp1252 ? ToCp1252(value) : std::string(value);
  return *this;
}

void Table::EndRow() {
  buffer_.append(habits_.line_end);
  first_field_ = true;
  ++row_;
  file_.FlushIfFull();
}

std::string Table::CentsText(int64_t value) const {
  std::string out;
  AppendCents(out, value, habits_);
  return out;
}

std::string Table::DayText(Date value) const {
  std::string out;
  AppendDay(out, value, habits_.french);
  return out;
}

}  // namespace relata::shell

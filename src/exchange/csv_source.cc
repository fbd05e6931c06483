// SPDX-License-Identifier: Apache-2.0

#include "exchange/csv_source.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/strings.h"
#include "relata/base/status.h"
#include "relata/base/text.h"

namespace relata::internal {
namespace {

constexpr size_t kBlock = size_t{1} << 18;

// Counts of what a byte sequence is made of, kept over blocks.
class Utf8Census {
 public:
  void Add(std::string_view block) {
    std::string joined;
    if (!carry_.empty()) {
      joined = carry_ + std::string(block);
      block = joined;
      carry_.clear();
    }
    while (!block.empty()) {
      const size_t good = ValidUtf8Prefix(block);
      for (const char b : block.substr(0, good)) {
        characters_ += (static_cast<unsigned char>(b) >= 0xC0);
      }
      block.remove_prefix(good);
      if (block.empty()) return;
      if (block.size() < 4) {  // may be the start of a character
        carry_ = std::string(block);
        return;
      }
      ++strangers_;
      block.remove_prefix(1);
    }
  }
  void Finish() { strangers_ += static_cast<int64_t>(carry_.size()); }

  int64_t characters() const { return characters_; }
  int64_t strangers() const { return strangers_; }

 private:
  std::string carry_;
  int64_t characters_ = 0;  // well-formed characters of two bytes and more
  int64_t strangers_ = 0;   // bytes that are part of no character
};

}  // namespace

absl::StatusOr<std::unique_ptr<TextSource>> TextSource::OpenFile(const std::string& path) {
  auto source = std::make_unique<TextSource>();
  source->path_ = path;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return NotFound(Concat(path, ": no such file"));
  if (!std::filesystem::is_regular_file(path, error)) {
    return InvalidArgument(Concat(path, ": not a file"));
  }
  source->file_.open(path, std::ios::binary);
  if (!source->file_) return PermissionDenied(Concat(path, ": cannot be opened"));
  RELATA_RETURN_IF_ERROR(Annotate(source->Detect(), path));
  return source;
}

absl::StatusOr<std::unique_ptr<TextSource>> TextSource::FromBytes(std::string_view bytes) {
  auto source = std::make_unique<TextSource>();
  source->memory_ = std::string(bytes);
  source->in_memory_ = true;
  RELATA_RETURN_IF_ERROR(source->Detect());
  return source;
}

absl::StatusOr<std::string> TextSource::ReadRaw(size_t size) {
  if (in_memory_) {
    std::string block = memory_.substr(memory_pos_, size);
    memory_pos_ += block.size();
    return block;
  }
  std::string block(size, '\0');
  file_.read(block.data(), static_cast<std::streamsize>(size));
  if (file_.bad()) return DataLoss(Concat(path_, ": reading failed"));
  block.resize(static_cast<size_t>(file_.gcount()));
  return block;
}

absl::Status TextSource::Rewind(size_t offset) {
  memory_pos_ = offset;
  if (!in_memory_) {
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(offset));
    if (!file_) return DataLoss(Concat(path_, ": cannot be read twice"));
  }
  return absl::OkStatus();
}

bool TextSource::DetectUtf16(std::string_view head) {
  if (head.substr(0, 2) == "\xFF\xFE" || head.substr(0, 2) == "\xFE\xFF") {
    byte_order_mark_ = true;
    encoding_ =
        head[0] == '\xFF' ? TextEncoding::kUtf16LittleEndian : TextEncoding::kUtf16BigEndian;
    return true;
  }
  // Without a mark: western text in UTF-16 has a NUL in nearly every second byte.
  int64_t nul[2] = {0, 0};
  const size_t looked_at = std::min<size_t>(head.size(), 4096);
  for (size_t i = 0; i < looked_at; ++i) nul[i % 2] += head[i] == '\0';
  for (int odd = 0; odd < 2; ++odd) {
    if (nul[odd] * 4 > static_cast<int64_t>(looked_at) && nul[1 - odd] == 0) {
      encoding_ = odd == 1 ? TextEncoding::kUtf16LittleEndian : TextEncoding::kUtf16BigEndian;
      return true;
    }
  }
  return false;
}

absl::Status TextSource::Detect() {
  RELATA_ASSIGN_OR_RETURN(std::string block, ReadRaw(kBlock));
  if (DetectUtf16(block)) return Rewind(byte_order_mark_ ? 2 : 0);
  byte_order_mark_ = std::string_view(block).substr(0, 3) == "\xEF\xBB\xBF";
  Utf8Census census;
  while (!block.empty()) {
    if (block.find('\0') != std::string::npos) {
      return InvalidArgument("not a text file: it contains NUL bytes");
    }
    census.Add(block);
    RELATA_ASSIGN_OR_RETURN(block, ReadRaw(kBlock));
  }
  census.Finish();
  if (census.strangers() > 0) {
    // A few foreign bytes among many good characters: UTF-8 into which something was pasted.
    mixed_ = byte_order_mark_ || census.characters() > census.strangers();
    if (!mixed_) encoding_ = TextEncoding::kCp1252;
  }
  return Rewind(byte_order_mark_ ? 3 : 0);
}

absl::StatusOr<bool> TextSource::Append(size_t size, std::string* out) {
  if (ended_) return false;
  RELATA_ASSIGN_OR_RETURN(std::string raw, ReadRaw(size + size % 2));
  if (raw.empty()) {
    ended_ = true;
    if (carry_.empty()) return false;
  }
  switch (encoding_) {
    case TextEncoding::kUtf8:
      out->append(raw);
      break;
    case TextEncoding::kCp1252:
      out->append(Utf8FromCp1252(raw));
      break;
    case TextEncoding::kUtf16LittleEndian:
    case TextEncoding::kUtf16BigEndian: {
      const bool big = encoding_ == TextEncoding::kUtf16BigEndian;
      raw = std::exchange(carry_, "") + raw;
      // A surrogate pair must not be cut: its first half waits for the next block.
      if (!ended_ && raw.size() >= 2) {
        const auto high = static_cast<unsigned char>(raw[raw.size() - (big ? 2 : 1)]);
        if (high >= 0xD8 && high <= 0xDB) {
          carry_ = raw.substr(raw.size() - 2);
          raw.resize(raw.size() - 2);
        }
      }
      out->append(Utf8FromUtf16(raw, big));
      break;
    }
  }
  return true;
}

}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0

#include "relata/base/text.h"

#include <utf8proc.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace relata {
namespace {

constexpr int32_t kReplacement = 0xFFFD;

// Windows-1252 differs from Latin-1 in 0x80..0x9f only.
constexpr uint16_t kCp1252High[32] = {
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};

bool IsAscii(std::string_view text) {
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t chunk;
    std::memcpy(&chunk, text.data() + i, 8);
    if (chunk & 0x8080808080808080u) return false;
  }
  for (; i < text.size(); ++i) {
    if (text[i] & 0x80) return false;
  }
  return true;
}

void AppendUtf8(std::string& out, int32_t code_point) {
  utf8proc_uint8_t buffer[4];
  const auto size = utf8proc_encode_char(code_point, buffer);
  out.append(reinterpret_cast<const char*>(buffer), static_cast<size_t>(size));
}

// The code point that starts at `text[0]` and its length; -1 with length 1 when malformed.
int32_t DecodeOne(std::string_view text, size_t* length) {
  utf8proc_int32_t code_point = -1;
  const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                     static_cast<utf8proc_ssize_t>(text.size()), &code_point);
  *length = size > 0 ? static_cast<size_t>(size) : 1;
  return size > 0 ? code_point : -1;
}

bool IsSpace(int32_t c) {
  return (c >= 0 && c <= 0x20) || c == 0x7F || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200B) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000 || c == 0xFEFF;
}

// Letters with a stroke or of their own that no decomposition resolves to a base letter.
const char* BaseLetters(int32_t c) {
  switch (c) {
    case 0x00E6:
      return "ae";
    case 0x0153:
      return "oe";
    case 0x00F8:
      return "o";
    case 0x0111:
      return "d";
    case 0x00F0:
      return "d";
    case 0x0142:
      return "l";
    case 0x0127:
      return "h";
    case 0x0131:
      return "i";
    case 0x00FE:
      return "th";
    default:
      return nullptr;
  }
}

void AppendFolded(std::string& out, int32_t c) {
  utf8proc_int32_t decomposed[32];
  int boundary = 0;
  const auto count = utf8proc_decompose_char(
      c, decomposed, 32,
      static_cast<utf8proc_option_t>(UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD |
                                     UTF8PROC_STRIPMARK | UTF8PROC_IGNORE | UTF8PROC_STABLE),
      &boundary);
  for (utf8proc_ssize_t i = 0; i < count && i < 32; ++i) {
    if (const char* letters = BaseLetters(decomposed[i])) {
      out += letters;
    } else {
      AppendUtf8(out, decomposed[i]);
    }
  }
}

bool IsWordCharacter(int32_t c) {
  switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
      return true;
    default:
      return false;
  }
}

}  // namespace

size_t ValidUtf8Prefix(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    if (!(text[i] & 0x80)) {
      ++i;
      continue;
    }
    size_t length = 0;
    if (DecodeOne(text.substr(i), &length) < 0) return i;
    i += length;
  }
  return i;
}

bool IsValidUtf8(std::string_view text) {
  return IsAscii(text) || ValidUtf8Prefix(text) == text.size();
}

std::string Utf8FromCp1252(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 8);
  for (const char b : bytes) {
    const auto u = static_cast<unsigned char>(b);
    if (u < 0x80) {
      out += b;
    } else {
      AppendUtf8(out, u < 0xA0 ? kCp1252High[u - 0x80] : u);
    }
  }
  return out;
}

std::string Utf8FromUtf16(std::string_view bytes, bool big_endian) {
  std::string out;
  out.reserve(bytes.size());
  const auto unit = [&](size_t i) {
    const auto a = static_cast<unsigned char>(bytes[i]);
    const auto b = static_cast<unsigned char>(bytes[i + 1]);
    return big_endian ? a << 8 | b : b << 8 | a;
  };
  size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) {
    const int32_t high = unit(i);
    if (high < 0xD800 || high > 0xDFFF) {
      AppendUtf8(out, high);
      continue;
    }
    const int32_t low = i + 3 < bytes.size() ? unit(i + 2) : 0;
    if (high < 0xDC00 && low >= 0xDC00 && low <= 0xDFFF) {
      AppendUtf8(out, 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
      i += 2;
    } else {
      AppendUtf8(out, kReplacement);
    }
  }
  if (i < bytes.size()) AppendUtf8(out, kReplacement);
  return out;
}

std::string_view TrimSpace(std::string_view text) {
  while (!text.empty()) {
    if (!(text.front() & 0x80)) {
      if (!IsSpace(text.front())) break;
      text.remove_prefix(1);
      continue;
    }
    size_t length = 0;
    if (!IsSpace(DecodeOne(text, &length))) break;
    text.remove_prefix(length);
  }
  while (!text.empty()) {
    size_t start = text.size() - 1;
    while (start > 0 && text.size() - start < 4 && (text[start] & 0xC0) == 0x80) --start;
    size_t length = 0;
    const int32_t c = DecodeOne(text.substr(start), &length);
    if (c < 0 || !IsSpace(c) || start + length != text.size()) break;
    text.remove_suffix(length);
  }
  return text;
}

std::string CollapseSpace(std::string_view text) {
  text = TrimSpace(text);
  std::string out;
  out.reserve(text.size());
  bool pending = false;
  for (size_t i = 0; i < text.size();) {
    size_t length = 1;
    const int32_t c = text[i] & 0x80 ? DecodeOne(text.substr(i), &length) : text[i];
    if (c >= 0 && IsSpace(c)) {
      pending = true;
    } else {
      if (pending) out += ' ';
      pending = false;
      out.append(text.substr(i, length));
    }
    i += length;
  }
  return out;
}

std::string Fold(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const char b = text[i];
    if (!(b & 0x80)) {
      out += b >= 'A' && b <= 'Z' ? static_cast<char>(b + ('a' - 'A')) : b;
      ++i;
      continue;
    }
    size_t length = 0;
    const int32_t c = DecodeOne(text.substr(i), &length);
    if (c >= 0) AppendFolded(out, c);
    i += length;
  }
  return out;
}

std::string FoldWords(std::string_view text) {
  const std::string folded = Fold(text);
  std::string out;
  out.reserve(folded.size());
  bool pending = false;
  for (size_t i = 0; i < folded.size();) {
    const char b = folded[i];
    size_t length = 1;
    bool word;
    if (!(b & 0x80)) {
      if (b == '\'') {
        ++i;
        continue;
      }
      word = (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9');
    } else {
      const int32_t c = DecodeOne(std::string_view(folded).substr(i), &length);
      if (c == 0x2019 || c == 0x02BC) {  // typographic apostrophes
        i += length;
        continue;
      }
      word = c >= 0 && IsWordCharacter(c);
    }
    if (word) {
      if (pending && !out.empty()) out += ' ';
      pending = false;
      out.append(folded, i, length);
    } else {
      pending = true;
    }
    i += length;
  }
  return out;
}

bool SameWords(std::string_view a, std::string_view b) { return FoldWords(a) == FoldWords(b); }

}  // namespace relata

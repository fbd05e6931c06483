// SPDX-License-Identifier: Apache-2.0

#include "expression/lexer.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/strings.h"

namespace relata::internal {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

class Lexer {
 public:
  Lexer(std::string_view source, ExpressionIssue* issue) : source_(source), issue_(issue) {}

  std::optional<std::vector<Token>> Run() {
    std::vector<Token> tokens;
    while (true) {
      SkipSpace();
      Token token;
      token.span.begin = static_cast<uint32_t>(at_);
      const bool end = at_ == source_.size();
      if (!end && !Next(token)) return std::nullopt;
      token.span.end = static_cast<uint32_t>(at_);
      tokens.push_back(std::move(token));
      if (end) return tokens;
    }
  }

 private:
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }

  bool Fail(size_t begin, size_t end, std::string message) {
    *issue_ = {Severity::kError,
               {static_cast<uint32_t>(begin), static_cast<uint32_t>(end)},
               std::move(message),
               ""};
    return false;
  }

  void SkipSpace() {
    while (at_ < source_.size()) {
      const char c = source_[at_];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
        ++at_;
      } else if (c == '/' && Peek(1) == '/') {
        while (at_ < source_.size() && source_[at_] != '\n') ++at_;
      } else {
        return;
      }
    }
  }

  bool Next(Token& token) {
    const char c = Peek();
    if (IsDigit(c) || (c == '.' && IsDigit(Peek(1)))) return Number(token);
    if (c == '"' || c == '\'') return Quoted(token, false, false);
    if (c == '`') return BackQuoted(token);
    if (IsLetter(c)) {
      const bool bytes = c == 'b' || c == 'B';
      const size_t prefix = bytes ? 1 : 0;
      const bool raw = Peek(prefix) == 'r' || Peek(prefix) == 'R';
      const char quote = Peek(prefix + (raw ? 1 : 0));
      if ((bytes || raw) && (quote == '"' || quote == '\'')) {
        at_ += prefix + (raw ? 1 : 0);
        return Quoted(token, raw, bytes);
      }
      token.kind = TokenKind::kIdentifier;
      const size_t begin = at_;
      while (IsLetter(Peek()) || IsDigit(Peek())) ++at_;
      token.text = std::string(source_.substr(begin, at_ - begin));
      return true;
    }
    return Symbol(token);
  }

  bool Symbol(Token& token) {
    constexpr std::string_view kSymbols[] = {"&&", "||", "==", "!=", "<=", ">=", "<", ">",
                                             "+",  "-",  "*",  "/",  "%",  "!",  "?", ":",
                                             ".",  ",",  "(",  ")",  "[",  "]",  "{", "}"};
    const std::string_view rest = source_.substr(at_);
    for (std::string_view symbol : kSymbols) {
      if (rest.substr(0, symbol.size()) != symbol) continue;
      token.kind = TokenKind::kSymbol;
      token.text = std::string(symbol);
      at_ += symbol.size();
      return true;
    }
    size_t end = at_ + 1;
    while (end < source_.size() && (static_cast<unsigned char>(source_[end]) & 0xc0) == 0x80) ++end;
    std::string hint;
    if (rest[0] == '=') hint = "; equality is written '=='";
    if (rest[0] == '&') hint = "; 'and' is written '&&'";
    if (rest[0] == '|') hint = "; 'or' is written '||'";
    return Fail(at_, end,
                Concat("unexpected character '", source_.substr(at_, end - at_), "'", hint));
  }

  bool BackQuoted(Token& token) {
    const size_t begin = at_++;
    const size_t close = source_.find('`', at_);
    if (close == std::string_view::npos) return Fail(begin, source_.size(), "missing closing '`'");
    const std::string_view name = source_.substr(at_, close - at_);
    for (char c : name) {
      if (!IsLetter(c) && !IsDigit(c) && std::string_view(".-/ ").find(c) == std::string_view::npos)
        return Fail(begin, close + 1, "a quoted name holds letters, digits and '_ . - /' only");
    }
    if (name.empty()) return Fail(begin, close + 1, "a quoted name is empty");
    token.kind = TokenKind::kQuotedName;
    token.text = std::string(name);
    at_ = close + 1;
    return true;
  }

  bool Number(Token& token) {
    const size_t begin = at_;
    token.kind = TokenKind::kLiteral;
    if (Peek() == '0' && (Peek(1) == 'x' || Peek(1) == 'X')) {
      at_ += 2;
      const size_t digits = at_;
      while (HexDigit(Peek()) >= 0) ++at_;
      if (at_ == digits) return Fail(begin, at_, "a hexadecimal number needs digits");
      return Integer(token, begin, source_.substr(digits, at_ - digits), 16);
    }
    while (IsDigit(Peek())) ++at_;
    bool floating = false;
    if (Peek() == '.' && IsDigit(Peek(1))) {
      floating = true;
      ++at_;
      while (IsDigit(Peek())) ++at_;
    }
    if (Peek() == 'e' || Peek() == 'E') {
      const size_t sign = Peek(1) == '+' || Peek(1) == '-' ? 1 : 0;
      if (IsDigit(Peek(1 + sign))) {
        floating = true;
        at_ += 1 + sign;
        while (IsDigit(Peek())) ++at_;
      }
    }
    if (!floating) return Integer(token, begin, source_.substr(begin, at_ - begin), 10);
    if (IsLetter(Peek())) return Fail(begin, at_ + 1, "a number runs into a name");
    // strtod rounds what is too small to zero or a denormal, as CEL asks; from_chars refuses it.
    const double v = std::strtod(std::string(source_.substr(begin, at_ - begin)).c_str(), nullptr);
    if (std::isinf(v)) return Fail(begin, at_, "number out of range");
    token.value = Value::Double(v);
    return true;
  }

  bool Integer(Token& token, size_t begin, std::string_view digits, int base) {
    uint64_t v = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), v, base);
    const bool is_unsigned = Peek() == 'u' || Peek() == 'U';
    if (is_unsigned) ++at_;
    if (IsLetter(Peek()) || IsDigit(Peek())) {
      return Fail(begin, at_ + 1, "a number runs into a name");
    }
    constexpr uint64_t kTop = uint64_t{1} << 63;
    if (parsed.ec != std::errc() || (!is_unsigned && v > kTop)) {
      return Fail(begin, at_, "number out of range: integers have 64 bits");
    }
    if (is_unsigned) {
      token.value = Value::Uint(v);
    } else if (v == kTop) {
      token.kind = TokenKind::kBigInt;
    } else {
      token.value = Value::Int(static_cast<int64_t>(v));
    }
    return true;
  }

  // Stands on the opening quote.
  bool Quoted(Token& token, bool raw, bool bytes) {
    const size_t begin = token.span.begin;
    const char quote = Peek();
    const bool triple = Peek(1) == quote && Peek(2) == quote;
    const std::string_view close = source_.substr(at_, triple ? 3 : 1);
    at_ += close.size();
    std::string out;
    while (source_.substr(at_, close.size()) != close) {
      if (at_ >= source_.size()) return Fail(begin, source_.size(), "missing closing quote");
      const char c = source_[at_];
      if (!triple && (c == '\n' || c == '\r')) {
        return Fail(begin, at_, "missing closing quote before the end of the line");
      }
      if (raw || c != '\\') {
        out += c;
        ++at_;
      } else if (!Escape(out, bytes)) {
        return false;
      }
    }
    at_ += close.size();
    token.kind = TokenKind::kLiteral;
    token.value = bytes ? Value::Bytes(std::move(out)) : Value::Text(std::move(out));
    return true;
  }

  bool Escape(std::string& out, bool bytes) {
    const size_t begin = at_++;
    const char c = Peek();
    ++at_;
    constexpr std::string_view kPlain = "abfnrtv\\?\"'`";
    constexpr std::string_view kMeaning = "\a\b\f\n\r\t\v\\?\"'`";
    if (const size_t i = kPlain.find(c); i != std::string_view::npos && c != '\0') {
      out += kMeaning[i];
      return true;
    }
    if (c >= '0' && c <= '3') {
      --at_;
      return Coded(out, begin, 3, 8, bytes);
    }
    if (c == 'x' || c == 'X') return Coded(out, begin, 2, 16, bytes);
    if ((c == 'u' || c == 'U') && !bytes) return Coded(out, begin, c == 'u' ? 4 : 8, 16, bytes);
    if (c == 'u' || c == 'U') {
      return Fail(begin, at_, "'\\u' names a character; bytes are written '\\xHH'");
    }
    return Fail(begin, std::min(at_, source_.size()),
                "unknown escape; a backslash is written '\\\\'");
  }

  bool Coded(std::string& out, size_t begin, int count, int base, bool bytes) {
    uint32_t code = 0;
    for (int i = 0; i < count; ++i, ++at_) {
      const int digit = HexDigit(Peek());
      if (digit < 0 || digit >= base) {
        return Fail(
            begin, std::min(at_ + 1, source_.size()),
            Concat("this escape needs ", count, base == 8 ? " octal" : " hexadecimal", " digits"));
      }
      code = code * static_cast<uint32_t>(base) + static_cast<uint32_t>(digit);
    }
    if (bytes) {
      out += static_cast<char>(code);
      return true;
    }
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
      return Fail(begin, at_, "not a Unicode character");
    }
    AppendUtf8(out, code);
    return true;
  }

  std::string_view source_;
  ExpressionIssue* issue_;
  size_t at_ = 0;
};

}  // namespace

void AppendUtf8(std::string& out, uint32_t c) {
  const auto put = [&out](uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6);
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

std::optional<std::vector<Token>> Tokenize(std::string_view source, ExpressionIssue* issue) {
  return Lexer(source, issue).Run();
}

}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0

#include "conformance/textproto.h"

#include <cctype>
#include <cstdlib>

#include "expression/lexer.h"

namespace relata::testing {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool Message(ProtoNode& node, char close) {
    node.message = true;
    while (true) {
      Skip();
      if (at_ == text_.size()) return close == '\0';
      if (close != '\0' && Accept(close)) return true;
      std::string key;
      if (!Key(key)) return false;
      Skip();
      const bool colon = Accept(':');
      Skip();
      if (Accept('[')) {
        if (!List(key, node)) return false;
      } else {
        ProtoNode value;
        if (!Value(value, colon)) return false;
        node.fields.emplace_back(key, std::move(value));
      }
      Skip();
      if (!Accept(',')) Accept(';');
    }
  }

 private:
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool Accept(char c) {
    if (Peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }
  void Skip() {
    while (at_ < text_.size()) {
      if (std::isspace(static_cast<unsigned char>(text_[at_])) != 0) {
        ++at_;
      } else if (text_[at_] == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else {
        return;
      }
    }
  }

  bool Key(std::string& key) {
    if (Peek() == '[') {
      const size_t close = text_.find(']', at_);
      if (close == std::string_view::npos) return false;
      key = std::string(text_.substr(at_, close + 1 - at_));
      at_ = close + 1;
      return true;
    }
    key = Word();
    return !key.empty();
  }

  std::string Word() {
    const size_t begin = at_;
    while (std::isalnum(static_cast<unsigned char>(Peek())) != 0 || Peek() == '_' ||
           Peek() == '.' || Peek() == '-' || Peek() == '+') {
      ++at_;
    }
    return std::string(text_.substr(begin, at_ - begin));
  }

  bool List(const std::string& key, ProtoNode& node) {
    while (true) {
      Skip();
      if (Accept(']')) return true;
      ProtoNode value;
      if (!Value(value, true)) return false;
      node.fields.emplace_back(key, std::move(value));
      Skip();
      Accept(',');
    }
  }

  bool Value(ProtoNode& value, bool colon) {
    if (Accept('{')) return Message(value, '}');
    if (Accept('<')) return Message(value, '>');
    if (!colon) return false;
    if (Peek() != '"' && Peek() != '\'') {
      value.scalar = Word();
      return !value.scalar.empty();
    }
    // Adjacent texts are one.
    while (Peek() == '"' || Peek() == '\'') {
      if (!Quoted(value.scalar)) return false;
      Skip();
    }
    return true;
  }

  bool Quoted(std::string& out) {
    const char quote = text_[at_++];
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\') {
        if (!Escape(out)) return false;
      } else {
        out += text_[at_++];
      }
    }
    return Accept(quote);
  }

  bool Escape(std::string& out) {
    ++at_;
    const char c = Peek();
    ++at_;
    constexpr std::string_view kLetters = "abfnrtv\\?\"'";
    constexpr std::string_view kMeaning = "\a\b\f\n\r\t\v\\?\"'";
    if (const size_t i = kLetters.find(c); i != std::string_view::npos) {
      out += kMeaning[i];
      return true;
    }
    if (c >= '0' && c <= '7') {
      --at_;
      out += static_cast<char>(Digits(8, 3));
      return true;
    }
    if (c == 'x' || c == 'X') {
      out += static_cast<char>(Digits(16, 2));
      return true;
    }
    if (c == 'u' || c == 'U') {
      internal::AppendUtf8(out, Digits(16, c == 'u' ? 4 : 8));
      return true;
    }
    return false;
  }

  uint32_t Digits(uint32_t base, int most) {
    uint32_t v = 0;
    for (int i = 0; i < most; ++i, ++at_) {
      const char c = Peek();
      const std::string digit(1, c);
      if (std::isxdigit(static_cast<unsigned char>(c)) == 0 || (base == 8 && (c < '0' || c > '7')))
        break;
      v = v * base + static_cast<uint32_t>(std::strtoul(digit.c_str(), nullptr, 16));
    }
    return v;
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

std::optional<ProtoNode> ParseTextproto(std::string_view text) {
  ProtoNode root;
  if (!Reader(text).Message(root, '\0')) return std::nullopt;
  return root;
}

}  // namespace relata::testing

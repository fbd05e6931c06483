// SPDX-License-Identifier: Apache-2.0

#include "expression/parser.h"

#include <algorithm>
#include <limits>

#include "base/strings.h"
#include "expression/lexer.h"
#include "relata/base/text.h"

namespace relata::internal {
namespace {

bool IsReserved(std::string_view name) {
  constexpr std::string_view kReserved[] = {
      "as",       "break",   "const",  "continue", "else", "false", "for",
      "function", "if",      "import", "in",       "let",  "loop",  "namespace",
      "null",     "package", "return", "true",     "var",  "void",  "while"};
  return std::find(std::begin(kReserved), std::end(kReserved), name) != std::end(kReserved);
}

// Words that no member name can be either.
bool IsKeyword(std::string_view name) {
  return name == "in" || name == "true" || name == "false" || name == "null";
}

// Binding strength of an infix operator, 0 when `t` is none. The ternary is handled apart.
int Precedence(const Token& t) {
  if (t.kind == TokenKind::kIdentifier) return t.text == "in" ? 3 : 0;
  if (t.kind != TokenKind::kSymbol) return 0;
  const std::string& s = t.text;
  if (s == "||") return 1;
  if (s == "&&") return 2;
  if (s == "==" || s == "!=" || s == "<" || s == "<=" || s == ">" || s == ">=") return 3;
  if (s == "+" || s == "-") return 4;
  if (s == "*" || s == "/" || s == "%") return 5;
  return 0;
}

class Parser {
 public:
  Parser(std::vector<Token> tokens, const ParseOptions& options, ExpressionIssue* issue)
      : tokens_(std::move(tokens)), options_(options), issue_(issue) {}

  AstPtr Run() {
    AstPtr root = Expression();
    if (root == nullptr) return nullptr;
    if (Current().kind != TokenKind::kEnd) {
      return Fail(Current().span, Concat("unexpected ", Describe(Current()), " after the end"));
    }
    return root;
  }

 private:
  const Token& Current() const { return tokens_[at_]; }
  const Token& Following() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  bool At(std::string_view symbol) const {
    return Current().kind == TokenKind::kSymbol && Current().text == symbol;
  }
  bool Accept(std::string_view symbol) {
    if (!At(symbol)) return false;
    ++at_;
    return true;
  }

  static std::string Describe(const Token& t) {
    switch (t.kind) {
      case TokenKind::kEnd:
        return "end of the expression";
      case TokenKind::kLiteral:
      case TokenKind::kBigInt:
        return "constant";
      case TokenKind::kQuotedName:
        return Concat("`", t.text, "`");
      case TokenKind::kIdentifier:
      case TokenKind::kSymbol:
        break;
    }
    return Concat("'", t.text, "'");
  }

  AstPtr Fail(Span span, std::string message) {
    if (issue_->message.empty()) *issue_ = {Severity::kError, span, std::move(message), ""};
    return nullptr;
  }

  bool Expect(std::string_view symbol) {
    if (Accept(symbol)) return true;
    Fail(Current().span, Concat("expected '", symbol, "', found ", Describe(Current())));
    return false;
  }

  AstPtr Make(AstKind kind, Span span) {
    if (++nodes_ > kMaxExpressionNodes) {
      return Fail(span, Concat("the expression has more than ", kMaxExpressionNodes, " parts"));
    }
    auto node = std::make_unique<AstNode>();
    node->kind = kind;
    node->span = span;
    node->name_span = span;
    return node;
  }

  // Gives `node` an operand; its span and depth grow with it.
  bool Attach(AstNode& node, AstPtr operand) {
    node.depth = std::max(node.depth, operand->depth + 1);
    node.span.begin = std::min(node.span.begin, operand->span.begin);
    node.span.end = std::max(node.span.end, operand->span.end);
    if (node.depth > kMaxExpressionDepth) {
      Fail(node.name_span,
           Concat("the expression is nested more than ", kMaxExpressionDepth, " levels deep"));
      return false;
    }
    node.operands.push_back(std::move(operand));
    return true;
  }

  // Counts the levels of the parser's own recursion.
  class Level {
   public:
    explicit Level(Parser* parser) : parser_(parser) { ++parser_->level_; }
    ~Level() { --parser_->level_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Parser* parser_;
  };

  AstPtr Expression() {
    const Level level(this);
    if (level_ > kMaxExpressionDepth) {
      return Fail(Current().span, Concat("the expression is nested more than ", kMaxExpressionDepth,
                                         " levels deep"));
    }
    AstPtr condition = Binary(1);
    if (condition == nullptr || !At("?")) return condition;
    AstPtr node = Make(AstKind::kConditional, Current().span);
    if (node == nullptr) return nullptr;
    ++at_;
    AstPtr yes = Binary(1);
    if (yes == nullptr || !Expect(":")) return nullptr;
    AstPtr no = Expression();
    if (no == nullptr || !Attach(*node, std::move(condition)) || !Attach(*node, std::move(yes)) ||
        !Attach(*node, std::move(no))) {
      return nullptr;
    }
    return node;
  }

  AstPtr Binary(int least) {
    AstPtr left = Unary();
    while (left != nullptr) {
      const int precedence = Precedence(Current());
      if (precedence == 0 || precedence < least) return left;
      const Token op = Current();
      ++at_;
      AstPtr right = Binary(precedence + 1);
      if (right == nullptr) return nullptr;
      left = Combine(op, precedence, std::move(left), std::move(right));
    }
    return nullptr;
  }

  AstPtr Combine(const Token& op, int precedence, AstPtr left, AstPtr right) {
    const AstKind kind = precedence == 1   ? AstKind::kOr
                         : precedence == 2 ? AstKind::kAnd
                                           : AstKind::kOperator;
    // && and || associate, so a chain is one node however it was parenthesised on the left.
    if (kind != AstKind::kOperator && left->kind == kind) {
      if (!Attach(*left, std::move(right))) return nullptr;
      return left;
    }
    AstPtr node = Make(kind, op.span);
    if (node == nullptr) return nullptr;
    node->name = op.text;
    if (!Attach(*node, std::move(left)) || !Attach(*node, std::move(right))) return nullptr;
    return node;
  }

  AstPtr Unary() {
    // Chains of signs are a loop, so that they cost no recursion; each still is a level.
    std::vector<Token> signs;
    while (At("!") || At("-")) {
      signs.push_back(Current());
      ++at_;
    }
    if (signs.size() > static_cast<size_t>(kMaxExpressionDepth)) {
      return Fail(signs.front().span, Concat("the expression is nested more than ",
                                             kMaxExpressionDepth, " levels deep"));
    }
    AstPtr node = nullptr;
    if (!signs.empty() && signs.back().text == "-" && IsNumber(Current())) {
      const Token sign = signs.back();
      signs.pop_back();
      node = Member(NegativeLiteral(sign));
    } else {
      node = Member(Primary());
    }
    while (node != nullptr && !signs.empty()) {
      AstPtr outer = Make(AstKind::kOperator, signs.back().span);
      if (outer == nullptr) return nullptr;
      outer->name = signs.back().text;
      signs.pop_back();
      if (!Attach(*outer, std::move(node))) return nullptr;
      node = std::move(outer);
    }
    return node;
  }

  static bool IsNumber(const Token& t) {
    return t.kind == TokenKind::kBigInt ||
           (t.kind == TokenKind::kLiteral &&
            (t.value.is(Value::Kind::kInt) || t.value.is(Value::Kind::kDouble)));
  }

  AstPtr NegativeLiteral(const Token& sign) {
    const Token& t = Current();
    AstPtr node = Make(AstKind::kLiteral, {sign.span.begin, t.span.end});
    if (node == nullptr) return nullptr;
    if (t.kind == TokenKind::kBigInt) {
      node->value = Value::Int(std::numeric_limits<int64_t>::min());
    } else if (t.value.is(Value::Kind::kInt)) {
      node->value = Value::Int(-t.value.int_value());
    } else {
      node->value = Value::Double(-t.value.double_value());
    }
    ++at_;
    return node;
  }

  AstPtr Primary() {
    const Token& t = Current();
    switch (t.kind) {
      case TokenKind::kEnd:
        return Fail(t.span, "the expression ends where a value is expected");
      case TokenKind::kBigInt:
        return Fail(t.span, "number out of range: integers have 64 bits");
      case TokenKind::kQuotedName:
        return Fail(t.span, "a quoted name can only follow a '.'");
      case TokenKind::kLiteral: {
        AstPtr node = Make(AstKind::kLiteral, t.span);
        if (node != nullptr) node->value = t.value;
        ++at_;
        return node;
      }
      case TokenKind::kIdentifier:
        return Name(false);
      case TokenKind::kSymbol:
        break;
    }
    if (t.text == "(") return Parenthesised();
    if (t.text == "[") return List();
    if (t.text == "{") return Map();
    if (t.text == "." && Following().kind == TokenKind::kIdentifier) {
      ++at_;
      return Name(true);
    }
    return Fail(t.span, Concat("unexpected ", Describe(t), " where a value is expected"));
  }

  AstPtr Parenthesised() {
    const Span open = Current().span;
    ++at_;
    AstPtr node = Expression();
    if (node == nullptr) return nullptr;
    const uint32_t end = Current().span.end;
    if (!Expect(")")) return nullptr;
    node->span = {open.begin, end};
    return node;
  }

  AstPtr Name(bool leading_dot) {
    const Token& t = Current();
    if (t.text == "true" || t.text == "false" || t.text == "null") {
      AstPtr node = Make(AstKind::kLiteral, t.span);
      if (node == nullptr) return nullptr;
      if (t.text != "null") node->value = Value::Bool(t.text == "true");
      ++at_;
      return node;
    }
    if (IsReserved(t.text)) {
      return Fail(t.span, Concat("'", t.text, "' is a reserved word and cannot be a name"));
    }
    const uint32_t begin = leading_dot ? t.span.begin - 1 : t.span.begin;
    AstPtr node = Make(AstKind::kIdent, {begin, t.span.end});
    if (node == nullptr) return nullptr;
    node->name = t.text;
    node->name_span = t.span;
    node->leading_dot = leading_dot;
    ++at_;
    if (!At("(")) return node;
    node->kind = AstKind::kCall;
    if (!Arguments(*node)) return nullptr;
    return leading_dot ? std::move(node) : ExpandGlobal(std::move(node));
  }

  // "(" operands ")"; stands on the parenthesis.
  bool Arguments(AstNode& node) {
    ++at_;
    while (!At(")")) {
      AstPtr argument = Expression();
      if (argument == nullptr || !Attach(node, std::move(argument))) return false;
      if (!At(",")) break;
      ++at_;
    }
    node.span.end = Current().span.end;
    return Expect(")");
  }

  AstPtr List() {
    AstPtr node = Make(AstKind::kList, Current().span);
    if (node == nullptr) return nullptr;
    ++at_;
    while (!At("]")) {
      node->optional_entries.push_back(Accept("?"));
      AstPtr element = Expression();
      if (element == nullptr || !Attach(*node, std::move(element))) return nullptr;
      if (!Accept(",")) break;
    }
    node->span.end = Current().span.end;
    if (!Expect("]")) return nullptr;
    return node;
  }

  AstPtr Map() {
    AstPtr node = Make(AstKind::kMap, Current().span);
    if (node == nullptr) return nullptr;
    ++at_;
    while (!At("}")) {
      node->optional_entries.push_back(Accept("?"));
      AstPtr key = Expression();
      if (key == nullptr || !Attach(*node, std::move(key)) || !Expect(":")) return nullptr;
      AstPtr value = Expression();
      if (value == nullptr || !Attach(*node, std::move(value))) return nullptr;
      if (!Accept(",")) break;
    }
    node->span.end = Current().span.end;
    if (!Expect("}")) return nullptr;
    return node;
  }

  // Selections, indexes, member calls and message fields after a primary.
  AstPtr Member(AstPtr node) {
    while (node != nullptr) {
      if (At(".")) {
        node = Dot(std::move(node));
      } else if (At("[")) {
        node = Index(std::move(node));
      } else if (At("{") && IsQualifiedName(*node)) {
        node = Struct(std::move(node));
      } else {
        return node;
      }
    }
    return nullptr;
  }

  AstPtr Index(AstPtr target) {
    AstPtr node = Make(AstKind::kIndex, Current().span);
    if (node == nullptr) return nullptr;
    ++at_;
    node->optional = Accept("?");
    if (!Attach(*node, std::move(target))) return nullptr;
    AstPtr key = Expression();
    if (key == nullptr || !Attach(*node, std::move(key))) return nullptr;
    node->span.end = Current().span.end;
    if (!Expect("]")) return nullptr;
    return node;
  }

  AstPtr Dot(AstPtr target) {
    ++at_;
    const bool optional = Accept("?");
    const Token& t = Current();
    if (t.kind != TokenKind::kIdentifier && t.kind != TokenKind::kQuotedName) {
      return Fail(t.span, Concat("expected a name after '.', found ", Describe(t)));
    }
    if (t.kind == TokenKind::kIdentifier && IsKeyword(t.text)) {
      return Fail(t.span, Concat("'", t.text, "' is a keyword and cannot be a member"));
    }
    AstPtr node = Make(AstKind::kSelect, t.span);
    if (node == nullptr) return nullptr;
    node->name = t.text;
    node->optional = optional;
    const bool callable = t.kind == TokenKind::kIdentifier && !optional;
    ++at_;
    if (!Attach(*node, std::move(target))) return nullptr;
    if (!callable || !At("(")) return node;
    node->kind = AstKind::kMemberCall;
    if (!Arguments(*node)) return nullptr;
    return ExpandMember(std::move(node));
  }

  static bool IsQualifiedName(const AstNode& node) {
    if (node.kind == AstKind::kIdent) return true;
    return node.kind == AstKind::kSelect && !node.optional && IsQualifiedName(*node.operands[0]);
  }

  static std::string QualifiedName(const AstNode& node) {
    if (node.kind == AstKind::kIdent) return node.name;
    return Concat(QualifiedName(*node.operands[0]), ".", node.name);
  }

  AstPtr Struct(AstPtr name) {
    AstPtr node = Make(AstKind::kStruct, name->span);
    if (node == nullptr) return nullptr;
    node->name = QualifiedName(*name);
    ++at_;
    while (!At("}")) {
      node->optional_entries.push_back(Accept("?"));
      const Token& t = Current();
      if ((t.kind != TokenKind::kIdentifier && t.kind != TokenKind::kQuotedName) ||
          (t.kind == TokenKind::kIdentifier && IsKeyword(t.text))) {
        return Fail(t.span, Concat("expected a field name, found ", Describe(t)));
      }
      node->fields.push_back(t.text);
      ++at_;
      if (!Expect(":")) return nullptr;
      AstPtr value = Expression();
      if (value == nullptr || !Attach(*node, std::move(value))) return nullptr;
      if (!Accept(",")) break;
    }
    node->span.end = Current().span.end;
    if (!Expect("}")) return nullptr;
    return node;
  }

  // has(e.f)
  AstPtr ExpandGlobal(AstPtr call) {
    if (!options_.macros || call->name != "has" || call->operands.size() != 1) return call;
    AstPtr inner = std::move(call->operands[0]);
    if (inner->kind != AstKind::kSelect || inner->optional) {
      return Fail(inner->span, "has() takes a field selection, such as has(contact.email)");
    }
    inner->kind = AstKind::kHas;
    inner->span = call->span;
    return inner;
  }

  // A plain identifier as the variable of a macro.
  bool TakeVariable(AstNode& node, const AstNode& name) {
    if (name.kind != AstKind::kIdent || name.leading_dot) {
      Fail(name.span, "a macro's variable is a plain name");
      return false;
    }
    if (!node.variables.empty() && node.variables.front() == name.name) {
      Fail(name.span, "the two variables of a macro need different names");
      return false;
    }
    node.variables.push_back(name.name);
    node.variable_spans.push_back(name.span);
    return true;
  }

  struct MacroShape {
    std::string_view name;
    size_t arguments;
    size_t variables;
    Macro macro;
  };

  static const MacroShape* FindMacro(std::string_view name, size_t arguments) {
    static constexpr MacroShape kShapes[] = {
        {"all", 2, 1, Macro::kAll},
        {"exists", 2, 1, Macro::kExists},
        {"exists_one", 2, 1, Macro::kExistsOne},
        {"existsOne", 2, 1, Macro::kExistsOne},
        {"filter", 2, 1, Macro::kFilter},
        {"map", 2, 1, Macro::kMap},
        {"map", 3, 1, Macro::kMap},
        {"sortBy", 2, 1, Macro::kSortBy},
        {"optMap", 2, 1, Macro::kOptMap},
        {"optFlatMap", 2, 1, Macro::kOptFlatMap},
        {"all", 3, 2, Macro::kAll},
        {"exists", 3, 2, Macro::kExists},
        {"existsOne", 3, 2, Macro::kExistsOne},
        {"exists_one", 3, 2, Macro::kExistsOne},
        {"transformList", 3, 2, Macro::kTransformList},
        {"transformList", 4, 2, Macro::kTransformList},
        {"transformMap", 3, 2, Macro::kTransformMap},
        {"transformMap", 4, 2, Macro::kTransformMap},
        {"transformMapEntry", 3, 2, Macro::kTransformMapEntry},
        {"transformMapEntry", 4, 2, Macro::kTransformMapEntry},
    };
    for (const MacroShape& shape : kShapes) {
      if (shape.name == name && shape.arguments == arguments) return &shape;
    }
    return nullptr;
  }

  AstPtr ExpandMember(AstPtr call) {
    if (!options_.macros) return call;
    const AstNode& target = *call->operands[0];
    if (target.kind == AstKind::kIdent && target.name == "cel" && !target.leading_dot) {
      return ExpandCel(std::move(call));
    }
    const MacroShape* shape = FindMacro(call->name, call->operands.size() - 1);
    if (shape == nullptr) return call;
    call->kind = AstKind::kComprehension;
    call->macro = shape->macro;
    for (size_t i = 0; i < shape->variables; ++i) {
      if (!TakeVariable(*call, *call->operands[1])) return nullptr;
      call->operands.erase(call->operands.begin() + 1);
    }
    return call;
  }

  AstPtr ExpandCel(AstPtr call) {
    const size_t arguments = call->operands.size() - 1;
    if (call->name == "bind" && arguments == 3) {
      call->kind = AstKind::kBind;
      if (!TakeVariable(*call, *call->operands[1])) return nullptr;
      call->operands.erase(call->operands.begin(), call->operands.begin() + 2);
      return call;
    }
    if (!options_.block_macros) return call;
    if (call->name == "index" && arguments == 1) return Internal(*call, "@index", 1);
    if (call->name == "iterVar" && arguments == 2) return Internal(*call, "@it", 2);
    if (call->name == "block" && arguments == 2 && call->operands[1]->kind == AstKind::kList) {
      return ExpandBlock(std::move(call));
    }
    return call;
  }

  // cel.index(1) -> a variable that no text can name.
  AstPtr Internal(const AstNode& call, std::string_view prefix, size_t count) {
    std::string name(prefix);
    for (size_t i = 1; i <= count; ++i) {
      const AstNode& number = *call.operands[i];
      if (number.kind != AstKind::kLiteral || !number.value.is(Value::Kind::kInt)) {
        return Fail(number.span, "a constant number is expected here");
      }
      name += Concat(":", number.value.int_value());
    }
    AstPtr node = Make(AstKind::kIdent, call.span);
    if (node != nullptr) node->name = std::move(name);
    return node;
  }

  AstPtr ExpandBlock(AstPtr call) {
    AstPtr body = std::move(call->operands[2]);
    std::vector<AstPtr>& values = call->operands[1]->operands;
    for (size_t i = values.size(); i-- > 0;) {
      AstPtr bind = Make(AstKind::kBind, call->span);
      if (bind == nullptr) return nullptr;
      bind->variables = {Concat("@index:", i)};
      bind->variable_spans = {call->span};
      if (!Attach(*bind, std::move(values[i])) || !Attach(*bind, std::move(body))) return nullptr;
      body = std::move(bind);
    }
    return body;
  }

  std::vector<Token> tokens_;
  const ParseOptions& options_;
  ExpressionIssue* issue_;
  size_t at_ = 0;
  int level_ = 0;
  int nodes_ = 0;
};

}  // namespace

AstPtr Parse(std::string_view source, const ParseOptions& options, ExpressionIssue* issue) {
  *issue = {};
  const auto fail = [&](uint32_t at, std::string message) {
    *issue = {Severity::kError, {at, at}, std::move(message), ""};
    return nullptr;
  };
  if (source.size() > kMaxExpressionBytes) {
    return fail(0, Concat("the expression is longer than ", kMaxExpressionBytes, " bytes"));
  }
  if (const size_t valid = ValidUtf8Prefix(source); valid != source.size()) {
    return fail(static_cast<uint32_t>(valid), "the expression is not valid UTF-8 here");
  }
  std::optional<std::vector<Token>> tokens = Tokenize(source, issue);
  if (!tokens.has_value()) return nullptr;
  return Parser(*std::move(tokens), options, issue).Run();
}

}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0

#include "conformance/sqlite_rules.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

namespace relata::testing {
namespace {

struct Token {
  enum class Kind { kWord, kName, kText, kNumber, kSign };
  Kind kind;
  std::string text;  // a word in capitals, a name or text without its quotes
};

// The tokens of SQLite's grammar, comments left out.
std::vector<Token> Split(std::string_view sql) {
  std::vector<Token> tokens;
  const auto word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  for (size_t i = 0; i < sql.size();) {
    const char c = sql[i];
    if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      ++i;
    } else if (c == '\'' || c == '"') {
      std::string text;
      for (++i; i < sql.size(); ++i) {
        if (sql[i] == c && (i + 1 == sql.size() || sql[i + 1] != c)) break;
        if (sql[i] == c) ++i;
        text += sql[i];
      }
      ++i;
      tokens.push_back({c == '"' ? Token::Kind::kName : Token::Kind::kText, text});
    } else if (word(c)) {
      const size_t from = i;
      while (i < sql.size() && (word(sql[i]) || sql[i] == '.')) {
        if (sql[i] == '.' && std::isdigit(static_cast<unsigned char>(c)) == 0) break;
        ++i;
      }
      std::string text(sql.substr(from, i - from));
      std::transform(text.begin(), text.end(), text.begin(),
                     [](unsigned char letter) { return std::toupper(letter); });
      const bool number = std::isdigit(static_cast<unsigned char>(c)) != 0;
      tokens.push_back({number ? Token::Kind::kNumber : Token::Kind::kWord, text});
    } else {
      static const std::string_view kPairs[] = {"||", "<<", ">>", "<=", ">=", "!=", "<>", "=="};
      const auto pair = std::find(std::begin(kPairs), std::end(kPairs), sql.substr(i, 2));
      const size_t size = pair == std::end(kPairs) ? 1 : 2;
      tokens.push_back({Token::Kind::kSign, std::string(sql.substr(i, size))});
      i += size;
    }
  }
  return tokens;
}

const std::set<std::string> kStatements = {"SELECT",    "INSERT",  "UPDATE", "DELETE", "CREATE",
                                           "DROP",      "ALTER",   "BEGIN",  "COMMIT", "ROLLBACK",
                                           "SAVEPOINT", "RELEASE", "PRAGMA", "VACUUM"};
const std::set<std::string> kNever = {
    "ATTACH",         "AUTOINCREMENT", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP",
    "DEFAULT",        "DEFERRABLE",    "GENERATED",    "NATURAL",      "REFERENCES",
    "TEMP",           "TEMPORARY",     "TRIGGER",      "VIRTUAL",      "RECURSIVE",
    "WRITABLE_SCHEMA"};
const std::set<std::string> kNeverOutsideViews = {"COLLATE", "LIKE", "GLOB", "REGEXP", "MATCH"};
// Those that SQLite calls by itself when a column is added or the file is written anew.
const std::set<std::string> kOwnFunctions = {"PRINTF", "QUOTE", "SUBSTR"};
const std::set<std::string> kSignsOfViews = {"/", "%", "&", "|", "<<", ">>", "~"};
// Of the bookkeeping, tables with one key only: replacing by it replaces that row and no other.
const std::set<std::string> kOneKey = {"RELATA_ALIAS", "RELATA_ERASED_EVENT", "RELATA_FIELD",
                                       "RELATA_META",  "RELATA_MIGRATION",    "RELATA_TYPE"};
const std::set<std::string> kPragmas = {
    "APPLICATION_ID",     "CACHE_SIZE",     "CELL_SIZE_CHECK", "INTEGRITY_CHECK", "JOURNAL_MODE",
    "JOURNAL_SIZE_LIMIT", "QUERY_ONLY",     "SCHEMA_VERSION",  "SECURE_DELETE",   "SYNCHRONOUS",
    "TEMP_STORE",         "TRUSTED_SCHEMA", "WAL_CHECKPOINT"};
const std::set<std::string> kColumnTypes = {"INTEGER", "REAL", "TEXT", "BLOB"};

class Judge {
 public:
  explicit Judge(const std::string& sql) : tokens_(Split(sql)) {}

  std::vector<std::string> Check() {
    while (!tokens_.empty() && Is(tokens_.size() - 1, ";")) tokens_.pop_back();
    if (tokens_.empty()) return {"no statement"};
    if (!kStatements.contains(Word(0))) Wrong("a statement of kind " + tokens_[0].text);
    view_ = Word(0) == "CREATE" && Word(1) == "VIEW";
    for (size_t i = 0; i < tokens_.size(); ++i) One(i);
    if (Word(0) == "INSERT") Insert();
    if (Word(0) == "UPDATE" || Word(0) == "DELETE") {
      if (!Has("WHERE")) Wrong("all rows changed");
    }
    if (Word(0) == "CREATE" && Word(1) == "TABLE") Table();
    if (Word(0) == "CREATE" && Has("INDEX")) Index();
    if (Word(0) == "PRAGMA") Pragma();
    if (Word(0) == "ALTER" && !Has("ADD")) Wrong("ALTER TABLE that does more than add a column");
    if (Word(0) == "DROP" && Word(1) != "VIEW" && Word(1) != "INDEX") {
      Wrong("what is dropped is neither a view nor an index");
    }
    return std::move(broken_);
  }

 private:
  void Wrong(std::string what) { broken_.push_back(std::move(what)); }
  std::string Word(size_t i) const {
    return i < tokens_.size() && tokens_[i].kind == Token::Kind::kWord ? tokens_[i].text : "";
  }
  bool Is(size_t i, std::string_view sign) const {
    return i < tokens_.size() && tokens_[i].kind == Token::Kind::kSign && tokens_[i].text == sign;
  }
  size_t Find(std::string_view word) const {
    size_t i = 0;
    while (i < tokens_.size() && Word(i) != word) ++i;
    return i;
  }
  bool Has(std::string_view word) const { return Find(word) < tokens_.size(); }

  void One(size_t i) {
    const Token& token = tokens_[i];
    switch (token.kind) {
      case Token::Kind::kWord:
        if (kNever.contains(token.text)) Wrong("the word " + token.text);
        if (!view_ && kNeverOutsideViews.contains(token.text)) Wrong("the word " + token.text);
        if (!view_ && kOwnFunctions.contains(token.text) && Is(i + 1, "(")) {
          Wrong("the function " + token.text);
        }
        return;
      case Token::Kind::kSign:
        if (token.text == ";") Wrong("several statements in one");
        if (!view_ && kSignsOfViews.contains(token.text)) Wrong("the operator " + token.text);
        return;
      case Token::Kind::kText:
        if (token.text == "now" || token.text == "localtime") Wrong("the clock");
        if (!view_ && !Fixed(token.text)) Wrong("a text that is not bound: " + token.text);
        return;
      default:
        return;
    }
  }

  // A word of ours, not one of somebody's data.
  bool Fixed(const std::string& text) const {
    if (Word(0) == "INSERT") return true;  // Insert() says where
    if (text == "{}") return true;         // what an erased line says
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return std::islower(static_cast<unsigned char>(c)) != 0; });
  }

  void Insert() {
    const size_t into = Find("INTO");
    const std::string table = Word(into + 1);
    const bool fixed = table == "RELATA_META" || table == "RELATA_MIGRATION";
    if ((Has("REPLACE") || Has("IGNORE")) && !kOneKey.contains(table)) {
      Wrong("INSERT OR REPLACE into a table of several keys");
    }
    const size_t conflict = Find("CONFLICT");
    if (conflict < tokens_.size() && !Is(conflict + 1, "(")) Wrong("ON CONFLICT without its key");
    for (size_t i = Find("VALUES"); i < std::min(conflict, tokens_.size()); ++i) {
      const bool value = tokens_[i].kind == Token::Kind::kText ||
                         (tokens_[i].kind == Token::Kind::kNumber && !fixed);
      if (value && !fixed) Wrong("a value that is not bound: " + tokens_[i].text);
    }
    if (!Has("VALUES")) Wrong("an INSERT of what a query gives");
  }

  void Table() {
    size_t i = 2;
    while (Word(i) == "IF" || Word(i) == "NOT" || Word(i) == "EXISTS") ++i;
    const bool word = tokens_[i].kind == Token::Kind::kWord;
    const std::string& name = tokens_[i].text;
    if (word ? !name.starts_with("RELATA_")
             : !(name.starts_with("r_") || name.starts_with("ev_"))) {
      Wrong("a table that is none of ours: " + name);
    }
    if (!Has("PRIMARY")) Wrong("a table without a key");
    if (!word) {
      const bool event = name.starts_with("ev_");
      if (Word(i + 2) != (event ? "SEQ" : "ROW") || Word(i + 3) != "INTEGER" ||
          Word(i + 4) != "PRIMARY") {
        Wrong("a table whose rows are not numbered: " + name);
      }
      if (event && (Has("UNIQUE") || Has("UUID"))) Wrong("an event with a key of its own: " + name);
    }
    for (size_t k = i + 2; k + 1 < tokens_.size(); ++k) {
      const bool begins = Is(k - 1, "(") || Is(k - 1, ",");
      const bool column =
          tokens_[k].kind == Token::Kind::kName ||
          (tokens_[k].kind == Token::Kind::kWord && Word(k) != "PRIMARY" && Word(k) != "UNIQUE");
      const bool typed = tokens_[k + 1].kind == Token::Kind::kWord;
      if (begins && column && typed && !kColumnTypes.contains(Word(k + 1))) {
        Wrong("a column of type " + tokens_[k + 1].text);
      }
    }
  }

  void Index() {
    const size_t on = Find("ON");
    if (tokens_[on + 1].kind == Token::Kind::kName && tokens_[on + 1].text.starts_with("ev_")) {
      Wrong("an index on the events of a type: " + tokens_[on + 1].text);
    }
  }

  void Pragma() {
    if (!kPragmas.contains(Word(1))) Wrong("the setting " + tokens_[1].text);
    const std::string value = tokens_.size() > 3 ? tokens_[3].text : "";
    if (Word(1) == "SYNCHRONOUS" && value != "FULL") Wrong("commits that are not synced");
    // Without a value it is asked, not set.
    if (Word(1) == "JOURNAL_MODE" && tokens_.size() > 2 && value != "WAL")
      Wrong("another journal than WAL");
    if (Word(1) == "TRUSTED_SCHEMA" && value != "OFF") Wrong("a schema that is trusted");
    if (Word(1) == "SECURE_DELETE" && value != "ON") Wrong("deleted values that stay");
  }

  std::vector<Token> tokens_;
  std::vector<std::string> broken_;
  bool view_ = false;
};

}  // namespace

std::vector<std::string> BrokenSqliteRules(const std::string& sql) { return Judge(sql).Check(); }

std::vector<std::string> BrokenPlanRules(const std::string& sql,
                                         const std::vector<std::string>& plan) {
  const bool changes = sql.starts_with("UPDATE") || sql.starts_with("DELETE");
  std::vector<std::string> broken;
  for (const std::string& line : plan) {
    if (changes && line.starts_with("SCAN")) broken.push_back("reads a whole table: " + line);
  }
  return broken;
}

bool AllowedSqliteFunction(const std::string& name, bool in_view) {
  static const std::set<std::string> kFunctions = {
      "coalesce", "count", "length", "max", "min", "printf", "quote", "relata_take", "substr"};
  static const std::set<std::string> kInViews = {"lower",    "substr", "hex",    "strftime",
                                                 "printf",   "rtrim",  "format", "json_each",
                                                 "coalesce", "abs",    "date"};
  return kFunctions.contains(name) || (in_view && kInViews.contains(name));
}

}  // namespace relata::testing

// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "relata/base/text.h"
#include "relata/quality/normalize.h"

namespace relata {
namespace {

// Legal forms as they look after folding ("S.A.R.L." is four words). Longer ones first.
constexpr std::array<std::string_view, 58> kLegalForms = {"s a r l",
                                                          "s a s u",
                                                          "e u r l",
                                                          "g m b h",
                                                          "s p r l",
                                                          "s a s",
                                                          "s c i",
                                                          "s n c",
                                                          "s p a",
                                                          "s r l",
                                                          "l l c",
                                                          "p l c",
                                                          "s a",
                                                          "b v",
                                                          "n v",
                                                          "a g",
                                                          "l p",
                                                          "gmbh co kg",
                                                          "gmbh and co kg",
                                                          "gmbh",
                                                          "sarl",
                                                          "sasu",
                                                          "eurl",
                                                          "scop",
                                                          "scic",
                                                          "sprl",
                                                          "selarl",
                                                          "sas",
                                                          "sci",
                                                          "snc",
                                                          "gie",
                                                          "spa",
                                                          "srl",
                                                          "llc",
                                                          "llp",
                                                          "plc",
                                                          "ltda",
                                                          "ltd",
                                                          "limited",
                                                          "inc",
                                                          "incorporated",
                                                          "corp",
                                                          "corporation",
                                                          "pty",
                                                          "oyj",
                                                          "kg",
                                                          "ohg",
                                                          "aps",
                                                          "pte",
                                                          "nv",
                                                          "bv",
                                                          "ag",
                                                          "sa",
                                                          "ab",
                                                          "oy",
                                                          "kk",
                                                          "cie",
                                                          "co"};

std::vector<std::string> Words(const std::string& text) {
  std::vector<std::string> words;
  size_t start = 0;
  while (start < text.size()) {
    const size_t end = std::min(text.find(' ', start), text.size());
    words.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return words;
}

std::string Join(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += ' ';
    out += word;
  }
  return out;
}

// The civility a folded word stands for; empty for any other word.
std::string_view CivilityOf(const std::string& word) {
  if (word == "m" || word == "mr" || word == "monsieur" || word == "herr") return "mr";
  if (word == "mme" || word == "mrs" || word == "ms" || word == "madame" || word == "mlle" ||
      word == "miss" || word == "frau" || word == "mademoiselle") {
    return "mrs";
  }
  if (word == "dr" || word == "docteur" || word == "doctor") return "dr";
  if (word == "pr" || word == "prof" || word == "professeur" || word == "professor") return "prof";
  return "";
}

// Words that belong to the family name behind them.
bool IsParticle(const std::string& word) {
  static constexpr std::array<std::string_view, 14> kParticles = {
      "de", "du", "des", "la", "le", "van", "von", "der", "den", "di", "da", "del", "ten", "el"};
  return std::find(kParticles.begin(), kParticles.end(), word) != kParticles.end();
}

bool IsUpperCase(std::string_view word) {
  bool letters = false;
  for (const char c : word) {
    if (c >= 'a' && c <= 'z') return false;
    letters |= (c >= 'A' && c <= 'Z') || (c & 0x80);
  }
  return letters;
}

}  // namespace

std::string CompanyKey(std::string_view name) {
  const std::string folded = FoldWords(name);
  std::string padded = " " + folded + " ";
  for (const std::string_view form : kLegalForms) {
    const std::string as_word = " " + std::string(form) + " ";
    // Only in front or behind: inside a name the letters mean something.
    if (padded.size() > as_word.size() && padded.starts_with(as_word)) {
      padded.erase(0, as_word.size() - 1);
    }
    if (padded.size() > as_word.size() && padded.ends_with(as_word)) {
      padded.erase(padded.size() - as_word.size() + 1);
    }
  }
  std::vector<std::string> kept;
  for (std::string& word : Words(padded)) {
    if (!word.empty() && word != "et" && word != "and" && word != "the") {
      kept.push_back(std::move(word));
    }
  }
  return kept.empty() ? folded : Join(kept);
}

PersonName SplitPersonName(std::string_view full_name) {
  PersonName name;
  const std::string clean = CollapseSpace(full_name);
  if (const size_t comma = clean.find(','); comma != std::string::npos) {
    name.family = CollapseSpace(std::string_view(clean).substr(0, comma));
    name.given = CollapseSpace(std::string_view(clean).substr(comma + 1));
    std::vector<std::string> given = Words(name.given);
    if (given.size() > 1 && !CivilityOf(FoldWords(given[0])).empty()) {
      name.civility = CivilityOf(FoldWords(given[0]));
      given.erase(given.begin());
      name.given = Join(given);
    }
    return name;
  }
  std::vector<std::string> words = Words(clean);
  if (words.size() > 1) {
    name.civility = CivilityOf(FoldWords(words[0]));
    if (!name.civility.empty()) words.erase(words.begin());
  }
  if (words.empty()) return name;
  // "DURAND Jean-Paul": capitals in front and not behind mark the family name.
  size_t capitals = 0;
  while (capitals < words.size() && words[capitals].size() > 1 && IsUpperCase(words[capitals])) {
    ++capitals;
  }
  size_t family = words.size() - 1;
  if (capitals > 0 && capitals < words.size()) {
    name.family = Join({words.begin(), words.begin() + static_cast<std::ptrdiff_t>(capitals)});
    name.given = Join({words.begin() + static_cast<std::ptrdiff_t>(capitals), words.end()});
    return name;
  }
  while (family > 1 && IsParticle(Fold(words[family - 1]))) --family;
  name.given = Join({words.begin(), words.begin() + static_cast<std::ptrdiff_t>(family)});
  name.family = Join({words.begin() + static_cast<std::ptrdiff_t>(family), words.end()});
  return name;
}

std::string PersonKey(std::string_view given, std::string_view family) {
  std::vector<std::string> words = Words(FoldWords(given));
  for (std::string& word : Words(FoldWords(family))) words.push_back(std::move(word));
  std::sort(words.begin(), words.end());
  return Join(words);
}

}  // namespace relata

// SPDX-License-Identifier: Apache-2.0
//
// One name, one thing: two headers that define the same name in the same namespace compile apart,
// and the linker then takes the functions of one for those of the other.

#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/support.h"

namespace relata::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The types and variables that a header defines outside of any type, with their namespace.
std::set<std::string> NamesOf(std::string_view header) {
  static const std::regex kNamespace(R"(^(inline )?namespace ([\w:]+) \{)");
  static const std::regex kEnd(R"(^\}  // namespace ([\w:]+))");
  static const std::regex kType(R"(^(class|struct|enum class|enum) (\w+)(?!\w|::)([^;]*|.*\{.*)$)");
  static const std::regex kVariable(
      R"(^inline (constexpr |const )?[\w:<>, ]+? (\w+)(\[\w*\])?( =|\{|;|$))");
  std::set<std::string> names;
  std::vector<std::string> inside;
  std::istringstream lines{std::string(header)};
  std::smatch found;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_search(line, found, kNamespace)) {
      inside.push_back(found[2]);
    } else if (std::regex_search(line, found, kEnd)) {
      if (!inside.empty()) inside.pop_back();
    } else if (std::regex_search(line, found, kType) || std::regex_search(line, found, kVariable)) {
      std::string name;
      for (const std::string& outer : inside) name += outer + "::";
      names.insert(name + found[2].str());
    }
  }
  return names;
}

TEST(UniqueNames, WhatAHeaderDefinesIsFound) {
  EXPECT_THAT(
      NamesOf("inline constexpr int kNone = -1;\ninline constexpr Pair<int, A> kPairs[] = {\n"
              "inline constexpr std::string_view kLong =\n    \"\";\ninline int F(int a);\n"),
      ElementsAre("kLong", "kNone", "kPairs"));
  EXPECT_THAT(NamesOf("namespace a::b {\nclass Named;\nstruct Outer::Named {\n};\nstruct One {\n  "
                      "struct Inner {};\n};\n"
                      "enum class Two : int { k };\nnamespace c {\nclass Three final : Two {\n"
                      "}  // namespace c\nstruct Four\n    : One {};\n}  // namespace a::b\n"),
              ElementsAre("a::b::Four", "a::b::One", "a::b::Two", "a::b::c::Three"));
}

TEST(UniqueNames, NoTwoHeadersDefineTheSame) {
  std::map<std::string, std::string> defined;  // by the name: the header
  std::vector<std::string> twice;
  for (const char* const folder : {"include", "src", "capi"}) {
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(RELATA_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".h") continue;
      const std::string path = fs::relative(entry.path(), RELATA_SOURCE_DIR).string();
      for (const std::string& name : NamesOf(ReadFile(entry.path()))) {
        const auto [first, fresh] = defined.try_emplace(name, path);
        if (!fresh) twice.push_back(name + " in " + first->second + " and " + path);
      }
    }
  }
  EXPECT_GT(defined.size(), 500);
  EXPECT_THAT(twice, IsEmpty());
}

}  // namespace
}  // namespace relata::testing

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

// The types that a header defines outside of any other, with their namespace.
std::set<std::string> TypesOf(std::string_view header) {
  static const std::regex kNamespace(R"(^(inline )?namespace ([\w:]+) \{)");
  static const std::regex kEnd(R"(^\}  // namespace ([\w:]+))");
  static const std::regex kType(R"(^(class|struct|enum class|enum) (\w+)(?!\w|::)([^;]*|.*\{.*)$)");
  std::set<std::string> types;
  std::vector<std::string> inside;
  std::istringstream lines{std::string(header)};
  std::smatch found;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_search(line, found, kNamespace)) {
      inside.push_back(found[2]);
    } else if (std::regex_search(line, found, kEnd)) {
      if (!inside.empty()) inside.pop_back();
    } else if (std::regex_search(line, found, kType)) {
      std::string name;
      for (const std::string& outer : inside) name += outer + "::";
      types.insert(name + found[2].str());
    }
  }
  return types;
}

TEST(UniqueNames, TheTypesOfAHeaderAreFound) {
  EXPECT_THAT(TypesOf("namespace a::b {\nclass Named;\nstruct Outer::Named {\n};\nstruct One {\n  "
                      "struct Inner {};\n};\n"
                      "enum class Two : int { k };\nnamespace c {\nclass Three final : Two {\n"
                      "}  // namespace c\nstruct Four\n    : One {};\n}  // namespace a::b\n"),
              ElementsAre("a::b::Four", "a::b::One", "a::b::Two", "a::b::c::Three"));
}

TEST(UniqueNames, NoTwoHeadersDefineTheSameType) {
  std::map<std::string, std::string> defined;  // by the type: the header
  std::vector<std::string> twice;
  for (const char* const folder : {"include", "src", "capi"}) {
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(RELATA_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".h") continue;
      const std::string path = fs::relative(entry.path(), RELATA_SOURCE_DIR).string();
      for (const std::string& type : TypesOf(ReadFile(entry.path()))) {
        const auto [first, fresh] = defined.try_emplace(type, path);
        if (!fresh) twice.push_back(type + " in " + first->second + " and " + path);
      }
    }
  }
  EXPECT_GT(defined.size(), 300);
  EXPECT_THAT(twice, IsEmpty());
}

}  // namespace
}  // namespace relata::testing

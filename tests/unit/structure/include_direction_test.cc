// SPDX-License-Identifier: Apache-2.0
//
// Knowledge flows one way between the rooms of the code: this test reads every #include.

#include <algorithm>
#include <filesystem>
#include <map>
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

// The rooms each room may know, beside itself. `relata` is the umbrella header. The feature rooms
// above the engine may use one another. Permissions, like consent, are known to the engine: every
// question and every commit asks them.
const std::map<std::string, std::set<std::string>, std::less<>>& Known() {
  static const std::set<std::string> kBelowEngine = {"base",    "model",  "crm",     "expression",
                                                     "consent", "access", "storage", "codec"};
  static const std::set<std::string> kFeatures = {"segment", "score",   "quality", "process",
                                                  "view",    "privacy", "exchange"};
  static const auto* const kKnown = [] {
    auto* known = new std::map<std::string, std::set<std::string>, std::less<>>{
        {"base", {}},
        {"model", {"base"}},
        {"crm", {"base", "model"}},
        {"expression", {"base", "model"}},
        {"consent", {"base", "model"}},
        {"access", {"base", "model"}},
        {"storage", {"base", "model"}},
        {"codec", {"base", "model", "expression", "consent", "storage"}},
        {"engine", kBelowEngine},
    };
    std::set<std::string> feature = kBelowEngine;
    feature.insert("engine");
    feature.insert(kFeatures.begin(), kFeatures.end());
    for (const std::string& room : kFeatures) (*known)[room] = feature;
    (*known)["testing"] = feature;
    std::set<std::string> everything = feature;
    everything.insert({"testing", "relata"});
    (*known)["relata"] = everything;
    (*known)["facade"] = everything;
    (*known)["shell"] = everything;
    return known;
  }();
  return *kKnown;
}

// What is included: a path as written between quotes or angle brackets.
std::vector<std::string> Includes(std::string_view text) {
  std::vector<std::string> found;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    size_t hash = line.find_first_not_of(" \t");
    if (hash == std::string::npos || line[hash] != '#') continue;
    size_t word = line.find_first_not_of(" \t", hash + 1);
    if (word == std::string::npos || line.compare(word, 7, "include") != 0) continue;
    size_t open = line.find_first_of("\"<", word + 7);
    if (open == std::string::npos) continue;
    size_t close = line.find_first_of("\">", open + 1);
    if (close != std::string::npos) found.push_back(line.substr(open + 1, close - open - 1));
  }
  return found;
}

// The room of an included path: "relata/model/value.h" and "model/x.h" are model, "relata/relata.h"
// is relata, anything that is not ours is "".
std::string RoomOf(std::string_view path) {
  const bool is_public = path.substr(0, 7) == "relata/";
  if (is_public) path.remove_prefix(7);
  size_t slash = path.find('/');
  if (slash == std::string_view::npos) return is_public ? "relata" : "";
  std::string room(path.substr(0, slash));
  return is_public || Known().count(room) != 0 ? room : "";
}

struct File {
  std::string path;  // "include/relata/model/value.h", "src/engine/commit.cc", "capi/crm.cc"
  std::string room;  // "" for capi
  bool is_public;
};

// What is wrong with `text` as the content of `file`, one message an include.
std::vector<std::string> Wrong(const File& file, std::string_view text) {
  std::vector<std::string> wrong;
  auto reject = [&](const std::string& include, const std::string& why) {
    wrong.push_back(file.path + " includes " + include + ": " + why);
  };
  for (const std::string& include : Includes(text)) {
    const std::string room = RoomOf(include);
    const bool ours_public = include.rfind("relata/", 0) == 0;
    if (include.size() > 5 && include.rfind(".pb.h") == include.size() - 5 &&
        file.room != "codec") {
      reject(include, "only codec sees wire messages");
    }
    if (file.is_public && include.rfind("nlohmann/", 0) == 0) {
      reject(include, "a public header needs Abseil and the standard library only");
    }
    if (file.is_public && file.room == "crm" &&
        (include == "absl/status/statusor.h" || include == "absl/container/flat_hash_map.h")) {
      reject(include, "crm headers stay light");
    }
    if (room.empty()) continue;
    if ((file.is_public || file.room.empty()) && !ours_public) {
      reject(include, "a private header");
    } else if (!file.room.empty() && room != file.room) {
      auto known = Known().find(file.room);
      if (known == Known().end()) {
        reject(include, "the room " + file.room + " is not in the list of rooms");
      } else if (known->second.count(room) == 0) {
        reject(include, file.room + " may not know " + room);
      }
    }
  }
  return wrong;
}

std::vector<File> SourceFiles(const fs::path& root) {
  std::vector<File> files;
  for (const char* top : {"include/relata", "src", "capi"}) {
    if (!fs::exists(root / top)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".h" && extension != ".cc" && extension != ".c") continue;
      const fs::path inside = fs::relative(entry.path(), root / top);
      const bool capi = std::string_view(top) == "capi";
      std::string room = capi ? "" : inside.has_parent_path() ? inside.begin()->string() : "relata";
      files.push_back({(fs::path(top) / inside).generic_string(), room,
                       std::string_view(top) == "include/relata"});
    }
  }
  std::sort(files.begin(), files.end(),
            [](const File& a, const File& b) { return a.path < b.path; });
  return files;
}

TEST(IncludeDirection, EverySourceKnowsOnlyTheRoomsBelow) {
  const fs::path root = RELATA_SOURCE_DIR;
  const std::vector<File> files = SourceFiles(root);
  ASSERT_GT(files.size(), 10u);
  for (const File& file : files) {
    EXPECT_THAT(Wrong(file, ReadFile(root / file.path)), IsEmpty());
  }
}

TEST(IncludeDirection, AnUpwardIncludeIsRejected) {
  const File model = {"src/model/value.cc", "model", false};
  EXPECT_THAT(Wrong(model, "#include \"relata/engine/crm.h\"\n"),
              ElementsAre("src/model/value.cc includes relata/engine/crm.h: model may not know "
                          "engine"));
  EXPECT_THAT(Wrong(model, "  #  include \"engine/commit.h\"\n").size(), 1u);
  EXPECT_THAT(Wrong(model, "#include \"relata/base/id.h\"\n#include <vector>\n"), IsEmpty());
}

TEST(IncludeDirection, AForeignCallerSeesPublicHeadersOnly) {
  const File capi = {"capi/crm.cc", "", false};
  EXPECT_THAT(Wrong(capi, "#include \"engine/commit.h\"\n").size(), 1u);
  EXPECT_THAT(Wrong(capi, "#include \"relata/engine/crm.h\"\n#include \"relata.h\"\n"), IsEmpty());
}

TEST(IncludeDirection, APublicHeaderIncludesNoPrivateOne) {
  const File header = {"include/relata/engine/crm.h", "engine", true};
  EXPECT_THAT(Wrong(header, "#include \"base/strings.h\"\n").size(), 1u);
  EXPECT_THAT(Wrong(header, "#include <nlohmann/json.hpp>\n").size(), 1u);
}

// So that the header is the map it says it is, and two headers that give one name to two things do
// not compile. The nouns of the schema come with crm/standard.h; testing is for writers of stores.
TEST(UmbrellaHeader, IncludesEveryPublicHeader) {
  const fs::path root = RELATA_SOURCE_DIR;
  std::set<std::string> included;
  for (const std::string& path : Includes(ReadFile(root / "include/relata/relata.h"))) {
    included.insert(path);
  }
  for (const File& file : SourceFiles(root)) {
    if (!file.is_public || file.room == "crm" || file.room == "testing") continue;
    const std::string path = file.path.substr(std::string_view("include/").size());
    EXPECT_TRUE(included.contains(path) || path == "relata/relata.h") << path;
  }
}

}  // namespace
}  // namespace relata::testing

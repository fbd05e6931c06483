// SPDX-License-Identifier: Apache-2.0

#include "relata/score/rfm.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numeric>
#include <utility>

#include "base/json_members.h"
#include "base/large_pages.h"
#include "base/strings.h"
#include "nlohmann/json.hpp"

namespace relata {
namespace {

using internal::Concat;
using internal::JsonMembers;
using Json = nlohmann::json;

constexpr std::string_view kKind = "rfm";
constexpr double kUnitsPerMajor = 10'000;

// What is ranked: higher is better. Recency is the time since the last purchase, negated.
std::vector<double> Measure(std::span<const Purchases> buyers, int which, bool whole_days,
                            Timestamp now) {
  std::vector<double> values;
  values.reserve(buyers.size());
  for (const Purchases& p : buyers) {
    if (which == 1) {
      values.push_back(static_cast<double>(p.count));
    } else if (which == 2) {
      values.push_back(static_cast<double>(p.amount) / kUnitsPerMajor);
    } else {
      const auto days = static_cast<double>((now - p.last).micros) / 86'400e6;
      values.push_back(-(whole_days ? std::floor(days) : days));
    }
  }
  return values;
}

std::vector<size_t> OrderOf(const std::vector<double>& values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return values[a] < values[b]; });
  return order;
}

// What is ranked by NTILE, as integers in the same order; ties stay ties.
struct NtileKeys {
  bool whole_days = false;
  Timestamp now;

  template <int kWhich>
  uint64_t Of(const Purchases& p) const {
    constexpr int64_t kDay = 86'400'000'000;
    int64_t v = kWhich == 1 ? p.count : kWhich == 2 ? p.amount : p.last.micros;
    if (kWhich == 0 && whole_days) {
      const int64_t since = now.micros - p.last.micros;
      v = -(since >= 0 ? since / kDay : -((kDay - 1 - since) / kDay));
    }
    return static_cast<uint64_t>(v) ^ uint64_t { 1 } << 63;
  }
};

// Groups of NTILE without sorting: a histogram tells in which narrow band each begins, and only the
// keys of those bands are ordered.
class NtileBands {
 public:
  void Note(uint64_t key) {
    min_ = std::min(min_, key);
    max_ = std::max(max_, key);
  }
  // Once all keys were noted.
  void Begin() {
    while ((max_ - min_) >> shift_ >= kBands) ++shift_;
    counts_.assign(kBands, 0);
    groups_.assign(kBands, 0);
  }
  uint16_t Count(uint64_t key) {
    const auto band = static_cast<uint16_t>((key - min_) >> shift_);
    ++counts_.data()[band];
    return band;
  }
  // Once all `keys` keys were counted: the group of each band, kUnsure where one begins inside.
  void Cut(size_t keys, int bins) {
    const auto groups = static_cast<size_t>(bins);
    std::vector<size_t> begins;
    for (size_t group = 1, begin = 0; group < groups; ++group) {
      begin += keys / groups + (group <= keys % groups ? 1 : 0);
      if (begin < keys) begins.push_back(begin);
    }
    size_t below = 0;
    size_t next = 0;
    for (size_t band = 0; band < kBands; ++band) {
      const size_t until = below + counts_[band];
      groups_[band] = static_cast<uint8_t>(next + 1);
      if (next < begins.size() && begins[next] < until) {
        groups_[band] = kUnsure;
        parted_.push_back(
            {static_cast<uint16_t>(band), static_cast<uint8_t>(next + 1), {}, {}, 0, 0});
        for (; next < begins.size() && begins[next] < until; ++next) {
          parted_.back().begins.push_back(begins[next] - below);
        }
      }
      below = until;
    }
  }
  uint8_t GroupOf(uint16_t band) const { return groups_.data()[band]; }

  static constexpr uint8_t kUnsure = 255;
  // The group of a key of a band that is parted, kUnsure when only all of them tell. They come in
  // the order of the customers, by which equal keys are parted.
  uint8_t Part(uint16_t band, uint64_t key, size_t place) {
    Parted* parted = parted_.data();
    while (parted->band != band) ++parted;
    if (shift_ > 0) {
      parted->keys.emplace_back(key, place);
      return kUnsure;
    }
    while (parted->group < parted->begins.size() && parted->begins[parted->group] <= parted->met) {
      ++parted->group;
    }
    ++parted->met;
    return static_cast<uint8_t>(parted->first_group + parted->group);
  }
  // say(place, group) of those whose group Part did not know.
  template <class Say>
  void Settle(const Say& say) {
    if (shift_ == 0) return;
    for (Parted& parted : parted_) {
      uint8_t group = parted.first_group;
      auto from = parted.keys.begin();
      for (const size_t begin : parted.begins) {
        const auto until = parted.keys.begin() + static_cast<std::ptrdiff_t>(begin);
        std::nth_element(from, until, parted.keys.end());
        for (; from != until; ++from) say(from->second, group);
        ++group;
      }
      for (; from != parted.keys.end(); ++from) say(from->second, group);
    }
  }

 private:
  static constexpr size_t kBands = 1 << 14;  // their counts stay in a near cache

  struct Parted {
    uint16_t band = 0;
    uint8_t first_group = 0;
    std::vector<size_t> begins;                     // among the keys of the band
    std::vector<std::pair<uint64_t, size_t>> keys;  // of a band of several keys, with their places
    size_t met = 0;                                 // of a band of one key: how many came
    size_t group = 0;                               // and how many groups began before the next
  };

  uint64_t min_ = UINT64_MAX;
  uint64_t max_ = 0;
  int shift_ = 0;
  std::vector<uint32_t> counts_;
  std::vector<uint8_t> groups_;
  std::vector<Parted> parted_;
};

// All three at once, so that the purchases are read no more than twice.
void CutNtile(std::span<const Purchases> buyers, const RfmDefinition& how, Timestamp now,
              std::vector<RfmScore>& scores) {
  if (buyers.empty()) return;
  const NtileKeys keys{how.whole_days, now};
  NtileBands recency;
  NtileBands frequency;
  NtileBands monetary;
  for (const Purchases& p : buyers) {
    recency.Note(keys.Of<0>(p));
    frequency.Note(keys.Of<1>(p));
    monetary.Note(keys.Of<2>(p));
  }
  for (NtileBands* cut : {&recency, &frequency, &monetary}) cut->Begin();
  internal::LargeVector<std::array<uint16_t, 3>> bands(buyers.size());
  auto* band = bands.data();
  for (const Purchases& p : buyers) {
    *band++ = {recency.Count(keys.Of<0>(p)), frequency.Count(keys.Of<1>(p)),
               monetary.Count(keys.Of<2>(p))};
  }
  for (NtileBands* cut : {&recency, &frequency, &monetary}) cut->Cut(buyers.size(), how.bins);
  band = bands.data();
  RfmScore* score = scores.data();
  for (const Purchases& p : buyers) {
    const auto place = static_cast<size_t>(score - scores.data());
    uint8_t r = recency.GroupOf((*band)[0]);
    uint8_t f = frequency.GroupOf((*band)[1]);
    uint8_t m = monetary.GroupOf((*band)[2]);
    if (r == NtileBands::kUnsure) r = recency.Part((*band)[0], keys.Of<0>(p), place);
    if (f == NtileBands::kUnsure) f = frequency.Part((*band)[1], keys.Of<1>(p), place);
    if (m == NtileBands::kUnsure) m = monetary.Part((*band)[2], keys.Of<2>(p), place);
    *score++ = {p.customer, static_cast<int8_t>(r), static_cast<int8_t>(f), static_cast<int8_t>(m)};
    ++band;
  }
  recency.Settle([&](size_t i, uint8_t group) { scores[i].recency = static_cast<int8_t>(group); });
  frequency.Settle(
      [&](size_t i, uint8_t group) { scores[i].frequency = static_cast<int8_t>(group); });
  monetary.Settle(
      [&](size_t i, uint8_t group) { scores[i].monetary = static_cast<int8_t>(group); });
}

// `best_first`: ranks count from the best value and are cut from there, so that ties share the rank
// of the best among them. Recency is ranked so: the fewest days come first.
std::vector<int> CutRanks(std::vector<double> values, int bins, bool best_first) {
  if (best_first) {
    for (double& v : values) v = -v;
  }
  const std::vector<size_t> order = OrderOf(values);
  std::vector<int64_t> rank(values.size());
  for (size_t i = 0; i < order.size(); ++i) {
    const bool tie = i > 0 && values[order[i]] == values[order[i - 1]];
    rank[order[i]] = tie ? rank[order[i - 1]] : static_cast<int64_t>(i) + 1;
  }
  const int64_t highest = rank.empty() ? 1 : rank[order.back()];
  std::vector<int> scores(values.size(), (bins + 1) / 2);
  if (highest == 1) return scores;
  for (size_t i = 0; i < values.size(); ++i) {
    // The bin b with highest * (b - 1) / bins < rank - 1 <= highest * b / bins, in integers.
    const int64_t part = (rank[i] - 1) * bins;
    const int bin = std::max<int>(1, static_cast<int>((part + highest - 2) / (highest - 1)));
    scores[i] = best_first ? bins + 1 - bin : bin;
  }
  return scores;
}

// 1 more than the number of bounds that lie below; recency is given as days, negated.
std::vector<int> CutAt(const std::vector<double>& values, const std::vector<double>& bounds,
                       bool best_first) {
  std::vector<int> scores;
  const int bins = static_cast<int>(bounds.size()) + 1;
  for (const double v : values) {
    const double measure = best_first ? -v : v;
    const auto below = std::lower_bound(bounds.begin(), bounds.end(), measure) - bounds.begin();
    scores.push_back(best_first ? bins - static_cast<int>(below) : 1 + static_cast<int>(below));
  }
  return scores;
}

std::vector<double> QuantileBounds(std::vector<double> values, int bins, bool best_first) {
  if (best_first) {
    for (double& v : values) v = -v;
  }
  std::sort(values.begin(), values.end());
  std::vector<double> bounds;
  for (int b = 1; b < bins && !values.empty(); ++b) {
    const double at = static_cast<double>(values.size() - 1) * b / bins;
    const auto low = static_cast<size_t>(at);
    const double high = values[std::min(low + 1, values.size() - 1)];
    bounds.push_back(values[low] + (at - static_cast<double>(low)) * (high - values[low]));
  }
  return bounds;
}

std::vector<int> CutOf(const RfmDefinition& how, int which, const std::vector<double>& values) {
  const bool recency = which == 0;
  if (how.method == RfmMethod::kRanks) return CutRanks(values, how.bins, recency);
  if (how.method == RfmMethod::kQuantiles) {
    return CutAt(values, QuantileBounds(values, how.bins, recency), recency);
  }
  return CutAt(values,
               recency      ? how.recency_days
               : which == 1 ? how.frequency
                            : how.monetary,
               recency);
}

bool Fits(std::string_view pattern, const RfmScore& s) {
  const int8_t digits[] = {s.recency, s.frequency, s.monetary};
  for (size_t i = 0; i < 3; ++i) {
    if (pattern[i] != '*' && pattern[i] != '0' + digits[i]) return false;
  }
  return true;
}

std::vector<double> ReadBounds(JsonMembers& in, const char* key) {
  std::vector<double> bounds;
  for (const Json& item : in.List(key)) {
    if (!item.is_number()) {
      in.Fail(Concat(key, " is a list of numbers"));
      return bounds;
    }
    bounds.push_back(item.get<double>());
    if (bounds.size() > 1 && bounds[bounds.size() - 2] >= bounds.back()) {
      in.Fail(Concat(key, " ascends"));
    }
  }
  return bounds;
}

void ReadThresholds(JsonMembers& in, RfmDefinition& how) {
  how.recency_days = ReadBounds(in, "recency_days");
  how.frequency = ReadBounds(in, "frequency");
  how.monetary = ReadBounds(in, "monetary");
  const bool given = !how.recency_days.empty() || !how.frequency.empty() || !how.monetary.empty();
  if (how.method != RfmMethod::kThresholds) {
    if (given) in.Fail("bounds belong to the method thresholds");
    return;
  }
  how.bins = static_cast<int>(how.recency_days.size()) + 1;
  const bool even = how.frequency.size() == how.recency_days.size() &&
                    how.monetary.size() == how.recency_days.size();
  if (!even) in.Fail("recency_days, frequency and monetary have the same number of bounds");
}

void ReadCells(JsonMembers& in, RfmDefinition& how) {
  for (const Json& item : in.List("cells")) {
    JsonMembers cell(item, Concat(in.where(), ", cell ", how.cells.size() + 1));
    RfmCellRule rule{cell.Needed("name"), cell.Texts("cells")};
    for (const std::string& pattern : rule.patterns) {
      const bool fits = pattern.size() == 3 &&
                        std::all_of(pattern.begin(), pattern.end(),
                                    [](char c) { return c == '*' || (c >= '1' && c <= '9'); });
      if (!fits) cell.Fail(Concat("'", pattern, "' is no pattern of three digits or *"));
    }
    cell.NothingElse();
    if (!cell.status().ok()) in.Fail(Message(cell.status()));
    how.cells.push_back(std::move(rule));
  }
  if (how.cells.empty() && how.bins == 5) how.cells = StandardRfm().cells;
}

}  // namespace

const RfmDefinition& StandardRfm() {
  static const RfmDefinition* const standard = [] {
    auto* how = new RfmDefinition;
    how->cells = {
        {"champions", {"555", "554", "545", "544", "455", "454", "445"}},
        {"loyal", {"543", "444", "435", "355", "354", "345", "344", "335"}},
        {"potential_loyalist",
         {"553", "552", "551", "542", "541", "533", "532", "531", "453", "452", "451", "442",
          "441", "433", "432", "431", "423", "353", "352", "351", "342", "341", "333", "323"}},
        {"new", {"512", "511", "422", "421", "412", "411", "311"}},
        {"promising",
         {"525", "524", "523", "522", "521", "515", "514", "513", "425", "424", "415", "414", "413",
          "315", "314", "313"}},
        {"needs_attention", {"535", "534", "443", "434", "343", "334", "325", "324"}},
        {"about_to_sleep", {"331", "321", "312", "221", "213"}},
        {"cannot_lose", {"215", "214", "155", "154", "144", "115", "114", "113"}},
        {"at_risk", {"255", "254", "253", "252", "245", "244", "243", "242", "235", "234", "225",
                     "224", "153", "152", "145", "143", "142", "135", "134", "133", "125", "124"}},
        {"hibernating",
         {"332", "322", "251", "241", "233", "232", "231", "223", "222", "212", "211", "132", "123",
          "122"}},
        {"lost", {"151", "141", "131", "121", "112", "111"}},
    };
    return how;
  }();
  return *standard;
}

std::vector<RfmScore> ScoreRfm(std::span<const Purchases> purchases, const RfmDefinition& how,
                               Timestamp now) {
  std::span<const Purchases> buyers = purchases;
  std::vector<Purchases> ordered;
  bool ready = true;
  Row last = kNoRow;
  for (const Purchases& p : buyers) {
    ready = ready && p.count > 0 && p.customer >= last;
    last = p.customer;
  }
  if (!ready) {
    std::copy_if(purchases.begin(), purchases.end(), std::back_inserter(ordered),
                 [](const Purchases& p) { return p.count > 0; });
    std::sort(ordered.begin(), ordered.end(),
              [](const Purchases& a, const Purchases& b) { return a.customer < b.customer; });
    buyers = ordered;
  }
  std::vector<RfmScore> scores;
  internal::ReserveLarge(scores, buyers.size());
  scores.resize(buyers.size());
  if (how.method == RfmMethod::kNtile) {
    CutNtile(buyers, how, now, scores);
    return scores;
  }
  for (size_t i = 0; i < buyers.size(); ++i) scores[i].customer = buyers[i].customer;
  int8_t RfmScore::*const members[] = {&RfmScore::recency, &RfmScore::frequency,
                                       &RfmScore::monetary};
  for (int which = 0; which < 3; ++which) {
    const std::vector<int> cut = CutOf(how, which, Measure(buyers, which, how.whole_days, now));
    for (size_t i = 0; i < cut.size(); ++i) {
      scores[i].*members[which] = static_cast<int8_t>(cut[i]);
    }
  }
  return scores;
}

std::string_view RfmCell(const RfmDefinition& how, const RfmScore& score) {
  for (const RfmCellRule& cell : how.cells) {
    for (const std::string& pattern : cell.patterns) {
      if (Fits(pattern, score)) return cell.name;
    }
  }
  return "";
}

absl::StatusOr<RfmDefinition> ParseRfm(std::string_view name, std::string_view body) {
  const Json json = Json::parse(body, nullptr, false);
  JsonMembers in(json, Concat("rfm '", name, "'"));
  RfmDefinition how;
  how.name = name;
  if (in.Has("type")) how.type = in.Text("type");
  if (how.type != "account" && how.type != "contact") in.Fail("type is account or contact");
  const std::string method = in.Has("method") ? in.Text("method") : "ntile";
  constexpr std::pair<std::string_view, RfmMethod> kMethods[] = {
      {"ntile", RfmMethod::kNtile},
      {"ranks", RfmMethod::kRanks},
      {"quantiles", RfmMethod::kQuantiles},
      {"thresholds", RfmMethod::kThresholds}};
  const auto* found = std::find_if(std::begin(kMethods), std::end(kMethods),
                                   [&](const auto& m) { return m.first == method; });
  if (found == std::end(kMethods)) {
    in.Fail("method is ntile, ranks, quantiles or thresholds");
  } else {
    how.method = found->second;
  }
  how.bins = static_cast<int>(in.Number("bins", 5));
  how.whole_days = in.Bool("whole_days", false);
  ReadThresholds(in, how);
  if (how.bins < 2 || how.bins > 9) in.Fail("there are 2 to 9 bins");
  ReadCells(in, how);
  in.NothingElse();
  RELATA_RETURN_IF_ERROR(in.status());
  return how;
}

absl::Status DefineRfm(Crm& crm, std::string_view name, std::string_view body, const Actor& actor,
                       Timestamp now) {
  RELATA_RETURN_IF_ERROR(ParseRfm(name, body).status());
  Transaction tx = crm.Begin(actor);
  tx.Define(kKind, name, std::string(body));
  return tx.Commit(now).status();
}

absl::StatusOr<RfmDefinition> FindRfm(const Crm& crm, std::string_view name) {
  if (name.empty()) return StandardRfm();
  RELATA_ASSIGN_OR_RETURN(const Definition definition, crm.FindDefinition(kKind, name));
  RELATA_ASSIGN_OR_RETURN(RfmDefinition how, ParseRfm(name, definition.body));
  how.version = definition.version;
  return how;
}

}  // namespace relata

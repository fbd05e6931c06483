// SPDX-License-Identifier: Apache-2.0

#include "relata/score/rfm.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <utility>

#include "base/json_members.h"
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

// Where a group of NTILE begins: every key below `key` comes before it, every key above it is in it
// or later, and of those with the key itself the first `ties` come before it.
struct NtileCut {
  uint64_t key = 0;
  size_t ties = 0;
};

// The keys of some ranks: a histogram tells in which narrow band each lies, and only those bands
// are ordered.
class Bands {
 public:
  explicit Bands(const std::vector<uint64_t>& keys) : keys_(keys), below_(kBands + 1) {
    uint64_t max = keys.front();
    min_ = max;
    for (const uint64_t key : keys) {
      min_ = std::min(min_, key);
      max = std::max(max, key);
    }
    while ((max - min_) >> shift_ >= kBands) ++shift_;
    for (const uint64_t key : keys) ++below_[BandOf(key) + 1];
    std::partial_sum(below_.begin(), below_.end(), below_.begin());
  }

  // `ranks` ascend.
  std::vector<NtileCut> At(const std::vector<size_t>& ranks) const {
    std::vector<size_t> bands;
    for (const size_t rank : ranks) {
      const auto above = std::upper_bound(below_.begin(), below_.end(), rank);
      bands.push_back(static_cast<size_t>(above - below_.begin()) - 1);
    }
    std::vector<uint8_t> wanted(kBands);
    for (const size_t band : bands) wanted[band] = 1;
    std::vector<std::vector<uint64_t>> inside(bands.size());
    for (const uint64_t key : shift_ == 0 ? std::span<const uint64_t>() : std::span(keys_)) {
      const size_t band = BandOf(key);
      if (wanted[band] == 0) continue;
      for (size_t b = 0; b < bands.size(); ++b) {
        if (band == bands[b]) inside[b].push_back(key);
      }
    }
    std::vector<NtileCut> cuts;
    for (size_t b = 0; b < bands.size(); ++b) {
      if (shift_ == 0) {  // a band is a key
        cuts.push_back({min_ + bands[b], ranks[b] - below_[bands[b]]});
        continue;
      }
      std::vector<uint64_t>& here = inside[b];
      const size_t left = ranks[b] - below_[bands[b]];
      std::nth_element(here.begin(), here.begin() + static_cast<std::ptrdiff_t>(left), here.end());
      const uint64_t key = here[left];
      const auto less = static_cast<size_t>(
          std::count_if(here.begin(), here.end(), [&](uint64_t k) { return k < key; }));
      cuts.push_back({key, left - less});
    }
    return cuts;
  }

  size_t BandOf(uint64_t key) const { return static_cast<size_t>((key - min_) >> shift_); }
  // How many of the cuts lie before the keys of each band; kUnsure for bands with a cut in them.
  static constexpr uint8_t kUnsure = 255;
  std::vector<uint8_t> CutsBefore(const std::vector<NtileCut>& cuts) const {
    std::vector<uint8_t> before(kBands);
    for (const NtileCut& cut : cuts) {
      for (size_t band = BandOf(cut.key) + 1; band < kBands; ++band) ++before[band];
    }
    for (const NtileCut& cut : cuts) before[BandOf(cut.key)] = kUnsure;
    return before;
  }

 private:
  static constexpr size_t kBands = 1 << 13;  // their counts stay in the nearest cache

  const std::vector<uint64_t>& keys_;
  std::vector<uint32_t> below_;
  uint64_t min_ = 0;
  int shift_ = 0;
};

// What is ranked, as integers in the same order; ties stay ties.
std::vector<uint64_t> KeysOf(std::span<const Purchases> buyers, int which, bool whole_days,
                             Timestamp now) {
  constexpr int64_t kDay = 86'400'000'000;
  std::vector<uint64_t> keys(buyers.size());
  for (size_t i = 0; i < buyers.size(); ++i) {
    const Purchases& p = buyers[i];
    int64_t v = which == 1 ? p.count : which == 2 ? p.amount : p.last.micros;
    if (which == 0 && whole_days) {
      const int64_t since = now.micros - p.last.micros;
      v = -(since >= 0 ? since / kDay : -((kDay - 1 - since) / kDay));
    }
    keys[i] = static_cast<uint64_t>(v) ^ uint64_t { 1 } << 63;
  }
  return keys;
}

// Without sorting: what parts the groups is found, and each key compared with it.
std::vector<int8_t> CutNtile(const std::vector<uint64_t>& keys, int bins) {
  std::vector<int8_t> scores(keys.size());
  if (keys.empty()) return scores;
  const size_t groups = static_cast<size_t>(bins);
  std::vector<size_t> begins;
  size_t begin = 0;
  for (size_t group = 1; group < groups; ++group) {
    begin += keys.size() / groups + (group <= keys.size() % groups ? 1 : 0);
    if (begin < keys.size()) begins.push_back(begin);
  }
  const Bands bands(keys);
  std::vector<NtileCut> cuts = bands.At(begins);
  const std::vector<uint8_t> before = bands.CutsBefore(cuts);
  for (size_t i = 0; i < keys.size(); ++i) {
    const uint8_t known = before[bands.BandOf(keys[i])];
    scores[i] = static_cast<int8_t>(known + 1);
    if (known != Bands::kUnsure) continue;
    int group = 1;
    for (NtileCut& cut : cuts) {
      // Of those with the key of the cut itself the first stay before it.
      const bool tie = keys[i] == cut.key && cut.ties > 0;
      group += keys[i] >= cut.key ? 1 : 0;
      if (tie) {
        --cut.ties;
        --group;
      }
    }
    scores[i] = static_cast<int8_t>(group);
  }
  return scores;
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

std::vector<int8_t> Cut(const RfmDefinition& how, int which, std::span<const Purchases> buyers,
                        Timestamp now) {
  if (how.method == RfmMethod::kNtile) {
    return CutNtile(KeysOf(buyers, which, how.whole_days, now), how.bins);
  }
  const std::vector<int> cut = CutOf(how, which, Measure(buyers, which, how.whole_days, now));
  return {cut.begin(), cut.end()};
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
  const auto by_customer = [](const Purchases& a, const Purchases& b) {
    return a.customer < b.customer;
  };
  std::span<const Purchases> buyers = purchases;
  std::vector<Purchases> ordered;
  const bool ready =
      std::is_sorted(buyers.begin(), buyers.end(), by_customer) &&
      std::all_of(buyers.begin(), buyers.end(), [](const Purchases& p) { return p.count > 0; });
  if (!ready) {
    std::copy_if(purchases.begin(), purchases.end(), std::back_inserter(ordered),
                 [](const Purchases& p) { return p.count > 0; });
    std::sort(ordered.begin(), ordered.end(), by_customer);
    buyers = ordered;
  }
  std::vector<RfmScore> scores(buyers.size());
  for (size_t i = 0; i < buyers.size(); ++i) scores[i].customer = buyers[i].customer;
  int8_t RfmScore::*const members[] = {&RfmScore::recency, &RfmScore::frequency,
                                       &RfmScore::monetary};
  for (int which = 0; which < 3; ++which) {
    const std::vector<int8_t> cut = Cut(how, which, buyers, now);
    for (size_t i = 0; i < cut.size(); ++i) scores[i].*members[which] = cut[i];
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

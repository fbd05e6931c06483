// SPDX-License-Identifier: Apache-2.0

#include "relata/score/deal_report.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/strings.h"
#include "engine/conditions.h"

namespace relata {
namespace {

using internal::Concat;

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Days and whether they ended in leaving.
using Stay = std::pair<int, bool>;

// By when this share has left, those cut off counted as long as they were seen; -1: it has not.
double LeftBy(std::vector<Stay> stays, double share) {
  std::sort(stays.begin(), stays.end());
  double open = 1;
  for (size_t i = 0; i < stays.size();) {
    const size_t at_risk = stays.size() - i;
    const int day = stays[i].first;
    int left = 0;
    for (; i < stays.size() && stays[i].first == day; ++i) left += stays[i].second ? 1 : 0;
    open *= 1 - static_cast<double>(left) / static_cast<double>(at_risk);
    if (open <= 1 - share) return day;
  }
  return -1;
}

// What a deal counts for, each pattern once.
std::set<std::pair<std::string, std::string>> PatternsOf(const Deal& deal,
                                                         const ContactSequences& sequences) {
  std::set<std::pair<std::string, std::string>> found;
  const std::pair<const char*, const std::string*> single[] = {{"offer", &deal.offer},
                                                               {"sector", &deal.sector},
                                                               {"size", &deal.size},
                                                               {"channel", &deal.channel}};
  for (const auto& [kind, name] : single) {
    if (!name->empty()) found.emplace(kind, *name);
  }
  if (!deal.offer.empty() && !deal.sector.empty()) {
    found.emplace("offer + sector", Concat(deal.offer, " + ", deal.sector));
  }
  const auto contacts = sequences.find(deal.opportunity.row);
  if (contacts == sequences.end()) return found;
  const std::vector<std::string>& s = contacts->second;
  for (size_t i = 0; i + 1 < s.size(); ++i) {
    found.emplace("contacts", Concat(s[i], " > ", s[i + 1]));
    if (i + 2 < s.size()) found.emplace("contacts", Concat(s[i], " > ", s[i + 1], " > ", s[i + 2]));
  }
  return found;
}

}  // namespace

std::vector<ChannelLine> ConversionByChannel(const DealBook& book) {
  std::map<std::string, ChannelLine> lines;
  std::map<std::string, std::vector<double>> days;
  for (const Deal& d : book.deals) {
    for (const std::string& channel : {std::string(), d.channel.empty() ? "(none)" : d.channel}) {
      ChannelLine& line = lines[channel];
      line.channel = channel;
      ++line.opened;
      if (!d.closed) continue;
      ++(d.won ? line.won : line.lost);
      if (!d.won) continue;
      line.won_amount += d.won_amount;
      days[channel].push_back(d.closed->days - d.opened.days);
    }
  }
  std::vector<ChannelLine> list;
  for (auto& [channel, line] : lines) {
    const int64_t closed = line.won + line.lost;
    line.share = closed == 0 ? 0 : static_cast<double>(line.won) / static_cast<double>(closed);
    line.interval = WilsonInterval(line.won, closed);
    line.days_to_win = Median(days[channel]);
    list.push_back(line);
  }
  std::stable_sort(list.begin(), list.end(), [](const ChannelLine& a, const ChannelLine& b) {
    return std::pair(!a.channel.empty(), -a.opened) < std::pair(!b.channel.empty(), -b.opened);
  });
  return list;
}

std::vector<StageLine> StageFriction(const DealBook& book) {
  std::map<std::string, StageLine> lines;
  std::map<std::string, std::vector<Stay>> stays;
  for (const Deal& d : book.deals) {
    std::set<std::string> entered;
    for (size_t i = 0; i < d.moves.size(); ++i) {
      const Date in = d.moves[i].on;
      if (d.closed && in >= *d.closed) break;  // the stage that says how it ended
      const bool left = i + 1 < d.moves.size() || d.closed.has_value();
      const Date out = i + 1 < d.moves.size() ? d.moves[i + 1].on : d.closed.value_or(book.last);
      StageLine& line = lines[d.moves[i].stage];
      line.stage = d.moves[i].stage;
      ++line.entered;
      line.left += left ? 1 : 0;
      stays[line.stage].emplace_back(std::max(0, out.days - in.days), left);
      if (!entered.insert(line.stage).second || !d.closed) continue;
      ++line.closed;
      line.won += d.won ? 1 : 0;
    }
  }
  std::vector<StageLine> list;
  for (auto& [stage, line] : lines) {
    line.days = LeftBy(stays[stage], 0.5);
    line.slow_days = LeftBy(stays[stage], 0.75);
    line.interval = WilsonInterval(line.won, line.closed);
    list.push_back(line);
  }
  std::stable_sort(list.begin(), list.end(), [](const StageLine& a, const StageLine& b) {
    const auto time = [](const StageLine& s) { return s.days < 0 ? 1e9 : s.days; };
    return time(a) > time(b);
  });
  return list;
}

absl::StatusOr<ContactSequences> SequencesOf(const Crm& crm, const DealBook& book,
                                             const QueryOptions& asking) {
  const std::shared_ptr<const Schema> schema = crm.schema();
  const TypeDef& type = *schema->Find("activity");
  const FieldId link = type.FindField("opportunity")->id;
  const FieldId kind = type.FindField("kind")->id;
  const FieldId at = type.FindField("at")->id;
  RELATA_ASSIGN_OR_RETURN(const Permissions permissions,
                          internal::PermissionsOf(crm, asking.reader));
  for (const FieldId field : {link, kind, at}) {
    if (!permissions.MayRead(type.id, field)) {
      return PermissionDenied(Concat("the role may not read activity.", type.field(field)->name));
    }
  }
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view,
                          crm.View({"activity", "opportunity"}));
  const Zone zone = Zone::Load(crm.zone()).value_or(Zone());
  ContactSequences sequences;
  std::vector<Row> rows;
  for (const Deal& deal : book.deals) {
    rows.clear();
    view->Children(deal.opportunity, type.id, link, rows);
    std::vector<std::pair<Timestamp, std::string>> contacts;
    for (const Row row : rows) {
      const Value when = view->Get({type.id, row}, at);
      const Value what = view->Get({type.id, row}, kind);
      if (!when.is(Value::Kind::kTimestamp) || !what.is(Value::Kind::kText)) continue;
      if (when.timestamp() > asking.now) continue;
      if (deal.closed && zone.LocalDate(when.timestamp()) > *deal.closed) continue;
      contacts.emplace_back(when.timestamp(), what.text());
    }
    std::stable_sort(contacts.begin(), contacts.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string>& sequence = sequences[deal.opportunity.row];
    for (auto& [when, what] : contacts) {
      if (sequence.empty() || sequence.back() != what) sequence.push_back(std::move(what));
    }
  }
  return sequences;
}

std::vector<DealPattern> FindPatterns(const DealBook& book, const ContactSequences& sequences,
                                      GroupShare* overall, int64_t least) {
  std::map<std::pair<std::string, std::string>, GroupShare> counts;
  GroupShare all;
  for (const Deal& d : book.deals) {
    if (!d.closed) continue;
    ++all.n;
    all.hits += d.won ? 1 : 0;
    for (const auto& pattern : PatternsOf(d, sequences)) {
      ++counts[pattern].n;
      counts[pattern].hits += d.won ? 1 : 0;
    }
  }
  if (overall != nullptr) *overall = all;
  const double pooled = all.n == 0 ? 0 : static_cast<double>(all.hits) / static_cast<double>(all.n);
  std::map<std::string, std::vector<GroupShare>> kinds;
  for (const auto& [pattern, share] : counts) kinds[pattern.first].push_back(share);
  std::vector<DealPattern> patterns;
  std::vector<double> p_values;
  for (const auto& [pattern, share] : counts) {
    if (share.n < least || share.n == all.n) continue;
    DealPattern line;
    line.kind = pattern.first;
    line.name = pattern.second;
    line.won = share.hits;
    line.closed = share.n;
    line.share = static_cast<double>(share.hits) / static_cast<double>(share.n);
    line.interval = WilsonInterval(share.hits, share.n);
    line.drawn = Shrunk(share, pooled, PriorStrength(kinds[line.kind]));
    line.p = FisherExact(share.hits, share.n, all.hits - share.hits, all.n - share.n);
    p_values.push_back(line.p);
    patterns.push_back(std::move(line));
  }
  const std::vector<double> rates = FalseDiscoveryRates(p_values);
  for (size_t i = 0; i < patterns.size(); ++i) patterns[i].rate = rates[i];
  std::stable_sort(patterns.begin(), patterns.end(),
                   [](const DealPattern& a, const DealPattern& b) { return a.p < b.p; });
  return patterns;
}

}  // namespace relata

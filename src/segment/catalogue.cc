// SPDX-License-Identifier: Apache-2.0
//
// Segments made of segments, and those to begin with.

#include <algorithm>
#include <iterator>

#include "base/strings.h"
#include "relata/segment/segment.h"

namespace relata {

using internal::Concat;

absl::StatusOr<SegmentOverlap> OverlapSegments(const Crm& crm, std::string_view first,
                                               std::string_view second,
                                               const QueryOptions& options) {
  QueryOptions all = options;
  all.limit = 0;
  RELATA_ASSIGN_OR_RETURN(const QueryAnswer a, SegmentMembers(crm, first, all));
  RELATA_ASSIGN_OR_RETURN(const QueryAnswer b, SegmentMembers(crm, second, all));
  if (a.type != b.type) {
    return InvalidArgument(
        Concat("'", first, "' and '", second, "' are segments of different types of records"));
  }
  std::vector<Row> both;
  std::set_intersection(a.rows.begin(), a.rows.end(), b.rows.begin(), b.rows.end(),
                        std::back_inserter(both));
  const auto common = static_cast<int64_t>(both.size());
  return SegmentOverlap{common, a.count - common, b.count - common};
}

absl::StatusOr<std::vector<std::string>> SplitSegment(Crm& crm, std::string_view segment, int parts,
                                                      const Actor& actor, Timestamp now) {
  if (parts < 2 || parts > 26) return InvalidArgument("a segment is split into 2 to 26 parts");
  RELATA_ASSIGN_OR_RETURN(const Segment whole, FindSegment(crm, segment));
  std::vector<Segment> saved;
  std::vector<std::string> names;
  for (int i = 0; i < parts; ++i) {
    Segment part;
    part.name = Concat(segment, "_", std::string(1, static_cast<char>('a' + i)));
    part.type = whole.type;
    part.expression = Concat("in_segment('", segment, "') && bucket(", whole.type,
                             ".id + ':", segment, "', ", parts, ") == ", i);
    names.push_back(part.name);
    saved.push_back(std::move(part));
  }
  RELATA_RETURN_IF_ERROR(DefineSegments(crm, saved, actor, now));
  return names;
}

absl::StatusOr<std::vector<std::string>> DefineStarterSegments(Crm& crm, const Actor& actor,
                                                               Timestamp now) {
  struct Starter {
    const char* name;
    const char* type;
    const char* expression;
    LocalText label;
  };
  const Starter kStarters[] = {
      {"hot_prospects",
       "contact",
       "contact.events('page_view').filter(e, e.path != null && e.path.startsWith('/pricing') && "
       "e.at > now - days(30)).size() >= 2 && contact.orders.size() == 0",
       {"Hot prospects", "Prospects chauds"}},
      {"loyal_upsell",
       "account",
       "account.orders.filter(o, o.at != null && o.at > now - days(365)).size() >= 4 && "
       "!account.opportunities.exists(p, p.status == 'open')",
       {"Loyal, nothing offered", "Fidèles sans proposition en cours"}},
      {"inactive_to_wake",
       "account",
       "account.orders.size() > 0 && "
       "!account.orders.exists(o, o.at != null && o.at > now - days(365))",
       {"Inactive, to be woken", "Inactifs à réveiller"}},
      {"lapsing",
       "account",
       "account.orders.exists(o, o.at != null && o.at > now - days(365)) && "
       "!account.orders.exists(o, o.at != null && o.at > now - days(180))",
       {"Lapsing", "En perte de vitesse"}},
  };
  std::vector<Segment> saved;
  std::vector<std::string> names;
  for (const Starter& starter : kStarters) {
    if (FindSegment(crm, starter.name).ok()) continue;
    Segment segment;
    segment.name = starter.name;
    segment.type = starter.type;
    segment.expression = starter.expression;
    segment.label = starter.label;
    names.push_back(segment.name);
    saved.push_back(std::move(segment));
  }
  if (!saved.empty()) RELATA_RETURN_IF_ERROR(DefineSegments(crm, saved, actor, now));
  return names;
}

}  // namespace relata

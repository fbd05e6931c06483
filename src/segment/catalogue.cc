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

namespace {

// What of a product's code may stand in the name of a segment.
std::string NamePart(std::string_view code) {
  std::string part;
  for (const char c : code) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (upper || plain) {
      part += upper ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!part.empty() && part.back() != '_') {
      part += '_';
    }
  }
  return part;
}

// The code as a text of the expression, when a product has it.
absl::StatusOr<std::string> ProductCode(const Crm& crm, std::string_view code, Timestamp now) {
  QueryOptions asking;
  asking.now = now;
  asking.limit = 1;
  asking.parameters["code"] = Value::Text(std::string(code));
  RELATA_ASSIGN_OR_RETURN(const QueryAnswer found,
                          crm.Query("product", "product.code == code", asking));
  if (found.count == 0) return NotFound(Concat("no product has the code '", code, "'"));
  std::string quoted = "'";
  for (const char c : code) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

}  // namespace

absl::StatusOr<std::string> DefineBoughtNot(Crm& crm, std::string_view type,
                                            std::string_view bought, std::string_view not_bought,
                                            std::string_view name, const Actor& actor,
                                            Timestamp now) {
  if (type != "contact" && type != "account") {
    return InvalidArgument("purchases are of contacts and of accounts");
  }
  RELATA_ASSIGN_OR_RETURN(const std::string with, ProductCode(crm, bought, now));
  RELATA_ASSIGN_OR_RETURN(const std::string without, ProductCode(crm, not_bought, now));
  Segment segment;
  segment.name = name.empty() ? Concat("bought_", NamePart(bought), "_not_", NamePart(not_bought))
                              : std::string(name);
  segment.type = type;
  segment.expression = Concat(type, ".products_bought.exists(p, p.code == ", with, ") && !", type,
                              ".products_bought.exists(p, p.code == ", without, ")");
  segment.label = {Concat("Bought ", bought, ", not ", not_bought),
                   Concat("Ont acheté ", bought, ", pas ", not_bought)};
  if (FindSegment(crm, segment.name).ok()) {
    return AlreadyExists(Concat("there is a segment '", segment.name, "'"));
  }
  RELATA_RETURN_IF_ERROR(DefineSegment(crm, segment, actor, now));
  return segment.name;
}

}  // namespace relata

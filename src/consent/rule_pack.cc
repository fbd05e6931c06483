// SPDX-License-Identifier: Apache-2.0
//
// The reader of rule packs.
//
//   # comment
//   pack FR 2026.11 Europe/Paris      begins (and empties) a jurisdiction; "common" holds for all
//   amend FR 2027.1 Europe/Paris      goes on with it
//   include US                        takes over every row of another jurisdiction
//   member ES 14 Europe/Madrid | c    a member state: EU with its own age of digital consent
//   flag NAME=VALUE                   the default of a flag
//   drop RULE                         takes out every row of a rule
//   enable TAG                        puts in the rows that were read with "tag=TAG off"
//   KIND RULE key=value ... | c       a row with its citation
//   say RULE | English | French       its sentence;   need RULE | ... what is missing

#include "relata/consent/rule_pack.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "consent/distinct_packs.h"
#include "relata/base/text.h"
#include "relata/base/zone.h"

namespace relata {
namespace {

using internal::Concat;

constexpr std::string_view kKindNames[] = {"rule",      "refusal", "stop",  "register",
                                           "ebr",       "ban",     "basis", "check",
                                           "retention", "hours",   "pause", "cap"};
constexpr std::string_view kConditionNames[] = {"always",
                                                "sale_opt_out",
                                                "generic_point",
                                                "informed_professional",
                                                "corporate_subscriber",
                                                "charity_supporter",
                                                "soft_opt_in",
                                                "running_contract",
                                                "press",
                                                "presumed_interest",
                                                "within_term",
                                                "published_address",
                                                "revoke_all",
                                                "max_age",
                                                "doi_not_email",
                                                "web_needs_doi",
                                                "written",
                                                "minimum_age"};
constexpr std::string_view kWeekdayNames[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::string_view kLiftNames[] = {"contract", "press", "ebr"};

// Splits off what stands before `separator`, trimmed; the rest stays in `*text`.
std::string_view Take(std::string_view* text, char separator) {
  const size_t at = text->find(separator);
  const std::string_view head = text->substr(0, at);
  *text = at == std::string_view::npos ? std::string_view() : text->substr(at + 1);
  return TrimSpace(head);
}

std::string_view TakeWord(std::string_view* text) {
  *text = TrimSpace(*text);
  return Take(text, ' ');
}

bool ParseNumber(std::string_view text, int64_t* out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

std::optional<Date> ParseDate(std::string_view text) {
  int64_t y = 0;
  int64_t m = 0;
  int64_t d = 0;
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' ||
      !ParseNumber(text.substr(0, 4), &y) || !ParseNumber(text.substr(5, 2), &m) ||
      !ParseNumber(text.substr(8, 2), &d)) {
    return std::nullopt;
  }
  const CivilDay day{static_cast<int32_t>(y), static_cast<int32_t>(m), static_cast<int32_t>(d)};
  if (!IsValid(day)) return std::nullopt;
  return ToDate(day);
}

// "2026.11" as 202611.
std::optional<uint32_t> ParseVersion(std::string_view text) {
  int64_t year = 0;
  int64_t number = 0;
  if (!ParseNumber(Take(&text, '.'), &year) || !ParseNumber(text, &number) || year < 1 ||
      year > 9999 || number < 0 || number > 99) {
    return std::nullopt;
  }
  return static_cast<uint32_t>(year * 100 + number);
}

// "HH:MM", up to 24:00, in seconds.
bool ParseClock(std::string_view text, int32_t* out) {
  int64_t hour = 0;
  int64_t minute = 0;
  if (!ParseNumber(Take(&text, ':'), &hour) || !ParseNumber(text, &minute) || hour < 0 ||
      hour > 24 || minute < 0 || minute > 59 || hour * 60 + minute > 24 * 60) {
    return false;
  }
  *out = SecondOfDay(static_cast<int32_t>(hour), static_cast<int32_t>(minute));
  return true;
}

// A list of names as a set of bits.
template <class Set, size_t N>
bool ParseSet(const std::string_view (&names)[N], std::string_view list, Set* out) {
  while (!list.empty()) {
    const std::string_view name = Take(&list, ',');
    const auto found = std::find(std::begin(names), std::end(names), name);
    if (found == std::end(names)) return false;
    *out = static_cast<Set>(*out | Set{1} << (found - std::begin(names)));
  }
  return true;
}

// "mon-fri,sun" as a set of weekdays.
bool ParseWeekdays(std::string_view list, uint8_t* out) {
  const auto find = [](std::string_view name) {
    return static_cast<int>(std::find(std::begin(kWeekdayNames), std::end(kWeekdayNames), name) -
                            std::begin(kWeekdayNames));
  };
  *out = 0;
  while (!list.empty()) {
    std::string_view item = Take(&list, ',');
    const int first = find(Take(&item, '-'));
    const int last = item.empty() ? first : find(TrimSpace(item));
    if (first > 6 || last > 6) return false;
    for (int day = first;; day = (day + 1) % 7) {
      *out = static_cast<uint8_t>(*out | 1u << day);
      if (day == last) break;
    }
  }
  return *out != 0;
}

bool ParseWindows(std::string_view list, std::array<TimeWindow, 2>* out) {
  for (TimeWindow& window : *out) {
    if (list.empty()) return true;
    std::string_view item = Take(&list, ',');
    if (!ParseClock(Take(&item, '-'), &window.from) || !ParseClock(item, &window.until) ||
        window.from >= window.until) {
      return false;
    }
  }
  return list.empty();
}

bool ParseInt32(std::string_view text, int32_t* out) {
  int64_t n = 0;
  if (!ParseNumber(text, &n) || n < 0 || n > 100'000) return false;
  *out = static_cast<int32_t>(n);
  return true;
}

bool ParseMidnight(std::string_view text, const Zone& zone, Timestamp* out) {
  const std::optional<Date> date = ParseDate(text);
  if (!date) return false;
  *out = zone.DayStart(*date);
  return true;
}

// Sets one key of a row; false when the key or its value is not known.
bool SetKey(std::string_view key, std::string_view value, const Zone& zone, RuleRow* row) {
  if (key == "channels") return ParseSet(internal::kChannelNames, value, &row->channels);
  if (key == "audience") return ParseSet(internal::kAudienceNames, value, &row->audiences);
  if (key == "sectors") return ParseSet(internal::kSectorNames, value, &row->sectors);
  if (key == "purposes") return ParseSet(internal::kPurposeNames, value, &row->purposes);
  if (key == "relations") return ParseSet(internal::kRelationNames, value, &row->relations);
  if (key == "lifted_by") return ParseSet(kLiftNames, value, &row->lifted_by);
  if (key == "holidays") return ParseSet(kHolidaySetNames, value, &row->hours.holidays);
  if (key == "when") return internal::ParseIn(kConditionNames, value, &row->when);
  if (key == "basis") return internal::ParseIn(internal::kBasisNames, value, &row->basis);
  if (key == "list") return internal::ParseIn(internal::kRegisterNames, value, &row->list);
  if (key == "from") return ParseMidnight(value, zone, &row->from);
  if (key == "until") return ParseMidnight(value, zone, &row->until);
  if (key == "amount") return ParseInt32(value, &row->amount);
  if (key == "days") return ParseInt32(value, &row->days);
  if (key == "weekdays") return ParseWeekdays(value, &row->hours.weekdays);
  if (key == "exempt") return ParseWeekdays(value, &row->hours.exempt);
  if (key == "open") return ParseWindows(value, &row->hours.windows);
  if (key == "otherwise") {
    const std::optional<Rule> rule = ParseRule(value);
    if (rule) row->otherwise = *rule;
    return rule.has_value();
  }
  return false;
}

bool ParseSwitch(std::string_view value, bool* out) {
  *out = value == "on" || value == "true";
  return *out || value == "off" || value == "false";
}

// "off", a date, or the instant that `standard` names for "on".
bool ParseSince(std::string_view value, const char* zone_name, Timestamp standard, Timestamp* out) {
  bool on = false;
  if (ParseSwitch(value, &on)) {
    *out = on ? standard : Timestamp::kMax;
    return true;
  }
  if (value == "always") {
    *out = Timestamp::kMin;
    return true;
  }
  const std::optional<Zone> zone = Zone::Load(zone_name);
  return zone && ParseMidnight(value, *zone, out);
}

template <class E>
bool ParseWord(std::initializer_list<std::string_view> words, std::string_view value, E* out) {
  const auto found = std::find(words.begin(), words.end(), value);
  if (found != words.end()) *out = static_cast<E>(found - words.begin());
  return found != words.end();
}

// A number of months or days; "off" is 0.
bool ParseLength(std::string_view value, int32_t* out) {
  if (value == "off" || value == "false") {
    *out = 0;
    return true;
  }
  return ParseInt32(value, out);
}

bool SetFlagValue(Policy* p, Flag flag, std::string_view v) {
  int32_t seconds = 0;
  switch (flag) {
    case Flag::kSkew:
      if (!ParseInt32(v, &seconds)) return false;
      p->skew_s = seconds;
      return true;
    case Flag::kDoiTtlDays:
      return ParseInt32(v, &p->doi_ttl_days);
    case Flag::kDoiMax:
      return ParseInt32(v, &p->doi_max);
    case Flag::kFrPhoneConsentMonths:
      return ParseLength(v, &p->fr_phone_consent_months);
    case Flag::kFrRefusalIsWithdrawal: {
      const Zone paris = Zone::Load("Europe/Paris").value_or(Zone());
      return ParseSince(v, "Europe/Paris", paris.DayStart(MakeDate(2026, 8, 11)),
                        &p->fr_refusal_is_withdrawal);
    }
    case Flag::kFrRefusalPause:
      return ParseWord({"local_days", "hours"}, v, &p->fr_refusal_pause);
    case Flag::kFrCapWindow:
      return ParseWord({"hours", "calendar_days"}, v, &p->fr_cap_window);
    case Flag::kFrPressException:
      return ParseSwitch(v, &p->fr_press_exception);
    case Flag::kFrFreeAccount:
      return ParseWord({"ask", "allow", "ignore"}, v, &p->fr_free_account);
    case Flag::kFrInactiveMonths:
      return ParseLength(v, &p->fr_inactive_months);
    case Flag::kDeWebDoiRequired:
      return ParseSwitch(v, &p->de_web_doi_required);
    case Flag::kDePresumedB2b:
      return ParseSwitch(v, &p->de_presumed_b2b);
    case Flag::kUsSmsWritten:
      return ParseSwitch(v, &p->us_sms_written);
    case Flag::kUsSmsHours:
      return ParseSwitch(v, &p->us_sms_hours);
    case Flag::kUsRevokeAll:
      return ParseSince(v, "America/New_York", Timestamp::kMin, &p->us_revoke_all);
    case Flag::kMergePolicy:
      return ParseWord({"most_restrictive", "latest_wins"}, v, &p->merge_policy);
    case Flag::kRestrictBlocksService:
      return ParseSwitch(v, &p->restrict_blocks_service);
    case Flag::kComplaintNeedsDoi:
      return ParseSwitch(v, &p->complaint_needs_doi);
    case Flag::kImportLifts:
      return ParseWord({"never", "with_text"}, v, &p->import_lifts);
    case Flag::kErasureKeepsHash:
      return ParseSwitch(v, &p->erasure_keeps_hash);
    case Flag::kMinorStaysUnproven:
      return ParseSwitch(v, &p->minor_stays_unproven);
    case Flag::kTzUnknown:
      return ParseWord({"needs_evidence", "deny"}, v, &p->tz_unknown);
    case Flag::kMultiJurisdiction:
      return ParseWord({"strictest", "first"}, v, &p->multi_jurisdiction);
  }
  return false;
}

}  // namespace

namespace {

// "22:00-08:00 email,sms"; "off" and a missing list of channels are allowed.
bool ParseQuietHours(std::string_view value, QuietHours* out) {
  *out = {};
  if (value == "off") return true;
  std::string_view hours = TakeWord(&value);
  return ParseClock(Take(&hours, '-'), &out->from) && ParseClock(hours, &out->to) &&
         ParseSet(internal::kChannelNames, TrimSpace(value), &out->channels);
}

// "email 3/7": at most three messages in seven days.
bool ParseFrequencyCap(std::string_view value, FrequencyCap* out) {
  *out = {};
  if (value == "off") return true;
  if (value.find(' ') != std::string_view::npos) {
    out->channel = ParseChannel(TakeWord(&value));
    if (out->channel == Channel::kUnknown) return false;
    value = TrimSpace(value);
  }
  return ParseInt32(Take(&value, '/'), &out->max) && ParseInt32(value, &out->days) && out->days > 0;
}

}  // namespace

absl::Status SetFlag(Policy* policy, std::string_view name, std::string_view value) {
  const auto refused = [&] { return InvalidArgument(Concat(name, " cannot be \"", value, "\"")); };
  if (name == "quiet_hours") {
    return ParseQuietHours(value, &policy->quiet_hours) ? absl::OkStatus() : refused();
  }
  if (name == "freq_cap") {
    return ParseFrequencyCap(value, &policy->freq_cap) ? absl::OkStatus() : refused();
  }
  if (name == "dormant_months") {
    if (ParseLength(value, &policy->dormant_months)) return absl::OkStatus();
    return InvalidArgument(Concat("dormant_months cannot be \"", value, "\""));
  }
  for (size_t i = 0; i < std::size(kFlagNames); ++i) {
    if (kFlagNames[i] != name) continue;
    if (SetFlagValue(policy, static_cast<Flag>(i), value)) return absl::OkStatus();
    return InvalidArgument(Concat(name, " cannot be \"", value, "\""));
  }
  return InvalidArgument(Concat("there is no policy flag \"", name, "\""));
}

std::string VersionText(uint32_t version) { return Concat(version / 100, ".", version % 100); }

// Reads texts into a pack. Used once.
class RulePackReader {
 public:
  absl::Status Read(std::string_view text) {
    for (int number = 1; !text.empty(); ++number) {
      const size_t end = text.find('\n');
      std::string_view line = TrimSpace(text.substr(0, end));
      text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
      if (line.empty() || line.front() == '#') continue;
      RELATA_RETURN_IF_ERROR(Annotate(ReadLine(line), Concat("rule pack line ", number)));
    }
    return absl::OkStatus();
  }

  RulePack Finish() {
    for (size_t j = 0; j < kJurisdictions; ++j) {
      RulePack::Pack& pack = pack_.packs_[j];
      std::stable_sort(pack.rows.begin(), pack.rows.end(),
                       [](const RuleRow& a, const RuleRow& b) { return a.kind < b.kind; });
      for (size_t k = 0; k <= kRowKinds; ++k) {
        pack.starts[k] =
            static_cast<size_t>(std::lower_bound(pack.rows.begin(), pack.rows.end(), k,
                                                 [](const RuleRow& row, size_t kind) {
                                                   return static_cast<size_t>(row.kind) < kind;
                                                 }) -
                                pack.rows.begin());
      }
    }
    for (const bool sale : {false, true}) {
      for (const bool born : {false, true}) {
        pack_.distinct_[(born ? 1u : 0u) + (sale ? 2u : 0u)] =
            internal::DistinctPacks(pack_, born, sale);
      }
    }
    return std::move(pack_);
  }

 private:
  struct Shelved {
    size_t jurisdiction;
    std::string tag;
    RuleRow row;
  };

  absl::Status ReadLine(std::string_view line) {
    std::string_view rest = line;
    const std::string_view word = TakeWord(&rest);
    if (word == "pack" || word == "amend") return ReadPack(rest, word == "amend");
    if (word == "member") return ReadMember(rest);
    if (word == "say" || word == "need") return ReadMessage(rest, word == "need");
    if (word == "flag") {
      const std::string_view name = Take(&rest, '=');
      return SetFlag(&pack_.policy_, name, TrimSpace(rest));
    }
    if (!current_) return InvalidArgument("stands before the first \"pack\"");
    if (word == "include") return Include(TrimSpace(rest));
    if (word == "drop") return Drop(TrimSpace(rest));
    if (word == "enable") return Enable(TrimSpace(rest));
    RowKind kind;
    if (!internal::ParseIn(kKindNames, word, &kind)) {
      return InvalidArgument(Concat("\"", word, "\" is no kind of row"));
    }
    return ReadRow(kind, rest);
  }

  absl::Status ReadPack(std::string_view rest, bool amend) {
    const std::string_view name = TakeWord(&rest);
    const std::string_view version = TakeWord(&rest);
    RELATA_RETURN_IF_ERROR(Open(name, version, TrimSpace(rest), amend));
    if (!amend && name != "common") AddCandidate(static_cast<Jurisdiction>(*current_));
    return absl::OkStatus();
  }

  absl::Status Open(std::string_view name, std::string_view version, std::string_view zone,
                    bool amend) {
    Jurisdiction j = Jurisdiction::kUnknown;
    if (name != "common" && (!internal::ParseIn(internal::kJurisdictionNames, name, &j) ||
                             j == Jurisdiction::kUnknown)) {
      return InvalidArgument(Concat("\"", name, "\" is no jurisdiction with a pack"));
    }
    const std::optional<uint32_t> number = ParseVersion(version);
    if (!number) return InvalidArgument(Concat("\"", version, "\" is no version"));
    const std::optional<Zone> loaded = zone == "UTC" ? Zone() : Zone::Load(zone);
    if (!loaded) return InvalidArgument(Concat("\"", zone, "\" is no known time zone"));
    zone_ = *loaded;
    current_ = static_cast<size_t>(j);
    if (!amend) pack_.packs_[*current_].rows.clear();
    pack_.packs_[*current_].version = *number;
    return absl::OkStatus();
  }

  void AddCandidate(Jurisdiction j) {
    if (std::find(pack_.all_.begin(), pack_.all_.end(), j) == pack_.all_.end()) {
      pack_.all_.push_back(j);
    }
  }

  absl::Status ReadMember(std::string_view rest) {
    std::string_view words = Take(&rest, '|');
    const std::string_view name = TakeWord(&words);
    const std::string_view age = TakeWord(&words);
    const std::string eu = VersionText(pack_.version(Jurisdiction::kEu));
    RELATA_RETURN_IF_ERROR(Open(name, eu, TrimSpace(words), false));
    RELATA_RETURN_IF_ERROR(Include("EU"));
    RELATA_RETURN_IF_ERROR(Drop("CONSENT.MINOR"));
    const std::string row =
        Concat("CONSENT.MINOR when=minimum_age amount=", age, " | ", TrimSpace(rest));
    return ReadRow(RowKind::kCheck, row);
  }

  absl::Status ReadMessage(std::string_view rest, bool needed) {
    const std::string_view id = Take(&rest, '|');
    const std::optional<Rule> rule = ParseRule(id);
    if (!rule) return InvalidArgument(Concat("\"", id, "\" is no rule"));
    const std::string_view english = Take(&rest, '|');
    const std::string_view french = TrimSpace(rest);
    if (english.empty() || french.empty()) {
      return InvalidArgument("a sentence is needed in English and in French");
    }
    RulePack::Messages& m = pack_.messages_[static_cast<size_t>(*rule)];
    (needed ? m.needed : m.text) = {std::string(english), std::string(french)};
    return absl::OkStatus();
  }

  absl::Status Include(std::string_view name) {
    Jurisdiction j = Jurisdiction::kUnknown;
    if (!internal::ParseIn(internal::kJurisdictionNames, name, &j) || pack_.version(j) == 0) {
      return InvalidArgument(Concat("there is no pack \"", name, "\" to include"));
    }
    const std::vector<RuleRow> rows = pack_.packs_[static_cast<size_t>(j)].rows;
    auto& mine = pack_.packs_[*current_].rows;
    mine.insert(mine.end(), rows.begin(), rows.end());
    const size_t shelved = shelf_.size();
    for (size_t i = 0; i < shelved; ++i) {
      if (shelf_[i].jurisdiction != static_cast<size_t>(j)) continue;
      Shelved copy = shelf_[i];
      copy.jurisdiction = *current_;
      shelf_.push_back(std::move(copy));
    }
    return absl::OkStatus();
  }

  absl::Status Drop(std::string_view id) {
    const std::optional<Rule> rule = ParseRule(id);
    auto& rows = pack_.packs_[*current_].rows;
    const auto gone = std::remove_if(rows.begin(), rows.end(),
                                     [&](const RuleRow& row) { return rule && row.rule == *rule; });
    if (gone == rows.end()) return InvalidArgument(Concat("there is no row of \"", id, "\""));
    rows.erase(gone, rows.end());
    return absl::OkStatus();
  }

  absl::Status Enable(std::string_view tag) {
    bool found = false;
    for (const Shelved& s : shelf_) {
      if (s.jurisdiction != *current_ || s.tag != tag) continue;
      pack_.packs_[*current_].rows.push_back(s.row);
      found = true;
    }
    if (found) return absl::OkStatus();
    return InvalidArgument(Concat("no row is tagged \"", tag, "\""));
  }

  absl::Status ReadRow(RowKind kind, std::string_view rest) {
    std::string_view words = Take(&rest, '|');
    const std::string_view id = TakeWord(&words);
    const std::optional<Rule> rule = ParseRule(id);
    if (!rule) return InvalidArgument(Concat("\"", id, "\" is no rule"));
    RuleRow row;
    row.kind = kind;
    row.rule = *rule;
    row.version = pack_.packs_[*current_].version;
    row.citation = TrimSpace(rest);
    if (row.citation.empty()) return InvalidArgument("a row needs a citation after \"|\"");
    std::string tag;
    bool off = false;
    while (!TrimSpace(words).empty()) {
      std::string_view item = TakeWord(&words);
      if (item == "off") {
        off = true;
        continue;
      }
      const std::string_view key = Take(&item, '=');
      if (key == "tag") {
        tag = item;
      } else if (!SetKey(key, item, zone_, &row)) {
        return InvalidArgument(Concat("\"", key, "=", item, "\" means nothing here"));
      }
    }
    RELATA_RETURN_IF_ERROR(CheckRow(row));
    if (off) {
      shelf_.push_back({*current_, tag, std::move(row)});
    } else {
      pack_.packs_[*current_].rows.push_back(std::move(row));
    }
    return absl::OkStatus();
  }

  // Combinations that could only be mistakes, above all those that would allow by accident.
  static absl::Status CheckRow(const RuleRow& row) {
    const bool allows = OutcomeOf(row.rule) == Outcome::kAllow;
    if (row.kind == RowKind::kBasis || row.kind == RowKind::kEbr) {
      if (allows && row.basis == Basis::kNone) return InvalidArgument("an allow needs a basis");
    } else if (allows && row.kind != RowKind::kRule) {
      return InvalidArgument("a rule that allows cannot forbid");
    }
    if (row.kind == RowKind::kHours && row.hours.windows[0] == TimeWindow{}) {
      return InvalidArgument("hours need open=HH:MM-HH:MM");
    }
    if (row.kind == RowKind::kRegister && row.list == Register::kUnknown) {
      return InvalidArgument("a register row needs list=");
    }
    if (row.kind == RowKind::kCap && (row.amount <= 0 || row.days <= 0)) {
      return InvalidArgument("a cap needs amount= and days=");
    }
    return absl::OkStatus();
  }

  RulePack pack_;
  std::vector<Shelved> shelf_;
  std::optional<size_t> current_;
  Zone zone_;
};

absl::StatusOr<RulePack> RulePack::Parse(std::span<const std::string_view> texts) {
  RulePackReader reader;
  for (std::string_view text : texts) RELATA_RETURN_IF_ERROR(reader.Read(text));
  return reader.Finish();
}

std::string_view RulePack::Citation(Rule rule, Jurisdiction j) const {
  for (size_t pack : {static_cast<size_t>(j) % kJurisdictions, size_t{0}}) {
    for (const RuleRow& row : packs_[pack].rows) {
      if (row.rule == rule) return row.citation;
    }
  }
  return {};
}

std::string_view RulePack::Citation(Rule rule, Jurisdiction j, Channel channel, Audience audience,
                                    Timestamp at) const {
  for (size_t pack : {static_cast<size_t>(j) % kJurisdictions, size_t{0}}) {
    for (const RuleRow& row : packs_[pack].rows) {
      if (row.rule == rule && row.Covers(channel, audience) && row.InForce(at)) return row.citation;
    }
  }
  return Citation(rule, j);
}

}  // namespace relata

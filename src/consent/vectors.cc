// SPDX-License-Identifier: Apache-2.0

#include "relata/consent/vectors.h"

#include <algorithm>
#include <deque>
#include <exception>
#include <unordered_map>
#include <utility>

#include "base/strings.h"
#include "consent/json_fields.h"
#include "consent/vector_keys.h"
#include "relata/consent/deadlines.h"
#include "relata/consent/decide.h"
#include "relata/consent/erasure.h"
#include "relata/model/value.h"

namespace relata {
namespace {

using internal::Concat;
using internal::Json;
using internal::JsonNode;
using internal::WarnOfUnreadKeys;
using OrderedJson = nlohmann::ordered_json;

std::string Line(const OrderedJson& json) {
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

// One contact vector with everything its spans borrow.
class ContactCase {
 public:
  void Read(const JsonNode& vector, const RulePack& pack) {
    policy_ = pack.policy();
    ReadJurisdictions(vector["jurisdiction"]);
    const JsonNode facts = vector["facts"];
    ReadQuestion(vector["question"], facts["point"]);
    facts["ledger"].ForEach([&](const JsonNode& n) { ReadEntry(n); });
    facts["merges"].ForEach([&](const JsonNode& n) {
      merges_.push_back({Party(n["from"].RequiredText()), Party(n["into"].RequiredText()),
                         n["at"].RequiredInstant(), n["until"].Instant(Timestamp::kMax)});
    });
    facts["relation"].ForEach([&](const JsonNode& n) { ReadRelation(n); });
    facts["registers"].ForEach([&](const JsonNode& n) { ReadListing(n); });
    facts["attempts"].ForEach([&](const JsonNode& n) { ReadAttempt(n); });
    facts["signals"].ForEach([&](const JsonNode& n) {
      signals_.push_back({n["gpc"].Bool(false), n["at"].RequiredInstant()});
    });
    facts_.activity_tracked = !facts["activity"].absent();
    facts["activity"].ForEach([&](const JsonNode& n) {
      Activity a{ActivityKind::kUnknown, n["at"].RequiredInstant()};
      internal::ParseIn(internal::kActivityNames, n["kind"].Text(), &a.kind);
      activity_.push_back(a);
    });
    ReadSubject(facts["subject"]);
    ReadPoint(facts["point"]);
    ReadPolicy(facts["policy"]);
    Bind();
  }

  Decision Answer(const RulePack& pack) const { return Decide(question_, facts_, pack, policy_); }

 private:
  // A number for each name of a person or point.
  PartyId Party(std::string_view name) {
    if (name.empty()) return {};
    const auto [it, added] = parties_.try_emplace(std::string(name), PartyId{parties_.size() + 1});
    return it->second;
  }

  void ReadJurisdictions(const JsonNode& node) {
    node.ForEachOrOne(
        [&](const JsonNode& n) { jurisdictions_.push_back(ParseJurisdiction(n.RequiredText())); });
  }

  void ReadQuestion(const JsonNode& n, const JsonNode& point) {
    question_.channel = ParseChannel(n["channel"].RequiredText());
    question_.purpose = ParsePurpose(n["purpose"].RequiredText());
    ReadWord(n["audience"], internal::kAudienceNames, &question_.audience);
    if (!n["sector"].absent()) {
      question_.sector = Sector::kOther;
      internal::ParseIn(internal::kSectorNames, n["sector"].Text(), &question_.sector);
    }
    question_.at = n["at"].RequiredInstant();
    question_.known_at = n["known_at"].Instant(Timestamp::kMax);
    const std::string_view person = n["person"].Text();
    question_.person = Party(person.empty() ? "p1" : person);
    const std::string_view asked = n["point"].Text();
    question_.point = Party(asked.empty() ? point["id"].Text() : asked);
    question_.topic = n["topic"].Text();
    if (!n["controller"].absent()) question_.controller = n["controller"].Text();
    question_.similar_product = n["similar_product"].Bool(false);
    question_.related_to_job = n["related_to_job"].Bool(false);
    question_.related_to_contract = n["related_to_contract"].Bool(false);
    question_.presumed_interest = n["presumed_interest"].Bool(false);
    question_.mixed_promo = n["mixed_promo"].Bool(false);
    question_.message_has_optout = n["message_has_optout"].ThreeValued();
  }

  void ReadEntry(const JsonNode& n) {
    ConsentEntry& e = entries_.emplace_back();
    e.seq = static_cast<Seq>(entries_.size());
    e.event = ParseConsentEvent(n["event"].RequiredText());
    if (e.event == ConsentEvent::kUnknown) n["event"].FailWord("is no event of the ledger");
    e.at = n["at"].RequiredInstant();
    e.recorded_at = n["recorded_at"].Instant(e.at);
    e.person = Party(n["person"].Text());
    e.point = Party(n["point"].Text());
    e.effective_from = n["effective_from"].Instant(Timestamp::kMin);
    e.expires_at = n["expires_at"].Instant(Timestamp::kMax);
    ReadScope(n["scope"], &e.scope);
    ReadEvidence(n["evidence"], &e.evidence);
  }

  static void ReadScope(const JsonNode& n, ConsentScope* scope) {
    n["channel"].ForEachOrOne([&](const JsonNode& v) {
      scope->channels = static_cast<ChannelSet>(scope->channels | Bit(ParseChannel(v.Text())));
    });
    n["purpose"].ForEachOrOne(
        [&](const JsonNode& v) { scope->purposes |= Bit(ParsePurpose(v.Text())); });
    n["topic"].ForEachOrOne([&](const JsonNode& v) { scope->topics.emplace_back(v.Text()); });
    n["controller"].ForEachOrOne(
        [&](const JsonNode& v) { scope->controllers.emplace_back(v.Text()); });
  }

  static void ReadEvidence(const JsonNode& n, ConsentEvidence* v) {
    if (!n["source"].absent()) {
      v->source = ConsentSource::kOther;
      internal::ParseIn(internal::kSourceNames, n["source"].Text(), &v->source);
    }
    ReadWord(n["doi"], internal::kDoubleOptInNames, &v->doi);
    v->text = n["text"].Text();
    v->form_version = n["form_version"].Text();
    v->language = n["language"].Text();
    v->reference = n["reference"].Text();
    v->written = n["written"].Bool(false);
    v->parental = n["parental"].Bool(false);
    v->preticked = n["preticked"].Bool(false);
    v->bundled = n["bundled"].Bool(false);
    v->outside_hours = n["outside_hours"].Bool(false);
    v->informed_of_signal = n["informed_of_signal"].Bool(false);
    v->iss = n["iss"].Bool(true);
  }

  void ReadRelation(const JsonNode& n) {
    Relation r;
    internal::ParseIn(internal::kRelationNames, n["kind"].RequiredText(), &r.kind);
    r.at = n["at"].RequiredInstant();
    r.until = n["until"].Instant(Timestamp::kMax);
    if (!n["controller"].absent()) r.controller = n["controller"].Text();
    r.informed = n["informed"].ThreeValued();
    r.optout_offered = n["optout_offered"].ThreeValued();
    r.no_unsolicited_statement = n["no_unsolicited_statement"].ThreeValued();
    relations_.push_back(r);
  }

  void ReadListing(const JsonNode& n) {
    Listing l;
    const JsonNode name = n["register"];
    if (!internal::ParseIn(internal::kRegisterNames, name.RequiredText(), &l.list) ||
        l.list == Register::kUnknown) {
      name.FailWord("is no register");
    }
    l.listed_from = n["listed_from"].RequiredInstant();
    registers_.push_back(l);
  }

  void ReadAttempt(const JsonNode& n) {
    Attempt a{ParseChannel(n["channel"].RequiredText()), n["at"].RequiredInstant(),
              Purpose::kMarketing};
    if (!n["purpose"].absent()) a.purpose = ParsePurpose(n["purpose"].Text());
    attempts_.push_back(a);
  }

  void ReadSubject(const JsonNode& n) {
    const auto load = [](const JsonNode& name) {
      const std::optional<Zone> zone = Zone::Load(name.Text());
      if (!zone) name.FailWord("is no time zone");
      return zone.value_or(Zone());
    };
    if (!n["tz"].absent()) zone_ = load(n["tz"]);
    n["tz_candidates"].ForEach([&](const JsonNode& name) { candidates_.push_back(load(name)); });
    facts_.subject.born = n["born"].Day();
    facts_.subject.deceased = n["deceased"].Bool(false);
  }

  void ReadPoint(const JsonNode& n) {
    ReadWord(n["class"], internal::kPointClassNames, &facts_.point.point_class);
    ReadWord(n["subscriber"], internal::kSubscriberNames, &facts_.point.subscriber);
    facts_.point.informed_at_collection = n["informed_at_collection"].ThreeValued();
  }

  void ReadPolicy(const JsonNode& n) {
    if (n.absent()) return;
    if (!n.json().is_object()) return n.Fail("an object is expected");
    for (const auto& [name, value] : n.json().items()) {
      const JsonNode node = n[name];
      if (name == "quiet_hours") {
        ReadQuietHours(node);
      } else if (name == "freq_cap") {
        ReadFrequencyCap(node);
      } else if (!value.is_null()) {
        const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
        const absl::Status set = SetFlag(&policy_, name, text);
        if (!set.ok()) node.Fail(Message(set));
      }
    }
  }

  // House rules may be switched off by null or "off".
  static bool IsOff(const JsonNode& n) {
    return n.absent() || n.json() == "off" || n.json() == false;
  }

  static int32_t ReadClock(const JsonNode& n) {
    if (n.RequiredText() == "24:00") return 24 * 3600;
    const std::optional<Timestamp> t =
        internal::ParseInstant(Concat("1970-01-01T", n.RequiredText(), ":00Z"));
    if (!t) n.Fail("a time of day such as 22:00 is expected");
    return t ? static_cast<int32_t>(t->micros / 1'000'000) : 0;
  }

  void ReadQuietHours(const JsonNode& n) {
    if (IsOff(n)) return;
    QuietHours& quiet = policy_.quiet_hours;
    quiet.from = ReadClock(n["from"]);
    quiet.to = ReadClock(n["to"]);
    n["channels"].ForEachOrOne([&](const JsonNode& v) {
      quiet.channels = static_cast<ChannelSet>(quiet.channels | Bit(ParseChannel(v.Text())));
    });
  }

  void ReadFrequencyCap(const JsonNode& n) {
    if (IsOff(n)) return;
    FrequencyCap& cap = policy_.freq_cap;
    cap.channel = ParseChannel(n["channel"].Text());
    if (!n["channel"].absent() && cap.channel == Channel::kUnknown) {
      n["channel"].FailWord("is no channel");
    }
    cap.max = static_cast<int32_t>(n["max"].Number(0));
    cap.days = static_cast<int32_t>(n["days"].Number(0));
    if (cap.max < 0 || cap.days <= 0 || cap.days > 36'500) {
      n.Fail("needs max of 0 or more and days of 1 to 36500");
    }
  }

  // A word of a closed list whose wrong spelling could loosen the answer.
  template <class E, size_t N>
  static void ReadWord(const JsonNode& n, const std::string_view (&names)[N], E* out) {
    if (n.absent()) return;
    if (!internal::ParseIn(names, n.Text(), out)) n.FailWord("is not one of the words known here");
  }

  // Orders what must be ordered and points the spans at what is owned.
  void Bind() {
    for (const ConsentEntry& e : entries_) ledger_.push_back(&e);
    std::stable_sort(ledger_.begin(), ledger_.end(),
                     [](const ConsentEntry* a, const ConsentEntry* b) { return a->at < b->at; });
    std::stable_sort(attempts_.begin(), attempts_.end(),
                     [](const Attempt& a, const Attempt& b) { return a.at < b.at; });
    facts_.jurisdictions = jurisdictions_;
    facts_.ledger = ledger_;
    facts_.merges = merges_;
    facts_.relations = relations_;
    facts_.registers = registers_;
    facts_.attempts = attempts_;
    facts_.signals = signals_;
    facts_.activity = activity_;
    facts_.subject.zone_candidates = candidates_;
    if (zone_) facts_.subject.zone = &*zone_;
  }

  Question question_;
  Facts facts_;
  Policy policy_;
  std::unordered_map<std::string, PartyId> parties_;
  std::deque<ConsentEntry> entries_;
  std::vector<const ConsentEntry*> ledger_;
  std::vector<Jurisdiction> jurisdictions_;
  std::vector<Merge> merges_;
  std::vector<Relation> relations_;
  std::vector<Listing> registers_;
  std::vector<Attempt> attempts_;
  std::vector<Signal> signals_;
  std::vector<Activity> activity_;
  std::vector<Zone> candidates_;
  std::optional<Zone> zone_;
};

OrderedJson AnswerContact(const JsonNode& vector, const RulePack& pack) {
  ContactCase c;
  c.Read(vector, pack);
  const Decision d = c.Answer(pack);
  OrderedJson out;
  out["decision"] = Name(d.outcome);
  out["reason"] = Name(d.rule);
  if (d.basis != Basis::kNone) out["basis"] = Name(d.basis);
  if (d.has_retry()) out["retry_at"] = FormatTimestamp(d.retry_at);
  return out;
}

OrderedJson AnswerDeadline(const JsonNode& vector) {
  const JsonNode name = vector["question"]["clock"];
  const JsonNode facts = vector["facts"];
  const std::optional<Clock> clock = ParseClock(name.RequiredText());
  if (!clock) name.FailWord("is no clock");
  std::vector<Date> holidays;
  facts["holidays"].ForEach([&](const JsonNode& n) {
    if (const std::optional<Date> day = n.Day()) holidays.push_back(*day);
  });
  ClockStart start{facts["from"].Day(), facts["fiscal_year_end"].Day(), std::nullopt, holidays};
  if (!facts["aware_at"].absent()) start.aware_at = facts["aware_at"].RequiredInstant();
  OrderedJson out;
  if (!clock) return out;
  const std::optional<Due> due = DueAt(*clock, start);
  if (!due) {
    facts.Fail("the day or instant from which the clock runs is missing");
  } else if (due->instant) {
    out["due"] = FormatTimestamp(*due->instant);
  } else {
    out["due"] = FormatTimestamp(UtcMidnight(*due->date)).substr(0, 10);
  }
  return out;
}

LegalHold ReadHold(const JsonNode& n) {
  if (n.absent()) return {};
  const JsonNode classes = n["classes"];
  if (classes.absent()) return LegalHold::All();
  LegalHold hold;
  classes.ForEachOrOne([&](const JsonNode& c) {
    const std::optional<RecordClass> known = ParseRecordClass(c.Text());
    if (known) hold.Add(*known);
    if (!known) c.FailWord("is no class of records");
  });
  return hold;
}

OrderedJson AnswerErasure(const JsonNode& vector, const RulePack& pack) {
  const JsonNode facts = vector["facts"];
  const Timestamp at = facts["at"].RequiredInstant();
  const LegalHold hold = ReadHold(facts["legal_hold"]);
  Policy policy = pack.policy();
  const JsonNode keeps = facts["policy"]["erasure_keeps_hash"];
  if (keeps.json() == "on" || keeps.json() == "off") {
    policy.erasure_keeps_hash = keeps.json() == "on";
  } else {
    policy.erasure_keeps_hash = keeps.Bool(policy.erasure_keeps_hash);
  }
  OrderedJson out;
  OrderedJson actions = OrderedJson::object();
  facts["records"].ForEach([&](const JsonNode& n) {
    const std::string id(n["id"].RequiredText());
    const std::string_view name = n["class"].RequiredText();
    const std::optional<RecordClass> known = ParseRecordClass(name);
    if (!known) {
      n["class"].Fail(Concat("record ", id, ": \"", name, "\" is no class of records"));
      return;
    }
    if (actions.contains(id)) {
      n["id"].Fail(Concat("record ", id, " stands here twice"));
      return;
    }
    const ErasureItem item{*known, n["retain_until"].Instant(Timestamp::kMax),
                           n["never_used"].Bool(false)};
    actions[id] = Name(PlanErasure(item, at, hold, policy));
  });
  out["actions"] = std::move(actions);
  return out;
}

std::string AnswerVector(const JsonNode& vector, const RulePack& pack) {
  OrderedJson line;
  line["id"] = vector["id"].RequiredText();
  const std::string_view kind = vector["kind"].Text();
  OrderedJson answer = OrderedJson::object();
  if (kind.empty() || kind == "contact") {
    answer = AnswerContact(vector, pack);
  } else if (kind == "deadline") {
    answer = AnswerDeadline(vector);
  } else if (kind == "erasure") {
    answer = AnswerErasure(vector, pack);
  } else {
    vector["kind"].FailWord("is no kind of vector");
  }
  if (answer.is_object()) line.update(answer);
  return Line(line);
}

// The line of a vector that cannot be read.
std::string ErrorLine(const JsonNode& vector, std::string_view message) {
  OrderedJson line;
  const Json& json = vector.json();
  line["id"] = json.is_object() && json.contains("id") && json["id"].is_string()
                   ? std::string_view(json["id"].get_ref<const std::string&>())
                   : std::string_view(vector.path());
  line["error"] = message;
  return Line(line);
}

std::string AnswerOrError(const JsonNode& place, const RulePack& pack, std::vector<Issue>* issues) {
  absl::Status status = absl::OkStatus();
  const JsonNode vector(&place.json(), place.path(), &status);
  std::string line = AnswerVector(vector, pack);
  if (issues != nullptr) WarnOfUnreadKeys(vector, issues);
  if (status.ok()) return line;
  const std::string message(Message(status));
  if (issues != nullptr) issues->push_back({Severity::kError, vector.path(), message});
  return ErrorLine(vector, message);
}

absl::StatusOr<std::vector<std::string>> ReplayUnguarded(std::string_view json,
                                                         const RulePack& pack,
                                                         std::vector<Issue>* issues) {
  const Json document = Json::parse(json.begin(), json.end(), nullptr, false);
  if (document.is_discarded()) return InvalidArgument("the text is not JSON");
  absl::Status status = absl::OkStatus();
  std::vector<std::string> lines;
  const auto answer = [&](const JsonNode& vector) {
    lines.push_back(AnswerOrError(vector, pack, issues));
  };
  const JsonNode root(&document, "", &status);
  if (document.is_array()) {
    JsonNode(&document, "vectors", &status).ForEach(answer);
  } else if (document.is_object() && document.contains("vectors")) {
    root["vectors"].ForEach(answer);
  } else if (document.is_object() && document.contains("id")) {
    answer(root);
  } else {
    return InvalidArgument("a list of vectors is expected");
  }
  RELATA_RETURN_IF_ERROR(status);
  return lines;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ReplayVectors(std::string_view json, const RulePack& pack,
                                                       std::vector<Issue>* issues) {
  // Every access is checked by type; the JSON library may still run out of memory.
  try {
    return ReplayUnguarded(json, pack, issues);
  } catch (const std::exception& e) {
    return Internal(Concat("JSON: ", std::string_view(e.what())));
  }
}

absl::StatusOr<std::vector<std::string>> ReplayVectors(std::string_view json,
                                                       std::vector<Issue>* issues) {
  RELATA_ASSIGN_OR_RETURN(const RulePack pack, RulePack::Standard());
  return ReplayVectors(json, pack, issues);
}

}  // namespace relata

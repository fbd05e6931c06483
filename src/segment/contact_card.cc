// SPDX-License-Identifier: Apache-2.0

#include "segment/contact_card.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <optional>
#include <set>
#include <utility>

#include "base/strings.h"
#include "nlohmann/json.hpp"
#include "relata/quality/normalize.h"
#include "relata/segment/contact_rules.h"
#include "relata/storage/store.h"
#include "segment/record_reader.h"

namespace relata::internal {
namespace {

constexpr size_t kAlignment = 64;

// Where mail goes that belongs to a person and to no company.
constexpr std::string_view kMailProviders[] = {
    "gmail.com", "googlemail.com", "outlook.com", "outlook.fr", "hotmail.com", "hotmail.fr",
    "live.fr",   "yahoo.com",      "yahoo.fr",    "orange.fr",  "wanadoo.fr",  "free.fr",
    "sfr.fr",    "laposte.net",    "icloud.com",  "gmx.de",     "web.de",      "proton.me"};

PointClass ClassOf(std::string_view email, bool at_work) {
  if (IsGenericMailbox(email)) return PointClass::kGeneric;
  const std::string_view domain = email.substr(std::min(email.find('@') + 1, email.size()));
  const bool provider = std::find(std::begin(kMailProviders), std::end(kMailProviders), domain) !=
                        std::end(kMailProviders);
  return at_work && !provider ? PointClass::kProfessional : PointClass::kPersonal;
}

// Reads one person's facts from a graph.
class Gatherer {
 public:
  Gatherer(const Snapshot& view, RecordRef person)
      : read_(view), view_(view), person_(person), account_(read_.Link(person, "account")) {}

  absl::StatusOr<CardParts> Gather(const MergeBook& merges, const RegisterBook& registers,
                                   ZoneShelf& zones) {
    parts_.at_work = !account_.none() || !read_.Text(person_, "company").empty();
    GatherWhere(zones);
    GatherPoints();
    RELATA_RETURN_IF_ERROR(GatherLedger(merges));
    GatherNotices();
    GatherRelations();
    GatherActivity();
    GatherRegisters(registers);
    return std::move(parts_);
  }

 private:
  // Whose law, whose clock, which age.
  void GatherWhere(ZoneShelf& zones) {
    std::string country = read_.Text(person_, "country");
    if (country.empty()) country = read_.Text(account_, "country");
    if (const std::optional<std::string> code = NormalizeCountry(country)) {
      country_ = *code;
      parts_.jurisdiction = ParseJurisdiction(*code);
    }
    if (parts_.jurisdiction == Jurisdiction::kUs) {
      std::string region = read_.Text(person_, "region");
      if (region.empty()) region = read_.Text(account_, "region");
      if (region == "CA" || region == "US-CA" || region == "California") {
        parts_.jurisdiction = Jurisdiction::kUsCa;
      }
    }
    parts_.zone = zones.Find(read_.Text(person_, "time_zone"));
    if (parts_.zone == nullptr && parts_.jurisdiction == Jurisdiction::kFr) {
      // Overseas departments have clocks of their own; elsewhere the country has one.
      std::string postal = read_.Text(person_, "postal_code");
      if (postal.empty()) postal = read_.Text(account_, "postal_code");
      if (!postal.starts_with("97") && !postal.starts_with("98")) {
        parts_.zone = zones.Find("Europe/Paris");
      }
    }
    const Value born = read_.Get(person_, "birth_date");
    if (born.is(Value::Kind::kDate)) parts_.born = born.date();
    parts_.deceased = read_.IsTrue(person_, "deceased");
    parts_.suppressed = read_.IsTrue(person_, "do_not_contact");
  }

  void GatherPoints() {
    const std::string mobile = read_.Text(person_, "mobile");
    addresses_[0] = read_.Text(person_, "email");
    addresses_[1] = mobile.empty() ? read_.Text(person_, "phone") : mobile;
    addresses_[2] = mobile;
    for (const RecordRef held :
         read_.Children(person_, "contact_point", read_.TypeOf(person_).name)) {
      GatherPoint(read_.Link(held, "email"), "address", {PointUse::kMail, PointUse::kMail});
      GatherPoint(read_.Link(held, "phone"), "number", {PointUse::kCall, PointUse::kText});
    }
    for (const PointUse use : {PointUse::kMail, PointUse::kCall, PointUse::kText}) Classify(use);
  }

  // One address held: it is the one a channel uses when it is the primary one, or when there is
  // none.
  void GatherPoint(RecordRef point, std::string_view field, std::array<PointUse, 2> uses) {
    if (point.none()) return;
    held_.push_back(point);
    const std::string text = read_.Text(point, field);
    for (const PointUse use : uses) {
      std::string& address = addresses_[static_cast<size_t>(use)];
      if (address.empty()) address = text;
      if (text == address) {
        parts_.points[static_cast<size_t>(use)].point = PartyId::Of(point);
      }
    }
  }

  void Classify(PointUse use) {
    const std::string& address = addresses_[static_cast<size_t>(use)];
    ReachedPoint& out = parts_.points[static_cast<size_t>(use)];
    out.facts.point_class = ClassOf(address, parts_.at_work);
    out.facts.subscriber = parts_.at_work ? Subscriber::kCorporate : Subscriber::kIndividual;
    if (!out.point.none()) {
      const std::string nature = read_.Text(out.point.ref(), "nature");
      ParseIn(kPointClassNames, nature, &out.facts.point_class);
    }
    if (address.empty()) {
      out.problem = "NO_ADDRESS";
    } else if (use == PointUse::kMail && !NormalizeEmail(address)) {
      out.problem = "INVALID_ADDRESS";
    }
  }

  // What the person said, and those who were ever one with her, and what anybody said at her
  // addresses.
  absl::Status GatherLedger(const MergeBook& book) {
    RELATA_ASSIGN_OR_RETURN(parts_.entries, view_.Ledger(person_, held_));
    std::vector<PartyId> persons;
    book.Find(PartyId::Of(person_), &persons, &parts_.merges);
    for (const PartyId other : persons) {
      if (view_.Resolve(other.ref()) == person_) continue;  // among the entries already
      RELATA_ASSIGN_OR_RETURN(std::vector<ConsentEntry> more, view_.Ledger(other.ref(), {}));
      std::move(more.begin(), more.end(), std::back_inserter(parts_.entries));
    }
    std::sort(parts_.entries.begin(), parts_.entries.end(),
              [](const ConsentEntry& a, const ConsentEntry& b) {
                return a.at != b.at ? a.at < b.at : a.seq < b.seq;
              });
    parts_.entries.erase(
        std::unique(parts_.entries.begin(), parts_.entries.end(),
                    [](const ConsentEntry& a, const ConsentEntry& b) { return a.seq == b.seq; }),
        parts_.entries.end());
    for (const ConsentEntry& entry : parts_.entries) {
      const PartyId who = entry.person;
      if (who.none() || who == PartyId::Of(person_) || view_.Resolve(who.ref()) != person_)
        continue;
      if (std::find(persons.begin(), persons.end(), who) != persons.end()) continue;
      // Merged by the commit under way: as new as the graph.
      parts_.merges.push_back(
          {who, PartyId::Of(person_), view_.recorded(), Timestamp::kMax, Seconds(Policy().skew_s)});
      persons.push_back(who);
    }
    return absl::OkStatus();
  }

  // The wordings that the forms showed which the person sent: she was informed by any of them, and
  // offered to say no by one written for existing customers.
  void GatherNotices() {
    for (const EventRef event : read_.Events(person_, "form_sent")) {
      const Value link = read_.Get(event, "notice");
      if (!link.is(Value::Kind::kRecord)) continue;
      const RecordRef notice = view_.Resolve(link.record());
      if (!view_.Exists(notice)) continue;
      Shown shown{view_.EventAt(event), read_.Text(notice, "kind") == "soft_opt_in", 0};
      for (const std::string& channel : read_.Texts(notice, "channels")) {
        shown.channels = static_cast<ChannelSet>(shown.channels | Bit(ParseChannel(channel)));
      }
      notices_.push_back(shown);
    }
    const bool informed = std::any_of(notices_.begin(), notices_.end(), [&](const Shown& shown) {
      return shown.at <= view_.recorded();
    });
    for (ReachedPoint& point : parts_.points) {
      if (informed) point.facts.informed_at_collection = Known::kYes;
    }
  }

  // What was known to the person when a relation began: the wordings shown up to that day. Of
  // several offers to say no, one that is about every channel tells most, then the latest.
  void Tell(Relation& relation) const {
    const Shown* offer = nullptr;
    for (const Shown& shown : notices_) {
      if (shown.at > relation.at + Days(1)) continue;
      relation.informed = Known::kYes;
      if (!shown.offers_optout || (offer != nullptr && offer->channels == 0)) continue;
      offer = &shown;
    }
    if (offer == nullptr) return;
    relation.optout_offered = Known::kYes;
    relation.told = offer->channels;
  }

  // A relation without a date is known to be and not known to be recent.
  void GatherRelationsOf(RecordRef holder, std::string_view link) {
    std::vector<Relation>& out = parts_.relations;
    for (const RecordRef order : read_.Children(holder, "order", link)) {
      if (read_.Text(order, "status") == "cancelled") continue;
      out.push_back({RelationKind::kPurchase, read_.When(order, "at").value_or(Timestamp::kMin)});
    }
    for (const std::string_view type : {"contract", "subscription"}) {
      for (const RecordRef contract : read_.Children(holder, type, link)) {
        const Timestamp until =
            std::min(read_.When(contract, "until").value_or(Timestamp::kMax),
                     read_.When(contract, "cancelled_on").value_or(Timestamp::kMax));
        out.push_back({RelationKind::kContract,
                       read_.When(contract, "from").value_or(Timestamp::kMin), until});
      }
    }
    for (const RecordRef opportunity : read_.Children(holder, "opportunity", link)) {
      out.push_back({RelationKind::kNegotiation,
                     read_.When(opportunity, "opened_at").value_or(Timestamp::kMin)});
    }
  }

  void GatherRelations() {
    GatherRelationsOf(person_, read_.TypeOf(person_).name);
    if (!account_.none()) GatherRelationsOf(account_, "account");
    for (const EventRef event : read_.Events(person_, "form_sent")) {
      parts_.relations.push_back({RelationKind::kInquiry, view_.EventAt(event)});
    }
    for (Relation& relation : parts_.relations) {
      if (relation.at != Timestamp::kMin) Tell(relation);
    }
  }

  void AddActivity(std::string_view event, ActivityKind kind) {
    for (const EventRef e : read_.Events(person_, event)) {
      parts_.activity.push_back({kind, view_.EventAt(e)});
    }
  }

  // What the person did and what was sent. Without any such event in the database nobody tracks
  // activity, and its absence says nothing. Opens are no act of the person and are left out.
  void GatherActivity() {
    AddActivity("email_clicked", ActivityKind::kClick);
    AddActivity("form_sent", ActivityKind::kReply);
    AddActivity("login", ActivityKind::kLogin);
    for (const Relation& relation : parts_.relations) {
      if (relation.kind != RelationKind::kPurchase || relation.at == Timestamp::kMin) continue;
      parts_.activity.push_back({ActivityKind::kPurchase, relation.at});
    }
    for (const std::string_view event : {"email_clicked", "login", "form_sent"}) {
      const TypeDef* type = view_.schema().Find(event);
      parts_.activity_tracked |= type != nullptr && view_.EventCount(type->id) > 0;
    }
    GatherAttempts();
    std::stable_sort(parts_.attempts.begin(), parts_.attempts.end(),
                     [](const Attempt& a, const Attempt& b) { return a.at < b.at; });
  }

  std::string EventText(EventRef event, std::string_view field) const {
    const Value value = read_.Get(event, field);
    return value.is(Value::Kind::kText) ? value.text() : std::string();
  }

  // What was tried through the send seam, but for what was never made; and mails that the sending
  // tool reported and that did not pass through it.
  void GatherAttempts() {
    std::set<std::string> not_made;
    for (const EventRef event : read_.Events(person_, "contact_outcome")) {
      if (EventText(event, "outcome") == "not_made") not_made.insert(EventText(event, "operation"));
    }
    std::set<std::string> operations;
    for (const EventRef event : read_.Events(person_, "contact_attempt")) {
      std::string operation = EventText(event, "operation");
      if (!not_made.contains(operation)) {
        parts_.attempts.push_back({ParseChannel(EventText(event, "channel")), view_.EventAt(event),
                                   ParsePurpose(EventText(event, "purpose"))});
      }
      operations.insert(std::move(operation));
    }
    for (const EventRef event : read_.Events(person_, "email_sent")) {
      if (operations.contains(EventText(event, "message_id"))) continue;
      parts_.attempts.push_back({Channel::kEmail, view_.EventAt(event)});
    }
  }

  void GatherRegisters(const RegisterBook& registers) {
    const std::string& number = addresses_[static_cast<size_t>(PointUse::kCall)];
    parts_.number = NormalizePhone(number, country_).value_or(number);
    const std::span<const Listing> listed = registers.Find(parts_.number);
    parts_.listings.assign(listed.begin(), listed.end());
  }

  const RecordReader read_;
  const Snapshot& view_;
  const RecordRef person_;
  const RecordRef account_;
  std::string country_;
  std::array<std::string, 4> addresses_;  // by PointUse
  std::vector<RecordRef> held_;
  // A wording that a form showed.
  struct Shown {
    Timestamp at;
    bool offers_optout = false;
    ChannelSet channels = 0;
  };
  std::vector<Shown> notices_;
  CardParts parts_;
};

// Copies `from` behind what is there already; `*place` moves on.
template <class T>
uint32_t Put(const std::vector<T>& from, char** place) {
  static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= 8);
  std::uninitialized_copy(from.begin(), from.end(), reinterpret_cast<T*>(*place));
  *place += from.size() * sizeof(T);
  return static_cast<uint32_t>(from.size());
}

template <class T>
std::span<const T> Take(uint32_t count, const char** place) {
  const std::span<const T> out(reinterpret_cast<const T*>(*place), count);
  *place += count * sizeof(T);
  return out;
}

}  // namespace

std::optional<PersonId> PersonId::Parse(std::string_view name) {
  const bool lead = name.starts_with("lead/");
  if (!lead && !name.starts_with("contact/")) return std::nullopt;
  const std::optional<Uuid> id = Uuid::Parse(name.substr(name.find('/') + 1));
  if (!id) return std::nullopt;
  return PersonId{*id, lead};
}

void ContactCard::Deleter::operator()(ContactCard* card) const {
  if (card == nullptr) return;
  card->~ContactCard();
  ::operator delete (card, std::align_val_t{kAlignment});
}

ContactCard* ContactCard::MoveTo(void* place, ContactCard&& card) {
  // What lies behind the card is plain; what it points to (Rare) does not move.
  std::memcpy(static_cast<char*>(place) + sizeof(ContactCard), &card + 1,
              card.bytes_ - sizeof(ContactCard));
  return new (place) ContactCard(std::move(card));
}

ContactCard::Pointer ContactCard::Make(CardParts parts) {
  const size_t bytes =
      sizeof(ContactCard) + parts.entries.size() * sizeof(LedgerLine) +
      parts.merges.size() * sizeof(relata::Merge) + parts.relations.size() * sizeof(Relation) +
      parts.listings.size() * sizeof(Listing) + parts.attempts.size() * sizeof(Attempt) +
      parts.activity.size() * sizeof(relata::Activity);
  Pointer card(new (::operator new (bytes, std::align_val_t{kAlignment})) ContactCard);
  card->bytes_ = bytes;
  card->person_ = parts.person;
  card->id_ = parts.id;
  card->jurisdiction_ = parts.jurisdiction;
  card->at_work_ = parts.at_work;
  card->activity_tracked_ = parts.activity_tracked;
  card->subject_.zone = parts.zone;
  card->subject_.born = parts.born;
  card->subject_.deceased = parts.deceased;
  card->subject_.suppressed = parts.suppressed;
  card->points_ = parts.points;
  card->rare_ = std::make_unique<Rare>();
  card->rare_->number = std::move(parts.number);
  card->rare_->entries.reserve(
      static_cast<size_t>(std::count_if(parts.entries.begin(), parts.entries.end(), IsRare)));
  std::vector<LedgerLine> lines;
  lines.reserve(parts.entries.size());
  for (ConsentEntry& entry : parts.entries) {
    LedgerLine line = LineOf(entry);
    if (line.rare != nullptr) {
      card->rare_->entries.push_back(std::move(entry));
      line.rare = &card->rare_->entries.back();
    }
    card->events_ = static_cast<uint16_t>(card->events_ | EventBit(line.event));
    lines.push_back(line);
  }
  char* place = reinterpret_cast<char*>(card.get() + 1);
  card->lines_ = Put(lines, &place);
  card->merges_ = Put(parts.merges, &place);
  card->relations_ = Put(parts.relations, &place);
  card->listings_ = Put(parts.listings, &place);
  card->attempts_ = Put(parts.attempts, &place);
  card->activity_ = Put(parts.activity, &place);
  return card;
}

Question ContactCard::QuestionOf(PartyId person, const ContactPlan& plan) const {
  Question q;
  q.channel = plan.channel;
  q.purpose = plan.purpose;
  q.audience = at_work_ ? Audience::kB2b : Audience::kB2c;
  q.at = plan.at;
  q.known_at = plan.known_at;
  q.person = person;
  q.point = points_[static_cast<size_t>(PointUseOf(plan.channel))].point;
  q.topic = plan.topic;
  q.similar_product = plan.similar_product;
  q.related_to_job = plan.related_to_job;
  q.related_to_contract = plan.related_to_contract;
  q.presumed_interest = plan.presumed_interest;
  q.mixed_promo = plan.mixed_promo;
  q.message_has_optout = plan.message_has_optout;
  return q;
}

Facts ContactCard::FactsFor(Channel channel) const {
  const char* place = reinterpret_cast<const char*>(this + 1);
  Facts f;
  if (jurisdiction_ != Jurisdiction::kUnknown) f.jurisdictions = std::span(&jurisdiction_, 1);
  f.lines = Take<LedgerLine>(lines_, &place);
  f.merges = Take<relata::Merge>(merges_, &place);
  f.relations = Take<Relation>(relations_, &place);
  f.registers = Take<Listing>(listings_, &place);
  f.attempts = Take<Attempt>(attempts_, &place);
  f.activity = Take<relata::Activity>(activity_, &place);
  f.activity_tracked = activity_tracked_;
  f.subject = subject_;
  f.point = points_[static_cast<size_t>(PointUseOf(channel))].facts;
  f.events = events_;
  f.in_order = true;
  return f;
}

absl::StatusOr<MergeBook> MergeBook::Read(StoreReader& reader) {
  MergeBook book;
  absl::flat_hash_map<CommitId, Timestamp> times;
  const auto time = [&](CommitId commit) -> absl::StatusOr<Timestamp> {
    const auto known = times.find(commit);
    if (known != times.end()) return known->second;
    RELATA_ASSIGN_OR_RETURN(const CommitRow row, reader.FindCommit(commit));
    times[commit] = row.recorded;
    return row.recorded;
  };
  std::vector<AliasWrite> aliases;
  RELATA_RETURN_IF_ERROR(reader.ScanAliases([&](const AliasWrite& alias) {
    aliases.push_back(alias);
    return absl::OkStatus();
  }));
  for (const AliasWrite& alias : aliases) {
    relata::Merge merge;
    merge.from = PartyId::Of(alias.loser);
    merge.into = PartyId::Of(alias.winner);
    merge.early = Seconds(Policy().skew_s);
    RELATA_ASSIGN_OR_RETURN(merge.at, time(alias.from));
    if (alias.until) {
      RELATA_ASSIGN_OR_RETURN(merge.until, time(*alias.until));
    }
    const uint32_t place = static_cast<uint32_t>(book.merges_.size());
    book.merges_.push_back(merge);
    book.by_person_[merge.from.value].push_back(place);
    book.by_person_[merge.into.value].push_back(place);
  }
  return book;
}

void MergeBook::Find(PartyId person, std::vector<PartyId>* persons,
                     std::vector<relata::Merge>* merges) const {
  if (!by_person_.contains(person.value)) return;
  persons->assign(1, person);
  std::vector<uint32_t> taken;
  for (size_t i = 0; i < persons->size(); ++i) {
    for (const uint32_t place : by_person_.at((*persons)[i].value)) {
      if (std::find(taken.begin(), taken.end(), place) != taken.end()) continue;
      taken.push_back(place);
      const relata::Merge& merge = merges_[place];
      for (const PartyId end : {merge.from, merge.into}) {
        if (std::find(persons->begin(), persons->end(), end) == persons->end()) {
          persons->push_back(end);
        }
      }
    }
  }
  std::sort(taken.begin(), taken.end());
  for (const uint32_t place : taken) merges->push_back(merges_[place]);
}

absl::StatusOr<RegisterBook> RegisterBook::Read(StoreReader& reader) {
  RegisterBook book;
  RELATA_RETURN_IF_ERROR(reader.ScanLog(kRegisterLog, 0, "", [&](const LogWrite& line) {
    const nlohmann::json body = nlohmann::json::parse(line.body, nullptr, false);
    Listing listing;
    if (!body.is_object() || !body.value("listed_from", nlohmann::json()).is_number_integer() ||
        !ParseIn(kRegisterNames, body.value("register", std::string()), &listing.list)) {
      return DataLoss(Concat("line ", line.seq, " of the imported registers cannot be read"));
    }
    listing.listed_from = {body["listed_from"].get<int64_t>()};
    book.Put(line.key, listing, body.value("listed", true));
    return absl::OkStatus();
  }));
  return book;
}

std::span<const Listing> RegisterBook::Find(std::string_view number) const {
  if (by_number_.empty() || number.empty()) return {};
  const auto found = by_number_.find(ToAbsl(number));
  return found == by_number_.end() ? std::span<const Listing>() : found->second;
}

bool RegisterBook::Put(std::string_view number, const Listing& listing, bool listed) {
  std::vector<Listing>& known = by_number_[std::string(number)];
  const auto same = std::find_if(known.begin(), known.end(),
                                 [&](const Listing& l) { return l.list == listing.list; });
  if (!listed) {
    if (same == known.end()) return false;
    known.erase(same);
  } else if (same == known.end()) {
    known.push_back(listing);
  } else if (same->listed_from == listing.listed_from) {
    return false;
  } else {
    same->listed_from = listing.listed_from;
  }
  return true;
}

const Zone* ZoneShelf::Find(const std::string& name) {
  if (name.empty()) return nullptr;
  std::lock_guard lock(mutex_);
  const auto [found, added] = zones_.try_emplace(name);
  if (added) {
    if (const std::optional<Zone> zone = Zone::Load(name)) {
      found->second = std::make_unique<const Zone>(*zone);
    }
  }
  return found->second.get();
}

absl::StatusOr<ContactCard::Pointer> CompileCard(const Snapshot& view, RecordRef person,
                                                 const MergeBook& merges,
                                                 const RegisterBook& registers, ZoneShelf& zones) {
  if (!view.Exists(person)) return NotFound("the person does not exist");
  const std::string& type = view.schema().type(person.type).name;
  if (type != "contact" && type != "lead") {
    return InvalidArgument(Concat("a person is needed, not a record of type ", type));
  }
  RELATA_ASSIGN_OR_RETURN(CardParts parts, Gatherer(view, person).Gather(merges, registers, zones));
  parts.person = PartyId::Of(person);
  parts.id = {view.Id(person), type == "lead"};
  return ContactCard::Make(std::move(parts));
}

}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0

#include "segment/contact_facts.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "relata/quality/normalize.h"

namespace relata::internal {
namespace {

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

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

}  // namespace

ContactFacts::ContactFacts(const Snapshot& view) : read_(view), view_(view) {}

absl::Status ContactFacts::Gather(RecordRef person, const ContactPlan& plan) {
  person_ = view_.Resolve(person);
  if (!view_.Exists(person_)) return NotFound("the person does not exist");
  const std::string& type = read_.TypeOf(person_).name;
  if (type != "contact" && type != "lead") {
    return InvalidArgument(Concat("a person is needed, not a record of type ", type));
  }
  plan_ = plan;
  account_ = read_.Link(person_, "account");
  question_ = Question{};
  facts_ = Facts{};
  GatherWhere();
  GatherPoints();
  RELATA_RETURN_IF_ERROR(GatherLedger());
  relations_.clear();
  GatherRelations();
  GatherActivity();
  question_.channel = plan.channel;
  question_.purpose = plan.purpose;
  const bool at_work = !account_.none() || !read_.Text(person_, "company").empty();
  question_.audience = at_work ? Audience::kB2b : Audience::kB2c;
  question_.at = plan.at;
  question_.known_at = plan.known_at;
  question_.person = PartyId::Of(person_);
  question_.topic = plan_.topic;
  question_.similar_product = plan.similar_product;
  question_.related_to_job = plan.related_to_job;
  question_.related_to_contract = plan.related_to_contract;
  question_.presumed_interest = plan.presumed_interest;
  question_.mixed_promo = plan.mixed_promo;
  question_.message_has_optout = plan.message_has_optout;
  return absl::OkStatus();
}

// Whose law, whose clock, which age.
void ContactFacts::GatherWhere() {
  jurisdictions_.clear();
  zones_.clear();
  std::string country = read_.Text(person_, "country");
  if (country.empty()) country = read_.Text(account_, "country");
  if (const std::optional<std::string> code = NormalizeCountry(country)) {
    jurisdictions_.push_back(ParseJurisdiction(*code));
  }
  std::optional<Zone> zone = Zone::Load(read_.Text(person_, "time_zone"));
  if (!zone && jurisdictions_ == std::vector<Jurisdiction>{Jurisdiction::kFr}) {
    // Overseas departments have clocks of their own; elsewhere the country has one.
    std::string postal = read_.Text(person_, "postal_code");
    if (postal.empty()) postal = read_.Text(account_, "postal_code");
    if (!postal.starts_with("97") && !postal.starts_with("98")) zone = Zone::Load("Europe/Paris");
  }
  if (zone) zones_.push_back(*zone);
  facts_.jurisdictions = jurisdictions_;
  facts_.subject.zone_candidates = zones_;
  if (zones_.size() == 1) facts_.subject.zone = zones_.data();
  const Value born = read_.Get(person_, "birth_date");
  if (born.is(Value::Kind::kDate)) facts_.subject.born = born.date();
  facts_.subject.deceased = read_.IsTrue(person_, "deceased");
}

// The addresses of the channel: the primary one as text, all that are records.
void ContactFacts::GatherPoints() {
  points_.clear();
  question_.point = {};
  const bool mail = plan_.channel == Channel::kEmail;
  const bool call = IsOneOf(Name(plan_.channel), {"phone", "sms", "robocall"});
  address_ = mail ? read_.Text(person_, "email") : "";
  if (call) {
    address_ = read_.Text(person_, "mobile");
    if (address_.empty() && plan_.channel == Channel::kPhone)
      address_ = read_.Text(person_, "phone");
  }
  if (!mail && !call) return;
  const std::string_view link = read_.TypeOf(person_).name;
  for (const RecordRef held : read_.Children(person_, "contact_point", link)) {
    const RecordRef point = read_.Link(held, mail ? "email" : "phone");
    if (point.none()) continue;
    points_.push_back(point);
    const std::string text = read_.Text(points_.back(), mail ? "address" : "number");
    if (address_.empty()) address_ = text;
    if (text == address_) question_.point = PartyId::Of(points_.back());
  }
  const bool at_work = !account_.none() || !read_.Text(person_, "company").empty();
  facts_.point.point_class = ClassOf(address_, at_work);
  if (!question_.point.none()) {
    const std::string nature = read_.Text(question_.point.ref(), "nature");
    if (nature == "personal") facts_.point.point_class = PointClass::kPersonal;
    if (nature == "professional") facts_.point.point_class = PointClass::kProfessional;
    if (nature == "generic") facts_.point.point_class = PointClass::kGeneric;
  }
  facts_.point.subscriber = at_work ? Subscriber::kCorporate : Subscriber::kIndividual;
}

absl::Status ContactFacts::GatherLedger() {
  RELATA_ASSIGN_OR_RETURN(entries_, view_.Ledger(person_, points_));
  if (read_.IsTrue(person_, "do_not_contact")) {
    // The stop of the record itself stands whatever was granted before: it is as new as the
    // question.
    ConsentEntry stop;
    stop.event = ConsentEvent::kSuppress;
    stop.at = plan_.at;
    stop.recorded_at = Timestamp::kMin;
    stop.person = PartyId::Of(person_);
    const auto later = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const ConsentEntry& e) { return e.at > plan_.at; });
    entries_.insert(later, std::move(stop));
  }
  ledger_.clear();
  merges_.clear();
  for (const ConsentEntry& entry : entries_) {
    ledger_.push_back(&entry);
    const RecordRef who = entry.person.ref();
    if (entry.person.none() || who == person_ || view_.Resolve(who) != person_) continue;
    // They are one person as far as the graph knows today; nothing either said before lifts what
    // the other refused.
    merges_.push_back({entry.person, PartyId::Of(person_), plan_.at});
  }
  facts_.ledger = ledger_;
  facts_.merges = merges_;
  return absl::OkStatus();
}

void ContactFacts::GatherRelationsOf(RecordRef holder, std::string_view link) {
  for (const RecordRef order : read_.Children(holder, "order", link)) {
    if (read_.Text(order, "status") == "cancelled") continue;
    relations_.push_back({RelationKind::kPurchase, read_.When(order, "at").value_or(plan_.at)});
  }
  for (const std::string_view type : {"contract", "subscription"}) {
    for (const RecordRef contract : read_.Children(holder, type, link)) {
      const Timestamp until =
          std::min(read_.When(contract, "until").value_or(Timestamp::kMax),
                   read_.When(contract, "cancelled_on").value_or(Timestamp::kMax));
      relations_.push_back(
          {RelationKind::kContract, read_.When(contract, "from").value_or(Timestamp::kMin), until});
    }
  }
  for (const RecordRef opportunity : read_.Children(holder, "opportunity", link)) {
    relations_.push_back(
        {RelationKind::kNegotiation, read_.When(opportunity, "opened_at").value_or(plan_.at)});
  }
}

void ContactFacts::GatherRelations() {
  GatherRelationsOf(person_, read_.TypeOf(person_).name);
  if (!account_.none()) GatherRelationsOf(account_, "account");
  for (const EventRef event : read_.Events(person_, "form_sent")) {
    relations_.push_back({RelationKind::kInquiry, view_.EventAt(event)});
  }
  facts_.relations = relations_;
}

void ContactFacts::AddActivity(std::string_view event, ActivityKind kind) {
  for (const EventRef e : read_.Events(person_, event)) {
    activity_.push_back({kind, view_.EventAt(e)});
  }
}

// What the person did and what was sent. Without any such event in the database nobody tracks
// activity, and its absence says nothing.
void ContactFacts::GatherActivity() {
  activity_.clear();
  attempts_.clear();
  AddActivity("email_clicked", ActivityKind::kClick);
  AddActivity("email_opened", ActivityKind::kOpen);
  AddActivity("form_sent", ActivityKind::kReply);
  AddActivity("login", ActivityKind::kLogin);
  for (const Relation& relation : relations_) {
    if (relation.kind == RelationKind::kPurchase) {
      activity_.push_back({ActivityKind::kPurchase, relation.at});
    }
  }
  for (const std::string_view event : {"email_clicked", "login", "form_sent"}) {
    const TypeDef* type = view_.schema().Find(event);
    facts_.activity_tracked |= type != nullptr && view_.EventCount(type->id) > 0;
  }
  for (const EventRef event : read_.Events(person_, "email_sent")) {
    attempts_.push_back({Channel::kEmail, view_.EventAt(event)});
  }
  facts_.activity = activity_;
  facts_.attempts = attempts_;
}

std::string_view ContactFacts::AddressProblem() const {
  if (plan_.channel == Channel::kPost || plan_.channel == Channel::kAny) return "";
  if (address_.empty()) return "NO_ADDRESS";
  if (plan_.channel == Channel::kEmail && !NormalizeEmail(address_)) return "INVALID_ADDRESS";
  return "";
}

}  // namespace relata::internal

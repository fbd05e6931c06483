// SPDX-License-Identifier: Apache-2.0

#include "relata/segment/contact_rules.h"

#include <utility>

#include "base/strings.h"
#include "engine/engine.h"
#include "nlohmann/json.hpp"
#include "relata/quality/normalize.h"
#include "segment/contact_cards.h"
#include "segment/rule_texts.h"

namespace relata {

using internal::Concat;

namespace {

using Json = nlohmann::json;
using Definitions = std::vector<Definition>;

// The member `key` of a definition's body.
absl::StatusOr<std::string> TextOf(const Definition& definition, const char* key) {
  const Json body = Json::parse(definition.body, nullptr, false);
  if (!body.is_object() || !body.contains(key) || !body[key].is_string()) {
    return DataLoss(Concat(definition.kind, " ", definition.name, " cannot be read"));
  }
  return body[key].get<std::string>();
}

absl::StatusOr<std::shared_ptr<const ConsentRules>> Read(const Definitions& packs,
                                                         const Definitions& flags) {
  std::vector<std::string> texts;
  for (const Definition& definition : packs) {
    RELATA_ASSIGN_OR_RETURN(std::string text, TextOf(definition, "text"));
    texts.push_back(std::move(text));
  }
  std::vector<std::string_view> all = {kStandardPacks, kStandardMessages};
  all.insert(all.end(), texts.begin(), texts.end());
  auto rules = std::make_shared<ConsentRules>();
  RELATA_ASSIGN_OR_RETURN(rules->pack, RulePack::Parse(all));
  if (!flags.empty()) rules->own = rules->pack.policy();
  for (const Definition& flag : flags) {
    RELATA_ASSIGN_OR_RETURN(const std::string value, TextOf(flag, "value"));
    RELATA_RETURN_IF_ERROR(SetFlag(&*rules->own, flag.name, value));
  }
  return rules;
}

// Checks the rules as they would be with one more definition, then keeps it; an empty text retires.
absl::Status Define(Crm& crm, std::string_view kind, std::string_view name, const char* key,
                    std::string_view text, const Actor& actor, Timestamp now) {
  Definitions packs = crm.Definitions(internal::kRulePackKind);
  Definitions flags = crm.Definitions(internal::kConsentPolicyKind);
  Definitions& mine = kind == internal::kRulePackKind ? packs : flags;
  const std::string body = text.empty() ? "" : Json{{key, text}}.dump();
  std::erase_if(mine, [&](const Definition& d) { return d.name == name; });
  if (!text.empty()) {
    const auto place =
        std::find_if(mine.begin(), mine.end(), [&](const Definition& d) { return d.name > name; });
    mine.insert(place, {std::string(kind), std::string(name), 0, body});
  }
  RELATA_RETURN_IF_ERROR(Read(packs, flags).status());
  Transaction tx = crm.Begin(actor);
  tx.Define(kind, name, body);
  return tx.Commit(now).status();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ConsentRules>> internal::ReadRules(const Crm& crm) {
  return Read(crm.Definitions(kRulePackKind), crm.Definitions(kConsentPolicyKind));
}

absl::StatusOr<std::shared_ptr<const ConsentRules>> RulesOf(const Crm& crm) {
  return internal::ContactCards::Of(crm).Rules(crm);
}

absl::Status DefineRules(Crm& crm, std::string_view name, std::string_view text, const Actor& actor,
                         Timestamp now) {
  return Define(crm, internal::kRulePackKind, name, "text", text, actor, now);
}

absl::Status SetConsentFlag(Crm& crm, std::string_view name, std::string_view value,
                            const Actor& actor, Timestamp now) {
  return Define(crm, internal::kConsentPolicyKind, name, "value", value, actor, now);
}

absl::StatusOr<RegisterImport> ImportRegister(Crm& crm, const RegisterList& list,
                                              const Actor& actor, Timestamp now) {
  if (list.list == Register::kUnknown) return InvalidArgument("a list belongs to a register");
  RELATA_ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, crm.engine().Read());
  RELATA_ASSIGN_OR_RETURN(internal::RegisterBook book, internal::RegisterBook::Read(*reader));
  RegisterImport done;
  Transaction tx = crm.Begin(actor);
  tx.Reason(Concat("register ", Name(list.list)));
  for (const auto& [text, day] : list.numbers) {
    const std::optional<std::string> number = NormalizePhone(text, list.country);
    if (!number) {
      done.refused.push_back(text);
      continue;
    }
    const Listing listing{list.list, day ? UtcMidnight(*day) : list.listed_from};
    if (!book.Put(*number, listing, list.listed)) {
      ++done.unchanged;
      continue;
    }
    ++done.kept;
    tx.Log(kRegisterLog, {}, *number,
           Json{{"register", Name(list.list)},
                {"listed_from", listing.listed_from.micros},
                {"listed", list.listed}}
               .dump());
  }
  if (done.kept > 0) RELATA_RETURN_IF_ERROR(tx.Commit(now).status());
  return done;
}

void UseRegister(Crm& crm, RegisterLookup lookup) {
  internal::ContactCards::Of(crm).UseLookup(std::move(lookup));
}

}  // namespace relata

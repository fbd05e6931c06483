// SPDX-License-Identifier: Apache-2.0

#include "exchange/record_index.h"

#include <algorithm>
#include <utility>

#include "engine/engine.h"
#include "relata/base/text.h"
#include "relata/quality/normalize.h"

namespace relata::internal {
namespace {

constexpr RecordRef kAmbiguous{kNoType, 0};  // several records bear the name

// Letters and digits alone, so that "GTXPro" is "GTX Pro".
std::string Squeezed(std::string_view text) { return HeaderKey(text); }

// The words of a person's name in any order.
std::string PersonNameKey(std::string_view given, std::string_view family) {
  return "person:" + PersonKey(given, family);
}

std::string TextOf(const Snapshot& view, RecordRef record, const TypeDef& type,
                   std::string_view name) {
  const FieldDef* field = type.FindField(name);
  if (field == nullptr) return "";
  const Value value = view.Get(record, field->id);
  return value.is(Value::Kind::kText) ? value.text() : "";
}

}  // namespace

std::vector<const FieldDef*> IdentifyingFields(const TypeDef& type) {
  struct Identifying {
    std::string_view type;
    std::string_view field;
  };
  static constexpr Identifying kIdentifying[] = {
      {"account", "siren"},       {"account", "customer_number"},
      {"establishment", "siret"}, {"product", "code"},
      {"user", "login"},          {"user", "email"}};
  std::vector<const FieldDef*> fields;
  for (const FieldDef& field : type.fields) {
    if (!field.readable()) continue;
    const bool listed = std::any_of(
        std::begin(kIdentifying), std::end(kIdentifying),
        [&](const Identifying& i) { return i.type == type.name && i.field == field.name; });
    if (field.unique || listed) fields.push_back(&field);
  }
  return fields;
}

std::string KeyIndex::Joined(std::string_view system, std::string_view key) {
  return Concat(system, "\x1f", key);
}

absl::StatusOr<KeyIndex> KeyIndex::Load(const Crm& crm, TypeId type) {
  KeyIndex index;
  RELATA_ASSIGN_OR_RETURN(std::unique_ptr<StoreReader> reader, crm.engine().Read());
  RELATA_RETURN_IF_ERROR(reader->ScanExternalKeys(type, [&](const ExternalKeyWrite& key) {
    if (!key.system.starts_with("field:")) {  // how the engine keeps values unique
      index.Add(key.system, key.key, {key.type, key.row});
    }
    return absl::OkStatus();
  }));
  const TypeId types[] = {type};
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm.View(types));
  const std::vector<const FieldDef*> fields = IdentifyingFields(view->schema().type(type));
  for (Row row = 0; !fields.empty() && row < view->RowLimit(type); ++row) {
    const RecordRef record{type, row};
    if (!view->Exists(record) || view->Resolve(record) != record) continue;
    for (const FieldDef* field : fields) {
      index.AddValue(field->name, view->Get(record, field->id), record);
    }
  }
  return index;
}

RecordRef KeyIndex::FindByValue(std::string_view field, const Value& value) const {
  const RecordRef found = Find(Concat("field:", field), ToDisplay(value));
  return found == kAmbiguous ? RecordRef{} : found;
}

void KeyIndex::AddValue(std::string_view field, const Value& value, RecordRef record) {
  if (value.is_null()) return;
  has_values_ = true;
  const auto [place, fresh] =
      records_.emplace(Joined(Concat("field:", field), ToDisplay(value)), record);
  if (!fresh && place->second != record) place->second = kAmbiguous;
}

RecordRef KeyIndex::Find(std::string_view system, std::string_view key) const {
  const auto found = records_.find(Joined(system, key));
  return found == records_.end() ? RecordRef{} : found->second;
}

void KeyIndex::Add(std::string_view system, std::string_view key, RecordRef record) {
  if (record.none()) return;
  records_[Joined(system, key)] = record;
  const auto [entry, added] =
      systems_.emplace(std::string(system), std::min<int>(static_cast<int>(systems_.size()), 63));
  of_record_[record.row] |= uint64_t{1} << entry->second;
}

std::vector<std::string> KeyIndex::SystemsOf(RecordRef record) const {
  std::vector<std::string> systems;
  const auto found = of_record_.find(record.row);
  if (found == of_record_.end()) return systems;
  for (const auto& [name, bit] : systems_) {
    if (found->second >> bit & 1) systems.push_back(name);
  }
  return systems;
}

absl::StatusOr<KeyIndex*> RecordIndex::Keys(TypeId type) {
  auto found = keys_.find(type);
  if (found == keys_.end()) {
    RELATA_ASSIGN_OR_RETURN(KeyIndex loaded, KeyIndex::Load(crm_, type));
    found = keys_.emplace(type, std::make_unique<KeyIndex>(std::move(loaded))).first;
  }
  return found->second.get();
}

void RecordIndex::Forget(TypeId type) {
  std::erase_if(names_, [&](const auto& entry) { return entry.first.first == type; });
}

absl::StatusOr<const RecordIndex::Names*> RecordIndex::NamesOf(TypeId type, LinkBy by,
                                                               const std::string& field) {
  const std::string what = by == LinkBy::kName ? "name" : by == LinkBy::kEmail ? "@" : field;
  const auto [entry, added] = names_.try_emplace({type, what});
  Names& names = entry->second;
  if (!added) return &names;
  const TypeId types[] = {type};
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm_.View(types));
  const TypeDef& def = view->schema().type(type);
  const auto put = [&](std::string key, RecordRef record) {
    if (key.empty()) return;
    const auto [place, fresh] = names.emplace(std::move(key), record);
    if (!fresh && place->second != record) place->second = kAmbiguous;
  };
  const bool person = def.FindField("family_name") != nullptr;
  for (Row row = 0; row < view->RowLimit(type); ++row) {
    const RecordRef record{type, row};
    if (!view->Exists(record) || view->Resolve(record) != record) continue;
    const auto text = [&](std::string_view name) { return TextOf(*view, record, def, name); };
    if (by == LinkBy::kEmail) {
      put(Fold(text("email")), record);
    } else if (by == LinkBy::kField) {
      put(Squeezed(text(field)), record);
    } else if (person) {
      const std::string key = PersonNameKey(text("given_name"), text("family_name"));
      if (key.size() > 7) put(key, record);
    } else {
      const std::string name = def.title.empty() ? text("name") : text(def.title[0]);
      put("exactly:" + CollapseSpace(name), record);
      put(Squeezed(name), record);
      // Without legal form: only where nothing bears the name exactly (FindName).
      if (def.name == "account" && !name.empty()) put("company:" + CompanyKey(name), record);
    }
  }
  return &names;
}

absl::StatusOr<Found> RecordIndex::FindName(TypeId type, std::string_view text) {
  RELATA_ASSIGN_OR_RETURN(const Names* names, NamesOf(type, LinkBy::kName, ""));
  const PersonName person = SplitPersonName(text);
  for (const std::string& key :
       {"exactly:" + CollapseSpace(text), Squeezed(text),
        PersonNameKey(person.given, person.family), "company:" + CompanyKey(text)}) {
    const auto found = names->find(key);
    if (found == names->end() || key.empty()) continue;
    if (found->second == kAmbiguous) return Found{{}, true};
    return Found{found->second, false};
  }
  return Found{};
}

absl::StatusOr<Found> RecordIndex::Find(TypeId type, const LinkRule& rule, std::string_view system,
                                        std::string_view text) {
  if (rule.by == LinkBy::kKey) {
    RELATA_ASSIGN_OR_RETURN(const KeyIndex* keys, Keys(type));
    RecordRef found = keys->Find(rule.system.empty() ? system : rule.system, text);
    // Where another system's records are meant, they are named by their number or code.
    const TypeDef& def = crm_.schema()->type(type);
    for (const FieldDef* field : IdentifyingFields(def)) {
      if (found.none()) found = keys->FindByValue(field->name, Value::Text(text));
    }
    return Found{found, false};
  }
  if (rule.by == LinkBy::kName) return FindName(type, text);
  std::string key = rule.by == LinkBy::kEmail ? Fold(TrimSpace(text)) : Squeezed(text);
  // A place's number begins with that of its company.
  if (rule.match == "siren" && key.size() == 14) key.resize(9);
  RELATA_ASSIGN_OR_RETURN(const Names* names, NamesOf(type, rule.by, rule.match));
  const auto found = names->find(key);
  if (found == names->end()) return Found{};
  if (found->second == kAmbiguous) return Found{{}, true};
  return Found{found->second, false};
}

absl::StatusOr<bool> RecordIndex::NothingToFind(TypeId type, const LinkRule& rule,
                                                std::string_view system) {
  if (rule.by == LinkBy::kKey) {
    RELATA_ASSIGN_OR_RETURN(const KeyIndex* keys, Keys(type));
    return !keys->Knows(rule.system.empty() ? system : rule.system);
  }
  RELATA_ASSIGN_OR_RETURN(const Names* names, NamesOf(type, rule.by, rule.match));
  return names->empty();
}

}  // namespace relata::internal

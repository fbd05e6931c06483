// SPDX-License-Identifier: Apache-2.0

// Which record a row is, and what it may say of a record that others speak of too.

#include <algorithm>
#include <utility>

#include "exchange/import_rows.h"
#include "relata/quality/normalize.h"

namespace relata::internal {
namespace {

// Which system speaks first about a field: its master, then the CRM, then the ERP, then the others
// by name. Less is first.
std::pair<int, std::string> Precedence(const std::string& system, const FieldDef& field) {
  const auto is = [&](std::string_view what) {
    if (what == "crm") {
      for (const std::string_view crm : {"zoho", "salesforce", "dynamics365", "hubspot"}) {
        if (system == crm) return true;
      }
    }
    return system.find(what) != std::string::npos;
  };
  int rank = 3;
  if (!field.master.empty() && is(field.master)) {
    rank = 0;
  } else if (is("crm")) {
    rank = 1;
  } else if (is("erp")) {
    rank = 2;
  }
  return {rank, system};
}

// Case, accents and legal forms are no contradiction.
bool SameInOtherWords(const Value& a, const Value& b) {
  if (a.Same(b)) return true;
  if (!a.is(Value::Kind::kText) || !b.is(Value::Kind::kText)) return false;
  return CompanyKey(a.text()) == CompanyKey(b.text());
}

}  // namespace

// Systems meet at identifying values. Within one system two rows that share a number are two
// records, be they duplicates, unless each names a place of its own (SIRET) of the one legal unit.
bool RowImporter::MayJoin(const Prepared& row, const FieldDef& by, RecordRef record) const {
  if (by.unique || !row.places.empty()) return true;
  const std::vector<std::string> systems = keys_->SystemsOf(record);
  return std::find(systems.begin(), systems.end(), plan_.mapping.system) == systems.end();
}

// The record the row is about: the one that carries its key, or one from elsewhere that has an
// identifying value of it.
absl::Status RowImporter::FindExisting(Prepared* out) {
  out->existing = keys_->Find(plan_.mapping.system, out->key);
  if (!out->existing.none()) return absl::OkStatus();
  for (const FieldDef* field : identifying_) {
    const Value* value = FindIn(out->values, field->name);
    if (value == nullptr) continue;
    const RecordRef found = keys_->FindByValue(field->name, *value);
    if (found.none() || !MayJoin(*out, *field, found)) continue;
    out->existing = found;
    out->new_key = true;
    return absl::OkStatus();
  }
  return absl::OkStatus();
}

Value RowImporter::Stored(RecordRef record, std::string_view field) {
  const FieldDef* def = plan_.type->FindField(field);
  return def == nullptr ? Value() : view_->Get(crm_.Resolve(record), def->id);
}

// Of a record that other systems or earlier rows of this file speak of too, only what this one may
// say: what is empty, and where its system comes before all the others.
void RowImporter::YieldToMaster(Prepared* row) {
  std::vector<std::string> others = keys_->SystemsOf(row->existing);
  std::erase(others, plan_.mapping.system);
  const bool earlier_row = written_.contains(row->existing.row);
  NamedValues kept;
  for (auto& [name, value] : row->values) {
    const FieldDef* field = plan_.type->FindField(name);
    const Value there = Stored(row->existing, name);
    if (TakenByAnother(row->existing, name, value, row->row)) continue;
    bool yields = earlier_row;
    for (const std::string& other : others) {
      yields |= Precedence(other, *field) < Precedence(plan_.mapping.system, *field);
    }
    if (!yields || there.is_null() || there.Same(value)) {
      kept.emplace_back(name, std::move(value));
    } else if (!SameInOtherWords(value, there)) {
      issues_.Add(row->row, name, ToDisplay(value),
                  Concat("another source says '", ToDisplay(there), "', which is kept"));
    }
  }
  row->values = std::move(kept);
}

// Two rows of one batch that are one record: the later fills what the earlier left empty.
bool RowImporter::MergeInBatch(Prepared& row) {
  auto found = in_batch_.find(Concat("key\x1f", row.key));
  const bool same_key = found != in_batch_.end();
  const RecordRef own = keys_->Find(plan_.mapping.system, row.key);
  if (!same_key && !own.none()) found = in_batch_.find(Concat("row\x1f", own.row));
  for (size_t i = 0; i < identifying_.size() && found == in_batch_.end() && own.none(); ++i) {
    const Value* value = FindIn(row.values, identifying_[i]->name);
    if (value == nullptr || (!identifying_[i]->unique && row.places.empty())) continue;
    found = in_batch_.find(Concat(identifying_[i]->name, "\x1f", ToDisplay(*value)));
  }
  if (found == in_batch_.end()) return false;
  if (same_key) {
    issues_.Add(row.row, "", row.key,
                Concat("row ", batch_[found->second].row, " has the same key"));
  } else if (own.none()) {
    batch_[found->second].more_keys.push_back(row.key);
    in_batch_.emplace(Concat("key\x1f", row.key), found->second);
  }
  FillFirst(batch_[found->second], row);
  ++result_->unchanged;
  return true;
}

void RowImporter::FillFirst(Prepared& first, Prepared& row) {
  for (auto& [name, value] : row.values) {
    const Value* said = FindIn(first.values, name);
    const Value there = said != nullptr         ? *said
                        : first.existing.none() ? Value()
                                                : Stored(first.existing, name);
    if (there.is_null()) {
      if (!TakenByAnother(first.existing, name, value, row.row)) {
        first.values.emplace_back(name, std::move(value));
      }
    } else if (!SameInOtherWords(value, there)) {
      issues_.Add(row.row, name, ToDisplay(value),
                  Concat("row ", first.row, " says '", ToDisplay(there), "', which is kept"));
    }
  }
  for (LaterLink& link : row.later) first.later.push_back(std::move(link));
  for (NamedValues& place : row.places) first.places.push_back(std::move(place));
  if (first.product.none()) first.product = row.product;
}

// True, and reported, when another record than `record` has the unique value.
bool RowImporter::TakenByAnother(RecordRef record, std::string_view name, const Value& value,
                                 int64_t row) {
  const FieldDef* field = plan_.type->FindField(name);
  if (!field->unique) return false;
  const RecordRef owner = keys_->FindByValue(name, value);
  const auto batch = in_batch_.find(Concat(name, "\x1f", ToDisplay(value)));
  const bool in_batch =
      batch != in_batch_.end() && (record.none() || batch_[batch->second].existing != record);
  if ((owner.none() || owner == record) && !in_batch) return false;
  issues_.Add(row, name, ToDisplay(value), "another record has this value already");
  return true;
}

}  // namespace relata::internal

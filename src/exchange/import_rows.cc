// SPDX-License-Identifier: Apache-2.0

#include "exchange/import_rows.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "relata/base/text.h"
#include "relata/quality/normalize.h"

namespace relata::internal {
namespace {

constexpr int64_t kProgressEvery = 20'000;
constexpr size_t kMostRemembered = 50'000;
constexpr size_t kMostSetBack = 200;  // rows of one batch that a commit may refuse before we stop

}  // namespace

// --- Rows ---------------------------------------------------------------------------------------

RowImporter::RowImporter(Crm& crm, RecordIndex& index, const ImportPlan& plan,
                         const ImportOptions& options, size_t file, std::vector<LaterLink>* later,
                         FileImport* result)
    : crm_(crm),
      index_(index),
      plan_(plan),
      options_(options),
      file_(file),
      later_(later),
      result_(result),
      issues_(result, options.max_issues),
      zone_(Zone::Load(crm.zone()).value_or(Zone())),
      identifying_(IdentifyingFields(*plan.type)) {}

absl::Status RowImporter::Run() {
  RELATA_ASSIGN_OR_RETURN(keys_, index_.Keys(plan_.type->id));
  const TypeId types[] = {plan_.type->id};
  RELATA_ASSIGN_OR_RETURN(view_, crm_.View(types));
  RELATA_ASSIGN_OR_RETURN(Table table, Table::Open(plan_.path, plan_.hints));
  TableRow row;
  for (;;) {
    const absl::StatusOr<bool> more = table.Next(&row);
    if (!more.ok()) {  // past a limit: what was read so far goes in
      issues_.Add(row.number, "", "", Message(more.status()));
      break;
    }
    if (!*more) break;
    ++result_->rows;
    for (const std::string& problem : row.problems) issues_.Add(row.number, "", "", problem);
    if (row.cells_found != row.cells.size()) {
      issues_.Add(row.number, "", "",
                  Concat("the row has ", row.cells_found, " cells, the header ", row.cells.size()));
    }
    RELATA_RETURN_IF_ERROR(Prepare(row));
    if (batch_.size() >= options_.rows_per_commit) RELATA_RETURN_IF_ERROR(Flush());
    if (options_.progress && result_->rows % kProgressEvery == 0) {
      options_.progress(plan_.path, result_->rows);
    }
  }
  RELATA_RETURN_IF_ERROR(Flush());
  issues_.Finish();
  if (options_.progress) options_.progress(plan_.path, result_->rows);
  index_.Forget(plan_.type->id);
  return absl::OkStatus();
}

absl::Status RowImporter::Prepare(const TableRow& row) {
  Prepared prepared;
  prepared.row = row.number;
  prepared.key = KeyOf(row);
  ReadValues(row, &prepared);
  RELATA_RETURN_IF_ERROR(ReadLinks(row, &prepared));
  if (plan_.product_column != kNoColumn) RELATA_RETURN_IF_ERROR(ReadProduct(row, &prepared));
  GiveName(row, &prepared);
  CompleteRow(*plan_.type, &prepared.values);
  if (MergeInBatch(prepared)) return absl::OkStatus();
  RELATA_RETURN_IF_ERROR(FindExisting(&prepared));
  if (!prepared.existing.none()) {
    YieldToMaster(&prepared);
  } else if (KeepMissingOut(prepared)) {
    return absl::OkStatus();
  }
  const size_t index = batch_.size();
  in_batch_.emplace(Concat("key\x1f", prepared.key), index);
  if (!prepared.existing.none()) in_batch_.emplace(Concat("row\x1f", prepared.existing.row), index);
  for (const FieldDef* field : identifying_) {
    if (const Value* value = FindIn(prepared.values, field->name)) {
      in_batch_.emplace(Concat(field->name, "\x1f", ToDisplay(*value)), index);
    }
  }
  batch_.push_back(std::move(prepared));
  return absl::OkStatus();
}

// The row's key in its system. Where no column holds one, a number made of what identifies the row,
// and a count where several rows are alike.
std::string RowImporter::KeyOf(const TableRow& row) {
  std::string key;
  for (const size_t column : plan_.key) {
    if (!key.empty()) key += '|';
    key += row.cells[column];
  }
  if (key.find_first_not_of('|') != std::string::npos) return key;
  std::string identity;
  for (const size_t column : plan_.identity.empty() ? plan_.key : plan_.identity) {
    identity += FoldWords(row.cells[column]);
    identity += '\x1f';
  }
  if (plan_.identity.empty()) {  // the key column is empty here: all values identify the row
    for (const std::string_view cell : row.cells) identity += Concat(FoldWords(cell), "\x1f");
  }
  uint64_t hash = 14695981039346656037u;  // FNV-1a, which is the same on every platform
  for (const char c : identity) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  char text[32];
  std::snprintf(text, sizeof text, "row-%016llx", static_cast<unsigned long long>(hash));
  const int seen = ++identities_[text];
  return seen == 1 ? text : Concat(text, "-", seen);
}

void RowImporter::ReadFullName(const TableRow& row, const PlannedValue& planned, Prepared* out) {
  const PersonName name = SplitPersonName(row.cells[planned.column]);
  const auto put = [&](std::string_view field, const std::string& text) {
    if (text.empty() || plan_.type->FindField(field) == nullptr ||
        FindIn(out->values, field) != nullptr) {
      return;
    }
    out->values.emplace_back(field, Value::Text(text));
  };
  if (FindIn(out->values, "family_name") != nullptr) return;
  put("civility", name.civility);
  put("given_name", name.given);
  put("family_name", name.family);
}

// The establishment that a SIRET names, with the address of its row.
void RowImporter::ReadPlace(const TableRow& row, const PlannedValue& planned, Prepared* out) {
  const auto siret = NormalizeSiret(row.cells[planned.column]);
  if (!siret || plan_.type->name != "account") return;
  NamedValues place = {{"siret", Value::Text(*siret)}};
  for (const PlannedValue& value : plan_.values) {
    if (value.field == nullptr || row.cells[value.column].empty()) continue;
    const std::string& name = value.field->name;
    if (name == "street" || name == "postal_code" || name == "city") {
      place.emplace_back(name, Value::Text(CollapseSpace(row.cells[value.column])));
    } else if (name == "country") {
      const std::string_view cell = row.cells[value.column];
      place.emplace_back(name, Value::Text(NormalizeCountry(cell).value_or(CollapseSpace(cell))));
    }
  }
  out->places.push_back(std::move(place));
}

void RowImporter::ReadValues(const TableRow& row, Prepared* out) {
  CellContext context;
  context.zone = zone_;
  if (plan_.currency_column != kNoColumn) {
    context.currency = ReadCurrency(row.cells[plan_.currency_column]);
  }
  const bool assumed = context.currency.none() && plan_.currency_assumed;
  if (context.currency.none()) context.currency = plan_.currency;
  const std::string_view written_country =
      plan_.country_column == kNoColumn ? std::string_view() : row.cells[plan_.country_column];
  const std::string country = NormalizeCountry(written_country).value_or(options_.country);
  context.country = country;
  for (const PlannedValue& planned : plan_.values) {
    const std::string_view cell = row.cells[planned.column];
    if (cell.empty()) continue;
    if (planned.rule.parse == ParseAs::kSiret) ReadPlace(row, planned, out);
    if (planned.rule.parse == ParseAs::kFullName) {
      ReadFullName(row, planned, out);
      continue;
    }
    Value* there = FindIn(out->values, planned.field->name);
    const bool join = planned.rule.parse == ParseAs::kJoin;
    if (there != nullptr && !join) continue;
    const std::string& header = plan_.header[planned.column];
    if (!planned.field->required && IsPlaceholder(cell)) {
      issues_.AddRepeated(row.number, header, cell, "says nothing; left empty");
      continue;
    }
    context.format = planned.format;
    Reading reading = ReadCell(cell, planned, context);
    if (!reading.problem.empty()) issues_.Add(row.number, header, cell, reading.problem);
    if (reading.value.is_null()) continue;
    if (assumed && reading.currency_assumed) {
      issues_.AddRepeated(row.number, header, cell,
                          Concat("names no currency; read as ", plan_.currency.ToString()));
    }
    if (planned.field->id == kCreatedAtField) {
      out->created_at = std::move(reading.value);
    } else if (there != nullptr && there->is(Value::Kind::kText)) {
      *there = Value::Text(Concat(there->text(), " ", reading.value.text()));
    } else {
      out->values.emplace_back(planned.field->name, std::move(reading.value));
    }
  }
}

Reading RowImporter::ReadCell(std::string_view cell, const PlannedValue& planned,
                              const CellContext& context) {
  const bool repeats =
      planned.field->kind == FieldKind::kChoice || planned.field->kind == FieldKind::kBool;
  if (!repeats) return ReadValue(cell, *planned.field, planned.rule, context);
  Readings& known = readings_[&planned];
  if (const auto found = known.find(cell); found != known.end()) return found->second;
  if (known.size() >= kMostRemembered) known.clear();
  return known.emplace(cell, ReadValue(cell, *planned.field, planned.rule, context)).first->second;
}

absl::StatusOr<Found> RowImporter::FindTarget(std::string_view cell, const PlannedLink& link) {
  if (link.rule.by == LinkBy::kKey) {  // a look-up itself
    return index_.Find(link.field->target, link.rule, plan_.mapping.system, cell);
  }
  Targets& known = targets_[&link];
  if (const auto found = known.find(cell); found != known.end()) return found->second;
  RELATA_ASSIGN_OR_RETURN(const Found found,
                          index_.Find(link.field->target, link.rule, plan_.mapping.system, cell));
  // What is made for a name is found by its key from then on.
  if (found.record.none() && (IsNameList(link) || IsCompanyName(link))) return found;
  if (known.size() >= kMostRemembered) known.clear();
  known.emplace(cell, found);
  return found;
}

absl::Status RowImporter::ReadLinks(const TableRow& row, Prepared* out) {
  // Of several columns for one link the first that finds its record fills it; what was wrong is
  // told only when none does.
  std::vector<std::pair<std::string_view, ImportIssue>> problems;
  for (const PlannedLink& link : plan_.links) {
    const std::string_view cell = row.cells[link.column];
    const std::string& header = plan_.header[link.column];
    if (cell.empty() || FindIn(out->values, link.field->name) != nullptr) continue;
    if (link.rule.by != LinkBy::kKey && IsPlaceholder(cell)) continue;
    if (link.later) {
      out->later.push_back({file_,
                            row.number,
                            header,
                            std::string(cell),
                            {},
                            plan_.type->id,
                            link.field->name,
                            link.field->target,
                            link.rule,
                            plan_.mapping.system});
      continue;
    }
    auto [nothing, added] = nothing_to_find_.try_emplace(header, false);
    if (added) {
      RELATA_ASSIGN_OR_RETURN(nothing->second, index_.NothingToFind(link.field->target, link.rule,
                                                                    plan_.mapping.system));
    }
    const bool make = IsNameList(link) || (nothing->second && IsCompanyName(link));
    if (nothing->second && !make) {
      issues_.AddRepeated(
          row.number, header, cell,
          Concat("not linked: no ", link.field->target_name, " of this system is known"));
      continue;
    }
    RELATA_ASSIGN_OR_RETURN(const Found found, FindTarget(cell, link));
    if (!found.record.none()) {
      out->values.emplace_back(link.field->name, Value::Record(found.record));
      continue;
    }
    if (!found.ambiguous && make) {
      RELATA_ASSIGN_OR_RETURN(const RecordRef made, MakeNamed(*link.field, cell));
      out->values.emplace_back(link.field->name, Value::Record(made));
      continue;
    }
    problems.emplace_back(
        link.field->name,
        ImportIssue{
            row.number, header, std::string(cell),
            Concat(found.ambiguous ? "several records of type " : "no record of type ",
                   link.field->target_name, found.ambiguous ? " bear this name" : " found")});
  }
  for (const auto& [field, issue] : problems) {
    if (FindIn(out->values, field) == nullptr) {
      issues_.Add(issue.row, issue.column, issue.value, issue.message);
    }
  }
  return absl::OkStatus();
}

// Teams, territories and price lists are lists of names that exports seldom hold on their own: a
// name that is not there yet is made.
bool RowImporter::IsNameList(const PlannedLink& link) {
  const std::string& target = link.field->target_name;
  return link.rule.by == LinkBy::kName &&
         (target == "team" || target == "territory" || target == "price_list");
}

// In a graph without any account the companies that a list of people names become accounts.
bool RowImporter::IsCompanyName(const PlannedLink& link) {
  return link.rule.by == LinkBy::kName && link.field->target_name == "account";
}

absl::StatusOr<RecordRef> RowImporter::MakeNamed(const FieldDef& link, std::string_view name) {
  const std::string key = HeaderKey(name);
  RELATA_ASSIGN_OR_RETURN(KeyIndex * keys, index_.Keys(link.target));
  const RecordRef known = keys->Find(plan_.mapping.system, key);
  if (!known.none()) return known;
  if (!named_) {
    named_.emplace(crm_.Begin(options_.actor));
    named_->Source(plan_.mapping.system).Reason(Concat("import of ", plan_.path));
  }
  const RecordRef made = named_->Upsert(link.target_name, plan_.mapping.system, key,
                                        {{"name", Value::Text(CollapseSpace(name))}});
  keys->Add(plan_.mapping.system, key, made);
  index_.Forget(link.target);
  return made;
}

absl::Status RowImporter::ReadProduct(const TableRow& row, Prepared* out) {
  const std::string_view cell = row.cells[plan_.product_column];
  const TypeDef* product = plan_.schema->Find("product");
  if (cell.empty() || product == nullptr) return absl::OkStatus();
  for (const LinkRule& rule :
       {LinkRule{"product", LinkBy::kKey, "", ""}, LinkRule{"product", LinkBy::kField, "", "code"},
        LinkRule{"product", LinkBy::kName, "", ""}}) {
    RELATA_ASSIGN_OR_RETURN(const Found found,
                            index_.Find(product->id, rule, plan_.mapping.system, cell));
    if (found.record.none()) continue;
    out->product = found.record;
    return absl::OkStatus();
  }
  issues_.Add(row.number, plan_.header[plan_.product_column], cell,
              "no record of type product found");
  return absl::OkStatus();
}

// A record whose source has no name for it is called after what stands beside: its web site, whom
// and what it concerns, or, in a file that names nothing, its key.
void RowImporter::GiveName(const TableRow& row, Prepared* out) {
  const FieldDef* name = plan_.type->FindField("name");
  if (name == nullptr || !name->required || FindIn(out->values, "name") != nullptr) return;
  std::string text;
  for (const std::string_view field : {"website", "company", "email", "subject"}) {
    const Value* value = FindIn(out->values, field);
    if (value != nullptr && text.empty()) text = ToDisplay(*value);
  }
  const auto add = [&](std::string_view cell) {
    if (!cell.empty()) text += Concat(text.empty() ? "" : " - ", cell);
  };
  if (text.empty()) {
    for (const PlannedLink& link : plan_.links) {
      if (link.rule.by == LinkBy::kName && link.field->name == "account")
        add(row.cells[link.column]);
    }
    if (plan_.product_column != kNoColumn) add(row.cells[plan_.product_column]);
  }
  std::string column;
  for (const PlannedValue& planned : plan_.values) {
    if (planned.field == name) column = plan_.header[planned.column];
  }
  if (text.empty() && column.empty()) text = out->key;
  if (text.empty()) return;
  if (!column.empty()) issues_.Add(row.number, column, "", Concat("is empty; called '", text, "'"));
  out->values.emplace_back("name", Value::Text(CollapseSpace(text)));
}

// A new record without a required value is not made.
bool RowImporter::KeepMissingOut(const Prepared& row) {
  for (const FieldDef& field : plan_.type->fields) {
    if (!field.required || !field.initial.empty() || !field.readable()) continue;
    if (FindIn(row.values, field.name) != nullptr) continue;
    std::string column;
    for (const PlannedValue& planned : plan_.values) {
      if (planned.field == &field) column = plan_.header[planned.column];
    }
    for (const PlannedLink& planned : plan_.links) {
      if (planned.field == &field) column = plan_.header[planned.column];
    }
    issues_.Add(row.row, column, "", Concat("'", field.name, "' is required; the row was refused"));
    ++result_->refused;
    return true;
  }
  return false;
}

// --- Commits ------------------------------------------------------------------------------------

absl::StatusOr<Commit> RowImporter::Write() {
  Transaction tx = crm_.Begin(options_.actor);
  tx.Source(plan_.mapping.system).Reason(Concat("import of ", plan_.path));
  for (Prepared& row : batch_) {
    NamedValues values = row.values;
    if (!row.existing.none()) {
      tx.Update(row.existing, std::move(values));
      row.record = row.existing;
    } else {
      if (!row.created_at.is_null()) values.emplace_back("created_at", row.created_at);
      row.record = tx.Upsert(plan_.type->name, plan_.mapping.system, row.key, std::move(values));
    }
  }
  for (const Prepared& row : batch_) {
    if (row.new_key) tx.AddKey(row.existing, plan_.mapping.system, row.key);
    for (const std::string& key : row.more_keys) {
      tx.AddKey(row.record, plan_.mapping.system, key);
    }
  }
  return tx.Commit(options_.now);
}

void RowImporter::Refuse(size_t index, std::string_view message) {
  issues_.Add(batch_[index].row, "", batch_[index].key, message);
  ++result_->refused;
  batch_.erase(batch_.begin() + static_cast<std::ptrdiff_t>(index));
}

absl::Status RowImporter::Flush() {
  if (named_) {  // what the rows below link to
    RELATA_RETURN_IF_ERROR(Annotate(named_->Commit(options_.now).status(), plan_.path));
    named_.reset();
  }
  if (batch_.empty()) return absl::OkStatus();
  absl::StatusOr<Commit> commit = Write();
  for (size_t set_back = 0; !commit.ok(); ++set_back) {
    // What is wrong with one operation is that row's finding; anything else ends the import.
    const size_t operation = OperationOf(Message(commit.status()));
    if (operation == 0 || operation > batch_.size() || set_back >= kMostSetBack) {
      return Annotate(commit.status(), plan_.path);
    }
    Refuse(operation - 1, WithoutOperation(Message(commit.status())));
    if (batch_.empty()) break;
    commit = Write();
  }
  if (commit.ok()) {
    result_->created += commit->created;
    result_->updated += commit->updated;
    result_->unchanged += commit->unchanged;
  }
  for (Prepared& row : batch_) {
    keys_->Add(plan_.mapping.system, row.key, row.record);
    for (const std::string& key : row.more_keys) {
      keys_->Add(plan_.mapping.system, key, row.record);
    }
    written_.insert(row.record.row);
    for (const FieldDef* field : identifying_) {
      if (const Value* value = FindIn(row.values, field->name)) {
        keys_->AddValue(field->name, *value, row.record);
      }
    }
    for (LaterLink& link : row.later) {
      link.record = row.record;
      later_->push_back(std::move(link));
    }
  }
  const absl::Status children = WriteChildren();
  batch_.clear();
  in_batch_.clear();
  const TypeId types[] = {plan_.type->id};
  RELATA_ASSIGN_OR_RETURN(view_, crm_.View(types));
  return children;
}

// Of `values` those that the record has nothing for yet. A record that is only being made by this
// batch takes nothing more.
NamedValues RowImporter::WhatIsEmpty(RecordRef record, NamedValues values) const {
  std::erase_if(values, [&](const auto& value) {
    const absl::StatusOr<Value> there = crm_.Get(record, value.first);
    return !there.ok() || !there->is_null();
  });
  return values;
}

// Records that stand in the row of another: the establishment of a SIRET, the line of a product.
// They are not counted: the file's rows are what is counted.
absl::Status RowImporter::WriteChildren() {
  Transaction tx = crm_.Begin(options_.actor);
  tx.Source(plan_.mapping.system).Reason(Concat("import of ", plan_.path));
  const TypeDef* establishment = plan_.schema->Find("establishment");
  KeyIndex* establishments = nullptr;
  if (establishment != nullptr) {
    RELATA_ASSIGN_OR_RETURN(establishments, index_.Keys(establishment->id));
  }
  for (const Prepared& row : batch_) {
    if (establishments == nullptr) break;
    for (const NamedValues& place : row.places) {
      NamedValues values = place;
      values.emplace_back("account", Value::Record(row.record));
      // The register's number is its key: whoever names the SIRET finds the place.
      const std::string siret = place[0].second.text();
      const RecordRef known = establishments->FindByValue("siret", place[0].second);
      if (known.none()) {
        const RecordRef made = tx.Upsert("establishment", "sirene", siret, std::move(values));
        establishments->Add("sirene", siret, made);
        establishments->AddValue("siret", place[0].second, made);
      } else {
        tx.Update(known, WhatIsEmpty(known, std::move(values)));
      }
    }
    if (!row.product.none()) {
      NamedValues values = {{"opportunity", Value::Record(row.record)},
                            {"product", Value::Record(row.product)}};
      if (const Value* amount = FindIn(row.values, "amount")) values.emplace_back("net", *amount);
      tx.Upsert("opportunity_line", plan_.mapping.system, row.key, std::move(values));
    }
  }
  if (tx.size() == 0 && tx.status().ok()) return absl::OkStatus();
  const absl::StatusOr<Commit> commit = tx.Commit(options_.now);
  if (!commit.ok()) issues_.Add(plan_.header_row, "", "", Message(commit.status()));
  if (establishment != nullptr) index_.Forget(establishment->id);
  return absl::OkStatus();
}

}  // namespace relata::internal

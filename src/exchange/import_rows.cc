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
constexpr size_t kMostSetBack = 200;  // rows of one batch that a commit may refuse before we stop

Value* FindIn(NamedValues& values, std::string_view field) {
  for (auto& [name, value] : values) {
    if (name == field) return &value;
  }
  return nullptr;
}
const Value* FindIn(const NamedValues& values, std::string_view field) {
  return FindIn(const_cast<NamedValues&>(values), field);
}

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

}  // namespace

size_t OperationOf(std::string_view message) {
  constexpr std::string_view kWord = "operation ";
  if (!message.starts_with(kWord)) return 0;
  size_t number = 0;
  for (const char c : message.substr(kWord.size())) {
    if (c < '0' || c > '9') break;
    number = number * 10 + static_cast<size_t>(c - '0');
  }
  return number;
}

std::string_view WithoutOperation(std::string_view message) {
  const size_t colon = message.find(": ");
  return OperationOf(message) == 0 || colon == std::string_view::npos ? message
                                                                      : message.substr(colon + 2);
}

// --- Findings -----------------------------------------------------------------------------------

void IssueList::Add(int64_t row, std::string_view column, std::string_view value,
                    std::string_view message) {
  if (result_->issues.size() >= most_) {
    ++more_;
    return;
  }
  result_->issues.push_back(
      {row, std::string(column), std::string(value.substr(0, 200)), std::string(message)});
}

void IssueList::AddRepeated(int64_t row, std::string_view column, std::string_view value,
                            std::string_view message) {
  Repeated& entry = repeated_[{std::string(column), std::string(message)}];
  if (entry.count++ == 0) {
    entry.first = {row, std::string(column), std::string(value.substr(0, 200)),
                   std::string(message)};
  }
}

void IssueList::Finish() {
  for (auto& [key, entry] : repeated_) {
    if (entry.count > 1) {
      entry.first.message += Concat(" (this row and ", entry.count - 1, " others)");
    }
    result_->issues.push_back(std::move(entry.first));
  }
  repeated_.clear();
  std::stable_sort(result_->issues.begin(), result_->issues.end(),
                   [](const ImportIssue& a, const ImportIssue& b) { return a.row < b.row; });
  if (more_ > 0) {
    result_->issues.push_back({0, "", "", Concat(more_, " more findings are not listed")});
  }
}

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
    Reading reading = ReadValue(cell, *planned.field, planned.rule, context);
    if (!reading.problem.empty()) issues_.Add(row.number, header, cell, reading.problem);
    if (reading.value.is_null()) continue;
    if (planned.field->id == kCreatedAtField) {
      out->created_at = std::move(reading.value);
    } else if (there != nullptr && there->is(Value::Kind::kText)) {
      *there = Value::Text(Concat(there->text(), " ", reading.value.text()));
    } else {
      out->values.emplace_back(planned.field->name, std::move(reading.value));
    }
  }
}

absl::Status RowImporter::ReadLinks(const TableRow& row, Prepared* out) {
  // Of several columns for one link the first that finds its record fills it; what was wrong is
  // told only when none does.
  std::vector<std::pair<std::string_view, ImportIssue>> problems;
  for (const PlannedLink& link : plan_.links) {
    const std::string_view cell = row.cells[link.column];
    const std::string& header = plan_.header[link.column];
    if (cell.empty() || FindIn(out->values, link.field->name) != nullptr) continue;
    if (IsPlaceholder(cell)) continue;
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
    if (nothing->second) {
      issues_.AddRepeated(
          row.number, header, cell,
          Concat("not linked: no ", link.field->target_name, " of this system is known"));
      continue;
    }
    RELATA_ASSIGN_OR_RETURN(const Found found,
                            index_.Find(link.field->target, link.rule, plan_.mapping.system, cell));
    if (!found.record.none()) {
      out->values.emplace_back(link.field->name, Value::Record(found.record));
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

// --- Who is it ----------------------------------------------------------------------------------

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
    } else {
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
    } else if (!there.Same(value)) {
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

// --- What follows -------------------------------------------------------------------------------

namespace {

std::string TextIn(const NamedValues& values, std::string_view field) {
  const Value* value = FindIn(values, field);
  return value != nullptr && value->is(Value::Kind::kText) ? value->text() : "";
}

void CompleteOpportunity(NamedValues* values) {
  const std::string status = TextIn(*values, "status");
  if (status != "won" && status != "lost") return;
  const Value* expected = FindIn(*values, "close_date");
  if (expected != nullptr && FindIn(*values, "closed_on") == nullptr) {
    values->emplace_back("closed_on", Value(*expected));
  }
  const Value* amount = FindIn(*values, "amount");
  if (status == "won" && amount != nullptr && FindIn(*values, "won_amount") == nullptr) {
    values->emplace_back("won_amount", Value(*amount));
  }
}

}  // namespace

void CompleteRow(const TypeDef& type, NamedValues* values) {
  const std::string status = TextIn(*values, "status");
  const auto derive = [&](std::string_view field, bool value) {
    if (type.FindField(field) != nullptr && FindIn(*values, field) == nullptr) {
      values->emplace_back(field, Value::Bool(value));
    }
  };
  if (type.name == "opportunity") {
    CompleteOpportunity(values);
  } else if (type.name == "task" && !status.empty()) {
    derive("open", status != "done" && status != "cancelled");
  } else if (type.name == "ticket" && !status.empty()) {
    derive("open", status != "closed" && status != "resolved");
  } else if (type.name == "invoice" && (!status.empty() || FindIn(*values, "paid_on") != nullptr)) {
    derive("paid", status == "paid" || FindIn(*values, "paid_on") != nullptr);
  }
}

}  // namespace relata::internal

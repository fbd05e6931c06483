// SPDX-License-Identifier: Apache-2.0

#include "storage/sqlite/batches.h"

#include <cstring>
#include <new>
#include <utility>

#include "storage/sqlite/values.h"

namespace relata::internal {
namespace {

constexpr char kTake[] = "relata_take";
constexpr char kCall[] = "relata call";  // the kind of pointer that a statement is given
constexpr size_t kMostArguments = 120;
constexpr int kFirstParameter = 3;

std::vector<std::string> RecordKeys(bool ids) {
  return ids ? std::vector<std::string>{"row", "id"} : std::vector<std::string>{"row"};
}

class RecordBatches : public Batches {
 public:
  RecordBatches(Selection selection, bool ids, const Sink<RecordRows>& sink)
      : Batches(std::move(selection), RecordKeys(ids)),
        ids_(ids),
        sink_(sink),
        out_{{}, {}, MakeColumns()} {
    out_.rows.reserve(kBatchRows);
  }

 private:
  size_t rows() const override { return out_.rows.size(); }
  std::vector<Column>& columns() override { return out_.columns; }

  absl::Status TakeKeys(sqlite3_value** values) override {
    out_.rows.push_back(sqlite3_value_int64(values[0]));
    if (!ids_) return absl::OkStatus();
    Uuid& id = out_.ids.emplace_back();
    const void* bytes = sqlite3_value_blob(values[1]);
    if (static_cast<size_t>(sqlite3_value_bytes(values[1])) != id.bytes.size()) {
      return DataLoss("a record's id is not 16 bytes");
    }
    std::memcpy(id.bytes.data(), bytes, id.bytes.size());
    return absl::OkStatus();
  }

  absl::Status Pass() override {
    RELATA_RETURN_IF_ERROR(sink_(out_));
    out_.rows.clear();
    out_.ids.clear();
    for (Column& column : out_.columns) column.Clear();
    return absl::OkStatus();
  }

  const bool ids_;
  const Sink<RecordRows>& sink_;
  RecordRows out_;
};

class EventBatches : public Batches {
 public:
  EventBatches(Selection selection, const Sink<EventRows>& sink)
      : Batches(std::move(selection), {"seq", "subject", "at"}),
        sink_(sink),
        out_{{}, {}, {}, MakeColumns()} {}

 private:
  size_t rows() const override { return out_.seqs.size(); }
  std::vector<Column>& columns() override { return out_.columns; }

  absl::Status TakeKeys(sqlite3_value** values) override {
    out_.seqs.push_back(sqlite3_value_int64(values[0]));
    out_.subjects.push_back(sqlite3_value_int64(values[1]));
    out_.at.push_back({sqlite3_value_int64(values[2])});
    return absl::OkStatus();
  }

  absl::Status Pass() override {
    RELATA_RETURN_IF_ERROR(sink_(out_));
    out_.seqs.clear();
    out_.subjects.clear();
    out_.at.clear();
    for (Column& column : out_.columns) column.Clear();
    return absl::OkStatus();
  }

  const Sink<EventRows>& sink_;
  EventRows out_;
};

}  // namespace

absl::StatusOr<Statement> PrepareTaking(Connection& connection, std::string_view sql) {
  RELATA_RETURN_IF_ERROR(connection.Teach(kTake, &Batches::Take));
  return connection.Prepare(sql);
}

absl::StatusOr<Selection> Select(const Catalog& catalog, const Layout::Table& table,
                                 const std::vector<FieldId>& fields) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<int> places, PlacesOf(table, fields));
  const PhysicalTable& physical = catalog.Physical(table.spec.type);
  Selection selection;
  for (int place : places) {
    const auto i = static_cast<size_t>(place);
    selection.specs.push_back(&table.spec.columns[i]);
    selection.columns.push_back(&physical.columns[i]);
  }
  return selection;
}

Batches::Batches(Selection selection, std::vector<std::string> keys)
    : selection_(std::move(selection)), keys_(keys.size()) {
  calls_.push_back({this, 0, 0});
  size_t arguments = keys.size();
  std::string list;
  for (const std::string& key : keys) list += ", " + key;
  const auto close = [&] {
    condition_ += Concat(condition_.empty() ? "" : " + ", kTake, "(?",
                         kFirstParameter + calls_.size() - 1, list, ")");
  };
  for (size_t i = 0; i < selection_.specs.size(); ++i) {
    if (arguments >= kMostArguments) {
      close();
      calls_.push_back({this, i, i});
      arguments = 0;
      list.clear();
    }
    list += ", " + QuoteName(selection_.columns[i]->name);
    ++arguments;
    if (HasExtra(*selection_.specs[i])) {
      list += ", " + QuoteName(selection_.columns[i]->extra);
      ++arguments;
    }
    calls_.back().last = i + 1;
  }
  close();
}

std::vector<Column> Batches::MakeColumns() const {
  std::vector<Column> columns;
  columns.reserve(selection_.specs.size());
  for (const ColumnSpec* spec : selection_.specs) columns.push_back(MakeColumn(*spec));
  return columns;
}

absl::Status Batches::TakeAll(Statement& statement) {
  for (size_t i = 0; i < calls_.size(); ++i) {
    statement.BindPointer(kFirstParameter + static_cast<int>(i), &calls_[i], kCall);
  }
  while (true) {
    const absl::StatusOr<bool> full = statement.Step();
    RELATA_RETURN_IF_ERROR(status_);
    RELATA_RETURN_IF_ERROR(full.status());
    if (!*full) return absl::OkStatus();
    RELATA_RETURN_IF_ERROR(Flush());
  }
}

absl::Status Batches::Finish() { return rows() == 0 ? absl::OkStatus() : Flush(); }

absl::Status Batches::Flush() {
  passed_ += rows();
  return Pass();
}

void Batches::Take(sqlite3_context* context, int count, sqlite3_value** values) {
  const auto* call =
      count == 0 ? nullptr : static_cast<const Call*>(sqlite3_value_pointer(values[0], kCall));
  if (call == nullptr) return sqlite3_result_error(context, "relata_take is not for others", -1);
  Batches& batches = *call->batches;
  try {
    absl::Status status = batches.TakeRow(*call, values + 1);
    if (!status.ok()) {
      batches.status_ = std::move(status);
      return sqlite3_result_error(context, "a value could not be taken", -1);
    }
  } catch (const std::bad_alloc&) {
    return sqlite3_result_error_nomem(context);
  }
  // Every call has to answer: what is added to null is null.
  const bool first = call == batches.calls_.data();
  sqlite3_result_int(context, first && batches.rows() >= kBatchRows ? 1 : 0);
}

absl::Status Batches::TakeRow(const Call& call, sqlite3_value** values) {
  if (call.first == 0) {
    RELATA_RETURN_IF_ERROR(TakeKeys(values));
    values += keys_;
  }
  std::vector<Column>& columns = this->columns();
  for (size_t i = call.first; i < call.last; ++i) {
    const ColumnSpec& spec = *selection_.specs[i];
    RELATA_RETURN_IF_ERROR(ReadValue(values, spec, columns[i]));
    values += HasExtra(spec) ? 2 : 1;
  }
  return absl::OkStatus();
}

std::unique_ptr<Batches> NewRecordBatches(Selection selection, bool ids,
                                          const Sink<RecordRows>& sink) {
  return std::make_unique<RecordBatches>(std::move(selection), ids, sink);
}

std::unique_ptr<Batches> NewEventBatches(Selection selection, const Sink<EventRows>& sink) {
  return std::make_unique<EventBatches>(std::move(selection), sink);
}

}  // namespace relata::internal

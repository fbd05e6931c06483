// SPDX-License-Identifier: Apache-2.0
//
// Operators over what is not a field: public ids, segments, what rooms above answer, and the last
// statement of the consent ledger.

#include <algorithm>
#include <utility>

#include "base/large_pages.h"
#include "engine/operator.h"
#include "relata/consent/vocabulary.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

// --- Public ids --------------------------------------------------------------------------------

class PublicId : public Operator {
 public:
  PublicId(RowSourcePtr rows, const RecordTable& table)
      : Operator(Kind::kText, 30), rows_(std::move(rows)), table_(table) {}

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    std::vector<Row> buffer;
    const Rows here = Through(rows_, rows, wanted, buffer);
    out.Reset(Kind::kText, rows.n);
    EachBit(wanted, [&](size_t i) {
      if (here.at(i) == kNoRow) return;
      const Uuid id = table_.Id(here.at(i));
      if (!id.nil()) out.Put(i, Value::Text(id.ToString()));
    });
  }

 private:
  const RowSourcePtr rows_;
  const RecordTable& table_;
};

// The row with a public id; kNoRow when there is none.
Row RowOfId(const RecordTable& table, const std::string& id) {
  const std::optional<Uuid> uuid = Uuid::Parse(id);
  if (!uuid || uuid->nil() || uuid->ToString() != id) return kNoRow;
  // One scan costs less than an index that only this question needs.
  if (const IdIndex* index = table.by_id.Peek()) {
    return index->Find(*uuid, [&](Row row) { return table.Id(row) == *uuid; });
  }
  for (size_t c = 0; c < table.ids.size(); ++c) {
    const std::vector<Uuid>* chunk = table.ids[c];
    if (chunk == nullptr) continue;
    const auto found = std::find(chunk->begin(), chunk->end(), *uuid);
    if (found != chunk->end())
      return static_cast<Row>(c * kRowsPerChunk) + (found - chunk->begin());
  }
  return kNoRow;
}

class IsRecord : public Operator {
 public:
  IsRecord(RowSourcePtr rows, Row row, bool equal)
      : Operator(Kind::kBool, 5), rows_(std::move(rows)), equal_(equal), row_(row) {}

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    out.Reset(Kind::kBool, rows.n);
    out.has = wanted;
    if (row_ == kNoRow) {
      if (!equal_) out.truth = wanted;
      return;
    }
    std::vector<Row> buffer;
    const Rows here = Through(rows_, rows, wanted, buffer);
    EachBit(wanted, [&](size_t i) {
      if ((here.at(i) == row_) == equal_) SetBit(out.truth, i);
    });
  }

 private:
  const RowSourcePtr rows_;
  const bool equal_;
  const Row row_;
};

// --- Rooms above -------------------------------------------------------------------------------

class Question : public Operator {
 public:
  Question(Kind kind, RowSourcePtr rows, QuestionSpec spec)
      : Operator(kind, 5'000), rows_(std::move(rows)), spec_(std::move(spec)) {}

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    std::vector<Row> buffer;
    const Rows here = Through(rows_, rows, wanted, buffer);
    out.Reset(kind(), rows.n);
    EachBit(wanted, [&](size_t i) {
      if (!spec_.stop->ok()) return;
      const Row row = here.at(i);
      if (row == kNoRow) {
        return spec_.missing.ok() ? out.Put(i, spec_.missing.value) : SetBit(out.error, i);
      }
      absl::StatusOr<Value> answer = spec_.ask({spec_.type, row});
      if (answer.ok()) return out.Put(i, *answer);
      SetBit(out.error, i);
      if (answer.status().code() != absl::StatusCode::kNotFound) *spec_.stop = answer.status();
    });
  }

 private:
  const RowSourcePtr rows_;
  const QuestionSpec spec_;
};

class Member : public Operator {
 public:
  Member(RowSourcePtr rows, std::shared_ptr<Membership> segment, int64_t population,
         absl::Status* stop)
      : Operator(Kind::kBool, 200),
        rows_(std::move(rows)),
        segment_(std::move(segment)),
        population_(population),
        stop_(stop) {}

  void Expect(int64_t rows) override { expected_ = rows; }

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    out.Reset(Kind::kBool, rows.n);
    out.has = wanted;
    if (!stop_->ok() || !AnyBit(wanted)) return;
    std::vector<Row> buffer;
    const Rows here = Through(rows_, rows, wanted, buffer);
    const bool few = expected_ >= 0 && expected_ * 8 < population_ && here.list != nullptr;
    if (few) {
      const absl::Status status = segment_->Among(here, wanted, out.truth);
      if (!status.ok()) *stop_ = status;
      return;
    }
    const absl::StatusOr<const std::vector<ChunkBits>*> all = segment_->All();
    if (!all.ok()) {
      *stop_ = all.status();
      return;
    }
    if (here.list == nullptr) {
      const size_t c = ChunkOf(here.first);
      if (c >= (*all)->size()) return;
      EachWord(out.truth, [&](size_t w) { return (**all)[c][w] & wanted[w]; });
      return;
    }
    EachBit(wanted, [&](size_t i) {
      const Row row = here.at(i);
      if (row == kNoRow || ChunkOf(row) >= (*all)->size()) return;
      if (TestBit((**all)[ChunkOf(row)], OffsetOf(row))) SetBit(out.truth, i);
    });
  }

 private:
  const RowSourcePtr rows_;
  const std::shared_ptr<Membership> segment_;
  const int64_t population_;
  absl::Status* const stop_;
  int64_t expected_ = -1;
};

// --- The ledger --------------------------------------------------------------------------------

// The names of the events of the ledger, by their numbers.
const Dictionary& EventNames() {
  static const Dictionary kNames = [] {
    Dictionary names;
    for (const std::string_view name : kEventNames) names.Add(name);
    return names;
  }();
  return kNames;
}

}  // namespace

namespace {

struct NewestOfPerson {
  int64_t at = INT64_MIN;
  uint8_t event = 0;  // ConsentEvent; kUnknown for none
};

// The newest statement of every person where records were merged, in one pass over the ledger.
class MergedStatements : public SharedWork {
 public:
  MergedStatements(Lanes& lanes, const Graph& graph, TypeId type, Channel channel, Purpose purpose)
      : SharedWork(lanes, graph.ledger->count),
        graph_(graph),
        type_(type),
        reader_(*graph.ledger, channel, purpose) {}

  NewestOfPerson Of(Row row) const {
    const auto i = static_cast<size_t>(row);
    return i < at_.size() ? NewestOfPerson{at_[i], event_[i]} : NewestOfPerson{};
  }

 protected:
  size_t Begin(size_t) override { return 1; }
  void Do(size_t, size_t) override {
    at_.assign(static_cast<size_t>(graph_.Records(type_)->limit), INT64_MIN);
    event_.assign(at_.size(), 0);
    for (size_t c = 0; c < reader_.chunks(); ++c) {
      for (const StatementReader::Line& line : reader_.Chunk(c, 0)) {
        const RecordRef person = graph_.Resolve(line.person);
        const auto p = static_cast<size_t>(person.row);
        // Later places with the same instant are newer.
        if (person.type != type_ || p >= at_.size() || line.at < at_[p]) continue;
        at_[p] = line.at;
        event_[p] = line.event;
      }
    }
  }

 private:
  const Graph& graph_;
  const TypeId type_;
  StatementReader reader_;
  LargeVector<int64_t> at_;     // by person
  std::vector<uint8_t> event_;  // by person
};

}  // namespace

class StatementFold {
 public:
  StatementFold(Lane& lane, const Graph& graph, TypeId type, Channel channel, Purpose purpose)
      : lane_(lane.number()),
        graph_(graph),
        ledger_(*graph.ledger),
        type_(type),
        key_(type, channel, purpose),
        reader_(ledger_, channel, purpose),
        merged_(lane.Share<MergedStatements>([&] {
          return std::make_shared<MergedStatements>(lane.lanes(), graph, type, channel, purpose);
        })) {}

  // A person's entries lie anywhere, those of a chunk side by side: few persons are looked up.
  bool LooksUp(int64_t rows) const {
    if (merged_->complete() || rows < 0 || rows * 200 >= ledger_.count) return false;
    return graph_.HasAliases() || ledger_.statements.Peek(key_) == nullptr;
  }

  // The fold of all, by row; nullptr where records were merged, which Of knows.
  const Statements* All() {
    if (graph_.HasAliases()) return nullptr;
    if (all_ == nullptr) {
      const auto& [type, channel, purpose] = key_;
      all_ = NewestStatements(ledger_, type, graph_.Records(type)->limit, channel, purpose);
    }
    return all_.get();
  }

  // By the fold of all.
  NewestOfPerson Of(Row row) {
    merged_->Complete(lane_);
    return merged_->Of(row);
  }

  // By the person's own entries.
  NewestOfPerson Find(Row row) {
    int64_t best = -1;
    NewestOfPerson found;
    const auto look = [&](RecordRef person) {
      const RelationIndex* index = ledger_.ByPerson().For(person.type);
      if (index == nullptr) return;
      places_.clear();
      index->AppendTo(person.row, &ledger_.at, places_);
      for (auto place = places_.rbegin(); place != places_.rend(); ++place) {
        const int64_t at = ledger_.at.Int(*place);
        if (at < found.at || (at == found.at && *place < best)) return;
        const uint8_t event = reader_.EventAt(*place);
        if (event == 0) continue;
        best = *place;
        found = {at, event};
        return;
      }
    };
    if (!graph_.HasAliases()) {
      look({type_, row});
    } else {
      for (const RecordRef one : graph_.Group({type_, row})) look(one);
    }
    return found;
  }

 private:
  const size_t lane_;
  const Graph& graph_;
  const LedgerTable& ledger_;
  const TypeId type_;
  const std::tuple<TypeId, Channel, Purpose> key_;
  StatementReader reader_;
  const std::shared_ptr<MergedStatements> merged_;
  KeptStatements::Value all_;
  std::vector<int64_t> places_;
};

namespace {

class LastStatement : public Operator {
 public:
  LastStatement(Kind kind, RowSourcePtr rows, std::shared_ptr<StatementFold> fold)
      : Operator(kind, 90), rows_(std::move(rows)), fold_(std::move(fold)) {}

  void Expect(int64_t rows) override { expected_ = rows; }

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    std::vector<Row> buffer;
    const Rows here = Through(rows_, rows, wanted, buffer);
    out.Reset(kind(), rows.n);
    if (kind() == Kind::kText) {
      out.dictionary = &EventNames();
      out.ints.resize(rows.n);
    }
    const bool few = fold_->LooksUp(expected_);
    if (const Statements* all = few ? nullptr : fold_->All()) {
      const Dictionary* const names = out.dictionary;
      ReadColumn(kind() == Kind::kText ? all->event : all->at, here, wanted, out);
      out.kind = kind();
      out.dictionary = names;
      EachWord(out.has, [&](size_t w) { return out.has[w] & wanted[w]; });
      return;
    }
    EachBit(wanted, [&](size_t i) {
      const Row row = here.at(i);
      if (row == kNoRow) return;
      const NewestOfPerson said = few ? fold_->Find(row) : fold_->Of(row);
      if (said.event == 0) return;
      SetBit(out.has, i);
      out.ints[i] = kind() == Kind::kText ? said.event : said.at;
    });
  }

 private:
  const RowSourcePtr rows_;
  const std::shared_ptr<StatementFold> fold_;
  int64_t expected_ = -1;
};

}  // namespace

OperatorPtr MakeId(RowSourcePtr rows, const RecordTable& table) {
  return std::make_unique<PublicId>(std::move(rows), table);
}
OperatorPtr MakeIsRecord(Lane& lane, RowSourcePtr rows, const RecordTable& table,
                         const std::string& id, bool equal) {
  const auto row = lane.Share<Row>([&] { return std::make_shared<Row>(RowOfId(table, id)); });
  return std::make_unique<IsRecord>(std::move(rows), *row, equal);
}
OperatorPtr MakeQuestion(Kind kind, RowSourcePtr rows, QuestionSpec spec) {
  return std::make_unique<Question>(kind, std::move(rows), std::move(spec));
}
OperatorPtr MakeMember(RowSourcePtr rows, std::shared_ptr<Membership> segment, int64_t population,
                       absl::Status* stop) {
  return std::make_unique<Member>(std::move(rows), std::move(segment), population, stop);
}
std::shared_ptr<StatementFold> MakeStatementFold(Lane& lane, const Graph& graph, TypeId type,
                                                 Channel channel, Purpose purpose) {
  return std::make_shared<StatementFold>(lane, graph, type, channel, purpose);
}
OperatorPtr MakeStatement(Kind kind, RowSourcePtr rows, std::shared_ptr<StatementFold> fold) {
  return std::make_unique<LastStatement>(kind, std::move(rows), std::move(fold));
}

}  // namespace relata::internal

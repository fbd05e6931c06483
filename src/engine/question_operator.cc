// SPDX-License-Identifier: Apache-2.0
//
// Operators over what is not a field: public ids, segments, what rooms above answer, and the last
// statement of the consent ledger.

#include <algorithm>
#include <array>
#include <bit>
#include <utility>
#include <variant>

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

class IsRecord : public Operator {
 public:
  IsRecord(RowSourcePtr rows, const RecordTable& table, const std::string& id, bool equal)
      : Operator(Kind::kBool, 5), rows_(std::move(rows)), equal_(equal) {
    const std::optional<Uuid> uuid = Uuid::Parse(id);
    if (!uuid || uuid->nil() || uuid->ToString() != id) return;
    // One scan costs less than an index that only this question needs.
    if (const IdIndex* index = table.by_id.Peek()) {
      row_ = index->Find(*uuid, [&](Row row) { return table.Id(row) == *uuid; });
      return;
    }
    for (size_t c = 0; c < table.ids.size() && row_ == kNoRow; ++c) {
      const std::vector<Uuid>* chunk = table.ids[c];
      if (chunk == nullptr) continue;
      const auto found = std::find(chunk->begin(), chunk->end(), *uuid);
      if (found == chunk->end()) continue;
      row_ = static_cast<Row>(c * kRowsPerChunk) + (found - chunk->begin());
    }
  }

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
  Row row_ = kNoRow;
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

class LastStatement : public Operator {
 public:
  LastStatement(Kind kind, RowSourcePtr rows, const Graph& graph, TypeId type, Channel channel,
                Purpose purpose)
      : Operator(kind, 90),
        rows_(std::move(rows)),
        graph_(graph),
        ledger_(*graph.ledger),
        type_(type),
        channel_(channel),
        purpose_(purpose) {}

  void Expect(int64_t rows) override { expected_ = rows; }

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    std::vector<Row> buffer;
    const Rows here = Through(rows_, rows, wanted, buffer);
    out.Reset(kind(), rows.n);
    if (kind() == Kind::kText) {
      out.dictionary = &EventNames();
      out.ints.resize(rows.n);
    }
    // A person's entries lie anywhere, those of a chunk side by side.
    const bool few = !folded_ && expected_ >= 0 && expected_ * 200 < ledger_.count;
    if (!few && !folded_) Fold();
    EachBit(wanted, [&](size_t i) {
      const Row row = here.at(i);
      if (row == kNoRow) return;
      const int64_t place = few ? Find(row) : PlaceOf(row);
      if (place < 0) return;
      SetBit(out.has, i);
      out.ints[i] = kind() == Kind::kText ? EventAt(place) : ledger_.at.Int(place);
    });
  }

 private:
  int64_t PlaceOf(Row row) const {
    const auto i = static_cast<size_t>(row);
    return i < newest_.size() ? int64_t{newest_[i]} - 1 : -1;
  }
  int64_t EventAt(int64_t place) const {
    return static_cast<int64_t>(StatementOf(ledger_.shape.Text(place)).event);
  }
  bool Counts(std::string_view shape) const {
    return Covers(StatementOf(shape), channel_, purpose_);
  }

  // The newest place of every person, in one pass over the ledger.
  void Fold() {
    folded_ = true;
    const Dictionary& shapes = ledger_.shape.dictionary();
    std::vector<uint8_t> counts(shapes.size());
    for (size_t code = 0; code < counts.size(); ++code) counts[code] = Counts(shapes.text(code));
    newest_.assign(static_cast<size_t>(graph_.Records(type_)->limit), 0);
    newest_at_.assign(newest_.size(), INT64_MIN);
    for (size_t c = 0; c < ledger_.shape.chunk_count(); ++c) FoldChunk(c, counts);
    std::vector<int64_t>().swap(newest_at_);
  }

  void FoldChunk(size_t c, const std::vector<uint8_t>& counts) {
    const Chunk* shapes = ledger_.shape.chunk(c);
    const Chunk* persons = ledger_.person.chunk(c);
    const Chunk* apart = ledger_.recorded_at.chunk(c);
    if (shapes == nullptr || persons == nullptr || apart == nullptr) return;
    ChunkBits here{};
    if (const auto* codes = std::get_if<std::vector<uint8_t>>(&shapes->ints.codes());
        shapes->coded && codes != nullptr && shapes->ints.step() == 1) {
      // Codes of a byte are looked up where they lie.
      alignas(64) std::array<uint8_t, kRowsPerChunk> flags{};
      const auto base = static_cast<size_t>(shapes->ints.base());
      std::array<uint8_t, 256> counts_here{};
      for (size_t code = 0; code < 256 && base + code < counts.size(); ++code) {
        counts_here[code] = counts[base + code];
      }
      for (size_t i = 0; i < codes->size(); ++i) flags[i] = counts_here[(*codes)[i]];
      PackFlags(flags.data(), here);
    } else if (shapes->coded) {
      codes_.resize(std::max(kRowsPerChunk, shapes->size));
      shapes->ints.Decode(codes_.data());
      for (size_t i = 0; i < shapes->size; ++i) {
        here[i / 64] |= uint64_t{counts[static_cast<size_t>(codes_[i])]} << (i % 64);
      }
    } else {
      EachBit(shapes->present, [&](size_t i) {
        if (Counts(shapes->Plain(i))) SetBit(here, i);
      });
    }
    EachWord(here, [&](size_t w) {
      return here[w] & shapes->present[w] & persons->present[w] & apart->present[w];
    });
    if (!AnyBit(here)) return;
    rows_here_.resize(std::max(kRowsPerChunk, persons->size));
    persons->ints.Decode(rows_here_.data());
    const PackedInts& at = ledger_.at.chunk(c)->ints;
    const bool merged = graph_.HasAliases();
    EachBit(here, [&](size_t i) {
      RecordRef person{static_cast<TypeId>(persons->Extra(i)), rows_here_[i]};
      if (merged) person = graph_.Resolve(person);
      const auto p = static_cast<size_t>(person.row);
      // Later places with the same instant are newer.
      const int64_t when = at.Get(i);
      if (person.type != type_ || p >= newest_.size() || when < newest_at_[p]) return;
      newest_at_[p] = when;
      newest_[p] = static_cast<uint32_t>(c * kRowsPerChunk + i) + 1;
    });
  }

  // Whether the line is one that counts; each shape of the dictionary is read once.
  bool CountsAt(int64_t place) {
    if (!ledger_.recorded_at.Has(place)) return false;
    const Chunk& chunk = *ledger_.shape.chunk(ChunkOf(place));
    if (!chunk.coded) return Counts(chunk.Plain(OffsetOf(place)));
    if (known_.empty()) known_.assign(ledger_.shape.dictionary().size(), 2);
    const auto code = static_cast<size_t>(chunk.Int(OffsetOf(place)));
    if (known_[code] == 2) known_[code] = Counts(ledger_.shape.dictionary().text(code)) ? 1 : 0;
    return known_[code] == 1;
  }

  // The newest place of one person, -1 when there is none.
  int64_t Find(Row row) {
    int64_t best = -1;
    int64_t best_at = INT64_MIN;
    const auto look = [&](RecordRef person) {
      const RelationIndex* index = ledger_.ByPerson().For(person.type);
      if (index == nullptr) return;
      places_.clear();
      index->AppendTo(person.row, &ledger_.at, places_);
      for (auto place = places_.rbegin(); place != places_.rend(); ++place) {
        const int64_t at = ledger_.at.Int(*place);
        if (at < best_at || (at == best_at && *place < best)) return;
        if (!CountsAt(*place)) continue;
        best = *place;
        best_at = at;
        return;
      }
    };
    if (!graph_.HasAliases()) {
      look({type_, row});
    } else {
      for (const RecordRef one : graph_.Group({type_, row})) look(one);
    }
    return best;
  }

  const RowSourcePtr rows_;
  const Graph& graph_;
  const LedgerTable& ledger_;
  const TypeId type_;
  const Channel channel_;
  const Purpose purpose_;
  int64_t expected_ = -1;
  bool folded_ = false;
  std::vector<uint32_t> newest_;  // place + 1, 0 for none
  std::vector<int64_t> newest_at_;
  std::vector<uint8_t> known_;  // by code: 0, 1, or 2 when it was not read yet
  std::vector<int64_t> codes_;
  std::vector<int64_t> rows_here_;
  std::vector<int64_t> places_;
};

}  // namespace

OperatorPtr MakeId(RowSourcePtr rows, const RecordTable& table) {
  return std::make_unique<PublicId>(std::move(rows), table);
}
OperatorPtr MakeIsRecord(RowSourcePtr rows, const RecordTable& table, const std::string& id,
                         bool equal) {
  return std::make_unique<IsRecord>(std::move(rows), table, id, equal);
}
OperatorPtr MakeQuestion(Kind kind, RowSourcePtr rows, QuestionSpec spec) {
  return std::make_unique<Question>(kind, std::move(rows), std::move(spec));
}
OperatorPtr MakeMember(RowSourcePtr rows, std::shared_ptr<Membership> segment, int64_t population,
                       absl::Status* stop) {
  return std::make_unique<Member>(std::move(rows), std::move(segment), population, stop);
}
OperatorPtr MakeStatement(Kind kind, RowSourcePtr rows, const Graph& graph, TypeId type,
                          Channel channel, Purpose purpose) {
  return std::make_unique<LastStatement>(kind, std::move(rows), graph, type, channel, purpose);
}

}  // namespace relata::internal

// SPDX-License-Identifier: Apache-2.0
//
// The events that event rules count, record by record, from scans of the columns of one event type.

#ifndef RELATA_SRC_SCORE_EVENT_SCAN_H_
#define RELATA_SRC_SCORE_EVENT_SCAN_H_

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include "base/large_pages.h"
#include "engine/columnar_events.h"
#include "score/population_scorer.h"

namespace relata::internal {

// A chunk of an event table with its columns decoded when first needed.
class EventChunk {
 public:
  EventChunk(const Graph& graph, const EventTable& table, TypeId subject_type, size_t rows)
      : graph_(graph),
        table_(table),
        subject_type_(subject_type),
        rows_(rows),
        merged_(graph.HasAliases()) {}

  void Go(size_t chunk) {
    chunk_ = chunk;
    decoded_ = false;
  }
  size_t chunks() const { return table_.at.chunk_count(); }
  const ChunkBits* present() const {
    const Chunk* subject = table_.subject.chunk(chunk_);
    return subject == nullptr || table_.at.chunk(chunk_) == nullptr ? nullptr : &subject->present;
  }
  // The record an event is about, resolved; rows() when it is none of the population.
  size_t row(size_t i) {
    Decode();
    return static_cast<size_t>(subjects_[i]);
  }
  int64_t at(size_t i) {
    Decode();
    return at_[i];
  }
  // The same for the whole chunk.
  const int64_t* row_data() {
    Decode();
    return subjects_.data();
  }
  const int64_t* at_data() {
    Decode();
    return at_.data();
  }
  size_t rows() const { return rows_; }

 private:
  void Decode() {
    if (decoded_) return;
    decoded_ = true;
    const Chunk& subject = *table_.subject.chunk(chunk_);
    const Chunk& at = *table_.at.chunk(chunk_);
    subjects_.resize(std::max(kRowsPerChunk, subject.size));
    at_.resize(std::max(kRowsPerChunk, at.size));
    subject.ints.Decode(subjects_.data());
    at.ints.Decode(at_.data());
    for (size_t i = 0; i < subject.size; ++i) {
      if (merged_) {
        const RecordRef resolved = graph_.Resolve({subject_type_, subjects_[i]});
        subjects_[i] = resolved.type == subject_type_ ? resolved.row : kNoRow;
      }
      if (static_cast<uint64_t>(subjects_[i]) >= rows_) subjects_[i] = static_cast<int64_t>(rows_);
    }
  }

  const Graph& graph_;
  const EventTable& table_;
  const TypeId subject_type_;
  const size_t rows_;
  const bool merged_;
  size_t chunk_ = 0;
  bool decoded_ = false;
  std::vector<int64_t> subjects_;
  std::vector<int64_t> at_;
};

// The events one rule chooses in the chunk that `events` stands at.
class RuleScan {
 public:
  // `spoiled`: rows with an event whose filter or number is an error; `ask`: rows for the record
  // scorer.
  RuleScan(const ScoreRule& rule, ColumnarEvents& list, RowBits& spoiled, RowBits& ask)
      : rule_(rule), list_(list), spoiled_(spoiled), ask_(ask) {}

  // Puts the places of the chosen events of `chunk` into `places`, and their points.
  void Choose(EventChunk& events, size_t chunk) {
    places_.clear();
    const ChunkBits* present = events.present();
    if (present != nullptr) ChooseAmong(events, chunk, *present);
  }
  void ChooseAmong(EventChunk& events, size_t chunk, const ChunkBits& wanted) {
    places_.clear();
    list_.Choose(chunk, wanted, chosen_);
    Note(events, chosen_.error, spoiled_);
    Note(events, chosen_.undecided, ask_);
    EachBit(chosen_.events, [&](size_t i) {
      if (events.row(i) < events.rows()) places_.push_back(static_cast<uint32_t>(i));
    });
    if (rule_.number.empty()) return;
    points_.resize(kRowsPerChunk);
    std::erase_if(places_, [&](uint32_t i) {
      const std::optional<double> number =
          chosen_.values == nullptr ? std::nullopt : NumberOf(chosen_.values->Get(i));
      points_[i] = rule_.points + number.value_or(0);
      if (!number) spoiled_.Set(events.row(i));
      return !number;
    });
  }
  const std::vector<uint32_t>& places() const { return places_; }
  double points(size_t i) const { return rule_.number.empty() ? rule_.points : points_[i]; }

 private:
  static void Note(EventChunk& events, const ChunkBits& odd, RowBits& rows) {
    if (!AnyBit(odd)) return;
    EachBit(odd, [&](size_t i) {
      if (events.row(i) < events.rows()) rows.Set(events.row(i));
    });
  }

  const ScoreRule& rule_;
  ColumnarEvents& list_;
  RowBits& spoiled_;
  RowBits& ask_;
  ColumnarEvents::Chosen chosen_;
  std::vector<uint32_t> places_;
  std::vector<double> points_;
};

// Calls add(row, at, points) for each event that counts under a rule that limits repeats, in order
// of time for each row. Three scans: how many count for each row, then all but the oldest beyond
// `most`; rows whose events do not lie in order of time are put in order on the way.
template <class Add>
void EachRepeat(const ScoreRule& rule, RuleScan& scan, EventChunk& events, Timestamp window_start,
                const Add& add) {
  struct State {
    int64_t last = INT64_MIN;     // seen
    int64_t counted = INT64_MIN;  // the last that counted
    int64_t n = 0;                // that count and lie in the window
  };
  struct Late {
    size_t row;
    int64_t at;
    size_t place;
    double points;
  };
  const int64_t apart = rule.apart.micros;
  const auto counts = [&](int64_t& counted, int64_t at) {
    if (counted != INT64_MIN && at - counted < apart) return false;
    counted = at;
    return true;
  };
  std::vector<State, LargePages<State>> states(events.rows());
  RowBits disorder(events.rows());
  for (size_t c = 0; c < events.chunks(); ++c) {
    events.Go(c);
    scan.Choose(events, c);
    for (const uint32_t i : scan.places()) {
      State& s = states[events.row(i)];
      const int64_t at = events.at(i);
      if (at < s.last) disorder.Set(events.row(i));
      s.last = at;
      if (counts(s.counted, at) && at > window_start.micros) ++s.n;
    }
  }
  for (State& s : states) {
    s.counted = INT64_MIN;
    s.n = rule.most == 0 ? 0 : std::max<int64_t>(0, s.n - rule.most);  // to leave out
  }
  std::vector<Late> late;
  for (size_t c = 0; c < events.chunks(); ++c) {
    events.Go(c);
    scan.Choose(events, c);
    for (const uint32_t i : scan.places()) {
      const size_t row = events.row(i);
      const int64_t at = events.at(i);
      if (disorder.Test(row)) {
        late.push_back({row, at, c * kRowsPerChunk + i, scan.points(i)});
        continue;
      }
      State& s = states[row];
      if (counts(s.counted, at) && at > window_start.micros && s.n-- <= 0) {
        add(row, at, scan.points(i));
      }
    }
  }
  std::sort(late.begin(), late.end(), [](const Late& a, const Late& b) {
    return std::tie(a.row, a.at, a.place) < std::tie(b.row, b.at, b.place);
  });
  for (size_t begin = 0, end = 0; begin < late.size(); begin = end) {
    std::vector<const Late*> kept;
    int64_t counted = INT64_MIN;
    for (; end < late.size() && late[end].row == late[begin].row; ++end) {
      if (counts(counted, late[end].at) && late[end].at > window_start.micros) {
        kept.push_back(&late[end]);
      }
    }
    const auto most = static_cast<size_t>(rule.most);
    const size_t skip = most == 0 || kept.size() <= most ? 0 : kept.size() - most;
    for (size_t i = skip; i < kept.size(); ++i) add(kept[i]->row, kept[i]->at, kept[i]->points);
  }
}

}  // namespace relata::internal

#endif  // RELATA_SRC_SCORE_EVENT_SCAN_H_

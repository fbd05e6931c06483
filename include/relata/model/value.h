// SPDX-License-Identifier: Apache-2.0
//
// One value: what a field holds, what an event says, what an expression yields.
//
// A Value is one of the kinds below and owns what it holds; lists and maps are shared and
// immutable, so copying a Value is cheap except for text. Absent is null: a field without a value
// and a link to nothing both read as null. There is no conversion between kinds: `Int(1)` is not
// `Double(1)` until an expression says so.
//
// Immutable once built; any thread may read.

#ifndef RELATA_MODEL_VALUE_H_
#define RELATA_MODEL_VALUE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "relata/base/id.h"
#include "relata/base/money.h"
#include "relata/base/time.h"

namespace relata {

class Value;
using ValueList = std::vector<Value>;
using ValueMap = std::vector<std::pair<Value, Value>>;  // in insertion order, keys distinct

class Value {
 public:
  // In the order of the variant below. Those after kList occur in expressions only, never in a
  // field.
  enum class Kind : uint8_t {
    kNull,
    kBool,
    kInt,
    kDouble,
    kText,
    kTimestamp,
    kDuration,
    kDate,
    kMoney,
    kRecord,
    kList,
    kUint,
    kBytes,
    kPeriod,
    kMap,
    kType,
    kOptional,
  };

  Value() = default;  // null

  static Value Null() { return Value(); }
  static Value Bool(bool v) { return Value(Data(std::in_place_index<1>, v)); }
  static Value Int(int64_t v) { return Value(Data(std::in_place_index<2>, v)); }
  static Value Double(double v) { return Value(Data(std::in_place_index<3>, v)); }
  // UTF-8; checked where it enters the library, not here.
  static Value Text(std::string v) { return Value(Data(std::in_place_index<4>, std::move(v))); }
  static Value Text(std::string_view v) { return Text(std::string(v)); }
  static Value Text(const char* v) { return Text(std::string(v)); }
  static Value Time(Timestamp v) { return Value(Data(std::in_place_index<5>, v)); }
  static Value Length(Duration v) { return Value(Data(std::in_place_index<6>, v)); }
  static Value Day(Date v) { return Value(Data(std::in_place_index<7>, v)); }
  static Value Amount(Money v) { return Value(Data(std::in_place_index<8>, v)); }
  // A reference to a record; null when `v` names nothing.
  static Value Record(RecordRef v) {
    return v.none() ? Value() : Value(Data(std::in_place_index<9>, v));
  }
  static Value List(ValueList v) {
    return Value(Data(std::in_place_index<10>, std::make_shared<const ValueList>(std::move(v))));
  }
  static Value Uint(uint64_t v) { return Value(Data(std::in_place_index<11>, v)); }
  static Value Bytes(std::string v) {
    return Value(Data(std::in_place_index<12>, BytesData{std::move(v)}));
  }
  static Value Calendar(Period v) { return Value(Data(std::in_place_index<13>, v)); }
  static Value Map(ValueMap v) {
    return Value(
        Data(std::in_place_index<14>, MapData{std::make_shared<const ValueMap>(std::move(v))}));
  }
  // A type as a value: its CEL name, such as "int" or "google.protobuf.Timestamp".
  static Value TypeNamed(std::string name) {
    return Value(Data(std::in_place_index<15>, TypeData{std::move(name)}));
  }
  static Value Optional(Value v) {
    return Value(
        Data(std::in_place_index<16>, OptionalData{std::make_shared<const Value>(std::move(v))}));
  }
  static Value NoneOptional() { return Value(Data(std::in_place_index<16>, OptionalData{})); }

  Kind kind() const { return static_cast<Kind>(data_.index()); }
  bool is_null() const { return data_.index() == 0; }
  bool is(Kind k) const { return kind() == k; }

  // The content. Each must be called on a value of its kind only.
  bool bool_value() const { return *std::get_if<1>(&data_); }
  int64_t int_value() const { return *std::get_if<2>(&data_); }
  double double_value() const { return *std::get_if<3>(&data_); }
  const std::string& text() const { return *std::get_if<4>(&data_); }
  Timestamp timestamp() const { return *std::get_if<5>(&data_); }
  Duration duration() const { return *std::get_if<6>(&data_); }
  Date date() const { return *std::get_if<7>(&data_); }
  Money money() const { return *std::get_if<8>(&data_); }
  RecordRef record() const { return *std::get_if<9>(&data_); }
  const ValueList& list() const { return **std::get_if<10>(&data_); }
  uint64_t uint_value() const { return *std::get_if<11>(&data_); }
  const std::string& bytes() const { return std::get_if<12>(&data_)->value; }
  Period period() const { return *std::get_if<13>(&data_); }
  const ValueMap& map() const { return *std::get_if<14>(&data_)->value; }
  const std::string& type_name() const { return std::get_if<15>(&data_)->name; }
  // The value inside an optional; nullptr for optional.none().
  const Value* optional() const { return std::get_if<16>(&data_)->value.get(); }

  // The same kind and the same content: what decides whether a change changes anything. NaN is the
  // same as NaN here. Equality as expressions mean it (1 == 1.0) is the expression room's.
  bool Same(const Value& other) const;

 private:
  struct BytesData {
    std::string value;
  };
  struct MapData {
    std::shared_ptr<const ValueMap> value;
  };
  struct TypeData {
    std::string name;
  };
  struct OptionalData {
    std::shared_ptr<const Value> value;
  };
  using Data = std::variant<std::monostate, bool, int64_t, double, std::string, Timestamp, Duration,
                            Date, Money, RecordRef, std::shared_ptr<const ValueList>, uint64_t,
                            BytesData, Period, MapData, TypeData, OptionalData>;

  explicit Value(Data data) : data_(std::move(data)) {}

  Data data_;
};

// "text", "money", ...: the word an error message uses for the kind.
std::string_view KindName(Value::Kind kind);

// The value as a person reads it in one line: text as it is, instants as RFC 3339, money as
// "12.50 EUR", null as "". For messages and tables; JSON is the codec room's.
std::string ToDisplay(const Value& value);

// RFC 3339 in UTC: "2026-11-22T05:00:00Z", with a fraction only when there is one.
std::string FormatTimestamp(Timestamp t);
// The instant written so, or with an offset ("2026-11-22T06:00:00+01:00"); also a day alone, which
// is its midnight UTC. At most six decimals. Nothing for any other text.
std::optional<Timestamp> ParseTimestamp(std::string_view text);
// "2026-11-22".
std::string FormatDate(Date date);
// The day written so; nothing for any other text or a day that does not exist.
std::optional<Date> ParseDate(std::string_view text);

}  // namespace relata

#endif  // RELATA_MODEL_VALUE_H_

// SPDX-License-Identifier: Apache-2.0

#include "codec/pack.h"

#include <bit>

namespace relata::internal {
namespace {

using Kind = Value::Kind;

constexpr int kMaxDepth = 64;  // of lists in lists; deeper input is damage

void PutScope(Packer& out, const ConsentScope& scope) {
  out.Uint(scope.channels);
  out.Uint(scope.purposes);
  for (const auto* names : {&scope.topics, &scope.controllers}) {
    out.Uint(names->size());
    for (const std::string& name : *names) out.Text(name);
  }
}

std::vector<std::string> GetNames(Unpacker& in) {
  std::vector<std::string> names;
  for (uint64_t n = in.Uint(); n > 0 && in.ok(); --n) names.emplace_back(in.Text());
  return names;
}

ConsentScope GetScope(Unpacker& in) {
  ConsentScope scope;
  scope.channels = static_cast<ChannelSet>(in.Uint());
  scope.purposes = static_cast<PurposeSet>(in.Uint());
  scope.topics = GetNames(in);
  scope.controllers = GetNames(in);
  return scope;
}

// The booleans of the evidence as bits, in a fixed order.
template <class Evidence, class Visit>
void EachFlag(Evidence& e, const Visit& visit) {
  int bit = 0;
  for (auto* flag : {&e.written, &e.parental, &e.preticked, &e.bundled, &e.outside_hours,
                     &e.informed_of_signal, &e.iss}) {
    visit(*flag, uint64_t{1} << bit++);
  }
}

void PutEvidence(Packer& out, const ConsentEvidence& e) {
  out.Uint(static_cast<uint64_t>(e.source));
  out.Uint(static_cast<uint64_t>(e.doi));
  uint64_t flags = 0;
  EachFlag(e, [&](bool flag, uint64_t bit) { flags |= flag ? bit : 0; });
  out.Uint(flags);
  for (const auto* text : {&e.text, &e.form_version, &e.language, &e.reference}) out.Text(*text);
}

ConsentEvidence GetEvidence(Unpacker& in) {
  ConsentEvidence e;
  e.source = static_cast<ConsentSource>(in.Uint());
  e.doi = static_cast<DoubleOptIn>(in.Uint());
  const uint64_t flags = in.Uint();
  EachFlag(e, [&](bool& flag, uint64_t bit) { flag = (flags & bit) != 0; });
  for (auto* text : {&e.text, &e.form_version, &e.language, &e.reference}) *text = in.Text();
  return e;
}

}  // namespace

void Packer::Uint(uint64_t v) {
  while (v >= 0x80) {
    out_ += static_cast<char>(v | 0x80);
    v >>= 7;
  }
  out_ += static_cast<char>(v);
}

void Packer::Text(std::string_view v) {
  Uint(v.size());
  out_.append(v);
}

void Packer::Put(const Value& v) {
  Uint(static_cast<uint64_t>(v.kind()));
  switch (v.kind()) {
    case Kind::kBool:
      Uint(v.bool_value() ? 1 : 0);
      break;
    case Kind::kInt:
      Int(v.int_value());
      break;
    case Kind::kDouble: {
      const auto bits = std::bit_cast<uint64_t>(v.double_value());
      for (int shift = 0; shift < 64; shift += 8) out_ += static_cast<char>(bits >> shift);
      break;
    }
    case Kind::kText:
      Text(v.text());
      break;
    case Kind::kTimestamp:
      Int(v.timestamp().micros);
      break;
    case Kind::kDuration:
      Int(v.duration().micros);
      break;
    case Kind::kDate:
      Int(v.date().days);
      break;
    case Kind::kMoney:
      Int(v.money().units);
      Uint(v.money().currency.packed());
      break;
    case Kind::kRecord:
      Uint(v.record().type);
      Int(v.record().row);
      break;
    case Kind::kList:
      Uint(v.list().size());
      for (const Value& item : v.list()) Put(item);
      break;
    default:
      break;  // kinds that no field holds pack as null content and unpack as damage
  }
}

uint64_t Unpacker::Uint() {
  uint64_t v = 0;
  for (int shift = 0; shift < 64 && !in_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(in_.front());
    in_.remove_prefix(1);
    v |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return v;
  }
  Fail();
  return 0;
}

std::string_view Unpacker::Text() {
  const uint64_t size = Uint();
  if (size > in_.size()) {
    Fail();
    return {};
  }
  const std::string_view text = in_.substr(0, size);
  in_.remove_prefix(size);
  return text;
}

Value Unpacker::Get() {
  switch (static_cast<Kind>(Uint())) {
    case Kind::kNull:
      return Value();
    case Kind::kBool:
      return Value::Bool(Uint() != 0);
    case Kind::kInt:
      return Value::Int(Int());
    case Kind::kDouble: {
      if (in_.size() < 8) break;
      uint64_t bits = 0;
      for (size_t i = 0; i < 8; ++i) bits |= uint64_t{static_cast<unsigned char>(in_[i])} << 8 * i;
      in_.remove_prefix(8);
      return Value::Double(std::bit_cast<double>(bits));
    }
    case Kind::kText:
      return Value::Text(Text());
    case Kind::kTimestamp:
      return Value::Time({Int()});
    case Kind::kDuration:
      return Value::Length({Int()});
    case Kind::kDate:
      return Value::Day({static_cast<int32_t>(Int())});
    case Kind::kMoney: {
      const int64_t units = Int();
      return Value::Amount({units, Currency::FromPacked(static_cast<uint32_t>(Uint()))});
    }
    case Kind::kRecord: {
      const auto type = static_cast<TypeId>(Uint());
      return Value::Record({type, Int()});
    }
    case Kind::kList: {
      if (++depth_ > kMaxDepth) break;
      ValueList items;
      for (uint64_t n = Uint(); n > 0 && ok_; --n) items.push_back(Get());
      --depth_;
      return Value::List(std::move(items));
    }
    default:
      break;
  }
  Fail();
  return Value();
}

std::string PackFields(const FieldValues& values) {
  Packer out;
  for (const auto& [field, value] : values) {
    out.Uint(field);
    out.Put(value);
  }
  return out.Take();
}

absl::StatusOr<FieldValues> UnpackFields(std::string_view packed) {
  Unpacker in(packed);
  FieldValues values;
  while (!in.done()) {
    const auto field = static_cast<FieldId>(in.Uint());
    values.emplace_back(field, in.Get());
  }
  if (!in.ok()) return DataLoss("a packed image of field values is damaged");
  return values;
}

std::string PackEntry(const ConsentEntry& entry) {
  Packer out;
  out.Uint(static_cast<uint64_t>(entry.event));
  out.Int(entry.at.micros);
  out.Int(entry.recorded_at.micros);
  out.Uint(entry.person.value);
  out.Uint(entry.point.value);
  PutScope(out, entry.scope);
  out.Int(entry.effective_from.micros);
  out.Int(entry.expires_at.micros);
  PutEvidence(out, entry.evidence);
  return out.Take();
}

absl::StatusOr<ConsentEntry> UnpackEntry(Seq seq, std::string_view packed) {
  Unpacker in(packed);
  ConsentEntry entry;
  entry.seq = seq;
  entry.event = static_cast<ConsentEvent>(in.Uint());
  entry.at = {in.Int()};
  entry.recorded_at = {in.Int()};
  entry.person = {in.Uint()};
  entry.point = {in.Uint()};
  entry.scope = GetScope(in);
  entry.effective_from = {in.Int()};
  entry.expires_at = {in.Int()};
  entry.evidence = GetEvidence(in);
  if (!in.ok() || !in.done()) return DataLoss("a packed consent entry is damaged");
  return entry;
}

bool SplitEntry(std::string_view packed, EntryParts& parts) {
  Unpacker in(packed);
  const uint64_t event = in.Uint();
  parts.at = {in.Int()};
  parts.recorded_at = {in.Int()};
  parts.person = {in.Uint()};
  parts.point = {in.Uint()};
  if (!in.ok() || in.done()) return false;
  Packer shape;
  shape.Uint(event);
  parts.shape = shape.Take();
  parts.shape += in.rest();
  return true;
}

absl::StatusOr<ConsentEntry> JoinEntry(Seq seq, const EntryParts& parts) {
  Unpacker in(parts.shape);
  Packer whole;
  whole.Uint(in.Uint());
  whole.Int(parts.at.micros);
  whole.Int(parts.recorded_at.micros);
  whole.Uint(parts.person.value);
  whole.Uint(parts.point.value);
  std::string packed = whole.Take();
  packed += in.rest();
  return UnpackEntry(seq, packed);
}

StatementShape StatementOf(std::string_view shape) {
  Unpacker in(shape);
  StatementShape statement;
  statement.event = static_cast<ConsentEvent>(in.Uint());
  statement.channels = static_cast<ChannelSet>(in.Uint());
  statement.purposes = static_cast<PurposeSet>(in.Uint());
  return in.ok() ? statement : StatementShape{};
}

}  // namespace relata::internal

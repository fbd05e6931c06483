// SPDX-License-Identifier: Apache-2.0
//
// The packed form of values and ledger entries: what a before-image and a line of the ledger are on
// disk. A packed thing is read by every later version: kinds and members are numbered, numbers are
// never used again, and a reader skips nothing silently (what it cannot read is DataLoss).
//
// Integers are LEB128 varints, signed ones zigzag first; text is its length and its bytes.

#ifndef RELATA_SRC_CODEC_PACK_H_
#define RELATA_SRC_CODEC_PACK_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relata/base/status.h"
#include "relata/model/consent_entry.h"
#include "relata/model/value.h"

namespace relata::internal {

using FieldValues = std::vector<std::pair<FieldId, Value>>;

// Appends the parts one after the other.
class Packer {
 public:
  void Uint(uint64_t v);
  void Int(int64_t v) { Uint(static_cast<uint64_t>(v) << 1 ^ static_cast<uint64_t>(v >> 63)); }
  void Text(std::string_view v);
  void Put(const Value& v);

  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

// Reads them back. After a failure every further read gives zero, and ok() says false.
class Unpacker {
 public:
  explicit Unpacker(std::string_view in) : in_(in) {}

  uint64_t Uint();
  int64_t Int() {
    const uint64_t v = Uint();
    return static_cast<int64_t>(v >> 1 ^ (~(v & 1) + 1));
  }
  std::string_view Text();
  Value Get();

  // What was not read yet.
  std::string_view rest() const { return in_; }
  bool ok() const { return ok_; }
  bool done() const { return in_.empty() || !ok_; }

 private:
  void Fail() {
    ok_ = false;
    in_ = {};
  }

  std::string_view in_;
  bool ok_ = true;
  int depth_ = 0;
};

// Field values, "" for none. Unpack: DataLoss when `packed` is not what Pack made.
std::string PackFields(const FieldValues& values);
absl::StatusOr<FieldValues> UnpackFields(std::string_view packed);

// A ledger entry without its seq, which the store keeps beside it.
std::string PackEntry(const ConsentEntry& entry);
absl::StatusOr<ConsentEntry> UnpackEntry(Seq seq, std::string_view packed);

// A packed entry taken apart: the four members that differ from entry to entry, and its shape, all
// the rest, which many entries share. Together they are the same entry again.
struct EntryParts {
  Timestamp at;
  Timestamp recorded_at;
  PartyId person;
  PartyId point;
  std::string shape;
};
// False when `packed` does not begin as an entry does.
bool SplitEntry(std::string_view packed, EntryParts& parts);
absl::StatusOr<ConsentEntry> JoinEntry(Seq seq, const EntryParts& parts);
// What the shape says was stated, without unpacking the whole; kUnknown when it cannot be read.
struct StatementShape {
  ConsentEvent event = ConsentEvent::kUnknown;
  ChannelSet channels = 0;
  PurposeSet purposes = 0;
};
StatementShape StatementOf(std::string_view shape);

}  // namespace relata::internal

#endif  // RELATA_SRC_CODEC_PACK_H_

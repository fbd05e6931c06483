// SPDX-License-Identifier: Apache-2.0

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/strings.h"
#include "privacy/keys.h"
#include "relata/privacy/erasure.h"
#include "segment/record_reader.h"

namespace relata {
namespace {

using internal::AddressHash;
using internal::RecordReader;

struct AddressField {
  std::string_view type;
  std::string_view field;
  AddressKind kind;
};
constexpr AddressField kFields[] = {
    {"contact", "email", AddressKind::kEmail},
    {"contact", "phone", AddressKind::kPhone},
    {"contact", "mobile", AddressKind::kPhone},
    {"lead", "email", AddressKind::kEmail},
    {"lead", "phone", AddressKind::kPhone},
    {"lead", "mobile", AddressKind::kPhone},
    {"email_address", "address", AddressKind::kEmail},
    {"phone_number", "number", AddressKind::kPhone},
};

// What one commit writes, looked up on the list.
class Guard {
 public:
  Guard(CommitStep& step, const SecretKey& key)
      : step_(step), key_(key), schema_(step.after()->schema()), read_(*step.after()) {}

  absl::Status Run() {
    for (const RecordWrite& write : step_.writes().records) {
      if (write.op != RecordWrite::Op::kDelete) RELATA_RETURN_IF_ERROR(Look(write));
    }
    if (from_a_system()) RELATA_RETURN_IF_ERROR(LookAtKeys());
    return absl::OkStatus();
  }

 private:
  bool from_a_system() const { return !step_.source().empty(); }

  absl::StatusOr<bool> Listed(const Digest& hash) {
    const std::string hex = hash.ToHex();
    if (const auto known = known_.find(hex); known != known_.end()) return known->second;
    RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> lines, step_.Log(kSuppressionLog, hex));
    return known_[hex] = !lines.empty();
  }

  static std::string_view TextOf(const RecordWrite& write, const TypeDef& type,
                                 std::string_view name) {
    const FieldDef* field = type.FindField(name);
    for (const auto& [id, value] : write.values) {
      if (field != nullptr && id == field->id && value.is(Value::Kind::kText)) return value.text();
    }
    return "";
  }

  absl::Status Look(const RecordWrite& write) {
    const TypeDef& type = schema_.type(write.type);
    for (const AddressField& one : kFields) {
      if (one.type != type.name) continue;
      const std::string_view address = TextOf(write, type, one.field);
      if (address.empty()) continue;
      std::string country(TextOf(write, type, "country"));
      if (country.empty()) country = read_.Text({write.type, write.row}, "country");
      const std::optional<Digest> hash = AddressHash(key_, one.kind, address, country);
      if (!hash) continue;
      RELATA_RETURN_IF_ERROR(Judge({write.type, write.row}, type, write, one.kind, *hash));
    }
    return absl::OkStatus();
  }

  absl::Status Judge(RecordRef record, const TypeDef& type, const RecordWrite& write,
                     AddressKind kind, const Digest& hash) {
    const bool person = type.name == "contact" || type.name == "lead";
    if (person && from_a_system() && write.op == RecordWrite::Op::kCreate) {
      const Digest who = internal::IdentityHash(key_, TextOf(write, type, "given_name"),
                                                TextOf(write, type, "family_name"), hash);
      RELATA_ASSIGN_OR_RETURN(const bool same, Listed(who));
      if (same) return EraseAgain(record);
    }
    RELATA_ASSIGN_OR_RETURN(const bool listed, Listed(hash));
    if (!listed || erased_.contains(record)) return absl::OkStatus();
    ConsentEntry stop;
    stop.event = ConsentEvent::kSuppress;
    stop.at = step_.now();
    (person ? stop.person : stop.point) = PartyId::Of(record);
    stop.scope.channels = kind == AddressKind::kEmail
                              ? Bit(Channel::kEmail)
                              : static_cast<ChannelSet>(Bit(Channel::kSms) | Bit(Channel::kPhone) |
                                                        Bit(Channel::kRobocall));
    stop.scope.purposes = Bit(Purpose::kMarketing) | Bit(Purpose::kProfiling);
    stop.evidence.reference = "suppression list";
    step_.next().RecordConsent(std::move(stop));
    return absl::OkStatus();
  }

  absl::Status LookAtKeys() {
    for (const ExternalKeyWrite& key : step_.writes().external_keys) {
      const std::string& type = schema_.type(key.type).name;
      if (key.row == kNoRow || (type != "contact" && type != "lead")) continue;
      if (key.system.starts_with("field:")) continue;
      RELATA_ASSIGN_OR_RETURN(const bool listed,
                              Listed(internal::ExternalKeyHash(key_, type, key.system, key.key)));
      if (listed) RELATA_RETURN_IF_ERROR(EraseAgain({key.type, key.row}));
    }
    return absl::OkStatus();
  }

  // What the import goes on to write may refer to the record, so it stays until the order is
  // carried out; from this commit on it is stored and not used.
  absl::Status EraseAgain(RecordRef record) {
    if (!erased_.insert(record).second) return absl::OkStatus();
    step_.next().Log("erasure_order", record, "", R"({"erase":true})");
    ConsentEntry restricted;
    restricted.event = ConsentEvent::kRestrict;
    restricted.at = step_.now();
    restricted.person = PartyId::Of(record);
    restricted.evidence.reference = "suppression list";
    step_.next().RecordConsent(std::move(restricted));
    return absl::OkStatus();
  }

  CommitStep& step_;
  const SecretKey& key_;
  const Schema& schema_;
  const RecordReader read_;
  std::map<std::string, bool> known_;
  std::set<RecordRef> erased_;
};

bool WritesAddress(const CommitStep& step) {
  const Schema& schema = step.after()->schema();
  for (const RecordWrite& write : step.writes().records) {
    const TypeDef& type = schema.type(write.type);
    for (const AddressField& one : kFields) {
      const FieldDef* field = one.type == type.name ? type.FindField(one.field) : nullptr;
      if (field == nullptr) continue;
      for (const auto& [id, value] : write.values) {
        if (id == field->id && !value.is_null()) return true;
      }
    }
  }
  return false;
}

}  // namespace

Decider SuppressionGuard(std::optional<SecretKey> key) {
  const auto held = std::make_shared<const std::optional<SecretKey>>(std::move(key));
  // What it may erase or suppress again must be in the graph of the step.
  const auto tables = [](const Crm& crm, bool time_only) -> absl::StatusOr<std::vector<TypeId>> {
    std::vector<TypeId> types;
    if (time_only || !internal::KnownFingerprint(crm)) return types;
    const std::shared_ptr<const Schema> schema = crm.schema();
    for (const std::string_view name : {"contact", "lead", "email_address", "phone_number"}) {
      if (const TypeDef* type = schema->Find(name)) types.push_back(type->id);
    }
    return types;
  };
  return {tables, [held](CommitStep& step) -> absl::Status {
            // Before the first erasure there is no list.
            if (step.time_only() || !internal::KnownFingerprint(step.crm())) {
              return absl::OkStatus();
            }
            if (!step.writes().erase.empty() && step.depth() == 0) return absl::OkStatus();
            const bool keys = held->has_value() && !step.writes().external_keys.empty();
            if (!keys && !WritesAddress(step)) return absl::OkStatus();
            if (!held->has_value()) {
              return FailedPrecondition(
                  "addresses cannot be written without the privacy key: the database has a "
                  "suppression list that they must be checked against");
            }
            RELATA_RETURN_IF_ERROR(internal::CheckKey(step.crm(), **held));
            return Guard(step, **held).Run();
          }};
}

}  // namespace relata

// SPDX-License-Identifier: Apache-2.0

#include "relata/consent/unsubscribe.h"

#include <sodium.h>

#include <cstring>
#include <vector>

#include "base/strings.h"

namespace relata {
namespace {

using internal::Concat;

constexpr char kVersion = 2;  // 1 had no end
constexpr size_t kTagBytes = sizeof(Digest);
constexpr size_t kMaxToken = 1024;
static_assert(crypto_stream_xchacha20_NONCEBYTES <= kTagBytes);
static_assert(crypto_stream_xchacha20_KEYBYTES == sizeof(Digest));

// Keys for one use each, so that a tag never doubles as a key stream.
SecretKey Derive(const SecretKey& key, std::string_view use) {
  return SecretKey(KeyedDigest(key, Concat("relata unsubscribe ", use)).bytes);
}

void PutNumber(uint64_t n, int bytes, std::string* out) {
  for (int i = 0; i < bytes; ++i) out->push_back(static_cast<char>(n >> (8 * i) & 0xff));
}

uint64_t TakeNumber(std::string_view* text, int bytes) {
  uint64_t n = 0;
  for (int i = 0; i < bytes; ++i) {
    n |= uint64_t{static_cast<uint8_t>((*text)[static_cast<size_t>(i)])} << (8 * i);
  }
  text->remove_prefix(static_cast<size_t>(bytes));
  return n;
}

std::string Pack(const UnsubscribeTarget& t) {
  std::string out;
  PutNumber(t.person.value, 8, &out);
  PutNumber(t.point.value, 8, &out);
  PutNumber(t.channels, 2, &out);
  PutNumber(t.purposes, 4, &out);
  PutNumber(static_cast<uint64_t>(t.expires_at.micros), 8, &out);
  PutNumber(t.topic.size(), 1, &out);
  out += t.topic;
  out += t.controller;
  return out;
}

std::optional<UnsubscribeTarget> Unpack(std::string_view body) {
  if (body.size() < 31) return std::nullopt;
  UnsubscribeTarget t;
  t.person.value = TakeNumber(&body, 8);
  t.point.value = TakeNumber(&body, 8);
  t.channels = static_cast<ChannelSet>(TakeNumber(&body, 2));
  t.purposes = static_cast<PurposeSet>(TakeNumber(&body, 4));
  t.expires_at = {static_cast<int64_t>(TakeNumber(&body, 8))};
  const size_t topic = TakeNumber(&body, 1);
  if (topic > body.size()) return std::nullopt;
  t.topic = body.substr(0, topic);
  t.controller = body.substr(topic);
  return t;
}

// Encrypts or decrypts: the key stream is the same.
std::string Mask(const SecretKey& key, const Digest& tag, std::string_view text) {
  std::string out(text.size(), '\0');
  crypto_stream_xchacha20_xor(reinterpret_cast<unsigned char*>(out.data()),
                              reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                              tag.bytes.data(), key.bytes().data());
  return out;
}

std::string ToBase64(std::string_view bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string out(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), kVariant);
  out.pop_back();
  return out;
}

std::optional<std::string> FromBase64(std::string_view text) {
  std::string out(text.size(), '\0');
  size_t length = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(),
                        text.size(), nullptr, &length, nullptr,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) {
    return std::nullopt;
  }
  out.resize(length);
  return out;
}

}  // namespace

absl::StatusOr<std::string> MakeUnsubscribeToken(const SecretKey& key,
                                                 const UnsubscribeTarget& target) {
  if (target.person.none() && target.point.none()) {
    return InvalidArgument("an unsubscribe link names a person or an address");
  }
  if (target.topic.size() > 255 || target.controller.size() > 255) {
    return InvalidArgument("topic and controller of an unsubscribe link have at most 255 bytes");
  }
  const std::string body = Pack(target);
  const Digest tag = KeyedDigest(Derive(key, "tag"), body);
  std::string token(1, kVersion);
  token.append(reinterpret_cast<const char*>(tag.bytes.data()), tag.bytes.size());
  token += Mask(Derive(key, "text"), tag, body);
  return ToBase64(token);
}

absl::StatusOr<UnsubscribeTarget> ReadUnsubscribeToken(std::span<const SecretKey> keys,
                                                       std::string_view token) {
  const absl::Status refused = InvalidArgument("this unsubscribe link is not valid");
  if (token.size() > kMaxToken) return refused;
  const std::optional<std::string> bytes = FromBase64(token);
  if (!bytes || bytes->size() < 1 + kTagBytes || bytes->front() != kVersion) return refused;
  Digest tag;
  std::memcpy(tag.bytes.data(), bytes->data() + 1, kTagBytes);
  const std::string_view text = std::string_view(*bytes).substr(1 + kTagBytes);
  for (const SecretKey& key : keys) {
    const std::string body = Mask(Derive(key, "text"), tag, text);
    const Digest expected = KeyedDigest(Derive(key, "tag"), body);
    if (sodium_memcmp(expected.bytes.data(), tag.bytes.data(), kTagBytes) != 0) continue;
    const std::optional<UnsubscribeTarget> target = Unpack(body);
    if (target) return *target;
  }
  return refused;
}

std::optional<ConsentEntry> UnsubscribeEntry(const UnsubscribeTarget& target,
                                             UnsubscribeMethod method, Timestamp at) {
  if (method == UnsubscribeMethod::kGet) return std::nullopt;
  ConsentEntry e;
  e.event = ConsentEvent::kOptout;
  e.at = e.recorded_at = at;
  e.person = target.person;
  e.point = target.point;
  e.scope.channels = target.channels;
  e.scope.purposes = target.purposes;
  if (!target.topic.empty()) e.scope.topics.push_back(target.topic);
  if (!target.controller.empty()) e.scope.controllers.push_back(target.controller);
  e.evidence.source = ConsentSource::kWeb;
  e.evidence.reference =
      method == UnsubscribeMethod::kOneClickPost ? "list-unsubscribe-post" : "unsubscribe-page";
  return e;
}

absl::StatusOr<std::string> UnsubscribeHeaders(std::string_view url, std::string_view token) {
  if (url.substr(0, 8) != "https://" || url.find_first_of("<> \r\n\t") != std::string_view::npos) {
    return InvalidArgument("List-Unsubscribe needs an https address");
  }
  if (token.empty() || token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
                                               "yz0123456789-_") != std::string_view::npos) {
    return InvalidArgument("this is no unsubscribe token");
  }
  return Concat("List-Unsubscribe: <", url, url.back() == '/' ? "" : "/", token,
                ">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
}

}  // namespace relata

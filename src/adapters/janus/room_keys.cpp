#include "adapters/janus/room_keys.hpp"

#include <array>
#include <stdexcept>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "messenger/adapters/janus/janus_driver.hpp"

namespace messenger::inline v0::janus {
namespace {

// Existing rooms and databases contain derived values, so these texts never change.
constexpr std::string_view forSecret = "secret";
constexpr std::string_view forPin = "pin";
constexpr std::string_view forNumber = "number";
constexpr std::string_view forMark = "mark";
constexpr std::string_view forSession = "session";
constexpr std::string_view forIdentity = "identity";
constexpr std::string_view markBegin = "messenger-call:";
constexpr std::string_view idBegin = "call-";

constexpr std::size_t secretDigits = 32;
constexpr std::size_t pinDigits = 16;
constexpr std::size_t tagDigits = 32;
constexpr std::size_t sessionDigits = 32;
constexpr std::size_t randomDigits = 32;
constexpr std::size_t identityDigits = 32;
constexpr char separator = '.';

std::string tagOf(std::string_view call, const Secret& roomKey) {
  return derive(roomKey, forMark, call).substr(0, tagDigits);
}

/// 53 bits of a hash, never 0.
std::uint64_t numberOf(const std::string& hash) {
  const std::uint64_t number = std::stoull(hash.substr(0, 16), nullptr, 16) >> 11U;
  return number == 0 ? 1 : number;
}

std::string hexadecimal(const unsigned char* bytes, std::size_t length) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  result.reserve(2 * length);
  for (std::size_t i = 0; i < length; ++i) {
    result += digits[bytes[i] >> 4U];
    result += digits[bytes[i] & 15U];
  }
  return result;
}

}  // namespace

std::string derive(const Secret& key, std::string_view purpose, std::string_view text) {
  std::string input{purpose};
  input += '\0';  // no purpose contains this character, so its end is unambiguous
  input += text;
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int length = 0;
  const std::string& material = key.reveal();
  if (HMAC(EVP_sha256(), material.data(), static_cast<int>(material.size()),
           reinterpret_cast<const unsigned char*>(input.data()), input.size(), bytes.data(),
           &length) == nullptr) {
    throw std::runtime_error("HMAC-SHA-256 failed");
  }
  return hexadecimal(bytes.data(), length);
}

Secret roomSecretOf(const CallId& call, const Secret& roomKey) {
  return Secret{derive(roomKey, forSecret, call.value()).substr(0, secretDigits)};
}

Secret roomPinOf(const CallId& call, const Secret& roomKey) {
  return Secret{derive(roomKey, forPin, call.value()).substr(0, pinDigits)};
}

JanusId roomIdOf(const CallId& call, const Secret& roomKey, IdKind kind) {
  if (kind == IdKind::number) return numberOf(derive(roomKey, forNumber, call.value()));
  return std::string{idBegin} + call.value();
}

std::string sessionTagOf(const Secret& mediaId, const Secret& roomKey) {
  return derive(roomKey, forSession, mediaId.reveal()).substr(0, sessionDigits);
}

Secret newToken(std::string_view participant, std::string_view sessionTag) {
  std::array<unsigned char, randomDigits / 2> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw std::runtime_error("there are no random bytes");
  }
  std::string token{participant};
  token.append(1, separator).append(sessionTag).append(1, separator);
  return Secret{token + hexadecimal(bytes.data(), bytes.size())};
}

TokenOwner ownerOf(std::string_view token) noexcept {
  constexpr std::size_t ending = 1 + sessionDigits + 1 + randomDigits;
  if (token.size() <= ending) return {};
  const std::size_t participant = token.size() - ending;
  const bool isOurs = token[participant] == separator && token[participant + 1 + sessionDigits] == separator;
  if (!isOurs) return {};
  return {token.substr(0, participant), token.substr(participant + 1, sessionDigits)};
}

JanusId identityOf(const TokenOwner& owner, const Secret& roomKey, IdKind kind) {
  const std::string hash = derive(roomKey, forIdentity, owner.sessionTag);
  if (kind == IdKind::number) return numberOf(hash);
  return std::string{owner.participant} + separator + hash.substr(0, identityDigits);
}

std::string markOf(const CallId& call, const Secret& roomKey) {
  return std::string{markBegin} + call.value() + ':' + tagOf(call.value(), roomKey);
}

std::optional<CallId> callOfMark(std::string_view description, const Secret& roomKey) {
  if (!description.starts_with(markBegin)) return std::nullopt;
  description.remove_prefix(markBegin.size());
  const std::size_t colon = description.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const std::string_view call = description.substr(0, colon);
  const std::string_view tag = description.substr(colon + 1);
  const std::string expected = tagOf(call, roomKey);
  if (tag.size() != expected.size() || CRYPTO_memcmp(tag.data(), expected.data(), tag.size()) != 0) {
    return std::nullopt;
  }
  return CallId{std::string{call}};
}

}  // namespace messenger::janus

#include "crypto.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <cstdint>
#include <stdexcept>

namespace call_server {
namespace {

constexpr std::string_view plainAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view urlAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const unsigned char* bytesOf(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string mac(const EVP_MD* digest, std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int length = 0;
  if (HMAC(digest, key.data(), static_cast<int>(key.size()), bytesOf(text), text.size(), bytes.data(),
           &length) == nullptr) {
    throw std::runtime_error("OpenSSL could not compute a MAC");
  }
  return {reinterpret_cast<const char*>(bytes.data()), length};
}

std::string encode(std::string_view bytes, std::string_view alphabet) {
  std::string text;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char each : bytes) {
    held = (held << 8U) | static_cast<unsigned char>(each);
    for (bits += 8; bits >= 6; bits -= 6) {
      text += alphabet[(held >> static_cast<unsigned>(bits - 6)) & 0x3fU];
    }
  }
  if (bits > 0) text += alphabet[(held << static_cast<unsigned>(6 - bits)) & 0x3fU];
  return text;
}

}  // namespace

std::string hmacSha256(std::string_view key, std::string_view text) {
  return mac(EVP_sha256(), key, text);
}

std::string hmacSha1(std::string_view key, std::string_view text) {
  return mac(EVP_sha1(), key, text);
}

std::string sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int length = 0;
  if (EVP_Digest(text.data(), text.size(), bytes.data(), &length, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL could not compute a digest");
  }
  return {reinterpret_cast<const char*>(bytes.data()), length};
}

std::string base64(std::string_view bytes) {
  std::string text = encode(bytes, plainAlphabet);
  while (text.size() % 4 != 0) text += '=';
  return text;
}

std::string base64Url(std::string_view bytes) {
  return encode(bytes, urlAlphabet);
}

std::optional<std::string> fromBase64Url(std::string_view text) {
  std::string bytes;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char each : text) {
    const std::size_t digit = urlAlphabet.find(each);
    if (digit == std::string_view::npos) return std::nullopt;
    held = (held << 6U) | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>((held >> static_cast<unsigned>(bits)) & 0xffU);
    }
  }
  // Only one spelling is accepted, so that a token cannot have two texts.
  if (base64Url(bytes) != text) return std::nullopt;
  return bytes;
}

bool sameText(std::string_view one, std::string_view other) noexcept {
  return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

std::string randomHex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(raw.data()), static_cast<int>(bytes)) != 1) {
    throw std::runtime_error("OpenSSL has no random bytes");
  }
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char each : raw) {
    const auto value = static_cast<unsigned char>(each);
    text += digits[value >> 4U];
    text += digits[value & 0xfU];
  }
  return text;
}

}  // namespace call_server

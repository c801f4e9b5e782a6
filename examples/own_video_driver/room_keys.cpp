#include "room_keys.hpp"

#include <bit>
#include <cstddef>

namespace {

struct State {
  std::uint64_t a, b, c, d;

  void rounds(int count) {
    for (int i = 0; i < count; ++i) {
      a += b;
      c += d;
      b = std::rotl(b, 13) ^ a;
      d = std::rotl(d, 16) ^ c;
      a = std::rotl(a, 32);
      c += b;
      a += d;
      b = std::rotl(b, 17) ^ c;
      d = std::rotl(d, 21) ^ a;
      c = std::rotl(c, 32);
    }
  }

  void absorb(std::uint64_t word) {
    d ^= word;
    rounds(2);
    a ^= word;
  }
};

/// Up to eight bytes, the first one lowest.
std::uint64_t wordOf(std::string_view bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return word;
}

}  // namespace

std::uint64_t keyedHash(const HostKey& key, std::string_view text) {
  State state{key[0] ^ 0x736f6d6570736575U, key[1] ^ 0x646f72616e646f6dU, key[0] ^ 0x6c7967656e657261U,
              key[1] ^ 0x7465646279746573U};
  const std::uint64_t length = text.size();
  for (; text.size() >= 8; text.remove_prefix(8)) state.absorb(wordOf(text.substr(0, 8)));
  state.absorb(wordOf(text) | length << 56U);
  state.c ^= 0xffU;
  state.rounds(4);
  return state.a ^ state.b ^ state.c ^ state.d;
}

std::string derivedText(const HostKey& key, std::string_view purpose, std::string_view callId) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char half : {'1', '2'}) {
    std::string input{half};
    input.append(purpose).append("/").append(callId);
    for (std::uint64_t hash = keyedHash(key, input), i = 0; i < 16; ++i, hash >>= 4U)
      text += digits[hash & 15U];
  }
  return text;
}

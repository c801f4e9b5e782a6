#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

/// A key that only this host knows: from its configuration, the same in all its processes and after a
/// restart.
using HostKey = std::array<std::uint64_t, 2>;

/// SipHash-2-4, a keyed hash: nobody can compute it without the key. A host that links a crypto library uses
/// HMAC-SHA-256 instead.
[[nodiscard]] std::uint64_t keyedHash(const HostKey& key, std::string_view text);

/// 32 hexadecimal digits derived from the key, the purpose and the call: always the same ones.
[[nodiscard]] std::string derivedText(const HostKey& key, std::string_view purpose, std::string_view callId);

#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace messenger::inline v0 {

/// How to reach a Redis server (6 or later), for presence, broadcaster and subscriber.
struct RedisOptions {
  /// `redis://user:password@host:port/database`, `rediss://…` with TLS; all but the host may be left out.
  /// Characters other than letters and digits in user and password are written as %XX. A password in it is
  /// shown nowhere.
  ///
  /// A server that is not local (a host name other than `localhost`, an address other than 127.0.0.0/8 and
  /// ::1) must be asked for TLS, and its certificate is checked with its name. `?tls=off` allows a connection
  /// that anybody on the way can read; `?tls=unverified` encrypts it and accepts any certificate.
  std::string url;
  /// Begins each key, and each channel of the broadcaster. Several systems can use one server, each with its
  /// own. At most 100 bytes.
  std::string prefix = "messenger:";
  /// For TLS: a PEM file with the authorities to trust; empty: the system's.
  std::string caFile{};
  /// For TLS: PEM files with a certificate of the client's own and its key; empty: none.
  std::string certificateFile{};
  std::string keyFile{};  ///< the file of that key; empty: none
  /// How many operations run at the same time, each on its own connection, opened when first needed. 1 to
  /// 1,000.
  std::size_t connections = 8;
  /// How long an operation may take before PresenceError, from its beginning on: waiting for a connection,
  /// making one, and the answer, all together. 10 ms to one minute.
  std::chrono::milliseconds timeLimit = std::chrono::seconds{1};
  /// How long the server keeps what it knows of a call in which nobody is seen. Afterwards its sessions get a
  /// new TTL of grace. Longer than `Config::presence.ttl`; one minute to 30 days.
  std::chrono::seconds keepFor = std::chrono::hours{1};
};

}  // namespace messenger

#pragma once

#include <memory>
#include <string>

#include "messenger/adapters/redis/redis_options.hpp"
#include "messenger/contracts/presence.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0 {

/// A presence on a Redis server, which all processes on the same storage share: a heartbeat that one of them
/// acknowledged counts at once for all, and survives them. An operation is one command, so a heartbeat costs
/// a round trip and blocks for up to `RedisOptions::timeLimit`.
///
/// It goes by the server's clock, whatever `now` it is given. When that clock is set, the server restarts,
/// another one takes over, or it lost what it knew, everyone gets a full TTL (`silentFor`), and what is
/// missing comes back with the next heartbeat of each client. It notices that the clock was set by the times
/// that it is given, so with a clock that a test moves by hand nobody is silent.
///
/// While the server does not answer, operations throw PresenceError, at once after the first one; a new
/// connection is tried after 100 ms, then after up to two seconds. A connection that breaks while it is idle
/// is replaced without an error.
///
/// `seenWithin` walks through all keys of the database; the library never asks for it.
///
/// Belongs to the process that opened it: in a child made by fork() every operation throws std::logic_error,
/// and destroying it does nothing. Starts no OS thread. Thread-safe.
///
/// Connects when it is first used. Throws std::invalid_argument for options out of bounds; the text has no
/// part of the URL.
MESSENGER_EXPORT [[nodiscard]] std::shared_ptr<Presence> redisPresence(const RedisOptions& options);

/// The same with the defaults.
MESSENGER_EXPORT [[nodiscard]] std::shared_ptr<Presence> redisPresence(const std::string& url);

}  // namespace messenger

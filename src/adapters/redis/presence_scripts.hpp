#pragma once

#include "adapters/redis/script.hpp"

/// What the server does for presence. It keeps two hashes for each call, in one slot:
///
///     <prefix>call:{<call>}    session → revision (20 digits), whether it is confirmed (+ or ?), then when
///                              it was last seen (microseconds)
///     <prefix>absent:{<call>}  session → since when the check has known that it should be there and is not
///
/// and one for itself:
///
///     <prefix>server           run: of which run of the server the times are; since: from when on nothing
///                              was lost, and heartbeats could be received
///
/// The first argument of each script is the time, or nothing for the server's clock.
namespace messenger::inline v0::redis::scripts {

/// KEYS: call. ARGV: time, how long to keep it (ms), session. Gives {time, 1 when tracked and confirmed}.
[[nodiscard]] const Script& touch();

/// KEYS: call, absent. ARGV: time, how long to keep it, session, revision. Gives the time.
[[nodiscard]] const Script& track();

/// KEYS: call. ARGV: session, revision.
[[nodiscard]] const Script& confirm();

/// KEYS: call, absent. ARGV: session, revision.
[[nodiscard]] const Script& untrack();

/// KEYS: call. ARGV: time, session. Gives {age, or -1 when not tracked or not confirmed}.
[[nodiscard]] const Script& age();

/// KEYS: call, absent. ARGV: time, how long to keep it, sessions… Gives {time, age…}. What was seen in the
/// future was seen before the clock was set back: its age begins now.
[[nodiscard]] const Script& silence();

/// KEYS: call. ARGV: time. Gives {session, age…}.
[[nodiscard]] const Script& all();

/// KEYS: server. ARGV: time, run of the server, 1 when heartbeats may have been missed. Gives {time, for how
/// long nothing was lost}.
[[nodiscard]] const Script& since();

}  // namespace messenger::redis::scripts

#pragma once

#include <optional>
#include <vector>

#include "messenger/contracts/clock.hpp"
#include "messenger/model/call_participant.hpp"
#include "messenger/model/time.hpp"

namespace messenger {

/// Somebody in a call, and how long ago they were last seen.
struct LastSeen {
  ParticipantKey who;
  Duration ago;
};

/// When the participants of calls were last seen. The default (`memoryPresence()`) keeps it in this process;
/// one that several processes share (Redis) makes heartbeats count everywhere at once.
///
/// It knows those who are tracked: `track` begins it, `untrack` ends it. Called from any thread, with no lock
/// held: implementations must be thread-safe. It must not call back into the library. Throws PresenceError
/// when the store does not answer; the library then gives everyone a full TTL of grace, since nobody's
/// heartbeat could arrive.
class Presence {
 public:
  Presence() = default;
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;
  virtual ~Presence() = default;

  /// Whether all processes on the same storage see one and the same presence. Then an acknowledged heartbeat
  /// is with everyone at once, and needs no lease. Asked once, when a Messenger is made.
  [[nodiscard]] virtual bool isShared() const noexcept { return false; }

  /// A heartbeat. True: tracked, and seen now. False: not tracked, nothing changed; the library then asks the
  /// storage whether they are in the call. The hot path: must not block, nor allocate for somebody tracked.
  virtual bool touch(const CallId& call, const UserId& user, SteadyPoint now) = 0;

  struct Touched {
    bool tracked = false;
    SteadyPoint now;
  };

  /// The same, at the time that it reads from `clock`, once. Override it where memory can be asked for before
  /// the clock is read: the processor waits for neither then.
  virtual Touched touchNow(const CallId& call, const UserId& user, const Clock& clock) {
    const SteadyPoint now = clock.steady();
    return {touch(call, user, now), now};
  }

  /// Tracks somebody, seen now. Repeating it is the same as `touch`.
  virtual void track(const ParticipantKey& who, SteadyPoint now) = 0;

  /// Somebody is no longer in the call. Repeating it does nothing.
  virtual void untrack(const ParticipantKey& who) = 0;

  /// How long ago they were last seen, or nothing when not tracked.
  [[nodiscard]] virtual std::optional<Duration> sinceLastSeen(const ParticipantKey& who,
                                                              SteadyPoint now) const = 0;

  /// Those tracked who were seen at most this long ago, in any order: what is reported to the storage.
  [[nodiscard]] virtual std::vector<LastSeen> seenWithin(Duration atMost, SteadyPoint now) const = 0;
};

}  // namespace messenger

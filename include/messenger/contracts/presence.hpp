#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "messenger/contracts/clock.hpp"
#include "messenger/model/call_participant.hpp"
#include "messenger/model/time.hpp"

namespace messenger {

/// A participant in a call, and how long ago they were last seen.
struct LastSeen {
  ParticipantKey who;
  Duration ago;
};

/// When the participants of calls were last seen. The default (`memoryPresence()`) keeps this in the process.
/// With a presence that several processes share (Redis), a heartbeat counts for all of them at once.
///
/// It knows the tracked participants: `track` starts tracking, `untrack` stops it. Called from any OS thread,
/// with no lock held: implementations must be thread-safe. They must not call back into the library. They
/// throw PresenceError when the store does not answer; the library then gives everyone a full TTL of grace,
/// because no heartbeat could arrive.
class Presence {
 public:
  Presence() = default;
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;
  virtual ~Presence() = default;

  /// Whether all processes on the same storage share this presence. Then every process sees an acknowledged
  /// heartbeat at once, and no lease is needed. Called once, by the constructor of Messenger.
  [[nodiscard]] virtual bool isShared() const noexcept { return false; }

  /// A heartbeat. True: the participant is tracked and was seen now. False: not tracked, nothing changed; the
  /// library then asks the storage whether they are in the call. This is the hot path: it must not block, and
  /// must not allocate for a tracked participant.
  virtual bool touch(const CallId& call, const UserId& user, SteadyPoint now) = 0;

  struct Touched {
    bool tracked = false;
    SteadyPoint now;
  };

  /// The same at the time of `clock`, which it reads once. Override it to fetch memory while the clock is
  /// read.
  virtual Touched touchNow(const CallId& call, const UserId& user, const Clock& clock) {
    const SteadyPoint now = clock.steady();
    return {touch(call, user, now), now};
  }

  /// Starts tracking a participant, who is in the call as of this `Call::revision`, seen now. For a tracked
  /// one it is the same as `touch`, and the later of the two revisions counts.
  virtual void track(const ParticipantKey& who, std::int64_t revision, SteadyPoint now) = 0;

  /// Stops tracking a participant, who is not in the call as of this `Call::revision`. Does nothing for one
  /// who is not tracked, or is tracked as of a later revision: an untracking that comes late must not forget
  /// the heartbeats of somebody who came in again.
  virtual void untrack(const ParticipantKey& who, std::int64_t revision) = 0;

  /// How long ago the participant was last seen; empty when not tracked.
  [[nodiscard]] virtual std::optional<Duration> sinceLastSeen(const ParticipantKey& who,
                                                              SteadyPoint now) const = 0;

  /// The tracked participants who were seen at most this long ago, in any order: what is reported to the
  /// storage.
  [[nodiscard]] virtual std::vector<LastSeen> seenWithin(Duration atMost, SteadyPoint now) const = 0;
};

}  // namespace messenger

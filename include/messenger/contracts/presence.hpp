#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "messenger/contracts/clock.hpp"
#include "messenger/export.hpp"
#include "messenger/model/call_session.hpp"
#include "messenger/model/time.hpp"

namespace messenger::inline v0 {

/// An open session, and how long ago it was last seen.
struct LastSeen {
  SessionKey who;  ///< whose session
  Duration ago;    ///< since its last heartbeat
};

/// When the sessions of calls were last seen: each device of each participant, `DeviceId{}` where none was
/// named. The default (`memoryPresence()`) keeps this in the process. With a presence that several processes
/// share (Redis), a heartbeat counts for all of them at once.
///
/// It knows the tracked sessions: `track` starts tracking, `confirm` says that it was right, `untrack` stops
/// it. Called from any OS thread, with no lock held: implementations must be thread-safe. They must not call
/// back into the library. They throw PresenceError when the store does not answer; the library then gives
/// everyone a full TTL of grace, because no heartbeat could arrive.
class MESSENGER_EXPORT Presence {
 public:
  Presence() = default;
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;
  virtual ~Presence() = default;

  /// Whether all processes on the same storage share this presence. Then every process sees an acknowledged
  /// heartbeat at once, and no lease is needed. Called once, by the constructor of Messenger.
  [[nodiscard]] virtual bool isShared() const noexcept { return false; }

  /// A heartbeat. True: the session is tracked and was seen now. False: not tracked, nothing changed; the
  /// library then asks the storage whether it is open. This is the hot path: it must not block, and must not
  /// allocate for a tracked session.
  virtual bool touch(const CallId& call, const UserId& user, const DeviceId& device, SteadyPoint now) = 0;

  /// The result of `touchNow`.
  struct Touched {
    bool tracked = false;  ///< as `touch` returns it
    SteadyPoint now;       ///< when it was
  };

  /// The same at the time of `clock`, which it reads once. Override it to fetch memory while the clock is
  /// read.
  virtual Touched touchNow(const CallId& call, const UserId& user, const DeviceId& device,
                           const Clock& clock) {
    const SteadyPoint now = clock.steady();
    return {touch(call, user, device, now), now};
  }

  /// Starts tracking a session, which is open as of this `Call::revision`, seen now. For a tracked one it is
  /// the same as `touch`, and the later of the two revisions counts, which is to be confirmed again.
  ///
  /// The library tracks before the storage has said that the session is open, so that a kick which comes in
  /// between untracks it; then it calls `confirm`, or `untrack`. A process that dies in between does neither.
  virtual void track(const SessionKey& who, std::int64_t revision, SteadyPoint now) = 0;

  /// The session is open as of this revision. Does nothing for one that is not tracked, or is tracked as of a
  /// later revision, which is confirmed by itself.
  ///
  /// A presence that outlives the process must override this, and until then take the session for one that is
  /// not tracked, in `touch` and `sinceLastSeen`. In one that dies with the process nobody is left over; it
  /// has nothing to do.
  virtual void confirm(const SessionKey& /*who*/, std::int64_t /*revision*/) {}

  /// Stops tracking a session, which is not open as of this `Call::revision`. Does nothing for one that is
  /// not tracked, or is tracked as of a later revision: an untracking that comes late must not forget the
  /// heartbeats of somebody who came in again.
  virtual void untrack(const SessionKey& who, std::int64_t revision) = 0;

  /// How long ago the session was last seen; empty when not tracked.
  [[nodiscard]] virtual std::optional<Duration> sinceLastSeen(const SessionKey& who,
                                                              SteadyPoint now) const = 0;

  /// For each of these sessions, for how long no heartbeat of it can have been acknowledged; empty for one of
  /// which this presence knows nothing, so that the last-seen time of the storage counts. Asked by the
  /// activity check, about open sessions that the storage has not seen for a TTL; those of a call come
  /// together. By default this is `sinceLastSeen` of each.
  ///
  /// A shared presence, which may lose what it knew while the processes go on, must be careful here: for a
  /// session that should be tracked and is not, it counts from when it noticed that. So everyone gets a TTL
  /// to send a heartbeat.
  [[nodiscard]] virtual std::vector<std::optional<Duration>> silentFor(const std::vector<SessionKey>& open,
                                                                       SteadyPoint now) {
    std::vector<std::optional<Duration>> result;
    result.reserve(open.size());
    for (const SessionKey& each : open) result.push_back(sinceLastSeen(each, now));
    return result;
  }

  /// The tracked sessions that were seen at most this long ago, in any order: what is reported to the
  /// storage. Not asked of a shared presence, whose heartbeats are not reported.
  [[nodiscard]] virtual std::vector<LastSeen> seenWithin(Duration atMost, SteadyPoint now) const = 0;
};

}  // namespace messenger

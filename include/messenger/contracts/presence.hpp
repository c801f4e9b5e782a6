#pragma once

#include <optional>
#include <vector>

#include "messenger/model/call_participant.hpp"
#include "messenger/model/time.hpp"

namespace messenger {

/// Somebody in a call, and how long ago they were last heard.
struct Heard {
  InCallKey who;
  Duration ago;
};

/// Who was heard lately. The default (`memoryPresence()`) keeps it in this process; one that several
/// processes share (Redis) makes heartbeats count everywhere at once.
///
/// It knows those who were admitted and not forgotten since. Ages are measured by the implementation with
/// whichever clock of `now` suits it (memory: steady; shared between machines: its own). Called from any
/// thread, with no lock held: implementations must be thread-safe. It must not call back into the library.
/// Throws PresenceError when the store does not answer; the library then gives everybody a full TTL of grace,
/// since nobody could be heard.
class Presence {
 public:
  Presence() = default;
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;
  virtual ~Presence() = default;

  /// A heartbeat. True: known, and heard now. False: unknown, nothing changed; the library then asks the
  /// storage whether they are in the call. The hot path: must not block, nor allocate for somebody known.
  virtual bool touch(const CallId& call, const UserId& user, const Moment& now) = 0;

  /// Makes somebody known, heard now. Repeating it is the same as `touch`.
  virtual void admit(const InCallKey& who, const Moment& now) = 0;

  /// Somebody is no longer in the call. Repeating it does nothing.
  virtual void forget(const InCallKey& who) = 0;

  /// How long ago they were last heard, or nothing when unknown.
  [[nodiscard]] virtual std::optional<Duration> silence(const InCallKey& who, const Moment& now) const = 0;

  /// Those known whose silence is at most `atMost`, in any order: what the write-behind stores.
  [[nodiscard]] virtual std::vector<Heard> heardWithin(Duration atMost, const Moment& now) const = 0;
};

}  // namespace messenger

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "messenger/config.hpp"
#include "messenger/contracts/broadcaster.hpp"
#include "messenger/contracts/clock.hpp"
#include "messenger/contracts/logger.hpp"
#include "messenger/contracts/metrics.hpp"
#include "messenger/contracts/presence.hpp"
#include "messenger/contracts/presenter.hpp"
#include "messenger/contracts/thread_directory.hpp"
#include "messenger/contracts/video_driver.hpp"
#include "messenger/errors.hpp"
#include "messenger/events/call_events.hpp"
#include "messenger/events/subscription.hpp"
#include "messenger/export.hpp"
#include "messenger/host.hpp"
#include "messenger/jobs.hpp"
#include "messenger/model/call.hpp"
#include "messenger/model/call_participant.hpp"
#include "messenger/model/call_session.hpp"
#include "messenger/model/job.hpp"
#include "messenger/result.hpp"
#include "messenger/threads.hpp"
#include "messenger/views.hpp"

namespace messenger::inline v0 {

class Storage;

/// What a Messenger works with. Only `storage` is required; each field left null gets the default named
/// beside it.
struct Dependencies {
  std::shared_ptr<Storage> storage{};          ///< required
  std::shared_ptr<ThreadDirectory> threads{};  ///< the storage's own thread store
  std::shared_ptr<Presence> presence{};        ///< memoryPresence()
  std::shared_ptr<Broadcaster> broadcaster{};  ///< nullBroadcaster()
  std::shared_ptr<Clock> clock{};              ///< systemClock()
  std::shared_ptr<Logger> logger{};            ///< stderrLogger(warning)
  std::shared_ptr<Presenter> presenter{};      ///< none: payloads have the library's fields only
  std::shared_ptr<Metrics> metrics{};          ///< none: nothing is measured, and it costs nothing
  /// Where ids and random delays come from: empty for std::random_device. A number repeats them, for a
  /// simulation; never the same one for two processes on a storage.
  std::optional<std::uint64_t> randomSeed{};
};

/// The calling system. Make one object at startup; it starts no OS thread unless asked.
///
/// Thread-safe: every method may be called from any OS thread at any time, including from listeners,
/// broadcasters and drivers. No method holds a lock or a transaction while host code runs.
///
/// Verbs and queries return a Refusal when the rules forbid the request; each lists its Reasons, and a
/// refused verb has changed nothing. They throw messenger::Error when the storage, the directory or another
/// dependency fails; a verb that throws has changed nothing (see docs/errors.md for a commit whose answer was
/// lost). Nothing throws after the commit. Events and broadcasts are normally delivered after the commit and
/// before the verb returns. Delivery is deferred when another OS thread is delivering for the same call, or
/// when the verb was called from inside a listener.
///
/// Belongs to the process that made it. In a child made by fork() every operation, also of what it handed
/// out, throws std::logic_error, and destroying it does nothing (docs/threading.md).
class MESSENGER_EXPORT Messenger {
 public:
  /// Throws std::invalid_argument, with the name of the field, for a config or dependencies out of bounds.
  Messenger(const Config& config, std::shared_ptr<Storage> storage);
  /// The same with implementations of the host's own.
  Messenger(const Config& config, Dependencies dependencies);

  /// Workers and schedulers continue until they are stopped; stop them first.
  ~Messenger();

  Messenger(const Messenger&) = delete;
  Messenger& operator=(const Messenger&) = delete;
  Messenger(Messenger&&) = delete;
  Messenger& operator=(Messenger&&) = delete;

  // Setup

  /// The video provider: a `Driver` is made from copies of these arguments for every job. Set it before the
  /// first call starts; a later change applies to jobs that begin after it.
  template <class Driver, class... Args>
  void setVideoDriver(Args&&... args) {
    static_assert(std::is_base_of_v<VideoDriver, Driver>,
                  "a video driver derives from messenger::VideoDriver");
    setVideoDriver([held = std::make_tuple(std::decay_t<Args>(std::forward<Args>(args))...)] {
      return std::apply(
          [](const auto&... each) -> std::unique_ptr<VideoDriver> {
            return std::make_unique<Driver>(each...);
          },
          held);
    });
  }

  /// The same for drivers that are not made from copies. Throws std::invalid_argument for an empty factory.
  void setVideoDriver(VideoDriverFactory factory);

  /// Whether a driver was set.
  [[nodiscard]] bool hasVideoDriver() const noexcept;

  /// What it was made with.
  [[nodiscard]] const Config& config() const noexcept;

  /// The default thread directory. Throws std::logic_error when the host supplied its own, or the storage has
  /// none.
  [[nodiscard]] Threads& threads();

  /// What the host itself does with calls, without permission checks: end, renew, maintain, find.
  [[nodiscard]] Host& host() noexcept;
  /// The same of a const Messenger: queries only.
  [[nodiscard]] const Host& host() const noexcept;

  /// The durable jobs and their workers.
  [[nodiscard]] Jobs& jobs() noexcept;
  /// The same of a const Messenger: queries only.
  [[nodiscard]] const Jobs& jobs() const noexcept;

  // Verbs, each on behalf of one user. All refuse: callNotFound (start: threadNotFound), notMember. Those
  // that put a user into a call refuse also: invalidInput, for a user whose type is not valid
  // (`UserId::isType`).

  //
  // Start, join, leave and heartbeat take the device from which a user acts: 1 to 64 visible ASCII characters
  // that are the same as long as it is in the call; else they refuse invalidInput. A host whose users have
  // one device each, or that does not tell them apart, names none. A user is in the call while one of their
  // devices is.

  /// Starts a call with the user in it and rings the others (`Config::Ringing`). Safe to repeat: a second
  /// start is refused while the first call is active. Refuses: callingDisabled, callsDown,
  /// threadCallingDisabled, threadLocked, threadPending, mayNotStart, callAlreadyActive, calleeBusy; in
  /// synchronous mode setupFailed, which leaves an ended call.
  [[nodiscard]] Result<Call> startCall(const ThreadId& thread, const UserId& user,
                                       const StartOptions& options = {});

  /// Joins, for the first time or again, or with one more device (`Config::Sessions`). For a device that is
  /// in the call it counts as a heartbeat. Refuses: callEnded, kicked, callFull, tooManyDevices.
  Result<Joined> joinCall(const CallId& call, const UserId& user, const DeviceId& device = {});

  /// Leaves: with this device, or with all where none is named. The user is out with their last device, and
  /// the call ends when the last participant leaves. Refuses: callEnded, kicked, notInCall.
  Result<CallParticipant> leaveCall(const CallId& call, const UserId& user, const DeviceId& device = {});

  /// Ends the call for everyone. Refuses: callEnded, kicked, notInCall, notOwnerOrAdmin.
  Result<Call> endCall(const CallId& call, const UserId& user);

  /// Declines to join. In a private thread this ends the call; in a group it stops ringing for the user.
  /// Refuses: callEnded, alreadyJoined.
  Result<Call> ignoreCall(const CallId& call, const UserId& user);

  /// Rings members of the thread, for the first time or again: they hear of the call as at its start. Returns
  /// those who now begin to ring; those who are in the call or ring already are left as they are. Refuses:
  /// callEnded, kicked, notInCall, ringingDisabled, userNotFound (no member, or kicked), rangJustNow,
  /// tooManyCallees, invalidInput.
  Result<std::vector<CallRing>> ring(const CallId& call, const UserId& user,
                                     const std::vector<UserId>& callees);

  /// The user has seen what they missed: up to this call, or all. Returns how many they had not seen.
  std::size_t markMissedSeen(const UserId& user, const std::optional<CallId>& upTo = std::nullopt);

  /// Reports that this device of the user is still in the call; without one, the device that joined without
  /// one. A device that falls silent is out. Costs one look-up in memory once the device is tracked. Refuses:
  /// callEnded, kicked, notInCall.
  Result<void> heartbeat(const CallId& call, const UserId& user, const DeviceId& device = {});

  /// The same without the storage, so it never blocks. False: not acknowledged; call `heartbeat`.
  [[nodiscard]] bool tryHeartbeat(const CallId& call, const UserId& user, const DeviceId& device = {});

  /// Kicks or un-kicks a participant of a call in a group. Kicking somebody who is kicked succeeds, changes
  /// nothing and emits nothing; so does un-kicking. Refuses: participantNotFound, notGroup, callEnded,
  /// kicked, notInCall, notOwnerOrAdmin.
  Result<CallParticipant> kickParticipant(const CallId& call, const UserId& user,
                                          const ParticipantId& participant);
  /// The other way round; un-kicked, they may join again. Refuses as `kickParticipant`.
  Result<CallParticipant> unkickParticipant(const CallId& call, const UserId& user,
                                            const ParticipantId& participant);

  /// What lets this device of the user into the room, where the driver has a `VideoDriver::access`
  /// (`Config::calling.subscriber.removesSessions`). Asks the driver on this OS thread, so it may take as
  /// long as the provider does. Show the result to nobody else. Ask again when the room was renewed
  /// (`CallSetupCompleted`), or before `RoomCredentials::validFor` is over. Refuses: callEnded, kicked,
  /// notInCall, roomNotReady, noCredentials, providerFailed (why is logged).
  Result<RoomCredentials> roomCredentials(const CallId& call, const UserId& user,
                                          const DeviceId& device = {});

  // Queries on behalf of a user. All refuse: threadNotFound or callNotFound, notMember.

  /// A call as the user may see it: room details only while the user is in it.
  [[nodiscard]] Result<CallView> showCall(const CallId& call, const UserId& user) const;

  /// A page of the thread's calls, newest first: the first page, or the calls older than `before`. Refuses
  /// also: callNotFound (`before`).
  [[nodiscard]] Result<CallHistory> callHistory(const ThreadId& thread, const UserId& user,
                                                const std::optional<CallId>& before = std::nullopt) const;

  /// Everyone who was ever in the call, in the order of joining, after a `CallParticipant::sequence`.
  [[nodiscard]] Result<std::vector<CallParticipant>> participants(
      const CallId& call, const UserId& user, std::int64_t after = 0,
      std::size_t limit = std::numeric_limits<std::int32_t>::max()) const;

  /// One of them. Refuses also: participantNotFound.
  [[nodiscard]] Result<CallParticipant> participant(const CallId& call, const UserId& user,
                                                    const ParticipantId& participant) const;

  /// The active calls in all threads that the user is a member of.
  [[nodiscard]] std::vector<CallView> activeCalls(const UserId& user) const;

  // Ringing: see `Config::Ringing`. Of calls in threads that the user is still a member of.

  /// The calls that ring for the user now: whether a push that came late is still true.
  [[nodiscard]] std::vector<CallView> ringing(const UserId& user) const;

  /// A page of the calls that the user has missed, newest first: the first page, or those older than
  /// `before`; those that began at `since` or later. Refuses: callNotFound (`before`).
  [[nodiscard]] Result<MissedCalls> missedCalls(const UserId& user, TimePoint since = {},
                                                const std::optional<CallId>& before = std::nullopt) const;

  /// Everyone who was ever rung in the call. Refuses: callNotFound, threadNotFound, notMember.
  [[nodiscard]] Result<std::vector<CallRing>> rings(const CallId& call, const UserId& user) const;

  // Events

  /// Subscribes to the events of one kind, for as long as the Subscription lives. A listener runs after the
  /// commit, on the OS thread that made the change or on one that delivers for it. For one call: in the order
  /// of the changes, one at a time. Different calls: concurrently. An exception from a listener is logged;
  /// the next listener runs.
  /// @{
  Subscription onCallStarted(std::function<void(const CallStarted&)> listener);
  Subscription onCallJoined(std::function<void(const CallJoined&)> listener);
  Subscription onCallLeft(std::function<void(const CallLeft&)> listener);
  Subscription onDeviceJoined(std::function<void(const DeviceJoined&)> listener);
  Subscription onDeviceLeft(std::function<void(const DeviceLeft&)> listener);
  Subscription onCallIgnored(std::function<void(const CallIgnored&)> listener);
  Subscription onCallRinging(std::function<void(const CallRinging&)> listener);
  Subscription onRingStopped(std::function<void(const RingStopped&)> listener);
  Subscription onCallMissed(std::function<void(const CallMissed&)> listener);
  Subscription onCallEnding(std::function<void(const CallEnding&)> listener);
  Subscription onCallEnded(std::function<void(const CallEnded&)> listener);
  Subscription onKickedFromCall(std::function<void(const KickedFromCall&)> listener);
  Subscription onCallSetupCompleted(std::function<void(const CallSetupCompleted&)> listener);
  Subscription onCallSetupFailed(std::function<void(const CallSetupFailed&)> listener);
  Subscription onCallTornDown(std::function<void(const CallTornDown&)> listener);
  Subscription onCallTeardownFailed(std::function<void(const CallTeardownFailed&)> listener);
  Subscription onBroadcastFailed(std::function<void(const BroadcastFailed&)> listener);
  Subscription onJobFailed(std::function<void(const JobFailed&)> listener);
  Subscription onMemberRemoved(std::function<void(const MemberRemoved&)> listener);
  /// @}

  /// Every event of every kind, after the listeners of that kind.
  Subscription onEvent(std::function<void(const Event&)> listener);

  // For a host with its own loop

  /// One turn of the loop of a host that uses no Worker and no Scheduler: does the due tasks, runs at most
  /// `maxJobs` available jobs, and returns how long to wait at most before the next turn. A driver that
  /// blocks also blocks the loop. Throws StorageError when the storage fails; the turn may be repeated.
  std::chrono::milliseconds poll(std::size_t maxJobs = 10);

 private:
  [[nodiscard]] MessengerImpl& here() const;

  std::shared_ptr<MessengerImpl> impl_;
};

}  // namespace messenger

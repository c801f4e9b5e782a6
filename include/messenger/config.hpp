#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "messenger/export.hpp"
#include "messenger/model/call_limits.hpp"

namespace messenger::inline v0 {

/// Everything that can be set, with the defaults of the Laravel package. A plain value: fill it in and pass
/// it to a Messenger.
struct MESSENGER_EXPORT Config {
  /// What the library does about rooms: the package's word for the part that asks the provider.
  struct Subscriber {
    /// Off: calls are started and ended without a room; no SetupCall and no TeardownCall is ever stored. For
    /// hosts that control their provider from the events.
    bool enabled = true;
    /// On: jobs wait for a Worker, or for `Jobs::runPending`. Off (synchronous mode): they run on the OS
    /// thread that called the verb, before it returns; a job that fails there is left for a worker.
    bool queued = true;
    /// On: whoever goes out of a call that goes on is taken out of its room too, by the job RemoveFromRoom
    /// and `VideoDriver::removal`. Off by default: each leave costs one job more.
    bool removesSessions = false;
    /// The queue the jobs go to. 1 to 64 characters of A-Z a-z 0-9 . _ -
    std::string channel = "messenger";
  };

  /// Whether calls can be made, and how rooms are.
  struct Calling {
    /// Off refuses every start. Off by default, as in the Laravel package: a host turns calling on.
    bool enabled = false;
    Subscriber subscriber;  ///< how rooms are made and destroyed
  };

  /// How jobs are attempted, repeated and claimed.
  struct Jobs {
    /// How often a job is attempted before it counts as failed. 1 to 1000. In synchronous mode a setup has
    /// one attempt.
    int maxAttempts = 5;
    /// Wait after the first failed attempt; it doubles with each further one. Zero to one day.
    std::chrono::milliseconds backoff = std::chrono::seconds{2};
    /// No wait is longer than this. At least `backoff`, at most one day.
    std::chrono::milliseconds maxBackoff = std::chrono::minutes{5};
    /// Each wait is lengthened by a random part of itself, up to this fraction, so that jobs that failed
    /// together are not retried together. 0 to 1.
    double jitter = 0.2;
    /// How long a worker's claim is valid without renewal. A live worker renews it after a third of this
    /// time; the job of a dead worker is taken over when it ends. One second to one hour.
    std::chrono::milliseconds lease = std::chrono::seconds{30};
    /// The same for jobs that run without a worker (synchronous mode, `Jobs::runPending`), where nothing
    /// renews the lease: must exceed the slowest driver call. One second to one day.
    std::chrono::milliseconds unattendedLease = std::chrono::minutes{5};
    /// How often an idle worker looks for jobs: for those stored by other processes, where the storage cannot
    /// tell of them (`JobQueue::makeWaiter`), and for those whose time has come. Jobs stored by its own
    /// process wake it at once. 10 ms to one hour.
    std::chrono::milliseconds pollInterval = std::chrono::seconds{1};
  };

  /// When a participant without heartbeats is evicted.
  struct Presence {
    /// A participant is silent when the last heartbeat is this old or older. One second to one day.
    std::chrono::milliseconds ttl = std::chrono::seconds{60};
    /// How often the Scheduler writes received heartbeats to the storage, for restarts and for other
    /// processes. Zero turns it off: then only this process may run the activity check. Zero, or one second
    /// up to `ttl`.
    std::chrono::milliseconds writeBehind = std::chrono::seconds{15};
    /// Whether clients' heartbeats reach this process. Off for an operator's tool: its activity check then
    /// uses only what the presence peers on the same storage have written.
    bool receivesHeartbeats = true;
    /// The activity check skips calls that are younger than this. Zero to one day.
    std::chrono::milliseconds newCallGrace = std::chrono::seconds{60};
    /// How often the Scheduler runs the activity check. One second to one day.
    std::chrono::milliseconds checkInterval = std::chrono::minutes{1};
  };

  /// How long calls are kept.
  struct Retention {
    /// The Scheduler deletes calls that ended longer ago than this (`Host::prune`). Zero keeps them for ever.
    /// Zero, or `shortest` to `longest`.
    std::chrono::hours endedCalls{0};

    static constexpr std::chrono::hours shortest{1};  ///< the least that `endedCalls` may be, besides zero
    /// The most that `endedCalls` may be.
    static constexpr std::chrono::hours longest = std::chrono::hours{24} * 36500;
  };

  /// Of each call that is started without limits of its own (`StartOptions::limits`).
  using Limits = CallLimits;

  /// The devices of one participant: see CallSession.
  struct Sessions {
    /// How many may be in a call at the same time; a join with one more is refused with tooManyDevices. 1 to
    /// `most`.
    std::size_t mostPerUser = 8;
    /// On: a device that joins replaces the others of its user, which are then out (DeviceLeft).
    bool newDeviceReplaces = false;

    static constexpr std::size_t most = 16;  ///< the most that `mostPerUser` may be
  };

  /// Whether the library knows who is rung (CallRing). Off, as in the Laravel package: members hear of a
  /// call, and nothing is stored of that.
  struct Ringing {
    bool enabled = false;  ///< the library stores rings and stops them
    /// A call rings at most so many at a time; when a thread has more members to ring, `incoming.call` is all
    /// they get. 1 to `most`.
    std::size_t maxCallees = 32;
    /// How long a callee is rung: then they have missed the call, and a private call ends
    /// (EndReason::noAnswer). A job, which needs what `CallLimits` says. 45 s suit most. Zero: until the call
    /// ends. Zero, or one second to one hour.
    std::chrono::milliseconds noAnswerAfter{0};
    /// How long after its ring a callee may be rung again (`Messenger::ring`). Zero to one hour.
    std::chrono::milliseconds againAfter = std::chrono::seconds{10};
    /// What is done about members who are in another call.
    enum class WhenBusy : std::uint8_t {
      ring,    ///< they are rung all the same
      mark,    ///< they are not rung, have missed the call, and RingState::busy tells
      refuse,  ///< the same; a start in a private thread is refused with calleeBusy
    };
    WhenBusy whenBusy = WhenBusy::ring;  ///< by default nothing

    static constexpr std::size_t most = 256;  ///< the most that a call may ring at a time
  };

  Calling calling;      ///< on or off, and its rooms
  Ringing ringing;      ///< who is rung, and for how long
  Limits limits;        ///< how long a call may last, and how many may be in it
  Sessions sessions;    ///< several devices of a user
  Jobs jobs;            ///< retries, leases, polling
  Presence presence;    ///< heartbeats and evictions
  Retention retention;  ///< when ended calls are deleted

  /// How many calls the first page of a history has, and how many each further page has. 1 to 1000.
  std::size_t historyFirstPageSize = 25;
  std::size_t historyPageSize = 25;  ///< of the further pages

  /// `defaults`, changed by the environment variables below; unset or empty ones change nothing. Throws
  /// std::invalid_argument, whose text names the variable and its allowed values, or the field of `defaults`.
  ///
  ///     MESSENGER_CALLING_ENABLED             true, false, 1, 0, yes, no, on, off
  ///     MESSENGER_CALLING_SUBSCRIBER_ENABLED  the same
  ///     MESSENGER_CALLING_SUBSCRIBER_QUEUED   the same
  ///     MESSENGER_CALLING_SUBSCRIBER_CHANNEL  a queue name
  ///     MESSENGER_CALLS_INDEX_COUNT           a whole number
  ///     MESSENGER_CALLS_PAGE_COUNT            a whole number
  ///     MESSENGER_JOBS_TRIES                  a whole number
  ///     MESSENGER_JOBS_BACKOFF                seconds, whole or with a fraction
  ///     MESSENGER_JOBS_LEASE                  seconds
  ///     MESSENGER_PRESENCE_TTL                seconds
  ///     MESSENGER_PRESENCE_WRITE_BEHIND       seconds, 0 for off
  ///     MESSENGER_LIMITS_PARTICIPANTS         a whole number, 0 for any
  ///     MESSENGER_LIMITS_DURATION             seconds, 0 for no limit
  ///     MESSENGER_LIMITS_WARNING              seconds, 0 for none
  ///     MESSENGER_LIMITS_ALONE                seconds, 0 for no limit
  ///     MESSENGER_LIMITS_EMPTY_GRACE          seconds, 0 for none
  ///     MESSENGER_RINGING_ENABLED             true, false, 1, 0, yes, no, on, off
  ///     MESSENGER_RINGING_NO_ANSWER_AFTER     seconds, 0 for never
  ///     MESSENGER_RETENTION_ENDED_CALLS       hours, 0 for ever
  [[nodiscard]] static Config fromEnvironment(Config defaults);
  /// The same with the defaults above.
  [[nodiscard]] static Config fromEnvironment();

  /// Throws std::invalid_argument, whose text names the first field that is out of bounds, its value and its
  /// bounds. The constructor of Messenger calls this.
  void validate() const;
};

}  // namespace messenger

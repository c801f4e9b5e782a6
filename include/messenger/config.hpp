#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace messenger {

/// Everything that can be set, with the reference's defaults. A plain value: fill it, hand it to a Messenger.
struct Config {
  struct Subscriber {
    /// Off: calls are started and ended without a room; no SetupCall and no TeardownCall is ever stored. For
    /// hosts that drive their provider from the events.
    bool enabled = true;
    /// On: jobs wait for a Worker, or for `runPendingJobs`. Off: they run in the caller's thread before the
    /// verb returns; what fails there is left for a worker.
    bool queued = true;
    /// The queue the jobs go to. 1 to 64 characters of A-Z a-z 0-9 . _ -
    std::string channel = "messenger";
  };

  struct Calling {
    /// Off refuses every start. The reference's default: a host says yes to calling.
    bool enabled = false;
    Subscriber subscriber;
  };

  struct Jobs {
    /// How often a job is attempted before it counts as failed. 1 to 1000. In synchronous mode a setup is
    /// tried once.
    int maxAttempts = 5;
    /// Wait after the first failure; doubles with each further one. Zero to one day.
    std::chrono::milliseconds backoff = std::chrono::seconds{2};
    /// No wait is longer than this. At least `backoff`, at most one day.
    std::chrono::milliseconds maxBackoff = std::chrono::minutes{5};
    /// Each wait is lengthened by a random part of itself, up to this fraction, so that what failed together
    /// is not retried together. 0 to 1.
    double jitter = 0.2;
    /// How long a worker's claim holds without renewal; a live worker renews at a third of it, a dead one's
    /// job is taken over after it. One second to one hour.
    std::chrono::milliseconds lease = std::chrono::seconds{30};
    /// The same for jobs run in a caller's thread (synchronous mode, `runPendingJobs`), where nobody renews:
    /// must exceed the slowest driver call. One second to one day.
    std::chrono::milliseconds unattendedLease = std::chrono::minutes{5};
    /// How often an idle worker looks for jobs of other processes; those of its own wake it at once. 10 ms to
    /// one hour.
    std::chrono::milliseconds pollInterval = std::chrono::seconds{1};
  };

  struct Presence {
    /// A heartbeat counts for this long; exactly this old is too old. One second to one day.
    std::chrono::milliseconds ttl = std::chrono::seconds{60};
    /// How often the Scheduler writes heard heartbeats to the storage, for restarts and for other processes.
    /// Zero turns it off: then this process alone must judge activity. Zero, or one second up to `ttl`.
    std::chrono::milliseconds writeBehind = std::chrono::seconds{15};
    /// Whether clients' heartbeats reach this process. Off for an operator's tool: it then judges only by
    /// what the listening processes on the same storage have written.
    bool receivesHeartbeats = true;
    /// The activity check leaves younger calls alone. Zero to one day.
    std::chrono::milliseconds newCallGrace = std::chrono::seconds{60};
    /// How often the Scheduler runs the activity check. One second to one day.
    std::chrono::milliseconds checkInterval = std::chrono::minutes{1};
  };

  Calling calling;
  Jobs jobs;
  Presence presence;

  /// How many calls the first page of a history has, and each further one. 1 to 1000.
  std::size_t historyFirstPageSize = 25;
  std::size_t historyPageSize = 25;

  /// `defaults`, changed by the environment variables below; unset or empty ones change nothing.
  /// Throws std::invalid_argument that names the variable and what it may hold, or the field of `defaults`.
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
  [[nodiscard]] static Config fromEnvironment(Config defaults);
  /// The same with the defaults above.
  [[nodiscard]] static Config fromEnvironment();

  /// Throws std::invalid_argument whose text names the first field that is out of bounds, its value and its
  /// bounds. A Messenger does this when it is made.
  void validate() const;
};

}  // namespace messenger

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "messenger/export.hpp"
#include "messenger/model/ids.hpp"
#include "messenger/model/room.hpp"
#include "messenger/model/time.hpp"

namespace messenger::inline v0 {

/// Stored: never renumber.
enum class JobType : std::uint8_t {
  setupCall = 1,           ///< make the room of one call
  teardownCall = 2,        ///< destroy the room of one call
  checkCallsActivity = 3,  ///< evict the silent participants of the calls up to `cutoff`
  endCalls = 4,            ///< end the active calls up to `cutoff`
  warnOfEnd = 5,           ///< timer: warn those in one call that it ends soon
  endOverdueCall = 6,      ///< timer: end one call that has lasted as long as it may
  endLoneCall = 7,         ///< timer: end one call in which somebody has been alone for too long
  endEmptyCall = 8,        ///< timer: end one call that everybody has left, and nobody came back
  removeFromRoom = 9,      ///< take one session out of the room of one call that goes on
  stopRinging = 10,        ///< timer: nobody answered in time
};

/// `SetupCall`, `TeardownCall`, `CheckCallsActivity`, …: the enumerator's own name with a capital.
MESSENGER_EXPORT [[nodiscard]] std::string_view toString(JobType type) noexcept;

/// How urgent jobs are, the most urgent first. A video provider that hangs keeps setups and teardowns waiting
/// for its answer, but never a sweep or a timer, which ask nobody.
enum class JobClass : std::uint8_t {
  sweep,     ///< `CheckCallsActivity`, `EndCalls`, and the timers
  teardown,  ///< `TeardownCall`, `RemoveFromRoom`
  setup,     ///< `SetupCall`
};

/// The class of a type.
[[nodiscard]] constexpr JobClass classOf(JobType type) noexcept {
  switch (type) {
    case JobType::setupCall:
      return JobClass::setup;
    case JobType::teardownCall:
    case JobType::removeFromRoom:
      return JobClass::teardown;
    case JobType::checkCallsActivity:
    case JobType::endCalls:
    case JobType::warnOfEnd:
    case JobType::endOverdueCall:
    case JobType::endLoneCall:
    case JobType::endEmptyCall:
    case JobType::stopRinging:
      break;
  }
  return JobClass::sweep;
}

/// A job to store together with the change that causes it.
struct NewJob {
  JobId id;                            ///< made by the library
  JobType type = JobType::setupCall;   ///< what is to be done
  std::string queue;                   ///< `Config::calling.subscriber.channel`
  std::optional<CallId> call;          ///< that it is about; none for a sweep
  std::optional<std::int64_t> cutoff;  ///< a `Call::sequence`; sweeps touch no call beyond it
  TimePoint createdAt;                 ///< for people
  StorageTime availableAt;             ///< not claimed before
  std::optional<Secret> mediaId{};     ///< `RemoveFromRoom`: `CallSession::mediaId`
};

/// A stored job.
struct Job {
  JobId id;                            ///< unique in the storage
  JobType type = JobType::setupCall;   ///< what is to be done
  std::string queue;                   ///< as NewJob has it
  std::optional<CallId> call;          ///< as NewJob has it
  std::optional<std::int64_t> cutoff;  ///< as NewJob has it
  TimePoint createdAt;                 ///< for people
  StorageTime availableAt;             ///< not claimed before
  int attempts = 0;                    ///< how many attempts have begun
  std::int64_t token = 0;              ///< fencing token of the latest claim; grows with each claim
  std::optional<StorageTime>
      leasedUntil;      ///< set while it runs; after this time another worker may take it over
  bool failed = false;  ///< out of attempts; runs again only after a retry by hand
  std::optional<std::string> lastError;  ///< why the last attempt failed, without secrets
  std::int64_t sequence = 0;             ///< the order in which jobs were stored, for paging
  std::optional<Secret> mediaId{};       ///< for the driver alone
};

/// How many jobs there are in a queue.
struct JobCounts {
  std::size_t waiting = 0;              ///< neither running nor failed
  std::size_t running = 0;              ///< with a valid lease
  std::size_t failed = 0;               ///< out of attempts, kept for an operator
  std::optional<StorageTime> nextAt{};  ///< the earliest `availableAt` of the waiting jobs that can be read
  std::size_t unreadable = 0;           ///< of those waiting: available, but a claim leaves them alone
};

/// How one run of a job ended.
enum class JobOutcome : std::uint8_t {
  done,    ///< finished, or no longer needed; the row is gone
  retry,   ///< the attempt failed; the job will be retried
  failed,  ///< the last attempt failed: kept, listed, can be retried by hand
  lost,    ///< another worker has taken it over; nothing was settled
};

/// The outcome as a word: `done`, `failed`, ….
MESSENGER_EXPORT [[nodiscard]] std::string_view toString(JobOutcome outcome) noexcept;

/// One run of one job, as `Jobs::runPending` reports it.
struct JobRun {
  JobId id;                               ///< the job
  JobType type = JobType::setupCall;      ///< what was to be done
  std::optional<CallId> call;             ///< that it was about, if any
  int attempt = 0;                        ///< 1 for the first
  JobOutcome outcome = JobOutcome::done;  ///< how it ended
};

}  // namespace messenger

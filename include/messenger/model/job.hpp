#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "messenger/model/ids.hpp"
#include "messenger/model/time.hpp"

namespace messenger {

/// Stored: never renumber.
enum class JobType : std::uint8_t {
  setupCall = 1,           ///< make the room of one call
  teardownCall = 2,        ///< destroy the room of one call
  checkCallsActivity = 3,  ///< evict the silent participants of the calls up to `cutoff`
  endCalls = 4,            ///< end the active calls up to `cutoff`
};

/// `SetupCall`, `TeardownCall`, `CheckCallsActivity`, `EndCalls`.
[[nodiscard]] std::string_view toString(JobType type) noexcept;

/// Work to be stored together with the change that causes it.
struct NewJob {
  JobId id;
  JobType type = JobType::setupCall;
  std::string queue;  ///< `Config::calling.subscriber.channel`
  std::optional<CallId> call;
  std::optional<std::int64_t> cutoff;  ///< a `Call::sequence`; sweeps touch no call beyond it
  TimePoint createdAt;                 ///< for people
  StorageTime availableAt;             ///< not claimed before
};

/// Work as it is stored.
struct Job {
  JobId id;
  JobType type = JobType::setupCall;
  std::string queue;
  std::optional<CallId> call;
  std::optional<std::int64_t> cutoff;
  TimePoint createdAt;                     ///< for people
  StorageTime availableAt;                 ///< not claimed before
  int attempts = 0;                        ///< how often it was begun
  std::int64_t token = 0;                  ///< fencing token of the latest claim; grows with each
  std::optional<StorageTime> leasedUntil;  ///< set while it runs; past this another may take it over
  bool failed = false;                     ///< out of attempts; runs again only after a retry by hand
  std::optional<std::string> lastError;    ///< why the last attempt failed, without secrets
  std::int64_t sequence = 0;               ///< order of storing, for paging
};

/// How one run of a job ended.
enum class JobOutcome : std::uint8_t {
  done,    ///< finished, or no longer needed; the row is gone
  retry,   ///< failed, will be tried again
  failed,  ///< failed for the last time: kept, listed, can be retried
  lost,    ///< another worker had taken it over; nothing was settled
};

[[nodiscard]] std::string_view toString(JobOutcome outcome) noexcept;

/// One run of one job, as `Messenger::runPendingJobs` reports it.
struct JobRun {
  JobId id;
  JobType type = JobType::setupCall;
  std::optional<CallId> call;
  int attempt = 0;
  JobOutcome outcome = JobOutcome::done;
};

}  // namespace messenger

#include "messenger/contracts/metrics.hpp"

#include <array>

namespace messenger::inline v0 {
namespace {

template <class... Texts>
constexpr std::array<std::string_view, sizeof...(Texts)> words(Texts... texts) {
  return {texts...};
}

// The words of toString for these enumerations; tests/facade/metrics_test.cpp holds them to it.
constexpr auto callTypes = words("video", "audio");
constexpr auto endReasons = words("hungUp", "lastLeft", "inactive", "declined", "setupFailed", "maintenance",
                                  "host", "alone", "maxDuration", "noAnswer");
constexpr auto ringOutcomes = words("answered", "declined", "missed", "cancelled", "busy");
constexpr auto jobTypes =
    words("SetupCall", "TeardownCall", "CheckCallsActivity", "EndCalls", "WarnOfEnd", "EndOverdueCall",
          "EndLoneCall", "EndEmptyCall", "RemoveFromRoom", "StopRinging");
constexpr auto jobOutcomes = words("done", "retry", "failed", "lost");

constexpr auto jobStates = words("scheduled", "due", "running", "failed");
constexpr auto driverOperations = words("create", "destroy", "remove", "admit");
constexpr auto driverResults = words("ok", "failed");
constexpr auto storageOperations = words(
    "load", "commit", "raiseThreadRevision", "findParticipant", "participants", "history", "activeCalls",
    "activeCallsAfter", "activeSummary", "totals", "missed", "markSeen", "busy", "prune", "erase", "prunable",
    "add", "claim", "renew", "settle", "retryFailed", "list", "counts", "countsByType", "save", "peers",
    "silent", "departures", "takeCallsDown", "bringCallsUp", "callsDownUntil");
constexpr auto storageResults = words("ok", "conflict", "busy", "failed");

constexpr std::array callType{MetricLabel{"type", callTypes}};
constexpr std::array endReason{MetricLabel{"reason", endReasons}};
constexpr std::array ringOutcome{MetricLabel{"outcome", ringOutcomes}};
constexpr std::array jobType{MetricLabel{"type", jobTypes}};
constexpr std::array jobTypeAndOutcome{MetricLabel{"type", jobTypes}, MetricLabel{"outcome", jobOutcomes}};
constexpr std::array jobTypeAndState{MetricLabel{"type", jobTypes}, MetricLabel{"state", jobStates}};
constexpr std::array ofDriver{MetricLabel{"operation", driverOperations},
                              MetricLabel{"result", driverResults}};
constexpr std::array ofStorage{MetricLabel{"operation", storageOperations},
                               MetricLabel{"result", storageResults}};

constexpr std::array ofCalls{1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0, 14400.0, 43200.0};
constexpr std::array ofJobs{0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0};
constexpr std::array ofRequests{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0};
constexpr std::array ofStatements{0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.005,
                                  0.01,    0.05,    0.1,    0.5,    1.0,   5.0};

constexpr auto counter = MetricKind::counter;
constexpr auto gauge = MetricKind::gauge;
constexpr auto histogram = MetricKind::histogram;

constexpr std::array table{
    MetricInfo{Metric::callsStarted, counter, "messenger_calls_started_total",
               "Calls that this process started.", callType},
    MetricInfo{Metric::callsEnded, counter, "messenger_calls_ended_total",
               "Calls that this process ended, by reason.", endReason},
    MetricInfo{Metric::joins, counter, "messenger_joins_total",
               "Users who joined a call that was started before, through this process."},
    MetricInfo{Metric::evictions, counter, "messenger_evictions_total",
               "Devices that this process took out of calls because they were silent."},
    MetricInfo{Metric::kicks, counter, "messenger_kicks_total",
               "Participants who were kicked through this process."},
    MetricInfo{Metric::ringsStarted, counter, "messenger_rings_started_total",
               "Callees whom this process began to ring."},
    MetricInfo{Metric::rings, counter, "messenger_rings_total",
               "Callees who stopped ringing through this process, or were busy, by what became of it.",
               ringOutcome},
    MetricInfo{Metric::broadcastFailures, counter, "messenger_broadcast_failures_total",
               "Broadcasts of this process for which the broadcaster threw."},
    MetricInfo{Metric::jobRuns, counter, "messenger_job_runs_total",
               "Runs of jobs in this process, by type and outcome.", jobTypeAndOutcome},
    MetricInfo{Metric::storageConflicts, counter, "messenger_storage_conflicts_total",
               "Changes that this process decided again, because another one was committed first."},
    MetricInfo{Metric::callsActive, gauge, "messenger_calls_active", "Calls that have not ended."},
    MetricInfo{Metric::sessionsOpen, gauge, "messenger_sessions_open", "Devices that are in calls."},
    MetricInfo{Metric::ringsActive, gauge, "messenger_rings_active", "Callees who ring now."},
    MetricInfo{Metric::callsDown, gauge, "messenger_calls_down", "1 while calls are taken down."},
    MetricInfo{Metric::jobs, gauge, "messenger_jobs",
               "Stored jobs, by type and state: scheduled for later, due, running, failed (out of attempts).",
               jobTypeAndState},
    MetricInfo{Metric::jobOldestDue, gauge, "messenger_job_oldest_due_seconds",
               "For how long the job that is due the longest has waited, by type; 0 when none is due.",
               jobType},
    MetricInfo{Metric::callDuration,
               histogram,
               "messenger_call_duration_seconds",
               "How long calls lasted that this process ended.",
               {},
               ofCalls},
    MetricInfo{Metric::jobDelay, histogram, "messenger_job_delay_seconds",
               "From when a job was due until this process claimed it, by type.", jobType, ofJobs},
    MetricInfo{Metric::jobRun, histogram, "messenger_job_run_seconds",
               "From the claim of a job until it was settled, by type.", jobType, ofJobs},
    MetricInfo{Metric::driverOperation, histogram, "messenger_driver_operation_seconds",
               "Until the video driver answered, by operation and result.", ofDriver, ofRequests},
    MetricInfo{Metric::storageOperation, histogram, "messenger_storage_operation_seconds",
               "Until the storage answered, by operation and result.", ofStorage, ofStatements},
};

constexpr bool isInOrder() {
  for (std::size_t at = 0; at < table.size(); ++at) {
    if (static_cast<std::size_t>(table.at(at).metric) != at) return false;
  }
  return table.back().metric == Metric::storageOperation;
}
static_assert(isInOrder(), "describe takes an enumerator for a place in the table");

}  // namespace

std::span<const MetricInfo> metricTable() noexcept {
  return table;
}

const MetricInfo& describe(Metric metric) noexcept {
  return metricTable()[static_cast<std::size_t>(metric)];
}

}  // namespace messenger

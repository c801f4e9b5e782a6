#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "adapters/memory/call_table.hpp"
#include "adapters/memory/job_table.hpp"
#include "adapters/memory/memory_thread_store.hpp"
#include "messenger/contracts/storage.hpp"
#include "support/mutex.hpp"

namespace messenger::memory {

/// The storage contract over tables in memory: each operation under one mutex, which makes it atomic and
/// isolated. Everything that can fail (an id that is taken) is looked at before the first change.
/// Thread-safe.
class MemoryStorage final : public Storage {
 public:
  StartOutcome startCall(const StartChange& change) override EXCLUDES(mutex_);
  JoinOutcome joinCall(const JoinChange& change) override EXCLUDES(mutex_);
  LeaveOutcome leaveCall(const LeaveChange& change) override EXCLUDES(mutex_);
  KickOutcome setKicked(const KickChange& change) override EXCLUDES(mutex_);
  EndOutcome endCall(const EndChange& change) override EXCLUDES(mutex_);
  SetupOutcome completeSetup(const SetupChange& change) override EXCLUDES(mutex_);
  TeardownOutcome completeTeardown(const TeardownChange& change) override EXCLUDES(mutex_);
  RenewOutcome renewRoom(const RenewChange& change) override EXCLUDES(mutex_);

  void addJob(const NewJob& job) override EXCLUDES(mutex_);
  std::optional<ClaimedJob> claimJob(const ClaimParams& params) override EXCLUDES(mutex_);
  bool renewJob(const JobId& job, std::int64_t token, TimePoint leaseUntil) override EXCLUDES(mutex_);
  bool settleJob(const Settlement& settlement) override EXCLUDES(mutex_);
  std::size_t retryParked(const std::optional<JobId>& job, TimePoint now) override EXCLUDES(mutex_);
  [[nodiscard]] std::vector<Job> jobs(const JobQuery& query) const override EXCLUDES(mutex_);
  [[nodiscard]] JobCounts jobCounts(const std::string& queue, TimePoint now) const override EXCLUDES(mutex_);

  ActiveSummary setCallsDown(const DownChange& change) override EXCLUDES(mutex_);
  bool clearCallsDown(TimePoint now) override EXCLUDES(mutex_);
  [[nodiscard]] std::optional<TimePoint> callsDownUntil() const override EXCLUDES(mutex_);

  void saveHeartbeats(const HeartbeatBatch& batch) override EXCLUDES(mutex_);
  [[nodiscard]] Listeners listeners(InstanceId self, TimePoint since) const override EXCLUDES(mutex_);
  [[nodiscard]] std::vector<StoredPresence> silentParticipants(const SilentQuery& query) const override
      EXCLUDES(mutex_);
  [[nodiscard]] std::vector<InCallKey> departuresSince(TimePoint since, std::size_t limit) const override
      EXCLUDES(mutex_);

  [[nodiscard]] std::optional<CallSnapshot> findCall(const CallId& call,
                                                     const std::optional<UserId>& viewer) const override
      EXCLUDES(mutex_);
  [[nodiscard]] std::optional<CallParticipant> findParticipant(
      const ParticipantId& participant) const override EXCLUDES(mutex_);
  [[nodiscard]] std::vector<CallParticipant> participants(const CallId& call) const override EXCLUDES(mutex_);
  [[nodiscard]] HistoryPage history(const HistoryQuery& query) const override EXCLUDES(mutex_);
  [[nodiscard]] std::vector<CallSnapshot> activeCalls(const std::vector<ThreadId>& threads,
                                                      const UserId& viewer) const override EXCLUDES(mutex_);
  [[nodiscard]] std::vector<Call> activeCallsUpTo(std::int64_t cutoff, std::int64_t after,
                                                  std::size_t limit) const override EXCLUDES(mutex_);
  [[nodiscard]] ActiveSummary activeSummary(TimePoint createdBefore) const override EXCLUDES(mutex_);

  [[nodiscard]] ThreadStore* threadStore() noexcept override { return &threads_; }

 private:
  struct Listener {
    TimePoint listeningSince;
    TimePoint wroteAt;
  };

  [[nodiscard]] bool isDown(TimePoint now) const REQUIRES(mutex_) { return downUntil_ && now < *downUntil_; }
  void endEmpty(CallRow& row, EndReason reason, const std::vector<NewJob>& onEnd, TimePoint now)
      REQUIRES(mutex_);

  mutable support::Mutex mutex_;
  CallTable calls_ GUARDED_BY(mutex_);
  JobTable jobs_ GUARDED_BY(mutex_);
  std::optional<TimePoint> downUntil_ GUARDED_BY(mutex_);
  std::unordered_map<InstanceId, Listener> listeners_ GUARDED_BY(mutex_);
  MemoryThreadStore threads_;
};

}  // namespace messenger::memory

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "messenger/contracts/storage.hpp"

namespace messenger::testing {

/// Hands every operation on to another storage: override the few that are to differ. As thread-safe as that
/// one.
class ForwardingStorage : public Storage {
 public:
  /// Throws std::invalid_argument without a storage.
  explicit ForwardingStorage(std::shared_ptr<Storage> inner);

  StartOutcome startCall(const StartChange& change) override;
  JoinOutcome joinCall(const JoinChange& change) override;
  LeaveOutcome leaveCall(const LeaveChange& change) override;
  KickOutcome setKicked(const KickChange& change) override;
  EndOutcome endCall(const EndChange& change) override;
  SetupOutcome completeSetup(const SetupChange& change) override;
  TeardownOutcome completeTeardown(const TeardownChange& change) override;
  RenewOutcome renewRoom(const RenewChange& change) override;

  void addJob(const NewJob& job) override;
  std::optional<ClaimedJob> claimJob(const ClaimParams& params) override;
  bool renewJob(const JobId& job, std::int64_t token, TimePoint leaseUntil) override;
  bool settleJob(const Settlement& settlement) override;
  std::size_t retryParked(const std::optional<JobId>& job, TimePoint now) override;
  [[nodiscard]] std::vector<Job> jobs(const JobQuery& query) const override;
  [[nodiscard]] JobCounts jobCounts(const std::string& queue, TimePoint now) const override;

  ActiveSummary setCallsDown(const DownChange& change) override;
  bool clearCallsDown(TimePoint now) override;
  [[nodiscard]] std::optional<TimePoint> callsDownUntil() const override;

  void saveHeartbeats(const HeartbeatBatch& batch) override;
  [[nodiscard]] Listeners listeners(InstanceId self, TimePoint since) const override;
  [[nodiscard]] std::vector<StoredPresence> silentParticipants(const SilentQuery& query) const override;
  [[nodiscard]] std::vector<InCallKey> departuresSince(TimePoint since, std::size_t limit) const override;

  [[nodiscard]] std::optional<CallSnapshot> findCall(const CallId& call,
                                                     const std::optional<UserId>& viewer) const override;
  [[nodiscard]] std::optional<CallParticipant> findParticipant(
      const ParticipantId& participant) const override;
  [[nodiscard]] std::vector<CallParticipant> participants(const CallId& call) const override;
  [[nodiscard]] HistoryPage history(const HistoryQuery& query) const override;
  [[nodiscard]] std::vector<CallSnapshot> activeCalls(const std::vector<ThreadId>& threads,
                                                      const UserId& viewer) const override;
  [[nodiscard]] std::vector<Call> activeCallsUpTo(std::int64_t cutoff, std::int64_t after,
                                                  std::size_t limit) const override;
  [[nodiscard]] ActiveSummary activeSummary(TimePoint createdBefore) const override;

  [[nodiscard]] ThreadStore* threadStore() noexcept override;

 protected:
  [[nodiscard]] Storage& inner() const noexcept { return *inner_; }

 private:
  std::shared_ptr<Storage> inner_;
};

}  // namespace messenger::testing

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messenger/testing/forwarding_storage.hpp"

namespace messenger::testing {

/// When an injected fault strikes: nothing has happened yet, or everything has and only the answer is lost.
enum class Fault : std::uint8_t { before, after };

/// One operation of a storage, as it comes.
struct StorageOperation {
  std::string_view name;   ///< `startCall`, `claimJob`, …
  std::size_t number = 0;  ///< 1 for the first since the storage was made, or since `failNth`
  bool writes = false;     ///< not one of the const ones
};

/// A storage that fails when it is told to, with StorageUnavailable: to walk through every point at which the
/// world may fail.
///
///     for (std::size_t n = 1;; ++n) {
///       faulty->failNth(n, testing::Fault::before);
///       …the verb under test; afterwards: is all as promised?
///       if (!faulty->struck()) break;
///     }
///
/// The thread store is handed through as it is. Thread-safe.
class FaultyStorage final : public ForwardingStorage {
 public:
  using Predicate = std::function<bool(const StorageOperation&)>;

  using ForwardingStorage::ForwardingStorage;

  /// The nth operation from now on fails, once. Counting begins anew.
  void failNth(std::size_t n, Fault fault);

  /// Every operation fails for which this says true. It is called with no lock held, before the operation,
  /// which makes it a place for whatever has to happen just then; not from inside itself.
  void failIf(Predicate predicate, Fault fault);

  /// No more faults.
  void heal();

  /// Whether a fault has struck since the last `failNth`, `failIf` or `heal`.
  [[nodiscard]] bool struck() const;

  /// How many operations there were since it was made, or since the last `failNth`.
  [[nodiscard]] std::size_t operations() const;

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

 private:
  struct Plan {
    std::size_t nth = 0;
    Predicate predicate;
    Fault fault = Fault::before;
  };

  /// Counts the operation; says whether, and when, it is to fail.
  std::optional<Fault> begin(std::string_view name, bool writes) const;
  template <class Operation>
  auto run(std::string_view name, bool writes, Operation operation) const;

  mutable std::mutex mutex_;
  mutable std::size_t operations_ = 0;
  mutable bool struck_ = false;
  Plan plan_;
};

}  // namespace messenger::testing

#pragma once

#include <messenger/contracts/storage.hpp>

#include <mutex>

/// A Storage in the plainest form there is: rows in vectors, every search a walk through them, one mutex. It
/// shows what the contract asks of a backend of your own; what a database brings (indexes, unique keys,
/// transactions) is done by hand here. It has no thread directory: the host brings one.
class VectorStorage final : public messenger::Storage {
 public:
  using Call = messenger::Call;
  using CallId = messenger::CallId;
  using CallParticipant = messenger::CallParticipant;
  using Job = messenger::Job;
  using JobId = messenger::JobId;
  using TimePoint = messenger::TimePoint;

  // vector_storage_calls.cpp
  messenger::StartOutcome startCall(const messenger::StartChange& change) override;
  messenger::JoinOutcome joinCall(const messenger::JoinChange& change) override;
  messenger::LeaveOutcome leaveCall(const messenger::LeaveChange& change) override;
  messenger::KickOutcome setKicked(const messenger::KickChange& change) override;
  messenger::EndOutcome endCall(const messenger::EndChange& change) override;
  messenger::SetupOutcome completeSetup(const messenger::SetupChange& change) override;
  messenger::TeardownOutcome completeTeardown(const messenger::TeardownChange& change) override;
  messenger::RenewOutcome renewRoom(const messenger::RenewChange& change) override;

  // vector_storage_jobs.cpp
  void addJob(const messenger::NewJob& job) override;
  std::optional<messenger::ClaimedJob> claimJob(const messenger::ClaimParams& params) override;
  bool renewJob(const JobId& job, std::int64_t token, TimePoint leaseUntil) override;
  bool settleJob(const messenger::Settlement& settlement) override;
  std::size_t retryParked(const std::optional<JobId>& job, TimePoint now) override;
  [[nodiscard]] std::vector<Job> jobs(const messenger::JobQuery& query) const override;
  [[nodiscard]] messenger::JobCounts jobCounts(const std::string& queue, TimePoint now) const override;
  messenger::ActiveSummary setCallsDown(const messenger::DownChange& change) override;
  bool clearCallsDown(TimePoint now) override;
  [[nodiscard]] std::optional<TimePoint> callsDownUntil() const override;

  // vector_storage_reading.cpp
  void saveHeartbeats(const messenger::HeartbeatBatch& batch) override;
  [[nodiscard]] messenger::Listeners listeners(messenger::InstanceId self, TimePoint since) const override;
  [[nodiscard]] std::vector<messenger::StoredPresence> silentParticipants(
      const messenger::SilentQuery& query) const override;
  [[nodiscard]] std::vector<messenger::InCallKey> departuresSince(TimePoint since,
                                                                  std::size_t limit) const override;
  [[nodiscard]] std::optional<messenger::CallSnapshot> findCall(
      const CallId& call, const std::optional<messenger::UserId>& viewer) const override;
  [[nodiscard]] std::optional<CallParticipant> findParticipant(
      const messenger::ParticipantId& participant) const override;
  [[nodiscard]] std::vector<CallParticipant> participants(const CallId& call) const override;
  [[nodiscard]] messenger::HistoryPage history(const messenger::HistoryQuery& query) const override;
  [[nodiscard]] std::vector<messenger::CallSnapshot> activeCalls(
      const std::vector<messenger::ThreadId>& threads, const messenger::UserId& viewer) const override;
  [[nodiscard]] std::vector<Call> activeCallsUpTo(std::int64_t cutoff, std::int64_t after,
                                                  std::size_t limit) const override;
  [[nodiscard]] messenger::ActiveSummary activeSummary(TimePoint createdBefore) const override;
  [[nodiscard]] messenger::ThreadStore* threadStore() noexcept override { return nullptr; }

 private:
  struct Participant {
    CallParticipant row;
    TimePoint lastHeard;
    messenger::InstanceId heardBy{};
  };

  struct Listener {
    messenger::InstanceId instance{};
    TimePoint listeningSince;
    TimePoint wroteAt;
  };

  // All of these expect that the mutex is held.
  Call* callOf(const CallId& call);
  const Call* callOf(const CallId& call) const;
  Participant* rowOf(const CallId& call, const messenger::UserId& user);
  const Participant* rowOf(const CallId& call, const messenger::UserId& user) const;
  [[nodiscard]] bool isIn(const CallId& call, const messenger::UserId& user) const;
  [[nodiscard]] bool isEmpty(const CallId& call) const;
  [[nodiscard]] messenger::CallSnapshot snapshot(const Call& call,
                                                 const std::optional<messenger::UserId>& viewer) const;
  const CallParticipant& addParticipant(const CallId& call, const messenger::ParticipantId& id,
                                        const messenger::UserId& user, TimePoint now,
                                        messenger::InstanceId heardBy);
  std::vector<CallParticipant> end(Call& call, messenger::EndReason reason,
                                   const std::optional<messenger::UserId>& by, TimePoint now);
  Job* claimedJob(const JobId& job, std::int64_t token);
  [[nodiscard]] bool isAvailable(const Job& job, TimePoint now) const;
  void requireNew(const std::vector<messenger::NewJob>& jobs) const;
  void store(const std::vector<messenger::NewJob>& jobs, TimePoint now);
  void settle(const messenger::Settlement& settlement);
  [[nodiscard]] bool isDown(TimePoint now) const { return downUntil_ && now < *downUntil_; }

  mutable std::mutex mutex_;
  std::vector<Call> calls_;                ///< by sequence
  std::vector<Participant> participants_;  ///< by sequence
  std::vector<Job> jobs_;                  ///< by sequence
  std::vector<Listener> listeners_;
  std::optional<TimePoint> downUntil_;
  std::int64_t lastJob_ = 0;  ///< jobs go, their numbers do not come again
};

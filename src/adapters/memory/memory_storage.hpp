#pragma once

#include "adapters/memory/tables.hpp"
#include "messenger/contracts/storage.hpp"

namespace messenger::inline v0::memory {

class MemoryCallStore final : public CallStore {
 public:
  explicit MemoryCallStore(Tables& tables) noexcept : tables_(tables) {}

  [[nodiscard]] Loaded load(const LoadRequest& request) override;
  CommitResult commit(const CallChange& change) override;
  void raiseThreadRevision(const ThreadId& thread) override;
  [[nodiscard]] std::optional<CallParticipant> findParticipant(const ParticipantId& participant) override;
  [[nodiscard]] std::vector<CallParticipant> participants(const ParticipantsQuery& query) override;
  [[nodiscard]] HistoryPage history(const HistoryQuery& query) override;
  [[nodiscard]] std::vector<CallSnapshot> activeCalls(const std::vector<ThreadId>& threads,
                                                      const UserId& viewer) override;
  [[nodiscard]] std::vector<Call> activeCallsAfter(const ActiveCallsQuery& query) override;
  [[nodiscard]] ActiveSummary activeSummary(StorageTime startedBefore) override;
  [[nodiscard]] Totals totals() override;
  [[nodiscard]] MissedPage missed(const MissedQuery& query) override;
  std::size_t markSeen(const UserId& user, std::int64_t upTo) override;
  [[nodiscard]] std::vector<UserId> busy(const std::vector<UserId>& users) override;
  std::size_t prune(const PruneRequest& request) override;
  Erased erase(const EraseRequest& request) override;
  [[nodiscard]] std::size_t prunable(StorageTime endedBefore) override;

 private:
  /// Of an ended call.
  [[nodiscard]] bool canBePruned(const CallRow& row, StorageTime endedBefore) const
      MESSENGER_REQUIRES(tables_.mutex);
  /// `committed`: all guards of the change hold.
  std::optional<Roster> answer(CallChange::ThreadAnswer wanted, const ThreadId& thread)
      MESSENGER_REQUIRES(tables_.mutex);
  [[nodiscard]] CommitResult::Status guard(const CallChange& change) MESSENGER_REQUIRES(tables_.mutex);

  Tables& tables_;
};

class MemoryJobQueue final : public JobQueue {
 public:
  explicit MemoryJobQueue(Tables& tables) noexcept : tables_(tables) {}

  void add(const NewJob& job) override;
  std::optional<ClaimedJob> claim(const ClaimRequest& request) override;
  bool renew(const JobId& job, std::int64_t token, StorageTime leaseUntil) override;
  bool settle(const Settlement& settlement) override;
  std::size_t retryFailed(const std::optional<JobId>& job, StorageTime now) override;
  [[nodiscard]] std::vector<Job> list(const ListQuery& query) override;
  [[nodiscard]] JobCounts counts(const std::string& queue, StorageTime now) override;
  [[nodiscard]] std::vector<TypeCounts> countsByType(const std::string& queue, StorageTime now) override;

 private:
  Tables& tables_;
};

class MemoryHeartbeatStore final : public HeartbeatStore {
 public:
  explicit MemoryHeartbeatStore(Tables& tables) noexcept : tables_(tables) {}

  std::vector<Absent> save(const Report& report) override;
  [[nodiscard]] std::vector<Peer> peers() override;
  [[nodiscard]] std::vector<SilentSession> silent(const SilentQuery& query) override;
  [[nodiscard]] std::vector<Absent> departures(const DeparturesQuery& query) override;

 private:
  Tables& tables_;
};

class MemorySwitches final : public Switches {
 public:
  explicit MemorySwitches(Tables& tables) noexcept : tables_(tables) {}

  CallStore::ActiveSummary takeCallsDown(const TakeDown& change) override;
  bool bringCallsUp(StorageTime now) override;
  [[nodiscard]] std::optional<StorageTime> callsDownUntil() override;

 private:
  Tables& tables_;
};

class MemoryThreadStore final : public ThreadStore {
 public:
  explicit MemoryThreadStore(Tables& tables) noexcept : tables_(tables) {}

  bool createThread(const NewThread& thread) override;
  std::optional<Thread> updateThread(const ThreadId& thread, const ThreadUpdate& update) override;
  PutMember putMember(const ThreadId& thread, const ThreadMember& member) override;
  RemoveMember removeMember(const ThreadId& thread, const UserId& user) override;
  void putUser(const UserId& user, const std::string& name) override;
  void eraseUser(const UserId& user) override;

  [[nodiscard]] std::optional<Thread> findThread(const ThreadId& thread) const override;
  [[nodiscard]] std::optional<ThreadMember> findMember(const ThreadId& thread,
                                                       const UserId& user) const override;
  [[nodiscard]] std::vector<ThreadMember> members(const ThreadId& thread) const override;
  [[nodiscard]] std::vector<ThreadId> threadsOf(const UserId& user) const override;
  [[nodiscard]] std::optional<std::string> findUserName(const UserId& user) const override;
  [[nodiscard]] std::optional<Membership> findMembership(const ThreadId& thread,
                                                         const UserId& user) const override;
  [[nodiscard]] std::optional<Roster> findRoster(const ThreadId& thread) const override;

 private:
  Tables& tables_;
};

/// A storage over tables in memory. Thread-safe.
class MemoryStorage final : public Storage {
 public:
  [[nodiscard]] CallStore& calls() noexcept override { return calls_; }
  [[nodiscard]] JobQueue& jobs() noexcept override { return jobs_; }
  [[nodiscard]] HeartbeatStore& heartbeats() noexcept override { return heartbeats_; }
  [[nodiscard]] Switches& switches() noexcept override { return switches_; }
  [[nodiscard]] ThreadStore* threads() noexcept override { return &threads_; }

  /// The data ends with the process, so the machine's clock is enough.
  [[nodiscard]] StorageTime timeAt(SteadyPoint moment) const noexcept override {
    return StorageTime{std::chrono::floor<Duration>(moment.time_since_epoch())};
  }

 private:
  Tables tables_;
  MemoryCallStore calls_{tables_};
  MemoryJobQueue jobs_{tables_};
  MemoryHeartbeatStore heartbeats_{tables_};
  MemorySwitches switches_{tables_};
  MemoryThreadStore threads_{tables_};
};

}  // namespace messenger::memory

#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/postgres/connection_pool.hpp"
#include "adapters/postgres/queue_looks.hpp"
#include "adapters/postgres/rows.hpp"
#include "adapters/postgres/schema.hpp"
#include "messenger/contracts/storage.hpp"

namespace messenger::inline v0::postgres {

/// Defined in call_loading.cpp (load), call_commit.cpp (commit), call_reading.cpp and call_pruning.cpp.
class PostgresCallStore final : public CallStore {
 public:
  explicit PostgresCallStore(ConnectionPool& pool) noexcept : pool_(pool) {}

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
  void addOthers(std::vector<CallSnapshot>& calls, const HistoryQuery& query, const Deadline& until);

  ConnectionPool& pool_;
};

/// Defined in job_queue.cpp.
class PostgresJobQueue final : public JobQueue {
 public:
  explicit PostgresJobQueue(ConnectionPool& pool) noexcept : pool_(pool) {}

  void add(const NewJob& job) override;
  std::optional<ClaimedJob> claim(const ClaimRequest& request) override;
  bool renew(const JobId& job, std::int64_t token, StorageTime leaseUntil) override;
  bool settle(const Settlement& settlement) override;
  std::size_t retryFailed(const std::optional<JobId>& job, StorageTime now) override;
  [[nodiscard]] std::vector<Job> list(const ListQuery& query) override;
  [[nodiscard]] JobCounts counts(const std::string& queue, StorageTime now) override;
  [[nodiscard]] std::vector<TypeCounts> countsByType(const std::string& queue, StorageTime now) override;
  [[nodiscard]] std::unique_ptr<Waiter> makeWaiter() override { return pool_.makeListener(); }

 private:
  ConnectionPool& pool_;
  QueueLooks looks_;
};

/// Defined in heartbeat_store.cpp.
class PostgresHeartbeatStore final : public HeartbeatStore {
 public:
  explicit PostgresHeartbeatStore(ConnectionPool& pool) noexcept : pool_(pool) {}

  std::vector<Absent> save(const Report& report) override;
  [[nodiscard]] std::vector<Peer> peers() override;
  [[nodiscard]] std::vector<SilentSession> silent(const SilentQuery& query) override;
  [[nodiscard]] std::vector<Absent> departures(const DeparturesQuery& query) override;

 private:
  ConnectionPool& pool_;
};

/// Defined in switches.cpp.
class PostgresSwitches final : public Switches {
 public:
  explicit PostgresSwitches(ConnectionPool& pool) noexcept : pool_(pool) {}

  CallStore::ActiveSummary takeCallsDown(const TakeDown& change) override;
  bool bringCallsUp(StorageTime now) override;
  [[nodiscard]] std::optional<StorageTime> callsDownUntil() override;

 private:
  ConnectionPool& pool_;
};

/// Defined in thread_store.cpp.
class PostgresThreadStore final : public ThreadStore {
 public:
  explicit PostgresThreadStore(ConnectionPool& pool) noexcept : pool_(pool) {}

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
  [[nodiscard]] std::vector<Membership> findMemberships(const std::vector<ThreadId>& threads,
                                                        const UserId& user) const override;
  [[nodiscard]] std::vector<std::optional<std::string>> findUserNames(
      const std::vector<UserId>& users) const override;

 private:
  ConnectionPool& pool_;
};

/// A storage in one schema of a database. It keeps no data in memory that is not there.
class PostgresStorage final : public Storage {
 public:
  PostgresStorage(const PostgresOptions& options, Migrations migrations);
  ~PostgresStorage() override;
  PostgresStorage(const PostgresStorage&) = delete;
  PostgresStorage& operator=(const PostgresStorage&) = delete;

  [[nodiscard]] CallStore& calls() noexcept override { return calls_; }
  [[nodiscard]] JobQueue& jobs() noexcept override { return jobs_; }
  [[nodiscard]] HeartbeatStore& heartbeats() noexcept override { return heartbeats_; }
  [[nodiscard]] Switches& switches() noexcept override { return switches_; }
  [[nodiscard]] ThreadStore* threads() noexcept override { return &threads_; }
  [[nodiscard]] StorageTime timeAt(SteadyPoint moment) const noexcept override {
    return pool_->timeAt(moment);
  }
  [[nodiscard]] std::vector<std::string> takeUnreadable() override {
    return pool_->home().isHere() ? pool_->unreadable().take() : std::vector<std::string>{};
  }

 private:
  std::unique_ptr<ConnectionPool> pool_;
  PostgresCallStore calls_{*pool_};
  PostgresJobQueue jobs_{*pool_};
  PostgresHeartbeatStore heartbeats_{*pool_};
  PostgresSwitches switches_{*pool_};
  PostgresThreadStore threads_{*pool_};
};

/// Throws std::invalid_argument for options out of bounds.
[[nodiscard]] PostgresOptions checked(PostgresOptions options);
/// Throws StorageIncompatible for a server that is too old, or a database that is not UTF8.
void requireUsable(const Connection& connection);

/// As `postgresStorage`, with another list of migrations.
[[nodiscard]] std::shared_ptr<Storage> makePostgresStorage(const PostgresOptions& options,
                                                           Migrations migrations = schemaMigrations());

}  // namespace messenger::postgres

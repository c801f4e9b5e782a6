#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/sqlite/connection_pool.hpp"
#include "adapters/sqlite/rows.hpp"
#include "adapters/sqlite/thread_store.hpp"
#include "messenger/contracts/storage.hpp"

namespace messenger::inline v0::sqlite {

/// Defined in call_store.cpp (load, commit), call_reading.cpp and call_pruning.cpp.
class SqliteCallStore final : public CallStore {
 public:
  explicit SqliteCallStore(ConnectionPool& pool) noexcept : pool_(pool) {}

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
  std::optional<Roster> answer(Deadline deadline, const CallChange& change, const CommitResult& result);

  ConnectionPool& pool_;
};

/// Defined in job_queue.cpp.
class SqliteJobQueue final : public JobQueue {
 public:
  explicit SqliteJobQueue(ConnectionPool& pool) noexcept : pool_(pool) {}

  void add(const NewJob& job) override;
  std::optional<ClaimedJob> claim(const ClaimRequest& request) override;
  bool renew(const JobId& job, std::int64_t token, StorageTime leaseUntil) override;
  bool settle(const Settlement& settlement) override;
  std::size_t retryFailed(const std::optional<JobId>& job, StorageTime now) override;
  [[nodiscard]] std::vector<Job> list(const ListQuery& query) override;
  [[nodiscard]] JobCounts counts(const std::string& queue, StorageTime now) override;
  [[nodiscard]] std::vector<TypeCounts> countsByType(const std::string& queue, StorageTime now) override;

 private:
  ConnectionPool& pool_;
};

/// Defined in heartbeat_store.cpp.
class SqliteHeartbeatStore final : public HeartbeatStore {
 public:
  explicit SqliteHeartbeatStore(ConnectionPool& pool) noexcept : pool_(pool) {}

  std::vector<Absent> save(const Report& report) override;
  [[nodiscard]] std::vector<Peer> peers() override;
  [[nodiscard]] std::vector<SilentSession> silent(const SilentQuery& query) override;
  [[nodiscard]] std::vector<Absent> departures(const DeparturesQuery& query) override;

 private:
  ConnectionPool& pool_;
};

/// Defined in switches.cpp.
class SqliteSwitches final : public Switches {
 public:
  explicit SqliteSwitches(ConnectionPool& pool) noexcept : pool_(pool) {}

  CallStore::ActiveSummary takeCallsDown(const TakeDown& change) override;
  bool bringCallsUp(StorageTime now) override;
  [[nodiscard]] std::optional<StorageTime> callsDownUntil() override;

 private:
  ConnectionPool& pool_;
};

/// A storage in one SQLite file. It keeps no data in memory that is not in the file.
class SqliteStorage final : public Storage {
 public:
  SqliteStorage(SqliteOptions options, StatementProbe* probe, Migrations migrations)
      : pool_(std::make_unique<ConnectionPool>(std::move(options), probe, migrations)) {}
  ~SqliteStorage() override {
    // In a child made by fork() the connections stay as they are: closing one writes to the file.
    if (!pool_->home().isHere()) static_cast<void>(pool_.release());
  }
  SqliteStorage(const SqliteStorage&) = delete;
  SqliteStorage& operator=(const SqliteStorage&) = delete;

  [[nodiscard]] CallStore& calls() noexcept override { return calls_; }
  [[nodiscard]] JobQueue& jobs() noexcept override { return jobs_; }
  [[nodiscard]] HeartbeatStore& heartbeats() noexcept override { return heartbeats_; }
  [[nodiscard]] Switches& switches() noexcept override { return switches_; }
  [[nodiscard]] ThreadStore* threads() noexcept override { return &threads_; }
  [[nodiscard]] StorageTime timeAt(SteadyPoint moment) const noexcept override {
    return pool_->clock().at(moment);
  }
  [[nodiscard]] std::vector<std::string> takeUnreadable() override {
    return pool_->home().isHere() ? pool_->unreadable().take() : std::vector<std::string>{};
  }

 private:
  std::unique_ptr<ConnectionPool> pool_;
  SqliteCallStore calls_{*pool_};
  SqliteJobQueue jobs_{*pool_};
  SqliteHeartbeatStore heartbeats_{*pool_};
  SqliteSwitches switches_{*pool_};
  SqliteThreadStore threads_{*pool_};
};

/// Makes a membership of a query's columns from `first` on: thread (6), member (7), the other member (7).
[[nodiscard]] std::optional<Membership> readMembership(const Query& row, int first);

/// Their text, and what to join to `threads` for them. ?1 and ?2 are the user.
inline constexpr FixedText membershipColumns =
    "threads.id, threads.type, threads.subject, threads.calling, threads.locked, threads.members, "
    "member.user_type, member.user_id, member_name.name, member.admin, member.start_calls, member.pending, "
    "member.muted, other.user_type, other.user_id, other_name.name, other.admin, other.start_calls, "
    "other.pending, other.muted";
inline constexpr FixedText membershipJoins =
    "LEFT JOIN thread_members AS member ON member.thread_id = threads.id AND member.user_type = ?1 "
    "AND member.user_id = ?2 "
    "LEFT JOIN users AS member_name ON member_name.type = member.user_type "
    "AND member_name.id = member.user_id "
    // Of a group, whose members may be many, none is looked at.
    "LEFT JOIN thread_members AS other ON other.thread_id = iif(threads.type = 1, threads.id, NULL) "
    "AND (other.user_type <> ?1 OR other.user_id <> ?2) "
    "LEFT JOIN users AS other_name ON other_name.type = other.user_type AND other_name.id = other.user_id ";

inline constexpr std::size_t anyNumber = std::numeric_limits<std::size_t>::max();

/// The thread as the connection sees it, with its members unless there are more than `mostMembers`. One
/// moment without a transaction: the statement that finds the thread is open until the members are read.
[[nodiscard]] std::optional<Roster> findRoster(Connection& connection, const ThreadId& thread,
                                               std::size_t mostMembers, UnreadableRows& unreadable);

}  // namespace messenger::sqlite

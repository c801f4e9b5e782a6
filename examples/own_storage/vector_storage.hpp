// A storage over plain vectors: what a host writes for its own database. It has no thread directory, so a
// Messenger on it needs one from the host. It contains no rules about calls: it compares and sets.
#pragma once

#include <messenger/contracts/storage.hpp>

#include <deque>
#include <map>
#include <mutex>
#include <vector>

/// The tables. Every operation locks the mutex from beginning to end: that is the transaction.
struct Tables {
  struct CallRow {
    messenger::CallWithRoom call;
    messenger::StorageTime startedAt;
  };
  struct ParticipantRow {
    messenger::CallParticipant participant;
    messenger::StorageTime departedAt;
  };
  struct SessionRow {
    messenger::CallSession session;
    messenger::CallId call;
    messenger::StorageTime departedAt;
    messenger::InstanceId seenBy{};

    messenger::SessionKey key() const { return {call, session.user, session.device}; }
  };

  struct RingRow {
    messenger::CallRing ring;
    messenger::CallId call;
  };

  std::mutex mutex;
  std::deque<CallRow> calls;
  std::deque<ParticipantRow> participants;
  std::deque<SessionRow> sessions;
  std::deque<RingRow> rings;
  std::deque<messenger::Job> jobs;
  std::int64_t lastCall = 0;
  std::int64_t lastParticipant = 0;
  std::int64_t lastJob = 0;
  std::vector<messenger::HeartbeatStore::Peer> peers;
  std::map<messenger::ThreadId, std::int64_t> threadRevisions;
  std::optional<messenger::StorageTime> callsDownUntil;

  CallRow* find(const messenger::CallId& call);
  CallRow* findActive(const messenger::ThreadId& thread);
  ParticipantRow* find(const messenger::ParticipantId& participant);
  ParticipantRow* find(const messenger::CallId& call, const messenger::UserId& user);
  SessionRow* find(const messenger::SessionKey& session);
  RingRow* findRing(const messenger::CallId& call, const messenger::UserId& callee);
  /// All rings of a call; or those that ring, and the user's.
  std::vector<messenger::CallRing> ringsOf(const messenger::CallId& call,
                                           const std::optional<messenger::UserId>& user, bool all) const;
  std::size_t countInCall(const messenger::CallId& call) const;
  bool canBePruned(const CallRow& row, messenger::StorageTime endedBefore) const;
  /// The job, while it is claimed under this token.
  messenger::Job* findClaimed(const messenger::JobId& job, std::int64_t token);
  bool knows(const messenger::JobId& job) const;
  void add(const messenger::NewJob& job);
  /// REQUIRES: findClaimed.
  void settle(const messenger::Settlement& settlement);
};

class VectorCallStore final : public messenger::CallStore {
 public:
  explicit VectorCallStore(Tables& tables) : tables_(tables) {}

  Loaded load(const LoadRequest& request) override;
  messenger::CommitResult commit(const messenger::CallChange& change) override;
  void raiseThreadRevision(const messenger::ThreadId& thread) override;
  std::optional<messenger::CallParticipant> findParticipant(
      const messenger::ParticipantId& participant) override;
  std::vector<messenger::CallParticipant> participants(const ParticipantsQuery& query) override;
  HistoryPage history(const HistoryQuery& query) override;
  std::vector<messenger::CallSnapshot> activeCalls(const std::vector<messenger::ThreadId>& threads,
                                                   const messenger::UserId& viewer) override;
  std::vector<messenger::Call> activeCallsAfter(const ActiveCallsQuery& query) override;
  ActiveSummary activeSummary(messenger::StorageTime startedBefore) override;
  Totals totals() override;
  MissedPage missed(const MissedQuery& query) override;
  std::size_t markSeen(const messenger::UserId& user, std::int64_t upTo) override;
  std::vector<messenger::UserId> busy(const std::vector<messenger::UserId>& users) override;
  std::size_t prune(const PruneRequest& request) override;
  Erased erase(const EraseRequest& request) override;
  std::size_t prunable(messenger::StorageTime endedBefore) override;

 private:
  messenger::CommitResult::Status check(const messenger::CallChange& change);
  void requireNewIds(const messenger::CallChange& change);
  messenger::CallParticipant write(const messenger::CallParticipant& wanted,
                                   const messenger::CallChange& change);
  void write(const messenger::CallSession& wanted, const messenger::CallChange& change,
             messenger::CommitResult& result);
  void closeSessions(const messenger::CallParticipant& of, const messenger::CallChange& change,
                     messenger::CommitResult& result);
  void write(const messenger::CallRing& wanted, const messenger::CallId& call);
  std::vector<messenger::UserId> others(const messenger::CallId& call, const HistoryQuery& query);
  messenger::CallSnapshot snapshot(const Tables::CallRow& row, const messenger::UserId& viewer);

  Tables& tables_;
};

class VectorJobQueue final : public messenger::JobQueue {
 public:
  explicit VectorJobQueue(Tables& tables) : tables_(tables) {}

  void add(const messenger::NewJob& job) override;
  std::optional<ClaimedJob> claim(const ClaimRequest& request) override;
  bool renew(const messenger::JobId& job, std::int64_t token, messenger::StorageTime leaseUntil) override;
  bool settle(const messenger::Settlement& settlement) override;
  std::size_t retryFailed(const std::optional<messenger::JobId>& job, messenger::StorageTime now) override;
  std::vector<messenger::Job> list(const ListQuery& query) override;
  messenger::JobCounts counts(const std::string& queue, messenger::StorageTime now) override;
  std::vector<TypeCounts> countsByType(const std::string& queue, messenger::StorageTime now) override;

 private:
  bool isAvailable(const messenger::Job& job, const ClaimRequest& request) const;

  Tables& tables_;
};

class VectorHeartbeatStore final : public messenger::HeartbeatStore {
 public:
  explicit VectorHeartbeatStore(Tables& tables) : tables_(tables) {}

  std::vector<Absent> save(const Report& report) override;
  std::vector<Peer> peers() override;
  std::vector<SilentSession> silent(const SilentQuery& query) override;
  std::vector<Absent> departures(const DeparturesQuery& query) override;

 private:
  Tables& tables_;
};

class VectorSwitches final : public messenger::Switches {
 public:
  explicit VectorSwitches(Tables& tables) : tables_(tables) {}

  messenger::CallStore::ActiveSummary takeCallsDown(const TakeDown& change) override;
  bool bringCallsUp(messenger::StorageTime now) override;
  std::optional<messenger::StorageTime> callsDownUntil() override;

 private:
  Tables& tables_;
};

class VectorStorage final : public messenger::Storage {
 public:
  messenger::CallStore& calls() noexcept override { return calls_; }
  messenger::JobQueue& jobs() noexcept override { return jobs_; }
  messenger::HeartbeatStore& heartbeats() noexcept override { return heartbeats_; }
  messenger::Switches& switches() noexcept override { return switches_; }
  messenger::ThreadStore* threads() noexcept override { return nullptr; }
  messenger::StorageTime timeAt(messenger::SteadyPoint moment) const noexcept override {
    return messenger::StorageTime{std::chrono::floor<messenger::Duration>(moment.time_since_epoch())};
  }

 private:
  Tables tables_;
  VectorCallStore calls_{tables_};
  VectorJobQueue jobs_{tables_};
  VectorHeartbeatStore heartbeats_{tables_};
  VectorSwitches switches_{tables_};
};

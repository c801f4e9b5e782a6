#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "messenger/contracts/storage.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0::testing {

// Each of these forwards every operation to another object of its contract: override the few that should
// differ. As thread-safe as the other object, which must outlive it.

/// Forwards every operation to another CallStore.
class MESSENGER_EXPORT ForwardingCallStore : public CallStore {
 public:
  /// The other one must outlive it.
  explicit ForwardingCallStore(CallStore& inner) noexcept : inner_(inner) {}

  [[nodiscard]] Loaded load(const LoadRequest& request) override { return inner_.load(request); }
  CommitResult commit(const CallChange& change) override { return inner_.commit(change); }
  void raiseThreadRevision(const ThreadId& thread) override { inner_.raiseThreadRevision(thread); }
  [[nodiscard]] std::optional<CallParticipant> findParticipant(const ParticipantId& participant) override {
    return inner_.findParticipant(participant);
  }
  [[nodiscard]] std::vector<CallParticipant> participants(const ParticipantsQuery& query) override {
    return inner_.participants(query);
  }
  [[nodiscard]] HistoryPage history(const HistoryQuery& query) override { return inner_.history(query); }
  [[nodiscard]] std::vector<CallSnapshot> activeCalls(const std::vector<ThreadId>& threads,
                                                      const UserId& viewer) override {
    return inner_.activeCalls(threads, viewer);
  }
  [[nodiscard]] std::vector<Call> activeCallsAfter(const ActiveCallsQuery& query) override {
    return inner_.activeCallsAfter(query);
  }
  [[nodiscard]] ActiveSummary activeSummary(StorageTime startedBefore) override {
    return inner_.activeSummary(startedBefore);
  }
  [[nodiscard]] Totals totals() override { return inner_.totals(); }
  [[nodiscard]] MissedPage missed(const MissedQuery& query) override { return inner_.missed(query); }
  std::size_t markSeen(const UserId& user, std::int64_t upTo) override { return inner_.markSeen(user, upTo); }
  [[nodiscard]] std::vector<UserId> busy(const std::vector<UserId>& users) override {
    return inner_.busy(users);
  }
  std::size_t prune(const PruneRequest& request) override { return inner_.prune(request); }
  Erased erase(const EraseRequest& request) override { return inner_.erase(request); }
  [[nodiscard]] std::size_t prunable(StorageTime endedBefore) override {
    return inner_.prunable(endedBefore);
  }

 protected:
  /// The other one.
  [[nodiscard]] CallStore& inner() const noexcept { return inner_; }

 private:
  CallStore& inner_;
};

/// Forwards every operation to another JobQueue.
class MESSENGER_EXPORT ForwardingJobQueue : public JobQueue {
 public:
  /// The other one must outlive it.
  explicit ForwardingJobQueue(JobQueue& inner) noexcept : inner_(inner) {}

  void add(const NewJob& job) override { inner_.add(job); }
  std::optional<ClaimedJob> claim(const ClaimRequest& request) override { return inner_.claim(request); }
  bool renew(const JobId& job, std::int64_t token, StorageTime leaseUntil) override {
    return inner_.renew(job, token, leaseUntil);
  }
  bool settle(const Settlement& settlement) override { return inner_.settle(settlement); }
  std::size_t retryFailed(const std::optional<JobId>& job, StorageTime now) override {
    return inner_.retryFailed(job, now);
  }
  [[nodiscard]] std::vector<Job> list(const ListQuery& query) override { return inner_.list(query); }
  [[nodiscard]] JobCounts counts(const std::string& queue, StorageTime now) override {
    return inner_.counts(queue, now);
  }
  [[nodiscard]] std::vector<TypeCounts> countsByType(const std::string& queue, StorageTime now) override {
    return inner_.countsByType(queue, now);
  }
  [[nodiscard]] std::unique_ptr<Waiter> makeWaiter() override { return inner_.makeWaiter(); }

 protected:
  /// The other one.
  [[nodiscard]] JobQueue& inner() const noexcept { return inner_; }

 private:
  JobQueue& inner_;
};

/// Forwards every operation to another HeartbeatStore.
class MESSENGER_EXPORT ForwardingHeartbeatStore : public HeartbeatStore {
 public:
  /// The other one must outlive it.
  explicit ForwardingHeartbeatStore(HeartbeatStore& inner) noexcept : inner_(inner) {}

  std::vector<Absent> save(const Report& report) override { return inner_.save(report); }
  [[nodiscard]] std::vector<Peer> peers() override { return inner_.peers(); }
  [[nodiscard]] std::vector<SilentSession> silent(const SilentQuery& query) override {
    return inner_.silent(query);
  }
  [[nodiscard]] std::vector<Absent> departures(const DeparturesQuery& query) override {
    return inner_.departures(query);
  }

 protected:
  /// The other one.
  [[nodiscard]] HeartbeatStore& inner() const noexcept { return inner_; }

 private:
  HeartbeatStore& inner_;
};

/// Forwards every operation to another Switches.
class MESSENGER_EXPORT ForwardingSwitches : public Switches {
 public:
  /// The other one must outlive it.
  explicit ForwardingSwitches(Switches& inner) noexcept : inner_(inner) {}

  CallStore::ActiveSummary takeCallsDown(const TakeDown& change) override {
    return inner_.takeCallsDown(change);
  }
  bool bringCallsUp(StorageTime now) override { return inner_.bringCallsUp(now); }
  [[nodiscard]] std::optional<StorageTime> callsDownUntil() override { return inner_.callsDownUntil(); }

 protected:
  /// The other one.
  [[nodiscard]] Switches& inner() const noexcept { return inner_; }

 private:
  Switches& inner_;
};

/// Returns the contracts of another storage. A subclass returns its own ones instead, for example classes
/// derived from those above.
class MESSENGER_EXPORT ForwardingStorage : public Storage {
 public:
  /// Throws std::invalid_argument without a storage.
  explicit ForwardingStorage(std::shared_ptr<Storage> inner);

  [[nodiscard]] CallStore& calls() noexcept override { return inner_->calls(); }
  [[nodiscard]] JobQueue& jobs() noexcept override { return inner_->jobs(); }
  [[nodiscard]] HeartbeatStore& heartbeats() noexcept override { return inner_->heartbeats(); }
  [[nodiscard]] Switches& switches() noexcept override { return inner_->switches(); }
  [[nodiscard]] ThreadStore* threads() noexcept override { return inner_->threads(); }
  [[nodiscard]] StorageTime timeAt(SteadyPoint moment) const noexcept override {
    return inner_->timeAt(moment);
  }
  [[nodiscard]] std::vector<std::string> takeUnreadable() override { return inner_->takeUnreadable(); }

 protected:
  /// The other storage.
  [[nodiscard]] Storage& inner() const noexcept { return *inner_; }

 private:
  std::shared_ptr<Storage> inner_;
};

}  // namespace messenger::testing

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "messenger/contracts/storage.hpp"

namespace messenger::testing {

// Each of these forwards every operation to another object of its contract: override the few that should
// differ. As thread-safe as the other object, which must outlive it.

class ForwardingCallStore : public CallStore {
 public:
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
  [[nodiscard]] CallStore& inner() const noexcept { return inner_; }

 private:
  CallStore& inner_;
};

class ForwardingJobQueue : public JobQueue {
 public:
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
  [[nodiscard]] Counts counts(const std::string& queue, StorageTime now) override {
    return inner_.counts(queue, now);
  }

 protected:
  [[nodiscard]] JobQueue& inner() const noexcept { return inner_; }

 private:
  JobQueue& inner_;
};

class ForwardingHeartbeatStore : public HeartbeatStore {
 public:
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
  [[nodiscard]] HeartbeatStore& inner() const noexcept { return inner_; }

 private:
  HeartbeatStore& inner_;
};

class ForwardingSwitches : public Switches {
 public:
  explicit ForwardingSwitches(Switches& inner) noexcept : inner_(inner) {}

  CallStore::ActiveSummary takeCallsDown(const TakeDown& change) override {
    return inner_.takeCallsDown(change);
  }
  bool bringCallsUp(StorageTime now) override { return inner_.bringCallsUp(now); }
  [[nodiscard]] std::optional<StorageTime> callsDownUntil() override { return inner_.callsDownUntil(); }

 protected:
  [[nodiscard]] Switches& inner() const noexcept { return inner_; }

 private:
  Switches& inner_;
};

/// Returns the contracts of another storage. A subclass returns its own ones instead, for example classes
/// derived from those above.
class ForwardingStorage : public Storage {
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
  [[nodiscard]] Storage& inner() const noexcept { return *inner_; }

 private:
  std::shared_ptr<Storage> inner_;
};

}  // namespace messenger::testing

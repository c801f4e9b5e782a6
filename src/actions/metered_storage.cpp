#include "actions/metered_storage.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "messenger/errors.hpp"

namespace messenger::inline v0::actions {
namespace {

template <class Result>
std::string_view resultOf(const Result& result) {
  if constexpr (std::is_same_v<Result, CommitResult>) {
    if (result.status == CommitResult::Status::conflict) return "conflict";
  }
  return "ok";
}

/// Does one operation of a storage and observes it, however it ends.
class Timed {
 public:
  explicit Timed(Meter& meter) noexcept : meter_(meter) {}

  template <class Operation>
  auto operator()(std::string_view name, Operation&& operation) const {
    const SteadyPoint begun = meter_.begin();
    try {
      if constexpr (std::is_void_v<decltype(operation())>) {
        operation();
        observe(begun, name, "ok");
      } else {
        auto result = operation();
        observe(begun, name, resultOf(result));
        return result;
      }
    } catch (const StorageBusy&) {
      observe(begun, name, "busy");
      throw;
    } catch (...) {
      observe(begun, name, "failed");
      throw;
    }
  }

 private:
  void observe(SteadyPoint begun, std::string_view name, std::string_view result) const {
    meter_.observeSince(begun, Metric::storageOperation, name, result);
  }

  Meter& meter_;
};

class MeteredCallStore final : public CallStore {
 public:
  MeteredCallStore(CallStore& inner, Meter& meter) : inner_(inner), timed_(meter) {}

  [[nodiscard]] Loaded load(const LoadRequest& request) override {
    return timed_("load", [&] { return inner_.load(request); });
  }
  CommitResult commit(const CallChange& change) override {
    return timed_("commit", [&] { return inner_.commit(change); });
  }
  void raiseThreadRevision(const ThreadId& thread) override {
    timed_("raiseThreadRevision", [&] { inner_.raiseThreadRevision(thread); });
  }
  [[nodiscard]] std::optional<CallParticipant> findParticipant(const ParticipantId& participant) override {
    return timed_("findParticipant", [&] { return inner_.findParticipant(participant); });
  }
  [[nodiscard]] std::vector<CallParticipant> participants(const ParticipantsQuery& query) override {
    return timed_("participants", [&] { return inner_.participants(query); });
  }
  [[nodiscard]] HistoryPage history(const HistoryQuery& query) override {
    return timed_("history", [&] { return inner_.history(query); });
  }
  [[nodiscard]] std::vector<CallSnapshot> activeCalls(const std::vector<ThreadId>& threads,
                                                      const UserId& viewer) override {
    return timed_("activeCalls", [&] { return inner_.activeCalls(threads, viewer); });
  }
  [[nodiscard]] std::vector<Call> activeCallsAfter(const ActiveCallsQuery& query) override {
    return timed_("activeCallsAfter", [&] { return inner_.activeCallsAfter(query); });
  }
  [[nodiscard]] ActiveSummary activeSummary(StorageTime startedBefore) override {
    return timed_("activeSummary", [&] { return inner_.activeSummary(startedBefore); });
  }
  [[nodiscard]] Totals totals() override {
    return timed_("totals", [&] { return inner_.totals(); });
  }
  [[nodiscard]] MissedPage missed(const MissedQuery& query) override {
    return timed_("missed", [&] { return inner_.missed(query); });
  }
  std::size_t markSeen(const UserId& user, std::int64_t upTo) override {
    return timed_("markSeen", [&] { return inner_.markSeen(user, upTo); });
  }
  [[nodiscard]] std::vector<UserId> busy(const std::vector<UserId>& users) override {
    return timed_("busy", [&] { return inner_.busy(users); });
  }
  std::size_t prune(const PruneRequest& request) override {
    return timed_("prune", [&] { return inner_.prune(request); });
  }
  Erased erase(const EraseRequest& request) override {
    return timed_("erase", [&] { return inner_.erase(request); });
  }
  [[nodiscard]] std::size_t prunable(StorageTime endedBefore) override {
    return timed_("prunable", [&] { return inner_.prunable(endedBefore); });
  }

 private:
  CallStore& inner_;
  Timed timed_;
};

class MeteredJobQueue final : public JobQueue {
 public:
  MeteredJobQueue(JobQueue& inner, Meter& meter) : inner_(inner), timed_(meter) {}

  void add(const NewJob& job) override {
    timed_("add", [&] { inner_.add(job); });
  }
  std::optional<ClaimedJob> claim(const ClaimRequest& request) override {
    return timed_("claim", [&] { return inner_.claim(request); });
  }
  bool renew(const JobId& job, std::int64_t token, StorageTime leaseUntil) override {
    return timed_("renew", [&] { return inner_.renew(job, token, leaseUntil); });
  }
  bool settle(const Settlement& settlement) override {
    return timed_("settle", [&] { return inner_.settle(settlement); });
  }
  std::size_t retryFailed(const std::optional<JobId>& job, StorageTime now) override {
    return timed_("retryFailed", [&] { return inner_.retryFailed(job, now); });
  }
  [[nodiscard]] std::vector<Job> list(const ListQuery& query) override {
    return timed_("list", [&] { return inner_.list(query); });
  }
  [[nodiscard]] JobCounts counts(const std::string& queue, StorageTime now) override {
    return timed_("counts", [&] { return inner_.counts(queue, now); });
  }
  [[nodiscard]] std::vector<TypeCounts> countsByType(const std::string& queue, StorageTime now) override {
    return timed_("countsByType", [&] { return inner_.countsByType(queue, now); });
  }
  /// It waits for as long as it is asked to: nothing to observe.
  [[nodiscard]] std::unique_ptr<Waiter> makeWaiter() override { return inner_.makeWaiter(); }

 private:
  JobQueue& inner_;
  Timed timed_;
};

class MeteredHeartbeatStore final : public HeartbeatStore {
 public:
  MeteredHeartbeatStore(HeartbeatStore& inner, Meter& meter) : inner_(inner), timed_(meter) {}

  std::vector<Absent> save(const Report& report) override {
    return timed_("save", [&] { return inner_.save(report); });
  }
  [[nodiscard]] std::vector<Peer> peers() override {
    return timed_("peers", [&] { return inner_.peers(); });
  }
  [[nodiscard]] std::vector<SilentSession> silent(const SilentQuery& query) override {
    return timed_("silent", [&] { return inner_.silent(query); });
  }
  [[nodiscard]] std::vector<Absent> departures(const DeparturesQuery& query) override {
    return timed_("departures", [&] { return inner_.departures(query); });
  }

 private:
  HeartbeatStore& inner_;
  Timed timed_;
};

class MeteredSwitches final : public Switches {
 public:
  MeteredSwitches(Switches& inner, Meter& meter) : inner_(inner), timed_(meter) {}

  CallStore::ActiveSummary takeCallsDown(const TakeDown& change) override {
    return timed_("takeCallsDown", [&] { return inner_.takeCallsDown(change); });
  }
  bool bringCallsUp(StorageTime now) override {
    return timed_("bringCallsUp", [&] { return inner_.bringCallsUp(now); });
  }
  [[nodiscard]] std::optional<StorageTime> callsDownUntil() override {
    return timed_("callsDownUntil", [&] { return inner_.callsDownUntil(); });
  }

 private:
  Switches& inner_;
  Timed timed_;
};

class MeteredStorage final : public Storage {
 public:
  MeteredStorage(std::shared_ptr<Storage> inner, Meter& meter)
      : inner_(std::move(inner)),
        calls_(inner_->calls(), meter),
        jobs_(inner_->jobs(), meter),
        heartbeats_(inner_->heartbeats(), meter),
        switches_(inner_->switches(), meter) {}

  [[nodiscard]] CallStore& calls() noexcept override { return calls_; }
  [[nodiscard]] JobQueue& jobs() noexcept override { return jobs_; }
  [[nodiscard]] HeartbeatStore& heartbeats() noexcept override { return heartbeats_; }
  [[nodiscard]] Switches& switches() noexcept override { return switches_; }
  [[nodiscard]] ThreadStore* threads() noexcept override { return inner_->threads(); }
  [[nodiscard]] StorageTime timeAt(SteadyPoint moment) const noexcept override {
    return inner_->timeAt(moment);
  }
  [[nodiscard]] std::vector<std::string> takeUnreadable() override { return inner_->takeUnreadable(); }

 private:
  std::shared_ptr<Storage> inner_;
  MeteredCallStore calls_;
  MeteredJobQueue jobs_;
  MeteredHeartbeatStore heartbeats_;
  MeteredSwitches switches_;
};

}  // namespace

std::shared_ptr<Storage> metered(std::shared_ptr<Storage> storage, Meter& meter) {
  if (!meter.measures()) return storage;
  return std::make_shared<MeteredStorage>(std::move(storage), meter);
}

}  // namespace messenger::actions

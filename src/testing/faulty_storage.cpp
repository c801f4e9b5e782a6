#include "messenger/testing/faulty_storage.hpp"

#include <type_traits>
#include <utility>

#include "messenger/errors.hpp"

namespace messenger::inline v0::testing {

void FaultyStorage::failNth(std::size_t n, Fault fault) {
  const std::lock_guard lock(mutex_);
  plan_ = {n, nullptr, fault};
  operations_ = 0;
  byName_.clear();
  struck_ = false;
}

void FaultyStorage::failIf(Predicate predicate, Fault fault) {
  const std::lock_guard lock(mutex_);
  plan_ = {0, std::move(predicate), fault};
  struck_ = false;
}

void FaultyStorage::heal() {
  const std::lock_guard lock(mutex_);
  plan_ = {};
  struck_ = false;
}

bool FaultyStorage::struck() const {
  const std::lock_guard lock(mutex_);
  return struck_;
}

std::size_t FaultyStorage::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}

std::map<std::string, std::size_t> FaultyStorage::operationsByName() const {
  const std::lock_guard lock(mutex_);
  return byName_;
}

void FaultyStorage::countFromHere() {
  const std::lock_guard lock(mutex_);
  operations_ = 0;
  byName_.clear();
}

std::optional<Fault> FaultyStorage::begin(StorageOperation operation) {
  Plan plan;
  {
    const std::lock_guard lock(mutex_);
    operation.number = ++operations_;
    ++byName_[std::string{operation.name}];
    plan = plan_;
  }
  const bool fails = plan.predicate ? plan.predicate(operation) : operation.number == plan.nth;
  if (!fails) return std::nullopt;
  const std::lock_guard lock(mutex_);
  struck_ = true;
  return plan.fault;
}

template <class Operation>
auto FaultyStorage::run(const StorageOperation& operation, Operation body) {
  const std::optional<Fault> fault = begin(operation);
  const auto fail = [&] { throw StorageUnavailable("fault injected into " + std::string{operation.name}); };
  if (fault == Fault::before) fail();
  if constexpr (std::is_void_v<decltype(body())>) {
    body();
    if (fault) fail();
  } else {
    auto result = body();
    if (fault) fail();
    return result;
  }
}

class FaultyStorage::Calls final : public ForwardingCallStore {
 public:
  Calls(FaultyStorage& owner, CallStore& inner) : ForwardingCallStore(inner), owner_(owner) {}

  Loaded load(const LoadRequest& request) override {
    return owner_.run({"load", 0, /*writes=*/false, nullptr}, [&] { return inner().load(request); });
  }
  CommitResult commit(const CallChange& change) override {
    return owner_.run({"commit", 0, /*writes=*/true, &change}, [&] { return inner().commit(change); });
  }
  void raiseThreadRevision(const ThreadId& thread) override {
    return owner_.run({"raiseThreadRevision", 0, /*writes=*/true, nullptr},
                      [&] { return inner().raiseThreadRevision(thread); });
  }
  std::optional<CallParticipant> findParticipant(const ParticipantId& participant) override {
    return owner_.run({"findParticipant", 0, /*writes=*/false, nullptr},
                      [&] { return inner().findParticipant(participant); });
  }
  std::vector<CallParticipant> participants(const ParticipantsQuery& query) override {
    return owner_.run({"participants", 0, /*writes=*/false, nullptr},
                      [&] { return inner().participants(query); });
  }
  HistoryPage history(const HistoryQuery& query) override {
    return owner_.run({"history", 0, /*writes=*/false, nullptr}, [&] { return inner().history(query); });
  }
  std::vector<CallSnapshot> activeCalls(const std::vector<ThreadId>& threads, const UserId& viewer) override {
    return owner_.run({"activeCalls", 0, /*writes=*/false, nullptr},
                      [&] { return inner().activeCalls(threads, viewer); });
  }
  std::vector<Call> activeCallsAfter(const ActiveCallsQuery& query) override {
    return owner_.run({"activeCallsAfter", 0, /*writes=*/false, nullptr},
                      [&] { return inner().activeCallsAfter(query); });
  }
  ActiveSummary activeSummary(StorageTime startedBefore) override {
    return owner_.run({"activeSummary", 0, /*writes=*/false, nullptr},
                      [&] { return inner().activeSummary(startedBefore); });
  }
  Totals totals() override {
    return owner_.run({"totals", 0, /*writes=*/false, nullptr}, [&] { return inner().totals(); });
  }
  MissedPage missed(const MissedQuery& query) override {
    return owner_.run({"missed", 0, /*writes=*/false, nullptr}, [&] { return inner().missed(query); });
  }
  std::size_t markSeen(const UserId& user, std::int64_t upTo) override {
    return owner_.run({"markSeen", 0, /*writes=*/true, nullptr},
                      [&] { return inner().markSeen(user, upTo); });
  }
  std::vector<UserId> busy(const std::vector<UserId>& users) override {
    return owner_.run({"busy", 0, /*writes=*/false, nullptr}, [&] { return inner().busy(users); });
  }
  Erased erase(const EraseRequest& request) override {
    return owner_.run({"erase", 0, /*writes=*/true, nullptr}, [&] { return inner().erase(request); });
  }
  std::size_t prune(const PruneRequest& request) override {
    return owner_.run({"prune", 0, /*writes=*/true, nullptr}, [&] { return inner().prune(request); });
  }
  std::size_t prunable(StorageTime endedBefore) override {
    return owner_.run({"prunable", 0, /*writes=*/false, nullptr},
                      [&] { return inner().prunable(endedBefore); });
  }

 private:
  FaultyStorage& owner_;
};

class FaultyStorage::Queue final : public ForwardingJobQueue {
 public:
  Queue(FaultyStorage& owner, JobQueue& inner) : ForwardingJobQueue(inner), owner_(owner) {}

  void add(const NewJob& job) override {
    return owner_.run({"add", 0, /*writes=*/true, nullptr}, [&] { return inner().add(job); });
  }
  std::optional<ClaimedJob> claim(const ClaimRequest& request) override {
    return owner_.run({"claim", 0, /*writes=*/true, nullptr}, [&] { return inner().claim(request); });
  }
  bool renew(const JobId& job, std::int64_t token, StorageTime leaseUntil) override {
    return owner_.run({"renew", 0, /*writes=*/true, nullptr},
                      [&] { return inner().renew(job, token, leaseUntil); });
  }
  bool settle(const Settlement& settlement) override {
    return owner_.run({"settle", 0, /*writes=*/true, nullptr}, [&] { return inner().settle(settlement); });
  }
  std::size_t retryFailed(const std::optional<JobId>& job, StorageTime now) override {
    return owner_.run({"retryFailed", 0, /*writes=*/true, nullptr},
                      [&] { return inner().retryFailed(job, now); });
  }
  std::vector<Job> list(const ListQuery& query) override {
    return owner_.run({"list", 0, /*writes=*/false, nullptr}, [&] { return inner().list(query); });
  }
  JobCounts counts(const std::string& queue, StorageTime now) override {
    return owner_.run({"counts", 0, /*writes=*/false, nullptr}, [&] { return inner().counts(queue, now); });
  }
  std::vector<TypeCounts> countsByType(const std::string& queue, StorageTime now) override {
    return owner_.run({"countsByType", 0, /*writes=*/false, nullptr},
                      [&] { return inner().countsByType(queue, now); });
  }

 private:
  FaultyStorage& owner_;
};

class FaultyStorage::Heartbeats final : public ForwardingHeartbeatStore {
 public:
  Heartbeats(FaultyStorage& owner, HeartbeatStore& inner) : ForwardingHeartbeatStore(inner), owner_(owner) {}

  std::vector<Absent> save(const Report& report) override {
    return owner_.run({"save", 0, /*writes=*/true, nullptr}, [&] { return inner().save(report); });
  }
  std::vector<Peer> peers() override {
    return owner_.run({"peers", 0, /*writes=*/false, nullptr}, [&] { return inner().peers(); });
  }
  std::vector<SilentSession> silent(const SilentQuery& query) override {
    return owner_.run({"silent", 0, /*writes=*/false, nullptr}, [&] { return inner().silent(query); });
  }
  std::vector<Absent> departures(const DeparturesQuery& query) override {
    return owner_.run({"departures", 0, /*writes=*/false, nullptr},
                      [&] { return inner().departures(query); });
  }

 private:
  FaultyStorage& owner_;
};

class FaultyStorage::Down final : public ForwardingSwitches {
 public:
  Down(FaultyStorage& owner, Switches& inner) : ForwardingSwitches(inner), owner_(owner) {}

  CallStore::ActiveSummary takeCallsDown(const TakeDown& change) override {
    return owner_.run({"takeCallsDown", 0, /*writes=*/true, nullptr},
                      [&] { return inner().takeCallsDown(change); });
  }
  bool bringCallsUp(StorageTime now) override {
    return owner_.run({"bringCallsUp", 0, /*writes=*/true, nullptr},
                      [&] { return inner().bringCallsUp(now); });
  }
  std::optional<StorageTime> callsDownUntil() override {
    return owner_.run({"callsDownUntil", 0, /*writes=*/false, nullptr},
                      [&] { return inner().callsDownUntil(); });
  }

 private:
  FaultyStorage& owner_;
};

FaultyStorage::FaultyStorage(std::shared_ptr<Storage> inner)
    : ForwardingStorage(std::move(inner)),
      calls_(std::make_unique<Calls>(*this, this->inner().calls())),
      jobs_(std::make_unique<Queue>(*this, this->inner().jobs())),
      heartbeats_(std::make_unique<Heartbeats>(*this, this->inner().heartbeats())),
      switches_(std::make_unique<Down>(*this, this->inner().switches())) {}

FaultyStorage::~FaultyStorage() = default;

CallStore& FaultyStorage::calls() noexcept {
  return *calls_;
}

JobQueue& FaultyStorage::jobs() noexcept {
  return *jobs_;
}

HeartbeatStore& FaultyStorage::heartbeats() noexcept {
  return *heartbeats_;
}

Switches& FaultyStorage::switches() noexcept {
  return *switches_;
}

}  // namespace messenger::testing

#include "tests/simulation/contracts.hpp"

#include <stdexcept>

#include "messenger/adapters/memory.hpp"
#include "messenger/errors.hpp"
#include "messenger/testing/forwarding_presence.hpp"
#include "messenger/testing/forwarding_storage.hpp"
#include "messenger/testing/forwarding_thread_directory.hpp"

namespace messenger::simulation {
namespace {

using Process = World::Process;

/// The points around an operation of a storage.
class Points {
 public:
  Points(World& world, Process process) : world_(world), process_(process) {}

  [[nodiscard]] World& world() const noexcept { return world_; }
  [[nodiscard]] const Process& process() const noexcept { return process_; }

  void before(std::string_view name) const {
    const Fault fault = world_.point(process_, name);
    if (fault == Fault::busy) throw StorageBusy("the simulated storage is busy");
    if (fault == Fault::unavailable || !world_.reachesStorage(process_)) {
      world_.disturbed();
      throw StorageUnavailable("the simulated storage does not answer");
    }
  }

  /// True: the answer is lost.
  [[nodiscard]] bool after(std::string_view name) const {
    return world_.point(process_, name) == Fault::lostAnswer;
  }

  template <class Work>
  auto around(std::string_view name, const Work& work) const {
    before(name);
    auto result = work();
    if (after(name)) throwLost();
    return result;
  }

  /// The same for a change, which may wait for others and be made together with them.
  template <class Work>
  auto changing(std::string_view name, const Work& work) const {
    before(name);
    auto result = change([&] { return work(); });
    if (after(name)) throwLost();
    return result;
  }

  /// `work` makes a change, and tells the world of it.
  template <class Work>
  auto change(const Work& work) const {
    World::Writing writing(world_, process_);
    try {
      return work();
    } catch (const StorageError& error) {
      writing.failed(error.what());
      throw;
    }
  }

  [[noreturn]] static void throwLost() { throw StorageUnavailable("the simulated storage's answer is lost"); }

 private:
  World& world_;
  Process process_;
};

class Calls final : public testing::ForwardingCallStore {
 public:
  Calls(const Points& points, CallStore& inner) : ForwardingCallStore(inner), points_(points) {}

  [[nodiscard]] Loaded load(const LoadRequest& request) override {
    return points_.around("load", [&] {
      Loaded loaded = inner().load(request);
      points_.world().loaded(loaded);
      return loaded;
    });
  }
  CommitResult commit(const CallChange& change) override {
    points_.before("commit");
    const bool isRefused = !change.jobs.empty() && points_.world().refusesChange();
    CommitResult result = points_.change([&] {
      CommitResult made = isRefused ? inner().commit(broken(change)) : tryCommit(change);
      if (made.status != CommitResult::Status::committed) return made;
      points_.world().committed(change, made, points_.process());
      if (change.settles) points_.world().oracle().settled(*change.settles, points_.world().storage());
      return made;
    });
    if (points_.after("committed")) {
      if (result.status == CommitResult::Status::committed) points_.world().answerLost(change.call);
      Points::throwLost();
    }
    return result;
  }
  void raiseThreadRevision(const ThreadId& thread) override {
    points_.before("raise revision");
    points_.change([&] { inner().raiseThreadRevision(thread); });
    if (points_.after("raised revision")) Points::throwLost();
  }
  [[nodiscard]] std::vector<Call> activeCallsAfter(const ActiveCallsQuery& query) override {
    return points_.around("active calls", [&] { return inner().activeCallsAfter(query); });
  }
  [[nodiscard]] Totals totals() override {
    return points_.around("totals", [&] { return inner().totals(); });
  }
  [[nodiscard]] ActiveSummary activeSummary(StorageTime startedBefore) override {
    return points_.around("summary", [&] { return inner().activeSummary(startedBefore); });
  }
  std::size_t prune(const PruneRequest& request) override {
    return points_.changing("prune", [&] { return inner().prune(request); });
  }
  [[nodiscard]] std::size_t prunable(StorageTime endedBefore) override {
    return points_.around("prunable", [&] { return inner().prunable(endedBefore); });
  }

 private:
  /// With one job twice, which no database stores.
  static CallChange broken(CallChange change) {
    change.jobs.push_back(change.jobs.front());
    return change;
  }

  CommitResult tryCommit(const CallChange& change) {
    try {
      return inner().commit(change);
    } catch (const HostDied&) {
      throw;  // while it waited for others to write: nothing is made
    } catch (...) {
      points_.world().commitFailed(change, points_.process());
      if (change.settles) points_.world().oracle().endsClaim(change.settles->job);
      throw;
    }
  }

  Points points_;
};

class Queue final : public testing::ForwardingJobQueue {
 public:
  Queue(const Points& points, JobQueue& inner) : ForwardingJobQueue(inner), points_(points) {}

  void add(const NewJob& job) override {
    points_.before("add job");
    points_.change([&] { inner().add(job); });
    if (points_.after("added job")) Points::throwLost();
  }
  std::optional<ClaimedJob> claim(const ClaimRequest& request) override {
    points_.before("claim");
    auto claimed = points_.change([&] {
      auto found = inner().claim(request);
      if (found) points_.world().claimed(*found, request.leaseUntil);
      return found;
    });
    if (points_.after("claimed")) Points::throwLost();
    return claimed;
  }
  bool renew(const JobId& job, std::int64_t token, StorageTime leaseUntil) override {
    points_.before("renew");
    const bool renewed = points_.change([&] {
      const bool done = inner().renew(job, token, leaseUntil);
      if (done) points_.world().renewed(job, token, leaseUntil);
      return done;
    });
    if (points_.after("renewed")) Points::throwLost();
    return renewed;
  }
  bool settle(const Settlement& settlement) override {
    return points_.changing("settle", [&] {
      const bool settled = trySettle(settlement);
      if (settled) points_.world().oracle().settled(settlement, points_.world().storage());
      return settled;
    });
  }
  std::size_t retryFailed(const std::optional<JobId>& job, StorageTime now) override {
    return points_.changing("retry failed", [&] { return inner().retryFailed(job, now); });
  }

 private:
  bool trySettle(const Settlement& settlement) {
    try {
      return inner().settle(settlement);
    } catch (...) {
      points_.world().oracle().endsClaim(settlement.job);  // it may be done
      throw;
    }
  }

  Points points_;
};

class Heartbeats final : public testing::ForwardingHeartbeatStore {
 public:
  Heartbeats(const Points& points, HeartbeatStore& inner)
      : ForwardingHeartbeatStore(inner), points_(points) {}

  std::vector<Absent> save(const Report& report) override {
    return points_.changing("report", [&] { return inner().save(report); });
  }
  [[nodiscard]] std::vector<Peer> peers() override {
    return points_.around("peers", [&] { return inner().peers(); });
  }
  [[nodiscard]] std::vector<SilentSession> silent(const SilentQuery& query) override {
    return points_.around("silent", [&] { return inner().silent(query); });
  }
  [[nodiscard]] std::vector<Absent> departures(const DeparturesQuery& query) override {
    return points_.around("departures", [&] { return inner().departures(query); });
  }

 private:
  Points points_;
};

class SimulatedSwitches final : public testing::ForwardingSwitches {
 public:
  SimulatedSwitches(const Points& points, Switches& inner) : ForwardingSwitches(inner), points_(points) {}

  CallStore::ActiveSummary takeCallsDown(const TakeDown& change) override {
    return points_.changing("calls down", [&] { return inner().takeCallsDown(change); });
  }
  bool bringCallsUp(StorageTime now) override {
    return points_.changing("calls up", [&] { return inner().bringCallsUp(now); });
  }

 private:
  Points points_;
};

class SimulatedStorage final : public testing::ForwardingStorage {
 public:
  SimulatedStorage(World& world, Process process, const std::shared_ptr<Storage>& inner)
      : ForwardingStorage(inner),
        points_(world, process),
        calls_(points_, inner->calls()),
        jobs_(points_, inner->jobs()),
        heartbeats_(points_, inner->heartbeats()),
        switches_(points_, inner->switches()) {}

  [[nodiscard]] CallStore& calls() noexcept override { return calls_; }
  [[nodiscard]] JobQueue& jobs() noexcept override { return jobs_; }
  [[nodiscard]] HeartbeatStore& heartbeats() noexcept override { return heartbeats_; }
  [[nodiscard]] Switches& switches() noexcept override { return switches_; }

 private:
  Points points_;
  Calls calls_;
  Queue jobs_;
  Heartbeats heartbeats_;
  SimulatedSwitches switches_;
};

/// Lets a change that waits for its turn to write wait in virtual time.
class Waiting final : public sqlite::StatementProbe {
 public:
  Waiting(World& world, Process process) : world_(world), process_(process) {}

  void beforeStatement(std::string_view sql) override {
    if (sql == "BEGIN IMMEDIATE") world_.leads(process_);
  }
  void afterCommit() override {}
  bool whileWaiting() noexcept override { return world_.waitsInQueue(); }

 private:
  World& world_;
  Process process_;
};

class Directory final : public testing::ForwardingThreadDirectory {
 public:
  Directory(World& world, Process process, const std::shared_ptr<Storage>& inner)
      : ForwardingThreadDirectory({inner, inner->threads()}), world_(world), process_(process) {}

 protected:
  void onQuestion(std::string_view name) const override {
    const Fault fault = world_.point(process_, name);
    if (fault == Fault::busy || fault == Fault::unavailable)
      throw std::runtime_error("the simulated directory does not answer");
  }

 private:
  World& world_;
  Process process_;
};

/// Fails for a dead process, so that nothing it still does counts.
class PresenceOfProcess final : public testing::ForwardingPresence {
 public:
  PresenceOfProcess(World& world, Process process)
      : ForwardingPresence(memoryPresence()), world_(world), process_(process) {}

  bool touch(const CallId& call, const UserId& user, const DeviceId& device, SteadyPoint now) override {
    pass("touch");
    return ForwardingPresence::touch(call, user, device, now);
  }
  void track(const SessionKey& who, std::int64_t revision, SteadyPoint now) override {
    pass("track");
    ForwardingPresence::track(who, revision, now);
  }
  void untrack(const SessionKey& who, std::int64_t revision) override {
    pass("untrack");
    ForwardingPresence::untrack(who, revision);
  }
  [[nodiscard]] std::vector<LastSeen> seenWithin(Duration atMost, SteadyPoint now) const override {
    pass("seen within");
    return ForwardingPresence::seenWithin(atMost, now);
  }

 private:
  void pass(std::string_view name) const {
    if (world_.point(process_, name) == Fault::unavailable)
      throw PresenceError("the simulated presence does not answer");
  }

  World& world_;
  Process process_;
};

class BroadcasterOfProcess final : public Broadcaster {
 public:
  BroadcasterOfProcess(World& world, Process process) : world_(world), process_(process) {}

  void broadcast(const Broadcast& broadcast) override {
    if (world_.point(process_, broadcast.event) == Fault::throws)
      throw std::runtime_error("the simulated broadcaster throws");
  }

 private:
  World& world_;
  Process process_;
};

class ClockOfHost final : public Clock {
 public:
  ClockOfHost(World& world, std::size_t host) : world_(world), host_(host) {}
  [[nodiscard]] Moment now() const noexcept override { return world_.now(host_); }
  void sleepFor(std::chrono::microseconds /*time*/) const override {}  // others run where a step may stop

 private:
  World& world_;
  std::size_t host_;
};

/// Derives the room from the call's id, and adopts one that exists.
class Driver final : public VideoDriver, private ParticipantRemoval, private ParticipantAccess {
 public:
  Driver(World& world, Process process) : world_(world), process_(process) {}

  bool create(const Thread& /*thread*/, const Call& call) override {
    const World::DriverAtWork atWork(world_, call.id);
    if (!may("create")) return false;
    world_.makeRoom(call.id);
    room_ = call.id.value();
    return may("created");
  }
  bool destroy(const CallWithRoom& call) override {
    const World::DriverAtWork atWork(world_, call.id);
    if (call.room && call.room->id != call.id.value()) {
      world_.oracle().violate("5", "destroy got the room of another call");
    }
    if (!may("destroy")) return false;
    world_.destroyRoom(call.id);
    return may("destroyed");
  }
  [[nodiscard]] ParticipantRemoval* removal() noexcept override { return this; }
  [[nodiscard]] ParticipantAccess* access() noexcept override { return this; }
  [[nodiscard]] std::optional<std::string> getRoomId() const override { return room_; }
  [[nodiscard]] std::optional<std::string> getRoomPin() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> getRoomSecret() const override { return "secret of " + room_; }
  [[nodiscard]] std::optional<std::string> getExtraPayload() const override { return std::nullopt; }

 private:
  std::optional<RoomCredentials> admit(const CallWithRoom& call, const CallSession& session) override {
    if (!may("admit")) return std::nullopt;
    auto token = world_.admit(call.id, session.mediaId.value().reveal());
    if (!token || !may("admitted")) return std::nullopt;
    return RoomCredentials{"participant", Secret{*std::move(token)}};
  }
  bool remove(const CallWithRoom& call, const Secret& mediaId) override {
    if (!may("remove")) return false;
    world_.removeFromRoom(call.id, mediaId.reveal());
    return may("removed from room");
  }

  bool may(std::string_view name) {
    const Fault fault = world_.point(process_, name);
    if (fault == Fault::throws) throw std::runtime_error("the simulated provider throws");
    return fault != Fault::returnsFalse;
  }

  World& world_;
  Process process_;
  std::string room_;
};

}  // namespace

std::shared_ptr<Storage> simulatedStorage(World& world, Process process, std::shared_ptr<Storage> inner) {
  return std::make_shared<SimulatedStorage>(world, process, inner);
}

std::unique_ptr<sqlite::StatementProbe> simulatedWaiting(World& world, Process process) {
  return std::make_unique<Waiting>(world, process);
}

std::shared_ptr<ThreadDirectory> simulatedDirectory(World& world, Process process,
                                                    std::shared_ptr<Storage> inner) {
  return std::make_shared<Directory>(world, process, inner);
}

std::shared_ptr<Presence> simulatedPresence(World& world, Process process) {
  return std::make_shared<PresenceOfProcess>(world, process);
}

std::shared_ptr<Broadcaster> simulatedBroadcaster(World& world, Process process) {
  return std::make_shared<BroadcasterOfProcess>(world, process);
}

std::shared_ptr<Clock> simulatedClock(World& world, std::size_t host) {
  return std::make_shared<ClockOfHost>(world, host);
}

VideoDriverFactory simulatedDrivers(World& world, Process process) {
  return [&world, process] { return std::make_unique<Driver>(world, process); };
}

}  // namespace messenger::simulation

// Every sequence of commands of three users and of the jobs of one call, up to a depth: the rules alone, over
// a store that does what a CallChange says. The invariants are checked in every state.
#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <unordered_set>
#include <vector>

#include "rules/end_call.hpp"
#include "rules/end_without_asking.hpp"
#include "rules/evict_silent.hpp"
#include "rules/ignore_call.hpp"
#include "rules/join_call.hpp"
#include "rules/kick_participant.hpp"
#include "rules/leave_call.hpp"
#include "rules/member_removed.hpp"
#include "rules/renew_room.hpp"
#include "rules/setup_room.hpp"
#include "rules/start_call.hpp"
#include "rules/teardown_room.hpp"
#include "tests/support/catch.hpp"

namespace messenger::rules {
namespace {

constexpr std::size_t users = 3;
const CallId theCall{"call"};
const ThreadId theThread{"thread"};
const RuleConfig config{true, true, "queue"};
constexpr int mostAttempts = 2;

UserId userOf(std::size_t i) {
  return {"user", std::to_string(i)};
}

ParticipantId rowOf(std::size_t i) {
  return ParticipantId{"row" + std::to_string(i)};
}

/// A job in the store, and the worker that has claimed it, perhaps one whose claim was lost meanwhile.
struct StoredJob {
  JobId id;
  JobType type{};
  int attempts = 0;
  int token = 0;
  bool leased = false;
  bool failed = false;
};

struct Worker {
  StoredJob job;  ///< as claimed
  CallState seen;
  bool beginsCreate = false;
  bool driverRan = false;
  bool driverSucceeded = false;
};

/// The whole state: a value, so that each step makes a new one.
struct World {
  std::optional<CallState> call;  ///< with all rows
  std::array<bool, users> isMember{true, true, true};
  std::vector<StoredJob> jobs;
  std::vector<Worker> workers;
  bool room = false;  ///< at the provider
  int started = 0;    ///< how often each was announced
  int ended = 0;
  int tornDown = 0;
  int nextJob = 0;
};

std::string keyOf(const World& world) {
  std::ostringstream key;
  if (world.call) {
    const CallWithRoom& call = world.call->call;
    key << (call.active() ? 'a' : 'e') << call.owner.id << call.setupComplete << call.teardownComplete
        << call.roomMayExist << call.room.has_value();
    if (call.endReason) key << static_cast<int>(*call.endReason);
    std::map<std::string, char> rows;
    for (const CallParticipant& row : world.call->participants) {
      rows[row.user.id] = row.kicked ? 'k' : row.leftAt ? 'o' : 'i';
    }
    for (const auto& [user, state] : rows) key << user << state;
  }
  key << '|';
  for (const bool isMember : world.isMember) key << isMember;
  key << '|';
  // Jobs and workers by what they are, not by their numbers.
  std::multiset<std::string> parts;
  for (const StoredJob& job : world.jobs) {
    std::ostringstream part;
    part << 'j' << static_cast<int>(job.type) << job.attempts << job.leased << job.failed;
    for (const Worker& worker : world.workers) {
      if (worker.job.id == job.id) {
        part << 'w' << (worker.job.token == job.token && job.leased) << worker.driverRan
             << worker.driverSucceeded << worker.beginsCreate << worker.seen.call.roomMayExist
             << worker.seen.call.teardownComplete << worker.seen.call.active()
             << (world.call->call.revision == worker.seen.call.revision);
      }
    }
    parts.insert(part.str());
  }
  for (const Worker& worker : world.workers) {
    const bool stored = std::any_of(world.jobs.begin(), world.jobs.end(),
                                    [&](const StoredJob& job) { return job.id == worker.job.id; });
    if (stored) continue;
    std::ostringstream part;
    part << 'l' << static_cast<int>(worker.job.type) << worker.driverRan << worker.driverSucceeded
         << worker.beginsCreate << worker.seen.call.roomMayExist
         << (world.call->call.revision == worker.seen.call.revision);
    parts.insert(part.str());
  }
  for (const std::string& part : parts) key << part << ',';
  key << '|' << world.room << world.started << world.ended << world.tornDown;
  return key.str();
}

Now nowOf() {
  return {TimePoint{std::chrono::hours{1}}, StorageTime{std::chrono::hours{1}}};
}

// The store

enum class Committed : std::uint8_t { yes, conflict, claimLost };

StoredJob* holding(World& world, const Settlement& settlement) {
  for (StoredJob& job : world.jobs) {
    if (job.id == settlement.job && job.token == settlement.token && job.leased) return &job;
  }
  return nullptr;
}

void settle(World& world, const Settlement& settlement) {
  StoredJob* job = holding(world, settlement);
  switch (settlement.kind) {
    case Settlement::Kind::done:
      world.jobs.erase(world.jobs.begin() + (job - world.jobs.data()));
      break;
    case Settlement::Kind::retry:
      job->leased = false;
      break;
    case Settlement::Kind::fail:
      job->leased = false;
      job->failed = true;
      break;
  }
}

void writeRows(CallState& state, const CallChange& change) {
  for (const CallParticipant& row : change.participants) {
    const auto known = std::find_if(state.participants.begin(), state.participants.end(),
                                    [&](const CallParticipant& each) { return each.id == row.id; });
    if (known == state.participants.end()) {
      state.participants.push_back(row);
    } else {
      *known = row;
    }
  }
  if (change.everyoneLeaves) {
    for (CallParticipant& row : state.participants) {
      if (!row.leftAt) row.leftAt = change.everyoneLeaves;
    }
  }
  state.inCall =
      static_cast<std::size_t>(std::count_if(state.participants.begin(), state.participants.end(),
                                             [](const CallParticipant& row) { return !row.leftAt; }));
}

Committed commit(World& world, const CallChange& change) {
  const std::int64_t revision = world.call ? world.call->call.revision : 0;
  if (change.expectedRevision != revision) return Committed::conflict;
  if (change.settles && holding(world, *change.settles) == nullptr) return Committed::claimLost;
  if (!world.call) world.call.emplace();
  if (change.row) {
    static_cast<CallWithRoom&>(world.call->call) = *change.row;
  }
  world.call->call.revision = revision + 1;
  writeRows(*world.call, change);
  if (change.settles) settle(world, *change.settles);
  for (const NewJob& job : change.jobs) {
    world.jobs.push_back({JobId{std::to_string(world.nextJob++)}, job.type});
  }
  return Committed::yes;
}

void announce(World& world, const std::vector<Notice>& notices) {
  for (const Notice& notice : notices) {
    if (std::holds_alternative<notice::Started>(notice)) ++world.started;
    if (std::holds_alternative<notice::Ended>(notice)) ++world.ended;
    if (std::holds_alternative<notice::TornDown>(notice)) ++world.tornDown;
  }
}

/// What the engine does with a decision on the state as it is. False: refused, or nothing to change.
Committed carryOut(World& world, const Decision& decision) {
  REQUIRE_FALSE((decision.refusal && decision.change));
  if (!decision.change) return Committed::conflict;
  const Committed result = commit(world, *decision.change);
  if (result == Committed::yes) announce(world, decision.notices);
  return result;
}

// The steps

Access accessOf(std::size_t i) {
  Access access;
  access.thread.id = theThread;
  access.thread.type = ThreadType::group;
  access.member.user = userOf(i);
  access.member.admin = i == 0;
  access.member.startCalls = true;
  return access;
}

CallStore::Loaded loadedOf(const World& world) {
  CallStore::Loaded loaded;
  loaded.call = world.call;
  loaded.lastSeen = StorageTime{};
  return loaded;
}

Room someRoom() {
  return {std::string{"room"}, std::nullopt, std::nullopt, std::nullopt};
}

class Exploration {
 public:
  void run(std::chrono::milliseconds atMost) {
    const auto begin = std::chrono::steady_clock::now();
    std::vector<World> level{World{}};
    seen_.insert(keyOf(level.front()));
    while (!level.empty()) {
      next_.clear();
      for (const World& world : level) {
        steps(world);
        if (std::chrono::steady_clock::now() - begin > atMost) return;
      }
      ++depth_;
      level = std::move(next_);
    }
    complete_ = true;
  }

  [[nodiscard]] std::size_t states() const noexcept { return seen_.size(); }
  [[nodiscard]] int depth() const noexcept { return depth_; }
  [[nodiscard]] bool complete() const noexcept { return complete_; }

 private:
  void visit(const World& world) {
    check(world);
    if (seen_.insert(keyOf(world)).second) next_.push_back(world);
  }

  void attempt(const World& from, const Decision& decision) {
    World world = from;
    if (carryOut(world, decision) == Committed::yes) visit(world);
  }

  void steps(const World& world) {
    for (std::size_t i = 0; i < users; ++i) stepsOf(world, i);
    if (!world.call) return;
    const CallState& state = *world.call;
    attempt(world, endWithoutAsking(state, EndReason::host, config, nowOf()));
    attempt(world, renewRoom(state, config, nowOf()));
    for (std::size_t i = 0; i < world.jobs.size(); ++i) jobSteps(world, i);
    for (std::size_t i = 0; i < world.workers.size(); ++i) workerSteps(world, i);
  }

  void stepsOf(const World& world, std::size_t i) {
    const CallStore::Loaded loaded = loadedOf(world);
    if (world.isMember.at(i)) {
      const Access access = accessOf(i);
      if (!world.call) {
        attempt(world, startCall({theCall, rowOf(i)}, loaded, access, config, nowOf()));
      } else {
        commandsOf(world, access, i);
      }
      removeMember(world, i);
    }
    if (!world.call) return;
    const StorageTime now = nowOf().storage;
    const EvictSilent silent{userOf(i), {StorageTime{}, now}, std::chrono::minutes{1}, std::nullopt};
    attempt(world, evictSilent(silent, loaded, config, nowOf()));
  }

  void commandsOf(const World& world, const Access& access, std::size_t i) {
    const CallState& state = *world.call;
    attempt(world, joinCall({rowOf(i)}, loadedOf(world), access, nowOf()));
    attempt(world, leaveCall(state, userOf(i), config, nowOf()));
    attempt(world, endCall(state, access, config, nowOf()));
    attempt(world, ignoreCall(state, access, config, nowOf()));
    for (std::size_t other = 0; other < users; ++other) {
      attempt(world, kickParticipant({rowOf(other), true}, state, access, config, nowOf()));
      attempt(world, kickParticipant({rowOf(other), false}, state, access, config, nowOf()));
    }
  }

  void removeMember(const World& from, std::size_t i) {
    World world = from;
    world.isMember.at(i) = false;
    if (world.call) carryOut(world, memberRemoved(*world.call, userOf(i), config, nowOf()));
    visit(world);
  }

  /// A worker claims the job: the first time, or because the lease of another ran out.
  void jobSteps(const World& from, std::size_t index) {
    const StoredJob& job = from.jobs.at(index);
    const bool otherLeased = std::any_of(from.jobs.begin(), from.jobs.end(), [&](const StoredJob& each) {
      return each.id != job.id && each.leased;
    });
    if (job.failed) {
      World retried = from;
      retried.jobs.at(index).failed = false;
      retried.jobs.at(index).attempts = 0;
      visit(retried);
      return;
    }
    if (otherLeased || job.attempts > mostAttempts || from.workers.size() >= 2) return;
    World world = from;
    StoredJob& claimed = world.jobs.at(index);
    ++claimed.attempts;
    ++claimed.token;
    claimed.leased = true;
    Worker worker{claimed, {}, false, false, false};
    CallWithRoom& call = world.call->call;
    worker.beginsCreate = claimed.type == JobType::setupCall && call.active() && !call.setupComplete;
    if (worker.beginsCreate && !call.roomMayExist) {
      call.roomMayExist = true;
      ++call.revision;
    }
    worker.seen = *world.call;
    world.workers.push_back(std::move(worker));
    visit(world);
  }

  void workerSteps(const World& from, std::size_t index) {
    const Worker& worker = from.workers.at(index);
    World dead = from;  // the process dies here
    dead.workers.erase(dead.workers.begin() + static_cast<std::ptrdiff_t>(index));
    // Frozen past its lease, it made a room after the teardown, and died before it could report it: no rule
    // can know. A driver's reconciler covers this.
    const Settlement claim = claimOf(worker, true).settlement;
    if (worker.beginsCreate && worker.driverRan && holding(dead, claim) == nullptr) dead.room = false;
    visit(dead);
    if (!worker.driverRan) {
      runDriver(from, index);
      return;
    }
    World world = from;
    world.workers.erase(world.workers.begin() + static_cast<std::ptrdiff_t>(index));
    if (worker.driverSucceeded) {
      record(world, worker);
    } else {
      fail(world, worker);
    }
    visit(world);
  }

  void runDriver(const World& from, std::size_t index) {
    const Worker& worker = from.workers.at(index);
    const bool isSetup = worker.job.type == JobType::setupCall;
    const bool needed = isSetup ? worker.beginsCreate : needsTeardown(worker.seen);
    if (!needed) {
      World world = from;
      world.workers.erase(world.workers.begin() + static_cast<std::ptrdiff_t>(index));
      settleIfHeld(world, {worker.job.id, worker.job.token, Settlement::Kind::done, {}, {}});
      visit(world);
      return;
    }
    const bool asksProvider = isSetup || worker.seen.call.roomMayExist;
    for (const bool does : {true, false}) {
      for (const bool says : {true, false}) {
        if (says && !does) continue;
        if (!asksProvider && !says) continue;
        World world = from;
        Worker& ran = world.workers.at(index);
        ran.driverRan = true;
        ran.driverSucceeded = says;
        if (asksProvider && does) world.room = isSetup;
        visit(world);
      }
    }
  }

  static bool settleIfHeld(World& world, const Settlement& settlement) {
    if (holding(world, settlement) == nullptr) return false;
    settle(world, settlement);
    return true;
  }

  static Claim claimOf(const Worker& worker, bool holds) {
    return {{worker.job.id, worker.job.token, Settlement::Kind::done, {}, {}}, holds};
  }

  /// What RoomJobs does once the driver succeeded.
  static void record(World& world, const Worker& worker) {
    if (worker.job.type == JobType::teardownCall) {
      if (carryOut(world, recordTeardown(claimOf(worker, true), worker.seen, nowOf())) ==
          Committed::conflict) {
        fail(world, worker);
      }
      return;
    }
    const auto rule = [&](bool holds) {
      return recordRoom(someRoom(), claimOf(worker, holds), *world.call, config, nowOf());
    };
    if (carryOut(world, rule(true)) == Committed::claimLost) carryOut(world, rule(false));
  }

  /// What JobRunner does once an attempt failed.
  static void fail(World& world, const Worker& worker) {
    const bool isLast = worker.job.attempts >= mostAttempts;
    const Settlement failed{worker.job.id,
                            worker.job.token,
                            isLast ? Settlement::Kind::fail : Settlement::Kind::retry,
                            {},
                            "failed"};
    bool settled = true;
    if (!isLast) {
      settled = settleIfHeld(world, failed);
    } else {
      settled = giveUp(world, worker, failed);
    }
    if (worker.beginsCreate && !settled) carryOut(world, reportLateRoom(*world.call, config, nowOf()));
  }

  static bool giveUp(World& world, const Worker& worker, const Settlement& failed) {
    const JobFailed failure{worker.job.id, worker.job.type, theCall, worker.job.attempts, "failed"};
    const Claim claim{failed, true};
    const Decision decision = worker.job.type == JobType::setupCall
                                  ? giveUpSetup(failure, claim, *world.call, config, nowOf())
                                  : giveUpTeardown(failure, claim, *world.call, nowOf());
    if (decision.change) return carryOut(world, decision) == Committed::yes;
    Settlement done = failed;
    done.kind = Settlement::Kind::done;
    return settleIfHeld(world, done);
  }

  // The invariants

  static void check(const World& world) {
    if (!world.call) return;
    const CallState& state = *world.call;
    const CallWithRoom& call = state.call;
    const auto holds = [&](bool condition, const char* invariant) {
      if (condition) return;
      INFO(invariant << ": " << keyOf(world));
      REQUIRE(condition);
    };
    holds(world.started == 1, "a call is started once");
    holds(world.ended == (call.active() ? 0 : 1), "a call ends once");
    holds(call.endedAt.has_value() == call.endReason.has_value(), "an end has a reason");
    holds((state.inCall > 0) == call.active(), "somebody is in an active call, nobody in an ended one");
    for (const CallParticipant& row : state.participants) {
      holds(!row.kicked || row.leftAt, "a kicked participant is out");
      if (row.leftAt) continue;
      for (std::size_t i = 0; i < users; ++i) {
        if (userOf(i) == row.user) holds(world.isMember.at(i), "who was removed from the thread is out");
      }
    }
    holds(call.setupComplete == call.room.has_value(), "setup is complete exactly with a room");
    holds(!call.teardownComplete || !call.active(), "an active call is not torn down");
    holds(world.tornDown <= 1, "a teardown is announced once");
    checkJobs(world, holds);
  }

  template <class Holds>
  static void checkJobs(const World& world, const Holds& holds) {
    const CallWithRoom& call = world.call->call;
    const auto isStored = [&](JobType type) {
      return std::any_of(world.jobs.begin(), world.jobs.end(),
                         [&](const StoredJob& job) { return job.type == type; });
    };
    const bool setupRuns = std::any_of(world.workers.begin(), world.workers.end(),
                                       [](const Worker& worker) { return worker.beginsCreate; });
    if (call.active()) {
      holds(call.setupComplete || isStored(JobType::setupCall), "an active call gets its room");
      return;
    }
    const bool mustGo = call.roomMayExist || !call.teardownComplete;
    holds(!mustGo || isStored(JobType::teardownCall), "the room of an ended call will be destroyed");
    if (world.room && !setupRuns) holds(mustGo || call.roomMayExist, "no room is forgotten");
  }

  std::unordered_set<std::string> seen_;
  std::vector<World> next_;
  int depth_ = 0;
  bool complete_ = false;
};

}  // namespace

TEST_CASE("rules: every sequence of commands and jobs of a call -> the invariants hold", "[rules]") {
  Exploration exploration;
  exploration.run(std::chrono::seconds{10});
  std::cout << "rules: " << exploration.states() << " states, all sequences of up to " << exploration.depth()
            << " steps" << (exploration.complete() ? ", and there are no more" : "") << '\n';
  REQUIRE(exploration.depth() >= 5);
}

}  // namespace messenger::rules

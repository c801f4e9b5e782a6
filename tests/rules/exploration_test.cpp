// Every sequence of commands of three users and of the jobs of one call, up to a depth: the rules alone, over
// a store that does what a CallChange says. The invariants are checked in every state.
#include <algorithm>
#include <iostream>
#include <string>
#include <unordered_set>
#include <vector>

#include "rules/end_call.hpp"
#include "rules/end_empty.hpp"
#include "rules/end_lone.hpp"
#include "rules/end_overdue.hpp"
#include "rules/end_without_asking.hpp"
#include "rules/evict_silent.hpp"
#include "rules/heartbeat.hpp"
#include "rules/ignore_call.hpp"
#include "rules/join_call.hpp"
#include "rules/kick_participant.hpp"
#include "rules/leave_call.hpp"
#include "rules/member_removed.hpp"
#include "rules/renew_room.hpp"
#include "rules/ring_callees.hpp"
#include "rules/setup_room.hpp"
#include "rules/show_call.hpp"
#include "rules/start_call.hpp"
#include "rules/stop_ringing.hpp"
#include "rules/teardown_room.hpp"
#include "rules/warn_of_end.hpp"
#include "tests/rules/exploration_world.hpp"
#include "tests/support/catch.hpp"

namespace messenger::inline v0::rules::exploration {
namespace {

const CallId theCall{"call"};
const ThreadId theThread{"thread"};
const RuleConfig config{true, true, "queue", false};
/// A new device takes the place of the others.
const RuleConfig replacing{true, true, "queue", false, {}, {.newDeviceReplaces = true}};
const RuleConfig ringing{true,
                         true,
                         "queue",
                         false,
                         {},
                         {},
                         {.enabled = true, .noAnswerAfter = std::chrono::seconds{45}, .againAfter = {}}};
constexpr int mostAttempts = 2;

const RuleConfig& configOf(const World& world) {
  return ringsIn(world) ? ringing : config;
}

StartOptions optionsIn(const World& world) {
  StartOptions options;
  if (world.setting != Setting::timers) return options;
  options.limits = CallLimits{.duration = std::chrono::hours{1},
                              .warning = std::chrono::minutes{1},
                              .alone = std::chrono::minutes{2},
                              .emptyGrace = std::chrono::seconds{30}};
  return options;
}

bool isTimer(JobType type) {
  return classOf(type) == JobClass::sweep;
}

std::size_t devicesIn(const World& world) {
  return world.setting == Setting::twoDevices ? devices : 1;
}

void require(bool holds, const char* invariant, const World& world) {
  if (holds) return;
  FAIL(invariant << ": " << keyOf(world));
}

// What is announced is what has happened

struct Announced {
  int joined = 0;
  int left = 0;
  int deviceJoined = 0;
  int deviceLeft = 0;
  int ended = 0;
  int setUp = 0;
  int rung = 0;
  int stopped = 0;
};

bool names(const std::vector<UserId>& callees, const UserId& user) {
  return std::find(callees.begin(), callees.end(), user) != callees.end();
}

Announced count(const std::vector<Notice>& notices, const ParticipantId& row, const UserId& user) {
  Announced announced;
  for (const Notice& notice : notices) {
    if (std::holds_alternative<notice::Started>(notice)) ++announced.joined;
    if (std::holds_alternative<notice::Ended>(notice)) ++announced.ended;
    if (std::holds_alternative<notice::SetupCompleted>(notice)) ++announced.setUp;
    if (const auto* joined = std::get_if<notice::Joined>(&notice))
      announced.joined += joined->participant == row;
    if (const auto* left = std::get_if<notice::Left>(&notice)) announced.left += left->participant == row;
    if (const auto* joined = std::get_if<notice::DeviceJoined>(&notice))
      announced.deviceJoined += joined->participant == row;
    if (const auto* left = std::get_if<notice::DeviceLeft>(&notice))
      announced.deviceLeft += left->participant == row;
    if (const auto* begun = std::get_if<notice::Ringing>(&notice))
      announced.rung += names(begun->callees, user);
    if (const auto* stopped = std::get_if<notice::RingStopped>(&notice))
      announced.stopped += names(stopped->callees, user);
    if (const auto* kicked = std::get_if<notice::Kicked>(&notice))
      announced.left += kicked->participant == row;
  }
  return announced;
}

bool isIn(const World& world, std::size_t i) {
  const CallParticipant* row = world.call ? world.call->find(userOf(i)) : nullptr;
  return row != nullptr && !row->leftAt;
}

std::optional<RingState> ringOf(const World& world, std::size_t i) {
  const CallRing* ring = world.call ? world.call->findRing(userOf(i)) : nullptr;
  return ring != nullptr ? std::optional{ring->state} : std::nullopt;
}

/// A ring begins by ringing, stops in one of its final states, and both are announced.
void checkRing(const World& before, const World& after, std::size_t i, const Announced& announced) {
  const auto was = ringOf(before, i);
  const auto is = ringOf(after, i);
  const bool begins = was != RingState::ringing && is == RingState::ringing;
  const bool stops = was == RingState::ringing && is != RingState::ringing;
  require(announced.rung == (begins ? 1 : 0), "who is rung is announced", after);
  require(announced.stopped == (stops ? 1 : 0), "that a ring stops is announced", after);
  require(!was || begins || stops || was == is, "a final state of a ring stays", after);
}

bool isActive(const World& world) {
  return world.call && world.call->call.active();
}

void checkAnnounced(const World& before, const World& after, const std::vector<Notice>& notices) {
  const bool ends = isActive(before) && !isActive(after);
  for (std::size_t i = 0; i < users; ++i) {
    const Announced announced = count(notices, rowOf(i), userOf(i));
    checkRing(before, after, i, announced);
    const bool enters = !isIn(before, i) && isIn(after, i);
    const bool leaves = isIn(before, i) && !isIn(after, i);
    if (enters) require(announced.joined == 1, "a join is announced", after);
    if (leaves) require(announced.left == 1 || ends, "a leave is announced", after);
    const bool stays = isIn(before, i) && isIn(after, i);
    int opened = 0;
    int closed = 0;
    for (std::size_t d = 0; d < devices; ++d) {
      opened += stays && !isOpen(before, i, d) && isOpen(after, i, d);
      closed += stays && isOpen(before, i, d) && !isOpen(after, i, d);
    }
    require(announced.deviceJoined == opened, "a further device is announced", after);
    require(announced.deviceLeft == closed, "a device of one who stays is announced", after);
    require(announced.ended == (ends ? 1 : 0), "the end is announced, and nothing else is", after);
    const bool isSetUp =
        isActive(after) && after.call->call.setupComplete && !before.call->call.setupComplete;
    require(announced.setUp == (isSetUp ? 1 : 0), "a setup is announced while the call is active", after);
  }
  if (!before.call || isActive(before)) return;
  const CallWithRoom& was = before.call->call;
  const CallWithRoom& is = after.call->call;
  require(was.endedAt == is.endedAt && was.endReason == is.endReason, "an end is the last word", after);
}

void announce(World& world, const std::vector<Notice>& notices) {
  for (const Notice& notice : notices) {
    if (std::holds_alternative<notice::Started>(notice)) ++world.started;
    if (std::holds_alternative<notice::Ended>(notice)) ++world.ended;
    if (std::holds_alternative<notice::TornDown>(notice)) ++world.tornDown;
  }
}

/// What the engine does with a decision. Conflict also when it refuses, or has nothing to change.
Committed carryOut(World& world, const Decision& decision) {
  require(!decision.refusal || !decision.change, "a refusal comes alone", world);
  if (!decision.change) return Committed::conflict;
  const World before = world;
  const Committed result = commit(world, *decision.change);
  if (result != Committed::yes) return result;
  announce(world, decision.notices);
  checkAnnounced(before, world, decision.notices);
  return result;
}

// The invariants

void checkSessions(const World& world, const CallState& state, std::size_t i) {
  std::size_t open = 0;
  for (std::size_t d = 0; d < devices; ++d) {
    const bool accepted = !heartbeat(state, userOf(i), deviceOf(d)).refusal;
    require(accepted == (isActive(world) && isOpen(world, i, d)), "heartbeats are of open sessions", world);
    open += isOpen(world, i, d) ? 1 : 0;
    const EvictSilent silent{
        deviceOf(d), {StorageTime{}, now().storage}, std::chrono::minutes{1}, std::nullopt};
    CallState seen = state;
    for (CallSession& each : seen.sessions) each.lastSeen = now().storage;
    require(!evictSilent(silent, seen, userOf(i), config, now()).change,
            "nobody who was just seen is evicted", world);
  }
  require((open > 0) == isIn(world, i), "who is in the call is so with a device, and nobody else", world);
}

void checkSeen(const World& world, std::size_t i, const Thread& thread) {
  const CallState state = stateFor(world, i);
  const UserId& user = userOf(i);
  const CallParticipant* row = state.find(user);
  const bool isKicked = row != nullptr && row->kicked;
  require(!isKicked || !isIn(world, i), "a kicked participant is out", world);
  checkSessions(world, state, i);
  ThreadMember member;
  member.user = user;
  const CallView view = showCall(state.call, row, state.findRing(user), thread, member);
  const bool mayEnter = isActive(world) && isIn(world, i) && !isKicked;
  require(!view.room || (mayEnter && state.call.setupComplete), "a room is seen by those in the call", world);
  const bool mayBeIn = world.membership.at(i) != Membership::none;
  require(mayBeIn || !isIn(world, i), "a user who was removed from the thread is out", world);
}

/// Each timer runs exactly while it has something to wait for.
void checkTimers(const World& world) {
  const CallState& state = *world.call;
  const CallLimits& limits = state.call.limits;
  const auto count = [&](JobType type) {
    return std::count_if(world.jobs.begin(), world.jobs.end(),
                         [&](const StoredJob& job) { return job.type == type; });
  };
  const bool active = state.call.active();
  const auto expect = [&](JobType type, bool runs) {
    require(count(type) == (runs ? 1 : 0), "a timer runs while it has something to wait for", world);
  };
  expect(JobType::endOverdueCall, active && limits.duration.count() > 0);
  expect(JobType::endLoneCall, active && limits.alone.count() > 0 && state.inCall == 1);
  expect(JobType::endEmptyCall, active && limits.emptyGrace.count() > 0 && state.inCall == 0);
  require(active || count(JobType::warnOfEnd) == 0, "nobody is warned of an end that is over", world);
  bool rings = false;
  for (std::size_t i = 0; i < users; ++i) {
    const bool isRung = ringOf(world, i) == RingState::ringing;
    require(!isRung || active, "no ended call rings", world);
    require(!isRung || !isIn(world, i), "it does not ring for who is in the call", world);
    require(!isRung || world.membership.at(i) != Membership::none, "it rings for members", world);
    rings = rings || isRung;
  }
  expect(JobType::stopRinging, rings);
}

void checkJobs(const World& world) {
  const CallWithRoom& call = world.call->call;
  const auto isStored = [&](JobType type, bool failedToo) {
    return std::any_of(world.jobs.begin(), world.jobs.end(),
                       [&](const StoredJob& job) { return job.type == type && (failedToo || !job.failed); });
  };
  const bool setupRuns = std::any_of(world.workers.begin(), world.workers.end(),
                                     [](const Worker& worker) { return worker.beginsCreate; });
  if (call.active()) {
    require(call.setupComplete || isStored(JobType::setupCall, false), "an active call gets its room", world);
    return;
  }
  const bool mustGo = call.roomMayExist || !call.teardownComplete;
  require(!mustGo || isStored(JobType::teardownCall, true), "the room of an ended call will be destroyed",
          world);
  if (world.room && !setupRuns) require(mustGo, "no room is forgotten", world);
}

void check(const World& world) {
  if (!world.call) return;
  const CallState& state = *world.call;
  const CallWithRoom& call = state.call;
  require(world.started == 1, "a call is started once", world);
  require(world.ended == (call.active() ? 0 : 1), "a call ends once", world);
  require(call.endedAt.has_value() == call.endReason.has_value(), "an end has a reason", world);
  const bool mayBeEmpty = call.limits.emptyGrace.count() > 0;
  require(call.active() || state.inCall == 0, "nobody is in an ended call", world);
  require(!call.active() || state.inCall > 0 || mayBeEmpty, "somebody is in an active call", world);
  checkTimers(world);
  require(call.setupComplete == call.room.has_value(), "setup is complete exactly with a room", world);
  require(!call.teardownComplete || !call.active(), "an active call is not torn down", world);
  require(world.tornDown <= 1, "a teardown is announced once", world);
  Thread thread;
  thread.id = theThread;
  for (std::size_t i = 0; i < users; ++i) checkSeen(world, i, thread);
  checkJobs(world);
}

// The steps

Access accessOf(const World& world, std::size_t i) {
  Access access;
  access.thread.id = theThread;
  access.thread.type = world.setting == Setting::privateThread || world.setting == Setting::ringsInPrivate
                           ? ThreadType::privateThread
                           : ThreadType::group;
  access.member.user = userOf(i);
  access.member.admin = i == 0;
  access.member.startCalls = true;
  for (std::size_t each = 0; ringsIn(world) && each < users; ++each) {
    if (world.isMember(each)) access.members.emplace_back().user = userOf(each);
  }
  return access;
}

/// Seen long ago.
CallStore::Loaded loadedOf(const World& world, std::size_t i) {
  CallStore::Loaded loaded;
  if (world.call) loaded.call = stateFor(world, i);
  loaded.threadRevision = world.threadRevision;
  if (loaded.call) {
    for (CallSession& each : loaded.call->sessions) each.lastSeen = StorageTime{};
  }
  return loaded;
}

/// As asked for by the thread: an active call, or none.
CallStore::Loaded activeOf(const World& world, std::size_t i) {
  CallStore::Loaded loaded = loadedOf(world, i);
  if (!isActive(world)) loaded.call.reset();
  const Access access = accessOf(world, i);
  loaded.membership = messenger::Membership{access.thread, access.member, access.other};
  return loaded;
}

Room someRoom() {
  return {std::string{"room"}, std::nullopt, std::nullopt, std::nullopt};
}

class Exploration {
 public:
  void run(const std::vector<Setting>& settings, int depth) {
    std::vector<World> level;
    for (const Setting each : settings) {
      level.push_back(worldOf(each));
      seen_.insert(keyOf(level.back()));
    }
    for (int i = 0; i < depth; ++i) {
      next_.clear();
      for (const World& world : level) steps(world);
      level = std::move(next_);
    }
  }

  [[nodiscard]] std::size_t states() const noexcept { return seen_.size(); }

 private:
  void visit(const World& world) {
    if (!seen_.insert(keyOf(world)).second) return;
    check(world);
    next_.push_back(world);
  }

  void attempt(const World& from, const Decision& decision) {
    if (!decision.change) return;
    World world = from;
    if (carryOut(world, decision) == Committed::yes) visit(world);
  }

  void steps(const World& world) {
    for (std::size_t i = 0; i < users; ++i) stepsOf(world, i);
    if (world.inFlight) flightStep(world);
    if (!world.call) return;
    const CallState& state = *world.call;
    attempt(world, endWithoutAsking(state, EndReason::host, config, now()));
    attempt(world, renewRoom(state, config, now()));
    for (std::size_t i = 0; i < world.jobs.size(); ++i) jobSteps(world, i);
    for (std::size_t i = 0; i < world.workers.size(); ++i) workerSteps(world, i);
  }

  void stepsOf(const World& world, std::size_t i) {
    if (world.isMember(i)) {
      const Access access = accessOf(world, i);
      if (!world.call) {
        attempt(world, startCall({theCall, rowOf(i), optionsIn(world)}, loadedOf(world, i), access,
                                 configOf(world), now()));
      } else {
        commandsOf(world, access, i);
      }
      const bool mayTakeOff = world.setting != Setting::aloneWithJobs && (!world.call || isActive(world));
      if (mayTakeOff && !world.inFlight && !isIn(world, i)) takeOff(world, i);
    }
    if (world.setting != Setting::aloneWithJobs) removalSteps(world, i);
    if (!world.call) return;
    const CallState state = loadedOf(world, i).call.value();
    for (std::size_t d = 0; d < devicesIn(world); ++d) {
      const EvictSilent silent{
          deviceOf(d), {StorageTime{}, now().storage}, std::chrono::minutes{1}, std::nullopt};
      attempt(world, evictSilent(silent, state, userOf(i), config, now()));
    }
  }

  void commandsOf(const World& world, const Access& access, std::size_t i) {
    const CallStore::Loaded loaded = loadedOf(world, i);
    const CallState& state = *loaded.call;
    for (std::size_t d = 0; d < devicesIn(world); ++d) {
      attempt(world, joinCall({rowOf(i), deviceOf(d)}, loaded, access, config, now()));
      attempt(world, joinCall({rowOf(i), deviceOf(d)}, loaded, access, replacing, now()));
      attempt(world, leaveCall(state, userOf(i), deviceOf(d), config, now()));
    }
    attempt(world, endCall(state, access, config, now()));
    attempt(world, ignoreCall(state, access, config, now()));
    for (std::size_t other = 0; other < users; ++other) {
      attempt(world, kickParticipant({rowOf(other), true}, state, access, config, now()));
      attempt(world, kickParticipant({rowOf(other), false}, state, access, config, now()));
      if (ringsIn(world)) ringStep(world, access, i, other);
    }
  }

  void ringStep(const World& world, const Access& access, std::size_t i, std::size_t callee) {
    CallStore::Loaded loaded = loadedOf(world, i);
    loaded.call->rings = world.call->rings;
    attempt(world, ringCallees({userOf(callee)}, loaded, access, ringing, now()));
  }

  /// A start or a join loads, with the membership if that is in the same storage. The rest comes later.
  void takeOff(const World& from, std::size_t i) {
    World world = from;
    world.inFlight = InFlight{i, std::make_shared<const CallStore::Loaded>(loadedOf(world, i)),
                              world.setting != Setting::groupOfHost};
    visit(world);
  }

  void flightStep(const World& from) {
    World world = from;
    const InFlight flight = *from.inFlight;
    if (!flight.membershipRead) {
      world.inFlight->membershipRead = true;
      if (!world.isMember(flight.user)) world.inFlight.reset();
      visit(world);
      return;
    }
    const Access access = accessOf(world, flight.user);
    const Decision decision = flight.loaded->call
                                  ? joinCall({rowOf(flight.user)}, *flight.loaded, access, config, now())
                                  : startCall({theCall, rowOf(flight.user), optionsIn(world)}, *flight.loaded,
                                              access, configOf(world), now());
    if (carryOut(world, decision) != Committed::yes) world.inFlight.reset();
    visit(world);
  }

  void removalSteps(const World& from, std::size_t i) {
    World world = from;
    Membership& membership = world.membership.at(i);
    switch (membership) {
      case Membership::none:
        return;
      case Membership::member:
        if (world.setting == Setting::groupOfHost) {
          membership = Membership::removed;
        } else {
          removeFromStorage(world, i);
        }
        break;
      case Membership::removed:
        membership = Membership::raised;
        ++world.threadRevision;
        break;
      case Membership::raised:
        membership = Membership::none;
        if (isActive(world)) carryOut(world, memberRemoved(stateFor(world, i), userOf(i), config, now()));
        break;
    }
    visit(world);
  }

  static void removeFromStorage(World& world, std::size_t i) {
    const Decision decision = removeMember(activeOf(world, i), userOf(i), config, now());
    if (decision.change) {
      require(carryOut(world, decision) == Committed::yes, "a removal is one change", world);
      return;
    }
    require(!isActive(world), "a removal changes the active call", world);
    world.membership.at(i) = Membership::none;
    ++world.threadRevision;
  }

  /// A worker claims the job. If it, or another job of the call, is leased, that lease has run out.
  void jobSteps(const World& from, std::size_t index) {
    const StoredJob& job = from.jobs.at(index);
    if (job.failed) {
      World retried = from;
      retried.jobs.at(index).failed = false;
      retried.jobs.at(index).attempts = 0;
      visit(retried);
      return;
    }
    if (isTimer(job.type)) return runTimer(from, index);
    if (job.attempts > mostAttempts || from.workers.size() >= 2) return;
    World world = from;
    for (StoredJob& each : world.jobs) each.expired = each.leased;
    StoredJob& claimed = world.jobs.at(index);
    claimed.expired = false;
    ++claimed.attempts;
    ++claimed.token;
    claimed.leased = true;
    Worker worker{claimed, nullptr, false, false, false};
    CallWithRoom& call = world.call->call;
    worker.beginsCreate = claimed.type == JobType::setupCall && call.active() && !call.setupComplete;
    if (worker.beginsCreate && !call.roomMayExist) {
      call.roomMayExist = true;
      ++call.revision;
      world.inFlight.reset();
    }
    worker.seen = std::make_shared<const CallState>(*world.call);
    world.workers.push_back(std::move(worker));
    visit(world);
  }

  /// Its time has come: claimed, decided and settled in one step, as it asks no provider.
  void runTimer(const World& from, std::size_t index) {
    World world = from;
    StoredJob& job = world.jobs.at(index);
    ++job.token;
    job.leased = true;
    const Settlement done{job.id, job.token, Settlement::Kind::done, {}, {}};
    const auto decide = [&]() -> Decision {
      switch (job.type) {
        case JobType::warnOfEnd:
          return warnOfEnd(done, now().storage, *world.call, now());
        case JobType::endOverdueCall:
          return endOverdue(done, *world.call, config, now());
        case JobType::endLoneCall:
          return endLone(done, *world.call, config, now());
        case JobType::stopRinging: {
          Now later = now();
          later.storage = saturatingAdd(later.storage, std::chrono::minutes{1});
          return stopRinging(done, world.setting == Setting::ringsInPrivate, *world.call, config, later);
        }
        default:
          return endEmpty(done, *world.call, config, now());
      }
    };
    const Decision decision = decide();
    require(decision.change.has_value(), "a timer that runs has something to do", world);
    require(carryOut(world, decision) == Committed::yes, "a timer is settled with its change", world);
    visit(world);
  }

  void workerSteps(const World& from, std::size_t index) {
    const Worker& worker = from.workers.at(index);
    World dead = from;  // the process dies here
    dead.workers.erase(dead.workers.begin() + static_cast<std::ptrdiff_t>(index));
    // Frozen past its lease, it made a room after the teardown, and died before it could report it: no rule
    // can know. A driver's reconciler covers this.
    if (worker.beginsCreate && worker.driverRan && isLate(dead, worker)) dead.room = false;
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
    const bool needed = isSetup ? worker.beginsCreate : needsTeardown(*worker.seen);
    if (!needed) {
      World world = from;
      world.workers.erase(world.workers.begin() + static_cast<std::ptrdiff_t>(index));
      settleIfHeld(world, {worker.job.id, worker.job.token, Settlement::Kind::done, {}, {}});
      visit(world);
      return;
    }
    const bool asksProvider = isSetup || worker.seen->call.roomMayExist;
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

  /// Its lease is over, if not its claim.
  static bool isLate(World& world, const Worker& worker) {
    const StoredJob* job = holding(world, claimOf(worker, true).settlement);
    return job == nullptr || job->expired;
  }

  static void settleIfHeld(World& world, const Settlement& settlement) {
    if (holding(world, settlement) != nullptr) settle(world, settlement);
  }

  static Claim claimOf(const Worker& worker, bool holds) {
    return {{worker.job.id, worker.job.token, Settlement::Kind::done, {}, {}}, holds};
  }

  /// What RoomJobs does once the driver succeeded.
  static void record(World& world, const Worker& worker) {
    if (worker.job.type == JobType::teardownCall) {
      if (carryOut(world, recordTeardown(claimOf(worker, true), *worker.seen, now())) ==
          Committed::conflict) {
        fail(world, worker);
      }
      return;
    }
    const auto rule = [&](bool holds) {
      return recordRoom(someRoom(), claimOf(worker, holds), *world.call, config, now());
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
    const bool mayBeLate = isLate(world, worker);
    if (isLast) {
      giveUp(world, worker, failed);
    } else {
      settleIfHeld(world, failed);
    }
    if (worker.beginsCreate && mayBeLate) carryOut(world, reportLateRoom(*world.call, config, now()));
  }

  static void giveUp(World& world, const Worker& worker, const Settlement& failed) {
    const JobFailed failure{worker.job.id, worker.job.type, theCall, worker.job.attempts, "failed"};
    const Claim claim{failed, true};
    const Decision decision = worker.job.type == JobType::setupCall
                                  ? giveUpSetup(failure, claim, *world.call, config, now())
                                  : giveUpTeardown(failure, claim, *world.call, now());
    if (decision.change) {
      carryOut(world, decision);
      return;
    }
    Settlement done = failed;
    done.kind = Settlement::Kind::done;
    settleIfHeld(world, done);
  }

  std::unordered_set<std::string> seen_;
  std::vector<World> next_;
};

void explore(const char* name, const std::vector<Setting>& settings, int depth) {
  Exploration exploration;
  exploration.run(settings, depth);
  std::cout << name << ": " << exploration.states() << " states, all sequences of up to " << depth
            << " steps\n";
  REQUIRE(exploration.states() > 10'000);
}

}  // namespace

TEST_CASE("rules: every sequence of commands and jobs of a call -> the invariants hold", "[rules]") {
  explore("rules", {Setting::group, Setting::groupOfHost, Setting::privateThread}, EXPLORATION_DEPTH);
}

TEST_CASE("rules: every sequence of commands with two devices each -> the invariants hold", "[rules]") {
  explore("rules, devices", {Setting::twoDevices}, EXPLORATION_DEPTH_OF_DEVICES);
}

TEST_CASE("rules: every sequence of commands and timers -> the invariants hold", "[rules]") {
  explore("rules, timers", {Setting::timers}, EXPLORATION_DEPTH);
}

TEST_CASE("rules: every sequence of commands of a call that rings -> the invariants hold", "[rules]") {
  explore("rules, rings", {Setting::rings, Setting::ringsInPrivate}, EXPLORATION_DEPTH);
}

TEST_CASE("rules: every sequence of the jobs of a call -> the invariants hold", "[rules]") {
  explore("rules, jobs", {Setting::aloneWithJobs}, EXPLORATION_DEPTH_OF_JOBS);
}

}  // namespace messenger::rules::exploration

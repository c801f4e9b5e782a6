#include "tests/simulation/oracle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace messenger::simulation {
namespace {

constexpr std::int64_t everything = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t many = 100'000;

double inSeconds(SteadyPoint::duration time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

std::string nameOf(const UserId& user) {
  return user.type + ":" + user.id;
}

std::string nameOf(const SessionKey& who) {
  return who.device.empty() ? nameOf(who.user) : nameOf(who.user) + " with " + who.device.value();
}

void Oracle::violate(std::string invariant, std::string text) {
  if (!violation_) violation_ = Violation{std::move(invariant), std::move(text)};
}

template <class Each>
void Oracle::forSessionsOf(const CallId& call, const UserId& user, Each&& each) {
  for (auto at = sessions_.lower_bound({call.value(), user, {}}); at != sessions_.end(); ++at) {
    const auto& [ofCall, ofUser, device] = at->first;
    if (ofCall != call.value() || ofUser != user) return;
    each(SessionKey{call, user, DeviceId{device}}, at->second);
  }
}

void Oracle::setIn(const CallId& call, const UserId& user, bool in) {
  Person& who = person(call, user);
  if (who.in == in) return;
  who.in = in;
  std::size_t& count = calls_[call].inCall;
  if (in) {
    ++count;
  } else {
    --count;
  }
}

void Oracle::comesIn(const SessionKey& key) {
  Session& who = session(key);
  if (who.in) return;
  who.in = true;
  who.inAt = commits_;
  who.seen = now_ - late_;
  who.backSince.reset();
}

void Oracle::goesOut(const SessionKey& key, const Cause& cause) {
  const auto& evictsSince = cause.evictsSince;
  Session& who = session(key);
  if (!who.in) return;
  if (cause.mayClose && !cause.mayClose(key)) {
    violate("8", fmt::format("{} was taken out of call {} by what is not about it", nameOf(key),
                             key.call.value()));
  }
  // Who comes back from a silence may still be evicted for it by a check that goes by the last reports.
  const bool mayBe = !evictsSince || (who.backSince && evictsSince->at - *who.backSince <= peerLease_);
  if (!mayBe && now_ - who.seen < ttl_) {
    violate("7", fmt::format("{} was evicted from call {} {} s after an acknowledged heartbeat", nameOf(key),
                             key.call.value(), inSeconds(now_ - who.seen)));
  }
  if (evictsSince && evictsSince->at >= reachableSince_ && now_ - reachableSince_ < ttl_) {
    violate("7",
            fmt::format("{} was evicted from call {} {} s after an outage, in which nobody could be heard",
                        nameOf(key), key.call.value(), inSeconds(now_ - reachableSince_)));
  }
  who.in = false;
  who.outAt = commits_;
  who.outSince = now_;
  who.outBy = cause.by;
  who.outStep = cause.step;
  who.outLate = late_ > commitMargin;
  who.outDoneAt = 0;
}

void Oracle::allGoOut(const CallId& call, const UserId& user, const Cause& cause) {
  setIn(call, user, false);
  forSessionsOf(call, user, [&](const SessionKey& key, Session&) { goesOut(key, cause); });
}

void Oracle::evicts(const CallChange& change, const std::vector<CallSession>& read) {
  const auto check = [&](const UserId& user, const DeviceId* device) {
    for (const CallSession& each : read) {
      const bool isOut = each.user == user && each.open() && (device == nullptr || each.device == *device);
      if (!isOut || change.now - each.lastSeen >= ttl_) continue;
      violate("7", fmt::format(
                       "{} was evicted from call {}, and the storage had just said that it was seen {} s ago",
                       nameOf(SessionKey{change.call, user, each.device}), change.call.value(),
                       inSeconds(change.now - each.lastSeen)));
    }
  };
  for (const CallParticipant& row : change.participants) {
    if (row.leftAt) check(row.user, nullptr);
  }
  for (const CallSession& each : change.sessions) {
    if (!each.open()) check(each.user, &each.device);
  }
}

void Oracle::finished(std::size_t step) {
  ++commits_;
  std::erase_if(kept_, [&](const auto& each) { return each.second.step == step; });
  for (auto& [key, who] : sessions_) {
    if (!who.in && who.outStep == step && who.outDoneAt == 0) who.outDoneAt = commits_;
  }
}

void Oracle::committed(const CallChange& change, const CommitResult& result, const Cause& given) {
  ++commits_;
  late_ = std::max(storageNow_ - change.now, Duration::zero());
  KnownCall& call = calls_[change.call];
  if (change.expectedRevision == 0) {
    call.thread = change.row->threadId;
    call.startedAt = change.now;
    call.fewSince = change.now;
    call.startedBy = given.by;
    if (downSince_ != 0 && now_ < downUntil_) {
      violate("calls down", fmt::format("call {} was started while calls were down", change.call.value()));
    }
  }
  if (change.row && change.row->endReason) {
    if (call.reason && *call.reason != *change.row->endReason) {
      violate("2", fmt::format("call {} ended twice", change.call.value()));
    }
    if (!call.reason) checkLimits(change, call);
    if (!call.reason) call.endedBy = given.by;
    call.reason = change.row->endReason;
    unfinished_.insert(change.call);
  } else if (change.row && call.reason) {
    violate("2", fmt::format("call {} is active again", change.call.value()));
  }
  const std::size_t wereIn = call.inCall;
  Cause cause = given;
  if (change.everyoneLeaves) cause.mayClose = nullptr;
  for (const CallParticipant& row : change.participants) {
    Person& who = person(change.call, row.user);
    if (who.kicked != row.kicked) who.kickedAt = commits_;
    who.kicked = row.kicked;
    if (row.leftAt) {
      allGoOut(change.call, row.user, cause);
    } else {
      setIn(change.call, row.user, true);
    }
  }
  for (const CallSession& each : change.sessions) {
    const SessionKey key{change.call, each.user, each.device};
    if (each.open()) {
      comesIn(key);
    } else {
      goesOut(key, cause);
    }
  }
  for (const CallRing& wanted : change.rings) ringChanges(change, wanted, given);
  // Who comes back to an empty call is alone from then on.
  const bool few = call.inCall <= 1 && (wereIn > 1 || (wereIn == 0 && call.inCall == 1));
  if (few && change.expectedRevision != 0) call.fewSince = change.now;
  if (wereIn > 0 && call.inCall == 0) call.emptySince = change.now;
  if (call.reason != EndReason::inactive) cause.evictsSince.reset();
  for (const CallParticipant& row : result.left) allGoOut(change.call, row.user, cause);
}

void Oracle::ringChanges(const CallChange& change, const CallRing& wanted, const Cause& cause) {
  Ring& ring = rings_[{change.call.value(), wanted.user}];
  const auto was = ring.state;
  const auto violates = [&](std::string_view what) {
    violate("12",
            fmt::format("the ring of {} in call {} {}, from {} to {}", nameOf(wanted.user),
                        change.call.value(), what, was ? toString(*was) : "none", toString(wanted.state)));
  };
  const bool begins = wanted.rings() && was != RingState::ringing;
  if (begins && !cause.mayRing) violates("begins unasked");
  if (was && *was != RingState::ringing && !begins && wanted.state != *was) violates("changes after its end");
  const bool ends = change.row && change.row->endReason;
  const bool timedOut =
      wanted.state == RingState::missed && (!ends || change.row->endReason == EndReason::noAnswer);
  if (was == RingState::ringing && timedOut && change.now - ring.since < ringsFor_)
    violates("stops too early");
  const bool isIn = person(change.call, wanted.user).in;
  if (was == RingState::ringing && wanted.state == RingState::answered && !isIn)
    violates("is answered by nobody");
  ring.state = wanted.state;
  ring.changedAt = commits_;
  if (begins) ring.since = change.now;
  if (was != RingState::ringing || wanted.rings()) return;
  ++ring.stops;
  ring.stoppedBy.insert(cause.by);
}

void Oracle::checkRings(const CallState& state, const std::function<bool(const UserId&)>& isMember,
                        bool hasTimer) {
  const Call& call = state.call;
  bool anyRings = false;
  for (const CallRing& each : state.rings) {
    const Ring& known = rings_[{call.id.value(), each.user}];
    if (known.state != each.state)
      violate("12", fmt::format("the ring of {} in call {} is {}, and nobody stored that", nameOf(each.user),
                                call.id.value(), toString(each.state)));
    if (!each.rings()) continue;
    const auto rings = [&](std::string_view what) {
      violate("12", fmt::format("call {} rings for {}, {}", call.id.value(), nameOf(each.user), what));
    };
    if (!call.active()) rings("and has ended");
    if (person(call.id, each.user).in) rings("who is in it");
    if (call.active() && !isMember(each.user)) rings("who is no member");
    if (call.active() && each.until && !hasTimer) rings("and has no timer that will stop it");
    anyRings = true;
  }
  if (call.active() && hasTimer && !anyRings)
    violate("12", fmt::format("call {} rings for nobody, and a timer waits to stop that", call.id.value()));
}

void Oracle::declined(const CallId& call, const UserId& user, Mark from) {
  const Ring& ring = rings_[{call.value(), user}];
  if (ring.state == RingState::ringing && ring.changedAt <= from.commits)
    violate("8", fmt::format("{} declined call {}, which rings on", nameOf(user), call.value()));
}

void Oracle::rung(const CallId& call, const UserId& user, Mark from) {
  const Ring& ring = rings_[{call.value(), user}];
  if (ring.state != RingState::ringing && ring.changedAt <= from.commits)
    violate("8", fmt::format("{} was rung in call {}, and it does not ring", nameOf(user), call.value()));
}

void Oracle::checkLimits(const CallChange& change, const KnownCall& call) {
  const auto tooEarly = [&](EndReason reason, StorageTime since, Duration limit, bool several) {
    if (change.row->endReason != reason) return;
    if (limit > Duration::zero() && change.now - since >= limit && !several) return;
    violate("limits", fmt::format("call {} ended with {} after {} s, with {} in it", change.call.value(),
                                  toString(reason), inSeconds(change.now - since), call.inCall));
  };
  tooEarly(EndReason::maxDuration, call.startedAt, limits_.duration, false);
  tooEarly(EndReason::alone, call.fewSince, limits_.alone, call.inCall > 1);
  if (limits_.emptyGrace > Duration::zero())
    tooEarly(EndReason::lastLeft, call.emptySince, limits_.emptyGrace, call.inCall > 0);
}

void Oracle::claimed(const Job& job) {
  claims_.insert_or_assign(job.id, job);
  // Other jobs of the call, whose leases have ended, are nobody's any more.
  std::erase_if(kept_, [&](const auto& each) {
    const Job& other = claims_.at(each.first);
    return job.call && other.id != job.id && other.call == job.call && each.second.until <= storageNow_;
  });
  const auto kept = kept_.find(job.id);
  if (kept == kept_.end()) return;
  if (kept->second.until > storageNow_) {
    violate("3", fmt::format("job {} was taken over, and its worker is alive and has renewed the lease for "
                             "another {} s",
                             job.id.value(), inSeconds(kept->second.until - storageNow_)));
  }
  kept_.erase(kept);
}

void Oracle::keeps(const Job& job, const Process& by, std::size_t step, StorageTime until) {
  if (claims_[job.id].token == job.token) kept_.insert_or_assign(job.id, Kept{job.token, by, step, until});
}

Oracle::Renewing::Renewing(Oracle& oracle, const Process& by, Duration lease)
    : oracle_(oracle), until_(oracle.storageNow_ + lease) {
  for (const auto& [job, kept] : oracle.kept_) {
    if (kept.by == by) jobs_.emplace_back(job, kept.token);
  }
}

void Oracle::Renewing::done() {
  for (const auto& [job, token] : jobs_) {
    const auto kept = oracle_.kept_.find(job);
    if (kept != oracle_.kept_.end() && kept->second.token == token)
      kept->second.until = std::max(kept->second.until, until_);
  }
}

void Oracle::settled(const Settlement& settlement, Storage& storage) {
  endsClaim(settlement.job);
  const auto latest = claims_.find(settlement.job);
  if (latest == claims_.end()) return;
  const Job& job = latest->second;
  if (job.token != settlement.token)
    violate("3",
            fmt::format("job {} was settled by a claim that another one had taken over", job.id.value()));
  if (job.type != JobType::endCalls || settlement.kind != Settlement::Kind::done) return;
  const auto left =
      storage.calls().activeCallsAfter({.after = 0, .upTo = job.cutoff.value_or(0), .limit = 1});
  if (!left.empty())
    violate("3", fmt::format("EndCalls is done, and call {} is active", left.front().id.value()));
}

void Oracle::died(const Process& process) {
  std::erase_if(kept_, [&](const auto& each) { return each.second.by == process; });
  for (auto& [id, call] : calls_) {
    if (call.startedBy == process && call.startEvents == 0) call.eventsMayBeMissing = true;
    if (call.reason && call.endedBy == process && call.endEvents == 0) call.eventsMayBeMissing = true;
  }
  for (auto& [key, ring] : rings_) {
    if (ring.stoppedBy.count(process) != 0 && ring.announced < ring.stops) ring.eventsMayBeMissing = true;
  }
}

void Oracle::answerLost(const CallId& call) {
  calls_[call].eventsMayBeMissing = true;
  for (auto& [key, ring] : rings_) {
    if (key.first == call.value()) ring.eventsMayBeMissing = true;
  }
}

void Oracle::seen(Session& who, SteadyPoint answered, bool again) {
  if (again && now_ - who.seen >= ttl_) who.backSince = now_;
  who.seen = std::max(who.seen, answered - promptly);
}

void Oracle::started(const Call& call, const UserId& user, const DeviceId& device, Mark from,
                     SteadyPoint answered) {
  if (calls_.count(call.id) == 0)
    violate("8", fmt::format("the start of {} was not committed", call.id.value()));
  joined({call.id, user, device}, from, answered);
}

void Oracle::joined(const SessionKey& key, Mark from, SteadyPoint answered) {
  Session& who = session(key);
  if (!who.in && who.outAt <= from.commits) {
    violate("8", fmt::format("{} joined call {} and is not in it", nameOf(key), key.call.value()));
  }
  if (who.in) seen(who, answered, who.inAt <= from.commits);
}

void Oracle::left(const SessionKey& key, Mark from) {
  forSessionsOf(key.call, key.user, [&](const SessionKey& each, const Session& who) {
    const bool meant = key.device.empty() || each.device == key.device;
    if (!meant || !who.in || who.inAt > from.commits) return;
    violate("8", fmt::format("{} left call {} and is in it", nameOf(each), key.call.value()));
  });
}

void Oracle::ended(const CallId& call) {
  if (!calls_[call].reason) violate("8", fmt::format("call {} was ended and is active", call.value()));
}

void Oracle::kicked(const CallId& call, const UserId& user, bool kicked, Mark from) {
  const Person& who = person(call, user);
  if (who.kicked != kicked && who.kickedAt <= from.commits) {
    violate("8", fmt::format("{} was {}kicked in call {}, which is not stored", nameOf(user),
                             kicked ? "" : "un", call.value()));
  }
}

/// Another process hears of a departure with its next report. Until then it may acknowledge, but not for
/// longer than its lease holds.
void Oracle::heartbeat(const SessionKey& key, const Process& by, Mark from, SteadyPoint answered) {
  Session& who = session(key);
  // This one is under way too.
  const Entries& entries = entries_[{by, key.user}];
  const bool maybeEntering = entries.underWay > 1 || entries.lastEnded > from.commits;
  const bool outAllTheTime = !who.in && who.inAt != 0 && who.outAt <= from.commits && !maybeEntering;
  const bool knewIt = who.outBy == by ? who.outDoneAt != 0 && who.outDoneAt <= from.commits
                                      : !who.outLate && from.at - who.outSince > peerLease_;
  if (outAllTheTime && knewIt) {
    violate("6", fmt::format("a heartbeat of {}, who has been out of call {} for {} s, was acknowledged",
                             nameOf(key), key.call.value(), inSeconds(from.at - who.outSince)));
  }
  if (who.in) seen(who, answered, true);
}

void Oracle::heartbeatRefused(const SessionKey& key, Mark from) {
  const Session& who = session(key);
  if (who.in && who.inAt <= from.commits) {
    violate("8",
            fmt::format("a heartbeat of {}, who is in call {}, was refused", nameOf(key), key.call.value()));
  }
}

void Oracle::removed(const ThreadId& thread, const UserId& user) {
  removed_.emplace(thread, user);
  for (const auto& [key, who] : sessions_) {
    const auto& [call, ofUser, device] = key;
    if (ofUser != user || !who.in || calls_[CallId{call}].thread != thread) continue;
    violate("6", fmt::format("{} was removed from {} and is in call {}", nameOf(user), thread.value(), call));
  }
}

void Oracle::sawRoom(const CallId& call, const UserId& user, Mark from) {
  bool mayBeIn = false;
  forSessionsOf(call, user, [&](const SessionKey&, const Session& who) {
    mayBeIn = mayBeIn || who.in || who.outAt > from.commits;
  });
  if (!mayBeIn) {
    violate("6", fmt::format("{}, who is not in call {}, was shown its room", nameOf(user), call.value()));
  }
}

Oracle::Switching::Switching(Oracle& oracle) : oracle_(oracle), begun_(++oracle.commits_) {
  ++oracle_.switching_;
  oracle_.downSince_ = 0;
}

Oracle::Switching::~Switching() {
  const bool alone = --oracle_.switching_ == 0 && oracle_.lastSwitched_ < begun_;
  oracle_.lastSwitched_ = ++oracle_.commits_;
  if (!alone || !until_) return;
  oracle_.downSince_ = oracle_.commits_;
  oracle_.downUntil_ = *until_;
}

Oracle::Entering::Entering(Oracle& oracle, const Process& by, const UserId& user)
    : oracle_(oracle), who_(by, user) {
  ++oracle_.entries_[who_].underWay;
}

Oracle::Entering::~Entering() {
  Entries& entries = oracle_.entries_[who_];
  --entries.underWay;
  entries.lastEnded = ++oracle_.commits_;
}

void Oracle::happened(const Event& event) {
  if (const auto* started = std::get_if<CallStarted>(&event)) {
    if (++calls_[started->call.id].startEvents > 1) {
      violate("2", fmt::format("CallStarted of {} came twice", started->call.id.value()));
    }
  }
  if (const auto* stopped = std::get_if<RingStopped>(&event)) {
    Ring& ring = rings_[{stopped->call.id.value(), stopped->callee}];
    if (++ring.announced > ring.stops)
      violate("12", fmt::format("it was announced that call {} rings for {} no more, and it does",
                                stopped->call.id.value(), nameOf(stopped->callee)));
    if (ring.announced == ring.stops) ring.stoppedBy.clear();
  }
  if (const auto* ended = std::get_if<CallEnded>(&event)) {
    KnownCall& call = calls_[ended->call.id];
    if (++call.endEvents > 1) violate("2", fmt::format("CallEnded of {} came twice", ended->call.id.value()));
    if (call.reason != ended->reason)
      violate("2", fmt::format("CallEnded of {} has another reason", ended->call.id.value()));
    if (ended->duration < Duration::zero()) violate("10", "a call has a negative duration");
  }
}

/// Whoever is in a call is so with a device, and nobody else has one open.
void Oracle::checkSessions(Storage& storage) {
  std::set<PersonKey> withSession;
  for (const auto& each : storage.heartbeats().silent({StorageTime::max(), everything, std::nullopt, many})) {
    withSession.emplace(each.who.call.value(), each.who.user);
  }
  std::set<PersonKey> in;
  for (const Call& call : storage.calls().activeCallsAfter({.after = 0, .upTo = everything, .limit = many})) {
    for (const CallParticipant& row : storage.calls().participants({call.id, 0, many})) {
      if (row.inCall()) in.emplace(call.id.value(), row.user);
    }
  }
  if (in != withSession) violate("sessions", "those in calls and those with an open session differ");
}

void Oracle::check(Storage& storage, bool storageKnowsMembers) {
  checkSessions(storage);
  std::set<ThreadId> busy;
  const auto jobs = storage.jobs().list({.failed = false, .after = 0, .limit = many});
  const auto failed = storage.jobs().list({.failed = true, .after = 0, .limit = many});
  const auto hasJob = [](const std::vector<Job>& list, const CallId& call, JobType type) {
    return std::any_of(list.begin(), list.end(),
                       [&](const Job& job) { return job.type == type && job.call == call; });
  };
  for (const Call& call : storage.calls().activeCallsAfter({.after = 0, .upTo = everything, .limit = many})) {
    if (!busy.insert(call.threadId).second) {
      violate("1", fmt::format("two calls are active in {}", call.threadId.value()));
    }
    if (calls_[call.id].reason) violate("2", fmt::format("call {} has ended and is active", call.id.value()));
    // A setup that is given up ends the call.
    if (!call.setupComplete && !hasJob(jobs, call.id, JobType::setupCall)) {
      violate("3", fmt::format("call {} is not set up, and has no job that will do it", call.id.value()));
    }
    const auto isMember = [&](const UserId& user) {
      return storageKnowsMembers ? storage.threads()->findMember(call.threadId, user).has_value()
                                 : removed_.count({call.threadId, user}) == 0;
    };
    if (ringsFor_ > Duration::zero()) {
      const bool hasTimer =
          hasJob(jobs, call.id, JobType::stopRinging) || hasJob(failed, call.id, JobType::stopRinging);
      const auto loaded = storage.calls().load({.call = call.id, .rings = true}).call;
      if (loaded) checkRings(*loaded, isMember, hasTimer);
    }
    std::size_t in = 0;
    for (const CallParticipant& row : storage.calls().participants({call.id, 0, many})) {
      if (row.leftAt) continue;
      ++in;
      if (row.kicked)
        violate("6", fmt::format("{} was kicked and is in call {}", nameOf(row.user), call.id.value()));
      if (!isMember(row.user)) {
        violate("6", fmt::format("{} is in call {} of a thread they are not in", nameOf(row.user),
                                 call.id.value()));
      }
    }
    const bool mayBeEmpty =
        call.limits.emptyGrace.count() > 0 && hasJob(jobs, call.id, JobType::endEmptyCall);
    if (in == 0 && !mayBeEmpty) violate("2", fmt::format("call {} is active and empty", call.id.value()));
  }
  for (auto each = unfinished_.begin(); each != unfinished_.end();) {
    const CallId id = *each++;
    const auto loaded = storage.calls().load({.call = id, .rings = true}).call;
    if (!loaded) {
      violate("8", fmt::format("call {} is gone", id.value()));
      continue;
    }
    const CallWithRoom& row = loaded->call;
    if (row.active()) violate("8", fmt::format("the end of call {} is gone", id.value()));
    checkRings(*loaded, nullptr, false);
    if (!row.teardownComplete && !hasJob(jobs, id, JobType::teardownCall) &&
        !hasJob(failed, id, JobType::teardownCall)) {
      violate("3", fmt::format("call {} has ended, and has no job that destroys its room", id.value()));
    }
    if (row.setupComplete != row.room.has_value()) {
      violate("5", fmt::format("call {} is set up without a room, or the other way round", id.value()));
    }
    if (row.teardownComplete) unfinished_.erase(id);
  }
}

void Oracle::checkEnd(Storage& storage, const std::vector<ThreadId>& threads, const std::set<CallId>& rooms) {
  for (const Call& call : storage.calls().activeCallsAfter({.after = 0, .upTo = everything, .limit = many})) {
    violate("7", fmt::format("call {} is active though nobody sends heartbeats", call.id.value()));
  }
  for (const bool failed : {false, true}) {
    for (const Job& job : storage.jobs().list({.failed = failed, .after = 0, .limit = many})) {
      violate("3", fmt::format("{} of call {} was not done: {}", toString(job.type),
                               job.call ? job.call->value() : "-", job.lastError.value_or("never run")));
    }
  }
  for (const CallId& room : rooms) {
    if (excusedRooms_.count(room) != 0) continue;
    violate("4", fmt::format("the room of call {} exists after its end", room.value()));
  }
  for (const auto& [id, call] : calls_) {
    if (call.eventsMayBeMissing) continue;
    if (call.startEvents != 1) violate("2", fmt::format("CallStarted of {} did not come", id.value()));
    if (call.reason && call.endEvents != 1)
      violate("2", fmt::format("CallEnded of {} did not come", id.value()));
  }
  for (const auto& [key, ring] : rings_) {
    if (ring.state == RingState::ringing)
      violate("12", fmt::format("call {} rings for {} for ever", key.first, nameOf(key.second)));
    if (ring.announced != ring.stops && !ring.eventsMayBeMissing)
      violate("12", fmt::format("it was not announced that call {} rings for {} no more", key.first,
                                nameOf(key.second)));
  }
  std::size_t stored = 0;
  for (const ThreadId& thread : threads) {
    stored += storage.calls().history({thread, {}, 1, {"user", "u0"}}).total;
  }
  if (stored != calls_.size()) {
    violate("8", fmt::format("{} calls were committed, {} are stored", calls_.size(), stored));
  }
}

}  // namespace messenger::simulation

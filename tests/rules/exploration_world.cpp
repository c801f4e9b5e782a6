#include "tests/rules/exploration_world.hpp"

#include <algorithm>

namespace messenger::inline v0::rules::exploration {
namespace {

void add(std::string& key, bool flag) {
  key += flag ? '1' : '0';
}

template <class Number>
void add(std::string& key, Number number) {
  key += static_cast<char>('a' + static_cast<int>(number));
}

void addCall(std::string& key, const CallState& state) {
  const CallWithRoom& call = state.call;
  key += call.active() ? 'a' : 'e';
  key += call.owner.id;
  add(key, call.setupComplete);
  add(key, call.teardownComplete);
  add(key, call.roomMayExist);
  add(key, call.room.has_value());
  if (call.endReason) add(key, *call.endReason);
  for (std::size_t i = 0; i < users; ++i) {
    const CallParticipant* row = state.find(userOf(i));
    key += row == nullptr ? '-' : row->leftAt ? 'o' : 'i';
    if (row != nullptr && row->kicked) key += 'k';
    if (const CallRing* ring = state.findRing(userOf(i))) {
      key += 'r';
      add(key, ring->state);
      add(key, ring->seen);
    }
    for (std::size_t d = 0; d < devices; ++d) {
      const auto session = std::find_if(state.sessions.begin(), state.sessions.end(), [&](const auto& each) {
        return each.user == userOf(i) && each.device == deviceOf(d);
      });
      key += session == state.sessions.end() ? '-' : session->open() ? 'i' : 'o';
    }
  }
}

void addWorker(std::string& key, const Worker& worker, const World& world) {
  key += 'w';
  add(key, worker.driverRan);
  add(key, worker.driverSucceeded);
  add(key, worker.beginsCreate);
  add(key, worker.seen->call.roomMayExist);
  add(key, worker.seen->call.teardownComplete);
  add(key, worker.seen->call.active());
  add(key, world.call->call.revision == worker.seen->call.revision);
}

void addJobs(std::string& key, const World& world) {
  std::vector<std::string> parts;
  for (const StoredJob& job : world.jobs) {
    std::string part{'j'};
    add(part, job.type);
    add(part, job.attempts);
    add(part, job.leased);
    add(part, job.expired);
    add(part, job.failed);
    for (const Worker& worker : world.workers) {
      if (worker.job.id != job.id) continue;
      add(part, worker.job.token == job.token && job.leased);
      addWorker(part, worker, world);
    }
    parts.push_back(std::move(part));
  }
  for (const Worker& worker : world.workers) {
    const bool stored = std::any_of(world.jobs.begin(), world.jobs.end(),
                                    [&](const StoredJob& job) { return job.id == worker.job.id; });
    if (stored) continue;
    std::string part{'l'};
    add(part, worker.job.type);
    addWorker(part, worker, world);
    parts.push_back(std::move(part));
  }
  std::sort(parts.begin(), parts.end());
  for (const std::string& part : parts) key += part;
}

void addInFlight(std::string& key, const InFlight& inFlight, const World& world) {
  key += 'f';
  add(key, inFlight.user);
  add(key, inFlight.loaded->threadRevision == world.threadRevision);
  add(key, inFlight.membershipRead);
}

bool names(const CallSession& one, const CallSession& other) {
  return one.participant == other.participant && one.device == other.device;
}

void writeSession(CallState& state, const CallSession& wanted) {
  const auto known = std::find_if(state.sessions.begin(), state.sessions.end(),
                                  [&](const CallSession& each) { return names(each, wanted); });
  if (known != state.sessions.end()) {
    if (wanted.open() || known->open()) *known = wanted;
  } else if (wanted.open()) {
    state.sessions.push_back(wanted);
  }
}

/// Whoever is not in the call has no open session.
void closeSessions(CallState& state) {
  for (CallSession& each : state.sessions) {
    const CallParticipant* row = state.find(each.participant);
    if (row->leftAt && each.open()) each.closedAt = row->leftAt;
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
  for (const CallSession& each : change.sessions) writeSession(state, each);
  if (change.everyoneLeaves) {
    for (CallParticipant& row : state.participants) {
      if (!row.leftAt) row.leftAt = change.everyoneLeaves;
    }
  }
  closeSessions(state);
  state.inCall =
      static_cast<std::size_t>(std::count_if(state.participants.begin(), state.participants.end(),
                                             [](const CallParticipant& row) { return !row.leftAt; }));
}

void writeRings(CallState& state, const CallChange& change) {
  for (const CallRing& wanted : change.rings) {
    const auto known = std::find_if(state.rings.begin(), state.rings.end(),
                                    [&](const CallRing& each) { return each.user == wanted.user; });
    if (known == state.rings.end()) {
      state.rings.push_back(wanted);
    } else {
      *known = wanted;
    }
  }
}

void takeOffThread(World& world, const UserId& user) {
  for (std::size_t i = 0; i < users; ++i) {
    if (userOf(i) == user) world.membership.at(i) = Membership::none;
  }
  ++world.threadRevision;
}

}  // namespace

World worldOf(Setting setting) {
  World world;
  world.setting = setting;
  world.membership.fill(Membership::member);
  if (setting == Setting::privateThread || setting == Setting::ringsInPrivate)
    world.membership.back() = Membership::none;
  if (setting == Setting::aloneWithJobs) world.membership = {Membership::member};
  return world;
}

std::string keyOf(const World& world) {
  std::string key;
  key.reserve(96);
  add(key, world.setting);
  if (world.call) addCall(key, *world.call);
  key += '|';
  for (const Membership each : world.membership) add(key, each);
  addJobs(key, world);
  if (world.inFlight) addInFlight(key, *world.inFlight, world);
  key += '|';
  add(key, world.room);
  add(key, world.started);
  add(key, world.ended);
  add(key, world.tornDown);
  return key;
}

const UserId& userOf(std::size_t i) {
  static const std::array<UserId, users> all{{{"user", "0"}, {"user", "1"}, {"user", "2"}}};
  return all.at(i);
}

const ParticipantId& rowOf(std::size_t i) {
  static const std::array<ParticipantId, users> all{ParticipantId{"row0"}, ParticipantId{"row1"},
                                                    ParticipantId{"row2"}};
  return all.at(i);
}

const DeviceId& deviceOf(std::size_t d) {
  static const std::array<DeviceId, devices> all{DeviceId{}, DeviceId{"phone"}};
  return all.at(d);
}

CallState stateFor(const World& world, std::size_t i) {
  CallState state = *world.call;
  std::erase_if(state.sessions, [&](const CallSession& each) { return each.user != userOf(i); });
  std::erase_if(state.rings, [&](const CallRing& each) { return !each.rings() && each.user != userOf(i); });
  return state;
}

bool ringsIn(const World& world) {
  return world.setting == Setting::rings || world.setting == Setting::ringsInPrivate;
}

bool isOpen(const World& world, std::size_t i, std::size_t d) {
  return world.call &&
         std::any_of(world.call->sessions.begin(), world.call->sessions.end(), [&](const CallSession& each) {
           return each.user == userOf(i) && each.device == deviceOf(d) && each.open();
         });
}

Now now() {
  return {TimePoint{std::chrono::hours{1}}, StorageTime{std::chrono::hours{1}}};
}

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
      job->leased = job->expired = false;
      break;
    case Settlement::Kind::fail:
      job->leased = job->expired = false;
      job->failed = true;
      break;
  }
}

Committed commit(World& world, const CallChange& change) {
  const std::int64_t revision = world.call ? world.call->call.revision : 0;
  if (change.expectedRevision != revision) return Committed::conflict;
  if (change.threadRevision && *change.threadRevision != world.threadRevision) return Committed::conflict;
  if (change.settles && holding(world, *change.settles) == nullptr) return Committed::claimLost;
  if (!world.call) world.call.emplace();
  if (change.row) world.call->call = *change.row;
  world.call->call.revision = revision + 1;
  writeRows(*world.call, change);
  writeRings(*world.call, change);
  if (change.removesMember) takeOffThread(world, *change.removesMember);
  if (change.settles) settle(world, *change.settles);
  std::erase_if(world.jobs, [&](const StoredJob& job) {
    return std::find(change.cancels.begin(), change.cancels.end(), job.type) != change.cancels.end();
  });
  for (const NewJob& job : change.jobs) {
    world.jobs.push_back({JobId{std::to_string(world.nextJob++)}, job.type});
  }
  // A start or a join that loaded before can only meet a conflict, and begin again.
  world.inFlight.reset();
  return Committed::yes;
}

}  // namespace messenger::rules::exploration

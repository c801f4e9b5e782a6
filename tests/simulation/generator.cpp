#include "tests/simulation/generator.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace messenger::simulation {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// Whether something of a host runs in it, which may stop or fail in the middle.
bool runs(Action action) {
  return action < Action::goOn;
}

}  // namespace

Generator::Generator(Choices& choices, const World& world)
    : choices_(choices),
      world_(world),
      temper_(temperOf(choices, world.options())),
      focus_(focusOf(choices, world.options())),
      quiet_(choices.chance(40)),
      loops_(world.options().hosts) {}

Generator::Temper Generator::temperOf(Choices& choices, const WorldOptions& world) {
  Temper temper;
  if (world.workers && choices.chance(50)) temper.goesOn = 2;
  if (world.groups) temper.stopsBeside = 15;
  if (choices.chance(50)) return temper;
  const auto one = [&](std::initializer_list<std::uint64_t> of) { return choices.pick(std::vector(of)); };
  temper.goesOn = one({1, 3, 6, 12, 25});
  temper.mostStopped = one({2, 4, 8});
  temper.stops = one({4, 12, 25});
  temper.stopsBeside = one({5, 20, 50});
  temper.fails = one({0, 3, 8, 20});
  temper.jobFails = one({3, 8, 40});
  temper.trouble = one({0, 1, 3, 8});
  temper.near = one({20, 60, 90});
  temper.counter = one({0, 30, 60});
  temper.fallsSilent = one({1, 4, 25});
  if (world.removal) temper.enters = one({0, 10, 30});
  temper.asks = one({0, 50, 100});
  temper.isIn = one({0, 50, 90});
  temper.rings = one({5, 10, 40});
  temper.threads = one({1, 1, threadCount});
  temper.firstThread = choices.below(threadCount);
  if (choices.chance(50)) temper.users = 2 + choices.below(world.users - 1);
  if (choices.chance(50)) temper.faults = {choices.pick(temper.faults), choices.pick(temper.faults)};
  for (const Action each : {Action::leave, Action::end, Action::ignore, Action::kick, Action::show}) {
    if (choices.chance(30)) temper.never.push_back(each);
  }
  if (choices.chance(50)) {
    temper.troubles = 2;
    temper.firstTrouble = choices.below(5);
  }
  return temper;
}

std::optional<Generator::Focus> Generator::focusOf(Choices& choices, const WorldOptions& world) {
  static const std::vector<Action> actions{Action::start,      Action::join,         Action::join,
                                           Action::leave,      Action::heartbeat,    Action::ring,
                                           Action::askToEnter, Action::removeMember, Action::runDueTasks,
                                           Action::runJob,     Action::runJob};
  static const std::vector<std::pair<std::int64_t, std::int64_t>> lengths{
      {0, 2}, {5, 20}, {30, 59}, {60, 75}, {60, 150}};
  if (!choices.chance(33)) return std::nullopt;
  Focus focus;
  focus.action = choices.pick(actions);
  if (focus.action == Action::ring && !world.rings) focus.action = Action::join;
  const std::uint64_t place = choices.below(4);
  if (place == 0) focus.beside = Beside::beforeWriting;
  if (place == 1) focus.beside = Beside::afterWriting;
  if (place >= 2) focus.stopAt = choices.below(12) + 1;
  std::tie(focus.shortest, focus.longest) = choices.pick(lengths);
  focus.interferes = choices.pick(std::vector<std::uint64_t>{0, 4, 15});
  return focus;
}

bool Generator::isFocused(const Step& step) const {
  return focus_ && step.action == focus_->action && step.stopAt == focus_->stopAt &&
         step.beside == focus_->beside;
}

/// One that was stopped for long enough.
std::optional<Step> Generator::released() {
  for (const auto& [number, until] : held_) {
    if (until > world_.elapsed()) continue;
    Step step;
    step.action = Action::goOn;
    step.number = number;
    held_.erase(number);
    return step;
  }
  return std::nullopt;
}

Step Generator::meanwhile() {
  auto held = held_.begin();
  std::advance(held, choices_.below(held_.size()));
  const Step& other = world_.stoppedStep(held->first);
  Step step = at(counterOf(other), other.host);
  if (choices_.chance(40)) step.host = anyHost();
  step.device = other.device;
  return about(held->first, step);
}

/// Others than those that the focus has stopped.
std::vector<std::int64_t> Generator::stoppedAtRandom() const {
  std::vector<std::int64_t> stopped = world_.stopped();
  stopped.erase(std::remove_if(stopped.begin(), stopped.end(),
                               [&](std::int64_t each) { return held_.count(each) != 0; }),
                stopped.end());
  return stopped;
}

Step Generator::at(Action action, std::size_t host) const {
  Step step;
  step.action = action;
  step.host = host;
  return step;
}

Step Generator::next() {
  if (const auto step = released()) return *step;
  const std::vector<std::int64_t> stopped = stoppedAtRandom();
  if (!stopped.empty() && choices_.chance(stopped.size() > temper_.mostStopped ? 40 : temper_.goesOn)) {
    Step step;
    step.action = Action::goOn;
    step.number = choices_.pick(stopped);
    if (choices_.chance(20)) step.stopAt = choices_.below(4) + 1;
    if (world_.options().groups && choices_.chance(20)) {
      step.fault = choices_.chance(80) ? Fault::diskError : Fault::diskFull;
      step.faultAt = choices_.below(12) + 1;
    }
    return step;
  }
  if (const auto step = recovery()) return *step;
  if (!held_.empty() && choices_.chance(focus_->interferes)) return disturbed(meanwhile());
  const std::uint64_t kind = choices_.below(100);
  if (kind < (quiet_ ? 86U : 58U)) return disturbed(due());
  if (kind < (quiet_ ? 91U : 86U)) return disturbed(near(byUser()));
  if (kind < 100 - temper_.trouble) return disturbed(near(byHost()));
  return trouble();
}

void Generator::performed(std::size_t number, const Step& step) {
  if (world_.isUnderWay(number)) {
    underWay_.emplace(number, step);
    if (isFocused(step) && held_.size() < mostHeld) {
      held_.emplace(static_cast<std::int64_t>(number),
                    world_.elapsed() + milliseconds(focus_->shortest * 1000, focus_->longest * 1000));
    }
  } else if (step.action != Action::goOn) {
    answered(step);
  }
  for (auto each = underWay_.begin(); each != underWay_.end();) {
    if (world_.isUnderWay(each->first)) {
      ++each;
    } else {
      answered(each->second);
      held_.erase(static_cast<std::int64_t>(each->first));
      each = underWay_.erase(each);
    }
  }
}

/// Whoever came in sends heartbeats from now on.
void Generator::answered(const Step& step) {
  if (step.action == Action::start || step.action == Action::join) {
    const auto call = world_.latestCall(step.thread);
    if (!call || !world_.isIn(call->id, step)) return;
    const auto clients = std::count_if(clients_.begin(), clients_.end(), [&](const Client& each) {
      return each.thread == step.thread && each.user == step.user;
    });
    if (clients < mostClients) {
      clients_.push_back(
          {step.thread, step.user, step.device, step.host, world_.elapsed() + milliseconds(1000, 25'000)});
    }
  }
}

Step Generator::due() {
  const Duration now = world_.elapsed();
  Duration earliest = now + seconds{30};
  for (const Client& each : clients_) earliest = std::min(earliest, each.next);
  for (std::size_t host = 0; host < loops_.size(); ++host) {
    if (!world_.alive(host) || world_.frozen(host)) continue;
    earliest = std::min({earliest, loops_[host].tasks, loops_[host].jobs});
    earliest = std::min(earliest, world_.renewalDue(host).value_or(earliest));
  }
  if (earliest > now) {
    Step step;
    step.time = earliest - now;
    return step;
  }
  for (std::size_t n = 0; n < clients_.size(); ++n) {
    Client& each = clients_[n];
    if (each.next > now) continue;
    each.next = now + milliseconds(5000, 25'000);
    if (choices_.chance(10)) each.host = anyHost();
    Step step = at(Action::heartbeat, each.host);
    if (choices_.chance(temper_.enters))
      step.action = choices_.chance(temper_.asks) ? Action::askToEnter : Action::enterRoom;
    step.user = each.user;
    step.device = each.device;
    step.thread = each.thread;
    const auto call = world_.latestCall(each.thread);
    const bool out = !call || !call->active() || !world_.isIn(call->id, step);
    if (choices_.chance(out ? 50 : temper_.fallsSilent))
      clients_.erase(clients_.begin() + static_cast<std::ptrdiff_t>(n));
    return step;
  }
  for (std::size_t host = 0; host < loops_.size(); ++host) {
    if (!world_.alive(host) || world_.frozen(host)) continue;
    Loop& loop = loops_[host];
    if (loop.tasks <= now) {
      loop.tasks = now + milliseconds(1000, 3000);
      return at(Action::runDueTasks, host);
    }
    if (world_.renewalDue(host).value_or(now + seconds{1}) <= now) return at(Action::renewLeases, host);
    if (loop.jobs <= now) {
      loop.jobs = now + milliseconds(500, 3000);
      return at(Action::runJob, host);
    }
  }
  return byUser();
}

Step Generator::byUser() {
  static const std::vector<Action> actions{
      Action::start, Action::start,  Action::start,     Action::join,       Action::join,      Action::join,
      Action::join,  Action::leave,  Action::leave,     Action::end,        Action::heartbeat, Action::ignore,
      Action::kick,  Action::unkick, Action::enterRoom, Action::askToEnter, Action::show};
  static const std::vector<Action> quiet{
      Action::start, Action::start, Action::join,      Action::join,      Action::join,
      Action::join,  Action::leave, Action::heartbeat, Action::enterRoom, Action::askToEnter};
  const bool rings = world_.options().rings && choices_.chance(quiet_ ? temper_.rings / 2 : temper_.rings);
  Action action = rings ? Action::ring : choices_.pick(quiet_ ? quiet : actions);
  if (focus_ && focus_->action <= Action::show && choices_.chance(20)) action = focus_->action;
  if (std::find(temper_.never.begin(), temper_.never.end(), action) != temper_.never.end())
    action = Action::join;
  Step step = at(action, anyHost());
  step.user = anyUser();
  step.target = anyUser();
  step.thread = anyThread();
  const bool namesDevice = action == Action::start || action == Action::join || action == Action::leave ||
                           action == Action::heartbeat || action == Action::enterRoom ||
                           action == Action::askToEnter;
  if (namesDevice) step.device = anyDevice();
  if (action == Action::ring && choices_.chance(temper_.isIn)) chooseRing(step);
  const bool comesIn =
      action == Action::ring || action == Action::start || action == Action::join || action == Action::ignore;
  if (!comesIn && !clients_.empty() && choices_.chance(temper_.isIn)) {
    const Client& client = choices_.pick(clients_);
    step.user = client.user;
    step.thread = client.thread;
    if (namesDevice) step.device = client.device;
  }
  return step;
}

/// Somebody in a call, and a member who is not.
void Generator::chooseRing(Step& step) {
  std::vector<Step> possible;
  for (const Client& client : clients_) {
    const auto call = world_.latestCall(client.thread);
    if (!call || !call->active() || !world_.isInCall(call->id, client.user)) continue;
    for (std::size_t target = 0; target < world_.options().users; ++target) {
      const bool isThere = world_.isInCall(call->id, target) || world_.isRung(call->id, target);
      if (isThere || !world_.isMember(client.thread, target)) continue;
      step.user = client.user;
      step.thread = client.thread;
      step.target = target;
      possible.push_back(step);
    }
  }
  if (!possible.empty()) step = choices_.pick(possible);
}

Step Generator::byHost() {
  static const std::vector<Action> actions{Action::removeMember, Action::removeMember,  Action::addMember,
                                           Action::addMember,    Action::addMember,     Action::lock,
                                           Action::unlock,       Action::unlock,        Action::callsDown,
                                           Action::callsUp,      Action::callsUp,       Action::endAsHost,
                                           Action::renewRoom,    Action::checkActivity, Action::checkActivity,
                                           Action::queueCheck,   Action::flushPresence, Action::retryFailed,
                                           Action::command,      Action::command,       Action::command};
  static const std::vector<Action> quiet{Action::addMember,     Action::unlock,     Action::callsUp,
                                         Action::checkActivity, Action::queueCheck, Action::checkActivity,
                                         Action::flushPresence, Action::retryFailed};
  const Action action = choices_.pick(quiet_ ? quiet : actions);  // first: arguments have no order
  Step step = at(action, anyHost());
  step.user = anyUser();
  step.thread = anyThread();
  if (step.action == Action::command) step.command = choices_.below(consoleCommands.size());
  if (world_.options().ownDirectory) {
    if (step.action == Action::removeMember && choices_.chance(40)) step.action = Action::removeMemberEarly;
    if (world_.directoryIsBehind() && choices_.chance(40)) step.action = Action::catchUp;
  }
  if (step.action == Action::callsDown) step.time = seconds{choices_.between(1, 60)};
  return step;
}

Step Generator::trouble() {
  Step step = at(Action::hostDies, hostAtWork());
  switch (temper_.firstTrouble + choices_.below(temper_.troubles)) {
    case 0:
      step.action = Action::hostDies;
      break;
    case 1:
      step.action = Action::hostFreezes;
      break;
    case 2:
      step.action = choices_.chance(25) ? Action::allWallsJump : Action::wallJumps;
      step.time = choices_.chance(50) ? milliseconds(-30'000, 30'000) : milliseconds(-86'400'000, 86'400'000);
      break;
    case 3:
      if (world_.options().storage == StorageKind::sqlite && choices_.chance(50)) {
        step.action = Action::machineCrashes;
        break;
      }
      // a pause in which nothing happens: everybody is late
      step.action = Action::timePasses;
      step.time = milliseconds(1000, 90'000);
      break;
    case 4:
      step.action = Action::storageAway;
      step.time = milliseconds(5000, 150'000);
      break;
    default:  // somebody's clients are gone
      if (!clients_.empty())
        clients_.erase(clients_.begin() + static_cast<std::ptrdiff_t>(choices_.below(clients_.size())));
      return due();
  }
  return step;
}

/// Processes that are dead or frozen come back after a while.
std::optional<Step> Generator::recovery() {
  for (std::size_t host = 0; host < world_.options().hosts; ++host) {
    if (!world_.alive(host) && choices_.chance(5)) return at(Action::hostStarts, host);
    if (world_.frozen(host) && choices_.chance(3)) return at(Action::hostThaws, host);
  }
  return std::nullopt;
}

std::size_t Generator::hostAtWork() {
  const std::vector<std::int64_t> stopped = world_.stopped();
  if (stopped.empty() || !choices_.chance(temper_.near)) return anyHost();
  return world_.stoppedStep(choices_.pick(stopped)).host;
}

/// What undoes it, or should not come in the middle of it.
Action Generator::counterOf(const Step& step) {
  static const std::vector<Action> ofEntering{Action::removeMember, Action::leave, Action::end,
                                              Action::flushPresence, Action::checkActivity};
  static const std::vector<Action> ofLeaving{Action::join, Action::join, Action::heartbeat};
  static const std::vector<Action> ofHeartbeat{Action::leave, Action::flushPresence, Action::removeMember};
  static const std::vector<Action> ofRing{Action::removeMember, Action::removeMember, Action::join,
                                          Action::endAsHost};
  static const std::vector<Action> ofAsking{Action::leave, Action::leave, Action::removeMember,
                                            Action::runJob};
  static const std::vector<Action> ofAskingTooLate{Action::join, Action::runJob};
  static const std::vector<Action> ofJob{Action::endAsHost, Action::runJob, Action::leave,
                                         Action::storageAway};
  static const std::vector<Action> ofOthers{Action::join, Action::leave, Action::heartbeat, Action::runJob};
  switch (step.action) {
    case Action::start:
    case Action::join:
      return choices_.pick(ofEntering);
    case Action::leave:
    case Action::kick:
    case Action::removeMember:
      return choices_.pick(ofLeaving);
    case Action::heartbeat:
      return choices_.pick(ofHeartbeat);
    case Action::ring:
      return choices_.pick(ofRing);
    case Action::askToEnter: {
      const auto call = world_.latestCall(step.thread);
      return choices_.pick(call && world_.isIn(call->id, step) ? ofAsking : ofAskingTooLate);
    }
    case Action::runJob:
      return choices_.pick(ofJob);
    default:
      return choices_.pick(ofOthers);
  }
}

Step Generator::near(Step step) {
  const std::vector<std::int64_t> stopped = world_.stopped();
  if (stopped.empty() || !choices_.chance(temper_.near)) return step;
  const std::int64_t number = choices_.pick(stopped);
  const Step& other = world_.stoppedStep(number);
  const bool counters = choices_.chance(temper_.counter);
  if (counters) {
    step.action = counterOf(other);
    if (other.action == Action::askToEnter) step.device = other.device;
    if (choices_.chance(70)) step.host = other.host;
  }
  return about(number, step);
}

/// The same thread and user as that of a step that is stopped.
Step Generator::about(std::int64_t number, Step step) {
  const Step& other = world_.stoppedStep(number);
  if (step.action == Action::storageAway) step.time = milliseconds(5000, 90'000);
  step.thread = world_.threadOfJob(number).value_or(other.thread);
  const bool aboutTarget = other.action == Action::ring || other.action == Action::kick;
  step.user = aboutTarget && choices_.chance(50) ? other.target : other.user;
  if (step.device != 0 && other.device != 0 && choices_.chance(50)) step.device = other.device;
  return step;
}

Step Generator::disturbed(Step step) {
  if (!runs(step.action)) return step;
  if (focus_ && step.action == focus_->action && held_.size() < mostHeld && choices_.chance(60)) {
    step.stopAt = focus_->stopAt;
    step.beside = focus_->beside;
    return step;
  }
  // Due tasks report, look for departures and check activity: they pass more points than a verb.
  const std::uint64_t reach =
      step.action == Action::runDueTasks || step.action == Action::checkActivity ? 24 : 9;
  if (choices_.chance(temper_.stops)) {
    step.stopAt = choices_.below(reach) + 1;
    step.dies = choices_.chance(15);
  }
  if (choices_.chance(step.action == Action::runJob ? temper_.jobFails : temper_.fails)) {
    step.faultAt = choices_.below(reach) + 1;
    step.fault = choices_.pick(temper_.faults);
    if (world_.options().storage == StorageKind::sqlite && choices_.chance(60)) {
      static const std::vector<Fault> ofDisk{Fault::diskError, Fault::diskFull, Fault::powerFails};
      step.fault = choices_.pick(ofDisk);
      step.faultAt = choices_.below(12) + 1;
    }
    if (world_.options().storage == StorageKind::postgres && choices_.chance(60)) {
      step.fault = choices_.chance(50) ? Fault::requestLost : Fault::responseLost;
      step.faultAt = choices_.below(5) + 1;
    }
  }
  if (!step.dies && choices_.chance(temper_.stopsBeside))
    step.beside = choices_.chance(60) ? Beside::beforeWriting : Beside::afterWriting;
  if (world_.options().groups && step.faultAt == 0 && world_.isQueueHeld(step.host) && choices_.chance(20)) {
    step.fault = Fault::constraint;
    step.faultAt = choices_.below(3) + 1;
  }
  return step;
}

}  // namespace messenger::simulation

#include "tests/simulation/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "messenger/adapters/defaults.hpp"
#include "messenger/adapters/memory.hpp"
#include "messenger/adapters/sqlite.hpp"
#include "messenger/console/console.hpp"
#include "messenger/errors.hpp"
#include "tests/simulation/contracts.hpp"

namespace messenger::simulation {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// Points after which a verb can see whether what it stored of a participant's presence is old by now.
bool storesPresence(std::string_view name) {
  return name == "commit" || name == "committed" || name == "report" || name == "departures";
}

/// Points; none has been seen that passes a hundredth of them.
constexpr std::size_t longestStep = 100'000;

constexpr TimePoint firstMoment = std::chrono::sys_days{std::chrono::year{2026} / std::chrono::January / 1};

Config configOf(const WorldOptions& options) {
  Config config;
  config.calling.enabled = true;
  config.calling.subscriber.queued = options.queued;
  config.jobs.unattendedLease = options.seed % 3 == 0 ? seconds{5} : minutes{1};  // some are taken over
  config.jobs.maxBackoff = seconds{30};
  config.presence.newCallGrace = seconds{0};
  config.presence.writeBehind = options.reportEvery;
  config.calling.subscriber.removesSessions = options.removal;
  config.sessions.newDeviceReplaces = options.devices == Devices::replacing;
  if (options.workers && options.seed % 3 == 1) config.jobs.lease = seconds{6};
  if (options.limits) {
    config.limits.duration = minutes{12};
    config.limits.alone = minutes{2};
    if (options.seed % 2 == 0) config.limits.emptyGrace = seconds{20};
  }
  if (options.rings) {
    config.ringing.enabled = true;
    config.ringing.noAnswerAfter = seconds{20};
    config.ringing.againAfter = seconds{2};
    if (options.seed % 2 == 0) config.ringing.whenBusy = Config::Ringing::WhenBusy::refuse;
  }
  return config;
}

constexpr std::array storageNames{std::pair{StorageKind::memory, std::string_view{"memory"}},
                                  std::pair{StorageKind::sqlite, std::string_view{"sqlite"}},
                                  std::pair{StorageKind::postgres, std::string_view{"postgres"}}};

std::string_view nameOf(StorageKind storage) {
  return storageNames.at(static_cast<std::size_t>(storage)).second;
}

std::string_view nameOf(Devices devices) {
  if (devices == Devices::none) return "";
  return devices == Devices::several ? " devices" : " replacing";
}

}  // namespace

std::optional<StorageKind> storageNamed(std::string_view name) {
  for (const auto& [kind, text] : storageNames) {
    if (text == name) return kind;
  }
  return std::nullopt;
}

std::string describe(const WorldOptions& options) {
  return fmt::format(
      "world: seed {} hosts {} users {} jobs {} directory {} storage {} reports {}{}{}{}{}{}{}", options.seed,
      options.hosts, options.users, options.queued ? "queued" : "synchronous",
      options.ownDirectory ? "own" : "stored", nameOf(options.storage), options.reportEvery.count(),
      options.limits ? " limits" : "", nameOf(options.devices), options.removal ? " removal" : "",
      options.rings ? " rings" : "", options.workers ? " workers" : "", options.groups ? " groups" : "");
}

std::optional<WorldOptions> parseWorld(std::string_view line) {
  std::istringstream in{std::string{line}};
  WorldOptions options;
  std::string word;
  std::string jobs;
  std::string directory;
  std::string storage;
  in >> word;
  if (word != "world:") return std::nullopt;
  in >> word >> options.seed >> word >> options.hosts >> word >> options.users >> word >> jobs >> word >>
      directory >> word >> storage;
  if (!in || options.hosts == 0 || options.users < 2) return std::nullopt;
  options.queued = jobs == "queued";
  options.ownDirectory = directory == "own";
  options.storage = storageNamed(storage).value_or(StorageKind::memory);
  if (std::int64_t every = 0; in >> word >> every) options.reportEvery = seconds{every};
  while (in >> word) {
    if (word == "limits") options.limits = true;
    if (word == "removal") options.removal = true;
    if (word == "rings") options.rings = true;
    if (word == "workers") options.workers = true;
    if (word == "groups") options.groups = true;
    if (word == "devices") options.devices = Devices::several;
    if (word == "replacing") options.devices = Devices::replacing;
  }
  return options;
}

World::World(const WorldOptions& options)
    : options_(options),
      config_(configOf(options)),
      disk_(options.storage == StorageKind::sqlite ? std::make_unique<Disk>() : nullptr),
      server_(options.storage == StorageKind::postgres ? std::make_unique<Server>(options.hosts) : nullptr),
      directory_(options.ownDirectory ? memoryStorage() : nullptr),
      hosts_(options.hosts),
      oracle_(config_.presence.ttl, 2 * Duration{config_.presence.writeBehind}, config_.limits,
              config_.ringing) {
  openStorage();
  tellTime();
  for (std::size_t n = 0; n < threadCount; ++n) {
    NewThread made;
    made.thread.id = thread(n);
    made.thread.type = n == 0 ? ThreadType::privateThread : ThreadType::group;
    const std::size_t members = n == 0 ? 2 : options.users;
    for (std::size_t each = 0; each < members; ++each) {
      ThreadMember member;
      member.user = user(each);
      member.admin = n != 0 && each == 0;
      member.startCalls = true;
      made.members.push_back(member);
    }
    directoryStore().createThread(made);
  }
  for (std::size_t host = 0; host < hosts_.size(); ++host) startHost(host);
}

World::~World() {
  for (std::size_t host = 0; host < hosts_.size(); ++host) {
    killHost(host);
    buryHost(host);
  }
}

void World::openStorage() {
  if (disk_) {
    storage_ = sqliteStorage(disk_->folder() / "calls.db");
  } else {
    storage_ = server_ ? server_->open() : memoryStorage();
  }
}

/// As the host sees it, with the faults of what is below it.
std::shared_ptr<Storage> World::storageOf(std::size_t host, sqlite::StatementProbe* waiting) const {
  if (disk_) return sqlite::makeSqliteStorage({.path = disk_->folder() / "calls.db"}, waiting);
  return server_ ? server_->openFor(host) : storage_;
}

ThreadStore& World::directoryStore() const {
  return *(directory_ ? directory_ : storage_)->threads();
}

void World::startHost(std::size_t host) {
  Host& made = hosts_[host];
  const Process process{host, ++made.life};
  Dependencies from;
  if (options_.groups) made.waiting = simulatedWaiting(*this, process);
  made.storage = storageOf(host, made.waiting.get());
  from.storage = simulatedStorage(*this, process, made.storage);
  if (options_.ownDirectory) from.threads = simulatedDirectory(*this, process, directory_);
  from.presence = simulatedPresence(*this, process);
  from.broadcaster = simulatedBroadcaster(*this, process);
  from.clock = simulatedClock(*this, host);
  from.logger = nullLogger();
  from.randomSeed = (options_.seed << 20U) + (host << 16U) + made.life;
  made.frozen = false;
  made.storageAwayUntil = {};
  made.messenger = std::make_unique<Messenger>(config_, std::move(from));
  made.messenger->setVideoDriver(simulatedDrivers(*this, process));
  if (options_.workers) {
    const auto pause = [this, process](std::chrono::milliseconds) {
      static_cast<void>(point(process, "pause"));
      return true;
    };
    made.worker = std::make_unique<SteppedWorker>(made.messenger->jobs(), WorkerOptions{.threads = 2}, pause);
    made.renewAt = elapsed_ + (*made.worker)->firstRenewal();
  }
  made.subscriptions.push_back(made.messenger->onEvent([this, process](const Event& event) {
    if (!isAlive(process)) return;
    oracle_.happened(event);
    note(fmt::format("event {}", event.index()));
    if (point(process, "listener") == Fault::throws)
      throw std::runtime_error("the simulated listener throws");
    if (const auto* ended = std::get_if<CallEnded>(&event)) {
      static_cast<void>(hosts_[process.host].messenger->host().findCall(ended->call.id));
    }
  }));
  oracle_.reachable(true);
}

bool World::someHostIsAlive() const {
  return std::any_of(hosts_.begin(), hosts_.end(),
                     [](const Host& host) { return host.messenger != nullptr && !host.dead; });
}

bool World::isAlive(const Process& process) const {
  return hosts_[process.host].life == process.life && hosts_[process.host].messenger != nullptr;
}

void World::killHost(std::size_t host) {
  Host& dying = hosts_[host];
  if (!dying.messenger || dying.dead) return;
  const Process process{host, dying.life};
  const auto excuse = [&](const Running& running) {
    if (running.process != process || !running.leaseUntil) return;
    if (*running.leaseUntil > storage_->timeAt(now(host).steady)) return;
    for (const CallId& call : running.made) oracle_.excuseRoom(call);
  };
  if (current_ != nullptr) excuse(*current_);
  for (const auto& [number, running] : stopped_) excuse(*running);
  for (const CallId& call : dying.lateRooms) oracle_.excuseRoom(call);
  dying.lateRooms.clear();
  oracle_.died(process);
  ++dying.life;
  dying.dead = true;
  oracle_.reachable(someHostIsAlive());
}

void World::buryHost(std::size_t host) {
  Host& dead = hosts_[host];
  const auto isOfHost = [&](const auto& each) { return each.second->process.host == host; };
  while (std::any_of(stopped_.begin(), stopped_.end(), isOfHost)) {
    for (auto each = stopped_.begin(); each != stopped_.end();) {
      if (isOfHost(*each) && !each->second->activity->finished()) run(*each->second);
      each = isOfHost(*each) && each->second->activity->finished() ? stopped_.erase(each) : std::next(each);
    }
  }
  dead.subscriptions.clear();
  dead.worker.reset();
  dead.renewAt.reset();
  dead.messenger.reset();
  dead.storage.reset();
  dead.waiting.reset();
  dead.dead = false;
}

void World::tellTime() {
  const SteadyPoint moment = now(0).steady;
  oracle_.timeIs(moment, storage_->timeAt(moment));
}

Moment World::now(std::size_t host) const {
  return {firstMoment + elapsed_ + hosts_[host].wallOffset, SteadyPoint{hours{1} + elapsed_}};
}

/// The folder of the database has another name each time.
std::string World::withoutFolder(std::string text) const {
  if (!disk_) return text;
  const std::string folder = disk_->folder().string();
  for (std::size_t at = 0; (at = text.find(folder, at)) != std::string::npos;) text.erase(at, folder.size());
  return text;
}

void World::noteFreely(const std::string& text) {
  note(withoutFolder(text));
}

void World::note(std::string_view text) {
  for (const char c : text) {
    fingerprint_ = (fingerprint_ ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  }
}

Fault World::point(const Process& process, std::string_view name) {
  if (!isAlive(process)) throw HostDied{};
  if (current_ == nullptr) return Fault::none;
  Running& running = *current_;
  note(name);
  const std::size_t at = ++running.passed;
  if (at > longestStep) {
    oracle_.violate("liveness", fmt::format("a step has passed {} points, and has not ended", longestStep));
    killHost(process.host);
    throw HostDied{};
  }
  if (storesPresence(name)) running.stoodStill.reset();
  if (at == running.stopAt || stopsBeside(running, name)) {
    if (running.dies && at == running.stopAt) {
      killHost(process.host);
      throw HostDied{};
    }
    stopHere(running);
    if (!isAlive(process)) throw HostDied{};
    if (storesPresence(name)) running.stoodStill.reset();
  }
  if (at != running.faultAt || running.fault == Fault::constraint) return Fault::none;
  running.disturbed = true;
  return running.fault;
}

bool World::stopsBeside(Running& running, std::string_view name) const {
  const Beside beside = running.step.beside;
  const bool isHere = (beside == Beside::beforeWriting && name == "commit" && !options_.groups) ||
                      (beside == Beside::afterWriting && name == "committed");
  return isHere && !std::exchange(running.stoppedBeside, true);
}

void World::stopHere(Running& running) {
  if (!running.stoodStill) running.stoodStill = now(running.process.host).steady;
  running.activity->pause();
}

void World::disturbed() {
  if (current_ != nullptr) current_->disturbed = true;
}

bool World::refusesChange() {
  if (current_ == nullptr || current_->fault != Fault::constraint || current_->faultAt == 0) return false;
  if (current_->passed < current_->faultAt) return false;
  current_->fault = Fault::none;
  current_->disturbed = true;
  ++refusals_;
  current_->refused = true;
  return true;
}

bool World::isQueueHeld(std::size_t host) const {
  return std::any_of(stopped_.begin(), stopped_.end(), [&](const auto& each) {
    return each.second->leading && each.second->process.host == host;
  });
}

void World::leads(const Process& process) {
  if (current_ == nullptr) return;
  Running& running = *current_;
  if (!isAlive(process)) throw HostDied{};  // it makes no change any more
  // Whoever waits learns of their change when the leader is done with its own: so neither where the leader
  // does more than this change, as the directory's removal of a member does, nor while the changes of a group
  // that failed are made one by one.
  if (!running.writing || std::exchange(running.led, true)) return;
  static_cast<void>(point(process, "begin"));
  if (running.step.beside != Beside::beforeWriting || std::exchange(running.stoppedBeside, true)) return;
  running.leading = true;
  stopHere(running);
  running.leading = false;
  if (!isAlive(process)) throw HostDied{};
}

bool World::waitsInQueue() noexcept {
  if (current_ == nullptr || !current_->activity) return false;
  Running& running = *current_;
  note("waits");
  running.waited = true;
  if (running.place == 0) running.place = ++places_;
  running.waits = true;
  stopHere(running);
  running.waits = false;
  return true;
}

World::Writing::Writing(World& world, const Process& process)
    : world_(world),
      process_(process),
      running_(world.current_),
      failures_(world.failures() - world.refusalsToCome(process)) {
  world.touched_ = true;
  if (running_ == nullptr) return;
  running_->waited = false;
  running_->writing = true;
  running_->led = false;
  running_->place = 0;
}

World::Writing::~Writing() {
  if (running_ == nullptr) return;
  running_->writing = false;
  world_.letGroupGoOn(process_);
  if (running_->waited) world_.stopHere(*running_);
}

std::size_t World::failures() const {
  return refusals_ + (disk_ ? disk_->failures() : 0);
}

/// Those of changes that are still in the queue.
std::size_t World::refusalsToCome(const Process& process) const {
  return static_cast<std::size_t>(std::count_if(stopped_.begin(), stopped_.end(), [&](const auto& each) {
    const Running& running = *each.second;
    return running.refused && (running.waits || running.leading) && running.process == process;
  }));
}

/// Of changes that are made together, one that fails, or a commit that fails once, does no harm to others.
void World::Writing::failed(std::string_view error) {
  if (running_ == nullptr || !running_->waited || running_->disturbed || !world_.isAlive(process_)) return;
  if (world_.failures() > failures_ + 1) return;
  world_.oracle_.violate("11", fmt::format("a change failed with those that it waited for: {}",
                                           world_.withoutFolder(std::string{error})));
}

/// Those whose changes are made, in the order in which they waited; first those of which the oracle is told,
/// because the others go on to their end. Who is still to wait does so.
void World::letGroupGoOn(const Process& process) {
  if (!options_.groups) return;
  std::map<std::pair<bool, std::size_t>, Running*> waiting;
  for (const auto& [number, running] : stopped_) {
    if (running->waits && running->process == process)
      waiting.emplace(std::pair{!running->writing, running->place}, running.get());
  }
  Running* const before = current_;
  for (const auto& [at, running] : waiting) {
    if (!running->waits) continue;
    current_ = running;
    running->activity->proceed();
  }
  current_ = before;
}

/// Of whoever is acknowledged now: a process that stands still after it has looked at the clock for the last
/// time cannot know how long.
SteadyPoint World::answeredAt(const Running& running) const {
  return running.stoodStill.value_or(now(running.process.host).steady);
}

void World::loaded(const CallStore::Loaded& loaded) {
  if (current_ != nullptr && loaded.call) current_->sessions = loaded.call->sessions;
}

void World::committed(const CallChange& change, const CommitResult& result, const Process& process) {
  hosts_[process.host].lateRooms.erase(change.call);
  if (options_.groups) acknowledged_.emplace(change.call, change.expectedRevision + 1);
  if (evictsSince(*current_)) oracle_.evicts(change, current_->sessions);
  oracle_.committed(change, result, causeOf(process));
}

/// Of the step that is running.
Oracle::Cause World::causeOf(const Process& process) const {
  const Step& step = current_->step;
  Oracle::Cause cause{process, current_->number, evictsSince(*current_), nullptr,
                      /*mayRing=*/step.action == Action::start || step.action == Action::ring};
  const UserId by = user(step.user);
  switch (step.action) {
    case Action::start:
    case Action::heartbeat:
    case Action::unkick:
    case Action::ring:
    case Action::show:
    case Action::enterRoom:
    case Action::askToEnter:
    case Action::renewRoom:
      cause.mayClose = [](const SessionKey&) { return false; };
      break;
    case Action::join:
      cause.mayClose = [by, replaces = options_.devices == Devices::replacing](const SessionKey& key) {
        return replaces && key.user == by;
      };
      break;
    case Action::leave:
      cause.mayClose = [by, with = device(step)](const SessionKey& key) {
        return key.user == by && (with.empty() || key.device == with);
      };
      break;
    default:
      break;
  }
  return cause;
}

std::optional<Oracle::Mark> World::evictsSince(const Running& running) {
  switch (running.step.action) {
    case Action::runJob:
    case Action::runDueTasks:
    case Action::checkActivity:
    case Action::queueCheck:
    case Action::command:
      return running.begun;
    default:
      return std::nullopt;
  }
}

void World::answerLost(const CallId& call) {
  oracle_.answerLost(call);
}

void World::commitFailed(const CallChange& change, const Process& process) {
  unknown_.push_back({change, causeOf(process)});
}

/// Looks whether commits that failed were made. Right after the step, so nobody else has changed the call.
void World::learnOutcomes() {
  for (const Unknown& each : std::exchange(unknown_, {})) {
    const auto loaded = storage_->calls().load({.call = each.change.call}).call;
    const std::int64_t revision = each.change.expectedRevision + 1;
    if (!loaded || loaded->call.revision != revision) continue;
    if (acknowledged_.count({each.change.call, revision}) != 0) continue;  // that of another
    CommitResult result;
    result.status = CommitResult::Status::committed;
    result.call = loaded->call;
    if (each.change.everyoneLeaves) {
      for (CallParticipant& row : storage_->calls().participants({each.change.call, 0, 1000})) {
        result.left.push_back(std::move(row));
      }
    }
    oracle_.committed(each.change, result, each.cause);
    oracle_.answerLost(each.change.call);
    oracle_.finished(each.cause.step);
  }
}

/// Everything in memory is gone, and what was not synced.
void World::crashMachine() {
  disk_->turnPowerOff();
  std::vector<std::size_t> dead;
  for (std::size_t host = 0; host < hosts_.size(); ++host) {
    if (!hosts_[host].messenger) continue;
    killHost(host);
    buryHost(host);
    dead.push_back(host);
  }
  storage_.reset();
  disk_->restart(fingerprint_);
  openStorage();
  for (const std::size_t host : dead) startHost(host);
}

void World::claimed(const JobQueue::ClaimedJob& claimed, StorageTime leaseUntil) {
  const Job& job = claimed.job;
  oracle_.claimed(job);
  // Its intent is a change of the call.
  if (options_.groups && claimed.beginsCreate)
    acknowledged_.emplace(claimed.call.value().call.id, claimed.call->call.revision);
  if (current_ == nullptr) return;
  current_->claimed = job;
  current_->leaseUntil = leaseUntil;
}

void World::renewed(const JobId& job, std::int64_t token, StorageTime leaseUntil) {
  const auto renew = [&](Running& running) {
    if (running.claimed && running.claimed->id == job && running.claimed->token == token)
      running.leaseUntil = leaseUntil;
  };
  if (current_ != nullptr) renew(*current_);
  for (const auto& [number, running] : stopped_) renew(*running);
}

World::DriverAtWork::DriverAtWork(World& world, const CallId& call)
    : world_(world), call_(call), running_(world.current_) {
  const StorageTime now = world.storage_->timeAt(world.now(0).steady);
  const auto [first, last] = world.atWork_.equal_range(call);
  for (auto each = first; each != last; ++each) {
    if (each->second->leaseUntil > now) {
      world.oracle_.violate("4", fmt::format("two drivers work on the room of call {}", call.value()));
    }
  }
  world.atWork_.emplace(call, running_);
}

World::DriverAtWork::~DriverAtWork() {
  const auto [first, last] = world_.atWork_.equal_range(call_);
  for (auto each = first; each != last; ++each) {
    if (each->second != running_) continue;
    world_.atWork_.erase(each);
    return;
  }
}

void World::makeRoom(const CallId& call) {
  touched_ = true;
  rooms_.insert(call);
  current_->made.insert(call);
}

void World::destroyRoom(const CallId& call) {
  touched_ = true;
  rooms_.erase(call);
  people_.erase(call);
  tokens_.erase(call);
}

void World::removeFromRoom(const CallId& call, const std::string& mediaId) {
  touched_ = true;
  people_[call].erase(mediaId);
  removed_.insert(mediaId);
  std::erase_if(tokens_[call], [&](const auto& each) { return each.second == mediaId; });
}

std::optional<std::string> World::admit(const CallId& call, const std::string& mediaId) {
  if (rooms_.count(call) == 0) return std::nullopt;
  const std::string token = fmt::format("token-{}", ++tokensMade_);
  tokens_[call].emplace(token, mediaId);
  return token;
}

void World::askToEnter(Messenger& messenger, const Running& running, const CallId& call) {
  const auto given = messenger.roomCredentials(call, user(running.step.user), device(running.step));
  note(given ? std::string_view{"done"} : toString(given.error().reason));
  if (stillAlive(running) && given) shown_.insert(given->token.reveal());
}

void World::enterRoom(Messenger& messenger, const Running& running, const CallId& call) {
  const auto view = messenger.showCall(call, user(running.step.user));
  if (!stillAlive(running) || !view || !view->room || rooms_.count(call) == 0) return;
  for (const auto& [with, mediaId] : view->mediaIds) {
    if (with == device(running.step) && removed_.count(mediaId.reveal()) == 0)
      people_[call].insert(mediaId.reveal());
  }
}

/// Whoever is in the room of a call that goes on, or can come in, is in the call, or will be taken out by a
/// job.
void World::lookIntoRooms() {
  std::map<CallId, std::set<std::string>> able = people_;
  for (const auto& [call, tokens] : tokens_) {
    for (const auto& [token, mediaId] : tokens) {
      if (shown_.count(token) != 0) able[call].insert(mediaId);
    }
  }
  if (able.empty()) return;
  std::set<std::string> accounted;
  for (const bool failed : {false, true}) {
    for (const Job& job : storage_->jobs().list({.failed = failed, .after = 0, .limit = 100'000})) {
      if (job.mediaId) accounted.insert(job.mediaId->reveal());
    }
  }
  for (const auto& [call, people] : able) {
    const auto loaded = storage_->calls().load({.call = call}).call;
    if (people.empty() || !loaded || !loaded->call.active()) continue;
    for (std::size_t number = 0; number < options_.users; ++number) {
      const CallState state = storage_->calls().load({.call = call, .user = user(number)}).call.value();
      for (const CallSession& each : state.sessions) {
        if (each.open() && each.mediaId) accounted.insert(each.mediaId->reveal());
      }
    }
    for (const std::string& mediaId : people) {
      if (accounted.count(mediaId) != 0) continue;
      const auto inside = people_.find(call);
      const bool isInside = inside != people_.end() && inside->second.count(mediaId) != 0;
      oracle_.violate("rooms",
                      fmt::format("somebody {} the room of call {} who is not in the call, and no job {}",
                                  isInside ? "is in" : "can enter", call.value(),
                                  isInside ? "will take them out" : "will take that back"));
    }
  }
}

std::vector<std::int64_t> World::stopped() const {
  std::vector<std::int64_t> numbers;
  for (const auto& [number, running] : stopped_) {
    if (!hosts_[running->process.host].frozen && !running->waits) numbers.push_back(number);
  }
  return numbers;
}

std::optional<std::size_t> World::threadOfJob(std::int64_t number) const {
  const std::optional<Job>& job = stopped_.at(number)->claimed;
  if (!job || !job->call) return std::nullopt;
  const auto loaded = storage_->calls().load({.call = *job->call}).call;
  for (std::size_t n = 0; loaded && n < threadCount; ++n) {
    if (loaded->call.threadId == thread(n)) return n;
  }
  return std::nullopt;
}

std::optional<Call> World::latestCall(std::size_t number) const {
  const auto page = storage_->calls().history({thread(number), {}, 1, user(0)});
  if (page.calls.empty()) return std::nullopt;
  return page.calls.front().call.plain();
}

bool World::isIn(const CallId& call, const Step& step) const {
  const auto loaded = storage_->calls().load({.call = call, .thread = {}, .user = user(step.user)});
  const CallSession* session = loaded.call ? loaded.call->find(user(step.user), device(step)) : nullptr;
  return session != nullptr && session->open();
}

bool World::isInCall(const CallId& call, std::size_t number) const {
  const auto loaded = storage_->calls().load({.call = call, .thread = {}, .user = user(number)});
  const CallParticipant* row = loaded.call ? loaded.call->find(user(number)) : nullptr;
  return row != nullptr && row->inCall();
}

bool World::isRung(const CallId& call, std::size_t number) const {
  const auto loaded = storage_->calls().load({.call = call, .rings = true});
  const CallRing* ring = loaded.call ? loaded.call->findRing(user(number)) : nullptr;
  return ring != nullptr && ring->rings();
}

bool World::isMember(std::size_t threadNumber, std::size_t number) const {
  return directoryStore().findMember(thread(threadNumber), user(number)).has_value();
}

bool World::perform(std::size_t number, const Step& step) {
  if (!makesSense(step)) return false;
  note(describe(number, step));
  if (step.action == Action::goOn) return goOn(step);
  if (changeWorld(step)) return true;
  begin(number, step);
  return true;
}

bool World::makesSense(const Step& step) const {
  if (step.action == Action::goOn) {
    const auto found = stopped_.find(step.number);
    return found != stopped_.end() && !hosts_[found->second->process.host].frozen;
  }
  if (step.action == Action::timePasses) return step.time > Duration::zero();
  if (step.action == Action::allWallsJump) return true;
  if (step.action == Action::machineCrashes) return options_.storage == StorageKind::sqlite;
  if (step.host >= hosts_.size() || step.user >= options_.users || step.target >= options_.users)
    return false;
  const Host& host = hosts_[step.host];
  switch (step.action) {
    case Action::hostStarts:
      return host.messenger == nullptr;
    case Action::hostThaws:
      return host.messenger != nullptr && host.frozen;
    case Action::wallJumps:
      return true;
    case Action::hostDies:
      return host.messenger != nullptr;
    case Action::renewLeases:
      return host.messenger != nullptr && !host.frozen && host.renewAt && *host.renewAt <= elapsed_;
    default:
      return host.messenger != nullptr && !host.frozen;
  }
}

bool World::changeWorld(const Step& step) {
  switch (step.action) {
    case Action::timePasses:
      elapsed_ += step.time;
      tellTime();
      return true;
    case Action::wallJumps:
      hosts_[step.host].wallOffset += step.time;
      return true;
    case Action::allWallsJump:
      for (Host& host : hosts_) host.wallOffset += step.time;
      return true;
    case Action::hostDies:
      killHost(step.host);
      buryHost(step.host);
      look();
      return true;
    case Action::hostStarts:
      startHost(step.host);
      return true;
    case Action::machineCrashes:
      crashMachine();
      look();
      return true;
    case Action::hostFreezes:
      hosts_[step.host].frozen = true;
      return true;
    case Action::hostThaws:
      hosts_[step.host].frozen = false;
      return true;
    case Action::storageAway:
      hosts_[step.host].storageAwayUntil = elapsed_ + step.time;
      return true;
    default:
      return false;
  }
}

void World::begin(std::size_t number, const Step& step) {
  auto running = std::make_unique<Running>();
  running->number = number;
  running->step = step;
  running->process = {step.host, hosts_[step.host].life};
  running->begun = oracle_.mark();
  running->stopAt = step.stopAt;
  running->faultAt = step.faultAt;
  running->fault = step.fault;
  running->dies = step.dies;
  running->armedAt = step.faultAt;
  const bool mayStop = options_.groups || ((step.stopAt != 0 || step.beside != Beside::none) && !step.dies);
  if (mayStop) running->activity = std::make_unique<Activity>([this, each = running.get()] { act(*each); });
  run(*running);
  if (mayStop && !running->activity->finished()) {
    stopped_.emplace(static_cast<std::int64_t>(number), std::move(running));
  }
  settle();
}

bool World::goOn(const Step& step) {
  const auto found = stopped_.find(step.number);
  Running& running = *found->second;
  running.stopAt = step.stopAt == 0 ? 0 : running.passed + step.stopAt;
  running.faultAt = step.faultAt == 0 ? 0 : running.passed + step.faultAt;
  running.fault = step.fault;
  running.dies = step.dies;
  running.armedAt = step.faultAt;
  run(running);
  if (running.activity->finished()) stopped_.erase(found);
  settle();
  return true;
}

/// A fault of what is below the storage.
void World::arm(Running& running) {
  if (running.fault < Fault::diskError || running.armedAt == 0) return;
  const bool isOfDisk = running.fault <= Fault::powerFails;
  if (isOfDisk && disk_) {
    disk_->arm(running.fault, running.armedAt);
  } else if (!isOfDisk && server_) {
    server_->arm(running.process.host, running.fault, running.armedAt);
  } else {
    return;
  }
  running.disturbed = true;
}

/// Lets it run to its end, or to where it stops.
void World::run(Running& running) {
  current_ = &running;
  arm(running);
  if (running.activity) {
    running.activity->proceed();
  } else {
    act(running);
  }
  current_ = nullptr;
  if (disk_) disk_->disarm();
  if (server_) server_->disarm();
  letGroupGoOn(running.process);
  if (running.activity && !running.activity->finished()) return;
  oracle_.finished(running.number);
  const StorageTime at = storage_->timeAt(now(running.process.host).steady);
  if (isAlive(running.process) && running.leaseUntil && *running.leaseUntil <= at)
    hosts_[running.process.host].lateRooms.merge(running.made);
}

void World::settle() {
  for (std::size_t host = 0; host < hosts_.size(); ++host) {
    const Host& each = hosts_[host];
    if (each.messenger && each.dead) buryHost(host);
  }
  for (auto each = stopped_.begin(); each != stopped_.end();) {
    if (each->second->activity->finished()) {
      oracle_.finished(each->second->number);
      each = stopped_.erase(each);
    } else {
      ++each;
    }
  }
  if (disk_ && disk_->powerIsOff()) crashMachine();
  learnOutcomes();
  look();
}

/// On a server a look takes dozens of exchanges: there, only when something may have changed, and now and
/// then for what should have.
void World::look() {
  constexpr int mostNotLookedAt = 20;
  if (server_ && !std::exchange(touched_, false) && ++notLookedAt_ < mostNotLookedAt) return;
  notLookedAt_ = 0;
  oracle_.check(*storage_, !options_.ownDirectory);
  lookIntoRooms();
}

void World::act(Running& running) {
  Messenger& messenger = *hosts_[running.process.host].messenger;
  try {
    if (running.step.action <= Action::show) {
      actAsUser(messenger, running);
    } else {
      actAsHost(messenger, running);
    }
  } catch (const HostDied&) {
    note("died");
  } catch (const std::logic_error& error) {
    oracle_.violate("errors", fmt::format("std::logic_error: {}", error.what()));
  } catch (const std::exception& error) {
    noteFreely(error.what());
  }
}

void World::actAsUser(Messenger& messenger, const Running& running) {
  const Step& step = running.step;
  const UserId by = user(step.user);
  const Oracle::Mark from = oracle_.mark();
  const auto answered = [&](const auto& result) {
    note(result ? std::string_view{"done"} : toString(result.error().reason));
    return stillAlive(running);
  };

  std::optional<Oracle::Entering> entering;
  if (step.action == Action::start || step.action == Action::join || step.action == Action::heartbeat)
    entering.emplace(oracle_, running.process, by);

  if (step.action == Action::start) {
    const auto call = messenger.startCall(thread(step.thread), by, {.device = device(step)});
    if (answered(call) && call) oracle_.started(*call, by, device(step), from, answeredAt(running));
    return;
  }
  const auto latest = latestCall(step.thread);
  if (!latest) return;
  const CallId call = latest->id;
  switch (step.action) {
    case Action::join: {
      const auto done = messenger.joinCall(call, by, device(step));
      if (answered(done) && done) oracle_.joined({call, by, device(step)}, from, answeredAt(running));
      break;
    }
    case Action::leave: {
      const auto done = messenger.leaveCall(call, by, device(step));
      if (answered(done) && done) oracle_.left({call, by, device(step)}, from);
      break;
    }
    case Action::end: {
      const auto done = messenger.endCall(call, by);
      if (answered(done) && done) oracle_.ended(call);
      break;
    }
    case Action::ignore: {
      const auto done = messenger.ignoreCall(call, by);
      if (answered(done) && done) oracle_.declined(call, by, from);
      break;
    }
    case Action::heartbeat: {
      const auto done = messenger.heartbeat(call, by, device(step));
      if (!answered(done)) break;
      if (done) {
        oracle_.heartbeat({call, by, device(step)}, running.process, from, answeredAt(running));
      } else if (done.error().reason != Reason::notMember) {
        oracle_.heartbeatRefused({call, by, device(step)}, from);
      }
      break;
    }
    case Action::kick:
    case Action::unkick: {
      const auto rows = storage_->calls().participants({call, 0, 1000});
      const UserId target = user(step.target);
      const auto row =
          std::find_if(rows.begin(), rows.end(), [&](const auto& each) { return each.user == target; });
      if (row == rows.end()) break;
      const bool kicks = step.action == Action::kick;
      const auto done = kicks ? messenger.kickParticipant(call, by, row->id)
                              : messenger.unkickParticipant(call, by, row->id);
      if (answered(done) && done) oracle_.kicked(call, target, kicks, from);
      break;
    }
    case Action::ring: {
      const auto done = messenger.ring(call, by, {user(step.target)});
      if (!answered(done) || !done) break;
      for (const CallRing& each : *done) oracle_.rung(call, each.user, from);
      break;
    }
    case Action::enterRoom:
      enterRoom(messenger, running, call);
      break;
    case Action::askToEnter:
      askToEnter(messenger, running, call);
      break;
    case Action::show: {
      const auto view = messenger.showCall(call, by);
      if (answered(view) && view && view->room) oracle_.sawRoom(call, by, from);
      break;
    }
    default:
      break;
  }
}

void World::actAsHost(Messenger& messenger, const Running& running) {
  const Step& step = running.step;
  switch (step.action) {
    case Action::removeMember:
    case Action::removeMemberEarly:
    case Action::addMember:
      changeMembership(messenger, running);
      break;
    case Action::lock:
    case Action::unlock:
      directoryStore().updateThread(thread(step.thread), {.locked = step.action == Action::lock});
      break;
    case Action::callsDown:
      takeCallsDown(running, step.time, [&] {
        const auto time = std::chrono::duration_cast<std::chrono::seconds>(step.time);
        return messenger.host().callsDown(time).has_value();
      });
      break;
    case Action::callsUp: {
      const Oracle::Switching switching(oracle_);
      static_cast<void>(messenger.host().callsUp());
      break;
    }
    case Action::command:
      runCommand(messenger, running);
      break;
    case Action::catchUp:
      catchUp(messenger, running);
      break;
    case Action::endAsHost: {
      const auto latest = latestCall(step.thread);
      if (!latest) break;
      const auto done = messenger.host().endCall(latest->id);
      if (done && stillAlive(running)) oracle_.ended(latest->id);
      break;
    }
    case Action::renewRoom: {
      const auto latest = latestCall(step.thread);
      if (latest) static_cast<void>(messenger.host().renewRoom(latest->id));
      break;
    }
    case Action::runJob:
      runJob(hosts_[step.host], messenger);
      break;
    case Action::renewLeases:
      renewLeases(hosts_[step.host], running);
      break;
    case Action::runDueTasks:
      messenger.host().runDueTasks();
      break;
    case Action::checkActivity:
      messenger.host().checkActivity();
      break;
    case Action::queueCheck:
      messenger.host().checkActivity(When::queued);
      break;
    case Action::flushPresence:
      messenger.host().flushPresence();
      break;
    case Action::retryFailed:
      messenger.jobs().retry();
      break;
    default:
      break;
  }
}

void World::runJob(Host& host, Messenger& messenger) {
  if (!host.worker) {
    messenger.jobs().runPending(1);
    return;
  }
  (*host.worker)->runJob([&] {
    const Running& running = *current_;
    oracle_.keeps(running.claimed.value(), running.process, running.number, running.leaseUntil.value());
  });
}

void World::renewLeases(Host& host, const Running& running) {
  host.renewAt.reset();
  Oracle::Renewing renewing(oracle_, running.process, (*host.worker)->policy().lease);
  const Duration next = (*host.worker)->renewLeases();
  if (!stillAlive(running)) return;
  host.renewAt = elapsed_ + next;
  if (!running.disturbed) renewing.done();
}

void World::changeMembership(Messenger& messenger, const Running& running) {
  const Step& step = running.step;
  const ThreadId where = thread(step.thread);
  const UserId who = user(step.user);
  if (step.action == Action::addMember) {
    ThreadMember member;
    member.user = who;
    member.admin = step.thread != 0 && step.user == 0;
    member.startCalls = true;
    behind_.erase({step.thread, step.user});
    ++additions_[{step.thread, step.user}];
    oracle_.added(where, who);
    directoryStore().putMember(where, member);
    return;
  }
  if (step.action == Action::removeMemberEarly && options_.ownDirectory) {
    behind_.emplace(step.thread, step.user);
    messenger.host().memberRemoved(where, who);
    return;
  }
  removeMember(messenger, running, step.thread, step.user);
}

/// A host whose directory shows a removal late says it again when it does.
void World::catchUp(Messenger& messenger, const Running& running) {
  while (!behind_.empty()) {
    const auto [thread, user] = *behind_.begin();
    behind_.erase(behind_.begin());
    removeMember(messenger, running, thread, user);
  }
}

void World::removeMember(Messenger& messenger, const Running& running, std::size_t threadNumber,
                         std::size_t userNumber) {
  const ThreadId where = thread(threadNumber);
  const UserId who = user(userNumber);
  const auto key = std::make_pair(threadNumber, userNumber);
  const std::size_t addedBefore = additions_[key];
  if (options_.ownDirectory) {
    directoryStore().removeMember(where, who);
    messenger.host().memberRemoved(where, who);
  } else {
    static_cast<void>(messenger.threads().removeMember(where, who));
  }
  // Whoever was added meanwhile may have joined since, and whoever removed them again may have failed.
  if (additions_[key] == addedBefore && stillAlive(running)) oracle_.removed(where, who);
}

void World::takeCallsDown(const Running& running, Duration time, const std::function<bool()>& take) {
  const SteadyPoint until = now(running.step.host).steady + time;
  Oracle::Switching switching(oracle_);
  if (take() && stillAlive(running)) switching.isDown(until);
}

void World::runCommand(Messenger& messenger, const Running& running) {
  console::ConsoleOptions options;
  options.clock = simulatedClock(*this, running.step.host);
  console::Console console(messenger, options);
  const auto& words = consoleCommands.at(running.step.command).arguments;
  std::vector<std::string> arguments;
  for (const std::string_view word : words) {
    if (!word.empty()) arguments.emplace_back(word);
  }
  std::ostringstream out;
  std::ostringstream err;
  const auto run = [&] {
    const bool done = console.run(arguments, out, err) == 0;
    noteFreely(done ? out.str() : err.str());
    return done;
  };
  if (words.front() == "calls:down") {
    takeCallsDown(running, minutes{1}, run);
  } else if (words.front() == "calls:up") {
    const Oracle::Switching switching(oracle_);
    run();
  } else {
    run();
  }
}

void World::finish(Step step) {
  perform(++finishing_, step);
}

void World::everybody(Action action) {
  for (std::size_t host = 0; host < hosts_.size(); ++host) {
    Step step;
    step.action = action;
    step.host = host;
    finish(step);
  }
}

void World::fiveSecondsPass(int jobs) {
  Step step;
  step.time = seconds{5};
  finish(step);
  everybody(Action::runDueTasks);
  for (int each = 0; each < jobs; ++each) everybody(Action::runJob);
}

/// Of those who are in a call with several devices, one device goes on sending heartbeats: all others must be
/// out in the end, and nobody else.
void World::devicesFallSilent() {
  std::vector<SessionKey> alive;
  std::vector<Step> heartbeats;
  const auto openOf = [&](const CallId& call, std::size_t number) {
    std::vector<SessionKey> open;
    const CallState state = storage_->calls().load({.call = call, .user = user(number)}).call.value();
    for (const CallSession& each : state.sessions) {
      if (each.open()) open.push_back({call, each.user, each.device});
    }
    return open;
  };
  const auto forAll = [&](const auto& each) {
    for (std::size_t thread = 0; thread < threadCount; ++thread) {
      const auto call = latestCall(thread);
      if (!call || !call->active()) continue;
      for (std::size_t number = 0; number < options_.users; ++number)
        each(thread, number, openOf(call->id, number));
    }
  };
  forAll([&](std::size_t thread, std::size_t number, const std::vector<SessionKey>& open) {
    if (open.size() < 2) return;
    const SessionKey& kept = options_.seed % 2 == 0 ? open.front() : open.back();
    Step step;
    step.action = Action::heartbeat;
    step.thread = thread;
    step.user = number;
    while (device(step) != kept.device) ++step.device;
    alive.push_back(kept);
    heartbeats.push_back(step);
  });
  if (alive.empty()) return;
  // A TTL of grace, a TTL, two leases of reports, and a check; each with something to spare.
  const Duration enough = 3 * Duration{config_.presence.ttl} + 3 * Duration{config_.presence.writeBehind};
  for (Duration passed{}; passed < enough && !violation(); passed += seconds{5}) {
    if (passed % seconds{15} == Duration::zero()) {
      for (const Step& each : heartbeats) finish(each);
    }
    fiveSecondsPass(2);
  }
  forAll([&](std::size_t, std::size_t, const std::vector<SessionKey>& open) {
    for (const SessionKey& each : open) {
      if (std::find(alive.begin(), alive.end(), each) == alive.end())
        oracle_.violate(
            "7", fmt::format("{} is in call {} and has long been silent", nameOf(each), each.call.value()));
    }
  });
}

void World::drain() {
  for (Host& host : hosts_) host.storageAwayUntil = {};
  everybody(Action::hostThaws);
  everybody(Action::hostStarts);
  while (!stopped().empty() && !violation()) {
    Step step;
    step.action = Action::goOn;
    step.number = stopped().front();
    finish(step);
  }
  everybody(Action::catchUp);
  if (options_.devices != Devices::none && !violation()) devicesFallSilent();
  for (int round = 0; round < 2 && !violation(); ++round) {
    for (Duration passed{}; passed < minutes{8} && !violation(); passed += seconds{5}) fiveSecondsPass(4);
    everybody(Action::retryFailed);  // as an operator does; what failed has used up its attempts
  }
  if (violation()) return;
  std::vector<ThreadId> threads;
  for (std::size_t n = 0; n < threadCount; ++n) threads.push_back(thread(n));
  oracle_.checkEnd(*storage_, threads, rooms_);
}

}  // namespace messenger::simulation

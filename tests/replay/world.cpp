#include "tests/replay/world.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "messenger/adapters/database/database.hpp"
#include "messenger/adapters/defaults.hpp"
#include "messenger/adapters/memory.hpp"
#include "support/time_text.hpp"
#ifdef REPLAY_WITH_REDIS
#include "adapters/redis/redis_presence.hpp"
#endif

namespace messenger::replay {
namespace {

Json stamp(const std::optional<TimePoint>& moment) {
  return moment ? Json(support::toText(*moment)) : Json();
}

Json callState(const CallWithRoom& call) {
  const Room room = call.room.value_or(Room{});
  return {{"id", call.id.value()},
          {"threadId", call.threadId.value()},
          {"ownerId", call.owner.id},
          {"active", call.active()},
          {"setupComplete", call.setupComplete},
          {"teardownComplete", call.teardownComplete},
          {"roomId", orNull(room.id)},
          {"roomPin", orNull(room.pin)},
          {"payload", orNull(room.payload)},
          {"endedAt", stamp(call.endedAt)},
          {"endReason", call.endReason ? Json(wireName(*call.endReason)) : Json()},
          {"createdAt", stamp(call.createdAt)},
          {"updatedAt", stamp(call.updatedAt)}};
}

/// Of a schema in PostgreSQL, or of the keys in Redis. They go with the server, which is one for tests.
std::string newName() {
  static int count = 0;
  return "replay_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
}

}  // namespace

World::World(WorldSettings settings, std::function<void(const Json&)> runNested)
    : settings_(std::move(settings)),
      clock_(std::make_shared<testing::ManualClock>(settings_.now)),
      presence_(newPresence()),
      broadcaster_(std::make_shared<RecordingBroadcaster>()),
      provider_(std::move(runNested)) {
  const Config config = toConfig(settings_.config);
  switch (settings_.storage) {
    case StorageKind::sqlite:
      folder_.emplace();
      break;
    case StorageKind::memory:
      storage_ = memoryStorage();
      break;
    case StorageKind::postgres:
      schema_ = newName();
      break;
  }
  open(config);
}

World::~World() {
  close();
}

void World::restart(const Json& config, bool losePresence) {
  Json changed = merged(settings_.config, config);
  const Config checked = toConfig(changed);
  settings_.config = std::move(changed);
  close();
  if (losePresence) presence_ = newPresence();
  open(checked);
  if (losePresence && !settings_.redis.empty()) noticeLoss();
}

void World::open(const Config& config) {
  if (settings_.storage != StorageKind::memory) storage_ = openStorage();
  messenger_ = std::make_unique<Messenger>(config, Dependencies{.storage = storage_,
                                                                .threads = nullptr,
                                                                .presence = presence_,
                                                                .broadcaster = broadcaster_,
                                                                .clock = clock_,
                                                                .logger = nullLogger()});
  subscription_ = messenger_->onEvent([this](const Event& event) {
    if (Json json = toJson(event); !json.is_null()) events_.push_back(std::move(json));
  });
  if (settings_.hasDriver) {
    messenger_->setVideoDriver([this] { return std::make_unique<FakeDriver>(provider_); });
  }
  http::RouterOptions options;
  options.logger = nullLogger();
  router_ = std::make_unique<http::Router>(*messenger_, options);
}

std::shared_ptr<Storage> World::openStorage() const {
  DatabaseOptions options;
  if (settings_.storage == StorageKind::postgres) {
    options.url = settings_.server;
    options.schema = schema_;
  } else {
    options.url = "sqlite:" + folder_->file("replay.db").string();
    // Nothing here outlives the process, let alone a power loss.
    options.durability = Durability::normal;
  }
  return messenger::openStorage(options);
}

/// One that has seen nobody.
std::shared_ptr<Presence> World::newPresence() const {
#ifdef REPLAY_WITH_REDIS
  if (!settings_.redis.empty()) {
    RedisOptions options;
    options.url = settings_.redis;
    options.prefix = newName() + ':';
    return std::make_shared<redis::RedisPresence>(options, [](SteadyPoint now) {
      return std::chrono::floor<Duration>(now.time_since_epoch()).count();
    });
  }
#endif
  return memoryPresence();
}

/// On Redis everyone has a TTL from the first check that finds nothing; the protocol counts from the loss. So
/// the new presence is asked at once, as a check would.
void World::noticeLoss() {
  HeartbeatStore::SilentQuery query;
  query.lastSeenAtOrBefore = StorageTime::max();
  query.upTo = std::numeric_limits<std::int64_t>::max();
  query.limit = std::numeric_limits<std::int32_t>::max();
  std::map<CallId, std::vector<SessionKey>> open;
  for (auto& each : storage_->heartbeats().silent(query)) open[each.who.call].push_back(each.who);
  for (const auto& [call, sessions] : open)
    static_cast<void>(presence_->silentFor(sessions, clock_->now().steady));
}

void World::close() noexcept {
  subscription_.cancel();
  router_.reset();
  messenger_.reset();
  if (settings_.storage != StorageKind::memory) storage_.reset();
}

std::vector<CallWithRoom> World::allCalls() const {
  std::vector<CallWithRoom> calls;
  for (const ThreadId& thread : threadIds_) {
    CallStore::HistoryQuery query{.thread = thread, .before = std::nullopt, .limit = 500, .viewer = {}};
    while (true) {
      CallStore::HistoryPage page = storage_->calls().history(query);
      for (CallSnapshot& each : page.calls) calls.push_back(std::move(each.call));
      if (!page.more) break;
      query.before = calls.back().id;
    }
  }
  std::sort(calls.begin(), calls.end(),
            [](const CallWithRoom& one, const CallWithRoom& other) { return one.sequence < other.sequence; });
  return calls;
}

Json World::participantsState(const std::vector<CallWithRoom>& calls) const {
  std::vector<CallParticipant> rows;
  for (const CallWithRoom& call : calls) {
    for (CallParticipant& row : messenger_->host().participants(call.id)) rows.push_back(std::move(row));
  }
  std::sort(rows.begin(), rows.end(), [](const CallParticipant& one, const CallParticipant& other) {
    return one.sequence < other.sequence;
  });
  const SteadyPoint now = clock_->now().steady;
  Json list = Json::array();
  for (const CallParticipant& row : rows) {
    const auto silence = presence_->sinceLastSeen({row.callId, row.user}, now);
    list.push_back({{"id", row.id.value()},
                    {"callId", row.callId.value()},
                    {"ownerId", row.user.id},
                    {"kicked", row.kicked},
                    {"leftAt", stamp(row.leftAt)},
                    {"createdAt", stamp(row.createdAt)},
                    {"updatedAt", stamp(row.updatedAt)},
                    {"present", silence && *silence < messenger_->config().presence.ttl}});
  }
  return list;
}

Json World::jobsState() const {
  const auto list = [this](const auto& fetch, bool failed) {
    Json found = Json::array();
    constexpr std::size_t limit = 500;
    for (std::int64_t after = 0;;) {
      const std::vector<Job> page = fetch(after, limit);
      for (const Job& job : page) {
        Json entry{{"type", toString(job.type)},
                   {"callId", job.call ? Json(job.call->value()) : Json()},
                   {"attempts", job.attempts}};
        if (!failed) entry["availableAt"] = stamp(messenger_->host().wallTimeOf(job.availableAt));
        found.push_back(std::move(entry));
      }
      if (page.size() < limit) return found;
      after = page.back().sequence;
    }
  };
  return {
      {"pending", list([this](auto after, auto limit) { return messenger_->jobs().pending(after, limit); },
                       /*failed=*/false)},
      {"failed", list([this](auto after, auto limit) { return messenger_->jobs().failed(after, limit); },
                      /*failed=*/true)}};
}

Json World::state() const {
  const std::vector<CallWithRoom> calls = allCalls();
  Json list = Json::array();
  for (const CallWithRoom& call : calls) list.push_back(callState(call));
  return {{"calls", std::move(list)}, {"participants", participantsState(calls)}, {"jobs", jobsState()}};
}

void World::takeStreams(Json& reply) {
  reply["events"] = std::exchange(events_, Json::array());
  reply["broadcasts"] = broadcaster_->take();
  reply["driverCalls"] = provider_.takeCalls();
}

}  // namespace messenger::replay

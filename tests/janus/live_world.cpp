#include "tests/janus/live_world.hpp"

#include "messenger/adapters/defaults.hpp"

namespace messenger::tests {

Moment ClockAhead::now() const noexcept {
  Moment moment = systemClock()->now();
  moment.wall += ahead;
  moment.steady += ahead;
  return moment;
}

const UserId LiveWorld::user{"user", "u0"};

LiveWorld::LiveWorld(std::size_t groups, bool stringIds) : server({stringIds}), room(server.videoRoom()) {
  messenger = std::make_unique<Messenger>(configured(), Dependencies{.storage = openStorage(file),
                                                                     .threads = nullptr,
                                                                     .presence = nullptr,
                                                                     .broadcaster = nullptr,
                                                                     .clock = clock,
                                                                     .logger = logger});
  messenger->setVideoDriver<janus::JanusDriver>(room, settings);
  events.listenTo(*messenger);
  for (std::size_t i = 0; i < groups; ++i) {
    ThreadMember first{user, "First", /*admin=*/true};
    REQUIRE_OK(messenger->threads().createGroup("Group", {first, {{"user", "u1"}, "Second"}}, group(i)));
  }
}

Config LiveWorld::configured() {
  Config config;
  config.calling.enabled = true;
  // Faults come in crowds here, and are over soon.
  config.jobs.maxAttempts = 1000;
  config.jobs.backoff = std::chrono::milliseconds{10};
  config.jobs.maxBackoff = std::chrono::milliseconds{50};
  return config;
}

std::shared_ptr<Storage> LiveWorld::openStorage(const std::string& file) {
  SqliteOptions options;
  options.path = file;
  options.durability = Durability::normal;
  options.busyTimeout = std::chrono::seconds{60};
  return sqliteStorage(options);
}

Call LiveWorld::start(std::size_t i) {
  const auto call = messenger->startCall(group(i), user);
  REQUIRE_OK(call);
  return *call;
}

void LiveWorld::end(const Call& call) {
  REQUIRE_OK(messenger->host().endCall(call.id));
}

void LiveWorld::drain() {
  REQUIRE(eventually([&] {
    messenger->jobs().runPending();
    return messenger->jobs().pending().empty();
  }));
}

janus::JanusId LiveWorld::idOf(const CallId& call) const {
  return janus::roomIdOf(call, settings.roomKey, room.idKind().value());
}

std::set<std::string> LiveWorld::rooms() const {
  std::set<std::string> ids;
  const auto listed = room.list();
  REQUIRE_DONE(listed);
  for (const janus::RoomInfo& each : *listed) ids.insert(janus::toText(each.id));
  return ids;
}

std::set<std::string> LiveWorld::roomsOfActive() const {
  std::set<std::string> ids;
  for (const Call& call : messenger->host().activeCalls(0, 1000)) ids.insert(janus::toText(idOf(call.id)));
  return ids;
}

janus::ReconcileReport LiveWorld::reconcile(const janus::ReconcileOptions& options) {
  auto report = janus::Reconciler(*messenger, room, settings.roomKey).reconcile(options);
  REQUIRE_DONE(report);
  return std::move(*report);
}

}  // namespace messenger::tests

#include "call_server.hpp"

#include <messenger/adapters/database/database.hpp>
#include <messenger/adapters/defaults.hpp>

#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "channels.hpp"
#include "demo_users.hpp"
#ifdef CALL_SERVER_WITH_REDIS
#include "relay.hpp"
#endif
#include "log.hpp"
#include "thrown.hpp"

namespace call_server {
namespace {

using messenger::LogLevel;

/// For the lanes that use the storage, the workers and what runs in the background.
constexpr std::size_t connections = 16;

messenger::Dependencies dependencies(const CallServer::Parts& parts, std::shared_ptr<messenger::Clock> clock,
                                     std::shared_ptr<messenger::Broadcaster> broadcaster,
                                     const Metrics& metrics) {
  messenger::Dependencies made;
  made.storage = parts.storage ? parts.storage
                               : messenger::openStorage({.url = parts.settings.database,
                                                         .schema = parts.settings.schema,
                                                         .connections = connections,
                                                         .listenUrl = parts.settings.listenUrl,
                                                         .pooled = parts.settings.pooled,
                                                         .timeLimit = parts.settings.limits.storage});
  made.presence = messenger::openPresence(parts.settings.presence);
  made.broadcaster = std::move(broadcaster);
  made.logger = parts.logger;
  made.clock = std::move(clock);
  made.metrics = metrics.ofLibrary();
  return made;
}

/// With a media server, whoever is out of a call is taken out of its room.
messenger::Config configOf(const CallServer::Parts& parts) {
  messenger::Config config = parts.config;
  if (parts.janus) config.calling.subscriber.removesSessions = true;
  return config;
}

std::unique_ptr<Media> mediaOf(const CallServer::Parts& parts, messenger::Messenger& messenger,
                               Metrics& metrics) {
  if (!parts.janus) return nullptr;
  return std::make_unique<Media>(messenger, *parts.janus, parts.settings, parts.logger, metrics);
}

}  // namespace

CallServer::CallServer(const Parts& parts)
    : settings_(parts.settings),
      logger_(parts.logger),
      clock_(parts.clock ? parts.clock : messenger::systemClock()),
      hub_(std::make_shared<Hub>()),
      outlet_(outletOf(parts, hub_)),
      messenger_(configOf(parts), dependencies(parts, clock_, outlet_.broadcaster, metrics_)),
      media_(mediaOf(parts, messenger_, metrics_)),
      site_(messenger_, settings_, media_.get(), *hub_, metrics_, logger_, clock_),
      web_(settings_, site_, *hub_, messenger_, metrics_, *logger_) {
  makeDemoThreads(messenger_);
}

CallServer::Outlet CallServer::outletOf([[maybe_unused]] const Parts& parts,
                                        const std::shared_ptr<Hub>& hub) {
#ifdef CALL_SERVER_WITH_REDIS
  if (!heartbeatsStayHere(parts.settings)) {
    const auto relay = std::make_shared<Relay>(parts.settings.presence, hub, parts.logger);
    return {relay, relay};
  }
#endif
  return {hub, hub};
}

CallServer::~CallServer() {
  stop();
}

WebServer::Ports CallServer::start() {
  subscriptions_ = announceCalls(messenger_, *outlet_.channels);
  logCalls();
  if (media_) media_->start();
  worker_.emplace(messenger_.jobs().startWorker({.threads = settings_.workers}));
  scheduler_.emplace(messenger_.host().startScheduler());
  down_ = messenger_.host().callsAreDown();
  watch_ = std::make_unique<Periodic>(settings_.probeInterval, [this] { watch(); });
  rights_ = std::make_unique<Periodic>(settings_.rightsInterval, [this] { checkRights(); });
  const WebServer::Ports ports = web_.start();
  note(*logger_, LogLevel::info, media_ ? "serving, with a media server" : "serving, without a media server");
  return ports;
}

void CallServer::stop() {
  stopping_ = true;
  // What runs in the background ends while the last requests are answered.
  if (watch_) watch_->requestStop();
  if (media_) media_->requestStop();
  if (worker_) worker_->requestStop();
  web_.stop();
  if (watch_) watch_->stop();
  if (rights_) rights_->stop();
  if (media_) media_->stop();
  if (worker_) worker_->stop();
  if (scheduler_) scheduler_->stop();
  subscriptions_.clear();
}

void CallServer::logCalls() {
  subscriptions_.push_back(messenger_.onCallStarted([this](const messenger::CallStarted& event) {
    note(*logger_, LogLevel::info, "a call started",
         {{"call", event.call.id.value()}, {"user", event.by.id}});
  }));
  subscriptions_.push_back(messenger_.onCallEnded([this](const messenger::CallEnded& event) {
    note(*logger_, LogLevel::info, "a call ended",
         {{"call", event.call.id.value()}, {"reason", toString(event.reason)}});
  }));
}

void CallServer::watch() {
  try {
    hub_->closeExpired(clock_->now().wall);
    const bool down = messenger_.host().callsAreDown();
    if (down == std::exchange(down_, down)) return;
    note(*logger_, LogLevel::info, down ? "calls are down" : "calls are up again");
    hub_->publishToAll(std::make_shared<const std::string>(
        nlohmann::json{{"event", "calls.down"}, {"data", {{"down", down}}}}.dump()));
  } catch (const std::exception& error) {
    note(*logger_, LogLevel::warning, "cannot read whether calls are down", {{"error", textOf(error)}});
  }
}

void CallServer::checkRights() {
  try {
    const std::size_t unknown = revokeLostRights(messenger_, *hub_, [this] { return stopping_.load(); });
    if (unknown == 0) return;
    note(*logger_, LogLevel::warning, "subscriptions could not be checked",
         {{"subscriptions", std::to_string(unknown)}});
  } catch (const std::exception& error) {
    note(*logger_, LogLevel::warning, "subscriptions could not be checked", {{"error", textOf(error)}});
  }
}

}  // namespace call_server

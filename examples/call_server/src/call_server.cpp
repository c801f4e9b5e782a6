#include "call_server.hpp"

#include <messenger/adapters/database/database.hpp>
#include <messenger/adapters/defaults.hpp>

#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "channels.hpp"
#include "demo_users.hpp"
#include "thrown.hpp"

namespace call_server {
namespace {

using messenger::LogLevel;

/// For the lanes that use the storage, the workers and what runs in the background.
constexpr std::size_t connections = 16;

messenger::Dependencies dependencies(const CallServer::Parts& parts, std::shared_ptr<messenger::Clock> clock,
                                     std::shared_ptr<messenger::Broadcaster> hub) {
  messenger::Dependencies made;
  made.storage = parts.storage ? parts.storage
                               : messenger::openStorage({.url = parts.settings.database,
                                                         .schema = parts.settings.schema,
                                                         .connections = connections,
                                                         .timeLimit = parts.settings.limits.storage});
  made.presence = messenger::openPresence(parts.settings.presence);
  made.broadcaster = std::move(hub);
  made.logger = parts.logger;
  made.clock = std::move(clock);
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
      messenger_(configOf(parts), dependencies(parts, clock_, hub_)),
      media_(mediaOf(parts, messenger_, metrics_)),
      site_(messenger_, settings_, media_.get(), *hub_, metrics_, logger_, clock_),
      web_(settings_, site_, *hub_, messenger_, metrics_, *logger_) {
  makeDemoThreads(messenger_);
}

CallServer::~CallServer() {
  stop();
}

WebServer::Ports CallServer::start() {
  subscriptions_ = announceCalls(messenger_, *hub_);
  countCalls();
  if (media_) media_->start();
  worker_.emplace(messenger_.jobs().startWorker(
      {.threads = settings_.workers, .onRun = [this](const messenger::JobRun& run) { countRemoval(run); }}));
  scheduler_.emplace(messenger_.host().startScheduler());
  down_ = messenger_.host().callsAreDown();
  watch_ = std::make_unique<Periodic>(settings_.probeInterval, [this] { watch(); });
  rights_ = std::make_unique<Periodic>(settings_.rightsInterval, [this] { checkRights(); });
  const WebServer::Ports ports = web_.start();
  logger_->log(LogLevel::info, media_ ? "serving, with a media server" : "serving, without a media server");
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

void CallServer::countCalls() {
  subscriptions_.push_back(messenger_.onCallStarted([this](const messenger::CallStarted& event) {
    metrics_.callStarted();
    logger_->log(LogLevel::info, "call " + event.call.id.value() + " started by " + event.by.id);
  }));
  subscriptions_.push_back(messenger_.onCallEnded([this](const messenger::CallEnded& event) {
    const std::string reason{toString(event.reason)};
    metrics_.callEnded(reason);
    logger_->log(LogLevel::info, "call " + event.call.id.value() + " ended: " + reason);
  }));
}

void CallServer::countRemoval(const messenger::JobRun& run) {
  if (run.type != messenger::JobType::removeFromRoom || run.outcome == messenger::JobOutcome::lost) return;
  metrics_.mediaKick(run.outcome == messenger::JobOutcome::done);
}

void CallServer::watch() {
  try {
    hub_->closeExpired(clock_->now().wall);
    const bool down = messenger_.host().callsAreDown();
    if (down == std::exchange(down_, down)) return;
    logger_->log(LogLevel::info, down ? "calls are down" : "calls are up again");
    hub_->publishToAll(std::make_shared<const std::string>(
        nlohmann::json{{"event", "calls.down"}, {"data", {{"down", down}}}}.dump()));
  } catch (const std::exception& error) {
    logger_->log(LogLevel::warning, std::string{"cannot read whether calls are down: "} + textOf(error));
  }
}

void CallServer::checkRights() {
  try {
    const std::size_t unknown = revokeLostRights(messenger_, *hub_, [this] { return stopping_.load(); });
    if (unknown == 0) return;
    logger_->log(LogLevel::warning, std::to_string(unknown) + " subscriptions could not be checked");
  } catch (const std::exception& error) {
    logger_->log(LogLevel::warning, std::string{"subscriptions could not be checked: "} + textOf(error));
  }
}

}  // namespace call_server

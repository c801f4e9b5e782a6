#include "relay.hpp"

#include <messenger/errors.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "crypto.hpp"
#include "log.hpp"
#include "thrown.hpp"

namespace call_server {
namespace {

using messenger::LogLevel;
using messenger::RedisSubscriber;

constexpr const char* channelOfServers = "servers";
constexpr std::size_t idBytes = 16;
constexpr std::chrono::milliseconds turn{200};

messenger::RedisOptions optionsOf(const std::string& url) {
  messenger::RedisOptions options;
  options.url = url;
  return options;
}

}  // namespace

Relay::Relay(const std::string& url, std::shared_ptr<Hub> hub, std::shared_ptr<messenger::Logger> logger)
    : self_(randomHex(idBytes)),
      hub_(std::move(hub)),
      logger_(std::move(logger)),
      others_(messenger::redisBroadcaster(optionsOf(url))),
      subscriber_(optionsOf(url), {.received = [this](const RedisSubscriber::Push& push) { received(push); },
                                   .missed = [this] { missed(); }}) {
  subscriber_.subscribe(channelOfServers);
  thread_ = std::thread([this] { listen(); });
}

Relay::~Relay() {
  stopping_ = true;
  thread_.join();
}

void Relay::broadcast(const messenger::Broadcast& broadcast) {
  hub_->broadcast(broadcast);
  tell("broadcast",
       {{"event", broadcast.event}, {"channels", broadcast.channels}, {"data", broadcast.payload}});
}

void Relay::publish(const std::string& channel, std::string_view event, const std::string& data) {
  hub_->publish(channel, event, data);
  tell("publish", {{"event", event}, {"channel", channel}, {"data", data}});
}

void Relay::revoke(const std::string& channel, const std::string& user) {
  hub_->revoke(channel, user);
  tell("revoke", {{"channel", channel}, {"user", user}});
}

void Relay::revokeAll(const std::string& channel) {
  hub_->revokeAll(channel);
  tell("revokeAll", {{"channel", channel}});
}

void Relay::tell(const std::string& what, const nlohmann::json& details) {
  nlohmann::json message = details;
  message["from"] = self_;
  messenger::Broadcast sent;
  sent.event = what;
  sent.channels = {channelOfServers};
  sent.payload = message.dump(-1, ' ', /*ensure_ascii=*/false, nlohmann::json::error_handler_t::replace);
  std::string failure;
  try {
    others_->broadcast(sent);
  } catch (const messenger::Error& error) {
    failure = textOf(error);
  }
  if (tells_.exchange(failure.empty()) == failure.empty()) return;
  if (failure.empty()) return note(*logger_, LogLevel::info, "tells the other servers again");
  note(*logger_, LogLevel::warning, "cannot tell the other servers", {{"error", failure}});
}

void Relay::listen() {
  std::optional<bool> before;
  while (!stopping_) {
    const bool hears = subscriber_.poll(turn);
    if (std::exchange(before, hears) == hears) continue;
    if (hears) {
      note(*logger_, LogLevel::info, "hears the other servers");
    } else {
      note(*logger_, LogLevel::warning, "does not hear the other servers",
           {{"error", subscriber_.lastError()}});
    }
  }
}

void Relay::received(const RedisSubscriber::Push& push) {
  try {
    const auto message = nlohmann::json::parse(push.payload);
    const auto text = [&](const char* name) { return message.at(name).get<std::string>(); };
    if (text("from") == self_) return;
    if (push.event == "broadcast") {
      messenger::Broadcast heard;
      heard.event = text("event");
      heard.channels = message.at("channels").get<std::vector<std::string>>();
      heard.payload = text("data");
      hub_->broadcast(heard);
    } else if (push.event == "publish") {
      hub_->publish(text("channel"), text("event"), text("data"));
    } else if (push.event == "revoke") {
      hub_->revoke(text("channel"), text("user"));
    } else if (push.event == "revokeAll") {
      hub_->revokeAll(text("channel"));
    }
  } catch (const std::exception& error) {
    note(*logger_, LogLevel::warning, "a message of another server is not understood",
         {{"error", textOf(error)}});
  }
}

/// A page that is welcomed again asks for everything that it may have missed.
void Relay::missed() {
  hub_->publishToAll(std::make_shared<const std::string>(nlohmann::json{{"event", "welcome"}}.dump()));
}

}  // namespace call_server

#include "messenger/adapters/redis/redis_broadcaster.hpp"

#include "adapters/redis/client.hpp"
#include "adapters/redis/push_message.hpp"
#include "messenger/errors.hpp"

namespace messenger::inline v0 {
namespace redis {
namespace {

class RedisBroadcaster final : public Broadcaster {
 public:
  explicit RedisBroadcaster(const RedisOptions& options) : prefix_(options.prefix), client_(options) {}

  void broadcast(const Broadcast& broadcast) override {
    const std::string message =
        PushMessage{broadcast.event, broadcast.call.value(), broadcast.payload}.text();
    std::vector<std::string> channels;
    channels.reserve(broadcast.channels.size());
    for (const std::string& each : broadcast.channels) channels.push_back(prefix_ + each);
    try {
      client_.run(Client::Repeat::never, [&](Connection& connection, Deadline until) {
        std::vector<Command> commands;
        commands.reserve(channels.size());
        for (const std::string& each : channels) commands.push_back({"PUBLISH", each, message});
        connection.send(commands, until);
        std::string refusal;
        for (std::size_t i = 0; i < commands.size(); ++i) {
          const ReplyPointer reply = connection.receive(until);
          if (isError(*reply)) refusal = textOf(*reply);
        }
        if (!refusal.empty()) throw ServerRefused(client_.address().shown(refusal));
        return true;
      });
    } catch (const ConnectionFailed& error) {
      throw Error(error.what());
    }
  }

 private:
  const std::string prefix_;
  Client client_;
};

}  // namespace
}  // namespace redis

std::shared_ptr<Broadcaster> redisBroadcaster(const RedisOptions& options) {
  return std::make_shared<redis::RedisBroadcaster>(options);
}

std::shared_ptr<Broadcaster> redisBroadcaster(const std::string& url) {
  RedisOptions options;
  options.url = url;
  return redisBroadcaster(options);
}

}  // namespace messenger

#include "messenger/adapters/redis/redis_presence.hpp"

#include <memory>
#include <string>

std::shared_ptr<messenger::Presence> openOnRedis(const std::string& url) {
  // [open]
  messenger::RedisOptions options;
  options.url = url;  // rediss://calls:password@redis.example
  options.prefix = "calls:";
  return messenger::redisPresence(options);
  // [/open]
}

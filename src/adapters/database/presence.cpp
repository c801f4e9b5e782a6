#include <stdexcept>

#include "messenger/adapters/database/database.hpp"
#include "messenger/adapters/memory.hpp"
#ifdef MESSENGER_DATABASE_WITH_REDIS
#include "messenger/adapters/redis/redis_presence.hpp"
#endif

namespace messenger::inline v0 {

std::shared_ptr<Presence> openPresence(const std::string& url) {
  if (url.empty() || url == "memory") return memoryPresence();
  if (url.starts_with("redis://") || url.starts_with("rediss://")) {
#ifdef MESSENGER_DATABASE_WITH_REDIS
    return redisPresence(url);
#else
    throw std::invalid_argument("Redis is not built into this program");
#endif
  }
  throw std::invalid_argument("the presence is unknown: it must be memory or redis://HOST");
}

}  // namespace messenger

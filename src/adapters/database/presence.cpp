#include <stdexcept>

#include "messenger/adapters/database/database.hpp"
#include "messenger/adapters/memory.hpp"

namespace messenger {

std::shared_ptr<Presence> openPresence(const std::string& url) {
  if (url.empty() || url == "memory") return memoryPresence();
  if (url.starts_with("redis://") || url.starts_with("rediss://")) {
    throw std::invalid_argument("Redis is not built into this program");
  }
  throw std::invalid_argument("the presence is unknown: it must be memory or redis://HOST");
}

}  // namespace messenger

#include "messenger/contracts/broadcaster.hpp"

namespace messenger::inline v0 {

std::optional<std::string> Broadcast::channelOf(const UserId& user) {
  if (!UserId::isType(user.type)) return std::nullopt;
  return "messenger." + user.type + '.' + user.id;
}

}  // namespace messenger

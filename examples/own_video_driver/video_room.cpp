#include "video_room.hpp"

VideoRoom::Created VideoRoom::create(const RoomSettings& settings) {
  const std::lock_guard lock(mutex_);
  return rooms_.emplace(settings.name, settings).second ? Created::created : Created::alreadyThere;
}

VideoRoom::Destroyed VideoRoom::destroy(const std::string& name, const std::string& secret) {
  const std::lock_guard lock(mutex_);
  const auto found = rooms_.find(name);
  if (found == rooms_.end()) return Destroyed::noSuchRoom;
  if (found->second.secret != secret) return Destroyed::wrongSecret;
  rooms_.erase(found);
  return Destroyed::destroyed;
}

std::optional<RoomSettings> VideoRoom::find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = rooms_.find(name);
  if (found == rooms_.end()) return std::nullopt;
  return found->second;
}

std::size_t VideoRoom::count() const {
  const std::lock_guard lock(mutex_);
  return rooms_.size();
}

#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>

/// What a room is to be like.
struct RoomSettings {
  std::string name;
  std::size_t publishers = 0;  ///< how many may send at once
  int bitrate = 0;             ///< bits a second, for each of them
  std::string pin;             ///< to come in
  std::string secret;          ///< to destroy it
};

/// Stands in for the client of a media server that talks to it over the network. Thread-safe, as such a
/// client should be: the drivers of several jobs share it.
class VideoRoom {
 public:
  enum class Created { created, alreadyThere };
  enum class Destroyed { destroyed, noSuchRoom, wrongSecret };

  Created create(const RoomSettings& settings);
  Destroyed destroy(const std::string& name, const std::string& secret);

  [[nodiscard]] std::optional<RoomSettings> find(const std::string& name) const;
  [[nodiscard]] std::size_t count() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, RoomSettings> rooms_;
};

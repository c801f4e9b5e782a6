#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>

/// The settings of a room.
struct RoomSettings {
  std::string name;
  std::size_t publishers = 0;  ///< how many may send at once
  int bitrate = 0;             ///< bits a second, for each of them
  std::string pin;             ///< to come in
  std::string secret;          ///< to destroy it
};

/// Takes the place of the network client of a media server. Thread-safe, as such a client should be: the
/// drivers of several jobs share it.
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

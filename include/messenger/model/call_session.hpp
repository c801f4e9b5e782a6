#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

#include "messenger/model/ids.hpp"
#include "messenger/model/room.hpp"
#include "messenger/model/time.hpp"
#include "messenger/model/user_id.hpp"

namespace messenger::inline v0 {

/// One device of a participant, in the call or not any more. A participant is in the call while one of their
/// sessions is open. There is at most one row for each (participant, device), however often the device joins.
struct CallSession {
  ParticipantId participant;  ///< whose device it is
  UserId user;                ///< the participant's
  DeviceId device;            ///< empty for whoever named none; such a session is one like the others
  /// Names the session at the video provider, for its owner and the driver alone: random, another one each
  /// time it joins. None where `Config::calling.subscriber.removesSessions` is off.
  std::optional<Secret> mediaId{};
  TimePoint openedAt;                 ///< joined, the last time
  std::optional<TimePoint> closedAt;  ///< none while it is open
  /// When a heartbeat of it was last stored; of an open one.
  StorageTime lastSeen{};

  /// In the call.
  [[nodiscard]] bool open() const noexcept { return !closedAt; }
};

/// Characters that a device may have.
inline constexpr std::size_t longestDevice = 64;
/// Whether a text can name a device: 1 to `longestDevice` visible ASCII characters.
[[nodiscard]] inline bool isDevice(std::string_view text) noexcept {
  const auto isVisible = [](char c) { return c > ' ' && c <= '~'; };
  return !text.empty() && text.size() <= longestDevice && std::all_of(text.begin(), text.end(), isVisible);
}

/// Names one device of one user in one call.
struct SessionKey {
  CallId call;        ///< the call
  UserId user;        ///< the user
  DeviceId device{};  ///< empty when none was named

  friend bool operator==(const SessionKey&, const SessionKey&) = default;
};

}  // namespace messenger

template <>
struct std::hash<messenger::SessionKey> {
  std::size_t operator()(const messenger::SessionKey& key) const noexcept {
    const auto combine = [](std::size_t one, std::size_t other) {
      return other ^ (one + static_cast<std::size_t>(0x9e3779b97f4a7c15ULL) + (one << 6U) + (one >> 2U));
    };
    const std::size_t call = std::hash<messenger::CallId>{}(key.call);
    const std::size_t who = combine(call, std::hash<messenger::UserId>{}(key.user));
    return key.device.empty() ? who : combine(who, std::hash<messenger::DeviceId>{}(key.device));
  }
};

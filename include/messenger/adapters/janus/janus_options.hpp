#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "messenger/model/room.hpp"

namespace messenger::janus {

/// Where a Janus server is and what it asks to know. A plain value: fill it, hand it to a JanusClient.
struct JanusOptions {
  /// The HTTP API, `http://127.0.0.1:8088/janus`. Used where there is no `adminEndpoint`. http or https, no
  /// user, query or fragment. One of the two endpoints must be there.
  std::string endpoint;
  /// The Admin API, `http://127.0.0.1:7088/admin`. When given, it is the way in: a request needs no session
  /// there.
  std::string adminEndpoint;
  /// `api_secret` of janus.jcfg, if it has one.
  std::optional<Secret> apiSecret;
  /// `admin_secret` of janus.jcfg.
  std::optional<Secret> adminSecret;
  /// `admin_key` of janus.plugin.videoroom.jcfg: who has it may create rooms, and lists private ones.
  std::optional<Secret> videoRoomSecret;
  /// What the names, pins and secrets of rooms follow from; the same in all processes and after a restart.
  /// None: derived from `videoRoomSecret`.
  std::optional<Secret> roomKey;
  /// Off accepts whatever certificate comes: for a trial on a machine of one's own.
  bool verifyTls = true;
  /// A file of certificates (PEM) to trust in place of the system's. Empty: the system's.
  std::string caFile;
  /// A proxy, `http://proxy:3128`. Empty: none. `http_proxy` and its like are not looked at: what is sent
  /// here carries secrets.
  std::string proxy;
  /// Until the connection stands. 1 ms to one hour.
  std::chrono::milliseconds connectTimeout = std::chrono::seconds{3};
  /// The whole request, connecting and answering included; keep it well below `Config::jobs.lease`. Not
  /// shorter than `connectTimeout`; up to one hour.
  std::chrono::milliseconds requestTimeout = std::chrono::seconds{10};
  /// A longer answer is refused unread. 1 KiB to 1 GiB.
  std::size_t maxReplyBytes = std::size_t{4} << 20U;

  /// The defaults, changed by the environment variables below; unset or empty ones change nothing.
  /// Throws std::invalid_argument that names the variable and what it may hold, never its value.
  ///
  ///     JANUS_SERVER_ENDPOINT        endpoint
  ///     JANUS_ADMIN_SERVER_ENDPOINT  adminEndpoint
  ///     JANUS_API_SECRET             apiSecret
  ///     JANUS_ADMIN_SECRET           adminSecret
  ///     JANUS_VIDEO_ROOM_SECRET      videoRoomSecret
  ///     JANUS_ROOM_KEY               roomKey
  ///     JANUS_VERIFY_SSL             verifyTls: true, false, 1, 0, yes, no, on, off
  [[nodiscard]] static JanusOptions fromEnvironment();

  /// Throws std::invalid_argument whose text names the first field that is out of bounds. A JanusClient does
  /// this when it is made.
  void validate() const;

  /// `roomKey`, or what follows from `videoRoomSecret`. Throws std::invalid_argument that names both, and
  /// their variables, when neither is there.
  [[nodiscard]] Secret keyOfRooms() const;
};

}  // namespace messenger::janus

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "messenger/export.hpp"
#include "messenger/model/room.hpp"

namespace messenger::inline v0::janus {

/// The address of a Janus server and its secrets. A plain value: fill it in and pass it to a JanusClient.
struct MESSENGER_EXPORT JanusOptions {
  /// The HTTP API, `http://127.0.0.1:8088/janus`. Used when there is no `adminEndpoint`. http or https,
  /// without user, query or fragment. One of the two endpoints is required.
  std::string endpoint;
  /// The Admin API, `http://127.0.0.1:7088/admin`. When given, it is used for all requests: it needs no
  /// session.
  std::string adminEndpoint;
  /// `api_secret` of janus.jcfg, if it has one.
  std::optional<Secret> apiSecret;
  /// `admin_secret` of janus.jcfg.
  std::optional<Secret> adminSecret;
  /// `admin_key` of janus.plugin.videoroom.jcfg: needed to create rooms and to list private ones.
  std::optional<Secret> videoRoomSecret;
  /// Ids, pins and secrets of rooms are derived from it. It must be the same in all processes and after a
  /// restart. None: derived from `videoRoomSecret`.
  std::optional<Secret> roomKey;
  /// Off accepts any certificate: only for a trial on your own machine.
  bool verifyTls = true;
  /// A file of certificates (PEM) to trust in place of the system's. Empty: the system's.
  std::string caFile;
  /// A proxy, `http://proxy:3128`. Empty: none. `http_proxy` and similar variables are ignored, because
  /// requests contain secrets.
  std::string proxy;
  /// For connecting. 1 ms to one hour.
  std::chrono::milliseconds connectTimeout = std::chrono::seconds{3};
  /// For the whole request, including connecting and the answer; keep it well below `Config::jobs.lease`. At
  /// least `connectTimeout`, at most one hour.
  std::chrono::milliseconds requestTimeout = std::chrono::seconds{10};
  /// A longer answer is refused without being read. 1 KiB to 1 GiB.
  std::size_t maxReplyBytes = std::size_t{4} << 20U;

  /// The defaults, changed by the environment variables below; unset or empty ones change nothing. Throws
  /// std::invalid_argument, whose text names the variable and its allowed values, never its value.
  ///
  ///     JANUS_SERVER_ENDPOINT        endpoint
  ///     JANUS_ADMIN_SERVER_ENDPOINT  adminEndpoint
  ///     JANUS_API_SECRET             apiSecret
  ///     JANUS_ADMIN_SECRET           adminSecret
  ///     JANUS_VIDEO_ROOM_SECRET      videoRoomSecret
  ///     JANUS_ROOM_KEY               roomKey
  ///     JANUS_VERIFY_SSL             verifyTls: true, false, 1, 0, yes, no, on, off
  [[nodiscard]] static JanusOptions fromEnvironment();

  /// Throws std::invalid_argument, whose text names the first field that is out of bounds. The constructor of
  /// JanusClient calls this.
  void validate() const;

  /// `roomKey`, or a key derived from `videoRoomSecret`. Throws std::invalid_argument, whose text names both
  /// and their variables, when neither is set.
  [[nodiscard]] Secret keyOfRooms() const;
};

}  // namespace messenger::janus

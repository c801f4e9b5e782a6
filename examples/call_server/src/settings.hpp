#pragma once

#include <messenger/model/room.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "rate_limiter.hpp"

namespace call_server {

inline constexpr std::size_t kibibyte = 1024;

/// Limits, so that one client cannot affect the others.
struct Limits {
  std::size_t header = 8 * kibibyte;  ///< of the head; of the chunk extensions and fields of a body as well
  std::size_t fields = 100;           ///< of the head
  std::size_t body = 64 * kibibyte;
  std::size_t connections = 4096;             ///< more are answered with 503
  std::size_t adminConnections = 64;          ///< on the listener for operators, counted on their own
  std::chrono::milliseconds reading{10'000};  ///< from a request's first byte to its last
  std::chrono::milliseconds idle{75'000};  ///< between two requests; longer than from heartbeat to heartbeat
  std::chrono::milliseconds writing{30'000};  ///< a response
  std::size_t waitingRequests = 1024;         ///< for an OS thread of their lane; more are answered with 503
  std::chrono::milliseconds queueing{2'500};  ///< for such a thread; longer waits are answered with 503
  std::chrono::milliseconds storage{2'000};   ///< an operation of the storage; longer waits fail with 503
  std::size_t frame = 4 * kibibyte;           ///< of a WebSocket client
  std::size_t queuedFrames = 256;             ///< for a WebSocket client that reads too slowly
  std::size_t queuedBytes = 1024 * kibibyte;
  std::size_t socketsOfUser = 32;
  std::size_t subscriptions = 256;            ///< of one socket
  std::chrono::milliseconds silence{40'000};  ///< of a WebSocket; it is pinged after half of that
  std::chrono::milliseconds stopping{5'000};  ///< a stop of the whole program
  Rate requests{20, 60};
  Rate heartbeats{5, 30};
  Rate signIns{2, 60};   ///< from one address; an office may share one
  Rate frames{10, 100};  ///< of one WebSocket, whatever is in them
};

struct Settings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;               ///< 0: any that is free
  std::string adminAddress = "127.0.0.1";  ///< of the listener for operators: health and metrics
  std::uint16_t adminPort = 8081;          ///< 0: any that is free
  /// Names in the `Host` header that are answered, besides those of loopback and the listening addresses. A
  /// page of another site cannot reach the server under its own name, whatever that name resolves to.
  std::vector<std::string> allowedHosts;
  std::vector<std::string> trustedProxies;  ///< whose `X-Forwarded-For` names the client
  std::string database = "calls.db";        ///< as `messenger::DatabaseOptions::url`
  std::string schema = "messenger";         ///< of a PostgreSQL database
  bool pooled = false;                      ///< as `messenger::DatabaseOptions::pooled`
  std::string listenUrl;                    ///< as `messenger::DatabaseOptions::listenUrl`
  std::string presence = "memory";          ///< as `messenger::openPresence`
  std::filesystem::path web;
  std::size_t threads = 2;   ///< that serve connections
  std::size_t blocking = 4;  ///< that answer requests, in each lane
  std::size_t workers = 2;   ///< that talk to the media server
  messenger::Secret secret{""};
  std::chrono::seconds sessionLifetime = std::chrono::hours{12};
  std::chrono::seconds mediaTokenLifetime = std::chrono::minutes{10};
  std::string janusPublicUrl;  ///< empty: there is no media server
  std::optional<messenger::Secret> janusTokenSecret;
  std::chrono::milliseconds reconcileInterval{10'000};
  std::chrono::milliseconds rightsInterval{10'000};  ///< from check to check of all subscriptions
  std::chrono::milliseconds probeInterval{1'000};    ///< of Janus, and of whether calls are down
  Limits limits;
};

/// Whether presence is in this process, which answers heartbeats at once and shares nothing with others.
[[nodiscard]] inline bool heartbeatsStayHere(const Settings& settings) noexcept {
  return settings.presence.empty() || settings.presence == "memory";
}

}  // namespace call_server

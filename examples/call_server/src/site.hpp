#pragma once

#include <messenger/contracts/clock.hpp>
#include <messenger/contracts/logger.hpp>
#include <messenger/http/router.hpp>
#include <messenger/messenger.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "client_address.hpp"
#include "host_names.hpp"
#include "http_message.hpp"
#include "hub.hpp"
#include "media.hpp"
#include "metrics.hpp"
#include "rate_limiter.hpp"
#include "session_token.hpp"
#include "settings.hpp"
#include "static_files.hpp"

namespace call_server {

/// All responses of the server, without sockets: takes a request and returns a response. Thread-safe.
class Site {
 public:
  /// `media` is null without a media server. The arguments must outlive it.
  Site(messenger::Messenger& messenger, const Settings& settings, Media* media, Hub& hub, Metrics& metrics,
       std::shared_ptr<messenger::Logger> logger, std::shared_ptr<messenger::Clock> clock);

  /// Blocks as `needsOf` says. Does not throw.
  [[nodiscard]] Response handle(const Request& request);

  /// The response to a heartbeat that memory can answer, so that it waits for no other request. Empty: call
  /// `handle`. Never blocks.
  [[nodiscard]] std::optional<Response> answerAtOnce(const Request& request);

  /// What `handle` may wait for.
  enum class Needs : std::uint8_t { nothing, reading, writing, mediaServer };
  [[nodiscard]] Needs needsOf(const Request& request) const;

  /// The session for a WebSocket, or the response that refuses it.
  [[nodiscard]] std::variant<Session, Response> admitSocket(const Request& request);

  /// Reports itself as not healthy from now on.
  void stopping() noexcept { stopping_ = true; }

 private:
  [[nodiscard]] Response answer(const Request& request, std::string_view& route);
  [[nodiscard]] Response answerOperator(const Request& request, std::string_view path,
                                        std::string_view& route);
  [[nodiscard]] Response answerSignedIn(const Request& request, const Session& session, std::string_view path,
                                        std::string_view& route);
  [[nodiscard]] Response health();
  [[nodiscard]] Response metricsText();
  [[nodiscard]] Response signIn(const Request& request);
  [[nodiscard]] Response signOut(const Request& request);
  [[nodiscard]] Response whoAmI(const Session& session);
  [[nodiscard]] Response conversations(const Session& session, std::string_view target);
  [[nodiscard]] Response history(const Session& session, std::string_view thread, std::string_view target);
  [[nodiscard]] Response mediaDetails(const Request& request, const Session& session, std::string_view call);
  [[nodiscard]] Response routed(const Request& request, const Session& session);

  [[nodiscard]] std::optional<Session> sessionOf(const Request& request) const;
  [[nodiscard]] std::optional<Response> refuseFlood(RateLimiter& limiter, const std::string& key);
  [[nodiscard]] bool isOwnName(const Request& request) const;

  messenger::Messenger& messenger_;
  Media* media_;
  Hub& hub_;
  Metrics& metrics_;
  std::shared_ptr<messenger::Logger> logger_;
  std::shared_ptr<messenger::Clock> clock_;  ///< of the sessions
  messenger::http::Router router_;
  SessionTokens tokens_;
  StaticFiles files_;
  HostNames names_;
  HostNames adminNames_;
  ClientAddresses addresses_;
  // Counted separately, so that a flood of one kind does not stop the others.
  RateLimiter requests_;                ///< by user, because many users may share an address
  RateLimiter heartbeats_;              ///< by user
  RateLimiter signIns_;                 ///< by address: by name, anybody could lock a user out
  const bool answersHeartbeatsAtOnce_;  ///< asking another server would block the OS thread
  std::chrono::seconds sessionLifetime_;
  std::chrono::seconds mediaTokenLifetime_;
  std::atomic<bool> stopping_{false};
};

}  // namespace call_server

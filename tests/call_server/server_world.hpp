#pragma once

#include <functional>
#include <memory>
#include <string>

#include "call_server.hpp"
#include "messenger/testing/manual_clock.hpp"
#include "messenger/testing/recording_logger.hpp"
#include "tests/call_server/web_client.hpp"
#include "tests/support/temp_dir.hpp"

namespace call_server::tests {

/// A whole server on loopback, on a port that is free, with a file and a small page of its own.
class ServerWorld {
 public:
  using Change = std::function<void(CallServer::Parts&)>;

  static constexpr const char* secret = "session-secret-Hb6k3wQ-0123456789";

  explicit ServerWorld(const Change& change = {});

  /// Stops it and starts another on the same file and port.
  void restart();

  [[nodiscard]] WebClient client() const { return WebClient(port); }
  /// On the listener for operators.
  [[nodiscard]] WebClient admin() const { return WebClient(adminPort); }
  [[nodiscard]] WebClient clientOf(const std::string& user) const;
  [[nodiscard]] SocketClient socketOf(const std::string& user) const;
  /// Starts a call there as that user; its id.
  [[nodiscard]] std::string start(const std::string& user, const std::string& thread) const;
  [[nodiscard]] std::string loggedText() const;

  messenger::testing::TempDir folder;
  std::shared_ptr<messenger::testing::RecordingLogger> logger =
      std::make_shared<messenger::testing::RecordingLogger>();
  std::unique_ptr<CallServer> server;
  std::uint16_t port = 0;
  std::uint16_t adminPort = 0;

 private:
  void begin();

  Change change_;
};

/// `/api/messenger/threads/{thread}/calls` and below.
[[nodiscard]] std::string callPath(const std::string& thread, const std::string& call = "",
                                   const std::string& verb = "");

/// Asks again and again until it is so, for half a minute at most.
[[nodiscard]] bool eventually(const std::function<bool()>& isSo);

}  // namespace call_server::tests

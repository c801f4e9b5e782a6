#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "messenger/adapters/janus/video_room.hpp"
#include "messenger/testing/report.hpp"
#include "tests/support/temp_dir.hpp"

namespace messenger::tests {

/// Asks again and again until it is so, for half a minute at most.
[[nodiscard]] bool eventually(const std::function<bool()>& isSo);

/// A Janus for the tests, on loopback and its own ports, killed with this object.
class JanusServer {
 public:
  struct Setup {
    bool stringIds = true;
    bool https = false;   ///< the HTTP API, with a certificate that nobody knows
    bool tokens = false;  ///< clients must bring tokens signed with `tokenSecret`
  };

  // Long and peculiar, so that they are found wherever they should not be.
  static constexpr const char* apiSecret = "api-secret-Xq7f3aZ";
  static constexpr const char* adminSecret = "admin-secret-Kw9d1bY";
  static constexpr const char* adminKey = "video-room-secret-Pm4c8eV";
  static constexpr const char* tokenSecret = "token-secret-Zr5n0sL";
  static constexpr const char* roomKey = "room-key-Jt2h6gU";

  explicit JanusServer(Setup setup);
  JanusServer() : JanusServer(Setup{}) {}
  ~JanusServer();
  JanusServer(const JanusServer&) = delete;
  JanusServer& operator=(const JanusServer&) = delete;

  /// As after a power cut: all rooms are gone.
  void kill();
  /// On the same ports. From the thread that stays: the server dies with it.
  void start();
  void restart() {
    kill();
    start();
  }
  void restart(Setup setup) {
    kill();
    setup_ = setup;
    start();
  }

  /// Both endpoints, all secrets.
  [[nodiscard]] janus::JanusOptions options() const;
  /// The same by one way in only.
  [[nodiscard]] janus::JanusOptions options(janus::WayIn wayIn) const;
  [[nodiscard]] janus::VideoRoom videoRoom(janus::WayIn wayIn = janus::WayIn::adminApi) const;

  /// What a program needs in its environment to talk to this server.
  [[nodiscard]] std::map<std::string, std::string> environment() const;

  [[nodiscard]] std::string certificate() const;

 private:
  void writeConfig() const;
  bool launch();

  Setup setup_;
  testing::TempDir folder_;
  std::uint16_t httpPort_ = 0;
  std::uint16_t adminPort_ = 0;
  pid_t process_ = -1;
};

}  // namespace messenger::tests

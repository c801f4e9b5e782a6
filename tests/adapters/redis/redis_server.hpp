#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "messenger/adapters/redis/redis_options.hpp"
#include "messenger/contracts/presence.hpp"
#include "tests/support/temp_dir.hpp"

namespace messenger::tests {

/// A Redis server of its own on loopback that stores nothing: for tests. It is stopped with this object, also
/// when the process dies.
class RedisServer {
 public:
  /// `options`: further ones of the command line.
  explicit RedisServer(std::vector<std::string> options = {});
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  [[nodiscard]] std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] RedisOptions options() const;
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string file(const std::string& name) const { return folder_.file(name).string(); }

  /// As after a power cut; it comes back empty.
  void kill();
  void start();
  /// It takes connections, and answers nothing.
  void hang();
  void goOn();

  /// Runs a command as an operator would, and gives the answer as text; the elements of a list are lines.
  std::string run(const std::vector<std::string>& command) const;

 private:
  bool launch();

  std::vector<std::string> options_;
  testing::TempDir folder_;
  std::uint16_t port_ = 0;
  pid_t process_ = -1;
};

/// As when it is stored that somebody is in.
inline void comeIn(Presence& presence, const SessionKey& who, std::int64_t revision, SteadyPoint now) {
  presence.track(who, revision, now);
  presence.confirm(who, revision);
}

}  // namespace messenger::tests

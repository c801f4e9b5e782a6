#pragma once

#include <cstdint>
#include <thread>
#include <vector>

namespace messenger::bench {

/// What loopback and the system take alone: reads up to the end of a request's header, sends the same answer
/// each time, and looks at nothing. A thread for each connection.
class BareServer {
 public:
  /// Listens on 127.0.0.1. Throws std::runtime_error when it cannot.
  BareServer();
  /// Ends its connections.
  ~BareServer();
  BareServer(const BareServer&) = delete;
  BareServer& operator=(const BareServer&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  void accept();
  static void serve(int connection);

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::vector<int> connections_;  ///< of the acceptor, until it is joined
  std::vector<std::thread> servers_;
  std::thread acceptor_;
};

}  // namespace messenger::bench

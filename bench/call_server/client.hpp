#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace messenger::bench {

/// One keep-alive connection to 127.0.0.1, with as little of its own as can be. Throws when it ends.
class Client {
 public:
  explicit Client(std::uint16_t port);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends a request and waits for its answer, which must be a 200.
  void exchange(const std::string& request);
  /// Becomes a WebSocket, and waits for the welcome.
  void openSocket(const std::string& cookie);
  /// Waits for a text frame.
  void frame();

 private:
  void send(const std::string& bytes) const;
  void readMore();

  std::uint16_t port_;
  int socket_ = -1;
  std::string buffer_;
};

/// Of this process.
[[nodiscard]] std::size_t residentBytes();

}  // namespace messenger::bench

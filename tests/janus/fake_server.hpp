#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace messenger::tests {

/// A fake of a broken Janus: answers each request with the bytes that the test gives. Only for faults; other
/// tests use a real server.
class FakeServer {
 public:
  struct Answer {
    std::string bytes;      ///< as they are
    bool keepOpen = false;  ///< the connection, for the next request
    bool hang = false;      ///< afterwards nothing comes any more, and the connection stays
  };
  /// `connection` and `request` count from 1; `request` within its connection. The body is what was posted.
  using Script = std::function<Answer(std::size_t connection, std::size_t request, const std::string& body)>;

  explicit FakeServer(Script script);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  [[nodiscard]] std::string address() const;
  [[nodiscard]] std::size_t connections() const noexcept { return connections_; }
  /// What was posted so far.
  [[nodiscard]] std::vector<std::string> bodies() const;

  /// A whole HTTP answer with this body.
  [[nodiscard]] static std::string http(const std::string& body, const std::string& status = "200 OK");
  /// What Janus's Admin API would say to this body: a success with this answer of the plugin.
  [[nodiscard]] static std::string success(const std::string& posted, const std::string& answer);

 private:
  void listen();
  void serve(int connection, std::size_t number);
  [[nodiscard]] bool readRequest(int connection, std::string& rest, std::string& body) const;

  Script script_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> connections_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> bodies_;
  std::vector<std::thread> threads_;
  std::thread accepting_;
};

}  // namespace messenger::tests

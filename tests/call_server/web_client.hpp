#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace call_server::tests {

using Json = nlohmann::json;

/// What a server sent back.
struct Reply {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in small letters
  std::string body;

  /// Throws when the body is none, and says what came instead.
  [[nodiscard]] Json json() const;
  [[nodiscard]] bool has(std::string_view text) const { return body.find(text) != std::string::npos; }
  [[nodiscard]] std::string reason() const { return json().at("reason").get<std::string>(); }
};

/// One connection to 127.0.0.1, byte by byte. What is waited for must come within half a minute, else it
/// throws.
class Connection {
 public:
  explicit Connection(std::uint16_t port);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void send(const std::string& bytes) const;
  /// As much as the other side takes at once; how much that was.
  std::size_t trySend(const std::string& bytes) const;
  Reply receive(bool head = false);
  /// All bytes up to the end of the connection.
  std::string receiveRest();
  /// All bytes up to this text, or up to the end of the connection.
  std::string receiveUntil(const std::string& text);
  /// Whether the other side ends the connection, without another byte.
  [[nodiscard]] bool isClosed();
  /// Whether it has done so already.
  [[nodiscard]] bool hasEnded() const;
  /// Whether a byte of an answer is there.
  [[nodiscard]] bool hasAnswered() const;

 private:
  bool readSome();
  std::string receiveChunks();

  int socket_ = -1;
  std::string buffer_;
};

/// A client with a cookie, as a browser is: one connection for all its requests.
class WebClient {
 public:
  explicit WebClient(std::uint16_t port) : port_(port) {}

  Reply get(const std::string& target) { return request("GET", target, ""); }
  Reply post(const std::string& target, const std::string& body = "") {
    return request("POST", target, body);
  }
  Reply request(const std::string& method, const std::string& target, const std::string& body,
                const std::string& moreHeaders = "");
  /// As this user from now on.
  WebClient& signIn(const std::string& user);

  std::string cookie;  ///< the whole header's value

 private:
  std::uint16_t port_;
  std::unique_ptr<Connection> connection_;
};

/// A WebSocket client. What is waited for must come within half a minute, else it throws.
class SocketClient {
 public:
  SocketClient(std::uint16_t port, const std::string& cookie);
  SocketClient(SocketClient&&) noexcept;
  ~SocketClient();

  void send(const std::string& text);
  Json next();
  /// Skips what comes before it.
  Json waitFor(const std::string& event);
  /// Subscribes, and gives the answer.
  Json subscribe(const std::string& channel);
  /// Reads until the server closes; its code, 0 when there was none.
  int waitForClose();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What a handshake with these headers is answered with.
[[nodiscard]] Reply handshake(std::uint16_t port, const std::string& headers);

}  // namespace call_server::tests

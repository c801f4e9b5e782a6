#pragma once

#include <hiredis/hiredis.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/redis/address.hpp"
#include "adapters/redis/tls.hpp"

namespace messenger::inline v0::redis {

using Deadline = std::chrono::steady_clock::time_point;

struct ReplyDeleter {
  void operator()(redisReply* reply) const noexcept { ::freeReplyObject(reply); }
};
using ReplyPointer = std::unique_ptr<redisReply, ReplyDeleter>;

/// The text of a string, a status or an error.
[[nodiscard]] inline std::string_view textOf(const redisReply& reply) noexcept {
  return reply.str == nullptr ? std::string_view{} : std::string_view{reply.str, reply.len};
}
[[nodiscard]] inline bool isError(const redisReply& reply) noexcept {
  return reply.type == REDIS_REPLY_ERROR;
}

/// What the server is asked to do: a name and arguments.
using Command = std::vector<std::string_view>;

/// Something between us and the server failed; the texts are for people, without a password.
class ConnectionFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
/// The connection is gone.
class ConnectionLost : public ConnectionFailed {
 public:
  using ConnectionFailed::ConnectionFailed;
};
/// The time limit is over.
class AnswerLate : public ConnectionFailed {
 public:
  using ConnectionFailed::ConnectionFailed;
};
/// The server has refused.
class ServerRefused : public ConnectionFailed {
 public:
  using ConnectionFailed::ConnectionFailed;
};

/// A connection; hiredis writes and reads the protocol, the socket is our own: so each wait has a deadline,
/// no signal is raised, and TLS needs nothing that hiredis 0.14 lacks. After an exception it is of no use.
class Connection {
 public:
  /// Connects, and says who we are.
  Connection(const Address& address, Deadline until);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void send(const std::vector<Command>& commands, Deadline until);
  [[nodiscard]] ReplyPointer receive(Deadline until);
  /// The next one if it is here already, without waiting.
  [[nodiscard]] ReplyPointer receiveNow();
  /// Sends a command, and waits for its answer; ServerRefused when that is an error.
  [[nodiscard]] ReplyPointer ask(const Command& command, Deadline until);

  /// False: the server has closed it, or said something that nobody asked for.
  [[nodiscard]] bool isOpen() const noexcept;
  [[nodiscard]] int socket() const noexcept { return socket_; }

  /// What Presence knows of the server behind it.
  std::string run;

 private:
  struct ReaderDeleter {
    void operator()(redisReader* reader) const noexcept { ::redisReaderFree(reader); }
  };

  void connect(Deadline until);
  void becomePatient();
  void shakeHands(Deadline until);
  void enter(Deadline until);
  void write(std::string_view bytes, Deadline until);
  /// Reads what is there; with no flags it waits for that, but for no longer than `patience_`. False: nothing
  /// is.
  bool read(int flags);
  [[nodiscard]] ReplyPointer next();
  void wait(short events, Deadline until) const;

  const Address& address_;
  int socket_ = -1;
  std::optional<std::chrono::microseconds> patience_;  ///< how long reading may wait by itself
  std::unique_ptr<redisReader, ReaderDeleter> reader_;
  std::unique_ptr<TlsSession> tls_;
};

}  // namespace messenger::redis

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "adapters/redis/address.hpp"
#include "adapters/redis/connection.hpp"
#include "adapters/redis/script.hpp"
#include "support/backoff.hpp"
#include "support/deadline.hpp"
#include "support/home_process.hpp"
#include "support/mutex.hpp"

namespace messenger::inline v0::redis {

/// How long at most until a new connection is tried after one has failed.
inline constexpr std::chrono::milliseconds longestPause{2000};

/// The connections to a server. Thread-safe. Each operation has one time limit, counted from its beginning.
/// Throws ConnectionFailed with the server's name in the text, and std::logic_error in a child made by
/// fork().
class Client {
 public:
  /// Called with each new connection before anybody else uses it.
  using Enter = std::function<void(Connection&, Deadline)>;

  explicit Client(const RedisOptions& options, Enter enter = nullptr);
  ~Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  enum class Repeat : std::uint8_t {
    whenBroken,  ///< once more when the connection breaks: for what has the same effect twice
    never
  };

  /// Runs something on a connection, which is closed when it throws.
  template <class Body>
  auto run(Repeat repeat, Body body) {
    home_.require();
    const Deadline until = support::deadlineIn(address_.options().timeLimit);
    try {
      try {
        return runOnce(repeat, until, body);
      } catch (const ConnectionLost&) {
        if (repeat == Repeat::never || !closeIdle()) throw;
      }
      return runOnce(repeat, until, body);
    } catch (const AnswerLate&) {
      noteLate(until);
      rethrowNamed();
    } catch (const ServerRefused&) {
      // It may be a primary no more, and its name lead to another one.
      closeIdle();
      rethrowNamed();
    } catch (const ConnectionFailed&) {
      rethrowNamed();
    }
  }

  /// A script with its keys and arguments.
  struct Call {
    const Script& script;
    std::vector<std::string_view> keys;
    std::vector<std::string_view> arguments;
  };

  /// Sends all at once, and gives the answers in order. A script that the server does not know is sent to it.
  [[nodiscard]] std::vector<ReplyPointer> runOn(Connection& connection, const std::vector<Call>& calls,
                                                Deadline until) const;

  [[nodiscard]] const Address& address() const noexcept { return address_; }
  [[nodiscard]] bool isHere() const noexcept { return home_.isHere(); }

 private:
  class Lease {
   public:
    Lease(Client& client, Repeat repeat, Deadline until)
        : client_(client), connection_(client.take(repeat, until)) {}
    ~Lease() { client_.giveBack(std::move(connection_), kept_); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    [[nodiscard]] Connection& connection() const noexcept { return *connection_; }
    void keep() noexcept { kept_ = true; }

   private:
    Client& client_;
    std::unique_ptr<Connection> connection_;
    bool kept_ = false;
  };

  template <class Body>
  auto runOnce(Repeat repeat, Deadline until, Body& body) {
    Lease lease(*this, repeat, until);
    auto result = body(lease.connection(), until);
    lease.keep();
    return result;
  }

  [[nodiscard]] std::unique_ptr<Connection> take(Repeat repeat, Deadline until) MESSENGER_EXCLUDES(mutex_);
  [[nodiscard]] std::unique_ptr<Connection> connect(Deadline until) MESSENGER_EXCLUDES(mutex_);
  void giveBack(std::unique_ptr<Connection> connection, bool usable) noexcept MESSENGER_EXCLUDES(mutex_);
  /// Of those that were idle when one broke, the others are broken too. False: the break was no accident of
  /// an idle one, and another attempt is not due.
  bool closeIdle() noexcept MESSENGER_EXCLUDES(mutex_);
  void noteLate(Deadline until) noexcept MESSENGER_EXCLUDES(mutex_);
  [[noreturn]] void rethrowNamed() const;

  const support::HomeProcess home_;
  const Address address_;
  const Enter enter_;

  support::Mutex mutex_;
  std::condition_variable free_;
  std::vector<std::unique_ptr<Connection>> idle_ MESSENGER_GUARDED_BY(mutex_);
  std::size_t open_ MESSENGER_GUARDED_BY(mutex_) = 0;  ///< those in use and being made included
  support::Backoff backoff_ MESSENGER_GUARDED_BY(mutex_){longestPause};
};

}  // namespace messenger::redis

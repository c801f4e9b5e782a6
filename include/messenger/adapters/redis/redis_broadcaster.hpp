#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "messenger/adapters/redis/redis_options.hpp"
#include "messenger/contracts/broadcaster.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0 {

/// Pushes over Redis: a broadcast is published once on each of its channels, named `prefix` + the channel, in
/// one round trip. RedisSubscriber receives it on whichever node the client's socket is. A push that nobody
/// has subscribed to is lost, as Redis does it.
///
/// Throws Error when the server does not answer within the time limit, which BroadcastFailed reports; a push
/// is never repeated. Reconnects as redisPresence does. In a child made by fork() it throws std::logic_error.
/// Starts no OS thread. Thread-safe. Throws std::invalid_argument for options out of bounds.
MESSENGER_EXPORT [[nodiscard]] std::shared_ptr<Broadcaster> redisBroadcaster(const RedisOptions& options);

/// The same with the defaults.
MESSENGER_EXPORT [[nodiscard]] std::shared_ptr<Broadcaster> redisBroadcaster(const std::string& url);

/// The other end of redisBroadcaster, for a host that owns the sockets of its clients: it subscribes to the
/// channels of those that are connected to this node.
///
/// The host drives it, on one OS thread at a time: `poll` in a loop of its own, or when `socket` is readable.
/// `subscribe` and `unsubscribe` belong to the same thread. Starts no OS thread.
class MESSENGER_EXPORT RedisSubscriber {
 public:
  /// A push that was received.
  struct Push {
    std::string channel;  ///< as Broadcast::channels has it
    std::string event;    ///< as Broadcast::event has it
    std::string payload;  ///< as Broadcast::payload has it
    CallId call;          ///< as Broadcast::call has it
  };

  /// What the host does with them. They are called by `poll`, on its OS thread.
  struct Callbacks {
    /// A push for one channel. May call `subscribe` and `unsubscribe`, not `poll`.
    std::function<void(const Push&)> received;
    /// The connection was made again after it was lost, and everything is subscribed again: pushes in between
    /// are missing. Tell the clients to ask for the state of their calls.
    std::function<void()> missed;
  };

  /// Connects with the first `poll`. Throws std::invalid_argument for options out of bounds or without
  /// `received`.
  RedisSubscriber(const RedisOptions& options, Callbacks callbacks);
  ~RedisSubscriber();
  RedisSubscriber(const RedisSubscriber&) = delete;
  RedisSubscriber& operator=(const RedisSubscriber&) = delete;

  /// Takes effect with the next `poll`; a push that is published after that `poll` has returned true arrives.
  void subscribe(const std::string& channel);
  /// The same the other way round. A push that is on its way may still arrive.
  void unsubscribe(const std::string& channel);

  /// Connects if necessary, subscribes, waits up to `atMost` for pushes, and passes those that are there to
  /// `received`. False: there is no connection; the next attempt is due after a while, and until then it only
  /// waits. Connecting and subscribing may take `RedisOptions::timeLimit` more. An exception of a callback is
  /// passed on; no push is lost by it but the one it was for.
  bool poll(std::chrono::milliseconds atMost);

  /// To wait on for reading; -1 without a connection. It may change with each `poll`. Call `poll` at least
  /// every few seconds all the same.
  [[nodiscard]] int socket() const noexcept;

  /// Why there is no connection; empty when there is one.
  [[nodiscard]] const std::string& lastError() const noexcept;

 private:
  class MESSENGER_NO_EXPORT Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace messenger

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "messenger/export.hpp"
#include "messenger/model/ids.hpp"
#include "messenger/model/user_id.hpp"

namespace messenger::inline v0 {

/// A push to clients.
struct MESSENGER_EXPORT Broadcast {
  /// `incoming.call`, `joined.call`, `left.call`, `device.joined`, `device.left`, `call.ignored`,
  /// `call.kicked`, `call.ending`, `call.ended`, `ring.stopped`, `call.missed`
  std::string event;
  /// The channels of the users it is for, each named by `channelOf`.
  std::vector<std::string> channels;
  /// JSON, with the keys of the Laravel package but for what docs/from-laravel.md lists (avatars, links), and
  /// with what the host adds (`Presenter`). Never the room's id, pin, payload or secret.
  std::string payload;
  /// The call it is about.
  CallId call;

  /// The channel of one user, and of nobody else.
  ///
  /// It is `messenger.{type}.{id}`; nothing for a type that is not valid (`UserId::isType`): no push is sent
  /// to such a user, and BroadcastFailed says so.
  [[nodiscard]] static std::optional<std::string> channelOf(const UserId& user);
};

/// Pushes to clients over whatever transport the host has: WebSocket, Redis, Pusher.
///
/// Called after the change was committed, with no lock held, on the OS thread that made the change or on one
/// that delivers for it; for one call in the order of its changes and one at a time, for different calls
/// concurrently: implementations must be thread-safe. Each broadcast is sent at most once: it is not repeated
/// after a crash. It may call back into the Messenger; events and broadcasts of that call are delivered
/// afterwards.
class MESSENGER_EXPORT Broadcaster {
 public:
  Broadcaster() = default;
  Broadcaster(const Broadcaster&) = delete;
  Broadcaster& operator=(const Broadcaster&) = delete;
  virtual ~Broadcaster() = default;

  /// Passes the push to the transport. Should not block for long: the verb that caused it is waiting. An
  /// exception is reported as BroadcastFailed and affects nothing else.
  virtual void broadcast(const Broadcast& broadcast) = 0;
};

}  // namespace messenger
